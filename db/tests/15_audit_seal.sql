begin;
select plan(23);

-- What this file plants is told apart from what the database of the tests held before. The check itself needs
-- a level.
create function pg_temp.found() returns setof text language sql
return (select string_agg(problem || ': ' || place, chr(10) order by problem,
    place) from logic.check_audit());
create function pg_temp.problems() returns text language sql
return (select string_agg(distinct problem, '; ' order by problem) from logic.check_audit());
create function pg_temp.guard(p_is_on boolean) returns void language plpgsql as $$
begin
    execute format(
        'alter table audit.change %1$s trigger _10_append_only;
        alter table audit.event %1$s trigger _10_append_only;
        alter table audit.tx %1$s trigger _10_append_only;',
        case when p_is_on then 'enable always' else 'disable' end
    );
end $$;

select test.make_user('hugo', array['support']);
select test.make_user('ida', array['support']);
select audit.event_add('export', 'calls', '{"rows": 3}');
select is(
    (select count(*) from audit.tx where tx = (select max(tx) from audit.tx) and seal_no is not null),
    0::bigint,
    'a running transaction is not sealed'
);
-- All of this is one transaction: from here on the log takes what was written so far for an earlier one.
select pg_temp.guard(false);
update audit.tx set xid = '3' where tx = (select tx from audit.tx_current());
select pg_temp.guard(true);
select isnt((select head from audit.seal()), null, 'sealing gives a head');
select is((select sealed from audit.seal()), 0::bigint, 'what is sealed is not sealed again');
select is(pg_temp.problems(), null, 'an honest log has no problem');

-- Outside head.
select is_empty(
    $$
        select problem from logic.check_audit(
            (select max(seal_no) from audit.tx),
            (select head from audit.tx order by seal_no desc nulls last limit 1)
        )
    $$,
    'the head that was kept is found'
);
select results_eq(
    $$ select problem from logic.check_audit((select max(seal_no) + 5 from audit.tx), '\x00') $$,
    $$ values ('the head kept outside the database is not in the chain') $$,
    'a chain that lost its end is found out'
);

-- Who switches off the guard is reported by that alone; on again, by what was done meanwhile.
savepoint honest;
select pg_temp.guard(false);
select is(
    pg_temp.problems(), 'a trigger of the log is missing or switched off', 'a disabled guard is reported'
);
rollback to honest;
drop trigger _90_audit_update on access.app_user;
select results_eq(
    'select problem, place from logic.check_audit()',
    $$ values ('a trigger of the log is missing or switched off', '_90_audit_update on access.app_user') $$,
    'so is a dropped trigger'
);
rollback to honest;
alter table access.app_user disable trigger _90_audit_delete;
select is(pg_temp.problems(), 'a trigger of the log is missing or switched off', 'and a disabled one');
rollback to honest;
create table billing.example (example_id int, constraint example_pk primary key (example_id));
select is(
    (select count(*) from logic.check_audit() where place like '% on billing.example'), 4::bigint,
    'and a new table that is neither logged nor exempt'
);
rollback to honest;

select pg_temp.guard(false);
update audit.change set new = new || '{"full_name": "Someone else"}' where new ->> 'name' = 'hugo';
select pg_temp.guard(true);
select is(pg_temp.problems(), 'a change was altered', 'altered content is found');
select matches(
    pg_temp.found(), 'audit.change \d+: insert of access.app_user {"app_user_id": \d+} at',
    'and its place is named'
);
rollback to honest;

select pg_temp.guard(false);
update audit.change set actor = 'someone' where new ->> 'name' = 'hugo';
select pg_temp.guard(true);
select is(pg_temp.problems(), 'a change was altered', 'another actor is found');
rollback to honest;

-- The cleverer forger makes the row's own digest fit.
select pg_temp.guard(false);
update audit.change set actor = 'someone' where new ->> 'name' = 'hugo';
update audit.change as change set digest = audit.change_digest(change) where new ->> 'name' = 'hugo';
select pg_temp.guard(true);
select is(
    pg_temp.problems(), 'rows of a sealed transaction were exchanged',
    'a forged digest does not fit its transaction'
);
rollback to honest;

select pg_temp.guard(false);
delete from audit.change where new ->> 'name' = 'hugo';
select pg_temp.guard(true);
select is(
    pg_temp.problems(), 'rows of a sealed transaction were removed or inserted', 'a removed row is found'
);
select matches(
    pg_temp.found(), 'transaction \d+ at .*"access.app_user": 2.* found .*"access.app_user": 1',
    'the transaction and the table are named'
);
rollback to honest;

select pg_temp.guard(false);
insert into audit.change
select (
    jsonb_populate_record(change, jsonb_build_object('change_id', nextval('audit.change_id_seq')))
).* from audit.change as change where new ->> 'name' = 'hugo';
update audit.change as change set digest = audit.change_digest(change) where new ->> 'name' = 'hugo';
select pg_temp.guard(true);
select is(
    pg_temp.problems(), 'rows of a sealed transaction were removed or inserted', 'an inserted row is found'
);
rollback to honest;

-- The cleverest rewrites the transaction too, and breaks the chain at it.
select pg_temp.guard(false);
update audit.tx set digest = sha256(digest) where seal_no = (select max(seal_no) from audit.tx);
select pg_temp.guard(true);
select matches(pg_temp.problems(), 'the chain is broken', 'a rewritten transaction breaks the chain');
rollback to honest;

-- Sealing in time.
select pg_temp.guard(false);
update audit.tx
set seal_no = null, sealed_at = null, rows = null, digest = null, head = null, at = at - interval '2 minutes'
where seal_no = (select max(seal_no) from audit.tx);
update audit.change set at = at - interval '2 minutes' where new ->> 'name' in ('hugo', 'ida');
select pg_temp.guard(true);
select matches(pg_temp.problems(), 'not sealed for more than a minute', 'what nobody seals is reported');
rollback to honest;

-- Redaction.
select lives_ok(
    $$ select audit.redact(change_id, 'Erasure was asked for.') from audit.change where new ->> 'name' =
    'hugo' $$,
    'content can be blanked with a reason'
);
select is(pg_temp.problems(), null, 'a redaction is no alteration');
select results_eq(
    $$ select old, new, salt from audit.change where tx = (select max(tx) - 1 from audit.tx) order by
    change_id limit 1 $$,
    $$ values (null::jsonb, null::jsonb, null::uuid) $$, 'what was said is gone'
);
select throws_ok(
    $$ select audit.redact(change_id, ' ') from audit.change where new ->> 'name' = 'ida' $$, 'LB913',
    'A redaction needs a reason.', 'but never without one'
);

select * from finish();
rollback;
