-- 60_invoice/check: what a person should look at before a run is approved (BILLING.md 4.2): a function for
-- each kind, with the columns (subject, params); logic.bill_check puts them together, worst first.

create function logic.odd_fault_list(p_run bigint)
returns table (subject text, params jsonb)
language sql stable rows 10
begin atomic
    select
        customer.customer_no,
        jsonb_build_object('name', customer.name, 'code', fault.code, 'params', fault.params)
    from billing.bill_fault as fault
    inner join billing.customer on customer.customer_id = fault.customer_id
    where fault.bill_run_id = p_run;
end;

comment on function logic.odd_fault_list(bigint) is
$$What a run could not bill, and why.
Example: select * from logic.odd_fault_list(1)
Raises: nothing$$;

create function logic.odd_account_list()
returns table (subject text, params jsonb)
language sql stable rows 1
begin atomic
    select given.kind, jsonb_build_object('number', given.number)
    from billing.operator
    cross join lateral (
        values ('bankgiro', operator.bankgiro), ('plusgiro', operator.plusgiro), ('iban', operator.iban)
    ) as given (kind, number)
    where not logic.account_check(given.kind, given.number);
end;

comment on function logic.odd_account_list() is
$$Accounts of the operator with a wrong check digit, on which no money would arrive.
Example: select * from logic.odd_account_list()
Raises: nothing$$;

create function logic.odd_far_list(p_through date)
returns table (subject text, params jsonb)
language sql stable rows 1
begin atomic
    select p_through::text, jsonb_build_object('days', p_through - logic.today())
    where p_through > logic.today() + 31;
end;

comment on function logic.odd_far_list(date) is
$$A last day that lies more than 31 days ahead, as one mistyped does.
Example: select * from logic.odd_far_list('2026-10-31')
Raises: nothing$$;

create function logic.odd_vat_no_list(p_run bigint)
returns table (subject text, params jsonb)
language sql stable rows 1
begin atomic
    select 'operator', jsonb_build_object('name', operator.name)
    from billing.operator
    where
        operator.mode = 'full' and operator.vat_no is null
        and exists (select from billing.invoice where invoice.bill_run_id = p_run and invoice.tax <> 0);
end;

comment on function logic.odd_vat_no_list(bigint) is
$$The operator, where documents have VAT and it has no VAT number, which they must carry.
Example: select * from logic.odd_vat_no_list(1)
Raises: nothing$$;

create function logic.odd_long_past_list(p_run bigint, p_through date)
returns table (subject text, params jsonb)
language sql stable rows 10
begin atomic
    select
        payer.customer_no,
        jsonb_build_object(
            'name', payer.name, 'total', round(sum(line.net), 2), 'currency', invoice.currency, 'from',
            min(lower(line.valid))
        )
    from billing.invoice
    inner join billing.invoice_line as line on line.invoice_id = invoice.invoice_id
    inner join billing.customer as payer on payer.customer_id = invoice.payer_id
    where
        invoice.bill_run_id = p_run and line.kind = 'periodic'
        and upper(line.valid) <= (p_through - interval '2 months')::date
    group by payer.customer_no, payer.name, invoice.currency;
end;

comment on function logic.odd_long_past_list(bigint, date) is
$$Payers who are billed for periods that ended two months before the last day or earlier: first bills of a
contract whose first day may be mistyped. total: net of those periods.
Example: select * from logic.odd_long_past_list(1, '2026-10-31')
Raises: nothing$$;

create function logic.odd_iban_list(p_run bigint)
returns table (subject text, params jsonb)
language sql stable rows 100
begin atomic
    select
        payer.customer_no,
        jsonb_build_object(
            'name', payer.name, 'total', round(invoice.total, 2), 'currency', invoice.currency, 'country',
            coalesce(payer.billing_country, payer.country)
        )
    from billing.invoice
    inner join billing.customer as payer on payer.customer_id = invoice.payer_id
    cross join billing.operator
    where
        invoice.bill_run_id = p_run and invoice.total > 0 and operator.mode = 'full' and operator.iban is null
        and (
            invoice.currency <> operator.currency
            or coalesce(payer.billing_country, payer.country) <> operator.country
        );
end;

