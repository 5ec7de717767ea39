-- What a price list and its items may be: constraints, each with its own name.
begin;
select plan(24);

create temporary table made as
select
    test.make_price_list('TOP') as top,
    test.make_price_list('EUR', null, 'EUR') as euro;
alter table made add column low bigint;
update made set low = test.make_price_list('LOW', top);
insert into billing.mode (code, name, mode_group, per) values ('voice', 'Voice', 'calls', 60);
insert into billing.product (code, name) values ('mobile', 'Mobile');
insert into billing.service (code, name) values ('V', 'V');
insert into billing.service_charge (service_id, code, name, kind)
select service_id, 'fee', 'Fee', 'periodic' from billing.service;

-- The item of list TOP for everything at 1.00, with changes.
create function pg_temp.item(p_changes jsonb, p_valid daterange default '(,)')
returns void
language sql
begin atomic
    insert into billing.price_item (
        price_list_id, product_id, service_charge_id, mode_id, mode_group, valid, setup, rate, step_to,
        step_rate, first_increment, next_increment, free_units, free_mode, minimum, maximum, percent, amount,
        is_blocked
    )
    select
        item.price_list_id, item.product_id, item.service_charge_id, item.mode_id, item.mode_group, p_valid,
        item.setup, item.rate, item.step_to, item.step_rate, item.first_increment, item.next_increment,
        item.free_units, item.free_mode, item.minimum, item.maximum, item.percent, item.amount,
        item.is_blocked
    from jsonb_populate_record(
        null::billing.price_item,
        '{
            "setup": 0, "rate": 1, "first_increment": 1, "next_increment": 1, "free_units": 0,
            "free_mode": "threshold", "minimum": 0, "is_blocked": false
        }'
        || jsonb_build_object('price_list_id', (select top from made)) || p_changes
    ) as item;
end;
create function pg_temp.ck(p_name text)
returns text
language sql
return format('new row for relation "%s" violates check constraint "%s"',
    substring(p_name from '^(price_item|price_list)'), p_name);

-- Lists
select throws_ok(
    'update billing.price_list set parent_id = (select low from made) where code = $$TOP$$', 'LB101',
    'Price list TOP would inherit from itself.', 'a list does not inherit from itself'
);
select lives_ok(
    'update billing.price_list set parent_id = (select euro from made) where code = $$TOP$$',
    'currencies are compared when the change is whole'
);
select throws_ok(
    'set constraints all immediate', '23503',
    'insert or update on table "price_list" violates foreign key constraint "price_list_parent_fk"',
    'a list has the currency of the list above'
);
update billing.price_list set parent_id = null where code = 'TOP';
select throws_ok(
    'update billing.price_list set decimals = 7 where code = $$TOP$$', '23514',
    pg_temp.ck('price_list_decimals_ck'), 'a list has at most 6 decimals'
);
select throws_ok(
    'update billing.price_list set rounding = $$bankers$$ where code = $$TOP$$', '23514',
    pg_temp.ck('price_list_rounding_ck'), 'a list rounds in one of four ways'
);

