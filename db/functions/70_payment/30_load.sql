-- 70_payment/load: the staged payments of a file are known or new, matched, booked and counted: one
-- transaction.

create function logic.payment_file_check(p_file bigint, p_is_same_known boolean)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_wrong jsonb;
    v_code text;
    v_tomorrow date := logic.today() + 1;
begin
    select
        'LB726', jsonb_build_object(
            'identity', file.identity, 'file', other.payment_file_id, 'name', other.name
        )
    into v_code, v_wrong
    from billing.payment_file as file
    inner join billing.payment_file as other
        on other.format = file.format and other.identity = file.identity and other.state = 'loaded'
    where file.payment_file_id = p_file and not p_is_same_known
    order by other.payment_file_id
    limit 1;
    if v_code is null then
        select 'LB723', jsonb_build_object('account', coalesce(one.account, '-')) into v_code, v_wrong
        from (
            select distinct staging.account from billing.payment_staging as staging
            where staging.payment_file_id = p_file
        ) as one
        where
            one.account is null
            or logic.account_plain(one.account) not in (
                select own.account from logic.own_account_list() as own
            )
        limit 1;
    end if;
    if v_code is null then
        select wrong.code, jsonb_build_object(
            'place', wrong.place, 'day', wrong.booked_on, 'what', wrong.what
        )
        into v_code, v_wrong
        from (
            select
                staging.place, staging.booked_on, lack.what,
                case when lack.what is null then 'LB725' else 'LB730' end as code
            from billing.payment_staging as staging
            cross join lateral (
                select case
                    when staging.key is null then 'its identity'
                    when staging.amount is null then 'an amount'
                    when staging.currency is null then 'a currency'
                    when staging.booked_on is null then 'a day'
                    when staging.kind is null then 'a kind'
                end as what
            ) as lack
            where
                staging.payment_file_id = p_file
                and (lack.what is not null or staging.booked_on > v_tomorrow)
            order by staging.place
            limit 1
        ) as wrong;
    end if;
    if v_code is not null then
        perform billing.fail(v_code, v_wrong);
    end if;
end;
$$;

comment on function logic.payment_file_check(bigint, boolean) is
$$Refuses a staged file whose own identity was loaded with other contents (unless p_is_same_known), that is
for an
account which is not the operator's, or that holds payments of days to come.
Example: select logic.payment_file_check(1, false)
Raises: LB723, LB725, LB726, LB730 where a payment lacks something$$;

create function logic.payment_new_find(p_file bigint)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set enable_mergejoin = off
as $$
declare
    v_missing jsonb;
begin
    if exists (
        select from billing.payment_staging as staging
        where staging.payment_file_id = p_file
        group by staging.account, staging.key
        having count(*) > 1
    ) then
        delete from billing.payment_staging as staging
        using billing.payment_staging as other
        where
            staging.payment_file_id = p_file and other.payment_file_id = p_file
            and other.account = staging.account and other.key = staging.key and other.place < staging.place;
    end if;
    drop table if exists pg_temp.payment_new;
    create temporary table payment_new on commit drop as
    with own as materialized (
        select written.account as written, own.account, own.currency
        from (
            select distinct staging.account from billing.payment_staging as staging
            where staging.payment_file_id = p_file
        ) as written
        inner join logic.own_account_list() as own on own.account = logic.account_plain(written.account)
    ),

    rate as materialized (
        select dated.currency, dated.booked_on, logic.rate_on(dated.currency, dated.booked_on) as rate
        from (
            select distinct staging.currency, staging.booked_on
            from billing.payment_staging as staging
            where staging.payment_file_id = p_file
        ) as dated
    )

    select
        nextval('billing.payment_payment_id_seq') as payment_id, staging.place, own.account, staging.kind,
        staging.key, staging.original_key, staging.amount, staging.currency, staging.booked_on, staging.note,
        staging.references_text, staging.references_amount, staging.references_quality, rate.rate,
        case
            when staging.amount = 0 then '[{"code": "payment_zero"}]'::jsonb
            when staging.currency <> own.currency
                then jsonb_build_array(jsonb_build_object(
                    'code', 'payment_currency', 'currency', staging.currency, 'what', own.account,
                    'other', own.currency
                ))
            when staging.kind = 'payment' and staging.amount < 0 then '[{"code": "payment_debit"}]'
            when staging.kind <> 'payment' and staging.amount > 0 then '[{"code": "payment_no_original"}]'
        end as fault
    from billing.payment_staging as staging
    inner join own on own.written = staging.account
    inner join rate on rate.currency = staging.currency and rate.booked_on = staging.booked_on
    where
        staging.payment_file_id = p_file
        and not exists (
            select from billing.payment as known
            where known.account = own.account and known.key = staging.key
        )
        and not exists (
            select from billing.payment as known
            where known.account = own.account and known.trace = staging.trace
        )
    order by staging.place;
    analyze pg_temp.payment_new (payment_id, place);
    select jsonb_build_object('currency', one.currency, 'day', one.booked_on) into v_missing
    from pg_temp.payment_new as one
    where one.rate is null and one.fault is null
    limit 1;
    if v_missing is not null then
        perform billing.fail('LB703', v_missing);
    end if;
