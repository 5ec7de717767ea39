-- 80_report: what reports need that is more than adding up: the annual value of contract lines, numbers that
-- are free. The reports themselves are in db/views. Which there are is read from the catalog: a report is a
-- function in the schema report, and what its comment says.

create function logic.first_month(p_from date)
returns date
language sql immutable parallel safe strict
return (date_trunc('month', (p_from - 1)::timestamp) + interval '1 month')::date;

comment on function logic.first_month(date) is
$$The first month of which no day is before p_from: a period is days up to it, whole months, days after them.
Example: select logic.first_month('2026-10-05')
Raises: nothing$$;

create function logic.end_month(p_from date, p_to date)
returns date
language sql immutable parallel safe strict
return greatest(date_trunc('month', p_to::timestamp)::date, logic.first_month(p_from));

comment on function logic.end_month(date, date) is
$$Where the whole months of a period end: the first of the month of p_to, not before they begin.
Example: select logic.end_month('2026-10-05', '2026-12-24')
Raises: nothing$$;

create function logic.customer_tree(p_customer_no text, p_day date)
returns table (customer_id bigint)
language sql stable parallel safe rows 20
begin atomic
    with recursive below (customer_id) as (
        select customer.customer_id from billing.customer where customer.customer_no = p_customer_no
        union
        select child.customer_id
        from below
        cross join lateral (
            select customer.customer_id from billing.customer where customer.parent_id = below.customer_id
            union
            select term.customer_id from billing.customer_term as term
            where term.parent_id = below.customer_id
        ) as child
        cross join lateral logic.customer_on(child.customer_id, p_day) as was
        where was.parent_id = below.customer_id
    )

    select below.customer_id from below;
end;

comment on function logic.customer_tree(text, date) is
$$A customer and everyone below it on a day, as far as the caller may see them.
Example: select * from logic.customer_tree('1000', '2026-10-31')
Raises: nothing$$;

-- Nothing is asked line by line. Lists and quantities hold for a time (customer, contract and line each have
-- their own states); where the states of a line meet is a piece. Pieces alike in service, lists, months and
-- anniversary are added up first, and each way to a price is priced once.
create function logic.annual_list(p_from date, p_to date, p_is_accrued boolean)
returns table (month date, service_id bigint, contracts bigint, annual numeric, accrued numeric)
language plpgsql stable security definer rows 100
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_days date[];
    v_epochs date[];
    v_fee_of bigint[];
    v_is_staff boolean := access.is_staff();
    v_own bigint[];
