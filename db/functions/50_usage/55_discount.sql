-- 50_usage/discount: what bundles (RATING.md 4) and discount rings (RATING.md 5) take of the regular price.
-- Pure: the caller hands over all calls of the customers and months that share bundles or volume intervals.

create type logic.discount_in as (
    seq integer, started_at timestamptz, key text, source_id bigint, day date, customer_id bigint,
    contract_line_id bigint, mode_id bigint, destination_id bigint, b_number text,
    retail_list_id bigint, regular numeric, billed bigint, setup numeric,
    reseller_list_id bigint, reseller_regular numeric, reseller_billed bigint, call_id bigint
);
comment on type logic.discount_in is
'A call with its regular prices, before bundles and rings. call_id: NULL for one that is not stored '
'yet.';

create type logic.discount_out as (
    seq integer, bundles bigint[], bundle_units bigint[], bundled numeric, rings bigint[],
    ring_took numeric[],
    retail numeric, reseller_rings bigint[], reseller_took numeric[], reseller numeric,
    counted_rings bigint[], counted_sizes numeric[]
);
comment on type logic.discount_out is
'What bundles and rings took of a call, what is left at both levels, and what it adds to volume counters.';

create type logic.ring_count as (customer_id bigint, month date, ring_id bigint, counted numeric);
comment on type logic.ring_count is
'Where the volume of a ring stands for a customer and month (billing.ring_month).';

create type logic.ring_set as (contract_line_id bigint, day date, rings bigint[]);
comment on type logic.ring_set is 'Rings that the holder of a contract line is a member of on a day.';

create type logic.ring_holder as (
    contract_line_id bigint, day date, contract_id bigint, ancestors bigint[], groups bigint[]
);
comment on type logic.ring_holder is
'Who holds a contract line on a day, as far as rings ask (logic.holder_list).';

create type logic.bundle_draw as (bundle_id bigint, month date, carried bigint, seq integer, units bigint);
comment on type logic.bundle_draw is
'Units that a call draws on a bundle in a month; seq NULL: the month''s row, units = all that was drawn.';

create function logic.bundle_allot(
    p_calls logic.discount_in[], p_before logic.bundle_draw[], p_gone logic.bundle_draw[] default '{}'
)
returns setof logic.bundle_draw
language plpgsql stable
set search_path = pg_catalog, pg_temp
-- lines and calls are thousands, whatever the planner makes of the arrays: hash joins only
set enable_nestloop = off
as $$
declare
    v_draws logic.bundle_draw[] := '{}';
    v_bundles bigint[];
    v_turns bigint[];
    v_month date;
