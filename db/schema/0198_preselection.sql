-- Orders of carrier pre-selection, the latest first. Lock: they cannot be written while it runs.
-- Duration: a second per million of them.
create index preselection_happened_ix on billing.preselection (happened_at, preselection_id);
comment on index billing.preselection_happened_ix is 'Orders of some days, the latest first.';
create index preselection_rejected_ix on billing.preselection (happened_at, preselection_id)
where state = 'rejected';
comment on index billing.preselection_rejected_ix is 'Orders that someone must look at: nearly always few.';
