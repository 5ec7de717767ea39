-- 85_job: what is done by the clock. `leissner job run-due` asks what is due, takes a job in hand, runs its
-- command and says what came of it; when, whether again, and who is told, is decided here.

create function logic.job_key(p_job text)
returns bigint
language sql immutable parallel safe
return hashtextextended('billing.job ' || p_job, 0);

comment on function logic.job_key(text) is
$$The number of the advisory lock that a run of a job holds.
Example: select logic.job_key('calls')
Raises: nothing$$;

create function logic.job_is_held(p_job text)
returns boolean
language sql stable
return exists (
    select
    from pg_locks as held
    where
        held.locktype = 'advisory' and held.granted and held.objsubid = 1
        and held.database
        = (select database.oid from pg_database as database where database.datname = current_database())
        and (held.classid::bigint << 32) | held.objid::bigint = logic.job_key(p_job)
);

comment on function logic.job_is_held(text) is
$$Does a living process have the job in hand?
Example: select logic.job_is_held('calls')
Raises: nothing$$;

-- Where hours are left open, the clock's hour that comes twice in autumn counts twice; a job at a given hour
-- runs once. What is due in the hour that spring leaves out is due an hour later.
create function logic.job_times(p_schedule text, p_after timestamptz, p_until timestamptz)
returns table (at timestamptz)
language sql stable rows 100
begin atomic
    with here as (
        select coalesce(
            (select operator.time_zone from billing.operator as operator), 'UTC'
        ) as time_zone
    ),

    wall as (
        select
            day.day + make_interval(hours => hour.hour, mins => minute.minute) as clock,
            cardinality(cron.hours) = 24 as is_every_hour
        from billing.cron_parse(p_schedule) as cron
        cross join here
        cross join lateral generate_series(
            (p_after at time zone here.time_zone)::date::timestamp, p_until at time zone here.time_zone,
            '1 day'
        ) as day (day)
        cross join lateral unnest(cron.hours) as hour (hour)
        cross join lateral unnest(cron.minutes) as minute (minute)
        cross join lateral (
            select
                extract(day from day.day) = any(cron.days) as is_day,
                cron.weekdays
                && array[extract(dow from day.day)::int, extract(isodow from day.day)::int] as is_weekday
        ) as is_day
        where
            extract(month from day.day) = any(cron.months)
            and case
                when cron.is_either then is_day.is_day or is_day.is_weekday
                else is_day.is_day and is_day.is_weekday
            end
    )

    select distinct moment.at
    from wall
    cross join here
    cross join lateral (
        -- PostgreSQL takes the later of two; the earlier is half an hour or an hour before
        select wall.clock at time zone here.time_zone - back.back as at
        from (values (interval '1 hour'), (interval '30 minutes'), (interval '0')) as back (back)
        where
            back.back = interval '0'
            or (wall.clock at time zone here.time_zone - back.back) at time zone here.time_zone = wall.clock
        order by back.back desc
        limit case when wall.is_every_hour then 3 else 1 end
    ) as moment
    where moment.at > p_after and moment.at <= p_until
    order by moment.at;
end;

comment on function logic.job_times(text, timestamptz, timestamptz) is
$$When a schedule is due after a moment and until another, by the operator's clock.
Example: select * from logic.job_times('30 6 * * 1-5', '2026-10-23', '2026-10-28')
Raises: nothing$$;

-- A year is looked back at most.
create function logic.job_due_list(p_job text, p_schedule text, p_since timestamptz)
returns table (at timestamptz)
language sql stable rows 10
begin atomic
    select due.at
    from logic.job_times(
        p_schedule,
        greatest(
            p_since, now() - interval '1 year',
            (
                select max(run.due_at)
                from billing.job_run as run
                where run.code = p_job and not run.is_manual
            )
        ),
        now()
    ) as due;
end;

