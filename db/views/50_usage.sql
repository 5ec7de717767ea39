-- Calls for the two levels that may not read the tables, because these hold cost, carrier and the operator's
-- margin. Owner views on purpose (listed in db/tests/house_rules.sql): the scope is inside, and
-- security_barrier keeps a caller's own conditions from looking at rows before it.

create view report.seller_call with (security_barrier = true) as
select
    source.code || ':' || call.key as call,
    call.started_at,
    call.start_on,
    customer.customer_no,
    contract.contract_no,
    line.line_no,
    call.a_number,
    call.b_number,
    mode.code as mode,
    destination.code as destination,
    product.code as product,
    call.units,
    call.billed,
    call.regular,
    call.bundled,
    call.discount,
    call.retail,
    price_list.currency,
    call.retail_base,
    call.reseller_base as cost,
    call.retail_base - call.reseller_base as margin
from billing.call as call
inner join billing.cdr_source as source on call.source_id = source.source_id
inner join billing.customer as customer on call.customer_id = customer.customer_id
inner join billing.contract as contract on call.contract_id = contract.contract_id
inner join billing.contract_line as line on call.contract_line_id = line.contract_line_id
inner join billing.mode as mode on call.mode_id = mode.mode_id
inner join billing.destination as destination on call.destination_id = destination.destination_id
inner join billing.product as product on destination.product_id = product.product_id
inner join billing.price_list as price_list on call.retail_list_id = price_list.price_list_id
where call.seller_id = (select access.seller_id());

comment on view report.seller_call is
    'Calls of the session''s seller: cost is the reseller price, margin the seller''s.';
comment on column report.seller_call.call is 'The call, as source:key.';
comment on column report.seller_call.started_at is 'When it was answered.';
comment on column report.seller_call.start_on is 'Local day of the start.';
comment on column report.seller_call.customer_no is 'The customer.';
comment on column report.seller_call.contract_no is 'The contract.';
comment on column report.seller_call.line_no is 'The contract line.';
comment on column report.seller_call.a_number is 'Calling number.';
comment on column report.seller_call.b_number is 'Called number.';
comment on column report.seller_call.mode is 'Mode: voice, sms …';
comment on column report.seller_call.destination is 'Destination.';
comment on column report.seller_call.product is 'Product type of the destination.';
comment on column report.seller_call.units is 'Units: seconds, events or bytes.';
comment on column report.seller_call.billed is 'Billed units.';
comment on column report.seller_call.regular is 'Price before bundle and rings.';
comment on column report.seller_call.bundled is 'What bundles took.';
comment on column report.seller_call.discount is 'What rings took.';
comment on column report.seller_call.retail is 'What is billed.';
comment on column report.seller_call.currency is 'Currency of these amounts.';
comment on column report.seller_call.retail_base is 'What is billed, in the operator''s currency.';
comment on column report.seller_call.cost is
    'Reseller price in the operator''s currency; NULL without own rates.';
comment on column report.seller_call.margin is
    'What is billed less the reseller price, in the operator''s currency.';
grant select on report.seller_call to leissner_seller;

create view report.customer_call with (security_barrier = true) as
select
    source.code || ':' || call.key as call,
    call.started_at,
    call.start_on,
    customer.customer_no,
    contract.contract_no,
    line.line_no,
    call.a_number,
    call.b_number,
    mode.code as mode,
    destination.code as destination,
    product.code as product,
    call.units,
    call.billed,
    call.regular,
    call.bundled,
    call.discount,
    call.retail,
    price_list.currency,
    call.retail_base,
    null::numeric as cost,
    null::numeric as margin
from billing.call as call
inner join billing.cdr_source as source on call.source_id = source.source_id
inner join billing.customer as customer on call.customer_id = customer.customer_id
inner join billing.contract as contract on call.contract_id = contract.contract_id
inner join billing.contract_line as line on call.contract_line_id = line.contract_line_id
inner join billing.mode as mode on call.mode_id = mode.mode_id
inner join billing.destination as destination on call.destination_id = destination.destination_id
inner join billing.product as product on destination.product_id = product.product_id
inner join billing.price_list as price_list on call.retail_list_id = price_list.price_list_id
where
    (select access.customer_id()) is not null
    and call.customer_id = any((select access.customer_ids())::bigint[]);

comment on view report.customer_call is
    'Calls of the session''s customer and its subtree; same columns as report.seller_call.';
comment on column report.customer_call.call is 'The call, as source:key.';
comment on column report.customer_call.started_at is 'When it was answered.';
comment on column report.customer_call.start_on is 'Local day of the start.';
comment on column report.customer_call.customer_no is 'The customer.';
comment on column report.customer_call.contract_no is 'The contract.';
comment on column report.customer_call.line_no is 'The contract line.';
comment on column report.customer_call.a_number is 'Calling number.';
comment on column report.customer_call.b_number is 'Called number.';
comment on column report.customer_call.mode is 'Mode: voice, sms …';
comment on column report.customer_call.destination is 'Destination.';
comment on column report.customer_call.product is 'Product type of the destination.';
comment on column report.customer_call.units is 'Units: seconds, events or bytes.';
comment on column report.customer_call.billed is 'Billed units.';
comment on column report.customer_call.regular is 'Price before bundle and rings.';
comment on column report.customer_call.bundled is 'What bundles took.';
comment on column report.customer_call.discount is 'What rings took.';
comment on column report.customer_call.retail is 'What is billed.';
comment on column report.customer_call.currency is 'Currency of these amounts.';
comment on column report.customer_call.retail_base is 'What is billed, in the operator''s currency.';
comment on column report.customer_call.cost is 'Always NULL: not for customers.';
comment on column report.customer_call.margin is 'Always NULL: not for customers.';
grant select on report.customer_call to leissner_customer;
