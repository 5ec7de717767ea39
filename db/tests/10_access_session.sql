begin;
select plan(28);

-- A person in psql: the role decides, staff only.
select test.as_person('support');
select ok(access.has_level('support'), 'a person has the level of the own role');
select ok(not access.has_level('finance'), 'and no other');
select ok(access.is_staff(), 'a person of a staff level sees every customer');
select throws_ok(
    $$ select access.require('finance', 'credit') $$, 'LB901',
    'This needs one of the levels: finance, credit.',
    'require names the levels'
);
select test.as_person('admin');
select ok(
    access.has_level('finance') and access.has_level('integration'), 'admin counts as every staff level'
);
select ok(not access.has_level('seller', 'customer'), 'but not as seller or customer');
select test.as_person('seller');
select ok(not access.has_level('seller') and not access.is_staff(), 'level seller is nobody without a token');
select test.as_person('customer');
select ok(
    not access.has_level('customer') and not access.is_staff(), 'level customer is nobody without a token'
);

-- A login of the person's own, a member of a level, that sets no role.
select test.as_nobody();
select test.make_user('fia', array['admin']);
create role leissner_test_person login in role leissner_support, leissner_seller;
set local session authorization leissner_test_person;
select ok(
    access.has_level('support') and access.is_staff() and not access.has_level('finance', 'seller'),
    'a person in psql has the staff levels of the own login'
);
select isnt_empty('select code from billing.message', 'and sees what these levels may read');
select throws_ok(
    'select name from access.app_user', '42501', 'permission denied for table app_user', 'and nothing else'
);
select audit.event_add('test', 'person', '{}');
reset session authorization;
select is(
    (select actor from audit.event where kind = 'test'), 'leissner_test_person', 'the log knows the person'
);

-- A token: the session decides, not the role.
select test.as_user('support');
select ok(access.has_level('support'), 'the session has its level');
select isnt(access.user_id(), null, 'and is a user');
set local role leissner_finance;
select ok(not access.has_level('finance'), 'a forged set role gains nothing');
select ok(access.has_level('support'), 'the session stays what it is');
select set_config('app.session', 'forged', true);
select ok(not access.is_staff() and access.user_id() is null, 'a forged token is nobody, role or not');
select test.as_nobody();
select ok(access.has_level('support'), 'an empty setting, as after a commit, is no token');

-- A service login is nobody without a token.
set local session authorization leissner_web;
set local role leissner_admin;
select ok(not access.is_staff(), 'the web''s login has no level by its role');
select is_empty('select * from access.app_user', 'and sees no row');
reset session authorization;

-- Ends of a session.
select test.as_user('support');
select test.make_user('eva', array['admin']);
reset role;
update access.session set expires_at = now() where closed_at is null;
select ok(not access.has_level('support'), 'an expired session is nobody');
select test.as_user('support');
reset role;
update access.app_user set is_disabled = true where name = 'test-support';
select ok(not access.has_level('support'), 'a disabled user is nobody at once');
update access.app_user set is_disabled = false, levels = array['finance'] where name = 'test-support';
select ok(not access.has_level('support'), 'a level that was taken away is gone at once');

-- API keys.
select test.as_person('admin');
create temporary table made as select api.api_key_add('eva', 'Switchboard') as api_key;
select throws_ok(
    $$ select api.api_key_add('eva', 'Other', 'support') $$, 'LB906', 'User eva does not have level support.',
    'a key has a level of its user'
);
select set_config('app.session', (select api_key from made), true);
select ok(access.has_level('admin'), 'an API key acts as its user');
select lives_ok($$ select api.api_key_revoke('eva', 'Switchboard') $$, 'it can be revoked');
select ok(not access.has_level('admin'), 'and then counts no more');
select test.as_person('admin');
select throws_ok(
    $$ select api.api_key_revoke('eva', 'Switchboard') $$, 'LB908',
    'There is no API key Switchboard of user eva.',
    'once only'
);

select * from finish();
rollback;
