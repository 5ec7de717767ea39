-- 53_pricing/catalog: destinations, prefixes, bands, holidays and exchange rates, for the pages of prices.

create function logic.prefix_put(
    p_digits text, p_is_whole boolean, p_destination text, p_from date, p_is_past boolean
)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_destination_id bigint := (logic.price_place_find(null, 'dest:' || p_destination, '*',
    null)).target_key >> 3;
    v_to date;
    v_id bigint;
begin
    if not p_is_past and p_from < logic.today() then
        perform billing.fail('LB111', jsonb_build_object('day', p_from, 'field', 'from_on'));
    end if;
    -- What leads elsewhere ends that day; what begins later stays.
    delete from billing.prefix
    where prefix.digits = p_digits and prefix.is_whole = p_is_whole and lower(prefix.valid) = p_from;
    update billing.prefix
    set valid = daterange(lower(prefix.valid), p_from)
    where prefix.digits = p_digits and prefix.is_whole = p_is_whole and prefix.valid @> p_from;
    select min(lower(prefix.valid)) into v_to
    from billing.prefix
    where prefix.digits = p_digits and prefix.is_whole = p_is_whole and lower(prefix.valid) > p_from;
    insert into billing.prefix (digits, is_whole, destination_id, valid)
    values (p_digits, p_is_whole, v_destination_id, daterange(p_from, v_to))
    returning prefix_id into v_id;
    return v_id;
end;
$$;

comment on function logic.prefix_put(text, boolean, text, date, boolean) is
$$Lets digits lead to a destination from a day on: what they led to ends, what begins later stays.
Example: select logic.prefix_put('4670', false, 'SE-MOB', '2026-12-01', false) where false
Raises: LB110 for an unknown destination, LB111 for a day in the past$$;

create function logic.destination_put(
    p_destination text, p_code text, p_name text, p_country text, p_product text, p_groups text[],
    p_row_version int
)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_destination billing.destination;
    v_product_id bigint := (select one.product_id from billing.product as one where one.code = p_product);
    v_unknown text := (
        select min(one.code) from unnest(p_groups) as one (code)
        where not exists (select from billing.destination_group as known where known.code = one.code)
    );
begin
    if v_product_id is null then
        perform billing.fail(
            'LB110', jsonb_build_object('what', 'product', 'code', p_product, 'field', 'product')
        );
    end if;
    if v_unknown is not null then
        perform billing.fail(
            'LB110', jsonb_build_object('what', 'destination group', 'code', v_unknown, 'field', 'groups')
        );
    end if;
    if p_destination is null then
        insert into billing.destination (code, name, country, product_id)
        values (p_code, p_name, upper(p_country), v_product_id)
        returning * into v_destination;
    else
        select one.* into v_destination
        from billing.destination as one where one.code = p_destination
        for update;
        if v_destination is null then
            perform billing.fail(
                'LB110', jsonb_build_object('what', 'destination', 'code', p_destination, 'field', 'code')
            );
        end if;
        perform logic.version_check(p_row_version, v_destination.row_version);
        update billing.destination
        set code = p_code, name = p_name, country = upper(p_country), product_id = v_product_id
        where destination_id = v_destination.destination_id;
    end if;
    delete from billing.destination_in_group as member
    using billing.destination_group as one
    where
        member.destination_id = v_destination.destination_id
        and one.destination_group_id = member.destination_group_id and one.code <> all(p_groups);
    insert into billing.destination_in_group (destination_id, destination_group_id)
    select v_destination.destination_id, one.destination_group_id
    from billing.destination_group as one
    where one.code = any(p_groups)
    on conflict do nothing;
    return p_code;
end;
$$;

comment on function logic.destination_put(text, text, text, text, text, text[], int) is
$$A new destination (p_destination NULL), or a changed one, with its groups; gives its code.
Example: select logic.destination_put(null, 'X', 'X', 'SE', 'mobile', '{}', null) where false
Raises: LB110 for an unknown code, LB800 when someone else has saved it meanwhile$$;

