-- 75_credit/fetch: a system before the switch fetches the orders and answers them.

create function logic.order_fetch(p_limit integer)
returns bigint[]
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_orders bigint[];
begin
    perform access.require('finance', 'credit', 'batch', 'integration');
    perform pg_advisory_xact_lock(hashtextextended('billing.credit_order', 0));
    -- What a file was begun for goes by that file.
    v_orders := array(
        select given.credit_order_id
        from billing.credit_order as given
        where given.state = 'ordered' and given.batch is null
        order by given.credit_order_id
        limit p_limit
    );
    perform logic.order_sent(v_orders, 'fetched');
    return v_orders;
end;
$$;

comment on function logic.order_fetch(integer) is
$$Hands out the orders to the switch that have not left yet, the oldest first, and notes them as sent: their
keys.
Example: select logic.order_fetch(100) where false
Raises: LB901$$;

create function logic.order_confirm(p_order text, p_is_done boolean, p_reason text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('finance', 'credit', 'batch', 'integration');
    -- Who answers an order has got it.
    perform logic.order_sent(
        array(
            select given.credit_order_id
            from billing.credit_order as given
            where given.credit_order_id = logic.order_id(p_order) and given.state = 'ordered'
        ),
        'fetched'
    );
    perform logic.order_close(p_order, p_is_done, p_reason);
end;
$$;

comment on function logic.order_confirm(text, boolean, text) is
$$Takes the answer to an order, by its number or key; one that had not left is noted as sent first.
Example: select logic.order_confirm('1', true, null) where false
Raises: LB414 for an order that does not wait for an answer, LB901$$;

-- api

create function api.block_order_list(p_is_all boolean default false)
returns table (
    id bigint, key text, action text, scope text, customer_no text, contract_no text, line_no integer,
    numbers text[], exempt text[], state text, way text, attempts integer, reason text,
    ordered_at timestamptz, sent_at timestamptz, closed_at timestamptz
)
language sql stable rows 1000
begin atomic
    select
        given.id, given.key, given.action, given.scope, given.customer_no, given.contract_no, given.line_no,
        given.numbers, given.exempt, given.state, given.way, given.attempts, given.reason, given.ordered_at,
        given.sent_at, given.closed_at
    from logic.order_list(p_is_all, null) as given;
end;

comment on function api.block_order_list(boolean) is
$$Orders to the switch, to block contract lines and to open them again, that it has not confirmed; of what
failed only the last order of a line. With is_all all that were ever given.
Example: select key, action, numbers from api.block_order_list()
Raises: nothing$$;
grant execute on function api.block_order_list(boolean) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.credit_order_fetch(p_limit integer default 1000)
returns table (
    id bigint, key text, action text, scope text, customer_no text, contract_no text, line_no integer,
    numbers text[], exempt text[], state text, way text, batch bigint, attempts integer, reason text,
    ordered_at timestamptz, sent_at timestamptz, closed_at timestamptz
)
language plpgsql volatile rows 1000
set search_path = pg_catalog, pg_temp
as $$
declare
    v_orders bigint[] := logic.order_fetch(p_limit);
begin
    return query
    select given.*
    from logic.order_list(true, null) as given where given.id = any(v_orders)
    order by given.id;
end;
$$;

comment on function api.credit_order_fetch(integer) is
$$Hands out the orders to the switch that have not left yet, the oldest first: which numbers of a contract
line are to be blocked (and how far), or opened again, and which numbers (exempt) may always be called. They
are sent with that; each waits for its confirmation. What was handed out and not confirmed stands in the list
of orders.
Example: select * from api.credit_order_fetch() where false
Raises: LB901$$;

create function api.credit_order_confirm(
    p_order text, p_is_done boolean default true, p_reason text default null
)
returns void
language sql volatile
begin atomic
    select logic.order_confirm(p_order, p_is_done, p_reason);
end;

comment on function api.credit_order_confirm(text, boolean, text) is
$$Takes the switch's answer to an order, by its number or key: done, or (is_done false) failed, and why. The
same answer again is harmless; an order that failed may be confirmed later.
Example: select api.credit_order_confirm('1') where false
Raises: LB414 for an order that is not there, or was confirmed before it failed; LB901$$;

grant execute on function api.credit_order_fetch(integer), api.credit_order_confirm(text, boolean, text) to
    leissner_admin, leissner_finance, leissner_credit, leissner_batch, leissner_integration;
