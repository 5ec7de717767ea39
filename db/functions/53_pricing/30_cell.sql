-- 53_pricing/cell: one price of a list: where it comes from, and how it is changed.

create function logic.item_origin(p_items bigint[])
returns table (price_item_id bigint, set_by text, set_at timestamptz, set_from text, line_no int)
language sql stable rows 10
begin atomic
    -- Back to the row that first had these terms: a period that was shortened is no other price.
    with recursive back as (
        select
            item.price_item_id as start_id, item.price_item_id as id,
            to_jsonb(item) - array['price_item_id', 'valid', 'row_version'] as terms
        from billing.price_item as item
        where item.price_item_id = any(p_items)
        union all
        select back.start_id, former.id, back.terms
        from back
        inner join billing.definition_former as former
            on former.table_name = 'price_item' and former.replaced_by = back.id
        where former.definition - array['price_item_id', 'valid', 'row_version'] = back.terms
    )

    select first.start_id, made.actor, made.at, coalesce(sheet.file_name, event.subject), sheet.line_no
    from (select back.start_id, min(back.id) as id from back group by back.start_id) as first
    left join lateral (
        select change.actor, change.at, change.tx
        from audit.change
        where
            change.pk = jsonb_build_object('price_item_id', first.id)
            and change.table_name = 'billing.price_item' and change.op = 'insert'
        limit 1
    ) as made on true
    left join lateral (
        select rate_sheet.file_name, origin.line_no
        from back
        inner join billing.price_origin as origin on origin.price_item_id = back.id
        inner join billing.rate_sheet on rate_sheet.rate_sheet_id = origin.rate_sheet_id
        where back.start_id = first.start_id
        limit 1
    ) as sheet on true
    left join lateral (
        select 'prices.csv' as subject
        from audit.event
        where event.at = made.at and event.tx = made.tx and event.kind = 'import'
        limit 1
    ) as event on true;
end;

comment on function logic.item_origin(bigint[]) is
$$Who set price items and when, and from which file and line where one brought them. For functions of the
owner, which ask for a level first.
Example: select * from logic.item_origin('{1}')
Raises: nothing$$;

create function logic.place_item_list(p_place logic.price_place)
returns setof billing.price_item
language sql stable rows 3
begin atomic
    select item.*
    from billing.price_item as item
    where
        item.price_list_id = (p_place).price_list_id and item.target_key = (p_place).target_key
        and item.mode_id is not distinct from (p_place).mode_id
        and item.mode_group is not distinct from (p_place).mode_group
        and item.band_id is not distinct from (p_place).band_id
    order by lower(item.valid) nulls first;
end;

comment on function logic.place_item_list(logic.price_place) is
$$The price items of a place, by day.
Example: select * from logic.place_item_list(row(1, 0, null, null, null)::logic.price_place)
Raises: nothing$$;

