-- 72_late/collection: what is handed over to the collection agency, and what it is told afterwards
-- (FORMATS-MONEY.md 7).

create function logic.collection_content_list(p_day date, p_items bigint[])
returns table (payer_id bigint, currency text, capital numeric, content jsonb)
language sql stable rows 100
begin atomic
    with item as materialized (
        select item.*, currency.decimals
        from billing.open_item as item
        inner join billing.currency on currency.currency = item.currency
        where item.open_item_id = any(p_items)
    ),

    moved as (
        select
            move.open_item_id, -coalesce(sum(move.amount) filter (where move.what = 'paid'), 0) as paid,
            -coalesce(sum(move.amount) filter (where move.what = 'credited'), 0) as credited
        from logic.item_move_list(p_items) as move
        group by move.open_item_id
    ),

    reminded as (
        select
            item.payer_id, item.currency,
            jsonb_agg(
                distinct jsonb_build_object(
                    'number', reminder.reminder_no, 'date', reminder.reminder_on, 'step', reminder.step,
                    'fee', round(reminder.fee, item.decimals)
                )
            ) as reminders
        from item
        inner join billing.reminder_item as one on one.open_item_id = item.open_item_id
        inner join billing.reminder on reminder.reminder_id = one.reminder_id
        group by item.payer_id, item.currency
    ),

    content as (
        select
            item.payer_id, item.currency, sum(item.open) as capital, min(item.due_on) as due_on,
            jsonb_agg(
                jsonb_build_object(
                    'number', item.document_no, 'kind', item.kind, 'date', item.item_on, 'due', item.due_on,
                    'amount', round(item.amount, item.decimals),
                    'paid', round(moved.paid, item.decimals),
                    'credited', round(moved.credited, item.decimals),
                    'open', round(item.open, item.decimals),
                    'vat', round(
                        logic.divide(coalesce(invoice.tax, 0) * item.open, item.amount), item.decimals
                    ),
                    'reference', item.reference,
                    'interest_from', case
                        when item.kind <> 'fee' then coalesce(charged.upto, item.due_on)
                    end,
                    'pdf', item.document_no || '.pdf'
                )
                order by item.due_on, item.open_item_id
            ) as items
        from item
        inner join moved on moved.open_item_id = item.open_item_id
        left join billing.invoice on invoice.invoice_id = item.invoice_id
        left join lateral (
            select max(upper(line.valid)) as upto from billing.invoice_line as line
            where line.open_item_id = item.open_item_id and line.what = 'interest' and line.is_counted
            having sum(line.net) > 0
        ) as charged on true
        group by item.payer_id, item.currency
    )

    select
        content.payer_id, content.currency, content.capital,
        jsonb_build_object(
            'debtor', jsonb_build_object(
                'customer_no', payer.customer_no, 'org_no', payer.org_no,
                'kind', case when payer.kind = 'private' then 'private' else 'company' end,
                'name', payer.name, 'attention', payer.attention,
                'street', coalesce(payer.billing_street, payer.street),
                'postcode', coalesce(payer.billing_postcode, payer.postcode),
                'city', coalesce(payer.billing_city, payer.city),
                'country', coalesce(payer.billing_country, payer.country),
                'email', payer.email, 'language', payer.language
            ),
            'case', jsonb_build_object(
                'reason', logic.sentence_get('collection_reason', operator.language),
                'interest_points', logic.setting_get('interest_points')::numeric,
                'interest_percent', (
                    select rate.percent + logic.setting_get('interest_points')::numeric
                    from billing.interest_rate as rate
                    where rate.from_on <= p_day
                    order by rate.from_on desc
                    limit 1
                ),
                'interest_from', content.due_on, 'disputed', false,
                'blocked_since', (
                    select (min(block.set_at) at time zone operator.time_zone)::date
                    from billing.credit_block as block
                    where block.payer_id = content.payer_id and block.lifted_at is null
                ),
                'contact', operator.email,
                'reminders', coalesce(reminded.reminders, '[]')
            ),
            'items', content.items
        )
    from content
    inner join billing.customer as payer on payer.customer_id = content.payer_id
    cross join billing.operator
    left join reminded on reminded.payer_id = content.payer_id and reminded.currency = content.currency;
end;

