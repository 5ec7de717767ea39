-- 75_credit/policy: which policy holds for a payer, and who has promised to pay.

create function logic.credit_policy_list(p_payers bigint[], p_on date)
returns table (payer_id bigint, credit_policy_id bigint)
language sql stable rows 100000
begin atomic
    with payer as materialized (
        select customer.customer_id, customer.kind from billing.customer
        where p_payers is null or customer.customer_id = any(p_payers)
    ),

    -- of each payer the groups of the day, those that policies name
    in_group as (
        select payer.customer_id, member.customer_group_id
        from (
            select distinct policy.customer_group_id from billing.credit_policy as policy
            where policy.customer_group_id is not null
        ) as named
        inner join billing.customer_in_group as member on member.customer_group_id = named.customer_group_id
        inner join payer on payer.customer_id = member.customer_id
        where not exists (
            select from billing.customer_term as term
            where
                term.customer_id = payer.customer_id and term.from_on <= p_on and term.group_ids is not null
        )
        union all
        select term.customer_id, unnest(term.group_ids)
        from (
            select distinct on (said.customer_id) said.customer_id, said.group_ids
            from billing.customer_term as said
            where said.from_on <= p_on and said.group_ids is not null
            order by said.customer_id, said.from_on desc
        ) as term
        inner join payer on payer.customer_id = term.customer_id
    ),

    grouped as (
        select distinct on (in_group.customer_id) in_group.customer_id, policy.credit_policy_id
        from in_group
        inner join billing.credit_policy as policy on policy.customer_group_id = in_group.customer_group_id
        order by in_group.customer_id, policy.code collate "C"
    )

    select
        payer.customer_id,
        coalesce(
            own.credit_policy_id, grouped.credit_policy_id, of_kind.credit_policy_id,
            for_all.credit_policy_id
        )
    from payer
    left join billing.credit_policy as own on own.customer_id = payer.customer_id
    left join grouped on grouped.customer_id = payer.customer_id
    left join billing.credit_policy as of_kind on of_kind.kind = payer.kind
    left join billing.credit_policy as for_all
        on num_nonnulls(for_all.kind, for_all.customer_group_id, for_all.customer_id) = 0;
end;

comment on function logic.credit_policy_list(bigint[], date) is
$$The policy that holds for payers (NULL: all) on a day: the customer's own, else that of one of its groups
(the first by code), of its kind, or the one for all; NULL: none, nothing is done.
Example: select * from logic.credit_policy_list('{1}', '2026-11-01')
Raises: nothing$$;

create function logic.promise_list(p_payers bigint[], p_day date)
returns table (payer_id bigint, until_on date)
language sql stable rows 100
begin atomic
    select last_one.payer_id, last_one.until_on
    from (
        select distinct on (promise.payer_id) promise.payer_id, promise.until_on
        from billing.credit_promise as promise
        where p_payers is null or promise.payer_id = any(p_payers)
        order by promise.payer_id, promise.credit_promise_id desc
    ) as last_one
    where last_one.until_on >= p_day;
end;

comment on function logic.promise_list(bigint[], date) is
$$Payers (NULL: of all) whose promise to pay holds on a day.
Example: select * from logic.promise_list('{1}', '2026-11-01')
Raises: nothing$$;

create function logic.promise_holds(p_payer bigint, p_day date)
returns boolean
language sql stable
return exists (select from logic.promise_list(array[p_payer], p_day));

comment on function logic.promise_holds(bigint, date) is
$$Has the payer promised to pay until the day or later?
Example: select logic.promise_holds(1, '2026-11-01')
Raises: nothing$$;
