-- What a tailored report may be is decided where it is saved; who may run and change it, by owner and level.
begin;
select plan(59);

insert into billing.currency (currency, decimals) values ('SEK', 2) on conflict do nothing;
insert into billing.operator (name, org_no) values ('Tailor', '556000-0000');
insert into billing.seller (code, name) values ('one', 'One'), ('two', 'Two');
select test.make_customer('K1', null, (select seller_id from billing.seller where code = 'one'));
select test.make_customer('K2', null, (select seller_id from billing.seller where code = 'two'));
create schema if not exists custom;
create function custom.looks_harmless() returns bigint language sql volatile
return nextval('audit.event_id_seq');
grant usage on schema custom to public;
create schema elsewhere;
create table elsewhere.thing (thing_id bigint);
create temporary table who as select seller_id from billing.seller where code = 'one';
grant usage on schema elsewhere to public;
grant select on elsewhere.thing, who to public;

-- What is refused -------------------------------------------------------------------------------------------

create temporary table refused as
select * from (
    values
    ('LB681', 'select 1 as a; select 2 as b'),
    ('LB681', 'select 1 as a) as x; drop table billing.seller; select * from (select 1 as a'),
    ('LB681', 'delete from billing.seller returning code'),
    ('LB681', 'with gone as (delete from billing.seller returning code) select code from gone'),
    ('LB681', 'select code into billing.other from billing.seller'),
    ('LB681', 'copy billing.seller to program ''cat'''),
    ('LB681', 'do ''begin end'''),
    ('LB681', 'set role leissner_admin'),
    ('LB681', 'explain analyze select 1'),
    ('LB681', 'declare other cursor for select 1'),
    ('LB681', 'fetch all from other'),
    ('LB681', 'notify someone'),
    ('LB681', 'lock table billing.seller'),
    ('LB681', 'select strange from billing.seller'),
    ('LB681', 'select 1 as a, 2 as a'),
    ('LB681', 'select code from seller'),
    ('LB681', 'select :unknown as a'),
    ('LB681', 'select rolpassword from pg_catalog.pg_authid'),
    ('LB681', 'select verifier from access.password'),
    ('LB682', 'select rolname from pg_catalog.pg_roles'),
    ('LB682', 'select query from pg_catalog.pg_stat_activity'),
    ('LB682', 'select table_name from information_schema.tables'),
    ('LB682', 'select thing_id from elsewhere.thing'),
    ('LB682', 'select set_config(''role'', ''leissner_admin'', true) as a'),
    ('LB682', 'select current_setting(''app.session'') as a'),
    ('LB682', 'select pg_sleep(1)::text as a'),
    ('LB682', 'select code from billing.seller where pg_try_advisory_lock(1)'),
    ('LB682', 'select code from billing.seller order by pg_advisory_lock(1)::text'),
    ('LB682', 'select pg_notify(''a'', ''b'')::text as a'),
    ('LB681', 'select lo_import(''/etc/passwd'') as a'),
    ('LB681', 'select pg_read_file(''/etc/passwd'') as a'),
    ('LB682', 'select pg_terminate_backend(1) as a'),
    ('LB682', 'select query_to_xml(''select 1'', true, true, '''')::text as a'),
    ('LB682', 'select table_to_xml(''access.app_user'', true, true, '''')::text as a'),
    ('LB682', 'select nextval(''audit.event_id_seq'') as a'),
    ('LB682', 'select custom.looks_harmless() as a'),
    ('LB682', 'select api.audit_event_add(''x'')::text as a'),
    ('LB682', 'select access.session_context()::text as a')
) as one (code, statement);
grant select on refused to public;
grant execute on function custom.looks_harmless() to public;
select test.as_user('report');

select throws_ok(
    format('select api.tailored_save(''bad'', %L)', statement), code, null, statement
)
from refused;
select is_empty('select report from api.tailored_list()', 'and nothing of it was saved');

