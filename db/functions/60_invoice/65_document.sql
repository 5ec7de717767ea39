-- 60_invoice/document: a document as one JSON, from which PDF, e-invoice and print files are laid out. All
-- amounts, sums, signs and legal texts are decided here.

create function logic.document_price(p_items bigint[])
returns table (setup numeric, rate numeric)
language plpgsql stable security definer rows 1
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
        'integration', 'customer', 'seller'
    );
    return query
    select found.setup, found.rate
    from logic.item_price(p_items) as found
    where
        access.is_staff() or exists (
            select from billing.call
            where call.customer_id = any(access.customer_ids()) and call.retail_items = p_items
        );
end;
$$;

comment on function logic.document_price(bigint[]) is
$$Opening fee and rate that calls of an invoice were priced by, for staff who read invoices and no price
lists, and for customers and sellers where calls of their own were priced so.
Example: select * from logic.document_price('{1}') where false
Raises: LB901 without a level of staff, seller or customer$$;

create function logic.list_currency_list()
returns table (price_list_id bigint, currency text)
language sql stable security definer rows 100
set search_path = pg_catalog, pg_temp
begin atomic
    select list.price_list_id, list.currency from billing.price_list as list;
end;

comment on function logic.list_currency_list() is
$$Currencies of price lists, for those who read invoices and no price lists.
It checks no permission: in which currency calls were priced stands on the invoice.
Example: select * from logic.list_currency_list()
Raises: nothing$$;

create function logic.sentence_get(p_code text, p_language text)
returns text
language sql stable parallel safe
begin atomic
    select message.sentence from billing.message where message.code = p_code
        and message.language = p_language;
end;

comment on function logic.sentence_get(text, text) is
$$A sentence of documents in a language.
Example: select logic.sentence_get('document_late', 'sv')
Raises: nothing$$;

create function logic.specification_get(p_invoice_id bigint, p_sign integer, p_is_full boolean,
    p_has_numbers boolean)
