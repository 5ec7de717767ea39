-- Credit control by its rules: who is warned, noticed and blocked on which day, what is ordered, what lifts
-- it.
begin;
select plan(53);

insert into billing.currency (currency) values ('SEK') on conflict do nothing;
insert into billing.operator (name, org_no) values ('Telia', '556000-0001') on conflict do nothing;

create function pg_temp.owe(p_customer text, p_amount numeric, p_days int, p_document text default 'A')
returns void
language sql
as $$
    insert into billing.opening_item (document_no, customer_id, item_on, due_on, amount, open, currency)
    select
        p_customer || p_document, customer.customer_id, logic.today() - p_days - 30, logic.today() - p_days,
        p_amount, p_amount, 'SEK'
    from billing.customer where customer.customer_no = p_customer;
$$;

create function pg_temp.pay(p_customer text, p_document text default 'A', p_amount numeric default null)
returns void
language sql
as $$ select api.item_write_off(p_customer || p_document, 'paid', p_amount => p_amount) $$;

-- what a check would do with a customer, so many days from now
create function pg_temp.step(p_customer text, p_days int default 0)
returns text
language sql
as $$
    select coalesce(found.step, '-') || ' ' || coalesce(found.stage, '-')
        || coalesce(' ' || found.block_on - logic.today(), '')
    from billing.customer
    cross join lateral logic.credit_step_list(
        array[customer.customer_id], logic.today() + p_days
    ) as found
    where customer.customer_no = p_customer
$$;

create function pg_temp.steps(p_days int default 0)
returns text
language sql
as $$
    select string_agg(done.customer_no || ' ' || done.step, ', ' order by done.customer_no)
    from api.credit_check(logic.today() + p_days) as done
$$;

create function pg_temp.orders(p_customer text)
returns text
language sql
as $$
    select string_agg(
        concat_ws(' ', given.action, given.scope, array_to_string(given.numbers, ' '), given.state), ', '
        order by given.id
    )
    from api.credit_order_list(true) as given where given.customer_no = p_customer
$$;

create temporary table customer as
select no as customer_no, test.make_customer(no) as customer_id
from unnest(array['LIM', 'LATE', 'PAY', 'SON', 'NONE', 'KIND', 'REP', 'MAN', 'TWO']) as one (no);
update billing.customer set parent_id = (select customer_id from customer where customer_no = 'PAY'),
    bill_to = 'parent' where customer_no = 'SON';
create temporary table line as
select
    customer_no,
    test.make_line(
        test.make_contract('C' || customer_no, customer_id, '2020-01-01'),
        test.make_service('S' || customer_no)
    ) as line_id
from customer;
select test.make_number(line_id, '4690' || row_number() over (order by customer_no)) from line;

-- The limit -------------------------------------------------------------------------------------------------

select pg_temp.owe('LIM', 1000, -20);
select is(pg_temp.step('LIM'), null, 'without a limit nothing is too much');
update billing.customer set credit_limit = 1250.01 where customer_no = 'LIM';
select is(pg_temp.step('LIM'), null, 'under 80 % of the limit');
update billing.customer set credit_limit = 1250 where customer_no = 'LIM';
select is(pg_temp.step('LIM'), 'warned warned', 'from 80 % on a warning');
update billing.customer set credit_limit = 1000.01 where customer_no = 'LIM';
select is(pg_temp.step('LIM'), 'warned warned', 'up to the limit');
update billing.customer set credit_limit = 1000 where customer_no = 'LIM';
select is(pg_temp.step('LIM'), 'blocked blocked', 'from there on a block, at once');
update billing.customer set credit_limit = 0 where customer_no = 'LIM';
select is(pg_temp.step('LIM'), 'blocked blocked', 'a limit of 0 allows nothing');
select pg_temp.owe('LIM', -1000, 0, 'CR');
select is(
    (select exposure from api.credit_exposure('LIM')), 0.00, 'what stands to its credit is not owed'
);
select is(pg_temp.step('LIM'), null, 'and who owes nothing is not blocked by a limit of 0');

-- Days ------------------------------------------------------------------------------------------------------

