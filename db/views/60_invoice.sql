-- Reports of what was billed and what is still to be (REPORTS.md 7, 10 and 13), in the operator's currency.

create function report.billed_per_product(p_from date, p_to date)
returns table (
    product text, name text, kind text, invoices bigint, quantity numeric, net numeric, vat numeric,
    share_percent numeric
)
language sql stable rows 100
begin atomic
    select
        product.code, product.name, found.kind, found.invoices, trim_scale(found.quantity), found.net,
        found.vat,
        round(logic.divide(found.net * 100, nullif(sum(found.net) over (), 0)), 2)
    from logic.billed_list(p_from, p_to) as found
    left join billing.product on product.product_id = found.product_id
    order by product.code collate "C" nulls last, found.kind collate "C";
end;
comment on function report.billed_per_product(date, date) is
$$What was billed by product type and kind of line, by invoice date, credit notes negative: REPORTS.md 10.
The sum of net is that of all documents of the period, each rounded once.
Sums: quantity, net, vat
Example: select * from report.billed_per_product('2026-10-01', '2026-11-01')
Raises: LB901 without a level of the staff or seller$$;

create function report.scheduling(p_as_of date)
returns table (
    invoice_no text, customer_no text, contract_no text, service text, account text, period_from date,
    period_to date, net numeric, earned numeric, deferred numeric, by_month jsonb
)
language sql stable rows 100000
begin atomic
    select
        line.invoice_no, line.customer_no, line.contract_no, line.service, line.account, line.from_on,
        line.to_on, line.net, line.earned, line.net - line.earned,
        -- What is still to come, month by month: the last takes what rounding left.
        case
            when line.to_on <= first.month + interval '1 month'
                then jsonb_build_object(to_char(first.month, 'YYYY-MM'), line.net - line.earned)
            else (
                select jsonb_object_agg(to_char(month.day, 'YYYY-MM'),
                    month.upto - month.before order by month.day)
                from (
                    select
                        step.day, share.upto,
                        coalesce(lag(share.upto) over (order by step.day), line.earned) as before
                    from generate_series(first.month, (line.to_on - 1)::timestamp, '1 month') as step (day)
                    cross join lateral (
                        select round(
                            logic.divide(
                                line.net
                                * (least((step.day + interval '1 month')::date, line.to_on) - line.from_on),
                                line.to_on - line.from_on
                            ),
                            2
                        ) as upto
                    ) as share
                ) as month
            )
        end
    from logic.deferred_list(p_as_of) as line
    cross join lateral (
        select date_trunc('month', greatest(line.from_on, p_as_of + 1)::timestamp) as month
    ) as first
    order by line.invoice_no collate "C", line.place;
end;

comment on function report.scheduling(date) is
$$Periodic lines approved by the day whose period goes beyond it: what is earned, what is deferred, and when
the rest is
earned (by_month): REPORTS.md 13. period_to is the first day after the period.
Sums: net, earned, deferred
Example: select * from report.scheduling('2026-10-31')
Raises: LB901 without a level of the staff or seller$$;