returns jsonb
language sql stable
begin atomic
    with listed as materialized (
        select
            call.customer_id, call.contract_id, coalesce(call.a_number, call.account, '') as number,
            destination.name as destination, mode.code as mode, mode.unit, mode.per, call.started_at,
            call.billed, sum(billed.amount) * p_sign as net,
            -- NULL: parts of the call have prices of their own, or ones in another currency
            case
                when call.stretches is null and list.currency = invoice.currency then call.retail_items
            end as items,
            case
                when p_has_numbers or length(call.b_number) < 4 then call.b_number
                else left(call.b_number, -3) || 'xxx'
            end as called
        from billing.invoice
        inner join billing.invoice_line as line on line.invoice_id = invoice.invoice_id
        inner join billing.call_billed as billed on billed.invoice_line_id = line.invoice_line_id
        inner join billing.call
            on call.customer_id = billed.customer_id and call.start_on = billed.start_on
            and call.call_id = billed.call_id
        inner join billing.destination on destination.destination_id = call.destination_id
        inner join billing.mode on mode.mode_id = call.mode_id
        inner join logic.list_currency_list() as list on list.price_list_id = call.retail_list_id
        where invoice.invoice_id = p_invoice_id and line.charge_kind = 'usage'
        group by
            call.customer_id, call.contract_id, call.a_number, call.account, destination.name, mode.code,
            mode.unit, mode.per, call.started_at, call.billed, call.b_number, call.call_id, call.stretches,
            call.retail_items, list.currency, invoice.currency, call.regular
        having call.regular > 0 or sum(billed.amount) <> 0
    ),

    -- What a number has of each line. The numbers of a line so far are rounded together, so that all of them
    -- come to what the line comes to; what that took is their rounding.
    share as (
        select
            exact.customer_id, exact.contract_id, exact.number,
            sum(round(exact.upto, exact.decimals) - round(exact.upto - exact.amount, exact.decimals)) * p_sign
            as net
        from (
            select
                one.customer_id, one.contract_id, one.number, one.decimals, one.amount,
                sum(one.amount) over (
                    partition by one.invoice_line_id
                    order by one.customer_id, one.contract_id, one.number collate "C"
                ) as upto
            from (
                select
                    line.invoice_line_id, call.customer_id, call.contract_id,
                    coalesce(call.a_number, call.account, '') as number, currency.decimals,
                    sum(billed.amount) as amount
                from billing.invoice
                inner join billing.currency on currency.currency = invoice.currency
                inner join billing.invoice_line as line on line.invoice_id = invoice.invoice_id
                inner join billing.call_billed as billed on billed.invoice_line_id = line.invoice_line_id
                inner join billing.call
                    on call.customer_id = billed.customer_id and call.start_on = billed.start_on
                    and call.call_id = billed.call_id
                where invoice.invoice_id = p_invoice_id and line.charge_kind = 'usage'
                group by
                    line.invoice_line_id, call.customer_id, call.contract_id,
                    coalesce(call.a_number, call.account, ''), currency.decimals
            ) as one
        ) as exact
        group by exact.customer_id, exact.contract_id, exact.number
    ),

    price as materialized (
        select asked.items, found.setup, found.rate
        from (select distinct listed.items from listed where listed.items is not null) as asked
        cross join lateral logic.document_price(asked.items) as found
    ),

    -- By kind of call: the price of a unit and the opening fee where all have the same.
    by_destination as (
        select
            listed.customer_id, listed.contract_id, listed.number, listed.destination, listed.mode,
            listed.unit, listed.per, count(*) as calls, sum(listed.billed) as units,
            round(logic.divide(coalesce(sum(listed.billed) filter (where listed.unit = 'second'), 0), 60), 1)
            as minutes,
            sum(listed.net) as net,
            case
                when count(price.rate) = count(*) and min(price.rate) = max(price.rate)
                    then trim_scale(min(price.rate))
            end as rate,
            case
                when count(price.setup) = count(*) and min(price.setup) = max(price.setup)
                    then trim_scale(min(price.setup))
            end as setup
        from listed
        left join price on price.items = listed.items
        group by
            listed.customer_id, listed.contract_id, listed.number, listed.destination, listed.mode,
            listed.unit, listed.per
    )

    select jsonb_build_object(
        'masked', not p_has_numbers,
        'numbers', jsonb_agg(
            jsonb_build_object(
                'customer_no', customer.customer_no, 'contract_no', contract.contract_no, 'number',
                    one.number,
                'calls', one.calls, 'minutes', one.minutes, 'net', share.net,
                'rounding', nullif(trim_scale(share.net - one.net), 0),
                'destinations', one.destinations,
                'calls_list', case when p_is_full then (
                    select jsonb_agg(
                        jsonb_build_object(
                            'at', to_char(
                                listed.started_at at time zone operator.time_zone, 'YYYY-MM-DD HH24:MI:SS'
                            ),
                            'to', listed.called, 'destination', listed.destination, 'mode', listed.mode,
                            'units', listed.billed, 'unit', listed.unit, 'net',
                            round(listed.net, greatest(min_scale(listed.net), 2))
                        )
                        order by listed.started_at, listed.called
                    )
                    from listed
                    where
                        listed.customer_id = one.customer_id and listed.contract_id = one.contract_id
                        and listed.number = one.number
                ) end
            )
            order by customer.customer_no collate "C", contract.contract_no collate "C", one.number
        )
    )
    from (
        select
            by_destination.customer_id, by_destination.contract_id, by_destination.number,
            sum(by_destination.calls) as calls, sum(by_destination.minutes) as minutes,
            sum(by_destination.net) as net,
            jsonb_agg(
                jsonb_build_object(
                    'name', by_destination.destination, 'mode', by_destination.mode,
                    'calls', by_destination.calls, 'minutes', by_destination.minutes,
                    'units', by_destination.units, 'unit', by_destination.unit,
                    'price', by_destination.rate, 'per', by_destination.per, 'setup', by_destination.setup,
                    'net', round(by_destination.net, greatest(min_scale(by_destination.net), 2))
                )
                order by by_destination.destination, by_destination.mode
            ) as destinations
        from by_destination
        group by by_destination.customer_id, by_destination.contract_id, by_destination.number
    ) as one
    inner join share
        on share.customer_id = one.customer_id and share.contract_id = one.contract_id
        and share.number = one.number
    inner join billing.customer on customer.customer_id = one.customer_id
    inner join billing.contract on contract.contract_id = one.contract_id
    cross join billing.operator
    having count(*) > 0;
