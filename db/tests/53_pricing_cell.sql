-- Prices one by one: the grid says what the price search says and from where; a deviation ends what held and
-- leaves what comes later; back to the inherited price; undo.
begin;
select plan(32);

insert into billing.currency (currency, decimals) values ('SEK', 2);
insert into billing.operator (name, org_no, country, time_zone, currency, language, mode, street, postcode,
city)
values ('T', '1', 'SE', 'Europe/Stockholm', 'SEK', 'sv', 'full', 'S', '1', 'C');
insert into billing.product (code, name) values ('fixed', 'Fixed'), ('mobile', 'Mobile');
insert into billing.mode (code, name, unit, per, mode_group) values
('voice', 'Voice', 'second', 60, 'calls'), ('forwarded', 'Forwarded', 'second', 60, 'calls'),
('sms', 'SMS', 'event', 1, null);
insert into billing.band (code) values ('night');
insert into billing.destination_group (code, name, rank) values ('nordic', 'Nordic', 1);
insert into billing.destination (code, name, country, product_id)
select code.code, code.code, 'SE', product.product_id
from (values ('FIX', 'fixed'), ('NO', 'fixed'), ('MOB', 'mobile')) as code (code, product)
inner join billing.product on product.code = code.product;
insert into billing.destination_in_group (destination_id, destination_group_id)
select destination.destination_id, destination_group.destination_group_id
from billing.destination cross join billing.destination_group where destination.code = 'NO';
insert into billing.prefix (digits, destination_id, valid)
select '47', destination.destination_id, '(,)' from billing.destination where destination.code = 'NO';
insert into billing.price_list (code, name, level, currency) values ('BASE', 'Base', 'retail', 'SEK');
insert into billing.price_list (code, name, level, currency, parent_id)
select 'OWN', 'Own', 'retail', 'SEK', price_list_id from billing.price_list where code = 'BASE';

select test.as_person('pricing');
create function pg_temp.cell(p_list text, p_target text, p_mode text, p_on date, p_band text default null)
returns text
language sql
return (
    select concat_ws(
        ' ', trim_scale(one.rate), case when one.is_exact then 'own' when one.is_own then 'broader' else
            'from' end,
        one.list, one.item_target, 'then ' || trim_scale(one.coming_rate) || ' ' || one.coming_on,
        'until ' || one.to_on
    )
    from api.price_grid(p_list, p_on) as one
    where one.target = p_target and one.mode = p_mode and one.band is not distinct from p_band
        and one.list is not null
);

select lives_ok(
    $$ select api.price_save('BASE', '*', 'group:calls', null, null, p_rate => 1, p_is_past => true) $$,
    'the first price of a list holds always'
);
select api.price_save('BASE', 'dest:FIX', 'voice', 'night', current_date, p_rate => 0.5);
select api.price_save('BASE', '*', 'sms', null, current_date, p_rate => 0.3);
select api.price_save('OWN', 'group:nordic', 'group:calls', null, current_date, p_percent => 5,
p_amount => 0.01);
select results_eq(
    $$ select mode, band from api.price_column_list('OWN', current_date) $$,
    $$ values ('voice', null::text), ('voice', 'night'), ('group:calls', null), ('sms', null) $$,
    'modes stand under the name that prices call them by'
);
select is(pg_temp.cell('OWN', 'dest:FIX', 'voice', current_date), '1 from BASE *', 'inherited');
select is(pg_temp.cell('OWN', 'dest:FIX', 'voice', current_date, 'night'), '0.5 from BASE dest:FIX',
'a band before');
select is(
    pg_temp.cell('OWN', 'dest:NO', 'voice', current_date), '1.06 broader OWN group:nordic',
    'relative, by its group, worked out from the base'
);
select is(pg_temp.cell('OWN', 'dest:MOB', 'sms', current_date), '0.3 from BASE *', 'another mode');
select results_eq(
    $$ select distinct target from api.price_grid('OWN', current_date, '+47 123 45') $$,
    $$ values ('dest:NO') $$,
    'a number finds its destination'
);
select results_eq(
    $$ select distinct target from api.price_grid('OWN', current_date, p_show => 'own') $$,
    $$ values ('group:nordic') $$, 'what the list itself says'
);
select results_eq(
    $$ select distinct on (row_no) target from api.price_grid('OWN', current_date,
    p_limit => 2) order by row_no $$,
    $$ values ('*'), ('group:nordic') $$, 'a page'
);
select results_eq(
    $$
        select distinct on (row_no) target
        from api.price_grid('OWN', current_date, p_after => 'group:nordic', p_limit => 2) order by row_no
    $$,
    $$ values ('dest:FIX'), ('dest:NO') $$, 'and the one after it'
);

