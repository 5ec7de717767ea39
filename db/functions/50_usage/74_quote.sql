-- 50_usage/quote: what a call would cost that has not happened, and what calls to many destinations would.

create function logic.quote_line(
    p_customer_no text, p_contract_no text, p_line_no integer, p_day date
)
returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_line_id bigint;
    v_what text := case when p_contract_no is null then 'customer' else 'contract' end;
    v_code text := concat_ws('/', coalesce(p_contract_no, p_customer_no), p_line_no);
begin
    -- One that has a number is more likely to be the one that calls.
    select line.contract_line_id into v_line_id
    from billing.contract
    inner join billing.customer on customer.customer_id = contract.customer_id
    inner join billing.contract_line as line on line.contract_id = contract.contract_id
    where
        (p_customer_no is null or customer.customer_no = p_customer_no)
        and (p_contract_no is null or contract.contract_no = p_contract_no)
        and (p_line_no is null or line.line_no = p_line_no)
        and contract.state = 'active' and line.valid @> p_day
    order by
        exists (
            select from billing.subscriber_number as own
            where own.contract_line_id = line.contract_line_id and own.valid @> p_day
        ) desc,
        contract.contract_no collate "C", line.line_no
    limit 1;
    if v_line_id is not null then
        return v_line_id;
    end if;
    if not exists (
        select from billing.customer where p_contract_no is null and customer.customer_no = p_customer_no
        union all
        select from billing.contract where contract.contract_no = p_contract_no
    ) then
        perform billing.fail('LB400', jsonb_build_object(
            'what', v_what, 'code', coalesce(p_contract_no, p_customer_no), 'field', v_what || '_no'
        ));
    end if;
    perform billing.fail('LB307', jsonb_build_object(
        'what', v_what, 'code', v_code, 'day', p_day, 'field', v_what || '_no'
    ));
end;
$$;

comment on function logic.quote_line(text, text, integer, date) is
$$The contract line that a price is asked for: of a contract, or the first of a customer's that is in force on
a day, one with a number before others.
Example: select logic.quote_line('1001', null, null, '2026-11-01') where false
Raises: LB307 where no line is in force, LB400 for an unknown customer or contract$$;

create function logic.quote_units_check(p_units bigint)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if p_units is null or p_units <= 0 then
        perform billing.fail('LB302', jsonb_build_object('units', p_units));
    end if;
end;
$$;

comment on function logic.quote_units_check(bigint) is
$$Refuses a quote without units.
Example: select logic.quote_units_check(60)
Raises: LB302 for units below 1$$;

create function logic.quote_list_id(p_list text)
returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_list_id bigint;
begin
    select list.price_list_id into v_list_id from billing.price_list as list where list.code = p_list;
    if v_list_id is null and p_list is not null then
        perform billing.fail('LB303', jsonb_build_object('list', p_list));
    end if;
    return v_list_id;
end;
$$;

comment on function logic.quote_list_id(text) is
$$The price list that a quote names; NULL where it names none.
Example: select logic.quote_list_id(null)
Raises: LB303 for an unknown list$$;

create function logic.number_plain(p_number text)
returns text
language sql immutable parallel safe
return regexp_replace(p_number, '^\+|[ -]', '', 'g');

comment on function logic.number_plain(text) is
$$A number in E.164 as people write it, without + and spaces.
Example: select logic.number_plain('+46 70-123 45 67')
Raises: nothing$$;

create function logic.quote_asked(
    p_at timestamptz, p_a_number text, p_customer_no text, p_contract_no text, p_line_no integer,
    p_price_list text
)
returns table (price_list_id bigint, contract_line_id bigint)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if num_nonnulls(p_a_number, coalesce(p_contract_no, p_customer_no), p_price_list) <> 1 then
        perform billing.fail('LB306');
    end if;
    return query
    select
        logic.quote_list_id(p_price_list),
        case
            when coalesce(p_contract_no, p_customer_no) is not null
                then logic.quote_line(
                    p_customer_no, p_contract_no, p_line_no,
                    (p_at at time zone (select operator.time_zone from billing.operator))::date
                )
        end;
