-- Tailored reports: a SELECT of one's own, saved with its parameters; and the logins that run them. Like 0005
-- the first statement is run by whoever deploys, because roles are made; all else as leissner_owner. Where
-- the deployer may make no roles, a warning says so and the DBA makes the logins (README). Lock: none that
-- anyone waits for. Duration: under a second.

do $$
declare
    v_level text;
    v_login text;
begin
    -- A loop, because roles can only be made one statement each. Each may become its level, and nothing else.
    foreach v_level in array array[
        'admin', 'pricing', 'sales', 'support', 'finance', 'credit', 'seller', 'report', 'auditor', 'batch',
        'integration'
    ] loop
        v_login := 'leissner_report_' || v_level;
        continue when exists (select from pg_catalog.pg_roles where rolname = v_login);
        begin
            execute format('create role %I login noinherit connection limit 20', v_login);
            execute format(
                'comment on role %I is %L', v_login,
                'Runs tailored reports as level ' || v_level || ': reads, and becomes nothing else.'
            );
            execute format(
                'grant %I to %I with inherit false, set true', 'leissner_' || v_level, v_login
            );
            execute format('alter role %I set default_transaction_read_only = on', v_login);
            execute format('alter role %I set statement_timeout = ''1h''', v_login);
            execute format('alter role %I set lock_timeout = ''10s''', v_login);
            execute format('alter role %I set idle_in_transaction_session_timeout = ''10min''', v_login);
            execute format('alter role %I set work_mem = ''32MB''', v_login);
            begin
                execute format('alter role %I set temp_file_limit = ''2GB''', v_login);
            exception when insufficient_privilege then
                raise warning 'A superuser should say: alter role % set temp_file_limit = ''2GB''.', v_login;
            end;
        exception
            when duplicate_object or unique_violation then
                null;  -- another database of this cluster made it in the same moment
            when insufficient_privilege then
                raise warning 'The login % for tailored reports is to be made by the DBA (README).', v_login;
        end;
    end loop;

    -- What is saved is tried as a temporary view.
    if has_database_privilege(current_user, current_database(), 'temporary with grant option') then
        execute format(
            'grant temporary on database %I to leissner_admin, leissner_report', current_database()
        );
    end if;
end
$$;

set local role leissner_owner;

create function access.actor_current()
returns text
language sql stable parallel safe
return coalesce(
    (select context.name from access.session_context() as context),
    nullif(current_setting('app.actor', true), ''),
    session_user
);
comment on function access.actor_current() is
$$Who acts: the user of the session, else the person at the command line, else the login.
Example: select access.actor_current()
Raises: nothing$$;

create table billing.tailored_report (
    tailored_report_id bigint generated always as identity constraint tailored_report_pk primary key,
    name text not null constraint tailored_report_name_uq unique constraint tailored_report_name_ck check (
        name ~ '^[a-z][a-z0-9_]{0,62}$'
        and name not in ('all', 'copy', 'delete', 'deliver', 'edit', 'list', 'save', 'share', 'show')
    ),
    title text not null default '',
    statement text not null constraint tailored_report_statement_ck check (
        length(statement) between 1 and 100000
    ),
    parameters jsonb not null default '[]' constraint tailored_report_parameters_ck check (
        jsonb_typeof(parameters) = 'array'
    ),
    columns text[] not null default '{}',
    column_types text[] not null default '{}',
    layout jsonb not null default '{}' constraint tailored_report_layout_ck check (
        jsonb_typeof(layout) = 'object'
    ),
    form text not null default 'xlsx' constraint tailored_report_form_ck check (
        form in ('table', 'csv', 'xlsx', 'json')
    ),
    owner text not null default access.actor_current(),
    shared_with text[] not null default '{report}' constraint tailored_report_shared_ck check (
        shared_with <@ array[
            'pricing', 'sales', 'support', 'finance', 'credit', 'seller', 'report', 'auditor', 'batch',
            'integration'
        ]
    ),
    deliver_to text[] not null default '{}',
    max_seconds int not null default 60 constraint tailored_report_seconds_ck check (
        max_seconds between 1 and 3600
    ),
    max_rows int not null default 100000 constraint tailored_report_rows_ck check (
        max_rows between 1 and 1000000
    ),
    row_version int not null default 1
);

