-- 50_usage/mend: what mends a cause of suspense from its page; call files and re-ratings as lists.

-- api

create function api.suspense_prefix_add(p_prefix text, p_destination text, p_from_on date)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_destination_id bigint := (
        select destination.destination_id from billing.destination where destination.code = p_destination
    );
    v_prefix_id bigint;
begin
    if v_destination_id is null then
        perform billing.fail('LB400', jsonb_build_object(
            'what', 'destination', 'code', p_destination, 'field', 'destination'
        ));
    end if;
    insert into billing.prefix (digits, is_whole, destination_id, valid)
    values (rtrim(p_prefix, '$'), p_prefix like '%$', v_destination_id, daterange(p_from_on, null))
    returning prefix.prefix_id into v_prefix_id;
    return v_prefix_id;
end;
$$;

comment on function api.suspense_prefix_add(text, text, date) is
$$Lets numbers that begin with a prefix (with $ at its end: that whole number) lead to a destination from a
day on, where nothing did.
Example: select api.suspense_prefix_add('999', 'SE-FIX', '2026-10-01') where false
Raises: LB400 for an unknown destination$$;
grant execute on function api.suspense_prefix_add(text, text, date)
to leissner_admin, leissner_pricing, leissner_batch;

create function api.suspense_number_add(
    p_number text, p_contract_no text, p_line_no integer, p_from_on date, p_kind text default 'number'
)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_line_id bigint;
    v_days daterange;
    v_number_id bigint;
begin
    if not exists (select from billing.contract where contract.contract_no = p_contract_no) then
        perform billing.fail('LB400', jsonb_build_object(
            'what', 'contract', 'code', p_contract_no, 'field', 'contract_no'
        ));
    end if;
    select line.contract_line_id, line.valid into v_line_id, v_days
    from billing.contract_line as line
    inner join billing.contract on contract.contract_id = line.contract_id
    where contract.contract_no = p_contract_no and line.line_no = p_line_no;
    if v_line_id is null then
        perform billing.fail('LB400', jsonb_build_object(
            'what', 'line', 'code', p_line_no, 'field', 'line_no'
        ));
    end if;
    -- a number that begins after its line has ended would hold on no day
    if p_from_on >= upper(v_days) then
        perform billing.fail('LB400', jsonb_build_object(
            'what', 'line', 'code', format('%s/%s (%s)', p_contract_no, p_line_no, p_from_on),
            'field', 'contract_no'
        ));
    end if;
    insert into billing.subscriber_number (contract_line_id, kind, number, from_on)
    values (v_line_id, p_kind, p_number, p_from_on)
    returning subscriber_number.subscriber_number_id into v_number_id;
    return v_number_id;
end;
$$;

comment on function api.suspense_number_add(text, text, integer, date, text) is
$$Assigns a number, or an account, to a contract line from a day on.
Example: select api.suspense_number_add('46902003000', 'C1', 1, '2026-10-01') where false
Raises: LB400 for a contract or a line that there is not, or not any more on that day$$;
grant execute on function api.suspense_number_add(text, text, integer, date, text)
to leissner_admin, leissner_sales, leissner_support, leissner_batch, leissner_integration;

create function api.destination_choice_list()
returns table (code text, name text)
language sql stable
begin atomic
    select destination.code, destination.name
    from billing.destination
    order by billing.name_sort_key(destination.name), destination.code;
end;

comment on function api.destination_choice_list() is
$$Destinations by name, to choose one.
Example: select * from api.destination_choice_list()
Raises: nothing$$;
grant execute on function api.destination_choice_list()
to leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_auditor,
leissner_batch, leissner_integration;

create function api.file_list()
returns table (
    file bigint, name text, source text, state text, opened_at timestamptz, loaded_at timestamptz,
    read bigint, rated bigint, suspended bigint, duplicate bigint, zero bigint, conflicting bigint,
    waiting bigint
)
language sql stable rows 1000
begin atomic
    select
        file.file_id, file.name, source.code, case when file.is_complete then 'loaded' else 'part' end,
        file.opened_at, file.loaded_at, file.read, file.rated, file.suspended, file.duplicate, file.zero,
        file.conflicting,
        (
            select count(*) from billing.call_suspense as suspense where suspense.file_id = file.file_id
        )
    from billing.cdr_file as file
    inner join billing.cdr_source as source on source.source_id = file.source_id;
