-- The standard reports of traffic, numbers and contracts (REPORTS.md 2 to 6, 8, 9, 11, 12, 14 and 15), in the
-- operator's currency. Traffic is read from totals; calls themselves for the edge days of a period only.
--
-- Who sees which figures is decided in the views at the top. They run as the owner on purpose (listed in
-- db/tests/house_rules.sql), with the scope inside: staff see every row; for a seller, its own rows, cost is
-- the reseller price and margin the seller's. Each branch has a condition that is asked once, so that the
-- other one costs nothing. The functions below them are what they seem: read them, copy them, change them.

create view report.traffic_day with (security_barrier = true) as
select
    total.day, total.destination_id, total.product_id, total.mode_id, total.customer_kind, total.seller_id,
    total.calls, total.billed, total.cost, total.unknown_cost, total.revenue, total.margin, total.reseller,
    total.operator_margin, total.seller_margin
from billing.call_day as total
where (select access.is_staff())
union all
select
    total.day, total.destination_id, total.product_id, total.mode_id, total.customer_kind, total.seller_id,
    total.calls, total.billed, total.reseller, null::bigint, total.revenue, total.seller_margin,
    total.reseller, null::numeric, total.seller_margin
from billing.call_day as total
where (select access.seller_id()) is not null and total.seller_id = (select access.seller_id());

comment on view report.traffic_day is
    'Daily totals of rated calls: all for staff, a seller''s own at its own prices.';
comment on column report.traffic_day.day is 'Local day of the calls'' start.';
comment on column report.traffic_day.destination_id is 'Destination.';
comment on column report.traffic_day.product_id is 'Product type of the destination.';
comment on column report.traffic_day.mode_id is 'Mode.';
comment on column report.traffic_day.customer_kind is 'Kind of customer.';
comment on column report.traffic_day.seller_id is 'Seller, or NULL.';
comment on column report.traffic_day.calls is 'Rated calls; 0 where only amounts changed.';
comment on column report.traffic_day.billed is 'Billed units of the retail level.';
comment on column report.traffic_day.cost is 'Known cost; for a seller the reseller price.';
comment on column report.traffic_day.unknown_cost is 'Calls without known cost; NULL for a seller.';
comment on column report.traffic_day.revenue is 'Retail.';
comment on column report.traffic_day.margin is
    'Retail less cost, over calls with known cost; for a seller its own.';
comment on column report.traffic_day.reseller is 'Reseller price, over calls that have one.';
comment on column report.traffic_day.operator_margin is
    'Reseller price, else retail, less cost, over calls with known cost; NULL for a seller.';
comment on column report.traffic_day.seller_margin is 'Retail less reseller price, over calls that have one.';
grant select on report.traffic_day to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_report, leissner_auditor, leissner_batch, leissner_integration;

create view report.traffic_month with (security_barrier = true) as
select
    total.month, total.customer_id, total.contract_line_id, total.seller_id, total.destination_id,
    total.product_id, total.mode_id, total.calls, total.billed, total.cost, total.unknown_cost,
    total.revenue, total.margin, total.reseller, total.operator_margin, total.seller_margin
from billing.call_customer_month as total
where (select access.is_staff())
union all
select
    total.month, total.customer_id, total.contract_line_id, total.seller_id, total.destination_id,
    total.product_id, total.mode_id, total.calls, total.billed, total.reseller, null::bigint,
    total.revenue, total.seller_margin, total.reseller, null::numeric, total.seller_margin
from billing.call_customer_month as total
where (select access.seller_id()) is not null and total.seller_id = (select access.seller_id());

comment on view report.traffic_month is
    'Monthly totals per customer and contract line: all for staff, a seller''s own at its own prices.';
comment on column report.traffic_month.month is 'First day of the month of the calls'' local start.';
comment on column report.traffic_month.customer_id is 'The customer.';
comment on column report.traffic_month.contract_line_id is 'The contract line.';
comment on column report.traffic_month.seller_id is 'Seller, or NULL.';
comment on column report.traffic_month.destination_id is 'Destination.';
comment on column report.traffic_month.product_id is 'Product type of the destination.';
comment on column report.traffic_month.mode_id is 'Mode.';
comment on column report.traffic_month.calls is 'Rated calls; 0 where only amounts changed.';
comment on column report.traffic_month.billed is 'Billed units of the retail level.';
comment on column report.traffic_month.cost is 'Known cost; for a seller the reseller price.';
comment on column report.traffic_month.unknown_cost is 'Calls without known cost; NULL for a seller.';
comment on column report.traffic_month.revenue is 'Retail.';
comment on column report.traffic_month.margin is
    'Retail less cost, over calls with known cost; for a seller its own.';
comment on column report.traffic_month.reseller is 'Reseller price, over calls that have one.';
comment on column report.traffic_month.operator_margin is
    'Reseller price, else retail, less cost, over calls with known cost; NULL for a seller.';
comment on column report.traffic_month.seller_margin is
    'Retail less reseller price, over calls that have one.';
grant select on report.traffic_month to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_report, leissner_auditor, leissner_batch, leissner_integration;

