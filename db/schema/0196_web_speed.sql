-- Web at scale: indexes of lists and of the search, and totals that are kept so that a page need not add up
-- years. Lock: customers, contracts, documents, deliveries and payments cannot be written while it runs.
-- Duration: about ten seconds per million documents and payments.

-- Lists, by the columns that people sort them by, with the key that pages go on from.
create index customer_name_ix on billing.customer (billing.name_sort_key(name), customer_no);
comment on index billing.customer_name_ix is 'Customers by name, and lists of what they have.';
create index customer_words_trgm_ix on billing.customer using gin (
    (coalesce(org_no, '') || ' ' || coalesce(city, '') || ' ' || coalesce(email, '')) public.gin_trgm_ops
);
comment on index billing.customer_words_trgm_ix is 'Customers by a part of their town, e-mail or number.';
create index contract_start_ix on billing.contract (start_on, contract_no);
comment on index billing.contract_start_ix is 'Contracts by their first day.';
create index contract_proposed_ix on billing.contract (contract_id) where state = 'proposed';
comment on index billing.contract_proposed_ix is 'Contracts that wait for approval: nearly always few.';
create index contract_reference_trgm_ix on billing.contract using gin (reference public.gin_trgm_ops)
where reference is not null;
comment on index billing.contract_reference_trgm_ix is 'Contracts by a part of their reference.';
create index invoice_issued_ix on billing.invoice (invoice_on, invoice_no) where state = 'approved';
comment on index billing.invoice_issued_ix is 'Issued documents, the latest first.';
create index delivery_changed_ix on billing.delivery (changed_at, delivery_id);
comment on index billing.delivery_changed_ix is 'Deliveries, the latest first.';
create index delivery_failed_ix on billing.delivery (state)
where state in ('rejected', 'failed');
comment on index billing.delivery_failed_ix is 'Deliveries that a person must look at.';
create index payment_booked_ix on billing.payment (booked_on, payment_id);
comment on index billing.payment_booked_ix is 'Payments of some days.';
create index payment_account_ix on billing.payment (payer_account)
where payer_account is not null;
comment on index billing.payment_account_ix is 'Earlier payments from an account, to propose who pays.';
create index customer_lower_name_ix on billing.customer (lower(name));
comment on index billing.customer_lower_name_ix is 'Customers of exactly a name, to propose who pays.';
create index open_item_amount_ix on billing.open_item (open) where open <> 0;
comment on index billing.open_item_amount_ix is 'Open items of exactly an amount, to propose what is paid.';
create index open_item_disputed_ix on billing.open_item (open_item_id) where disputed_on is not null;
comment on index billing.open_item_disputed_ix is 'What is disputed: nearly always little.';
create index entry_payer_ix on billing.entry (payer_id) where payer_id is not null;
comment on index billing.entry_payer_ix is 'The journal of a payer.';
create index entry_text_trgm_ix on billing.entry using gin (text public.gin_trgm_ops)
where text is not null;
comment on index billing.entry_text_trgm_ix is 'Entries by a part of their text; nearly none have one.';
drop index billing.entry_on_ix;
create index entry_day_ix on billing.entry (entry_on, entry_id);
comment on index billing.entry_day_ix is 'Entries of some days, the latest first.';
create index entry_kind_ix on billing.entry (kind, entry_id) where kind not in ('invoice', 'payment');
comment on index billing.entry_kind_ix is 'Entries of the kinds that are few, the latest first.';
create index payment_state_ix on billing.payment (state, payment_id) where state <> 'matched';
comment on index billing.payment_state_ix is 'Payments that are not simply matched, by what became of them.';
create index invoice_credit_ix on billing.invoice (invoice_on, invoice_no)
where kind = 'credit' and state = 'approved';
comment on index billing.invoice_credit_ix is 'Credit notes, the latest first.';
create index delivery_state_ix on billing.delivery (state, changed_at, delivery_id)
where state not in ('produced', 'delivered');
comment on index billing.delivery_state_ix is 'Deliveries in states that are few, the latest first.';
create index bundle_code_ix on billing.bundle (code, bundle_id);
comment on index billing.bundle_code_ix is 'Bundles by their code.';
create index open_item_all_due_ix on billing.open_item (due_on, open_item_id);
comment on index billing.open_item_all_due_ix is 'Items by when they are due, settled ones too.';
create index open_item_due_ix on billing.open_item (due_on, open_item_id)
where open <> 0;
comment on index billing.open_item_due_ix is 'Open items by when they are due.';

-- Traffic by month ------------------------------------------------------------------------------------------

create table billing.traffic_month (
    traffic_month_id bigint generated always as identity constraint traffic_month_pk primary key,
    month date not null,
    seller_id bigint constraint traffic_month_seller_fk references billing.seller (seller_id),
    mode_id bigint not null constraint traffic_month_mode_fk references billing.mode (mode_id),
    calls bigint not null,
    billed numeric not null,
    cost numeric not null,
    revenue numeric not null,
    margin numeric not null,
    reseller numeric not null,
    seller_margin numeric not null,
    constraint traffic_month_ck check (month = date_trunc('month', month::timestamp)::date)
);
create index traffic_month_month_ix on billing.traffic_month (month);
create index traffic_month_seller_ix on billing.traffic_month (seller_id);
create index traffic_month_mode_ix on billing.traffic_month (mode_id);

