-- 30_customer/show: a customer with all that belongs to it.

create function logic.line_fee_list(p_lines bigint[], p_day date)
returns table (contract_line_id bigint, monthly numeric, once numeric, currency text)
language plpgsql stable security definer rows 20
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_own bigint[] := case when not access.is_staff() then access.contract_line_ids() end;
begin
    perform access.require(
        'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration',
        'seller', 'customer'
    );
    return query
    with line as materialized (
        select
            one.contract_line_id, one.service_id, greatest(p_day, lower(one.valid)) as day,
            coalesce(
                (
                    select term.quantity from billing.line_term as term
                    where
                        term.contract_line_id = one.contract_line_id
                        and term.from_on <= greatest(p_day, lower(one.valid)) and term.quantity is not null
                    order by term.from_on desc
                    limit 1
                ),
                one.quantity
            ) as quantity
        from billing.contract_line as one
        where one.contract_line_id = any(p_lines) and (v_own is null or one.contract_line_id = any(v_own))
    ),

    asked as materialized (
        select
            line.contract_line_id, line.quantity, line.day, charge.service_charge_id, charge.kind,
            list.price_list_id, list.turn, row_number() over () as place
        from line
        inner join logic.holder_list(
            array(select line.contract_line_id from line order by line.contract_line_id),
            array(select line.day from line order by line.contract_line_id)
        ) as held on held.contract_line_id = line.contract_line_id
        inner join billing.service_charge as charge on charge.service_id = line.service_id
        cross join lateral unnest(held.retail_lists) with ordinality as list (price_list_id, turn)
    ),

    priced as (
        select distinct on (asked.contract_line_id, asked.service_charge_id)
            asked.contract_line_id, asked.kind, answer.rate * asked.quantity as fee, list.currency
        from asked
        inner join logic.fee_search(array(
            select row(asked.price_list_id, asked.service_charge_id, asked.day)::logic.fee_key
            from asked
            order by asked.place
        )) as answer on answer.place = asked.place
        inner join billing.price_list as list on list.price_list_id = asked.price_list_id
        order by asked.contract_line_id, asked.service_charge_id, asked.turn
    )

    select
        priced.contract_line_id, sum(priced.fee) filter (where priced.kind = 'periodic'),
        sum(priced.fee) filter (where priced.kind = 'one_time'), min(priced.currency)
    from priced
    group by priced.contract_line_id;
end;
$$;

comment on function logic.line_fee_list(bigint[], date) is
$$What contract lines cost a month and once, by the prices of a day (or of their first day, if that is later),
without VAT. Levels seller and customer: own lines.
Example: select * from logic.line_fee_list('{1}', '2026-10-05') where false
Raises: LB901 without a level$$;

create function logic.customer_month_list(p_customer_no text, p_months integer)
returns table (month date, calls bigint, minutes numeric, revenue numeric, cost numeric, margin numeric)
language plpgsql stable security definer rows 12
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_first date := (
        date_trunc('month', logic.today()::timestamp) - make_interval(months => p_months - 1)
    )::date;
    v_is_staff boolean := access.is_staff();
    v_customer bigint := (
        select one.customer_id from billing.customer as one where one.customer_no = p_customer_no
    );
begin
    perform access.require(
        'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration',
        'seller'
    );
    if not v_is_staff and v_customer <> all(access.customer_ids()) then
        return;
    end if;
    return query
    select
        step.day::date, coalesce(sum(total.calls), 0)::bigint,
        coalesce(round(logic.divide(sum(total.billed) filter (where mode.unit = 'second'), 60), 1), 0),
        coalesce(round(sum(total.revenue), 2), 0),
        coalesce(round(sum(case when v_is_staff then total.cost else total.reseller end), 2), 0),
        coalesce(round(sum(case when v_is_staff then total.margin else total.seller_margin end), 2), 0)
    from generate_series(v_first::timestamp, logic.today()::timestamp, '1 month') as step (day)
    left join billing.call_customer_month as total
        on
            total.customer_id = v_customer and total.month = step.day::date
            and (v_is_staff or total.seller_id = (select access.seller_id()))
    left join billing.mode on mode.mode_id = total.mode_id
    group by step.day
    order by step.day;
end;
$$;

comment on function logic.customer_month_list(text, integer) is
$$Traffic of a customer (not of those below) in the last months, in the operator's currency; for a seller
its own
at its prices.
Example: select * from logic.customer_month_list('1000', 12) where false
Raises: LB901 without the level of staff or seller$$;

-- api

