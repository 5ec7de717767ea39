-- 30_customer/contract: contracts and their lines, made, changed, ended, proposed and approved.

-- The one thing a seller may write: a contract for a customer of its own, which staff then approve or
-- decline.
create function logic.contract_propose(
    p_customer_no text, p_contract_no text, p_service text, p_quantity numeric, p_start_on date, p_text text
)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_customer bigint;
    v_contract bigint;
begin
    perform access.require('seller');
    select customer.customer_id into v_customer
    from billing.customer
    where customer.customer_no = p_customer_no and customer.customer_id = any(access.customer_ids());
    if v_customer is null then
        perform billing.fail('LB802', jsonb_build_object('code', p_customer_no, 'field', 'customer_no'));
    end if;
    insert into billing.contract (contract_no, customer_id, start_on, seller_id, state, text)
    values (p_contract_no, v_customer, p_start_on, access.seller_id(), 'proposed', p_text)
    returning contract_id into v_contract;
    insert into billing.contract_line (contract_id, line_no, service_id, quantity)
    values (v_contract, 1, logic.code_id('service', p_service, 'service'), coalesce(p_quantity, 1));
    return p_contract_no;
end;
$$;

comment on function logic.contract_propose(text, text, text, numeric, date, text) is
$$A seller proposes a contract for a customer of its own: neither rated nor billed until it is approved.
Example: select logic.contract_propose('1000', 'P1', 'VOIP', 2, '2027-01-01', null) where false
Raises: LB802, LB901 without level seller$$;

-- api

create function api.contract_get(p_contract_no text)
returns table (
    contract_no text, customer_no text, customer text, state text, status text, start_on date, end_on date,
    ends_on date, signed_on date, seller text, price_list text, interval_months integer,
    binding_months integer, reference text, noticed_on date, text text, row_version integer,
    lines bigint, next_line integer
)
language sql stable rows 1
begin atomic
    select
        contract.contract_no, customer.customer_no, customer.name, contract.state,
        logic.term_state(contract.state, contract.valid, logic.today()), contract.start_on, contract.end_on,
        upper(contract.valid), contract.signed_on, seller.code,
        logic.price_list_code(contract.price_list_id), contract.interval_months, contract.binding_months,
        contract.reference, contract.noticed_on, contract.text, contract.row_version,
        (
            select count(*) from billing.contract_line as line
            where line.contract_id = contract.contract_id
        ),
        (
            select coalesce(max(line.line_no), 0) + 1 from billing.contract_line as line
            where line.contract_id = contract.contract_id
        )
    from billing.contract
    inner join billing.customer on customer.customer_id = contract.customer_id
    left join billing.seller on seller.seller_id = contract.seller_id
    where contract.contract_no = p_contract_no;
end;

comment on function api.contract_get(text) is
$$A contract; status: proposed, coming, active, ending or ended today.
Example: select * from api.contract_get('C1')
Raises: nothing$$;

create function api.contract_save(
    p_contract_no text, p_customer_no text, p_start_on date, p_end_on date default null,
    p_signed_on date default null, p_seller text default null, p_price_list text default null,
    p_interval_months integer default null, p_binding_months integer default null,
    p_reference text default null, p_noticed_on date default null, p_state text default 'active',
    p_text text default null, p_row_version integer default null
)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_customer bigint := logic.code_id('customer', p_customer_no, 'customer_no');
    v_seller bigint := logic.code_id('seller', p_seller, 'seller');
    v_list bigint := logic.code_id('price_list', p_price_list, 'price_list');
    v_contract bigint;
    v_found integer;
begin
    if p_row_version is null then
        insert into billing.contract (
            contract_no, customer_id, start_on, end_on, signed_on, seller_id, price_list_id, interval_months,
            binding_months, reference, noticed_on, state, text
        )
        values (
            p_contract_no, v_customer, p_start_on, p_end_on, p_signed_on, v_seller, v_list,
            p_interval_months, p_binding_months, p_reference, p_noticed_on, p_state, p_text
        );
        return p_contract_no;
    end if;
    select contract.contract_id, contract.row_version into v_contract, v_found
    from billing.contract where contract.contract_no = p_contract_no
    for update;
    perform logic.version_check(p_row_version, coalesce(v_found, 0));
    update billing.contract set
        customer_id = v_customer, start_on = p_start_on, end_on = p_end_on, signed_on = p_signed_on,
        seller_id = v_seller, price_list_id = v_list, interval_months = p_interval_months,
        binding_months = p_binding_months, reference = p_reference, noticed_on = p_noticed_on,
        state = p_state, text = p_text
    where contract.contract_id = v_contract;
    return p_contract_no;
end;
$$;

