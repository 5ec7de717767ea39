-- 30_customer/number: numbers and blocks assigned, ended and moved; pre-selection; charges by hand; bundles.

-- Who has a number in a period already, as a sentence beside the field; the constraint proves it in the end.
create function logic.number_check(
    p_kind text, p_number text, p_to_number text, p_valid daterange, p_except bigint
)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_other record;
begin
    select own.number, contract.contract_no || '/' || line.line_no as contract, customer.customer_no
    into v_other
    from billing.subscriber_number as own
    inner join billing.contract_line as line on line.contract_line_id = own.contract_line_id
    inner join billing.contract on contract.contract_id = line.contract_id
    inner join billing.customer on customer.customer_id = contract.customer_id
    where
        own.kind = p_kind and own.valid && p_valid and own.subscriber_number_id is distinct from p_except
        and case
            when p_kind = 'number' then own.span && int8range(
                billing.number_point(p_number),
                billing.number_point(coalesce(p_to_number, p_number)), '[]'
            )
            else own.number = p_number
        end
    limit 1;
    if found then
        perform billing.fail('LB803', jsonb_build_object(
            'number', v_other.number, 'contract', v_other.contract, 'customer', v_other.customer_no,
            'field', 'number'
        ));
    end if;
end;
$$;

comment on function logic.number_check(text, text, text, daterange, bigint) is
$$Refuses a number or block of which somebody else (but the row p_except) has a part in the period.
Example: select logic.number_check('number', '46000000000', null, daterange('2026-01-01', null), null)
Raises: LB803 with who has it$$;

create function logic.number_holder(p_number text, p_day date)
returns bigint
language sql stable
begin atomic
    select contract.customer_id
    from (
        select own.contract_line_id, own.kind, own.valid
        from billing.subscriber_number as own
        where own.number = p_number and own.to_number is null
        union all
        select own.contract_line_id, own.kind, own.valid
        from billing.subscriber_number as own
        where
            own.head = any(
                array(select left(p_number, digits) from generate_series(1, length(p_number)) as digits)
            )
            and p_number between own.number and own.to_number
            and length(p_number) = length(own.number)
    ) as held
    inner join billing.contract_line as line on line.contract_line_id = held.contract_line_id
    inner join billing.contract on contract.contract_id = line.contract_id
    where held.kind = 'number' and held.valid is not null
    order by held.valid @> p_day desc, lower(held.valid) desc
    limit 1;
end;

comment on function logic.number_holder(text, date) is
$$The key of the customer that a number is with on a day, else of who had it last.
Example: select logic.number_holder('46902001000', '2026-11-01')
Raises: nothing$$;

-- api

create function api.number_get(p_number text)
returns table (
    id bigint, number text, to_number text, kind text, state text, begins_on date, ends_on date,
    from_on date, to_on date, contract_no text, line_no integer, service text, customer_no text,
    customer text, row_version integer
)
language sql stable rows 10
begin atomic
    select
        own.subscriber_number_id, own.number, own.to_number, own.kind,
        logic.term_state(contract.state, own.valid, logic.today()), lower(own.valid), upper(own.valid),
        own.from_on, own.to_on, contract.contract_no, line.line_no, service.name, customer.customer_no,
        customer.name, own.row_version
    from billing.subscriber_number as own
    inner join billing.contract_line as line on line.contract_line_id = own.contract_line_id
    inner join billing.service on service.service_id = line.service_id
    inner join billing.contract on contract.contract_id = line.contract_id
    inner join billing.customer on customer.customer_id = contract.customer_id
    where own.subscriber_number_id = any((select logic.number_ids(p_number, false))::bigint[])
    order by lower(own.valid) desc nulls last, own.subscriber_number_id;
end;

comment on function api.number_get(text) is
$$Who has and had a number, the latest first: rows of the number itself and of blocks that it lies in.
Example: select * from api.number_get('090-200 10 05')
Raises: nothing$$;

create function api.number_save(
    p_contract_no text, p_line_no integer, p_number text, p_to_number text default null,
    p_kind text default 'number', p_from_on date default null, p_to_on date default null,
    p_id bigint default null, p_row_version integer default null
)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_line bigint := logic.line_id(p_contract_no, p_line_no);
    v_number text := case when p_kind = 'account' then p_number else logic.number_typed(p_number) end;
    v_to text := nullif(logic.number_typed(p_to_number), v_number);
    v_valid daterange;
    v_found integer;
