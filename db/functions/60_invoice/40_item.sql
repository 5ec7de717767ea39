-- 60_invoice/item: everything a run bills for some customers: fees, charges by hand, usage; due less billed.

create type logic.bill_item as (
    customer_id bigint, contract_id bigint, contract_line_id bigint, payer_id bigint, currency text,
    charge_kind text, is_correction boolean, service_charge_id bigint, manual_charge_id bigint,
    product_id bigint, mode_id bigint, what text, text text, period_on date, part_on date,
    from_on date, to_on date, quantity numeric, units numeric, net numeric, charge_vat text, vat_on date,
    account text, project text, corrects_id bigint, open_item_id bigint
);
comment on type logic.bill_item is
'A line to be: net in the payer''s currency, rounded. vat_on: the day whose VAT rate holds. '
'open_item_id: what was paid late, of interest.';

create type logic.bill_flaw as (customer_id bigint, code text, params jsonb);
comment on type logic.bill_flaw is 'What cannot be billed, as a sentence of billing.message.';

create type logic.bill_payer as (
    customer_id bigint, valid daterange, payer_id bigint, currency text, rate numeric, decimals integer
);
comment on type logic.bill_payer is
'Who pays for a customer on some days, in which currency; rate: units of the operator''s currency on the '
'last day charged, NULL: not known.';

create function logic.rate_on(p_currency text, p_day date)
returns numeric
language sql stable parallel safe
begin atomic
    select case
        when p_currency = (select operator.currency from billing.operator) then 1::numeric
        else (
            select known.rate from billing.exchange_rate as known
            where known.currency = p_currency and known.from_on <= p_day
            order by known.from_on desc
            limit 1
        )
    end;
end;

comment on function logic.rate_on(text, date) is
$$Units of the operator's currency for one of another on a day: the latest rate up to then; NULL: none.
Example: select logic.rate_on('EUR', '2026-10-31')
Raises: nothing$$;

create function logic.bill_payer_list(p_customers bigint[], p_through date)
returns setof logic.bill_payer
language sql stable rows 5000
begin atomic
    with found as materialized (
        select
            pays.customer_id, pays.valid, pays.payer_id,
            coalesce(payer.currency, operator.currency) as currency
        from logic.payer_list(p_customers) as pays
        -- offset: by key; the planner takes a few for all
        cross join lateral (
            select one.currency from billing.customer as one where one.customer_id = pays.payer_id offset 0
        ) as payer
        cross join billing.operator
    ),

    rate as materialized (
        select one.currency, logic.rate_on(one.currency, p_through) as rate
        from (select distinct found.currency from found) as one
    )

    select
        found.customer_id, found.valid, found.payer_id, found.currency, rate.rate,
        currency.decimals::integer
    from found
    inner join rate on rate.currency = found.currency
    inner join billing.currency on currency.currency = found.currency;
end;

comment on function logic.bill_payer_list(bigint[], date) is
$$Who pays for customers, period by period, with currency and exchange rate.
Example: select * from logic.bill_payer_list('{1}', '2026-10-31')
Raises: nothing$$;

