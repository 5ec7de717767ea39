-- Contracts, their lines and terms, subscriber numbers, pre-selection orders, charges added by hand.
-- A row that leaves its dates to its parent keeps them NULL; `valid` is the period that really holds, narrowed
-- to the parent's by triggers, so that rating never climbs.

create table billing.contract (
    contract_id bigint generated always as identity,
    contract_no text not null,
    customer_id bigint not null,
    start_on date not null,
    end_on date,
    signed_on date,
    seller_id bigint,
    price_list_id bigint,
    interval_months integer,
    binding_months integer,
    reference text,
    noticed_on date,
    state text not null default 'active',
    text text,
    valid daterange not null,
    row_version integer not null default 1,
    constraint contract_pk primary key (contract_id),
    constraint contract_contract_no_uq unique (contract_no),
    constraint contract_contract_no_ck check (contract_no <> ''),
    constraint contract_valid_uq unique (contract_id, valid without overlaps),
    constraint contract_customer_fk foreign key (customer_id) references billing.customer (customer_id),
    constraint contract_seller_fk foreign key (seller_id) references billing.seller (seller_id),
    constraint contract_list_fk foreign key (price_list_id) references billing.price_list (price_list_id),
    constraint contract_state_ck check (state in ('proposed', 'active')),
    constraint contract_end_ck check (end_on > start_on),
    constraint contract_valid_ck check (not isempty(valid)),
    constraint contract_interval_ck check (interval_months between 1 and 120),
    constraint contract_binding_ck check (binding_months >= 0)
);
create index contract_customer_ix on billing.contract (customer_id);
create index contract_seller_ix on billing.contract (seller_id);
create index contract_price_list_ix on billing.contract (price_list_id);

comment on table billing.contract is
'Agreements with customers; what changes over time is in contract_term and line_term.';
comment on column billing.contract.contract_id is 'Surrogate key.';
comment on column billing.contract.contract_no is 'Business number, on invoices and in all files.';
comment on column billing.contract.customer_id is 'The customer that holds it.';
comment on column billing.contract.start_on is 'First day.';
comment on column billing.contract.end_on is 'First day no longer covered, where an end is agreed.';
comment on column billing.contract.signed_on is 'Day of signature.';
comment on column billing.contract.seller_id is 'Seller from the first day; NULL: the customer''s.';
comment on column billing.contract.price_list_id is 'Price list from the first day.';
comment on column billing.contract.interval_months is 'Months between invoices; NULL: the service''s.';
comment on column billing.contract.binding_months is 'Binding time; NULL: the service''s.';
comment on column billing.contract.reference is 'The customer''s own reference, on invoices.';
comment on column billing.contract.noticed_on is 'Day of notice.';
comment on column billing.contract.state is 'proposed (neither rated nor billed) or active.';
comment on column billing.contract.text is 'Terms in words.';
comment on column billing.contract.valid is 'Days it holds: to end_on, else by notice and binding.';
comment on column billing.contract.row_version is 'Counts the versions of the row.';
comment on constraint contract_pk on billing.contract is 'A contract is identified by its id.';
comment on constraint contract_contract_no_uq on billing.contract is
'There is already a contract with this number.';
comment on constraint contract_contract_no_ck on billing.contract is 'A contract needs a number.';
comment on constraint contract_valid_uq on billing.contract is 'A contract holds for one period.';
comment on constraint contract_customer_fk on billing.contract is 'The customer must exist.';
comment on constraint contract_seller_fk on billing.contract is 'The seller must exist.';
comment on constraint contract_list_fk on billing.contract is 'The price list must exist.';
comment on constraint contract_state_ck on billing.contract is 'A contract is proposed or active.';
comment on constraint contract_end_ck on billing.contract is 'A contract ends after it starts.';
comment on constraint contract_valid_ck on billing.contract is 'A contract ends after it starts.';
comment on constraint contract_interval_ck on billing.contract is 'The interval is 1 to 120 months.';
comment on constraint contract_binding_ck on billing.contract is 'Binding cannot be negative.';
comment on index billing.contract_customer_ix is 'Contracts of a customer.';
comment on index billing.contract_seller_ix is 'A seller''s own contracts.';
comment on index billing.contract_price_list_ix is 'Contracts of a price list.';

