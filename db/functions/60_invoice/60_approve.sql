-- 60_invoice/approve: drafts get number, dates, reference and the parties as they are now, and stay so.

create function logic.party_list(p_payers bigint[])
returns table (payer_id bigint, parties jsonb)
language sql stable rows 1000
begin atomic
    select
        payer.customer_id,
        jsonb_build_object(
            'seller',
            (
                select jsonb_build_object(
                    'name', operator.name, 'org_no', operator.org_no, 'vat_no', operator.vat_no,
                    'street', operator.street, 'postcode', operator.postcode, 'city', operator.city,
                    'country', operator.country, 'email', operator.email, 'phone', operator.phone,
                    'bankgiro', operator.bankgiro, 'plusgiro', operator.plusgiro, 'iban', operator.iban,
                    'bic', operator.bic, 'f_tax', operator.has_f_tax, 'office', operator.city
                )
                from billing.operator
            ),
            'payer',
            jsonb_build_object(
                'customer_no', payer.customer_no, 'name', payer.name, 'kind', payer.kind,
                'attention', payer.attention, 'street', coalesce(payer.billing_street, payer.street),
                'postcode', coalesce(payer.billing_postcode, payer.postcode),
                'city', coalesce(payer.billing_city, payer.city),
                'country', coalesce(payer.billing_country, payer.country), 'org_no', payer.org_no,
                'vat_no', payer.vat_no, 'email', payer.email, 'einvoice_id', payer.einvoice_id,
                'buyer_reference', coalesce(payer.buyer_reference, payer.customer_no),
                'delivery', payer.delivery, 'specification', payer.call_specification,
                'full_numbers', payer.has_full_numbers
            )
        )
    from billing.customer as payer
    where payer.customer_id = any(p_payers);
end;

comment on function logic.party_list(bigint[]) is
$$Seller and payer as a document names them, as they are now: {seller: {…}, payer: {…}}.
Example: select * from logic.party_list('{1}')
Raises: nothing$$;

create function logic.reference_kind()
returns text
language sql stable
begin atomic
    select case operator.country
        when 'SE' then 'ocr' when 'NO' then 'kid' when 'DK' then 'fik' when 'FI' then 'viite' else 'rf'
    end
    from billing.operator;
end;

comment on function logic.reference_kind() is
$$The form of payment reference of the operator's country.
Example: select logic.reference_kind()
Raises: nothing$$;

create function logic.number_series(p_day date, p_is_basis boolean)
returns text
language sql stable
return case
    when p_is_basis then logic.setting_get('basis_series')
    when logic.setting_get('invoice_series') = 'year' then to_char(p_day, 'YYYY')
    else ''
end;

comment on function logic.number_series(date, boolean) is
$$The series that a document of a day takes its number from.
Example: select logic.number_series('2026-11-01', false)
Raises: nothing$$;

create function logic.number_text(p_series text, p_number bigint)
returns text
language sql immutable parallel safe
return p_series || case
    when p_series = '' then p_number::text
    else lpad(p_number::text, greatest(4, length(p_number::text)), '0')
end;

comment on function logic.number_text(text, bigint) is
$$A document number as it is written: the series, then at least four digits.
Example: select logic.number_text('2026', 7)
Raises: nothing$$;

create type logic.bill_party as (payer_id bigint, parties jsonb);
comment on type logic.bill_party is 'Seller and payer as a document of a payer names them.';

create function logic.number_take(p_invoices bigint[], p_day date, p_is_basis boolean)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_series text := logic.number_series(p_day, p_is_basis);
    v_kind text := logic.reference_kind();
    v_parties logic.bill_party[];
begin
    v_parties := array(
        select row(found.payer_id, found.parties)::logic.bill_party
        from logic.party_list(
            array(
                select distinct invoice.payer_id from billing.invoice
                where invoice.invoice_id = any(p_invoices)
            )
        ) as found
    );
    insert into billing.number_series (series) values (v_series) on conflict do nothing;
    -- The counter comes last, in the statement that uses it: who waits for it waits for one statement, and a
    -- number that is not used is not taken. Nor is one for a day before that of the last.
    with taken as (
        update billing.number_series as counter
        set last_no = counter.last_no + cardinality(p_invoices), last_on = p_day
        where counter.series = v_series and (counter.last_on is null or counter.last_on <= p_day)
        returning counter.last_no - cardinality(p_invoices) as before
    ),

    numbered as (
        select
            invoice.invoice_id, invoice.payer_id, invoice.kind, taken.before + asked.place as number,
            logic.number_text(v_series, taken.before + asked.place) as invoice_no
        from unnest(p_invoices) with ordinality as asked (invoice_id, place)
        inner join billing.invoice on invoice.invoice_id = asked.invoice_id
        cross join taken
    )

    update billing.invoice
    set
        state = 'approved', series = v_series, number = numbered.number, invoice_no = numbered.invoice_no,
        invoice_on = p_day,
        due_on = case when numbered.kind = 'invoice' and not p_is_basis then p_day + payer.payment_days end,
        reference_kind = case when numbered.kind = 'invoice' and not p_is_basis then v_kind end,
        reference = case
            when numbered.kind = 'invoice' and not p_is_basis
                then logic.reference_make(v_kind, regexp_replace(numbered.invoice_no, '[^0-9]', '', 'g'))
        end,
        parties = party.parties
    from numbered
    inner join unnest(v_parties) as party on party.payer_id = numbered.payer_id
    inner join billing.customer as payer on payer.customer_id = numbered.payer_id
    where invoice.invoice_id = numbered.invoice_id;
    if not found then
        perform billing.fail('LB537', jsonb_build_object('day', p_day, 'last', counter.last_on))
        from billing.number_series as counter where counter.series = v_series;
    end if;
