-- What words lead to in long lists, who pays for one customer, totals by month; and that indexes serve them.
begin;
select plan(23);

insert into billing.currency (currency) values ('SEK');
insert into billing.operator (name, org_no, currency) values ('Test', '556000-0000', 'SEK');
insert into billing.customer (customer_no, name, city, org_no, parent_id, bill_to)
values
('1', 'Björk Bageri', 'Umeå', '556111-1111', null, 'self'),
('2', 'Björk Skola', 'Luleå', null, null, 'self'),
('3', 'Ek 100 %', 'Umeå', null, null, 'self');
update billing.customer as child set parent_id = above.customer_id, bill_to = 'parent'
from billing.customer as above
where (child.customer_no, above.customer_no) in (('2', '1'), ('3', '2'));
create function pg_temp.found(p_words text, p_is_wide boolean default false)
returns text
language sql
return (
    select string_agg(customer_no, ' ' order by customer_no) from billing.customer
    where customer_id = any(logic.customer_found(p_words, p_is_wide))
);
create function pg_temp.id(p_no text)
returns bigint
language sql
return (select customer_id from billing.customer where customer_no = p_no);

select is(pg_temp.found('björk'), '1 2', 'a part of a name, in capitals or not');
select is(pg_temp.found('skola björk'), '2', 'every word, in any order');
select is(pg_temp.found('björk ek'), null, 'and not one of them');
select is(pg_temp.found('100 %'), '3', 'signs of patterns are signs');
select is(pg_temp.found('umeå'), null, 'towns are not looked for everywhere');
select is(pg_temp.found('umeå', true), '1 3', 'in the list of customers they are');
select is(pg_temp.found('umeå bag', true), '1', 'with the name too');
select is(pg_temp.found('bjork'), '1 2', 'who types o for ö');
select is(pg_temp.found('UMEA bäg', true), '1', 'or ä for a, in towns too');
select is(pg_temp.found(''), null, 'no words, nobody');
select is(logic.word_id(' 12 '), 12::bigint, 'a word that is a key');
select is(logic.word_id('12b'), null, 'and one that is none');
select is(
    array(select unnest(logic.invoice_found('björk')) union all select unnest(logic.entry_found('12'))),
    array[]::bigint[], 'where there are no documents none is found'
);

-- Who pays: the climb says what all periods say.
select results_eq(
    $$ select customer_no, pays.payer_id
    from billing.customer cross join lateral logic.payer_of(customer_id) as pays order by customer_no $$,
    $$ select customer_no, pg_temp.id('1') from billing.customer order by customer_no $$,
    'the top of those who let the one above pay'
);
insert into billing.customer_term (customer_id, from_on, bill_to)
values (pg_temp.id('2'), '2026-06-01', 'self');
select set_eq(
    $$ select customer_no, pays.valid * daterange('2026-01-01', '2027-01-01'), pays.payer_id
    from billing.customer cross join lateral logic.payer_of(customer_id) as pays $$,
    $$ select customer.customer_no, pays.valid * daterange('2026-01-01', '2027-01-01'), pays.payer_id
    from logic.customer_payer(null) as pays inner join billing.customer using (customer_id) $$,
    'and where a term changes it, period by period'
);

-- Totals by month follow those by day.
insert into billing.product (code, name) values ('p', 'Product');
insert into billing.mode (code, name, unit, per) values ('m', 'Mode', 'second', 60) on conflict do nothing;
insert into billing.call_day (
    day, destination_id, product_id, mode_id, customer_kind, currency, load_id, calls, units, billed, cost,
    unknown_cost, revenue, margin, reseller, operator_margin, seller_margin
)
select
    day::date, 1, product.product_id, mode.mode_id, 'private', 'SEK', 7, 2, 60, 60, 0.2, 0, 1, 0.8, 0, 0.8, 0
from generate_series(timestamp '2026-01-30', '2026-02-02', '1 day') as day
inner join billing.product on product.code = 'p'
inner join billing.mode on mode.code = (select min(code) from billing.mode);
create function pg_temp.months()
returns text
language sql
return (
    select string_agg(format('%s %s %s', one.month, one.calls, one.revenue), ', ' order by one.month)
    from (
        select month, sum(calls) as calls, sum(revenue) as revenue from billing.traffic_month
        group by month
    ) as one
);
select is(pg_temp.months(), '2026-01-01 4 2, 2026-02-01 4 2', 'an insert');
set local session_replication_role = replica;
update billing.call_day set calls = 5 where day = '2026-02-01';
select is(pg_temp.months(), '2026-01-01 4 2, 2026-02-01 7 2', 'an update, whoever makes it');
delete from billing.call_day where day = '2026-01-31';
select is(pg_temp.months(), '2026-01-01 2 1, 2026-02-01 7 2', 'a delete');
set local session_replication_role = origin;
select is((select count(*) from logic.check_totals() where problem like 'traffic%'), 0::bigint, 'they agree');

-- By indexes
insert into billing.customer (customer_no, name)
select 'N' || no, 'Name ' || md5(no::text) from generate_series(1, 20000) as no;
analyze billing.customer;
select test.as_person('support');
select matches(
    test.plan(
        'select q.* from api.customer_list() as q order by billing.name_sort_key(q.name) nulls last,'
        ' q.customer_no limit 51'
    ),
    'customer_name_ix', 'customers by name are read in that order, fifty of them'
);
select test.as_nobody();
set local enable_seqscan = off;
select matches(
    test.plan('select customer_id from billing.customer where billing.name_plain(name) like ''%ab12cd%'''),
    'customer_plain_name_trgm_ix', 'and found by a part of it'
);

set local enable_sort = off;
set local enable_bitmapscan = off;
select test.as_person('support');
select matches(
    test.plan('select q.item from api.item_browse_list() as q order by q.amount desc, q.item desc limit 51'),
    'Index Scan Backward using open_item_billed_ix', 'open items by their amount are read in that order'
);
select matches(
    test.plan('select * from api.ledger_age_list()'), 'Index Only Scan using open_item_open_ix',
    'how late it all is, from an index alone'
);

select * from finish();
rollback;