create function logic.fee_item_list(
    p_due logic.fee_due[], p_lines bigint[], p_payers logic.bill_payer[], p_back date
)
returns setof logic.bill_item
language plpgsql stable rows 20000
set search_path = pg_catalog, pg_temp
set enable_mergejoin = off
as $$
begin
    return query
    with due as materialized (
        select
            one.*, payer.payer_id, payer.currency,
            round(round(logic.divide(one.home, payer.rate), 12), payer.decimals) as net
        from unnest(p_due) as one
        inner join unnest(p_payers) as payer
            on payer.customer_id = one.customer_id and payer.valid @> one.to_on - 1
    ),

    -- No period that ends after p_back began before, neither by today's intervals nor as it was billed: a run
    -- reads no more the longer one is a customer.
    since as materialized (
        select
            line.contract_line_id,
            least(
                p_back - make_interval(months => greatest(
                    service.interval_months, contract.interval_months,
                    (
                        select max(term.interval_months) from billing.contract_term as term
                        where term.contract_id = contract.contract_id
                    )
                )),
                (
                    select min(billed.period_on) from billing.invoice_line as billed
                    where
                        billed.contract_line_id = line.contract_line_id and billed.charge_kind = 'periodic'
                        and upper(billed.valid) > p_back
                )
            )::date as day
        from billing.contract_line as line
        inner join billing.service on service.service_id = line.service_id
        inner join billing.contract on contract.contract_id = line.contract_id
        where line.contract_line_id = any(p_lines)
    ),

    -- What earlier documents billed, drafts too, by who was billed; the latest line is what is corrected.
    billed as materialized (
        select
            line.contract_line_id, line.service_charge_id, line.charge_vat, line.period_on, line.part_on,
            invoice.payer_id, invoice.currency, sum(line.net) as net, max(line.invoice_line_id) as last_id
        from (
            select one.*
            from since
            inner join billing.invoice_line as one
                on one.contract_line_id = since.contract_line_id and upper(one.valid) > since.day
                and one.period_on >= since.day and one.charge_kind = 'periodic'
            union all
            select one.* from billing.invoice_line as one
            where one.contract_line_id = any(p_lines) and one.charge_kind = 'one_time'
        ) as line
        inner join billing.invoice on invoice.invoice_id = line.invoice_id
        where line.is_counted
        group by
            line.contract_line_id, line.service_charge_id, line.charge_vat, line.period_on, line.part_on,
            invoice.payer_id, invoice.currency
    ),

    -- Billed in the currency that is due now: it counts against it. Else it is given back as it was billed.
    so_far as materialized (
        select
            billed.contract_line_id, billed.service_charge_id, billed.charge_vat, billed.period_on,
            billed.part_on, billed.currency, sum(billed.net) as net, max(billed.last_id) as last_id,
            (array_agg(billed.payer_id order by billed.last_id desc))[1] as payer_id
        from billed
        group by
            billed.contract_line_id, billed.service_charge_id, billed.charge_vat, billed.period_on,
            billed.part_on, billed.currency
    ),

    change as (
        select
            due.contract_line_id, due.service_charge_id, due.charge_vat, due.period_on, due.part_on,
            due.net - coalesce(so_far.net, 0) as net, due.currency,
            case when due.net < so_far.net then so_far.payer_id else due.payer_id end as payer_id,
            so_far.last_id, due.from_on, due.to_on, due.quantity, due.account
        from due
        left join so_far
            on so_far.contract_line_id = due.contract_line_id
            and so_far.service_charge_id = due.service_charge_id
            and so_far.charge_vat = due.charge_vat and so_far.period_on = due.period_on
            and so_far.part_on = due.part_on and so_far.currency = due.currency
        where due.is_chargeable and due.fault is null and (so_far.net is null or so_far.net <> due.net)
        union all
        -- Not due any more, or due in another currency.
        select
            so_far.contract_line_id, so_far.service_charge_id, so_far.charge_vat, so_far.period_on,
            so_far.part_on, -so_far.net, so_far.currency, so_far.payer_id, so_far.last_id, last_line.from_on,
            last_line.to_on, last_line.quantity, last_line.account
        from so_far
        cross join lateral (
            select
                lower(line.valid) as from_on, upper(line.valid) as to_on, line.quantity, line.account
            from billing.invoice_line as line where line.invoice_line_id = so_far.last_id
        ) as last_line
        inner join billing.contract_line on contract_line.contract_line_id = so_far.contract_line_id
        left join due
            on due.contract_line_id = so_far.contract_line_id
            and due.service_charge_id = so_far.service_charge_id
            and due.charge_vat = so_far.charge_vat and due.period_on = so_far.period_on
            and due.part_on = so_far.part_on
        where
            so_far.net <> 0 and last_line.to_on > p_back
            and (contract_line.billed_through is null or last_line.to_on > contract_line.billed_through + 1)
            and case
                when due.contract_line_id is null then so_far.period_on > date '-infinity'
                    or contract_line.billed_through is null
                else due.currency <> so_far.currency and due.is_chargeable
            end
    )

    select (made.item).*
    from (select
        row(
            contract.customer_id, contract.contract_id, change.contract_line_id, change.payer_id,
                change.currency,
            charge.kind, change.last_id is not null, change.service_charge_id, null, null, null, charge.code,
            concat_ws(', ', service.name, charge.name), change.period_on, change.part_on, change.from_on,
            change.to_on, change.quantity, null, change.net, change.charge_vat, change.from_on,
                change.account,
            null, change.last_id, null
        )::logic.bill_item as item
    from change
    inner join billing.contract_line on contract_line.contract_line_id = change.contract_line_id
    inner join billing.contract on contract.contract_id = contract_line.contract_id
    inner join billing.service_charge as charge on charge.service_charge_id = change.service_charge_id
    inner join billing.service on service.service_id = charge.service_id
    ) as made;
