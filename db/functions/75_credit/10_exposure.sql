-- 75_credit/exposure: what payers owe and will owe, live (BILLING.md 8).

create function logic.customer_below(p_customers bigint[])
returns table (customer_id bigint)
language sql stable rows 1000
begin atomic
    with recursive below (customer_id) as (
        select asked.customer_id from unnest(p_customers) as asked (customer_id)
        union
        select child.customer_id
        from below
        cross join lateral (
            select customer.customer_id from billing.customer where customer.parent_id = below.customer_id
            union all
            select term.customer_id from billing.customer_term as term
            where term.parent_id = below.customer_id
        ) as child
    )

    select below.customer_id from below;
end;

comment on function logic.customer_below(bigint[]) is
$$Customers with all that are, were or will be below them: those they may pay for.
Example: select * from logic.customer_below('{1}')
Raises: nothing$$;

create function logic.payer_elsewhere(p_customers bigint[])
returns bigint[]
language sql stable
begin atomic
    select coalesce(array_agg(customer.customer_id), '{}')
    from billing.customer
    where
        (p_customers is null or customer.customer_id = any(p_customers))
        and (
            (customer.bill_to = 'parent' and customer.parent_id is not null)
            or customer.customer_id in (
                select term.customer_id from billing.customer_term as term
                where term.bill_to is not null or term.parent_id is not null
            )
        );
end;

comment on function logic.payer_elsewhere(bigint[]) is
$$Customers (NULL: of all) for whom somebody else pays, paid or will pay. Nearly all pay for themselves and
always did: they need not be searched for upwards.
Example: select logic.payer_elsewhere('{1}')
Raises: nothing$$;

create function logic.customer_payer(p_customers bigint[])
returns table (customer_id bigint, valid daterange, payer_id bigint)
language sql stable rows 100000
begin atomic
    with elsewhere as materialized (
        select logic.payer_elsewhere(p_customers) as customers
    )

    select customer.customer_id, daterange(null, null), customer.customer_id
    from billing.customer
    where
        (p_customers is null or customer.customer_id = any(p_customers))
        and customer.customer_id not in (
            select unnest(elsewhere.customers) from elsewhere
        )
    union all
    select pays.customer_id, pays.valid, pays.payer_id
    from elsewhere
    cross join lateral logic.payer_list(elsewhere.customers) as pays;
end;

comment on function logic.customer_payer(bigint[]) is
$$Who pays for customers (NULL: for all), period by period, as logic.payer_list has it.
Example: select * from logic.customer_payer('{1}')
Raises: nothing$$;

create function logic.payer_of(p_customer_id bigint)
returns table (valid daterange, payer_id bigint)
language plpgsql stable rows 1
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_payer bigint;
    v_has_terms boolean;
begin
    -- Nearly always nothing changed over time: a climb by keys, without the periods of all above it.
    with recursive climb as (
        select
            customer.customer_id,
            case customer.bill_to when 'parent' then customer.parent_id end as next_id
        from billing.customer where customer.customer_id = p_customer_id
        union all
        select above.customer_id, case above.bill_to when 'parent' then above.parent_id end
        from climb
        inner join billing.customer as above on above.customer_id = climb.next_id
    )

    select
        max(climb.customer_id) filter (where climb.next_id is null),
        bool_or(
            exists (
                select from billing.customer_term as term
                where
                    term.customer_id = climb.customer_id
                    and (term.bill_to is not null or term.parent_id is not null)
            )
        )
    into v_payer, v_has_terms
    from climb;
    if v_payer is not null and not v_has_terms then
        return query select daterange(null, null), v_payer;
        return;
    end if;
    return query
    select pays.valid, pays.payer_id from logic.payer_list(array[p_customer_id]) as pays;
end;
$$;

comment on function logic.payer_of(bigint) is
$$Who pays for one customer, period by period, as logic.customer_payer has it.
Example: select * from logic.payer_of(1)
Raises: nothing$$;

