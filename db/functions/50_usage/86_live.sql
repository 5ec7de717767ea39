-- 50_usage/live: since when a source was followed; calls sold under cost, as they are rated.

create function logic.source_loaded_at(p_source text, p_name text)
returns timestamptz
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'batch', 'integration');
    return (
        select max(coalesce(file.loaded_at, file.opened_at))
        from billing.cdr_file as file
        inner join billing.cdr_source as source on source.source_id = file.source_id
        where source.code = p_source and (p_name is null or file.name = p_name)
    );
end;
$$;

comment on function logic.source_loaded_at(text, text) is
$$When something of a source, or of its files of one name, was last loaded; NULL: never.
Example: select logic.source_loaded_at('none', 'Master.csv') where false
Raises: LB901 without the level batch, admin or integration$$;

create function logic.call_under_cost(p_from date, p_to date, p_limit integer)
returns table (
    source text, key text, started_at text, customer_no text, customer text, destination text, mode text,
    carrier text, seller text, price_list text, units bigint, cost numeric, reseller numeric, retail numeric,
    margin numeric, discount numeric
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_time_zone text := (select operator.time_zone from billing.operator);
begin
    perform access.require('admin', 'pricing', 'finance', 'auditor', 'batch', 'report');
    if p_to <= p_from then
        perform billing.fail('LB304', jsonb_build_object('from', p_from, 'to', p_to));
    end if;
    return query
    -- The condition is that of call_under_cost_ix, word by word.
    with sold as materialized (
        select call.*
        from billing.call
        where
            least(call.retail_base, call.reseller_base) < call.cost_base and call.bundled = 0
            and call.start_on >= p_from and call.start_on < p_to
        order by call.started_at desc, call.key collate "C", call.source_id
        limit p_limit
    )

    select
        source.code, sold.key,
        to_char(sold.started_at at time zone v_time_zone, 'YYYY-MM-DD"T"HH24:MI:SS'), customer.customer_no,
        customer.name, destination.name, mode.code, carrier.code, seller.code, list.code, sold.units,
        sold.cost_base, sold.reseller_base, sold.retail_base, sold.retail_base - sold.cost_base,
        round(sold.discount * sold.retail_rate, 6)
    from sold
    inner join billing.cdr_source as source on source.source_id = sold.source_id
    inner join billing.customer on customer.customer_id = sold.customer_id
    inner join billing.destination on destination.destination_id = sold.destination_id
    inner join billing.mode on mode.mode_id = sold.mode_id
    inner join billing.price_list as list on list.price_list_id = sold.retail_list_id
    left join billing.carrier on carrier.carrier_id = sold.carrier_id
    left join billing.seller on seller.seller_id = sold.seller_id
    order by sold.started_at desc, sold.key collate "C", sold.source_id;
end;
$$;

comment on function logic.call_under_cost(date, date, integer) is
$$Calls of local days [p_from, p_to) that cost more than the customer or the reseller pays, the latest first;
amounts in the operator's currency. Calls that a bundle paid are left out: its fee is no part of the call.
Example: select * from logic.call_under_cost('2026-10-01', '2026-11-01', 100) where false
Raises: LB304 for an empty period, LB901 without a level that may see cost$$;

-- api

create function api.source_loaded_at(p_source text, p_name text default null)
returns timestamptz
language sql stable
return logic.source_loaded_at(p_source, p_name);

comment on function api.source_loaded_at(text, text) is
$$When something of a source, or of its files of one name, was last loaded; NULL: never.
Example: select api.source_loaded_at('none') where false
Raises: LB901 without the level batch, admin or integration$$;
grant execute on function api.source_loaded_at(text, text)
to leissner_admin, leissner_batch, leissner_integration;

create function api.call_under_cost(p_from date, p_to date, p_limit integer default null)
returns table (
    source text, key text, started_at text, customer_no text, customer text, destination text, mode text,
    carrier text, seller text, price_list text, units bigint, cost numeric, reseller numeric, retail numeric,
    margin numeric, discount numeric
)
language sql stable
begin atomic
    select * from logic.call_under_cost(p_from, p_to, p_limit);
end;

comment on function api.call_under_cost(date, date, integer) is
$$Calls of local days [p_from, p_to) sold under cost, the latest first, at most p_limit (NULL: all).
Example: select * from api.call_under_cost('2026-10-01', '2026-11-01') where false
Raises: LB304 for an empty period, LB901 without a level that may see cost$$;
grant execute on function api.call_under_cost(date, date, integer)
to leissner_admin, leissner_pricing, leissner_finance, leissner_auditor, leissner_batch, leissner_report;
