-- 60_invoice/email: what became of documents that were sent by e-mail.

create function logic.delivery_result(p_run bigint, p_channel text, p_rows jsonb)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'finance', 'batch');
    update billing.delivery
    set
        state = case when result.reason is null then 'delivered' else 'failed' end,
        reason = result.reason, changed_at = clock_timestamp()
    from jsonb_to_recordset(p_rows) as result (invoice bigint, resend integer, reason text)
    where
        delivery.bill_run_id = p_run and delivery.channel = p_channel and delivery.invoice_id = result.invoice
        and delivery.resend = result.resend and delivery.state = 'produced';
    perform audit.event_add(
        'delivery_result', p_run::text,
        jsonb_build_object(
            'channel', p_channel, 'documents', jsonb_array_length(p_rows),
            'failed', jsonb_path_query_array(p_rows, '$[*] ? (@.reason != null)')
        )
    );
end;
$$;

comment on function logic.delivery_result(bigint, text, jsonb) is
$$Notes what became of deliveries that were produced, [{invoice, resend, reason}]: delivered, or failed with
a reason.
Example: select logic.delivery_result(1, 'email', '[]') where false
Raises: LB901 without the level finance, batch or admin$$;

create function logic.setting_read(p_name text)
returns text
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'finance', 'credit', 'batch');
    return logic.setting_get(p_name);
end;
$$;

comment on function logic.setting_read(text) is
$$A setting's value, for those who deliver.
Example: select logic.setting_read('smtp') where false
Raises: LB901 without the level finance, credit, batch or admin$$;

-- api

create function api.delivery_result(p_run bigint, p_channel text, p_rows jsonb)
returns void
language sql volatile
begin atomic
    select logic.delivery_result(p_run, p_channel, p_rows);
end;

comment on function api.delivery_result(bigint, text, jsonb) is
$$Notes what became of deliveries that were produced.
Example: select api.delivery_result(1, 'email', '[]') where false
Raises: LB901$$;
grant execute on function api.delivery_result(bigint, text, jsonb)
to leissner_admin, leissner_finance, leissner_batch;

create function api.setting_get(p_name text)
returns text
language sql stable
return logic.setting_read(p_name);

comment on function api.setting_get(text) is
$$A setting's value.
Example: select api.setting_get('smtp')
Raises: nothing$$;
grant execute on function api.setting_get(text)
to leissner_admin, leissner_finance, leissner_credit, leissner_batch;