end;
$$;

comment on function logic.quote_asked(timestamptz, text, text, text, integer, text) is
$$By what a price is asked for: a list, or a contract line; neither where it is a number.
Example: select * from logic.quote_asked(now(), '46902001005', null, null, null, null)
Raises: LB303 for an unknown list, LB306 unless it is one of list, number, customer and contract, LB307 where
no line is in force, LB400 for an unknown customer or contract$$;

create function logic.call_quoted(
    p_a text, p_b text, p_at timestamptz, p_units bigint, p_mode text, p_carrier text, p_list_id bigint,
    p_line_id bigint
)
returns table (reason text, detail text, call billing.call)
language plpgsql stable
set search_path = pg_catalog, pg_temp
-- planned once a session: planning costs far more than one call
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_priced logic.call_priced;
    v_month date;
    v_calls logic.discount_in[];
    v_discount logic.discount_out;
    v_call billing.call;
    v_currency text := (select operator.currency from billing.operator);
begin
    select priced.* into v_priced
    from logic.call_price(
        array[
            row(
                1, null, date_trunc('second', p_at), p_units, logic.number_plain(p_a),
                logic.number_plain(p_b), p_mode, p_carrier, null, null, p_list_id, p_line_id
            )::logic.call_in
        ],
        greatest(now(), p_at)
    ) as priced;
    if v_priced.reason is not null then
        return query select v_priced.reason, v_priced.detail, null::billing.call;
        return;
    end if;

    v_month := date_trunc('month', v_priced.day::timestamp)::date;
    v_calls := array[
        row(
            1, date_trunc('second', p_at), '', null, v_priced.day, v_priced.customer_id,
            v_priced.contract_line_id,
            v_priced.mode_id, v_priced.destination_id, logic.number_plain(p_b),
            v_priced.retail_list_id, v_priced.regular, v_priced.billed, v_priced.setup,
            v_priced.reseller_list_id,
            v_priced.reseller_regular, v_priced.reseller_billed, null
        )::logic.discount_in
    ];
    if p_list_id is null then
        select discount.* into v_discount
        from logic.call_discount(
            v_calls,
            array(
                select draw
                from logic.bundle_allot(
                    v_calls,
                    array(
                        select
                            row(stored.bundle_id, stored.month, stored.carried, null, stored.used)
                            ::logic.bundle_draw
                        from billing.bundle
                        inner join billing.bundle_month as stored on stored.bundle_id = bundle.bundle_id
                        where bundle.contract_line_id = v_priced.contract_line_id and stored.month = v_month
                    )
                ) as draw
            ),
            array(
                select
                    row(stored.customer_id, stored.month, stored.ring_id, stored.counted)::logic.ring_count
                from billing.ring_month as stored
                where stored.customer_id = v_priced.customer_id and stored.month = v_month
            )
        ) as discount
        where discount.seq = 1;
    end if;

    v_call.customer_id := v_priced.customer_id;
    v_call.start_on := v_priced.day;
    v_call.started_at := date_trunc('second', p_at);
    v_call.units := p_units;
    v_call.a_number := logic.number_plain(p_a);
    v_call.b_number := logic.number_plain(p_b);
    v_call.mode_id := v_priced.mode_id;
    v_call.destination_id := v_priced.destination_id;
    v_call.prefix_id := v_priced.prefix_id;
    v_call.carrier_id := v_priced.carrier_id;
    v_call.contract_line_id := v_priced.contract_line_id;
    v_call.contract_id := v_priced.contract_id;
    v_call.seller_id := v_priced.seller_id;
    v_call.cost_list_id := v_priced.cost_list_id;
    v_call.cost_items := v_priced.cost_items;
    v_call.cost := v_priced.cost;
    v_call.cost_rate := v_priced.cost_rate;
    v_call.cost_base := v_priced.cost_base;
    v_call.reseller_list_id := v_priced.reseller_list_id;
    v_call.reseller_items := v_priced.reseller_items;
    v_call.reseller_billed := v_priced.reseller_billed;
    v_call.reseller_regular := v_priced.reseller_regular;
    v_call.reseller := coalesce(v_discount.reseller, v_priced.reseller_regular);
    v_call.reseller_rings := v_discount.reseller_rings;
    v_call.reseller_took := v_discount.reseller_took;
    v_call.reseller_base := (
        select logic.to_base(v_call.reseller, v_priced.reseller_rate, list.currency, v_currency)
        from billing.price_list as list where list.price_list_id = v_priced.reseller_list_id
    );
    v_call.retail_list_id := v_priced.retail_list_id;
    v_call.retail_items := v_priced.retail_items;
    v_call.stretches := v_priced.stretches;
    v_call.billed := v_priced.billed;
    v_call.setup := v_priced.setup;
    v_call.regular := v_priced.regular;
    v_call.bundles := v_discount.bundles;
    v_call.bundle_units := v_discount.bundle_units;
    v_call.bundled := coalesce(v_discount.bundled, 0);
    v_call.rings := v_discount.rings;
    v_call.ring_took := v_discount.ring_took;
    v_call.retail := coalesce(v_discount.retail, v_priced.regular);
    v_call.discount := v_call.regular - v_call.bundled - v_call.retail;
    v_call.retail_rate := v_priced.retail_rate;
    v_call.retail_base := (
        select logic.to_base(v_call.retail, v_priced.retail_rate, list.currency, v_currency)
        from billing.price_list as list where list.price_list_id = v_priced.retail_list_id
    );
    return query select null::text, null::text, v_call;
