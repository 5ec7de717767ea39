-- 60_invoice/basis: an approved run for an outside accounting system, and the numbers it gives (BILLING.md
-- 4.6).

create type logic.basis_number as (basis_no text, number text);
comment on type logic.basis_number is 'The number that the accounting system gave to a document.';
comment on column logic.basis_number.basis_no is 'The document''s number here.';
comment on column logic.basis_number.number is 'Its number in the accounting system.';

create type logic.basis_total as (
    currency text, documents bigint, total numeric
);
comment on type logic.basis_total is 'What the documents of a run in one currency come to.';
comment on column logic.basis_total.currency is 'Their currency.';
comment on column logic.basis_total.documents is 'How many they are.';
comment on column logic.basis_total.total is 'Their sum, with VAT.';

create type logic.basis_tax as (
    vat_code text, percent numeric, category text, account text, base numeric, tax numeric
);
comment on type logic.basis_tax is 'The VAT of a document at one rate.';
comment on column logic.basis_tax.vat_code is 'Code of the rate.';
comment on column logic.basis_tax.percent is 'The rate.';
comment on column logic.basis_tax.category is 'Category: S, AE, E, O or Z (EN 16931).';
comment on column logic.basis_tax.account is 'Account of the VAT.';
comment on column logic.basis_tax.base is 'Sum of the lines with it.';
comment on column logic.basis_tax.tax is 'The VAT.';

create type logic.basis_line as (
    line integer, customer_no text, contract_no text, line_no integer, line_kind text, what text, text text,
    from_on date, to_on date, quantity numeric, net numeric, vat_code text, vat_percent numeric,
    vat_category text, account text, project text, service text, product text
);
comment on type logic.basis_line is 'A line of a document.';
comment on column logic.basis_line.line is 'Its place in the document.';
comment on column logic.basis_line.customer_no is 'The customer that has the contract.';
comment on column logic.basis_line.contract_no is 'The contract.';
comment on column logic.basis_line.line_no is 'The contract line.';
comment on column logic.basis_line.line_kind is 'one_time, periodic, manual, usage, fee or correction.';
comment on column logic.basis_line.what is 'Code of what is charged.';
comment on column logic.basis_line.text is 'What is charged, in words.';
comment on column logic.basis_line.from_on is 'First day that is charged.';
comment on column logic.basis_line.to_on is 'First day that is no longer charged.';
comment on column logic.basis_line.quantity is 'How many.';
comment on column logic.basis_line.net is 'Amount without VAT; negative in a credit document.';
comment on column logic.basis_line.vat_code is 'VAT code.';
comment on column logic.basis_line.vat_percent is 'Its rate.';
comment on column logic.basis_line.vat_category is 'Its category: S, AE, E, O or Z (EN 16931).';
comment on column logic.basis_line.account is 'Account of the sale.';
comment on column logic.basis_line.project is 'Project, for the accounts.';
comment on column logic.basis_line.service is 'Code of the service.';
comment on column logic.basis_line.product is 'Code of the product type.';

create function logic.basis_answer(p_run bigint, p_rows jsonb)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_wrong jsonb;
    v_count bigint;
begin
    perform access.require('admin', 'finance', 'batch', 'integration');
    if p_run is not null then
        perform logic.run_get(p_run, 'approved', 'delivered');
    end if;
    -- In the order of their numbers: two who answer the same documents wait for each other, never in a ring.
    perform
    from billing.invoice
    where
        invoice.invoice_no = any(
            array(select one.basis_no from jsonb_populate_recordset(null::logic.basis_number, p_rows) as one)
        )
    order by invoice.invoice_no
    for update;
    -- A basis that is not there, named twice, or known under another number: nothing is taken.
    select jsonb_build_object(
        'run', p_run, 'invoice', answer.basis_no, 'number', answer.number, 'field', 'basis_no'
    ) into v_wrong
    from (
        select
            one.basis_no, one.number, count(*) over (partition by one.basis_no) as times
        from jsonb_populate_recordset(null::logic.basis_number, p_rows) as one
    ) as answer
    left join billing.invoice
        on
            invoice.invoice_no = answer.basis_no and invoice.state = 'approved'
            and case
                when p_run is not null then invoice.bill_run_id = p_run
                else exists (
                    select from billing.bill_run as run
                    where run.bill_run_id = invoice.bill_run_id and run.mode = 'basis'
                )
            end
    where
        invoice.invoice_id is null or answer.times > 1 or coalesce(answer.number, '') = ''
        or invoice.external_no <> answer.number
    limit 1;
    if v_wrong is not null then
        perform billing.fail(case when p_run is null then 'LB538' else 'LB532' end, v_wrong);
    end if;
    update billing.invoice
    set external_no = answer.number
    from jsonb_populate_recordset(null::logic.basis_number, p_rows) as answer
    where invoice.invoice_no = answer.basis_no and invoice.external_no is null;
    get diagnostics v_count = row_count;
    perform audit.event_add('basis_answer', p_run::text, jsonb_build_object('documents', v_count));
    return v_count;
