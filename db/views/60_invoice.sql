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
language sql stable rows 10000
begin atomic
    select
        payer.customer_no, payer.name, part.last_on, part.usage, part.periodic, part.one_time, part.manual,
        total.total, part.oldest_on
    from logic.uninvoiced_list(p_as_of) as part
    cross join lateral (select part.usage + part.periodic + part.one_time + part.manual as total) as total
    inner join billing.customer as payer on payer.customer_id = part.payer_id
    where total.total <> 0
    order by total.total desc, payer.customer_no collate "C";
end;

comment on function report.customers_not_invoiced(date) is
$$Payers with value earned up to and including a day that is on no approved document: calls, fees by the
day, charges by
hand: REPORTS.md 7. Highest first. Of fees, lines whose documents do not reach the day, or were credited.
Sums: usage, periodic, one_time, manual, total
Example: select * from report.customers_not_invoiced('2026-10-31')
Raises: LB901 without a level of the staff or seller$$;

grant execute on function
    report.billed_per_product(date, date), report.scheduling(date), report.customers_not_invoiced(date)
to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;
grant execute on function
    report.billed_per_product(date, date), report.scheduling(date), report.customers_not_invoiced(date)
to leissner_pricing, leissner_seller;
