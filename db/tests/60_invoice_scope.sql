-- Sellers and customers see the issued documents of their own, never drafts, others' or lines.
begin;
select plan(14);

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
    125, one.series, one.number, '100' || one.number,
    case when one.number is not null then date '2026-11-01' end,
    case when one.number is not null then '{}'::jsonb end
from (values ('approved', 'T', 1), ('draft', null, null)) as one (state, series, number)
cross join billing.customer
where customer.customer_no = 'own'
union all
select
    'invoice', 'approved', customer.customer_id, 'SEK', 1, 'sv', daterange('2026-10-01', null), 100, 25,
    125, 'T', 2, '1002', '2026-11-01', '{}'
from billing.customer where customer.customer_no = 'other';
-- a document to another's customer, and one to the seller's that charges for a contract of another seller
insert into billing.seller (code, name) values ('two', 'Two');
insert into billing.contract (contract_no, customer_id, seller_id, start_on)
select 'mixed', customer.customer_id, seller.seller_id, '2026-01-01'
from billing.customer, billing.seller where customer.customer_no = 'own' and seller.code = 'two';
insert into billing.invoice (
    kind, state, payer_id, currency, home_rate, language, valid, net, tax, total, series, number, invoice_no,
    invoice_on, parties
)
select
    'invoice', 'approved', customer.customer_id, 'SEK', 1, 'sv', daterange('2026-10-01', null), 100, 25,
    125, 'T', 3, '1003', '2026-11-01', '{}'
from billing.customer where customer.customer_no = 'own';
insert into billing.invoice_line (
    invoice_id, place, customer_id, contract_id, contract_line_id, kind, charge_kind, what, text, valid,
    quantity, net, vat_code, vat_percent, vat_category
)
select
    invoice.invoice_id, 1, invoice.payer_id, contract.contract_id, 1, 'fee', 'fee', 'x', 'x',
    daterange('2026-10-01', '2026-11-01'), 1, 100, 'SE25', 25, 'S'
from billing.invoice, billing.contract where invoice.invoice_no = '1003' and contract.contract_no = 'mixed';
set local session_replication_role = origin;

select test.as_user('seller', (select seller_id from billing.seller where code = 'one'));
select results_eq(
    'select invoice_no from billing.invoice order by 1', array['1001', '1003'],
    'a seller sees what its customers were sent'
);
select results_eq(
    $$select invoice_no, can_open from api.customer_invoice_list('own') order by 1$$,
    $$values ('1001', true), ('1003', false)$$,
    'a seller opens what charges for no contract of another seller'
);
select throws_ok(
    $$select api.own_invoice_document('1003')$$, 'LB525', 'There is no invoice 1003.',
    'a document with lines of another seller stays shut'
);
select throws_ok(
    $$select api.own_invoice_document('1002')$$, 'LB525', 'There is no invoice 1002.',
    'so does one of another seller''s customer'
);
select results_eq(
    $$select hit.key from api.search('1001') as hit where hit.kind = 'invoice'
    union all select hit.key from api.search('1003') as hit where hit.kind = 'invoice'$$, array['1001'],
    'and the search finds what can be opened'
);
select is(
    (
        select sentence from api.message_get(
            'LB523', 'sv', p_params => '{"run": 3, "state": "approved", "needed": "draft, making"}'
        )
    ),
    'Körningen 3 är godkänd: detta kräver att den är ett utkast, under arbete.',
    'a sentence has its words of ours in its language'
);
select throws_ok('select * from billing.invoice_line', '42501', null, 'a seller reads no lines');
select throws_ok(
    $$select api.invoice_document('1002')$$, '42501', null, 'a seller opens no document that is not its own'
);
select test.as_nobody();
select test.as_user('customer', (select customer_id from billing.customer where customer_no = 'own'));
select results_eq(
    'select invoice_no from billing.invoice order by 1', array['1001', '1003'],
    'a customer sees what it was sent'
);
select results_eq(
    'select invoice_no, total from api.invoice_list() order by 1',
    $$values ('1001', 125.00), ('1003', 125.00)$$,
    'a customer lists what it was sent'
);
select results_eq(
    $$select invoice_no from api.invoice_list(p_words => '1003')$$, array['1003'],
    'and finds it by its number'
);
select throws_ok(
    $$select api.bill_approve_next(1, '2026-11-01', 1)$$, '42501', null, 'a customer approves nothing'
);
select test.as_nobody();
select test.as_user('customer', (select customer_id from billing.customer where customer_no = 'other'));
select results_eq('select invoice_no from billing.invoice', array['1002'], 'another customer sees its own');
select results_eq('select invoice_no from api.invoice_list()', array['1002'], 'and lists no others');

select * from finish();
rollback;