create function logic.unbilled_line_list(p_customers bigint[], p_on date, p_back date)
returns bigint[]
language sql stable
begin atomic
    with offered as materialized (
        select
            charge.service_id, bool_or(charge.kind = 'periodic') as has_periodic,
            bool_or(charge.kind = 'one_time') as has_one_time
        from billing.service_charge as charge
        group by charge.service_id
    ),

    -- Of all customers nearly every line is on a document of this month or the last: those are read at once.
    recent as materialized (
        select billed.contract_line_id, max(upper(billed.valid)) as upto
        from billing.invoice_line as billed
        where
            p_customers is null and billed.charge_kind = 'periodic'
            and upper(billed.valid) >= date_trunc('month', p_on::timestamp)::date
        group by billed.contract_line_id
    )

    select coalesce(array_agg(line.contract_line_id order by line.contract_line_id), '{}')
    from billing.contract
    inner join billing.contract_line as line on line.contract_id = contract.contract_id
    inner join billing.service on service.service_id = line.service_id
    inner join offered on offered.service_id = line.service_id
    left join recent on recent.contract_line_id = line.contract_line_id
    cross join lateral (
        select
            least(
                case
                    when service.is_advance then p_on + 1
                    else date_trunc('month', (p_on + 1)::timestamp)::date - 1
                end,
                case when not upper_inf(line.valid) then
                    greatest(
                        upper(line.valid),
                        (
                            lower(line.valid) + make_interval(
                                months => coalesce(contract.binding_months, service.binding_months)
                            )
                        )::date
                    ) - 1
                end
            ) as day
    ) as last_day
    where
        (p_customers is null or contract.customer_id = any(p_customers))
        and contract.state = 'active' and line.valid is not null and lower(line.valid) <= p_on + 1
        and (
            offered.has_periodic and last_day.day > p_back
            and coalesce(line.billed_through, date '-infinity') < last_day.day
            -- the others line by line, if an earlier document could reach so far: how much was billed before
            -- is no matter
            and last_day.day >= coalesce(
                recent.upto,
                case
                    when p_customers is not null or last_day.day < date_trunc('month', p_on::timestamp) then
                        (
                            select max(upper(billed.valid)) from billing.invoice_line as billed
                            where
                                billed.contract_line_id = line.contract_line_id
                                and billed.charge_kind = 'periodic'
                        )
                end,
                date '-infinity'
            )
            or offered.has_one_time and lower(line.valid) > p_back and line.billed_through is null
            and not exists (
                select from billing.invoice_line as billed
                where billed.contract_line_id = line.contract_line_id and billed.charge_kind = 'one_time'
            )
        );
end;

comment on function logic.unbilled_line_list(bigint[], date, date) is
$$Contract lines (of some customers, NULL: of all) for which a run through a day may have fees to bill: those
that are not billed up to it.
Example: select logic.unbilled_line_list('{1}', '2026-10-31', '2025-10-31')
Raises: nothing$$;

create type logic.exposure as (
    payer_id bigint, credit_limit numeric, balance numeric, advance numeric, overdue numeric, due_on date,
    usage numeric, fees numeric, drafts numeric, unbilled numeric, exposure numeric, used_percent numeric
);
comment on type logic.exposure is
'What a payer owes and will owe, in the operator''s currency. balance: open items less advances; overdue: of '
'these the undisputed ones that are due; unbilled: usage, fees and drafts, with VAT.';

create function logic.exposure_list(p_payers bigint[], p_on date)
returns setof logic.exposure
language plpgsql stable rows 100000
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_decimals integer := logic.base_decimals();
    v_back date := (
        p_on - make_interval(months => coalesce(logic.setting_get('correct_back_months')::integer, 12))
    )::date;
    v_customers bigint[];
    v_elsewhere bigint[];
    v_months date[];
    v_part_from date;
    v_part_to date;
    v_runs bigint[];
    v_further bigint[];
    v_lines bigint[];
    v_hand_lines bigint[];
    v_holders bigint[];
    v_payers logic.bill_payer[];
    v_items logic.bill_item[] := '{}';
