-- import: rows of files become rows of tables. Everything is one statement per table and step.

-- What a constraint finds, by row: sentences with the line where the row comes from a file.
create function logic.import_violation(p_file text, p_constraint text, p_is_merged boolean)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_constraint pg_constraint;
    v_file record;
    v_column text;
    v_condition text;
    v_rows bigint;
begin
    select con.* into strict v_constraint
    from pg_constraint as con
    where con.conname = p_constraint and con.connamespace = to_regnamespace('billing');
    select file.* into strict v_file from logic.import_file() as file where file.file = p_file;
    select cell.name into v_column
    from unnest(v_constraint.conkey) with ordinality as part (attnum, place)
    inner join pg_attribute as attribute
        on attribute.attrelid = v_constraint.conrelid and attribute.attnum = part.attnum
    inner join (select * from logic.import_cell_list where file = p_file) as cell
        on
            attribute.attname = any(cell.fields) or (attribute.attname = 'valid' and cell.name = 'from')
            or (attribute.attname = 'span' and cell.name = 'number')
    order by attribute.attname = 'span' desc, attribute.attname = 'valid' desc, cell.flags ~ 'K', part.place
    limit 1;

    if v_constraint.contype = 'n' then
        v_condition := format('q.%I is null', (
            select attribute.attname
            from pg_attribute as attribute
            where attribute.attrelid = v_constraint.conrelid and attribute.attnum = v_constraint.conkey[1]
        ));
    elsif v_constraint.contype = 'f' then
        -- Of a key with a period, the last pair is the period.
        select string_agg(
            case
                when v_constraint.conperiod and pair.place = cardinality(v_constraint.conkey)
                    then format('parent.%I @> q.%I', theirs.attname, ours.attname)
                else format('parent.%I = q.%I', theirs.attname, ours.attname)
            end, ' and '
        )
        into v_condition
        from unnest(v_constraint.conkey, v_constraint.confkey) with ordinality as pair (ours, theirs, place)
        inner join pg_attribute as ours
            on ours.attrelid = v_constraint.conrelid and ours.attnum = pair.ours
        inner join pg_attribute as theirs
            on theirs.attrelid = v_constraint.confrelid and theirs.attnum = pair.theirs;
        v_condition := format(
            'not exists (select from %s as parent where %s) and %s', v_constraint.confrelid::regclass,
            v_condition,
            (
                select string_agg(format('q.%I is not null', attribute.attname), ' and ')
                from pg_attribute as attribute
                where
                    attribute.attrelid = v_constraint.conrelid and attribute.attnum = any(v_constraint.conkey)
            )
        );
    else
        select string_agg(
            case
                when part.operator is null or part.operator = '=' then
                    format('other.%1$I is not distinct from q.%1$I', attribute.attname)
                else format('other.%1$I %2$s q.%1$I', attribute.attname, part.operator)
            end, ' and '
        )
        into v_condition
        from (
            select
                place.attnum, place.place,
                (
                    select operator.oprname from pg_operator as operator
                    where operator.oid = v_constraint.conexclop[place.place]
                ) as operator
            from unnest(v_constraint.conkey) with ordinality as place (attnum, place)
        ) as part
        inner join pg_attribute as attribute
            on attribute.attrelid = v_constraint.conrelid and attribute.attnum = part.attnum;
        v_condition := format(
            'exists (select from %s as other where other.import_key <> q.import_key and %s)',
            logic.import_relation(p_file, p_is_merged), v_condition
        );
    end if;
    execute format(
        'insert into import_error (file, source, line, name, value, sentence) '
        'select %L, r.import_source, r.import_line, %L, %s, %L from %s as q '
        'inner join import_r_%s as r on r.import_key = q.import_key '
        'inner join import_s_%s as s on s.import_source = r.import_source and s.import_line = r.import_line '
        'where %s',
        p_file, v_column, coalesce('s.' || quote_ident(v_column), 'null'), coalesce(
            obj_description(v_constraint.oid, 'pg_constraint'), 'A value is needed.'
        ),
        logic.import_relation(p_file, p_is_merged), p_file, p_file, v_condition
    );
    get diagnostics v_rows = row_count;
    return v_rows;
