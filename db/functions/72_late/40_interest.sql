-- 72_late/interest: interest and compensation for what was paid late, as lines of the next invoice: due less
-- billed, like all other charges (BILLING.md 7). A run calls it; nobody late costs one look at the settings.

create function logic.interest_list(p_items bigint[], p_through date)
returns table (open_item_id bigint, is_late boolean, interest numeric)
language sql stable rows 1000
begin atomic
    with item as materialized (
        select
            item.open_item_id, item.due_on,
            -- no interest on interest: what of an invoice is interest itself bears none
            coalesce(
                (
                    select sum(line.net) from billing.invoice_line as line
                    where
                        line.invoice_id = item.invoice_id and line.open_item_id is not null and line.net > 0
                ),
                0
            ) as barren
        from billing.open_item as item
        where item.open_item_id = any(p_items) and item.due_on <= p_through
    ),

    move as materialized (
        select one.open_item_id, greatest(one.day, item.due_on) as day, sum(one.amount) as amount
        from logic.item_move_list(p_items) as one
        inner join item on item.open_item_id = one.open_item_id
        where one.day <= p_through
        group by one.open_item_id, greatest(one.day, item.due_on)
    ),

    rate as materialized (
        select
            known.from_on,
            lead(known.from_on, 1, 'infinity') over (order by known.from_on) as to_on,
            known.percent + logic.setting_get('interest_points')::numeric as percent
        from billing.interest_rate as known
    ),

    piece as (
        select
            move.open_item_id, move.day as from_on,
            lead(move.day, 1, p_through + 1) over (partition by move.open_item_id order by move.day) as to_on,
            sum(move.amount) over (partition by move.open_item_id order by move.day) - item.barren as size
        from move
        inner join item on item.open_item_id = move.open_item_id
    )

    select
        item.open_item_id, coalesce(bool_or(piece.size > 0 and piece.to_on > piece.from_on), false),
        logic.divide(
            coalesce(
                sum(
                    piece.size * rate.percent
                    * (least(piece.to_on, rate.to_on) - greatest(piece.from_on, rate.from_on))
                ) filter (where piece.size > 0 and rate.percent > 0),
                0
            ),
            36500
        )
    from item
    left join piece on piece.open_item_id = item.open_item_id
    left join rate on rate.from_on < piece.to_on and rate.to_on > piece.from_on
    group by item.open_item_id;
end;

comment on function logic.interest_list(bigint[], date) is
$$Interest on items from their due days through a day, not rounded: actual days / 365 at the reference rate of
each day and the setting interest_points, by what was open, payments from the day on which the bank had them.
Example: select * from logic.interest_list('{1}', '2026-10-31')
Raises: nothing$$;

create function logic.late_item_list(
    p_customers bigint[], p_payers logic.bill_payer[], p_through date, p_back date
)
returns setof logic.bill_item
language plpgsql stable rows 1000
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_compensation numeric := logic.setting_get('late_compensation')::numeric;
    v_items bigint[];
