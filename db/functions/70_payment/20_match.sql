-- 70_payment/match: payments find their documents by reference (BILLING.md 6), and the journal says so. All
-- of it
-- over sets, in temporary tables of the transaction: their statistics are made on the way.

create function logic.payment_work_begin()
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    drop table if exists pg_temp.payment_work, pg_temp.payment_part;
    -- Payments at work: turn 1 payments, 2 deductions. base: of the amount, in the operator's currency.
    create temporary table payment_work (
        payment_id bigint, turn integer, place bigint, amount numeric, currency text, booked_on date,
        base numeric,
        note text
    ) on commit drop;
    -- What they name: part: place among the payment's references; asked: the amount for it, NULL: not said.
    create temporary table payment_part (
        payment_id bigint, turn integer, place bigint, part integer, reference text, asked numeric,
        is_credit boolean, open_item_id bigint, payer_id bigint, fault text
    ) on commit drop;
end;
$$;

comment on function logic.payment_work_begin() is
$$Makes the empty tables that payments are matched in.
Example: select logic.payment_work_begin()
Raises: nothing$$;

create function logic.payment_lost_find()
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
begin
    create temporary table payment_lost on commit drop as
    with lost as materialized (
        select
            part.payment_id, part.part, part.reference, part.is_credit,
            logic.reference_plain(part.reference) as plain,
            logic.reference_kinds(part.reference) as kinds
        from pg_temp.payment_part as part
        where part.open_item_id is null
    ),

    -- Zeros that a bank put in front or took away, RF around a viite, what a Danish card has around its
    -- number.
    form as (
        select lost.payment_id, lost.part, form.text
        from lost
        cross join lateral (
            select ltrim(lost.plain, '0') as bare, regexp_replace(lost.plain, '[^0-9]', '', 'g') as digits
        ) as own
        cross join lateral (
            values
            (lost.plain), (own.bare), (lpad(own.bare, greatest(4, length(own.bare)), '0')),
            (lpad(own.bare, greatest(15, length(own.bare)), '0')),
            (lpad(own.bare, greatest(16, length(own.bare)), '0')),
            (case when lost.plain ~ '^RF[0-9]{2}' then ltrim(substr(lost.plain, 5), '0') end),
            (case when logic.reference_check('fik', right(own.digits, 15)) then right(own.digits, 15) end),
            (
                case
                    when left(own.digits, 2) in ('71', '75', '04', '15')
                        then substr(own.digits, 3, case left(own.digits, 2) when '71' then 15 else 16 end)
                end
            )
        ) as form (text)
        where not lost.is_credit and lost.kinds <> '{}' and form.text <> ''
    ),

    found as (
        select form.payment_id, form.part, item.open_item_id, item.payer_id
        from form
        inner join billing.open_item as item on item.reference = form.text
        union
        -- Credit notes have no reference: payers name their number, with check digits or without.
        select lost.payment_id, lost.part, item.open_item_id, item.payer_id
        from lost
        cross join lateral (values (0), (1), (2)) as off (digits)
        inner join billing.open_item as item
            on item.document_no = left(lost.plain, length(lost.plain) - off.digits) and item.amount < 0
            and item.kind in ('credit', 'opening')
        where
            lost.is_credit and length(lost.plain) > off.digits
            and (
                off.digits = 0
                or item.document_no ~ '^[0-9]{3,13}$'
                and logic.reference_make(logic.reference_kind(), item.document_no) = lost.plain
            )
    )

    select lost.payment_id, lost.part, lost.kinds, found.open_item_id, found.payer_id
    from lost
    left join found on found.payment_id = lost.payment_id and found.part = lost.part;

    update pg_temp.payment_part as part
    set fault = case
        when lost.kinds = '{}' and not part.is_credit then 'payment_wrong'
        else 'payment_unknown'
    end
    from pg_temp.payment_lost as lost
    where lost.payment_id = part.payment_id and lost.part = part.part and lost.open_item_id is null;
    insert into pg_temp.payment_part
    select
        part.payment_id, part.turn, part.place, part.part, part.reference, part.asked, part.is_credit,
        lost.open_item_id, lost.payer_id, null
    from pg_temp.payment_part as part
    inner join pg_temp.payment_lost as lost on lost.payment_id = part.payment_id and lost.part = part.part
    where lost.open_item_id is not null;
    delete from pg_temp.payment_part as part where part.open_item_id is null and part.fault is null;
    drop table pg_temp.payment_lost;
