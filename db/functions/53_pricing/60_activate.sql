-- 53_pricing/activate: a draft's prices become those of the list above it, as simulated; taken back.

create function logic.item_compose(p_base billing.price_item, p_change billing.price_item)
returns jsonb
language sql immutable parallel safe
return case
    when (p_base).is_blocked then '{"is_blocked": true}'::jsonb
    when (p_base).percent is not null or (p_base).amount is not null then jsonb_build_object(
        'is_blocked', false,
        'percent',
        (100 + coalesce((p_base).percent, 0)) * (100 + coalesce((p_change).percent, 0)) * 0.01 - 100,
        'amount',
        coalesce((p_base).amount, 0) * (100 + coalesce((p_change).percent, 0)) * 0.01
        + coalesce((p_change).amount, 0)
    )
    else jsonb_build_object(
        'is_blocked', false,
        'setup', greatest((p_base).setup * (100 + coalesce((p_change).percent, 0)) * 0.01, 0),
        'rate', case when (p_base).rate is not null then greatest(
            (p_base).rate * (100 + coalesce((p_change).percent, 0)) * 0.01
            + coalesce((p_change).amount, 0), 0
        ) end,
        'step_to', to_jsonb((p_base).step_to),
        'step_rate', (
            select jsonb_agg(
                greatest(
                    step.rate * (100 + coalesce((p_change).percent, 0)) * 0.01
                    + coalesce((p_change).amount, 0), 0
                )
                order by step.n
            )
            from unnest((p_base).step_rate) with ordinality as step (rate, n)
        ),
        'first_increment', (p_base).first_increment, 'next_increment', (p_base).next_increment,
        'free_units', (p_base).free_units, 'free_mode', (p_base).free_mode,
        'minimum', greatest((p_base).minimum * (100 + coalesce((p_change).percent, 0)) * 0.01, 0),
        'maximum', case when (p_base).maximum is not null then
            greatest((p_base).maximum * (100 + coalesce((p_change).percent, 0)) * 0.01, 0)
        end
    )
end;

comment on function logic.item_compose(billing.price_item, billing.price_item) is
$$The terms of one price item that asks what a relative item asks on a base: in one what are two steps of a
chain.
Example: select logic.item_compose(item, item) from billing.price_item as item where false
Raises: nothing$$;

create function logic.is_within(
    p_item billing.price_item, p_mode_id bigint, p_mode_group text, p_band_id bigint
)
returns boolean
language sql stable parallel safe
return ((p_item).band_id is null or (p_item).band_id = p_band_id) and case
    when num_nonnulls((p_item).mode_id, (p_item).mode_group) = 0 then true
    when (p_item).mode_id is not null then (p_item).mode_id = p_mode_id
    else (p_item).mode_group = coalesce(p_mode_group, (
        select mode.mode_group from billing.mode where mode.mode_id = p_mode_id
    ))
end;

comment on function logic.is_within(billing.price_item, bigint, text, bigint) is
$$Are the mode (or group) and the hours of a place among those that a price item is for?
Example: select logic.is_within(item, 1, null, null) from billing.price_item as item where false
Raises: nothing$$;

create function logic.target_above(p_targets bigint[])
returns table (target_key bigint, above_key bigint, step int, rank int)
language sql stable rows 1000
begin atomic
    with target as (
        select distinct one.target_key from unnest(p_targets) as one (target_key)
    )

    select target.target_key, target.target_key, 0, 0 from target
    union all
    select target.target_key, one.destination_group_id * 8 + 2, 1, one.rank
    from target
    inner join billing.destination_in_group as member
        on target.target_key & 7 = 1 and member.destination_id = target.target_key >> 3
    inner join billing.destination_group as one using (destination_group_id)
    union all
    select target.target_key, destination.product_id * 8 + 3, 2, 0
    from target
    inner join billing.destination
        on target.target_key & 7 = 1 and destination.destination_id = target.target_key >> 3
    union all
    select target.target_key, 0, 3, 0 from target where target.target_key & 7 in (1, 2, 3);
end;

