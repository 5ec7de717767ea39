-- import: an import from its first to its last step. Callers: `leissner import`, uploads of the web pages.

create function logic.exclusion_drop(p_table regclass)
returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_taken jsonb;
    v_name text;
begin
    select coalesce(jsonb_agg(jsonb_build_object(
        'table', p_table::text, 'name', con.conname, 'definition', pg_get_constraintdef(con.oid),
        'comment', obj_description(con.oid, 'pg_constraint')
    ) order by con.conname), '[]')
    into v_taken
    from pg_constraint as con
    where con.conrelid = p_table and con.contype = 'x';
    -- A loop, because DDL takes one constraint at a time.
    for v_name in select taken ->> 'name' from jsonb_array_elements(v_taken) as taken loop
        execute format('alter table %s drop constraint %I', p_table, v_name);
    end loop;
    return v_taken;
end;
$$;

comment on function logic.exclusion_drop(regclass) is
$$Takes the exclusion constraints off a table and returns them for logic.exclusion_add: in one transaction
only.
Example: select logic.exclusion_drop('billing.subscriber_number') where false
Raises: nothing$$;

create function logic.exclusion_add(p_taken jsonb)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_one jsonb;
begin
    for v_one in select * from jsonb_array_elements(p_taken) loop
        execute format(
            'alter table %s add constraint %I %s', v_one ->> 'table', v_one ->> 'name', v_one ->> 'definition'
        );
        execute format(
            'comment on constraint %I on %s is %L', v_one ->> 'name', v_one ->> 'table', v_one ->> 'comment'
        );
    end loop;
end;
$$;

comment on function logic.exclusion_add(jsonb) is
$$Puts back what logic.exclusion_drop took, which checks all rows at once.
Example: select logic.exclusion_add('[]')
Raises: 23P01 where rows exclude each other$$;

create function logic.import_run(p_import_id bigint, p_is_close boolean)
returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO, YMD'
as $$
declare
    v_file record;
    v_done record;
    v_counts jsonb := '[]';
    v_constraint text;
    v_table text;
    v_sentence text;
    v_detail text;
    v_state text;
    v_taken jsonb := '[]';
