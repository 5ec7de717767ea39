-- 70_payment/list: what people see of files and payments.

create function logic.payment_explain(p_explanation jsonb, p_language text)
returns text
language sql stable
return (
    select string_agg(billing.sentence_fill(message.sentence, one.told), ' ' order by one.place)
    from jsonb_array_elements(p_explanation) with ordinality as one (told, place)
    inner join billing.message
        on message.code = one.told ->> 'code' and message.language = p_language
);

comment on function logic.payment_explain(jsonb, text) is
$$What became of a payment and why, as sentences.
Example: select logic.payment_explain('[{"code": "payment_no_reference"}]', 'en')
Raises: nothing$$;

-- api

create function api.payment_file_list(p_limit integer default 100)
returns table (
    file bigint, name text, state text, format text, identity text, source text, received_at timestamptz,
    loaded_at timestamptz, loaded_by text, reason text, counts jsonb, totals jsonb
)
language sql stable
begin atomic
    select
        one.payment_file_id, one.name, one.state, one.format, one.identity, one.source, one.received_at,
        one.loaded_at, one.loaded_by, one.reason, one.counts, one.totals
    from billing.payment_file as one
    order by one.payment_file_id desc
    limit p_limit;
end;

comment on function api.payment_file_list(integer) is
$$Payment files, the latest first, with what became of their payments when they were loaded.
Example: select * from api.payment_file_list()
Raises: nothing$$;
grant execute on function api.payment_file_list(integer) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;

create function api.payment_file_get(p_file bigint)
returns table (name text, digest bytea, bytes bytea)
language sql stable
begin atomic
    select one.name, one.digest, one.bytes
    from billing.payment_file as one
    where one.payment_file_id = p_file;
end;

comment on function api.payment_file_get(bigint) is
$$A payment file as it came.
Example: select * from api.payment_file_get(1)
Raises: nothing$$;
grant execute on function api.payment_file_get(bigint) to
    leissner_admin, leissner_finance, leissner_auditor, leissner_batch, leissner_integration;

create function api.payment_list(
    p_states text[] default null, p_file bigint default null, p_customer text default null,
    p_limit integer default 100, p_language text default 'en'
)
returns table (
    payment bigint, file bigint, booked_on date, state text, kind text, amount numeric, left_amount numeric,
    currency text, customer text, name text, payer_name text, explanation text
)
language sql stable
begin atomic
    select
        payment.payment_id, payment.payment_file_id, payment.booked_on, payment.state, payment.kind,
        payment.amount, payment.left_amount, payment.currency, customer.customer_no, customer.name,
        payment.payer_name, logic.payment_explain(payment.explanation, p_language)
    from (
        select one.*
        from billing.payment as one
        where
            (p_states is null or one.state = any(p_states))
            and (p_file is null or one.payment_file_id = p_file)
            and (
                p_customer is null
                or one.payer_id = (
                    select who.customer_id from billing.customer as who where who.customer_no = p_customer
                )
            )
        order by one.payment_id desc
        limit p_limit
    ) as payment
    left join billing.customer on customer.customer_id = payment.payer_id
    order by payment.payment_id desc;
end;

comment on function api.payment_list(text[], bigint, text, integer, text) is
$$Payments, the latest first, of some states, a file or a customer, each with what became of it and why.
Example: select * from api.payment_list('{unidentified}')
Raises: nothing$$;
grant execute on function api.payment_list(text[], bigint, text, integer, text) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_customer, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.payment_get(p_payment bigint, p_language text default 'en')
returns table (
    payment bigint, file bigint, place integer, state text, kind text, amount numeric, left_amount numeric,
    currency text, account text, batch text, key text, booked_on date, value_on date, customer text,
    name text,
    payer_name text, payer_account text, payer_org_no text, payer_address text, texts text[], channel text,
    note text, raw text, reference_list text[], explanation text
)
language sql stable
begin atomic
    select
        one.payment_id, one.payment_file_id, one.place, one.state, one.kind, one.amount, one.left_amount,
        one.currency, one.account, one.batch, one.key, one.booked_on, one.value_on, customer.customer_no,
        customer.name, one.payer_name, one.payer_account, one.payer_org_no, one.payer_address, one.texts,
        one.channel, one.note, one.raw,
        array(
            select concat_ws(' ', named.reference, named.amount, named.quality)
            from billing.payment_reference as named
            where named.payment_id = one.payment_id
            order by named.place
        ),
        logic.payment_explain(one.explanation, p_language)
    from billing.payment as one
    left join billing.customer on customer.customer_id = one.payer_id
    where one.payment_id = p_payment;
end;

comment on function api.payment_get(bigint, text) is
$$All that is known of a payment.
Example: select * from api.payment_get(1)
Raises: nothing$$;
grant execute on function api.payment_get(bigint, text) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;

