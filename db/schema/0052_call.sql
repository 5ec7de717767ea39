-- Usage: call files, loads, calls with their prices at three levels, suspense, totals.
-- Everything here is append-only by right; the functions in logic are the only writers.

create table billing.cdr_file (
    file_id bigint generated always as identity constraint cdr_file_pk primary key,
    source_id bigint not null constraint cdr_file_source_fk references billing.cdr_source (source_id),
    name text not null,
    head_hash bytea not null,
    position bigint not null default 0,
    position_hash bytea,
    line_no bigint not null default 0,
    is_complete boolean not null default false,
    opened_at timestamptz not null default now(),
    loaded_at timestamptz,
    last_started_at timestamptz,
    read bigint not null default 0,
    rated bigint not null default 0,
    suspended bigint not null default 0,
    duplicate bigint not null default 0,
    zero bigint not null default 0,
    conflicting bigint not null default 0,
    notes jsonb not null default '{}',
    constraint cdr_file_counts_ck check (read = rated + suspended + duplicate + zero),
    constraint cdr_file_conflicting_ck check (conflicting between 0 and duplicate),
    constraint cdr_file_position_ck check (position >= 0 and line_no >= 0)
);
create index cdr_file_head_ix on billing.cdr_file (source_id, head_hash);

comment on table billing.cdr_file is
'One file of call records, known by its content and not by its name; position is how far it was loaded.';
comment on column billing.cdr_file.file_id is 'Surrogate key.';
comment on column billing.cdr_file.source_id is 'The source that says how the file is read.';
comment on column billing.cdr_file.name is 'The file''s name when it was first seen, without its folder.';
comment on column billing.cdr_file.head_hash is
'SHA-256 of the first record''s line: finds the file again cheaply.';
comment on column billing.cdr_file.position is
'Bytes (unpacked) loaded so far; always the end of a whole line.';
comment on column billing.cdr_file.position_hash is 'SHA-256 of the first `position` bytes (unpacked).';
comment on column billing.cdr_file.line_no is 'Physical lines loaded so far.';
comment on column billing.cdr_file.is_complete is 'Was everything that the file held when last seen loaded?';
comment on column billing.cdr_file.opened_at is 'When the file was first seen.';
comment on column billing.cdr_file.loaded_at is 'When its last record was loaded.';
comment on column billing.cdr_file.last_started_at is
'Start of its last record: tells which of two hours a later one means when clocks go back.';
comment on column billing.cdr_file.read is 'Records read: rated + suspended + duplicate + zero.';
comment on column billing.cdr_file.rated is 'Records rated when they were loaded.';
comment on column billing.cdr_file.suspended is
'Records suspended when they were loaded (some may be rated since).';
comment on column billing.cdr_file.duplicate is 'Records whose key was known.';
comment on column billing.cdr_file.zero is 'Records of 0 units or left out by the source''s conditions.';
comment on column billing.cdr_file.conflicting is 'Duplicates whose content differs from what is stored.';
comment on column billing.cdr_file.notes is 'Counts of what was tolerated or is worth a look: {note: count}.';
comment on constraint cdr_file_pk on billing.cdr_file is 'A call file is identified by its id.';
comment on constraint cdr_file_source_fk on billing.cdr_file is 'The source of a call file must exist.';
comment on constraint cdr_file_counts_ck on billing.cdr_file is
'Records read must equal rated + suspended + duplicate + zero.';
comment on constraint cdr_file_conflicting_ck on billing.cdr_file is
'Conflicting records are among the duplicates.';
comment on constraint cdr_file_position_ck on billing.cdr_file is 'A position in a file cannot be negative.';
comment on index billing.cdr_file_head_ix is 'Finds a file again by its first line.';

create table billing.load (
    load_id bigint generated always as identity constraint load_pk primary key,
    file_id bigint constraint load_file_fk references billing.cdr_file (file_id),
    kind text not null constraint load_kind_ck check (kind in ('file', 'suspense', 'rerate', 'submit')),
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    read bigint not null default 0,
    rated bigint not null default 0,
    suspended bigint not null default 0,
    duplicate bigint not null default 0,
    zero bigint not null default 0,
    conflicting bigint not null default 0,
    constraint load_counts_ck check (read = rated + suspended + duplicate + zero)
);
create index load_file_ix on billing.load (file_id);

