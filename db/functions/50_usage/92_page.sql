-- 50_usage/page: the live list of calls and the page of one call, each level with what it may see.

create type logic.call_look as (
    from_on date,
    to_on date,
    customers bigint[],
    seller_id bigint,
    a text,
    b text,
    destinations bigint[],
    mode_id bigint,
    carrier_id bigint,
    least numeric,
    most numeric,
    load_id bigint,
    kind text,
    is_direct boolean,
    lines bigint[],
    contract_id bigint
);
comment on type logic.call_look is
'What of the calls is asked for, within what the session may see; NULL: no condition.';

create function logic.has_full_numbers()
returns boolean
language sql stable
return access.customer_id() is null or coalesce(
    (
        select customer.has_full_numbers
        from billing.customer where customer.customer_id = access.customer_id()
    ),
    false
);

comment on function logic.has_full_numbers() is
$$May the session see called numbers in full? A customer's login as its specification shows them.
Example: select logic.has_full_numbers() where false
Raises: nothing$$;

create function logic.number_masked(p_number text)
returns text
language sql immutable parallel safe
return case when length(p_number) < 4 then p_number else left(p_number, -3) || 'xxx' end;

comment on function logic.number_masked(text) is
$$A called number as a specification without full numbers has it.
Example: select logic.number_masked('46701234567')
Raises: nothing$$;

create function logic.call_look_get(p_filter jsonb)
returns logic.call_look
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_look logic.call_look;
    v_holders bigint[];
    v_like text := lower(p_filter ->> 'destination');
