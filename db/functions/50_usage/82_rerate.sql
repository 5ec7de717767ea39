-- 50_usage/rerate: stored calls priced and discounted again, by today's reference data or what is tried out.

create type logic.call_filter as (
    customer_id bigint, price_lists bigint[], destination_id bigint, product_id bigint, carrier_id bigint
);
comment on type logic.call_filter is
'What calls are narrowed to; NULL: all. price_lists: those that one of these lists prices or is tried for.';

create type logic.call_again as (
    seq integer, customer_id bigint, start_on date, call_id bigint, source_id bigint, key text,
    started_at timestamptz, units bigint, a_received text, b_received text, a_number text, b_number text,
    account text, priced logic.call_priced, discount logic.discount_out, reseller_base numeric,
    retail_base numeric
);
comment on type logic.call_again is
'A stored call (customer_id, start_on, call_id say where) and what rating again makes of it.';

create type logic.rated_again as (calls logic.call_again[], draws logic.bundle_draw[]);
comment on type logic.rated_again is 'Calls rated again, and what they draw on bundles.';

create function logic.filter_get(
    p_customer text, p_list text, p_destination text, p_product text, p_carrier text
)
returns logic.call_filter
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_filter logic.call_filter;
    v_missing jsonb;
begin
    select one.customer_id into v_filter.customer_id
    from billing.customer as one where one.customer_no = p_customer;
    select one.destination_id into v_filter.destination_id
    from billing.destination as one where one.code = p_destination;
    select one.product_id into v_filter.product_id from billing.product as one where one.code = p_product;
    select one.carrier_id into v_filter.carrier_id from billing.carrier as one where one.code = p_carrier;
    -- A list prices through the lists below it too.
    with recursive below as (
        select one.price_list_id from billing.price_list as one where one.code = p_list
        union
        select one.price_list_id
        from below
        inner join billing.price_list as one on one.parent_id = below.price_list_id
    )

    select array_agg(below.price_list_id) into v_filter.price_lists from below;
    select jsonb_build_object('what', asked.what, 'code', asked.code) into v_missing
    from (
        values
            ('customer', p_customer, v_filter.customer_id), ('price list', p_list, v_filter.price_lists[1]),
            ('destination', p_destination, v_filter.destination_id),
            ('product', p_product, v_filter.product_id), ('carrier', p_carrier, v_filter.carrier_id)
    ) as asked (what, code, id)
    where asked.code is not null and asked.id is null
    limit 1;
    if v_missing is not null then
        perform billing.fail('LB400', v_missing);
    end if;
    return v_filter;
end;
$$;

comment on function logic.filter_get(text, text, text, text, text) is
$$A filter of calls by codes, NULL for what is not narrowed.
Example: select * from logic.filter_get(null, null, null, null, null)
Raises: LB400 for an unknown code$$;

create function logic.call_part(p_from date, p_to date, p_customer_id bigint, p_size integer)
returns table (part_no integer, customer_from bigint, customer_to bigint, from_on date, to_on date)
language sql stable
begin atomic
    with size as materialized (
        select total.customer_id, sum(total.calls) as calls
        from billing.call_customer_month as total
        where
            total.month >= date_trunc('month', p_from::timestamp)::date and total.month < p_to
            and (p_customer_id is null or total.customer_id = p_customer_id)
        group by total.customer_id
    ),

    -- Lines of large customers, on the days on which their terms begin.
    asked as (
        select distinct line.contract_line_id as line_id, term.day
        from size
        inner join billing.contract on contract.customer_id = size.customer_id
        inner join billing.contract_line as line on line.contract_id = contract.contract_id
        cross join (
            select p_from as day
            union
            select each.day from unnest(logic.term_days()) as each (day)
            where each.day > p_from and each.day < p_to
        ) as term
        where size.calls > 2 * p_size
    ),

    stateful as materialized (
        select concerned.customer_id
        from logic.stateful_month(
            array(select asked.line_id from asked order by asked.line_id, asked.day),
            array(select asked.day from asked order by asked.line_id, asked.day)
        ) as concerned
    ),

    counted as (
        select
            size.customer_id, large.is_large,
            count(*) filter (where large.is_large) over (order by size.customer_id) as larges,
            div(
                sum(size.calls) filter (where not large.is_large) over (order by size.customer_id)
                - size.calls, p_size::numeric
            ) as n
        from size
        cross join lateral (
            select
                size.calls > 2 * p_size
                and size.customer_id not in (select stateful.customer_id from stateful) as is_large
        ) as large
    ),

    -- The calls of one large customer go by days, unless they depend on each other.
    by_day as (
        select
            per_day.customer_id, per_day.day,
            div(
                sum(per_day.calls) over (partition by per_day.customer_id order by per_day.day)
                - per_day.calls, p_size::numeric
            ) as n
        from (
            select call.customer_id, call.start_on as day, count(*) as calls
            from billing.call
            where
                call.customer_id in (select counted.customer_id from counted where counted.is_large)
                and call.start_on >= p_from and call.start_on < p_to
            group by call.customer_id, call.start_on
        ) as per_day
    ),

    part as (
        select
            min(counted.customer_id) as customer_from, max(counted.customer_id) as customer_to,
            p_from as from_on, p_to as to_on
        from counted
        where not counted.is_large
        group by counted.larges, counted.n
        union all
        select by_day.customer_id, by_day.customer_id, min(by_day.day), max(by_day.day) + 1
        from by_day
        group by by_day.customer_id, by_day.n
    )

    select
        (row_number() over (order by part.customer_from, part.from_on))::integer, part.customer_from,
        part.customer_to, part.from_on, part.to_on
    from part;
end;

comment on function logic.call_part(date, date, bigint, integer) is
$$Customers with calls in a period, of one or of all, in runs of about p_size calls.
Example: select * from logic.call_part('2026-10-01', '2026-11-01', null, 50000)
Raises: nothing$$;

create function logic.part_customers(p_customer_from bigint, p_customer_to bigint, p_from date, p_to date)
returns bigint[]
language sql stable
begin atomic
    select array(
        select distinct total.customer_id
        from billing.call_customer_month as total
        where
            total.customer_id between p_customer_from and p_customer_to
            and total.month >= date_trunc('month', p_from::timestamp)::date and total.month < p_to
        order by total.customer_id
    );
