-- 50_usage/explain: why a call costs what it costs, in plain sentences; and what one would cost.

create function logic.figure(p_number numeric)
returns text
language sql immutable parallel safe strict
return trim_scale(p_number)::text;

comment on function logic.figure(numeric) is
$$A number as people write it: no trailing zeros, no exponent.
Example: select logic.figure(12.50)
Raises: nothing$$;

create function logic.definition_get(p_table text, p_id bigint)
returns jsonb
language sql stable
begin atomic
    select coalesce(
        case p_table
            when 'price_item' then (select to_jsonb(now) from billing.price_item
            as now where now.price_item_id = p_id)
            when 'ring' then (select to_jsonb(now) from billing.ring as now where now.ring_id = p_id)
            when 'bundle' then (select to_jsonb(now) from billing.bundle as now where now.bundle_id = p_id)
            when 'prefix' then (select to_jsonb(now) from billing.prefix as now where now.prefix_id = p_id)
        end,
        (
            select former.definition from billing.definition_former as former
            where former.table_name = p_table and former.id = p_id
        )
    );
end;

comment on function logic.definition_get(text, bigint) is
$$A price_item, ring, bundle or prefix by id as JSON, today's or a former one: what priced a call stays
readable.
Example: select logic.definition_get('ring', 1)
Raises: nothing$$;

create function logic.period_text(p_valid daterange)
returns text
language sql immutable parallel safe
return coalesce(
    nullif(concat_ws(' ', 'from ' || lower(p_valid), 'until the day before ' || upper(p_valid)), ''), 'always'
);

comment on function logic.period_text(daterange) is
$$A period in words.
Example: select logic.period_text('[2026-10-15,)')
Raises: nothing$$;

-- Folds stored definitions as the price search folds live ones: what is explained is what was charged.
create function logic.item_price(p_items bigint[])
returns table (setup numeric, rate numeric)
language sql stable rows 1
begin atomic
    with recursive item as (
        select place.n, logic.definition_get('price_item', place.item_id) as definition
        from unnest(p_items) with ordinality as place (item_id, n)
    ),

    fold as (
        select
            item.n, (item.definition ->> 'setup')::numeric as setup,
            (item.definition ->> 'rate')::numeric as rate
        from item
        where item.n = cardinality(p_items)
        union all
        select
            item.n,
            greatest(0, fold.setup * (1 + coalesce((item.definition ->> 'percent')::numeric, 0) * 0.01)),
            greatest(
                0,
                fold.rate * (1 + coalesce((item.definition ->> 'percent')::numeric, 0) * 0.01)
                + coalesce((item.definition ->> 'amount')::numeric, 0)
            )
        from fold
        inner join item on item.n = fold.n - 1
    )

    select fold.setup, fold.rate from fold where fold.n = 1 and fold.rate is not null;
end;

comment on function logic.item_price(bigint[]) is
$$Opening fee and rate that an item (and its bases) asks for; no row for steps.
Example: select * from logic.item_price('{1}')
Raises: nothing$$;

create function logic.charge_text(p_items bigint[], p_billed bigint, p_per bigint)
returns text
language sql stable
begin atomic
    select format(
        'Set-up %s + rate %s × %s / %s = %s.', logic.figure(price.setup), logic.figure(price.rate), p_billed,
        p_per,
        logic.figure(round(price.setup + logic.divide(price.rate * p_billed, p_per), 12))
    )
    from logic.item_price(p_items) as price;
end;

comment on function logic.charge_text(bigint[], bigint, bigint) is
$$The sum that an item (and its bases) with a rate gives for billed units, before free units, minimum,
maximum and
rounding; NULL for steps.
Example: select logic.charge_text('{1}', 126, 60)
Raises: nothing$$;

