-- 53_pricing/compare: two lists, or one on two days; fees; what a list itself says; who calls for a customer.

create function logic.price_compare(p_a text, p_on_a date, p_b text, p_on_b date)
returns table (
    key text, target text, name text, product text, mode text, band text, list_a text, setup_a numeric,
    rate_a numeric, blocked_a boolean, list_b text, setup_b numeric, rate_b numeric, blocked_b boolean
)
language plpgsql stable security definer rows 1000
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_a bigint;
    v_b bigint;
    v_questions record;
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    );
    v_a := logic.price_list_find(p_a, 'a');
    v_b := logic.price_list_find(p_b, 'b');
    select
        array_agg(destination.destination_id order by destination.destination_id, col.sample_id, col.band_id)
        as destinations,
        array_agg(col.sample_id order by destination.destination_id, col.sample_id, col.band_id) as modes,
        array_agg(col.band_id order by destination.destination_id, col.sample_id, col.band_id) as bands,
        array_agg(col.mode order by destination.destination_id, col.sample_id, col.band_id) as names
    into v_questions
    from (
        -- Called by the finest name that one of the two has.
        select distinct on (one.sample_id, one.band_id) one.sample_id, one.band_id, one.mode
        from (
            select * from logic.price_columns(v_a, p_on_a)
            union all
            select * from logic.price_columns(v_b, p_on_b)
        ) as one
        order by one.sample_id, one.band_id, one.mode = '*', one.mode like 'group:%'
    ) as col
    cross join billing.destination;
    return query
    with question as (
        select one.destination_id, one.mode_id, one.band_id, one.name, one.n
        from unnest(v_questions.destinations, v_questions.modes, v_questions.bands, v_questions.names)
            with ordinality as one (destination_id, mode_id, band_id, name, n)
    ),

    a as (
        select found.*
        from logic.price_search(array(
            select
                row(
                    v_a, question.destination_id, question.mode_id,
                    case when question.band_id is null then '{}' else array[question.band_id] end, p_on_a
                )::logic.price_key
            from question order by question.n
        )) as found
    ),

    b as (
        select found.*
        from logic.price_search(array(
            select
                row(
                    v_b, question.destination_id, question.mode_id,
                    case when question.band_id is null then '{}' else array[question.band_id] end, p_on_b
                )::logic.price_key
            from question order by question.n
        )) as found
    )

    select
        concat_ws('|', product.code, destination.name, destination.code, mode.code, band.code),
        'dest:' || destination.code, destination.name, product.code, question.name, band.code, list_a.code,
        a.setup,
        coalesce(a.rate, a.step_rate[1]), a.is_blocked, list_b.code, b.setup, coalesce(b.rate,
        b.step_rate[1]),
        b.is_blocked
    from question
    inner join billing.destination on destination.destination_id = question.destination_id
    inner join billing.product on product.product_id = destination.product_id
    inner join billing.mode on mode.mode_id = question.mode_id
    left join billing.band on band.band_id = question.band_id
    left join a on a.place = question.n
    left join b on b.place = question.n
    left join billing.price_item as item_a on item_a.price_item_id = a.items[1]
    left join billing.price_item as item_b on item_b.price_item_id = b.items[1]
    left join billing.price_list as list_a on list_a.price_list_id = item_a.price_list_id
    left join billing.price_list as list_b on list_b.price_list_id = item_b.price_list_id
    where
        (
            a.is_blocked, a.setup, a.rate, a.step_to, a.step_rate, a.first_increment, a.next_increment,
            a.free_units, a.free_mode, a.minimum, a.maximum
        ) is distinct from (
            b.is_blocked, b.setup, b.rate, b.step_to, b.step_rate, b.first_increment, b.next_increment,
            b.free_units, b.free_mode, b.minimum, b.maximum
        );
end;
$$;

