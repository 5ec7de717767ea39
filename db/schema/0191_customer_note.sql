-- Notes about customers, and the sentences of the forms of customers, contracts and numbers. Lock: none that
-- anyone waits for. Duration: under a second.

create table billing.customer_note (
    customer_note_id bigint generated always as identity constraint customer_note_pk primary key,
    customer_id bigint not null constraint customer_note_customer_fk
        references billing.customer (customer_id),
    text text not null constraint customer_note_text_ck check (text ~ '\S' and length(text) <= 4000),
    written_at timestamptz not null default clock_timestamp(),
    written_by text not null,
    level text not null
);
create index customer_note_customer_ix on billing.customer_note (customer_id, customer_note_id);

comment on table billing.customer_note is
    'What people wrote down about a customer, for each other. Append-only: a mistake is set right by another '
    'note.';
comment on column billing.customer_note.customer_note_id is 'Surrogate key, inside only.';
comment on column billing.customer_note.customer_id is 'The customer.';
comment on column billing.customer_note.text is 'The note.';
comment on column billing.customer_note.written_at is 'When it was written.';
comment on column billing.customer_note.written_by is 'Who wrote it.';
comment on column billing.customer_note.level is 'The level that person had.';
comment on constraint customer_note_pk on billing.customer_note is 'The key of a note is unique.';
comment on constraint customer_note_customer_fk on billing.customer_note is 'The customer must exist.';
comment on constraint customer_note_text_ck on billing.customer_note is
    'A note needs a text, of 4 000 characters at most.';

select access.staff_open(
    'billing.customer_note',
    array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'],
    array[]::text[]
);
create trigger _10_process_only before update or delete or truncate on billing.customer_note
for each statement execute function billing.tg_process_only();
select audit.enable('billing.customer_note');

insert into billing.message (code, language, sentence, hint) values
('customer_note_pk', 'sv', 'En antecknings nyckel är unik.', null),
('customer_note_customer_fk', 'sv', 'Kunden måste finnas.', null),
('customer_note_text_ck', 'sv', 'En anteckning behöver en text, på högst 4 000 tecken.', null),
(
    'LB800', 'en', 'Someone else has changed this since you opened it.',
    'Open the page again to see the change. What you typed is still here, but has not been saved.'
),
(
    'LB800', 'sv', 'Någon annan har ändrat det här sedan du öppnade det.',
    'Öppna sidan på nytt för att se ändringen. Det du skrev står kvar här, men är inte sparat.'
);
