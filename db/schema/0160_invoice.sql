-- Invoices: runs and their parts, documents with lines and tax, which calls stand on which line, number
-- series. Lock: none that anyone waits for. Duration: under a second.

create table billing.bill_run (
    bill_run_id bigint generated always as identity constraint bill_run_pk primary key,
    through_on date not null,
    mode text not null constraint bill_run_mode_ck check (mode in ('basis', 'full')),
    state text not null default 'making',
    options jsonb not null default '{}',
    started_at timestamptz not null default clock_timestamp(),
    started_by text not null,
    made_at timestamptz,
    approved_at timestamptz,
    approved_by text,
    row_version int not null default 1,
    constraint bill_run_state_ck check (state in ('making', 'draft', 'approving', 'approved', 'delivered')),
    constraint bill_run_made_ck check ((state = 'making') = (made_at is null)),
    constraint bill_run_approved_ck check ((state in ('approved', 'delivered')) = (approved_at is not null))
);

comment on table billing.bill_run is 'Runs that make invoices, or in the mode basis their basis.';
comment on column billing.bill_run.bill_run_id is 'The run''s number, known to people.';
comment on column billing.bill_run.through_on is 'The last day that is charged (BILLING.md 1.3).';
comment on column billing.bill_run.mode is 'full: invoices; basis: what another system invoices.';
comment on column billing.bill_run.state is 'making, draft, approving, approved, delivered.';
comment on column billing.bill_run.options is 'What it was narrowed to: {customers: [numbers]}.';
comment on column billing.bill_run.started_at is 'When it began.';
comment on column billing.bill_run.started_by is 'Who began it.';
comment on column billing.bill_run.made_at is 'When all its parts were done; NULL: it can be resumed.';
comment on column billing.bill_run.approved_at is 'When its last document got its number.';
comment on column billing.bill_run.approved_by is 'Who approved it.';
comment on column billing.bill_run.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint bill_run_pk on billing.bill_run is 'A run is identified by its number.';
comment on constraint bill_run_mode_ck on billing.bill_run is 'The mode must be basis or full.';
comment on constraint bill_run_state_ck on billing.bill_run is
    'The state must be making, draft, approving, approved or delivered.';
comment on constraint bill_run_made_ck on billing.bill_run is 'A run that is made says when.';
comment on constraint bill_run_approved_ck on billing.bill_run is 'An approved run says when.';

create table billing.bill_part (
    bill_run_id bigint not null constraint bill_part_run_fk
        references billing.bill_run (bill_run_id) on delete cascade,
    part_no int not null,
    customers bigint[] not null,
    done_at timestamptz,
    constraint bill_part_pk primary key (bill_run_id, part_no)
);

comment on table billing.bill_part is
'The transactions of a run: each bills whole families of customers, those that pay for each other, and is '
'done once or not at all.';
comment on column billing.bill_part.bill_run_id is 'The run.';
comment on column billing.bill_part.part_no is 'Number of the part.';
comment on column billing.bill_part.customers is 'The customers whose contracts it bills.';
comment on column billing.bill_part.done_at is 'When it was done, with all that it wrote; NULL: not yet.';
comment on constraint bill_part_pk on billing.bill_part is 'A part has one number.';
comment on constraint bill_part_run_fk on billing.bill_part is 'The run must exist.';

create table billing.bill_fault (
    bill_fault_id bigint generated always as identity constraint bill_fault_pk primary key,
    bill_run_id bigint not null constraint bill_fault_run_fk
        references billing.bill_run (bill_run_id) on delete cascade,
    customer_id bigint not null constraint bill_fault_customer_fk references billing.customer (customer_id),
    code text not null,
    params jsonb not null
);
create index bill_fault_run_ix on billing.bill_fault (bill_run_id);
create index bill_fault_customer_ix on billing.bill_fault (customer_id);

comment on table billing.bill_fault is
'What a run could not bill and why: the rest went through, and a later run takes it up once it is mended.';
comment on column billing.bill_fault.bill_fault_id is 'Surrogate key.';
comment on column billing.bill_fault.bill_run_id is 'The run.';
comment on column billing.bill_fault.customer_id is 'The payer, or the customer whose contract it is.';
comment on column billing.bill_fault.code is 'The sentence (billing.message).';
comment on column billing.bill_fault.params is 'What to fill into it.';
comment on constraint bill_fault_pk on billing.bill_fault is 'The key of a fault is unique.';
comment on constraint bill_fault_run_fk on billing.bill_fault is 'The run must exist.';
comment on constraint bill_fault_customer_fk on billing.bill_fault is 'The customer must exist.';
comment on index billing.bill_fault_run_ix is 'Faults of a run.';

