-- 81_report_drill: what the figures of reports are made of: contracts of a service, documents of a product.
-- Calls are listed by their own page (50_usage).

-- api

create function api.report_contract_list(
    p_what text default 'active', p_from date default logic.today(), p_to date default null,
    p_service text default null
)
returns table (
    key text, contract_no text, customer_no text, customer text, service text, from_on date, to_on date,
    lines bigint, quantity numeric
)
language sql stable rows 1000
begin atomic
    select
        contract.contract_no || ' ' || service.code, contract.contract_no, customer.customer_no,
        customer.name, service.code, one.from_on, nullif(one.to_on, date 'infinity'), one.lines,
        one.quantity
    from billing.contract
    inner join billing.customer on customer.customer_id = contract.customer_id
    -- Contract by contract, so that a page of them costs a page; as the reports have it: from the first day
    -- of the lines of a service to the last, or a day's lines.
    cross join lateral (
        select
            line.service_id, min(lower(line.valid)) as from_on,
            max(coalesce(upper(line.valid), date 'infinity')) as to_on, count(*) as lines,
            trim_scale(sum(coalesce(term.quantity, line.quantity))) as quantity
        from billing.contract_line as line
        left join lateral (
            select term.quantity
            from billing.line_term as term
            where
                term.contract_line_id = line.contract_line_id and term.quantity is not null
                and term.from_on <= coalesce(p_to - 1, p_from)
            order by term.from_on desc
            limit 1
        ) as term on true
        where
            line.contract_id = contract.contract_id and line.valid is not null
            and (p_what <> 'active' or line.valid @> p_from)
        group by line.service_id
    ) as one
    inner join billing.service on service.service_id = one.service_id
    where
        contract.state = 'active' and (p_service is null or service.code = p_service)
        and case p_what
            when 'active' then true
            when 'at_start' then one.from_on < p_from and one.to_on >= p_from
            when 'new' then one.from_on >= p_from and one.from_on < p_to
            when 'terminated' then one.from_on < p_to and one.to_on >= p_from and one.to_on < p_to
            when 'at_end' then one.from_on < p_to and one.to_on >= p_to
            else false
        end;
end;

comment on function api.report_contract_list(text, date, date, text) is
$$The contracts with a service that are active on p_from, or of a period (p_to: the day after) are at_start,
new, terminated or at_end: what the reports of contracts count.
Example: select contract_no from api.report_contract_list('new', '2026-10-01', '2026-11-01')
Raises: nothing$$;

create function api.report_billed_list(
    p_from date default '-infinity', p_to date default 'infinity', p_product text default null,
    p_kind text default null
)
returns table (
    invoice_no text, invoice_on date, document text, payer_no text, payer text, lines bigint,
    quantity numeric, net numeric
)
language sql stable rows 1000
begin atomic
    select
        invoice.invoice_no, invoice.invoice_on, invoice.kind, customer.customer_no, customer.name,
        found.lines, found.quantity, found.net
    from billing.invoice
    inner join billing.customer on customer.customer_id = invoice.issued_to
    cross join lateral (
        select
            count(*) as lines, trim_scale(sum(part.quantity)) as quantity,
            sum(
                round(part.upto * invoice.home_rate, 2)
                - round((part.upto - part.net) * invoice.home_rate, 2)
            ) as net
        from (
            select
                coalesce(line.product_id, service.product_id) as product_id, line.kind, line.quantity,
                line.net, sum(line.net) over (order by line.place) as upto
            from billing.invoice_line as line
            inner join billing.contract_line as held on held.contract_line_id = line.contract_line_id
            inner join billing.service on service.service_id = held.service_id
            where line.invoice_id = invoice.invoice_id
        ) as part
        left join billing.product on product.product_id = part.product_id
        where
            (p_product is null or coalesce(product.code, '') = p_product)
            and (p_kind is null or part.kind = p_kind)
    ) as found
    where
        invoice.state = 'approved' and invoice.invoice_on >= p_from and invoice.invoice_on < p_to
        and found.lines > 0;
end;

comment on function api.report_billed_list(date, date, text, text) is
$$The documents of a period (p_to: the day after) with what they have of a product and kind of line, in the
operator's currency: what the report of billed products adds up.
Example: select invoice_no, net from api.report_billed_list('2026-10-01', '2026-11-01', 'national')
Raises: nothing$$;

grant execute on function api.report_contract_list(text, date, date, text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_report, leissner_auditor, leissner_batch, leissner_integration;
grant execute on function api.report_billed_list(date, date, text, text) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;
