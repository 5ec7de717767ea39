-- What other systems do to customers, contracts and numbers by their names and a day: what is read is what is
-- saved; moving, closing, ending; numbers assigned, found, released and moved, out of blocks, too.
begin;
select plan(50);

insert into billing.currency (currency) values ('SEK');
insert into billing.operator (name, org_no, currency) values ('Test', '556000-0000', 'SEK');
select
    test.make_service('VOIP', 3, 12),
    test.make_price_list('GOLD');
insert into billing.seller (code, name) values ('S1', 'One');
insert into billing.customer_group (code, name) values ('VIP', 'Very');

-- Every argument of a save is a column of the get beside it.
select is_empty(
    $$
        select pair.save, argument.name
        from (
            values
            ('customer_save', 'customer_get'), ('contract_save', 'contract_get'), ('line_save', 'line_get'),
            ('address_save', 'address_get'), ('charge_save', 'charge_get'),
            ('price_save', 'price_get')
        ) as pair (save, get)
        inner join pg_proc as saved on saved.proname = pair.save and saved.pronamespace = 'api'::regnamespace
        inner join pg_proc as got on got.proname = pair.get and got.pronamespace = 'api'::regnamespace
        cross join lateral unnest(saved.proargnames) as argument (name)
        where
            argument.name like 'p\_%' and argument.name not in ('p_customer_no', 'p_is_past')
            and substr(argument.name, 3) <> all(got.proargnames)
    $$,
    'what is saved can be read by the same name'
);

select test.as_user('integration');
select is(
    api.customer_save(
        'A', 'Alpha', p_groups => array['VIP'], p_street => 'Storgatan 1', p_city => 'Umeå',
        p_attention => 'Ida'
    ),
    'A', 'an integration makes customers'
);
select api.customer_save('B', 'Beta', p_parent_no => 'A');
select api.customer_save('C', 'Gamma', p_parent_no => 'B');
select api.customer_save('X', 'Xi', p_seller => 'S1');
select api.contract_save('C' || one.no, one.no, '2026-01-01')
from unnest(array['A', 'B', 'C', 'X']) as one (no);
select api.line_save('C' || one.no, 'VOIP', 1) from unnest(array['A', 'B', 'C', 'X']) as one (no);
select api.line_save('CA', 'VOIP', 2);

-- Addresses
select results_eq(
    $$ select kind, street, city, country, attention from api.address_list('A') $$,
    $$ values
        ('visiting', 'Storgatan 1', 'Umeå', 'SE', 'Ida'), ('billing', null, null, null, 'Ida') $$,
    'both addresses'
);
select lives_ok(
    $$
        select api.address_save('A', 'billing', 'Box 1', '90101', 'Umeå', 'SE', 'Ida', row_version)
        from api.address_get('A', 'billing')
    $$,
    'the billing address is saved'
);
select results_eq(
    $$ select street, billing_street, groups::text from api.customer_get('A') $$,
    $$ values ('Storgatan 1', 'Box 1', '{VIP}') $$, 'and nothing else'
);
select throws_ok(
    $$ select api.address_save('A', 'visiting', 'Y', p_row_version => 1) $$, 'LB800',
    'Someone else has changed this since you opened it.', 'not over what somebody else saved'
);
select throws_ok(
    $$ select api.address_save('A', 'home', 'Y') $$, 'LB802', '“home” is not known here.', 'nor a third one'
);
select lives_ok($$ select api.address_save('A', 'visiting', 'Y') $$, 'the visiting address');
select is((select country from api.address_get('A', 'visiting')), 'SE', 'keeps its country');

-- Moving
select results_eq(
    $$ select parent_no, bill_to, payer_no from api.customer_move('X', '2026-07-01', 'B', 'parent') $$,
    $$ values ('B', 'parent', 'B') $$, 'below another, who pays'
);
select results_eq(
    $$ select parent_no, bill_to, payer_no from api.customer_move('X', '2026-07-01', 'A') $$,
    $$ values ('A', 'parent', 'A') $$, 'the same day again changes what is said, no more'
);
select is(
    (
        select customer_no || parent_no || is_paid_above from api.customer_family_list('X') where is_self
    ),
    'XAtrue',
    'where it stands now'
);
select is((select parent_no from api.customer_get('X')), null, 'from the first day it stood alone');
select throws_ok(
    $$ select api.customer_move('A', '2027-01-01', 'C') $$, 'LB801', 'Customer A would be above itself.',
    'in no ring'
);
select throws_ok(
    $$ select api.customer_move('A', '2027-01-01', 'A') $$, '23514',
    'new row for relation "customer_term" violates check constraint "customer_term_self_ck"',
    'nor below itself'
);
select throws_ok(
    $$ select api.customer_move('A', '2027-01-01') $$, 'LB821',
    'Nothing is to change for customer A.', 'something is to change'
);
select throws_ok(
    $$ select api.customer_move('Z', '2027-01-01', 'A') $$, 'LB802', '“Z” is not known here.', 'of a customer'
);