begin
    perform access.require(
        'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration',
        'seller'
    );
    v_own := access.contract_ids();
    v_days := array(
        select first.day::date
        from generate_series(
            date_trunc('month', (p_from - 1)::timestamp) + interval '1 month', (p_to - 1)::timestamp,
            '1 month'
        ) as first (day)
    );
    -- Prices of fees change on these days only.
    v_epochs := array(
        select lower(item.valid) from billing.price_item as item
        where item.service_charge_id is not null and not lower_inf(item.valid)
        union
        select upper(item.valid) from billing.price_item as item
        where item.service_charge_id is not null and not upper_inf(item.valid)
        order by 1
    );
    v_fee_of := logic.fee_list_map();
    return query
    -- The states of those that have terms only: what has none is as it is.
    with recursive customer_state as materialized (
        select
            up_to.customer_id, up_to.from_on,
            lead(up_to.from_on, 1, 'infinity') over (
                partition by up_to.customer_id order by up_to.from_on
            ) as to_on,
            up_to.parents[cardinality(up_to.parents)] as parent_id,
            up_to.lists[cardinality(up_to.lists)] as price_list_id
        from (
            select
                said.customer_id, said.from_on,
                array_agg(said.parent_id) filter (where said.parent_id is not null) over by_day as parents,
                array_agg(said.price_list_id) filter (where said.price_list_id is not null) over by_day
                    as lists
            from (
                select customer.customer_id, date '-infinity' as from_on, customer.parent_id,
                    customer.price_list_id
                from billing.customer
                where customer.customer_id in (select term.customer_id from billing.customer_term as term)
                union all
                select term.customer_id, term.from_on, term.parent_id, term.price_list_id
                from billing.customer_term as term
            ) as said
            window by_day as (partition by said.customer_id order by said.from_on)
        ) as up_to
    ),

    -- Whoever has no list of its own has that of the nearest above.
    climb as (
        select * from customer_state
        union all
        select
            customer.customer_id, date '-infinity', date 'infinity', customer.parent_id,
            customer.price_list_id
        from billing.customer
        where
            customer.price_list_id is null and customer.parent_id is not null
            and customer.customer_id not in (select known.customer_id from customer_state as known)
        union all
        select
            climb.customer_id, greatest(climb.from_on, said.from_on), least(climb.to_on, said.to_on),
            case when said.customer_id is null then above.parent_id else said.parent_id end,
            case when said.customer_id is null then above.price_list_id else said.price_list_id end
        from climb
        inner join billing.customer as above on above.customer_id = climb.parent_id
        left join customer_state as said
            on said.customer_id = above.customer_id
            and said.from_on < climb.to_on and climb.from_on < said.to_on
        where climb.price_list_id is null
    ),

    customer_list as materialized (
        select climb.customer_id, climb.from_on, climb.to_on, climb.price_list_id
        from climb
        where climb.price_list_id is not null or climb.parent_id is null
    ),

    contract_state as materialized (
        select
            said.contract_id, said.from_on,
            lead(said.from_on, 1, 'infinity') over (
                partition by said.contract_id order by said.from_on
            ) as to_on,
            said.price_list_id
        from (
            select contract.contract_id, date '-infinity' as from_on, contract.price_list_id
            from billing.contract
            where
                contract.contract_id in (
                    select term.contract_id from billing.contract_term as term
                    where term.price_list_id is not null
                )
            union all
            select term.contract_id, term.from_on, term.price_list_id
            from billing.contract_term as term
            where term.price_list_id is not null
        ) as said
    ),

    line_state as materialized (
        select
            up_to.contract_line_id, up_to.from_on,
            lead(up_to.from_on, 1, 'infinity') over (
                partition by up_to.contract_line_id order by up_to.from_on
            ) as to_on,
            up_to.quantities[cardinality(up_to.quantities)] as quantity,
            up_to.lists[cardinality(up_to.lists)] as price_list_id
        from (
            select
                said.contract_line_id, said.from_on,
                array_agg(said.quantity) filter (where said.quantity is not null) over by_day as quantities,
                array_agg(said.price_list_id) filter (where said.price_list_id is not null) over by_day
                    as lists
            from (
                select line.contract_line_id, date '-infinity' as from_on, line.quantity, line.price_list_id
                from billing.contract_line as line
                where line.contract_line_id in (select term.contract_line_id from billing.line_term as term)
                union all
                select term.contract_line_id, term.from_on, term.quantity, term.price_list_id
                from billing.line_term as term
            ) as said
            window by_day as (partition by said.contract_line_id order by said.from_on)
        ) as up_to
    ),

    -- first_place to last_place: the days asked for (by place in v_days) on which it is active
    piece as materialized (
        select
            line.service_id, line.contract_id,
            coalesce(
                v_fee_of[
                    case
                        when line_said.contract_line_id is null then line.price_list_id
                        else line_said.price_list_id
                    end
                ],
                0
            ) as line_list_id,
            coalesce(
                v_fee_of[
                    case
                        when contract_said.contract_id is null then contract.price_list_id
                        else contract_said.price_list_id
                    end
                ],
                0
            ) as contract_list_id,
            coalesce(
                v_fee_of[
                    case
                        when customer_said.customer_id is null then customer.price_list_id
                        else customer_said.price_list_id
                    end
                ],
                0
            ) as customer_list_id,
            coalesce(line_said.quantity, line.quantity) as quantity,
            case when p_is_accrued then
                make_date(
                    2000, extract(month from contract.start_on)::integer,
                    extract(day from contract.start_on)::integer
                )
            end as anniversary_on,
            width_bucket(
                greatest(lower(line.valid), line_said.from_on, contract_said.from_on, customer_said.from_on)
                - 1,
                v_days
            ) + 1 as first_place,
            width_bucket(
                least(
                    coalesce(upper(line.valid), 'infinity'), line_said.to_on, contract_said.to_on,
                    customer_said.to_on
                ) - 1,
                v_days
            ) as last_place
        from billing.contract_line as line
        inner join billing.contract on contract.contract_id = line.contract_id
        inner join billing.customer on customer.customer_id = contract.customer_id
        left join line_state as line_said on line_said.contract_line_id = line.contract_line_id
        left join contract_state as contract_said on contract_said.contract_id = line.contract_id
        left join customer_list as customer_said on customer_said.customer_id = contract.customer_id
        where
            contract.state = 'active' and line.valid is not null
            and line.valid && daterange(v_days[1], v_days[cardinality(v_days)], '[]')
            and (v_is_staff or contract.contract_id = any(v_own))
    ),

    -- A contract with two lines of a service counts once; over several days it is worked out when it had any.
    counted as (
        select piece.service_id, int4range(1, 2) as during, count(distinct piece.contract_id) as contracts
        from piece
        where cardinality(v_days) = 1 and piece.first_place <= piece.last_place
        group by piece.service_id
        union all
        select span.service_id, span.during, count(*)
        from (
            select
                piece.service_id,
                unnest(range_agg(int4range(piece.first_place, piece.last_place, '[]'))) as during
            from piece
            where cardinality(v_days) > 1 and piece.first_place <= piece.last_place
            group by piece.service_id, piece.contract_id
        ) as span
        group by span.service_id, span.during
    ),

    alike as materialized (
        select
            piece.service_id, piece.line_list_id, piece.contract_list_id, piece.customer_list_id,
            piece.anniversary_on, piece.first_place, piece.last_place, sum(piece.quantity) as quantity
        from piece
        where piece.first_place <= piece.last_place
        group by
            piece.service_id, piece.line_list_id, piece.contract_list_id, piece.customer_list_id,
            piece.anniversary_on, piece.first_place, piece.last_place
    ),

    day as materialized (
        select
            asked.place::integer as place, asked.day,
            case
                when v_epochs = '{}' or asked.day < v_epochs[1] then date '-infinity'
                else v_epochs[width_bucket(asked.day, v_epochs)]
            end as epoch
        from unnest(v_days) with ordinality as asked (day, place)
    ),

    -- The lists of each way, in order. Each list, charge and time between two changes is asked once.
    wanted as materialized (
        select
            way.service_id, way.line_list_id, way.contract_list_id, way.customer_list_id,
            charge.service_charge_id, list.turn, price_list.price_list_id, price_list.currency, time.epoch,
            dense_rank() over (
                order by price_list.price_list_id, charge.service_charge_id, time.epoch
            ) as place
        from (
            select distinct
                alike.service_id, alike.line_list_id, alike.contract_list_id, alike.customer_list_id
            from alike
        ) as way
        inner join billing.service on service.service_id = way.service_id
        inner join billing.service_charge as charge
            on charge.service_id = way.service_id and charge.kind = 'periodic'
        cross join lateral unnest(
            array[way.line_list_id, way.contract_list_id, way.customer_list_id, service.price_list_id]
        ) with ordinality as list (price_list_id, turn)
        inner join billing.price_list
            on price_list.price_list_id = list.price_list_id and not price_list.is_draft
        cross join (select distinct day.epoch from day) as time
    ),

    answer as materialized (
        select found.place, found.rate
        from logic.fee_search(
            array(
                select row(asked.price_list_id, asked.service_charge_id, asked.epoch)::logic.fee_key
                from (
                    select distinct
                        wanted.place, wanted.price_list_id, wanted.service_charge_id, wanted.epoch
                    from wanted
                ) as asked
                order by asked.place
            )
        ) as found
    ),

    priced as (
        select distinct on (
            wanted.service_id, wanted.line_list_id, wanted.contract_list_id, wanted.customer_list_id,
            wanted.service_charge_id, wanted.epoch
        )
            wanted.service_id, wanted.line_list_id, wanted.contract_list_id, wanted.customer_list_id,
            wanted.epoch, answer.rate, wanted.currency
        from wanted
        inner join answer on answer.place = wanted.place
        order by
            wanted.service_id, wanted.line_list_id, wanted.contract_list_id, wanted.customer_list_id,
            wanted.service_charge_id, wanted.epoch, wanted.turn
    ),

    exchange as materialized (
        select day.place, list.currency, logic.rate_on(list.currency, day.day) as rate
        from day
        cross join (select distinct price_list.currency from billing.price_list) as list
    ),

    yearly as materialized (
        select
            priced.service_id, priced.line_list_id, priced.contract_list_id, priced.customer_list_id,
            day.place, sum(priced.rate * exchange.rate) * 12 as amount
        from priced
        inner join day on day.epoch = priced.epoch
        inner join exchange on exchange.place = day.place and exchange.currency = priced.currency
        group by
            priced.service_id, priced.line_list_id, priced.contract_list_id, priced.customer_list_id,
            day.place
    ),

    -- how much of the contract year has passed; the 29th of February is the 28th in other years
    share as materialized (
        select
            start.anniversary_on, day.place,
            logic.divide(
                day.day + 1 - year.from_on,
                (start.anniversary_on + make_interval(years => year.n + 1))::date - year.from_on
            ) as passed
        from (
            select distinct alike.anniversary_on from alike where alike.anniversary_on is not null
        ) as start
        cross join day
        cross join lateral (
            select one.n, (start.anniversary_on + make_interval(years => one.n))::date as from_on
            from (
                select extract(year from day.day)::integer - 2000 - back.back as n
                from unnest(array[0, 1]) as back (back)
            ) as one
            where (start.anniversary_on + make_interval(years => one.n))::date <= day.day
            order by one.n desc
            limit 1
        ) as year
    ),

    value as materialized (
        select
            alike.service_id, yearly.place, sum(alike.quantity * yearly.amount) as annual,
            sum(alike.quantity * yearly.amount * share.passed) as accrued
        from alike
        inner join yearly
            on yearly.service_id = alike.service_id and yearly.line_list_id = alike.line_list_id
            and yearly.contract_list_id = alike.contract_list_id
            and yearly.customer_list_id = alike.customer_list_id
            and yearly.place between alike.first_place and alike.last_place
        left join share on share.anniversary_on = alike.anniversary_on and share.place = yearly.place
        group by alike.service_id, yearly.place
    )

    select
        day.day, counted.service_id, sum(counted.contracts)::bigint, coalesce(value.annual, 0),
        case when p_is_accrued then coalesce(value.accrued, 0) end
    from day
    inner join counted on counted.during @> day.place
    left join value on value.service_id = counted.service_id and value.place = day.place
    group by day.day, counted.service_id, value.annual, value.accrued;