end;
$$;

comment on function logic.basis_answer(bigint, jsonb) is
$$Takes the numbers that the accounting system gave to documents of a run, or where p_run is NULL of any
basis, [{basis_no, number}], all or none: how many are new.
Example: select logic.basis_answer(1, '[]') where false
Raises: LB522, LB523, LB532, or LB538 without a run, for a document that is not there, named twice or known
under another number, LB901$$;

create function logic.basis_line_list(p_run bigint, p_basis_no text)
returns table (
    basis_no text, kind text, number text, payer text, name text, org_no text, vat_no text, currency text,
    home_rate numeric, net_total numeric, tax_total numeric, total numeric, line integer, customer_no text,
    contract_no text, line_no integer, line_kind text, what text, text text, from_on date, to_on date,
    quantity numeric, net numeric, vat_code text, vat_percent numeric, vat_category text, account text,
    project text, service text, product text
)
language sql stable rows 10000
begin atomic
    select
        invoice.invoice_no, invoice.kind, invoice.external_no, payer.customer_no, payer.name, payer.org_no,
        payer.vat_no, invoice.currency, trim_scale(invoice.home_rate), round(invoice.net, currency.decimals),
        round(invoice.tax, currency.decimals), round(invoice.total, currency.decimals), line.place,
        customer.customer_no, contract.contract_no, one.line_no, line.kind, line.what, line.text,
        lower(line.valid), upper(line.valid), trim_scale(line.quantity), round(line.net, currency.decimals),
        line.vat_code, trim_scale(line.vat_percent), line.vat_category, line.account, line.project,
        service.code, product.code
    from billing.invoice
    inner join billing.currency on currency.currency = invoice.currency
    inner join billing.customer as payer on payer.customer_id = invoice.payer_id
    inner join billing.invoice_line as line on line.invoice_id = invoice.invoice_id
    inner join billing.customer on customer.customer_id = line.customer_id
    inner join billing.contract on contract.contract_id = line.contract_id
    inner join billing.contract_line as one on one.contract_line_id = line.contract_line_id
    inner join billing.service on service.service_id = one.service_id
    left join billing.product on product.product_id = coalesce(line.product_id, service.product_id)
    where
        (p_run is null or invoice.bill_run_id = p_run)
        and (p_basis_no is null or invoice.invoice_no = p_basis_no) and invoice.state = 'approved'
    order by invoice.number, line.place;
end;

comment on function logic.basis_line_list(bigint, text) is
$$The documents of an approved run, or one document, line by line with all that an accounting system needs.
Example: select * from logic.basis_line_list(1, null)
Raises: nothing$$;

-- api

create function api.basis_answer(p_run bigint, p_rows jsonb)
returns bigint
language sql volatile
return logic.basis_answer(p_run, p_rows);

comment on function api.basis_answer(bigint, jsonb) is
$$Takes the numbers that the accounting system gave, [{basis_no, number}]: how many are new.
Example: select api.basis_answer(1, '[]') where false
Raises: LB522, LB523, LB532, LB901$$;

create function api.basis_acknowledge(p_rows jsonb)
returns bigint
language sql volatile
return logic.basis_answer(null, p_rows);

comment on function api.basis_acknowledge(jsonb) is
$$Takes the numbers that the accounting system gave to documents of the invoice basis, all or none, and
says how many of them are new: sent again, none is. It refuses a document that is not there, that is named
twice, or that has another number already.
Example: select api.basis_acknowledge('[{"basis_no": "B0001", "number": "F77"}]') where false
Raises: LB538, LB901$$;
grant execute on function api.basis_answer(bigint, jsonb), api.basis_acknowledge(jsonb)
to leissner_admin, leissner_finance, leissner_batch, leissner_integration;

create function api.basis_list(p_run bigint)
returns table (
    basis_no text, kind text, number text, payer text, name text, org_no text, vat_no text, currency text,
    home_rate numeric, net_total numeric, tax_total numeric, total numeric, line integer, customer_no text,
    contract_no text, line_no integer, line_kind text, what text, text text, from_on date, to_on date,
    quantity numeric, net numeric, vat_code text, vat_percent numeric, vat_category text, account text,
    project text, service text, product text
)
language sql stable rows 10000
begin atomic
    select * from logic.basis_line_list(p_run, null) where p_run is not null;
end;

comment on function api.basis_list(bigint) is
$$An approved run line by line with all that an accounting system needs; amounts of credit documents are
negative. number:
what that system gave.
Example: select * from api.basis_list(1)
Raises: nothing$$;

