-- 60_invoice/browse: issued documents and deliveries of all runs, as lists.

create function logic.bill_latest()
returns table (run bigint, through_on date, state text)
language sql stable rows 1
begin atomic
    select run.bill_run_id, run.through_on, run.state
    from billing.bill_run as run
    where not run.options ?| '{customers,credits}'
    order by run.through_on desc, run.bill_run_id desc
    limit 1;
end;

comment on function logic.bill_latest() is
$$The run over all payers that went furthest.
Example: select * from logic.bill_latest()
Raises: nothing$$;

-- api

create function api.bill_due_get(p_through date default null)
returns table (
    through date, advance_by date, latest_run bigint, latest_through date, latest_state text, calls bigint,
    charges bigint, is_over boolean
)
language sql stable rows 1
begin atomic
    with asked as (
        select
            -- the next end of a month, this month's at most, as far as nobody has said another day
            coalesce(
                p_through,
                (
                    date_trunc(
                        'month',
                        least(latest.through_on + interval '1 day', logic.today()::timestamp)
                    ) + interval '1 month - 1 day'
                )::date,
                date_trunc('month', logic.today()::timestamp)::date - 1
            ) as through_on,
            latest.run, latest.through_on as latest_on, latest.state
        from (select) as always
        left join logic.bill_latest() as latest on true
    ),

    open as (
        select usage.month from billing.usage_month as usage
        where not usage.is_settled and usage.month <= (select asked.through_on from asked)
    )

    select
        asked.through_on, asked.through_on + 1, asked.run, asked.latest_on, asked.state,
        coalesce(
            (
                select sum(one.calls) from billing.call_day as one
                where
                    one.day >= (select min(open.month) from open) and one.day <= asked.through_on
                    and date_trunc('month', one.day::timestamp)::date in (select open.month from open)
            ),
            0
        )::bigint
        - coalesce(
            (
                select sum(one.turn) from open
                inner join billing.call_billed as one
                    on one.start_on >= open.month and one.start_on <= asked.through_on
                    and one.start_on < (open.month + interval '1 month')::date
            ),
            0
        )::bigint,
        (
            select count(*) from billing.manual_charge as charge
            where
                charge.charged_on <= asked.through_on
                and not exists (
                    select from billing.invoice_line as line
                    where line.manual_charge_id = charge.manual_charge_id
                )
        ),
        asked.through_on < logic.today()
    from asked;
end;

comment on function api.bill_due_get(date) is
$$What a run through a day would take up that is counted already: calls and charges by hand that are on no
document; fees in advance of periods that begin on advance_by or before come with it. Without a day: through
the end of the month after the last run over all payers, this month's at most. is_over: is that day over?
Example: select * from api.bill_due_get()
Raises: nothing$$;
grant execute on function api.bill_due_get(date) to leissner_admin, leissner_finance, leissner_batch;

create function api.invoice_list(
    p_from date default null, p_to date default null, p_words text default null,
    p_customer_no text default null
)
returns table (
    invoice_no text, kind text, payer text, name text, invoice_on date, due_on date, net numeric,
    total numeric, currency text, reference text, run bigint
)
language sql stable rows 10000
begin atomic
    select
        invoice.invoice_no, invoice.kind, payer.customer_no, payer.name, invoice.invoice_on, invoice.due_on,
        round(invoice.net, currency.decimals), round(invoice.total, currency.decimals),
        invoice.currency, invoice.reference,
        invoice.bill_run_id
    from billing.invoice
    inner join billing.customer as payer on payer.customer_id = invoice.payer_id
    inner join billing.currency on currency.currency = invoice.currency
    where
        invoice.state = 'approved'
        and (p_from is null or invoice.invoice_on >= p_from)
        and (p_to is null or invoice.invoice_on < p_to)
        and (p_words is null or invoice.invoice_id = any((select logic.invoice_found(p_words))::bigint[]))
        and (p_customer_no is null or payer.customer_no = p_customer_no);
end;

comment on function api.invoice_list(date, date, text, text) is
$$Issued documents (invoices and credit notes, whose amounts are negative) of days [p_from, p_to) and of one
payer, or all; never drafts.
Example: select * from api.invoice_list('2026-10-01', '2026-11-01')
Raises: nothing$$;
grant execute on function api.invoice_list(date, date, text, text) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration, leissner_seller, leissner_customer;

create function api.delivery_all_list(p_words text default null)
returns table (
    delivery bigint, invoice_no text, payer text, name text, channel text, state text, reason text,
    file text, pages integer, changed_at timestamptz, run bigint
)
language sql stable rows 10000
begin atomic
    select
        delivery.delivery_id, invoice.invoice_no, payer.customer_no, payer.name, delivery.channel,
        delivery.state, delivery.reason, delivery.file, delivery.pages, delivery.changed_at,
        delivery.bill_run_id
    from billing.delivery
    inner join billing.invoice on invoice.invoice_id = delivery.invoice_id
    inner join billing.customer as payer on payer.customer_id = invoice.payer_id
    where
        p_words is null
        or delivery.invoice_id = any((select logic.invoice_found(p_words))::bigint[]);
end;

comment on function api.delivery_all_list(text) is
$$How documents of all runs left the house.
Example: select * from api.delivery_all_list()
Raises: nothing$$;
grant execute on function api.delivery_all_list(text) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.invoice_sent_get(p_invoice text)
returns table (run bigint, deliveries jsonb)
language sql stable rows 1
begin atomic
    select
        invoice.bill_run_id,
        (
            select jsonb_agg(
                jsonb_build_object(
                    'channel', delivery.channel, 'state', delivery.state, 'reason', delivery.reason,
                    'file', delivery.file, 'changed_at', delivery.changed_at
                )
                order by delivery.changed_at desc, delivery.delivery_id desc
            )
            from billing.delivery where delivery.invoice_id = invoice.invoice_id
        )
    from billing.invoice
    where invoice.invoice_no = p_invoice;
end;

comment on function api.invoice_sent_get(text) is
$$The run of an issued document, and how it left the house, the latest first.
Example: select * from api.invoice_sent_get('20260001')
Raises: nothing$$;
grant execute on function api.invoice_sent_get(text) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;
