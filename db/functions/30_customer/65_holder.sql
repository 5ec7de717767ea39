-- 30_customer/holder: who has a number on a day, and numbers assigned, released and moved by number and day:
-- single ones out of blocks, too.

create function logic.number_held(p_number text, p_to_number text, p_day date)
returns bigint
language sql stable
begin atomic
    select own.subscriber_number_id
    from billing.subscriber_number as own
    where
        own.subscriber_number_id = any((select logic.number_ids(p_number, false))::bigint[])
        and own.valid @> p_day
        and (
            p_to_number is null
            or billing.number_point(logic.number_typed(p_to_number))
            between billing.number_point(logic.number_typed(p_number)) and upper(own.span) - 1
        )
    order by own.kind desc
    limit 1;
end;

comment on function logic.number_held(text, text, date) is
$$The key of what has a number, or all numbers through p_to_number, on a day; an account where no number has
that name.
Example: select logic.number_held('090-200 10 05', null, '2026-11-01')
Raises: nothing$$;

create function logic.number_cut(p_number text, p_to_number text, p_day date)
returns billing.subscriber_number
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_id bigint := logic.number_held(p_number, p_to_number, p_day);
    v_own billing.subscriber_number;
    v_cut billing.subscriber_number;
begin
    if v_id is null then
        perform billing.fail('LB822', jsonb_build_object(
            'number', concat_ws('–', p_number, p_to_number), 'day', p_day, 'field', 'number'
        ));
    end if;
    select own.* into v_own
    from billing.subscriber_number as own where own.subscriber_number_id = v_id
    for update;
    -- somebody else has moved it at this moment
    if v_own.valid @> p_day is not true then
        perform billing.fail('LB800');
    end if;
    v_cut := v_own;
    if v_own.kind = 'number' then
        v_cut.number := logic.number_typed(p_number);
        v_cut.to_number := nullif(logic.number_typed(p_to_number), v_cut.number);
    end if;
    -- What would hold on no day goes; the log keeps it.
    if p_day = lower(v_own.valid) then
        delete from billing.subscriber_number where subscriber_number_id = v_own.subscriber_number_id;
    else
        update billing.subscriber_number set to_on = p_day
        where subscriber_number_id = v_own.subscriber_number_id;
    end if;
    -- The rest of a block goes on where it is.
    insert into billing.subscriber_number (contract_line_id, kind, number, to_number, from_on, to_on)
    select
        v_own.contract_line_id, 'number', substr(rest.first::text, 2),
        case when rest.last > rest.first then substr(rest.last::text, 2) end,
        case when p_day = lower(v_own.valid) then v_own.from_on else p_day end, v_own.to_on
    from (
        values
        (lower(v_own.span), billing.number_point(v_cut.number) - 1),
        (billing.number_point(coalesce(v_cut.to_number, v_cut.number)) + 1, upper(v_own.span) - 1)
    ) as rest (first, last)
    where rest.first <= rest.last;
    return v_cut;
end;
$$;

comment on function logic.number_cut(text, text, date) is
$$Ends a number, a block, or a part of one, on a day (the first no longer covered); what is left of the block
goes on where it was. Gives what was ended, as it was.
Example: select logic.number_cut('46902001000', null, '2027-01-01') where false
Raises: LB800 when somebody else has moved it at this moment, LB822 when nobody has all of it on that day$$;

-- api

create function api.number_find(p_number text, p_on date default null)
returns table (
    number text, to_number text, kind text, state text, begins_on date, ends_on date, from_on date,
    to_on date, contract_no text, line_no integer, service text, customer_no text, customer text,
    row_version integer
)
language sql stable rows 1
begin atomic
    select
        one.number, one.to_number, one.kind, one.state, one.begins_on, one.ends_on, one.from_on, one.to_on,
        one.contract_no, one.line_no, one.service, one.customer_no, one.customer, one.row_version
    from api.number_get(p_number) as one
    cross join (select coalesce(p_on, logic.today()) as day offset 0) as asked
    where one.begins_on <= asked.day and coalesce(one.ends_on, 'infinity') > asked.day;
end;

comment on function api.number_find(text, date) is
$$Who has a number on a day (today), as people write it: the number or the block it lies in, its contract line
and customer. Nothing comes back where nobody has it.
Example: select customer_no from api.number_find('090-200 10 05')
Raises: nothing$$;

