-- 30_customer/list: customers, contracts and numbers as people look for them; what forms offer to choose
-- from.

-- Where a contract or a line stands on a day, in one word.
create function logic.term_state(p_state text, p_valid daterange, p_day date)
returns text
language sql immutable parallel safe
return case
    when p_state = 'proposed' then 'proposed'
    when p_valid is null or upper(p_valid) <= p_day then 'ended'
    when lower(p_valid) > p_day then 'coming'
    when upper(p_valid) is not null then 'ending'
    else 'active'
end;

comment on function logic.term_state(text, daterange, date) is
$$proposed, coming, active, ending (active, but the end is known) or ended.
Example: select logic.term_state('active', daterange('2026-01-01', null), '2026-10-05')
Raises: nothing$$;

-- Definer, because some levels see customers and contracts, but no price lists.
create function logic.price_list_code(p_price_list_id bigint)
returns text
language sql stable security definer
set search_path = pg_catalog, pg_temp
return (select list.code from billing.price_list as list where list.price_list_id = p_price_list_id);

comment on function logic.price_list_code(bigint) is
$$The code of a price list. It checks no permission: a code says nothing of prices.
Example: select logic.price_list_code(1)
Raises: nothing$$;

create function logic.price_list_currency(p_price_list_id bigint)
returns text
language sql stable security definer
set search_path = pg_catalog, pg_temp
return (select list.currency from billing.price_list as list where list.price_list_id = p_price_list_id);

comment on function logic.price_list_currency(bigint) is
$$The currency of a price list. It checks no permission: a currency says nothing of prices.
Example: select logic.price_list_currency(1)
Raises: nothing$$;

-- Definer: under row-level security no index on ranges is used. Keys say nothing of who has them.
create function logic.number_ids(p_number text, p_is_begin boolean)
returns bigint[]
language sql stable security definer
set search_path = pg_catalog, pg_temp
return array(
    with asked as materialized (
        select logic.number_typed(p_number) as digits
    )

    select own.subscriber_number_id
    from asked
    cross join lateral generate_series(
        length(asked.digits),
        case when p_is_begin and length(asked.digits) >= 4 then 15 else length(asked.digits) end
    ) as size (n)
    inner join billing.subscriber_number as own
        on
            own.kind = 'number'
            and own.span && int8range(
                billing.number_point(rpad(asked.digits, size.n, '0')),
                billing.number_point(rpad(asked.digits, size.n, '9')), '[]'
            )
    -- what is no number is no point, and a range without ends would hold them all
    where billing.number_point(asked.digits) is not null
    union
    select own.subscriber_number_id
    from billing.subscriber_number as own
    where own.kind = 'account' and own.number = p_number
);

comment on function logic.number_ids(text, boolean) is
$$The keys of numbers, blocks and accounts that a number as people write it lies in, or begins.
It checks no permission: a key says nothing.
Example: select logic.number_ids('090-200 10 05', false)
Raises: nothing$$;

create function logic.customer_number_free_list()
returns table (span int8range)
language plpgsql stable security definer rows 1000
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    perform access.require(
        'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'
    );
    return query
    -- What was assigned once and is nobody's today, less what somebody else has today or later.
    with ended as materialized (
        select own.span
        from billing.subscriber_number as own
        where
            own.kind = 'number'
            and (own.valid is null or upper(own.valid) is not null) -- as the index has it
            and (own.valid is null or upper(own.valid) <= (select logic.today()))
    )

    select unnest(
        range_agg(ended.span)
        - coalesce(
            (
                select range_agg(own.span)
                from ended as gone
                inner join billing.subscriber_number as own on own.span && gone.span
                where
                    own.kind = 'number' and own.valid is not null
                    and coalesce(upper(own.valid), 'infinity') > (select logic.today())
            ),
            '{}'::int8multirange
        )
    )
    from ended;
end;
$$;

comment on function logic.customer_number_free_list() is
$$Numbers that were assigned once and belong to nobody today or later, in runs.
Example: select * from logic.customer_number_free_list() where false
Raises: LB901 without a staff level$$;

-- Definer: under row-level security no index on ranges is used. Only staff may ask.
create function logic.number_former(p_span int8range)
returns bigint
language sql stable security definer
set search_path = pg_catalog, pg_temp
return (
    select former.subscriber_number_id
    from billing.subscriber_number as former
    where former.kind = 'number' and former.span && p_span
    order by upper(former.valid) desc nulls last
    limit 1
);

comment on function logic.number_former(int8range) is
$$The key of what had a run of numbers last. It checks no permission: a key says nothing.
Example: select logic.number_former('[146902001000,146902001001)')
Raises: nothing$$;