begin
    if p_payers is not null then
        v_customers := array(select below.customer_id from logic.customer_below(p_payers) as below);
    end if;
    v_months := array(
        select open.month from billing.usage_month as open where not open.is_settled and open.month <= p_on
    );
    -- Months of which a part stands on documents: nearly always none.
    select min(open.month), max(open.month + interval '1 month')::date into v_part_from, v_part_to
    from unnest(v_months) as open (month)
    where exists (
        select from billing.call_billed as billed
        where billed.start_on >= open.month and billed.start_on < (open.month + interval '1 month')::date
    );
    select
        coalesce(array_agg(run.bill_run_id), '{}'),
        coalesce(array_agg(run.bill_run_id) filter (where run.through_on > p_on), '{}')
    into v_runs, v_further
    from billing.bill_run as run
    where run.state in ('making', 'draft', 'approving');

    -- Fees and charges by hand, by the rules of a run through the day.
    v_lines := logic.unbilled_line_list(v_customers, p_on, v_back);
    v_hand_lines := array(
        select distinct charge.contract_line_id
        from billing.manual_charge as charge
        inner join billing.contract_line as line on line.contract_line_id = charge.contract_line_id
        inner join billing.contract on contract.contract_id = line.contract_id
        where
            (v_customers is null or contract.customer_id = any(v_customers))
            and charge.charged_on > v_back and charge.charged_on <= p_on
            and not exists (
                select from billing.invoice_line as billed
                where billed.manual_charge_id = charge.manual_charge_id and billed.is_counted
            )
    );
    if v_lines || v_hand_lines <> '{}' then
        v_holders := array(
            select distinct contract.customer_id
            from billing.contract_line as line
            inner join billing.contract on contract.contract_id = line.contract_id
            where line.contract_line_id = any(v_lines || v_hand_lines)
        );
        v_payers := array(select payer from logic.bill_payer_list(v_holders, p_on) as payer);
        v_items := array(
            select item
            from logic.fee_item_list(
                array(select due from logic.fee_due_list(v_lines, p_on, v_back) as due), v_lines, v_payers,
                v_back
            ) as item
            union all
            select item from logic.manual_item_list(v_hand_lines, v_payers, p_on) as item
        );
    end if;

    v_elsewhere := logic.payer_elsewhere(v_customers);

    return query
    with moved as materialized (
        select known.customer_id, known.valid, known.payer_id from logic.payer_list(v_elsewhere) as known
    ),

    used as materialized (
        -- of all customers: what is folded is kept by line
        select total.customer_id, total.contract_line_id, total.month, total.revenue as base
        from billing.call_line_month as total
        where v_customers is null and total.month = any(v_months)
        union all
        select total.customer_id, total.contract_line_id, total.month, total.revenue
        from billing.call_customer_month as total
        where
            total.month = any(v_months)
            and (v_customers is null and total.load_id <> 0 or total.customer_id = any(v_customers))
    ),

    stands as materialized (
        select
            call.customer_id, call.contract_line_id,
            date_trunc('month', call.start_on::timestamp)::date as month,
            -sum(call.retail_base * billed.turn) as base
        from billing.call_billed as billed
        inner join billing.call
            on call.customer_id = billed.customer_id and call.start_on = billed.start_on
            and call.call_id = billed.call_id
        where
            billed.start_on >= v_part_from and billed.start_on < v_part_to
            and call.start_on >= v_part_from and call.start_on < v_part_to
            and billed.turn <> 0 and (v_customers is null or billed.customer_id = any(v_customers))
            and date_trunc('month', billed.start_on::timestamp)::date = any(v_months)
        group by
            call.customer_id, call.contract_line_id, date_trunc('month', call.start_on::timestamp)::date
    ),

    -- what a VAT code comes to for payers of each kind
    vat as materialized (
        select asked.charge_vat, asked.kind, asked.country, asked.has_vat_no, picked.percent
        from (
            select code.charge_vat, who.kind, who.country, who.has_vat_no
            from (
                select service.vat_code as charge_vat from billing.service
                union
                select item.charge_vat from unnest(v_items) as item
            ) as code
            cross join (
                select distinct
                    customer.kind, customer.country, customer.vat_no is not null as has_vat_no
                from billing.customer
                where v_customers is null or customer.customer_id = any(v_customers)
            ) as who
        ) as asked
        cross join lateral logic.vat_pick(
            asked.charge_vat, p_on, asked.kind, asked.country, case when asked.has_vat_no then 'yes' end
        ) as picked
    ),

    -- with the VAT code of the line, and the payer of the day
    value as (
        select
            coalesce(moved.payer_id, usage.customer_id) as payer_id, service.vat_code as charge_vat,
            usage.base as usage, 0 as fees
        from (select * from used union all select * from stands) as usage
        left join moved
            on moved.customer_id = usage.customer_id
            and moved.valid @> least((usage.month + interval '1 month')::date - 1, p_on)
        inner join billing.contract_line as line on line.contract_line_id = usage.contract_line_id
        inner join billing.service on service.service_id = line.service_id
        union all
        select item.payer_id, item.charge_vat, 0, item.net * rate.rate
        from unnest(v_items) as item
        inner join (
            select distinct payer.currency, payer.rate from unnest(v_payers) as payer
        ) as rate on rate.currency = item.currency
    ),

    part (payer_id, balance, advance, overdue, due_on, usage, fees, drafts) as (
        select
            item.payer_id, sum(item.open_base),
            sum(item.open_base) filter (where item.kind = 'advance'),
            sum(item.open_base) filter (
                where item.due_on < p_on and item.disputed_on is null and item.open > 0
            ),
            min(item.due_on) filter (
                where item.due_on < p_on and item.disputed_on is null and item.open > 0
            ),
            0::numeric, 0::numeric, 0::numeric
        from billing.open_item as item
        where item.open <> 0 and (p_payers is null or item.payer_id = any(p_payers))
        group by item.payer_id
        union all
        select
            value.payer_id, 0, 0, 0, null, value.usage * (1 + coalesce(vat.percent, 0) * 0.01),
            value.fees * (1 + coalesce(vat.percent, 0) * 0.01), 0
        from value
        inner join billing.customer as payer on payer.customer_id = value.payer_id
        left join vat
            on coalesce(vat.charge_vat, '') = coalesce(value.charge_vat, '') and vat.kind = payer.kind
            and vat.country = payer.country and vat.has_vat_no = (payer.vat_no is not null)
        where p_payers is null or value.payer_id = any(p_payers)
        union all
        select invoice.payer_id, 0, 0, 0, null, 0, 0, sum(invoice.total * invoice.home_rate)
        from billing.invoice
        where
            invoice.bill_run_id = any(v_runs) and invoice.state = 'draft'
            and (p_payers is null or invoice.payer_id = any(p_payers))
        group by invoice.payer_id
        union all
        -- but not what a run that goes further bills ahead
        select
            invoice.payer_id, 0, 0, 0, null, 0, 0,
            -sum(line.net * (1 + line.vat_percent * 0.01) * invoice.home_rate)
        from billing.invoice
        inner join billing.invoice_line as line on line.invoice_id = invoice.invoice_id
        inner join billing.contract_line as held on held.contract_line_id = line.contract_line_id
        inner join billing.service on service.service_id = held.service_id
        where
            invoice.bill_run_id = any(v_further) and invoice.state = 'draft'
            and (p_payers is null or invoice.payer_id = any(p_payers))
            and case
                when line.charge_kind = 'periodic' and not service.is_advance
                    then upper(line.valid) > p_on + 1
                else coalesce(line.period_on, lower(line.valid)) > p_on
            end
        group by invoice.payer_id
    ),

    figure as (
        select
            part.payer_id, round(coalesce(sum(part.balance), 0), v_decimals) as balance,
            round(coalesce(sum(part.advance), 0), v_decimals) as advance,
            round(coalesce(sum(part.overdue), 0), v_decimals) as overdue, min(part.due_on) as due_on,
            round(sum(part.usage), v_decimals) as usage, round(sum(part.fees), v_decimals) as fees,
            round(sum(part.drafts), v_decimals) as drafts
        from part
        group by part.payer_id
    )

    select
        figure.payer_id, payer.credit_limit, figure.balance, figure.advance, figure.overdue, figure.due_on,
        figure.usage, figure.fees, figure.drafts, figure.usage + figure.fees + figure.drafts,
        figure.balance + figure.usage + figure.fees + figure.drafts,
        round(
            logic.divide(
                (figure.balance + figure.usage + figure.fees + figure.drafts) * 100,
                nullif(payer.credit_limit, 0)
            ),
            1
        )
    from figure
    inner join billing.customer as payer on payer.customer_id = figure.payer_id;