begin
    perform access.require(variadic logic.sheet_writers(p_import_id));
    create temporary table import_error (
        file text, source text, line int, name text, value text, sentence text
    ) on commit drop;
    create temporary table import_known (reference text, code text) on commit drop;
    create temporary table import_loaded on commit drop as
    select file.place, file.file
    from logic.import_file() as file
    where exists (
        select from billing.import_staging as staging
        where staging.import_id = p_import_id and staging.file = file.file
    );
    -- Loops over files, because each has columns of its own; within a file everything goes by sets.
    for v_file in select loaded.file from import_loaded as loaded order by loaded.place loop
        execute format(
            'create temporary table import_s_%s on commit drop as '
            'select staging.source as import_source, staging.line as import_line, %s '
            'from billing.import_staging as staging where staging.import_id = %s and staging.file = %L',
            v_file.file,
            (
                select string_agg(
                    format('coalesce(nullif(staging.cells[%s], ''''), %L) as %I', cell.place, cell.fallback,
                    cell.name),
                    ', ' order by cell.place
                )
                from logic.import_column_list as cell
                where cell.file = v_file.file
            ),
            p_import_id, v_file.file
        );
        execute format('analyze import_s_%s', v_file.file);
        perform logic.import_check(v_file.file);
    end loop;
    delete from billing.import_staging as staging where staging.import_id = p_import_id;
    perform logic.import_check_references();
    perform logic.import_check_fees();

    for v_file in select loaded.file from import_loaded as loaded order by loaded.place loop
        exit when exists (select from import_error);
        -- An operator's first numbers: overlaps are looked for once, when all are in.
        if v_file.file = 'numbers' and not exists (select from billing.subscriber_number) then
            v_taken := logic.exclusion_drop('billing.subscriber_number');
        end if;
        begin
            select merged.* into strict v_done from logic.import_merge(v_file.file, p_is_close) as merged;
            v_counts := v_counts || jsonb_build_object(
                'file', v_file.file, 'inserted', v_done.inserted, 'changed', v_done.changed,
                'unchanged', v_done.unchanged, 'closed', v_done.closed, 'corrected', v_done.corrected
            );
        exception when sqlstate 'LB101' or sqlstate 'LB801' then
            get stacked diagnostics v_sentence = message_text, v_detail = pg_exception_detail;
            execute format(
                'insert into import_error (file, source, line, name, value, sentence) '
                'select %1$L, s.import_source, s.import_line, %2$L, s.%2$I, %3$L from import_s_%1$s as s '
                'where s.%4$I = %5$L '
                'union all select %1$L, null, null, null, null, %3$L where not exists '
                '(select from import_s_%1$s as s where s.%4$I = %5$L)',
                v_file.file, case when v_file.file = 'price_lists' then 'parent' else 'parent_no' end,
                v_sentence,
                case when v_file.file = 'price_lists' then 'code' else 'customer_no' end,
                (select param.value from jsonb_each_text(v_detail::jsonb) as param)
            );
        end;
    end loop;

    if not exists (select from import_error) then
        begin
            set constraints all immediate;
            perform logic.exclusion_add(v_taken);
        exception when integrity_constraint_violation then
            -- What was merged stays; only the look at it has failed.
            get stacked diagnostics
                v_constraint = constraint_name, v_table = table_name, v_sentence = message_text,
                v_detail = pg_exception_detail;
            for v_file in
                select loaded.file
                from import_loaded as loaded
                inner join logic.import_file() as file on file.file = loaded.file
                where file.table_name = v_table
            loop
                perform logic.import_violation(v_file.file, v_constraint, true);
            end loop;
            if not exists (select from import_error) then
                insert into import_error (sentence)
                select concat_ws(' ', coalesce((select found.sentence from logic.message_get(v_constraint,
                'en', 'billing', '{}') as found), v_sentence), v_detail);
            end if;
        end;
    end if;
    return jsonb_build_object(
        'files', v_counts,
        'error_count', (select count(*) from import_error),
        'errors', (
            select coalesce(jsonb_agg(to_jsonb(listed)), '[]')
            from (
                select fault.source, fault.file, fault.line, fault.name as column, fault.value, fault.sentence
                from import_error as fault
                left join logic.import_file() as file on file.file = fault.file
                order by file.place, fault.source, fault.line, fault.name
                limit 100
            ) as listed
        )
    );
end;
$$;

comment on function logic.import_run(bigint, boolean) is
$$Checks and merges what was staged under an import. With errors the caller must roll back; with p_is_close
open rows end the day the next begins.
Example: select logic.import_run(0, false) where false
Raises: LB901 without a level that may write all files of it$$;

create function logic.export_cells(p_file text)
returns setof text[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO, YMD'
as $$
begin
    return query execute (
        select
            format(
                'select array[%s] from (select %s from billing.%I as t%s) as t order by %s',
                string_agg(format('t.%I', cell.name), ', ' order by cell.place),
                string_agg(format('%s as %I', cell.to_text, cell.name), ', ' order by cell.place),
                file.table_name,
                '',
                coalesce(
                    string_agg(
                        case
                            when cell.kind in ('int', 'line') then format('t.%I::bigint nulls first',
                            cell.name)
                            else format('t.%I collate "C" nulls first', cell.name)
                        end, ', ' order by cell.place
                    ) filter (where cell.flags ~ 'K'), '1'
                )
            )
        from logic.import_file() as file
        inner join logic.import_cell_list as cell on cell.file = file.file
        where file.file = p_file
        group by file.table_name
    );
end;
$$;

comment on function logic.export_cells(text) is
$$The rows of a file, its columns in order, sorted by key, as far as the caller sees its table.
Example: select logic.export_cells('products')
Raises: nothing$$;

create function logic.export_rows(p_file text)
returns setof text[]
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'batch', 'auditor');
    return query select * from logic.export_cells(p_file);
end;
$$;

comment on function logic.export_rows(text) is
$$The rows of a file, its columns in order, sorted by key.
Example: select logic.export_rows('products') where false
Raises: LB901 without level admin, batch or auditor$$;

create function logic.import_columns()
returns table (file text, name text, is_required boolean)
language sql stable
begin atomic
    select file.file, col.name, col.flags ~ 'R'
    from logic.import_file() as file
    inner join logic.import_column_list as col on col.file = file.file
    order by file.place, col.place;
end;

comment on function logic.import_columns() is
$$All files with their columns, in order.
Example: select * from logic.import_columns()
Raises: nothing$$;

-- api

create function api.import_columns()
returns table (file text, name text, is_required boolean)
language sql stable
begin atomic
    select col.file, col.name, col.is_required from logic.import_columns() as col;
end;

comment on function api.import_columns() is
$$All files that can be imported, with their columns in order.
Example: select * from api.import_columns()
Raises: nothing$$;
grant execute on function api.import_columns() to leissner_admin, leissner_batch, leissner_auditor;

create function api.import_begin()
returns bigint
language sql volatile
begin atomic
    select nextval('billing.import_id_seq');
end;

comment on function api.import_begin() is
$$The number of a new import, under which rows are copied into billing.import_staging.
Example: select api.import_begin()
Raises: nothing$$;
grant execute on function api.import_begin() to leissner_admin, leissner_batch;

create function api.import_run(p_import_id bigint, p_is_close boolean default false)
returns jsonb
language sql volatile
begin atomic
    select logic.import_run(p_import_id, p_is_close);
end;

comment on function api.import_run(bigint, boolean) is
$$Checks and merges the staged rows of an import; gives counts by file and errors by line. The caller rolls
back where there are errors, or where it only wanted to know.
Example: select api.import_run(0) where false
Raises: LB901 without level admin or batch$$;
grant execute on function api.import_run(bigint, boolean) to leissner_admin, leissner_batch;

create function api.export_rows(p_file text)
returns table (cells text[])
language sql stable
begin atomic
    select found.cells from logic.export_rows(p_file) as found (cells);
end;

comment on function api.export_rows(text) is
$$The rows of a file as it would be imported, its columns in order, sorted by key.
Example: select * from api.export_rows('products')
Raises: LB901 without level admin, batch or auditor$$;
grant execute on function api.export_rows(text) to leissner_admin, leissner_batch, leissner_auditor;