comment on table billing.load is 'One batch of at most 50 000 records, committed as a whole.';
comment on column billing.load.load_id is 'Surrogate key; the totals carry it.';
comment on column billing.load.file_id is 'The file the records came from, if any.';
comment on column billing.load.kind is
'What was rated: a file, suspense again, a period again, a submission.';
comment on column billing.load.started_at is 'When the batch began.';
comment on column billing.load.finished_at is 'When its records were rated.';
comment on column billing.load.read is 'Records read: rated + suspended + duplicate + zero.';
comment on column billing.load.rated is 'Records rated.';
comment on column billing.load.suspended is 'Records suspended.';
comment on column billing.load.duplicate is 'Records whose key was known.';
comment on column billing.load.zero is 'Records of 0 units or left out by the source''s conditions.';
comment on column billing.load.conflicting is 'Duplicates whose content differs from what is stored.';
comment on constraint load_pk on billing.load is 'A batch is identified by its id.';
comment on constraint load_file_fk on billing.load is 'The file of a batch must exist.';
comment on constraint load_kind_ck on billing.load is 'A batch is a file, suspense, rerate or submit.';
comment on constraint load_counts_ck on billing.load is
'Records read must equal rated + suspended + duplicate + zero.';
comment on index billing.load_file_ix is 'Batches of a file.';

-- Unlogged: what a crash empties is read again from the file, whose position commits with the calls.
create unlogged table billing.call_staging (
    load_id bigint not null,
    line_no bigint not null,
    key text,
    started_at timestamptz,
    units numeric,
    a_received text,
    b_received text,
    mode text,
    carrier text,
    account text,
    raw text,
    bad text,
    bad_duration text,
    zero_cause text,
    notes text[],
    constraint call_staging_pk primary key (load_id, line_no)
);
comment on table billing.call_staging is
'Records as the readers hand them over; empty between transactions. Numbers are as received.';
comment on column billing.call_staging.load_id is 'The batch.';
comment on column billing.call_staging.line_no is 'Physical line in the file, from 1.';
comment on column billing.call_staging.key is
'The record''s own key; NULL: the hash of what identifies the call.';
comment on column billing.call_staging.started_at is 'Answer time, whole seconds.';
comment on column billing.call_staging.units is
'Billed seconds, events or bytes, whole; negative is bad_duration.';
comment on column billing.call_staging.a_received is 'Calling number as received.';
comment on column billing.call_staging.b_received is 'Called number as received.';
comment on column billing.call_staging.mode is 'Code of the mode; NULL: the source''s.';
comment on column billing.call_staging.carrier is 'Code of the carrier; NULL: the source''s.';
comment on column billing.call_staging.account is
'Account that finds the contract line instead of the A-number.';
comment on column billing.call_staging.raw is 'The line as it came.';
comment on column billing.call_staging.bad is 'Why the record cannot be read (bad_record), else NULL.';
comment on column billing.call_staging.bad_duration is 'Why its units contradict its own times, else NULL.';
comment on column billing.call_staging.zero_cause is 'The condition that left it out, else NULL.';
comment on column billing.call_staging.notes is 'What was tolerated or is worth a look.';
comment on constraint call_staging_pk on billing.call_staging is 'A line is staged once per batch.';

create table billing.call_key (
    source_id bigint not null,
    key_hash bytea not null,
    content_hash bigint not null,
    start_on date,
    constraint call_key_pk primary key (source_id, key_hash),
    constraint call_key_hash_ck check (octet_length(key_hash) = 16)
) partition by hash (key_hash);
comment on table billing.call_key is
'Every record key ever seen, of suspended records too: what makes loading again harmless.';
comment on column billing.call_key.source_id is 'The source; keys are unique per source.';
comment on column billing.call_key.key_hash is 'First 16 bytes of the SHA-256 of the record key.';
comment on column billing.call_key.content_hash is
'Hash of the record''s content: another one under the same key conflicts.';
comment on column billing.call_key.start_on is 'Local day of the call: finds it by key. NULL: not readable.';
comment on constraint call_key_pk on billing.call_key is 'A record key is known once per source.';
comment on constraint call_key_hash_ck on billing.call_key is 'A key hash has 16 bytes.';
do $$
begin
    for v_n in 0..7 loop  -- DDL: eight hash partitions
        execute format(
            'create table billing.call_key_%s partition of billing.call_key '
            'for values with (modulus 8, remainder %s)',
            v_n, v_n
        );
        execute format('comment on table billing.call_key_%s is %L', v_n, 'Partition of billing.call_key.');
    end loop;
