-- 57_outside/lookup: numbers of waiting calls that nobody here has, for the outside system to be asked about,
-- and what it said. A number is asked about the earliest day on which it is not known, and again only after a
-- while.

create function logic.lookup_waiting_list()
returns table (suspense_id bigint, kind text, number text, day date, is_held boolean)
language sql stable rows 10000
begin atomic
    with waiting as materialized (
        select
            suspense.suspense_id, case when suspense.account is null then 'number' else 'account' end as kind,
            own.number, suspense.start_on as day
        from billing.call_suspense as suspense
        cross join lateral (
            select coalesce(suspense.account, split_part(suspense.detail, ' ', 2)) as number
        ) as own
        where
            suspense.reason = 'no_subscriber' and suspense.start_on is not null
            -- as rating writes a number that can be dialled; others are nobody's
            and (suspense.account is not null or own.number ~ '^[1-9][0-9]{6,14}$')
    ),

    held as materialized (
        select found.kind, found.number, found.valid
        from (
            select array_agg(one.kind) as kinds, array_agg(one.number) as numbers
            from (select distinct waiting.kind, waiting.number from waiting) as one
        ) as asked
        cross join lateral logic.subscriber_find(asked.kinds, asked.numbers) as found
    )

    select
        waiting.suspense_id, waiting.kind, waiting.number, waiting.day,
        exists (
            select from held
            where held.kind = waiting.kind and held.number = waiting.number and held.valid @> waiting.day
        )
    from waiting;
end;

comment on function logic.lookup_waiting_list() is
$$Calls that wait because nobody had their number or account, with that; is_held: somebody has it by now.
Example: select * from logic.lookup_waiting_list()
Raises: nothing$$;

create function logic.lookup_rule()
returns table (url text, secret text, timeout_s integer)
language plpgsql stable security definer rows 1
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'batch', 'integration');
    return query
    select
        logic.setting_get('lookup_url'), logic.setting_get('lookup_secret'),
        coalesce(logic.setting_get('lookup_timeout_s')::integer, 5);
end;
$$;

comment on function logic.lookup_rule() is
$$Where to ask whose a number is (NULL: nowhere), the name of the secret for that, and how long to wait.
Example: select * from logic.lookup_rule()
Raises: LB901 without the level batch, integration or admin$$;

create function logic.lookup_collect()
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_count bigint;
begin
    perform access.require('admin', 'batch', 'integration');
    delete from billing.lookup as old where old.next_at < now() - interval '30 days';
    insert into billing.lookup as own (kind, number, day, state, next_at)
    select distinct on (waiting.kind, waiting.number)
        waiting.kind, waiting.number, waiting.day, 'waiting', now()
    from logic.lookup_waiting_list() as waiting
    left join billing.lookup as asked
        on asked.kind = waiting.kind and asked.number = waiting.number and asked.day = waiting.day
    where not waiting.is_held and (asked.next_at is null or asked.next_at <= now())
    order by waiting.kind, waiting.number, waiting.day
    on conflict on constraint lookup_number_uq do update
    set state = 'waiting', next_at = now()
    where own.next_at <= now() and own.state <> 'waiting';
    get diagnostics v_count = row_count;
    return v_count;
end;
$$;

comment on function logic.lookup_collect() is
$$Puts numbers of waiting calls that nobody has into the queue, each with the earliest day about which no
answer holds: how many are new there.
Example: select logic.lookup_collect() where false
Raises: LB901 without the level batch, integration or admin$$;

create function logic.lookup_take(p_limit integer)
returns table (lookup bigint, kind text, number text, day date)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_taken bigint[];
    v_held bigint[];
