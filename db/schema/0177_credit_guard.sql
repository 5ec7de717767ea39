-- Guard against fraud: traffic counted by payer and hour, and what went over a threshold. Alerts to customers
-- about their usage. Lock: none that anyone waits for. Duration: under a second.

create table billing.guard_hour (
    payer_id bigint not null,
    hour_at timestamptz not null,
    day date not null,
    prefix_id bigint not null default 0,
    amount numeric not null,
    seconds numeric not null,
    premium bigint not null,
    short bigint not null,
    constraint guard_hour_pk primary key (payer_id, day, hour_at, prefix_id)
);
create index guard_hour_day_ix on billing.guard_hour (day);

comment on table billing.guard_hour is
'Traffic of payers by hour, counted while calls are loaded where a policy has thresholds for it; rows of a '
'prefix count short calls to it. Kept for two days. Emergency is not counted.';
comment on column billing.guard_hour.payer_id is 'Who pays.';
comment on column billing.guard_hour.hour_at is 'Begin of the hour in which the calls began.';
comment on column billing.guard_hour.day is 'The operator''s local day of the calls.';
comment on column billing.guard_hour.prefix_id is 'The prefix of short calls; 0: all other counters.';
comment on column billing.guard_hour.amount is 'Retail, in the operator''s currency.';
comment on column billing.guard_hour.seconds is 'Seconds of calls abroad.';
comment on column billing.guard_hour.premium is 'Premium calls.';
comment on column billing.guard_hour.short is 'Calls under the setting guard_short_seconds.';
comment on constraint guard_hour_pk on billing.guard_hour is 'An hour of a payer is counted once.';
comment on index billing.guard_hour_day_ix is 'What is old goes.';

create table billing.guard_trip (
    payer_id bigint not null constraint guard_trip_payer_fk references billing.customer (customer_id),
    measure text not null,
    window_at timestamptz not null,
    prefix_id bigint not null default 0,
    threshold numeric not null,
    value numeric not null,
    constraint guard_trip_pk primary key (payer_id, measure, window_at, prefix_id),
    constraint guard_trip_measure_ck check (
        measure in (
            'hour_amount', 'day_amount', 'hour_minutes', 'day_minutes', 'hour_premium', 'day_premium',
            'hour_short', 'day_short'
        )
    )
);

comment on table billing.guard_trip is 'Each time the traffic of a payer went over a threshold.';
comment on column billing.guard_trip.payer_id is 'The payer.';
comment on column billing.guard_trip.measure is 'The threshold, as the policy names it.';
comment on column billing.guard_trip.window_at is 'Begin of the hour or day.';
comment on column billing.guard_trip.prefix_id is 'The prefix, of short calls; else 0.';
comment on column billing.guard_trip.threshold is 'The threshold.';
comment on column billing.guard_trip.value is 'What it had come to when it was over it.';
comment on constraint guard_trip_pk on billing.guard_trip is 'A threshold is told once in its hour or day.';
comment on constraint guard_trip_payer_fk on billing.guard_trip is 'The payer must exist.';
comment on constraint guard_trip_measure_ck on billing.guard_trip is
    'The measure must be a threshold of policies.';

create table billing.usage_alert (
    usage_alert_id bigint generated always as identity constraint usage_alert_pk primary key,
    customer_id bigint not null constraint usage_alert_customer_fk
        references billing.customer (customer_id),
    contract_line_id bigint constraint usage_alert_line_fk
        references billing.contract_line (contract_line_id),
    bundle text,
    amount numeric(18, 4),
    percents text not null default '50;80;100',
    email text,
    row_version int not null default 1,
    constraint usage_alert_for_uq unique nulls not distinct (customer_id, contract_line_id, bundle),
    constraint usage_alert_what_ck check ((amount is null) = (bundle is not null)),
    constraint usage_alert_bundle_ck check (bundle is null or contract_line_id is not null),
    constraint usage_alert_amount_ck check (amount > 0),
    constraint usage_alert_percents_ck check (percents ~ '^[1-9][0-9]{0,3}(;[1-9][0-9]{0,3})*$')
);
create index usage_alert_line_ix on billing.usage_alert (contract_line_id);

comment on table billing.usage_alert is
'What customers want to be told about their usage of a calendar month: percentages of an amount, or of a '
'bundle.';
comment on column billing.usage_alert.usage_alert_id is 'Surrogate key, inside only.';
comment on column billing.usage_alert.customer_id is 'The customer; its own contracts count.';
comment on column billing.usage_alert.contract_line_id is 'Only this contract line; NULL: all of them.';
comment on column billing.usage_alert.bundle is 'Code of a bundle of the line; NULL: an amount.';
comment on column billing.usage_alert.amount is
    'Amount without VAT, in the operator''s currency; NULL: a bundle.';
comment on column billing.usage_alert.percents is 'Percentages at which it is told.';
comment on column billing.usage_alert.email is 'Who is told; NULL: the customer''s address.';
comment on column billing.usage_alert.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint usage_alert_pk on billing.usage_alert is 'The key of an alert is unique.';
comment on constraint usage_alert_customer_fk on billing.usage_alert is 'The customer must exist.';
comment on constraint usage_alert_line_fk on billing.usage_alert is 'The contract line must exist.';
comment on constraint usage_alert_for_uq on billing.usage_alert is
    'There is an alert for the same customer, line and bundle already.';
comment on constraint usage_alert_what_ck on billing.usage_alert is
    'An alert has an amount or names a bundle, one of them.';
comment on constraint usage_alert_bundle_ck on billing.usage_alert is
    'The alert of a bundle names its contract line.';
