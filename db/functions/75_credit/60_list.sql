-- 75_credit/list: who is warned and blocked, what happened, and what customers are still to be told.

create function logic.warning_list(p_as_of date, p_language text default null)
returns table (
    customer_no text, name text, credit_limit numeric, balance numeric, overdue numeric,
    oldest_due_days integer, unbilled numeric, exposure numeric, used_percent numeric, state text,
    reason text, since date, blocked_lines bigint, stage text, block_on date
)
language plpgsql stable security definer rows 1000
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_zone text := (select operator.time_zone from billing.operator);
    v_currency text := (select operator.currency from billing.operator);
    v_decimals integer := logic.base_decimals();
    v_language text := coalesce(p_language, (select operator.language from billing.operator));
    v_today date := logic.today();
    v_as_of date := coalesce(p_as_of, v_today);
    v_is_now boolean := v_as_of >= v_today;
    v_moment timestamptz := (v_as_of + 1)::timestamp at time zone v_zone;
begin
    perform access.require(
        'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'
    );
    return query
    -- what was open on a day that is over: what the journal had by then
    with former as materialized (
        select
            item.payer_id, sum(booked.base) as balance,
            sum(booked.base) filter (
                where item.due_on < v_as_of and item.disputed_on is null and booked.base > 0
            ) as overdue,
            min(item.due_on) filter (
                where item.due_on < v_as_of and item.disputed_on is null and booked.base > 0
            ) as due_on
        from (
            select one.open_item_id, sum(one.base) as base
            from billing.entry
            inner join billing.entry_row as one on one.entry_id = entry.entry_id
            where not v_is_now and entry.entry_on <= v_as_of and one.open_item_id is not null
            group by one.open_item_id
            having sum(one.base) <> 0
        ) as booked
        inner join billing.open_item as item on item.open_item_id = booked.open_item_id
        group by item.payer_id
    ),

    figure as materialized (
        select
            coalesce(known.payer_id, former.payer_id) as payer_id,
            coalesce(case when v_is_now then known.balance else former.balance end, 0) as balance,
            coalesce(case when v_is_now then known.overdue else former.overdue end, 0) as overdue,
            case when v_is_now then known.due_on else former.due_on end as due_on,
            coalesce(known.unbilled, 0) as unbilled
        from logic.exposure_list(null, v_as_of) as known
        full join former on former.payer_id = known.payer_id
    ),

    blocked as materialized (
        select
            block.payer_id, count(distinct block.contract_line_id) as lines, min(block.set_at) as since_at,
            bool_or(block.origin = 'person') as has_person, min(block.set_by) as set_by
        from billing.credit_block as block
        where block.set_at < v_moment and coalesce(block.lifted_at, 'infinity') >= v_moment
        group by block.payer_id
    ),

    -- how far policies have gone: now, or by the last event of a day that is over
    held as materialized (
        select state.payer_id, state.stage, state.since_at, state.block_on, state.code, state.params
        from billing.credit_state as state
        where v_is_now
        union all
        select event.payer_id, event.kind, event.happened_at, null, event.code, event.params
        from (
            select distinct on (every.payer_id) every.*
            from billing.credit_event as every
            where not v_is_now and every.happened_at < v_moment and every.balance is not null
            order by every.payer_id, every.credit_event_id desc
        ) as event
        where event.kind in ('warned', 'noticed', 'blocked')
    ),

    guarded as materialized (
        select distinct on (event.payer_id)
            event.payer_id, event.happened_at as since_at, event.code, event.params
        from billing.credit_event as event
        where
            event.kind = 'guarded' and event.happened_on > v_as_of - 2 and event.happened_at < v_moment
        order by event.payer_id, event.credit_event_id desc
    ),

    promise as materialized (
        select distinct on (given.payer_id) given.payer_id, given.until_on, given.made_at
        from billing.credit_promise as given
        where given.made_at < v_moment
        order by given.payer_id, given.credit_promise_id desc
    ),

    summed as materialized (
        select
            payer.customer_id as payer_id, payer.customer_no, payer.name, payer.credit_limit,
            coalesce(figure.balance, 0) as balance, coalesce(figure.overdue, 0) as overdue, figure.due_on,
            coalesce(figure.unbilled, 0) as unbilled,
            coalesce(figure.balance + figure.unbilled, 0) as exposure, policy.warn_percent
        from billing.customer as payer
        left join figure on figure.payer_id = payer.customer_id
        left join logic.credit_policy_list(null, v_as_of) as chosen on chosen.payer_id = payer.customer_id
        left join billing.credit_policy as policy on policy.credit_policy_id = chosen.credit_policy_id
    ),

    stated as materialized (
        select
            summed.*, coalesce(blocked.lines, 0) as lines, held.stage, held.block_on,
            case
                when blocked.lines > 0 or held.stage = 'blocked' then 'blocked'
                when promise.until_on >= v_as_of and (judged.is_over or summed.overdue > 0) then 'promised'
                when held.stage is not null or guarded.payer_id is not null then 'warned'
                when judged.is_over then 'exceeded'
                when summed.overdue > 0 then 'late'
            end as state,
            promise.until_on, promise.made_at,
            coalesce(
                held.code, guarded.code, case when blocked.has_person then 'credit_person' end
            ) as code,
            coalesce(held.params, guarded.params, jsonb_build_object('who', blocked.set_by)) as params,
            coalesce(held.since_at, guarded.since_at, blocked.since_at) as since_at
        from summed
        left join blocked on blocked.payer_id = summed.payer_id
        left join held on held.payer_id = summed.payer_id
        left join guarded on guarded.payer_id = summed.payer_id
        left join promise on promise.payer_id = summed.payer_id
        cross join lateral (
            select coalesce(
                summed.exposure > 0 and summed.exposure * 100 >= summed.warn_percent * summed.credit_limit,
                false
            ) as is_over
        ) as judged
    ),

    told as materialized (
        select
            stated.*,
            case stated.state
                when 'promised' then 'credit_promised'
                when 'exceeded' then 'credit_limit'
                when 'late' then 'credit_late'
                else stated.code
            end as why,
            case stated.state
                when 'promised' then jsonb_build_object('day', stated.until_on)
                when 'exceeded' then jsonb_build_object(
                    'percent',
                    coalesce(
                        round(logic.divide(stated.exposure * 100, nullif(stated.credit_limit, 0))), 100
                    ),
                    'limit', round(stated.credit_limit, v_decimals)::text, 'currency', v_currency
                )
                when 'late' then jsonb_build_object(
                    'overdue', round(stated.overdue, v_decimals)::text, 'days', v_as_of - stated.due_on,
                    'currency', v_currency
                )
                else stated.params
            end as why_params,
            case stated.state
                when 'promised' then stated.made_at
                when 'late' then (stated.due_on + 1)::timestamp at time zone v_zone
                when 'exceeded' then null
                else stated.since_at
            end as why_at
        from stated
        where stated.state is not null
    ),

    -- each sentence is looked up once
    sentence as materialized (
        select known.why, found.sentence
        from (select distinct told.why from told) as known
        cross join lateral logic.message_get(known.why, v_language, null, '{}') as found
    )

    select
        told.customer_no, told.name, told.credit_limit, told.balance, told.overdue,
        v_as_of - told.due_on, told.unbilled, told.exposure,
        round(logic.divide(told.exposure * 100, nullif(told.credit_limit, 0)), 1),
        told.state, billing.sentence_fill(sentence.sentence, told.why_params),
        (told.why_at at time zone v_zone)::date, told.lines, told.stage, told.block_on
    from told
    left join sentence on sentence.why = told.why
    order by
        array_position(array['blocked', 'warned', 'exceeded', 'late', 'promised'], told.state),
        told.exposure desc, told.customer_no collate "C";