create function report.customers_not_invoiced(p_as_of date)
returns table (
    customer_no text, name text, last_invoice_date date, usage numeric, periodic numeric, one_time numeric,
    manual numeric, total numeric, oldest_day date
)
language sql stable rows 1000
begin atomic
    with line as materialized (
        select one.contract_line_id, contract.customer_id
        from billing.contract
        inner join billing.contract_line as one on one.contract_id = contract.contract_id
    ),

    pays as materialized (
        select * from logic.payer_list(array(select distinct line.customer_id from line))
    ),

    billed as materialized (
        select
            old.contract_line_id, old.service_charge_id, old.charge_vat, old.period_on, old.part_on,
            sum(old.net * invoice.home_rate) as home
        from billing.invoice_line as old
        inner join billing.invoice on invoice.invoice_id = old.invoice_id and invoice.state = 'approved'
        where old.charge_kind in ('one_time', 'periodic') and old.is_counted
        group by old.contract_line_id, old.service_charge_id, old.charge_vat, old.period_on, old.part_on
    ),

    fee as (
        select
            due.customer_id, due.charge_kind as kind, due.from_on as day,
            due.home - coalesce(billed.home, 0) as home
        from logic.fee_due_list(
            array(select line.contract_line_id from line), p_as_of, (p_as_of - interval '1 year')::date,
                p_as_of
        ) as due
        left join billed
            on billed.contract_line_id = due.contract_line_id
            and billed.service_charge_id = due.service_charge_id and billed.charge_vat = due.charge_vat
            and billed.period_on = due.period_on and billed.part_on = due.part_on
        -- less than that was lost in rounding
        where round(due.home - coalesce(billed.home, 0), 2) > 0
    ),

    by_hand as (
        select
            line.customer_id, 'manual' as kind, charge.charged_on as day,
            charge.quantity * charge.price * coalesce(logic.rate_on(payer.currency, p_as_of), 1) as home
        from billing.manual_charge as charge
        inner join line on line.contract_line_id = charge.contract_line_id
        inner join pays on pays.customer_id = line.customer_id and pays.valid @> charge.charged_on
        inner join (
            select customer.customer_id, coalesce(customer.currency, operator.currency) as currency
            from billing.customer cross join billing.operator
        ) as payer on payer.customer_id = pays.payer_id
        where
            charge.charged_on <= p_as_of
            and not exists (
                select from billing.invoice_line as old
                inner join billing.invoice on invoice.invoice_id = old.invoice_id
                    and invoice.state = 'approved'
                where old.manual_charge_id = charge.manual_charge_id and old.is_counted
            )
    ),

    call as (
        select call.customer_id, 'usage' as kind, min(call.start_on) as day, sum(call.retail_base) as home
        from billing.call
        where
            call.start_on <= p_as_of
            and not exists (
                select from billing.call_billed as old
                inner join billing.invoice_line as old_line on old_line.invoice_line_id = old.invoice_line_id
                inner join billing.invoice on invoice.invoice_id = old_line.invoice_id
                where
                    old.customer_id = call.customer_id and old.start_on = call.start_on
                    and old.call_id = call.call_id and old.turn = 1 and invoice.state = 'approved'
            )
        group by call.customer_id, call.start_on
    ),

    value as (
        select fee.customer_id, fee.kind, fee.day, fee.home from fee
        union all
        select by_hand.customer_id, by_hand.kind, by_hand.day, by_hand.home from by_hand
        union all
        select call.customer_id, call.kind, call.day, call.home from call
    )

    select
        payer.customer_no, payer.name,
        (
            select max(invoice.invoice_on) from billing.invoice
            where invoice.payer_id = payer.customer_id and invoice.state = 'approved'
        ),
        part.usage, part.periodic, part.one_time, part.manual, total.total, part.oldest_on
    from (
        select
            pays.payer_id,
            round(coalesce(sum(value.home) filter (where value.kind = 'usage'), 0), 2) as usage,
            round(coalesce(sum(value.home) filter (where value.kind = 'periodic'), 0), 2) as periodic,
            round(coalesce(sum(value.home) filter (where value.kind = 'one_time'), 0), 2) as one_time,
            round(coalesce(sum(value.home) filter (where value.kind = 'manual'), 0), 2) as manual,
            min(value.day) as oldest_on
        from value
        inner join pays on pays.customer_id = value.customer_id and pays.valid @> value.day
        group by pays.payer_id
    ) as part
    cross join lateral (select part.usage + part.periodic + part.one_time + part.manual as total) as total
    inner join billing.customer as payer on payer.customer_id = part.payer_id
    where total.total <> 0
    order by total.total desc, payer.customer_no collate "C";
end;

comment on function report.customers_not_invoiced(date) is
$$Payers with value earned up to and including a day that is on no approved document: calls, fees by the
day, charges by
hand: REPORTS.md 7. Highest first.
Sums: usage, periodic, one_time, manual, total
Example: select * from report.customers_not_invoiced('2026-10-31')
Raises: nothing$$;

grant execute on function
    report.billed_per_product(date, date), report.scheduling(date), report.customers_not_invoiced(date)
to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;
grant execute on function report.billed_per_product(date, date), report.scheduling(date)
to leissner_pricing, leissner_seller;