create table billing.bill_carry (
    bill_run_id bigint not null constraint bill_carry_run_fk
        references billing.bill_run (bill_run_id) on delete cascade,
    payer_id bigint not null constraint bill_carry_payer_fk references billing.customer (customer_id),
    currency text not null,
    total numeric(18, 4) not null,
    constraint bill_carry_pk primary key (payer_id, currency, bill_run_id)
);
create index bill_carry_run_ix on billing.bill_carry (bill_run_id);

comment on table billing.bill_carry is
'Amounts under the setting minimum_invoice that a run left to the next one, at most three times in a row.';
comment on column billing.bill_carry.bill_run_id is 'The run that left it.';
comment on column billing.bill_carry.payer_id is 'The payer.';
comment on column billing.bill_carry.currency is 'Currency of the amount.';
comment on column billing.bill_carry.total is 'What the invoice would have come to, with VAT.';
comment on constraint bill_carry_pk on billing.bill_carry is 'A run carries an amount of a payer once.';
comment on constraint bill_carry_run_fk on billing.bill_carry is 'The run must exist.';
comment on constraint bill_carry_payer_fk on billing.bill_carry is 'The payer must exist.';
comment on index billing.bill_carry_run_ix is 'What a run carried.';

create table billing.bill_turn (
    customer_id bigint not null constraint bill_turn_pk primary key
        constraint bill_turn_customer_fk references billing.customer (customer_id) on delete cascade
);

comment on table billing.bill_turn is
'A row per family of customers, locked while it is billed: two runs never bill the same at the same time.';
comment on column billing.bill_turn.customer_id is 'The lowest id of the family.';
comment on constraint bill_turn_pk on billing.bill_turn is 'A family has one turn.';
comment on constraint bill_turn_customer_fk on billing.bill_turn is 'The customer must exist.';

create table billing.number_series (
    series text not null constraint number_series_pk primary key,
    last_no bigint not null default 0,
    constraint number_series_no_ck check (last_no >= 0)
);

comment on table billing.number_series is
'Document numbers without gaps: counted up by approval, as its last step, in the transaction that uses them.';
comment on column billing.number_series.series is 'The year, or empty for one series in all.';
comment on column billing.number_series.last_no is 'The last number that was given.';
comment on constraint number_series_pk on billing.number_series is 'A series counts once.';
comment on constraint number_series_no_ck on billing.number_series is 'Numbers begin at 1.';

create table billing.invoice (
    invoice_id bigint generated by default as identity constraint invoice_pk primary key,
    bill_run_id bigint constraint invoice_run_fk references billing.bill_run (bill_run_id),
    kind text not null,
    state text not null default 'draft',
    payer_id bigint not null constraint invoice_payer_fk references billing.customer (customer_id),
    issued_to bigint generated always as (case when state <> 'draft' then payer_id end) stored,
    currency text not null constraint invoice_currency_fk references billing.currency (currency),
    home_rate numeric(20, 10) not null,
    language text not null,
    valid daterange not null,
    net numeric(18, 4) not null,
    tax numeric(18, 4) not null,
    rounding numeric(18, 4) not null default 0,
    total numeric(18, 4) not null,
    series text,
    number bigint,
    invoice_no text,
    invoice_on date,
    due_on date,
    reference_kind text,
    reference text,
    credits_id bigint constraint invoice_credits_fk references billing.invoice (invoice_id),
    external_no text,
    parties jsonb,
    constraint invoice_no_uq unique (invoice_no),
    constraint invoice_series_uq unique (series, number),
    constraint invoice_kind_ck check (kind in ('invoice', 'credit')),
    constraint invoice_state_ck check (state in ('draft', 'approved')),
    constraint invoice_sum_ck check (total = net + tax + rounding),
    constraint invoice_credit_ck check ((kind = 'credit') = (total < 0 or credits_id is not null)),
    constraint invoice_issued_ck check (
        (state = 'draft') = (num_nonnulls(series, number, invoice_no, invoice_on, parties) = 0)
        and (state = 'draft' or num_nulls(series, number, invoice_no, invoice_on, parties) = 0)
    ),
    constraint invoice_reference_ck check (num_nulls(reference_kind, reference) in (0, 2)),
    constraint invoice_rate_ck check (home_rate > 0)
);
create index invoice_run_ix on billing.invoice (bill_run_id);
create index invoice_payer_ix on billing.invoice (payer_id, invoice_on);
create index invoice_issued_to_ix on billing.invoice (issued_to);
create index invoice_credits_ix on billing.invoice (credits_id);
create index invoice_currency_ix on billing.invoice (currency);
create index invoice_on_ix on billing.invoice (invoice_on);
create index invoice_reference_ix on billing.invoice (reference);