end;
$$;

comment on function
    logic.call_quoted(text, text, timestamptz, bigint, text, text, bigint, bigint) is
$$A call that has not happened as it would be stored, by the code that rates, bundles and intervals as they
stand now; or the reason why it would wait. With p_list_id by that list alone, with p_line_id for that line.
Example: select * from logic.call_quoted('46902001005', '46701234567', now(), 60, 'voice', null, null, null)
where false
Raises: nothing$$;

create function logic.call_quote(
    p_a text, p_b text, p_at timestamptz, p_units bigint, p_mode text, p_carrier text, p_list text
)
returns table (step bigint, level text, text text, amount numeric, currency text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
-- planned once a session: planning costs far more than one call
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_list_id bigint;
    v_quoted record;
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'auditor', 'batch', 'integration'
    );
    perform logic.quote_units_check(p_units);
    v_list_id := logic.quote_list_id(p_list);
    select quoted.* into v_quoted
    from logic.call_quoted(p_a, p_b, p_at, p_units, p_mode, p_carrier, v_list_id, null) as quoted;
    if v_quoted.reason is not null then
        return query
        select 1::bigint, 'suspense',
            format('No price, reason %s: %s.', v_quoted.reason, v_quoted.detail), null::numeric, null::text
        union all
        select 2, 'suspense', logic.suspense_remedy(v_quoted.reason), null, null;
        return;
    end if;
    return query
    select row_number() over (), line.level, line.text, line.amount, line.currency
    from logic.call_text(v_quoted.call) as line
    where v_list_id is null or line.level not in ('cost', 'margin');
end;
$$;

comment on function logic.call_quote(text, text, timestamptz, bigint, text, text, text) is
$$The price of a call that has not happened, by the code that rates, bundles and intervals as they stand now;
with p_list
by that list alone, without a subscriber.
Example: select * from logic.call_quote('46902001005', '46701234567', now(), 60, 'voice', null, null) where
false
Raises: LB302 for units below 1, LB303 for an unknown list, LB901 without a level that may quote$$;

