-- Sources' profiles, which file is which, and where loading stands.
begin;
select plan(19);

insert into billing.mode (code, name, unit, per) values ('voice', 'Voice', 'second', 60)
on conflict do nothing;
insert into billing.cdr_source (code, name, format, template, time_zone) values
('ast', 'Asterisk', 'asterisk', null, 'Europe/Stockholm'),
('gmt', 'Asterisk, GMT', 'asterisk', 'usegmtime loguniqueid', 'Europe/Stockholm'),
('fs', 'FreeSWITCH', 'freeswitch', null, 'Europe/Stockholm'),
('own', 'FreeSWITCH, own', 'freeswitch', '${caller_id_number}, ${billsec}', 'Europe/Stockholm'),
('sql', 'FreeSWITCH, sql', 'freeswitch', 'sql', 'Europe/Stockholm'),
('cucm', 'CUCM', 'cucm', null, 'UTC');

select test.as_person('batch');
select is(
    (select jsonb_agg(jsonb_array_length(layout -> 'columns') order by layout -> 'variant')
    from jsonb_array_elements(api.source_profile('ast') -> 'layouts') as layout),
    '[16, 17, 17, 18, 19, 20, 20, 21]', 'Asterisk writes 16 to 21 columns'
);
select is(
    (select jsonb_agg(layout -> 'columns' -> -1)
    from jsonb_array_elements(api.source_profile('gmt') -> 'layouts') as layout),
    '["uniqueid"]', 'its options leave one layout'
);
select is(api.source_profile('gmt') ->> 'time_zone', 'UTC', 'usegmtime means UTC');
select is(
    (select jsonb_agg(layout ->> 'template')
    from jsonb_array_elements(api.source_profile('fs') -> 'layouts') as layout),
    '["default", "example", "linksys", "snom"]', 'the usual templates where the source names none'
);
select is(
    api.source_profile('own') -> 'layouts' -> 0 -> 'columns', '["caller_id_number", "billsec"]',
    'an own template is its list of variables'
);
select is(api.source_profile('ast') -> 'modes_in_seconds' @> '["voice"]', true, 'modes that count seconds');
select throws_ok($$ select api.source_profile('ghost') $$, 'LB311', null, 'an unknown source is refused');
select throws_ok($$ select api.source_profile('sql') $$, 'LB312', null, 'an unknown template is refused');

select is_empty($$ select * from api.file_open('ast', '\x01') $$, 'a new file is not known');
create temporary table begun as select * from api.load_begin('ast', 'Master.csv', '\x01');
select is(
    (select row(finished.*)::text
    from api.load_finish((select load_id from begun), 120, '\x02', 3, true, '2026-10-14 09:00+02', '{"a": 2}')
        as finished),
    '(0,0,0,0,0,0)', 'a batch without records counts nothing'
);
select results_eq(
    $$ select name, position, position_hash, line_no, is_complete from api.file_open('ast', '\x01') $$,
    $$ values ('Master.csv', 120::bigint, '\x02'::bytea, 3::bigint, true) $$,
    'then it is known with its position'
);
select is_empty($$ select * from api.file_open('fs', '\x01') $$, 'to its source alone');
select throws_ok(
    $$ select * from api.load_begin('ast', 'Master.csv', '\x01', (select file_id from begun), 119) $$,
    'LB313', null, 'a batch from another position is refused'
);
create temporary table again as
select * from api.load_begin('ast', 'Master.csv', '\x01', (select file_id from begun), 120);
select lives_ok(
    $$
        select *
        from api.load_finish((select load_id from again), 150, '\x03', 4, true, null, '{"a": 1, "b": 1}')
    $$,
    'it goes on from its own'
);
select is(
    (
        select jsonb_build_object(
            'position', position, 'notes', notes, 'last', last_started_at = '2026-10-14 09:00+02'
        )
        from billing.cdr_file
    ),
    '{"position": 150, "notes": {"a": 3, "b": 1}, "last": true}', 'notes add up, the last start stays'
);
select lives_ok(
    $$ select api.file_close('ast', '\x01'), api.file_close('ast', '\x01'), api.file_close('fs', '\x01') $$,
    'turns are given back'
);

-- Running numbers in names.
select test.as_nobody();
insert into billing.cdr_file (source_id, name, head_hash)
select source.source_id, file.name, '\x00'
from billing.cdr_source as source
cross join unnest(array['cdr_A_01_202610140912_7', 'cdr_A_02_202610140912_3', 'odd']) as file (name)
where source.code = 'cucm';
select is(
    (
        select array_agg(logic.sequence_gap(source.source_id, file.name) order by file.place)
        from billing.cdr_source as source
        cross join
            unnest(
                array[
                    'cdr_A_01_202610140913_8', 'cdr_A_01_202610140913_10', 'cdr_A_03_202610140913_10', 'odd'
                ]
            ) with ordinality as file (name, place)
        where source.code = 'cucm'
    ),
    array[null, 2, null, null]::bigint[], 'a gap is told per series'
);

select test.as_person('support');
select throws_ok($$ select api.source_profile('ast') $$, '42501', null, 'support may not load');
select throws_ok($$ select * from logic.file_open('ast', '\x01') $$, 'LB901', null, 'nor by the back door');

select * from finish();
rollback;
