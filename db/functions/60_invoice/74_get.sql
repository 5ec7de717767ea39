-- 60_invoice/get: an issued document and its calls as rows, for other systems.

create type logic.document_line as (
    line integer, customer_no text, contract_no text, line_no integer, kind text, text text,
    period_from date, period_to date, number text, quantity numeric, unit text, calls bigint,
    minutes numeric, price numeric, regular numeric, discount numeric, net numeric, vat_code text,
    vat_percent numeric, account text, project text
);
comment on type logic.document_line is 'A line of an issued document.';
comment on column logic.document_line.line is 'Place on the document, from 1.';
comment on column logic.document_line.customer_no is 'The customer that has the contract line.';
comment on column logic.document_line.contract_no is 'The contract.';
comment on column logic.document_line.line_no is 'The contract line.';
comment on column logic.document_line.kind is 'one_time, periodic, manual, usage, correction or fee.';
comment on column logic.document_line.text is 'What the line says.';
comment on column logic.document_line.period_from is 'First day of what is charged.';
comment on column logic.document_line.period_to is 'First day after it.';
comment on column logic.document_line.number is 'The number of the contract line, where it has just one.';
comment on column logic.document_line.quantity is
    'Quantity, of usage the number of calls; negative where it is given back.';
comment on column logic.document_line.unit is 'Unit code of UN/ECE recommendation 20: C62, MIN, E34.';
comment on column logic.document_line.calls is 'Calls, of usage.';
comment on column logic.document_line.minutes is 'Billed minutes, of usage in seconds.';
comment on column logic.document_line.price is 'Price of one, where one holds for all of the line.';
comment on column logic.document_line.regular is
    'What the usage comes to before rings, bundles and included units, where that is more.';
comment on column logic.document_line.discount is 'What of it rings, bundles and included units took.';
comment on column logic.document_line.net is 'Amount without VAT.';
comment on column logic.document_line.vat_code is 'VAT code.';
comment on column logic.document_line.vat_percent is 'VAT percentage.';
comment on column logic.document_line.account is 'Account that it is booked on.';
comment on column logic.document_line.project is 'Project, where it has one.';

create type logic.document_tax as (
    vat_code text, category text, percent numeric, base numeric, tax numeric
);
comment on type logic.document_tax is 'The VAT of an issued document, by code and rate.';
comment on column logic.document_tax.vat_code is 'VAT code.';
comment on column logic.document_tax.category is 'Category of EN 16931.';
comment on column logic.document_tax.percent is 'Percentage.';
comment on column logic.document_tax.base is 'Sum of the lines.';
comment on column logic.document_tax.tax is 'The tax, rounded once.';

create function logic.issued_find(p_invoice_no text)
returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_id bigint;
begin
    perform access.require(
        'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration', 'seller',
        'customer'
    );
    select invoice.invoice_id into v_id
    from billing.invoice
    where
        invoice.invoice_no = p_invoice_no
        and (
            access.is_staff() or invoice.invoice_id = any(logic.own_invoice_list(array[invoice.payer_id]))
        );
    if v_id is null then
        perform billing.fail('LB525', jsonb_build_object('invoice', p_invoice_no, 'field', 'invoice_no'));
    end if;
    return v_id;
end;
$$;

comment on function logic.issued_find(text) is
$$An issued document that the caller may open, by its number: sellers and customers as with
logic.own_invoice_list.
Example: select logic.issued_find('20260001') where false
Raises: LB525 for one that is unknown or not to be seen, LB901 without a level that reads documents$$;

create function logic.invoice_get(p_invoice_no text)
returns table (
    invoice_no text, kind text, customer_no text, name text, invoice_on date, due_on date,
    period_from date, period_to date, currency text, net numeric, tax numeric, rounding numeric,
    total numeric, open numeric, reference_kind text, reference text, credits text[], external_no text,
    run bigint, lines jsonb, vat jsonb
)
language plpgsql stable security definer rows 1
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    -- access.require(…) is its first step
    v_id constant bigint := logic.issued_find(p_invoice_no);
