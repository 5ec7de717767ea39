-- 15_audit: proves the log. Callers: `leissner check`, jobs. What writes and seals it is in
-- db/schema/0015_audit.sql.

-- Every place where the log is not what was written, one row each. The scans read the whole log, in PL/pgSQL
-- because each `return query` may run in parallel.
create function logic.check_audit(p_seal_no bigint default null, p_head bytea default null)
returns table (problem text, place text)
language plpgsql stable security definer rows 10
set search_path = pg_catalog, pg_temp
set parallel_tuple_cost = 0  -- the planner expects every row to be wrong, and so to be sent
as $$
begin
    perform access.require('admin', 'auditor', 'batch');
    return query
    select
        'a change was altered' as problem,
        format(
            'audit.change %s: %s of %s %s at %s',
            change.change_id, change.op, change.table_name, change.pk, change.at
        ) as place
    from audit.change as change
    where
        change.digest <> audit.change_digest(change)
        or (
            change.salt is not null
            and change.content <> audit.content_digest(change.salt, change.old, change.new)
        )
        or (
            change.salt is null
            and (
                num_nonnulls(change.old, change.new) > 0
                or not exists (
                    select from audit.event as event
                    where event.kind = 'redact' and event.subject = change.change_id::text
                )
            )
        );

    return query
    select
        'an event was altered',
        format('audit.event %s: %s %s at %s', event.event_id, event.kind, event.subject, event.at)
    from audit.event as event
    where event.digest <> audit.event_digest(event);

    return query
    select
        'a change belongs to no transaction of the log',
        format(
            'audit.change %s: %s of %s %s at %s',
            change.change_id, change.op, change.table_name, change.pk, change.at
        )
    from audit.change as change
    where not exists (select from audit.tx as own where own.tx = change.tx and own.at = change.at);

    return query
    select
        'an event belongs to no transaction of the log',
        format('audit.event %s: %s %s at %s', event.event_id, event.kind, event.subject, event.at)
    from audit.event as event
    where not exists (select from audit.tx as own where own.tx = event.tx and own.at = event.at);

    return query
    with content as (
        select * from audit.tx_content(1, (select max(own.tx) from audit.tx as own))
    ),

    chained as (
        select
            own.*,
            lag(own.seal_no) over (order by own.seal_no) as seal_before,
            lag(own.head) over (order by own.seal_no) as head_before
        from audit.tx as own
        where own.seal_no is not null
    )

    select
        case
            when chained.rows = content.rows then 'rows of a sealed transaction were exchanged'
            else 'rows of a sealed transaction were removed or inserted'
        end,
        format(
            'transaction %s at %s: sealed %s, found %s', chained.tx, chained.at, chained.rows, content.rows
        )
    from chained
    inner join content on chained.tx = content.tx
    where chained.digest <> content.digest
    union all
    select
        'the chain is broken: a transaction before this one was altered or removed',
        format('transaction %s at %s, place %s', chained.tx, chained.at, chained.seal_no)
    from chained
    where
        chained.seal_no <> coalesce(chained.seal_before, 0) + 1
        or chained.head <> sha256(coalesce(chained.head_before, ''::bytea) || chained.digest)
    union all
    select
        'not sealed for more than a minute',
        format('transaction %s at %s', own.tx, own.at)
    from audit.tx as own
    where own.seal_no is null and own.at < now() - interval '1 minute'
    union all
    select
        'the head kept outside the database is not in the chain',
        format('place %s', p_seal_no)
    where
        p_seal_no is not null
        and not exists (select from audit.tx as own where own.seal_no = p_seal_no and own.head = p_head)
    union all
    select
        'a trigger of the log is missing or switched off',
        format('%s on %s', wanted.trigger, wanted.table_oid::regclass)
    from (
        select
            class.oid as table_oid,
            '_90_audit_' || op.op as trigger
        from pg_class as class
        cross join unnest(array['insert', 'update', 'delete', 'truncate']) as op (op)
        where
            class.relnamespace in ('billing'::regnamespace, 'access'::regnamespace)
            and class.relkind in ('r', 'p') and not class.relispartition
            and not exists (
                select from audit.exempt as exempt
                where exempt.table_name = class.relnamespace::regnamespace || '.' || class.relname
            )
        union all
        select
            class.oid,
            name.name
        from pg_class as class
        cross join unnest(array['_10_append_only', '_10_append_only_truncate']) as name (name)
        where
            class.relnamespace = 'audit'::regnamespace and class.relkind in ('r', 'p')
            and (class.relname in ('tx', 'event', 'change') or class.relispartition)
    ) as wanted
    where
        not exists (
            select from pg_trigger as trigger
            where
                trigger.tgrelid = wanted.table_oid
                and trigger.tgname = wanted.trigger
                and trigger.tgenabled = 'A'
        )
    order by 1, 2;
