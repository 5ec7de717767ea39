-- 28_found: what words lead to in long lists, by indexes. Definer: under row-level security no index serves
-- ilike. Keys say nothing of what they are of; the list that asks shows no row that its reader may not see.

create function logic.word_likes(p_words text)
returns text[]
language sql immutable parallel safe
return array(
    select '%' || regexp_replace(word.text, '([%_\\])', '\\\1', 'g') || '%'
    from regexp_split_to_table(p_words, '\s+') as word (text)
    where word.text <> ''
    order by length(word.text) desc
);

comment on function logic.word_likes(text) is
$$Each word as a pattern for ilike, the longest first: an index finds that, the others are looked for in the
few rows.
Example: select logic.word_likes('ab 100%')
Raises: nothing$$;

create function logic.word_begins(p_words text)
returns text
language sql immutable parallel safe
return (
    select case when found.words !~ '\s' then regexp_replace(found.words, '([%_\\])', '\\\1', 'g') || '%' end
    from (values (nullif(trim(p_words), ''))) as found (words)
);

comment on function logic.word_begins(text) is
$$A single word as a pattern of what begins with it, for numbers of documents; NULL for several.
Example: select logic.word_begins('2026')
Raises: nothing$$;

create function logic.word_id(p_words text)
returns bigint
language sql immutable parallel safe
return substring(trim(p_words) from '^[0-9]{1,18}$')::bigint;

comment on function logic.word_id(text) is
$$A word that is a key of ours, or NULL.
Example: select logic.word_id(' 12 ')
Raises: nothing$$;

create function logic.customer_found(p_words text, p_is_wide boolean default false)
returns bigint[]
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_likes text[] := logic.word_likes(billing.name_plain(p_words));
begin
    return array(
        select one.customer_id
        from billing.customer as one
        where
            (
                billing.name_plain(one.name) like v_likes[1] or one.customer_no ilike v_likes[1]
                or p_is_wide
                and billing.name_plain( -- as the index has it
                    coalesce(one.org_no, '') || ' ' || coalesce(one.city, '') || ' '
                    || coalesce(one.email, '')
                ) like v_likes[1]
            )
            and (
                cardinality(v_likes) = 1
                or billing.name_plain(concat_ws(
                    ' ', one.name, one.customer_no,
                    case when p_is_wide then concat_ws(' ', one.org_no, one.city, one.email) end
                )) like all (v_likes)
            )
    );
end;
$$;

comment on function logic.customer_found(text, boolean) is
$$The keys of customers whose number and name have all the words, å as a; p_is_wide: or town, registration
number and e-mail.
It checks no permission: a key says nothing.
Example: select logic.customer_found('nobody')
Raises: nothing$$;

create function logic.contract_found(p_words text)
returns bigint[]
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_likes text[] := logic.word_likes(p_words);
begin
    return array(
        select one.contract_id
        from billing.contract as one where one.customer_id = any(logic.customer_found(p_words))
        union
        select one.contract_id from billing.contract as one where one.contract_no ilike all(v_likes)
        union
        select one.contract_id
        from billing.contract as one where one.reference is not null and one.reference ilike all(v_likes)
    );
end;
$$;

comment on function logic.contract_found(text) is
$$The keys of contracts whose number, reference or customer has all the words.
It checks no permission: a key says nothing.
Example: select logic.contract_found('nobody')
Raises: nothing$$;

create function logic.number_found(p_words text)
returns bigint[]
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
begin
    return array(
        select own.subscriber_number_id
        from billing.contract_line as line
        inner join billing.subscriber_number as own on own.contract_line_id = line.contract_line_id
        where line.contract_id = any(logic.contract_found(p_words))
        union
        select own.subscriber_number_id
        from billing.subscriber_number as own where own.number like logic.word_begins(p_words)
    );
end;
$$;

comment on function logic.number_found(text) is
$$The keys of numbers that begin with a word, or whose customer or contract has all the words.
It checks no permission: a key says nothing.
Example: select logic.number_found('nobody')
Raises: nothing$$;

create function logic.preselection_found(p_words text)
returns bigint[]
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_numbers bigint[] := logic.number_found(p_words);
begin
    return array(
        select one.preselection_id
        from billing.preselection as one where one.number like logic.word_begins(p_words)
        union
        select one.preselection_id
        from billing.subscriber_number as own
        inner join billing.preselection as one on one.number = own.number
        where own.subscriber_number_id = any(v_numbers) and own.kind = 'number'
        union
        select one.preselection_id
        from billing.subscriber_number as own
        inner join billing.preselection as one
            on one.number >= own.number and one.number <= own.to_number
            and length(one.number) = length(own.number)
        where
            -- a value that the planner does not know: by the index, range by range
            own.subscriber_number_id = any((select v_numbers)::bigint[]) and own.kind = 'number'
            and own.to_number is not null
    );
end;
$$;

comment on function logic.preselection_found(text) is
$$The keys of orders of pre-selection of numbers that begin with a word, or whose customer or contract has all
the words.
It checks no permission: a key says nothing.
Example: select logic.preselection_found('nobody')
Raises: nothing$$;

create function logic.bundle_found(p_words text)
returns bigint[]
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
begin
    return array(
        select bundle.bundle_id
        from billing.contract_line as line
        inner join billing.bundle on bundle.contract_line_id = line.contract_line_id
        where line.contract_id = any(logic.contract_found(p_words))
        union
        select bundle.bundle_id from billing.bundle where bundle.code ilike all(logic.word_likes(p_words))
    );
end;
$$;