comment on function logic.odd_iban_list(bigint) is
$$Invoices abroad, or in another currency, of an operator that has no IBAN: its other accounts cannot take the
money.
Example: select * from logic.odd_iban_list(1)
Raises: nothing$$;

create function logic.odd_no_account_list(p_run bigint)
returns table (subject text, params jsonb)
language sql stable rows 100
begin atomic
    select service.code, jsonb_build_object('name', service.name, 'lines', count(*), 'what', min(line.what))
    from billing.bill_run as run
    inner join billing.invoice on invoice.bill_run_id = run.bill_run_id
    inner join billing.invoice_line as line on line.invoice_id = invoice.invoice_id
    inner join billing.contract_line as one on one.contract_line_id = line.contract_line_id
    inner join billing.service on service.service_id = one.service_id
    where run.bill_run_id = p_run and run.mode = 'basis' and line.account is null
    group by service.service_id;
end;

comment on function logic.odd_no_account_list(bigint) is
$$Services whose lines have no account in a basis: the accounting system would not know where to book them.
Example: select * from logic.odd_no_account_list(1)
Raises: nothing$$;

create function logic.odd_ended_list(p_run bigint)
returns table (subject text, params jsonb)
language sql stable rows 10
begin atomic
    select
        contract.contract_no,
        jsonb_build_object(
            'name', payer.name, 'line', one.line_no, 'what', min(line.what), 'day', upper(one.valid) - 1,
            'total', round(sum(line.net), 2), 'currency', invoice.currency
        )
    from billing.invoice
    inner join billing.customer as payer on payer.customer_id = invoice.payer_id
    inner join billing.invoice_line as line on line.invoice_id = invoice.invoice_id
    inner join billing.contract_line as one on one.contract_line_id = line.contract_line_id
    inner join billing.contract on contract.contract_id = one.contract_id
    inner join billing.service on service.service_id = one.service_id
    where
        invoice.bill_run_id = p_run and invoice.state = 'draft' and line.charge_kind = 'periodic'
        and line.net > 0 and upper(line.valid) > upper(one.valid)
        -- what is bound is charged beyond its end
        and upper(line.valid) > lower(one.valid) + make_interval(
            months => coalesce(contract.binding_months, service.binding_months)
        )
    group by contract.contract_id, one.contract_line_id, payer.customer_id, invoice.currency;
end;

comment on function logic.odd_ended_list(bigint) is
$$Contract lines that drafts charge beyond their end: they ended after the drafts were made.
Example: select * from logic.odd_ended_list(1)
Raises: nothing$$;

create function logic.odd_address_list(p_run bigint)
returns table (subject text, params jsonb)
language sql stable rows 10
begin atomic
    select
        payer.customer_no,
        jsonb_build_object('name', payer.name, 'delivery', payer.delivery, 'field', flaw.params ->> 'field')
    from logic.payer_flaw_list(
        array(
            select invoice.payer_id from billing.invoice
            where invoice.bill_run_id = p_run and invoice.state = 'draft'
        )
    ) as flaw
    inner join billing.customer as payer on payer.customer_id = flaw.customer_id;
end;

comment on function logic.odd_address_list(bigint) is
$$Payers of drafts that lack what their delivery needs: they lost it after the drafts were made, and documents
are issued with the address of that moment.
Example: select * from logic.odd_address_list(1)
Raises: nothing$$;

create function logic.odd_suspended_list(p_through date)
returns table (subject text, params jsonb)
language sql stable rows 5
begin atomic
    select suspense.reason, jsonb_build_object('calls', count(*))
    from billing.call_suspense as suspense
    where coalesce(suspense.start_on, suspense.started_at::date) <= p_through
    group by suspense.reason;
end;

comment on function logic.odd_suspended_list(date) is
$$Suspended calls up to and including a day, however old: what a run through it leaves out, by reason.
Example: select * from logic.odd_suspended_list('2026-10-31')
Raises: nothing$$;