end;
$$;

comment on function logic.annual_list(date, date, boolean) is
$$12 times the monthly fees of the contract lines active on the first day of each month in [p_from, p_to), by
service, in the operator's currency by the prices and rates of that day; accrued: what of it has passed since
the last anniversary of each contract. Not rounded. A level seller gets its own contracts.
Example: select * from logic.annual_list('2026-10-01', '2026-11-01', true) where false
Raises: LB901 without a level of the staff or seller$$;

-- What documents come to, line by line, so that it comes to the document: the lines so far are rounded
-- together; so is the VAT of each rate. Documents of runs, and of customers or of no run in a period.
create function logic.billed_raw(
    p_runs bigint[], p_from date, p_to date, p_customers bigint[], p_is_loose boolean
)
returns table (
    bill_run_id bigint, invoice_on date, product_id bigint, kind text, invoices bigint, quantity numeric,
    net numeric, vat numeric
)
language sql stable rows 100
begin atomic
    with chosen as materialized (
        select invoice.invoice_id, invoice.bill_run_id, invoice.invoice_on, invoice.home_rate
        from billing.invoice
        where invoice.state = 'approved' and invoice.bill_run_id = any(p_runs)
        union all
        select invoice.invoice_id, invoice.bill_run_id, invoice.invoice_on, invoice.home_rate
        from billing.invoice
        where
            p_is_loose and invoice.state = 'approved' and invoice.bill_run_id is null
            and invoice.invoice_on >= p_from and invoice.invoice_on < p_to
        union all
        select invoice.invoice_id, invoice.bill_run_id, invoice.invoice_on, invoice.home_rate
        from billing.invoice
        where
            invoice.issued_to = any(p_customers) and invoice.invoice_on >= p_from
            and invoice.invoice_on < p_to
    ),

    -- The service is joined where its lines are still in sight: how many there are is not known further out.
    line as (
        select
            part.bill_run_id, part.invoice_on, part.invoice_id, part.product_id, part.kind, part.quantity,
            round(part.upto * part.home_rate, 2) - round((part.upto - part.net) * part.home_rate, 2) as net,
            round(logic.divide(part.tax * part.upto_vat, part.base) * part.home_rate, 2)
            - round(logic.divide(part.tax * (part.upto_vat - part.net), part.base) * part.home_rate, 2)
                as vat
        from (
            select
                chosen.bill_run_id, chosen.invoice_on, chosen.home_rate, one.invoice_id,
                coalesce(one.product_id, service.product_id) as product_id, one.kind, one.quantity, one.net,
                tax.tax, nullif(tax.base, 0) as base,
                sum(one.net) over (partition by one.invoice_id order by one.place) as upto,
                sum(one.net) over (
                    partition by one.invoice_id, one.vat_code, one.vat_percent order by one.place
                ) as upto_vat
            from chosen
            inner join billing.invoice_line as one on one.invoice_id = chosen.invoice_id
            inner join billing.invoice_tax as tax
                on tax.invoice_id = one.invoice_id and tax.vat_code = one.vat_code
                and tax.percent = one.vat_percent
            inner join billing.contract_line as held on held.contract_line_id = one.contract_line_id
            inner join billing.service on service.service_id = held.service_id
        ) as part
    ),

    -- a document counts once where it has several lines of a kind
    document as (
        select
            line.bill_run_id, line.invoice_on, line.product_id, line.kind,
            sum(line.quantity) as quantity, sum(line.net) as net, coalesce(sum(line.vat), 0) as vat
        from line
        group by line.bill_run_id, line.invoice_on, line.invoice_id, line.product_id, line.kind
    )

    select
        document.bill_run_id, document.invoice_on, document.product_id, document.kind, count(*),
        sum(document.quantity), sum(document.net), sum(document.vat)
    from document
    group by document.bill_run_id, document.invoice_on, document.product_id, document.kind;