comment on function logic.target_above(bigint[]) is
$$Targets, and those that hold them, in the order of the price search: itself, groups by rank, product,
everything.
Example: select * from logic.target_above('{9}')
Raises: nothing$$;

-- What a list has to say from a day on, so that it asks what it asks with the draft before it: at each place
-- that one of the two names, in each stretch of days that no border cuts, the draft's nearest price decides.
create function logic.draft_merge(p_draft billing.price_item[], p_own billing.price_item[], p_from date)
returns setof billing.price_item
language sql stable rows 1000
begin atomic
    with draft as materialized (
        select item, row_number() over () as n from unnest(p_draft) as item
    ),

    own as materialized (
        select item, row_number() over () as n from unnest(p_own) as item
    ),

    above as materialized (
        select one.*
        from logic.target_above(array(
            select (draft.item).target_key from draft
            union
            select (own.item).target_key from own
        )) as one
    ),

    named as (
        select (draft.item).target_key, (draft.item).mode_id, (draft.item).mode_group, (draft.item).band_id
        from draft
        union
        select (own.item).target_key, (own.item).mode_id, (own.item).mode_group, (own.item).band_id
        from own
    ),

    place as materialized (
        select named.*, row_number() over () as place from named
    ),

    -- What is for a place and more, the nearest first: target, then mode, then hours.
    near as materialized (
        select
            place.place, found.side, found.n, (found.item).valid, found.item,
            array[
                above.step, above.rank,
                case when (found.item).mode_id is not null then 0
                    when (found.item).mode_group is not null then 1 else 2 end,
                num_nulls((found.item).band_id)
            ] as distance,
            above.step = 0 and (found.item).mode_id is not distinct from place.mode_id
            and (found.item).mode_group is not distinct from place.mode_group
            and (found.item).band_id is not distinct from place.band_id as is_exact
        from place
        inner join above on above.target_key = place.target_key
        inner join (
            select 'draft' as side, draft.n, draft.item, (draft.item).target_key from draft
            union all
            select 'own', own.n, own.item, (own.item).target_key from own
        ) as found on found.target_key = above.above_key
        where logic.is_within(found.item, place.mode_id, place.mode_group, place.band_id)
    ),

    concerned as (
        select distinct near.place from near where near.side = 'draft'
    ),

    border as (
        select near.place, near.day
        from (
            select near.place, p_from as day from near
            union
            select near.place, lower(near.valid) from near
            union
            select near.place, upper(near.valid) from near
        ) as near
        inner join concerned on concerned.place = near.place
        where near.day >= p_from
    ),

    piece as materialized (
        select border.place, daterange(border.day, lead(border.day) over turn) as valid
        from border
        window turn as (partition by border.place order by border.day)
    ),

    nearest as (
        select distinct on (piece.place, piece.valid, near.side)
            piece.place, piece.valid, near.side, near.item, near.is_exact
        from piece
        inner join near on near.place = piece.place and near.valid @> piece.valid
        order by piece.place, piece.valid, near.side, near.distance
    ),

    decided as (
        select
            piece.place, piece.valid,
            case
                when first.item is null then case when base.is_exact then to_jsonb(base.item) end
                when num_nonnulls((first.item).percent, (first.item).amount) = 0 or base.item is null
                    then case when first.is_exact then to_jsonb(first.item) end
                when first.is_exact or base.is_exact
                    then to_jsonb(base.item) || logic.item_compose(base.item, first.item)
            end as item
        from piece
        left join nearest as first
            on first.place = piece.place and first.valid = piece.valid and first.side = 'draft'
        left join nearest as base
            on base.place = piece.place and base.valid = piece.valid and base.side = 'own'
    ),

    -- What holds until then stays, and what is the same on both sides of a border is one.
    told as (
        select
            part.place,
            part.item - array[
                'price_item_id', 'price_list_id', 'target_key', 'destination_id', 'destination_group_id',
                'product_id', 'service_charge_id', 'mode_id', 'mode_group', 'band_id', 'valid', 'row_version'
            ] as terms,
            range_agg(part.valid) as valid
        from (
            select decided.place, decided.item, decided.valid from decided where decided.item is not null
            union all
            select
                near.place, to_jsonb(near.item),
                daterange(lower(near.valid), least(upper(near.valid), p_from))
            from near
            inner join concerned on concerned.place = near.place
            where
                near.side = 'own' and near.is_exact
                and (lower_inf(near.valid) or lower(near.valid) < p_from)
        ) as part
        group by part.place, 2
    )

    select
        jsonb_populate_record(
            null::billing.price_item, told.terms || jsonb_build_object(
                'destination_id', case when place.target_key & 7 = 1 then place.target_key >> 3 end,
                'destination_group_id', case when place.target_key & 7 = 2 then place.target_key >> 3 end,
                'product_id', case when place.target_key & 7 = 3 then place.target_key >> 3 end,
                'service_charge_id', case when place.target_key & 7 = 4 then place.target_key >> 3 end,
                'target_key', place.target_key, 'mode_id', place.mode_id, 'mode_group', place.mode_group,
                'band_id', place.band_id, 'valid', period
            )
        )
    from told
    inner join place on place.place = told.place
    cross join lateral unnest(told.valid) as period;
