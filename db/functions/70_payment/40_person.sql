-- 70_payment/person: what a person decides, and what is tried again.

create function logic.payment_turn(p_payment bigint)
returns billing.payment
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_payment billing.payment;
begin
    perform pg_advisory_xact_lock(hashtextextended('billing.payment', 0));
    select payment.* into v_payment from billing.payment where payment.payment_id = p_payment;
    if v_payment.payment_id is null then
        perform billing.fail('LB721', jsonb_build_object('payment', p_payment));
    end if;
    return v_payment;
end;
$$;

comment on function logic.payment_turn(bigint) is
$$A payment, and the turn to change what became of payments, until the transaction ends.
Example: select logic.payment_turn(1)
Raises: LB721 for an unknown payment$$;

create function logic.payment_result_keep(p_codes jsonb)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
begin
    update billing.payment
    set
        left_amount = payment.left_amount - result.used,
        state = case when payment.left_amount = result.used then result.state else 'unidentified' end,
        payer_id = coalesce(payment.payer_id, result.payer_id),
        explanation = payment.explanation || (
            select jsonb_agg(
                one.told || coalesce(p_codes -> (one.told ->> 'code'), '{}') order by one.place
            )
            from jsonb_array_elements(result.explanation) with ordinality as one (told, place)
        )
    from pg_temp.payment_result as result
    where payment.payment_id = result.payment_id and result.used <> 0;
end;
$$;

comment on function logic.payment_result_keep(jsonb) is
$$Notes what became of payments that were unidentified; p_codes: {code: {what to put in its place}}.
Example: select logic.payment_result_keep('{}') where false
Raises: nothing$$;

create function logic.payment_assign_book(
    p_payment billing.payment, p_item bigint, p_payer bigint, p_amount numeric
)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_item billing.open_item;
    v_customer_no text := (
        select customer.customer_no from billing.customer where customer.customer_id = p_payer
    );
    v_who text := (select who.actor from audit.tx_current() as who);
begin
    select item.* into v_item from billing.open_item as item where item.open_item_id = p_item;
    perform logic.payment_work_begin();
    insert into pg_temp.payment_work
    select
        p_payment.payment_id, case when p_amount > 0 then 1 else 2 end, 1, p_amount, p_payment.currency,
        p_payment.booked_on,
        round(
            p_amount * logic.rate_on(p_payment.currency, p_payment.booked_on), logic.base_decimals()
        ), null;
    if p_item is not null then
        insert into pg_temp.payment_part
        select
            p_payment.payment_id, work.turn, 1, 1, v_item.document_no, null, p_amount < 0, p_item, p_payer,
            null
        from pg_temp.payment_work as work;
        perform logic.deduction_advance_add();
    elsif p_amount < 0 then
        insert into pg_temp.payment_part
        select
            p_payment.payment_id, 2, 1, row_number() over (order by item.item_on, item.open_item_id),
            item.document_no, null, true, item.open_item_id, p_payer, null
        from billing.open_item as item
        where
            item.payer_id = p_payer and item.kind = 'advance' and item.open < 0
            and item.currency = p_payment.currency;
    end if;
    perform logic.payment_allocate(case when p_amount > 0 then 1 else 2 end);
    if p_item is null and p_amount > 0 then
        insert into pg_temp.payment_advance (payment_id, payer_id, amount, open_item_id, base)
        select
            p_payment.payment_id, p_payer, p_amount, nextval('billing.open_item_open_item_id_seq'), work.base
        from pg_temp.payment_work as work;
        update pg_temp.payment_result as result
        set
            used = p_amount, used_base = result.work_base, left_amount = 0, state = 'advance',
            payer_id = p_payer,
            explanation = jsonb_build_array(jsonb_build_object(
                'code', 'payment_account', 'customer', v_customer_no, 'who', v_who,
                'amount', round(p_amount, (
                    select currency.decimals::integer from billing.currency
                    where currency.currency = p_payment.currency
                ))
            ));
    end if;
    if exists (select from pg_temp.payment_result as result where result.used = 0) then
        perform billing.fail('LB705', jsonb_build_object(
            'document', coalesce(v_item.document_no, v_customer_no), 'open', 0,
            'currency', p_payment.currency, 'amount', p_amount
        ));
    end if;
    perform logic.payment_result_keep(jsonb_build_object(
        'payment_matched', jsonb_build_object('code', 'payment_assigned', 'who', v_who),
        'payment_deducted', jsonb_build_object('code', 'payment_assigned', 'who', v_who)
    ));
    perform logic.payment_post('assign', logic.today());