end
$$;

comment on function logic.check_audit(bigint, bytea) is $$Each place where the sealed log was altered, is not
sealed in time, or is not being written; no row when all is well.
The arguments are the newest place and head that were kept outside the database, or NULL.
Example: select problem, place from logic.check_audit()
Raises: LB901$$;

-- A row is named by its key in the log, or by what people call it: the customer's number, a code.
create function logic.audit_key(p_table_name text, p_key text)
returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_table regclass := to_regclass(p_table_name);
    v_query text;
    v_key jsonb;
begin
    if p_key like '{%' then
        return case when pg_input_is_valid(p_key, 'jsonb') then p_key::jsonb else '[]' end;
    end if;
    select format(
        'select jsonb_build_object(%s) from %s as row where row.%I::text = $1 limit 1',
        string_agg(format('%L, row.%I', own.attname, own.attname), ', '), v_table, min(named.attname)
    )
    into v_query
    from (
        select attribute.attname
        from pg_index as index
        inner join pg_attribute as attribute
            on attribute.attrelid = index.indrelid and attribute.attnum = index.indkey[0]
        where index.indrelid = v_table and index.indisunique and index.indnatts = 1 and index.indpred is null
        order by format_type(attribute.atttypid, null) <> 'text', index.indisprimary
        limit 1
    ) as named
    cross join pg_index as key
    cross join lateral unnest(key.indkey::int2[]) as part (number)
    inner join pg_attribute as own on own.attrelid = key.indrelid and own.attnum = part.number
    where key.indrelid = v_table and key.indisprimary;
    if v_query is null then
        return '[]';
    end if;
    execute v_query into v_key using p_key;
    return coalesce(v_key, '[]');
end
$$;

comment on function logic.audit_key(text, text) is $$The key in the log of a row that is named by it, or by
its number or code, as far as the caller sees the table; [] where there is none.
Example: select logic.audit_key('billing.currency', 'SEK')
Raises: nothing$$;

create function logic.audit_moment(p_day date)
returns timestamptz
language sql stable parallel safe
return p_day::timestamp at time zone coalesce((select operator.time_zone from billing.operator), 'UTC');

comment on function logic.audit_moment(date) is $$When a local day begins.
Example: select logic.audit_moment('2026-11-01')
Raises: nothing$$;

-- api

create function api.audit_check(p_seal_no bigint default null, p_head bytea default null)
returns table (problem text, place text)
language sql stable rows 10
begin atomic
    select
        found.problem,
        found.place
    from logic.check_audit(p_seal_no, p_head) as found;
end;

comment on function api.audit_check(bigint, bytea) is $$Each place where the log is not what was written; no
row when all is well.
Example: select problem, place from api.audit_check()
Raises: LB901$$;

create function api.audit_seal()
returns table (seal_no bigint, head bytea, sealed bigint)
language sql volatile rows 1
begin atomic
    select
        done.seal_no,
        done.head,
        done.sealed
    from audit.seal() as done;
end;

comment on function api.audit_seal() is $$Seals what is not sealed yet; gives the newest place and head, to be
kept outside the database.
Example: select seal_no, sealed from api.audit_seal()
Raises: nothing$$;

create function api.audit_event_add(p_kind text, p_subject text default null, p_detail jsonb default '{}')
returns void
language sql volatile
begin atomic
    select audit.event_add(p_kind, p_subject, p_detail);
end;

comment on function api.audit_event_add(text, text, jsonb) is $$Writes an event to the log: an export, a look
at call details, a job run.
Example: select api.audit_event_add('export', 'calls', '{"rows": 3}')
Raises: LB915$$;

create function api.audit_event_list(p_from timestamptz, p_to timestamptz, p_kind text default null)
returns table (
    at timestamptz, actor text, level text, login text, client text, kind text, subject text, detail jsonb
)
language sql stable rows 1000
begin atomic
    select
        event.at,
        event.actor,
        event.level,
        event.login,
        event.client,
        event.kind,
        event.subject,
        event.detail
    from audit.event as event
    where event.at >= p_from and event.at < p_to and (p_kind is null or event.kind = p_kind)
    order by event.at, event.event_id;
end;

comment on function api.audit_event_list(timestamptz, timestamptz, text) is $$Events of a period, all or of
one kind.
Example: select at, actor, kind from api.audit_event_list('2026-11-01', '2026-12-01', 'login')
Raises: nothing$$;

create function api.audit_change_list(
    p_from timestamptz, p_to timestamptz, p_table_name text default null, p_pk jsonb default null
)
returns table (
    change_id bigint, at timestamptz, actor text, level text, login text, client text, op text,
    table_name text, pk jsonb, old jsonb, new jsonb
)
language sql stable rows 1000
begin atomic
    select
        change.change_id,
        change.at,
        change.actor,
        change.level,
        change.login,
        change.client,
        change.op,
        change.table_name,
        change.pk,
        change.old,
        change.new
    from audit.change as change
    where
        change.at >= p_from and change.at < p_to
        and (p_table_name is null or change.table_name = p_table_name)
        and (p_pk is null or change.pk = p_pk)
    order by change.at, change.change_id;