create function api.basis_run_list()
returns table (
    run bigint, through date, state text, approved_at timestamptz, documents bigint, answered bigint,
    totals jsonb
)
language sql stable rows 100
begin atomic
    select
        run.bill_run_id, run.through_on, run.state, run.approved_at,
        coalesce(
            (
                select sum(kept.documents)::bigint
                from billing.bill_total as kept where kept.bill_run_id = run.bill_run_id
            ),
            (select count(*) from billing.invoice where invoice.bill_run_id = run.bill_run_id)
        ),
        (
            select count(*) from billing.invoice
            where invoice.bill_run_id = run.bill_run_id and invoice.external_no is not null
        ),
        (
            select coalesce(jsonb_agg(
                row(one.currency, one.documents, round(one.total, currency.decimals))::logic.basis_total
                order by one.currency
            ), '[]')
            from (
                select kept.currency, kept.documents, kept.total
                from billing.bill_total as kept where kept.bill_run_id = run.bill_run_id
                union all
                select invoice.currency, count(*), sum(invoice.total)
                from billing.invoice
                where
                    invoice.bill_run_id = run.bill_run_id
                    and not exists (
                        select from billing.bill_total as kept where kept.bill_run_id = run.bill_run_id
                    )
                group by invoice.currency
            ) as one
            inner join billing.currency on currency.currency = one.currency
        )
    from billing.bill_run as run
    where run.mode = 'basis';
end;

comment on function api.basis_run_list() is
$$The runs that make an invoice basis for an outside accounting system: their state (its documents can be
fetched once a run is approved), how many documents they have, how many of these the accounting system has
given its numbers to, and what they come to in each currency.
Example: select * from api.basis_run_list()
Raises: nothing$$;

create function api.basis_document_list(p_run bigint default null, p_is_answered boolean default null)
returns table (
    basis_no text, run bigint, kind text, number text, invoice_on date, payer text, name text, org_no text,
    vat_no text, currency text, home_rate numeric, net_total numeric, tax_total numeric, rounding numeric,
    total numeric, credits_no text
)
language sql stable rows 10000
begin atomic
    select
        invoice.invoice_no, invoice.bill_run_id, invoice.kind, invoice.external_no, invoice.invoice_on,
        payer.customer_no, payer.name, payer.org_no, payer.vat_no, invoice.currency,
        trim_scale(invoice.home_rate), round(invoice.net, currency.decimals),
        round(invoice.tax, currency.decimals), round(invoice.rounding, currency.decimals),
        round(invoice.total, currency.decimals),
        (select old.invoice_no from billing.invoice as old where old.invoice_id = invoice.credits_id)
    from billing.invoice
    inner join billing.bill_run as run on run.bill_run_id = invoice.bill_run_id and run.mode = 'basis'
    inner join billing.currency on currency.currency = invoice.currency
    inner join billing.customer as payer on payer.customer_id = invoice.payer_id
    where
        invoice.state = 'approved' and (p_run is null or invoice.bill_run_id = p_run)
        and (p_is_answered is null or (invoice.external_no is not null) = p_is_answered);
end;

comment on function api.basis_document_list(bigint, boolean) is
$$The documents of the invoice basis, of one run or of all, without their lines; with p_is_answered only
those to which the accounting system has given its number (number), or only those to which it has not yet.
Amounts of credit documents are negative; credits_no is the document that one credits.
Example: select * from api.basis_document_list(1, false)
Raises: nothing$$;

create function api.basis_get(p_basis_no text)
returns table (
    basis_no text, run bigint, kind text, number text, invoice_on date, payer text, name text, org_no text,
    vat_no text, currency text, home_rate numeric, net_total numeric, tax_total numeric, rounding numeric,
    total numeric, credits_no text, taxes jsonb, lines jsonb
)
language sql stable rows 1
begin atomic
    select
        document.*,
        (
            select jsonb_agg(
                row(
                    tax.vat_code, trim_scale(tax.percent), tax.category, tax.account,
                    round(tax.base, currency.decimals), round(tax.tax, currency.decimals)
                )::logic.basis_tax
                order by tax.vat_code, tax.percent
            )
            from billing.invoice
            inner join billing.currency on currency.currency = invoice.currency
            inner join billing.invoice_tax as tax on tax.invoice_id = invoice.invoice_id
            where invoice.invoice_no = p_basis_no
        ),
        (
            select jsonb_agg(
                row(
                    one.line, one.customer_no, one.contract_no, one.line_no, one.line_kind, one.what,
                    one.text, one.from_on, one.to_on, one.quantity, one.net, one.vat_code, one.vat_percent,
                    one.vat_category, one.account, one.project, one.service, one.product
                )::logic.basis_line
                order by one.line
            )
            from logic.basis_line_list(null, p_basis_no) as one
        )
    from api.basis_document_list() as document
    where document.basis_no = p_basis_no;
end;

comment on function api.basis_get(text) is
$$A document of the invoice basis with its lines and its VAT, all that an accounting system needs to
invoice it. No row where there is none of that number.
Example: select * from api.basis_get('B0001')
Raises: nothing$$;
grant execute on function
    api.basis_list(bigint), api.basis_run_list(), api.basis_document_list(bigint, boolean),
    api.basis_get(text)
to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;