comment on function logic.price_compare(text, date, text, date) is
$$Where two lists, or one on two days, ask for something else: the price of each destination in both, and the
list that it comes from. Of steps the first rate.
Example: select * from logic.price_compare('GOLD', '2026-11-01', 'BUSINESS', '2026-11-01') where false
Raises: LB110 for an unknown list, LB901 without a level of the staff that reads prices$$;

-- api

create function api.price_compare_list(p_a text, p_on_a date, p_b text, p_on_b date)
returns table (
    key text, target text, name text, product text, mode text, band text, list_a text, setup_a numeric,
    rate_a numeric, blocked_a boolean, list_b text, setup_b numeric, rate_b numeric, blocked_b boolean,
    difference numeric, percent numeric
)
language sql stable rows 1000
begin atomic
    select
        one.key, one.target, one.name, one.product, one.mode, one.band, one.list_a, one.setup_a, one.rate_a,
        one.blocked_a, one.list_b, one.setup_b, one.rate_b, one.blocked_b, one.rate_b - one.rate_a,
        round(logic.divide((one.rate_b - one.rate_a) * 100, nullif(one.rate_a, 0)), 1)
    from logic.price_compare(p_a, p_on_a, p_b, p_on_b) as one;
end;

comment on function api.price_compare_list(text, date, text, date) is
$$Where two lists, or one on two days, ask for something else.
Example: select * from api.price_compare_list('GOLD', '2026-11-01', 'GOLD', '2026-12-01') where false
Raises: LB110 for an unknown list, LB901 without a level of the staff that reads prices$$;

create function api.fee_list(p_list text, p_on date)
returns table (
    target text, service text, charge text, name text, kind text, rate numeric, list text, is_own boolean,
    percent numeric, amount numeric, is_blocked boolean, from_on date, to_on date, coming_on date
)
language sql stable rows 20
begin atomic
    with charge as (
        select
            one.service_charge_id, service.code as service, one.code,
            service.name || ': ' || one.name as name,
            one.kind, row_number() over (order by service.code, one.code) as n
        from billing.service_charge as one
        inner join billing.service on service.service_id = one.service_id
    ),

    asked as (
        select list.price_list_id from billing.price_list as list where list.code = p_list
    )

    select
        'service:' || charge.service || ':' || charge.code, charge.service, charge.code, charge.name,
        charge.kind,
        price.rate, list.code, list.code = p_list, item.percent::numeric, item.amount::numeric,
        item.is_blocked,
        lower(item.valid), upper(item.valid), later.from_on
    from charge
    cross join asked
    left join logic.fee_search(array(
        select row(asked.price_list_id, one.service_charge_id, p_on)::logic.fee_key
        from charge as one cross join asked
        order by one.n
    )) as price on price.place = charge.n
    left join lateral (
        select own.*
        from logic.list_chain(asked.price_list_id) as chain
        inner join billing.price_item as own
            on
                own.price_list_id = chain.price_list_id
                and own.target_key = charge.service_charge_id * 8 + 4 and own.valid @> p_on
        order by chain.step
        limit 1
    ) as item on true
    left join billing.price_list as list on list.price_list_id = item.price_list_id
    left join lateral (
        select min(lower(own.valid)) as from_on
        from billing.price_item as own
        where
            own.price_list_id = asked.price_list_id and own.target_key = charge.service_charge_id * 8 + 4
            and lower(own.valid) > p_on
    ) as later on true
    order by charge.n;
end;

comment on function api.fee_list(text, date) is
$$What a list asks for the charges of services on a day, and from which list that comes.
Example: select * from api.fee_list('GOLD', '2026-11-01')
Raises: nothing$$;