create function logic.price_item_list(p_list text, p_target text, p_mode text, p_band text, p_on date)
returns table (
    part text, n bigint, list text, target text, mode text, band text, from_on date, to_on date,
    is_blocked boolean, setup numeric, rate numeric, step_to bigint[], step_rate numeric[],
    first_increment bigint, next_increment bigint, free_units bigint, free_mode text, minimum numeric,
    maximum numeric, percent numeric, amount numeric, set_by text, set_at timestamptz, set_from text,
    line_no int
)
language plpgsql stable security definer rows 10
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_place logic.price_place;
    v_chain bigint[];
    v_items bigint[];
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    );
    v_place := logic.price_place_find(p_list, p_target, p_mode, p_band);
    if (v_place).target_key & 7 = 1 then
        select found.items into v_chain
        from logic.price_columns((v_place).price_list_id, p_on) as col
        cross join lateral logic.price_search(array[row(
            (v_place).price_list_id, (v_place).target_key >> 3, col.sample_id,
            case when (v_place).band_id is null then '{}' else array[(v_place).band_id] end, p_on
        )::logic.price_key]) as found
        where
            col.mode_id is not distinct from (v_place).mode_id
            and col.mode_group is not distinct from (v_place).mode_group
        limit 1;
    else
        v_chain := array(
            select item.price_item_id
            from logic.list_chain((v_place).price_list_id) as chain
            cross join lateral (
                select one.*
                from billing.price_item as one
                where
                    one.price_list_id = chain.price_list_id and one.target_key = (v_place).target_key
                    and (one.mode_id is null or one.mode_id = (v_place).mode_id)
                    and (one.mode_group is null or one.mode_group = coalesce((v_place).mode_group, (
                        select mode.mode_group from billing.mode where mode.mode_id = (v_place).mode_id
                    )))
                    and (one.band_id is null or one.band_id = (v_place).band_id) and one.valid @> p_on
                order by one.mode_id is null, one.mode_group is null, one.band_id is null
                limit 1
            ) as item
            order by chain.step
        );
    end if;
    v_items := array(select one.price_item_id from logic.place_item_list(v_place) as one);
    return query
    select
        shown.part, shown.n, list.code, logic.target_text(item.target_key),
        logic.mode_text(item.mode_id, item.mode_group), band.code, lower(item.valid), upper(item.valid),
        item.is_blocked, item.setup::numeric, item.rate::numeric, item.step_to, item.step_rate::numeric[],
        item.first_increment, item.next_increment, item.free_units, item.free_mode, item.minimum::numeric,
        item.maximum::numeric, item.percent::numeric, item.amount::numeric, origin.set_by, origin.set_at,
        origin.set_from, origin.line_no
    from (
        select 'chain' as part, one.n, one.id
        from unnest(v_chain) with ordinality as one (id, n)
        union all
        select 'own', one.n, one.id from unnest(v_items) with ordinality as one (id, n)
    ) as shown
    inner join billing.price_item as item on item.price_item_id = shown.id
    inner join billing.price_list as list on list.price_list_id = item.price_list_id
    left join billing.band on band.band_id = item.band_id
    left join logic.item_origin(v_chain || v_items) as origin on origin.price_item_id = shown.id
    order by shown.part, shown.n;
end;
$$;

comment on function logic.price_item_list(text, text, text, text, date) is
$$Part chain: the items that make the price of a place on a day, the one found first, then its bases; part
own:
all items of that very place, by day. Each with who set it, when, and from which file and line.
Example: select * from logic.price_item_list('GOLD', 'dest:SE-FIX', 'voice', null, '2026-11-01') where false
Raises: LB110 for an unknown code, LB901 without a level of the staff that reads prices$$;

create function logic.place_snapshot(p_place logic.price_place)
returns jsonb
language sql stable
begin atomic
    select coalesce(
        jsonb_agg(
            to_jsonb(item) - array['price_item_id', 'row_version', 'target_key']
            order by lower(item.valid) nulls first
        ),
        '[]'
    )
    from logic.place_item_list(p_place) as item;
end;

comment on function logic.place_snapshot(logic.price_place) is
$$The price items of a place as JSON, by day, without their ids.
Example: select logic.place_snapshot(row(1, 0, null, null, null)::logic.price_place)
Raises: nothing$$;

-- A row of the place is told by its first day. Rows that change are updated, so that what they were stays
-- known.
create function logic.place_write(p_place logic.price_place, p_items jsonb)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_wanted billing.price_item[] := array(
        select jsonb_populate_record(null::billing.price_item, one.item)
        from jsonb_array_elements(p_items) as one (item)
    );