end;

comment on function logic.billed_raw(bigint[], date, date, bigint[], boolean) is
$$What the documents of runs, and those of customers or of no run in a period, come to by run, day, product
type and kind of line, in the operator's currency.
Example: select * from logic.billed_raw('{1}', '2026-10-01', '2026-11-01', '{}', true)
Raises: nothing$$;

create function logic.billed_fold()
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_runs bigint[];
begin
    perform access.require('admin', 'batch');
    if not pg_try_advisory_xact_lock(hashtextextended('billing.billed_fold', 0)) then
        return 0;
    end if;
    v_runs := array(
        select run.bill_run_id from billing.bill_run as run
        where
            run.state in ('approved', 'delivered')
            and not exists (
                select from billing.billed_total as total where total.bill_run_id = run.bill_run_id
            )
    );
    insert into billing.billed_total (
        bill_run_id, invoice_on, product_id, kind, invoices, quantity, net, vat
    )
    select
        found.bill_run_id, found.invoice_on, found.product_id, found.kind, found.invoices, found.quantity,
        found.net, found.vat
    from logic.billed_raw(v_runs, null, null, '{}', false) as found;
    return cardinality(v_runs);
end;
$$;

comment on function logic.billed_fold() is
$$Adds up the documents of approved runs that were not yet; how many runs, 0 also when another session does.
Example: select logic.billed_fold() where false
Raises: LB901 without the level admin or batch$$;

create function logic.billed_list(p_from date, p_to date)
returns table (product_id bigint, kind text, invoices bigint, quantity numeric, net numeric, vat numeric)
language plpgsql stable security definer rows 100
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_is_staff boolean := access.is_staff();
    v_own bigint[];
    v_runs bigint[];
begin
    perform access.require(
        'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration',
        'seller'
    );
    v_own := access.customer_ids();
    if v_is_staff then
        v_runs := array(
            select run.bill_run_id from billing.bill_run as run
            where not exists (
                select from billing.billed_total as total where total.bill_run_id = run.bill_run_id
            )
        );
    end if;
    return query
    select
        part.product_id, part.kind, sum(part.invoices)::bigint, sum(part.quantity), sum(part.net),
        sum(part.vat)
    from (
        select total.product_id, total.kind, total.invoices, total.quantity, total.net, total.vat
        from billing.billed_total as total
        where v_is_staff and total.invoice_on >= p_from and total.invoice_on < p_to
        union all
        select raw.product_id, raw.kind, raw.invoices, raw.quantity, raw.net, raw.vat
        from logic.billed_raw(v_runs, p_from, p_to, v_own, v_is_staff) as raw
        where raw.invoice_on >= p_from and raw.invoice_on < p_to
    ) as part
    group by part.product_id, part.kind;
end;
$$;

comment on function logic.billed_list(date, date) is
$$What was billed in a period by product type and kind of line: totals of runs that were added up, lines of
the others. A level seller gets the documents of its own customers.
Example: select * from logic.billed_list('2026-10-01', '2026-11-01') where false
Raises: LB901 without a level of the staff or seller$$;

-- By the id of a list, which list to ask: most have no fees of their own, and ask the nearest above that has
-- some, drafts left out. An array, because it is looked into three times for each line.
create function logic.fee_list_map()
returns bigint[]
language sql stable
begin atomic
    with recursive upwards (price_list_id, fee_list_id, parent_id, has_fee) as (
        select
            list.price_list_id, list.price_list_id, list.parent_id,
            list.price_list_id in (
                select item.price_list_id from billing.price_item as item
                where item.service_charge_id is not null
            )
        from billing.price_list as list
        where not list.is_draft
        union all
        select
            upwards.price_list_id, list.price_list_id, list.parent_id,
            not list.is_draft
            and list.price_list_id in (
                select item.price_list_id from billing.price_item as item
                where item.service_charge_id is not null
            )
        from upwards
        inner join billing.price_list as list on list.price_list_id = upwards.parent_id
        where not upwards.has_fee
    )

    select array_agg(coalesce(upwards.fee_list_id, 0) order by known.id)
    from generate_series(1, (select max(list.price_list_id) from billing.price_list as list)) as known (id)
    left join upwards on upwards.price_list_id = known.id and upwards.has_fee;
end;

comment on function logic.fee_list_map() is
$$Price lists by their ids, as an array: the list whose fees each one asks, itself or the nearest above that
has fees; 0: there are none, or it is a draft.
Example: select logic.fee_list_map()
Raises: nothing$$;

