-- 60_invoice/fee: what is due for one-time and periodic charges (BILLING.md 1).

create type logic.fee_key as (price_list_id bigint, service_charge_id bigint, day date);
comment on type logic.fee_key is 'One question: what does a list ask for a charge on a day?';

create function logic.fee_search(p_keys logic.fee_key[])
returns table (place bigint, rate numeric)
language sql stable parallel safe rows 5000
begin atomic
    with recursive question as materialized (
        select asked.place, asked.price_list_id, asked.service_charge_id * 8 + 4 as target_key, asked.day
        from unnest(p_keys) with ordinality as asked (price_list_id, service_charge_id, day, place)
    ),

    climb as (
        select distinct question.price_list_id as start_id, question.price_list_id as list_id, 0 as step
        from question
        union all
        select climb.start_id, list.parent_id, climb.step + 1
        from climb
        inner join billing.price_list as list on list.price_list_id = climb.list_id
        where list.parent_id is not null
    ),

    -- Fees are few: read once, not by an index that is asked again for each question.
    item as materialized (
        select
            known.price_item_id, known.price_list_id, known.target_key, known.valid, known.is_blocked,
            known.rate, known.percent, known.amount
        from billing.price_item as known
        where
            known.service_charge_id = any(array(
                select distinct div(question.target_key, 8) from question
            )::bigint[])
    ),

    offer as (
        select
            question.place, climb.step, item.price_item_id, item.is_blocked, item.rate, item.percent,
            item.amount, item.percent is not null or item.amount is not null as is_relative
        from question
        inner join climb on climb.start_id = question.price_list_id
        inner join billing.price_list as list
            on list.price_list_id = climb.list_id and (climb.step = 0 or not list.is_draft)
        inner join item
            on item.price_list_id = climb.list_id and item.target_key = question.target_key
            and item.valid @> question.day
    ),

    -- Up to the first item that is not relative: it is the base of those below it.
    ranked as materialized (
        select
            offer.*,
            row_number() over (partition by offer.place order by offer.step) as round,
            coalesce(
                bool_or(not offer.is_relative) over (
                    partition by offer.place order by offer.step
                    rows between unbounded preceding and 1 preceding
                ),
                false
            ) as is_beyond
        from offer
    ),

    fold as (
        select ranked.place, ranked.round, ranked.rate::numeric as rate
        from ranked
        where not ranked.is_beyond and not ranked.is_relative and not ranked.is_blocked
        union all
        select
            fold.place, below.round,
            greatest(0, fold.rate * (1 + coalesce(below.percent, 0) * 0.01) + coalesce(below.amount, 0))
        from fold
        inner join ranked as below on below.place = fold.place and below.round = fold.round - 1
    )

    select fold.place, fold.rate from fold where fold.round = 1;
end;

comment on function logic.fee_search(logic.fee_key[]) is
$$The rate of each key by its place in the array: nearest list first,
    relative items worked out from their base. No
row: no price, or not for sale.
Example: select * from logic.fee_search(array[row(1, 1, '2026-10-05')]::logic.fee_key[])
Raises: nothing$$;

create function logic.month_index(p_day date)
returns integer
language sql immutable parallel safe strict
return extract(year from p_day)::integer * 12 + extract(month from p_day)::integer - 1;

comment on function logic.month_index(date) is
$$Months since the year 0: months and their distances as whole numbers.
Example: select logic.month_index('2026-10-05')
Raises: nothing$$;

create function logic.month_on(p_index integer)
returns date
language sql immutable parallel safe strict
return make_date(div(p_index, 12)::integer, mod(p_index, 12) + 1, 1);

comment on function logic.month_on(integer) is
$$First day of the month with that index.
Example: select logic.month_on(24321)
Raises: nothing$$;

create type logic.fee_due as (
    customer_id bigint, contract_id bigint, contract_line_id bigint, charge_kind text,
        service_charge_id bigint,
    period_on date, part_on date, from_on date, to_on date, quantity numeric, home numeric,
    charge_vat text, account text, is_chargeable boolean, fault text, params jsonb
);
comment on type logic.fee_due is
'What is due by today''s data for a contract line, charge, period and part with one VAT rate. home: exact '
'amount in the operator''s currency, by the rates of the last day charged; NULL with a fault.';

