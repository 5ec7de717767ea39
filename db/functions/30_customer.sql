-- 30_customer: customers as people look for them.

-- api

create function api.customer_list(p_parent_no text default null)
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
    where p_parent_no is null or parent.customer_no = p_parent_no;
end;

comment on function api.customer_list(text) is
$$Customers, or those right below one.
Example: select * from api.customer_list('1000')
Raises: nothing$$;
grant execute on function api.customer_list(text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_report, leissner_auditor, leissner_batch, leissner_integration, leissner_seller;
