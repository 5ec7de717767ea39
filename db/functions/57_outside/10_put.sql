-- 57_outside/put: customers, contracts and numbers that another system owns, made here when it names them.

create type logic.outside_number as (kind text, number text, to_number text);
comment on type logic.outside_number is
'A number, a block up to to_number, or an account, as subscriber_number has it.';

create function logic.outside_number_list(p_numbers text[], p_accounts text[])
returns logic.outside_number[]
language sql stable
begin atomic
    with given as materialized (
        select 'number' as kind, both_ends.number, nullif(both_ends.to_number, both_ends.number) as to_number
        from unnest(p_numbers) as one (text)
        cross join lateral (
            select
                logic.number_typed(split_part(one.text, '..', 1)) as number,
                nullif(logic.number_typed(split_part(one.text, '..', 2)), '') as to_number
        ) as both_ends
        union all
        select 'account', btrim(one.text), null from unnest(p_accounts) as one (text)
    )

    select coalesce(
        array_agg(distinct row(given.kind, given.number, given.to_number)::logic.outside_number), '{}'
    )
    from given
    where
        given.to_number is not null
        or not exists (
            select from given as block
            where
                block.to_number is not null and block.kind = given.kind
                and length(block.number) = length(given.number)
                and given.number >= block.number and given.number <= block.to_number
        );
end;

comment on function logic.outside_number_list(text[], text[]) is
$$Numbers as people write them, blocks as first..last, and accounts, each once; none that lies in a block.
Example: select logic.outside_number_list('{+46902003000,+46902003100..+46902003199}', '{}')
Raises: nothing$$;

create function logic.outside_rule()
returns table (is_created boolean, service text, price_list text)
language plpgsql stable security definer rows 1
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'sales', 'support', 'batch', 'integration');
    return query
    select
        coalesce(
            logic.setting_get('outside_create') = 'yes',
            (select operator.mode = 'basis' from billing.operator), false
        ),
        logic.setting_get('outside_service'), logic.setting_get('outside_price_list');
end;
$$;

comment on function logic.outside_rule() is
$$What the settings say of customers of an outside system: is what is missing created, and with which service
and price list where none is named?
Example: select * from logic.outside_rule()
Raises: LB901 without the level sales, support, batch, integration or admin$$;

-- Definer: under row-level security no index serves ranges.
create function logic.outside_held_list(p_numbers logic.outside_number[], p_valid daterange)
returns table (
    subscriber_number_id bigint, is_whole boolean, is_within boolean, valid daterange,
    contract_line_id bigint, kind text, number text
)
language plpgsql stable security definer rows 5
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'sales', 'support', 'batch', 'integration');
    return query
    select
        own.subscriber_number_id,
        own.number = asked.number and own.to_number is not distinct from asked.to_number,
        own.span @> asked.span, own.valid, own.contract_line_id, asked.kind, asked.number
    from (
        select
            one.*,
            int8range(
                billing.number_point(least(one.number, one.to_number)),
                billing.number_point(greatest(one.number, one.to_number)), '[]'
            ) as span
        from unnest(p_numbers) as one
        where one.kind = 'number'
    ) as asked
    inner join billing.subscriber_number as own
        on own.kind = 'number' and own.valid && p_valid and own.span && asked.span
    union all
    select own.subscriber_number_id, true, true, own.valid, own.contract_line_id, asked.kind, asked.number
    from unnest(p_numbers) as asked
    inner join billing.subscriber_number as own
        on own.kind = 'account' and own.number = asked.number and own.valid && p_valid
    where asked.kind = 'account';
end;
$$;

comment on function logic.outside_held_list(logic.outside_number[], daterange) is
$$Rows of subscriber_number that have a part of the numbers (kind, number) in the period; is_whole: of just
that number or block; is_within: of a block that has all of it.
Example: select * from logic.outside_held_list('{}', daterange('2026-11-01', null))
Raises: LB901 without the level sales, support, batch, integration or admin$$;

create function logic.outside_line_put(
    p_customer_id bigint, p_contract_no text, p_service text, p_day date, p_is_earlier boolean,
    p_numbers logic.outside_number[],
    out contract_no text, out contract_line_id bigint, out line_no integer, out created text[],
    out changed text[]
)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_rule record;
    v_customer_no text;
    v_contract billing.contract;
    v_numbers text[];
    v_held bigint[];
    v_lines bigint[];
    v_line billing.contract_line;
    v_service text;
