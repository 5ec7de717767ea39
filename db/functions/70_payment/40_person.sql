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
    v_who text := (select who.actor from audit.tx_current() as who);
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

    perform logic.payment_work_begin();
    insert into pg_temp.payment_work
    select
        p_payment, case when v_amount > 0 then 1 else 2 end, 1, v_amount, v_payment.currency,
        v_payment.booked_on,
        round(
            v_amount * logic.rate_on(v_payment.currency, v_payment.booked_on), logic.base_decimals()
        ), null;
    if v_item.open_item_id is not null then
        insert into pg_temp.payment_part
        select
            p_payment, work.turn, 1, 1, p_document, null, v_amount < 0, v_item.open_item_id, v_customer, null
        from pg_temp.payment_work as work;
        perform logic.deduction_advance_add();
    elsif v_amount < 0 then
        insert into pg_temp.payment_part
        select
            p_payment, 2, 1, row_number() over (order by item.item_on, item.open_item_id), item.document_no,
            null, true, item.open_item_id, v_customer, null
        from billing.open_item as item
        where
            item.payer_id = v_customer and item.kind = 'advance' and item.open < 0
            and item.currency = v_payment.currency;
    end if;
    perform logic.payment_allocate(case when v_amount > 0 then 1 else 2 end);
    if v_item.open_item_id is null and v_amount > 0 then
        insert into pg_temp.payment_advance (payment_id, payer_id, amount, open_item_id, base)
        select
            p_payment, v_customer, v_amount, nextval('billing.open_item_open_item_id_seq'), work.base
        from pg_temp.payment_work as work;
        update pg_temp.payment_result as result
        set
            used = v_amount, used_base = result.work_base, left_amount = 0, state = 'advance',
            payer_id = v_customer,
            explanation = jsonb_build_array(jsonb_build_object(
                'code', 'payment_account', 'customer', p_customer, 'who', v_who,
                'amount', round(v_amount, (
                    select currency.decimals::integer from billing.currency
                    where currency.currency = v_payment.currency
                ))
            ));
    end if;
    if exists (select from pg_temp.payment_result as result where result.used = 0) then
        perform billing.fail('LB705', jsonb_build_object(
            'document', coalesce(p_document, p_customer), 'open', 0, 'currency', v_payment.currency,
            'amount', v_amount
        ));
    end if;
    perform logic.payment_result_keep(jsonb_build_object(
        'payment_matched', jsonb_build_object('code', 'payment_assigned', 'who', v_who),
        'payment_deducted', jsonb_build_object('code', 'payment_assigned', 'who', v_who)
    ));
    perform logic.payment_post('assign', logic.today());
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

create function logic.payment_undo(p_payment bigint)
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
begin
    perform access.require('admin', 'finance');
    v_payment := logic.payment_turn(p_payment);
    if
        v_payment.kind = 'reversal' or v_payment.state in ('shown', 'reversed')
        or v_payment.left_amount = v_payment.amount
    then
        perform billing.fail('LB727', jsonb_build_object(
            'payment', p_payment, 'state', v_payment.state, 'needed', 'matched, part, advance'
        ));
    end if;
    v_payers := logic.payment_payer_list(array[p_payment]);
    perform logic.ledger_lock(v_payers);
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
        payer_id = null, is_held = true,
        explanation = payment.explanation || jsonb_build_array(
            jsonb_build_object('code', 'payment_undone', 'who', who.actor)
        )
    from audit.tx_current() as who
    where payment.payment_id = p_payment;
    perform logic.payer_paid(v_payers, v_today);
    perform audit.event_add(
        'payment_undo', p_payment::text,
        jsonb_build_object('amount', v_payment.amount, 'currency', v_payment.currency, 'left', v_left)
    );
    return v_left;
end;
$$;

comment on function logic.payment_undo(bigint) is
$$Takes back what a payment settled: it is unidentified again, and only a person assigns it from then on.
What is
left of it: less than its amount where an advance of it was refunded or moved.
Example: select logic.payment_undo(1) where false
Raises: LB721, LB727 for a payment that settled nothing, LB901 without the level finance or admin$$;

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

create function api.payment_undo(p_payment bigint)
returns numeric
language sql volatile
return logic.payment_undo(p_payment);

comment on function api.payment_undo(bigint) is
$$Takes back what a payment settled: what of it is unidentified again.
Example: select api.payment_undo(1) where false
Raises: LB721, LB727, LB901$$;
grant execute on function api.payment_undo(bigint) to leissner_admin, leissner_finance;

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
