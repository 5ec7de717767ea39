-- Contracts, their lines, numbers and what is charged by hand. The period in effect (`valid`) of contracts
-- and of all that hangs on them is kept here. Lock: none that anyone waits for. Duration: under a second.

create function billing.number_point(p_number text)
returns bigint
language sql immutable parallel safe strict
return case when p_number ~ '^[0-9]{1,18}$' then ('1' || p_number)::bigint end;

comment on function billing.number_point(text) is
$$A number as a point on a line, so that blocks are ranges: a 1 in front keeps lengths apart.
NULL for what is not 1 to 18 digits.
Example: select billing.number_point('46902001005')
Raises: nothing$$;

create function billing.common_head(p_number text, p_to_number text)
returns text
language sql immutable parallel safe strict
begin atomic
    select left(p_number, max(size.n))
    from generate_series(0, length(p_number)) as size (n)
    where left(p_number, size.n) = left(p_to_number, size.n);
end;

comment on function billing.common_head(text, text) is
$$The digits with which both numbers begin, and so every number between them of the same length.
Example: select billing.common_head('46850001000', '46850001999')
Raises: nothing$$;

create table billing.contract (
    contract_id bigint generated always as identity,
    contract_no text not null,
    customer_id bigint not null,
    start_on date not null,
    end_on date,
    signed_on date,
    seller_id bigint,
    price_list_id bigint,
    interval_months int,
    binding_months int,
    reference text,
    noticed_on date,
    state text not null default 'active',
    text text,
    valid daterange,
    row_version int not null default 1,
    constraint contract_pk primary key (contract_id),
    constraint contract_no_uq unique (contract_no),
    constraint contract_valid_uq unique (contract_id, valid without overlaps),
    constraint contract_customer_fk foreign key (customer_id) references billing.customer (customer_id),
    constraint contract_seller_fk foreign key (seller_id) references billing.seller (seller_id),
    constraint contract_price_list_fk foreign key (price_list_id)
        references billing.price_list (price_list_id),
    constraint contract_no_ck check (contract_no <> ''),
    constraint contract_period_ck check (start_on <= end_on),
    constraint contract_months_ck check (
        interval_months between 1 and 120 and binding_months between 0 and 120
    ),
    constraint contract_state_ck check (state in ('proposed', 'active'))
);
create index contract_customer_ix on billing.contract (customer_id);
create index contract_seller_ix on billing.contract (seller_id);
create index contract_price_list_ix on billing.contract (price_list_id);

comment on table billing.contract is 'Agreements with customers; their lines say what about.';
comment on column billing.contract.contract_id is 'Surrogate key, inside only.';
comment on column billing.contract.contract_no is
    'Number that people, files and interfaces know the contract by.';
comment on column billing.contract.customer_id is 'The customer.';
comment on column billing.contract.start_on is 'First day.';
comment on column billing.contract.end_on is 'Agreed end: the first day no longer covered.';
comment on column billing.contract.signed_on is 'Day of signature.';
comment on column billing.contract.seller_id is
    'Seller, from the first day; NULL: the customer''s; contract_term changes it later.';
comment on column billing.contract.price_list_id is
    'Retail list, from the first day; contract_term changes it later.';
comment on column billing.contract.interval_months is
    'Months a periodic charge covers; NULL: the service''s; contract_term changes it later.';
comment on column billing.contract.binding_months is
    'Months it lasts at least; NULL: the longest of its services.';
comment on column billing.contract.reference is 'The customer''s own reference, shown on invoices.';
comment on column billing.contract.noticed_on is 'Day on which notice was given.';
comment on column billing.contract.state is 'proposed contracts are neither rated nor billed; active.';
comment on column billing.contract.text is 'Remarks.';
comment on column billing.contract.valid is
    'The period in effect: to the agreed end, else to the end of notice; NULL: no day is left.';