-- Thousands of lines have the same service at the same price: each way to a fee is worked out for one of
-- them.
create function logic.fee_alike_list(p_lines bigint[], p_back date, p_lists bigint[])
returns table (contract_line_id bigint, customer_id bigint, like_id bigint, early_on date)
language sql stable rows 10000
begin atomic
    with recursive line as materialized (
        select
            one.contract_line_id, contract.contract_id, contract.customer_id, one.service_id, one.quantity,
            one.price_list_id, contract.price_list_id as contract_list_id, one.billed_through,
            lower(one.valid) as from_on, upper(one.valid) as to_on, contract.start_on,
            coalesce(contract.binding_months, service.binding_months) as binding_months,
            coalesce(contract.interval_months, service.interval_months) as interval_months
        from billing.contract_line as one
        inner join billing.contract on contract.contract_id = one.contract_id
        inner join billing.service on service.service_id = one.service_id
        where one.contract_line_id = any(p_lines)
    ),

    -- Whoever has no list of its own has that of the nearest above.
    climb as (
        select customer.customer_id as start_id, customer.customer_id, customer.parent_id,
            customer.price_list_id
        from billing.customer
        where customer.customer_id in (select line.customer_id from line)
        union all
        select climb.start_id, customer.customer_id, customer.parent_id, customer.price_list_id
        from climb
        inner join billing.customer on customer.customer_id = climb.parent_id
        where climb.price_list_id is null
    ),

    -- What has changed, or will, is worked out by itself.
    changed as materialized (
        select line.contract_line_id
        from line
        where
            line.contract_line_id in (select term.contract_line_id from billing.line_term as term)
            or line.contract_id in (select term.contract_id from billing.contract_term as term)
            or line.customer_id in (
                select climb.start_id from climb
                inner join billing.customer_term as term on term.customer_id = climb.customer_id
            )
    )

    select
        line.contract_line_id, line.customer_id,
        min(line.contract_line_id) over (
            partition by
                line.service_id, line.quantity, coalesce(p_lists[line.price_list_id], 0),
                coalesce(p_lists[line.contract_list_id], 0), coalesce(p_lists[climb.price_list_id], 0),
                line.interval_months,
                case when mod(12, line.interval_months) <> 0 then logic.month_index(line.start_on) end,
                greatest(line.from_on, early.day),
                case
                    when line.billed_through is not null then greatest(line.billed_through, early.day)
                end,
                line.to_on, case when line.to_on is not null then line.from_on end,
                case when line.to_on is not null then line.binding_months end,
                case when changed.contract_line_id is not null then line.contract_line_id end
        ),
        early.day
    from line
    inner join climb
        on climb.start_id = line.customer_id
        and (climb.price_list_id is not null or climb.parent_id is null)
    left join changed on changed.contract_line_id = line.contract_line_id
    -- no period that goes beyond p_back begins before this day
    cross join lateral (
        select (p_back - make_interval(months => line.interval_months + 1))::date as day
    ) as early;
end;

comment on function logic.fee_alike_list(bigint[], date, bigint[]) is
$$Contract lines with the one (like_id) whose fees, of periods that end after p_back, are the same day by day:
alike in service, quantity, interval, days and the lists that are asked; none of these periods begins before
early_on. p_lists: logic.fee_list_map().
Example: select * from logic.fee_alike_list('{1}', '2026-10-01', logic.fee_list_map())
Raises: nothing$$;

-- What could be due is asked of the lines whose documents do not reach the day, or were credited to be billed
-- again: what a change makes due of days that are on documents is found by the next run, which asks all.
create function logic.uninvoiced_line_list(p_as_of date, p_back date, p_own bigint[])
returns table (contract_line_id bigint, upto date)
language sql stable rows 10000
begin atomic
    with asked as materialized (
        select
            line.contract_line_id, charge.service_charge_id, charge.kind,
            lower(line.valid) as first_on,
            greatest(lower(line.valid), line.billed_through + 1) as charged_from,
            -- binding time goes on after an early end
            least(
                p_as_of + 1,
                case when upper(line.valid) is not null then
                    greatest(
                        upper(line.valid),
                        (
                            lower(line.valid) + make_interval(
                                months => coalesce(contract.binding_months, service.binding_months)
                            )
                        )::date
                    )
                end
            ) as earned_to
        from billing.contract
        inner join billing.contract_line as line on line.contract_id = contract.contract_id
        inner join billing.service on service.service_id = line.service_id
        inner join billing.service_charge as charge on charge.service_id = line.service_id
        where
            contract.state = 'active' and line.valid is not null and lower(line.valid) <= p_as_of
            and (charge.kind = 'periodic' or charge.kind = 'one_time' and line.billed_through is null)
            and (p_own is null or line.contract_line_id = any(p_own))
    ),

    -- Nearly every line is on a document of this month or the last: those are read at once.
    recent as materialized (
        select old.contract_line_id, old.service_charge_id, max(upper(old.valid)) as upto
        from billing.invoice_line as old
        where
            old.charge_kind = 'periodic' and old.is_counted
            and upper(old.valid) >= date_trunc('month', p_as_of::timestamp)::date
            -- drafts are few, approved documents many
            and old.invoice_id not in (
                select invoice.invoice_id
                from billing.bill_run as run
                inner join billing.invoice on invoice.bill_run_id = run.bill_run_id
                where run.state <> 'approved' and invoice.state = 'draft'
            )
        group by old.contract_line_id, old.service_charge_id
    )

    select found.contract_line_id, min(found.upto)
    from (
        select asked.contract_line_id, last.upto
        from asked
        left join recent
            on recent.contract_line_id = asked.contract_line_id
            and recent.service_charge_id = asked.service_charge_id
        cross join lateral (
            select coalesce(
                recent.upto,
                (
                    select upper(old.valid)
                    from billing.invoice_line as old
                    inner join billing.invoice on invoice.invoice_id = old.invoice_id
                    where
                        old.contract_line_id = asked.contract_line_id
                        and old.service_charge_id = asked.service_charge_id
                        and old.charge_kind = 'periodic' and old.is_counted and invoice.state = 'approved'
                    order by upper(old.valid) desc
                    limit 1
                ),
                date '-infinity'
            ) as upto
        ) as last
        where
            asked.kind = 'periodic' and asked.charged_from < asked.earned_to and asked.earned_to > p_back
            and asked.earned_to > last.upto
        union all
        select asked.contract_line_id, date '-infinity'
        from asked
        where
            asked.kind = 'one_time' and asked.first_on + 1 > p_back
            and not exists (
                select
                from billing.invoice_line as old
                inner join billing.invoice on invoice.invoice_id = old.invoice_id
                where
                    old.contract_line_id = asked.contract_line_id
                    and old.service_charge_id = asked.service_charge_id
                    and old.charge_kind = 'one_time' and old.is_counted and invoice.state = 'approved'
            )
        union all
        select old.contract_line_id, date '-infinity'
        from billing.invoice_line as old
        where
            old.corrects_id is not null and old.is_counted and old.charge_kind in ('periodic', 'one_time')
            and upper(old.valid) > p_back
            and (p_own is null or old.contract_line_id = any(p_own))
    ) as found
    group by found.contract_line_id;