end;
$$;

comment on function logic.exposure_list(bigint[], date) is
$$What payers (NULL: all) owe and will owe on a day: open items less advances, and with VAT the calls and fees
that a run through the day would bill; of drafts what is due by then. In one pass over all of them; who has
nothing has no row.
Example: select * from logic.exposure_list('{1}', '2026-10-31')
Raises: nothing$$;

create function logic.exposure_get(p_customer_no text)
returns table (
    customer_no text, name text, credit_limit numeric, balance numeric, advance numeric, overdue numeric,
    oldest_due_on date, usage numeric, fees numeric, drafts numeric, unbilled numeric, exposure numeric,
    used_percent numeric
)
language plpgsql stable security definer rows 1000
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_customer bigint;
    v_payer bigint;
    v_own bigint[];
    v_on date := logic.today();
begin
    perform access.require(
        'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration', 'customer'
    );
    if access.has_level('customer') then
        v_own := access.customer_ids();
    end if;
    if p_customer_no is not null then
        select customer.customer_id into v_customer
        from billing.customer
        where
            customer.customer_no = p_customer_no and (v_own is null or customer.customer_id = any(v_own));
        if v_customer is null then
            perform billing.fail('LB524', jsonb_build_object('customer', p_customer_no));
        end if;
        select pays.payer_id into v_payer
        from logic.payer_of(v_customer) as pays where pays.valid @> v_on;
    end if;
    return query
    select
        customer.customer_no, customer.name, customer.credit_limit, coalesce(figure.balance, 0),
        coalesce(figure.advance, 0), coalesce(figure.overdue, 0), figure.due_on, coalesce(figure.usage, 0),
        coalesce(figure.fees, 0), coalesce(figure.drafts, 0), coalesce(figure.unbilled, 0),
        coalesce(figure.exposure, 0),
        case when customer.credit_limit > 0 then coalesce(figure.used_percent, 0) end
    from billing.customer
    left join logic.exposure_list(
        case when p_customer_no is null then v_own else array[v_payer] end, v_on
    ) as figure on figure.payer_id = customer.customer_id
    where
        case
            when p_customer_no is null then figure.payer_id is not null
            else customer.customer_id = v_payer
        end
        and (v_own is null or customer.customer_id = any(v_own))
    order by coalesce(figure.exposure, 0) desc, customer.customer_no collate "C";
