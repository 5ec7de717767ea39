-- 82_tailored: reports that people wrote themselves. What one may be is checked where it is saved
-- (billing.tg_tailored_check); here is who may run it, with which values.

create function logic.tailored_is_open(p_report billing.tailored_report)
returns boolean
language sql stable
return (select access.has_level('admin')) or p_report.owner = (select access.actor_current())
or access.has_level(variadic p_report.shared_with);

comment on function logic.tailored_is_open(billing.tailored_report) is
$$May the caller run a report: it is the caller's own, or shared with the caller's level?
Example: select logic.tailored_is_open(report) from billing.tailored_report as report
Raises: nothing$$;

create function logic.tailored_find(p_report text)
returns billing.tailored_report
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_report billing.tailored_report;
begin
    select report.* into v_report
    from billing.tailored_report as report
    where report.name = p_report and logic.tailored_is_open(report);
    if not found then
        perform billing.fail('LB680', jsonb_build_object('name', p_report));
    end if;
    return v_report;
end
$$;

comment on function logic.tailored_find(text) is
$$A tailored report that the caller may run.
Example: select logic.tailored_find('late') where false
Raises: LB680$$;

create function logic.tailored_values(p_report billing.tailored_report, p_parameters jsonb)
returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_values jsonb;
    v_wrong record;
begin
    select coalesce(
        jsonb_object_agg(one.value ->> 'name', coalesce(
            p_parameters -> (one.value ->> 'name'), one.value -> 'default'
        )), '{}'
    )
    into v_values
    from jsonb_array_elements(p_report.parameters) as one (value)
    where p_parameters ? (one.value ->> 'name') or one.value ? 'default';

    select wrong.name into v_wrong
    from (
        select given.key as name from jsonb_object_keys(p_parameters) as given (key)
        where not p_report.parameters @> jsonb_build_array(jsonb_build_object('name', given.key))
        union all
        select one.value ->> 'name' from jsonb_array_elements(p_report.parameters) as one (value)
        where not v_values ? (one.value ->> 'name')
    ) as wrong
    limit 1;
    if found then
        perform billing.fail('LB683', jsonb_build_object(
            'name', p_report.name, 'parameter', v_wrong.name, 'wanted', coalesce((
                select string_agg(one.value ->> 'name', ', ' order by one.place)
                from jsonb_array_elements(p_report.parameters) with ordinality as one (value, place)
            ), '-')
        ));
    end if;

    select given.value, one.value ->> 'name' as name, one.value ->> 'type' as type into v_wrong
    from jsonb_array_elements(p_report.parameters) as one (value)
    cross join lateral (select v_values ->> (one.value ->> 'name') as value) as given
    where given.value is not null and not pg_input_is_valid(given.value, one.value ->> 'type')
    limit 1;
    if found then
        perform billing.fail('LB685', jsonb_build_object(
            'value', v_wrong.value, 'type', v_wrong.type, 'parameter', v_wrong.name
        ));
    end if;
    return v_values;
end
$$;

comment on function logic.tailored_values(billing.tailored_report, jsonb) is
$$The values of a report's parameters: those given, else the defaults.
Example: select logic.tailored_values(report, '{}') from billing.tailored_report as report where false
Raises: LB683 for an unknown or missing one, LB685 for a value of another type$$;

create function logic.tailored_tried_at(p_name text)
returns timestamptz
language sql immutable parallel safe
return to_timestamp(substring(p_name from '^try_([0-9]{10})_[0-9a-f]{16}$')::bigint);

comment on function logic.tailored_tried_at(text) is
$$When a report was tried that is saved only for that, under a name that nobody knows; NULL for another.
Example: select logic.tailored_tried_at('try_1790000000_0123456789abcdef')
Raises: nothing$$;

-- api