comment on table billing.invoice is
'Invoices and credit documents, from the draft on. What is issued never changes. Amounts of credit documents '
'are negative.';
comment on column billing.invoice.invoice_id is 'Surrogate key, inside only.';
comment on column billing.invoice.bill_run_id is 'The run that made it; NULL: a credit note made by itself.';
comment on column billing.invoice.kind is 'invoice, or credit for a document below zero or that credits one.';
comment on column billing.invoice.state is 'draft or approved.';
comment on column billing.invoice.payer_id is 'Who pays.';
comment on column billing.invoice.issued_to is 'The payer, once it is issued: what payers and sellers see.';
comment on column billing.invoice.currency is 'Currency of all its amounts.';
comment on column billing.invoice.home_rate is
    'Units of the operator''s currency for one of the invoice''s, on the last day charged.';
comment on column billing.invoice.language is 'Language of the document: sv or en.';
comment on column billing.invoice.valid is 'Encloses the periods of its lines.';
comment on column billing.invoice.net is 'Sum of its lines.';
comment on column billing.invoice.tax is 'Sum of its taxes.';
comment on column billing.invoice.rounding is 'Rounding of the total to whole units of currency.';
comment on column billing.invoice.total is 'To pay: net + tax + rounding.';
comment on column billing.invoice.series is 'Number series; NULL: a draft.';
comment on column billing.invoice.number is 'Number in the series, without gaps.';
comment on column billing.invoice.invoice_no is 'The number that people know it by.';
comment on column billing.invoice.invoice_on is 'Date of the document.';
comment on column billing.invoice.due_on is 'Day on which it is due; NULL: a credit document.';
comment on column billing.invoice.reference_kind is
    'Form of the payment reference: ocr, kid, fik, viite, rf.';
comment on column billing.invoice.reference is
    'Payment reference; NULL: a draft, a credit document, or basis.';
comment on column billing.invoice.credits_id is 'The document that a credit note credits.';
comment on column billing.invoice.external_no is 'In the mode basis: the number that the other system gave.';
comment on column billing.invoice.parties is
    'Seller and payer as they were when it was issued: {seller: {…}, payer: {…}}.';
comment on constraint invoice_pk on billing.invoice is 'The key of an invoice is unique.';
comment on constraint invoice_run_fk on billing.invoice is 'The run must exist.';
comment on constraint invoice_payer_fk on billing.invoice is 'The payer must exist.';
comment on constraint invoice_currency_fk on billing.invoice is 'The currency must exist.';
comment on constraint invoice_credits_fk on billing.invoice is 'The credited invoice must exist.';
comment on constraint invoice_no_uq on billing.invoice is 'There is an invoice with that number already.';
comment on constraint invoice_series_uq on billing.invoice is 'A number of a series is given once.';
comment on constraint invoice_kind_ck on billing.invoice is 'The kind must be invoice or credit.';
comment on constraint invoice_state_ck on billing.invoice is 'The state must be draft or approved.';
comment on constraint invoice_sum_ck on billing.invoice is 'The total is net, tax and rounding together.';
comment on constraint invoice_credit_ck on billing.invoice is
    'A document below zero, or one that credits another, is a credit document.';
comment on constraint invoice_issued_ck on billing.invoice is
    'An issued document has number, date and parties; a draft has none of them.';
comment on constraint invoice_reference_ck on billing.invoice is 'A reference has a form.';
comment on constraint invoice_rate_ck on billing.invoice is 'An exchange rate must be above zero.';
comment on index billing.invoice_run_ix is 'Documents of a run.';
comment on index billing.invoice_payer_ix is 'A payer''s documents by date.';
comment on index billing.invoice_issued_to_ix is 'A payer''s issued documents.';
comment on index billing.invoice_credits_ix is 'Credit notes of an invoice.';
comment on index billing.invoice_on_ix is 'Documents by date.';
comment on index billing.invoice_reference_ix is 'A document by its payment reference.';

