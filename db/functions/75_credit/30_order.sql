-- 75_credit/order: what is blocked becomes orders to the switch, one after the other for each contract line.

create function logic.exempt_list()
returns text[]
language sql stable
begin atomic
    select array_agg(distinct number.digits order by number.digits)
    from (
        select '112' as digits
        union all
        select prefix.digits
        from billing.product
        inner join billing.destination on destination.product_id = product.product_id
        inner join billing.prefix on prefix.destination_id = destination.destination_id
        where
            product.code = any(
                array['emergency'] || string_to_array(logic.setting_get('block_exempt_products'), ';')
            )
            and prefix.valid @> logic.today()
    ) as number;
end;

comment on function logic.exempt_list() is
$$Numbers that no block closes: 112 and the prefixes of emergency, and of the product types of the setting
block_exempt_products.
Example: select logic.exempt_list()
Raises: nothing$$;

create function logic.line_number_list(p_lines bigint[], p_on date)
returns table (contract_line_id bigint, numbers text[])
language sql stable rows 1000
begin atomic
    select
        number.contract_line_id,
        array_agg(
            concat_ws('-', number.number, number.to_number)
            order by number.kind desc, number.number collate "C"
        )
    from billing.subscriber_number as number
    where number.contract_line_id = any(p_lines) and number.valid @> p_on
    group by number.contract_line_id;
end;

comment on function logic.line_number_list(bigint[], date) is
$$Numbers, blocks (first-last) and accounts of contract lines on a day; lines without have no row.
Example: select * from logic.line_number_list('{1}', '2026-11-01')
Raises: nothing$$;

create function logic.block_effect_list(p_lines bigint[])
returns table (contract_line_id bigint, customer_id bigint, scope text)
language sql stable rows 1000
begin atomic
    -- the strongest of what policy, guard and persons have set
    select distinct on (block.contract_line_id) block.contract_line_id, block.customer_id, block.scope
    from billing.credit_block as block
    where block.lifted_at is null and (p_lines is null or block.contract_line_id = any(p_lines))
    order by
        block.contract_line_id, array_position(array['all', 'outgoing', 'international_premium'],
            block.scope);
end;

comment on function logic.block_effect_list(bigint[]) is
$$What is blocked on contract lines (NULL: on all) by all blocks together; open lines have no row.
Example: select * from logic.block_effect_list('{1}')
Raises: nothing$$;

create function logic.order_due_list(p_lines bigint[], p_on date)
returns table (contract_line_id bigint, customer_id bigint, scope text, numbers text[])
language sql stable rows 1000
begin atomic
    with last_order as materialized (
        select distinct on (given.contract_line_id) given.*
        from billing.credit_order as given
        where p_lines is null or given.contract_line_id = any(p_lines)
        order by given.contract_line_id, given.credit_order_id desc
    ),

    effect as materialized (
        select * from logic.block_effect_list(p_lines)
    ),

    number as materialized (
        select known.contract_line_id, known.numbers
        from logic.line_number_list(array(select effect.contract_line_id from effect), p_on) as known
    )

    select
        coalesce(effect.contract_line_id, last_order.contract_line_id),
        coalesce(effect.customer_id, last_order.customer_id), effect.scope,
        coalesce(number.numbers, last_order.numbers, '{}')
    from effect
    full join last_order on last_order.contract_line_id = effect.contract_line_id
    left join number on number.contract_line_id = effect.contract_line_id
    where
        effect.scope is distinct from last_order.scope
        or (effect.scope is not null and number.numbers <> last_order.numbers);
end;

comment on function logic.order_due_list(bigint[], date) is
$$Contract lines (NULL: of all) whose last order to the switch does not say what is blocked now, for the
numbers they have now; scope NULL: to be opened.
Example: select * from logic.order_due_list('{1}', '2026-11-01')
Raises: nothing$$;

create function logic.order_make(p_lines bigint[], p_on date)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_count bigint;
    v_lines bigint[];
