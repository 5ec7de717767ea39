-- 30_customer/new: a customer with contract, service and number in one step.

-- api

create function api.customer_next()
returns table (customer_no text, contract_no text)
language sql stable rows 1
begin atomic
    select next.no::text, 'A' || next.no
    from (
        select coalesce(max(customer.customer_no::bigint), 1000) + 1 as no
        from billing.customer
        where customer.customer_no ~ '^[1-9][0-9]{0,11}$'
    ) as next;
end;

comment on function api.customer_next() is
$$Numbers that a new customer and its contract may take: one above the highest.
Example: select * from api.customer_next()
Raises: nothing$$;

create function api.customer_new(
    p_customer_no text, p_name text, p_contract_no text, p_service text, p_start_on date,
    p_kind text default 'business', p_org_no text default null, p_parent_no text default null,
    p_bill_to text default 'self', p_street text default null, p_postcode text default null,
    p_city text default null, p_country text default 'SE', p_email text default null,
    p_delivery text default null, p_seller text default null, p_price_list text default null,
    p_quantity numeric default 1, p_number text default null, p_to_number text default null
)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    perform api.customer_save(
        p_customer_no => p_customer_no, p_name => p_name, p_kind => p_kind, p_org_no => p_org_no,
        p_parent_no => p_parent_no, p_bill_to => p_bill_to, p_street => p_street, p_postcode => p_postcode,
        p_city => p_city, p_country => p_country, p_email => p_email,
        p_delivery => coalesce(p_delivery, case when p_email is null then 'print' else 'email' end),
        p_seller => p_seller, p_price_list => p_price_list
    );
    perform api.contract_save(p_contract_no, p_customer_no, p_start_on);
    perform api.line_save(p_contract_no, p_service, 1, p_quantity => p_quantity);
    if p_number is not null then
        perform api.number_save(p_contract_no, 1, p_number, p_to_number);
    end if;
    return p_customer_no;
end;
$$;

comment on function api.customer_new(
    text, text, text, text, date, text, text, text, text, text, text, text, text, text, text, text, text,
    numeric, text, text
) is
$$Makes a customer with a contract, a line for a service and, if there is one, a number or block: its number.
Example: select api.customer_new('5000', 'Nya AB', 'A5000', 'VOIP', '2026-12-01') where false
Raises: LB801, LB802, LB803$$;

grant execute on function
    api.customer_next(),
    api.customer_new(
        text, text, text, text, date, text, text, text, text, text, text, text, text, text, text, text, text,
        numeric, text, text
    )
to leissner_admin, leissner_sales, leissner_support, leissner_batch, leissner_integration;
