-- 86_schedule: reports by the clock. A schedule is a job (85_job) whose command is `report deliver`, run as
-- the level of the person who made it; people see and change those of their level, an admin all.

create function logic.schedule_quote(p_word text)
returns text
language sql immutable parallel safe strict
return '''' || replace(p_word, '''', '''"''"''') || '''';

comment on function logic.schedule_quote(text) is
$$A word as a command line has it, whatever is in it.
Example: select logic.schedule_quote('it''s')
Raises: nothing$$;

create function logic.schedule_level(p_options text)
returns text
language sql immutable parallel safe
return coalesce(substring(p_options from ' --level[ =]([a-z]+)( |$)'), 'report');

comment on function logic.schedule_level(text) is
$$The level that a scheduled report runs with.
Example: select logic.schedule_level('deliver ageing --level finance')
Raises: nothing$$;

create function logic.schedule_get(p_job text)
returns billing.job
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_job billing.job;
begin
    select job.* into v_job
    from billing.job as job
    where
        job.code = p_job and job.what = 'report' and job.options ~ '^deliver [a-z0-9_]+( |$)'
        and access.has_level(logic.schedule_level(job.options));
    if v_job.code is null then
        perform billing.fail('LB693', jsonb_build_object('job', p_job));
    end if;
    return v_job;
end;
$$;

comment on function logic.schedule_get(text) is
$$The job of a scheduled report that the caller may see.
Example: select logic.schedule_get('report-ageing-1') where false
Raises: LB693$$;

create function logic.schedule_list()
returns table (
    job text, report text, schedule text, options text, level text, email text, is_enabled boolean,
    next_at timestamptz, state text, started_at timestamptz, ended_at timestamptz, failures bigint,
    row_version integer
)
language plpgsql stable security definer rows 10
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor'
    );
    return query
    select
        job.code, substring(job.options from '^deliver ([a-z0-9_]+)'), job.schedule, job.options,
        logic.schedule_level(job.options), job.email, job.is_enabled,
        case when job.is_enabled then coalesce(
            (select min(due.at) from logic.job_times(job.schedule, now(), now() + interval '2 days') as due),
            (select min(due.at) from logic.job_times(job.schedule, now(), now() + interval '1 year') as due)
        ) end,
        case when last.state = 'running' and not logic.job_is_held(job.code) then 'lost' else last.state end,
        last.started_at, last.ended_at, (select count(*) from logic.job_streak(job.code)), job.row_version
    from billing.job as job
    left join lateral (
        select run.*
        from billing.job_run as run
        where run.code = job.code and run.state <> 'skipped'
        order by run.job_run_id desc
        limit 1
    ) as last on true
    where
        job.what = 'report' and job.options ~ '^deliver [a-z0-9_]+( |$)'
        and access.has_level(logic.schedule_level(job.options))
    order by not job.is_enabled, job.code;
end;
$$;

comment on function logic.schedule_list() is
$$The reports that are sent by the clock as the caller's level (for an admin: as any): when next, and what
came of the last run.
Example: select * from logic.schedule_list() where false
Raises: LB901 without a level of staff$$;

