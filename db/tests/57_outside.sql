-- Customers that another system owns: what one call makes, changes and refuses, as level integration.
begin;
select plan(31);

insert into billing.currency (currency) values ('SEK');
insert into billing.operator (name, org_no, currency, mode) values ('Test', '556000-0000', 'SEK', 'basis');
create temporary table made as
select
    test.make_service('CALLS') as calls_id,
    test.make_service('VOIP') as voip_id,
    test.make_price_list('BASE') as base_id,
    test.make_price_list('GOLD') as gold_id;
grant select on made to public;

-- What a customer has, in one line: contract/line service number from..to
create temporary view held as
select
    customer.customer_no,
    concat_ws(
        ' ', contract.contract_no || '/' || line.line_no, service.code,
        own.number || coalesce('-' || own.to_number, ''), own.valid
    ) as what
from billing.customer
inner join billing.contract on contract.customer_id = customer.customer_id
inner join billing.contract_line as line on line.contract_id = contract.contract_id
inner join billing.service on service.service_id = line.service_id
left join billing.subscriber_number as own on own.contract_line_id = line.contract_line_id;
grant select on held to public;

select test.as_person('integration');
select throws_ok(
    $$ select api.outside_put('K1', p_numbers => '{46902003000}', p_from_on => '2026-11-01') $$, 'LB844',
    'Contract K1 needs a service.', 'a line needs a service'
);
select test.as_nobody();
update billing.setting set value = 'CALLS' where setting.name = 'outside_service';
update billing.setting set value = 'BASE' where setting.name = 'outside_price_list';
select test.as_person('integration');
select results_eq(
    $$
        select * from api.outside_put(
            'K1', 'Kund Ett', p_org_no => '556000-0001',
            p_numbers => '{+46902003000,0902-003001,46902003000}', p_accounts => '{sip-k1}',
            p_from_on => '2026-11-05'
        )
    $$,
    $$ values (
        'K1', 'K1', 1,
        array['customer', 'contract', 'line', 'number sip-k1', 'number 46902003000', 'number 46902003001'],
        '{}'::text[]
    ) $$,
    'one call makes customer, contract, line and numbers'
);
select results_eq(
    $$ select name, price_list from api.customer_get('K1') $$, $$ values ('Kund Ett', 'BASE') $$,
    'with the price list of the settings'
);
select results_eq(
    $$
        select created, changed from api.outside_put(
            'K1', 'Kund Ett', p_org_no => '556000-0001', p_numbers => '{46902003000,46902003001}',
            p_accounts => '{sip-k1}', p_from_on => '2026-11-05'
        )
    $$,
    $$ values ('{}'::text[], '{}'::text[]) $$, 'sent again it does nothing'
);
select results_eq(
    $$
        select contract_no, line_no, created, changed
        from api.outside_put('K1', 'Kund Ett AB', p_numbers => '{46902003000}')
    $$,
    $$ values ('K1', 1, '{}'::text[], '{customer}'::text[]) $$, 'what differs is changed, nothing else'
);
select is(
    array(select row_version from api.customer_get('K1')), array[3], 'and only where it differs'
);
select results_eq(
    $$
        select created, changed from api.outside_put(
            'K1', p_numbers => '{46902003000}', p_from_on => '2026-11-01'
        )
    $$,
    $$ values ('{}'::text[], array['contract', 'number 46902003000']) $$,
    'a number that was there earlier takes its contract with it'
);
select results_eq(
    $$
        select created from api.outside_put(
            'K1', p_contract_no => 'A2', p_service => 'VOIP', p_numbers => '{46850001000..46850001099}',
            p_from_on => '2026-11-10', p_to_on => '2026-12-01'
        )
    $$,
    $$ values (array['contract', 'line', 'number 46850001000']) $$, 'a block on a contract of its own'
);
select results_eq(
    $$
        select contract_no, created
        from api.outside_put('K1', p_numbers => '{46850001050}', p_from_on => '2026-11-10')
    $$,
    $$ values ('A2', '{}'::text[]) $$, 'a number of its own block is recognised'
);
select throws_ok(
    $$ select api.outside_put('K1', p_numbers => '{46902003002}', p_from_on => '2026-11-10') $$, 'LB841',
    'Customer K1 has several contracts.', 'of several contracts none is guessed'
);
select throws_ok(
    $$ select api.outside_put('K2', p_numbers => '{46902003000}', p_from_on => '2026-11-10') $$, 'LB803',
    'The number 46902003000 belongs to K1/1 of customer K1 in that period.', 'a number of somebody else'
);
select throws_ok(
    $$
        select api.outside_put(
            'K2', p_numbers => '{46850001050}', p_from_on => '2026-11-10', p_is_move => true
        )
    $$,
    'LB803', 'The number 46850001000 belongs to A2/1 of customer K1 in that period.',
    'one of a block cannot be moved out of it'
);
select throws_ok(
    $$ select api.outside_put('K2', p_contract_no => 'A2', p_service => 'VOIP') $$, 'LB842',
    'Contract A2 belongs to customer K1.', 'nor a contract of somebody else'
);
select is_empty($$ select from api.customer_get('K2') $$, 'and of what is refused nothing stays');
select results_eq(
    $$
        select created, changed from api.outside_put(
            'K2', p_numbers => '{46902003000,46902003001}', p_from_on => '2026-11-05', p_is_move => true
        )
    $$,
    $$ values (
        array['customer', 'contract', 'line', 'number 46902003000'], array['number 46902003001']
    ) $$,
    'asked to, it moves numbers'
);
select bag_eq(
    $$ select customer_no, what from held $$,
    $$ values
    ('K1', 'K1/1 CALLS 46902003000 [2026-11-01,2026-11-05)'), ('K1', 'K1/1 CALLS sip-k1 [2026-11-05,)'),
    ('K1', 'A2/1 VOIP 46850001000-46850001099 [2026-11-10,2026-12-01)'),
    ('K2', 'K2/1 CALLS 46902003000 [2026-11-05,)'), ('K2', 'K2/1 CALLS 46902003001 [2026-11-05,)') $$,
    'history stays, but for what moved on its first day'
);
select results_eq(
    $$ select changed from api.outside_put('K2', p_numbers => '{46902003001}', p_to_on => '2026-11-20') $$,
    $$ values (array['number 46902003001']) $$, 'a number is closed'
);
select results_eq(
    $$
        select created, changed
        from api.outside_put('K2', p_numbers => '{46902003001}', p_to_on => '2026-11-20')
    $$,
    $$ values ('{}'::text[], '{}'::text[]) $$, 'once'
);
select throws_ok(
    $$ select api.outside_put('K2', p_from_on => '2026-11-20', p_to_on => '2026-11-01') $$, 'LB806',
    'The day must lie within the period in which it holds now.', 'not before it begins'
);
select results_eq(
    $$ select changed from api.outside_put('K2', p_price_list => 'GOLD', p_from_on => '2026-11-15') $$,
    $$ values ('{price_list}'::text[]) $$, 'another price list holds from its day'
);
select results_eq(
    $$ select from_on, price_list from api.customer_term_list('K2') $$,
    $$ values (date '2026-11-15', 'GOLD') $$, 'as a term'
);
select throws_ok(
    $$ select api.outside_put('K3', p_price_list => 'NONE') $$, 'LB802', '“NONE” is not known here.',
    'a price list must be known'
);
select throws_ok(
    $$ select api.outside_put(' ') $$, '23514',
    'new row for relation "customer" violates check constraint "customer_no_ck"', 'a customer needs a number'
);