comment on table billing.tailored_report is
'Reports that people wrote themselves; what they were before stands in the log.';
comment on column billing.tailored_report.tailored_report_id is 'Surrogate key.';
comment on column billing.tailored_report.name is 'Its name, as on the command line.';
comment on column billing.tailored_report.title is 'What it shows.';
comment on column billing.tailored_report.statement is
'One SELECT with its parameters as :name; tables and functions with their schema.';
comment on column billing.tailored_report.parameters is
'[{"name": "from", "type": "date", "default": "2026-01-01"}]; without a default a value is needed.';
comment on column billing.tailored_report.columns is
'The columns that the SELECT has; found when it is saved.';
comment on column billing.tailored_report.column_types is 'Their types; found when it is saved.';
comment on column billing.tailored_report.layout is
'Per column {"title": "Revenue", "format": "#,##0.00", "sum": true}, each where it is wanted.';
comment on column billing.tailored_report.form is 'What it is delivered as.';
comment on column billing.tailored_report.owner is 'Who wrote it, and with an admin may change it.';
comment on column billing.tailored_report.shared_with is
'The levels that may run it, each with its own rights.';
comment on column billing.tailored_report.deliver_to is
'Where it is delivered unless said otherwise: e-mail addresses, folders, sftp://user@host/path.';
comment on column billing.tailored_report.max_seconds is 'A run that takes longer is stopped.';
comment on column billing.tailored_report.max_rows is 'A run with more rows is refused.';
comment on column billing.tailored_report.row_version is
'Rises by one with each change; a save with an older one is refused.';
comment on constraint tailored_report_pk on billing.tailored_report is 'A report is identified by its id.';
comment on constraint tailored_report_name_uq on billing.tailored_report is
'There is a report with that name already.';
comment on constraint tailored_report_name_ck on billing.tailored_report is
'A report''s name is a-z, 0-9 and _, begins with a letter, and is not a word of the command.';
comment on constraint tailored_report_statement_ck on billing.tailored_report is
'A report needs a SELECT of at most 100000 characters.';
comment on constraint tailored_report_parameters_ck on billing.tailored_report is
'Parameters are a list.';
comment on constraint tailored_report_layout_ck on billing.tailored_report is
'The layout is a list of columns with their titles, formats and sums.';
comment on constraint tailored_report_form_ck on billing.tailored_report is
'The format must be table, csv, xlsx or json.';
comment on constraint tailored_report_shared_ck on billing.tailored_report is
'A report is shared with the levels pricing, sales, support, finance, credit, seller, report, auditor, '
'batch and integration; admin sees it anyway.';
comment on constraint tailored_report_seconds_ck on billing.tailored_report is
'A report may take 1 to 3600 seconds.';
comment on constraint tailored_report_rows_ck on billing.tailored_report is
'A report may have 1 to 1000000 rows.';

-- Values are never put into the text: a parameter becomes an expression that reads it from what is bound. The
-- same tokens for the trial and for each run, whatever the text holds.
create function billing.tailored_text(p_statement text, p_parameters jsonb, p_source text)
returns text
language sql immutable parallel safe
return (
    select string_agg(
        case
            when parameter.name is null then token.cut[1]
            else format('((%s ->> %L)::%s)', p_source, parameter.name, parameter.type)
        end, '' order by token.place
    )
    from regexp_matches(
        p_statement,
        '([eE]''(?:[^''\\]|\\.|'''')*''|''(?:[^'']|'''')*''|"(?:[^"]|"")*"|--[^\n]*|/\*(?:[^*]|\*+[^*/])*\*+/'
        '|::|:[a-z][a-z0-9_]*|[[:alpha:]_][[:alnum:]_$]*|.)', 'g'
    ) with ordinality as token (cut, place)
    left join jsonb_to_recordset(p_parameters) as parameter (name text, type text)
        on token.cut[1] = ':' || parameter.name
);
comment on function billing.tailored_text(text, jsonb, text) is
$$A report's SELECT with each :name as an expression that takes it from p_source.
Example: select billing.tailored_text('select :x', '[{"name": "x", "type": "date"}]', '$1')
Raises: nothing$$;

create function billing.tg_tailored_check()
returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_cursor refcursor;
    v_words text;