begin
    with made as (
        insert into billing.credit_order (contract_line_id, customer_id, action, scope, numbers, exempt)
        select
            due.contract_line_id, due.customer_id, case when due.scope is null then 'unblock' else 'block'
                end,
            due.scope, due.numbers, exempt.digits
        from logic.order_due_list(p_lines, p_on) as due
        cross join (select logic.exempt_list() as digits) as exempt
        order by due.contract_line_id
        returning contract_line_id
    )

    select count(*), array_agg(made.contract_line_id) into v_count, v_lines from made;
    -- What has not left yet is overtaken.
    update billing.credit_order as older
    set state = 'failed', reason = 'overtaken by a later order', closed_at = clock_timestamp()
    where
        older.contract_line_id = any(v_lines) and older.state = 'ordered'
        and older.credit_order_id < (
            select max(newer.credit_order_id) from billing.credit_order as newer
            where newer.contract_line_id = older.contract_line_id
        );
    return v_count;
end;
$$;

comment on function logic.order_make(bigint[], date) is
$$Gives the orders that bring the switch to what is blocked on contract lines (NULL: on all) now: how many.
Example: select logic.order_make('{}', '2026-11-01')
Raises: nothing$$;

create function logic.order_list(p_is_all boolean, p_batch bigint)
returns table (
    id bigint, key text, action text, scope text, customer_no text, contract_no text, line_no integer,
    numbers text[], exempt text[], state text, way text, batch bigint, attempts integer, reason text,
    ordered_at timestamptz, sent_at timestamptz, closed_at timestamptz
)
language sql stable rows 1000
begin atomic
    select
        given.credit_order_id, given.key, given.action, given.scope, customer.customer_no,
        contract.contract_no, line.line_no, given.numbers, given.exempt, given.state, given.way, given.batch,
        given.attempts, given.reason, given.ordered_at, given.sent_at, given.closed_at
    from billing.credit_order as given
    inner join billing.customer on customer.customer_id = given.customer_id
    inner join billing.contract_line as line on line.contract_line_id = given.contract_line_id
    inner join billing.contract on contract.contract_id = line.contract_id
    where
        (p_batch is null or given.batch = p_batch)
        and (
            p_is_all or p_batch is not null
            or given.state in ('ordered', 'sent', 'failed') -- as the index has it
            and (
                given.state = 'ordered'
                or not exists (
                    select from billing.credit_order as newer
                    where
                        newer.contract_line_id = given.contract_line_id
                        and newer.credit_order_id > given.credit_order_id
                )
            )
        );
end;

comment on function logic.order_list(boolean, bigint) is
$$Orders to the switch that it has not confirmed, overtaken ones apart; all orders; or those of one file. In
no order: a page of them is read by its key.
Example: select * from logic.order_list(false, null)
Raises: nothing$$;

create function logic.order_id(p_order text)
returns bigint
language sql stable
return coalesce(
    (select given.credit_order_id from billing.credit_order as given where given.key = p_order),
    (
        select given.credit_order_id from billing.credit_order as given
        where given.credit_order_id = logic.word_id(p_order)
    )
);

comment on function logic.order_id(text) is
$$The number of an order to the switch, by its key or number; NULL: there is none.
Example: select logic.order_id('1')
Raises: nothing$$;

create function logic.order_file(p_batch bigint)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_batch bigint := p_batch;
begin
    perform access.require('finance', 'credit', 'batch', 'integration');
    if p_batch is not null then
        if not exists (select from billing.credit_order as given where given.batch = p_batch) then
            perform billing.fail('LB415', jsonb_build_object('batch', p_batch));
        end if;
        return p_batch;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('billing.credit_order', 0));
    -- A file that was begun comes first: it may lie there already.
    select min(given.batch) into v_batch
    from billing.credit_order as given where given.state = 'ordered' and given.batch is not null;
    if v_batch is null and exists (select from billing.credit_order as given where given.state = 'ordered')
        then
        v_batch := nextval('billing.credit_batch_seq');
        update billing.credit_order as given set batch = v_batch, way = 'file' where given.state = 'ordered';
    end if;
    return v_batch;
end;
$$;

