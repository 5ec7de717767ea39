-- Rings and numbering: a ring is replaced, not changed; whose rings apply in which order; prefixes and
-- what else
-- pages add. Fees, comparison, and whose number a price is asked for.
begin;
select plan(22);

select test.as_nobody();
insert into billing.currency (currency, decimals) values ('SEK', 2), ('EUR', 2);
insert into billing.operator (
    name, org_no, country, time_zone, currency, language, mode, street, postcode, city
) values ('T', '1', 'SE', 'Europe/Stockholm', 'SEK', 'sv', 'full', 'S', '1', 'C');
insert into billing.product (code, name) values ('fixed', 'Fixed');
insert into billing.mode (code, name, unit, per, mode_group) values ('voice', 'Voice', 'second', 60, 'calls');
insert into billing.price_list (code, name, level, currency) values ('BASE', 'Base', 'retail', 'SEK');
insert into billing.price_list (code, name, level, currency, parent_id)
select 'OWN', 'Own', 'retail', 'SEK', price_list_id from billing.price_list;
insert into billing.customer (customer_no, name, kind, currency) values ('1', 'Top', 'business', 'SEK');
insert into billing.customer (customer_no, name, kind, currency, parent_id)
select '11', 'Below', 'business', 'SEK', customer_id from billing.customer;
insert into billing.service (code, name, product_id)
select 'TEL', 'Telephony', product_id from billing.product;
insert into billing.service_charge (service_id, code, name, kind)
select service_id, 'monthly', 'Monthly fee', 'periodic' from billing.service;
select test.make_number(test.make_line(test.make_contract(
    'C11', (select customer_id from billing.customer where customer_no = '11'), '2026-01-01'
), (select service_id from billing.service)), '46902001000');

select test.as_person('pricing');
select is(
    api.destination_save(null, 'FIX', 'Sweden', 'se', 'fixed'), 'FIX',
    'a destination, its country in capitals'
);
select api.destination_group_save(null, 'near', 'Near', 1);
select api.destination_save('FIX', 'FIX', 'Sweden fixed', 'SE', 'fixed', '{near}', 1);
select results_eq(
    $$ select name, groups from api.destination_list() $$, $$ values ('Sweden fixed', array['near']) $$,
    'changed, and in a group'
);
select throws_ok(
    $$ select api.destination_save('FIX', 'FIX', 'X', 'SE', 'fixed', '{}', 1) $$, 'LB800', null,
    'by one at a time'
);
select throws_ok(
    $$ select api.destination_save(null, 'Y', 'Y', 'SE', 'fixed', '{moon}') $$, 'LB110', null,
    'a group must exist'
);
select api.destination_save(null, 'MOB', 'Mobile', 'SE', 'fixed');
select api.prefix_save('+46', 'FIX', current_date);
select api.prefix_save('4670', 'FIX', current_date);
select api.prefix_save('4670', 'MOB', current_date + 5);
select api.prefix_save('46112$', 'FIX', current_date);
select results_eq(
    $$
        select prefix, destination, from_on - current_date, to_on - current_date
        from api.prefix_list('070-123 45 67', current_date) where is_found
    $$,
    $$ values ('4670', 'FIX', 0, 5) $$, 'the longest prefix decides, until the next begins'
);
select is(
    (select destination from api.prefix_list('0046 70 1', current_date + 5) where is_found), 'MOB',
    'then that'
);
select is(
    (select count(*) from api.prefix_list('461123', current_date)), 1::bigint,
    'a whole number is no beginning'
);
select throws_ok(
    $$ select api.prefix_save('4671', 'FIX', current_date - 1) $$, 'LB111', null, 'the past stays as it led'
);
select api.holiday_save('SE', '2026-12-25', 'Jul');
select api.holiday_save('SE', '2026-12-25', 'Juldagen', 1);
select is((select name from api.holiday_list()), 'Juldagen', 'a holiday');
select api.exchange_rate_save('EUR', '2026-12-01', 11.5);
select is((select rate from api.exchange_rate_list()), 11.5, 'a rate');

