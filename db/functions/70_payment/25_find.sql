-- 70_payment/find: from what payments name to the items that they mean, and payments taken back.

create function logic.payment_part_find()
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set enable_mergejoin = off
as $$
begin
    analyze pg_temp.payment_work;
    analyze pg_temp.payment_name;
    perform logic.reminder_name_find();
    -- As documents print it: then its check digits hold, they are ours.
    insert into pg_temp.payment_part
    select
        work.payment_id, work.turn, work.place, named.part, named.reference, named.asked,
        coalesce(named.asked, work.amount) < 0, item.open_item_id, item.payer_id, null
    from pg_temp.payment_name as named
    inner join pg_temp.payment_work as work on work.payment_id = named.payment_id
    left join billing.open_item as item
        on item.reference = named.reference and coalesce(named.asked, work.amount) > 0;
    analyze pg_temp.payment_part;
    if exists (select from pg_temp.payment_part as part where part.open_item_id is null) then
        perform logic.payment_lost_find();
    end if;
    if exists (
        select from pg_temp.payment_part as part group by part.payment_id, part.part having count(*) > 1
    ) then
        perform logic.payment_part_choose();
    end if;
    drop table pg_temp.payment_name;
end;
$$;

comment on function logic.payment_part_find() is
$$Finds the items that the payments at work name. payment_name: payment_id, part, reference, asked.
Example: select logic.payment_part_find() where false
Raises: nothing$$;

create function logic.deduction_advance_add()
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into pg_temp.payment_part
    select
        part.payment_id, part.turn, part.place,
        1000 + row_number() over (partition by part.payment_id order by item.item_on, item.open_item_id),
        item.document_no, null, true, item.open_item_id, item.payer_id, null
    from pg_temp.payment_part as part
    inner join billing.open_item as item
        on item.payer_id = part.payer_id and item.kind = 'advance' and item.open < 0
    inner join pg_temp.payment_work as work
        on work.payment_id = part.payment_id and work.currency = item.currency
    where part.turn = 2 and part.part = 1 and part.asked is null;
end;
$$;

comment on function logic.deduction_advance_add() is
$$Credit notes are set off as soon as they are made, so that a payer that deducts one has paid too much for
another document: a deduction takes from the credit note, then from its payer's advances.
Example: select logic.deduction_advance_add() from logic.payment_work_begin()
Raises: nothing$$;

create function logic.payment_payer_list(p_payments bigint[])
returns bigint[]
language sql stable
return array(
    select distinct part.payer_id
    from billing.entry
    inner join billing.entry_row as part on part.entry_id = entry.entry_id and part.payer_id is not null
    where entry.payment_id = any(p_payments)
);

comment on function logic.payment_payer_list(bigint[]) is
$$The payers whose items payments have changed.
Example: select logic.payment_payer_list('{}')
Raises: nothing$$;

create type logic.payment_back as (entry_id bigint, payment_id bigint, entry_on date);
comment on type logic.payment_back is 'An entry to take back, the payment that does, the day.';

create function logic.payment_entry_reverse(p_backs logic.payment_back[])
returns table (payment_id bigint, rest numeric)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_decimals integer := logic.base_decimals();
    v_unidentified text := logic.account_get('unidentified');
    v_gain text := logic.account_get('exchange_gain');
    v_loss text := logic.account_get('exchange_loss');
    v_rows logic.posting[];
