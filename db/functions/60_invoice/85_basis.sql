-- 60_invoice/basis: an approved run for an outside accounting system, and the numbers it gives (BILLING.md
-- 4.6).

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
    perform logic.run_get(p_run, 'approved', 'delivered');
    -- A basis that is not of the run, named twice, or known under another number: nothing is taken.
    select jsonb_build_object('run', p_run, 'invoice', answer.basis_no, 'number', answer.number) into v_wrong
    from (
        select
            one.basis_no, one.number, count(*) over (partition by one.basis_no) as times
        from jsonb_to_recordset(p_rows) as one (basis_no text, number text)
    ) as answer
    left join billing.invoice on invoice.invoice_no = answer.basis_no and invoice.bill_run_id = p_run
    where
        invoice.invoice_id is null or answer.times > 1 or coalesce(answer.number, '') = ''
        or invoice.external_no <> answer.number
    limit 1;
    if v_wrong is not null then
        perform billing.fail('LB532', v_wrong);
    end if;
    update billing.invoice
    set external_no = answer.number
    from jsonb_to_recordset(p_rows) as answer (basis_no text, number text)
    where invoice.invoice_no = answer.basis_no and invoice.external_no is null;
    get diagnostics v_count = row_count;
    perform audit.event_add('basis_answer', p_run::text, jsonb_build_object('documents', v_count));
    return v_count;
end;
$$;

comment on function logic.basis_answer(bigint, jsonb) is
$$Takes the numbers that the accounting system gave to the documents of a run, [{basis_no, number}], all or
none: how many
are new.
Example: select logic.basis_answer(1, '[]') where false
Raises: LB522, LB523, LB532 for a document that is not there, named twice or known under another number,
LB901$$;

-- api

create function api.basis_answer(p_run bigint, p_rows jsonb)
returns bigint
language sql volatile
return logic.basis_answer(p_run, p_rows);

comment on function api.basis_answer(bigint, jsonb) is
$$Takes the numbers that the accounting system gave, [{basis_no, number}]: how many are new.
Example: select api.basis_answer(1, '[]') where false
Raises: LB522, LB523, LB532, LB901$$;
grant execute on function api.basis_answer(bigint, jsonb)
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
    select
        invoice.invoice_no, invoice.kind, invoice.external_no, payer.customer_no, payer.name, payer.org_no,
        payer.vat_no, invoice.currency, trim_scale(invoice.home_rate), round(invoice.net, currency.decimals),
        round(invoice.tax, currency.decimals), round(invoice.total, currency.decimals), line.place,
        customer.customer_no, contract.contract_no, one.line_no, line.kind, line.what, line.text,
        lower(line.valid), upper(line.valid), trim_scale(line.quantity), round(line.net, currency.decimals),
        line.vat_code, trim_scale(line.vat_percent), line.vat_category, line.account, line.project,
            service.code,
        product.code
    from billing.invoice
    inner join billing.currency on currency.currency = invoice.currency
    inner join billing.customer as payer on payer.customer_id = invoice.payer_id
    inner join billing.invoice_line as line on line.invoice_id = invoice.invoice_id
    inner join billing.customer on customer.customer_id = line.customer_id
    inner join billing.contract on contract.contract_id = line.contract_id
    inner join billing.contract_line as one on one.contract_line_id = line.contract_line_id
    inner join billing.service on service.service_id = one.service_id
    left join billing.product on product.product_id = coalesce(line.product_id, service.product_id)
    where invoice.bill_run_id = p_run and invoice.state = 'approved'
    order by invoice.number, line.place;
end;

comment on function api.basis_list(bigint) is
$$An approved run line by line with all that an accounting system needs; amounts of credit documents are
negative. number:
what that system gave.
Example: select * from api.basis_list(1)
Raises: nothing$$;
grant execute on function api.basis_list(bigint) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;
