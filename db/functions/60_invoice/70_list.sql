-- 60_invoice/list: runs and documents as people and files read them.

create function logic.run_line_list(p_run bigint)
returns table (
    payer text, invoice_no text, reference text, customer_no text, contract_no text, line_no integer,
        kind text,
    what text, from_on date, to_on date, quantity numeric, net numeric, vat_code text, account text,
    currency text
)
language sql stable rows 10000
begin atomic
    select
        payer.customer_no, invoice.invoice_no, invoice.reference, customer.customer_no, contract.contract_no,
        one.line_no, line.kind, line.what, lower(line.valid), upper(line.valid), line.quantity,
        round(line.net, currency.decimals), line.vat_code, line.account, invoice.currency
    from billing.invoice
    inner join billing.currency on currency.currency = invoice.currency
    inner join billing.customer as payer on payer.customer_id = invoice.payer_id
    inner join billing.invoice_line as line on line.invoice_id = invoice.invoice_id
    inner join billing.customer on customer.customer_id = line.customer_id
    inner join billing.contract on contract.contract_id = line.contract_id
    inner join billing.contract_line as one on one.contract_line_id = line.contract_line_id
    where invoice.bill_run_id = p_run
    order by
        payer.customer_no collate "C", customer.customer_no collate "C", contract.contract_no collate "C",
        one.line_no, line.kind collate "C", line.what collate "C", lower(line.valid);
end;

comment on function logic.run_line_list(bigint) is
$$The lines of a run's documents (IMPORT.md, Invoices).
Example: select * from logic.run_line_list(1)
Raises: nothing$$;

create function logic.bill_number_get(p_run bigint, p_day date)
returns table (first_no text, last_no text, invoices bigint, credits bigint, last_on date)
language plpgsql stable security definer rows 1
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'finance');
    return query
    select
        logic.number_text(series.code, coalesce(counter.last_no, 0) + 1),
        logic.number_text(series.code, coalesce(counter.last_no, 0) + greatest(due.documents, 1)),
        due.documents - due.credits, due.credits, counter.last_on
    from billing.bill_run as run
    cross join lateral (select logic.number_series(p_day, run.mode = 'basis') as code) as series
    cross join lateral (
        select count(*) as documents, count(*) filter (where invoice.kind = 'credit') as credits
        from billing.invoice
        where invoice.bill_run_id = run.bill_run_id and invoice.state = 'draft'
    ) as due
    left join billing.number_series as counter on counter.series = series.code
    where run.bill_run_id = p_run;
end;
$$;

comment on function logic.bill_number_get(bigint, date) is
$$The numbers that the drafts of a run would get on a day (settings say of which series), how many
invoices and credits they are, and the day of the last number of the series.
Example: select * from logic.bill_number_get(1, '2026-11-01')
Raises: LB901 without the level finance or admin$$;

-- api

create function api.bill_browse_list(p_run bigint default null)
returns table (
    run bigint, through date, state text, started_at timestamptz, started_by text, parts bigint,
    parts_done bigint, documents bigint, faults bigint, totals jsonb, options jsonb, approved_at timestamptz,
    mode text
)
language sql stable rows 100
begin atomic
    select
        run.bill_run_id, run.through_on, run.state, run.started_at, run.started_by,
        (select count(*) from billing.bill_part as part where part.bill_run_id = run.bill_run_id),
        (select count(part.done_at) from billing.bill_part as part where part.bill_run_id = run.bill_run_id),
        coalesce(
            (
                select sum(kept.documents)::bigint
                from billing.bill_total as kept where kept.bill_run_id = run.bill_run_id
            ),
            (select count(*) from billing.invoice where invoice.bill_run_id = run.bill_run_id)
        ),
        (
            select count(*) from billing.bill_fault as fault where fault.bill_run_id = run.bill_run_id
        ),
        coalesce(
            (
                select jsonb_object_agg(kept.currency, round(kept.total, currency.decimals))
                from billing.bill_total as kept
                inner join billing.currency on currency.currency = kept.currency
                where kept.bill_run_id = run.bill_run_id
            ),
            (
                select jsonb_object_agg(one.currency, round(one.total, currency.decimals))
                from (
                    select invoice.currency, sum(invoice.total) as total
                    from billing.invoice
                    where invoice.bill_run_id = run.bill_run_id
                    group by invoice.currency
                ) as one
                inner join billing.currency on currency.currency = one.currency
            )
        ),
        run.options, run.approved_at, run.mode
    from billing.bill_run as run
    where p_run is null or run.bill_run_id = p_run;
end;

comment on function api.bill_browse_list(bigint) is
$$Runs, or one of them, with what they came to (totals: currency → amount with VAT).
Example: select * from api.bill_browse_list()
Raises: nothing$$;
grant execute on function api.bill_browse_list(bigint) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.bill_list()
returns table (
    run bigint, through date, state text, started_at timestamptz, started_by text, parts bigint,
        parts_done bigint,
    documents bigint, faults bigint, totals jsonb, options jsonb, approved_at timestamptz, mode text
)
language sql stable
begin atomic
    select * from api.bill_browse_list() as run order by run.run desc;
