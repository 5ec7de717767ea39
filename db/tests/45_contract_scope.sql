-- A seller sees the contracts that name it, and those of its customers that name none.
begin;
select plan(3);

insert into billing.seller (code, name) values ('one', 'One'), ('two', 'Two');
insert into billing.customer (customer_no, name, seller_id)
select 'own', 'Own', seller_id from billing.seller where code = 'one';
insert into billing.customer (customer_no, name) values ('none', 'None');
insert into billing.contract (contract_no, customer_id, start_on, seller_id)
select 'unnamed', customer_id, date '2026-01-01', null::bigint from billing.customer where customer_no = 'own'
union all
select 'others', customer_id, date '2026-01-01', (select seller_id from billing.seller where code = 'two')
from billing.customer where customer_no = 'own'
union all
select 'named', customer_id, date '2026-01-01', (select seller_id from billing.seller where code = 'one')
from billing.customer where customer_no = 'none'
union all
select 'nobodys', customer_id, date '2026-01-01', null from billing.customer where customer_no = 'none';

select test.as_user('seller', (select seller_id from billing.seller where code = 'one'));
select results_eq(
    'select contract_no from billing.contract order by 1', array['named', 'unnamed'],
    'own contracts, and those of own customers that name no seller'
);
select results_eq(
    'select customer_no from billing.customer order by 1', array['none', 'own'],
    'own customers, and those with an own contract'
);
select test.as_nobody();
select test.as_user('seller', (select seller_id from billing.seller where code = 'two'));
select results_eq(
    'select contract_no from billing.contract order by 1', array['others'], 'another seller sees its own'
);

select * from finish();
rollback;
