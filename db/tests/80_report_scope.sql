-- Reports show a seller its own rows at its own prices, a customer none, and every staff level all.
begin;
select plan(18);

insert into billing.currency (currency, decimals) values ('SEK', 2) on conflict do nothing;
insert into billing.operator (name, org_no) values ('Scope', '556000-0000');
insert into billing.seller (code, name) values ('one', 'One'), ('two', 'Two');
insert into billing.product (code, name) values ('mobile', 'Mobile');
insert into billing.mode (code, name, per) values ('voice-test', 'Voice', 60);
insert into billing.destination (code, name, country, product_id)
select 'NO-MOB', 'Norway mobile', 'NO', product_id from billing.product where code = 'mobile';
insert into billing.area_code (country, prefix, name) values ('SE', '468', 'Stockholm');

-- Seller one has customer K1, seller two K2, nobody K3; each with a contract, a line, a block
-- and calls.
create temporary table party as
select
    seller.seller_id, number.no,
    test.make_customer('K' || number.no, null, seller.seller_id) as customer_id
from (values (1, 'one'), (2, 'two'), (3, null)) as number (no, seller)
left join billing.seller as seller on seller.code = number.seller;
create temporary table deal as
select
    party.*, test.make_contract('C' || party.no, party.customer_id, '2026-01-01') as contract_id
from party;
create temporary table one as
select deal.*, test.make_line(deal.contract_id, service.service_id) as line_id
from deal cross join (select test.make_service('S') as service_id) as service;
insert into billing.service_charge (service_id, code, name, kind)
select service_id, 'monthly', 'Monthly', 'periodic' from billing.service;
update billing.service set price_list_id = test.make_price_list('L');
insert into billing.price_item (
    price_list_id, service_charge_id, valid, setup, rate, first_increment, next_increment, free_units,
    free_mode, minimum
)
select price_list_id, service_charge_id, '(,)', 0, 100, 1, 1, 0, 'threshold', 0
from billing.price_list cross join billing.service_charge;
select test.make_number(line_id, '4680' || no || '00', '4680' || no || '99') from one;
insert into billing.preselection (number, carrier_prefix, state, happened_at)
select '4680' || no || '05', '9511', 'active', '2026-10-05 12:00+00' from one;

-- Ten calls each in the whole month of October, all with a reseller price of 3, cost 1 and retail 5.
insert into billing.call_day (
    day, destination_id, product_id, mode_id, customer_kind, seller_id, currency, load_id, calls, units,
    billed, cost, unknown_cost, revenue, margin, reseller, operator_margin, seller_margin
)
select
    '2026-10-05', destination_id, product_id, mode_id, 'business', seller_id, 'SEK', 0, 10, 600, 600, 10, 0,
    50, 40, 30, 20, 20
from one cross join billing.destination cross join billing.mode where mode.code = 'voice-test';
insert into billing.call_customer_month (
    month, customer_id, contract_line_id, seller_id, destination_id, product_id, mode_id, currency, load_id,
    calls, units, billed, cost, unknown_cost, revenue, margin, reseller, operator_margin, seller_margin,
    retail
)
select
    '2026-10-01', customer_id, line_id, seller_id, destination_id, product_id, mode_id, 'SEK', 0, 10, 600,
    600, 10, 0, 50, 40, 30, 20, 20, 50
from one cross join billing.destination cross join billing.mode where mode.code = 'voice-test';

insert into billing.call_line_month (month, seller_id, contract_line_id, customer_id, calls, revenue)
select month, seller_id, contract_line_id, customer_id, calls, revenue from billing.call_customer_month;

-- October is not billed; a quarter's fee is, on a document of each.
insert into billing.usage_month (month) values ('2026-10-01');
insert into billing.invoice_line (
    invoice_id, place, customer_id, contract_id, contract_line_id, kind, charge_kind, service_charge_id, what,
    text, period_on, part_on, valid, quantity, net, vat_code, vat_percent, vat_category
)
select
    no, 1, customer_id, contract_id, line_id, 'periodic', 'periodic', service_charge_id, 'monthly', 'Monthly',
    '2026-10-01', '-infinity', '[2026-10-01,2027-01-01)', 1, 100, 'SE25', 25, 'S'
