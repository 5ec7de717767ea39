-- 50_usage/call_price: from a normalised record to its prices at three levels, before bundles and rings.
-- Pure: reads reference data only, so that rating, quotes and simulation are the same code.

create type logic.call_in as (
    seq integer, source_id bigint, started_at timestamptz, units numeric, a_number text, b_number text,
    mode text, carrier text, account text, bad_duration text, price_list_id bigint,
    contract_line_id bigint
);
comment on type logic.call_in is
'A record to price. mode, carrier: codes, NULL for the source''s. price_list_id: price by this list '
'alone, without subscriber. contract_line_id: price for this line, whatever the number.';

create type logic.call_priced as (
    seq integer, reason text, detail text, day date,
    subscriber_number_id bigint, contract_line_id bigint, contract_id bigint, customer_id bigint,
    customer_kind text, seller_id bigint, mode_id bigint, destination_id bigint, prefix_id bigint,
    carrier_id bigint,
    cost_list_id bigint, cost_items bigint[], cost numeric, cost_rate numeric, cost_base numeric,
    reseller_list_id bigint, reseller_items bigint[], reseller_billed bigint, reseller_regular numeric,
    reseller_rate numeric,
    retail_list_id bigint, retail_items bigint[], billed bigint, setup numeric, regular numeric,
    retail_rate numeric, stretches jsonb, term_day date, ancestors bigint[], groups bigint[]
);
comment on type logic.call_priced is
'A record with its prices, or with the reason why it has none. cost_list_id NULL: cost not known. '
'term_day, ancestors, groups: for looking up rings (logic.member_list).';

create function logic.border_list(p_from timestamptz[], p_to timestamptz[], p_cuts integer[],
p_time_zone text)
returns table (place bigint, at timestamptz)
language sql stable parallel safe rows 1000
begin atomic
    with span as (
        select question.place, question.from_at, question.to_at
        from unnest(p_from, p_to) with ordinality as question (from_at, to_at, place)
    ),

    touched as (
        select span.place, span.from_at, span.to_at, day::date as day
        from span
        cross join lateral generate_series(
            (span.from_at at time zone p_time_zone)::date::timestamp,
            (span.to_at at time zone p_time_zone)::date::timestamp,
            '1 day'
        ) as day
    ),

    -- Offsets at both ends of the day: a clock time of the doubled hour is a border twice, one of the missing
    -- hour never.
    offsets as (
        select days.day, ends.at_utc,
        (edge.at at time zone p_time_zone) - (edge.at at time zone 'UTC') as shift
        from (select distinct touched.day from touched) as days
        cross join lateral (values (days.day::timestamp), ((days.day + 1)::timestamp)) as ends (at_utc)
        cross join lateral (select ends.at_utc at time zone p_time_zone as at) as edge
    ),

    border as (
        select distinct offsets.day, clock.at
        from offsets
        cross join lateral unnest(p_cuts) as cut (second)
        cross join lateral (
            select offsets.day + cut.second * interval '1 second' as wall
        ) as wanted
        cross join lateral (
            select (wanted.wall - offsets.shift) at time zone 'UTC' as at
        ) as clock
        where clock.at at time zone p_time_zone = wanted.wall
        union
        select change.day, moment
        from (
            select offsets.day from offsets group by offsets.day having count(distinct offsets.shift) > 1
        ) as change
        cross join lateral generate_series(
            change.day::timestamp at time zone p_time_zone,
            (change.day + 1)::timestamp at time zone p_time_zone,
            '15 minutes'
        ) as moment
        where
            (moment at time zone p_time_zone) - (moment - interval '1 second') at time zone p_time_zone
            <> interval '1 second'
    )

    select touched.place, border.at
    from touched
    inner join border on border.day = touched.day
    where touched.from_at < border.at and border.at < touched.to_at;
end;

comment on function logic.border_list(timestamptz[], timestamptz[], integer[], text) is
$$Moments inside each span at which a time band may begin or end: the clock times of p_cuts (seconds of the
day) on each
local day, and the clock changes. place: the span's index.
Example: select * from logic.border_list('{2026-10-24 23:00+00}', '{2026-10-25 03:00+00}', '{0, 9000}',
'Europe/Stockholm')
Raises: nothing$$;

