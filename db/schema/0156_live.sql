-- Usage: calls sold under cost, found without reading the others.
-- Lock: calls cannot be loaded while it runs. Duration: about a second per million calls.

create index call_under_cost_ix on billing.call (start_on)
where least(retail_base, reseller_base) < cost_base and bundled = 0;
comment on index billing.call_under_cost_ix is
'Calls that cost more than they were sold for, the few there are.';
