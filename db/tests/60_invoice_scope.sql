-- Sellers and customers see the issued documents of their own, never drafts, others' or lines.
begin;
select plan(6);

insert into billing.currency (currency, decimals) values ('SEK', 2) on conflict do nothing;
insert into billing.seller (code, name) values ('one', 'One');
insert into billing.customer (customer_no, name, seller_id)
select one.customer_no, one.customer_no, seller.seller_id
from (values ('own', 'one'), ('other', null)) as one (customer_no, seller)
left join billing.seller on seller.code = one.seller;
set local session_replication_role = replica;
insert into billing.invoice (
    kind, state, payer_id, currency, home_rate, language, valid, net, tax, total, series, number, invoice_no,
    invoice_on, parties
)
select
    'invoice', one.state, customer.customer_id, 'SEK', 1, 'sv', daterange('2026-10-01', null), 100, 25,
    125, one.series, one.number, one.number::text,
    case when one.number is not null then date '2026-11-01' end,
    case when one.number is not null then '{}'::jsonb end
from (values ('approved', 'T', 1), ('draft', null, null)) as one (state, series, number)
cross join billing.customer
where customer.customer_no = 'own'
union all
select
    'invoice', 'approved', customer.customer_id, 'SEK', 1, 'sv', daterange('2026-10-01', null), 100, 25,
    125, 'T', 2, '2', '2026-11-01', '{}'
from billing.customer where customer.customer_no = 'other';
set local session_replication_role = origin;

select test.as_user('seller', (select seller_id from billing.seller where code = 'one'));
select results_eq(
    'select invoice_no from billing.invoice', array['1'], 'a seller sees what its customers were sent'
);
select throws_ok('select * from billing.invoice_line', '42501', null, 'a seller reads no lines');
select throws_ok(
    $$select api.invoice_document('2')$$, '42501', null, 'a seller opens no document that is not its own'
);
select test.as_nobody();
select test.as_user('customer', (select customer_id from billing.customer where customer_no = 'own'));
select results_eq('select invoice_no from billing.invoice', array['1'], 'a customer sees what it was sent');
select throws_ok(
    $$select api.bill_approve_next(1, '2026-11-01', 1)$$, '42501', null, 'a customer approves nothing'
);
select test.as_nobody();
select test.as_user('customer', (select customer_id from billing.customer where customer_no = 'other'));
select results_eq('select invoice_no from billing.invoice', array['2'], 'another customer sees its own');

select * from finish();
rollback;
