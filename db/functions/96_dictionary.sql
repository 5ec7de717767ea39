-- dictionary: what is in the database, as its comments say.

-- api

create function api.dictionary_list(p_kind text default null)
returns table (path text, kind text, space text, name text, type text, comment text)
language sql stable rows 3000
begin atomic
    with space as (
        select
            namespace.oid, namespace.nspname::text as name,
            obj_description(namespace.oid, 'pg_namespace') as said
        from pg_namespace as namespace
        where namespace.nspname in ('billing', 'access', 'audit', 'logic', 'api', 'report')
    ),

    relation as (
        select class.oid, class.relkind, space.name as space, class.relname::text as name
        from pg_class as class
        inner join space on space.oid = class.relnamespace
        where class.relkind in ('r', 'p', 'v') and not class.relispartition
    )

    select space.name, 'schema', space.name, space.name, null, space.said
    from space
    where p_kind is null or p_kind = 'schema'
    union all
    select
        relation.space || '.' || relation.name, case relation.relkind when 'v' then 'view' else 'table' end,
        relation.space, relation.name, null, obj_description(relation.oid, 'pg_class')
    from relation
    where p_kind is null or p_kind = case relation.relkind when 'v' then 'view' else 'table' end
    union all
    select
        relation.space || '.' || relation.name || '.' || attribute.attname, 'column', relation.space,
        relation.name || '.' || attribute.attname, format_type(attribute.atttypid, attribute.atttypmod)
        || case when attribute.attnotnull then ' not null' else '' end,
        col_description(relation.oid, attribute.attnum)
    from relation
    inner join pg_attribute as attribute on attribute.attrelid = relation.oid
    where (p_kind is null or p_kind = 'column') and attribute.attnum > 0 and not attribute.attisdropped
    union all
    select
        space.name || '.' || proc.proname || '()', 'function', space.name, proc.proname::text,
        '(' || pg_get_function_arguments(proc.oid) || ') → ' || pg_get_function_result(proc.oid),
        obj_description(proc.oid, 'pg_proc')
    from pg_proc as proc
    inner join space on space.oid = proc.pronamespace
    where
        (p_kind is null or p_kind = 'function') and proc.prokind = 'f'
        and proc.prorettype <> 'trigger'::regtype;
end;

comment on function api.dictionary_list(text) is
$$Schemas, tables, views, columns and functions with their comments and examples; of all kinds or one.
Example: select path, comment from api.dictionary_list('table')
Raises: nothing$$;
grant execute on function api.dictionary_list(text) to
    leissner_admin, leissner_pricing, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;