create table billing.invoice_line (
    invoice_line_id bigint generated by default as identity constraint invoice_line_pk primary key,
    invoice_id bigint not null constraint invoice_line_invoice_fk
        references billing.invoice (invoice_id) deferrable initially deferred,
    place int not null,
    customer_id bigint not null,
    contract_id bigint not null,
    contract_line_id bigint not null,
    kind text not null,
    charge_kind text not null,
    service_charge_id bigint,
    manual_charge_id bigint,
    product_id bigint,
    mode_id bigint,
    what text not null,
    text text not null,
    period_on date,
    part_on date,
    valid daterange not null,
    quantity numeric(18, 4) not null,
    units numeric,
    net numeric(18, 4) not null,
    charge_vat text,
    vat_code text not null,
    vat_percent numeric(6, 3) not null,
    vat_category text not null,
    account text,
    project text,
    corrects_id bigint,
    is_counted boolean not null default true,
    constraint invoice_line_place_uq unique (invoice_id, place),
    constraint invoice_line_line_fk foreign key (contract_line_id)
        references billing.contract_line (contract_line_id),
    constraint invoice_line_manual_fk foreign key (manual_charge_id)
        references billing.manual_charge (manual_charge_id),
    constraint invoice_line_charge_fk foreign key (service_charge_id)
        references billing.service_charge (service_charge_id),
    constraint invoice_line_kind_ck check (
        kind in ('one_time', 'periodic', 'manual', 'usage', 'correction', 'fee')
    ),
    constraint invoice_line_charge_kind_ck check (
        charge_kind in ('one_time', 'periodic', 'manual', 'usage', 'fee')
    ),
    constraint invoice_line_key_ck check (
        case charge_kind
            when 'manual' then manual_charge_id is not null
            when 'usage' then num_nulls(product_id, mode_id) = 0
            when 'fee' then true
            else num_nulls(service_charge_id, period_on, part_on) = 0
        end
    ),
    constraint invoice_line_valid_ck check (not isempty(valid))
);
create index invoice_line_due_ix on billing.invoice_line (contract_line_id, upper(valid));
create index invoice_line_one_time_ix on billing.invoice_line (contract_line_id)
where charge_kind = 'one_time';
create index invoice_line_manual_ix on billing.invoice_line (manual_charge_id)
where manual_charge_id is not null;
create index invoice_line_charge_ix on billing.invoice_line (service_charge_id);
create index invoice_line_corrects_ix on billing.invoice_line (corrects_id) where corrects_id is not null;

comment on table billing.invoice_line is
'Lines of documents, drafts too: what was billed is their sum. Never changed, gone only with a draft.';
comment on column billing.invoice_line.invoice_line_id is 'Surrogate key, inside only.';
comment on column billing.invoice_line.invoice_id is 'The document.';
comment on column billing.invoice_line.place is 'Place in the document.';
comment on column billing.invoice_line.customer_id is 'The customer that has the contract.';
comment on column billing.invoice_line.contract_id is 'The contract.';
comment on column billing.invoice_line.contract_line_id is 'The contract line.';
comment on column billing.invoice_line.kind is
    'one_time, periodic, manual, usage, fee; correction where earlier lines billed the same.';
comment on column billing.invoice_line.charge_kind is 'What is charged or corrected.';
comment on column billing.invoice_line.service_charge_id is 'The charge, of fees.';
comment on column billing.invoice_line.manual_charge_id is 'The charge added by hand.';
comment on column billing.invoice_line.product_id is 'Product type, of usage.';
comment on column billing.invoice_line.mode_id is 'Mode, of usage.';
comment on column billing.invoice_line.what is 'The charge''s code, the text, or product/mode.';
comment on column billing.invoice_line.text is 'What people read.';
comment on column billing.invoice_line.period_on is
    'First day of the whole period, of fees; -infinity for one-time ones: the key of what is due.';
comment on column billing.invoice_line.part_on is
    'First day of the part of the period in which one VAT rate holds; -infinity where no rate changes in it.';
comment on column billing.invoice_line.valid is 'Days that it charges.';
comment on column billing.invoice_line.quantity is 'How many; of usage: calls.';
comment on column billing.invoice_line.units is 'Billed units, of usage.';
comment on column billing.invoice_line.net is
    'Amount without VAT, rounded once, in the document''s currency.';
