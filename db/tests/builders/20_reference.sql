-- Customers, contracts, lines and numbers with as little as they need; each gives the id.

create function test.make_customer(
    p_no text, p_parent_id bigint default null, p_seller_id bigint default null
)
returns bigint
language sql volatile
begin atomic
    insert into billing.customer (customer_no, name, parent_id, seller_id)
    values (p_no, 'Customer ' || p_no, p_parent_id, p_seller_id)
    returning customer_id;
end;

comment on function test.make_customer(text, bigint, bigint) is 'A business customer.';

create function test.make_service(
    p_code text, p_notice_months int default 0, p_binding_months int default 0
)
returns bigint
language sql volatile
begin atomic
    insert into billing.service (code, name, notice_months, binding_months)
    values (p_code, 'Service ' || p_code, p_notice_months, p_binding_months)
    returning service_id;
end;

comment on function test.make_service(text, int, int) is 'A service without charges.';

create function test.make_contract(
    p_no text, p_customer_id bigint, p_start_on date, p_end_on date default null,
    p_noticed_on date default null
)
returns bigint
language sql volatile
begin atomic
    insert into billing.contract (contract_no, customer_id, start_on, end_on, noticed_on)
    values (p_no, p_customer_id, p_start_on, p_end_on, p_noticed_on)
    returning contract_id;
end;

comment on function test.make_contract(text, bigint, date, date, date) is 'An active contract.';

create function test.make_line(
    p_contract_id bigint, p_service_id bigint, p_from_on date default null, p_to_on date default null,
    p_line_no int default 1
)
returns bigint
language sql volatile
begin atomic
    insert into billing.contract_line (contract_id, line_no, service_id, from_on, to_on)
    values (p_contract_id, p_line_no, p_service_id, p_from_on, p_to_on)
    returning contract_line_id;
end;

comment on function test.make_line(bigint, bigint, date, date, int) is 'A contract line.';

create function test.make_number(
    p_line_id bigint, p_number text, p_to_number text default null, p_from_on date default null,
    p_to_on date default null, p_kind text default 'number'
)
returns bigint
language sql volatile
begin atomic
    insert into billing.subscriber_number (contract_line_id, kind, number, to_number, from_on, to_on)
    values (p_line_id, p_kind, p_number, p_to_number, p_from_on, p_to_on)
    returning subscriber_number_id;
end;

comment on function test.make_number(bigint, text, text, date, date, text) is
    'A number, a block or an account.';

create function test.make_price_list(
    p_code text, p_parent_id bigint default null, p_currency text default 'SEK'
)
returns bigint
language sql volatile
begin atomic
    insert into billing.currency (currency) values (p_currency) on conflict (currency) do nothing;
    insert into billing.price_list (code, name, level, parent_id, currency)
    values (p_code, 'List ' || p_code, 'retail', p_parent_id, p_currency)
    returning price_list_id;
end;

comment on function test.make_price_list(text, bigint, text) is 'A retail list.';