end;

comment on function logic.draft_merge(billing.price_item[], billing.price_item[], date) is
$$What a list has to say from a day on (with what it says until then), so that it asks what it asks with a
draft before it: the prices of all places that the draft concerns.
Example: select * from logic.draft_merge('{}', '{}', '2026-12-01')
Raises: nothing$$;

create function logic.draft_places(p_draft billing.price_item[], p_own billing.price_item[])
returns setof logic.price_place
language sql stable rows 1000
set enable_nestloop = off
begin atomic
    with named as materialized (
        select one.target_key, one.mode_id, one.mode_group, one.band_id from unnest(p_draft) as one
        union
        select one.target_key, one.mode_id, one.mode_group, one.band_id from unnest(p_own) as one
    )

    select distinct null::bigint, named.target_key, named.mode_id, named.mode_group, named.band_id
    from named
    inner join logic.target_above(array(select one.target_key from named as one)) as above
        on above.target_key = named.target_key
    inner join (
        select draft, draft.target_key from unnest(p_draft) as draft
    ) as draft on draft.target_key = above.above_key
    where logic.is_within(draft.draft, named.mode_id, named.mode_group, named.band_id);
end;

comment on function logic.draft_places(billing.price_item[], billing.price_item[]) is
$$The places of prices of a draft and its list that a price of the draft is for. The list is left out.
Example: select * from logic.draft_places('{}', '{}')
Raises: nothing$$;

create function logic.items_ended(
    p_places logic.price_place[], p_own billing.price_item[], p_wanted billing.price_item[], p_from date
)
returns int
language sql stable
set enable_nestloop = off
begin atomic
    select count(*)::int
    from unnest(p_own) as own
    inner join unnest(p_places) as place
        on
            place.target_key = own.target_key and coalesce(place.mode_id, 0) = coalesce(own.mode_id, 0)
            and coalesce(place.mode_group, '') = coalesce(own.mode_group, '')
            and coalesce(place.band_id, 0) = coalesce(own.band_id, 0)
    left join unnest(p_wanted) as wanted
        on
            wanted.target_key = own.target_key and coalesce(wanted.mode_id, 0) = coalesce(own.mode_id, 0)
            and coalesce(wanted.mode_group, '') = coalesce(own.mode_group, '')
            and coalesce(wanted.band_id, 0) = coalesce(own.band_id, 0)
            and wanted.valid && daterange(p_from, null)
    where wanted.target_key is null;
end;

comment on function logic.items_ended(
    logic.price_place[], billing.price_item[], billing.price_item[], date
) is
$$How many prices of a list end without another in their place.
Example: select logic.items_ended('{}', '{}', '{}', '2026-12-01')
Raises: nothing$$;