end;

comment on function api.file_list() is
$$Files of call records with their counts: read = rated + suspended + duplicate + zero, as they were loaded;
waiting: what of the suspended still waits. part: there may be more in the file.
Example: select * from api.file_list()
Raises: nothing$$;

create function api.file_get(p_file bigint)
returns table (
    file bigint, name text, source text, state text, opened_at timestamptz, loaded_at timestamptz,
    read bigint, rated bigint, suspended bigint, duplicate bigint, zero bigint, conflicting bigint,
    waiting bigint, lines bigint, bytes bigint, notes jsonb
)
language sql stable rows 1
begin atomic
    select one.*, stored.line_no, stored.position, stored.notes
    from api.file_list() as one
    inner join billing.cdr_file as stored on stored.file_id = one.file
    where stored.file_id = p_file;
end;

comment on function api.file_get(bigint) is
$$A file of call records: its counts, how much of it was read, and what was tolerated or is worth a look.
Example: select * from api.file_get(1)
Raises: nothing$$;

create function api.file_load_list(p_file bigint)
returns table (
    load bigint, kind text, started_at timestamptz, finished_at timestamptz, read bigint, rated bigint,
    suspended bigint, duplicate bigint, zero bigint, conflicting bigint
)
language sql stable rows 20
begin atomic
    select
        load.load_id, load.kind, load.started_at, load.finished_at, load.read, load.rated, load.suspended,
        load.duplicate, load.zero, load.conflicting
    from billing.load
    where load.file_id = p_file
    order by load.load_id desc
    limit 200;
end;

comment on function api.file_load_list(bigint) is
$$The last 200 batches of a file, each committed as a whole.
Example: select * from api.file_load_list(1)
Raises: nothing$$;
grant execute on function api.file_list(), api.file_get(bigint), api.file_load_list(bigint)
to leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
leissner_auditor, leissner_batch, leissner_integration;

create function api.rerate_list()
returns table (
    rerate bigint, asked_at timestamptz, asked_by text, why text, from_on date, last_on date, options jsonb,
    state text, parts bigint, done bigint, calls bigint, changed bigint, suspended bigint, frozen bigint,
    revenue numeric, cost numeric
)
language sql stable rows 100
begin atomic
    select
        rerate.rerate_id, rerate.asked_at, rerate.asked_by, rerate.why, rerate.from_on, rerate.to_on - 1,
        jsonb_strip_nulls(rerate.options), case when rerate.finished_at is null then 'part' else 'done' end,
        part.parts, part.done, part.calls, coalesce(sums.changed, 0)::bigint,
        coalesce(sums.suspended, 0)::bigint, coalesce(sums.frozen, 0)::bigint, coalesce(sums.revenue, 0),
        coalesce(sums.cost, 0)
    from billing.rerate
    cross join lateral (
        select count(*) as parts, count(one.done_at) as done, coalesce(sum(one.calls), 0)::bigint as calls
        from billing.rerate_part as one where one.rerate_id = rerate.rerate_id
    ) as part
    cross join lateral (
        select
            sum(one.changed) as changed, sum(one.suspended) as suspended, sum(one.frozen) as frozen,
            sum(one.revenue_after - one.revenue_before) as revenue,
            sum(one.cost_after - one.cost_before) as cost
        from billing.rerate_customer as one where one.rerate_id = rerate.rerate_id
    ) as sums;
end;

comment on function api.rerate_list() is
$$Re-ratings of periods: who asked for each and why, how far it has come, and what it changed (revenue and
cost: after less before). part: it is at work, or was broken off and may be taken up again.
Example: select * from api.rerate_list()
Raises: nothing$$;
grant execute on function api.rerate_list()
to leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_auditor,
leissner_batch;
