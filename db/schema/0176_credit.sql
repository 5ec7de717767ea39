-- Credit control: policies, promises to pay, what was done about payers, messages to them, blocks of contract
-- lines and the orders for them to the switch. Lock: none that anyone waits for. Duration: under a second.

create table billing.credit_policy (
    credit_policy_id bigint generated always as identity constraint credit_policy_pk primary key,
    code text not null,
    kind text,
    customer_group_id bigint constraint credit_policy_group_fk
        references billing.customer_group (customer_group_id),
    customer_id bigint constraint credit_policy_customer_fk references billing.customer (customer_id),
    warn_percent numeric(9, 2) not null default 80,
    block_percent numeric(9, 2) not null default 100,
    warn_days int not null default 10,
    block_days int not null default 30,
    minimum numeric(18, 4) not null default 200,
    blocks text not null default 'outgoing',
    lines text not null default 'concerned',
    notice_days int not null default 10,
    limit_notice_days int not null default 0,
    at_once_after int,
    hour_amount numeric(18, 4),
    day_amount numeric(18, 4),
    hour_minutes numeric(12, 2),
    day_minutes numeric(12, 2),
    hour_premium int,
    day_premium int,
    hour_short int,
    day_short int,
    fraud_blocks text not null default 'none',
    row_version int not null default 1,
    constraint credit_policy_code_uq unique (code),
    constraint credit_policy_for_uq unique nulls not distinct (kind, customer_group_id, customer_id),
    constraint credit_policy_code_ck check (code <> ''),
    constraint credit_policy_kind_ck check (kind in ('private', 'business', 'wholesale')),
    constraint credit_policy_for_ck check (num_nonnulls(kind, customer_group_id, customer_id) <= 1),
    constraint credit_policy_percent_ck check (warn_percent > 0 and block_percent > 0),
    constraint credit_policy_days_ck check (
        warn_days between 0 and 3650 and block_days between 0 and 3650 and notice_days between 0 and 365
        and limit_notice_days between 0 and 365 and at_once_after between 1 and 100
    ),
    constraint credit_policy_minimum_ck check (minimum >= 0),
    constraint credit_policy_blocks_ck check (blocks in ('outgoing', 'international_premium', 'all', 'none')),
    constraint credit_policy_lines_ck check (lines in ('concerned', 'all')),
    constraint credit_policy_threshold_ck check (
        least(
            hour_amount, day_amount, hour_minutes, day_minutes, hour_premium, day_premium, hour_short,
            day_short
        ) > 0
    ),
    constraint credit_policy_fraud_ck check (
        fraud_blocks in ('outgoing', 'international_premium', 'all', 'none')
    )
);
create index credit_policy_group_ix on billing.credit_policy (customer_group_id);
create index credit_policy_customer_ix on billing.credit_policy (customer_id);

comment on table billing.credit_policy is
'When payers are warned and blocked, and what is then blocked. The most specific one holds: for the '
'customer, '
'for one of its groups, for its kind, else the one for all.';
comment on column billing.credit_policy.credit_policy_id is 'Surrogate key, inside only.';
comment on column billing.credit_policy.code is 'Short name in files and screens.';
comment on column billing.credit_policy.kind is 'For customers of this kind.';
comment on column billing.credit_policy.customer_group_id is 'For customers of this group.';
comment on column billing.credit_policy.customer_id is 'For this customer.';
comment on column billing.credit_policy.warn_percent is 'Warn when so much of the credit limit is used.';
comment on column billing.credit_policy.block_percent is 'Block when so much of the credit limit is used.';
comment on column billing.credit_policy.warn_days is 'Warn when the minimum is overdue for so many days.';
comment on column billing.credit_policy.block_days is 'Block when the minimum is overdue for so many days.';
comment on column billing.credit_policy.minimum is
    'Least sum, in the operator''s currency, that counts as overdue.';
comment on column billing.credit_policy.blocks is
    'What is blocked: outgoing, international_premium or all traffic, or none: a warning is all.';
comment on column billing.credit_policy.lines is
    'Who is late has blocked: the contract lines concerned, those on overdue invoices, or all.';
comment on column billing.credit_policy.notice_days is
    'Days between the notice and the block of who is late; 0: at once.';
comment on column billing.credit_policy.limit_notice_days is
    'The same for who has used up the credit limit.';
comment on column billing.credit_policy.at_once_after is
    'Who had so many notices in twelve months is blocked without days of notice; NULL: never.';