begin
    if v_compensation = 0 and not exists (select from billing.interest_rate) then
        return;
    end if;
    -- Open past their day, paid after it within the time that is looked back on, or charged before.
    v_items := array(
        select item.open_item_id from billing.open_item as item
        where
            item.payer_id = any(p_customers) and item.open <> 0 and item.open > 0
            and item.due_on <= p_through
            and item.kind in ('invoice', 'opening') and item.disputed_on is null
        union all
        select item.open_item_id
        from billing.open_item as item
        where
            item.payer_id = any(p_customers) and item.open = 0 and item.kind in ('invoice', 'opening')
            and item.item_on > p_back and item.due_on <= p_through
            and exists (
                select from billing.entry_row as part
                inner join billing.entry on entry.entry_id = part.entry_id
                where
                    part.open_item_id = item.open_item_id and part.amount < 0
                    and entry.entry_on > item.due_on
                union all
                select from billing.invoice_line as line where line.open_item_id = item.open_item_id
            )
    );
    if v_items = '{}' then
        return;
    end if;
    return query
    with item as materialized (
        select
            item.*, payer.kind as payer_kind, payer.language, payer.country, currency.decimals,
            logic.rate_on(item.currency, p_through) as rate
        from billing.open_item as item
        inner join billing.customer as payer on payer.customer_id = item.payer_id
        inner join billing.currency on currency.currency = item.currency
        where item.open_item_id = any(v_items)
    ),

    due as materialized (
        select found.open_item_id, one.what, one.amount
        from logic.interest_list(v_items, p_through) as found
        inner join item on item.open_item_id = found.open_item_id
        cross join lateral (
            values
            ('interest', round(found.interest, item.decimals)),
            (
                'compensation',
                case
                    when
                        found.is_late and item.payer_kind <> 'private'
                        -- either compensation or a fee for an item, never both
                        and not exists (
                            select from billing.reminder_item as listed
                            inner join billing.reminder on reminder.reminder_id = listed.reminder_id
                            where listed.open_item_id = found.open_item_id and reminder.fee > 0
                        )
                        then round(logic.divide(v_compensation, item.rate), item.decimals)
                    else 0
                end
            )
        ) as one (what, amount)
    ),

    billed as materialized (
        select
            line.open_item_id, line.what, sum(line.net) as net, max(line.invoice_line_id) as last_id,
            max(upper(line.valid)) as upto
        from billing.invoice_line as line
        where line.open_item_id = any(v_items) and line.is_counted
        group by line.open_item_id, line.what
    ),

    -- Compensation that was charged stays when the setting changes, not when nothing was late.
    change as materialized (
        select
            item.*, due.what, due.amount - coalesce(billed.net, 0) as net, billed.last_id, billed.upto
        from due
        inner join item on item.open_item_id = due.open_item_id
        left join billed on billed.open_item_id = due.open_item_id and billed.what = due.what
        where
            due.amount <> coalesce(billed.net, 0) and item.rate is not null
            and (due.what = 'interest' or due.amount = 0 or coalesce(billed.net, 0) = 0)
            and not (
                due.what = 'compensation' and v_compensation = 0 and coalesce(billed.net, 0) > 0
            )
    ),

    charged as (
        select change.*
        from (
            select
                one.*,
                coalesce(
                    sum(one.net * one.rate) filter (where one.what = 'interest' and one.net > 0)
                    over (partition by one.payer_id, one.currency),
                    0
                ) as whole
            from change as one
        ) as change
        where
            change.net < 0 or change.what = 'compensation'
            or change.whole > logic.setting_get('interest_minimum')::numeric
    )

    select (made.item).*
    from (
        select row(
            place.customer_id, place.contract_id, place.contract_line_id, charged.payer_id, charged.currency,
            'fee', charged.net < 0, null, null, null, null, charged.what,
            replace(
                logic.sentence_get('late_' || charged.what, charged.language), '{document}',
                charged.document_no
            ),
            null, null,
            case
                when charged.net > 0 and charged.upto <= p_through then charged.upto
                else charged.due_on
            end,
            p_through + 1, 1, null, charged.net, vat.code, p_through,
            logic.account_get(
                case charged.what when 'interest' then 'interest_income' else 'fee_income' end
            ),
            null, charged.last_id, charged.open_item_id
        )::logic.bill_item as item
        from charged
        -- a line stands under a contract: the first of the invoice, else one that the payer pays for
        cross join lateral (
            select found.*
            from (
                select line.customer_id, line.contract_id, line.contract_line_id, 0 as turn, line.place
                from billing.invoice_line as line
                where line.invoice_id = charged.invoice_id
                union all
                select contract.customer_id, contract.contract_id, one.contract_line_id, 1, one.line_no
                from unnest(p_payers) as pays
                inner join billing.contract on contract.customer_id = pays.customer_id
                inner join billing.contract_line as one on one.contract_id = contract.contract_id
                where charged.invoice_id is null and pays.payer_id = charged.payer_id
            ) as found
            order by found.turn, found.contract_id * found.turn desc, found.place
            limit 1
        ) as place
        left join lateral (
            select code.code
            from billing.vat_code as code
            cross join billing.operator
            where code.category in ('E', 'O') and code.valid @> p_through
            -- a document of category O has no other (EN 16931): where others stand beside it, exempt
            order by
                code.code = logic.setting_get('late_vat_code') desc nulls last,
                (code.category = 'O') = (
                    charged.country <> operator.country
                    and not (logic.is_eu(charged.country) and logic.is_eu(operator.country))
                ) desc,
                code.code
            limit 1
        ) as vat on true
    ) as made;
end;
$$;

comment on function logic.late_item_list(bigint[], logic.bill_payer[], date, date) is
$$Interest of payers through a day, and delay compensation of businesses (setting late_compensation), less
what was billed for each item; interest of payers that comes to the setting interest_minimum or less waits.
Disputed items wait too. A payment that comes late into the books with an earlier day is a negative line.
Example: select * from logic.late_item_list('{1}', '{}', '2026-10-31', '2025-10-31')
Raises: nothing$$;
