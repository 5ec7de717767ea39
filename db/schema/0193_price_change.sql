-- Changes of single prices: what a price was before, so that the last one can be undone; where a former price
-- went, looked up backwards. Lock: share on definition_former while its index is built. Duration: seconds.

create table billing.price_change (
    price_change_id bigint generated always as identity constraint price_change_pk primary key,
    price_list_id bigint not null constraint price_change_price_list_fk
        references billing.price_list (price_list_id),
    target_key bigint not null,
    mode_id bigint,
    mode_group text,
    band_id bigint,
    before jsonb not null,
    after jsonb not null,
    made_at timestamptz not null default clock_timestamp(),
    made_by text not null,
    undone_at timestamptz,
    undone_by text,
    constraint price_change_undone_ck check (num_nulls(undone_at, undone_by) in (0, 2))
);
create index price_change_list_ix on billing.price_change (price_list_id, target_key, price_change_id desc);
create index definition_former_replaced_ix on billing.definition_former (table_name, replaced_by);

comment on table billing.price_change is
    'Deviations that people made in a list, one by one: what a target''s prices were before and after. The '
    'last one of a list can be undone.';
comment on column billing.price_change.price_change_id is 'Surrogate key, inside only.';
comment on column billing.price_change.price_list_id is 'The list.';
comment on column billing.price_change.target_key is 'The target, as in price_item.';
comment on column billing.price_change.mode_id is 'The mode; NULL: a group, or all.';
comment on column billing.price_change.mode_group is 'The group of modes; NULL: a mode, or all.';
comment on column billing.price_change.band_id is 'The time band; NULL: all hours.';
comment on column billing.price_change.before is 'The price items of that place before, by day.';
comment on column billing.price_change.after is 'And after.';
comment on column billing.price_change.made_at is 'When it was made.';
comment on column billing.price_change.made_by is 'Who made it.';
comment on column billing.price_change.undone_at is 'When it was undone; NULL: it holds.';
comment on column billing.price_change.undone_by is 'Who undid it.';
comment on constraint price_change_pk on billing.price_change is 'The key of a change is unique.';
comment on constraint price_change_price_list_fk on billing.price_change is 'The price list must exist.';
comment on constraint price_change_undone_ck on billing.price_change is
    'What is undone was undone by somebody at some time.';
comment on index billing.price_change_list_ix is 'The last change of a list, or of a price in it.';
comment on index billing.definition_former_replaced_ix is 'What a definition was before.';

select access.staff_open(
    'billing.price_change',
    array['pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'],
    array[]::text[]
);
create trigger _10_process_only before update or delete or truncate on billing.price_change
for each statement execute function billing.tg_process_only();
insert into audit.exempt (table_name, why) values
('billing.price_change', 'Written by functions only: the prices it tells of are in the log.');

insert into billing.message (code, language, sentence, hint) values
('LB110', 'en', 'There is no {what} {code}.', null),
('LB110', 'sv', '{what} {code} finns inte.', null),
(
    'LB111', 'en', '{day} is in the past: calls since then have their price already.',
    'Take today or later; or say that the past is meant, and re-rate those calls afterwards.'
),
(
    'LB111', 'sv', '{day} har varit: samtal sedan dess har redan sitt pris.',
    'Ta dagens datum eller senare; eller ange att det förflutna avses, och prissätt om samtalen efteråt.'
),
(
    'LB112', 'en',
    'Give a price, a change in percent or by amount, or say that it is not for sale: one of them.',
    null
),
('LB112', 'sv', 'Ange ett pris, en ändring i procent eller belopp, eller att det inte säljs: ett av dem.',
null),
('LB113', 'en', 'List {list} has no parent, so a price in it cannot be relative.', 'Give the price itself.'),
(
    'LB113', 'sv', 'Prislistan {list} har ingen överordnad, så ett pris i den kan inte vara relativt.',
    'Ange själva priset.'
),
('LB114', 'en', 'The prices of {target} have been changed since: there is nothing to undo.', null),
('LB114', 'sv', 'Priserna för {target} har ändrats sedan dess: det finns inget att ångra.', null),
('LB115', 'en', 'The last day must come after the first.', null),
('LB115', 'sv', 'Sista dagen måste komma efter den första.', null),
('LB116', 'en', 'List {list} has no price of its own there from that day.', null),
('LB116', 'sv', 'Prislistan {list} har inget eget pris där från den dagen.', null),
('LB117', 'en', 'These steps cannot be read: {steps}.', 'Write them as 60:0.50;300:0.30;:0.10.'),
('LB117', 'sv', 'De här stegen går inte att läsa: {steps}.', 'Skriv dem som 60:0.50;300:0.30;:0.10.'),
('LB118', 'en', 'There are prices in list {list} already: its level and currency stay.',
'Make another list.'),
(
    'LB118', 'sv', 'Det finns redan priser i listan {list}: dess nivå och valuta ligger fast.',
    'Lägg upp en annan lista.'
);
