-- import: how cells become fields and fields cells, as expressions over a row s of a file and a row t of its
-- table.

-- For what is named by one of several fields: the name that a row t refers to.
create function logic.import_label(p_reference text)
returns text
language sql immutable parallel safe
return case
    when p_reference = 'mode' then
        'coalesce((select mode.code from billing.mode as mode where mode.mode_id = t.mode_id), '
        '''group:'' || t.mode_group, ''*'')'
    when p_reference = 'member' then
        'coalesce((select ''customer:'' || customer.customer_no from billing.customer as customer '
        'where customer.customer_id = t.customer_id), (select ''group:'' || one.code '
        'from billing.customer_group as one where one.customer_group_id = t.customer_group_id), '
        '(select ''contract:'' || contract.contract_no from billing.contract as contract '
        'where contract.contract_id = t.contract_id))'
    when p_reference like '%target' then format(
        'coalesce((select ''dest:'' || one.code from billing.destination as one '
        'where one.destination_id = t.destination_id), (select ''group:'' || one.code '
        'from billing.destination_group as one where one.destination_group_id = t.destination_group_id), '
        '(select ''product:'' || one.code from billing.product as one where one.product_id = t.product_id)'
        '%s, ''*'')',
        case p_reference
            when 'price_target' then
                ', (select ''service:'' || service.code || '':'' || charge.code '
                'from billing.service_charge as charge inner join billing.service as service '
                'on service.service_id = charge.service_id '
                'where charge.service_charge_id = t.service_charge_id)'
            when 'ring_target' then ', case when t.is_inside then ''inside'' end'
            else ''
        end
    )
end;

comment on function logic.import_label(text) is
$$The expression for the name of what a row t refers to by one of several fields; NULL for other references.
Example: select logic.import_label('mode')
Raises: nothing$$;

create function logic.import_cell(p_file text)
returns table (
    place int, name text, flags text, kind text, option text, fallback text, fields text[], types text[],
    to_fields text[], to_text text, code text, expected text
)
language sql stable
begin atomic
    select
        col.place, col.name, col.flags, col.kind, col.option, col.fallback, col.fields, field.types,
        case
            when special.to_fields is not null then special.to_fields
            when cardinality(col.fields) > 1
                then array(select format('r_%s.%I', col.name, one.name) from unnest(col.fields) as one (name))
            when col.fields is null then null
            else array[
                case col.kind
                    when 'int' then format('s.%I::%s', col.name, field.types[1])
                    when 'numeric' then format('s.%I::numeric', col.name)
                    when 'date' then format('s.%I::date', col.name)
                    when 'boolean' then format('s.%I = ''yes''', col.name)
                    when 'texts' then format('string_to_array(s.%I, '';'')', col.name)
                    when 'timestamp' then format(
                        'case when s.%1$I ~ ''(Z|[+-][0-9]{2}(:?[0-9]{2})?)$'' then s.%1$I::timestamptz '
                        'else s.%1$I::timestamp at time zone '
                        '(select operator.time_zone from billing.operator as operator) end',
                        col.name
                    )
                    when 'ref' then format('r_%s.id', col.name)
                    when 'line' then format('r_%s.id', col.name)
                    else format('s.%I', col.name)
                end
            ]
        end,
        case
            when special.to_text is not null then special.to_text
            when list.child is not null then format(
                'coalesce((select string_agg(t.label, '';'' order by t.label collate "C") from '
                '(select %s as label from (select * from billing.%I as child where child.%I = t.%I) as t) '
                'as t), %L)',
                coalesce(
                    logic.import_label(col.option),
                    format('(select named.code from (%s) as named where named.id = t.%I)', reference.query,
                    list.members[1])
                ),
                list.child, list.parent, list.parent, col.fallback
            )
            when cardinality(col.fields) > 1 then logic.import_label(col.option)
            when col.kind = 'line' then format(
                '(select line.line_no::text from billing.contract_line as line '
                'where line.contract_line_id = t.%I)',
                col.fields[1]
            )
            when col.kind = 'ref' and field.types[1] = 'bigint' then format(
                '(select named.code from (%s) as named where named.id = t.%I)', reference.query, col.fields[1]
            )
            when col.kind = 'boolean' then format(
                'case t.%1$I when true then ''yes'' when false then ''no'' end', col.fields[1]
            )
            when col.kind = 'numeric' then format('trim_scale(t.%I)::text', col.fields[1])
            when col.kind = 'texts' then format('array_to_string(t.%I, '';'')', col.fields[1])
            when col.kind = 'timestamp' then format('logic.local_text(t.%I)', col.fields[1])
            else format('t.%I::text', col.fields[1])
        end,
        -- What the cell is called where it refers to something.
        case col.kind
            when 'line' then format('s.contract_no || '' '' || ltrim(s.%I, ''0'')', col.name)
            when 'ref' then format('s.%I', col.name)
        end,
        special.expected
    from logic.import_file() as file
    inner join logic.import_column_list as col on col.file = file.file
    left join logic.import_special() as special on special.file = col.file and special.name = col.name
    left join logic.import_list() as list on list.file = col.file and list.name = col.name
    left join logic.import_reference() as reference
        on reference.reference = col.option and reference.query is not null
    cross join lateral (
        select
            array_agg(format_type(attribute.atttypid, attribute.atttypmod) order by one.place) as types
        from unnest(col.fields) with ordinality as one (name, place)
        inner join pg_attribute as attribute
            on
                attribute.attrelid = to_regclass('billing.' || file.table_name)
                and attribute.attname = one.name
    ) as field
    where file.file = p_file
    order by col.place;