begin
    delete from billing.price_item as item
    using logic.place_item_list(p_place) as own
    where
        item.price_item_id = own.price_item_id
        and not exists (
            select from unnest(v_wanted) as wanted where lower(wanted.valid) is not distinct from
                lower(own.valid)
        );
    update billing.price_item as item
    set
        valid = wanted.valid, setup = wanted.setup, rate = wanted.rate, step_to = wanted.step_to,
        step_rate = wanted.step_rate, first_increment = wanted.first_increment,
        next_increment = wanted.next_increment, free_units = wanted.free_units,
        free_mode = wanted.free_mode, minimum = wanted.minimum, maximum = wanted.maximum,
        percent = wanted.percent, amount = wanted.amount, is_blocked = wanted.is_blocked
    from logic.place_item_list(p_place) as own
    inner join unnest(v_wanted) as wanted on lower(wanted.valid) is not distinct from lower(own.valid)
    where
        item.price_item_id = own.price_item_id
        and to_jsonb(own) - array['price_item_id', 'row_version', 'target_key']
        is distinct from to_jsonb(wanted) - array['price_item_id', 'row_version', 'target_key'];
    insert into billing.price_item (
        price_list_id, destination_id, destination_group_id, product_id, service_charge_id, mode_id,
        mode_group,
        band_id, valid, setup, rate, step_to, step_rate, first_increment, next_increment, free_units,
        free_mode,
        minimum, maximum, percent, amount, is_blocked
    )
    select
        wanted.price_list_id, wanted.destination_id, wanted.destination_group_id, wanted.product_id,
        wanted.service_charge_id, wanted.mode_id, wanted.mode_group, wanted.band_id, wanted.valid,
        wanted.setup,
        wanted.rate, wanted.step_to, wanted.step_rate, wanted.first_increment, wanted.next_increment,
        wanted.free_units, wanted.free_mode, wanted.minimum, wanted.maximum, wanted.percent, wanted.amount,
        wanted.is_blocked
    from unnest(v_wanted) as wanted
    where not exists (
        select from logic.place_item_list(p_place) as own
        where lower(wanted.valid) is not distinct from lower(own.valid)
    );
end;
$$;

comment on function logic.place_write(logic.price_place, jsonb) is
$$Makes the price items of a place those of a snapshot.
Example: select logic.place_write(row(1, 0, null, null, null)::logic.price_place, '[]') where false
Raises: what the constraints of billing.price_item say$$;

create function logic.price_put(
    p_list text, p_target text, p_mode text, p_band text, p_from date, p_to date, p_terms jsonb,
    p_is_past boolean, p_row_version bigint
)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_place logic.price_place;
    v_is_draft boolean;
    v_parent_id bigint;
    v_before jsonb;
    v_after jsonb;
    v_to date := p_to;
    v_change_id bigint;
    v_by text;