begin
    if p_kind <> 'account' and v_number = '' then
        perform billing.fail('LB802', jsonb_build_object('code', p_number, 'field', 'number'));
    end if;
    select daterange(coalesce(p_from_on, lower(line.valid)), least(p_to_on, upper(line.valid)))
    into v_valid
    from billing.contract_line as line
    where
        line.contract_line_id = v_line
        and coalesce(p_from_on, lower(line.valid)) <= coalesce(least(p_to_on, upper(line.valid)), 'infinity');
    if exists (
        select from billing.contract_line as line
        where line.contract_line_id = v_line and p_from_on >= upper(line.valid)
    ) then
        -- it would hold on no day
        perform billing.fail('LB806', '{"field": "from_on"}');
    end if;
    if v_valid is not null then
        perform logic.number_check(p_kind, v_number, v_to, v_valid, p_id);
    end if;
    if p_id is null then
        insert into billing.subscriber_number (contract_line_id, kind, number, to_number, from_on, to_on)
        values (v_line, p_kind, v_number, v_to, p_from_on, p_to_on);
        return v_number;
    end if;
    select own.row_version into v_found
    from billing.subscriber_number as own where own.subscriber_number_id = p_id
    for update;
    perform logic.version_check(p_row_version, coalesce(v_found, 0));
    update billing.subscriber_number as own set
        contract_line_id = v_line, kind = p_kind, number = v_number, to_number = v_to, from_on = p_from_on,
        to_on = p_to_on
    where own.subscriber_number_id = p_id;
    return v_number;
end;
$$;

comment on function api.number_save(
    text, integer, text, text, text, date, date, bigint, integer
) is
$$Assigns a number as people write it, a block or an account to a contract line, or changes the row p_id of
number_get: the number in E.164 digits.
Example: select api.number_save('C1', 1, '090-200 30 00') where false
Raises: LB800, LB802, LB803, LB806 where the line has ended by then$$;

create function api.number_move(
    p_id bigint, p_day date, p_contract_no text default null, p_line_no integer default null,
    p_row_version integer default null
)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_own billing.subscriber_number;
begin
    select own.* into v_own
    from billing.subscriber_number as own where own.subscriber_number_id = p_id
    for update;
    perform logic.version_check(p_row_version, coalesce(v_own.row_version, 0));
    if v_own.valid is null or p_day < lower(v_own.valid) or p_day > coalesce(upper(v_own.valid), 'infinity')
    then
        perform billing.fail('LB806', '{"field": "day"}');
    end if;
    update billing.subscriber_number as own set to_on = p_day where own.subscriber_number_id = p_id;
    if p_contract_no is not null then
        if exists (
            select from billing.contract_line as line
            where
                line.contract_line_id = logic.line_id(p_contract_no, coalesce(p_line_no, 1))
                and p_day >= upper(line.valid)
        ) then
            perform billing.fail('LB400', jsonb_build_object(
                'what', 'line', 'code', format('%s/%s (%s)', p_contract_no, coalesce(p_line_no, 1), p_day),
                'field', 'contract_no'
            ));
        end if;
        insert into billing.subscriber_number (contract_line_id, kind, number, to_number, from_on, to_on)
        values (
            logic.line_id(p_contract_no, coalesce(p_line_no, 1)), v_own.kind, v_own.number, v_own.to_number,
            p_day, null
        );
    end if;
    return v_own.number;
end;
$$;

comment on function api.number_move(bigint, date, text, integer, integer) is
$$Ends the row p_id of number_get on a day (the first no longer covered), and where a contract line is given
goes on there from that day: the number.
Example: select api.number_move(1, '2027-01-01', 'C2', 1) where false
Raises: LB400 where the line has ended by then, LB800, LB802, LB806$$;

create function api.preselection_list(p_customer_no text default null, p_number text default null)
returns table (
    number text, carrier_prefix text, kind text, state text, happened_at timestamptz, reason text
)
language sql stable rows 50
begin atomic
    with held as (
        select own.number, coalesce(own.to_number, own.number) as to_number
        from billing.customer
        inner join billing.contract on contract.customer_id = customer.customer_id
        inner join billing.contract_line as line on line.contract_id = contract.contract_id
        inner join billing.subscriber_number as own on own.contract_line_id = line.contract_line_id
        where customer.customer_no = p_customer_no and own.kind = 'number'
        union
        select logic.number_typed(p_number), logic.number_typed(p_number)
        where p_number is not null
    )

    select distinct
        one.number, one.carrier_prefix, one.kind, one.state, one.happened_at, one.reason
    from held
    -- by the index on text: that on ranges is not used under row-level security
    inner join billing.preselection as one
        on
            one.number >= held.number and one.number <= held.to_number
            and length(one.number) = length(held.number)
    order by one.happened_at desc, one.number;
