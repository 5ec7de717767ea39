-- Another system blocks and opens lines, fetches the orders to the switch and answers them; and asks what was
-- used.
begin;
select plan(25);

insert into billing.currency (currency) values ('SEK') on conflict do nothing;
insert into billing.operator (name, org_no) values ('Telia', '556000-0001') on conflict do nothing;
create temporary table made as
select
    test.make_customer('A') as a_id,
    test.make_customer('B') as b_id,
    test.make_service('VOIP') as voip_id;
insert into billing.mode (code, name, unit, per, mode_group) values ('voice', 'Voice', 'second', 60, 'calls');
create temporary table line as
select
    one.no,
    test.make_line(test.make_contract('C' || one.no, one.customer_id, '2020-01-01'), made.voip_id) as line_id
from made
cross join lateral (values ('A', made.a_id), ('B', made.b_id)) as one (no, customer_id);
select test.make_number(line.line_id, '4690' || ascii(line.no)) from line;
insert into billing.bundle (contract_line_id, code, units)
select line.line_id, 'FREE', 6000 from line where line.no = 'A';
insert into billing.bundle_month (bundle_id, month, carried, used)
select bundle.bundle_id, date_trunc('month', logic.today()::timestamp), 60, 160 from billing.bundle;
insert into billing.opening_item (document_no, customer_id, item_on, due_on, amount, open, currency)
select 'O1', made.a_id, logic.today() - 9, logic.today() + 9, 250, 250, 'SEK' from made;
update billing.customer set credit_limit = 1000 where customer_no = 'A';
grant select on line to public;

create function pg_temp.states(p_customer text)
returns text
language sql
as $$
    select string_agg(concat_ws(' ', given.action, given.state, given.way), ', ' order by given.id)
    from api.credit_order_list(true) as given where given.customer_no = p_customer
$$;

-- Blocks
select test.as_user('integration');
select is(api.credit_block('A', p_reason => 'asked for'), 1::bigint, 'an integration blocks');
select is(api.credit_block('A', p_reason => 'asked for'), 0::bigint, 'the same again orders nothing');
select is(api.credit_block('B', array['CB/1'], 'all'), 1::bigint, 'or a line, and all of it');
select throws_ok(
    $$ select api.credit_block('B', array['CA/1']) $$, 'LB410',
    'There is no contract line CA/1 of customer B, or of who it pays for.', 'of its own'
);
select results_eq(
    $$ select contract_no, line_no, scope, origin from api.credit_block_list() $$,
    $$ values ('CA', 1, 'outgoing', 'person'), ('CB', 1, 'all', 'person') $$, 'they stand in the list'
);
select is(
    (select set_by from api.credit_block_list('A')), 'test-integration', 'with who set it'
);

-- Orders
select is((select count(*) from api.credit_order_list()), 2::bigint, 'both are ordered');
select results_eq(
    $$ select customer_no, action, numbers[1], state, way from api.credit_order_fetch(1) $$,
    $$ values ('A', 'block', '469065', 'sent', 'fetched') $$, 'the oldest is handed out first'
);
select is((select string_agg(customer_no, '') from api.credit_order_fetch()), 'B', 'then the others');
select is_empty($$ select * from api.credit_order_fetch() $$, 'none twice');
select is((select count(*) from api.credit_order_list()), 2::bigint, 'they wait for their answer');
select lives_ok(
    $$ select api.credit_order_confirm(key) from api.credit_order_list() where customer_no = 'A' $$,
    'one is done'
);
select is((select string_agg(customer_no, '') from api.credit_order_list()), 'B', 'and waits no more');
select lives_ok(
    $$ select api.credit_order_confirm(key) from api.credit_order_list(true) where customer_no = 'A' $$,
    'confirmed again it stays'
);
select throws_ok(
    $$
        select api.credit_order_confirm(key, false) from api.credit_order_list(true)
        where customer_no = 'A'
    $$,
    'LB414', null, 'and fails no more'
);
select lives_ok(
    $$ select api.credit_order_confirm(id::text, false, 'no such line') from api.credit_order_list() $$,
    'the other failed'
);
select results_eq(
    $$ select state, reason from api.credit_order_list() $$, $$ values ('failed', 'no such line') $$,
    'that stands in the list'
);
select results_eq(
    $$ select lifted, orders, still_blocked from api.credit_unblock('A') $$,
    $$ values (1::bigint, 1::bigint, 0::bigint) $$, 'an integration opens'
);
select lives_ok(
    $$ select api.credit_order_confirm(key) from api.credit_order_list() where customer_no = 'A' $$,
    'answered without being fetched'
);
select is(
    pg_temp.states('A'), 'block confirmed fetched, unblock confirmed fetched', 'it left all the same'
);
select throws_ok(
    $$ select api.credit_order_confirm('nothing') $$, 'LB414',
    'There is no order nothing to the switch that waits for an answer.', 'what was never ordered'
);

-- Usage
select results_eq(
    $$ select bundle, units, carried, used, remaining, unit from api.usage_bundle_list('A') $$,
    $$ values ('FREE', 6000::bigint, 60::bigint, 160::bigint, 5900::bigint, 'second') $$,
    'what is left this month'
);
select results_eq(
    $$ select used, remaining from api.usage_bundle_list('A', '2020-02-10') $$,
    $$ values (0::bigint, 6000::bigint) $$, 'of another month'
);
select results_eq(
    $$
        select calls, revenue, payer_no, balance, exposure, used_percent, blocked_lines
        from api.usage_get('A')
    $$,
    $$ values (0::bigint, 0::numeric, 'A', 250::numeric, 250::numeric, 25.0, 0::bigint) $$, 'and of the limit'
);

select test.as_user('support');
select throws_ok(
    $$ select api.credit_block('A') $$, '42501', 'permission denied for function credit_block',
    'support blocks nobody'
);

select * from finish();
rollback;
