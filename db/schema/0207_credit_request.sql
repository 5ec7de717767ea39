-- Credits that are asked for by those who may not credit, and what was decided. Lock: none that anyone waits
-- for. Duration: under a second.

create table billing.credit_request (
    credit_request_id bigint generated always as identity constraint credit_request_pk primary key,
    invoice_id bigint not null constraint credit_request_invoice_fk references billing.invoice (invoice_id),
    payer_id bigint not null constraint credit_request_payer_fk references billing.customer (customer_id),
    places integer[],
    is_rebilled boolean not null,
    net numeric(18, 4) not null,
    reason text not null,
    state text not null default 'open',
    requested_at timestamptz not null default clock_timestamp(),
    requested_by text not null,
    decided_at timestamptz,
    decided_by text,
    why text,
    credit_id bigint constraint credit_request_credit_fk references billing.invoice (invoice_id),
    row_version integer not null default 1,
    constraint credit_request_credit_uq unique (credit_id),
    constraint credit_request_places_ck check (
        cardinality(places) > 0 and array_position(places, null) is null
    ),
    constraint credit_request_reason_ck check (reason ~ '\S' and length(reason) <= 1000),
    constraint credit_request_state_ck check (state in ('open', 'approved', 'declined')),
    constraint credit_request_decided_ck check (
        num_nonnulls(decided_at, decided_by) = case state when 'open' then 0 else 2 end
    ),
    constraint credit_request_made_ck check ((state = 'approved') = (credit_id is not null)),
    constraint credit_request_why_ck check (
        length(why) <= 1000 and (state <> 'declined' or (why is not null and why ~ '\S'))
    )
);
create index credit_request_invoice_ix on billing.credit_request (invoice_id);
create index credit_request_payer_ix on billing.credit_request (payer_id, credit_request_id);
create index credit_request_open_ix on billing.credit_request (credit_request_id) where state = 'open';

comment on table billing.credit_request is
'Credits of issued invoices that were asked for by those who may not credit, and what was decided.';
comment on column billing.credit_request.credit_request_id is 'Number of the request.';
comment on column billing.credit_request.invoice_id is 'The invoice.';
comment on column billing.credit_request.payer_id is 'Who pays the invoice, as the invoice says.';
comment on column billing.credit_request.places is
'Places of the lines on the invoice, in order; NULL: all that are not credited when it is decided.';
comment on column billing.credit_request.is_rebilled is 'Should a later run bill again what is credited?';
comment on column billing.credit_request.net is
'What the lines came to without VAT when it was asked, in the currency of the invoice.';
comment on column billing.credit_request.reason is 'Why it should be credited.';
comment on column billing.credit_request.state is 'open, approved or declined.';
comment on column billing.credit_request.requested_at is 'When it was asked.';
comment on column billing.credit_request.requested_by is 'Who asked.';
comment on column billing.credit_request.decided_at is 'When it was decided.';
comment on column billing.credit_request.decided_by is 'Who decided.';
comment on column billing.credit_request.why is 'Why it was decided so; needed where it is declined.';
comment on column billing.credit_request.credit_id is 'The credit note that approval made.';
comment on column billing.credit_request.row_version is 'Counts its changes.';
comment on index billing.credit_request_payer_ix is 'The requests about invoices of a payer.';
comment on index billing.credit_request_open_ix is 'What waits to be decided.';
comment on constraint credit_request_pk on billing.credit_request is 'The number of a request is unique.';
comment on constraint credit_request_invoice_fk on billing.credit_request is 'The invoice must exist.';
comment on constraint credit_request_payer_fk on billing.credit_request is 'The payer must exist.';
comment on constraint credit_request_credit_fk on billing.credit_request is 'The credit note must exist.';
comment on constraint credit_request_credit_uq on billing.credit_request is
'A credit note is made for one request.';
comment on constraint credit_request_places_ck on billing.credit_request is
'A request names the lines that it is about, or none for all.';
comment on constraint credit_request_reason_ck on billing.credit_request is
'A request needs a reason, of 1 000 characters at most.';
comment on constraint credit_request_state_ck on billing.credit_request is
'A request must be open, approved or declined.';
comment on constraint credit_request_decided_ck on billing.credit_request is
'A request that is decided says by whom and when.';
comment on constraint credit_request_made_ck on billing.credit_request is
'An approved request has its credit note, and no other has one.';
comment on constraint credit_request_why_ck on billing.credit_request is
'Who declines a request says why, in 1 000 characters at most.';

select access.staff_open(
    'billing.credit_request',
    array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'], '{}'
);
select access.scope_open(
    'billing.credit_request', level.level, 'payer_id = any((select access.customer_ids())::bigint[])'
)
from (values ('seller'), ('customer')) as level (level);
create trigger _10_row_version before update on billing.credit_request
for each row execute function access.tg_row_version();
create trigger _10_process_only before update or delete or truncate on billing.credit_request
for each statement execute function billing.tg_process_only();
select audit.enable('billing.credit_request');

insert into billing.message (code, language, sentence, hint) values
('credit_request_pk', 'sv', 'En begärans nummer är unikt.', null),
('credit_request_invoice_fk', 'sv', 'Fakturan måste finnas.', null),
('credit_request_payer_fk', 'sv', 'Betalaren måste finnas.', null),
('credit_request_credit_fk', 'sv', 'Kreditfakturan måste finnas.', null),
('credit_request_credit_uq', 'sv', 'En kreditfaktura görs för en begäran.', null),
('credit_request_places_ck', 'sv', 'En begäran nämner raderna som den gäller, eller inga för alla.', null),
('credit_request_reason_ck', 'sv', 'En begäran behöver ett skäl, på högst 1 000 tecken.', null),
('credit_request_state_ck', 'sv', 'En begäran ska vara öppen, godkänd eller avslagen.', null),
('credit_request_decided_ck', 'sv', 'En avgjord begäran säger av vem och när.', null),
('credit_request_made_ck', 'sv', 'En godkänd begäran har en kreditfaktura, och ingen annan har det.', null),
('credit_request_why_ck', 'sv', 'Den som avslår en begäran säger varför, med högst 1 000 tecken.', null),
(
    'LB539', 'en', 'Credit of these lines of invoice {invoice} is asked for already, by request {request}.',
    'Wait until it is decided.'
),
(
    'LB539', 'sv', 'Kreditering av de raderna på faktura {invoice} är redan begärd, med begäran {request}.',
    'Vänta tills den är avgjord.'
),
('LB540', 'en', 'Request {request} was decided already: {state} by {by}.', 'Look at it again.'),
('LB540', 'sv', 'Begäran {request} är redan avgjord: {state} av {by}.', 'Se på den igen.'),
('LB541', 'en', 'There is no request {request} for a credit.', null),
('LB541', 'sv', 'Det finns ingen begäran {request} om kreditering.', null);
