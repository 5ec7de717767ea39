-- 72_late/check: what is always true of reminders, interest and collection, proven on the live data.

create function logic.check_late()
returns table (problem text, place text)
language sql stable
begin atomic
    select
        format('total %s, but its items come to %s and its fee to %s', one.total, one.items, one.fee),
        'reminder ' || one.reminder_no
    from (
        select
            reminder.reminder_no, reminder.total, reminder.fee, sum(item.amount) as items
        from billing.reminder
        left join billing.reminder_item as item on item.reminder_id = reminder.reminder_id
        group by reminder.reminder_id, reminder.reminder_no, reminder.total, reminder.fee
    ) as one
    where one.total is distinct from one.items + one.fee
    union all
    select
        format('fee %s, but its item is of %s with reference %s', reminder.fee, item.amount, item.reference),
        'reminder ' || reminder.reminder_no
    from billing.reminder
    inner join billing.open_item as item on item.open_item_id = reminder.fee_item_id
    where
        (item.kind, item.amount, item.payer_id, item.currency, item.reference)
        is distinct from ('fee', reminder.fee, reminder.payer_id, reminder.currency, reminder.reference)
    union all
    select
        'an item of another payer or currency', 'reminder ' || reminder.reminder_no
    from billing.reminder_item as one
    inner join billing.reminder on reminder.reminder_id = one.reminder_id
    inner join billing.open_item as item on item.open_item_id = one.open_item_id
    where (item.payer_id, item.currency) <> (reminder.payer_id, reminder.currency)
    union all
    select 'an item of no reminder', 'open item ' || item.document_no
    from billing.open_item as item
    where
        item.kind = 'fee' and not exists (
            select from billing.reminder where reminder.fee_item_id = item.open_item_id
        )
    union all
    -- interest and compensation: given back at most as much as was charged, never twice, never beside a fee
    select
        format('%s of %s charged', line.what, sum(line.net)), 'open item ' || item.document_no
    from billing.invoice_line as line
    inner join billing.open_item as item on item.open_item_id = line.open_item_id
    where line.is_counted
    group by line.open_item_id, line.what, item.document_no
    having sum(line.net) < 0
    union all
    select
        'a line for what another payer owed', 'document ' || coalesce(invoice.invoice_no, 'draft')
    from billing.invoice_line as line
    inner join billing.open_item as item on item.open_item_id = line.open_item_id
    inner join billing.invoice on invoice.invoice_id = line.invoice_id
    where (item.payer_id, item.currency) <> (invoice.payer_id, invoice.currency)
    union all
    select 'a reminder fee and compensation for delay', 'open item ' || item.document_no
    from billing.open_item as item
    inner join (
        select line.open_item_id from billing.invoice_line as line
        where line.open_item_id is not null and line.what = 'compensation' and line.is_counted
        group by line.open_item_id
        having sum(line.net) > 0
    ) as charged on charged.open_item_id = item.open_item_id
    where exists (
        select from billing.reminder_item as one
        inner join billing.reminder on reminder.reminder_id = one.reminder_id
        where one.open_item_id = item.open_item_id and reminder.fee > 0
    )
    union all
    -- collection: control sums
    select
        format(
            '%s cases of %s, but its head says %s of %s', count(one.collection_case_id),
            coalesce(sum(one.capital), 0), list.head ->> 'cases', list.head ->> 'capital'
        ),
        'collection list ' || list.collection_list_id
    from billing.collection_list as list
    left join billing.collection_case as one on one.collection_list_id = list.collection_list_id
    group by list.collection_list_id, list.head
    having
        (count(one.collection_case_id), coalesce(sum(one.capital), 0))
        <> ((list.head ->> 'cases')::bigint, (list.head ->> 'capital')::numeric)
    union all
    select
        format('capital %s, but its items come to %s', one.capital, sum(item.capital)),
        'collection case ' || one.collection_case_id
    from billing.collection_case as one
    left join billing.collection_item as item on item.collection_case_id = one.collection_case_id
    group by one.collection_case_id, one.capital
    having one.capital is distinct from sum(item.capital)
    union all
    -- what the agency was told of items adds up to what befell them up to then
    select
        format('handed over %s, told %s, now %s', item.capital, coalesce(told.amount, 0), moved.amount),
        'open item ' || debt.document_no
    from billing.collection_item as item
    inner join billing.open_item as debt on debt.open_item_id = item.open_item_id
    inner join (
        select one.open_item_id, sum(part.amount) as amount
        from billing.collection_item as one
        inner join billing.entry_row as part
            on part.open_item_id = one.open_item_id and part.entry_id <= one.told_id
        group by one.open_item_id
    ) as moved on moved.open_item_id = item.open_item_id
    left join (
        select message.open_item_id, sum(message.amount) as amount
        from billing.collection_message as message
        where message.open_item_id is not null
        group by message.open_item_id
    ) as told on told.open_item_id = item.open_item_id
    where item.capital - coalesce(told.amount, 0) <> moved.amount;
end;

comment on function logic.check_late() is
$$Reminders that are not the sum of their items, fees without reminder, interest given back beyond what was
charged, compensation beside a fee, collection lists whose sums are wrong. No row is healthy.
Example: select * from logic.check_late()
Raises: nothing$$;
