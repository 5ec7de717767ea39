-- 30_customer/bulk: one field of many customers or contracts changed at once: looked at before, set
-- back after.

-- The value as it is stored, as text: a key where it names something.
create function logic.bulk_value(p_what text, p_field text, p_value text, p_from_on date)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_is_right boolean;
begin
    if p_field = 'credit_limit' then
        perform access.require('admin', 'sales', 'support', 'finance', 'credit');
    else
        perform access.require('admin', 'sales', 'support');
    end if;
    if p_field in ('price_list', 'seller') and p_from_on is null then
        perform billing.fail('LB850', jsonb_build_object('value', '-', 'field', 'from_on'));
    end if;
    v_is_right := case
        when p_what = 'contracts' and p_field not in ('price_list', 'seller') then false
        when p_field = 'credit_limit' then p_value is null or p_value::numeric >= 0
        when p_field = 'payment_days' then p_value::integer between 0 and 365
        when p_field = 'delivery' then p_value in ('print', 'email', 'einvoice')
        else p_value is not null
    end;
    if v_is_right is not true then
        perform billing.fail(
            'LB850', jsonb_build_object('value', coalesce(p_value, '-'), 'field', 'value')
        );
    end if;
    return case
        when p_field = 'credit_limit' then trim_scale(round(p_value::numeric, 4))::text
        when p_field = 'payment_days' then p_value::integer::text
        when p_field = 'delivery' then p_value
        when p_field in ('group_add', 'group_remove') then logic.code_id('group', p_value, 'value')::text
        else logic.code_id(p_field, p_value, 'value')::text
    end;
end;
$$;

comment on function logic.bulk_value(text, text, text, date) is
$$The value of a bulk change as it is stored, for who may make it.
Example: select logic.bulk_value('customers', 'payment_days', '20', null) where false
Raises: LB802, LB850 for a value that does not fit, LB901$$;

create function logic.bulk_rows(
    p_what text, p_field text, p_value text, p_from_on date, p_keys text[]
)
returns table (
    key text, name text, item_id bigint, state text, old text, was text, is_made boolean, fault text,
    new_version integer
)
language plpgsql stable rows 1000
set search_path = pg_catalog, pg_temp
as $$
declare
    v_new constant text := nullif(logic.bulk_value(p_what, p_field, p_value, p_from_on), '');
    v_group constant bigint := case when p_field in ('group_add', 'group_remove') then v_new::bigint end;
    v_becomes constant text := case when p_field <> 'group_remove' then v_new end;
begin
    return query
    with given as materialized (
        select distinct one.key from unnest(p_keys) as one (key)
    ),

    customers as (
        select
            given.key, customer.name, customer.customer_id as item_id,
            case p_field
                when 'credit_limit' then trim_scale(customer.credit_limit)::text
                when 'payment_days' then customer.payment_days::text
                when 'delivery' then customer.delivery
                when 'price_list' then coalesce((
                    select term.price_list_id from billing.customer_term as term
                    where
                        term.customer_id = customer.customer_id and term.from_on <= p_from_on
                        and term.price_list_id is not null
                    order by term.from_on desc limit 1
                ), customer.price_list_id)::text
                when 'seller' then coalesce((
                    select term.seller_id from billing.customer_term as term
                    where
                        term.customer_id = customer.customer_id and term.from_on <= p_from_on
                        and term.seller_id is not null
                    order by term.from_on desc limit 1
                ), customer.seller_id)::text
                else (
                    select member.customer_group_id::text from billing.customer_in_group as member
                    where member.customer_id = customer.customer_id and member.customer_group_id = v_group
                )
            end as old,
            case p_field when 'price_list' then own.price_list_id when 'seller' then own.seller_id end as own,
            own.customer_id is null as is_made,
            case
                when v_group is not null then null
                when p_field in ('price_list', 'seller') then coalesce(own.row_version, 0) + 1
                else customer.row_version + 1
            end as new_version,
            case
                when p_field = 'delivery' and v_new = 'email' and customer.email is null then 'no_email'
                when p_field = 'delivery' and v_new = 'einvoice' and customer.einvoice_id is null
                    then 'no_einvoice'
                when v_group is not null and exists (
                    select from billing.customer_term as term
                    where term.customer_id = customer.customer_id and term.group_ids is not null
                ) then 'groups_by_day'
            end as fault
        from given
        left join billing.customer on customer.customer_no = given.key
        left join billing.customer_term as own
            on own.customer_id = customer.customer_id and own.from_on = p_from_on
        where p_what = 'customers'
    ),

    contracts as (
        select
            given.key, customer.name, contract.contract_id as item_id,
            case p_field
                when 'price_list' then coalesce((
                    select term.price_list_id from billing.contract_term as term
                    where
                        term.contract_id = contract.contract_id and term.from_on <= p_from_on
                        and term.price_list_id is not null
                    order by term.from_on desc limit 1
                ), contract.price_list_id)::text
                else coalesce((
                    select term.seller_id from billing.contract_term as term
                    where
                        term.contract_id = contract.contract_id and term.from_on <= p_from_on
                        and term.seller_id is not null
                    order by term.from_on desc limit 1
                ), contract.seller_id)::text
            end as old,
            case p_field when 'price_list' then own.price_list_id when 'seller' then own.seller_id end as own,
            own.contract_id is null as is_made, coalesce(own.row_version, 0) + 1 as new_version,
            case when contract.valid is null or upper(contract.valid) <= p_from_on then 'ended' end as fault
        from given
        left join billing.contract on contract.contract_no = given.key
        left join billing.customer on customer.customer_id = contract.customer_id
        left join billing.contract_term as own
            on own.contract_id = contract.contract_id and own.from_on = p_from_on
        where p_what = 'contracts'
    ),

    found as (
        select * from customers
        union all
        select * from contracts
    )

    select
        found.key, found.name, found.item_id,
        case
            when found.item_id is null then 'refused'
            when found.old is not distinct from v_becomes then 'same'
            when found.fault is not null then 'refused'
            else 'changed'
        end,
        found.old,
        case when p_field in ('price_list', 'seller') then found.own::text else found.old end,
        found.is_made and p_field in ('price_list', 'seller', 'group_add'),
        case when found.item_id is null then 'unknown' else found.fault end, found.new_version
    from found;
