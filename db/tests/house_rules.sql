-- Lints of the catalog (STYLE.md 2.11). Each query lists what breaks the rule; the lists of exceptions are
-- here, so that adding to one is a reviewed act.
begin;
select plan(42);

create temporary view space as
select
    oid,
    nspname as name
from pg_namespace
where nspname in ('billing', 'access', 'audit', 'deploy', 'logic', 'api', 'report');

create temporary view house_table as
select
    class.oid,
    space.name as space,
    class.relname as name,
    class.relname::text as short,
    space.name || '.' || class.relname as full_name,
    class.relrowsecurity,
    class.relowner,
    class.relacl,
    class.relispartition
from pg_class as class
inner join space on class.relnamespace = space.oid
where class.relkind in ('r', 'p');

create temporary view house_column as
select
    class.oid as table_oid,
    class.relkind,
    space.name as space,
    space.name || '.' || class.relname || '.' || attribute.attname as full_name,
    attribute.attname,
    attribute.attnum,
    attribute.atttypid,
    attribute.atttypmod,
    attribute.attidentity
from pg_class as class
inner join space on class.relnamespace = space.oid
inner join pg_attribute as attribute on class.oid = attribute.attrelid
where
    class.relkind in ('r', 'p', 'v', 'm') and not class.relispartition
    and attribute.attnum > 0 and not attribute.attisdropped;

create temporary view house_function as
select
    proc.*,
    space.name as space,
    proc.oid::regprocedure::text as full_name,
    obj_description(proc.oid, 'pg_proc') as comment,
    case when proc.prosqlbody is null then proc.prosrc else pg_get_function_sqlbody(proc.oid) end as body,
    proc.prorettype = 'trigger'::regtype as is_trigger
from pg_proc as proc
inner join space on proc.pronamespace = space.oid;

-- Row-level security ----------------------------------------------------------------------------------------

-- COPY refuses a table with row-level security. These hold rows within a transaction only; levels may insert.
create temporary view staging as
select unnest(array[
    'billing.call_staging', 'billing.import_staging', 'billing.rate_staging', 'billing.rate_change_staging',
    'billing.payment_staging'
]) as full_name;

select is_empty(
    $$
        select full_name from house_table
        where space in ('billing', 'access', 'audit') and not relrowsecurity and not relispartition
        and full_name not in (select full_name from staging)
    $$,
    'row-level security is on for every table'
);
select is_empty(
    $$
        select full_name from house_table
        where
            space in ('billing', 'access', 'audit') and not relispartition
            and full_name not in (select full_name from staging)
            and not exists (select from pg_policy where polrelid = house_table.oid)
    $$,
    'every table has a policy'
);
select is_empty(
    $$ select polrelid::regclass, polname from pg_policy where 0 = any(polroles) $$,
    'no policy is for everyone'
);
select is_empty(
    $$
        select polrelid::regclass, polname, expression
        from pg_policy
        cross join lateral (
            values (pg_get_expr(polqual, polrelid)), (pg_get_expr(polwithcheck, polrelid))
        ) as rule (expression)
        where
            replace(
                regexp_replace(
                    expression,
                    '\( SELECT (access\.\w+\([^()]*\) AS \w+|unnest\(access\.\w+\(\)\) AS unnest)\)', '', 'g'
                ),
                'ANY (', ''
            ) ~ '\w\s*\('
    $$,
    'policies call functions inside (select …) only, once per query'
);
select is_empty(
    $$
        select polrelid::regclass, polname, expression
        from pg_policy
        cross join lateral pg_get_expr(polqual, polrelid) as expression
        where
            expression !~ '^\( SELECT access\.has_level\(VARIADIC ARRAY\[[^]]+\]\) AS has_level\)$'
            and expression !~ '^\(\w+ = \( SELECT access\.(user|seller|customer)_id\(\) AS \w+\)\)$'
            and expression !~ '^\(\w+ = ANY \(\( SELECT access\.\w+_ids\(\) AS \w+\)(::bigint\[\])?\)\)$'
            -- hashed, where keys are many and tables are joined by them
            and expression !~ '^\(\w+ IN \( SELECT unnest\(access\.\w+_ids\(\)\) AS unnest\)\)$'
    $$,
    'policies have one of the four fast shapes'
);
select is_empty(
    $$
        select polrelid::regclass, polname, attribute.attname
        from pg_policy
        cross join lateral substring(pg_get_expr(polqual, polrelid) from '^\((\w+) = ') as scope
        inner join pg_attribute as attribute on attrelid = polrelid and attname = scope
        where
            not exists (
                select from pg_index where indrelid = polrelid and indkey[0] = attribute.attnum and indpred is
                null
            )
    $$,
    'the column of a scope is indexed'
);