begin
    return query
    select
        invoice.invoice_no, invoice.kind, payer.customer_no, made.document -> 'payer' ->> 'name',
        invoice.invoice_on, invoice.due_on, lower(invoice.valid), upper(invoice.valid), invoice.currency,
        round(invoice.net, money.decimals), round(invoice.tax, money.decimals),
        round(invoice.rounding, money.decimals), round(invoice.total, money.decimals),
        -- the ledger is not for sales and sellers
        case
            when access.has_level(
                'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration', 'customer'
            )
                then (
                    select round(sum(item.open), money.decimals) from billing.open_item as item
                    where item.invoice_id = invoice.invoice_id and item.document_no = invoice.invoice_no
                )
        end,
        invoice.reference_kind, invoice.reference,
        array(
            select former.one ->> 'number'
            from jsonb_array_elements(made.document -> 'credits') as former (one)
        ),
        invoice.external_no, invoice.bill_run_id, content.lines, taxes.vat
    from billing.invoice
    inner join billing.customer as payer on payer.customer_id = invoice.payer_id
    inner join billing.currency as money on money.currency = invoice.currency
    cross join lateral logic.document_list(array[invoice.invoice_id], false) as made
    -- a credit document prints its amounts without their sign
    cross join lateral (select case invoice.kind when 'credit' then -1 else 1 end as sign) as side
    cross join lateral (
        select jsonb_agg(
            to_jsonb(row(
                (line.one ->> 'no')::integer, owner.one ->> 'customer_no', contract.one ->> 'contract_no',
                (line.one ->> 'line_no')::integer, line.one ->> 'kind', line.one ->> 'text',
                (line.one ->> 'from')::date, (line.one ->> 'through')::date + 1, line.one ->> 'number',
                (line.one ->> 'quantity')::numeric * side.sign, line.one ->> 'unit',
                (line.one ->> 'calls')::bigint, (line.one ->> 'minutes')::numeric,
                (line.one ->> 'price')::numeric, (line.one ->> 'regular')::numeric,
                (line.one ->> 'discount')::numeric, (line.one ->> 'net')::numeric * side.sign,
                line.one -> 'vat' ->> 'code', (line.one -> 'vat' ->> 'percent')::numeric,
                line.one ->> 'account', line.one ->> 'project'
            )::logic.document_line)
            order by (line.one ->> 'no')::integer
        ) as lines
        from jsonb_array_elements(made.document -> 'customers') as owner (one)
        cross join lateral jsonb_array_elements(owner.one -> 'contracts') as contract (one)
        cross join lateral jsonb_array_elements(contract.one -> 'lines') as line (one)
    ) as content
    cross join lateral (
        select jsonb_agg(
            to_jsonb(row(
                part.one ->> 'code', part.one ->> 'category', (part.one ->> 'percent')::numeric,
                (part.one ->> 'base')::numeric * side.sign, (part.one ->> 'tax')::numeric * side.sign
            )::logic.document_tax)
            order by part.place
        ) as vat
        from jsonb_array_elements(made.document -> 'vat') with ordinality as part (one, place)
    ) as taxes
    where invoice.invoice_id = v_id;
end;
$$;

comment on function logic.invoice_get(text) is
$$An issued document with lines and VAT: see api.invoice_get.
Example: select * from logic.invoice_get('20260001') where false
Raises: LB525, LB901$$;

create function logic.issued_document(p_invoice_no text)
returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- access.require(…) is its first step
    v_id constant bigint := logic.issued_find(p_invoice_no);
    v_basis constant bigint := (
        select invoice.bill_run_id
        from billing.invoice
        inner join billing.bill_run as run on invoice.bill_run_id = run.bill_run_id
        where invoice.invoice_id = v_id and run.mode = 'basis'
    );
begin
    if v_basis is not null then
        perform billing.fail('LB534', jsonb_build_object('run', v_basis));
    end if;
    return (select made.document from logic.document_list(array[v_id]) as made);
end;
$$;

comment on function logic.issued_document(text) is
$$An issued document that the caller may open, as JSON: what PDF and e-invoice are made from.
Example: select logic.issued_document('20260001') where false
Raises: LB525, LB534 for a basis, LB901$$;

create function logic.invoice_call_list(p_invoice_no text, p_after text, p_limit integer)
returns table (
    place text, call text, started_at timestamptz, customer_no text, contract_no text, line integer,
    a_number text, b_number text, mode text, unit text, destination text, product text, units bigint,
    billed bigint, amount numeric, currency text
)
language plpgsql stable security definer rows 1000
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    -- access.require(…) is its first step
    v_id constant bigint := logic.issued_find(p_invoice_no);
    v_after constant text[] := coalesce(
        regexp_match(p_after, '^([0-9]{1,9})/([0-9]{4}-[0-9]{2}-[0-9]{2})/([0-9]{1,18})$'),
        array['0', '0001-01-01', '0']
    );
    v_is_masked constant boolean := not logic.has_full_numbers();