end;

comment on function logic.part_customers(bigint, bigint, date, date) is
$$Customers of a part that have calls in the months of its period.
Example: select logic.part_customers(0, 100, '2026-10-01', '2026-11-01')
Raises: nothing$$;

create function logic.call_stored(
    p_customers bigint[], p_from date[], p_to date[], p_filter logic.call_filter
)
returns setof logic.call_again
language plpgsql stable rows 20000
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    -- Bounds that the planner can see: what partitions, and how much of each.
    v_first bigint := (select min(span.customer_id) from unnest(p_customers) as span (customer_id));
    v_last bigint := (select max(span.customer_id) from unnest(p_customers) as span (customer_id));
    v_from date := (select min(span.from_on) from unnest(p_from) as span (from_on));
    v_to date := (select max(span.to_on) from unnest(p_to) as span (to_on));
    v_lines bigint[];
    v_days date[];
begin
    if (p_filter).price_lists is not null then
        -- Lines for which one of the lists is tried on some day of the period, whatever priced their calls.
        select
            array_agg(total.contract_line_id order by total.contract_line_id, term.day),
            array_agg(term.day order by total.contract_line_id, term.day)
        into v_lines, v_days
        from (
            select distinct every.contract_line_id from billing.call_customer_month as every
            where
                every.customer_id = any(p_customers) and every.month < v_to
                and every.month >= date_trunc('month', v_from::timestamp)::date
        ) as total
        cross join (
            select v_from as day
            union
            select each.day from unnest(logic.term_days()) as each (day)
            where each.day > v_from and each.day < v_to
        ) as term;
        v_lines := array(
            select distinct holder.contract_line_id
            from logic.holder_list(v_lines, v_days) as holder
            where
                holder.retail_lists && (p_filter).price_lists
                or holder.reseller_list_id = any((p_filter).price_lists)
        );
    end if;
    return query
    select
        (row_number() over ())::integer, call.customer_id, call.start_on, call.call_id, call.source_id,
        call.key, call.started_at, call.units, call.a_received, call.b_received, call.a_number,
        call.b_number, call.account,
        row(
            null, null, null, call.start_on, call.subscriber_number_id, call.contract_line_id,
            call.contract_id, call.customer_id, call.customer_kind, call.seller_id, call.mode_id,
            call.destination_id, call.prefix_id, call.carrier_id, call.cost_list_id, call.cost_items,
            call.cost, call.cost_rate, call.cost_base, call.reseller_list_id, call.reseller_items,
            call.reseller_billed, call.reseller_regular, call.reseller_rate, call.retail_list_id,
            call.retail_items, call.billed, call.setup, call.regular, call.retail_rate, call.stretches,
            null, null, null
        )::logic.call_priced,
        null::logic.discount_out, null::numeric, null::numeric
    from unnest(p_customers, p_from, p_to) as span (customer_id, from_on, to_on)
    inner join billing.call
        on call.customer_id = span.customer_id
        and call.start_on >= span.from_on and call.start_on < span.to_on
    where
        call.customer_id between v_first and v_last and call.start_on >= v_from and call.start_on < v_to
        and (p_filter is null or (
            (
                (p_filter).destination_id is null or call.destination_id = (p_filter).destination_id
            )
            and (
                (p_filter).product_id is null
                or call.destination_id in (
                    select destination.destination_id from billing.destination
                    where destination.product_id = (p_filter).product_id
                )
            )
            and ((p_filter).carrier_id is null or call.carrier_id = (p_filter).carrier_id)
            and (
                (p_filter).price_lists is null
                or call.retail_list_id = any((p_filter).price_lists)
                or call.reseller_list_id = any((p_filter).price_lists)
                or call.cost_list_id = any((p_filter).price_lists)
                or call.contract_line_id = any(v_lines)
                or call.carrier_id in (
                    select carrier.carrier_id from billing.carrier
                    where carrier.price_list_id = any((p_filter).price_lists)
                )
            )
        ));
end;
$$;

comment on function logic.call_stored(bigint[], date[], date[], logic.call_filter) is
$$Calls of customers in periods, as they are stored, with their regular prices.
Example: select * from logic.call_stored('{1}', '{2026-10-01}', '{2026-11-01}', null)
Raises: nothing$$;

create function logic.call_reprice(p_calls logic.call_again[], p_what_if logic.what_if)
returns setof logic.call_again
language plpgsql stable rows 20000
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
begin
    return query
    with number as materialized (
        select source.source_id, found.received, found.number
        from (select distinct call.source_id from unnest(p_calls) as call) as source
        cross join lateral logic.number_list(
            source.source_id,
            array(
                select distinct received
                from unnest(p_calls) as call
                cross join lateral (values (call.a_received), (call.b_received)) as both_ends (received)
                where call.source_id = source.source_id and received is not null
            )
        ) as found
    )

    select
        call.seq, call.customer_id, call.start_on, call.call_id, call.source_id, call.key, call.started_at,
        call.units, call.a_received, call.b_received, ltrim(a.number, '?'), coalesce(b.number, ''),
        call.account, fresh, null::logic.discount_out, null::numeric, null::numeric
    from unnest(p_calls) as call
    left join number as a on a.source_id = call.source_id and a.received = call.a_received
    left join number as b on b.source_id = call.source_id and b.received = call.b_received
    inner join logic.call_price(
        array(
            select
                row(
                    call.seq,
                    -- Mode and carrier are those that the record once gave: a source adds what a call has
                    -- not, and its own contract line, but no trunk is looked up by the name of a carrier.
                    case
                        when carrier.carrier_id is null or source.contract_line_id is not null
                            then call.source_id
                    end,
                    call.started_at, call.units, a.number, coalesce(b.number, ''), mode.code, carrier.code,
                    call.account, null, null, null
                )::logic.call_in
            from unnest(p_calls) as call
            inner join billing.cdr_source as source on source.source_id = call.source_id
            inner join billing.mode on mode.mode_id = (call.priced).mode_id
            left join billing.carrier on carrier.carrier_id = (call.priced).carrier_id
            left join number as a on a.source_id = call.source_id and a.received = call.a_received
            left join number as b on b.source_id = call.source_id and b.received = call.b_received
        ),
        now(), p_what_if
    ) as fresh on fresh.seq = call.seq;
