-- 60_invoice/check: what is always true of documents (DESIGN.md 6), proven on the live data.

create function logic.check_invoices()
returns table (problem text, place text)
language sql stable
begin atomic
    -- lines and taxes against the document
    select
        format(
            'net %s, tax %s, but its lines come to %s and its taxes to %s', invoice.net, invoice.tax,
                lines.net,
            taxes.tax
        ),
        'document ' || coalesce(invoice.invoice_no, 'draft ' || invoice.invoice_id)
    from billing.invoice
    left join (
        select line.invoice_id,
            sum(line.net) as net from billing.invoice_line as line group by line.invoice_id
    ) as lines on lines.invoice_id = invoice.invoice_id
    left join (
        select tax.invoice_id, sum(tax.tax) as tax, sum(tax.base) as base
        from billing.invoice_tax as tax
        group by tax.invoice_id
    ) as taxes on taxes.invoice_id = invoice.invoice_id
    where
        (invoice.net, invoice.tax, invoice.net) is distinct from (lines.net, taxes.tax, taxes.base)
        or invoice.total <> invoice.net + invoice.tax + invoice.rounding
    union all
    -- tax once per rate, rounded; credit notes by line may leave the last öre to the last of them
    select
        format('tax %s of base %s at %s %%', tax.tax, tax.base, tax.percent),
        'document ' || coalesce(invoice.invoice_no, 'draft ' || invoice.invoice_id)
    from billing.invoice_tax as tax
    inner join billing.invoice on invoice.invoice_id = tax.invoice_id and invoice.credits_id is null
    inner join billing.currency on currency.currency = invoice.currency
    where tax.tax <> round(tax.base * tax.percent * 0.01, currency.decimals)
    union all
    -- calls against usage lines
    select
        format('net %s, but its calls come to %s', line.net, sum(billed.amount)),
        format(
            'document %s line %s', coalesce(invoice.invoice_no, 'draft ' || invoice.invoice_id), line.place
        )
    from billing.call_billed as billed
    inner join billing.invoice_line as line on line.invoice_line_id = billed.invoice_line_id
    inner join billing.invoice on invoice.invoice_id = line.invoice_id
    inner join billing.currency on currency.currency = invoice.currency
    group by
        line.invoice_line_id, line.net, line.place, invoice.invoice_no, invoice.invoice_id, currency.decimals
    having round(sum(billed.amount), currency.decimals) <> line.net
    union all
    -- a call is billed once, or not; where one is set free its corrections stay until it is billed again
    select
        format('billed %s times, for %s', sum(billed.turn), sum(billed.amount)),
        format('call %s of %s', billed.call_id, billed.start_on)
    from billing.call_billed as billed
    group by billed.customer_id, billed.start_on, billed.call_id
    having
        sum(billed.turn) not in (0, 1)
        or (sum(billed.turn) = 0 and sum(billed.amount) filter (where billed.turn <> 0) <> 0)
    union all
    -- calls of lines that are gone
    select format('%s calls stand on it, and it is not there', count(*)), 'line ' || billed.invoice_line_id
    from billing.call_billed as billed
    where not exists (
        select from billing.invoice_line as line where line.invoice_line_id = billed.invoice_line_id
    )
    group by billed.invoice_line_id
    union all
    -- a settled month has nothing left to bill
    select
        format('%s calls, %s of them billed', total.calls, coalesce(billed.calls, 0)), 'month ' || open.month
    from billing.usage_month as open
    inner join (
        select one.month, sum(one.calls) as calls from billing.call_customer_month as one group by one.month
    ) as total on total.month = open.month
    left join (
        select date_trunc('month', one.start_on::timestamp)::date as month, sum(one.turn) as calls
        from billing.call_billed as one
        group by date_trunc('month', one.start_on::timestamp)::date
    ) as billed on billed.month = open.month
    where open.is_settled and total.calls <> coalesce(billed.calls, 0)
    union all
    -- what a run was added up to for reports
    select
        format('added up to %s, its documents come to %s', total.net, coalesce(documents.net, 0)),
        'run ' || total.bill_run_id
    from (
        select one.bill_run_id, sum(one.net) as net
        from billing.billed_total as one
        group by one.bill_run_id
    ) as total
    left join (
        select invoice.bill_run_id, sum(round(invoice.net * invoice.home_rate, 2)) as net
        from billing.invoice
        where invoice.state = 'approved'
        group by invoice.bill_run_id
    ) as documents on documents.bill_run_id = total.bill_run_id
    where total.net <> coalesce(documents.net, 0);
end;

comment on function logic.check_invoices() is
$$Documents that are not the sum of their lines, taxes and calls, calls billed twice,
    months closed too early, runs added up wrongly. No row is
healthy.
Example: select * from logic.check_invoices()
Raises: nothing$$;

create function logic.check_numbers()
returns table (problem text, place text)
language sql stable
begin atomic
    select
        format('%s documents from %s to %s, the counter stands at %s', used.documents, used.first, used.last,
        counter.last_no),
        'series ' || counter.series
    from billing.number_series as counter
    left join (
        select
            invoice.series, count(*) as documents, min(invoice.number) as first, max(invoice.number) as last
        from billing.invoice
        where invoice.series is not null
        group by invoice.series
    ) as used on used.series = counter.series
    where
        (coalesce(used.documents, 0), coalesce(used.last, 0)) <> (counter.last_no, counter.last_no)
        or used.first <> 1;
end;

comment on function logic.check_numbers() is
$$Series of document numbers with gaps. No row is healthy.
Example: select * from logic.check_numbers()
Raises: nothing$$;
