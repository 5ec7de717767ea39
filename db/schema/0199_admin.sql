-- Administration in pages: what each setting is for, in one place, and who may put a row through the import.
-- Lock: none that anyone waits for. Duration: under a second.

-- Rows of reference files are saved one at a time by who writes that topic (logic.sheet_save); the grant on
-- the table stays with admin and batch.
drop trigger _10_level on billing.import_staging;
create trigger _10_level before insert on billing.import_staging
for each statement execute function access.tg_staging_level('batch', 'pricing', 'sales', 'finance', 'credit');

insert into billing.message (code, language, sentence, hint) values
('LB660', 'en', 'There is no table {file} that is edited row by row, or not at your level.', null),
('LB660', 'sv', 'Det finns ingen tabell {file} som ändras rad för rad, eller inte för din behörighet.', null),
('LB661', 'en', 'There is a row with that key already.', 'Open it and change it there.'),
('LB661', 'sv', 'Det finns redan en rad med den nyckeln.', 'Öppna den och ändra den där.'),
('LB917', 'en', 'You cannot shut yourself out.', 'Another administrator can do that.'),
('LB917', 'sv', 'Du kan inte stänga ute dig själv.', 'En annan administratör kan göra det.'),
('LB918', 'en', 'There is no such open session.', 'It has ended already.'),
('LB918', 'sv', 'Det finns ingen sådan öppen inloggning.', 'Den är redan avslutad.');