begin
    if tg_op <> 'INSERT' and old.owner <> access.actor_current() and not access.has_level('admin') then
        perform billing.fail('LB689', jsonb_build_object('name', old.name, 'owner', old.owner));
    end if;
    if tg_op = 'DELETE' then
        return old;
    end if;
    if exists (
        select from pg_proc
        where pg_proc.pronamespace = 'report'::regnamespace and pg_proc.proname = new.name
    ) then
        perform billing.fail('LB684', jsonb_build_object('name', new.name));
    end if;

    select one.value ->> 'name' into v_words
    from jsonb_array_elements(new.parameters) with ordinality as one (value, place)
    where
        coalesce(one.value ->> 'name', '') !~ '^[a-z][a-z0-9_]{0,62}$'
        or case
            when
                one.value ->> 'type' in (
                    'text', 'date', 'integer', 'bigint', 'numeric', 'boolean', 'timestamptz'
                )
                then
                    one.value ->> 'default' is not null
                    and not pg_input_is_valid(one.value ->> 'default', one.value ->> 'type')
            else true
        end
        or exists (
            select from jsonb_array_elements(new.parameters) with ordinality as other (value, place)
            where other.value ->> 'name' = one.value ->> 'name' and other.place < one.place
        )
    limit 1;
    if found then
        perform billing.fail('LB686', jsonb_build_object('parameter', coalesce(v_words, '')));
    end if;

    new.statement := regexp_replace(new.statement, '[;[:space:]]+$', '');
    begin
        -- A cursor takes one statement only, and opening it reads nothing; only a SELECT that changes nothing
        -- can be a view.
        open v_cursor no scroll for execute billing.tailored_text(new.statement, new.parameters, '$1')
            using '{}'::jsonb;
        close v_cursor;
        execute format(
            'create temporary view tailored_check as select * from (%s%s) as report',
            billing.tailored_text(new.statement, new.parameters, 'null::jsonb'), chr(10)
        );
    exception when others then
        get stacked diagnostics v_words = message_text;
        perform billing.fail('LB681', jsonb_build_object('words', v_words));
    end;

    -- What the view is made of stands in its rule: each function, each table.
    select used.what into v_words
    from pg_rewrite as rule
    cross join lateral regexp_matches(
        rule.ev_action::text, ':(funcid|opfuncid|aggfnoid|winfnoid|relid) (\d+)', 'g'
    ) as found (cut)
    cross join lateral (
        select proc.oid::regprocedure::text as what
        from pg_proc as proc
        inner join pg_namespace as space on space.oid = proc.pronamespace
        where
            found.cut[1] <> 'relid' and proc.oid = found.cut[2]::oid
            and (
                space.nspname not in ('pg_catalog', 'billing', 'logic', 'report', 'custom')
                or proc.provolatile = 'v'
                and proc.proname not in ('clock_timestamp', 'gen_random_uuid', 'random', 'uuidv4', 'uuidv7')
                -- whose text others could read, or whose query the planner does not see
                or space.nspname = 'pg_catalog' and proc.proname not in ('pg_size_pretty', 'pg_typeof')
                and proc.proname ~ (
                    '^(pg_|lo_|txid_|inet_|has_|row_security|current_setting|currval|ts_stat|ts_rewrite|'
                    '(query|table|schema|database|cursor)_to_xml)'
                )
            )
        union all
        select class.oid::regclass::text
        from pg_class as class
        inner join pg_namespace as space on space.oid = class.relnamespace
        where
            found.cut[1] = 'relid' and class.oid = found.cut[2]::oid
            and space.nspname not in ('billing', 'report', 'custom', 'audit')
            and class.oid <> rule.ev_class
    ) as used
    where rule.ev_class = 'pg_temp.tailored_check'::regclass
    limit 1;
    if found then
        perform billing.fail('LB682', jsonb_build_object('what', v_words));
    end if;

    select
        array_agg(attribute.attname::text order by attribute.attnum),
        array_agg(format_type(attribute.atttypid, null) order by attribute.attnum)
    into new.columns, new.column_types
    from pg_attribute as attribute
    where attribute.attrelid = 'pg_temp.tailored_check'::regclass and attribute.attnum > 0;
    drop view pg_temp.tailored_check;

    select one.key into v_words
    from jsonb_object_keys(new.layout) as one (key)
    where one.key <> all (new.columns)
    limit 1;
    if found then
        perform billing.fail('LB687', jsonb_build_object('column', v_words));
    end if;
    return new;
end
$$;
comment on function billing.tg_tailored_check() is
'Trigger function: a report is one SELECT that reads, whatever way it was saved.';
create trigger _10_row_version before update on billing.tailored_report
for each row execute function access.tg_row_version();
create trigger _20_check before insert or update or delete on billing.tailored_report
for each row execute function billing.tg_tailored_check();

create function access.tailored_report_ids()
returns bigint[]
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select array(
        select report.tailored_report_id
        from billing.tailored_report as report
        where 'seller' = any(report.shared_with) and access.has_level('seller')
    );
end;
comment on function access.tailored_report_ids() is
$$The tailored reports that a session of level seller may run. Empty for others.
It checks no permission: it answers about the caller only.
Example: select access.tailored_report_ids()
Raises: nothing$$;

