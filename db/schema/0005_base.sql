-- Roles, schemas, extensions, messages: what every later file stands on. Run by a superuser or a CREATEROLE
-- login that may create in this database; the rest of the files run as leissner_owner, and so does this one
-- from `set local role` on. Roles belong to the whole cluster: other databases share them, so each is made
-- only where it is missing. Lock: none that anyone waits for. Duration: under a second.

do $$
declare
    v_role record;
    v_level text;
    v_staff constant text[] := array[
        'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'
    ];
begin
    -- A loop, because roles can only be made one statement each.
    for v_role in
        select *
        from (
            values
            (
                'leissner_owner', 'nologin noinherit',
                'Owns every object of Leissner Billing; member of nothing.'
            ),
            (
                'leissner_admin', 'nologin',
                'Level admin: users and settings, and everything the staff levels may.'
            ),
            ('leissner_pricing', 'nologin', 'Level pricing: catalog, numbering, prices and discounts.'),
            ('leissner_sales', 'nologin', 'Level sales: customers, contracts and numbers.'),
            ('leissner_support', 'nologin', 'Level support: customers, and calls with their explanation.'),
            ('leissner_finance', 'nologin', 'Level finance: invoices, ledger and payments.'),
            ('leissner_credit', 'nologin', 'Level credit: limits, warnings, blocks and promises.'),
            (
                'leissner_seller', 'nologin',
                'Level seller: own customers, contracts and calls, at own prices.'
            ),
            ('leissner_customer', 'nologin', 'Level customer: self-care for the own customer subtree.'),
            ('leissner_report', 'nologin', 'Level report: reads for reports, writes tailored ones.'),
            (
                'leissner_auditor', 'nologin',
                'Level auditor: reads everything, the log included, changes nothing.'
            ),
            ('leissner_batch', 'nologin', 'Level batch: scheduled jobs and file loads.'),
            (
                'leissner_integration', 'nologin',
                'Level integration: other systems, through SOAP and API keys.'
            ),
            (
                'leissner_cli', 'login noinherit',
                'Login of the operator''s command line: without rights until it sets the role of a level.'
            ),
            (
                'leissner_web', 'login noinherit',
                'Service login of web UI and SOAP: without rights until it sets a level and a session token.'
            )
        ) as wanted (name, attributes, description)
    loop
        if not exists (select from pg_catalog.pg_roles where rolname = v_role.name) then
            begin
                execute format('create role %I %s', v_role.name, v_role.attributes);
                execute format('comment on role %I is %L', v_role.name, v_role.description);
            exception when duplicate_object or unique_violation then
                null;  -- another database of this cluster made it in the same moment
            end;
        end if;
    end loop;

    -- Admin holds the rights of every staff level; the logins may become any level, and are none by
    -- themselves.
    foreach v_level in array v_staff loop
        if not pg_has_role('leissner_admin', 'leissner_' || v_level, 'member') then
            execute format('grant %I to leissner_admin', 'leissner_' || v_level);
        end if;
    end loop;
    foreach v_level in array v_staff || array['admin', 'seller', 'customer'] loop
        if not pg_has_role('leissner_cli', 'leissner_' || v_level, 'set') then
            execute format('grant %I to leissner_cli with inherit false, set true', 'leissner_' || v_level);
        end if;
        if not pg_has_role('leissner_web', 'leissner_' || v_level, 'set') then
            execute format('grant %I to leissner_web with inherit false, set true', 'leissner_' || v_level);
        end if;
    end loop;

    -- The login that deploys is the owner's only member; a superuser needs no membership.
    if not pg_has_role(current_user, 'leissner_owner', 'set') then
        execute format('grant leissner_owner to %I with inherit true, set true', current_user);
    end if;

    if has_database_privilege(current_user, current_database(), 'create with grant option') then
        execute format('grant create on database %I to leissner_owner', current_database());
    end if;
    if exists (
        select from pg_catalog.pg_database
        where datname = current_database() and pg_has_role(current_user, datdba, 'usage')
    ) then
        execute format(
            'alter database %I set plpgsql.extra_errors = %L',
            current_database(), 'shadowed_variables,strict_multi_assignment,too_many_rows'
        );
    else
        raise warning 'Not the owner of database %: plpgsql.extra_errors is not set on it.',
            current_database();
    end if;
end
$$;

-- In public, where an existing database may have them already; nothing else lives there.
create extension if not exists btree_gist with schema public;
create extension if not exists pg_trgm with schema public;