-- What a form names by its code.
create function logic.code_id(p_kind text, p_code text, p_field text)
returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_id bigint;
begin
    if p_code is null then
        return null;
    end if;
    case p_kind
        when 'customer' then
            select one.customer_id into v_id from billing.customer as one where one.customer_no = p_code;
        when 'seller' then
            select one.seller_id into v_id from billing.seller as one where one.code = p_code;
        when 'group' then
            select one.customer_group_id into v_id from billing.customer_group as one where one.code = p_code;
        when 'price_list' then
            select one.price_list_id into v_id from billing.price_list as one
            where one.code = p_code and one.level = 'retail';
        when 'service' then
            select one.service_id into v_id from billing.service as one where one.code = p_code;
        when 'contract' then
            select one.contract_id into v_id from billing.contract as one where one.contract_no = p_code;
    end case;
    if v_id is null then
        perform billing.fail('LB802', jsonb_build_object('code', p_code, 'field', p_field));
    end if;
    return v_id;
end;
$$;

comment on function logic.code_id(text, text, text) is
$$The key of what a form names by its code (customer, seller, group, retail price_list, service, contract);
NULL
for NULL.
Example: select logic.code_id('customer', null, 'parent_no')
Raises: LB802 beside the field when there is none$$;

create function logic.line_id(p_contract_no text, p_line_no integer)
returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_contract bigint := logic.code_id('contract', p_contract_no, 'contract_no');
    v_line bigint;
begin
    select line.contract_line_id into v_line
    from billing.contract_line as line
    where line.contract_id = v_contract and line.line_no = p_line_no;
    if v_line is null then
        perform billing.fail(
            'LB802', jsonb_build_object('code', p_contract_no || '/' || p_line_no, 'field', 'line_no')
        );
    end if;
    return v_line;
end;
$$;

comment on function logic.line_id(text, integer) is
$$The key of a contract line.
Example: select logic.line_id('C1', 1) where false
Raises: LB802 when there is none$$;

-- api

create function api.customer_list(p_parent_no text default null, p_words text default null)
returns table (
    customer_no text, name text, kind text, parent_no text, city text, org_no text, email text, seller text,
    contracts bigint, credit_limit numeric, currency text
)
language sql stable rows 1000
begin atomic
    select
        customer.customer_no, customer.name, customer.kind, parent.customer_no, customer.city,
        customer.org_no, customer.email, seller.code,
        (select count(*) from billing.contract where contract.customer_id = customer.customer_id),
        customer.credit_limit,
        coalesce(customer.currency, (select operator.currency from billing.operator))
    from billing.customer
    left join billing.customer as parent on parent.customer_id = customer.parent_id
    left join billing.seller on seller.seller_id = customer.seller_id
    where
        (p_parent_no is null or parent.customer_no = p_parent_no)
        and (
            p_words is null
            or customer.customer_id = any((select logic.customer_found(p_words, true))::bigint[])
        );
end;