end;
$$;

comment on function logic.call_reprice(logic.call_again[], logic.what_if) is
$$Stored calls with their regular prices of today; those that have none any more say why.
Example: select * from logic.call_reprice('{}', null)
Raises: nothing$$;

create function logic.month_again(p_stored logic.call_again[], p_again logic.call_again[])
returns table (customer_id bigint, month date)
language sql stable rows 1000
begin atomic
    -- Of the lines that have the calls, and of those that had them.
    with asked as materialized (
        select distinct (call.priced).contract_line_id as line_id, call.start_on as day
        from unnest(p_stored || p_again) as call
        where (call.priced).contract_line_id is not null
    )

    select concerned.customer_id, concerned.month
    from logic.stateful_month(
        array(select asked.line_id from asked order by asked.line_id, asked.day),
        array(select asked.day from asked order by asked.line_id, asked.day)
    ) as concerned
    order by concerned.customer_id, concerned.month;
end;

comment on function logic.month_again(logic.call_again[], logic.call_again[]) is
$$Customers and months whose bundles and volume intervals are allocated anew where these calls are priced
again.
Example: select * from logic.month_again('{}', '{}')
Raises: nothing$$;

create function logic.bundle_month_list(p_customers bigint[], p_months date[])
returns setof logic.bundle_draw
language sql stable
begin atomic
    select stored.bundle_id, stored.month, stored.carried, null::integer, stored.used
    from unnest(p_customers, p_months) as turn (customer_id, month)
    inner join billing.contract on contract.customer_id = turn.customer_id
    inner join billing.contract_line on contract_line.contract_id = contract.contract_id
    inner join billing.bundle on bundle.contract_line_id = contract_line.contract_line_id
    inner join billing.bundle_month as stored
        on stored.bundle_id = bundle.bundle_id and stored.month = turn.month;
end;

comment on function logic.bundle_month_list(bigint[], date[]) is
$$Where the bundles of customers stood in months.
Example: select * from logic.bundle_month_list('{1}', '{2026-10-01}')
Raises: nothing$$;

create function logic.call_reallot(
    p_again logic.call_again[], p_customers bigint[], p_months date[], p_what_if logic.what_if
)
returns logic.rated_again
language plpgsql stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_currency text := (select operator.currency from billing.operator);
    v_all logic.call_again[] := p_again;
    v_calls logic.discount_in[];
    v_result logic.rated_again;
begin
    if cardinality(p_customers) > 0 then
        -- What else these months hold is allocated with them, at its stored prices.
        v_all := p_again || array(
            select
                row(
                    -other.seq, other.customer_id, other.start_on, other.call_id, other.source_id, other.key,
                    other.started_at, other.units, other.a_received, other.b_received, other.a_number,
                    other.b_number, other.account, other.priced, null, null, null
                )::logic.call_again
            from logic.call_stored(
                p_customers, p_months,
                array(
                    select (span.month + interval '1 month')::date
                    from unnest(p_months) with ordinality as span (month, place) order by span.place
                ),
                null
            ) as other
            where not exists (
                select from unnest(p_again) as known
                where known.call_id = other.call_id and known.start_on = other.start_on
            )
        );
    end if;
    v_calls := array(
        select
            row(
                call.seq, call.started_at, call.key, call.source_id, call.start_on,
                (call.priced).customer_id, (call.priced).contract_line_id, (call.priced).mode_id,
                (call.priced).destination_id, call.b_number, (call.priced).retail_list_id,
                (call.priced).regular, (call.priced).billed, (call.priced).setup,
                (call.priced).reseller_list_id, (call.priced).reseller_regular,
                (call.priced).reseller_billed, call.call_id
            )::logic.discount_in
        from unnest(v_all) as call
        where (call.priced).reason is null
    );
    v_result.draws := array(
        select draw
        from logic.bundle_allot(
            array(
                select call from unnest(v_calls) as call
                where call.contract_line_id in (select bundle.contract_line_id from billing.bundle)
            ),
            '{}',
            array(select gone from logic.bundle_month_list(p_customers, p_months) as gone)
        ) as draw
    );
    v_result.calls := array(
        select
            row(
                call.seq, call.customer_id, call.start_on, call.call_id, call.source_id, call.key,
                call.started_at, call.units, call.a_received, call.b_received, call.a_number,
                call.b_number, call.account, call.priced, fresh,
                logic.to_base(
                    fresh.reseller, (call.priced).reseller_rate, reseller_list.currency, v_currency
                ),
                logic.to_base(fresh.retail, (call.priced).retail_rate, list.currency, v_currency)
            )::logic.call_again
        from unnest(v_all) as call
        left join logic.call_discount(v_calls, v_result.draws, '{}', p_what_if) as fresh
            on fresh.seq = call.seq
        left join billing.price_list as list on list.price_list_id = (call.priced).retail_list_id
        left join billing.price_list as reseller_list
            on reseller_list.price_list_id = (call.priced).reseller_list_id
    );
    return v_result;
end;
$$;

comment on function logic.call_reallot(logic.call_again[], bigint[], date[], logic.what_if) is
$$Bundles and rings of priced calls, together with all other calls of the customers and months whose calls
depend on each other.
Example: select logic.call_reallot('{}', '{}', '{}', null)
Raises: nothing$$;

create function logic.call_change(p_calls logic.call_again[])
returns table (
    seq integer, call_id bigint, start_on date, is_changed boolean, is_suspended boolean, customer_id bigint,
    destination_id bigint, seller_id bigint, carrier_id bigint, revenue_before numeric,
    revenue_after numeric, cost_before numeric, cost_after numeric
)
language plpgsql stable rows 20000
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_first bigint := (select min(again.customer_id) from unnest(p_calls) as again);
    v_last bigint := (select max(again.customer_id) from unnest(p_calls) as again);
    v_from date := (select min(again.start_on) from unnest(p_calls) as again);
    v_to date := (select max(again.start_on) from unnest(p_calls) as again);
