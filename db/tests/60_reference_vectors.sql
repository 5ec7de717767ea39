-- Payment references: the vectors of FORMATS-MONEY.md 2, and what a check digit promises to catch.
begin;
select plan(158);

create temporary table vector (kind text, base text, full_text text);
insert into vector values
    ('luhn', '123', '1230'),
    ('luhn', '1234567', '12345674'),
    ('luhn', '100000', '1000009'),
    ('luhn', '20260001', '202600011'),
    ('luhn', '999999999', '9999999999'),
    ('luhn', '1', '18'),
    ('plain', '1231', '1231'),
    ('ocr', '123', '12351'),
    ('ocr', '1234567', '123456790'),
    ('ocr', '20260001', '2026000105'),
    ('ocr', '7', '737'),
    ('ocr', '12345678', '1234567806'),
    ('ocr', '100200300400', '10020030040048'),
    ('kid', '12345678', '123456782'),
    ('kid', '1234567', '12345674'),
    ('kid', '00123', '001230'),
    ('kid', '2026000123', '20260001233'),
    ('kid', '20260001', '202600011'),
    ('kid', '123456789012345678901234', '1234567890123456789012340'),
    ('kid11', '12345678', '123456785'),
    ('kid11', '1234567', '12345674'),
    ('kid11', '00123', '001236'),
    ('kid11', '2026000123', '20260001230'),
    ('kid11', '2026000124', '20260001249'),
    ('kid11', '2026000129', '2026000129-'),
    ('kid11', '2026000132', '2026000132-'),
    ('fik', '1', '000000000000018'),
    ('fik', '123456', '000000001234566'),
    ('fik', '20260001', '000000202600011'),
    ('fik', '99999999999999', '999999999999994'),
    ('fik', '1000000', '000000010000008'),
    ('fik', '40018', '000000000400184'),
    ('fik75', '1', '0000000000000018'),
    ('fik75', '123456', '0000000001234566'),
    ('fik75', '20260001', '0000000202600011'),
    ('fik04', '1', '0000000000000018'),
    ('fik04', '123456', '0000000001234566'),
    ('fik04', '20260001', '0000000202600011'),
    ('viite', '123', '1232'),
    ('viite', '1234', '12344'),
    ('viite', '20260001', '202600017'),
    ('viite', '123456', '1234561'),
    ('viite', '100', '1009'),
    ('viite', '999999', '9999992'),
    ('viite', '1234567890123456789', '12345678901234567894'),
    ('rf', '12344', 'RF0812344'),
    ('rf', '123453', 'RF81123453'),
    ('rf', '539007547034', 'RF18539007547034'),
    ('rf', '20260001', 'RF3120260001'),
    ('rf', '1234561', 'RF341234561'),
    ('rf', 'IVS1', 'RF03IVS1'),
    ('rf', 'A1B2C3', 'RF47A1B2C3');