end;
$$;

comment on function logic.warning_list(date, text) is
$$Payers over a warning level, late, warned or blocked on a day (NULL: today), worst first: REPORTS.md 1.
On a day that is over the ledger and what was done are those of that day; what is not invoiced is counted
through it, as it is known today. Why is said in p_language, NULL: the operator's.
Example: select * from logic.warning_list(null) where false
Raises: LB901 without a level that reads credit$$;

create function logic.message_open_list(p_has_failed boolean)
returns table (
    id bigint, customer_no text, name text, address text, state text, subject text, text text,
    made_at timestamptz, reason text
)
language sql stable rows 1000
begin atomic
    select
        message.credit_message_id, customer.customer_no, customer.name, message.address, message.state,
        told.sentence, told.hint, message.made_at, message.reason
    from billing.credit_message as message
    inner join billing.customer on customer.customer_id = message.customer_id
    cross join lateral logic.message_get(message.code, message.language, null, message.params) as told
    where message.state = 'waiting' or (p_has_failed and message.state in ('failed', 'unreachable'))
    order by message.credit_message_id;
end;

comment on function logic.message_open_list(boolean) is
$$Messages to customers that wait to be sent, and those that could not be.
Example: select * from logic.message_open_list(true)
Raises: nothing$$;

create function logic.message_result(p_rows jsonb)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('finance', 'credit', 'batch');
    update billing.credit_message as message
    set
        state = case when result.reason is null then 'sent' else 'failed' end, reason = result.reason,
        attempts = message.attempts + 1, changed_at = clock_timestamp()
    from jsonb_to_recordset(p_rows) as result (message bigint, reason text)
    where message.credit_message_id = result.message and message.state = 'waiting';
    perform audit.event_add(
        'credit_message', null,
        jsonb_build_object(
            'messages', jsonb_array_length(p_rows),
            'failed', jsonb_path_query_array(p_rows, '$[*] ? (@.reason != null)')
        )
    );
end;
$$;

comment on function logic.message_result(jsonb) is
$$Notes what became of messages to customers, [{message, reason}]: sent, or failed with a reason.
Example: select logic.message_result('[]') where false
Raises: LB901 without the level finance, credit or batch$$;

