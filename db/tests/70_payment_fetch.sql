-- Payment files that were fetched: known by name, size and stamp, and by their bytes; and who may do what.
begin;
select plan(20);

insert into billing.payment_source (code, protocol, path, archive) values
('bank', 'folder', '/spool', 'done'), ('other', 'folder', '/spool', null);

create function pg_temp.put(p_source text, p_name text, p_bytes bytea, p_stamp text default '1')
returns text
language sql
begin atomic
    select concat_ws(' ', put.state, put.reason, put.is_new)
    from api.payment_fetch_put(p_source, p_name, length(p_bytes), p_stamp, sha256(p_bytes)) as put;
end;
create function pg_temp.fetch_id(p_name text)
returns bigint
language sql
begin atomic
    select max(got.payment_fetch_id) from billing.payment_fetch as got where got.name = p_name;
end;
create function pg_temp.task(p_source text, p_name text, p_size bigint, p_stamp text)
returns text
language sql
begin atomic
    select due.task
    from api.payment_fetch_due(
        p_source,
        jsonb_build_array(jsonb_build_object('name', p_name, 'size', p_size, 'stamp', p_stamp))
    ) as due;
end;

select is(pg_temp.task('bank', 'a', 1, '1'), 'take', 'what is new is taken');
select is(pg_temp.put('bank', 'a', 'x'), 'fetched t', 'it is here');
select is(pg_temp.put('bank', 'a', 'x'), 'fetched f', 'and once');
select is(pg_temp.task('bank', 'a', 1, '1'), 'take', 'until something became of it it is due');
select ok(api.payment_fetch_mark(pg_temp.fetch_id('a'), 'loaded'), 'it is loaded');
select ok(not api.payment_fetch_mark(pg_temp.fetch_id('a'), 'rejected', 'no'), 'that is not decided twice');
select is(pg_temp.task('bank', 'a', 1, '1'), 'archive', 'what is done goes into the archive');
select is(pg_temp.task('bank', 'a', 1, '2'), 'take', 'with another stamp it may be another file');
select is(pg_temp.task('bank', 'a', 1, null), 'take', 'as without one');
select ok(api.payment_fetch_archive(pg_temp.fetch_id('a')), 'it is archived');
select is(pg_temp.task('bank', 'a', 1, '1'), 'take', 'what comes again after that is looked at');
select is(pg_temp.put('other', 'b', 'x'), 'repeated bank: a t', 'the same bytes elsewhere are said');
select is(pg_temp.task('other', 'b', 1, '1'), 'leave', 'and stay where there is no archive');
select is(
    array[pg_temp.put('bank', 'c', 'y'), pg_temp.put('other', 'c', 'y')], array['fetched t', 'fetched t'],
    'both are here'
);
select ok(
    api.payment_fetch_mark(pg_temp.fetch_id('c') - 1, 'rejected', 'bad sum'), 'what is rejected says why'
);
select is(pg_temp.task('bank', 'c', 1, '1'), 'reject', 'and is not taken again');
select is(pg_temp.put('bank', 'd', 'y'), 'rejected bad sum t', 'nor under another name');
select is(
    array[api.payment_fetch_begin('bank', true)::text, pg_temp.task('bank', 'c', 1, '1')],
    array['true', 'take'],
    'unless a person says so'
);
select throws_ok(
    $$ select * from api.payment_source_list(array['bank', 'nobody']) $$,
    'LB640', 'There is no payment source nobody; known are: bank, other.', 'an unknown source is named'
);

create function pg_temp.refused(p_level text)
returns bigint
language plpgsql
as $$
declare
    v_call text;
    v_count bigint := 0;
begin
    -- A loop: statements to try, each by itself.
    foreach v_call in array array[
        'payment_fetch_archive(1)', 'payment_fetch_begin(''bank'', false)',
        'payment_fetch_end(''bank'', null)', 'payment_fetch_mark(1, ''loaded'', null)',
        'payment_fetch_put(''bank'', ''e'', 1, ''1'', sha256(''e''))'
    ] loop
        begin
            execute format('set local role leissner_%I', p_level);
            execute 'select logic.' || v_call;
        exception
            when sqlstate 'LB901' then v_count := v_count + 1;
        end;
    end loop;
    reset role;
    return v_count;
end;
$$;
select results_eq(
    $$
        select level.level, pg_temp.refused(level.level)
        from (
            values ('customer'), ('seller'), ('sales'), ('support'), ('credit'), ('report'), ('auditor'),
            ('integration'), ('pricing')
        ) as level (level)
    $$,
    $$
        values ('customer', 5::bigint), ('seller', 5), ('sales', 5), ('support', 5), ('credit', 5),
        ('report', 5), ('auditor', 5), ('integration', 5), ('pricing', 5)
    $$,
    'each step asks for the level finance, batch or admin, also below api'
);

select * from finish();
rollback;
