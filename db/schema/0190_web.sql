-- Web: what the search from anywhere looks things up by. Lock: share on the tables, while each index is
-- built. Duration: some seconds for a million customers.

create index customer_name_trgm_ix on billing.customer using gin (name public.gin_trgm_ops);
create index customer_no_trgm_ix on billing.customer using gin (customer_no public.gin_trgm_ops);
create index customer_org_ix on billing.customer (regexp_replace(org_no, '[^0-9A-Za-z]', '', 'g'));
create index contract_no_trgm_ix on billing.contract using gin (contract_no public.gin_trgm_ops);

comment on index billing.customer_name_trgm_ix is 'Customers by a part of their name, typing errors too.';
comment on index billing.customer_no_trgm_ix is 'Customers by a part of their number.';
comment on index billing.customer_org_ix is 'Customers by registration number, however it is written.';
comment on index billing.contract_no_trgm_ix is 'Contracts by a part of their number.';
