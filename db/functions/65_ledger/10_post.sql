-- 65_ledger/post: how entries of the journal are written, and the entries of documents (BILLING.md 5).

create function logic.account_get(p_event text)
returns text
language sql stable parallel safe
begin atomic
    select known.account from billing.account as known where known.event = p_event;
end;

comment on function logic.account_get(text) is
$$The account of an event (accounts.csv).
Example: select logic.account_get('receivable')
Raises: nothing$$;

create function logic.base_decimals()
returns integer
language sql stable parallel safe
begin atomic
    select currency.decimals::integer
    from billing.operator
    inner join billing.currency on currency.currency = operator.currency;
end;

comment on function logic.base_decimals() is
$$Decimals of the operator's currency.
Example: select logic.base_decimals()
Raises: nothing$$;

create function logic.base_share(p_base numeric, p_open numeric, p_part numeric, p_decimals integer)
returns numeric
language sql immutable parallel safe
return case
    when p_part = p_open then p_base
    else round(logic.divide(p_base * p_part, p_open), p_decimals)
end;

comment on function logic.base_share(numeric, numeric, numeric, integer) is
$$What a part of an open amount has of its amount in the operator's currency: all of it for the whole.
Example: select logic.base_share(100.00, 9.00, 3.00, 2)
Raises: 22012 where nothing is open$$;

