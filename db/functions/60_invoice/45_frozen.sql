-- 60_invoice/frozen: calls that stand on a document stay as they are; what they should cost since is noted.

create function logic.call_frozen_list(p_customers bigint[], p_days date[], p_calls bigint[])
returns bigint[]
language sql stable
begin atomic
    select coalesce(array_agg(billed.call_id), '{}')
    from (
        select one.call_id
        from unnest(p_customers, p_days, p_calls) as asked (customer_id, start_on, call_id)
        inner join billing.call_billed as one
            on one.customer_id = asked.customer_id and one.start_on = asked.start_on
            and one.call_id = asked.call_id
        group by one.customer_id, one.start_on, one.call_id
        having sum(one.turn) > 0
    ) as billed;
end;

comment on function logic.call_frozen_list(bigint[], date[], bigint[]) is
$$Those of the calls that stand on a document, a draft too.
Example: select logic.call_frozen_list('{1}', '{2026-10-05}', '{1}')
Raises: nothing$$;

create function logic.frozen_correct(p_calls logic.discount_in[], p_discounts logic.discount_out[])
returns bigint[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_frozen bigint[];
    v_rerate bigint;
begin
    select logic.call_frozen_list(
        array_agg(stored.customer_id), array_agg(stored.day), array_agg(stored.call_id)
    )
    into v_frozen
    from unnest(p_calls) as stored
    where stored.call_id is not null;
    -- Calls that a credit note set free take their new price themselves.
    if exists (select from billing.call_correction) then
        delete from billing.call_correction as noted
        using unnest(p_calls) as stored
        where
            noted.customer_id = stored.customer_id and noted.start_on = stored.day
            and noted.call_id = stored.call_id and noted.call_id <> all(coalesce(v_frozen, '{}'));
    end if;
    if coalesce(v_frozen, '{}') = '{}' then
        return '{}';
    end if;
    insert into billing.rerate (asked_by, why, from_on, to_on, options, finished_at)
    select
        who.actor, 'a call of an invoiced month came late', min(stored.day), max(stored.day) + 1, '{}',
        clock_timestamp()
    from unnest(p_calls) as stored
    cross join audit.tx_current() as who
    where stored.call_id = any(v_frozen)
    group by who.actor
    returning rerate_id into v_rerate;
    insert into billing.call_correction (
        customer_id, start_on, call_id, rerate_id, contract_line_id, retail_list_id, retail, retail_base
    )
    select
        stored.customer_id, stored.day, stored.call_id, v_rerate, stored.contract_line_id,
        stored.retail_list_id, again.retail,
        logic.to_base(again.retail, call.retail_rate, list.currency, (select currency from billing.operator))
    from unnest(p_calls) as stored
    inner join unnest(p_discounts) as again on again.seq = stored.seq
    inner join billing.call
        on call.customer_id = stored.customer_id and call.start_on = stored.day
        and call.call_id = stored.call_id
    inner join billing.price_list as list on list.price_list_id = stored.retail_list_id
    left join billing.call_correction as known
        on known.customer_id = stored.customer_id and known.start_on = stored.day
        and known.call_id = stored.call_id
    where stored.call_id = any(v_frozen) and again.retail <> coalesce(known.retail, call.retail)
    on conflict (customer_id, start_on, call_id) do update
    set rerate_id = excluded.rerate_id, contract_line_id = excluded.contract_line_id,
        retail_list_id = excluded.retail_list_id, retail = excluded.retail,
        retail_base = excluded.retail_base;
    return v_frozen;
end;
$$;

comment on function logic.frozen_correct(logic.discount_in[], logic.discount_out[]) is
$$Of calls that are allotted anew because an earlier one came late, those that stand on a document: they stay,
and what they should cost now is noted for a correction line.
Example: select logic.frozen_correct('{}', '{}')
Raises: nothing$$;