begin
    perform access.require('admin', 'batch', 'integration');
    -- Until some are found that nobody has by now: an answer may have been one about other numbers, too.
    loop
        v_taken := array(
            select own.lookup_id
            from billing.lookup as own
            where
                own.state in ('waiting', 'asking') and (own.state = 'waiting' or own.next_at <= now())
            order by own.kind, own.number, own.day
            limit p_limit
            for update of own skip locked
        );
        v_held := array(
            select own.lookup_id
            from billing.lookup as own
            inner join logic.subscriber_find(
                array(select one.kind from billing.lookup as one where one.lookup_id = any(v_taken)),
                array(select one.number from billing.lookup as one where one.lookup_id = any(v_taken))
            ) as found on found.kind = own.kind and found.number = own.number and found.valid @> own.day
            where own.lookup_id = any(v_taken)
        );
        delete from billing.lookup as own where own.lookup_id = any(v_held);
        exit when cardinality(v_held) < cardinality(v_taken) or v_taken = '{}';
    end loop;
    return query
    update billing.lookup as own
    set state = 'asking', asked_at = clock_timestamp(), next_at = clock_timestamp() + interval '10 minutes'
    where own.lookup_id = any(v_taken) and own.lookup_id <> all(v_held)
    returning own.lookup_id, own.kind, own.number, own.day;
end;
$$;

comment on function logic.lookup_take(integer) is
$$Up to p_limit numbers of the queue to ask about, which nobody else asks about for ten minutes.
Example: select * from logic.lookup_take(200) where false
Raises: LB901 without the level batch, integration or admin$$;

create function logic.lookup_answer(p_lookup bigint, p_state text, p_customer_no text, p_reason text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_hold interval := make_interval(
        hours => coalesce(logic.setting_get('lookup_cache_hours')::integer, 24)
    );
begin
    perform access.require('admin', 'batch', 'integration');
    update billing.lookup as own
    set
        state = p_state, customer_no = p_customer_no, reason = p_reason,
        failures = case when p_state = 'failed' then own.failures + 1 else 0 end,
        next_at = clock_timestamp() + case
            when p_state = 'failed'
                then least(make_interval(mins => 1 << least(own.failures, 20)), v_hold)
            else v_hold
        end
    where own.lookup_id = p_lookup;
end;
$$;

comment on function logic.lookup_answer(bigint, text, text, text) is
$$Notes what came of a question: known, unknown or refused, which holds for the setting lookup_cache_hours, or
failed: asked again after a minute, then two, four …
Example: select logic.lookup_answer(0, 'unknown', null, null)
Raises: LB901 without the level batch, integration or admin$$;

create function logic.lookup_release(p_lookups bigint[])
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'batch', 'integration');
    update billing.lookup as own set state = 'waiting', next_at = now()
    where own.state = 'asking' and own.lookup_id = any(p_lookups);
end;
$$;

comment on function logic.lookup_release(bigint[]) is
$$Numbers that were taken to be asked about and were not: anyone may take them now.
Example: select logic.lookup_release('{}')
Raises: LB901 without the level batch, integration or admin$$;

create function logic.lookup_again()
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_count bigint;
begin
    perform access.require('admin', 'batch', 'integration', 'support');
    update billing.lookup as own set next_at = now()
    where own.state not in ('waiting', 'asking') and own.next_at > now();
    get diagnostics v_count = row_count;
    perform audit.event_add('lookup_again', null, jsonb_build_object('numbers', v_count));
    return v_count;
end;
$$;

comment on function logic.lookup_again() is
$$Forgets how long answers hold: whatever still waits is asked about again. How many answers that are.
Example: select logic.lookup_again() where false
Raises: LB901 without the level batch, integration, support or admin$$;

create function logic.lookup_rate(p_limit integer)
returns table (read bigint, rated bigint, suspended bigint)
language plpgsql volatile security definer rows 1
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_ids bigint[];
begin
    perform access.require('admin', 'batch', 'integration');
    v_ids := array(
        select waiting.suspense_id from logic.lookup_waiting_list() as waiting
        where waiting.is_held
        order by waiting.suspense_id
        limit p_limit
    );
    if v_ids = '{}' then
        return query select 0::bigint, 0::bigint, 0::bigint;
        return;
    end if;
    return query
    select tried.read, tried.rated, tried.suspended
    from logic.suspense_rate('no_subscriber', p_limit, v_ids) as tried;