-- A setting setting_NAME: its title, and in the hint what it is for.
insert into billing.message (code, language, sentence, hint)
select told.code, told.language, told.sentence, told.hint
from (
    values
    ('setting_auto_apply', 'en', 'Use advances by themselves',
    'yes: advances and credits pay a payer''s oldest invoices at once. no: a person assigns them.'),
    ('setting_auto_apply', 'sv', 'Använd förskott automatiskt',
    'yes: förskott och kreditfakturor betalar betalarens äldsta fakturor genast. no: en person bokar '
    'dem.'),
    ('setting_basis_series', 'en', 'Letter of basis numbers',
    'What the numbers of invoice bases begin with, where another system makes the invoices.'),
    ('setting_basis_series', 'sv', 'Bokstav för underlag',
    'Vad numren på fakturaunderlag börjar med, när ett annat system fakturerar.'),
    ('setting_bill_check_credit', 'en', 'Credits worth a look',
    'The check list of a run names credits above this amount; 0: all of them.'),
    ('setting_bill_check_credit', 'sv', 'Krediteringar att titta på',
    'Körningens checklista tar upp krediteringar över beloppet; 0: alla.'),
    ('setting_block_exempt_products', 'en', 'Products that are never blocked',
    'Product types that can be called from a blocked line, with ; between.'),
    ('setting_block_exempt_products', 'sv', 'Produkter som aldrig spärras',
    'Produkttyper som kan ringas från en spärrad linje, med ; emellan.'),
    ('setting_books_closed_through', 'en', 'Books closed through',
    'The last day that the books take no more; what comes to it later is booked on the next open day. '
    'Empty: all days are open.'),
    ('setting_books_closed_through', 'sv', 'Bokföringen stängd till och med',
    'Den sista dagen som bokföringen inte tar emot mer; det som ändå rör den bokförs nästa öppna dag. '
    'Tomt: alla dagar är öppna.'),
    ('setting_collection_agency', 'en', 'Collection agency',
    'Name or folder of the agency that cases go to.'),
    ('setting_collection_agency', 'sv', 'Inkassobolag',
    'Namn eller mapp för det bolag som ärenden lämnas till.'),
    ('setting_collection_customer_no', 'en', 'Our number at the agency',
    'The customer number that the collection agency knows us by.'),
    ('setting_collection_customer_no', 'sv', 'Vårt nummer hos inkassobolaget',
    'Kundnumret som inkassobolaget känner oss under.'),
    ('setting_correct_back_months', 'en', 'Months that fees are corrected back',
    'How far back a bill run looks for fees that changed after they were billed.'),
    ('setting_correct_back_months', 'sv', 'Månader bakåt som avgifter rättas',
    'Hur långt bakåt en körning letar efter avgifter som ändrats efter att de fakturerats.'),
    ('setting_einvoice_folder', 'en', 'Folder of e-invoices',
    'Where e-invoices are put for the operator that forwards them.'),
    ('setting_einvoice_folder', 'sv', 'Mapp för e-fakturor',
    'Var e-fakturor läggs för den operatör som förmedlar dem.'),
    ('setting_fiscal_year_month', 'en', 'First month of the financial year', '1 to 12.'),
    ('setting_fiscal_year_month', 'sv', 'Räkenskapsårets första månad', '1 till 12.'),
    ('setting_guard_hours', 'en', 'Hours the fraud guard looks back', 'How old calls it looks at.'),
    ('setting_guard_hours', 'sv', 'Timmar som bedrägeriskyddet ser bakåt', 'Hur gamla samtal det ser på.'),
    ('setting_guard_short_seconds', 'en', 'A short call, seconds',
    'Calls shorter than this count as short in the fraud guard.'),
    ('setting_guard_short_seconds', 'sv', 'Kort samtal, sekunder',
    'Samtal som är kortare räknas som korta i bedrägeriskyddet.'),
    ('setting_interest_minimum', 'en', 'Smallest interest charged',
    'Less interest than this is not charged.'),
    ('setting_interest_minimum', 'sv', 'Minsta ränta som debiteras', 'Mindre ränta än så debiteras inte.'),
    ('setting_interest_points', 'en', 'Interest over the reference rate',
    'Percentage points over the reference rate for late payment; 8 by law.'),
    ('setting_interest_points', 'sv', 'Dröjsmålsränta över referensräntan',
    'Procentenheter över referensräntan; 8 enligt räntelagen.'),
    ('setting_invoice_rounding', 'en', 'Round invoices to whole units',
    'yes: the total is rounded to whole kronor. no: to the öre.'),
    ('setting_invoice_rounding', 'sv', 'Öresavrundning',
    'yes: fakturans summa avrundas till hela kronor. no: till öre.'),
    ('setting_invoice_series', 'en', 'Invoice numbers',
    'year: the series begins anew each year, with the year in front. Else the numbers go on for ever.'),
    ('setting_invoice_series', 'sv', 'Fakturanummer',
    'year: serien börjar om varje år, med årtalet först. Annars fortsätter numren.'),
    ('setting_late_compensation', 'en', 'Compensation for late payment',
    'What a business pays once for being late; 0: nothing.'),
    ('setting_late_compensation', 'sv', 'Förseningsersättning',
    'Vad ett företag betalar en gång för att det är sent; 0: inget.'),
    ('setting_late_vat_code', 'en', 'VAT code of late fees',
    'The VAT code of reminder fees and interest; empty: none.'),
    ('setting_late_vat_code', 'sv', 'Momskod för förseningsavgifter',
    'Momskod för påminnelseavgifter och ränta; tomt: ingen.'),
    ('setting_minimum_invoice', 'en', 'Smallest invoice',
    'Less than this is carried to the next run. 0: everything is invoiced.'),
    ('setting_minimum_invoice', 'sv', 'Minsta faktura',
    'Mindre än så förs över till nästa körning. 0: allt faktureras.'),
    ('setting_payments_from', 'en', 'Payments are booked from',
    '054: the bank''s notifications (camt.054); statements are only compared. 053: the statements.'),
    ('setting_payments_from', 'sv', 'Betalningar bokas ur',
    '054: bankens aviseringar (camt.054); kontoutdrag jämförs bara. 053: kontoutdragen.'),
    ('setting_premium_products', 'en', 'Premium products',
    'Product types that count as premium in blocks and in the fraud guard, with ; between.'),
    ('setting_premium_products', 'sv', 'Betalnummer',
    'Produkttyper som räknas som betaltjänster i spärrar och bedrägeriskydd, med ; emellan.'),
    ('setting_print_house', 'en', 'Place of the print house',
    'Where files for the print house go: a folder, or ftp://, ftps:// or sftp://user@host/path.'),
    ('setting_print_house', 'sv', 'Tryckeriets plats',
    'Vart filer till tryckeriet går: en mapp, eller ftp://, ftps:// eller sftp://användare@server/mapp.'),
    ('setting_reminder_days', 'en', 'Days to pay after a reminder',
    'How many days a reminder gives before the next step.'),
    ('setting_reminder_days', 'sv', 'Dagar att betala efter påminnelse',
    'Hur många dagar en påminnelse ger innan nästa steg.'),
    ('setting_reminder_fee_agreed', 'en', 'Reminder fees are agreed',
    'yes: contracts say that a reminder costs a fee. group:CODE: only those of that customer group. no: '
    'no fee.'),
    ('setting_reminder_fee_agreed', 'sv', 'Påminnelseavgift är avtalad',
    'yes: avtalen säger att en påminnelse kostar. group:KOD: bara för den kundgruppen. no: ingen '
    'avgift.'),
    ('setting_reminder_minimum', 'en', 'Smallest amount to remind of',
    'A payer who owes less than this gets no reminder.'),
    ('setting_reminder_minimum', 'sv', 'Minsta belopp att påminna om',
    'En betalare som är skyldig mindre får ingen påminnelse.'),
    ('setting_small_difference', 'en', 'Small difference of a payment',
    'A payment that differs by no more than this closes the invoice; the rest is booked as a '
    'difference.'),
    ('setting_small_difference', 'sv', 'Liten betalningsdifferens',
    'En betalning som skiljer högst så mycket stänger fakturan; resten bokas som differens.'),
    ('setting_smtp', 'en', 'E-mail server',
    'smtp://user@host:587 or smtps://host. The password is never kept here, but in the server''s '
    'environment.'),
    ('setting_smtp', 'sv', 'E-postserver',
    'smtp://användare@server:587 eller smtps://server. Lösenordet sparas aldrig här, utan i serverns '
    'miljö.'),
    ('setting_switch_url', 'en', 'Address of the switch',
    'Where orders to block and open lines are sent; empty: a person does it.'),
    ('setting_switch_url', 'sv', 'Växelns adress',
    'Vart order om att spärra och öppna skickas; tomt: en person gör det.')
) as told (code, language, sentence, hint);