end;
$$;

comment on function logic.payment_lost_find() is
$$Finds the documents of references that banks or payers wrote in another form than documents print; says of
the
others why none was found.
Example: select logic.payment_lost_find() from logic.payment_work_begin()
Raises: nothing$$;

create function logic.payment_part_choose()
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
begin
    -- Of several documents with one reference that one which is open, in the payment's currency.
    create temporary table payment_several on commit drop as
    select
        several.payment_id, several.part,
        case
            when count(*) filter (where item.open <> 0 and item.currency = work.currency) = 1
                then min(item.open_item_id) filter (where item.open <> 0 and item.currency = work.currency)
        end as open_item_id
    from (
        select part.payment_id, part.part
        from pg_temp.payment_part as part
        group by part.payment_id, part.part
        having count(*) > 1
    ) as several
    inner join pg_temp.payment_work as work on work.payment_id = several.payment_id
    inner join pg_temp.payment_part as part
        on part.payment_id = several.payment_id and part.part = several.part
    inner join billing.open_item as item on item.open_item_id = part.open_item_id
    group by several.payment_id, several.part;

    insert into pg_temp.payment_part
    select distinct
        part.payment_id, part.turn, part.place, part.part, part.reference, part.asked, part.is_credit,
        null::bigint, null::bigint, 'payment_ambiguous'
    from pg_temp.payment_several as several
    inner join pg_temp.payment_part as part
        on part.payment_id = several.payment_id and part.part = several.part
    where several.open_item_id is null;
    delete from pg_temp.payment_part as part
    using pg_temp.payment_several as several
    where
        several.payment_id = part.payment_id and several.part = part.part and part.fault is null
        and part.open_item_id is distinct from several.open_item_id;
    drop table pg_temp.payment_several;
end;
$$;

comment on function logic.payment_part_choose() is
$$Where a reference names several documents: the one that is open, if it is one; else none.
Example: select logic.payment_part_choose() from logic.payment_work_begin()
Raises: nothing$$;

create function logic.payment_allocate(p_turn integer)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set enable_mergejoin = off
as $$
declare
    v_base text := (select operator.currency from billing.operator);
    v_decimals integer := logic.base_decimals();
    v_small numeric := coalesce(logic.setting_get('small_difference')::numeric, 0);
    v_kind text := upper(logic.reference_kind());
