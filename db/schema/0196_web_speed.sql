-- Web at scale: indexes of lists and of the search, and totals that are kept so that a page need not add up years.
-- Lock: nothing can be written to customers, contracts, documents, deliveries and payments while it runs. Duration:
-- about ten seconds per million documents and payments.

-- Lists, by the columns that people sort them by, with the key that pages go on from.
create index customer_name_ix on billing.customer (billing.name_sort_key(name), customer_no);
comment on index billing.customer_name_ix is 'Customers by name, and lists of what they have.';
create index contract_start_ix on billing.contract (start_on, contract_no);
comment on index billing.contract_start_ix is 'Contracts by their first day.';
create index contract_proposed_ix on billing.contract (contract_id) where state = 'proposed';
comment on index billing.contract_proposed_ix is 'Contracts that wait for approval: nearly always few.';
create index invoice_issued_ix on billing.invoice (invoice_on, invoice_no) where state = 'approved';
comment on index billing.invoice_issued_ix is 'Issued documents, the latest first.';
create index delivery_changed_ix on billing.delivery (changed_at, delivery_id);
comment on index billing.delivery_changed_ix is 'Deliveries, the latest first.';
create index delivery_failed_ix on billing.delivery (state) where state in ('rejected', 'failed');
comment on index billing.delivery_failed_ix is 'Deliveries that a person must look at.';
create index payment_booked_ix on billing.payment (booked_on, payment_id);
comment on index billing.payment_booked_ix is 'Payments of some days.';
create index payment_account_ix on billing.payment (payer_account) where payer_account is not null;
comment on index billing.payment_account_ix is 'Earlier payments from an account, to propose who pays.';
create index customer_lower_name_ix on billing.customer (lower(name));
comment on index billing.customer_lower_name_ix is 'Customers of exactly a name, to propose who pays.';
create index open_item_amount_ix on billing.open_item (open) where open <> 0;
comment on index billing.open_item_amount_ix is 'What is open with exactly an amount, to propose what is paid.';
create index open_item_due_ix on billing.open_item (due_on, open_item_id) where open <> 0;
comment on index billing.open_item_due_ix is 'Open items by when they are due.';
