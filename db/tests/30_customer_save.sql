-- Customers, contracts and numbers as forms save them, and what each level sees of it.
begin;
select plan(31);

insert into billing.currency (currency) values ('SEK');
insert into billing.operator (name, org_no, currency) values ('Test', '556000-0000', 'SEK');
insert into billing.seller (code, name) values ('S1', 'One'), ('S2', 'Two');
create temporary table made as
select
    (select seller_id from billing.seller where code = 'S1') as one_id,
    (select seller_id from billing.seller where code = 'S2') as two_id,
    test.make_service('VOIP') as voip_id,
    test.make_price_list('BASE') as base_id;
alter table made add column gold_id bigint;
update made set gold_id = test.make_price_list('GOLD', base_id);
insert into billing.service_charge (service_id, code, name, kind)
select voip_id, 'FEE', 'Fee', 'periodic' from made
union all
select voip_id, 'START', 'Start', 'one_time' from made;
insert into billing.price_item (
    price_list_id, service_charge_id, valid, setup, first_increment, next_increment, free_units, free_mode,
    minimum, rate
)
select
    made.base_id, charge.service_charge_id, daterange(null, null), 0, 1, 1, 0, 'threshold', 0,
    case charge.kind when 'periodic' then 40 else 300 end
from made
cross join billing.service_charge as charge;
grant select on made to public;

-- Numbers as people write them
select is(
    array(
        select logic.number_typed(typed.text)
        from unnest(array['08-123 45', '+46 8 123 45', '0046812345', '46812345', '+1 (212) 555'])
            as typed (text)
    ),
    array['46812345', '46812345', '46812345', '46812345', '1212555'], 'a number in any writing'
);

-- A customer, made and changed
select test.as_user('sales');
select is(
    api.customer_new(
        '1', 'One', 'A1', 'VOIP', '2026-01-01', p_seller => 'S1', p_quantity => 3, p_number => '08-500 10 00',
        p_to_number => '08-500 10 99'
    ),
    '1', 'a customer with all in one step'
);
select is(api.customer_new('2', 'Two', 'A2', 'VOIP', '2026-01-01', p_seller => 'S2'), '2', 'another');
select throws_ok(
    $$ select api.customer_save('1', 'Again') $$, '23505',
    'duplicate key value violates unique constraint "customer_no_uq"', 'no number twice'
);
select is(api.customer_save('1', 'One AB', p_parent_no => '2', p_price_list => 'GOLD', p_seller => 'S1',
    p_row_version => (select row_version from api.customer_get('1'))), '1', 'changed as it was read');
select throws_ok(
    $$ select api.customer_save('1', 'Other', p_row_version => 1) $$, 'LB800',
    'Someone else has changed this since you opened it.', 'not by who read it earlier'
);
select throws_ok(
    $$ select api.customer_save('3', 'Three', p_parent_no => '9') $$, 'LB802', '“9” is not known here.',
    'nor below one that is not there'
);
select throws_ok(
    $$ select api.customer_save('2', 'Two', p_parent_no => '1', p_row_version =>
        (select row_version from api.customer_get('2'))) $$,
    'LB801', 'Customer 2 would be above itself.', 'nor in a ring'
);
select results_eq(
    $$ select customer_no, depth, is_self from api.customer_family_list('1') $$,
    $$ values ('2', 0, false), ('1', 1, true) $$, 'the family from its root'
);
select lives_ok(
    $$ select api.customer_term_save('1', '2026-06-01', p_bill_to => 'parent') $$,
    'what changes from a day on'
);
select is((select payer_no from api.customer_get('1')), '2', 'and who pays since');

-- Lists in force: own, inherited
select results_eq(
    $$ select price_list, origin, parents from api.customer_price_list('1') $$,
    $$ values ('GOLD', 'customer', array['BASE']) $$,
    'the list of the customer itself, and what it inherits from'
);
select results_eq(
    $$ select line_no, quantity, monthly, once, numbers from api.contract_line_list('1') $$,
    $$ values (1, 3::numeric(12, 4), 120::numeric, 900::numeric, 100::numeric) $$,
    'lines with what they cost a month and once'
);