begin
    -- A line's bundles take their turns by code.
    select array_agg(ranked.bundle_id order by ranked.bundle_id),
    array_agg(ranked.turn order by ranked.bundle_id)
    into v_bundles, v_turns
    from (
        select
            bundle.bundle_id,
            dense_rank() over (
                partition by bundle.contract_line_id order by bundle.code collate "C", lower(bundle.valid)
            ) as turn
        from billing.bundle
        where bundle.contract_line_id in (select call.contract_line_id from unnest(p_calls) as call)
    ) as ranked;

    -- Loops, because a bundle draws on what the bundle before it left, and a month with roll-over on what the
    -- month before left. Each turn is one statement over all lines.
    for v_month in
        select distinct date_trunc('month', call.day::timestamp)::date from unnest(p_calls) as call order by 1
    loop
        for v_turn in 1..coalesce((select max(turn) from unnest(v_turns) as turn), 0) loop
            v_draws := v_draws || array(
                with before as (
                    select draw.bundle_id, draw.carried, draw.units as used
                    from unnest(v_draws) as draw
                    where draw.seq is null and draw.month = (v_month - interval '1 month')::date
                    union all
                    select stored.bundle_id, stored.carried, stored.used
                    from billing.bundle_month as stored
                    where
                        stored.bundle_id = any(v_bundles)
                        and stored.month = (v_month - interval '1 month')::date
                        and (stored.bundle_id, stored.month)
                        not in (select gone.bundle_id, gone.month from unnest(p_gone) as gone)
                        and not exists (
                            select from unnest(v_draws) as draw
                            where draw.seq is null and draw.bundle_id = stored.bundle_id
                                and draw.month = stored.month
                        )
                ),

                available as (
                    select
                        bundle.bundle_id, bundle.contract_line_id, bundle.valid, bundle.units,
                        coalesce(so_far.units, 0) as used,
                        case
                            when so_far.carried is not null then so_far.carried
                            when not bundle.is_rollover
                                or date_trunc('month', lower(bundle.valid)::timestamp) >= v_month::timestamp
                                then 0
                            -- left of the month before: its own units less what was drawn beyond the carried;
                            -- it may have drawn more than a bundle that was made smaller since
                            else greatest(
                                0, bundle.units - greatest(0, coalesce(before.used - before.carried, 0))
                            )
                        end as carried,
                        array(
                            select one.mode_id from billing.bundle_mode
                            as one where one.bundle_id = bundle.bundle_id
                        ) as modes,
                        array(
                            select one.mode_group from billing.bundle_mode as one
                            where one.bundle_id = bundle.bundle_id
                        ) as mode_groups,
                        array(
                            select one.target_key from billing.bundle_target as one
                            where one.bundle_id = bundle.bundle_id
                        ) as targets
                    from unnest(v_bundles, v_turns) as turn (bundle_id, turn)
                    inner join billing.bundle on bundle.bundle_id = turn.bundle_id
                    inner join billing.contract_line
                        on contract_line.contract_line_id = bundle.contract_line_id
                    inner join billing.contract on contract.contract_id = contract_line.contract_id
                    left join before on before.bundle_id = bundle.bundle_id
                    left join unnest(p_before) as so_far
                        on so_far.bundle_id = bundle.bundle_id and so_far.month = v_month
                    where
                        turn.turn = v_turn
                        -- A month that another customer's calls brought in says nothing about this one's.
                        and contract.customer_id in (
                            select call.customer_id from unnest(p_calls) as call
                            where date_trunc('month', call.day::timestamp) = v_month::timestamp
                        )
                        and bundle.valid && daterange(v_month, (v_month + interval '1 month')::date)
                ),

                already as (
                    select draw.seq, sum(draw.units)::bigint as units
                    from unnest(v_draws) as draw
                    where draw.seq is not null
                    group by draw.seq
                ),

                target as materialized (
                    select * from logic.target_list(
                        array(select distinct call.destination_id from unnest(p_calls) as call)
                    )
                ),

                need as (
                    select
                        available.bundle_id, call.seq, call.billed - coalesce(already.units, 0) as units,
                        sum(call.billed - coalesce(already.units, 0)) over (
                            partition by available.bundle_id order by call.started_at, call.key collate "C",
                            call.source_id
                        ) as so_far,
                        available.units + available.carried - available.used as limit_units
                    from unnest(p_calls) as call
                    inner join available
                        on available.contract_line_id = call.contract_line_id and available.valid @> call.day
                    inner join billing.mode on mode.mode_id = call.mode_id
                    inner join target on target.destination_id = call.destination_id
                    left join already on already.seq = call.seq
                    where
                        date_trunc('month', call.day::timestamp) = v_month::timestamp
                        and call.regular > 0
                        and (
                            call.mode_id = any(available.modes)
                            or mode.mode_group = any(available.mode_groups)
                            or (available.modes = '{}' and mode.unit = 'second')
                        )
                        and (available.targets = '{}' or available.targets && target.targets)
                ),

                drawn as (
                    select
                        need.bundle_id, need.seq,
                        greatest(0, least(need.units,
                        need.limit_units - (need.so_far - need.units)))::bigint as units
                    from need
                ),

                drawn_of as (
                    select drawn.bundle_id, sum(drawn.units) as units from drawn group by drawn.bundle_id
                )

                select row(drawn.bundle_id, v_month, null, drawn.seq, drawn.units)::logic.bundle_draw
                from drawn
                where drawn.units > 0
                union all
                select
                    row(
                        available.bundle_id, v_month, available.carried, null,
                        available.used + coalesce(drawn_of.units, 0)
                    )::logic.bundle_draw
                from available
                left join drawn_of on drawn_of.bundle_id = available.bundle_id
            );
        end loop;
    end loop;
    return query select draw.* from unnest(v_draws) as draw;