comment on function api.contract_save(
    text, text, date, date, date, text, text, integer, integer, text, date, text, text, integer
) is
$$Makes a contract (row_version NULL), or changes one.
Example: select api.contract_save('C1', '1000', '2027-01-01') where false
Raises: LB800, LB802$$;

create function api.contract_end(
    p_contract_no text, p_noticed_on date default null, p_end_on date default null,
    p_row_version integer default null
)
returns date
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_contract bigint;
    v_found integer;
    v_end date;
begin
    select contract.contract_id, contract.row_version into v_contract, v_found
    from billing.contract where contract.contract_no = p_contract_no
    for update;
    if not found then
        perform billing.fail('LB802', jsonb_build_object('code', p_contract_no, 'field', 'contract_no'));
    end if;
    perform logic.version_check(p_row_version, v_found);
    update billing.contract set noticed_on = p_noticed_on, end_on = p_end_on
    where contract.contract_id = v_contract
    returning upper(contract.valid) into v_end;
    return v_end;
end;
$$;

comment on function api.contract_end(text, date, date, integer) is
$$Ends a contract, by notice or on an agreed day, or takes the end back (both NULL): the first day no longer
covered.
Example: select api.contract_end('C1', p_noticed_on => '2026-11-28') where false
Raises: LB800, LB802$$;

create function api.contract_end_try(p_contract_no text, p_noticed_on date, p_end_on date)
returns table (ends_on date, is_bound boolean, lines bigint, numbers numeric)
language sql stable rows 1
begin atomic
    select
        found.ends_on, p_end_on is null and found.ends_on > p_noticed_on,
        (
            select count(*) from billing.contract_line as line
            where
                line.contract_id = contract.contract_id
                and coalesce(upper(line.valid), 'infinity') >= found.ends_on
        ),
        (
            select coalesce(sum(upper(own.span) - lower(own.span)), 0)
            from billing.contract_line as line
            inner join billing.subscriber_number as own on own.contract_line_id = line.contract_line_id
            where
                line.contract_id = contract.contract_id
                and coalesce(upper(own.valid), 'infinity') >= found.ends_on
        )
    from billing.contract
    cross join lateral (
        select upper(billing.contract_valid(
            contract.contract_id, contract.start_on, p_end_on, p_noticed_on, contract.binding_months
        )) as ends_on
    ) as found
    where contract.contract_no = p_contract_no;
end;

comment on function api.contract_end_try(text, date, date) is
$$What ending a contract would mean: its last day's morrow, whether notice and binding time move it, the
lines and
numbers that end with it.
Example: select * from api.contract_end_try('C1', '2026-11-28', null)
Raises: nothing$$;

create function api.contract_approve(p_contract_no text, p_row_version integer default null)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_found record;
begin
    select contract.contract_id, contract.row_version, contract.state into v_found
    from billing.contract where contract.contract_no = p_contract_no
    for update;
    if v_found.state is distinct from 'proposed' then
        perform billing.fail('LB805', jsonb_build_object('contract', p_contract_no));
    end if;
    perform logic.version_check(p_row_version, v_found.row_version);
    update billing.contract set state = 'active' where contract.contract_id = v_found.contract_id;
end;
$$;

comment on function api.contract_approve(text, integer) is
$$A proposed contract becomes active: from now on it is rated and billed, from its start.
Example: select api.contract_approve('P1') where false
Raises: LB800, LB805$$;

create function api.contract_decline(p_contract_no text, p_row_version integer default null)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_found record;
begin
    select contract.contract_id, contract.row_version, contract.state into v_found
    from billing.contract where contract.contract_no = p_contract_no
    for update;
    if v_found.state is distinct from 'proposed' then
        perform billing.fail('LB805', jsonb_build_object('contract', p_contract_no));
    end if;
    perform logic.version_check(p_row_version, v_found.row_version);
    -- Never rated nor billed, so nothing is lost but the proposal; the log keeps it.
    delete from billing.subscriber_number as own
    using billing.contract_line as line
    where line.contract_line_id = own.contract_line_id and line.contract_id = v_found.contract_id;
    delete from billing.contract_line as line where line.contract_id = v_found.contract_id;
    delete from billing.contract where contract.contract_id = v_found.contract_id;
end;
$$;

comment on function api.contract_decline(text, integer) is
$$A proposed contract is taken away with its lines and numbers.
Example: select api.contract_decline('P1') where false
Raises: LB800, LB805$$;

create function api.contract_propose(
    p_customer_no text, p_contract_no text, p_service text, p_quantity numeric default 1,
    p_start_on date default null, p_text text default null
)
returns text
language sql volatile
begin atomic
    select logic.contract_propose(p_customer_no, p_contract_no, p_service, p_quantity, p_start_on, p_text);
end;

comment on function api.contract_propose(text, text, text, numeric, date, text) is
$$A seller proposes a contract for a customer of its own.
Example: select api.contract_propose('1000', 'P1', 'VOIP') where false
Raises: LB802, LB901$$;

