-- import: what can be wrong in cells, found over whole files. Rows s are pg_temp.import_s_<file>, faults go
-- to
-- pg_temp.import_error.

create function logic.import_check(p_file text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_checks text;
    v_key text;
begin
    -- One look at the rows per column that can be wrong; text alone cannot.
    select string_agg(
        format(
            'select s.import_source, s.import_line, %L, s.%I, %L from import_s_%s as s where %s',
            checked.name, checked.name, checked.sentence, p_file, checked.wrong
        ),
        ' union all '
    ) into v_checks
    from (
        select
            cell.name,
            case cell.kind
                when 'enum' then 'A value is needed: one of ' || replace(cell.option, ',', ', ') || '.'
                when 'boolean' then 'A value is needed: yes or no.'
                else 'A value is needed.'
            end as sentence,
            format('s.%I is null', cell.name) as wrong
        from (select * from logic.import_cell_list where file = p_file) as cell
        where cell.flags ~ 'R'
        union all
        select
            cell.name,
            case cell.kind
                when 'int' then 'A whole number is needed'
                    || case cell.types[1] when 'bigint' then '.' else ' that is not too large.' end
                when 'numeric' then format(
                    'A number such as 12.5 is needed, with at most %s decimals.',
                    substring(cell.types[1] from ',([0-9]+)')
                )
                when 'line' then 'A line number is needed.'
                when 'date' then 'A date such as 2026-10-01 is needed.'
                when 'timestamp' then 'A time such as 2026-10-01T08:00:00+02:00 is needed.'
                when 'boolean' then 'yes or no is needed.'
                when 'enum' then 'One of ' || replace(cell.option, ',', ', ') || ' is needed.'
                when 'time_zone' then 'A time zone such as Europe/Stockholm or UTC is needed.'
                when 'pattern' then 'Needed: ' || cell.expected || '.'
            end,
            format(
                case cell.kind
                    when 'int' then
                        '(s.%1$I !~ ''^-?[0-9]{1,18}$'' or not pg_input_is_valid(s.%1$I, %2$L))'
                    when 'numeric' then
                        '(s.%1$I !~ ''^-?[0-9]+([.][0-9]{1,%3$s})?$'' or not pg_input_is_valid(s.%1$I, %2$L))'
                    when 'line' then 's.%1$I !~ ''^[0-9]{1,9}$'''
                    when 'date' then
                        '(s.%1$I !~ ''^[0-9]{4}-[0-9]{2}-[0-9]{2}$'' or not pg_input_is_valid(s.%1$I, '
                        '''date''))'
                    when 'timestamp' then
                        '(s.%1$I !~ ''^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?'
                        '(Z|[+-][0-9]{2}(:?[0-9]{2})?)?$'' or not pg_input_is_valid(s.%1$I, ''timestamptz''))'
                    when 'boolean' then 's.%1$I not in (''yes'', ''no'')'
                    when 'enum' then 's.%1$I <> all(string_to_array(%4$L, '',''))'
                    when 'time_zone' then
                        's.%1$I is not null and not exists '
                        '(select from pg_timezone_names as zone where zone.name = s.%1$I)'
                    when 'pattern' then 's.%1$I !~ %4$L'
                end,
                cell.name, cell.types[1], coalesce(substring(cell.types[1] from ',([0-9]+)'), '0'),
                cell.option
            )
        from (select * from logic.import_cell_list where file = p_file) as cell
        where cell.kind not in ('text', 'texts', 'ref', 'list')
        union all
        select
            cell.name,
            case when cell.file_is_strict
                then 'A day after from is needed.' else 'A day not before from is needed.' end,
            format(
                's.%1$I ~ ''^[0-9]{4}-'' and s."from" ~ ''^[0-9]{4}-'' and s.%1$I %2$s s."from"',
                cell.name, case when cell.file_is_strict then '<=' else '<' end
            )
        from (
            select one.name, one.fields is null as file_is_strict
            from (select * from logic.import_cell_list where file = p_file) as one
            where one.name = 'to' and one.kind = 'date'
        ) as cell
    ) as checked;
    if v_checks is not null then
        execute format(
            'insert into import_error (file, source, line, name, value, sentence) select %L, found.* from '
            '(%s) as found',
            p_file, v_checks
        );
    end if;

    -- Numbers of lines may be written in more than one way.
    select string_agg(
        case when cell.kind in ('int', 'line') then format('coalesce(ltrim(s.%I, ''0''), '''')', cell.name)
        else format('coalesce(s.%I, '''')', cell.name) end,
        ' || chr(31) || ' order by cell.place
    ) into v_key
    from (select * from logic.import_cell_list where file = p_file) as cell
    where cell.flags ~ 'K';
    execute format(
        'insert into import_error (file, source, line, name, value, sentence) '
        'select %L, again.import_source, again.import_line, %L, replace(again.key, chr(31), '', ''), '
        'format(''The same key stands in line %%s%%s already.'', again.first_line, '
        'case when again.first_source <> again.import_source then '' of '' || again.first_source else '''' '
        'end) '
        'from (select s.import_source, s.import_line, %s as key, '
        'first_value(s.import_line) over same as first_line, first_value(s.import_source) over same as '
        'first_source, '
        'row_number() over same as place from import_s_%s as s '
        'window same as (partition by %s order by s.import_source, s.import_line)) as again '
        'where again.place > 1',
        p_file,
        (select string_agg(cell.name,
        ', ' order by cell.place) from (select * from logic.import_cell_list where file = p_file)
        as cell where cell.flags ~ 'K'),
        coalesce(v_key, ''''''), p_file, coalesce(v_key, 'true')
    );
end;
$$;

comment on function logic.import_check(text) is
$$Looks for missing and malformed values and repeated keys in a file.
Example: select logic.import_check('products') where false
Raises: nothing$$;

create function logic.import_check_fees()
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_lists text := 'select list.code from billing.price_list as list where list.parent_id is not null';
begin
    if not exists (select from import_loaded where import_loaded.file = 'prices') then
        return;
    end if;
    if exists (select from import_loaded where import_loaded.file = 'price_lists') then
        v_lists := v_lists
            || ' union select s.code from import_s_price_lists as s where s.parent is not null';
    end if;
    execute format(
        'insert into import_error (file, source, line, name, value, sentence) '
        'select %L, s.import_source, s.import_line, %L, s.rate, '
        'case when s.percent is null and s.amount is null then %L else format(%L, s.price_list) end '
        'from import_s_prices as s '
        'where s.target like %L and s.rate is null and s.not_for_sale = %L '
        'and (s.percent is null and s.amount is null or s.price_list not in (%s))',
        'prices', 'rate',
        'A fee is asked for in the column rate: for one month of a periodic charge, for once of another.',
        'Percent and amount change the price of a parent, and %s has no parent: give the fee in the column '
        'rate.',
        'service:%', 'no',
        v_lists
    );
end;
$$;

comment on function logic.import_check_fees() is
$$Looks for fees that are given in another column than rate, or relative to nothing.
Example: select logic.import_check_fees() where false
Raises: nothing$$;

create function logic.import_check_references()
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_step record;
begin
    -- A loop, because each reference has queries of its own.
    for v_step in
        select
            used.reference,
            string_agg(
                concat_ws(
                    ' union all ', 'select named.code from (' || reference.query || ') as named',
                    'select ' || reference.definer_name || ' from import_s_' || loaded.file || ' as s'
                ),
                ' union all '
            ) as queries
        from (
            select distinct case col.kind when 'line' then 'line' else col.option end as reference
            from logic.import_column_list as col
            where col.kind in ('ref', 'list',
            'line') and exists (select from import_loaded where import_loaded.file = col.file)
        ) as used
        inner join logic.import_reference() as reference on reference.reference = used.reference
        left join import_loaded as loaded on loaded.file = reference.definer
        where reference.query is not null or loaded.file is not null
        group by used.reference
    loop
        execute format(
            'insert into import_known (reference, code) select distinct %L, one.code from (%s) as one (code) '
            'where one.code is not null',
            v_step.reference, v_step.queries
        );
    end loop;
    analyze import_known;

    for v_step in
        select
            col.file, col.name, case col.kind when 'line' then 'line' else col.option end as reference,
            cell.code,
            col.fallback, col.kind, reference.definer
        from logic.import_column_list as col
        inner join import_loaded on import_loaded.file = col.file
        inner join logic.import_cell_list as cell on cell.file = col.file
        left join logic.import_reference() as reference
            on
                reference.reference = case col.kind when 'line' then 'line' else col.option end
                and reference.query is not null
        where cell.name = col.name and col.kind in ('ref', 'list', 'line')
        order by import_loaded.place, col.place
    loop
        execute format(
            'insert into import_error (file, source, line, name, value, sentence) '
            'select %1$L, s.import_source, s.import_line, %2$L, %3$s, %4$L from import_s_%1$s as s %5$s '
            'where %3$s is not null %6$s and not exists '
            '(select from import_known as known where known.reference = %7$L and known.code = %8$s)',
            v_step.file, v_step.name,
            case v_step.kind when 'list' then 'item.item' else format('s.%I', v_step.name) end,
            'Neither the files nor the database have ' || case v_step.kind
                when 'line' then 'that line of the contract'
                else 'this ' || replace(v_step.reference, '_', ' ')
            end || case
                when v_step.reference = 'price_target' then
                    '; it is *, dest:CODE, group:CODE, product:CODE or service:CODE:CHARGE.'
                else coalesce(format('; add it to %s.csv.', v_step.definer), '.')
            end,
            case v_step.kind
                when 'list' then format('cross join lateral string_to_table(s.%I, '';'') as item (item)',
                v_step.name)
                else ''
            end,
            case
                when v_step.kind = 'line' then
                    'and exists (select from import_known as known '
                    'where known.reference = ''contract'' and known.code = s.contract_no)'
                when v_step.fallback = '*'
                or v_step.reference = 'price_target' then format('and s.%I <> ''*''', v_step.name)
                else ''
            end,
            v_step.reference,
            case v_step.kind when 'list' then 'item.item' else v_step.code end
        );
    end loop;
end;
$$;

comment on function logic.import_check_references() is
$$Looks for references to what neither the files nor the database have.
Example: select logic.import_check_references() where false
Raises: nothing$$;
