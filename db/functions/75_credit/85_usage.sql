-- 75_credit/usage: what a customer has used of its bundles and of its limit.

-- api

create function api.usage_bundle_list(p_customer_no text, p_month date default null)
returns table (
    contract_no text, line_no integer, bundle text, month date, units bigint, carried bigint, used bigint,
    remaining bigint, unit text, state text, from_on date, to_on date, modes text[], targets text[]
)
language sql stable rows 20
begin atomic
    select
        one.contract_no, one.line_no, one.bundle, asked.month, one.units, coalesce(drawn.carried, 0),
        coalesce(drawn.used, 0),
        greatest(one.units + coalesce(drawn.carried, 0) - coalesce(drawn.used, 0), 0), one.unit, one.state,
        one.from_on, one.to_on, one.modes, one.targets
    from api.customer_bundle_list(p_customer_no) as one
    cross join (
        select date_trunc('month', coalesce(p_month, logic.today())::timestamp)::date as month offset 0
    ) as asked
    left join billing.contract on contract.contract_no = one.contract_no
    left join billing.contract_line as line
        on line.contract_id = contract.contract_id and line.line_no = one.line_no
    left join billing.bundle
        on
            bundle.contract_line_id = line.contract_line_id and bundle.code = one.bundle
            and bundle.from_on is not distinct from one.begins_on
    left join billing.bundle_month as drawn
        on drawn.bundle_id = bundle.bundle_id and drawn.month = asked.month
    where
        coalesce(one.from_on, '-infinity') < asked.month + interval '1 month'
        and coalesce(one.to_on, 'infinity') > asked.month;
end;

comment on function api.usage_bundle_list(text, date) is
$$The bundles of a customer's contract lines in a month (this one): units included, carried over from the
month before, used, and remaining, in their unit (such as second). modes and targets: what they are for;
empty: all.
Example: select bundle, used, remaining from api.usage_bundle_list('1000')
Raises: nothing$$;

create function api.usage_get(p_customer_no text)
returns table (
    customer_no text, month date, calls bigint, minutes numeric, revenue numeric, currency text,
    payer_no text, credit_limit numeric, balance numeric, unbilled numeric, exposure numeric,
    used_percent numeric, blocked_lines bigint
)
language sql stable rows 1
begin atomic
    select
        customer.customer_no, used.month, used.calls, used.minutes, used.revenue,
        (select operator.currency from billing.operator), owed.customer_no, owed.credit_limit, owed.balance,
        owed.unbilled, owed.exposure, owed.used_percent,
        (
            select count(distinct block.contract_line_id) from billing.credit_block as block
            where block.customer_id = customer.customer_id and block.lifted_at is null
        )
    from billing.customer
    cross join lateral logic.customer_month_list(customer.customer_no, 1) as used
    cross join lateral logic.exposure_get(customer.customer_no) as owed
    where customer.customer_no = p_customer_no;
end;

comment on function api.usage_get(text) is
$$What a customer has used this month, without VAT and in the operator's currency (revenue), and what its
payer owes (balance), will be billed for (unbilled, with VAT) and both together (exposure), in percent of the
credit limit, if it has one; blocked_lines: how many of the customer's contract lines are blocked.
Example: select exposure, used_percent from api.usage_get('1000') where false
Raises: LB901$$;

grant execute on function api.usage_bundle_list(text, date) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;
grant execute on function api.usage_get(text) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;