end;
$$;

comment on function logic.payment_assign_book(billing.payment, bigint, bigint, numeric) is
$$Books that a part of an unidentified payment pays an open item, or goes to the credit of a payer (no item).
The payer is locked.
Example: select logic.payment_assign_book(null, null, null, null) where false
Raises: LB705 where there is nothing to take it from$$;

create function logic.payment_assign(p_payment bigint, p_document text, p_customer text, p_amount numeric)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_payment billing.payment;
    v_customer bigint;
    v_items bigint[];
    v_item billing.open_item;
    v_amount numeric;
begin
    perform access.require('admin', 'finance');
    v_payment := logic.payment_turn(p_payment);
    if v_payment.state <> 'unidentified' then
        perform billing.fail('LB727', jsonb_build_object(
            'payment', p_payment, 'state', v_payment.state, 'needed', 'unidentified'
        ));
    end if;
    v_amount := coalesce(sign(v_payment.left_amount) * p_amount, v_payment.left_amount);
    if coalesce(p_amount, 1) <= 0 or abs(v_amount) > abs(v_payment.left_amount) then
        perform billing.fail('LB728', jsonb_build_object(
            'payment', p_payment, 'left', v_payment.left_amount, 'currency', v_payment.currency,
            'amount', p_amount
        ));
    end if;
    if p_customer is not null then
        select customer.customer_id into v_customer
        from billing.customer where customer.customer_no = p_customer;
        if v_customer is null then
            perform billing.fail('LB524', jsonb_build_object('customer', p_customer));
        end if;
    end if;
    if p_document is not null then
        v_items := array(
            select item.open_item_id from billing.open_item as item
            where
                item.document_no = p_document and item.kind <> 'advance'
                and (v_customer is null or item.payer_id = v_customer)
        );
        if cardinality(v_items) <> 1 then
            perform billing.fail(
                case cardinality(v_items) when 0 then 'LB704' else 'LB710' end,
                jsonb_build_object('document', p_document)
            );
        end if;
        select item.* into v_item from billing.open_item as item where item.open_item_id = v_items[1];
        if v_item.currency <> v_payment.currency then
            perform billing.fail('LB729', jsonb_build_object(
                'payment', p_payment, 'currency', v_payment.currency, 'document', p_document,
                'other', v_item.currency
            ));
        end if;
    end if;
    v_customer := coalesce(v_item.payer_id, v_customer);
    perform logic.ledger_lock(array[v_customer]);

    perform logic.payment_assign_book(v_payment, v_item.open_item_id, v_customer, v_amount);
    perform logic.payer_paid(array[v_customer], logic.today());
    perform audit.event_add(
        'payment_assign', p_payment::text, jsonb_build_object(
            'document', p_document, 'customer', p_customer, 'amount', v_amount, 'currency', v_payment.currency
        )
    );
    return (select payment.state from billing.payment where payment.payment_id = p_payment);
end;
$$;

comment on function logic.payment_assign(bigint, text, text, numeric) is
$$Sets what is left of an unidentified payment, or p_amount of it, against a document (more than it has open:
an
advance of its payer), or to the credit of a customer; the payment's state then.
Example: select logic.payment_assign(1, '20260001', null, null) where false
Raises: LB524 for an unknown customer, LB704 or LB710 for no document or several, LB705 where there is
nothing to
take it from, LB721, LB727 for a payment that is not unidentified, LB728 for more than is left, LB729 for
another
currency, LB901 without the level finance or admin$$;

