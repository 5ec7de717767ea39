begin;
select plan(26);

select test.make_user('anna', array['support', 'finance']);
select test.as_person('admin');
select lives_ok(
    $$ select api.password_set('Anna', '\x000102030405060708090a0b0c0d0e0f', 'argon2id m=65536 t=3 p=4',
    '\xaa') $$,
    'an admin sets a password'
);
select throws_ok(
    $$ select api.password_set('bert', '\x00', '', '\xaa') $$, 'LB903', 'There is no user bert.',
    'only a user can have a password'
);
select throws_ok(
    $$ select verifier from access.password $$, '42501', 'permission denied for table password',
    'not even an admin reads what proves a password'
);
select test.as_nobody();

-- As the web's login: it has no level before it has a session.
set local session authorization leissner_web;
select is(
    (select cost from api.login_begin('anna', '192.0.2.1')), 'argon2id m=65536 t=3 p=4',
    'salt and cost are given'
);
select is_empty(
    $$ select * from api.login_end('anna', '\xab', '192.0.2.1') $$, 'a wrong password opens nothing'
);
select isnt_empty(
    $$ select * from api.login_begin('nobody', null) $$, 'an unknown name is answered all the same'
);
select is(
    (select salt from api.login_begin('nobody', null)), (select salt from api.login_begin('nobody', null)),
    'and always in the same way'
);
select throws_ok(
    $$ select * from api.login_end('anna', '\xaa', '192.0.2.1', 'admin') $$, 'LB906',
    'User anna does not have level admin.', 'a level that the user does not have is refused'
);
create temporary table opened as
select
    token,
    level
from api.login_end('anna', '\xaa', '192.0.2.1');
select is((select level from opened), 'support', 'the first level is taken when none is asked for');
select set_config('app.session', (select token from opened), true);
select results_eq(
    $$ select name, level, levels from api.session_get() $$,
    $$ values ('anna', 'support', array['support', 'finance']) $$, 'the session says who it is'
);
set local role leissner_support;
select ok(access.has_level('support') and not access.has_level('finance'), 'a session has one level');
select lives_ok($$ select api.session_level_set('finance') $$, 'it can take another of the user''s levels');
select ok(access.has_level('finance') and not access.has_level('support'), 'and then has that one');
select throws_ok(
    $$ select api.session_level_set('admin') $$, 'LB906', 'User anna does not have level admin.',
    'but no level of others'
);
select throws_ok(
    $$ select api.password_change('\xab', '\x000102030405060708090a0b0c0d0e0f', 'argon2id m=1 t=1 p=1',
    '\xac') $$,
    'LB907', 'The old password is wrong.', 'changing the own password needs the old one'
);
select lives_ok(
    $$ select api.password_change('\xaa', '\x000102030405060708090a0b0c0d0e0f', 'argon2id m=1 t=1 p=1',
    '\xac') $$,
    'with it the password changes'
);
select isnt_empty('select * from api.session_get()', 'the session that changed it goes on');
select lives_ok('select api.logout()', 'logout');
select is_empty('select * from api.session_get()', 'after that the token opens nothing');
reset session authorization;

select results_eq(
    $$
        select kind, coalesce(subject, actor)
        from audit.event
        where 'anna' in (subject, actor) and tx = (select tx from audit.tx_current())
        order by event_id
    $$,
    $$
        values
        ('password', 'anna'), ('login_failed', 'anna'), ('login', 'anna'), ('level', 'anna'), ('password',
        'anna'),
        ('logout', 'anna')
    $$,
    'every step is in the log'
);

select is(
    (select string_agg(distinct actor, ' ') from audit.event where kind = 'login' and subject = 'anna'),
    'anna', 'who logged in is named, not the login of the web'
);

-- Throttling: five attempts are free.
select count(
    *) from generate_series(1, 5) as attempt (no) cross join lateral logic.login_begin('carl-' || no, 'x'
);
delete from access.login_throttle;
do $$ begin for v_no in 1..5 loop perform logic.login_begin('carl', 'there'); end loop; end $$;
select throws_like(
    $$ select logic.login_begin('carl', 'elsewhere') $$,
    'Too many attempts to log in: try again in % seconds.',
    'the sixth attempt on a name must wait'
);
select lives_ok($$ select logic.login_begin('dora', 'there') $$, 'another name need not');
update access.login_throttle set last_at = last_at - interval '2 seconds' where who = 'name:carl';
select lives_ok($$ select logic.login_begin('carl', 'there') $$, 'after the wait there is one more');
select throws_ok(
    $$ select logic.login_begin('carl', 'there') $$, 'LB902', null, 'and then a longer wait'
);
update access.login_throttle set last_at = last_at - interval '2 days';
select lives_ok($$ select logic.login_begin('carl', 'there') $$, 'a day without an attempt forgets');

select * from finish();
rollback;
