-- 80_report: which reports there are, read from the catalog: a report is a function in the schema report, and
-- what its comment says.

-- api

create function api.report_list()
returns table (
    report text, title text, arguments text[], types text[], needed integer, columns text[],
    column_types text[], summed text[]
)
language sql stable rows 20
begin atomic
    select
        proc.proname::text, regexp_replace(
            split_part(said.comment, E'\nSums: ', 1), E'(\n(Example|Raises): .*|\n)', ' ', 'g'
        ),
        part.arguments, part.types, proc.pronargs - proc.pronargdefaults, part.columns, part.column_types,
        coalesce(string_to_array(substring(said.comment from E'\nSums: ([^\n]+)\n'), ', '), '{}')
    from pg_proc as proc
    cross join lateral (select obj_description(proc.oid, 'pg_proc') as comment) as said
    cross join lateral (
        select
            array_agg(one.name order by one.place) filter (where one.mode = 'i') as arguments,
            array_agg(format_type(one.type, null) order by one.place) filter (where one.mode = 'i') as types,
            array_agg(one.name order by one.place) filter (where one.mode = 't') as columns,
            array_agg(format_type(one.type, null) order by one.place) filter (where one.mode = 't')
                as column_types
        from unnest(proc.proargnames, proc.proargmodes, proc.proallargtypes) with ordinality
            as one (name, mode, type, place)
    ) as part
    where
        proc.pronamespace = 'report'::regnamespace and proc.proretset
        and has_function_privilege(proc.oid, 'execute')
    order by proc.proname collate "C";
end;

comment on function api.report_list() is
$$The reports that the caller may run: what each shows, its arguments (the first of them needed), its columns,
and those whose sums make sense.
Example: select * from api.report_list()
Raises: nothing$$;
grant execute on function api.report_list() to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_customer, leissner_report, leissner_auditor, leissner_batch,
    leissner_integration;