create function logic.payment_use_list(p_payment bigint)
returns table (open_item_id bigint, payer_id bigint, kind text, document_no text, amount numeric)
language sql stable
begin atomic
    with part as materialized (
        select row_of.open_item_id, item.kind, row_of.amount
        from billing.entry
        inner join billing.entry_row as row_of on row_of.entry_id = entry.entry_id
        inner join billing.open_item as item on item.open_item_id = row_of.open_item_id
        where
            entry.payment_id = p_payment and entry.kind in ('payment', 'assign')
            and not exists (select from billing.entry as back where back.reverses_id = entry.entry_id)
    ),

    advance as (
        select distinct part.open_item_id from part where part.kind = 'advance'
    ),

    every as (
        select part.open_item_id, -part.amount as amount from part where part.kind <> 'advance'
        union all
        -- what its advances paid
        select other.open_item_id, -other.amount
        from advance
        inner join billing.entry_row as used on used.open_item_id = advance.open_item_id
        inner join billing.entry as setoff on setoff.entry_id = used.entry_id and setoff.kind = 'setoff'
        inner join billing.entry_row as other
            on other.entry_id = setoff.entry_id and other.open_item_id <> advance.open_item_id
        where not exists (select from billing.entry as back where back.reverses_id = setoff.entry_id)
        union all
        select item.open_item_id, -item.open
        from advance
        inner join billing.open_item as item on item.open_item_id = advance.open_item_id
    )

    select item.open_item_id, item.payer_id, item.kind, item.document_no, sum(every.amount)
    from every
    inner join billing.open_item as item on item.open_item_id = every.open_item_id
    group by item.open_item_id
    having sum(every.amount) <> 0
    order by item.open_item_id;
end;

comment on function logic.payment_use_list(bigint) is
$$What a payment pays as things stand: documents, those that its advances paid too, and what is left of these.
Example: select * from logic.payment_use_list(1)
Raises: nothing$$;

create function logic.payment_undo(p_payment bigint, p_document text, p_customer text, p_amount numeric)
returns numeric
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_payment billing.payment;
    v_payers bigint[];
    v_rest numeric;
    v_left numeric;
    v_base numeric;
    v_today date := logic.today();
    v_item bigint;
    v_paid numeric;
    v_kept bigint[] := '{}';
    v_amounts numeric[] := '{}';
    v_owners bigint[] := '{}';
    v_told jsonb;
