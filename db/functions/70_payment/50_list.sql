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

create function logic.payment_propose(p_payments bigint[])
returns table (
    payment_id bigint, place bigint, customer_id bigint, open_item_id bigint, codes text[]
)
-- definer: under row-level security no index serves names and amounts
language sql stable security definer rows 100
set search_path = pg_catalog, pg_temp
begin atomic
    with asked as materialized (
        select payment.*
        from billing.payment
        where payment.payment_id = any(p_payments) and payment.state = 'unidentified'
    ),

    -- whole customers: what speaks for them speaks for each of their open documents
    who as (
        select asked.payment_id, earlier.payer_id, 'proposal_account' as reason
        from asked
        inner join billing.payment as earlier
            on earlier.payer_account = asked.payer_account and earlier.payer_id is not null
            and earlier.state in ('matched', 'part', 'advance')
        union
        select asked.payment_id, customer.customer_id, 'proposal_name'
        from asked
        inner join billing.customer on lower(customer.name) = lower(asked.payer_name)
        union
        select asked.payment_id, customer.customer_id, 'proposal_org_no'
        from asked
        inner join billing.customer
            on regexp_replace(customer.org_no, '[^0-9]', '', 'g') = asked.payer_org_no
    ),

    word as materialized (
        select distinct told.payment_id, logic.reference_plain(found.match[1]) as text
        from (
            select asked.payment_id, named.text
            from asked
            cross join lateral unnest(asked.texts) as named (text)
            union all
            select asked.payment_id, named.reference
            from asked
            inner join billing.payment_reference as named on named.payment_id = asked.payment_id
        ) as told
        cross join lateral regexp_matches(
            upper(told.text), '(?:RF[0-9]{2}[0-9A-Z ]{1,26}|[0-9][0-9 -]{2,28}[0-9-])|[0-9]{4,25}', 'g'
        ) as found (match)
    ),

    named as (
        select word.payment_id, item.open_item_id, 'proposal_text' as reason
        from word
        inner join billing.open_item as item on item.reference = word.text
        where logic.reference_kinds(word.text) <> '{}'
        union
        select word.payment_id, item.open_item_id, 'proposal_text'
        from word
        inner join billing.open_item as item on item.document_no = word.text
        where length(word.text) > 4 and item.kind <> 'advance'
    ),

    exact as (
        select asked.payment_id, min(item.open_item_id) as open_item_id, 'proposal_amount' as reason
        from asked
        cross join lateral (
            select same.open_item_id from billing.open_item as same
            where same.open = asked.left_amount and same.open <> 0 and same.currency = asked.currency
            limit 2
        ) as item
        group by asked.payment_id
        having count(*) = 1
    ),

    reason as (
        select named.payment_id, named.open_item_id, named.reason from named
        union
        select exact.payment_id, exact.open_item_id, exact.reason from exact
        union
        select who.payment_id, item.open_item_id, who.reason
        from who
        inner join asked on asked.payment_id = who.payment_id
        inner join billing.open_item as item
            on item.payer_id = who.payer_id and item.open <> 0 and item.currency = asked.currency
            and item.kind <> 'advance'
    ),

    every as (
        select reason.payment_id, item.payer_id, item.open_item_id, item.due_on, item.document_no,
            reason.reason
        from reason
        inner join billing.open_item as item on item.open_item_id = reason.open_item_id
        union
        -- a customer without open documents: on account
        select who.payment_id, who.payer_id, null, null, null, who.reason
        from who
        where not exists (
            select from billing.open_item as item
            where item.payer_id = who.payer_id and item.open > 0
        )
    ),

    ranked as (
        select
            every.payment_id, every.payer_id, every.open_item_id,
            array_agg(every.reason order by every.reason) as codes,
            row_number() over (
                partition by every.payment_id
                order by count(*) desc, every.due_on, every.document_no, every.payer_id
            ) as place
        from every
        group by every.payment_id, every.payer_id, every.open_item_id, every.due_on, every.document_no
    )

    select ranked.payment_id, ranked.place, ranked.payer_id, ranked.open_item_id, ranked.codes
    from ranked
    where ranked.place <= 20;
end;