create function api.customer_get(p_customer_no text)
returns table (
    customer_no text, name text, kind text, parent_no text, bill_to text, groups text[], street text,
    postcode text, city text, country text, org_no text, vat_no text, email text, delivery text,
    einvoice_id text, currency text, language text, credit_limit numeric, payment_days integer, seller text,
    price_list text, billing_street text, billing_postcode text, billing_city text, billing_country text,
    attention text, call_specification text, has_full_numbers boolean, buyer_reference text,
    row_version integer, parent_now text, parent_name text, payer_no text, payer_name text, seller_now text,
    groups_now text[], price_list_now text, below bigint, contracts bigint, numbers numeric, terms bigint
)
language sql stable rows 1
begin atomic
    select
        customer.customer_no, customer.name, customer.kind, base_parent.customer_no, customer.bill_to,
        array(
            select one.code
            from billing.customer_in_group as member
            inner join billing.customer_group as one
                on one.customer_group_id = member.customer_group_id
            where member.customer_id = customer.customer_id
            order by one.code
        ),
        customer.street, customer.postcode, customer.city, customer.country, customer.org_no,
        customer.vat_no, customer.email, customer.delivery, customer.einvoice_id, customer.currency,
        customer.language, customer.credit_limit, customer.payment_days, base_seller.code,
        logic.price_list_code(customer.price_list_id), customer.billing_street, customer.billing_postcode,
        customer.billing_city, customer.billing_country, customer.attention, customer.call_specification,
        customer.has_full_numbers, customer.buyer_reference, customer.row_version, parent.customer_no,
        parent.name, payer.customer_no, payer.name, seller.code,
        array(
            select one.code from billing.customer_group as one
            where one.customer_group_id = any(held.group_ids)
            order by one.code
        ),
        logic.price_list_code(held.price_list_id),
        (
            select count(*) - 1 from logic.customer_below(array[customer.customer_id])
        ),
        (select count(*) from billing.contract where contract.customer_id = customer.customer_id),
        (
            select coalesce(sum(upper(own.span) - lower(own.span)), 0)
            from billing.contract
            inner join billing.contract_line as line on line.contract_id = contract.contract_id
            inner join billing.subscriber_number as own on own.contract_line_id = line.contract_line_id
            where contract.customer_id = customer.customer_id and own.valid @> today.day
        ),
        (select count(*) from billing.customer_term as term where term.customer_id = customer.customer_id)
    from billing.customer
    cross join (select logic.today() as day offset 0) as today
    -- offset: as a value, by which row-level security lets an index look up
    cross join lateral (
        select one.* from logic.customer_on(customer.customer_id, today.day) as one offset 0
    ) as held
    left join billing.customer as base_parent on base_parent.customer_id = customer.parent_id
    -- offset: looked up by its key, after what the day makes of the customer is known
    left join lateral (
        select above.customer_no, above.name
        from billing.customer as above where above.customer_id = held.parent_id offset 0
    ) as parent on true
    left join billing.seller as base_seller on base_seller.seller_id = customer.seller_id
    left join billing.seller on seller.seller_id = held.seller_id
    left join lateral (
        select pays.payer_id from logic.payer_of(customer.customer_id) as pays
        where pays.valid @> today.day
        limit 1
    ) as pays on true
    left join billing.customer as payer on payer.customer_id = pays.payer_id
    where customer.customer_no = p_customer_no;
end;

comment on function api.customer_get(text) is
$$A customer: its own values, which hold from the first day, and (…_now, payer) what its terms make of them
today.
Example: select customer_no, name, payer_no from api.customer_get('1000')
Raises: nothing$$;

create function api.customer_warning_get(p_customer_no text, p_language text default null)
returns table (
    stage text, since_at timestamptz, block_on date, reason text, blocked_lines bigint, promised_until_on date
)
language sql stable rows 1
begin atomic
    select
        held.stage, held.since_at, held.block_on, why.sentence,
        (
            select count(distinct block.contract_line_id)
            from billing.credit_block as block
            inner join billing.contract_line as line on line.contract_line_id = block.contract_line_id
            inner join billing.contract on contract.contract_id = line.contract_id
            where contract.customer_id = customer.customer_id and block.lifted_at is null
        ),
        (
            select max(promise.until_on) from billing.credit_promise as promise
            where promise.payer_id = pays.payer_id and promise.until_on >= (select logic.today())
        )
    from billing.customer
    left join lateral (
        select one.payer_id from logic.payer_of(customer.customer_id) as one
        where one.valid @> (select logic.today())
        limit 1
    ) as pays on true
    left join billing.credit_state as held on held.payer_id = pays.payer_id
    left join lateral logic.message_get(
        held.code, coalesce(p_language, (select operator.language from billing.operator)), null, held.params
    ) as why on true
    where customer.customer_no = p_customer_no;
