-- rates: what a supplier's sheet changes in a price list, shown first and then written.

create function logic.item_terms(p_item billing.price_item)
returns jsonb
language sql immutable parallel safe
return case
    when (p_item).is_blocked then '{"is_blocked": true}'::jsonb
    when (p_item).percent is not null or (p_item).amount is not null
        then jsonb_build_object('percent', (p_item).percent, 'amount', (p_item).amount)
    when (p_item).price_list_id is not null then jsonb_strip_nulls(jsonb_build_object(
        'rate', (p_item).rate, 'setup', (p_item).setup, 'first', (p_item).first_increment,
        'next', (p_item).next_increment, 'free', nullif((p_item).free_units, 0),
        'free_mode', case when (p_item).free_units > 0 then (p_item).free_mode end,
        'minimum', (p_item).minimum, 'maximum', (p_item).maximum, 'step_rate', to_jsonb((p_item).step_rate)
    )) || case
        when (p_item).step_to is null then '{}'::jsonb
        else jsonb_build_object('step_to', to_jsonb((p_item).step_to))
    end
end;

comment on function logic.item_terms(billing.price_item) is
$$What a price says, as JSON: equal where two prices say the same. NULL for no price.
Example: select logic.item_terms(item) from billing.price_item as item
Raises: nothing$$;

create function logic.rate_terms(p_row billing.rate_staging)
returns jsonb
language sql immutable parallel safe
return case
    when (p_row).is_blocked then '{"is_blocked": true}'::jsonb
    else jsonb_strip_nulls(jsonb_build_object(
        'rate', (p_row).rate, 'setup', (p_row).setup, 'first', (p_row).first_increment,
        'next', (p_row).next_increment, 'free', nullif((p_row).free_units, 0),
        'free_mode', case when (p_row).free_units > 0 then 'threshold' end,
        'minimum', (p_row).minimum, 'step_rate', to_jsonb((p_row).step_rate)
    )) || case
        when (p_row).step_to is null then '{}'::jsonb
        else jsonb_build_object('step_to', to_jsonb((p_row).step_to))
    end || case
        when (p_row).off_peak is distinct from (p_row).rate and (p_row).off_peak is not null
            then jsonb_build_object('off_peak', (p_row).off_peak)
        else '{}'::jsonb
    end
end;

comment on function logic.rate_terms(billing.rate_staging) is
$$What a row of a sheet says, in the form of logic.item_terms; off_peak where that rate is another.
Example: select logic.rate_terms(one) from billing.rate_staging as one
Raises: nothing$$;