end;
$$;

comment on function logic.import_violation(text, text, boolean) is
$$Adds the rows of a file that violate a constraint to the errors, and says how many: over the table after the
rows were merged, else over the table with the rows of the file in place of its own.
Example: select logic.import_violation('products', 'product_code_uq', true) where false
Raises: nothing$$;

create function logic.import_key(p_key text[])
returns text
language sql immutable parallel safe
begin atomic
    select
        coalesce(
            'concat_ws(chr(31), '
            || string_agg(format('coalesce((%s)::text, '''')', part.part), ', ' order by part.place) || ')',
            ''''''
        )
    from unnest(p_key) with ordinality as part (part, place);
end;

comment on function logic.import_key(text[]) is
$$The expression for a key as one text.
Example: select logic.import_key('{q.code}')
Raises: nothing$$;

create function logic.import_relation(p_file text, p_is_merged boolean)
returns text
language sql stable
begin atomic
    select
        case
            when p_is_merged
                then format('(select q.*, %s as import_key from billing.%I as q)', logic.import_key(file.key),
                file.table_name)
            else format(
                '(select %1$s, q.import_key from (select q.*, %2$s as import_key from billing.%3$I as q) as '
                'q '
                'where not exists (select from import_r_%4$s as r where r.import_key = q.import_key) '
                'union all select %1$s, q.import_key from import_r_%4$s as q)',
                (
                    select string_agg(format('q.%I', attribute.attname), ', ' order by attribute.attnum)
                    from pg_attribute as attribute
                    where
                        attribute.attrelid = to_regclass('billing.' || file.table_name)
                        and attribute.attnum > 0 and not attribute.attisdropped
                ),
                logic.import_key(file.key), file.table_name, file.file
            )
        end
    from logic.import_file() as file
    where file.file = p_file;
end;

comment on function logic.import_relation(text, boolean) is
$$The rows of a file's table with their keys: as they are, or as they will be.
Example: select logic.import_relation('products', true)
Raises: nothing$$;

-- import_r_<file>: the fields of each row, its key, the row of the table that has it.
create function logic.import_resolve(p_file text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_file record;
    v_joins text;
    v_self record;
begin
    select file.* into strict v_file from logic.import_file() as file where file.file = p_file;
    select string_agg(
        format('left join (%s) as r_%s on r_%s.code = %s', reference.query, cell.name, cell.name, cell.code),
        ' '
    ) into v_joins
    from (select * from logic.import_cell_list where file = p_file) as cell
    inner join logic.import_reference() as reference
        on
            reference.query is not null
            and reference.reference = case cell.kind when 'line' then 'line' else cell.option end
    where cell.kind in ('ref', 'line') and cell.fields is not null and cell.flags !~ 'S';
    execute format(
        'create temporary table import_r_%1$s on commit drop as '
        'select q.*, %2$s as import_key, null::tid as import_row, false as import_lists_differ '
        'from (select s.import_source, s.import_line, %3$s from import_s_%1$s as s %4$s) as q',
        p_file, logic.import_key(v_file.key),
        (
            -- All columns of the table, so that its checks can be asked about the rows.
            select string_agg(
                format(
                    '(%s)::%s as %I',
                    coalesce(given.expression,
                    case when attribute.attgenerated = '' and not attribute.attidentity = 'a'
                        and attribute.atthasdef
                        and attribute.attname not in (select unnest(cell.fields) from (select *
                            from logic.import_cell_list where file = p_file) as cell)
                        then (select pg_get_expr(adbin,
                        adrelid) from pg_attrdef where adrelid = attribute.attrelid
                        and adnum = attribute.attnum) end, 'null'),
                    format_type(attribute.atttypid, attribute.atttypmod), attribute.attname
                ), ', ' order by attribute.attnum
            )
            from pg_attribute as attribute
            left join (
                select pair.field, pair.expression
                from (select * from logic.import_cell_list where file = p_file) as cell
                cross join lateral unnest(cell.fields, cell.to_fields) as pair (field, expression)
                where cell.flags !~ 'S'
            ) as given on given.field = attribute.attname
            where
                attribute.attrelid = to_regclass('billing.' || v_file.table_name) and attribute.attnum > 0
                and not attribute.attisdropped
        ),
        coalesce(v_joins, '')
    );
    execute format(
        'update import_r_%1$s as r set import_row = known.row%2$s '
        'from (select q.ctid as row, q.*, %3$s as import_key from billing.%4$I as q) as known '
        'where known.import_key = r.import_key',
        p_file, coalesce(', ' || v_file.id || ' = known.' || v_file.id, ''), logic.import_key(v_file.key),
        v_file.table_name
    );
    if v_file.id is not null then
        execute format(
            'update import_r_%s set %I = nextval(%L) where import_row is null', p_file, v_file.id,
            pg_get_serial_sequence('billing.' || v_file.table_name, v_file.id)
        );
    end if;
    for v_self in select cell.* from (select * from logic.import_cell_list where file = p_file)
    as cell where cell.flags ~ 'S' loop
        execute format(
            'update import_r_%1$s as r set %2$I = parent.id from import_s_%1$s as s '
            'inner join (select %3$I as id, import_key as code from import_r_%1$s union '
            'select q.%3$I, %4$s from billing.%5$I as q) as parent on parent.code = s.%6$I '
            'where s.import_source = r.import_source and s.import_line = r.import_line',
            p_file, v_self.fields[1], v_file.id, logic.import_key(v_file.key), v_file.table_name, v_self.name
        );
    end loop;
    execute format('analyze import_r_%s', p_file);
end;
$$;

comment on function logic.import_resolve(text) is
$$Makes pg_temp.import_r_<file>, the rows of a file as rows of its table, ids included.
Example: select logic.import_resolve('products') where false
Raises: nothing$$;

create function logic.import_close(p_file text)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_file record;
    v_is_valid boolean;
    v_rows bigint;
begin
    select file.* into strict v_file from logic.import_file() as file where file.file = p_file;
    if v_file.begins is null then
        return 0;
    end if;
    v_is_valid := v_file.begins = 'lower(q.valid)';
    execute format(
        'update import_r_%1$s as r set %2$s from (select q.import_key, '
        'lead(%3$s) over (partition by %4$s order by %3$s nulls first) as begins from import_r_%1$s as q) '
        'as next '
        'where next.import_key = r.import_key and next.begins is not null and %5$s',
        p_file, case when v_is_valid
            then 'valid = daterange(lower(r.valid), next.begins)' else 'to_on = next.begins' end,
        v_file.begins, logic.import_key(v_file.identity),
        case when v_is_valid then 'upper(r.valid) is null' else 'r.to_on is null' end
    );
    execute format(
        'update billing.%1$I as t set %2$s from (select q.ctid as row, min(new_row.begins) as begins '
        'from billing.%1$I as q inner join (select %3$s as identity, %4$s as begins from import_r_%5$s as q '
        'where q.import_row is null) as new_row on new_row.identity = %3$s '
        'and (new_row.begins > %4$s or %4$s is null and new_row.begins is not null) '
        'where %6$s and not exists (select from import_r_%5$s as r where r.import_row = q.ctid) group by '
        'q.ctid) as next '
        'where t.ctid = next.row',
        v_file.table_name,
        case when v_is_valid
            then 'valid = daterange(lower(t.valid), next.begins)' else 'to_on = next.begins' end,
        logic.import_key(v_file.identity), v_file.begins, p_file,
        case when v_is_valid then 'upper(q.valid) is null' else 'q.to_on is null' end
    );
    get diagnostics v_rows = row_count;
    return v_rows;
end;
$$;

comment on function logic.import_close(text) is
$$Ends open rows, of the table and of the file, the day the next row of the file begins; how many of the
table.
Example: select logic.import_close('products')
Raises: nothing$$;

create function logic.import_merge(p_file text, p_is_close boolean)
returns table (inserted bigint, changed bigint, unchanged bigint, closed bigint, corrected bigint)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_file record;
    v_fields text[];
    v_base text[];
    v_list record;
    v_constraint text;
    v_table text;
    v_column text;
    v_sentence text;
    v_total bigint;
begin
    select file.* into strict v_file from logic.import_file() as file where file.file = p_file;
    select array_agg(field.field) into v_fields
    from (select * from logic.import_cell_list where file = p_file) as cell
    cross join lateral unnest(cell.fields) as field (field);
    if v_file.prepare is not null then
        execute format(v_file.prepare, 'import_s_' || p_file);
    end if;
    perform logic.import_resolve(p_file);
    closed := case when p_is_close then logic.import_close(p_file) else 0 end;

    execute coalesce((
        select string_agg(
            format(
                'insert into import_error (file, source, line, name, value, sentence) '
                'select %1$L, s.import_source, s.import_line, %2$L, %3$s, %4$L from import_s_%1$s as s '
                'inner join (select * from import_r_%1$s as q where not (%5$s)) as r '
                'on r.import_source = s.import_source and r.import_line = s.import_line',
                p_file, named.name, coalesce('s.' || quote_ident(named.name), 'null'),
                obj_description(con.oid, 'pg_constraint'), pg_get_expr(con.conbin, con.conrelid)
            ), '; '
        )
        from pg_constraint as con
        left join lateral (
            select cell.name
            from unnest(con.conkey) with ordinality as part (attnum, place)
            inner join pg_attribute as attribute
                on attribute.attrelid = con.conrelid and attribute.attnum = part.attnum
            inner join (select * from logic.import_cell_list where file = p_file)
            as cell on attribute.attname = any(cell.fields)
            order by part.place
            limit 1
        ) as named on true
        where con.conrelid = to_regclass('billing.' || v_file.table_name) and con.contype = 'c'
    ), 'select');
    if exists (select from import_error) then
        return next;
        return;
    end if;

    for v_list in
        select list.*, cell.to_text from logic.import_list() as list
        inner join (select * from logic.import_cell_list where file = p_file) as cell on cell.name = list.name
        where list.file = p_file
    loop
        execute format(
            'update import_r_%1$s as r set import_lists_differ = true from import_s_%1$s as s, billing.%2$I '
            'as t '
            'where s.import_source = r.import_source and s.import_line = r.import_line and t.ctid = '
            'r.import_row '
            'and %3$s is distinct from (select string_agg(one.item, '';'' order by one.item collate "C") '
            'from '
            '(select distinct item from string_to_table(s.%4$I, '';'') as item) as one)',
            p_file, v_file.table_name, v_list.to_text, v_list.name
        );
    end loop;

    -- What terms change from a day on holds from the first day in these: another value corrects history.
    v_base := case p_file
        when 'customers' then array['parent_id', 'bill_to', 'seller_id', 'price_list_id']
        when 'contracts' then array['seller_id', 'price_list_id', 'interval_months']
        when 'contract_lines' then array['quantity', 'price_list_id']
    end;
    corrected := 0;
    if v_base is not null then
        execute format(
            'select count(*) from import_r_%s as r inner join billing.%I as t on t.ctid = r.import_row '
            'where r.import_lists_differ or (%s) is distinct from (%s)',
            p_file, v_file.table_name,
            (select string_agg(format('t.%I', base.field), ', ') from unnest(v_base) as base (field)),
            (select string_agg(format('r.%I', base.field), ', ') from unnest(v_base) as base (field))
        ) into corrected;
    end if;

    execute format('select count(*) from import_r_%s', p_file) into v_total;
    execute format(
        'insert into billing.%1$I (%2$s) overriding system value select %3$s from import_r_%4$s as r '
        'where r.import_row is null%5$s',
        v_file.table_name,
        (select string_agg(quote_ident(field.field), ', ') from unnest(v_fields || v_file.id) as field (field)
        where field.field is not null),
        (select string_agg(format('r.%I', field.field),
        ', ') from unnest(v_fields || v_file.id) as field (field)
        where field.field is not null),
        p_file,
        -- A GiST index, that of periods say, grows twice as fast in random order as in that of its keys.
        case when exists (
            select from pg_class as index
            inner join pg_index on pg_index.indexrelid = index.oid
            inner join pg_am as method on method.oid = index.relam and method.amname = 'gist'
            where pg_index.indrelid = to_regclass('billing.' || v_file.table_name)
        ) then ' order by hashtextextended(r.import_key, 0)' else '' end
    );
    get diagnostics inserted = row_count;
    execute format(
        'update billing.%1$I as t set row_version = t.row_version + 1, %2$s from import_r_%3$s as r '
        'where t.ctid = r.import_row and (r.import_lists_differ or (%4$s) is distinct from (%5$s))',
        v_file.table_name,
        (select string_agg(format('%1$I = r.%1$I', field.field),
        ', ') from unnest(v_fields) as field (field)),
        p_file,
        (select string_agg(format('t.%I', field.field), ', ') from unnest(v_fields) as field (field)),
        (select string_agg(format('r.%I', field.field), ', ') from unnest(v_fields) as field (field))
    );
    get diagnostics changed = row_count;
    unchanged := v_total - inserted - changed;

    for v_list in
        select list.*, reference.query
        from logic.import_list() as list
        inner join logic.import_column_list as col on col.file = list.file and col.name = list.name
        inner join logic.import_reference() as reference
            on reference.reference = col.option and reference.query is not null
        where list.file = p_file
    loop
        execute format(
            'delete from billing.%1$I as child using import_r_%2$s as r, '
            '(select q.*, %3$s as import_key from billing.%4$I as q) as t '
            'where r.import_lists_differ and t.import_key = r.import_key and child.%5$I = t.%5$I',
            v_list.child, p_file, logic.import_key(v_file.key), v_file.table_name, v_list.parent
        );
        -- The parent may have got a new id: its former self stays readable under the old one.
        execute format(
            'insert into billing.%1$I (%5$I, %6$s) select distinct t.%5$I, %7$s from import_r_%2$s as r '
            'inner join import_s_%2$s as s on s.import_source = r.import_source and s.import_line = '
            'r.import_line '
            'inner join (select q.*, %3$s as import_key from billing.%4$I as q) as t on t.import_key = '
            'r.import_key '
            'cross join lateral string_to_table(s.%8$I, '';'') as item (item) '
            'inner join (%9$s) as named on named.code = item.item '
            'where r.import_row is null or r.import_lists_differ',
            v_list.child, p_file, logic.import_key(v_file.key), v_file.table_name, v_list.parent,
            (select string_agg(quote_ident(member.member),
            ', ') from unnest(v_list.members) as member (member)),
            case when cardinality(v_list.members) = 1 then 'named.id' else
                (select string_agg(format('named.%I', member.member),
                ', ') from unnest(v_list.members) as member (member))
            end,
            v_list.name, v_list.query
        );
    end loop;
    return next;
exception when integrity_constraint_violation then
    get stacked diagnostics
        v_constraint = constraint_name, v_table = table_name, v_column = column_name,
        v_sentence = message_text;
    if v_column <> '' then
        -- A missing value names its column only.
        select con.conname into v_constraint
        from pg_constraint as con
        inner join pg_attribute as attribute
            on attribute.attrelid = con.conrelid and attribute.attnum = con.conkey[1]
        where
            con.conrelid = to_regclass('billing.' || v_table) and con.contype = 'n'
            and attribute.attname = v_column;
    end if;
    -- The rows of this file were taken back, so its temporary rows too: they are made again to be looked at.
    perform logic.import_resolve(p_file);
    if v_constraint = '' or v_table <> v_file.table_name or logic.import_violation(p_file, v_constraint,
    false) = 0 then
        insert into import_error (file, sentence)
        select p_file, coalesce((select found.sentence from logic.message_get(v_constraint, 'en', 'billing',
        '{}') as found), v_sentence);
    end if;
    return next;
end;
$$;

comment on function logic.import_merge(text, boolean) is
$$Merges the rows of a file into its table: new rows, changed ones, and the number that say what is there.
Example: select * from logic.import_merge('products', false) where false
Raises: what triggers of the tables raise$$;