create table billing.contract_term (
    contract_id bigint not null,
    from_on date not null,
    seller_id bigint,
    price_list_id bigint,
    interval_months integer,
    row_version integer not null default 1,
    constraint contract_term_pk primary key (contract_id, from_on),
    constraint contract_term_contract_fk foreign key (contract_id) references billing.contract (contract_id),
    constraint contract_term_seller_fk foreign key (seller_id) references billing.seller (seller_id),
    constraint contract_term_list_fk foreign key (price_list_id)
    references billing.price_list (price_list_id),
    constraint contract_term_interval_ck check (interval_months between 1 and 120)
);
create index contract_term_seller_ix on billing.contract_term (seller_id);
create index contract_term_price_list_ix on billing.contract_term (price_list_id);

comment on table billing.contract_term is 'What changes about a contract from a day on; NULL is as before.';
comment on column billing.contract_term.contract_id is 'The contract.';
comment on column billing.contract_term.from_on is 'First day.';
comment on column billing.contract_term.seller_id is 'Seller from then on.';
comment on column billing.contract_term.price_list_id is 'Price list from then on.';
comment on column billing.contract_term.interval_months is 'Months between invoices from then on.';
comment on column billing.contract_term.row_version is 'Counts the versions of the row.';
comment on constraint contract_term_pk on billing.contract_term is 'A contract has one row of terms per day.';
comment on constraint contract_term_contract_fk on billing.contract_term is 'The contract must exist.';
comment on constraint contract_term_seller_fk on billing.contract_term is 'The seller must exist.';
comment on constraint contract_term_list_fk on billing.contract_term is 'The price list must exist.';
comment on constraint contract_term_interval_ck on billing.contract_term is
'The interval is 1 to 120 months.';
comment on index billing.contract_term_seller_ix is 'Terms with a seller.';
comment on index billing.contract_term_price_list_ix is 'Terms with a price list.';

create table billing.contract_line (
    contract_line_id bigint generated always as identity,
    contract_id bigint not null,
    line_no integer not null,
    service_id bigint not null,
    from_on date,
    to_on date,
    quantity numeric(18, 4) not null default 1,
    price_list_id bigint,
    billed_through date,
    valid daterange not null,
    row_version integer not null default 1,
    constraint contract_line_pk primary key (contract_line_id),
    constraint contract_line_line_no_uq unique (contract_id, line_no),
    constraint contract_line_valid_uq unique (contract_line_id, valid without overlaps),
    constraint contract_line_contract_fk foreign key (contract_id) references billing.contract (contract_id),
    constraint contract_line_period_fk foreign key (contract_id, period valid)
    references billing.contract (contract_id, period valid) deferrable initially deferred,
    constraint contract_line_service_fk foreign key (service_id) references billing.service (service_id),
    constraint contract_line_list_fk foreign key (price_list_id)
    references billing.price_list (price_list_id),
    constraint contract_line_line_no_ck check (line_no > 0),
    constraint contract_line_quantity_ck check (quantity >= 0),
    constraint contract_line_valid_ck check (not isempty(valid))
);
create index contract_line_service_ix on billing.contract_line (service_id);
create index contract_line_price_list_ix on billing.contract_line (price_list_id);