end;
$$;

comment on function logic.bulk_rows(text, text, text, date, text[]) is
$$What a bulk change would make of customers or contracts, by their numbers: changed, same or refused.
Example: select * from logic.bulk_rows('customers', 'payment_days', '20', null, '{1000}') where false
Raises: LB802, LB850, LB901$$;

create function logic.bulk_shown(p_field text, p_value text)
returns text
language sql stable
return case
    when p_field = 'price_list' then logic.price_list_code(p_value::bigint)
    when p_field = 'seller' then (
        select one.code from billing.seller as one where one.seller_id = p_value::bigint
    )
    when p_field in ('group_add', 'group_remove') then (
        select one.code from billing.customer_group as one where one.customer_group_id = p_value::bigint
    )
    else p_value
end;

comment on function logic.bulk_shown(text, text) is
$$A value of a bulk change as people know it.
Example: select logic.bulk_shown('delivery', 'email')
Raises: nothing$$;

create function logic.bulk_preview(
    p_what text, p_field text, p_value text, p_from_on date, p_keys text[]
)
returns table (changed integer, same integer, refused integer, seen text, reasons jsonb, first_rows jsonb)
language sql stable rows 1
begin atomic
    with one as materialized (
        select row.* from logic.bulk_rows(p_what, p_field, p_value, p_from_on, p_keys) as row
    )

    select
        (count(*) filter (where one.state = 'changed'))::integer,
        (count(*) filter (where one.state = 'same'))::integer,
        (count(*) filter (where one.state = 'refused'))::integer,
        md5(concat_ws(
            '|', p_what, p_field, p_value, p_from_on,
            string_agg(
                concat_ws('|', one.key, one.state, one.old, one.was, one.is_made), E'\n' order by one.key
            )
        )),
        (
            select jsonb_object_agg(why.fault, why.n)
            from (
                select one.fault, count(*) as n from one where one.state = 'refused' group by one.fault
            ) as why
        ),
        (
            select jsonb_agg(
                jsonb_build_object(
                    'key', first.key, 'name', first.name, 'state', first.state, 'fault', first.fault,
                    'old', logic.bulk_shown(p_field, first.old)
                )
                order by first.state = 'changed', first.key
            )
            from (
                select one.* from one
                where one.state <> 'same'
                order by one.state = 'changed', one.key
                limit 50
            ) as first
        )
    from one;
end;

comment on function logic.bulk_preview(text, text, text, date, text[]) is
$$What a bulk change would do, in figures, with a sign of what was seen and the first rows, refused ones
first.
Example: select * from logic.bulk_preview('customers', 'payment_days', '20', null, '{1000}') where false
Raises: LB802, LB850, LB901$$;