begin
    perform access.require('admin', 'pricing', 'batch');
    v_place := logic.price_place_find(p_list, p_target, p_mode, p_band);
    -- One change of a list at a time.
    select list.is_draft, list.parent_id into v_is_draft, v_parent_id
    from billing.price_list as list where list.price_list_id = (v_place).price_list_id
    for no key update;
    if p_row_version is not null and p_row_version <> coalesce((
        select max(item.price_item_id) from logic.place_item_list(v_place) as item
    ), 0) then
        perform billing.fail('LB800');
    end if;
    if not (v_is_draft or p_is_past) and coalesce(p_from, '-infinity') < logic.today() then
        perform billing.fail('LB111', jsonb_build_object('day', coalesce(p_from::text, '–'), 'field',
        'from_on'));
    end if;
    if p_to <= p_from then
        perform billing.fail('LB115', jsonb_build_object('field', 'to_on'));
    end if;
    if p_terms is not null then
        if coalesce((p_terms ->> 'is_blocked')::boolean, false)::int
            + (num_nonnulls(p_terms ->> 'percent', p_terms ->> 'amount') > 0)::int
            + num_nonnulls(p_terms ->> 'rate', p_terms ->> 'step_rate') <> 1
        then
            perform billing.fail('LB112', jsonb_build_object('field', 'rate'));
        end if;
        if v_parent_id is null and num_nonnulls(p_terms ->> 'percent', p_terms ->> 'amount') > 0 then
            perform billing.fail('LB113', jsonb_build_object('list', p_list, 'field', case
                when p_terms ->> 'percent' is not null then 'percent' else 'amount' end));
        end if;
    end if;
    v_before := logic.place_snapshot(v_place);
    if p_terms is null then
        if not exists (
            select from logic.place_item_list(v_place) as item
            where upper_inf(item.valid) or upper(item.valid) > p_from or p_from is null
        ) then
            perform billing.fail('LB116', jsonb_build_object('list', p_list));
        end if;
    else
        -- What begins later stays; it ends this one.
        select least(p_to, min(lower(item.valid))) into v_to
        from logic.place_item_list(v_place) as item
        where lower(item.valid) > coalesce(p_from, '-infinity');
    end if;
    select coalesce(jsonb_agg(part.item order by lower(part.valid) nulls first), '[]') into v_after
    from (
        -- what was before
        select
            own.item || jsonb_build_object('valid', daterange(lower(own.valid), least(upper(own.valid),
            p_from)))
            as item, own.valid
        from (
            select one.item, (one.item ->> 'valid')::daterange as valid from jsonb_array_elements(v_before)
                as one (item)
        ) as own
        where p_from is not null and (lower_inf(own.valid) or lower(own.valid) < p_from)
        union all
        -- what is new
        select
            jsonb_build_object(
                'price_list_id', (v_place).price_list_id,
                'destination_id', case (v_place).target_key & 7 when 1 then (v_place).target_key >> 3 end,
                'destination_group_id', case (v_place).target_key & 7 when 2 then (v_place).target_key >> 3
                    end,
                'product_id', case (v_place).target_key & 7 when 3 then (v_place).target_key >> 3 end,
                'service_charge_id', case (v_place).target_key & 7 when 4 then (v_place).target_key >> 3 end,
                'mode_id', (v_place).mode_id, 'mode_group', (v_place).mode_group, 'band_id',
                (v_place).band_id,
                'valid', daterange(p_from, v_to), 'is_blocked', false
            ) || case
                when coalesce(
                    p_terms ->> 'percent', p_terms ->> 'amount', nullif(p_terms ->> 'is_blocked', 'false')
                ) is null then
                    jsonb_build_object(
                        'setup', 0, 'first_increment', 1, 'next_increment', 1, 'free_units', 0,
                        'free_mode', 'threshold', 'minimum', 0
                    )
                else '{}'
            end || jsonb_strip_nulls(p_terms),
            daterange(p_from, v_to)
        where p_terms is not null
        union all
        -- what goes on after a price for a time, and what comes later
        select
            own.item
            || jsonb_build_object('valid', daterange(greatest(lower(own.valid), v_to), upper(own.valid))),
            daterange(greatest(lower(own.valid), v_to), upper(own.valid))
        from (
            select one.item, (one.item ->> 'valid')::daterange as valid
            from jsonb_array_elements(v_before) as one (item)
        ) as own
        where
            p_terms is not null and v_to is not null and (upper_inf(own.valid) or upper(own.valid) > v_to)
    ) as part;
    perform logic.place_write(v_place, v_after);
    v_by := (select own.actor from audit.tx_current() as own);
    insert into billing.price_change (
        price_list_id, target_key, mode_id, mode_group, band_id, before, after, made_by
    )
    values (
        (v_place).price_list_id, (v_place).target_key, (v_place).mode_id, (v_place).mode_group,
        (v_place).band_id, v_before, logic.place_snapshot(v_place), v_by
    )
    returning price_change_id into v_change_id;
    return v_change_id;
end;
$$;

comment on function logic.price_put(
    text, text, text, text, date, date, jsonb, boolean, bigint
) is
$$A price of a list from a day on (until p_to, then as before), or, p_terms NULL, the inherited one again.
What
holds until then ends, what begins later ends it; what priced calls stays known. p_row_version: the newest id
of the place when the form was opened, 0 for none.
Example: select logic.price_put('GOLD', '*', 'voice', null, '2026-12-01', null, '{"rate": 1}', false, null)
where false
Raises: LB110 for an unknown code, LB111 for a day in the past, LB112 for terms that say nothing or too much,
LB113 for a relative price without parent, LB115 for a period that ends before it begins, LB116 with nothing
to end, LB800 when someone else has changed it meanwhile, LB901 without level admin, pricing or batch$$;

create function logic.price_undo(p_change_id bigint)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_change billing.price_change;
    v_place logic.price_place;
