-- 65_ledger/list: open items and the account of a payer.

-- api

create function api.open_item_list(p_customer_no text default null, p_is_all boolean default false)
returns table (
    document_no text, customer_no text, item_on date, due_on date, amount numeric, open numeric,
    currency text, reference text, kind text, name text, days_late integer, dispute text
)
language sql stable rows 10000
begin atomic
    select
        item.document_no, payer.customer_no, item.item_on, coalesce(item.due_on, item.item_on),
        round(item.amount, currency.decimals), round(item.open, currency.decimals), item.currency,
        item.reference, item.kind, payer.name,
        case when item.open > 0 then greatest(0, (select logic.today()) - item.due_on) end,
        item.dispute_reason
    from billing.open_item as item
    inner join billing.customer as payer on payer.customer_id = item.payer_id
    inner join billing.currency on currency.currency = item.currency
    where
        (p_is_all or item.open <> 0)
        and (p_customer_no is null or payer.customer_no = p_customer_no)
    order by item.document_no collate "C", item.open_item_id;
end;

comment on function api.open_item_list(text, boolean) is
$$Items that are open, or all of them, by document number: the columns of open_items.csv first.
Example: select * from api.open_item_list('1000')
Raises: nothing$$;
grant execute on function api.open_item_list(text, boolean) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration, leissner_customer;

create function logic.statement_row_list(p_payer_id bigint, p_from date, p_to date)
returns table (
    currency text, entry_id bigint, entry_on date, kind text, document text, amount numeric,
    balance numeric, is_before boolean
)
language sql stable rows 100
begin atomic
    with booked as (
        select
            part.currency, entry.entry_id, entry.entry_on, entry.kind,
            -- a payment by what it paid, everything else by its document
            string_agg(distinct item.document_no, ', ' order by item.document_no) filter (
                where item.kind <> 'advance'
            ) as document,
            sum(part.amount) as amount
        from billing.open_item as item
        inner join billing.entry_row as part on part.open_item_id = item.open_item_id
        inner join billing.entry on entry.entry_id = part.entry_id
        where item.payer_id = p_payer_id and entry.entry_on < p_to
        group by part.currency, entry.entry_id, entry.entry_on, entry.kind
        having sum(part.amount) <> 0
    ),

    run as (
        select
            booked.*,
            sum(booked.amount) over (
                partition by booked.currency order by booked.entry_on, booked.entry_id
            ) as balance
        from booked
    )

    select
        run.currency, run.entry_id, run.entry_on, run.kind, run.document, run.amount, run.balance,
        run.entry_on < p_from
    from run
    order by run.currency, run.entry_on, run.entry_id;
end;

comment on function logic.statement_row_list(bigint, date, date) is
$$The account of a payer up to a day (exclusive): what was booked, with the balance after it. Set-offs between
its own items change no balance and are left out.
Example: select * from logic.statement_row_list(1, '2026-10-01', '2026-11-01')
Raises: nothing$$;

create function logic.statement_payer(p_customer_no text)
returns billing.customer
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_payer billing.customer;
begin
    perform access.require(
        'admin', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration', 'customer'
    );
    select payer.* into v_payer from billing.customer as payer
    where
        payer.customer_no = p_customer_no
        and (access.is_staff() or payer.customer_id = any(access.customer_ids()));
    if v_payer.customer_id is null then
        perform billing.fail('LB524', jsonb_build_object('customer', p_customer_no));
    end if;
    return v_payer;
end;
$$;

comment on function logic.statement_payer(text) is
$$A customer whose account the caller may look at.
Example: select (logic.statement_payer('1000')).customer_id where false
Raises: LB524 for one that is unknown or not to be seen, LB901 without a level that reads the ledger$$;

create function logic.statement_list(p_customer_no text, p_from date, p_to date)
returns table (
    place text, entry bigint, entry_on date, kind text, document text, amount numeric, balance numeric,
    currency text
)
language plpgsql stable security definer rows 100
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    -- access.require(…) is its first step
    v_payer constant bigint := (logic.statement_payer(p_customer_no)).customer_id;
    v_from constant date := coalesce(p_from, '0001-01-01');