create function api.payment_entry_list(p_payment bigint)
returns table (
    entry bigint, kind text, entry_on date, made_by text, account text, customer text, document_no text,
    amount numeric, currency text
)
language sql stable
begin atomic
    with own as (
        select entry.entry_id from billing.entry where entry.payment_id = p_payment
        union
        -- what its advances paid
        select used.entry_id
        from billing.entry
        inner join billing.entry_row as part on part.entry_id = entry.entry_id
        inner join billing.open_item as item
            on item.open_item_id = part.open_item_id and item.kind = 'advance'
        inner join billing.entry_row as used on used.open_item_id = item.open_item_id
        where entry.payment_id = p_payment
    )

    select
        entry.entry_id, entry.kind, entry.entry_on, entry.made_by, part.account, customer.customer_no,
        item.document_no, part.amount, part.currency
    from own
    inner join billing.entry on entry.entry_id = own.entry_id
    inner join billing.entry_row as part on part.entry_id = own.entry_id
    left join billing.open_item as item on item.open_item_id = part.open_item_id
    left join billing.customer on customer.customer_id = part.payer_id
    order by entry.entry_id, part.place;
end;

comment on function api.payment_entry_list(bigint) is
$$The rows of the journal that a payment brought, and those by which its advances paid other documents.
Example: select * from api.payment_entry_list(1)
Raises: nothing$$;
grant execute on function api.payment_entry_list(bigint) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;

create function api.payment_proposal_list(p_payment bigint, p_language text default 'en')
returns table (
    customer text, name text, document_no text, open numeric, currency text, due_on date, reasons text
)
language sql stable
begin atomic
    with asked as materialized (
        select payment.*
        from billing.payment
        where payment.payment_id = p_payment and payment.state = 'unidentified'
    ),

    -- whole customers: what speaks for them speaks for each of their open documents
    who as (
        select earlier.payer_id, 'proposal_account' as reason
        from asked
        inner join billing.payment as earlier
            on earlier.payer_account = asked.payer_account and earlier.payer_id is not null
            and earlier.state in ('matched', 'part', 'advance')
        union
        select customer.customer_id, 'proposal_name'
        from asked
        inner join billing.customer on lower(customer.name) = lower(asked.payer_name)
        union
        select customer.customer_id, 'proposal_org_no'
        from asked
        inner join billing.customer
            on regexp_replace(customer.org_no, '[^0-9]', '', 'g') = asked.payer_org_no
    ),

    word as materialized (
        select distinct logic.reference_plain(found.match[1]) as text
        from (
            select named.text
            from asked
            cross join lateral unnest(asked.texts) as named (text)
            union all
            select named.reference
            from asked
            inner join billing.payment_reference as named on named.payment_id = asked.payment_id
        ) as told
        cross join lateral regexp_matches(
            upper(told.text), '(?:RF[0-9]{2}[0-9A-Z ]{1,26}|[0-9][0-9 -]{2,28}[0-9-])|[0-9]{4,25}', 'g'
        ) as found (match)
    ),

    named as (
        select item.open_item_id, 'proposal_text' as reason
        from word
        inner join billing.open_item as item on item.reference = word.text
        where logic.reference_kinds(word.text) <> '{}'
        union
        select item.open_item_id, 'proposal_text'
        from word
        inner join billing.open_item as item on item.document_no = word.text
        where length(word.text) > 4 and item.kind <> 'advance'
    ),

    exact as (
        select min(item.open_item_id) as open_item_id, 'proposal_amount' as reason
        from asked
        inner join billing.open_item as item
            on item.open = asked.left_amount and item.open <> 0 and item.currency = asked.currency
        having count(*) = 1
    ),

    reason as (
        select named.open_item_id, named.reason from named
        union
        select exact.open_item_id, exact.reason from exact
        union
        select item.open_item_id, who.reason
        from who
        inner join asked on true
        inner join billing.open_item as item
            on item.payer_id = who.payer_id and item.open <> 0 and item.currency = asked.currency
            and item.kind <> 'advance'
    ),

    every as (
        select item.payer_id, item.open_item_id, reason.reason
        from reason
        inner join billing.open_item as item on item.open_item_id = reason.open_item_id
        union
        -- a customer without open documents: on account
        select who.payer_id, null, who.reason
        from who
        where not exists (
            select from billing.open_item as item
            where item.payer_id = who.payer_id and item.open > 0
        )
    )

    select
        customer.customer_no, customer.name, item.document_no, item.open, item.currency, item.due_on,
        string_agg(message.sentence, '; ' order by message.code)
    from every
    inner join billing.customer on customer.customer_id = every.payer_id
    left join billing.open_item as item on item.open_item_id = every.open_item_id
    inner join billing.message on message.code = every.reason and message.language = p_language
    group by customer.customer_no, customer.name, item.document_no, item.open, item.currency, item.due_on
    order by count(*) desc, item.due_on, item.document_no
    limit 20;
end;

comment on function api.payment_proposal_list(bigint, text) is
$$Documents that an unidentified payment may be for, with reasons, those with most reasons first. Nothing is
booked.
Example: select * from api.payment_proposal_list(1)
Raises: nothing$$;
grant execute on function api.payment_proposal_list(bigint, text) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_batch, leissner_integration;
