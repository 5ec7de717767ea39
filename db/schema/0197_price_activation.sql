-- Drafts that became prices of the list above them: from when, by whom, what it changed, so that it can be
-- taken back. Lock: access exclusive on billing.price_change for an instant. Duration: under a second.

create table billing.price_activation (
    price_activation_id bigint generated always as identity constraint price_activation_pk primary key,
    draft_id bigint not null constraint price_activation_draft_fk
        references billing.price_list (price_list_id),
    price_list_id bigint not null constraint price_activation_list_fk
        references billing.price_list (price_list_id),
    from_on date not null,
    prices int not null,
    ended int not null,
    made_at timestamptz not null default clock_timestamp(),
    made_by text not null,
    undone_at timestamptz,
    undone_by text,
    constraint price_activation_undone_ck check (num_nulls(undone_at, undone_by) in (0, 2))
);
create index price_activation_draft_ix on billing.price_activation (draft_id, price_activation_id desc);
create index price_activation_list_ix on billing.price_activation (price_list_id, price_activation_id desc);

comment on table billing.price_activation is
    'Drafts whose prices became those of the list above: one row each time. Its changes are in price_change.';
comment on column billing.price_activation.price_activation_id is 'Surrogate key, inside only.';
comment on column billing.price_activation.draft_id is 'The draft; it is empty since.';
comment on column billing.price_activation.price_list_id is 'The list that has its prices now.';
comment on column billing.price_activation.from_on is 'The first day.';
comment on column billing.price_activation.prices is 'Prices that the draft had.';
comment on column billing.price_activation.ended is
    'Prices of the list that ended without another in their place.';
comment on column billing.price_activation.made_at is 'When it was done.';
comment on column billing.price_activation.made_by is 'Who did it.';
comment on column billing.price_activation.undone_at is 'When it was taken back; NULL: it holds.';
comment on column billing.price_activation.undone_by is 'Who took it back.';
comment on constraint price_activation_pk on billing.price_activation is
    'The key of an activation is unique.';
comment on constraint price_activation_draft_fk on billing.price_activation is 'The draft must exist.';
comment on constraint price_activation_list_fk on billing.price_activation is 'The price list must exist.';
comment on constraint price_activation_undone_ck on billing.price_activation is
    'What is undone was undone by somebody at some time.';
comment on index billing.price_activation_draft_ix is 'The last activation of a draft.';
comment on index billing.price_activation_list_ix is 'The last activation into a list.';

alter table billing.price_change
add column price_activation_id bigint constraint price_change_activation_fk
references billing.price_activation (price_activation_id);
create index price_change_activation_ix on billing.price_change (price_activation_id)
where price_activation_id is not null;
comment on column billing.price_change.price_activation_id is
    'The activation that it belongs to, and is undone with; NULL: made by itself.';
comment on constraint price_change_activation_fk on billing.price_change is 'The activation must exist.';
comment on index billing.price_change_activation_ix is 'The changes of an activation.';

select access.staff_open(
    'billing.price_activation',
    array['pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'],
    array[]::text[]
);
create trigger _10_process_only before update or delete or truncate on billing.price_activation
for each statement execute function billing.tg_process_only();
insert into audit.exempt (table_name, why) values
('billing.price_activation', 'Written by functions only: the prices it tells of are in the log.');

insert into billing.message (code, language, sentence, hint) values
(
    'LB119', 'en',
    'In list {list}, {count} prices would be others than with the draft before it, the first for {target}.',
    'A price of the list goes before the draft''s there. Give these destinations prices of their own in it.'
),
(
    'LB119', 'sv',
    '{count} priser i listan {list} skulle bli andra än med utkastet före den, det första för {target}.',
    'Ett pris i listan går före utkastets där. Ge de destinationerna egna priser i utkastet.'
),
(
    'LB120', 'en', 'Draft {list} has no prices that hold on {day} or later.',
    'Make prices in it, or import a rate sheet.'
),
(
    'LB120', 'sv', 'Utkastet {list} har inga priser som gäller {day} eller senare.',
    'Lägg in priser i det, eller läs in ett prisblad.'
),
(
    'LB121', 'en', '{count} calls are priced by it already: it cannot be undone.',
    'Change the prices from a later day.'
),
(
    'LB121', 'sv', '{count} samtal är redan prissatta av den: den går inte att ångra.',
    'Ändra priserna från en senare dag.'
);
