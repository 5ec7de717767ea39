-- Re-rating: who may, what it leaves behind, and how its parts are cut.
begin;
select plan(11);

select test.as_user('support');
select throws_ok(
    $$ select * from api.rerate_begin('2026-10-01', '2026-11-01') $$, '42501', null,
    'support may not rate a period again'
);
select test.as_nobody();
select test.as_person('pricing');
select throws_ok(
    $$ select * from api.rerate_begin('2026-10-01', '2026-10-01') $$, 'LB304',
    'The period must end after it begins: 2026-10-01 to 2026-10-01.', 'a period has a day'
);
select throws_ok(
    $$ select * from api.rerate_begin('2026-10-01', '2026-11-01', p_list => 'NONE') $$, 'LB400',
    'There is no price list NONE.', 'a list must exist'
);
select throws_ok(
    $$ select * from api.rerate_next(0) $$, 'LB403', 'Re-rating 0 is not under way.',
    'only what was begun goes on'
);
select is(
    (select parts from api.rerate_begin('2026-10-01', '2026-11-01', p_why => 'test')), 0::bigint,
    'without calls there are no parts'
);
select ok(
    (select api.rerate_finish(max(rerate_id)) from billing.rerate), 'it is done at once, on steady ground'
);
select results_eq(
    'select why, options, finished_at is not null from billing.rerate',
    $$ values ('test', '{}'::jsonb, true) $$,
    'it is kept, with its reason'
);

select test.as_nobody();
select throws_ok(
    'delete from billing.call_former', 'LB916',
    'Only loading and rating write billing.call_former: delete is refused.',
    'former versions stay, whoever asks'
);

-- Customers 1 to 4 have 10, 60, 5 and 5 calls; a part has about 20.
select test.make_customer('P' || n) from generate_series(1, 4) as n;
select ok(
    (select logic.reference_moved(seen) from billing.rerate), 'what is changed meanwhile is noticed'
);
create temporary table part_customer as
select customer_id, row_number() over (order by customer_id) as n
from billing.customer where customer_no ~ '^P[1-4]$';
insert into billing.call_customer_month (
    month, customer_id, contract_line_id, destination_id, product_id, mode_id, currency, load_id, calls,
    units, billed, cost, unknown_cost, revenue, margin, reseller, operator_margin, seller_margin, retail
)
select
    '2026-10-01', customer_id, 0, 0, 0, 0, 'SEK', 0, (array[10, 60, 5, 5])[n], 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
from part_customer;
select logic.call_partition_add('{2026-10-05}');
insert into billing.call (
    customer_id, start_on, source_id, load_id, key, key_hash, started_at, units, b_number, b_received,
    mode_id, destination_id, prefix_id, contract_line_id, contract_id, customer_kind, retail_list_id,
    retail_items,
    billed, setup, regular, bundled, discount, retail, retail_rate, retail_base
)
select
    customer_id, date '2026-10-05' + call_no % 6, 0, 0, call_no::text,
    decode(md5(call_no::text), 'hex'),
    '2026-10-05 12:00Z', 60, '1', '1', 0, 0, 0, 0, 0, 'business', 0, '{}', 60, 0, 1, 0, 0, 1, 1, 1
from part_customer
cross join generate_series(1, 60) as call_no
where n = 2;
select results_eq(
    $$
        select first.n, last.n, part.from_on, part.to_on
        from logic.call_part('2026-10-01', '2026-11-01', null, 20) as part
        inner join part_customer as first on first.customer_id = part.customer_from
        inner join part_customer as last on last.customer_id = part.customer_to
        order by part.part_no
    $$,
    $$
        values
        (1::bigint, 1::bigint, date '2026-10-01', date '2026-11-01'),
        (2, 2, '2026-10-05', '2026-10-07'), (2, 2, '2026-10-07', '2026-10-09'),
        (2, 2, '2026-10-09', '2026-10-11'), (3, 4, '2026-10-01', '2026-11-01')
    $$,
    'small customers go together, a large one by days'
);
select is_empty(
    $$ select * from logic.call_part('2026-11-01', '2026-12-01', null, 20) $$, 'other months have none'
);
select * from finish();
rollback;
