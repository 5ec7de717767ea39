-- 75_credit/browse: what pages show of payers, orders, policies and messages, and what people set there.

create function logic.credit_limit_set(
    p_customer_no text, p_limit numeric, p_reason text, p_row_version integer
)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_found billing.customer;
begin
    perform access.require('finance', 'credit');
    select customer.* into v_found
    from billing.customer where customer.customer_no = p_customer_no for update;
    if v_found.customer_id is null then
        perform billing.fail('LB524', jsonb_build_object('customer', p_customer_no));
    end if;
    perform logic.version_check(p_row_version, v_found.row_version);
    if v_found.credit_limit is distinct from p_limit then
        update billing.customer set credit_limit = p_limit where customer_id = v_found.customer_id;
        perform audit.event_add(
            'credit_limit', p_customer_no,
            jsonb_build_object('from', v_found.credit_limit, 'to', p_limit, 'reason', p_reason)
        );
    end if;
end;
$$;

comment on function logic.credit_limit_set(text, numeric, text, integer) is
$$Sets the credit limit of a customer, NULL: none, and writes down why.
Example: select logic.credit_limit_set('1000', 5000, 'asked for', null) where false
Raises: LB524, LB800, LB901 without the level finance or credit, customer_credit_limit_ck$$;

create function logic.promise_find(p_payer bigint)
returns date
language sql stable
begin atomic
    select promise.until_on
    from billing.credit_promise as promise
    where promise.payer_id = p_payer
    order by promise.credit_promise_id desc
    limit 1;
end;

comment on function logic.promise_find(bigint) is
$$The day until which a payer has promised to pay, whether it is over or not; NULL: no promise, or withdrawn.
Example: select logic.promise_find(1)
Raises: nothing$$;

-- api

create function api.credit_payer_get(p_customer_no text, p_language text default 'en')
returns table (
    customer_no text, name text, kind text, credit_limit numeric, row_version integer, stage text,
    since_at timestamptz, block_on date, reason text, promise_until date, policy text,
    warn_percent numeric, block_percent numeric, warn_days integer, block_days integer, minimum numeric,
    blocks text, notice_days integer, email text, blocked bigint, orders bigint
)
language sql stable rows 1
begin atomic
    select
        payer.customer_no, payer.name, payer.kind, payer.credit_limit, payer.row_version, state.stage,
        state.since_at, state.block_on, why.sentence, logic.promise_find(payer.customer_id), policy.code,
        policy.warn_percent, policy.block_percent, policy.warn_days, policy.block_days, policy.minimum,
        policy.blocks, policy.notice_days, payer.email,
        (
            select count(distinct block.contract_line_id) from billing.credit_block as block
            where
                block.lifted_at is null and payer.customer_id in (block.payer_id, block.customer_id)
        ),
        (
            select count(*) from billing.credit_order as given
            where
                given.state in ('ordered', 'sent')
                and given.contract_line_id in (
                    select block.contract_line_id from billing.credit_block as block
                    where block.payer_id = payer.customer_id
                )
        )
    from billing.customer as payer
    left join billing.credit_state as state on state.payer_id = payer.customer_id
    left join lateral logic.credit_policy_list(array[payer.customer_id], logic.today()) as chosen on true
    left join billing.credit_policy as policy on policy.credit_policy_id = chosen.credit_policy_id
    left join lateral logic.message_get(state.code, p_language, null, state.params) as why
        on state.payer_id is not null
    where payer.customer_no = p_customer_no;
end;

comment on function api.credit_payer_get(text, text) is
$$How far credit control has gone with a payer and why, its promise, and the policy that holds for it.
Example: select * from api.credit_payer_get('1000')
Raises: nothing$$;
grant execute on function api.credit_payer_get(text, text) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.credit_history_list(p_customer_no text, p_language text default 'en')
returns table (
    happened_at timestamptz, kind text, reason text, balance numeric, overdue numeric,
    overdue_days integer, unbilled numeric, exposure numeric, credit_limit numeric, made_by text,
    message text
)
language sql stable rows 100
begin atomic
    select
        event.happened_at, event.kind, why.sentence, event.balance, event.overdue, event.overdue_days,
        event.unbilled, event.exposure, event.credit_limit, event.made_by, message.state
    from billing.customer
    inner join billing.credit_event as event on event.payer_id = customer.customer_id
    left join billing.credit_message as message on message.credit_event_id = event.credit_event_id
    left join lateral logic.message_get(event.code, p_language, null, event.params) as why on true
    where customer.customer_no = p_customer_no
    order by event.credit_event_id desc;