-- Rings
select api.ring_save(
    null, 'A', 'For the group', 20, p_members => 'customer:1', p_modes => 'group:calls',
    p_targets => E'dest:FIX\ninside', p_value => 4
);
select api.ring_save(null, 'B', 'For all', 10, p_kind => 'off_call', p_value => 0.1, p_members => '*');
select api.ring_save(null, 'C', 'For others', 5, p_value => 1, p_members => 'contract:C11',
p_to_on => '2026-02-01');
select results_eq(
    $$ select members, modes, targets, target_names from api.ring_list() where code = 'A' $$,
    $$
        values (
            array['customer:1'], array['group:calls'], array['dest:FIX', 'inside'], array['Sweden fixed',
            'inside']
        )
    $$,
    'a ring in parts'
);
select results_eq(
    $$ select code, contracts from api.ring_customer_list('1', current_date) $$,
    $$ values ('B', array['C11']), ('A', array['C11']) $$, 'in the order in which they apply, those below too'
);
create temporary table ring_before as select ring_id from billing.ring where code = 'A';
select api.ring_save('A', 'A', 'For the group', 20, p_members => 'customer:11', p_value => 5,
p_row_version => 1);
select ok(
    (
        select ring.ring_id <> before.ring_id and former.definition ->> 'value' = '4.00000000'
            and jsonb_array_length(former.definition -> 'targets') = 2 and former.replaced_by = ring.ring_id
        from billing.ring
        cross join ring_before as before
        inner join billing.definition_former as former
            on former.table_name = 'ring' and former.id = before.ring_id
        where ring.code = 'A'
    ),
    'replaced: what it was, with its targets, stays under its number'
);
select throws_ok(
    $$ select api.ring_save('A', 'A', 'X', 20, p_value => 6, p_row_version => 1) $$, 'LB800', null,
    'by one at a time'
);
select throws_ok(
    $$ select api.ring_save(null, 'D', 'D', 1, p_value => 1, p_members => 'customer:99') $$, 'LB110',
    'There is no member customer:99.', 'a member must exist'
);
select throws_ok(
    $$ select api.ring_save(null, 'D', 'D', 1, p_value => 1, p_targets => 'dest:MOON') $$, 'LB110', null,
    'a target too'
);

-- Fees, comparison
select api.price_save('BASE', 'service:TEL:monthly', '*', null, current_date, p_rate => 100);
select api.price_save('OWN', 'service:TEL:monthly', '*', null, current_date, p_percent => -10);
select results_eq(
    $$ select trim_scale(rate), list, is_own from api.fee_list('OWN', current_date) $$,
    $$ values (90.0, 'OWN', true) $$, 'a fee, worked out from its base'
);
select api.price_save('BASE', '*', 'voice', null, current_date, p_rate => 1);
select api.price_save('OWN', 'dest:MOB', 'voice', null, current_date + 1, p_rate => 1.5);
select is_empty(
    $$ select * from api.price_compare_list('BASE', current_date, 'OWN', current_date) $$, 'no difference yet'
);
select results_eq(
    $$
        select target, trim_scale(rate_a), list_a, trim_scale(rate_b), list_b, percent
        from api.price_compare_list('OWN', current_date, 'OWN', current_date + 1)
    $$,
    $$ values ('dest:MOB', 1.0, 'BASE', 1.5, 'OWN', 50.0) $$, 'one list on two days'
);
select is(
    (select number from api.caller_find('1', current_date)), '46902001000',
    'somebody below a customer calls for it'
);
select is((select number from api.caller_find('0901-23', current_date)), '4690123', 'or a number');

select test.as_person('support');
select throws_ok(
    $$ select api.ring_save(null, 'D', 'D', 1, p_value => 1) $$, '42501', null, 'support reads only'
);

select * from finish();
rollback;