end;

comment on function logic.uninvoiced_line_list(date, date, bigint[]) is
$$Contract lines (of some, NULL: of all) that may have earned fees up to a day, in periods that end after
p_back, which are on no approved document. upto: the days before it are on some.
Example: select * from logic.uninvoiced_line_list('2026-10-31', '2025-10-31', null)
Raises: nothing$$;

create function logic.uninvoiced_list(p_as_of date)
returns table (
    payer_id bigint, last_on date, usage numeric, periodic numeric, one_time numeric, manual numeric,
    oldest_on date
)
language plpgsql stable security definer rows 10000
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_is_staff boolean := access.is_staff();
    v_back date := (p_as_of - interval '1 year')::date;
    v_seller_id bigint := access.seller_id();
    v_own bigint[];
    v_month date := date_trunc('month', p_as_of::timestamp)::date;
    v_lines bigint[];
    v_recent bigint[];
    v_customers bigint[];
    v_like bigint[];
    v_early date[];
    -- a variable: in the call it would be asked again for every line
    v_lists bigint[] := logic.fee_list_map();
    v_open date[];
    v_whole date[];
    v_part date[];
    v_first date;
    v_end date;
begin
    perform access.require(
        'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration',
        'seller'
    );
    if not v_is_staff then
        v_own := access.contract_line_ids();
    end if;
    -- Of most lines nothing before this month is in question.
    select
        coalesce(array_agg(found.contract_line_id) filter (where found.upto < v_month), '{}'),
        coalesce(array_agg(found.contract_line_id) filter (where found.upto >= v_month), '{}')
    into v_lines, v_recent
    from logic.uninvoiced_line_list(p_as_of, v_back, v_own) as found;
    select
        coalesce(array_agg(alike.contract_line_id), '{}'), coalesce(array_agg(alike.customer_id), '{}'),
        coalesce(array_agg(alike.like_id), '{}'), coalesce(array_agg(alike.early_on), '{}')
    into v_recent, v_customers, v_like, v_early
    from logic.fee_alike_list(v_recent, v_month, v_lists) as alike;
    -- Months with calls that no run has billed, or one whose documents are drafts.
    v_open := array(
        select open.month from billing.usage_month as open
        where not open.is_settled and open.month <= p_as_of
        union
        select month.day::date
        from billing.invoice
        inner join billing.invoice_line as line on line.invoice_id = invoice.invoice_id
        cross join lateral generate_series(
            date_trunc('month', lower(line.valid)::timestamp), (upper(line.valid) - 1)::timestamp,
            '1 month'
        ) as month (day)
        where invoice.state = 'draft' and line.charge_kind = 'usage' and month.day <= p_as_of
    );
    -- Of those that no document has a part of, the totals are what is not invoiced.
    v_whole := array(
        select open.month
        from unnest(v_open) as open (month)
        where
            ((open.month + interval '1 month')::date <= p_as_of + 1 or p_as_of >= logic.today())
            and not exists (
                select from billing.call_billed as old
                where old.start_on >= open.month and old.start_on < (open.month + interval '1 month')::date
            )
    );
    v_part := array(select open.month from unnest(v_open) as open (month) where open.month <> all(v_whole));
    select min(open.month), (max(open.month) + interval '1 month')::date into v_first, v_end
    from unnest(v_open) as open (month);

    return query
    -- Nearly all pay for themselves and always did: they have no row here.
    with pays as materialized (
        select known.customer_id, known.valid, known.payer_id
        from logic.payer_list(logic.payer_elsewhere(null)) as known
    ),

    steady as materialized (
        select pays.customer_id, max(pays.payer_id) as payer_id
        from pays group by pays.customer_id having count(*) = 1
    ),

    moved as materialized (
        select pays.customer_id from pays group by pays.customer_id having count(*) > 1
    ),

    -- No period that could be due is on what is older. One by one by the index (offset 0): the lines of all
    -- months are many more.
    written as materialized (
        select asked.id as contract_line_id, old.*
        from (
            select line.id, date '-infinity' as early_on from unnest(v_lines) as line (id)
            union all
            select line.id, line.early_on from unnest(v_recent, v_early) as line (id, early_on)
        ) as asked
        cross join lateral (
            select
                line.invoice_id, line.service_charge_id, line.charge_vat, line.period_on, line.part_on,
                line.net
            from billing.invoice_line as line
            where
                line.contract_line_id = asked.id and upper(line.valid) > asked.early_on
                and line.charge_kind in ('one_time', 'periodic') and line.is_counted
            offset 0
        ) as old
    ),

    billed as materialized (
        select
            old.contract_line_id, old.service_charge_id, old.charge_vat, old.period_on, old.part_on,
            sum(old.net * invoice.home_rate) as home
        from written as old
        inner join billing.invoice on invoice.invoice_id = old.invoice_id and invoice.state = 'approved'
        -- spares the documents of all the months before
        where invoice.invoice_id >= (select min(written.invoice_id) from written)
        group by old.contract_line_id, old.service_charge_id, old.charge_vat, old.period_on, old.part_on
    ),

    by_hand as (
        select
            contract.customer_id, charge.charged_on as day, charge.quantity * charge.price as amount
        from billing.manual_charge as charge
        inner join billing.contract_line as line on line.contract_line_id = charge.contract_line_id
        inner join billing.contract on contract.contract_id = line.contract_id
        where
            charge.charged_on <= p_as_of and (v_is_staff or charge.contract_line_id = any(v_own))
            and not exists (
                select from billing.invoice_line as old
                inner join billing.invoice on invoice.invoice_id = old.invoice_id
                    and invoice.state = 'approved'
                where old.manual_charge_id = charge.manual_charge_id and old.is_counted
            )
    ),

    rate as materialized (
        select known.currency, logic.rate_on(known.currency, p_as_of) as home from billing.currency as known
    ),

    stands as materialized (
        select old.customer_id, old.start_on, old.call_id
        from billing.call_billed as old
        inner join billing.invoice_line as line on line.invoice_line_id = old.invoice_line_id
        inner join billing.invoice on invoice.invoice_id = line.invoice_id and invoice.state = 'approved'
        where
            v_part <> '{}' and old.start_on >= v_first and old.start_on < v_end
            and date_trunc('month', old.start_on::timestamp)::date = any(v_part)
        group by old.customer_id, old.start_on, old.call_id
        having sum(old.turn) > 0
    ),

    -- Of customers who always had the same payer.
    total as materialized (
        select
            known.customer_id, coalesce(max(steady.payer_id), known.customer_id) as payer_id, known.month,
            sum(known.revenue) as home
        from (
            select month.customer_id, month.month, month.revenue
            from billing.call_line_month as month
            where month.month = any(v_whole) and (v_is_staff or month.seller_id = v_seller_id)
            union all
            select month.customer_id, month.month, month.revenue
            from billing.call_customer_month as month
            where
                month.load_id <> 0 and month.month = any(v_whole)
                and (v_is_staff or month.seller_id = v_seller_id)
        ) as known
        left join steady on steady.customer_id = known.customer_id
        where known.customer_id not in (select moved.customer_id from moved)
        group by known.customer_id, known.month
        having sum(known.revenue) <> 0
    ),

    value (customer_id, kind, day, home) as (
        select due.customer_id, due.charge_kind, due.from_on, due.home - coalesce(billed.home, 0)
        from (
            select * from logic.fee_due_list(v_lines, p_as_of, v_back, p_as_of)
            union all
            select
                alike.customer_id, due.contract_id, alike.contract_line_id, due.charge_kind,
                due.service_charge_id, due.period_on, due.part_on, due.from_on, due.to_on, due.quantity,
                due.home, due.charge_vat, due.account, due.is_chargeable, due.fault, due.params
            from logic.fee_due_list(
                array(select distinct model.like_id from unnest(v_like) as model (like_id)), p_as_of,
                v_month, p_as_of
            ) as due
            inner join unnest(v_recent, v_customers, v_like) as alike (contract_line_id, customer_id, like_id)
                on alike.like_id = due.contract_line_id
        ) as due
        left join billed
            on billed.contract_line_id = due.contract_line_id
            and billed.service_charge_id = due.service_charge_id and billed.charge_vat = due.charge_vat
            and billed.period_on = due.period_on and billed.part_on = due.part_on
        -- less than that was lost in rounding
        where round(due.home - coalesce(billed.home, 0), 2) > 0
        union all
        select
            by_hand.customer_id, 'manual', by_hand.day,
            by_hand.amount * coalesce(rate.home, 1)
        from by_hand
        left join pays on pays.customer_id = by_hand.customer_id and pays.valid @> by_hand.day
        inner join billing.customer as payer
            on payer.customer_id = coalesce(pays.payer_id, by_hand.customer_id)
        left join rate on rate.currency = payer.currency
        union all
        select call.customer_id, 'usage', call.start_on, sum(call.retail_base)
        from billing.call
        left join stands
            on stands.customer_id = call.customer_id and stands.start_on = call.start_on
            and stands.call_id = call.call_id
        where
            v_part <> '{}' and call.start_on >= v_first and call.start_on < v_end
            and call.start_on <= p_as_of and stands.call_id is null
            and (v_is_staff or call.seller_id = v_seller_id)
            and date_trunc('month', call.start_on::timestamp)::date = any(v_part)
        group by call.customer_id, call.start_on
        union all
        select call.customer_id, 'usage', call.start_on, sum(call.retail_base)
        from moved
        inner join billing.call on call.customer_id = moved.customer_id
        where
            call.start_on >= v_first and call.start_on < v_end and call.start_on <= p_as_of
            and date_trunc('month', call.start_on::timestamp)::date = any(v_whole)
            and (v_is_staff or call.seller_id = v_seller_id)
        group by call.customer_id, call.start_on
        union all
        select total.customer_id, 'usage', null, total.home from total
    ),

    part as (
        select
            coalesce(steady.payer_id, pays.payer_id, value.customer_id) as payer_id,
            round(coalesce(sum(value.home) filter (where value.kind = 'usage'), 0), 2) as usage,
            round(coalesce(sum(value.home) filter (where value.kind = 'periodic'), 0), 2) as periodic,
            round(coalesce(sum(value.home) filter (where value.kind = 'one_time'), 0), 2) as one_time,
            round(coalesce(sum(value.home) filter (where value.kind = 'manual'), 0), 2) as manual,
            min(value.day) as oldest_on
        from value
        left join steady on steady.customer_id = value.customer_id
        left join pays
            on steady.customer_id is null and pays.customer_id = value.customer_id
            and pays.valid @> value.day
        group by coalesce(steady.payer_id, pays.payer_id, value.customer_id)
    ),

    -- The first call is looked for where nothing as old is known.
    first as (
        select total.payer_id, min(call.start_on) as day
        from part
        inner join total on total.payer_id = part.payer_id
        cross join lateral (
            select call.start_on
            from billing.call
            where
                call.customer_id = total.customer_id and call.start_on >= v_first and call.start_on < v_end
                and call.start_on >= total.month and (v_is_staff or call.seller_id = v_seller_id)
            order by call.start_on
            limit 1
        ) as call
        where part.oldest_on is null or part.oldest_on > total.month
        group by total.payer_id
    ),

    -- Nearly all have a document of this month or the last: those are read at once.
    last as (
        select invoice.payer_id, max(invoice.invoice_on) as day
        from billing.invoice
        where invoice.state = 'approved' and invoice.invoice_on >= (v_month - interval '1 month')::date
        group by invoice.payer_id
    )

    select
        part.payer_id,
        coalesce(
            last.day,
            (
                select invoice.invoice_on
                from billing.invoice
                where
                    invoice.payer_id = part.payer_id and invoice.state = 'approved'
                    and invoice.invoice_on is not null
                order by invoice.invoice_on desc
                limit 1
            )
        ),
        part.usage, part.periodic, part.one_time, part.manual, least(part.oldest_on, first.day)
    from part
    left join first on first.payer_id = part.payer_id
    left join last on last.payer_id = part.payer_id;
