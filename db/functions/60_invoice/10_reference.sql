-- 60_invoice/reference: payment references and their check digits (FORMATS-MONEY.md 2).

create function logic.luhn(p_digits text)
returns text
language sql immutable parallel safe strict
begin atomic
    select mod(10 - mod(sum(div(one.product, 10) + mod(one.product, 10)), 10), 10)::text
    from (
        select substr(p_digits, length(p_digits) + 1 - n, 1)::integer * (2 - mod(n + 1, 2)) as product
        from generate_series(1, length(p_digits)) as step (n)
    ) as one;
end;

comment on function logic.luhn(text) is
$$The check digit by modulus 10 (Luhn) of digits: OCR, KID, FIK, bankgiro, plusgiro, registration numbers.
Example: select logic.luhn('1234567')
Raises: nothing$$;

create function logic.mod11(p_digits text)
returns text
language sql immutable parallel safe strict
begin atomic
    select case rest.r when 0 then '0' when 1 then '-' else (11 - rest.r)::text end
    from (
        select mod(
            sum(substr(p_digits, length(p_digits) + 1 - n, 1)::integer * (2 + mod(n - 1, 6))), 11
        ) as r
        from generate_series(1, length(p_digits)) as step (n)
    ) as rest;
end;

comment on function logic.mod11(text) is
$$The check digit by modulus 11 of digits, - for ten: KID, Norwegian accounts.
Example: select logic.mod11('12345678')
Raises: nothing$$;

create function logic.mod731(p_digits text)
returns text
language sql immutable parallel safe strict
begin atomic
    select mod(
        10 - mod(
            sum(
                substr(p_digits, length(p_digits) + 1 - n, 1)::integer * (array[7, 3, 1])[1 + mod(n - 1, 3)]
            ),
            10
        ),
        10
    )::text
    from generate_series(1, length(p_digits)) as step (n);
end;

comment on function logic.mod731(text) is
$$The check digit by the weights 7, 3 and 1: Finnish references.
Example: select logic.mod731('20260001')
Raises: nothing$$;

create function logic.mod97(p_text text)
returns integer
language sql immutable parallel safe strict
begin atomic
    select mod(
        string_agg(
            case when sign ~ '[A-Z]' then (ascii(sign) - 55)::text else sign end, '' order by n
        )::numeric,
        97
    )::integer
    from unnest(string_to_array(substr(p_text, 5) || left(p_text, 4), null))
        with ordinality as one (sign, n);
end;

comment on function logic.mod97(text) is
$$What is left of a text of capitals and digits, its first four put last, by modulus 97: 1 for an RF reference
or IBAN that holds.
Example: select logic.mod97('RF0812344')
Raises: nothing$$;

create function logic.reference_make(p_kind text, p_number text)
returns text
language plpgsql immutable parallel safe strict
set search_path = pg_catalog, pg_temp
as $$
declare
    v_length constant integer := length(p_number);
    v_kid constant text := lpad(p_number, greatest(3, v_length), '0');
begin
    if p_number !~ '^[0-9]{1,19}$' and not (p_kind = 'rf' and p_number ~ '^[0-9A-Z]{1,21}$')
        or p_kind = 'fik' and v_length > 14 or p_kind = 'viite' and p_number !~ '^0*[1-9][0-9]{2,18}$' then
        perform billing.fail('LB500', jsonb_build_object('number', p_number, 'kind', p_kind));
    end if;
    return case p_kind
        -- the digit before the check digit is the length in all: it catches a lost digit
        when 'ocr' then
            p_number || mod(v_length + 2, 10) || logic.luhn(p_number || mod(v_length + 2, 10))
        when 'kid' then v_kid || logic.luhn(v_kid)
        when 'kid11' then v_kid || logic.mod11(v_kid)
        when 'fik' then lpad(p_number, 14, '0') || logic.luhn(lpad(p_number, 14, '0'))
        when 'viite' then ltrim(p_number, '0') || logic.mod731(ltrim(p_number, '0'))
        when 'rf' then
            'RF' || lpad((98 - logic.mod97('RF00' || p_number))::text, 2, '0') || p_number
    end;
end;
$$;

comment on function logic.reference_make(text, text) is
$$The payment reference of a document number: ocr (Sweden, with length digit), kid and kid11 (Norway, modulus
10 and 11), fik (Denmark, card type 71), viite (Finland), rf (ISO 11649).
Example: select logic.reference_make('ocr', '20260001')
Raises: LB500 for a number that such a reference cannot hold$$;

create function logic.reference_plain(p_text text)
returns text
language sql immutable parallel safe strict
return regexp_replace(
    regexp_replace(upper(p_text), '^\s*\+?\s*(71|75|04|15)\s*<\s*([0-9]{14,16})\s*(\+.*)?$', '\2'),
    '\s|-(?!$)', '', 'g'
);

comment on function logic.reference_plain(text) is
$$A reference as it was typed or read, without blanks, hyphens inside, and what a Danish card has around it.
Example: select logic.reference_plain('+71<000000202600011 +81234567<')
Raises: nothing$$;

create function logic.reference_kinds(p_text text)
returns text[]
language sql immutable parallel safe strict
begin atomic
    select coalesce(array_agg(found.kind order by found.kind), '{}')
    from (select logic.reference_plain(p_text) as plain) as read
    cross join lateral (
        values
        (
            'ocr', read.plain ~ '^[0-9]{3,25}$'
            and substr(read.plain, length(read.plain) - 1, 1) = right(length(read.plain)::text, 1)
            and logic.luhn(left(read.plain, -1)) = right(read.plain, 1)
        ),
        ('luhn', read.plain ~ '^[0-9]{2,25}$' and logic.luhn(left(read.plain, -1)) = right(read.plain, 1)),
        (
            'kid', read.plain ~ '^[0-9]{4,25}$' and logic.luhn(left(read.plain, -1)) = right(read.plain, 1)
        ),
        (
            'kid11', read.plain ~ '^[0-9]{3,24}[0-9-]$'
            and logic.mod11(left(read.plain, -1)) = right(read.plain, 1)
        ),
        (
            'fik', read.plain ~ '^[0-9]{15,16}$' and logic.luhn(left(read.plain, -1)) = right(read.plain, 1)
        ),
        (
            'viite', read.plain ~ '^[1-9][0-9]{3,19}$'
            and logic.mod731(left(read.plain, -1)) = right(read.plain, 1)
        ),
        ('rf', read.plain ~ '^RF[0-9]{2}[0-9A-Z]{1,21}$' and logic.mod97(read.plain) = 1)
    ) as found (kind, holds)
    where found.holds;
end;

comment on function logic.reference_kinds(text) is
$$The forms whose check digits hold in a reference as it was read; luhn: OCR without length digit.
Example: select logic.reference_kinds('2026000105')
Raises: nothing$$;

create function logic.slip_row(p_reference text, p_amount numeric, p_giro text)
returns text
language sql immutable parallel safe strict
begin atomic
    select format(
        '#%24s #%9s %s   %s >%17s#41#', p_reference, trunc(p_amount)::text,
        lpad(mod(p_amount * 100, 100)::integer::text, 2, '0'), logic.luhn((p_amount * 100)::bigint::text),
        regexp_replace(p_giro, '[^0-9]', '', 'g')
    );
end;

comment on function logic.slip_row(text, numeric, text) is
$$The code row of a Swedish giro slip: reference, kronor, öre, their check digit, giro, type.
Example: select logic.slip_row('2026000105', 1245.00, '5805-6177')
Raises: nothing$$;
