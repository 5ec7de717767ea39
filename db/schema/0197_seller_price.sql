-- Sellers see the retail prices that their customers pay, by whatever way a list reaches a line: its own, a
-- term's, the customer's or that of one above, the service's. Lock: none. Duration: none.

create or replace function access.price_list_ids()
returns bigint[]
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select array(
        with recursive line as (
            select line.contract_line_id, line.contract_id, line.price_list_id, line.service_id
            from billing.contract_line as line
            where
                (select access.seller_id()) is not null
                and line.contract_id = any((select access.contract_ids())::bigint[])
        ),

        -- a customer of the seller may have the list of one above it, which the seller does not see
        above (customer_id, parent_id, price_list_id) as (
            select customer.customer_id, customer.parent_id, customer.price_list_id
            from billing.customer as customer
            where
                (select access.seller_id()) is not null
                and customer.customer_id = any((select access.customer_ids())::bigint[])
            union
            select customer.customer_id, customer.parent_id, customer.price_list_id
            from above
            inner join billing.customer as customer on customer.customer_id = above.parent_id
        ),

        own (price_list_id) as (
            select contract.price_list_id
            from billing.contract as contract
            where contract.seller_id = (select access.seller_id())
            union
            select term.price_list_id
            from billing.contract_term as term
            where term.contract_id in (select line.contract_id from line)
            union
            select line.price_list_id from line
            union
            select term.price_list_id
            from billing.line_term as term
            where term.contract_line_id in (select line.contract_line_id from line)
            union
            select above.price_list_id from above
            union
            select term.price_list_id
            from billing.customer_term as term
            where term.customer_id in (select above.customer_id from above)
            union
            select service.price_list_id
            from billing.service as service
            where service.service_id in (select line.service_id from line)
        ),

        path (price_list_id, parent_id) as (
            select price_list.price_list_id, price_list.parent_id
            from billing.price_list as price_list
            inner join own on price_list.price_list_id = own.price_list_id
            where price_list.level = 'retail' and not price_list.is_draft
            union
            select parent.price_list_id, parent.parent_id
            from path
            inner join billing.price_list as parent on path.parent_id = parent.price_list_id
            where parent.level = 'retail'
        )

        select path.price_list_id from path
        union
        select seller.price_list_id
        from billing.seller as seller
        where seller.seller_id = (select access.seller_id()) and seller.price_list_id is not null
    );
end;
