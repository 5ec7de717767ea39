-- 60_invoice/run: a run makes drafts part by part; each part is one transaction, done once or not at all.

create function logic.setting_get(p_name text)
returns text
language sql stable parallel safe
begin atomic
    select setting.value from billing.setting where setting.name = p_name;
end;

comment on function logic.setting_get(text) is
$$A setting's value.
Example: select logic.setting_get('minimum_invoice')
Raises: nothing$$;

create function logic.run_get(p_run bigint, variadic p_states text[])
returns billing.bill_run
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run billing.bill_run;
begin
    select run.* into v_run from billing.bill_run as run where run.bill_run_id = p_run;
    if v_run.bill_run_id is null then
        perform billing.fail('LB522', jsonb_build_object('run', p_run));
    elsif v_run.state <> all(p_states) then
        perform billing.fail(
            'LB523',
            jsonb_build_object('run', p_run, 'state', v_run.state, 'needed', array_to_string(p_states, ', '))
        );
    end if;
    return v_run;
end;
$$;

comment on function logic.run_get(bigint, text[]) is
$$A run that is in one of the states.
Example: select logic.run_get(1, 'draft') where false
Raises: LB522 for an unknown run, LB523 for another state$$;

create function logic.bill_begin(
    p_through date, p_customers text[], p_size integer, p_is_forecast boolean
)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run bigint;
    v_ids bigint[];
    v_missing text;
    v_mode text := (select operator.mode from billing.operator);
begin
    perform access.require('admin', 'finance', 'batch');
    if v_mode is null then
        perform billing.fail('LB529');
    end if;
    if v_mode = 'rating' then
        perform billing.fail('LB526', jsonb_build_object('mode', v_mode, 'needed', 'basis or full'));
    end if;
    if p_customers is not null then
        select asked.no into v_missing
        from unnest(p_customers) as asked (no)
        where not exists (select from billing.customer where customer.customer_no = asked.no)
        limit 1;
        if v_missing is not null then
            perform billing.fail('LB524', jsonb_build_object('customer', v_missing));
        end if;
        v_ids := array(
            select customer.customer_id from billing.customer where customer.customer_no = any(p_customers)
        );
    end if;
    -- A forecast is never made: it takes no number of the runs, and none that another takes meanwhile.
    insert into billing.bill_run (bill_run_id, through_on, mode, options, started_by)
    overriding system value
    select
        case when p_is_forecast then -pg_backend_pid() else nextval('billing.bill_run_bill_run_id_seq') end,
        p_through, v_mode,
        case when p_customers is null then '{}' else jsonb_build_object('customers',
            to_jsonb(p_customers)) end,
        who.actor
    from audit.tx_current() as who
    returning bill_run_id into v_run;

    -- Families side by side, until a part has enough customers: a twentieth of few, so that one sees how far
    -- it has come.
    insert into billing.bill_part (bill_run_id, part_no, customers)
    select v_run, row_number() over (order by packed.n), packed.customers
    from (
        select sized.n, array_agg(sized.customer_id) as customers
        from (
            select
                family.customer_id,
                div(
                    count(*) over (order by family.family_id range between unbounded preceding
                        and current row) - 1,
                    least(p_size, greatest(25, count(*) over () * 0.05))
                ) as n
            from logic.family_list(v_ids) as family
        ) as sized
        group by sized.n
    ) as packed;
    perform audit.event_add(
        'bill_run', v_run::text, jsonb_build_object('through', p_through, 'customers', to_jsonb(p_customers))
    );
    return v_run;
end;
$$;

comment on function logic.bill_begin(date, text[], integer, boolean) is
$$Begins a run through a day over all payers, or over those connected with some customers, in some twenty
parts of p_size customers at most. Its number; below zero: of a forecast, which whoever asked rolls back.
Example: select logic.bill_begin('2026-10-31', null, 2000, false) where false
Raises: LB524 for an unknown customer, LB526 in the mode rating, LB529 without operator,
    LB901 without the level finance, batch or admin$$;