create function logic.price_asked(p_list_id bigint, p_columns_id bigint, p_days date[])
returns text[]
language sql stable
begin atomic
    with question as (
        select
            day.day, destination.destination_id, col.sample_id, col.band_id,
            row_number() over (order by day.day, destination.destination_id, col.sample_id, col.band_id) as n
        from unnest(p_days) as day (day)
        cross join lateral logic.price_columns(p_columns_id, p_days[1]) as col
        cross join billing.destination
    )

    select array_agg(
        concat_ws(
            '|', question.destination_id, question.day, found.is_blocked, round(found.setup, 7),
            round(found.rate, 7), found.step_to,
            (
                select string_agg(round(one.rate, 7)::text, ',' order by one.n)
                from unnest(found.step_rate) with ordinality as one (rate, n)
            ),
            found.first_increment, found.next_increment, found.free_units, found.free_mode,
            round(found.minimum, 7), round(found.maximum, 7)
        )
        order by question.n
    )
    from question
    left join logic.price_search(array(
        select
            row(
                p_list_id, one.destination_id, one.sample_id,
                case when one.band_id is null then '{}' else array[one.band_id] end, one.day
            )::logic.price_key
        from question as one
        order by one.n
    )) as found on found.place = question.n;
end;

comment on function logic.price_asked(bigint, bigint, date[]) is
$$What a list asks for each destination, mode and hours (those of another list) on some days, a text each, in
one order: equal where two lists ask the same.
Example: select logic.price_asked(1, 1, '{2026-12-01}')
Raises: nothing$$;

-- Rows of places are told by their first day; rows that change are updated: what they were stays known.
create function logic.items_write(
    p_price_list_id bigint, p_places logic.price_place[], p_items billing.price_item[], p_from date
)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    create temporary table item_wanted on commit drop as
    select one.*, row_number() over () as n from unnest(p_items) as one;
    create temporary table item_own on commit drop as
    select item.*
    from unnest(p_places) as place
    inner join billing.price_item as item
        on
            item.price_list_id = p_price_list_id and item.target_key = place.target_key
            and item.mode_id is not distinct from place.mode_id
            and item.mode_group is not distinct from place.mode_group
            and item.band_id is not distinct from place.band_id
            and (p_from is null or upper_inf(item.valid) or upper(item.valid) > p_from);
    create temporary table item_pair on commit drop as
    select own.price_item_id, wanted
    from pg_temp.item_wanted as wanted
    inner join pg_temp.item_own as own
        on
            own.target_key = wanted.target_key and own.mode_id is not distinct from wanted.mode_id
            and own.mode_group is not distinct from wanted.mode_group
            and own.band_id is not distinct from wanted.band_id
            and lower(own.valid) is not distinct from lower(wanted.valid);
    delete from billing.price_item as item
    using pg_temp.item_own as own
    where
        item.price_item_id = own.price_item_id
        and not exists (select from pg_temp.item_pair as pair where pair.price_item_id = own.price_item_id);
    update billing.price_item as item
    set
        valid = (pair.wanted).valid, setup = (pair.wanted).setup, rate = (pair.wanted).rate,
        step_to = (pair.wanted).step_to, step_rate = (pair.wanted).step_rate,
        first_increment = (pair.wanted).first_increment, next_increment = (pair.wanted).next_increment,
        free_units = (pair.wanted).free_units, free_mode = (pair.wanted).free_mode,
        minimum = (pair.wanted).minimum, maximum = (pair.wanted).maximum, percent = (pair.wanted).percent,
        amount = (pair.wanted).amount, is_blocked = (pair.wanted).is_blocked
    from pg_temp.item_pair as pair
    where
        item.price_item_id = pair.price_item_id
        and (
            item.valid, item.setup, item.rate, item.step_to, item.step_rate, item.first_increment,
            item.next_increment, item.free_units, item.free_mode, item.minimum, item.maximum, item.percent,
            item.amount, item.is_blocked
        ) is distinct from (
            (pair.wanted).valid, (pair.wanted).setup, (pair.wanted).rate, (pair.wanted).step_to,
            (pair.wanted).step_rate, (pair.wanted).first_increment, (pair.wanted).next_increment,
            (pair.wanted).free_units, (pair.wanted).free_mode, (pair.wanted).minimum,
            (pair.wanted).maximum, (pair.wanted).percent, (pair.wanted).amount, (pair.wanted).is_blocked
        );
    insert into billing.price_item (
        price_list_id, destination_id, destination_group_id, product_id, service_charge_id, mode_id,
        mode_group, band_id, valid, setup, rate, step_to, step_rate, first_increment, next_increment,
        free_units, free_mode, minimum, maximum, percent, amount, is_blocked
    )
    select
        p_price_list_id, wanted.destination_id, wanted.destination_group_id, wanted.product_id,
        wanted.service_charge_id, wanted.mode_id, wanted.mode_group, wanted.band_id, wanted.valid,
        wanted.setup, wanted.rate, wanted.step_to, wanted.step_rate, wanted.first_increment,
        wanted.next_increment, wanted.free_units, wanted.free_mode, wanted.minimum, wanted.maximum,
        wanted.percent, wanted.amount, wanted.is_blocked
    from pg_temp.item_wanted as wanted
    where not exists (select from pg_temp.item_pair as pair where (pair.wanted).n = wanted.n);
    drop table pg_temp.item_pair, pg_temp.item_own, pg_temp.item_wanted;
