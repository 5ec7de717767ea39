-- Submitted calls: what becomes of each, what is refused, and that nothing is counted twice.
begin;
select plan(40);

insert into billing.currency (currency) values ('SEK'), ('EUR') on conflict do nothing;
insert into billing.operator (name, org_no, currency, time_zone)
values ('Test', '556000-0000', 'SEK', 'Europe/Stockholm');
insert into billing.mode (code, name, unit, per) values ('voice', 'Voice', 'second', 60)
on conflict do nothing;
insert into billing.product (code, name) values ('sub-p', 'Product');
insert into billing.destination (code, name, country, product_id)
select one.code, 'Destination ' || one.code, 'SE', product_id
from billing.product cross join unnest(array['SUB-A', 'SUB-B']) as one (code)
where product.code = 'sub-p';
insert into billing.prefix (digits, destination_id, valid)
select case destination.code when 'SUB-A' then '4699' else '46991' end, destination_id, '(,)'
from billing.destination where destination.code in ('SUB-A', 'SUB-B');
create temporary table made as select test.make_price_list('SUB') as list_id;
insert into billing.price_item (
    price_list_id, destination_id, valid, setup, rate, first_increment, next_increment, free_units, free_mode,
    minimum
)
select made.list_id, destination_id, '(,)', 0.5, 1, 60, 60, 0, 'threshold', 0
from made cross join billing.destination where destination.code = 'SUB-A';
alter table made add customer_id bigint, add contract_id bigint, add line_id bigint;
update made set customer_id = test.make_customer('SUB1');
update billing.customer set price_list_id = (select list_id from made) where customer_no = 'SUB1';
update made set contract_id = test.make_contract('SUBC', customer_id, '2026-01-01');
update made set line_id = test.make_line(contract_id, test.make_service('sub-s'));
select test.make_number(line_id, '46990000001') from made;
insert into billing.cdr_source (code, name, format, time_zone)
values ('sub', 'Submitted', 'generic', 'Europe/Stockholm');

create function pg_temp.call(p_key text, p_units text default '61', p_more jsonb default '{}')
returns jsonb
language sql
return jsonb_build_object(
    'key', p_key, 'started_at', '2026-10-05T12:00:00+02:00', 'units', p_units, 'a_number', '46990000001',
    'b_number', '46990123456'
) || p_more;
grant execute on all functions in schema pg_temp to public;

-- Who may.
select test.as_user('support');
select throws_ok($$ select * from api.call_submit('sub', '[]') $$, '42501', null, 'support submits nothing');
select test.as_person('seller');
select throws_ok($$ select * from api.call_submit('sub', '[]') $$, '42501', null, 'nor does a seller');
select test.as_user('integration');

-- Refused as a whole.
select throws_ok(
    $$ select * from api.call_submit('ghost', '[]') $$, 'LB311', 'There is no source ghost.',
    'an unknown source is refused'
);
select throws_ok(
    $$ select * from api.call_submit('sub', '{"key": "k"}') $$, 'LB314',
    'Calls come as a list of records, not as object.', 'calls come as a list'
);
select throws_ok(
    $$ select * from api.call_submit('sub', null) $$, 'LB314', null, 'nothing is no list'
);
select throws_ok(
    $$
        select * from api.call_submit(
            'sub', (select jsonb_agg('{}'::jsonb) from generate_series(1, 10001))
        )
    $$,
    'LB308', 'A request holds at most 10000 calls, not 10001.', 'ten thousand are the most'
);
select is_empty($$ select * from api.call_submit('sub', '[]') $$, 'no calls, no rows');

-- What becomes of each, in the order given.
create temporary table answered as
select * from api.call_submit('sub', jsonb_build_array(
    pg_temp.call('k1'),
    pg_temp.call('k2', '0'),
    pg_temp.call('k1'),
    pg_temp.call('k1', '62'),
    pg_temp.call('k3', '61', '{"a_number": "46770000000"}'),
    pg_temp.call('k4', '61', '{"b_number": "46991111111"}'),
    pg_temp.call('k5', 'long'),
    pg_temp.call('k6', '61', '{"started_at": null}'),
    pg_temp.call('k7', '61', '{"started_at": "yesterday"}'),
    pg_temp.call('k8', '-3'),
    pg_temp.call('k9', '60.2', '{"started_at": "2026-10-05T12:00:00.7"}'),
    pg_temp.call(null, '61', '{"account": ""}'),
    '"nonsense"'::jsonb,
    pg_temp.call('k10', '61', '{"b_number": "4.6E+10"}')
));
select results_eq(
    $$ select place, result, reason from answered $$,
    $$
        values
        (1::bigint, 'rated', null), (2, 'zero', null), (3, 'duplicate', null),
        (4, 'duplicate', 'conflicting'),
        (5, 'suspended', 'no_subscriber'), (6, 'suspended', 'no_price'), (7, 'suspended', 'bad_record'),
        (8, 'suspended', 'bad_record'), (9, 'suspended', 'bad_record'), (10, 'suspended', 'bad_duration'),
        (11, 'rated', null), (12, 'rated', null), (13, 'suspended', 'bad_record'),
        (14, 'suspended', 'bad_record')
    $$,
    'each call has its place and what became of it'
);
select results_eq(
    $$ select place, detail from answered where reason in ('bad_record', 'no_price') $$,
    $$
        values
        (6::bigint, 'destination SUB-B in no list of the contract'), (7, 'units long are not a number'),
        (8, 'no start'), (9, 'a time that is not readable'), (13, 'no start'),
        (14, 'a number in exponent form: digits are lost')
    $$,
    'and the reason in words'
);
select results_eq(
    $$
        select
            key, customer_no, contract_no, line_no, destination, billed, regular, bundled, discount, retail,
            currency, cost, margin
        from answered where place in (1, 4) order by place
    $$,
    $$
        values
        ('k1', 'SUB1', 'SUBC', 1, 'SUB-A', 120::bigint, 2.5, 0.0, 0.0, 2.5, 'SEK', null::numeric,
        null::numeric),
        ('k1', 'SUB1', 'SUBC', 1, 'SUB-A', 120, 2.5, 0.0, 0.0, 2.5, 'SEK', null, null)
    $$,
    'with its price; a duplicate has that of the call that is there'
);
select is(
    (select length(key) from answered where place = 12), 32, 'a call without a key is known by its content'
);

