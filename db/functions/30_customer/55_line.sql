-- 30_customer/line: contracts terminated, lines listed and ended, as other systems ask for it.

-- api

create function api.contract_terminate(
    p_contract_no text, p_end_on date default null, p_noticed_on date default null,
    p_row_version integer default null
)
returns table (contract_no text, ends_on date, is_bound boolean, lines bigint, numbers numeric)
language plpgsql volatile rows 1
set search_path = pg_catalog, pg_temp
as $$
declare
    v_noticed date := coalesce(p_noticed_on, case when p_end_on is null then logic.today() end);
    v_end date := p_end_on;
begin
    -- A notice puts off no end that was agreed.
    select coalesce(p_end_on, case when contract.end_on <= meant.ends_on then contract.end_on end),
        coalesce(v_noticed, contract.noticed_on)
    into v_end, v_noticed
    from billing.contract
    cross join api.contract_end_try(p_contract_no, v_noticed, null) as meant
    where contract.contract_no = p_contract_no;
    perform api.contract_end(p_contract_no, v_noticed, v_end, p_row_version);
    return query
    select p_contract_no, meant.ends_on, coalesce(meant.is_bound, false), meant.lines, meant.numbers
    from api.contract_end_try(p_contract_no, v_noticed, v_end) as meant;
end;
$$;

comment on function api.contract_terminate(text, date, date, integer) is
$$Ends a contract with its lines and numbers: on end_on (the first day no longer covered), whatever notice and
binding time say, or, without it, by notice given on noticed_on (today); an end agreed earlier stays. Gives
the first day no longer covered, whether notice or binding time put it off (is_bound), and how many lines and
numbers end with it. The same again is harmless.
Example: select * from api.contract_terminate('C1', '2027-01-01') where false
Raises: LB800, LB802$$;

create function api.line_list(p_customer_no text default null, p_contract_no text default null)
returns table (
    line text, contract_no text, line_no integer, customer_no text, service text, service_name text,
    from_on date, to_on date, quantity numeric, price_list text, billed_through date, status text,
    begins_on date, ends_on date, numbers numeric, row_version integer
)
language sql stable rows 50
begin atomic
    select
        contract.contract_no || '/' || line.line_no, contract.contract_no, line.line_no,
        customer.customer_no, service.code, service.name, line.from_on, line.to_on, line.quantity,
        logic.price_list_code(line.price_list_id), line.billed_through,
        logic.term_state(contract.state, line.valid, (select logic.today())), lower(line.valid),
        upper(line.valid),
        -- asked of the rows that are shown, no others
        (
            select coalesce(sum(upper(own.span) - lower(own.span)), 0)
            from billing.subscriber_number as own
            where own.contract_line_id = line.contract_line_id and own.valid @> (select logic.today())
        ),
        line.row_version
    from billing.customer
    inner join billing.contract on contract.customer_id = customer.customer_id
    inner join billing.contract_line as line on line.contract_id = contract.contract_id
    inner join billing.service on service.service_id = line.service_id
    where
        (p_customer_no is not null or p_contract_no is not null)
        and (p_customer_no is null or customer.customer_no = p_customer_no)
        and (p_contract_no is null or contract.contract_no = p_contract_no);
end;

comment on function api.line_list(text, text) is
$$The contract lines of a customer, or of a contract: one of the two must be named. line: contract and number,
such as C1/2; status: proposed, coming, active, ending or ended today; numbers: how many it has today.
Example: select line, service from api.line_list('1000')
Raises: nothing$$;

create function api.line_end(
    p_contract_no text, p_line_no integer, p_to_on date default null, p_row_version integer default null
)
returns date
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_line bigint := logic.line_id(p_contract_no, p_line_no);
    v_found integer;
    v_end date;
begin
    select line.row_version into v_found
    from billing.contract_line as line where line.contract_line_id = v_line
    for update;
    perform logic.version_check(p_row_version, v_found);
    update billing.contract_line
    set to_on = coalesce(p_to_on, logic.today())
    where contract_line_id = v_line
    returning upper(valid) into v_end;
    return v_end;
end;
$$;

comment on function api.line_end(text, integer, date, integer) is
$$Ends a contract line with its numbers on to_on, the first day no longer covered (today): the first day no
longer covered, which is the contract's where that comes earlier. The other lines go on. Repeated it is
harmless.
Example: select api.line_end('C1', 1, '2027-01-01') where false
Raises: LB800, LB802$$;

grant execute on function api.line_list(text, text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_report, leissner_auditor, leissner_batch, leissner_integration, leissner_seller;
grant execute on function
    api.contract_terminate(text, date, date, integer), api.line_end(text, integer, date, integer)
to leissner_admin, leissner_sales, leissner_support, leissner_batch, leissner_integration;