begin
    drop table if exists pg_temp.payment_sum, pg_temp.payment_take, pg_temp.payment_advance,
        pg_temp.payment_result;
    -- Each payment: do its parts make sense?
    create temporary table payment_sum on commit drop as
    select
        work.payment_id, work.amount, work.currency, currency.decimals, part.parts, part.found,
        case
            when part.is_foreign then 'payment_currency'
            when part.parts is null then 'payment_no_reference'
            when part.found = 0 then 'none'
            when work.note is not null then 'payment_note'
            when part.asked > 0 and (part.asked <> part.parts or part.sum <> work.amount) then 'payment_parts'
        end as fault,
        part.asked > 0 as is_asked, part.sum, part.other, part.document_no
    from pg_temp.payment_work as work
    left join billing.currency on currency.currency = work.currency
    left join (
        select
            part.payment_id, count(*) filter (where part.part < 1000) as parts,
            count(part.open_item_id) filter (where part.part < 1000) as found,
            count(part.asked) as asked, sum(part.asked) as sum,
            bool_or(item.currency <> work.currency) as is_foreign,
            min(item.currency) filter (where item.currency <> work.currency) as other,
            min(item.document_no) as document_no
        from pg_temp.payment_part as part
        inner join pg_temp.payment_work as work on work.payment_id = part.payment_id
        left join billing.open_item as item on item.open_item_id = part.open_item_id
        where part.turn = p_turn
        group by part.payment_id
    ) as part on part.payment_id = work.payment_id
    where work.turn = p_turn;
    analyze pg_temp.payment_sum;

    -- How much of which item: what is asked for it, by due date where nothing is said, no more than is open.
    -- Who comes first in the file is served first.
    create temporary table payment_take on commit drop as
    with part as (
        select
            part.payment_id, part.place, part.part, part.reference, part.open_item_id, part.payer_id,
            part.asked, item.document_no, item.kind, item.open, item.open_base, item.due_on, item.item_on,
            own.decimals, own.is_asked, own.amount as total, own.parts = own.found as is_whole,
            own.parts = 1 and p_turn = 1 as is_only,
            sign(coalesce(part.asked, own.amount)) as side
        from pg_temp.payment_part as part
        inner join pg_temp.payment_sum as own on own.payment_id = part.payment_id and own.fault is null
        inner join billing.open_item as item on item.open_item_id = part.open_item_id
        where part.turn = p_turn
    ),

    -- nearly every payment names one document; the others are laid out by due date
    wanted as (
        select part.*, coalesce(part.asked, part.total) as want, true as is_last_part
        from part
        where part.is_only
        union all
        select
            part.*,
            case
                when part.is_asked then part.asked
                else part.side * least(
                    greatest(part.side * part.open, 0),
                    greatest(
                        abs(part.total) - coalesce(sum(greatest(part.side * part.open, 0)) over before, 0), 0
                    )
                )
            end,
            row_number() over (
                partition by part.payment_id
                order by
                    part.part >= 1000 desc, part.due_on desc nulls first, part.item_on desc, part.part desc
            ) = 1
        from part
        where not part.is_only
        window before as (
            partition by part.payment_id
            order by part.part >= 1000, part.due_on nulls last, part.item_on, part.part
            rows between unbounded preceding and 1 preceding
        )
    ),

    upto as (
        select
            wanted.*, greatest(wanted.side * wanted.open, 0) as room,
            sum(abs(wanted.want)) over (
                partition by wanted.open_item_id, wanted.side order by wanted.place, wanted.part
            ) as upto,
            row_number() over (
                partition by wanted.open_item_id order by wanted.place desc, wanted.part desc
            ) = 1 as is_last
        from wanted
    ),

    taken as (
        select
            upto.*, least(upto.upto, upto.room) as till,
            least(upto.upto - abs(upto.want), upto.room) as since
        from upto
    ),

    based as (
        select
            taken.*, taken.side * (taken.till - taken.since) as amount,
            case
                when taken.till = taken.since then 0
                when taken.open = taken.open_base then taken.side * (taken.till - taken.since)
                else
                    logic.base_share(taken.open_base, taken.room, taken.till, v_decimals)
                    - logic.base_share(taken.open_base, taken.room, taken.since, v_decimals)
            end as base,
            case
                when
                    taken.is_last and taken.side > 0 and taken.till < taken.room and taken.till > taken.since
                    then taken.room - taken.till
            end as rest
        from taken
    )

    select
        based.payment_id, based.place, based.part, based.reference, based.open_item_id, based.payer_id,
        based.document_no, based.kind, based.decimals, based.amount, based.base, based.is_only,
        based.side * (based.room - based.since) as was_open, based.till < based.room as is_open_still,
        case
            when based.is_only or based.is_asked then based.want - based.amount
            when based.is_last_part and based.is_whole and p_turn = 1
                then based.total - spread.amount
            else 0
        end as over,
        small.rest as difference, small.base as difference_base
    from based
    left join (
        select every.payment_id, sum(every.amount) as amount
        from based as every
        where not every.is_only
        group by every.payment_id
    ) as spread on spread.payment_id = based.payment_id
    left join lateral (
        select based.rest, own.base
        from (
            select
                based.open_base
                - logic.base_share(based.open_base, based.room, based.till, v_decimals) as base
            where based.rest is not null
        ) as own
        where own.base <= v_small
    ) as small on true;

    -- What is more than was open, by payer: an advance.
    create temporary table payment_advance on commit drop as
    select
        over.payment_id, over.payer_id, over.amount,
        nextval('billing.open_item_open_item_id_seq') as open_item_id,
        case
            when work.currency = v_base then over.amount
            else logic.base_share(work.base, work.amount, over.amount, v_decimals)
        end as base
    from (
        select taken.payment_id, taken.payer_id, sum(taken.over) as amount
        from pg_temp.payment_take as taken
        group by taken.payment_id, taken.payer_id
        having sum(taken.over) > 0
    ) as over
    inner join pg_temp.payment_work as work on work.payment_id = over.payment_id;

    -- What became of each, and why.
    create temporary table payment_result on commit drop as
    with told as (
        select
            taken.payment_id, taken.part, taken.amount, taken.base, taken.payer_id, taken.is_only,
            taken.is_open_still and taken.difference is null and taken.amount <> 0 as is_open_still,
            case
                when taken.amount <> 0
                    then jsonb_build_array(jsonb_build_object(
                        'code', case when taken.amount > 0 then 'payment_matched' else 'payment_deducted' end,
                        'kind', case when taken.reference like 'RF%' then 'RF' else v_kind end,
                        'reference', taken.reference, 'amount', round(taken.amount, taken.decimals),
                        'of', round(taken.was_open, taken.decimals), 'document', taken.document_no
                    ))
            end as matched,
            case
                when taken.difference is not null
                    then jsonb_build_array(jsonb_build_object(
                        'code', 'payment_difference', 'document', taken.document_no,
                        'amount', round(taken.difference, taken.decimals)
                    ))
                when taken.over > 0
                    then jsonb_build_array(jsonb_build_object(
                        'code', case when taken.amount = 0 then 'payment_closed' else 'payment_over' end,
                        'document', taken.document_no, 'amount', round(taken.over, taken.decimals)
                    ))
            end as added
        from pg_temp.payment_take as taken
    ),

    -- nearly every payment names one document: nothing is to be gathered then
    part as (
        select
            told.payment_id, told.amount, told.base, told.payer_id, told.is_open_still,
            case
                when told.added is null then told.matched else coalesce(told.matched, '[]') || told.added
            end as told
        from told
        where told.is_only
        union all
        select
            told.payment_id, sum(told.amount), sum(told.base),
            (array_agg(told.payer_id order by told.part))[1], bool_or(told.is_open_still),
            jsonb_path_query_array(
                jsonb_agg(coalesce(told.matched, '[]') || coalesce(told.added, '[]') order by told.part),
                '$[*][*]'
            )
        from told
        where not told.is_only
        group by told.payment_id
    ),

    lost as (
        select
            part.payment_id,
            jsonb_agg(
                jsonb_build_object('code', part.fault, 'reference', part.reference) order by part.part
            ) as told
        from pg_temp.payment_part as part
        where part.turn = p_turn and part.fault is not null
        group by part.payment_id
    ),

    advance as (
        select one.payment_id, sum(one.amount) as amount, sum(one.base) as base
        from pg_temp.payment_advance as one
        group by one.payment_id
    ),

    summed as (
        select
            own.*, work.place, work.booked_on, work.base as work_base, work.note, part.payer_id,
            part.is_open_still,
            part.told, coalesce(part.base, 0) + coalesce(advance.base, 0) as used_base,
            coalesce(part.amount, 0) + coalesce(advance.amount, 0) as used,
            coalesce(advance.amount, 0) as advance,
            own.amount - coalesce(part.amount, 0) - coalesce(advance.amount, 0) as rest
        from pg_temp.payment_sum as own
        inner join pg_temp.payment_work as work on work.payment_id = own.payment_id
        left join part on part.payment_id = own.payment_id
        left join advance on advance.payment_id = own.payment_id
    )

    select
        summed.payment_id, summed.currency, summed.booked_on, summed.payer_id, summed.amount, summed.used,
        summed.used_base, summed.work_base,
        case when summed.fault = 'payment_currency' then 0 else summed.rest end as left_amount,
        case
            when summed.fault = 'payment_currency' then 'shown'
            when summed.rest <> 0 then 'unidentified'
            when summed.advance <> 0 then 'advance'
            when summed.is_open_still and p_turn = 1 then 'part'
            else 'matched'
        end as state,
        case
            when summed.fault is null and summed.rest = 0 then summed.told
            else
                coalesce(summed.told, '[]')
                || case
                    when summed.fault is distinct from 'payment_currency' then coalesce(lost.told, '[]')
                    else '[]'
                end
                || case summed.fault
                    when 'payment_currency'
                        then jsonb_build_array(jsonb_build_object(
                            'code', summed.fault, 'currency', summed.currency, 'what', summed.document_no,
                            'other', summed.other
                        ))
                    when 'payment_no_reference' then '[{"code": "payment_no_reference"}]'
                    when 'payment_parts'
                        then jsonb_build_array(jsonb_build_object(
                            'code', summed.fault, 'sum', round(summed.sum, coalesce(summed.decimals, 2)),
                            'amount', round(summed.amount, coalesce(summed.decimals, 2))
                        ))
                    when 'payment_note'
                        then jsonb_build_array(jsonb_build_object('code', summed.fault, 'note', summed.note))
                    else '[]'
                end
                || case
                    when summed.rest <> 0 and summed.used <> 0
                        then jsonb_build_array(jsonb_build_object(
                            'code', 'payment_left', 'amount', round(summed.rest, coalesce(summed.decimals, 2))
                        ))
                    else '[]'
            end
        end as explanation,
        nextval('billing.entry_entry_id_seq') as entry_id
    from summed
    left join lost on lost.payment_id = summed.payment_id
    order by summed.place;