end;

comment on function api.credit_history_list(text, text) is
$$What was done about a payer and why in words, the latest first, with the figures of that moment.
Example: select * from api.credit_history_list('1000')
Raises: nothing$$;
grant execute on function api.credit_history_list(text, text) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.credit_line_list(p_customer_no text)
returns table (
    line text, customer_no text, name text, service text, numbers text[], scope text, origin text,
    reason text, set_at timestamptz, set_by text
)
language sql stable rows 100
begin atomic
    select
        contract.contract_no || '/' || line.line_no, owner.customer_no, owner.name,
        (
            select service.name from billing.service where service.service_id = line.service_id
        ),
        array(
            select number.number || coalesce('–' || number.to_number, '')
            from billing.subscriber_number as number
            where
                number.contract_line_id = line.contract_line_id
                and number.valid @> (select logic.today())
            order by number.number
        ),
        block.scope, block.origin, block.reason, block.set_at, block.set_by
    from billing.customer as payer
    cross join lateral logic.customer_payer(
        array(
            select below.customer_id from logic.customer_below(array[payer.customer_id]) as below
        )
    ) as pays
    inner join billing.customer as owner on owner.customer_id = pays.customer_id
    inner join billing.contract on contract.customer_id = pays.customer_id
    inner join billing.contract_line as line on line.contract_id = contract.contract_id
    left join billing.credit_block as block
        on block.contract_line_id = line.contract_line_id and block.lifted_at is null
    where
        payer.customer_no = p_customer_no and pays.valid @> (select logic.today())
        and payer.customer_id in (pays.payer_id, pays.customer_id) and line.valid @> (select logic.today())
        and exists (
            select from billing.subscriber_number as number
            where
                number.contract_line_id = line.contract_line_id
                and number.valid @> (select logic.today())
        )
    order by owner.customer_no collate "C", contract.contract_no collate "C", line.line_no, block.origin;
end;

comment on function api.credit_line_list(text) is
$$Contract lines with numbers of a customer and of those it pays for, with what is blocked of them (a row for
each origin of a block).
Example: select * from api.credit_line_list('1000')
Raises: nothing$$;
grant execute on function api.credit_line_list(text) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.credit_block_browse_list(p_customer_no text default null)
returns table (
    block bigint, line text, customer_no text, name text, payer_no text, scope text, origin text,
    reason text, set_at timestamptz, set_by text, order_state text
)
language sql stable rows 1000
begin atomic
    select
        block.credit_block_id, contract.contract_no || '/' || line.line_no, owner.customer_no, owner.name,
        payer.customer_no, block.scope, block.origin, block.reason, block.set_at, block.set_by,
        (
            select given.state from billing.credit_order as given
            where given.contract_line_id = block.contract_line_id
            order by given.credit_order_id desc
            limit 1
        )
    from billing.credit_block as block
    -- all are there; left, so that sorting and counting read only what they need
    left join billing.customer as owner on owner.customer_id = block.customer_id
    left join billing.contract_line as line on line.contract_line_id = block.contract_line_id
    left join billing.contract on contract.contract_id = line.contract_id
    left join billing.customer as payer on payer.customer_id = block.payer_id
    where
        block.lifted_at is null
        and (p_customer_no is null or p_customer_no in (owner.customer_no, payer.customer_no));
end;

