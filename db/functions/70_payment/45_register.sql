-- 70_payment/register: one payment that another system hands over, by the same path as those of files.

create type logic.payment_use as (
    kind text, document_no text, customer_no text, amount numeric
);
comment on type logic.payment_use is 'What a payment pays as things stand.';
comment on column logic.payment_use.kind is
    'Kind of the document; advance: what of the payment is to the credit of the customer.';
comment on column logic.payment_use.document_no is 'The document.';
comment on column logic.payment_use.customer_no is 'Who owes it.';
comment on column logic.payment_use.amount is 'How much of the payment it takes.';

create function logic.payment_uses(p_payment bigint)
returns jsonb
language sql stable
return (
    select coalesce(
        jsonb_agg(
            to_jsonb(
                row(
                    used.kind, used.document_no, customer.customer_no,
                    round(used.amount, currency.decimals)
                )::logic.payment_use
            )
            order by used.open_item_id
        ),
        '[]'
    )
    from logic.payment_use_list(p_payment) as used
    inner join billing.open_item as item on item.open_item_id = used.open_item_id
    inner join billing.currency on currency.currency = item.currency
    inner join billing.customer on customer.customer_id = used.payer_id
);

comment on function logic.payment_uses(bigint) is
$$What a payment pays as things stand: logic.payment_use, as JSON.
Example: select logic.payment_uses(1)
Raises: nothing$$;

create function logic.receiving_account(p_account text, p_currency text)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_account text;
    v_currency text;
begin
    select own.account, own.currency into v_account, v_currency
    from logic.own_account_list() as own
    cross join billing.operator
    where
        case
            when p_account is null then own.currency = p_currency
            else own.account = logic.account_plain(p_account)
        end
    order by
        array_position(
            array[
                logic.account_plain(operator.bankgiro), logic.account_plain(operator.plusgiro),
                logic.account_plain(operator.iban)
            ],
            own.account
        ) nulls last,
        own.account
    limit 1;
    if v_account is null and p_account is not null then
        perform billing.fail('LB723', jsonb_build_object('account', p_account, 'field', 'account'));
    elsif v_account is null then
        perform billing.fail('LB737', jsonb_build_object('currency', p_currency, 'field', 'currency'));
    elsif v_currency <> p_currency then
        perform billing.fail('LB729', jsonb_build_object(
            'payment', '', 'currency', p_currency, 'document', p_account, 'other', v_currency,
            'field', 'currency'
        ));
    end if;
    return v_account;
end;
$$;

comment on function logic.receiving_account(text, text) is
$$The account of the operator that a payment in a currency reached: the one that is said, else its first.
Example: select logic.receiving_account(null, 'SEK') where false
Raises: LB723 for an account of others, LB729 for one in another currency, LB737 where there is none$$;

create function logic.payment_register(p_request jsonb)
returns table (payment bigint, is_new boolean)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_asked jsonb := jsonb_strip_nulls(p_request);
    v_identity text;
    v_amount constant numeric := p_request ->> 'amount';
    v_currency text;
    v_day date;
    v_customer billing.customer;
    v_payer bigint;
    v_before record;
    v_wrong record;
    v_account text;
    v_file bigint;
    v_payment billing.payment;