begin
    perform access.require('admin', 'pricing', 'batch');
    select change.* into v_change
    from billing.price_change as change where change.price_change_id = p_change_id
    for update;
    perform 1
    from billing.price_list as list where list.price_list_id = v_change.price_list_id
    for no key update;
    v_place := row(
        v_change.price_list_id, v_change.target_key, v_change.mode_id, v_change.mode_group, v_change.band_id
    );
    if v_change.undone_at is not null or logic.place_snapshot(v_place) is distinct from v_change.after then
        perform billing.fail(
            'LB114', jsonb_build_object('target', coalesce(logic.target_text(v_change.target_key), '–'))
        );
    end if;
    perform logic.place_write(v_place, v_change.before);
    update billing.price_change
    set undone_at = clock_timestamp(), undone_by = (select own.actor from audit.tx_current() as own)
    where price_change_id = p_change_id;
    return logic.target_text(v_change.target_key);
end;
$$;

comment on function logic.price_undo(bigint) is
$$Makes the prices of a place what they were before a change; gives the target.
Example: select logic.price_undo(1) where false
Raises: LB114 when they were changed since, LB901 without level admin, pricing or batch$$;

create function logic.steps_parse(p_steps text, p_is_rate boolean)
returns jsonb
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if p_steps !~ '^(\d+:\d+([.,]\d+)?;)*:\d+([.,]\d+)?$' then
        perform billing.fail('LB117', jsonb_build_object('steps', p_steps, 'field', 'steps'));
    end if;
    return (
        select jsonb_agg(
            case
                when p_is_rate then to_jsonb(replace(split_part(step.text, ':', 2), ',', '.')::numeric)
                else to_jsonb(nullif(split_part(step.text, ':', 1), '')::bigint)
            end
            order by step.n
        )
        from string_to_table(replace(p_steps, ' ', ''), ';') with ordinality as step (text, n)
    );
end;
$$;

comment on function logic.steps_parse(text, boolean) is
$$The bounds, or the rates, of steps written as 60:0.50;300:0.30;:0.10.
Example: select logic.steps_parse('60:0.50;:0.10', true)
Raises: LB117 when they cannot be read$$;

-- api

create function api.price_item_list(
    p_list text, p_target text, p_mode text, p_band text default null, p_on date default null
)
returns table (
    part text, n bigint, list text, target text, mode text, band text, from_on date, to_on date,
    is_blocked boolean, setup numeric, rate numeric, step_to bigint[], step_rate numeric[],
    first_increment bigint, next_increment bigint, free_units bigint, free_mode text, minimum numeric,
    maximum numeric, percent numeric, amount numeric, set_by text, set_at timestamptz, set_from text,
    line_no int
)
language sql stable rows 10
begin atomic
    select *
    from logic.price_item_list(p_list, p_target, p_mode, p_band, coalesce(p_on, logic.today()));
end;

comment on function api.price_item_list(text, text, text, text, date) is
$$A price on a day (today): the items that make it, nearest first (part chain), and all items of that very
place (part own), with who set each, when, and from which file and line.
Example: select * from api.price_item_list('GOLD', 'dest:SE-FIX', 'voice') where false
Raises: LB110 for an unknown code, LB901 without a level of the staff that reads prices$$;
grant execute on function api.price_item_list(text, text, text, text, date) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.price_place_get(p_list text, p_target text, p_mode text, p_band text default null)
returns table (name text, newest bigint, price_change_id bigint, made_at timestamptz, made_by text)
language sql stable rows 1
begin atomic
    select
        case (asked.place).target_key & 7
            when 1 then (select one.name from billing.destination
                as one where one.destination_id = (asked.place).target_key >> 3)
            when 2 then
                (
                    select one.name from billing.destination_group as one
                    where one.destination_group_id = (asked.place).target_key >> 3
                )
            when 3 then (select one.name from billing.product
                as one where one.product_id = (asked.place).target_key >> 3)
            when 4 then
                (
                    select service.name || ': ' || one.name
                    from billing.service_charge as one
                    inner join billing.service on service.service_id = one.service_id
                    where one.service_charge_id = (asked.place).target_key >> 3
                )
        end,
        coalesce((select max(item.price_item_id) from logic.place_item_list(asked.place) as item), 0),
        case when last.price_activation_id is null then last.price_change_id end, last.made_at, last.made_by
    from (select logic.price_place_find(p_list, p_target, p_mode, p_band) as place) as asked
    left join lateral (
        select change.*
        from billing.price_change as change
        where
            change.price_list_id = (asked.place).price_list_id
            and change.target_key = (asked.place).target_key
            and change.mode_id is not distinct from (asked.place).mode_id
            and change.mode_group is not distinct from (asked.place).mode_group
            and change.band_id is not distinct from (asked.place).band_id and change.undone_at is null
        order by change.price_change_id desc
        limit 1
    ) as last on true;