begin
    return query
    select
        line.place || '/' || billed.start_on || '/' || billed.call_id, source.code || ':' || call.key,
        call.started_at, owner.customer_no, contract.contract_no, line.place,
        coalesce(call.a_number, call.account),
        case when v_is_masked then logic.number_masked(call.b_number) else call.b_number end,
        mode.code, mode.unit, destination.code, product.code, call.units, call.billed, billed.amount,
        invoice.currency
    -- line by line, so that a page reads no more lines than it shows
    from (
        select own.invoice_line_id, own.place, own.product_id from billing.invoice_line as own
        where own.invoice_id = v_id and own.charge_kind = 'usage' and own.place >= v_after[1]::integer
        order by own.place
        offset 0
    ) as line
    cross join lateral (
        select one.customer_id, one.start_on, one.call_id, one.amount from billing.call_billed as one
        where
            one.invoice_line_id = line.invoice_line_id
            and (line.place, one.start_on, one.call_id)
            > (v_after[1]::integer, v_after[2]::date, v_after[3]::bigint)
        order by one.start_on, one.call_id
        offset 0
    ) as billed
    inner join billing.call
        on call.customer_id = billed.customer_id and call.start_on = billed.start_on
        and call.call_id = billed.call_id
    inner join billing.invoice on invoice.invoice_id = v_id
    inner join billing.cdr_source as source on source.source_id = call.source_id
    inner join billing.customer as owner on owner.customer_id = call.customer_id
    inner join billing.contract on contract.contract_id = call.contract_id
    inner join billing.mode on mode.mode_id = call.mode_id
    inner join billing.destination on destination.destination_id = call.destination_id
    left join billing.product on product.product_id = line.product_id
    -- numbers that are free of charge are not listed
    where call.regular > 0 or billed.amount <> 0
    order by line.place, billed.start_on, billed.call_id
    limit p_limit;
end;
$$;

comment on function logic.invoice_call_list(text, text, integer) is
$$The calls on an issued document: see api.invoice_call_list.
Example: select * from logic.invoice_call_list('20260001', null, 100) where false
Raises: LB525, LB901$$;

-- api

create function api.invoice_get(p_invoice_no text)
returns table (
    invoice_no text, kind text, customer_no text, name text, invoice_on date, due_on date,
    period_from date, period_to date, currency text, net numeric, tax numeric, rounding numeric,
    total numeric, open numeric, reference_kind text, reference text, credits text[], external_no text,
    run bigint, lines jsonb, vat jsonb
)
language sql stable rows 1
begin atomic
    select * from logic.invoice_get(p_invoice_no);
end;

comment on function api.invoice_get(text) is
$$An issued invoice or credit note (kind credit, whose amounts are negative): head, lines and VAT, the payment
reference, the documents that it credits, and what is open of it (for those who may see the ledger; nothing
where invoices are issued by another system). period_to is the day after its last. Sellers and customers see
what was sent to theirs. One that is unknown, a draft, or not to be seen is refused.
Example: select * from api.invoice_get('20260001') where false
Raises: LB525, LB901$$;

create function api.invoice_call_list(
    p_invoice_no text, p_after text default null, p_limit integer default 1000
)
returns table (
    place text, call text, started_at timestamptz, customer_no text, contract_no text, line integer,
    a_number text, b_number text, mode text, unit text, destination text, product text, units bigint,
    billed bigint, amount numeric, currency text
)
language sql stable rows 1000
begin atomic
    select * from logic.invoice_call_list(p_invoice_no, p_after, p_limit);
end;

comment on function api.invoice_call_list(text, text, integer) is
$$The specification of an issued document: its calls by line (of the document) and day, p_limit after the one
whose place is p_after, each with what the line has of it, exactly, in the document's currency (negative on a
credit note). Calls free of charge are not listed; customers see called numbers masked unless their
specification shows them. A document that is unknown or not to be seen is refused.
Example: select * from api.invoice_call_list('20260001') where false
Raises: LB525, LB901$$;

create function api.issued_document(p_invoice_no text)
returns table (invoice_no text, document jsonb)
language sql stable rows 1
begin atomic
    select p_invoice_no, logic.issued_document(p_invoice_no);
end;

comment on function api.issued_document(text) is
$$An issued invoice or credit note as JSON, whole, with its specification of calls: what its PDF and e-invoice
are made from. Sellers and customers get what was sent to theirs. One that is unknown, a draft, or not to be
seen is refused.
Example: select document from api.issued_document('20260001') where false
Raises: LB525, LB534, LB901$$;

grant execute on function
    api.invoice_get(text), api.invoice_call_list(text, text, integer), api.issued_document(text)
to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration, leissner_seller, leissner_customer;