comment on column billing.contract.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint contract_pk on billing.contract is 'The key of a contract is unique.';
comment on constraint contract_no_uq on billing.contract is 'There is a contract with that number already.';
comment on constraint contract_valid_uq on billing.contract is 'A contract has one period.';
comment on constraint contract_customer_fk on billing.contract is 'The customer must exist.';
comment on constraint contract_seller_fk on billing.contract is 'The seller must exist.';
comment on constraint contract_price_list_fk on billing.contract is 'The price list must exist.';
comment on constraint contract_no_ck on billing.contract is 'A contract needs a number.';
comment on constraint contract_period_ck on billing.contract is 'A contract cannot end before it begins.';
comment on constraint contract_months_ck on billing.contract is
    'Months must be whole, at most 120, and at least 1 for the interval.';
comment on constraint contract_state_ck on billing.contract is 'The state must be proposed or active.';

create trigger _10_row_version before update on billing.contract
for each row execute function access.tg_row_version();

create table billing.contract_term (
    contract_id bigint not null,
    from_on date not null,
    seller_id bigint,
    price_list_id bigint,
    interval_months int,
    row_version int not null default 1,
    constraint contract_term_pk primary key (contract_id, from_on),
    constraint contract_term_contract_fk foreign key (contract_id) references billing.contract (contract_id),
    constraint contract_term_seller_fk foreign key (seller_id) references billing.seller (seller_id),
    constraint contract_term_price_list_fk foreign key (price_list_id)
        references billing.price_list (price_list_id),
    constraint contract_term_months_ck check (interval_months between 1 and 120)
);
create index contract_term_seller_ix on billing.contract_term (seller_id);
create index contract_term_price_list_ix on billing.contract_term (price_list_id);

comment on table billing.contract_term is 'What changes for a contract from a day on; NULL: as before.';
comment on column billing.contract_term.contract_id is 'The contract.';
comment on column billing.contract_term.from_on is 'First day of the change.';
comment on column billing.contract_term.seller_id is 'Seller from that day; NULL: as before.';
comment on column billing.contract_term.price_list_id is 'Retail list from that day; NULL: as before.';
comment on column billing.contract_term.interval_months is
    'Months a periodic charge covers from that day; NULL: as before.';
comment on column billing.contract_term.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint contract_term_pk on billing.contract_term is
    'A contract has one set of terms from a day.';
comment on constraint contract_term_contract_fk on billing.contract_term is 'The contract must exist.';
comment on constraint contract_term_seller_fk on billing.contract_term is 'The seller must exist.';
comment on constraint contract_term_price_list_fk on billing.contract_term is 'The price list must exist.';
comment on constraint contract_term_months_ck on billing.contract_term is
    'The interval must be 1 to 120 months.';

create trigger _10_row_version before update on billing.contract_term
for each row execute function access.tg_row_version();

create table billing.contract_line (
    contract_line_id bigint generated always as identity,
    contract_id bigint not null,
    line_no int not null,
    service_id bigint not null,
    from_on date,
    to_on date,
    quantity numeric(12, 4) not null default 1,
    price_list_id bigint,
    billed_through date,
    valid daterange,
    row_version int not null default 1,
    constraint contract_line_pk primary key (contract_line_id),
    constraint contract_line_no_uq unique (contract_id, line_no),
    constraint contract_line_valid_uq unique (contract_line_id, valid without overlaps),
    constraint contract_line_contract_fk foreign key (contract_id) references billing.contract (contract_id),
    constraint contract_line_valid_fk foreign key (contract_id, period valid)
        references billing.contract (contract_id, period valid) deferrable initially deferred,
    constraint contract_line_service_fk foreign key (service_id) references billing.service (service_id),
    constraint contract_line_price_list_fk foreign key (price_list_id)
        references billing.price_list (price_list_id),
    constraint contract_line_no_ck check (line_no > 0),
    constraint contract_line_period_ck check (from_on <= to_on),
    constraint contract_line_quantity_ck check (quantity >= 0)
);
create index contract_line_service_ix on billing.contract_line (service_id);
create index contract_line_price_list_ix on billing.contract_line (price_list_id);