create function logic.quote_call(
    p_b_number text, p_at timestamptz, p_units bigint, p_a_number text, p_customer_no text,
    p_contract_no text, p_line_no integer, p_price_list text, p_mode text, p_carrier text
)
returns table (
    destination text, destination_name text, country text, product text, customer_no text, contract_no text,
    line_no integer, price_list text, setup numeric, rate numeric, billed bigint, regular numeric,
    bundled numeric, discount numeric, retail numeric, currency text, cost numeric, margin numeric,
    reason text, detail text
)
language plpgsql stable security definer rows 1
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_list_id bigint;
    v_line_id bigint;
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'auditor', 'batch', 'integration'
    );
    perform logic.quote_units_check(p_units);
    select asked.price_list_id, asked.contract_line_id into v_list_id, v_line_id
    from logic.quote_asked(p_at, p_a_number, p_customer_no, p_contract_no, p_line_no, p_price_list) as asked;
    return query
    select
        destination.code, destination.name, destination.country, product.code, customer.customer_no,
        contract.contract_no, line.line_no::integer, list.code, trim_scale((quoted.call).setup),
        trim_scale(item.rate),
        (quoted.call).billed, (quoted.call).regular, (quoted.call).bundled, (quoted.call).discount,
        (quoted.call).retail, list.currency, (quoted.call).cost_base,
        case when v_list_id is null then (quoted.call).retail_base - (quoted.call).cost_base end,
        quoted.reason, quoted.detail
    from logic.call_quoted(
        p_a_number, p_b_number, p_at, p_units, p_mode, p_carrier, v_list_id, v_line_id
    ) as quoted
    left join billing.destination on destination.destination_id = (quoted.call).destination_id
    left join billing.product on product.product_id = destination.product_id
    left join billing.customer on customer.customer_id = (quoted.call).customer_id
    left join billing.contract on contract.contract_id = (quoted.call).contract_id
    left join billing.contract_line as line on line.contract_line_id = (quoted.call).contract_line_id
    left join billing.price_list as list on list.price_list_id = (quoted.call).retail_list_id
    left join lateral logic.item_price((quoted.call).retail_items) as item on true;
end;
$$;

comment on function
    logic.quote_call(text, timestamptz, bigint, text, text, text, integer, text, text, text) is
$$The price of a call that has not happened, in one row, or the reason why it would have none.
Example: select * from logic.quote_call('46701234567', now(), 60, '46902001005', null, null, null, null, null,
null) where false
Raises: LB302 for units below 1, LB303 for an unknown list, LB306 unless one of list, number, customer and
contract is named, LB307 where no line is in force, LB400 for an unknown customer or contract, LB901 without a
level that may quote$$;

