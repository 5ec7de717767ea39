-- Who is reminded of what, when; who may ask; that an item takes a step once.
begin;
select plan(19);

insert into billing.currency (currency, decimals) values ('SEK', 2) on conflict do nothing;
insert into billing.operator (name, org_no, country, currency, time_zone, language)
values ('Norrsken', '551234-5678', 'SE', 'SEK', 'Europe/Stockholm', 'sv');
insert into billing.customer (customer_no, name, kind, street, postcode, city, email, delivery)
values
('one', 'One', 'private', 'Street 1', '11111', 'Town', null, 'print'),
('two', 'Two', 'business', null, null, null, 'two@example.net', 'einvoice'),
('three', 'Three', 'business', null, null, null, null, 'print');
insert into billing.opening_item (document_no, customer_id, item_on, due_on, amount, open, currency)
select item.document_no, customer.customer_id, item.due_on - 30, item.due_on, item.open, item.open, 'SEK'
from (
    values
    ('F1', 'one', date '2026-06-01', 400), ('F2', 'one', date '2026-06-20', 30),
    ('F3', 'two', date '2026-06-01', 200), ('F4', 'three', date '2026-06-01', 300)
) as item (document_no, customer_no, due_on, open)
inner join billing.customer on customer.customer_no = item.customer_no;

create function pg_temp.late(p_day date) returns text language sql
return (
    select string_agg(
        concat_ws(' ', item.document_no, late.step, late.channel, late.held), ', '
        order by item.document_no
    )
    from logic.late_list(p_day, null) as late
    inner join billing.open_item as item on item.open_item_id = late.open_item_id
);

select is(pg_temp.late('2026-06-05'), null, 'four days late are nothing yet');
select is(
    pg_temp.late('2026-06-06'), 'F1 1 print, F3 1 email, F4 1 address',
    'five are: a letter, e-mail instead of an e-invoice, and one that cannot be reached'
);
update billing.open_item set disputed_on = '2026-06-02', dispute_reason = 'x' where document_no = 'F3';
update billing.setting set value = '400' where name = 'reminder_minimum';
select is(
    pg_temp.late('2026-06-06'), 'F1 1 print minimum, F4 1 minimum',
    'not the disputed one, nor what is not over the minimum'
);
update billing.setting set value = '50' where name = 'reminder_minimum';
select logic.entry_add(array[
    row(1, 'payment', date '2026-06-03', null, customer.customer_id, null, null, null, '1940', null, 'SEK',
    380, 380, null)::logic.posting,
    row(1, 'payment', date '2026-06-03', null, customer.customer_id, null, null, null, '2420', 900000, 'SEK',
    -380, -380, null)::logic.posting
])
from billing.customer where customer.customer_no = 'one';
insert into billing.open_item (
    open_item_id, kind, payer_id, document_no, currency, amount, open, open_base, item_on
)
select 900000, 'advance', customer.customer_id, 'P1', 'SEK', -380, -380, -380, '2026-06-03'
from billing.customer where customer.customer_no = 'one';
select is(
    pg_temp.late('2026-06-06'), 'F1 1 print minimum, F4 1 address', 'what one has to one''s credit counts'
);
update billing.setting set value = '10' where name = 'reminder_minimum';

-- Levels ----------------------------------------------------------------------------------------------------

select test.as_user('support');
select throws_ok(
    $$select api.reminder_make('2026-06-06')$$, '42501', null, 'support reminds nobody'
);
select throws_ok(
    $$select * from api.reminder_preview('2026-06-06')$$, '42501', null, 'nor sees what would be'
);
select is_empty('select * from api.reminder_list()', 'but sees what was');
select test.as_nobody();
select test.as_user('credit');
select throws_ok(
    $$select api.reminder_make('2026-06-06', '{nobody}')$$, 'LB524', 'There is no customer nobody.',
    'an unknown customer'
);
select isnt(api.reminder_make('2026-06-06'), null, 'credit reminds');
select is(api.reminder_make('2026-06-06'), null, 'once');
select throws_ok(
    $$select api.reminder_document('R999999')$$, 'LB740', 'There is no reminder R999999.', 'an unknown one'
);
select is(
    (select total from api.reminder_list(null, 'one')), 460.00, 'what is overdue and a fee of 60'
);
select test.as_nobody();
select test.as_user('customer', (select customer_id from billing.customer where customer_no = 'one'));
select is((select count(*) from billing.reminder), 1::bigint, 'a customer sees its own');
select test.as_nobody();
select test.as_user('customer', (select customer_id from billing.customer where customer_no = 'two'));
select is((select count(*) from billing.reminder), 0::bigint, 'and no other');
select test.as_nobody();

select throws_ok(
    $$
        insert into billing.reminder_item (reminder_id, open_item_id, step, amount, listed_on)
        select reminder_id, open_item_id, step + 1, amount, listed_on from billing.reminder_item
    $$,
    '23505', null, 'a reminder lists an item once'
);
select throws_ok(
    'update billing.reminder set total = 1', 'LB701', 'What is booked stays.', 'it never changes'
);
select throws_ok('delete from billing.reminder_item', 'LB701', 'What is booked stays.', 'nor what it lists');
update billing.setting set value = 'group:agreed' where name = 'reminder_fee_agreed';
select is(
    logic.reminder_fee((select customer_id from billing.customer where customer_no = 'one'), '{}', 1),
    0::numeric,
    'no fee where it is not agreed'
);
select is_empty('select * from logic.check_late()', 'all is well');

select * from finish();
rollback;
