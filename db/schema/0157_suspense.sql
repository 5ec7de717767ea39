-- Usage: suspended records that will never be rated: dropped by a person, or replaced by a corrected record.
-- Lock: suspense against writing, while an index is built. Duration: under a second.

create table billing.suspense_drop (
    drop_id bigint generated always as identity constraint suspense_drop_pk primary key,
    dropped_at timestamptz not null default clock_timestamp(),
    dropped_by text not null,
    kind text not null constraint suspense_drop_kind_ck check (kind in ('dropped', 'corrected')),
    what text not null,
    because text not null constraint suspense_drop_because_ck check (because <> ''),
    calls bigint not null,
    units numeric not null
);

comment on table billing.suspense_drop is
'Who took records out of suspense without rating them, when and why.';
comment on column billing.suspense_drop.drop_id is 'Surrogate key.';
comment on column billing.suspense_drop.dropped_at is 'When.';
comment on column billing.suspense_drop.dropped_by is 'Who.';
comment on column billing.suspense_drop.kind is
'dropped: a person gave them up; corrected: the record was loaded again, corrected.';
comment on column billing.suspense_drop.what is 'The group''s cause, or the call.';
comment on column billing.suspense_drop.because is 'The reason given.';
comment on column billing.suspense_drop.calls is 'How many records.';
comment on column billing.suspense_drop.units is 'Their units, as far as they could be read.';
comment on constraint suspense_drop_pk on billing.suspense_drop is 'A drop is identified by its id.';
comment on constraint suspense_drop_kind_ck on billing.suspense_drop is
'A record leaves suspense as dropped or corrected.';
comment on constraint suspense_drop_because_ck on billing.suspense_drop is 'A drop needs a reason.';

-- No foreign key but the drop's: rows are moved as they are, and what they name is never deleted.
create table billing.call_dropped (
    drop_id bigint not null constraint call_dropped_drop_fk references billing.suspense_drop (drop_id),
    like billing.call_suspense including comments,
    constraint call_dropped_pk primary key (suspense_id)
);
-- Asked in every batch: are there lines that its records may correct?
create index call_suspense_bad_ix on billing.call_suspense (source_id, suspense_id)
where reason = 'bad_record';
comment on index billing.call_suspense_bad_ix is 'Lines of a source that could not be read.';

create index call_dropped_drop_ix on billing.call_dropped (drop_id);
create index call_dropped_key_ix on billing.call_dropped (source_id, key_hash);

comment on table billing.call_dropped is
'Records that left suspense without being rated, as they waited there: counted with their files for ever.';
comment on column billing.call_dropped.drop_id is 'With which others, by whom and why.';
comment on constraint call_dropped_pk on billing.call_dropped is 'A record is dropped once.';
comment on constraint call_dropped_drop_fk on billing.call_dropped is 'The drop must exist.';
comment on index billing.call_dropped_drop_ix is 'Records of a drop.';
comment on index billing.call_dropped_key_ix is 'A record by its key.';

insert into billing.message (code, language, sentence, hint) values
('LB390', 'en', 'There is no group {group} in suspense.', 'leissner calls suspense lists the groups.'),
('LB390', 'sv', 'Det finns ingen grupp {group} bland det som väntar.',
'leissner calls suspense visar grupperna.'),
('LB391', 'en', 'There is no reason {reason}.', 'Reasons are: {known}.'),
('LB391', 'sv', 'Orsaken {reason} finns inte.', 'Orsakerna är: {known}.'),
('LB392', 'en', 'A drop needs a reason.', 'Say it with --because.'),
('LB392', 'sv', 'Att avskriva kräver en motivering.', 'Ange den med --because.'),
('LB393', 'en', 'Name a group or a call to drop, one of them.', null),
('LB393', 'sv', 'Ange en grupp eller ett samtal att avskriva, en av dem.', null),
('LB394', 'en', 'Call {call} does not wait in suspense.', 'Name it source:key, as --group lists it.'),
('LB394', 'sv', 'Samtalet {call} väntar inte.', 'Ange det som källa:nyckel, som --group visar det.');

select access.staff_open(
    one.table_name::regclass,
    array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'],
    '{}'
)
from unnest(array['billing.suspense_drop', 'billing.call_dropped']) as one (table_name);

insert into audit.exempt (table_name, why) values
('billing.suspense_drop', 'Append-only: each drop writes an event.'),
('billing.call_dropped', 'Append-only: each drop writes an event.');

create trigger _10_process_only before update or delete or truncate on billing.suspense_drop
for each statement execute function billing.tg_process_only();
create trigger _10_process_only before update or delete or truncate on billing.call_dropped
for each statement execute function billing.tg_process_only();