-- Grants ----------------------------------------------------------------------------------------------------

select is_empty(
    $$
        select full_name from house_table
        cross join lateral aclexplode(relacl) as acl
        where acl.grantee = 0 or (relispartition and acl.grantee <> relowner)
    $$,
    'no table is granted to everyone, no partition to anyone'
);
select is_empty(
    $$
        select full_name from house_function
        where has_function_privilege('public', oid, 'execute')
    $$,
    'no function is granted to everyone'
);
select is_empty(
    $$
        select full_name from house_function
        where
            space = 'api'
            and not exists (select from aclexplode(proacl) as acl where acl.grantee <> proowner)
    $$,
    'every api function is granted to someone'
);
select is_empty(
    $$
        select full_name from house_table where space <> 'deploy' and relowner <> 'leissner_owner'::regrole
        union all
        select full_name from house_function where proowner <> 'leissner_owner'::regrole
    $$,
    'leissner_owner owns everything'
);
select is_empty(
    $$ select roleid::regrole, member::regrole from pg_auth_members where member = 'leissner_owner'::regrole
    $$,
    'leissner_owner is a member of nothing'
);

-- Functions -------------------------------------------------------------------------------------------------

select bag_eq(
    $$ select distinct space || '.' || proname from house_function where prosecdef $$,
    array[
        'access.contract_ids', 'access.contract_line_ids', 'access.customer_ids', 'access.has_level',
        'access.price_list_ids', 'access.session_context', 'access.tailored_report_ids',
        'audit.event_add', 'audit.partition_add', 'audit.redact', 'audit.seal', 'audit.tg_change',
        'audit.tx_current',
        'billing.fail', 'billing.tg_change_mark', 'billing.tg_contract_line_narrow',
        'billing.tg_contract_narrow',
        'billing.tg_contract_notice', 'billing.tg_definition_former',
        'logic.basis_answer', 'logic.bill_approve_finish', 'logic.bill_approve_next', 'logic.bill_begin',
            'logic.bill_check_limit',
            'logic.bill_deliver_finish', 'logic.bill_discard',
        'logic.bill_finish', 'logic.bill_number_get',
        'logic.own_invoice_document', 'logic.own_invoice_list', 'logic.invoice_get', 'logic.issued_document',
        'logic.invoice_call_list',
        'logic.statement_list', 'logic.payment_register', 'logic.change_list',
        'logic.bill_part_make', 'logic.delivery_answer',
        'logic.delivery_put', 'logic.delivery_result', 'logic.setting_read', 'logic.invoice_credit',
        'logic.credit_request_add', 'logic.credit_request_decide', 'logic.bulk_apply', 'logic.bulk_undo',
        'logic.bill_explain', 'logic.call_explain', 'logic.call_export', 'logic.call_why_not',
        'logic.call_former_list', 'logic.call_get', 'logic.call_invoice_list', 'logic.call_list',
        'logic.call_newest', 'logic.call_sums', 'logic.usage_choice_list',
        'logic.call_quote', 'logic.call_submit', 'logic.call_under_cost', 'logic.quote_call',
        'logic.quote_list',
        'logic.contract_found', 'logic.customer_found', 'logic.entry_found',
        'logic.invoice_found', 'logic.bundle_found', 'logic.preselection_found',
        'logic.item_found', 'logic.number_found', 'logic.order_found', 'logic.payment_found',
        'logic.payment_propose', 'logic.reminder_found',
        'logic.check_audit', 'logic.check_run',
        'logic.annual_list', 'logic.billed_fold', 'logic.billed_list', 'logic.deferred_list',
        'logic.number_held_list', 'logic.uninvoiced_list',
        'logic.accounting_digest', 'logic.accounting_export', 'logic.accounting_written', 'logic.accrue',
        'logic.job_begin', 'logic.job_finish', 'logic.job_mail', 'logic.job_mailed',
        'logic.report_event_list', 'logic.schedule_enable', 'logic.schedule_list', 'logic.schedule_run_list',
        'logic.schedule_save',
        'logic.block_lift', 'logic.block_set', 'logic.credit_limit_set',
        'logic.credit_check', 'logic.exposure_get', 'logic.message_again', 'logic.message_result',
        'logic.order_again', 'logic.order_close', 'logic.order_confirm', 'logic.order_fetch',
        'logic.order_file', 'logic.order_retry',
        'logic.order_sent', 'logic.promise_add', 'logic.usage_alert_run', 'logic.warning_list',
        'logic.export_rows', 'logic.file_close', 'logic.file_open', 'logic.import_run', 'logic.load_begin',
        'logic.load_finish', 'logic.source_loaded_at', 'logic.source_profile',
        'logic.load_rate', 'logic.login_begin', 'logic.login_end', 'logic.logout', 'logic.margin_list',
        'logic.message_get', 'logic.password_change', 'logic.own_session_list', 'logic.own_session_end',
        'logic.work_open', 'logic.work_close', 'logic.operation_enter', 'logic.request_begin',
        'logic.request_end', 'logic.ping',
        'logic.own_language_set', 'logic.sheet_choice_list', 'logic.sheet_rows', 'logic.sheet_save',
        'logic.payment_assign', 'logic.payment_file_end', 'logic.payment_file_put',
        'logic.payment_load_begin', 'logic.payment_load_finish', 'logic.payment_match', 'logic.payment_undo',
        'logic.payment_fetch_archive', 'logic.payment_fetch_begin', 'logic.payment_fetch_end',
        'logic.payment_fetch_mark', 'logic.payment_fetch_put', 'logic.rate_change_list', 'logic.rate_plan',
        'logic.collection_make', 'logic.collection_withdraw', 'logic.reminder_delivery_put',
        'logic.reminder_delivery_result', 'logic.reminder_make', 'logic.reminder_preview',
        'logic.price_compare', 'logic.price_get', 'logic.price_grid', 'logic.price_item_list',
        'logic.price_put',
        'logic.price_undo', 'logic.ring_put', 'logic.ring_stop',
        'logic.draft_activate', 'logic.activation_undo',
        'logic.rate_settings', 'logic.rate_write', 'logic.rerate_begin', 'logic.rerate_finish',
        'logic.rerate_next', 'logic.rerate_show', 'logic.rerate_try', 'logic.session_get',
        'logic.session_level_set', 'logic.simulate', 'logic.suspense_list', 'logic.suspense_rate',
        'logic.suspense_call_list', 'logic.suspense_drop', 'logic.suspense_drop_list',
        'logic.invoice_catch_up', 'logic.item_write_off', 'logic.advance_refund', 'logic.item_move',
        'logic.item_dispute', 'logic.statement', 'logic.search', 'logic.work_list',
        'logic.traffic_month_list', 'logic.own_month_list',
        'logic.own_document_list', 'logic.contract_propose', 'logic.customer_history',
        'logic.customer_month_list', 'logic.customer_note_add', 'logic.line_fee_list',
        'logic.customer_number_free_list', 'logic.number_ids', 'logic.number_former',
        'logic.price_list_code', 'logic.price_list_currency',
        'logic.list_currency_list', 'logic.document_price',
        'logic.fee_due_list',
        'logic.lookup_again', 'logic.lookup_answer', 'logic.lookup_collect', 'logic.lookup_rate',
        'logic.lookup_release',
        'logic.lookup_rule', 'logic.lookup_take', 'logic.outside_held_list', 'logic.outside_rule',
        'logic.suspense_group_list', 'logic.suspense_summary', 'logic.totals_fold'
    ],
    'only listed functions run with the rights of the owner'
);
select is_empty(
    $$
        select full_name from house_function
        where
            prosecdef and not is_trigger and space <> 'access'
            and body !~ 'access\.require\(' and comment !~ 'checks no permission'
    $$,
    'each of them asks for a level first, or says why not'
);
select is_empty(
    $$
        select full_name from house_function
        inner join pg_language as language on prolang = language.oid
        where
            (language.lanname = 'plpgsql' or prosecdef)
            and not coalesce(proconfig, '{}') @> array['search_path=pg_catalog, pg_temp']
    $$,
    'PL/pgSQL and definer functions pin their search path'
);
select is_empty(
    $$
        select full_name from house_function
        inner join pg_language as language on prolang = language.oid
        where
            language.lanname not in ('plpgsql', 'sql', 'internal')
            or (language.lanname = 'sql' and prosqlbody is null)
    $$,
    'functions are PL/pgSQL, or SQL with a standard body'
);
select is_empty(
    $$ select space, proname, count(*) from house_function group by space, proname having count(*) > 1 $$,
    'no overloads'
);
select is_empty(
    $$ select full_name from house_function where proleakproof $$, 'nothing claims to be leakproof'
);
select is_empty(
    $$
        select full_name, name
        from house_function
        cross join lateral unnest(proargnames, coalesce(proargmodes, array_fill('i'::"char",
        array[pronargs])))
            as argument (name, mode)
        where mode in ('i', 'b', 'v') and name !~ '^p_[a-z0-9_]+$' and prokind = 'f'
    $$,
    'parameters begin with p_'
);
select is_empty(
    $$
        select full_name, name
        from house_function
        cross join lateral unnest(proargnames, proargmodes) as argument (name, mode)
        where mode in ('o', 't') and name !~ '^[a-z][a-z0-9_]*$'
    $$,
    'columns of results have bare names'
);

