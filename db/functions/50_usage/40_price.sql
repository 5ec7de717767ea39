-- 50_usage/price: which price item applies (RATING.md 3) and what it charges (RATING.md 4).

create type logic.price_key as (
    price_list_id bigint, destination_id bigint, mode_id bigint, bands bigint[], day date
);
comment on type logic.price_key is
'One question to the price search: from which list, for which destination, mode and bands (by code), '
'on which day.';

create function logic.price_search(p_keys logic.price_key[], p_what_if logic.what_if default null)
returns table (
    place bigint, is_blocked boolean, items bigint[], setup numeric, rate numeric, step_to bigint[],
    step_rate numeric[], first_increment bigint, next_increment bigint, free_units bigint, free_mode text,
    minimum numeric, maximum numeric
)
language sql stable parallel safe rows 5000
begin atomic
    with recursive question as materialized (
        select asked.place, asked.price_list_id, asked.destination_id, asked.mode_id, asked.bands, asked.day,
            mode.mode_group
        from unnest(p_keys) with ordinality
            as asked (price_list_id, destination_id, mode_id, bands, day, place)
        inner join billing.mode on mode.mode_id = asked.mode_id
    ),

    climb as (
        select distinct question.price_list_id as start_id, question.price_list_id as list_id, 0 as step
        from question
        union all
        select climb.start_id, list.parent_id, climb.step + 1
        from climb
        inner join billing.price_list as list on list.price_list_id = climb.list_id
        where list.parent_id is not null
    ),

    chain as (
        select climb.start_id, array_agg(searched.price_list_id order by climb.step, searched.turn) as lists
        from climb
        inner join billing.price_list as list on list.price_list_id = climb.list_id
        -- A draft that is tried out stands right before its parent.
        cross join lateral (
            select list.price_list_id, 1 as turn
            union all
            select (p_what_if).price_list_id, 0 where list.price_list_id = (p_what_if).parent_id
        ) as searched
        -- A draft gives no price to the lists below it; it may be asked for itself.
        where climb.step = 0 or not list.is_draft
        group by climb.start_id
    ),

    -- Lists and targets to look under, once for all keys of a list and a destination.
    cell as materialized (
        select
            asked.price_list_id as start_id, asked.destination_id, list.price_list_id, list.step,
            target.target_key, target.rank
        from (select distinct question.price_list_id, question.destination_id from question) as asked
        inner join chain on chain.start_id = asked.price_list_id
        inner join logic.target_list(
            array(select distinct question.destination_id from question)
        ) as found on found.destination_id = asked.destination_id
        cross join lateral unnest(chain.lists) with ordinality as list (price_list_id, step)
        cross join lateral unnest(found.targets) with ordinality as target (target_key, rank)
    ),

    offer as materialized (
        select
            cell.start_id, cell.destination_id, cell.step, cell.rank, item.price_item_id, item.mode_id,
            item.mode_group, item.band_id, item.valid, item.is_blocked,
            item.percent is not null or item.amount is not null as is_relative,
            -- what a draft says only of days after the simulated ones holds on these
            coalesce(
                item.price_list_id = (p_what_if).price_list_id
                and lower(item.valid) >= upper((p_what_if).period),
                false
            ) as is_brought_forward
        from cell
        -- Compared as rows, so that only price_item_target_ix fits: look-ups in the index of the constraint
        -- that tells periods apart cost several times as much.
        inner join billing.price_item as item
            on (item.price_list_id, item.target_key) >= (cell.price_list_id, cell.target_key)
            and (item.price_list_id, item.target_key) <= (cell.price_list_id, cell.target_key)
    ),

    -- What each list of the chain says of each key.
    winner as materialized (
        select distinct on (question.place, offer.step)
            question.place, offer.step, offer.price_item_id, offer.is_blocked, offer.is_relative
        from question
        inner join offer
            on offer.start_id = question.price_list_id and offer.destination_id = question.destination_id
        where
            (offer.valid @> question.day or offer.is_brought_forward)
            and (
                offer.mode_id = question.mode_id
                or offer.mode_group = question.mode_group
                or (offer.mode_id is null and offer.mode_group is null)
            )
            and (offer.band_id is null or offer.band_id = any(question.bands))
        order by
            question.place, offer.step, offer.rank,
            case when offer.mode_id is not null then 0 when offer.mode_group is not null then 1 else 2 end,
            array_position(question.bands, offer.band_id) nulls last,
            offer.valid @> question.day desc, lower(offer.valid)
    ),

    -- The nearest list's item decides; as long as it is relative, the next list above has the say, up to the
    -- first item that is not.
    search as materialized (
        select ranked.*
        from (
            select
                winner.*, row_number() over by_step - 1 as round,
                coalesce(bool_or(not winner.is_relative) over before, false) as is_beyond
            from winner
            window
                by_step as (partition by winner.place order by winner.step),
                before as (by_step rows between unbounded preceding and 1 preceding)
        ) as ranked
        where not ranked.is_beyond
    ),

    -- Items of each key from the one found to its base; none where the base is relative too.
    path as materialized (
        select search.place, array_agg(search.price_item_id order by search.round) as items
        from search
        group by search.place
        having not bool_and(search.is_relative)
    ),

    -- Fold from the base (absolute) down to the item found.
    fold as (
        select
            path.place, path.items, cardinality(path.items) - 1 as still, item.is_blocked,
            item.setup::numeric as setup, item.rate::numeric as rate, item.step_to,
            item.step_rate::numeric[] as step_rate, item.first_increment, item.next_increment,
            item.free_units, item.free_mode, item.minimum::numeric as minimum,
            item.maximum::numeric as maximum
        from path
        inner join billing.price_item as item on item.price_item_id = path.items[cardinality(path.items)]
        union all
        select
            fold.place, fold.items, fold.still - 1, fold.is_blocked,
            greatest(0, fold.setup * relative.factor),
            greatest(0, fold.rate * relative.factor + relative.extra),
            fold.step_to,
            (
                select array_agg(greatest(0, step.rate * relative.factor + relative.extra) order by step.n)
                from unnest(fold.step_rate) with ordinality as step (rate, n)
            ),
            fold.first_increment, fold.next_increment, fold.free_units, fold.free_mode,
            greatest(0, fold.minimum * relative.factor),
            -- greatest() passes over NULL, and no maximum is NULL
            case when fold.maximum is not null then greatest(0, fold.maximum * relative.factor) end
        from fold
        inner join billing.price_item as item on item.price_item_id = fold.items[fold.still]
        cross join lateral (
            select 1 + coalesce(item.percent, 0) * 0.01 as factor, coalesce(item.amount, 0) as extra
        ) as relative
        where fold.still > 0
    )

    select
        fold.place, fold.is_blocked, fold.items, fold.setup, fold.rate, fold.step_to, fold.step_rate,
        fold.first_increment, fold.next_increment, fold.free_units, fold.free_mode, fold.minimum, fold.maximum
    from fold
    where fold.still = 0;
