-- 53_pricing/grid: which price holds where in a list, and from where it comes.

create function logic.list_chain(p_list_id bigint)
returns table (price_list_id bigint, step bigint)
language sql stable rows 5
begin atomic
    with recursive climb as (
        select list.price_list_id, list.parent_id, list.is_draft, 0 as step
        from billing.price_list as list where list.price_list_id = p_list_id
        union all
        select list.price_list_id, list.parent_id, list.is_draft, climb.step + 1
        from climb
        inner join billing.price_list as list on list.price_list_id = climb.parent_id
    )

    select climb.price_list_id, climb.step
    from climb
    where climb.step = 0 or not climb.is_draft;
end;

comment on function logic.list_chain(bigint) is
$$A list and those it inherits from, as the price search goes through them: drafts give nothing to others.
Example: select * from logic.list_chain(1)
Raises: nothing$$;

create type logic.price_column as (
    place bigint, mode_id bigint, mode_group text, band_id bigint, mode text, band text, sample_id bigint
);
comment on type logic.price_column is
'A column of a price grid: a mode, a group of modes or the rest, and a time band or all hours. sample_id: a '
'mode of it.';

create function logic.price_columns(p_list_id bigint, p_on date)
returns setof logic.price_column
language sql stable rows 10
begin atomic
    with named as materialized (
        select item.mode_id, item.mode_group, item.band_id
        from logic.list_chain(p_list_id) as chain
        inner join billing.price_item as item on item.price_list_id = chain.price_list_id
        where
            item.service_charge_id is null and (upper_inf(item.valid) or upper(item.valid) > p_on)
        group by item.mode_id, item.mode_group, item.band_id
    ),

    -- Each mode belongs to the finest name that prices call it by.
    called as (
        select
            mode.mode_id as sample_id, mode.code,
            case when named_mode.mode_id is not null then mode.mode_id end as mode_id,
            case
                when named_mode.mode_id is null and named_group.mode_group is not null then mode.mode_group
            end as mode_group,
            mode.mode_group as its_group, mode.mode_id as its_id
        from billing.mode
        left join (select distinct named.mode_id from named) as named_mode
            on named_mode.mode_id = mode.mode_id
        left join (select distinct named.mode_group from named) as named_group
            on named_group.mode_group = mode.mode_group
        where
            named_mode.mode_id is not null or named_group.mode_group is not null
            or exists (select from named where named.mode_id is null and named.mode_group is null)
    ),

    class as (
        select distinct on (called.mode_id, called.mode_group)
            called.mode_id, called.mode_group, called.sample_id, called.its_group, called.its_id,
            coalesce(called.code, '') as code
        from called
        order by called.mode_id, called.mode_group, called.code
    )

    select
        row_number() over (
            order by class.mode_id is null and class.mode_group is null, mode.unit <> 'second',
            class.sample_id,
                logic.mode_text(class.mode_id, class.mode_group), band.code nulls first
        ),
        class.mode_id, class.mode_group, hours.band_id,
        logic.mode_text(class.mode_id, class.mode_group), band.code, class.sample_id
    from class
    inner join billing.mode on mode.mode_id = class.sample_id
    cross join lateral (
        select null::bigint as band_id
        union
        select named.band_id
        from named
        where
            named.mode_id = class.its_id or named.mode_group = class.its_group
            or named.mode_id is null and named.mode_group is null
    ) as hours
    left join billing.band on band.band_id = hours.band_id;
end;

comment on function logic.price_columns(bigint, date) is
$$Modes and hours that the prices of a list and of those it inherits from tell apart from a day on. A mode
stands under its own name, its group's, or *, whichever prices call it by.
Example: select * from logic.price_columns(1, '2026-11-01')
Raises: nothing$$;