end;
$$;

comment on function logic.lookup_rate(integer) is
$$Rates up to p_limit calls that wait for a subscriber whom their number has by now.
Example: select * from logic.lookup_rate(50000) where false
Raises: LB901 without the level batch, integration or admin$$;

-- api

create function api.lookup_rule()
returns table (url text, secret text, timeout_s integer)
language sql stable rows 1
begin atomic
    select * from logic.lookup_rule();
end;

comment on function api.lookup_rule() is
$$Where to ask whose a number is (NULL: nowhere), the name of the secret for that, and how long to wait.
Example: select * from api.lookup_rule()
Raises: LB901$$;

create function api.lookup_collect()
returns bigint
language sql volatile
return logic.lookup_collect();

comment on function api.lookup_collect() is
$$Puts numbers of waiting calls that nobody has into the queue: how many are new there.
Example: select api.lookup_collect() where false
Raises: LB901$$;

create function api.lookup_take(p_limit integer default 200)
returns table (lookup bigint, kind text, number text, day date)
language sql volatile
begin atomic
    select * from logic.lookup_take(p_limit);
end;

comment on function api.lookup_take(integer) is
$$Numbers to ask the outside system about, which nobody else asks about for ten minutes.
Example: select * from api.lookup_take(200) where false
Raises: LB901$$;

create function api.lookup_answer(
    p_lookup bigint, p_state text, p_customer_no text default null, p_reason text default null
)
returns void
language sql volatile
begin atomic
    select logic.lookup_answer(p_lookup, p_state, p_customer_no, p_reason);
end;

comment on function api.lookup_answer(bigint, text, text, text) is
$$Notes what came of a question: known, unknown, refused or failed.
Example: select api.lookup_answer(0, 'unknown')
Raises: LB901$$;

create function api.lookup_release(p_lookups bigint[])
returns void
language sql volatile
begin atomic
    select logic.lookup_release(p_lookups);
end;

comment on function api.lookup_release(bigint[]) is
$$Numbers that were taken to be asked about and were not: anyone may take them now.
Example: select api.lookup_release('{}')
Raises: LB901$$;

create function api.lookup_again()
returns bigint
language sql volatile
return logic.lookup_again();

comment on function api.lookup_again() is
$$Whatever still waits is asked about again, however long answers hold. How many answers that are.
Example: select api.lookup_again() where false
Raises: LB901$$;

create function api.lookup_rate(p_limit integer default 50000)
returns table (read bigint, rated bigint, suspended bigint)
language sql volatile rows 1
begin atomic
    select * from logic.lookup_rate(p_limit);
end;

comment on function api.lookup_rate(integer) is
$$Rates calls that wait for a subscriber whom their number has by now, at most p_limit in this transaction
(call again while read = p_limit).
Example: select * from api.lookup_rate() where false
Raises: LB901$$;

create function api.lookup_list(p_state text default null)
returns table (
    kind text, number text, day date, state text, customer_no text, reason text, failures integer,
    asked_at timestamptz, next_at timestamptz
)
language sql stable rows 1000
begin atomic
    select
        own.kind, own.number, own.day, own.state, own.customer_no, own.reason, own.failures, own.asked_at,
        own.next_at
    from billing.lookup as own
    where p_state is null or own.state = p_state
    order by own.kind, own.number, own.day;
end;

comment on function api.lookup_list(text) is
$$What the outside system was asked about numbers that nobody here has, and what it said, all of it or what
came to one state.
Example: select * from api.lookup_list('refused')
Raises: nothing$$;
grant execute on function api.lookup_list(text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_report, leissner_auditor, leissner_batch, leissner_integration;
grant execute on function api.lookup_again()
to leissner_admin, leissner_support, leissner_batch, leissner_integration;
grant execute on function
    api.lookup_rule(), api.lookup_collect(), api.lookup_take(integer),
    api.lookup_answer(bigint, text, text, text),
    api.lookup_release(bigint[]), api.lookup_rate(integer)
to leissner_admin, leissner_batch, leissner_integration;