create function logic.item_text(p_item_id bigint)
returns text
language sql stable
begin atomic
    select format(
        'list %s: %s, %s, %s, %s: %s',
        list.code,
        case
            when destination.code is not null then 'destination ' || destination.code
            when destination_group.code is not null then 'group ' || destination_group.code
            when product.code is not null then 'product ' || product.code
            else 'every destination'
        end,
        case
            when mode.code is not null then 'mode ' || mode.code
            when item.definition ->> 'mode_group' is not null
                then 'modes of ' || (item.definition ->> 'mode_group')
            else 'every mode'
        end,
        coalesce('band ' || band.code, 'all hours'),
        logic.period_text((item.definition ->> 'valid')::daterange),
        case
            when (item.definition ->> 'is_blocked')::boolean then 'not for sale'
            when item.definition ->> 'percent' is not null or item.definition ->> 'amount' is not null then
                concat_ws(
                    ' and ',
                    logic.figure((item.definition ->> 'percent')::numeric) || ' %',
                    logic.figure((item.definition ->> 'amount')::numeric) || ' on the rate'
                ) || ' of the price above'
            else
                format(
                    'set-up %s, rate %s, increments %s/%s%s%s%s',
                    logic.figure((item.definition ->> 'setup')::numeric),
                    coalesce(
                        logic.figure((item.definition ->> 'rate')::numeric),
                        (
                            select string_agg(
                                coalesce('to ' || (item.definition -> 'step_to' ->> step.n::integer - 1),
                                'then')
                                || ' ' || logic.figure(step.rate::numeric),
                                ', '
                                order by step.n
                            )
                            from jsonb_array_elements_text(item.definition -> 'step_rate')
                                with ordinality as step (rate, n)
                        )
                    ),
                    item.definition ->> 'first_increment',
                    item.definition ->> 'next_increment',
                    case
                        when (item.definition ->> 'free_units')::numeric > 0
                            then format(
                                ', first %s units free (%s)', item.definition ->> 'free_units',
                                item.definition ->> 'free_mode'
                            )
                        else ''
                    end,
                    case
                        when (item.definition ->> 'minimum')::numeric > 0
                            then ', at least ' || logic.figure((item.definition ->> 'minimum')::numeric)
                        else ''
                    end,
                    coalesce(', at most ' || logic.figure((item.definition ->> 'maximum')::numeric), '')
                )
        end
    )
    from (select logic.definition_get('price_item', p_item_id) as definition) as item
    left join billing.price_list as list on list.price_list_id = (item.definition ->> 'price_list_id')::bigint
    left join billing.destination
        on destination.destination_id = (item.definition ->> 'destination_id')::bigint
    left join billing.destination_group
        on destination_group.destination_group_id = (item.definition ->> 'destination_group_id')::bigint
    left join billing.product on product.product_id = (item.definition ->> 'product_id')::bigint
    left join billing.mode on mode.mode_id = (item.definition ->> 'mode_id')::bigint
    left join billing.band on band.band_id = (item.definition ->> 'band_id')::bigint;
end;

comment on function logic.item_text(bigint) is
$$A price item in words: its list, what it is for, what it charges.
Example: select logic.item_text(1)
Raises: nothing$$;

create function logic.list_path_text(p_list_id bigint)
returns text
language sql stable
begin atomic
    with recursive path as (
        select list.code, list.parent_id, 0 as step from billing.price_list as list
        where list.price_list_id = p_list_id
        union all
        select list.code, list.parent_id, path.step + 1
        from path
        inner join billing.price_list as list on list.price_list_id = path.parent_id
    )

    select string_agg(path.code, ' → ' order by path.step) from path;
end;

comment on function logic.list_path_text(bigint) is
$$A price list and those it inherits from, nearest first.
Example: select logic.list_path_text(1)
Raises: nothing$$;

create function logic.level_text(
    p_level text, p_call billing.call, p_list_id bigint, p_items bigint[], p_billed bigint, p_regular numeric
)
returns setof text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_list record;
    v_mode record;
    v_price record;
