-- 50_usage/why_not: what nearly priced a call and the rule that beat it; what made a customer's month. As the
-- reference data stands now: what was replaced since is in the steps of the call itself.

create function logic.item_rival(
    p_list_id bigint, p_items bigint[], p_destination_id bigint, p_mode_id bigint, p_started_at timestamptz
)
returns table (place bigint, price_item_id bigint, rule text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_wall constant timestamp := (
        select p_started_at at time zone operator.time_zone from billing.operator
    );
    v_cuts constant integer[] := logic.band_cuts();
    v_group constant text := (select mode.mode_group from billing.mode where mode.mode_id = p_mode_id);
begin
    return query
    with recursive chain (price_list_id, parent_id, code, step) as (
        select list.price_list_id, list.parent_id, list.code, 1
        from billing.price_list as list where list.price_list_id = p_list_id
        union all
        select list.price_list_id, list.parent_id, list.code, chain.step + 1
        from chain
        inner join billing.price_list as list on list.price_list_id = chain.parent_id
        where not list.is_draft
    ),

    band as (
        select band.bands
        from logic.band_list(
            array[v_wall::date],
            array[v_cuts[width_bucket(extract(epoch from v_wall::time)::integer, v_cuts)]]
        ) as band
    ),

    item as (
        select
            chain.step, chain.code as list_code, target.rank, one.price_item_id, one.valid, one.mode_id,
            one.mode_group, one.band_id, one.percent is not null or one.amount is not null as is_relative,
            case when one.mode_id is not null then 0 when one.mode_group is not null then 1 else 2 end
            as mode_rank,
            coalesce(array_position(band.bands, one.band_id), 1000) as band_rank,
            one.valid @> v_wall::date as is_day,
            one.mode_id = p_mode_id or one.mode_group = v_group
            or (one.mode_id is null and one.mode_group is null) as is_mode,
            one.band_id is null or one.band_id = any(band.bands) as is_band
        from chain
        cross join band
        cross join lateral (
            select found.targets from logic.target_list(array[p_destination_id]) as found
        ) as found
        cross join lateral unnest(found.targets) with ordinality as target (target_key, rank)
        inner join billing.price_item as one
            on one.price_list_id = chain.price_list_id and one.target_key = target.target_key
    ),

    chosen as (
        select item.*, array_position(p_items, item.price_item_id) as turn
        from item where item.price_item_id = any(p_items)
    ),

    base as (
        select max(chosen.step) as step, (array_agg(chosen.list_code order by chosen.step desc))[1] as code
        from chosen
    ),

    judged as (
        select
            item.step, item.rank, item.mode_rank, item.band_rank, item.price_item_id,
            case
                when not item.is_day and item.is_mode and item.is_band
                    then 'it did not hold on ' || v_wall::date
                when item.is_day and not coalesce(item.is_mode, false) and item.is_band
                    then 'the call is of another mode'
                when item.is_day and item.is_mode and not item.is_band
                    then 'the call does not start in its band'
                when not (item.is_day and coalesce(item.is_mode, false) and item.is_band) then null
                when item.step > base.step
                    then format('list %s is nearer and builds on nothing above it', base.code)
                when chosen.rank < item.rank then 'a destination goes before its groups, these by rank, then '
                || 'the product type, then everything'
                when chosen.mode_rank < item.mode_rank
                    then 'a price for the mode goes before one for its group, and that before one for all'
                when chosen.band_rank < item.band_rank
                    then 'a price for a band goes before one for all hours, bands by their code'
            end as rule
        from item
        cross join base
        left join chosen on chosen.step = item.step
        where not item.price_item_id = any(p_items)
    )

    select
        row_number() over (
            order by judged.step, judged.rank, judged.mode_rank, judged.band_rank, judged.price_item_id
        ),
        judged.price_item_id, judged.rule
    from judged
    where judged.rule is not null
    order by 1
    limit 20;
end;
$$;

comment on function logic.item_rival(bigint, bigint[], bigint, bigint, timestamptz) is
$$Prices of a list and those above that nearly priced a call, nearest first, at most 20: they fail by the day,
the mode or the band alone, or are beaten by the ones that did (p_items), with the rule that decided.
Example: select * from logic.item_rival(1, '{1}', 1, 1, now())
Raises: nothing$$;

create function logic.ring_rival(p_call billing.call)
returns table (ring_id bigint, rule text)
language sql stable
begin atomic
    with asked as (
        select
            p_call.start_on as day,
            array[
                row(
                    1, p_call.started_at, p_call.key, p_call.source_id, p_call.start_on, p_call.customer_id,
                    p_call.contract_line_id, p_call.mode_id, p_call.destination_id, p_call.b_number,
                    p_call.retail_list_id, p_call.regular, p_call.billed, p_call.setup,
                    p_call.reseller_list_id, p_call.reseller_regular, p_call.reseller_billed, p_call.call_id
                )::logic.discount_in
            ] as calls
    ),

    matched as (
        select found.ring_id
        from asked
        cross join lateral logic.ring_match(asked.calls) as found
    ),

    member as (
        select distinct found.ring_id
        from logic.ring_membership(array[p_call.contract_line_id], array[p_call.start_on]) as found
    ),

    described as (
        select
            ring.*,
            ring.ring_id in (select member.ring_id from member) as is_member,
            ring.ring_id in (select matched.ring_id from matched) as is_matched,
            exists (
                select from billing.ring as other
                where
                    other.is_exclusive and other.level = ring.level
                    and other.ring_id = any(p_call.rings || p_call.reseller_rings)
                    and (other.priority, other.code) < (ring.priority, ring.code)
            ) as is_shut_out,
            not exists (select from billing.ring_mode as one where one.ring_id = ring.ring_id)
            or exists (
                select from billing.ring_mode as one
                inner join billing.mode on mode.mode_id = p_call.mode_id
                where
                    one.ring_id = ring.ring_id
                    and (one.mode_id = mode.mode_id or one.mode_group = mode.mode_group)
            ) as is_mode,
            not exists (select from billing.ring_target as one where one.ring_id = ring.ring_id)
            or exists (
                select from billing.ring_target as one
                inner join logic.target_list(array[p_call.destination_id]) as found on true
                where one.ring_id = ring.ring_id and one.target_key = any(found.targets)
            ) as is_target
        from billing.ring
    ),

    judged as (
        select
            described.ring_id, described.priority, described.code,
            case
                when not described.valid @> p_call.start_on then
                    case when described.is_member and described.is_mode and described.is_target
                        then 'it did not hold on ' || p_call.start_on end
                when not described.is_member then
                    case when described.is_mode and described.is_target
                        then 'the customer is no member' end
                when described.is_matched and described.is_shut_out
                    then 'a ring of lower priority that shuts out the rest came first'
                when described.is_matched and described.level = 'reseller'
                    and p_call.reseller_list_id is null then null
                when described.is_matched and described.volume_unit <> 'none'
                    then format(
                        'the month''s volume (%s %s to %s) was elsewhere', described.volume_unit,
                        logic.figure(described.volume_from),
                        coalesce(logic.figure(described.volume_to), 'any')
                    )
                when described.is_matched then 'nothing was left to take'
                when not described.is_mode then 'the call is of another mode'
                when not described.is_target then 'it is for other destinations'
                else 'the call does not start in its band'
            end as rule
        from described
        where not described.ring_id = any(
            coalesce(p_call.rings, '{}') || coalesce(p_call.reseller_rings, '{}')
        )
    )

    select judged.ring_id, judged.rule
    from judged
    where judged.rule is not null
    order by judged.priority, judged.code
    limit 20;
end;

comment on function logic.ring_rival(billing.call) is
$$Rings that nearly applied to a call, in their order, at most 20, with what kept each from it.
Example: select logic.ring_rival(call) from billing.call where false
Raises: nothing$$;

create function logic.call_why_not(p_call text)
returns table (level text, text text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_source_id bigint;
    v_hash bytea;
    v_call billing.call;
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch', 'integration'
    );
    select source.source_id into v_source_id
    from billing.cdr_source as source where source.code = split_part(p_call, ':', 1);
    v_hash := substring(
        sha256(convert_to(substring(p_call from position(':' in p_call) + 1), 'UTF8')) for 16
    );
    select call.* into v_call
    from billing.call_key as known
    inner join billing.call
        on call.start_on = known.start_on and call.source_id = v_source_id and call.key_hash = v_hash
    where known.source_id = v_source_id and known.key_hash = v_hash;
    if v_call.call_id is null then
        return;
    end if;

    -- A list that was asked first and has no price is told of in the steps; here is what it nearly had.
    return query
    select asked.level, format('Not %s: %s.', logic.item_text(rival.price_item_id), rival.rule)
    from (
        select 1 as turn, 'retail' as level, tried.list_id, '{}'::bigint[] as items, tried.place
        from logic.holder_list(array[v_call.contract_line_id], array[v_call.start_on]) as holder
        cross join lateral unnest(holder.retail_lists) with ordinality as tried (list_id, place)
        where tried.place < array_position(holder.retail_lists, v_call.retail_list_id)
        union all
        select 1, 'retail', v_call.retail_list_id, v_call.retail_items, 1000
        union all
        select 3, 'reseller', v_call.reseller_list_id, v_call.reseller_items, 1000
        where v_call.reseller_list_id is not null
        union all
        select 4, 'cost', v_call.cost_list_id, v_call.cost_items, 1000
        where v_call.cost_list_id is not null
    ) as asked
    cross join lateral logic.item_rival(
        asked.list_id, asked.items, v_call.destination_id, v_call.mode_id, v_call.started_at
    ) as rival
    order by asked.turn, asked.place, rival.place;

    return query
    select
        'rings',
        format('Not ring %s (%s, priority %s): %s.', ring.code, ring.name, ring.priority, rival.rule)
    from logic.ring_rival(v_call) as rival
    inner join billing.ring on ring.ring_id = rival.ring_id
    order by ring.priority, ring.code;
end;
$$;

comment on function logic.call_why_not(text) is
$$The prices and rings that nearly applied to a rated call (source:key), each with the rule that beat it; none
for a call that is not rated.
Example: select * from logic.call_why_not('plain:k00002') where false
Raises: LB901 without a level of the staff$$;

create function logic.bill_explain(p_customer text, p_month date)
returns table (
    section text, code text, name text, calls bigint, units numeric, amount numeric, currency text
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_customer_id bigint;
    v_from constant date := date_trunc('month', p_month::timestamp)::date;
    v_to constant date := (date_trunc('month', p_month::timestamp) + interval '1 month')::date;
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch', 'integration'
    );
    select customer.customer_id into v_customer_id
    from billing.customer where customer.customer_no = p_customer;
    if v_customer_id is null then
        perform billing.fail('LB400', jsonb_build_object('what', 'customer', 'code', p_customer));
    end if;
    return query
    with call as materialized (
        select one.*, list.code as list_code, list.name as list_name, list.currency
        from billing.call as one
        inner join billing.price_list as list on list.price_list_id = one.retail_list_id
        where one.customer_id = v_customer_id and one.start_on >= v_from and one.start_on < v_to
    ),

    priced as (
        select
            call.currency, call.retail_items[1] as item_id, count(*) as calls, sum(call.billed) as units,
            sum(call.regular) as amount
        from call
        group by call.currency, call.retail_items[1]
    ),

    taken as (
        select call.currency, ring.ring_id, count(*) as calls, sum(ring.took) as amount
        from call
        cross join lateral unnest(call.rings, call.ring_took) as ring (ring_id, took)
        group by call.currency, ring.ring_id
    ),

    drawn as (
        select call.currency, bundle.bundle_id, count(*) as calls, sum(bundle.units) as units
        from call
        cross join lateral unnest(call.bundles, call.bundle_units) as bundle (bundle_id, units)
        group by call.currency, bundle.bundle_id
    ),

    told as (
        select
            1 as turn, 'list' as section, call.list_code as code,
            'searched: ' || logic.list_path_text(call.retail_list_id) as name, count(*) as calls,
            sum(call.billed) as units, sum(call.regular) as amount, call.currency
        from call
        group by call.retail_list_id, call.list_code, call.currency
        union all
        select
            2, 'price', item.definition ->> 'rate', logic.item_text(priced.item_id), priced.calls,
            priced.units, priced.amount, priced.currency
        from priced
        cross join lateral (select logic.definition_get('price_item', priced.item_id) as definition) as item
        union all
        select
            3, 'bundle', bundle.definition ->> 'code', (bundle.definition ->> 'units') || ' units a month',
            drawn.calls, drawn.units, null, drawn.currency
        from drawn
        cross join lateral (
            select logic.definition_get('bundle', drawn.bundle_id) as definition
        ) as bundle
        union all
        select 4, 'bundles', null, 'what bundles took', count(*), null, -sum(call.bundled), call.currency
        from call
        where call.bundled > 0
        group by call.currency
        union all
        select
            5, 'ring', ring.definition ->> 'code', ring.definition ->> 'name', taken.calls, null,
            -taken.amount, taken.currency
        from taken
        cross join lateral (select logic.definition_get('ring', taken.ring_id) as definition) as ring
        union all
        select
            6, 'rounding', null, 'what rounding each call to the list''s decimals left', count(*), null,
            sum(one.took - call.discount), call.currency
        from call
        cross join lateral (
            select coalesce(sum(ring.took), 0) as took from unnest(call.ring_took) as ring (took)
        ) as one
        group by call.currency
        having sum(one.took - call.discount) <> 0
        union all
        select 7, 'total', null, 'what the calls cost', count(*), sum(call.billed), sum(call.retail),
            call.currency
        from call
        group by call.currency
    )

    select told.section, told.code, told.name, told.calls, told.units, told.amount, told.currency
    from told
    order by told.currency, told.turn, abs(told.amount) desc nulls last, told.code, told.name;
end;
$$;

comment on function logic.bill_explain(text, date) is
$$What made a customer's calls of a month cost what they cost: the lists that priced them, the prices, bundles
and rings, with calls, billed units and amounts. In each currency list + bundles + ring + rounding = total.
Example: select * from logic.bill_explain('1001', '2026-10-01') where false
Raises: LB400 for an unknown customer, LB901 without a level of the staff$$;

-- api

create function api.call_why_not(p_call text)
returns table (level text, text text)
language sql stable
begin atomic
    select * from logic.call_why_not(p_call);
end;

comment on function api.call_why_not(text) is
$$Why a call (source:key) does not cost something else: prices and rings that nearly applied, each with the
rule that beat it.
Example: select * from api.call_why_not('plain:k00002') where false
Raises: LB901 without a level of the staff$$;
grant execute on function api.call_why_not(text)
to leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
leissner_auditor, leissner_batch, leissner_integration;

create function api.bill_explain(p_customer text, p_month date)
returns table (
    section text, code text, name text, calls bigint, units numeric, amount numeric, currency text
)
language sql stable
begin atomic
    select * from logic.bill_explain(p_customer, p_month);
end;

comment on function api.bill_explain(text, date) is
$$What made a customer's calls of a month cost what they cost: lists, prices, bundles, rings, total.
Example: select * from api.bill_explain('1001', '2026-10-01') where false
Raises: LB400 for an unknown customer, LB901 without a level of the staff$$;
grant execute on function api.bill_explain(text, date)
to leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
leissner_auditor, leissner_batch, leissner_integration;