comment on function logic.job_due_list(text, text, timestamptz) is
$$When a job was due that nobody has seen to yet.
Example: select * from logic.job_due_list('calls', '* * * * *', now() - interval '3 minutes')
Raises: nothing$$;

create function logic.job_get(p_job text)
returns billing.job
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_job billing.job;
begin
    select job.* into v_job from billing.job as job where job.code = p_job;
    if v_job.code is null then
        perform billing.fail('LB650', jsonb_build_object('job', p_job));
    end if;
    return v_job;
end;
$$;

comment on function logic.job_get(text) is
$$A job.
Example: select logic.job_get('calls') where false
Raises: LB650 where there is none$$;

create function logic.job_words(p_what text, p_options text, p_due_at timestamptz)
returns text
language sql stable
begin atomic
    select p_what || coalesce(' ' || billing.sentence_fill(p_options, jsonb_build_object(
        'day', local.day,
        'yesterday', local.day - 1,
        'month', local.month,
        'month_end', local.month - 1,
        'last_month', (local.month - interval '1 month')::date
    )), '')
    from (
        select
            due.clock::date as day,
            date_trunc('month', due.clock)::date as month
        from (
            select p_due_at at time zone coalesce(
                (select operator.time_zone from billing.operator as operator), 'UTC'
            ) as clock
        ) as due
    ) as local;
end;

comment on function logic.job_words(text, text, timestamptz) is
$$The command of a run, the days in its options filled in.
Example: select logic.job_words('bill run', '--through {month_end}', '2026-11-01 05:00+00')
Raises: nothing$$;

create function logic.job_begin(p_job text, p_is_manual boolean, p_by text)
returns table (run bigint, words text, due_at timestamptz, timeout_minutes integer)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_job billing.job;
    v_lost billing.job_run;
    v_times timestamptz[];
    v_due timestamptz;
    v_skipped timestamptz[];
begin
    perform access.require('admin', 'batch');
    -- Whose session it is, is not for the caller to say.
    p_by := coalesce((select context.name from access.session_context() as context), p_by);
    v_job := logic.job_get(p_job);
    if not pg_try_advisory_lock(logic.job_key(p_job)) then
        if p_is_manual then
            perform billing.fail('LB651', jsonb_build_object('job', p_job));
        end if;
        return;
    end if;
    -- Whoever ran it holds the lock no more, so is gone.
    update billing.job_run as lost
    set
        state = 'lost', ended_at = clock_timestamp(),
        log = 'Its process was gone before it could say what came of it.'
    where lost.code = p_job and lost.state = 'running';
    delete from billing.job_run as old
    where
        old.code = p_job and old.ended_at < now() - interval '90 days'
        and old.job_run_id < (
            select max(last.job_run_id) from billing.job_run as last
            where last.code = p_job and not last.is_manual
        );
    if p_is_manual then
        v_due := clock_timestamp();
    elsif v_job.is_enabled then
        select last.* into v_lost
        from billing.job_run as last
        where last.code = p_job and not last.is_manual
        order by last.due_at desc, last.attempt desc
        limit 1;
        if v_lost.state <> 'lost' or v_lost.attempt >= 3 or v_job.catch_up = 'none' then
            v_lost := null;
        end if;
        v_times := array(
            select due.at from logic.job_due_list(p_job, v_job.schedule, v_job.since_at) as due
        );
        v_due := case v_job.catch_up
            when 'all' then coalesce(v_lost.due_at, v_times[1])
            when 'latest' then coalesce(v_times[cardinality(v_times)], v_lost.due_at)
            else (
                select max(late.at)
                from unnest(v_times) as late (at)
                where late.at > now() - interval '5 minutes'
            )
        end;
        if v_job.catch_up <> 'all' then
            v_skipped := array_remove(v_times, v_due);
        end if;
        if cardinality(v_skipped) > 0 then
            insert into billing.job_run (code, due_at, state, ended_at, counts, made_by)
            values (
                p_job, v_skipped[cardinality(v_skipped)], 'skipped', clock_timestamp(),
                jsonb_build_object('times', cardinality(v_skipped), 'first', v_skipped[1]), p_by
            );
        end if;
    end if;
    return query
    insert into billing.job_run as made (code, due_at, attempt, is_manual, state, words, made_by)
    select
        p_job, v_due, case when v_due = v_lost.due_at then v_lost.attempt + 1 else 1 end, p_is_manual,
        'running', logic.job_words(v_job.what, v_job.options, v_due), p_by
    where v_due is not null
    returning made.job_run_id, made.words, made.due_at, v_job.timeout_minutes;
    if not found then
        perform pg_advisory_unlock(logic.job_key(p_job));
    end if;
