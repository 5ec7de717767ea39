-- 72_late/document: a reminder as one JSON, in the dress of invoices; how reminders left the house.

create function logic.reminder_document_list(p_reminders bigint[])
returns table (reminder_id bigint, document jsonb)
language sql stable rows 1000
begin atomic
    with listed as (
        select
            one.reminder_id,
            jsonb_agg(
                jsonb_build_object(
                    'number', item.document_no, 'kind', item.kind, 'date', item.item_on, 'due', item.due_on,
                    'days', reminder.reminder_on - item.due_on, 'step', one.step,
                    'amount', round(item.amount, currency.decimals),
                    'open', round(one.amount, currency.decimals)
                )
                order by item.due_on, item.open_item_id
            ) as items,
            sum(one.amount) as sum
        from billing.reminder_item as one
        inner join billing.reminder on reminder.reminder_id = one.reminder_id
        inner join billing.open_item as item on item.open_item_id = one.open_item_id
        inner join billing.currency on currency.currency = reminder.currency
        where one.reminder_id = any(p_reminders)
        group by one.reminder_id
    )

    select
        reminder.reminder_id,
        jsonb_build_object(
            'format', 'leissner-reminder/1', 'id', reminder.reminder_id, 'kind', 'reminder',
            'state', 'approved', 'number', reminder.reminder_no, 'date', reminder.reminder_on,
            'due', reminder.due_on, 'currency', reminder.currency, 'language', reminder.language,
            'step', reminder.step,
            'reference', jsonb_build_object('kind', reminder.reference_kind, 'text', reminder.reference),
            'seller', reminder.parties -> 'seller',
            'payer', (reminder.parties -> 'payer') - 'specification' - 'full_numbers' || jsonb_build_object(
                'delivery', reminder.channel,
                'country_name', case
                    when reminder.parties -> 'payer' ->> 'country' <> operator.country
                        then reminder.parties -> 'payer' ->> 'country'
                end
            ),
            'items', listed.items, 'sum', round(listed.sum, currency.decimals),
            'fee', round(reminder.fee, currency.decimals),
            'total', round(reminder.total, currency.decimals),
            'slip', case
                when
                    reminder.reference_kind = 'ocr' and reminder.currency = 'SEK'
                    and reminder.total < 100000000
                    and logic.account_check('bankgiro', reminder.parties -> 'seller' ->> 'bankgiro')
                    then jsonb_build_object(
                        'giro', 'bankgiro',
                        'row', logic.slip_row(
                            reminder.reference, reminder.total, reminder.parties -> 'seller' ->> 'bankgiro'
                        )
                    )
            end,
            'texts', reminder.texts
        )
    from billing.reminder
    inner join listed on listed.reminder_id = reminder.reminder_id
    inner join billing.currency on currency.currency = reminder.currency
    cross join billing.operator
    order by reminder.reminder_id;
end;

comment on function logic.reminder_document_list(bigint[]) is
$$Reminders as JSON: all that their PDF shows, with what was open when they were made.
Example: select * from logic.reminder_document_list('{1}')
Raises: nothing$$;

create function logic.reminder_find(p_reminder text)
returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_id bigint := (
        select reminder.reminder_id from billing.reminder where reminder.reminder_no = p_reminder
    );
begin
    if v_id is null then
        perform billing.fail('LB740', jsonb_build_object('reminder', p_reminder));
    end if;
    return v_id;
end;
$$;

comment on function logic.reminder_find(text) is
$$A reminder by its number.
Example: select logic.reminder_find('R000001') where false
Raises: LB740 for an unknown one$$;

create function logic.reminder_delivery_put(
    p_run bigint, p_channel text, p_state text, p_resend integer, p_rows jsonb
)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_wrong text;
    v_count bigint;