comment on column billing.credit_policy.hour_amount is
    'Guard against fraud: traffic of an hour for so much, in the operator''s currency; NULL: no matter.';
comment on column billing.credit_policy.day_amount is 'The same of a day.';
comment on column billing.credit_policy.hour_minutes is 'So many minutes abroad in an hour; NULL: no matter.';
comment on column billing.credit_policy.day_minutes is 'The same of a day.';
comment on column billing.credit_policy.hour_premium is 'So many premium calls in an hour; NULL: no matter.';
comment on column billing.credit_policy.day_premium is 'The same of a day.';
comment on column billing.credit_policy.hour_short is
    'So many short calls to numbers of one prefix in an hour; NULL: no matter.';
comment on column billing.credit_policy.day_short is 'The same of a day.';
comment on column billing.credit_policy.fraud_blocks is
    'What is then blocked: outgoing, international_premium, all; none: a warning is all.';
comment on column billing.credit_policy.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint credit_policy_pk on billing.credit_policy is 'The key of a policy is unique.';
comment on constraint credit_policy_code_uq on billing.credit_policy is
    'There is a policy with that code already.';
comment on constraint credit_policy_for_uq on billing.credit_policy is
    'There is a policy for the same customer, group or kind already.';
comment on constraint credit_policy_group_fk on billing.credit_policy is 'The customer group must exist.';
comment on constraint credit_policy_customer_fk on billing.credit_policy is 'The customer must exist.';
comment on constraint credit_policy_code_ck on billing.credit_policy is 'A policy needs a code.';
comment on constraint credit_policy_kind_ck on billing.credit_policy is
    'The kind must be private, business or wholesale.';
comment on constraint credit_policy_for_ck on billing.credit_policy is
    'A policy is for a kind, a group, a customer, or for all.';
comment on constraint credit_policy_percent_ck on billing.credit_policy is
    'Percentages must be above zero.';
comment on constraint credit_policy_days_ck on billing.credit_policy is
    'Days must be 0 to 3650, days of notice 0 to 365, and notices before a block at once 1 to 100.';
comment on constraint credit_policy_minimum_ck on billing.credit_policy is
    'The minimum must not be negative.';
comment on constraint credit_policy_blocks_ck on billing.credit_policy is
    'What is blocked must be outgoing, international_premium, all or none.';
comment on constraint credit_policy_lines_ck on billing.credit_policy is
    'The lines must be concerned or all.';
comment on constraint credit_policy_threshold_ck on billing.credit_policy is
    'Thresholds must be above zero.';
comment on constraint credit_policy_fraud_ck on billing.credit_policy is
    'What the guard blocks must be outgoing, international_premium, all or none.';

create trigger _10_row_version before update on billing.credit_policy
for each row execute function access.tg_row_version();

insert into billing.credit_policy (code) values ('default');

create table billing.credit_promise (
    credit_promise_id bigint generated always as identity constraint credit_promise_pk primary key,
    payer_id bigint not null constraint credit_promise_payer_fk references billing.customer (customer_id),
    until_on date,
    reason text,
    made_at timestamptz not null default clock_timestamp(),
    made_by text not null
);
create index credit_promise_payer_ix on billing.credit_promise (payer_id, credit_promise_id);

comment on table billing.credit_promise is
'Promises to pay, noted by a person: up to the day nobody is warned or blocked. The last one of a payer '
'counts.';
comment on column billing.credit_promise.credit_promise_id is 'Surrogate key, in the order they were noted.';
comment on column billing.credit_promise.payer_id is 'The payer.';
comment on column billing.credit_promise.until_on is 'Last day that it holds; NULL: withdrawn.';
comment on column billing.credit_promise.reason is 'What was said.';
comment on column billing.credit_promise.made_at is 'When it was noted.';
comment on column billing.credit_promise.made_by is 'Who noted it.';
comment on constraint credit_promise_pk on billing.credit_promise is 'The key of a promise is unique.';
comment on constraint credit_promise_payer_fk on billing.credit_promise is 'The payer must exist.';
comment on index billing.credit_promise_payer_ix is 'The last promise of a payer.';

