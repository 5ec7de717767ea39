-- 60_invoice/payer: who pays for whom, on which days (BILLING.md 2), and in which company customers are
-- billed.

create function logic.is_eu(p_country text)
returns boolean
language sql immutable parallel safe
return p_country = any(array[
    'AT', 'BE', 'BG', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'HU', 'IE', 'IT', 'LT',
        'LU',
    'LV', 'MT', 'NL', 'PL', 'PT', 'RO', 'SE', 'SI', 'SK'
]);

comment on function logic.is_eu(text) is
$$Is the country a member of the European Union?
Example: select logic.is_eu('DE')
Raises: nothing$$;

create function logic.customer_link()
returns table (customer_id bigint, parent_id bigint)
language sql stable parallel safe rows 100000
begin atomic
    -- all: so that a few are looked up by key
    select customer.customer_id, customer.parent_id from billing.customer where customer.parent_id is not null
    union all
    select term.customer_id, term.parent_id from billing.customer_term as term
    where term.parent_id is not null;
end;

comment on function logic.customer_link() is
$$Customers with each customer that is, was or will be right above them, some more than once.
Example: select * from logic.customer_link()
Raises: nothing$$;

create function logic.payer_list(p_customers bigint[])
returns table (customer_id bigint, valid daterange, payer_id bigint)
language sql stable rows 5000
begin atomic
    with recursive upwards (start_id, customer_id, payer_id) as (
        select
            customer.customer_id, customer.customer_id,
            case when customer.bill_to = 'parent' then customer.parent_id end
        from billing.customer
        where customer.customer_id = any(p_customers)
        union all
        select
            upwards.start_id, customer.customer_id,
            case when customer.bill_to = 'parent' then customer.parent_id end
        from upwards
        inner join billing.customer on customer.customer_id = upwards.payer_id
    ),

    -- Of nearly all, nothing on the way to the payer has ever changed.
    changed as materialized (
        select distinct upwards.start_id
        from upwards
        inner join billing.customer_term as term on term.customer_id = upwards.customer_id
        where term.parent_id is not null or term.bill_to is not null
    ),

    above (start_id, customer_id) as (
        select changed.start_id, changed.start_id from changed
        union
        select above.start_id, link.parent_id
        from above
        inner join logic.customer_link() as link on link.customer_id = above.customer_id
    ),

    said as (
        select customer.customer_id, date '-infinity' as from_on, customer.parent_id, customer.bill_to
        from billing.customer
        where customer.customer_id in (select above.customer_id from above)
        union all
        select term.customer_id, term.from_on, term.parent_id, term.bill_to
        from billing.customer_term as term
        where
            term.customer_id in (select above.customer_id from above)
            and (term.parent_id is not null or term.bill_to is not null)
    ),

    -- of each column the last value given up to the day
    state as materialized (
        select
            every.customer_id, every.from_on,
            daterange(every.from_on, lead(every.from_on) over by_day) as valid,
            every.parents[cardinality(every.parents)] as parent_id,
            every.bill_tos[cardinality(every.bill_tos)] as bill_to
        from (
            select
                said.customer_id, said.from_on,
                array_agg(said.parent_id) filter (where said.parent_id is not null) over up_to as parents,
                array_agg(said.bill_to) filter (where said.bill_to is not null) over up_to as bill_tos
            from said
            window up_to as (partition by said.customer_id order by said.from_on)
        ) as every
        window by_day as (partition by every.customer_id order by every.from_on)
    ),

    moment as (
        select distinct above.start_id, state.from_on
        from above
        inner join state on state.customer_id = above.customer_id
    ),

    climb as (
        select
            moment.start_id, moment.from_on, state.customer_id, state.parent_id,
            state.bill_to = 'parent' and state.parent_id is not null as goes_on
        from moment
        inner join state on state.customer_id = moment.start_id and state.valid @> moment.from_on
        union all
        select
            climb.start_id, climb.from_on, state.customer_id, state.parent_id,
            state.bill_to = 'parent' and state.parent_id is not null
        from climb
        inner join state on state.customer_id = climb.parent_id and state.valid @> climb.from_on
        where climb.goes_on
    )

    select upwards.start_id, daterange('-infinity', null), upwards.customer_id
    from upwards
    where
        upwards.payer_id is null and upwards.start_id not in (select changed.start_id from changed)
    union all
    select
        climb.start_id,
        daterange(climb.from_on,
            lead(climb.from_on) over (partition by climb.start_id order by climb.from_on)),
        climb.customer_id
    from climb
    where not climb.goes_on;
end;

comment on function logic.payer_list(bigint[]) is
$$Who pays for customers, period by period: the first one upwards that is billed itself.
Example: select * from logic.payer_list('{1}')
Raises: nothing$$;

create function logic.family_list(p_customers bigint[] default null)
returns table (customer_id bigint, family_id bigint)
language plpgsql stable rows 100000
set search_path = pg_catalog, pg_temp
as $$
declare
    v_ids bigint[];
    v_families bigint[];
    v_next bigint[];
begin
    select array_agg(customer.customer_id order by customer.customer_id) into v_ids from billing.customer;
    v_families := v_ids;
    -- A loop: each round hands the lower of two families on along all links; trees are a few levels deep.
    loop
        with now as materialized (
            select every.customer_id, every.family_id
            from unnest(v_ids, v_families) as every (customer_id, family_id)
        ),

        pair as (
            select link.customer_id, least(low.family_id, high.family_id) as family_id
            from logic.customer_link() as link
            inner join now as low on low.customer_id = link.customer_id
            inner join now as high on high.customer_id = link.parent_id
            union all
            select link.parent_id, least(low.family_id, high.family_id)
            from logic.customer_link() as link
            inner join now as low on low.customer_id = link.customer_id
            inner join now as high on high.customer_id = link.parent_id
        )

        select array_agg(coalesce(best.family_id, now.family_id) order by now.customer_id) into v_next
        from now
        left join (
            select pair.customer_id, min(pair.family_id) as family_id from pair group by pair.customer_id
        ) as best on best.customer_id = now.customer_id;
        exit when v_next is not distinct from v_families;
        v_families := v_next;
    end loop;
    return query
    select every.customer_id, every.family_id
    from unnest(v_ids, v_families) as every (customer_id, family_id)
    where
        p_customers is null
        or every.family_id in (
            select one.family_id from unnest(v_ids, v_families) as one (customer_id, family_id)
            where one.customer_id = any(p_customers)
        );
end;
$$;

comment on function logic.family_list(bigint[]) is
$$Customers with the lowest id among all that are,
    were or will be connected with them: who may ever pay for each
other is billed in one transaction. p_customers: only their families; NULL: all.
Example: select * from logic.family_list('{1}')
Raises: nothing$$;