create function logic.odd_margin_list(p_run bigint)
returns table (subject text, params jsonb)
language sql stable rows 10
begin atomic
    select
        payer.customer_no,
        jsonb_build_object(
            'name', payer.name, 'revenue', round(sum(call.retail_base), 2),
            'cost', round(sum(call.cost_base), 2)
        )
    from billing.invoice
    inner join billing.customer as payer on payer.customer_id = invoice.payer_id
    inner join billing.invoice_line as line on line.invoice_id = invoice.invoice_id
    inner join billing.call_billed as billed on billed.invoice_line_id = line.invoice_line_id
    inner join billing.call
        on call.customer_id = billed.customer_id and call.start_on = billed.start_on
        and call.call_id = billed.call_id
    where invoice.bill_run_id = p_run and call.cost_base is not null
    group by invoice.invoice_id, payer.customer_id
    having sum(call.retail_base) < sum(call.cost_base);
end;

comment on function logic.odd_margin_list(bigint) is
$$Documents whose calls cost more than they bring, as far as their cost is known.
Example: select * from logic.odd_margin_list(1)
Raises: nothing$$;

create function logic.odd_credit_limit_list(p_run bigint)
returns table (subject text, params jsonb)
language sql stable rows 10
begin atomic
    select
        payer.customer_no,
        jsonb_build_object(
            'name', payer.name, 'total', round(invoice.total, 2), 'currency', invoice.currency,
            'limit', round(payer.credit_limit, 2)
        )
    from billing.invoice
    inner join billing.customer as payer on payer.customer_id = invoice.payer_id
    where invoice.bill_run_id = p_run and invoice.total * invoice.home_rate > payer.credit_limit;
end;

comment on function logic.odd_credit_limit_list(bigint) is
$$Documents above the credit limit of who pays.
Example: select * from logic.odd_credit_limit_list(1)
Raises: nothing$$;

create function logic.bill_check_limit(p_name text)
returns numeric
language sql stable security definer  -- listed: settings are for admin
set search_path = pg_catalog, pg_temp
begin atomic
    select coalesce(logic.setting_get('bill_check_' || p_name)::numeric, 0);
end;

comment on function logic.bill_check_limit(text) is
$$The setting bill_check_NAME: how odd something must be to be listed. It checks no permission: who may see
a run may know it.
Example: select logic.bill_check_limit('credit')
Raises: nothing$$;

create function logic.month_turns(p_from date, p_to date)
returns integer
language sql immutable parallel safe strict
return (
    (extract(year from p_to) - extract(year from p_from)) * 12
    + extract(month from p_to) - extract(month from p_from)
)::integer;

comment on function logic.month_turns(date, date) is
$$How many turns of a month lie between two days.
Example: select logic.month_turns('2026-10-31', '2026-11-30')
Raises: nothing$$;

create function logic.former_total_list(p_run bigint, p_count integer)
returns table (invoice_id bigint, documents bigint, mean numeric)
language sql stable rows 1000
begin atomic
    with own as materialized (
        select invoice.invoice_id, invoice.payer_id, invoice.currency, run.through_on + 1 as until_on
        from billing.invoice
        inner join billing.bill_run as run on run.bill_run_id = invoice.bill_run_id
        where invoice.bill_run_id = p_run and invoice.credits_id is null
    ),

    -- Each with the first day after the document before it: fees fall due at the turn of a month, so the
    -- turns between the two say how long a time it charges.
    dated as materialized (
        select one.*
        from (
            select
                own.invoice_id, former.invoice_id as former_id, former.total,
                row_number() over latest as nth, own.until_on as own_until_on, run.through_on + 1 as until_on,
                coalesce(lead(run.through_on + 1) over latest, lower(former.valid)) as since_on,
                first_value(run.through_on + 1) over latest as own_since_on
            from own
            inner join billing.invoice as former
                on former.payer_id = own.payer_id and former.currency = own.currency
            inner join billing.bill_run as run on run.bill_run_id = former.bill_run_id
            where
                former.state = 'approved' and former.invoice_id < own.invoice_id
                and former.credits_id is null
            window latest as (
                partition by own.invoice_id order by former.invoice_on desc, former.number desc
            )
        ) as one
        where one.nth <= 14
    ),

    -- The months of the longest period that a fee of a document is for.
    fee as materialized (
        select
            line.invoice_id, round(max(upper(line.valid) - lower(line.valid)) * 0.0329) as months
        from (
            select dated.former_id as invoice_id from dated
            union all
            select own.invoice_id from own
        ) as one
        inner join billing.invoice_line as line on line.invoice_id = one.invoice_id
        where line.kind = 'periodic'
        group by line.invoice_id
    )

    select alike.invoice_id, count(*), avg(alike.total)
    from (
        select
            dated.invoice_id, dated.total,
            row_number() over (partition by dated.invoice_id order by dated.nth) as nth
        from dated
        left join fee as own_fee on own_fee.invoice_id = dated.invoice_id
        left join fee as former_fee on former_fee.invoice_id = dated.former_id
        where
            logic.month_turns(dated.since_on, dated.until_on)
            = logic.month_turns(dated.own_since_on, dated.own_until_on)
            and greatest(1, own_fee.months) = greatest(1, former_fee.months)
    ) as alike
    where alike.nth <= p_count
    group by alike.invoice_id;
