-- 30_customer/price: which price lists, rings and bundles hold for a customer today.

-- api

create function api.customer_price_list(p_customer_no text)
returns table (
    contract_no text, line_no integer, turn integer, price_list text, name text, origin text,
    origin_no text, origin_name text, parents text[], currency text, service text
)
language sql stable rows 20
begin atomic
    with recursive today as (
        select logic.today() as day
    ),

    up (customer_id, parent_id, price_list_id, step) as (
        select held.customer_id, held.parent_id, held.price_list_id, 0
        from billing.customer
        cross join today
        cross join lateral logic.customer_on(customer.customer_id, today.day) as held
        where customer.customer_no = p_customer_no
        union all
        select held.customer_id, held.parent_id, held.price_list_id, up.step + 1
        from up
        cross join today
        cross join lateral logic.customer_on(up.parent_id, today.day) as held
        where up.parent_id is not null and up.step < 50
    ),

    -- the customer's own, else that of the nearest above
    general as (
        select up.price_list_id, above.customer_no, above.name, up.step
        from up
        inner join billing.customer as above on above.customer_id = up.customer_id
        inner join billing.price_list as list
            on list.price_list_id = up.price_list_id and not list.is_draft
        order by up.step
        limit 1
    ),

    line as materialized (
        select
            contract.contract_no, line.contract_line_id, line.line_no, service.name as service,
            service.price_list_id as service_list_id,
            coalesce(
                (
                    select term.price_list_id from billing.contract_term as term
                    where
                        term.contract_id = contract.contract_id and term.from_on <= today.day
                        and term.price_list_id is not null
                    order by term.from_on desc
                    limit 1
                ),
                contract.price_list_id
            ) as contract_list_id,
            coalesce(
                (
                    select term.price_list_id from billing.line_term as term
                    where
                        term.contract_line_id = line.contract_line_id and term.from_on <= today.day
                        and term.price_list_id is not null
                    order by term.from_on desc
                    limit 1
                ),
                line.price_list_id
            ) as line_list_id
        from up
        cross join today
        inner join billing.contract on contract.customer_id = up.customer_id and up.step = 0
        inner join billing.contract_line as line on line.contract_id = contract.contract_id
        inner join billing.service on service.service_id = line.service_id
        where coalesce(upper(line.valid), 'infinity') > today.day
    ),

    tried as (
        select line.*, one.price_list_id, one.origin, one.turn, one.origin_no, one.origin_name
        from line
        left join general on true
        cross join lateral (
            values
            (line.line_list_id, 'line', 1, null, null),
            (line.contract_list_id, 'contract', 2, null, null),
            (
                general.price_list_id, case when general.step = 0 then 'customer' else 'above' end, 3,
                general.customer_no, general.name
            ),
            (line.service_list_id, 'service', 4, null, null)
        ) as one (price_list_id, origin, turn, origin_no, origin_name)
        where one.price_list_id is not null
    )

    select
        tried.contract_no, tried.line_no, tried.turn, list.code, list.name, tried.origin, tried.origin_no,
        tried.origin_name, chain.codes, list.currency, tried.service
    from tried
    inner join billing.price_list as list on list.price_list_id = tried.price_list_id and not list.is_draft
    cross join lateral (
        with recursive climb (list_id, parent_id, code, step) as (
            select list.price_list_id, list.parent_id, list.code, 0
            union all
            select above.price_list_id, above.parent_id, above.code, climb.step + 1
            from climb
            inner join billing.price_list as above on above.price_list_id = climb.parent_id
            where climb.step < 50
        )

        select array_agg(climb.code order by climb.step) as codes from climb where climb.step > 0
    ) as chain
    order by tried.contract_no, tried.line_no, tried.turn;
end;

comment on function api.customer_price_list(text) is
$$The retail price lists that are tried for each line of a customer today, in their order: the line's, the
contract's, the customer's or that of the nearest above it, the service's. parents: the lists each inherits
from.
Example: select * from api.customer_price_list('1000')
Raises: nothing$$;