begin
    v_look.from_on := p_filter ->> 'from';
    v_look.to_on := p_filter ->> 'to';
    v_look.least := p_filter ->> 'least';
    v_look.most := p_filter ->> 'most';
    v_look.load_id := p_filter ->> 'load';
    v_look.a := logic.number_typed(nullif(p_filter ->> 'a', ''));
    v_look.b := logic.number_typed(nullif(p_filter ->> 'b', ''));
    if not logic.has_full_numbers() then
        -- what is masked cannot be found out by asking digit after digit either
        v_look.b := left(v_look.b, 8);
    end if;
    if p_filter ->> 'customer' <> '' then
        v_look.customers := array(
            with recursive below as (
                select customer.customer_id
                from billing.customer where customer.customer_no = p_filter ->> 'customer'
                union all
                select customer.customer_id
                from below
                inner join billing.customer on customer.parent_id = below.customer_id
                where p_filter ->> 'only' is distinct from '1'
            )

            select below.customer_id from below
        );
    end if;
    if p_filter ->> 'contract' <> '' then
        -- calls stand under their customer; a contract that was another's is rated again under its own
        select coalesce(max(contract.contract_id), 0), coalesce(array_agg(contract.customer_id), '{}')
        into v_look.contract_id, v_holders
        from billing.contract
        where
            contract.contract_no = p_filter ->> 'contract'
            and (v_look.customers is null or contract.customer_id = any(v_look.customers));
        v_look.customers := v_holders;
    end if;
    if p_filter ->> 'invoice' <> '' then
        -- the calls of a document, or of one of its lines
        select
            coalesce(array_agg(line.invoice_line_id), '{}'), array_agg(distinct line.customer_id),
            greatest(v_look.from_on, min(lower(line.valid))), least(v_look.to_on, max(upper(line.valid)))
        into v_look.lines, v_look.customers, v_look.from_on, v_look.to_on
        from billing.invoice
        inner join billing.invoice_line as line on line.invoice_id = invoice.invoice_id
        where
            line.charge_kind = 'usage'
            and (
                invoice.invoice_no = p_filter ->> 'invoice'
                or access.is_staff()
                and invoice.invoice_id
                = substring(p_filter ->> 'invoice' from '^draft ([0-9]{1,18})$')::bigint
            )
            and line.place = coalesce((p_filter ->> 'line')::integer, line.place)
            and (v_look.customers is null or line.customer_id = any(v_look.customers));
    end if;
    if length(v_look.a) >= 8 then
        -- the number of a subscriber leads to the customers that have or had it
        v_holders := array(
            select contract.customer_id
            from billing.subscriber_number as own
            inner join billing.contract_line as line on line.contract_line_id = own.contract_line_id
            inner join billing.contract on contract.contract_id = line.contract_id
            where own.kind = 'number' and own.span @> billing.number_point(v_look.a)
        );
        if v_holders <> '{}' then
            v_look.customers := case
                when v_look.customers is null then v_holders
                else array(select unnest(v_look.customers) intersect select unnest(v_holders))
            end;
        end if;
    end if;
    v_look.kind := nullif(p_filter ->> 'kind', '');
    v_look.is_direct := access.is_staff() and p_filter ->> 'seller' = '-';
    if access.is_staff() and p_filter ->> 'seller' <> '-' then
        v_look.seller_id := coalesce(
            (select seller.seller_id from billing.seller where seller.code = p_filter ->> 'seller'), 0
        );
    end if;
    if access.seller_id() is not null then
        v_look.seller_id := access.seller_id();
    elsif access.customer_id() is not null then
        v_look.customers := case
            when v_look.customers is null then access.customer_ids()
            else array(select unnest(v_look.customers) intersect select unnest(access.customer_ids()))
        end;
    elsif not access.is_staff() then
        v_look.customers := '{}';
    end if;
    if v_like <> '' or p_filter ->> 'country' <> '' or p_filter ->> 'product' <> '' then
        -- =CODE: that destination and no other; -SE: all countries but that
        v_look.destinations := array(
            select destination.destination_id
            from billing.destination
            inner join billing.product on product.product_id = destination.product_id
            where
                (
                    coalesce(v_like, '') = '' or lower(destination.code) = ltrim(v_like, '=')
                    or v_like not like '=%' and (
                        strpos(lower(destination.name), v_like) > 0 or lower(destination.country) = v_like
                    )
                )
                and (
                    coalesce(p_filter ->> 'country', '') = '' or destination.country = p_filter ->> 'country'
                    or p_filter ->> 'country' like '-%'
                    and '-' || destination.country <> p_filter ->> 'country'
                )
                and (coalesce(p_filter ->> 'product', '') = '' or product.code = p_filter ->> 'product')
        );
    end if;
    if p_filter ->> 'mode' <> '' then
        v_look.mode_id := coalesce(
            (select mode.mode_id from billing.mode where mode.code = p_filter ->> 'mode'), 0
        );
    end if;
    if p_filter ->> 'carrier' <> '' and access.is_staff() then
        v_look.carrier_id := coalesce(
            (select carrier.carrier_id from billing.carrier where carrier.code = p_filter ->> 'carrier'), 0
        );
    end if;
    -- Days without any such call, by the totals, need not be searched: what is rare or not there is found at
    -- once.
    if
        v_look.from_on is not null and v_look.customers is null
        and num_nonnulls(v_look.destinations, v_look.mode_id, v_look.carrier_id) > 0
    then
        select
            greatest(v_look.from_on, min(total.day)), least(v_look.to_on, max(total.day) + 1),
            case when count(*) = 0 then '{}'::bigint[] end
        into v_look.from_on, v_look.to_on, v_look.customers
        from billing.call_day as total
        where
            total.day >= v_look.from_on and total.day < coalesce(v_look.to_on, 'infinity')
            and (v_look.destinations is null or total.destination_id = any(v_look.destinations))
            and (v_look.mode_id is null or total.mode_id = v_look.mode_id)
            and (v_look.carrier_id is null or total.carrier_id = v_look.carrier_id);
    end if;
    return v_look;
end;
$$;

comment on function logic.call_look_get(jsonb) is
$$What of the calls is asked for, within what the session may see: from, to (the day after the last), customer
(with those below it), a and b (numbers or their beginnings), destination (code, country or a part of the
name), mode, carrier, least and most (price), load (only calls rated after it), invoice (a document) and line
(its place there).
Example: select logic.call_look_get('{"from": "2026-10-01", "customer": "1001"}') where false
Raises: nothing$$;