begin
    -- No item gets back more than it came to, no advance less than nothing: what was refunded or moved since
    -- cannot be taken from it again, and waits for a person.
    v_rows := array(
        with part as (
            select
                asked.turn, asked.payment_id, asked.entry_on, entry.payer_id as entry_payer_id, old.*,
                item.open, item.open_base,
                case
                    when item.open_item_id is null then abs(old.amount)
                    when old.amount < 0 then greatest(item.amount, 0) - item.open
                    else item.open - least(item.amount, 0)
                end as room
            from unnest(p_backs) with ordinality as asked (entry_id, payment_id, entry_on, turn)
            inner join billing.entry on entry.entry_id = asked.entry_id
            inner join billing.entry_row as old on old.entry_id = asked.entry_id
            left join billing.open_item as item on item.open_item_id = old.open_item_id
        ),

        given as (
            select
                part.*,
                case
                    when part.open_item_id is null then -part.amount
                    else sign(-part.amount) * (
                        least(sum(abs(part.amount)) over own, part.room)
                        - least(sum(abs(part.amount)) over own - abs(part.amount), part.room)
                    )
                end as give
            from part
            window own as (partition by part.open_item_id, sign(part.amount) order by part.turn, part.place)
        ),

        based as (
            select
                given.*,
                case
                    when given.give = -given.amount then -given.base
                    else -logic.base_share(given.base, given.amount, -given.give, v_decimals)
                end as give_base
            from given
        ),

        -- an item that is settled now is so in the operator's currency too
        settled as (
            select
                based.*,
                case
                    when
                        based.open_item_id is not null
                        and based.open + sum(based.give) over (partition by based.open_item_id) = 0
                        and row_number() over (
                            partition by based.open_item_id order by based.turn desc, based.place desc
                        ) = 1
                        then
                            based.give_base - based.open_base
                            - sum(based.give_base) over (partition by based.open_item_id)
                    else based.give_base
                end as final_base
            from based
        ),

        every as (
            select
                settled.turn, settled.place, settled.account, settled.payer_id, settled.open_item_id,
                settled.currency, settled.give as amount, settled.final_base as base
            from settled
            union all
            select
                settled.turn, 32000,
                case
                    when sum(settled.give) <> 0 then v_unidentified
                    when sum(settled.final_base) < 0 then v_loss
                    else v_gain
                end,
                null, null, settled.currency, -sum(settled.give), -sum(settled.final_base)
            from settled
            group by settled.turn, settled.currency
        )

        select
            row(
                every.turn, 'reversal', own.entry_on, null, own.entry_payer_id, null, own.payment_id,
                own.entry_id, every.account, every.open_item_id, every.currency, every.amount, every.base,
                null
            )::logic.posting
        from every
        inner join (
            select distinct part.turn, part.entry_id, part.payment_id, part.entry_on, part.entry_payer_id
            from part
        ) as own on own.turn = every.turn
        order by every.turn, every.place
    );
    perform logic.entry_add(v_rows);
    return query
    select asked.payment_id, sum(one.amount)
    from unnest(p_backs) with ordinality as asked (entry_id, payment_id, entry_on, turn)
    inner join unnest(v_rows) as one on one.entry = asked.turn
    where
        one.account = v_unidentified
        and not exists (
            select from billing.entry_row as old
            where old.entry_id = asked.entry_id and old.account = v_unidentified
        )
    group by asked.payment_id;
end;
$$;

comment on function logic.payment_entry_reverse(logic.payment_back[]) is
$$Takes entries back. rest: what no item could give back, by the payment that takes it: it stands on the
account of
unidentified payments.
Example: select * from logic.payment_entry_reverse('{}')
Raises: nothing$$;

create function logic.payment_take_back(p_originals bigint[], p_payments bigint[], p_days date[])
returns table (payment_id bigint, rest numeric)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    -- First what their advances paid, then what they paid themselves.
    return query
    select every.payment_id, sum(every.rest)
    from (
        select back.payment_id, back.rest
        from logic.payment_entry_reverse(
            array(
                select row(setoff.entry_id, min(asked.payment_id), min(asked.day))::logic.payment_back
                from unnest(p_originals, p_payments, p_days) as asked (original, payment_id, day)
                inner join billing.entry on entry.payment_id = asked.original
                inner join billing.entry_row as part on part.entry_id = entry.entry_id
                inner join billing.open_item as item
                    on item.open_item_id = part.open_item_id and item.kind = 'advance' and part.amount < 0
                inner join billing.entry_row as used on used.open_item_id = item.open_item_id
                inner join billing.entry as setoff
                    on setoff.entry_id = used.entry_id and setoff.kind = 'setoff'
                where not exists (
                    select from billing.entry as known where known.reverses_id = setoff.entry_id
                )
                group by setoff.entry_id
                order by setoff.entry_id
            )
        ) as back
        union all
        select back.payment_id, back.rest
        from logic.payment_entry_reverse_own(p_originals, p_payments, p_days) as back
    ) as every
    group by every.payment_id;
end;
$$;

comment on function logic.payment_take_back(bigint[], bigint[], date[]) is
$$Takes back all that payments did, each for the payment and on the day beside it: what their advances paid,
then
what they settled themselves. Their payers are locked.
Example: select * from logic.payment_take_back('{}', '{}', '{}')
Raises: nothing$$;

create function logic.payment_entry_reverse_own(p_originals bigint[], p_payments bigint[], p_days date[])
returns table (payment_id bigint, rest numeric)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select back.payment_id, back.rest
    from logic.payment_entry_reverse(
        array(
            select row(entry.entry_id, asked.payment_id, asked.day)::logic.payment_back
            from unnest(p_originals, p_payments, p_days) as asked (original, payment_id, day)
            inner join billing.entry
                on entry.payment_id = asked.original and entry.kind in ('payment', 'assign', 'difference')
            where not exists (
                select from billing.entry as known where known.reverses_id = entry.entry_id
            )
            order by entry.entry_id
        )
    ) as back;
end;
$$;

comment on function logic.payment_entry_reverse_own(bigint[], bigint[], date[]) is
$$Takes back the entries of payments themselves.
Example: select * from logic.payment_entry_reverse_own('{}', '{}', '{}')
Raises: nothing$$;