end;
$$;

comment on function logic.job_begin(text, boolean, text) is
$$Takes a job in hand, where nobody else has it, and begins the run that is due, by hand in any
case: no row where there is nothing to do. A run whose process died is noted as lost, and run again up to
twice; what was missed is run or skipped as the job says. The session has the job in hand until job_release or
its own end.
Example: select * from logic.job_begin('calls', false, 'me') where false
Raises: LB650, LB651 where it runs already and was asked for by hand, LB901$$;

create function logic.job_finish(p_run bigint, p_exit_code integer, p_counts jsonb, p_log text)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run billing.job_run;
begin
    perform access.require('admin', 'batch');
    update billing.job_run as run
    set
        state = case p_exit_code when 0 then 'done' else 'failed' end, ended_at = clock_timestamp(),
        exit_code = p_exit_code, counts = p_counts, log = p_log
    where run.job_run_id = p_run and run.state = 'running'
    returning run.* into v_run;
    if v_run.job_run_id is null then
        return false;
    end if;
    perform audit.event_add(
        'job', v_run.code,
        jsonb_build_object('run', p_run, 'words', v_run.words, 'state', v_run.state, 'counts', p_counts)
    );
    return true;
end;
$$;

comment on function logic.job_finish(bigint, integer, jsonb, text) is
$$Notes what came of a run; false where it was not running any more. No exit code: it was ended.
Example: select logic.job_finish(1, 0, '{}', '') where false
Raises: LB901 without the level admin or batch$$;

-- Since a job last worked: its runs that failed or were lost.
create function logic.job_streak(p_job text)
returns setof billing.job_run
language sql stable rows 10
begin atomic
    select run
    from billing.job_run as run
    where
        run.code = p_job and run.state in ('failed', 'lost')
        and run.job_run_id > coalesce(
            (select max(good.job_run_id) from billing.job_run as good
            where good.code = p_job and good.state = 'done'), 0
        );
end;

comment on function logic.job_streak(text) is
$$The runs of a job that failed or were lost since it last worked.
Example: select * from logic.job_streak('calls')
Raises: nothing$$;

create function logic.job_mail(p_job text)
returns table (
    run bigint, recipient text, subject text, body text, sender_name text, sender_email text
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'batch');
    return query
    select
        run.job_run_id, job.email, said.sentence, said.hint, operator.name, operator.email
    from billing.job
    cross join billing.operator
    cross join lateral (
        select * from logic.job_streak(job.code) order by job_run_id limit 1
    ) as run
    cross join lateral logic.message_get('job_email', operator.language, null, jsonb_build_object(
        'job', job.code, 'words', run.words, 'due', logic.local_text(run.due_at),
        'ended', logic.local_text(run.ended_at), 'state', run.state, 'log', coalesce(right(run.log, 4000), '')
    )) as said
    where
        job.code = p_job and job.email is not null
        and not exists (select from logic.job_streak(job.code) as told where told.mailed_at is not null);
end;
$$;

comment on function logic.job_mail(text) is
$$What is to be sent, and to whom, about a job that fails: no row where it works, where nobody wants
to know, or where it was said already.
Example: select * from logic.job_mail('calls') where false
Raises: LB901 without the level admin or batch$$;