end;
$$;

comment on function logic.payment_allocate(integer) is
$$Says for the payments at work (1) or the deductions (2) how much of which item each settles, what becomes an
advance, what is left for a person, and why. Their payers are locked.
Example: select logic.payment_allocate(1) from logic.payment_work_begin()
Raises: nothing$$;

create function logic.payment_plan_begin()
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_former constant text := current_setting('enable_nestloop');
begin
    if (select count(*) from pg_temp.payment_result) > 100 then
        perform set_config('enable_nestloop', 'off', true);
    end if;
    return v_former;
end;
$$;

comment on function logic.payment_plan_begin() is
$$Has many results joined as a whole, and a few by keys, in what is written next and in its triggers: else a
single payment reads the whole ledger. What the setting was, to be put back.
Example: select logic.payment_plan_begin() from logic.payment_work_begin() where false
Raises: nothing$$;

create function logic.payment_post(p_kind text, p_on date)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set enable_mergejoin = off
as $$
declare
    v_nestloop constant text := logic.payment_plan_begin();
    v_currency text := (select operator.currency from billing.operator);
    v_decimals integer := logic.base_decimals();
    v_source text := logic.account_get(case p_kind when 'assign' then 'unidentified' else 'bank' end);
    v_receivable text := logic.account_get('receivable');
    v_advance text := logic.account_get('advance');
    v_unidentified text := logic.account_get('unidentified');
    v_difference text := logic.account_get('difference');
    v_gain text := logic.account_get('exchange_gain');
    v_loss text := logic.account_get('exchange_loss');