end;

comment on function logic.import_cell(text) is
$$The columns of a file with the fields they fill, their types and the expressions either way.
Example: select * from logic.import_cell('products')
Raises: nothing$$;

create table logic.import_cell_list as
select
    file.file, cell.place, cell.name, cell.flags, cell.kind, cell.option, cell.fallback, cell.fields,
    cell.types,
    cell.to_fields, cell.to_text, cell.code, cell.expected
from logic.import_file() as file
cross join lateral logic.import_cell(file.file) as cell;
comment on table logic.import_cell_list is 'The cells of all files (logic.import_cell).';
comment on column logic.import_cell_list.file is 'The file, without its ending.';
comment on column logic.import_cell_list.place is 'Its place in the file, from 1.';
comment on column logic.import_cell_list.name is 'Name of the column.';
comment on column logic.import_cell_list.flags is 'R required, K key, S refers to rows of the same file.';
comment on column logic.import_cell_list.kind is 'Kind of value.';
comment on column logic.import_cell_list.option is 'Values of an enum, what is referred to, or a pattern.';
comment on column logic.import_cell_list.fallback is 'What an empty cell means.';
comment on column logic.import_cell_list.fields is 'Columns of the table.';
comment on column logic.import_cell_list.types is 'Their types.';
comment on column logic.import_cell_list.to_fields is 'Expressions from cells to columns.';
comment on column logic.import_cell_list.to_text is 'Expression from columns to the cell.';
comment on column logic.import_cell_list.code is 'Expression that finds what is referred to.';
comment on column logic.import_cell_list.expected is 'What would be right, in words.';
grant select on logic.import_cell_list to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_report, leissner_auditor, leissner_batch, leissner_integration;

create function logic.local_text(p_at timestamptz)
returns text
language sql stable
set timezone = 'UTC'
begin atomic
    select
        to_char(local.at, 'YYYY-MM-DD"T"HH24:MI:SS')
        || case when local.at < p_at at time zone 'UTC' then '-' else '+' end
        || to_char(greatest(local.ahead, -local.ahead), 'HH24:MI')
    from billing.operator as operator
    cross join lateral (
        select
            p_at at time zone operator.time_zone as at,
            (p_at at time zone operator.time_zone) - (p_at at time zone 'UTC') as ahead
    ) as local;
end;

comment on function logic.local_text(timestamptz) is
$$A moment by the operator's clock, ISO 8601 with offset.
Example: select logic.local_text('2026-10-01 12:00+00')
Raises: nothing$$;
