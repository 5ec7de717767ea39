-- 65_ledger/change: what people do to items: write off, pay back, move, dispute, take back an entry.

create function logic.item_get(p_document text, p_customer_no text)
returns billing.open_item
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_items billing.open_item[];
begin
    v_items := array(
        select item from billing.open_item as item
        inner join billing.customer as payer on payer.customer_id = item.payer_id
        where
            item.document_no = p_document and (p_customer_no is null or payer.customer_no = p_customer_no)
            -- a credit that became an advance goes by the advance
            and (item.open <> 0 or item.kind <> 'credit')
        order by item.open = 0, item.open_item_id
        limit 3
    );
    if v_items = '{}' then
        perform billing.fail('LB704', jsonb_build_object('document', p_document));
    elsif cardinality(v_items) > 1 and (v_items[2]).open <> 0 then
        perform billing.fail('LB710', jsonb_build_object('document', p_document));
    end if;
    return v_items[1];
end;
$$;

comment on function logic.item_get(text, text) is
$$The item of a document, of a customer where several have one of that number: the open one before
closed ones.
Example: select logic.item_get('20260001', null) where false
Raises: LB704 for an unknown one, LB710 where there are several$$;

create function logic.item_lock(p_document text, p_customer_no text)
returns billing.open_item
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    perform logic.ledger_lock(array[(logic.item_get(p_document, p_customer_no)).payer_id]);
    return logic.item_get(p_document, p_customer_no);
end;
$$;

comment on function logic.item_lock(text, text) is
$$The item of a document, with its payer locked.
Example: select logic.item_lock('20260001', null) where false
Raises: LB704, LB710$$;

create function logic.part_check(p_item billing.open_item, p_amount numeric)
returns numeric
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_decimals integer := (
        select currency.decimals from billing.currency where currency.currency = p_item.currency
    );
    v_amount numeric := coalesce(p_amount, p_item.open);
begin
    if v_amount <= 0 or v_amount > p_item.open or v_amount <> round(v_amount, v_decimals) then
        perform billing.fail(
            'LB705',
            jsonb_build_object(
                'document', p_item.document_no, 'open', round(p_item.open, v_decimals),
                'currency', p_item.currency, 'amount', v_amount
            )
        );
    end if;
    return v_amount;
end;
$$;

comment on function logic.part_check(billing.open_item, numeric) is
$$An amount that is a part of what an item has open; NULL: all of it.
Example: select logic.part_check(null, 1) where false
Raises: LB705 for another$$;

create function logic.item_write_off(
    p_document text, p_customer_no text, p_amount numeric, p_is_loss boolean, p_why text, p_on date
)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_item billing.open_item;
    v_amount numeric;
    v_base numeric;
    v_rows logic.posting[];
    v_kind text := case when p_is_loss then 'writeoff' else 'difference' end;
    v_decimals integer := logic.base_decimals();
begin
    perform access.require('admin', 'finance');
    v_item := logic.item_lock(p_document, p_customer_no);
    v_amount := logic.part_check(v_item, p_amount);
    v_base := logic.base_share(v_item.open_base, v_item.open, v_amount, v_decimals);
    -- Of a confirmed loss the VAT comes back, in proportion; the loss takes the rest.
    with tax as (
        select
            coalesce(one.account, logic.account_get('vat')) as account,
            round(logic.divide(sum(one.tax) * v_amount, v_item.amount), currency.decimals) as amount,
            round(
                logic.divide(sum(one.tax) * v_amount, v_item.amount) * min(invoice.home_rate), v_decimals
            ) as base
        from billing.invoice
        inner join billing.invoice_tax as one on one.invoice_id = invoice.invoice_id
        inner join billing.currency on currency.currency = invoice.currency
        where p_is_loss and invoice.invoice_id = v_item.invoice_id
        group by coalesce(one.account, logic.account_get('vat')), currency.decimals
    ),

    side as (
        select
            1 as place, logic.account_get('receivable') as account, v_item.open_item_id, -v_amount as amount,
            -v_base as base
        union all
        select 2, tax.account, null, tax.amount, tax.base from tax
        union all
        select
            3, logic.account_get(case when p_is_loss then 'loss' else 'difference' end), null,
            v_amount - coalesce(sum(tax.amount), 0), v_base - coalesce(sum(tax.base), 0)
        from tax
    )

    select array_agg(
        row(
            1, v_kind, p_on, concat_ws(': ', v_item.document_no, p_why), v_item.payer_id, null, null, null,
            side.account, side.open_item_id, v_item.currency, side.amount, side.base, null
        )::logic.posting
        order by side.place, side.account
    )
    into v_rows
    from side;
    perform audit.event_add(
        v_kind, v_item.document_no,
        jsonb_build_object('amount', v_amount, 'currency', v_item.currency, 'why', p_why)
    );
    perform logic.entry_add(v_rows);
    perform logic.payer_paid(array[v_item.payer_id], p_on);
    return (
        select max(part.entry_id) from billing.entry_row as part
        where part.open_item_id = v_item.open_item_id
    );