create table billing.credit_state (
    payer_id bigint not null constraint credit_state_pk primary key
        constraint credit_state_payer_fk references billing.customer (customer_id),
    stage text not null constraint credit_state_stage_ck check (stage in ('warned', 'noticed', 'blocked')),
    since_at timestamptz not null default clock_timestamp(),
    block_on date,
    code text not null,
    params jsonb not null,
    constraint credit_state_notice_ck check ((stage = 'noticed') = (block_on is not null))
);

comment on table billing.credit_state is
'How far policies have gone with a payer; no row: nothing is held against it. credit_event is the history.';
comment on column billing.credit_state.payer_id is 'The payer.';
comment on column billing.credit_state.stage is 'warned; noticed, that a block comes; blocked.';
comment on column billing.credit_state.since_at is 'Since when.';
comment on column billing.credit_state.block_on is 'Day on which a block comes that was noticed.';
comment on column billing.credit_state.code is 'Why: a sentence of billing.message.';
comment on column billing.credit_state.params is 'What to fill into it.';
comment on constraint credit_state_pk on billing.credit_state is 'A payer has one state.';
comment on constraint credit_state_payer_fk on billing.credit_state is 'The payer must exist.';
comment on constraint credit_state_stage_ck on billing.credit_state is
    'The stage must be warned, noticed or blocked.';
comment on constraint credit_state_notice_ck on billing.credit_state is
    'A notice, and nothing else, says on which day the block comes.';

create table billing.credit_event (
    credit_event_id bigint generated always as identity constraint credit_event_pk primary key,
    payer_id bigint not null constraint credit_event_payer_fk references billing.customer (customer_id),
    kind text not null,
    happened_at timestamptz not null default clock_timestamp(),
    happened_on date not null,
    code text not null,
    params jsonb not null,
    credit_limit numeric(18, 4),
    balance numeric(18, 4),
    overdue numeric(18, 4),
    overdue_days int,
    unbilled numeric(18, 4),
    exposure numeric(18, 4),
    made_by text not null,
    constraint credit_event_kind_ck check (
        kind in ('warned', 'noticed', 'blocked', 'lifted', 'cleared', 'guarded')
    )
);
create index credit_event_payer_ix on billing.credit_event (payer_id, happened_on);

comment on table billing.credit_event is
'What was done about payers, with the figures of that moment. Append-only.';
comment on column billing.credit_event.credit_event_id is 'Surrogate key, in the order of what happened.';
comment on column billing.credit_event.payer_id is 'The payer.';
comment on column billing.credit_event.kind is
'warned; noticed, that a block comes; blocked; lifted, a block; cleared, a warning or notice that has no '
'reason any more; guarded: traffic over a threshold of the guard against fraud.';
comment on column billing.credit_event.happened_at is 'When.';
comment on column billing.credit_event.happened_on is 'The operator''s local day.';
comment on column billing.credit_event.code is 'Why: a sentence of billing.message.';
comment on column billing.credit_event.params is 'What to fill into it.';
comment on column billing.credit_event.credit_limit is 'The credit limit, in the operator''s currency.';
comment on column billing.credit_event.balance is 'Open items less advances.';
comment on column billing.credit_event.overdue is 'Of these overdue and not disputed.';
comment on column billing.credit_event.overdue_days is 'Days since the oldest of them was due.';
comment on column billing.credit_event.unbilled is 'Rated or due and not invoiced, with VAT.';
comment on column billing.credit_event.exposure is 'Balance and unbilled together.';
comment on column billing.credit_event.made_by is 'Who did it, or ran what did it.';
comment on constraint credit_event_pk on billing.credit_event is 'The key of an event is unique.';
comment on constraint credit_event_payer_fk on billing.credit_event is 'The payer must exist.';
comment on constraint credit_event_kind_ck on billing.credit_event is
    'The kind must be warned, noticed, blocked, lifted, cleared or guarded.';
comment on index billing.credit_event_payer_ix is 'What happened to a payer.';

create table billing.credit_message (
    credit_message_id bigint generated always as identity constraint credit_message_pk primary key,
    customer_id bigint not null constraint credit_message_customer_fk
        references billing.customer (customer_id),
    credit_event_id bigint constraint credit_message_event_fk
        references billing.credit_event (credit_event_id),
    code text not null,
    params jsonb not null,
    language text not null,
    address text,
    state text not null,
    attempts int not null default 0,
    reason text,
    made_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    constraint credit_message_state_ck check (state in ('waiting', 'sent', 'failed', 'unreachable')),
    constraint credit_message_address_ck check ((state = 'unreachable') = (address is null))
);
create index credit_message_customer_ix on billing.credit_message (customer_id);
create unique index credit_message_event_ix on billing.credit_message (credit_event_id)
where credit_event_id is not null;
create index credit_message_open_ix on billing.credit_message (credit_message_id) where state <> 'sent';

