-- Two people who edit the same row, and where a form says what is wrong.
begin;
select plan(5);

select lives_ok('select logic.version_check(3, 3)', 'the row is as the form had it');
select lives_ok('select logic.version_check(null, 3)', 'or nobody asks');
select throws_ok(
    'select logic.version_check(2, 3)', 'LB800', 'Someone else has changed this since you opened it.',
    'a stale form is refused'
);
select is(
    (select field from api.message_get('customer_credit_limit_ck', 'sv', 'billing')), 'credit_limit',
    'a violated constraint is about its first column'
);
select is(
    (select field from api.message_get('LB800', 'en', null, '{"field": "name"}')), 'name',
    'an error about the field it names'
);
select * from finish();
rollback;
