-- soap: who may call which operation, requests that come again, the log of requests, and the shapes of
-- operations, from which the WSDL is made. Callers: soap/.

create function logic.operation_enter(p_operation text, p_service text, p_address text)
returns table (name text, level text, language text, title text, rate_limit integer, refusal text)
language sql stable security definer rows 1
set search_path = pg_catalog, pg_temp
begin atomic
    select
        app_user.name,
        context.level,
        app_user.language,
        api_key.title,
        api_key.rate_limit,
        case
            -- With a ping one finds out whether the key is good.
            when p_operation <> 'ping' and not api_key.operations && array[p_operation, p_service]
                then 'LB931'
            when not p_address::inet <<= any(api_key.addresses) then 'LB932'
        end
    from access.session_context() as context
    inner join access.app_user as app_user on context.app_user_id = app_user.app_user_id
    left join access.api_key as api_key
        on api_key.key_hash = access.token_hash(nullif(current_setting('app.session', true), ''));
end;

comment on function logic.operation_enter(text, text, text) is $$Who asks for an operation: the user of the
session or API key in app.session, and the code of what the key may not; no row where there is none.
It checks no permission but what the API key itself may do: it shows the caller only.
Example: select name, level, refusal from logic.operation_enter('ping', 'System', '192.0.2.1')
Raises: nothing$$;

create function logic.request_begin(p_request_id text, p_operation text, p_digest bytea)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_user_id constant bigint := access.user_id();
    v_request access.request;
begin
    -- What is too old goes as new ones come: those of this id, and some of everyone's.
    delete from access.request as request
    where
        request.app_user_id = v_user_id and request.request_id = p_request_id
        and request.made_at < now() - interval '30 days';
    delete from access.request as request
    where (request.app_user_id, request.request_id) in (
        select old.app_user_id, old.request_id
        from access.request as old
        where old.made_at < now() - interval '30 days'
        order by old.made_at
        limit 20
        for update skip locked
    );
    -- The same id at the same moment waits here for the first to be done.
    insert into access.request (app_user_id, request_id, operation, digest)
    values (v_user_id, p_request_id, p_operation, p_digest)
    on conflict on constraint request_pk do nothing;
    if found then
        return null;
    end if;
    select request.* into v_request
    from access.request as request
    where request.app_user_id = v_user_id and request.request_id = p_request_id;
    if (v_request.operation, v_request.digest) is distinct from (p_operation, p_digest) then
        perform billing.fail(
            'LB934',
            jsonb_build_object(
                'request_id', p_request_id, 'day', v_request.made_at::date, 'field', 'request_id'
            )
        );
    end if;
    return v_request.answer;
end
$$;

comment on function logic.request_begin(text, text, bytea) is $$Begins a writing request that has an id: NULL
where it is new and is to be done, else what was answered to it.
It checks no permission: an id is its caller's own.
Example: select logic.request_begin('order-17', 'saveCustomer', sha256('\x00')) from logic.session_get()
Raises: LB934$$;

create function logic.request_end(p_request_id text, p_answer text)
returns void
language sql volatile security definer
set search_path = pg_catalog, pg_temp
begin atomic
    update access.request as request
    set answer = p_answer
    where request.app_user_id = access.user_id() and request.request_id = p_request_id;
end;

comment on function logic.request_end(text, text) is $$Keeps what a request answers, in its transaction.
It checks no permission: an id is its caller's own.
Example: select logic.request_end('order-17', '<done/>')
Raises: nothing$$;

create function logic.ping()
returns table (
    operator text, mode text, currency text, time_zone text, at timestamptz, version text, name text,
    level text
)
language sql stable security definer rows 1
set search_path = pg_catalog, pg_temp
begin atomic
    select
        operator.name, operator.mode, operator.currency, operator.time_zone, clock_timestamp(),
        left(deploy.code_digest(), 12), context.name, access.level_current()
    from (select) as always
    left join billing.operator as operator on true
    left join access.session_context() as context on true;
end;

comment on function logic.ping() is $$Whose billing system this is, in what mode, its version and time, and
who asks.
It checks no permission: everyone who has logged in may know.
Example: select operator, version, level from logic.ping()
Raises: nothing$$;

-- api

create function api.ping()
returns table (
    operator text, mode text, currency text, time_zone text, at timestamptz, version text, name text,
    level text
)
language sql stable rows 1
begin atomic
    select
        pong.operator, pong.mode, pong.currency, pong.time_zone, pong.at, pong.version, pong.name,
        pong.level
    from logic.ping() as pong;
end;

comment on function api.ping() is $$Whose billing system this is, in what mode, the version of its database,
its time, and as whom and at what level you are logged in.
Example: select operator, version, level from api.ping()
Raises: nothing$$;

create function api.operation_enter(p_operation text, p_service text, p_address text)
returns table (name text, level text, language text, title text, rate_limit integer, refusal text)
language sql stable rows 1
begin atomic
    select caller.name, caller.level, caller.language, caller.title, caller.rate_limit, caller.refusal
    from logic.operation_enter(p_operation, p_service, p_address) as caller;
end;

comment on function api.operation_enter(text, text, text) is $$Who asks for an operation of SOAP, the title of
the API key, its limit of requests a minute, and the code of what it may not (LB931 the operation, LB932 the
address); no row without a valid session or key.
Example: select name, level, refusal from api.operation_enter('ping', 'System', '192.0.2.1')
Raises: nothing$$;