-- Calls with the columns of the totals, so that days can be added to months.
create view report.traffic_call with (security_barrier = true) as
select
    call.start_on, call.customer_id, call.contract_line_id, call.seller_id, call.destination_id,
    destination.product_id, call.mode_id, 1::bigint as calls, call.billed::numeric as billed,
    coalesce(call.cost_base, 0) as cost, (call.cost_base is null)::integer::bigint as unknown_cost,
    call.retail_base as revenue, coalesce(call.retail_base - call.cost_base, 0) as margin,
    coalesce(call.reseller_base, 0) as reseller,
    coalesce(coalesce(call.reseller_base, call.retail_base) - call.cost_base, 0) as operator_margin,
    coalesce(call.retail_base - call.reseller_base, 0) as seller_margin
from billing.call
inner join billing.destination on destination.destination_id = call.destination_id
where (select access.is_staff())
union all
select
    call.start_on, call.customer_id, call.contract_line_id, call.seller_id, call.destination_id,
    destination.product_id, call.mode_id, 1::bigint, call.billed::numeric, coalesce(call.reseller_base, 0),
    null::bigint, call.retail_base, coalesce(call.retail_base - call.reseller_base, 0),
    coalesce(call.reseller_base, 0), null::numeric, coalesce(call.retail_base - call.reseller_base, 0)
from billing.call
inner join billing.destination on destination.destination_id = call.destination_id
where (select access.seller_id()) is not null and call.seller_id = (select access.seller_id());

comment on view report.traffic_call is
    'Rated calls with the columns of the totals: all for staff, a seller''s own at its own prices.';
comment on column report.traffic_call.start_on is 'Local day of the start.';
comment on column report.traffic_call.customer_id is 'The customer.';
comment on column report.traffic_call.contract_line_id is 'The contract line.';
comment on column report.traffic_call.seller_id is 'Seller, or NULL.';
comment on column report.traffic_call.destination_id is 'Destination.';
comment on column report.traffic_call.product_id is 'Product type of the destination.';
comment on column report.traffic_call.mode_id is 'Mode.';
comment on column report.traffic_call.calls is '1.';
comment on column report.traffic_call.billed is 'Billed units of the retail level.';
comment on column report.traffic_call.cost is 'Known cost; for a seller the reseller price.';
comment on column report.traffic_call.unknown_cost is 'Calls without known cost; NULL for a seller.';
comment on column report.traffic_call.revenue is 'Retail.';
comment on column report.traffic_call.margin is
    'Retail less cost, over calls with known cost; for a seller its own.';
comment on column report.traffic_call.reseller is 'Reseller price, over calls that have one.';
comment on column report.traffic_call.operator_margin is
    'Reseller price, else retail, less cost, over calls with known cost; NULL for a seller.';
comment on column report.traffic_call.seller_margin is
    'Retail less reseller price, over calls that have one.';
grant select on report.traffic_call to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_report, leissner_auditor, leissner_batch, leissner_integration;

create view report.traffic_holder with (security_barrier = true) as
select total.month, total.seller_id, total.contract_line_id, total.calls
from billing.call_line_month as total
where (select access.is_staff())
union all
select total.month, total.seller_id, total.contract_line_id, total.calls
from billing.call_customer_month as total
where (select access.is_staff()) and total.load_id <> 0
union all
select total.month, total.seller_id, total.contract_line_id, total.calls
from billing.call_line_month as total
where (select access.seller_id()) is not null and total.seller_id = (select access.seller_id())
union all
select total.month, total.seller_id, total.contract_line_id, total.calls
from billing.call_customer_month as total
where
    (select access.seller_id()) is not null and total.seller_id = (select access.seller_id())
    and total.load_id <> 0;

comment on view report.traffic_holder is
    'Calls of contract lines by month and seller, folded and not: all for staff, a seller''s own.';
comment on column report.traffic_holder.month is 'First day of the month of the calls'' local start.';
comment on column report.traffic_holder.seller_id is 'Seller, or NULL.';
comment on column report.traffic_holder.contract_line_id is 'The contract line.';
comment on column report.traffic_holder.calls is 'Calls of one batch, or of all that are folded.';
grant select on report.traffic_holder to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_report, leissner_auditor, leissner_batch, leissner_integration;

-- For a seller also former customers, whose traffic it still sees.
create view report.traffic_customer with (security_barrier = true) as
select customer.customer_id, customer.customer_no, customer.name
from billing.customer
where (select access.is_staff())
union all
select customer.customer_id, customer.customer_no, customer.name
from billing.customer
where
    customer.customer_id in (
        select contract.customer_id
        from report.traffic_holder as total
        inner join billing.contract_line as line on line.contract_line_id = total.contract_line_id
        inner join billing.contract on contract.contract_id = line.contract_id
        where total.seller_id = (select access.seller_id())
    )
    and (select access.seller_id()) is not null;

comment on view report.traffic_customer is
    'Customers as reports of traffic name them: all for staff, those with own traffic for a seller.';
comment on column report.traffic_customer.customer_id is 'The customer.';
comment on column report.traffic_customer.customer_no is 'Number of the customer.';
comment on column report.traffic_customer.name is 'Its name.';
grant select on report.traffic_customer to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_report, leissner_auditor, leissner_batch, leissner_integration;