comment on table billing.contract_line is 'What a contract is about: one service each.';
comment on column billing.contract_line.contract_line_id is 'Surrogate key, inside only.';
comment on column billing.contract_line.contract_id is 'The contract.';
comment on column billing.contract_line.line_no is 'Number within the contract.';
comment on column billing.contract_line.service_id is 'The service.';
comment on column billing.contract_line.from_on is 'First day; NULL: the contract''s.';
comment on column billing.contract_line.to_on is 'First day no longer covered; NULL: the contract''s.';
comment on column billing.contract_line.quantity is
    'How many, from the first day; line_term changes it later.';
comment on column billing.contract_line.price_list_id is
    'Retail list, from the first day; line_term changes it later.';
comment on column billing.contract_line.billed_through is
    'Fees up to and including this day were billed by another system.';
comment on column billing.contract_line.valid is
    'The period in effect, kept from the contract; NULL: no day is left.';
comment on column billing.contract_line.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint contract_line_pk on billing.contract_line is 'The key of a contract line is unique.';
comment on constraint contract_line_no_uq on billing.contract_line is
    'The contract has a line with that number already.';
comment on constraint contract_line_valid_uq on billing.contract_line is 'A contract line has one period.';
comment on constraint contract_line_contract_fk on billing.contract_line is 'The contract must exist.';
comment on constraint contract_line_valid_fk on billing.contract_line is
    'A contract line must lie within the period of its contract.';
comment on constraint contract_line_service_fk on billing.contract_line is 'The service must exist.';
comment on constraint contract_line_price_list_fk on billing.contract_line is 'The price list must exist.';
comment on constraint contract_line_no_ck on billing.contract_line is 'A line number must be above zero.';
comment on constraint contract_line_period_ck on billing.contract_line is
    'A period cannot end before it begins.';
comment on constraint contract_line_quantity_ck on billing.contract_line is
    'A quantity must not be negative.';

create trigger _10_row_version before update on billing.contract_line
for each row execute function access.tg_row_version();

create table billing.line_term (
    contract_line_id bigint not null,
    from_on date not null,
    quantity numeric(12, 4),
    price_list_id bigint,
    row_version int not null default 1,
    constraint line_term_pk primary key (contract_line_id, from_on),
    constraint line_term_line_fk foreign key (contract_line_id)
        references billing.contract_line (contract_line_id),
    constraint line_term_price_list_fk foreign key (price_list_id)
        references billing.price_list (price_list_id),
    constraint line_term_quantity_ck check (quantity >= 0)
);
create index line_term_price_list_ix on billing.line_term (price_list_id);

comment on table billing.line_term is 'What changes for a contract line from a day on; NULL: as before.';
comment on column billing.line_term.contract_line_id is 'The contract line.';
comment on column billing.line_term.from_on is 'First day of the change.';
comment on column billing.line_term.quantity is 'How many from that day; NULL: as before.';
comment on column billing.line_term.price_list_id is 'Retail list from that day; NULL: as before.';
comment on column billing.line_term.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint line_term_pk on billing.line_term is 'A contract line has one set of terms from a day.';
comment on constraint line_term_line_fk on billing.line_term is 'The contract line must exist.';
comment on constraint line_term_price_list_fk on billing.line_term is 'The price list must exist.';
comment on constraint line_term_quantity_ck on billing.line_term is 'A quantity must not be negative.';

create trigger _10_row_version before update on billing.line_term
for each row execute function access.tg_row_version();