comment on function logic.payment_propose(bigint[]) is
$$Documents, or customers without any, that unidentified payments may be for, with codes of the reasons: those
with most of them first (place 1). Nothing is booked.
It checks no permission: a key says nothing.
Example: select * from logic.payment_propose('{1}')
Raises: nothing$$;

create function logic.reason_words(p_codes text[], p_language text)
returns text
language sql stable
return (
    select string_agg(message.sentence, '; ' order by message.code)
    from billing.message
    where message.code = any(p_codes) and message.language = p_language
);

comment on function logic.reason_words(text[], text) is
$$Reasons in words, one after the other.
Example: select logic.reason_words('{proposal_name}', 'en')
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
    select
        customer.customer_no, customer.name, item.document_no, item.open, item.currency, item.due_on,
        logic.reason_words(found.codes, p_language)
    from logic.payment_propose(array[p_payment]) as found
    inner join billing.customer on customer.customer_id = found.customer_id
    left join billing.open_item as item on item.open_item_id = found.open_item_id
    order by found.place;
end;

comment on function api.payment_proposal_list(bigint, text) is
$$Documents that an unidentified payment may be for, with reasons, those with most reasons first. Nothing is
booked.
Example: select * from api.payment_proposal_list(1)
Raises: nothing$$;
grant execute on function api.payment_proposal_list(bigint, text) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_batch, leissner_integration;

create function api.payment_work_list(
    p_after bigint default null, p_limit integer default 20, p_language text default 'en'
)
returns table (
    payment bigint, booked_on date, kind text, amount numeric, left_amount numeric, currency text,
    payer_name text, payer_account text, payer_org_no text, texts text[], reference_list text[],
    explanation text, proposals jsonb
)
language sql stable rows 20
begin atomic
    with page as materialized (
        select one.*
        from billing.payment as one
        where
            one.state = 'unidentified'
            and (p_after is null or one.payment_id > p_after)
        order by one.payment_id
        limit p_limit
    ),

    proposal as (
        select
            found.payment_id,
            jsonb_agg(
                jsonb_build_object(
                    'customer', customer.customer_no, 'name', customer.name,
                    'document', item.document_no, 'open', item.open, 'due', item.due_on,
                    'is_exact', item.open = page.left_amount,
                    'reasons', logic.reason_words(found.codes, p_language)
                )
                order by found.place
            ) as proposals
        from logic.payment_propose(array(select page.payment_id from page)) as found
        inner join page on page.payment_id = found.payment_id
        inner join billing.customer on customer.customer_id = found.customer_id
        left join billing.open_item as item on item.open_item_id = found.open_item_id
        where found.place <= 5
        group by found.payment_id
    )

    select
        page.payment_id, page.booked_on, page.kind, page.amount, page.left_amount, page.currency,
        page.payer_name, page.payer_account, page.payer_org_no, page.texts,
        array(
            select named.reference from billing.payment_reference as named
            where named.payment_id = page.payment_id
            order by named.place
        ),
        logic.payment_explain(page.explanation, p_language), coalesce(proposal.proposals, '[]')
    from page
    left join proposal on proposal.payment_id = page.payment_id
    order by page.payment_id;
end;

comment on function api.payment_work_list(bigint, integer, text) is
$$Payments that wait for a person, the oldest first, after one of them: each with the best five documents that
it may be for, [{customer, name, document, open, due, is_exact, reasons}].
Example: select * from api.payment_work_list()
Raises: nothing$$;
grant execute on function api.payment_work_list(bigint, integer, text) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;

create function api.payment_left_get()
returns table (payments bigint, currency text, amount numeric)
language sql stable rows 5
begin atomic
    select count(*), one.currency, sum(one.left_amount)
    from billing.payment as one
    where one.state = 'unidentified'
    group by one.currency
    order by one.currency;
end;

comment on function api.payment_left_get() is
$$How many payments wait for a person and what is left of them, by currency.
Example: select * from api.payment_left_get()
Raises: nothing$$;
grant execute on function api.payment_left_get() to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;