create function logic.message_again()
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_count bigint;
begin
    perform access.require('finance', 'credit', 'batch');
    -- To the address that the customer has now: alerts about usage to theirs.
    update billing.credit_message as message
    set
        state = 'waiting', address = coalesce(reach.address, message.address), reason = null,
        changed_at = clock_timestamp()
    from billing.customer
    cross join lateral (
        select substring(customer.email from '^[^@[:space:]]+@[^@[:space:]]+$') as address
    ) as reach
    where
        customer.customer_id = message.customer_id and message.state in ('failed', 'unreachable')
        and num_nonnulls(reach.address, message.address) > 0;
    get diagnostics v_count = row_count;
    return v_count;
end;
$$;

comment on function logic.message_again() is
$$Messages that failed, or had no address, wait again to be sent to the address of today: how many.
Example: select logic.message_again() where false
Raises: LB901 without the level finance, credit or batch$$;

-- api

create function api.credit_list(p_language text default null)
returns table (
    customer_no text, name text, credit_limit numeric, balance numeric, overdue numeric,
    oldest_due_days integer, unbilled numeric, exposure numeric, used_percent numeric, state text,
    reason text, since date, blocked_lines bigint, stage text, block_on date
)
language sql stable rows 1000
begin atomic
    select * from logic.warning_list(null, p_language);
end;

comment on function api.credit_list(text) is
$$Payers over a warning level, late, warned or blocked today, worst first; why in a language, NULL: the
operator's.
Example: select * from api.credit_list() where false
Raises: LB901$$;
grant execute on function api.credit_list(text) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.credit_event_list(p_customer_no text)
returns table (
    happened_at timestamptz, kind text, code text, params jsonb, credit_limit numeric, balance numeric,
    overdue numeric, overdue_days integer, unbilled numeric, exposure numeric, made_by text, message text,
    message_reason text
)
language sql stable rows 100
begin atomic
    select
        event.happened_at, event.kind, event.code, event.params, event.credit_limit, event.balance,
        event.overdue, event.overdue_days, event.unbilled, event.exposure, event.made_by, message.state,
        message.reason
    from billing.customer
    inner join billing.credit_event as event on event.payer_id = customer.customer_id
    left join billing.credit_message as message on message.credit_event_id = event.credit_event_id
    where customer.customer_no = p_customer_no
    order by event.credit_event_id;
end;

comment on function api.credit_event_list(text) is
$$What was done about a payer, the oldest first, with the figures of that moment and what became of the
message.
Example: select * from api.credit_event_list('1000')
Raises: nothing$$;
grant execute on function api.credit_event_list(text) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration, leissner_customer;

create function api.credit_block_list(p_customer_no text default null)
returns table (
    customer_no text, contract_no text, line_no integer, scope text, origin text, reason text,
    set_at timestamptz, set_by text
)
language sql stable rows 1000
begin atomic
    select
        customer.customer_no, contract.contract_no, line.line_no, block.scope, block.origin, block.reason,
        block.set_at, block.set_by
    from billing.credit_block as block
    inner join billing.customer on customer.customer_id = block.customer_id
    inner join billing.contract_line as line on line.contract_line_id = block.contract_line_id
    inner join billing.contract on contract.contract_id = line.contract_id
    left join billing.customer as payer on payer.customer_id = block.payer_id
    where
        block.lifted_at is null
        and (p_customer_no is null or p_customer_no in (customer.customer_no, payer.customer_no))
    order by customer.customer_no collate "C", contract.contract_no collate "C", line.line_no, block.origin;
end;

comment on function api.credit_block_list(text) is
$$Contract lines that are blocked, of one customer and those it pays for, or all.
Example: select * from api.credit_block_list()
Raises: nothing$$;
grant execute on function api.credit_block_list(text) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration, leissner_customer;

create function api.credit_message_list(p_has_failed boolean default false)
returns table (
    id bigint, customer_no text, name text, address text, state text, subject text, text text,
    made_at timestamptz, reason text
)
language sql stable rows 1000
begin atomic
    select * from logic.message_open_list(p_has_failed);
end;

comment on function api.credit_message_list(boolean) is
$$Messages to customers that wait to be sent, with p_has_failed also those that failed or have no address.
Example: select * from api.credit_message_list(true)
Raises: nothing$$;
grant execute on function api.credit_message_list(boolean) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.credit_message_result(p_rows jsonb)
returns void
language sql volatile
begin atomic
    select logic.message_result(p_rows);
end;

comment on function api.credit_message_result(jsonb) is
$$Notes what became of messages to customers, [{message, reason}]: sent, or failed with a reason.
Example: select api.credit_message_result('[]') where false
Raises: LB901$$;
grant execute on function api.credit_message_result(jsonb)
to leissner_admin, leissner_finance, leissner_credit, leissner_batch;

create function api.credit_message_again()
returns bigint
language sql volatile
return logic.message_again();

comment on function api.credit_message_again() is
$$Messages that failed, or had no address, wait again to be sent to the address of today: how many.
Example: select api.credit_message_again() where false
Raises: LB901$$;
grant execute on function api.credit_message_again()
to leissner_admin, leissner_finance, leissner_credit, leissner_batch;