create table billing.subscriber_number (
    subscriber_number_id bigint generated always as identity,
    contract_line_id bigint not null,
    kind text not null default 'number',
    number text not null,
    to_number text,
    from_on date,
    to_on date,
    valid daterange,
    -- least and greatest, so that a block the wrong way round is refused by its check and not in here
    span int8range generated always as (
        case when kind = 'number' then int8range(
            least(billing.number_point(number), billing.number_point(to_number)),
            greatest(billing.number_point(number), billing.number_point(to_number)),
            '[]'
        ) end
    ) stored,
    head text collate "C" generated always as (billing.common_head(number, to_number)) stored,
    row_version int not null default 1,
    constraint subscriber_number_pk primary key (subscriber_number_id),
    constraint subscriber_number_number_uq unique nulls not distinct (number, from_on),
    constraint subscriber_number_span_ex exclude using gist (span with &&, valid with &&)
        where (kind = 'number') deferrable initially deferred,
    constraint subscriber_number_account_ex exclude using gist (number with =, valid with &&)
        where (kind = 'account') deferrable initially deferred,
    constraint subscriber_number_line_fk foreign key (contract_line_id)
        references billing.contract_line (contract_line_id),
    constraint subscriber_number_valid_fk foreign key (contract_line_id, period valid)
        references billing.contract_line (contract_line_id, period valid) deferrable initially deferred,
    constraint subscriber_number_kind_ck check (kind in ('number', 'account')),
    constraint subscriber_number_number_ck check (
        number <> '' and (kind = 'account' or number ~ '^[0-9]{1,18}$')
    ),
    constraint subscriber_number_block_ck check (
        to_number is null
        or (
            to_number ~ '^[0-9]{1,18}$' and kind = 'number' and length(to_number) = length(number)
            and to_number >= number
        )
    ),
    constraint subscriber_number_period_ck check (from_on <= to_on)
);
create index subscriber_number_line_ix on billing.subscriber_number (contract_line_id);
create index subscriber_number_block_ix on billing.subscriber_number (head) where head is not null;

comment on table billing.subscriber_number is
    'Numbers, blocks of numbers and accounts by which calls find their contract line.';
comment on column billing.subscriber_number.subscriber_number_id is 'Surrogate key, inside only.';
comment on column billing.subscriber_number.contract_line_id is 'The contract line.';
comment on column billing.subscriber_number.kind is 'number or account.';
comment on column billing.subscriber_number.number is
    'E.164 digits, the first of a block; or the text of an account.';
comment on column billing.subscriber_number.to_number is 'Last number of a block; NULL: one number.';
comment on column billing.subscriber_number.from_on is 'First day; NULL: the line''s.';
comment on column billing.subscriber_number.to_on is 'First day no longer covered; NULL: the line''s.';
comment on column billing.subscriber_number.valid is
    'The period in effect, kept from the line; NULL: no day is left.';
comment on column billing.subscriber_number.head is
    'Digits that all numbers of a block begin with: by them a block is found without looking at others.';
comment on column billing.subscriber_number.span is 'The numbers as points on a line.';
comment on column billing.subscriber_number.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint subscriber_number_pk on billing.subscriber_number is 'The key of a number is unique.';
comment on constraint subscriber_number_number_uq on billing.subscriber_number is
    'There is a row for that number with that start already.';
comment on constraint subscriber_number_span_ex on billing.subscriber_number is
    'A number belongs to one contract line at a time, blocks included.';
comment on constraint subscriber_number_account_ex on billing.subscriber_number is
    'An account belongs to one contract line at a time.';
comment on constraint subscriber_number_line_fk on billing.subscriber_number is
    'The contract line must exist.';
comment on constraint subscriber_number_valid_fk on billing.subscriber_number is
    'A number must lie within the period of its contract line.';
comment on constraint subscriber_number_kind_ck on billing.subscriber_number is
    'The kind must be number or account.';
comment on constraint subscriber_number_number_ck on billing.subscriber_number is
    'A number must be E.164 digits, at most 18.';
comment on constraint subscriber_number_block_ck on billing.subscriber_number is
    'A block must end with a number as long as its first, and not below it.';
comment on constraint subscriber_number_period_ck on billing.subscriber_number is
    'A period cannot end before it begins.';
