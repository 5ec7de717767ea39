-- Simulation: who may, what can be tried out, and which items of a draft hold when.
begin;
select plan(11);

select test.as_user('credit');
select throws_ok(
    $$ select * from api.simulate('2026-10-01', '2026-11-01', p_ring => 'X') $$, '42501', null,
    'credit may not simulate'
);
select test.as_nobody();
insert into billing.currency (currency, decimals) values ('SEK', 2);
insert into billing.price_list (code, name, level, currency) values ('LIVE', 'Live', 'retail', 'SEK');
insert into billing.price_list (code, name, level, currency, parent_id, is_draft)
select 'DRAFT', 'Draft', level, currency, price_list_id, true from billing.price_list where code = 'LIVE';
insert into billing.price_list (code, name, level, currency, parent_id)
select 'BELOW', 'Below', level, currency, price_list_id from billing.price_list where code = 'LIVE';

select test.as_person('pricing');
select throws_ok(
    $$ select * from api.simulate('2026-10-01', '2026-11-01') $$, 'LB402', 'There is nothing to simulate.',
    'something is tried out'
);
select throws_ok(
    $$ select * from api.simulate('2026-10-01', '2026-11-01', 'LIVE') $$, 'LB401',
    'Price list LIVE is not a draft of another list.', 'a live list is no draft'
);
select throws_ok(
    $$ select * from api.simulate('2026-10-01', '2026-11-01', 'NONE') $$, 'LB400',
    'There is no price list NONE.', 'a draft must exist'
);
select throws_ok(
    $$ select * from api.simulate('2026-10-01', '2026-11-01', p_ring => 'NONE') $$, 'LB400',
    'There is no ring NONE.', 'and so must a ring'
);
select throws_ok(
    $$ select * from api.simulate('2026-10-01', '2026-11-01', 'DRAFT', p_by => 'moon') $$, 'LB305', null,
    'groupings are listed'
);
select is_empty(
    $$ select * from api.simulate('2026-10-01', '2026-11-01', 'DRAFT') $$, 'without calls there is nothing'
);

-- One destination, one mode: what a draft says holds before its parent, also in lists below that.
select test.as_nobody();
insert into billing.product (code, name) values ('P', 'P');
insert into billing.destination (code, name, country, product_id)
select 'D', 'D', 'SE', product_id from billing.product where code = 'P';
insert into billing.mode (code, name, unit, per) values ('m', 'M', 'second', 60);
insert into billing.price_item (
    price_list_id, valid, setup, rate, first_increment, next_increment, free_units, free_mode, minimum
)
select price_list_id, '(,)'::daterange, 0, 1, 1, 1, 0, 'threshold', 0
from billing.price_list where code = 'LIVE';
insert into billing.price_item (price_list_id, valid, percent)
select price_list_id, one.valid::daterange, one.percent
from billing.price_list
cross join (values ('[2026-10-10,2026-10-20)', 10), ('[2026-12-01,2027-01-01)', 20), ('[2027-01-01,)', 30))
    as one (valid, percent)
where code = 'DRAFT';

create function pg_temp.rate_on(p_list text, p_day date, p_is_tried boolean)
returns numeric
language sql stable
begin atomic
    select found.rate
    from logic.price_search(
        array[row(
            (select price_list_id from billing.price_list where code = p_list),
            (select destination_id from billing.destination where code = 'D'),
            (select mode_id from billing.mode where code = 'm'), '{}', p_day
        )::logic.price_key],
        (
            select row(price_list_id, parent_id, null, false, '[2026-10-01,2026-11-01)')::logic.what_if
            from billing.price_list
            where p_is_tried and code = 'DRAFT'
        )
    ) as found;
end;

select is(pg_temp.rate_on('BELOW', '2026-10-15', false), 1.0, 'a draft is never tried by itself');
select is(pg_temp.rate_on('LIVE', '2026-10-15', true), 1.1, 'tried out, its items hold on their own dates');
select is(
    pg_temp.rate_on('BELOW', '2026-10-05', true), 1.2,
    'and the first of those that begin after the period on all other days, in lists below too'
);
select is(pg_temp.rate_on('BELOW', '2026-10-25', true), 1.2, 'also behind one that has ended');
select * from finish();
rollback;
