-- 80_report: what reports need that is more than adding up: the annual value of contract lines, numbers that
-- are free. The reports themselves are in db/views. Which there are is read from the catalog: a report is a
-- function in the schema report, and what its comment says.

create function logic.first_month(p_from date)
returns date
language sql immutable parallel safe strict
return (date_trunc('month', (p_from - 1)::timestamp) + interval '1 month')::date;

comment on function logic.first_month(date) is
$$The first month of which no day is before p_from: a period is days up to it, whole months, days after them.
Example: select logic.first_month('2026-10-05')
Raises: nothing$$;

create function logic.end_month(p_from date, p_to date)
returns date
language sql immutable parallel safe strict
return greatest(date_trunc('month', p_to::timestamp)::date, logic.first_month(p_from));

comment on function logic.end_month(date, date) is
$$Where the whole months of a period end: the first of the month of p_to, not before they begin.
Example: select logic.end_month('2026-10-05', '2026-12-24')
Raises: nothing$$;

create function logic.customer_tree(p_customer_no text, p_day date)
returns table (customer_id bigint)
language sql stable parallel safe rows 20
begin atomic
    with recursive below (customer_id) as (
        select customer.customer_id from billing.customer where customer.customer_no = p_customer_no
        union
        select child.customer_id
        from below
        cross join lateral (
            select customer.customer_id from billing.customer where customer.parent_id = below.customer_id
            union
            select term.customer_id from billing.customer_term as term
            where term.parent_id = below.customer_id
        ) as child
        cross join lateral logic.customer_on(child.customer_id, p_day) as was
        where was.parent_id = below.customer_id
    )

    select below.customer_id from below;
end;

comment on function logic.customer_tree(text, date) is
$$A customer and everyone below it on a day, as far as the caller may see them.
Example: select * from logic.customer_tree('1000', '2026-10-31')
Raises: nothing$$;

-- Nothing is asked line by line. Lists and quantities hold for a time (customer, contract and line each have
-- their own states); where the states of a line meet is a piece. Pieces alike in service, lists, months and
-- anniversary are added up first, and each way to a price is priced once.
create function logic.annual_list(p_from date, p_to date, p_is_accrued boolean)
returns table (month date, service_id bigint, contracts bigint, annual numeric, accrued numeric)
language plpgsql stable security definer rows 100
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_days date[];
    v_epochs date[];
    v_is_staff boolean := access.is_staff();
    v_own bigint[];