revoke execute on function billing.tailored_text(text, jsonb, text), access.actor_current(),
access.tailored_report_ids() from public;
grant execute on function billing.tailored_text(text, jsonb, text), access.actor_current(),
access.tailored_report_ids()
to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_report, leissner_auditor, leissner_batch, leissner_integration;

select access.staff_open(
    'billing.tailored_report',
    array['pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch', 'integration'],
    array['report']
);
grant delete on billing.tailored_report to leissner_admin, leissner_report;
select access.scope_open(
    'billing.tailored_report', 'seller',
    'tailored_report_id = any((select access.tailored_report_ids())::bigint[])'
);
select audit.enable('billing.tailored_report');

insert into billing.message (code, language, sentence, hint) values
('tailored_report_name_uq', 'sv', 'Det finns redan en rapport med det namnet.', null),
(
    'tailored_report_name_ck', 'sv',
    'En rapports namn är a-z, 0-9 och _, börjar med en bokstav och är inget av kommandots ord.', null
),
('tailored_report_statement_ck', 'sv', 'En rapport behöver en SELECT på högst 100000 tecken.', null),
('tailored_report_parameters_ck', 'sv', 'Parametrarna är en lista.', null),
('tailored_report_layout_ck', 'sv', 'Layouten är en lista över kolumner, deras rubriker, format och summor.',
null),
('tailored_report_form_ck', 'sv', 'Formatet ska vara table, csv, xlsx eller json.', null),
(
    'tailored_report_shared_ck', 'sv',
    'En rapport delas med behörigheterna pricing, sales, support, finance, credit, seller, report, auditor, '
    'batch och integration; admin ser den ändå.', null
),
('tailored_report_seconds_ck', 'sv', 'En rapport får ta 1 till 3600 sekunder.', null),
('tailored_report_rows_ck', 'sv', 'En rapport får ha 1 till 1000000 rader.', null),
('LB680', 'en', 'There is no report {name}, or it is not shared with your level.', 'leissner report list'),
('LB680', 'sv', 'Det finns ingen rapport {name}, eller så är den inte delad med din behörighet.',
'leissner report list'),
(
    'LB681', 'en', 'This cannot be a report: {words}.',
    'One SELECT is needed that changes nothing, each column with a name of its own, tables and functions '
    'with their schema.'
),
(
    'LB681', 'sv', 'Det här kan inte bli en rapport: {words}.',
    'Det som behövs är en SELECT som inte ändrar något, med eget namn på varje kolumn, tabeller och '
    'funktioner med sitt schema.'
),
(
    'LB682', 'en', 'A report may not use {what}.',
    'It may use functions that only compute, and what is in the schemas billing, report, custom and audit.'
),
(
    'LB682', 'sv', 'En rapport får inte använda {what}.',
    'Den får använda funktioner som bara räknar, och det som finns i schemana billing, report, custom och '
    'audit.'
),
('LB683', 'en', 'The report {name} takes {wanted}; {parameter} is unknown or has no value.', null),
('LB683', 'sv', 'Rapporten {name} tar {wanted}; {parameter} är okänd eller saknar värde.', null),
('LB684', 'en', 'There is a standard report {name}.', 'Choose another name.'),
('LB684', 'sv', 'Det finns en standardrapport {name}.', 'Välj ett annat namn.'),
('LB685', 'en', '{value} is no {type}, which the parameter {parameter} needs.', null),
('LB685', 'sv', '{value} är ingen {type}, som parametern {parameter} behöver.', null),
(
    'LB686', 'en', 'The parameter {parameter} cannot be used.',
    'It needs a name of its own (a-z, 0-9, _), a type (text, date, integer, bigint, numeric, boolean, '
    'timestamptz), and a default of that type where it has one.'
),
(
    'LB686', 'sv', 'Parametern {parameter} kan inte användas.',
    'Den behöver ett eget namn (a-z, 0-9, _), en typ (text, date, integer, bigint, numeric, boolean, '
    'timestamptz) och ett standardvärde av den typen om den har något.'
),
('LB687', 'en', 'The SELECT has no column {column}.', null),
('LB687', 'sv', 'Kolumnen {column} finns inte i SELECT.', null),
('LB688', 'en', 'A report runs in a transaction that reads only.',
'begin read only; select api.report_run(…); fetch all from report; commit'),
('LB688', 'sv', 'En rapport körs i en transaktion som bara läser.',
'begin read only; select api.report_run(…); fetch all from report; commit'),
('LB689', 'en', 'The report {name} belongs to {owner}: who else may change it is an admin.',
'leissner report copy makes one of your own.'),
('LB689', 'sv', 'Rapporten {name} är {owner}s: annars får bara en admin ändra den.',
'leissner report copy ger en egen.');