create function logic.destination_group_put(
    p_group text, p_code text, p_name text, p_rank int, p_row_version int
)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_group billing.destination_group;
begin
    if p_group is null then
        insert into billing.destination_group (code, name, rank) values (p_code, p_name, p_rank);
        return p_code;
    end if;
    select one.* into v_group from billing.destination_group as one where one.code = p_group for update;
    if v_group is null then
        perform billing.fail('LB110', jsonb_build_object(
            'what', 'destination group', 'code', p_group, 'field', 'code'
        ));
    end if;
    perform logic.version_check(p_row_version, v_group.row_version);
    update billing.destination_group
    set code = p_code, name = p_name, rank = p_rank
    where destination_group_id = v_group.destination_group_id;
    return p_code;
end;
$$;

comment on function logic.destination_group_put(text, text, text, int, int) is
$$A group of destinations, new (p_group NULL) or changed; gives its code.
Example: select logic.destination_group_put(null, 'nordic', 'Nordic', 1, null) where false
Raises: LB110 for an unknown group, LB800 when someone else has saved it meanwhile$$;

create function logic.holiday_put(p_calendar text, p_on date, p_name text, p_row_version int)
returns date
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    if p_row_version is null then
        insert into billing.holiday (calendar, on_date, name) values (p_calendar, p_on, p_name);
        return p_on;
    end if;
    perform logic.version_check(p_row_version, (
        select one.row_version
        from billing.holiday as one where one.calendar = p_calendar and one.on_date = p_on
        for update
    ));
    update billing.holiday set name = p_name where calendar = p_calendar and on_date = p_on;
    return p_on;
end;
$$;

comment on function logic.holiday_put(text, date, text, int) is
$$A holiday of a calendar, new (p_row_version NULL) or with another name.
Example: select logic.holiday_put('SE', '2026-12-25', 'Juldagen', null) where false
Raises: LB800 when someone else has saved it meanwhile$$;

create function logic.holiday_drop(p_calendar text, p_on date, p_row_version int)
returns date
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    perform logic.version_check(p_row_version, (
        select one.row_version
        from billing.holiday as one where one.calendar = p_calendar and one.on_date = p_on
        for update
    ));
    if p_on < logic.today() then
        perform billing.fail('LB111', jsonb_build_object('day', p_on));
    end if;
    delete from billing.holiday where calendar = p_calendar and on_date = p_on;
    return p_on;
end;
$$;

comment on function logic.holiday_drop(text, date, int) is
$$Takes a holiday away that has not been.
Example: select logic.holiday_drop('SE', '2026-12-25', 1) where false
Raises: LB111 for a day in the past, LB800 when someone else has saved it meanwhile$$;

create function logic.exchange_rate_put(p_currency text, p_from date, p_rate numeric, p_row_version int)
returns numeric
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    if p_row_version is null then
        insert into billing.exchange_rate (currency, from_on, rate) values (p_currency, p_from, p_rate);
        return p_rate;
    end if;
    perform logic.version_check(p_row_version, (
        select one.row_version
        from billing.exchange_rate as one where one.currency = p_currency and one.from_on = p_from
        for update
    ));
    update billing.exchange_rate set rate = p_rate where currency = p_currency and from_on = p_from;
    return p_rate;
end;
$$;

comment on function logic.exchange_rate_put(text, date, numeric, int) is
$$The rate of a currency from a day on, new (p_row_version NULL) or changed.
Example: select logic.exchange_rate_put('EUR', '2026-12-01', 11.4, null) where false
Raises: LB800 when someone else has saved it meanwhile$$;

create function logic.band_slot_put(
    p_band_slot_id bigint, p_weekdays text, p_from_time text, p_to_time text, p_holidays text,
    p_calendar text, p_row_version int
)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    perform logic.version_check(p_row_version, (
        select slot.row_version from billing.band_slot as slot where slot.band_slot_id = p_band_slot_id
        for update
    ));
    update billing.band_slot
    set
        weekdays = logic.weekdays_parse(p_weekdays), from_second = logic.day_second(p_from_time),
        to_second = logic.day_second(p_to_time), holidays = p_holidays, calendar = p_calendar
    where band_slot_id = p_band_slot_id
    returning band_slot_id into p_band_slot_id;
    return p_band_slot_id;
end;
$$;

comment on function logic.band_slot_put(bigint, text, text, text, text, text, int) is
$$Other hours in the place of a stretch of a time band; gives the id of the new one.
Example: select logic.band_slot_put(1, '1-5', '08:00', '18:00', 'ignore', null, 1) where false
Raises: LB800 when someone else has saved it meanwhile$$;