create function api.contract_term_list(p_contract_no text)
returns table (
    from_on date, seller text, price_list text, interval_months integer, row_version integer
)
language sql stable rows 10
begin atomic
    select
        term.from_on, seller.code, logic.price_list_code(term.price_list_id), term.interval_months,
        term.row_version
    from billing.contract
    inner join billing.contract_term as term on term.contract_id = contract.contract_id
    left join billing.seller on seller.seller_id = term.seller_id
    where contract.contract_no = p_contract_no
    order by term.from_on;
end;

comment on function api.contract_term_list(text) is
$$What changes for a contract from a day on; NULL: as before.
Example: select * from api.contract_term_list('C1')
Raises: nothing$$;

create function api.contract_term_save(
    p_contract_no text, p_from_on date, p_seller text default null, p_price_list text default null,
    p_interval_months integer default null, p_row_version integer default null
)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_contract bigint := logic.code_id('contract', p_contract_no, 'contract_no');
    v_seller bigint := logic.code_id('seller', p_seller, 'seller');
    v_list bigint := logic.code_id('price_list', p_price_list, 'price_list');
    v_found integer;
begin
    if p_row_version is null then
        insert into billing.contract_term (contract_id, from_on, seller_id, price_list_id, interval_months)
        values (v_contract, p_from_on, v_seller, v_list, p_interval_months);
        return;
    end if;
    select term.row_version into v_found
    from billing.contract_term as term where term.contract_id = v_contract and term.from_on = p_from_on
    for update;
    perform logic.version_check(p_row_version, coalesce(v_found, 0));
    update billing.contract_term as term
    set seller_id = v_seller, price_list_id = v_list, interval_months = p_interval_months
    where term.contract_id = v_contract and term.from_on = p_from_on;
end;
$$;

comment on function api.contract_term_save(text, date, text, text, integer, integer) is
$$What is to change for a contract from a day on: made (row_version NULL) or changed. Empty: as before.
Example: select api.contract_term_save('C1', '2027-01-01', p_price_list => 'GOLD') where false
Raises: LB800, LB802$$;

create function api.contract_term_delete(
    p_contract_no text, p_from_on date, p_row_version integer default null
)
returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_contract bigint := logic.code_id('contract', p_contract_no, 'contract_no');
    v_found integer;
begin
    delete from billing.contract_term as term
    where term.contract_id = v_contract and term.from_on = p_from_on
    returning term.row_version into v_found;
    perform logic.version_check(p_row_version, v_found);
    return v_found is not null;
end;
$$;

comment on function api.contract_term_delete(text, date, integer) is
$$Takes back what was to change for a contract from a day on: was there anything?
Example: select api.contract_term_delete('C1', '2027-01-01') where false
Raises: LB800, LB802$$;

create function api.line_get(p_contract_no text, p_line_no integer)
returns table (
    contract_no text, line_no integer, customer_no text, customer text, service text, service_name text,
    from_on date, to_on date, quantity numeric, price_list text, billed_through date, row_version integer,
    status text, begins_on date, ends_on date
)
language sql stable rows 1
begin atomic
    select
        contract.contract_no, line.line_no, customer.customer_no, customer.name, service.code, service.name,
        line.from_on, line.to_on, line.quantity, logic.price_list_code(line.price_list_id),
        line.billed_through, line.row_version,
        logic.term_state(contract.state, line.valid, logic.today()), lower(line.valid), upper(line.valid)
    from billing.contract
    inner join billing.contract_line as line on line.contract_id = contract.contract_id
    inner join billing.customer on customer.customer_id = contract.customer_id
    inner join billing.service on service.service_id = line.service_id
    where contract.contract_no = p_contract_no and line.line_no = p_line_no;
end;

comment on function api.line_get(text, integer) is
$$A contract line as it is from its first day.
Example: select * from api.line_get('C1', 1)
Raises: nothing$$;

create function api.line_save(
    p_contract_no text, p_service text, p_line_no integer default null, p_from_on date default null,
    p_to_on date default null, p_quantity numeric default 1, p_price_list text default null,
    p_billed_through date default null, p_row_version integer default null
)
returns integer
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_contract bigint := logic.code_id('contract', p_contract_no, 'contract_no');
    v_service bigint := logic.code_id('service', p_service, 'service');
    v_list bigint := logic.code_id('price_list', p_price_list, 'price_list');
    v_line_no integer := p_line_no;
    v_found integer;
