-- 50_usage/lookup: what a call meets before it has a price: subscriber, holder, destination, bands.
-- Each takes arrays of distinct questions and answers them as a set.

create function logic.divide(p_amount numeric, p_by numeric)
returns numeric
language sql immutable parallel safe strict
return p_amount::numeric(60, 24) / p_by; -- lint: the one division

comment on function logic.divide(numeric, numeric) is
$$Quotient with at least 20 decimals (RATING.md 7): a bare division of numerics may carry as few as 12.
Example: select logic.divide(1, 3)
Raises: nothing$$;

-- Asked by number alone, because a batch has far fewer numbers than numbers and days.
create function logic.subscriber_find(p_kinds text[], p_numbers text[])
returns table (
    kind text, number text, valid daterange, subscriber_number_id bigint, contract_line_id bigint
)
language sql stable parallel safe rows 5000
begin atomic
    select asked.kind, asked.number, found.valid, found.subscriber_number_id, found.contract_line_id
    from (
        select distinct question.kind, question.number
        from unnest(p_kinds, p_numbers) as question (kind, number)
    ) as asked
    cross join lateral (
        select one.valid, one.subscriber_number_id, one.contract_line_id
        from billing.subscriber_number as one
        where one.kind = asked.kind and one.number = asked.number and one.to_number is null
        union all
        select block.valid, block.subscriber_number_id, block.contract_line_id
        from billing.subscriber_number as block
        where
            asked.kind = 'number' and block.kind = 'number' and block.to_number is not null
            and block.span @> billing.number_point(asked.number)
    ) as found
    inner join billing.contract_line using (contract_line_id)
    inner join billing.contract on contract.contract_id = contract_line.contract_id
    where contract.state = 'active';
end;

comment on function logic.subscriber_find(text[], text[]) is
$$Contract lines that have, or had, the numbers or accounts, each with its period (never two on one day);
proposed
contracts have none. Kind number or account.
Example: select * from logic.subscriber_find('{number}', '{46902001005}')
Raises: nothing$$;

create function logic.term_days()
returns date[]
language sql stable parallel safe
begin atomic
    select coalesce(array_agg(distinct term.from_on order by term.from_on), '{}')
    from (
        select customer_term.from_on from billing.customer_term
        union all
        select contract_term.from_on from billing.contract_term
        union all
        select line_term.from_on from billing.line_term
    ) as term;
end;

comment on function logic.term_days() is
$$Days on which the terms of any customer, contract or line change, ascending.
Example: select logic.term_days()
Raises: nothing$$;

create function logic.term_day(p_day date, p_term_days date[])
returns date
language sql immutable parallel safe
return case
    when p_term_days = '{}' or p_day < p_term_days[1] then date '-infinity'
    else p_term_days[width_bucket(p_day, p_term_days)]
end;

comment on function logic.term_day(date, date[]) is
$$The first of the days on which all terms are what they are on p_day: who holds a line is asked once for all
of them.
Example: select logic.term_day('2026-10-05', logic.term_days())
Raises: nothing$$;

