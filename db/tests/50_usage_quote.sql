-- Prices of calls that have not happened: by whom or what they are asked for, one and many, and what is
-- refused.
begin;
select plan(19);

insert into billing.currency (currency) values ('SEK') on conflict do nothing;
insert into billing.operator (name, org_no, currency, time_zone)
values ('Test', '556000-0000', 'SEK', 'Europe/Stockholm');
insert into billing.mode (code, name, unit, per) values ('voice', 'Voice', 'second', 60)
on conflict do nothing;
insert into billing.product (code, name) values ('quo-p', 'Product');
insert into billing.destination (code, name, country, product_id)
select one.code, 'Destination ' || one.code, 'SE', product_id
from billing.product cross join unnest(array['QUO-A', 'QUO-B']) as one (code)
where product.code = 'quo-p';
insert into billing.prefix (digits, destination_id, valid)
select one.digits, destination_id, '(,)'
from billing.destination
inner join (values ('QUO-A', '46991'), ('QUO-A', '4699'), ('QUO-B', '46992')) as one (code, digits)
    using (code);
create temporary table made as
select
    test.make_price_list('QUO') as list_id, test.make_price_list('QUO-2') as other_id,
    test.make_customer('QUO1') as customer_id, test.make_customer('QUO2') as idle_id;
insert into billing.price_item (
    price_list_id, destination_id, valid, setup, rate, first_increment, next_increment, free_units, free_mode,
    minimum
)
select one.list_id, destination.destination_id, '(,)', one.setup, one.rate, 60, 60, 0, 'threshold', 0
from made
cross join lateral (
    values (list_id, 'QUO-A', 0.5, 1.0), (other_id, 'QUO-A', 0, 3), (list_id, 'QUO-B', 0, 2)
) as one (list_id, code, setup, rate)
inner join billing.destination on destination.code = one.code;
alter table made add contract_id bigint, add line_id bigint;
update billing.customer set price_list_id = (select list_id from made) where customer_no = 'QUO1';
update made set contract_id = test.make_contract('QUOC', customer_id, '2026-01-01');
update made set line_id = test.make_line(contract_id, test.make_service('quo-s'), p_line_no => 2);
select test.make_number(line_id, '46990000001') from made;
insert into billing.contract_line (contract_id, line_no, service_id, price_list_id)
select made.contract_id, 1, service.service_id, made.other_id
from made cross join billing.service where service.code = 'quo-s';
-- from the third minute of a month half the price
insert into billing.ring (code, name, priority, valid, volume_unit, volume_from, kind, value)
values ('quo-r', 'Ring', 1, '(,)', 'block', 2, 'percent', 50);
insert into billing.ring_member (ring_id, customer_id)
select ring.ring_id, made.customer_id from billing.ring cross join made where ring.code = 'quo-r';
grant select on made to public;

select test.as_person('seller');
select throws_ok($$ select * from api.quote_call('46991') $$, '42501', null, 'sellers ask for no prices');
select throws_ok($$ select * from api.quote_list('{46991}') $$, '42501', null, 'nor for many');

select test.as_user('integration');
select throws_ok(
    $$ select * from api.quote_call('46991') $$, 'LB306',
    'Ask by one of price list, number, customer and contract.', 'a price has somebody who pays it'
);
select throws_ok(
    $$ select * from api.quote_call('46991', p_price_list => 'QUO', p_customer_no => 'QUO1') $$, 'LB306',
    null, 'and only one'
);
select throws_ok(
    $$ select * from api.quote_call('46991', p_price_list => 'NONE') $$, 'LB303',
    'There is no price list NONE.', 'a list must exist'
);
select throws_ok(
    $$ select * from api.quote_call('46991', p_customer_no => 'NONE') $$, 'LB400',
    'There is no customer NONE.', 'so must a customer'
);
select throws_ok(
    $$ select * from api.quote_list('{46991}', p_contract_no => 'NONE') $$, 'LB400',
    'There is no contract NONE.', 'and a contract'
);
select throws_ok(
    $$ select * from api.quote_call('46991', '2026-11-01 12:00+01', p_customer_no => 'QUO2') $$, 'LB307',
    'There is no line in force for customer QUO2 on 2026-11-01.', 'a customer without contract has no price'
);
select throws_ok(
    $$ select * from api.quote_call('46991', '2025-12-31 23:00Z', p_contract_no => 'QUOC', p_line_no => 7) $$,
    'LB307', 'There is no line in force for contract QUOC/7 on 2026-01-01.',
    'nor has a line that there is not'
);
select throws_ok(
    $$ select * from api.quote_call('46991', p_units => 0, p_price_list => 'QUO') $$, 'LB302', null,
    'a call has units'
);
select throws_ok(
    $$
        select * from api.quote_list(
            array(select n::text from generate_series(1, 10001) as n), p_price_list => 'QUO'
        )
    $$,
    'LB308', 'A request holds at most 10000 numbers, not 10001.', 'ten thousand are the most'
);