begin
    select list.* into v_list from billing.price_list as list where list.price_list_id = p_list_id;
    select mode.* into v_mode from billing.mode as mode where mode.mode_id = p_call.mode_id;
    return next format('Price lists searched, nearest first: %s.', logic.list_path_text(p_list_id));
    return query
    select
        case when item.n = 1 then 'The most specific item of the nearest list: ' else 'which builds on ' end
        || logic.item_text(item.item_id) || '.'
    from unnest(p_items) with ordinality as item (item_id, n)
    order by item.n;
    if exists (
        select from jsonb_array_elements(p_call.stretches) as part where part ->> 'level' = p_level
    ) then
        return query
        select format(
            'From %s, units %s to %s: %s.',
            to_char(
                (part.value ->> 'from')::timestamptz at time zone (select operator.time_zone
                    from billing.operator),
                'YYYY-MM-DD HH24:MI:SS'
            ),
            part.value ->> 'from_unit', part.value ->> 'to_unit',
            logic.item_text((part.value -> 'items' ->> 0)::bigint)
        )
        from jsonb_array_elements(p_call.stretches) with ordinality as part (value, n)
        where part.value ->> 'level' = p_level
        order by part.n;
    end if;
    if p_billed is not null then
        return next format(
            '%s %ss are billed as %s, at a rate per %s.', p_call.units, v_mode.unit, p_billed, v_mode.per
        );
        if p_call.stretches is null then
            return query
            select sum.text from logic.charge_text(p_items, p_billed, v_mode.per) as sum (text)
            where sum.text is not null;
        end if;
    end if;
    return next format(
        'That makes %s %s, rounded %s to %s decimals.', logic.figure(p_regular), v_list.currency,
        replace(v_list.rounding, '_', ' '), v_list.decimals
    );
end;
$$;

comment on function logic.level_text(text, billing.call, bigint, bigint[], bigint, numeric) is
$$The sentences that lead to the regular price of one level.
Example: select logic.level_text('retail', call, call.retail_list_id, call.retail_items, call.billed,
call.regular)
 from billing.call where false
Raises: nothing$$;

create function logic.ring_text(p_rings bigint[], p_took numeric[], p_currency text)
returns setof text
language sql stable
begin atomic
    select format(
        'Discount ring %s (%s, priority %s): %s, took %s %s.',
        ring.definition ->> 'code', ring.definition ->> 'name', ring.definition ->> 'priority',
        case ring.definition ->> 'kind'
            when 'percent' then logic.figure((ring.definition ->> 'value')::numeric) || ' % off'
            when 'off_minute' then logic.figure((ring.definition ->> 'value')::numeric) || ' off per block'
            when 'off_call' then logic.figure((ring.definition ->> 'value')::numeric) || ' off per call'
            when 'price_minute'
                then logic.figure((ring.definition ->> 'value')::numeric) || ' per block instead'
            else logic.figure((ring.definition ->> 'value')::numeric) || ' per call instead'
        end
        || case
            when ring.definition ->> 'volume_unit' <> 'none' then
                format(
                    ' for %ss %s to %s of the month', ring.definition ->> 'volume_unit',
                    ring.definition ->> 'volume_from', coalesce(ring.definition ->> 'volume_to', 'any')
                )
            else ''
        end,
        logic.figure(round(taken.took, 6)), p_currency
    )
    from unnest(p_rings, p_took) with ordinality as taken (ring_id, took, n)
    cross join lateral (select logic.definition_get('ring', taken.ring_id) as definition) as ring
    order by taken.n;
end;

comment on function logic.ring_text(bigint[], numeric[], text) is
$$The rings that applied, in order, with what each took.
Example: select logic.ring_text('{1}', '{0.5}', 'SEK')
Raises: nothing$$;