end;
$$;

comment on function logic.uninvoiced_list(date) is
$$What payers have earned up to and including a day that is on no approved document, by kind, in the
operator's currency; the day of the last document and that of the oldest such value. A level seller gets its
own lines and calls.
Example: select * from logic.uninvoiced_list('2026-10-31') where false
Raises: LB901 without a level of the staff or seller$$;

-- Definer, because under row-level security no condition on a range finds its index.
create function logic.deferred_list(p_as_of date)
returns table (
    invoice_no text, place integer, customer_no text, contract_no text, service text, account text,
    from_on date, to_on date, net numeric, earned numeric
)
language plpgsql stable security definer rows 100000
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_is_staff boolean := access.is_staff();
    v_own bigint[];
begin
    perform access.require(
        'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration',
        'seller'
    );
    v_own := access.customer_ids();
    return query
    select
        invoice.invoice_no, line.place, customer.customer_no, contract.contract_no, service.code,
        line.account, lower(line.valid), upper(line.valid), round(line.net * invoice.home_rate, 2),
        round(
            logic.divide(
                line.net * invoice.home_rate
                * greatest(0, least(p_as_of + 1, upper(line.valid)) - lower(line.valid)),
                upper(line.valid) - lower(line.valid)
            ),
            2
        )
    from billing.invoice_line as line
    inner join billing.invoice on invoice.invoice_id = line.invoice_id
    inner join billing.customer on customer.customer_id = line.customer_id
    inner join billing.contract on contract.contract_id = line.contract_id
    inner join billing.contract_line as one on one.contract_line_id = line.contract_line_id
    inner join billing.service on service.service_id = one.service_id
    where
        line.charge_kind = 'periodic' and upper(line.valid) > p_as_of + 1
        and invoice.state = 'approved' and invoice.invoice_on <= p_as_of
        and (v_is_staff or invoice.issued_to = any(v_own));