comment on function logic.collection_content_list(date, bigint[]) is
$$What the agency gets to know of items, by debtor and currency.
Example: select * from logic.collection_content_list('2026-11-27', '{1}')
Raises: nothing$$;

create function logic.collection_tell(p_day date)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_items bigint[];
begin
    v_items := array(
        select item.open_item_id from billing.collection_item as item
        inner join billing.collection_case as one
            on one.collection_case_id = item.collection_case_id and one.closed_on is null
    );
    insert into billing.collection_message (collection_case_id, open_item_id, kind, amount, message_on)
    select item.collection_case_id, item.open_item_id, move.what, -sum(move.amount), p_day
    from billing.collection_item as item
    inner join logic.item_move_list(v_items) as move
        on move.open_item_id = item.open_item_id and move.entry_id > item.told_id
    where item.open_item_id = any(v_items)
    group by item.collection_case_id, item.open_item_id, move.what
    having sum(move.amount) <> 0
    order by item.collection_case_id, item.open_item_id, move.what;
    update billing.collection_item as item
    set told_id = last.entry_id
    from (
        select part.open_item_id, max(part.entry_id) as entry_id from billing.entry_row as part
        where part.open_item_id = any(v_items)
        group by part.open_item_id
    ) as last
    where item.open_item_id = last.open_item_id and item.told_id <> last.entry_id;
    with closed as (
        update billing.collection_case as one
        set closed_on = p_day
        where
            one.closed_on is null and not exists (
                select from billing.collection_item as item
                inner join billing.open_item as debt on debt.open_item_id = item.open_item_id
                where item.collection_case_id = one.collection_case_id and debt.open <> 0
            )
        returning one.collection_case_id
    )

    insert into billing.collection_message (collection_case_id, kind, amount, message_on)
    select closed.collection_case_id, 'closed', 0, p_day from closed
    order by closed.collection_case_id;
end;
$$;

comment on function logic.collection_tell(date) is
$$Notes what the agency must be told of the cases that it has: what was paid to us, credited, written off
since they were handed over, or told of last; cases that are settled are closed.
Example: select logic.collection_tell('2026-11-27') where false
Raises: nothing$$;

create function logic.collection_make(p_day date)
returns bigint[]
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set enable_nestloop = off
as $$
declare
    v_payers bigint[];
    v_items bigint[];
    v_lists bigint[];