create function logic.bulk_apply(
    p_what text, p_field text, p_value text, p_from_on date, p_keys text[], p_filter text, p_seen text
)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_new text;
    v_seen record;
    v_change bigint;
begin
    perform access.require('admin', 'sales', 'support', 'finance', 'credit');
    v_new := logic.bulk_value(p_what, p_field, p_value, p_from_on);
    -- Nobody else changes them meanwhile; in order of their keys, so that two bulk changes never wait for
    -- each other.
    if p_what = 'customers' then
        perform from billing.customer
        where customer.customer_no = any(p_keys) order by customer.customer_id for update;
    else
        perform from billing.contract
        where contract.contract_no = any(p_keys) order by contract.contract_id for update;
    end if;
    select found.* into v_seen
    from logic.bulk_preview(p_what, p_field, p_value, p_from_on, p_keys) as found;
    if v_seen.seen is distinct from p_seen then
        perform billing.fail('LB851', '{}');
    end if;
    insert into billing.bulk_change (what, field, value, from_on, filter, changed, same, refused, made_by)
    select
        p_what, p_field, p_value, case when p_field in ('price_list', 'seller') then p_from_on end, p_filter,
        v_seen.changed, v_seen.same, v_seen.refused, who.actor
    from audit.tx_current() as who
    returning bulk_change.bulk_change_id into v_change;
    insert into billing.bulk_change_row (
        bulk_change_id, key, item_id, state, old, was, is_made, fault, new_version
    )
    select
        v_change, one.key, one.item_id, one.state, one.old, one.was, one.is_made,
        case when one.state = 'refused' then one.fault end, one.new_version
    from logic.bulk_rows(p_what, p_field, p_value, p_from_on, p_keys) as one
    where one.state <> 'same';
    if p_field in ('credit_limit', 'payment_days', 'delivery') then
        update billing.customer
        set
            credit_limit = case when p_field = 'credit_limit' then v_new::numeric
                else customer.credit_limit end,
            payment_days = case when p_field = 'payment_days' then v_new::integer
                else customer.payment_days end,
            delivery = case when p_field = 'delivery' then v_new else customer.delivery end
        from billing.bulk_change_row as row
        where
            row.bulk_change_id = v_change and row.state = 'changed' and customer.customer_id = row.item_id;
    elsif p_field = 'group_add' then
        insert into billing.customer_in_group (customer_id, customer_group_id)
        select row.item_id, v_new::bigint from billing.bulk_change_row as row
        where row.bulk_change_id = v_change and row.state = 'changed';
    elsif p_field = 'group_remove' then
        delete from billing.customer_in_group as member
        using billing.bulk_change_row as row
        where
            row.bulk_change_id = v_change and row.state = 'changed' and member.customer_id = row.item_id
            and member.customer_group_id = v_new::bigint;
    elsif p_what = 'customers' then
        insert into billing.customer_term as term (customer_id, from_on, price_list_id, seller_id)
        select
            row.item_id, p_from_on, case p_field when 'price_list' then v_new::bigint end,
            case p_field when 'seller' then v_new::bigint end
        from billing.bulk_change_row as row
        where row.bulk_change_id = v_change and row.state = 'changed'
        on conflict on constraint customer_term_pk do update set
            price_list_id = coalesce(excluded.price_list_id, term.price_list_id),
            seller_id = coalesce(excluded.seller_id, term.seller_id);
    else
        insert into billing.contract_term as term (contract_id, from_on, price_list_id, seller_id)
        select
            row.item_id, p_from_on, case p_field when 'price_list' then v_new::bigint end,
            case p_field when 'seller' then v_new::bigint end
        from billing.bulk_change_row as row
        where row.bulk_change_id = v_change and row.state = 'changed'
        on conflict on constraint contract_term_pk do update set
            price_list_id = coalesce(excluded.price_list_id, term.price_list_id),
            seller_id = coalesce(excluded.seller_id, term.seller_id);
    end if;
    perform audit.event_add('bulk_change', v_change::text, jsonb_build_object(
        'what', p_what, 'field', p_field, 'value', p_value, 'from', p_from_on, 'filter', p_filter,
        'changed', v_seen.changed, 'same', v_seen.same, 'refused', v_seen.refused
    ));
    return v_change;
end;
$$;