begin
    perform access.require('admin', 'finance', 'batch');
    select reminder.reminder_no into v_wrong
    from jsonb_to_recordset(p_rows) as one (invoice bigint, digest text)
    inner join billing.reminder_delivery as known
        on known.reminder_id = one.invoice and known.channel = p_channel and known.resend = p_resend
    inner join billing.reminder on reminder.reminder_id = one.invoice
    where known.digest <> decode(one.digest, 'hex')
    limit 1;
    if v_wrong is not null then
        perform billing.fail('LB743', jsonb_build_object('reminder', v_wrong));
    end if;
    insert into billing.reminder_delivery (reminder_id, channel, state, resend, file, pages, digest)
    select
        reminder.reminder_id, p_channel, p_state, p_resend, one.file, one.pages, decode(one.digest, 'hex')
    from jsonb_to_recordset(p_rows) as one (invoice bigint, file text, pages integer, digest text)
    inner join billing.reminder on reminder.reminder_id = one.invoice and reminder.reminder_run_id = p_run
    order by reminder.reminder_id
    on conflict (reminder_id, channel, resend) do nothing;
    get diagnostics v_count = row_count;
    perform audit.event_add(
        'reminder_delivery', p_run::text,
        jsonb_build_object('channel', p_channel, 'documents', jsonb_array_length(p_rows), 'new', v_count)
    );
    return v_count;
end;
$$;

comment on function logic.reminder_delivery_put(bigint, text, text, integer, jsonb) is
$$Notes deliveries of a run's reminders, [{invoice: the reminder, file, pages, digest}]: how many are new.
What is known stays, and must have the same digest.
Example: select logic.reminder_delivery_put(1, 'print_house', 'produced', 0, '[]') where false
Raises: LB743 for other contents, LB901 without the level finance, batch or admin$$;

create function logic.reminder_delivery_result(p_run bigint, p_channel text, p_rows jsonb)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'finance', 'batch');
    update billing.reminder_delivery as delivery
    set
        state = case when result.reason is null then 'delivered' else 'failed' end,
        reason = result.reason, changed_at = clock_timestamp()
    from jsonb_to_recordset(p_rows) as result (invoice bigint, resend integer, reason text)
    where
        delivery.channel = p_channel and delivery.reminder_id = result.invoice
        and delivery.resend = result.resend and delivery.state = 'produced';
    perform audit.event_add(
        'reminder_delivery_result', p_run::text,
        jsonb_build_object(
            'channel', p_channel, 'documents', jsonb_array_length(p_rows),
            'failed', jsonb_path_query_array(p_rows, '$[*] ? (@.reason != null)')
        )
    );
end;
$$;

comment on function logic.reminder_delivery_result(bigint, text, jsonb) is
$$Notes what became of deliveries that were produced: delivered, or failed with a reason.
Example: select logic.reminder_delivery_result(1, 'email', '[]') where false
Raises: LB901 without the level finance, batch or admin$$;

create function logic.reminder_delivery_begin(p_run bigint)
returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select from billing.reminder_run as run where run.reminder_run_id = p_run) then
        perform billing.fail('LB741', jsonb_build_object('run', p_run));
    end if;
    return pg_try_advisory_lock(hashtextextended('billing.reminder_delivery ' || p_run, 0));
end;
$$;

comment on function logic.reminder_delivery_begin(bigint) is
$$Has nobody else a run of reminders in hand to deliver it? Then this session has, until
reminder_delivery_end or its own end.
Example: select logic.reminder_delivery_begin(1) where false
Raises: LB741 for an unknown run$$;

-- api

create function api.reminder_document(p_reminder text)
returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_document jsonb;
begin
    select found.document into v_document
    from logic.reminder_document_list(array[logic.reminder_find(p_reminder)]) as found;
    return v_document;
end;
$$;

comment on function api.reminder_document(text) is
$$A reminder as JSON, by its number.
Example: select api.reminder_document('R000001') where false
Raises: LB740 for an unknown one$$;
grant execute on function api.reminder_document(text) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;