end;

comment on function api.audit_change_list(timestamptz, timestamptz, text, jsonb) is $$Changes of a period, of
all tables, one table, or one row of it.
Example: select at, actor, old, new from api.audit_change_list('2026-11-01', '2026-12-01', 'billing.customer')
Raises: nothing$$;

create function api.audit_change_page(
    p_from date default null, p_through date default null, p_table text default null,
    p_key text default null, p_actor text default null
)
returns table (
    change_id bigint, at timestamptz, actor text, level text, login text, client text, op text,
    table_name text, pk jsonb, old jsonb, new jsonb, is_redacted boolean
)
language sql stable rows 1000
begin atomic
    select
        change.change_id, change.at, change.actor, change.level, change.login, change.client, change.op,
        change.table_name, change.pk, change.old, change.new, change.salt is null
    from audit.change as change
    where
        change.at >= logic.audit_moment(coalesce(p_from, (now() - interval '6 days')::date))
        and change.at < logic.audit_moment(coalesce(p_through, now()::date) + 1)
        and (p_table is null or change.table_name = p_table)
        and (p_key is null or change.pk = (select logic.audit_key(p_table, p_key)))
        and (p_actor is null or change.actor = p_actor);
end;

comment on function api.audit_change_page(date, date, text, text, text) is
$$Changes of local days: of all tables or one, of one row (named by its number,
code or key), by everyone or one person.
Example: select at, actor, old, new from api.audit_change_page('2026-11-01', '2026-11-30', 'billing.currency')
Raises: nothing$$;

create function api.audit_event_page(
    p_from date default null, p_through date default null, p_kind text default null,
    p_actor text default null
)
returns table (
    event_id bigint, at timestamptz, actor text, level text, login text, client text, kind text,
    subject text, detail jsonb
)
language sql stable rows 1000
begin atomic
    select
        event.event_id, event.at, event.actor, event.level, event.login, event.client, event.kind,
        event.subject, event.detail
    from audit.event as event
    where
        event.at >= logic.audit_moment(coalesce(p_from, (now() - interval '6 days')::date))
        and event.at < logic.audit_moment(coalesce(p_through, now()::date) + 1)
        and (p_kind is null or event.kind = p_kind)
        and (
            p_actor is null or event.actor = p_actor
            or event.kind in ('login', 'login_failed') and event.subject = p_actor
        );
end;

comment on function api.audit_event_page(date, date, text, text) is
$$Events of local days: of all kinds or one, by everyone or one person, the person's logins included.
Example: select at, actor, kind from api.audit_event_page('2026-11-01', '2026-11-30', 'login')
Raises: nothing$$;

create function api.audit_table_list()
returns table (table_name text)
language sql stable rows 100
begin atomic
    select class.relnamespace::regnamespace || '.' || class.relname
    from pg_class as class
    where
        class.relnamespace in ('billing'::regnamespace, 'access'::regnamespace)
        and class.relkind in ('r', 'p') and not class.relispartition
        and not exists (
            select from audit.exempt as exempt
            where exempt.table_name = class.relnamespace::regnamespace || '.' || class.relname
        )
    order by 1;
end;

comment on function api.audit_table_list() is $$The tables whose changes are logged row by row.
Example: select * from api.audit_table_list()
Raises: nothing$$;

create function api.audit_redact(p_change_id bigint, p_reason text)
returns void
language sql volatile
begin atomic
    select audit.redact(p_change_id, p_reason);
end;

comment on function api.audit_redact(bigint, text) is $$Blanks what a change says, for good, with a reason;
the rest of the row and the chain stay.
Example: select api.audit_redact(17, 'Erasure asked for on 2026-11-20') where false
Raises: LB901, LB913, LB914$$;

grant execute on function api.audit_check(bigint, bytea) to leissner_admin, leissner_auditor, leissner_batch;
grant execute on function api.audit_seal() to leissner_admin, leissner_auditor, leissner_batch;
grant execute on function
    api.audit_event_list(timestamptz, timestamptz, text),
    api.audit_change_list(timestamptz, timestamptz, text, jsonb),
    api.audit_change_page(date, date, text, text, text), api.audit_event_page(date, date, text, text),
    api.audit_table_list()
to leissner_admin, leissner_auditor;
grant execute on function api.audit_redact(bigint, text) to leissner_admin;
grant execute on function api.audit_event_add(text, text, jsonb) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_customer, leissner_report, leissner_auditor, leissner_batch,
    leissner_integration;