end;

comment on function logic.specification_get(bigint, integer, boolean, boolean) is
$$The calls of a document by number, destination and mode (with the price of `per` units and the opening fee
where one holds for all), with each call where p_is_full; calls free of charge are not listed, called
numbers masked but for p_has_numbers. Rows have all their decimals; with its rounding a number has those of
the currency, and all numbers come to what the lines for usage do. NULL: none.
Example: select logic.specification_get(1, 1, true, false)
Raises: nothing$$;

create function logic.month_share(p_from date, p_to date)
returns numeric
language sql immutable parallel safe strict
begin atomic
    select sum(
        logic.divide(
            least(p_to, logic.month_on(month.n + 1)) - greatest(p_from, logic.month_on(month.n)),
            logic.month_on(month.n + 1) - logic.month_on(month.n)
        )
    )
    from generate_series(logic.month_index(p_from), logic.month_index(p_to - 1)) as month (n);
end;

comment on function logic.month_share(date, date) is
$$Calendar months from a day up to another, parts of months by their days.
Example: select logic.month_share('2026-10-17', '2026-12-01')
Raises: nothing$$;

create function logic.document_list(p_invoices bigint[], p_has_calls boolean default true)
returns table (invoice_id bigint, document jsonb)
language sql stable rows 1000
begin atomic
    with head as materialized (
        select
            invoice.*, case when invoice.kind = 'credit' then -1 else 1 end as sign, currency.decimals,
            coalesce(invoice.parties, party.parties) as who, operator.currency as home_currency,
            operator.country as home_country, (now() at time zone operator.time_zone)::date as today
        from billing.invoice
        inner join billing.currency on currency.currency = invoice.currency
        cross join billing.operator
        left join logic.party_list(
            array(
                select draft.payer_id from billing.invoice as draft
                where draft.invoice_id = any(p_invoices) and draft.state = 'draft'
            )
        ) as party on party.payer_id = invoice.payer_id and invoice.state = 'draft'
        where invoice.invoice_id = any(p_invoices)
    ),

    -- The number of a contract line that has just one in the line's period.
    own_number as materialized (
        select line.invoice_line_id, min(own.number) as number
        from billing.invoice_line as line
        inner join billing.subscriber_number as own
            on own.contract_line_id = line.contract_line_id and own.valid && line.valid
        where line.invoice_id = any(p_invoices)
        group by line.invoice_line_id
        having count(*) = 1 and bool_and(own.to_number is null and own.kind = 'number')
    ),

    fee as materialized (
        select
            line.invoice_line_id, line.invoice_id, line.contract_line_id, line.service_charge_id,
            abs(line.net) as net, head.decimals,
            abs(line.quantity) * case
                when line.kind = 'one_time' then 1
                when extract(day from lower(line.valid)) = 1 and extract(day from upper(line.valid)) = 1
                    then logic.month_index(upper(line.valid)) - logic.month_index(lower(line.valid))
                else logic.month_share(lower(line.valid), upper(line.valid))
            end as quantity
        from head
        inner join billing.invoice_line as line on line.invoice_id = head.invoice_id
        where line.kind in ('periodic', 'one_time') and line.quantity <> 0
    ),

    -- The price of a unit (and month) that a fee was made of: the only one with the currency's decimals that
    -- gives the amount. None where it changed inside the period.
    sure_price as materialized (
        select fee.*, found.price
        from fee
        cross join lateral (
            select
                round(logic.divide(fee.net, fee.quantity), fee.decimals) as price,
                power(10::numeric, -fee.decimals) as step
        ) as found
        where
            round(found.price * fee.quantity, fee.decimals) = fee.net
            and (
                fee.quantity >= 1
                or (
                    round((found.price - found.step) * fee.quantity, fee.decimals) <> fee.net
                    and round((found.price + found.step) * fee.quantity, fee.decimals) <> fee.net
                )
            )
    ),

    -- Where some days of a month leave more than one, that of another period of the charge.
    fee_price as materialized (
        select fee.invoice_line_id, min(sure_price.price) as price
        from fee
        inner join sure_price
            on sure_price.invoice_id = fee.invoice_id
            and sure_price.contract_line_id = fee.contract_line_id
            and sure_price.service_charge_id = fee.service_charge_id
            and round(sure_price.price * fee.quantity, fee.decimals) = fee.net
        group by fee.invoice_line_id
        having min(sure_price.price) = max(sure_price.price)
    ),

    -- What the calls of a line cost before rings, bundles and included units.
    regular as materialized (
        select line.invoice_line_id, round(sum(call.regular), min(head.decimals)) as amount
        from head
        inner join billing.invoice_line as line
            on line.invoice_id = head.invoice_id and line.kind = 'usage' and line.corrects_id is null
            and head.kind = 'invoice'
        inner join billing.call_billed as billed on billed.invoice_line_id = line.invoice_line_id
        inner join billing.call
            on call.customer_id = billed.customer_id and call.start_on = billed.start_on
            and call.call_id = billed.call_id
        inner join logic.list_currency_list() as list on list.price_list_id = call.retail_list_id
        group by line.invoice_line_id
        having
            min(list.currency) = min(head.currency) and max(list.currency) = min(head.currency)
            and sum(call.retail) = sum(billed.amount)
            and round(sum(call.regular), min(head.decimals)) > min(line.net)
    ),

    line as materialized (
        select
            line.invoice_id, line.customer_id, line.contract_id, line.place, line.net * head.sign as net,
            head.decimals,
            jsonb_build_object(
                'no', line.place, 'line_no', one.line_no, 'kind', line.kind, 'what', line.what,
                'text', line.text, 'from', lower(line.valid), 'through', upper(line.valid) - 1,
                -- as the amount: what is given back is negative on an invoice, positive on a credit
                'quantity', trim_scale(abs(line.quantity))
                * case when line.net * head.sign < 0 then -1 else 1 end,
                'unit', case
                    when line.charge_kind <> 'usage' or mode.unit = 'event' then 'C62'
                    when mode.unit = 'second' then 'MIN'
                    else 'E34'
                end,
                'calls', case when line.charge_kind = 'usage' then abs(line.quantity)::bigint end,
                'minutes', case
                    when mode.unit = 'second' then round(logic.divide(abs(line.units), 60), 2)
                end,
                'gigabytes', case
                    when mode.unit = 'byte' then round(logic.divide(abs(line.units), 1000000000), 6)
                end,
                'number', own_number.number,
                'price', coalesce(by_hand.price, fee_price.price, per_unit.price),
                'price_unit', case
                    when line.kind = 'periodic' and fee_price.price is not null then 'MON'
                end,
                -- the unit price is before it: the amount is regular less discount
                'regular', regular.amount, 'discount', round(regular.amount - line.net, head.decimals),
                'net', round(line.net * head.sign, head.decimals),
                'vat', jsonb_build_object(
                    'code', line.vat_code, 'category', line.vat_category, 'percent',
                        trim_scale(line.vat_percent)
                ),
                'account', line.account, 'project', line.project,
                'corrects', case when corrected.credits_id is null then corrected.invoice_no end,
                'replaces', replaced.invoice_no
            ) as content
        from head
        inner join billing.invoice_line as line on line.invoice_id = head.invoice_id
        inner join billing.contract_line as one on one.contract_line_id = line.contract_line_id
        left join billing.mode on mode.mode_id = line.mode_id
        left join own_number on own_number.invoice_line_id = line.invoice_line_id
        left join fee_price on fee_price.invoice_line_id = line.invoice_line_id
        left join regular on regular.invoice_line_id = line.invoice_line_id
        -- a unit price that times the quantity is the amount: of a fee whose monthly price is not known, what
        -- one costs in the line's period
        left join billing.manual_charge as by_hand
            on by_hand.manual_charge_id = line.manual_charge_id
            and round(by_hand.price * abs(line.quantity), head.decimals) = line.net * head.sign
        left join lateral (
            select round(logic.divide(abs(line.net), abs(line.quantity)), head.decimals)
            where line.kind in ('periodic', 'one_time')
        ) as per_unit (price)
            on per_unit.price * abs(line.quantity) = abs(line.net)
        left join billing.invoice_line as former on former.invoice_line_id = line.corrects_id
        left join billing.invoice as corrected on corrected.invoice_id = former.invoice_id
        -- of calls, where the latest line before it gave some of its days back to be billed again
        left join lateral (
            select note.credits_id
            from billing.invoice_line as last
            inner join billing.invoice as note on note.invoice_id = last.invoice_id
            where
                line.kind = 'usage' and head.kind = 'invoice'
                and last.contract_line_id = line.contract_line_id and last.product_id = line.product_id
                and last.mode_id = line.mode_id and last.charge_kind = 'usage' and last.is_counted
                and last.invoice_line_id < line.invoice_line_id
            order by last.invoice_line_id desc
            limit 1
        ) as freed on true
        left join billing.invoice as replaced
            on replaced.invoice_id = coalesce(corrected.credits_id, freed.credits_id)
    ),

    by_contract as (
        select
            line.invoice_id, line.customer_id, sum(line.net) as net, min(line.place) as place,
            min(line.decimals) as decimals,
            jsonb_build_object(
                'contract_no', contract.contract_no, 'reference', contract.reference,
                'net', round(sum(line.net), min(line.decimals)),
                'lines', jsonb_agg(line.content order by line.place)
            ) as content
        from line
        inner join billing.contract on contract.contract_id = line.contract_id
        group by line.invoice_id, line.customer_id, contract.contract_id, contract.contract_no,
            contract.reference
    ),

    by_customer as (
        select
            by_contract.invoice_id, min(by_contract.place) as place,
            jsonb_build_object(
                'customer_no', customer.customer_no, 'name', customer.name,
                'net', round(sum(by_contract.net), min(by_contract.decimals)),
                'contracts', jsonb_agg(by_contract.content order by by_contract.place)
            ) as content
        from by_contract
        inner join billing.customer on customer.customer_id = by_contract.customer_id
        group by by_contract.invoice_id, customer.customer_id, customer.customer_no, customer.name
    ),

    content as (
        select by_customer.invoice_id, jsonb_agg(by_customer.content order by by_customer.place) as customers
        from by_customer
        group by by_customer.invoice_id
    ),

    tax as (
        select
            head.invoice_id,
            jsonb_agg(
                jsonb_build_object(
                    'code', tax.vat_code, 'category', tax.category, 'percent', trim_scale(tax.percent),
                    'base', round(tax.base * head.sign, head.decimals),
                    'tax', round(tax.tax * head.sign, head.decimals),
                    'base_home', round(tax.base * head.sign * head.home_rate, 2),
                    'tax_home', round(tax.tax * head.sign * head.home_rate, 2),
                    'text', case
                        when tax.category in ('AE', 'O', 'E')
                            then logic.sentence_get('document_' || lower(tax.category), head.language)
                    end,
                    'exemption', case
                        when tax.category in ('AE', 'O') then 'VATEX-EU-' || tax.category
                    end
                )
                order by tax.percent desc, tax.vat_code
            ) as taxes
        from head
        inner join billing.invoice_tax as tax on tax.invoice_id = head.invoice_id
        group by head.invoice_id
    ),

    -- What the lines come to by kind, beside the payer's document before.
    kind as (
        select
            sum_now.invoice_id,
            jsonb_agg(
                jsonb_build_object('kind', sum_now.kind, 'net', sum_now.net, 'previous', sum_before.net)
                order by array_position(
                    array['periodic', 'one_time', 'usage', 'manual', 'fee', 'correction'], sum_now.kind
                )
            ) as kinds
        from (
            select
                head.invoice_id, line.kind,
                round(sum(line.net) * min(head.sign), min(head.decimals)) as net
            from head
            inner join billing.invoice_line as line on line.invoice_id = head.invoice_id
            group by head.invoice_id, line.kind
        ) as sum_now
        inner join head on head.invoice_id = sum_now.invoice_id
        left join lateral (
            select former.invoice_id from billing.invoice as former
            where
                former.payer_id = head.payer_id and former.currency = head.currency
                and former.state = 'approved' and former.kind = 'invoice' and head.kind = 'invoice'
                and former.invoice_id < head.invoice_id
            order by former.invoice_on desc, former.number desc
            limit 1
        ) as before on true
        left join lateral (
            select round(coalesce(sum(line.net), 0), head.decimals) as net from billing.invoice_line as line
            where line.invoice_id = before.invoice_id and line.kind = sum_now.kind
            having before.invoice_id is not null
        ) as sum_before on true
        group by sum_now.invoice_id
    ),

    history as (
        select
            head.invoice_id,
            jsonb_agg(
                jsonb_build_object('month', to_char(month.day, 'YYYY-MM'), 'total',
                    month.total) order by month.day
            ) as months
        from head
        cross join lateral (
            select
                day,
                (
                    select coalesce(round(sum(other.total), head.decimals), 0)
                    from billing.invoice as other
                    where
                        other.payer_id = head.payer_id and other.currency = head.currency
                        and (
                            (
                                other.invoice_on >= day::date
                                and other.invoice_on < (day + interval '1 month')::date
                            )
                            or (
                                other.invoice_id = head.invoice_id and head.invoice_on is null
                                and day = date_trunc('month', head.today::timestamp)
                            )
                        )
                ) as total
            from generate_series(
                date_trunc('month', coalesce(head.invoice_on, head.today)::timestamp)
                - interval '11 months',
                date_trunc('month', coalesce(head.invoice_on, head.today)::timestamp),
                '1 month'
            ) as day
        ) as month
        group by head.invoice_id
    ),

    corrected as (
        select
            one.invoice_id,
            jsonb_agg(
                jsonb_build_object('number', former.invoice_no, 'date', former.invoice_on)
                order by former.invoice_on, former.invoice_no
            ) as documents
        from (
            select head.invoice_id, head.credits_id as former_id from head where head.credits_id is not null
            union
            select head.invoice_id, former_line.invoice_id
            from head
            inner join billing.invoice_line as own on own.invoice_id = head.invoice_id
            inner join billing.invoice_line as former_line on former_line.invoice_line_id = own.corrects_id
        ) as one
        inner join billing.invoice as former on former.invoice_id = one.former_id
            and former.state = 'approved'
        group by one.invoice_id
    )

    select
        head.invoice_id,
        jsonb_build_object(
            'format', 'leissner-invoice/1', 'id', head.invoice_id, 'kind', head.kind, 'state', head.state,
            'number', head.invoice_no, 'date', coalesce(head.invoice_on, head.today), 'due', head.due_on,
            'currency', head.currency, 'language', head.language,
            'reference', case
                when head.reference is not null
                    then jsonb_build_object('kind', head.reference_kind, 'text', head.reference)
            end,
            'credits', coalesce(corrected.documents, '[]'),
            'period', jsonb_build_object('from', lower(head.valid), 'through', upper(head.valid) - 1),
            'seller', head.who -> 'seller' || jsonb_build_object(
                'country_name', case
                    when head.who -> 'payer' ->> 'country' <> head.who -> 'seller' ->> 'country'
                        then logic.country_name(head.who -> 'seller' ->> 'country')
                end
            ),
            'payer', (head.who -> 'payer') - 'specification' - 'full_numbers' || jsonb_build_object(
                'country_name', case
                    when head.who -> 'payer' ->> 'country' <> head.home_country
                        then logic.country_name(head.who -> 'payer' ->> 'country')
                end
            ),
            'customers', content.customers, 'vat', tax.taxes, 'kinds', kind.kinds,
            'slip', case
                when
                    head.reference_kind = 'ocr' and head.currency = 'SEK'
                    and head.total > 0 and head.total < 100000000
                    and logic.account_check('bankgiro', head.who -> 'seller' ->> 'bankgiro')
                    then jsonb_build_object(
                        'giro', 'bankgiro',
                        'row', logic.slip_row(
                            head.reference, head.total, head.who -> 'seller' ->> 'bankgiro'
                        )
                    )
            end,
            'net', round(head.net * head.sign, head.decimals), 'tax', round(head.tax * head.sign,
                head.decimals),
            'rounding', round(head.rounding * head.sign, head.decimals),
            'total', round(head.total * head.sign, head.decimals),
            'home_currency', head.home_currency, 'home_rate', trim_scale(head.home_rate),
            'texts', case
                when head.kind = 'invoice' then jsonb_build_array(logic.sentence_get('document_late',
                    head.language))
                else '[]'
            end,
            'history', history.months,
            'specification', case
                when p_has_calls and head.who -> 'payer' ->> 'specification' <> 'none'
                    then logic.specification_get(
                        head.invoice_id, head.sign, head.who -> 'payer' ->> 'specification' = 'full',
                        (head.who -> 'payer' ->> 'full_numbers')::boolean
                    )
            end
        )
    from head
    inner join content on content.invoice_id = head.invoice_id
    inner join tax on tax.invoice_id = head.invoice_id
    inner join history on history.invoice_id = head.invoice_id
    inner join kind on kind.invoice_id = head.invoice_id
    left join corrected on corrected.invoice_id = head.invoice_id
    order by head.invoice_id;