end;
$$;

comment on function logic.item_write_off(text, text, numeric, boolean, text, date) is
$$Writes off what is open of an item, or a part: as a loss, whose VAT comes back, or as a small difference.
The entry.
Example: select logic.item_write_off('20260001', null, null, true, 'bankrupt', '2026-11-01') where false
Raises: LB704, LB705, LB710, LB901 without the level finance or admin$$;

create function logic.advance_refund(
    p_customer_no text, p_amount numeric, p_currency text, p_why text, p_on date
)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_payer bigint := (
        select payer.customer_id from billing.customer as payer where payer.customer_no = p_customer_no
    );
    v_currency text := coalesce(
        p_currency,
        (select payer.currency from billing.customer as payer where payer.customer_no = p_customer_no),
        (select operator.currency from billing.operator)
    );
    v_decimals integer := logic.base_decimals();
    v_rate numeric := logic.rate_on(v_currency, p_on);
    v_credit numeric;
    v_entries bigint[];
    v_rows logic.posting[];
begin
    perform access.require('admin', 'finance');
    if v_payer is null then
        perform billing.fail('LB524', jsonb_build_object('customer', p_customer_no));
    elsif v_rate is null then
        perform billing.fail('LB703', jsonb_build_object('currency', v_currency, 'day', p_on));
    end if;
    perform logic.ledger_lock(array[v_payer]);
    v_credit := (
        select coalesce(sum(-item.open), 0) from billing.open_item as item
        where
            item.payer_id = v_payer and item.kind = 'advance' and item.open < 0
            and item.currency = v_currency
    );
    if coalesce(p_amount, v_credit) <= 0 or coalesce(p_amount, v_credit) > v_credit then
        perform billing.fail(
            'LB706',
            jsonb_build_object(
                'customer', p_customer_no, 'open', trim_scale(v_credit), 'currency', v_currency,
                'amount', coalesce(p_amount, 0)
            )
        );
    end if;
    with item as (
        select
            one.*,
            least(
                -one.open,
                coalesce(p_amount, v_credit) - coalesce(
                    sum(-one.open) over (
                        order by one.item_on, one.open_item_id
                        rows between unbounded preceding and 1 preceding
                    ),
                    0
                )
            ) as part
        from billing.open_item as one
        where
            one.payer_id = v_payer and one.kind = 'advance' and one.open < 0 and one.currency = v_currency
    ),

    side as (
        select
            item.open_item_id, 'advance' as event, item.part as amount,
            -logic.base_share(item.open_base, -item.open, item.part, v_decimals) as base
        from item
        where item.part > 0
    ),

    balanced as (
        select side.* from side
        union all
        select null, 'bank', -sum(side.amount), -round(sum(side.amount) * v_rate, v_decimals) from side
        union all
        select
            null,
            case
                when round(sum(side.amount) * v_rate, v_decimals) > sum(side.base) then 'exchange_loss'
                else 'exchange_gain'
            end,
            0, round(sum(side.amount) * v_rate, v_decimals) - sum(side.base)
        from side
    )

    select array_agg(
        row(
            1, 'refund', p_on, p_why, v_payer, null, null, null, logic.account_get(balanced.event),
            balanced.open_item_id, v_currency, balanced.amount, balanced.base, null
        )::logic.posting
        order by balanced.event, balanced.open_item_id
    )
    into v_rows
    from balanced;
    perform audit.event_add(
        'refund', p_customer_no,
        jsonb_build_object('amount', coalesce(p_amount, v_credit), 'currency', v_currency, 'why', p_why)
    );
    v_entries := logic.entry_add(v_rows);
    return v_entries[1];
end;
$$;

comment on function logic.advance_refund(text, numeric, text, text, date) is
$$Books that a payer got back what it had to its credit, or a part: its oldest advances first. The entry. The
money itself is sent by the bank.
Example: select logic.advance_refund('1000', null, null, 'asked for', '2026-11-01') where false
Raises: LB524, LB703, LB706 for more than there is, LB901 without the level finance or admin$$;