comment on table billing.credit_message is
'Warnings, notices and alerts to customers by e-mail, and what became of them.';
comment on column billing.credit_message.credit_message_id is
    'Surrogate key, in the order they were written.';
comment on column billing.credit_message.customer_id is 'Who gets it.';
comment on column billing.credit_message.credit_event_id is 'What it tells; NULL: an alert about usage.';
comment on column billing.credit_message.code is
    'The message of billing.message: its sentence is the subject, its hint the text.';
comment on column billing.credit_message.params is 'What to fill into it.';
comment on column billing.credit_message.language is 'Language: sv or en.';
comment on column billing.credit_message.address is 'Where it is sent; NULL: the customer has no address.';
comment on column billing.credit_message.state is
    'waiting, sent, failed; unreachable: a person has to tell the customer.';
comment on column billing.credit_message.attempts is 'How often it was tried.';
comment on column billing.credit_message.reason is 'Why it failed.';
comment on column billing.credit_message.made_at is 'When it was written.';
comment on column billing.credit_message.changed_at is 'When its state changed last.';
comment on constraint credit_message_pk on billing.credit_message is 'The key of a message is unique.';
comment on constraint credit_message_customer_fk on billing.credit_message is 'The customer must exist.';
comment on constraint credit_message_event_fk on billing.credit_message is 'The event must exist.';
comment on constraint credit_message_state_ck on billing.credit_message is
    'The state must be waiting, sent, failed or unreachable.';
comment on constraint credit_message_address_ck on billing.credit_message is
    'Who has no address is unreachable.';
comment on index billing.credit_message_event_ix is 'What happened is told once.';
comment on index billing.credit_message_open_ix is 'What is still to be sent or seen to.';

create table billing.credit_block (
    credit_block_id bigint generated always as identity constraint credit_block_pk primary key,
    contract_line_id bigint not null constraint credit_block_line_fk
        references billing.contract_line (contract_line_id),
    customer_id bigint not null constraint credit_block_customer_fk references billing.customer (customer_id),
    payer_id bigint not null constraint credit_block_payer_fk references billing.customer (customer_id),
    origin text not null,
    scope text not null,
    reason text,
    set_at timestamptz not null default clock_timestamp(),
    set_by text not null,
    lifted_at timestamptz,
    lifted_by text,
    constraint credit_block_origin_ck check (origin in ('policy', 'guard', 'person')),
    constraint credit_block_scope_ck check (scope in ('outgoing', 'international_premium', 'all')),
    constraint credit_block_lifted_ck check ((lifted_at is null) = (lifted_by is null))
);
create unique index credit_block_line_ix on billing.credit_block (contract_line_id, origin)
where lifted_at is null;
create index credit_block_history_ix on billing.credit_block (contract_line_id);
create index credit_block_customer_ix on billing.credit_block (customer_id);
create index credit_block_payer_ix on billing.credit_block (payer_id);

comment on table billing.credit_block is
'Blocked contract lines, each for as long as it lasts. What a policy set it lifts itself; what the guard '
'against fraud or a person set, a person lifts. Rating does not ask for blocks.';
comment on column billing.credit_block.credit_block_id is 'Surrogate key.';
comment on column billing.credit_block.contract_line_id is 'The contract line.';
comment on column billing.credit_block.customer_id is 'The customer that has it.';
comment on column billing.credit_block.payer_id is 'Who pays for it.';
comment on column billing.credit_block.origin is 'Who set it: policy, guard or person.';
comment on column billing.credit_block.scope is
    'What is blocked: outgoing, international_premium or all. Emergency numbers never are.';
comment on column billing.credit_block.reason is 'Why, where a person set it.';
comment on column billing.credit_block.set_at is 'Since when.';
comment on column billing.credit_block.set_by is 'Who set it, or ran what did.';
comment on column billing.credit_block.lifted_at is 'Until when; NULL: it lasts.';
comment on column billing.credit_block.lifted_by is 'Who lifted it, or ran what did.';
comment on constraint credit_block_pk on billing.credit_block is 'The key of a block is unique.';
comment on constraint credit_block_line_fk on billing.credit_block is 'The contract line must exist.';
comment on constraint credit_block_customer_fk on billing.credit_block is 'The customer must exist.';
comment on constraint credit_block_payer_fk on billing.credit_block is 'The payer must exist.';
comment on constraint credit_block_origin_ck on billing.credit_block is
    'A block is set by a policy, the guard or a person.';
