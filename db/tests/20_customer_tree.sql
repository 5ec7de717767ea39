-- Customers form trees on every day: no customer is ever above itself.
begin;
select plan(9);

create temporary table made as
with top as (select test.make_customer('A') as a)

select top.a, null::bigint as b, null::bigint as c from top;
update made set b = test.make_customer('B', a);
update made set c = test.make_customer('C', b);

select throws_ok(
    'update billing.customer set parent_id = customer_id where customer_no = $$A$$', '23514',
    'new row for relation "customer" violates check constraint "customer_self_ck"',
    'a customer is not its own parent'
);
select throws_ok(
    'update billing.customer set parent_id = (select c from made) where customer_no = $$A$$', 'LB801',
    'Customer A would be above itself.', 'nor its own grandparent'
);
select throws_ok(
    $$
        update billing.customer set parent_id = case customer_no
            when 'A' then (select b from made)
            when 'B' then (select a from made)
        end
        where customer_no in ('A', 'B')
    $$,
    'LB801', 'Customer A would be above itself.', 'two rows of one statement make a ring as well'
);
select lives_ok(
    $$
        insert into billing.customer_term (customer_id, from_on, parent_id)
        select c, '2026-10-01', a from made
    $$,
    'a dated parent may be another customer of the tree'
);
select throws_ok(
    $$
        insert into billing.customer_term (customer_id, from_on, parent_id)
        select a, '2026-09-01', c from made
    $$,
    'LB801', 'Customer A would be above itself.', 'a dated parent makes a ring from its day on'
);

-- B leaves A on 1 October by going under D; from that day A may stand under B.
select lives_ok(
    $$
        insert into billing.customer_term (customer_id, from_on, parent_id)
        select b, '2026-10-01', test.make_customer('D') from made
    $$,
    'a customer moves on a day'
);
select lives_ok(
    $$
        insert into billing.customer_term (customer_id, from_on, parent_id)
        select a, '2026-10-01', b from made
    $$,
    'what would be a ring over all days is none on any of them'
);
select throws_ok(
    $$ update billing.customer_term set from_on = '2026-09-30' where customer_id = (select a from made) $$,
    'LB801', 'Customer A would be above itself.', 'one day earlier it is'
);
select is(billing.customer_cycle_find(null), null, 'no customers, no ring');

select * from finish();
rollback;