create function logic.vat_pick(p_charge_vat text, p_day date, p_kind text, p_country text, p_vat_no text)
returns table (code text, percent numeric, category text, account text, fault text)
language sql stable parallel safe rows 1
begin atomic
    with wanted as (
        select case
            when p_country = operator.country then 'own'
            when not logic.is_eu(p_country) or not logic.is_eu(operator.country) then 'O'
            when p_kind <> 'private' and p_vat_no is not null then 'AE'
            else 'own'
        end as category
        from billing.operator
    ),

    own as (
        select vat.code, vat.percent, vat.category, vat.account
        from billing.vat_code as vat
        where vat.code = p_charge_vat and vat.valid @> p_day
    ),

    -- what is exempt or outside VAT at home is so abroad
    foreign_code as (
        select vat.code, vat.percent, vat.category, vat.account
        from billing.vat_code as vat
        inner join wanted on wanted.category = vat.category
        where vat.valid @> p_day
        order by vat.code
        limit 1
    )

    select
        picked.code, picked.percent, picked.category, picked.account,
        case
            when p_charge_vat is null then 'LB512'
            when own.code is null then 'LB513'
            when picked.code is null then 'LB514'
        end
    from wanted
    left join own on true
    left join lateral (
        select * from own where wanted.category = 'own' or own.category in ('E', 'O', 'AE')
        union all
        select * from foreign_code where wanted.category <> 'own' and own.category in ('S', 'Z')
    ) as picked on true;
end;

comment on function logic.vat_pick(text, date, text, text, text) is
$$The VAT code that applies to a payer (kind, country,
    VAT number) for a charge of one code on a day: reverse charge for
businesses with VAT number in another EU country, outside scope beyond the EU.
Example: select * from logic.vat_pick('SE25', '2026-10-31', 'business', 'SE', null)
Raises: nothing$$;

create function logic.payer_flaw_list(p_payers bigint[])
returns setof logic.bill_flaw
language sql stable rows 100
begin atomic
    select
        row(
            payer.customer_id, 'LB510',
            jsonb_build_object(
                'customer', payer.customer_no, 'delivery', payer.delivery, 'field', string_agg(needed.field,
                    ', ')
            )
        )::logic.bill_flaw
    from billing.customer as payer
    cross join lateral (
        values
        ('print', 'street', coalesce(payer.billing_street, payer.street)),
        ('print', 'postcode', coalesce(payer.billing_postcode, payer.postcode)),
        ('print', 'city', coalesce(payer.billing_city, payer.city)),
        ('email', 'email', substring(payer.email from '^[^@[:space:]]+@[^@[:space:]]+$')),
        -- SCHEME:NUMBER, or a number whose scheme its length or the country tells; in the north it is the
        -- registration number where nothing else is said
        ('einvoice', 'einvoice_id', case
            when
                payer.country in ('SE', 'NO', 'DK', 'FI')
                then substring(
                    coalesce(payer.einvoice_id, payer.org_no)
                    from '^(?:[0-9]{4}:[^[:space:]]+|[0-9 -]{8,20})$'
                )
            else substring(payer.einvoice_id from '^(?:[0-9]{4}:[^[:space:]]+|[0-9]{13})$')
        end)
    ) as needed (delivery, field, value)
    where
        payer.customer_id = any(p_payers) and needed.delivery = payer.delivery
        and coalesce(needed.value, '') = ''
        -- what another system invoices, it delivers
        and (select operator.mode from billing.operator) <> 'basis'
    group by payer.customer_id, payer.customer_no, payer.delivery;
end;

comment on function logic.payer_flaw_list(bigint[]) is
$$Payers that lack the address that their delivery needs.
Example: select * from logic.payer_flaw_list('{1}')
Raises: nothing$$;

create type logic.bill_line as (
    place integer, item logic.bill_item, vat_code text, vat_percent numeric, vat_category text, fault text
);
comment on type logic.bill_line is 'An item with the VAT that applies; place: of the item.';

create type logic.bill_document as (
    invoice_id bigint, payer_id bigint, currency text, net numeric, tax numeric, rounding numeric,
    from_on date, to_on date
);
comment on type logic.bill_document is 'A document to be.';

