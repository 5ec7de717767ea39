-- Credits are asked for by who may open the invoice, once a line, and decided by finance, once.
begin;
select plan(20);

insert into billing.currency (currency, decimals) values ('SEK', 2) on conflict do nothing;
insert into billing.seller (code, name) values ('one', 'One'), ('two', 'Two');
insert into billing.customer (customer_no, name, seller_id)
select 'own', 'Own', seller.seller_id from billing.seller where seller.code = 'one';
insert into billing.customer (customer_no, name) values ('other', 'Other');
insert into billing.contract (contract_no, customer_id, seller_id, start_on)
select 'C', customer.customer_id, seller.seller_id, '2026-01-01'
from billing.customer, billing.seller where customer.customer_no = 'own' and seller.code = 'one';
set local session_replication_role = replica;
insert into billing.invoice (
    kind, state, payer_id, currency, home_rate, language, valid, net, tax, total, series, number, invoice_no,
    invoice_on, parties
)
select
    case when one.net < 0 then 'credit' else 'invoice' end, one.state, customer.customer_id, 'SEK', 1, 'sv',
    daterange('2026-10-01', null), one.net, 0, one.net, one.series, one.number, '900' || one.number,
    case when one.number is not null then date '2026-11-01' end,
    case when one.number is not null then '{}'::jsonb end
from (
    values ('own', 'approved', 300, 'T', 1), ('own', 'approved', -5, 'T', 2),
    ('other', 'approved', 9, 'T', 3), ('own', 'draft', 7, null, null)
) as one (customer_no, state, net, series, number)
inner join billing.customer on customer.customer_no = one.customer_no;
insert into billing.invoice_line (
    invoice_id, place, customer_id, contract_id, contract_line_id, kind, charge_kind, what, text, valid,
    quantity, net, vat_code, vat_percent, vat_category
)
select
    invoice.invoice_id, one.place, invoice.payer_id, contract.contract_id, 1, 'fee', 'fee', 'x', 'x',
    daterange('2026-10-01', '2026-11-01'), 1, one.net, 'SE0', 0, 'Z'
from billing.invoice, billing.contract, (values (1, 100), (2, 120), (3, 80)) as one (place, net)
where invoice.invoice_no = '9001' and contract.contract_no = 'C';
set local session_replication_role = origin;

select test.as_user('support');
select throws_ok(
    $$select api.credit_request_add('none', 'x')$$, 'LB525', 'There is no invoice none.', 'an unknown invoice'
);
select throws_ok(
    format('select api.credit_request_add(%L, %L)', 'draft ' || (
        select invoice.invoice_id from billing.invoice
        where invoice.state = 'draft' and invoice.net = 7
    ), 'x'), 'LB525', null, 'a draft'
);
select throws_ok(
    $$select api.credit_request_add('9002', 'x')$$, 'LB527',
    '9002 is no issued invoice: only these can be credited.', 'a credit note'
);
select throws_ok(
    $$select api.credit_request_add('9001', 'x', '{2,7,null}')$$, 'LB528',
    'Invoice 9001 has no lines 7, ? left to credit.', 'lines that are not there'
);
select throws_ok(
    $$select api.credit_request_add('9001', ' ')$$, '23514', null, 'a request without a reason'
);
select test.as_nobody();

select test.as_user('seller', (select seller_id from billing.seller where code = 'one'));
select lives_ok(
    $$select api.credit_request_add('9001', 'wrong price', '{2,1,2}', true)$$,
    'a seller asks about an invoice that it may open'
);
select throws_ok(
    $$select api.credit_request_add('9003', 'x')$$, 'LB525', 'There is no invoice 9003.', 'and about no other'
);
select test.as_nobody();
select test.as_user('customer', (select customer_id from billing.customer where customer_no = 'own'));
select is(
    (
        select array[one.places::text, one.net::text, one.state, one.reason]
        from api.credit_request_list() as one
    ),
    array['{1,2}', '220.00', 'open', 'wrong price'], 'the customer sees what is asked about its invoice'
);
select throws_ok(
    $$select api.credit_request_add('9001', 'all of it')$$, 'LB539', null, 'lines that are asked for already'
);
select lives_ok($$select api.credit_request_add('9001', 'this too', '{3}')$$, 'other lines can be asked for');
select throws_ok(
    $$select api.credit_request_decide(1, true)$$, '42501', null, 'a customer decides nothing'
);
select throws_ok($$delete from billing.credit_request$$, '42501', null, 'and takes nothing away');
select test.as_nobody();
select test.as_user('seller', (select seller_id from billing.seller where code = 'two'));
select is_empty('select * from api.credit_request_list()', 'another seller sees no request');
select test.as_nobody();

create temporary table asked as select min(credit_request_id) as id from billing.credit_request;
grant select on asked to public;
select test.as_user('finance');
select is(
    (select one.count from api.work_list() as one where one.kind = 'credit_request'), 2::bigint,
    'what waits is on the list of work'
);
select throws_ok(
    'select api.credit_request_decide((select id from asked), false, null, 1)', '23514', null,
    'who declines says why'
);
select throws_ok(
    $$select api.credit_request_decide((select id from asked), false, 'no', 7)$$, 'LB800', null,
    'what was changed meanwhile is looked at again'
);
select results_eq(
    $$select * from api.credit_request_decide((select id from asked), false, 'the price is right', 1)$$,
    $$values ('declined', null)$$, 'declined'
);
select results_eq(
    $$select * from api.credit_request_decide((select id from asked), false, 'the price is right', 1)$$,
    $$values ('declined', null)$$, 'said again it changes nothing'
);
select throws_ok(
    $$select api.credit_request_decide((select id from asked), true)$$, 'LB540', null,
    'and is not approved afterwards'
);
select throws_ok(
    $$select api.credit_request_decide(-1, true)$$, 'LB541', 'There is no request -1 for a credit.',
    'an unknown request'
);

select * from finish();
rollback;