create function logic.call_pick(p_look logic.call_look)
returns setof billing.call
language sql stable rows 1000
begin atomic
    select call.*
    from billing.call
    where
        (p_look.from_on is null or call.start_on >= p_look.from_on)
        and (p_look.to_on is null or call.start_on < p_look.to_on)
        and (p_look.customers is null or call.customer_id = any(p_look.customers))
        and (p_look.contract_id is null or call.contract_id = p_look.contract_id)
        and (p_look.seller_id is null or call.seller_id = p_look.seller_id)
        and (p_look.a is null or call.a_number like p_look.a || '%')
        and (p_look.b is null or call.b_number like p_look.b || '%')
        and (p_look.destinations is null or call.destination_id = any(p_look.destinations))
        and (p_look.mode_id is null or call.mode_id = p_look.mode_id)
        and (p_look.carrier_id is null or call.carrier_id = p_look.carrier_id)
        and (p_look.least is null or call.retail >= p_look.least)
        and (p_look.most is null or call.retail <= p_look.most)
        and (p_look.load_id is null or call.load_id > p_look.load_id)
        and (p_look.is_direct is not true or call.seller_id is null)
        and (
            p_look.lines is null
            or exists (
                select from billing.call_billed as billed
                where
                    billed.customer_id = call.customer_id and billed.start_on = call.start_on
                    and billed.call_id = call.call_id and billed.invoice_line_id = any(p_look.lines)
            )
        )
        and (
            p_look.kind is null
            or (
                select customer.kind from billing.customer where customer.customer_id = call.customer_id
            ) = p_look.kind
        );
end;

comment on function logic.call_pick(logic.call_look) is
$$The calls that are asked for; inlined, so that the conditions which are NULL cost nothing.
Example: select call from logic.call_pick(logic.call_look_get('{}')) as call where false
Raises: nothing$$;

create function logic.call_list(p_filter jsonb, p_after text, p_limit integer)
returns table (
    place text, call text, started_at timestamptz, customer_no text, customer text, contract_no text,
    a_number text, b_number text, mode text, unit text, destination text, destination_name text,
    country text, product text, carrier text, seller text, units bigint, billed bigint, regular numeric,
    bundled numeric, discount numeric, retail numeric, currency text, cost numeric, margin numeric,
    price_list text
)
language plpgsql stable security definer rows 50
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_is_staff boolean := access.is_staff();
    v_is_seller boolean := access.seller_id() is not null;
    v_is_full boolean := logic.has_full_numbers();
    v_look logic.call_look;
    v_after_on date;
    v_after_at timestamptz;
    v_after_id bigint;
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch', 'integration',
        'seller', 'customer'
    );
    v_look := logic.call_look_get(p_filter);
    if p_after ~ '^[0-9-]+\.[0-9]+\.[0-9]+$' then
        v_after_on := split_part(p_after, '.', 1);
        v_after_at := to_timestamp(split_part(p_after, '.', 2)::bigint);
        v_after_id := split_part(p_after, '.', 3);
    end if;
    return query
    with picked as materialized (
        select call.*
        from logic.call_pick(v_look) as call
        where
            v_after_on is null
            or call.start_on <= v_after_on
            and (call.start_on, call.started_at, call.call_id) < (v_after_on, v_after_at, v_after_id)
        order by call.start_on desc, call.started_at desc, call.call_id desc
        limit p_limit
    )

    select
        format('%s.%s.%s', call.start_on, extract(epoch from call.started_at)::bigint, call.call_id),
        source.code || ':' || call.key, call.started_at, customer.customer_no, customer.name,
        contract.contract_no, coalesce(call.account, call.a_number),
        case when v_is_full then call.b_number else logic.number_masked(call.b_number) end, mode.code,
        mode.unit, destination.code, destination.name, destination.country, product.code,
        case when v_is_staff then carrier.code end, case when v_is_staff or v_is_seller then seller.code end,
        call.units, call.billed, call.regular, call.bundled, call.discount, call.retail, list.currency,
        case when v_is_staff then call.cost_base when v_is_seller then call.reseller_base end,
        case
            when v_is_staff then call.retail_base - call.cost_base
            when v_is_seller then call.retail_base - call.reseller_base
        end,
        case when v_is_staff or v_is_seller then list.code end
    from picked as call
    inner join billing.cdr_source as source on source.source_id = call.source_id
    inner join billing.customer on customer.customer_id = call.customer_id
    inner join billing.contract on contract.contract_id = call.contract_id
    inner join billing.mode on mode.mode_id = call.mode_id
    inner join billing.destination on destination.destination_id = call.destination_id
    inner join billing.product on product.product_id = destination.product_id
    inner join billing.price_list as list on list.price_list_id = call.retail_list_id
    left join billing.carrier on carrier.carrier_id = call.carrier_id
    left join billing.seller on seller.seller_id = call.seller_id
    order by call.start_on desc, call.started_at desc, call.call_id desc;