begin
    select rule.* into v_rule from logic.outside_rule() as rule;
    select customer.customer_no into v_customer_no
    from billing.customer where customer.customer_id = p_customer_id;
    created := '{}';
    changed := '{}';
    v_held := array(
        select held.contract_line_id
        from logic.outside_held_list(p_numbers, daterange(p_day, p_day, '[]')) as held
    );

    -- The contract that is named, else that which has the numbers, else the only one, else a new one.
    contract_no := coalesce(p_contract_no, (
        select contract.contract_no
        from billing.contract_line as line
        inner join billing.contract on contract.contract_id = line.contract_id
        where line.contract_line_id = any(v_held) and contract.customer_id = p_customer_id
        order by contract.contract_no
        limit 1
    ));
    if contract_no is null then
        v_numbers := array(
            select contract.contract_no from billing.contract
            where
                contract.customer_id = p_customer_id and contract.state = 'active'
                and contract.valid is not null and coalesce(upper(contract.valid), 'infinity') > p_day
        );
        if cardinality(v_numbers) > 1 then
            perform billing.fail(
                'LB841', jsonb_build_object('customer', v_customer_no, 'field', 'contract_no')
            );
        end if;
        contract_no := coalesce(v_numbers[1], v_customer_no);
    end if;
    select contract.* into v_contract
    from billing.contract where contract.contract_no = outside_line_put.contract_no
    for update;
    if not found then
        if not v_rule.is_created then
            perform billing.fail('LB840', jsonb_build_object('code', contract_no, 'field', 'contract_no'));
        end if;
        insert into billing.contract (contract_no, customer_id, start_on)
        values (contract_no, p_customer_id, p_day)
        returning contract.* into v_contract;
        created := created || 'contract'::text;
    end if;
    if v_contract.customer_id <> p_customer_id then
        perform billing.fail('LB842', jsonb_build_object(
            'contract', contract_no, 'field', 'contract_no', 'customer', (
                select customer.customer_no from billing.customer
                where customer.customer_id = v_contract.customer_id
            )
        ));
    elsif
        v_contract.state <> 'active' or v_contract.valid is null or p_day >= upper(v_contract.valid)
        or not p_is_earlier and p_day < lower(v_contract.valid)
    then
        perform billing.fail('LB400', jsonb_build_object(
            'what', 'contract', 'code', format('%s (%s)', contract_no, p_day), 'field', 'contract_no'
        ));
    end if;

    -- The line of the service that is named; else the one that has the numbers, or the only one; else one of
    -- the service that the settings name.
    v_lines := array(
        select line.contract_line_id
        from billing.contract_line as line
        inner join billing.service on service.service_id = line.service_id
        where
            line.contract_id = v_contract.contract_id and line.valid is not null
            and coalesce(upper(line.valid), 'infinity') > p_day
            and (p_service is null or service.code = p_service)
        order by line.contract_line_id = any(v_held) desc, line.valid @> p_day desc, line.line_no
    );
    v_service := coalesce(p_service, v_rule.service);
    if p_service is null and cardinality(v_lines) > 1 and v_lines[1] <> all(v_held) then
        v_lines := array(
            select line.contract_line_id
            from unnest(v_lines) with ordinality as one (line_id, place)
            inner join billing.contract_line as line on line.contract_line_id = one.line_id
            inner join billing.service on service.service_id = line.service_id and service.code = v_service
            order by one.place
        );
    end if;
    if cardinality(v_lines) > 0 then
        select line.* into v_line from billing.contract_line as line where line.contract_line_id = v_lines[1];
    end if;

    -- What begins later begins earlier from now on, as long as no document has any of it.
    if
        greatest(lower(v_contract.valid), lower(v_line.valid)) > p_day
        and exists (
            select
            from billing.contract_line as line
            inner join billing.invoice_line as billed on billed.contract_line_id = line.contract_line_id
            where line.contract_id = v_contract.contract_id
        )
    then
        perform billing.fail('LB843', jsonb_build_object(
            'contract', contract_no, 'day', p_day, 'field', 'from_on',
            'start', greatest(lower(v_contract.valid), lower(v_line.valid))
        ));
    end if;
    if v_contract.start_on > p_day then
        update billing.contract set start_on = p_day where contract.contract_id = v_contract.contract_id;
        changed := changed || 'contract'::text;
    end if;
    if v_line.contract_line_id is null then
        if v_service is null then
            perform billing.fail('LB844', jsonb_build_object('contract', contract_no, 'field', 'service'));
        elsif not v_rule.is_created then
            perform billing.fail('LB840', jsonb_build_object('code', v_service, 'field', 'service'));
        end if;
        insert into billing.contract_line (contract_id, line_no, service_id, from_on)
        select
            v_contract.contract_id, coalesce(max(line.line_no), 0) + 1,
            logic.code_id('service', v_service, 'service'),
            case when p_day > v_contract.start_on then p_day end
        from billing.contract_line as line where line.contract_id = v_contract.contract_id
        returning contract_line.* into v_line;
        created := created || 'line'::text;
    elsif v_line.from_on > p_day then
        update billing.contract_line as line set from_on = p_day
        where line.contract_line_id = v_line.contract_line_id;
        changed := changed || 'line'::text;
    end if;
    contract_line_id := v_line.contract_line_id;
    line_no := v_line.line_no;
