-- 70_payment/fetch: where payment files come from, which of those offered are new, what became of each.

create function logic.payment_source_list(p_codes text[])
returns table (
    code text, protocol text, host text, port integer, path text, user_name text, secret text, format text,
    pattern text, archive text, pass_on text, quiet_seconds integer
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_unknown text;
begin
    select asked.code into v_unknown
    from unnest(p_codes) as asked (code)
    where not exists (select from billing.payment_source as source where source.code = asked.code)
    limit 1;
    if found then
        perform billing.fail('LB640', jsonb_build_object(
            'source', v_unknown, 'known', (
                select coalesce(string_agg(source.code, ', ' order by source.code), '-')
                from billing.payment_source as source
            )
        ));
    end if;
    return query
    select
        source.code, source.protocol, source.host, source.port, source.path, source.user_name, source.secret,
        source.format, source.pattern, source.archive, source.pass_on, source.quiet_seconds
    from billing.payment_source as source
    where case when p_codes is null then source.is_enabled else source.code = any(p_codes) end
    order by source.code;
end;
$$;

comment on function logic.payment_source_list(text[]) is
$$Payment sources of these codes, NULL: all that are enabled.
Example: select * from logic.payment_source_list(null)
Raises: LB640 for a code that is not known$$;

create function logic.payment_fetch_begin(p_source text, p_is_retry boolean)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'finance', 'batch');
    if not pg_try_advisory_lock(hashtextextended('billing.payment_source ' || p_source, 0)) then
        return false;
    end if;
    -- Loaded by a person meanwhile.
    update billing.payment_fetch as got
    set state = 'loaded', reason = null, decided_at = file.loaded_at
    from billing.payment_source as source
    cross join billing.payment_file as file
    where
        got.payment_source_id = source.payment_source_id and source.code = p_source
        and got.state = 'rejected' and file.digest = got.digest and file.state = 'loaded';
    update billing.payment_fetch as got
    set state = 'fetched', reason = null, decided_at = null
    from billing.payment_source as source
    where
        p_is_retry and got.state = 'rejected' and got.payment_source_id = source.payment_source_id
        and source.code = p_source;
    return true;
end;
$$;

comment on function logic.payment_fetch_begin(text, boolean) is
$$Has nobody else a source in hand to fetch from it? Then this session has, until payment_fetch_end or its own
end; p_is_retry: what was rejected is tried again. What a person loaded by hand is not rejected any more.
Example: select logic.payment_fetch_begin('none', false) where false
Raises: LB901 without the level finance, batch or admin$$;

create function logic.payment_fetch_end(p_source text, p_result jsonb)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'finance', 'batch');
    if p_result is not null then
        perform audit.event_add('payment_fetch', p_source, p_result);
    end if;
    return pg_advisory_unlock(hashtextextended('billing.payment_source ' || p_source, 0));
end;
$$;

comment on function logic.payment_fetch_end(text, jsonb) is
$$Lets go of a source that this session had in hand, and writes down what was done, NULL: nothing.
Example: select logic.payment_fetch_end('none', null) where false
Raises: LB901 without the level finance, batch or admin$$;

create function logic.payment_fetch_due(p_source text, p_files jsonb)
returns table (
    name text, size bigint, stamp text, task text, fetch_id bigint, state text, reason text, digest bytea
)
language sql stable rows 1000
begin atomic
    select
        file.name, file.size, file.stamp,
        case
            -- what comes again after it went into the archive may be another file
            when known.state is null or known.state = 'fetched' or known.archived_at is not null then 'take'
            when known.state = 'rejected' then 'reject'
            when source.archive is not null then 'archive'
            else 'leave'
        end,
        known.payment_fetch_id, known.state, known.reason, known.digest
    from jsonb_to_recordset(p_files) as file (name text, size bigint, stamp text)
    inner join billing.payment_source as source on source.code = p_source
    left join lateral (
        select got.payment_fetch_id, got.state, got.reason, got.digest, got.archived_at
        from billing.payment_fetch as got
        where
            got.payment_source_id = source.payment_source_id and got.name = file.name
            and got.size = file.size and got.stamp = file.stamp
        order by got.payment_fetch_id desc
        limit 1
    ) as known on true
    order by file.stamp, file.name;