end;
$$;

comment on function logic.exposure_get(text) is
$$What the payer of a customer owes and will owe today; NULL: all payers that do. Level customer: its own.
Example: select * from logic.exposure_get(null) where false
Raises: LB524 for an unknown customer, LB901 without a level that reads credit$$;

-- api

create function api.credit_exposure(p_customer_no text default null)
returns table (
    customer_no text, name text, credit_limit numeric, balance numeric, advance numeric, overdue numeric,
    oldest_due_on date, usage numeric, fees numeric, drafts numeric, unbilled numeric, exposure numeric,
    used_percent numeric
)
language sql stable rows 1000
begin atomic
    select * from logic.exposure_get(p_customer_no);
end;

comment on function api.credit_exposure(text) is
$$What the payer of a customer owes and will owe at this moment, in the operator's currency; without a
number all payers. balance: open items less advances; overdue: of these the undisputed ones that are due;
unbilled: usage, fees and drafts not invoiced, with VAT; exposure: balance and unbilled together.
Example: select * from api.credit_exposure() where false
Raises: LB524, LB901$$;
grant execute on function api.credit_exposure(text) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration, leissner_customer;

create function api.exposure_get(p_customer_no text)
returns table (
    customer_no text, name text, currency text, credit_limit numeric, balance numeric, advance numeric,
    overdue numeric, oldest_due_on date, unbilled numeric, exposure numeric, available numeric,
    used_percent numeric, stage text, since_at timestamptz, block_on date, promise_until date,
    blocked_lines bigint
)
language sql stable rows 1
begin atomic
    select
        payer.customer_no, payer.name, operator.currency, payer.credit_limit, figure.balance, figure.advance,
        figure.overdue, figure.oldest_due_on, figure.unbilled, figure.exposure,
        payer.credit_limit - figure.exposure, figure.used_percent, state.stage, state.since_at,
        state.block_on, logic.promise_find(payer.customer_id),
        (
            select count(distinct block.contract_line_id) from billing.credit_block as block
            where block.lifted_at is null and payer.customer_id in (block.payer_id, block.customer_id)
        )
    from logic.exposure_get(p_customer_no) as figure
    inner join billing.customer as payer on payer.customer_no = figure.customer_no
    cross join billing.operator
    left join billing.credit_state as state on state.payer_id = payer.customer_id
    where p_customer_no is not null;
end;

comment on function api.exposure_get(text) is
$$What the payer of a customer owes and will owe at this moment, in the operator's currency, and how far
credit control has gone with it: balance (open items less advances), overdue (of these the undisputed ones
that are due), unbilled (usage, fees and drafts not invoiced, with VAT), exposure (balance and unbilled
together), what is available of the credit limit; stage (none: nothing is held against it), the day of a
block that was announced, the day until which it has promised to pay, and on how many contract lines
something is blocked. customer_no is the payer's. An unknown customer is refused.
Example: select * from api.exposure_get('1000') where false
Raises: LB524, LB901$$;
grant execute on function api.exposure_get(text) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration, leissner_customer;
