-- 75_credit/guard: traffic over a threshold is seen while the calls are loaded, and blocked if the policy
-- says so.

create function logic.guard_is_on()
returns boolean
language sql stable
return exists (
    select from billing.credit_policy as policy
    where num_nonnulls(
        policy.hour_amount, policy.day_amount, policy.hour_minutes, policy.day_minutes, policy.hour_premium,
        policy.day_premium, policy.hour_short, policy.day_short
    ) > 0
);

comment on function logic.guard_is_on() is
$$Has any policy thresholds for traffic? Where none has, loading costs nothing more.
Example: select logic.guard_is_on()
Raises: nothing$$;

create type logic.guard_policy as (
    customer_id bigint, payer_id bigint, credit_policy_id bigint
);
comment on type logic.guard_policy is
    'Who pays for a customer, and the policy with thresholds that holds for it.';

create type logic.guard_over as (
    payer_id bigint, measure text, window_at timestamptz, prefix_id bigint, threshold numeric, value numeric
);
comment on type logic.guard_over is 'Traffic of a payer that is over a threshold.';

create function logic.guard_policy_list(p_customers bigint[], p_on date)
returns setof logic.guard_policy
language sql stable rows 1000
begin atomic
    with pays as materialized (
        select known.customer_id, known.payer_id
        from logic.customer_payer(p_customers) as known where known.valid @> p_on
    )

    select row(pays.customer_id, pays.payer_id, policy.credit_policy_id)::logic.guard_policy
    from pays
    inner join logic.credit_policy_list(
        array(select distinct pays.payer_id from pays), p_on
    ) as chosen on chosen.payer_id = pays.payer_id
    inner join billing.credit_policy as policy on policy.credit_policy_id = chosen.credit_policy_id
    where num_nonnulls(
        policy.hour_amount, policy.day_amount, policy.hour_minutes, policy.day_minutes, policy.hour_premium,
        policy.day_premium, policy.hour_short, policy.day_short
    ) > 0;
end;

comment on function logic.guard_policy_list(bigint[], date) is
$$Customers whose payers have thresholds for traffic.
Example: select * from logic.guard_policy_list('{1}', '2026-11-01')
Raises: nothing$$;

create function logic.guard_count(
    p_records logic.record[], p_priced logic.call_priced[], p_discounts logic.discount_out[]
)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_on date := logic.today();
    v_since timestamptz := now() - make_interval(hours => logic.setting_get('guard_hours')::integer);
    v_short bigint := logic.setting_get('guard_short_seconds')::bigint;
    v_premium text[] := string_to_array(logic.setting_get('premium_products'), ';');
    v_zone text := (select operator.time_zone from billing.operator);
    v_country text := (select operator.country from billing.operator);
    v_currency text := (select operator.currency from billing.operator);
    v_policies logic.guard_policy[];
    v_hours billing.guard_hour[];
    v_over logic.guard_over[];
