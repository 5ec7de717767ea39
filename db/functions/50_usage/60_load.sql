-- 50_usage/load: staged records become calls, suspense and totals, in one transaction per batch.

create type logic.record as (
    seq integer, source_id bigint, file_id bigint, line_no bigint, key text, key_hash bytea,
    started_at timestamptz, units numeric, a_received text, b_received text, a_number text, b_number text,
    mode text, carrier text, account text, raw text, bad_duration text
);
comment on type logic.record is 'A record to rate, with where it came from.';

create function logic.call_partition_add(p_months date[], p_table text default 'call')
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_month date;
    v_name text;
begin
    -- A loop, because DDL takes one table at a time; it runs once per month of calls ever.
    for v_month in
        select distinct date_trunc('month', month::timestamp)::date from unnest(p_months) as month order by 1
    loop
        v_name := p_table || to_char(v_month, '_YYYYMM');
        continue when to_regclass(format('billing.%I', v_name)) is not null;
        perform pg_advisory_xact_lock(hashtextextended('billing.call partitions', 0));
        -- Asked of the catalog's rows: to_regclass may still answer as before the wait.
        continue when exists (
            select from pg_class where relnamespace = 'billing'::regnamespace and relname = v_name
        );
        -- Made apart and attached: a partition made in place would lock out every reader of calls.
        execute format(
            'create table billing.%I (like billing.%I including all excluding identity)', v_name, p_table
        );
        execute format(
            'comment on table billing.%I is %L', v_name,
            format('Calls of one month: partition of billing.%s.', p_table)
        );
        execute format(
            'alter table billing.%I attach partition billing.%I for values from (%L) to (%L)',
            p_table, v_name, v_month, (v_month + interval '1 month')::date
        );
    end loop;
end;
$$;

comment on function logic.call_partition_add(date[], text) is
$$Makes the partitions of billing.call, or of another table of calls, for the months of the days, where they
are missing.
Example: select logic.call_partition_add('{2026-10-05}')
Raises: nothing$$;

create function logic.stateful_month(
    p_lines bigint[], p_days date[], p_known logic.ring_set[] default null
)
returns table (customer_id bigint, month date, is_later boolean)
language sql stable rows 1000
begin atomic
    with term as materialized (
        select logic.term_days() as days
    ),

    asked as (
        select distinct
            question.line_id, date_trunc('month', question.day::timestamp)::date as month,
            logic.term_day(question.day, term.days) as day
        from unnest(p_lines, p_days) as question (line_id, day)
        cross join term
    ),

    in_volume as materialized (
        select member.contract_line_id, member.day
        from unnest(
            coalesce(
                p_known,
                array(
                    select found
                    from logic.ring_set_list(
                        array(select line_id from asked order by line_id, month, day),
                        array(select day from asked order by line_id, month, day)
                    ) as found
                )
            )
        ) as member
        where member.rings && array(select ring.ring_id from billing.ring where ring.volume_unit <> 'none')
    ),

    concerned as (
        select distinct contract.customer_id, asked.month
        from asked
        inner join billing.contract_line on contract_line.contract_line_id = asked.line_id
        inner join billing.contract on contract.contract_id = contract_line.contract_id
        where
            exists (select from billing.bundle where bundle.contract_line_id = asked.line_id)
            or (asked.line_id, asked.day) in (select * from in_volume)
    )

    select every.customer_id, every.month, bool_or(every.is_later)
    from (
        select concerned.customer_id, concerned.month, false as is_later from concerned
        union all
        -- What a bundle with roll-over leaves goes to later months, as far as there are any.
        select concerned.customer_id, stored.month, true
        from concerned
        inner join billing.contract on contract.customer_id = concerned.customer_id
        inner join billing.contract_line on contract_line.contract_id = contract.contract_id
        inner join billing.bundle
            on bundle.contract_line_id = contract_line.contract_line_id and bundle.is_rollover
        inner join billing.bundle_month as stored
            on stored.bundle_id = bundle.bundle_id and stored.month > concerned.month
    ) as every
    group by every.customer_id, every.month;
end;

comment on function logic.stateful_month(bigint[], date[], logic.ring_set[]) is
$$Customers and months in which one call's price depends on the calls before it: lines with bundles, rings
with
volume intervals; is_later: a month to which units may roll over from one of these.
p_known: the lines' rings on the first days of terms, if the caller has looked them up.
Example: select * from logic.stateful_month('{1}', '{2026-10-05}')
Raises: nothing$$;