end;
$$;

comment on function logic.fee_item_list(logic.fee_due[], bigint[], logic.bill_payer[], date) is
$$Due less billed (BILLING.md 1.4): a negative difference to the payer that was billed,
    a positive one to the payer
on the last day of what it charges. What is billed and not due any more is given back.
Example: select * from logic.fee_item_list('{}', '{}', '{}', '2025-10-31')
Raises: nothing$$;

create function logic.manual_item_list(p_lines bigint[], p_payers logic.bill_payer[], p_through date)
returns setof logic.bill_item
language sql stable rows 1000
begin atomic
    select
        row(
            contract.customer_id, contract.contract_id, charge.contract_line_id, payer.payer_id,
                payer.currency,
            'manual', so_far.last_id is not null, null, charge.manual_charge_id, null, null, charge.text,
            charge.text, null, null, charge.charged_on, charge.charged_on + 1, charge.quantity, null,
            due.net - coalesce(so_far.net, 0), coalesce(charge.vat_code, service.vat_code), charge.charged_on,
            coalesce(charge.account, service.account), charge.project, so_far.last_id, null
        )::logic.bill_item
    from billing.manual_charge as charge
    inner join billing.contract_line as line on line.contract_line_id = charge.contract_line_id
    inner join billing.contract on contract.contract_id = line.contract_id
    inner join billing.service on service.service_id = line.service_id
    inner join unnest(p_payers) as payer
        on payer.customer_id = contract.customer_id and payer.valid @> charge.charged_on
    -- Its price is in the payer's currency.
    cross join lateral (select round(charge.quantity * charge.price, payer.decimals) as net) as due
    left join lateral (
        select sum(billed.net) as net, max(billed.invoice_line_id) as last_id
        from billing.invoice_line as billed
        where billed.manual_charge_id = charge.manual_charge_id and billed.is_counted
    ) as so_far on true
    where
        charge.contract_line_id = any(p_lines) and charge.charged_on <= p_through
        and contract.state = 'active'
        and so_far.net is distinct from due.net;
end;

comment on function logic.manual_item_list(bigint[], logic.bill_payer[], date) is
$$Charges added by hand up to a day, less what was billed for each.
Example: select * from logic.manual_item_list('{1}', '{}', '2026-10-31')
Raises: nothing$$;

create type logic.bill_call as (
    place integer, customer_id bigint, start_on date, call_id bigint, amount numeric, turn smallint
);
comment on type logic.bill_call is 'A call on a line to be; place: of the item.';

create type logic.bill_usage as (items logic.bill_item[], calls logic.bill_call[], flaws logic.bill_flaw[]);
comment on type logic.bill_usage is
    'Usage to bill: items, the calls of each by its place, and what cannot be.';

create function logic.usage_list(p_customers bigint[], p_payers logic.bill_payer[], p_through date)
returns logic.bill_usage
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_mergejoin = off
as $$
declare
    v_usage logic.bill_usage;
    v_months date[];
