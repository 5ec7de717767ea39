-- 60_invoice/delivery: how documents left the house, and what came back.

create function logic.delivery_put(p_run bigint, p_channel text, p_state text, p_resend integer, p_rows jsonb)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run billing.bill_run;
    v_wrong text;
    v_count bigint;
begin
    perform access.require('admin', 'finance', 'batch');
    v_run := logic.run_get(p_run, 'making', 'draft', 'approving', 'approved', 'delivered');
    if v_run.state not in ('approved', 'delivered') then
        perform billing.fail('LB530', jsonb_build_object('run', p_run, 'state', v_run.state));
    end if;
    select invoice.invoice_no into v_wrong
    from jsonb_to_recordset(p_rows) as one (invoice bigint, digest text)
    inner join billing.delivery as known
        on known.invoice_id = one.invoice and known.channel = p_channel and known.resend = p_resend
    inner join billing.invoice on invoice.invoice_id = one.invoice
    where known.digest <> decode(one.digest, 'hex')
    limit 1;
    if v_wrong is not null then
        perform billing.fail('LB531', jsonb_build_object('invoice', v_wrong));
    end if;
    insert into billing.delivery (invoice_id, bill_run_id, channel, state, resend, file, pages, digest)
    select invoice.invoice_id, p_run, p_channel, p_state, p_resend, one.file, one.pages, decode(one.digest,
        'hex')
    from jsonb_to_recordset(p_rows) as one (invoice bigint, file text, pages integer, digest text)
    inner join billing.invoice on invoice.invoice_id = one.invoice and invoice.bill_run_id = p_run
    order by invoice.invoice_id
    on conflict (invoice_id, channel, resend) do nothing;
    get diagnostics v_count = row_count;
    perform audit.event_add(
        'delivery', p_run::text,
        jsonb_build_object('channel', p_channel, 'documents', jsonb_array_length(p_rows), 'new', v_count)
    );
    return v_count;
end;
$$;

comment on function logic.delivery_put(bigint, text, text, integer, jsonb) is
$$Notes deliveries of a run's documents, [{invoice, file, pages, digest}]: how many are new. What is known
stays, and must
have the same digest.
Example: select logic.delivery_put(1, 'print_house', 'produced', 0, '[]') where false
Raises: LB522, LB530 for a run that is not approved, LB531 for other contents, LB901$$;

create function logic.delivery_answer(p_file text, p_rejected jsonb)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_unknown text;
    v_count bigint;
    v_reminders bigint;
begin
    perform access.require('admin', 'finance', 'batch');
    select named.what into v_unknown
    from (
        select p_file as what, null as number
        union all
        select answer.number || ' (' || p_file || ')', answer.number
        from jsonb_to_recordset(p_rejected) as answer (number text)
    ) as named
    where not exists (
        select from billing.delivery
        inner join billing.invoice on invoice.invoice_id = delivery.invoice_id
        where
            delivery.file = p_file and delivery.channel = 'print_house'
            and (named.number is null or invoice.invoice_no = named.number)
        union all
        select from billing.reminder_delivery as sent
        inner join billing.reminder on reminder.reminder_id = sent.reminder_id
        where
            sent.file = p_file and sent.channel = 'print_house'
            and (named.number is null or reminder.reminder_no = named.number)
    )
    limit 1;
    if v_unknown is not null then
        perform billing.fail('LB533', jsonb_build_object('what', v_unknown));
    end if;
    update billing.delivery
    set
        state = case when answer.reason is null then 'acknowledged' else 'rejected' end,
        reason = answer.reason, changed_at = clock_timestamp()
    from billing.invoice
    left join jsonb_to_recordset(p_rejected) as answer (number text, reason text)
        on answer.number = invoice.invoice_no
    where
        delivery.invoice_id = invoice.invoice_id and delivery.file = p_file
        and delivery.channel = 'print_house' and delivery.state in ('produced', 'delivered');
    get diagnostics v_count = row_count;
    update billing.reminder_delivery as sent
    set
        state = case when answer.reason is null then 'acknowledged' else 'rejected' end,
        reason = answer.reason, changed_at = clock_timestamp()
    from billing.reminder
    left join jsonb_to_recordset(p_rejected) as answer (number text, reason text)
        on answer.number = reminder.reminder_no
    where
        sent.reminder_id = reminder.reminder_id and sent.file = p_file
        and sent.channel = 'print_house' and sent.state in ('produced', 'delivered');
    get diagnostics v_reminders = row_count;
    v_count := v_count + v_reminders;
    perform audit.event_add(
        'delivery_answer', p_file,
        jsonb_build_object('documents', v_count, 'rejected', coalesce(p_rejected, '[]'))
    );
    return v_count;