comment on table billing.contract_line is 'Services of a contract.';
comment on column billing.contract_line.contract_line_id is 'Surrogate key.';
comment on column billing.contract_line.contract_id is 'The contract.';
comment on column billing.contract_line.line_no is 'Number of the line in the contract.';
comment on column billing.contract_line.service_id is 'The service.';
comment on column billing.contract_line.from_on is 'First day; NULL: the contract''s.';
comment on column billing.contract_line.to_on is 'First day no longer covered; NULL: the contract''s end.';
comment on column billing.contract_line.quantity is 'How many of it, from the first day.';
comment on column billing.contract_line.price_list_id is 'Price list from the first day.';
comment on column billing.contract_line.billed_through is
'Fees up to and including this day were billed by another system.';
comment on column billing.contract_line.valid is 'Days it really holds, within the contract''s.';
comment on column billing.contract_line.row_version is 'Counts the versions of the row.';
comment on constraint contract_line_pk on billing.contract_line is 'A contract line is identified by its id.';
comment on constraint contract_line_line_no_uq on billing.contract_line is
'The contract already has a line with this number.';
comment on constraint contract_line_valid_uq on billing.contract_line is
'A contract line holds for one period.';
comment on constraint contract_line_contract_fk on billing.contract_line is 'The contract must exist.';
comment on constraint contract_line_period_fk on billing.contract_line is
'A line cannot hold longer than its contract.';
comment on constraint contract_line_service_fk on billing.contract_line is 'The service must exist.';
comment on constraint contract_line_list_fk on billing.contract_line is 'The price list must exist.';
comment on constraint contract_line_line_no_ck on billing.contract_line is 'Lines are numbered from 1.';
comment on constraint contract_line_quantity_ck on billing.contract_line is 'A quantity cannot be negative.';
comment on constraint contract_line_valid_ck on billing.contract_line is
'A line must begin within its contract and end after it begins.';
comment on index billing.contract_line_service_ix is 'Lines of a service.';
comment on index billing.contract_line_price_list_ix is 'Lines of a price list.';

create table billing.line_term (
    contract_line_id bigint not null,
    from_on date not null,
    quantity numeric(18, 4),
    price_list_id bigint,
    row_version integer not null default 1,
    constraint line_term_pk primary key (contract_line_id, from_on),
    constraint line_term_line_fk foreign key (contract_line_id)
    references billing.contract_line (contract_line_id),
    constraint line_term_list_fk foreign key (price_list_id) references billing.price_list (price_list_id),
    constraint line_term_quantity_ck check (quantity >= 0)
);
create index line_term_price_list_ix on billing.line_term (price_list_id);

comment on table billing.line_term is 'What changes about a contract line from a day on; NULL is as before.';
comment on column billing.line_term.contract_line_id is 'The line.';
comment on column billing.line_term.from_on is 'First day.';
comment on column billing.line_term.quantity is 'How many from then on.';
comment on column billing.line_term.price_list_id is 'Price list from then on.';
comment on column billing.line_term.row_version is 'Counts the versions of the row.';
comment on constraint line_term_pk on billing.line_term is 'A line has one row of terms per day.';
comment on constraint line_term_line_fk on billing.line_term is 'The contract line must exist.';
comment on constraint line_term_list_fk on billing.line_term is 'The price list must exist.';
comment on constraint line_term_quantity_ck on billing.line_term is 'A quantity cannot be negative.';
comment on index billing.line_term_price_list_ix is 'Terms with a price list.';

-- A number as a point on a line: the leading 1 keeps leading zeros and lengths apart.
create function billing.number_point(p_number text)
returns bigint
language sql immutable parallel safe strict
return case when p_number ~ '^[0-9]{1,17}$' then ('1' || p_number)::bigint end;
comment on function billing.number_point(text) is
$$A number of digits as a point: numbers of one length and block follow each other. NULL for what is no number.
Example: select billing.number_point('46902001005')
Raises: nothing$$;