create function api.customer_ring_list(p_customer_no text)
returns table (
    turn bigint, ring text, name text, priority integer, is_exclusive boolean, from_on date, to_on date,
    kind text, value numeric, level text, band text, volume_unit text, volume_from numeric, volume_to numeric,
    modes text[], targets text[], members text[], lines text[], counted numeric
)
language sql stable rows 20
begin atomic
    with line as materialized (
        select line.contract_line_id, contract.contract_no || '/' || line.line_no as line,
            customer.customer_id
        from billing.customer
        inner join billing.contract on contract.customer_id = customer.customer_id
        inner join billing.contract_line as line on line.contract_id = contract.contract_id
        where customer.customer_no = p_customer_no and line.valid @> (select logic.today())
    ),

    applies as (
        select
            found.ring_id, array_agg(line.line order by line.line) as lines,
            min(line.customer_id) as customer_id
        from logic.ring_candidate(
            array(select line.contract_line_id from line),
            array(select logic.today() from line)
        ) as found
        inner join line on line.contract_line_id = found.contract_line_id
        group by found.ring_id
    )

    select
        row_number() over (order by ring.level desc, ring.priority, ring.code collate "C"),
        ring.code, ring.name, ring.priority, ring.is_exclusive, lower(ring.valid), upper(ring.valid),
        ring.kind, ring.value, ring.level, band.code, ring.volume_unit,
        ring.volume_from, ring.volume_to,
        array(
            select coalesce(mode.name, 'group:' || one.mode_group)
            from billing.ring_mode as one
            left join billing.mode on mode.mode_id = one.mode_id
            where one.ring_id = ring.ring_id
            order by 1
        ),
        array(
            select
                case when one.is_inside then 'inside'
                    else coalesce(destination.name, grouped.name, product.name) end
            from billing.ring_target as one
            left join billing.destination on destination.destination_id = one.destination_id
            left join billing.destination_group as grouped
                on grouped.destination_group_id = one.destination_group_id
            left join billing.product on product.product_id = one.product_id
            where one.ring_id = ring.ring_id
            order by 1
        ),
        array(
            select
                coalesce(
                    'customer:' || member.customer_no || ' ' || member.name, 'group:' || grouped.name,
                    'contract:' || contract.contract_no
                )
            from billing.ring_member as one
            left join billing.customer as member on member.customer_id = one.customer_id
            left join billing.customer_group as grouped
                on grouped.customer_group_id = one.customer_group_id
            left join billing.contract on contract.contract_id = one.contract_id
            where one.ring_id = ring.ring_id
            order by 1
        ),
        applies.lines,
        (
            select
                case
                    when ring.volume_unit = 'block' then logic.divide(sum(held.counted), logic.block_scale())
                    else sum(held.counted)
                end
            from billing.ring_month as held
            where
                held.customer_id = applies.customer_id and held.ring_id = ring.ring_id
                and held.month = date_trunc('month', (select logic.today())::timestamp)::date
        )
    from applies
    inner join billing.ring on ring.ring_id = applies.ring_id
    left join billing.band on band.band_id = ring.band_id;
end;

comment on function api.customer_ring_list(text) is
$$The discount rings that hold for a customer's lines today, in the order in which they apply; counted: how
far
the volume of this month has come.
Example: select * from api.customer_ring_list('1000')
Raises: nothing$$;

create function api.customer_bundle_list(p_customer_no text)
returns table (
    contract_no text, line_no integer, bundle text, units bigint, carried bigint, used bigint,
    state text, from_on date, to_on date, begins_on date, closes_on date, modes text[], targets text[],
    is_rollover boolean,
    covers_setup boolean, unit text, row_version integer, target_names text[]
)
language sql stable rows 20
begin atomic
    select
        contract.contract_no, line.line_no, bundle.code, bundle.units, coalesce(month.carried, 0),
        coalesce(month.used, 0), logic.term_state(contract.state, bundle.valid, logic.today()),
        lower(bundle.valid), upper(bundle.valid), bundle.from_on, bundle.to_on,
        array(
            select coalesce(mode.code, 'group:' || one.mode_group)
            from billing.bundle_mode as one
            left join billing.mode on mode.mode_id = one.mode_id
            where one.bundle_id = bundle.bundle_id
            order by 1
        ),
        array(
            select
                coalesce(
                    'dest:' || destination.code, 'group:' || grouped.code, 'product:' || product.code
                )
            from billing.bundle_target as one
            left join billing.destination on destination.destination_id = one.destination_id
            left join billing.destination_group as grouped
                on grouped.destination_group_id = one.destination_group_id
            left join billing.product on product.product_id = one.product_id
            where one.bundle_id = bundle.bundle_id
            order by 1
        ),
        bundle.is_rollover, bundle.covers_setup,
        coalesce(
            (
                select min(mode.unit)
                from billing.bundle_mode as one
                inner join billing.mode on mode.mode_id = one.mode_id or mode.mode_group = one.mode_group
                where one.bundle_id = bundle.bundle_id
            ),
            'second'
        ),
        bundle.row_version,
        array(
            select coalesce(destination.name, grouped.name, product.name)
            from billing.bundle_target as one
            left join billing.destination on destination.destination_id = one.destination_id
            left join billing.destination_group as grouped
                on grouped.destination_group_id = one.destination_group_id
            left join billing.product on product.product_id = one.product_id
            where one.bundle_id = bundle.bundle_id
            order by 1
        )
    from billing.customer
    inner join billing.contract on contract.customer_id = customer.customer_id
    inner join billing.contract_line as line on line.contract_id = contract.contract_id
    inner join billing.bundle on bundle.contract_line_id = line.contract_line_id
    left join billing.bundle_month as month
        on
            month.bundle_id = bundle.bundle_id
            and month.month = date_trunc('month', (select logic.today())::timestamp)::date
    where customer.customer_no = p_customer_no
    order by contract.contract_no, line.line_no, bundle.code, lower(bundle.valid);
end;

comment on function api.customer_bundle_list(text) is
$$The bundles of a customer's lines with what was drawn of them this month.
Example: select * from api.customer_bundle_list('1000')
Raises: nothing$$;

grant execute on function api.customer_price_list(text) to leissner_seller;
grant execute on function
    api.customer_price_list(text), api.customer_ring_list(text), api.customer_bundle_list(text)
to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;
