-- Who may read and write which table: row-level security, grants and the log, for all tables of billing and
-- access, from the matrix of DESIGN.md 3. A level's grants say what a request may do after `set local role`;
-- the policies ask the session, so that a forged role gains nothing. Calls and what else holds cost have no
-- grants to seller and customer: these read through the views of db/views/50_usage.sql. Lock: access
-- exclusive on each table, for the moment of the statement. Duration: a second.

alter table access.app_user
add constraint app_user_seller_fk foreign key (seller_id) references billing.seller (seller_id),
add constraint app_user_customer_fk foreign key (customer_id) references billing.customer (customer_id);
comment on constraint app_user_seller_fk on access.app_user is 'The seller of a user must exist.';
comment on constraint app_user_customer_fk on access.app_user is 'The customer of a user must exist.';

-- Scopes ----------------------------------------------------------------------------------------------------

create function access.contract_ids()
returns bigint[]
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select array(
        select contract.contract_id
        from billing.contract as contract
        where contract.seller_id = (select access.seller_id())
        union
        -- a contract that names no seller has its customer's
        select contract.contract_id
        from billing.customer as customer
        inner join billing.contract as contract on contract.customer_id = customer.customer_id
        where customer.seller_id = (select access.seller_id()) and contract.seller_id is null
        union
        select contract.contract_id
        from billing.contract as contract
        where
            (select access.customer_id()) is not null
            and contract.customer_id = any((select access.customer_ids())::bigint[])
    );
end;

comment on function access.contract_ids() is $$The contracts a session of level seller or customer may see:
those of the seller, those of the customer's subtree. Empty for others.
It checks no permission: it answers about the caller only.
Example: select access.contract_ids()
Raises: nothing$$;

create function access.contract_line_ids()
returns bigint[]
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select array(
        select contract_line.contract_line_id
        from billing.contract_line as contract_line
        where contract_line.contract_id = any((select access.contract_ids())::bigint[])
    );
end;

comment on function access.contract_line_ids() is $$The lines of the contracts a session of level seller or
customer
may see. Empty for others.
It checks no permission: it answers about the caller only.
Example: select access.contract_line_ids()
Raises: nothing$$;

-- Own list and the retail lists of own contracts and customers, with the retail lists these inherit from.
create function access.price_list_ids()
returns bigint[]
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select array(
        with recursive own (price_list_id) as (
            select contract.price_list_id
            from billing.contract as contract
            where contract.seller_id = (select access.seller_id())
            union
            select contract_line.price_list_id
            from billing.contract_line as contract_line
            where
                (select access.seller_id()) is not null
                and contract_line.contract_id = any((select access.contract_ids())::bigint[])
            union
            select customer.price_list_id
            from billing.customer as customer
            where
                (select access.seller_id()) is not null
                and customer.customer_id = any((select access.customer_ids())::bigint[])
        ),

        path (price_list_id, parent_id) as (
            select
                price_list.price_list_id,
                price_list.parent_id
            from billing.price_list as price_list
            inner join own on price_list.price_list_id = own.price_list_id
            where price_list.level = 'retail'
            union
            select
                parent.price_list_id,
                parent.parent_id
            from path
            inner join billing.price_list as parent on path.parent_id = parent.price_list_id
            where parent.level = 'retail'
        )

        select path.price_list_id from path
        union
        select seller.price_list_id
        from billing.seller as seller
        where seller.seller_id = (select access.seller_id()) and seller.price_list_id is not null
    );
end;

comment on function access.price_list_ids() is $$The price lists a session of level seller may see: its own
reseller
list and the retail lists of its customers and contracts. Empty for others.
It checks no permission: it answers about the caller only.
Example: select access.price_list_ids()
Raises: nothing$$;

grant execute on function access.contract_ids(), access.contract_line_ids(), access.price_list_ids() to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_customer, leissner_report, leissner_auditor, leissner_batch,
    leissner_integration;

-- Helpers, also for the tables of later files ---------------------------------------------------------------

