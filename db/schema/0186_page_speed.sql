-- Pages at scale: indexes of lists. Lock: the tables named cannot be written while it runs.
-- Duration: about two seconds per million documents.

drop index billing.invoice_run_ix;
create index invoice_run_ix on billing.invoice (bill_run_id, invoice_id);
comment on index billing.invoice_run_ix is 'Documents of a run, in their order.';
create index subscriber_number_ended_ix on billing.subscriber_number (upper(valid)) include (span)
where kind = 'number' and (valid is null or upper(valid) is not null);
comment on index billing.subscriber_number_ended_ix is 'Numbers that ended or will: nearly always few.';