end;

comment on function logic.payment_fetch_due(text, jsonb) is
$$What is to do with the files that a source offers, [{name, size, stamp}], the oldest first: take, archive
what is done, leave; reject: it was rejected before. What is known by name, size and stamp is not taken again.
Example: select * from logic.payment_fetch_due('none', '[]')
Raises: nothing$$;

create function logic.payment_fetch_put(
    p_source text, p_name text, p_size bigint, p_stamp text, p_digest bytea
)
returns table (fetch_id bigint, state text, reason text, is_new boolean)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_source constant bigint := (
        select source.payment_source_id from billing.payment_source as source where source.code = p_source
    );
    v_before record;
begin
    perform access.require('admin', 'finance', 'batch');
    select got.state, got.reason, source.code || ': ' || got.name as file into v_before
    from billing.payment_fetch as got
    inner join billing.payment_source as source on source.payment_source_id = got.payment_source_id
    where
        got.digest = p_digest
        and (
            got.state in ('loaded', 'passed_on')
            or got.state in ('rejected', 'fetched') and got.payment_source_id = v_source
        )
    order by got.state in ('rejected', 'fetched'), got.payment_fetch_id
    limit 1;
    return query
    insert into billing.payment_fetch as got (
        payment_source_id, name, size, stamp, digest, state, reason, decided_at
    )
    select
        v_source, p_name, p_size, p_stamp, p_digest, made.state,
        case made.state when 'rejected' then v_before.reason when 'repeated' then v_before.file end,
        case when made.state <> 'fetched' then clock_timestamp() end
    from (
        select
            case
                when v_before.state is null then 'fetched'
                when v_before.state = 'rejected' then 'rejected'
                else 'repeated'
            end as state
    ) as made
    on conflict (payment_source_id, name, digest) do update set stamp = excluded.stamp
    returning got.payment_fetch_id, got.state, got.reason, old.payment_fetch_id is null;
end;
$$;

comment on function logic.payment_fetch_put(text, text, bigint, text, bytea) is
$$Notes a file that is here whole. The same bytes under another name are repeated (reason: which file they
were), or rejected as before; a known file keeps its state.
Example: select * from logic.payment_fetch_put('none', 'a', 1, null, sha256('a')) where false
Raises: LB901 without the level finance, batch or admin$$;

create function logic.payment_fetch_mark(p_fetch bigint, p_state text, p_reason text)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'finance', 'batch');
    update billing.payment_fetch as got
    set
        state = p_state, reason = p_reason,
        decided_at = case when p_state <> 'fetched' then clock_timestamp() end
    where
        got.payment_fetch_id = p_fetch and got.state = 'fetched'
        and (got.state, got.reason) is distinct from (p_state, p_reason);
    return found;
end;
$$;

comment on function logic.payment_fetch_mark(bigint, text, text) is
$$Notes what became of a fetched file, or with p_state fetched why it still waits; false: nothing new.
Example: select logic.payment_fetch_mark(0, 'loaded', null)
Raises: LB901 without the level finance, batch or admin$$;

create function logic.payment_fetch_archive(p_fetch bigint)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'finance', 'batch');
    update billing.payment_fetch as got set archived_at = clock_timestamp()
    where got.payment_fetch_id = p_fetch;
    return found;
end;
$$;

comment on function logic.payment_fetch_archive(bigint) is
$$Notes that a file went into the server's archive; false: there is none.
Example: select logic.payment_fetch_archive(0)
Raises: LB901 without the level finance, batch or admin$$;

-- api

create function api.payment_source_list(p_codes text[] default null)
returns table (
    code text, protocol text, host text, port integer, path text, user_name text, secret text, format text,
    pattern text, archive text, pass_on text, quiet_seconds integer
)
language sql stable
begin atomic
    select * from logic.payment_source_list(p_codes);
end;

comment on function api.payment_source_list(text[]) is
$$Payment sources of these codes, NULL: all that are enabled.
Example: select * from api.payment_source_list()
Raises: LB640 for a code that is not known$$;
grant execute on function api.payment_source_list(text[]) to leissner_admin, leissner_finance, leissner_batch;