end;

comment on function logic.document_list(bigint[], boolean) is
$$Documents as JSON (README, "The document"): everything that PDF,
    e-invoice and print files show, the specification of calls only where p_has_calls. Credit documents
have positive amounts.
Example: select * from logic.document_list('{1}')
Raises: nothing$$;

create function logic.invoice_find(p_invoice text)
returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_id bigint;
begin
    select invoice.invoice_id into v_id from billing.invoice
    where
        invoice.invoice_no = p_invoice
        -- NULL where it is no such text: the planner may work both sides of an `and` out
        or invoice.invoice_id = substring(p_invoice from '^draft ([0-9]{1,18})$')::bigint;
    if v_id is null then
        perform billing.fail('LB525', jsonb_build_object('invoice', p_invoice));
    end if;
    return v_id;
end;
$$;

comment on function logic.invoice_find(text) is
$$A document by its number, or "draft N".
Example: select logic.invoice_find('20260001') where false
Raises: LB525 for an unknown one$$;

create function logic.own_invoice_list(p_payers bigint[])
returns bigint[]
language sql stable security definer  -- listed: a seller reads no lines
set search_path = pg_catalog, pg_temp
begin atomic
    select array(
        select invoice.invoice_id
        from billing.invoice
        where
            invoice.payer_id = any(p_payers)
            and invoice.issued_to = any((select access.customer_ids())::bigint[])
            and (
                (select access.customer_id()) is not null
                or not exists (
                    select from billing.invoice_line as line
                    where
                        line.invoice_id = invoice.invoice_id
                        and line.contract_id <> all((select access.contract_ids())::bigint[])
                )
            )
    );
