-- import: one row at a time, through the same checks as a file. Callers: pages of administration.

create function logic.sheet_choice_list(p_file text)
returns table (name text, code text)
language plpgsql stable security definer rows 100
set search_path = pg_catalog, pg_temp
as $$
declare
    v_query text;
begin
    perform access.require(
        variadic coalesce((select sheet.readers from logic.sheet() as sheet where sheet.file = p_file), '{}')
    );
    -- Customers, contracts and destinations are too many to choose from: those are typed.
    select string_agg(
        format('select %L, found.code::text from (%s) as found', cell.name, reference.query), ' union all '
    )
    into v_query
    from logic.import_cell_list as cell
    inner join logic.import_reference() as reference
        on reference.reference = cell.option and reference.query is not null
    where
        cell.file = p_file and cell.kind = 'ref'
        and cell.option in (
            'currency', 'vat_code', 'band', 'one_mode', 'source', 'product', 'price_list', 'carrier',
            'service', 'seller', 'customer_group'
        );
    if v_query is not null then
        return query execute 'select * from (' || v_query
        || ') as choice (name, code) order by choice.name, choice.code collate "C"';
    end if;
end;
$$;

comment on function logic.sheet_choice_list(text) is
$$What may stand in those columns of a file that name a row of another one.
Example: select * from logic.sheet_choice_list('services') where false
Raises: LB901 for who may not read the file$$;

create function logic.sheet_rows(p_file text)
returns setof text[]
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require(
        variadic coalesce((select sheet.readers from logic.sheet() as sheet where sheet.file = p_file), '{}')
    );
    return query select * from logic.export_cells(p_file);
end;
$$;

comment on function logic.sheet_rows(text) is
$$The rows of a file, its columns in order, sorted by key.
Example: select * from logic.sheet_rows('products') where false
Raises: LB901 for who may not read the file$$;

-- What a person saw when opening the form is what tells whether someone else has saved the row meanwhile.
create function logic.sheet_save(p_file text, p_old text[], p_new text[])
returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_sheet record;
    v_keys integer[];
    v_new text[];
    v_import_id bigint;
begin
    select sheet.* into v_sheet from logic.sheet() as sheet where sheet.file = p_file;
    if v_sheet.file is null then
        perform billing.fail('LB660', jsonb_build_object('file', p_file));
    end if;
    perform access.require(variadic v_sheet.writers);
    perform pg_advisory_xact_lock(hashtextextended('billing.sheet ' || p_file, 0));
    v_keys := array(
        select cell.place
        from logic.import_cell_list as cell
        where cell.file = p_file and cell.flags ~ 'K'
        order by cell.place
    );
    -- A row keeps its key.
    v_new := array(
        select nullif(
            case when p_old is not null and place = any(v_keys) then p_old[place] else p_new[place] end, ''
        )
        from generate_series(1, (
            select max(cell.place) from logic.import_cell_list as cell where cell.file = p_file
        )) as place
        order by place
    );
    if p_old is not null then
        if not exists (
            select from logic.export_cells(p_file) as found (cells)
            where array_replace(found.cells, '', null) = array_replace(p_old, '', null)
        ) then
            perform billing.fail('LB800');
        end if;
    elsif exists (
        select from logic.export_cells(p_file) as found (cells)
        where
            cardinality(v_keys) > 0
            and (
                select bool_and(found.cells[key.place] is not distinct from v_new[key.place])
                from unnest(v_keys) as key (place)
            )
    ) then
        perform billing.fail('LB661', jsonb_build_object('field', (
            select cell.name from logic.import_cell_list as cell
            where cell.file = p_file and cell.place = v_keys[1]
        )));
    end if;
    v_import_id := nextval('billing.import_id_seq');
    insert into billing.import_staging (import_id, file, source, line, cells)
    values (v_import_id, p_file, p_file, 1, v_new);
    return logic.import_run(v_import_id, p_old is null);
end;
$$;