create view report.traffic_line with (security_barrier = true) as
select line.contract_line_id, line.contract_id, contract.customer_id
from billing.contract_line as line
inner join billing.contract on contract.contract_id = line.contract_id
where (select access.is_staff())
union all
select line.contract_line_id, line.contract_id, contract.customer_id
from billing.contract_line as line
inner join billing.contract on contract.contract_id = line.contract_id
where
    line.contract_line_id in (
        select total.contract_line_id from report.traffic_holder as total
        where total.seller_id = (select access.seller_id())
    )
    and (select access.seller_id()) is not null;

comment on view report.traffic_line is
    'Whose contract a line is: all lines for staff, those with own traffic for a seller.';
comment on column report.traffic_line.contract_line_id is 'The contract line.';
comment on column report.traffic_line.contract_id is 'Its contract.';
comment on column report.traffic_line.customer_id is 'The customer that holds it.';
grant select on report.traffic_line to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_report, leissner_auditor, leissner_batch, leissner_integration;

-- What happens to a number is its seller's from the day it is assigned until it is assigned to another; what
-- was before the first time, too. Who else ever had the number is asked only where somebody had.
create view report.preselection_event with (security_barrier = true) as
with own as materialized (
    select
        own.subscriber_number_id, own.number, own.to_number, lower(own.valid) as from_on,
        exists (
            select from billing.subscriber_number as other
            where
                other.kind = 'number' and other.span && own.span
                and other.subscriber_number_id <> own.subscriber_number_id
        ) as is_shared
    from billing.subscriber_number as own
    where
        (select access.seller_id()) is not null and own.kind = 'number' and own.valid is not null
        and own.contract_line_id = any((select access.contract_line_ids())::bigint[])
),

found as (
    select own.*, event.carrier_prefix, event.number as event_number, event.kind, event.state,
        event.happened_at
    from own
    inner join billing.preselection as event on event.number = own.number
    where own.to_number is null
    union all
    select own.*, event.carrier_prefix, event.number, event.kind, event.state, event.happened_at
    from own
    inner join billing.preselection as event
        on event.number between own.number and own.to_number
        -- no equation, which would join by length first
        and length(event.number) - length(own.number) = 0
    where own.to_number is not null
)

select event.number, event.carrier_prefix, event.kind, event.state, event.happened_at
from billing.preselection as event
where (select access.is_staff())
union all
select found.event_number, found.carrier_prefix, found.kind, found.state, found.happened_at
from found
cross join billing.operator
where
    not found.is_shared
    or not exists (
        select from billing.subscriber_number as other
        where
            other.kind = 'number' and other.span @> billing.number_point(found.event_number)
            and other.subscriber_number_id <> found.subscriber_number_id
            and case
                when found.from_on <= (found.happened_at at time zone operator.time_zone)::date
                    then lower(other.valid) > found.from_on
                    and lower(other.valid) <= (found.happened_at at time zone operator.time_zone)::date
                else lower(other.valid) < found.from_on
            end
    );

comment on view report.preselection_event is
    'Orders of pre-selection and what became of them: all for staff, of own numbers for a seller.';
comment on column report.preselection_event.number is 'E.164 digits of the subscriber.';
comment on column report.preselection_event.carrier_prefix is 'Prefix of the carrier.';
comment on column report.preselection_event.kind is 'national, international or all.';
comment on column report.preselection_event.state is 'ordered, confirmed, rejected, active or ceased.';
comment on column report.preselection_event.happened_at is 'When it came to that state.';
grant select on report.preselection_event to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_report, leissner_auditor, leissner_batch, leissner_integration;

-- Traffic
-- ----------------------------------------------------------------------------------------------------------

-- Totals are added up by their keys first and named after: what is joined then is little.

create function report.calls_per_country(p_from date, p_to date, p_domestic boolean default false)
returns table (
    country text, name text, calls bigint, minutes numeric, cost numeric, revenue numeric, margin numeric,
    margin_percent numeric, unknown_cost bigint
)
language sql stable parallel safe rows 200
begin atomic
    select
        destination.country, logic.country_name(destination.country), sum(traffic.calls)::bigint,
        round(
            logic.divide(sum(case when mode.unit = 'second' then traffic.billed else 0 end), 60), 2
        ),
        sum(traffic.cost), sum(traffic.revenue), sum(traffic.margin),
        round(logic.divide(sum(traffic.margin) * 100, nullif(sum(traffic.revenue), 0)), 2),
        sum(traffic.unknown_cost)::bigint
    from (
        select total.destination_id, total.mode_id,
            sum(total.calls) as calls, sum(total.billed) as billed, sum(total.cost) as cost,
            sum(total.unknown_cost) as unknown_cost, sum(total.revenue) as revenue,
            sum(total.margin) as margin
        from report.traffic_day as total
        where total.day >= p_from and total.day < p_to
        group by total.destination_id, total.mode_id
    ) as traffic
    inner join billing.mode on mode.mode_id = traffic.mode_id
    inner join billing.destination on destination.destination_id = traffic.destination_id
    where
        p_domestic
        or destination.country is distinct from (select operator.country from billing.operator)
    group by destination.country
    having (sum(traffic.calls), sum(traffic.cost), sum(traffic.revenue)) <> (0, 0, 0)
    order by sum(traffic.revenue) desc, destination.country collate "C";