select pg_temp.owe('LATE', 199.99, 40);
select is(pg_temp.step('LATE'), null, 'less than the minimum is never late');
select pg_temp.owe('LATE', 0.01, 9, 'B');
select is(pg_temp.step('LATE'), null, 'nor is what is overdue for less than the days');
select is(pg_temp.step('LATE', 1), 'warned warned', 'both together are, after ten days');
select is(pg_temp.step('LATE', 20), 'warned warned', 'and warned until the minimum is 30 days late');
select is(pg_temp.step('LATE', 21), 'noticed noticed 31', 'then told that a block comes ten days later');
select is(pg_temp.steps(21), 'LATE noticed', 'the check says so');
select is(pg_temp.steps(21), null, 'and nothing when it is repeated');
select is(pg_temp.steps(30), null, 'nor before the days of notice are over');
select is(
    (select string_agg(code || ' ' || state, ', ') from billing.credit_message
    where customer_id = (select customer_id from customer where customer_no = 'LATE')),
    'credit_mail_noticed unreachable', 'who has no address is to be told by a person'
);
select is(pg_temp.orders('LATE'), null, 'nothing is ordered before');
select is(pg_temp.steps(31), 'LATE blocked', 'on the day of the notice it is blocked');
select is(pg_temp.orders('LATE'), 'block outgoing 46902 ordered', 'the switch is told');
select ok(
    (select bool_and('112' = any(given.exempt)) from api.credit_order_list() as given),
    'and that emergency stays open'
);
select is(pg_temp.steps(31), null, 'once');
select pg_temp.pay('LATE', 'A', 100);
select is(
    (select count(*) from billing.credit_state), 0::bigint,
    'a part that leaves less than the minimum is enough'
);
select is(
    pg_temp.orders('LATE'),
    'block outgoing 46902 failed, unblock 46902 ordered', 'opened at once; what had not left is overtaken'
);
select is(
    (select string_agg(kind, ' ' order by credit_event_id) from billing.credit_event
    where payer_id = (select customer_id from customer where customer_no = 'LATE')),
    'noticed blocked lifted', 'and all of it is written down'
);

-- Disputes, promises ----------------------------------------------------------------------------------------

select pg_temp.owe('TWO', 500, 35);
select is(pg_temp.steps(), 'TWO noticed', 'late');
select api.item_dispute('TWOA', 'never ordered');
select is(pg_temp.step('TWO'), null, 'what is disputed is not late');
select is((select count(*) from billing.credit_state), 0::bigint, 'and the notice is withdrawn at once');
select api.item_dispute('TWOA', null);
select is(pg_temp.steps(), 'TWO noticed', 'settled, it is late again');
select throws_ok(
    $$ select api.credit_promise('TWO', logic.today() - 1) $$, 'LB412', null, 'a promise is for days to come'
);
select throws_ok($$ select api.credit_promise('SON', logic.today()) $$, 'LB413', null, 'and a payer''s');
select lives_ok($$ select api.credit_promise('TWO', logic.today() + 15, 'on payday') $$, 'noted');
select ok(
    logic.promise_holds((select customer_id from customer where customer_no = 'TWO'), logic.today() + 15)
    and not logic.promise_holds(
        (select customer_id from customer where customer_no = 'TWO'), logic.today() + 16
    ),
    'it holds to its day'
);
select is(
    pg_temp.step('TWO', 15) || (select count(*) from billing.credit_state), null,
    'and until then nothing is held against the payer'
);
select is(pg_temp.step('TWO', 16), 'noticed noticed 26', 'after it the days of notice begin again');
select api.credit_promise('TWO', null);
select is(pg_temp.steps(11), 'TWO noticed', 'withdrawn it holds no more');

-- Policies --------------------------------------------------------------------------------------------------