create table billing.subscriber_number (
    subscriber_number_id bigint generated always as identity,
    contract_line_id bigint not null,
    kind text not null default 'number',
    number text not null,
    to_number text,
    from_on date,
    to_on date,
    valid daterange not null,
    span int8range generated always as (case when kind = 'number' then int8range(billing.number_point(number), billing.number_point(coalesce(to_number, number)), '[]') end) stored,
    row_version integer not null default 1,
    constraint subscriber_number_pk primary key (subscriber_number_id),
    constraint subscriber_number_kind_ck check (kind in ('number', 'account')),
    constraint subscriber_number_number_ck
    check (number <> '' and (kind = 'account' or number ~ '^[0-9]{1,15}$')),
    constraint subscriber_number_block_ck
    check (to_number is null or (kind = 'number' and length(to_number) = length(number) and to_number ~ '^[0-9]+$' and to_number >= number)),
    constraint subscriber_number_line_fk foreign key (contract_line_id)
    references billing.contract_line (contract_line_id),
    constraint subscriber_number_period_fk foreign key (contract_line_id, period valid)
    references billing.contract_line (contract_line_id, period valid) deferrable initially deferred,
    constraint subscriber_number_valid_ck check (not isempty(valid)),
    constraint subscriber_number_span_ex
    exclude using gist (span with &&, valid with &&) where (kind = 'number') deferrable initially deferred,
    constraint subscriber_number_account_ex
    exclude using gist (number with =, valid with &&) where (kind = 'account') deferrable initially deferred
);
create index subscriber_number_number_ix on billing.subscriber_number (number);
create index subscriber_number_line_ix on billing.subscriber_number (contract_line_id);

comment on table billing.subscriber_number is 'Numbers, blocks of numbers and accounts of contract lines.';
comment on column billing.subscriber_number.subscriber_number_id is 'Surrogate key.';
comment on column billing.subscriber_number.contract_line_id is 'The line that has it.';
comment on column billing.subscriber_number.kind is 'number or account.';
comment on column billing.subscriber_number.number is 'E.164 digits, or any text for an account.';
comment on column billing.subscriber_number.to_number is 'End of a block, inclusive, of the same length.';
comment on column billing.subscriber_number.from_on is 'First day; NULL: the line''s.';
comment on column billing.subscriber_number.to_on is 'First day no longer covered; NULL: the line''s end.';
comment on column billing.subscriber_number.valid is 'Days it really holds, within the line''s.';
comment on column billing.subscriber_number.span is 'The numbers it covers.';
comment on column billing.subscriber_number.row_version is 'Counts the versions of the row.';
comment on constraint subscriber_number_pk on billing.subscriber_number is
'A number is identified by its id.';
comment on constraint subscriber_number_kind_ck on billing.subscriber_number is
'A number is of kind number or account.';
comment on constraint subscriber_number_number_ck on billing.subscriber_number is
'A number has 1 to 15 digits.';
comment on constraint subscriber_number_block_ck on billing.subscriber_number is
'A block ends with a number of the same length that is not below its first.';
comment on constraint subscriber_number_line_fk on billing.subscriber_number is
'The contract line must exist.';
comment on constraint subscriber_number_period_fk on billing.subscriber_number is
'A number cannot belong to a line longer than the line holds.';
comment on constraint subscriber_number_valid_ck on billing.subscriber_number is
'A number must begin within its line and end after it begins.';
comment on constraint subscriber_number_span_ex on billing.subscriber_number is
'A number belongs to one contract line at a time.';
comment on constraint subscriber_number_account_ex on billing.subscriber_number is
'An account belongs to one contract line at a time.';
comment on index billing.subscriber_number_number_ix is 'Look-up of single numbers and accounts.';
comment on index billing.subscriber_number_line_ix is 'Numbers of a line.';

create table billing.preselection (
    number text not null,
    carrier_prefix text not null,
    kind text not null default 'all',
    state text not null,
    at timestamptz not null,
    reason text,
    row_version integer not null default 1,
    constraint preselection_pk primary key (number, kind, at),
    constraint preselection_number_ck check (number ~ '^[0-9]{1,15}$'),
    constraint preselection_kind_ck check (kind in ('national', 'international', 'all')),
    constraint preselection_state_ck
    check (state in ('ordered', 'confirmed', 'rejected', 'active', 'ceased'))
);

