-- 72_late/remind: reminders, one per payer and currency, with their fees (BILLING.md 7).

create function logic.payer_find(p_customers text[])
returns bigint[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_missing text;
begin
    if p_customers is null then
        return null;
    end if;
    select asked.no into v_missing
    from unnest(p_customers) as asked (no)
    where not exists (select from billing.customer where customer.customer_no = asked.no)
    limit 1;
    if v_missing is not null then
        perform billing.fail('LB524', jsonb_build_object('customer', v_missing));
    end if;
    return array(
        select customer.customer_id from billing.customer where customer.customer_no = any(p_customers)
    );
end;
$$;

comment on function logic.payer_find(text[]) is
$$Customers by their numbers; NULL: all, as NULL.
Example: select logic.payer_find(null)
Raises: LB524 for an unknown one$$;

create function logic.reminder_fee(p_payer_id bigint, p_items bigint[], p_step integer)
returns numeric
language sql stable
begin atomic
    select
        case
            when
                not case agreed.value
                    when 'yes' then true
                    else exists (
                        select from billing.customer_in_group as member
                        inner join billing.customer_group
                            on customer_group.customer_group_id = member.customer_group_id
                        where
                            member.customer_id = p_payer_id
                            and 'group:' || customer_group.code = agreed.value
                    )
                end
                -- either a fee or compensation for an item, never both
                or (payer.kind <> 'private' and logic.setting_get('late_compensation')::numeric > 0)
                or exists (
                    select from billing.invoice_line as line
                    where
                        line.open_item_id = any(p_items) and line.what = 'compensation' and line.is_counted
                    group by line.open_item_id
                    having sum(line.net) > 0
                )
                then 0
            else coalesce(step.fee, 0)
        end
    from billing.reminder_step as step
    inner join billing.customer as payer on payer.customer_id = p_payer_id
    cross join (select logic.setting_get('reminder_fee_agreed') as value) as agreed
    where step.step = p_step;
end;

comment on function logic.reminder_fee(bigint, bigint[], integer) is
$$Fee of a reminder at a step, in the operator's currency: 0 where it is not agreed, or where compensation
takes its place.
Example: select logic.reminder_fee(1, '{1}', 1)
Raises: nothing$$;

create function logic.reminder_plan(p_day date, p_payers bigint[])
returns table (
    payer_id bigint, currency text, step integer, channel text, fee numeric, fee_base numeric, open numeric,
    items logic.late_item[]
)
language sql stable rows 1000
begin atomic
    select
        head.payer_id, head.currency, head.step, head.channel, charged.fee,
        round(charged.fee * rate.rate, logic.base_decimals()), head.open, head.items
    from (
        select
            item.payer_id, item.currency, max(item.step) as step,
            (array_agg(item.channel order by item.step desc nulls last, item.open_item_id))[1] as channel,
            sum(item.open) as open, array_agg(item.open_item_id) filter (where item.step is not null) as ids,
            array_agg(distinct item.step) filter (where item.step is not null) as steps,
            array_agg(item order by item.due_on, item.open_item_id) as items
        from logic.late_list(p_day, p_payers) as item
        where item.held is null and item.channel <> 'collection'
        group by item.payer_id, item.currency
        having max(item.step) is not null
    ) as head
    inner join billing.currency on currency.currency = head.currency
    cross join lateral (select logic.rate_on(head.currency, p_day) as rate) as rate
    cross join lateral (
        select
            coalesce(
                round(
                    logic.divide(max(logic.reminder_fee(head.payer_id, head.ids, one.step)), rate.rate),
                    currency.decimals
                ),
                0
            ) as fee
        from unnest(head.steps) as one (step)
    ) as charged
    order by head.payer_id, head.currency;
end;

comment on function logic.reminder_plan(date, bigint[]) is
$$The reminders that a day asks for: per payer (NULL: all) and currency the highest step and fee of its items.
Example: select * from logic.reminder_plan('2026-11-27', '{1}')
Raises: nothing$$;

create function logic.reminder_text_list(p_step integer, p_text text, p_language text, p_due date)
returns jsonb
language sql stable
return jsonb_build_array(
    replace(
        coalesce(
            p_text,
            logic.sentence_get(
                case when p_step > 1 then 'document_reminder_again' else 'document_reminder' end, p_language
            )
        ),
        '{due}', p_due::text
    ),
    logic.sentence_get('document_reminder_contact', p_language),
    replace(
        logic.sentence_get('document_reminder_interest', p_language), '{points}',
        trim_scale(logic.setting_get('interest_points')::numeric)::text
    )
);

comment on function logic.reminder_text_list(integer, text, text, date) is
$$What a reminder at a step says: the text of the step, or the usual words, {due} filled in; then whom to tell
what is wrong, and that interest comes.
Example: select logic.reminder_text_list(1, null, 'en', '2026-12-10')
Raises: nothing$$;

create type logic.reminder_head as (
    reminder_id bigint, reminder_no text, payer_id bigint, currency text, step integer, channel text,
    fee numeric, fee_base numeric, open numeric, items logic.late_item[], fee_item_id bigint, reference text
);
comment on type logic.reminder_head is 'A reminder to be.';

create function logic.reminder_make(p_day date, p_customers text[])
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set enable_nestloop = off
as $$
declare
    v_payers bigint[];
    v_run bigint;
    v_kind text := logic.reference_kind();
    v_due date := p_day + logic.setting_get('reminder_days')::integer;
    v_heads logic.reminder_head[];
    v_rows logic.posting[];
begin
    perform access.require('admin', 'finance', 'credit', 'batch');
    if (select operator.mode from billing.operator) is distinct from 'full' then
        perform billing.fail(
            'LB709', jsonb_build_object('mode', (select operator.mode from billing.operator))
        );
    end if;
    v_payers := array(
        select distinct plan.payer_id from logic.reminder_plan(p_day, logic.payer_find(p_customers)) as plan
    );
    if v_payers = '{}' then
        return null;
    end if;
    -- Locked, they are looked at again: what was paid, or reminded of by another, meanwhile is not.
    perform logic.ledger_lock(v_payers);
    v_heads := array(
        select
            row(
                plan.reminder_id,
                'R' || lpad(plan.reminder_id::text, greatest(6, length(plan.reminder_id::text)), '0'),
                plan.payer_id, plan.currency, plan.step, plan.channel, plan.fee, plan.fee_base,
                plan.open, plan.items,
                case when plan.fee > 0 then nextval('billing.open_item_open_item_id_seq') end,
                -- no invoice has so high a number
                logic.reference_make(v_kind, '99' || lpad(plan.reminder_id::text, 8, '0'))
            )::logic.reminder_head
        from (
            select nextval('billing.reminder_reminder_id_seq') as reminder_id, one.*
            from logic.reminder_plan(p_day, v_payers) as one
        ) as plan
    );
    if v_heads = '{}' then
        return null;
    end if;
    select array_agg(
        row(
            head.turn, 'fee', p_day, head.reminder_no, head.payer_id, null, null, null, side.account,
            side.item_id, head.currency, side.sign * head.fee, side.sign * head.fee_base, null
        )::logic.posting
        order by head.turn, side.sign desc
    )
    into v_rows
    from (
        select one.*, row_number() over (order by one.reminder_id)::integer as turn
        from unnest(v_heads) as one
        where one.fee > 0
    ) as head
    cross join lateral (
        values
        (1, logic.account_get('receivable'), head.fee_item_id),
        (-1, logic.account_get('fee_income'), null)
    ) as side (sign, account, item_id);
    perform logic.entry_add(coalesce(v_rows, '{}'));
    insert into billing.open_item (
        open_item_id, kind, payer_id, document_no, currency, amount, open, open_base, item_on, due_on,
        reference
    )
    select
        head.fee_item_id, 'fee', head.payer_id, head.reminder_no, head.currency, head.fee, head.fee,
        head.fee_base, p_day, v_due, head.reference
    from unnest(v_heads) as head
    where head.fee > 0
    order by head.fee_item_id;
    insert into billing.reminder_run (run_on, made_by)
    select p_day, who.actor from audit.tx_current() as who
    returning reminder_run_id into v_run;
    insert into billing.reminder (
        reminder_id, reminder_run_id, reminder_no, payer_id, currency, step, reminder_on, due_on, fee,
        fee_item_id, total, channel, language, texts, reference_kind, reference, parties
    )
    select
        head.reminder_id, v_run, head.reminder_no, head.payer_id, head.currency, head.step, p_day, v_due,
        head.fee, head.fee_item_id, head.open + head.fee, head.channel, payer.language,
        logic.reminder_text_list(step.step, step.text, payer.language, v_due), v_kind, head.reference,
        party.parties
    from unnest(v_heads) as head
    inner join billing.reminder_step as step on step.step = head.step
    inner join billing.customer as payer on payer.customer_id = head.payer_id
    inner join logic.party_list(v_payers) as party on party.payer_id = head.payer_id
    order by head.reminder_id;
    insert into billing.reminder_item (reminder_id, open_item_id, step, amount, listed_on)
    select head.reminder_id, item.open_item_id, item.step, item.open, p_day
    from unnest(v_heads) as head
    cross join lateral unnest(head.items) as item
    order by item.open_item_id;
    perform audit.event_add(
        'remind', v_run::text,
        (
            select jsonb_build_object(
                'day', p_day, 'reminders', sum(one.reminders), 'items', sum(one.items),
                'totals', jsonb_object_agg(one.currency, one.total)
            )
            from (
                select
                    head.currency, count(*) as reminders, sum(cardinality(head.items)) as items,
                    sum(head.open + head.fee) as total
                from unnest(v_heads) as head
                group by head.currency
            ) as one
        )
    );
    return v_run;
end;
$$;

comment on function logic.reminder_make(date, text[]) is
$$Makes the reminders of a day for some customers, or all: number of the run; NULL where there is none to
make. An item takes a step once.
Example: select logic.reminder_make('2026-11-27', null) where false
Raises: LB524 for an unknown customer, LB709 without a ledger, LB901 without the level finance, credit, batch
or admin$$;

create function logic.reminder_items(p_reference text)
returns table (open_item_id bigint)
language sql stable rows 10
begin atomic
    select item.open_item_id
    from billing.reminder
    inner join lateral (
        select one.open_item_id from billing.reminder_item as one
        where one.reminder_id = reminder.reminder_id
        union all
        select reminder.fee_item_id where reminder.fee_item_id is not null
    ) as listed on true
    inner join billing.open_item as item on item.open_item_id = listed.open_item_id
    where reminder.reference = p_reference and item.open > 0
    order by item.due_on, item.open_item_id;
end;

comment on function logic.reminder_items(text) is
$$What is open of the items that a reminder lists, its fee last, in the order in which a payment with its
reference settles them.
Example: select * from logic.reminder_items('9900000001107')
Raises: nothing$$;

create function logic.reminder_name_find()
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
begin
    if not exists (select from billing.reminder) then
        return;
    end if;
    with named as materialized (
        delete from pg_temp.payment_name as name
        using pg_temp.payment_work as work
        where
            work.payment_id = name.payment_id and coalesce(name.asked, work.amount) > 0
            and name.reference in (select reminder.reference from billing.reminder)
        returning
            name.payment_id, name.part, name.reference, name.asked, work.turn, work.place
    ),

    -- what is open of it; of a reminder that is settled, its items, so that the payment is one too many
    listed as (
        select
            named.*, item.open_item_id, item.payer_id, greatest(item.open, 0) as open,
            bool_or(item.open > 0) over (partition by named.payment_id, named.part) as has_open,
            coalesce(
                sum(greatest(item.open, 0)) over (own rows between unbounded preceding and 1 preceding), 0
            ) as before,
            row_number() over (own rows between unbounded preceding and current row) as turn_no,
            row_number() over (
                partition by named.payment_id, named.part order by item.due_on desc, item.open_item_id desc
            ) = 1 as is_last
        from named
        inner join billing.reminder on reminder.reference = named.reference
        cross join lateral (
            select one.open_item_id from billing.reminder_item as one
            where one.reminder_id = reminder.reminder_id
            union
            select reminder.fee_item_id where reminder.fee_item_id is not null
        ) as one
        inner join billing.open_item as item on item.open_item_id = one.open_item_id
        window own as (
            partition by named.payment_id, named.part order by item.due_on, item.open_item_id
        )
    ),

    shared as (
        select
            listed.*,
            case
                when listed.asked is null then null
                when listed.is_last then greatest(listed.asked - listed.before, 0)
                else least(listed.open, greatest(listed.asked - listed.before, 0))
            end as share
        from listed
    )

    insert into pg_temp.payment_part
    select
        shared.payment_id, shared.turn, shared.place,
        -- numbers of their own, below those of advances
        200 + row_number() over (partition by shared.payment_id order by shared.part, shared.turn_no),
        shared.reference, shared.share, false, shared.open_item_id, shared.payer_id, null
    from shared
    where
        case
            when shared.share is null then shared.open > 0 or not shared.has_open
            else shared.share > 0
        end;
end;
$$;

comment on function logic.reminder_name_find() is
$$Payments at work that name a reminder (payment_name) mean the items that it lists: by due date, up to what
is open or was asked for it (payment_part).
Example: select logic.reminder_name_find() where false
Raises: nothing$$;

create function logic.reminder_preview(p_day date, p_customers text[])
returns table (
    customer_no text, name text, currency text, documents text[], step integer, channel text, open numeric,
    fee numeric, held text
)
language plpgsql stable security definer rows 1000
set search_path = pg_catalog, pg_temp
as $$
declare
    v_payers bigint[];
begin
    perform access.require('admin', 'finance', 'credit', 'batch');
    v_payers := logic.payer_find(p_customers);
    return query
    select
        payer.customer_no, payer.name, found.currency,
        array(
            select item.document_no
            from unnest(found.items) as one
            inner join billing.open_item as item on item.open_item_id = one.open_item_id
            order by item.due_on, item.open_item_id
        ),
        found.step, found.channel, found.open, found.fee, found.held
    from (
        select
            plan.payer_id, plan.currency, plan.items, plan.step, plan.channel, plan.open, plan.fee,
            null::text as held
        from logic.reminder_plan(p_day, v_payers) as plan
        union all
        select
            late.payer_id, late.currency, array_agg(late), late.step, late.channel, sum(late.open), 0,
            late.held
        from logic.late_list(p_day, v_payers) as late
        where late.held is not null and late.step is not null
        group by late.payer_id, late.currency, late.step, late.channel, late.held
        union all
        select
            late.payer_id, late.currency, array_agg(late), late.step, late.channel, sum(late.open), 0,
            'collection'
        from logic.late_list(p_day, v_payers) as late
        where late.held is null and late.step is not null and late.channel = 'collection'
        group by late.payer_id, late.currency, late.step, late.channel
    ) as found
    inner join billing.customer as payer on payer.customer_id = found.payer_id
    order by payer.customer_no collate "C", found.currency, found.step;
end;
$$;

comment on function logic.reminder_preview(date, text[]) is
$$What making reminders on a day would do, and what it would hold back: held is promise, unidentified,
minimum, address, or collection for what waits for the hand-over list.
Example: select * from logic.reminder_preview('2026-11-27', null) where false
Raises: LB524 for an unknown customer, LB901 without the level finance, credit, batch or admin$$;

-- api

create function api.reminder_make(p_day date default null, p_customers text[] default null)
returns bigint
language sql volatile
return logic.reminder_make(coalesce(p_day, logic.today()), p_customers);

comment on function api.reminder_make(date, text[]) is
$$Makes the reminders of a day: number of the run; NULL where there is none to make.
Example: select api.reminder_make('2026-11-27') where false
Raises: LB524, LB709, LB901$$;
grant execute on function api.reminder_make(date, text[])
to leissner_admin, leissner_finance, leissner_credit, leissner_batch;

create function api.reminder_preview(p_day date default null, p_customers text[] default null)
returns table (
    customer_no text, name text, currency text, documents text[], step integer, channel text, open numeric,
    fee numeric, held text
)
language sql stable
begin atomic
    select found.*
    from logic.reminder_preview(coalesce(p_day, logic.today()), p_customers) as found;
end;

comment on function api.reminder_preview(date, text[]) is
$$What making reminders on a day would do, and what it would hold back.
Example: select * from api.reminder_preview('2026-11-27') where false
Raises: LB524, LB901$$;
grant execute on function api.reminder_preview(date, text[])
to leissner_admin, leissner_finance, leissner_credit, leissner_batch;
