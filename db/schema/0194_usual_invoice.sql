-- What makes an invoice differ so much from the payer's usual that a person should look: a share and an
-- amount together, and how many like it there must be to tell what is usual. Lock: settings, for their rows.
-- Duration: nothing.

insert into billing.setting (name, value) values
('bill_check_percent', '50'), ('bill_check_amount', '100'), ('bill_check_history', '2');

alter table billing.setting add constraint setting_bill_check_ck check (
    name <> all('{bill_check_percent,bill_check_amount,bill_check_history}')
    or (name = 'bill_check_history' and value ~ '^[1-3]$')
    or (name <> 'bill_check_history' and value ~ '^[0-9]{1,9}([.][0-9]{1,4})?$')
);
comment on constraint setting_bill_check_ck on billing.setting is
'The check list of a run needs a number here: see what the setting is for.';

insert into billing.message (code, language, sentence, hint) values
(
    'setting_bill_check_ck', 'sv',
    'Körningens checklista behöver ett tal här: se vad inställningen är till för.', null
),
(
    'setting_bill_check_percent', 'en', 'Unusual invoices: share',
    'The check list of a run names invoices that are more than this many percent away from the mean of the '
    'payer''s last three for as long a period, and by bill_check_amount at least.'
),
(
    'setting_bill_check_percent', 'sv', 'Ovanliga fakturor: andel',
    'Körningens checklista tar upp fakturor som skiljer mer än så många procent från medelvärdet av '
    'betalarens tre senaste för lika lång period, och minst bill_check_amount.'
),
(
    'setting_bill_check_amount', 'en', 'Unusual invoices: amount',
    'An invoice that differs by less than this, in the operator''s currency, is not named, however large '
    'the share is.'
),
(
    'setting_bill_check_amount', 'sv', 'Ovanliga fakturor: belopp',
    'En faktura som skiljer mindre än så, i operatörens valuta, tas inte upp hur stor andelen än är.'
),
(
    'setting_bill_check_history', 'en', 'Unusual invoices: how many to compare with',
    '1 to 3: how many earlier invoices for as long a period a payer must have before one is called unusual.'
),
(
    'setting_bill_check_history', 'sv', 'Ovanliga fakturor: hur många att jämföra med',
    '1 till 3: hur många tidigare fakturor för lika lång period en betalare måste ha innan en kallas ovanlig.'
);