create function logic.bill_part_make(p_run bigint)
returns integer
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set enable_mergejoin = off
as $$
declare
    v_run billing.bill_run;
    v_part billing.bill_part;
    v_back date;
    v_lines bigint[];
    v_payers logic.bill_payer[];
    v_due logic.fee_due[];
    v_usage logic.bill_usage;
    v_items logic.bill_item[];
    v_priced logic.bill_line[];
    v_flaws logic.bill_flaw[];
    v_barred bigint[];
    v_minimum numeric := coalesce(logic.setting_get('minimum_invoice')::numeric, 0);
    v_is_rounded boolean := logic.setting_get('invoice_rounding') = 'yes';
    v_documents logic.bill_document[];
begin
    perform access.require('admin', 'finance', 'batch');
    v_run := logic.run_get(p_run, 'making');
    select part.* into v_part
    from billing.bill_part as part
    where part.bill_run_id = p_run and part.done_at is null
    order by part.part_no
    limit 1
    for update skip locked;
    if v_part.part_no is null then
        return null;
    end if;
    v_back := (
        v_run.through_on
        - make_interval(months => coalesce(logic.setting_get('correct_back_months')::integer, 12))
    )::date;

    -- Families take turns, in order, so that runs never wait in a circle; and what is rated now waits.
    insert into billing.bill_turn (customer_id)
    select one.customer_id from unnest(v_part.customers) as one (customer_id) order by one.customer_id
    on conflict do nothing;
    perform from (
        select turn.customer_id from billing.bill_turn as turn
        where turn.customer_id = any(v_part.customers)
        order by turn.customer_id
        for update
    ) as locked;
    perform from (
        select month.customer_id from billing.customer_month as month
        inner join billing.usage_month as open on open.month = month.month and not open.is_settled
        where month.customer_id = any(v_part.customers) and month.month <= v_run.through_on
        order by month.customer_id, month.month
        for share of month
    ) as locked;

    perform logic.call_partition_add(
        array(select open.month from billing.usage_month as open where not open.is_settled), 'call_billed'
    );
    v_lines := array(
        select line.contract_line_id
        from billing.contract
        inner join billing.contract_line as line on line.contract_id = contract.contract_id
        where contract.customer_id = any(v_part.customers)
    );
    v_payers := array(select payer from logic.bill_payer_list(v_part.customers, v_run.through_on) as payer);
    v_due := array(select due from logic.fee_due_list(v_lines, v_run.through_on, v_back) as due);
    v_usage := logic.usage_list(v_part.customers, v_payers, v_run.through_on);
    v_items := v_usage.items
        || array(
            select item from logic.fee_item_list(v_due, v_lines, v_payers, v_back) as item
        )
        || array(
            select item from logic.manual_item_list(v_lines, v_payers, v_run.through_on) as item
        );
    if v_run.mode = 'full' then
        v_items := v_items || array(
            select item
            from logic.late_item_list(v_part.customers, v_payers, v_run.through_on, v_back) as item
        );
    end if;

    v_priced := array(
        select row(item.place, item.item, vat.code, vat.percent, vat.category, vat.fault)::logic.bill_line
        from (
            select
                row_number() over ()::integer as place,
                one::logic.bill_item as item
            from unnest(v_items) as one
        ) as item
        inner join billing.customer as payer on payer.customer_id = (item.item).payer_id
        inner join (
            select asked.*, found.*
            from (
                select distinct
                    one.charge_vat, one.vat_on, who.kind, who.country,
                    case when who.vat_no is not null then 'yes' end as vat_no
                from unnest(v_items) as one
                inner join billing.customer as who on who.customer_id = one.payer_id
            ) as asked
            cross join lateral logic.vat_pick(
                asked.charge_vat, asked.vat_on, asked.kind, asked.country, asked.vat_no
            ) as found
        ) as vat
            on vat.charge_vat is not distinct from (item.item).charge_vat and vat.vat_on = (item.item).vat_on
            and vat.kind = payer.kind and vat.country = payer.country
            and (vat.vat_no is not null) = (payer.vat_no is not null)
    );

    v_flaws := v_usage.flaws
        || array(select flaw from logic.payer_flaw_list(
            array(select distinct one.payer_id from unnest(v_items) as one)
        ) as flaw)
        || array(
            select distinct
                row(payer.payer_id, 'LB515', jsonb_build_object(
                    'currency', payer.currency, 'day', v_run.through_on, 'customer', customer.customer_no
                ))::logic.bill_flaw
            from unnest(v_payers) as payer
            inner join billing.customer on customer.customer_id = payer.payer_id
            where
                payer.rate is null
                and payer.customer_id in (select due.customer_id
                    from unnest(v_due) as due where due.is_chargeable)
        )
        || array(
            select row(due.customer_id, due.fault, min(due.params::text)::jsonb)::logic.bill_flaw
            from unnest(v_due) as due
            where due.fault is not null and due.is_chargeable
            group by due.customer_id, due.contract_line_id, due.service_charge_id, due.fault
        )
        -- Each cause once, with the first day that it stops.
        || array(
            select
                row(
                    cause.payer_id, cause.fault,
                    jsonb_build_object('day', min(cause.day)) || cause.params
                )::logic.bill_flaw
            from (
                select
                    (line.item).payer_id,
                    case when (line.item).open_item_id is not null then 'LB742' else line.fault end as fault,
                    (line.item).vat_on as day,
                    jsonb_build_object('customer', payer.customer_no) || case
                        when (line.item).open_item_id is not null then '{}'
                        when line.fault = 'LB512' then jsonb_build_object(
                            'contract', contract.contract_no, 'line', one.line_no,
                            'what', case
                                when (line.item).charge_kind = 'usage' then service.code else (line.item).what
                            end
                        )
                        when line.fault = 'LB513' then jsonb_build_object('code', (line.item).charge_vat)
                        else jsonb_build_object(
                            'category', case when logic.is_eu(payer.country) then 'AE' else 'O' end
                        )
                    end as params
                from unnest(v_priced) as line
                inner join billing.customer as payer on payer.customer_id = (line.item).payer_id
                inner join billing.contract on contract.contract_id = (line.item).contract_id
                inner join billing.contract_line as one
                    on one.contract_line_id = (line.item).contract_line_id
                inner join billing.service on service.service_id = one.service_id
                where line.fault is not null
            ) as cause
            group by cause.payer_id, cause.fault, cause.params
        );
    insert into billing.bill_fault (bill_run_id, customer_id, code, params)
    select p_run, flaw.customer_id, flaw.code, jsonb_strip_nulls(flaw.params) from unnest(v_flaws) as flaw;
    -- A payer that cannot be reached or reckoned with gets no document; a line without VAT is left out.
    v_barred := array(
        select distinct flaw.customer_id from unnest(v_flaws) as flaw where flaw.code in ('LB510', 'LB515')
    );

    with sized as materialized (
        select
            line.place, (line.item).*, line.vat_code, line.vat_percent, line.vat_category
        from unnest(v_priced) as line
        where line.fault is null and (line.item).payer_id <> all(v_barred)
    ),

    tax as materialized (
        select
            sized.payer_id, sized.currency, sized.vat_code, sized.vat_percent,
            min(sized.vat_category) as category, sum(sized.net) as base,
            round(sum(sized.net) * sized.vat_percent * 0.01, min(currency.decimals)::integer) as tax
        from sized
        inner join billing.currency on currency.currency = sized.currency
        group by sized.payer_id, sized.currency, sized.vat_code, sized.vat_percent
    ),

    total as materialized (
        select
            summed.*,
            case when v_is_rounded then round(summed.net + summed.tax,
                0) - (summed.net + summed.tax) else 0 end
            as rounding
        from (
            select tax.payer_id, tax.currency, sum(tax.base) as net, sum(tax.tax) as tax
            from tax
            group by tax.payer_id, tax.currency
        ) as summed
    ),

    -- Small amounts wait for the next run, at most three times in a row and not when a contract has ended.
    small as materialized (
        select total.payer_id, total.currency, total.net + total.tax + total.rounding as total
        from total
        where
            total.net + total.tax + total.rounding between 0 and v_minimum - 0.000001
            and (
                select count(*) from billing.bill_carry as carry
                where
                    carry.payer_id = total.payer_id and carry.currency = total.currency
                    and carry.bill_run_id > coalesce(
                        (
                            select max(former.bill_run_id) from billing.invoice as former
                            where
                                former.payer_id = total.payer_id and former.currency = total.currency
                                and former.credits_id is null
                        ),
                        0
                    )
            ) < 3
            and not exists (
                select from sized
                inner join billing.contract on contract.contract_id = sized.contract_id
                where
                    sized.payer_id = total.payer_id and sized.currency = total.currency
                    and upper(contract.valid) <= v_run.through_on + 1
            )
    ),

    carried as (
        insert into billing.bill_carry (bill_run_id, payer_id, currency, total)
        select p_run, small.payer_id, small.currency, small.total from small
    ),

    document as materialized (
        select
            nextval('billing.invoice_invoice_id_seq') as invoice_id, total.*
        from (
            select total.* from total
            where (total.payer_id, total.currency) not in (select small.payer_id, small.currency from small)
            order by total.payer_id, total.currency
        ) as total
    ),

    line as materialized (
        select
            nextval('billing.invoice_line_invoice_line_id_seq') as invoice_line_id, ordered.*
        from (
            select
                document.invoice_id, sized.*,
                row_number() over (
                    partition by document.invoice_id
                    order by
                        customer.customer_no collate "C", contract.contract_no collate "C", one.line_no,
                        array_position(array['one_time', 'periodic', 'manual', 'fee', 'usage'],
                            sized.charge_kind),
                        sized.what collate "C", sized.from_on, sized.place
                ) as turn
            from sized
            inner join document
                on document.payer_id = sized.payer_id and document.currency = sized.currency
            inner join billing.customer on customer.customer_id = sized.customer_id
            inner join billing.contract on contract.contract_id = sized.contract_id
            inner join billing.contract_line as one on one.contract_line_id = sized.contract_line_id
            order by document.invoice_id, turn
        ) as ordered
    ),

    call_written as (
        insert into billing.call_billed (customer_id, start_on, call_id, invoice_line_id, amount, turn)
        select call.customer_id, call.start_on, call.call_id, line.invoice_line_id, call.amount, call.turn
        from unnest(v_usage.calls) as call
        inner join line on line.place = call.place and line.charge_kind = 'usage'
        order by call.customer_id, call.start_on, call.call_id
    ),

    line_written as (
        insert into billing.invoice_line (
            invoice_line_id, invoice_id, place, customer_id, contract_id, contract_line_id, kind, charge_kind,
            service_charge_id, manual_charge_id, product_id, mode_id, what, text, period_on, part_on, valid,
            quantity, units, net, charge_vat, vat_code, vat_percent, vat_category, account, project,
                corrects_id, open_item_id
        )
        select
            line.invoice_line_id, line.invoice_id, line.turn, line.customer_id, line.contract_id,
            line.contract_line_id,
            -- what a credit note set free is billed again as what it is
            case
                when line.is_correction and not exists (
                    select from billing.invoice_line as last
                    inner join billing.invoice as note on note.invoice_id = last.invoice_id
                    where last.invoice_line_id = line.corrects_id and note.credits_id is not null
                ) then 'correction'
                else line.charge_kind
            end,
            line.charge_kind, line.service_charge_id, line.manual_charge_id, line.product_id, line.mode_id,
            line.what, line.text, line.period_on, line.part_on, daterange(line.from_on, line.to_on),
            line.quantity, line.units, line.net, line.charge_vat, line.vat_code, line.vat_percent,
            line.vat_category, line.account, line.project, line.corrects_id, line.open_item_id
        from line
    ),

    tax_written as (
        insert into billing.invoice_tax (invoice_id, vat_code, percent, category, account, base, tax)
        select document.invoice_id, tax.vat_code, tax.vat_percent, tax.category, code.account, tax.base,
            tax.tax
        from tax
        inner join document on document.payer_id = tax.payer_id and document.currency = tax.currency
        left join billing.vat_code as code on code.code = tax.vat_code and code.valid @> v_run.through_on
    )

    -- Documents come last, in a statement of their own: their trigger looks at what is written here.
    select coalesce(
        array_agg(
            row(
                document.invoice_id, document.payer_id, document.currency, document.net, document.tax,
                document.rounding, period.from_on, period.to_on
            )::logic.bill_document
        ),
        '{}'
    )
    into v_documents
    from document
    inner join (
        select line.invoice_id, min(line.from_on) as from_on, max(line.to_on) as to_on
        from line
        group by line.invoice_id
    ) as period on period.invoice_id = document.invoice_id;

    insert into billing.invoice (
        invoice_id, bill_run_id, kind, payer_id, currency, home_rate, language, valid, net, tax, rounding,
            total
    )
    select
        document.invoice_id, p_run,
        case when document.net + document.tax + document.rounding < 0 then 'credit' else 'invoice' end,
        document.payer_id, document.currency, rate.rate, payer.language,
        daterange(document.from_on, document.to_on), document.net, document.tax, document.rounding,
        document.net + document.tax + document.rounding
    from unnest(v_documents) as document
    inner join billing.customer as payer on payer.customer_id = document.payer_id
    inner join (
        select one.currency, logic.rate_on(one.currency, v_run.through_on) as rate
        from (select distinct document.currency from unnest(v_documents) as document) as one
    ) as rate on rate.currency = document.currency
    order by document.invoice_id;

    update billing.bill_part as part
    set done_at = clock_timestamp()
    where part.bill_run_id = p_run and part.part_no = v_part.part_no;
    perform audit.event_add(
        'bill_part', format('%s/%s', p_run, v_part.part_no),
        jsonb_build_object(
            'documents', cardinality(v_documents), 'lines', cardinality(v_priced),
            'calls', cardinality(v_usage.calls), 'faults', cardinality(v_flaws),
            'totals', (
                select jsonb_object_agg(one.currency, one.total)
                from (
                    select document.currency, sum(document.net + document.tax + document.rounding) as total
                    from unnest(v_documents) as document
                    group by document.currency
                ) as one
            )
        )
    );
    return v_part.part_no;