comment on constraint credit_block_scope_ck on billing.credit_block is
    'What is blocked must be outgoing, international_premium or all.';
comment on constraint credit_block_lifted_ck on billing.credit_block is 'A lifted block says by whom.';
comment on index billing.credit_block_line_ix is 'A line has one block of each origin at a time.';
comment on index billing.credit_block_history_ix is 'Blocks of a line.';

create table billing.credit_order (
    credit_order_id bigint generated always as identity constraint credit_order_pk primary key,
    key text not null default uuidv7()::text,
    contract_line_id bigint not null constraint credit_order_line_fk
        references billing.contract_line (contract_line_id),
    customer_id bigint not null constraint credit_order_customer_fk references billing.customer (customer_id),
    action text not null,
    scope text,
    numbers text[] not null,
    exempt text[] not null,
    state text not null default 'ordered',
    way text,
    batch bigint,
    attempts int not null default 0,
    reason text,
    ordered_at timestamptz not null default clock_timestamp(),
    sent_at timestamptz,
    closed_at timestamptz,
    constraint credit_order_key_uq unique (key),
    constraint credit_order_action_ck check (action in ('block', 'unblock')),
    constraint credit_order_scope_ck check (
        (action = 'block') = (scope is not null) and scope in ('outgoing', 'international_premium', 'all')
    ),
    constraint credit_order_state_ck check (state in ('ordered', 'sent', 'confirmed', 'failed')),
    constraint credit_order_way_ck check (way in ('file', 'http', 'fetched')),
    constraint credit_order_closed_ck check ((state in ('confirmed', 'failed')) = (closed_at is not null))
);
create index credit_order_line_ix on billing.credit_order (contract_line_id, credit_order_id);
create index credit_order_customer_ix on billing.credit_order (customer_id);
create index credit_order_open_ix on billing.credit_order (credit_order_id)
where state in ('ordered', 'sent', 'failed');
create index credit_order_batch_ix on billing.credit_order (batch) where batch is not null;

comment on table billing.credit_order is
'Orders to the switch, to block contract lines and to open them again. The last one of a line is what the '
'switch is to do.';
comment on column billing.credit_order.credit_order_id is
    'Number of the order, in the order they were given.';
comment on column billing.credit_order.key is 'By which the switch knows an order that comes again.';
comment on column billing.credit_order.contract_line_id is 'The contract line.';
comment on column billing.credit_order.customer_id is 'The customer that has it.';
comment on column billing.credit_order.action is 'block or unblock.';
comment on column billing.credit_order.scope is
    'What to block: outgoing, international_premium or all; NULL: unblock.';
comment on column billing.credit_order.numbers is
    'Numbers, blocks (first-last) and accounts of the line when it was ordered.';
comment on column billing.credit_order.exempt is
    'Numbers that must stay open whatever is blocked: emergency.';
comment on column billing.credit_order.state is
    'ordered, sent, confirmed by the switch, or failed; overtaken orders are failed.';
comment on column billing.credit_order.way is 'How it left: file, http, or fetched by the switch.';
comment on column billing.credit_order.batch is 'Number of the file it is in.';
comment on column billing.credit_order.attempts is 'How often it was tried.';
comment on column billing.credit_order.reason is 'Why it failed, or did not go through the last time.';
comment on column billing.credit_order.ordered_at is 'When it was given.';
comment on column billing.credit_order.sent_at is 'When it left.';
comment on column billing.credit_order.closed_at is 'When it was confirmed or failed.';
comment on constraint credit_order_pk on billing.credit_order is 'An order is identified by its number.';
comment on constraint credit_order_key_uq on billing.credit_order is 'Orders have keys of their own.';
comment on constraint credit_order_line_fk on billing.credit_order is 'The contract line must exist.';
comment on constraint credit_order_customer_fk on billing.credit_order is 'The customer must exist.';
comment on constraint credit_order_action_ck on billing.credit_order is
    'The action must be block or unblock.';
comment on constraint credit_order_scope_ck on billing.credit_order is
    'A block says what: outgoing, international_premium or all.';