begin
    perform access.require('admin', 'finance');
    v_payment := logic.payment_turn(p_payment);
    if
        v_payment.kind = 'reversal' or v_payment.state in ('shown', 'reversed')
        or v_payment.left_amount = v_payment.amount or p_document is not null and v_payment.amount < 0
    then
        perform billing.fail('LB727', jsonb_build_object(
            'payment', p_payment, 'state', v_payment.state, 'needed', 'matched, part, advance'
        ));
    end if;
    v_payers := logic.payment_payer_list(array[p_payment]);
    perform logic.ledger_lock(v_payers);
    v_told := jsonb_build_object('code', 'payment_undone');
    if p_document is not null then
        select used.open_item_id, used.amount into v_item, v_paid
        from logic.payment_use_list(p_payment) as used
        inner join billing.customer on customer.customer_id = used.payer_id
        where
            used.document_no = p_document and (p_customer is null or customer.customer_no = p_customer)
            and used.amount > 0
        order by used.amount desc
        limit 1;
        if v_item is null then
            perform billing.fail('LB732', jsonb_build_object('payment', p_payment, 'document', p_document));
        end if;
        if coalesce(p_amount, v_paid) <= 0 or p_amount > v_paid then
            perform billing.fail('LB733', jsonb_build_object(
                'payment', p_payment, 'document', p_document, 'paid', v_paid, 'amount', p_amount,
                'currency', v_payment.currency
            ));
        end if;
        -- What it pays otherwise it pays again below, in the order of the documents.
        select
            coalesce(array_agg(kept.open_item_id), '{}'), coalesce(array_agg(kept.payer_id), '{}'),
            coalesce(array_agg(kept.amount), '{}')
        into v_kept, v_owners, v_amounts
        from (
            select
                case when used.kind <> 'advance' then used.open_item_id end as open_item_id, used.payer_id,
                used.amount - case
                    when used.open_item_id = v_item then coalesce(p_amount, v_paid) else 0
                end as amount
            from logic.payment_use_list(p_payment) as used
        ) as kept
        where kept.amount > 0;
        v_told := jsonb_build_object(
            'code', 'payment_part_undone', 'document', p_document, 'currency', v_payment.currency,
            'amount', round(coalesce(p_amount, v_paid), (
                select currency.decimals::integer from billing.currency
                where currency.currency = v_payment.currency
            ))
        );
    end if;
    select coalesce(sum(back.rest), 0) into v_rest
    from logic.payment_take_back(array[p_payment], array[p_payment], array[v_today]) as back;
    v_base := round(
        v_payment.amount * logic.rate_on(v_payment.currency, v_payment.booked_on), logic.base_decimals()
    );
    perform logic.entry_add(array[
        row(
            1, 'payment', v_payment.booked_on, null, null, null, p_payment, null, logic.account_get('bank'),
            null, v_payment.currency, v_payment.amount, v_base, null
        )::logic.posting,
        row(
            1, 'payment', v_payment.booked_on, null, null, null, p_payment, null,
            logic.account_get('unidentified'), null, v_payment.currency, -v_payment.amount, -v_base, null
        )::logic.posting
    ]);
    v_left := v_payment.amount - v_rest;
    update billing.payment
    set
        state = case when v_left = 0 then 'shown' else 'unidentified' end, left_amount = v_left,
        payer_id = null, is_held = true
    where payment.payment_id = p_payment;
    -- A loop over the documents of one payment: a few.
    for v_place in 1..cardinality(v_kept) loop
        perform logic.payment_assign_book(
            v_payment, v_kept[v_place], v_owners[v_place], v_amounts[v_place]
        );
    end loop;
    update billing.payment
    set
        explanation = v_payment.explanation
            || jsonb_build_array(v_told || jsonb_build_object('who', who.actor))
    from audit.tx_current() as who
    where payment.payment_id = p_payment
    returning payment.left_amount into v_left;
    perform logic.payer_paid(v_payers, v_today);
    perform audit.event_add(
        'payment_undo', p_payment::text,
        jsonb_build_object(
            'amount', v_payment.amount, 'currency', v_payment.currency, 'left', v_left,
            'document', p_document
        )
    );
    return v_left;
end;
$$;

comment on function logic.payment_undo(bigint, text, text, numeric) is
$$Takes back what a payment settled, or only what it paid of a document, or p_amount of that: this is
unidentified
again, and only a person assigns it from then on. What is left of it: less where an advance of it was
refunded or
moved.
Example: select logic.payment_undo(1, null, null, null) where false
Raises: LB721, LB727 for a payment that settled nothing, LB732 for a document of which it paid nothing, LB733
for
more than it paid of it, LB901 without the level finance or admin$$;