select throws_ok(
    $$ select api.tailored_save('list', 'select 1 as a') $$, '23514', null, 'a word of the command is no name'
);
select throws_ok(
    $$ select api.tailored_save('ageing', 'select 1 as a') $$, 'LB684', null, 'nor that of a standard report'
);
select throws_ok(
    $$ select api.tailored_save('bad', 'select :x as a', '', '[{"name": "x", "type": "regclass"}]') $$,
    'LB686', null, 'parameters have one of the listed types'
);
select throws_ok(
    $$
        select api.tailored_save(
            'bad', 'select :x as a', '', '[{"name": "x", "type": "date", "default": "never"}]'
        )
    $$, 'LB686', null, 'and a default of that type'
);
select throws_ok(
    $$ select api.tailored_save('bad', 'select 1 as a', '', '[]', '{"b": {"sum": true}}') $$, 'LB687', null,
    'a layout is of columns that there are'
);
select throws_ok(
    $$
        insert into billing.tailored_report (name, statement)
        values ('bad', 'select pg_sleep(1)::text as a')
    $$, 'LB682', null, 'whatever way it is saved'
);

-- What is saved ---------------------------------------------------------------------------------------------

select results_eq(
    $$
        select unnest(api.tailored_save(
            'who', E'select code, '':low'' as word, 1::int as n, $x$ :low $x$ as said -- :low''\n'
            'from billing.seller '
            'where code >= :low /* ; */;',
            'Sellers', '[{"name": "low", "type": "text"}, {"name": "day", "type": "date", "default": null}]',
            '{"n": {"sum": true, "title": "Number"}}', 'csv', '{report,seller}'
        ))
    $$, array['code', 'word', 'n', 'said'], 'a report is saved and its columns are known'
);
select results_eq(
    $$ select arguments, needed, columns, column_types, summed, shared_with from api.tailored_list() $$,
    $$
        values (
            '{low,day}'::text[], 1, '{code,word,n,said}'::text[], '{text,text,integer,text}'::text[],
            '{n}'::text[], '{report,seller}'::text[]
        )
    $$, 'and listed as the standard ones are'
);
select throws_ok($$ select api.report_run('who') $$, 'LB683', null, 'a value is needed');
select throws_ok(
    $$ select api.report_run('who', '{"low": "a", "strange": 1}') $$, 'LB683', null,
    'an unknown one is refused'
);
select throws_ok(
    $$ select api.report_run('who', '{"low": "a", "day": "2026-02-30"}') $$, 'LB685', null,
    'and one of another type'
);
select throws_ok(
    $$ select api.report_run('who', '{"low": "a"}') $$, 'LB688', null, 'nothing runs where it could write'
);
select lives_ok(
    $$ select api.tailored_copy('calls_per_country', 'my_countries') $$, 'a standard report is copied'
);
select throws_ok(
    $$ select api.tailored_save('who', 'select 1 as a', p_row_version => 7) $$, 'LB800', null,
    'what somebody else has saved meanwhile is not lost'
);

-- What was only tried is in no list, and goes with the next that is saved where the try was broken off.
select test.as_user('report');
select api.tailored_save(format('try_%s_0123456789abcdef', one.tried), 'select 1 as a')
from (values (extract(epoch from now())::bigint), (extract(epoch from now())::bigint - 700)) as one (tried)
order by one.tried desc;
select is_empty($$ select from api.tailored_list() where report like 'try%' $$, 'no list has it');
select isnt_empty(
    $$ select from api.tailored_list(format('try_%s_0123456789abcdef', extract(epoch from now())::bigint)) $$,
    'by its name it is found'
);
select api.tailored_save('next', 'select 1 as a');
select is(
    (select count(*) from billing.tailored_report where name like 'try%'), 1::bigint,
    'one of ten minutes ago is gone'
);
select api.tailored_delete('next');

select test.as_user('seller', (select seller_id from who));
select results_eq(
    $$ select report, owner from api.tailored_list() $$, $$ values ('who', 'test-report') $$,
    'a seller sees what is shared with sellers'
);
select throws_ok(
    $$ select api.tailored_save('mine', 'select 1 as a') $$, '42501', null, 'and writes none'
);
select test.as_user('finance');
select throws_ok($$ select api.report_run('who') $$, 'LB680', null, 'others do not run it');

select * from finish();
rollback;