create function logic.ledger_lock(p_payers bigint[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into billing.ledger_turn (payer_id)
    select distinct asked.payer_id
    from unnest(p_payers) as asked (payer_id)
    where asked.payer_id is not null
    order by asked.payer_id
    on conflict do nothing;
    perform from (
        select turn.payer_id from billing.ledger_turn as turn
        where turn.payer_id = any(p_payers)
        order by turn.payer_id
        for update
    ) as locked;
end;
$$;

comment on function logic.ledger_lock(bigint[]) is
$$Nobody else changes the items of these payers until the transaction ends. Asked once in a transaction, first
and for all its payers: locks are taken in order, so that nobody waits in a circle.
Example: select logic.ledger_lock('{}')
Raises: nothing$$;

create type logic.posting as (
    entry integer, kind text, entry_on date, text text, payer_id bigint, invoice_id bigint, payment_id bigint,
    reverses_id bigint, account text, open_item_id bigint, currency text, amount numeric, base numeric,
    project text
);
comment on type logic.posting is
'A row of an entry to be. entry: the number of the entry, 1, 2 … within one call; kind to reverses_id are '
'those of the entry, the same in each of its rows.';

create function logic.entry_add(p_rows logic.posting[])
returns bigint[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_ids bigint[];
begin
    v_ids := array(
        select nextval('billing.entry_entry_id_seq')
        from generate_series(1, (select max(one.entry) from unnest(p_rows) as one))
    );
    insert into billing.entry_row (
        entry_id, place, account, payer_id, open_item_id, currency, amount, base, project
    )
    select
        v_ids[one.entry], row_number() over (partition by one.entry order by one.place), one.account,
        one.payer_id, one.open_item_id, one.currency, one.amount, one.base, one.project
    from unnest(p_rows) with ordinality as one (
        entry, kind, entry_on, text, payer_id, invoice_id, payment_id, reverses_id, account, open_item_id,
        currency, amount, base, project, place
    )
    where one.amount <> 0 or one.base <> 0;
    insert into billing.entry (
        entry_id, kind, entry_on, text, payer_id, invoice_id, payment_id, reverses_id, made_by
    )
    select
        v_ids[one.entry], one.kind, one.entry_on, one.text, one.payer_id, one.invoice_id, one.payment_id,
        one.reverses_id, who.actor
    from (
        select distinct on (every.entry) every.*
        from unnest(p_rows) as every
        where every.amount <> 0 or every.base <> 0
        order by every.entry
    ) as one
    cross join audit.tx_current() as who;
    return v_ids;
end;
$$;

comment on function logic.entry_add(logic.posting[]) is
$$Writes entries of the journal: their ids, in the order of their numbers. Rows of nothing are left out, and
entries of nothing with them. Items of new rows are inserted afterwards.
Example: select logic.entry_add('{}')
Raises: LB700 for an entry that does not sum to zero$$;

create function logic.invoice_post(p_invoices bigint[], p_day date)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_decimals integer := logic.base_decimals();
    v_sales text := logic.account_get('sales');
    v_vat text := logic.account_get('vat');
    v_rounding text := logic.account_get('rounding');
    v_receivable text := logic.account_get('receivable');
    v_rows logic.posting[];
begin
    with document as materialized (
        select
            invoice.*,
            row_number() over (order by invoice.invoice_id)::integer as turn,
            case when invoice.total <> 0 then nextval('billing.open_item_open_item_id_seq') end as item_id
        from billing.invoice
        where invoice.invoice_id = any(p_invoices)
    ),

    -- everything but the receivable, which takes what the rounding of the others leaves
    part as materialized (
        select
            sum_of.invoice_id, sum_of.account, sum_of.project, -sum_of.amount as amount,
            -round(sum_of.amount * document.home_rate, v_decimals) as base, sum_of.place
        from (
            select
                line.invoice_id, coalesce(line.account, v_sales) as account, line.project,
                sum(line.net) as amount, 2 as place
            from billing.invoice_line as line
            where line.invoice_id = any(p_invoices)
            group by line.invoice_id, coalesce(line.account, v_sales), line.project
            union all
            select tax.invoice_id, coalesce(tax.account, v_vat), null, sum(tax.tax), 3
            from billing.invoice_tax as tax
            where tax.invoice_id = any(p_invoices)
            group by tax.invoice_id, coalesce(tax.account, v_vat)
            union all
            select document.invoice_id, v_rounding, null, document.rounding, 4 from document
        ) as sum_of
        inner join document on document.invoice_id = sum_of.invoice_id
        where sum_of.amount <> 0
    ),

    booked as (
        select
            document.invoice_id, 1 as place, v_receivable as account, document.payer_id, document.item_id,
            null as project, document.total as amount, -sum(part.base) as base
        from document
        inner join part on part.invoice_id = document.invoice_id
        group by document.invoice_id, document.payer_id, document.item_id, document.total
        union all
        select part.invoice_id, part.place, part.account, null, null, part.project, part.amount, part.base
        from part
    )

    select array_agg(
        row(
            document.turn, document.kind, p_day, null, document.payer_id, document.invoice_id, null, null,
            booked.account, booked.item_id, document.currency, booked.amount, booked.base, booked.project
        )::logic.posting
        order by document.turn, booked.place, booked.account, booked.project
    )
    into v_rows
    from booked
    inner join document on document.invoice_id = booked.invoice_id;
    perform logic.entry_add(coalesce(v_rows, '{}'));
end;
$$;

comment on function logic.invoice_post(bigint[], date) is
$$Books documents on a day: receivable against sales by account and project, VAT by account, rounding; base at
the rate that the document names. Their items come with their numbers (logic.invoice_item_add).
Example: select logic.invoice_post('{}', '2026-11-01')
Raises: nothing$$;

create function logic.invoice_item_add(p_invoices bigint[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
begin
    insert into billing.open_item (
        open_item_id, kind, payer_id, document_no, invoice_id, currency, amount, open, open_base, item_on,
        due_on, reference
    )
    select
        part.open_item_id, case when invoice.total < 0 then 'credit' else 'invoice' end, invoice.payer_id,
        invoice.invoice_no, invoice.invoice_id, invoice.currency, part.amount, part.amount, part.base,
        invoice.invoice_on, invoice.due_on, invoice.reference
    from billing.entry
    inner join billing.entry_row as part on part.entry_id = entry.entry_id and part.open_item_id is not null
    inner join billing.invoice on invoice.invoice_id = entry.invoice_id
    where entry.invoice_id = any(p_invoices) and entry.kind in ('invoice', 'credit')
    order by part.open_item_id;
end;
$$;

comment on function logic.invoice_item_add(bigint[]) is
$$The open items of documents that were booked and have their numbers.
Example: select logic.invoice_item_add('{}')
Raises: nothing$$;

create function logic.opening_post(p_documents text[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_decimals integer := logic.base_decimals();
    v_receivable text := logic.account_get('receivable');
    v_opening text := logic.account_get('opening');
    v_ids bigint[];
    v_missing jsonb;
    v_rows logic.posting[];
    v_mode text := (select operator.mode from billing.operator);
begin
    if v_mode <> 'full' then
        perform billing.fail('LB709', jsonb_build_object('mode', v_mode));
    end if;
    select jsonb_build_object('currency', one.currency, 'day', one.item_on) into v_missing
    from billing.opening_item as one
    where one.document_no = any(p_documents) and logic.rate_on(one.currency, one.item_on) is null
    order by one.item_on
    limit 1;
    if v_missing is not null then
        perform billing.fail('LB703', v_missing);
    end if;
    v_ids := array(
        select nextval('billing.open_item_open_item_id_seq') from generate_series(1, cardinality(p_documents))
    );
    select array_agg(
        row(
            asked.turn, 'opening', one.item_on, one.document_no, one.customer_id, null, null, null,
            side.account, side.item_id, one.currency, side.sign * one.open,
            side.sign * round(one.open * logic.rate_on(one.currency, one.item_on), v_decimals), null
        )::logic.posting
        order by asked.turn, side.sign desc
    )
    into v_rows
    from unnest(p_documents) with ordinality as asked (document_no, turn)
    inner join billing.opening_item as one on one.document_no = asked.document_no
    cross join lateral (
        values (1, v_receivable, v_ids[asked.turn]), (-1, v_opening, null)
    ) as side (sign, account, item_id);
    perform logic.entry_add(coalesce(v_rows, '{}'));
    insert into billing.open_item (
        open_item_id, kind, payer_id, document_no, currency, amount, open, open_base, item_on, due_on,
        reference
    )
    select
        v_ids[asked.turn], 'opening', one.customer_id, one.document_no, one.currency, one.amount, one.open,
        round(one.open * logic.rate_on(one.currency, one.item_on), v_decimals), one.item_on, one.due_on,
        one.reference
    from unnest(p_documents) with ordinality as asked (document_no, turn)
    inner join billing.opening_item as one on one.document_no = asked.document_no;
    perform audit.event_add(
        'opening', null, jsonb_build_object(
            'items', cardinality(p_documents),
            'open', (select sum(one.open) from billing.opening_item as one
                where one.document_no = any(p_documents))
        )
    );
end;
$$;

comment on function logic.opening_post(text[]) is
$$Books items taken over from another system, on the day of their documents. Called by the table's trigger.
Example: select logic.opening_post('{}') where false
Raises: LB703 for a currency without rate, LB709 in another mode than full$$;

create function logic.invoice_catch_up()
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_day date;
    v_invoices bigint[];
    v_count bigint := 0;
begin
    perform access.require('admin', 'finance', 'batch');
    perform logic.ledger_lock(
        array(
            select distinct invoice.payer_id from billing.invoice
            where invoice.invoice_id in (select missing.invoice_id from logic.invoice_unbooked() as missing)
        )
    );
    -- A loop over days, because each is booked on its own.
    for v_day, v_invoices in
        select invoice.invoice_on, array_agg(invoice.invoice_id)
        from logic.invoice_unbooked() as missing
        inner join billing.invoice on invoice.invoice_id = missing.invoice_id
        group by invoice.invoice_on
        order by invoice.invoice_on
    loop
        perform logic.invoice_post(v_invoices, v_day);
        perform logic.invoice_item_add(v_invoices);
        v_count := v_count + cardinality(v_invoices);
    end loop;
    perform audit.event_add('ledger_catch_up', null, jsonb_build_object('documents', v_count));
    return v_count;
end;
$$;

comment on function logic.invoice_catch_up() is
$$Books documents that were approved before there was a ledger: how many.
Example: select logic.invoice_catch_up() where false
Raises: LB901 without the level finance, batch or admin$$;

create function logic.invoice_unbooked()
returns table (invoice_id bigint)
language sql stable rows 10
begin atomic
    select invoice.invoice_id
    from billing.invoice
    left join billing.bill_run as run on run.bill_run_id = invoice.bill_run_id
    where
        invoice.state = 'approved' and coalesce(run.mode, 'full') = 'full'
        and (invoice.net, invoice.tax, invoice.rounding) <> (0, 0, 0)
        and not exists (
            select from billing.entry
            where entry.invoice_id = invoice.invoice_id and entry.kind in ('invoice', 'credit')
        );
end;

comment on function logic.invoice_unbooked() is
$$Issued documents, but those of a basis, that no entry books.
Example: select * from logic.invoice_unbooked()
Raises: nothing$$;

-- api

create function api.ledger_catch_up()
returns bigint
language sql volatile
return logic.invoice_catch_up();

comment on function api.ledger_catch_up() is
$$Books documents that were approved before there was a ledger: how many.
Example: select api.ledger_catch_up() where false
Raises: LB901$$;
grant execute on function api.ledger_catch_up() to leissner_admin, leissner_finance, leissner_batch;