end;

comment on function logic.former_total_list(bigint, integer) is
$$For each document of a run: how many of the last p_count documents like it its payer had before, and the
mean of their totals. Alike are documents that charge as many months since the one before, with fees for as
long a period; credit notes are left out.
Example: select * from logic.former_total_list(1, 3)
Raises: nothing$$;

create function logic.odd_differs_list(p_run bigint)
returns table (subject text, params jsonb, weight numeric)
language sql stable rows 100
begin atomic
    select
        payer.customer_no,
        jsonb_build_object(
            'name', payer.name, 'total', round(invoice.total, 2), 'mean', round(former.mean, 2),
            'difference', round(invoice.total - former.mean, 2), 'documents', former.documents,
            'currency', invoice.currency
        ),
        abs(invoice.total - former.mean) * invoice.home_rate
    from logic.former_total_list(p_run, 3) as former
    inner join billing.invoice on invoice.invoice_id = former.invoice_id
    inner join billing.customer as payer on payer.customer_id = invoice.payer_id
    where
        former.documents >= (select logic.bill_check_limit('history'))
        and abs(invoice.total - former.mean)
        > abs(former.mean) * (select logic.bill_check_limit('percent')) * 0.01
        and abs(invoice.total - former.mean) * invoice.home_rate
        >= (select logic.bill_check_limit('amount'));
end;

comment on function logic.odd_differs_list(bigint) is
$$Documents far from the mean of the payer's last three that are like them (settings bill_check_percent,
bill_check_amount, bill_check_history); weight: how far, in the operator's currency.
Example: select * from logic.odd_differs_list(1)
Raises: nothing$$;

create function logic.odd_credit_list(p_run bigint)
returns table (subject text, params jsonb)
language sql stable rows 100
begin atomic
    select
        payer.customer_no,
        jsonb_build_object(
            'name', payer.name, 'total', round(invoice.total, 2), 'currency', invoice.currency
        )
    from billing.invoice
    inner join billing.customer as payer on payer.customer_id = invoice.payer_id
    where
        invoice.bill_run_id = p_run and invoice.total < 0
        and -invoice.total * invoice.home_rate > (select logic.bill_check_limit('credit'));
end;

comment on function logic.odd_credit_list(bigint) is
$$Credit documents of more than the setting bill_check_credit.
Example: select * from logic.odd_credit_list(1)
Raises: nothing$$;

create function logic.odd_org_no_list(p_run bigint)
returns table (subject text, params jsonb)
language sql stable rows 100
begin atomic
    select distinct payer.customer_no, jsonb_build_object('name', payer.name, 'number', payer.org_no)
    from billing.invoice
    inner join billing.customer as payer on payer.customer_id = invoice.payer_id
    where
        invoice.bill_run_id = p_run and payer.country = 'SE'
        and not logic.account_check('org_no', payer.org_no);
end;

comment on function logic.odd_org_no_list(bigint) is
$$Payers whose Swedish registration number has a wrong check digit.
Example: select * from logic.odd_org_no_list(1)
Raises: nothing$$;

create function logic.odd_zero_price_list(p_run bigint)
returns table (subject text, params jsonb)
language sql stable rows 100
begin atomic
    select
        payer.customer_no,
        jsonb_build_object('name', payer.name, 'lines', count(*), 'what', min(line.what))
    from billing.invoice
    inner join billing.customer as payer on payer.customer_id = invoice.payer_id
    inner join billing.invoice_line as line on line.invoice_id = invoice.invoice_id
    where
        invoice.bill_run_id = p_run and line.net = 0 and line.quantity > 0
        and line.charge_kind in ('one_time', 'periodic', 'manual')
    group by payer.customer_id;