create function logic.terms_rate(p_terms jsonb)
returns numeric
language sql immutable parallel safe
return coalesce((p_terms ->> 'rate')::numeric, (p_terms #>> '{step_rate,0}')::numeric);

comment on function logic.terms_rate(jsonb) is
$$The rate that two prices are compared by: of steps the first. NULL for a price without.
Example: select logic.terms_rate('{"rate": 0.1}')
Raises: nothing$$;

create type logic.rate_mode as (mode_id bigint, mode_group text);
comment on type logic.rate_mode is 'What calls a price is for: those of a mode, of a group of modes, or all.';

-- The prices that the sheet's are compared with: the list's own, else the nearest list's above as long as no
-- list in between says something of more than a destination, which would come first.
create function logic.rate_former(
    p_price_list_id bigint, p_mode_id bigint, p_mode_group text, p_days date[]
)
returns table (
    from_day date, destination_id bigint, band_id bigint, is_own boolean, price_item_id bigint, terms jsonb
)
language sql stable rows 50000
set enable_nestloop = off
begin atomic
    with recursive chain (price_list_id, parent_id, step) as (
        select list.price_list_id, list.parent_id, 0
        from billing.price_list as list where list.price_list_id = p_price_list_id
        union all
        select list.price_list_id, list.parent_id, chain.step + 1
        from chain
        inner join billing.price_list as list on list.price_list_id = chain.parent_id
        where
            not exists (
                select from billing.price_item as general
                where
                    general.price_list_id = chain.price_list_id and general.destination_id is null
                    and general.service_charge_id is null
            )
    )

    select distinct on (day.day, item.destination_id, item.band_id)
        day.day, item.destination_id, item.band_id, chain.step = 0, item.price_item_id,
        logic.item_terms(item)
    from chain
    inner join billing.price_item as item on item.price_list_id = chain.price_list_id
    inner join unnest(p_days) as day (day) on item.valid @> day.day
    where
        item.destination_id is not null and item.mode_id is not distinct from p_mode_id
        and item.mode_group is not distinct from p_mode_group
    order by day.day, item.destination_id, item.band_id, chain.step;
end;

comment on function logic.rate_former(bigint, bigint, text, date[]) is
$$Prices of single destinations that hold in a list on given days, its own or inherited as they stand.
Example: select * from logic.rate_former(1, null, null, array['2026-10-01'::date])
Raises: nothing$$;

create function logic.rate_held(p_price_list_id bigint, p_on date)
returns bigint[]
language sql stable
begin atomic
    with recursive chain (price_list_id, parent_id) as (
        select list.price_list_id, list.parent_id
        from billing.price_list as list where list.price_list_id = p_price_list_id
        union all
        select list.price_list_id, list.parent_id
        from chain
        inner join billing.price_list as list on list.price_list_id = chain.parent_id
    ),

    held as (
        select distinct item.destination_id
        from chain
        inner join billing.price_item as item on item.price_list_id = chain.price_list_id
        where item.service_charge_id is null and (upper_inf(item.valid) or upper(item.valid) > p_on)
    )

    select
        case
            when exists (select from held where held.destination_id is null)
                then array(select destination.destination_id from billing.destination)
            else array(select held.destination_id from held)
        end;
end;

comment on function logic.rate_held(bigint, date) is
$$Destinations that have a price in a list or above, of whatever kind: all where the list has one for more
than a destination. A sheet that is not the whole changes them only where it names them.
Example: select logic.rate_held(1, '2026-10-01')
Raises: nothing$$;

-- What each code costs from which day on. A node is a code of the sheet, or a prefix of ours at or below one;
-- the longest code of the sheet that is in force decides, as the supplier means it. In a sheet that is not
-- the whole, a shorter code does not touch a destination that has a price of its own here.
create function logic.rate_node(p_sheet_id bigint, p_is_full boolean, p_on date, p_priced bigint[])
returns table (
    digits text, is_ours boolean, is_exact boolean, destination_id bigint, name text, line_no int,
    timeline jsonb
)
language sql stable rows 50000
set enable_nestloop = off
begin atomic
    with sheet as materialized (
        select distinct on (one.code, one.from_on)
            one.code, one.from_on, one.name, one.line_no,
            case when not one.is_deleted then logic.rate_terms(one) end as terms,
            one.to_on
        from billing.rate_staging as one
        where one.rate_sheet_id = p_sheet_id
        order by one.code, one.from_on, one.line_no
    ),

    piece as materialized (
        select
            sheet.code, length(sheet.code) as length, sheet.name, sheet.line_no, sheet.terms, sheet.from_on,
            least(
                sheet.to_on, lead(sheet.from_on) over (partition by sheet.code order by sheet.from_on)
            ) as to_on
        from sheet
    ),

    code as materialized (
        select distinct on (sheet.code) sheet.code, sheet.name, sheet.line_no
        from sheet order by sheet.code, sheet.from_on desc
    ),

    -- Where prefixes lead in the end: one that begins with an earlier sheet of the same day is known.
    ours as materialized (
        select distinct on (prefix.digits) prefix.digits, prefix.destination_id
        from billing.prefix
        where not prefix.is_whole and prefix.valid && daterange(p_on, null)
        order by prefix.digits, prefix.valid desc
    ),

    owner as materialized (
        select distinct on (code.code)
            code.code, ours.destination_id, ours.digits = code.code as is_exact
        from code
        inner join (select distinct length(ours.digits) as length from ours) as head
            on head.length <= length(code.code)
        inner join ours on ours.digits = left(code.code, head.length)
        order by code.code, head.length desc
    ),

    head as materialized (
        select distinct length(code.code) as length from code
    ),

    -- Ours below a code, and the other prefixes of the destinations that are concerned.
    beside as (
        select ours.digits
        from ours
        inner join head on head.length < length(ours.digits)
        inner join code on code.code = left(ours.digits, head.length)
        union
        select ours.digits
        from ours
        where
            exists (select from owner where owner.destination_id = ours.destination_id)
        union
        select ours.digits
        from ours
        inner join unnest(p_priced) as priced (destination_id)
            on priced.destination_id = ours.destination_id
        where p_is_full
    ),

    node as materialized (
        select
            code.code as digits, coalesce(owner.is_exact, false) as is_ours, true as is_exact,
            owner.destination_id, code.name, code.line_no
        from code
        left join owner on owner.code = code.code
        union all
        select ours.digits, true, false, ours.destination_id, null, null
        from beside
        inner join ours on ours.digits = beside.digits
        where not exists (select from code where code.code = ours.digits)
    ),

    cover as materialized (
        select
            node.digits, piece.length, piece.from_on, piece.to_on, piece.terms, piece.name, piece.line_no,
            piece.code = node.digits as is_self
        from node
        inner join head on head.length <= length(node.digits)
        inner join piece on piece.code = left(node.digits, head.length)
        left join owner on owner.code = piece.code
        left join (select distinct unnest(p_priced) as destination_id) as priced
            on priced.destination_id = node.destination_id
        where
            p_is_full or piece.code = node.digits or not node.is_ours
            or node.destination_id is not distinct from owner.destination_id
            or priced.destination_id is null
    ),

    moment as (
        select cover.digits, cover.from_on as on_day from cover
        union
        select cover.digits, cover.to_on from cover where cover.to_on is not null
        union
        select node.digits, p_on from node
        where
            p_is_full and not exists (select from cover where cover.digits = node.digits)
    ),

    state as (
        select distinct on (moment.digits, moment.on_day)
            moment.digits, moment.on_day, cover.terms, cover.name, cover.line_no
        from moment
        left join cover
            on
                cover.digits = moment.digits and cover.from_on <= moment.on_day
                and (cover.to_on is null or cover.to_on > moment.on_day) and cover.terms is not null
        order by moment.digits, moment.on_day, cover.length desc nulls last
    ),

    told as (
        select
            state.digits, state.on_day, state.terms, state.name, state.line_no,
            state.terms is distinct from lag(state.terms) over turn or lag(state.on_day) over turn is null
            as is_change
        from state
        window turn as (partition by state.digits order by state.on_day)
    ),

    line as (
        select
            told.digits, (array_agg(told.name order by told.on_day desc))[1] as name,
            (array_agg(told.line_no order by told.on_day desc))[1] as line_no,
            jsonb_agg(
                jsonb_build_object('on', told.on_day, 'terms', told.terms) order by told.on_day
            ) filter (where told.is_change) as timeline
        from told
        group by told.digits
    )

    select
        node.digits, node.is_ours, node.is_exact, node.destination_id, coalesce(node.name, line.name),
        coalesce(node.line_no, line.line_no), coalesce(line.timeline, '[]'::jsonb)
    from node
    left join line on line.digits = node.digits;
end;

comment on function logic.rate_node(bigint, boolean, date, bigint[]) is
$$Codes of a sheet and the prefixes of ours that it concerns, each with what it costs from which day on:
timeline is [{on, terms}], terms null where the price ends. p_on: prefixes ended before do not count;
p_priced: destinations that have a price of their own, which a shorter code does not touch.
Example: select * from logic.rate_node(1, false, '2026-11-01', '{}')
Raises: nothing$$;

-- Codes of one destination that cost the same are a price of it. Codes that cost something else need a
-- destination of their own: one that the sheet names alike and prices alike, or one that has to be made.
create function logic.rate_target(
    p_sheet_id bigint, p_is_full boolean, p_on date, p_priced bigint[], p_known bigint[], p_held bigint[]
)
returns table (
    place text, destination_id bigint, owner_id bigint, name text, line_no int, codes text[], moved text[],
    silent text[], timeline jsonb
)
language sql stable rows 20000
set enable_nestloop = off
begin atomic
    with every as materialized (
        select
            one.digits, one.is_ours, one.is_exact, one.destination_id, one.name, one.line_no, one.timeline,
            one.timeline = '[]' and known.destination_id is null as is_silent
        from logic.rate_node(
            p_sheet_id, p_is_full, p_on, case when p_is_full then p_priced else p_held end
        ) as one
        left join (select distinct unnest(p_known) as destination_id) as known
            on known.destination_id = one.destination_id
    ),

    node as (
        select * from every where not every.is_silent
    ),

    alike as materialized (
        select
            node.destination_id, node.timeline,
            row_number() over (
                partition by node.destination_id
                order by
                    count(*) filter (where node.is_ours) desc, min(length(node.digits)), min(node.digits)
            ) = 1 as is_main,
            mode() within group (order by node.name) filter (where node.is_exact) as name
        from node
        where node.destination_id is not null
        group by node.destination_id, node.timeline
    ),

    home as materialized (
        select distinct on (alike.name, alike.timeline) alike.name, alike.timeline, alike.destination_id
        from alike
        where alike.is_main and alike.timeline <> '[]' and alike.name is not null
        order by alike.name, alike.timeline, alike.destination_id
    ),

    placed as materialized (
        select
            node.digits, node.is_ours, node.is_exact, node.destination_id as owner_id, node.line_no,
            node.timeline,
            coalesce(
                node.name, (select destination.name from billing.destination
                where destination.destination_id = node.destination_id)
            ) as name,
            case when alike.is_main then node.destination_id else home.destination_id end as destination_id,
            case
                when alike.is_main then 'old ' || node.destination_id
                when home.destination_id is not null then 'old ' || home.destination_id
                else 'new ' || coalesce(node.name, 'of ' || node.destination_id) || ' '
                || md5(node.timeline::text)
            end as place
        from node
        left join alike
            on alike.destination_id = node.destination_id and alike.timeline = node.timeline
        left join home on home.name = node.name and home.timeline = node.timeline
    ),

    above as materialized (
        select distinct on (node.digits) node.digits, other.place
        from placed as node
        inner join (select distinct length(placed.digits) as length from placed) as head
            on head.length < length(node.digits)
        inner join placed as other on other.digits = left(node.digits, head.length)
        where not node.is_ours
        order by node.digits, head.length desc
    ),

    silent as (
        select every.destination_id, array_agg(every.digits order by every.digits) as digits
        from every where every.is_silent
        group by every.destination_id
    ),

    target as (
        select
            placed.place, min(placed.destination_id) as destination_id,
            mode() within group (order by placed.owner_id) as owner_id,
            mode() within group (order by placed.name) as name, min(placed.line_no) as line_no,
            array_agg(placed.digits order by placed.digits) filter (where placed.is_exact) as codes,
            array_agg(placed.digits order by placed.digits) filter (
                where
                case
                    when placed.is_ours then placed.owner_id is distinct from placed.destination_id
                    else above.place is distinct from placed.place
                end
            ) as moved,
            (array_agg(placed.digits order by length(placed.digits), placed.digits))[1:5] as some,
            placed.timeline
        from placed
        left join above on above.digits = placed.digits
        group by placed.place, placed.timeline
    )

    select
        target.place, target.destination_id, target.owner_id, target.name, target.line_no,
        coalesce(target.codes, target.some), coalesce(target.moved, '{}'),
        coalesce(silent.digits, '{}'), target.timeline
    from target
    left join silent on silent.destination_id = target.destination_id
    where target.timeline <> '[]' or target.destination_id is null;
end;

comment on function logic.rate_target(bigint, boolean, date, bigint[], bigint[], bigint[]) is
$$The destinations that a sheet prices, each with what it costs from which day on; destination_id NULL where
it has to be made. moved: codes that have to lead to it; silent: codes of it that the sheet does not name.
Example: select * from logic.rate_target(1, false, '2026-11-01', '{}', '{}', '{}')
Raises: nothing$$;

create function logic.rate_error(p_line int, p_column text, p_value text, p_sentence text)
returns jsonb
language sql immutable parallel safe
return jsonb_build_object('line', p_line, 'column', p_column, 'value', p_value, 'sentence', p_sentence);

comment on function logic.rate_error(int, text, text, text) is
$$What is wrong with a sheet, in the form in which the importer shows it.
Example: select logic.rate_error(7, 'code', '467', 'It stands here twice.')
Raises: nothing$$;

create function logic.rate_plan(p_sheet_id bigint, p_options jsonb)
returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_list billing.price_list;
    v_today date;
    v_mode logic.rate_mode;
    v_band_id bigint;
    v_effective date := (p_options ->> 'effective')::date;
    v_is_full boolean := coalesce((p_options ->> 'is_full')::boolean, false);
    v_days date[];
    v_priced bigint[];
    v_known bigint[];
    v_errors jsonb[];
    v_gone bigint;
begin
    perform access.require('admin', 'pricing', 'batch');
    v_list := logic.rate_list(p_options ->> 'list');
    v_mode := logic.rate_mode_find(v_list.price_list_id, p_options ->> 'mode');
    v_band_id := logic.rate_code('band', p_options ->> 'off_peak_band');
    select (now() at time zone operator.time_zone)::date into v_today from billing.operator;
    v_effective := coalesce(v_effective, v_today + 1);
    -- Two sheets at once would each plan by prices that the other replaces.
    lock table billing.rate_sheet in share row exclusive mode;
    update billing.rate_staging set from_on = v_effective
    where rate_sheet_id = p_sheet_id and from_on is null;
    analyze billing.rate_staging;

    select array_agg(wrong.error) into v_errors
    from logic.rate_wrong(p_sheet_id, v_list, v_today, v_band_id, p_options) as wrong (error);
    if v_errors is not null then
        return jsonb_build_object('errors', to_jsonb(v_errors), 'counts', '{}'::jsonb);
    end if;

    select array_agg(distinct day.day) into v_days
    from billing.rate_staging as one
    cross join lateral unnest(array[one.from_on, one.to_on, v_effective]) as day (day)
    where one.rate_sheet_id = p_sheet_id and day.day is not null;
    select array_agg(distinct former.destination_id) filter (where former.is_own),
        array_agg(distinct former.destination_id)
    into v_priced, v_known
    from logic.rate_former(
        v_list.price_list_id, (v_mode).mode_id, (v_mode).mode_group, v_days
    ) as former;

    insert into billing.rate_change_staging (
        rate_sheet_id, change_no, destination_id, owner_id, place, name, band_id, from_on, to_on, status,
        codes, moved, line_no, terms, former, percent, calls, minutes, notes, is_doubtful
    )
    select
        p_sheet_id,
        row_number() over (
            order by one.name collate "C", one.place collate "C", one.band_id nulls first, one.from_on
        ),
        one.destination_id, one.owner_id, one.place, one.name, one.band_id, one.from_on, one.to_on,
        one.status, one.codes, one.moved, one.line_no, one.terms, one.former, one.percent,
        coalesce(traffic.calls, 0),
        coalesce(traffic.minutes, 0), note.notes, note.is_doubtful
    from logic.rate_change(
        p_sheet_id, v_list.price_list_id, v_mode, v_band_id, v_is_full, v_days, coalesce(v_priced, '{}'),
        coalesce(v_known, '{}'), logic.rate_held(v_list.price_list_id, v_days[1])
    ) as one
    left join logic.rate_traffic(v_list.price_list_id, v_today) as traffic
        on traffic.destination_id = coalesce(one.destination_id, one.owner_id)
    cross join lateral logic.rate_note(
        one.status, one.terms, one.former, one.from_on, v_today,
        coalesce((p_options ->> 'notice_days')::int, 7), one.flag, one.silent, one.others,
        one.destination_id is null, v_list.is_draft
    ) as note;

    analyze billing.rate_change_staging;
    select array_agg(wrong.error) into v_errors
    from logic.rate_unfit(p_sheet_id, cardinality(v_priced), p_options) as wrong (error);
    select count(*) into v_gone
    from billing.rate_change_staging as one
    where one.rate_sheet_id = p_sheet_id and one.status = 'gone';
    return jsonb_build_object(
        'errors', coalesce(to_jsonb(v_errors), '[]'),
        'effective', v_effective,
        'currency', v_list.currency,
        'digest', logic.rate_digest(p_sheet_id),
        'counts', logic.rate_counts(p_sheet_id),
        'made', (
            select count(distinct one.place) from billing.rate_change_staging as one
            where one.rate_sheet_id = p_sheet_id and one.destination_id is null
        ),
        'moved', (
            select count(distinct code.code)
            from billing.rate_change_staging as one
            cross join lateral unnest(one.moved) as code (code)
            where one.rate_sheet_id = p_sheet_id
        ),
        'doubtful', (
            select count(*) from billing.rate_change_staging as one
            where one.rate_sheet_id = p_sheet_id and one.is_doubtful
        ),
        'is_doubtful', v_is_full and v_gone * 20 > coalesce(cardinality(v_priced), 0)
    );
end;
$$;

comment on function logic.rate_plan(bigint, jsonb) is
$$Works out what the staged rows of a sheet change, into billing.rate_change_staging. Options: {list, mode,
off_peak_band, effective, is_full, is_split, is_past, product, notice_days}. Gives {errors, effective,
currency, digest, counts, made, moved, doubtful, is_doubtful}.
Example: select logic.rate_plan(1, '{"list": "TERRA"}') where false
Raises: LB360 for an unknown list, LB361 for another unknown code, LB901 without level admin, pricing or
batch$$;

create function logic.rate_counts(p_sheet_id bigint)
returns jsonb
language sql stable
begin atomic
    select coalesce(jsonb_object_agg(counted.status, counted.count), '{}')
    from (
        select one.status, count(*) as count
        from billing.rate_change_staging as one
        where one.rate_sheet_id = p_sheet_id
        group by one.status
    ) as counted;
end;

comment on function logic.rate_counts(bigint) is
$$Planned changes of a sheet by kind: {new, up, down, same, gone, blocked}.
Example: select logic.rate_counts(1)
Raises: nothing$$;

create function logic.rate_list(p_code text)
returns billing.price_list
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_list billing.price_list;
begin
    select list.* into v_list from billing.price_list as list where list.code = p_code;
    if v_list.price_list_id is null then
        perform billing.fail('LB360', jsonb_build_object('list', p_code));
    end if;
    return v_list;
end;
$$;

comment on function logic.rate_list(text) is
$$The price list of a code.
Example: select logic.rate_list('TERRA') where false
Raises: LB360 for an unknown code$$;

create function logic.rate_code(p_what text, p_code text)
returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_id bigint;
begin
    select found.id into v_id
    from (
        select mode.mode_id as id from billing.mode where p_what = 'mode' and mode.code = p_code
        union all
        select band.band_id from billing.band where p_what = 'band' and band.code = p_code
        union all
        select product.product_id from billing.product where p_what = 'product' and product.code = p_code
    ) as found;
    if v_id is null and p_code is not null then
        perform billing.fail('LB361', jsonb_build_object('what', p_what, 'code', p_code));
    end if;
    return v_id;
end;
$$;

comment on function logic.rate_code(text, text) is
$$The id of a mode, band or product by its code; NULL for NULL.
Example: select logic.rate_code('mode', null)
Raises: LB361 for an unknown code$$;

create function logic.rate_mode_find(p_price_list_id bigint, p_mode text)
returns logic.rate_mode
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_mode logic.rate_mode;
begin
    if p_mode = '*' then
        return v_mode;
    end if;
    if p_mode like 'group:%' then
        select null, mode.mode_group into v_mode from billing.mode where mode.mode_group = substr(p_mode, 7);
        if (v_mode).mode_group is null then
            perform billing.fail('LB361', jsonb_build_object('what', 'mode', 'code', p_mode));
        end if;
        return v_mode;
    end if;
    if p_mode is not null then
        v_mode.mode_id := logic.rate_code('mode', p_mode);
        return v_mode;
    end if;
    select item.mode_id, item.mode_group into v_mode
    from billing.price_item as item
    where
        item.destination_id is not null
        and item.price_list_id in (
            select unnest(array[list.price_list_id, list.parent_id])
            from billing.price_list as list where list.price_list_id = p_price_list_id
        )
    group by item.mode_id, item.mode_group
    order by count(*) desc, item.mode_id, item.mode_group
    limit 1;
    return v_mode;
end;
$$;

comment on function logic.rate_mode_find(bigint, text) is
$$The modes that a sheet is for: a mode's code, group:NAME or *; NULL: those that most prices of the list,
or of the one above, are for.
Example: select logic.rate_mode_find(1, '*')
Raises: LB361 for an unknown mode$$;

create function logic.rate_wrong(
    p_sheet_id bigint, p_list billing.price_list, p_today date, p_band_id bigint, p_options jsonb
)
returns setof jsonb
language sql stable rows 10
begin atomic
    select logic.rate_error(
        clash.lines[1], 'code', clash.code,
        format(
            'Code %s stands in lines %s with different rates.', clash.code,
            array_to_string(clash.lines, ', ')
        )
    )
    from (
        select one.code, array_agg(one.line_no order by one.line_no) as lines
        from billing.rate_staging as one
        where one.rate_sheet_id = p_sheet_id
        group by one.code, one.from_on
        having
            count(*) > 1
            and count(distinct case when one.is_deleted then '{}'::jsonb else logic.rate_terms(one) end) > 1
    ) as clash
    union all
    select logic.rate_error(
        min(one.line_no), 'date', min(one.from_on)::text,
        format(
            '%s rows begin in the past. With --past they are taken, and calls since then want re-rating.',
            count(*)
        )
    )
    from billing.rate_staging as one
    where
        one.rate_sheet_id = p_sheet_id and one.from_on < p_today and not p_list.is_draft
        and not coalesce((p_options ->> 'is_past')::boolean, false)
    having count(*) > 0
    union all
    select logic.rate_error(one.line_no, 'until', one.to_on::text, 'The last day lies before the first.')
    from billing.rate_staging as one
    where one.rate_sheet_id = p_sheet_id and one.to_on <= one.from_on
    union all
    select logic.rate_error(
        min(one.line_no), 'off-peak', min(one.off_peak)::text,
        format('%s rows have another rate off peak: name its time band with --off-peak-band.', count(*))
    )
    from billing.rate_staging as one
    where one.rate_sheet_id = p_sheet_id and one.off_peak <> one.rate and p_band_id is null
    having count(*) > 0;
end;

comment on function logic.rate_wrong(bigint, billing.price_list, date, bigint, jsonb) is
$$What is wrong with the rows of a sheet by themselves.
Example: select logic.rate_wrong(1, list, '2026-10-01', null, '{}') from billing.price_list as list
Raises: nothing$$;

create function logic.rate_unfit(p_sheet_id bigint, p_priced int, p_options jsonb)
returns setof jsonb
language sql stable rows 10
begin atomic
    with change as materialized (
        select distinct on (one.place) one.*
        from billing.rate_change_staging as one
        where one.rate_sheet_id = p_sheet_id
        order by one.place, one.change_no
    )

    select logic.rate_error(
        change.line_no, 'code', array_to_string(change.codes[1:5], ', '),
        format(
            '%s costs something else than the rest of %s: correct the sheet, or make it a destination of '
            'its own with --split.',
            change.name, owner.code
        )
    )
    from change
    inner join billing.destination as owner on owner.destination_id = change.owner_id
    where
        cardinality(change.moved) > 0 and change.owner_id is distinct from change.destination_id
        and not coalesce((p_options ->> 'is_split')::boolean, false)
    union all
    select logic.rate_error(
        min(change.line_no), 'code', min(change.codes[1]),
        format(
            '%s destinations of the sheet are under none of ours: add their prefixes to prefixes.csv, or '
            'name the product type of the new ones with --product.',
            count(*)
        )
    )
    from change
    where change.destination_id is null and change.owner_id is null and p_options ->> 'product' is null
    having count(*) > 0
    union all
    select logic.rate_error(
        null, null, null,
        format(
            'The sheet ends %s of the %s destinations that have a price: it cannot be the whole. '
            'Import it without --full.',
            count(*) filter (where change.status = 'gone'), p_priced
        )
    )
    from change
    where coalesce((p_options ->> 'is_full')::boolean, false)
    having count(*) filter (where change.status = 'gone') * 2 > p_priced;
end;

comment on function logic.rate_unfit(bigint, int, jsonb) is
$$What keeps a planned sheet from being written; p_priced: destinations that have a price in the list now.
Example: select logic.rate_unfit(1, 0, '{}')
Raises: nothing$$;

create function logic.rate_change(
    p_sheet_id bigint, p_price_list_id bigint, p_mode logic.rate_mode, p_band_id bigint, p_is_full boolean,
    p_days date[], p_priced bigint[], p_known bigint[], p_held bigint[]
)
returns table (
    destination_id bigint, owner_id bigint, place text, name text, band_id bigint, from_on date, to_on date,
    status text, codes text[], moved text[], silent text[], line_no int, terms jsonb, former jsonb,
    percent numeric, flag text, others text
)
language sql stable rows 20000
set enable_nestloop = off
begin atomic
    with target as materialized (
        select * from logic.rate_target(p_sheet_id, p_is_full, p_days[1], p_priced, p_known, p_held)
    ),

    former as materialized (
        select *
        from logic.rate_former(p_price_list_id, (p_mode).mode_id, (p_mode).mode_group, p_days)
    ),

    event as (
        select
            target.*, (said.event ->> 'on')::date as on_day, nullif(said.event -> 'terms', 'null') as said,
            lead((said.event ->> 'on')::date) over turn as next_day,
            lag(said.event) over turn is not null as is_later,
            lag(said.event -> 'terms') over turn as before
        from target
        left join lateral jsonb_array_elements(target.timeline) as said (event) on true
        window turn as (partition by target.place order by said.event ->> 'on')
    ),

    band as (
        select
            event.*, slot.band_id,
            case
                when slot.band_id is null then event.said - 'off_peak'
                when event.said ? 'off_peak'
                    then event.said - 'off_peak' || jsonb_build_object('rate', event.said -> 'off_peak')
            end as terms,
            case
                when event.is_later then nullif(event.before, 'null') - 'off_peak' else former.terms
            end as former
        from event
        cross join (
            select null::bigint as band_id union all select p_band_id where p_band_id is not null
        ) as slot
        left join former
            on
                former.from_day = coalesce(event.on_day, p_days[1])
                and former.destination_id = coalesce(event.destination_id, event.owner_id)
                and former.band_id is not distinct from slot.band_id
        where slot.band_id is null or event.said ? 'off_peak' or former.is_own
    ),

    -- Prices of the list for other calls: a price for a mode comes before one for its group.
    other as materialized (
        select
            item.destination_id,
            string_agg(distinct coalesce(mode.code, 'group:' || item.mode_group, '*'), ', ') as modes
        from billing.price_item as item
        left join billing.mode on mode.mode_id = item.mode_id
        where
            item.price_list_id = p_price_list_id and item.destination_id is not null
            and item.valid @> p_days[1]
            and (item.mode_id, item.mode_group) is distinct from ((p_mode).mode_id, (p_mode).mode_group)
        group by item.destination_id
    ),

    -- A code that ends leaves its calls to the shorter one: what that costs is the price from then on.
    shorter as (
        select distinct on (band.place, band.on_day) band.place, band.on_day, former.terms
        from band
        cross join lateral generate_series(1, length(band.codes[1]) - 1) as head (length)
        inner join billing.prefix on prefix.digits = left(band.codes[1], head.length)
        inner join former
            on former.from_day = band.on_day and former.destination_id = prefix.destination_id
        where
            not p_is_full and band.terms is null and band.band_id is null and band.on_day is not null
            and not prefix.is_whole and prefix.valid @> band.on_day and former.band_id is null
            and prefix.destination_id is distinct from band.destination_id
        order by band.place, band.on_day, head.length desc
    )

    select
        band.destination_id, band.owner_id, band.place, band.name, band.band_id,
        coalesce(band.on_day, p_days[1]), band.next_day,
        case
            when band.on_day is null then 'same'
            when band.terms is null then 'gone'
            when band.terms = band.former then 'same'
            when band.terms ? 'is_blocked' then 'blocked'
            when band.former is null or band.former ? 'is_blocked' or logic.terms_rate(band.former) is null
                then 'new'
            when
                (
                    logic.terms_rate(band.terms), (band.terms ->> 'setup')::numeric,
                    (band.terms ->> 'minimum')::numeric, (band.terms ->> 'next')::bigint,
                    (band.terms ->> 'first')::bigint
                ) < (
                    logic.terms_rate(band.former), (band.former ->> 'setup')::numeric,
                    (band.former ->> 'minimum')::numeric, (band.former ->> 'next')::bigint,
                    (band.former ->> 'first')::bigint
                )
                then 'down'
            else 'up'
        end,
        band.codes, band.moved, band.silent, band.line_no,
        case when band.on_day is null then band.former else coalesce(band.terms, shorter.terms) end,
        band.former,
        round(
            logic.divide(
                (logic.terms_rate(band.terms) - logic.terms_rate(band.former)) * 100,
                nullif(logic.terms_rate(band.former), 0)
            ), 1
        ),
        flag.flag, other.modes
    from band
    left join shorter on shorter.place = band.place and shorter.on_day = band.on_day and band.band_id is null
    left join other on other.destination_id = band.destination_id
    left join lateral (
        select min(one.flag) as flag
        from billing.rate_staging as one
        where
            one.rate_sheet_id = p_sheet_id and one.line_no = band.line_no and one.from_on = band.on_day
        having count(distinct one.flag) = 1
    ) as flag on true;
end;

comment on function logic.rate_change(
    bigint, bigint, logic.rate_mode, bigint, boolean, date[], bigint[], bigint[], bigint[]
) is
$$Prices that a sheet brings to destinations, each from a day on, beside what held before; p_days: all days on
which something begins or ends, the first first.
Example: select * from logic.rate_change(1, 1, null, null, false, array['2026-11-01'::date], '{}', '{}', '{}')
Raises: nothing$$;

create function logic.rate_traffic(p_price_list_id bigint, p_today date)
returns table (destination_id bigint, calls bigint, minutes numeric)
language sql stable rows 5000
begin atomic
    select
        total.destination_id, sum(total.calls)::bigint, round(logic.divide(sum(total.billed), 60), 0)
    from billing.call_day as total
    inner join billing.mode on mode.mode_id = total.mode_id and mode.unit = 'second'
    where
        total.day >= p_today - 30
        and (
            not exists (
                select from billing.price_list as list
                where list.price_list_id = p_price_list_id and list.level = 'cost'
            )
            or total.carrier_id in (
                select carrier.carrier_id
                from billing.price_list as list
                inner join billing.carrier
                    on carrier.price_list_id in (
                        list.price_list_id, case when list.is_draft then list.parent_id end
                    )
                where list.price_list_id = p_price_list_id
            )
        )
    group by total.destination_id;
end;

comment on function logic.rate_traffic(bigint, date) is
$$Calls and billed minutes of the last 30 days per destination; for a cost list those of its carriers.
Example: select * from logic.rate_traffic(1, '2026-10-01')
Raises: nothing$$;

create function logic.rate_note(
    p_status text, p_terms jsonb, p_former jsonb, p_from_on date, p_today date, p_notice_days int,
    p_flag text, p_silent text[], p_others text, p_is_made boolean, p_is_draft boolean
)
returns table (notes text[], is_doubtful boolean)
language sql stable rows 1
begin atomic
    select coalesce(array_agg(note.sentence), '{}'), coalesce(bool_or(note.is_doubtful), false)
    from (
        values
        (p_terms ->> 'rate' = '0' or (p_terms ->> 'rate')::numeric = 0, true, 'It costs nothing.'),
        (
            p_status = 'up' and logic.terms_rate(p_terms) > 10 * logic.terms_rate(p_former), true,
            'More than ten times the former rate.'
        ),
        (
            p_status = 'down' and 10 * logic.terms_rate(p_terms) < logic.terms_rate(p_former), true,
            'Less than a tenth of the former rate.'
        ),
        (
            not p_is_draft and p_status in ('up', 'gone', 'blocked') and p_former is not null
            and p_from_on < p_today + p_notice_days,
            true, 'Short notice: due ' || p_today + p_notice_days || '.'
        ),
        (
            case
                when p_flag is null or p_flag = p_status then false
                when p_flag = 'new' then p_status not in ('new', 'same')
                when p_flag = 'same' then p_status <> 'new'
                else true
            end,
            false, 'The sheet says ' || p_flag || '.'
        ),
        (
            cardinality(p_silent) > 0, false,
            'Not in the sheet, but the same destination: ' || array_to_string(p_silent[1:5], ', ')
            || case when cardinality(p_silent) > 5 then ' …' else '.' end
        ),
        (
            p_others is not null, true,
            'The list has another price of it, for ' || p_others || ', which stays; or give --mode.'
        ),
        (
            p_status = 'gone' and p_former is null, false, 'For these calls it had no price.'
        ),
        (p_is_made, false, 'Becomes a destination of its own.'),
        (p_status = 'gone' and p_terms is not null, false, 'The price of the shorter code applies.')
    ) as note (is_so, is_doubtful, sentence)
    where note.is_so;
end;

comment on function logic.rate_note(
    text, jsonb, jsonb, date, date, int, text, text[], text, boolean, boolean
) is
$$What a person should look at in a change of price, and whether it has to be agreed to.
Example: select * from logic.rate_note('up', '{"rate": 2}', '{"rate": 0.1}', null, null, 7, 'down', '{}',
null, false, false)
Raises: nothing$$;

create function logic.rate_make(p_sheet_id bigint, p_product_id bigint)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_made bigint;
begin
    -- Rings and bundles are replaced as a whole when their targets change, so that what priced a call stays.
    update billing.ring set row_version = row_version + 1
    where exists (
        select from billing.ring_target as target
        inner join billing.rate_change_staging as change on change.owner_id = target.destination_id
        where
            change.rate_sheet_id = p_sheet_id and change.destination_id is null
            and target.ring_id = ring.ring_id
    );
    update billing.bundle set row_version = row_version + 1
    where exists (
        select from billing.bundle_target as target
        inner join billing.rate_change_staging as change on change.owner_id = target.destination_id
        where
            change.rate_sheet_id = p_sheet_id and change.destination_id is null
            and target.bundle_id = bundle.bundle_id
    );

    with wanted as (
        select
            change.place, min(change.name) as name, min(change.owner_id) as owner_id,
            min(change.from_on) as from_on, min(change.codes[1]) as digits,
            coalesce(nullif(trim('-' from left(
                upper(regexp_replace(min(change.name), '[^[:alnum:]]+', '-', 'g')), 40
            )), ''), 'CODE') as code
        from billing.rate_change_staging as change
        where change.rate_sheet_id = p_sheet_id and change.destination_id is null
        group by change.place
    ),

    coded as (
        select
            wanted.*,
            case
                when row_number() over (partition by wanted.code order by wanted.place) = 1 then ''
                else '-' || wanted.digits
            end as ending
        from wanted
    ),

    named as (
        select
            coded.place, coded.name, coded.owner_id, coded.from_on,
            case
                when exists (
                    select from billing.destination where destination.code = coded.code || coded.ending
                ) then coded.code || '-' || coded.digits || '-' || p_sheet_id
                else coded.code || coded.ending
            end as code
        from coded
    ),

    made as (
        insert into billing.destination (code, name, country, product_id)
        select
            named.code, named.name, coalesce(owner.country, 'XX'),
            coalesce(owner.product_id, p_product_id)
        from named
        left join billing.destination as owner on owner.destination_id = named.owner_id
        returning destination.destination_id, destination.code
    ),

    known as (
        select made.destination_id, named.place, named.owner_id, named.from_on
        from made inner join named on named.code = made.code
    ),

    -- Everything that was said of the destination they come from goes on holding for the new ones.
    groups as (
        insert into billing.destination_in_group (destination_id, destination_group_id)
        select known.destination_id, one.destination_group_id
        from known
        inner join billing.destination_in_group as one on one.destination_id = known.owner_id
    ),

    ring_targets as (
        insert into billing.ring_target (ring_id, destination_id)
        select one.ring_id, known.destination_id
        from known
        inner join billing.ring_target as one on one.destination_id = known.owner_id
    ),

    bundle_targets as (
        insert into billing.bundle_target (bundle_id, destination_id)
        select one.bundle_id, known.destination_id
        from known
        inner join billing.bundle_target as one on one.destination_id = known.owner_id
    ),

    items as (
        insert into billing.price_item (
            price_list_id, destination_id, mode_id, mode_group, band_id, valid, setup, rate, step_to,
            step_rate, first_increment, next_increment, free_units, free_mode, minimum, maximum, percent,
            amount, is_blocked
        )
        select
            item.price_list_id, known.destination_id, item.mode_id, item.mode_group, item.band_id,
            item.valid * daterange(known.from_on, null), item.setup, item.rate, item.step_to, item.step_rate,
            item.first_increment, item.next_increment, item.free_units, item.free_mode, item.minimum,
            item.maximum, item.percent, item.amount, item.is_blocked
        from known
        inner join billing.price_item as item on item.destination_id = known.owner_id
        where item.valid && daterange(known.from_on, null)
    )

    update billing.rate_change_staging as change
    set destination_id = known.destination_id
    from known
    where change.rate_sheet_id = p_sheet_id and change.place = known.place;
    get diagnostics v_made = row_count;
    return v_made;
end;
$$;

comment on function logic.rate_make(bigint, bigint) is
$$Makes the destinations that a planned sheet needs. Groups, rings, bundles and the prices of all lists that
name the destination their codes belonged to name them too; where they belonged to none, the product type is
p_product_id and the country XX.
Example: select logic.rate_make(1, null) where false
Raises: nothing$$;

create function logic.rate_prefixes(p_sheet_id bigint)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_moved bigint;
begin
    create temporary table rate_moved on commit drop as
    select code.code as digits, change.destination_id, min(change.from_on) as from_on
    from billing.rate_change_staging as change
    cross join lateral unnest(change.moved) as code (code)
    where change.rate_sheet_id = p_sheet_id
    group by code.code, change.destination_id;

    update billing.prefix
    set valid = daterange(lower(prefix.valid), moved.from_on)
    from pg_temp.rate_moved as moved
    where
        prefix.digits = moved.digits and not prefix.is_whole and prefix.valid @> moved.from_on
        and (lower_inf(prefix.valid) or lower(prefix.valid) < moved.from_on);
    delete from billing.prefix
    using pg_temp.rate_moved as moved
    where
        prefix.digits = moved.digits and not prefix.is_whole and lower(prefix.valid) >= moved.from_on;
    insert into billing.prefix (digits, destination_id, valid)
    select moved.digits, moved.destination_id, daterange(moved.from_on, null)
    from pg_temp.rate_moved as moved;
    get diagnostics v_moved = row_count;
    drop table pg_temp.rate_moved;
    return v_moved;
end;
$$;

comment on function logic.rate_prefixes(bigint) is
$$Lets the codes of a planned sheet lead to where the sheet wants them, from its day on.
Example: select logic.rate_prefixes(1) where false
Raises: nothing$$;

create function logic.rate_items(p_sheet_id bigint, p_price_list_id bigint, p_mode logic.rate_mode)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_nestloop = off
as $$
#variable_conflict use_column
declare
    v_written bigint;
begin
    -- A price that begins on the day goes, one that began before ends; later ones stay as they are.
    delete from billing.price_item as item
    using billing.rate_change_staging as change
    where
        change.rate_sheet_id = p_sheet_id and change.status <> 'same'
        and item.price_list_id = p_price_list_id and item.destination_id = change.destination_id
        and item.mode_id is not distinct from (p_mode).mode_id
        and item.mode_group is not distinct from (p_mode).mode_group
        and item.band_id is not distinct from change.band_id and lower(item.valid) = change.from_on;
    update billing.price_item as item
    set valid = daterange(lower(item.valid), change.from_on)
    from billing.rate_change_staging as change
    where
        change.rate_sheet_id = p_sheet_id and change.status <> 'same'
        and item.price_list_id = p_price_list_id and item.destination_id = change.destination_id
        and item.mode_id is not distinct from (p_mode).mode_id
        and item.mode_group is not distinct from (p_mode).mode_group
        and item.band_id is not distinct from change.band_id and item.valid @> change.from_on;

    with later as (
        select change.change_no, min(lower(item.valid)) as from_on
        from billing.rate_change_staging as change
        inner join billing.price_item as item
            on
                item.destination_id = change.destination_id
                and item.band_id is not distinct from change.band_id and lower(item.valid) > change.from_on
        where
            change.rate_sheet_id = p_sheet_id and item.price_list_id = p_price_list_id
            and item.mode_id is not distinct from (p_mode).mode_id
            and item.mode_group is not distinct from (p_mode).mode_group
        group by change.change_no
    ),

    wanted as (
        select change.*, later.from_on as later_on
        from billing.rate_change_staging as change
        left join later on later.change_no = change.change_no
        where change.rate_sheet_id = p_sheet_id and change.status <> 'same' and change.terms is not null
    ),

    written as (
        insert into billing.price_item (
            price_list_id, destination_id, mode_id, mode_group, band_id, valid, setup, rate, step_to,
            step_rate, first_increment, next_increment, free_units, free_mode, minimum, maximum, is_blocked
        )
        select
            p_price_list_id, wanted.destination_id, (p_mode).mode_id, (p_mode).mode_group, wanted.band_id,
            daterange(wanted.from_on, least(wanted.to_on, wanted.later_on)),
            terms.setup, terms.rate, terms.step_to, terms.step_rate, terms.first, terms.next,
            case when not wanted.terms ? 'is_blocked' then coalesce(terms.free, 0) end,
            case when not wanted.terms ? 'is_blocked' then coalesce(terms.free_mode, 'threshold') end,
            terms.minimum, terms.maximum, coalesce(terms.is_blocked, false)
        from wanted
        cross join lateral jsonb_to_record(wanted.terms) as terms (
            setup numeric, rate numeric, step_to bigint[], step_rate numeric[], first bigint, next bigint,
            free bigint, free_mode text, minimum numeric, maximum numeric, is_blocked boolean
        )
        returning
            price_item.price_item_id, price_item.destination_id, price_item.band_id,
            lower(price_item.valid) as from_on
    )

    insert into billing.price_origin (price_item_id, rate_sheet_id, line_no)
    select written.price_item_id, p_sheet_id, wanted.line_no
    from written
    inner join wanted
        on
            wanted.destination_id = written.destination_id and wanted.from_on = written.from_on
            and wanted.band_id is not distinct from written.band_id
    where wanted.line_no is not null;
    get diagnostics v_written = row_count;
    return v_written;
end;
$$;

comment on function logic.rate_items(bigint, bigint, logic.rate_mode) is
$$Writes the prices of a planned sheet: what holds ends the day before, what comes later stays.
Example: select logic.rate_items(1, 1, null) where false
Raises: nothing$$;

create function logic.rate_write(
    p_sheet_id bigint, p_options jsonb, p_settings jsonb, p_file_name text, p_content bytea, p_seen text
)
returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_list billing.price_list;
    v_product_id bigint;
    v_counts jsonb;
begin
    perform access.require('admin', 'pricing', 'batch');
    v_list := logic.rate_list(p_options ->> 'list');
    v_product_id := logic.rate_code('product', p_options ->> 'product');
    -- Only what was planned in this transaction, under its lock, still fits the prices.
    if (
        select not coalesce(bool_and(one.xmin = pg_current_xact_id()::xid), false)
        from billing.rate_change_staging as one where one.rate_sheet_id = p_sheet_id
    )
    or exists (select from logic.rate_unfit(p_sheet_id, 0, p_options - 'is_full')) then
        perform billing.fail('LB363', jsonb_build_object('sheet', p_sheet_id));
    end if;
    if p_seen is not null and logic.rate_digest(p_sheet_id) <> p_seen then
        perform billing.fail('LB362');
    end if;
    v_counts := logic.rate_counts(p_sheet_id);
    insert into billing.rate_sheet (
        rate_sheet_id, price_list_id, file_name, content, settings, options, counts, imported_by
    )
    select
        p_sheet_id, v_list.price_list_id, p_file_name, p_content, p_settings, p_options, v_counts, who.actor
    from audit.tx_current() as who;
    perform logic.rate_make(p_sheet_id, v_product_id);
    perform logic.rate_prefixes(p_sheet_id);
    perform logic.rate_items(
        p_sheet_id, v_list.price_list_id,
        logic.rate_mode_find(v_list.price_list_id, p_options ->> 'mode')
    );
    delete from billing.rate_staging where rate_sheet_id = p_sheet_id;
    delete from billing.rate_change_staging where rate_sheet_id = p_sheet_id;
    perform audit.event_add(
        'rates', v_list.code,
        p_options || jsonb_build_object(
            'sheet', p_sheet_id, 'file', p_file_name, 'counts', v_counts
        )
    );
    return v_counts;
end;
$$;

comment on function logic.rate_write(bigint, jsonb, jsonb, text, bytea, text) is
$$Writes what was planned for a sheet in this transaction: destinations, prefixes and prices, with the file.
p_seen: what logic.rate_digest gave for the plan that a person agreed to.
Example: select logic.rate_write(1, '{"list": "TERRA"}', '{}', 'terra.csv', '', null) where false
Raises: LB360, LB361 as logic.rate_plan, LB362 when the plan is not the one that was seen, LB363 when there is
none, LB901 without level admin, pricing or batch$$;

create function logic.rate_digest(p_sheet_id bigint)
returns text
language sql stable
begin atomic
    select
        md5(string_agg(
            concat_ws(
                '|', one.destination_id, one.name, one.band_id, one.from_on, one.to_on, one.status,
                one.terms, one.former, one.moved
            ), chr(10) order by one.place, one.band_id nulls first, one.from_on
        ))
    from billing.rate_change_staging as one
    where one.rate_sheet_id = p_sheet_id;
end;

comment on function logic.rate_digest(bigint) is
$$Tells two plans apart.
Example: select logic.rate_digest(1)
Raises: nothing$$;

create function logic.rate_change_list(p_sheet_id bigint)
returns table (
    status text, codes text, name text, destination text, from_on date, to_on date, band text,
    old_rate numeric, new_rate numeric, percent numeric, increments text, setup numeric, calls bigint,
    minutes numeric, line int, notes text, is_doubtful boolean
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'pricing', 'batch');
    return query
    select
        change.status, array_to_string(change.codes, ' '), change.name, destination.code, change.from_on,
        change.to_on, band.code, logic.terms_rate(change.former), logic.terms_rate(change.terms),
        change.percent,
        (change.terms ->> 'first') || '/' || (change.terms ->> 'next'), (change.terms ->> 'setup')::numeric,
        change.calls, change.minutes, change.line_no, array_to_string(change.notes, ' '), change.is_doubtful
    from billing.rate_change_staging as change
    left join billing.destination on destination.destination_id = change.destination_id
    left join billing.band on band.band_id = change.band_id
    where change.rate_sheet_id = p_sheet_id
    order by change.change_no;
end;
$$;

comment on function logic.rate_change_list(bigint) is
$$The planned changes of a sheet, as a person reads them; destination is empty where one has to be made.
Example: select * from logic.rate_change_list(1) where false
Raises: LB901 without level admin, pricing or batch$$;

create function logic.rate_settings(p_list text)
returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'pricing', 'batch');
    return (
        select jsonb_build_object('currency', list.currency) || coalesce((
            select sheet.settings
            from billing.rate_sheet as sheet
            where
                sheet.price_list_id = list.price_list_id
                or list.is_draft and sheet.price_list_id = list.parent_id
            order by sheet.price_list_id <> list.price_list_id, sheet.rate_sheet_id desc
            limit 1
        ), '{}')
        from logic.rate_list(p_list) as list
    );
end;
$$;

comment on function logic.rate_settings(text) is
$$Currency of a list, and how its newest sheet was read; of a draft without any, the one of the list above it.
Example: select logic.rate_settings('TERRA') where false
Raises: LB360 for an unknown list, LB901 without level admin, pricing or batch$$;

-- api

create function api.rate_sheet_begin()
returns bigint
language sql volatile
begin atomic
    select nextval('billing.rate_sheet_id_seq');
end;

comment on function api.rate_sheet_begin() is
$$The number of a new sheet, under which its rows are copied into billing.rate_staging.
Example: select api.rate_sheet_begin()
Raises: nothing$$;
grant execute on function api.rate_sheet_begin() to leissner_admin, leissner_pricing, leissner_batch;

create function api.rate_settings(p_list text)
returns jsonb
language sql stable
return logic.rate_settings(p_list);

comment on function api.rate_settings(text) is
$$Currency of a list, and how its newest sheet was read: what the next one is read by.
Example: select api.rate_settings('TERRA') where false
Raises: LB360 for an unknown list, LB901 without level admin, pricing or batch$$;
grant execute on function api.rate_settings(text) to leissner_admin, leissner_pricing, leissner_batch;

create function api.rate_plan(p_sheet_id bigint, p_options jsonb)
returns jsonb
language sql volatile
begin atomic
    select logic.rate_plan(p_sheet_id, p_options);
end;

comment on function api.rate_plan(bigint, jsonb) is
$$Works out what the staged rows of a sheet would change, for api.rate_change_list to show. Options: {list,
mode, off_peak_band, effective, is_full, is_split, is_past, product, notice_days}. Gives {errors, effective,
currency, digest, counts, made, moved, doubtful, is_doubtful}. The caller rolls back.
Example: select api.rate_plan(1, '{"list": "TERRA"}') where false
Raises: LB360 for an unknown list, LB361 for another unknown code, LB901 without level admin, pricing or
batch$$;
grant execute on function api.rate_plan(bigint, jsonb) to leissner_admin, leissner_pricing, leissner_batch;

create function api.rate_change_list(p_sheet_id bigint)
returns table (
    status text, codes text, name text, destination text, from_on date, to_on date, band text,
    old_rate numeric, new_rate numeric, percent numeric, increments text, setup numeric, calls bigint,
    minutes numeric, line int, notes text, is_doubtful boolean
)
language sql stable
begin atomic
    select * from logic.rate_change_list(p_sheet_id);
end;

comment on function api.rate_change_list(bigint) is
$$The planned changes of a sheet; destination is empty where one has to be made.
Example: select * from api.rate_change_list(1) where false
Raises: LB901 without level admin, pricing or batch$$;
grant execute on function api.rate_change_list(bigint) to leissner_admin, leissner_pricing, leissner_batch;

create function api.rate_write(
    p_sheet_id bigint, p_options jsonb, p_settings jsonb, p_file_name text, p_content bytea,
    p_seen text default null
)
returns jsonb
language sql volatile
begin atomic
    select logic.rate_write(p_sheet_id, p_options, p_settings, p_file_name, p_content, p_seen);
end;

comment on function api.rate_write(bigint, jsonb, jsonb, text, bytea, text) is
$$Writes what api.rate_plan planned in this transaction: destinations, prefixes and prices, with the file.
Example: select api.rate_write(1, '{"list": "TERRA"}', '{}', 'terra.csv', '') where false
Raises: LB360, LB361 as api.rate_plan, LB362 when the plan is not the one that was seen, LB363 when nothing
can be written, LB901 without level admin, pricing or batch$$;
grant execute on function api.rate_write(bigint, jsonb, jsonb, text, bytea, text)
to leissner_admin, leissner_pricing, leissner_batch;