create function api.number_assign(
    p_number text, p_contract_no text, p_line_no integer default 1, p_to_number text default null,
    p_from_on date default null, p_to_on date default null, p_kind text default 'number'
)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_number text := case when p_kind = 'account' then p_number else logic.number_typed(p_number) end;
begin
    -- the same again is no fault
    if exists (
        select from billing.subscriber_number as own
        where
            own.number = v_number and own.contract_line_id = logic.line_id(p_contract_no, p_line_no)
            and own.kind = p_kind
            and own.to_number is not distinct from nullif(logic.number_typed(p_to_number), v_number)
            and own.from_on is not distinct from p_from_on and own.to_on is not distinct from p_to_on
    ) then
        return v_number;
    end if;
    return api.number_save(p_contract_no, p_line_no, p_number, p_to_number, p_kind, p_from_on, p_to_on);
end;
$$;

comment on function api.number_assign(text, text, integer, text, date, date, text) is
$$Assigns a number as people write it, a block (through to_number) or an account (kind account) to a contract
line, from from_on (the line's first day) until to_on (the line's end), the first day no longer covered: the
number in E.164 digits. Refuses what somebody else has a part of in that time, and says who. The same again is
harmless.
Example: select api.number_assign('090-200 30 00', 'C1') where false
Raises: LB802, LB803, LB806 where the line has ended by then$$;

create function api.number_release(
    p_number text, p_to_on date default null, p_to_number text default null
)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_day date := coalesce(p_to_on, logic.today());
begin
    -- the same again is no fault
    if logic.number_held(p_number, p_to_number, v_day) is null
        and logic.number_held(p_number, p_to_number, v_day - 1) is not null
    then
        return logic.number_typed(p_number);
    end if;
    return (logic.number_cut(p_number, p_to_number, v_day)).number;
end;
$$;

comment on function api.number_release(text, date, text) is
$$Takes a number, or all numbers through to_number, from whoever has it, on to_on, the first day no longer
covered (today): the number in E.164 digits. Of a block only the numbers named; the others stay. The same
again is harmless.
Example: select api.number_release('090-200 30 00', '2027-01-01') where false
Raises: LB800, LB822 when nobody has it on that day$$;

create function api.number_reassign(
    p_number text, p_from_on date, p_contract_no text, p_line_no integer default 1,
    p_to_number text default null
)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_line bigint := logic.line_id(p_contract_no, p_line_no);
    v_valid daterange;
    v_cut billing.subscriber_number;
begin
    select line.valid into v_valid
    from billing.contract_line as line where line.contract_line_id = v_line;
    if v_valid @> p_from_on is not true then
        perform billing.fail('LB806', '{"field": "from_on"}');
    end if;
    -- the same again is no fault
    if exists (
        select from billing.subscriber_number as own
        where
            own.subscriber_number_id = logic.number_held(p_number, p_to_number, p_from_on)
            and own.contract_line_id = v_line and lower(own.valid) = p_from_on
            and (own.kind = 'account' or own.to_number is not distinct from logic.number_typed(p_to_number))
    ) then
        return logic.number_typed(p_number);
    end if;
    v_cut := logic.number_cut(p_number, p_to_number, p_from_on);
    insert into billing.subscriber_number (contract_line_id, kind, number, to_number, from_on)
    values (v_line, v_cut.kind, v_cut.number, v_cut.to_number, p_from_on);
    return v_cut.number;
end;
$$;

comment on function api.number_reassign(text, date, text, integer, text) is
$$Moves a number, or all numbers through to_number, to another contract line from a day on: the number in
E.164 digits. Who had it keeps it until then; of a block only the numbers named go. The same again is
harmless.
Example: select api.number_reassign('090-200 30 00', '2027-01-01', 'C2') where false
Raises: LB800, LB802, LB806 when the contract line does not run on that day, LB822 when nobody has the number
then$$;

grant execute on function api.number_find(text, date) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_report, leissner_auditor, leissner_batch, leissner_integration, leissner_seller;
grant execute on function
    api.number_assign(text, text, integer, text, date, date, text), api.number_release(text, date, text),
    api.number_reassign(text, date, text, integer, text)
to leissner_admin, leissner_sales, leissner_support, leissner_batch, leissner_integration;