end;
$$;

comment on function logic.outside_line_put(bigint, text, text, date, boolean, logic.outside_number[]) is
$$The contract line of a customer on which numbers are from a day on, made as far as it is missing; the
customer's row is locked. p_contract_no NULL: the contract that has the numbers, else the only one, else a
new one with the number of the customer. p_service NULL: the line that has the numbers, else the only one,
else one of the setting outside_service. p_is_earlier: what begins after the day begins on it from now on.
Example: select * from logic.outside_line_put(1, 'A1', 'VOIP', '2026-11-01', true, '{}') where false
Raises: LB400 for a contract that is not active then, LB802, LB840, LB841, LB842, LB843, LB844$$;

create function logic.outside_number_put(
    p_line_id bigint, p_numbers logic.outside_number[], p_day date, p_to_on date, p_is_move boolean,
    out created text[], out changed text[]
)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_other record;
    v_made text[];
begin
    -- Who names the same number at the same moment comes after, and is told whose it is.
    perform pg_advisory_xact_lock(hashtextextended('billing.subscriber_number ' || given.number, 0))
    from (select distinct one.number from unnest(p_numbers) as one order by one.number) as given;
    select own.number, contract.contract_no || '/' || line.line_no as contract, customer.customer_no
    into v_other
    from logic.outside_held_list(p_numbers, daterange(p_day, p_to_on)) as held
    inner join billing.subscriber_number as own on own.subscriber_number_id = held.subscriber_number_id
    inner join billing.contract_line as line on line.contract_line_id = own.contract_line_id
    inner join billing.contract on contract.contract_id = line.contract_id
    inner join billing.customer on customer.customer_id = contract.customer_id
    where
        case
            when own.contract_line_id = p_line_id
                then not (held.is_whole or held.is_within and held.valid @> p_day and p_to_on is null)
            else not (p_is_move and held.is_whole and held.valid @> p_day)
        end
    limit 1;
    if found then
        perform billing.fail('LB803', jsonb_build_object(
            'number', v_other.number, 'contract', v_other.contract, 'customer', v_other.customer_no,
            'field', 'numbers'
        ));
    end if;

    -- Each only where there is something to do: even a statement without rows has its triggers. Whoever has a
    -- number that moves has it up to the day; from its first day on: never had it.
    changed := '{}';
    if p_is_move then
        with moved as (
            update billing.subscriber_number as own
            set
                to_on = case when lower(own.valid) < p_day then p_day else own.to_on end,
                contract_line_id = case
                    when lower(own.valid) < p_day then own.contract_line_id else p_line_id
                end,
                from_on = case when lower(own.valid) < p_day then own.from_on else p_day end
            from logic.outside_held_list(p_numbers, daterange(p_day, p_to_on)) as held
            where
                own.subscriber_number_id = held.subscriber_number_id and own.contract_line_id <> p_line_id
            returning own.number
        )

        select coalesce(array_agg('number ' || moved.number), '{}') into changed from moved;
    end if;
    if exists (
        select from logic.outside_held_list(p_numbers, daterange(p_day, p_to_on)) as held
        where held.contract_line_id = p_line_id and lower(held.valid) > p_day
    ) then
        with earlier as (
            update billing.subscriber_number as own set from_on = p_day
            from logic.outside_held_list(p_numbers, daterange(p_day, p_to_on)) as held
            where
                own.subscriber_number_id = held.subscriber_number_id and own.contract_line_id = p_line_id
                and held.is_whole and lower(own.valid) > p_day
                and not exists (
                    select from billing.subscriber_number as first
                    where
                        first.contract_line_id = p_line_id and first.kind = own.kind
                        and first.number = own.number
                        and first.to_number is not distinct from own.to_number
                        and lower(first.valid) < lower(own.valid)
                        and coalesce(upper(first.valid), 'infinity') > p_day
                )
            returning own.number
        )

        select changed || coalesce(array_agg('number ' || earlier.number), '{}') into changed from earlier;
    end if;
    if p_to_on is not null then
        with ended as (
            update billing.subscriber_number as own set to_on = p_to_on
            from unnest(p_numbers) as given
            where
                own.contract_line_id = p_line_id and own.kind = given.kind and own.number = given.number
                and own.to_number is not distinct from given.to_number and own.valid is not null
                and lower(own.valid) <= p_day and coalesce(upper(own.valid), 'infinity') > p_day
                and own.to_on is distinct from p_to_on
            returning own.number
        )

        select changed || coalesce(array_agg('number ' || ended.number), '{}') into changed from ended;
    end if;
    with made as (
        insert into billing.subscriber_number (contract_line_id, kind, number, to_number, from_on, to_on)
        select p_line_id, given.kind, given.number, given.to_number, p_day, p_to_on
        from unnest(p_numbers) as given
        where
            (p_to_on > p_day or p_to_on is null)
            and not exists (
                select from logic.outside_held_list(p_numbers, daterange(p_day, p_day, '[]')) as held
                where
                    held.contract_line_id = p_line_id and held.kind = given.kind
                    and held.number = given.number and held.is_within
            )
        returning subscriber_number.number
    )

    select coalesce(array_agg('number ' || made.number), '{}') into created from made;
    if created <> '{}' and not (select rule.is_created from logic.outside_rule() as rule) then
        perform billing.fail('LB840', jsonb_build_object('code', substr(created[1], 8), 'field', 'numbers'));
    end if;
    changed := array(select distinct one from unnest(changed) as one where one <> all(created) order by one);