create function logic.payment_match()
returns table (payments bigint, matched bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_payers bigint[];
    v_count bigint;
    v_matched bigint := 0;
    v_today date := logic.today();
    v_decimals integer := logic.base_decimals();
begin
    perform access.require('admin', 'finance', 'batch');
    perform pg_advisory_xact_lock(hashtextextended('billing.payment', 0));
    perform logic.payment_work_begin();
    insert into pg_temp.payment_work
    select
        payment.payment_id, case payment.kind when 'payment' then 1 else 2 end, payment.payment_id,
        payment.amount, payment.currency, payment.booked_on,
        round(payment.amount * logic.rate_on(payment.currency, payment.booked_on), v_decimals), null
    from billing.payment
    where
        payment.state = 'unidentified' and payment.left_amount = payment.amount and not payment.is_held
        and payment.kind <> 'reversal' and payment.note is null;
    get diagnostics v_count = row_count;
    create temporary table payment_name on commit drop as
    select named.payment_id, named.place::integer as part, named.reference, named.amount as asked
    from pg_temp.payment_work as work
    inner join billing.payment_reference as named on named.payment_id = work.payment_id;
    perform logic.payment_part_find();
    v_payers := array(
        select distinct part.payer_id from pg_temp.payment_part as part where part.payer_id is not null
    );
    if v_payers <> '{}' then
        perform logic.ledger_lock(v_payers);
        -- A loop of two: payments, then deductions.
        for v_turn in 1..2 loop
            if v_turn = 2 then
                perform logic.deduction_advance_add();
            end if;
            perform logic.payment_allocate(v_turn);
            delete from pg_temp.payment_result as result where result.used = 0;
            v_matched := v_matched + (select count(*) from pg_temp.payment_result);
            perform logic.payment_result_keep('{}');
            perform logic.payment_post('assign', v_today);
        end loop;
        perform logic.payer_paid(v_payers, v_today);
        perform audit.event_add(
            'payment_match', null, jsonb_build_object('payments', v_count, 'matched', v_matched)
        );
    end if;
    return query select v_count, v_matched;
end;
$$;

comment on function logic.payment_match() is
$$Tries unidentified payments again, which name documents that are there by now; none that a person took
back. How
many there were, and how many found something.
Example: select * from logic.payment_match() where false
Raises: LB901 without the level finance, batch or admin$$;

-- api

create function api.payment_assign(
    p_payment bigint, p_document text default null, p_customer text default null,
    p_amount numeric default null
)
returns text
language sql volatile
return logic.payment_assign(p_payment, p_document, p_customer, p_amount);

comment on function api.payment_assign(bigint, text, text, numeric) is
$$Sets what is left of an unidentified payment, or p_amount of it, against a document or to the credit of a
customer: its state then.
Example: select api.payment_assign(1, '20260001') where false
Raises: LB524, LB704, LB705, LB710, LB721, LB727, LB728, LB729, LB901$$;
grant execute on function api.payment_assign(bigint, text, text, numeric)
to leissner_admin, leissner_finance;

create function api.payment_undo(
    p_payment bigint, p_document text default null, p_customer text default null,
    p_amount numeric default null
)
returns numeric
language sql volatile
return logic.payment_undo(p_payment, p_document, p_customer, p_amount);

comment on function api.payment_undo(bigint, text, text, numeric) is
$$Takes back what a payment settled, or only what it paid of a document (of a customer), or p_amount of that:
what of it is unidentified again.
Example: select api.payment_undo(1, '20260001') where false
Raises: LB721, LB727, LB732, LB733, LB901$$;
grant execute on function api.payment_undo(bigint, text, text, numeric) to leissner_admin, leissner_finance;

create function api.payment_use_list(p_payment bigint)
returns table (kind text, document_no text, customer_no text, name text, amount numeric, currency text)
language sql stable
begin atomic
    select
        used.kind, used.document_no, customer.customer_no, customer.name,
        round(used.amount, currency.decimals), item.currency
    from logic.payment_use_list(p_payment) as used
    inner join billing.open_item as item on item.open_item_id = used.open_item_id
    inner join billing.currency on currency.currency = item.currency
    inner join billing.customer on customer.customer_id = used.payer_id;
end;

comment on function api.payment_use_list(bigint) is
$$What a payment pays as things stand, by document; advance: what of it is to the credit of a customer.
Example: select * from api.payment_use_list(1)
Raises: nothing$$;
grant execute on function api.payment_use_list(bigint) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;

create function api.payment_match()
returns table (payments bigint, matched bigint)
language sql volatile
begin atomic
    select * from logic.payment_match();
end;

comment on function api.payment_match() is
$$Tries unidentified payments again: how many there were, and how many found something.
Example: select * from api.payment_match() where false
Raises: LB901$$;
grant execute on function api.payment_match() to leissner_admin, leissner_finance, leissner_batch;