comment on function api.credit_block_browse_list(text) is
$$What is blocked now, of one customer and those it pays for, or of all, with the state of the last order to
the switch about it.
Example: select * from api.credit_block_browse_list()
Raises: nothing$$;
grant execute on function api.credit_block_browse_list(text) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.credit_order_browse_list(p_order bigint default null, p_words text default null)
returns table (
    id bigint, key text, action text, scope text, customer_no text, name text, line text, numbers text,
    state text, way text, batch bigint, attempts integer, reason text, ordered_at timestamptz,
    sent_at timestamptz, closed_at timestamptz, is_last boolean
)
language sql stable rows 1000
begin atomic
    select
        given.credit_order_id, given.key, given.action, given.scope, owner.customer_no, owner.name,
        contract.contract_no || '/' || line.line_no, array_to_string(given.numbers, ', '), given.state,
        given.way, given.batch, given.attempts, given.reason, given.ordered_at, given.sent_at,
        given.closed_at,
        not exists (
            select from billing.credit_order as newer
            where
                newer.contract_line_id = given.contract_line_id
                and newer.credit_order_id > given.credit_order_id
        )
    from billing.credit_order as given
    -- all are there; left, so that sorting and counting read only what they need
    left join billing.customer as owner on owner.customer_id = given.customer_id
    left join billing.contract_line as line on line.contract_line_id = given.contract_line_id
    left join billing.contract on contract.contract_id = line.contract_id
    where
        (p_order is null or given.credit_order_id = p_order)
        and (p_words is null or given.credit_order_id = any((select logic.order_found(p_words))::bigint[]));
end;

comment on function api.credit_order_browse_list(bigint, text) is
$$Orders to the switch, or one of them, or those that words lead to; is_last: no later one is about the same
line.
Example: select * from api.credit_order_browse_list()
Raises: nothing$$;
grant execute on function api.credit_order_browse_list(bigint, text) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.credit_message_browse_list(p_language text default 'en')
returns table (
    id bigint, made_at timestamptz, state text, customer_no text, name text, address text, subject text,
    text text, reason text, attempts integer
)
language sql stable rows 1000
begin atomic
    select
        message.credit_message_id, message.made_at, message.state, customer.customer_no, customer.name,
        message.address, told.sentence, told.hint, message.reason, message.attempts
    from billing.credit_message as message
    left join billing.customer on customer.customer_id = message.customer_id
    left join lateral logic.message_get(
        message.code, coalesce(message.language, p_language), null, message.params
    ) as told on true;
end;

comment on function api.credit_message_browse_list(text) is
$$Messages to customers: warnings, notices, blocks and alerts about usage, and what became of each.
Example: select * from api.credit_message_browse_list()
Raises: nothing$$;
grant execute on function api.credit_message_browse_list(text) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.credit_policy_list()
returns table (
    code text, kind text, customer_group text, customer_no text, warn_percent numeric,
    block_percent numeric, warn_days integer, block_days integer, minimum numeric, blocks text, lines text,
    notice_days integer, limit_notice_days integer, at_once_after integer, hour_amount numeric,
    day_amount numeric, hour_minutes numeric, day_minutes numeric, hour_premium integer,
    day_premium integer, hour_short integer, day_short integer, fraud_blocks text, row_version integer
)
language sql stable rows 10
begin atomic
    select
        policy.code, policy.kind, customer_group.code, customer.customer_no, policy.warn_percent,
        policy.block_percent, policy.warn_days, policy.block_days, policy.minimum, policy.blocks,
        policy.lines, policy.notice_days, policy.limit_notice_days, policy.at_once_after,
        policy.hour_amount, policy.day_amount, policy.hour_minutes, policy.day_minutes,
        policy.hour_premium, policy.day_premium, policy.hour_short, policy.day_short,
        policy.fraud_blocks, policy.row_version
    from billing.credit_policy as policy
    left join billing.customer_group on customer_group.customer_group_id = policy.customer_group_id
    left join billing.customer on customer.customer_id = policy.customer_id
    order by
        num_nonnulls(policy.customer_id) desc, num_nonnulls(policy.customer_group_id) desc,
        num_nonnulls(policy.kind) desc, policy.code collate "C";
end;