comment on constraint credit_order_state_ck on billing.credit_order is
    'The state must be ordered, sent, confirmed or failed.';
comment on constraint credit_order_way_ck on billing.credit_order is
    'An order leaves by file or http, or is fetched.';
comment on constraint credit_order_closed_ck on billing.credit_order is
    'Confirmed and failed orders, and no others, are closed.';
comment on index billing.credit_order_line_ix is 'The last order of a line.';
comment on index billing.credit_order_open_ix is 'Orders that are not confirmed.';
comment on index billing.credit_order_batch_ix is 'Orders of a file.';

create sequence billing.credit_batch_seq as bigint;
comment on sequence billing.credit_batch_seq is 'Numbers of files with orders to the switch.';

-- Rights and log
-- ---------------------------------------------------------------------------------------------

select access.staff_open(
    'billing.credit_policy', array['sales', 'support', 'report', 'auditor', 'integration'],
    array['finance', 'credit', 'batch']
);
select access.staff_open(
    one.table_name::regclass,
    array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'], '{}'
)
from unnest(array[
    'billing.credit_promise', 'billing.credit_state', 'billing.credit_event', 'billing.credit_message',
    'billing.credit_block', 'billing.credit_order'
]) as one (table_name);
select access.scope_open(
    one.table_name::regclass, 'customer', one.scope || ' = any((select access.customer_ids())::bigint[])'
)
from (
    values
    ('billing.credit_promise', 'payer_id'), ('billing.credit_state', 'payer_id'),
    ('billing.credit_event', 'payer_id'), ('billing.credit_message', 'customer_id'),
    ('billing.credit_block', 'customer_id')
) as one (table_name, scope);
select audit.enable('billing.credit_policy');
select audit.enable('billing.credit_promise');

insert into audit.exempt (table_name, why) values
('billing.credit_state', 'Follows credit_event.'),
('billing.credit_event', 'Append-only: each check writes an event with counts.'),
('billing.credit_message', 'Written by checks and sending only: each writes an event with counts.'),
('billing.credit_block', 'Its rows are its history; each check and each person''s block writes an event.'),
('billing.credit_order', 'Follows the blocks; what becomes of it writes events.');

insert into billing.setting (name, value) values
('switch_url', null),
('block_exempt_products', 'emergency'),
('premium_products', 'premium');