create function api.tailored_list(p_report text default null)
returns table (
    report text, title text, arguments text[], types text[], needed integer, columns text[],
    column_types text[], summed text[], layout jsonb, form text, owner text, shared_with text[],
    deliver_to text[], max_seconds integer, max_rows integer
)
language sql stable rows 20
begin atomic
    select
        report.name, report.title, part.arguments, part.types, part.needed, report.columns,
        report.column_types, array(
            select shown.name
            from unnest(report.columns, report.column_types) with ordinality as shown (name, type, place)
            where
                report.layout -> shown.name -> 'sum' = 'true'
                and shown.type in ('numeric', 'bigint', 'integer', 'smallint')
            order by shown.place
        ),
        report.layout, report.form, report.owner, report.shared_with, report.deliver_to, report.max_seconds,
        report.max_rows
    from billing.tailored_report as report
    cross join lateral (
        select
            array_agg(one.value ->> 'name' order by one.value ? 'default', one.place) as arguments,
            array_agg(one.value ->> 'type' order by one.value ? 'default', one.place) as types,
            count(*) filter (where not one.value ? 'default')::integer as needed
        from jsonb_array_elements(report.parameters) with ordinality as one (value, place)
    ) as part
    where
        logic.tailored_is_open(report)
        and case
            when p_report is null then logic.tailored_tried_at(report.name) is null
            else report.name = p_report
        end
    order by report.name collate "C";
end;

comment on function api.tailored_list(text) is
$$The tailored reports that the caller may run, or the one of a name: as report_list, and how each is laid
out, whose it is, where it goes, and its limits. One that is only being tried is given by its name alone.
Example: select report, title, owner from api.tailored_list()
Raises: nothing$$;

create function api.tailored_get(p_report text)
returns table (
    report text, title text, statement text, parameters jsonb, layout jsonb, form text, owner text,
    shared_with text[], deliver_to text[], max_seconds integer, max_rows integer, row_version integer
)
language sql stable rows 1
begin atomic
    select
        found.name, found.title, found.statement, found.parameters, found.layout, found.form, found.owner,
        found.shared_with, found.deliver_to, found.max_seconds, found.max_rows, found.row_version
    from logic.tailored_find(p_report) as found;
end;

comment on function api.tailored_get(text) is
$$A tailored report with its SELECT.
Example: select statement from api.tailored_get('late') where false
Raises: LB680$$;