create schema if not exists billing authorization leissner_owner;
create schema if not exists access authorization leissner_owner;
create schema if not exists audit authorization leissner_owner;
create schema if not exists logic authorization leissner_owner;
create schema if not exists api authorization leissner_owner;
create schema if not exists report authorization leissner_owner;

set local role leissner_owner;

comment on schema billing is
    'All tables of the topics, their types, constraint helpers and trigger functions; kept.';
comment on schema access is 'Users, sessions, API keys and the functions that row-level security asks; kept.';
comment on schema audit is 'The sealed log of changes and events; kept.';
comment on schema logic is 'The rules: rating, pricing, matching; dropped and rebuilt when a file changed.';
comment on schema api is
    'What web UI, SOAP and scripts may call, one function per operation; rebuilt with logic.';
comment on schema report is
    'Report views and functions, for the UI and for people with psql; rebuilt with logic.';

alter default privileges for role leissner_owner revoke execute on functions from public;

grant usage on schema billing, access, audit, logic, api, report to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_customer, leissner_report, leissner_auditor, leissner_batch,
    leissner_integration;
-- Before anyone has logged in there is no level: the login functions are granted to the logins themselves.
grant usage on schema api to leissner_web, leissner_cli;

create table billing.message (
    code text not null,
    language text not null,
    sentence text not null,
    hint text,
    constraint message_pk primary key (code, language),
    constraint message_language_ck check (language in ('en', 'sv')),
    constraint message_code_ck check (code ~ '^LB[1-9][0-9]{2}$' or code ~ '^[a-z][a-z0-9_]*$')
);

comment on table billing.message is
    'The sentence people read for an error code or a constraint, in each language.';
comment on column billing.message.code is 'Error code LBnnn, or the name of a constraint.';
comment on column billing.message.language is 'Language of the sentence: en or sv.';
comment on column billing.message.sentence is
    'The sentence; {name} is replaced by the parameter of that name.';
comment on column billing.message.hint is 'What to do about it; NULL when the sentence says it.';
comment on constraint message_pk on billing.message is 'Each code has one sentence per language.';
comment on constraint message_language_ck on billing.message is 'The language must be en or sv.';
comment on constraint message_code_ck on billing.message is
    'The code must be LBnnn or the name of a constraint.';

-- Fills {name} in a sentence from the parameters; a parameter that is missing stays visible as {name}.
create function billing.sentence_fill(p_sentence text, p_params jsonb)
returns text
language plpgsql immutable parallel safe strict
set search_path = pg_catalog, pg_temp
as $$
declare
    v_sentence text := p_sentence;
    v_param record;
begin
    -- A loop over a handful of parameters: each replaces in the result of the one before.
    for v_param in select key, value from jsonb_each_text(p_params) loop
        v_sentence := replace(v_sentence, '{' || v_param.key || '}', coalesce(v_param.value, ''));
    end loop;
    return v_sentence;
end
$$;

comment on function billing.sentence_fill(text, jsonb) is $$A sentence with {name} replaced by its parameters.
Example: select billing.sentence_fill('{name} is missing.', '{"name": "prefixes.csv"}')
Raises: nothing$$;

-- Raises a business error. Definer, because everyone who may fail must be able to read the sentence.
create function billing.fail(p_code text, p_params jsonb default '{}')
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_message billing.message;
begin
    select message.* into v_message
    from billing.message as message
    where message.code = p_code and message.language = 'en';
    if v_message.hint is null then
        raise exception using
            errcode = p_code,
            message = billing.sentence_fill(coalesce(v_message.sentence, p_code), p_params),
            detail = p_params::text;
    end if;
    raise exception using
        errcode = p_code,
        message = billing.sentence_fill(v_message.sentence, p_params),
        detail = p_params::text,
        hint = billing.sentence_fill(v_message.hint, p_params);
end
$$;

comment on function billing.fail(text, jsonb) is $$Raises error p_code with its English sentence, the
parameters as JSON in DETAIL, and its hint.
It checks no permission: it only reads sentences.
Example: select billing.fail('LB901', '{"levels": "admin"}') where false
Raises: the code it is given$$;

grant execute on function billing.sentence_fill(text, jsonb), billing.fail(text, jsonb) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_customer, leissner_report, leissner_auditor, leissner_batch,
    leissner_integration;

-- Functions in logic run with the caller's rights and so may be called by every level; those that run as the
-- owner ask for a level first. Functions in api and report are granted one by one, beside their definition.
alter default privileges for role leissner_owner in schema logic grant execute on functions to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_customer, leissner_report, leissner_auditor, leissner_batch,
    leissner_integration;

reset role;
