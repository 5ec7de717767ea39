-- 75_credit/person: what people set: blocks, promises to pay.

create function logic.line_named_list(p_customer_no text, p_lines text[], p_on date)
returns table (contract_line_id bigint, customer_id bigint, payer_id bigint)
language plpgsql stable rows 100
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_customer bigint := (
        select customer.customer_id from billing.customer where customer.customer_no = p_customer_no
    );
    v_strange text;
begin
    if v_customer is null then
        perform billing.fail('LB524', jsonb_build_object('customer', p_customer_no));
    end if;
    return query
    with own as materialized (
        -- its own lines, and those of whom it pays for
        select
            line.contract_line_id, contract.customer_id, pays.payer_id, contract.contract_no, line.line_no
        from logic.customer_payer(
            array(select below.customer_id from logic.customer_below(array[v_customer]) as below)
        ) as pays
        inner join billing.contract on contract.customer_id = pays.customer_id
        inner join billing.contract_line as line on line.contract_id = contract.contract_id
        where pays.valid @> p_on and v_customer in (pays.payer_id, pays.customer_id) and line.valid @> p_on
    )

    select own.contract_line_id, own.customer_id, own.payer_id
    from own
    where
        (p_lines is null or own.contract_no = any(p_lines)
        or own.contract_no || '/' || own.line_no = any(p_lines))
        and exists (
            select from billing.subscriber_number as number
            where number.contract_line_id = own.contract_line_id and number.valid @> p_on
        );
    if p_lines is not null then
        select asked.line into v_strange
        from unnest(p_lines) as asked (line)
        where not exists (
            select
            from logic.customer_below(array[v_customer]) as below
            inner join billing.contract on contract.customer_id = below.customer_id
            inner join billing.contract_line as line on line.contract_id = contract.contract_id
            where asked.line in (contract.contract_no, contract.contract_no || '/' || line.line_no)
        )
        limit 1;
        if v_strange is not null then
            perform billing.fail('LB410', jsonb_build_object('customer', p_customer_no, 'line', v_strange));
        end if;
    end if;
end;
$$;

comment on function logic.line_named_list(text, text[], date) is
$$Contract lines with numbers of a customer and of those it pays for; of p_lines (contracts, or
CONTRACT/LINE), or NULL: all.
Example: select * from logic.line_named_list('1000', null, '2026-11-01') where false
Raises: LB410 for a line that is not there, LB524 for an unknown customer$$;

create function logic.block_set(p_customer_no text, p_lines text[], p_scope text, p_reason text)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_on date := logic.today();
    v_actor text := (select who.actor from audit.tx_current() as who);
    v_wanted logic.block_want[];
    v_orders bigint;
begin
    perform access.require('finance', 'credit', 'integration');
    if p_scope is null or p_scope not in ('outgoing', 'international_premium', 'all') then
        perform billing.fail('LB416', jsonb_build_object('scope', p_scope));
    end if;
    v_wanted := array(
        select row(line.contract_line_id, line.customer_id, line.payer_id, p_scope)::logic.block_want
        from logic.line_named_list(p_customer_no, p_lines, v_on) as line
    );
    if v_wanted = '{}' then
        perform billing.fail('LB411', jsonb_build_object('customer', p_customer_no, 'day', v_on));
    end if;
    perform logic.ledger_lock(array(select one.payer_id from unnest(v_wanted) as one));
    insert into billing.credit_block as block (
        contract_line_id, customer_id, payer_id, origin, scope, reason, set_by
    )
    select one.contract_line_id, one.customer_id, one.payer_id, 'person', p_scope, p_reason, v_actor
    from unnest(v_wanted) as one
    order by one.contract_line_id
    on conflict (contract_line_id, origin) where lifted_at is null do update
    set scope = excluded.scope, reason = excluded.reason, set_by = excluded.set_by
    where (block.scope, block.reason) is distinct from (excluded.scope, excluded.reason);
    v_orders := logic.order_make(array(select one.contract_line_id from unnest(v_wanted) as one), v_on);
    insert into billing.credit_event (payer_id, kind, happened_on, code, params, made_by)
    select
        one.payer_id, 'blocked', v_on, 'credit_person',
        jsonb_build_object('who', v_actor, 'reason', p_reason, 'lines', count(*)), v_actor
    from unnest(v_wanted) as one
    where v_orders > 0
    group by one.payer_id;
    perform audit.event_add(
        'credit_block', p_customer_no,
        jsonb_build_object(
            'scope', p_scope, 'reason', p_reason, 'lines', cardinality(v_wanted), 'orders', v_orders
        )
    );
    return v_orders;
end;
$$;

comment on function logic.block_set(text, text[], text, text) is
$$Blocks contract lines of a customer, and of those it pays for, until a person lifts it: how many orders
to the switch that makes.
Example: select logic.block_set('1000', null, 'outgoing', null) where false
Raises: LB410 for a line that is not there, LB411 where nothing has numbers, LB416 for an unknown scope,
LB524 for an unknown customer, LB901 without the level finance, credit or integration$$;

