-- 75_credit/check: warnings, notices and blocks brought to what the policies say, in one pass over all
-- payers.

create type logic.credit_step as (
    payer_id bigint, step text, stage text, block_on date, code text, params jsonb, scope text,
    is_concerned boolean, credit_limit numeric, balance numeric, overdue numeric, overdue_days integer,
    unbilled numeric, exposure numeric
);
comment on type logic.credit_step is
'What is to be done about a payer. step: warned, noticed, blocked, lifted, cleared; NULL: nothing new. '
'stage: '
'how far it has gone then; NULL: nothing is held against it. scope: what a policy blocks; is_concerned: '
'only on '
'the lines of overdue invoices.';

create function logic.credit_step_list(p_payers bigint[], p_on date)
returns setof logic.credit_step
language plpgsql stable rows 100000
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_currency text := (select operator.currency from billing.operator);
    v_decimals integer := logic.base_decimals();
begin
    return query
    with held as materialized (
        select state.payer_id, state.stage, state.block_on
        from billing.credit_state as state
        where p_payers is null or state.payer_id = any(p_payers)
    ),

    figure as materialized (
        select
            coalesce(known.payer_id, held.payer_id) as payer_id, known.credit_limit,
            coalesce(known.balance, 0) as balance, coalesce(known.overdue, 0) as overdue, known.due_on,
            coalesce(known.unbilled, 0) as unbilled, coalesce(known.exposure, 0) as exposure,
            held.stage as old_stage, held.block_on
        from logic.exposure_list(p_payers, p_on) as known
        full join held on held.payer_id = known.payer_id
    ),

    ruled as materialized (
        select figure.*, policy.*
        from figure
        inner join logic.credit_policy_list(p_payers, p_on) as chosen on chosen.payer_id = figure.payer_id
        inner join billing.credit_policy as policy on policy.credit_policy_id = chosen.credit_policy_id
        where
            figure.old_stage is not null or figure.overdue > 0
            or figure.exposure * 100 >= least(policy.warn_percent, policy.block_percent) * figure.credit_limit
    ),

    -- how much of what is overdue is so for the days that warn and block; credits count against it
    late as (
        select
            ruled.payer_id,
            least(
                coalesce(sum(item.open_base) filter (where p_on - item.due_on >= ruled.warn_days), 0),
                min(ruled.balance)
            ) as to_warn,
            least(
                coalesce(sum(item.open_base) filter (where p_on - item.due_on >= ruled.block_days), 0),
                min(ruled.balance)
            ) as to_block
        from ruled
        inner join billing.open_item as item
            on item.payer_id = ruled.payer_id and item.open <> 0 and item.open > 0 and item.due_on < p_on
            and item.disputed_on is null
        where ruled.overdue > 0
        group by ruled.payer_id
    ),

    hit as (
        select
            ruled.*,
            case
                when ruled.exposure <= 0 or ruled.credit_limit is null then 0
                when ruled.exposure * 100 >= ruled.block_percent * ruled.credit_limit then 2
                when ruled.exposure * 100 >= ruled.warn_percent * ruled.credit_limit then 1
                else 0
            end as by_limit,
            case
                when late.to_block > 0 and late.to_block >= ruled.minimum then 2
                when late.to_warn > 0 and late.to_warn >= ruled.minimum then 1
                else 0
            end as by_days
        from ruled
        left join late on late.payer_id = ruled.payer_id
    ),

    verdict as (
        select
            hit.*,
            case
                when promise.payer_id is not null then 0
                when hit.blocks = 'none' then least(1, greatest(hit.by_limit, hit.by_days))
                else greatest(hit.by_limit, hit.by_days)
            end as level,
            hit.by_limit < 2 and hit.by_days >= hit.by_limit as is_late, promise.until_on,
            case
                when (
                    select count(*) from billing.credit_event as former
                    where
                        former.payer_id = hit.payer_id and former.kind = 'noticed'
                        and former.happened_on > p_on - interval '1 year'
                ) >= hit.at_once_after then 0
                else least(
                    case when hit.by_days = 2 then hit.notice_days end,
                    case when hit.by_limit = 2 then hit.limit_notice_days end
                )
            end as days
        from hit
        left join logic.promise_list(p_payers, p_on) as promise on promise.payer_id = hit.payer_id
    ),

    staged as (
        select
            verdict.*,
            case
                when verdict.level = 0 then null
                when verdict.level = 1 then 'warned'
                when verdict.old_stage = 'blocked' or verdict.days = 0 or verdict.block_on <= p_on
                    then 'blocked'
                else 'noticed'
            end as stage
        from verdict
    )

    select
        staged.payer_id,
        case
            when staged.stage is not distinct from staged.old_stage then null
            when staged.old_stage = 'blocked' then 'lifted'
            when staged.stage is null or (staged.stage = 'warned' and staged.old_stage = 'noticed')
                then 'cleared'
            else staged.stage
        end,
        staged.stage,
        case when staged.stage = 'noticed' then coalesce(staged.block_on, p_on + staged.days) end,
        case
            when staged.until_on is not null then 'credit_promised'
            when staged.stage is null then 'credit_paid'
            when staged.is_late then 'credit_late'
            else 'credit_limit'
        end,
        case
            when staged.until_on is not null then jsonb_build_object('day', staged.until_on)
            when staged.stage is null then '{}'
            when staged.is_late then
                jsonb_build_object(
                    'overdue', round(staged.overdue, v_decimals)::text, 'days', p_on - staged.due_on,
                    'currency', v_currency
                )
            else
                jsonb_build_object(
                    'percent',
                    coalesce(round(logic.divide(staged.exposure * 100, nullif(staged.credit_limit, 0))), 100),
                    'limit', round(staged.credit_limit, v_decimals)::text, 'currency', v_currency
                )
        end,
        nullif(staged.blocks, 'none'),
        staged.lines = 'concerned' and staged.by_days = 2 and staged.by_limit < 2,
        staged.credit_limit, staged.balance, staged.overdue, p_on - staged.due_on, staged.unbilled,
        staged.exposure
    from staged
    where staged.old_stage is not null or staged.stage is not null;