comment on index billing.subscriber_number_block_ix is 'The block a number lies in.';

create trigger _10_row_version before update on billing.subscriber_number
for each row execute function access.tg_row_version();

create table billing.preselection (
    preselection_id bigint generated always as identity,
    number text not null,
    carrier_prefix text not null,
    kind text not null default 'all',
    state text not null,
    happened_at timestamptz not null,
    reason text,
    row_version int not null default 1,
    constraint preselection_pk primary key (preselection_id),
    constraint preselection_happened_uq unique (number, kind, happened_at),
    constraint preselection_number_ck check (number ~ '^[0-9]{1,18}$'),
    constraint preselection_carrier_prefix_ck check (carrier_prefix ~ '^[0-9]+$'),
    constraint preselection_kind_ck check (kind in ('national', 'international', 'all')),
    constraint preselection_state_ck check (
        state in ('ordered', 'confirmed', 'rejected', 'active', 'ceased')
    )
);

comment on table billing.preselection is 'Orders of carrier pre-selection and what became of them.';
comment on column billing.preselection.preselection_id is 'Surrogate key, inside only.';
comment on column billing.preselection.number is 'E.164 digits of the subscriber.';
comment on column billing.preselection.carrier_prefix is 'Prefix of the carrier, such as 9500.';
comment on column billing.preselection.kind is 'national, international or all.';
comment on column billing.preselection.state is 'ordered, confirmed, rejected, active or ceased.';
comment on column billing.preselection.happened_at is 'When it came to that state.';
comment on column billing.preselection.reason is 'Why, where it was rejected.';
comment on column billing.preselection.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint preselection_pk on billing.preselection is 'The key of a pre-selection is unique.';
comment on constraint preselection_happened_uq on billing.preselection is
    'The pre-selection of the number has a state at that moment already.';
comment on constraint preselection_number_ck on billing.preselection is
    'A number must be E.164 digits, at most 18.';
comment on constraint preselection_carrier_prefix_ck on billing.preselection is
    'A carrier prefix must be digits.';
comment on constraint preselection_kind_ck on billing.preselection is
    'The kind must be national, international or all.';
comment on constraint preselection_state_ck on billing.preselection is
    'The state must be ordered, confirmed, rejected, active or ceased.';

create trigger _10_row_version before update on billing.preselection
for each row execute function access.tg_row_version();

create table billing.manual_charge (
    manual_charge_id bigint generated always as identity,
    contract_line_id bigint not null,
    charged_on date not null,
    text text not null,
    quantity numeric(12, 4) not null default 1,
    price numeric(18, 4) not null,
    vat_code text,
    account text,
    project text,
    row_version int not null default 1,
    constraint manual_charge_pk primary key (manual_charge_id),
    constraint manual_charge_line_fk foreign key (contract_line_id)
        references billing.contract_line (contract_line_id),
    constraint manual_charge_text_ck check (text <> ''),
    constraint manual_charge_text_uq unique (contract_line_id, charged_on, text)
);

comment on table billing.manual_charge is 'Charges added by hand to a contract line.';
comment on column billing.manual_charge.manual_charge_id is 'Surrogate key, inside only.';
comment on column billing.manual_charge.contract_line_id is 'The contract line.';
comment on column billing.manual_charge.charged_on is 'Day it belongs to.';
comment on column billing.manual_charge.text is 'What for, as on the invoice.';
comment on column billing.manual_charge.quantity is 'How many.';
comment on column billing.manual_charge.price is 'Price of one, without VAT; negative for a refund.';
comment on column billing.manual_charge.vat_code is 'VAT code; NULL: the service''s.';
comment on column billing.manual_charge.account is 'Account; NULL: the service''s.';
comment on column billing.manual_charge.project is 'Project, for the accounts.';
comment on column billing.manual_charge.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint manual_charge_pk on billing.manual_charge is 'The key of a charge is unique.';
comment on constraint manual_charge_line_fk on billing.manual_charge is 'The contract line must exist.';
comment on constraint manual_charge_text_ck on billing.manual_charge is 'A charge needs a text.';
comment on constraint manual_charge_text_uq on billing.manual_charge is
    'The line has a charge with that day and text already.';

