-- Jobs: what this program does by the clock, and each time that it did. Lock: none that anyone waits for.
-- Duration: under a second.

-- What a check constraint needs stays, so the clock's rules are here. --------------------------------------

create function billing.cron_values(p_field text, p_least integer, p_most integer, p_names text[])
returns integer[]
language sql immutable parallel safe strict
begin atomic
    select case when bool_and(part.is_valid) then array_agg(distinct value.value order by value.value) end
    from string_to_table(lower(p_field), ',') as listed (text)
    cross join lateral regexp_match(
        listed.text, '^(\*|([0-9]{1,2}|[a-z]{3})(-([0-9]{1,2}|[a-z]{3}))?)(/([0-9]{1,2}))?$'
    ) as found (cut)
    cross join lateral (
        select
            case
                when found.cut[1] = '*' then p_least
                when found.cut[2] ~ '^[0-9]' then found.cut[2]::integer
                else array_position(p_names, found.cut[2]) - 1 + p_least
            end as from_value,
            case
                when found.cut[1] = '*' or found.cut[3] is null and found.cut[5] is not null then p_most
                when found.cut[4] ~ '^[0-9]' then found.cut[4]::integer
                when found.cut[4] is not null then array_position(p_names, found.cut[4]) - 1 + p_least
                when found.cut[2] ~ '^[0-9]' then found.cut[2]::integer
                else array_position(p_names, found.cut[2]) - 1 + p_least
            end as to_value,
            coalesce(found.cut[6]::integer, 1) as step
    ) as span
    cross join lateral (
        select coalesce(
            span.from_value >= p_least and span.to_value <= p_most and span.from_value <= span.to_value
            and span.step > 0, false
        ) as is_valid
    ) as part
    left join lateral generate_series(
        span.from_value, span.to_value, greatest(span.step, 1)
    ) as value (value)
        on part.is_valid;
end;
comment on function billing.cron_values(text, integer, integer, text[]) is
$$The numbers that a field of a cron expression means, names such as mon included; NULL where it means none.
Example: select billing.cron_values('*/20', 0, 59, '{}')
Raises: nothing$$;

create function billing.cron_parse(p_schedule text)
returns table (
    minutes integer[], hours integer[], days integer[], months integer[], weekdays integer[],
    is_either boolean
)
language sql immutable parallel safe
begin atomic
    select
        billing.cron_values(cron.field[1], 0, 59, '{}'),
        billing.cron_values(cron.field[2], 0, 23, '{}'),
        billing.cron_values(cron.field[3], 1, 31, '{}'),
        billing.cron_values(
            cron.field[4], 1, 12, '{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}'
        ),
        billing.cron_values(cron.field[5], 0, 7, '{sun,mon,tue,wed,thu,fri,sat}'),
        cron.field[3] not like '*%' and cron.field[5] not like '*%'
    from (
        select regexp_split_to_array(
            case trim(p_schedule)
                when '@hourly' then '0 * * * *'
                when '@daily' then '0 0 * * *'
                when '@weekly' then '0 0 * * 0'
                when '@monthly' then '0 0 1 * *'
                when '@yearly' then '0 0 1 1 *'
                else trim(p_schedule)
            end, '[[:space:]]+'
        ) as field
    ) as cron
    where cardinality(cron.field) = 5;
end;
comment on function billing.cron_parse(text) is
$$What a cron expression means: minutes, hours, days of the month, months, weekdays (0 and 7 are Sunday);
is_either: a day of the month or a weekday is enough, as cron has it where both are given. No row
without five fields.
Example: select * from billing.cron_parse('30 6 * * mon-fri')
Raises: nothing$$;

create function billing.cron_is_valid(p_schedule text)
returns boolean
language sql immutable parallel safe
return exists (
    select
    from billing.cron_parse(p_schedule) as cron
    where
        num_nulls(cron.minutes, cron.hours, cron.days, cron.months, cron.weekdays) = 0
        -- 30 February never comes
        and (
            cron.is_either or cron.days[1] <= 29 or cron.months <> '{2}' and cron.days[1] <= 30
            or cron.months && '{1,3,5,7,8,10,12}'
        )
);
comment on function billing.cron_is_valid(text) is
$$Is it a cron expression, and is there a day that it means?
Example: select billing.cron_is_valid('*/5 * * * *')
Raises: nothing$$;
revoke execute on function billing.cron_values(text, integer, integer, text[]), billing.cron_parse(text),
billing.cron_is_valid(text) from public;
grant execute on function billing.cron_values(text, integer, integer, text[]), billing.cron_parse(text),
billing.cron_is_valid(text)
to leissner_admin, leissner_batch, leissner_finance, leissner_credit, leissner_auditor;

