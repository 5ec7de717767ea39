-- 53_pricing/list: the price lists, for the pages of prices.

create function logic.price_list_find(p_code text, p_field text default 'list')
returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_id bigint := (select list.price_list_id from billing.price_list as list where list.code = p_code);
begin
    if v_id is null and p_code is not null then
        perform billing.fail(
            'LB110', jsonb_build_object('what', 'price list', 'code', p_code, 'field', p_field)
        );
    end if;
    return v_id;
end;
$$;

comment on function logic.price_list_find(text, text) is
$$The id of a price list by code, as far as the caller sees it; NULL for NULL.
Example: select logic.price_list_find(null)
Raises: LB110 when there is none$$;

create function logic.price_list_above(p_list text)
returns text[]
language sql stable
begin atomic
    with recursive climb as (
        select list.parent_id, list.code, 0 as step
        from billing.price_list as list where list.code = p_list
        union all
        select list.parent_id, list.code, climb.step + 1
        from climb
        inner join billing.price_list as list on list.price_list_id = climb.parent_id
    )

    select array(select climb.code from climb where climb.step > 0 order by climb.step);
end;

comment on function logic.price_list_above(text) is
$$The lists that one inherits from, nearest first, as far as the caller sees them.
Example: select logic.price_list_above('GOLD')
Raises: nothing$$;

create function logic.price_list_put(
    p_list text, p_code text, p_name text, p_level text, p_parent text, p_currency text, p_decimals smallint,
    p_rounding text, p_is_split boolean, p_is_draft boolean, p_row_version int
)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_list billing.price_list;
    v_parent_id bigint := logic.price_list_find(p_parent, 'parent');
begin
    if p_list is null then
        insert into billing.price_list (
            code, name, level, parent_id, currency, decimals, rounding, is_split, is_draft
        )
        values (
            p_code, p_name, p_level, v_parent_id, p_currency, p_decimals, p_rounding, p_is_split, p_is_draft
        );
        return p_code;
    end if;
    select list.* into v_list
    from billing.price_list as list where list.code = p_list
    for update;
    if v_list is null then
        perform logic.price_list_find(p_list);
    end if;
    perform logic.version_check(p_row_version, v_list.row_version);
    if (p_level, p_currency) is distinct from (v_list.level, v_list.currency)
        and exists (select from billing.price_item as item where item.price_list_id = v_list.price_list_id)
    then
        perform billing.fail('LB118', jsonb_build_object('list', p_list, 'field', case
            when p_level <> v_list.level then 'level' else 'currency' end));
    end if;
    update billing.price_list
    set
        code = p_code, name = p_name, level = p_level, parent_id = v_parent_id, currency = p_currency,
        decimals = p_decimals, rounding = p_rounding, is_split = p_is_split, is_draft = p_is_draft
    where price_list_id = v_list.price_list_id;
    return p_code;
end;
$$;

comment on function logic.price_list_put(
    text, text, text, text, text, text, smallint, text, boolean, boolean, int
) is
$$A new price list (p_list NULL), or a changed one; gives its code.
Example: select logic.price_list_put(null, 'A', 'A', 'retail', null, 'SEK', 4::smallint, 'half_up', false,
true, null) where false
Raises: LB101 when it would inherit from itself, LB110 for an unknown list, LB118 for another level or
currency of a list with prices, LB800 when someone else has saved it meanwhile$$;

-- api

create function api.price_list_list(p_is_draft boolean default null)
returns table (
    code text, name text, level text, parent text, currency text, is_draft boolean, items bigint,
    customers bigint, contracts bigint, services bigint, carriers bigint, sellers bigint, lists bigint
)
language sql stable rows 10000
begin atomic
    -- counted for the rows that are shown, no others
    select
        list.code, list.name, list.level, parent.code, list.currency, list.is_draft,
        (select count(*) from billing.price_item as one where one.price_list_id = list.price_list_id),
        (select count(*) from billing.customer as one where one.price_list_id = list.price_list_id),
        (
            select count(*)
            from (
                select own.contract_id from billing.contract as own
                where own.price_list_id = list.price_list_id
                union
                select line.contract_id from billing.contract_line as line
                where line.price_list_id = list.price_list_id
            ) as one
        ),
        (select count(*) from billing.service as one where one.price_list_id = list.price_list_id),
        (select count(*) from billing.carrier as one where one.price_list_id = list.price_list_id),
        (select count(*) from billing.seller as one where one.price_list_id = list.price_list_id),
        (select count(*) from billing.price_list as one where one.parent_id = list.price_list_id)
    from billing.price_list as list
    left join billing.price_list as parent on parent.price_list_id = list.parent_id
    where p_is_draft is null or list.is_draft = p_is_draft;
