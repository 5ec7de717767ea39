-- The rules of RATING.md 4, 5 and 7 that need no reference data: increments, steps, rounding, rings, borders.
begin;
select plan(38);

-- Increments (FORMATS-CALLS.md 6)
select is(logic.units_billed(32, 30, 6), 36::bigint, '32 s at 30/6 are 36');
select is(logic.units_billed(57, 30, 6), 60::bigint, '57 s at 30/6 are 60');
select is(logic.units_billed(75, 30, 6), 78::bigint, '75 s at 30/6 are 78');
select is(logic.units_billed(30, 30, 6), 30::bigint, 'a call as long as the first increment is that');
select is(logic.units_billed(1, 60, 60), 60::bigint, 'per started minute');
select is(logic.units_billed(205, 6, 6), 210::bigint, '205 s at 6/6 are 35 blocks');
select is(logic.units_billed(7, 0, 5), 10::bigint, 'first 0 means none');
select is(logic.units_billed(0, 60, 60), 0::bigint, 'what is deducted wholly bills nothing');
select is(logic.units_billed(-3, 60, 60), 0::bigint, 'more free units than units bill nothing');

-- Steps
select is(
    logic.step_sum('{60, 300, NULL}', '{0.5, 0.3, 0.1}', 0, 400), 60 * 0.5 + 240 * 0.3 + 100 * 0.1,
    'units up to 60 at 0.50, up to 300 at 0.30, all further ones at 0.10'
);
select is(
    logic.step_sum('{60, NULL}', '{0.5, 0.3}', 50, 70), 10 * 0.5 + 10 * 0.3,
    'a stretch is charged at the positions where it lies'
);
select is(logic.step_sum('{60, NULL}', '{0.5, 0.3}', 70, 70), 0::numeric, 'an empty stretch costs nothing');

-- Rounding, once, after twelve decimals
select is(logic.list_round(0.125, 2, 'half_up'), 0.13, 'half_up goes up from the half');
select is(logic.list_round(0.125, 2, 'half_even'), 0.12, 'half_even goes to the even digit below');
select is(logic.list_round(0.135, 2, 'half_even'), 0.14, 'half_even goes to the even digit above');
select is(logic.list_round(0.1251, 2, 'half_even'), 0.13, 'half_even rounds what is no tie as usual');
select is(logic.list_round(0.1201, 2, 'up'), 0.13, 'up goes up from anything');
select is(logic.list_round(0.12, 2, 'up'), 0.12, 'up leaves what needs no rounding');
select is(logic.list_round(0.1299, 2, 'down'), 0.12, 'down cuts');
select is(logic.list_round(2.5, 0, 'half_even'), 2::numeric, 'no decimals: 2.5 is 2 by half_even');
select is(logic.list_round(3.5, 0, 'half_even'), 4::numeric, 'no decimals: 3.5 is 4 by half_even');
select is(
    logic.list_round(logic.divide(0.03, 3), 2, 'up'), 0.01, 'the dust of a division does not decide an up'
);
select is(
    logic.list_round(logic.divide(0.10, 3) * 3 + 0.025, 2, 'half_even'), 0.12,
    'the dust of a division does not decide a tie'
);
select ok(
    scale(logic.divide(1234567.89, 7)) >= 20, 'a quotient carries at least 20 decimals'
);
select is(logic.to_base(0.009145, 11.381, 'EUR', 'SEK'), 0.104079, 'an exchanged amount has six decimals');
select is(logic.to_base(0.0145, 1, 'SEK', 'SEK'), 0.0145, 'the operator''s currency stays as it is');

-- Rings: ascending, each on what the one before left
select is(
    logic.ring_run(10, 120, 60, 1, '{percent,off_minute}', '{10,0.5}', '{f,f}'), '{8,1,1}'::numeric[],
    'ten per cent off, then 0.50 a minute off'
);
select is(
    logic.ring_run(10, 120, 60, 1, '{percent,off_minute}', '{10,0.5}', '{t,f}'), '{9,1}'::numeric[],
    'an exclusive ring ends the sequence after itself'
);
select is(
    logic.ring_run(1, 60, 60, 1, '{off_call,percent}', '{3,50}', '{f,f}'), '{0,1,0}'::numeric[],
    'never below zero, after each ring'
);
select is(
    logic.ring_run(0.3, 90, 60, 1, '{price_minute}', '{1}', '{f}'), '{1.5,-1.2}'::numeric[],
    'a price per minute stands instead of everything before, above it too'
);
select is(
    logic.ring_run(4, 60, 60, 0.25, '{price_call}', '{2}', '{f}'), '{0.5,3.5}'::numeric[],
    'a piece has its share of a price per call'
);
select is(
    (logic.ring_run(4, 0, 60, 1, '{price_minute}', '{2}', '{f}'))[1], 0::numeric,
    'without uncovered units a price per minute is nothing'
);

-- Borders of bands, by the wall clock
select results_eq(
    $$
        select border.at from logic.border_list(
            '{2026-10-05 05:59:00+00}', '{2026-10-05 06:01:00+00}', '{0, 28800}', 'Europe/Stockholm'
        ) as border order by 1
    $$,
    $$ values ('2026-10-05 06:00:00+00'::timestamptz) $$,
    'eight o''clock in Stockholm is inside the call'
);
select is_empty(
    $$
        select border.at from logic.border_list(
            '{2026-10-05 06:00:00+00}', '{2026-10-05 06:01:00+00}', '{0, 28800}', 'Europe/Stockholm'
        ) as border
    $$,
    'a call that begins on the border has no border inside'
);
select results_eq(
    $$
        select border.at from logic.border_list(
            '{2026-10-25 00:00:00+00}', '{2026-10-25 02:00:00+00}', '{0, 9000}', 'Europe/Stockholm'
        ) as border order by 1
    $$,
    $$
        values
            ('2026-10-25 00:30:00+00'::timestamptz), ('2026-10-25 01:00:00+00'), ('2026-10-25 01:30:00+00')
    $$,
    'in the doubled hour half past two is a border twice, and so is the clock change'
);
select results_eq(
    $$
        select border.at from logic.border_list(
            '{2026-03-29 00:30:00+00}', '{2026-03-29 01:30:00+00}', '{0, 9000}', 'Europe/Stockholm'
        ) as border order by 1
    $$,
    $$ values ('2026-03-29 01:00:00+00'::timestamptz) $$,
    'in the missing hour half past two never comes, the clock change does'
);
select results_eq(
    $$
        select border.at from logic.border_list(
            '{2026-10-05 21:59:59+00}', '{2026-10-07 22:00:01+00}', '{0}', 'Europe/Stockholm'
        ) as border order by 1
    $$,
    $$
        values
            ('2026-10-05 22:00:00+00'::timestamptz), ('2026-10-06 22:00:00+00'), ('2026-10-07 22:00:00+00')
    $$,
    'every midnight of a long call is a border'
);
select is(
    (select count(*) from logic.suspense_remedy('no_subscriber') as remedy where remedy like '%numbers.csv%'),
    1::bigint, 'a cause of suspense names the step that fixes it'
);

select * from finish();
rollback;
