-- Interest by hand: half years, payments in part, back-dated, taken back, credited; and what bears none.
begin;
select plan(13);

insert into billing.currency (currency, decimals) values ('SEK', 2) on conflict do nothing;
insert into billing.operator (name, org_no, country, currency, time_zone, language)
values ('Norrsken', '551234-5678', 'SE', 'SEK', 'Europe/Stockholm', 'sv');
select test.make_customer('one');
insert into billing.opening_item (document_no, customer_id, item_on, due_on, amount, open, currency)
select 'F1', customer.customer_id, '2026-05-02', '2026-06-01', 10000, 10000, 'SEK'
from billing.customer where customer.customer_no = 'one';

create function pg_temp.item() returns bigint language sql
return (select item.open_item_id from billing.open_item as item where item.document_no = 'F1');
create function pg_temp.pay(p_on date, p_amount numeric) returns bigint language sql
return (
    select (logic.entry_add(array[
        row(1, 'payment', p_on, null, item.payer_id, null, null, null, '1940', null, 'SEK', p_amount,
        p_amount, null)::logic.posting,
        row(1, 'payment', p_on, null, item.payer_id, null, null, null, '1510', item.open_item_id, 'SEK',
        -p_amount, -p_amount, null)::logic.posting
    ]))[1]
    from billing.open_item as item where item.open_item_id = pg_temp.item()
);
create function pg_temp.due(p_through date) returns numeric language sql
return (
    select round(found.interest, 2)
    from logic.interest_list(array[pg_temp.item()], p_through) as found
);

select is(pg_temp.due('2026-07-10'), 0.00, 'without a reference rate there is no interest');
insert into billing.interest_rate (from_on, percent) values ('2026-01-01', 2), ('2026-07-01', 3);
select is(pg_temp.due('2026-05-31'), null, 'not before the due day');
select is(pg_temp.due('2026-06-10'), 27.40, '10 days at 10 %: 10000 x 0.10 x 10 / 365');
select is(
    pg_temp.due('2026-07-10'), 112.33, 'split where the half year changes: 30 days at 10 %, 10 at 11 %'
);
select pg_temp.pay('2026-06-16', 4000);
select is(
    pg_temp.due('2026-07-10'), 83.84,
    'paid in part: 15 days of 10000 and 15 of 6000 at 10 %, 10 of 6000 at 11 %'
);
-- booked now, in the bank on the due day
select pg_temp.pay('2026-06-01', 6000);
select is(pg_temp.due('2026-07-10'), 16.44, 'a payment counts from the bank''s day: 15 days of 4000');
select is((select open from billing.open_item where document_no = 'F1'), 0.0000, 'it is settled');
select is(pg_temp.due('2027-12-31'), 16.44, 'nothing more comes');
select results_eq(
    $$
        select day::text, amount, what from logic.item_move_list(array[pg_temp.item()])
        order by entry_id
    $$,
    $$
        values ('2026-05-02', 10000.0000, 'brought'), ('2026-06-16', -4000.0000, 'paid'),
        ('2026-06-01', -6000.0000, 'paid')
    $$,
    'what befell it'
);
-- the first payment is taken back
select logic.entry_add(array[
    row(1, 'reversal', date '2026-07-06', null, null, null, null, entry.entry_id, '1940', null, 'SEK', -4000,
    -4000, null)::logic.posting,
    row(1, 'reversal', date '2026-07-06', null, null, null, null, entry.entry_id, '1510', pg_temp.item(),
    'SEK', 4000, 4000, null)::logic.posting
])
from billing.entry where entry.entry_on = '2026-06-16' and entry.kind = 'payment';
select is(
    pg_temp.due('2026-07-10'), 22.47, 'a payment that is taken back bears interest from then: 5 days of 4000'
);
update billing.interest_rate set percent = 0 where from_on = '2026-01-01';
select is(
    pg_temp.due('2026-07-10'), 19.18, 'a corrected rate holds at once: 15 days of 4000 at 8 %, 5 at 11 %'
);
update billing.setting set value = '0' where name = 'interest_points';
select is(pg_temp.due('2026-07-10'), 1.64, 'so does another addition: 5 days at 3 %');
update billing.interest_rate set percent = -1;
select is(pg_temp.due('2026-07-10'), 0.00, 'a rate below zero gives nothing back');

select * from finish();
rollback;