begin
    v_policies := array(
        select known
        from logic.guard_policy_list(
            array(
                select distinct priced.customer_id
                from unnest(p_priced) as priced
                inner join unnest(p_records) as record on record.seq = priced.seq
                where priced.reason is null and record.started_at >= v_since
            ),
            v_on
        ) as known
    );
    if v_policies = '{}' then
        return;
    end if;
    -- Calls are counted once: those that are loaded late, from long ago, not at all.
    with call as materialized (
        select
            holder.payer_id, date_trunc('hour', record.started_at, v_zone) as hour_at, priced.day,
            priced.prefix_id,
            logic.to_base(discount.retail, priced.retail_rate, list.currency, v_currency) as amount,
            case
                when mode.unit = 'second' and destination.country <> v_country then record.units else 0
            end as seconds,
            (product.code = any(v_premium))::integer as premium,
            (mode.unit = 'second' and record.units < v_short)::integer as short
        from unnest(p_priced) as priced
        inner join unnest(p_records) as record on record.seq = priced.seq
        inner join unnest(p_discounts) as discount on discount.seq = priced.seq
        inner join unnest(v_policies) as holder on holder.customer_id = priced.customer_id
        inner join billing.mode on mode.mode_id = priced.mode_id
        inner join billing.destination on destination.destination_id = priced.destination_id
        inner join billing.product on product.product_id = destination.product_id
        inner join billing.price_list as list on list.price_list_id = priced.retail_list_id
        where priced.reason is null and record.started_at >= v_since and product.code <> 'emergency'
    ),

    counted as (
        insert into billing.guard_hour as guard (
            payer_id, hour_at, day, prefix_id, amount, seconds, premium, short
        )
        select every.*
        from (
            select
                call.payer_id, call.hour_at, call.day, 0::bigint as prefix_id, sum(call.amount),
                sum(call.seconds), sum(call.premium), 0::bigint
            from call
            group by call.payer_id, call.hour_at, call.day
            union all
            select
                call.payer_id, call.hour_at, call.day, call.prefix_id, 0, 0, 0, sum(call.short)
            from call
            where call.short > 0
            group by call.payer_id, call.hour_at, call.day, call.prefix_id
        ) as every
        order by every.payer_id, every.day, every.hour_at, every.prefix_id
        on conflict (payer_id, day, hour_at, prefix_id) do update
        set
            amount = guard.amount + excluded.amount, seconds = guard.seconds + excluded.seconds,
            premium = guard.premium + excluded.premium, short = guard.short + excluded.short
        returning guard.*
    )

    select array(
        select row(
            counted.payer_id, counted.hour_at, counted.day, counted.prefix_id, counted.amount,
            counted.seconds, counted.premium, counted.short
        )::billing.guard_hour
        from counted
    )
    into v_hours;

    with total (payer_id, span, window_at, prefix_id, amount, minutes, premium, short) as (
        select
            hour.payer_id, 'hour', hour.hour_at, hour.prefix_id, hour.amount, hour.seconds, hour.premium,
            hour.short
        from unnest(v_hours) as hour
        union all
        select
            day.payer_id, 'day', day.day::timestamp at time zone v_zone, day.prefix_id, sum(hour.amount),
            sum(hour.seconds), sum(hour.premium), sum(hour.short)
        from (
            select distinct one.payer_id, one.day, one.prefix_id from unnest(v_hours) as one
        ) as day
        inner join billing.guard_hour as hour
            on hour.payer_id = day.payer_id and hour.day = day.day and hour.prefix_id = day.prefix_id
        group by day.payer_id, day.day, day.prefix_id
    ),

    noted as (
        insert into billing.guard_trip as trip (payer_id, measure, window_at, prefix_id, threshold, value)
        select
            total.payer_id, total.span || '_' || measure.name, total.window_at, total.prefix_id,
            measure.threshold, measure.value
        from total
        inner join (
            select distinct one.payer_id, one.credit_policy_id from unnest(v_policies) as one
        ) as holder on holder.payer_id = total.payer_id
        inner join billing.credit_policy as policy on policy.credit_policy_id = holder.credit_policy_id
        cross join lateral (
            values
            (
                'amount', case total.span when 'hour' then policy.hour_amount else policy.day_amount end,
                round(total.amount, 2)
            ),
            (
                'minutes', case total.span when 'hour' then policy.hour_minutes else policy.day_minutes end,
                round(logic.divide(total.minutes, 60), 2)
            ),
            (
                'premium',
                case total.span when 'hour' then policy.hour_premium else policy.day_premium end::numeric,
                total.premium
            ),
            (
                'short',
                case total.span when 'hour' then policy.hour_short else policy.day_short end::numeric,
                total.short
            )
        ) as measure (name, threshold, value)
        where measure.value > measure.threshold
        order by total.payer_id, total.span, measure.name, total.window_at, total.prefix_id
        on conflict do nothing
        returning trip.*
    )

    select array(
        select row(
            noted.payer_id, noted.measure, noted.window_at, noted.prefix_id, noted.threshold, noted.value
        )::logic.guard_over
        from noted
    )
    into v_over;
    if v_over <> '{}' then
        perform logic.guard_act(v_over, v_policies, v_on);
    end if;