end;

comment on function report.calls_per_country(date, date, boolean) is
$$Calls by country of destination in a period, highest revenue first; the operator's own country with
p_domestic only: REPORTS.md 2.
Sums: calls, minutes, cost, revenue, margin, unknown_cost
Example: select * from report.calls_per_country('2026-10-01', '2026-11-01')
Raises: nothing$$;

create function report.calls_per_product(p_from date, p_to date)
returns table (
    product text, name text, mode text, calls bigint, units numeric, minutes numeric, cost numeric,
    revenue numeric, margin numeric, margin_percent numeric, unknown_cost bigint
)
language sql stable parallel safe rows 100
begin atomic
    select
        product.code, product.name, mode.code, sum(traffic.calls)::bigint, sum(traffic.billed),
        round(
            logic.divide(sum(case when mode.unit = 'second' then traffic.billed else 0 end), 60), 2
        ),
        sum(traffic.cost), sum(traffic.revenue), sum(traffic.margin),
        round(logic.divide(sum(traffic.margin) * 100, nullif(sum(traffic.revenue), 0)), 2),
        sum(traffic.unknown_cost)::bigint
    from (
        select total.product_id, total.mode_id,
            sum(total.calls) as calls, sum(total.billed) as billed, sum(total.cost) as cost,
            sum(total.unknown_cost) as unknown_cost, sum(total.revenue) as revenue,
            sum(total.margin) as margin
        from report.traffic_day as total
        where total.day >= p_from and total.day < p_to
        group by total.product_id, total.mode_id
    ) as traffic
    inner join billing.mode on mode.mode_id = traffic.mode_id
    inner join billing.product on product.product_id = traffic.product_id
    group by product.code, product.name, mode.code
    having (sum(traffic.calls), sum(traffic.cost), sum(traffic.revenue)) <> (0, 0, 0)
    order by product.code collate "C", mode.code collate "C";
end;

comment on function report.calls_per_product(date, date) is
$$Calls by product type and mode in a period: REPORTS.md 3. units: billed units; minutes of the modes that
count seconds.
Sums: calls, minutes, cost, revenue, margin, unknown_cost
Example: select * from report.calls_per_product('2026-10-01', '2026-11-01')
Raises: nothing$$;

create function report.calls_per_destination(p_from date, p_to date, p_kind text default null)
returns table (
    destination text, name text, country text, kind text, calls bigint, minutes numeric, cost numeric,
    revenue numeric, margin numeric, margin_percent numeric, revenue_per_minute numeric,
    unknown_cost bigint
)
language sql stable parallel safe rows 500
begin atomic
    select
        destination.code, destination.name, destination.country, traffic.customer_kind,
        sum(traffic.calls)::bigint,
        round(
            logic.divide(sum(case when mode.unit = 'second' then traffic.billed else 0 end), 60), 2
        ),
        sum(traffic.cost), sum(traffic.revenue), sum(traffic.margin),
        round(logic.divide(sum(traffic.margin) * 100, nullif(sum(traffic.revenue), 0)), 2),
        round(
            logic.divide(
                sum(traffic.revenue) * 60,
                nullif(sum(case when mode.unit = 'second' then traffic.billed else 0 end), 0)
            ),
            6
        ),
        sum(traffic.unknown_cost)::bigint
    from (
        select total.destination_id, total.mode_id, total.customer_kind,
            sum(total.calls) as calls, sum(total.billed) as billed, sum(total.cost) as cost,
            sum(total.unknown_cost) as unknown_cost, sum(total.revenue) as revenue,
            sum(total.margin) as margin
        from report.traffic_day as total
        where total.day >= p_from and total.day < p_to
        and (p_kind is null or total.customer_kind = p_kind)
        group by total.destination_id, total.mode_id, total.customer_kind
    ) as traffic
    inner join billing.mode on mode.mode_id = traffic.mode_id
    inner join billing.destination on destination.destination_id = traffic.destination_id
    group by destination.code, destination.name, destination.country, traffic.customer_kind
    having (sum(traffic.calls), sum(traffic.cost), sum(traffic.revenue)) <> (0, 0, 0)
    order by destination.code collate "C", traffic.customer_kind collate "C";
end;

comment on function report.calls_per_destination(date, date, text) is
$$Calls by destination and kind of customer in a period, of one kind or all: REPORTS.md 4.
revenue_per_minute: all revenue by all minutes, before they are rounded; NULL without minutes.
Sums: calls, minutes, cost, revenue, margin, unknown_cost
Example: select * from report.calls_per_destination('2026-10-01', '2026-11-01', 'private')
Raises: nothing$$;