end;
$$;

-- No foreign keys from calls: the rating statement writes only ids that it has just joined, what was ever
-- used
-- is never deleted, and a check per row and key would double the time of rating (deploy/adr/0001).
create table billing.call (
    customer_id bigint not null,
    start_on date not null,
    call_id bigint generated always as identity,
    source_id bigint not null,
    file_id bigint,
    line_no bigint,
    load_id bigint not null,
    key text not null,
    key_hash bytea not null,
    started_at timestamptz not null,
    units bigint not null,
    a_number text,
    b_number text not null,
    a_received text,
    b_received text not null,
    account text,
    mode_id bigint not null,
    destination_id bigint not null,
    prefix_id bigint not null,
    carrier_id bigint,
    subscriber_number_id bigint,
    contract_line_id bigint not null,
    contract_id bigint not null,
    seller_id bigint,
    customer_kind text not null,
    cost_list_id bigint,
    cost_items bigint[],
    cost numeric(18, 6),
    cost_rate numeric(20, 10),
    cost_base numeric(18, 6),
    reseller_list_id bigint,
    reseller_items bigint[],
    reseller_billed bigint,
    reseller_regular numeric(18, 6),
    reseller numeric(18, 6),
    reseller_rate numeric(20, 10),
    reseller_base numeric(18, 6),
    reseller_rings bigint[],
    reseller_took numeric[],
    retail_list_id bigint not null,
    retail_items bigint[] not null,
    stretches jsonb,
    billed bigint not null,
    setup numeric not null,
    regular numeric(18, 6) not null,
    bundles bigint[],
    bundle_units bigint[],
    bundled numeric(18, 6) not null,
    rings bigint[],
    ring_took numeric[],
    discount numeric(18, 6) not null,
    retail numeric(18, 6) not null,
    retail_rate numeric(20, 10) not null,
    retail_base numeric(18, 6) not null,
    margin numeric generated always as (retail_base - cost_base) virtual,
    constraint call_pk primary key (customer_id, start_on, call_id),
    constraint call_units_ck check (units > 0 and billed >= 0),
    constraint call_retail_ck check (retail >= 0 and regular >= 0 and bundled >= 0),
    constraint call_amounts_ck check (discount = regular - bundled - retail)
) partition by range (start_on);
create index call_start_ix on billing.call using brin (start_on, started_at) with (pages_per_range = 32);
create index call_seller_ix on billing.call (seller_id, start_on) where seller_id is not null;