end;

comment on function api.price_place_get(text, text, text, text) is
$$What a price of a list is for, by name, its newest item (0: none), and the last change of it that can be
undone.
Example: select * from api.price_place_get('GOLD', 'dest:SE-FIX', 'voice') where false
Raises: LB110 for an unknown code$$;
grant execute on function api.price_place_get(text, text, text, text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.price_save(
    p_list text, p_target text, p_mode text, p_band text default null, p_from_on date default null,
    p_to_on date default null, p_rate numeric default null, p_steps text default null,
    p_setup numeric default null, p_first_increment bigint default null,
    p_next_increment bigint default null, p_free_units bigint default null, p_free_mode text default null,
    p_minimum numeric default null, p_maximum numeric default null, p_percent numeric default null,
    p_amount numeric default null, p_is_blocked boolean default false, p_is_past boolean default false,
    p_row_version bigint default null
)
returns bigint
language sql volatile
begin atomic
    select logic.price_put(
        p_list, p_target, p_mode, p_band, p_from_on, p_to_on,
        jsonb_build_object(
            'rate', p_rate, 'step_to', logic.steps_parse(p_steps, false),
            'step_rate', logic.steps_parse(p_steps, true), 'setup', p_setup,
            'first_increment', p_first_increment, 'next_increment', p_next_increment,
            'free_units', p_free_units, 'free_mode', p_free_mode, 'minimum', p_minimum,
            'maximum', p_maximum, 'percent', p_percent, 'amount', p_amount, 'is_blocked', p_is_blocked
        ),
        p_is_past, p_row_version
    );
end;

comment on function api.price_save(
    text, text, text, text, date, date, numeric, text, numeric, bigint, bigint, bigint, text, numeric,
    numeric,
    numeric, numeric, boolean, boolean, bigint
) is
$$A price of a list from a day on: a rate or steps, a change in percent and by amount of the inherited one, or
not for sale. Gives the number of the change, by which it can be undone.
Example: select api.price_save('GOLD', 'dest:SE-FIX', 'voice', null, '2026-12-01', p_rate => 1) where false
Raises: as logic.price_put, and LB117 for steps that cannot be read$$;

create function api.price_delete(
    p_list text, p_target text, p_mode text, p_band text default null, p_from_on date default null,
    p_is_past boolean default false, p_row_version bigint default null
)
returns bigint
language sql volatile
begin atomic
    select logic.price_put(
        p_list, p_target, p_mode, p_band, p_from_on, null, null, p_is_past, p_row_version
    );
end;

comment on function api.price_delete(text, text, text, text, date, boolean, bigint) is
$$Back to the inherited price from a day on; gives the number of the change, by which it can be undone.
Example: select api.price_delete('GOLD', 'dest:SE-FIX', 'voice', null, '2026-12-01') where false
Raises: as logic.price_put$$;

create function api.price_undo(p_price_change_id bigint)
returns text
language sql volatile
begin atomic
    select logic.price_undo(p_price_change_id);
end;

comment on function api.price_undo(bigint) is
$$Undoes a change of a price, where the price has not been changed since; gives the target.
Example: select api.price_undo(1) where false
Raises: LB114 when it was changed since, LB901 without level admin, pricing or batch$$;

grant execute on function
    api.price_save(
        text, text, text, text, date, date, numeric, text, numeric, bigint, bigint, bigint, text, numeric,
        numeric, numeric, numeric, boolean, boolean, bigint
    ),
    api.price_delete(text, text, text, text, date, boolean, bigint), api.price_undo(bigint)
to leissner_admin, leissner_pricing, leissner_batch;