end;

comment on function api.customer_warning_get(text, text) is
$$What is held against the payer of a customer, and how many of the customer's own lines are blocked.
Example: select * from api.customer_warning_get('1000')
Raises: nothing$$;

create function api.customer_family_list(p_customer_no text, p_limit integer default 200)
returns table (
    customer_no text, name text, depth integer, is_self boolean, is_paid_above boolean, contracts bigint,
    parent_no text
)
language sql stable rows 200
begin atomic
    with recursive up (customer_id, step) as (
        select customer.customer_id, 0 from billing.customer where customer.customer_no = p_customer_no
        union all
        select held.parent_id, up.step + 1
        from up
        cross join lateral logic.customer_on(up.customer_id, logic.today()) as held
        where held.parent_id is not null and up.step < 50
    ),

    -- The line up to the root, and all below the customer itself, but of those beside it only the nearest.
    start as (
        select up.customer_id from up order by up.step desc limit 1
    )

    select
        customer.customer_no, customer.name, down.depth, customer.customer_no = p_customer_no,
        above.customer_id is not null and coalesce(
            (
                select term.bill_to from billing.customer_term as term
                where
                    term.customer_id = down.customer_id and term.bill_to is not null
                    and term.from_on <= (select logic.today())
                order by term.from_on desc
                limit 1
            ),
            customer.bill_to
        ) = 'parent',
        (select count(*) from billing.contract where contract.customer_id = customer.customer_id),
        above.customer_no
    from start
    cross join lateral logic.customer_down(start.customer_id, (select logic.today())) as down
    inner join billing.customer on customer.customer_id = down.customer_id
    left join billing.customer as above on above.customer_id = down.parent_id
    order by down.path
    limit p_limit;
end;

comment on function api.customer_family_list(text, integer) is
$$The tree that a customer stands in today, from its root, each customer before those below it.
Example: select * from api.customer_family_list('1000')
Raises: nothing$$;

create function api.customer_month_list(p_customer_no text, p_months integer default 12)
returns table (month date, calls bigint, minutes numeric, revenue numeric, cost numeric, margin numeric)
language sql stable rows 12
begin atomic
    select one.month, one.calls, one.minutes, one.revenue, one.cost, one.margin
    from logic.customer_month_list(p_customer_no, p_months) as one;
end;

comment on function api.customer_month_list(text, integer) is
$$Traffic of a customer in the last months, in the operator's currency.
Example: select * from api.customer_month_list('1000') where false
Raises: LB901$$;

create function api.contract_line_list(p_customer_no text default null, p_contract_no text default null)
returns table (
    contract_no text, contract_state text, start_on date, ends_on date, reference text, line_no integer,
    service text, service_name text, state text, from_on date, to_on date, quantity numeric,
    price_list text, numbers numeric, monthly numeric, once numeric, currency text
)
language sql stable rows 50
begin atomic
    with held as materialized (
        select contract.*, today.day
        from billing.customer
        inner join billing.contract on contract.customer_id = customer.customer_id
        cross join (select logic.today() as day offset 0) as today
        where
            (p_customer_no is not null or p_contract_no is not null)
            and (p_customer_no is null or customer.customer_no = p_customer_no)
            and (p_contract_no is null or contract.contract_no = p_contract_no)
    )

    select
        held.contract_no, logic.term_state(held.state, held.valid, held.day), held.start_on,
        upper(held.valid), held.reference, line.line_no, service.code, service.name,
        case when line.line_no is not null then logic.term_state(held.state, line.valid, held.day) end,
        lower(line.valid), upper(line.valid),
        coalesce(
            (
                select term.quantity from billing.line_term as term
                where
                    term.contract_line_id = line.contract_line_id and term.from_on <= held.day
                    and term.quantity is not null
                order by term.from_on desc
                limit 1
            ),
            line.quantity
        ),
        logic.price_list_code(coalesce(
            (
                select term.price_list_id from billing.line_term as term
                where
                    term.contract_line_id = line.contract_line_id and term.from_on <= held.day
                    and term.price_list_id is not null
                order by term.from_on desc
                limit 1
            ),
            line.price_list_id
        )),
        (
            select sum(upper(own.span) - lower(own.span)) from billing.subscriber_number as own
            where own.contract_line_id = line.contract_line_id and own.valid @> held.day
        ),
        fee.monthly, fee.once, fee.currency
    from held
    left join billing.contract_line as line on line.contract_id = held.contract_id
    left join billing.service on service.service_id = line.service_id
    left join logic.line_fee_list(
        array(
            select own.contract_line_id
            from held
            inner join billing.contract_line as own on own.contract_id = held.contract_id
        ),
        logic.today()
    ) as fee on fee.contract_line_id = line.contract_line_id
    order by held.start_on desc, held.contract_no, line.line_no;