comment on function logic.sheet_save(text, text[], text[]) is
$$Writes one row of a reference file: a new one where p_old is NULL, else the one that had those cells when it
was opened. Gives counts and errors as an import does; with errors the caller must roll back.
Example: select logic.sheet_save('products', null, array['x', 'X']) where false
Raises: LB660, LB661, LB800, LB901 for who may not write the file$$;

-- api

create function api.sheet_list()
returns table (place integer, file text, topic text, is_writable boolean)
language sql stable rows 30
begin atomic
    select sheet.place, sheet.file, sheet.topic, access.has_level(variadic sheet.writers)
    from logic.sheet() as sheet
    where access.has_level(variadic sheet.readers || sheet.writers)
    order by sheet.place;
end;

comment on function api.sheet_list() is
$$The tables of reference data that are edited row by row, as far as the caller reads them.
Example: select * from api.sheet_list()
Raises: nothing$$;

create function api.sheet_column_list(p_file text)
returns table (
    place integer, name text, is_required boolean, is_key boolean, kind text, option text, fallback text,
    comment text
)
language sql stable rows 20
begin atomic
    select
        cell.place, cell.name, cell.flags ~ 'R', cell.flags ~ 'K', cell.kind, cell.option, cell.fallback,
        (
            select col_description(attribute.attrelid, attribute.attnum)
            from pg_attribute as attribute
            where
                attribute.attrelid = to_regclass('billing.' || file.table_name)
                and attribute.attname = cell.fields[1]
        )
    from logic.import_cell_list as cell
    inner join logic.import_file() as file on file.file = cell.file
    where cell.file = p_file
    order by cell.place;
end;

comment on function api.sheet_column_list(text) is
$$The columns of a table of reference data: what each is, may hold, and means when it is empty.
Example: select * from api.sheet_column_list('products')
Raises: nothing$$;

create function api.sheet_choice_list(p_file text)
returns table (name text, code text)
language sql stable rows 100
begin atomic
    select choice.name, choice.code from logic.sheet_choice_list(p_file) as choice;
end;

comment on function api.sheet_choice_list(text) is
$$What may stand in those columns that name a row of another table.
Example: select * from api.sheet_choice_list('services') where false
Raises: LB901$$;

create function api.sheet_rows(p_file text)
returns table (cells text[])
language sql stable
begin atomic
    select found.cells from logic.sheet_rows(p_file) as found (cells);
end;

comment on function api.sheet_rows(text) is
$$The rows of a table of reference data, its columns in order, sorted by key.
Example: select * from api.sheet_rows('products') where false
Raises: LB901$$;

create function api.sheet_save(p_file text, p_old text[], p_new text[])
returns jsonb
language sql volatile
return logic.sheet_save(p_file, p_old, p_new);

comment on function api.sheet_save(text, text[], text[]) is
$$Writes one row of a table of reference data; p_old: its cells when the form was opened, NULL for a new row.
With errors in the result the caller rolls back.
Example: select api.sheet_save('products', null, array['x', 'X']) where false
Raises: LB660, LB661, LB800, LB901$$;

create function api.setting_list(p_language text default 'en')
returns table (name text, value text, title text, says text)
language sql stable rows 30
begin atomic
    select setting.name, setting.value, coalesce(told.sentence, setting.name), told.hint
    from billing.setting as setting
    left join lateral logic.message_get('setting_' || setting.name, p_language, null, '{}') as told on true
    order by setting.name;
end;

comment on function api.setting_list(text) is
$$All settings with what each is for.
Example: select * from api.setting_list('sv')
Raises: nothing$$;

grant execute on function
    api.sheet_list(), api.sheet_column_list(text), api.sheet_choice_list(text), api.sheet_rows(text)
to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_report, leissner_auditor, leissner_batch, leissner_integration;
grant execute on function api.sheet_save(text, text[], text[]) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_finance, leissner_credit, leissner_batch;
grant execute on function api.setting_list(text) to leissner_admin, leissner_auditor;