create function access.staff_open(p_table regclass, p_readers text[], p_writers text[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_name constant text := (select class.relname from pg_class as class where class.oid = p_table);
    v_level record;
    v_columns record;
begin
    execute format('alter table %s enable row level security', p_table);
    -- A loop of two: who reads, who writes; writers read too. Admin is a member of every staff level.
    for v_level in
        select
            command.command,
            string_agg('leissner_' || level.level, ', ') as roles,
            string_agg(quote_literal(level.level), ', ') as levels,
            string_agg(level.level, ', ') as words
        from (values ('select', p_readers || p_writers), ('all', p_writers)) as command (command, levels)
        cross join lateral (
            select distinct every.level from unnest(command.levels || array['admin']) as every (level)
        ) as level
        where cardinality(command.levels) > 0
        group by command.command
    loop
        execute format(
            'create policy %2$I on %1$s for %3$s to %4$s using ((select access.has_level(%5$s)))',
            p_table, v_name || '_' || v_level.command || '_staff', v_level.command, v_level.roles,
            v_level.levels
        );
        execute format(
            'comment on policy %I on %s is %L', v_name || '_' || v_level.command || '_staff', p_table,
            case v_level.command when 'all' then 'Written by: ' else 'Read, every row, by: ' end
            || v_level.words || '.'
        );
        if v_level.command = 'select' then
            execute format('grant select on %s to %s', p_table, v_level.roles);
        else
            select
                string_agg(quote_ident(attribute.attname), ', ') as inserted,
                string_agg(quote_ident(attribute.attname), ', ') filter (
                    where attribute.attname <> 'row_version'
                ) as updated
            into v_columns
            from pg_attribute as attribute
            where
                attribute.attrelid = p_table and attribute.attnum > 0 and not attribute.attisdropped
                and attribute.attgenerated = '' and attribute.attidentity <> 'a';
            execute format(
                'grant insert (%s), update (%s), delete on %s to %s',
                v_columns.inserted, v_columns.updated, p_table, v_level.roles
            );
        end if;
    end loop;
end
$$;

comment on function access.staff_open(regclass, text[], text[]) is $$Opens a table to staff levels: a policy
and the
grants to read, and to write where there are writers. For the owner; not granted to anyone.
Raises: nothing$$;

create function access.scope_open(p_table regclass, p_level text, p_predicate text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_policy constant text := (select class.relname from pg_class as class where class.oid = p_table)
        || '_select_' || p_level;
begin
    execute format(
        'create policy %I on %s for select to %I using (%s)',
        v_policy, p_table, 'leissner_' || p_level, p_predicate
    );
    execute format('comment on policy %I on %s is %L', v_policy, p_table,
    'What level ' || p_level || ' sees.');
    execute format('grant select on %s to %I', p_table, 'leissner_' || p_level);
end
$$;

comment on function access.scope_open(regclass, text, text) is $$Opens the own rows of a table to level seller
or
customer, for reading. For the owner; not granted to anyone.
Raises: nothing$$;

-- Staff: who reads and who writes. Where nobody writes, only functions of the owner do. ---------------------

select access.staff_open(one.table_name::regclass, topic.readers, topic.writers)
from (
    values
    -- access and settings
    (
        array['auditor'], array['admin'],
        array['access.app_user', 'access.api_key', 'access.service_login', 'billing.setting']
    ),
    (array['auditor'], array[]::text[], array['access.session', 'access.login_throttle']),
    (
        array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
        'integration'],
        array['admin'], array['billing.operator', 'billing.message']
    ),
    -- customer, contract, numbers
    (
        array['pricing', 'finance', 'credit', 'report', 'auditor'],
        array['sales', 'support', 'batch', 'integration'],
        array[
            'billing.customer', 'billing.customer_group', 'billing.customer_in_group',
            'billing.customer_term',
            'billing.seller', 'billing.contract', 'billing.contract_term', 'billing.contract_line',
            'billing.line_term', 'billing.subscriber_number', 'billing.preselection', 'billing.manual_charge'
        ]
    ),
    -- catalog, numbering
    (
        array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'integration'],
        array['pricing', 'batch'],
        array[
            'billing.currency', 'billing.exchange_rate', 'billing.product', 'billing.mode',
            'billing.vat_code',
            'billing.service', 'billing.service_charge', 'billing.destination_group', 'billing.destination',
            'billing.destination_in_group', 'billing.prefix', 'billing.area_code'
        ]
    ),
    -- pricing, discount
    (
        array['sales', 'support', 'finance', 'report', 'auditor', 'integration'],
        array['pricing', 'batch'],
        array[
            'billing.holiday', 'billing.band', 'billing.band_slot', 'billing.price_list',
            'billing.price_item',
            'billing.carrier', 'billing.bundle', 'billing.bundle_mode', 'billing.bundle_target',
            'billing.ring',
            'billing.ring_member', 'billing.ring_mode', 'billing.ring_target'
        ]
    ),
    (
        array['pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'],
        array[]::text[], array['billing.definition_former']
    ),
    -- usage
    (
        array['sales', 'finance', 'credit', 'report', 'auditor'],
        array['pricing', 'support', 'batch', 'integration'],
        array[
            'billing.cdr_source', 'billing.trunk', 'billing.extension', 'billing.cdr_template',
            'billing.dial_plan'
        ]
    ),
    (
        array[
            'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'
        ],
        array[]::text[],
        array[
            'billing.cdr_file', 'billing.load', 'billing.call_key', 'billing.call', 'billing.call_suspense',
            'billing.customer_month', 'billing.call_day', 'billing.call_customer_month',
            'billing.bundle_month', 'billing.ring_month'
        ]
    )
) as topic (readers, writers, tables)
cross join lateral unnest(topic.tables) as one (table_name);

-- Seller and customer: own rows only ------------------------------------------------------------------------

select access.scope_open(one.table_name::regclass, topic.level, topic.predicate)
from (
    values
    ('seller', 'customer_id = any((select access.customer_ids())::bigint[])', array[
        'billing.customer', 'billing.customer_in_group', 'billing.customer_term'
    ]),
    ('seller', 'seller_id = (select access.seller_id())', array['billing.seller']),
    ('seller', 'contract_id = any((select access.contract_ids())::bigint[])', array[
        'billing.contract', 'billing.contract_term', 'billing.contract_line'
    ]),
    ('seller', 'contract_line_id = any((select access.contract_line_ids())::bigint[])', array[
        'billing.line_term', 'billing.subscriber_number', 'billing.manual_charge', 'billing.bundle'
    ]),
    ('seller', 'price_list_id = any((select access.price_list_ids())::bigint[])', array[
        'billing.price_list', 'billing.price_item'
    ]),
    ('seller', '(select access.has_level(''seller''))', array[
        'billing.operator', 'billing.message', 'billing.customer_group', 'billing.currency',
        'billing.exchange_rate', 'billing.product', 'billing.mode', 'billing.vat_code', 'billing.service',
        'billing.service_charge', 'billing.destination_group', 'billing.destination',
        'billing.destination_in_group', 'billing.prefix', 'billing.area_code', 'billing.holiday',
        'billing.band', 'billing.band_slot'
    ]),
    ('customer', 'customer_id = any((select access.customer_ids())::bigint[])', array[
        'billing.customer', 'billing.customer_in_group', 'billing.customer_term', 'billing.contract'
    ]),
    ('customer', 'contract_id = any((select access.contract_ids())::bigint[])', array[
        'billing.contract_term', 'billing.contract_line'
    ]),
    ('customer', 'contract_line_id = any((select access.contract_line_ids())::bigint[])', array[
        'billing.line_term', 'billing.subscriber_number', 'billing.manual_charge'
    ]),
    ('customer', '(select access.has_level(''customer''))', array['billing.operator', 'billing.message'])
) as topic (level, predicate, tables)
cross join lateral unnest(topic.tables) as one (table_name);

-- Exceptions ------------------------------------------------------------------------------------------------

-- Staging is filled by COPY, which refuses a table with row-level security: these have none. They hold rows
-- within a transaction only, may be filled by who may load, and are read by functions of the owner.
grant insert on billing.call_staging to
    leissner_admin, leissner_pricing, leissner_support, leissner_batch, leissner_integration;
grant insert on billing.import_staging to leissner_admin, leissner_batch;
grant usage on sequence billing.import_id_seq to leissner_admin, leissner_batch;

-- Without policies a trigger asks the session, so that a forged role cannot leave rows there for a later
-- load.
create function access.tg_staging_level()
returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require(variadic tg_argv);
    return null;
end
$$;

comment on function access.tg_staging_level() is $$Trigger function: only a session of the levels named fills
staging.
Raises: LB901$$;

create trigger _10_level before insert on billing.call_staging
for each statement execute function access.tg_staging_level('pricing', 'support', 'batch', 'integration');
create trigger _10_level before insert on billing.import_staging
for each statement execute function access.tg_staging_level('batch');

-- A password is set by an admin and read by nobody.
alter table access.password enable row level security;
create policy password_all_admin on access.password for all to leissner_admin
using ((select access.has_level('admin')));
comment on policy password_all_admin on access.password is
    'Admins set passwords; the columns that prove one are granted to nobody.';
grant select (app_user_id, changed_at), insert, update on access.password to leissner_admin;
create policy password_select_auditor on access.password for select to leissner_auditor
using ((select access.has_level('auditor')));
comment on policy password_select_auditor on access.password is
    'Auditors see who has a password, and since when.';
grant select (app_user_id, changed_at) on access.password to leissner_auditor;

-- Setting a password closes the user's sessions.
create policy session_update_admin on access.session for update to leissner_admin
using ((select access.has_level('admin')));
comment on policy session_update_admin on access.session is 'Admins close sessions.';
grant update (closed_at) on access.session to leissner_admin;

-- What tables call in checks, keys and triggers runs with the rights of whoever writes.
grant execute on all functions in schema billing to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_customer, leissner_report, leissner_auditor, leissner_batch,
    leissner_integration;

-- What loading and rating write is never changed or deleted but by them, not by the owner or a superuser
-- either. The call stack tells: only functions of logic may, and these only the owner can make.
insert into billing.message (code, language, sentence, hint) values
('LB916', 'en', 'Only loading and rating write {table}: {op} is refused.', null),
('LB916', 'sv', 'Bara inläsning och prissättning skriver {table}: {op} vägras.', null);

create function billing.tg_process_only()
returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_stack text;
begin
    get diagnostics v_stack = pg_context;
    if v_stack !~ E'\nPL/pgSQL function logic\\.' then
        perform billing.fail(
            'LB916', jsonb_build_object('op', lower(tg_op), 'table', tg_table_schema || '.' || tg_table_name)
        );
    end if;
    return null;
end
$$;

comment on function billing.tg_process_only() is $$Trigger function: only functions of logic change or delete
    rows.
Raises: LB916$$;

do $$
declare
    v_table text;
begin
    -- A loop, because triggers are made one statement each.
    foreach v_table in array array[
        'definition_former', 'cdr_file', 'load', 'call_key', 'call', 'call_suspense', 'call_day',
        'call_customer_month'
    ] loop
        execute format(
            'create trigger _10_process_only before update or delete or truncate on billing.%I
            for each statement execute function billing.tg_process_only()',
            v_table
        );
    end loop;
end
$$;

-- The log ---------------------------------------------------------------------------------------------------

insert into audit.exempt (table_name, why) values
('access.session', 'Logins, logouts and changes of level are events.'),
('access.password', 'Secret; each change is an event.'),
('access.login_throttle', 'Counts attempts; logins and failures are events.'),
('billing.definition_former', 'Append-only: written when a definition that priced a call is replaced.'),
('billing.call', 'Append-only: each batch writes an event.'),
('billing.call_key', 'Append-only: each batch writes an event.'),
('billing.call_suspense', 'Written by rating only: each batch writes an event.'),
('billing.call_staging', 'Holds rows within a transaction only.'),
('billing.import_staging', 'Holds rows within a transaction only.'),
('billing.call_day', 'Totals, written by rating only and proven against the calls.'),
('billing.call_customer_month', 'Totals, written by rating only and proven against the calls.'),
('billing.customer_month', 'Rows to lock, and how far the counters have come.'),
('billing.ring_month', 'Computed from the calls by rating.'),
('billing.bundle_month', 'Computed from the calls by rating.'),
('billing.cdr_file', 'Written by loading only: each batch writes an event.'),
('billing.load', 'Written by loading only: each batch writes an event.');

select audit.enable(class.oid::regclass)
from pg_catalog.pg_class as class
where
    class.relnamespace in ('billing'::regnamespace, 'access'::regnamespace)
    and class.relkind in ('r', 'p') and not class.relispartition
    and class.relnamespace::regnamespace || '.' || class.relname not in (select table_name from audit.exempt);
