begin;
select plan(22);

create temporary view logged as
select change_id, actor, level, op, pk, old, new
from audit.change
where table_name = 'access.app_user' and tx = (select tx from audit.tx_current());

select test.as_user('admin');
select lives_ok(
    $$ select api.user_save('gun', array['support'], p_email => 'gun@example.com') $$, 'a user is added'
);
select lives_ok($$ select api.user_save('gun', array['support'], p_language => 'sv') $$, 'and changed');
select lives_ok(
    $$ select api.user_save('gun', array['support'], p_language => 'sv') $$, 'and saved as it is'
);
select test.as_nobody();
delete from access.app_user where name = 'gun';

select results_eq(
    $$ select op, actor, level from logged where coalesce(new, old) ->> 'name' = 'gun' order by change_id $$,
    $$ values ('insert', 'test-admin', 'admin'), ('delete', 'postgres', 'none') $$,
    'insert and delete name who did it'
);
select results_eq(
    $$ select old - 'row_version', new - 'row_version' from logged where op = 'update' order by change_id
    limit 1 $$,
    $$ values ('{"email": "gun@example.com", "language": "en"}'::jsonb,
    '{"email": null, "language": "sv"}'::jsonb) $$,
    'an update holds what changed, and nothing else'
);
select is((select count(*) from logged where op = 'update'), 2::bigint, 'one row per change');
select lives_ok(
    $$ update access.app_user set language = language, row_version = row_version where false $$,
    'a statement that changes no row'
);
select is((select count(*) from logged where op = 'update'), 2::bigint, 'leaves no trace');

-- A key that changes is a delete and an insert; set-based statements are logged by set.
create table billing.example (a int, b text, n int, constraint example_pk primary key (a, b));
select audit.enable('billing.example');
insert into billing.example select no, 'x', no from generate_series(1, 1000) as no;
update billing.example set n = n + 1;
update billing.example set a = a + 5000 where a = 1;
truncate billing.example;
select results_eq(
    $$ select op, count(*) from audit.change where table_name = 'billing.example' group by op order by op $$,
    $$ values ('delete', 1::bigint), ('insert', 1001::bigint), ('truncate', 1::bigint), ('update',
    1000::bigint) $$,
    'sets, a changed key and truncate are logged'
);
select results_eq(
    $$ select pk, old, new from audit.change where table_name = 'billing.example' and op = 'update' and old =
    '{"n": 7}' $$,
    $$ values ('{"a": 7, "b": "x"}'::jsonb, '{"n": 7}'::jsonb, '{"n": 8}'::jsonb) $$,
    'each with its own key of two columns'
);
create table billing.keyless (a int);
select throws_ok(
    $$ select audit.enable('billing.keyless') $$, 'LB911',
    'Table billing.keyless has no primary key, so its changes cannot be logged.',
    'a table needs a key to be logged'
);

-- Events.
select test.as_user('support');
select lives_ok(
    $$ select api.audit_event_add('call_list', '46810001', '{"rows": 3}') $$, 'a look is an event'
);
select throws_ok(
    $$ select api.audit_event_add('redact', '1') $$, 'LB915',
    'The event kind redact is written by the log itself.',
    'nobody pretends a redaction'
);
select throws_ok(
    $$ select * from audit.event $$, '42501', 'permission denied for table event',
    'support does not read the log'
);
select test.as_user('auditor');
select results_eq(
    $$ select actor, subject, detail from audit.event where kind = 'call_list' $$,
    $$ values ('test-support', '46810001', '{"rows": 3}'::jsonb) $$, 'the auditor does'
);

-- Append-only, for the owner and the superuser too.
select test.as_nobody();
select throws_ok(
    $$ update audit.change set actor = 'nobody' $$, 'LB912', null, 'a change of the log is refused'
);
select throws_ok($$ delete from audit.event $$, 'LB912', null, 'a delete is refused');
select throws_ok($$ truncate audit.change $$, 'LB912', null, 'truncate is refused');
select throws_ok(
    $$ update audit.tx set at = now() - interval '1 day' $$, 'LB912', null, 'transactions are not moved'
);
set local role leissner_owner;
select throws_ok(
    $$ delete from audit.change $$, 'LB912', null, 'the owner may not either'
);
reset role;
set local session_replication_role = replica;
select throws_ok(
    $$ delete from audit.change $$, 'LB912', null, 'nor does replaying switch it off'
);
set local session_replication_role = origin;
select is(
    (
        select count(*)
        from pg_class as class
        where class.relnamespace = 'audit'::regnamespace and class.relispartition
        and not exists (
            select from pg_trigger as trigger
            where trigger.tgrelid = class.oid and trigger.tgname = '_10_append_only_truncate'
        )
        and class.relkind = 'r'
    ),
    0::bigint, 'no partition can be truncated by itself'
);

select * from finish();
rollback;