insert into billing.message (code, language, sentence, hint)
select told.code, told.language, told.sentence, told.hint
from (
    values
    ('LB410', 'en', 'There is no contract line {line} of customer {customer}, or of who it pays for.',
    'Name contracts, or lines as CONTRACT/LINE.'),
    ('LB410', 'sv', 'Avtalsraden {line} finns inte hos kunden {customer} eller hos dem den betalar för.',
    'Ange avtal, eller rader som AVTAL/RAD.'),
    ('LB411', 'en', 'Customer {customer} has no contract line with numbers on {day}: nothing to block.',
        null),
    ('LB411', 'sv', 'Kunden {customer} har ingen avtalsrad med nummer {day}: inget att spärra.', null),
    ('LB412', 'en', 'A promise until {day} is over already.', 'Name today or a later day.'),
    ('LB412', 'sv', 'Ett löfte till {day} har redan gått ut.', 'Ange i dag eller en senare dag.'),
    ('LB413', 'en', 'Customer {customer} does not pay for itself: {payer} does.', 'Name the payer.'),
    ('LB413', 'sv', 'Kunden {customer} betalar inte själv, det gör {payer}.', 'Ange betalaren.'),
    ('LB414', 'en', 'There is no order {order} to the switch that waits for an answer.',
    'leissner credit orders lists them.'),
    ('LB414', 'sv', 'Ingen order {order} till växeln väntar på svar.',
    'leissner credit orders listar dem.'),
    ('LB415', 'en', 'There is no file {batch} of orders.', 'leissner credit orders --all lists them.'),
    ('LB415', 'sv', 'Ingen fil {batch} med order finns.', 'leissner credit orders --all listar dem.'),
    ('LB416', 'en', 'What is blocked must be outgoing, international_premium or all, not {scope}.', null),
    ('LB416', 'sv', 'Det som spärras ska vara outgoing, international_premium eller all, inte {scope}.',
    null),
    -- why; {currency} is the operator's
    ('credit_limit', 'en', '{percent} % of the credit limit {limit} {currency} is used.', null),
    ('credit_limit', 'sv', '{percent} % av kreditgränsen {limit} {currency} är använd.', null),
    ('credit_late', 'en', '{overdue} {currency} is overdue, the oldest for {days} days.', null),
    ('credit_late', 'sv', '{overdue} {currency} är förfallet, det äldsta sedan {days} dagar.', null),
    ('credit_paid', 'en', 'The reason is gone.', null),
    ('credit_paid', 'sv', 'Orsaken är borta.', null),
    ('credit_promised', 'en', 'Promised to pay until {day}.', null),
    ('credit_promised', 'sv', 'Har lovat att betala till {day}.', null),
    ('credit_person', 'en', 'Blocked by {who}.', null),
    ('credit_person', 'sv', 'Spärrad av {who}.', null),
    ('credit_opened', 'en', 'Opened by {who}.', null),
    ('credit_opened', 'sv', 'Öppnad av {who}.', null),
    -- to customers: the sentence is the subject, the hint the text
    ('credit_mail_warned', 'en', 'Please note: customer number {customer}',
    '{why} Please pay what is due, or contact us, so that your services stay open.'),
    ('credit_mail_warned', 'sv', 'Viktigt om kundnummer {customer}',
    '{why} Betala det som förfallit eller kontakta oss, så förblir dina tjänster öppna.'),
    ('credit_mail_noticed', 'en', 'Your services will be blocked on {day}: customer number {customer}',
    '{why} If that is still so on {day}, your services will be blocked. Emergency numbers stay open. '
    'Pay before then, or contact us, and nothing is blocked.'),
    ('credit_mail_noticed', 'sv', 'Dina tjänster spärras den {day}: kundnummer {customer}',
    '{why} Är det så även den {day} spärras dina tjänster. Nödnummer förblir öppna. '
    'Betala dessförinnan eller kontakta oss, så spärras ingenting.'),
    ('credit_mail_blocked', 'en', 'Your services are blocked: customer number {customer}',
    '{why} Your services are therefore blocked. Emergency numbers stay open. '
    'When what is due has been paid the block is lifted by itself.'),
    ('credit_mail_blocked', 'sv', 'Dina tjänster är spärrade: kundnummer {customer}',
    '{why} Därför är dina tjänster spärrade. Nödnummer är öppna. '
    'När det förfallna är betalt öppnas tjänsterna av sig själva.'),
    ('credit_mail_lifted', 'en', 'Your services are open again: customer number {customer}',
    'The block of your services is lifted.'),
    ('credit_mail_lifted', 'sv', 'Dina tjänster är öppna igen: kundnummer {customer}',
    'Spärren av dina tjänster är hävd.'),
    -- constraints of what people write
    ('credit_policy_code_uq', 'sv', 'Det finns redan en policy med den koden.', null),
    ('credit_policy_for_uq', 'sv', 'Det finns redan en policy för samma kund, grupp eller kundtyp.', null),
    ('credit_policy_group_fk', 'sv', 'Kundgruppen måste finnas.', null),
    ('credit_policy_customer_fk', 'sv', 'Kunden måste finnas.', null),
    ('credit_policy_code_ck', 'sv', 'En policy behöver en kod.', null),
    ('credit_policy_kind_ck', 'sv', 'Kundtypen ska vara private, business eller wholesale.', null),
    ('credit_policy_for_ck', 'sv', 'En policy gäller en kundtyp, en grupp, en kund eller alla.', null),
    ('credit_policy_percent_ck', 'sv', 'Procenttal ska vara över noll.', null),
    ('credit_policy_days_ck', 'sv',
    'Dagar ska vara 0 till 3650, varseldagar 0 till 365 och varsel före spärr direkt 1 till 100.', null),
    ('credit_policy_minimum_ck', 'sv', 'Minsta beloppet får inte vara negativt.', null),
    ('credit_policy_blocks_ck', 'sv',
    'Det som spärras ska vara outgoing, international_premium, all eller none.', null),
    ('credit_policy_lines_ck', 'sv', 'Raderna ska vara concerned eller all.', null),
    ('credit_policy_threshold_ck', 'sv', 'Gränsvärden ska vara över noll.', null),
    ('credit_policy_fraud_ck', 'sv',
    'Det som bedrägerivakten spärrar ska vara outgoing, international_premium, all eller none.', null),
    ('credit_promise_payer_fk', 'sv', 'Betalaren måste finnas.', null)
) as told (code, language, sentence, hint);