-- A deviation: what held ends, what comes later stays.
select api.price_save('OWN', 'dest:FIX', 'voice', null, current_date + 20, p_rate => 3);
select api.price_save('OWN', 'dest:FIX', 'voice', null, current_date + 10, p_rate => 2);
select is(
    pg_temp.cell('OWN', 'dest:FIX', 'voice', current_date), '1 from BASE * then 2 ' || current_date + 10,
    'what comes is told'
);
select is(
    pg_temp.cell('OWN', 'dest:FIX', 'voice', current_date + 10),
    format('2 own OWN dest:FIX then 3 %s until %s', current_date + 20, current_date + 20),
    'an own price, until the next'
);
select api.price_save('OWN', 'dest:FIX', 'voice', null, current_date + 12, current_date + 14, p_rate => 9);
select results_eq(
    $$
        select from_on - current_date, to_on - current_date, trim_scale(rate)
        from api.price_item_list('OWN', 'dest:FIX', 'voice') where part = 'own'
    $$,
    $$ values (10, 12, 2.0), (12, 14, 9.0), (14, 20, 2.0), (20, null, 3.0) $$,
    'a price for a time, then as before'
);
select ok(
    (
        select count(*) = 1 from billing.definition_former as former
        where former.table_name = 'price_item' and former.definition ->> 'rate' = '2.00000000'
            and upper((former.definition ->> 'valid')::daterange) = current_date + 20
    ),
    'what it was stays known'
);
select is(
    (
        select set_by from api.price_item_list('OWN', 'dest:FIX', 'voice', p_on => current_date + 11)
        where part = 'chain'
    ),
    session_user::text, 'who set it, though its period was shortened since'
);
select is(
    (select count(*) from api.price_item_list('OWN', 'dest:NO', 'voice') where part = 'chain'), 2::bigint,
    'the chain of a relative price'
);

-- Undo, newest first.
select is(
    (select api.price_undo(price_change_id) from api.price_list_get('OWN')), 'dest:FIX',
    'the last change is undone'
);
select results_eq(
    $$
        select from_on - current_date, to_on - current_date, trim_scale(rate)
        from api.price_item_list('OWN', 'dest:FIX', 'voice') where part = 'own'
    $$,
    $$ values (10, 20, 2.0), (20, null, 3.0) $$, 'all is as it was'
);
select api.price_delete('OWN', 'dest:FIX', 'voice', null, current_date + 15);
select results_eq(
    $$
        select from_on - current_date, to_on - current_date, trim_scale(rate)
        from api.price_item_list('OWN', 'dest:FIX', 'voice') where part = 'own'
    $$,
    $$ values (10, 15, 2.0) $$, 'back to the inherited price'
);
select is(pg_temp.cell('OWN', 'dest:FIX', 'voice', current_date + 15), '1 from BASE *', 'which holds then');

-- What is refused.
create function pg_temp.save(p_more text)
returns text
language sql
return $$select api.price_save('OWN', 'dest:MOB', 'voice', $$ || p_more || ')';
select throws_ok(pg_temp.save('null, current_date - 1, p_rate => 1'), 'LB111', null,
'the past has its prices');
select throws_ok(pg_temp.save('null, p_rate => 1'), 'LB111', null, 'always is in the past too');
select throws_ok(pg_temp.save('null, current_date'), 'LB112', null, 'nothing is said');
select throws_ok(pg_temp.save('null, current_date, p_rate => 1, p_percent => 1'), 'LB112', null,
'too much is said');
select throws_ok(
    $$ select api.price_save('BASE', '*', 'sms', null, current_date, p_percent => 1) $$, 'LB113', null,
    'relative to nothing'
);
select throws_ok(
    pg_temp.save('null, current_date, current_date, p_rate => 1'), 'LB115', null,
    'a period ends after it begins'
);
select throws_ok(pg_temp.save($$null, current_date, p_steps => '60:1'$$), 'LB117', null,
'steps end with an open one');
select throws_ok(pg_temp.save($$'dusk', current_date, p_rate => 1$$), 'LB110', 'There is no band dusk.',
'a code');
select throws_ok(
    $$ select api.price_delete('OWN', 'dest:MOB', 'voice', null, current_date) $$, 'LB116', null,
    'nothing to end'
);
select throws_ok(
    $$ select api.price_save('OWN', 'dest:FIX', 'voice', null, current_date, p_rate => 1,
    p_row_version => 0) $$,
    'LB800', null, 'someone else was here'
);
select throws_ok(
    $$ select api.price_undo((select min(price_change_id) from billing.price_change where before <> '[]')) $$,
    'LB114', null, 'only what has not been changed since is undone'
);
select test.as_person('sales');
select throws_ok(pg_temp.save('null, current_date, p_rate => 1'), '42501', null, 'sales reads only');

select * from finish();
rollback;
