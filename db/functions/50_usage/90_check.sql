-- 50_usage/check: what is always true of calls and totals (DESIGN.md 6.1 and 6.5); empty is healthy.

create function logic.check_counts()
returns table (problem text, place text)
language sql stable
begin atomic
    with stored as (
        select all_stored.file_id, count(*) as records
        from (
            select call.file_id from billing.call
            union all
            select suspense.file_id from billing.call_suspense as suspense
            union all
            select dropped.file_id from billing.call_dropped as dropped
        ) as all_stored
        group by all_stored.file_id
    ),

    batches as (
        select
            load.file_id, sum(load.read) as read, sum(load.rated) as rated, sum(load.suspended) as suspended,
            sum(load.duplicate) as duplicate, sum(load.zero) as zero
        from billing.load
        where load.kind in ('file', 'submit')
        group by load.file_id
    )

    select
        format(
            'read %s, but rated %s + suspended %s + duplicate %s + zero %s',
            file.read, file.rated, file.suspended, file.duplicate, file.zero
        ),
        'file ' || file.name
    from billing.cdr_file as file
    where file.read <> file.rated + file.suspended + file.duplicate + file.zero
    union all
    select
        format(
            '%s records were rated or suspended, %s are stored', file.rated + file.suspended,
            coalesce(stored.records, 0)
        ),
        'file ' || file.name
    from billing.cdr_file as file
    left join stored on stored.file_id = file.file_id
    where file.rated + file.suspended <> coalesce(stored.records, 0)
    union all
    select format('the file counts %s records, its batches %s', file.read, coalesce(batches.read, 0)),
    'file ' || file.name
    from billing.cdr_file as file
    left join batches on batches.file_id = file.file_id
    where
        (file.read, file.rated, file.suspended, file.duplicate, file.zero) is distinct from (
            coalesce(batches.read, 0), coalesce(batches.rated, 0), coalesce(batches.suspended, 0),
            coalesce(batches.duplicate, 0), coalesce(batches.zero, 0)
        );
end;

comment on function logic.check_counts() is
$$Loaded = rated + suspended + duplicate + zero, per file, against what is stored (DESIGN.md 6.1).
Example: select * from logic.check_counts()
Raises: nothing$$;

