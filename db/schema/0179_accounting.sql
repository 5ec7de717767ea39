-- Accounting: names of accounts, exports of the journal to the books, accruals. Lock: none that anyone waits
-- for. Duration: under a second.

create table billing.chart (
    account text not null constraint chart_pk primary key,
    name text not null,
    row_version int not null default 1,
    constraint chart_account_ck check (account ~ '^[0-9]{3,8}$'),
    constraint chart_name_ck check (name ~ '\S')
);

comment on table billing.chart is
'Names of the accounts of the operator''s plan (chart.csv), for exports and trial balances. An account '
'that is not here goes out without a name of its own.';
comment on column billing.chart.account is 'Account, 3 to 8 digits.';
comment on column billing.chart.name is 'Its name.';
comment on column billing.chart.row_version is
'Rises by one with each change; a save with an older one is refused.';
comment on constraint chart_pk on billing.chart is 'There is a name for that account already.';
comment on constraint chart_account_ck on billing.chart is 'An account in the chart must be 3 to 8 digits.';
comment on constraint chart_name_ck on billing.chart is 'An account needs a name.';

create trigger _10_row_version before update on billing.chart
for each row execute function access.tg_row_version();

insert into billing.chart (account, name) values
('1510', 'Kundfordringar'),
('1515', 'Osäkra kundfordringar'),
('1519', 'Nedskrivning av kundfordringar'),
('1790', 'Övriga förutbetalda kostnader och upplupna intäkter'),
('1920', 'PlusGiro'),
('1930', 'Företagskonto'),
('1940', 'Bankgirokonto'),
('2420', 'Förskott från kunder'),
('2611', 'Utgående moms på försäljning inom Sverige, 25 %'),
('2621', 'Utgående moms på försäljning inom Sverige, 12 %'),
('2631', 'Utgående moms på försäljning inom Sverige, 6 %'),
('2970', 'Förutbetalda intäkter'),
('2998', 'OBS-konto, övertagna poster'),
('2999', 'OBS-konto'),
('3001', 'Försäljning inom Sverige, 25 % moms'),
('3002', 'Försäljning inom Sverige, 12 % moms'),
('3003', 'Försäljning inom Sverige, 6 % moms'),
('3004', 'Försäljning inom Sverige, momsfri'),
('3041', 'Försäljning tjänster inom Sverige, 25 % moms'),
('3042', 'Försäljning tjänster inom Sverige, 12 % moms'),
('3043', 'Försäljning tjänster inom Sverige, 6 % moms'),
('3044', 'Försäljning tjänster inom Sverige, momsfri'),
('3305', 'Försäljning tjänster till land utanför EU'),
('3308', 'Försäljning tjänster till annat EU-land'),
('3540', 'Faktureringsavgifter'),
('3730', 'Lämnade rabatter'),
('3740', 'Öres- och kronutjämning'),
('3960', 'Valutakursvinster på fordringar och skulder av rörelsekaraktär'),
('3990', 'Övriga ersättningar och intäkter'),
('6351', 'Konstaterade förluster på kundfordringar'),
('6352', 'Befarade förluster på kundfordringar'),
('7960', 'Valutakursförluster på fordringar och skulder av rörelsekaraktär'),
('8313', 'Ränteintäkter från kortfristiga fordringar');

create table billing.accounting_export (
    export_no int not null constraint accounting_export_pk primary key,
    from_on date not null,
    to_on date not null,
    head jsonb not null,
    vouchers int not null,
    entries bigint not null,
    debit numeric(18, 4) not null,
    digests jsonb not null default '{}',
    made_at timestamptz not null default clock_timestamp(),
    made_by text not null,
    written_at timestamptz,
    constraint accounting_export_period_ck check (from_on < to_on)
);

comment on table billing.accounting_export is
'Exports of the journal to the books: each entry goes out with one of them.';
comment on column billing.accounting_export.export_no is 'Its number, without gaps.';
comment on column billing.accounting_export.from_on is 'First day.';
comment on column billing.accounting_export.to_on is 'The day after the last.';
comment on column billing.accounting_export.head is
'What its file says beside the vouchers, as it was then: operator, accounts, projects.';
comment on column billing.accounting_export.vouchers is 'How many vouchers.';
comment on column billing.accounting_export.entries is 'How many entries of the journal.';
comment on column billing.accounting_export.debit is 'Sum of their debits, in the operator''s currency.';
comment on column billing.accounting_export.digests is
'SHA-256 of the file that was written, by format: repeated, it is the same.';
comment on column billing.accounting_export.made_at is 'When it was made.';
comment on column billing.accounting_export.made_by is 'Who made it.';
comment on column billing.accounting_export.written_at is
'When its file was whole for the first time; NULL: broken off before.';
comment on constraint accounting_export_pk on billing.accounting_export is 'An export has one number.';
comment on constraint accounting_export_period_ck on billing.accounting_export is
'The period must end after it begins.';