create function api.price_own_list(p_list text)
returns table (
    price_item_id bigint, target text, mode text, band text, from_on date, to_on date, is_blocked boolean,
    setup numeric, rate numeric, step_to bigint[], step_rate numeric[], first_increment bigint,
    next_increment bigint, free_units bigint, minimum numeric, maximum numeric, percent numeric,
    amount numeric, file_name text, line_no int
)
language sql stable rows 1000
begin atomic
    select
        item.price_item_id, logic.target_text(item.target_key), logic.mode_text(item.mode_id,
        item.mode_group),
        band.code, lower(item.valid), upper(item.valid), item.is_blocked, item.setup::numeric,
        item.rate::numeric, item.step_to, item.step_rate::numeric[], item.first_increment,
        item.next_increment, item.free_units, item.minimum::numeric, item.maximum::numeric,
        item.percent::numeric, item.amount::numeric, sheet.file_name, origin.line_no
    from billing.price_list as list
    inner join billing.price_item as item on item.price_list_id = list.price_list_id
    left join billing.destination on destination.destination_id = item.destination_id
    left join billing.destination_group
        on destination_group.destination_group_id = item.destination_group_id
    left join billing.product on product.product_id = item.product_id
    left join billing.mode on mode.mode_id = item.mode_id
    left join billing.band on band.band_id = item.band_id
    left join billing.price_origin as origin on origin.price_item_id = item.price_item_id
    left join billing.rate_sheet as sheet on sheet.rate_sheet_id = origin.rate_sheet_id
    where list.code = p_list;
end;

comment on function api.price_own_list(text) is
$$All price items that a list itself has, past and future ones too, with the file and line that brought them.
Example: select * from api.price_own_list('GOLD')
Raises: nothing$$;

create function api.rate_sheet_list(p_list text)
returns table (
    rate_sheet_id bigint, file_name text, size bigint, counts jsonb, options jsonb, imported_at timestamptz,
    imported_by text
)
language sql stable rows 20
begin atomic
    select
        sheet.rate_sheet_id, sheet.file_name, length(sheet.content)::bigint, sheet.counts, sheet.options,
        sheet.imported_at, sheet.imported_by
    from billing.rate_sheet as sheet
    inner join billing.price_list as list on list.price_list_id = sheet.price_list_id
    where list.code = p_list
    order by sheet.rate_sheet_id desc;
end;

comment on function api.rate_sheet_list(text) is
$$The rate sheets that were imported into a list, the newest first.
Example: select * from api.rate_sheet_list('TERRA')
Raises: nothing$$;

create function api.caller_find(p_who text, p_on date)
returns table (number text, customer_no text, customer text)
language sql stable rows 1
begin atomic
    with recursive below as (
        select customer.customer_id, customer.customer_no, customer.name, 1 as rank
        from billing.customer where customer.customer_no = p_who
        union all
        select customer.customer_id, customer.customer_no, customer.name, below.rank + 1
        from below
        inner join billing.customer on customer.parent_id = below.customer_id
    )

    select found.number, found.customer_no, found.name
    from (
        select own.number, customer.customer_no, customer.name, customer.rank
        from below as customer
        inner join billing.contract on contract.customer_id = customer.customer_id
        inner join billing.contract_line as line on line.contract_id = contract.contract_id
        inner join billing.subscriber_number as own on own.contract_line_id = line.contract_line_id
        where
            own.kind = 'number' and contract.state = 'active' and own.valid @> p_on
        union all
        select logic.dialled(p_who), null, null, 1
        where logic.dialled(p_who) is not null and not exists (select from below)
    ) as found
    order by found.rank, found.number
    limit 1;
end;

comment on function api.caller_find(text, date) is
$$A number that a customer, or one below it, calls from on a day, by customer number; else the number itself,
in E.164.
Example: select * from api.caller_find('1000', '2026-11-01')
Raises: nothing$$;

create function api.dialled(p_number text)
returns text
language sql stable
return logic.dialled(p_number);

comment on function api.dialled(text) is
$$The E.164 digits of a number as people write it; NULL where it is none.
Example: select api.dialled('0701-23 45 67')
Raises: nothing$$;

grant execute on function
    api.price_compare_list(text, date, text, date), api.fee_list(text, date), api.price_own_list(text),
    api.rate_sheet_list(text), api.caller_find(text, date), api.dialled(text)
to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;