end;
$$;

comment on function logic.bundle_allot(logic.discount_in[], logic.bundle_draw[], logic.bundle_draw[]) is
$$Units that calls draw on the bundles of their lines, per calendar month in order of start, then record key;
and per
bundle and month what was carried over and drawn (seq NULL). Expects all calls of a line's month.
p_before: rows of months (seq NULL) that are gone on from, where only later calls are handed over.
p_gone: rows of months that hold no longer, whose calls, if there are any left, are handed over.
Example: select * from logic.bundle_allot('{}', '{}')
Raises: nothing$$;

create function logic.member_list(p_holders logic.ring_holder[])
returns setof logic.ring_set
language sql stable parallel safe rows 5000
begin atomic
    with holder as materialized (
        select * from unnest(p_holders)
    ),

    joined as (
        select holder.contract_line_id, holder.day, member.ring_id
        from holder
        cross join lateral unnest(holder.ancestors) as ancestor (customer_id)
        inner join billing.ring_member as member on member.customer_id = ancestor.customer_id
        union all
        select holder.contract_line_id, holder.day, member.ring_id
        from holder
        cross join lateral unnest(holder.groups) as groups (group_id)
        inner join billing.ring_member as member on member.customer_group_id = groups.group_id
        union all
        select holder.contract_line_id, holder.day, member.ring_id
        from holder
        inner join billing.ring_member as member on member.contract_id = holder.contract_id
    ),

    own as (
        select joined.contract_line_id, joined.day, array_agg(distinct joined.ring_id) as rings
        from joined
        group by joined.contract_line_id, joined.day
    ),

    everyone as (
        select coalesce(array_agg(ring.ring_id order by ring.ring_id), '{}') as rings
        from billing.ring
        where not exists (select from billing.ring_member as member where member.ring_id = ring.ring_id)
    )

    select holder.contract_line_id, holder.day, everyone.rings || coalesce(own.rings, '{}')
    from holder
    cross join everyone
    left join own on own.contract_line_id = holder.contract_line_id and own.day = holder.day;
end;

comment on function logic.member_list(logic.ring_holder[]) is
$$Rings whose members include the holder of a contract line on a day (the customer or one above it, their
groups,
the contract, or everyone), whether the ring holds that day or not: one row per line and day.
Expects each line and day once.
Example: select * from logic.member_list(array[row(1, '2026-10-05', 1, '{1}', '{}')]::logic.ring_holder[])
Raises: nothing$$;

create function logic.ring_set_list(p_lines bigint[], p_days date[])
returns setof logic.ring_set
language sql stable parallel safe rows 5000
begin atomic
    with asked as materialized (
        select distinct question.line_id, question.day
        from unnest(p_lines, p_days) as question (line_id, day)
    )

    select found.*
    from logic.member_list(
        array(
            select
                row(
                    holder.contract_line_id, holder.day, holder.contract_id, holder.ancestors, holder.groups
                )::logic.ring_holder
            from logic.holder_list(
                array(select line_id from asked order by line_id, day),
                array(select day from asked order by line_id, day)
            ) as holder
        )
    ) as found;
end;

comment on function logic.ring_set_list(bigint[], date[]) is
$$Rings of the holders of contract lines on days: logic.member_list of logic.holder_list.
Example: select * from logic.ring_set_list('{1}', '{2026-10-05}')
Raises: nothing$$;

create function logic.ring_membership(p_lines bigint[], p_days date[])
returns table (contract_line_id bigint, day date, ring_id bigint)
language sql stable parallel safe rows 5000
begin atomic
    select found.contract_line_id, found.day, ring.ring_id
    from logic.ring_set_list(p_lines, p_days) as found
    cross join lateral unnest(found.rings) as ring (ring_id);
end;

comment on function logic.ring_membership(bigint[], date[]) is
$$Rings whose members include the holder of a contract line on a day (the customer or one above it, their
groups,
the contract, or everyone), whether the ring holds that day or not.
Example: select * from logic.ring_membership('{1}', '{2026-10-05}')
Raises: nothing$$;

