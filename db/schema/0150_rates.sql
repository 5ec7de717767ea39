-- Rates: suppliers' sheets as they were read, where a price came from, and the rows of a sheet while it is
-- worked on. Lock: none that anyone waits for. Duration: under a second.

create sequence billing.rate_sheet_id_seq;

create table billing.rate_sheet (
    rate_sheet_id bigint not null constraint rate_sheet_pk primary key,
    price_list_id bigint not null
    constraint rate_sheet_price_list_fk references billing.price_list (price_list_id),
    file_name text not null,
    content bytea not null,
    settings jsonb not null,
    options jsonb not null,
    counts jsonb not null,
    imported_at timestamptz not null default clock_timestamp(),
    imported_by text not null
);
create index rate_sheet_price_list_ix on billing.rate_sheet (price_list_id, rate_sheet_id desc);

comment on table billing.rate_sheet is 'Suppliers'' sheets that were imported, with the file itself.';
comment on column billing.rate_sheet.rate_sheet_id is 'Surrogate key.';
comment on column billing.rate_sheet.price_list_id is 'The list that it changed.';
comment on column billing.rate_sheet.file_name is 'Name of the file, without folder.';
comment on column billing.rate_sheet.content is 'The file, byte by byte.';
comment on column billing.rate_sheet.settings is
'How the file was read: columns, marks, order of dates …; the next sheet of the list is read the same way.';
comment on column billing.rate_sheet.options is 'What was asked for: {effective, is_full, is_split …}.';
comment on column billing.rate_sheet.counts is 'Changes by kind: {new, up, down, same, gone, blocked}.';
comment on column billing.rate_sheet.imported_at is 'When it was written.';
comment on column billing.rate_sheet.imported_by is 'Who imported it.';
comment on constraint rate_sheet_pk on billing.rate_sheet is 'A sheet is identified by its id.';
comment on constraint rate_sheet_price_list_fk on billing.rate_sheet is 'The price list must exist.';
comment on index billing.rate_sheet_price_list_ix is 'The sheets of a list, the newest first.';

-- No foreign key to the item: an item that is replaced leaves its id to its former version.
create table billing.price_origin (
    price_item_id bigint not null constraint price_origin_pk primary key,
    rate_sheet_id bigint not null
    constraint price_origin_sheet_fk references billing.rate_sheet (rate_sheet_id),
    line_no int not null
);
create index price_origin_sheet_ix on billing.price_origin using brin (rate_sheet_id);

comment on table billing.price_origin is 'Which sheet and line a price came from.';
comment on column billing.price_origin.price_item_id is 'The price, today''s or a former one.';
comment on column billing.price_origin.rate_sheet_id is 'The sheet.';
comment on column billing.price_origin.line_no is 'Line in the sheet, from 1.';
comment on constraint price_origin_pk on billing.price_origin is 'A price comes from one line.';
comment on constraint price_origin_sheet_fk on billing.price_origin is 'The sheet must exist.';
comment on index billing.price_origin_sheet_ix is 'Prices of a sheet.';

create unlogged table billing.rate_staging (
    rate_sheet_id bigint not null,
    line_no int not null,
    code text not null,
    name text not null,
    from_on date,
    to_on date,
    rate numeric,
    off_peak numeric,
    setup numeric not null,
    minimum numeric not null,
    first_increment bigint not null,
    next_increment bigint not null,
    free_units bigint not null,
    step_to bigint[],
    step_rate numeric[],
    is_blocked boolean not null,
    is_deleted boolean not null,
    flag text,
    constraint rate_staging_pk primary key (rate_sheet_id, line_no, code)
);

comment on table billing.rate_staging is
'Rows of a sheet, one per code, as the reader made them out; each import empties its own.';
comment on column billing.rate_staging.rate_sheet_id is 'The sheet.';
comment on column billing.rate_staging.line_no is 'Line in the file, from 1.';
comment on column billing.rate_staging.code is 'Digits of one code, with the country''s.';
comment on column billing.rate_staging.name is 'The supplier''s name of the destination.';
comment on column billing.rate_staging.from_on is 'First day; NULL: the sheet''s.';
comment on column billing.rate_staging.to_on is 'The day after the last; NULL: open.';
comment on column billing.rate_staging.rate is 'Per block of the mode; NULL: blocked, deleted or steps.';
comment on column billing.rate_staging.off_peak is 'Rate in the off-peak band; NULL: none of its own.';
comment on column billing.rate_staging.setup is 'Set-up fee per call.';
comment on column billing.rate_staging.minimum is 'Least amount of a call.';
comment on column billing.rate_staging.first_increment is 'Units billed at least.';
comment on column billing.rate_staging.next_increment is 'Units that further blocks round up to.';
comment on column billing.rate_staging.free_units is 'Calls up to this long cost nothing.';
comment on column billing.rate_staging.step_to is 'Upper bounds of steps in units; the last is NULL.';
comment on column billing.rate_staging.step_rate is 'Rate of each step.';
comment on column billing.rate_staging.is_blocked is 'Not for sale.';
comment on column billing.rate_staging.is_deleted is 'The code ends.';
comment on column billing.rate_staging.flag is 'What the sheet says of the change: up, down, new, same …';
comment on constraint rate_staging_pk on billing.rate_staging is 'A line names a code once.';

