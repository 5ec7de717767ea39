-- Invoices: how documents left the house. Lock: none that anyone waits for. Duration: under a second.

create table billing.delivery (
    delivery_id bigint generated always as identity constraint delivery_pk primary key,
    invoice_id bigint not null constraint delivery_invoice_fk references billing.invoice (invoice_id),
    bill_run_id bigint not null constraint delivery_run_fk references billing.bill_run (bill_run_id),
    channel text not null,
    state text not null,
    resend int not null default 0,
    file text not null,
    pages int not null,
    digest bytea not null,
    reason text,
    made_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    constraint delivery_document_uq unique (invoice_id, channel, resend),
    constraint delivery_channel_ck check (channel in ('print_house', 'print', 'email', 'einvoice')),
    constraint delivery_state_ck check (
        state in ('produced', 'delivered', 'acknowledged', 'rejected', 'failed')
    ),
    constraint delivery_reason_ck check ((state in ('rejected', 'failed')) = (reason is not null)),
    constraint delivery_pages_ck check (pages > 0),
    constraint delivery_resend_ck check (resend >= 0)
);
create index delivery_run_ix on billing.delivery (bill_run_id, channel);

comment on table billing.delivery is
'Each way that each document left the house, with the hash of what left: repeated, it gives the same bytes.';
comment on column billing.delivery.delivery_id is 'Surrogate key.';
comment on column billing.delivery.invoice_id is 'The document.';
comment on column billing.delivery.bill_run_id is 'Its run.';
comment on column billing.delivery.channel is 'print_house, print (here), email or einvoice.';
comment on column billing.delivery.state is 'produced, delivered, acknowledged; or rejected, failed.';
comment on column billing.delivery.resend is '0: the first time; higher: sent again after a change.';
comment on column billing.delivery.file is 'The file that it left in.';
comment on column billing.delivery.pages is 'Its pages.';
comment on column billing.delivery.digest is 'SHA-256 of the PDF.';
comment on column billing.delivery.reason is 'Why it was rejected or failed.';
comment on column billing.delivery.made_at is 'When it was produced.';
comment on column billing.delivery.changed_at is 'When its state changed last.';
comment on constraint delivery_pk on billing.delivery is 'A delivery is identified by its id.';
comment on constraint delivery_document_uq on billing.delivery is
    'A document leaves by a channel once, until it is sent again.';
comment on constraint delivery_invoice_fk on billing.delivery is 'The document must exist.';
comment on constraint delivery_run_fk on billing.delivery is 'The run must exist.';
comment on constraint delivery_channel_ck on billing.delivery is
    'The channel must be print_house, print, email or einvoice.';
comment on constraint delivery_state_ck on billing.delivery is
    'The state must be produced, delivered, acknowledged, rejected or failed.';
comment on constraint delivery_reason_ck on billing.delivery is
    'A rejected or failed delivery says why, no other does.';
comment on constraint delivery_pages_ck on billing.delivery is 'A document has pages.';
comment on constraint delivery_resend_ck on billing.delivery is 'Sent again is counted from 0.';
comment on index billing.delivery_run_ix is 'Deliveries of a run.';

select access.staff_open(
    'billing.delivery',
    array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'], '{}'
);
insert into audit.exempt (table_name, why) values
('billing.delivery', 'Written by deliveries only: each writes an event with counts.');

insert into billing.setting (name, value) values ('smtp', null);

insert into billing.message (code, language, sentence, hint) values
('document_email', 'en', 'Invoice {number} from {seller}',
'Please find {number} attached: {total} {currency}, due {due}.'),
('document_email', 'sv', 'Faktura {number} från {seller}',
'Här kommer {number}: {total} {currency}, att betala senast {due}.'),
('document_email_credit', 'en', 'Credit note {number} from {seller}',
'Please find credit note {number} attached: {total} {currency}.'),
('document_email_credit', 'sv', 'Kreditfaktura {number} från {seller}',
'Här kommer kreditfaktura {number}: {total} {currency}.'),
('LB530', 'en', 'Run {run} is {state}: only an approved run can be delivered.',
'leissner bill approve {run}'),
('LB530', 'sv', 'Körningen {run} är {state}: bara en godkänd körning kan levereras.',
'leissner bill approve {run}'),
('LB532', 'en',
'Run {run} takes no number {number} for {invoice}: it is not of the run, named twice, or known otherwise.',
'Nothing was taken. leissner bill basis {run} - lists its documents and the numbers they have.'),
('LB532', 'sv',
'Körningen {run} tar inte emot nummer {number} för {invoice}: okänt, angivet två gånger eller redan ett '
'annat.',
'Ingenting togs emot. leissner bill basis {run} - listar dokumenten och deras nummer.'),
('LB531', 'en', 'Document {invoice} was delivered with other contents before.',
'What is issued never changes; was a template changed? Send it again with --resend.'),
('LB531', 'sv', 'Dokumentet {invoice} har levererats med annat innehåll tidigare.',
'Det utfärdade ändras aldrig; har en mall ändrats? Skicka igen med --resend.');