comment on table billing.preselection is
'Carrier pre-selection orders of numbers and their states, as they came.';
comment on column billing.preselection.number is 'E.164 digits.';
comment on column billing.preselection.carrier_prefix is 'Carrier prefix, such as 9500.';
comment on column billing.preselection.kind is 'national, international or all.';
comment on column billing.preselection.state is 'ordered, confirmed, rejected, active or ceased.';
comment on column billing.preselection.at is 'When it took this state.';
comment on column billing.preselection.reason is 'Why it was rejected or ceased.';
comment on column billing.preselection.row_version is 'Counts the versions of the row.';
comment on constraint preselection_pk on billing.preselection is 'A number takes one state at a time.';
comment on constraint preselection_number_ck on billing.preselection is 'A number has 1 to 15 digits.';
comment on constraint preselection_kind_ck on billing.preselection is
'Pre-selection is national, international or all.';
comment on constraint preselection_state_ck on billing.preselection is
'The state is ordered, confirmed, rejected, active or ceased.';

create table billing.manual_charge (
    manual_charge_id bigint generated always as identity,
    contract_line_id bigint not null,
    on_date date not null,
    text text not null,
    quantity numeric(18, 4) not null default 1,
    price numeric(18, 4) not null,
    vat_code text,
    account text,
    project text,
    row_version integer not null default 1,
    constraint manual_charge_pk primary key (manual_charge_id),
    constraint manual_charge_text_uq unique (contract_line_id, on_date, text),
    constraint manual_charge_line_fk foreign key (contract_line_id)
    references billing.contract_line (contract_line_id),
    constraint manual_charge_vat_code_fk foreign key (vat_code) references billing.vat_code (code)
);
create index manual_charge_vat_code_ix on billing.manual_charge (vat_code);

comment on table billing.manual_charge is 'Items added by hand, such as for projects.';
comment on column billing.manual_charge.manual_charge_id is 'Surrogate key.';
comment on column billing.manual_charge.contract_line_id is 'The line that is charged.';
comment on column billing.manual_charge.on_date is 'Day of the charge.';
comment on column billing.manual_charge.text is 'Text on the invoice.';
comment on column billing.manual_charge.quantity is 'How many.';
comment on column billing.manual_charge.price is 'Price of one, in the payer''s currency.';
comment on column billing.manual_charge.vat_code is 'VAT code; NULL: the service''s.';
comment on column billing.manual_charge.account is 'Ledger account; NULL: the service''s.';
comment on column billing.manual_charge.project is 'Project.';
comment on column billing.manual_charge.row_version is 'Counts the versions of the row.';
comment on constraint manual_charge_pk on billing.manual_charge is 'A charge is identified by its id.';
comment on constraint manual_charge_text_uq on billing.manual_charge is
'The line already has a charge with this day and text.';
comment on constraint manual_charge_line_fk on billing.manual_charge is 'The contract line must exist.';
comment on constraint manual_charge_vat_code_fk on billing.manual_charge is 'The VAT code must exist.';
comment on index billing.manual_charge_vat_code_ix is 'Charges of a VAT code.';

insert into billing.message (code, language, sentence, hint) values
('LB803', 'en', 'A {child} would be left without a day: {key} begins after its {parent} ends.', 'End or remove it first.'),
('LB803', 'sv', '{child} {key} skulle bli utan dagar: den börjar efter att dess {parent} slutar.', 'Avsluta eller ta bort den först.');

create function billing.period_within(p_from date, p_to date, p_parent daterange)
returns daterange
language sql immutable parallel safe
return case when p_from >= p_to then daterange('empty') else daterange(p_from, p_to) * p_parent end;
comment on function billing.period_within(date, date, daterange) is
$$The period that holds: p_from (NULL: the parent's) to p_to, exclusive (NULL: the parent's end), within the parent's.
Example: select billing.period_within(null, '2026-10-12', '[2026-01-01,)')
Raises: nothing$$;

create function billing.contract_period(p_contract billing.contract)
returns daterange
language sql stable
begin atomic
    select case
        when ends.end_on <= p_contract.start_on then daterange('empty')
        else daterange(p_contract.start_on, ends.end_on)
    end
    from (
        select coalesce(
            p_contract.end_on,
            -- notice plus the longest notice of its lines, not before binding ends
            greatest(
                (p_contract.noticed_on + make_interval(months => coalesce(max(service.notice_months), 0)))::date,
                case when p_contract.noticed_on is not null then
                    (
                        p_contract.start_on
                        + make_interval(months => coalesce(p_contract.binding_months, max(service.binding_months), 0))
                    )::date
                end
            )
        ) as end_on
        from billing.contract_line as line
        inner join billing.service using (service_id)
        where line.contract_id = p_contract.contract_id
    ) as ends;
