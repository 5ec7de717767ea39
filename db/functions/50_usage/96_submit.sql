-- 50_usage/submit: calls that another system hands over, rated at once, on the same path as those of files.

create type logic.submitted_call as (
    key text, started_at timestamptz, units numeric, a_number text, b_number text, mode text, carrier text,
    account text
);
comment on type logic.submitted_call is 'A call as another system submits it.';
comment on column logic.submitted_call.key is
'The call''s own key, unique per source, at most 200 characters; without one the call is known by its '
'content.';
comment on column logic.submitted_call.started_at is
'When it was answered; without an offset in the time zone of the source.';
comment on column logic.submitted_call.units is
'Billed seconds, events or bytes, as the mode counts; a fraction is rounded up. 0: counted, not kept.';
comment on column logic.submitted_call.a_number is
'Calling number, by the number conventions of the source: E.164 digits for a plain one.';
comment on column logic.submitted_call.b_number is 'Called number, by the same conventions.';
comment on column logic.submitted_call.mode is 'Code of the mode; without one the source''s, else voice.';
comment on column logic.submitted_call.carrier is
'Code of the carrier, or the trunk; without one the source''s.';
comment on column logic.submitted_call.account is
'Account that finds the contract line instead of the calling number.';

-- As the readers of files have it (FORMATS-CALLS.md): cut to whole seconds; of two hours of one name the
-- first.
create function logic.moment_read(p_text text, p_time_zone text)
returns timestamptz
language sql stable parallel safe
return case
    when p_text is null
        or p_text !~ (
            '^(19|[2-9][0-9])[0-9]{2}-?[0-9]{2}-?[0-9]{2}[T ][0-9]{2}:?[0-9]{2}(:?[0-9]{2}([.][0-9]+)?)?'
            '(Z|[+-][0-9]{2}(:?[0-9]{2})?)?$'
        )
        or not pg_input_is_valid(p_text, 'timestamptz')
        then null
    when p_text ~ '[T ].*(Z|[+-][0-9:]+)$' then date_trunc('second', p_text::timestamptz)
    else (
        select case
            when first.moment at time zone p_time_zone = wall.clock then first.moment
            else wall.clock at time zone p_time_zone
        end
        from (select date_trunc('second', p_text::timestamp) as clock) as wall
        cross join lateral (
            select wall.clock at time zone p_time_zone - interval '1 hour' as moment
        ) as first
    )
end;

comment on function logic.moment_read(text, text) is
$$The moment that a text in ISO 8601 names, in whole seconds, without an offset in a time zone; NULL where it
is not readable.
Example: select logic.moment_read('2026-10-25T02:30:00', 'Europe/Stockholm')
Raises: nothing$$;

create function logic.submitted_staged(p_calls jsonb, p_source billing.cdr_source, p_load_id bigint)
returns setof billing.call_staging
language sql stable rows 10000
begin atomic
    -- An offset like +02:00, as readers of files take it, has its sign turned round in PostgreSQL.
    with zone as (
        select case
            when (p_source).time_zone ~ '^(UTC|GMT)?[+-]' then translate((p_source).time_zone, '+-', '-+')
            else (p_source).time_zone
        end as name
    ),

    given as (
        select
            call.place, call.record, nullif(call.record ->> 'key', '') as key,
            call.record ->> 'started_at' as started, btrim(call.record ->> 'units') as units,
            nullif(btrim(call.record ->> 'a_number'), '') as a,
            nullif(btrim(call.record ->> 'b_number'), '') as b,
            nullif(call.record ->> 'mode', '') as mode, nullif(call.record ->> 'carrier', '') as carrier,
            nullif(call.record ->> 'account', '') as account
        from jsonb_array_elements(p_calls) with ordinality as call (record, place)
    ),

    read as (
        select
            given.*, logic.moment_read(given.started, zone.name) as started_at,
            given.units ~ '^[+-]?[0-9]{1,18}([.][0-9]{0,12})?$' as is_number
        from given
        cross join zone
        offset 0
    ),

    judged as (
        select
            read.*,
            case
                when coalesce(read.started, '') = '' then 'no start'
                when read.started_at is null then 'a time that is not readable'
                when coalesce(read.units, '') = '' then 'no units'
                when not read.is_number then format('units %s are not a number', left(read.units, 40))
                when greatest(
                    length(read.key), length(read.a), length(read.b), length(read.mode), length(read.carrier),
                    length(read.account)
                ) > 200 then 'a value of more than 200 characters'
                when read.a ~ '^[0-9]+([.,][0-9]*)?[eE][+]?[0-9]+$'
                    or read.b ~ '^[0-9]+([.,][0-9]*)?[eE][+]?[0-9]+$'
                    then 'a number in exponent form: digits are lost'
            end as bad
        from read
        offset 0
    )

    select
        p_load_id, judged.place, left(judged.key, 200), judged.started_at,
        case
            when judged.is_number then case
                when judged.units like '-%' then floor(judged.units::numeric) else ceil(judged.units::numeric)
            end
        end,
        judged.a, judged.b, judged.mode, judged.carrier, judged.account,
        -- as a line of the plain form, in which its corrected record finds it again by its key
        case
            when jsonb_typeof(judged.record) <> 'object' then judged.record::text
            else array_to_string(
                array[
                    judged.key, judged.started, judged.units, judged.a, judged.b, judged.mode, judged.carrier,
                    judged.account
                ],
                (p_source).delimiter, ''
            )
        end,
        judged.bad, null, null, null::text[]
    from judged;