end;
$$;

comment on function logic.delivery_answer(text, jsonb) is
$$Notes what a print house answered for a file: all are acknowledged but those rejected, [{number, reason}],
NULL for none. How many.
Example: select logic.delivery_answer('PH_1_1_001.zip', '[]') where false
Raises: LB533 for a file or document that was not delivered, LB901$$;

create function logic.delivery_is_late(p_channel text, p_state text, p_changed_at timestamptz)
returns boolean
language sql stable parallel safe
return p_channel = 'print_house' and p_state = 'delivered' and p_changed_at < now() - interval '24 hours';

comment on function logic.delivery_is_late(text, text, timestamptz) is
$$Did the print house not answer for a day?
Example: select logic.delivery_is_late('print_house', 'delivered', '2026-01-31')
Raises: nothing$$;

create function logic.delivery_way_list(p_run bigint)
returns table (invoice_id bigint, way text, state text, is_late boolean)
language sql stable rows 10000
begin atomic
    select
        invoice.invoice_id, invoice.parties #>> '{payer,delivery}', last.state,
        coalesce(logic.delivery_is_late(last.channel, last.state, last.changed_at), false)
    from billing.invoice
    left join lateral (
        select delivery.channel, delivery.state, delivery.changed_at
        from billing.delivery
        where
            delivery.invoice_id = invoice.invoice_id
            and case delivery.channel when 'print_house' then 'print' else delivery.channel end
            = invoice.parties #>> '{payer,delivery}'
        order by delivery.resend desc, delivery.changed_at desc
        limit 1
    ) as last on true
    where invoice.bill_run_id = p_run and invoice.state = 'approved';
end;

comment on function logic.delivery_way_list(bigint) is
$$How each document of a run shall leave, and the state of its last attempt; NULL: none yet.
Example: select * from logic.delivery_way_list(1)
Raises: nothing$$;

create function logic.bill_deliver_finish(p_run bigint)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run billing.bill_run;
begin
    perform access.require('admin', 'finance', 'batch');
    v_run := logic.run_get(p_run, 'approved', 'delivered');
    if v_run.state = 'approved' and not exists (
        select from logic.delivery_way_list(p_run) as one
        where coalesce(one.state, 'produced') not in ('delivered', 'acknowledged')
    ) then
        update billing.bill_run as run set state = 'delivered' where run.bill_run_id = p_run;
        return 'delivered';
    end if;
    return v_run.state;
end;
$$;

comment on function logic.bill_deliver_finish(bigint) is
$$Makes a run delivered once each of its documents is; the state that it has then.
Example: select logic.bill_deliver_finish(1) where false
Raises: LB522, LB523, LB901 without the level finance, batch or admin$$;

create function logic.delivery_begin(p_run bigint)
returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run billing.bill_run;
begin
    v_run := logic.run_get(p_run, 'making', 'draft', 'approving', 'approved', 'delivered');
    if v_run.state not in ('approved', 'delivered') then
        perform billing.fail('LB530', jsonb_build_object('run', p_run, 'state', v_run.state));
    elsif v_run.mode = 'basis' then
        perform billing.fail('LB534', jsonb_build_object('run', p_run));
    end if;
    return pg_try_advisory_lock(hashtextextended('billing.delivery ' || p_run, 0));
end;
$$;

comment on function logic.delivery_begin(bigint) is
$$Has nobody else a run in hand to deliver it? Then this session has, until delivery_end or its own end.
Example: select logic.delivery_begin(1) where false
Raises: LB522, LB530 for a run that is not approved, LB534 for a basis$$;

-- api

create function api.delivery_begin(p_run bigint)
returns boolean
language sql volatile
return logic.delivery_begin(p_run);

comment on function api.delivery_begin(bigint) is
$$Has nobody else a run in hand to deliver it? Then this session has, until delivery_end or its own end.
Example: select api.delivery_begin(1) where false
Raises: LB522, LB530, LB534$$;
grant execute on function api.delivery_begin(bigint) to leissner_admin, leissner_finance, leissner_batch;