end;

comment on function api.preselection_list(text, text) is
$$What became of orders of carrier pre-selection, of a customer's numbers or of one number, the latest first.
Example: select * from api.preselection_list('1000')
Raises: nothing$$;

create function api.preselection_browse_list(
    p_from date default null, p_to date default null, p_words text default null
)
returns table (
    event bigint, happened_at timestamptz, number text, carrier_prefix text, kind text, state text,
    reason text, customer_no text, customer text
)
language sql stable rows 1000
begin atomic
    select
        one.preselection_id, one.happened_at, one.number, one.carrier_prefix, one.kind, one.state, one.reason,
        -- asked of the rows that are shown, no others
        (
            select holder.customer_no from billing.customer as holder
            where
                holder.customer_id = logic.number_holder(
                    one.number, (one.happened_at at time zone operator.time_zone)::date
                )
        ),
        (
            select holder.name from billing.customer as holder
            where
                holder.customer_id = logic.number_holder(
                    one.number, (one.happened_at at time zone operator.time_zone)::date
                )
        )
    from billing.preselection as one
    cross join (select operator.time_zone from billing.operator offset 0) as operator
    where
        (p_from is null or one.happened_at >= p_from::timestamp at time zone operator.time_zone)
        and (p_to is null or one.happened_at < (p_to + 1)::timestamp at time zone operator.time_zone)
        and (
            p_words is null
            or one.preselection_id = any((select logic.preselection_found(p_words))::bigint[])
        );
end;

comment on function api.preselection_browse_list(date, date, text) is
$$Orders of carrier pre-selection and what became of them, from a local day through another, of all numbers;
whose the number was then, else whoever had it last.
Example: select number, state from api.preselection_browse_list('2026-10-01', '2026-10-31')
Raises: nothing$$;

create function api.preselection_add(
    p_number text, p_carrier_prefix text, p_state text default 'ordered', p_kind text default 'all',
    p_happened_at timestamptz default null, p_reason text default null
)
returns text
language sql volatile
begin atomic
    insert into billing.preselection (number, carrier_prefix, kind, state, happened_at, reason)
    values (
        logic.number_typed(p_number), p_carrier_prefix, coalesce(p_kind, 'all'), p_state,
        coalesce(p_happened_at, date_trunc('second', now())), p_reason
    )
    returning number;
end;

comment on function api.preselection_add(text, text, text, text, timestamptz, text) is
$$Notes an order of carrier pre-selection, or the state it came to: the number.
Example: select api.preselection_add('090-200 10 05', '9500') where false
Raises: nothing$$;

create function api.charge_list(p_customer_no text)
returns table (
    contract_no text, line_no integer, charged_on date, text text, quantity numeric, price numeric,
    amount numeric, vat_code text, account text, project text, is_billed boolean, row_version integer
)
language sql stable rows 20
begin atomic
    select
        contract.contract_no, line.line_no, charge.charged_on, charge.text, charge.quantity, charge.price,
        round(charge.quantity * charge.price, 2), charge.vat_code, charge.account, charge.project,
        exists (
            select from billing.invoice_line as billed
            where billed.manual_charge_id = charge.manual_charge_id
        ),
        charge.row_version
    from billing.customer
    inner join billing.contract on contract.customer_id = customer.customer_id
    inner join billing.contract_line as line on line.contract_id = contract.contract_id
    inner join billing.manual_charge as charge on charge.contract_line_id = line.contract_line_id
    where customer.customer_no = p_customer_no
    order by charge.charged_on desc, charge.text;
end;

comment on function api.charge_list(text) is
$$Charges that were added by hand to a customer's lines, the latest first.
Example: select * from api.charge_list('1000')
Raises: nothing$$;

create function api.charge_get(p_contract_no text, p_line_no integer, p_charged_on date, p_text text)
returns table (
    contract_no text, line_no integer, charged_on date, text text, quantity numeric, price numeric,
    vat_code text, account text, project text, is_billed boolean, row_version integer
)
language sql stable rows 1
begin atomic
    select
        contract.contract_no, line.line_no, charge.charged_on, charge.text, charge.quantity, charge.price,
        charge.vat_code, charge.account, charge.project,
        exists (
            select from billing.invoice_line as billed
            where billed.manual_charge_id = charge.manual_charge_id
        ),
        charge.row_version
    from billing.contract
    inner join billing.contract_line as line on line.contract_id = contract.contract_id
    inner join billing.manual_charge as charge on charge.contract_line_id = line.contract_line_id
    where
        contract.contract_no = p_contract_no and line.line_no = p_line_no
        and charge.charged_on = p_charged_on and charge.text = p_text;