end;
$$;

comment on function logic.items_write(bigint, logic.price_place[], billing.price_item[], date) is
$$Makes the price items of places of a list, those that hold on a day or later (NULL: all), the given ones.
Example: select logic.items_write(1, '{}', '{}', null) where false
Raises: what the constraints of billing.price_item say$$;

create function logic.draft_find(p_list text)
returns billing.price_list
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_draft billing.price_list;
begin
    perform logic.price_list_find(p_list);
    select draft.* into v_draft
    from billing.price_list as draft
    inner join billing.price_list as live on live.price_list_id = draft.parent_id and not live.is_draft
    where draft.code = p_list and draft.is_draft;
    if v_draft is null then
        perform billing.fail('LB401', jsonb_build_object('list', p_list));
    end if;
    return v_draft;
end;
$$;

comment on function logic.draft_find(text) is
$$A draft of a list in force.
Example: select logic.draft_find('NEW') where false
Raises: LB110 for an unknown list, LB401 for a list that is no draft of another$$;

create function logic.draft_seen(p_draft_id bigint, p_list_id bigint)
returns text
language sql stable
return (
    select md5(string_agg(item.price_item_id || ':' || item.row_version, ',' order by item.price_item_id))
    from billing.price_item as item where item.price_list_id in (p_draft_id, p_list_id)
);

comment on function logic.draft_seen(bigint, bigint) is
$$What a draft and its list say, as a digest: another one when one of them is changed.
Example: select logic.draft_seen(1, 2)
Raises: nothing$$;

create function logic.draft_activate(p_list text, p_from date, p_seen text)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_draft billing.price_list;
    v_draft_items billing.price_item[];
    v_own billing.price_item[];
    v_wanted billing.price_item[];
    v_draft_places logic.price_place[];
    v_places logic.price_place[];
    v_days date[];
    v_before text[];
    v_after text[];
    v_other jsonb;
    v_count int;
    v_id bigint;
    v_by text := (select own.actor from audit.tx_current() as own);