create table billing.job (
    code text not null constraint job_code_ck check (code ~ '\S'),
    schedule text not null constraint job_schedule_ck check (billing.cron_is_valid(schedule)),
    options text constraint job_options_ck check (
        options !~ '\{(?!(day|yesterday|month|month_end|last_month)\})'
    ),
    what text not null constraint job_what_ck check (
        what in (
            'calls load', 'calls rate', 'calls fold', 'payments fetch', 'payments load', 'payments match',
            'credit check', 'credit messages', 'credit orders', 'credit remind', 'credit collection',
            'bill run', 'accounting export', 'accounting accrue', 'report', 'check'
        )
    ),
    catch_up text not null default 'latest' constraint job_catch_up_ck check (
        catch_up in ('all', 'latest', 'none')
    ),
    email text constraint job_email_ck check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
    is_enabled boolean not null default true,
    timeout_minutes int not null default 240 constraint job_timeout_ck check (timeout_minutes > 0),
    since_at timestamptz not null default clock_timestamp(),
    row_version int not null default 1,
    constraint job_pk primary key (code)
);

comment on table billing.job is
'What is done by the clock (jobs.csv): each row is a command of this program, its options and when.';
comment on column billing.job.code is 'Its name.';
comment on column billing.job.schedule is
'When: minute hour day month weekday, as cron has it, by the operator''s clock.';
comment on column billing.job.options is
'What follows the command; {day}, {yesterday}, {month} (its first day), {month_end} (the last day of the '
'month before) and {last_month} (its first) are days, counted from when the run is due.';
comment on column billing.job.what is 'The command.';
comment on column billing.job.catch_up is
'After a standstill: all missed runs, the latest, or none.';
comment on column billing.job.email is 'Who is told when it fails, once until it works again.';
comment on column billing.job.is_enabled is 'Does it run by the clock?';
comment on column billing.job.timeout_minutes is 'A run that takes longer is ended.';
comment on column billing.job.since_at is
'Since when this schedule holds: what would have been due before was not missed.';
comment on column billing.job.row_version is
'Rises by one with each change; a save with an older one is refused.';
comment on constraint job_pk on billing.job is 'There is a job with that name already.';
comment on constraint job_code_ck on billing.job is 'A job needs a name.';
comment on constraint job_schedule_ck on billing.job is
'A schedule such as 30 6 * * 1-5 is needed: minute, hour, day of the month, month, weekday.';
comment on constraint job_options_ck on billing.job is
'The days that options may name are {day}, {yesterday}, {month}, {month_end} and {last_month}.';
comment on constraint job_what_ck on billing.job is
'What must be a command that runs by the clock: calls load, calls rate, calls fold, payments fetch, '
'payments load, payments match, credit check, credit messages, credit orders, credit remind, credit '
'collection, bill run, accounting export, accounting accrue, report or check.';
comment on constraint job_catch_up_ck on billing.job is 'Catch-up must be all, latest or none.';
comment on constraint job_email_ck on billing.job is 'An e-mail address is needed.';
comment on constraint job_timeout_ck on billing.job is 'A run may take one minute or more.';

create trigger _10_row_version before update on billing.job
for each row execute function access.tg_row_version();

create function billing.tg_job_since()
returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    if new.schedule <> old.schedule or new.is_enabled and not old.is_enabled then
        new.since_at := clock_timestamp();
    end if;
    return new;
end
$$;
comment on function billing.tg_job_since() is
'Trigger function: a new schedule, or one that holds again, has missed nothing.';
create trigger _20_since before update on billing.job
for each row execute function billing.tg_job_since();

create table billing.job_run (
    job_run_id bigint generated always as identity constraint job_run_pk primary key,
    code text not null constraint job_run_job_fk references billing.job (code),
    due_at timestamptz not null,
    attempt int not null default 1,
    is_manual boolean not null default false,
    state text not null constraint job_run_state_ck check (
        state in ('running', 'done', 'failed', 'skipped', 'lost')
    ),
    words text not null default '',
    made_by text not null,
    started_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    exit_code int,
    counts jsonb,
    log text,
    mailed_at timestamptz,
    constraint job_run_due_uq unique (code, due_at, attempt),
    constraint job_run_ended_ck check ((state = 'running') = (ended_at is null))
);
create unique index job_run_running_ix on billing.job_run (code) where state = 'running';
create index job_run_latest_ix on billing.job_run (code, job_run_id);