end;

comment on function logic.submitted_staged(jsonb, billing.cdr_source, bigint) is
$$Calls submitted for a source as records of a batch, those that cannot be read with the reason why.
Example: select * from logic.submitted_staged('[{"units": 60}]', null, 0)
Raises: nothing$$;

create function logic.submit_file(p_source_id bigint)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_name text := 'submitted ' || logic.today();
    v_head bytea := sha256(convert_to(v_name, 'UTF8'));
    v_file_id bigint;
begin
    -- One file per source and day: a request is a batch of it, so that many small ones cost a row each.
    for v_try in 1..2 loop
        select file.file_id into v_file_id
        from billing.cdr_file as file
        where file.source_id = p_source_id and file.head_hash = v_head;
        exit when v_file_id is not null;
        if v_try = 1 then
            perform pg_advisory_xact_lock(
                hashtextextended('billing.cdr_file ' || p_source_id || ' ' || v_name, 0)
            );
        else
            insert into billing.cdr_file (source_id, name, head_hash) values (p_source_id, v_name, v_head)
            returning cdr_file.file_id into v_file_id;
        end if;
    end loop;
    return v_file_id;
end;
$$;

comment on function logic.submit_file(bigint) is
$$The file under which a source's submitted calls of today are counted, made with the day's first ones.
Example: select logic.submit_file(source_id) from billing.cdr_source where false
Raises: nothing$$;

create function logic.call_submit(p_source text, p_calls jsonb, p_is_whole boolean)
returns table (
    place bigint, key text, result text, reason text, detail text, customer_no text, contract_no text,
    line_no integer, destination text, billed bigint, regular numeric, bundled numeric, discount numeric,
    retail numeric, currency text, cost numeric, margin numeric
)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_most integer := 10000;
    v_count integer;
    v_source billing.cdr_source;
    v_load billing.load;
    v_file_id bigint;
    v_staged billing.call_staging[];
    v_first record;
    v_time_zone text := (select operator.time_zone from billing.operator);
