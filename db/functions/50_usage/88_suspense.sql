-- 50_usage/suspense: what waits, grouped by the one thing that would have to be put right; what it is worth,
-- and how it leaves suspense other than by being rated.

create function logic.call_name_list(p_calls text[])
returns table (call text, source_id bigint, key_hash bytea)
language sql stable rows 100
begin atomic
    select
        named.call, source.source_id,
        substring(
            sha256(convert_to(substring(named.call from position(':' in named.call) + 1), 'UTF8')) for 16
        )
    from unnest(p_calls) as named (call)
    inner join billing.cdr_source as source on source.code = split_part(named.call, ':', 1);
end;

comment on function logic.call_name_list(text[]) is
$$Calls named source:key, as they are known inside; those of an unknown source are left out.
Example: select * from logic.call_name_list('{plain:k00002}')
Raises: nothing$$;

create function logic.suspense_reasons()
returns text[]
language sql immutable parallel safe
return array[
    'bad_record', 'bad_duration', 'future_start', 'unknown_mode', 'unknown_carrier', 'no_subscriber',
    'no_destination', 'no_price', 'not_for_sale', 'no_cost', 'no_reseller_price', 'no_exchange_rate'
];

comment on function logic.suspense_reasons() is
$$Every reason why a record may wait (RATING.md 1.10).
Example: select logic.suspense_reasons()
Raises: nothing$$;

create function logic.suspense_reason_check(p_reason text)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if p_reason <> all(logic.suspense_reasons()) then
        perform billing.fail('LB391', jsonb_build_object(
            'reason', p_reason, 'known', array_to_string(logic.suspense_reasons(), ', ')
        ));
    end if;
end;
$$;

comment on function logic.suspense_reason_check(text) is
$$Refuses a reason that does not exist; NULL stands for all of them.
Example: select logic.suspense_reason_check('no_price')
Raises: LB391 for an unknown reason$$;

-- Rating wrote the value that is wrong into the detail, normalised: nothing has to be worked out again. No
-- `set` and a single expression, so that it is inlined: it runs once for each record that waits.
create function logic.suspense_fact(
    p_reason text, p_detail text, p_account text, p_mode text, p_carrier text
)
returns text
language sql immutable parallel safe
return case p_reason
    when 'no_subscriber' then coalesce('account ' || p_account, split_part(p_detail, ' ', 2))
    when 'no_destination' then split_part(p_detail, ' ', 2)
    when 'no_exchange_rate' then split_part(p_detail, ' ', 2)
    when 'unknown_mode' then coalesce(p_mode, '(none)')
    when 'unknown_carrier' then coalesce(p_carrier, '(none)')
    when 'no_cost' then left(substr(p_detail, 13), -22)
    when 'no_reseller_price' then left(substr(p_detail, 13), -21)
    when 'no_price' then left(substr(p_detail, 13), -27)
    when 'not_for_sale' then substr(p_detail, 13)
    else ''
end;

comment on function logic.suspense_fact(text, text, text, text, text) is
$$What is wrong with a suspended record, without the day: number, account, mode, carrier, destination code or
currency.
Example: select logic.suspense_fact('no_subscriber', 'A-number 46812345 on 2026-10-01', null, null, null)
Raises: nothing$$;

create function logic.suspense_cause_list()
returns table (
    source_id bigint, reason text, fact text, file_id bigint, carrier text, mode text, group_id text,
    about text, is_closed boolean, calls bigint, units numeric, first_at timestamptz, last_at timestamptz,
    example text
)
language sql stable rows 20000
set search_path = pg_catalog, pg_temp
begin atomic
    with waiting as materialized (
        select
            suspense.source_id, suspense.reason,
            logic.suspense_fact(
                suspense.reason, suspense.detail, suspense.account, suspense.mode, suspense.carrier
            ) as fact,
            case when suspense.reason = 'bad_record' then suspense.file_id end as file_id,
            case when suspense.reason = 'no_cost' then suspense.carrier end as carrier,
            suspense.mode, count(*) as calls, coalesce(sum(suspense.units), 0) as units,
            min(suspense.started_at) as first_at, max(suspense.started_at) as last_at,
            min(suspense.detail) as example
        from billing.call_suspense as suspense
        group by 1, 2, 3, 4, 5, 6
    ),

    -- Every head of every prefix: the digits of a number lead somewhere as long as their head is one of them.
    known as materialized (
        select
            left(prefix.digits, n.size) as digits,
            bool_or(n.size = length(prefix.digits) and not prefix.is_whole) as is_prefix
        from billing.prefix
        cross join lateral generate_series(1, length(prefix.digits)) as n (size)
        where exists (select from waiting where waiting.reason = 'no_destination')
        group by 1
    ),

    size as materialized (
        select coalesce(max(length(known.digits)), 0) as longest from known
    ),

    head as materialized (
        select left(waiting.fact, size.longest + 1) as digits
        from waiting
        cross join size
        where waiting.reason = 'no_destination' and waiting.fact ~ '^[0-9]+$'
    ),

    -- A number under a prefix that holds on other days is about that prefix; any other one about its first
    -- digits that begin no prefix at all.
    lead as materialized (
        select
            head.digits, max(n.size) as size, max(n.size) filter (where known.is_prefix) as prefix_size
        from head
        cross join lateral generate_series(1, length(head.digits)) as n (size)
        inner join known on known.digits = left(head.digits, n.size)
        group by head.digits
    ),

    named as (
        select
            waiting.*, lead.prefix_size is not null as is_closed,
            case
                when waiting.reason in ('bad_record', 'bad_duration', 'future_start') then source.code
                when waiting.reason = 'no_destination' and waiting.fact ~ '^[0-9]+$'
                    then left(waiting.fact, coalesce(lead.prefix_size, lead.size + 1, 1))
                when waiting.reason = 'no_destination' then '(no digits)'
                else waiting.fact
            end as about,
            source.code as source
        from waiting
        inner join billing.cdr_source as source on source.source_id = waiting.source_id
        cross join size
        left join lead
            on waiting.reason = 'no_destination' and lead.digits = left(waiting.fact, size.longest + 1)
    )

    select
        named.source_id, named.reason, named.fact, named.file_id, named.carrier, named.mode,
        left(
            encode(
                sha256(
                    convert_to(
                        concat_ws(
                            '|', named.reason, named.about, named.file_id,
                            coalesce(
                                named.carrier,
                                case
                                    when named.reason in ('no_cost', 'unknown_carrier')
                                        or named.about in ('(none)', '(no digits)')
                                        then 'source ' || named.source
                                end
                            )
                        ),
                        'UTF8'
                    )
                ),
                'hex'
            ),
            10
        ),
        named.about, named.is_closed, named.calls, named.units, named.first_at, named.last_at, named.example
    from named;
