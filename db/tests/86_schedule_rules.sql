-- Reports by the clock: who may schedule what, where to, and that no value becomes an option of the command.
begin;
select plan(17);

select test.as_user('report');
select api.tailored_save('mine', 'select 1 as a', p_shared_with => '{report}');
select test.as_user('finance');
select is(
    api.schedule_save(
        'ageing', '30 6 * * 1', '{a@b.se}', 'csv', '{"as_of": "{yesterday}", "x": "it''s --level admin"}'
    ),
    'report-ageing-1', 'a report is scheduled'
);
select is(
    (select options from api.schedule_list()),
    'deliver ageing --format csv --level finance --param ''as_of={yesterday}'''
    ' --param ''x=it''"''"''s --level admin'' --to ''a@b.se''',
    'as the level of who did it, each word whole'
);
select throws_ok(
    $$ select api.schedule_save('ageing', '0 6 * * *', '{}') $$, 'LB690', null, 'it goes somewhere'
);
select throws_ok(
    format('select api.schedule_save(''ageing'', ''0 6 * * *'', array[%L])', place), 'LB691', null,
    place || ' is an admin''s'
)
from unnest(array['/tmp', 'sftp://a@b/c', 'a b@c', '']) as place;
select throws_ok(
    $$ select api.schedule_save('ageing', '61 6 * * *', '{a@b.se}') $$, '23514', null, 'at a time that comes'
);
select throws_ok(
    $$ select api.schedule_save('mine', '0 6 * * *', '{a@b.se}') $$, 'LB680', null, 'a report that is shared'
);
select throws_ok(
    $$
        select api.schedule_save(
            'ageing', '0 6 * * *', '{a@b.se}', p_job => 'report-ageing-1', p_row_version => 9
        )
    $$,
    'LB800', null, 'what somebody else has changed meanwhile is not lost'
);
select throws_ok(
    $$
        select logic.schedule_save(
            'ageing --level admin', '0 6 * * *', '{a@b.se}', 'csv', '{}', null, null, null, null
        )
    $$,
    'LB680', null, 'a report''s name is a name'
);
select api.schedule_enable('report-ageing-1', false);
select is((select is_enabled from api.schedule_list()), false, 'it is stopped');

select test.as_user('support');
select is_empty('select * from api.schedule_list()', 'other levels do not see it');
select throws_ok($$ select api.schedule_enable('report-ageing-1', true) $$, 'LB693', null, 'nor change it');
select throws_ok($$ select * from api.schedule_run_list('report-ageing-1') $$, 'LB693', null, 'nor its log');
select test.as_user('admin');
select is((select count(*) from api.schedule_list()), 1::bigint, 'an admin sees all');
select lives_ok(
    $$ select api.schedule_save('mine', '0 6 1 * *', '{sftp://a@b/c,/tmp/reports}') $$,
    'and names folders and servers'
);

select * from finish();
rollback;
