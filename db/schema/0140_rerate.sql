-- Usage: rating again. What re-rating replaced, who asked for it and why, and how far it has come.
-- Lock: none that anyone waits for. Duration: under a second.

create table billing.rerate (
    rerate_id bigint generated always as identity constraint rerate_pk primary key,
    asked_at timestamptz not null default clock_timestamp(),
    asked_by text not null,
    why text not null,
    from_on date not null,
    to_on date not null,
    options jsonb not null,
    seen pg_snapshot not null default pg_current_snapshot(),
    finished_at timestamptz,
    constraint rerate_period_ck check (from_on < to_on)
);

comment on table billing.rerate is 'Re-ratings of a period: who asked for each, when and why.';
comment on column billing.rerate.rerate_id is 'Surrogate key.';
comment on column billing.rerate.asked_at is 'When it began.';
comment on column billing.rerate.asked_by is 'Who asked for it.';
comment on column billing.rerate.why is 'The reason given, or empty.';
comment on column billing.rerate.from_on is 'First local day.';
comment on column billing.rerate.to_on is 'The day after the last.';
comment on column billing.rerate.options is
'What the calls were narrowed to: {customer, list, destination …}.';
comment on column billing.rerate.seen is
'What was committed when it began: it is taken up again only while no reference data changed since.';
comment on column billing.rerate.finished_at is
'When all its parts were done; NULL: it may be taken up again.';
comment on constraint rerate_pk on billing.rerate is 'A re-rating is identified by its id.';
comment on constraint rerate_period_ck on billing.rerate is 'The period must end after it begins.';

create table billing.rerate_part (
    rerate_id bigint not null constraint rerate_part_rerate_fk references billing.rerate (rerate_id),
    part_no int not null,
    customer_from bigint not null,
    customer_to bigint not null,
    from_on date not null,
    to_on date not null,
    done_at timestamptz,
    calls bigint not null default 0,
    constraint rerate_part_pk primary key (rerate_id, part_no)
);

comment on table billing.rerate_part is
'The transactions of a re-rating: each takes the calls of some customers, and is done once or not at all.';
comment on column billing.rerate_part.rerate_id is 'The re-rating.';
comment on column billing.rerate_part.part_no is 'Number of the part.';
comment on column billing.rerate_part.customer_from is 'First customer, by id.';
comment on column billing.rerate_part.customer_to is 'Last customer.';
comment on column billing.rerate_part.from_on is 'First local day.';
comment on column billing.rerate_part.to_on is 'The day after the last.';
comment on column billing.rerate_part.done_at is 'When it was done, with all that it changed; NULL: not yet.';
comment on column billing.rerate_part.calls is 'Calls priced again.';
comment on constraint rerate_part_pk on billing.rerate_part is 'A part has one number.';
comment on constraint rerate_part_rerate_fk on billing.rerate_part is 'The re-rating must exist.';

create table billing.rerate_customer (
    rerate_id bigint not null,
    part_no int not null,
    customer_id bigint not null,
    changed bigint not null,
    suspended bigint not null,
    frozen bigint not null,
    revenue_before numeric not null,
    revenue_after numeric not null,
    cost_before numeric not null,
    cost_after numeric not null,
    constraint rerate_customer_pk primary key (rerate_id, part_no, customer_id),
    constraint rerate_customer_part_fk foreign key (rerate_id, part_no)
    references billing.rerate_part (rerate_id, part_no)
);

comment on table billing.rerate_customer is
'What a re-rating changed, per customer, in the operator''s currency: sums over the calls that changed.';
comment on column billing.rerate_customer.rerate_id is 'The re-rating.';
comment on column billing.rerate_customer.part_no is 'Its part.';
comment on column billing.rerate_customer.customer_id is 'The customer that had the calls before.';
comment on column billing.rerate_customer.changed is 'Calls that changed, suspended ones included.';
comment on column billing.rerate_customer.suspended is
'Those that have no price any more and went to suspense.';
comment on column billing.rerate_customer.frozen is
'Invoiced calls that would have changed and were left for a correction; not in the sums.';
comment on column billing.rerate_customer.revenue_before is 'Retail before.';
comment on column billing.rerate_customer.revenue_after is 'Retail after; nothing for suspended calls.';
comment on column billing.rerate_customer.cost_before is 'Known cost before.';
comment on column billing.rerate_customer.cost_after is 'Known cost after; nothing for suspended calls.';
comment on constraint rerate_customer_pk on billing.rerate_customer is 'A customer is counted once per part.';
comment on constraint rerate_customer_part_fk on billing.rerate_customer is 'The part must exist.';

