begin;
select plan(22);

select test.as_person('admin');
select test.make_user('eva', array['integration', 'support']);
create temporary table made as
select api.api_key_add(
    'eva', 'Switchboard', 'integration', null, array['Customers', ' ping', 'ping', ''],
    array['192.0.2.0/24', ' 2001:db8::7 ', ''], 60
) as api_key;
grant select on made to public;
select row_eq(
    $$ select operations, addresses, rate_limit, state, last_used_at from api.api_key_list() $$,
    row(
        array['Customers', 'ping'], array['192.0.2.0/24', '2001:db8::7'], 60, 'active'::text,
        null::timestamptz
    ),
    'a key has what it may do, in order, each once, without spaces'
);
select lives_ok($$ select api.api_key_add('eva', 'All', null, null, '{}', '{}', null) $$, 'empty lists: all');
select is_empty(
    $$ select from access.api_key where title = 'All' and num_nonnulls(operations, addresses) > 0 $$,
    'and they are kept as none'
);

-- What is no address is named, beside its field.
select throws_ok(
    format($$ select api.api_key_add('eva', 'x', p_addresses => array['192.0.2.1', %L]) $$, wrong),
    'LB960', wrong || ' is no address and no network.', wrong || ' is refused'
)
from unnest(array['10', '10/8', '10.0.0.1/8', '192.0.2.300', 'switch.example', '::1::']) as given (wrong);
select throws_ok(
    $$ select api.api_key_add('eva', 'x', p_rate_limit => 0) $$, '23514', null, 'a limit is one or more'
);

-- Changes.
select throws_ok(
    $$ select api.api_key_save('eva', 'Switchboard', p_row_version => 0) $$, 'LB800', null,
    'what someone else has changed meanwhile is not overwritten'
);
select throws_ok(
    $$ select api.api_key_save('eva', 'Switchboard', p_addresses => '{x}', p_row_version => 1) $$,
    'LB960', null, 'an address is looked at'
);
select lives_ok(
    $$ select api.api_key_save('eva', 'Switchboard', '2100-01-01', '{ping}', '{127.0.0.1}', 5, 1) $$,
    'a change'
);
select results_eq(
    $$
        select change.op, change.new - 'row_version' from audit.change as change
        where change.table_name = 'access.api_key' order by change.change_id desc limit 1
    $$,
    $$ values ('update', jsonb_build_object(
        'expires_at', timestamptz '2100-01-01', 'operations', '{ping}'::text[], 'addresses',
        '{127.0.0.1}'::cidr[], 'rate_limit', 5
    )) $$,
    'is in the log'
);

-- At the door.
create function pg_temp.refusal(p_operation text, p_address text)
returns text
language sql volatile
return (
    select coalesce(caller.refusal, caller.title)
    from api.operation_enter(p_operation, 'Calls', p_address) as caller
);
reset role;
select set_config('app.session', (select api_key from made), true);
select results_eq(
    $$
        select
            pg_temp.refusal('ping', '127.0.0.1'), pg_temp.refusal('listCalls', '127.0.0.1'),
            pg_temp.refusal('ping', '127.0.0.2')
    $$,
    $$ values ('Switchboard', 'LB931', 'LB932') $$,
    'a key may do what it may, from where it may'
);
update access.api_key set operations = '{Calls}' where title = 'Switchboard';
select is(pg_temp.refusal('ping', '127.0.0.1'), 'Switchboard', 'with a ping one finds out that it is good');
select is(pg_temp.refusal('listCalls', '127.0.0.1'), 'Switchboard', 'a service is all that is in it');

-- What it was used for.
select audit.event_add('soap', 'ping', '{"key": "Switchboard", "ms": 3, "in": 10, "out": 20}');
select set_config('app.session', '', true);
select test.as_person('admin');
select results_eq(
    $$ select operation, ms, bytes_in, fault from api.api_key_request_list('eva', 'Switchboard') $$,
    $$ values ('ping', 3, 10::bigint, null::text) $$, 'requests of a key are listed'
);
select is(
    (select last_used_at from api.api_key_list() where title = 'Switchboard'), now(), 'and its last use'
);
set local enable_seqscan = off;
select matches(
    test.plan($$
        select * from api.api_key_request_list('eva', 'Switchboard', '2026-11-01', '2026-11-30')
        order by at desc, event_id desc limit 51
    $$),
    'event_request_ix.*Index Cond: [(][(]actor = .*api_key = .*at >= .*at < ',
    'found by their index, also under the policies'
);
select api.api_key_revoke('eva', 'Switchboard');
select is((select state from api.api_key_list() where title = 'Switchboard'), 'revoked', 'revoked');
select throws_ok(
    $$ select api.api_key_save('eva', 'Switchboard') $$, 'LB908', null, 'what is revoked is not changed'
);

select * from finish();
rollback;