end;

comment on function api.price_list_list(boolean) is
$$The price lists, or the drafts among them: own prices in each, and who has it: customers, contracts (or
lines of them), services,
carriers, sellers, lists below it.
Example: select code, items from api.price_list_list() where level = 'retail'
Raises: nothing$$;
grant execute on function api.price_list_list(boolean) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.price_list_get(p_list text)
returns table (
    code text, name text, level text, parent text, currency text, decimals smallint, rounding text,
    is_split boolean, is_draft boolean, row_version int, path text[], below text[], items bigint,
    changed_at timestamptz, changed_by text, changed_target text, price_change_id bigint
)
language sql stable rows 1
begin atomic
    select
        list.code, list.name, list.level, parent.code, list.currency, list.decimals, list.rounding,
        list.is_split, list.is_draft, list.row_version,
        above.path,
        array(
            select one.code from billing.price_list as one
            where one.parent_id = list.price_list_id order by one.code
        ),
        (select count(*) from billing.price_item as item where item.price_list_id = list.price_list_id),
        last.made_at, last.made_by, logic.target_text(last.target_key),
        case when last.price_activation_id is null then last.price_change_id end
    from billing.price_list as list
    left join billing.price_list as parent on parent.price_list_id = list.parent_id
    cross join lateral (select logic.price_list_above(list.code) as path) as above
    left join lateral (
        select change.*
        from billing.price_change as change
        where change.price_list_id = list.price_list_id and change.undone_at is null
        order by change.price_change_id desc
        limit 1
    ) as last on true
    where list.code = p_list;
end;

comment on function api.price_list_get(text) is
$$A price list, those it inherits from (nearest first) and those below it, and the last change of a price in
it that can be undone.
Example: select code, path from api.price_list_get('GOLD')
Raises: nothing$$;
grant execute on function api.price_list_get(text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.price_list_head(p_list text)
returns table (code text, name text, level text, currency text, is_draft boolean, parent text, path text[])
language sql stable rows 1
begin atomic
    select
        list.code, list.name, list.level, list.currency, list.is_draft,
        above.path[1], above.path
    from billing.price_list as list
    cross join lateral (select logic.price_list_above(list.code) as path) as above
    where list.code = p_list;
end;

comment on function api.price_list_head(text) is
$$A price list by name and those it inherits from, as far as the session sees them: a seller those of its
customers.
Example: select name, path from api.price_list_head('GOLD')
Raises: nothing$$;
grant execute on function api.price_list_head(text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration, leissner_seller;

create function api.price_list_save(
    p_list text, p_code text, p_name text, p_level text, p_parent text, p_currency text, p_decimals smallint,
    p_rounding text, p_is_split boolean default false, p_is_draft boolean default false,
    p_row_version int default null
)
returns text
language sql volatile
begin atomic
    select logic.price_list_put(
        p_list, p_code, p_name, p_level, p_parent, p_currency, p_decimals, p_rounding, p_is_split, p_is_draft,
        p_row_version
    );
end;

comment on function api.price_list_save(
    text, text, text, text, text, text, smallint, text, boolean, boolean, int
) is
$$A new price list (p_list NULL), or a changed one; gives its code.
Example: select api.price_list_save(null, 'A', 'A', 'retail', null, 'SEK', 4::smallint, 'half_up') where false
Raises: LB101 when it would inherit from itself, LB110 for an unknown list, LB118 for another level or
currency of a list with prices, LB800 when someone else has saved it meanwhile$$;
grant execute on function api.price_list_save(
    text, text, text, text, text, text, smallint, text, boolean, boolean, int
) to leissner_admin, leissner_pricing, leissner_batch;
