-- 65_ledger/browse: what pages show of items and of the journal.

-- api

create function api.item_browse_list(
    p_is_all boolean default false, p_customer_no text default null, p_document text default null,
    p_words text default null, p_age text default null, p_state text default null
)
returns table (
    item bigint, document_no text, customer_no text, name text, kind text, item_on date, due_on date,
    amount numeric, open numeric, open_base numeric, currency text, days_late integer, age text, state text,
    dispute text, disputed_on date, reference text, invoice_no text
)
language sql stable rows 1000
begin atomic
    select
        item.open_item_id, item.document_no, payer.customer_no, payer.name, item.kind, item.item_on,
        item.due_on, item.amount, item.open, item.open_base, item.currency,
        case when item.open > 0 then greatest(0, today.day - item.due_on) end,
        case
            when item.open = 0 then 'settled'
            when item.open < 0 then 'credit'
            when today.day <= item.due_on then 'not_due'
            when today.day - item.due_on <= 30 then 'to_30'
            when today.day - item.due_on <= 60 then 'to_60'
            when today.day - item.due_on <= 90 then 'to_90'
            else 'over_90'
        end,
        case
            when item.open = 0 then 'settled'
            when item.disputed_on is not null then 'disputed'
            when item.open < 0 then 'to_credit'
            when today.day > item.due_on then 'overdue'
            else 'open'
        end,
        item.dispute_reason, item.disputed_on, item.reference,
        case when item.invoice_id is not null then item.document_no end
    from billing.open_item as item
    cross join (select logic.today() as day offset 0) as today
    inner join billing.customer as payer on payer.customer_id = item.payer_id
    where
        (p_is_all or item.open <> 0)
        and (p_customer_no is null or payer.customer_no = p_customer_no)
        and (p_document is null or item.document_no = p_document)
        and (p_words is null or item.open_item_id = any((select logic.item_found(p_words))::bigint[]))
        -- as the columns say it, by days, which an index has where they are known before it is read
        and (
            p_age is null
            or case p_age
                when 'credit' then item.open < 0
                when 'not_due' then item.open > 0 and item.due_on >= (select logic.today())
                when 'over_90' then item.open > 0 and item.due_on < (select logic.today()) - 90
                else
                    item.open > 0
                    and item.due_on between (select logic.today())
                    - case p_age when 'to_30' then 30 when 'to_60' then 60 when 'to_90' then 90 end
                    and (select logic.today())
                    - case p_age when 'to_30' then 1 when 'to_60' then 31 when 'to_90' then 61 end
            end
        )
        and (
            p_state is null
            or case p_state
                when 'disputed' then item.open <> 0 and item.disputed_on is not null
                when 'to_credit' then item.open < 0 and item.disputed_on is null
                when 'overdue' then
                    item.open > 0 and item.disputed_on is null and item.due_on < (select logic.today())
                when 'open' then
                    item.open > 0 and item.disputed_on is null and item.due_on >= (select logic.today())
            end
        );
end;

comment on function api.item_browse_list(boolean, text, text, text, text, text) is
$$Items that are open, or all, of one customer or document where one is named, of an age (not_due, to_30,
to_60, to_90, over_90, credit) or a state (open, overdue, disputed, to_credit): how late they are.
Example: select * from api.item_browse_list(true, '1000')
Raises: nothing$$;
grant execute on function api.item_browse_list(boolean, text, text, text, text, text) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration, leissner_customer;

create function api.item_entry_list(p_item bigint)
returns table (
    entry bigint, entry_on date, kind text, text text, amount numeric, balance numeric, currency text,
    against text, payment bigint, made_at timestamptz, made_by text, is_reversed boolean
)
language sql stable rows 10
begin atomic
    with booked as (
        select part.entry_id, part.currency, sum(part.amount) as amount
        from billing.entry_row as part
        where part.open_item_id = p_item
        group by part.entry_id, part.currency
    )

    select
        entry.entry_id, entry.entry_on, entry.kind, entry.text, booked.amount,
        sum(booked.amount) over (order by entry.entry_id), booked.currency,
        (
            select string_agg(distinct other.document_no, ', ' order by other.document_no)
            from billing.entry_row as part
            inner join billing.open_item as other on other.open_item_id = part.open_item_id
            where part.entry_id = entry.entry_id and part.open_item_id <> p_item
        ),
        entry.payment_id, entry.made_at, entry.made_by,
        exists (select from billing.entry as back where back.reverses_id = entry.entry_id)
    from booked
    inner join billing.entry on entry.entry_id = booked.entry_id
    order by entry.entry_id;
end;

comment on function api.item_entry_list(bigint) is
$$The history of an item: what each entry of the journal did to it, what was left after it, and the other
documents in the same entry.
Example: select * from api.item_entry_list(1)
Raises: nothing$$;
grant execute on function api.item_entry_list(bigint) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;