end;
$$;

comment on function logic.guard_count(logic.record[], logic.call_priced[], logic.discount_out[]) is
$$Counts the calls of a batch by payer and hour where policies have thresholds, emergency apart, and acts
where one is passed: once for each threshold, hour and day.
Example: select logic.guard_count('{}', '{}', '{}') where false
Raises: nothing$$;

create function logic.guard_act(p_over logic.guard_over[], p_policies logic.guard_policy[], p_on date)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_actor text := (select who.actor from audit.tx_current() as who);
    v_zone text := (select operator.time_zone from billing.operator);
    v_currency text := (select operator.currency from billing.operator);
    v_lines bigint[];
    v_orders bigint;
begin
    perform logic.ledger_lock(array(select one.payer_id from unnest(p_over) as one));
    with told as materialized (
        select distinct on (one.payer_id)
            one.payer_id, 'credit_guard_' || split_part(one.measure, '_', 2) as code,
            jsonb_build_object(
                'measure', one.measure, 'value', one.value::text,
                'threshold', trim_scale(one.threshold)::text, 'currency', v_currency,
                'since', to_char(one.window_at at time zone v_zone, 'YYYY-MM-DD HH24:MI'),
                'prefix', coalesce(prefix.digits, '')
            ) as params
        from unnest(p_over) as one
        left join billing.prefix on prefix.prefix_id = one.prefix_id
        order by
            one.payer_id,
            array_position(
                array[
                    'hour_amount', 'hour_minutes', 'hour_premium', 'hour_short', 'day_amount', 'day_minutes',
                    'day_premium', 'day_short'
                ],
                one.measure
            )
    ),

    happened as (
        insert into billing.credit_event (payer_id, kind, happened_on, code, params, made_by)
        select told.payer_id, 'guarded', p_on, told.code, told.params, v_actor from told
        order by told.payer_id
        returning *
    )

    insert into billing.credit_message (customer_id, credit_event_id, code, params, language, address, state)
    select
        happened.payer_id, happened.credit_event_id, 'credit_mail_guarded',
        jsonb_build_object('customer', customer.customer_no, 'why', why.sentence), customer.language,
        reach.address, case when reach.address is null then 'unreachable' else 'waiting' end
    from happened
    inner join billing.customer on customer.customer_id = happened.payer_id
    cross join lateral (
        select substring(customer.email from '^[^@[:space:]]+@[^@[:space:]]+$') as address
    ) as reach
    cross join lateral logic.message_get(happened.code, customer.language, null, happened.params) as why;

    with wanted as (
        select distinct holder.payer_id, policy.fraud_blocks as scope
        from unnest(p_over) as one
        inner join unnest(p_policies) as holder on holder.payer_id = one.payer_id
        inner join billing.credit_policy as policy on policy.credit_policy_id = holder.credit_policy_id
        where policy.fraud_blocks <> 'none'
    ),

    set_now as (
        insert into billing.credit_block (contract_line_id, customer_id, payer_id, origin, scope, set_by)
        select line.contract_line_id, line.customer_id, line.payer_id, 'guard', wanted.scope, v_actor
        from logic.blockable_line_list(array(select wanted.payer_id from wanted), p_on) as line
        inner join wanted on wanted.payer_id = line.payer_id
        order by line.contract_line_id
        on conflict (contract_line_id, origin) where lifted_at is null do nothing
        returning contract_line_id
    )

    select coalesce(array_agg(set_now.contract_line_id), '{}') into v_lines from set_now;
    v_orders := logic.order_make(v_lines, p_on);
    perform audit.event_add(
        'credit_guard', p_on::text,
        jsonb_build_object('over', to_jsonb(p_over), 'lines', cardinality(v_lines), 'orders', v_orders)
    );
end;
$$;

comment on function logic.guard_act(logic.guard_over[], logic.guard_policy[], date) is
$$Warns payers whose traffic is over a threshold, and blocks their lines where the policy says so.
Example: select logic.guard_act('{}', '{}', '2026-11-01') where false
Raises: nothing$$;