end;
$$;

comment on function logic.bill_part_make(bigint) is
$$Makes the drafts of the next part of a run that nobody works on: due less billed of all its customers. Its
number; NULL when there is none left.
Example: select logic.bill_part_make(1) where false
Raises: LB522 for an unknown run, LB523 for one that is made, LB901 without the level finance,
    batch or admin$$;

create function logic.usage_settle(p_through date)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_months date[];
begin
    -- Loading shares these rows until it commits, so that no call comes in unseen: a month that is busy is
    -- settled by a later run. Counted in a statement of its own, which sees all that was loaded before.
    v_months := array(
        select open.month from billing.usage_month as open
        where not open.is_settled and (open.month + interval '1 month')::date <= p_through + 1
        order by open.month
        for update skip locked
    );
    with open as materialized (
        select one.month from unnest(v_months) as one (month)
    ),

    total as (
        select one.month, sum(one.calls) as calls
        from billing.call_customer_month as one
        where one.month in (select open.month from open)
        group by one.month
    ),

    billed as (
        select open.month, sum(one.turn) as calls
        from open
        inner join billing.call_billed as one
            on one.start_on >= open.month and one.start_on < (open.month + interval '1 month')::date
        group by open.month
    )

    update billing.usage_month as done
    set is_settled = true
    from total
    left join billed on billed.month = total.month
    where done.month = total.month and total.calls = coalesce(billed.calls, 0);