end;
$$;

comment on function logic.call_list(jsonb, text, integer) is
$$Rated calls that match (logic.call_look_get), the newest first, after the one whose place is p_after; for a
seller cost is the reseller price, for a customer there is none, and called numbers are masked unless the
customer's specification shows them.
Example: select * from logic.call_list('{"from": "2026-10-01"}', null, 50) where false
Raises: LB901 without a level that may look at calls$$;

create function logic.call_sums(p_filter jsonb, p_most integer)
returns table (
    count bigint, seconds numeric, retail numeric, currency text, cost numeric, margin numeric
)
language plpgsql stable security definer rows 1
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_is_staff boolean := access.is_staff();
    v_look logic.call_look;
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch', 'integration',
        'seller', 'customer'
    );
    v_look := logic.call_look_get(p_filter);
    if p_most is not null and (
        select count(*) from (select from logic.call_pick(v_look) as call limit p_most + 1) as few
    ) > p_most then
        return;
    end if;
    return query
    select
        count(*), sum(call.units) filter (where mode.unit = 'second'),
        sum(call.retail_base), (select operator.currency from billing.operator),
        case
            when v_is_staff then sum(call.cost_base)
            when v_look.seller_id is not null then sum(call.reseller_base)
        end,
        case
            when v_is_staff then sum(call.retail_base - call.cost_base)
            when v_look.seller_id is not null then sum(call.retail_base - call.reseller_base)
        end
    from logic.call_pick(v_look) as call
    inner join billing.mode on mode.mode_id = call.mode_id;
end;
$$;

comment on function logic.call_sums(jsonb, integer) is
$$How many calls match and their sums in the operator's currency; no row where there are more than p_most.
Example: select * from logic.call_sums('{"from": "2026-10-01"}', 10000) where false
Raises: LB901 without a level that may look at calls$$;

create function logic.call_newest()
returns table (last_on date, load_id bigint)
language plpgsql stable security definer rows 1
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_look logic.call_look;
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch', 'integration',
        'seller', 'customer'
    );
    v_look := logic.call_look_get('{}');
    return query
    select
        case
            when v_look.customers is null and v_look.seller_id is null
                then (select max(call.start_on) from billing.call)
            else (select max(call.start_on) from logic.call_pick(v_look) as call)
        end,
        (select coalesce(max(load.load_id), 0) from billing.load);
end;
$$;

comment on function logic.call_newest() is
$$The last day with calls that the session may see, and the newest batch there is.
Example: select * from logic.call_newest() where false
Raises: LB901 without a level that may look at calls$$;

create function logic.call_find(p_call text)
returns billing.call
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_source_id bigint;
    v_hash bytea := substring(
        sha256(convert_to(substring(p_call from position(':' in p_call) + 1), 'UTF8')) for 16
    );
    v_start_on date;
    v_call billing.call;
begin
    select source.source_id into v_source_id
    from billing.cdr_source as source where source.code = split_part(p_call, ':', 1);
    select known.start_on into v_start_on
    from billing.call_key as known where known.source_id = v_source_id and known.key_hash = v_hash;
    select call.* into v_call
    from billing.call
    where call.start_on = v_start_on and call.source_id = v_source_id and call.key_hash = v_hash
        and (
            access.is_staff() or call.seller_id = access.seller_id()
            or access.customer_id() is not null and call.customer_id = any(access.customer_ids())
        );
    return v_call;
end;
$$;

comment on function logic.call_find(text) is
$$A rated call named source:key, where the session may see it; else a row of NULLs.
Example: select logic.call_find('plain:k00002') where false
Raises: nothing$$;