-- Views -----------------------------------------------------------------------------------------------------

-- Owner views: calls and what they add up to without cost, for the levels that may not read the tables.
create temporary view owner_view as
select unnest(array[
    'report.seller_call', 'report.customer_call', 'report.traffic_day', 'report.traffic_month',
    'report.traffic_call', 'report.traffic_customer', 'report.traffic_holder', 'report.traffic_line',
    'report.preselection_event'
]) as full_name;

select is_empty(
    $$
        select space.name || '.' || class.relname as view
        from pg_class as class
        inner join space on class.relnamespace = space.oid
        where
            class.relkind = 'v'
            and case
                when space.name || '.' || class.relname in (select full_name from owner_view)
                    then not coalesce(class.reloptions, '{}') @> array['security_barrier=true']
                else not coalesce(class.reloptions, '{}') @> array['security_invoker=true']
            end
    $$,
    'views ask the policies of the caller; the listed owner views are barriers'
);

-- Comments --------------------------------------------------------------------------------------------------

select is_empty($$ select name from space where obj_description(oid, 'pg_namespace') is null $$, 'schemas');
select is_empty(
    $$
        select class.oid::regclass
        from pg_class as class
        inner join space on class.relnamespace = space.oid
        where
            class.relkind in ('r', 'p', 'v', 'm') and not class.relispartition
            and obj_description(class.oid, 'pg_class') is null
    $$,
    'every table and view has a comment'
);
select is_empty(
    $$ select full_name from house_column where col_description(table_oid, attnum) is null $$,
    'every column has a comment'
);
select is_empty(
    $$
        select conrelid::regclass, conname
        from pg_constraint
        inner join space on connamespace = space.oid
        inner join pg_class as class on conrelid = class.oid
        where
            contype <> 'n' and not class.relispartition and obj_description(pg_constraint.oid,
            'pg_constraint') is null
    $$,
    'every constraint has a comment: it is the user''s sentence'
);
select is_empty(
    $$ select polrelid::regclass, polname from pg_policy where obj_description(oid, 'pg_policy') is null $$,
    'every policy has a comment'
);
select is_empty(
    $$ select full_name from house_function where comment is null $$, 'every function has a comment'
);
select is_empty(
    $$
        select space.name, typname from pg_type
        inner join space on typnamespace = space.oid
        left join pg_class as class on typrelid = class.oid
        where
            typtype in ('e', 'd', 'r', 'c') and coalesce(class.relkind, 'c') = 'c'
            and obj_description(pg_type.oid, 'pg_type') is null
    $$,
    'every type has a comment'
);
select is_empty(
    $$
        select rolname from pg_roles
        where rolname like 'leissner\_%' and shobj_description(oid, 'pg_authid') is null
    $$,
    'every role has a comment'
);
select is_empty(
    $$
        select full_name from house_function
        where
            not is_trigger and prokind = 'f' and comment !~* 'not\s+granted\s+to\s+anyone'
            and comment !~ E'\nExample: .+\nRaises: .+'
    $$,
    'a function''s comment has an example and what it raises'
);