begin
    perform access.require('admin', 'pricing', 'batch');
    v_draft := logic.draft_find(p_list);
    -- One change of a list at a time.
    perform 1
    from billing.price_list as list
    where list.price_list_id in (v_draft.price_list_id, v_draft.parent_id)
    order by list.price_list_id
    for no key update;
    if p_seen <> logic.draft_seen(v_draft.price_list_id, v_draft.parent_id) then
        perform billing.fail('LB800');
    end if;
    if p_from < logic.today() then
        perform billing.fail('LB111', jsonb_build_object('day', p_from, 'field', 'from_on'));
    end if;
    v_draft_items := array(
        select
            jsonb_populate_record(
                item, jsonb_build_object('valid', item.valid * daterange(p_from, null))
            )
        from billing.price_item as item
        where item.price_list_id = v_draft.price_list_id and item.valid && daterange(p_from, null)
    );
    v_count := cardinality(v_draft_items);
    if v_count = 0 then
        perform billing.fail('LB120', jsonb_build_object('list', p_list, 'day', p_from));
    end if;
    v_own := array(
        select item from billing.price_item as item
        where item.price_list_id = v_draft.parent_id and item.valid && daterange(p_from, null)
    );
    v_days := array(
        select distinct greatest(lower(item.valid), p_from)
        from unnest(v_draft_items) as item
        order by 1
        limit 12
    );
    v_before := logic.price_asked(v_draft.price_list_id, v_draft.price_list_id, v_days);
    v_wanted := array(select item from logic.draft_merge(v_draft_items, v_own, p_from) as item);
    v_draft_places := array(
        select distinct row(
            v_draft.price_list_id, item.target_key, item.mode_id, item.mode_group, item.band_id
        )::logic.price_place
        from billing.price_item as item where item.price_list_id = v_draft.price_list_id
    );
    v_places := array(
        select row(
            v_draft.parent_id, place.target_key, place.mode_id, place.mode_group, place.band_id
        )::logic.price_place
        from logic.draft_places(v_draft_items, v_own) as place
    );
    insert into billing.price_activation (draft_id, price_list_id, from_on, prices, ended, made_by)
    values (
        v_draft.price_list_id, v_draft.parent_id, p_from, v_count,
        logic.items_ended(v_places, v_own, v_wanted, p_from),
        v_by
    )
    returning price_activation_id into v_id;
    insert into billing.price_change (
        price_list_id, target_key, mode_id, mode_group, band_id, before, after, made_by, price_activation_id
    )
    select
        place.price_list_id, place.target_key, place.mode_id, place.mode_group, place.band_id,
        logic.place_snapshot(place), '[]', v_by, v_id
    from unnest(v_draft_places || v_places) as place;
    perform logic.items_write(v_draft.parent_id, v_places, v_wanted, p_from);
    -- The file and line that brought a price go with it.
    insert into billing.price_origin (price_item_id, rate_sheet_id, line_no)
    select item.price_item_id, origin.rate_sheet_id, origin.line_no
    from unnest(v_draft_items) as draft
    inner join billing.price_origin as origin on origin.price_item_id = draft.price_item_id
    inner join billing.price_item as item
        on
            item.price_list_id = v_draft.parent_id and item.target_key = draft.target_key
            and item.mode_id is not distinct from draft.mode_id
            and item.mode_group is not distinct from draft.mode_group
            and item.band_id is not distinct from draft.band_id
            and lower(item.valid) = lower(draft.valid)
    on conflict do nothing;
    v_after := logic.price_asked(v_draft.parent_id, v_draft.price_list_id, v_days);
    select
        jsonb_build_object(
            'list', (select list.code from billing.price_list as list
                where list.price_list_id = v_draft.parent_id),
            'count', count(*),
            'target', (array_agg(destination.name order by one.n))[1]
        )
    into v_other
    from unnest(v_before, v_after) with ordinality as one (before, after, n)
    inner join billing.destination on destination.destination_id = split_part(one.before, '|', 1)::bigint
    where one.before is distinct from one.after
    having count(*) > 0;
    if v_other is not null then
        perform billing.fail('LB119', v_other);
    end if;
    perform logic.items_write(v_draft.price_list_id, v_draft_places, '{}', null);
    update billing.price_change as change
    set after = logic.place_snapshot(row(
        change.price_list_id, change.target_key, change.mode_id, change.mode_group, change.band_id
    ))
    where change.price_activation_id = v_id and change.price_list_id = v_draft.parent_id;
    delete from billing.price_change as change
    where change.price_activation_id = v_id and change.before = change.after;
    perform audit.event_add(
        'price_activate', p_list, jsonb_build_object('from', p_from, 'prices', v_count, 'activation', v_id)
    );
    return v_id;
end;
$$;

comment on function logic.draft_activate(text, date, text) is
$$Makes the prices of a draft those of the list above it from a day on, so that it asks what it asked with the
draft before it, as it was simulated; the draft is empty afterwards. p_seen: what api.draft_get gave.
Example: select logic.draft_activate('NEW', '2026-12-01', '') where false
Raises: LB110 for an unknown list, LB111 for a day in the past, LB119 where the list would ask for something
else, LB120 with nothing to activate, LB401 for a list that is no draft, LB800 when one of them was changed
meanwhile, LB901 without level admin, pricing or batch$$;