begin
    perform access.require('admin', 'finance', 'credit', 'batch');
    if (select operator.mode from billing.operator) is distinct from 'full' then
        perform billing.fail(
            'LB709', jsonb_build_object('mode', (select operator.mode from billing.operator))
        );
    end if;
    -- One at a time; the list of a day is made once.
    perform pg_advisory_xact_lock(hashtextextended('billing.collection', 0));
    v_lists := array(
        select list.collection_list_id from billing.collection_list as list
        where list.list_on = p_day
        order by list.collection_list_id
    );
    if v_lists <> '{}' then
        return v_lists;
    end if;
    v_payers := array(
        select late.payer_id from logic.late_list(p_day, null) as late
        where late.held is null and late.channel = 'collection'
        union
        select one.payer_id from billing.collection_case as one where one.closed_on is null
    );
    perform logic.ledger_lock(v_payers);
    perform logic.collection_tell(p_day);
    v_items := array(
        select late.open_item_id from logic.late_list(p_day, v_payers) as late
        where late.held is null and late.channel = 'collection'
    );

    with made as materialized (
        select nextval('billing.collection_case_collection_case_id_seq') as case_id, found.*
        from (
            select one.* from logic.collection_content_list(p_day, v_items) as one
            order by one.payer_id, one.currency
        ) as found
    ),

    message as materialized (
        select list.currency, message.*
        from billing.collection_message as message
        inner join billing.collection_case as one on one.collection_case_id = message.collection_case_id
        inner join billing.collection_list as list on list.collection_list_id = one.collection_list_id
        where message.collection_list_id is null
    ),

    total as materialized (
        select
            nextval('billing.collection_list_collection_list_id_seq') as list_id, needed.currency,
            currency.decimals, coalesce(made_sum.cases, 0) as cases, coalesce(made_sum.items, 0) as items,
            coalesce(made_sum.capital, 0) as capital, coalesce(message_sum.messages, 0) as messages,
            coalesce(message_sum.amount, 0) as amount
        from (
            select made.currency from made
            union
            select message.currency from message
            order by currency
        ) as needed
        inner join billing.currency on currency.currency = needed.currency
        left join (
            select
                made.currency, count(*) as cases, sum(jsonb_array_length(made.content -> 'items')) as items,
                sum(made.capital) as capital
            from made
            group by made.currency
        ) as made_sum on made_sum.currency = needed.currency
        left join (
            select message.currency, count(*) as messages, sum(message.amount) as amount
            from message
            group by message.currency
        ) as message_sum on message_sum.currency = needed.currency
    ),

    list_written as (
        insert into billing.collection_list (collection_list_id, list_on, currency, head, made_by)
        select
            total.list_id, p_day, total.currency,
            jsonb_build_object(
                'format', 'leissner-collection/1', 'creditor', operator.name, 'org_no', operator.org_no,
                'agency', logic.setting_get('collection_agency'),
                'agency_customer_no', logic.setting_get('collection_customer_no'), 'list', total.list_id,
                'date', p_day, 'currency', total.currency, 'cases', total.cases, 'items', total.items,
                'capital', round(total.capital, total.decimals), 'messages', total.messages,
                'messages_amount', round(total.amount, total.decimals)
            ),
            who.actor
        from total
        cross join billing.operator
        cross join audit.tx_current() as who
        returning collection_list_id
    ),

    case_written as (
        insert into billing.collection_case (
            collection_case_id, collection_list_id, payer_id, capital, content
        )
        select
            made.case_id, total.list_id, made.payer_id, made.capital,
            jsonb_set(made.content, '{case,number}', to_jsonb(made.case_id))
        from made
        inner join total on total.currency = made.currency
    ),

    item_written as (
        insert into billing.collection_item (open_item_id, collection_case_id, capital, told_id)
        select
            item.open_item_id, made.case_id, item.open,
            (
                select max(part.entry_id) from billing.entry_row as part
                where part.open_item_id = item.open_item_id
            )
        from billing.open_item as item
        inner join made on made.payer_id = item.payer_id and made.currency = item.currency
        where item.open_item_id = any(v_items)
    ),

    message_told as (
        update billing.collection_message as told
        set collection_list_id = total.list_id
        from message
        inner join total on total.currency = message.currency
        where told.collection_message_id = message.collection_message_id
    )

    select array_agg(list_written.collection_list_id order by list_written.collection_list_id)
    into v_lists
    from list_written;
    perform audit.event_add(
        'collection', p_day::text,
        jsonb_build_object('lists', coalesce(to_jsonb(v_lists), '[]'), 'items', cardinality(v_items))
    );
    return coalesce(v_lists, '{}');
end;
$$;

comment on function logic.collection_make(date) is
$$Makes the lists of a day for the collection agency, one per currency, with new cases and what is to be told
of old ones: their numbers. Made before, they are the same; none where there is nothing to tell.
Example: select logic.collection_make('2026-11-27') where false
Raises: LB709 without a ledger, LB901 without the level finance, credit, batch or admin$$;

create function logic.collection_withdraw(p_case bigint, p_reason text, p_day date)
returns numeric
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_case billing.collection_case;
    v_amount numeric;
begin
    perform access.require('admin', 'finance', 'credit');
    perform pg_advisory_xact_lock(hashtextextended('billing.collection', 0));
    select one.* into v_case from billing.collection_case as one
    where one.collection_case_id = p_case and one.closed_on is null;
    if v_case.collection_case_id is null then
        perform billing.fail('LB744', jsonb_build_object('case', p_case));
    end if;
    perform logic.ledger_lock(array[v_case.payer_id]);
    v_amount := (
        select coalesce(sum(debt.open), 0) from billing.collection_item as item
        inner join billing.open_item as debt on debt.open_item_id = item.open_item_id
        where item.collection_case_id = p_case
    );
    update billing.collection_case as one set closed_on = p_day where one.collection_case_id = p_case;
    insert into billing.collection_message (collection_case_id, kind, amount, message_on, reason)
    values (p_case, 'withdrawn', v_amount, p_day, p_reason);
    perform audit.event_add(
        'collection_withdraw', p_case::text, jsonb_build_object('amount', v_amount, 'reason', p_reason)
    );
    return v_amount;