end;
$$;

comment on function logic.outside_number_put(bigint, logic.outside_number[], date, date, boolean) is
$$Gives a contract line numbers from a day up to another (NULL: without end); what it has already stays,
begins earlier, or ends on the day. p_is_move: also those that belong to somebody else then.
Example: select * from logic.outside_number_put(1, '{}', '2026-11-01', null, false)
Raises: LB803 with who has a number, LB840$$;

-- api

create function api.outside_put(
    p_customer_no text, p_name text default null, p_kind text default null, p_org_no text default null,
    p_vat_no text default null, p_street text default null, p_postcode text default null,
    p_city text default null, p_country text default null, p_email text default null,
    p_price_list text default null, p_contract_no text default null, p_service text default null,
    p_numbers text[] default '{}', p_accounts text[] default '{}', p_from_on date default null,
    p_to_on date default null, p_is_move boolean default false
)
returns table (customer_no text, contract_no text, line_no integer, created text[], changed text[])
language plpgsql volatile rows 1
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_rule record;
    v_customer billing.customer;
    v_list bigint := logic.code_id('price_list', nullif(p_price_list, ''), 'price_list');
    v_numbers logic.outside_number[] := logic.outside_number_list(p_numbers, p_accounts);
    v_day date := coalesce(p_from_on, least(logic.today(), p_to_on));
    v_line record;
    v_number record;