create function logic.ring_candidate(
    p_lines bigint[], p_days date[], p_what_if logic.what_if default null
)
returns table (contract_line_id bigint, day date, ring_id bigint)
language sql stable parallel safe rows 5000
begin atomic
    with term as materialized (
        select logic.term_days() as days
    ),

    asked as materialized (
        select distinct question.line_id, question.day, logic.term_day(question.day, term.days) as term_day
        from unnest(p_lines, p_days) as question (line_id, day)
        cross join term
    ),

    held as (
        select distinct asked.line_id, asked.term_day from asked
    ),

    membership as materialized (
        select *
        from logic.ring_membership(
            array(select line_id from held order by line_id, term_day),
            array(select term_day from held order by line_id, term_day)
        )
    )

    select asked.line_id, asked.day, membership.ring_id
    from asked
    inner join membership
        on membership.contract_line_id = asked.line_id and membership.day = asked.term_day
    inner join billing.ring
        on ring.ring_id = membership.ring_id
        and logic.ring_period(ring.ring_id, ring.valid, p_what_if) @> asked.day;
end;

comment on function logic.ring_candidate(bigint[], date[], logic.what_if) is
$$Rings that hold on a day and whose members include the holder of a contract line.
Example: select * from logic.ring_candidate('{1}', '{2026-10-05}')
Raises: nothing$$;

create function logic.ring_match(
    p_calls logic.discount_in[], p_what_if logic.what_if default null, p_known logic.ring_set[] default '{}'
)
returns table (seq integer, ring_id bigint)
language plpgsql stable rows 20000
set search_path = pg_catalog, pg_temp
set enable_mergejoin = off
as $$
declare
    v_time_zone text := (select operator.time_zone from billing.operator);
    v_cuts integer[] := logic.band_cuts();
    v_term_days date[] := logic.term_days();
    v_epochs date[];