create function api.reminder_document_list(
    p_run bigint, p_after bigint default 0, p_limit integer default 500
)
returns table (invoice bigint, invoice_no text, delivery text, document jsonb)
language sql stable rows 500
begin atomic
    select
        found.reminder_id, found.document ->> 'number', found.document -> 'payer' ->> 'delivery',
        -- an address that refused a reminder is mended at the customer
        case
            when
                exists (
                    select from billing.reminder_delivery as delivery
                    where
                        delivery.reminder_id = found.reminder_id and delivery.channel = 'email'
                        and delivery.state = 'failed'
                )
                then jsonb_set(found.document, '{payer,email}', (
                    select coalesce(to_jsonb(payer.email), 'null')
                    from billing.reminder
                    inner join billing.customer as payer on payer.customer_id = reminder.payer_id
                    where reminder.reminder_id = found.reminder_id
                ))
            else found.document
        end
    from logic.reminder_document_list(
        array(
            select reminder.reminder_id from billing.reminder
            where reminder.reminder_run_id = p_run and reminder.reminder_id > p_after
            order by reminder.reminder_id
            limit p_limit
        )
    ) as found
    order by found.reminder_id;
end;

comment on function api.reminder_document_list(bigint, bigint, integer) is
$$The reminders of a run as JSON, p_limit after one of them (invoice: the reminder).
Example: select * from api.reminder_document_list(1)
Raises: nothing$$;
grant execute on function api.reminder_document_list(bigint, bigint, integer) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;

create function api.reminder_delivery_begin(p_run bigint)
returns boolean
language sql volatile
return logic.reminder_delivery_begin(p_run);

comment on function api.reminder_delivery_begin(bigint) is
$$Has nobody else a run of reminders in hand to deliver it? Then this session has, until
reminder_delivery_end or its own end.
Example: select api.reminder_delivery_begin(1) where false
Raises: LB741$$;
grant execute on function api.reminder_delivery_begin(bigint)
to leissner_admin, leissner_finance, leissner_batch;

create function api.reminder_delivery_end(p_run bigint)
returns boolean
language sql volatile
return pg_advisory_unlock(hashtextextended('billing.reminder_delivery ' || p_run, 0));

comment on function api.reminder_delivery_end(bigint) is
$$Lets go of a run of reminders that this session had in hand; false: it had not.
Example: select api.reminder_delivery_end(1) where false
Raises: nothing$$;
grant execute on function api.reminder_delivery_end(bigint)
to leissner_admin, leissner_finance, leissner_batch;

create function api.reminder_delivery_put(
    p_run bigint, p_channel text, p_state text, p_resend integer, p_rows jsonb
)
returns bigint
language sql volatile
return logic.reminder_delivery_put(p_run, p_channel, p_state, p_resend, p_rows);

comment on function api.reminder_delivery_put(bigint, text, text, integer, jsonb) is
$$Notes deliveries of a run's reminders: how many are new.
Example: select api.reminder_delivery_put(1, 'print_house', 'produced', 0, '[]') where false
Raises: LB743, LB901$$;
grant execute on function api.reminder_delivery_put(bigint, text, text, integer, jsonb)
to leissner_admin, leissner_finance, leissner_batch;

create function api.reminder_delivery_result(p_run bigint, p_channel text, p_rows jsonb)
returns void
language sql volatile
begin atomic
    select logic.reminder_delivery_result(p_run, p_channel, p_rows);
end;

comment on function api.reminder_delivery_result(bigint, text, jsonb) is
$$Notes what became of deliveries of reminders.
Example: select api.reminder_delivery_result(1, 'email', '[]') where false
Raises: LB901$$;
grant execute on function api.reminder_delivery_result(bigint, text, jsonb)
to leissner_admin, leissner_finance, leissner_batch;