create function logic.call_get(p_call text)
returns table (
    call text, started_at timestamptz, customer_no text, customer text, contract_no text, line_no integer,
    a_number text, b_number text, mode text, unit text, destination text, destination_name text,
    product text, units bigint, billed bigint, regular numeric, bundled numeric, discount numeric,
    retail numeric, currency text, retail_base numeric, base_currency text, reseller numeric,
    reseller_currency text, cost numeric, cost_currency text, cost_base numeric, margin numeric,
    carrier text, seller text, price_list text, file text, file_id bigint, file_line bigint,
    rated_at timestamptz
)
language plpgsql stable security definer rows 1
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_is_staff boolean := access.is_staff();
    v_is_seller boolean := access.seller_id() is not null;
    v_call billing.call;
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch', 'integration',
        'seller', 'customer'
    );
    v_call := logic.call_find(p_call);
    return query
    select
        p_call, v_call.started_at, customer.customer_no, customer.name, contract.contract_no,
        line.line_no::integer, coalesce(v_call.account, v_call.a_number),
        case
            when logic.has_full_numbers() then v_call.b_number else logic.number_masked(v_call.b_number)
        end,
        mode.code, mode.unit, destination.code, destination.name, product.code, v_call.units, v_call.billed,
        v_call.regular, v_call.bundled, v_call.discount, v_call.retail, list.currency, v_call.retail_base,
        operator.currency, case when v_is_staff or v_is_seller then v_call.reseller end,
        case when v_is_staff or v_is_seller then reseller_list.currency end,
        case when v_is_staff then v_call.cost end, case when v_is_staff then cost_list.currency end,
        case when v_is_staff then v_call.cost_base when v_is_seller then v_call.reseller_base end,
        case
            when v_is_staff then v_call.retail_base - v_call.cost_base
            when v_is_seller then v_call.retail_base - v_call.reseller_base
        end,
        case when v_is_staff then carrier.code end, case when v_is_staff or v_is_seller then seller.code end,
        case when v_is_staff or v_is_seller then list.code end, case when v_is_staff then file.name end,
        case when v_is_staff then file.file_id end, case when v_is_staff then v_call.line_no end,
        case when v_is_staff then load.finished_at end
    from billing.customer
    inner join billing.contract on contract.contract_id = v_call.contract_id
    inner join billing.contract_line as line on line.contract_line_id = v_call.contract_line_id
    inner join billing.mode on mode.mode_id = v_call.mode_id
    inner join billing.destination on destination.destination_id = v_call.destination_id
    inner join billing.product on product.product_id = destination.product_id
    inner join billing.price_list as list on list.price_list_id = v_call.retail_list_id
    cross join billing.operator
    left join billing.price_list as reseller_list on reseller_list.price_list_id = v_call.reseller_list_id
    left join billing.price_list as cost_list on cost_list.price_list_id = v_call.cost_list_id
    left join billing.carrier on carrier.carrier_id = v_call.carrier_id
    left join billing.seller on seller.seller_id = v_call.seller_id
    left join billing.cdr_file as file on file.file_id = v_call.file_id
    left join billing.load on load.load_id = v_call.load_id
    where customer.customer_id = v_call.customer_id;
end;
$$;

comment on function logic.call_get(text) is
$$The facts of a rated call named source:key, within what the session may see; no row where it is not rated or
not to be seen.
Example: select * from logic.call_get('plain:k00002') where false
Raises: LB901 without a level that may look at calls$$;

create function logic.call_invoice_list(p_call text)
returns table (
    invoice_no text, invoice_on date, state text, kind text, run bigint, line integer, amount numeric,
    currency text, turn smallint
)
language plpgsql stable security definer rows 5
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_is_staff boolean := access.is_staff();
    v_call billing.call;
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch', 'integration',
        'seller', 'customer'
    );
    v_call := logic.call_find(p_call);
    return query
    select
        invoice.invoice_no, invoice.invoice_on, invoice.state, invoice.kind,
        case when v_is_staff then invoice.bill_run_id end, line.place, billed.amount, invoice.currency,
        billed.turn
    from billing.call_billed as billed
    inner join billing.invoice_line as line on line.invoice_line_id = billed.invoice_line_id
    inner join billing.invoice on invoice.invoice_id = line.invoice_id
    where
        billed.customer_id = v_call.customer_id and billed.start_on = v_call.start_on
        and billed.call_id = v_call.call_id and (v_is_staff or invoice.state <> 'draft')
    order by billed.invoice_line_id;
end;
$$;

comment on function logic.call_invoice_list(text) is
$$The documents that a call (source:key) stands on; drafts for staff only.
Example: select * from logic.call_invoice_list('plain:k00002') where false
Raises: LB901 without a level that may look at calls$$;