end;

comment on function api.bill_list() is
$$Runs, the latest first, with what they came to (totals: currency → amount with VAT).
Example: select * from api.bill_list()
Raises: nothing$$;
grant execute on function api.bill_list() to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.bill_number_get(p_run bigint, p_day date)
returns table (first_no text, last_no text, invoices bigint, credits bigint, last_on date)
language sql stable rows 1
begin atomic
    select * from logic.bill_number_get(p_run, p_day);
end;

comment on function api.bill_number_get(bigint, date) is
$$The numbers that the drafts of a run would get on a day, unless another run takes some before, how many
invoices and credits they are, and the day of the last number of the series.
Example: select * from api.bill_number_get(1, '2026-11-01')
Raises: LB901 without the level finance or admin$$;
grant execute on function api.bill_number_get(bigint, date) to leissner_admin, leissner_finance;

create function api.bill_document_list(p_run bigint, p_words text default null)
returns table (
    invoice bigint, invoice_no text, kind text, state text, payer text, name text, currency text,
    lines bigint, net numeric, tax numeric, total numeric, invoice_on date, due_on date, reference text,
    delivery text
)
language sql stable rows 10000
begin atomic
    select
        invoice.invoice_id, invoice.invoice_no, invoice.kind, invoice.state, payer.customer_no, payer.name,
        invoice.currency,
        (
            select count(*) from billing.invoice_line as line where line.invoice_id = invoice.invoice_id
        ),
        round(invoice.net, currency.decimals), round(invoice.tax, currency.decimals),
        round(invoice.total, currency.decimals), invoice.invoice_on, invoice.due_on, invoice.reference,
        payer.delivery
    from billing.invoice
    inner join billing.currency on currency.currency = invoice.currency
    inner join billing.customer as payer on payer.customer_id = invoice.payer_id
    where
        invoice.bill_run_id = p_run
        and (p_words is null or invoice.invoice_id = any((select logic.invoice_found(p_words))::bigint[]));
end;

comment on function api.bill_document_list(bigint, text) is
$$The documents of a run, in no order.
Example: select * from api.bill_document_list(1)
Raises: nothing$$;
grant execute on function api.bill_document_list(bigint, text) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.bill_left_get(p_run bigint)
returns bigint
language sql stable
begin atomic
    select count(*) from billing.invoice where invoice.bill_run_id = p_run and invoice.state = 'draft';
end;

comment on function api.bill_left_get(bigint) is
$$How many documents of a run are drafts.
Example: select api.bill_left_get(1)
Raises: nothing$$;
grant execute on function api.bill_left_get(bigint) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.bill_show(p_run bigint)
returns table (
    invoice bigint, invoice_no text, kind text, state text, payer text, name text, currency text,
        lines bigint,
    net numeric, tax numeric, total numeric, invoice_on date, due_on date, reference text, delivery text
)
language sql stable
begin atomic
    select * from api.bill_document_list(p_run) as one order by one.payer collate "C", one.currency;
end;

comment on function api.bill_show(bigint) is
$$The documents of a run.
Example: select * from api.bill_show(1)
Raises: nothing$$;
grant execute on function api.bill_show(bigint) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.bill_fault_list(p_run bigint)
returns table (customer text, name text, code text, params jsonb)
language sql stable
begin atomic
    select customer.customer_no, customer.name, fault.code, fault.params
    from billing.bill_fault as fault
    inner join billing.customer on customer.customer_id = fault.customer_id
    where fault.bill_run_id = p_run
    order by customer.customer_no collate "C", fault.code, fault.bill_fault_id;
end;

comment on function api.bill_fault_list(bigint) is
$$What a run could not bill: sentences by api.message_get.
Example: select * from api.bill_fault_list(1)
Raises: nothing$$;
grant execute on function api.bill_fault_list(bigint) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.bill_export(p_run bigint)
returns table (
    payer text, invoice_no text, reference text, customer_no text, contract_no text, line_no integer,
        kind text,
    what text, from_on date, to_on date, quantity numeric, net numeric, vat_code text, account text,
    currency text
)
language sql stable rows 10000
begin atomic
    select * from logic.run_line_list(p_run);
end;

comment on function api.bill_export(bigint) is
$$The lines of a run's documents, as `leissner bill export` writes them.
Example: select * from api.bill_export(1)
Raises: nothing$$;
grant execute on function api.bill_export(bigint) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.bill_sums(p_run bigint)
returns table (kind text, currency text, lines bigint, net numeric)
language sql stable
begin atomic
    select
        line.kind, invoice.currency, count(*), round(sum(line.net), min(currency.decimals))
    from billing.invoice
    inner join billing.currency on currency.currency = invoice.currency
    inner join billing.invoice_line as line on line.invoice_id = invoice.invoice_id
    where invoice.bill_run_id = p_run
    group by line.kind, invoice.currency
    order by invoice.currency, line.kind;
end;

comment on function api.bill_sums(bigint) is
$$What a run's lines come to by kind, without VAT.
Example: select * from api.bill_sums(1)
Raises: nothing$$;
grant execute on function api.bill_sums(bigint) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;
