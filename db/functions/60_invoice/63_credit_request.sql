-- 60_invoice/credit_request: who may not credit asks for it; finance decides, and a credit note is made as
-- any other.

create function logic.credit_request_add(
    p_invoice_no text, p_reason text, p_places integer[], p_is_rebilled boolean
)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_invoice billing.invoice;
    v_places integer[];
    v_open bigint;
    v_request bigint;
begin
    perform access.require('sales', 'support', 'finance', 'credit', 'integration', 'seller', 'customer');
    -- Who asks at the same time, or credits, waits.
    select invoice.* into v_invoice from billing.invoice
    where invoice.invoice_id = logic.issued_find(p_invoice_no)
    for no key update;
    v_places := logic.credit_places(v_invoice, p_places);
    select min(request.credit_request_id) into v_open
    from billing.credit_request as request
    where
        request.invoice_id = v_invoice.invoice_id and request.state = 'open'
        and (request.places is null or request.places && v_places);
    if v_open is not null then
        perform billing.fail('LB539', jsonb_build_object('invoice', p_invoice_no, 'request', v_open));
    end if;
    insert into billing.credit_request (
        invoice_id, payer_id, places, is_rebilled, net, reason, requested_by
    )
    select
        v_invoice.invoice_id, v_invoice.payer_id,
        case when p_places is not null then v_places end, coalesce(p_is_rebilled, false),
        (
            select sum(line.net) from billing.invoice_line as line
            where line.invoice_id = v_invoice.invoice_id and line.place = any(v_places)
        ),
        p_reason, who.actor
    from audit.tx_current() as who
    returning credit_request.credit_request_id into v_request;
    return v_request;
end;
$$;

comment on function logic.credit_request_add(text, text, integer[], boolean) is
$$Asks for credit of an issued invoice that the caller may open, or of some of its lines (by place; NULL: all
that are left): the number of the request.
Example: select logic.credit_request_add('20260001', 'wrong price', null, false) where false
Raises: LB525 for an invoice that is unknown or not to be seen, LB527 for a credit note, LB528 for lines that
are not there or are credited, LB539 for lines that are asked for already, LB901$$;

create function logic.credit_request_decide(
    p_request bigint, p_is_approved boolean, p_why text, p_row_version integer
)
returns table (state text, credit_no text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_request billing.credit_request;
    v_state constant text := case p_is_approved when true then 'approved' when false then 'declined' end;
    v_why constant text := nullif(btrim(p_why), '');
    v_credit text;
begin
    perform access.require('admin', 'finance');
    select request.* into v_request from billing.credit_request as request
    where request.credit_request_id = p_request
    for update;
    if not found then
        perform billing.fail('LB541', jsonb_build_object('request', p_request));
    end if;
    if v_request.state = 'open' then
        perform logic.version_check(p_row_version, v_request.row_version);
        if p_is_approved then
            select made.credit_no into v_credit
            from billing.invoice
            cross join lateral logic.invoice_credit(
                invoice.invoice_no, v_request.places, v_request.is_rebilled, logic.today()
            ) as made
            where invoice.invoice_id = v_request.invoice_id;
        end if;
        update billing.credit_request as request
        set
            state = v_state, decided_at = clock_timestamp(), why = v_why,
            decided_by = (select who.actor from audit.tx_current() as who),
            credit_id = (select note.invoice_id from billing.invoice as note where note.invoice_no = v_credit)
        where request.credit_request_id = p_request;
    elsif v_request.state is distinct from v_state or v_request.why is distinct from v_why then
        perform billing.fail('LB540', jsonb_build_object(
            'request', p_request, 'state', v_request.state, 'by', v_request.decided_by
        ));
    end if;
    return query
    select request.state, note.invoice_no
    from billing.credit_request as request
    left join billing.invoice as note on note.invoice_id = request.credit_id
    where request.credit_request_id = p_request;
end;
$$;

comment on function logic.credit_request_decide(bigint, boolean, text, integer) is
$$Approves a request, which makes the credit note as of today, or declines it (and says why): what it is now,
and the number of the credit note. Decided so before with the same words, it changes nothing.
Example: select * from logic.credit_request_decide(1, false, 'the price is right', 1) where false
Raises: LB528 for lines that were credited meanwhile, LB540 for a request that was decided otherwise, LB541
for an unknown one, LB800, LB901 without the level finance or admin$$;

-- api

create function api.credit_request_add(
    p_invoice_no text, p_reason text, p_places integer[] default null, p_is_rebilled boolean default false
)
returns bigint
language sql volatile
begin atomic
    select logic.credit_request_add(p_invoice_no, p_reason, p_places, p_is_rebilled);
end;

comment on function api.credit_request_add(text, text, integer[], boolean) is
$$Asks for credit of an issued invoice, or of some of its lines, and gives the number of the request; nothing
is credited before finance has approved it. Refused: an invoice that is unknown, a draft or not to be seen, a
credit note, lines that are not there or are credited already, and lines that an open request asks for.
Example: select api.credit_request_add('20260001', 'wrong price') where false
Raises: LB525, LB527, LB528, LB539, LB901$$;
grant execute on function api.credit_request_add(text, text, integer[], boolean) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_integration,
    leissner_seller, leissner_customer;

create function api.credit_request_list(p_customer_no text default null, p_state text default null)
returns table (
    request bigint, invoice_no text, customer_no text, name text, places integer[], is_rebilled boolean,
    net numeric, currency text, reason text, state text, requested_by text, requested_at timestamptz,
    decided_by text, decided_at timestamptz, why text, credit_no text, row_version integer
)
language sql stable rows 1000
begin atomic
    select
        request.credit_request_id, invoice.invoice_no, payer.customer_no, payer.name, request.places,
        request.is_rebilled, round(request.net, currency.decimals), invoice.currency, request.reason,
        request.state, request.requested_by, request.requested_at, request.decided_by, request.decided_at,
        request.why, note.invoice_no, request.row_version
    from billing.credit_request as request
    inner join billing.invoice on invoice.invoice_id = request.invoice_id
    inner join billing.customer as payer on payer.customer_id = request.payer_id
    inner join billing.currency on currency.currency = invoice.currency
    left join billing.invoice as note on note.invoice_id = request.credit_id
    where
        (p_customer_no is null or payer.customer_no = p_customer_no)
        and (p_state is null or request.state = p_state);
end;

comment on function api.credit_request_list(text, text) is
$$Credits that were asked for, of invoices of one payer or all, in one state or any: what was asked, what was
decided, and the credit note that approval made.
Example: select * from api.credit_request_list(p_state => 'open')
Raises: nothing$$;
grant execute on function api.credit_request_list(text, text) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration, leissner_seller, leissner_customer;

create function api.credit_request_decide(
    p_request bigint, p_is_approved boolean, p_why text default null, p_row_version integer default null
)
returns table (state text, credit_no text)
language sql volatile rows 1
begin atomic
    select made.state, made.credit_no
    from logic.credit_request_decide(p_request, p_is_approved, p_why, p_row_version) as made;
end;

comment on function api.credit_request_decide(bigint, boolean, text, integer) is
$$Approves a request for a credit, which makes the credit note as of today, or declines it, which needs a why.
Example: select * from api.credit_request_decide(1, false, 'the price is right') where false
Raises: LB528, LB540, LB541, LB800, LB901$$;
grant execute on function api.credit_request_decide(bigint, boolean, text, integer) to
    leissner_admin, leissner_finance;
