-- 65_ledger/settle: credits and advances of a payer pay its open items, by due date.

create type logic.settle_pair as (
    source_id bigint, target_id bigint, payer_id bigint, currency text, amount numeric,
    source_account text, source_base numeric, target_base numeric
);
comment on type logic.settle_pair is 'How much of one item pays another.';

create function logic.settle_pair_list(p_payers bigint[], p_is_own boolean, p_has_advances boolean)
returns setof logic.settle_pair
language sql stable rows 100
begin atomic
    with item as materialized (
        select
            open.open_item_id, open.payer_id, open.currency, open.kind, open.open, open.open_base,
            open.item_on, open.due_on,
            case
                when not p_is_own then 0
                when open.open < 0 then credits.open_item_id
                else open.open_item_id
            end as share_of
        from billing.open_item as open
        left join billing.invoice as note on note.invoice_id = open.invoice_id
        left join billing.open_item as credits on credits.invoice_id = note.credits_id
        where
            open.payer_id = any(p_payers) and open.open <> 0
            and (p_has_advances or open.kind <> 'advance')
            and (p_is_own or open.open < 0 or open.disputed_on is null)
    ),

    source as (
        select
            item.*, -item.open as size,
            sum(-item.open) over (
                partition by item.payer_id, item.currency, item.share_of
                order by item.item_on, item.open_item_id
            ) as upto
        from item
        where item.open < 0
    ),

    target as (
        select
            item.*, item.open as size,
            sum(item.open) over (
                partition by item.payer_id, item.currency, item.share_of
                order by item.due_on nulls last, item.item_on, item.open_item_id
            ) as upto
        from item
        where item.open > 0
    )

    select
        row(
            source.open_item_id, target.open_item_id, source.payer_id, source.currency, till.at - since.at,
            logic.account_get(case source.kind when 'advance' then 'advance' else 'receivable' end),
            logic.base_share(
                source.open_base, source.size, till.at - source.upto + source.size, decimals.count
            ) - logic.base_share(
                source.open_base, source.size, since.at - source.upto + source.size, decimals.count
            ),
            logic.base_share(
                target.open_base, target.size, till.at - target.upto + target.size, decimals.count
            ) - logic.base_share(
                target.open_base, target.size, since.at - target.upto + target.size, decimals.count
            )
        )::logic.settle_pair
    from source
    inner join target
        on target.payer_id = source.payer_id and target.currency = source.currency
        and target.share_of = source.share_of
    cross join lateral (values (greatest(source.upto - source.size, target.upto - target.size))) as since (at)
    cross join lateral (values (least(source.upto, target.upto))) as till (at)
    cross join (select logic.base_decimals() as count) as decimals
    where till.at > since.at
    order by source.payer_id, source.upto, target.upto;
end;

comment on function logic.settle_pair_list(bigint[], boolean, boolean) is
$$Which credits (and advances, if p_has_advances) of payers would pay which open items and how much, oldest
first by due date; p_is_own: only credit notes the invoices that they credit, disputed ones too. Base amounts
are parts of what the items have in the operator's currency: source_base is negative.
Example: select * from logic.settle_pair_list('{1}', false, true)
Raises: nothing$$;

create function logic.settle_post(p_pairs logic.settle_pair[], p_on date, p_kind text, p_text text)
returns bigint[]
language sql volatile
begin atomic
    select logic.entry_add(coalesce(
        array_agg(
            row(
                pair.turn, p_kind, p_on, p_text, pair.payer_id, null, null, null, side.account, side.item_id,
                pair.currency, side.amount, side.base, null
            )::logic.posting
            order by pair.turn, side.place
        ),
        '{}'
    ))
    from unnest(p_pairs) with ordinality as pair (
        source_id, target_id, payer_id, currency, amount, source_account, source_base, target_base, turn
    )
    cross join lateral (values (pair.target_base + pair.source_base)) as gone (base)
    cross join lateral (
        values
        (1, pair.source_account, pair.source_id, pair.amount, -pair.source_base),
        (2, logic.account_get('receivable'), pair.target_id, -pair.amount, -pair.target_base),
        (
            3,
            logic.account_get(case when gone.base > 0 then 'exchange_loss' else 'exchange_gain' end),
            null, 0, gone.base
        )
    ) as side (place, account, item_id, amount, base);
end;

comment on function logic.settle_post(logic.settle_pair[], date, text, text) is
$$Books that items pay others, an entry per pair; what differs by exchange rates goes to gain or
loss. The ids.
Example: select logic.settle_post('{}', '2026-11-01', 'setoff', null)
Raises: nothing$$;

create function logic.item_settle(p_payers bigint[], p_on date)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_payers bigint[];
    v_receivable text := logic.account_get('receivable');
    v_advance text := logic.account_get('advance');
    v_rows logic.posting[];
    v_items billing.open_item[];
begin
    v_payers := array(
        select distinct open.payer_id from billing.open_item as open
        where open.payer_id = any(p_payers) and open.open < 0
    );
    if v_payers = '{}' then
        return;
    end if;
    perform logic.settle_post(
        array(select pair from logic.settle_pair_list(v_payers, true, false) as pair), p_on, 'setoff', null
    );
    perform logic.settle_post(
        array(
            select pair
            from logic.settle_pair_list(v_payers, false, logic.setting_get('auto_apply') = 'yes') as pair
        ),
        p_on, 'setoff', null
    );
    -- What is left of credits is an advance from then on.
    with rest as materialized (
        select
            open.*, row_number() over (order by open.open_item_id)::integer as turn,
            nextval('billing.open_item_open_item_id_seq') as advance_id
        from billing.open_item as open
        where open.payer_id = any(v_payers) and open.open < 0 and open.kind <> 'advance'
    )

    select
        array_agg(
            row(
                rest.turn, 'transfer', p_on, rest.document_no, rest.payer_id, null, null, null, side.account,
                side.item_id, rest.currency, side.sign * rest.open, side.sign * rest.open_base, null
            )::logic.posting
            order by rest.turn, side.sign
        ),
        array_agg(
            row(
                rest.advance_id, 'advance', rest.payer_id, rest.document_no, null, rest.currency, rest.open,
                rest.open, rest.open_base, p_on, null, null, null, null
            )::billing.open_item
            order by rest.turn
        ) filter (where side.sign = 1)
    into v_rows, v_items
    from rest
    cross join lateral (
        values (-1, v_receivable, rest.open_item_id), (1, v_advance, rest.advance_id)
    ) as side (sign, account, item_id);
    perform logic.entry_add(coalesce(v_rows, '{}'));
    insert into billing.open_item select item.* from unnest(v_items) as item;
end;
$$;

comment on function logic.item_settle(bigint[], date) is
$$Credit notes pay the invoices that they credit, what is left of them and (setting auto_apply) advances pay
the payer's other open items by due date, none that is disputed; what is left of a credit becomes an advance.
For payers that are locked (logic.ledger_lock).
Example: select logic.item_settle('{}', '2026-11-01')
Raises: nothing$$;

create function logic.payer_paid(p_payers bigint[], p_on date)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    perform logic.item_settle(p_payers, p_on);
    perform logic.credit_lift(p_payers);
end;
$$;

comment on function logic.payer_paid(bigint[], date) is
$$What follows when payers have paid or got a credit: advances are applied, and warnings and blocks that
have no reason any more are lifted. For payers that are locked.
Example: select logic.payer_paid('{}', '2026-11-01')
Raises: nothing$$;
