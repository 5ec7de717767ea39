-- 30_customer/save: a customer and what changes for it from a day on. Saves run with the rights of who calls
-- them: grants and policies say who may, constraints what may be.

-- api

create function api.customer_save(
    p_customer_no text, p_name text, p_kind text default 'business', p_parent_no text default null,
    p_groups text[] default '{}', p_bill_to text default 'self', p_street text default null,
    p_postcode text default null, p_city text default null, p_country text default 'SE',
    p_org_no text default null, p_vat_no text default null, p_email text default null,
    p_delivery text default 'print', p_einvoice_id text default null, p_currency text default null,
    p_language text default null, p_credit_limit numeric default null, p_payment_days integer default 30,
    p_seller text default null, p_price_list text default null, p_billing_street text default null,
    p_billing_postcode text default null, p_billing_city text default null,
    p_billing_country text default null, p_attention text default null,
    p_call_specification text default 'summary', p_has_full_numbers boolean default false,
    p_buyer_reference text default null, p_row_version integer default null
)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_parent bigint := logic.code_id('customer', p_parent_no, 'parent_no');
    v_seller bigint := logic.code_id('seller', p_seller, 'seller');
    v_list bigint := logic.code_id('price_list', p_price_list, 'price_list');
    v_groups bigint[] := array(
        select logic.code_id('group', given.code, 'groups') from unnest(p_groups) as given (code)
    );
    v_language constant text := coalesce((select operator.language from billing.operator), 'sv');
    v_customer bigint;
    v_found integer;
begin
    if p_row_version is null then
        insert into billing.customer (customer_no, name) values (p_customer_no, p_name)
        returning customer_id into v_customer;
    else
        select customer.customer_id, customer.row_version into v_customer, v_found
        from billing.customer where customer.customer_no = p_customer_no
        for update;
        if not found then
            perform billing.fail('LB802', jsonb_build_object('code', p_customer_no, 'field', 'customer_no'));
        end if;
        perform logic.version_check(p_row_version, v_found);
    end if;
    update billing.customer set
        name = p_name, kind = p_kind, parent_id = v_parent, bill_to = p_bill_to, street = p_street,
        postcode = p_postcode, city = p_city, country = coalesce(p_country, 'SE'), org_no = p_org_no,
        vat_no = p_vat_no, email = p_email, delivery = p_delivery, einvoice_id = p_einvoice_id,
        currency = p_currency, language = coalesce(p_language, v_language), credit_limit = p_credit_limit,
        payment_days = coalesce(p_payment_days, 30), seller_id = v_seller, price_list_id = v_list,
        billing_street = p_billing_street, billing_postcode = p_billing_postcode,
        billing_city = p_billing_city, billing_country = p_billing_country, attention = p_attention,
        call_specification = p_call_specification, has_full_numbers = coalesce(p_has_full_numbers, false),
        buyer_reference = p_buyer_reference
    where customer.customer_id = v_customer;
    delete from billing.customer_in_group as member
    where member.customer_id = v_customer and member.customer_group_id <> all(v_groups);
    insert into billing.customer_in_group (customer_id, customer_group_id)
    select v_customer, given.group_id from unnest(v_groups) as given (group_id)
    on conflict do nothing;
    return p_customer_no;
end;
$$;

comment on function api.customer_save(
    text, text, text, text, text[], text, text, text, text, text, text, text, text, text, text, text, text,
    numeric, integer, text, text, text, text, text, text, text, text, boolean, text, integer
) is
$$Makes a customer (row_version NULL), or changes one: what it says holds from the first day.
Example: select api.customer_save('1000', 'Björk koncern') where false
Raises: LB800, LB801, LB802$$;

