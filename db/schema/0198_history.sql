-- What was taken away, by whom it belonged to: the history of a customer tells of terms, numbers, charges and
-- bundles that are gone. Lock: writes to the log wait while the index is made. Duration: a second for a few
-- million rows. It has no comment: months to come would copy it, months made before would not have it.

create index change_gone_ix on audit.change (
    table_name, coalesce(old ->> 'contract_line_id', old ->> 'contract_id', old ->> 'customer_id')
) where op = 'delete';