create function logic.activation_undo(p_activation_id bigint)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_activation billing.price_activation;
    v_list_id bigint;
    v_target_key bigint;
    v_items bigint[];
    v_rated bigint;
begin
    perform access.require('admin', 'pricing', 'batch');
    select one.* into v_activation
    from billing.price_activation as one where one.price_activation_id = p_activation_id
    for update;
    perform 1
    from billing.price_list as list
    where list.price_list_id in (v_activation.draft_id, v_activation.price_list_id)
    order by list.price_list_id
    for no key update;
    select change.target_key into v_target_key
    from billing.price_change as change
    where
        change.price_activation_id = p_activation_id
        and (
            v_activation.undone_at is not null
            or logic.place_snapshot(row(
                change.price_list_id, change.target_key, change.mode_id, change.mode_group, change.band_id
            )) is distinct from change.after
        )
    limit 1;
    if v_target_key is not null or v_activation is null then
        perform billing.fail(
            'LB114', jsonb_build_object('target', coalesce(logic.target_text(v_target_key), '–'))
        );
    end if;
    v_items := array(
        select item.price_item_id
        from billing.price_change as change
        inner join billing.price_item as item
            on
                item.price_list_id = change.price_list_id and item.target_key = change.target_key
                and item.mode_id is not distinct from change.mode_id
                and item.mode_group is not distinct from change.mode_group
                and item.band_id is not distinct from change.band_id
        where change.price_activation_id = p_activation_id
    );
    select count(*) into v_rated
    from billing.call
    where
        call.start_on >= v_activation.from_on
        and (call.retail_items && v_items or call.cost_items && v_items or call.reseller_items && v_items);
    if v_rated > 0 then
        perform billing.fail('LB121', jsonb_build_object('count', v_rated));
    end if;
    for v_list_id in
        select distinct change.price_list_id
        from billing.price_change as change
        where change.price_activation_id = p_activation_id
        order by change.price_list_id
    loop
        perform logic.items_write(
            v_list_id,
            array(
                select row(
                    change.price_list_id, change.target_key, change.mode_id, change.mode_group, change.band_id
                )::logic.price_place
                from billing.price_change as change
                where change.price_activation_id = p_activation_id and change.price_list_id = v_list_id
            ),
            array(
                select jsonb_populate_record(
                    null::billing.price_item, one.item || jsonb_build_object('target_key', change.target_key)
                )
                from billing.price_change as change
                cross join lateral jsonb_array_elements(change.before) as one (item)
                where change.price_activation_id = p_activation_id and change.price_list_id = v_list_id
            ),
            null
        );
    end loop;
    update billing.price_change as change
    set undone_at = clock_timestamp(), undone_by = (select own.actor from audit.tx_current() as own)
    where change.price_activation_id = p_activation_id;
    update billing.price_activation as one
    set undone_at = clock_timestamp(), undone_by = (select own.actor from audit.tx_current() as own)
    where one.price_activation_id = p_activation_id;
    perform audit.event_add(
        'price_activate_undo', p_activation_id::text, jsonb_build_object('from', v_activation.from_on)
    );
    return (
        select draft.code from billing.price_list as draft
        where draft.price_list_id = v_activation.draft_id
    );
end;
$$;

comment on function logic.activation_undo(bigint) is
$$Takes the activation of a draft back while no call is priced by it: the list says what it said, the draft
has its prices again. Gives the draft.
Example: select logic.activation_undo(1) where false
Raises: LB114 when prices were changed since, LB121 when calls are priced by it, LB901 without level admin,
pricing or batch$$;

-- api

