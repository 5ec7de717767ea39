-- One price as another system asks for it: the same as the price search finds, and where it comes from.
begin;
select plan(13);

insert into billing.currency (currency, decimals) values ('SEK', 2);
insert into billing.operator (name, org_no, currency) values ('T', '1', 'SEK');
insert into billing.product (code, name) values ('fixed', 'Fixed'), ('mobile', 'Mobile');
insert into billing.mode (code, name, unit, per, mode_group) values
('voice', 'Voice', 'second', 60, 'calls'), ('fax', 'Fax', 'second', 60, 'calls'),
('sms', 'SMS', 'event', 1, null);
insert into billing.band (code) values ('night');
insert into billing.destination (code, name, country, product_id)
select code.code, code.code, 'SE', product.product_id
from (values ('FIX', 'fixed'), ('MOB', 'mobile')) as code (code, product)
inner join billing.product on product.code = code.product;
insert into billing.price_list (code, name, level, currency) values ('BASE', 'Base', 'retail', 'SEK');
insert into billing.price_list (code, name, level, currency, parent_id)
select 'OWN', 'Own', 'retail', 'SEK', price_list_id from billing.price_list where code = 'BASE';
insert into billing.service_charge (service_id, code, name, kind)
select test.make_service('VOIP'), 'FEE', 'Fee', 'periodic';

select test.as_user('pricing');
select api.price_save('BASE', '*', 'group:calls', null, null, p_rate => 1, p_setup => 0.5, p_is_past => true);
select api.price_save('BASE', 'dest:FIX', 'voice', 'night', current_date, p_steps => '60:0.50;:0.10');
select api.price_save('BASE', 'service:VOIP:FEE', '*', null, current_date, p_rate => 40);
select api.price_save('OWN', 'product:fixed', 'voice', null, current_date + 10, p_percent => -20);
select api.price_save('OWN', 'service:VOIP:FEE', '*', null, current_date, p_amount => 2);
select api.price_save('OWN', 'dest:MOB', 'sms', null, current_date, p_is_blocked => true);

select test.as_user('integration');
create function pg_temp.price(p_target text, p_mode text, p_band text default null, p_days int default 0)
returns text
language sql
return (
    select concat_ws(
        ' ', one.rate, one.steps, one.setup, one.percent, one.is_blocked, one.origin_list,
        one.origin_target, one.origin_mode, one.origin_band, one.from_on - current_date
    )
    from api.price_get('OWN', p_target, p_mode, p_band, current_date + p_days) as one
);

select is(pg_temp.price('dest:FIX', 'voice'), '1 0.5 f BASE * group:calls', 'inherited from all above');
select is(
    pg_temp.price('dest:FIX', 'voice', null, 10), '0.8 0.4 -20 f OWN product:fixed voice 10',
    'changed in percent, worked out'
);
select is(pg_temp.price('dest:FIX', 'fax', null, 10), '1 0.5 f BASE * group:calls', 'for that mode only');
select is(
    pg_temp.price('dest:FIX', 'group:calls', null, 10), '1 0.5 f BASE * group:calls',
    'a group by one that is like the others'
);
select is(
    pg_temp.price('dest:FIX', 'voice', 'night'), '60:0.5;:0.1 0 f BASE dest:FIX voice night 0',
    'by steps at night'
);
select is(pg_temp.price('dest:MOB', 'sms'), 't OWN dest:MOB sms 0', 'what is not for sale');
select is(pg_temp.price('dest:FIX', 'sms'), null, 'or has no price');
select is(pg_temp.price('service:VOIP:FEE', '*'), '42 f OWN service:VOIP:FEE * 0', 'a fee');
select is(
    pg_temp.price('product:fixed', 'voice', null, 10), '-20 f OWN product:fixed voice 10',
    'what many share, as it is said'
);
select is(
    (select row_version from api.price_get('OWN', 'dest:FIX', 'voice')), 0::bigint,
    'nothing is said of that very place'
);
select throws_ok(
    $$ select * from api.price_get('OWN', 'dest:NO', 'voice') $$, 'LB110', 'There is no target dest:NO.',
    'of what is not there'
);
select results_eq(
    $$ select service, charge, kind from api.service_charge_list('VOIP') $$,
    $$ values ('VOIP', 'FEE', 'periodic') $$, 'the charges of a service'
);
select test.as_user('credit');
select throws_ok(
    $$ select * from api.price_get('OWN', '*', 'voice') $$, '42501',
    'permission denied for function price_get', 'for who reads prices'
);

select * from finish();
rollback;