create function report.calls_per_seller(p_from date, p_to date)
returns table (
    seller text, name text, customers bigint, contracts bigint, calls bigint, minutes numeric, cost numeric,
    reseller numeric, revenue numeric, operator_margin numeric, seller_margin numeric
)
language sql stable parallel safe rows 50
begin atomic
    -- Who had traffic: whole months from the totals, days before and after them from the calls.
    with holder as (
        select part.seller_id, part.contract_line_id, part.calls
        from (
            select traffic.seller_id, traffic.contract_line_id, sum(traffic.calls) as calls
            from report.traffic_holder as traffic
            where
                traffic.month >= logic.first_month(p_from)
                and traffic.month < logic.end_month(p_from, p_to)
            group by traffic.seller_id, traffic.contract_line_id
            union all
            select traffic.seller_id, traffic.contract_line_id, count(*)
            from report.traffic_call as traffic
            where
                traffic.start_on >= p_from
                and traffic.start_on < least(logic.first_month(p_from), p_to)
            group by traffic.seller_id, traffic.contract_line_id
            union all
            select traffic.seller_id, traffic.contract_line_id, count(*)
            from report.traffic_call as traffic
            where
                traffic.start_on >= logic.end_month(p_from, p_to) and traffic.start_on < p_to
            group by traffic.seller_id, traffic.contract_line_id
        ) as part
        where part.calls > 0
    )

    select
        seller.code, seller.name, coalesce(counted.customers, 0), coalesce(counted.contracts, 0),
        found.calls, found.minutes, found.cost, found.reseller, found.revenue, found.operator_margin,
        found.seller_margin
    from (
        select
            traffic.seller_id, sum(traffic.calls)::bigint as calls,
            round(
                logic.divide(sum(case when mode.unit = 'second' then traffic.billed else 0 end), 60), 2
            ) as minutes,
            sum(traffic.cost) as cost, sum(traffic.reseller) as reseller, sum(traffic.revenue) as revenue,
            sum(traffic.operator_margin) as operator_margin, sum(traffic.seller_margin) as seller_margin
        from (
            select total.seller_id, total.mode_id,
                sum(total.calls) as calls, sum(total.billed) as billed, sum(total.cost) as cost,
                sum(total.reseller) as reseller, sum(total.revenue) as revenue,
                sum(total.operator_margin) as operator_margin, sum(total.seller_margin) as seller_margin
            from report.traffic_day as total
            where total.day >= p_from and total.day < p_to
            group by total.seller_id, total.mode_id
        ) as traffic
        inner join billing.mode on mode.mode_id = traffic.mode_id
        group by traffic.seller_id
        having (sum(traffic.calls), sum(traffic.cost), sum(traffic.revenue)) <> (0, 0, 0)
    ) as found
    left join (
        select
            holder.seller_id, count(distinct line.customer_id) as customers,
            count(distinct line.contract_id) as contracts
        from holder
        inner join report.traffic_line as line on line.contract_line_id = holder.contract_line_id
        group by holder.seller_id
    ) as counted on counted.seller_id is not distinct from found.seller_id
    left join billing.seller on seller.seller_id = found.seller_id
    order by seller.code collate "C" nulls last;
end;

comment on function report.calls_per_seller(date, date) is
$$Calls by seller in a period, and those of none in a row with seller NULL: REPORTS.md 5. customers and
contracts: with traffic; operator_margin: reseller price, else retail, less cost, over calls with known cost;
seller_margin: retail less reseller price, over calls that have one.
Sums: calls, minutes, cost, reseller, revenue, operator_margin, seller_margin
Example: select * from report.calls_per_seller('2026-10-01', '2026-11-01')
Raises: nothing$$;

-- Customer by customer, so that rows come from the first moment on, however many there are.
create function report.calls_per_customer(p_from date, p_to date, p_customer_no text default null)
returns table (
    customer_no text, name text, product text, destination text, calls bigint, minutes numeric, cost numeric,
    revenue numeric, margin numeric
)
language sql stable parallel safe rows 100000
begin atomic
    select
        customer.customer_no, customer.name, product.code, destination.code, found.calls, found.minutes,
        found.cost, found.revenue, found.margin
    from report.traffic_customer as customer
    cross join lateral (
        select
            traffic.product_id, traffic.destination_id, sum(traffic.calls)::bigint as calls,
            round(
                logic.divide(sum(case when mode.unit = 'second' then traffic.billed else 0 end), 60), 2
            ) as minutes,
            sum(traffic.cost) as cost, sum(traffic.revenue) as revenue, sum(traffic.margin) as margin
        from (
            select
                total.product_id, total.destination_id, total.mode_id, total.calls, total.billed, total.cost,
                total.revenue, total.margin
            from report.traffic_month as total
            where
                total.customer_id = customer.customer_id
                and total.month >= logic.first_month(p_from)
                and total.month < logic.end_month(p_from, p_to)
            union all
            select
                call.product_id, call.destination_id, call.mode_id, call.calls, call.billed, call.cost,
                call.revenue, call.margin
            from report.traffic_call as call
            where
                call.customer_id = customer.customer_id and call.start_on >= p_from
                and call.start_on < least(logic.first_month(p_from), p_to)
            union all
            select
                call.product_id, call.destination_id, call.mode_id, call.calls, call.billed, call.cost,
                call.revenue, call.margin
            from report.traffic_call as call
            where
                call.customer_id = customer.customer_id
                and call.start_on >= logic.end_month(p_from, p_to) and call.start_on < p_to
        ) as traffic
        inner join billing.mode on mode.mode_id = traffic.mode_id
        group by traffic.product_id, traffic.destination_id
        having (sum(traffic.calls), sum(traffic.cost), sum(traffic.revenue)) <> (0, 0, 0)
    ) as found
    inner join billing.product on product.product_id = found.product_id
    inner join billing.destination on destination.destination_id = found.destination_id
    where
        p_customer_no is null
        or customer.customer_id = any(array(
            select below.customer_id from logic.customer_tree(p_customer_no, p_to - 1) as below
        ))
    order by
        customer.customer_no collate "C", product.code collate "C", destination.code collate "C";