comment on table billing.traffic_month is
'Totals of billing.call_day by month, for the start page: each statement that changes those adds its '
'difference as rows of its own, so that loaders never wait for each other; folding the totals folds these '
'too.';
comment on column billing.traffic_month.traffic_month_id is 'Surrogate key, in the order they came.';
comment on column billing.traffic_month.month is 'First day of the month.';
comment on column billing.traffic_month.seller_id is 'Seller, or NULL.';
comment on column billing.traffic_month.mode_id is 'Mode.';
comment on column billing.traffic_month.calls is 'Number of calls; below zero where some were moved.';
comment on column billing.traffic_month.billed is 'Billed units of the retail level.';
comment on column billing.traffic_month.cost is 'Known cost.';
comment on column billing.traffic_month.revenue is 'Retail.';
comment on column billing.traffic_month.margin is 'Retail less cost, over calls with known cost.';
comment on column billing.traffic_month.reseller is 'Reseller price, over calls that have one.';
comment on column billing.traffic_month.seller_margin is 'Retail less reseller price, where there is one.';
comment on constraint traffic_month_pk on billing.traffic_month is 'A row is identified by its number.';
comment on constraint traffic_month_seller_fk on billing.traffic_month is 'The seller must exist.';
comment on constraint traffic_month_mode_fk on billing.traffic_month is 'The mode must exist.';
comment on constraint traffic_month_ck on billing.traffic_month is 'A month is its first day.';
comment on index billing.traffic_month_month_ix is 'The rows of some months.';

insert into billing.traffic_month (
    month, seller_id, mode_id, calls, billed, cost, revenue, margin, reseller, seller_margin
)
select
    date_trunc('month', total.day::timestamp)::date, total.seller_id, total.mode_id, sum(total.calls),
    sum(total.billed), sum(total.cost), sum(total.revenue), sum(total.margin), sum(total.reseller),
    sum(total.seller_margin)
from billing.call_day as total
group by 1, 2, 3;

create function billing.tg_traffic_month()
returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'TRUNCATE' then
        truncate billing.traffic_month;
    end if;
    if tg_op in ('INSERT', 'UPDATE') then
        insert into billing.traffic_month (
            month, seller_id, mode_id, calls, billed, cost, revenue, margin, reseller, seller_margin
        )
        select
            date_trunc('month', made.day::timestamp)::date, made.seller_id, made.mode_id, sum(made.calls),
            sum(made.billed), sum(made.cost), sum(made.revenue), sum(made.margin), sum(made.reseller),
            sum(made.seller_margin)
        from new_rows as made
        group by 1, 2, 3;
    end if;
    if tg_op in ('UPDATE', 'DELETE') then
        insert into billing.traffic_month (
            month, seller_id, mode_id, calls, billed, cost, revenue, margin, reseller, seller_margin
        )
        select
            date_trunc('month', gone.day::timestamp)::date, gone.seller_id, gone.mode_id, -sum(gone.calls),
            -sum(gone.billed), -sum(gone.cost), -sum(gone.revenue), -sum(gone.margin), -sum(gone.reseller),
            -sum(gone.seller_margin)
        from old_rows as gone
        group by 1, 2, 3;
    end if;
    return null;
end;
$$;

comment on function billing.tg_traffic_month() is
$$Trigger function: adds to the totals by month what a statement did to those by day.
Raises: nothing$$;

create trigger _50_month_insert after insert on billing.call_day
referencing new table as new_rows for each statement execute function billing.tg_traffic_month();
create trigger _50_month_update after update on billing.call_day
referencing old table as old_rows new table as new_rows
for each statement execute function billing.tg_traffic_month();
create trigger _50_month_delete after delete on billing.call_day
referencing old table as old_rows for each statement execute function billing.tg_traffic_month();
create trigger _50_month_truncate after truncate on billing.call_day
for each statement execute function billing.tg_traffic_month();
-- whoever writes the totals by day, however
alter table billing.call_day enable always trigger _50_month_insert;
alter table billing.call_day enable always trigger _50_month_update;
alter table billing.call_day enable always trigger _50_month_delete;
alter table billing.call_day enable always trigger _50_month_truncate;

-- Totals of runs --------------------------------------------------------------------------------------------

create table billing.bill_total (
    bill_run_id bigint not null constraint bill_total_run_fk references billing.bill_run (bill_run_id),
    currency text not null constraint bill_total_currency_fk references billing.currency (currency),
    documents bigint not null,
    total numeric not null,
    constraint bill_total_pk primary key (bill_run_id, currency),
    constraint bill_total_documents_ck check (documents > 0)
);
create index bill_total_currency_ix on billing.bill_total (currency);

comment on table billing.bill_total is
'What approved runs came to: their documents never change. A run without rows is added up when it is asked '
'for.';
comment on column billing.bill_total.bill_run_id is 'The run.';
comment on column billing.bill_total.currency is 'Currency of the documents.';
comment on column billing.bill_total.documents is 'How many documents.';
comment on column billing.bill_total.total is 'Sum of them, with VAT.';
comment on constraint bill_total_run_fk on billing.bill_total is 'The run must exist.';
comment on constraint bill_total_currency_fk on billing.bill_total is 'The currency must exist.';
comment on constraint bill_total_pk on billing.bill_total is 'A run has one total per currency.';
comment on constraint bill_total_documents_ck on billing.bill_total is 'A total is of some documents.';

insert into billing.bill_total (bill_run_id, currency, documents, total)
select invoice.bill_run_id, invoice.currency, count(*), sum(invoice.total)
from billing.invoice
inner join billing.bill_run as run on run.bill_run_id = invoice.bill_run_id
where run.state not in ('making', 'draft', 'approving')
group by invoice.bill_run_id, invoice.currency;

-- Rights and log --------------------------------------------------------------------------------------------

select access.staff_open(
    'billing.traffic_month',
    array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'],
    '{}'
);
select access.staff_open(
    'billing.bill_total',
    array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'], '{}'
);

insert into audit.exempt (table_name, why) values
('billing.traffic_month', 'Totals of totals, written by a trigger and proven by leissner check.'),
('billing.bill_total', 'Totals of documents that never change, written once by the approval.');
