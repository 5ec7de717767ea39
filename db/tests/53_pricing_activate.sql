-- Activation: the list asks from its day on what it asked with the draft before it, narrower prices and
-- relative ones too, or it is refused; it is taken back while nothing is priced by it.
begin;
select plan(18);

insert into billing.currency (currency, decimals) values ('SEK', 2);
insert into billing.operator (name, org_no, country, time_zone, currency, language, mode, street, postcode,
city)
values ('T', '1', 'SE', 'Europe/Stockholm', 'SEK', 'sv', 'full', 'S', '1', 'C');
insert into billing.product (code, name) values ('fixed', 'Fixed'), ('mobile', 'Mobile');
insert into billing.mode (code, name, unit, per, mode_group) values
('voice', 'Voice', 'second', 60, 'calls'), ('sms', 'SMS', 'event', 1, null);
insert into billing.destination_group (code, name, rank) values ('nordic', 'Nordic', 1);
insert into billing.destination (code, name, country, product_id)
select code.code, code.code, 'SE', product.product_id
from (values ('FIX', 'fixed'), ('NO', 'fixed'), ('DK', 'fixed'), ('MOB', 'mobile')) as code (code, product)
inner join billing.product on product.code = code.product;
insert into billing.destination_in_group (destination_id, destination_group_id)
select destination.destination_id, destination_group.destination_group_id
from billing.destination
cross join billing.destination_group where destination.code in ('NO', 'MOB');
insert into billing.price_list (code, name, level, currency) values ('BASE', 'Base', 'retail', 'SEK');
insert into billing.price_list (code, name, level, currency, parent_id)
select 'OWN', 'Own', 'retail', 'SEK', price_list_id from billing.price_list where code = 'BASE';

select test.as_person('pricing');
create function pg_temp.asked(p_list text, p_on date)
returns text
language sql
return (
    select string_agg(concat(substr(one.target, 6), ' ', trim_scale(one.rate)), ', ' order by one.target)
    from api.price_grid(p_list, p_on, p_limit => 100) as one
    where one.target like 'dest:%' and one.mode in ('voice', 'group:calls')
);
create function pg_temp.activate(p_on date)
returns bigint
language sql
return (
    select api.draft_activate('OWN-2', p_on, found.seen)
    from api.draft_get('OWN-2', current_date) as found
);
select api.price_save('BASE', '*', 'group:calls', null, null, p_rate => 1, p_is_past => true);
select api.price_save('OWN', 'product:mobile', 'voice', null, null, p_rate => 2, p_is_past => true);
select api.price_save('OWN', 'dest:FIX', 'group:calls', null, null, p_percent => 10, p_is_past => true);
select api.price_save('OWN', 'dest:DK', 'voice', null, null, p_rate => 3, p_is_past => true);

select is(api.draft_make('OWN', 'Next'), 'OWN-2', 'a draft as its list counts');
select is(api.draft_make('OWN-2', 'Next'), null, 'of a list in force only');
select throws_ok(
    'select pg_temp.activate(current_date + 3)',
    'LB120', null, 'an empty draft has nothing to activate'
);
-- Relative to a list's own price, and to what it inherits; a general price over a narrower one; a later one.
select api.price_save('OWN-2', 'product:mobile', 'voice', null, null, p_percent => 50);
select api.price_save('OWN-2', 'product:fixed', 'group:calls', null, null, p_percent => 20, p_amount => 0.1);
select api.price_save('OWN-2', 'dest:DK', 'group:calls', null, current_date + 5, p_rate => 9);
select is(
    pg_temp.asked('OWN-2', current_date + 3), 'DK 3.7, FIX 1.42, MOB 3, NO 1.3', 'the draft before its list'
);
select is(pg_temp.asked('OWN-2', current_date + 5), 'DK 9, FIX 1.42, MOB 3, NO 1.3', 'and later');
select is(
    (select (prices, now, later, own)::text from api.draft_get('OWN-2', current_date + 3)), '(3,2,1,3)',
    'what there is to activate'
);
select throws_ok(
    'select pg_temp.activate(current_date - 1)',
    'LB111', null, 'the past has its prices'
);
select throws_ok(
    $$ select api.draft_activate('OWN-2', current_date + 3, 'another') $$, 'LB800', null,
    'what was looked at is activated, nothing else'
);
select lives_ok(
    'select pg_temp.activate(current_date + 3)',
    'activated'
);
select is(pg_temp.asked('OWN', current_date + 2), 'DK 3, FIX 1.1, MOB 2, NO 1', 'until then as before');
select is(pg_temp.asked('OWN', current_date + 3), 'DK 3.7, FIX 1.42, MOB 3, NO 1.3', 'then as simulated');
select is(pg_temp.asked('OWN', current_date + 5), 'DK 9, FIX 1.42, MOB 3, NO 1.3', 'and later');
select is(
    pg_temp.asked('OWN-2', current_date + 3), pg_temp.asked('OWN', current_date + 3), 'the draft is empty'
);
-- Once a call has such a price, it stands.
select test.as_nobody();
select logic.call_partition_add(array[current_date + 3], 'call');
set local session_replication_role = replica;
insert into billing.call (
    customer_id, start_on, source_id, load_id, key, key_hash, started_at, units, b_number, b_received,
    mode_id, destination_id, prefix_id, contract_line_id, contract_id, customer_kind,
    retail_list_id, retail_items, billed, setup, regular, bundled, discount, retail, retail_rate, retail_base
)
select
    1, current_date + 3, 1, 1, 'k', 'k', now(), 60, '4670', '4670', 1, 1, 1, 1, 1, 'business',
    list.price_list_id, array[item.price_item_id], 60, 0, 1, 0, 0, 1, 1, 1
from billing.price_list as list
inner join billing.price_item as item on item.price_list_id = list.price_list_id
where list.code = 'OWN' and lower(item.valid) = current_date + 3
limit 1;
set local session_replication_role = origin;
select test.as_person('pricing');
select throws_ok(
    $$ select api.activation_undo(price_activation_id) from api.activation_list('OWN') $$, 'LB121',
    '1 calls are priced by it already: it cannot be undone.', 'not with calls that it has priced'
);
select test.as_nobody();
set local session_replication_role = replica;
delete from billing.call;
set local session_replication_role = origin;
select test.as_person('pricing');
select is(
    (select api.activation_undo(price_activation_id) from api.activation_list('OWN')), 'OWN-2', 'taken back'
);
select is(
    pg_temp.asked('OWN', current_date + 5) || '; ' || pg_temp.asked('OWN-2', current_date + 5),
    'DK 3, FIX 1.1, MOB 2, NO 1; DK 9, FIX 1.42, MOB 3, NO 1.3', 'both are what they were'
);
select throws_ok(
    $$ select api.activation_undo(price_activation_id) from api.activation_list('OWN') $$, 'LB114', null,
    'once'
);
-- A group goes before a product: in the list, but not with the draft before it.
select api.price_save('OWN', 'group:nordic', 'voice', null, current_date, p_rate => 7);
select throws_ok(
    'select pg_temp.activate(current_date + 3)',
    'LB119', null, 'a list that would ask for something else is refused'
);

select * from finish();
rollback;