create function logic.rules_mark()
returns text
language sql stable
begin atomic
    select concat_ws(
        '.', logic.block_scale(),
        (select max(ring.ring_id) from billing.ring),
        (select max(member.ring_member_id) from billing.ring_member as member),
        (select max(ring_mode.ring_mode_id) from billing.ring_mode),
        (select max(target.ring_target_id) from billing.ring_target as target),
        (select max(bundle.bundle_id) from billing.bundle),
        (select max(bundle_mode.bundle_mode_id) from billing.bundle_mode),
        (select max(target.bundle_target_id) from billing.bundle_target as target)
    );
end;

comment on function logic.rules_mark() is
$$A mark that changes whenever a ring or bundle does (what is changed gets a new id): counters under another
mark
are counted anew.
Example: select logic.rules_mark()
Raises: nothing$$;

create function logic.month_call_list(p_customers bigint[], p_months date[])
returns setof logic.discount_in
language sql stable rows 20000
begin atomic
    select
        (-row_number() over (order by call.customer_id, call.start_on, call.call_id))::integer,
        call.started_at, call.key, call.source_id, call.start_on, call.customer_id, call.contract_line_id,
        call.mode_id, call.destination_id, call.b_number, call.retail_list_id, call.regular, call.billed,
        call.setup,
        call.reseller_list_id, call.reseller_regular, call.reseller_billed, call.call_id
    from unnest(p_customers, p_months) as concerned (customer_id, month)
    inner join billing.call
        on call.customer_id = concerned.customer_id
        and call.start_on >= concerned.month
        and call.start_on < (concerned.month + interval '1 month')::date;
end;

comment on function logic.month_call_list(bigint[], date[]) is
$$Stored calls of customers and months with their regular prices, numbered downwards from -1.
Example: select * from logic.month_call_list('{1}', '{2026-10-01}')
Raises: nothing$$;