end;
$$;

comment on function logic.collection_withdraw(bigint, text, date) is
$$Takes a case back from the collection agency, which the next list tells it: what is open of it. Its items
stay out of later lists.
Example: select logic.collection_withdraw(1, 'disputed', '2026-11-27') where false
Raises: LB744 for a case that the agency does not have, LB901 without the level finance, credit or admin$$;

-- api

create function api.collection_make(p_day date default null)
returns bigint[]
language sql volatile
return logic.collection_make(coalesce(p_day, logic.today()));

comment on function api.collection_make(date) is
$$Makes the lists of a day for the collection agency: their numbers. Made before, they are the same.
Example: select api.collection_make('2026-11-27') where false
Raises: LB709, LB901$$;
grant execute on function api.collection_make(date)
to leissner_admin, leissner_finance, leissner_credit, leissner_batch;

create function api.collection_withdraw(p_case bigint, p_reason text default null, p_day date default null)
returns numeric
language sql volatile
return logic.collection_withdraw(p_case, p_reason, coalesce(p_day, logic.today()));

comment on function api.collection_withdraw(bigint, text, date) is
$$Takes a case back from the collection agency: what is open of it.
Example: select api.collection_withdraw(1, 'disputed') where false
Raises: LB744, LB901$$;
grant execute on function api.collection_withdraw(bigint, text, date)
to leissner_admin, leissner_finance, leissner_credit;

create function api.collection_document(p_list bigint)
returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_document jsonb;
begin
    select jsonb_build_object(
        'head', list.head,
        'cases', (
            select coalesce(jsonb_agg(one.content order by one.collection_case_id), '[]')
            from billing.collection_case as one
            where one.collection_list_id = list.collection_list_id
        ),
        'messages', (
            select coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'case', message.collection_case_id, 'number', item.document_no,
                        'kind', message.kind, 'amount', round(message.amount, currency.decimals),
                        'date', message.message_on, 'reason', message.reason
                    )
                    order by message.collection_message_id
                ),
                '[]'
            )
            from billing.collection_message as message
            left join billing.open_item as item on item.open_item_id = message.open_item_id
            where message.collection_list_id = list.collection_list_id
        )
    )
    into v_document
    from billing.collection_list as list
    inner join billing.currency on currency.currency = list.currency
    where list.collection_list_id = p_list;
    if v_document is null then
        perform billing.fail('LB745', jsonb_build_object('list', p_list));
    end if;
    return v_document;
end;
$$;

comment on function api.collection_document(bigint) is
$$A list for the collection agency as it was made: {head, cases, messages}.
Example: select api.collection_document(1) where false
Raises: LB745 for an unknown one$$;
grant execute on function api.collection_document(bigint)
to leissner_admin, leissner_finance, leissner_credit, leissner_auditor, leissner_batch;

create function api.collection_case_list()
returns table (
    case_no bigint, list_no bigint, day date, customer_no text, name text, currency text, capital numeric,
    open numeric, closed date, last_message text
)
language sql stable rows 100
begin atomic
    select
        one.collection_case_id, list.collection_list_id, list.list_on, payer.customer_no, payer.name,
        list.currency, round(one.capital, currency.decimals), round(debt.open, currency.decimals),
        one.closed_on,
        (
            select message.kind from billing.collection_message as message
            where message.collection_case_id = one.collection_case_id
            order by message.collection_message_id desc
            limit 1
        )
    from billing.collection_case as one
    inner join billing.collection_list as list on list.collection_list_id = one.collection_list_id
    inner join billing.currency on currency.currency = list.currency
    left join billing.customer as payer on payer.customer_id = one.payer_id
    cross join lateral (
        select sum(item.open) as open
        from billing.collection_item as handed
        inner join billing.open_item as item on item.open_item_id = handed.open_item_id
        where handed.collection_case_id = one.collection_case_id
    ) as debt
    order by one.closed_on is not null, one.collection_case_id desc;
end;

comment on function api.collection_case_list() is
$$Cases at the collection agency, those that it still has first.
Example: select * from api.collection_case_list()
Raises: nothing$$;
grant execute on function api.collection_case_list() to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;