end;
$$;

comment on function logic.number_take(bigint[], date, boolean) is
$$Gives drafts the next numbers of the series without gaps, in the order of the array, with dates,
    reference and
parties: they are issued.
Example: select logic.number_take('{}', '2026-11-01', false) where false
Raises: LB537 for a day before that of the last number of the series$$;

create function logic.document_day_check(p_day date)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if p_day > logic.today() then
        perform billing.fail('LB535', jsonb_build_object('day', p_day, 'today', logic.today()));
    end if;
end;
$$;

comment on function logic.document_day_check(date) is
$$Refuses a day that has not come yet where the operator is.
Example: select logic.document_day_check('2026-01-31')
Raises: LB535$$;

create function logic.bill_approve_next(p_run bigint, p_day date, p_size integer)
returns integer
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run billing.bill_run;
    v_invoices bigint[];
    v_payers bigint[];
    v_totals jsonb;
begin
    perform access.require('admin', 'finance');
    perform logic.document_day_check(p_day);
    -- Approving and discarding keep out of each other's way; several may approve side by side. The first
    -- writes before it shares: two who share what both want to write would wait for each other.
    update billing.bill_run as run
    set state = 'approving', approved_by = who.actor
    from audit.tx_current() as who
    where run.bill_run_id = p_run and run.state = 'draft';
    perform from billing.bill_run as run where run.bill_run_id = p_run for share;
    v_run := logic.run_get(p_run, 'draft', 'approving');
    v_invoices := array(
        select chosen.invoice_id
        from (
            select invoice.invoice_id
            from billing.invoice
            where invoice.bill_run_id = p_run and invoice.state = 'draft'
            order by invoice.invoice_id
            limit p_size
            for update skip locked
        ) as chosen
        order by chosen.invoice_id
    );
    if v_invoices = '{}' then
        return 0;
    end if;
    select jsonb_object_agg(one.currency, one.total) into v_totals
    from (
        select invoice.currency, sum(invoice.total) as total from billing.invoice
        where invoice.invoice_id = any(v_invoices)
        group by invoice.currency
    ) as one;
    perform audit.event_add(
        'bill_approve', p_run::text, jsonb_build_object('documents', cardinality(v_invoices), 'totals',
            v_totals)
    );
    if v_run.mode = 'full' then
        v_payers := array(
            select distinct invoice.payer_id from billing.invoice where invoice.invoice_id = any(v_invoices)
        );
        perform logic.ledger_lock(v_payers);
        perform logic.invoice_post(v_invoices, p_day);
    end if;
    perform logic.number_take(v_invoices, p_day, v_run.mode = 'basis');
    if v_run.mode = 'full' then
        perform logic.invoice_item_add(v_invoices);
        perform logic.payer_paid(v_payers, p_day);
    end if;
    return cardinality(v_invoices);
end;
$$;

comment on function logic.bill_approve_next(bigint, date, integer) is
$$Approves up to p_size drafts of a run that nobody else is at; how many. 0: none is left,
    or others have the rest.
Example: select logic.bill_approve_next(1, '2026-11-01', 1000) where false
Raises: LB522, LB523, LB535, LB537 for a day that cannot be, LB901 without the level finance or admin$$;

create function logic.bill_approve_finish(p_run bigint)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'finance');
    perform from billing.bill_run as run where run.bill_run_id = p_run for update;
    perform logic.run_get(p_run, 'draft', 'approving', 'approved');
    if exists (
        select from billing.invoice where invoice.bill_run_id = p_run and invoice.state = 'draft'
    ) then
        return false;
    end if;
    update billing.bill_run as run
    set state = 'approved', approved_at = clock_timestamp(), approved_by = who.actor
    from audit.tx_current() as who
    where run.bill_run_id = p_run and run.state <> 'approved';
    insert into billing.bill_total (bill_run_id, currency, documents, total)
    select p_run, invoice.currency, count(*), sum(invoice.total)
    from billing.invoice
    where invoice.bill_run_id = p_run
    group by invoice.currency
    on conflict do nothing;
    return true;
end;
$$;

comment on function logic.bill_approve_finish(bigint) is
$$Makes a run approved once all its documents are; false: some are not.
Example: select logic.bill_approve_finish(1) where false
Raises: LB522, LB523, LB901$$;

-- api

create function api.bill_approve_next(p_run bigint, p_day date, p_size integer default 1000)
returns integer
language sql volatile
return logic.bill_approve_next(p_run, p_day, p_size);

comment on function api.bill_approve_next(bigint, date, integer) is
$$Approves up to p_size drafts of a run in this transaction; how many. Again until 0,
    then api.bill_approve_finish.
Example: select api.bill_approve_next(1, '2026-11-01') where false
Raises: LB522, LB523, LB535, LB537, LB901$$;
grant execute on function api.bill_approve_next(bigint, date, integer) to leissner_admin, leissner_finance;

create function api.bill_approve_finish(p_run bigint)
returns boolean
language sql volatile
return logic.bill_approve_finish(p_run);

comment on function api.bill_approve_finish(bigint) is
$$Makes a run approved once all its documents are; false: some are not.
Example: select api.bill_approve_finish(1) where false
Raises: LB522, LB523, LB901$$;
grant execute on function api.bill_approve_finish(bigint) to leissner_admin, leissner_finance;