end;

comment on function api.contract_line_list(text, text) is
$$The contracts of a customer, or one contract, each with its lines as they are today and what they cost a
month
and once, without VAT. A contract without lines has one row.
Example: select * from api.contract_line_list('1000') where false
Raises: LB901$$;

create function api.customer_invoice_list(p_customer_no text)
returns table (
    invoice_no text, invoice bigint, kind text, state text, invoice_on date, due_on date, period_from date,
    period_to date, net numeric, tax numeric, total numeric, currency text, payer_no text, run bigint,
    can_open boolean
)
language sql stable rows 100
begin atomic
    select
        invoice.invoice_no, invoice.invoice_id, invoice.kind, invoice.state, invoice.invoice_on,
        invoice.due_on, lower(invoice.valid), upper(invoice.valid) - 1, invoice.net, invoice.tax,
        invoice.total, invoice.currency, payer.customer_no, invoice.bill_run_id,
        case
            when (select access.has_level('seller'))
                then invoice.invoice_id = any(
                    (select logic.own_invoice_list(array[payer.customer_id]))::bigint[]
                )
            else true
        end
    from billing.customer
    cross join lateral (
        select customer.customer_id as payer_id
        union
        select pays.payer_id from logic.payer_of(customer.customer_id) as pays
    ) as pays
    inner join billing.invoice on invoice.payer_id = pays.payer_id
    inner join billing.customer as payer on payer.customer_id = invoice.payer_id
    where customer.customer_no = p_customer_no
    order by invoice.invoice_on desc nulls first, invoice.invoice_id desc;
end;

comment on function api.customer_invoice_list(text) is
$$Invoices, credits and drafts of whoever pays, or paid, for a customer; the latest first.
Example: select * from api.customer_invoice_list('1000')
Raises: nothing$$;

create function api.customer_call_list(p_customer_no text, p_limit integer default 50)
returns table (
    call text, started_at timestamptz, a_number text, b_number text, mode text, destination text,
    billed bigint, regular numeric, bundled numeric, discount numeric, retail numeric, currency text,
    contract_no text, line_no integer
)
language plpgsql stable rows 50
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    if access.has_level('seller') then
        return query
        select
            call.call, call.started_at, call.a_number, call.b_number, coalesce(mode.name, call.mode),
            coalesce(destination.name, call.destination), call.billed, call.regular, call.bundled,
            call.discount, call.retail, call.currency, call.contract_no, call.line_no
        from report.seller_call as call
        left join billing.mode on mode.code = call.mode
        left join billing.destination on destination.code = call.destination
        where call.customer_no = p_customer_no and call.start_on > (select logic.today()) - 93
        order by call.started_at desc
        limit p_limit;
        return;
    end if;
    return query
    select
        source.code || ':' || call.key, call.started_at, call.a_number, call.b_number, mode.name,
        destination.name, call.billed, call.regular, call.bundled, call.discount, call.retail,
        list.currency, contract.contract_no, line.line_no
    from (
        select one.* from billing.call as one
        where
            one.customer_id = (
                select customer.customer_id from billing.customer where customer.customer_no = p_customer_no
            )
            and one.start_on > (select logic.today()) - 93
        order by one.started_at desc
        limit p_limit
    ) as call
    inner join billing.cdr_source as source on source.source_id = call.source_id
    inner join billing.mode on mode.mode_id = call.mode_id
    inner join billing.destination on destination.destination_id = call.destination_id
    inner join billing.contract_line as line on line.contract_line_id = call.contract_line_id
    inner join billing.contract on contract.contract_id = call.contract_id
    left join lateral (select logic.price_list_currency(call.retail_list_id) as currency) as list on true
    order by call.started_at desc;
end;
$$;

comment on function api.customer_call_list(text, integer) is
$$The latest calls of a customer in the last three months.
Example: select * from api.customer_call_list('1000') where false
Raises: nothing$$;

grant execute on function
    api.customer_get(text), api.customer_family_list(text, integer),
    api.customer_month_list(text, integer), api.contract_line_list(text, text)
to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_report, leissner_auditor, leissner_batch, leissner_integration, leissner_seller;
grant execute on function api.customer_call_list(text, integer) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_auditor, leissner_batch, leissner_integration, leissner_seller;
grant execute on function api.customer_warning_get(text, text) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;
grant execute on function api.customer_invoice_list(text) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration, leissner_seller;