comment on function api.customer_list(text, text) is
$$Customers, or those right below one from their first day, or those that have words in their number, name,
town, registration number or e-mail.
Example: select * from api.customer_list('1000')
Raises: nothing$$;
grant execute on function api.customer_list(text, text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_report, leissner_auditor, leissner_batch, leissner_integration, leissner_seller;

create function api.contract_list(
    p_customer_no text default null, p_service text default null, p_words text default null
)
returns table (
    contract_no text, customer_no text, customer text, state text, services text, lines bigint,
    start_on date, ends_on date, seller text, reference text, noticed_on date, signed_on date
)
language sql stable rows 1000
begin atomic
    select
        contract.contract_no, customer.customer_no, customer.name,
        logic.term_state(contract.state, contract.valid, today.day),
        -- asked of the rows that are shown, no others
        (
            select string_agg(distinct service.name, ', ')
            from billing.contract_line as line
            inner join billing.service on service.service_id = line.service_id
            where line.contract_id = contract.contract_id
        ),
        (
            select count(*) from billing.contract_line as line where line.contract_id = contract.contract_id
        ),
        contract.start_on, upper(contract.valid), seller.code, contract.reference, contract.noticed_on,
        contract.signed_on
    from billing.contract
    cross join (select logic.today() as day offset 0) as today
    inner join billing.customer on customer.customer_id = contract.customer_id
    left join billing.seller on seller.seller_id = coalesce(contract.seller_id, customer.seller_id)
    where
        (p_customer_no is null or customer.customer_no = p_customer_no)
        and (
            p_service is null
            or contract.contract_id in (
                select line.contract_id
                from billing.contract_line as line
                inner join billing.service on service.service_id = line.service_id
                where service.code = p_service
            )
        )
        and (p_words is null or contract.contract_id = any((select logic.contract_found(p_words))::bigint[]));
end;

comment on function api.contract_list(text, text, text) is
$$Contracts: all, those of a customer, those with a line for a service. ends_on: the first day no longer
covered.
Example: select * from api.contract_list('1000')
Raises: nothing$$;

create function api.number_list(
    p_number text default null, p_customer_no text default null, p_contract_no text default null,
    p_line_no integer default null, p_words text default null, p_state text default null
)
returns table (
    id bigint, number text, to_number text, kind text, numbers bigint, state text, from_on date,
    ends_on date, contract_no text, line_no integer, service text, customer_no text, customer text
)
language sql stable rows 1000
begin atomic
    select
        own.subscriber_number_id, own.number, own.to_number, own.kind, upper(own.span) - lower(own.span),
        logic.term_state(contract.state, own.valid, today.day), lower(own.valid), upper(own.valid),
        contract.contract_no, line.line_no, service.name, customer.customer_no, customer.name
    from billing.subscriber_number as own
    cross join (select logic.today() as day offset 0) as today
    inner join billing.contract_line as line on line.contract_line_id = own.contract_line_id
    inner join billing.service on service.service_id = line.service_id
    inner join billing.contract on contract.contract_id = line.contract_id
    inner join billing.customer on customer.customer_id = contract.customer_id
    where
        (
            p_number is null
            or own.subscriber_number_id = any((select logic.number_ids(p_number, true))::bigint[])
        )
        and (p_customer_no is null or customer.customer_no = p_customer_no)
        and (p_contract_no is null or contract.contract_no = p_contract_no)
        and (p_line_no is null or line.line_no = p_line_no)
        and (
            p_words is null or own.subscriber_number_id = any((select logic.number_found(p_words))::bigint[])
        )
        -- as a value, not a condition: the planner shall not take it for few, nearly all are active
        and (
            p_state is null
            or coalesce(logic.term_state(contract.state, own.valid, today.day) = p_state, false)
        )
        -- the same again, table by table, where others are asked for
        and (coalesce(p_state, '') <> 'proposed' or contract.state = 'proposed')
        and (coalesce(p_state, '') <> 'coming' or lower(own.valid) > today.day)
        and (coalesce(p_state, '') <> 'ending' or upper(own.valid) > today.day)
        and (coalesce(p_state, '') <> 'ended' or own.valid is null or upper(own.valid) <= today.day);
end;

comment on function api.number_list(text, text, text, integer, text, text) is
$$Numbers, blocks and accounts: all, those that a number as people write it lies in or begins, those of a
customer.
Example: select * from api.number_list('090-200 10 05')
Raises: nothing$$;

create function api.number_free_list()
returns table (number text, to_number text, numbers bigint, former_customer_no text, freed_on date)
language sql stable rows 1000
begin atomic
    select
        substr(lower(one.span)::text, 2), nullif(substr((upper(one.span) - 1)::text, 2),
        substr(lower(one.span)::text, 2)),
        upper(one.span) - lower(one.span),
        -- asked of the rows that are shown, no others
        (
            select customer.customer_no
            from billing.subscriber_number as former
            inner join billing.contract_line as line on line.contract_line_id = former.contract_line_id
            inner join billing.contract on contract.contract_id = line.contract_id
            inner join billing.customer on customer.customer_id = contract.customer_id
            where former.subscriber_number_id = logic.number_former(one.span)
        ),
        (
            select upper(former.valid) from billing.subscriber_number as former
            where former.subscriber_number_id = logic.number_former(one.span)
        )
    from logic.customer_number_free_list() as one;
end;

comment on function api.number_free_list() is
$$Numbers that were assigned once and belong to nobody today or later, in runs, with who had them last.
Example: select * from api.number_free_list() where false
Raises: LB901$$;

create function api.customer_choice_list(p_kind text)
returns table (code text, name text)
language plpgsql stable rows 100
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    case p_kind
        when 'service' then
            return query select one.code, one.name from billing.service as one order by one.name;
        when 'seller' then
            return query select one.code, one.name from billing.seller as one order by one.name;
        when 'group' then
            return query select one.code, one.name from billing.customer_group as one order by one.name;
        when 'price_list' then
            return query
            select one.code, one.name from billing.price_list as one
            where one.level = 'retail' and not one.is_draft
            order by one.name;
        when 'vat_code' then
            return query
            select one.code, one.code || ' (' || string_agg(distinct one.percent::text, ', ') || ' %)'
            from billing.vat_code as one
            group by one.code
            order by one.code;
        when 'currency' then
            return query select one.currency, one.currency from billing.currency as one order by one.currency;
    end case;
end;
$$;

comment on function api.customer_choice_list(text) is
$$What a form offers to choose from: service, seller, group, price_list (retail, no drafts), vat_code,
currency.
Example: select * from api.customer_choice_list('service')
Raises: nothing$$;

grant execute on function
    api.contract_list(text, text, text), api.number_list(text, text, text, integer, text, text)
to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_report, leissner_auditor, leissner_batch, leissner_integration, leissner_seller;
grant execute on function api.customer_choice_list(text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_report, leissner_auditor, leissner_batch, leissner_integration, leissner_seller;
grant execute on function api.number_free_list() to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_report, leissner_auditor, leissner_batch, leissner_integration;
