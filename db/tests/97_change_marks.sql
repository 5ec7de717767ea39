-- What outside systems follow is marked once for each transaction, given when it is sealed, and to those who
-- may see it.
begin;
select plan(17);

insert into billing.currency (currency, decimals) values ('SEK', 2) on conflict do nothing;
insert into billing.seller (code, name) values ('one', 'One');
insert into billing.customer (customer_no, name, seller_id)
select one.customer_no, one.customer_no, seller.seller_id
from (values ('own', 'one'), ('other', null), ('gone', null)) as one (customer_no, seller)
left join billing.seller on seller.code = one.seller;
select test.make_contract('K1', customer.customer_id, '2026-01-01')
from billing.customer where customer.customer_no = 'own';
select test.make_contract('K2', customer.customer_id, '2026-01-01')
from billing.customer where customer.customer_no = 'other';
update billing.customer set name = 'Own' where customer_no = 'own';
delete from billing.customer where customer_no = 'gone';
insert into billing.payment_file (name, digest, bytes, state, loaded_at, loaded_by)
values ('a', sha256('a'), 'a', 'loaded', now(), 'me');
insert into billing.payment (
    payment_file_id, place, account, key, kind, amount, currency, booked_on, state, payer_id, explanation
)
select file.payment_file_id, customer.customer_id, '1', customer.customer_no, 'payment', 1, 'SEK',
    '2026-11-01', 'matched', customer.customer_id, '[]'
from billing.payment_file as file, billing.customer;
update billing.payment set state = 'advance';

select results_eq(
    $$
        select mark.kind collate "default", mark.op, mark.key, count(*) from billing.change_mark as mark
        group by mark.kind, mark.op, mark.key order by 1, 2, 3
    $$,
    $$
        values
        ('contract', 'insert', 'K1', 1::bigint), ('contract', 'insert', 'K2', 1),
        ('customer', 'delete', 'gone', 1), ('customer', 'insert', 'other', 1),
        ('customer', 'insert', 'own', 1),
        ('payment', 'insert', null, 2)
    $$,
    'what is new stays new, what is gone is gone, however often a transaction changed it'
);

-- As the sealer leaves this transaction, and one before it that holds nothing.
create temporary table here as
select coalesce(max(own.seal_no), 0) as before from audit.tx as own;
update audit.tx
set
    seal_no = here.before + 2, sealed_at = now(), rows = '{}', digest = '\x', head = '\x'
from here
where tx.xid = pg_current_xact_id();
insert into audit.tx (xid, seal_no, sealed_at, rows, digest, head)
select '1', here.before + 1, now(), '{}', '\x', '\x' from here;
grant select on here to public;
create temporary table first_mark as
select (here.before + 1)::text as cursor from here;
grant select on first_mark to public;

create function pg_temp.changes(p_what text[] default null, p_limit integer default 100)
returns table (kind text, key text, customer_no text, op text)
language sql stable
begin atomic
    select change.kind, change.key, change.customer_no, change.op
    from api.change_list((select first_mark.cursor from first_mark), p_what, p_limit) as change
    where change.kind <> 'payment' or change.customer_no is not null;
end;
grant execute on function pg_temp.changes(text[], integer) to public;

select test.as_user('integration');
select results_eq(
    'select * from pg_temp.changes(array[''customer'', ''contract''])',
    $$
        values
        ('contract', 'K1', 'own', 'insert'), ('contract', 'K2', 'other', 'insert'),
        ('customer', 'own', 'own', 'insert'), ('customer', 'other', 'other', 'insert'),
        ('customer', 'gone', null, 'delete')
    $$,
    'an outside system reads all, by its numbers'
);
select is((select count(*) from pg_temp.changes()), 7::bigint, 'all kinds where none is named');
select is((select count(*) from pg_temp.changes(p_limit => 2)), 2::bigint, 'as many as it asked for');
select results_eq(
    $$
        select change.kind, change.key
        from api.change_list(
            (select max(page.cursor) from api.change_list((select cursor from first_mark), null, 1) as page),
            null, 1
        ) as change
    $$,
    $$ values ('contract', 'K2') $$, 'and goes on after the last'
);
select results_eq(
    $$
        select change.kind, change.cursor
        from api.change_list((select cursor from first_mark), '{block}') as change
    $$,
    $$ select 'bookmark', (here.before + 2)::text from here $$, 'where there is nothing, how far it has read'
);
select is_empty(
    $$ select * from api.change_list((select (here.before + 2)::text from here)) $$, 'then nothing more'
);
select results_eq(
    $$ select change.kind, change.cursor from api.change_list() as change $$,
    $$ select 'bookmark', (here.before + 2)::text from here $$, 'without a cursor: the bookmark of now'
);
select throws_ok(
    $$ select * from api.change_list((select (here.before + 3)::text from here)) $$, 'LB919', null,
    'a place that is not there yet is of elsewhere'
);
select throws_ok(
    $$ select * from api.change_list(p_what => '{price}') $$, 'LB920', 'There are no changes of kind price.',
    'prices are not followed'
);
select throws_ok('select * from billing.change_mark', '42501', null, 'the marks themselves are not read');

select test.as_nobody();
select test.as_user('customer', (select customer_id from billing.customer where customer_no = 'own'));
select results_eq(
    'select * from pg_temp.changes()',
    $$
        select one.kind, one.key, 'own', 'insert' from (values (1, 'contract', 'K1'), (2, 'customer', 'own'))
        as one (place, kind, key)
        union all
        select 'payment', payment.payment_id::text, 'own', 'insert' from billing.payment
    $$,
    'a customer reads what is its own, and of no deleted one'
);
select test.as_nobody();
select test.as_user('seller', (select seller_id from billing.seller where code = 'one'));
select results_eq(
    'select * from pg_temp.changes()',
    $$ values ('contract', 'K1', 'own', 'insert'), ('customer', 'own', 'own', 'insert') $$,
    'a seller its customers and contracts, and no payment'
);
select throws_ok(
    $$ select * from pg_temp.changes('{payment}') $$, 'LB901', null, 'nor when it asks for payments'
);
select test.as_user('sales');
select is(
    (select count(*) from pg_temp.changes() as change where change.kind = 'payment'), 0::bigint,
    'sales sees no payments'
);
select throws_ok($$ select * from pg_temp.changes('{payment}') $$, 'LB901', null, 'nor may ask for them');
select test.as_user('pricing');
select throws_ok($$ select * from pg_temp.changes('{invoice}') $$, 'LB901', null, 'pricing no documents');

select * from finish();
rollback;
