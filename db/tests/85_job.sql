-- Jobs: when a schedule is due, clock changes included, and what is caught up by which rule.
begin;
select plan(21);

insert into billing.currency (currency, decimals) values ('SEK', 2) on conflict do nothing;
insert into billing.operator (name, org_no, currency, time_zone, language)
values ('Norrsken', '556016-0680', 'SEK', 'Europe/Stockholm', 'sv');

create function pg_temp.due(p_schedule text, p_from timestamptz, p_to timestamptz)
returns text
language sql
return (
    select string_agg(to_char(due.at at time zone 'UTC', 'DD HH24:MI'), ', ' order by due.at)
    from logic.job_times(p_schedule, p_from, p_to) as due
);

select is(
    pg_temp.due('30 6 * * mon-fri', '2026-11-06', '2026-11-11'), '06 05:30, 09 05:30, 10 05:30',
    'weekdays, by the operator''s clock'
);
select is(
    pg_temp.due('0 12 1,15 * 5', '2026-01-01', '2026-01-10'), '01 11:00, 02 11:00, 09 11:00',
    'a day of the month or a weekday, where both are given'
);
select is(
    pg_temp.due('59-50/3 * * * *', '2026-01-01', '2026-01-10'), null, 'nothing where nothing is meant'
);
select is(
    pg_temp.due('10/20 3-4 28-31 2 *', '2026-01-01', '2026-12-31'),
    '28 02:10, 28 02:30, 28 02:50, 28 03:10, 28 03:30, 28 03:50', 'steps and ranges; no 30 February'
);
select is(pg_temp.due('0 0 * * 7', '2026-11-25', '2026-12-01'), '28 23:00', '7 is Sunday');
select is(
    pg_temp.due('30 2 * * *', '2026-03-28', '2026-03-30'), '28 01:30, 29 01:30',
    'what is due in the hour that spring leaves out is due an hour later'
);
select is(
    pg_temp.due('30 * * * *', '2026-03-29 00:00+00', '2026-03-29 03:00+00'), '29 00:30, 29 01:30, 29 02:30',
    'and each hour once, on that night too'
);
select is(
    pg_temp.due('30 2 * * *', '2026-10-24 12:00+00', '2026-10-26 12:00+00'), '25 00:30, 26 01:30',
    'a job at an hour that autumn has twice runs once'
);
select is(
    pg_temp.due('*/30 * * * *', '2026-10-24 23:30+00', '2026-10-25 02:00+00'),
    '25 00:00, 25 00:30, 25 01:00, 25 01:30, 25 02:00', 'one at every hour goes on'
);
select is(
    array(
        select schedule
        from unnest(array[
            '* * * * *', '@daily', '0 0 30 2 *', '0 0 31 4 *', '0 0 31 4,5 *', '60 * * * *', '* 24 * * *',
            '* * 0 * *', '* * * 13 *', '* * * * 8', '* * * *', '* * * * * *', '*/0 * * * *', '5-1 * * * *',
            'a', '', '1,,2 * * * *', '0 0 * * mon-xyz', '0 0 30 2 1'
        ]) as one (schedule)
        where billing.cron_is_valid(schedule)
    ), array['* * * * *', '@daily', '0 0 31 4,5 *', '0 0 30 2 1'], 'what is a schedule, and what is not'
);
select is(
    logic.job_words(
        'bill run', '--through {month_end} x{day} {yesterday} {last_month} {month}', '2027-01-01'
    ),
    'bill run --through 2026-12-31 x2027-01-01 2026-12-31 2026-12-01 2027-01-01', 'days in options'
);
select throws_ok(
    $$ insert into billing.job (code, schedule, what, options) values ('x', '@daily', 'check', '{week}') $$,
    '23514', null, 'a day that there is not'
);

-- Catching up ---------------------------------------------------------------------------------------------

insert into billing.job (code, schedule, what, catch_up, since_at)
select rule, '0 * * * *', 'check', rule, date_trunc('hour', now()) - interval '170 minutes'
from unnest(array['all', 'latest', 'none']) as rule;

create function pg_temp.hours(p_job text)
returns text
language sql
return (
    select string_agg(
        format(
            '%s %s%s', run.state, extract(epoch from date_trunc('hour', now()) - run.due_at)::int / 3600,
            ' of ' || (run.counts ->> 'times')
        ), ', ' order by run.job_run_id
    )
    from billing.job_run as run
    where run.code = p_job
);

create function pg_temp.once(p_job text, p_exit integer)
returns bigint
language sql
begin atomic
    select logic.job_finish(begun.run, p_exit, '{}', 'log')::int::bigint
    from api.job_begin(p_job, false, 'test') as begun;
end;

select pg_temp.once(job.job, 0) from (values ('all'), ('all'), ('all'), ('all')) as job (job);
select is(pg_temp.hours('all'), 'done 2, done 1, done 0', 'all: every one, in order, and no more');
select pg_temp.once('latest', 0), pg_temp.once('latest', 0);
select is(pg_temp.hours('latest'), 'skipped 1 of 2, done 0', 'latest: the last, the others noted');
select is(
    pg_temp.once('none', 0) is null, extract(minute from now()) >= 5,
    'none: only while it is just due'
);
select set_eq(
    'select job from api.job_due_list()', array[]::text[], 'and then nothing is due'
);

-- A run whose process is gone; the lock is this session's own, so begin takes it again.
update billing.job set schedule = '* * * * *' where code = 'latest';
select pg_advisory_unlock_all();
update billing.job_run set state = 'running', ended_at = null where code = 'latest' and state = 'done';
select results_eq(
    $$ select state, failures from api.job_list() where job = 'latest' $$, $$ values ('lost', 1::bigint) $$,
    'a run without its process is seen to be lost'
);
select ok(exists (select from api.job_due_list() where job = 'latest'), 'is taken up');
select is(
    (select begun.due_at from api.job_begin('latest', false, 'test') as begun), date_trunc('hour', now()),
    'and run again for the same time'
);
select results_eq(
    $$ select state, attempt from billing.job_run where code = 'latest' and state <> 'skipped'
    order by job_run_id $$,
    $$ values ('lost', 1), ('running', 2) $$, 'as another attempt'
);
select throws_ok(
    $$ select api.job_begin('strange', true, 'test') $$, 'LB650', 'There is no job strange.', 'no such job'
);

select * from finish();
rollback;