create table billing.voucher (
    export_no int not null constraint voucher_export_fk references billing.accounting_export (export_no),
    place int not null,
    series text not null,
    year_on date not null,
    number int not null,
    voucher_on date not null,
    text text not null,
    constraint voucher_pk primary key (export_no, place),
    constraint voucher_number_uq unique (series, year_on, number)
);

comment on table billing.voucher is 'Vouchers as they went to the books: entries that belong together.';
comment on column billing.voucher.export_no is 'The export.';
comment on column billing.voucher.place is 'Its place in the export.';
comment on column billing.voucher.series is
'F documents, B payments, P accruals, R everything else of the ledger.';
comment on column billing.voucher.year_on is 'First day of its fiscal year.';
comment on column billing.voucher.number is 'Its number in the series of the year, without gaps.';
comment on column billing.voucher.voucher_on is
'Its day: that of its entries, or the first day that was open in the books.';
comment on column billing.voucher.text is 'What it says.';
comment on constraint voucher_pk on billing.voucher is 'A place in an export is taken once.';
comment on constraint voucher_export_fk on billing.voucher is 'The export must exist.';
comment on constraint voucher_number_uq on billing.voucher is 'A number is in a series of a year once.';

-- Hundreds of thousands of rows at once, by one function, of what it has just written: export and voucher are
-- no foreign keys, which took half of an export's time.
create table billing.exported_entry (
    entry_id bigint not null constraint exported_entry_pk primary key
        constraint exported_entry_entry_fk references billing.entry (entry_id),
    export_no int not null,
    place int
);
create index exported_entry_export_ix on billing.exported_entry (export_no, place);

comment on table billing.exported_entry is 'Which entry of the journal went out with which export: once.';
comment on column billing.exported_entry.entry_id is 'The entry.';
comment on column billing.exported_entry.export_no is 'The export.';
comment on column billing.exported_entry.place is
'Its voucher; NULL: it changes no account, a credit set off against an invoice say.';
comment on constraint exported_entry_pk on billing.exported_entry is 'An entry is exported once.';
comment on constraint exported_entry_entry_fk on billing.exported_entry is 'The entry must exist.';
comment on index billing.exported_entry_export_ix is 'Entries of an export and a voucher.';

create table billing.accrual (
    entry_id bigint not null constraint accrual_pk primary key
        constraint accrual_entry_fk references billing.entry (entry_id),
    back_id bigint not null constraint accrual_back_fk references billing.entry (entry_id),
    at_on date not null,
    constraint accrual_back_uq unique (back_id)
);
create index accrual_at_ix on billing.accrual (at_on);

comment on table billing.accrual is
'Entries that took what is not yet earned out of sales at the end of a day, each with the one that '
'brought it back the day after. Several of a day: differences.';
comment on column billing.accrual.entry_id is 'The entry.';
comment on column billing.accrual.back_id is 'The entry of the day after.';
comment on column billing.accrual.at_on is 'The day.';
comment on constraint accrual_pk on billing.accrual is 'An accrual is an entry.';
comment on constraint accrual_entry_fk on billing.accrual is 'The entry must exist.';
comment on constraint accrual_back_fk on billing.accrual is 'The entry that brings it back must exist.';
comment on constraint accrual_back_uq on billing.accrual is 'An entry brings back one accrual.';
comment on index billing.accrual_at_ix is 'What was booked for a day.';

create trigger _10_never before update or delete or truncate on billing.voucher
for each statement execute function billing.tg_journal_never();
create trigger _10_never before update or delete or truncate on billing.exported_entry
for each statement execute function billing.tg_journal_never();
create trigger _10_never before update or delete or truncate on billing.accrual
for each statement execute function billing.tg_journal_never();

insert into billing.setting (name, value) values ('fiscal_year_month', '1'), ('books_closed_through', null);

-- Rights and log
-- ---------------------------------------------------------------------------------------------

select access.staff_open(
    'billing.chart', array['support', 'credit', 'report', 'auditor', 'integration'],
    array['finance', 'batch']
);
select access.staff_open(
    one.table_name::regclass,
    array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'], '{}'
)
from unnest(array[
    'billing.accounting_export', 'billing.voucher', 'billing.exported_entry', 'billing.accrual'
]) as one (table_name);
select audit.enable('billing.chart');