create function logic.block_lift(p_customer_no text, p_lines text[])
returns table (lifted bigint, orders bigint, still_blocked bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_on date := logic.today();
    v_actor text := (select who.actor from audit.tx_current() as who);
    v_payers bigint[];
    v_lines bigint[];
    v_opened bigint[];
    v_orders bigint;
begin
    perform access.require('finance', 'credit', 'integration');
    select array_agg(line.contract_line_id), array_agg(distinct line.payer_id) into v_lines, v_payers
    from logic.line_named_list(p_customer_no, p_lines, v_on) as line;
    perform logic.ledger_lock(v_payers);
    with opened as (
        update billing.credit_block as block
        set lifted_at = clock_timestamp(), lifted_by = v_actor
        where
            block.contract_line_id = any(v_lines) and block.origin in ('person', 'guard')
            and block.lifted_at is null
        returning block.contract_line_id
    )

    select coalesce(array_agg(distinct opened.contract_line_id), '{}') into v_opened from opened;
    v_orders := logic.order_make(v_opened, v_on);
    insert into billing.credit_event (payer_id, kind, happened_on, code, params, made_by)
    select
        line.payer_id, 'lifted', v_on, 'credit_opened',
        jsonb_build_object('who', v_actor, 'lines', count(*)), v_actor
    from logic.line_named_list(p_customer_no, p_lines, v_on) as line
    where line.contract_line_id = any(v_opened)
    group by line.payer_id;
    perform audit.event_add(
        'credit_unblock', p_customer_no,
        jsonb_build_object('lines', cardinality(v_opened), 'orders', v_orders)
    );
    return query
    select
        cardinality(v_opened)::bigint, v_orders,
        (select count(*) from logic.block_effect_list(v_lines));
end;
$$;

comment on function logic.block_lift(text, text[]) is
$$Lifts what persons and the guard have blocked of a customer's lines and of those it pays for: lines,
orders to the switch, and how many lines a policy blocks still.
Example: select * from logic.block_lift('1000', null) where false
Raises: LB410 for a line that is not there, LB524 for an unknown customer, LB901 without the level finance,
credit or integration$$;

create function logic.promise_add(p_customer_no text, p_until date, p_reason text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_on date := logic.today();
    v_customer bigint := (
        select customer.customer_id from billing.customer where customer.customer_no = p_customer_no
    );
    v_payer bigint;
begin
    perform access.require('finance', 'credit');
    if v_customer is null then
        perform billing.fail('LB524', jsonb_build_object('customer', p_customer_no));
    end if;
    if p_until < v_on then
        perform billing.fail('LB412', jsonb_build_object('day', p_until));
    end if;
    select pays.payer_id into v_payer
    from logic.payer_of(v_customer) as pays where pays.valid @> v_on;
    if v_payer <> v_customer then
        perform billing.fail('LB413', jsonb_build_object(
            'customer', p_customer_no,
            'payer', (select customer.customer_no from billing.customer where customer.customer_id = v_payer)
        ));
    end if;
    perform logic.ledger_lock(array[v_customer]);
    insert into billing.credit_promise (payer_id, until_on, reason, made_by)
    select v_customer, p_until, p_reason, who.actor from audit.tx_current() as who;
    perform logic.credit_lift(array[v_customer]);
end;
$$;

comment on function logic.promise_add(text, date, text) is
$$Notes that a payer has promised to pay until a day (NULL: withdraws the promise), and lifts what is held
against it until then.
Example: select logic.promise_add('1000', null, null) where false
Raises: LB412 for a day that is over, LB413 for a customer that does not pay for itself, LB524 for an unknown
customer, LB901 without the level finance or credit$$;

-- api

create function api.credit_block(
    p_customer_no text, p_lines text[] default null, p_scope text default 'outgoing', p_reason text default
        null
)
returns bigint
language sql volatile
return logic.block_set(p_customer_no, p_lines, p_scope, p_reason);

comment on function api.credit_block(text, text[], text, text) is
$$Blocks contract lines (contracts, or CONTRACT/LINE; NULL: all with numbers) of a customer, and of those
it pays for, until a person lifts it: how many orders to the switch that makes.
Example: select api.credit_block('1000') where false
Raises: LB410, LB411, LB416, LB524, LB901$$;
grant execute on function api.credit_block(text, text[], text, text)
to leissner_admin, leissner_finance, leissner_credit, leissner_integration;

create function api.credit_unblock(p_customer_no text, p_lines text[] default null)
returns table (lifted bigint, orders bigint, still_blocked bigint)
language sql volatile
begin atomic
    select * from logic.block_lift(p_customer_no, p_lines);
end;

comment on function api.credit_unblock(text, text[]) is
$$Lifts what persons and the guard have blocked of a customer's lines: lines, orders to the switch, and how
many lines a policy blocks still.
Example: select * from api.credit_unblock('1000') where false
Raises: LB410, LB524, LB901$$;
grant execute on function api.credit_unblock(text, text[])
to leissner_admin, leissner_finance, leissner_credit, leissner_integration;

create function api.credit_promise(p_customer_no text, p_until date, p_reason text default null)
returns void
language sql volatile
begin atomic
    select logic.promise_add(p_customer_no, p_until, p_reason);
end;

comment on function api.credit_promise(text, date, text) is
$$Notes that a payer has promised to pay until a day (NULL: withdraws the promise), and lifts what is held
against it until then.
Example: select api.credit_promise('1000', null) where false
Raises: LB412, LB413, LB524, LB901$$;
grant execute on function api.credit_promise(text, date, text)
to leissner_admin, leissner_finance, leissner_credit;