-- What rating decided; what the record itself says stays in billing.call, or in suspense. No foreign key, as
-- with calls: a check per row would cost more than the row.
create table billing.call_former (
    rerate_id bigint not null,
    replaced_at timestamptz not null default now(),
    like billing.call including comments
) partition by range (start_on);
alter table billing.call_former
drop column margin, drop column file_id, drop column line_no, drop column key_hash,
drop column a_received, drop column b_received, drop column account,
add constraint call_former_pk primary key (customer_id, start_on, call_id, load_id);
create index call_former_rerate_ix on billing.call_former using brin (rerate_id);

comment on table billing.call_former is
'Former versions of calls that re-rating changed, by the batch that had rated them (load_id). Partitioned by '
'month like billing.call.';
comment on column billing.call_former.rerate_id is 'The re-rating that replaced it.';
comment on column billing.call_former.replaced_at is 'When it was replaced.';
comment on constraint call_former_pk on billing.call_former is 'A version of a call is kept once.';
comment on index billing.call_former_rerate_ix is 'What a re-rating replaced.';

create table billing.call_correction (
    customer_id bigint not null,
    start_on date not null,
    call_id bigint not null,
    rerate_id bigint not null constraint call_correction_rerate_fk references billing.rerate (rerate_id),
    contract_line_id bigint not null,
    retail_list_id bigint not null,
    retail numeric(18, 6) not null,
    retail_base numeric(18, 6) not null,
    constraint call_correction_pk primary key (customer_id, start_on, call_id)
);
create index call_correction_rerate_ix on billing.call_correction (rerate_id);

comment on table billing.call_correction is
'Invoiced calls that cost something else by the latest re-rating. The calls themselves stay; the difference '
'to what was billed becomes a correction line.';
comment on column billing.call_correction.customer_id is 'The customer that has the call.';
comment on column billing.call_correction.start_on is 'Its local day.';
comment on column billing.call_correction.call_id is 'The call.';
comment on column billing.call_correction.rerate_id is 'The re-rating that found it.';
comment on column billing.call_correction.contract_line_id is 'The contract line that should pay.';
comment on column billing.call_correction.retail_list_id is 'The list that prices it now.';
comment on column billing.call_correction.retail is 'What should be billed, in the list''s currency.';
comment on column billing.call_correction.retail_base is 'The same in the operator''s currency.';
comment on constraint call_correction_pk on billing.call_correction is 'A call has one correction.';
comment on constraint call_correction_rerate_fk on billing.call_correction is 'The re-rating must exist.';
comment on index billing.call_correction_rerate_ix is 'Corrections of a re-rating.';

insert into billing.message (code, language, sentence, hint) values
('LB400', 'en', 'There is no {what} {code}.', null),
('LB400', 'sv', '{what} {code} finns inte.', null),
('LB401', 'en', 'Price list {list} is not a draft of another list.',
'A draft has draft = yes and, as its parent, the live list that it would change.'),
('LB401', 'sv', 'Prislistan {list} är inget utkast till en annan lista.',
'Ett utkast har draft = yes och som överordnad lista den gällande som det skulle ändra.'),
('LB402', 'en', 'There is nothing to simulate.', 'Name a draft price list, a ring, or both.'),
('LB402', 'sv', 'Det finns inget att simulera.', 'Ange ett utkast till prislista, en rabattring eller båda.'),
('LB403', 'en', 'Re-rating {rerate} is not under way.', 'Start it again with leissner calls rerate.'),
('LB403', 'sv', 'Omprissättningen {rerate} pågår inte.', 'Starta om den med leissner calls rerate.');

select access.staff_open(
    one.table_name::regclass,
    array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'],
    '{}'
)
from unnest(array[
    'billing.rerate', 'billing.rerate_part', 'billing.rerate_customer', 'billing.call_former',
    'billing.call_correction'
]) as one (table_name);

insert into audit.exempt (table_name, why) values
('billing.rerate', 'Written by re-rating only: each one writes events.'),
('billing.rerate_part', 'How far a re-rating has come.'),
('billing.rerate_customer', 'Written by re-rating only: each batch writes an event.'),
('billing.call_former', 'Append-only: each batch writes an event.'),
('billing.call_correction', 'Computed from the calls by re-rating: each batch writes an event.');

do $$
declare
    v_table text;
begin
    -- A loop, because triggers are made one statement each.
    foreach v_table in array array[
        'rerate', 'rerate_part', 'rerate_customer', 'call_former', 'call_correction'
    ] loop
        execute format(
            'create trigger _10_process_only before update or delete or truncate on billing.%I
            for each statement execute function billing.tg_process_only()',
            v_table
        );
    end loop;
end
$$;