create function logic.call_store(p_load_id bigint, p_records logic.record[])
returns table (seq integer, reason text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
    v_currency text := (select operator.currency from billing.operator);
    v_priced logic.call_priced[];
    v_calls logic.discount_in[];
    v_draws logic.bundle_draw[];
    v_discounts logic.discount_out[];
    v_customers bigint[];
    v_months date[];
    v_is_later boolean[];
    v_mark text := logic.rules_mark();
    v_lines bigint[];
    v_days date[];
    v_rings logic.ring_set[];
    v_again_customers bigint[];
    v_again_months date[];
    v_frozen bigint[];
    v_stored logic.discount_in[];
    v_first_on date;
    v_last_on date;
begin
    v_priced := array(
        select priced
        from logic.call_price(
            array(
                select
                    row(
                        record.seq, record.source_id, record.started_at, record.units, record.a_number,
                        record.b_number, record.mode, record.carrier, record.account, record.bad_duration,
                        null, null
                    )::logic.call_in
                from unnest(p_records) as record
            ),
            now()
        ) as priced
    );

    perform logic.call_partition_add(
        array(select distinct priced.day from unnest(v_priced) as priced where priced.reason is null)
    );
    perform logic.usage_open(
        array(select distinct priced.day from unnest(v_priced) as priced where priced.reason is null)
    );

    select array_agg(asked.contract_line_id), array_agg(asked.day) into v_lines, v_days
    from (
        select distinct priced.contract_line_id, priced.day
        from unnest(v_priced) as priced where priced.reason is null
    ) as asked;
    v_rings := array(
        select found
        from logic.member_list(
            array(
                select
                    row(one.contract_line_id, one.term_day, one.contract_id, one.ancestors, one.groups)
                    ::logic.ring_holder
                from (
                    select distinct on (priced.contract_line_id, priced.term_day) priced.*
                    from unnest(v_priced) as priced
                    where priced.reason is null
                    order by priced.contract_line_id, priced.term_day
                ) as one
            )
        ) as found
    );

    -- Customers whose calls depend on each other take turns, in order, so that loaders never wait in a
    -- circle.
    select array_agg(concerned.customer_id), array_agg(concerned.month), array_agg(concerned.is_later)
    into v_customers, v_months, v_is_later
    from logic.stateful_month(v_lines, v_days, v_rings) as concerned;
    insert into billing.customer_month (customer_id, month)
    select concerned.customer_id, concerned.month
    from unnest(v_customers, v_months) as concerned (customer_id, month)
    order by concerned.customer_id, concerned.month
    on conflict do nothing;
    perform from (
        select turn.customer_id
        from billing.customer_month as turn
        where (turn.customer_id, turn.month) in (select * from unnest(v_customers, v_months))
        order by turn.customer_id, turn.month
        for update
    ) as locked;

    v_calls := array(
        select
            row(
                priced.seq, record.started_at, record.key, record.source_id, priced.day, priced.customer_id,
                priced.contract_line_id, priced.mode_id, priced.destination_id, record.b_number,
                priced.retail_list_id, priced.regular, priced.billed, priced.setup,
                priced.reseller_list_id, priced.reseller_regular, priced.reseller_billed, null
            )::logic.discount_in
        from unnest(v_priced) as priced
        inner join unnest(p_records) as record on record.seq = priced.seq
        where priced.reason is null
    );

    -- Calls that come after all that a month has counted go on from its counters; a month that gets an
    -- earlier one, or whose rules have changed since, is allocated anew from all its calls. A record compares
    -- by its columns' types: the key's is one that sorts by bytes.
    select array_agg(turn.customer_id), array_agg(turn.month)
    into v_again_customers, v_again_months
    from unnest(v_customers, v_months, v_is_later) as concerned (customer_id, month, is_later)
    inner join billing.customer_month as turn
        on turn.customer_id = concerned.customer_id and turn.month = concerned.month
    left join (
        select
            call.customer_id, date_trunc('month', call.day::timestamp)::date as month,
            min(row(call.started_at, call.key::billing.sort_key, call.source_id)) as place
        from unnest(v_calls) as call
        group by call.customer_id, date_trunc('month', call.day::timestamp)::date
    ) as first_new on first_new.customer_id = turn.customer_id and first_new.month = turn.month
    where
        concerned.is_later or turn.last_started_at is null or turn.rules_mark <> v_mark
        or first_new.place < row(turn.last_started_at, turn.last_key::billing.sort_key, turn.last_source_id);
    v_stored := array(
        select stored from logic.month_call_list(v_again_customers, v_again_months) as stored
    );
    v_calls := v_calls || v_stored;
    v_draws := array(
        select draw
        from logic.bundle_allot(
            array(
                select call from unnest(v_calls) as call
                where call.contract_line_id in (select bundle.contract_line_id from billing.bundle)
            ),
            array(
                select row(stored.bundle_id, stored.month, stored.carried, null,
                stored.used)::logic.bundle_draw
                from unnest(v_customers, v_months) as concerned (customer_id, month)
                inner join billing.contract on contract.customer_id = concerned.customer_id
                inner join billing.contract_line on contract_line.contract_id = contract.contract_id
                inner join billing.bundle on bundle.contract_line_id = contract_line.contract_line_id
                inner join billing.bundle_month as stored
                    on stored.bundle_id = bundle.bundle_id and stored.month = concerned.month
                where
                    (concerned.customer_id, concerned.month)
                    not in (select * from unnest(v_again_customers, v_again_months))
            )
        ) as draw
    );
    v_discounts := array(
        select discount
        from logic.call_discount(
            v_calls, v_draws,
            array(
                select row(stored.customer_id, stored.month, stored.ring_id, stored.counted)::logic.ring_count
                from unnest(v_customers, v_months) as concerned (customer_id, month)
                inner join billing.ring_month as stored
                    on stored.customer_id = concerned.customer_id and stored.month = concerned.month
                where
                    (concerned.customer_id, concerned.month)
                    not in (select * from unnest(v_again_customers, v_again_months))
            ),
            p_known => v_rings
        ) as discount
    );

    v_frozen := logic.frozen_correct(v_stored, v_discounts);
    -- As constants, so that the update below looks into no other months' partitions, and into none where
    -- nothing was allotted anew.
    select coalesce(min(stored.day), 'infinity'), coalesce(max(stored.day), '-infinity')
    into v_first_on, v_last_on
    from unnest(v_stored) as stored;

    insert into billing.bundle_month (bundle_id, month, carried, used)
    select draw.bundle_id, draw.month, draw.carried, draw.units
    from unnest(v_draws) as draw
    where draw.seq is null
    on conflict (bundle_id, month) do update set carried = excluded.carried, used = excluded.used
    where (bundle_month.carried, bundle_month.used) is distinct from (excluded.carried, excluded.used);

    delete from billing.ring_month
    where
        (ring_month.customer_id, ring_month.month)
        in (select * from unnest(v_again_customers, v_again_months));
    insert into billing.ring_month (customer_id, month, ring_id, counted)
    select
        call.customer_id, date_trunc('month', call.day::timestamp)::date, added.ring_id, sum(added.size)
    from unnest(v_calls) as call
    inner join unnest(v_discounts) as discount on discount.seq = call.seq
    cross join lateral unnest(discount.counted_rings, discount.counted_sizes) as added (ring_id, size)
    group by call.customer_id, date_trunc('month', call.day::timestamp)::date, added.ring_id
    on conflict (customer_id, month, ring_id) do update set counted = ring_month.counted + excluded.counted;

    update billing.customer_month as turn
    set
        last_started_at = last_call.started_at, last_key = last_call.key,
        last_source_id = last_call.source_id, rules_mark = v_mark
    from (
        select distinct on (call.customer_id, date_trunc('month', call.day::timestamp))
            call.customer_id, date_trunc('month', call.day::timestamp)::date as month, call.started_at,
            call.key, call.source_id
        from unnest(v_calls) as call
        order by
            call.customer_id, date_trunc('month', call.day::timestamp), call.started_at desc,
            call.key collate "C" desc, call.source_id desc
    ) as last_call
    where
        turn.customer_id = last_call.customer_id and turn.month = last_call.month
        and (turn.customer_id, turn.month) in (select * from unnest(v_customers, v_months));

    insert into billing.call_suspense (
        source_id, key, key_hash, file_id, line_no, load_id, reason, detail, started_at, start_on, units,
        a_received,
        b_received, mode, carrier, account, raw, bad_duration
    )
    select
        record.source_id, record.key, record.key_hash, record.file_id, record.line_no, p_load_id,
        priced.reason,
        priced.detail, record.started_at, priced.day, record.units, record.a_received, record.b_received,
        record.mode, record.carrier, record.account, record.raw, record.bad_duration
    from unnest(v_priced) as priced
    inner join unnest(p_records) as record on record.seq = priced.seq
    where priced.reason is not null
    on conflict (source_id, key_hash) do update
    set reason = excluded.reason, detail = excluded.detail, start_on = excluded.start_on, tried_at = now();

    with inserted as (
        insert into billing.call (
            customer_id, start_on, source_id, file_id, line_no, load_id, key, key_hash, started_at, units,
            a_number,
            b_number, a_received, b_received, account, mode_id, destination_id, prefix_id, carrier_id,
            subscriber_number_id, contract_line_id, contract_id, seller_id, customer_kind,
            cost_list_id, cost_items, cost, cost_rate, cost_base,
            reseller_list_id, reseller_items, reseller_billed, reseller_regular, reseller, reseller_rate,
            reseller_base, reseller_rings, reseller_took,
            retail_list_id, retail_items, stretches, billed, setup, regular, bundles, bundle_units, bundled,
            rings,
            ring_took, discount, retail, retail_rate, retail_base
        )
        select
            priced.customer_id, priced.day, record.source_id, record.file_id, record.line_no, p_load_id,
            record.key,
            record.key_hash, record.started_at, record.units::bigint, ltrim(record.a_number, '?'),
            record.b_number,
            record.a_received, record.b_received, record.account, priced.mode_id, priced.destination_id,
            priced.prefix_id, priced.carrier_id, priced.subscriber_number_id, priced.contract_line_id,
            priced.contract_id, priced.seller_id, priced.customer_kind,
            priced.cost_list_id, priced.cost_items, priced.cost, priced.cost_rate, priced.cost_base,
            priced.reseller_list_id, priced.reseller_items, priced.reseller_billed, priced.reseller_regular,
            discount.reseller, priced.reseller_rate,
            logic.to_base(discount.reseller, priced.reseller_rate, reseller_list.currency, v_currency),
            discount.reseller_rings, discount.reseller_took,
            priced.retail_list_id, priced.retail_items, priced.stretches, priced.billed, priced.setup,
            priced.regular,
            discount.bundles, discount.bundle_units, discount.bundled, discount.rings, discount.ring_took,
            priced.regular - discount.bundled - discount.retail, discount.retail, priced.retail_rate,
            logic.to_base(discount.retail, priced.retail_rate, list.currency, v_currency)
        from unnest(v_priced) as priced
        inner join unnest(p_records) as record on record.seq = priced.seq
        inner join unnest(v_discounts) as discount on discount.seq = priced.seq
        inner join billing.price_list as list on list.price_list_id = priced.retail_list_id
        left join billing.price_list as reseller_list on reseller_list.price_list_id = priced.reseller_list_id
        order by priced.customer_id, priced.day, record.started_at
        returning
            customer_id, start_on, contract_line_id, seller_id, destination_id, mode_id, customer_kind,
            carrier_id,
            retail_list_id, 1 as calls, units, billed, cost_base,
            (cost_base is null)::integer as unknown_cost,
            retail_base, reseller_base, retail
    ),

    -- Stored calls whose place in a bundle or interval has moved.
    moved as (
        update billing.call
        set
            bundles = again.bundles, bundle_units = again.bundle_units, bundled = again.bundled,
            rings = again.rings, ring_took = again.ring_took,
            discount = call.regular - again.bundled - again.retail, retail = again.retail,
            retail_base = logic.to_base(again.retail, call.retail_rate, list.currency, v_currency),
            reseller_rings = again.reseller_rings, reseller_took = again.reseller_took,
            reseller = again.reseller,
            reseller_base = logic.to_base(again.reseller, call.reseller_rate, reseller_list.currency,
            v_currency)
        from unnest(v_stored) as stored
        inner join unnest(v_discounts) as again on again.seq = stored.seq
        inner join billing.price_list as list on list.price_list_id = stored.retail_list_id
        left join billing.price_list as reseller_list on reseller_list.price_list_id = stored.reseller_list_id
        where
            stored.call_id <> all(v_frozen) and call.start_on >= v_first_on and call.start_on <= v_last_on
            and call.customer_id = stored.customer_id and call.start_on = stored.day
            and call.call_id = stored.call_id
            and (
                call.retail, call.reseller, call.bundled, call.bundles, call.bundle_units, call.rings,
                call.ring_took, call.reseller_rings, call.reseller_took
            ) is distinct from (
                again.retail, again.reseller, again.bundled, again.bundles, again.bundle_units, again.rings,
                again.ring_took, again.reseller_rings, again.reseller_took
            )
        returning
            new.customer_id, new.start_on, new.contract_line_id, new.seller_id, new.destination_id,
            new.mode_id,
            new.customer_kind, new.carrier_id, new.retail_list_id, new.cost_base,
            old.retail_base as old_retail_base, new.retail_base as new_retail_base,
            old.reseller_base as old_reseller_base, new.reseller_base as new_reseller_base,
            old.retail as old_retail, new.retail as new_retail
    ),

    movement as materialized (
        select
            change.customer_id, change.start_on, change.contract_line_id, change.seller_id,
            change.destination_id,
            destination.product_id, change.mode_id, change.customer_kind, change.carrier_id, list.currency,
            change.calls, change.units, change.billed, change.cost, change.unknown_cost, change.revenue,
            change.margin, change.reseller, change.operator_margin, change.seller_margin, change.retail
        from (
            select
                customer_id, start_on, contract_line_id, seller_id, destination_id, mode_id, customer_kind,
                carrier_id, retail_list_id, calls, units, billed, coalesce(cost_base, 0) as cost,
                unknown_cost,
                retail_base as revenue, coalesce(retail_base - cost_base, 0) as margin,
                coalesce(reseller_base, 0) as reseller,
                coalesce(coalesce(reseller_base, retail_base) - cost_base, 0) as operator_margin,
                coalesce(retail_base - reseller_base, 0) as seller_margin, retail
            from inserted
            union all
            select
                customer_id, start_on, contract_line_id, seller_id, destination_id, mode_id, customer_kind,
                carrier_id, retail_list_id, 0, 0, 0, 0, 0,
                new_retail_base - old_retail_base,
                case when cost_base is null then 0 else new_retail_base - old_retail_base end,
                coalesce(new_reseller_base - old_reseller_base, 0),
                case
                    when cost_base is null then 0
                    else coalesce(new_reseller_base, new_retail_base) - coalesce(old_reseller_base,
                    old_retail_base)
                end,
                coalesce((new_retail_base - new_reseller_base) - (old_retail_base - old_reseller_base), 0),
                new_retail - old_retail
            from moved
        ) as change
        inner join billing.destination on destination.destination_id = change.destination_id
        inner join billing.price_list as list on list.price_list_id = change.retail_list_id
    ),

    by_day as (
        insert into billing.call_day (
            day, destination_id, product_id, mode_id, customer_kind, seller_id, carrier_id, currency, load_id,
            calls,
            units, billed, cost, unknown_cost, revenue, margin, reseller, operator_margin, seller_margin
        )
        select
            start_on, destination_id, product_id, mode_id, customer_kind, seller_id, carrier_id, currency,
            p_load_id,
            sum(calls), sum(units), sum(billed), sum(cost), sum(unknown_cost), sum(revenue), sum(margin),
            sum(reseller), sum(operator_margin), sum(seller_margin)
        from movement
        group by start_on, destination_id, product_id, mode_id, customer_kind, seller_id, carrier_id, currency
    )

    insert into billing.call_customer_month (
        month, customer_id, contract_line_id, seller_id, destination_id, product_id, mode_id, currency,
        load_id,
        calls, units, billed, cost, unknown_cost, revenue, margin, reseller, operator_margin, seller_margin,
        retail
    )
    select
        date_trunc('month', start_on::timestamp)::date, customer_id, contract_line_id, seller_id,
        destination_id,
        product_id, mode_id, currency, p_load_id, sum(calls), sum(units), sum(billed), sum(cost),
        sum(unknown_cost),
        sum(revenue), sum(margin), sum(reseller), sum(operator_margin), sum(seller_margin), sum(retail)
    from movement
    group by
        date_trunc('month', start_on::timestamp)::date, customer_id, contract_line_id, seller_id,
        destination_id,
        product_id, mode_id, currency;

    if logic.guard_is_on() then
        perform logic.guard_count(p_records, v_priced, v_discounts);
    end if;
    return query select priced.seq, priced.reason from unnest(v_priced) as priced;
end;
$$;

comment on function logic.call_store(bigint, logic.record[]) is
$$Rates records whose keys are new (or waiting in suspense) and stores calls, suspense, moved discounts and
totals under
a batch. One row per record; reason NULL: rated.
Example: select * from logic.call_store(0, '{}')
Raises: nothing$$;

create function logic.staged_content(p_staged billing.call_staging)
returns text
language sql stable parallel safe
return concat_ws(
    '|', extract(epoch from (p_staged).started_at)::bigint::text, (p_staged).units::text,
    coalesce((p_staged).a_received, ''), coalesce((p_staged).b_received, ''), coalesce((p_staged).mode, ''),
    coalesce((p_staged).carrier, ''), coalesce((p_staged).account, '')
);

comment on function logic.staged_content(billing.call_staging) is
$$What identifies a staged record's call, in one text.
Example: select logic.staged_content(staging) from billing.call_staging as staging where false
Raises: nothing$$;

create function logic.staged_is_bad(p_staged billing.call_staging)
returns boolean
language sql immutable parallel safe
return (p_staged).bad is not null or (p_staged).started_at is null or (p_staged).units is null;

comment on function logic.staged_is_bad(billing.call_staging) is
$$Can a staged record not be read?
Example: select logic.staged_is_bad(staging) from billing.call_staging as staging where false
Raises: nothing$$;

create function logic.staged_key(p_staged billing.call_staging)
returns text
language sql stable parallel safe
return case
    when logic.staged_is_bad(p_staged)
        then 'line-' || encode(sha256(convert_to(coalesce((p_staged).raw, ''), 'UTF8')), 'hex')
    else coalesce(
        nullif((p_staged).key, ''),
        left(encode(sha256(convert_to(logic.staged_content(p_staged), 'UTF8')), 'hex'), 32)
    )
end;

comment on function logic.staged_key(billing.call_staging) is
$$The record key of a staged record: its own, else the hash of its content, or of the line where that cannot
be read.
Example: select logic.staged_key(staging) from billing.call_staging as staging where false
Raises: nothing$$;

create function logic.load_rate(p_load_id bigint)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set enable_mergejoin = off
as $$
declare
    v_file_id bigint;
    v_source_id bigint;
    v_read bigint;
    v_zero bigint;
    v_duplicate bigint;
    v_conflicting bigint;
    v_bad bigint;
    v_suspended bigint;
    v_records logic.record[];
    v_bad_records logic.record[];
    v_staged billing.call_staging[];
    v_time_zone text := (select operator.time_zone from billing.operator);
begin
    perform access.require('admin', 'batch', 'integration');
    select load.file_id, file.source_id into strict v_file_id, v_source_id
    from billing.load
    inner join billing.cdr_file as file on file.file_id = load.file_id
    where load.load_id = p_load_id;

    -- As an array, because its length is known to the planner: staging has no statistics to trust.
    v_staged := array(
        select staging from billing.call_staging
        as staging where staging.load_id = p_load_id order by staging.line_no
    );
    -- A few calls are rated in less time than it takes to plan for them; many want a plan of their own.
    if cardinality(v_staged) <= 5 then
        perform set_config('plan_cache_mode', 'force_generic_plan', true);
    end if;

    with staged as materialized (
        select
            staging.*, logic.staged_is_bad(staging) as is_bad, logic.staged_content(staging) as content,
            logic.staged_key(staging) as record_key
        from unnest(v_staged) as staging
    ),

    -- Only what tells records apart: the rest of a record is fetched once it is known to be new.
    keyed as materialized (
        select
            staged.line_no, staged.started_at, staged.record_key,
            substring(sha256(convert_to(staged.record_key, 'UTF8')) for 16) as key_hash,
            hashtextextended(case when staged.is_bad then staged.raw else staged.content end, 0)
            as content_hash
        from staged
        where staged.is_bad or (staged.zero_cause is null and staged.units <> 0)
    ),

    first_seen as materialized (
        select distinct on (keyed.key_hash) keyed.* from keyed order by keyed.key_hash, keyed.line_no
    ),

    -- In key order: two loaders of the same records wait for each other, never in a circle.
    new_key as (
        insert into billing.call_key (source_id, key_hash, content_hash, start_on)
        select
            v_source_id, first_seen.key_hash, first_seen.content_hash,
            (first_seen.started_at at time zone v_time_zone)::date
        from first_seen
        order by first_seen.key_hash
        on conflict do nothing
        returning key_hash
    ),

    fresh as materialized (
        select staged.*, first_seen.key_hash
        from first_seen
        inner join new_key on new_key.key_hash = first_seen.key_hash
        inner join staged on staged.line_no = first_seen.line_no
    ),

    number as (
        select *
        from logic.number_list(
            v_source_id,
            array(
                select distinct received
                from fresh
                cross join lateral (values (fresh.a_received), (fresh.b_received)) as both_ends (received)
                where received is not null
            )
        )
    ),

    ready as (
        select
            row(
                fresh.line_no::integer, v_source_id, v_file_id, fresh.line_no,
                fresh.record_key, fresh.key_hash, fresh.started_at, fresh.units, fresh.a_received,
                coalesce(fresh.b_received, ''), a.number, coalesce(b.number, ''), nullif(fresh.mode, ''),
                nullif(fresh.carrier, ''), nullif(fresh.account, ''), fresh.raw,
                case when fresh.is_bad then fresh.bad else fresh.bad_duration end
            )::logic.record as record,
            fresh.is_bad
        from fresh
        left join number as a on a.received = fresh.a_received
        left join number as b on b.received = fresh.b_received
    )

    select
        (select count(*) from staged),
        (select count(*) from staged where not is_bad and (zero_cause is not null or units = 0)),
        (select count(*) from keyed) - (select count(*) from fresh),
        (
            select count(*)
            from keyed
            left join billing.call_key as known
                on known.source_id = v_source_id and known.key_hash = keyed.key_hash
            left join first_seen on first_seen.key_hash = keyed.key_hash
            where
                not exists (select from fresh where fresh.line_no = keyed.line_no)
                and keyed.content_hash <> coalesce(known.content_hash, first_seen.content_hash)
        ),
        array(select record from ready where not is_bad),
        array(select record from ready where is_bad)
    into v_read, v_zero, v_duplicate, v_conflicting, v_records, v_bad_records;

    perform logic.suspense_mend(v_source_id, v_file_id, v_records);
    insert into billing.call_suspense (
        source_id, key, key_hash, file_id, line_no, load_id, reason, detail, started_at, units, a_received,
        b_received, mode, carrier, account, raw
    )
    select
        bad.source_id, bad.key, bad.key_hash, bad.file_id, bad.line_no, p_load_id, 'bad_record',
        coalesce(bad.bad_duration, 'start or units missing'), bad.started_at, bad.units, bad.a_received,
        bad.b_received, bad.mode, bad.carrier, bad.account, bad.raw
    from unnest(v_bad_records) as bad;
    v_bad := cardinality(v_bad_records);

    select count(*) filter (where stored.reason is not null) into v_suspended
    from logic.call_store(p_load_id, v_records) as stored;

    delete from billing.call_staging where call_staging.load_id = p_load_id;
    perform logic.load_close(
        p_load_id, v_read, cardinality(v_records) - v_suspended, v_bad + v_suspended, v_duplicate, v_zero,
        v_conflicting
    );
end;
$$;

comment on function logic.load_rate(bigint) is
$$Rates the staged records of a batch: each is rated, suspended, duplicate or zero (RATING.md 1.9); fills the
counts of
billing.load and empties the staging. The caller's transaction moves the file's position with it.
Example: select logic.load_rate(load_id) from billing.load where false
Raises: LB901 without the level batch, admin or integration$$;

create function logic.load_close(
    p_load_id bigint, p_read bigint, p_rated bigint, p_suspended bigint, p_duplicate bigint, p_zero bigint,
    p_conflicting bigint
)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    update billing.load
    set
        finished_at = clock_timestamp(), read = p_read, rated = p_rated, suspended = p_suspended,
        duplicate = p_duplicate, zero = p_zero, conflicting = p_conflicting
    where load.load_id = p_load_id;
    -- Append-only tables are not audited row by row: the batch's event carries counts and sums.
    perform audit.event_add(
        'load', p_load_id::text,
        jsonb_build_object(
            'read', p_read, 'rated', p_rated, 'suspended', p_suspended, 'duplicate', p_duplicate, 'zero',
            p_zero,
            'revenue', (
                select sum(total.revenue) from billing.call_day as total
                where total.load_id = p_load_id and total.load_id <> 0
            ),
            'cost', (
                select sum(total.cost) from billing.call_day as total
                where total.load_id = p_load_id and total.load_id <> 0
            )
        )
    );
end;
$$;

comment on function logic.load_close(bigint, bigint, bigint, bigint, bigint, bigint, bigint) is
$$Writes the counts of a batch and its audit event.
Example: select logic.load_close(0, 0, 0, 0, 0, 0, 0)
Raises: nothing$$;

create function logic.suspense_rate(p_reason text, p_limit integer, p_ids bigint[])
returns table (load_id bigint, read bigint, rated bigint, suspended bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_load_id bigint;
    v_records logic.record[];
    v_suspended bigint;
begin
    perform access.require('admin', 'batch', 'pricing', 'support', 'integration');
    perform logic.suspense_reason_check(p_reason);
    insert into billing.load (kind) values ('suspense') returning load.load_id into v_load_id;
    -- A line that cannot be read stays as it is: only a new file can mend it.
    with waiting as materialized (
        select suspense.*
        from billing.call_suspense as suspense
        where
            suspense.reason <> 'bad_record' and (p_reason is null or suspense.reason = p_reason)
            and (p_ids is null or suspense.suspense_id = any(p_ids))
            and suspense.tried_at < now()
        order by suspense.tried_at, suspense.suspense_id
        limit p_limit
        for update skip locked
    ),

    number as (
        select source.source_id, found.received, found.number
        from (select distinct waiting.source_id from waiting) as source
        cross join lateral logic.number_list(
            source.source_id,
            array(
                select distinct received
                from waiting
                cross join lateral (values (waiting.a_received), (waiting.b_received)) as both_ends (received)
                where waiting.source_id = source.source_id and received is not null
            )
        ) as found
    )

    select array(
        select
            row(
                (row_number() over (order by waiting.suspense_id))::integer, waiting.source_id,
                waiting.file_id,
                waiting.line_no, waiting.key, waiting.key_hash, waiting.started_at, waiting.units,
                waiting.a_received, waiting.b_received, a.number, coalesce(b.number, ''), waiting.mode,
                waiting.carrier, waiting.account, waiting.raw, waiting.bad_duration
            )::logic.record
        from waiting
        left join number as a on a.source_id = waiting.source_id and a.received = waiting.a_received
        left join number as b on b.source_id = waiting.source_id and b.received = waiting.b_received
    )
    into v_records;

    with stored as materialized (
        select * from logic.call_store(v_load_id, v_records)
    ),

    done as (
        delete from billing.call_suspense as suspense
        using unnest(v_records) as record, stored
        where
            stored.seq = record.seq and stored.reason is null
            and suspense.source_id = record.source_id and suspense.key_hash = record.key_hash
    )

    select count(*) filter (where stored.reason is not null) into v_suspended from stored;
    perform logic.load_close(
        v_load_id, cardinality(v_records), cardinality(v_records) - v_suspended, v_suspended, 0, 0, 0
    );
    return query
    select v_load_id, cardinality(v_records)::bigint, cardinality(v_records) - v_suspended, v_suspended;
end;
$$;

comment on function logic.suspense_rate(text, integer, bigint[]) is
$$Tries again to rate up to p_limit suspended records (of one reason, or NULL for all; of p_ids, or NULL for
any), the longest waiting
first; what
still fails keeps its place with today's reason.
Example: select * from logic.suspense_rate('no_subscriber', 50000, null)
Raises: LB391 for an unknown reason, LB901 without the level admin, batch, pricing, support or integration$$;

-- api

create function api.suspense_retry(
    p_reason text default null, p_limit integer default 50000, p_ids bigint[] default null
)
returns table (load_id bigint, read bigint, rated bigint, suspended bigint)
language sql volatile
begin atomic
    select tried.load_id, tried.read, tried.rated, tried.suspended
    from logic.suspense_rate(p_reason, p_limit, p_ids) as tried;
end;

comment on function api.suspense_retry(text, integer, bigint[]) is
$$Rates suspended records again, all or those of one reason, or the ones named, at most p_limit in this
transaction (call again while read > 0).
Example: select * from api.suspense_retry('no_subscriber')
Raises: LB391 for an unknown reason, LB901 without the level admin, batch, pricing or support$$;
grant execute on function api.suspense_retry(text, integer, bigint[])
to leissner_admin, leissner_batch, leissner_pricing, leissner_support;
