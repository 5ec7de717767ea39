-- 53_pricing/place: the place of a price in a list: what it is for, which mode, which hours.

create function logic.target_text(p_target_key bigint)
returns text
language sql stable
begin atomic
    select case p_target_key & 7
        when 1 then
            (
                select 'dest:' || one.code from billing.destination as one
                where one.destination_id = p_target_key >> 3
            )
        when 2 then
            (
                select 'group:' || one.code from billing.destination_group as one
                where one.destination_group_id = p_target_key >> 3
            )
        when 3 then
            (
                select 'product:' || one.code from billing.product as one
                where one.product_id = p_target_key >> 3
            )
        when 4 then
            (
                select 'service:' || service.code || ':' || one.code
                from billing.service_charge as one
                inner join billing.service on service.service_id = one.service_id
                where one.service_charge_id = p_target_key >> 3
            )
        when 0 then '*'
    end;
end;

comment on function logic.target_text(bigint) is
$$What price_item.target_key stands for, as in prices.csv: dest:CODE, group:CODE, product:CODE,
service:SERVICE:CHARGE or *.
Example: select logic.target_text(0)
Raises: nothing$$;

create function logic.mode_text(p_mode_id bigint, p_mode_group text)
returns text
language sql stable
begin atomic
    select coalesce(
        (select mode.code from billing.mode where mode.mode_id = p_mode_id), 'group:' || p_mode_group, '*'
    );
end;

comment on function logic.mode_text(bigint, text) is
$$A mode, group:NAME, or * for all, as in prices.csv.
Example: select logic.mode_text(null, 'calls')
Raises: nothing$$;

create type logic.price_place as (
    price_list_id bigint, target_key bigint, mode_id bigint, mode_group text, band_id bigint
);
comment on type logic.price_place is
'Where a price stands: the list, and what, which mode and which hours it is for. Its items differ in time '
'only.';

create function logic.price_place_find(p_list text, p_target text, p_mode text, p_band text)
returns logic.price_place
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_place logic.price_place;
    v_code text := substring(p_target from position(':' in p_target) + 1);
    v_missing jsonb;
begin
    v_place.price_list_id := logic.price_list_find(p_list);
    v_place.target_key := case split_part(p_target, ':', 1)
        when '*' then 0
        when 'dest' then
            (select one.destination_id * 8 + 1 from billing.destination as one where one.code = v_code)
        when 'group' then
            (
                select one.destination_group_id * 8 + 2 from billing.destination_group as one
                where one.code = v_code
            )
        when 'product' then
            (select one.product_id * 8 + 3 from billing.product as one where one.code = v_code)
        when 'service' then
            (
                select one.service_charge_id * 8 + 4
                from billing.service_charge as one
                inner join billing.service on service.service_id = one.service_id
                where service.code || ':' || one.code = v_code
            )
    end;
    if coalesce(p_mode, '*') like 'group:%' then
        v_place.mode_group := (
            select mode.mode_group from billing.mode where 'group:' || mode.mode_group = p_mode limit 1
        );
    elsif p_mode <> '*' then
        v_place.mode_id := (select mode.mode_id from billing.mode where mode.code = p_mode);
    end if;
    v_place.band_id := (select band.band_id from billing.band where band.code = p_band);
    v_missing := case
        when v_place.target_key is null
            then jsonb_build_object('what', 'target', 'code', p_target, 'field', 'target')
        when p_mode <> '*' and num_nonnulls(v_place.mode_id, v_place.mode_group) = 0
            then jsonb_build_object('what', 'mode', 'code', p_mode, 'field', 'mode')
        when p_band <> '' and v_place.band_id is null
            then jsonb_build_object('what', 'band', 'code', p_band, 'field', 'band')
    end;
    if v_missing is not null then
        perform billing.fail('LB110', v_missing);
    end if;
    return v_place;
end;
$$;

comment on function logic.price_place_find(text, text, text, text) is
$$The place of a price by codes, as prices.csv has them; band empty or NULL: all hours.
Example: select logic.price_place_find('GOLD', 'dest:SE-FIX', 'voice', '') where false
Raises: LB110 for an unknown code$$;

create function logic.dialled(p_number text)
returns text
language sql stable
return case
    when regexp_replace(p_number, '[ ()./-]', '', 'g') ~ '^\+?[0-9]{3,18}$' then logic.number_typed(p_number)
end;

comment on function logic.dialled(text) is
$$The E.164 digits of a number that may be called, as people write it: +46 70 123, 0046 70 123, 070-123 (in
the operator's country) or 4670123; NULL where it is none.
Example: select logic.dialled('0701-23 45 67')
Raises: nothing$$;