end;
$$;

comment on function logic.credit_step_list(bigint[], date) is
$$What policies say about payers (NULL: all) on a day: those that something is held against, now or until now.
Example: select * from logic.credit_step_list('{1}', '2026-11-01')
Raises: nothing$$;

create function logic.blockable_line_list(p_payers bigint[], p_on date)
returns table (contract_line_id bigint, customer_id bigint, payer_id bigint)
language sql stable rows 1000
begin atomic
    -- lines of the day with numbers, by which a switch knows them
    select line.contract_line_id, contract.customer_id, pays.payer_id
    from logic.customer_payer(
        array(select below.customer_id from logic.customer_below(p_payers) as below)
    ) as pays
    inner join billing.contract on contract.customer_id = pays.customer_id and contract.state = 'active'
    inner join billing.contract_line as line on line.contract_id = contract.contract_id
    where
        pays.payer_id = any(p_payers) and pays.valid @> p_on and line.valid @> p_on
        and exists (
            select from billing.subscriber_number as number
            where number.contract_line_id = line.contract_line_id and number.valid @> p_on
        );
end;

comment on function logic.blockable_line_list(bigint[], date) is
$$Contract lines that payers pay for on a day and that can be blocked: those with numbers.
Example: select * from logic.blockable_line_list('{1}', '2026-11-01')
Raises: nothing$$;

create type logic.block_want as (contract_line_id bigint, customer_id bigint, payer_id bigint, scope text);
comment on type logic.block_want is 'A contract line that is to be blocked, and how much of it.';

