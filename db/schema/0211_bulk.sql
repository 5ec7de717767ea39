-- Changes of many customers or contracts at once, and what each of them was before, so that they can be set
-- back. Lock: none that anyone waits for. Duration: under a second.

create table billing.bulk_change (
    bulk_change_id bigint generated always as identity constraint bulk_change_pk primary key,
    what text not null constraint bulk_change_what_ck check (what in ('customers', 'contracts')),
    field text not null constraint bulk_change_field_ck check (
        field in (
            'credit_limit', 'delivery', 'payment_days', 'group_add', 'group_remove', 'price_list', 'seller'
        )
    ),
    value text,
    from_on date,
    filter text,
    state text not null default 'applied',
    changed integer not null,
    same integer not null,
    refused integer not null,
    made_at timestamptz not null default clock_timestamp(),
    made_by text not null,
    undone_at timestamptz,
    undone_by text,
    undone integer,
    left_alone integer,
    constraint bulk_change_state_ck check (state in ('applied', 'undone')),
    constraint bulk_change_undone_ck check (
        num_nonnulls(undone_at, undone_by, undone, left_alone) = case state when 'undone' then 4 else 0 end
    )
);

comment on table billing.bulk_change is 'A change of many customers or contracts at once.';
comment on column billing.bulk_change.bulk_change_id is 'Number of the change.';
comment on column billing.bulk_change.what is
'What was changed: customers or contracts.';
comment on column billing.bulk_change.field is 'What of them.';
comment on column billing.bulk_change.value is 'What it became, as it was chosen; NULL: none.';
comment on column billing.bulk_change.from_on is 'First day of the change, where it holds from a day.';
comment on column billing.bulk_change.filter is
'What was searched for in the list, in words; NULL: all of it.';
comment on column billing.bulk_change.state is 'applied or undone.';
comment on column billing.bulk_change.changed is 'How many were changed.';
comment on column billing.bulk_change.same is 'How many were so already.';
comment on column billing.bulk_change.refused is 'How many could not be changed.';
comment on column billing.bulk_change.made_at is 'When.';
comment on column billing.bulk_change.made_by is 'Who changed them.';
comment on column billing.bulk_change.undone_at is 'When it was undone.';
comment on column billing.bulk_change.undone_by is 'Who undid it.';
comment on column billing.bulk_change.undone is 'How many were set back.';
comment on column billing.bulk_change.left_alone is
'How many were not, as they were changed again meanwhile.';
comment on constraint bulk_change_pk on billing.bulk_change is 'The number of a change is unique.';
comment on constraint bulk_change_what_ck on billing.bulk_change is
'A bulk change is of customers or contracts.';
comment on constraint bulk_change_field_ck on billing.bulk_change is
'A bulk change is of a field that can be changed so.';
comment on constraint bulk_change_state_ck on billing.bulk_change is 'A bulk change is applied or undone.';
comment on constraint bulk_change_undone_ck on billing.bulk_change is
'A bulk change that is undone says by whom, when and how many.';

create table billing.bulk_change_row (
    bulk_change_id bigint not null,
    key text not null,
    item_id bigint,
    state text not null,
    old text,
    was text,
    is_made boolean not null,
    fault text,
    new_version integer,
    constraint bulk_change_row_pk primary key (bulk_change_id, key),
    constraint bulk_change_row_change_fk foreign key (bulk_change_id)
        references billing.bulk_change (bulk_change_id),
    constraint bulk_change_row_state_ck check (state in ('changed', 'refused', 'undone', 'left'))
);

comment on table billing.bulk_change_row is
'What a bulk change found and did: a row for each that was changed or refused.';
comment on column billing.bulk_change_row.bulk_change_id is 'The change.';
comment on column billing.bulk_change_row.key is 'Number of the customer or contract.';
comment on column billing.bulk_change_row.item_id is 'The customer or contract; NULL: there was none.';
comment on column billing.bulk_change_row.state is 'changed, refused, undone, or left alone by the undoing.';
comment on column billing.bulk_change_row.old is
'What held before, on that day; a key where it names something.';
comment on column billing.bulk_change_row.was is 'What the row that was changed said itself.';
comment on column billing.bulk_change_row.is_made is 'Was a row made for it, which undoing takes away?';
comment on column billing.bulk_change_row.fault is 'Why it was refused, in a word.';
comment on column billing.bulk_change_row.new_version is
'The row_version that the change gave: with another one, someone has changed it since.';
comment on constraint bulk_change_row_pk on billing.bulk_change_row is
'A change has a customer or contract once.';
comment on constraint bulk_change_row_change_fk on billing.bulk_change_row is 'The bulk change must exist.';
comment on constraint bulk_change_row_state_ck on billing.bulk_change_row is
'A row of a bulk change is changed, refused, undone or left alone.';

select access.staff_open(
    one.name,
    array['sales', 'support', 'finance', 'credit', 'auditor'], '{}'
)
from (values ('billing.bulk_change'::regclass), ('billing.bulk_change_row'::regclass)) as one (name);
create trigger _10_process_only before update or delete or truncate on billing.bulk_change
for each statement execute function billing.tg_process_only();
create trigger _10_process_only before update or delete or truncate on billing.bulk_change_row
for each statement execute function billing.tg_process_only();
select audit.enable('billing.bulk_change');
insert into audit.exempt (table_name, why) values
('billing.bulk_change_row', 'What was changed is written down with the customers and contracts themselves.');

insert into billing.message (code, language, sentence, hint) values
('bulk_change_pk', 'sv', 'En massändrings nummer är unikt.', null),
('bulk_change_what_ck', 'sv', 'En massändring gäller kunder eller avtal.', null),
('bulk_change_field_ck', 'sv', 'En massändring gäller ett fält som kan ändras så.', null),
('bulk_change_state_ck', 'sv', 'En massändring är gjord eller ångrad.', null),
('bulk_change_undone_ck', 'sv', 'En ångrad massändring säger av vem, när och hur många.', null),
('bulk_change_row_pk', 'sv', 'En massändring har en kund eller ett avtal en gång.', null),
('bulk_change_row_change_fk', 'sv', 'Massändringen måste finnas.', null),
('bulk_change_row_state_ck', 'sv', 'En rad i en massändring är ändrad, nekad, ångrad eller orörd.', null),
('LB850', 'en', 'This value does not fit here: {value}.', null),
('LB850', 'sv', 'Det här värdet passar inte här: {value}.', null),
(
    'LB851', 'en', 'What you looked at has changed meanwhile: nothing was changed.',
    'Look at the preview again.'
),
(
    'LB851', 'sv', 'Det som du tittade på har ändrats under tiden: inget ändrades.',
    'Se på förhandsvisningen igen.'
),
('LB852', 'en', 'There is no bulk change {change}, or it is undone already.', null),
('LB852', 'sv', 'Massändring {change} finns inte, eller är redan ångrad.', null);
