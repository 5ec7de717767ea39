-- 50_usage/number: numbers as switches write them become E.164 digits, by the source's rules
-- (FORMATS-CALLS.md 3.1);
-- trunks become carriers.

create function logic.number_clean(p_received text)
returns text
language sql immutable parallel safe strict
begin atomic
    -- Steps 1 and 2: the user part of a URI with its phone-context, no separators, (0) behind a country code
    -- gone.
    select
        case
            when part.context is not null and part.digits !~ '^\+' then part.context || part.digits
            else part.digits
        end
    from (
        select
            substring(bare.inner_text from '(?i);phone-context=(\+[0-9]+)') as context,
            translate(
                regexp_replace(
                    regexp_replace(
                        regexp_replace(bare.inner_text, '(?i)^(?:tel|sips?):', ''), '[@;?].*$', ''
                    ), '^(\s*(?:\+|00)[0-9 ]{1,6})\(0\)', '\1'
                ), E' \u00A0\u202F\u2009\t-.()/\u2010\u2011\u2013', ''
            ) as digits
        from (
            select
                btrim(
                    coalesce(substring(decoded.text from '<([^<>]*)>'), decoded.text), ' "'
                ) as inner_text
            from (select replace(replace(p_received, '%2B', '+'), '%2b', '+') as text) as decoded
        ) as bare
    ) as part;
end;

comment on function logic.number_clean(text) is
$$A number without scheme, display name, host and separators.
Example: select logic.number_clean('"Anna" <sip:+46(0)70-123 45 67@pbx.example;user=phone>')
Raises: nothing$$;

create function logic.code_pattern(p_codes text[])
returns text
language sql immutable parallel safe
begin atomic
    select '^(?:' || replace(string_agg(code, '|'), 'x', '[0-9]') || ')$'
    from unnest(p_codes) as code
    where code ~ '^[0-9*#x]+$';
end;

comment on function logic.code_pattern(text[]) is
$$One pattern of codes in which x stands for a digit; NULL without codes.
Example: select logic.code_pattern('{112,116xxx}')
Raises: nothing$$;