create function logic.item_move(
    p_from text, p_to text, p_customer_no text, p_amount numeric, p_why text, p_on date
)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_from billing.open_item;
    v_to billing.open_item;
    v_amount numeric;
    v_room numeric;
    v_base numeric;
    v_entries bigint[];
begin
    perform access.require('admin', 'finance');
    v_to := logic.item_lock(p_to, p_customer_no);
    v_from := logic.item_get(p_from, p_customer_no);
    if
        (v_from.payer_id, v_from.currency) <> (v_to.payer_id, v_to.currency)
        or v_from.open_item_id = v_to.open_item_id
    then
        perform billing.fail('LB707', jsonb_build_object('from', p_from, 'to', p_to));
    end if;
    -- from a credit what it has left, from a debt what was paid of it
    v_room := case when v_from.amount < 0 then -v_from.open else v_from.amount - v_from.open end;
    v_amount := logic.part_check(v_to, coalesce(p_amount, least(v_to.open, v_room)));
    if v_amount > v_room then
        perform billing.fail(
            'LB705',
            jsonb_build_object(
                'document', p_from, 'open', trim_scale(v_room), 'currency', v_from.currency,
                'amount', v_amount
            )
        );
    end if;
    v_base := case
        when v_from.amount < 0
            then -logic.base_share(v_from.open_base, -v_from.open, v_amount, logic.base_decimals())
        else round(
            logic.divide(
                v_amount * (
                    select sum(part.base) from billing.entry_row as part
                    where part.open_item_id = v_from.open_item_id and part.amount > 0
                ),
                (
                    select sum(part.amount) from billing.entry_row as part
                    where part.open_item_id = v_from.open_item_id and part.amount > 0
                )
            ),
            logic.base_decimals()
        )
    end;
    perform audit.event_add(
        'item_move', p_from, jsonb_build_object('to', p_to, 'amount', v_amount, 'why', p_why)
    );
    v_entries := logic.settle_post(
        array[
            row(
                v_from.open_item_id, v_to.open_item_id, v_to.payer_id, v_to.currency, v_amount,
                logic.account_get(case v_from.kind when 'advance' then 'advance' else 'receivable' end),
                -v_base,
                logic.base_share(v_to.open_base, v_to.open, v_amount, logic.base_decimals())
            )::logic.settle_pair
        ],
        p_on, 'transfer', p_why
    );
    return v_entries[1];
end;
$$;

comment on function logic.item_move(text, text, text, numeric, text, date) is
$$Moves what paid one item of a payer, or a credit it has, to another of its items: as much as fits, or an
amount. The entry.
Example: select logic.item_move('20260001', '20260002', null, null, 'mixed up', '2026-11-01') where false
Raises: LB704, LB705, LB707 across payers or currencies, LB710, LB901 without the level finance or admin$$;

create function logic.item_dispute(p_document text, p_customer_no text, p_reason text, p_on date)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_item billing.open_item;
begin
    perform access.require('admin', 'finance', 'credit');
    v_item := logic.item_lock(p_document, p_customer_no);
    update billing.open_item as item
    set
        disputed_on = case when p_reason is not null then coalesce(item.disputed_on, p_on) end,
        dispute_reason = p_reason
    where item.open_item_id = v_item.open_item_id;
    perform audit.event_add('dispute', p_document, jsonb_build_object('reason', p_reason, 'on', p_on));
    if p_reason is null then
        perform logic.payer_paid(array[v_item.payer_id], p_on);
    else
        perform logic.credit_lift(array[v_item.payer_id]);
    end if;
end;
$$;

comment on function logic.item_dispute(text, text, text, date) is
$$Notes that a payer disputes an item, with its reason; NULL: no longer.
Example: select logic.item_dispute('20260001', null, 'calls not made', '2026-11-01') where false
Raises: LB704, LB710, LB901 without the level finance, credit or admin$$;