comment on column billing.invoice_line.charge_vat is 'VAT code of the charge or service.';
comment on column billing.invoice_line.vat_code is 'VAT code applied to this payer.';
comment on column billing.invoice_line.vat_percent is 'Its percentage.';
comment on column billing.invoice_line.vat_category is 'Its category.';
comment on column billing.invoice_line.account is 'Account.';
comment on column billing.invoice_line.project is 'Project, of charges added by hand.';
comment on column billing.invoice_line.corrects_id is 'The latest line that it corrects or credits.';
comment on column billing.invoice_line.is_counted is
    'Does it count as billed? no: a credit note that is not billed again, with what it credits.';
comment on constraint invoice_line_pk on billing.invoice_line is 'The key of a line is unique.';
comment on constraint invoice_line_invoice_fk on billing.invoice_line is 'The document must exist.';
comment on constraint invoice_line_place_uq on billing.invoice_line is 'A place in a document is taken once.';
comment on constraint invoice_line_line_fk on billing.invoice_line is 'The contract line must exist.';
comment on constraint invoice_line_manual_fk on billing.invoice_line is 'The manual charge must exist.';
comment on constraint invoice_line_charge_fk on billing.invoice_line is 'The charge must exist.';
comment on constraint invoice_line_kind_ck on billing.invoice_line is
    'The kind must be one_time, periodic, manual, usage, correction or fee.';
comment on constraint invoice_line_charge_kind_ck on billing.invoice_line is
    'What is charged must be one_time, periodic, manual, usage or fee.';
comment on constraint invoice_line_key_ck on billing.invoice_line is 'A line says what it charges.';
comment on constraint invoice_line_valid_ck on billing.invoice_line is 'A period must have at least one day.';
comment on index billing.invoice_line_due_ix is 'What was billed for a contract line after a day.';
comment on index billing.invoice_line_one_time_ix is 'What was billed once for a contract line.';
comment on index billing.invoice_line_corrects_ix is 'Lines that correct or credit a line.';
comment on index billing.invoice_line_manual_ix is 'What was billed for a manual charge.';

create table billing.invoice_tax (
    invoice_id bigint not null constraint invoice_tax_invoice_fk
        references billing.invoice (invoice_id) deferrable initially deferred,
    vat_code text not null,
    percent numeric(6, 3) not null,
    category text not null,
    account text,
    base numeric(18, 4) not null,
    tax numeric(18, 4) not null,
    constraint invoice_tax_pk primary key (invoice_id, vat_code, percent)
);

comment on table billing.invoice_tax is 'VAT of documents, computed once per code and rate (EN 16931).';
comment on column billing.invoice_tax.invoice_id is 'The document.';
comment on column billing.invoice_tax.vat_code is 'VAT code.';
comment on column billing.invoice_tax.percent is 'Percentage.';
comment on column billing.invoice_tax.category is 'Category of EN 16931.';
comment on column billing.invoice_tax.account is 'Account of the tax.';
comment on column billing.invoice_tax.base is 'Sum of the lines.';
comment on column billing.invoice_tax.tax is 'The tax, rounded once.';
comment on constraint invoice_tax_pk on billing.invoice_tax is 'A document has one tax per code and rate.';
comment on constraint invoice_tax_invoice_fk on billing.invoice_tax is 'The document must exist.';

-- No foreign keys, as with calls: a check per row would cost more than the row.
create table billing.call_billed (
    customer_id bigint not null,
    start_on date not null,
    call_id bigint not null,
    invoice_line_id bigint not null,
    amount numeric(18, 6) not null,
    turn smallint not null,
    constraint call_billed_pk primary key (customer_id, start_on, call_id, invoice_line_id),
    constraint call_billed_turn_ck check (turn in (-1, 0, 1))
) partition by range (start_on);
create index call_billed_line_ix on billing.call_billed (invoice_line_id);

comment on table billing.call_billed is
'Which calls stand on which line, with the amount in the document''s currency: append-only but for drafts '
'that are discarded. Partitioned by month like billing.call.';
comment on column billing.call_billed.customer_id is 'The customer that has the call.';
comment on column billing.call_billed.start_on is 'Its local day.';
comment on column billing.call_billed.call_id is 'The call.';
comment on column billing.call_billed.invoice_line_id is 'The line.';
comment on column billing.call_billed.amount is
    'What the line has of it, rounded to 6 decimals; of a correction the difference.';
comment on column billing.call_billed.turn is
    '1: billed; 0: a correction; -1: set free again by a credit note. A call is billed while the sum is 1.';
comment on constraint call_billed_turn_ck on billing.call_billed is 'A turn is 1, 0 or -1.';
comment on constraint call_billed_pk on billing.call_billed is 'A call stands on a line once.';
comment on index billing.call_billed_line_ix is 'Calls of a line.';

