-- Payments: customers see their own, what banks told stays, only finance decides; proposals have reasons.
begin;
select plan(16);

insert into billing.currency (currency, decimals) values ('SEK', 2) on conflict do nothing;
insert into billing.operator (name, org_no, bankgiro) values ('Op', '1', '5805-6177') on conflict do nothing;
insert into billing.customer (customer_no, name, org_no) values ('own', 'Own AB', '556677-0001'),
('other', 'Other AB', null);
insert into billing.payment_file (name, digest, bytes, state, loaded_at, loaded_by)
values ('a', sha256('a'), 'a', 'loaded', now(), 'me');
insert into billing.payment (
    payment_file_id, place, account, key, kind, amount, currency, booked_on, payer_name, payer_account,
    payer_org_no, texts, state, left_amount, payer_id, explanation
)
select
    file.payment_file_id, one.place, '58056177', one.place::text, 'payment', one.amount, 'SEK', '2026-11-05',
    one.payer_name, one.payer_account, one.org_no, one.texts, one.state, one.left_amount,
    customer.customer_id, one.explanation
from (
    values
    (1, 100, 'Own AB', '123', null, '{}'::text[], 'matched', 0, 'own', '[]'::jsonb),
    (2, 200, 'Other AB', '456', null, '{}', 'matched', 0, 'other', '[]'),
    (
        3, 50, 'own ab', '123', '5566770001', array['faktura 20269999'], 'unidentified', 50, null,
        '[{"code": "payment_unknown", "reference": "123"}]'
    )
) as one (
    place, amount, payer_name, payer_account, org_no, texts, state, left_amount, customer_no, explanation
)
cross join billing.payment_file as file
left join billing.customer on customer.customer_no = one.customer_no;
insert into billing.opening_item (document_no, customer_id, item_on, due_on, amount, open, currency)
select one.document_no, customer.customer_id, '2026-10-01', '2026-10-31', one.amount, one.amount, 'SEK'
from (values ('20269999', 'other', 70), ('20269998', 'own', 50), ('20269997', 'own', 51))
as one (document_no, customer_no, amount)
inner join billing.customer on customer.customer_no = one.customer_no;
create temporary table here as
select payment.payment_id as waiting from billing.payment where payment.place = 3;
grant select on here to public;

select test.as_user('customer', (select customer_id from billing.customer where customer_no = 'own'));
select results_eq('select amount from api.payment_list()', array[100::numeric], 'a customer sees its own');
select throws_ok('select * from billing.payment_file', '42501', null, 'a customer reads no file');
select throws_ok('select api.payment_undo(1)', '42501', null, 'a customer takes nothing back');
select test.as_user('support');
select is((select count(*) from api.payment_list()), 3::bigint, 'support sees all');
select throws_ok(
    $$ select api.payment_assign(1, null, 'own') $$, '42501', null, 'support assigns nothing'
);
select throws_ok(
    $$ select logic.payment_assign(1, null, 'own', null) $$, 'LB901', null, 'not even past the api'
);
select test.as_user('integration');
select throws_ok(
    $$ select logic.payment_match() $$, 'LB901', null,
    'integration registers payments, and matches none again'
);
select test.as_user('finance');
select results_eq(
    $$
        select document_no, reasons
        from api.payment_proposal_list((select waiting from here))
    $$,
    $$
        values
        (
            '20269998',
            'the payer''s account paid for this customer before; it is the only document with exactly this '
            'amount open; the payer has the customer''s name; the payer has the customer''s registration '
            'number'
        ),
        (
            '20269997',
            'the payer''s account paid for this customer before; the payer has the customer''s name; '
            'the payer has the customer''s registration number'
        ),
        ('20269999', 'its number or reference stands in the text')
    $$,
    'proposals say why, those with most reasons first'
);
select is(
    (select one.explanation from api.payment_list('{unidentified}', p_language => 'sv') as one),
    'Inget dokument har referensen 123.', 'explained in the reader''s language'
);
select throws_ok(
    $$ select api.payment_assign((select waiting from here), '20269998', null, 51) $$, 'LB728', null,
    'no more than is left'
);
select test.as_nobody();
select throws_ok(
    'update billing.payment set amount = 1', 'LB720', 'What a bank told stays as it came.', 'payments stay'
);
select throws_ok('delete from billing.payment', 'LB720', null, 'none goes');
select throws_ok('update billing.payment_file set bytes = ''b''', 'LB720', null, 'files stay');
select throws_ok('truncate billing.payment_reference', 'LB720', null, 'references stay');
select throws_ok(
    $$ insert into billing.payment_reference values (-1, 1, '1', null, 'none') $$, 'LB731', null,
    'a reference has a payment'
);
select throws_ok(
    $$
        insert into billing.payment (
            payment_file_id, place, account, key, kind, amount, currency, booked_on, state, explanation
        )
        select payment_file_id, 9, account, key, kind, 1, currency, booked_on, 'shown', '[]'
        from billing.payment where place = 1
    $$,
    '23505', null, 'a payment to an account is known once'
);

select * from finish();
rollback;