begin
    select coalesce(array_agg(open.month), '{}') into v_months
    from billing.usage_month as open
    where not open.is_settled and open.month <= p_through;

    with stored as materialized (
        select
            call.customer_id, call.start_on, call.call_id, call.contract_line_id, call.mode_id,
            call.destination_id, call.billed, call.retail, call.retail_rate, list.currency
        from unnest(v_months) as open (month)
        cross join unnest(p_customers) as asked (customer_id)
        inner join billing.call
            on call.customer_id = asked.customer_id and call.start_on >= open.month
            and call.start_on < (open.month + interval '1 month')::date and call.start_on <= p_through
        inner join billing.price_list as list on list.price_list_id = call.retail_list_id
    ),

    -- On no document, or set free: less what corrections left, which stay.
    fresh as materialized (
        select stored.*, known.turn is not null as was_billed, coalesce(known.amount, 0) as known_amount
        from stored
        left join (
            select
                billed.customer_id, billed.start_on, billed.call_id, sum(billed.turn) as turn,
                sum(billed.amount) as amount
            from unnest(v_months) as open (month)
            cross join unnest(p_customers) as asked (customer_id)
            inner join billing.call_billed as billed
                on billed.customer_id = asked.customer_id and billed.start_on >= open.month
                and billed.start_on < (open.month + interval '1 month')::date
            group by billed.customer_id, billed.start_on, billed.call_id
        ) as known
            on known.customer_id = stored.customer_id and known.start_on = stored.start_on
            and known.call_id = stored.call_id
        where coalesce(known.turn, 0) = 0
    ),

    -- Invoiced calls that cost something else since: the difference, to who was billed.
    again as materialized (
        select
            correction.customer_id, correction.start_on, correction.call_id, correction.contract_line_id,
            call.mode_id, call.destination_id, 0::bigint as billed, correction.retail, list.currency,
            logic.rate_on(list.currency, correction.start_on) as retail_rate, known.amount as known_amount,
            known.last_id
        from billing.call_correction as correction
        inner join billing.call
            on call.customer_id = correction.customer_id and call.start_on = correction.start_on
            and call.call_id = correction.call_id
        inner join billing.price_list as list on list.price_list_id = correction.retail_list_id
        cross join lateral (
            select sum(billed.amount) as amount, sum(billed.turn) as turn,
                max(billed.invoice_line_id) as last_id
            from billing.call_billed as billed
            where
                billed.customer_id = correction.customer_id and billed.start_on = correction.start_on
                and billed.call_id = correction.call_id
        ) as known
        where
            correction.customer_id = any(p_customers) and correction.start_on <= p_through and known.turn = 1
    ),

    charged as (
        select
            fresh.customer_id, fresh.start_on, fresh.call_id, fresh.contract_line_id, fresh.mode_id,
            fresh.destination_id, fresh.billed, fresh.retail, fresh.currency, fresh.retail_rate,
            fresh.known_amount, null::bigint as last_id
        from fresh
        where not fresh.was_billed
        union all
        -- it may cost something else since it was billed first
        select
            fresh.customer_id, fresh.start_on, fresh.call_id,
            coalesce(correction.contract_line_id, fresh.contract_line_id), fresh.mode_id,
            fresh.destination_id, fresh.billed, coalesce(correction.retail, fresh.retail),
            coalesce(list.currency, fresh.currency),
            case
                when correction.call_id is null then fresh.retail_rate
                else logic.rate_on(list.currency, fresh.start_on)
            end,
            fresh.known_amount, null
        from fresh
        left join billing.call_correction as correction
            on correction.customer_id = fresh.customer_id and correction.start_on = fresh.start_on
            and correction.call_id = fresh.call_id
        left join billing.price_list as list on list.price_list_id = correction.retail_list_id
        where fresh.was_billed
        union all
        select
            again.customer_id, again.start_on, again.call_id, again.contract_line_id, again.mode_id,
            again.destination_id, again.billed, again.retail, again.currency, again.retail_rate,
            again.known_amount, again.last_id
        from again
    ),

    day_rate as materialized (
        select days.currency, days.start_on, logic.rate_on(days.currency, days.start_on) as rate
        from (
            select distinct payer.currency, charged.start_on
            from charged
            cross join (select distinct one.currency from unnest(p_payers) as one) as payer
        ) as days
    ),

    vat as materialized (
        select vat_code.code, vat_code.valid from billing.vat_code
    ),

    amount as materialized (
        select
            charged.*, payer.payer_id, payer.currency as payer_currency, payer.decimals,
            coalesce(lower(vat.valid), date '-infinity') as vat_from,
            case
                when charged.currency = payer.currency then charged.retail
                else round(logic.divide(charged.retail * charged.retail_rate, day_rate.rate), 6)
            end - charged.known_amount as net
        from charged
        inner join unnest(p_payers) as payer
            on payer.customer_id = charged.customer_id and payer.valid @> charged.start_on
        inner join day_rate on day_rate.currency = payer.currency and day_rate.start_on = charged.start_on
        inner join billing.contract_line as line on line.contract_line_id = charged.contract_line_id
        inner join billing.service on service.service_id = line.service_id
        left join vat on vat.code = service.vat_code and vat.valid @> charged.start_on
    ),

    grouped as materialized (
        select
            amount.*,
            dense_rank() over (
                order by
                    amount.contract_line_id, destination.product_id, amount.mode_id, amount.payer_id,
                    amount.vat_from, amount.last_id is not null
            )::integer as place,
            destination.product_id
        from amount
        inner join billing.destination on destination.destination_id = amount.destination_id
        -- one that comes out as it was billed is none
        where amount.net is not null and (amount.last_id is null or amount.net <> 0)
    ),

    item as materialized (
        select
            grouped.place, grouped.customer_id, grouped.contract_line_id, grouped.payer_id,
            grouped.payer_currency, grouped.product_id, grouped.mode_id,
            min(grouped.start_on) as from_on, max(grouped.start_on) + 1 as to_on, count(*) as calls,
            sum(grouped.billed) as units, round(sum(grouped.net), min(grouped.decimals)) as net,
            max(grouped.last_id) as last_id
        from grouped
        group by
            grouped.place, grouped.customer_id, grouped.contract_line_id, grouped.payer_id,
            grouped.payer_currency, grouped.product_id, grouped.mode_id
    )

    select
        array(
            select
                row(
                    item.customer_id, line.contract_id, item.contract_line_id, item.payer_id,
                    item.payer_currency, 'usage', item.last_id is not null, null, null, item.product_id,
                    item.mode_id, product.code || '/' || mode.code, concat_ws(', ', product.name, mode.name),
                    null, null, item.from_on, item.to_on, item.calls, item.units, item.net, service.vat_code,
                    item.from_on, service.account, null, item.last_id, null
                )::logic.bill_item
            from item
            inner join billing.contract_line as line on line.contract_line_id = item.contract_line_id
            inner join billing.service on service.service_id = line.service_id
            inner join billing.product on product.product_id = item.product_id
            inner join billing.mode on mode.mode_id = item.mode_id
            order by item.place
        ),
        array(
            select
                row(
                    grouped.place, grouped.customer_id, grouped.start_on, grouped.call_id, grouped.net,
                    case when grouped.last_id is null then 1 else 0 end
                )::logic.bill_call
            from grouped
        ),
        array(
            select
                row(
                    amount.payer_id, 'LB515',
                    jsonb_build_object(
                        'currency', amount.payer_currency, 'day', min(amount.start_on), 'customer',
                            payer.customer_no
                    )
                )::logic.bill_flaw
            from amount
            inner join billing.customer as payer on payer.customer_id = amount.payer_id
            where amount.net is null
            group by amount.payer_id, amount.payer_currency, payer.customer_no
        )
    into v_usage;
    return v_usage;
end;
$$;

comment on function logic.usage_list(bigint[], logic.bill_payer[], date) is
$$Rated calls up to a day that stand on no document, by contract line, product type, mode and VAT rate,
    each in the
payer's currency by its own day's rates; and what re-rating made of invoiced ones.
Example: select logic.usage_list('{1}', '{}', '2026-10-31')
Raises: nothing$$;