create table billing.usage_month (
    month date not null constraint usage_month_pk primary key,
    is_settled boolean not null default false,
    constraint usage_month_ck check (extract(day from month) = 1)
);

comment on table billing.usage_month is
'Months with calls. Settled: every call stood on a document when a run last looked; loading a call of the '
'month opens it again. So that a run reads no months that have nothing to bill.';
comment on column billing.usage_month.month is 'First day of the month.';
comment on column billing.usage_month.is_settled is 'Was every call billed?';
comment on constraint usage_month_pk on billing.usage_month is 'A month has one row.';
comment on constraint usage_month_ck on billing.usage_month is 'A month is named by its first day.';

insert into billing.usage_month (month)
select distinct date_trunc('month', total.month::timestamp)::date from billing.call_customer_month as total;

-- What is issued stays
-- ---------------------------------------------------------------------------------------

create function billing.tg_invoice_sum()
returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_wrong bigint;
    v_invoices bigint[];
    v_customers bigint[];
    v_from date;
    v_to date;
begin
    v_invoices := array(select made.invoice_id from made);
    select part.invoice_id into v_wrong
    from (
        select 'document' as kind, made.invoice_id, -made.net as net, -made.net as base, -made.tax as tax
        from made
        union all
        select 'line', line.invoice_id, line.net, 0, 0
        from billing.invoice_line as line
        where line.invoice_id = any(v_invoices)
        union all
        select 'tax', one.invoice_id, 0, one.base, one.tax
        from billing.invoice_tax as one
        where one.invoice_id = any(v_invoices)
    ) as part
    group by part.invoice_id
    having count(distinct part.kind) < 3 or (sum(part.net), sum(part.base), sum(part.tax)) <> (0, 0, 0)
    limit 1;
    if v_wrong is null then
        -- A customer's calls of those days, so that how many months are kept is no matter.
        select array_agg(distinct line.customer_id), min(lower(line.valid)), max(upper(line.valid))
        into v_customers, v_from, v_to
        from billing.invoice_line as line
        where line.invoice_id = any(v_invoices) and line.charge_kind = 'usage';
        select line.invoice_id into v_wrong
        from made
        inner join billing.currency on currency.currency = made.currency
        inner join billing.invoice_line as line
            on line.invoice_id = made.invoice_id and line.charge_kind = 'usage'
        inner join (
            select billed.invoice_line_id, sum(billed.amount) as amount
            from billing.call_billed as billed
            where
                billed.customer_id = any(v_customers) and billed.start_on >= v_from and billed.start_on < v_to
            group by billed.invoice_line_id
        ) as calls on calls.invoice_line_id = line.invoice_line_id
        where round(calls.amount, currency.decimals) <> line.net
        limit 1;
    end if;
    if v_wrong is not null then
        perform billing.fail('LB520', jsonb_build_object('invoice', v_wrong));
    end if;
    return null;
end
$$;

comment on function billing.tg_invoice_sum() is
$$Trigger: documents are the sum of their lines and taxes, usage lines that of their calls. Lines, taxes and
calls are written first.
Raises: LB520$$;

create trigger _20_sum after insert on billing.invoice
referencing new table as made for each statement execute function billing.tg_invoice_sum();

create function billing.tg_line_late()
returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (
        select from made inner join billing.invoice on invoice.invoice_id = made.invoice_id
    ) then
        perform billing.fail('LB521');
    end if;
    return null;
end
$$;

comment on function billing.tg_line_late() is $$Trigger: nothing is added to a document once it is written.
Raises: LB521$$;

create trigger _20_late after insert on billing.invoice_line
referencing new table as made for each statement execute function billing.tg_line_late();
create trigger _20_late after insert on billing.invoice_tax
referencing new table as made for each statement execute function billing.tg_line_late();

create function billing.tg_line_gone()
returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (
        select from gone
        inner join billing.invoice on invoice.invoice_id = gone.invoice_id and invoice.state <> 'draft'
    ) then
        perform billing.fail('LB521');
    end if;
    return null;
end
$$;

comment on function billing.tg_line_gone() is $$Trigger: lines go only with their draft.
Raises: LB521$$;

create trigger _20_gone after delete on billing.invoice_line
referencing old table as gone for each statement execute function billing.tg_line_gone();
create trigger _20_gone after delete on billing.invoice_tax
referencing old table as gone for each statement execute function billing.tg_line_gone();