end;

comment on function api.charge_get(text, integer, date, text) is
$$A charge that was added by hand to a contract line, by its day and text. is_billed: an invoice or draft has
it.
Example: select price from api.charge_get('C1', 1, '2026-11-28', 'Installation')
Raises: nothing$$;
grant execute on function api.charge_get(text, integer, date, text) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.charge_browse_list()
returns table (
    charge bigint, charged_on date, text text, customer_no text, customer text, contract_no text,
    line_no integer, quantity numeric, price numeric, amount numeric, currency text, project text, state text
)
language sql stable rows 1000
begin atomic
    select
        charge.manual_charge_id, charge.charged_on, charge.text, customer.customer_no, customer.name,
        contract.contract_no, line.line_no, charge.quantity, charge.price,
        round(charge.quantity * charge.price, 2), customer.currency, charge.project,
        case
            when exists (
                select from billing.invoice_line as billed
                where billed.manual_charge_id = charge.manual_charge_id
            ) then 'billed'
            else 'waiting'
        end
    from billing.manual_charge as charge
    inner join billing.contract_line as line on line.contract_line_id = charge.contract_line_id
    inner join billing.contract on contract.contract_id = line.contract_id
    inner join billing.customer on customer.customer_id = contract.customer_id;
end;

comment on function api.charge_browse_list() is
$$Charges that were added by hand, of all customers: billed (on a draft, too) or waiting for the next run.
Example: select * from api.charge_browse_list()
Raises: nothing$$;
grant execute on function api.charge_browse_list() to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.charge_save(
    p_contract_no text, p_line_no integer, p_charged_on date, p_text text, p_price numeric,
    p_quantity numeric default 1, p_vat_code text default null, p_account text default null,
    p_project text default null, p_row_version integer default null
)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_line bigint := logic.line_id(p_contract_no, p_line_no);
    v_charge record;
begin
    if p_row_version is null then
        insert into billing.manual_charge (
            contract_line_id, charged_on, text, quantity, price, vat_code, account, project
        )
        values (
            v_line, p_charged_on, coalesce(p_text, ''), coalesce(p_quantity, 1), p_price, p_vat_code,
            p_account, p_project
        );
        return;
    end if;
    select charge.manual_charge_id, charge.row_version into v_charge
    from billing.manual_charge as charge
    where
        charge.contract_line_id = v_line and charge.charged_on = p_charged_on and charge.text = p_text
    for update;
    perform logic.version_check(p_row_version, coalesce(v_charge.row_version, 0));
    if exists (
        select from billing.invoice_line as billed
        where billed.manual_charge_id = v_charge.manual_charge_id
    ) then
        perform billing.fail('LB804');
    end if;
    update billing.manual_charge as charge set
        quantity = coalesce(p_quantity, 1), price = p_price, vat_code = p_vat_code, account = p_account,
        project = p_project
    where charge.manual_charge_id = v_charge.manual_charge_id;
end;
$$;

comment on function api.charge_save(
    text, integer, date, text, numeric, numeric, text, text, text, integer
) is
$$Adds a charge by hand to a contract line (row_version NULL), or changes the one with that day and text, as
long as no invoice or draft has it. A negative price is a refund.
Example: select api.charge_save('C1', 1, '2026-11-28', 'Installation', 950) where false
Raises: LB800, LB802, LB804$$;

create function api.charge_delete(
    p_contract_no text, p_line_no integer, p_charged_on date, p_text text, p_row_version integer default null
)
returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_line bigint := logic.line_id(p_contract_no, p_line_no);
    v_charge record;
begin
    select charge.manual_charge_id, charge.row_version into v_charge
    from billing.manual_charge as charge
    where
        charge.contract_line_id = v_line and charge.charged_on = p_charged_on and charge.text = p_text
    for update;
    if not found then
        return false;
    end if;
    perform logic.version_check(p_row_version, v_charge.row_version);
    if exists (
        select from billing.invoice_line as billed
        where billed.manual_charge_id = v_charge.manual_charge_id
    ) then
        perform billing.fail('LB804');
    end if;
    delete from billing.manual_charge as charge where charge.manual_charge_id = v_charge.manual_charge_id;
    return true;
end;
$$;

comment on function api.charge_delete(text, integer, date, text, integer) is
$$Takes away a charge that was added by hand, as long as no invoice or draft has it: was there one?
Example: select api.charge_delete('C1', 1, '2026-11-28', 'Installation') where false
Raises: LB800, LB802, LB804$$;