-- Names ---------------------------------------------------------------------------------------------

select is_empty(
    $$ select full_name from house_table where short !~ '^[a-z][a-z0-9_]*$' $$, 'tables have plain names'
);
select is_empty(
    $$
        select conrelid::regclass, conname
        from pg_constraint
        inner join space on connamespace = space.oid
        inner join pg_class as class on conrelid = class.oid
        where
            contype <> 'n' and not class.relispartition
            and (
                conname not like replace(class.relname, '_', '\_') || '\_%'
                or conname !~ case contype
                    when 'p' then '_pk$' when 'u' then '_uq$' when 'f' then '_fk$' when 'c' then '_ck$' else
                    '_ex$'
                end
            )
    $$,
    'constraints are named table_what_kind'
);
select is_empty(
    $$
        select class.relname
        from pg_class as class
        inner join space on class.relnamespace = space.oid
        where
            class.relkind in ('i', 'I') and not class.relispartition and class.relname not like '%\_ix'
            and not exists (select from pg_constraint where conindid = class.oid and contype in ('p', 'u',
            'x'))
    $$,
    'indexes end in _ix'
);
select is_empty(
    $$
        select tgrelid::regclass, tgname
        from pg_trigger
        inner join house_table on tgrelid = house_table.oid
        where not tgisinternal and tgname !~ '^_[0-9]{2}_[a-z0-9_]+$'
    $$,
    'triggers are named _NN_task'
);
select is_empty(
    $$ select full_name from house_function where is_trigger and proname not like 'tg\_%' $$,
    'trigger functions are named tg_…'
);
select is_empty(
    $$
        select full_name, format_type(atttypid, atttypmod)
        from house_column
        where
            relkind in ('r', 'p') and space in ('billing', 'access', 'audit')
            and case atttypid
                when 'timestamptz'::regtype then attname !~ '(^|_)at$'
                when 'date'::regtype
                    then attname !~ '_on$' and attname not in ('day', 'month', 'billed_through', 'on_date')
                when 'boolean'::regtype then attname !~ '^(is|has|covers)_'
                when 'daterange'::regtype then attname not in ('valid', 'effective')
                else false
            end
    $$,
    'names tell moments (_at), days (_on), truths (is_, has_) and periods (valid)'
);