create trigger _10_row_version before update on billing.manual_charge
for each row execute function access.tg_row_version();

-- Periods in effect
-- ----------------------------------------------------------------------------------------------------------

-- Agreed end, else end of notice, not before the binding time. Definer functions are not needed: who may
-- change a contract may read its lines and services.
create function billing.contract_valid(
    p_contract_id bigint, p_start_on date, p_end_on date, p_noticed_on date, p_binding_months int
)
returns daterange
language sql stable
return billing.period(p_start_on, coalesce(
    p_end_on,
    case when p_noticed_on is not null then (
        select greatest(
            (p_noticed_on + make_interval(months => coalesce(max(service.notice_months), 0)))::date,
            (p_start_on + make_interval(
                months => coalesce(p_binding_months, max(service.binding_months), 0)
            ))::date
        )
        from billing.contract_line as line
        inner join billing.service as service on service.service_id = line.service_id
        where line.contract_id = p_contract_id
    ) end
));

comment on function billing.contract_valid(bigint, date, date, date, int) is
$$The period of a contract: to its agreed end, else the notice day and the longest notice of its lines, not
the binding time has passed.
Example: select billing.contract_valid(1, '2026-01-01', null, '2026-03-15', 12)
Raises: nothing$$;
grant execute on function billing.contract_valid(bigint, date, date, date, int), billing.number_point(text),
    billing.common_head(text, text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_customer, leissner_report, leissner_auditor, leissner_batch,
    leissner_integration;

-- Per row, because the insert must carry the period: a second statement would write every row twice.
create function billing.tg_contract_period()
returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    if new.end_on is null and new.noticed_on is not null then
        new.valid := billing.contract_valid(
            new.contract_id, new.start_on, new.end_on, new.noticed_on, new.binding_months
        );
    else
        new.valid := billing.period(new.start_on, new.end_on);
    end if;
    return new;
end
$$;

comment on function billing.tg_contract_period() is $$Trigger function: the period in effect of a contract.
Raises: nothing$$;

-- Of a line within its contract, of a number or bundle within its line. What begins before its parent keeps
-- its begin: the foreign key refuses it.
create function billing.tg_child_period()
returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_parent daterange;
begin
    if tg_table_name = 'contract_line' then
        select contract.valid into v_parent
        from billing.contract as contract where contract.contract_id = new.contract_id;
    else
        select line.valid into v_parent
        from billing.contract_line as line where line.contract_line_id = new.contract_line_id;
    end if;
    new.valid := case when v_parent is not null then
        billing.period(coalesce(new.from_on, lower(v_parent)), least(new.to_on, upper(v_parent)))
    end;
    return new;
end
$$;

comment on function billing.tg_child_period() is
$$Trigger function: the period in effect of a contract line, number or bundle.
Raises: nothing$$;

-- These three run with the owner's rights: periods follow whoever may change the parent, also where that
-- level may not write the child (sales no bundle, pricing no contract).
create function billing.tg_contract_narrow()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_any boolean;
begin
    execute 'select exists (select from new_rows)' into v_any;
    if not v_any then
        return null;  -- statement triggers fire without rows too, and would call each other for ever
    end if;
    execute $sql$
        update billing.contract_line as line set valid = null
        from new_rows
        inner join old_rows on old_rows.contract_id = new_rows.contract_id
        where line.contract_id = new_rows.contract_id and new_rows.valid is distinct from old_rows.valid
    $sql$;
    return null;
end
$$;

comment on function billing.tg_contract_narrow() is
$$Trigger function: lines follow the period of their contract.
Raises: nothing$$;

create function billing.tg_contract_line_narrow()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_child text;
    v_any boolean;
begin
    execute 'select exists (select from new_rows)' into v_any;
    if not v_any then
        return null;  -- statement triggers fire without rows too, and would call each other for ever
    end if;
    foreach v_child in array array['subscriber_number', 'bundle'] loop
        execute format(
            $sql$
                update billing.%I as child set valid = null
                from new_rows
                inner join old_rows on old_rows.contract_line_id = new_rows.contract_line_id
                where
                    child.contract_line_id = new_rows.contract_line_id
                    and new_rows.valid is distinct from old_rows.valid
            $sql$,
            v_child
        );
    end loop;
    return null;
end
$$;

comment on function billing.tg_contract_line_narrow() is
$$Trigger function: numbers and bundles follow the period of their line.
Raises: nothing$$;

-- A contract under notice ends by the services of its lines.
create function billing.tg_contract_notice()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_any boolean;
begin
    execute format(
        'select exists (select from %I)', case tg_op when 'DELETE' then 'old_rows' else 'new_rows' end
    ) into v_any;
    if not v_any then
        return null;  -- statement triggers fire without rows too, and would call each other for ever
    end if;
    execute format(
        $sql$
            update billing.contract as contract set valid = null
            where
                contract.noticed_on is not null and contract.end_on is null
                and contract.contract_id in (select changed.contract_id from %s)
                and contract.valid is distinct from billing.contract_valid(
                    contract.contract_id, contract.start_on, contract.end_on, contract.noticed_on,
                    contract.binding_months
                )
        $sql$,
        case
            when tg_table_name = 'service' then
                'billing.contract_line as changed inner join new_rows using (service_id)'
            when tg_op = 'DELETE' then 'old_rows as changed'
            else 'new_rows as changed'
        end
    );
    return null;
end
$$;

comment on function billing.tg_contract_notice() is
$$Trigger function: the end of contracts under notice follows the services of their lines.
Raises: nothing$$;

create trigger _20_period before insert or update on billing.contract
for each row execute function billing.tg_contract_period();
create trigger _20_period before insert or update on billing.contract_line
for each row execute function billing.tg_child_period();
create trigger _20_period before insert or update on billing.subscriber_number
for each row execute function billing.tg_child_period();
create trigger _20_period before insert or update on billing.bundle
for each row execute function billing.tg_child_period();
create trigger _40_narrow after update on billing.contract
referencing old table as old_rows new table as new_rows
for each statement execute function billing.tg_contract_narrow();
create trigger _40_narrow after update on billing.contract_line
referencing old table as old_rows new table as new_rows
for each statement execute function billing.tg_contract_line_narrow();
create trigger _45_notice_insert after insert on billing.contract_line
referencing new table as new_rows
for each statement execute function billing.tg_contract_notice();
create trigger _45_notice_update after update on billing.contract_line
referencing new table as new_rows
for each statement execute function billing.tg_contract_notice();
create trigger _45_notice_delete after delete on billing.contract_line
referencing old table as old_rows
for each statement execute function billing.tg_contract_notice();
create trigger _45_notice_update after update on billing.service
referencing new table as new_rows
for each statement execute function billing.tg_contract_notice();

-- What the tables of discounts name
-- ----------------------------------------------------------------------------------------------------------

alter table billing.bundle
add constraint bundle_line_fk foreign key (contract_line_id)
references billing.contract_line (contract_line_id),
add constraint bundle_valid_fk foreign key (contract_line_id, period valid)
references billing.contract_line (contract_line_id, period valid) deferrable initially deferred;
comment on constraint bundle_line_fk on billing.bundle is 'The contract line must exist.';
comment on constraint bundle_valid_fk on billing.bundle is
    'A bundle must lie within the period of its contract line.';
alter table billing.ring_member add constraint ring_member_contract_fk
foreign key (contract_id) references billing.contract (contract_id);
comment on constraint ring_member_contract_fk on billing.ring_member is 'The contract must exist.';
create index ring_member_contract_ix on billing.ring_member (contract_id);