create function logic.quote_list(
    p_numbers text[], p_at timestamptz, p_units bigint, p_a_number text, p_customer_no text,
    p_contract_no text, p_line_no integer, p_price_list text, p_mode text, p_carrier text
)
returns table (
    place bigint, number text, destination text, destination_name text, country text, price_list text,
    setup numeric, rate numeric, billed bigint, regular numeric, discount numeric, retail numeric,
    currency text, cost numeric, margin numeric, reason text, detail text
)
language plpgsql stable security definer rows 10000
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
    v_most integer := 10000;
    v_list_id bigint;
    v_line_id bigint;
    v_at timestamptz := date_trunc('second', p_at);
    v_day date := p_at at time zone (select operator.time_zone from billing.operator);
    v_currency text := (select operator.currency from billing.operator);
    v_calls logic.call_in[];
    v_priced logic.call_priced[];
    v_discounts logic.discount_out[] := '{}';
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'auditor', 'batch', 'integration'
    );
    perform logic.quote_units_check(p_units);
    if cardinality(p_numbers) > v_most then
        perform billing.fail('LB308', jsonb_build_object(
            'most', v_most, 'what', 'numbers', 'count', cardinality(p_numbers)
        ));
    end if;
    select asked.price_list_id, asked.contract_line_id into v_list_id, v_line_id
    from logic.quote_asked(p_at, p_a_number, p_customer_no, p_contract_no, p_line_no, p_price_list) as asked;
    -- A destination is asked for by its shortest prefix.
    v_calls := array(
        select
            row(
                asked.place::integer, null, v_at, p_units, logic.number_plain(p_a_number),
                coalesce(
                    case when destination.destination_id is not null then (
                        select prefix.digits
                        from billing.prefix
                        where prefix.destination_id = destination.destination_id and prefix.valid @> v_day
                        order by prefix.is_whole, length(prefix.digits), prefix.digits
                        limit 1
                    ) end,
                    logic.number_plain(asked.number), ''
                ),
                p_mode, p_carrier, null, null, v_list_id, v_line_id
            )::logic.call_in
        from unnest(p_numbers) with ordinality as asked (number, place)
        left join billing.destination on destination.code = asked.number
    );
    v_priced := array(select priced from logic.call_price(v_calls, greatest(now(), p_at)) as priced);
    if v_list_id is null then
        -- Each as if it were the only one: as many holders as calls, all with the counters of the real one.
        v_discounts := array(
            select discount
            from logic.call_discount(
                array(
                    select
                        row(
                            priced.seq, v_at, '', null, priced.day, -priced.seq, priced.contract_line_id,
                            priced.mode_id, priced.destination_id, call.b_number, priced.retail_list_id,
                            priced.regular, priced.billed, priced.setup, priced.reseller_list_id,
                            priced.reseller_regular, priced.reseller_billed, null
                        )::logic.discount_in
                    from unnest(v_priced) as priced
                    inner join unnest(v_calls) as call on call.seq = priced.seq
                    where priced.reason is null
                ),
                '{}',
                array(
                    select
                        row(-priced.seq, stored.month, stored.ring_id, stored.counted)::logic.ring_count
                    from unnest(v_priced) as priced
                    inner join billing.ring_month as stored
                        on stored.customer_id = priced.customer_id
                        and stored.month = date_trunc('month', priced.day::timestamp)::date
                )
            ) as discount
        );
    end if;
    return query
    with item as materialized (
        select used.items, price.rate
        from (
            select distinct priced.retail_items as items
            from unnest(v_priced) as priced where priced.reason is null
        ) as used
        cross join lateral logic.item_price(used.items) as price
    ),

    left_over as materialized (
        select discount.seq, discount.retail from unnest(v_discounts) as discount
    ),

    priced as materialized (
        select one.*, coalesce(left_over.retail, one.regular) as retail
        from unnest(v_priced) as one
        left join left_over on left_over.seq = one.seq
    )

    select
        asked.place, asked.number, destination.code, destination.name, destination.country, list.code,
        trim_scale(priced.setup), trim_scale(item.rate), priced.billed, priced.regular,
        priced.regular - priced.retail, priced.retail, list.currency, priced.cost_base,
        logic.to_base(priced.retail, priced.retail_rate, list.currency, v_currency) - priced.cost_base,
        priced.reason, priced.detail
    from unnest(p_numbers) with ordinality as asked (number, place)
    inner join priced on priced.seq = asked.place
    left join item on item.items = priced.retail_items
    left join billing.destination on destination.destination_id = priced.destination_id
    left join billing.price_list as list on list.price_list_id = priced.retail_list_id
    order by asked.place;
end;
$$;

comment on function
    logic.quote_list(text[], timestamptz, bigint, text, text, text, integer, text, text, text) is
$$Prices of calls to many numbers or destinations that have not happened, each as if it were the only one;
rings apply, bundles do not.
Example: select * from logic.quote_list('{SE-FIX}', now(), 60, null, null, null, null, 'GOLD', null, null)
where false
Raises: LB302 for units below 1, LB303 for an unknown list, LB306 unless one of list, number, customer and
contract is named, LB307 where no line is in force, LB308 for more than 10 000 numbers, LB400 for an unknown
customer or contract, LB901 without a level that may quote$$;

-- api

create function api.quote(
    p_a text, p_b text, p_at timestamptz, p_units bigint, p_mode text default null,
    p_carrier text default null,
    p_list text default null
)
returns table (step bigint, level text, text text, amount numeric, currency text)
language sql stable
begin atomic
    select line.step, line.level, line.text, line.amount, line.currency
    from logic.call_quote(p_a, p_b, p_at, p_units, p_mode, p_carrier, p_list) as line;