end;

comment on function logic.own_invoice_list(bigint[]) is
$$The documents of payers that who asks may open: a customer what it or one below was sent, a seller what its
customers were sent and what charges for none but its own contracts.
It checks no permission: it answers about the caller only.
Example: select logic.own_invoice_list('{1}')
Raises: nothing$$;

create function logic.own_invoice_document(p_invoice text)
returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_id bigint;
    v_document jsonb;
begin
    perform access.require('customer', 'seller');
    select invoice.invoice_id into v_id
    from billing.invoice
    where
        invoice.invoice_no = p_invoice
        and invoice.invoice_id = any(logic.own_invoice_list(array[invoice.payer_id]));
    if v_id is null then
        perform billing.fail('LB525', jsonb_build_object('invoice', p_invoice));
    end if;
    select found.document into v_document from logic.document_list(array[v_id]) as found;
    return v_document;
end;
$$;

comment on function logic.own_invoice_document(text) is
$$A document that was issued to who asks, to a customer below, or to a customer of the seller who asks (of
none but its contracts), as JSON, by its number.
Example: select logic.own_invoice_document('20260001') where false
Raises: LB525 for one of others or unknown, LB901 without the level customer or seller$$;

-- api

create function api.invoice_document(p_invoice text)
returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_document jsonb;
begin
    select found.document into v_document
    from logic.document_list(array[logic.invoice_find(p_invoice)]) as found;
    return v_document;