begin
    if not exists (select from billing.ring) then
        return;
    end if;
    -- Rings begin and end on these days only.
    select array_agg(distinct bound.day order by bound.day) into v_epochs
    from billing.ring
    cross join lateral (select logic.ring_period(ring.ring_id, ring.valid, p_what_if) as valid) as period
    cross join lateral (
        values (date '-infinity'), (lower(period.valid)), (upper(period.valid))
    ) as bound (day)
    where bound.day is not null;

    return query
    with call as materialized (
        select
            one.seq, one.day, one.contract_line_id, one.mode_id, one.destination_id, one.b_number,
            v_epochs[width_bucket(one.day, v_epochs)] as epoch,
            logic.term_day(one.day, v_term_days) as term_day,
            v_cuts[
                width_bucket(
                    extract(epoch from (one.started_at at time zone v_time_zone)::time)::integer, v_cuts
                )
            ] as cut
        from unnest(p_calls) as one
    ),

    unknown as (
        select distinct call.contract_line_id, call.term_day from call
        where (call.contract_line_id, call.term_day) not in (
            select known.contract_line_id, known.day from unnest(p_known) as known
        )
    ),

    membership as materialized (
        select known.contract_line_id, known.day, known.rings from unnest(p_known) as known
        union all
        select found.contract_line_id, found.day, found.rings
        from logic.ring_set_list(
            array(select contract_line_id from unknown order by contract_line_id, term_day),
            array(select term_day from unknown order by contract_line_id, term_day)
        ) as found
    ),

    -- Few lines differ in their rings: under a number, lines with the same ones are one.
    circle as materialized (
        select row_number() over () as circle_id, one.rings
        from (select distinct membership.rings from membership where membership.rings <> '{}') as one
    ),

    circle_of as materialized (
        select membership.contract_line_id, membership.day, circle.circle_id
        from membership
        inner join circle on circle.rings = membership.rings
    ),

    asked_band as (
        select distinct call.day, call.cut from call
    ),

    band as materialized (
        select found.*, dense_rank() over (order by found.bands) as band_set
        from logic.band_list(
            array(select day from asked_band order by day, cut),
            array(select cut from asked_band order by day, cut)
        ) as found
    ),

    described as materialized (
        select
            call.seq, call.day, call.b_number, circle_of.circle_id, call.mode_id, call.destination_id,
            band.band_set, call.epoch
        from call
        inner join band on band.day = call.day and band.second = call.cut
        inner join circle_of
            on circle_of.contract_line_id = call.contract_line_id and circle_of.day = call.term_day
    ),

    -- Calls that no ring tells apart are asked once.
    kind as materialized (
        select distinct
            described.circle_id, described.mode_id, described.destination_id, described.band_set,
            described.epoch
        from described
    ),

    target as materialized (
        select * from logic.target_list(array(select distinct destination_id from kind))
    ),

    rule as materialized (
        select
            ring.ring_id, ring.band_id, logic.ring_period(ring.ring_id, ring.valid, p_what_if) as valid,
            array(select one.mode_id from billing.ring_mode as one where one.ring_id = ring.ring_id) as modes,
            array(select one.mode_group from billing.ring_mode as one where one.ring_id = ring.ring_id)
            as mode_groups,
            array(
                select one.target_key from billing.ring_target as one
                where one.ring_id = ring.ring_id and not one.is_inside
            ) as targets,
            exists (
                select from billing.ring_target as one where one.ring_id = ring.ring_id and one.is_inside
            ) as is_inside
        from billing.ring
    ),

    met as materialized (
        select fit.*
        from (
            select
                kind.*, rule.ring_id, rule.is_inside,
                (rule.targets = '{}' and not rule.is_inside) or rule.targets && target.targets as is_target
            from kind
            inner join (select distinct band.band_set, band.bands from band) as meaning
                on meaning.band_set = kind.band_set
            inner join target on target.destination_id = kind.destination_id
            inner join billing.mode on mode.mode_id = kind.mode_id
            inner join circle on circle.circle_id = kind.circle_id
            cross join lateral unnest(circle.rings) as member (ring_id)
            inner join rule on rule.ring_id = member.ring_id
            where
                rule.valid @> kind.epoch
                and (rule.band_id is null or rule.band_id = any(meaning.bands))
                and (
                    rule.modes = '{}' or kind.mode_id = any(rule.modes)
                    or mode.mode_group = any(rule.mode_groups)
                )
        ) as fit
        where fit.is_target or fit.is_inside
    ),

    -- Who has the B-number: asked only for calls that nothing but `inside` can bring into a ring.
    perhaps as materialized (
        select described.seq, described.b_number, described.day, met.ring_id
        from described
        inner join met
            on met.circle_id = described.circle_id and met.mode_id = described.mode_id
            and met.destination_id = described.destination_id and met.band_set = described.band_set
            and met.epoch = described.epoch
        where not met.is_target
    ),

    asked_inside as (
        select distinct perhaps.b_number, perhaps.day from perhaps
    ),

    called as materialized (
        select asked_inside.b_number as number, asked_inside.day, found.contract_line_id
        from asked_inside
        inner join logic.subscriber_find(
            array(select 'number' from asked_inside order by b_number),
            array(select b_number from asked_inside order by b_number)
        ) as found on found.number = asked_inside.b_number and found.valid @> asked_inside.day
    ),

    inside as materialized (
        select distinct called.number, called.day, other.ring_id
        from called
        inner join logic.ring_candidate(
            array(select contract_line_id from called order by number, day),
            array(select day from called order by number, day),
            p_what_if
        ) as other on other.contract_line_id = called.contract_line_id and other.day = called.day
    )

    select described.seq, met.ring_id
    from described
    inner join met
        on met.circle_id = described.circle_id and met.mode_id = described.mode_id
        and met.destination_id = described.destination_id and met.band_set = described.band_set
        and met.epoch = described.epoch
    where met.is_target
    union all
    select perhaps.seq, perhaps.ring_id
    from perhaps
    where (perhaps.b_number, perhaps.day, perhaps.ring_id) in (
        select inside.number, inside.day, inside.ring_id from inside
    );
end;
$$;

comment on function logic.ring_match(logic.discount_in[], logic.what_if, logic.ring_set[]) is
$$Rings that match calls by who, what and when (date and band), at both levels, whatever their volume
interval. p_known: members as far as the caller has looked them up, on the first days of terms.
Example: select * from logic.ring_match('{}')
Raises: nothing$$;