create unlogged table billing.rate_change_staging (
    rate_sheet_id bigint not null,
    change_no int not null,
    destination_id bigint,
    owner_id bigint,
    place text not null,
    name text not null,
    band_id bigint,
    from_on date not null,
    to_on date,
    status text not null,
    codes text[] not null,
    moved text[] not null,
    line_no int,
    terms jsonb,
    former jsonb,
    percent numeric,
    calls bigint not null,
    minutes numeric not null,
    notes text[] not null,
    is_doubtful boolean not null,
    constraint rate_change_staging_pk primary key (rate_sheet_id, change_no)
);

comment on table billing.rate_change_staging is
'What a sheet changes, before it is written: a price of a destination from a day on. Holds rows within a '
'transaction only.';
comment on column billing.rate_change_staging.rate_sheet_id is 'The sheet.';
comment on column billing.rate_change_staging.change_no is 'Order in which it is shown.';
comment on column billing.rate_change_staging.destination_id is
'The destination; NULL: one that has to be made.';
comment on column billing.rate_change_staging.owner_id is
'Where calls to these codes go today, when a destination has to be made; NULL: nowhere.';
comment on column billing.rate_change_staging.place is 'What tells destinations that have to be made apart.';
comment on column billing.rate_change_staging.name is 'The supplier''s name.';
comment on column billing.rate_change_staging.band_id is 'Time band; NULL: all hours.';
comment on column billing.rate_change_staging.from_on is 'First day.';
comment on column billing.rate_change_staging.to_on is
'The day after the last that the sheet speaks of; NULL: open.';
comment on column billing.rate_change_staging.status is 'new, up, down, same, gone or blocked.';
comment on column billing.rate_change_staging.codes is 'The codes it is about.';
comment on column billing.rate_change_staging.moved is
'Codes that lead to the destination only from then on.';
comment on column billing.rate_change_staging.line_no is 'Line of the sheet; NULL: the sheet lacks it.';
comment on column billing.rate_change_staging.terms is 'The price as in billing.price_item; NULL: it ends.';
comment on column billing.rate_change_staging.former is 'The price before; NULL: there was none.';
comment on column billing.rate_change_staging.percent is
'Change of the rate in percent; NULL: not to be said.';
comment on column billing.rate_change_staging.calls is 'Calls of the last 30 days to the destination.';
comment on column billing.rate_change_staging.minutes is 'Their billed minutes.';
comment on column billing.rate_change_staging.notes is 'What a person should look at.';
comment on column billing.rate_change_staging.is_doubtful is 'Has a person to agree to it?';
comment on constraint rate_change_staging_pk on billing.rate_change_staging is 'A change has one number.';

insert into billing.message (code, language, sentence, hint) values
('LB360', 'en', 'There is no price list {list}.', 'Make it in price_lists.csv.'),
('LB360', 'sv', 'Prislistan {list} finns inte.', 'Lägg till den i price_lists.csv.'),
('LB361', 'en', 'There is no {what} {code}.', null),
('LB361', 'sv', '{what} {code} finns inte.', null),
('LB362', 'en', 'The sheet does not fit any more: what it would change is not what was shown.',
'Look at it again.'),
('LB362', 'sv', 'Prisbladet passar inte längre: det som ändras är inte det som visades.',
'Granska det igen.'),
('LB363', 'en', 'Nothing of sheet {sheet} was planned.', 'Plan it first, in the same transaction.'),
('LB363', 'sv', 'Inget av prisblad {sheet} är planerat.', 'Planera det först, i samma transaktion.');

select access.staff_open(
    one.table_name::regclass,
    array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'],
    '{}'
)
from unnest(array['billing.rate_sheet', 'billing.price_origin']) as one (table_name);

insert into audit.exempt (table_name, why) values
('billing.rate_sheet', 'Append-only: each import writes an event.'),
('billing.price_origin', 'Append-only: written with the price, which is in the log.'),
('billing.rate_staging', 'Holds rows within a transaction only.'),
('billing.rate_change_staging', 'Holds rows within a transaction only.');

create trigger _10_process_only before update or delete or truncate on billing.rate_sheet
for each statement execute function billing.tg_process_only();
create trigger _10_process_only before update or delete or truncate on billing.price_origin
for each statement execute function billing.tg_process_only();

-- As the other staging tables: filled by COPY, so without row-level security; a trigger asks the session.
grant insert on billing.rate_staging to leissner_admin, leissner_pricing, leissner_batch;
grant usage on sequence billing.rate_sheet_id_seq to leissner_admin, leissner_pricing, leissner_batch;
create trigger _10_level before insert on billing.rate_staging
for each statement execute function access.tg_staging_level('admin', 'pricing', 'batch');