-- Numbers
select is(api.number_assign('090-200 10 00', 'CA', 1, '090-200 10 09'), '46902001000', 'a block');
select is(api.number_assign('090-200 10 00', 'CA', 1, '090-200 10 09'), '46902001000', 'again: no fault');
select is((select count(*) from api.number_list(p_contract_no => 'CA')), 1::bigint, 'nor a second one');
select throws_ok(
    $$ select api.number_assign('0902001005', 'CB') $$, 'LB803',
    'The number 46902001000 belongs to CA/1 of customer A in that period.', 'one of it is taken'
);
select is(api.number_assign('SIP-7', 'CA', 2, p_kind => 'account'), 'SIP-7', 'an account');
select results_eq(
    $$ select customer_no, contract_no, line_no, to_number from api.number_find('090-200 10 05') $$,
    $$ values ('A', 'CA', 1, '46902001009') $$, 'who has it today'
);
select is_empty($$ select * from api.number_find('090-200 10 05', '2025-12-31') $$, 'nobody had it before');
select is(api.number_reassign('0902001005', '2026-06-01', 'CB'), '46902001005', 'one of it goes elsewhere');
select is(api.number_reassign('0902001005', '2026-06-01', 'CB'), '46902001005', 'again: no fault');
select results_eq(
    $$
        select number, to_number, contract_no, from_on, ends_on from api.number_list('0902001')
        order by from_on nulls first, number
    $$,
    $$ values
        ('46902001000', '46902001009', 'CA', date '2026-01-01', date '2026-06-01'),
        ('46902001000', '46902001004', 'CA', date '2026-06-01', null),
        ('46902001005', null, 'CB', date '2026-06-01', null),
        ('46902001006', '46902001009', 'CA', date '2026-06-01', null) $$,
    'the rest of the block stays'
);
select is(
    (
        select string_agg(one.customer_no, '' order by day.day)
        from unnest(array[date '2026-05-31', '2026-06-01']) as day (day)
        cross join lateral api.number_find('46902001005', day.day) as one
    ),
    'AB', 'found with each on its day'
);
select is(
    api.number_release('0902001007', '2026-06-01', '0902001009'), '46902001007',
    'a part of it is released on the day it began'
);
select is(api.number_release('0902001005', '2026-08-01'), '46902001005', 'and the one that went');
select is(api.number_release('0902001005', '2026-08-01'), '46902001005', 'again: no fault');
select is_empty($$ select * from api.number_find('0902001008', '2026-06-01') $$, 'nobody has it');
select is(
    (select to_number from api.number_find('0902001006', '2026-06-01')), null, 'its neighbour is alone now'
);
select throws_ok(
    $$ select api.number_release('0902001008', '2026-09-01') $$, 'LB822',
    'Nobody has the number 0902001008 on 2026-09-01.', 'what nobody has cannot be taken'
);
select throws_ok(
    $$ select api.number_reassign('0902001003', '2026-09-01', 'CB', 1, '0902001006') $$, 'LB822',
    'Nobody has the number 0902001003–0902001006 on 2026-09-01.', 'nor what two rows have'
);
select throws_ok(
    $$ select api.number_reassign('0902001003', '2025-09-01', 'CB') $$, 'LB806',
    'The day must lie within the period in which it holds now.', 'nor before the line runs'
);
select is(api.number_release('SIP-7', '2026-08-01'), 'SIP-7', 'an account is released');
select lives_ok('set constraints all immediate', 'and nothing overlaps');
set constraints all deferred;

-- Lines and contracts
select results_eq(
    $$ select line, service, numbers, status from api.line_list('A') order by line $$,
    $$ values ('CA/1', 'VOIP', 6::numeric, 'active'), ('CA/2', 'VOIP', 0, 'active') $$,
    'the lines of a customer'
);
select is_empty($$ select * from api.line_list() $$, 'whose, must be said');
select is(api.line_end('CA', 2, '2026-10-01'), date '2026-10-01', 'a line ends');
select throws_ok(
    $$ select api.line_end('CA', 9, '2026-10-01') $$, 'LB802', '“CA/9” is not known here.', 'if it is there'
);
select results_eq(
    $$ select ends_on, is_bound from api.contract_terminate('CX', p_noticed_on => '2026-02-01') $$,
    $$ values (date '2027-01-01', true) $$, 'a contract ends by notice, not before it may'
);
select results_eq(
    $$ select ends_on, is_bound from api.contract_terminate('CX', '2026-12-01') $$,
    $$ values (date '2026-12-01', false) $$, 'or when agreed'
);
select results_eq(
    $$ select ends_on, is_bound from api.contract_terminate('CX', p_noticed_on => '2026-11-01') $$,
    $$ values (date '2026-12-01', false) $$, 'a later notice puts that off no more'
);

-- Closing
select throws_ok(
    $$ select api.customer_close('A', '2026-12-01') $$, 'LB820',
    'Customers below A have contracts still: B, C.', 'not over those below it'
);
select results_eq(
    $$ select customers, contracts, ends_on, numbers, balance from api.customer_close('A', '2027-02-01',
        p_is_tree => true) $$,
    $$ values (4::bigint, 3::bigint, date '2027-02-01', 6::numeric, 0::numeric) $$,
    'all of it, X as it was agreed'
);
select is(
    (select contracts from api.customer_close('A', '2027-02-01', p_is_tree => true)), 0::bigint,
    'again: nothing more'
);

-- Who else
select test.as_user('sales');
select is((select contracts from api.customer_close('C', p_noticed_on => '2026-03-01')), 0::bigint,
'sales may close');
select test.as_user('seller', (select seller_id from billing.seller));
select throws_ok(
    $$ select api.customer_close('X') $$, '42501', 'permission denied for function customer_close',
    'a seller closes nobody'
);

select * from finish();
rollback;