comment on function logic.bulk_apply(text, text, text, date, text[], text, text) is
$$Makes a bulk change as it was seen, all or nothing: its number.
Example: select logic.bulk_apply('customers', 'delivery', 'print', null, '{}', null, '') where false
Raises: LB802, LB850, LB851 when it is not what was seen, LB901$$;

create function logic.bulk_undo(p_change bigint)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_change billing.bulk_change;
    v_group bigint;
    v_back bigint[];
begin
    perform access.require('admin', 'sales', 'support', 'finance', 'credit');
    select change.* into v_change from billing.bulk_change as change
    where change.bulk_change_id = p_change for update;
    if v_change.state is distinct from 'applied' then
        perform billing.fail('LB852', jsonb_build_object('change', p_change));
    end if;
    if v_change.field <> 'credit_limit' then
        perform access.require('admin', 'sales', 'support');
    end if;
    if v_change.field in ('group_add', 'group_remove') then
        v_group := logic.code_id('group', v_change.value, 'value');
    end if;
    if v_change.field in ('credit_limit', 'payment_days', 'delivery') then
        with back as (
            update billing.customer
            set
                credit_limit = case when v_change.field = 'credit_limit' then row.was::numeric
                    else customer.credit_limit end,
                payment_days = case when v_change.field = 'payment_days' then row.was::integer
                    else customer.payment_days end,
                delivery = case when v_change.field = 'delivery' then row.was else customer.delivery end
            from billing.bulk_change_row as row
            where
                row.bulk_change_id = p_change and row.state = 'changed'
                and customer.customer_id = row.item_id and customer.row_version = row.new_version
            returning customer.customer_id
        )

        select array_agg(back.customer_id) into v_back from back;
    elsif v_change.field = 'group_add' then
        with back as (
            delete from billing.customer_in_group as member
            using billing.bulk_change_row as row
            where
                row.bulk_change_id = p_change and row.state = 'changed'
                and member.customer_id = row.item_id and member.customer_group_id = v_group
            returning member.customer_id
        )

        select array_agg(back.customer_id) into v_back from back;
    elsif v_change.field = 'group_remove' then
        with back as (
            insert into billing.customer_in_group (customer_id, customer_group_id)
            select row.item_id, v_group from billing.bulk_change_row as row
            where row.bulk_change_id = p_change and row.state = 'changed'
            on conflict do nothing
            returning customer_in_group.customer_id
        )

        select array_agg(back.customer_id) into v_back from back;
    elsif v_change.what = 'customers' then
        with gone as (
            delete from billing.customer_term as term
            using billing.bulk_change_row as row
            where
                row.bulk_change_id = p_change and row.state = 'changed' and row.is_made
                and term.customer_id = row.item_id and term.from_on = v_change.from_on
                and term.row_version = row.new_version
            returning term.customer_id
        ),

        back as (
            update billing.customer_term as term
            set
                price_list_id = case when v_change.field = 'price_list' then row.was::bigint
                    else term.price_list_id end,
                seller_id = case when v_change.field = 'seller' then row.was::bigint else term.seller_id end
            from billing.bulk_change_row as row
            where
                row.bulk_change_id = p_change and row.state = 'changed' and not row.is_made
                and term.customer_id = row.item_id and term.from_on = v_change.from_on
                and term.row_version = row.new_version
            returning term.customer_id
        )

        select array_agg(one.customer_id) into v_back
        from (select gone.customer_id from gone union all select back.customer_id from back) as one;
    else
        with gone as (
            delete from billing.contract_term as term
            using billing.bulk_change_row as row
            where
                row.bulk_change_id = p_change and row.state = 'changed' and row.is_made
                and term.contract_id = row.item_id and term.from_on = v_change.from_on
                and term.row_version = row.new_version
            returning term.contract_id
        ),

        back as (
            update billing.contract_term as term
            set
                price_list_id = case when v_change.field = 'price_list' then row.was::bigint
                    else term.price_list_id end,
                seller_id = case when v_change.field = 'seller' then row.was::bigint else term.seller_id end
            from billing.bulk_change_row as row
            where
                row.bulk_change_id = p_change and row.state = 'changed' and not row.is_made
                and term.contract_id = row.item_id and term.from_on = v_change.from_on
                and term.row_version = row.new_version
            returning term.contract_id
        )

        select array_agg(one.contract_id) into v_back
        from (select gone.contract_id from gone union all select back.contract_id from back) as one;
    end if;
    update billing.bulk_change_row as row
    set state = case when row.item_id = any(coalesce(v_back, '{}')) then 'undone' else 'left' end
    where row.bulk_change_id = p_change and row.state = 'changed';
    update billing.bulk_change as change
    set
        state = 'undone', undone_at = clock_timestamp(), undone = coalesce(cardinality(v_back), 0),
        undone_by = (select who.actor from audit.tx_current() as who),
        left_alone = change.changed - coalesce(cardinality(v_back), 0)
    where change.bulk_change_id = p_change;
    perform audit.event_add('bulk_undo', p_change::text, jsonb_build_object(
        'undone', coalesce(cardinality(v_back), 0),
        'left_alone', v_change.changed - coalesce(cardinality(v_back), 0)
    ));
