-- 30_customer/close: a customer's addresses by themselves; a customer moved in its tree, and closed.

-- api

create function api.address_list(p_customer_no text)
returns table (
    kind text, street text, postcode text, city text, country text, attention text, row_version integer
)
language sql stable rows 2
begin atomic
    select
        one.kind, one.street, one.postcode, one.city, one.country, customer.attention, customer.row_version
    from billing.customer
    cross join lateral (
        values
        ('visiting', customer.street, customer.postcode, customer.city, customer.country),
        (
            'billing', customer.billing_street, customer.billing_postcode, customer.billing_city,
            customer.billing_country
        )
    ) as one (kind, street, postcode, city, country)
    where customer.customer_no = p_customer_no;
end;

comment on function api.address_list(text) is
$$The addresses of a customer: visiting, and billing, where invoices are sent to; what is empty in that is as
in the visiting address. attention and row_version are the customer's, the same in both.
Example: select kind, city from api.address_list('1000')
Raises: nothing$$;

create function api.address_get(p_customer_no text, p_kind text)
returns table (
    kind text, street text, postcode text, city text, country text, attention text, row_version integer
)
language sql stable rows 1
begin atomic
    select one.kind, one.street, one.postcode, one.city, one.country, one.attention, one.row_version
    from api.address_list(p_customer_no) as one
    where one.kind = p_kind;
end;

comment on function api.address_get(text, text) is
$$The visiting or the billing address of a customer; what is empty in the billing address is as in the
visiting one.
Example: select city from api.address_get('1000', 'billing')
Raises: nothing$$;

create function api.address_save(
    p_customer_no text, p_kind text, p_street text default null, p_postcode text default null,
    p_city text default null, p_country text default null, p_attention text default null,
    p_row_version integer default null
)
returns integer
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_customer bigint := logic.code_id('customer', p_customer_no, 'customer_no');
    v_is_billing boolean := p_kind = 'billing';
    v_version integer;
begin
    if p_kind is null or p_kind not in ('visiting', 'billing') then
        perform billing.fail('LB802', jsonb_build_object('code', p_kind, 'field', 'kind'));
    end if;
    select customer.row_version into v_version
    from billing.customer where customer.customer_id = v_customer for update;
    perform logic.version_check(p_row_version, v_version);
    update billing.customer
    set
        street = case when v_is_billing then street else p_street end,
        postcode = case when v_is_billing then postcode else p_postcode end,
        city = case when v_is_billing then city else p_city end,
        country = case when v_is_billing then country else coalesce(p_country, country) end,
        billing_street = case when v_is_billing then p_street else billing_street end,
        billing_postcode = case when v_is_billing then p_postcode else billing_postcode end,
        billing_city = case when v_is_billing then p_city else billing_city end,
        billing_country = case when v_is_billing then p_country else billing_country end,
        attention = p_attention
    where customer_id = v_customer
    returning row_version into v_version;
    return v_version;
end;
$$;

comment on function api.address_save(text, text, text, text, text, text, text, integer) is
$$Changes the visiting or the billing address of a customer: the customer's new row_version. An empty billing
address is the visiting one. The country of a visiting address stays where none is given.
Example: select api.address_save('1000', 'billing', 'Box 1', '90101', 'Umeå', 'SE') where false
Raises: LB800, LB802 for an unknown customer or kind$$;

create function api.customer_move(
    p_customer_no text, p_from_on date, p_parent_no text default null, p_bill_to text default null
)
returns table (customer_no text, from_on date, parent_no text, bill_to text, payer_no text)
language plpgsql volatile rows 1
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_customer bigint := logic.code_id('customer', p_customer_no, 'customer_no');
    v_parent bigint := logic.code_id('customer', p_parent_no, 'parent_no');
begin
    if v_parent is null and p_bill_to is null then
        perform billing.fail('LB821', jsonb_build_object('customer', p_customer_no, 'field', 'parent_no'));
    end if;
    insert into billing.customer_term as term (customer_id, from_on, parent_id, bill_to)
    values (v_customer, p_from_on, v_parent, p_bill_to)
    on conflict (customer_id, from_on) do update
    set
        parent_id = coalesce(excluded.parent_id, term.parent_id),
        bill_to = coalesce(excluded.bill_to, term.bill_to);
    return query
    select
        p_customer_no, p_from_on, parent.customer_no,
        coalesce(
            (
                select term.bill_to from billing.customer_term as term
                where
                    term.customer_id = v_customer and term.from_on <= p_from_on and term.bill_to is not null
                order by term.from_on desc
                limit 1
            ),
            customer.bill_to
        ),
        (
            select payer.customer_no
            from logic.payer_of(v_customer) as pays
            inner join billing.customer as payer on payer.customer_id = pays.payer_id
            where pays.valid @> p_from_on
        )
    from billing.customer
    -- offset: as a value, by which row-level security lets an index look up
    cross join (select one.* from logic.customer_on(v_customer, p_from_on) as one offset 0) as held
    left join billing.customer as parent on parent.customer_id = held.parent_id
    where customer.customer_id = v_customer;