create function api.bundle_save(
    p_contract_no text, p_line_no integer, p_bundle text, p_units bigint, p_modes text[] default '{}',
    p_targets text[] default '{}', p_is_rollover boolean default false, p_covers_setup boolean default true,
    p_from_on date default null, p_to_on date default null, p_row_version integer default null
)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_line bigint := logic.line_id(p_contract_no, p_line_no);
    v_bundle bigint;
    v_found integer;
    v_unknown text;
begin
    select given.item into v_unknown
    from unnest(p_modes) as given (item)
    where not exists (
        select from billing.mode
        where mode.code = given.item or 'group:' || mode.mode_group = given.item
    )
    limit 1;
    if v_unknown is not null then
        perform billing.fail('LB802', jsonb_build_object('code', v_unknown, 'field', 'modes'));
    end if;
    if p_row_version is null then
        insert into billing.bundle (
            contract_line_id, code, units, is_rollover, covers_setup, from_on, to_on
        )
        values (
            v_line, p_bundle, p_units, coalesce(p_is_rollover, false), coalesce(p_covers_setup, true),
            p_from_on, p_to_on
        )
        returning bundle_id into v_bundle;
    else
        select bundle.bundle_id, bundle.row_version into v_bundle, v_found
        from billing.bundle
        where
            bundle.contract_line_id = v_line and bundle.code = p_bundle
            and bundle.from_on is not distinct from p_from_on
        for update;
        perform logic.version_check(p_row_version, coalesce(v_found, 0));
        -- A bundle that calls drew on goes to the former ones, and gets a new key.
        update billing.bundle set
            units = p_units, is_rollover = coalesce(p_is_rollover, false),
            covers_setup = coalesce(p_covers_setup, true), to_on = p_to_on
        where bundle.bundle_id = v_bundle
        returning bundle_id into v_bundle;
    end if;
    delete from billing.bundle_mode as one where one.bundle_id = v_bundle;
    insert into billing.bundle_mode (bundle_id, mode_id, mode_group)
    select distinct
        v_bundle, mode.mode_id, case when mode.mode_id is null then substr(given.item, 7) end
    from unnest(p_modes) as given (item)
    left join billing.mode on mode.code = given.item;
    delete from billing.bundle_target as one where one.bundle_id = v_bundle;
    with named as (
        select given.item, destination.destination_id, grouped.destination_group_id, product.product_id
        from unnest(p_targets) as given (item)
        left join billing.destination on 'dest:' || destination.code = given.item
        left join billing.destination_group as grouped on 'group:' || grouped.code = given.item
        left join billing.product on 'product:' || product.code = given.item
    ),

    added as (
        insert into billing.bundle_target (bundle_id, destination_id, destination_group_id, product_id)
        select distinct
            v_bundle, named.destination_id, named.destination_group_id, named.product_id
        from named
        where num_nonnulls(named.destination_id, named.destination_group_id, named.product_id) = 1
        returning bundle_target_id
    )

    select named.item into v_unknown
    from named
    where num_nonnulls(named.destination_id, named.destination_group_id, named.product_id) = 0
    limit 1;
    if v_unknown is not null then
        perform billing.fail('LB802', jsonb_build_object('code', v_unknown, 'field', 'targets'));
    end if;
end;
$$;

comment on function api.bundle_save(
    text, integer, text, bigint, text[], text[], boolean, boolean, date, date, integer
) is
$$Makes a bundle of a contract line (row_version NULL), or changes the one with that code and start. modes:
codes or group:NAME; targets: dest:, group: or product: and a code; none: all.
Example: select api.bundle_save('C1', 1, 'FAST100', 6000) where false
Raises: LB800, LB802$$;

grant execute on function api.number_get(text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_report, leissner_auditor, leissner_batch, leissner_integration, leissner_seller;
grant execute on function api.preselection_list(text, text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_report, leissner_auditor, leissner_batch, leissner_integration;
grant execute on function api.preselection_browse_list(date, date, text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_report, leissner_auditor, leissner_batch, leissner_integration;
grant execute on function api.charge_list(text) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;
grant execute on function
    api.number_save(text, integer, text, text, text, date, date, bigint, integer),
    api.number_move(bigint, date, text, integer, integer),
    api.preselection_add(text, text, text, text, timestamptz, text),
    api.charge_save(text, integer, date, text, numeric, numeric, text, text, text, integer),
    api.charge_delete(text, integer, date, text, integer)
to leissner_admin, leissner_sales, leissner_support, leissner_batch, leissner_integration;
grant execute on function
    api.bundle_save(text, integer, text, bigint, text[], text[], boolean, boolean, date, date, integer)
to leissner_admin, leissner_pricing, leissner_batch;
