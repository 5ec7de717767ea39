-- 75_credit/alert: customers are told when their usage of the month has come to parts of an amount or a
-- bundle.

create function logic.usage_alert_run(p_on date)
returns table (
    customer_no text, contract_no text, line_no integer, bundle text, percent integer, value numeric,
    address text
)
language plpgsql volatile security definer rows 100
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_month date := date_trunc('month', coalesce(p_on, logic.today())::timestamp)::date;
    v_currency text := (select operator.currency from billing.operator);
    v_decimals integer := logic.base_decimals();
    v_told jsonb;
begin
    perform access.require('finance', 'credit', 'batch');
    perform pg_advisory_xact_lock(hashtextextended('billing.usage_alert', 0));
    with used as materialized (
        select
            alert.usage_alert_id, alert.percents,
            coalesce(bundled.used, spent.revenue, 0) as used,
            coalesce(bundled.whole, alert.amount) as whole
        from billing.usage_alert as alert
        left join lateral (
            select sum(total.revenue) as revenue
            from billing.call_customer_month as total
            where
                alert.bundle is null and total.customer_id = alert.customer_id and total.month = v_month
                and (
                    alert.contract_line_id is null or total.contract_line_id = alert.contract_line_id
                )
        ) as spent on true
        left join lateral (
            select sum(drawn.used)::numeric as used, sum(bundle.units + drawn.carried)::numeric as whole
            from billing.bundle
            inner join billing.bundle_month as drawn
                on drawn.bundle_id = bundle.bundle_id and drawn.month = v_month
            where bundle.contract_line_id = alert.contract_line_id and bundle.code = alert.bundle
        ) as bundled on alert.bundle is not null
    ),

    reached as (
        insert into billing.usage_alert_told (usage_alert_id, month, percent, value)
        select
            used.usage_alert_id, v_month, step.percent,
            round(logic.divide(used.used * 100, used.whole), 1)
        from used
        cross join lateral (
            select distinct one::integer as percent from string_to_table(used.percents, ';') as one
        ) as step
        where used.whole > 0 and used.used > 0 and used.used * 100 >= step.percent * used.whole
        order by used.usage_alert_id, step.percent
        on conflict do nothing
        returning usage_alert_id, percent
    ),

    -- reached together, the highest is told
    highest as (
        select reached.usage_alert_id, max(reached.percent) as percent
        from reached
        group by reached.usage_alert_id
    )

    select coalesce(
        jsonb_agg(jsonb_build_object(
            'alert', highest.usage_alert_id, 'percent', highest.percent, 'used', used.used, 'whole',
                used.whole
        )),
        '[]'
    )
    into v_told
    from highest
    inner join used on used.usage_alert_id = highest.usage_alert_id
    -- of a higher one that was told before, a lower one that somebody added since says nothing new
    where highest.percent > all(
        select before.percent from billing.usage_alert_told as before
        where before.usage_alert_id = highest.usage_alert_id and before.month = v_month
    );

    return query
    with news as materialized (
        select
            row_number() over (order by one.alert) as turn, alert.*, one.percent as reached, one.used,
            one.whole, customer.customer_no, customer.language, contract.contract_no, line.line_no,
            coalesce(
                alert.email, substring(customer.email from '^[^@[:space:]]+@[^@[:space:]]+$')
            ) as reach
        from jsonb_to_recordset(v_told) as one (alert bigint, percent integer, used numeric, whole numeric)
        inner join billing.usage_alert as alert on alert.usage_alert_id = one.alert
        inner join billing.customer on customer.customer_id = alert.customer_id
        left join billing.contract_line as line on line.contract_line_id = alert.contract_line_id
        left join billing.contract on contract.contract_id = line.contract_id
    ),

    written as (
        insert into billing.credit_message (customer_id, code, params, language, address, state)
        select
            news.customer_id,
            case when news.bundle is null then 'usage_alert_amount' else 'usage_alert_bundle' end,
            jsonb_build_object(
                'alert', news.usage_alert_id, 'customer', news.customer_no, 'percent', news.reached,
                'month', to_char(v_month, 'YYYY-MM'), 'currency', v_currency, 'bundle', news.bundle,
                'line', case
                    when news.contract_no is null then ''
                    else format(' (%s/%s)', news.contract_no, news.line_no)
                end,
                'value', case
                    when news.bundle is null then round(news.used, v_decimals) else trim_scale(news.used)
                end::text,
                'amount', case
                    when news.bundle is null then round(news.whole, v_decimals) else trim_scale(news.whole)
                end::text
            ),
            news.language, news.reach, case when news.reach is null then 'unreachable' else 'waiting' end
        from news
        order by news.turn
        returning params
    )

    select
        news.customer_no, news.contract_no, news.line_no, news.bundle, news.reached,
        round(logic.divide(news.used * 100, news.whole), 1), news.reach
    from news
    inner join written on (written.params ->> 'alert')::bigint = news.usage_alert_id
    order by news.customer_no collate "C", news.turn;
    if v_told <> '[]' then
        perform audit.event_add(
            'usage_alert', v_month::text, jsonb_build_object('messages', jsonb_array_length(v_told))
        );
    end if;
end;
$$;

comment on function logic.usage_alert_run(date) is
$$Writes the messages to customers whose usage of the month of a day (NULL: today) has come to the percentages
that they want to be told, each once in a month; of several at once the highest.
Example: select * from logic.usage_alert_run(null) where false
Raises: LB901 without the level finance, credit or batch$$;

-- api

create function api.usage_alert_run(p_on date default null)
returns table (
    customer_no text, contract_no text, line_no integer, bundle text, percent integer, value numeric,
    address text
)
language sql volatile rows 100
begin atomic
    select * from logic.usage_alert_run(p_on);
end;

comment on function api.usage_alert_run(date) is
$$Writes the messages to customers whose usage of the month has come to the percentages that they want to
be told, each once in a month: who, and what it came to.
Example: select * from api.usage_alert_run() where false
Raises: LB901$$;
grant execute on function api.usage_alert_run(date)
to leissner_admin, leissner_finance, leissner_credit, leissner_batch;
