-- Many customers changed at once: looked at first, refused when it is not what was seen, undone but for what
-- was changed since.
begin;
select plan(24);

insert into billing.currency (currency, decimals) values ('SEK', 2) on conflict do nothing;
insert into billing.seller (code, name) values ('one', 'One'), ('two', 'Two');
insert into billing.customer_group (code, name) values ('g', 'G');
insert into billing.customer (customer_no, name, email, delivery, payment_days, seller_id)
select one.no, one.no, one.email, one.delivery, 30, seller.seller_id
from (
    values ('a', 'a@x.se', 'print'), ('b', 'b@x.se', 'email'), ('c', null, 'print'), ('d', 'd@x.se', 'print')
) as one (no, email, delivery), billing.seller
where seller.code = 'one';
insert into billing.customer_term (customer_id, from_on, bill_to)
select customer.customer_id, '2027-01-01', 'self' from billing.customer where customer.customer_no = 'b';
insert into billing.contract (contract_no, customer_id, start_on, end_on)
select 'C' || one.no, customer.customer_id, '2026-01-01', one.end_on
from (values (1, null), (2, date '2026-06-30')) as one (no, end_on), billing.customer
where customer.customer_no = 'a';
create temporary table seen (what text, seen text);
grant all on seen to public;

select test.as_user('sales');
select results_eq(
    $$select changed, same, refused, reasons, first_rows -> 0 ->> 'fault'
    from api.bulk_preview('customers', 'delivery', 'email', null, '{a,b,c,d,none}')$$,
    $$values (2, 1, 2, '{"no_email": 1, "unknown": 1}'::jsonb, 'no_email')$$, 'a preview in figures'
);
select is((select count(*) from billing.customer where delivery = 'email'), 1::bigint, 'it writes nothing');
insert into seen
select 'mail', seen from api.bulk_preview('customers', 'delivery', 'email', null, '{a,b,c,d}');
select throws_ok(
    $$select api.bulk_apply('customers', 'delivery', 'email', null, '{a,b,d}', null, seen) from seen$$,
    'LB851', 'What you looked at has changed meanwhile: nothing was changed.', 'others than were seen'
);
select lives_ok(
    $$select api.bulk_apply('customers', 'delivery', 'email', null, '{a,b,c,d}', 'x', seen) from seen$$,
    'applied as seen'
);
select results_eq(
    $$select customer_no, delivery from billing.customer order by customer_no$$,
    $$values ('a', 'email'), ('b', 'email'), ('c', 'print'), ('d', 'email')$$, 'what could be changed was'
);
select throws_ok(
    $$select api.bulk_apply('customers', 'delivery', 'email', null, '{a,b,c,d}', 'x', seen) from seen$$,
    'LB851', null, 'sent again: it is another result now'
);
update billing.customer set attention = 'Someone' where customer_no = 'd';
select lives_ok($$select api.bulk_undo(max(change)) from api.bulk_change_list()$$, 'undone');
select results_eq(
    $$select customer_no, delivery from billing.customer order by customer_no$$,
    $$values ('a', 'print'), ('b', 'email'), ('c', 'print'), ('d', 'email')$$,
    'but for what was changed since'
);
select results_eq(
    $$select state, changed, same, refused, undone, left_alone, filter from api.bulk_change_list()$$,
    $$values ('undone', 2, 1, 1, 1, 1, 'x')$$, 'the figures of it'
);
select results_eq(
    $$select row.key, row.state, row.old, row.fault
    from api.bulk_change_list() as one, api.bulk_change_row_list(one.change) as row order by row.key$$,
    $$values ('a', 'undone', 'print', null), ('c', 'refused', 'print', 'no_email'),
        ('d', 'left', 'print', null)$$,
    'row by row'
);
select throws_ok(
    $$select api.bulk_undo(max(change)) from api.bulk_change_list()$$, 'LB852', null, 'undone once'
);
-- from a day on
select lives_ok(
    $$select api.bulk_apply('customers', 'seller', 'two', '2027-01-01', '{a,b}', null, one.seen)
    from api.bulk_preview('customers', 'seller', 'two', '2027-01-01', '{a,b}') as one$$, 'a seller from a day'
);
select results_eq(
    $$select one.no, term.seller, term.bill_to
    from (values ('a'), ('b')) as one (no), api.customer_term_list(one.no) as term order by 1$$,
    $$values ('a', 'two', null), ('b', 'two', 'self')$$, 'terms are made or taken up'
);
select lives_ok($$select api.bulk_undo(max(change)) from api.bulk_change_list()$$, 'undone');
select results_eq(
    $$select one.no, term.seller, term.bill_to
    from (values ('a'), ('b')) as one (no), api.customer_term_list(one.no) as term order by 1$$,
    $$values ('b', null::text, 'self')$$, 'as it was'
);
select results_eq(
    $$select changed, same, refused, reasons
    from api.bulk_preview('contracts', 'seller', 'two', '2027-01-01', '{C1,C2}')$$,
    $$values (1, 0, 1, '{"ended": 1}'::jsonb)$$, 'no seller for a contract that is over'
);
-- groups
select lives_ok(
    $$select api.bulk_apply('customers', 'group_add', 'g', null, '{a,c}', null, one.seen)
    from api.bulk_preview('customers', 'group_add', 'g', null, '{a,c}') as one$$, 'into a group'
);
select results_eq(
    $$select changed, same from api.bulk_preview('customers', 'group_remove', 'g', null, '{a,b,c}')$$,
    $$values (2, 1)$$, 'there they are'
);
select throws_ok(
    $$select api.bulk_preview('customers', 'payment_days', '400', null, '{a}')$$,
    'LB850', 'This value does not fit here: 400.', 'a value that does not fit'
);
select throws_ok(
    $$select api.bulk_preview('customers', 'credit_limit', '-1', null, '{a}')$$, 'LB850', null,
    'less than nothing'
);
select throws_ok(
    $$update billing.bulk_change set changed = 0$$, '42501', null, 'nobody writes it by hand'
);
select test.as_nobody();
select test.as_user('finance');
select throws_ok(
    $$select api.bulk_preview('customers', 'delivery', 'email', null, '{a}')$$, 'LB901', null,
    'finance changes limits only'
);
select lives_ok(
    $$select api.bulk_apply('customers', 'credit_limit', '500', null, '{a}', null, one.seen)
    from api.bulk_preview('customers', 'credit_limit', '500', null, '{a}') as one$$, 'which it may'
);
select test.as_nobody();
select is(
    (
        select detail ->> 'changed' from audit.event
        where kind = 'bulk_change' order by at desc, event_id desc limit 1
    ),
    '1', 'one event with its counts'
);
select * from finish();
rollback;