begin
    perform access.require('admin', 'finance', 'batch', 'integration');
    if coalesce(trim(v_asked ->> 'key'), '') = '' then
        perform billing.fail('LB738', '{"field": "key"}');
    end if;
    if coalesce(v_amount, 0) <= 0 then
        perform billing.fail('LB735', jsonb_build_object('amount', v_amount, 'field', 'amount'));
    end if;
    v_asked := v_asked || jsonb_build_object(
        'amount', trim_scale(v_amount),
        'source', coalesce(v_asked ->> 'source', (select who.actor from audit.tx_current() as who))
    );
    v_identity := (v_asked ->> 'source') || ':' || (v_asked ->> 'key');

    -- Whoever hands it over again waits here, and then finds it.
    perform pg_advisory_xact_lock(hashtextextended('billing.payment', 0));
    select file.bytes, own.payment_id into v_before
    from billing.payment_file as file
    inner join billing.payment as own on own.payment_file_id = file.payment_file_id
    where file.format = 'handed' and file.identity = v_identity;
    if found then
        select one.key as what, was.value as before, v_asked ->> one.key as now into v_wrong
        from jsonb_object_keys(convert_from(v_before.bytes, 'UTF8')::jsonb || v_asked) as one (key)
        left join jsonb_each_text(convert_from(v_before.bytes, 'UTF8')::jsonb) as was on was.key = one.key
        where was.value is distinct from v_asked ->> one.key
        limit 1;
        if found then
            perform billing.fail('LB734', jsonb_build_object(
                'key', v_identity, 'what', v_wrong.what, 'before', coalesce(v_wrong.before, '–'),
                'now', coalesce(v_wrong.now, '–'), 'field', v_wrong.what
            ));
        end if;
        return query select v_before.payment_id, false;
        return;
    end if;

    v_currency := coalesce(v_asked ->> 'currency', (select operator.currency from billing.operator));
    v_account := logic.receiving_account(v_asked ->> 'account', v_currency);
    v_day := coalesce((v_asked ->> 'booked_on')::date, logic.today());
    if v_asked ? 'customer_no' then
        select customer.* into v_customer
        from billing.customer where customer.customer_no = v_asked ->> 'customer_no';
        if v_customer.customer_id is null then
            perform billing.fail(
                'LB524', jsonb_build_object('customer', v_asked ->> 'customer_no', 'field', 'customer_no')
            );
        end if;
        select pays.payer_id into v_payer
        from logic.payer_of(v_customer.customer_id) as pays where pays.valid @> logic.today();
        perform logic.ledger_lock(array[v_payer]);
    end if;
    select stored.file into v_file
    from logic.payment_file_put(
        v_identity, convert_to(v_asked::text, 'UTF8'), v_asked ->> 'source'
    ) as stored;
    perform logic.payment_load_begin(v_file, 'handed', v_identity, false, false);
    insert into billing.payment_staging (
        payment_file_id, place, account, key, kind, amount, currency, booked_on, payer_name, payer_account,
        texts, raw, references_text, references_amount, references_quality
    )
    select
        v_file, 1, v_account, 'handed:' || v_identity, 'payment', v_amount, v_currency, v_day,
        v_asked ->> 'payer_name', v_asked ->> 'payer_account',
        case when v_asked ? 'text' then array[v_asked ->> 'text'] end, v_asked::text,
        case when named.reference <> '' then array[named.reference] end,
        case when named.reference <> '' then array[null::numeric] end,
        case when named.reference <> '' then array['typed'] end
    from (select trim(v_asked ->> 'reference') as reference) as named;
    perform logic.payment_load_finish(v_file, false, false, '{}');
    select own.* into strict v_payment
    from billing.payment as own where own.payment_file_id = v_file;

    if v_payer is not null and v_payment.payer_id <> v_payer then
        perform billing.fail('LB736', jsonb_build_object(
            'reference', v_asked ->> 'reference', 'customer', v_asked ->> 'customer_no', 'field', 'reference',
            'payer', (
                select customer.customer_no from billing.customer
                where customer.customer_id = v_payment.payer_id
            )
        ));
    end if;
    -- What no reference explains is the customer's that was named.
    if v_payer is not null and v_payment.state = 'unidentified' then
        perform logic.payment_assign_book(v_payment, null, v_payer, v_payment.left_amount);
        perform logic.payer_paid(array[v_payer], logic.today());
        perform audit.event_add(
            'payment_assign', v_payment.payment_id::text, jsonb_build_object(
                'customer', v_asked ->> 'customer_no', 'amount', v_payment.left_amount,
                'currency', v_currency
            )
        );
    end if;
    return query select v_payment.payment_id, true;
end;
$$;

comment on function logic.payment_register(jsonb) is
$$Books a payment that another system hands over: see api.payment_register. Its request is kept like a file.
Example: select * from logic.payment_register('{"key": "1", "amount": 100}') where false
Raises: LB524, LB703, LB709, LB723, LB725, LB729, LB734 for a known key with other contents, LB735, LB736,
LB737, LB738, LB901 without the level finance, batch, integration or admin$$;

-- api

create function api.payment_register(
    p_key text, p_amount numeric, p_reference text default null, p_customer_no text default null,
    p_currency text default null, p_booked_on date default null, p_payer_name text default null,
    p_payer_account text default null, p_text text default null, p_account text default null,
    p_source text default null, p_language text default 'en'
)
returns table (
    payment bigint, is_new boolean, state text, booked_on date, amount numeric, left_amount numeric,
    currency text, customer_no text, uses jsonb, explanation text
)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_made record;
begin
    select made.* into v_made
    from logic.payment_register(jsonb_build_object(
        'key', p_key, 'amount', p_amount, 'reference', p_reference, 'customer_no', p_customer_no,
        'currency', p_currency, 'booked_on', p_booked_on, 'payer_name', p_payer_name,
        'payer_account', p_payer_account, 'text', p_text, 'account', p_account, 'source', p_source
    )) as made;
    return query
    select
        own.payment_id, v_made.is_new, own.state, own.booked_on, round(own.amount, money.decimals),
        round(own.left_amount, money.decimals), own.currency, customer.customer_no,
        logic.payment_uses(own.payment_id), logic.payment_explain(own.explanation, p_language)
    from billing.payment as own
    inner join billing.currency as money on money.currency = own.currency
    left join billing.customer on customer.customer_id = own.payer_id
    where own.payment_id = v_made.payment;
end;
$$;

comment on function api.payment_register(
    text, numeric, text, text, text, date, text, text, text, text, text, text
) is
$$Registers one payment that another system has taken, and books it as one of a bank file: the document with
that reference (OCR) is paid, what is more than it has open is an advance of its payer; without a
reference, or where it names no document, the customer named pays its documents by due date, and the rest
is an advance; without either it waits for a person (state unidentified). key is the other system's own
number for it, unique within a source (the caller's name where none is given): repeated with the same
contents nothing is booked and what became of it is given once more; with other contents it is refused.
currency: the operator's where none is given; account: the operator's account that it reached, its first
in that currency where none is given; booked_on: today where none is given. It says the payment's number
and state, what it pays (uses), and what is left for a person. Refused: an unknown customer or account, an
account in another currency, an amount of 0 or less, a day to come, a reference that is another
customer's.
Example: select * from api.payment_register('t-1', 100) where false
Raises: LB524, LB703, LB709, LB723, LB725, LB729, LB734, LB735, LB736, LB737, LB738, LB901$$;
grant execute on function api.payment_register(
    text, numeric, text, text, text, date, text, text, text, text, text, text
) to leissner_admin, leissner_finance, leissner_batch, leissner_integration;