-- What was billed does not begin earlier.
select test.as_nobody();
set local session_replication_role = replica;
insert into billing.invoice_line (
    invoice_id, place, customer_id, contract_id, contract_line_id, kind, charge_kind, what, text, valid,
    quantity, net, vat_code, vat_percent, vat_category
)
select
    0, 1, contract.customer_id, contract.contract_id, line.contract_line_id, 'fee', 'fee', 'x', 'x',
    '[2026-11-05,2026-12-01)', 1, 0, 'SE25', 25, 'S'
from billing.contract
inner join billing.contract_line as line on line.contract_id = contract.contract_id
where contract.contract_no = 'K2';
set local session_replication_role = origin;
select test.as_person('integration');
select throws_ok(
    $$ select api.outside_put('K2', p_numbers => '{46902003009}', p_from_on => '2026-11-01') $$, 'LB843',
    'Contract K2 begins on 2026-11-05 and was billed: nothing of it can begin on 2026-11-01.',
    'what was billed does not begin earlier'
);

-- Where nothing is created
select test.as_nobody();
update billing.setting set value = 'no' where setting.name = 'outside_create';
select test.as_person('integration');
select throws_ok(
    $$ select api.outside_put('K3') $$, 'LB840', '“K3” is not known here, and is not created on the fly.',
    'no customer'
);
select throws_ok(
    $$ select api.outside_put('K2', p_numbers => '{46902003003}', p_from_on => '2026-11-10') $$, 'LB840',
    '“46902003003” is not known here, and is not created on the fly.', 'nor number'
);
select lives_ok(
    $$ select api.outside_put('K2', 'Kund Två', p_numbers => '{46902003000}') $$,
    'but what is known is recognised'
);
select test.as_nobody();
update billing.setting set value = null where setting.name = 'outside_create';
update billing.operator set mode = 'full';
select test.as_person('integration');
select throws_ok(
    $$ select api.outside_put('K3') $$, 'LB840', '“K3” is not known here, and is not created on the fly.',
    'the default in other modes'
);
select is(
    logic.outside_number_list('{+46850001000..+46850001099,0850001005,+46850001100}', '{a,a}'),
    array[
        row('account', 'a', null), row('number', '46850001000', '46850001099'),
        row('number', '46850001100', null)
    ]::logic.outside_number[],
    'numbers, blocks and accounts, each once'
);
select throws_ok(
    $$ select api.basis_acknowledge('[{"basis_no": "B1", "number": "F1"}]') $$, 'LB538',
    'Document B1 takes no number F1: it is not there, named twice, or has another.',
    'no number for no document'
);
select test.as_nobody();
select throws_ok(
    $$ update billing.setting set value = 'http://crm.example/who' where setting.name = 'lookup_url' $$,
    '23514', null, 'another machine is asked over TLS only'
);

select * from finish();
rollback;