create function logic.call_former_list(p_call text)
returns table (
    replaced_at timestamptz, rerate bigint, asked_by text, why text, destination text, price_list text,
    regular numeric, bundled numeric, discount numeric, retail numeric, currency text, cost_base numeric
)
language plpgsql stable security definer rows 5
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_call billing.call;
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch', 'integration'
    );
    v_call := logic.call_find(p_call);
    return query
    select
        former.replaced_at, former.rerate_id, rerate.asked_by, rerate.why, destination.code, list.code,
        former.regular, former.bundled, former.discount, former.retail, list.currency, former.cost_base
    from billing.call_former as former
    inner join billing.destination on destination.destination_id = former.destination_id
    inner join billing.price_list as list on list.price_list_id = former.retail_list_id
    left join billing.rerate on rerate.rerate_id = former.rerate_id
    where
        former.customer_id = v_call.customer_id and former.start_on = v_call.start_on
        and former.call_id = v_call.call_id
    order by former.replaced_at desc, former.load_id desc;
end;
$$;

comment on function logic.call_former_list(text) is
$$What a call (source:key) cost before re-rating, the latest version first.
Example: select * from logic.call_former_list('plain:k00002') where false
Raises: LB901 without a level of the staff that may look at calls$$;

create function logic.usage_choice_list()
returns table (kind text, code text, name text)
language plpgsql stable security definer rows 50
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
        'integration', 'seller', 'customer'
    );
    return query
    select 'mode', mode.code, mode.name from billing.mode
    union all
    select 'product', product.code, product.name from billing.product
    union all
    select 'carrier', carrier.code, carrier.name from billing.carrier where access.is_staff()
    union all
    select 'source', source.code, source.code from billing.cdr_source as source where access.is_staff()
    order by 1, 3;
end;
$$;

comment on function logic.usage_choice_list() is
$$What the filters of calls offer: modes and product types, and for staff carriers and sources.
Example: select * from logic.usage_choice_list() where false
Raises: LB901 without a level that may look at calls$$;

-- api

create function api.usage_choice_list()
returns table (kind text, code text, name text)
language sql stable
begin atomic
    select * from logic.usage_choice_list();
end;

comment on function api.usage_choice_list() is
$$What the filters of calls offer: modes and product types, and for staff carriers and sources.
Example: select * from api.usage_choice_list() where false
Raises: LB901 without a level that may look at calls$$;

create function api.call_list(
    p_filter jsonb default '{}', p_after text default null, p_limit integer default 51
)
returns table (
    place text, call text, started_at timestamptz, customer_no text, customer text, contract_no text,
    a_number text, b_number text, mode text, unit text, destination text, destination_name text,
    country text, product text, carrier text, seller text, units bigint, billed bigint, regular numeric,
    bundled numeric, discount numeric, retail numeric, currency text, cost numeric, margin numeric,
    price_list text
)
language sql stable
begin atomic
    select * from logic.call_list(p_filter, p_after, p_limit);
end;

comment on function api.call_list(jsonb, text, integer) is
$$Rated calls, the newest first, after the one whose place is p_after; p_filter: from, to (the day after the
last), customer (only = 1: not those below), a, b, destination, product, country, kind of customer,
seller (- is none), mode, carrier, least, most, load. Sellers see the reseller price as cost, customers no
cost, and called numbers masked unless their specification shows them.
Example: select * from api.call_list('{"from": "2026-10-01", "mode": "voice"}') where false
Raises: LB901 without a level that may look at calls$$;

create function api.call_find_list(
    p_from date default null, p_to date default null, p_customer_no text default null,
    p_contract_no text default null, p_a_number text default null, p_b_number text default null,
    p_destination text default null, p_country text default null, p_product text default null,
    p_mode text default null, p_carrier text default null, p_seller text default null,
    p_invoice_no text default null, p_after text default null, p_limit integer default 100
)
returns table (
    place text, call text, started_at timestamptz, customer_no text, customer text, contract_no text,
    a_number text, b_number text, mode text, unit text, destination text, destination_name text,
    country text, product text, carrier text, seller text, units bigint, billed bigint, regular numeric,
    bundled numeric, discount numeric, retail numeric, currency text, cost numeric, margin numeric,
    price_list text
)
language sql stable
begin atomic
    select *
    from logic.call_list(
        jsonb_strip_nulls(jsonb_build_object(
            'from', p_from, 'to', p_to, 'customer', p_customer_no, 'contract', p_contract_no,
            'a', p_a_number, 'b', p_b_number, 'destination', p_destination, 'country', p_country,
            'product', p_product, 'mode', p_mode, 'carrier', p_carrier, 'seller', p_seller,
            'invoice', p_invoice_no
        )),
        p_after, p_limit
    );