create function logic.entry_undo(p_entries bigint[], p_on date, p_why text)
returns bigint[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_all bigint[];
    v_wrong jsonb;
begin
    -- What an advance that these brought has paid since is taken back with them.
    v_all := array(
        select asked.entry_id from unnest(p_entries) as asked (entry_id)
        union
        select later.entry_id
        from billing.entry_row as born
        inner join billing.open_item as item
            on item.open_item_id = born.open_item_id and item.kind = 'advance'
        inner join billing.entry_row as part
            on part.open_item_id = item.open_item_id and part.entry_id > born.entry_id
        inner join billing.entry as later on later.entry_id = part.entry_id and later.kind <> 'reversal'
        where
            born.entry_id = any(p_entries)
            and born.entry_id = (
                select min(first.entry_id) from billing.entry_row as first
                where first.open_item_id = item.open_item_id
            )
            and not exists (select from billing.entry as undone where undone.reverses_id = later.entry_id)
    );
    select jsonb_build_object('entry', entry.entry_id, 'why', case
        when entry.kind = 'refund' then 'its advance was paid back'
        when undone.entry_id is not null then 'it was taken back already'
        else format('entries of kind %s stay', entry.kind)
    end)
    into v_wrong
    from billing.entry
    left join billing.entry as undone on undone.reverses_id = entry.entry_id
    where
        entry.entry_id = any(v_all)
        and (
            undone.entry_id is not null
            or entry.kind not in ('payment', 'assign', 'setoff', 'transfer', 'writeoff', 'difference')
            and not (entry.kind = 'refund' and entry.entry_id = any(p_entries))
        )
    limit 1;
    if v_wrong is not null then
        perform billing.fail('LB708', v_wrong);
    end if;
    return logic.entry_add(array(
        select
            row(
                turn.n, 'reversal', p_on, p_why, entry.payer_id, entry.invoice_id, entry.payment_id,
                entry.entry_id, part.account, part.open_item_id, part.currency, -part.amount, -part.base,
                part.project
            )::logic.posting
        from unnest(v_all) with ordinality as turn (entry_id, n)
        inner join billing.entry on entry.entry_id = turn.entry_id
        inner join billing.entry_row as part on part.entry_id = entry.entry_id
        order by turn.n, part.place
    ));
end;
$$;

comment on function logic.entry_undo(bigint[], date, text) is
$$Takes entries back by reversals, each once, and with them what advances that they brought have paid since:
the ids of the reversals. For payers that are locked.
Example: select logic.entry_undo('{}', '2026-11-01', 'wrong customer')
Raises: LB708 for entries that stay or were taken back$$;

-- api

create function api.item_write_off(
    p_document text, p_why text, p_customer_no text default null, p_amount numeric default null,
    p_is_loss boolean default true, p_on date default null
)
returns bigint
language sql volatile
return logic.item_write_off(
    p_document, p_customer_no, p_amount, p_is_loss, p_why, coalesce(p_on, logic.today())
);

comment on function api.item_write_off(text, text, text, numeric, boolean, date) is
$$Writes off what is open of an item, or a part. The entry.
Example: select api.item_write_off('20260001', 'bankrupt') where false
Raises: LB704, LB705, LB710, LB901$$;
grant execute on function api.item_write_off(text, text, text, numeric, boolean, date)
to leissner_admin, leissner_finance;

create function api.advance_refund(
    p_customer_no text, p_why text, p_amount numeric default null, p_currency text default null,
    p_on date default null
)
returns bigint
language sql volatile
return logic.advance_refund(p_customer_no, p_amount, p_currency, p_why, coalesce(p_on, logic.today()));

comment on function api.advance_refund(text, text, numeric, text, date) is
$$Books that a payer got back what it had to its credit. The entry.
Example: select api.advance_refund('1000', 'asked for') where false
Raises: LB524, LB703, LB706, LB901$$;
grant execute on function api.advance_refund(text, text, numeric, text, date)
to leissner_admin, leissner_finance;

create function api.item_move(
    p_from text, p_to text, p_why text, p_customer_no text default null, p_amount numeric default null,
    p_on date default null
)
returns bigint
language sql volatile
return logic.item_move(p_from, p_to, p_customer_no, p_amount, p_why, coalesce(p_on, logic.today()));

comment on function api.item_move(text, text, text, text, numeric, date) is
$$Moves what paid one item of a payer to another of its items. The entry.
Example: select api.item_move('20260001', '20260002', 'mixed up') where false
Raises: LB704, LB705, LB707, LB710, LB901$$;
grant execute on function api.item_move(text, text, text, text, numeric, date)
to leissner_admin, leissner_finance;

create function api.item_dispute(
    p_document text, p_reason text, p_customer_no text default null, p_on date default null
)
returns void
language sql volatile
return logic.item_dispute(p_document, p_customer_no, p_reason, coalesce(p_on, logic.today()));

comment on function api.item_dispute(text, text, text, date) is
$$Notes that a payer disputes an item; without a reason that it no longer does.
Example: select api.item_dispute('20260001', 'calls not made') where false
Raises: LB704, LB710, LB901$$;
grant execute on function api.item_dispute(text, text, text, date)
to leissner_admin, leissner_finance, leissner_credit;