create function api.draft_get(p_list text, p_from_on date)
returns table (
    code text, parent text, prices bigint, now bigint, later bigint, later_on date, own bigint,
    customers bigint, seen text
)
language sql stable rows 1
begin atomic
    with recursive draft as (
        select draft.price_list_id, draft.code, draft.parent_id, live.code as parent
        from billing.price_list as draft
        inner join billing.price_list as live on live.price_list_id = draft.parent_id and not live.is_draft
        where draft.code = p_list and draft.is_draft
    ),

    below as (
        select draft.parent_id as price_list_id from draft
        union
        select list.price_list_id
        from below
        inner join billing.price_list as list on list.parent_id = below.price_list_id and not list.is_draft
    )

    select
        draft.code, draft.parent, count(item.price_item_id),
        count(item.price_item_id) filter (
            where lower_inf(item.valid) or lower(item.valid) <= p_from_on
        ),
        count(item.price_item_id) filter (where lower(item.valid) > p_from_on),
        min(lower(item.valid)) filter (where lower(item.valid) > p_from_on),
        (select count(*) from billing.price_item as one where one.price_list_id = draft.parent_id),
        (
            select count(*) from billing.customer inner join below using (price_list_id)
        ),
        logic.draft_seen(draft.price_list_id, draft.parent_id)
    from draft
    left join billing.price_item as item
        on item.price_list_id = draft.price_list_id and item.valid && daterange(p_from_on, null)
    group by draft.price_list_id, draft.code, draft.parent_id, draft.parent;
end;

comment on function api.draft_get(text, date) is
$$A draft of a list in force, before it is activated from a day: its prices, those that hold on that day and
those that begin later; prices of the list above it, customers that have that list or one below it; seen: a
digest that activation asks for.
Example: select parent, prices from api.draft_get('NEW', '2026-12-01')
Raises: nothing$$;

create function api.activation_list(p_list text)
returns table (
    price_activation_id bigint, draft text, list text, from_on date, prices int, ended int,
    made_at timestamptz, made_by text, undone_at timestamptz, undone_by text
)
language sql stable rows 5
begin atomic
    select
        one.price_activation_id, draft.code, list.code, one.from_on, one.prices, one.ended, one.made_at,
        one.made_by, one.undone_at, one.undone_by
    from billing.price_activation as one
    inner join billing.price_list as draft on draft.price_list_id = one.draft_id
    inner join billing.price_list as list on list.price_list_id = one.price_list_id
    where p_list in (draft.code, list.code)
    order by one.price_activation_id desc;
end;

comment on function api.activation_list(text) is
$$Activations of a draft, or of drafts into a list, the last one first.
Example: select draft, from_on from api.activation_list('GOLD')
Raises: nothing$$;
grant execute on function api.draft_get(text, date), api.activation_list(text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.draft_activate(p_list text, p_from_on date, p_seen text)
returns bigint
language sql volatile
begin atomic
    select logic.draft_activate(p_list, p_from_on, p_seen);
end;

comment on function api.draft_activate(text, date, text) is
$$Makes the prices of a draft those of the list above it from a day on, as they were simulated; gives the
number by which it can be undone.
Example: select api.draft_activate('NEW', '2026-12-01', '') where false
Raises: as logic.draft_activate$$;

create function api.activation_undo(p_activation_id bigint)
returns text
language sql volatile
begin atomic
    select logic.activation_undo(p_activation_id);
end;

comment on function api.activation_undo(bigint) is
$$Takes the activation of a draft back while no call is priced by it; gives the draft.
Example: select api.activation_undo(1) where false
Raises: LB114 when prices were changed since, LB121 when calls are priced by it, LB901 without level admin,
pricing or batch$$;

create function api.draft_make(p_list text, p_name text)
returns text
language sql volatile
begin atomic
    insert into billing.price_list (
        code, name, level, parent_id, currency, decimals, rounding, is_split, is_draft
    )
    select
        list.code || '-' || place.n, p_name, list.level, list.price_list_id, list.currency, list.decimals,
        list.rounding, list.is_split, true
    from billing.price_list as list
    cross join lateral (
        select min(one.n) as n
        from generate_series(2, 999) as one (n)
        where not exists (
            select from billing.price_list as other where other.code = list.code || '-' || one.n
        )
    ) as place
    where list.code = p_list and not list.is_draft
    returning price_list.code;
end;

comment on function api.draft_make(text, text) is
$$An empty draft of a list in force, as that list counts; gives its code.
Example: select api.draft_make('GOLD', 'Gold, draft') where false
Raises: what its constraints say$$;
grant execute on function
    api.draft_activate(text, date, text), api.activation_undo(bigint), api.draft_make(text, text)
to leissner_admin, leissner_pricing, leissner_batch;