create function api.reminder_delivery_list(p_run bigint)
returns table (
    invoice_no text, payer text, name text, channel text, state text, resend integer, file text,
    pages integer, digest text, reason text, changed_at timestamptz
)
language sql stable rows 1000
begin atomic
    select
        reminder.reminder_no, payer.customer_no, payer.name, delivery.channel, delivery.state,
        delivery.resend, delivery.file, delivery.pages, encode(delivery.digest, 'hex'), delivery.reason,
        delivery.changed_at
    from billing.reminder
    inner join billing.reminder_delivery as delivery on delivery.reminder_id = reminder.reminder_id
    inner join billing.customer as payer on payer.customer_id = reminder.payer_id
    where reminder.reminder_run_id = p_run
    order by
        delivery.state in ('rejected', 'failed') desc, reminder.reminder_id, delivery.channel,
        delivery.resend;
end;

comment on function api.reminder_delivery_list(bigint) is
$$How the reminders of a run left the house: those that failed first.
Example: select * from api.reminder_delivery_list(1)
Raises: nothing$$;
grant execute on function api.reminder_delivery_list(bigint) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;

create function api.reminder_browse_list(
    p_run bigint default null, p_customer text default null, p_words text default null
)
returns table (
    run bigint, made_at timestamptz, reminder_no text, customer_no text, name text, day date, due date,
    step integer, currency text, fee numeric, total numeric, open numeric, channel text, state text
)
language sql stable rows 1000
begin atomic
    select
        reminder.reminder_run_id, run.made_at, reminder.reminder_no, payer.customer_no, payer.name,
        reminder.reminder_on, reminder.due_on, reminder.step, reminder.currency,
        round(reminder.fee, currency.decimals), round(reminder.total, currency.decimals),
        round(
            (
                select coalesce(sum(item.open), 0) from billing.open_item as item
                where
                    item.open_item_id = any(
                        array(
                            select one.open_item_id from billing.reminder_item as one
                            where one.reminder_id = reminder.reminder_id
                            union
                            select reminder.fee_item_id
                        )
                    )
            ),
            currency.decimals
        ),
        reminder.channel,
        (
            select delivery.state from billing.reminder_delivery as delivery
            where delivery.reminder_id = reminder.reminder_id
            order by delivery.resend desc, delivery.changed_at desc
            limit 1
        )
    from billing.reminder
    -- all are there; left, so that sorting and counting read only what they need
    left join billing.reminder_run as run on run.reminder_run_id = reminder.reminder_run_id
    left join billing.customer as payer on payer.customer_id = reminder.payer_id
    left join billing.currency on currency.currency = reminder.currency
    where
        (p_run is null or reminder.reminder_run_id = p_run)
        and (p_customer is null or payer.customer_no = p_customer)
        and (p_words is null or reminder.reminder_id = any((select logic.reminder_found(p_words))::bigint[]));
end;

comment on function api.reminder_browse_list(bigint, text, text) is
$$Reminders of a run or customer where one is named, or that words lead to, or all, in no order; state: of the
last delivery, NULL: none.
Example: select * from api.reminder_browse_list(1)
Raises: nothing$$;
grant execute on function api.reminder_browse_list(bigint, text, text) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;

create function api.reminder_list(p_run bigint default null, p_customer text default null)
returns table (
    run bigint, made_at timestamptz, reminder_no text, customer_no text, name text, day date, due date,
    step integer, currency text, fee numeric, total numeric, open numeric, channel text, state text
)
language sql stable rows 1000
begin atomic
    select one.*
    from api.reminder_browse_list(p_run, p_customer) as one
    inner join billing.reminder on reminder.reminder_no = one.reminder_no
    order by reminder.reminder_id desc;
end;

comment on function api.reminder_list(bigint, text) is
$$Reminders, the latest first, of a run or customer where one is named; state: of the last delivery, NULL:
none.
Example: select * from api.reminder_list(1)
Raises: nothing$$;
grant execute on function api.reminder_list(bigint, text) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;