create function logic.price_grid(
    p_list text, p_on date, p_words text, p_product text, p_show text, p_after text, p_limit integer
)
returns table (
    row_no bigint, target text, name text, product text, place bigint, mode text, band text, is_own boolean,
    is_exact boolean, list text, item_target text, from_on date, to_on date, is_blocked boolean,
    setup numeric, rate numeric, step_to bigint[], step_rate numeric[], first_increment bigint,
    next_increment bigint, free_units bigint, free_mode text, minimum numeric, maximum numeric,
    percent numeric, amount numeric,
    coming_on date, coming_list text, coming_blocked boolean, coming_rate numeric, coming_percent numeric,
    coming_amount numeric
)
language plpgsql stable security definer rows 400
set search_path = pg_catalog, pg_temp
-- planned once a session: planning costs more than the prices of a page
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_list_id bigint;
    v_chain bigint[];
    v_digits text := regexp_replace(p_words, '^(00|\+)|[ -]', '', 'g');
    v_words text := '%' || replace(replace(billing.name_plain(p_words), '%', '\%'), '_', '\_') || '%';
    v_found bigint;
    v_rows bigint[];
    v_said bigint[];
    v_columns logic.price_column[];
    v_after bigint := case
        when p_after is not null then (logic.price_place_find(p_list, p_after, '*', null)).target_key
    end;
    v_keys logic.price_key[];
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration',
        'seller'
    );
    v_list_id := logic.price_list_find(p_list);
    -- Sellers see the lists of their customers, and those that these inherit from.
    if not access.is_staff() and v_list_id <> all(access.price_list_ids()) then
        perform billing.fail('LB110', jsonb_build_object('what', 'price list', 'code', p_list));
    end if;
    select array_agg(chain.price_list_id order by chain.step) into v_chain
    from logic.list_chain(v_list_id) as chain;
    v_columns := array(select one from logic.price_columns(v_list_id, p_on) as one order by one.place);
    if v_digits ~ '^\d{3,}$' then
        select found.destination_id into v_found
        from logic.destination_find(array[v_digits], array[p_on]) as found;
    end if;

    v_said := array(
        select distinct item.target_key
        from billing.price_item as item
        where
            item.price_list_id = any(case when p_show = 'own' then v_chain[1:1] else v_chain end)
            and (p_show = 'own' or item.target_key & 7 <> 1)
            and (upper_inf(item.valid) or upper(item.valid) > p_on)
    );

    -- The rows of the page: what holds for many destinations first, where a list says something of it.
    with row_of as (
        select 0 as rank, '' as product, 'Everything' as name, '' as code, 0::bigint as target_key
        union all
        select 1, one.code, one.name, one.code, one.product_id * 8 + 3 from billing.product as one
        union all
        select 2, '', one.name, one.code, one.destination_group_id * 8 + 2
        from billing.destination_group as one
        union all
        select 3, product.code, one.name, one.code, one.destination_id * 8 + 1
        from billing.destination as one
        inner join billing.product on product.product_id = one.product_id
    ),

    wanted as (
        select
            row_of.*,
            row_number() over (order by row_of.rank, row_of.product, row_of.name, row_of.code) as n
        from row_of
        where
            case
                when v_found is not null then row_of.target_key = v_found * 8 + 1
                when p_words is null then true
                else billing.name_plain(row_of.name) like v_words or row_of.code ilike v_words
            end
            and (p_product is null or row_of.rank > 0 and row_of.product = p_product)
            and (
                row_of.rank = 3 and p_show is distinct from 'own'
                or row_of.target_key = any(v_said)
            )
    )

    select array_agg(page.target_key order by page.n) into v_rows
    from (
        select wanted.target_key, wanted.n
        from wanted
        where
            wanted.n > coalesce((select last.n from wanted as last where last.target_key = v_after), 0)
        order by wanted.n
        limit p_limit
    ) as page;

    v_keys := array(
        select
            row(
                v_list_id, row_of.target_key >> 3, col.sample_id,
                case when col.band_id is null then '{}' else array[col.band_id] end, p_on
            )::logic.price_key
        from unnest(v_rows) with ordinality as row_of (target_key, n)
        cross join unnest(v_columns) as col
        where row_of.target_key & 7 = 1
        order by row_of.n, col.place
    );

    return query
    with row_of as materialized (
        select one.target_key, one.n, logic.target_text(one.target_key) as target
        from unnest(v_rows) with ordinality as one (target_key, n)
    ),

    cell as materialized (
        select
            row_of.*, col.place as col, col.mode_id, col.mode_group, col.band_id, col.sample_id,
            sample.mode_group as sample_group,
            case
                when row_of.target_key & 7 = 1
                    then row_number() over (
                        partition by row_of.target_key & 7 = 1 order by row_of.n, col.place
                    )
            end as key_no
        from row_of
        cross join unnest(v_columns) as col
        inner join billing.mode as sample on sample.mode_id = col.sample_id
    ),

    -- What the lists say of the page's targets: by list and target, not by target in thousands of lists.
    item as materialized (
        select one.*, chain.step
        from unnest(v_chain) with ordinality as chain (price_list_id, step)
        inner join billing.price_item as one
            on one.price_list_id = chain.price_list_id and one.target_key = any(v_rows)
    ),

    -- What is said of many destinations has no price of its own: its item is shown as it stands.
    said as (
        select distinct on (cell.n, cell.col) cell.n, cell.col, item.price_item_id
        from cell
        inner join item on item.target_key = cell.target_key
        where
            cell.key_no is null and item.valid @> p_on
            and (
                item.mode_id = cell.sample_id or item.mode_group = cell.sample_group
                or item.mode_id is null and item.mode_group is null
            )
            and (item.band_id is null or item.band_id = cell.band_id)
        order by
            cell.n, cell.col, item.step,
            case when item.mode_id is not null then 0 when item.mode_group is not null then 1 else 2 end,
            item.band_id is null
    ),

    coming as (
        select distinct on (cell.n, cell.col)
            cell.n, cell.col, lower(item.valid) as from_on, item.price_list_id, item.is_blocked, item.rate,
            item.percent, item.amount
        from cell
        inner join item on item.target_key = cell.target_key
        where
            lower(item.valid) > p_on and item.mode_id is not distinct from cell.mode_id
            and item.mode_group is not distinct from cell.mode_group
            and item.band_id is not distinct from cell.band_id
        order by cell.n, cell.col, item.step, lower(item.valid)
    ),

    found as (
        select
            cell.*, coalesce(price.items[1], said.price_item_id) as price_item_id, price.is_blocked,
            price.setup, price.rate,
            price.step_to, price.step_rate, price.first_increment, price.next_increment,
            price.free_units, price.free_mode, price.minimum,
            price.maximum
        from cell
        left join logic.price_search(v_keys) as price on price.place = cell.key_no
        left join said on said.n = cell.n and said.col = cell.col
    )

    select
        found.n, found.target,
        coalesce(destination.name, destination_group.name, product.name, ''),
        coalesce(its_product.code, product.code), found.col, logic.mode_text(found.mode_id, found.mode_group),
        band.code, item.price_list_id = v_list_id,
        item.price_list_id = v_list_id and item.target_key = found.target_key
        and item.mode_id is not distinct from found.mode_id
        and item.mode_group is not distinct from found.mode_group
        and item.band_id is not distinct from found.band_id,
        list.code, logic.target_text(item.target_key), lower(item.valid), upper(item.valid),
        coalesce(found.is_blocked, item.is_blocked),
        coalesce(found.setup, item.setup), coalesce(found.rate, item.rate),
        coalesce(found.step_to, item.step_to), coalesce(found.step_rate, item.step_rate),
        coalesce(found.first_increment, item.first_increment),
        coalesce(found.next_increment, item.next_increment), coalesce(found.free_units, item.free_units),
        coalesce(found.free_mode, item.free_mode), coalesce(found.minimum, item.minimum),
        coalesce(found.maximum, item.maximum), item.percent, item.amount, coming.from_on, coming_list.code,
        coming.is_blocked, coming.rate, coming.percent, coming.amount
    from found
    left join billing.price_item as item on item.price_item_id = found.price_item_id
    left join billing.price_list as list on list.price_list_id = item.price_list_id
    left join billing.destination
        on found.target_key & 7 = 1 and destination.destination_id = found.target_key >> 3
    left join billing.product as its_product on its_product.product_id = destination.product_id
    left join billing.destination_group
        on found.target_key & 7 = 2 and destination_group.destination_group_id = found.target_key >> 3
    left join billing.product on found.target_key & 7 = 3 and product.product_id = found.target_key >> 3
    left join billing.band on band.band_id = found.band_id
    left join coming on coming.n = found.n and coming.col = found.col
    left join billing.price_list as coming_list on coming_list.price_list_id = coming.price_list_id
    order by found.n, found.col;
