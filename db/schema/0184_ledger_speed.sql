-- The ledger's lists at scale: indexes of what is open and of what waits. Lock: open items and payments
-- cannot be written while it runs. Duration: about a second per million items and payments.

drop index billing.open_item_open_ix;
create index open_item_open_ix on billing.open_item (payer_id, due_on)
include (currency, open, disputed_on) where open <> 0;
comment on index billing.open_item_open_ix is
'What is open: how many are settled is no matter. How late it all is, is added up from it alone.';
create index open_item_latest_ix on billing.open_item (due_on desc nulls last, open_item_id) where open <> 0;
comment on index billing.open_item_latest_ix is 'Open items, what is due last first.';
-- as the list has them: numbers without a scale
create index open_item_billed_ix on billing.open_item ((amount::numeric), open_item_id) where open <> 0;
comment on index billing.open_item_billed_ix is 'Open items by what they came to.';
create index open_item_left_ix on billing.open_item ((open::numeric), open_item_id) where open <> 0;
comment on index billing.open_item_left_ix is 'Open items by what is left of them.';
create index payment_waiting_ix on billing.payment (payment_file_id) where state = 'unidentified';
comment on index billing.payment_waiting_ix is
    'Payments of a file that wait for a person: nearly always few.';