create function logic.band_slot_drop(p_band_slot_id bigint, p_row_version int)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_slot billing.band_slot;
begin
    select slot.* into v_slot
    from billing.band_slot as slot where slot.band_slot_id = p_band_slot_id
    for update;
    perform logic.version_check(p_row_version, v_slot.row_version);
    delete from billing.band_slot where band_slot_id = p_band_slot_id;
    return (select band.code from billing.band where band.band_id = v_slot.band_id);
end;
$$;

comment on function logic.band_slot_drop(bigint, int) is
$$Takes a stretch of hours away from its time band; gives the band.
Example: select logic.band_slot_drop(1, 1) where false
Raises: LB800 when someone else has saved it meanwhile$$;

-- api

create function api.choice_list(p_what text)
returns table (code text, name text)
language sql stable rows 50
begin atomic
    select one.code, one.name
    from (
        select list.code, list.code || ' ' || list.name as name, 'price_list' as what
        from billing.price_list as list
        union all
        select one.code, one.name, 'product' from billing.product as one
        union all
        select one.code, one.name, 'mode' from billing.mode as one
        union all
        select '*', 'all modes', 'price_mode'
        union all
        select distinct 'group:' || one.mode_group, 'group:' || one.mode_group, 'price_mode'
        from billing.mode as one where one.mode_group is not null
        union all
        select one.code, one.name, 'price_mode' from billing.mode as one
        union all
        select one.code, one.code, 'band' from billing.band as one
        union all
        select one.currency, one.currency, 'currency' from billing.currency as one
        union all
        select one.code, one.name, 'destination_group' from billing.destination_group as one
        union all
        select one.code, one.name, 'carrier' from billing.carrier as one
        union all
        select distinct one.calendar, one.calendar, 'calendar' from billing.holiday as one
    ) as one
    where one.what = p_what
    order by one.name;
end;