-- A value that would stop a run at night is refused when it is written.
create function billing.setting_is_valid(p_name text, p_value text)
returns boolean
language sql immutable parallel safe
return p_value is null or case
    when p_name in ('auto_apply', 'invoice_rounding') then p_value in ('yes', 'no')
    when p_name in ('correct_back_months', 'reminder_days', 'guard_hours', 'guard_short_seconds')
        then p_value ~ '^[0-9]{1,4}$'
    when p_name in (
        'minimum_invoice', 'small_difference', 'reminder_minimum', 'interest_points', 'interest_minimum',
        'late_compensation', 'bill_check_credit'
    ) then p_value ~ '^[0-9]{1,9}([.][0-9]{1,4})?$'
    when p_name = 'reminder_fee_agreed' then p_value in ('yes', 'no') or p_value ~ '^group:.'
    when p_name = 'payments_from' then p_value in ('053', '054')
    else true
end;
comment on function billing.setting_is_valid(text, text) is
$$Does a value suit a setting? NULL always does.
Example: select billing.setting_is_valid('minimum_invoice', '50')
Raises: nothing$$;
grant execute on function billing.setting_is_valid(text, text) to leissner_admin;

alter table billing.setting add constraint setting_value_ck check (billing.setting_is_valid(name, value));
comment on constraint setting_value_ck on billing.setting is
'This value does not suit the setting: see what it is for.';
insert into billing.message (code, language, sentence, hint) values
('setting_value_ck', 'sv', 'Värdet passar inte inställningen: se vad den är till för.', null);