from one cross join billing.service_charge;
insert into billing.invoice_tax (invoice_id, vat_code, percent, category, base, tax)
select no, 'SE25', 25, 'S', 100, 25 from one;
insert into billing.invoice (
    invoice_id, kind, state, payer_id, currency, home_rate, language, valid, net, tax, total, series, number,
    invoice_no, invoice_on, due_on, parties
)
select
    no, 'invoice', 'approved', customer_id, 'SEK', 1, 'sv', '[2026-10-01,2027-01-01)', 100, 25, 125, 'X', no,
    'X' || no, '2026-10-01', '2026-10-31', '{}'
from one;

-- What each report shows of it.
create function pg_temp.shown()
returns table (report text, shows text)
language sql
begin atomic
    select 'country', string_agg(concat_ws(' ', country, calls, cost, margin, unknown_cost), ', ')
    from report.calls_per_country('2026-10-01', '2026-11-01')
    union all
    select 'product', string_agg(concat_ws(' ', product, calls, cost, margin, unknown_cost), ', ')
    from report.calls_per_product('2026-10-01', '2026-11-01')
    union all
    select 'destination', string_agg(concat_ws(' ', destination, calls, cost, margin, unknown_cost), ', ')
    from report.calls_per_destination('2026-10-01', '2026-11-01')
    union all
    select 'seller', string_agg(
        concat_ws(' ', coalesce(seller, '-'), customers, contracts, cost, operator_margin, seller_margin),
        ', '
    )
    from report.calls_per_seller('2026-10-01', '2026-11-01')
    union all
    select 'customer', string_agg(concat_ws(' ', customer_no, calls, cost, margin), ', ')
    from report.calls_per_customer('2026-10-01', '2026-11-01')
    union all
    select 'swallow', string_agg(concat_ws(' ', carrier_prefix, numbers_at_end, customers_at_end), ', ')
    from report.pre_swallow('2026-10-01', '2026-11-01')
    union all
    select 'area', string_agg(concat_ws(' ', area_code, numbers, customers, free), ', ')
    from report.numbers_per_area_code('2026-10-31')
    union all
    select 'new', string_agg(concat_ws(' ', service, at_start, at_end), ', ')
    from report.new_and_terminated_contracts('2026-10-01', '2026-11-01')
    union all
    select 'active', string_agg(concat_ws(' ', coalesce(service, '-'), contracts, lines, customers), ', ')
    from report.active_contracts('2026-10-31')
    union all
    select 'annual', string_agg(concat_ws(' ', service, contracts, annual_value), ', ')
    from report.annual_value('2026-10-01', '2026-11-01')
    union all
    select 'amortization', string_agg(concat_ws(' ', service, contracts, annual_value, remaining), ', ')
    from report.annual_value_amortization('2026-10-01', '2026-11-01')
    union all
    select 'not invoiced', string_agg(concat_ws(' ', customer_no, usage, total), ', ')
    from (
        select * from report.customers_not_invoiced('2026-10-31') as found order by found.customer_no
    ) as found
    union all
    select 'billed', string_agg(concat_ws(' ', kind, invoices, net, vat), ', ')
    from report.billed_per_product('2026-10-01', '2026-11-01')
    union all
    select 'scheduling', string_agg(concat_ws(' ', customer_no, earned, deferred), ', ')
    from report.scheduling('2026-10-31');