begin
    perform access.require(
        'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration',
        'seller'
    );
    v_own := access.contract_ids();
    v_days := array(
        select first.day::date
        from generate_series(
            date_trunc('month', (p_from - 1)::timestamp) + interval '1 month', (p_to - 1)::timestamp,
            '1 month'
        ) as first (day)
    );
    -- Prices of fees change on these days only.
    v_epochs := array(
        select lower(item.valid) from billing.price_item as item
        where item.service_charge_id is not null and not lower_inf(item.valid)
        union
        select upper(item.valid) from billing.price_item as item
        where item.service_charge_id is not null and not upper_inf(item.valid)
        order by 1
    );
    return query
    with recursive customer_state as materialized (
        select
            customer.customer_id, date '-infinity' as from_on, date 'infinity' as to_on, customer.parent_id,
            customer.price_list_id
        from billing.customer
        where customer.customer_id not in (select term.customer_id from billing.customer_term as term)
        union all
        select
            up_to.customer_id, up_to.from_on,
            lead(up_to.from_on, 1, 'infinity') over (partition by up_to.customer_id order by up_to.from_on),
            up_to.parents[cardinality(up_to.parents)], up_to.lists[cardinality(up_to.lists)]
        from (
            select
                said.customer_id, said.from_on,
                array_agg(said.parent_id) filter (where said.parent_id is not null) over by_day as parents,
                array_agg(said.price_list_id) filter (where said.price_list_id is not null) over by_day
                    as lists
            from (
                select customer.customer_id, date '-infinity' as from_on, customer.parent_id,
                    customer.price_list_id
                from billing.customer
                where customer.customer_id in (select term.customer_id from billing.customer_term as term)
                union all
                select term.customer_id, term.from_on, term.parent_id, term.price_list_id
                from billing.customer_term as term
            ) as said
            window by_day as (partition by said.customer_id order by said.from_on)
        ) as up_to
    ),

    -- the list of the customer, else of the nearest above
    climb as (
        select * from customer_state
        union all
        select
            climb.customer_id, greatest(climb.from_on, above.from_on), least(climb.to_on, above.to_on),
            above.parent_id, above.price_list_id
        from climb
        inner join customer_state as above
            on above.customer_id = climb.parent_id
            and above.from_on < climb.to_on and climb.from_on < above.to_on
        where climb.price_list_id is null
    ),

    contract_state as materialized (
        select
            contract.contract_id, date '-infinity' as from_on, date 'infinity' as to_on,
            contract.price_list_id
        from billing.contract
        where
            contract.contract_id not in (
                select term.contract_id from billing.contract_term as term
                where term.price_list_id is not null
            )
        union all
        select
            said.contract_id, said.from_on,
            lead(said.from_on, 1, 'infinity') over (partition by said.contract_id order by said.from_on),
            said.price_list_id
        from (
            select contract.contract_id, date '-infinity' as from_on, contract.price_list_id
            from billing.contract
            where
                contract.contract_id in (
                    select term.contract_id from billing.contract_term as term
                    where term.price_list_id is not null
                )
            union all
            select term.contract_id, term.from_on, term.price_list_id
            from billing.contract_term as term
            where term.price_list_id is not null
        ) as said
    ),

    line_state as materialized (
        select
            line.contract_line_id, date '-infinity' as from_on, date 'infinity' as to_on, line.quantity,
            line.price_list_id
        from billing.contract_line as line
        where line.contract_line_id not in (select term.contract_line_id from billing.line_term as term)
        union all
        select
            up_to.contract_line_id, up_to.from_on,
            lead(up_to.from_on, 1, 'infinity') over (
                partition by up_to.contract_line_id order by up_to.from_on
            ),
            up_to.quantities[cardinality(up_to.quantities)], up_to.lists[cardinality(up_to.lists)]
        from (
            select
                said.contract_line_id, said.from_on,
                array_agg(said.quantity) filter (where said.quantity is not null) over by_day as quantities,
                array_agg(said.price_list_id) filter (where said.price_list_id is not null) over by_day
                    as lists
            from (
                select line.contract_line_id, date '-infinity' as from_on, line.quantity, line.price_list_id
                from billing.contract_line as line
                where line.contract_line_id in (select term.contract_line_id from billing.line_term as term)
                union all
                select term.contract_line_id, term.from_on, term.quantity, term.price_list_id
                from billing.line_term as term
            ) as said
            window by_day as (partition by said.contract_line_id order by said.from_on)
        ) as up_to
    ),

    -- first_place to last_place: the days asked for (by place in v_days) on which it is active
    piece as materialized (
        select
            line.service_id, line.contract_id, coalesce(line_said.price_list_id, 0) as line_list_id,
            coalesce(contract_said.price_list_id, 0) as contract_list_id,
            coalesce(customer_said.price_list_id, 0) as customer_list_id, line_said.quantity,
            case when p_is_accrued then
                make_date(
                    2000, extract(month from contract.start_on)::integer,
                    extract(day from contract.start_on)::integer
                )
            end as anniversary_on,
            width_bucket(
                greatest(lower(line.valid), line_said.from_on, contract_said.from_on, customer_said.from_on)
                - 1,
                v_days
            ) + 1 as first_place,
            width_bucket(
                least(upper(line.valid), line_said.to_on, contract_said.to_on, customer_said.to_on) - 1,
                v_days
            ) as last_place
        from billing.contract_line as line
        inner join billing.contract on contract.contract_id = line.contract_id
        inner join line_state as line_said on line_said.contract_line_id = line.contract_line_id
        inner join contract_state as contract_said on contract_said.contract_id = line.contract_id
        inner join climb as customer_said
            on customer_said.customer_id = contract.customer_id
            and (customer_said.price_list_id is not null or customer_said.parent_id is null)
        where
            contract.state = 'active' and line.valid is not null
            and line.valid && daterange(v_days[1], v_days[cardinality(v_days)], '[]')
            and (v_is_staff or contract.contract_id = any(v_own))
    ),

    -- a contract with two lines of a service counts once
    counted as (
        select span.service_id, span.during, count(*) as contracts
        from (
            select
                piece.service_id,
                unnest(range_agg(int4range(piece.first_place, piece.last_place, '[]'))) as during
            from piece
            where piece.first_place <= piece.last_place
            group by piece.service_id, piece.contract_id
        ) as span
        group by span.service_id, span.during
    ),

    alike as materialized (
        select
            piece.service_id, piece.line_list_id, piece.contract_list_id, piece.customer_list_id,
            piece.anniversary_on, piece.first_place, piece.last_place, sum(piece.quantity) as quantity
        from piece
        where piece.first_place <= piece.last_place
        group by
            piece.service_id, piece.line_list_id, piece.contract_list_id, piece.customer_list_id,
            piece.anniversary_on, piece.first_place, piece.last_place
    ),

    day as materialized (
        select
            asked.place::integer as place, asked.day,
            case
                when v_epochs = '{}' or asked.day < v_epochs[1] then date '-infinity'
                else v_epochs[width_bucket(asked.day, v_epochs)]
            end as epoch
        from unnest(v_days) with ordinality as asked (day, place)
    ),

    -- The lists of each way, in order. Each list, charge and time between two changes is asked once.
    wanted as materialized (
        select
            way.service_id, way.line_list_id, way.contract_list_id, way.customer_list_id,
            charge.service_charge_id, list.turn, price_list.price_list_id, price_list.currency, time.epoch,
            dense_rank() over (
                order by price_list.price_list_id, charge.service_charge_id, time.epoch
            ) as place
        from (
            select distinct
                alike.service_id, alike.line_list_id, alike.contract_list_id, alike.customer_list_id
            from alike
        ) as way
        inner join billing.service on service.service_id = way.service_id
        inner join billing.service_charge as charge
            on charge.service_id = way.service_id and charge.kind = 'periodic'
        cross join lateral unnest(
            array[way.line_list_id, way.contract_list_id, way.customer_list_id, service.price_list_id]
        ) with ordinality as list (price_list_id, turn)
        inner join billing.price_list
            on price_list.price_list_id = list.price_list_id and not price_list.is_draft
        cross join (select distinct day.epoch from day) as time
    ),

    answer as materialized (
        select found.place, found.rate
        from logic.fee_search(
            array(
                select row(asked.price_list_id, asked.service_charge_id, asked.epoch)::logic.fee_key
                from (
                    select distinct
                        wanted.place, wanted.price_list_id, wanted.service_charge_id, wanted.epoch
                    from wanted
                ) as asked
                order by asked.place
            )
        ) as found
    ),

    priced as (
        select distinct on (
            wanted.service_id, wanted.line_list_id, wanted.contract_list_id, wanted.customer_list_id,
            wanted.service_charge_id, wanted.epoch
        )
            wanted.service_id, wanted.line_list_id, wanted.contract_list_id, wanted.customer_list_id,
            wanted.epoch, answer.rate, wanted.currency
        from wanted
        inner join answer on answer.place = wanted.place
        order by
            wanted.service_id, wanted.line_list_id, wanted.contract_list_id, wanted.customer_list_id,
            wanted.service_charge_id, wanted.epoch, wanted.turn
    ),

    exchange as materialized (
        select day.place, list.currency, logic.rate_on(list.currency, day.day) as rate
        from day
        cross join (select distinct price_list.currency from billing.price_list) as list
    ),

    yearly as materialized (
        select
            priced.service_id, priced.line_list_id, priced.contract_list_id, priced.customer_list_id,
            day.place, sum(priced.rate * exchange.rate) * 12 as amount
        from priced
        inner join day on day.epoch = priced.epoch
        inner join exchange on exchange.place = day.place and exchange.currency = priced.currency
        group by
            priced.service_id, priced.line_list_id, priced.contract_list_id, priced.customer_list_id,
            day.place
    ),

    -- how much of the contract year has passed; the 29th of February is the 28th in other years
    share as materialized (
        select
            start.anniversary_on, day.place,
            logic.divide(
                day.day + 1 - year.from_on,
                (start.anniversary_on + make_interval(years => year.n + 1))::date - year.from_on
            ) as passed
        from (
            select distinct alike.anniversary_on from alike where alike.anniversary_on is not null
        ) as start
        cross join day
        cross join lateral (
            select one.n, (start.anniversary_on + make_interval(years => one.n))::date as from_on
            from (
                select extract(year from day.day)::integer - 2000 - back.back as n
                from unnest(array[0, 1]) as back (back)
            ) as one
            where (start.anniversary_on + make_interval(years => one.n))::date <= day.day
            order by one.n desc
            limit 1
        ) as year
    ),

    value as materialized (
        select
            alike.service_id, yearly.place, sum(alike.quantity * yearly.amount) as annual,
            sum(alike.quantity * yearly.amount * share.passed) as accrued
        from alike
        inner join yearly
            on yearly.service_id = alike.service_id and yearly.line_list_id = alike.line_list_id
            and yearly.contract_list_id = alike.contract_list_id
            and yearly.customer_list_id = alike.customer_list_id
            and yearly.place between alike.first_place and alike.last_place
        left join share on share.anniversary_on = alike.anniversary_on and share.place = yearly.place
        group by alike.service_id, yearly.place
    )

    select
        day.day, counted.service_id, sum(counted.contracts)::bigint, coalesce(value.annual, 0),
        case when p_is_accrued then coalesce(value.accrued, 0) end
    from day
    inner join counted on counted.during @> day.place
    left join value on value.service_id = counted.service_id and value.place = day.place
    group by day.day, counted.service_id, value.annual, value.accrued;