select is(logic.reference_make(kind, base), full_text, format('%s of %s', kind, base)) from vector;
select is_empty(
    $$ select * from vector where kind <> 'plain' and not logic.reference_check(kind, full_text) $$,
    'every reference that is made holds when it is read'
);
select is(logic.reference_fixed(base, lengths), full_text, format('%s of lengths %s', base, lengths))
from (
    values
    ('123', array[10], '0000001230'), ('1234567', '{10}', '0012345674'), ('999999999', '{10}', '9999999999'),
    ('20260001', '{12}', '000202600011'), ('7', '{12}', '000000000075'), ('100200300', '{11}', '01002003000'),
    ('123', '{12,10}', '0000001230'), ('1234567890', '{10,12}', '012345678903')
) as fixed (base, lengths, full_text);
select throws_ok(
    $$ select logic.reference_fixed('1234567890', '{10}') $$, 'LB502', null, 'too long for the length'
);
select throws_ok($$ select logic.reference_make('giro', '1') $$, 'LB501', null, 'an unknown form');
select is(logic.account_check(kind, number), holds, format('%s %s', kind, number))
from (
    values
    ('bankgiro', '991-2346', true), ('bankgiro', '5805-6177', true), ('bankgiro', '1234566', true),
    ('bankgiro', '5050109', true), ('bankgiro', '5794615', true), ('bankgiro', '54029681', true),
    ('bankgiro', '3783511', true), ('bankgiro', '50501055', true), ('bankgiro', '58056178', false),
    ('bankgiro', '18', false), ('bankgiro', '', false), ('bankgiro', '5805617A', false),
    ('plusgiro', '492-9', true), ('plusgiro', '18', true), ('plusgiro', '9000167', true),
    ('plusgiro', '48190318', true), ('plusgiro', '286518', true), ('plusgiro', '6283451', true),
    ('plusgiro', '1', false), ('plusgiro', '4928', false), ('org_no', '556016-0680', true),
    ('org_no', '5560160681', false), ('no_account', '8601.11.17947', true),
    ('no_account', '12345678903', true), ('no_account', '05390412349', true),
    ('no_account', '60100000000', true),
    ('no_account', '15030123449', true), ('no_account', '99991042764', true),
    ('no_account', '97105000001', false),
    ('no_account', '9710500000-', false), ('iban', 'SE45 5000 0000 0583 9825 7466', true),
    ('iban', 'SE9030000000000123456789', true), ('iban', 'NO9386011117947', true),
    ('iban', 'NO9799991042764', true), ('iban', 'fi2112345600000785', true),
    ('iban', 'DK5000400440116243', true),
    ('iban', 'DE89370400440532013000', true), ('iban', 'SE4550000000058398257467', false),
    ('iban', 'SE455000000005839825746', false), ('unknown', '18', false)
) as account (kind, number, holds);
select throws_ok(
    format('select logic.slip_row(%L, %s, %L)', reference, amount, giro), 'LB503', null, 'no slip: ' || why
)
from (
    values
    ('2026000106', '1', '58056177', 'reference'), ('2026000105', '-1', '58056177', 'amount below 0'),
    ('2026000105', '0.005', '58056177', 'three decimals'),
    ('2026000105', '100000000', '58056177', 'amount too large'),
    ('2026000105', '1', '58056178', 'giro')
) as slip (reference, amount, giro, why);
select is(logic.reference_kinds(text), kinds::text[], format('read: %s', text))
from (
    values
    ('', '{}'), ('hello', '{}'), ('1', '{}'), ('RF01 1234', '{}'), ('2026-0001-05', '{kid,luhn,ocr,viite}'),
    ('000002026000105', '{fik,kid,luhn,ocr,viite}'), ('rf08 1234 4', '{rf}'), ('2026000129- ', '{kid11}'),
    ('000000000001234561', '{viite}')
) as seen (text, kinds);

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
    '#              2026000105 #     1245 00   0 >         58056177#41#',
    'the code row of the slip'
);
select is(logic.luhn(amount), digit, format('amount %s', amount))
from (
    values ('124500', '0'), ('1900', '0'), ('100', '8'), ('1234567', '4'), ('99', '2'), ('50000', '9')
) as slip (amount, digit);

-- Every single wrong digit is caught by every form.
select is_empty(
    $$
        select kind, wrong.reference
        from unnest(array['ocr', 'luhn', 'kid', 'kid11', 'fik', 'fik75', 'viite', 'rf']) as kind
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
        from unnest(array['ocr', 'luhn', 'kid', 'kid11', 'fik', 'fik75', 'rf']) as kind
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
    values ('ocr', ''), ('ocr', 'A1'), ('ocr', '123456789012345678901234'), ('fik', '123456789012345'),
    ('viite', '12'), ('viite', '000'), ('rf', 'a1'), ('kid', '12-3')
) as refused (kind, bad);

select * from finish();
rollback;
