-- 60_invoice/credit: an issued invoice taken back, whole or by line (BILLING.md 4.4), with its own amounts,
-- VAT and rates: nothing is computed by today's. A credit note is a run of its own, so that it is listed and
-- leaves the house as the documents of any other.

create function logic.line_is_credited(p_line_id bigint)
returns boolean
language sql stable
begin atomic
    select exists (
        select from billing.invoice_line as note_line
        inner join billing.invoice as note
            on note.invoice_id = note_line.invoice_id and note.credits_id is not null
        where note_line.corrects_id = p_line_id
    );
end;

comment on function logic.line_is_credited(bigint) is
$$Was the line credited by a credit note?
Example: select logic.line_is_credited(1)
Raises: nothing$$;

create function logic.credit_places(p_invoice billing.invoice, p_places integer[])
returns integer[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_no constant text := coalesce(p_invoice.invoice_no, 'draft ' || p_invoice.invoice_id);
    v_places integer[];
    v_wrong text;
begin
    if p_invoice.state <> 'approved' or p_invoice.kind <> 'invoice' then
        perform billing.fail('LB527', jsonb_build_object('invoice', v_no));
    end if;
    v_places := coalesce(
        p_places,
        array(
            select line.place from billing.invoice_line as line
            where line.invoice_id = p_invoice.invoice_id and not logic.line_is_credited(line.invoice_line_id)
            order by line.place
        )
    );
    if v_places = '{}' then -- all, and nothing is left of them: all are named
        select array_agg(line.place) into v_places
        from billing.invoice_line as line
        where line.invoice_id = p_invoice.invoice_id;
    end if;
    select string_agg(coalesce(asked.place::text, '?'), ', ' order by asked.place) into v_wrong
    from unnest(v_places) as asked (place)
    where not exists (
        select from billing.invoice_line as line
        where
            line.invoice_id = p_invoice.invoice_id and line.place = asked.place
            and not logic.line_is_credited(line.invoice_line_id)
    );
    if v_wrong is not null then
        perform billing.fail('LB528', jsonb_build_object('invoice', v_no, 'lines', v_wrong));
    end if;
    return array(select distinct asked.place from unnest(v_places) as asked (place) order by asked.place);
end;
$$;

comment on function logic.credit_places(billing.invoice, integer[]) is
$$The places of the lines of an invoice that can be credited, of those asked for (NULL: all that are left).
Example: select logic.credit_places(invoice, null) from billing.invoice where false
Raises: LB527 for one that is no issued invoice, LB528 for lines that are not there or are credited$$;

create function logic.invoice_credit(p_invoice text, p_places integer[], p_is_rebilled boolean, p_day date)
returns table (credit_no text, run bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_old billing.invoice;
    v_id bigint := nextval('billing.invoice_invoice_id_seq');
    v_run bigint;
    v_mode text;
    v_places integer[];
    v_is_last boolean;
    v_is_booked boolean;
    v_net numeric;
    v_tax numeric;
    v_rounding numeric;
    v_period daterange;
begin
    perform access.require('admin', 'finance');
    perform logic.document_day_check(p_day);
    select invoice.* into v_old from billing.invoice
    where invoice.invoice_id = logic.invoice_find(p_invoice)
    for update;
    v_places := logic.credit_places(v_old, p_places);
    if p_day < v_old.invoice_on then
        perform billing.fail(
            'LB536', jsonb_build_object('day', p_day, 'invoice', p_invoice, 'date', v_old.invoice_on)
        );
    end if;
    v_mode := coalesce(
        (select former.mode from billing.bill_run as former where former.bill_run_id = v_old.bill_run_id),
        'full'
    );
    v_is_last := not exists (
        select from billing.invoice_line as line
        where
            line.invoice_id = v_old.invoice_id and line.place <> all(v_places)
            and not logic.line_is_credited(line.invoice_line_id)
    );

    with line as materialized (
        select
            nextval('billing.invoice_line_invoice_line_id_seq') as new_id, old.*,
            row_number() over (order by old.place) as turn
        from billing.invoice_line as old
        where old.invoice_id = v_old.invoice_id and old.place = any(v_places)
    ),

    -- Calls that are set free: a later run bills them again, with what else was counted.
    free as (
        insert into billing.call_billed (customer_id, start_on, call_id, invoice_line_id, amount, turn)
        select billed.customer_id, billed.start_on, billed.call_id, line.new_id, -billed.amount, -billed.turn
        from line
        inner join billing.call_billed as billed on billed.invoice_line_id = line.invoice_line_id
        where p_is_rebilled
    )

    insert into billing.invoice_line (
        invoice_line_id, invoice_id, place, customer_id, contract_id, contract_line_id, kind, charge_kind,
        service_charge_id, manual_charge_id, product_id, mode_id, what, text, period_on, part_on, valid,
        quantity, units, net, charge_vat, vat_code, vat_percent, vat_category, account, project, corrects_id,
        is_counted, open_item_id
    )
    select
        line.new_id, v_id, line.turn, line.customer_id, line.contract_id, line.contract_line_id, line.kind,
        line.charge_kind, line.service_charge_id, line.manual_charge_id, line.product_id, line.mode_id,
            line.what,
        line.text, line.period_on, line.part_on, line.valid, -line.quantity, -line.units, -line.net,
        line.charge_vat, line.vat_code, line.vat_percent, line.vat_category, line.account, line.project,
        line.invoice_line_id, p_is_rebilled, line.open_item_id
    from line;

    -- Of a tax whose lines are all credited now, what earlier credit notes left of it.
    insert into billing.invoice_tax (invoice_id, vat_code, percent, category, account, base, tax)
    select
        v_id, own.vat_code, own.vat_percent, tax.category, tax.account, own.base,
        case
            when former.base + own.base + tax.base = 0 then -tax.tax - former.tax
            else round(own.base * own.vat_percent * 0.01, currency.decimals)
        end
    from (
        select line.vat_code, line.vat_percent, sum(line.net) as base
        from billing.invoice_line as line where line.invoice_id = v_id
        group by line.vat_code, line.vat_percent
    ) as own
    inner join billing.invoice_tax as tax
        on tax.invoice_id = v_old.invoice_id and tax.vat_code = own.vat_code and tax.percent = own.vat_percent
    inner join billing.currency on currency.currency = v_old.currency
    cross join lateral (
        select coalesce(sum(one.base), 0) as base, coalesce(sum(one.tax), 0) as tax
        from billing.invoice_tax as one
        inner join billing.invoice as note on note.invoice_id = one.invoice_id
        where note.credits_id = v_old.invoice_id and one.vat_code = own.vat_code
            and one.percent = own.vat_percent
    ) as former;

    select sum(tax.base), sum(tax.tax) into v_net,
        v_tax from billing.invoice_tax as tax where tax.invoice_id = v_id;
    v_rounding := case
        when v_is_last then -v_old.rounding - (
            select coalesce(sum(note.rounding), 0) from billing.invoice as note
            where note.credits_id = v_old.invoice_id
        )
        else 0
    end;
    select daterange(min(lower(line.valid)), max(upper(line.valid))) into v_period
    from billing.invoice_line as line where line.invoice_id = v_id;
    insert into billing.bill_run (
        through_on, mode, state, options, started_by, made_at, approved_at, approved_by
    )
    select
        p_day, v_mode, 'approved', jsonb_build_object('credits', v_old.invoice_no), who.actor,
        clock_timestamp(), clock_timestamp(), who.actor
    from audit.tx_current() as who
    returning bill_run.bill_run_id into v_run;
    insert into billing.invoice (
        invoice_id, bill_run_id, kind, payer_id, currency, home_rate, language, valid, net, tax, rounding,
        total, credits_id
    )
    select
        v_id, v_run, 'credit', v_old.payer_id, v_old.currency, v_old.home_rate, v_old.language, v_period,
        v_net, v_tax,
        v_rounding, v_net + v_tax + v_rounding, v_old.invoice_id;
    if p_is_rebilled then
        update billing.usage_month as open
        set is_settled = false
        where
            open.is_settled
            and open.month in (
                select date_trunc('month', billed.start_on::timestamp)::date
                from billing.invoice_line as line
                inner join billing.call_billed as billed on billed.invoice_line_id = line.invoice_line_id
                where line.invoice_id = v_id
            );
    end if;
    perform audit.event_add(
        'invoice_credit', p_invoice,
        jsonb_build_object('lines', to_jsonb(v_places), 'total', v_net + v_tax + v_rounding, 'rebill',
            p_is_rebilled)
    );
    v_is_booked := exists (
        select from billing.entry
        where entry.invoice_id = v_old.invoice_id and entry.kind in ('invoice', 'credit')
    );
    if v_is_booked then
        perform logic.ledger_lock(array[v_old.payer_id]);
        perform logic.invoice_post(array[v_id], p_day);
    end if;
    perform logic.number_take(array[v_id], p_day, v_mode = 'basis');
    if v_is_booked then
        perform logic.invoice_item_add(array[v_id]);
        perform logic.payer_paid(array[v_old.payer_id], p_day);
    end if;
    return query
    select invoice.invoice_no, v_run from billing.invoice where invoice.invoice_id = v_id;
end;
$$;

comment on function logic.invoice_credit(text, integer[], boolean, date) is
$$Makes a credit note for an issued invoice,
    or for some of its lines (by place; NULL: all that are left). p_is_rebilled:
a later run bills again what is credited, its calls too. The number of the new document, and of its run.
Example: select * from logic.invoice_credit('20260001', null, false, '2026-11-01') where false
Raises: LB525 for an unknown invoice, LB527 for one that is no issued invoice, LB528 for lines that are not
there or are
credited, LB535, LB536, LB537 for a day that cannot be, LB901 without the level finance or admin$$;

-- api

create function api.invoice_credit(
    p_invoice text, p_places integer[] default null, p_is_rebilled boolean default false,
    p_day date default null
)
returns table (credit_no text, run bigint)
language sql volatile
begin atomic
    select made.credit_no, made.run
    from logic.invoice_credit(p_invoice, p_places, p_is_rebilled, coalesce(p_day, logic.today())) as made;
end;

comment on function api.invoice_credit(text, integer[], boolean, date) is
$$Makes a credit note for an issued invoice or some of its lines: its number, and that of its run, which is
approved and can be delivered. p_day: today where it is NULL.
Example: select * from api.invoice_credit('20260001', null, false, '2026-11-01') where false
Raises: LB525, LB527, LB528, LB535, LB536, LB537, LB901$$;
grant execute on function api.invoice_credit(text, integer[], boolean, date) to leissner_admin,
    leissner_finance;