create function logic.policy_block_bring(p_steps logic.credit_step[], p_on date)
returns bigint[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_payers bigint[] := array(select planned.payer_id from unnest(p_steps) as planned);
    v_blocked bigint[] := array(
        select planned.payer_id from unnest(p_steps) as planned where planned.stage = 'blocked'
    );
    v_actor text := (select who.actor from audit.tx_current() as who);
    v_wanted logic.block_want[];
    v_lifted bigint[];
    v_set bigint[];
begin
    with can as materialized (
        select line.contract_line_id, line.customer_id, line.payer_id, planned.scope, planned.is_concerned
        from logic.blockable_line_list(v_blocked, p_on) as line
        inner join unnest(p_steps) as planned on planned.payer_id = line.payer_id
    ),

    -- the lines on overdue invoices, for those of whom only these are blocked
    concerned as materialized (
        select distinct can.payer_id, can.contract_line_id
        from (select distinct can.payer_id from can where can.is_concerned) as late
        inner join billing.open_item as item
            on item.payer_id = late.payer_id and item.open <> 0 and item.open > 0 and item.due_on < p_on
            and item.disputed_on is null
        inner join billing.invoice_line as billed on billed.invoice_id = item.invoice_id
        inner join can on can.contract_line_id = billed.contract_line_id and can.payer_id = late.payer_id
    )

    select array(
        select row(can.contract_line_id, can.customer_id, can.payer_id, can.scope)::logic.block_want
        from can
        where
            -- where no invoice says which (items taken over from another system), all of them
            not can.is_concerned or can.payer_id not in (select concerned.payer_id from concerned)
            or can.contract_line_id in (select concerned.contract_line_id from concerned)
    )
    into v_wanted;

    with lifted as (
        update billing.credit_block as block
        set lifted_at = clock_timestamp(), lifted_by = v_actor
        where
            block.origin = 'policy' and block.lifted_at is null and block.payer_id = any(v_payers)
            and (block.contract_line_id, block.scope) not in (
                select one.contract_line_id, one.scope from unnest(v_wanted) as one
            )
        returning block.contract_line_id
    )

    select coalesce(array_agg(lifted.contract_line_id), '{}') into v_lifted from lifted;
    with set_now as (
        insert into billing.credit_block (contract_line_id, customer_id, payer_id, origin, scope, set_by)
        select one.contract_line_id, one.customer_id, one.payer_id, 'policy', one.scope, v_actor
        from unnest(v_wanted) as one
        order by one.contract_line_id
        on conflict (contract_line_id, origin) where lifted_at is null do nothing
        returning contract_line_id
    )

    select coalesce(array_agg(set_now.contract_line_id), '{}') into v_set from set_now;
    return v_lifted || v_set;
end;
$$;

comment on function logic.policy_block_bring(logic.credit_step[], date) is
$$Sets and lifts the blocks that policies want for payers: the contract lines that changed.
Example: select logic.policy_block_bring('{}', '2026-11-01')
Raises: nothing$$;

create function logic.credit_apply(p_steps logic.credit_step[], p_on date)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_actor text := (select who.actor from audit.tx_current() as who);
    v_lines bigint[];
    v_orders bigint;
begin
    with happened as (
        insert into billing.credit_event (
            payer_id, kind, happened_on, code, params, credit_limit, balance, overdue, overdue_days, unbilled,
            exposure, made_by
        )
        select
            planned.payer_id, planned.step, p_on, planned.code, planned.params, planned.credit_limit,
                planned.balance,
            planned.overdue, planned.overdue_days, planned.unbilled, planned.exposure, v_actor
        from unnest(p_steps) as planned
        where planned.step is not null
        order by planned.payer_id
        returning *
    ),

    told as (
        insert into billing.credit_message (
            customer_id, credit_event_id, code, params, language, address, state
        )
        select
            happened.payer_id, happened.credit_event_id, 'credit_mail_' || happened.kind,
            jsonb_build_object('customer', customer.customer_no, 'why', why.sentence, 'day',
                planned.block_on),
            customer.language, reach.address,
            case when reach.address is null then 'unreachable' else 'waiting' end
        from happened
        inner join unnest(p_steps) as planned on planned.payer_id = happened.payer_id
        inner join billing.customer on customer.customer_id = happened.payer_id
        cross join lateral (
            select substring(customer.email from '^[^@[:space:]]+@[^@[:space:]]+$') as address
        ) as reach
        cross join lateral logic.message_get(
            happened.code, customer.language, null, happened.params
        ) as why
        where happened.kind <> 'cleared'
    )

    insert into billing.credit_state (payer_id, stage, block_on, code, params)
    select planned.payer_id, planned.stage, planned.block_on, planned.code, planned.params
    from unnest(p_steps) as planned
    where planned.step is not null and planned.stage is not null
    order by planned.payer_id
    on conflict (payer_id) do update
    set
        stage = excluded.stage, block_on = excluded.block_on, code = excluded.code, params = excluded.params,
        since_at = clock_timestamp();
    delete from billing.credit_state as state
    using unnest(p_steps) as planned
    where state.payer_id = planned.payer_id and planned.stage is null;

    v_lines := logic.policy_block_bring(p_steps, p_on);
    v_orders := logic.order_make(v_lines, p_on);
    if v_orders > 0 or exists (select from unnest(p_steps) as planned where planned.step is not null) then
        perform audit.event_add(
            'credit', p_on::text,
            jsonb_build_object('orders', v_orders) || (
                select coalesce(jsonb_object_agg(done.step, done.payers), '{}')
                from (
                    select planned.step, count(*) as payers
                    from unnest(p_steps) as planned
                    where planned.step is not null
                    group by planned.step
                ) as done
            )
        );
    end if;
end;
$$;

comment on function logic.credit_apply(logic.credit_step[], date) is
$$Does what is to be done about payers: events, messages, states, blocks, orders. For payers that are locked.
Example: select logic.credit_apply('{}', '2026-11-01') where false
Raises: nothing$$;

create function logic.credit_lift(p_payers bigint[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_on date := logic.today();
    v_held bigint[] := array(
        select state.payer_id from billing.credit_state as state where state.payer_id = any(p_payers)
    );
begin
    if v_held = '{}' then
        return;
    end if;
    -- Only what gets better: what gets worse with the days waits for the check. Who stays blocked may have
    -- paid what concerned one of the lines.
    perform logic.credit_apply(
        array(
            select planned from logic.credit_step_list(v_held, v_on) as planned
            where planned.step in ('lifted', 'cleared') or (planned.step is null and planned.stage =
                'blocked')
        ),
        v_on
    );
end;
$$;

comment on function logic.credit_lift(bigint[]) is
$$Lifts what has no reason any more, after a payment, credit or promise of payers, in its transaction. For
payers that are locked (logic.ledger_lock). What a person set stays.
Example: select logic.credit_lift('{}')
Raises: nothing$$;

create function logic.credit_check(p_on date, p_is_dry boolean)
returns table (
    customer_no text, name text, step text, code text, params jsonb, block_on date, credit_limit numeric,
    balance numeric, overdue numeric, overdue_days integer, unbilled numeric, exposure numeric
)
language plpgsql volatile security definer rows 1000
set search_path = pg_catalog, pg_temp
as $$
declare
    v_on date := coalesce(p_on, logic.today());
    v_steps logic.credit_step[];
begin
    perform access.require('finance', 'credit', 'batch');
    if v_on is null then
        perform billing.fail('LB529');
    end if;
    if not p_is_dry then
        -- One check at a time; a second one finds everything done.
        perform pg_advisory_xact_lock(hashtextextended('billing.credit_check', 0));
        delete from billing.guard_hour where guard_hour.day < logic.today() - 2;
    end if;
    v_steps := array(select planned from logic.credit_step_list(null, v_on) as planned);
    if not p_is_dry and v_steps <> '{}' then
        -- Looked at again once nobody else changes what these payers owe: one may have paid meanwhile.
        perform logic.ledger_lock(array(select planned.payer_id from unnest(v_steps) as planned));
        v_steps := array(
            select planned
            from logic.credit_step_list(
                array(
                    select one.payer_id from unnest(v_steps) as one
                    where one.step is not null or one.stage = 'blocked'
                ),
                v_on
            ) as planned
        );
        perform logic.credit_apply(v_steps, v_on);
        -- Numbers of blocked lines that came or went since.
        perform logic.order_make(
            array(
                select distinct block.contract_line_id from billing.credit_block as block
                where block.lifted_at is null
            ),
            v_on
        );
    end if;
    return query
    select
        customer.customer_no, customer.name, done.step, done.code, done.params, done.block_on,
        done.credit_limit, done.balance, done.overdue, done.overdue_days, done.unbilled, done.exposure
    from unnest(v_steps) as done
    inner join billing.customer on customer.customer_id = done.payer_id
    where done.step is not null
    order by
        array_position(array['blocked', 'noticed', 'warned', 'lifted', 'cleared'], done.step),
        done.exposure desc, customer.customer_no collate "C";
end;
$$;

comment on function logic.credit_check(date, boolean) is
$$Brings warnings, notices and blocks to what the policies say on a day (NULL: today), over all payers at
once: what it did, or dry what it would do. Repeated on the same day it does nothing.
Example: select * from logic.credit_check(null, true) where false
Raises: LB529 without operator, LB901 without the level finance, credit or batch$$;

-- api

create function api.credit_check(p_on date default null, p_is_dry boolean default false)
returns table (
    customer_no text, name text, step text, code text, params jsonb, block_on date, credit_limit numeric,
    balance numeric, overdue numeric, overdue_days integer, unbilled numeric, exposure numeric
)
language sql volatile rows 1000
begin atomic
    select * from logic.credit_check(p_on, p_is_dry);
end;

comment on function api.credit_check(date, boolean) is
$$Brings warnings, notices and blocks to what the policies say, over all payers at once: what it did, or
dry what it would do. Repeated on the same day it does nothing. code and params: why, by api.message_get.
Example: select * from api.credit_check(null, true) where false
Raises: LB529, LB901$$;
grant execute on function api.credit_check(date, boolean)
to leissner_admin, leissner_finance, leissner_credit, leissner_batch;
