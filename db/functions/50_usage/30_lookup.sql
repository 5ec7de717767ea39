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
    with asked as materialized (
        select distinct question.kind, question.number
        from unnest(p_kinds, p_numbers) as question (kind, number)
    ),

    size as materialized (
        select distinct length(block.head) as length from billing.subscriber_number as block
        where block.head is not null
    ),

    -- every number of a block begins with its head
    head as materialized (
        select asked.kind, asked.number, left(asked.number, size.length) as head
        from asked
        inner join size on size.length <= length(asked.number)
        where asked.kind = 'number'
    )

    select found.kind, found.number, found.valid, found.subscriber_number_id, found.contract_line_id
    from (
        select asked.kind, asked.number, one.valid, one.subscriber_number_id, one.contract_line_id
        from asked
        inner join billing.subscriber_number as one
            on one.number = asked.number and one.kind = asked.kind and one.to_number is null
        union all
        select head.kind, head.number, block.valid, block.subscriber_number_id, block.contract_line_id
        from head
        inner join billing.subscriber_number as block
            on block.head = head.head and length(block.number) = length(head.number)
        where head.number >= block.number and head.number <= block.to_number
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

create function logic.customer_on(p_customer_id bigint, p_day date)
returns table (
    customer_id bigint, parent_id bigint, price_list_id bigint, seller_id bigint, kind text,
    group_ids bigint[]
)
language sql stable parallel safe rows 1
begin atomic
    select
        customer.customer_id, coalesce(said.parent_id, customer.parent_id),
        coalesce(said.price_list_id, customer.price_list_id), coalesce(said.seller_id, customer.seller_id),
        customer.kind,
        coalesce(
            (
                select term.group_ids from billing.customer_term as term
                where
                    said.has_groups and term.customer_id = p_customer_id and term.from_on <= p_day
                    and term.group_ids is not null
                order by term.from_on desc limit 1
            ),
            array(
                select base.customer_group_id from billing.customer_in_group as base
                where base.customer_id = p_customer_id
            )
        )
    from billing.customer
    -- of each column the last value given up to the day
    cross join lateral (
        select
            (array_agg(term.parent_id order by term.from_on desc)
                filter (where term.parent_id is not null))[1] as parent_id,
            (array_agg(term.price_list_id order by term.from_on desc)
                filter (where term.price_list_id is not null))[1] as price_list_id,
            (array_agg(term.seller_id order by term.from_on desc)
                filter (where term.seller_id is not null))[1] as seller_id,
            coalesce(bool_or(term.group_ids is not null), false) as has_groups
        from billing.customer_term as term
        where term.customer_id = p_customer_id and term.from_on <= p_day
    ) as said
    where customer.customer_id = p_customer_id;
end;

comment on function logic.customer_on(bigint, date) is
$$A customer as it was on a day: its own values with what its terms said up to then.
Example: select * from logic.customer_on(1, '2026-10-05')
Raises: nothing$$;

create function logic.customer_down(p_customer_id bigint, p_day date)
returns table (customer_id bigint, parent_id bigint, depth integer, path text[])
language sql stable rows 200
begin atomic
    with recursive down (customer_id, parent_id, depth, path) as (
        select customer.customer_id, null::bigint, 0, array[customer.name || customer.customer_no]
        from billing.customer where customer.customer_id = p_customer_id
        union all
        select child.customer_id, down.customer_id, down.depth + 1,
            down.path || (child.name || child.customer_no)
        from down
        cross join lateral (
            select one.customer_id, one.name, one.customer_no
            from billing.customer as one
            where one.parent_id = down.customer_id
            union
            select one.customer_id, one.name, one.customer_no
            from billing.customer_term as term
            inner join billing.customer as one on one.customer_id = term.customer_id
            where term.parent_id = down.customer_id
        ) as child
        cross join lateral logic.customer_on(child.customer_id, p_day) as held
        where held.parent_id = down.customer_id and down.depth < 50
    )

    select down.customer_id, down.parent_id, down.depth, down.path from down;
end;

comment on function logic.customer_down(bigint, date) is
$$A customer and all that are below it on a day; path sorts each before those below it.
Example: select * from logic.customer_down(1, '2026-11-01')
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
    with recursive term as materialized (
        select logic.term_days() as days
    ),

    wanted as materialized (
        select question.line_id, question.day, logic.term_day(question.day, term.days) as since
        from unnest(p_lines, p_days) as question (line_id, day)
        cross join term
    ),

    held as materialized (
        select
            asked.line_id, asked.asked_on, asked.day, contract.contract_id, contract.customer_id,
            coalesce(line_said.price_list_id, line.price_list_id) as line_list_id,
            coalesce(contract_said.price_list_id, contract.price_list_id) as contract_list_id,
            coalesce(contract_said.seller_id, contract.seller_id) as seller_id,
            service.price_list_id as service_list_id
        from (select wanted.line_id, wanted.day as asked_on, wanted.since as day from wanted) as asked
        inner join billing.contract_line as line on line.contract_line_id = asked.line_id
        inner join billing.contract on contract.contract_id = line.contract_id
        inner join billing.service on service.service_id = line.service_id
        -- of each column the last value given up to the day
        cross join lateral (
            select
                (array_agg(term.price_list_id order by term.from_on desc)
                    filter (where term.price_list_id is not null))[1] as price_list_id
            from billing.line_term as term
            where term.contract_line_id = asked.line_id and term.from_on <= asked.day
        ) as line_said
        cross join lateral (
            select
                (array_agg(term.price_list_id order by term.from_on desc)
                    filter (where term.price_list_id is not null))[1] as price_list_id,
                (array_agg(term.seller_id order by term.from_on desc)
                    filter (where term.seller_id is not null))[1] as seller_id
            from billing.contract_term as term
            where term.contract_id = contract.contract_id and term.from_on <= asked.day
        ) as contract_said
    ),

    -- The customers from the holder upwards, each as it was on the day.
    climb as (
        select start.customer_id as holder_id, start.day, 0 as step, customer.*
        from (select distinct held.customer_id, held.day from held) as start
        cross join lateral logic.customer_on(start.customer_id, start.day) as customer
        union all
        select climb.holder_id, climb.day, climb.step + 1, customer.*
        from climb
        cross join lateral logic.customer_on(climb.parent_id, climb.day) as customer
        where climb.parent_id is not null
    ),

    tree as materialized (
        select
            climb.holder_id, climb.day,
            array_agg(climb.customer_id order by climb.step) as ancestors,
            (array_agg(climb.price_list_id order by climb.step)
                filter (where climb.price_list_id is not null))[1] as price_list_id,
            (array_agg(climb.seller_id order by climb.step))[1] as seller_id,
            (array_agg(climb.kind order by climb.step))[1] as kind
        from climb
        group by climb.holder_id, climb.day
    ),

    grouped as materialized (
        select climb.holder_id, climb.day, array_agg(distinct member.group_id) as groups
        from climb
        cross join lateral unnest(climb.group_ids) as member (group_id)
        group by climb.holder_id, climb.day
    )

    select
        held.line_id, held.asked_on, held.contract_id, held.customer_id, tree.kind, seller.seller_id,
        reseller_list.price_list_id,
        array_remove(
            array[
                line_list.price_list_id, contract_list.price_list_id, customer_list.price_list_id,
                service_list.price_list_id
            ],
            null
        ),
        tree.ancestors, coalesce(grouped.groups, '{}')
    from held
    inner join tree on tree.holder_id = held.customer_id and tree.day = held.day
    left join grouped on grouped.holder_id = held.customer_id and grouped.day = held.day
    left join billing.seller on seller.seller_id = coalesce(held.seller_id, tree.seller_id)
    left join billing.price_list as reseller_list
        on reseller_list.price_list_id = seller.price_list_id and not reseller_list.is_draft
    left join billing.price_list as line_list
        on line_list.price_list_id = held.line_list_id and not line_list.is_draft
    left join billing.price_list as contract_list
        on contract_list.price_list_id = held.contract_list_id and not contract_list.is_draft
    left join billing.price_list as customer_list
        on customer_list.price_list_id = tree.price_list_id and not customer_list.is_draft
    left join billing.price_list as service_list
        on service_list.price_list_id = held.service_list_id and not service_list.is_draft;
end;

comment on function logic.holder_list(bigint[], date[]) is
$$Who holds a contract line on a day: contract, customer, seller, the price lists to try in order (RATING.md
2), the
customers above (itself first) and all their groups. Draft lists are never tried.
Expects each line and day once.
Example: select * from logic.holder_list('{1}', '{2026-10-05}')
Raises: nothing$$;

create function logic.destination_find(p_numbers text[], p_days date[])
returns table (number text, day date, prefix_id bigint, destination_id bigint)
language sql stable parallel safe rows 50000
set enable_mergejoin = off
begin atomic
    with size as materialized (
        select distinct length(prefix.digits) as length from billing.prefix where not prefix.is_whole
    ),

    -- Numbers that begin alike are asked once: what comes after the longest prefix does not matter.
    asked as materialized (
        select distinct question.number, question.day, left(question.number, longest.length) as head
        from unnest(p_numbers, p_days) as question (number, day)
        cross join (select coalesce(max(size.length), 0) as length from size) as longest
    ),

    head as materialized (
        select distinct asked.head as digits from asked
    ),

    -- By digits first, and only then by day: nearly every prefix is valid on every day, so that the other way
    -- round each number would meet all of them.
    found as materialized (
        select head.digits, prefix.prefix_id, prefix.destination_id, prefix.valid, size.length
        from head
        inner join size on size.length <= length(head.digits)
        inner join billing.prefix on prefix.digits = left(head.digits, size.length) and not prefix.is_whole
    ),

    longest as materialized (
        select distinct on (wanted.head, wanted.day)
            wanted.head, wanted.day, found.prefix_id, found.destination_id
        from (select distinct asked.head, asked.day from asked) as wanted
        inner join found on found.digits = wanted.head and found.valid @> wanted.day
        order by wanted.head, wanted.day, found.length desc
    ),

    -- A handful, joined as a whole: an index would be asked once for each number.
    whole as materialized (
        select prefix.prefix_id, prefix.destination_id, prefix.digits, prefix.valid
        from billing.prefix where prefix.is_whole
    )

    select
        asked.number, asked.day, coalesce(whole.prefix_id, longest.prefix_id),
        coalesce(whole.destination_id, longest.destination_id)
    from asked
    left join longest on longest.head = asked.head and longest.day = asked.day
    left join whole on whole.digits = asked.number and whole.valid @> asked.day
    where whole.prefix_id is not null or longest.prefix_id is not null;
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