end;
$$;

comment on function logic.deferred_list(date) is
$$Periodic lines on documents up to a day whose period goes beyond it: net and what of it is earned, in the
operator's currency. A level seller gets those of its own customers.
Example: select * from logic.deferred_list('2026-10-31') where false
Raises: LB901 without a level of the staff or seller$$;

-- Definer, because a seller must not see whose the numbers of others are, and yet that they are taken.
create function logic.number_held_list(p_as_of date, p_has_free boolean)
returns table (number text, to_number text, head text, customer_id bigint)
language plpgsql stable security definer rows 100000
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_is_staff boolean := access.is_staff();
    v_own bigint[];
    v_blocks int8multirange;
begin
    perform access.require(
        'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration',
        'seller'
    );
    v_own := access.contract_line_ids();
    return query
    select number.number, number.to_number, number.head, contract.customer_id
    from billing.subscriber_number as number
    inner join billing.contract_line as line on line.contract_line_id = number.contract_line_id
    inner join billing.contract on contract.contract_id = line.contract_id
    where
        number.kind = 'number' and number.valid @> p_as_of and contract.state = 'active'
        and (v_is_staff or number.contract_line_id = any(v_own));
    if not p_has_free then
        return;
    end if;
    select range_agg(block.span) into v_blocks
    from billing.subscriber_number as block
    where
        block.to_number is not null and block.kind = 'number' and lower(block.valid) <= p_as_of
        and (v_is_staff or block.contract_line_id = any(v_own));
    return query
    -- a point is the number with a 1 in front
    select substr(lower(free.span)::text, 2), substr((upper(free.span) - 1)::text, 2), null, null::bigint
    from unnest(
        v_blocks - coalesce(
            (
                select range_agg(used.span) from billing.subscriber_number as used
                where used.kind = 'number' and used.valid @> p_as_of and used.span && v_blocks
            ),
            '{}'
        )
    ) as free (span);
end;
$$;

comment on function logic.number_held_list(date, boolean) is
$$Numbers and blocks in use on a day with their customers; with p_has_free also, without a customer, numbers
of blocks that were assigned up to that day and are in no assignment valid on it. head: the digits that all of
a block begin with. A level seller gets its own.
Example: select * from logic.number_held_list('2026-10-31', true) where false
Raises: LB901 without a level of the staff or seller$$;

-- api

create function api.report_list()
returns table (
    report text, title text, arguments text[], types text[], needed integer, columns text[],
    column_types text[], summed text[]
)
language sql stable rows 20
begin atomic
    select
        proc.proname::text, regexp_replace(
            split_part(said.comment, E'\nSums: ', 1), E'(\n(Example|Raises): .*|\n)', ' ', 'g'
        ),
        part.arguments, part.types, proc.pronargs - proc.pronargdefaults, part.columns, part.column_types,
        coalesce(string_to_array(substring(said.comment from E'\nSums: ([^\n]+)\n'), ', '), '{}')
    from pg_proc as proc
    cross join lateral (select obj_description(proc.oid, 'pg_proc') as comment) as said
    cross join lateral (
        select
            array_agg(one.name order by one.place) filter (where one.mode = 'i') as arguments,
            array_agg(format_type(one.type, null) order by one.place) filter (where one.mode = 'i') as types,
            array_agg(one.name order by one.place) filter (where one.mode = 't') as columns,
            array_agg(format_type(one.type, null) order by one.place) filter (where one.mode = 't')
                as column_types
        from unnest(proc.proargnames, proc.proargmodes, proc.proallargtypes) with ordinality
            as one (name, mode, type, place)
    ) as part
    where
        proc.pronamespace = 'report'::regnamespace and proc.proretset
        and has_function_privilege(proc.oid, 'execute')
    order by proc.proname collate "C";
end;

comment on function api.report_list() is
$$The reports that the caller may run: what each shows, its arguments (the first of them needed), its columns,
and those whose sums make sense.
Example: select * from api.report_list()
Raises: nothing$$;
grant execute on function api.report_list() to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_customer, leissner_report, leissner_auditor, leissner_batch,
    leissner_integration;