end;

comment on function logic.odd_zero_price_list(bigint) is
$$Payers with charges at price 0.
Example: select * from logic.odd_zero_price_list(1)
Raises: nothing$$;

create function logic.run_customer_list(p_run bigint)
returns table (customer_id bigint)
language sql stable rows 10000
begin atomic
    select one.customer_id
    from billing.bill_part as part
    cross join lateral unnest(part.customers) as one (customer_id)
    where part.bill_run_id = p_run;
end;

comment on function logic.run_customer_list(bigint) is
$$The customers that a run is over.
Example: select * from logic.run_customer_list(1)
Raises: nothing$$;

create function logic.odd_no_charge_list(p_run bigint, p_through date)
returns table (subject text, params jsonb)
language sql stable rows 100
begin atomic
    select contract.contract_no, jsonb_build_object('name', customer.name)
    from logic.run_customer_list(p_run) as asked
    inner join billing.customer on customer.customer_id = asked.customer_id
    inner join billing.contract on contract.customer_id = asked.customer_id
    where
        contract.state = 'active'
        and exists (
            select from billing.contract_line as line
            where line.contract_id = contract.contract_id and line.valid @> p_through
        )
        and not exists (
            select from billing.contract_line as line
            inner join billing.service_charge as charge on charge.service_id = line.service_id
            where line.contract_id = contract.contract_id and line.valid @> p_through
        )
        and not exists (
            select from billing.invoice
            inner join billing.invoice_line as line on line.invoice_id = invoice.invoice_id
            where invoice.bill_run_id = p_run and line.contract_id = contract.contract_id
        );
end;

comment on function logic.odd_no_charge_list(bigint, date) is
$$Contracts whose services on a day have no charge, and for which nothing else is billed.
Example: select * from logic.odd_no_charge_list(1, '2026-10-31')
Raises: nothing$$;

create function logic.odd_first_list(p_run bigint)
returns table (subject text, params jsonb)
language sql stable rows 100
begin atomic
    select
        payer.customer_no,
        jsonb_build_object(
            'name', payer.name, 'total', round(invoice.total, 2), 'currency', invoice.currency
        )
    from billing.invoice
    inner join billing.customer as payer on payer.customer_id = invoice.payer_id
    where
        invoice.bill_run_id = p_run
        and not exists (
            select from billing.invoice as one
            where
                one.payer_id = invoice.payer_id and one.currency = invoice.currency and one.state = 'approved'
                and one.bill_run_id is distinct from p_run
        );
end;

comment on function logic.odd_first_list(bigint) is
$$Payers that had no document in this currency before.
Example: select * from logic.odd_first_list(1)
Raises: nothing$$;

create function logic.odd_silent_list(p_run bigint, p_through date)
returns table (subject text, params jsonb)
language sql stable rows 1000
begin atomic
    select own.number, jsonb_build_object('contract', contract.contract_no, 'line', line.line_no)
    from billing.contract
    inner join billing.contract_line as line on line.contract_id = contract.contract_id
    inner join billing.subscriber_number as own on own.contract_line_id = line.contract_line_id
    where
        -- Both looked up in a hash: as joins they are taken for few, and listed again for each line.
        (
            contract.customer_id in (
                select asked.customer_id from logic.run_customer_list(p_run) as asked
            )
        ) is true
        and contract.state = 'active' and line.valid @> p_through and own.valid @> p_through
        and own.kind = 'number' and own.to_number is null and lower(own.valid) <= p_through - 90
        and (line.contract_line_id, own.number) not in (
            select call.contract_line_id, call.a_number
            from billing.call
            where
                call.customer_id = any(
                    array(select asked.customer_id from logic.run_customer_list(p_run) as asked)
                )
                and call.start_on > p_through - 90 and call.start_on <= p_through
                and call.contract_line_id is not null and call.a_number is not null
        );
end;

comment on function logic.odd_silent_list(bigint, date) is
$$Numbers of 90 days and more without a call in the last 90 days up to a day.
Example: select * from logic.odd_silent_list(1, '2026-10-31')
Raises: nothing$$;

