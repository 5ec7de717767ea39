-- Speed that the catalog cannot show: policies cost one look at the session per query, scopes use their
-- index, and the log's trigger does not keep the plan of its first small use.
begin;
select plan(8);

-- A table with the shapes of ours and enough rows for an index to be worth it.
create table billing.example (
    example_id bigint generated always as identity,
    customer_id bigint not null,
    seller_id bigint,
    valid daterange not null,
    constraint example_pk primary key (example_id)
);
create index example_customer_ix on billing.example (customer_id);
create index example_seller_ix on billing.example (seller_id);
create index example_valid_ix on billing.example using gist (valid);
insert into billing.example (customer_id, seller_id, valid)
select no / 100, no % 500, daterange('2026-01-01', null)
from generate_series(1, 100000) as no;
select access.staff_open('billing.example', array['support'], array[]::text[]);
select access.scope_open('billing.example', 'seller', 'seller_id = (select access.seller_id())');
select access.scope_open(
    'billing.example', 'customer', 'customer_id = any((select access.customer_ids())::bigint[])'
);
analyze billing.example;

select test.as_person('support');
select matches(
    test.plan('select * from billing.example'), 'One-Time Filter|InitPlan',
    'staff: the session is asked once'
);
select test.as_person('seller');
select matches(
    test.plan('select * from billing.example'), 'Index Cond: \(seller_id = .*InitPlan',
    'seller: the scope is an index condition'
);
select test.as_person('customer');
select matches(
    test.plan('select * from billing.example'), 'Index Cond: \(customer_id = ANY .*InitPlan',
    'customer: the scope is an index condition'
);
select test.as_person('support');
select matches(
    test.plan('select * from billing.example where customer_id = 7'), 'Index Cond: \(customer_id = 7\)',
    'a leakproof condition still uses its index'
);
select doesnt_match(
    test.plan($$ select * from billing.example where valid @> date '2026-02-01' $$), 'Index Cond: \(valid',
    'a range condition does not: look-ups by period run in logic'
);
select test.as_nobody();

-- The log: single-row updates first, then one of 20 000 rows in the same session (minutes with a kept plan).
select audit.enable('billing.example');
do $$
begin
    for v_no in 1..10 loop
        update billing.example set seller_id = seller_id where example_id = v_no;
        update billing.example set seller_id = seller_id + 1 where example_id = v_no;
    end loop;
end
$$;
create temporary table timing as select clock_timestamp() as began;
update billing.example set seller_id = seller_id + 1 where example_id <= 20000;
select cmp_ok(
    clock_timestamp() - (select began from timing), '<', interval '20 seconds',
    'a large update after small ones'
);
select is(
    (select count(*) from audit.change where table_name = 'billing.example' and op = 'update'), 20010::bigint,
    'and all of it is in the log'
);

-- A policy may cost at most twice the query without one.
select test.as_nobody();
create function pg_temp.seconds(p_query text)
returns numeric
language plpgsql
as $$
declare
    v_began timestamptz;
    v_best numeric;
begin
    for v_no in 1..5 loop
        v_began := clock_timestamp();
        execute p_query;
        v_best := least(v_best, extract(epoch from clock_timestamp() - v_began));
    end loop;
    return v_best;
end
$$;
create temporary table spent as select pg_temp.seconds('select count(*) from billing.example') as owner;
grant select on spent to public;
select test.as_person('support');
select cmp_ok(
    pg_temp.seconds('select count(*) from billing.example'), '<', (select owner * 2 + 0.01 from spent),
    'a policy costs at most as much again'
);

select * from finish();
rollback;
