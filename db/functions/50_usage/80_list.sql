-- 50_usage/list: rated calls as files and lists, suspense, live margin, folded totals.

create function logic.call_export(p_from date, p_to date, p_customer_no text)
returns table (
    source text, key text, status text, reason text, started_at text, a_number text, b_number text,
    customer_no text, contract_no text, line_no integer, mode text, destination text, product text,
    country text,
    units numeric, billed bigint, cost numeric, cost_currency text, reseller numeric, reseller_currency text,
    regular numeric, bundled numeric, discount numeric, retail numeric, currency text, cost_base numeric,
    reseller_base numeric, retail_base numeric, margin numeric, price_list text, carrier text, seller text,
    invoice_no text
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_time_zone text := (select operator.time_zone from billing.operator);
begin
    perform access.require('admin', 'pricing', 'sales', 'support', 'finance', 'auditor', 'batch',
    'integration');
    if p_to <= p_from then
        perform billing.fail('LB304', jsonb_build_object('from', p_from, 'to', p_to));
    end if;
    return query
    with listed as (
        select
            source.code as source, call.key, 'rated' as status, null::text as reason, call.started_at,
            call.a_number, call.b_number, customer.customer_no, contract.contract_no, line.line_no::integer,
            mode.code as mode, destination.code as destination, product.code as product, destination.country,
            call.units::numeric, call.billed, call.cost, cost_list.currency as cost_currency, call.reseller,
            reseller_list.currency as reseller_currency, call.regular, call.bundled, call.discount,
            call.retail,
            list.currency, call.cost_base, call.reseller_base, call.retail_base, call.margin,
            list.code as price_list, carrier.code as carrier, seller.code as seller
        from billing.call
        inner join billing.cdr_source as source on source.source_id = call.source_id
        inner join billing.customer on customer.customer_id = call.customer_id
        inner join billing.contract on contract.contract_id = call.contract_id
        inner join billing.contract_line as line on line.contract_line_id = call.contract_line_id
        inner join billing.mode on mode.mode_id = call.mode_id
        inner join billing.destination on destination.destination_id = call.destination_id
        inner join billing.product on product.product_id = destination.product_id
        inner join billing.price_list as list on list.price_list_id = call.retail_list_id
        left join billing.price_list as cost_list on cost_list.price_list_id = call.cost_list_id
        left join billing.price_list as reseller_list on reseller_list.price_list_id = call.reseller_list_id
        left join billing.carrier on carrier.carrier_id = call.carrier_id
        left join billing.seller on seller.seller_id = call.seller_id
        where
            call.start_on >= p_from and call.start_on < p_to
            and (p_customer_no is null or customer.customer_no = p_customer_no)
        union all
        select
            source.code, suspense.key, 'suspended', suspense.reason, suspense.started_at, suspense.a_received,
            suspense.b_received, null, null, null, suspense.mode, null, null, null, suspense.units, null,
            null, null,
            null, null, null, null, null, null, null, null, null, null, null, null, suspense.carrier, null
        from billing.call_suspense as suspense
        inner join billing.cdr_source as source on source.source_id = suspense.source_id
        where suspense.start_on >= p_from and suspense.start_on < p_to and p_customer_no is null
    )

    select
        listed.source, listed.key, listed.status, listed.reason,
        to_char(listed.started_at at time zone v_time_zone, 'YYYY-MM-DD"T"HH24:MI:SS')
        || case when ahead.by < interval '0' then '-' else '+' end || to_char(greatest(ahead.by, -ahead.by),
        'HH24:MI'),
        listed.a_number, listed.b_number, listed.customer_no, listed.contract_no, listed.line_no, listed.mode,
        listed.destination, listed.product, listed.country, listed.units, listed.billed, listed.cost,
        listed.cost_currency, listed.reseller, listed.reseller_currency, listed.regular, listed.bundled,
        listed.discount, listed.retail, listed.currency, listed.cost_base, listed.reseller_base,
        listed.retail_base,
        listed.margin, listed.price_list, listed.carrier, listed.seller, null::text
    from listed
    cross join lateral (
        values ((listed.started_at at time zone v_time_zone) - (listed.started_at at time zone 'UTC'))
    ) as ahead (by)
    order by listed.started_at, listed.key collate "C", listed.source collate "C";
end;
$$;

comment on function logic.call_export(date, date, text) is
$$Calls of local days [p_from, p_to), of one customer or of all, with suspended ones, in the columns of the
export file.
Example: select * from logic.call_export('2026-10-01', '2026-11-01', null) where false
Raises: LB304 for an empty period, LB901 without a level of the staff$$;

create function logic.suspense_list(p_reason text, p_limit integer)
returns table (
    source text, key text, reason text, detail text, remedy text, started_at timestamptz, units numeric,
    a_received text, b_received text, file text, line_no bigint, suspended_at timestamptz, raw text
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    perform access.require('admin', 'pricing', 'sales', 'support', 'finance', 'auditor', 'batch',
    'integration');
    perform logic.suspense_reason_check(p_reason);
    return query
    select
        source.code, suspense.key, suspense.reason, suspense.detail, logic.suspense_remedy(suspense.reason),
        suspense.started_at, suspense.units, suspense.a_received, suspense.b_received, file.name,
        suspense.line_no,
        suspense.suspended_at, suspense.raw
    from billing.call_suspense as suspense
    inner join billing.cdr_source as source on source.source_id = suspense.source_id
    left join billing.cdr_file as file on file.file_id = suspense.file_id
    where p_reason is null or suspense.reason = p_reason
    order by suspense.reason, suspense.suspense_id
    limit p_limit;
end;
$$;

comment on function logic.suspense_list(text, integer) is
$$Records in suspense, of one reason or all, with the step that fixes each.
Example: select * from logic.suspense_list('no_subscriber', 10) where false
Raises: LB391 for an unknown reason, LB901 without a level of the staff$$;

create function logic.suspense_summary()
returns table (reason text, calls bigint, first_on date, last_on date, example text, remedy text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    perform access.require('admin', 'pricing', 'sales', 'support', 'finance', 'auditor', 'batch',
    'integration');
    return query
    select
        suspense.reason, count(*), min(suspense.start_on), max(suspense.start_on),
        min(suspense.detail), logic.suspense_remedy(suspense.reason)
    from billing.call_suspense as suspense
    group by suspense.reason
    order by count(*) desc, suspense.reason;
end;
$$;

comment on function logic.suspense_summary() is
$$Suspense by reason: how many, from when, an example, and the step that fixes it.
Example: select * from logic.suspense_summary() where false
Raises: LB901 without a level of the staff$$;

create function logic.margin_list(p_from date, p_to date, p_by text)
returns table (
    key text, name text, calls bigint, minutes numeric, cost numeric, revenue numeric, margin numeric,
    margin_percent numeric, unknown_cost bigint
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    perform access.require('admin', 'pricing', 'finance', 'auditor', 'batch', 'report');
    if p_to <= p_from then
        perform billing.fail('LB304', jsonb_build_object('from', p_from, 'to', p_to));
    end if;
    if p_by not in ('product', 'destination', 'country', 'customer', 'seller', 'carrier') then
        perform billing.fail('LB305', jsonb_build_object('by', p_by));
    end if;
    return query
    with traffic as (
        select
            total.destination_id, total.product_id, total.seller_id, total.carrier_id,
            null::bigint as customer_id, total.mode_id, total.calls, total.billed, total.cost, total.revenue,
            total.margin, total.unknown_cost
        from billing.call_day as total
        where p_by <> 'customer' and total.day >= p_from and total.day < p_to
        union all
        -- Customers have monthly totals only; days inside a month come from the calls.
        select
            call.destination_id, null, call.seller_id, call.carrier_id, call.customer_id, call.mode_id, 1,
            call.billed, coalesce(call.cost_base, 0), call.retail_base, coalesce(call.margin, 0),
            (call.cost_base is null)::integer
        from billing.call
        where p_by = 'customer' and call.start_on >= p_from and call.start_on < p_to
    ),

    named as (
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
            traffic.calls, case when mode.unit = 'second' then traffic.billed else 0 end as seconds,
            traffic.cost, traffic.revenue, traffic.margin, traffic.unknown_cost
        from traffic
        inner join billing.mode on mode.mode_id = traffic.mode_id
        inner join billing.destination on destination.destination_id = traffic.destination_id
        inner join billing.product on product.product_id = destination.product_id
        left join billing.customer on customer.customer_id = traffic.customer_id
        left join billing.seller on seller.seller_id = traffic.seller_id
        left join billing.carrier on carrier.carrier_id = traffic.carrier_id
    )

    select
        named.key, named.name, sum(named.calls)::bigint, round(logic.divide(sum(named.seconds), 60), 2),
        sum(named.cost), sum(named.revenue), sum(named.margin),
        case when sum(named.revenue) <> 0 then round(logic.divide(sum(named.margin) * 100,
        sum(named.revenue)), 1) end,
        sum(named.unknown_cost)::bigint
    from named
    group by named.key, named.name
    order by sum(named.revenue) desc, named.key;
end;
$$;

comment on function logic.margin_list(date, date, text) is
$$Live totals of local days [p_from, p_to) by product, destination, country, customer, seller or carrier, in
the operator's
currency; margin over calls with known cost.
Example: select * from logic.margin_list('2026-10-01', '2026-11-01', 'product') where false
Raises: LB304 for an empty period, LB305 for another grouping, LB901 without a level that may see margin$$;

create function logic.totals_fold(p_at_least integer)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_folded bigint;
begin
    perform access.require('admin', 'pricing', 'batch');
    perform logic.billed_fold();
    -- One folder at a time; readers see the rows of either side of the commit, never both.
    if not pg_try_advisory_xact_lock(hashtextextended('billing.totals_fold', 0)) then
        return 0;
    end if;
    -- Reports add up what is not folded yet; folding is worth its time once there is much of it.
    if (
        select count(distinct total.load_id) from billing.call_day as total where total.load_id <> 0
    ) < p_at_least then
        return 0;
    end if;
    with taken as (
        delete from billing.call_day where call_day.load_id <> 0 returning call_day.*
    ),

    base as (
        delete from billing.call_day
        using (
            select distinct day, destination_id, product_id, mode_id, customer_kind, seller_id, carrier_id,
            currency
            from taken
        ) as touched
        where
            call_day.load_id = 0 and call_day.day = touched.day
            and call_day.destination_id = touched.destination_id and call_day.product_id = touched.product_id
            and call_day.mode_id = touched.mode_id and call_day.customer_kind = touched.customer_kind
            and call_day.seller_id is not distinct from touched.seller_id
            and call_day.carrier_id is not distinct from touched.carrier_id
            and call_day.currency = touched.currency
        returning call_day.*
    ),

    folded as (
        insert into billing.call_day (
            day, destination_id, product_id, mode_id, customer_kind, seller_id, carrier_id, currency, load_id,
            calls,
            units, billed, cost, unknown_cost, revenue, margin, reseller, operator_margin, seller_margin
        )
        select
            part.day, part.destination_id, part.product_id, part.mode_id, part.customer_kind, part.seller_id,
            part.carrier_id, part.currency, -1, sum(part.calls), sum(part.units), sum(part.billed),
            sum(part.cost),
            sum(part.unknown_cost), sum(part.revenue), sum(part.margin), sum(part.reseller),
            sum(part.operator_margin), sum(part.seller_margin)
        from (select * from taken union all select * from base) as part
        group by
            part.day, part.destination_id, part.product_id, part.mode_id, part.customer_kind, part.seller_id,
            part.carrier_id, part.currency
        -- what re-rating has moved elsewhere leaves no row
        having
            (sum(part.calls), sum(part.units), sum(part.cost), sum(part.revenue), sum(part.margin))
            <> (0, 0, 0, 0, 0)
    )

    select count(*) into v_folded from taken;
    -- Written under -1 and renamed, because the deleted base rows still hold the unique key in that
    -- statement.
    update billing.call_day set load_id = 0 where call_day.load_id = -1;

    with taken as (
        delete from billing.call_customer_month where call_customer_month.load_id <> 0
        returning call_customer_month.*
    ),

    base as (
        delete from billing.call_customer_month
        using (
            select distinct
                customer_id, month, contract_line_id, seller_id, destination_id, product_id, mode_id, currency
            from taken
        ) as touched
        where
            call_customer_month.load_id = 0
            and call_customer_month.customer_id = touched.customer_id
            and call_customer_month.month = touched.month
            and call_customer_month.contract_line_id = touched.contract_line_id
            and call_customer_month.seller_id is not distinct from touched.seller_id
            and call_customer_month.destination_id = touched.destination_id
            and call_customer_month.product_id = touched.product_id
            and call_customer_month.mode_id = touched.mode_id
            and call_customer_month.currency = touched.currency
        returning call_customer_month.*
    ),

    line as (
        insert into billing.call_line_month (month, seller_id, contract_line_id, customer_id, calls, revenue)
        select
            taken.month, taken.seller_id, taken.contract_line_id, taken.customer_id, sum(taken.calls),
            sum(taken.revenue)
        from taken
        group by taken.month, taken.seller_id, taken.contract_line_id, taken.customer_id
        on conflict (month, seller_id, contract_line_id, customer_id)
        do update set
            calls = call_line_month.calls + excluded.calls,
            revenue = call_line_month.revenue + excluded.revenue
    )

    insert into billing.call_customer_month (
        month, customer_id, contract_line_id, seller_id, destination_id, product_id, mode_id, currency,
        load_id,
        calls, units, billed, cost, unknown_cost, revenue, margin, reseller, operator_margin, seller_margin,
        retail
    )
    select
        part.month, part.customer_id, part.contract_line_id, part.seller_id, part.destination_id,
        part.product_id,
        part.mode_id, part.currency, -1, sum(part.calls), sum(part.units), sum(part.billed), sum(part.cost),
        sum(part.unknown_cost), sum(part.revenue), sum(part.margin), sum(part.reseller),
        sum(part.operator_margin),
        sum(part.seller_margin), sum(part.retail)
    from (select * from taken union all select * from base) as part
    group by
        part.month, part.customer_id, part.contract_line_id, part.seller_id, part.destination_id,
        part.product_id,
        part.mode_id, part.currency
    having (sum(part.calls), sum(part.retail), sum(part.revenue), sum(part.margin)) <> (0, 0, 0, 0);
    update billing.call_customer_month set load_id = 0 where call_customer_month.load_id = -1;

    with taken as (
        delete from billing.traffic_month returning traffic_month.*
    )

    insert into billing.traffic_month (
        month, seller_id, mode_id, calls, billed, cost, revenue, margin, reseller, seller_margin
    )
    select
        taken.month, taken.seller_id, taken.mode_id, sum(taken.calls), sum(taken.billed), sum(taken.cost),
        sum(taken.revenue), sum(taken.margin), sum(taken.reseller), sum(taken.seller_margin)
    from taken
    group by taken.month, taken.seller_id, taken.mode_id;
    return v_folded;
end;
$$;

comment on function logic.totals_fold(integer) is
$$Folds the totals of all batches so far, where there are p_at_least, into one row per key (load_id 0);
returns
how many daily rows were
folded, 0 also
when another session is folding.
Example: select logic.totals_fold(100) where false
Raises: LB901 without the level admin, pricing (who rates again) or batch$$;

-- api

create function api.call_export(p_from date, p_to date, p_customer_no text default null)
returns table (
    source text, key text, status text, reason text, started_at text, a_number text, b_number text,
    customer_no text, contract_no text, line_no integer, mode text, destination text, product text,
    country text,
    units numeric, billed bigint, cost numeric, cost_currency text, reseller numeric, reseller_currency text,
    regular numeric, bundled numeric, discount numeric, retail numeric, currency text, cost_base numeric,
    reseller_base numeric, retail_base numeric, margin numeric, price_list text, carrier text, seller text,
    invoice_no text
)
language sql stable
begin atomic
    select * from logic.call_export(p_from, p_to, p_customer_no);
end;

comment on function api.call_export(date, date, text) is
$$Rated and suspended calls of local days [p_from, p_to), ordered by start and key: the file of `leissner
calls export`.
Example: select * from api.call_export('2026-10-01', '2026-11-01') where false
Raises: LB304 for an empty period, LB901 without a level of the staff$$;
grant execute on function api.call_export(date, date, text)
to leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_auditor,
leissner_batch, leissner_integration;

create function api.suspense_list(p_reason text default null, p_limit integer default 1000)
returns table (
    source text, key text, reason text, detail text, remedy text, started_at timestamptz, units numeric,
    a_received text, b_received text, file text, line_no bigint, suspended_at timestamptz, raw text
)
language sql stable
begin atomic
    select * from logic.suspense_list(p_reason, p_limit);
end;

comment on function api.suspense_list(text, integer) is
$$Records in suspense, of one reason or all, with the step that fixes each.
Example: select * from api.suspense_list('no_subscriber') where false
Raises: LB391 for an unknown reason, LB901 without a level of the staff$$;
grant execute on function api.suspense_list(text, integer)
to leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_auditor,
leissner_batch, leissner_integration;

create function api.suspense_summary()
returns table (reason text, calls bigint, first_on date, last_on date, example text, remedy text)
language sql stable
begin atomic
    select * from logic.suspense_summary();
end;

comment on function api.suspense_summary() is
$$Suspense by reason: how many, from when, an example, and the step that fixes it.
Example: select * from api.suspense_summary() where false
Raises: LB901 without a level of the staff$$;
grant execute on function api.suspense_summary()
to leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_auditor,
leissner_batch, leissner_integration;

create function api.margin_list(p_from date, p_to date, p_by text default 'product')
returns table (
    key text, name text, calls bigint, minutes numeric, cost numeric, revenue numeric, margin numeric,
    margin_percent numeric, unknown_cost bigint
)
language sql stable
begin atomic
    select * from logic.margin_list(p_from, p_to, p_by);
end;

comment on function api.margin_list(date, date, text) is
$$Live margin of local days [p_from, p_to) by product, destination, country, customer, seller or carrier.
Example: select * from api.margin_list('2026-10-01', '2026-11-01', 'product') where false
Raises: LB304 for an empty period, LB305 for another grouping, LB901 without a level that may see margin$$;
grant execute on function api.margin_list(date, date, text)
to leissner_admin, leissner_pricing, leissner_finance, leissner_auditor, leissner_batch, leissner_report;

create function api.totals_fold(p_at_least integer default 100)
returns bigint
language sql volatile
return logic.totals_fold(p_at_least);

comment on function api.totals_fold(integer) is
$$Folds the totals of all batches so far, where there are p_at_least, into one row per key; returns how many
daily
rows were folded.
Example: select api.totals_fold() where false
Raises: LB901 without the level admin, pricing (who rates again) or batch$$;
grant execute on function api.totals_fold(integer) to leissner_admin, leissner_pricing, leissner_batch;