create function api.ledger_age_list()
returns table (
    currency text, not_due numeric, to_30 numeric, to_60 numeric, to_90 numeric, over_90 numeric,
    disputed numeric, credit numeric, open numeric, payers bigint, payers_late bigint
)
language sql stable rows 5
begin atomic
    select
        item.currency,
        coalesce(sum(item.open) filter (where item.open > 0 and late.days <= 0), 0),
        coalesce(sum(item.open) filter (where item.open > 0 and late.days between 1 and 30), 0),
        coalesce(sum(item.open) filter (where item.open > 0 and late.days between 31 and 60), 0),
        coalesce(sum(item.open) filter (where item.open > 0 and late.days between 61 and 90), 0),
        coalesce(sum(item.open) filter (where item.open > 0 and late.days > 90), 0),
        coalesce(sum(item.open) filter (where item.open > 0 and item.disputed_on is not null), 0),
        coalesce(sum(item.open) filter (where item.open < 0), 0),
        sum(item.open),
        count(distinct item.payer_id),
        count(distinct item.payer_id) filter (where item.open > 0 and late.days > 0)
    from billing.open_item as item
    cross join (select logic.today() as day offset 0) as now
    cross join lateral (select now.day - item.due_on as days) as late
    where item.open <> 0
    group by item.currency
    order by item.currency;
end;

comment on function api.ledger_age_list() is
$$What is open by how many days it is late, by currency; disputed: of these; credit: advances and credits.
Example: select * from api.ledger_age_list()
Raises: nothing$$;
grant execute on function api.ledger_age_list() to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;

create function api.entry_browse_list(
    p_from date default null, p_to date default null, p_account text default null,
    p_entry bigint default null, p_words text default null
)
returns table (
    entry bigint, entry_on date, kind text, text text, customer_no text, name text, document_no text,
    payment bigint, debit numeric, reverses bigint, reversed_by bigint, made_at timestamptz, made_by text,
    export integer
)
language sql stable rows 1000
begin atomic
    select
        entry.entry_id, entry.entry_on, entry.kind, entry.text, payer.customer_no, payer.name,
        invoice.invoice_no, entry.payment_id,
        (
            select sum(part.base) from billing.entry_row as part
            where part.entry_id = entry.entry_id and part.base > 0
        ),
        entry.reverses_id,
        (select back.entry_id from billing.entry as back where back.reverses_id = entry.entry_id),
        entry.made_at, entry.made_by,
        (select old.export_no from billing.exported_entry as old where old.entry_id = entry.entry_id)
    from billing.entry
    left join billing.customer as payer on payer.customer_id = entry.payer_id
    left join billing.invoice on invoice.invoice_id = entry.invoice_id
    where
        (p_from is null or entry.entry_on >= p_from)
        and (p_to is null or entry.entry_on <= p_to)
        and (p_entry is null or entry.entry_id = p_entry)
        and (
            p_account is null
            or exists (
                select from billing.entry_row as part
                where part.entry_id = entry.entry_id and part.account = p_account
            )
        )
        and (p_words is null or entry.entry_id = any((select logic.entry_found(p_words))::bigint[]));
end;

comment on function api.entry_browse_list(date, date, text, bigint, text) is
$$Entries of the journal booked from a day through a day, with rows on an account, or one of them; debit: in
the operator's currency.
Example: select * from api.entry_browse_list('2026-10-01', '2026-10-31')
Raises: nothing$$;
grant execute on function api.entry_browse_list(date, date, text, bigint, text) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;

create function api.entry_row_list(p_entries bigint[])
returns table (
    entry bigint, kind text, entry_on date, account text, account_name text, customer_no text,
    document_no text, currency text, amount numeric, base numeric, debit numeric, credit numeric,
    project text
)
language sql stable rows 10
begin atomic
    select
        part.entry_id, entry.kind, entry.entry_on, part.account, chart.name, payer.customer_no,
        item.document_no, part.currency, part.amount, part.base, nullif(greatest(part.base, 0), 0),
        nullif(greatest(-part.base, 0), 0), part.project
    from billing.entry
    inner join billing.entry_row as part on part.entry_id = entry.entry_id
    left join billing.chart on chart.account = part.account
    left join billing.customer as payer on payer.customer_id = part.payer_id
    left join billing.open_item as item on item.open_item_id = part.open_item_id
    where entry.entry_id = any(p_entries)
    order by part.entry_id, part.place;
end;

comment on function api.entry_row_list(bigint[]) is
$$The rows of entries of the journal; debit and credit in the operator's currency.
Example: select * from api.entry_row_list('{1}')
Raises: nothing$$;
grant execute on function api.entry_row_list(bigint[]) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;

create function api.invoice_open_get(p_invoice text)
returns table (open numeric, is_overdue boolean, customer_no text)
language sql stable rows 1
begin atomic
    select item.open, item.open > 0 and item.due_on < logic.today(), holder.customer_no
    from billing.invoice
    inner join billing.open_item as item
        on item.invoice_id = invoice.invoice_id and item.document_no = invoice.invoice_no
    inner join billing.customer as holder on holder.customer_id = item.payer_id
    where invoice.invoice_no = p_invoice;
end;

comment on function api.invoice_open_get(text) is
$$What is open of an issued document in the ledger, and with which customer; no row where it is not there.
Example: select * from api.invoice_open_get('20260001')
Raises: nothing$$;
grant execute on function api.invoice_open_get(text) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;