end;
$$;

comment on function logic.annual_list(date, date, boolean) is
$$12 times the monthly fees of the contract lines active on the first day of each month in [p_from, p_to), by
service, in the operator's currency by the prices and rates of that day; accrued: what of it has passed since
the last anniversary of each contract. Not rounded. A level seller gets its own contracts.
Example: select * from logic.annual_list('2026-10-01', '2026-11-01', true) where false
Raises: LB901 without a level of the staff or seller$$;

create function logic.number_free_list(p_as_of date)
returns table (number text, to_number text)
language plpgsql stable security definer rows 1000
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_is_staff boolean := access.is_staff();
    v_own bigint[];
    v_blocks int8multirange;
begin
    perform access.require(
        'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration',
        'seller'
    );
    v_own := access.contract_line_ids();
    select range_agg(block.span) into v_blocks
    from billing.subscriber_number as block
    where
        block.to_number is not null and block.kind = 'number' and lower(block.valid) <= p_as_of
        and (v_is_staff or block.contract_line_id = any(v_own));
    return query
    -- a point is the number with a 1 in front
    select substr(lower(free.span)::text, 2), substr((upper(free.span) - 1)::text, 2)
    from unnest(
        v_blocks - coalesce(
            (
                select range_agg(used.span) from billing.subscriber_number as used
                where used.kind = 'number' and used.valid @> p_as_of
            ),
            '{}'
        )
    ) as free (span);
