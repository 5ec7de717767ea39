-- Payment references: the vectors of FORMATS-MONEY.md 2, and what a check digit promises to catch.
begin;
select plan(79);

select is(logic.reference_make(kind, base), full_text, format('%s of %s', kind, base))
from (
    values
    ('ocr', '123', '12351'), ('ocr', '1234567', '123456790'), ('ocr', '20260001', '2026000105'),
    ('ocr', '7', '737'), ('ocr', '12345678', '1234567806'), ('ocr', '100200300400', '10020030040048'),
    ('kid', '12345678', '123456782'), ('kid', '1234567', '12345674'), ('kid', '00123', '001230'),
    ('kid', '2026000123', '20260001233'), ('kid', '20260001', '202600011'),
    ('kid11', '12345678', '123456785'), ('kid11', '1234567', '12345674'), ('kid11', '00123', '001236'),
    ('kid11', '2026000123', '20260001230'), ('kid11', '2026000124', '20260001249'),
    ('kid11', '2026000129', '2026000129-'), ('kid11', '2026000132', '2026000132-'),
    ('fik', '1', '000000000000018'), ('fik', '123456', '000000001234566'),
    ('fik', '20260001', '000000202600011'), ('fik', '99999999999999', '999999999999994'),
    ('fik', '1000000', '000000010000008'), ('fik', '40018', '000000000400184'),
    ('viite', '123', '1232'), ('viite', '1234', '12344'), ('viite', '20260001', '202600017'),
    ('viite', '123456', '1234561'), ('viite', '100', '1009'), ('viite', '999999', '9999992'),
    ('viite', '1234567890123456789', '12345678901234567894'),
    ('rf', '12344', 'RF0812344'), ('rf', '123453', 'RF81123453'), ('rf', '539007547034', 'RF18539007547034'),
    ('rf', '20260001', 'RF3120260001'), ('rf', '1234561', 'RF341234561'), ('rf', 'IVS1', 'RF03IVS1'),
    ('rf', 'A1B2C3', 'RF47A1B2C3')
) as vector (kind, base, full_text);

select ok('luhn' = any(logic.reference_kinds(good)), format('%s holds', good))
from unnest(
    array[
        '1230', '12345674', '1000009', '202600011', '9999999999', '18', '58056177', '3783511', '5050109',
        '4929'
    ]
) as good;
select ok(not 'luhn' = any(logic.reference_kinds(bad)), format('%s does not', bad))
from unnest(array['1231', '202600012']) as bad;
select is(logic.mod97(iban), 1, format('%s holds', iban))
from unnest(
    array['SE4550000000058398257466', 'NO9386011117947', 'DK5000400440116243', 'FI2112345600000785']
) as iban;
select is(logic.mod11(base), last_sign, format('Norwegian account %s', base))
from (
    values
    ('8601111794', '7'), ('9999104276', '4'), ('1234567890', '3'), ('0539041234', '9'), ('6010000000', '0'),
    ('9710500000', '-')
) as account (base, last_sign);
select ok('fik' = any(logic.reference_kinds('+71<000000202600011 +81234567<')), 'a Danish card line is read');
select ok('ocr' = any(logic.reference_kinds(' 2026 0001 05 ')), 'blanks are passed over');
select is(
    logic.slip_row('2026000105', 1245.00, '5805-6177'),
    '#              2026000105 #     1245 00   0 >         58056177#41#', 'the code row of the slip'
);
select is(logic.luhn(amount), digit, format('amount %s', amount))
from (
    values ('124500', '0'), ('1900', '0'), ('100', '8'), ('1234567', '4'), ('99', '2'), ('50000', '9')
) as slip (amount, digit);

-- Every single wrong digit is caught by every form.
select is_empty(
    $$
        select kind, wrong.reference
        from unnest(array['ocr', 'kid', 'kid11', 'fik', 'viite', 'rf']) as kind
        cross join lateral (select logic.reference_make(kind, '20260417') as reference) as made
        cross join generate_series(case kind when 'rf' then 3 else 1 end, length(made.reference)) as place
        cross join generate_series(0, 9) as digit
        cross join lateral (
            select overlay(made.reference placing digit::text from place) as reference
        ) as wrong
        where wrong.reference <> made.reference and kind = any(logic.reference_kinds(wrong.reference))
    $$,
    'a wrong digit never holds'
);
-- Two neighbours that changed places: modulus 11 and 97 catch all of them, Luhn all but 09 and 90.
select is_empty(
    $$
        select kind, swapped.reference
        from unnest(array['ocr', 'kid', 'kid11', 'rf']) as kind
        cross join lateral (select logic.reference_make(kind, '20263741') as reference) as made
        cross join generate_series(case kind when 'rf' then 5 else 1 end, length(made.reference) - 1) as place
        cross join lateral (
            select overlay(
                made.reference placing
                substr(made.reference, place + 1, 1) || substr(made.reference, place, 1) from place for 2
            ) as reference
        ) as swapped
        where
            swapped.reference <> made.reference
            and substr(made.reference, place, 2) not in ('09', '90')
            and kind = any(logic.reference_kinds(swapped.reference))
    $$,
    'two digits that changed places do not hold'
);
select throws_ok(
    format('select logic.reference_make(%L, %L)', kind, bad), 'LB500', null,
    format('%s of %s is refused', kind, bad)
)
from (
    values ('ocr', ''), ('ocr', 'A1'), ('ocr', '12345678901234567890'), ('fik', '123456789012345'),
    ('viite', '12'), ('viite', '000'), ('rf', 'a1'), ('kid', '12-3')
) as refused (kind, bad);

select * from finish();
rollback;