begin
    drop table if exists pg_temp.payment_difference;
    create temporary table payment_difference on commit drop as
    select taken.*, nextval('billing.entry_entry_id_seq') as entry_id
    from pg_temp.payment_take as taken
    where taken.difference is not null;

    with booked as (
        select
            one.*,
            -- an assignment moves only what it found a document for
            case p_kind when 'assign' then one.used else one.amount end as moved,
            case when p_kind = 'assign' then 0 else one.left_amount end as kept
        from pg_temp.payment_result as one
        where one.state <> 'shown' and (p_kind <> 'assign' or one.used <> 0)
    ),

    based as (
        select
            booked.*,
            case
                when booked.currency = v_currency then booked.moved
                else logic.base_share(booked.work_base, booked.amount, booked.moved, v_decimals)
            end as moved_base,
            case
                when booked.currency = v_currency then booked.kept
                else logic.base_share(booked.work_base, booked.amount, booked.kept, v_decimals)
            end as kept_base
        from booked
    )

    insert into billing.entry_row (
        entry_id, place, account, payer_id, open_item_id, currency, amount, base
    )
    select based.entry_id, 1, v_source, null, null, based.currency, based.moved, based.moved_base
    from based
    where based.moved <> 0
    union all
    select
        result.entry_id, 1 + taken.part, case taken.kind when 'advance' then v_advance else v_receivable end,
        taken.payer_id, taken.open_item_id, result.currency, -taken.amount, -taken.base
    from pg_temp.payment_take as taken
    inner join pg_temp.payment_result as result on result.payment_id = taken.payment_id
    where taken.amount <> 0
    union all
    select
        result.entry_id,
        10000 + row_number() over (partition by result.entry_id order by one.payer_id), v_advance,
        one.payer_id, one.open_item_id, result.currency, -one.amount, -one.base
    from pg_temp.payment_advance as one
    inner join pg_temp.payment_result as result on result.payment_id = one.payment_id
    union all
    select based.entry_id, 20000, v_unidentified, null, null, based.currency, -based.kept, -based.kept_base
    from based
    where based.kept <> 0
    union all
    select
        based.entry_id, 20001, case
            when gone.base > 0 then v_loss
            else v_gain
        end, null, null, based.currency,
        0, gone.base
    from based
    cross join lateral (select based.used_base + based.kept_base - based.moved_base as base) as gone
    where gone.base <> 0
    union all
    select own.entry_id, side.place, side.account, side.payer_id, side.item_id, result.currency, side.amount,
        side.base
    from pg_temp.payment_difference as own
    inner join pg_temp.payment_result as result on result.payment_id = own.payment_id
    cross join lateral (
        values
        (1, v_difference, null, null, own.difference, own.difference_base),
        (2, v_receivable, own.payer_id, own.open_item_id, -own.difference, -own.difference_base)
    ) as side (place, account, payer_id, item_id, amount, base);

    insert into billing.open_item (
        open_item_id, kind, payer_id, document_no, currency, amount, open, open_base, item_on
    )
    select
        one.open_item_id, 'advance', one.payer_id, 'P' || one.payment_id, result.currency, -one.amount,
        -one.amount, -one.base, result.booked_on
    from pg_temp.payment_advance as one
    inner join pg_temp.payment_result as result on result.payment_id = one.payment_id
    order by one.open_item_id;

    insert into billing.entry (entry_id, kind, entry_on, payer_id, payment_id, made_by)
    select
        one.entry_id, one.kind, coalesce(p_on, one.booked_on), one.payer_id, one.payment_id, who.actor
    from (
        select result.entry_id, p_kind as kind, result.booked_on, result.payer_id, result.payment_id
        from pg_temp.payment_result as result
        where result.state <> 'shown' and (p_kind <> 'assign' or result.used <> 0)
        union all
        select own.entry_id, 'difference', result.booked_on, own.payer_id, own.payment_id
        from pg_temp.payment_difference as own
        inner join pg_temp.payment_result as result on result.payment_id = own.payment_id
    ) as one
    cross join audit.tx_current() as who;
    perform set_config('enable_nestloop', v_nestloop, true);
end;
$$;

comment on function logic.payment_post(text, date) is
$$Books what logic.payment_allocate said, as payment (from the bank) or assign (of what was unidentified), on
the
bank's day or another: an entry per payment, and one per small difference.
Example: select logic.payment_post('payment', null) where false
Raises: nothing$$;