end;
$$;

comment on function api.invoice_document(text) is
$$A document as JSON, by its number or "draft N".
Example: select api.invoice_document('20260001') where false
Raises: LB525 for an unknown one$$;
grant execute on function api.invoice_document(text) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.own_invoice_document(p_invoice text)
returns jsonb
language sql stable
return logic.own_invoice_document(p_invoice);

comment on function api.own_invoice_document(text) is
$$A document of one's own (self-care), or of a customer of one's own (seller), as JSON, by its number.
Example: select api.own_invoice_document('20260001') where false
Raises: LB525 for one of others or unknown, LB901$$;
grant execute on function api.own_invoice_document(text) to leissner_customer, leissner_seller;

create function api.run_document_list(p_run bigint, p_after bigint default 0, p_limit integer default 500)
returns table (invoice bigint, invoice_no text, delivery text, document jsonb)
language sql stable rows 500
begin atomic
    select
        found.invoice_id, found.document ->> 'number', found.document -> 'payer' ->> 'delivery',
        -- an address that refused a document is mended at the customer
        case
            when
                exists (
                    select from billing.delivery
                    where
                        delivery.invoice_id = found.invoice_id and delivery.channel = 'email'
                        and delivery.state = 'failed'
                )
                then jsonb_set(found.document, '{payer,email}', (
                    select coalesce(to_jsonb(payer.email), 'null')
                    from billing.invoice
                    inner join billing.customer as payer on payer.customer_id = invoice.payer_id
                    where invoice.invoice_id = found.invoice_id
                ))
            else found.document
        end
    from logic.document_list(
        array(
            select invoice.invoice_id from billing.invoice
            where invoice.bill_run_id = p_run and invoice.invoice_id > p_after
            order by invoice.invoice_id
            limit p_limit
        )
    ) as found
    order by found.invoice_id;
end;

comment on function api.run_document_list(bigint, bigint, integer) is
$$The documents of a run as JSON, p_limit after one of them.
Example: select * from api.run_document_list(1)
Raises: nothing$$;
grant execute on function api.run_document_list(bigint, bigint, integer) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;