comment on table billing.call is
'Rated calls, with what decided each price. Partitioned by month of the local day. Source of keys: '
'the files.';
comment on column billing.call.customer_id is 'The customer that holds the contract at the call''s start.';
comment on column billing.call.start_on is 'Local day of the start, in the operator''s time zone.';
comment on column billing.call.call_id is 'Surrogate key, inside only; people say source:key.';
comment on column billing.call.source_id is 'The source.';
comment on column billing.call.file_id is 'The file it was read from.';
comment on column billing.call.line_no is 'Its line in that file.';
comment on column billing.call.load_id is 'The batch that rated it.';
comment on column billing.call.key is 'The record key; orders calls of the same second, byte by byte.';
comment on column billing.call.key_hash is 'As in billing.call_key.';
comment on column billing.call.started_at is 'Answer time, whole seconds.';
comment on column billing.call.units is 'Seconds, events or bytes, as the mode counts.';
comment on column billing.call.a_number is 'Calling number, E.164 digits, or as received.';
comment on column billing.call.b_number is 'Called number, E.164 digits or a short code.';
comment on column billing.call.a_received is 'Calling number as received.';
comment on column billing.call.b_received is 'Called number as received.';
comment on column billing.call.account is 'Account in the record, if any.';
comment on column billing.call.mode_id is 'Kind of traffic.';
comment on column billing.call.destination_id is 'Destination by longest prefix.';
comment on column billing.call.prefix_id is 'The prefix that matched (may be in definition_former).';
comment on column billing.call.carrier_id is 'Carrier; NULL: not known.';
comment on column billing.call.subscriber_number_id is 'The number or account that found the contract line.';
comment on column billing.call.contract_line_id is 'The contract line that pays.';
comment on column billing.call.contract_id is 'Its contract.';
comment on column billing.call.seller_id is 'Seller of the contract on that day.';
comment on column billing.call.customer_kind is 'Kind of the customer when the call was rated.';
comment on column billing.call.cost_list_id is 'The carrier''s list; NULL: cost not known.';
comment on column billing.call.cost_items is
'Price items that gave the cost: the item found, then its bases.';
comment on column billing.call.cost is 'Cost, in the list''s currency; NULL: not known.';
comment on column billing.call.cost_rate is 'Exchange rate to the operator''s currency.';
comment on column billing.call.cost_base is 'Cost in the operator''s currency.';
comment on column billing.call.reseller_list_id is 'The seller''s list; NULL: no own rates.';
comment on column billing.call.reseller_items is 'Price items that gave the reseller price.';
comment on column billing.call.reseller_billed is 'Billed units at the reseller level.';
comment on column billing.call.reseller_regular is 'Reseller price before rings.';
comment on column billing.call.reseller is 'Reseller price, in its list''s currency.';
comment on column billing.call.reseller_rate is 'Exchange rate to the operator''s currency.';
comment on column billing.call.reseller_base is 'Reseller price in the operator''s currency.';
comment on column billing.call.reseller_rings is 'Rings that applied at the reseller level, in order.';
comment on column billing.call.reseller_took is 'What each of them took.';
comment on column billing.call.retail_list_id is 'The list the retail search started from.';
comment on column billing.call.retail_items is
'Price items that gave the regular price: the item found, then its bases.';
comment on column billing.call.stretches is
'Where bands split the call: [{level, from, seconds, units, items, amount}].';
comment on column billing.call.billed is 'Billed units of the retail level.';
comment on column billing.call.setup is 'Set-up fee inside the regular price.';
comment on column billing.call.regular is 'Retail price before bundle and rings, in the list''s currency.';
comment on column billing.call.bundles is 'Bundles drawn on, by code.';
comment on column billing.call.bundle_units is 'Units drawn from each.';
comment on column billing.call.bundled is 'What bundles took.';
comment on column billing.call.rings is 'Rings that applied at the retail level, in order.';
comment on column billing.call.ring_took is
'What each of them took (negative: a fixed price above what was left).';
comment on column billing.call.discount is 'regular - bundled - retail.';
comment on column billing.call.retail is 'What is billed, in the list''s currency.';
comment on column billing.call.retail_rate is 'Exchange rate to the operator''s currency.';
comment on column billing.call.retail_base is 'What is billed, in the operator''s currency.';
comment on column billing.call.margin is
'Retail less cost in the operator''s currency; NULL where cost is not known.';
comment on constraint call_pk on billing.call is 'A call is kept once.';
comment on constraint call_units_ck on billing.call is 'A rated call has units.';
comment on constraint call_retail_ck on billing.call is 'No price of a call is below zero.';
comment on constraint call_amounts_ck on billing.call is
'The discount is what is left between regular, bundled and retail.';
comment on index billing.call_start_ix is 'Calls of a period, without the cost of a b-tree.';
comment on index billing.call_seller_ix is 'A seller''s own calls.';

create table billing.call_suspense (
    suspense_id bigint generated always as identity constraint call_suspense_pk primary key,
    source_id bigint not null constraint call_suspense_source_fk references billing.cdr_source (source_id),
    key text not null,
    key_hash bytea not null,
    file_id bigint constraint call_suspense_file_fk references billing.cdr_file (file_id),
    line_no bigint,
    load_id bigint not null constraint call_suspense_load_fk references billing.load (load_id),
    reason text not null constraint call_suspense_reason_ck check (
        reason in (
            'bad_record', 'bad_duration', 'future_start', 'unknown_mode', 'unknown_carrier', 'no_subscriber',
            'no_destination', 'no_price', 'not_for_sale', 'no_cost', 'no_reseller_price', 'no_exchange_rate'
        )
    ),
    detail text not null,
    started_at timestamptz,
    start_on date,
    units numeric,
    a_received text,
    b_received text,
    mode text,
    carrier text,
    account text,
    raw text,
    bad_duration text,
    suspended_at timestamptz not null default now(),
    tried_at timestamptz not null default now(),
    constraint call_suspense_key_uq unique (source_id, key_hash)
);
create index call_suspense_reason_ix on billing.call_suspense (reason, start_on);
create index call_suspense_file_ix on billing.call_suspense (file_id);
create index call_suspense_load_ix on billing.call_suspense (load_id);