end;

comment on function logic.price_search(logic.price_key[], logic.what_if) is
$$The price of each key by its place in the array: nearest list, then target, mode, band; relative items
worked out from
their base. No row: no price. is_blocked: not for sale. items: the item found, then its bases.
Example: select * from logic.price_search(array[row(1, 1, 1, '{}', '2026-10-05')]::logic.price_key[])
Raises: nothing$$;

-- One unit of the last decimal, 0 to 6: an array, because a cast from text would keep the planner from
-- inlining.
create function logic.decimal_unit(p_decimals integer)
returns numeric
language sql immutable parallel safe
return (array[1, 0.1, 0.01, 0.001, 0.0001, 0.00001, 0.000001])[p_decimals + 1];

comment on function logic.decimal_unit(integer) is
$$One unit of the last of p_decimals (0 to 6) decimals.
Example: select logic.decimal_unit(2)
Raises: nothing$$;

-- Not strict, no sub-select: so that the planner writes it into the statement, instead of a call per row.
create function logic.list_round(p_amount numeric, p_decimals integer, p_rounding text)
returns numeric
language sql immutable parallel safe
-- Twelve decimals first: the dust of a division never decides a tie or an `up` (RATING.md 7).
return case p_rounding
    when 'half_up' then round(round(p_amount, 12), p_decimals)
    when 'down' then trunc(round(p_amount, 12), p_decimals)
    when 'up' then
        trunc(round(p_amount, 12), p_decimals)
        + case
            when round(p_amount, 12) > trunc(round(p_amount, 12),
            p_decimals) then logic.decimal_unit(p_decimals)
            else 0
        end
    when 'half_even' then
        case
            when round(p_amount, 12) - trunc(round(p_amount, 12),
            p_decimals) = logic.decimal_unit(p_decimals) * 0.5
                and mod(trunc(round(p_amount, 12), p_decimals), logic.decimal_unit(p_decimals) * 2) = 0
                then trunc(round(p_amount, 12), p_decimals)
            else round(round(p_amount, 12), p_decimals)
        end
end;

comment on function logic.list_round(numeric, integer, text) is
$$An amount (not below zero) rounded once, as its price list rounds: half_up, half_even, up or down.
Example: select logic.list_round(0.125, 2, 'half_even')
Raises: nothing$$;

-- Not strict, for the same reason.
create function logic.units_billed(p_units bigint, p_first bigint, p_next bigint)
returns bigint
language sql immutable parallel safe
return case
    when p_first is null then null
    when p_units <= 0 then 0
    when p_units <= p_first then p_first
    else p_units + (p_next - (p_units - p_first) % p_next) % p_next
end;

comment on function logic.units_billed(bigint, bigint, bigint) is
$$Billed units: the first increment, then whole next increments, rounded up.
Example: select logic.units_billed(75, 30, 6)
Raises: nothing$$;

create function logic.step_sum(p_step_to bigint[], p_step_rate numeric[], p_from bigint, p_to bigint)
returns numeric
language sql immutable parallel safe strict
begin atomic
    select coalesce(
        sum(
            step.rate
            * greatest(0, least(p_to, coalesce(step.bound, p_to)) - greatest(p_from, coalesce(step.below, 0)))
        ),
        0
    )
    from (
        select bounds.bound, bounds.rate, lag(bounds.bound) over (order by bounds.n) as below
        from unnest(p_step_to, p_step_rate) with ordinality as bounds (bound, rate, n)
    ) as step;
end;

comment on function logic.step_sum(bigint[], numeric[], bigint, bigint) is
$$Rate times units between two positions of a call, summed over the steps; still to be divided by the block.
Example: select logic.step_sum('{60, NULL}', '{0.5, 0.3}', 0, 90)
Raises: nothing$$;

create function logic.to_base(p_amount numeric, p_rate numeric, p_currency text, p_base text)
returns numeric
language sql immutable parallel safe
return case when p_currency = p_base then p_amount else round(p_amount * p_rate, 6) end;

comment on function logic.to_base(numeric, numeric, text, text) is
$$An amount in the operator's currency, rounded to 6 decimals (half away from zero).
Example: select logic.to_base(0.009145, 11.381, 'EUR', 'SEK')
Raises: nothing$$;