create function logic.job_mailed(p_run bigint)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'batch');
    update billing.job_run as run set mailed_at = clock_timestamp() where run.job_run_id = p_run;
end;
$$;

comment on function logic.job_mailed(bigint) is
$$Notes that somebody was told of a run that failed.
Example: select logic.job_mailed(1) where false
Raises: LB901 without the level admin or batch$$;

-- api

create function api.job_due_list()
returns table (job text)
language sql stable rows 10
begin atomic
    select job.code
    from billing.job
    where
        job.is_enabled
        and (
            exists (select from logic.job_due_list(job.code, job.schedule, job.since_at))
            -- or a run that may be lost, or was and is to be run again
            or exists (
                select
                from billing.job_run as run
                where
                    run.code = job.code and run.state = 'running'
                    or run.job_run_id = (
                        select last.job_run_id
                        from billing.job_run as last
                        where last.code = job.code and not last.is_manual
                        order by last.due_at desc, last.attempt desc
                        limit 1
                    ) and run.state = 'lost' and run.attempt < 3 and job.catch_up <> 'none'
            )
        )
        and not logic.job_is_held(job.code)
    order by job.code;
end;

comment on function api.job_due_list() is
$$The jobs that are due, or were left in the middle of a run, and that nobody has in hand.
Example: select * from api.job_due_list()
Raises: nothing$$;
grant execute on function api.job_due_list() to leissner_admin, leissner_batch;

create function api.job_begin(p_job text, p_is_manual boolean, p_by text)
returns table (run bigint, words text, due_at timestamptz, timeout_minutes integer)
language sql volatile rows 1
begin atomic
    select begun.run, begun.words, begun.due_at, begun.timeout_minutes
    from logic.job_begin(p_job, p_is_manual, p_by) as begun;
end;

comment on function api.job_begin(text, boolean, text) is
$$Takes a job in hand and begins the run that is due, by hand in any case; no row where there is
nothing to do.
Example: select * from api.job_begin('calls', false, 'me') where false
Raises: LB650, LB651, LB901$$;
grant execute on function api.job_begin(text, boolean, text) to leissner_admin, leissner_batch;

create function api.job_is_running(p_run bigint)
returns boolean
language sql stable
return exists (
    select from billing.job_run as run where run.job_run_id = p_run and run.state = 'running'
);

comment on function api.job_is_running(bigint) is
$$Is a run still the one that runs?
Example: select api.job_is_running(1)
Raises: nothing$$;
grant execute on function api.job_is_running(bigint) to leissner_admin, leissner_batch;

create function api.job_finish(p_run bigint, p_exit_code integer, p_counts jsonb, p_log text)
returns boolean
language sql volatile
return logic.job_finish(p_run, p_exit_code, p_counts, p_log);

comment on function api.job_finish(bigint, integer, jsonb, text) is
$$Notes what came of a run; false where it was not running any more.
Example: select api.job_finish(1, 0, '{}', '') where false
Raises: LB901$$;
grant execute on function api.job_finish(bigint, integer, jsonb, text) to leissner_admin, leissner_batch;

create function api.job_release(p_job text)
returns boolean
language sql volatile
return pg_advisory_unlock(logic.job_key(p_job));

comment on function api.job_release(text) is
$$Lets go of a job that this session had in hand; false: it had not.
Example: select api.job_release('calls') where false
Raises: nothing$$;
grant execute on function api.job_release(text) to leissner_admin, leissner_batch;

create function api.job_mail(p_job text)
returns table (
    run bigint, recipient text, subject text, body text, sender_name text, sender_email text
)
language sql stable rows 1
begin atomic
    select mail.run, mail.recipient, mail.subject, mail.body, mail.sender_name, mail.sender_email
    from logic.job_mail(p_job) as mail;
end;

comment on function api.job_mail(text) is
$$What is to be sent, and to whom, about a job that fails; no row where there is nothing to say.
Example: select * from api.job_mail('calls') where false
Raises: LB901$$;
grant execute on function api.job_mail(text) to leissner_admin, leissner_batch;