create function logic.holder_list(p_lines bigint[], p_days date[])
returns table (
    contract_line_id bigint, day date, contract_id bigint, customer_id bigint, customer_kind text,
    seller_id bigint,
    reseller_list_id bigint, retail_lists bigint[], ancestors bigint[], groups bigint[]
)
language sql stable parallel safe rows 5000
begin atomic
    -- What holds on a day holds until the next day on which any term begins: asked once for all days between.
    with recursive change as materialized (
        select coalesce(array_agg(term.from_on order by term.from_on), '{}') as days
        from (
            select line_term.from_on from billing.line_term
            union
            select contract_term.from_on from billing.contract_term
            union
            select customer_term.from_on from billing.customer_term
        ) as term
    ),

    wanted as materialized (
        select distinct
            question.line_id, question.day,
            coalesce(change.days[width_bucket(question.day, change.days)], date '-infinity') as since
        from unnest(p_lines, p_days) as question (line_id, day)
        cross join change
    ),

    asked as (
        select distinct wanted.line_id, wanted.since as day from wanted
    ),

    held as (
        select
            asked.line_id,
            asked.day,
            contract.contract_id,
            contract.customer_id,
            coalesce(
                (
                    select term.price_list_id from billing.line_term as term
                    where term.contract_line_id = asked.line_id and term.from_on <= asked.day
                        and term.price_list_id is not null
                    order by term.from_on desc limit 1
                ),
                line.price_list_id
            ) as line_list_id,
            coalesce(
                (
                    select term.price_list_id from billing.contract_term as term
                    where term.contract_id = contract.contract_id and term.from_on <= asked.day
                        and term.price_list_id is not null
                    order by term.from_on desc limit 1
                ),
                contract.price_list_id
            ) as contract_list_id,
            coalesce(
                (
                    select term.seller_id from billing.contract_term as term
                    where term.contract_id = contract.contract_id and term.from_on <= asked.day
                        and term.seller_id is not null
                    order by term.from_on desc limit 1
                ),
                contract.seller_id
            ) as contract_seller_id,
            service.price_list_id as service_list_id
        from asked
        inner join billing.contract_line as line on line.contract_line_id = asked.line_id
        inner join billing.contract on contract.contract_id = line.contract_id
        inner join billing.service on service.service_id = line.service_id
    ),

    -- The customers from the holder upwards, each as it was on the day.
    climb as (
        select distinct held.customer_id as holder_id, held.day, held.customer_id, 0 as step from held
        union all
        select
            climb.holder_id,
            climb.day,
            coalesce(
                (
                    select term.parent_id from billing.customer_term as term
                    where term.customer_id = climb.customer_id and term.from_on <= climb.day
                        and term.parent_id is not null
                    order by term.from_on desc limit 1
                ),
                customer.parent_id
            ),
            climb.step + 1
        from climb
        inner join billing.customer on customer.customer_id = climb.customer_id
        where
            coalesce(
                (
                    select term.parent_id from billing.customer_term as term
                    where term.customer_id = climb.customer_id and term.from_on <= climb.day
                        and term.parent_id is not null
                    order by term.from_on desc limit 1
                ),
                customer.parent_id
            ) is not null
    ),

    tree as (
        select
            climb.holder_id,
            climb.day,
            array_agg(climb.customer_id order by climb.step) as ancestors,
            (
                array_agg(
                    coalesce(
                        (
                            select term.price_list_id from billing.customer_term as term
                            where term.customer_id = climb.customer_id and term.from_on <= climb.day
                                and term.price_list_id is not null
                            order by term.from_on desc limit 1
                        ),
                        customer.price_list_id
                    )
                    order by climb.step
                )
            ) as lists,
            array_agg(
                coalesce(
                    (
                        select term.seller_id from billing.customer_term as term
                        where term.customer_id = climb.customer_id and term.from_on <= climb.day
                            and term.seller_id is not null
                        order by term.from_on desc limit 1
                    ),
                    customer.seller_id
                )
                order by climb.step
            ) as sellers,
            array_agg(customer.kind order by climb.step) as kinds
        from climb
        inner join billing.customer on customer.customer_id = climb.customer_id
        group by climb.holder_id, climb.day
    ),

    grouped as (
        select climb.holder_id, climb.day, array_agg(distinct member.group_id) as groups
        from climb
        cross join lateral (
            select unnest(
                coalesce(
                    (
                        select term.group_ids from billing.customer_term as term
                        where term.customer_id = climb.customer_id and term.from_on <= climb.day
                            and term.group_ids is not null
                        order by term.from_on desc limit 1
                    ),
                    array(
                        select base.customer_group_id from billing.customer_in_group as base
                        where base.customer_id = climb.customer_id
                    )
                )
            ) as group_id
        ) as member
        group by climb.holder_id, climb.day
    ),

    answer as materialized (
        select
            held.line_id,
            held.day,
            held.contract_id,
            held.customer_id,
            tree.kinds[1] as customer_kind,
            coalesce(held.contract_seller_id, tree.sellers[1]) as seller_id,
            reseller_list.price_list_id as reseller_list_id,
            array(
                select tried.list_id
                from unnest(
                    array[
                        held.line_list_id,
                        held.contract_list_id,
                        -- the nearest customer above with a list, the holder first
                        (select nearest from unnest(tree.lists) as nearest where nearest is not null limit 1),
                        held.service_list_id
                    ]
                ) with ordinality as tried (list_id, place)
                inner join billing.price_list on price_list.price_list_id = tried.list_id
                where not price_list.is_draft
                order by tried.place
            ) as retail_lists,
            tree.ancestors,
            coalesce(grouped.groups, '{}') as groups
        from held
        inner join tree on tree.holder_id = held.customer_id and tree.day = held.day
        left join grouped on grouped.holder_id = held.customer_id and grouped.day = held.day
        left join billing.seller on seller.seller_id = coalesce(held.contract_seller_id, tree.sellers[1])
        left join billing.price_list as reseller_list
            on reseller_list.price_list_id = seller.price_list_id and not reseller_list.is_draft
    )

    select
        wanted.line_id, wanted.day, answer.contract_id, answer.customer_id, answer.customer_kind,
        answer.seller_id, answer.reseller_list_id, answer.retail_lists, answer.ancestors, answer.groups
    from wanted
    inner join answer on answer.line_id = wanted.line_id and answer.day = wanted.since;