create function logic.bill_check(p_run bigint)
returns table (rank integer, kind text, subject text, params jsonb)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run billing.bill_run := logic.run_get(p_run, 'making', 'draft', 'approving', 'approved', 'delivered');
    v_through date := v_run.through_on;
begin
    return query
    select odd.rank, odd.kind, odd.subject, odd.params
    from (
        select 1 as rank, 'fault' as kind, one.subject, one.params, null::numeric as weight
        from logic.odd_fault_list(p_run) as one
        union all
        select 2, 'account', one.subject, one.params, null from logic.odd_account_list() as one
        union all
        select 2, 'far', one.subject, one.params, null from logic.odd_far_list(v_through) as one
        union all
        select 2, 'vat_no', one.subject, one.params, null from logic.odd_vat_no_list(p_run) as one
        union all
        select 2, 'iban', one.subject, one.params, null from logic.odd_iban_list(p_run) as one
        union all
        select 2, 'no_account', one.subject, one.params, null from logic.odd_no_account_list(p_run) as one
        union all
        select 2, 'ended', one.subject, one.params, null from logic.odd_ended_list(p_run) as one
        union all
        select 2, 'address', one.subject, one.params, null from logic.odd_address_list(p_run) as one
        union all
        select 2, 'suspended', one.subject, one.params, null from logic.odd_suspended_list(v_through) as one
        union all
        select 3, 'long_past', one.subject, one.params, null
        from logic.odd_long_past_list(p_run, v_through) as one
        union all
        select 3, 'margin', one.subject, one.params, null from logic.odd_margin_list(p_run) as one
        union all
        select 4, 'credit_limit', one.subject, one.params, null
        from logic.odd_credit_limit_list(p_run) as one
        union all
        select 5, 'differs', one.subject, one.params, one.weight from logic.odd_differs_list(p_run) as one
        union all
        select 6, 'credit', one.subject, one.params, null from logic.odd_credit_list(p_run) as one
        union all
        select 7, 'org_no', one.subject, one.params, null from logic.odd_org_no_list(p_run) as one
        union all
        select 7, 'zero_price', one.subject, one.params, null from logic.odd_zero_price_list(p_run) as one
        union all
        select 8, 'no_charge', one.subject, one.params, null
        from logic.odd_no_charge_list(p_run, v_through) as one
        union all
        select 9, 'first', one.subject, one.params, null from logic.odd_first_list(p_run) as one
        union all
        select 10, 'silent', one.subject, one.params, null
        from logic.odd_silent_list(p_run, v_through) as one
    ) as odd
    order by odd.rank, odd.kind, odd.weight desc, odd.subject;
end;
$$;

comment on function logic.bill_check(bigint) is
$$What a person should look at in a run, worst first: the lists above.
Example: select * from logic.bill_check(1) where false
Raises: LB522 for an unknown run$$;

-- api

create function api.bill_check(p_run bigint)
returns table (rank integer, kind text, subject text, params jsonb)
language sql stable
begin atomic
    select found.rank, found.kind, found.subject, found.params from logic.bill_check(p_run) as found;
end;

comment on function api.bill_check(bigint) is
$$What a person should look at in a run, worst first.
Example: select * from api.bill_check(1) where false
Raises: LB522 for an unknown run$$;
grant execute on function api.bill_check(bigint) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_auditor,
    leissner_batch;

create function api.bill_check_top(p_run bigint, p_most integer)
returns table (rank integer, kind text, subject text, params jsonb, of_kind bigint)
language sql stable
begin atomic
    select one.rank, one.kind, one.subject, one.params, one.of_kind
    from (
        select
            found.rank, found.kind, found.subject, found.params, found.place,
            count(*) over (partition by found.rank, found.kind) as of_kind,
            row_number() over (partition by found.rank, found.kind order by found.place) as nth
        from logic.bill_check(p_run)
        with ordinality as found (rank, kind, subject, params, place)
    ) as one
    where one.nth <= p_most
    order by one.place;
end;

comment on function api.bill_check_top(bigint, integer) is
$$What a person should look at in a run, worst first, a few of each kind and how many there are of it.
Example: select * from api.bill_check_top(1, 20) where false
Raises: LB522 for an unknown run$$;
grant execute on function api.bill_check_top(bigint, integer) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_auditor,
    leissner_batch;