create function billing.tg_call_billed_gone()
returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (
        select from gone
        inner join billing.invoice_line as line on line.invoice_line_id = gone.invoice_line_id
        inner join billing.invoice on invoice.invoice_id = line.invoice_id and invoice.state <> 'draft'
    ) then
        perform billing.fail('LB521');
    end if;
    return null;
end
$$;

comment on function billing.tg_call_billed_gone() is $$Trigger: calls leave a line only with their draft.
Raises: LB521$$;

create trigger _20_gone after delete on billing.call_billed
referencing old table as gone for each statement execute function billing.tg_call_billed_gone();

create function billing.tg_issued()
returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'UPDATE' then
        -- the other system's number comes later, once
        if
            old.external_no is null
            -- before the row is written its generated column is not there yet
            and to_jsonb(new) - 'external_no' - 'issued_to' = to_jsonb(old) - 'external_no' - 'issued_to'
        then
            return new;
        end if;
    end if;
    perform billing.fail('LB521');
    return null;
end
$$;

comment on function billing.tg_issued() is $$Trigger: an issued document never changes.
Raises: LB521$$;

create trigger _10_issued before update or delete on billing.invoice
for each row when (old.state <> 'draft') execute function billing.tg_issued();

create function billing.tg_never()
returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    perform billing.fail('LB521');
    return null;
end
$$;

comment on function billing.tg_never() is $$Trigger: rows of this table are written once.
Raises: LB521$$;

create trigger _10_never before update or truncate on billing.invoice_line
for each statement execute function billing.tg_never();
create trigger _10_never before update or truncate on billing.invoice_tax
for each statement execute function billing.tg_never();
create trigger _10_never before update or truncate on billing.call_billed
for each statement execute function billing.tg_never();
create trigger _10_never before truncate on billing.invoice
for each statement execute function billing.tg_never();

create trigger _10_row_version before update on billing.bill_run
for each row execute function access.tg_row_version();

-- Rights and log
-- ---------------------------------------------------------------------------------------------

select access.staff_open(
    one.table_name::regclass,
    array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'],
    '{}'
)
from unnest(array[
    'billing.bill_run', 'billing.bill_part', 'billing.bill_fault', 'billing.bill_carry', 'billing.bill_turn',
    'billing.number_series', 'billing.invoice', 'billing.invoice_line', 'billing.invoice_tax',
    'billing.call_billed', 'billing.usage_month'
]) as one (table_name);

select access.scope_open(
    'billing.invoice', level.level, 'issued_to = any((select access.customer_ids())::bigint[])'
)
from (values ('seller'), ('customer')) as level (level);

insert into audit.exempt (table_name, why) values
('billing.bill_run', 'Written by runs only: each step writes an event.'),
('billing.bill_part', 'How far a run has come.'),
('billing.bill_fault', 'Written by runs only: each step writes an event.'),
('billing.bill_carry', 'Written by runs only: each step writes an event.'),
('billing.bill_turn', 'A lock; holds nothing.'),
('billing.number_series', 'Counted up by approval, which writes an event.'),
('billing.invoice', 'Written by runs and approval only: each part writes an event with counts and sums.'),
('billing.invoice_line', 'Append-only: each part writes an event with counts and sums.'),
('billing.invoice_tax', 'Append-only: each part writes an event with counts and sums.'),
('billing.call_billed', 'Append-only: each part writes an event with counts and sums.'),
('billing.usage_month', 'Computed from calls and what was billed.');

insert into billing.setting (name, value) values
('invoice_series', 'year'),
('invoice_rounding', 'no'),
('basis_series', 'B');