end;

comment on function report.calls_per_customer(date, date, text) is
$$Calls by customer, product type and destination in a period: of all customers, or of one and everyone below
it: REPORTS.md 6.
Sums: calls, minutes, cost, revenue, margin
Example: select * from report.calls_per_customer('2026-10-01', '2026-11-01', '1001')
Raises: nothing$$;

-- Numbers
-- ----------------------------------------------------------------------------------------------------------

-- A number is active at a carrier, for national or international calls, from its activation until it ceases
-- there or is activated at another; `all` is both. No nested loops: how many numbers come out of each step
-- cannot be guessed, and what was guessed too low would be compared with all the others.
create function report.pre_swallow(p_from date, p_to date)
returns table (
    carrier_prefix text, numbers_at_start bigint, ordered bigint, confirmed bigint, rejected bigint,
    activated bigint, ceased bigint, numbers_at_end bigint, customers_at_end bigint
)
language sql stable parallel safe rows 20
set enable_nestloop = off
begin atomic
    with bound as materialized (
        select
            p_from::timestamp at time zone operator.time_zone as start_at,
            p_to::timestamp at time zone operator.time_zone as end_at
        from billing.operator
    ),

    event as materialized (
        select event.number, event.carrier_prefix, event.kind, event.state, event.happened_at
        from report.preselection_event as event
        where
            event.happened_at < (select bound.end_at from bound)
            and (
                event.happened_at >= (select bound.start_at from bound)
                or event.state in ('active', 'ceased')
            )
    ),

    -- Nearly every number was activated once, and that is all.
    known as materialized (
        select
            event.number, max(event.carrier_prefix) as carrier_prefix, max(event.happened_at) as at,
            count(*) = 1 and bool_and(event.state = 'active') as is_plain
        from event
        where event.state in ('active', 'ceased')
        group by event.number
    ),

    last as (
        select moment.place, event.number, event.carrier_prefix, calls.calls, max(event.happened_at) as at
        from (
            select 'start' as place, bound.start_at as at from bound
            union all
            select 'end', bound.end_at from bound
        ) as moment
        inner join event on event.happened_at < moment.at and event.state = 'active'
        inner join known on known.number = event.number and not known.is_plain
        cross join lateral unnest(
            case event.kind when 'all' then array['national', 'international'] else array[event.kind] end
        ) as calls (calls)
        group by moment.place, event.number, event.carrier_prefix, calls.calls
    ),

    active as materialized (
        select moment.place, known.number, known.carrier_prefix
        from known
        cross join (
            select 'start' as place, bound.start_at as at from bound
            union all
            select 'end', bound.end_at from bound
        ) as moment
        where known.is_plain and known.at < moment.at
        union all
        select distinct newest.place, newest.number, newest.carrier_prefix
        from (
            select distinct on (last.place, last.number, last.calls)
                last.place, last.number, last.calls, last.carrier_prefix, last.at
            from last
            order by last.place, last.number, last.calls, last.at desc, last.carrier_prefix
        ) as newest
        cross join bound
        where
            not exists (
                select from event
                where
                    event.number = newest.number and event.carrier_prefix = newest.carrier_prefix
                    and event.state = 'ceased' and event.kind in ('all', newest.calls)
                    and event.happened_at > newest.at
                    and event.happened_at
                    < case newest.place when 'start' then bound.start_at else bound.end_at end
            )
    ),

    held as materialized (
        select found.number, found.to_number, found.head, found.customer_id
        from logic.number_held_list(p_to - 1, false) as found
    ),

    -- by number, else by the digits that all of a block begin with
    single as materialized (
        select active.carrier_prefix, active.number, held.customer_id
        from active
        inner join held on held.number = active.number and held.to_number is null
        where active.place = 'end'
    ),

    wanted as materialized (
        select active.carrier_prefix, active.number, left(active.number, size.digits) as head
        from active
        cross join lateral unnest(array(
            select distinct length(held.head) from held where held.head is not null
        )) as size (digits)
        where active.place = 'end' and active.number not in (select single.number from single)
    ),

    holder as (
        select single.carrier_prefix, single.customer_id from single
        union all
        select wanted.carrier_prefix, block.customer_id
        from wanted
        inner join held as block on block.head = wanted.head
        where
            length(block.number) = length(wanted.number)
            and wanted.number between block.number and block.to_number
    ),

    part as (
        select
            event.carrier_prefix, 0::bigint as at_start, count(*) filter (where event.state = 'ordered')
                as ordered,
            count(*) filter (where event.state = 'confirmed') as confirmed,
            count(*) filter (where event.state = 'rejected') as rejected,
            count(*) filter (where event.state = 'active') as activated,
            count(*) filter (where event.state = 'ceased') as ceased, 0::bigint as at_end,
            0::bigint as customers
        from event
        where event.happened_at >= (select bound.start_at from bound)
        group by event.carrier_prefix
        union all
        select
            active.carrier_prefix, count(*) filter (where active.place = 'start'), 0, 0, 0, 0, 0,
            count(*) filter (where active.place = 'end'), 0
        from active
        group by active.carrier_prefix
        union all
        select holder.carrier_prefix, 0, 0, 0, 0, 0, 0, 0, count(distinct holder.customer_id)
        from holder
        group by holder.carrier_prefix
    )

    select
        part.carrier_prefix, sum(part.at_start)::bigint, sum(part.ordered)::bigint,
        sum(part.confirmed)::bigint, sum(part.rejected)::bigint, sum(part.activated)::bigint,
        sum(part.ceased)::bigint, sum(part.at_end)::bigint, sum(part.customers)::bigint
    from part
    group by part.carrier_prefix
    order by part.carrier_prefix collate "C";