end;
$$;

comment on function logic.payment_new_find(bigint) is
$$Keeps of the staged payments of a file those that are not known yet.
Example: select logic.payment_new_find(1)
Raises: LB703 for a currency without rate$$;

create function logic.payment_insert(p_file bigint)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set enable_mergejoin = off
as $$
declare
    v_nestloop constant text := logic.payment_plan_begin();
begin
    insert into billing.payment (
        payment_id, payment_file_id, place, account, batch, key, kind, amount, currency, booked_on, value_on,
        payer_name, payer_account, payer_org_no, payer_address, texts, channel, raw, original_key, note,
        payee_number, trace, state, left_amount, payer_id, explanation
    )
    select
        own.payment_id, p_file, own.place, own.account, staging.batch, own.key, own.kind, own.amount,
        own.currency, own.booked_on, staging.value_on, staging.payer_name, staging.payer_account,
        staging.payer_org_no, staging.payer_address, coalesce(staging.texts, '{}'), staging.channel,
        staging.raw, own.original_key, own.note, staging.payee_number, staging.trace, result.state,
        result.left_amount, result.payer_id, result.explanation
    from pg_temp.payment_result as result
    inner join pg_temp.payment_new as own on own.payment_id = result.payment_id
    inner join billing.payment_staging as staging
        on staging.payment_file_id = p_file and staging.place = own.place;
    insert into billing.payment_reference (payment_id, place, reference, amount, quality)
    select own.payment_id, named.place, named.reference, named.amount, coalesce(named.quality, 'none')
    from pg_temp.payment_result as result
    inner join pg_temp.payment_new as own on own.payment_id = result.payment_id
    cross join lateral unnest(
        own.references_text, own.references_amount, own.references_quality
    ) with ordinality as named (reference, amount, quality, place);
    perform set_config('enable_nestloop', v_nestloop, true);
end;
$$;

comment on function logic.payment_insert(bigint) is
$$Stores the new payments of a file that have a result, with their references.
Example: select logic.payment_insert(1) where false
Raises: nothing$$;

