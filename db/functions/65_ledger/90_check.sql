-- 65_ledger/check: what is always true of the journal, its items and the documents (DESIGN.md 6.3).

create function logic.check_ledger()
returns table (problem text, place text)
language sql stable
begin atomic
    select format('%s %s, %s in the operator''s currency instead of 0', part.currency, sum(part.amount),
        sum(part.base)), 'entry ' || part.entry_id
    from billing.entry_row as part
    group by part.entry_id, part.currency
    having sum(part.amount) <> 0
    union all
    select format('%s in the operator''s currency instead of 0', sum(part.base)), 'entry ' || part.entry_id
    from billing.entry_row as part
    group by part.entry_id
    having sum(part.base) <> 0
    union all
    -- items against their rows
    select
        format('open %s (%s), its rows come to %s (%s)', item.open, item.open_base, sum(part.amount),
            sum(part.base)),
        'item ' || item.document_no
    from billing.open_item as item
    left join billing.entry_row as part on part.open_item_id = item.open_item_id
    group by item.open_item_id, item.document_no, item.open, item.open_base
    having (item.open, item.open_base) is distinct from (sum(part.amount), sum(part.base))
    union all
    -- rows whose entry or item is not there
    select 'its entry or its item is not there', format('row %s of entry %s', part.place, part.entry_id)
    from billing.entry_row as part
    left join billing.entry on entry.entry_id = part.entry_id
    left join billing.open_item as item on item.open_item_id = part.open_item_id
    where entry.entry_id is null or part.open_item_id is not null and item.open_item_id is null
    union all
    -- receivables and advances against what is open; payments that are not known stand elsewhere
    select
        format('booked %s, open %s', coalesce(booked.amount, 0), coalesce(open.amount, 0)),
        format('%s in %s', booked.event, booked.currency)
    from (
        select event.event, part.currency, sum(part.amount) as amount
        from (values ('receivable'), ('advance')) as event (event)
        inner join billing.entry_row as part on part.account = logic.account_get(event.event)
        group by event.event, part.currency
    ) as booked
    full join (
        select
            case item.kind when 'advance' then 'advance' else 'receivable' end as event, item.currency,
            sum(item.open) as amount
        from billing.open_item as item
        where item.open <> 0
        group by case item.kind when 'advance' then 'advance' else 'receivable' end, item.currency
    ) as open on open.event = booked.event and open.currency = booked.currency
    where
        coalesce(booked.amount, 0) <> coalesce(open.amount, 0)
        -- an account that was changed holds the rest of the former one
        and not exists (
            select from audit.change where change.table_name = 'billing.account'
                and change.op in ('U', 'update')
        )
    union all
    -- documents against their entries
    select 'no entry books it: leissner ledger catch-up', 'document ' || invoice.invoice_no
    from logic.invoice_unbooked() as missing
    inner join billing.invoice on invoice.invoice_id = missing.invoice_id
    union all
    select
        format('total %s, booked %s', invoice.total, coalesce(sum(part.amount), 0)),
        'document ' || invoice.invoice_no
    from billing.entry
    inner join billing.invoice on invoice.invoice_id = entry.invoice_id
    left join billing.entry_row as part on part.entry_id = entry.entry_id and part.open_item_id is not null
    where entry.kind in ('invoice', 'credit')
    group by invoice.invoice_id, invoice.invoice_no, invoice.total
    having coalesce(sum(part.amount), 0) <> invoice.total
    union all
    select
        format('total %s, its item has %s', invoice.total, item.amount), 'document ' || invoice.invoice_no
    from billing.open_item as item
    inner join billing.invoice on invoice.invoice_id = item.invoice_id
    where item.amount <> invoice.total;
end;

comment on function logic.check_ledger() is
$$Entries that do not sum to zero, items that are not the sum of their rows, receivables and advances that are
not the sum of what is open, documents that are not booked as they stand. No row is healthy.
Example: select * from logic.check_ledger()
Raises: nothing$$;