comment on function logic.order_file(bigint) is
$$The number of the file that takes the orders that have not left yet; NULL: there are none. With the
number of an earlier file, that.
Example: select logic.order_file(null) where false
Raises: LB415 for a file that is not there, LB901$$;

create function logic.order_sent(p_orders bigint[], p_way text)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_count bigint;
begin
    perform access.require('finance', 'credit', 'batch', 'integration');
    update billing.credit_order as given
    set
        state = 'sent', way = p_way, sent_at = clock_timestamp(), attempts = given.attempts + 1, reason = null
    where given.credit_order_id = any(p_orders) and given.state = 'ordered';
    get diagnostics v_count = row_count;
    if v_count > 0 then
        perform audit.event_add(
            'credit_order_sent', p_way, jsonb_build_object('orders', v_count, 'ids', p_orders)
        );
    end if;
    return v_count;
end;
$$;

comment on function logic.order_sent(bigint[], text) is
$$Notes that orders have left for the switch by file, http, or because it fetched them: how many.
Example: select logic.order_sent('{}', 'file') where false
Raises: LB901$$;

create function logic.order_retry(p_order bigint, p_reason text, p_is_final boolean)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('finance', 'credit', 'batch', 'integration');
    update billing.credit_order as given
    set
        attempts = given.attempts + 1, reason = p_reason,
        state = case when p_is_final then 'failed' else given.state end,
        closed_at = case when p_is_final then clock_timestamp() end
    where given.credit_order_id = p_order and given.state = 'ordered';
end;
$$;

comment on function logic.order_retry(bigint, text, boolean) is
$$Notes that the switch did not take an order: it is tried again, or (final) it failed.
Example: select logic.order_retry(1, 'no answer', false) where false
Raises: LB901$$;