create function logic.payment_original_list()
returns table (payment_id bigint, booked_on date, original_id bigint)
language plpgsql volatile rows 100
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    return query
    with back as materialized (
        select own.*, own.references_text[1] as reference
        from pg_temp.payment_new as own
        where own.kind = 'reversal' and own.fault is null
    ),

    -- By the bank's identity, else by reference and amount: the nth reversal takes the nth latest.
    keyed as (
        select back.payment_id, original.payment_id as original_id
        from back
        inner join billing.payment as original
            on original.account = back.account and original.key = back.original_key
            and original.currency = back.currency and original.amount = -back.amount
        where original.kind <> 'reversal' and original.state not in ('shown', 'reversed')
    ),

    named as (
        select
            back.payment_id, back.account, back.currency, back.amount, back.reference, back.booked_on,
            row_number() over (
                partition by back.account, back.currency, back.amount, back.reference order by back.place
            ) as turn
        from back
        where back.payment_id not in (select keyed.payment_id from keyed) and back.reference is not null
    ),

    candidate as (
        select
            asked.account, asked.currency, asked.amount, asked.reference, original.payment_id,
            row_number() over (
                partition by asked.account, asked.currency, asked.amount, asked.reference
                order by original.booked_on desc, original.payment_id desc
            ) as turn
        from (
            select named.account, named.currency, named.amount, named.reference, max(named.booked_on) as day
            from named
            group by named.account, named.currency, named.amount, named.reference
        ) as asked
        inner join billing.payment_reference as known on known.reference = asked.reference
        inner join billing.payment as original
            on original.payment_id = known.payment_id and original.account = asked.account
            and original.currency = asked.currency and original.amount = -asked.amount
            and original.booked_on <= asked.day
        where
            original.kind <> 'reversal' and original.state not in ('shown', 'reversed')
            and original.payment_id not in (select keyed.original_id from keyed)
    ),

    found as (
        select keyed.payment_id, keyed.original_id from keyed
        union all
        select named.payment_id, candidate.payment_id
        from named
        inner join candidate
            on candidate.account = named.account and candidate.currency = named.currency
            and candidate.amount = named.amount and candidate.reference = named.reference
            and candidate.turn = named.turn
    )

    select back.payment_id, back.booked_on, min(found.original_id)
    from back
    left join found on found.payment_id = back.payment_id
    group by back.payment_id, back.booked_on
    order by back.payment_id;
end;
$$;

comment on function logic.payment_original_list() is
$$The reversals among new payments with the payment that each takes back; NULL: it is not known.
Example: select * from logic.payment_original_list() where false
Raises: nothing$$;

