-- Web: the newest calls first, page by page. Lock: calls cannot be loaded while it runs. Duration: about two
-- seconds per million calls.

create index call_newest_ix on billing.call (start_on, started_at, call_id);
comment on index billing.call_newest_ix is
'Calls by their start: the live list begins at its end and reads fifty, however many there are.';