create function logic.number_list(p_source_id bigint, p_received text[])
returns table (received text, number text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_source billing.cdr_source;
    v_plan billing.dial_plan;
    v_clean text[];
    v_pattern text;
    v_short text;
    v_abroad text;
    v_whole text;
    v_prefix text;
    v_area text;
    v_closed text;
    v_only text;
    v_heads text[];
    v_extensions billing.extension[];
    v_lengths int[];
begin
    select source.* into v_source from billing.cdr_source as source where source.source_id = p_source_id;
    -- The plain form holds E.164 already.
    if v_source.format = 'generic' and v_source.columns is null then
        return query select one, one from unnest(p_received) as one;
        return;
    end if;
    select plan.* into v_plan from billing.dial_plan as plan where plan.country_code = v_source.country_code;

    v_clean := array(
        select case when one ~ '^\+?[0-9]+$' then one else coalesce(logic.number_clean(one), '') end
        from unnest(p_received) with ordinality as list (one, place)
        order by place
    );
    -- Step 3, a loop because each pattern works on what the one before left.
    foreach v_pattern in array coalesce(v_source.strip, '{}') loop
        v_clean := array(
            select regexp_replace(
                one,
                -- as people write them, 95xx or *31*; what begins with ^ is a regular expression
                case
                    when v_pattern like '^%' then v_pattern
                    else '^' || replace(regexp_replace(v_pattern, '([.\\+*?()\[\]{}|^$])', '\\\1', 'g'), 'x',
                    '[0-9]')
                end,
                ''
            )
            from unnest(v_clean) with ordinality as list (one, place)
            order by place
        );
    end loop;

    -- Whole-number prefixes of the tariff are short codes too where they are as short as one.
    v_short := logic.code_pattern(
        coalesce(v_source.short_codes, v_plan.short_codes, '{}')
        || array(select distinct prefix.digits from billing.prefix where prefix.is_whole
        and length(prefix.digits) < 7)
    );
    -- The longest first, so that 00 does not take what 00x means; x stands for a digit.
    v_abroad := (
        select '^(?:' || string_agg(replace(code, 'x', '[0-9]'),
        '|' order by length(code) desc) || ')([1-9][0-9]{6,})$'
        from unnest(v_source.international_prefixes) as code
        where code ~ '^[0-9x]+$'
    );
    -- Most sources have one, and no pattern is needed.
    v_only := case
        when cardinality(v_source.international_prefixes) = 1
        and v_source.international_prefixes[1] ~ '^[0-9]+$'
            then v_source.international_prefixes[1]
    end;
    v_heads := array(select left(code, 1) from unnest(v_source.international_prefixes) as code);
    v_prefix := case
        when v_source.national_prefix ~ '^[0-9]+$' and coalesce(v_plan.has_national_prefix, true)
            then v_source.national_prefix
    end;
    v_area := v_source.country_code || ltrim(v_source.area_code, coalesce(v_prefix, ''));
    v_closed := '^(?:' || v_plan.closed || ')$';
    v_whole := '^' || v_source.country_code || '(?:' || coalesce(v_plan.whole, '[1-9][0-9]{6,12}') || ')$';
    v_extensions := array(
        select own from billing.extension as own where own.source_id = p_source_id order by own.extension
    );
    v_lengths := array(select distinct length(own.extension) from unnest(v_extensions) as own);

    -- Cheap tests stand before patterns: this runs for every number of every batch.
    return query
    with stepped as materialized (
        select
            list.received,
            list.clean,
            length(list.clean) as size,
            case
                -- ANONYMOUS on a telephone's keys is a number in Lesotho.
                when list.clean in ('', '0', '0000000000', '+266696687', '266696687') then null
                when starts_with(list.clean, '+') then substr(list.clean, 2)
                when starts_with(list.clean, v_only) and substr(list.clean,
                length(v_only) + 1) ~ '^[1-9][0-9]{6}'
                    then substr(list.clean, length(v_only) + 1)
                when v_only is null and left(list.clean, 1) = any(v_heads) and list.clean ~ v_abroad
                    then substring(list.clean from v_abroad)
                when starts_with(list.clean, v_prefix)
                    and not starts_with(substr(list.clean, length(v_prefix) + 1), v_prefix)
                    then v_source.country_code || substr(list.clean, length(v_prefix) + 1)
            end as abroad
        from unnest(p_received, v_clean) as list (received, clean)
    ),

    shortened as materialized (
        select stepped.*, stepped.abroad is null and stepped.size < 7 and stepped.clean ~ v_short as is_short
        from stepped
    ),

    found as materialized (
        select
            shortened.received,
            shortened.is_short,
            case
                when shortened.abroad is not null then shortened.abroad
                when shortened.is_short then shortened.clean
                when starts_with(shortened.clean, v_source.country_code) and shortened.clean ~ v_whole
                    then shortened.clean
                when shortened.clean ~ v_closed then v_source.country_code || shortened.clean
                -- Such a country has no prefix: the 0 before a whole number is the switch's own.
                when shortened.size = 9 and starts_with(shortened.clean, '0') and substr(shortened.clean,
                2) ~ v_closed
                    then v_source.country_code || substr(shortened.clean, 2)
                else
                    coalesce(
                        case when shortened.size = any(v_lengths) then (
                            select
                                rtrim(own.number, 'x')
                                || right(shortened.clean, length(own.number) - length(rtrim(own.number, 'x')))
                            from unnest(v_extensions) as own
                            where
                                length(own.extension) = shortened.size
                                and shortened.clean like translate(own.extension, 'x', '_')
                            -- the most particular one
                            order by length(rtrim(own.extension, 'x')) desc
                            limit 1
                        ) end,
                        case when shortened.clean ~ '^[1-9][0-9]{4,7}$' then v_area || shortened.clean end
                    )
            end as made
        from shortened
    )

    select
        found.received,
        case
            when found.is_short then found.made
            when found.made ~ '^[1-9][0-9]{6,14}$' then found.made
            -- not dialable: as received, marked where a prefix or a subscriber could match it all the same
            when found.received ~ '^[0-9]+$' then '?' || found.received
            else found.received
        end
    from found;
end;
$$;

comment on function logic.number_list(bigint, text[]) is
$$Each number with its E.164 digits by the rules of the source, or a short code, or as received where it is
neither
(digits then with ? in front, so that nothing matches).
Example: select logic.number_list(source_id, '{0701234567}') from billing.cdr_source where false
Raises: nothing$$;

create function logic.trunk_list(p_sources bigint[], p_trunks text[])
returns table (source_id bigint, trunk text, carrier text)
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
    select distinct on (asked.source_id, asked.trunk) asked.source_id, asked.trunk, carrier.code
    from (
        select distinct list.source_id, list.trunk
        from unnest(p_sources, p_trunks) as list (source_id, trunk)
        where list.trunk is not null
    ) as asked
    inner join billing.trunk as known
        on known.source_id = asked.source_id
        and (
            known.trunk = asked.trunk
            or (right(known.trunk, 1) = '*' and starts_with(asked.trunk, rtrim(known.trunk, '*')))
        )
    inner join billing.carrier as carrier on carrier.carrier_id = known.carrier_id
    order by asked.source_id, asked.trunk, (known.trunk = asked.trunk) desc, length(known.trunk) desc;
end;

comment on function logic.trunk_list(bigint[], text[]) is
$$Codes of the carriers behind trunks of sources: the trunk itself before the longest beginning with a *.
Example: select * from logic.trunk_list('{1}', '{terra-1}')
Raises: nothing$$;
