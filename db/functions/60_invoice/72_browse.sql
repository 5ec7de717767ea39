-- 60_invoice/browse: issued documents and deliveries of all runs, as lists.

-- api

create function api.invoice_list(
    p_from date default null, p_to date default null, p_words text default null
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
        and (p_words is null or invoice.invoice_id = any((select logic.invoice_found(p_words))::bigint[]));
end;

comment on function api.invoice_list(date, date, text) is
$$Issued documents of days [p_from, p_to), or all.
Example: select * from api.invoice_list('2026-10-01', '2026-11-01')
Raises: nothing$$;
grant execute on function api.invoice_list(date, date, text) to
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