comment on function logic.bundle_found(text) is
$$The keys of bundles whose code, customer or contract has all the words.
It checks no permission: a key says nothing.
Example: select logic.bundle_found('nobody')
Raises: nothing$$;

create function logic.invoice_found(p_words text)
returns bigint[]
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_begins text := logic.word_begins(p_words);
begin
    return array(
        select one.invoice_id
        from billing.invoice as one where one.payer_id = any(logic.customer_found(p_words))
        union
        select one.invoice_id from billing.invoice as one where one.invoice_no like v_begins
        union
        select one.invoice_id from billing.invoice as one where one.reference like v_begins
    );
end;
$$;

comment on function logic.invoice_found(text) is
$$The keys of documents whose number or payment reference begins with a word, or whose payer has all the
words.
It checks no permission: a key says nothing.
Example: select logic.invoice_found('nobody')
Raises: nothing$$;

create function logic.item_found(p_words text)
returns bigint[]
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_begins text := logic.word_begins(p_words);
begin
    return array(
        select one.open_item_id
        from billing.open_item as one where one.payer_id = any(logic.customer_found(p_words))
        union
        select one.open_item_id from billing.open_item as one where one.document_no like v_begins
        union
        select one.open_item_id from billing.open_item as one where one.reference like v_begins
        union
        select one.open_item_id
        from billing.open_item as one
        where one.disputed_on is not null and one.dispute_reason ilike all(logic.word_likes(p_words))
    );
end;
$$;

comment on function logic.item_found(text) is
$$The keys of items whose document or reference begins with a word, or whose payer, or the reason of a
dispute, has all the words.
It checks no permission: a key says nothing.
Example: select logic.item_found('nobody')
Raises: nothing$$;

create function logic.entry_found(p_words text)
returns bigint[]
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_likes text[] := logic.word_likes(p_words);
begin
    return array(
        select entry.entry_id
        from billing.entry where entry.payer_id = any(logic.customer_found(p_words))
        union
        select entry.entry_id
        from billing.invoice
        inner join billing.entry on entry.invoice_id = invoice.invoice_id
        where invoice.invoice_no like logic.word_begins(p_words)
        union
        select entry.entry_id
        from billing.entry
        where entry.entry_id = logic.word_id(p_words)
        union
        select entry.entry_id
        from billing.entry where entry.text is not null and entry.text ilike all(v_likes)
    );
end;
$$;

comment on function logic.entry_found(text) is
$$The keys of entries with that number, with a document that begins with a word, or whose payer or text has
all the words.
It checks no permission: a key says nothing.
Example: select logic.entry_found('nobody')
Raises: nothing$$;

create function logic.order_found(p_words text)
returns bigint[]
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_likes text[] := logic.word_likes(p_words);
begin
    return array(
        select one.credit_order_id
        from billing.credit_order as one where one.customer_id = any(logic.customer_found(p_words))
        union
        select one.credit_order_id
        from billing.contract
        inner join billing.contract_line as line on line.contract_id = contract.contract_id
        inner join billing.credit_order as one on one.contract_line_id = line.contract_line_id
        where
            contract.contract_no ilike logic.word_begins(split_part(p_words, '/', 1))
            and contract.contract_no || '/' || line.line_no ilike all(v_likes)
        union
        select one.credit_order_id
        from billing.credit_order as one
        where concat_ws(' ', one.key, one.reason, array_to_string(one.numbers, ', ')) ilike all(v_likes)
    );
end;
$$;

comment on function logic.order_found(text) is
$$The keys of orders to the switch whose customer, contract line, or key, reason and numbers have all the
words.
It checks no permission: a key says nothing.
Example: select logic.order_found('nobody')
Raises: nothing$$;

create function logic.reminder_found(p_words text)
returns bigint[]
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
begin
    return array(
        select one.reminder_id
        from billing.reminder as one where one.payer_id = any(logic.customer_found(p_words))
        union
        select one.reminder_id
        from billing.reminder as one where one.reminder_no ilike all(logic.word_likes(p_words))
    );
end;
$$;

comment on function logic.reminder_found(text) is
$$The keys of reminders whose number, or whose payer, has all the words.
It checks no permission: a key says nothing.
Example: select logic.reminder_found('nobody')
Raises: nothing$$;

create function logic.payment_found(p_words text)
returns bigint[]
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_likes text[] := logic.word_likes(p_words);
    v_begins text := logic.word_begins(p_words);
begin
    return array(
        select one.payment_id
        from billing.payment as one where one.payer_id = any(logic.customer_found(p_words))
        union
        -- nobody's yet: by what the bank said
        select one.payment_id
        from billing.payment as one
        where
            one.state in ('unidentified', 'shown')
            and concat_ws(' ', one.payer_name, one.payer_account, array_to_string(one.texts, ' '))
            ilike all(v_likes)
        union
        select one.payment_id
        from billing.payment as one
        where one.payer_account is not null and one.payer_account like v_begins
        union
        select named.payment_id
        from billing.payment_reference as named where named.reference like v_begins
        union
        select entry.payment_id
        from billing.open_item as item
        inner join billing.entry_row as part on part.open_item_id = item.open_item_id
        inner join billing.entry on entry.entry_id = part.entry_id
        where item.document_no like v_begins and entry.payment_id is not null
        union
        select one.payment_id
        from billing.payment as one
        where one.payment_id = logic.word_id(p_words)
    );
end;
$$;

comment on function logic.payment_found(text) is
$$The keys of payments of customers that have all the words, of unidentified ones of which the bank said them,
of an account, a reference or a document that begins with a word, and with that number.
It checks no permission: a key says nothing.
Example: select logic.payment_found('nobody')
Raises: nothing$$;
