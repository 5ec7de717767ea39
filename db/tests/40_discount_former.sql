-- History: what priced a call is replaced, not changed, and stays readable under its id.
begin;
select plan(19);

insert into billing.product (code, name) values ('mobile', 'Mobile');
insert into billing.destination (code, name, country, product_id)
select 'FIX', 'Fixed', 'SE', product_id from billing.product;
create temporary table made as
select
    test.make_customer('1') as customer_id,
    test.make_price_list('TOP') as price_list_id;

-- A prefix
insert into billing.prefix (digits, destination_id, valid)
select '46', destination_id, '[2026-01-01,)' from billing.destination where code = 'FIX';
create temporary table before as select prefix_id, destination_id from billing.prefix;
update billing.prefix set valid = valid;
select is(
    (select prefix_id from billing.prefix), (select prefix_id from before), 'no change replaces nothing'
);
update billing.prefix set valid = '[2026-01-01,2026-10-01)';
select isnt(
    (select prefix_id from billing.prefix), (select prefix_id from before), 'a change gives a new id'
);
select is(
    (
        select (definition ->> 'destination_id')::bigint from billing.definition_former
        where table_name = 'prefix' and id = (select prefix_id from before)
    ),
    (select destination_id from before), 'the former row is kept under the old one'
);
select is(
    (select replaced_by from billing.definition_former where table_name = 'prefix'),
    (select prefix_id from billing.prefix), 'and names the new one'
);
select is((select row_version from billing.prefix), 3, 'each update counts as a version');
delete from billing.prefix;
select is(
    (select count(*) from billing.definition_former where table_name = 'prefix' and replaced_by is null),
    1::bigint,
    'a deleted row is kept too'
);

-- A ring with its members, modes and targets
insert into billing.ring (code, name, priority, valid, kind, value) values ('R', 'R', 1, '(,)', 'percent', 5);
insert into billing.ring_member (ring_id, customer_id) select ring_id, customer_id from billing.ring, made;
insert into billing.ring_mode (ring_id, mode_group) select ring_id, 'calls' from billing.ring;
insert into billing.ring_target (ring_id, is_inside) select ring_id, true from billing.ring;
create temporary table ring_before as select ring_id from billing.ring;
update billing.ring set value = 10;
select isnt(
    (select ring_id from billing.ring), (select ring_id from ring_before), 'a changed ring has a new id'
);
select is(
    (select array_agg(distinct ring_id) from (
        select ring_id from billing.ring_member union all select ring_id from billing.ring_mode
        union all select ring_id from billing.ring_target
    ) as child),
    (select array_agg(ring_id) from billing.ring), 'what hangs on it follows'
);
select is(
    (
        select array[
            definition ->> 'value', definition -> 'members' -> 0 ->> 'customer_id',
            definition -> 'modes' -> 0 ->> 'mode_group', definition -> 'targets' -> 0 ->> 'is_inside'
        ]
        from billing.definition_former where table_name = 'ring'
    ),
    array['5.00000000', (select customer_id::text from made), 'calls', 'true'],
    'the former ring has its members, modes and targets'
);
update billing.ring set row_version = row_version + 1;
select is(
    (select count(*) from billing.definition_former where table_name = 'ring'), 2::bigint,
    'raising the version replaces a ring whose children are about to change'
);
select is((select row_version from billing.ring), 3, 'and still counts one');

-- A band's hours, and the items of a list
insert into billing.band (code) values ('day');
insert into billing.band_slot (band_id, from_second, to_second)
select band_id, 28800, 64800 from billing.band;
insert into billing.price_item (
    price_list_id, band_id, valid, setup, rate, first_increment, next_increment, free_units, free_mode,
    minimum
)
select price_list_id, band_id, '(,)', 0, 1, 1, 1, 0, 'threshold', 0 from made, billing.band;
create temporary table item_before as
select price_item_id, band_slot_id from billing.price_item, billing.band_slot;
update billing.band_slot set to_second = 61200;
select isnt(
    (select band_slot_id from billing.band_slot), (select band_slot_id from item_before),
    'changed hours are another row of the band'
);
select is(
    (select price_item_id from billing.price_item), (select price_item_id from item_before),
    'the prices of the band stay what they are'
);
update billing.price_item set rate = 2;
select is(
    (
        select (definition ->> 'rate')::numeric from billing.definition_former
        where table_name = 'price_item' and id = (select price_item_id from item_before)
    ),
    1.0, 'a former price is readable'
);

-- A bundle: its period follows the contract, which makes no other bundle of it
create temporary table line as
select test.make_line(test.make_contract('C', customer_id, '2026-01-01'), test.make_service('S'))
    as contract_line_id
from made;
insert into billing.bundle (contract_line_id, code, units) select contract_line_id, 'B', 100 from line;
create temporary table bundle_before as select bundle_id from billing.bundle;
update billing.contract set end_on = '2026-11-01';
select is(
    (select valid from billing.bundle), '[2026-01-01,2026-11-01)'::daterange,
    'a bundle ends with its contract'
);
select is(
    (select bundle_id from billing.bundle), (select bundle_id from bundle_before), 'and stays the same bundle'
);
update billing.bundle set units = 200;
select isnt(
    (select bundle_id from billing.bundle), (select bundle_id from bundle_before),
    'with other units it is another'
);

-- Levels leave history without a right to write it
select test.as_person('pricing');
select lives_ok(
    'update billing.ring set name = $$Ring$$', 'a level that may change a ring leaves its former self'
);
select throws_ok(
    'delete from billing.definition_former', '42501', 'permission denied for table definition_former',
    'and may not touch history'
);

select * from finish();
rollback;