create function api.job_mailed(p_run bigint)
returns void
language sql volatile
begin atomic
    select logic.job_mailed(p_run);
end;

comment on function api.job_mailed(bigint) is
$$Notes that somebody was told of a run that failed.
Example: select api.job_mailed(1) where false
Raises: LB901$$;
grant execute on function api.job_mailed(bigint) to leissner_admin, leissner_batch;

create function api.job_enable(p_job text, p_is_enabled boolean)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    perform logic.job_get(p_job);
    update billing.job as job set is_enabled = p_is_enabled where job.code = p_job;
end;
$$;

comment on function api.job_enable(text, boolean) is
$$Lets a job run by the clock, or not. What would have been due meanwhile was not missed.
Example: select api.job_enable('calls', true) where false
Raises: LB650$$;
grant execute on function api.job_enable(text, boolean) to leissner_admin, leissner_batch;

create function api.job_list()
returns table (
    job text, schedule text, words text, catch_up text, email text, is_enabled boolean,
    timeout_minutes integer, next_at timestamptz, state text, due_at timestamptz, started_at timestamptz,
    ended_at timestamptz,
    exit_code integer, counts jsonb, failures bigint, time_zone text
)
language sql stable rows 10
begin atomic
    select
        job.code, job.schedule, job.what || coalesce(' ' || job.options, ''), job.catch_up, job.email,
        job.is_enabled, job.timeout_minutes,
        case when job.is_enabled then coalesce(
            (select min(due.at) from logic.job_times(job.schedule, now(), now() + interval '2 days') as due),
            (select min(due.at) from logic.job_times(job.schedule, now(), now() + interval '9 years') as due)
        ) end,
        case when last.state = 'running' and not logic.job_is_held(job.code) then 'lost' else last.state end,
        last.due_at, last.started_at, last.ended_at, last.exit_code, last.counts,
        (select count(*) from logic.job_streak(job.code))
        + case when last.state = 'running' and not logic.job_is_held(job.code) then 1 else 0 end,
        coalesce((select operator.time_zone from billing.operator as operator), 'UTC')
    from billing.job
    left join lateral (
        select run.*
        from billing.job_run as run
        where run.code = job.code and run.state <> 'skipped'
        order by run.job_run_id desc
        limit 1
    ) as last on true
    order by job.code;
end;

comment on function api.job_list() is
$$The jobs: when each is due next, its latest run, and how often it failed since it last worked.
Example: select * from api.job_list()
Raises: nothing$$;
grant execute on function api.job_list() to
    leissner_admin, leissner_finance, leissner_credit, leissner_auditor, leissner_batch;

create function api.job_run_list(p_job text, p_limit integer default 20)
returns table (
    run bigint, due_at timestamptz, attempt integer, is_manual boolean, state text, words text, made_by text,
    started_at timestamptz, ended_at timestamptz, exit_code integer, counts jsonb, log text,
    mailed_at timestamptz
)
language plpgsql stable rows 20
set search_path = pg_catalog, pg_temp
as $$
begin
    perform logic.job_get(p_job);
    return query
    select
        run.job_run_id, run.due_at, run.attempt, run.is_manual,
        case when run.state = 'running' and not logic.job_is_held(p_job) then 'lost' else run.state end,
        run.words, run.made_by, run.started_at, run.ended_at, run.exit_code, run.counts, run.log,
        run.mailed_at
    from billing.job_run as run
    where run.code = p_job
    order by run.job_run_id desc
    limit p_limit;
end;
$$;

comment on function api.job_run_list(text, integer) is
$$The latest runs of a job, the newest first.
Example: select * from api.job_run_list('calls') where false
Raises: LB650$$;
grant execute on function api.job_run_list(text, integer) to
    leissner_admin, leissner_finance, leissner_credit, leissner_auditor, leissner_batch;