create function logic.order_close(p_order text, p_is_done boolean, p_reason text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_order bigint := logic.order_id(p_order);
begin
    perform access.require('finance', 'credit', 'batch', 'integration');
    update billing.credit_order as given
    set
        state = case when p_is_done then 'confirmed' else 'failed' end,
        reason = case when not p_is_done then coalesce(p_reason, 'refused by the switch') end,
        closed_at = clock_timestamp()
    where
        given.credit_order_id = v_order
        and (given.state in ('ordered', 'sent') or (given.state = 'failed' and p_is_done));
    -- The same answer again is no fault.
    if not found and not exists (
        select from billing.credit_order as given
        where
            given.credit_order_id = v_order
            and given.state = case when p_is_done then 'confirmed' else 'failed' end
    ) then
        perform billing.fail('LB414', jsonb_build_object('order', p_order));
    end if;
    perform audit.event_add(
        'credit_order_close', p_order, jsonb_build_object('is_done', p_is_done, 'reason', p_reason)
    );
end;
$$;

comment on function logic.order_close(text, boolean, text) is
$$Takes the switch's answer to an order, by its number or key: done, or not and why. Repeated it is harmless.
Example: select logic.order_close('1', true, null) where false
Raises: LB414 for an order that does not wait for an answer, LB901$$;

create function logic.order_again(p_order text)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_count bigint;
begin
    perform access.require('finance', 'credit', 'batch', 'integration');
    -- Only the last one of a line: an older one would undo it.
    update billing.credit_order as given
    set state = 'ordered', closed_at = null, batch = null, way = null
    where
        given.state = 'failed'
        and (p_order is null or given.credit_order_id = logic.order_id(p_order))
        and not exists (
            select from billing.credit_order as newer
            where
                newer.contract_line_id = given.contract_line_id
                and newer.credit_order_id > given.credit_order_id
        );
    get diagnostics v_count = row_count;
    perform audit.event_add('credit_order_again', p_order, jsonb_build_object('orders', v_count));
    return v_count;
end;
$$;

comment on function logic.order_again(text) is
$$Failed orders (NULL: all) that are still the last of their line are to be sent again: how many.
Example: select logic.order_again(null) where false
Raises: LB901$$;

-- api

create function api.credit_order_list(p_is_all boolean default false, p_batch bigint default null)
returns table (
    id bigint, key text, action text, scope text, customer_no text, contract_no text, line_no integer,
    numbers text[], exempt text[], state text, way text, batch bigint, attempts integer, reason text,
    ordered_at timestamptz, sent_at timestamptz, closed_at timestamptz
)
language sql stable rows 1000
begin atomic
    select given.* from logic.order_list(p_is_all, p_batch) as given order by given.id;
end;

comment on function api.credit_order_list(boolean, bigint) is
$$Orders to the switch that it has not confirmed, overtaken ones apart; all orders; or those of one file.
Example: select * from api.credit_order_list()
Raises: nothing$$;
grant execute on function api.credit_order_list(boolean, bigint) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.credit_order_file(p_batch bigint default null)
returns bigint
language sql volatile
return logic.order_file(p_batch);

comment on function api.credit_order_file(bigint) is
$$The number of the file that takes the orders that have not left yet, or NULL; with a number, that file
again.
Example: select api.credit_order_file() where false
Raises: LB415, LB901$$;
grant execute on function api.credit_order_file(bigint) to
    leissner_admin, leissner_finance, leissner_credit, leissner_batch, leissner_integration;

create function api.credit_order_sent(p_orders bigint[], p_way text)
returns bigint
language sql volatile
return logic.order_sent(p_orders, p_way);

comment on function api.credit_order_sent(bigint[], text) is
$$Notes that orders have left for the switch by file, http, or because it fetched them: how many.
Example: select api.credit_order_sent('{}', 'file') where false
Raises: LB901$$;
grant execute on function api.credit_order_sent(bigint[], text) to
    leissner_admin, leissner_finance, leissner_credit, leissner_batch, leissner_integration;

create function api.credit_order_retry(p_order bigint, p_reason text, p_is_final boolean default false)
returns void
language sql volatile
begin atomic
    select logic.order_retry(p_order, p_reason, p_is_final);
end;

comment on function api.credit_order_retry(bigint, text, boolean) is
$$Notes that the switch did not take an order: it is tried again, or (final) it failed.
Example: select api.credit_order_retry(1, 'no answer') where false
Raises: LB901$$;
grant execute on function api.credit_order_retry(bigint, text, boolean) to
    leissner_admin, leissner_finance, leissner_credit, leissner_batch, leissner_integration;

create function api.credit_order_close(p_order text, p_is_done boolean, p_reason text default null)
returns void
language sql volatile
begin atomic
    select logic.order_close(p_order, p_is_done, p_reason);
end;

comment on function api.credit_order_close(text, boolean, text) is
$$Takes the switch's answer to an order, by its number or key: done, or not and why. Repeated it is harmless.
Example: select api.credit_order_close('1', true) where false
Raises: LB414, LB901$$;
grant execute on function api.credit_order_close(text, boolean, text) to
    leissner_admin, leissner_finance, leissner_credit, leissner_batch, leissner_integration;

create function api.credit_order_again(p_order text default null)
returns bigint
language sql volatile
return logic.order_again(p_order);

comment on function api.credit_order_again(text) is
$$Failed orders (without a number: all) that are still the last of their line are to be sent again: how many.
Example: select api.credit_order_again() where false
Raises: LB901$$;
grant execute on function api.credit_order_again(text) to
    leissner_admin, leissner_finance, leissner_credit, leissner_batch, leissner_integration;

create function api.credit_order_begin()
returns boolean
language sql volatile
return pg_try_advisory_lock(hashtextextended('billing.credit_order send', 0));

comment on function api.credit_order_begin() is
$$Does nobody else send orders to the switch? Then this session does, until credit_order_end or its own end.
Example: select api.credit_order_begin() where false
Raises: nothing$$;
grant execute on function api.credit_order_begin() to
    leissner_admin, leissner_finance, leissner_credit, leissner_batch, leissner_integration;

create function api.credit_order_end()
returns boolean
language sql volatile
return pg_advisory_unlock(hashtextextended('billing.credit_order send', 0));

comment on function api.credit_order_end() is
$$Others may send orders again.
Example: select api.credit_order_end() where false
Raises: nothing$$;
grant execute on function api.credit_order_end() to
    leissner_admin, leissner_finance, leissner_credit, leissner_batch, leissner_integration;