end;
comment on function billing.contract_period(billing.contract) is
$$Days a contract holds: to the agreed end, else notice and binding, else open.
Example: select billing.contract_period(contract) from billing.contract where false
Raises: nothing$$;

create function billing.tg_contract_period()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    new.valid := billing.contract_period(new);
    return new;
end;
$$;
comment on function billing.tg_contract_period() is
$$Trigger: keeps the period of a contract.
Raises: nothing$$;

create function billing.tg_contract_line_period()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    select billing.period_within(new.from_on, new.to_on, contract.valid) into new.valid
    from billing.contract where contract.contract_id = new.contract_id;
    new.valid := coalesce(new.valid, daterange(new.from_on, new.to_on));
    return new;
end;
$$;
comment on function billing.tg_contract_line_period() is
$$Trigger: keeps the period of a contract line within its contract's; a missing contract is left to the foreign key.
Raises: nothing$$;

create function billing.tg_line_child_period()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    select billing.period_within(new.from_on, new.to_on, line.valid) into new.valid
    from billing.contract_line as line where line.contract_line_id = new.contract_line_id;
    new.valid := coalesce(new.valid, daterange(new.from_on, new.to_on));
    return new;
end;
$$;
comment on function billing.tg_line_child_period() is
$$Trigger: keeps the period of a number or bundle within its line's; a missing line is left to the foreign key.
Raises: nothing$$;

-- Statement triggers of the parents, in the same transaction.
create function billing.tg_contract_narrow()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    update billing.contract_line as line
    set from_on = line.from_on
    from new_rows
    inner join old_rows on old_rows.contract_id = new_rows.contract_id
    where
        line.contract_id = new_rows.contract_id and old_rows.valid <> new_rows.valid
        and line.valid is distinct from billing.period_within(line.from_on, line.to_on, new_rows.valid);
    return null;
end;
$$;
comment on function billing.tg_contract_narrow() is
$$Trigger: a contract's new period goes to its lines.
Raises: nothing (a line left without a day fails its own check)$$;

create function billing.tg_contract_line_notice()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    update billing.contract
    set noticed_on = contract.noticed_on
    where
        contract.noticed_on is not null and contract.end_on is null
        and contract.contract_id in (select new_rows.contract_id from new_rows)
        and contract.valid is distinct from billing.contract_period(contract);
    return null;
end;
$$;
comment on function billing.tg_contract_line_notice() is
$$Trigger: a new line may lengthen the notice of a contract under notice.
Raises: nothing$$;

create trigger _10_version before update on billing.contract
for each row execute function billing.tg_row_version();
create trigger _20_period before insert or update on billing.contract
for each row execute function billing.tg_contract_period();
create trigger _50_narrow after update on billing.contract
referencing old table as old_rows new table as new_rows
for each statement execute function billing.tg_contract_narrow();
create trigger _10_version before update on billing.contract_term
for each row execute function billing.tg_row_version();
create trigger _10_version before update on billing.contract_line
for each row execute function billing.tg_row_version();
create trigger _20_period before insert or update on billing.contract_line
for each row execute function billing.tg_contract_line_period();
create trigger _60_notice_insert after insert on billing.contract_line referencing new table as new_rows
for each statement execute function billing.tg_contract_line_notice();
create trigger _60_notice_update after update on billing.contract_line referencing new table as new_rows
for each statement execute function billing.tg_contract_line_notice();
create trigger _10_version before update on billing.line_term
for each row execute function billing.tg_row_version();
create trigger _10_version before update on billing.subscriber_number
for each row execute function billing.tg_row_version();
create trigger _20_period before insert or update on billing.subscriber_number
for each row execute function billing.tg_line_child_period();
create trigger _10_version before update on billing.preselection
for each row execute function billing.tg_row_version();
create trigger _10_version before update on billing.manual_charge
for each row execute function billing.tg_row_version();
