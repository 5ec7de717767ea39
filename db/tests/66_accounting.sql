-- Accounting: what every kind of entry is called, and days at the edge of fiscal years.
begin;
select plan(4);

select set_eq(
    $$
        select kind[1], language
        from pg_constraint
        cross join lateral regexp_matches(pg_get_constraintdef(oid), '''([a-z]+)''', 'g') as kind
        cross join unnest(array['en', 'sv']) as language
        where conname = 'entry_kind_ck' and kind[1] <> 'reversal'
    $$,
    $$
        select substring(code from 9), language from billing.message
        where code like 'voucher\_%' and code not in ('voucher_run', 'voucher_batch')
    $$,
    'every kind of entry has a voucher''s text, and no other'
);

select is(logic.fiscal_year('2026-12-31'), date '2026-01-01', 'the calendar year, where nothing else is set');
update billing.setting set value = '7' where name = 'fiscal_year_month';
select is(
    array(select logic.fiscal_year(day) from unnest(array['2026-06-30', '2026-07-01']::date[]) as day),
    array['2025-07-01', '2026-07-01']::date[], 'a broken year'
);
update billing.setting set value = '13' where name = 'fiscal_year_month';
select throws_ok(
    $$ select logic.fiscal_year('2026-06-30') $$, 'LB761',
    'The setting fiscal_year_month is 13, which is none.', 'a month that there is not'
);

select * from finish();
rollback;