-- The three forms
select lives_ok($$ select pg_temp.item('{}', '[2026-01-01,2026-02-01)') $$, 'absolute');
select lives_ok(
    $$
        select pg_temp.item(
            '{
                "setup": null, "rate": null, "first_increment": null, "next_increment": null,
                "free_units": null, "free_mode": null, "minimum": null, "percent": -10
            }', '[2026-02-01,2026-03-01)'
        )
    $$,
    'relative'
);
select lives_ok(
    $$
        select pg_temp.item(
            '{
                "setup": null, "rate": null, "first_increment": null, "next_increment": null,
                "free_units": null, "free_mode": null, "minimum": null, "is_blocked": true
            }', '[2026-03-01,2026-04-01)'
        )
    $$,
    'not for sale'
);
select throws_ok(
    $$ select pg_temp.item('{"percent": 5}', '[2026-04-01,)') $$, '23514', pg_temp.ck('price_item_form_ck'),
    'not two forms at once'
);
select throws_ok(
    $$ select pg_temp.item('{"rate": null}', '[2026-04-01,)') $$, '23514', pg_temp.ck('price_item_form_ck'),
    'not without a rate or steps'
);
select throws_ok(
    $$ select pg_temp.item('{"step_to": [60, null], "step_rate": [1, 2]}', '[2026-04-01,)') $$, '23514',
    pg_temp.ck('price_item_form_ck'), 'not with both'
);
select lives_ok(
    $$
        select pg_temp.item(
            '{"rate": null, "step_to": [60, null], "step_rate": [1, 2]}', '[2026-04-01,2026-05-01)'
        )
    $$,
    'steps in place of a rate'
);
select throws_ok(
    $$
        select pg_temp.item(
            '{"rate": null, "step_to": [60, 50, null], "step_rate": [1, 2, 3]}', '[2026-05-01,)'
        )
    $$,
    '23514', pg_temp.ck('price_item_steps_ck'), 'bounds of steps rise'
);
select throws_ok(
    $$ select pg_temp.item('{"rate": null, "step_to": [60, 90], "step_rate": [1, 2]}', '[2026-05-01,)') $$,
    '23514', pg_temp.ck('price_item_steps_ck'), 'the last step is open'
);
select throws_ok(
    $$ select pg_temp.item('{"next_increment": 0}', '[2026-05-01,)') $$, '23514',
    pg_temp.ck('price_item_increments_ck'), 'the next increment is at least 1'
);
select throws_ok(
    $$ select pg_temp.item('{"rate": -0.01}', '[2026-05-01,)') $$, '23514',
    pg_temp.ck('price_item_amounts_ck'), 'a rate is not negative'
);
select throws_ok(
    $$
        select pg_temp.item(
            jsonb_build_object('service_charge_id', service_charge_id, 'first_increment', 60), '[2026-05-01,)'
        ) from billing.service_charge
    $$,
    '23514', pg_temp.ck('price_item_fee_ck'), 'a fee has a rate alone'
);
select throws_ok(
    $$
        select pg_temp.item(
            jsonb_build_object('mode_id', mode_id, 'mode_group', 'calls'), '[2026-05-01,)'
        ) from billing.mode
    $$,
    '23514', pg_temp.ck('price_item_mode_ck'), 'a mode or a group of modes'
);

-- Overlaps, also where target, mode and band are not given
set constraints all immediate;
select throws_ok(
    $$ select pg_temp.item('{}', '[2026-01-31,2026-02-01)') $$, '23P01',
    'conflicting key value violates exclusion constraint "price_item_valid_uq"',
    'two items with the same target do not overlap'
);
select lives_ok(
    $$
        select pg_temp.item(jsonb_build_object('product_id', product_id), '[2026-01-31,2026-02-01)')
        from billing.product
    $$,
    'another target may'
);
set constraints all deferred;
select lives_ok(
    $$
        select pg_temp.item('{"rate": 2}', '[2026-01-15,2026-02-01)');
        update billing.price_item set valid = '[2026-01-01,2026-01-15)'
        where valid = '[2026-01-01,2026-02-01)' and product_id is null;
        set constraints all immediate
    $$,
    'the new one may come before the old one is closed'
);
select throws_ok(
    $$ select pg_temp.item('{}', 'empty') $$, '23514', pg_temp.ck('price_item_valid_ck'),
    'a period has at least one day'
);
select is(
    (
        select array_agg(target_key - coalesce(product_id * 8, 0) order by target_key)
        from billing.price_item
        where valid && '[2026-01-01,2026-02-01)'
    ),
    array[0, 0, 3]::bigint[], 'a target is one number: the kind in the last three bits, 0 for everything'
);
select is(
    (
        select string_agg(con.conname, ', ') from pg_constraint as con
        where con.conrelid = 'billing.price_item'::regclass and con.contype <> 'n'
            and coalesce(obj_description(con.oid, 'pg_constraint'), '') !~ '^[A-Z].*\.$'
    ),
    null, 'every constraint has a sentence'
);

select * from finish();
rollback;
