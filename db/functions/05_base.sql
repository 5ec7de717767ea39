-- base: the sentence that people read for an error, the same in web pages, SOAP and the command line.

-- Only where a parameter holds words of ours, never where it may hold those of a person.
create function logic.message_words(p_code text, p_language text, p_params jsonb)
returns jsonb
language sql stable
begin atomic
    select coalesce(
        jsonb_object_agg(
            given.key,
            case
                when
                    p_language <> 'en' and jsonb_typeof(given.value) = 'string'
                    and (
                        given.key in ('state', 'needed', 'why')
                        or (given.key = 'what' and p_code in ('LB110', 'LB361', 'LB400', 'LB730'))
                    )
                    then (
                        select to_jsonb(
                            string_agg(coalesce(word.sentence, part.words), ', ' order by part.place)
                        )
                        from string_to_table(given.value #>> '{}', ', ')
                        with ordinality as part (words, place)
                        left join billing.message as word
                            on
                                word.code = 'word_' || replace(part.words, ' ', '_')
                                and word.language = p_language
                    )
                else given.value
            end
        ),
        '{}'
    )
    from jsonb_each(p_params) as given;
end;

comment on function logic.message_words(text, text, jsonb) is
$$The parameters of a sentence, those that hold words of ours (a state, what is missing) in its language.
Example: select logic.message_words('LB523', 'sv', '{"state": "draft"}')
Raises: nothing$$;

create function logic.message_get(p_code text, p_language text, p_schema text, p_params jsonb)
returns table (sentence text, hint text)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select
        billing.sentence_fill(found.sentence, told.params),
        billing.sentence_fill(found.hint, told.params)
    from (select logic.message_words(p_code, p_language, coalesce(p_params, '{}')) as params) as told
    cross join (
        select
            message.sentence, message.hint, case when message.language = p_language then 1 else 3 end as rank
        from billing.message as message
        where message.code = p_code and message.language in (p_language, 'en')
        union all
        select obj_description(con.oid, 'pg_constraint'), null, 2
        from pg_constraint as con
        where con.conname = p_code and con.connamespace = to_regnamespace(p_schema)
    ) as found
    where found.sentence is not null
    order by found.rank
    limit 1;
end;

comment on function logic.message_get(text, text, text, jsonb) is
$$The sentence for an error code or a constraint. It checks no permission: sentences are for everyone.
Example: select * from logic.message_get('LB901', 'sv', null, '{}')
Raises: nothing$$;
grant execute on function logic.message_get(text, text, text, jsonb) to leissner_web, leissner_cli;

-- Two people who edit the same row: the one who saves last is told, and overwrites nothing.
create function logic.version_check(p_given integer, p_found integer)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if p_given <> p_found then
        perform billing.fail('LB800');
    end if;
end;
$$;

comment on function logic.version_check(integer, integer) is
$$Does nothing when the row_version that a form was opened with (NULL: not asked about) is the row's still.
Call it with the row locked (select … for update).
Example: select logic.version_check(3, 3)
Raises: LB800 when someone else has saved the row meanwhile$$;

create function logic.today()
returns date
language sql stable parallel safe
begin atomic
    select (now() at time zone operator.time_zone)::date from billing.operator;
end;

comment on function logic.today() is
$$The operator's local date; NULL without an operator.
Example: select logic.today()
Raises: nothing$$;

create function logic.country_number(p_country text)
returns text
language sql immutable parallel safe
return (
    select one.digits
    from (
        values
        ('SE', '46'), ('NO', '47'), ('SJ', '47'), ('DK', '45'), ('FI', '358'), ('AX', '358'), ('IS', '354'),
        ('FO', '298'), ('GL', '299'), ('EE', '372'), ('LV', '371'), ('LT', '370'), ('PL', '48'), ('DE', '49'),
        ('NL', '31'), ('BE', '32'), ('LU', '352'), ('FR', '33'), ('MC', '377'), ('ES', '34'), ('PT', '351'),
        ('IT', '39'), ('SM', '378'), ('MT', '356'), ('GB', '44'), ('IE', '353'), ('CH', '41'), ('LI', '423'),
        ('AT', '43'), ('CZ', '420'), ('SK', '421'), ('HU', '36'), ('SI', '386'), ('HR', '385'), ('RS', '381'),
        ('BA', '387'), ('ME', '382'), ('MK', '389'), ('AL', '355'), ('XK', '383'), ('RO', '40'),
        ('BG', '359'),
        ('GR', '30'), ('CY', '357'), ('TR', '90'), ('UA', '380'), ('MD', '373'), ('GE', '995'), ('AM', '374'),
        ('US', '1'), ('CA', '1'), ('AU', '61'), ('NZ', '64'), ('IN', '91'), ('ZA', '27')
    ) as one (country, digits)
    where one.country = p_country
);

comment on function logic.country_number(text) is
$$The digits with which numbers of a country begin; NULL where we do not know it.
Example: select logic.country_number('SE')
Raises: nothing$$;

-- Where a country has no trunk prefix, a number of the country's length is one of the country.
create function logic.number_typed(p_text text)
returns text
language sql stable strict
begin atomic
    select case
        when typed.text ~ '^\s*\+' then typed.digits
        when typed.digits like '00%' then substr(typed.digits, 3)
        when home.country in ('NO', 'SJ', 'DK', 'LV') and length(typed.digits) = 8
            or home.country in ('IS', 'EE') and length(typed.digits) = 7
            or home.country in ('ES', 'PT', 'PL', 'CZ') and length(typed.digits) = 9
            then coalesce(home.digits, '') || typed.digits
        when home.country in ('IT', 'SM') and typed.digits like '0%' then home.digits || typed.digits
        when home.digits is not null and typed.digits like '0%' then home.digits || substr(typed.digits, 2)
        else typed.digits
    end
    from (select p_text as text, regexp_replace(p_text, '[^0-9]', '', 'g') as digits) as typed
    left join (
        select operator.country, logic.country_number(operator.country) as digits from billing.operator
    ) as home on true;
end;

comment on function logic.number_typed(text) is
$$The E.164 digits of a number, or its beginning, as people in the operator's country write it: 08-123 45,
+46 8 123 45, 0046…, 468….
Example: select logic.number_typed('090-200 10 05')
Raises: nothing$$;

-- api

create function api.message_get(
    p_code text, p_language text default 'en', p_schema text default null, p_params jsonb default '{}'
)
returns table (sentence text, hint text, field text)
language sql stable
begin atomic
    select found.sentence, found.hint, coalesce(p_params ->> 'field', (
        select attribute.attname::text
        from pg_constraint as con
        inner join pg_attribute as attribute
            on attribute.attrelid = con.conrelid and attribute.attnum = con.conkey[1]
        where con.conname = p_code and con.connamespace = to_regnamespace(p_schema)
        limit 1
    ))
    from logic.message_get(p_code, p_language, p_schema, p_params) as found;
end;

comment on function api.message_get(text, text, text, jsonb) is
$$The sentence for an error code, filled with its parameters, or for a constraint; none for a stranger.
field: what it is about, that is the parameter `field` of an error, or the first column of a constraint.
Example: select * from api.message_get('LB901', 'sv', null, '{"levels": "admin"}')
Raises: nothing$$;
grant execute on function api.message_get(text, text, text, jsonb) to
    leissner_web, leissner_cli, leissner_admin, leissner_pricing, leissner_sales, leissner_support,
    leissner_finance, leissner_credit, leissner_seller, leissner_customer, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;

create function api.moment_get(p_text text)
returns timestamptz
language sql stable
begin atomic
    select
        case
            when p_text ~ '(?i)(z|[+-]\d\d(:?\d\d)?)$' and p_text ~ ':' then p_text::timestamptz
            else p_text::timestamp at time zone operator.time_zone
        end
    from billing.operator as operator;
end;

comment on function api.moment_get(text) is
$$The moment that a typed ISO time means: without an offset it is the operator's local time.
Example: select api.moment_get('2026-10-14 09:12')
Raises: nothing$$;
grant execute on function api.moment_get(text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_customer, leissner_report, leissner_auditor, leissner_batch,
    leissner_integration;
