-- 50_usage/simulate: what re-rating, a draft list or a ring would change on real traffic; writes nothing.

create function logic.again_list(
    p_from date, p_to date, p_filter logic.call_filter, p_what_if logic.what_if, p_size integer
)
returns table (
    customer_id bigint, destination_id bigint, seller_id bigint, carrier_id bigint, is_frozen boolean,
    calls bigint, changed bigint, suspended bigint, revenue_before numeric, revenue_after numeric,
    cost_before numeric, cost_after numeric, margin_before numeric, margin_after numeric
)
language plpgsql stable rows 10000
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_part record;
    v_customers bigint[];
    v_stored logic.call_again[];
    v_again logic.call_again[];
    v_turn_customers bigint[];
    v_turn_months date[];
    v_rated logic.rated_again;
    v_frozen bigint[];
begin
    -- A loop, so that no more than a part of the calls is held at a time.
    for v_part in
        select part.* from logic.call_part(p_from, p_to, (p_filter).customer_id, p_size) as part
    loop
        v_customers := logic.part_customers(
            v_part.customer_from, v_part.customer_to, v_part.from_on, v_part.to_on
        );
        v_stored := array(
            select stored
            from logic.call_stored(
                v_customers, array_fill(v_part.from_on, array[cardinality(v_customers)]),
                array_fill(v_part.to_on, array[cardinality(v_customers)]), p_filter
            ) as stored
        );
        -- A ring alone changes no regular price.
        v_again := case
            when (p_what_if).ring_id is not null and (p_what_if).price_list_id is null then v_stored
            else array(select again from logic.call_reprice(v_stored, p_what_if) as again)
        end;
        select array_agg(turn.customer_id), array_agg(turn.month) into v_turn_customers, v_turn_months
        from logic.month_again(v_stored, v_again) as turn;
        v_rated := logic.call_reallot(v_again, v_turn_customers, v_turn_months, p_what_if);
        v_frozen := logic.call_frozen(v_rated.calls);
        return query
        with change as materialized (
            select one.* from logic.call_change(v_rated.calls) as one
        ),

        -- Re-rating shows what changes, wherever it lies; simulation all traffic of the period.
        traffic as (
            select
                change.customer_id, change.destination_id, change.seller_id, change.carrier_id,
                change.call_id = any(v_frozen) as is_frozen, change.is_changed, change.is_suspended,
                change.revenue_before, change.revenue_after, change.cost_before, change.cost_after
            from change
            where
                case
                    when p_what_if is null then change.is_changed
                    else change.start_on >= v_part.from_on and change.start_on < v_part.to_on
                end
            union all
            select
                call.customer_id, call.destination_id, call.seller_id, call.carrier_id, false, false, false,
                call.retail_base, call.retail_base, call.cost_base, call.cost_base
            from billing.call
            where
                not p_what_if is null
                and call.customer_id between v_part.customer_from and v_part.customer_to
                and call.start_on >= v_part.from_on and call.start_on < v_part.to_on
                and not exists (select from change where change.call_id = call.call_id)
        )

        select
            traffic.customer_id, traffic.destination_id, traffic.seller_id, traffic.carrier_id,
            traffic.is_frozen, count(*), count(*) filter (where traffic.is_changed),
            count(*) filter (where traffic.is_suspended), sum(traffic.revenue_before),
            coalesce(sum(traffic.revenue_after), 0), coalesce(sum(traffic.cost_before), 0),
            coalesce(sum(traffic.cost_after), 0),
            coalesce(sum(traffic.revenue_before - traffic.cost_before), 0),
            coalesce(sum(traffic.revenue_after - traffic.cost_after), 0)
        from traffic
        group by
            traffic.customer_id, traffic.destination_id, traffic.seller_id, traffic.carrier_id,
            traffic.is_frozen;
    end loop;
end;
$$;

comment on function logic.again_list(date, date, logic.call_filter, logic.what_if, integer) is
$$Calls of a period rated again, in parts of about p_size, in sums: those that change, or, where something is
tried out, all.
Example: select * from logic.again_list('2026-10-01', '2026-11-01', null, null, 50000) where false
Raises: nothing$$;

