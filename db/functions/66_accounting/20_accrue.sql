-- 66_accounting/accrue: what was invoiced and is not earned yet, taken out of sales at the end of a day and
-- brought back the day after.

create function logic.accrue(p_at date)
returns table (account text, deferred numeric, booked numeric)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_operator billing.operator;
    v_closed date := logic.books_closed_through();
    v_prepaid text := logic.account_get('prepaid_income');
    v_sales text := logic.account_get('sales');
    v_ids bigint[];
    v_rows logic.posting[];
    v_differences jsonb;
begin
    perform access.require('admin', 'finance', 'batch');
    select operator.* into v_operator from billing.operator;
    if v_operator.mode is distinct from 'full' then
        perform billing.fail('LB709', jsonb_build_object('mode', v_operator.mode));
    elsif p_at <= v_closed then
        perform billing.fail('LB764', jsonb_build_object('day', v_closed, 'at', p_at));
    end if;
    perform pg_advisory_xact_lock(hashtextextended('billing.accrual', 0));
    select coalesce(jsonb_object_agg(
        found.account, jsonb_build_array(found.deferred, found.deferred - found.before)
    ), '{}')
    into v_differences
    from (
        select one.account, sum(one.deferred) as deferred, sum(one.before) as before
        from (
            select coalesce(still.account, v_sales) as account, still.deferred, 0 as before
            from report.scheduling(p_at) as still
            union all
            select part.account, 0, part.base
            from billing.accrual
            inner join billing.entry_row as part on part.entry_id = accrual.entry_id
            -- the first row of each pair is that of sales: both may be one account
            where accrual.at_on = p_at and part.place % 2 = 1
        ) as one
        group by one.account
    ) as found;
    select array_agg(
        row(
            turn.turn, 'accrual', p_at + turn.turn - 1, null, null, null, null, null,
            side.account, null, v_operator.currency, side.amount * turn.sign, side.amount * turn.sign, null
        )::logic.posting
        order by turn.turn, one.key collate "C", side.place
    )
    into v_rows
    from jsonb_each(v_differences) as one (key, value)
    cross join lateral (select (one.value ->> 1)::numeric as amount) as new
    cross join lateral (values (1, one.key, new.amount), (2, v_prepaid, -new.amount))
        as side (place, account, amount)
    cross join (values (1, 1), (2, -1)) as turn (turn, sign)
    where new.amount <> 0;
    if v_rows is not null then
        v_ids := logic.entry_add(v_rows);
        insert into billing.accrual (entry_id, back_id, at_on) values (v_ids[1], v_ids[2], p_at);
        perform audit.event_add('accrual', p_at::text, jsonb_build_object('differences', v_differences));
    end if;
    return query
    select one.key, (one.value ->> 0)::numeric, (one.value ->> 1)::numeric
    from jsonb_each(v_differences) as one (key, value)
    order by one.key collate "C";
end;
$$;

comment on function logic.accrue(date) is
$$Books what the report scheduling says is not earned at the end of a day: sales to prepaid income, and back
the day after. By account: what is deferred, and what was booked now; only what earlier accruals
of the day lack.
Example: select * from logic.accrue('2026-10-31') where false
Raises: LB709, LB761, LB764 where the books are closed, LB901$$;

-- api

create function api.accrue(p_at date)
returns table (account text, deferred numeric, booked numeric)
language sql volatile rows 10
begin atomic
    select
        made.account, round(made.deferred, logic.base_decimals()), round(made.booked, logic.base_decimals())
    from logic.accrue(p_at) as made;
end;

comment on function api.accrue(date) is
$$Books what is invoiced and not earned at the end of a day, and back the day after; what was booked already
is not booked again.
Example: select * from api.accrue('2026-10-31') where false
Raises: LB709, LB761, LB764, LB901$$;
grant execute on function api.accrue(date) to leissner_admin, leissner_finance, leissner_batch;

create function api.trial_balance(p_at date)
returns table (account text, name text, debit numeric, credit numeric, balance numeric)
language sql stable rows 20
begin atomic
    -- All that is booked, less what was booked after the day: that is nearly always little.
    with part as (
        select
            one.account, sum(one.base) filter (where one.base > 0) as debit,
            sum(one.base) filter (where one.base < 0) as credit, count(*) as n
        from billing.entry_row as one
        where one.base <> 0
        group by one.account
        union all
        select
            one.account, -sum(one.base) filter (where one.base > 0),
            -sum(one.base) filter (where one.base < 0), -count(*)
        from billing.entry
        inner join billing.entry_row as one on one.entry_id = entry.entry_id
        where entry.entry_on > p_at and one.base <> 0
        group by one.account
    )

    select
        part.account, chart.name, round(coalesce(sum(part.debit), 0), logic.base_decimals()),
        round(coalesce(-sum(part.credit), 0), logic.base_decimals()),
        round(coalesce(sum(part.debit), 0) + coalesce(sum(part.credit), 0), logic.base_decimals())
    from part
    left join billing.chart on chart.account = part.account
    group by part.account, chart.name
    having sum(part.n) > 0
    order by part.account collate "C";
end;

comment on function api.trial_balance(date) is
$$What was debited and credited to each account up to and including a day, in the operator's currency: the
debits are the credits, and the balances sum to zero.
Example: select * from api.trial_balance('2026-10-31')
Raises: nothing$$;
grant execute on function api.trial_balance(date) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;