create function logic.call_text(p_call billing.call)
returns table (level text, text text, amount numeric, currency text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_operator record;
    v_mode record;
    v_line record;
    v_carrier record;
    v_currency text;
begin
    select operator.* into v_operator from billing.operator;
    select mode.* into v_mode from billing.mode where mode.mode_id = p_call.mode_id;
    return query select
        'call',
        format(
            '%s from %s to %s on %s, %s %s%s.',
            v_mode.name, coalesce(p_call.account || ' (account)', p_call.a_number, 'nobody known'),
            p_call.b_number,
            to_char(p_call.started_at at time zone v_operator.time_zone, 'YYYY-MM-DD HH24:MI:SS'),
            p_call.units, v_mode.unit, case when p_call.units = 1 then '' else 's' end
        ),
        null::numeric, null::text;

    if p_call.contract_line_id is not null then
        select contract.contract_no, line.line_no, service.name as service, customer.customer_no,
        customer.name
        into v_line
        from billing.contract_line as line
        inner join billing.contract on contract.contract_id = line.contract_id
        inner join billing.customer on customer.customer_id = contract.customer_id
        inner join billing.service on service.service_id = line.service_id
        where line.contract_line_id = p_call.contract_line_id;
        return query select
            'subscriber',
            format(
                '%s belongs that day to contract %s line %s (%s) of customer %s %s%s.',
                coalesce(p_call.account, p_call.a_number, 'The source'), v_line.contract_no, v_line.line_no,
                v_line.service, v_line.customer_no, v_line.name,
                coalesce(
                    (select ', seller ' || seller.name from billing.seller
                        where seller.seller_id = p_call.seller_id), ''
                )
            ),
            null::numeric, null::text;
    end if;

    return query
    select
        'destination',
        format(
            '%s is %s (%s, product %s) by prefix %s, the longest that matches.', p_call.b_number,
            destination.code,
            destination.name, product.code, logic.definition_get('prefix', p_call.prefix_id) ->> 'digits'
        ),
        null::numeric, null::text
    from billing.destination
    inner join billing.product on product.product_id = destination.product_id
    where destination.destination_id = p_call.destination_id;

    return query
    select
        'time',
        case
            when band.bands = '{}' then 'The call starts in no time band.'
            else 'The call starts in the time bands ' || (
                select string_agg(one.code, ', ' order by place.n)
                from unnest(band.bands) with ordinality as place (band_id, n)
                inner join billing.band as one on one.band_id = place.band_id
            ) || '.'
        end,
        null::numeric, null::text
    from logic.band_list(
        array[p_call.start_on],
        array[extract(epoch from (p_call.started_at at time zone v_operator.time_zone)::time)::integer]
    ) as band;

    -- Lists that were asked first and have no price.
    return query
    select
        'retail', format('List %s has no price for this call.', logic.list_path_text(tried.list_id)),
        null::numeric, null::text
    from logic.holder_list(array[p_call.contract_line_id], array[p_call.start_on]) as holder
    cross join lateral unnest(holder.retail_lists) with ordinality as tried (list_id, place)
    where tried.place < array_position(holder.retail_lists, p_call.retail_list_id)
    order by tried.place;

    v_currency := (select list.currency from billing.price_list
    as list where list.price_list_id = p_call.retail_list_id);
    return query
    select 'retail', line.text, null::numeric, null::text
    from logic.level_text(
        'retail', p_call, p_call.retail_list_id, p_call.retail_items, p_call.billed, p_call.regular
    ) with ordinality as line (text, n)
    order by line.n;
    return query
    select
        'retail',
        format(
            'Bundle %s covers %s of %s billed units.', logic.definition_get('bundle',
            drawn.bundle_id) ->> 'code',
            drawn.units, p_call.billed
        ),
        null::numeric, null::text
    from unnest(p_call.bundles, p_call.bundle_units) with ordinality as drawn (bundle_id, units, n)
    order by drawn.n;
    if p_call.bundled > 0 then
        return query select
            'retail', format('Bundles take %s %s.', logic.figure(p_call.bundled), v_currency), null::numeric,
            null::text;
    end if;
    return query
    select 'retail', line.text, null::numeric, null::text
    from logic.ring_text(p_call.rings, p_call.ring_took, v_currency) with ordinality as line (text, n)
    order by line.n;
    return query select
        'retail',
        format('The customer pays %s %s', logic.figure(p_call.retail), v_currency)
        || case
            when v_currency = v_operator.currency then '.'
            else format(
                ', at a rate of %s that is %s %s.', logic.figure(p_call.retail_rate),
                logic.figure(p_call.retail_base), v_operator.currency
            )
        end,
        p_call.retail, v_currency;

    if p_call.reseller_list_id is not null then
        v_currency := (
            select list.currency from billing.price_list
            as list where list.price_list_id = p_call.reseller_list_id
        );
        return query
        select 'reseller', line.text, null::numeric, null::text
        from logic.level_text(
            'reseller', p_call, p_call.reseller_list_id, p_call.reseller_items, p_call.reseller_billed,
            p_call.reseller_regular
        ) with ordinality as line (text, n)
        order by line.n;
        return query
        select 'reseller', line.text, null::numeric, null::text
        from logic.ring_text(p_call.reseller_rings, p_call.reseller_took, v_currency)
            with ordinality as line (text, n)
        order by line.n;
        return query select
            'reseller', format('The seller pays %s %s.', logic.figure(p_call.reseller), v_currency),
            p_call.reseller, v_currency;
    end if;

    select carrier.* into v_carrier from billing.carrier where carrier.carrier_id = p_call.carrier_id;
    if p_call.cost_list_id is null then
        return query select
            'cost',
            case
                when p_call.carrier_id is null
                    then 'The carrier is not known, so neither are cost and margin.'
                else format('Carrier %s has no price list, so cost and margin are not known.', v_carrier.name)
            end,
            null::numeric, null::text;
    else
        v_currency := (
            select list.currency from billing.price_list
            as list where list.price_list_id = p_call.cost_list_id
        );
        return query
        select 'cost', line.text, null::numeric, null::text
        from logic.level_text('cost', p_call, p_call.cost_list_id, p_call.cost_items, null, p_call.cost
        )
            with ordinality as line (text, n)
        order by line.n;
        return query select
            'cost',
            format('Carrier %s takes %s %s', v_carrier.name, logic.figure(p_call.cost), v_currency)
            || case
                when v_currency = v_operator.currency then '.'
                else format(
                    ', at a rate of %s that is %s %s.', logic.figure(p_call.cost_rate),
                    logic.figure(p_call.cost_base), v_operator.currency
                )
            end,
            p_call.cost, v_currency;
        return query select
            'margin',
            format(
                'Margin: %s − %s = %s %s.', logic.figure(p_call.retail_base), logic.figure(p_call.cost_base),
                logic.figure(p_call.retail_base - p_call.cost_base), v_operator.currency
            )
            || case
                when p_call.reseller_base is not null then
                    format(
                        ' Of it the seller has %s, the operator %s.',
                        logic.figure(p_call.retail_base - p_call.reseller_base),
                        logic.figure(p_call.reseller_base - p_call.cost_base)
                    )
                else ''
            end,
            p_call.retail_base - p_call.cost_base, v_operator.currency;
    end if;
end;
$$;

comment on function logic.call_text(billing.call) is
$$Every step from the record to retail, reseller price, cost and margin, in sentences; amount on the last one
of a level.
Example: select logic.call_text(call) from billing.call where false
Raises: nothing$$;

create function logic.call_explain(p_call text)
returns table (step bigint, level text, text text, amount numeric, currency text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_source_id bigint;
    v_hash bytea;
    v_start_on date;
    v_call billing.call;
    v_suspense record;
    v_started_at timestamp;
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch', 'integration',
        'seller',
        'customer'
    );
    select source.source_id into v_source_id
    from billing.cdr_source as source where source.code = split_part(p_call, ':', 1);
    v_hash := substring(
        sha256(convert_to(substring(p_call from position(':' in p_call) + 1), 'UTF8')) for 16
    );
    select known.start_on into v_start_on
    from billing.call_key as known where known.source_id = v_source_id and known.key_hash = v_hash;
    select call.* into v_call
    from billing.call
    where call.start_on = v_start_on and call.source_id = v_source_id and call.key_hash = v_hash
        and (
            access.is_staff() or call.seller_id = access.seller_id()
            or access.customer_id() is not null and call.customer_id = any(access.customer_ids())
        );
    if v_call.call_id is not null then
        if not logic.has_full_numbers() then
            v_call.b_number := logic.number_masked(v_call.b_number);
        end if;
        return query
        select row_number() over (), line.level, line.text, line.amount, line.currency
        from logic.call_text(v_call) as line
        where
            access.is_staff()
            or line.level not in ('cost', 'margin')
            and (line.level <> 'reseller' or access.seller_id() is not null);
        return;
    end if;
    select suspense.* into v_suspense
    from billing.call_suspense as suspense
    where suspense.source_id = v_source_id and suspense.key_hash = v_hash and access.is_staff();
    if v_suspense.suspense_id is null then
        return query select * from logic.call_dropped_text(v_source_id, v_hash);
        if found then
            return;
        end if;
        perform billing.fail('LB301', jsonb_build_object('call', p_call));
    end if;
    v_started_at := v_suspense.started_at at time zone (select operator.time_zone from billing.operator);
    return query
    select line.n, line.level, line.text, null::numeric, null::text
    from (
        values
            (
                1::bigint, 'call',
                format(
                    'From %s to %s at %s, %s units: in suspense since %s.',
                    coalesce(v_suspense.a_received, 'nobody'), coalesce(v_suspense.b_received, 'nobody'),
                    coalesce(v_started_at::text, 'an unknown time'), coalesce(v_suspense.units::text,
                    'unknown'),
                    v_suspense.suspended_at::date
                )
            ),
            (2, 'suspense', format('Reason %s: %s.', v_suspense.reason, v_suspense.detail)),
            (3, 'suspense', logic.suspense_remedy(v_suspense.reason))
    ) as line (n, level, text);
end;
$$;

comment on function logic.call_explain(text) is
$$Explains a rated or suspended call named source:key, within what the caller may see: sellers see no cost,
customers only
the retail level.
Example: select * from logic.call_explain('plain:k00002') where false
Raises: LB301 when there is no such call, LB901 without a level that may look at calls$$;

create function logic.suspense_remedy(p_reason text)
returns text
language sql immutable parallel safe
return case p_reason
    when 'bad_record' then 'Correct the line and load it in a file of its own.'
    when 'bad_duration'
        then 'Ask the switch''s operator what the call really lasted and load the corrected record.'
    when 'future_start' then 'Check the time zone of the source and the clock of the switch, then retry.'
    when 'unknown_mode' then 'Add the mode to modes.csv, or map it in the source, then retry.'
    when 'unknown_carrier' then 'Add the carrier to carriers.csv, or the trunk to trunks.csv, then retry.'
    when 'no_subscriber' then 'Add the number or account to numbers.csv for that day, then retry.'
    when 'no_destination' then 'Add a prefix to prefixes.csv that covers the number, then retry.'
    when 'no_price' then 'Add a price for the destination to the contract''s price list, then retry.'
    when 'not_for_sale' then 'Lift the block in the price list if the call is to be sold, then retry.'
    when 'no_cost' then 'Add a price for the destination to the carrier''s list, then retry.'
    when 'no_reseller_price' then 'Add a price for the destination to the seller''s list, then retry.'
    when 'no_exchange_rate' then 'Add the exchange rate to exchange_rates.csv, then retry.'
end;

comment on function logic.suspense_remedy(text) is
$$The step that fixes a cause of suspense, in a sentence.
Example: select logic.suspense_remedy('no_subscriber')
Raises: nothing$$;

-- api

create function api.call_explain(p_call text)
returns table (step bigint, level text, text text, amount numeric, currency text)
language sql stable
begin atomic
    select line.step, line.level, line.text, line.amount,
    line.currency from logic.call_explain(p_call) as line;
end;

comment on function api.call_explain(text) is
$$Why a call (source:key) costs what it costs: the steps in order, in plain sentences, with the amount of
each level.
Example: select * from api.call_explain('plain:k00002') where false
Raises: LB301 when there is no such call, LB901 without a level that may look at calls$$;
grant execute on function api.call_explain(text)
to leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
leissner_auditor, leissner_batch, leissner_integration, leissner_seller, leissner_customer;