insert into billing.message (code, language, sentence, hint) values
('LB510', 'en', 'Customer {customer} has no {field}, which its delivery {delivery} needs.',
'Fill it in, and run again: nothing of this payer was billed.'),
('LB510', 'sv', 'Kunden {customer} saknar {field}, som leveranssättet {delivery} kräver.',
'Fyll i uppgiften och kör igen: ingenting för betalaren har fakturerats.'),
('LB511', 'en', 'Contract {contract} line {line}: the charge {charge} has no price on {day}.',
'Give it one in a list of the contract, the customer or the service, and run again.'),
('LB511', 'sv', 'Avtal {contract} rad {line}: avgiften {charge} har inget pris {day}.',
'Lägg in ett i en prislista för avtalet, kunden eller tjänsten och kör igen.'),
('LB512', 'en', 'Contract {contract} line {line}: {what} has no VAT code.',
'Give the service or the charge one, and run again.'),
('LB512', 'sv', 'Avtal {contract} rad {line}: {what} saknar momskod.',
'Ange en för tjänsten eller avgiften och kör igen.'),
('LB513', 'en', 'VAT code {code} has no rate on {day}.', 'Add it to vat_codes.csv, and run again.'),
('LB513', 'sv', 'Momskoden {code} har ingen sats {day}.', 'Lägg till den i vat_codes.csv och kör igen.'),
('LB514', 'en', 'Customer {customer} needs a VAT code of category {category} on {day}, and there is none.',
'Add one to vat_codes.csv, and run again.'),
('LB514', 'sv', 'Kunden {customer} behöver en momskod i kategori {category} {day}, och det finns ingen.',
'Lägg till en i vat_codes.csv och kör igen.'),
('LB515', 'en', 'There is no exchange rate for {currency} on {day}.',
'Add it to exchange_rates.csv, and run again: nothing of payer {customer} was billed.'),
('LB515', 'sv', 'Det finns ingen växelkurs för {currency} {day}.',
'Lägg till den i exchange_rates.csv och kör igen: ingenting för betalaren {customer} har fakturerats.'),
('LB520', 'en', 'Document {invoice} is not the sum of its lines.', null),
('LB520', 'sv', 'Dokumentet {invoice} är inte summan av sina rader.', null),
('LB521', 'en', 'An issued document never changes.', 'Make a credit note, or a charge on the next one.'),
('LB521', 'sv', 'Ett utfärdat dokument ändras aldrig.',
    'Gör en kreditfaktura eller en post på nästa faktura.'),
('LB522', 'en', 'There is no run {run}.', 'leissner bill list shows the runs.'),
('LB522', 'sv', 'Körningen {run} finns inte.', 'leissner bill list visar körningarna.'),
('LB523', 'en', 'Run {run} is {state}: this needs one that is {needed}.', null),
('LB523', 'sv', 'Körningen {run} är {state}: detta kräver att den är {needed}.', null),
('LB524', 'en', 'There is no customer {customer}.', null),
('LB524', 'sv', 'Kunden {customer} finns inte.', null),
('LB525', 'en', 'There is no invoice {invoice}.', 'leissner bill show RUN lists them.'),
('LB525', 'sv', 'Fakturan {invoice} finns inte.', 'leissner bill show KÖRNING listar dem.'),
('LB527', 'en', '{invoice} is no issued invoice: only these can be credited.',
    'A draft is discarded with its run.'),
('LB527', 'sv', '{invoice} är ingen utfärdad faktura: bara sådana kan krediteras.',
'Ett utkast kasseras med sin körning.'),
('LB528', 'en', 'Invoice {invoice} has no lines {lines} left to credit.',
'leissner bill document INVOICE shows its lines.'),
('LB528', 'sv', 'Fakturan {invoice} har inga rader {lines} kvar att kreditera.',
'leissner bill document FAKTURA visar raderna.'),
('LB529', 'en', 'There is no operator yet.', 'leissner import FOLDER with operator.csv makes it.'),
('LB529', 'sv', 'Det finns ingen operatör än.', 'leissner import MAPP med operator.csv lägger in den.'),
('LB526', 'en', 'The operator''s mode is {mode}: this needs {needed}.', 'Set it in operator.csv.'),
('LB526', 'sv', 'Operatörens läge är {mode}: detta kräver {needed}.', 'Ange det i operator.csv.');

insert into billing.message (code, language, sentence, hint) values
('document_ae', 'en',
'Reverse charge: the buyer accounts for the VAT (article 196, directive 2006/112/EC).', null),
('document_ae', 'sv',
'Omvänd betalningsskyldighet: köparen redovisar momsen (artikel 196, direktiv 2006/112/EG).', null),
('document_o', 'en', 'Outside the scope of VAT: the service is supplied outside the EU.', null),
('document_o', 'sv', 'Utanför momsens tillämpningsområde: tjänsten är omsatt utanför EU.', null),
('document_e', 'en', 'Exempt from VAT.', null),
('document_e', 'sv', 'Undantaget från moms.', null),
('document_late', 'en',
'Interest on late payment is the reference rate plus 8 percentage points, from the due date.', null),
('document_late', 'sv',
    'Vid betalning efter förfallodagen debiteras dröjsmålsränta med referensräntan plus 8 procentenheter.',
null);