begin
    -- Items and prefixes do not count: a period that was closed gives a definition a new id and changes
    -- nothing.
    return query
    select
        again.seq, again.call_id, again.start_on,
        (again.priced).reason is not null
        or (
            call.customer_id, call.contract_line_id, call.contract_id, call.customer_kind, call.seller_id,
            call.mode_id, call.destination_id, call.carrier_id, call.a_number, call.b_number,
            call.cost_list_id, call.cost, call.cost_rate, call.cost_base,
            call.reseller_list_id, call.reseller_billed, call.reseller_regular, call.reseller,
            call.reseller_rate, call.reseller_base, call.reseller_rings, call.reseller_took,
            call.retail_list_id, call.billed, call.setup, call.regular, call.bundles, call.bundle_units,
            call.bundled, call.rings, call.ring_took, call.retail, call.retail_rate, call.retail_base
        ) is distinct from (
            (again.priced).customer_id, (again.priced).contract_line_id, (again.priced).contract_id,
            (again.priced).customer_kind, (again.priced).seller_id, (again.priced).mode_id,
            (again.priced).destination_id, (again.priced).carrier_id,
            again.a_number, again.b_number,
            (again.priced).cost_list_id, (again.priced).cost, (again.priced).cost_rate,
            (again.priced).cost_base, (again.priced).reseller_list_id, (again.priced).reseller_billed,
            (again.priced).reseller_regular, (again.discount).reseller, (again.priced).reseller_rate,
            again.reseller_base, (again.discount).reseller_rings, (again.discount).reseller_took,
            (again.priced).retail_list_id, (again.priced).billed, (again.priced).setup,
            (again.priced).regular, (again.discount).bundles, (again.discount).bundle_units,
            (again.discount).bundled, (again.discount).rings, (again.discount).ring_took,
            (again.discount).retail, (again.priced).retail_rate, again.retail_base
        ),
        (again.priced).reason is not null, call.customer_id, call.destination_id, call.seller_id,
        call.carrier_id, call.retail_base, again.retail_base::numeric(18, 6), call.cost_base,
        case when (again.priced).reason is null then (again.priced).cost_base::numeric(18, 6) end
    from unnest(p_calls) as again
    inner join billing.call
        on call.customer_id = again.customer_id and call.start_on = again.start_on
        and call.call_id = again.call_id
    where call.customer_id between v_first and v_last and call.start_on between v_from and v_to;
end;
$$;

comment on function logic.call_change(logic.call_again[]) is
$$Does what rating again makes of calls differ from what is stored? With the amounts after, none for calls
without a
price.
Example: select * from logic.call_change('{}')
Raises: nothing$$;

create function logic.call_frozen(p_calls logic.call_again[])
returns bigint[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select logic.call_frozen_list(
            array_agg(again.customer_id), array_agg(again.start_on), array_agg(again.call_id)
        )
        from unnest(p_calls) as again
    );
end;
$$;

comment on function logic.call_frozen(logic.call_again[]) is
$$Those of the calls that were invoiced, or stand on a draft: they stay as they are.
Example: select logic.call_frozen('{}')
Raises: nothing$$;

create function logic.reference_moved(p_seen pg_snapshot)
returns boolean
language sql stable
begin atomic
    select exists (
        select from audit.tx
        inner join audit.change on change.at = tx.at and change.tx = tx.tx
        where not pg_visible_in_snapshot(tx.xid, p_seen) and change.table_name like 'billing.%'
    );
end;

comment on function logic.reference_moved(pg_snapshot) is
$$Has anybody changed reference data that was not committed yet in a snapshot?
Example: select logic.reference_moved(pg_current_snapshot())
Raises: nothing$$;