create function api.request_begin(p_request_id text, p_operation text, p_digest bytea)
returns text
language sql volatile
begin atomic
    select logic.request_begin(p_request_id, p_operation, p_digest);
end;

comment on function api.request_begin(text, text, bytea) is $$Begins a writing request that has an id: NULL
where it is to be done, else what was answered to it within the last 30 days.
Example: select api.request_begin('order-17', 'saveCustomer', sha256('\x00')) from logic.session_get()
Raises: LB934$$;

create function api.request_end(p_request_id text, p_answer text)
returns void
language sql volatile
begin atomic
    select logic.request_end(p_request_id, p_answer);
end;

comment on function api.request_end(text, text) is $$Keeps what a request answers, in its transaction.
Example: select api.request_end('order-17', '<done/>')
Raises: nothing$$;

create function api.request_log(p_rows jsonb)
returns void
language sql volatile
begin atomic
    select audit.event_add('soap', entry.value ->> 'operation', entry.value - 'operation')
    from jsonb_array_elements(p_rows) with ordinality as entry (value, n)
    order by entry.n;
end;

comment on function api.request_log(jsonb) is $$Writes requests of the caller to the log: operation, and key,
milliseconds, bytes in and out, fault.
Example: select api.request_log('[{"operation": "ping", "ms": 2}]')
Raises: nothing$$;

create function api.operation_shape_list(p_functions text[], p_types text[] default '{}')
returns table (
    owner text, place integer, way text, name text, type text, is_needed boolean, says text
)
language sql stable rows 500
begin atomic
    with wanted as (
        select proc.*
        from pg_proc as proc
        where proc.pronamespace = 'api'::regnamespace and proc.proname = any(p_functions)
    ),

    part as (
        select
            wanted.proname::text as owner,
            argument.place::int as place,
            case when argument.mode in ('t', 'o') then 'out' else 'in' end as way,
            regexp_replace(argument.name, '^p_', '') as name,
            format_type(argument.type, null) as type,
            argument.mode = 'i' and argument.place <= wanted.pronargs - wanted.pronargdefaults as is_needed,
            null as says
        from wanted
        cross join lateral unnest(
            coalesce(wanted.proallargtypes, wanted.proargtypes::oid[]),
            wanted.proargnames,
            coalesce(wanted.proargmodes, array_fill('i'::"char", array[wanted.pronargs::int]))
        ) with ordinality as argument (type, name, mode, place)
        union all
        select
            class.relname::text, attribute.attnum, 'field', attribute.attname::text,
            format_type(attribute.atttypid, null), false, col_description(class.oid, attribute.attnum)
        from pg_class as class
        inner join pg_attribute as attribute on class.oid = attribute.attrelid
        where
            class.relnamespace = 'logic'::regnamespace and class.relname = any(p_types)
            and attribute.attnum > 0 and not attribute.attisdropped
    )

    select
        wanted.proname::text, 0, case wanted.provolatile when 'v' then 'writes' else 'reads' end, '',
        case
            when wanted.proretset and wanted.prorettype = 'record'::regtype then 'rows'
            else format_type(wanted.prorettype, null)
        end,
        false,
        -- as callers know the arguments
        regexp_replace(regexp_replace(
            substring(obj_description(wanted.oid, 'pg_proc') from '^(.*?)\s*\nExample:'), '\s+', ' ', 'g'
        ), '\mp_(?=[a-z])', '', 'g')
    from wanted
    union all
    select
        part.owner, part.place, part.way, part.name, part.type, part.is_needed,
        coalesce(
            part.says, field.says,
            (
                select col_description(class.oid, attribute.attnum)
                from pg_class as class
                inner join pg_attribute as attribute on class.oid = attribute.attrelid
                where
                    class.relnamespace = 'billing'::regnamespace and class.relkind in ('r', 'p', 'v')
                    and not class.relispartition and attribute.attname = part.name
                    and col_description(class.oid, attribute.attnum) is not null
                order by not starts_with(part.owner, class.relname), length(class.relname), class.relname
                limit 1
            )
        )
    from part
    left join lateral (
        select field.says
        from logic.operation_field() as field
        where part.name = field.name and starts_with(part.owner, coalesce(field.owner, ''))
        order by length(field.owner) desc nulls last
        limit 1
    ) as field on true;
end;

comment on function api.operation_shape_list(text[], text[]) is $$What functions of api take and give, and the
fields of composite types of logic, with what the database says of each; the function itself is the row with
place 0 (way: reads or writes; type: rows, or that of its value).
Example: select owner, way, name, type, is_needed, says from api.operation_shape_list('{customer_get}')
Raises: nothing$$;

grant execute on function logic.operation_enter(text, text, text), api.operation_enter(text, text, text),
api.operation_shape_list(text[], text[]), logic.operation_field(), api.request_log(jsonb)
to leissner_web;
grant execute on function
    logic.ping(), api.ping(), logic.request_begin(text, text, bytea), logic.request_end(text, text),
    api.request_begin(text, text, bytea), api.request_end(text, text), api.request_log(jsonb)
to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_customer, leissner_report, leissner_auditor, leissner_batch,
    leissner_integration;