end;

comment on function logic.suspense_cause_list() is
$$What waits, once per source and wrong value, with the group it belongs to: group_id is a hash of the cause
alone,
so it stays the same from one look to the next. about: what has to be put right.
Example: select group_id, sum(calls) from logic.suspense_cause_list() group by 1
Raises: nothing$$;

create function logic.suspense_id_list(p_group text)
returns bigint[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_ids bigint[];
begin
    with cause as materialized (
        select * from logic.suspense_cause_list() as one where one.group_id = p_group
    )

    select array_agg(suspense.suspense_id order by suspense.suspense_id) into v_ids
    from billing.call_suspense as suspense
    inner join cause
        on cause.source_id = suspense.source_id and cause.reason = suspense.reason
        and cause.fact = logic.suspense_fact(
            suspense.reason, suspense.detail, suspense.account, suspense.mode, suspense.carrier
        )
    where
        cause.mode is not distinct from suspense.mode
        and (cause.reason <> 'bad_record' or cause.file_id is not distinct from suspense.file_id)
        and (cause.reason <> 'no_cost' or cause.carrier is not distinct from suspense.carrier);
    if v_ids is null then
        perform billing.fail('LB390', jsonb_build_object('group', p_group));
    end if;
    return v_ids;
end;
$$;

comment on function logic.suspense_id_list(text) is
$$The records of a group.
Example: select logic.suspense_id_list('0123456789') where false
Raises: LB390 for an unknown group$$;

create type logic.suspense_pick as (
    source_id bigint, reason text, fact text, mode text, carrier text, group_id text, calls bigint,
    contract_line_id bigint
);
comment on type logic.suspense_pick is
'A cause to price: its group, how many records that has, and the contract line that may own its number.';

-- With so many rows to come the planner hashes: by its own guess of the groups it would try all with all.
create function logic.suspense_sample(p_picks logic.suspense_pick[], p_size integer)
returns table (
    seq integer, group_id text, reason text, source_id bigint, started_at timestamptz, start_on date,
    units numeric, a_received text, b_received text, mode text, carrier text, account text,
    bad_duration text, contract_line_id bigint
)
language sql stable rows 20000
set search_path = pg_catalog, pg_temp
begin atomic
    select
        (row_number() over ())::integer, pick.group_id, suspense.reason, suspense.source_id,
        suspense.started_at, suspense.start_on, suspense.units, suspense.a_received, suspense.b_received,
        suspense.mode, suspense.carrier, suspense.account, suspense.bad_duration, pick.contract_line_id
    from billing.call_suspense as suspense
    inner join unnest(p_picks) as pick
        on pick.source_id = suspense.source_id and pick.reason = suspense.reason
        and pick.fact = logic.suspense_fact(
            suspense.reason, suspense.detail, suspense.account, suspense.mode, suspense.carrier
        )
    where
        pick.mode is not distinct from suspense.mode
        and (pick.reason <> 'no_cost' or pick.carrier is not distinct from suspense.carrier)
        -- Keys' hashes are as good as dice, and fall the same way every time.
        and (
            pick.calls <= p_size
            or (get_byte(suspense.key_hash, 0) * 256 + get_byte(suspense.key_hash, 1)) * pick.calls
            < 65536::bigint * p_size
        );
end;

comment on function logic.suspense_sample(logic.suspense_pick[], integer) is
$$The records of causes; of a group with more than p_size about that many, by chance.
Example: select * from logic.suspense_sample('{}', 1000)
Raises: nothing$$;

create function logic.suspense_group_list(p_group text, p_limit integer)
returns table (
    group_id text, reason text, about text, sources text, file text, calls bigint, seconds numeric,
    first_at text, last_at text, example text, worth numeric, currency text,
    worth_calls bigint, is_estimate boolean, assumption text, step text, command text
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
    v_currency text;
    v_time_zone text;
    v_term_days date[] := logic.term_days();
    -- Of a group with more records this many are priced, drawn by their keys, for the rest as well.
    c_sample constant integer := 1000;
begin
    perform access.require('admin', 'pricing', 'sales', 'support', 'finance', 'auditor', 'batch',
    'integration');
    select operator.currency, operator.time_zone into v_currency, v_time_zone from billing.operator;
    return query
    with cause as materialized (
        select * from logic.suspense_cause_list()
    ),

    shown as materialized (
        select
            cause.group_id, cause.reason, cause.about, bool_or(cause.is_closed) as is_closed,
            sum(cause.calls)::bigint as calls, sum(cause.units) as units,
            sum(cause.units) filter (where coalesce(mode.unit, 'second') = 'second') as seconds,
            to_char(min(cause.first_at) at time zone v_time_zone, 'YYYY-MM-DD"T"HH24:MI:SS') as first_at,
            to_char(max(cause.last_at) at time zone v_time_zone, 'YYYY-MM-DD"T"HH24:MI:SS') as last_at,
            min(cause.example) as example,
            string_agg(distinct source.code, ', ' order by source.code) as sources,
            billing.common_head(min(cause.fact collate "C"), max(cause.fact collate "C")) as head,
            max(cause.file_id) as file_id, max(cause.carrier) as carrier,
            (min(cause.first_at) at time zone v_time_zone)::date as first_on,
            (max(cause.last_at) at time zone v_time_zone)::date as last_on
        from cause
        inner join billing.cdr_source as source on source.source_id = cause.source_id
        left join billing.mode as source_mode on source_mode.mode_id = source.mode_id
        left join billing.mode on mode.code = coalesce(cause.mode, source_mode.code, 'voice')
        where p_group is null or cause.group_id = p_group
        group by cause.group_id, cause.reason, cause.about
        order by sum(cause.calls) desc, cause.reason, cause.about
        limit p_limit
    ),

    -- Whose an unknown number or account may be: who has it on other days, else who has all that is known of
    -- the hundred numbers around it, else of the thousand.
    nearby as materialized (
        select
            shown.group_id, apart.digits, line.contract_line_id, contract.customer_id,
            abs(billing.number_point(near.number) - billing.number_point(shown.about)) as distance, near.valid
        from shown
        cross join (values (0), (2), (3)) as apart (digits)
        inner join billing.subscriber_number as near
            on near.kind = 'number'
            and near.span && int8range(
                billing.number_point(
                    rpad(left(shown.about, length(shown.about) - apart.digits), length(shown.about), '0')
                ),
                billing.number_point(
                    rpad(left(shown.about, length(shown.about) - apart.digits), length(shown.about), '9')
                ),
                '[]'
            )
        inner join billing.contract_line as line on line.contract_line_id = near.contract_line_id
        inner join billing.contract
            on contract.contract_id = line.contract_id and contract.state = 'active'
        where shown.reason = 'no_subscriber' and shown.about ~ '^[0-9]{6,18}$'
        union all
        select shown.group_id, 0, line.contract_line_id, contract.customer_id, 0, near.valid
        from shown
        inner join billing.subscriber_number as near
            on near.kind = 'account' and near.number = substr(shown.about, 9)
        inner join billing.contract_line as line on line.contract_line_id = near.contract_line_id
        inner join billing.contract
            on contract.contract_id = line.contract_id and contract.state = 'active'
        where shown.reason = 'no_subscriber' and shown.about like 'account %'
    ),

    owner as materialized (
        select distinct on (sole.group_id)
            sole.group_id, sole.digits, sole.contract_line_id, sole.days, customer.customer_no,
            contract.contract_no, line.line_no
        from (
            select
                nearby.group_id, nearby.digits,
                (array_agg(nearby.contract_line_id order by nearby.distance, nearby.contract_line_id))[1]
                as contract_line_id,
                range_agg(nearby.valid) as days
            from nearby
            group by nearby.group_id, nearby.digits
            having min(nearby.customer_id) = max(nearby.customer_id)
        ) as sole
        inner join billing.contract_line as line on line.contract_line_id = sole.contract_line_id
        inner join billing.contract on contract.contract_id = line.contract_id
        inner join billing.customer on customer.customer_id = contract.customer_id
        order by sole.group_id, sole.digits
    ),

    -- What can be priced honestly.
    picked as materialized (
        select
            cause.source_id, cause.reason, cause.fact, cause.mode, cause.carrier, shown.group_id, shown.calls,
            owner.contract_line_id
        from shown
        inner join cause on cause.group_id = shown.group_id
        left join owner on owner.group_id = shown.group_id
        where
            shown.reason = 'no_subscriber' and owner.contract_line_id is not null
            or shown.reason in (
                'unknown_carrier', 'future_start', 'no_price', 'not_for_sale', 'no_cost', 'no_reseller_price',
                'no_exchange_rate'
            )
    ),

    sample as materialized (
        select *
        from logic.suspense_sample(
            array(
                select
                    row(
                        picked.source_id, picked.reason, picked.fact, picked.mode, picked.carrier,
                        picked.group_id, picked.calls, picked.contract_line_id
                    )::logic.suspense_pick
                from picked
            ),
            c_sample
        )
    ),

    number as materialized (
        select source.source_id, found.received, found.number
        from (select distinct sample.source_id from sample) as source
        cross join lateral logic.number_list(
            source.source_id,
            array(
                select distinct both_ends.received
                from sample
                cross join lateral (values (sample.a_received), (sample.b_received)) as both_ends (received)
                where sample.source_id = source.source_id and both_ends.received is not null
            )
        ) as found
    ),

    record as materialized (
        select sample.*, a.number as a_number, coalesce(b.number, '') as b_number
        from sample
        left join number as a on a.source_id = sample.source_id and a.received = sample.a_received
        left join number as b on b.source_id = sample.source_id and b.received = sample.b_received
    ),

    -- As it stands: regular retail and cost are known for many a call that waits for something else.
    direct as materialized (
        select priced.*
        from logic.call_price(
            array(
                select
                    row(
                        record.seq, record.source_id, record.started_at, record.units, record.a_number,
                        record.b_number, record.mode, record.carrier, record.account, record.bad_duration,
                        null, null
                    )::logic.call_in
                from record
                where record.reason <> 'no_subscriber'
            ),
            now()
        ) as priced
    ),

    line_day as materialized (
        select
            record.seq, record.group_id, record.reason,
            coalesce(record.contract_line_id, direct.contract_line_id) as line_id,
            logic.term_day(record.start_on, v_term_days) as day
        from record
        left join direct on direct.seq = record.seq
        where
            record.reason in ('no_subscriber', 'no_price', 'not_for_sale')
            and coalesce(record.contract_line_id, direct.contract_line_id) is not null
    ),

    asked_line as (
        select distinct line_day.line_id, line_day.day from line_day
    ),

    holder as materialized (
        select *
        from logic.holder_list(
            array(select line_id from asked_line order by line_id, day),
            array(select day from asked_line order by line_id, day)
        )
    ),

    -- Calls of an unknown number by the lists of whom it may belong to, one after the other.
    turn as materialized (
        select
            row_number() over () as asked_seq, line_day.seq, list.place, list.price_list_id
        from line_day
        inner join holder on holder.contract_line_id = line_day.line_id and holder.day = line_day.day
        cross join lateral unnest(holder.retail_lists) with ordinality as list (price_list_id, place)
        where line_day.reason = 'no_subscriber'
    ),

    by_list as materialized (
        select distinct on (turn.seq) turn.seq, priced.regular, priced.retail_list_id, priced.retail_rate
        from logic.call_price(
            array(
                select
                    row(
                        turn.asked_seq, record.source_id, record.started_at, record.units, record.a_number,
                        record.b_number, record.mode, record.carrier, null, record.bad_duration,
                        turn.price_list_id, null
                    )::logic.call_in
                from turn
                inner join record on record.seq = turn.seq
            ),
            now()
        ) as priced
        inner join turn on turn.asked_seq = priced.seq
        where priced.regular is not null and priced.reason is distinct from 'not_for_sale'
        order by turn.seq, turn.place
    ),

    amount as materialized (
        select
            record.group_id, record.units, list.currency, one.amount,
            logic.to_base(one.amount, one.rate, list.currency, v_currency) as amount_base
        from record
        left join direct on direct.seq = record.seq
        left join by_list on by_list.seq = record.seq
        cross join lateral (
            select
                case
                    when record.reason in ('no_price', 'not_for_sale') then direct.cost
                    else coalesce(by_list.regular, direct.regular)
                end as amount,
                case
                    when record.reason in ('no_price', 'not_for_sale') then direct.cost_rate
                    else coalesce(by_list.retail_rate, direct.retail_rate)
                end as rate,
                case
                    when record.reason in ('no_price', 'not_for_sale') then direct.cost_list_id
                    else coalesce(by_list.retail_list_id, direct.retail_list_id)
                end as list_id
        ) as one
        left join billing.price_list as list
            on list.price_list_id = one.list_id and one.amount is not null
    ),

    -- In the lists' currency where they share one, else in the operator's as far as the rates are known.
    worth as materialized (
        select
            amount.group_id, count(*) as sampled, sum(amount.units) as units,
            case
                when min(amount.currency) = max(amount.currency) then sum(amount.amount)
                else sum(amount.amount_base)
            end as amount,
            case
                when min(amount.currency) = max(amount.currency) then min(amount.currency)
                when count(amount.amount_base) > 0 then v_currency
            end as currency,
            case
                when min(amount.currency) = max(amount.currency) then count(amount.amount)
                else count(amount.amount_base)
            end as priced
        from amount
        group by amount.group_id
    ),

    -- The lists that lack the price.
    lacking as materialized (
        select every.group_id, string_agg(every.code, ' or ' order by every.calls desc, every.code) as lists
        from (
            select lists.group_id, list.code, count(*) as calls
            from (
                select line_day.group_id, holder.retail_lists[1] as price_list_id
                from line_day
                inner join holder
                    on holder.contract_line_id = line_day.line_id and holder.day = line_day.day
                union all
                select
                    record.group_id,
                    case
                        when record.reason = 'no_cost' then direct.cost_list_id
                        else direct.reseller_list_id
                    end
                from record
                inner join direct on direct.seq = record.seq
                where record.reason in ('no_cost', 'no_reseller_price')
            ) as lists
            inner join billing.price_list as list on list.price_list_id = lists.price_list_id
            group by lists.group_id, list.code
        ) as every
        group by every.group_id
    ),

    closed as materialized (
        select
            shown.group_id,
            bool_or(prefix.valid @> shown.first_on and prefix.valid @> shown.last_on) as is_there,
            string_agg(
                format(
                    '%s from %s to %s', destination.code, coalesce(lower(prefix.valid)::text, 'always'),
                    coalesce(upper(prefix.valid)::text, 'further notice')
                ),
                ', ' order by prefix.valid
            ) as holds
        from shown
        inner join billing.prefix on prefix.digits = shown.about and not prefix.is_whole
        inner join billing.destination on destination.destination_id = prefix.destination_id
        where shown.is_closed
        group by shown.group_id
    )

    select
        shown.group_id, shown.reason, shown.about, shown.sources, file.name, shown.calls, shown.seconds,
        shown.first_at, shown.last_at, shown.example,
        case
            when worth.priced = 0 then null
            when worth.sampled = shown.calls then worth.amount
            else round(
                logic.divide(
                    worth.amount * case when worth.units > 0 then shown.units else shown.calls end,
                    case when worth.units > 0 then worth.units else worth.sampled end
                ),
                2
            )
        end,
        case when worth.priced > 0 then worth.currency end,
        case
            when worth.priced > 0
                then round(logic.divide(worth.priced::numeric * shown.calls, worth.sampled))::bigint
        end,
        coalesce(worth.priced > 0 and worth.sampled < shown.calls, false),
        case
            when shown.reason = 'no_subscriber' and owner.group_id is not null and worth.priced > 0 then
                case owner.digits
                    when 0 then format(
                        'at the prices of customer %s, who has it%s', owner.customer_no,
                        case
                            when owner.days @> daterange(shown.first_on, shown.last_on, '[]') then ''
                            else ' on other days'
                        end
                    )
                    else format(
                        'at the prices of customer %s, who alone has numbers that begin with %s',
                        owner.customer_no, left(shown.about, length(shown.about) - owner.digits)
                    )
                end
            when shown.reason = 'no_subscriber'
                then case
                    when owner.group_id is null then 'not known: nobody has it on other days, nor alone the '
                        'numbers around it'
                    else format('not known: customer %s, whose it may be, has no price for it',
                    owner.customer_no)
                end
            when shown.reason in ('no_price', 'not_for_sale') and worth.priced > 0
                then 'at cost: a price of the list is not known'
            when shown.reason in ('no_price', 'not_for_sale')
                then 'not known: neither the list nor the carrier has a price'
            when shown.reason = 'no_destination' then 'not known: what lies behind these digits has no price'
            when shown.reason in ('bad_record', 'bad_duration')
                then 'not known: what the record should say is not'
            when worth.priced > 0 then 'at regular retail, before bundles and discounts'
            else 'not known'
        end,
        case shown.reason
            when 'bad_record' then format(
                'Correct the lines of %s and load it, or a file of them alone.',
                coalesce(file.name, 'the file')
            )
            when 'future_start' then format(
                'sources.csv: check time_zone of %s, and the clock of the switch.', shown.sources
            )
            when 'unknown_mode' then format('modes.csv: add %s, or map it in the source.', shown.about)
            when 'unknown_carrier' then format(
                'carriers.csv: add %s; or trunks.csv: %s,%s,CARRIER', shown.about, shown.sources, shown.about
            )
            when 'no_subscriber' then
                case
                    when shown.about = '(none)' then format(
                        'The record names nobody: give %s an account column or a contract line'
                        ' in sources.csv.',
                        shown.sources
                    )
                    when owner.digits = 0 and owner.days @> daterange(shown.first_on, shown.last_on, '[]')
                        then format(
                            '%s is with contract %s, line %s, by now.',
                            regexp_replace(shown.about, '^account ', ''), owner.contract_no, owner.line_no
                        )
                    when owner.digits = 0 then format(
                        'numbers.csv: %s is with contract %s, line %s, on %s only: let it, and the line,'
                        ' cover %s to %s.',
                        regexp_replace(shown.about, '^account ', ''), owner.contract_no, owner.line_no,
                        owner.days, shown.first_on, shown.last_on
                    )
                    else format(
                        'numbers.csv: add %s,%s,%s,%s%s (number,contract_no,line_no,from%s).',
                        regexp_replace(shown.about, '^account ', ''),
                        coalesce(owner.contract_no, 'CONTRACT'), coalesce(owner.line_no, 1), shown.first_on,
                        case when shown.about like 'account %' then ',account' else '' end,
                        case when shown.about like 'account %' then ',kind' else '' end
                    )
                end
            when 'no_destination' then
                case
                    when shown.about = '(no digits)' then format(
                        'sources.csv: b_number of %s is no number; check its columns and strip.',
                        shown.sources
                    )
                    when closed.is_there then format('Prefix %s is there by now.', shown.about)
                    when closed.holds is not null then format(
                        'prefixes.csv: %s leads to %s only; cover %s to %s.', shown.about, closed.holds,
                        shown.first_on, shown.last_on
                    )
                    else format(
                        'prefixes.csv: no prefix begins with %s; add %s,DESTINATION, or longer ones.',
                        shown.about,
                        case
                            when length(shown.head) > length(shown.about) then shown.head
                            else shown.about
                        end
                    )
                end
            when 'no_price' then format(
                'prices.csv: add a row for dest:%s to list %s, or to one that it inherits from.', shown.about,
                coalesce(lacking.lists, 'of the contract')
            )
            when 'not_for_sale' then format(
                'prices.csv: dest:%s is not for sale in list %s or above it: price it if it is to be sold.',
                shown.about, coalesce(lacking.lists, 'of the contract')
            )
            when 'no_cost' then format(
                'prices.csv: add a row for dest:%s to list %s%s.', shown.about,
                coalesce(lacking.lists, 'of the carrier'), coalesce(', carrier ' || shown.carrier, '')
            )
            when 'no_reseller_price' then format(
                'prices.csv: add a row for dest:%s to list %s.', shown.about,
                coalesce(lacking.lists, 'of the seller')
            )
            when 'no_exchange_rate' then format(
                'exchange_rates.csv: add %s,%s,RATE', shown.first_on, shown.about
            )
            else logic.suspense_remedy(shown.reason)
        end,
        case
            when shown.reason in ('bad_record', 'bad_duration')
                then format('leissner calls load FILE --source %s', shown.sources)
            else format('leissner calls rate --group %s', shown.group_id)
        end
    from shown
    left join billing.cdr_file as file on file.file_id = shown.file_id
    left join owner on owner.group_id = shown.group_id
    left join worth on worth.group_id = shown.group_id
    left join lacking on lacking.group_id = shown.group_id
    left join closed on closed.group_id = shown.group_id
    order by shown.calls desc, shown.reason, shown.about;
    if not found and p_group is not null then
        perform billing.fail('LB390', jsonb_build_object('group', p_group));
    end if;
end;
$$;

comment on function logic.suspense_group_list(text, integer) is
$$What waits, grouped by cause, the largest p_limit groups first (or the one group): calls, seconds, first and
last
local start, what it is worth and by which assumption, and the step that fixes it. worth NULL: not known.
is_estimate: from a part of the group's calls.
Example: select * from logic.suspense_group_list(null, 50) where false
Raises: LB390 for an unknown group, LB901 without a level of the staff$$;

create function logic.suspense_call_list(p_group text)
returns table (
    suspense_id bigint, call text, reason text, detail text, started_at timestamptz, units numeric,
    a_received text, b_received text, mode text, carrier text, account text, file text, line_no bigint,
    suspended_at timestamptz, tried_at timestamptz, raw text
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_ids bigint[];
begin
    perform access.require('admin', 'pricing', 'sales', 'support', 'finance', 'auditor', 'batch',
    'integration');
    -- Apart: within the statement the planner would run it once more, for its guess.
    v_ids := logic.suspense_id_list(p_group);
    return query
    select
        suspense.suspense_id, source.code || ':' || suspense.key, suspense.reason, suspense.detail,
        suspense.started_at, suspense.units, suspense.a_received, suspense.b_received, suspense.mode,
        suspense.carrier, suspense.account, file.name, suspense.line_no, suspense.suspended_at,
        suspense.tried_at, suspense.raw
    from unnest(v_ids) as one (suspense_id)
    inner join billing.call_suspense as suspense on suspense.suspense_id = one.suspense_id
    inner join billing.cdr_source as source on source.source_id = suspense.source_id
    left join billing.cdr_file as file on file.file_id = suspense.file_id
    order by suspense.suspense_id;
end;
$$;

comment on function logic.suspense_call_list(text) is
$$The records of a group as they wait.
Example: select * from logic.suspense_call_list('0123456789') where false
Raises: LB390 for an unknown group, LB901 without a level of the staff$$;

create function logic.suspense_leave(p_ids bigint[], p_kind text, p_what text, p_because text)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_drop_id bigint;
    v_calls bigint;
    v_units numeric;
begin
    -- Locked first: what another session rates or drops right now is not counted here.
    select count(*), coalesce(sum(locked.units), 0) into v_calls, v_units
    from (
        select suspense.units from billing.call_suspense as suspense
        where suspense.suspense_id = any(p_ids)
        order by suspense.suspense_id
        for update
    ) as locked;
    if v_calls = 0 then
        return 0;
    end if;
    insert into billing.suspense_drop (dropped_by, kind, what, because, calls, units)
    select who.actor, p_kind, p_what, p_because, v_calls, v_units from audit.tx_current() as who
    returning suspense_drop.drop_id into v_drop_id;
    with gone as (
        delete from billing.call_suspense as suspense where suspense.suspense_id = any(p_ids)
        returning suspense.*
    )

    insert into billing.call_dropped
    select v_drop_id, gone.* from gone;
    perform audit.event_add(
        'suspense_drop', v_drop_id::text,
        jsonb_build_object(
            'kind', p_kind, 'what', p_what, 'because', p_because, 'calls', v_calls, 'units', v_units
        )
    );
    return v_calls;
end;
$$;

comment on function logic.suspense_leave(bigint[], text, text, text) is
$$Takes records out of suspense without rating them and keeps them, with who, when and why; how many.
Example: select logic.suspense_leave('{}', 'dropped', 'none', 'none')
Raises: nothing$$;

create function logic.suspense_drop(p_group text, p_call text, p_because text)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_ids bigint[];
    v_what text;
    v_dropped bigint;
begin
    perform access.require('admin', 'pricing', 'support');
    if coalesce(btrim(p_because), '') = '' then
        perform billing.fail('LB392');
    elsif (p_group is null) = (p_call is null) then
        perform billing.fail('LB393');
    end if;
    if p_group is not null then
        v_ids := logic.suspense_id_list(p_group);
        select concat_ws(' ', p_group, suspense.reason, suspense.detail) into v_what
        from billing.call_suspense as suspense where suspense.suspense_id = v_ids[1];
    else
        v_ids := array(
            select suspense.suspense_id
            from logic.call_name_list(array[p_call]) as known
            inner join billing.call_suspense as suspense
                on suspense.source_id = known.source_id and suspense.key_hash = known.key_hash
        );
        v_what := p_call;
    end if;
    v_dropped := logic.suspense_leave(v_ids, 'dropped', v_what, btrim(p_because));
    if v_dropped = 0 then
        perform billing.fail(
            case when p_call is null then 'LB390' else 'LB394' end,
            jsonb_build_object('group', p_group, 'call', p_call)
        );
    end if;
    return v_dropped;
end;
$$;

comment on function logic.suspense_drop(text, text, text) is
$$Gives up the records of a group, or one call named source:key: they are kept, and counted, but never rated.
How many.
Example: select logic.suspense_drop('0123456789', null, 'test calls') where false
Raises: LB390 for an unknown group, LB392 without a reason, LB393 unless one of group and call is named, LB394
for a
call that does not wait, LB901 without the level admin, pricing or support$$;

create function logic.suspense_drop_list()
returns table (
    dropped_at timestamptz, dropped_by text, kind text, what text, because text, calls bigint, units numeric
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    perform access.require('admin', 'pricing', 'sales', 'support', 'finance', 'auditor', 'batch',
    'integration');
    return query
    select
        one.dropped_at, one.dropped_by, one.kind, one.what, one.because, one.calls, one.units
    from billing.suspense_drop as one
    order by one.drop_id desc;
end;
$$;

comment on function logic.suspense_drop_list() is
$$What left suspense without being rated, the latest first.
Example: select * from logic.suspense_drop_list() where false
Raises: LB901 without a level of the staff$$;

create function logic.call_dropped_text(p_source_id bigint, p_key_hash bytea)
returns table (step bigint, level text, text text, amount numeric, currency text)
language sql stable
begin atomic
    select
        line.n, 'suspense',
        case line.n
            when 1 then format(
                'From %s to %s, %s units: waited since %s, reason %s: %s.',
                coalesce(gone.a_received, 'nobody'), coalesce(gone.b_received, 'nobody'),
                coalesce(gone.units::text, 'unknown'), gone.suspended_at::date, gone.reason, gone.detail
            )
            else format(
                '%s on %s by %s, with %s in all: %s.', initcap(gone_with.kind), gone_with.dropped_at::date,
                gone_with.dropped_by, gone_with.calls, gone_with.because
            )
        end,
        null::numeric, null
    from billing.call_dropped as gone
    inner join billing.suspense_drop as gone_with on gone_with.drop_id = gone.drop_id
    cross join (values (1::bigint), (2)) as line (n)
    where gone.source_id = p_source_id and gone.key_hash = p_key_hash and access.is_staff()
    order by line.n;
end;

comment on function logic.call_dropped_text(bigint, bytea) is
$$What became of a record that left suspense without being rated, in sentences; for staff only.
Example: select * from logic.call_dropped_text(1, '\x00')
Raises: nothing$$;

create function logic.suspense_mend(p_source_id bigint, p_file_id bigint, p_records logic.record[])
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_delimiter text := (
        select source.delimiter from billing.cdr_source as source where source.source_id = p_source_id
    );
    v_ids bigint[];
begin
    -- Nearly always there is none.
    if not exists (
        select from billing.call_suspense as suspense
        where suspense.source_id = p_source_id and suspense.reason = 'bad_record'
    ) then
        return 0;
    end if;
    -- Of a line that could not be read two things are sure: where it stood, and the words in it. A record
    -- took its place that has its key where the bad line has the same word, and nowhere else; or that stands
    -- on the same line of another file with that name or that first record, and has both its numbers.
    with bad as materialized (
        select suspense.suspense_id, suspense.file_id, suspense.line_no, suspense.raw
        from billing.call_suspense as suspense
        where suspense.source_id = p_source_id and suspense.reason = 'bad_record'
        order by suspense.suspense_id desc
        -- the newest: this is part of every batch
        limit 10000
    ),

    word as materialized (
        select bad.suspense_id, btrim(part.text, '" ') as text, part.place
        from bad
        cross join lateral unnest(string_to_array(bad.raw, v_delimiter))
            with ordinality as part (text, place)
    ),

    by_key as (
        select word.suspense_id
        from word
        inner join unnest(p_records) as record on record.key = word.text
        where
            array[word.place] = array(
                select own.place
                from unnest(string_to_array(record.raw, v_delimiter)) with ordinality as own (text, place)
                where btrim(own.text, '" ') = record.key
            )
    ),

    by_place as (
        select bad.suspense_id
        from bad
        inner join billing.cdr_file as file on file.file_id = bad.file_id
        inner join billing.cdr_file as this
            on this.file_id = p_file_id and this.file_id > file.file_id
            and (this.name = file.name or this.head_hash = file.head_hash)
        inner join unnest(p_records) as record on record.line_no = bad.line_no
        where
            record.a_received <> '' and record.b_received <> ''
            and strpos(bad.raw, record.a_received) > 0 and strpos(bad.raw, record.b_received) > 0
    )

    select array_agg(every.suspense_id order by every.suspense_id) into v_ids
    from (
        select * from by_key
        union
        select * from by_place
    ) as every;
    return logic.suspense_leave(
        coalesce(v_ids, '{}'), 'corrected', 'bad_record', 'the corrected record was loaded'
    );
end;
$$;

comment on function logic.suspense_mend(bigint, bigint, logic.record[]) is
$$Closes lines of a source that could not be read and whose corrected record is among those of a file just
loaded, as far
as that can be known: by the record's own key, or by file, line and both numbers. How many.
Example: select logic.suspense_mend(1, 1, '{}') where false
Raises: nothing$$;

-- api

create function api.suspense_group_list(p_group text default null, p_limit integer default 50)
returns table (
    group_id text, reason text, about text, sources text, file text, calls bigint, seconds numeric,
    first_at text, last_at text, example text, worth numeric, currency text,
    worth_calls bigint, is_estimate boolean, assumption text, step text, command text
)
language sql stable
begin atomic
    select * from logic.suspense_group_list(p_group, p_limit);
end;

comment on function api.suspense_group_list(text, integer) is
$$What waits, grouped by cause, the largest groups first: how many, what it is worth, the step that fixes it.
Example: select * from api.suspense_group_list() where false
Raises: LB390 for an unknown group, LB901 without a level of the staff$$;
grant execute on function api.suspense_group_list(text, integer)
to leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_auditor,
leissner_batch, leissner_integration;

create function api.suspense_call_list(p_group text)
returns table (
    suspense_id bigint, call text, reason text, detail text, started_at timestamptz, units numeric,
    a_received text, b_received text, mode text, carrier text, account text, file text, line_no bigint,
    suspended_at timestamptz, tried_at timestamptz, raw text
)
language sql stable
begin atomic
    select * from logic.suspense_call_list(p_group);
end;

comment on function api.suspense_call_list(text) is
$$The records of a group as they wait.
Example: select * from api.suspense_call_list('0123456789') where false
Raises: LB390 for an unknown group, LB901 without a level of the staff$$;
grant execute on function api.suspense_call_list(text)
to leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_auditor,
leissner_batch, leissner_integration;

create function api.suspense_id_list(p_group text)
returns bigint[]
language sql stable
return logic.suspense_id_list(p_group);

comment on function api.suspense_id_list(text) is
$$The records of a group, to try them again.
Example: select api.suspense_id_list('0123456789') where false
Raises: LB390 for an unknown group$$;
grant execute on function api.suspense_id_list(text)
to leissner_admin, leissner_batch, leissner_pricing, leissner_support;

create function api.suspense_drop(p_because text, p_group text default null, p_call text default null)
returns bigint
language sql volatile
return logic.suspense_drop(p_group, p_call, p_because);

comment on function api.suspense_drop(text, text, text) is
$$Gives up the records of a group, or one call named source:key; they are kept and counted. How many.
Example: select api.suspense_drop('test calls', '0123456789') where false
Raises: LB390 for an unknown group, LB392 without a reason, LB393 unless one of group and call is named, LB394
for a
call that does not wait, LB901 without the level admin, pricing or support$$;
grant execute on function api.suspense_drop(text, text, text)
to leissner_admin, leissner_pricing, leissner_support;

create function api.suspense_drop_list()
returns table (
    dropped_at timestamptz, dropped_by text, kind text, what text, because text, calls bigint, units numeric
)
language sql stable
begin atomic
    select * from logic.suspense_drop_list();
end;

comment on function api.suspense_drop_list() is
$$What left suspense without being rated, the latest first.
Example: select * from api.suspense_drop_list() where false
Raises: LB901 without a level of the staff$$;
grant execute on function api.suspense_drop_list()
to leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_auditor,
leissner_batch, leissner_integration;

create function api.suspense_find_list(
    p_source text default null, p_reason text default null, p_from date default null,
    p_to date default null, p_after text default null, p_limit integer default 100
)
returns table (
    call text, source text, key text, reason text, detail text, remedy text, started_at timestamptz,
    units numeric, a_received text, b_received text, mode text, carrier text, account text, file text,
    suspended_at timestamptz, tried_at timestamptz, raw text
)
language sql stable
begin atomic
    -- By key, as the index has it: a page goes on after a call that has left meanwhile too.
    with page as (
        select suspense.*
        from billing.call_suspense as suspense
        where
            (p_after is null or (suspense.source_id, suspense.key_hash) > (
                (select known.source_id from logic.call_name_list(array[p_after]) as known),
                (select known.key_hash from logic.call_name_list(array[p_after]) as known)
            ))
            and (p_source is null or suspense.source_id in (
                select source.source_id from billing.cdr_source as source where source.code = p_source
            ))
            and (p_reason is null or suspense.reason = p_reason)
            and (p_from is null or suspense.start_on >= p_from)
            and (p_to is null or suspense.start_on < p_to)
        order by suspense.source_id, suspense.key_hash
        limit p_limit
    )

    select
        source.code || ':' || page.key, source.code, page.key, page.reason, page.detail,
        logic.suspense_remedy(page.reason), page.started_at, page.units, page.a_received, page.b_received,
        page.mode, page.carrier, page.account, file.name, page.suspended_at, page.tried_at, page.raw
    from page
    inner join billing.cdr_source as source on source.source_id = page.source_id
    left join billing.cdr_file as file on file.file_id = page.file_id
    order by page.source_id, page.key_hash;
end;

comment on function api.suspense_find_list(text, text, date, date, text, integer) is
$$Calls that wait in suspense, in the order of their keys: of a source, for a reason, of local days from and
before to; with the step that lets them be rated. A line that could not be read has no day.
Example: select * from api.suspense_find_list(p_reason => 'no_subscriber') where false
Raises: nothing$$;
grant execute on function api.suspense_find_list(text, text, date, date, text, integer)
to leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_auditor,
leissner_batch, leissner_integration;

create function api.call_retry(
    p_calls text[] default null, p_reason text default null, p_limit integer default 10000
)
returns table (read bigint, rated bigint, suspended bigint)
language sql volatile
begin atomic
    select tried.read, tried.rated, tried.suspended
    from logic.suspense_rate(
        p_reason, p_limit,
        case when p_calls is not null then array(
            select suspense.suspense_id
            from logic.call_name_list(p_calls) as known
            inner join billing.call_suspense as suspense
                on suspense.source_id = known.source_id and suspense.key_hash = known.key_hash
        ) end
    ) as tried;
end;

comment on function api.call_retry(text[], text, integer) is
$$Tries again to rate calls that wait in suspense: those named (source:key), those of a reason, or all, the
longest waiting first, at most limit (10 000) in a request. How many were tried, how many are rated now and
how many still wait; a call that waits no more is passed over.
Example: select * from api.call_retry('{plain:k00002}') where false
Raises: LB391 for an unknown reason, LB901 without the level admin, batch, pricing, support or integration$$;
grant execute on function api.call_retry(text[], text, integer)
to leissner_admin, leissner_batch, leissner_pricing, leissner_support, leissner_integration;