insert into billing.credit_policy (code, kind, block_days, notice_days) values ('trade', 'business', 1, 0);
insert into billing.customer_group (code, name) values ('slow', 'Slow'), ('new', 'New');
insert into billing.credit_policy (code, customer_group_id, warn_days, block_days)
select 'slow', customer_group_id, 60, 90 from billing.customer_group where code = 'slow';
select pg_temp.owe('KIND', 300, 12);
select is(pg_temp.step('KIND'), 'blocked blocked', 'the policy of its kind holds');
insert into billing.customer_in_group (customer_id, customer_group_id)
select customer_id, customer_group_id from customer, billing.customer_group
where customer_no = 'KIND' and code = 'slow';
select is(pg_temp.step('KIND'), null, 'that of its group before it');
insert into billing.customer_term (customer_id, from_on, group_ids)
select customer_id, logic.today(), array[customer_group_id] from customer, billing.customer_group
where customer_no = 'KIND' and code = 'new';
select is(pg_temp.step('KIND'), 'blocked blocked', 'while it is in it');
insert into billing.credit_policy (code, customer_id, blocks, at_once_after)
select 'own', customer_id, 'none', 1 from customer where customer_no = 'KIND';
select is(pg_temp.step('KIND', 30), 'warned warned', 'its own before all; one that blocks nothing warns');
update billing.credit_policy set blocks = 'all', block_days = 12 where code = 'own';
select is(pg_temp.step('KIND'), 'noticed noticed 10', 'a first notice gives its days');
insert into billing.credit_event (payer_id, kind, happened_on, code, params, made_by)
select customer_id, 'noticed', logic.today() - 200, 'credit_late', '{}', 'x' from customer
where customer_no = 'KIND';
select is(pg_temp.step('KIND'), 'blocked blocked', 'who needed one before is blocked at once');
delete from billing.credit_policy where code in ('trade', 'own', 'slow');

-- Who pays for others, what a person sets -------------------------------------------------------------------

select pg_temp.owe('PAY', 500, 45);
select pg_temp.steps();
select pg_temp.steps(10);
select is(
    pg_temp.orders('SON') || ', ' || pg_temp.orders('PAY'),
    'block outgoing 46908 ordered, block outgoing 46906 ordered', 'a payer and who it pays for are blocked'
);
select is(
    (select array_agg(array[orders, lifted, still_blocked]) from api.credit_unblock('SON')),
    array[[0, 0, 1]]::bigint[], 'a person does not lift what a policy set'
);
select is(api.credit_block('PAY', array['CSON/1'], 'all', 'stolen'), 1::bigint, 'but may set more');
select throws_ok($$ select api.credit_block('PAY', array['CLATE']) $$, 'LB410', null, 'of its own lines');
select throws_ok(
    $$ select api.credit_block('PAY', null, 'some') $$, 'LB416', null, 'in words that are known'
);
select pg_temp.pay('PAY');
select is(
    (
        select string_agg(
            concat_ws(' ', given.customer_no, given.action, given.scope), ', ' order by given.id
        )
        from api.credit_order_list() as given where given.customer_no in ('PAY', 'SON')
    ),
    'SON block all, PAY unblock', 'paid, what the policy set is lifted, what a person set stays'
);
select is(
    (select array_agg(array[lifted, orders, still_blocked]) from api.credit_unblock('SON')),
    array[[1, 1, 0]]::bigint[], 'until a person lifts it'
);
select test.make_number((select line_id from line where customer_no = 'MAN'), '46999');
select api.credit_block('MAN');
update billing.subscriber_number set to_on = logic.today() where number = '46999';
select pg_temp.steps();
select is(
    pg_temp.orders('MAN'),
    'block outgoing 46904 46999 failed, block outgoing 46904 ordered',
    'numbers that come and go are told to the switch by the next check'
);
select is(
    (
        select string_agg(concat_ws(' ', customer_no, state, blocked_lines), ', ')
        from report.warnings_and_blocks()
    ),
    'MAN blocked 1, TWO warned 0, KIND warned 0, LATE late 0', 'the report, worst first'
);

select is_empty('select * from logic.check_credit()', 'blocks, states and orders agree');
update billing.credit_block set lifted_at = now(), lifted_by = 'x'
where contract_line_id = (select line_id from line where customer_no = 'MAN') and lifted_at is null;
select is(
    (select problem || ': ' || place from logic.check_credit()),
    'it is open, and the last order to the switch blocks it: contract CMAN line 1',
    'a block that goes without an order is found'
);

select * from finish();
rollback;