create function api.delivery_end(p_run bigint)
returns boolean
language sql volatile
return pg_advisory_unlock(hashtextextended('billing.delivery ' || p_run, 0));

comment on function api.delivery_end(bigint) is
$$Lets go of a run that this session had in hand; false: it had not.
Example: select api.delivery_end(1) where false
Raises: nothing$$;
grant execute on function api.delivery_end(bigint) to leissner_admin, leissner_finance, leissner_batch;

create function api.delivery_sums(p_run bigint)
returns table (
    way text, documents bigint, waiting bigint, delivered bigint, acknowledged bigint, failed bigint,
    late bigint
)
language sql stable
begin atomic
    select
        one.way, count(*), count(*) filter (where coalesce(one.state, 'produced') = 'produced'),
        count(*) filter (where one.state = 'delivered'),
        count(*) filter (where one.state = 'acknowledged'),
        count(*) filter (where one.state in ('rejected', 'failed')), count(*) filter (where one.is_late)
    from logic.delivery_way_list(p_run) as one
    group by one.way
    order by one.way desc;
end;

comment on function api.delivery_sums(bigint) is
$$How many documents of a run left by each way; late: the print house did not answer in a day.
Example: select * from api.delivery_sums(1)
Raises: nothing$$;
grant execute on function api.delivery_sums(bigint) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.bill_deliver_finish(p_run bigint)
returns text
language sql volatile
return logic.bill_deliver_finish(p_run);

comment on function api.bill_deliver_finish(bigint) is
$$Makes a run delivered once each of its documents is; the state that it has then.
Example: select api.bill_deliver_finish(1) where false
Raises: LB522, LB523, LB901$$;
grant execute on function api.bill_deliver_finish(bigint)
to leissner_admin, leissner_finance, leissner_batch;

create function api.delivery_put(p_run bigint, p_channel text, p_state text, p_resend integer, p_rows jsonb)
returns bigint
language sql volatile
return logic.delivery_put(p_run, p_channel, p_state, p_resend, p_rows);

comment on function api.delivery_put(bigint, text, text, integer, jsonb) is
$$Notes deliveries of a run's documents: how many are new.
Example: select api.delivery_put(1, 'print_house', 'produced', 0, '[]') where false
Raises: LB522, LB530, LB531, LB901$$;
grant execute on function api.delivery_put(bigint, text, text, integer, jsonb)
to leissner_admin, leissner_finance, leissner_batch;

create function api.delivery_answer(p_file text, p_rejected jsonb)
returns bigint
language sql volatile
return logic.delivery_answer(p_file, p_rejected);

comment on function api.delivery_answer(text, jsonb) is
$$Notes what a print house answered for a file: how many documents it concerns.
Example: select api.delivery_answer('PH_1_1_001.zip', '[]') where false
Raises: LB533, LB901$$;
grant execute on function api.delivery_answer(text, jsonb) to leissner_admin, leissner_finance,
leissner_batch;

create function api.delivery_list(p_run bigint)
returns table (
    invoice_no text, payer text, name text, channel text, state text, resend integer, file text,
    pages integer, digest text, reason text, changed_at timestamptz, is_late boolean
)
language sql stable rows 1000
begin atomic
    select
        invoice.invoice_no, payer.customer_no, payer.name, delivery.channel, delivery.state, delivery.resend,
        delivery.file, delivery.pages, encode(delivery.digest, 'hex'), delivery.reason, delivery.changed_at,
        logic.delivery_is_late(delivery.channel, delivery.state, delivery.changed_at) and delivery.resend
        = max(delivery.resend) over (partition by delivery.invoice_id, delivery.channel)
    from billing.delivery
    inner join billing.invoice on invoice.invoice_id = delivery.invoice_id
    inner join billing.customer as payer on payer.customer_id = invoice.payer_id
    where delivery.bill_run_id = p_run
    order by delivery.state in ('rejected', 'failed') desc, invoice.number, delivery.channel, delivery.resend;
end;

comment on function api.delivery_list(bigint) is
$$How the documents of a run left the house: those that failed first. Late: the print house did not answer
in a day.
Example: select * from api.delivery_list(1)
Raises: nothing$$;
grant execute on function api.delivery_list(bigint) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;