-- Once is once, in another request too.
select results_eq(
    $$
        select result, reason, retail
        from api.call_submit('sub', jsonb_build_array(
            pg_temp.call('k1'), pg_temp.call(null), pg_temp.call('k3', '61', '{"a_number": "46770000000"}'),
            pg_temp.call('k5', 'long')
        ))
    $$,
    $$
        values
        ('duplicate', null, 2.5), ('duplicate', null, 2.5), ('duplicate', 'no_subscriber', null),
        ('duplicate', 'bad_record', null)
    $$,
    'what was submitted before is a duplicate, with what became of it'
);

-- All or nothing.
select throws_ok(
    $$
        select * from api.call_submit(
            'sub',
            jsonb_build_array(pg_temp.call('w1'), pg_temp.call('w2', 'x'), pg_temp.call('w3', 'y')), true
        )
    $$,
    'LB315', 'Call 2 (w2) cannot be rated, reason bad_record: units x are not a number.',
    'the first that cannot be read refuses the whole'
);
select throws_ok(
    $$
        select * from api.call_submit(
            'sub',
            jsonb_build_array(pg_temp.call('w1'), pg_temp.call('w2', '61', '{"b_number": "46991111111"}')),
            true
        )
    $$,
    'LB315', 'Call 2 (w2) cannot be rated, reason no_price: destination SUB-B in no list of the contract.',
    'and so does the first that cannot be rated'
);
select results_eq(
    $$
        select result from api.call_submit(
            'sub', jsonb_build_array(pg_temp.call('w1'), pg_temp.call('w0', '0'), pg_temp.call('k1')), true
        )
    $$,
    $$ values ('rated'), ('zero'), ('duplicate') $$,
    'nothing of it was kept; zero and duplicate refuse nothing'
);

-- One file a day, a batch a request; the checks hold.
select test.as_nobody();
select results_eq(
    $$
        select
            file.name, file.is_complete, file.read, file.rated, file.suspended, file.duplicate, file.zero,
            file.conflicting, file.notes
        from billing.cdr_file as file inner join billing.cdr_source as source using (source_id)
        where source.code = 'sub'
    $$,
    $$
        select
            'submitted ' || logic.today(), true, 21::bigint, 4::bigint, 8::bigint, 7::bigint, 2::bigint,
            1::bigint, '{"zero: 0 units": 2}'::jsonb
    $$,
    'all requests of a day are batches of one file'
);
select results_eq(
    $$ select kind, read from billing.load where finished_at is not null order by load_id desc limit 3 $$,
    $$ values ('submit', 3::bigint), ('submit', 4), ('submit', 14) $$,
    'each request is a batch'
);
select is_empty(
    $$
        select * from logic.check_counts()
        union all
        select * from logic.check_totals()
    $$,
    'read is rated, suspended, duplicate and zero; totals agree'
);
select is_empty($$ select * from billing.call_staging $$, 'nothing is left in staging');
select results_eq(
    $$ select started_at, units from billing.call where key = 'k9' $$,
    $$ values (timestamptz '2026-10-05 12:00:00+02', 61::bigint) $$,
    'a time without an offset is the source''s, cut to seconds; a fraction of a unit is rounded up'
);

-- A corrected call closes the one that could not be read.
select test.as_user('integration');
select results_eq(
    $$ select result, retail from api.call_submit('sub', jsonb_build_array(pg_temp.call('k5'))) $$,
    $$ values ('rated', 2.5) $$, 'what could not be read may come again, corrected'
);
select test.as_nobody();
select results_eq(
    $$
        select gone_with.kind, gone.raw
        from billing.call_dropped as gone
        inner join billing.suspense_drop as gone_with using (drop_id)
    $$,
    $$ values ('corrected', 'k5,2026-10-05T12:00:00+02:00,long,46990000001,46990123456,,,') $$,
    'which closes it'
);

