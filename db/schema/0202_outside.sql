-- Customers that an outside system owns: settings, and what its lookup service was asked and said.
-- Lock: settings and jobs, while a check is added; invoices against writing, while an index is built.
-- Duration: under a second, a few with millions of invoices.

insert into billing.setting (name, value) values
('outside_create', null), ('outside_service', null), ('outside_price_list', null), ('lookup_url', null),
('lookup_secret', null), ('lookup_timeout_s', '5'), ('lookup_cache_hours', '24');

-- A remote service is asked over TLS only: numbers and customers go over that line.
alter table billing.setting add constraint setting_outside_ck check (
    value is null or case name
        when 'outside_create' then value in ('yes', 'no')
        when 'lookup_url' then
            value ~ '^https://[^/?#@[:space:]]+([/?][^#[:space:]]*)?$'
            or value ~ '^http://(localhost|127[.]0[.]0[.]1|\[::1\])(:[0-9]{1,5})?([/?][^#[:space:]]*)?$'
        when 'lookup_secret' then value ~ '^[A-Za-z0-9_][A-Za-z0-9_.-]*$'
        when 'lookup_timeout_s' then value ~ '^[1-9][0-9]?$'
        when 'lookup_cache_hours' then value ~ '^[1-9][0-9]{0,3}$'
        else true
    end
);
comment on constraint setting_outside_ck on billing.setting is
'This value does not suit the setting of outside customers: see what it is for.';

create table billing.lookup (
    lookup_id bigint generated always as identity constraint lookup_pk primary key,
    kind text not null constraint lookup_kind_ck check (kind in ('number', 'account')),
    number text not null,
    day date not null,
    state text not null constraint lookup_state_ck check (
        state in ('asking', 'known', 'unknown', 'refused', 'failed')
    ),
    customer_no text,
    reason text,
    failures int not null default 0,
    asked_at timestamptz not null default clock_timestamp(),
    next_at timestamptz not null,
    constraint lookup_number_uq unique (kind, number, day)
);
create index lookup_next_ix on billing.lookup (next_at);

comment on table billing.lookup is
'What the outside system was asked about numbers that nobody here has, and what it said.';
comment on column billing.lookup.lookup_id is 'Surrogate key, inside only.';
comment on column billing.lookup.kind is 'number or account.';
comment on column billing.lookup.number is 'E.164 digits of the number, or the text of the account.';
comment on column billing.lookup.day is 'The local day of the call that asks.';
comment on column billing.lookup.state is
'asking: being asked, or to be asked again since whoever asked is gone; known: a customer was named, and has '
'the number now; unknown: the outside system does not know it; refused: what it said cannot be so here; '
'failed: it gave no answer that can be read.';
comment on column billing.lookup.customer_no is 'The customer that was named.';
comment on column billing.lookup.reason is 'Why it was refused or failed.';
comment on column billing.lookup.failures is 'How many times it failed since it last did not.';
comment on column billing.lookup.asked_at is 'When it was asked.';
comment on column billing.lookup.next_at is 'Not asked again before.';
comment on constraint lookup_pk on billing.lookup is 'A question is identified by its id.';
comment on constraint lookup_kind_ck on billing.lookup is 'The kind must be number or account.';
comment on constraint lookup_state_ck on billing.lookup is
'The state must be asking, known, unknown, refused or failed.';
comment on constraint lookup_number_uq on billing.lookup is 'A number is asked about once for a day.';
comment on index billing.lookup_next_ix is 'What is long past is removed.';

select access.staff_open(
    'billing.lookup',
    array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'],
    '{}'
);
insert into audit.exempt (table_name, why) values
('billing.lookup', 'Written by lookups only: each writes an event with counts.');

-- Documents of a run a page at a time, by number.
create index invoice_run_no_ix on billing.invoice (bill_run_id, invoice_no);
create index invoice_external_ix on billing.invoice (bill_run_id) where external_no is not null;
comment on index billing.invoice_run_no_ix is 'Documents of a run by number.';
comment on index billing.invoice_external_ix is 'Documents of a run that another system has numbered.';

alter table billing.job drop constraint job_what_ck;
alter table billing.job add constraint job_what_ck check (
    what in (
        'calls load', 'calls lookup', 'calls rate', 'calls fold', 'payments fetch', 'payments load',
        'payments match', 'credit check', 'credit messages', 'credit orders', 'credit remind',
        'credit collection', 'bill run', 'accounting export', 'accounting accrue', 'report', 'check'
    )
);
comment on constraint job_what_ck on billing.job is
'What must be a command that runs by the clock: calls load, calls lookup, calls rate, calls fold, payments '
'fetch, payments load, payments match, credit check, credit messages, credit orders, credit remind, credit '
'collection, bill run, accounting export, accounting accrue, report or check.';
update billing.message
set sentence =
    'Vad som körs ska vara ett kommando: calls load, calls lookup, calls rate, calls fold, payments fetch, '
    'payments load, payments match, credit check, credit messages, credit orders, credit remind, credit '
    'collection, bill run, accounting export, accounting accrue, report eller check.'