end;
$$;

comment on function logic.number_free_list(date) is
$$Numbers of blocks that were assigned up to a day, and are in no assignment valid that day, from … to. A
level seller gets those of its own blocks.
Example: select * from logic.number_free_list('2026-10-31') where false
Raises: LB901 without a level of the staff or seller$$;

-- api

create function api.report_list()
returns table (
    report text, title text, arguments text[], types text[], needed integer, columns text[],
    column_types text[], summed text[]
)
language sql stable rows 20
begin atomic
    select
        proc.proname::text, regexp_replace(
            split_part(said.comment, E'\nSums: ', 1), E'(\n(Example|Raises): .*|\n)', ' ', 'g'
        ),
        part.arguments, part.types, proc.pronargs - proc.pronargdefaults, part.columns, part.column_types,
        coalesce(string_to_array(substring(said.comment from E'\nSums: ([^\n]+)\n'), ', '), '{}')
    from pg_proc as proc
    cross join lateral (select obj_description(proc.oid, 'pg_proc') as comment) as said
    cross join lateral (
        select
            array_agg(one.name order by one.place) filter (where one.mode = 'i') as arguments,
            array_agg(format_type(one.type, null) order by one.place) filter (where one.mode = 'i') as types,
            array_agg(one.name order by one.place) filter (where one.mode = 't') as columns,
            array_agg(format_type(one.type, null) order by one.place) filter (where one.mode = 't')
                as column_types
        from unnest(proc.proargnames, proc.proargmodes, proc.proallargtypes) with ordinality
            as one (name, mode, type, place)
    ) as part
    where
        proc.pronamespace = 'report'::regnamespace and proc.proretset
        and has_function_privilege(proc.oid, 'execute')
    order by proc.proname collate "C";
end;

comment on function api.report_list() is
$$The reports that the caller may run: what each shows, its arguments (the first of them needed), its columns,
and those whose sums make sense.
Example: select * from api.report_list()
Raises: nothing$$;
grant execute on function api.report_list() to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_customer, leissner_report, leissner_auditor, leissner_batch,
    leissner_integration;