-- Found again.
insert into billing.seller (code, name) values ('sub-x', 'Other');
select test.as_user('seller', (select seller_id from billing.seller where code = 'sub-x'));
select is_empty($$ select * from api.call_find_list(p_contract_no => 'SUBC') $$, 'not by another''s seller');
select throws_ok($$ select * from api.suspense_find_list() $$, '42501', null, 'suspense is for staff');
select throws_ok($$ select * from api.call_retry() $$, '42501', null, 'so is trying again');
select test.as_user('integration');
select results_eq(
    $$
        select call, contract_no, retail from api.call_find_list(p_contract_no => 'SUBC') order by call desc
    $$,
    $$
        select 'sub:' || key, 'SUBC', retail from billing.call
        inner join billing.contract using (contract_id)
        where contract.contract_no = 'SUBC' order by 1 desc
    $$,
    'calls of a contract'
);
select is_empty(
    $$
        select * from api.call_find_list(p_contract_no => 'NONE')
        union all
        select * from api.call_find_list(p_contract_no => 'SUBC', p_customer_no => 'NONE')
        union all
        select * from api.call_find_list(p_contract_no => 'SUBC', p_b_number => '46991')
    $$,
    'all that is asked for must hold'
);
select results_eq(
    $$
        select call
        from api.call_find_list('2026-10-01', '2026-11-01', p_customer_no => 'SUB1', p_limit => 2)
        union all
        select call
        from api.call_find_list(
            '2026-10-01', '2026-11-01', p_customer_no => 'SUB1', p_limit => 9,
            p_after => (
                select place
                from api.call_find_list('2026-10-01', '2026-11-01', 'SUB1', p_limit => 2) offset 1
            )
        )
    $$,
    $$ select call from api.call_find_list('2026-10-01', '2026-11-01', 'SUB1') $$,
    'page by page'
);
select results_eq(
    $$ select call, reason from api.suspense_find_list('sub') where reason not like 'bad%' order by call $$,
    $$ values ('sub:k3', 'no_subscriber'), ('sub:k4', 'no_price') $$,
    'what waits'
);
select results_eq(
    $$
        with recursive page as (
            select found.call, 1 as n from api.suspense_find_list('sub', p_limit => 1) as found
            union all
            select found.call, page.n + 1
            from page
            cross join lateral api.suspense_find_list('sub', p_after => page.call, p_limit => 1) as found
        )

        select call from page order by n
    $$,
    $$ select call from api.suspense_find_list('sub') $$,
    'page by page, each once'
);
set local enable_seqscan = off;
select matches(
    test.plan($$ select * from api.suspense_find_list(p_after => 'sub:k3') $$),
    'Index Cond: \(ROW\(source_id, key_hash\) >', 'a page is found by the index, under the policies too'
);
set local enable_seqscan = on;
select throws_ok(
    $$ select * from api.call_retry(p_reason => 'none') $$, 'LB391', null, 'a reason must exist'
);
select test.as_nobody();
select test.make_number(line_id, '46770000000') from made;
set local session_replication_role = replica;
update billing.call_suspense set tried_at = tried_at - interval '1 hour';
set local session_replication_role = origin;
select test.as_user('integration');
select results_eq(
    $$
        select read, rated, suspended
        from api.call_retry('{sub:k3, sub:k4, sub:k1, ghost:k3, sub:none}')
    $$,
    $$ values (2::bigint, 1::bigint, 1::bigint) $$,
    'those named are tried again as far as they wait'
);
select is(
    (select retail from api.call_find_list(p_a_number => '46770000000')), 2.5, 'and what was mended is rated'
);
select test.as_nobody();

-- The texts of times.
select is(
    logic.moment_read('2026-10-25T02:30:00', 'Europe/Stockholm'), '2026-10-25 00:30Z',
    'of two hours of one name the first'
);
select is(
    logic.moment_read('2026-03-29T02:30:00', 'Europe/Stockholm'), '2026-03-29 01:30Z',
    'an hour that clocks leave out is shifted forward'
);
select is(
    logic.moment_read('20261125T023000+0130', 'Europe/Stockholm'), '2026-11-25 01:00Z',
    'the basic form, with an offset'
);
select is(
    logic.moment_read('2026-07-01 02:30', 'Europe/Stockholm'), '2026-07-01 00:30Z',
    'without seconds, in summer'
);
select is(
    (
        select count(logic.moment_read(text, 'Europe/Stockholm'))
        from unnest(array[
            'now', 'infinity', '2026-02-30T10:00:00', '10:00', '2026-10-05', '1830-01-01T00:00Z',
            '2026-10-05T25:00:00Z', '', '2026-10-05T10:00:00 CET'
        ]) as text
    ),
    0::bigint, 'what is no moment is not read'
);
select is(
    (
        select string_agg(attname, ',' order by attnum) from pg_attribute
        where attrelid = 'logic.submitted_call'::regclass and attnum > 0
    ),
    'key,started_at,units,a_number,b_number,mode,carrier,account',
    'a submitted call has the columns of the plain form'
);
select * from finish();
rollback;
