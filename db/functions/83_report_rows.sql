-- 83_report_rows: a standard report by its name and named values, for other systems: rows by number, or the
-- whole as CSV (scripts/report.py).

create type logic.report_parameter as (name text, value text);
comment on type logic.report_parameter is 'A value for an argument of a report.';
comment on column logic.report_parameter.name is
    'The argument, as the list of reports has it, or without p_.';
comment on column logic.report_parameter.value is
    'Its value; days as 2026-10-31, yes and no as true and false.';

create function logic.report_arguments(p_report text, p_parameters jsonb)
returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_report record;
    v_values jsonb;
    v_wrong record;
begin
    select known.* into v_report from api.report_list() as known where known.report = p_report;
    if not found then
        perform billing.fail('LB680', jsonb_build_object('name', p_report, 'field', 'report'));
    end if;
    select coalesce(jsonb_object_agg(regexp_replace(given.name, '^(p_)?', 'p_'), given.value), '{}')
    into v_values
    from jsonb_populate_recordset(null::logic.report_parameter, p_parameters) as given
    where given.value is not null;
    select wrong.name into v_wrong
    from (
        select given.key as name from jsonb_object_keys(v_values) as given (key)
        where given.key <> all(coalesce(v_report.arguments, '{}'))
        union all
        select needed.name
        from unnest(v_report.arguments) with ordinality as needed (name, place)
        where needed.place <= v_report.needed and not v_values ? needed.name
    ) as wrong
    limit 1;
    if found then
        perform billing.fail('LB683', jsonb_build_object(
            'name', p_report, 'parameter', v_wrong.name, 'field', 'parameters',
            'wanted', coalesce(array_to_string(v_report.arguments, ', '), '-')
        ));
    end if;
    select one.name, one.type, v_values ->> one.name as value into v_wrong
    from unnest(v_report.arguments, v_report.types) as one (name, type)
    where v_values ? one.name and not pg_input_is_valid(v_values ->> one.name, one.type)
    limit 1;
    if found then
        perform billing.fail('LB685', jsonb_build_object(
            'value', v_wrong.value, 'type', v_wrong.type, 'parameter', v_wrong.name, 'field', 'parameters'
        ));
    end if;
    return v_values;
end;
$$;

comment on function logic.report_arguments(text, jsonb) is
$$The values of a standard report's arguments by name, from a list of logic.report_parameter.
Example: select logic.report_arguments('active_contracts', '[{"name": "as_of", "value": "2026-10-31"}]')
Raises: LB680 for an unknown report, LB683 for an unknown or missing argument, LB685 for a value of another
type$$;

-- api

create function api.report_get(p_report text, p_parameters jsonb default '[]')
returns table (
    report text, title text, columns text[], column_types text[], summed text[], arguments jsonb
)
language sql stable rows 1
begin atomic
    select
        known.report, known.title, known.columns, known.column_types, known.summed, checked.arguments
    from (select logic.report_arguments(p_report, p_parameters) as arguments offset 0) as checked
    left join api.report_list() as known on known.report = p_report;
end;

comment on function api.report_get(text, jsonb) is
$$A standard report: its title and columns, those with sums, and the values of its arguments as it will take
them. Refused: one that is unknown or not for the caller, an unknown or missing argument, a value of another
type.
Example: select columns from api.report_get('active_contracts')
Raises: LB680, LB683, LB685$$;

create function api.report_row_list(
    p_report text, p_parameters jsonb default '[]', p_after bigint default 0, p_limit integer default 1000
)
returns table (number bigint, cells text[])
language plpgsql stable rows 1000
set search_path = pg_catalog, pg_temp
as $$
declare
    v_arguments constant jsonb := logic.report_arguments(p_report, p_parameters);
    v_report record;
begin
    select known.* into v_report from api.report_list() as known where known.report = p_report;
    return query execute format(
        'select counted.number, array[%s]
        from (select row_number() over () as number, made.* from report.%I(%s) as made) as counted
        where counted.number > $1
        order by counted.number limit $2',
        (
            select string_agg(format('coalesce(counted.%I::text, '''')', one.name), ', ' order by one.place)
            from unnest(v_report.columns) with ordinality as one (name, place)
        ),
        p_report,
        (
            select string_agg(format('%I => %L', one.name, one.value), ', ')
            from jsonb_each_text(v_arguments) as one (name, value)
        )
    ) using coalesce(p_after, 0), p_limit;
end;
$$;

comment on function api.report_row_list(text, jsonb, bigint, integer) is
$$Runs a standard report and gives its rows in its own order, numbered from 1, p_limit after number p_after:
cells are the columns in the order that the list of reports has them, empty where there is nothing.
Sellers see their own customers only. Sums are no row of it. Refused: a report that is unknown or not for
the caller, an unknown or missing argument, a value of another type.
Example: select * from api.report_row_list('active_contracts', '[{"name": "as_of", "value": "2026-10-31"}]')
Raises: LB680, LB683, LB685, and what the report raises$$;

grant execute on function api.report_get(text, jsonb), api.report_row_list(text, jsonb, bigint, integer) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_report, leissner_auditor, leissner_batch, leissner_integration, leissner_seller;