end;

comment on function logic.holder_list(bigint[], date[]) is
$$Who holds a contract line on a day: contract, customer, seller, the price lists to try in order (RATING.md
2), the
customers above (itself first) and all their groups. Draft lists are never tried.
Example: select * from logic.holder_list('{1}', '{2026-10-05}')
Raises: nothing$$;

create function logic.destination_find(p_numbers text[], p_days date[])
returns table (number text, day date, prefix_id bigint, destination_id bigint)
language sql stable parallel safe rows 5000
begin atomic
    with asked as (
        select distinct question.number, question.day
        from unnest(p_numbers, p_days) as question (number, day)
    ),

    -- Cut once per number, not per day; longer heads than any prefix are of no use.
    head as materialized (
        select asked.number, left(asked.number, cut.n) as digits
        from (select distinct asked.number from asked) as asked
        cross join lateral generate_series(
            1, least(length(asked.number), (select max(length(prefix.digits)) from billing.prefix))
        ) as cut (n)
    ),

    -- By digits first, and only then by day: nearly every prefix is valid on every day, so that the other way
    -- round each number would meet all of them.
    found as materialized (
        select
            head.number, prefix.prefix_id, prefix.destination_id, prefix.is_whole, prefix.valid,
            length(prefix.digits) as length
        from head
        inner join billing.prefix on prefix.digits = head.digits
        where not prefix.is_whole or prefix.digits = head.number
    )

    select distinct on (asked.number, asked.day)
        asked.number, asked.day, found.prefix_id, found.destination_id
    from asked
    inner join found on found.number = asked.number and found.valid @> asked.day
    order by asked.number, asked.day, found.is_whole desc, found.length desc;
end;

comment on function logic.destination_find(text[], date[]) is
$$Destinations of numbers on days by longest prefix; a whole-number prefix beats every other.
Example: select * from logic.destination_find('{46701234567}', '{2026-10-05}')
Raises: nothing$$;

create function logic.band_cuts()
returns integer[]
language sql stable parallel safe
begin atomic
    select array_agg(distinct cut.second order by cut.second)
    from (
        select 0 as second
        union all
        select slot.from_second from billing.band_slot as slot
        union all
        select slot.to_second from billing.band_slot as slot where slot.to_second < 86400
    ) as cut;
end;

comment on function logic.band_cuts() is
$$Seconds of the day at which any time band begins or ends, midnight first, ascending.
Example: select logic.band_cuts()
Raises: nothing$$;

create function logic.band_list(p_days date[], p_seconds integer[])
returns table (day date, second integer, bands bigint[])
language sql stable parallel safe rows 500
begin atomic
    select asked.day, asked.second, coalesce(inside.bands, '{}')
    from (
        select distinct question.day, question.second
        from unnest(p_days, p_seconds) as question (day, second)
    ) as asked
    cross join lateral (
        select array_agg(band.band_id order by band.code collate "C") as bands
        from billing.band
        where exists (
            select from billing.band_slot as slot
            where
                slot.band_id = band.band_id
                and slot.from_second <= asked.second and asked.second < slot.to_second
                and (slot.weekdays is null or extract(isodow from asked.day)::smallint = any(slot.weekdays))
                and (
                    slot.holidays = 'ignore'
                    or (slot.holidays = 'only') = exists (
                        select from billing.holiday
                        where holiday.calendar = slot.calendar and holiday.on_date = asked.day
                    )
                )
        )
    ) as inside;
end;

comment on function logic.band_list(date[], integer[]) is
$$Time bands, by code, that a wall-clock moment (day and second of the day) lies in.
Example: select * from logic.band_list('{2026-10-05}', '{28800}')
Raises: nothing$$;

create function logic.target_list(p_destinations bigint[])
returns table (destination_id bigint, targets bigint[])
language sql stable parallel safe rows 500
begin atomic
    select
        destination.destination_id,
        array[destination.destination_id * 8 + 1]
        || array(
            select member.destination_group_id * 8 + 2
            from billing.destination_in_group as member
            inner join billing.destination_group using (destination_group_id)
            where member.destination_id = destination.destination_id
            order by destination_group.rank
        )
        || array[destination.product_id * 8 + 3, 0]
    from billing.destination
    where destination.destination_id = any(p_destinations);
end;

comment on function logic.target_list(bigint[]) is
$$Keys of the targets (price_item.target_key) that fit a destination, most specific first: itself, its groups
by rank,
its product type, everything.
Example: select * from logic.target_list('{1}')
Raises: nothing$$;