create function logic.ring_run(
    p_amount numeric, p_units numeric, p_per bigint, p_share numeric,
    p_kinds text[], p_values numeric[], p_exclusives boolean[]
)
returns numeric[]
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_amount numeric := p_amount;
    v_left numeric;
    v_took numeric[] := '{}';
begin
    -- A loop, because each ring works on what the one before left.
    for v_n in 1..cardinality(p_kinds) loop
        v_left := greatest(
            0,
            case p_kinds[v_n]
                when 'percent' then v_amount * (1 - p_values[v_n] * 0.01)
                when 'off_minute' then v_amount - logic.divide(p_values[v_n] * p_units, p_per)
                when 'off_call' then v_amount - p_values[v_n] * p_share
                when 'price_minute' then logic.divide(p_values[v_n] * p_units, p_per)
                when 'price_call' then p_values[v_n] * p_share
            end
        );
        -- what is kept of a whole call; pieces are added up first
        v_took := v_took
            || case when p_share = 1 then round(v_amount - v_left, 12) else v_amount - v_left end;
        v_amount := v_left;
        exit when p_exclusives[v_n];
    end loop;
    return v_amount || v_took;
end;
$$;

comment on function logic.ring_run(numeric, numeric, bigint, numeric, text[], numeric[], boolean[]) is
$$Applies rings in the order given to one piece of a call: amount, uncovered units, units of a block, share
of the call.
Returns what is left, then what each ring took (negative: a fixed price above what was left; to 12 decimals
when the share is 1), nothing else rounded.
Example: select logic.ring_run(10, 120, 60, 1, '{percent, off_minute}', '{10, 0.5}', '{false, false}')
Raises: nothing$$;

create function logic.block_scale()
returns numeric
language sql stable parallel safe
begin atomic
    with recursive block as (
        select row_number() over (order by distinct_per.per) as n, distinct_per.per::numeric as per
        from (select distinct mode.per from billing.mode) as distinct_per
    ),

    multiple as (
        select 0::bigint as n, 1::numeric as scale
        union all
        select block.n, lcm(multiple.scale, block.per)
        from multiple
        inner join block on block.n = multiple.n + 1
    )

    select multiple.scale from multiple order by multiple.n desc limit 1;
end;

comment on function logic.block_scale() is
$$Smallest number that every mode's block divides: units times scale / block is whole, so that blocks of
different modes
are counted exactly.
Example: select logic.block_scale()
Raises: nothing$$;

create function logic.call_discount(
    p_calls logic.discount_in[], p_draws logic.bundle_draw[], p_before logic.ring_count[],
    p_what_if logic.what_if default null, p_known logic.ring_set[] default '{}'
)
returns setof logic.discount_out
language plpgsql stable rows 20000
set search_path = pg_catalog, pg_temp
set enable_mergejoin = off
-- pieces and rings are thousands, whatever the planner makes of the arrays
set enable_nestloop = off
as $$
declare
    v_scale numeric := logic.block_scale();