create function logic.rerate_try(
    p_from date, p_to date, p_customer text, p_list text, p_destination text, p_product text, p_carrier text
)
returns table (
    customer_no text, customer text, changed bigint, suspended bigint, frozen bigint, revenue_before numeric,
    revenue_after numeric, cost_before numeric, cost_after numeric
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    perform access.require('admin', 'pricing', 'batch');
    if p_to <= p_from then
        perform billing.fail('LB304', jsonb_build_object('from', p_from, 'to', p_to));
    end if;
    return query
    select
        customer.customer_no, customer.name,
        coalesce(sum(one.changed) filter (where not one.is_frozen), 0)::bigint,
        coalesce(sum(one.suspended) filter (where not one.is_frozen), 0)::bigint,
        coalesce(sum(one.changed) filter (where one.is_frozen), 0)::bigint,
        coalesce(sum(one.revenue_before) filter (where not one.is_frozen), 0),
        coalesce(sum(one.revenue_after) filter (where not one.is_frozen), 0),
        coalesce(sum(one.cost_before) filter (where not one.is_frozen), 0),
        coalesce(sum(one.cost_after) filter (where not one.is_frozen), 0)
    from logic.again_list(
        p_from, p_to, logic.filter_get(p_customer, p_list, p_destination, p_product, p_carrier), null, 25000
    ) as one
    inner join billing.customer on customer.customer_id = one.customer_id
    group by customer.customer_no, customer.name
    order by
        abs(sum(one.revenue_after - one.revenue_before) filter (where not one.is_frozen)) desc nulls last,
        customer.customer_no;
end;
$$;

comment on function logic.rerate_try(date, date, text, text, text, text, text) is
$$What re-rating would change, per customer, as logic.rerate_show tells it afterwards; writes nothing.
Example: select * from logic.rerate_try('2026-10-01', '2026-11-01', null, null, null, null, null) where false
Raises: LB304 for an empty period, LB400 for an unknown code, LB901 without the level admin, pricing or
batch$$;

create function logic.simulate(
    p_from date, p_to date, p_list text, p_ring text, p_is_without boolean, p_by text
)
returns table (
    key text, name text, calls bigint, changed bigint, suspended bigint, revenue_before numeric,
    revenue_after numeric, cost_before numeric, cost_after numeric, margin_before numeric,
    margin_after numeric
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_what_if logic.what_if;
    v_filter logic.call_filter;
    v_parent text;
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    );
    if p_to <= p_from then
        perform billing.fail('LB304', jsonb_build_object('from', p_from, 'to', p_to));
    end if;
    if p_by not in ('product', 'destination', 'country', 'customer', 'seller', 'carrier') then
        perform billing.fail('LB305', jsonb_build_object('by', p_by));
    end if;
    if num_nonnulls(p_list, p_ring) = 0 then
        perform billing.fail('LB402');
    end if;
    v_what_if.period := daterange(p_from, p_to);
    v_what_if.is_without := p_is_without;
    if p_list is not null then
        select draft.price_list_id, live.price_list_id, live.code
        into v_what_if.price_list_id, v_what_if.parent_id, v_parent
        from billing.price_list as draft
        inner join billing.price_list as live on live.price_list_id = draft.parent_id and not live.is_draft
        where draft.code = p_list and draft.is_draft;
        if v_parent is null then
            perform logic.filter_get(null, p_list, null, null, null);
            perform billing.fail('LB401', jsonb_build_object('list', p_list));
        end if;
        -- A ring may concern any call, a list only those that its parent is tried for.
        if p_ring is null then
            v_filter := logic.filter_get(null, v_parent, null, null, null);
        end if;
    end if;
    if p_ring is not null then
        select ring.ring_id into v_what_if.ring_id from billing.ring where ring.code = p_ring;
        if v_what_if.ring_id is null then
            perform billing.fail('LB400', jsonb_build_object('what', 'ring', 'code', p_ring));
        end if;
    end if;
    return query
    with named as (
        select
            case p_by
                when 'product' then product.code
                when 'destination' then destination.code
                when 'country' then destination.country
                when 'customer' then customer.customer_no
                when 'seller' then seller.code
                else carrier.code
            end as key,
            case p_by
                when 'product' then product.name
                when 'destination' then destination.name
                when 'country' then destination.country
                when 'customer' then customer.name
                when 'seller' then seller.name
                else carrier.name
            end as name,
            one.*
        from logic.again_list(p_from, p_to, v_filter, v_what_if, 25000) as one
        inner join billing.customer on customer.customer_id = one.customer_id
        inner join billing.destination on destination.destination_id = one.destination_id
        inner join billing.product on product.product_id = destination.product_id
        left join billing.seller on seller.seller_id = one.seller_id
        left join billing.carrier on carrier.carrier_id = one.carrier_id
    )

    select
        named.key, named.name, sum(named.calls)::bigint, sum(named.changed)::bigint,
        sum(named.suspended)::bigint, sum(named.revenue_before), sum(named.revenue_after),
        sum(named.cost_before), sum(named.cost_after), sum(named.margin_before), sum(named.margin_after)
    from named
    group by named.key, named.name
    order by sum(named.revenue_before) desc, named.key;
end;
$$;

comment on function logic.simulate(date, date, text, text, boolean, text) is
$$Revenue, cost and margin of local days [p_from, p_to) as they are and as a draft price list, a ring, or the
lack of a ring would make them, in the operator's currency; margin over calls with known cost. The draft
stands right before the list that is its parent; what it says only of days after the period holds in it too.
Example: select * from logic.simulate('2026-10-01', '2026-11-01', null, 'X', false, 'product') where false
Raises: LB304 for an empty period, LB305 for another grouping, LB400 for an unknown code, LB401 for a list
that is no draft, LB402 with nothing to try, LB901 without a level of the staff$$;

-- api

create function api.rerate_try(
    p_from date, p_to date, p_customer text default null, p_list text default null,
    p_destination text default null, p_product text default null, p_carrier text default null
)
returns table (
    customer_no text, customer text, changed bigint, suspended bigint, frozen bigint, revenue_before numeric,
    revenue_after numeric, cost_before numeric, cost_after numeric
)
language sql stable
begin atomic
    select * from logic.rerate_try(p_from, p_to, p_customer, p_list, p_destination, p_product, p_carrier);
end;

comment on function api.rerate_try(date, date, text, text, text, text, text) is
$$What re-rating local days [p_from, p_to) would change, per customer; writes nothing.
Example: select * from api.rerate_try('2026-10-01', '2026-11-01') where false
Raises: LB304 for an empty period, LB400 for an unknown code, LB901 without the level admin, pricing or
batch$$;
grant execute on function api.rerate_try(date, date, text, text, text, text, text)
to leissner_admin, leissner_pricing, leissner_batch;

create function api.simulate(
    p_from date, p_to date, p_list text default null, p_ring text default null,
    p_is_without boolean default false, p_by text default 'product'
)
returns table (
    key text, name text, calls bigint, changed bigint, suspended bigint, revenue_before numeric,
    revenue_after numeric, cost_before numeric, cost_after numeric, margin_before numeric,
    margin_after numeric
)
language sql stable
begin atomic
    select * from logic.simulate(p_from, p_to, p_list, p_ring, p_is_without, p_by);
end;

comment on function api.simulate(date, date, text, text, boolean, text) is
$$Revenue, cost and margin of local days [p_from, p_to), before and after, were a draft list or a ring in
force, or a
ring not.
Example: select * from api.simulate('2026-10-01', '2026-11-01', p_ring => 'X') where false
Raises: LB304 for an empty period, LB305 for another grouping, LB400 for an unknown code, LB401 for a list
that is no draft, LB402 with nothing to try, LB901 without a level of the staff$$;
grant execute on function api.simulate(date, date, text, text, boolean, text)
to leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_report,
leissner_auditor, leissner_batch, leissner_integration;