create function logic.fee_due_list(
    p_lines bigint[], p_through date, p_back date, p_upto date default null
)
returns setof logic.fee_due
language plpgsql stable security definer rows 20000
set search_path = pg_catalog, pg_temp
set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
    v_epochs date[];
begin
    -- Of their own contracts sellers and customers may know what they cost.
    if not p_lines <@ access.contract_line_ids() then
        perform access.require(
            'admin', 'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
        'integration'
        );
    end if;
    -- Prices of fees change on these days only.
    select coalesce(array_agg(distinct bound.day order by bound.day), '{}') into v_epochs
    from (
        select lower(item.valid) as day from billing.price_item as item
        where item.service_charge_id is not null and not lower_inf(item.valid)
        union all
        select upper(item.valid) from billing.price_item as item
        where item.service_charge_id is not null and not upper_inf(item.valid)
    ) as bound;

    return query
    with recursive line as materialized (
        select
            one.contract_line_id, one.line_no, contract.contract_id, contract.contract_no,
                contract.customer_id,
            one.service_id, service.is_advance, one.quantity, one.billed_through, service.vat_code,
            service.account, lower(one.valid) as first_on,
            greatest(lower(one.valid), one.billed_through + 1) as charged_from,
            -- binding time goes on after an early end
            least(p_upto + 1, case
                when upper(one.valid) is not null
                    then greatest(
                        upper(one.valid),
                        (
                            lower(one.valid) + make_interval(
                                months => coalesce(contract.binding_months, service.binding_months)
                            )
                        )::date
                    )
            end) as charged_to,
            logic.month_index(contract.start_on) as start_index,
            coalesce(contract.interval_months, service.interval_months) as interval_months,
            -- what was billed for later days is compared too, not taken for undue
            greatest(
                p_through + 1,
                (
                    select max(upper(billed.valid)) from billing.invoice_line as billed
                    where
                        billed.contract_line_id = one.contract_line_id and billed.charge_kind = 'periodic'
                        and upper(billed.valid) > p_through
                )
            ) as look_to
        from billing.contract_line as one
        inner join billing.contract on contract.contract_id = one.contract_id and contract.state = 'active'
        inner join billing.service on service.service_id = one.service_id
        where one.contract_line_id = any(p_lines) and one.valid is not null
    ),

    -- The interval in force; a change takes effect on the first of a month.
    said as (
        select line.contract_line_id, date '-infinity' as from_on, line.interval_months as months from line
        union all
        select
            line.contract_line_id,
            case
                when extract(day from term.from_on) = 1 then term.from_on
                else (date_trunc('month', term.from_on::timestamp) + interval '1 month')::date
            end,
            term.interval_months
        from line
        inner join billing.contract_term as term
            on term.contract_id = line.contract_id and term.interval_months is not null
    ),

    lattice as materialized (
        select
            line.*, said.months, said.from_on as lattice_from,
            lead(said.from_on, 1, date 'infinity') over (
                partition by said.contract_line_id order by said.from_on
            ) as lattice_to,
            case when mod(12, said.months) = 0 then 0 else line.start_index end as anchor
        from line
        inner join (
            select distinct on (said.contract_line_id, said.from_on) said.* from said
            order by said.contract_line_id, said.from_on, said.months
        ) as said on said.contract_line_id = line.contract_line_id
    ),

    period as materialized (
        select
            lattice.contract_line_id, whole.period_on,
            greatest(whole.period_on, lattice.charged_from) as from_on,
            least(whole.period_to, lattice.charged_to) as to_on,
            case
                when p_upto is not null then true
                when lattice.is_advance then greatest(whole.period_on, lattice.charged_from) <= p_through + 1
                else least(whole.period_to, lattice.charged_to) <= p_through + 1
            end as is_chargeable
        from lattice
        cross join lateral (
            select greatest(lattice.charged_from, lattice.lattice_from, p_back) as first_day,
                least(lattice.charged_to, lattice.lattice_to, lattice.look_to + 1) as end_day
        ) as span
        cross join lateral generate_series(
            lattice.anchor + floor(
                logic.divide(logic.month_index(span.first_day) - lattice.anchor, lattice.months)
            )::integer * lattice.months,
            logic.month_index(span.end_day - 1),
            lattice.months
        ) as step (n)
        cross join lateral (
            select
                greatest(logic.month_on(step.n), lattice.lattice_from) as period_on,
                least(logic.month_on(step.n + lattice.months), lattice.lattice_to) as period_to
        ) as whole
        where
            span.first_day < span.end_day and whole.period_to > p_back
            and greatest(whole.period_on, lattice.charged_from) < least(whole.period_to, lattice.charged_to)
    ),

    -- Each charge of each period, and one-time charges of a line that no other system billed.
    item as materialized (
        select
            period.contract_line_id, charge.service_charge_id, charge.code, 'periodic' as charge_kind,
            period.period_on, period.from_on, period.to_on, period.is_chargeable,
            coalesce(charge.vat_code, line.vat_code) as charge_vat,
            coalesce(charge.account, line.account) as account
        from period
        inner join line on line.contract_line_id = period.contract_line_id
        inner join billing.service_charge as charge
            on charge.service_id = line.service_id and charge.kind = 'periodic'
        union all
        select
            line.contract_line_id, charge.service_charge_id, charge.code, 'one_time', date '-infinity',
            line.first_on, line.first_on + 1, line.first_on <= p_through,
            coalesce(charge.vat_code, line.vat_code), coalesce(charge.account, line.account)
        from line
        inner join billing.service_charge as charge
            on charge.service_id = line.service_id and charge.kind = 'one_time'
        where line.billed_through is null and line.first_on + 1 > p_back
    ),

    -- Cut where the rate of the VAT code changes.
    part as materialized (
        select
            item.contract_line_id, item.service_charge_id, item.charge_kind, item.period_on,
                item.is_chargeable,
            item.charge_vat, item.account, item.code,
            case
                when vat.valid is null or lower_inf(vat.valid) or lower(vat.valid) <= item.period_on
                    or item.charge_kind = 'one_time' then date '-infinity'
                else lower(vat.valid)
            end as part_on,
            greatest(item.from_on, lower(vat.valid)) as from_on,
            least(item.to_on, upper(vat.valid)) as to_on,
            case
                when item.charge_vat is null then 'LB512'
                -- some day of the period has no rate
                when sum(
                    least(item.to_on, upper(vat.valid)) - greatest(item.from_on, lower(vat.valid))
                ) over (
                    partition by item.contract_line_id, item.service_charge_id, item.period_on
                ) < item.to_on - item.from_on or vat.valid is null then 'LB513'
            end as fault
        from item
        left join billing.vat_code as vat
            on vat.code = item.charge_vat and vat.valid && daterange(item.from_on, item.to_on)
    ),

    -- Days on which anything that decides a price may change, line by line.
    above (contract_line_id, customer_id) as (
        select line.contract_line_id, line.customer_id from line
        union
        select above.contract_line_id, link.parent_id
        from above
        inner join logic.customer_link() as link on link.customer_id = above.customer_id
    ),

    reach as materialized (
        select part.contract_line_id, min(part.from_on) as from_on, max(part.to_on) as to_on
        from part
        group by part.contract_line_id
    ),

    cut as (
        select reach.contract_line_id, reach.from_on from reach
        union
        select reach.contract_line_id, term.from_on
        from reach
        inner join billing.line_term as term on term.contract_line_id = reach.contract_line_id
        where reach.from_on < term.from_on and term.from_on < reach.to_on
        union
        select reach.contract_line_id, term.from_on
        from reach
        inner join line on line.contract_line_id = reach.contract_line_id
        inner join billing.contract_term as term on term.contract_id = line.contract_id
        where reach.from_on < term.from_on and term.from_on < reach.to_on
        union
        select reach.contract_line_id, term.from_on
        from reach
        inner join above on above.contract_line_id = reach.contract_line_id
        inner join billing.customer_term as term on term.customer_id = above.customer_id
        where reach.from_on < term.from_on and term.from_on < reach.to_on
        union
        select reach.contract_line_id, epoch.day
        from reach
        cross join lateral unnest(v_epochs) as epoch (day)
        where reach.from_on < epoch.day and epoch.day < reach.to_on
    ),

    stretch as materialized (
        select
            cut.contract_line_id, cut.from_on,
            lead(cut.from_on, 1, reach.to_on) over (
                partition by cut.contract_line_id order by cut.from_on
            ) as to_on
        from cut
        inner join reach on reach.contract_line_id = cut.contract_line_id
    ),

    held as materialized (
        select found.contract_line_id, found.day as from_on, found.retail_lists
        from logic.holder_list(
            array(select contract_line_id from stretch order by contract_line_id, from_on),
            array(select from_on from stretch order by contract_line_id, from_on)
        ) as found
    ),

    -- Each list, charge and time between two changes of prices is asked once: place, of the question.
    wanted as materialized (
        select
            one.*,
            dense_rank() over (order by one.price_list_id, one.service_charge_id, one.epoch) as place
        from (
            select
                held.contract_line_id, held.from_on, charge.service_charge_id, list.price_list_id, list.turn,
                case
                    when v_epochs = '{}' or held.from_on < v_epochs[1] then date '-infinity'
                    else v_epochs[width_bucket(held.from_on, v_epochs)]
                end as epoch
            from held
            inner join line on line.contract_line_id = held.contract_line_id
            inner join billing.service_charge as charge on charge.service_id = line.service_id
            cross join lateral unnest(held.retail_lists) with ordinality as list (price_list_id, turn)
        ) as one
    ),

    answer as materialized (
        select price.place, price.rate
        from logic.fee_search(
            array(
                select row(asked.price_list_id, asked.service_charge_id, asked.epoch)::logic.fee_key
                from (
                    select distinct wanted.place, wanted.price_list_id, wanted.service_charge_id, wanted.epoch
                    from wanted
                ) as asked
                order by asked.place
            )
        ) as price
    ),

    exchange as materialized (
        select list.currency, logic.rate_on(list.currency, p_through) as rate
        from (select distinct price_list.currency from billing.price_list) as list
    ),

    priced as materialized (
        select distinct on (wanted.contract_line_id, wanted.from_on, wanted.service_charge_id)
            wanted.contract_line_id, wanted.from_on, wanted.service_charge_id, answer.rate,
            list.currency, exchange.rate as home_rate
        from wanted
        inner join answer on answer.place = wanted.place
        inner join billing.price_list as list on list.price_list_id = wanted.price_list_id
        inner join exchange on exchange.currency = list.currency
        order by wanted.contract_line_id, wanted.from_on, wanted.service_charge_id, wanted.turn
    ),

    -- The lists that are searched for a line, the nearest first: named where none has a price.
    searched as materialized (
        select distinct on (held.contract_line_id) held.contract_line_id, held.retail_lists as lists
        from held
        order by held.contract_line_id, held.from_on desc
    ),

    -- Part by stretch: days, quantity and rate. Faulty parts too: they are few, and nothing is made of them.
    piece as materialized (
        select
            part.contract_line_id, part.service_charge_id, part.charge_vat, part.period_on, part.part_on,
            part.charge_kind, both_ends.from_on, both_ends.to_on, priced.rate, priced.currency,
            priced.home_rate,
            coalesce(
                (
                    select term.quantity from billing.line_term as term
                    where
                        term.contract_line_id = part.contract_line_id and term.from_on <= both_ends.from_on
                        and term.quantity is not null
                    order by term.from_on desc
                    limit 1
                ),
                line.quantity
            ) as quantity
        from part
        inner join line on line.contract_line_id = part.contract_line_id
        inner join stretch
            on stretch.contract_line_id = part.contract_line_id
            and stretch.from_on < part.to_on and part.from_on < stretch.to_on
        cross join lateral (
            select greatest(part.from_on, stretch.from_on) as from_on, least(part.to_on,
                stretch.to_on) as to_on
        ) as both_ends
        left join priced
            on priced.contract_line_id = stretch.contract_line_id and priced.from_on = stretch.from_on
            and priced.service_charge_id = part.service_charge_id
    ),

    summed as materialized (
        select
            piece.contract_line_id, piece.service_charge_id, piece.charge_vat, piece.period_on, piece.part_on,
            sum(
                piece.rate * piece.home_rate * piece.quantity
                * case when piece.charge_kind = 'one_time' then 1 else share.months end
            ) as home,
            (array_agg(piece.quantity order by piece.from_on desc))[1] as quantity,
            min(piece.from_on) filter (where piece.rate is null) as no_price_on,
            min(piece.currency) filter (where piece.rate is not null and piece.home_rate is null) as no_rate
        from piece
        -- days of each calendar month over its length
        cross join lateral (
            select sum(
                logic.divide(
                    least(piece.to_on, logic.month_on(month.n + 1)) - greatest(piece.from_on,
                        logic.month_on(month.n)),
                    logic.month_on(month.n + 1) - logic.month_on(month.n)
                )
            ) as months
            from generate_series(
                logic.month_index(piece.from_on), logic.month_index(piece.to_on - 1)
            ) as month (n)
        ) as share
        group by
            piece.contract_line_id, piece.service_charge_id, piece.charge_vat, piece.period_on, piece.part_on
    )

    select
        line.customer_id, line.contract_id, part.contract_line_id, part.charge_kind, part.service_charge_id,
        part.period_on, part.part_on, part.from_on, part.to_on, summed.quantity,
        case when ruled.fault is null then round(summed.home, 12) end,
        part.charge_vat, part.account, part.is_chargeable, ruled.fault,
        case when ruled.fault is not null then
            jsonb_build_object(
                'contract', line.contract_no, 'line', line.line_no, 'charge', part.code, 'what', part.code,
                'code', part.charge_vat, 'currency', summed.no_rate,
                'customer', customer.customer_no,
                'day', coalesce(
                    case when ruled.fault = 'LB515' then p_through end, summed.no_price_on, part.from_on
                )
            ) || case when ruled.fault in ('LB511', 'LB516') then (
                select jsonb_build_object(
                    'service', service.code,
                    'lists', string_agg(list.code, ', ' order by asked.turn),
                    'list', (array_agg(list.code order by asked.turn desc))[1]
                )
                from unnest(searched.lists) with ordinality as asked (price_list_id, turn)
                inner join billing.price_list as list on list.price_list_id = asked.price_list_id
            ) else '{}' end
        end
    from part
    inner join line on line.contract_line_id = part.contract_line_id
    inner join billing.customer on customer.customer_id = line.customer_id
    inner join billing.service on service.service_id = line.service_id
    left join searched on searched.contract_line_id = part.contract_line_id
    left join summed
        on summed.contract_line_id = part.contract_line_id
        and summed.service_charge_id = part.service_charge_id
        and summed.charge_vat is not distinct from part.charge_vat
        and summed.period_on = part.period_on and summed.part_on = part.part_on
    cross join lateral (
        select case
            when part.fault is not null then part.fault
            when summed.no_price_on is not null
                then case when searched.lists = '{}' then 'LB516' else 'LB511' end
            when summed.no_rate is not null then 'LB515'
        end as fault
    ) as ruled;
end;
$$;

comment on function logic.fee_due_list(bigint[], date, date, date) is
$$What is due for the charges of contract lines,
    for every period from the line's first day that ends after p_back:
those that a run through p_through charges, and later ones that were billed already (is_chargeable: no). With
p_upto what was earned up to that day.
Example: select * from logic.fee_due_list('{1}', '2026-10-31', '2025-10-31')
Raises: LB901 for lines of others without a level of staff$$;