create function api.payment_fetch_begin(p_source text, p_is_retry boolean default false)
returns boolean
language sql volatile
return logic.payment_fetch_begin(p_source, p_is_retry);

comment on function api.payment_fetch_begin(text, boolean) is
$$Has nobody else a source in hand to fetch from it? Then this session has.
Example: select api.payment_fetch_begin('none') where false
Raises: LB901$$;
grant execute on function api.payment_fetch_begin(text, boolean)
to leissner_admin, leissner_finance, leissner_batch;

create function api.payment_fetch_end(p_source text, p_result jsonb default null)
returns boolean
language sql volatile
return logic.payment_fetch_end(p_source, p_result);

comment on function api.payment_fetch_end(text, jsonb) is
$$Lets go of a source, and writes down what was done.
Example: select api.payment_fetch_end('none') where false
Raises: LB901$$;
grant execute on function api.payment_fetch_end(text, jsonb)
to leissner_admin, leissner_finance, leissner_batch;

create function api.payment_fetch_due(p_source text, p_files jsonb)
returns table (
    name text, size bigint, stamp text, task text, fetch_id bigint, state text, reason text, digest bytea
)
language sql stable
begin atomic
    select * from logic.payment_fetch_due(p_source, p_files);
end;

comment on function api.payment_fetch_due(text, jsonb) is
$$What is to do with the files that a source offers: take, archive, leave, reject.
Example: select * from api.payment_fetch_due('none', '[]')
Raises: nothing$$;
grant execute on function api.payment_fetch_due(text, jsonb)
to leissner_admin, leissner_finance, leissner_batch;

create function api.payment_fetch_put(
    p_source text, p_name text, p_size bigint, p_stamp text, p_digest bytea
)
returns table (fetch_id bigint, state text, reason text, is_new boolean)
language sql volatile
begin atomic
    select * from logic.payment_fetch_put(p_source, p_name, p_size, p_stamp, p_digest);
end;

comment on function api.payment_fetch_put(text, text, bigint, text, bytea) is
$$Notes a file that is here whole; the state that it has now.
Example: select * from api.payment_fetch_put('none', 'a', 1, null, sha256('a')) where false
Raises: LB901$$;
grant execute on function api.payment_fetch_put(text, text, bigint, text, bytea)
to leissner_admin, leissner_finance, leissner_batch;

create function api.payment_fetch_mark(p_fetch bigint, p_state text, p_reason text default null)
returns boolean
language sql volatile
return logic.payment_fetch_mark(p_fetch, p_state, p_reason);

comment on function api.payment_fetch_mark(bigint, text, text) is
$$Notes what became of a fetched file.
Example: select api.payment_fetch_mark(0, 'loaded')
Raises: LB901$$;
grant execute on function api.payment_fetch_mark(bigint, text, text)
to leissner_admin, leissner_finance, leissner_batch;

create function api.payment_fetch_archive(p_fetch bigint)
returns boolean
language sql volatile
return logic.payment_fetch_archive(p_fetch);

comment on function api.payment_fetch_archive(bigint) is
$$Notes that a file went into the server's archive.
Example: select api.payment_fetch_archive(0)
Raises: LB901$$;
grant execute on function api.payment_fetch_archive(bigint)
to leissner_admin, leissner_finance, leissner_batch;

create function api.payment_fetch_list(p_source text default null, p_state text default null)
returns table (
    source text, name text, size bigint, state text, reason text, fetched_at timestamptz,
    decided_at timestamptz, archived_at timestamptz, fetch_id bigint, digest bytea
)
language sql stable rows 1000
begin atomic
    select
        source.code, got.name, got.size, got.state, got.reason, got.fetched_at, got.decided_at,
        got.archived_at, got.payment_fetch_id, got.digest
    from billing.payment_fetch as got
    inner join billing.payment_source as source on source.payment_source_id = got.payment_source_id
    where (p_source is null or source.code = p_source) and (p_state is null or got.state = p_state)
    order by got.payment_fetch_id;
end;

comment on function api.payment_fetch_list(text, text) is
$$The files that came, of all sources or one, in any state or one, in the order in which they came.
Example: select * from api.payment_fetch_list('none', 'rejected')
Raises: nothing$$;
grant execute on function api.payment_fetch_list(text, text) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_auditor, leissner_batch;