-- Types -----------------------------------------------------------------------------------------------------

select is_empty(
    $$
        select full_name, format_type(atttypid, atttypmod)
        from house_column
        where
            atttypid in (
                'real'::regtype, 'double precision'::regtype, 'money'::regtype, 'timestamp'::regtype,
                'timetz'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'json'::regtype
            )
            or pg_get_serial_sequence(table_oid::regclass::text, attname) is not null and attidentity = ''
    $$,
    'no floats, money, timestamp without zone, serial, varchar or char in tables and views'
);
select is_empty(
    $$
        select full_name, format_type(type, null)
        from house_function
        cross join lateral unnest(coalesce(proallargtypes, proargtypes::oid[]) || prorettype) as type
        where
            type in (
                'real'::regtype, 'double precision'::regtype, 'money'::regtype, 'timestamp'::regtype,
                'varchar'::regtype, 'json'::regtype
            )
    $$,
    'nor in functions'
);

-- Keys, log, leftovers --------------------------------------------------------------------------------------

select is_empty(
    $$
        select conrelid::regclass, conname
        from pg_constraint
        inner join house_table on conrelid = house_table.oid
        where
            contype = 'f' and not relispartition
            and not exists (
                select from pg_index
                where
                    indrelid = conrelid
                    and (indpred is null or pg_get_expr(indpred, indrelid) ~ 'IS NOT NULL')
                    and (indkey::int2[])[0:0] <@ conkey
                    and (indkey::int2[])[0:cardinality(conkey) - 1 - conperiod::int] <@ conkey
            )
    $$,
    'every foreign key is indexed'
);
select is_empty(
    $$
        select place from logic.check_audit() where problem like 'a trigger of the log%'
        union all
        select table_name from audit.exempt where to_regclass(table_name) is null
    $$,
    'every table is logged or exempt, and what is exempt exists'
);
select is_empty(
    $$
        select pg_describe_object(classid, objid, 0)
        from (
            select 'pg_class'::regclass::oid as classid, oid as objid, relnamespace as space from pg_class
            union all
            select 'pg_proc'::regclass, oid, pronamespace from pg_proc
            union all
            select 'pg_type'::regclass, oid, typnamespace from pg_type
        ) as object
        where
            space = 'public'::regnamespace
            and not exists (
                select from pg_depend
                where
                    pg_depend.classid = object.classid and pg_depend.objid = object.objid
                    and deptype in ('e', 'i')
            )
    $$,
    'nothing of ours is in public'
);
select is_empty(
    $$
        with raised as (
            select distinct code[1] as code
            from house_function
            cross join lateral regexp_matches(body, '(LB[0-9]{3})', 'g') as code
        ),

        said as (
            select code, count(*) as languages from billing.message
            -- LB93 to LB95: SOAP raises them (soap/tests/test_faults.py)
            where code ~ '^LB' and code !~ '^LB9[345]' group by code
        )

        select code, languages from raised full join said using (code)
        where code !~ '^LB9[345]' and (raised.code is null or languages is distinct from 2)
    $$,
    'every error code that is raised has its sentence in two languages, and the other way round'
);

-- Examples --------------------------------------------------------------------------------------------------

-- Each runs by itself, as the superuser, and may raise what its comment says. A loop: statements to execute.
create function pg_temp.example_errors()
returns setof text
language plpgsql
as $$
declare
    v_example record;
begin
    for v_example in
        select
            full_name,
            substring(comment from E'\nExample: (.+?)\nRaises:') as statement,
            substring(comment from E'\nRaises: (.+)$') as raises
        from house_function
        where comment ~ E'\nExample: '
        order by full_name
    loop
        begin
            execute v_example.statement;
            raise exception using errcode = 'P0002';
        exception
            when no_data_found then
                null;  -- it ran, and is rolled back
            when others then
                if strpos(v_example.raises, sqlstate) = 0 then
                    return next v_example.full_name || ': ' || sqlstate || ' ' || sqlerrm;
                end if;
        end;
    end loop;
end
$$;
select is_empty('select pg_temp.example_errors()', 'every example in a comment runs');

select * from finish();
rollback;