comment on function api.choice_list(text) is
$$Codes and names to choose from in forms of prices: price_list, product, mode, price_mode (groups and * too),
band, currency, destination_group, carrier, calendar.
Example: select code, name from api.choice_list('product')
Raises: nothing$$;
grant execute on function api.choice_list(text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.destination_list()
returns table (
    code text, name text, country text, product text, product_name text, groups text[], prefixes bigint,
    row_version int
)
language sql stable rows 1000
begin atomic
    select
        destination.code, destination.name, destination.country, product.code, product.name, member.codes,
        coalesce(prefix.n, 0), destination.row_version
    from billing.destination
    inner join billing.product on product.product_id = destination.product_id
    left join (
        select one.destination_id, array_agg(destination_group.code order by destination_group.rank) as codes
        from billing.destination_in_group as one
        inner join billing.destination_group using (destination_group_id)
        group by one.destination_id
    ) as member on member.destination_id = destination.destination_id
    left join (
        select one.destination_id, count(*) as n from billing.prefix as one group by one.destination_id
    ) as prefix on prefix.destination_id = destination.destination_id;
end;

comment on function api.destination_list() is
$$Destinations with product, groups (in order of rank) and how many prefixes lead there.
Example: select code, groups from api.destination_list() where country = 'SE'
Raises: nothing$$;

create function api.prefix_list(
    p_number text default null, p_on date default null, p_destination text default null
)
returns table (
    prefix_id bigint, prefix text, destination text, name text, product text, from_on date, to_on date,
    is_found boolean
)
language sql stable rows 1000
begin atomic
    with dialled as materialized (
        select logic.dialled(p_number) as number, coalesce(p_on, logic.today()) as day
    )

    select
        prefix.prefix_id, prefix.digits || case when prefix.is_whole then '$' else '' end, destination.code,
        destination.name, product.code, lower(prefix.valid), upper(prefix.valid),
        p_number is not null and prefix.valid @> dialled.day
        and row_number() over (
            order by prefix.valid @> dialled.day desc, prefix.is_whole desc, length(prefix.digits) desc
        ) = 1
    from dialled
    cross join billing.prefix
    inner join billing.destination on destination.destination_id = prefix.destination_id
    inner join billing.product on product.product_id = destination.product_id
    where
        (
            p_number is null
            or prefix.digits = any(array(
                select left(dialled.number, size.size) from generate_series(1, 18) as size (size)
            ))
            and (not prefix.is_whole or prefix.digits = dialled.number)
        )
        and (p_destination is null or destination.code = p_destination);
end;

comment on function api.prefix_list(text, date, text) is
$$Prefixes and where they lead, all or those of a destination; of a number only those that it begins with,
is_found: the one that decides.
Example: select prefix, destination from api.prefix_list('46701234567')
Raises: nothing$$;

create function api.destination_group_list()
returns table (code text, name text, rank int, destinations bigint, row_version int)
language sql stable rows 20
begin atomic
    select one.code, one.name, one.rank, count(member.destination_id), one.row_version
    from billing.destination_group as one
    left join billing.destination_in_group as member using (destination_group_id)
    group by one.destination_group_id;
end;

comment on function api.destination_group_list() is
$$Groups of destinations; of several that match a call, the one with the lowest rank decides.
Example: select code, rank from api.destination_group_list()
Raises: nothing$$;

create function api.band_list()
returns table (
    band_slot_id bigint, band text, weekdays text, from_time text, to_time text, holidays text,
    calendar text, row_version int
)
language sql stable rows 20
begin atomic
    select
        slot.band_slot_id, band.code, logic.weekdays_text(slot.weekdays), logic.day_time(slot.from_second),
        logic.day_time(slot.to_second), slot.holidays, slot.calendar, slot.row_version
    from billing.band
    inner join billing.band_slot as slot on slot.band_id = band.band_id;
end;

comment on function api.band_list() is
$$Time bands, a row for each stretch of hours.
Example: select band, from_time, to_time from api.band_list()
Raises: nothing$$;

create function api.holiday_list()
returns table (key text, calendar text, on_date date, name text, row_version int)
language sql stable rows 50
begin atomic
    select one.calendar || '|' || one.on_date, one.calendar, one.on_date, one.name, one.row_version
    from billing.holiday as one;
end;

comment on function api.holiday_list() is
$$Holidays by calendar.
Example: select on_date, name from api.holiday_list() where calendar = 'SE'
Raises: nothing$$;

create function api.exchange_rate_list()
returns table (key text, currency text, from_on date, rate numeric, row_version int)
language sql stable rows 50
begin atomic
    select one.currency || '|' || one.from_on, one.currency, one.from_on, one.rate::numeric, one.row_version
    from billing.exchange_rate as one;
end;

comment on function api.exchange_rate_list() is
$$Exchange rates: what one unit of a currency is worth in the operator's, from a day on.
Example: select currency, rate from api.exchange_rate_list()
Raises: nothing$$;

grant execute on function
    api.destination_list(), api.prefix_list(text, date, text), api.destination_group_list(), api.band_list(),
    api.holiday_list(), api.exchange_rate_list()
to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.destination_save(
    p_destination text, p_code text, p_name text, p_country text, p_product text,
    p_groups text[] default '{}', p_row_version int default null
)
returns text
language sql volatile
begin atomic
    select logic.destination_put(
        p_destination, p_code, p_name, p_country, p_product, p_groups, p_row_version
    );
end;

comment on function api.destination_save(text, text, text, text, text, text[], int) is
$$A new destination (p_destination NULL), or a changed one, with its groups; gives its code.
Example: select api.destination_save(null, 'X', 'X', 'SE', 'mobile') where false
Raises: LB110 for an unknown code, LB800 when someone else has saved it meanwhile$$;

create function api.prefix_save(
    p_prefix text, p_destination text, p_from_on date, p_is_past boolean default false
)
returns bigint
language sql volatile
begin atomic
    select logic.prefix_put(
        rtrim(regexp_replace(p_prefix, '^\+|[ -]', '', 'g'), '$'), p_prefix like '%$', p_destination,
        p_from_on,
        p_is_past
    );
end;

comment on function api.prefix_save(text, text, date, boolean) is
$$Lets digits (with $ at the end: that whole number only) lead to a destination from a day on.
Example: select api.prefix_save('4670', 'SE-MOB', '2026-12-01') where false
Raises: LB110 for an unknown destination, LB111 for a day in the past$$;

create function api.destination_group_save(
    p_group text, p_code text, p_name text, p_rank int, p_row_version int default null
)
returns text
language sql volatile
begin atomic
    select logic.destination_group_put(p_group, p_code, p_name, p_rank, p_row_version);
end;

comment on function api.destination_group_save(text, text, text, int, int) is
$$A group of destinations, new (p_group NULL) or changed.
Example: select api.destination_group_save(null, 'nordic', 'Nordic', 1) where false
Raises: LB110 for an unknown group, LB800 when someone else has saved it meanwhile$$;

create function api.holiday_save(
    p_calendar text, p_on_date date, p_name text, p_row_version int default null
)
returns date
language sql volatile
begin atomic
    select logic.holiday_put(p_calendar, p_on_date, p_name, p_row_version);
end;

comment on function api.holiday_save(text, date, text, int) is
$$A holiday of a calendar, new (p_row_version NULL) or with another name.
Example: select api.holiday_save('SE', '2026-12-25', 'Juldagen') where false
Raises: LB800 when someone else has saved it meanwhile$$;

create function api.holiday_delete(p_calendar text, p_on_date date, p_row_version int)
returns date
language sql volatile
begin atomic
    select logic.holiday_drop(p_calendar, p_on_date, p_row_version);
end;

comment on function api.holiday_delete(text, date, int) is
$$Takes a holiday away that has not been: its day is priced as any other.
Example: select api.holiday_delete('SE', '2026-12-25', 1) where false
Raises: LB111 for a day in the past, LB800 when someone else has saved it meanwhile$$;

create function api.exchange_rate_save(
    p_currency text, p_from_on date, p_rate numeric, p_row_version int default null
)
returns numeric
language sql volatile
begin atomic
    select logic.exchange_rate_put(p_currency, p_from_on, p_rate, p_row_version);
end;

comment on function api.exchange_rate_save(text, date, numeric, int) is
$$The rate of a currency from a day on, new (p_row_version NULL) or changed.
Example: select api.exchange_rate_save('EUR', '2026-12-01', 11.4) where false
Raises: LB800 when someone else has saved it meanwhile$$;

create function api.band_slot_save(
    p_band_slot_id bigint, p_weekdays text default null, p_from_time text default '00:00',
    p_to_time text default '24:00', p_holidays text default 'ignore', p_calendar text default null,
    p_row_version int default null
)
returns bigint
language sql volatile
begin atomic
    select logic.band_slot_put(
        p_band_slot_id, p_weekdays, p_from_time, p_to_time, p_holidays, p_calendar, p_row_version
    );
end;

comment on function api.band_slot_save(bigint, text, text, text, text, text, int) is
$$Other hours in the place of a stretch of a time band; calls that are priced keep the former ones.
Example: select api.band_slot_save(1, '1-5', '08:00', '18:00') where false
Raises: LB800 when someone else has saved it meanwhile$$;

create function api.band_slot_delete(p_band_slot_id bigint, p_row_version int)
returns text
language sql volatile
begin atomic
    select logic.band_slot_drop(p_band_slot_id, p_row_version);
end;

comment on function api.band_slot_delete(bigint, int) is
$$Takes a stretch of hours away from its time band; calls that are priced keep it. Gives the band.
Example: select api.band_slot_delete(1, 1) where false
Raises: LB800 when someone else has saved it meanwhile$$;

create function api.band_save(
    p_band text, p_weekdays text default null, p_from_time text default '00:00',
    p_to_time text default '24:00', p_holidays text default 'ignore', p_calendar text default null
)
returns bigint
language sql volatile
begin atomic
    insert into billing.band (code) values (p_band) on conflict (code) do nothing;
    insert into billing.band_slot (band_id, weekdays, from_second, to_second, holidays, calendar)
    select
        band.band_id, logic.weekdays_parse(p_weekdays), logic.day_second(p_from_time),
        logic.day_second(p_to_time), p_holidays, p_calendar
    from billing.band
    where band.code = p_band
    returning band_slot.band_slot_id;
end;

comment on function api.band_save(text, text, text, text, text, text) is
$$A stretch of hours more for a time band, which is made where there is none of that code. Weekdays as 1-5 or
6;7, none: all.
Example: select api.band_save('night', null, '00:00', '06:00') where false
Raises: what its constraints say$$;

grant execute on function
    api.band_save(text, text, text, text, text, text),
    api.destination_save(text, text, text, text, text, text[], int), api.prefix_save(text, text, date,
    boolean),
    api.destination_group_save(text, text, text, int, int), api.holiday_save(text, date, text, int),
    api.holiday_delete(text, date, int), api.exchange_rate_save(text, date, numeric, int),
    api.band_slot_save(bigint, text, text, text, text, text, int), api.band_slot_delete(bigint, int)
to leissner_admin, leissner_pricing, leissner_batch;