create function logic.schedule_save(
    p_report text, p_schedule text, p_deliver_to text[], p_form text, p_parameters jsonb, p_email text,
    p_shared_with text[], p_job text, p_row_version integer
)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_level text;
    v_job billing.job;
    v_wrong text;
    v_options text;
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor'
    );
    v_level := access.level_current();
    if p_job is not null then
        v_job := logic.schedule_get(p_job);
        v_level := logic.schedule_level(v_job.options);
        perform logic.version_check(p_row_version, v_job.row_version);
    end if;
    if coalesce(cardinality(p_deliver_to), 0) = 0 then
        perform billing.fail('LB690');
    end if;
    if p_report !~ '^[a-z][a-z0-9_]{0,62}$' then
        perform billing.fail('LB680', jsonb_build_object('name', p_report));
    end if;
    if p_form is null or p_form not in ('csv', 'xlsx', 'json', 'table') then
        perform billing.fail(
            'LB685', jsonb_build_object('value', p_form, 'type', 'format', 'parameter', 'form')
        );
    end if;
    select place.name into v_wrong
    from unnest(p_deliver_to) as place (name)
    where
        place.name !~ '^[^@[:space:]/]+@[^@[:space:]/]+$'
        and not (access.has_level('admin') and place.name ~ '^(/|(sftp|ftps?)://)[^[:cntrl:]]+$')
    limit 1;
    if found then
        perform billing.fail('LB691', jsonb_build_object('place', v_wrong));
    end if;
    if p_shared_with is not null and v_level <> 'admin' and not v_level = any(p_shared_with) then
        perform billing.fail('LB692', jsonb_build_object('report', p_report, 'level', v_level));
    end if;
    v_options := format('deliver %s --format %s --level %s', p_report, p_form, v_level) || coalesce((
        select string_agg(
            ' --param ' || logic.schedule_quote(given.key || '=' || given.value), '' order by given.key
        )
        from jsonb_each_text(p_parameters) as given (key, value)
        where given.value is not null
    ), '') || (
        select string_agg(' --to ' || logic.schedule_quote(place.name), '' order by place.number)
        from unnest(p_deliver_to) with ordinality as place (name, number)
    );
    if v_job.code is not null then
        update billing.job as job
        set schedule = p_schedule, options = v_options, email = p_email
        where job.code = p_job;
        return p_job;
    end if;
    perform pg_advisory_xact_lock(logic.job_key('report schedules'));
    insert into billing.job (code, schedule, options, what, email, timeout_minutes)
    values (
        format('report-%s-%s', p_report, 1 + (
            select coalesce(max(substring(job.code from '-([0-9]{1,6})$')::integer), 0)
            from billing.job as job
            where job.code like format('report-%s-%%', p_report)
        )), p_schedule, v_options, 'report', p_email, 60
    )
    returning code into v_job.code;
    return v_job.code;
end;
$$;

comment on function logic.schedule_save(text, text, text[], text, jsonb, text, text[], text, integer) is
$$Makes or changes the schedule of a report; it runs as the level of who made it. Folders and servers an
admin only may name. p_shared_with: NULL for a standard report.
Example: select logic.schedule_save('ageing', '0 6 * * *', '{a}', 'csv', '{}', '', '{}', '', 1) where false
Raises: LB680, LB685, LB690, LB691, LB692, LB693, LB800, LB901$$;

create function logic.schedule_enable(p_job text, p_is_enabled boolean)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor'
    );
    perform logic.schedule_get(p_job);
    update billing.job as job set is_enabled = p_is_enabled where job.code = p_job;
end;
$$;

comment on function logic.schedule_enable(text, boolean) is
$$Stops a scheduled report, or lets it go on.
Example: select logic.schedule_enable('report-ageing-1', false) where false
Raises: LB693, LB901$$;

create function logic.schedule_run_list(p_job text, p_limit integer)
returns table (
    run bigint, due_at timestamptz, state text, words text, started_at timestamptz, ended_at timestamptz,
    exit_code integer, counts jsonb, log text
)
language plpgsql stable security definer rows 20
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor'
    );
    perform logic.schedule_get(p_job);
    return query
    select
        run.job_run_id, run.due_at,
        case when run.state = 'running' and not logic.job_is_held(p_job) then 'lost' else run.state end,
        run.words, run.started_at, run.ended_at, run.exit_code, run.counts, run.log
    from billing.job_run as run
    where run.code = p_job
    order by run.job_run_id desc
    limit p_limit;
end;
$$;

comment on function logic.schedule_run_list(text, integer) is
$$The latest runs of a scheduled report, the newest first, with what they wrote.
Example: select * from logic.schedule_run_list('report-ageing-1', 20) where false
Raises: LB693, LB901$$;

create function logic.report_event_list(p_report text, p_is_all boolean, p_limit integer)
returns table (at timestamptz, actor text, level text, client text, kind text, detail jsonb)
language plpgsql stable security definer rows 50
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
        'integration', 'seller'
    );
    return query
    select event.at, event.actor, event.level, event.client, event.kind, event.detail
    from audit.event as event
    where
        event.kind in ('report', 'report_end', 'report_deliver') and event.subject = p_report
        and (event.actor = access.actor_current() or p_is_all and access.has_level('report', 'auditor'))
    order by event.at desc, event.event_id desc
    limit p_limit;