end;
create temporary table staff_sees (report, shows) as
values
('country', 'NO 30 30 120 0'), ('product', 'mobile 30 30 120 0'), ('destination', 'NO-MOB 30 30 120 0'),
('seller', 'one 1 1 10 20 20, two 1 1 10 20 20, - 1 1 10 20 20'),
('customer', 'K1 10 10 40, K2 10 10 40, K3 10 10 40'), ('swallow', '9511 3 3'), ('area', '468 300 3 0'),
('new', 'S 3 3'), ('active', 'S 3 3 3, - 3 3 3'), ('annual', 'S 3 3600.00'),
('amortization', 'S 3 3600.00 897.53'), ('not invoiced', 'K1 50.00 50.00, K2 50.00 50.00, K3 50.00 50.00'),
('billed', 'periodic 3 300.00 75.00'),
('scheduling', 'K1 33.70 66.30, K2 33.70 66.30, K3 33.70 66.30');
create temporary table seller_sees (report, shows) as
values
('country', 'NO 10 30 20'), ('product', 'mobile 10 30 20'), ('destination', 'NO-MOB 10 30 20'),
('seller', 'one 1 1 30 20'), ('customer', 'K1 10 30 20'), ('swallow', '9511 1 1'), ('area', '468 100 1 0'),
('new', 'S 1 1'), ('active', 'S 1 1 1, - 1 1 1'), ('annual', 'S 1 1200.00'),
('amortization', 'S 1 1200.00 299.18'), ('not invoiced', 'K1 50.00 50.00'),
('billed', 'periodic 1 100.00 25.00'), ('scheduling', 'K1 33.70 66.30');
create temporary table who as select seller_id from billing.seller where code = 'one';
grant select on staff_sees, seller_sees, who, party to public;

select test.as_user('report');
select results_eq('select * from pg_temp.shown()', 'table staff_sees', 'level report sees all');
select test.as_user('pricing');
select results_eq('select * from pg_temp.shown()', 'table staff_sees', 'pricing too');
select test.as_user('sales');
select results_eq('select * from pg_temp.shown()', 'table staff_sees', 'sales too');
select test.as_user('support');
select results_eq('select * from pg_temp.shown()', 'table staff_sees', 'support too');
select test.as_user('finance');
select results_eq('select * from pg_temp.shown()', 'table staff_sees', 'finance too');
select test.as_user('credit');
select results_eq('select * from pg_temp.shown()', 'table staff_sees', 'credit too, which sees no prices');
select test.as_user('auditor');
select results_eq('select * from pg_temp.shown()', 'table staff_sees', 'auditors too');
select test.as_user('batch');
select results_eq('select * from pg_temp.shown()', 'table staff_sees', 'batch too');
select test.as_user('integration');
select results_eq('select * from pg_temp.shown()', 'table staff_sees', 'integration too');
select test.as_person('report');
select results_eq('select * from pg_temp.shown()', 'table staff_sees', 'and a person with psql');

select test.as_user('seller', (select seller_id from who));
select results_eq(
    'select * from pg_temp.shown()', 'table seller_sees',
    'a seller sees its own, the reseller price as cost, nothing of the operator''s'
);
select is_empty(
    $$ select calls from report.calls_per_customer('2026-10-01', '2026-11-01', 'K2') $$,
    'no customer of another seller, asked for or not'
);
select is_empty(
    $$
        select cost from report.traffic_day where cost <> reseller
        union all
        select cost from report.traffic_month where cost <> reseller
        union all
        select operator_margin from report.traffic_day where operator_margin is not null
    $$,
    'nor the operator''s cost in the views'
);
select test.as_person('seller');
select is_empty(
    $$
        select calls from report.calls_per_product('2026-10-01', '2026-11-01')
        union all
        select calls from report.calls_per_customer('2026-10-01', '2026-11-01')
    $$,
    'level seller without a token sees nothing'
);
select throws_ok(
    $$ select annual from logic.annual_list('2026-10-01', '2026-11-01', false) $$, 'LB901', null,
    'and is refused what is worked out for it'
);
select test.as_user('customer', (select customer_id from party where no = 1));
select throws_ok(
    $$ select calls from report.calls_per_product('2026-10-01', '2026-11-01') $$, '42501',
    'permission denied for function calls_per_product', 'reports are not for customers'
);
select throws_ok(
    'select calls from report.traffic_day', '42501', 'permission denied for view traffic_day',
    'nor are their views'
);
select throws_ok(
    $$ select annual from logic.annual_list('2026-10-01', '2026-11-01', false) $$, 'LB901', null,
    'nor what they ask'
);

select * from finish();
rollback;