begin
    if p_row_version is null then
        -- The contract is locked, so that two new lines do not take the same number.
        perform from billing.contract where contract.contract_id = v_contract for update;
        if v_line_no is null then
            select coalesce(max(line.line_no), 0) + 1 into v_line_no
            from billing.contract_line as line where line.contract_id = v_contract;
        end if;
        insert into billing.contract_line (
            contract_id, line_no, service_id, from_on, to_on, quantity, price_list_id, billed_through
        )
        values (
            v_contract, v_line_no, v_service, p_from_on, p_to_on, coalesce(p_quantity, 1), v_list,
            p_billed_through
        );
        return v_line_no;
    end if;
    select line.row_version into v_found
    from billing.contract_line as line where line.contract_id = v_contract and line.line_no = p_line_no
    for update;
    perform logic.version_check(p_row_version, coalesce(v_found, 0));
    update billing.contract_line as line set
        service_id = v_service, from_on = p_from_on, to_on = p_to_on, quantity = coalesce(p_quantity, 1),
        price_list_id = v_list, billed_through = p_billed_through
    where line.contract_id = v_contract and line.line_no = p_line_no;
    return v_line_no;
end;
$$;

comment on function api.line_save(
    text, text, integer, date, date, numeric, text, date, integer
) is
$$Makes a contract line (row_version NULL; without a number it takes the next), or changes one: its number.
Example: select api.line_save('C1', 'VOIP') where false
Raises: LB800, LB802$$;

create function api.line_term_list(p_contract_no text, p_line_no integer)
returns table (from_on date, quantity numeric, price_list text, row_version integer)
language sql stable rows 10
begin atomic
    select term.from_on, term.quantity, logic.price_list_code(term.price_list_id), term.row_version
    from billing.contract
    inner join billing.contract_line as line on line.contract_id = contract.contract_id
    inner join billing.line_term as term on term.contract_line_id = line.contract_line_id
    where contract.contract_no = p_contract_no and line.line_no = p_line_no
    order by term.from_on;
end;

comment on function api.line_term_list(text, integer) is
$$What changes for a contract line from a day on; NULL: as before.
Example: select * from api.line_term_list('C1', 1)
Raises: nothing$$;

create function api.line_term_save(
    p_contract_no text, p_line_no integer, p_from_on date, p_quantity numeric default null,
    p_price_list text default null, p_row_version integer default null
)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_line bigint := logic.line_id(p_contract_no, p_line_no);
    v_list bigint := logic.code_id('price_list', p_price_list, 'price_list');
    v_found integer;
begin
    if p_row_version is null then
        insert into billing.line_term (contract_line_id, from_on, quantity, price_list_id)
        values (v_line, p_from_on, p_quantity, v_list);
        return;
    end if;
    select term.row_version into v_found
    from billing.line_term as term where term.contract_line_id = v_line and term.from_on = p_from_on
    for update;
    perform logic.version_check(p_row_version, coalesce(v_found, 0));
    update billing.line_term as term set quantity = p_quantity, price_list_id = v_list
    where term.contract_line_id = v_line and term.from_on = p_from_on;
end;
$$;

comment on function api.line_term_save(text, integer, date, numeric, text, integer) is
$$What is to change for a contract line from a day on: made (row_version NULL) or changed. Empty: as before.
Example: select api.line_term_save('C1', 1, '2027-01-01', 12) where false
Raises: LB800, LB802$$;

create function api.line_term_delete(
    p_contract_no text, p_line_no integer, p_from_on date, p_row_version integer default null
)
returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_line bigint := logic.line_id(p_contract_no, p_line_no);
    v_found integer;
begin
    delete from billing.line_term as term where term.contract_line_id = v_line and term.from_on = p_from_on
    returning term.row_version into v_found;
    perform logic.version_check(p_row_version, v_found);
    return v_found is not null;
end;
$$;

comment on function api.line_term_delete(text, integer, date, integer) is
$$Takes back what was to change for a contract line from a day on: was there anything?
Example: select api.line_term_delete('C1', 1, '2027-01-01') where false
Raises: LB800, LB802$$;

grant execute on function
    api.contract_get(text), api.contract_term_list(text), api.line_get(text, integer),
    api.line_term_list(text, integer)
to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_report, leissner_auditor, leissner_batch, leissner_integration, leissner_seller;
grant execute on function
    api.contract_save(
        text, text, date, date, date, text, text, integer, integer, text, date, text, text, integer
    ),
    api.contract_end(text, date, date, integer), api.contract_end_try(text, date, date),
    api.contract_approve(text, integer), api.contract_decline(text, integer),
    api.contract_term_save(text, date, text, text, integer, integer),
    api.contract_term_delete(text, date, integer),
    api.line_save(text, text, integer, date, date, numeric, text, date, integer),
    api.line_term_save(text, integer, date, numeric, text, integer),
    api.line_term_delete(text, integer, date, integer)
to leissner_admin, leissner_sales, leissner_support, leissner_batch, leissner_integration;
grant execute on function api.contract_propose(text, text, text, numeric, date, text) to leissner_seller;