create function logic.rerate_begin(
    p_from date, p_to date, p_customer text, p_list text, p_destination text, p_product text, p_carrier text,
    p_why text, p_size integer
)
returns table (rerate_id bigint, parts bigint, done bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_options jsonb := jsonb_strip_nulls(
        jsonb_build_object(
            'customer', p_customer, 'list', p_list, 'destination', p_destination, 'product', p_product,
            'carrier', p_carrier
        )
    );
    v_filter logic.call_filter;
    v_rerate_id bigint;
begin
    perform access.require('admin', 'pricing', 'batch');
    if p_to <= p_from then
        perform billing.fail('LB304', jsonb_build_object('from', p_from, 'to', p_to));
    end if;
    v_filter := logic.filter_get(p_customer, p_list, p_destination, p_product, p_carrier);
    -- Held until rerate_finish or the end of the session: re-ratings take turns.
    perform pg_advisory_lock(hashtextextended('billing.rerate', 0));
    -- Loaders at work may have read prices from before the change: what they load is waited for, so that it
    -- is among the calls of this re-rating. Who begins later prices by what is committed now.
    lock table billing.load in share mode;

    -- One that was broken off goes on, unless somebody has changed reference data since it began. The turn is
    -- given back a moment before what ended is committed, which is waited for.
    select job.rerate_id into v_rerate_id
    from billing.rerate as job
    where
        job.finished_at is null and job.from_on = p_from and job.to_on = p_to and job.options = v_options
        and not logic.reference_moved(job.seen)
    order by job.rerate_id desc
    limit 1
    for update;
    if v_rerate_id is null then
        insert into billing.rerate (asked_by, why, from_on, to_on, options)
        select who.actor, coalesce(p_why, ''), p_from, p_to, v_options from audit.tx_current() as who
        returning rerate.rerate_id into v_rerate_id;
        insert into billing.rerate_part (rerate_id, part_no, customer_from, customer_to, from_on, to_on)
        select v_rerate_id, part.part_no, part.customer_from, part.customer_to, part.from_on, part.to_on
        from logic.call_part(p_from, p_to, (v_filter).customer_id, p_size) as part;
        perform audit.event_add(
            'rerate', v_rerate_id::text,
            v_options || jsonb_build_object('from', p_from, 'to', p_to, 'why', coalesce(p_why, ''))
        );
    end if;
    return query
    select v_rerate_id, count(*), count(part.done_at)
    from billing.rerate_part as part where part.rerate_id = v_rerate_id;
end;
$$;

comment on function logic.rerate_begin(date, date, text, text, text, text, text, text, integer) is
$$Begins to rate the calls of local days [p_from, p_to) again, or takes up the same where it was broken off,
in parts of
about p_size calls. Waits for another re-rating, and for loaders at work.
Example: select * from logic.rerate_begin('2026-10-01', '2026-11-01', null, null, null, null, null, '', 1)
where false
Raises: LB304 for an empty period, LB400 for an unknown code, LB901 without the level admin, pricing or
batch$$;

create function logic.rerate_next(p_rerate_id bigint)
returns table (part_no integer, calls bigint, changed bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_job billing.rerate;
    v_part billing.rerate_part;
    v_load_id bigint;
    v_customers bigint[];
    v_stored logic.call_again[];
    v_again logic.call_again[];
    v_rated logic.rated_again;
    v_turn_customers bigint[];
    v_turn_months date[];
    v_refused bigint;
begin
    perform access.require('admin', 'pricing', 'batch');
    select job.* into v_job
    from billing.rerate as job where job.rerate_id = p_rerate_id and job.finished_at is null;
    if v_job.rerate_id is null then
        perform billing.fail('LB403', jsonb_build_object('rerate', p_rerate_id));
    end if;
    select part.* into v_part
    from billing.rerate_part as part
    where part.rerate_id = p_rerate_id and part.done_at is null
    order by part.part_no
    limit 1
    for update skip locked;
    if v_part.part_no is null then
        -- Parts that another session is at may yet fail: whoever finds none free waits for these.
        select part.* into v_part
        from billing.rerate_part as part
        where part.rerate_id = p_rerate_id and part.done_at is null
        order by part.part_no
        limit 1
        for update;
    end if;
    if v_part.part_no is null then
        return;
    end if;

    v_customers := logic.part_customers(
        v_part.customer_from, v_part.customer_to, v_part.from_on, v_part.to_on
    );
    v_stored := array(
        select stored
        from logic.call_stored(
            v_customers,
            array_fill(v_part.from_on, array[cardinality(v_customers)]),
            array_fill(v_part.to_on, array[cardinality(v_customers)]),
            logic.filter_get(
                v_job.options ->> 'customer', v_job.options ->> 'list', v_job.options ->> 'destination',
                v_job.options ->> 'product', v_job.options ->> 'carrier'
            )
        ) as stored
    );
    v_again := array(select again from logic.call_reprice(v_stored, null) as again);

    -- The same turns, in the same order, as loading takes.
    select array_agg(turn.customer_id), array_agg(turn.month) into v_turn_customers, v_turn_months
    from logic.month_again(v_stored, v_again) as turn;
    insert into billing.customer_month (customer_id, month)
    select turn.customer_id, turn.month
    from unnest(v_turn_customers, v_turn_months) as turn (customer_id, month)
    order by turn.customer_id, turn.month
    on conflict do nothing;
    perform from (
        select turn.customer_id
        from billing.customer_month as turn
        where (turn.customer_id, turn.month) in (select * from unnest(v_turn_customers, v_turn_months))
        order by turn.customer_id, turn.month
        for update
    ) as locked;

    v_rated := logic.call_reallot(v_again, v_turn_customers, v_turn_months, null);
    insert into billing.load (kind) values ('rerate') returning load.load_id into v_load_id;
    perform logic.rerate_store(p_rerate_id, v_part.part_no, v_load_id, v_rated.calls);
    perform logic.month_count(v_rated, v_turn_customers, v_turn_months);

    update billing.rerate_part as part
    set done_at = clock_timestamp(), calls = cardinality(v_stored)
    where part.rerate_id = p_rerate_id and part.part_no = v_part.part_no;
    v_refused := (select count(*) from unnest(v_again) as again where (again.priced).reason is not null);
    perform logic.load_close(
        v_load_id, cardinality(v_stored), cardinality(v_stored) - v_refused, v_refused, 0, 0, 0
    );
    return query
    select v_part.part_no, cardinality(v_stored)::bigint, coalesce(sum(one.changed), 0)::bigint
    from billing.rerate_customer as one
    where one.rerate_id = p_rerate_id and one.part_no = v_part.part_no;
end;
$$;

comment on function logic.rerate_next(bigint) is
$$Does the next part of a re-rating: all that belongs to it in this transaction, or nothing. No row: there is
none left.
Example: select * from logic.rerate_next(1) where false
Raises: LB403 for a re-rating that is not under way, LB901 without the level admin, pricing or batch$$;

create function logic.rerate_store(
    p_rerate_id bigint, p_part_no integer, p_load_id bigint, p_calls logic.call_again[]
)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_frozen bigint[] := logic.call_frozen(p_calls);
    v_changed logic.call_again[];
    v_left logic.call_again[];
    v_first bigint;
    v_last bigint;
    v_from date;
    v_to date;
begin
    select
        coalesce(array_agg(again order by again.seq) filter (where again.call_id <> all(v_frozen)), '{}'),
        coalesce(array_agg(again order by again.seq) filter (where again.call_id = any(v_frozen)), '{}')
    into v_changed, v_left
    from logic.call_change(p_calls) as change
    inner join unnest(p_calls) as again on again.seq = change.seq
    where change.is_changed;
    -- also of a call that a credit note set free since
    delete from billing.call_correction
    using unnest(p_calls) as again
    where
        call_correction.customer_id = again.customer_id and call_correction.start_on = again.start_on
        and call_correction.call_id = again.call_id;
    if v_frozen <> '{}' then
        perform logic.correction_note(p_rerate_id, p_part_no, v_left);
    end if;
    if v_changed = '{}' then
        return;
    end if;
    select min(again.customer_id), max(again.customer_id), min(again.start_on), max(again.start_on)
    into v_first, v_last, v_from, v_to
    from unnest(v_changed) as again;
    perform logic.call_partition_add(
        array(select distinct again.start_on from unnest(v_changed) as again), 'call_former'
    );

    with rated as (
        update billing.call
        set
            load_id = p_load_id, customer_id = (again.priced).customer_id, a_number = again.a_number,
            b_number = again.b_number, mode_id = (again.priced).mode_id,
            destination_id = (again.priced).destination_id, prefix_id = (again.priced).prefix_id,
            carrier_id = (again.priced).carrier_id,
            subscriber_number_id = (again.priced).subscriber_number_id,
            contract_line_id = (again.priced).contract_line_id, contract_id = (again.priced).contract_id,
            seller_id = (again.priced).seller_id, customer_kind = (again.priced).customer_kind,
            cost_list_id = (again.priced).cost_list_id, cost_items = (again.priced).cost_items,
            cost = (again.priced).cost, cost_rate = (again.priced).cost_rate,
            cost_base = (again.priced).cost_base, reseller_list_id = (again.priced).reseller_list_id,
            reseller_items = (again.priced).reseller_items,
            reseller_billed = (again.priced).reseller_billed,
            reseller_regular = (again.priced).reseller_regular, reseller = (again.discount).reseller,
            reseller_rate = (again.priced).reseller_rate, reseller_base = again.reseller_base,
            reseller_rings = (again.discount).reseller_rings,
            reseller_took = (again.discount).reseller_took,
            retail_list_id = (again.priced).retail_list_id, retail_items = (again.priced).retail_items,
            stretches = (again.priced).stretches, billed = (again.priced).billed,
            setup = (again.priced).setup, regular = (again.priced).regular,
            bundles = (again.discount).bundles, bundle_units = (again.discount).bundle_units,
            bundled = (again.discount).bundled, rings = (again.discount).rings,
            ring_took = (again.discount).ring_took,
            discount = (again.priced).regular - (again.discount).bundled - (again.discount).retail,
            retail = (again.discount).retail, retail_rate = (again.priced).retail_rate,
            retail_base = again.retail_base
        from unnest(v_changed) as again
        where
            (again.priced).reason is null
            and call.customer_id = again.customer_id and call.start_on = again.start_on
            and call.call_id = again.call_id
            and call.customer_id between v_first and v_last and call.start_on between v_from and v_to
        returning
            old.*, null::text as reason, null::text as detail, new.customer_id as to_customer_id,
            new.contract_line_id as to_line_id, new.seller_id as to_seller_id,
            new.destination_id as to_destination_id, new.customer_kind as to_kind,
            new.carrier_id as to_carrier_id, new.retail_list_id as to_list_id, new.billed as to_billed,
            new.cost_base as to_cost, new.retail_base as to_revenue, new.reseller_base as to_reseller,
            new.retail as to_retail
    ),

    -- What has no price any more waits in suspense, where it is rated when the cause is fixed.
    refused as (
        delete from billing.call
        using unnest(v_changed) as again
        where
            (again.priced).reason is not null
            and call.customer_id = again.customer_id and call.start_on = again.start_on
            and call.call_id = again.call_id
            and call.customer_id between v_first and v_last and call.start_on between v_from and v_to
        returning call.*, (again.priced).reason, (again.priced).detail
    ),

    was as materialized (
        select rated.* from rated
        union all
        select
            refused.*, null, null, null, null, null, null, null, null, null, null, null, null
        from refused
    ),

    suspended as (
        insert into billing.call_suspense (
            source_id, key, key_hash, file_id, line_no, load_id, reason, detail, started_at, start_on, units,
            a_received, b_received, mode, carrier, account
        )
        select
            was.source_id, was.key, was.key_hash, was.file_id, was.line_no, p_load_id, was.reason, was.detail,
            was.started_at, was.start_on, was.units, was.a_received, was.b_received, mode.code, carrier.code,
            was.account
        from was
        inner join billing.mode on mode.mode_id = was.mode_id
        left join billing.carrier on carrier.carrier_id = was.carrier_id
        where was.reason is not null
    ),

    kept as (
        insert into billing.call_former (
            rerate_id, customer_id, start_on, call_id, source_id, load_id, key, started_at, units, a_number,
            b_number, mode_id, destination_id, prefix_id, carrier_id, subscriber_number_id, contract_line_id,
            contract_id, seller_id, customer_kind, cost_list_id, cost_items, cost, cost_rate, cost_base,
            reseller_list_id, reseller_items, reseller_billed, reseller_regular, reseller, reseller_rate,
            reseller_base, reseller_rings, reseller_took, retail_list_id, retail_items, stretches, billed,
            setup, regular, bundles, bundle_units, bundled, rings, ring_took, discount, retail, retail_rate,
            retail_base
        )
        select
            p_rerate_id, was.customer_id, was.start_on, was.call_id, was.source_id, was.load_id, was.key,
            was.started_at, was.units, was.a_number, was.b_number, was.mode_id, was.destination_id,
            was.prefix_id, was.carrier_id, was.subscriber_number_id, was.contract_line_id, was.contract_id,
            was.seller_id, was.customer_kind, was.cost_list_id, was.cost_items, was.cost, was.cost_rate,
            was.cost_base, was.reseller_list_id, was.reseller_items, was.reseller_billed,
            was.reseller_regular, was.reseller, was.reseller_rate, was.reseller_base, was.reseller_rings,
            was.reseller_took, was.retail_list_id, was.retail_items, was.stretches, was.billed, was.setup,
            was.regular, was.bundles, was.bundle_units, was.bundled, was.rings, was.ring_took, was.discount,
            was.retail, was.retail_rate, was.retail_base
        from was
    ),

    counted as (
        insert into billing.rerate_customer (
            rerate_id, part_no, customer_id, changed, suspended, frozen, revenue_before, revenue_after,
            cost_before, cost_after
        )
        select
            p_rerate_id, p_part_no, was.customer_id, count(*), count(was.reason), 0, sum(was.retail_base),
            coalesce(sum(was.to_revenue), 0), coalesce(sum(was.cost_base), 0), coalesce(sum(was.to_cost), 0)
        from was
        group by was.customer_id
        on conflict (rerate_id, part_no, customer_id) do update
        set
            changed = excluded.changed, suspended = excluded.suspended,
            revenue_before = excluded.revenue_before, revenue_after = excluded.revenue_after,
            cost_before = excluded.cost_before, cost_after = excluded.cost_after
    ),

    -- Totals lose what a call was and gain what it is.
    movement as materialized (
        select
            side.sign, was.start_on, side.customer_id, side.contract_line_id, side.seller_id,
            side.destination_id, destination.product_id, was.mode_id, side.customer_kind, side.carrier_id,
            list.currency, was.units, side.billed, side.cost, side.revenue, side.reseller, side.retail
        from was
        cross join lateral (
            values
                (
                    -1, was.customer_id, was.contract_line_id, was.seller_id, was.destination_id,
                    was.customer_kind, was.carrier_id, was.retail_list_id, was.billed, was.cost_base,
                    was.retail_base, was.reseller_base, was.retail
                ),
                (
                    1, was.to_customer_id, was.to_line_id, was.to_seller_id, was.to_destination_id,
                    was.to_kind, was.to_carrier_id, was.to_list_id, was.to_billed, was.to_cost,
                    was.to_revenue, was.to_reseller, was.to_retail
                )
        ) as side (
            sign, customer_id, contract_line_id, seller_id, destination_id, customer_kind, carrier_id,
            list_id, billed, cost, revenue, reseller, retail
        )
        inner join billing.destination on destination.destination_id = side.destination_id
        inner join billing.price_list as list on list.price_list_id = side.list_id
    ),

    by_day as (
        insert into billing.call_day (
            day, destination_id, product_id, mode_id, customer_kind, seller_id, carrier_id, currency, load_id,
            calls, units, billed, cost, unknown_cost, revenue, margin, reseller, operator_margin,
            seller_margin
        )
        select
            start_on, destination_id, product_id, mode_id, customer_kind, seller_id, carrier_id, currency,
            p_load_id, sum(sign), sum(sign * units), sum(sign * billed), coalesce(sum(sign * cost), 0),
            coalesce(sum(sign) filter (where cost is null), 0), sum(sign * revenue),
            coalesce(sum(sign * (revenue - cost)), 0), coalesce(sum(sign * reseller), 0),
            coalesce(sum(sign * (coalesce(reseller, revenue) - cost)), 0),
            coalesce(sum(sign * (revenue - reseller)), 0)
        from movement
        group by start_on, destination_id, product_id, mode_id, customer_kind, seller_id, carrier_id, currency
    )

    insert into billing.call_customer_month (
        month, customer_id, contract_line_id, seller_id, destination_id, product_id, mode_id, currency,
        load_id, calls, units, billed, cost, unknown_cost, revenue, margin, reseller, operator_margin,
        seller_margin, retail
    )
    select
        date_trunc('month', start_on::timestamp)::date, customer_id, contract_line_id, seller_id,
        destination_id, product_id, mode_id, currency, p_load_id, sum(sign), sum(sign * units),
        sum(sign * billed), coalesce(sum(sign * cost), 0),
        coalesce(sum(sign) filter (where cost is null), 0), sum(sign * revenue),
        coalesce(sum(sign * (revenue - cost)), 0), coalesce(sum(sign * reseller), 0),
        coalesce(sum(sign * (coalesce(reseller, revenue) - cost)), 0),
        coalesce(sum(sign * (revenue - reseller)), 0), sum(sign * retail)
    from movement
    group by
        date_trunc('month', start_on::timestamp)::date, customer_id, contract_line_id, seller_id,
        destination_id, product_id, mode_id, currency;
end;
$$;

comment on function logic.rerate_store(bigint, integer, bigint, logic.call_again[]) is
$$Writes those calls that rating again changed: the former version is kept, invoiced ones are noted for a
correction,
totals follow.
Example: select logic.rerate_store(0, 0, 0, '{}')
Raises: nothing$$;

create function logic.correction_note(
    p_rerate_id bigint, p_part_no integer, p_calls logic.call_again[]
)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into billing.call_correction (
        customer_id, start_on, call_id, rerate_id, contract_line_id, retail_list_id, retail, retail_base
    )
    select
        again.customer_id, again.start_on, again.call_id, p_rerate_id, (again.priced).contract_line_id,
        (again.priced).retail_list_id, (again.discount).retail, again.retail_base
    from unnest(p_calls) as again
    inner join billing.call
        on call.customer_id = again.customer_id and call.start_on = again.start_on
        and call.call_id = again.call_id
    where
        (again.priced).reason is null
        and (
            (call.contract_line_id, call.retail_list_id, call.retail)
            <> ((again.priced).contract_line_id, (again.priced).retail_list_id, (again.discount).retail)
            -- back at its first price: what a correction line has billed since is taken back
            or exists (
                select from billing.call_billed as billed
                where
                    billed.customer_id = call.customer_id and billed.start_on = call.start_on
                    and billed.call_id = call.call_id and billed.turn = 0
            )
        );
    insert into billing.rerate_customer (
        rerate_id, part_no, customer_id, changed, suspended, frozen, revenue_before, revenue_after,
        cost_before, cost_after
    )
    select p_rerate_id, p_part_no, again.customer_id, 0, 0, count(*), 0, 0, 0, 0
    from unnest(p_calls) as again
    group by again.customer_id;
end;
$$;

comment on function logic.correction_note(bigint, integer, logic.call_again[]) is
$$Notes what invoiced calls should cost, for a correction line on the next invoice.
Example: select logic.correction_note(0, 0, '{}')
Raises: nothing$$;

create function logic.month_count(p_rated logic.rated_again, p_customers bigint[], p_months date[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
begin
    -- A bundle whose calls have all gone elsewhere has used nothing.
    delete from billing.bundle_month
    using logic.bundle_month_list(p_customers, p_months) as stood
    where
        bundle_month.bundle_id = stood.bundle_id and bundle_month.month = stood.month
        and not exists (
            select from unnest((p_rated).draws) as draw
            where draw.seq is null and draw.bundle_id = bundle_month.bundle_id
                and draw.month = bundle_month.month
        );
    insert into billing.bundle_month (bundle_id, month, carried, used)
    select draw.bundle_id, draw.month, draw.carried, draw.units
    from unnest((p_rated).draws) as draw
    where draw.seq is null
    on conflict (bundle_id, month) do update set carried = excluded.carried, used = excluded.used
    where (bundle_month.carried, bundle_month.used) is distinct from (excluded.carried, excluded.used);

    delete from billing.ring_month
    where (ring_month.customer_id, ring_month.month) in (select * from unnest(p_customers, p_months));
    insert into billing.ring_month (customer_id, month, ring_id, counted)
    select
        (call.priced).customer_id, date_trunc('month', call.start_on::timestamp)::date, added.ring_id,
        sum(added.size)
    from unnest((p_rated).calls) as call
    cross join lateral unnest((call.discount).counted_rings, (call.discount).counted_sizes)
        as added (ring_id, size)
    group by (call.priced).customer_id, date_trunc('month', call.start_on::timestamp)::date, added.ring_id;

    update billing.customer_month as turn
    set
        last_started_at = last_call.started_at, last_key = last_call.key,
        last_source_id = last_call.source_id, rules_mark = logic.rules_mark()
    from unnest(p_customers, p_months) as concerned (customer_id, month)
    left join (
        select distinct on ((call.priced).customer_id, date_trunc('month', call.start_on::timestamp))
            (call.priced).customer_id, date_trunc('month', call.start_on::timestamp)::date as month,
            call.started_at, call.key, call.source_id
        from unnest((p_rated).calls) as call
        where (call.priced).reason is null
        order by
            (call.priced).customer_id, date_trunc('month', call.start_on::timestamp), call.started_at desc,
            call.key collate "C" desc, call.source_id desc
    ) as last_call on last_call.customer_id = concerned.customer_id and last_call.month = concerned.month
    where turn.customer_id = concerned.customer_id and turn.month = concerned.month;
end;
$$;

comment on function logic.month_count(logic.rated_again, bigint[], date[]) is
$$Writes where bundles and volume intervals stand after customers' months were allocated anew.
Example: select logic.month_count(null, '{}', '{}')
Raises: nothing$$;

create function logic.rerate_finish(p_rerate_id bigint)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'pricing', 'batch');
    update billing.rerate as job
    set finished_at = clock_timestamp()
    where
        job.rerate_id = p_rerate_id and job.finished_at is null
        and not exists (
            select from billing.rerate_part as part
            where part.rerate_id = job.rerate_id and part.done_at is null
        );
    perform pg_advisory_unlock(hashtextextended('billing.rerate', 0));
    return (
        select not logic.reference_moved(job.seen) from billing.rerate as job
        where job.rerate_id = p_rerate_id
    );
end;
$$;

comment on function logic.rerate_finish(bigint) is
$$Ends a re-rating, as done where all its parts are, and gives back the turn that rerate_begin took. False:
reference
data changed in the meantime, so that some parts may know of it and some not.
Example: select logic.rerate_finish(1) where false
Raises: LB901 without the level admin, pricing or batch$$;

create function logic.rerate_show(p_rerate_id bigint)
returns table (
    customer_no text, customer text, changed bigint, suspended bigint, frozen bigint, revenue_before numeric,
    revenue_after numeric, cost_before numeric, cost_after numeric
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    perform access.require('admin', 'pricing', 'sales', 'support', 'finance', 'auditor', 'batch');
    return query
    select
        customer.customer_no, customer.name, sum(one.changed)::bigint, sum(one.suspended)::bigint,
        sum(one.frozen)::bigint, sum(one.revenue_before), sum(one.revenue_after), sum(one.cost_before),
        sum(one.cost_after)
    from billing.rerate_customer as one
    inner join billing.customer on customer.customer_id = one.customer_id
    where one.rerate_id = p_rerate_id
    group by customer.customer_no, customer.name
    order by abs(sum(one.revenue_after - one.revenue_before)) desc, customer.customer_no;
end;
$$;

comment on function logic.rerate_show(bigint) is
$$What a re-rating changed, per customer, the largest difference first; in the operator's currency.
Example: select * from logic.rerate_show(1) where false
Raises: LB901 without a level of the staff$$;

-- api

create function api.rerate_begin(
    p_from date, p_to date, p_customer text default null, p_list text default null,
    p_destination text default null, p_product text default null, p_carrier text default null,
    p_why text default '', p_size integer default 50000
)
returns table (rerate_id bigint, parts bigint, done bigint)
language sql volatile
begin atomic
    select *
    from logic.rerate_begin(
        p_from, p_to, p_customer, p_list, p_destination, p_product, p_carrier, p_why, p_size
    );
end;

comment on function api.rerate_begin(date, date, text, text, text, text, text, text, integer) is
$$Begins to rate the calls of local days [p_from, p_to) again, or takes up what was broken off; how many parts
there
are, and how many of them are done.
Example: select * from api.rerate_begin('2026-10-01', '2026-11-01') where false
Raises: LB304 for an empty period, LB400 for an unknown code, LB901 without the level admin, pricing or
batch$$;
grant execute on function api.rerate_begin(date, date, text, text, text, text, text, text, integer)
to leissner_admin, leissner_pricing, leissner_batch;

create function api.rerate_next(p_rerate_id bigint)
returns table (part_no integer, calls bigint, changed bigint)
language sql volatile
begin atomic
    select * from logic.rerate_next(p_rerate_id);
end;

comment on function api.rerate_next(bigint) is
$$Does the next part of a re-rating in this transaction; no row: there is none left.
Example: select * from api.rerate_next(1) where false
Raises: LB403 for a re-rating that is not under way, LB901 without the level admin, pricing or batch$$;
grant execute on function api.rerate_next(bigint) to leissner_admin, leissner_pricing, leissner_batch;

create function api.rerate_finish(p_rerate_id bigint)
returns boolean
language sql volatile
return logic.rerate_finish(p_rerate_id);

comment on function api.rerate_finish(bigint) is
$$Ends a re-rating, as done where all its parts are. False: reference data changed in the meantime.
Example: select api.rerate_finish(1) where false
Raises: LB901 without the level admin, pricing or batch$$;
grant execute on function api.rerate_finish(bigint) to leissner_admin, leissner_pricing, leissner_batch;

create function api.rerate_show(p_rerate_id bigint)
returns table (
    customer_no text, customer text, changed bigint, suspended bigint, frozen bigint, revenue_before numeric,
    revenue_after numeric, cost_before numeric, cost_after numeric
)
language sql stable
begin atomic
    select * from logic.rerate_show(p_rerate_id);
end;

comment on function api.rerate_show(bigint) is
$$What a re-rating changed, per customer, the largest difference first; in the operator's currency.
Example: select * from api.rerate_show(1) where false
Raises: LB901 without a level of the staff$$;
grant execute on function api.rerate_show(bigint)
to leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_auditor,
leissner_batch;
