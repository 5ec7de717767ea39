-- A payment that another system hands over: once by its key, to the document or the customer that it names,
-- by those who may; balance and account show it.
begin;
select plan(25);

insert into billing.currency (currency, decimals) values ('SEK', 2), ('EUR', 2) on conflict do nothing;
insert into billing.operator (name, org_no, bankgiro) values ('Op', '1', '5805-6177') on conflict do nothing;
insert into billing.customer (customer_no, name) values ('own', 'Own AB'), ('other', 'Other AB');
insert into billing.customer (customer_no, name, parent_id, bill_to)
select 'below', 'Below', customer_id, 'parent' from billing.customer where customer_no = 'own';
insert into billing.opening_item (
    document_no, customer_id, item_on, due_on, amount, open, currency, reference
)
select one.document_no, customer.customer_id, '2026-10-01', one.due_on, one.amount, one.amount, 'SEK',
    logic.reference_make('ocr', one.document_no)
from (
    values
    ('20269991', 'own', 100, date '2026-10-31'), ('20269992', 'own', 50, '2099-01-01'),
    ('20269993', 'other', 70, '2026-10-31')
) as one (document_no, customer_no, amount, due_on)
inner join billing.customer on customer.customer_no = one.customer_no;
create temporary table told as
select item.document_no, item.reference from billing.open_item as item;
grant select on told to public;

create function pg_temp.reference(p_document text) returns text
language sql stable return (select told.reference from told where told.document_no = p_document);
grant execute on function pg_temp.reference(text) to public;

select test.as_user('integration');
select results_eq(
    $$ select open, overdue, not_due, disputed, credit, payer_no from api.balance_get('own') $$,
    $$ values (150.00, 100.00, 50.00, 0.00, 0.00, 'own') $$, 'the balance before'
);
select results_eq(
    $$
        select is_new, state, customer_no, uses
        from api.payment_register('1', 60, pg_temp.reference('20269991'), p_source => 'shop')
    $$,
    $$
        values (
            true, 'part', 'own', jsonb_build_array(jsonb_build_object(
                'kind', 'opening', 'document_no', '20269991', 'customer_no', 'own', 'amount', 60.00
            ))
        )
    $$,
    'a reference: paid in part'
);
select results_eq(
    $$
        select is_new, state
        from api.payment_register('1', 60.000, pg_temp.reference('20269991'), p_source => 'shop')
    $$,
    $$ values (false, 'part') $$, 'the same again does nothing'
);
select results_eq(
    $$ select open, overdue from api.balance_get('own') $$, $$ values (90.00, 40.00) $$, 'and is booked once'
);
select throws_ok(
    $$ select api.payment_register('1', 60, pg_temp.reference('20269992'), p_source => 'shop') $$, 'LB734',
    null, 'another reference under the same key'
);
select throws_ok(
    $$
        select api.payment_register(
            '1', 60, pg_temp.reference('20269991'), p_customer_no => 'own', p_source => 'shop'
        )
    $$,
    'LB734', 'Payment shop:1 was handed over before with another customer_no: –, now own.',
    'or one field more'
);
select results_eq(
    $$ select is_new, state from api.payment_register('1', 60, p_source => 'bank') $$,
    $$ values (true, 'unidentified') $$, 'a key is that of its source; nothing named: for a person'
);
select results_eq(
    $$
        select state, left_amount, customer_no from api.payment_register('2', 100, p_customer_no => 'below')
    $$,
    $$ values ('advance', 0.00, 'own') $$,
    'a customer: its payer''s documents by due date, the rest in advance'
);
select results_eq(
    $$ select document_no, open from api.open_item_list('own') $$,
    $$
        select * from (
            select 'P' || max(payment)::text, -10.00 from api.payment_list(p_customer => 'own')
        ) as advance
    $$,
    'both documents are paid'
);
select results_eq(
    $$ select state, customer_no from api.payment_register('3', 5, '999', 'other') $$,
    $$ values ('advance', 'other') $$, 'a reference of nothing: the customer that was named'
);
select throws_ok(
    $$ select api.payment_register('4', 5, pg_temp.reference('20269993'), 'own') $$, 'LB736', null,
    'a reference of another customer is refused'
);
select is_empty(
    $$ select from billing.payment_file where name like '%:4' $$, 'and leaves nothing'
);
select throws_ok($$ select api.payment_register('', 5) $$, 'LB738', null, 'no key');
select throws_ok($$ select api.payment_register('5', null) $$, 'LB735', null, 'no amount');
select throws_ok($$ select api.payment_register('5', -5) $$, 'LB735', null, 'money that goes out');
select throws_ok($$ select api.payment_register('5', 5, p_customer_no => 'x') $$, 'LB524', null, 'nobody');
select throws_ok(
    $$ select api.payment_register('5', 5, p_currency => 'EUR') $$, 'LB737', null, 'no account for euros'
);
select throws_ok(
    $$ select api.payment_register('5', 5, p_currency => 'EUR', p_account => '58056177') $$, 'LB729', null,
    'an account for other money'
);
select throws_ok(
    $$ select api.payment_register('5', 5, p_account => '1-1') $$, 'LB723', null, 'an account of others'
);
select throws_ok(
    $$ select api.payment_register('5', 5, p_booked_on => '2999-01-01') $$, 'LB725', null, 'a day to come'
);
select results_eq(
    $$ select kind, document, amount, balance from api.statement_list('own', '2026-10-02') $$,
    $$
        values
        ('brought_forward', null, null, 150.00), ('payment', '20269991', -60.00, 90.00),
        ('assign', null, -100.00, -10.00)
    $$,
    'the account tells of them, with the balance after each'
);
select throws_ok($$ select * from api.statement_list('nobody') $$, 'LB524', null, 'nobody has no account');
select test.as_user('support');
select throws_ok($$ select api.payment_register('6', 5) $$, '42501', null, 'support registers nothing');
select throws_ok(
    $$ select logic.payment_register('{"key": "6", "amount": 5}') $$, 'LB901', null, 'not even past the api'
);
select test.as_user('customer', (select customer_id from billing.customer where customer_no = 'own'));
select throws_ok(
    $$ select * from api.balance_get('other') $$, 'LB524', null, 'a customer sees its own balance'
);

select * from finish();
rollback;