end;
$$;

comment on function logic.bulk_undo(bigint) is
$$Sets back what a bulk change made, but for what was changed again since.
Example: select logic.bulk_undo(1) where false
Raises: LB852 when there is none or it is undone already, LB901$$;

-- api

create function api.bulk_preview(
    p_what text, p_field text, p_value text, p_from_on date, p_keys text[]
)
returns table (changed integer, same integer, refused integer, seen text, reasons jsonb, first_rows jsonb)
language sql stable rows 1
begin atomic
    select found.* from logic.bulk_preview(p_what, p_field, p_value, p_from_on, p_keys) as found;
end;

comment on function api.bulk_preview(text, text, text, date, text[]) is
$$What a bulk change of customers or contracts, by their numbers, would do; it writes nothing. Fields:
credit_limit, payment_days, delivery, group_add, group_remove (customers), price_list and seller (both, from a
day).
Example: select * from api.bulk_preview('customers', 'payment_days', '20', null, '{1000}') where false
Raises: LB802, LB850, LB901$$;

create function api.bulk_apply(
    p_what text, p_field text, p_value text, p_from_on date, p_keys text[], p_filter text, p_seen text
)
returns bigint
language sql volatile
begin atomic
    select logic.bulk_apply(p_what, p_field, p_value, p_from_on, p_keys, p_filter, p_seen);
end;

comment on function api.bulk_apply(text, text, text, date, text[], text, text) is
$$Makes a bulk change as its preview said (p_seen), all or nothing: its number.
Example: select api.bulk_apply('customers', 'delivery', 'print', null, '{}', null, '') where false
Raises: LB802, LB850, LB851 when it is not what was seen, LB901$$;

create function api.bulk_undo(p_change bigint)
returns void
language sql volatile
begin atomic
    select logic.bulk_undo(p_change);
end;

comment on function api.bulk_undo(bigint) is
$$Sets back what a bulk change made, but for what was changed again since.
Example: select api.bulk_undo(1) where false
Raises: LB852, LB901$$;

create function api.bulk_change_list(p_change bigint default null)
returns table (
    change bigint, what text, field text, value text, from_on date, filter text, state text, changed integer,
    same integer, refused integer, made_at timestamptz, made_by text, undone_at timestamptz, undone_by text,
    undone integer, left_alone integer
)
language sql stable rows 100
begin atomic
    select
        change.bulk_change_id, change.what, change.field, change.value, change.from_on, change.filter,
        change.state, change.changed, change.same, change.refused, change.made_at, change.made_by,
        change.undone_at, change.undone_by, change.undone, change.left_alone
    from billing.bulk_change as change
    where p_change is null or change.bulk_change_id = p_change;
end;

comment on function api.bulk_change_list(bigint) is
$$Bulk changes, or one of them.
Example: select * from api.bulk_change_list()
Raises: nothing$$;

create function api.bulk_change_row_list(p_change bigint)
returns table (key text, state text, old text, fault text)
language sql stable rows 1000
begin atomic
    select row.key, row.state, logic.bulk_shown(change.field, row.old), row.fault
    from billing.bulk_change as change
    inner join billing.bulk_change_row as row on row.bulk_change_id = change.bulk_change_id
    where change.bulk_change_id = p_change;
end;

comment on function api.bulk_change_row_list(bigint) is
$$What a bulk change changed or refused, and what it was before.
Example: select * from api.bulk_change_row_list(1)
Raises: nothing$$;

grant execute on function
    api.bulk_preview(text, text, text, date, text[]),
    api.bulk_apply(text, text, text, date, text[], text, text), api.bulk_undo(bigint)
to leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit;
grant execute on function api.bulk_change_list(bigint), api.bulk_change_row_list(bigint) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_auditor;