create function logic.payment_reverse(p_file bigint)
returns bigint[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_originals bigint[];
    v_payments bigint[];
    v_days date[];
    v_payers bigint[];
begin
    create temporary table payment_original on commit drop as
    select
        found.*,
        -- one payment is taken back once
        row_number() over (partition by found.original_id order by found.payment_id) > 1
        or found.original_id is null as is_lost
    from logic.payment_original_list() as found;
    select
        array_agg(one.original_id order by one.payment_id), array_agg(one.payment_id order by one.payment_id),
        array_agg(one.booked_on order by one.payment_id)
    into v_originals, v_payments, v_days
    from pg_temp.payment_original as one
    where not one.is_lost;
    v_payers := logic.payment_payer_list(v_originals);

    drop table pg_temp.payment_result;
    create temporary table payment_result on commit drop as
    select
        own.payment_id, case
            when own.is_lost then 'shown'
            else 'matched'
        end as state, 0::numeric as left_amount,
        case when not own.is_lost then original.payer_id end as payer_id,
        jsonb_build_array(
            case
                when own.is_lost then '{"code": "payment_no_original"}'
                else jsonb_build_object(
                    'code', 'payment_takes_back', 'payment', original.payment_id, 'day', original.booked_on
                )
            end
        ) as explanation
    from pg_temp.payment_original as own
    left join billing.payment as original on original.payment_id = own.original_id;
    perform logic.payment_insert(p_file);

    update billing.payment
    set state = 'unidentified', left_amount = -back.rest
    from logic.payment_take_back(v_originals, v_payments, v_days) as back
    where payment.payment_id = back.payment_id and back.rest <> 0;
    update billing.payment as original
    set
        state = 'reversed', left_amount = 0,
        explanation = original.explanation || jsonb_build_array(jsonb_build_object(
            'code', 'payment_taken_back', 'payment', own.payment_id, 'day', own.booked_on
        ))
    from pg_temp.payment_original as own
    where original.payment_id = own.original_id and not own.is_lost;
    drop table pg_temp.payment_original;
    return v_payers;
end;
$$;

comment on function logic.payment_reverse(bigint) is
$$Stores the reversals of a file and takes back what they reverse; the payers whose items that opens again.
Example: select logic.payment_reverse(1) where false
Raises: nothing$$;

create function logic.payment_load_book(p_file bigint)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set enable_mergejoin = off
as $$
declare
    v_payers bigint[];
    v_paid bigint[];
    v_decimals integer := logic.base_decimals();
begin
    perform logic.payment_work_begin();
    insert into pg_temp.payment_work
    select
        own.payment_id, case own.kind when 'payment' then 1 else 2 end, own.place, own.amount, own.currency,
        own.booked_on, round(own.amount * own.rate, v_decimals), own.note
    from pg_temp.payment_new as own
    where own.fault is null and own.kind <> 'reversal';
    create temporary table payment_name on commit drop as
    select own.payment_id, named.part::integer as part, named.reference, named.asked
    from pg_temp.payment_new as own
    cross join lateral unnest(own.references_text, own.references_amount)
    with ordinality as named (reference, asked, part)
    where own.fault is null and own.kind <> 'reversal';
    perform logic.payment_part_find();

    v_payers := array(
        select distinct part.payer_id from pg_temp.payment_part as part where part.payer_id is not null
    ) || logic.payment_payer_list(
        array(select found.original_id from logic.payment_original_list() as found)
    );
    perform logic.ledger_lock(v_payers);

    perform logic.payment_allocate(1);
    insert into pg_temp.payment_result (payment_id, state, left_amount, explanation, used)
    select own.payment_id, 'shown', 0, own.fault, 0
    from pg_temp.payment_new as own
    where own.fault is not null;
    perform logic.payment_insert(p_file);
    perform logic.payment_post('payment', null);
    v_paid := array(
        select distinct taken.payer_id from pg_temp.payment_take as taken
    );
    if exists (select from pg_temp.payment_work as work where work.turn = 2) then
        perform logic.deduction_advance_add();
        perform logic.payment_allocate(2);
        perform logic.payment_insert(p_file);
        perform logic.payment_post('payment', null);
        v_paid := v_paid || array(
            select distinct taken.payer_id from pg_temp.payment_take as taken
        );
    end if;
    if exists (
        select from pg_temp.payment_new as own where own.kind = 'reversal' and own.fault is null
    ) then
        v_paid := v_paid || logic.payment_reverse(p_file);
    end if;
    if v_paid <> '{}' then
        perform logic.payer_paid(v_paid, (select max(own.booked_on) from pg_temp.payment_new as own));
    end if;
end;
$$;

comment on function logic.payment_load_book(bigint) is
$$Matches, stores and books the new payments of a file: payments, then deductions, then reversals, then what
follows
of them.
Example: select logic.payment_load_book(1) where false
Raises: nothing$$;

create function logic.payment_load_finish(
    p_file bigint, p_is_statement boolean, p_is_same_known boolean, p_ignored jsonb
)
returns table (state text, counts jsonb, totals jsonb)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_format text := (
        select file.format from billing.payment_file as file where file.payment_file_id = p_file
    );
    v_from text := coalesce(logic.setting_get('payments_from'), '054');
    v_staged bigint;
    v_duplicates bigint;
    v_counts jsonb;
    v_totals jsonb;
begin
    perform access.require('admin', 'finance', 'batch', 'integration');
    -- Whatever changes what became of payments takes turns: known or not, taken back or not is certain then.
    perform pg_advisory_xact_lock(hashtextextended('billing.payment', 0));
    analyze billing.payment_staging (payment_file_id, place, account, key, currency, booked_on);
    perform logic.payment_file_check(p_file, p_is_same_known);
    v_staged := (
        select count(*) from billing.payment_staging as staging where staging.payment_file_id = p_file
    );
    perform logic.payment_new_find(p_file);
    if p_is_statement and v_from = '054' or v_format like '%054%' and v_from = '053' then
        -- Booked from the other one of the two: this one is only compared.
        select jsonb_object_agg(one.what, one.count), jsonb_object_agg(one.what, one.sum)
        into v_counts, v_totals
        from (
            select
                case when own.place is null or known.batch is not null then 'reconciled' else 'missing' end
                as what,
                count(*), sum(staging.amount)
            from billing.payment_staging as staging
            left join pg_temp.payment_new as own on own.place = staging.place
            left join (
                select distinct payment.account, payment.batch from billing.payment
                where payment.batch in (
                    select one.batch from billing.payment_staging as one where one.payment_file_id = p_file
                )
            ) as known on known.account = own.account and known.batch = staging.batch
            where staging.payment_file_id = p_file
            group by 1
        ) as one;
        v_totals := jsonb_build_object('all', coalesce(v_totals, '{}'));
    else
        perform logic.payment_load_book(p_file);
        select jsonb_object_agg(one.state, one.count) into v_counts
        from (
            select payment.state, count(*) as count
            from billing.payment
            where payment.payment_file_id = p_file
            group by payment.state
        ) as one;
        v_totals := (
            select jsonb_object_agg(one.currency, one.sums)
            from (
                select each.currency, jsonb_object_agg(each.state, each.sum) as sums
                from (
                    select payment.currency, payment.state, sum(payment.amount) as sum
                    from billing.payment
                    where payment.payment_file_id = p_file
                    group by payment.currency, payment.state
                ) as each
                group by each.currency
            ) as one
        );
    end if;
    v_duplicates := v_staged - (select count(*) from pg_temp.payment_new);
    v_counts := coalesce(v_counts, '{}') || jsonb_build_object('payments', v_staged)
        || case when v_duplicates > 0 then jsonb_build_object('duplicates', v_duplicates) else '{}' end
        || case when p_ignored <> '{}' then jsonb_build_object('ignored', p_ignored) else '{}' end;
    delete from billing.payment_staging as staging where staging.payment_file_id = p_file;
    update billing.payment_file as file
    set
        state = 'loaded', reason = null, loaded_at = clock_timestamp(), loaded_by = who.actor,
        counts = v_counts, totals = coalesce(v_totals, '{}')
    from audit.tx_current() as who
    where file.payment_file_id = p_file;
    perform audit.event_add(
        'payment_load', p_file::text, jsonb_build_object('counts', v_counts, 'totals', v_totals)
    );
    drop table pg_temp.payment_new;
    return query select 'loaded', v_counts, coalesce(v_totals, '{}');
end;
$$;

comment on function logic.payment_load_finish(bigint, boolean, boolean, jsonb) is
$$Matches and books the staged payments of a file: what became of how many, and their sums. p_is_statement: an
account statement, from which nothing is booked while the setting payments_from says 054. p_is_same_known:
its own
identity may be known with other contents. p_ignored: what the reader passed over, with counts.
Example: select * from logic.payment_load_finish(1, false, false, '{}') where false
Raises: LB703, LB723, LB725, LB726, LB730, LB901$$;

-- api

create function api.payment_load_finish(
    p_file bigint, p_is_statement boolean default false, p_is_same_known boolean default false,
    p_ignored jsonb default '{}'
)
returns table (state text, counts jsonb, totals jsonb)
language sql volatile
begin atomic
    select * from logic.payment_load_finish(p_file, p_is_statement, p_is_same_known, p_ignored);
end;

comment on function api.payment_load_finish(bigint, boolean, boolean, jsonb) is
$$Matches and books the staged payments of a file, in the transaction that staged them: what became of how
many.
Example: select * from api.payment_load_finish(1) where false
Raises: LB703, LB723, LB725, LB726, LB730, LB901$$;
grant execute on function api.payment_load_finish(bigint, boolean, boolean, jsonb)
to leissner_admin, leissner_finance, leissner_batch, leissner_integration;