create function logic.check_totals()
returns table (problem text, place text)
language sql stable
begin atomic
    with call_total as (
        select
            call.start_on as day, call.destination_id, call.mode_id, call.customer_kind, call.seller_id,
            call.carrier_id, list.currency, count(*) as calls, sum(call.units) as units,
            sum(call.billed) as billed,
            sum(coalesce(call.cost_base, 0)) as cost,
            count(*) filter (where call.cost_base is null) as unknown_cost,
            sum(call.retail_base) as revenue, sum(coalesce(call.margin, 0)) as margin,
            sum(coalesce(call.reseller_base, 0)) as reseller,
            sum(coalesce(coalesce(call.reseller_base, call.retail_base) - call.cost_base,
            0)) as operator_margin,
            sum(coalesce(call.retail_base - call.reseller_base, 0)) as seller_margin
        from billing.call
        inner join billing.price_list as list on list.price_list_id = call.retail_list_id
        group by
            call.start_on, call.destination_id, call.mode_id, call.customer_kind, call.seller_id,
            call.carrier_id,
            list.currency
    ),

    kept as (
        select
            total.day, total.destination_id, total.mode_id, total.customer_kind, total.seller_id,
            total.carrier_id,
            total.currency, sum(total.calls) as calls, sum(total.units) as units, sum(total.billed) as billed,
            sum(total.cost) as cost, sum(total.unknown_cost) as unknown_cost, sum(total.revenue) as revenue,
            sum(total.margin) as margin, sum(total.reseller) as reseller,
            sum(total.operator_margin) as operator_margin, sum(total.seller_margin) as seller_margin
        from billing.call_day as total
        group by
            total.day, total.destination_id, total.mode_id, total.customer_kind, total.seller_id,
            total.carrier_id,
            total.currency
        -- what re-rating has moved elsewhere leaves nothing
        having
            (sum(total.calls), sum(total.units), sum(total.cost), sum(total.revenue), sum(total.margin))
            <> (0, 0, 0, 0, 0)
    ),

    by_day as (
        select
            coalesce(call_total.day, kept.day) as day, coalesce(call_total.destination_id,
            kept.destination_id) as destination_id,
            call_total.revenue as call_revenue, kept.revenue as kept_revenue, call_total.calls as calls,
            kept.calls as kept_calls
        from call_total
        full join kept
            on (
                kept.day, kept.destination_id, kept.mode_id, kept.customer_kind, coalesce(kept.seller_id, 0),
                coalesce(kept.carrier_id, 0), kept.currency
            ) = (
                call_total.day, call_total.destination_id, call_total.mode_id, call_total.customer_kind,
                coalesce(call_total.seller_id, 0), coalesce(call_total.carrier_id, 0), call_total.currency
            )
        where
            (
                call_total.calls, call_total.units, call_total.billed, call_total.cost,
                call_total.unknown_cost,
                call_total.revenue, call_total.margin, call_total.reseller, call_total.operator_margin,
                call_total.seller_margin
            ) is distinct from (
                kept.calls, kept.units, kept.billed, kept.cost, kept.unknown_cost, kept.revenue, kept.margin,
                kept.reseller, kept.operator_margin, kept.seller_margin
            )
    ),

    month_total as (
        select
            date_trunc('month', call.start_on::timestamp)::date as month, call.customer_id,
            call.contract_line_id,
            count(*) as calls, sum(call.retail) as retail, sum(call.retail_base) as revenue,
            sum(coalesce(call.margin, 0)) as margin
        from billing.call
        group by 1, 2, 3
    ),

    month_kept as (
        select
            total.month, total.customer_id, total.contract_line_id, sum(total.calls) as calls,
            sum(total.retail) as retail, sum(total.revenue) as revenue, sum(total.margin) as margin
        from billing.call_customer_month as total
        group by total.month, total.customer_id, total.contract_line_id
        having (sum(total.calls), sum(total.retail), sum(total.revenue), sum(total.margin)) <> (0, 0, 0, 0)
    )

    select
        format(
            'calls %s revenue %s, daily totals %s revenue %s', coalesce(by_day.calls, 0),
            coalesce(by_day.call_revenue, 0), coalesce(by_day.kept_calls, 0), coalesce(by_day.kept_revenue, 0)
        ),
        format('day %s, destination %s', by_day.day, destination.code)
    from by_day
    left join billing.destination on destination.destination_id = by_day.destination_id
    union all
    select
        format(
            'calls %s retail %s, monthly totals %s retail %s', coalesce(month_total.calls, 0),
            coalesce(month_total.retail, 0), coalesce(month_kept.calls, 0), coalesce(month_kept.retail, 0)
        ),
        format(
            'month %s, customer %s', coalesce(month_total.month, month_kept.month),
            (
                select customer.customer_no from billing.customer
                where customer.customer_id = coalesce(month_total.customer_id, month_kept.customer_id)
            )
        )
    from month_total
    full join month_kept
        on (month_kept.month, month_kept.customer_id, month_kept.contract_line_id)
        = (month_total.month, month_total.customer_id, month_total.contract_line_id)
    where
        (month_total.calls, month_total.retail, month_total.revenue, month_total.margin)
        is distinct from (month_kept.calls, month_kept.retail, month_kept.revenue, month_kept.margin)
    union all
    -- lines by month against the folded totals
    select
        format(
            '%s calls of its lines revenue %s, %s in the totals revenue %s', coalesce(line.calls, 0),
            coalesce(line.revenue, 0), coalesce(folded.calls, 0), coalesce(folded.revenue, 0)
        ),
        'month ' || coalesce(line.month, folded.month)
    from (
        select
            one.month, sum(one.calls) as calls, sum(one.revenue) as revenue,
            sum((one.calls + one.revenue) * (3 * one.contract_line_id + one.customer_id)) as mark
        from billing.call_line_month as one
        group by one.month
    ) as line
    full join (
        select
            one.month, sum(one.calls) as calls, sum(one.revenue) as revenue,
            sum((one.calls + one.revenue) * (3 * one.contract_line_id + one.customer_id)) as mark
        from billing.call_customer_month as one
        where one.load_id = 0
        group by one.month
    ) as folded on folded.month = line.month
    where
        (coalesce(line.calls, 0), coalesce(line.revenue, 0), coalesce(line.mark, 0))
        <> (coalesce(folded.calls, 0), coalesce(folded.revenue, 0), coalesce(folded.mark, 0))
    union all
    -- traffic by month against the daily totals
    select
        format(
            'traffic by month %s calls revenue %s, daily totals %s calls revenue %s', sum(one.calls),
            sum(one.revenue), sum(one.day_calls), sum(one.day_revenue)
        ),
        'month ' || one.month
    from (
        select
            traffic.month, traffic.seller_id, traffic.mode_id, traffic.calls, traffic.billed, traffic.revenue,
            traffic.margin, traffic.seller_margin, 0 as day_calls, 0 as day_billed, 0 as day_revenue,
            0 as day_margin, 0 as day_seller_margin
        from billing.traffic_month as traffic
        union all
        select
            date_trunc('month', total.day::timestamp)::date, total.seller_id, total.mode_id, 0, 0, 0, 0, 0,
            total.calls, total.billed, total.revenue, total.margin, total.seller_margin
        from billing.call_day as total
    ) as one
    group by one.month, one.seller_id, one.mode_id
    having
        (sum(one.calls), sum(one.billed), sum(one.revenue), sum(one.margin), sum(one.seller_margin))
        <> (
            sum(one.day_calls), sum(one.day_billed), sum(one.day_revenue), sum(one.day_margin),
            sum(one.day_seller_margin)
        );
end;

comment on function logic.check_totals() is
$$The daily and monthly totals equal the calls they total (DESIGN.md 6.5).
Example: select * from logic.check_totals()
Raises: nothing$$;
