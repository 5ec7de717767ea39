-- Periods in effect: contracts, their lines, numbers, blocks, accounts and bundles.
begin;
select plan(29);

create temporary table made as
select
    test.make_customer('1') as customer_id,
    test.make_service('SHORT', 1, 0) as short,
    test.make_service('LONG', 3, 12) as long;
alter table made add column contract_id bigint, add column line_id bigint, add column number_id bigint;
update made set contract_id = test.make_contract('C1', customer_id, '2026-01-01');
update made set line_id = test.make_line(contract_id, short);
update made set number_id = test.make_number(line_id, '46902001000', null, '2026-02-01');

create function pg_temp.periods()
returns text
language sql
return (
    select format('%s %s %s', contract.valid, line.valid, number.valid)
    from made
    inner join billing.contract as contract using (contract_id)
    inner join billing.contract_line as line on line.contract_line_id = made.line_id
    inner join billing.subscriber_number as number on number.subscriber_number_id = made.number_id
);

select is(
    pg_temp.periods(), '[2026-01-01,) [2026-01-01,) [2026-02-01,)', 'what is not said is the parent''s'
);

-- Notice, binding, agreed end
update billing.contract set noticed_on = '2026-03-15';
select is(
    pg_temp.periods(), '[2026-01-01,2026-04-15) [2026-01-01,2026-04-15) [2026-02-01,2026-04-15)',
    'notice ends everything after the notice time'
);
insert into billing.contract_line (contract_id, line_no, service_id, to_on)
select contract_id, 2, long, '2026-05-01' from made;
select is(
    pg_temp.periods(), '[2026-01-01,2027-01-01) [2026-01-01,2027-01-01) [2026-02-01,2027-01-01)',
    'not before the binding time of any line''s service'
);
select is(
    (select valid from billing.contract_line where line_no = 2), '[2026-01-01,2026-05-01)'::daterange,
    'a line''s own end stays'
);
update billing.contract set binding_months = 0;
select is(
    pg_temp.periods(), '[2026-01-01,2026-06-15) [2026-01-01,2026-06-15) [2026-02-01,2026-06-15)',
    'the contract''s own binding time goes before; the longest notice counts'
);
update billing.service set notice_months = 2 where code = 'LONG';
select is(
    pg_temp.periods(), '[2026-01-01,2026-05-15) [2026-01-01,2026-05-15) [2026-02-01,2026-05-15)',
    'a service''s other notice time moves the end'
);
delete from billing.contract_line where line_no = 2;
select is(
    pg_temp.periods(), '[2026-01-01,2026-04-15) [2026-01-01,2026-04-15) [2026-02-01,2026-04-15)',
    'so does a line that is gone'
);
update billing.contract set end_on = '2026-12-01';
select is(
    pg_temp.periods(), '[2026-01-01,2026-12-01) [2026-01-01,2026-12-01) [2026-02-01,2026-12-01)',
    'an agreed end goes before notice'
);
update billing.contract set end_on = '2026-01-15';
select is(
    pg_temp.periods(), '[2026-01-01,2026-01-15) [2026-01-01,2026-01-15) ',
    'a number that would begin after the end is never in effect'
);
update billing.contract set end_on = '2026-01-01';
select is(
    pg_temp.periods(), '  ', 'a contract that ends on its first day is never in effect, nor what hangs on it'
);
update billing.contract set end_on = null, noticed_on = null;
select is(
    pg_temp.periods(), '[2026-01-01,) [2026-01-01,) [2026-02-01,)', 'a withdrawn end brings everything back'
);
select lives_ok('set constraints all immediate', 'and every period lies within its parent''s');

-- What does not fit is refused
select throws_ok(
    $$ select test.make_number(line_id, '46902009999', null, '2025-12-31') from made $$, '23503',
    'insert or update on table "subscriber_number" violates foreign key constraint '
    '"subscriber_number_valid_fk"',
    'a number does not begin before its line'
);
select throws_ok(
    $$ select test.make_line(contract_id, short, '2025-12-31', null, 3) from made $$, '23503',
    'insert or update on table "contract_line" violates foreign key constraint "contract_line_valid_fk"',
    'nor a line before its contract'
);
select throws_ok(
    $$ select test.make_line(contract_id, short, '2026-03-01', '2026-02-01', 3) from made $$, '23514',
    'new row for relation "contract_line" violates check constraint "contract_line_period_ck"',
    'a period does not end before it begins'
);
set constraints all deferred;
select throws_ok(
    $$ update billing.contract set start_on = '2026-02-15'; set constraints all immediate $$, '23503',
    'update or delete on table "contract_line" violates foreign key constraint "subscriber_number_valid_fk" '
    'on table "subscriber_number"',
    'a later start does not leave a number behind'
);
set constraints all immediate;

-- One line at a time
select throws_ok(
    $$ select test.make_number(line_id, '46902001000', null, '2026-05-01') from made $$, '23P01',
    'conflicting key value violates exclusion constraint "subscriber_number_span_ex"',
    'a number belongs to one line at a time'
);
select throws_ok(
    $$ select test.make_number(line_id, '46902001000', '46902001099') from made $$, '23P01',
    'conflicting key value violates exclusion constraint "subscriber_number_span_ex"',
    'a block does not cover a number of another row'
);
select lives_ok(
    $$ select test.make_number(line_id, '46902001001', '46902001099') from made $$, 'a block beside it may'
);
select throws_ok(
    $$ select test.make_number(line_id, '46902001050', '46902001149') from made $$, '23P01',
    'conflicting key value violates exclusion constraint "subscriber_number_span_ex"', 'blocks do not overlap'
);
select lives_ok(
    $$ select test.make_number(line_id, '4690200105') from made $$,
    'a shorter number is another number, not one within the block'
);
select lives_ok(
    $$ select test.make_number(line_id, '46902001000', null, '2026-01-01', '2026-02-01') from made $$,
    'the same number may come before'
);
select throws_ok(
    $$ select test.make_number(line_id, '46902002000', '4690200209') from made $$, '23514',
    'new row for relation "subscriber_number" violates check constraint "subscriber_number_block_ck"',
    'both ends of a block are as long'
);
select throws_ok(
    $$ select test.make_number(line_id, '+4690200200') from made $$, '23514',
    'new row for relation "subscriber_number" violates check constraint "subscriber_number_number_ck"',
    'a number is digits'
);
select lives_ok(
    $$ select test.make_number(line_id, 'c-1000', p_kind => 'account') from made $$, 'an account is any text'
);
select throws_ok(
    $$ select test.make_number(line_id, 'c-1000', null, '2026-03-01', null, 'account') from made $$, '23P01',
    'conflicting key value violates exclusion constraint "subscriber_number_account_ex"',
    'an account belongs to one line at a time'
);
select is(
    billing.number_point('46902001005') - billing.number_point('46902001000'), 5::bigint,
    'numbers are points on a line'
);
set constraints all deferred;
select lives_ok(
    $$
        select test.make_number(line_id, '46902001000', null, '2026-06-01') from made;
        update billing.subscriber_number set to_on = '2026-06-01' where from_on = '2026-02-01';
        set constraints all immediate
    $$,
    'a number moves: the new row may come before the old one is closed'
);

-- Who may change the contract moves the periods of what hangs on it
set constraints all deferred;
select test.as_person('sales');
select lives_ok(
    $$ update billing.contract set end_on = '2026-10-01'; set constraints all immediate $$,
    'level sales ends a contract with all that hangs on it'
);

select * from finish();
rollback;