end;

comment on function report.pre_swallow(date, date) is
$$Numbers with pre-selection by carrier prefix: active at the start and the end of a period, and what happened
in it, by local time: REPORTS.md 8. customers_at_end: with at least one number active.
Sums: numbers_at_start, ordered, confirmed, rejected, activated, ceased, numbers_at_end
Example: select * from report.pre_swallow('2026-10-01', '2026-11-01')
Raises: LB901 without a level of the staff or seller$$;

create function report.numbers_per_area_code(p_as_of date default logic.today())
returns table (
    country text, area_code text, name text, numbers bigint, customers bigint, free bigint
)
language sql stable parallel safe rows 300
begin atomic
    with depth as materialized (
        select coalesce(max(length(area.prefix)), 1) as digits from billing.area_code as area
    ),

    -- holder NULL: free
    held as materialized (
        select found.number, found.to_number, found.customer_id as holder_id
        from logic.number_held_list(p_as_of, true) as found
    ),

    -- A block is cut where an area code could differ; where none matches, the first number of a part says
    -- what all of it is.
    part as materialized (
        select
            left(held.number, depth.digits) as head, held.number, 1::bigint as numbers, held.holder_id
        from held
        cross join depth
        where held.to_number is null
        union all
        select
            step.head::text, bounds.low::text, bounds.high - bounds.low + 1, held.holder_id
        from held
        cross join depth
        cross join lateral (
            select
                least(depth.digits, length(held.number)) as digits,
                power(10::numeric, greatest(length(held.number) - depth.digits, 0))::bigint as size
        ) as cut
        -- an array, because the planner takes a series for a thousand rows: it is one nearly always
        cross join lateral unnest(
            array(
                select generate_series(
                    left(held.number, cut.digits)::bigint, left(held.to_number, cut.digits)::bigint
                )
            )
        ) as step (head)
        cross join lateral (
            select
                greatest(held.number::bigint, step.head * cut.size) as low,
                least(held.to_number::bigint, (step.head + 1) * cut.size - 1) as high
        ) as bounds
        where held.to_number is not null
    ),

    area as materialized (
        select distinct on (known.head) known.head, code.country, code.prefix, code.name
        from (select distinct part.head from part) as known
        cross join (select distinct length(code.prefix) as digits from billing.area_code as code) as size
        inner join billing.area_code as code on code.prefix = left(known.head, size.digits)
        where size.digits <= length(known.head)
        order by known.head, size.digits desc, code.country
    ),

    rest as (
        select distinct part.number from part
        where part.head not in (select area.head from area)
    ),

    destination as materialized (
        select found.number, target.country, product.code = 'mobile' as is_mobile
        from logic.destination_find(
            array(select rest.number from rest order by rest.number),
            array(select p_as_of from rest)
        ) as found
        inner join billing.destination as target on target.destination_id = found.destination_id
        inner join billing.product on product.product_id = target.product_id
    ),

    -- first by customer: counting each once takes no sort of all numbers then
    placed as (
        select
            coalesce(area.country, destination.country, 'XX') as country,
            coalesce(area.prefix, case when destination.is_mobile then 'mobile' else 'other' end)
                as area_code,
            area.name, part.holder_id, sum(part.numbers) as numbers
        from part
        left join area on area.head = part.head
        left join destination on destination.number = part.number and area.head is null
        group by 1, 2, 3, 4
    )

    select
        placed.country, placed.area_code, coalesce(placed.name, logic.country_name(placed.country)),
        coalesce(sum(placed.numbers) filter (where placed.holder_id is not null), 0)::bigint,
        count(placed.holder_id),
        coalesce(sum(placed.numbers) filter (where placed.holder_id is null), 0)::bigint
    from placed
    group by placed.country, placed.area_code, placed.name
    order by placed.country collate "C", placed.area_code collate "C";
end;

comment on function report.numbers_per_area_code(date) is
$$Numbers in use on a day by country and area code, the longest that matches; else mobile or other, by the
product type of the number's destination (XX: it has none): REPORTS.md 9. A block counts each number; free:
numbers of blocks once assigned that are in no assignment valid that day.
Sums: numbers, free
Example: select * from report.numbers_per_area_code('2026-10-31')
Raises: LB901 without a level of the staff or seller$$;