where message.code = 'job_what_ck' and message.language = 'sv';

insert into billing.message (code, language, sentence, hint) values
(
    'setting_outside_ck', 'sv',
    'Värdet passar inte inställningen för externa kunder: se vad den är till för.', null
),
(
    'setting_outside_create', 'en', 'Create outside customers',
    'yes: customers, contracts and numbers that an outside system names are created here on the fly. no: '
    'they must be here already. Empty: yes in the mode basis only.'
),
(
    'setting_outside_create', 'sv', 'Skapa externa kunder',
    'yes: kunder, avtal och nummer som ett externt system anger skapas här direkt. no: de ska redan finnas. '
    'Tomt: yes bara i läget basis.'
),
(
    'setting_outside_service', 'en', 'Service of outside customers',
    'Code of the service of lines that are created on the fly, where the outside system names none.'
),
(
    'setting_outside_service', 'sv', 'Tjänst för externa kunder',
    'Koden för tjänsten på rader som skapas direkt, när det externa systemet inte anger någon.'
),
(
    'setting_outside_price_list', 'en', 'Price list of outside customers',
    'Code of the price list of customers that are created on the fly, where the outside system names none; '
    'empty: that of the service.'
),
(
    'setting_outside_price_list', 'sv', 'Prislista för externa kunder',
    'Koden för prislistan för kunder som skapas direkt, när det externa systemet inte anger någon; tomt: '
    'tjänstens.'
),
(
    'setting_lookup_url', 'en', 'Address of the lookup service',
    'Asked whose a number is that nobody here has: https://…, to which number (or account) and day are '
    'added. Empty: nobody is asked.'
),
(
    'setting_lookup_url', 'sv', 'Uppslagstjänstens adress',
    'Tillfrågas om vems ett nummer är som ingen här har: https://…, som får tillägg av number (eller '
    'account) och day. Tomt: ingen tillfrågas.'
),
(
    'setting_lookup_secret', 'en', 'Secret of the lookup service',
    'Name of the environment variable, or of the file in HOME/secrets, that holds its user:password or '
    'token; never the secret itself.'
),
(
    'setting_lookup_secret', 'sv', 'Uppslagstjänstens hemlighet',
    'Namnet på miljövariabeln, eller på filen i HOME/secrets, som har dess användare:lösenord eller nyckel; '
    'aldrig själva hemligheten.'
),
(
    'setting_lookup_timeout_s', 'en', 'Seconds to wait for the lookup service',
    'After so many seconds without a whole answer it is asked again later.'
),
(
    'setting_lookup_timeout_s', 'sv', 'Sekunder att vänta på uppslagstjänsten',
    'Efter så många sekunder utan helt svar ställs frågan igen senare.'
),
(
    'setting_lookup_cache_hours', 'en', 'Hours that a looked-up answer holds',
    'A number is not asked about again for so long, unless the service failed.'
),
(
    'setting_lookup_cache_hours', 'sv', 'Timmar som ett uppslaget svar gäller',
    'Så länge ställs inte frågan om samma nummer igen, om inte tjänsten felade.'
),
(
    'LB538', 'en',
    'Document {invoice} takes no number {number}: it is not there, named twice, or has another.',
    'Nothing was taken.'
),
(
    'LB538', 'sv',
    'Dokumentet {invoice} tar inte emot nummer {number}: det finns inte, anges två gånger eller har ett '
    'annat.',
    'Ingenting togs emot.'
),
(
    'LB840', 'en', '“{code}” is not known here, and is not created on the fly.',
    'The setting outside_create says so.'
),
(
    'LB840', 'sv', '”{code}” är inte känt här och skapas inte direkt.',
    'Inställningen outside_create säger det.'
),
('LB841', 'en', 'Customer {customer} has several contracts.', 'Say which: contract_no.'),
('LB841', 'sv', 'Kunden {customer} har flera avtal.', 'Ange vilket: contract_no.'),
('LB842', 'en', 'Contract {contract} belongs to customer {customer}.', null),
('LB842', 'sv', 'Avtalet {contract} tillhör kunden {customer}.', null),
(
    'LB843', 'en', 'Contract {contract} begins on {start} and was billed: nothing of it can begin on {day}.',
    'Name another contract, or a later day.'
),
(
    'LB843', 'sv', 'Avtalet {contract} börjar {start} och har fakturerats: inget i det kan börja {day}.',
    'Ange ett annat avtal eller en senare dag.'
),
(
    'LB844', 'en', 'Contract {contract} needs a service.',
    'Name one, or set outside_service for all that name none.'
),
(
    'LB844', 'sv', 'Avtalet {contract} behöver en tjänst.',
    'Ange en, eller inställningen outside_service för alla som inte anger någon.'
);
