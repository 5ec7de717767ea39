-- 53_pricing/price: one price as another system asks for it: what holds on a day, and where it comes from.

create function logic.price_get(p_list text, p_target text, p_mode text, p_band text, p_on date)
returns table (
    list text, target text, mode text, band text, origin_list text, origin_target text, origin_mode text,
    origin_band text, from_on date, to_on date, is_blocked boolean, setup numeric, rate numeric, steps text,
    first_increment bigint, next_increment bigint, free_units bigint, free_mode text, minimum numeric,
    maximum numeric, percent numeric, amount numeric, currency text, row_version bigint
)
language plpgsql stable security definer rows 1
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_place logic.price_place;
    v_on date := coalesce(p_on, logic.today());
    v_sample bigint;
    v_item bigint;
    v_price record;
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    );
    v_place := logic.price_place_find(p_list, p_target, p_mode, p_band);
    case (v_place).target_key & 7
        when 1 then
            -- A group of modes, or all the rest, is asked for by one of them that has no price of its own.
            v_sample := coalesce((v_place).mode_id, (
                select col.sample_id
                from logic.price_columns((v_place).price_list_id, v_on) as col
                where
                    col.mode_id is null and col.mode_group is not distinct from (v_place).mode_group
                limit 1
            ), (
                select min(one.mode_id) from billing.mode as one
                where (v_place).mode_group is null or one.mode_group = (v_place).mode_group
            ));
            select found.* into v_price
            from logic.price_search(array[row(
                (v_place).price_list_id, (v_place).target_key >> 3, v_sample,
                case when (v_place).band_id is null then '{}' else array[(v_place).band_id] end, v_on
            )::logic.price_key]) as found;
            v_item := v_price.items[1];
        else
            -- What many destinations share is shown as it stands; a fee is worked out below.
            select item.price_item_id into v_item
            from logic.list_chain((v_place).price_list_id) as chain
            cross join lateral (
                select one.*
                from billing.price_item as one
                where
                    one.price_list_id = chain.price_list_id and one.target_key = (v_place).target_key
                    and (one.mode_id is null or one.mode_id = (v_place).mode_id)
                    and (one.mode_group is null or one.mode_group = coalesce((v_place).mode_group, (
                        select mode.mode_group from billing.mode where mode.mode_id = (v_place).mode_id
                    )))
                    and (one.band_id is null or one.band_id = (v_place).band_id) and one.valid @> v_on
                order by one.mode_id is null, one.mode_group is null, one.band_id is null
                limit 1
            ) as item
            order by chain.step
            limit 1;
            select
                item.*, fee.rate as fee
            into v_price
            from billing.price_item as item
            left join logic.fee_search(array[row(
                (v_place).price_list_id,
                case when (v_place).target_key & 7 = 4 then (v_place).target_key >> 3 end, v_on
            )::logic.fee_key]) as fee on true
            where item.price_item_id = v_item;
            v_price.rate := coalesce(v_price.fee, v_price.rate);
    end case;
    return query
    select
        p_list, p_target, p_mode, p_band, list.code, logic.target_text(item.target_key),
        logic.mode_text(item.mode_id, item.mode_group), band.code, lower(item.valid), upper(item.valid),
        v_price.is_blocked, trim_scale(v_price.setup), trim_scale(v_price.rate),
        (
            select string_agg(concat(step.bound, ':', trim_scale(step.rate)), ';' order by step.n)
            from unnest(v_price.step_to, v_price.step_rate) with ordinality as step (bound, rate, n)
        ),
        v_price.first_increment, v_price.next_increment, v_price.free_units, v_price.free_mode,
        trim_scale(v_price.minimum), trim_scale(v_price.maximum), trim_scale(item.percent),
        trim_scale(item.amount),
        list.currency,
        coalesce((select max(own.price_item_id) from logic.place_item_list(v_place) as own), 0)
    from billing.price_item as item
    inner join billing.price_list as list on list.price_list_id = item.price_list_id
    left join billing.band on band.band_id = item.band_id
    where item.price_item_id = v_item;
end;
$$;

comment on function logic.price_get(text, text, text, text, date) is
$$The price that holds for a target, mode and hours in a list on a day (NULL: today), and the list and item it
comes from; no row: no price.
Example: select * from logic.price_get('GOLD', 'dest:SE-FIX', 'voice', null, '2026-11-01') where false
Raises: LB110 for an unknown code, LB901 without a level of the staff that reads prices$$;

-- api

create function api.price_get(
    p_list text, p_target text, p_mode text default '*', p_band text default null, p_on date default null
)
returns table (
    list text, target text, mode text, band text, origin_list text, origin_target text, origin_mode text,
    origin_band text, from_on date, to_on date, is_blocked boolean, setup numeric, rate numeric, steps text,
    first_increment bigint, next_increment bigint, free_units bigint, free_mode text, minimum numeric,
    maximum numeric, percent numeric, amount numeric, currency text, row_version bigint
)
language sql stable rows 1
begin atomic
    select * from logic.price_get(p_list, p_target, p_mode, p_band, p_on);
end;

comment on function api.price_get(text, text, text, text, date) is
$$The price that holds in a price list on a day (today) for a target (dest:, group:, product: or service: and
a code, or * for everything), a mode of traffic (or group:NAME, or *) and, where one is named, a time band;
and where it comes from: the list (origin_list), target, mode and band that say so. For a destination and a
charge of a service rate and what belongs to it are worked out, where the list changes an inherited price in
percent or by amount; for what many destinations share they are as the item says. row_version is for saving
the very same place. Nothing comes back where there is no price.
Example: select rate, origin_list from api.price_get('GOLD', 'dest:SE-FIX', 'voice') where false
Raises: LB110 for an unknown code, LB901 without a level of the staff that reads prices$$;
grant execute on function api.price_get(text, text, text, text, date) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;
