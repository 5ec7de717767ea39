-- What reports over many months need. Lock: share, each table, while its index is built. Duration: a minute
-- for ten million rows.

create index invoice_line_deferred_ix on billing.invoice_line (upper(valid)) where charge_kind = 'periodic';
comment on index billing.invoice_line_deferred_ix is
    'Periodic lines whose period goes beyond a day: what is not earned yet.';

create index call_day_seller_ix on billing.call_day (seller_id, day) where seller_id is not null;
comment on index billing.call_day_seller_ix is 'A seller''s own totals.';

-- A year of lines is too much to add up while someone waits (report 10): runs that are approved do not
-- change, so each is added up once.
create table billing.billed_total (
    bill_run_id bigint not null constraint billed_total_run_fk references billing.bill_run (bill_run_id),
    invoice_on date not null,
    product_id bigint constraint billed_total_product_fk references billing.product (product_id),
    kind text not null,
    invoices bigint not null,
    quantity numeric not null,
    net numeric not null,
    vat numeric not null,
    constraint billed_total_uq unique nulls not distinct (bill_run_id, invoice_on, product_id, kind)
);
create index billed_total_day_ix on billing.billed_total (invoice_on);
create index billed_total_product_ix on billing.billed_total (product_id);

comment on table billing.billed_total is
'What approved runs billed, in the operator''s currency, by day, product type and kind of line; written by '
'the job that folds totals, once for each run. What is not in here is added up from the lines.';
comment on column billing.billed_total.bill_run_id is 'The run.';
comment on column billing.billed_total.invoice_on is 'Date of the documents.';
comment on column billing.billed_total.product_id is
    'Product type of the line, else the one that its service had then; NULL: none.';
comment on column billing.billed_total.kind is 'Kind of line.';
comment on column billing.billed_total.invoices is 'Documents with such a line.';
comment on column billing.billed_total.quantity is 'Sum of the quantities.';
comment on column billing.billed_total.net is 'Sum of the amounts without VAT.';
comment on column billing.billed_total.vat is 'VAT on them.';
comment on constraint billed_total_run_fk on billing.billed_total is 'The run must exist.';
comment on constraint billed_total_product_fk on billing.billed_total is 'The product type must exist.';
comment on constraint billed_total_uq on billing.billed_total is
    'A run has one total per day, product and kind.';
comment on index billing.billed_total_day_ix is 'Totals of a period.';

select access.staff_open(
    'billing.billed_total',
    array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'], '{}'
);
insert into audit.exempt (table_name, why) values
('billing.billed_total', 'Totals of documents, written once for each approved run and proven against them.');
create trigger _10_process_only before update or delete or truncate on billing.billed_total
for each statement execute function billing.tg_process_only();

-- Who had traffic with which seller in a year (report 5) would be counted from all monthly totals, many for
-- each line and month: what is folded is kept by line alone, what is not folded yet is found by its index.
create table billing.call_line_month (
    month date not null,
    seller_id bigint,
    contract_line_id bigint not null,
    calls bigint not null,
    constraint call_line_month_uq unique nulls not distinct (month, seller_id, contract_line_id)
);
create index call_line_month_seller_ix on billing.call_line_month (seller_id, month)
where seller_id is not null;
create index call_customer_month_load_ix on billing.call_customer_month (load_id) where load_id <> 0;

comment on table billing.call_line_month is
'Calls of contract lines by month and seller: the folded rows of call_customer_month, added up.';
comment on column billing.call_line_month.month is 'First day of the month of the calls'' local start.';
comment on column billing.call_line_month.seller_id is 'Seller, or NULL.';
comment on column billing.call_line_month.contract_line_id is 'Contract line.';
comment on column billing.call_line_month.calls is 'Number of calls; 0 where re-rating moved them.';
comment on constraint call_line_month_uq on billing.call_line_month is
    'One total per month, seller and line.';
comment on index billing.call_line_month_seller_ix is 'A seller''s own lines.';
comment on index billing.call_customer_month_load_ix is 'Totals that are not folded yet.';

insert into billing.call_line_month (month, seller_id, contract_line_id, calls)
select total.month, total.seller_id, total.contract_line_id, sum(total.calls)
from billing.call_customer_month as total
where total.load_id = 0
group by total.month, total.seller_id, total.contract_line_id;

select access.staff_open(
    'billing.call_line_month',
    array[
        'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'
    ],
    '{}'
);
insert into audit.exempt (table_name, why) values
('billing.call_line_month', 'Totals, written by folding only and proven against the calls.');
create trigger _10_process_only before update or delete or truncate on billing.call_line_month
for each statement execute function billing.tg_process_only();