create function api.tailored_save(
    p_report text,
    p_statement text,
    p_title text default '',
    p_parameters jsonb default '[]',
    p_layout jsonb default '{}',
    p_form text default 'xlsx',
    p_shared_with text[] default '{report}',
    p_deliver_to text[] default '{}',
    p_max_seconds integer default 60,
    p_max_rows integer default 100000,
    p_row_version integer default null
)
returns text[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_columns text[];
begin
    -- What was tried and left behind when the try was broken off.
    delete from billing.tailored_report as report
    where logic.tailored_tried_at(report.name) < now() - interval '10 minutes';
    perform logic.version_check(p_row_version, (
        select report.row_version from billing.tailored_report as report where report.name = p_report
        for update
    ));
    insert into billing.tailored_report as report (
        name, statement, title, parameters, layout, form, shared_with, deliver_to, max_seconds, max_rows
    )
    values (
        p_report, p_statement, p_title, p_parameters, p_layout, p_form, p_shared_with, p_deliver_to,
        p_max_seconds, p_max_rows
    )
    on conflict (name) do update
    set
        statement = excluded.statement, title = excluded.title, parameters = excluded.parameters,
        layout = excluded.layout, form = excluded.form, shared_with = excluded.shared_with,
        deliver_to = excluded.deliver_to, max_seconds = excluded.max_seconds, max_rows = excluded.max_rows
    returning report.columns into v_columns;
    return v_columns;
end
$$;

comment on function api.tailored_save(
    text, text, text, jsonb, jsonb, text, text[], text[], integer, integer, integer
) is
$$Saves a tailored report, or changes the one of that name, and gives its columns. The SELECT is tried first.
Example: select api.tailored_save('sellers', 'select code, name from billing.seller')
Raises: LB681, LB682, LB684, LB686, LB687, LB689, LB800 when someone else has saved it meanwhile$$;

create function api.tailored_copy(p_report text, p_new text)
returns text[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_report billing.tailored_report;
begin
    -- A standard report: its columns from its function, whose defaults still hold.
    select
        one.title,
        format(
            E'select\n    %s\nfrom report.%I(%s)', array_to_string(one.columns, E',\n    '), one.report,
            part.arguments
        ),
        part.parameters,
        coalesce((
            select jsonb_object_agg(summed.name, '{"sum": true}'::jsonb)
            from unnest(one.summed) as summed (name)
        ), '{}')
    into v_report.title, v_report.statement, v_report.parameters, v_report.layout
    from api.report_list() as one
    inner join pg_proc as proc
        on proc.pronamespace = 'report'::regnamespace and proc.proname = one.report
    cross join lateral (
        select
            string_agg(
                format(
                    case when argument.place > one.needed then '%1$I => coalesce(:%2$s, %3$s)'
                    else '%1$I => :%2$s' end,
                    argument.name, substr(argument.name, 3),
                    pg_get_function_arg_default(proc.oid, argument.place::integer)
                ), ', ' order by argument.place
            ) as arguments,
            coalesce(jsonb_agg(
                jsonb_build_object('name', substr(argument.name, 3), 'type', argument.type)
                || case when argument.place > one.needed then '{"default": null}' else '{}' end::jsonb
                order by argument.place
            ), '[]') as parameters
        from unnest(one.arguments, one.types) with ordinality as argument (name, type, place)
    ) as part
    where one.report = p_report;
    if not found then
        v_report := logic.tailored_find(p_report);
    end if;
    insert into billing.tailored_report as report (
        name, statement, title, parameters, layout, form, max_seconds, max_rows
    )
    values (
        p_new, v_report.statement, v_report.title, v_report.parameters, v_report.layout,
        coalesce(v_report.form, 'xlsx'), coalesce(v_report.max_seconds, 60),
        coalesce(v_report.max_rows, 100000)
    )
    returning report.columns into v_report.columns;
    return v_report.columns;
end
$$;

comment on function api.tailored_copy(text, text) is
$$Makes a tailored report of the caller's own from a standard one or another tailored one, and gives its
columns.
Example: select api.tailored_copy('calls_per_country', 'my_countries')
Raises: LB680, LB684$$;

create function api.tailored_delete(p_report text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    delete from billing.tailored_report as report
    where report.tailored_report_id = (logic.tailored_find(p_report)).tailored_report_id;
end
$$;

comment on function api.tailored_delete(text) is
$$Deletes a tailored report; what it was stays in the log.
Example: select api.tailored_delete('late') where false
Raises: LB680, LB689$$;

create function api.report_run(p_report text, p_parameters jsonb default '{}')
returns refcursor
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_cursor refcursor := 'report';
    v_report constant billing.tailored_report := logic.tailored_find(p_report);
    v_values constant jsonb := logic.tailored_values(v_report, p_parameters);
    v_limit constant interval := make_interval(secs => v_report.max_seconds);
begin
    if not current_setting('transaction_read_only')::boolean then
        perform billing.fail('LB688');
    end if;
    if current_setting('statement_timeout')::interval not between interval '1 millisecond' and v_limit then
        perform set_config('statement_timeout', v_report.max_seconds || 's', true);
    end if;
    open v_cursor no scroll for execute format(
        'select * from (%s%s) as report limit %s',
        billing.tailored_text(v_report.statement, v_report.parameters, '$1'), chr(10), v_report.max_rows + 1
    ) using v_values;
    return v_cursor;
end
$$;

comment on function api.report_run(text, jsonb) is
$$Runs a tailored report with the rights of the caller and gives the cursor `report`, from which its rows are
fetched: one more than its limit where there are more. In a transaction that reads only.
Example: select api.report_run('late', '{"days": 30}') where false
Raises: LB680, LB683, LB685, LB688$$;

create function api.report_sender()
returns table (today date, name text, email text)
language sql stable rows 1
begin atomic
    select logic.today(), operator.name, operator.email from billing.operator;
end;

comment on function api.report_sender() is
$$The operator's date, and in whose name reports are sent.
Example: select today, name from api.report_sender()
Raises: nothing$$;

grant execute on function
    api.tailored_list(text), api.tailored_get(text), api.report_run(text, jsonb), api.report_sender()
to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_report, leissner_auditor, leissner_batch, leissner_integration;
grant execute on function
    api.tailored_save(text, text, text, jsonb, jsonb, text, text[], text[], integer, integer, integer),
    api.tailored_copy(text, text), api.tailored_delete(text)
to leissner_admin, leissner_report;