end;
$$;

comment on function api.customer_move(text, date, text, text) is
$$Puts a customer below another one from a day on, or changes who pays for it from then (bill_to: self or
parent), or both: where it stands from that day, and who pays. Its contracts and numbers go with it, what was
billed stays where it is. A later change that was noted already holds from its own day. Refuses a customer
that would be above itself on any day. Repeated it is harmless.
Example: select * from api.customer_move('1000', '2027-01-01', '2000', 'parent') where false
Raises: LB801, LB802, LB821$$;

create function api.customer_close(
    p_customer_no text, p_end_on date default null, p_noticed_on date default null,
    p_is_tree boolean default false
)
returns table (
    customer_no text, customers bigint, contracts bigint, ends_on date, proposed bigint, numbers numeric,
    payer_no text, balance numeric, unbilled numeric, currency text
)
language plpgsql volatile rows 1
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_customer bigint := logic.code_id('customer', p_customer_no, 'customer_no');
    v_noticed date := case when p_end_on is null then coalesce(p_noticed_on, logic.today()) end;
    v_closed bigint[];
    v_below text;
    v_contracts bigint[];
begin
    v_closed := array(
        select down.customer_id from logic.customer_down(v_customer, coalesce(p_end_on, v_noticed)) as down
    );
    if not coalesce(p_is_tree, false) then
        select string_agg(below.customer_no, ', ' order by below.customer_no) into v_below
        from (
            select customer.customer_no
            from billing.customer
            where
                customer.customer_id = any(v_closed) and customer.customer_id <> v_customer
                and exists (
                    select from billing.contract
                    where
                        contract.customer_id = customer.customer_id and contract.state = 'active'
                        and contract.valid is not null
                        and coalesce(upper(contract.valid), 'infinity') > coalesce(p_end_on, v_noticed)
                )
            order by customer.customer_no
            limit 5
        ) as below;
        if v_below is not null then
            perform billing.fail('LB820', jsonb_build_object('customer', p_customer_no, 'below', v_below));
        end if;
        v_closed := array[v_customer];
    end if;
    -- An end that was agreed or given notice of already stays, where it comes earlier.
    with changed as (
        update billing.contract
        set
            end_on = case when p_end_on is not null then greatest(start_on, p_end_on) end,
            noticed_on = coalesce(v_noticed, noticed_on)
        where
            customer_id = any(v_closed) and state = 'active' and valid is not null
            and case
                when p_end_on is null then end_on is null and noticed_on is null
                else coalesce(upper(valid), 'infinity') > greatest(start_on, p_end_on)
            end
        returning contract_id
    )

    select coalesce(array_agg(changed.contract_id), '{}') into v_contracts from changed;
    return query
    select
        p_customer_no, cardinality(v_closed)::bigint, cardinality(v_contracts)::bigint, held.ends_on,
        held.proposed,
        (
            select coalesce(sum(upper(own.span) - lower(own.span)), 0)
            from billing.contract_line as line
            inner join billing.subscriber_number as own on own.contract_line_id = line.contract_line_id
            where
                line.contract_id = any(v_contracts) and own.valid is not null
                and coalesce(upper(own.valid), 'infinity') >= upper(line.valid)
        ),
        owed.customer_no, owed.balance, owed.unbilled, (select operator.currency from billing.operator)
    from (
        select
            max(upper(contract.valid)) filter (where contract.state = 'active') as ends_on,
            count(*) filter (where contract.state = 'proposed') as proposed
        from billing.contract
        where contract.customer_id = any(v_closed)
    ) as held
    left join logic.exposure_get(p_customer_no) as owed on true;
end;
$$;

comment on function api.customer_close(text, date, date, boolean) is
$$Ends all contracts of a customer, with their lines and numbers: on end_on (the first day no longer covered),
whatever notice and binding time say, or, without it, by notice given on noticed_on (today), when notice and
binding time are over. What ends earlier already keeps its end. Says how many contracts it ended, from which
day on nothing runs any more (ends_on), and what is left open: proposed contracts, and what the payer owes
(balance) and will be billed for (unbilled). Refuses where customers below it have contracts still; with
is_tree it closes those, too. Repeated it is harmless.
Example: select * from api.customer_close('1000', '2027-01-01') where false
Raises: LB802, LB820$$;

grant execute on function api.address_list(text), api.address_get(text, text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_report, leissner_auditor, leissner_batch, leissner_integration, leissner_seller;
grant execute on function
    api.address_save(text, text, text, text, text, text, text, integer),
    api.customer_move(text, date, text, text), api.customer_close(text, date, date, boolean)
to leissner_admin, leissner_sales, leissner_support, leissner_batch, leissner_integration;