end;

comment on function api.quote(text, text, timestamptz, bigint, text, text, text) is
$$The price of one call that has not happened, with every step. Numbers in E.164; the mode is voice
where none is named.
Example: select * from api.quote('46902001005', '46701234567', now(), 60) where false
Raises: LB302 for units below 1, LB303 for an unknown list, LB901 without a level that may quote$$;
grant execute on function api.quote(text, text, timestamptz, bigint, text, text, text)
to leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_auditor,
leissner_batch, leissner_integration;

create function api.quote_call(
    p_b_number text, p_at timestamptz default now(), p_units bigint default 60, p_a_number text default null,
    p_customer_no text default null, p_contract_no text default null, p_line_no integer default null,
    p_price_list text default null, p_mode text default null, p_carrier text default null
)
returns table (
    destination text, destination_name text, country text, product text, customer_no text, contract_no text,
    line_no integer, price_list text, setup numeric, rate numeric, billed bigint, regular numeric,
    bundled numeric, discount numeric, retail numeric, currency text, cost numeric, margin numeric,
    reason text, detail text
)
language sql stable rows 1
begin atomic
    select *
    from logic.quote_call(
        p_b_number, p_at, p_units, p_a_number, p_customer_no, p_contract_no, p_line_no, p_price_list, p_mode,
        p_carrier
    );
end;

comment on function
    api.quote_call(text, timestamptz, bigint, text, text, text, integer, text, text, text) is
$$The price of one call that has not happened, by the code that rates: to b_number at a moment (now), for so
many units (60), for one of a calling number, a customer (the first of its lines in force, one with a number
before others), a contract (or one line of it), or a price list by itself. Bundles and volume intervals as
they stand now; cost where the carrier is named, and not by a list. rate is that of a block of the mode (a
minute of voice), none where the price has steps. A call that could not be rated has reason and detail instead
of a price.
Example: select * from api.quote_call('46701234567', p_price_list => 'GOLD') where false
Raises: LB302 for units below 1, LB303 for an unknown list, LB306 unless one of list, number, customer and
contract is named, LB307 where no line is in force, LB400 for an unknown customer or contract, LB901 without a
level that may quote$$;

create function api.quote_list(
    p_numbers text[], p_at timestamptz default now(), p_units bigint default 60,
    p_a_number text default null, p_customer_no text default null, p_contract_no text default null,
    p_line_no integer default null, p_price_list text default null, p_mode text default null,
    p_carrier text default null
)
returns table (
    place bigint, number text, destination text, destination_name text, country text, price_list text,
    setup numeric, rate numeric, billed bigint, regular numeric, discount numeric, retail numeric,
    currency text, cost numeric, margin numeric, reason text, detail text
)
language sql stable
begin atomic
    select *
    from logic.quote_list(
        p_numbers, p_at, p_units, p_a_number, p_customer_no, p_contract_no, p_line_no, p_price_list, p_mode,
        p_carrier
    );
end;

comment on function
    api.quote_list(text[], timestamptz, bigint, text, text, text, integer, text, text, text) is
$$The prices of calls to up to 10 000 numbers or destinations (by their codes), a row for each in the order
given; asked for as in quote_call. Each is priced as if it were the only one: discount rings apply with the
volume as it stands now, included units of bundles do not.
Example: select * from api.quote_list('{SE-FIX, 46701234567}', p_price_list => 'GOLD') where false
Raises: LB302 for units below 1, LB303 for an unknown list, LB306 unless one of list, number, customer and
contract is named, LB307 where no line is in force, LB308 for more than 10 000 numbers, LB400 for an unknown
customer or contract, LB901 without a level that may quote$$;

grant execute on function
api.quote_call(text, timestamptz, bigint, text, text, text, integer, text, text, text),
api.quote_list(text[], timestamptz, bigint, text, text, text, integer, text, text, text)
to leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_auditor,
leissner_batch, leissner_integration;