comment on function api.credit_policy_list() is
$$The policies of credit control, the most specific first.
Example: select * from api.credit_policy_list()
Raises: nothing$$;
grant execute on function api.credit_policy_list() to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.credit_policy_save(
    p_code text, p_kind text, p_customer_group text, p_customer_no text, p_warn_percent numeric,
    p_block_percent numeric, p_warn_days integer, p_block_days integer, p_minimum numeric, p_blocks text,
    p_lines text, p_notice_days integer, p_limit_notice_days integer, p_at_once_after integer,
    p_hour_amount numeric, p_day_amount numeric, p_hour_minutes numeric, p_day_minutes numeric,
    p_hour_premium integer, p_day_premium integer, p_hour_short integer, p_day_short integer,
    p_fraud_blocks text, p_is_new boolean, p_row_version integer default null
)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_version integer;
    v_group bigint := (
        select customer_group.customer_group_id from billing.customer_group
        where customer_group.code = p_customer_group
    );
    v_customer bigint := (
        select customer.customer_id from billing.customer where customer.customer_no = p_customer_no
    );
begin
    if p_customer_no is not null and v_customer is null then
        perform billing.fail('LB524', jsonb_build_object('customer', p_customer_no, 'field', 'customer_no'));
    end if;
    if p_is_new then
        insert into billing.credit_policy (code, kind, customer_group_id, customer_id)
        values (p_code, p_kind, v_group, v_customer);
    end if;
    select policy.row_version into v_version
    from billing.credit_policy as policy where policy.code = p_code for update;
    if not p_is_new then
        perform logic.version_check(p_row_version, v_version);
    end if;
    update billing.credit_policy as policy
    set
        kind = p_kind, customer_group_id = v_group, customer_id = v_customer,
        warn_percent = p_warn_percent, block_percent = p_block_percent, warn_days = p_warn_days,
        block_days = p_block_days, minimum = p_minimum, blocks = p_blocks, lines = p_lines,
        notice_days = p_notice_days, limit_notice_days = p_limit_notice_days,
        at_once_after = p_at_once_after, hour_amount = p_hour_amount, day_amount = p_day_amount,
        hour_minutes = p_hour_minutes, day_minutes = p_day_minutes, hour_premium = p_hour_premium,
        day_premium = p_day_premium, hour_short = p_hour_short, day_short = p_day_short,
        fraud_blocks = p_fraud_blocks
    where policy.code = p_code;
end;
$$;

comment on function api.credit_policy_save(
    text, text, text, text, numeric, numeric, integer, integer, numeric, text, text, integer, integer,
    integer, numeric, numeric, numeric, numeric, integer, integer, integer, integer, text, boolean, integer
) is
$$Makes a policy, or changes one, by its code.
Example: select api.credit_policy_save('x', null, null, null, 80, 100, 10, 30, 200, 'outgoing', 'all', 10,
    0, 3, null, null, null, null, null, null, null, null, 'none', true) where false
Raises: LB524, LB800, credit_policy_code_uq, credit_policy_for_uq, credit_policy_for_ck,
credit_policy_percent_ck, credit_policy_days_ck, credit_policy_minimum_ck, credit_policy_threshold_ck$$;

create function api.customer_group_code_list()
returns table (code text, name text)
language sql stable rows 20
begin atomic
    select customer_group.code, customer_group.name from billing.customer_group
    order by customer_group.code collate "C";
end;

comment on function api.customer_group_code_list() is
$$Groups of customers, for a policy.
Example: select * from api.customer_group_code_list()
Raises: nothing$$;
grant execute on function api.customer_group_code_list() to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.credit_limit_set(
    p_customer_no text, p_limit numeric, p_reason text default null, p_row_version integer default null
)
returns void
language sql volatile
begin atomic
    select logic.credit_limit_set(p_customer_no, p_limit, p_reason, p_row_version);
end;

comment on function api.credit_limit_set(text, numeric, text, integer) is
$$Sets the credit limit of a customer in the operator's currency, NULL: none.
Example: select api.credit_limit_set('1000', 5000) where false
Raises: LB524, LB800, LB901, customer_credit_limit_ck$$;

grant execute on function api.credit_policy_save(
    text, text, text, text, numeric, numeric, integer, integer, numeric, text, text, integer, integer,
    integer, numeric, numeric, numeric, numeric, integer, integer, integer, integer, text, boolean, integer
) to leissner_admin, leissner_finance, leissner_credit;
grant execute on function api.credit_limit_set(text, numeric, text, integer)
to leissner_admin, leissner_finance, leissner_credit;
