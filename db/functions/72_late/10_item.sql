-- 72_late/item: what befell open items, and who is late: the steps that items are to take (BILLING.md 7).

create function logic.item_move_list(p_items bigint[])
returns table (open_item_id bigint, entry_id bigint, day date, amount numeric, what text)
language sql stable rows 1000
begin atomic
    select
        part.open_item_id, part.entry_id,
        case
            when coalesce(other.credits_id = own.invoice_id, false) then date '-infinity'
            when entry.kind = 'reversal' then entry.entry_on
            when other.kind = 'advance' then least(entry.entry_on, other.item_on)
            else least(entry.entry_on, bank.day)
        end,
        part.amount,
        case
            when done.kind in ('invoice', 'opening', 'fee') then 'brought'
            when done.kind in ('writeoff', 'difference') then 'written_off'
            when done.kind = 'credit' or other.kind = 'credit' then 'credited'
            else 'paid'
        end
    from billing.entry_row as part
    inner join billing.entry on entry.entry_id = part.entry_id
    inner join billing.open_item as own on own.open_item_id = part.open_item_id
    left join billing.entry as reversed on reversed.entry_id = entry.reverses_id
    cross join lateral (values (coalesce(reversed.kind, entry.kind))) as done (kind)
    left join lateral (
        select item.kind, item.item_on, note.credits_id
        from billing.entry_row as side
        inner join billing.open_item as item on item.open_item_id = side.open_item_id
        left join billing.invoice as note on note.invoice_id = item.invoice_id
        where side.entry_id = part.entry_id and side.open_item_id <> part.open_item_id
        limit 1
    ) as other on done.kind in ('setoff', 'transfer')
    left join lateral (
        select min(first.entry_on) as day from billing.entry as first
        where first.payment_id = entry.payment_id
    ) as bank on entry.payment_id is not null
    where part.open_item_id = any(p_items);
end;

comment on function logic.item_move_list(bigint[]) is
$$What changed items, and since which day it counts: a payment since the bank had it, whenever it was booked
or assigned; a credit note for the item from the beginning. what: brought, paid, credited, written_off.
Example: select * from logic.item_move_list('{1}')
Raises: nothing$$;

create function logic.payment_unknown_list()
returns table (currency text, amount numeric)
language sql stable rows 100
begin atomic
    select payment.currency, payment.left_amount from billing.payment where payment.state = 'unidentified';
end;

comment on function logic.payment_unknown_list() is
$$What is left of payments that nobody knows whose they are.
Example: select * from logic.payment_unknown_list()
Raises: nothing$$;

create type logic.late_item as (
    payer_id bigint, currency text, open_item_id bigint, kind text, due_on date, open numeric, step integer,
    channel text, held text
);
comment on type logic.late_item is
'An overdue item and the step that it is to take, NULL for fees of reminders, which come along. channel: '
'print, email or collection. held: why it does not: promise, unidentified (payment of that amount), minimum, '
'address.';

create function logic.late_list(p_day date, p_payers bigint[])
returns setof logic.late_item
language sql stable rows 1000
begin atomic
    with stepped as materialized (
        select
            item.*, next.step, next.channel,
            bool_or(next.step is not null) over (partition by item.payer_id) as is_called,
            sum(item.open) over (partition by item.payer_id, item.currency) as whole
        from billing.open_item as item
        left join lateral (
            select max(one.step) as step, max(one.listed_on) as day
            from billing.reminder_item as one
            where one.open_item_id = item.open_item_id and one.step is not null
        ) as taken on true
        left join lateral (
            select step.* from billing.reminder_step as step
            where step.step > coalesce(taken.step, 0)
            order by step.step
            limit 1
        ) as next
            on item.kind <> 'fee' and coalesce(taken.day, item.due_on) + next.days <= p_day
        where
            item.open <> 0 and item.open > 0 and item.disputed_on is null
            -- fees of reminders come along before their day
            and (item.due_on < p_day or (item.kind = 'fee' and item.item_on < p_day))
            and item.kind in ('invoice', 'opening', 'fee')
            and (p_payers is null or item.payer_id = any(p_payers))
            and not exists (
                select from billing.collection_item as gone where gone.open_item_id = item.open_item_id
            )
    ),

    -- one whose money may be here already waits
    held as materialized (
        select
            stepped.*,
            (stepped.currency, stepped.open) in (
                select unknown.currency, unknown.amount from logic.payment_unknown_list() as unknown
            )
            or (stepped.currency, stepped.whole) in (
                select unknown.currency, unknown.amount from logic.payment_unknown_list() as unknown
            ) as is_covered
        from stepped
        where stepped.is_called
    ),

    -- windows, because what is computed here has no statistics to join by
    summed as (
        select
            held.*,
            coalesce(sum(held.open_base) filter (where not held.is_covered) over own, 0) as base,
            bool_or(held.channel = 'collection') over own as has_collection
        from held
        window own as (partition by held.payer_id, held.currency)
    )

    select
        row(
            summed.payer_id, summed.currency, summed.open_item_id, summed.kind, summed.due_on, summed.open,
            summed.step, picked.channel,
            case
                when promise.until_on >= p_day then 'promise'
                when summed.is_covered then 'unidentified'
                when summed.base + coalesce(credit.base, 0) <= least_sum.minimum then 'minimum'
                when picked.channel is null then 'address'
            end
        )::logic.late_item
    from summed
    inner join billing.customer as payer on payer.customer_id = summed.payer_id
    cross join (select logic.setting_get('reminder_minimum')::numeric as minimum) as least_sum
    -- the last promise of a payer counts
    left join lateral (
        select one.until_on from billing.credit_promise as one
        where one.payer_id = summed.payer_id
        order by one.credit_promise_id desc
        limit 1
    ) as promise on true
    left join lateral (
        select sum(credit.open_base) as base from billing.open_item as credit
        where
            credit.open <> 0 and credit.open < 0 and credit.payer_id = summed.payer_id
            and credit.currency = summed.currency
    ) as credit on true
    cross join lateral (
        values (
            -- a fee goes with the items that it is of
            coalesce(
                summed.channel,
                case when summed.kind = 'fee' and summed.has_collection then 'collection' else 'own' end
            ),
            coalesce(payer.email ~ '^[^@[:space:]]+@[^@[:space:]]+$', false),
            num_nulls(
                coalesce(payer.billing_street, payer.street),
                coalesce(payer.billing_postcode, payer.postcode), coalesce(payer.billing_city, payer.city)
            ) = 0
        )
    ) as way (channel, has_email, has_address)
    cross join lateral (
        values (
            case
                when way.channel = 'collection' then 'collection'
                when
                    way.has_email
                    and (way.channel = 'email' or (way.channel = 'own' and payer.delivery <> 'print'))
                    then 'email'
                when way.has_address then 'print'
                when way.has_email then 'email'
            end
        )
    ) as picked (channel)
    where summed.step is not null or summed.kind = 'fee'
    order by summed.payer_id, summed.currency, summed.due_on, summed.open_item_id;
end;

comment on function logic.late_list(date, bigint[]) is
$$Overdue undisputed items of payers (NULL: all) that are to take a step on a day, and why some are held back.
Items that were handed over to an agency are its own.
Example: select * from logic.late_list('2026-11-27', '{1}')
Raises: nothing$$;