end;
$$;

comment on function logic.usage_settle(date) is
$$Marks the months up to a day all of whose calls stand on documents: runs read them no more.
Example: select logic.usage_settle('2026-10-31') where false
Raises: nothing$$;

create function logic.usage_open(p_days date[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_months date[] := array(
        select distinct date_trunc('month', one.day::timestamp)::date as month
        from unnest(p_days) as one (day) order by month
    );
begin
    insert into billing.usage_month (month) select one.month from unnest(v_months) as one (month)
    on conflict do nothing;
    update billing.usage_month as open set is_settled = false
    where open.is_settled and open.month = any(v_months);
    -- Shared with other loaders until commit: a run settles no month whose calls it cannot see yet.
    perform from (
        select open.month from billing.usage_month as open
        where open.month = any(v_months)
        order by open.month
        for share
    ) as locked;
end;
$$;

comment on function logic.usage_open(date[]) is
$$Says that calls of these days are being stored: their months have something to bill.
Example: select logic.usage_open('{}')
Raises: nothing$$;

create function logic.bill_finish(p_run bigint)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run billing.bill_run;
begin
    perform access.require('admin', 'finance', 'batch');
    v_run := logic.run_get(p_run, 'making', 'draft');
    if exists (select from billing.bill_part as part where part.bill_run_id = p_run
        and part.done_at is null) then
        return false;
    end if;
    update billing.bill_run as run set state = 'draft', made_at = clock_timestamp()
    where run.bill_run_id = p_run and run.state = 'making';
    perform logic.usage_settle(v_run.through_on);
    if
        not exists (select from billing.invoice where invoice.bill_run_id = p_run)
        and not exists (select from billing.bill_fault as fault where fault.bill_run_id = p_run)
        and not exists (select from billing.bill_carry as carry where carry.bill_run_id = p_run)
    then
        perform logic.bill_discard(p_run);
    end if;
    return true;
end;
$$;

comment on function logic.bill_finish(bigint) is
$$Makes a run a draft once all its parts are done; false: some are not. A run that found nothing to bill and
nothing at fault is discarded.
Example: select logic.bill_finish(1) where false
Raises: LB522, LB523, LB901$$;

create function logic.bill_discard(p_run bigint)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run billing.bill_run;
    v_documents bigint[];
    v_lines bigint[];
begin
    perform access.require('admin', 'finance', 'batch');
    perform from billing.bill_run as run where run.bill_run_id = p_run for update;
    v_run := logic.run_get(p_run, 'making', 'draft');
    v_documents := array(
        select invoice.invoice_id from billing.invoice where invoice.bill_run_id = p_run
    );
    v_lines := array(
        select line.invoice_line_id from billing.invoice_line as line where line.invoice_id = any(v_documents)
    );
    with gone as (
        delete from billing.call_billed as billed where billed.invoice_line_id = any(v_lines)
        returning date_trunc('month', billed.start_on::timestamp)::date as month
    )

    update billing.usage_month as open
    set is_settled = false
    where open.is_settled and open.month in (select gone.month from gone);
    delete from billing.invoice_line as line where line.invoice_id = any(v_documents);
    delete from billing.invoice_tax as tax where tax.invoice_id = any(v_documents);
    delete from billing.invoice where invoice.invoice_id = any(v_documents);
    delete from billing.bill_run as run where run.bill_run_id = p_run;
    perform audit.event_add(
        'bill_discard', p_run::text,
        jsonb_build_object('documents', cardinality(v_documents), 'lines', cardinality(v_lines))
    );
end;
$$;

comment on function logic.bill_discard(bigint) is
$$Takes a draft run back: nothing of it is left but the log, and all it charged is unbilled again.
Example: select logic.bill_discard(1) where false
Raises: LB522, LB523, LB901$$;

-- api

create function api.bill_begin(
    p_through date, p_customers text[] default null, p_size integer default 2000,
    p_is_forecast boolean default false
)
returns bigint
language sql volatile
return logic.bill_begin(p_through, p_customers, p_size, p_is_forecast);

comment on function api.bill_begin(date, text[], integer, boolean) is
$$Begins a run through a day: its number. Then api.bill_part_make until it gives NULL, then api.bill_finish.
Example: select api.bill_begin('2026-10-31') where false
Raises: LB524, LB526, LB901$$;
grant execute on function api.bill_begin(date, text[], integer, boolean)
to leissner_admin, leissner_finance, leissner_batch;

create function api.bill_part_make(p_run bigint)
returns integer
language sql volatile
return logic.bill_part_make(p_run);

comment on function api.bill_part_make(bigint) is
$$Makes the drafts of one part of a run, in this transaction; several sessions may work side by side.
Example: select api.bill_part_make(1) where false
Raises: LB522, LB523, LB901$$;
grant execute on function api.bill_part_make(bigint) to leissner_admin, leissner_finance, leissner_batch;

create function api.bill_finish(p_run bigint)
returns boolean
language sql volatile
return logic.bill_finish(p_run);

comment on function api.bill_finish(bigint) is
$$Makes a run a draft once all its parts are done; false: some are not. What found nothing is discarded.
Example: select api.bill_finish(1) where false
Raises: LB522, LB523, LB901$$;
grant execute on function api.bill_finish(bigint) to leissner_admin, leissner_finance, leissner_batch;

create function api.bill_discard(p_run bigint)
returns void
language sql volatile
begin atomic
    select logic.bill_discard(p_run);
end;

comment on function api.bill_discard(bigint) is
$$Takes a draft run back.
Example: select api.bill_discard(1) where false
Raises: LB522, LB523, LB901$$;
grant execute on function api.bill_discard(bigint) to leissner_admin, leissner_finance, leissner_batch;