begin
    return query
    with bundled as materialized (
        select
            draw.seq,
            array_agg(draw.bundle_id order by bundle.code collate "C", lower(bundle.valid)) as bundles,
            array_agg(draw.units order by bundle.code collate "C", lower(bundle.valid)) as units,
            sum(draw.units)::bigint as covered,
            -- base times covered, still to be divided by the billed units
            sum(
                case
                    when bundle.covers_setup then call.regular else greatest(0, call.regular - call.setup)
                end * draw.units
            ) as taken
        from unnest(p_draws) as draw
        inner join unnest(p_calls) as call on call.seq = draw.seq
        inner join billing.bundle on bundle.bundle_id = draw.bundle_id
        where draw.seq is not null
        group by draw.seq
    ),

    -- Rings in the order in which they apply; volumes in the units of the counters.
    rule as materialized (
        select
            ring.ring_id, ring.level, ring.kind, ring.value, ring.is_exclusive, ring.volume_unit,
            ring.volume_from * measure.scale as from_volume, ring.volume_to * measure.scale as to_volume,
            row_number() over (order by ring.priority, ring.code collate "C", ring.ring_id) as turn
        from billing.ring
        cross join lateral (
            select case when ring.volume_unit = 'block' then v_scale else 1 end as scale
        ) as measure
    ),

    matched as materialized (
        select found.seq, found.ring_id, rule.level, rule.volume_unit <> 'none' as has_volume
        from logic.ring_match(p_calls, p_what_if, p_known) as found
        inner join rule on rule.ring_id = found.ring_id
    ),

    -- T and the units that count, per level, before any ring.
    level as materialized (
        select
            call.seq, 'retail' as level, call.customer_id, call.started_at, call.key, call.source_id,
            date_trunc('month', call.day::timestamp)::date as month, mode.per,
            call.regular - coalesce(logic.divide(bundled.taken, call.billed), 0) as amount,
            call.billed - coalesce(bundled.covered, 0) as units
        from unnest(p_calls) as call
        inner join billing.mode on mode.mode_id = call.mode_id
        left join bundled on bundled.seq = call.seq
        union all
        select
            call.seq, 'reseller', call.customer_id, call.started_at, call.key, call.source_id,
            date_trunc('month', call.day::timestamp)::date, mode.per, call.reseller_regular,
            call.reseller_billed
        from unnest(p_calls) as call
        inner join billing.mode on mode.mode_id = call.mode_id
        where call.reseller_list_id is not null
    ),

    -- Where each call stands in the volume of each of its rings; `size` is what it adds.
    measured as (
        select
            level.seq, level.level, matched.ring_id, volume.size,
            coalesce(so_far.counted, 0) + sum(volume.size) over (
                partition by matched.ring_id, level.customer_id, level.month
                order by level.started_at, level.key collate "C", level.source_id
            ) - volume.size as position
        from level
        inner join matched
            on matched.seq = level.seq and matched.level = level.level and matched.has_volume
        inner join rule on rule.ring_id = matched.ring_id
        left join unnest(p_before) as so_far
            on so_far.customer_id = level.customer_id and so_far.month = level.month
            and so_far.ring_id = matched.ring_id
        cross join lateral (
            select case rule.volume_unit
                when 'block' then level.units * div(v_scale, level.per::numeric)
                when 'call' then 1
                when 'amount' then level.amount
            end as size
        ) as volume
        where level.amount > 0
    ),

    applied as materialized (
        select measured.seq, measured.level, measured.ring_id, measured.size, measured.position
        from measured
        union all
        select level.seq, level.level, matched.ring_id, 0, null
        from level
        inner join matched
            on matched.seq = level.seq and matched.level = level.level and not matched.has_volume
        where level.amount > 0
    ),

    border as materialized (
        select distinct
            applied.seq, applied.level, logic.divide(edge.volume - applied.position, applied.size) as share
        from applied
        inner join rule on rule.ring_id = applied.ring_id
        cross join lateral (values (rule.from_volume), (rule.to_volume)) as edge (volume)
        where
            rule.volume_unit in ('block', 'amount')
            and applied.position < edge.volume and edge.volume < applied.position + applied.size
    ),

    -- Few calls lie across the border of an interval; every other is one piece.
    piece as materialized (
        select
            cut.seq, cut.level, cut.share as from_share,
            coalesce(lead(cut.share) over (partition by cut.seq, cut.level order by cut.share), 1) as to_share
        from (
            select distinct applied.seq, applied.level, 0::numeric as share from applied
            union all
            select border.seq, border.level, border.share from border
        ) as cut
    ),

    ran as materialized (
        select
            piece.seq, piece.level, piece.from_share, piece.to_share,
            array_agg(applied.ring_id order by rule.turn) as rings,
            logic.ring_run(
                min(level.amount) * (piece.to_share - piece.from_share),
                min(level.units) * (piece.to_share - piece.from_share),
                min(level.per),
                piece.to_share - piece.from_share,
                array_agg(rule.kind order by rule.turn),
                array_agg(rule.value order by rule.turn),
                array_agg(rule.is_exclusive order by rule.turn)
            ) as result
        from piece
        inner join level on level.seq = piece.seq and level.level = piece.level
        inner join applied on applied.seq = piece.seq and applied.level = piece.level
        inner join rule on rule.ring_id = applied.ring_id
        cross join lateral (
            -- the middle of the piece; a call that adds nothing, or counts as a call, lies where the count
            -- stands
            select
                applied.position
                + case
                    when rule.volume_unit in ('block', 'amount')
                        then applied.size * (piece.from_share + piece.to_share) * 0.5
                    else 0
                end as position
        ) as middle
        where
            rule.volume_unit = 'none'
            or (
                middle.position >= rule.from_volume
                and (rule.to_volume is null or middle.position < rule.to_volume)
            )
        group by piece.seq, piece.level, piece.from_share, piece.to_share
    ),

    taken as (
        select
            by_ring.seq, by_ring.level,
            -- in pieces of a call other rings may have the same place
            array_agg(by_ring.ring_id order by by_ring.n, by_ring.first_share, by_ring.ring_id) as rings,
            array_agg(
                round(by_ring.took, 12) order by by_ring.n, by_ring.first_share, by_ring.ring_id
            ) as took
        from (
            select
                ran.seq, ran.level, ring.ring_id, min(place.place) as n, min(ran.from_share) as first_share,
                sum(ran.result[place.place + 1]) as took
            from ran
            cross join lateral generate_series(1, cardinality(ran.result) - 1) as place (place)
            cross join lateral (select ran.rings[place.place] as ring_id) as ring
            where ran.to_share - ran.from_share < 1
            group by ran.seq, ran.level, ring.ring_id
        ) as by_ring
        group by by_ring.seq, by_ring.level
    ),

    -- What is left at a level, and what the rings took.
    outcome as materialized (
        select
            ran.seq, ran.level, ran.result[1] as amount,
            ran.rings[1:cardinality(ran.result) - 1] as rings, ran.result[2:] as took
        from ran
        where ran.to_share - ran.from_share = 1
        union all
        select whole.seq, whole.level, whole.amount, taken.rings, taken.took
        from (
            select
                piece.seq, piece.level,
                sum(
                    coalesce(ran.result[1], level.amount * (piece.to_share - piece.from_share))
                ) as amount
            from piece
            inner join level on level.seq = piece.seq and level.level = piece.level
            left join ran
                on ran.seq = piece.seq and ran.level = piece.level and ran.from_share = piece.from_share
            where piece.to_share - piece.from_share < 1
            group by piece.seq, piece.level
        ) as whole
        left join taken on taken.seq = whole.seq and taken.level = whole.level
    ),

    counted as (
        select applied.seq, array_agg(applied.ring_id) as rings, array_agg(applied.size) as sizes
        from applied
        where applied.position is not null
        group by applied.seq
    )

    select
        call.seq, bundled.bundles, bundled.units,
        coalesce(round(logic.divide(bundled.taken, call.billed), 6), 0),
        retail_left.rings, retail_left.took,
        case
            when bundled.seq is null and retail_left.seq is null then call.regular
            else logic.list_round(coalesce(retail_left.amount, retail.amount), list.decimals, list.rounding)
        end,
        reseller_left.rings, reseller_left.took,
        case
            when reseller_left.seq is null then call.reseller_regular
            else logic.list_round(reseller_left.amount, reseller_list.decimals, reseller_list.rounding)
        end,
        counted.rings, counted.sizes
    from unnest(p_calls) as call
    inner join level as retail on retail.seq = call.seq and retail.level = 'retail'
    inner join billing.price_list as list on list.price_list_id = call.retail_list_id
    left join billing.price_list as reseller_list on reseller_list.price_list_id = call.reseller_list_id
    left join bundled on bundled.seq = call.seq
    left join counted on counted.seq = call.seq
    left join outcome as retail_left on retail_left.seq = call.seq and retail_left.level = 'retail'
    left join outcome as reseller_left on reseller_left.seq = call.seq and reseller_left.level = 'reseller';
end;
$$;

comment on function
    logic.call_discount(
        logic.discount_in[], logic.bundle_draw[], logic.ring_count[], logic.what_if, logic.ring_set[]
    ) is
$$Applies bundles (the draws of logic.bundle_allot) and rings to calls, cut into pieces at the borders of
volume intervals.
Expects all calls of a customer's month where a volume ring is concerned.
p_before: counters of months that are gone on from, where only later calls are handed over.
p_known: as for logic.ring_match.
Example: select * from logic.call_discount('{}', '{}', '{}')
Raises: nothing$$;