begin
    select rule.* into v_rule from logic.outside_rule() as rule;
    if p_to_on < v_day then
        perform billing.fail('LB806', '{"field": "to_on"}');
    end if;
    customer_no := coalesce(btrim(p_customer_no), '');
    created := '{}';
    changed := '{}';
    if v_rule.is_created and not exists (
        select from billing.customer where customer.customer_no = outside_put.customer_no
    ) then
        insert into billing.customer (customer_no, name, price_list_id, language)
        values (
            customer_no, customer_no,
            coalesce(v_list, logic.code_id('price_list', v_rule.price_list, 'outside_price_list')),
            coalesce((select operator.language from billing.operator), 'sv')
        )
        on conflict on constraint customer_no_uq do nothing;
        if found then
            created := array['customer'];
        end if;
    end if;
    select customer.* into v_customer
    from billing.customer where customer.customer_no = outside_put.customer_no
    for update;
    if not found then
        perform billing.fail('LB840', jsonb_build_object('code', customer_no, 'field', 'customer_no'));
    end if;
    -- What is not given, or empty, stays as it is.
    update billing.customer set
        name = new.name, kind = new.kind, org_no = new.org_no, vat_no = new.vat_no, street = new.street,
        postcode = new.postcode, city = new.city, country = new.country, email = new.email
    from (
        select
            coalesce(nullif(btrim(p_name), ''), v_customer.name) as name,
            coalesce(nullif(p_kind, ''), v_customer.kind) as kind,
            coalesce(nullif(btrim(p_org_no), ''), v_customer.org_no) as org_no,
            coalesce(nullif(btrim(p_vat_no), ''), v_customer.vat_no) as vat_no,
            coalesce(nullif(btrim(p_street), ''), v_customer.street) as street,
            coalesce(nullif(btrim(p_postcode), ''), v_customer.postcode) as postcode,
            coalesce(nullif(btrim(p_city), ''), v_customer.city) as city,
            coalesce(nullif(p_country, ''), v_customer.country) as country,
            coalesce(nullif(btrim(p_email), ''), v_customer.email) as email
    ) as new
    where
        customer.customer_id = v_customer.customer_id
        and (
            new.name, new.kind, new.org_no, new.vat_no, new.street, new.postcode, new.city, new.country,
            new.email
        ) is distinct from (
            v_customer.name, v_customer.kind, v_customer.org_no, v_customer.vat_no, v_customer.street,
            v_customer.postcode, v_customer.city, v_customer.country, v_customer.email
        );
    if found and created = '{}' then
        changed := array['customer'];
    end if;
    if
        v_list is distinct from (
            select was.price_list_id from logic.customer_on(v_customer.customer_id, v_day) as was
        )
        and v_list is not null
    then
        insert into billing.customer_term (customer_id, from_on, price_list_id)
        values (v_customer.customer_id, v_day, v_list)
        on conflict (customer_id, from_on) do update set price_list_id = excluded.price_list_id;
        changed := changed || 'price_list'::text;
    end if;

    if num_nonnulls(nullif(p_contract_no, ''), nullif(p_service, '')) > 0 or v_numbers <> '{}' then
        select made.* into v_line
        from logic.outside_line_put(
            v_customer.customer_id, nullif(btrim(p_contract_no), ''), nullif(p_service, ''), v_day,
            p_from_on is not null, v_numbers
        ) as made;
        select made.* into v_number
        from logic.outside_number_put(
            v_line.contract_line_id, v_numbers, v_day, p_to_on, coalesce(p_is_move, false)
        ) as made;
        contract_no := v_line.contract_no;
        line_no := v_line.line_no;
        created := created || v_line.created || v_number.created;
        changed := changed || v_line.changed || v_number.changed;
    end if;
    return next;
end;
$$;

comment on function api.outside_put(
    text, text, text, text, text, text, text, text, text, text, text, text, text, text[], text[], date, date,
    boolean
) is
$$Recognises a customer of an outside system by that system's own numbers: one call makes the customer, its
contract, a line for the service and its numbers as far as they are missing and the settings allow it, and
changes what is given and differs. Numbers as people write them, blocks as first..last; from_on: the first
day (else today, for what is new), to_on: the first day on which the line no longer has them; is_move: they
are taken from whoever has them then. Can be repeated. What was created and changed comes back.
Example: select * from api.outside_put('K17', p_numbers => '{+46902003000}') where false
Raises: LB400 for a contract that is not active then, LB802, LB803 with who has a number, LB806, LB840,
LB841, LB842, LB843, LB844, LB901$$;
grant execute on function api.outside_put(
    text, text, text, text, text, text, text, text, text, text, text, text, text, text[], text[], date, date,
    boolean
) to leissner_admin, leissner_sales, leissner_support, leissner_batch, leissner_integration;