comment on constraint usage_alert_amount_ck on billing.usage_alert is 'The amount must be above zero.';
comment on constraint usage_alert_percents_ck on billing.usage_alert is
    'Percentages must be whole numbers above zero, with ; between.';

create trigger _10_row_version before update on billing.usage_alert
for each row execute function access.tg_row_version();

create table billing.usage_alert_told (
    usage_alert_id bigint not null constraint usage_alert_told_alert_fk
        references billing.usage_alert (usage_alert_id) on delete cascade,
    month date not null,
    percent int not null,
    value numeric not null,
    told_at timestamptz not null default clock_timestamp(),
    constraint usage_alert_told_pk primary key (usage_alert_id, month, percent)
);

comment on table billing.usage_alert_told is
'Percentages that were reached, each once in a month; of several at once the highest was told.';
comment on column billing.usage_alert_told.usage_alert_id is 'The alert.';
comment on column billing.usage_alert_told.month is 'The month.';
comment on column billing.usage_alert_told.percent is 'The percentage.';
comment on column billing.usage_alert_told.value is 'What the usage had come to, in percent.';
comment on column billing.usage_alert_told.told_at is 'When.';
comment on constraint usage_alert_told_pk on billing.usage_alert_told is
    'A percentage is told once in a month.';
comment on constraint usage_alert_told_alert_fk on billing.usage_alert_told is 'The alert must exist.';

-- Rights and log
-- ---------------------------------------------------------------------------------------------

select access.staff_open(
    'billing.usage_alert', array['finance', 'report', 'auditor'],
    array['sales', 'support', 'credit', 'batch', 'integration']
);
select access.staff_open(
    one.table_name::regclass,
    array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'], '{}'
)
from unnest(
    array['billing.guard_hour', 'billing.guard_trip', 'billing.usage_alert_told']
) as one (table_name);
select access.scope_open(
    'billing.usage_alert', 'customer', 'customer_id = any((select access.customer_ids())::bigint[])'
);
select audit.enable('billing.usage_alert');

insert into audit.exempt (table_name, why) values
('billing.guard_hour', 'Counters, kept for two days.'),
('billing.guard_trip', 'Append-only: the event of the load says what was over.'),
('billing.usage_alert_told', 'Append-only: each look at usage writes an event with counts.');

insert into billing.setting (name, value) values
('guard_hours', '48'),
('guard_short_seconds', '10');

insert into billing.message (code, language, sentence, hint)
select told.code, told.language, told.sentence, told.hint
from (
    values
    ('credit_guard_amount', 'en', 'Traffic for {value} {currency} since {since}: more than {threshold}.',
    null),
    ('credit_guard_amount', 'sv', 'Trafik för {value} {currency} sedan {since}: mer än {threshold}.', null),
    ('credit_guard_minutes', 'en', '{value} minutes abroad since {since}: more than {threshold}.', null),
    ('credit_guard_minutes', 'sv', '{value} minuter utomlands sedan {since}: mer än {threshold}.', null),
    ('credit_guard_premium', 'en', '{value} premium calls since {since}: more than {threshold}.', null),
    ('credit_guard_premium', 'sv', '{value} betalsamtal sedan {since}: fler än {threshold}.', null),
    ('credit_guard_short', 'en', '{value} short calls to {prefix} since {since}: more than {threshold}.',
    null),
    ('credit_guard_short', 'sv', '{value} korta samtal till {prefix} sedan {since}: fler än {threshold}.',
    null),
    ('credit_mail_guarded', 'en', 'Unusual traffic: customer number {customer}',
    '{why} Is it yours? If not, contact us at once. Emergency numbers stay open whatever is blocked.'),
    ('credit_mail_guarded', 'sv', 'Ovanlig trafik: kundnummer {customer}',
    '{why} Är den din? Kontakta oss genast om den inte är det. Nödnummer är öppna vad som än spärras.'),
    ('usage_alert_amount', 'en', '{percent} % of {amount} {currency}: customer number {customer}',
    'Usage of {month}{line} has come to {value} {currency} without VAT, {percent} % of {amount} {currency} '
    'or more.'),
    ('usage_alert_amount', 'sv', '{percent} % av {amount} {currency}: kundnummer {customer}',
    'Trafiken i {month}{line} har nått {value} {currency} exklusive moms, minst {percent} % av {amount} '
    '{currency}.'),
    ('usage_alert_bundle', 'en', '{percent} % of {bundle} is used: customer number {customer}',
    '{value} of {amount} units of {bundle}{line} are used in {month}, {percent} % or more.'),
    ('usage_alert_bundle', 'sv', '{percent} % av {bundle} är förbrukat: kundnummer {customer}',
    '{value} av {amount} enheter i {bundle}{line} är förbrukade i {month}, minst {percent} %.'),
    ('usage_alert_customer_fk', 'sv', 'Kunden måste finnas.', null),
    ('usage_alert_line_fk', 'sv', 'Avtalsraden måste finnas.', null),
    ('usage_alert_for_uq', 'sv', 'Det finns redan en avisering för samma kund, rad och paket.', null),
    ('usage_alert_what_ck', 'sv', 'En avisering har ett belopp eller nämner ett paket, ett av dem.', null),
    ('usage_alert_bundle_ck', 'sv', 'En avisering om ett paket nämner dess avtalsrad.', null),
    ('usage_alert_amount_ck', 'sv', 'Beloppet ska vara över noll.', null),
    ('usage_alert_percents_ck', 'sv', 'Procenttal ska vara hela tal över noll, med ; emellan.', null)
) as told (code, language, sentence, hint);
