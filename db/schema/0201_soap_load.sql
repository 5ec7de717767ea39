-- Small submissions at scale: a batch finds its own totals without reading all days.
-- Lock: billing.call_day cannot be written while it runs. Duration: seconds per million totals.

create index call_day_load_ix on billing.call_day (load_id) where load_id <> 0;
comment on index billing.call_day_load_ix is 'Totals of batches that are not folded yet: nearly always few.';
