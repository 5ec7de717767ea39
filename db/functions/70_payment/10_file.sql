-- 70_payment/file: payment files as they came, stored before anyone reads them.

create function logic.payment_file_put(p_name text, p_bytes bytea, p_source text)
returns table (file bigint, name text, state text, is_new boolean, loaded_at timestamptz, loaded_by text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_digest bytea := sha256(p_bytes);
    v_file bigint;
begin
    perform access.require('admin', 'finance', 'batch', 'integration');
    insert into billing.payment_file (name, digest, bytes, source, loaded_by)
    select p_name, v_digest, p_bytes, p_source, who.actor from audit.tx_current() as who
    on conflict (digest) do nothing
    returning payment_file_id into v_file;
    if v_file is not null then
        perform audit.event_add(
            'payment_file', v_file::text,
            jsonb_build_object('name', p_name, 'digest', encode(v_digest, 'hex'), 'bytes', length(p_bytes))
        );
    end if;
    return query
    select
        one.payment_file_id, one.name, one.state, v_file is not null, one.loaded_at, one.loaded_by
    from billing.payment_file as one
    where one.digest = v_digest;
end;
$$;

comment on function logic.payment_file_put(text, bytea, text) is
$$Stores a payment file as it came, or finds it: a file with the same bytes is the same file. p_source: where
it
was fetched from, NULL: given by hand.
Example: select * from logic.payment_file_put('bgmax.txt', '\x30', null) where false
Raises: LB901 without the level finance, batch, integration or admin$$;

create function logic.payment_file_end(p_file bigint, p_state text, p_reason text, p_format text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'finance', 'batch', 'integration');
    update billing.payment_file as one
    set
        state = p_state, reason = p_reason, format = coalesce(p_format, one.format), loaded_by = who.actor
    from audit.tx_current() as who
    where one.payment_file_id = p_file and one.state <> 'loaded';
    perform audit.event_add(
        'payment_file', p_file::text, jsonb_build_object('state', p_state, 'reason', p_reason)
    );
end;
$$;

comment on function logic.payment_file_end(bigint, text, text, text) is
$$Says that a file was not loaded: rejected or stopped, with the reason, or passed_on. It stays, and can be
tried
again.
Example: select logic.payment_file_end(1, 'rejected', 'It is cut off.', null) where false
Raises: LB901 without the level finance, batch, integration or admin$$;

create function logic.payment_load_begin(
    p_file bigint, p_format text, p_identity text, p_is_test boolean, p_is_forced boolean
)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_file billing.payment_file;
    v_mode text := (select operator.mode from billing.operator);
    v_same billing.payment_file;
begin
    perform access.require('admin', 'finance', 'batch', 'integration');
    if v_mode is distinct from 'full' then
        perform billing.fail('LB709', jsonb_build_object('mode', coalesce(v_mode, '-')));
    end if;
    -- Who loads the same file waits here, and then sees that it was loaded.
    select one.* into v_file from billing.payment_file as one where one.payment_file_id = p_file for update;
    if v_file.payment_file_id is null then
        perform billing.fail('LB722', jsonb_build_object('file', p_file));
    end if;
    if v_file.state = 'loaded' then
        return v_file.state;
    end if;
    if p_is_test and not p_is_forced then
        perform billing.fail('LB724');
    end if;
    update billing.payment_file as one
    set format = p_format, identity = p_identity
    where one.payment_file_id = p_file;
    return v_file.state;
end;
$$;

comment on function logic.payment_load_begin(bigint, text, text, boolean, boolean) is
$$Takes the turn for a stored file until the transaction ends: its state. loaded: there is nothing to do;
else its
payments are copied to billing.payment_staging and logic.payment_load_finish follows. p_is_forced: a file
that is
marked as a test is loaded.
Example: select logic.payment_load_begin(1, 'bgmax', null, false, false) where false
Raises: LB709 in another mode than full, LB722 for an unknown file, LB724 for a test, LB901$$;

create function logic.account_plain(p_account text)
returns text
language sql immutable parallel safe strict
return ltrim(regexp_replace(upper(p_account), '[^0-9A-Z]', '', 'g'), '0');

comment on function logic.account_plain(text) is
$$An account number without hyphens, blanks and zeros in front, to be compared.
Example: select logic.account_plain('5805-6177')
Raises: nothing$$;

create function logic.own_account_list()
returns table (account text, currency text)
language sql stable rows 5
begin atomic
    select distinct on (form.account) form.account, coalesce(named.currency, operator.currency)
    from billing.operator
    cross join lateral (
        select source.account, source.currency, 1 as turn
        from billing.payment_source as source
        where source.account is not null
        union all
        select own.account, null, 2
        from (values (operator.bankgiro), (operator.plusgiro), (operator.iban)) as own (account)
    ) as named
    cross join lateral (
        values
        (logic.account_plain(named.account)),
        -- a bank may write the domestic number that an IBAN ends in
        (
            ltrim(
                substring(logic.account_plain(named.account) from '^[A-Z]{2}[0-9]{2}([0-9A-Z]{11,30})$'), '0'
            )
        )
    ) as form (account)
    where form.account <> ''
    order by form.account, named.turn, named.currency;
end;

comment on function logic.own_account_list() is
$$The accounts on which the operator receives payments, its own and those of payment sources, as
logic.account_plain gives them, with their currency.
Example: select * from logic.own_account_list()
Raises: nothing$$;

-- api

create function api.payment_file_put(p_name text, p_bytes bytea, p_source text default null)
returns table (file bigint, name text, state text, is_new boolean, loaded_at timestamptz, loaded_by text)
language sql volatile
begin atomic
    select * from logic.payment_file_put(p_name, p_bytes, p_source);
end;

comment on function api.payment_file_put(text, bytea, text) is
$$Stores a payment file as it came, or finds the one with the same bytes.
Example: select * from api.payment_file_put('bgmax.txt', '\x30') where false
Raises: LB901$$;
grant execute on function api.payment_file_put(text, bytea, text)
to leissner_admin, leissner_finance, leissner_batch, leissner_integration;

create function api.payment_file_end(
    p_file bigint, p_state text, p_reason text default null, p_format text default null
)
returns void
language sql volatile
begin atomic
    select logic.payment_file_end(p_file, p_state, p_reason, p_format);
end;

comment on function api.payment_file_end(bigint, text, text, text) is
$$Says that a file was not loaded: rejected or stopped, with the reason, or passed_on.
Example: select api.payment_file_end(1, 'rejected', 'It is cut off.') where false
Raises: LB901$$;
grant execute on function api.payment_file_end(bigint, text, text, text)
to leissner_admin, leissner_finance, leissner_batch, leissner_integration;

create function api.payment_load_begin(
    p_file bigint, p_format text, p_identity text default null, p_is_test boolean default false,
    p_is_forced boolean default false
)
returns text
language sql volatile
return logic.payment_load_begin(p_file, p_format, p_identity, p_is_test, p_is_forced);

comment on function api.payment_load_begin(bigint, text, text, boolean, boolean) is
$$Takes the turn for a stored file: its state; its payments are copied to billing.payment_staging next, in the
same transaction, then api.payment_load_finish.
Example: select api.payment_load_begin(1, 'bgmax') where false
Raises: LB709, LB722, LB724, LB901$$;
grant execute on function api.payment_load_begin(bigint, text, text, boolean, boolean)
to leissner_admin, leissner_finance, leissner_batch, leissner_integration;