comment on table billing.call_suspense is
'Records that could not be rated yet, as they came, with the reason; rated when the cause is fixed.';
comment on column billing.call_suspense.suspense_id is 'Surrogate key.';
comment on column billing.call_suspense.source_id is 'The source.';
comment on column billing.call_suspense.key is 'The record key.';
comment on column billing.call_suspense.key_hash is 'As in billing.call_key.';
comment on column billing.call_suspense.file_id is 'The file it was read from.';
comment on column billing.call_suspense.line_no is 'Its line in that file.';
comment on column billing.call_suspense.load_id is 'The batch that suspended it.';
comment on column billing.call_suspense.reason is 'Why, the first reason that applies (RATING.md 1.10).';
comment on column billing.call_suspense.detail is 'The same in words, with the value that is wrong.';
comment on column billing.call_suspense.started_at is 'Answer time.';
comment on column billing.call_suspense.start_on is 'Local day of the start.';
comment on column billing.call_suspense.units is 'Units as read.';
comment on column billing.call_suspense.a_received is 'Calling number as received.';
comment on column billing.call_suspense.b_received is 'Called number as received.';
comment on column billing.call_suspense.mode is 'Mode as received.';
comment on column billing.call_suspense.carrier is 'Carrier as received.';
comment on column billing.call_suspense.account is 'Account as received.';
comment on column billing.call_suspense.raw is 'The line as it came.';
comment on column billing.call_suspense.bad_duration is 'Why its units contradict its own times, else NULL.';
comment on column billing.call_suspense.suspended_at is 'When it was suspended.';
comment on column billing.call_suspense.tried_at is 'When rating was last tried.';
comment on constraint call_suspense_pk on billing.call_suspense is
'A suspended record is identified by its id.';
comment on constraint call_suspense_source_fk on billing.call_suspense is
'The source of a record must exist.';
comment on constraint call_suspense_file_fk on billing.call_suspense is 'The file of a record must exist.';
comment on constraint call_suspense_load_fk on billing.call_suspense is 'The batch of a record must exist.';
comment on constraint call_suspense_reason_ck on billing.call_suspense is
'The reason must be one of RATING.md 1.10.';
comment on constraint call_suspense_key_uq on billing.call_suspense is 'A record waits in suspense once.';
comment on index billing.call_suspense_reason_ix is 'Suspense by cause.';
comment on index billing.call_suspense_file_ix is 'Suspense of a file.';
comment on index billing.call_suspense_load_ix is 'Suspense of a batch.';

create table billing.customer_month (
    customer_id bigint not null constraint customer_month_customer_fk
        references billing.customer (customer_id),
    month date not null,
    last_started_at timestamptz,
    last_key text,
    last_source_id bigint,
    rules_mark text,
    constraint customer_month_pk primary key (customer_id, month),
    constraint customer_month_ck check (month = date_trunc('month', month::timestamp)::date)
);
comment on table billing.customer_month is
'Months in which a customer''s calls depend on each other: the row is the lock by which loaders take turns, '
'in key '
'order, and says how far the counters (ring_month, bundle_month) have come.';
comment on column billing.customer_month.customer_id is 'The customer.';
comment on column billing.customer_month.month is 'First day of the month.';
comment on column billing.customer_month.last_started_at is
'Start of the last call (by start, key, source) in the counters; NULL: none yet.';
comment on column billing.customer_month.last_key is 'Its record key.';
comment on column billing.customer_month.last_source_id is 'Its source.';
comment on column billing.customer_month.rules_mark is
'Mark of the rings and bundles that were counted by; under another mark the month is counted anew.';
comment on constraint customer_month_pk on billing.customer_month is 'One lock row per customer and month.';
comment on constraint customer_month_customer_fk on billing.customer_month is 'The customer must exist.';
comment on constraint customer_month_ck on billing.customer_month is 'A month is named by its first day.';