-- Contracts
-- ----------------------------------------------------------------------------------------------------------

create function report.new_and_terminated_contracts(p_from date, p_to date)
returns table (
    service text, name text, at_start bigint, new bigint, terminated bigint, at_end bigint, net_change bigint
)
language sql stable parallel safe rows 100
begin atomic
    select
        service.code, service.name, found.at_start, found.new, found.terminated,
        found.at_start + found.new - found.terminated, found.new - found.terminated
    from (
        select
            one.service_id,
            count(*) filter (where one.from_on < p_from) as at_start,
            count(*) filter (where one.from_on >= p_from) as new,
            count(*) filter (where one.to_on < p_to) as terminated
        from (
            -- a contract has a service from the first day of its lines to the last
            select
                line.service_id, line.contract_id, min(lower(line.valid)) as from_on,
                max(coalesce(upper(line.valid), date 'infinity')) as to_on
            from billing.contract_line as line
            inner join billing.contract on contract.contract_id = line.contract_id
            where contract.state = 'active' and line.valid is not null
            group by line.service_id, line.contract_id
        ) as one
        where one.from_on < p_to and one.to_on >= p_from
        group by one.service_id
    ) as found
    inner join billing.service on service.service_id = found.service_id
    order by service.code collate "C";
end;

comment on function report.new_and_terminated_contracts(date, date) is
$$Contracts begun and ended in a period, by service: the first and the end day of its lines of that service:
REPORTS.md 11. at_start + new - terminated = at_end.
Sums: at_start, new, terminated, at_end, net_change
Example: select * from report.new_and_terminated_contracts('2026-10-01', '2026-11-01')
Raises: nothing$$;

create function report.active_contracts(p_as_of date default logic.today())
returns table (
    service text, name text, contracts bigint, lines bigint, quantity numeric, customers bigint
)
language sql stable parallel safe rows 100
begin atomic
    select
        service.code, service.name, found.contracts, found.lines, trim_scale(found.quantity),
        found.customers
    from (
        select
            line.service_id, grouping(line.service_id) as is_total,
            count(distinct line.contract_id) as contracts, count(line.contract_line_id) as lines,
            coalesce(sum(coalesce(term.quantity, line.quantity)), 0) as quantity,
            count(distinct contract.customer_id) as customers
        from billing.contract_line as line
        inner join billing.contract on contract.contract_id = line.contract_id
        left join (
            select distinct on (term.contract_line_id) term.contract_line_id, term.quantity
            from billing.line_term as term
            where term.quantity is not null and term.from_on <= p_as_of
            order by term.contract_line_id, term.from_on desc
        ) as term on term.contract_line_id = line.contract_line_id
        where contract.state = 'active' and line.valid @> p_as_of
        group by grouping sets ((line.service_id), ())
    ) as found
    left join billing.service on service.service_id = found.service_id
    order by found.is_total, service.code collate "C";
end;

comment on function report.active_contracts(date) is
$$Contracts with an active line on a day, by service, and in all (service NULL), where a contract with two
services counts once: REPORTS.md 12.
Example: select * from report.active_contracts('2026-10-31')
Raises: nothing$$;

create function report.annual_value(p_from date, p_to date)
returns table (month date, service text, contracts bigint, annual_value numeric, name text)
language sql stable rows 200
begin atomic
    select found.month, service.code, found.contracts, round(found.annual, 2), service.name
    from logic.annual_list(p_from, p_to, false) as found
    inner join billing.service on service.service_id = found.service_id
    order by found.month, service.code collate "C";
end;

comment on function report.annual_value(date, date) is
$$What active contracts are worth a year, by the first day of each month in the period and service: 12 times
the monthly fees and quantities of that day: REPORTS.md 14.
Example: select * from report.annual_value('2026-10-01', '2026-11-01')
Raises: LB901 without a level of the staff or seller$$;

create function report.annual_value_amortization(p_from date, p_to date)
returns table (
    month date, service text, contracts bigint, annual_value numeric, accrued numeric, remaining numeric,
    name text
)
language sql stable rows 200
begin atomic
    select
        found.month, service.code, found.contracts, round(found.annual, 2), round(found.accrued, 2),
        round(found.annual, 2) - round(found.accrued, 2), service.name
    from logic.annual_list(p_from, p_to, true) as found
    inner join billing.service on service.service_id = found.service_id
    order by found.month, service.code collate "C";
end;

comment on function report.annual_value_amortization(date, date) is
$$What active contracts are worth a year, as in annual_value, and what of it has passed: by the days since the
last anniversary of each contract, up to and including the day: REPORTS.md 15.
Example: select * from report.annual_value_amortization('2026-10-01', '2026-11-01')
Raises: LB901 without a level of the staff or seller$$;

grant execute on function
    report.calls_per_country(date, date, boolean), report.calls_per_product(date, date),
    report.calls_per_destination(date, date, text), report.calls_per_seller(date, date),
    report.calls_per_customer(date, date, text), report.pre_swallow(date, date),
    report.numbers_per_area_code(date), report.new_and_terminated_contracts(date, date),
    report.active_contracts(date), report.annual_value(date, date),
    report.annual_value_amortization(date, date)
to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_report, leissner_auditor, leissner_batch, leissner_integration;
