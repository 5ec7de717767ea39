begin;
select plan(4);

update billing.operator set time_zone = 'Europe/Stockholm';
insert into billing.operator (name, org_no, time_zone)
select 'Test', '556000-0001', 'Europe/Stockholm' where not exists (select from billing.operator);
set local timezone = 'America/New_York';

select is(
    api.moment_get('2026-10-14 09:12'), '2026-10-14 07:12+00', 'without an offset: the operator''s time'
);
select is(api.moment_get('2026-10-14T09:12:00+05:30'), '2026-10-14 03:42+00', 'with an offset');
select is(api.moment_get('2026-10-14T09:12:00Z'), '2026-10-14 09:12+00', 'with Z');
select is(
    api.moment_get('2026-10-14'), '2026-10-13 22:00+00', 'a date is its first moment, not an offset of -14'
);

select * from finish();
rollback;