comment on table billing.job_run is 'Each time a job was due: what came of it.';
comment on column billing.job_run.job_run_id is 'Surrogate key.';
comment on column billing.job_run.code is 'The job.';
comment on column billing.job_run.due_at is 'When it was due; by hand: when it was asked for.';
comment on column billing.job_run.attempt is '1; higher: again, after a run that was lost.';
comment on column billing.job_run.is_manual is 'Started by a person, not by the clock.';
comment on column billing.job_run.state is
'running; done; failed; skipped: missed, and not caught up by the job''s rule; lost: its process was gone.';
comment on column billing.job_run.words is 'The command with its options, days filled in.';
comment on column billing.job_run.made_by is 'Who, or which machine''s user, started it.';
comment on column billing.job_run.started_at is 'When it started.';
comment on column billing.job_run.ended_at is 'When it ended, or was found to be lost.';
comment on column billing.job_run.exit_code is 'Exit code of the command; NULL: none, it was ended.';
comment on column billing.job_run.counts is 'What the command says that it did.';
comment on column billing.job_run.log is 'The end of what it wrote besides.';
comment on column billing.job_run.mailed_at is 'When somebody was told that it failed.';
comment on constraint job_run_pk on billing.job_run is 'A run is identified by its id.';
comment on constraint job_run_job_fk on billing.job_run is 'The job must exist.';
comment on constraint job_run_state_ck on billing.job_run is
'The state must be running, done, failed, skipped or lost.';
comment on constraint job_run_due_uq on billing.job_run is 'A due time is seen to once.';
comment on constraint job_run_ended_ck on billing.job_run is 'A run has ended unless it is running.';
comment on index billing.job_run_running_ix is 'One at a time.';
comment on index billing.job_run_latest_ix is 'The latest runs of a job.';

select access.staff_open('billing.job', array['finance', 'credit', 'auditor'], array['batch']);
select access.staff_open('billing.job_run', array['finance', 'credit', 'auditor', 'batch'], '{}');
select audit.enable('billing.job');
insert into audit.exempt (table_name, why) values
('billing.job_run', 'Written by run-due only: each run writes an event when it ends.');

insert into billing.message (code, language, sentence, hint) values
('job_pk', 'sv', 'Det finns redan ett jobb med det namnet.', null),
('job_code_ck', 'sv', 'Ett jobb behöver ett namn.', null),
(
    'job_schedule_ck', 'sv',
    'Ett schema som 30 6 * * 1-5 behövs: minut, timme, dag i månaden, månad, veckodag.', null
),
(
    'job_options_ck', 'sv',
    'Dagarna som kan anges är {day}, {yesterday}, {month}, {month_end} och {last_month}.', null
),
(
    'job_what_ck', 'sv',
    'Vad som körs ska vara ett kommando: calls load, calls rate, calls fold, payments fetch, payments load, '
    'payments match, credit check, credit messages, credit orders, credit remind, credit collection, '
    'bill run, accounting export, accounting accrue, report eller check.', null
),
('job_catch_up_ck', 'sv', 'Det missade tas igen enligt all, latest eller none.', null),
('job_email_ck', 'sv', 'En e-postadress behövs.', null),
('job_timeout_ck', 'sv', 'En körning får ta en minut eller mer.', null),
('job_email', 'en', 'The job {job} failed',
E'{words}\n\nIt was due {due} and ended {ended} as {state}.\n\n{log}\n\nMore: leissner job show {job}\n'
'You get no more of these before it has worked again.'),
('job_email', 'sv', 'Jobbet {job} misslyckades',
E'{words}\n\nDet skulle köras {due} och slutade {ended} som {state}.\n\n{log}\n\n'
'Mer: leissner job show {job}\n'
'Det kommer inga fler sådana här brev förrän det har gått bra igen.'),
('LB650', 'en', 'There is no job {job}.', 'leissner job list names them; they come from jobs.csv.'),
('LB650', 'sv', 'Det finns inget jobb {job}.', 'leissner job list visar dem; de kommer från jobs.csv.'),
('LB651', 'en', 'The job {job} is running already.', 'leissner job show {job}'),
('LB651', 'sv', 'Jobbet {job} körs redan.', 'leissner job show {job}');