select results_eq(
    $$
        select destination, customer_no, price_list, setup, rate, billed, regular, retail, currency, reason
        from api.quote_call('+46 991 123456', '2026-11-01 12:00+01', 61, p_price_list => 'QUO')
    $$,
    $$ values ('QUO-A', null, 'QUO', 0.5, 1.0, 120::bigint, 2.5, 2.5, 'SEK', null) $$,
    'by a list, without a customer'
);
select results_eq(
    $$
        select one.contract_no, one.line_no, one.price_list, one.regular, one.discount, one.retail
        from (
            values (null, 'QUO1', null, null::integer), ('46990000001', null, null, null),
            (null, null, 'QUOC', null), (null, null, 'QUOC', 1)
        ) as asked (a_number, customer_no, contract_no, line_no)
        cross join lateral api.quote_call(
            '46991123456', '2026-11-01 12:00+01', 181, asked.a_number, asked.customer_no, asked.contract_no,
            asked.line_no
        ) as one
    $$,
    $$
        values
        ('QUOC', 2, 'QUO', 4.5, 1.125, 3.375), ('QUOC', 2, 'QUO', 4.5, 1.125, 3.375),
        ('QUOC', 2, 'QUO', 4.5, 1.125, 3.375), ('QUOC', 1, 'QUO-2', 12.0, 3.0, 9.0)
    $$,
    'by customer and contract the line that has a number, or the one that is named; rings apply'
);
select is(
    (
        select amount
        from api.quote('46990000001', '46991123456', '2026-11-01 12:00+01', 181) where level = 'retail'
        order by step desc limit 1
    ),
    3.375, 'the same price as with its steps'
);
select results_eq(
    $$
        select retail, reason, detail
        from api.quote_call('46992123456', '2026-11-01 12:00+01', 60, p_contract_no => 'QUOC', p_line_no => 1)
        union all
        select retail, reason, detail
        from api.quote_call('358', '2026-11-01 12:00+01', 60, p_price_list => 'QUO-2')
    $$,
    $$
        values
        (2.0, null, null),
        (null, 'no_destination', 'B-number 358 on 2026-11-01')
    $$,
    'the lists of a line in turn; what has no price has a reason'
);
select results_eq(
    $$
        select place, number, destination, price_list, rate, regular, retail, reason
        from api.quote_list(
            '{QUO-B, +46 991 1, QUO-A, 46991000000, none, QUO-A}', '2026-11-01 12:00+01', 181,
            p_customer_no => 'QUO1'
        )
    $$,
    $$
        values
        (1::bigint, 'QUO-B', 'QUO-B', 'QUO', 2.0, 8.0, 6.0, null),
        (2, '+46 991 1', 'QUO-A', 'QUO', 1.0, 4.5, 3.375, null),
        (3, 'QUO-A', 'QUO-A', 'QUO', 1.0, 4.5, 3.375, null),
        (4, '46991000000', 'QUO-A', 'QUO', 1.0, 4.5, 3.375, null),
        (5, 'none', null, null, null, null, null, 'no_destination'),
        (6, 'QUO-A', 'QUO-A', 'QUO', 1.0, 4.5, 3.375, null)
    $$,
    'many, by number or code, in the order given, each as if it were the only one'
);
select results_eq(
    $$ select price_list, retail from api.quote_list('{QUO-A}', p_units => 60, p_price_list => 'QUO-2') $$,
    $$ values ('QUO-2', 3.0) $$, 'many by a list'
);
select is_empty($$ select * from api.quote_list('{}', p_price_list => 'QUO') $$, 'none of none');

-- What was counted this month counts.
select test.as_nobody();
insert into billing.customer_month (customer_id, month) select customer_id, '2026-11-01' from made;
insert into billing.ring_month (customer_id, month, ring_id, counted)
select made.customer_id, '2026-11-01', ring.ring_id, 2 * logic.block_scale()
from made cross join billing.ring where ring.code = 'quo-r';
select test.as_user('integration');
select results_eq(
    $$
        select retail
        from api.quote_list('{QUO-A, QUO-B}', '2026-11-01 12:00+01', 60, p_customer_no => 'QUO1')
        union all
        select retail from api.quote_call('46991', '2026-11-01 12:00+01', 60, p_customer_no => 'QUO1')
    $$,
    $$ values (0.75), (1.0), (0.75) $$, 'the volume of the month so far is counted on'
);
select * from finish();
rollback;