end;

comment on function
    api.call_find_list(
        date, date, text, text, text, text, text, text, text, text, text, text, text, text, integer
    ) is
$$Rated calls, the newest first: of local days from and before to, of a customer (with those below it), a
contract, numbers or their beginnings, a destination (code, country or a part of the name), a country, a
product type, a mode, a carrier, a seller (- is none), an invoice. call names each: source:key. Cost and
margin in the operator's currency: for a seller cost is the reseller price, for a customer there is none, and
called numbers are masked unless the customer's specification shows them.
Example: select * from api.call_find_list('2026-10-01', p_mode => 'voice') where false
Raises: LB901 without a level that may look at calls$$;

create function api.call_sums(p_filter jsonb default '{}', p_most integer default null)
returns table (
    count bigint, seconds numeric, retail numeric, currency text, cost numeric, margin numeric
)
language sql stable
begin atomic
    select * from logic.call_sums(p_filter, p_most);
end;

comment on function api.call_sums(jsonb, integer) is
$$How many calls match and their sums in the operator's currency; no row where there are more than p_most.
Example: select * from api.call_sums('{"from": "2026-10-01"}', 10000) where false
Raises: LB901 without a level that may look at calls$$;

create function api.call_newest()
returns table (last_on date, load_id bigint)
language sql stable
begin atomic
    select * from logic.call_newest();
end;

comment on function api.call_newest() is
$$The last day with calls that the session may see, and the newest batch there is.
Example: select * from api.call_newest() where false
Raises: LB901 without a level that may look at calls$$;

create function api.call_get(p_call text)
returns table (
    call text, started_at timestamptz, customer_no text, customer text, contract_no text, line_no integer,
    a_number text, b_number text, mode text, unit text, destination text, destination_name text,
    product text, units bigint, billed bigint, regular numeric, bundled numeric, discount numeric,
    retail numeric, currency text, retail_base numeric, base_currency text, reseller numeric,
    reseller_currency text, cost numeric, cost_currency text, cost_base numeric, margin numeric,
    carrier text, seller text, price_list text, file text, file_id bigint, file_line bigint,
    rated_at timestamptz
)
language sql stable
begin atomic
    select * from logic.call_get(p_call);
end;

comment on function api.call_get(text) is
$$The facts of a rated call named source:key; no row where it is not rated, or not to be seen.
Example: select * from api.call_get('plain:k00002') where false
Raises: LB901 without a level that may look at calls$$;

create function api.call_invoice_list(p_call text)
returns table (
    invoice_no text, invoice_on date, state text, kind text, run bigint, line integer, amount numeric,
    currency text, turn smallint
)
language sql stable
begin atomic
    select * from logic.call_invoice_list(p_call);
end;

comment on function api.call_invoice_list(text) is
$$The documents that a call (source:key) stands on, with the amount each has of it.
Example: select * from api.call_invoice_list('plain:k00002') where false
Raises: LB901 without a level that may look at calls$$;

grant execute on function
api.call_list(jsonb, text, integer),
api.call_find_list(
    date, date, text, text, text, text, text, text, text, text, text, text, text, text, integer
),
api.call_sums(jsonb, integer), api.call_newest(), api.call_get(text),
api.call_invoice_list(text), api.usage_choice_list()
to leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
leissner_auditor, leissner_batch, leissner_integration, leissner_seller, leissner_customer;
grant execute on function api.usage_choice_list() to leissner_report;

create function api.call_former_list(p_call text)
returns table (
    replaced_at timestamptz, rerate bigint, asked_by text, why text, destination text, price_list text,
    regular numeric, bundled numeric, discount numeric, retail numeric, currency text, cost_base numeric
)
language sql stable
begin atomic
    select * from logic.call_former_list(p_call);
end;

comment on function api.call_former_list(text) is
$$What a call (source:key) cost before re-rating, the latest version first.
Example: select * from api.call_former_list('plain:k00002') where false
Raises: LB901 without a level of the staff that may look at calls$$;
grant execute on function api.call_former_list(text)
to leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
leissner_auditor, leissner_batch, leissner_integration;