begin
    return query
    with found as (
        select one.*, currency.decimals
        from logic.statement_row_list(v_payer, v_from, coalesce(p_to, logic.today() + 1)) as one
        inner join billing.currency on currency.currency = one.currency
    )

    select
        concat_ws(' ', row_of.currency, row_of.entry_on, lpad(row_of.entry_id::text, 18, '0')),
        nullif(row_of.entry_id, 0), row_of.entry_on, row_of.kind, row_of.document, row_of.amount,
        row_of.balance, row_of.currency
    from (
        select
            found.currency, 0::bigint as entry_id, v_from as entry_on, 'brought_forward' as kind,
            null as document, null::numeric as amount,
            round(coalesce(sum(found.amount) filter (where found.is_before), 0), min(found.decimals))
            as balance
        from found
        where p_from is not null
        group by found.currency
        union all
        select
            found.currency, found.entry_id, found.entry_on, found.kind, found.document,
            round(found.amount, found.decimals), round(found.balance, found.decimals)
        from found
        where not found.is_before
    ) as row_of
    order by row_of.currency, row_of.entry_on, row_of.entry_id;
end;
$$;

comment on function logic.statement_list(text, date, date) is
$$The account of a payer over [from, to) as rows with the balance after each: see api.statement_list.
Example: select * from logic.statement_list('1000', '2026-10-01', '2026-11-01') where false
Raises: LB524, LB901$$;

create function logic.statement(p_customer_no text, p_from date, p_to date)
returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- access.require(…) is its first step
    v_payer constant billing.customer := logic.statement_payer(p_customer_no);
begin
    return jsonb_build_object(
        'kind', 'statement', 'state', 'approved', 'number', null, 'date', logic.today(),
        'language', v_payer.language, 'period', jsonb_build_object('from', p_from, 'through', p_to - 1),
        'accounts', (
            select coalesce(jsonb_agg(
                jsonb_build_object(
                    'currency', account.currency,
                    'before', round(account.before, account.decimals),
                    'balance', round(account.balance, account.decimals),
                    'rows', account.rows, 'items', account.items
                )
                order by account.currency
            ), '[]')
            from (
                select
                    found.currency, currency.decimals,
                    coalesce(sum(found.amount) filter (where found.is_before), 0) as before,
                    sum(found.amount) as balance,
                    coalesce(
                        jsonb_agg(
                            jsonb_build_object(
                                'date', found.entry_on, 'kind', found.kind, 'document', found.document,
                                'amount', round(found.amount, currency.decimals),
                                'balance', round(found.balance, currency.decimals)
                            )
                            order by found.entry_on, found.entry_id
                        ) filter (where not found.is_before),
                        '[]'
                    ) as rows,
                    (
                        select coalesce(jsonb_agg(
                            jsonb_build_object(
                                'document', item.document_no, 'kind', item.kind, 'date', item.item_on,
                                'due', item.due_on, 'amount', round(item.amount, currency.decimals),
                                'open', round(item.open, currency.decimals), 'reference', item.reference,
                                'disputed', item.disputed_on is not null
                            )
                            order by item.due_on nulls last, item.item_on, item.open_item_id
                        ), '[]')
                        from billing.open_item as item
                        where
                            item.payer_id = v_payer.customer_id and item.currency = found.currency
                            and item.open <> 0
                    ) as items
                from logic.statement_row_list(v_payer.customer_id, p_from, p_to) as found
                inner join billing.currency on currency.currency = found.currency
                group by found.currency, currency.decimals
            ) as account
        )
    ) || (select party.parties from logic.party_list(array[v_payer.customer_id]) as party);
end;
$$;

comment on function logic.statement(text, date, date) is
$$The statement of account of a payer over [from, to): seller, payer and per currency the balance before,
rows, balance after, and what is open now.
Example: select logic.statement('1000', '2026-10-01', '2026-11-01') where false
Raises: LB524 for an unknown customer, LB901$$;

create function api.ledger_statement(p_customer_no text, p_from date, p_to date)
returns jsonb
language sql stable
return logic.statement(p_customer_no, p_from, p_to);

comment on function api.ledger_statement(text, date, date) is
$$The statement of account of a payer over [from, to), as one document.
Example: select api.ledger_statement('1000', '2026-10-01', '2026-11-01') where false
Raises: LB524, LB901$$;
grant execute on function api.ledger_statement(text, date, date) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration, leissner_customer;