-- Numbers
select throws_ok(
    $$ select api.number_save('A2', 1, '08-500 10 50') $$, 'LB803',
    'The number 4685001000 belongs to A1/1 of customer 1 in that period.',
    'a number inside a block has an owner'
);
select throws_ok(
    $$ select api.number_move(
        (select id from api.number_get('08-500 10 50')), '2025-01-01', 'A2', 1) $$,
    'LB806', 'The day must lie within the period in which it holds now.', 'moved within its period only'
);
select is(
    api.number_move((select id from api.number_get('08-500 10 50')), '2026-03-01', 'A2', 1), '4685001000',
    'a block moves'
);
select results_eq(
    $$ select contract_no, begins_on, ends_on from api.number_get('08-500 10 50') $$,
    $$ values ('A2', date '2026-03-01', null::date), ('A1', date '2026-01-01', date '2026-03-01') $$,
    'and both owners are known'
);
select lives_ok(
    $$ select api.number_move((select id from api.number_get('08-500 10 50') limit 1), '2026-04-01') $$,
    'it ends'
);
select lives_ok(
    $$ select api.number_save('A1', 1, '08-500 10 07', p_from_on => '2026-05-01') $$, 'one of it goes on'
);
select results_eq(
    $$ select number, to_number, numbers, former_customer_no from api.number_free_list() order by number $$,
    $$ values
        ('4685001000', '4685001006', 7::bigint, '2'), ('4685001008', '4685001099', 92::bigint, '2') $$,
    'what is free is all that was assigned once and nobody has'
);

-- Charges
select lives_ok($$ select api.charge_save('A1', 1, '2026-05-01', 'Visit', 950) $$, 'a charge by hand');
select throws_ok(
    $$ select api.charge_delete('A1', 1, '2026-05-01', 'Visit', 7) $$, 'LB800',
    'Someone else has changed this since you opened it.', 'is not taken away unseen'
);

-- A seller proposes for its own customers
select test.as_user('seller', (select one_id from made));
select results_eq(
    $$ select customer_no from api.customer_list() $$, $$ values ('1') $$, 'a seller sees its own customers'
);
select is(api.contract_propose('1', 'P1', 'VOIP', 2, '2026-12-01'), 'P1', 'and proposes for them');
select throws_ok(
    $$ select api.contract_propose('2', 'P2', 'VOIP', 2, '2026-12-01') $$, 'LB802', '“2” is not known here.',
    'not for those of others'
);
select is_empty(
    $$ select api.contract_line_list('2') $$, 'whose contracts it does not see'
);

-- Approved, or declined
select test.as_user('support');
select lives_ok($$ select api.contract_approve('P1', 1) $$, 'a proposal is approved');
select throws_ok(
    $$ select api.contract_decline('P1') $$, 'LB805', 'Contract P1 is not proposed any more.',
    'and then declined no more'
);

-- What was changed, for who may not read the log
select test.as_user('support');
select ok(
    exists (
        select from api.customer_history_list('1')
        where table_name = 'billing.customer' and name = 'name' and (old, new) = ('One', 'One AB')
    ),
    'the history of a customer says old and new'
);
select is_empty(
    $$ select * from api.customer_history_list('1') where what like '%A2%' $$,
    'and nothing of another customer'
);
reset role;
insert into billing.customer_term (customer_id, from_on, price_list_id)
select customer.customer_id, date '2027-01-01', customer.price_list_id
from billing.customer where customer.customer_no = '1';
delete from billing.customer_term where from_on = '2027-01-01';
insert into billing.customer_group (code, name) values ('hist', 'History');
insert into billing.customer_in_group (customer_id, customer_group_id)
select customer.customer_id, customer_group.customer_group_id
from billing.customer cross join billing.customer_group
where customer.customer_no = '1' and customer_group.code = 'hist';
delete from billing.customer_in_group
using billing.customer_group
where customer_group.customer_group_id = customer_in_group.customer_group_id and customer_group.code = 'hist';
select test.as_user('support');
select results_eq(
    $$ select distinct table_name, op, what from api.customer_history_list('1')
    where what in ('hist History', '2027-01-01') order by 1, 2 desc $$,
    $$ values
    ('billing.customer_in_group', 'insert', 'hist History'),
    ('billing.customer_in_group', 'delete', 'hist History'),
    ('billing.customer_term', 'insert', '2027-01-01'), ('billing.customer_term', 'delete', '2027-01-01') $$,
    'it knows groups, and what was taken away'
);

select * from finish();
rollback;