insert into audit.exempt (table_name, why) values
('billing.accounting_export', 'Each export writes an event with counts, sums and digest.'),
('billing.voucher', 'Append-only: each export writes an event with counts and sums.'),
('billing.exported_entry', 'Append-only: each export writes an event with counts and sums.'),
('billing.accrual', 'Append-only: each accrual writes an event with sums.');

insert into billing.message (code, language, sentence, hint)
select told.code, told.language, told.sentence, told.hint
from (
    values
    ('LB760', 'en', 'The days {from} to {through} are of two fiscal years: one ends on {end}.',
    'Export each year for itself.'),
    ('LB760', 'sv', 'Dagarna {from} till {through} hör till två räkenskapsår: ett slutar {end}.',
    'Exportera varje år för sig.'),
    ('LB761', 'en', 'The setting {name} is {value}, which is none.',
    'books_closed_through is a day such as 2026-10-31, fiscal_year_month a month from 1 to 12.'),
    ('LB761', 'sv', 'Inställningen {name} är {value}, vilket inte går.',
    'books_closed_through är en dag som 2026-10-31, fiscal_year_month en månad från 1 till 12.'),
    ('LB762', 'en', 'There is no export {export}.', 'leissner accounting export --list names them.'),
    ('LB762', 'sv', 'Det finns ingen export {export}.', 'leissner accounting export --list visar dem.'),
    ('LB763', 'en', 'Export {export} would not be the file that was written before.',
    'Nothing was written. Was the program changed? Use the file that was written first.'),
    ('LB763', 'sv', 'Exporten {export} skulle inte bli den fil som skrevs förut.',
    'Inget skrevs. Är programmet ändrat? Använd filen som skrevs först.'),
    ('LB764', 'en', 'The books are closed through {day}: nothing is accrued at {at}.',
    'The setting books_closed_through says so.'),
    ('LB764', 'sv', 'Böckerna är stängda till och med {day}: inget periodiseras per {at}.',
    'Det säger inställningen books_closed_through.'),
    ('LB765', 'en', 'The period {from} to {to} has no days.', 'The day after --to is not in it.'),
    ('LB765', 'sv', 'Perioden {from} till {to} har inga dagar.', 'Dagen i --to ingår inte.'),
    ('chart_pk', 'sv', 'Det finns redan ett namn för det kontot.', null),
    ('chart_account_ck', 'sv', 'Ett konto i kontoplanen ska vara 3 till 8 siffror.', null),
    ('chart_name_ck', 'sv', 'Ett konto behöver ett namn.', null),
    ('voucher_run', 'en', 'Invoices {day}, run {run}', null),
    ('voucher_run', 'sv', 'Fakturor {day}, körning {run}', null),
    ('voucher_invoice', 'en', 'Invoices {day}', null),
    ('voucher_invoice', 'sv', 'Fakturor {day}', null),
    ('voucher_credit', 'en', 'Credit notes {day}', null),
    ('voucher_credit', 'sv', 'Kreditfakturor {day}', null),
    ('voucher_payment', 'en', 'Payments {day}', null),
    ('voucher_payment', 'sv', 'Inbetalningar {day}', null),
    ('voucher_batch', 'en', 'Payments {day}, {batch}', null),
    ('voucher_batch', 'sv', 'Inbetalningar {day}, {batch}', null),
    ('voucher_assign', 'en', 'Payments identified {day}', null),
    ('voucher_assign', 'sv', 'Identifierade inbetalningar {day}', null),
    ('voucher_refund', 'en', 'Refunds {day}', null),
    ('voucher_refund', 'sv', 'Återbetalningar {day}', null),
    ('voucher_setoff', 'en', 'Set-offs {day}', null),
    ('voucher_setoff', 'sv', 'Avräkningar {day}', null),
    ('voucher_opening', 'en', 'Open items taken over {day}', null),
    ('voucher_opening', 'sv', 'Övertagna poster {day}', null),
    ('voucher_writeoff', 'en', 'Bad debts {day}', null),
    ('voucher_writeoff', 'sv', 'Kundförluster {day}', null),
    ('voucher_difference', 'en', 'Small differences {day}', null),
    ('voucher_difference', 'sv', 'Små differenser {day}', null),
    ('voucher_transfer', 'en', 'Transfers {day}', null),
    ('voucher_transfer', 'sv', 'Omföringar {day}', null),
    ('voucher_fee', 'en', 'Reminder fees {day}', null),
    ('voucher_fee', 'sv', 'Påminnelseavgifter {day}', null),
    ('voucher_accrual', 'en', 'Accrued income {day}', null),
    ('voucher_accrual', 'sv', 'Periodisering av intäkter {day}', null)
) as told (code, language, sentence, hint);