create table billing.call_day (
    day date not null,
    destination_id bigint not null,
    product_id bigint not null,
    mode_id bigint not null,
    customer_kind text not null,
    seller_id bigint,
    carrier_id bigint,
    currency text not null,
    load_id bigint not null,
    calls bigint not null,
    units numeric not null,
    billed numeric not null,
    cost numeric not null,
    unknown_cost bigint not null,
    revenue numeric not null,
    margin numeric not null,
    reseller numeric not null,
    operator_margin numeric not null,
    seller_margin numeric not null,
    constraint call_day_uq unique nulls not distinct
    (day, destination_id, product_id, mode_id, customer_kind, seller_id, carrier_id, currency, load_id)
);
comment on table billing.call_day is
'Daily totals in the operator''s currency, written by the rating statement; load_id 0 is what the job '
'folded.';
comment on column billing.call_day.day is 'Local day of the calls'' start.';
comment on column billing.call_day.destination_id is 'Destination.';
comment on column billing.call_day.product_id is 'Product type of the destination.';
comment on column billing.call_day.mode_id is 'Mode.';
comment on column billing.call_day.customer_kind is 'Kind of customer.';
comment on column billing.call_day.seller_id is 'Seller, or NULL.';
comment on column billing.call_day.carrier_id is 'Carrier, or NULL.';
comment on column billing.call_day.currency is 'Currency of the retail price list.';
comment on column billing.call_day.load_id is 'The batch that added it; 0 once folded.';
comment on column billing.call_day.calls is 'Number of calls; 0 where only amounts changed.';
comment on column billing.call_day.units is 'Units.';
comment on column billing.call_day.billed is 'Billed units of the retail level.';
comment on column billing.call_day.cost is 'Known cost.';
comment on column billing.call_day.unknown_cost is 'Calls without known cost.';
comment on column billing.call_day.revenue is 'Retail.';
comment on column billing.call_day.margin is 'Retail less cost, over calls with known cost.';
comment on column billing.call_day.reseller is 'Reseller price, over calls that have one.';
comment on column billing.call_day.operator_margin is
'Reseller price, else retail, less cost, over calls with known cost.';
comment on column billing.call_day.seller_margin is 'Retail less reseller price, over calls that have one.';
comment on constraint call_day_uq on billing.call_day is 'One total per day, key and batch.';

create table billing.call_customer_month (
    month date not null,
    customer_id bigint not null,
    contract_line_id bigint not null,
    seller_id bigint,
    destination_id bigint not null,
    product_id bigint not null,
    mode_id bigint not null,
    currency text not null,
    load_id bigint not null,
    calls bigint not null,
    units numeric not null,
    billed numeric not null,
    cost numeric not null,
    unknown_cost bigint not null,
    revenue numeric not null,
    margin numeric not null,
    reseller numeric not null,
    operator_margin numeric not null,
    seller_margin numeric not null,
    retail numeric not null,
    constraint call_customer_month_uq unique nulls not distinct
    (customer_id, month, contract_line_id, seller_id, destination_id, product_id, mode_id, currency, load_id)
);
create index call_customer_month_month_ix on billing.call_customer_month (month);
create index call_customer_month_seller_ix on billing.call_customer_month (seller_id, month)
where seller_id is not null;
comment on table billing.call_customer_month is
'Monthly totals per customer and contract line, written by the rating statement; load_id 0 is what '
'the job folded.';
comment on column billing.call_customer_month.month is 'First day of the month of the calls'' local start.';
comment on column billing.call_customer_month.customer_id is 'Customer.';
comment on column billing.call_customer_month.contract_line_id is 'Contract line.';
comment on column billing.call_customer_month.seller_id is 'Seller, or NULL.';
comment on column billing.call_customer_month.destination_id is 'Destination.';
comment on column billing.call_customer_month.product_id is 'Product type of the destination.';
comment on column billing.call_customer_month.mode_id is 'Mode.';
comment on column billing.call_customer_month.currency is 'Currency of `retail`.';
comment on column billing.call_customer_month.load_id is 'The batch that added it; 0 once folded.';
comment on column billing.call_customer_month.calls is 'Number of calls; 0 where only amounts changed.';
comment on column billing.call_customer_month.units is 'Units.';
comment on column billing.call_customer_month.billed is 'Billed units of the retail level.';
comment on column billing.call_customer_month.cost is 'Known cost, operator''s currency.';
comment on column billing.call_customer_month.unknown_cost is 'Calls without known cost.';
comment on column billing.call_customer_month.revenue is 'Retail, operator''s currency.';
comment on column billing.call_customer_month.margin is 'Retail less cost, over calls with known cost.';
comment on column billing.call_customer_month.reseller is 'Reseller price, over calls that have one.';
comment on column billing.call_customer_month.operator_margin is
'Reseller price, else retail, less cost, over calls with known cost.';
comment on column billing.call_customer_month.seller_margin is
'Retail less reseller price, over calls that have one.';
comment on column billing.call_customer_month.retail is 'Retail in `currency`.';
comment on constraint call_customer_month_uq on billing.call_customer_month is
'One total per month, key and batch.';
comment on index billing.call_customer_month_month_ix is 'Totals of a month.';
comment on index billing.call_customer_month_seller_ix is 'A seller''s own totals.';

