-- 60_invoice/check: what a person should look at before a run is approved (BILLING.md 4.2), worst first.

create function logic.bill_check(p_run bigint)
returns table (rank integer, kind text, subject text, params jsonb)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run billing.bill_run;
    v_customers bigint[];
begin
    v_run := logic.run_get(p_run, 'making', 'draft', 'approving', 'approved', 'delivered');
    v_customers := array(
        select one.customer_id from billing.bill_part as part
        cross join lateral unnest(part.customers) as one (customer_id)
        where part.bill_run_id = p_run
    );
    return query
    with document as materialized (
        select
            invoice.invoice_id, invoice.payer_id, invoice.currency, invoice.net, invoice.total,
                invoice.home_rate,
            payer.customer_no, payer.name, payer.credit_limit
        from billing.invoice
        inner join billing.customer as payer on payer.customer_id = invoice.payer_id
        where invoice.bill_run_id = p_run
    ),

    former as materialized (
        select document.invoice_id, count(*) as documents, avg(last_ones.total) as mean
        from document
        cross join lateral (
            select one.total from billing.invoice as one
            where
                one.payer_id = document.payer_id and one.currency = document.currency
                and one.state = 'approved' and one.bill_run_id is distinct from p_run
            order by one.invoice_on desc, one.number desc
            limit 3
        ) as last_ones
        group by document.invoice_id
    ),

    waiting as (
        select suspense.reason, count(*) as calls
        from billing.call_suspense as suspense
        where
            coalesce(suspense.start_on, suspense.started_at::date) between
            (v_run.through_on - interval '1 month')::date and v_run.through_on
        group by suspense.reason
    ),

    cost as materialized (
        select line.invoice_id, sum(call.cost_base) as cost, sum(call.retail_base) as revenue
        from billing.invoice_line as line
        inner join document on document.invoice_id = line.invoice_id
        inner join billing.call_billed as billed on billed.invoice_line_id = line.invoice_line_id
        inner join billing.call
            on call.customer_id = billed.customer_id and call.start_on = billed.start_on
            and call.call_id = billed.call_id
        where call.cost_base is not null
        group by line.invoice_id
    ),

    contract_line as materialized (
        select
            contract.contract_id, contract.contract_no, contract.customer_id, one.contract_line_id,
                one.line_no,
            one.service_id
        from billing.contract
        inner join billing.contract_line as one on one.contract_id = contract.contract_id
        where
            contract.customer_id = any(v_customers) and contract.state = 'active'
            and one.valid @> v_run.through_on
    )

    select 1, 'fault', customer.customer_no, jsonb_build_object(
        'name', customer.name, 'code', fault.code, 'params', fault.params
    )
    from billing.bill_fault as fault
    inner join billing.customer on customer.customer_id = fault.customer_id
    where fault.bill_run_id = p_run
    union all
    select 2, 'account', given.kind, jsonb_build_object('number', given.number)
    from billing.operator
    cross join lateral (
        values ('bankgiro', operator.bankgiro), ('plusgiro', operator.plusgiro), ('iban', operator.iban)
    ) as given (kind, number)
    where not logic.account_check(given.kind, given.number)
    union all
    select 2, 'suspended', waiting.reason, jsonb_build_object('calls', waiting.calls) from waiting
    union all
    select 3, 'margin', document.customer_no, jsonb_build_object(
        'name', document.name, 'revenue', round(cost.revenue, 2), 'cost', round(cost.cost, 2)
    )
    from cost
    inner join document on document.invoice_id = cost.invoice_id
    where cost.revenue < cost.cost
    union all
    select 4, 'credit_limit', document.customer_no, jsonb_build_object(
        'name', document.name, 'total', round(document.total, 2), 'currency', document.currency,
        'limit', round(document.credit_limit, 2)
    )
    from document
    where document.total * document.home_rate > document.credit_limit
    union all
    select 5, 'differs', document.customer_no, jsonb_build_object(
        'name', document.name, 'total', round(document.total, 2), 'mean', round(former.mean, 2),
        'currency', document.currency
    )
    from document
    inner join former on former.invoice_id = document.invoice_id
    where abs(document.total - former.mean) > abs(former.mean) * 0.5
    union all
    select 6, 'credit', document.customer_no, jsonb_build_object(
        'name', document.name, 'total', round(document.total, 2), 'currency', document.currency
    )
    from document
    where document.total < 0
    union all
    select 7, 'org_no', payer.customer_no, jsonb_build_object('name', payer.name, 'number', payer.org_no)
    from billing.customer as payer
    where
        payer.customer_id in (select document.payer_id from document) and payer.country = 'SE'
        and not logic.account_check('org_no', payer.org_no)
    union all
    select 7, 'zero_price', document.customer_no, jsonb_build_object(
        'name', document.name, 'lines', count(*), 'what', min(line.what)
    )
    from billing.invoice_line as line
    inner join document on document.invoice_id = line.invoice_id
    where line.net = 0 and line.charge_kind in ('one_time', 'periodic', 'manual') and line.quantity > 0
    group by document.customer_no, document.name
    union all
    select 8, 'no_charge', contract_line.contract_no, jsonb_build_object('name', customer.name)
    from contract_line
    inner join billing.customer on customer.customer_id = contract_line.customer_id
    group by contract_line.contract_id, contract_line.contract_no, customer.name
    having not exists (
        select from billing.invoice_line as line
        inner join document on document.invoice_id = line.invoice_id
        where line.contract_id = contract_line.contract_id
    ) and not exists (
        select from billing.service_charge as charge
            where charge.service_id = any(array_agg(contract_line.service_id))
    )
    union all
    select 9, 'first', document.customer_no, jsonb_build_object(
        'name', document.name, 'total', round(document.total, 2), 'currency', document.currency
    )
    from document
    left join former on former.invoice_id = document.invoice_id
    where former.invoice_id is null
    union all
    select 10, 'silent', own.number, jsonb_build_object('contract', contract_line.contract_no, 'line',
        contract_line.line_no)
    from contract_line
    inner join billing.subscriber_number as own
        on own.contract_line_id = contract_line.contract_line_id and own.valid @> v_run.through_on
    where
        own.kind = 'number' and own.to_number is null and lower(own.valid) <= v_run.through_on - 90
        -- the line's totals first: few lines have none, and only theirs are asked of the calls
        and not exists (
            select from billing.call_customer_month as total
            where
                total.customer_id = contract_line.customer_id
                and total.contract_line_id = contract_line.contract_line_id
                and total.month >= date_trunc('month', (v_run.through_on - 90)::timestamp)::date
                and total.calls > 0
        )
    order by 1, 3;
end;
$$;

comment on function logic.bill_check(bigint) is
$$What a person should look at in a run: faults, accounts and registration numbers whose check digit is wrong,
    suspended calls of its last month, margin below zero,
    totals above the
credit limit, totals more than half away from the mean of the last three, credits, zero prices,
    contracts without
charges, first invoices, numbers without traffic for 90 days (of lines without any).
Example: select * from logic.bill_check(1) where false
Raises: LB522 for an unknown run$$;

-- api

create function api.bill_check(p_run bigint)
returns table (rank integer, kind text, subject text, params jsonb)
language sql stable
begin atomic
    select found.rank, found.kind, found.subject, found.params from logic.bill_check(p_run) as found;
end;

comment on function api.bill_check(bigint) is
$$What a person should look at in a run, worst first.
Example: select * from api.bill_check(1) where false
Raises: LB522 for an unknown run$$;
grant execute on function api.bill_check(bigint) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_auditor,
    leissner_batch;