create function logic.call_price(
    p_calls logic.call_in[], p_now timestamptz, p_what_if logic.what_if default null
)
returns setof logic.call_priced
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_mergejoin = off
as $$
#variable_conflict error
declare
    v_time_zone text;
    v_currency text;
    v_cuts integer[] := logic.band_cuts();
    v_epochs date[];
    v_prefix_epochs date[];
    v_term_days date[] := logic.term_days();
begin
    select operator.time_zone, operator.currency into v_time_zone, v_currency from billing.operator;
    -- Prices change on these days only: calls between two of them ask the same question.
    select array_agg(distinct bound.day order by bound.day) into v_epochs
    from (
        select date '-infinity' as day
        union all
        select lower(item.valid) from billing.price_item as item where not lower_inf(item.valid)
        union all
        select upper(item.valid) from billing.price_item as item where not upper_inf(item.valid)
    ) as bound;
    select array_agg(distinct bound.day order by bound.day) into v_prefix_epochs
    from (
        select date '-infinity' as day
        union all
        select lower(prefix.valid) from billing.prefix where not lower_inf(prefix.valid)
        union all
        select upper(prefix.valid) from billing.prefix where not upper_inf(prefix.valid)
    ) as bound;

    return query
    with asked_trunk as (
        select distinct asked.source_id, asked.carrier from unnest(p_calls) as asked
        where asked.carrier is not null
    ),

    incoming as materialized (
        select
            call.seq, call.started_at, least(call.units, 1e15) as units, call.a_number, call.b_number,
            call.account,
            call.bad_duration, call.price_list_id, call.mode as mode_code, call.carrier as carrier_code,
            local.wall::date as day,
            v_prefix_epochs[width_bucket(local.wall::date, v_prefix_epochs)] as prefix_epoch,
            extract(epoch from local.wall::time)::integer as second,
            source.contract_line_id as source_line_id, call.contract_line_id as asked_line_id,
            mode.mode_id, mode.unit, mode.per, carrier.carrier_id,
            -- a call of more than a year is a fault of the switch, whatever else it says
            coalesce(mode.unit = 'second' and call.units > 31622400,
            false) or call.units > 1e15 as is_endless,
            case when call.price_list_id is null then cost_list.price_list_id end as cost_list_id
        from unnest(p_calls) as call
        -- a quote has no source
        left join billing.cdr_source as source on source.source_id = call.source_id
        cross join lateral (select call.started_at at time zone v_time_zone as wall) as local
        left join billing.mode as source_mode on source_mode.mode_id = source.mode_id
        left join billing.mode on mode.code = coalesce(call.mode, source_mode.code, 'voice')
        left join billing.carrier as source_carrier on source_carrier.carrier_id = source.carrier_id
        left join logic.trunk_list(
            array(select source_id from asked_trunk order by source_id, carrier),
            array(select carrier from asked_trunk order by source_id, carrier)
        ) as trunk on trunk.source_id = call.source_id and trunk.trunk = call.carrier
        left join billing.carrier on carrier.code = coalesce(trunk.carrier, call.carrier, source_carrier.code)
        left join billing.price_list as cost_list
            on cost_list.price_list_id = carrier.price_list_id and not cost_list.is_draft
    ),

    -- As they come, repeated or not: what finds them asks each once.
    asked_subscriber as materialized (
        select
            array_agg(case when incoming.account is not null then 'account' else 'number' end) as kinds,
            array_agg(coalesce(incoming.account, incoming.a_number)) as numbers
        from incoming
        where incoming.price_list_id is null and coalesce(incoming.account, incoming.a_number) is not null
    ),

    subscriber as materialized (
        select *
        from logic.subscriber_find(
            (select kinds from asked_subscriber), (select numbers from asked_subscriber)
        )
    ),

    asked_destination as materialized (
        select array_agg(incoming.b_number) as numbers, array_agg(incoming.prefix_epoch) as days
        from incoming
        where incoming.b_number ~ '^[0-9]+$'
    ),

    destination as materialized (
        select *
        from logic.destination_find(
            (select numbers from asked_destination), (select days from asked_destination)
        )
    ),

    -- A pure rating engine gives calls without a known subscriber to the source's own contract line.
    lined as materialized (
        select
            incoming.*,
            v_cuts[width_bucket(incoming.second, v_cuts)] as cut,
            v_epochs[width_bucket(incoming.day, v_epochs)] as epoch,
            logic.term_day(incoming.day, v_term_days) as term_day,
            subscriber.subscriber_number_id,
            case
                when incoming.asked_line_id is not null then incoming.asked_line_id
                when subscriber.contract_line_id is not null then subscriber.contract_line_id
                when incoming.account is null
                and incoming.price_list_id is null then source_line.contract_line_id
            end as contract_line_id,
            destination.prefix_id, destination.destination_id
        from incoming
        left join subscriber
            on subscriber.valid @> incoming.day
            and subscriber.number = coalesce(incoming.account, incoming.a_number)
            and subscriber.kind = case when incoming.account is not null then 'account' else 'number' end
        left join destination
            on destination.number = incoming.b_number and destination.day = incoming.prefix_epoch
        left join billing.contract_line as source_line
            on source_line.contract_line_id = incoming.source_line_id and source_line.valid @> incoming.day
            and exists (
                select from billing.contract
                where contract.contract_id = source_line.contract_id and contract.state = 'active'
            )
    ),

    -- Who holds a line changes on the days of terms only.
    asked_line as (
        select distinct lined.contract_line_id, lined.term_day as day
        from lined
        where lined.contract_line_id is not null
    ),

    holder as materialized (
        select *
        from logic.holder_list(
            array(select contract_line_id from asked_line order by contract_line_id, day),
            array(select day from asked_line order by contract_line_id, day)
        )
    ),

    -- Lists tried together, under one number: calls are told apart by numbers, which costs less than by
    -- arrays.
    tariff as materialized (
        select
            row_number() over () as tariff_id, one.asked_list_id, one.reseller_list_id, one.retail_lists
        from (
            select distinct
                null::bigint as asked_list_id, coalesce(holder.reseller_list_id, 0) as reseller_list_id,
                holder.retail_lists
            from holder
            union all
            select distinct incoming.price_list_id, 0, array[incoming.price_list_id]
            from incoming
            where incoming.price_list_id is not null
        ) as one
    ),

    held as materialized (
        select holder.*, tariff.tariff_id
        from holder
        inner join tariff
            on tariff.retail_lists = holder.retail_lists and tariff.asked_list_id is null
            and tariff.reseller_list_id = coalesce(holder.reseller_list_id, 0)
    ),

    asked_band as (
        select distinct lined.day, lined.cut from lined
    ),

    band as materialized (
        select found.*, dense_rank() over (order by found.bands) as band_set
        from logic.band_list(
            array(select day from asked_band order by day, cut),
            array(select cut from asked_band order by day, cut)
        ) as found
    ),

    called as materialized (
        select
            lined.*, band.band_set,
            held.contract_id, held.customer_id, held.customer_kind, held.seller_id, held.reseller_list_id,
            held.ancestors, held.groups,
            coalesce(held.tariff_id, asked_tariff.tariff_id) as tariff_id
        from lined
        inner join band on band.day = lined.day and band.second = lined.cut
        left join held on held.contract_line_id = lined.contract_line_id and held.day = lined.term_day
        left join tariff as asked_tariff on asked_tariff.asked_list_id = lined.price_list_id
    ),

    -- One case for all calls that ask the same of the price lists.
    scene as materialized (
        select
            row_number() over () as scene_id,
            called.destination_id, called.mode_id, called.band_set, called.epoch, called.tariff_id,
            coalesce(called.cost_list_id, 0) as cost_list_id
        from called
        where called.destination_id is not null and called.mode_id is not null
        and called.tariff_id is not null
        group by
            called.destination_id, called.mode_id, called.band_set, called.epoch, called.tariff_id,
            coalesce(called.cost_list_id, 0)
    ),

    tried as materialized (
        select scene.*, 'retail' as level, list.turn, list.price_list_id
        from scene
        inner join tariff on tariff.tariff_id = scene.tariff_id
        cross join lateral unnest(tariff.retail_lists) with ordinality as list (price_list_id, turn)
        union all
        select scene.*, 'reseller', 1, tariff.reseller_list_id
        from scene
        inner join tariff on tariff.tariff_id = scene.tariff_id
        where tariff.reseller_list_id > 0
        union all
        select scene.*, 'cost', 1, scene.cost_list_id from scene where scene.cost_list_id > 0
    ),

    -- Each question once; `place` is its number.
    key as materialized (
        select
            row_number() over () as place, one.price_list_id, one.destination_id, one.mode_id, one.band_set,
            meaning.bands, one.epoch
        from (
            select distinct
                tried.price_list_id, tried.destination_id, tried.mode_id, tried.band_set, tried.epoch
            from tried
        ) as one
        inner join (select distinct band.band_set, band.bands from band) as meaning
            on meaning.band_set = one.band_set
    ),

    price as materialized (
        select
            found.*, key.price_list_id, list.decimals, list.rounding, list.is_split, list.currency
        from logic.price_search(
            array(
                select row(key.price_list_id, key.destination_id, key.mode_id, key.bands,
                key.epoch)::logic.price_key
                from key
                order by key.place
            ),
            p_what_if
        ) as found
        inner join key on key.place = found.place
        inner join billing.price_list as list on list.price_list_id = key.price_list_id
    ),

    -- The first list of a level that gives a price, or says not for sale, decides.
    chosen as materialized (
        select distinct on (tried.scene_id, tried.level)
            tried.scene_id, tried.level, price.place, price.is_split and not price.is_blocked as is_split
        from tried
        inner join key
            on key.price_list_id = tried.price_list_id and key.destination_id = tried.destination_id
            and key.mode_id = tried.mode_id and key.band_set = tried.band_set and key.epoch = tried.epoch
        inner join price on price.place = key.place
        order by tried.scene_id, tried.level, tried.turn
    ),

    choice as materialized (
        select
            scene.*, place.retail_place, place.reseller_place, place.cost_place,
            place.split_levels
        from scene
        left join (
            select
                chosen.scene_id,
                max(chosen.place) filter (where chosen.level = 'retail') as retail_place,
                max(chosen.place) filter (where chosen.level = 'reseller') as reseller_place,
                max(chosen.place) filter (where chosen.level = 'cost') as cost_place,
                array_agg(chosen.level) filter (where chosen.is_split) as split_levels
            from chosen
            group by chosen.scene_id
        ) as place on place.scene_id = scene.scene_id
    ),

    staged as (
        select
            call.*, choice.retail_place, choice.reseller_place, choice.cost_place, choice.split_levels
        from called as call
        left join choice
            on choice.destination_id = call.destination_id and choice.mode_id = call.mode_id
            and choice.band_set = call.band_set and choice.epoch = call.epoch
            and choice.tariff_id = call.tariff_id
            and choice.cost_list_id = coalesce(call.cost_list_id, 0)
    ),

    -- Calls of lists with split_by_band that reach into another stretch.
    crossing as materialized (
        select
            row_number() over () as span, called.seq, level.name as level, level.place as price_place,
            called.started_at, called.units::bigint as units,
            called.started_at + called.units::double precision * interval '1 second' as ended_at,
            called.destination_id, called.mode_id, called.epoch
        from choice
        inner join called
            on called.destination_id = choice.destination_id and called.mode_id = choice.mode_id
            and called.band_set = choice.band_set and called.epoch = choice.epoch
            and called.tariff_id = choice.tariff_id
            and coalesce(called.cost_list_id, 0) = choice.cost_list_id
        cross join lateral (
            values ('retail', choice.retail_place), ('reseller', choice.reseller_place), ('cost',
            choice.cost_place)
        ) as level (name, place)
        where
            choice.split_levels is not null and level.name = any(choice.split_levels)
            and called.unit = 'second' and called.units > 0
            and not called.is_endless
            and (
                called.second + called.units
                > coalesce(v_cuts[width_bucket(called.second, v_cuts) + 1], 86400)
                or (called.started_at + called.units::double precision * interval '1 second')
                    at time zone v_time_zone
                    - called.started_at at time zone v_time_zone
                    <> called.units::double precision * interval '1 second'
            )
    ),

    stretch_start as (
        select crossing.span, crossing.started_at as at from crossing
        union
        select border.place, border.at
        from logic.border_list(
            array(select started_at from crossing order by span),
            array(select ended_at from crossing order by span),
            v_cuts, v_time_zone
        ) as border
    ),

    stretch as materialized (
        select
            start.span, start.at, local.wall::date as day,
            v_cuts[width_bucket(extract(epoch from local.wall::time)::integer, v_cuts)] as cut,
            row_number() over (partition by start.span order by start.at) as n,
            extract(epoch from start.at - crossing.started_at)::bigint as from_second,
            extract(
                epoch from
                coalesce(lead(start.at) over (partition by start.span order by start.at), crossing.ended_at)
                - crossing.started_at
            )::bigint as to_second
        from stretch_start as start
        inner join crossing on crossing.span = start.span
        cross join lateral (select start.at at time zone v_time_zone as wall) as local
    ),

    stretch_band as materialized (
        select *
        from logic.band_list(
            array(select day from stretch order by span, n), array(select cut from stretch order by span, n)
        )
    ),

    -- The few prices that are needed, taken out first: a join would go through all of them for each stretch.
    crossing_price as materialized (
        select price.*
        from price
        where price.place = any(array(select crossing.price_place from crossing))
    ),

    stretch_key as materialized (
        select
            stretch.span, stretch.n, row_number() over () as place, price.price_list_id,
            crossing.destination_id,
            crossing.mode_id, stretch_band.bands, crossing.epoch
        from stretch
        inner join crossing on crossing.span = stretch.span
        inner join crossing_price as price on price.place = crossing.price_place
        inner join stretch_band on stretch_band.day = stretch.day and stretch_band.second = stretch.cut
    ),

    stretch_price as materialized (
        select *
        from logic.price_search(
            array(
                select
                    row(price_list_id, destination_id, mode_id, bands, epoch)::logic.price_key
                from stretch_key
                order by stretch_key.place
            ),
            p_what_if
        )
    ),

    -- What a stretch costs: its own item at the positions where it lies; free units of `deduct` are the
    -- call's
    -- first ones, what rounding up adds falls on the last stretch.
    priced_stretch as materialized (
        select
            crossing.seq, crossing.level, stretch.n, stretch.at, found.items, found.is_blocked,
            found.place is null as is_missing,
            position.from_unit, position.to_unit,
            coalesce(
                logic.step_sum(found.step_to, found.step_rate, position.from_unit, position.to_unit),
                found.rate * greatest(0, position.to_unit - position.from_unit)
            ) as sum
        from stretch
        inner join crossing on crossing.span = stretch.span
        inner join crossing_price as first on first.place = crossing.price_place
        inner join stretch_key on stretch_key.span = stretch.span and stretch_key.n = stretch.n
        left join stretch_price as found on found.place = stretch_key.place
        cross join lateral (
            select case when first.free_mode = 'deduct' then first.free_units else 0 end as units
        ) as deducted
        cross join lateral (
            select
                greatest(0, stretch.from_second - deducted.units) as from_unit,
                case
                    when stretch.to_second = crossing.units
                        then logic.units_billed(
                            greatest(0, crossing.units - deducted.units), first.first_increment,
                            first.next_increment
                        )
                    else greatest(0, stretch.to_second - deducted.units)
                end as to_unit
        ) as position
    ),

    split as materialized (
        select
            part.seq, part.level, sum(part.sum) as sum, bool_or(part.is_missing) as is_missing,
            coalesce(bool_or(part.is_blocked), false) as is_blocked,
            jsonb_agg(
                jsonb_build_object(
                    'level', part.level, 'from', part.at, 'from_unit', part.from_unit, 'to_unit',
                    part.to_unit,
                    'items', to_jsonb(part.items)
                )
                order by part.n
            ) as stretches
        from priced_stretch as part
        group by part.seq, part.level
    ),

    -- Exact amounts; the sums of steps and stretches are still to be divided by the block. Here and below,
    -- `offset 0` keeps what is worked out once from being worked out at every use; storing rows as wide as
    -- these costs more than making them.
    exact as (
        select
            call.*,
            retail.is_blocked or coalesce(retail_split.is_blocked, false) as retail_blocked,
            coalesce(retail_split.is_missing, false) as retail_missing,
            retail.price_list_id as retail_list_id, retail.items as retail_items, retail.setup,
            retail.currency as retail_currency, retail.decimals as retail_decimals,
            retail.rounding as retail_rounding, retail_units.billed,
            case
                when call.units <= retail.free_units then 0
                else least(
                    greatest(
                        retail.setup + logic.divide(
                            coalesce(
                                retail_split.sum,
                                logic.step_sum(retail.step_to, retail.step_rate, 0, retail_units.billed),
                                retail.rate * retail_units.billed
                            ),
                            call.per
                        ),
                        retail.minimum
                    ),
                    retail.maximum
                )
            end as retail_exact,
            reseller.is_blocked or coalesce(reseller_split.is_blocked, false)
            or coalesce(reseller_split.is_missing, false) as reseller_blocked,
            reseller.items as reseller_items, reseller.currency as reseller_currency,
            reseller.decimals as reseller_decimals, reseller.rounding as reseller_rounding,
            reseller_units.billed as reseller_billed,
            case
                when call.units <= reseller.free_units then 0
                else least(
                    greatest(
                        reseller.setup + logic.divide(
                            coalesce(
                                reseller_split.sum,
                                logic.step_sum(reseller.step_to, reseller.step_rate, 0,
                                reseller_units.billed),
                                reseller.rate * reseller_units.billed
                            ),
                            call.per
                        ),
                        reseller.minimum
                    ),
                    reseller.maximum
                )
            end as reseller_exact,
            cost.is_blocked or coalesce(cost_split.is_blocked, false)
            or coalesce(cost_split.is_missing, false) as cost_blocked,
            cost.items as cost_items, cost.currency as cost_currency,
            cost.decimals as cost_decimals, cost.rounding as cost_rounding,
            case
                when call.units <= cost.free_units then 0
                else least(
                    greatest(
                        cost.setup + logic.divide(
                            coalesce(
                                cost_split.sum,
                                logic.step_sum(cost.step_to, cost.step_rate, 0, cost_units.billed),
                                cost.rate * cost_units.billed
                            ),
                            call.per
                        ),
                        cost.minimum
                    ),
                    cost.maximum
                )
            end as cost_exact,
            coalesce(retail_split.stretches, '[]') || coalesce(reseller_split.stretches, '[]')
            || coalesce(cost_split.stretches, '[]') as stretches
        from staged as call
        left join price as retail on retail.place = call.retail_place
        left join price as reseller on reseller.place = call.reseller_place
        left join price as cost on cost.place = call.cost_place
        left join split as retail_split on retail_split.seq = call.seq and retail_split.level = 'retail'
        left join split as reseller_split on reseller_split.seq = call.seq
        and reseller_split.level = 'reseller'
        left join split as cost_split on cost_split.seq = call.seq and cost_split.level = 'cost'
        cross join lateral (
            select logic.units_billed(
                case when retail.free_mode = 'deduct'
                    then call.units - retail.free_units else call.units end::bigint,
                retail.first_increment, retail.next_increment
            ) as billed
        ) as retail_units
        cross join lateral (
            select logic.units_billed(
                case
                    when reseller.free_mode = 'deduct' then call.units - reseller.free_units else call.units
                end::bigint,
                reseller.first_increment, reseller.next_increment
            ) as billed
        ) as reseller_units
        cross join lateral (
            select logic.units_billed(
                case when cost.free_mode = 'deduct'
                    then call.units - cost.free_units else call.units end::bigint,
                cost.first_increment, cost.next_increment
            ) as billed
        ) as cost_units
        offset 0
    ),

    -- The latest exchange rate on or before the day; 1 for the operator's own currency.
    rate as materialized (
        select list.currency, days.day, latest.rate
        from (select distinct price_list.currency from billing.price_list) as list
        cross join (select distinct called.day from called) as days
        cross join lateral (
            select 1::numeric as rate where list.currency = v_currency
            union all
            (
                select known.rate from billing.exchange_rate as known
                where known.currency = list.currency and known.from_on <= days.day
                and known.currency <> v_currency
                order by known.from_on desc
                limit 1
            )
        ) as latest
    ),

    exchanged as (
        select
            exact.*,
            logic.list_round(exact.retail_exact, exact.retail_decimals, exact.retail_rounding) as regular,
            logic.list_round(exact.reseller_exact, exact.reseller_decimals, exact.reseller_rounding)
            as reseller_regular,
            logic.list_round(exact.cost_exact, exact.cost_decimals, exact.cost_rounding) as cost,
            retail_rate.rate as retail_rate, reseller_rate.rate as reseller_rate, cost_rate.rate as cost_rate,
            -- The first reason that applies (RATING.md 1.10).
            case
                when exact.units < 0 or exact.bad_duration is not null or exact.is_endless then 'bad_duration'
                when exact.started_at > p_now + interval '1 day' then 'future_start'
                when exact.mode_id is null then 'unknown_mode'
                when exact.carrier_code is not null and exact.carrier_id is null then 'unknown_carrier'
                when exact.contract_line_id is null and exact.price_list_id is null then 'no_subscriber'
                when exact.destination_id is null then 'no_destination'
                when exact.retail_place is null then 'no_price'
                when exact.retail_blocked then 'not_for_sale'
                when exact.retail_missing then 'no_price'
                when exact.cost_list_id is not null and (exact.cost_place is null or exact.cost_blocked)
                    then 'no_cost'
                when exact.reseller_list_id is not null
                    and (exact.reseller_place is null or exact.reseller_blocked)
                    then 'no_reseller_price'
                when retail_rate.rate is null
                    or (exact.reseller_list_id is not null and reseller_rate.rate is null)
                    or (exact.cost_list_id is not null and cost_rate.rate is null)
                    then 'no_exchange_rate'
            end as reason
        from exact
        left join rate as retail_rate
            on retail_rate.currency = exact.retail_currency and retail_rate.day = exact.day
        left join rate as reseller_rate
            on reseller_rate.currency = exact.reseller_currency and reseller_rate.day = exact.day
        left join rate as cost_rate on cost_rate.currency = exact.cost_currency and cost_rate.day = exact.day
        offset 0
    )

    select
        done.seq, done.reason,
        case done.reason
            when 'bad_duration' then
                coalesce(done.bad_duration, format('%s units',
                done.units) || case when done.is_endless then ', more than a year' else '' end)
            when 'future_start' then format('starts %s', done.started_at at time zone v_time_zone)
            when 'unknown_mode' then format('mode %s', coalesce(done.mode_code, '(none)'))
            when 'unknown_carrier' then format('carrier %s', done.carrier_code)
            when 'no_subscriber' then
                case
                    when done.account is not null then format('account %s on %s', done.account, done.day)
                    else format('A-number %s on %s', coalesce(nullif(ltrim(done.a_number, '?'), ''),
                    '(none)'), done.day)
                end
            when 'no_destination' then format('B-number %s on %s', coalesce(nullif(ltrim(done.b_number, '?'),
            ''),
            '(none)'), done.day)
            when 'no_exchange_rate' then
                format(
                    'currency %s on %s',
                    case
                        when done.retail_rate is null then done.retail_currency
                        when done.cost_list_id is not null and done.cost_rate is null then done.cost_currency
                        else done.reseller_currency
                    end,
                    done.day
                )
            when 'no_cost' then format('destination %s in the carrier''s list', destination.code)
            when 'no_reseller_price' then format('destination %s in the seller''s list', destination.code)
            when 'no_price' then format('destination %s in no list of the contract', destination.code)
            when 'not_for_sale' then format('destination %s', destination.code)
        end,
        done.day, done.subscriber_number_id, done.contract_line_id, done.contract_id, done.customer_id,
        done.customer_kind, done.seller_id, done.mode_id, done.destination_id, done.prefix_id,
        done.carrier_id,
        done.cost_list_id, done.cost_items, done.cost, done.cost_rate,
        logic.to_base(done.cost, done.cost_rate, done.cost_currency, v_currency),
        done.reseller_list_id, done.reseller_items, done.reseller_billed, done.reseller_regular,
        done.reseller_rate, done.retail_list_id, done.retail_items, done.billed, done.setup, done.regular,
        done.retail_rate, nullif(done.stretches, '[]'), done.term_day, done.ancestors, done.groups
    from exchanged as done
    left join billing.destination on destination.destination_id = done.destination_id;
end;
$$;

comment on function logic.call_price(logic.call_in[], timestamptz, logic.what_if) is
$$Prices records at cost, reseller and retail level in one pass (RATING.md 1-4 and 7), before bundles and
rings.
p_now decides what is in the future. One row per record; reason is NULL where all went well.
Example: select * from logic.call_price('{}', now())
Raises: nothing$$;