create table billing.ring_month (
    customer_id bigint not null,
    month date not null,
    ring_id bigint not null
    constraint ring_month_ring_fk references billing.ring (ring_id) on update cascade on delete cascade,
    counted numeric not null,
    constraint ring_month_pk primary key (customer_id, month, ring_id),
    constraint ring_month_customer_month_fk foreign key (customer_id, month)
    references billing.customer_month (customer_id, month),
    constraint ring_month_ck check (counted >= 0)
);
create index ring_month_ring_ix on billing.ring_month (ring_id);
comment on table billing.ring_month is
'Where the volume of a ring stands for a customer and month, so that calls that come later in time need not '
'read '
'those before.';
comment on column billing.ring_month.customer_id is 'The customer that holds the contracts.';
comment on column billing.ring_month.month is 'First day of the month.';
comment on column billing.ring_month.ring_id is 'The ring.';
comment on column billing.ring_month.counted is
'Blocks (times logic.block_scale), calls or amount counted so far.';
comment on constraint ring_month_pk on billing.ring_month is 'One counter per customer, month and ring.';
comment on constraint ring_month_ring_fk on billing.ring_month is 'The ring must exist.';
comment on constraint ring_month_customer_month_fk on billing.ring_month is
'A counter belongs to a customer''s month.';
comment on constraint ring_month_ck on billing.ring_month is 'A counter cannot be negative.';
comment on index billing.ring_month_ring_ix is 'Counters of a ring.';

create table billing.bundle_month (
    bundle_id bigint not null
    constraint bundle_month_bundle_fk
        references billing.bundle (bundle_id) on update cascade on delete cascade,
    month date not null,
    carried bigint not null,
    used bigint not null,
    constraint bundle_month_pk primary key (bundle_id, month),
    constraint bundle_month_ck check (carried >= 0 and used >= 0)
);
comment on table billing.bundle_month is
'What a bundle brought over and what was drawn in a month with calls: gives the next month''s roll-over.';
comment on column billing.bundle_month.bundle_id is 'The bundle.';
comment on column billing.bundle_month.month is 'First day of the month.';
comment on column billing.bundle_month.carried is
'Units carried over from the month before; used first, not carried twice.';
comment on column billing.bundle_month.used is 'Units drawn in the month, carried ones included.';
comment on constraint bundle_month_pk on billing.bundle_month is 'One row per bundle and month.';
comment on constraint bundle_month_bundle_fk on billing.bundle_month is 'The bundle must exist.';
comment on constraint bundle_month_ck on billing.bundle_month is 'Units cannot be negative.';

insert into billing.message (code, language, sentence, hint) values
('LB301', 'en', 'There is no call {call}.', 'Name it source:key, as in the export of rated calls.'),
('LB301', 'sv', 'Samtalet {call} finns inte.',
'Ange det som källa:nyckel, som i exporten av prissatta samtal.'),
('LB302', 'en', 'A quote needs units above 0, not {units}.', null),
('LB302', 'sv', 'En prisfråga behöver enheter över 0, inte {units}.', null),
('LB303', 'en', 'There is no price list {list}.', null),
('LB303', 'sv', 'Prislistan {list} finns inte.', null),
('LB304', 'en', 'The period must end after it begins: {from} to {to}.', null),
('LB304', 'sv', 'Perioden måste sluta efter att den börjat: {from} till {to}.', null),
('LB305', 'en', 'Margin cannot be shown by {by}.',
'Use product, destination, country, customer, seller or carrier.'),
('LB305', 'sv', 'Marginalen kan inte visas per {by}.',
'Använd product, destination, country, customer, seller eller carrier.');