create function api.payment_browse_list(
    p_from date default null, p_to date default null, p_least numeric default null,
    p_most numeric default null, p_file bigint default null, p_language text default 'en',
    p_words text default null, p_customer_no text default null, p_state text default null
)
returns table (
    payment bigint, booked_on date, state text, kind text, amount numeric, left_amount numeric,
    currency text, customer_no text, name text, payer_name text, payer_account text, text text,
    file bigint, explanation text
)
language sql stable rows 1000
begin atomic
    select
        one.payment_id, one.booked_on, one.state, one.kind, one.amount, one.left_amount, one.currency,
        customer.customer_no, customer.name, one.payer_name, one.payer_account,
        array_to_string(one.texts, ' '), one.payment_file_id,
        logic.payment_explain(one.explanation, p_language)
    from billing.payment as one
    left join billing.customer on customer.customer_id = one.payer_id
    where
        (p_from is null or one.booked_on >= p_from)
        and (p_to is null or one.booked_on <= p_to)
        and (p_least is null or abs(one.amount) >= p_least)
        and (p_most is null or abs(one.amount) <= p_most)
        and (p_file is null or one.payment_file_id = p_file)
        and (p_words is null or one.payment_id = any((select logic.payment_found(p_words))::bigint[]))
        and (p_customer_no is null or customer.customer_no = p_customer_no)
        and (p_state is null or one.state = p_state);
end;

comment on function api.payment_browse_list(
    date, date, numeric, numeric, bigint, text, text, text, text
) is
$$Payments booked from a day through a day, of amounts between two, of a file, of a customer or in a state
(matched, part, advance, unidentified, shown, reversed): each with what became of it, why, and what of it
waits for a person.
Example: select * from api.payment_browse_list('2026-10-01', '2026-10-31')
Raises: nothing$$;
grant execute on function api.payment_browse_list(
    date, date, numeric, numeric, bigint, text, text, text, text
) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration, leissner_customer;

create function api.payment_file_browse_list(p_file bigint default null)
returns table (
    file bigint, name text, state text, format text, source text, received_at timestamptz,
    loaded_at timestamptz, loaded_by text, reason text, payments bigint, waiting bigint, amount numeric,
    counts jsonb, totals jsonb
)
language sql stable rows 1000
begin atomic
    select
        one.payment_file_id, one.name, one.state, one.format, one.source, one.received_at, one.loaded_at,
        one.loaded_by, one.reason, (one.counts ->> 'payments')::bigint,
        case when one.state = 'loaded' then (
            select count(*) from billing.payment as left_over
            where
                left_over.payment_file_id = one.payment_file_id
                and left_over.state = 'unidentified'
        ) end,
        (
            select sum(part.value::numeric)
            from jsonb_each(one.totals) as sums
            cross join lateral jsonb_each_text(sums.value) as part
            where part.key in ('matched', 'part', 'advance', 'unidentified')
        ),
        one.counts, one.totals
    from billing.payment_file as one
    where p_file is null or one.payment_file_id = p_file;
end;

comment on function api.payment_file_browse_list(bigint) is
$$Payment files with what they brought, how many of their payments wait for a person now, and why some were
rejected; or one of them.
Example: select * from api.payment_file_browse_list()
Raises: nothing$$;
grant execute on function api.payment_file_browse_list(bigint) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;

create function api.payment_source_state_list()
returns table (
    code text, protocol text, host text, format text, files bigint, rejected bigint, fetched_at timestamptz,
    last_name text, last_state text, last_reason text
)
language sql stable rows 10
begin atomic
    select
        source.code, source.protocol, source.host, source.format, of_all.files, of_all.rejected,
        latest.fetched_at, latest.name, latest.state, latest.reason
    from billing.payment_source as source
    cross join lateral (
        select count(*) as files, count(*) filter (where got.state = 'rejected') as rejected
        from billing.payment_fetch as got
        where got.payment_source_id = source.payment_source_id
    ) as of_all
    left join lateral (
        select got.*
        from billing.payment_fetch as got
        where got.payment_source_id = source.payment_source_id
        order by got.payment_fetch_id desc
        limit 1
    ) as latest on true
    order by source.code collate "C";
end;

comment on function api.payment_source_state_list() is
$$Where payment files are fetched from, how many came, and the last of them. No secrets.
Example: select * from api.payment_source_state_list()
Raises: nothing$$;
grant execute on function api.payment_source_state_list() to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_auditor, leissner_batch;