create function api.customer_term_list(p_customer_no text)
returns table (
    from_on date, price_list text, seller text, groups text[], parent_no text, bill_to text,
    row_version integer
)
language sql stable rows 10
begin atomic
    select
        term.from_on, logic.price_list_code(term.price_list_id), seller.code,
        case when term.group_ids is not null then array(
            select one.code from billing.customer_group as one
            where one.customer_group_id = any(term.group_ids)
            order by one.code
        ) end,
        parent.customer_no, term.bill_to, term.row_version
    from billing.customer
    inner join billing.customer_term as term on term.customer_id = customer.customer_id
    left join billing.seller on seller.seller_id = term.seller_id
    left join billing.customer as parent on parent.customer_id = term.parent_id
    where customer.customer_no = p_customer_no
    order by term.from_on;
end;

comment on function api.customer_term_list(text) is
$$What changes for a customer from a day on; NULL: as before.
Example: select * from api.customer_term_list('1000')
Raises: nothing$$;

create function api.customer_term_save(
    p_customer_no text, p_from_on date, p_price_list text default null, p_seller text default null,
    p_groups text[] default null, p_parent_no text default null, p_bill_to text default null,
    p_row_version integer default null
)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_customer bigint := logic.code_id('customer', p_customer_no, 'customer_no');
    v_parent bigint := logic.code_id('customer', p_parent_no, 'parent_no');
    v_seller bigint := logic.code_id('seller', p_seller, 'seller');
    v_list bigint := logic.code_id('price_list', p_price_list, 'price_list');
    v_groups bigint[];
    v_found integer;
begin
    if cardinality(p_groups) > 0 then
        v_groups := array(
            select logic.code_id('group', given.code, 'groups') from unnest(p_groups) as given (code)
        );
    end if;
    if p_row_version is null then
        insert into billing.customer_term (
            customer_id, from_on, price_list_id, seller_id, group_ids, parent_id, bill_to
        )
        values (v_customer, p_from_on, v_list, v_seller, v_groups, v_parent, p_bill_to);
        return;
    end if;
    select term.row_version into v_found
    from billing.customer_term as term where term.customer_id = v_customer and term.from_on = p_from_on
    for update;
    perform logic.version_check(p_row_version, coalesce(v_found, 0));
    update billing.customer_term as term set
        price_list_id = v_list, seller_id = v_seller, group_ids = v_groups, parent_id = v_parent,
        bill_to = p_bill_to
    where term.customer_id = v_customer and term.from_on = p_from_on;
end;
$$;

comment on function api.customer_term_save(text, date, text, text, text[], text, text, integer) is
$$What is to change for a customer from a day on: made (row_version NULL) or changed. Empty: as before.
Example: select api.customer_term_save('1000', '2027-01-01', p_price_list => 'GOLD') where false
Raises: LB800, LB801, LB802$$;

create function api.customer_term_delete(
    p_customer_no text, p_from_on date, p_row_version integer default null
)
returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_customer bigint := logic.code_id('customer', p_customer_no, 'customer_no');
    v_found integer;
begin
    delete from billing.customer_term as term
    where term.customer_id = v_customer and term.from_on = p_from_on
    returning term.row_version into v_found;
    perform logic.version_check(p_row_version, v_found);
    return v_found is not null;
end;
$$;

comment on function api.customer_term_delete(text, date, integer) is
$$Takes back what was to change for a customer from a day on: was there anything?
Example: select api.customer_term_delete('1000', '2027-01-01') where false
Raises: LB800, LB802$$;

grant execute on function api.customer_term_list(text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_report, leissner_auditor, leissner_batch, leissner_integration, leissner_seller;
grant execute on function
    api.customer_save(
        text, text, text, text, text[], text, text, text, text, text, text, text, text, text, text, text,
        text, numeric, integer, text, text, text, text, text, text, text, text, boolean, text, integer
    ),
    api.customer_term_save(text, date, text, text, text[], text, text, integer),
    api.customer_term_delete(text, date, integer)
to leissner_admin, leissner_sales, leissner_support, leissner_batch, leissner_integration;