begin
    perform access.require('admin', 'batch', 'integration');
    if jsonb_typeof(p_calls) is distinct from 'array' then
        perform billing.fail('LB314', jsonb_build_object('what', coalesce(jsonb_typeof(p_calls), 'null')));
    end if;
    v_count := jsonb_array_length(p_calls);
    if v_count > v_most then
        perform billing.fail('LB308', jsonb_build_object('most', v_most, 'what', 'calls', 'count', v_count));
    end if;
    select source.* into v_source from billing.cdr_source as source where source.code = p_source;
    if not found then
        perform billing.fail('LB311', jsonb_build_object(
            'source', p_source,
            'known', (
                select coalesce(string_agg(source.code, ', ' order by source.code), '-')
                from billing.cdr_source as source
            )
        ));
    end if;
    if v_count = 0 then
        return;
    elsif v_count <= 5 then
        perform set_config('plan_cache_mode', 'force_generic_plan', true);
    end if;

    v_file_id := logic.submit_file(v_source.source_id);
    insert into billing.load (file_id, kind) values (v_file_id, 'submit') returning load.* into v_load;
    v_staged := array(
        select staged from logic.submitted_staged(p_calls, v_source, v_load.load_id) as staged
    );
    if p_is_whole then
        select one.line_no, one.key, one.bad into v_first
        from unnest(v_staged) as one where one.bad is not null
        order by one.line_no limit 1;
        if found then
            perform billing.fail('LB315', jsonb_build_object(
                'place', v_first.line_no, 'key', coalesce(v_first.key, '-'), 'reason', 'bad_record',
                'detail', v_first.bad
            ));
        end if;
    end if;
    insert into billing.call_staging select one.* from unnest(v_staged) as one;
    perform logic.load_finish(
        v_load.load_id, 0, null, 0, true, null,
        (
            select case when count(*) > 0 then jsonb_build_object('zero: 0 units', count(*)) else '{}' end
            from unnest(v_staged) as one where one.bad is null and one.units = 0
        )
    );
    select load.* into v_load from billing.load where load.load_id = v_load.load_id;
    if p_is_whole and v_load.suspended > 0 then
        select suspense.line_no, suspense.key, suspense.reason, suspense.detail into v_first
        from billing.call_suspense as suspense where suspense.load_id = v_load.load_id
        order by suspense.line_no limit 1;
        perform billing.fail('LB315', jsonb_build_object(
            'place', v_first.line_no, 'key', v_first.key, 'reason', v_first.reason, 'detail', v_first.detail
        ));
    end if;

    return query
    with asked as materialized (
        select
            one.line_no, one.started_at, (one.started_at at time zone v_time_zone)::date as start_on,
            one.bad is null and one.units = 0 as is_zero, named.key,
            substring(sha256(convert_to(named.key, 'UTF8')) for 16) as key_hash,
            case when one.bad is null then hashtextextended(logic.staged_content(one), 0) end as content_hash
        from unnest(v_staged) as one
        cross join lateral (select logic.staged_key(one) as key) as named
    )

    select
        asked.line_no, asked.key,
        case
            when asked.is_zero then 'zero'
            when call.load_id = v_load.load_id and call.line_no = asked.line_no then 'rated'
            when suspense.load_id = v_load.load_id and suspense.line_no = asked.line_no then 'suspended'
            else 'duplicate'
        end,
        case
            when suspense.load_id is not null then suspense.reason
            when known.content_hash <> asked.content_hash then 'conflicting'
        end,
        case
            when suspense.load_id is not null then suspense.detail
            when known.content_hash <> asked.content_hash
                then 'another call has this key; it stays as it is'
        end,
        customer.customer_no, contract.contract_no, line.line_no::integer, destination.code, call.billed,
        call.regular, call.bundled, call.discount, call.retail, list.currency, call.cost_base,
        call.retail_base - call.cost_base
    from asked
    left join billing.call
        on call.start_on = asked.start_on and call.started_at = asked.started_at
        and call.source_id = v_source.source_id and call.key_hash = asked.key_hash and not asked.is_zero
    left join billing.call_suspense as suspense
        on suspense.source_id = v_source.source_id and suspense.key_hash = asked.key_hash
        and not asked.is_zero and v_load.rated + v_load.zero < v_load.read
    left join billing.call_key as known
        on known.source_id = v_source.source_id and known.key_hash = asked.key_hash
        and not asked.is_zero and v_load.conflicting > 0
    left join billing.customer on customer.customer_id = call.customer_id
    left join billing.contract on contract.contract_id = call.contract_id
    left join billing.contract_line as line on line.contract_line_id = call.contract_line_id
    left join billing.destination on destination.destination_id = call.destination_id
    left join billing.price_list as list on list.price_list_id = call.retail_list_id
    order by asked.line_no;
end;
$$;

comment on function logic.call_submit(text, jsonb, boolean) is
$$Rates calls that another system submits as a batch of the source's file of the day, and says of each what
became of it.
Example: select * from logic.call_submit('none', '[]', false) where false
Raises: LB308 for more than 10 000 calls, LB311 for an unknown source, LB314 unless the calls are a list,
LB315 where all or nothing is asked for and one cannot be rated, LB901 without the level batch, admin or
integration$$;

-- api

create function api.call_submit(p_source text, p_calls jsonb, p_is_whole boolean default false)
returns table (
    place bigint, key text, result text, reason text, detail text, customer_no text, contract_no text,
    line_no integer, destination text, billed bigint, regular numeric, bundled numeric, discount numeric,
    retail numeric, currency text, cost numeric, margin numeric
)
language sql volatile
begin atomic
    select * from logic.call_submit(p_source, p_calls, p_is_whole);
end;

comment on function api.call_submit(text, jsonb, boolean) is
$$Hands over calls, at most 10 000 in a request, which are rated at once as if a file of the source had held
them; a row for each, in the order given, says what became of it: rated with its prices, suspended with the
reason why (it waits until that is mended), duplicate where its key was known (with the prices of the call
that is; reason conflicting where that one differs), or zero where it has no units. What cannot be read is
suspended as bad_record and does not hold up the rest. With is_whole it is all or nothing: a call that would
be suspended refuses the request. A call is named source:key elsewhere. Prices in the currency given, cost and
margin in the operator's.
Example: select * from api.call_submit('plain', '[]') where false
Raises: LB308 for more than 10 000 calls, LB311 for an unknown source, LB314 unless the calls are a list,
LB315 where all or nothing is asked for and one cannot be rated, LB901 without the level batch, admin or
integration$$;
grant execute on function api.call_submit(text, jsonb, boolean)
to leissner_admin, leissner_batch, leissner_integration;