end;
$$;

comment on function logic.report_event_list(text, boolean, integer) is
$$Who ran and sent a report, with which values: everybody with p_is_all at the levels report, auditor and
admin, else the caller's own runs.
Example: select * from logic.report_event_list('ageing', true, 100) where false
Raises: LB901$$;

-- api

create function api.schedule_list()
returns table (
    job text, report text, schedule text, options text, level text, email text, is_enabled boolean,
    next_at timestamptz, state text, started_at timestamptz, ended_at timestamptz, failures bigint,
    row_version integer
)
language sql stable rows 10
begin atomic
    select
        one.job, one.report, one.schedule, one.options, one.level, one.email, one.is_enabled, one.next_at,
        one.state, one.started_at, one.ended_at, one.failures, one.row_version
    from logic.schedule_list() as one;
end;

comment on function api.schedule_list() is
$$The reports that are sent by the clock as the caller's level.
Example: select job, report, next_at from api.schedule_list() where false
Raises: LB901$$;

create function api.schedule_save(
    p_report text, p_schedule text, p_deliver_to text[], p_form text default 'xlsx',
    p_parameters jsonb default '{}', p_email text default null, p_job text default null,
    p_row_version integer default null
)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_shared text[];
begin
    if not exists (select from api.report_list() as one where one.report = p_report) then
        v_shared := (logic.tailored_find(p_report)).shared_with;
    end if;
    return logic.schedule_save(
        p_report, p_schedule, p_deliver_to, p_form, p_parameters, p_email, v_shared, p_job, p_row_version
    );
end;
$$;

comment on function api.schedule_save(text, text, text[], text, jsonb, text, text, integer) is
$$Lets a report be sent by the clock, or changes that; gives the name of its job. Values of parameters may
hold {day}, {yesterday}, {month} (its first day), {month_end} (the last of the month before) and {last_month}.
Example: select api.schedule_save('ageing', '0 6 * * 1', '{a@b.se}', 'csv', '{"as_of": "{day}"}') where false
Raises: LB680, LB685, LB690, LB691, LB692, LB693, LB800, LB901$$;

create function api.schedule_enable(p_job text, p_is_enabled boolean)
returns void
language sql volatile
begin atomic
    select logic.schedule_enable(p_job, p_is_enabled);
end;

comment on function api.schedule_enable(text, boolean) is
$$Stops a scheduled report, or lets it go on; what would have been due meanwhile is not caught up.
Example: select api.schedule_enable('report-ageing-1', false) where false
Raises: LB693, LB901$$;

create function api.schedule_run_list(p_job text, p_limit integer default 20)
returns table (
    run bigint, due_at timestamptz, state text, words text, started_at timestamptz, ended_at timestamptz,
    exit_code integer, counts jsonb, log text
)
language sql stable rows 20
begin atomic
    select
        one.run, one.due_at, one.state, one.words, one.started_at, one.ended_at, one.exit_code, one.counts,
        one.log
    from logic.schedule_run_list(p_job, p_limit) as one;
end;

comment on function api.schedule_run_list(text, integer) is
$$The latest runs of a scheduled report.
Example: select * from api.schedule_run_list('report-ageing-1') where false
Raises: LB693, LB901$$;

create function api.report_event_list(
    p_report text, p_is_all boolean default true, p_limit integer default 100
)
returns table (at timestamptz, actor text, level text, client text, kind text, detail jsonb)
language sql stable rows 50
begin atomic
    select one.at, one.actor, one.level, one.client, one.kind, one.detail
    from logic.report_event_list(p_report, p_is_all, p_limit) as one;
end;

comment on function api.report_event_list(text, boolean, integer) is
$$Who ran and sent a report, and with which values.
Example: select at, actor, kind from api.report_event_list('ageing') where false
Raises: LB901$$;

grant execute on function
    api.schedule_list(), api.schedule_enable(text, boolean), api.schedule_run_list(text, integer),
    api.schedule_save(text, text, text[], text, jsonb, text, text, integer)
to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_report, leissner_auditor;
grant execute on function api.report_event_list(text, boolean, integer) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_report, leissner_auditor, leissner_batch, leissner_integration;