end;
$$;

comment on function logic.price_grid(text, date, text, text, text, text, integer) is
$$The prices of a list on a day, one row per target and column of logic.price_columns, targets in order of
rank
and name. is_own: the list itself says it; is_exact: for that very target, mode and hours. rate and what
belongs to it are worked out from the base; percent and amount are those of the item found. Targets that many
destinations share (everything, products, groups) show their item as it stands. coming: what follows.
p_words: a part of a name or code, or a number that is called; p_show own: what the list itself says; p_after:
the last target of the page before.
Example: select * from logic.price_grid('GOLD', '2026-11-01', null, null, null, null, 50) where false
Raises: LB110 for an unknown list, LB901 without a level of the staff that reads prices$$;

-- api

create function api.price_column_list(p_list text, p_on date)
returns table (place bigint, mode text, band text)
language sql stable rows 10
begin atomic
    select one.place, one.mode, one.band
    from logic.price_columns(logic.price_list_find(p_list), p_on) as one
    order by one.place;
end;

comment on function api.price_column_list(text, date) is
$$The columns of api.price_grid: modes and hours that the prices of a list tell apart from a day on.
Example: select * from api.price_column_list('GOLD', '2026-11-01') where false
Raises: LB110 for an unknown list$$;

create function api.price_grid(
    p_list text, p_on date, p_words text default null, p_product text default null,
    p_show text default null, p_after text default null, p_limit integer default 50
)
returns table (
    row_no bigint, target text, name text, product text, place bigint, mode text, band text, is_own boolean,
    is_exact boolean, list text, item_target text, from_on date, to_on date, is_blocked boolean,
    setup numeric, rate numeric, step_to bigint[], step_rate numeric[], first_increment bigint,
    next_increment bigint, free_units bigint, free_mode text, minimum numeric, maximum numeric,
    percent numeric, amount numeric,
    coming_on date, coming_list text, coming_blocked boolean, coming_rate numeric, coming_percent numeric,
    coming_amount numeric
)
language sql stable rows 400
begin atomic
    select * from logic.price_grid(p_list, p_on, p_words, p_product, p_show, p_after, p_limit);
end;

comment on function api.price_grid(text, date, text, text, text, text, integer) is
$$The prices of a list on a day, each with the list and target it comes from: one row per target and column.
Example: select * from api.price_grid('GOLD', '2026-11-01') where false
Raises: LB110 for an unknown list, LB901 without a level of the staff that reads prices$$;

grant execute on function
    api.price_column_list(text, date), api.price_grid(text, date, text, text, text, text, integer)
to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration, leissner_seller;
