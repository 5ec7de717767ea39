-- 30_customer/note: what people wrote down about a customer, and what they changed.

create function logic.customer_note_add(p_customer_no text, p_text text)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_note bigint;
begin
    perform access.require('pricing', 'sales', 'support', 'finance', 'credit', 'batch', 'integration');
    insert into billing.customer_note (customer_id, text, written_by, level)
    select logic.code_id('customer', p_customer_no, 'customer_no'), coalesce(p_text, ''), who.actor,
        access.level_current()
    from audit.tx_current() as who
    returning customer_note_id into v_note;
    return v_note;
end;
$$;

comment on function logic.customer_note_add(text, text) is
$$Writes a note about a customer: its number inside.
Example: select logic.customer_note_add('1000', 'Called about the invoice.') where false
Raises: LB802 for an unknown customer, LB901 without a level that works with customers$$;

-- Definer, because the log is for admins and auditors: of it, the changes of one customer, without who came
-- from
-- where.
create function logic.customer_history(p_customer_no text, p_limit integer)
returns table (
    change_id bigint, at timestamptz, actor text, level text, op text, table_name text, what text,
    name text, old text, new text
)
language plpgsql stable security definer rows 200
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    perform access.require(
        'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'
    );
    return query
    with customer as materialized (
        select one.customer_id from billing.customer as one where one.customer_no = p_customer_no
    ),

    contract as materialized (
        select one.contract_id, one.contract_no
        from customer
        inner join billing.contract as one on one.customer_id = customer.customer_id
    ),

    line as materialized (
        select one.contract_line_id, contract.contract_no || '/' || one.line_no as what
        from contract
        inner join billing.contract_line as one on one.contract_id = contract.contract_id
    ),

    part (table_name, pk, what) as materialized (
        select 'billing.customer', jsonb_build_object('customer_id', customer.customer_id), p_customer_no
        from customer
        union all
        select 'billing.customer_term',
            jsonb_build_object('customer_id', term.customer_id, 'from_on', term.from_on),
            term.from_on::text
        from customer
        inner join billing.customer_term as term on term.customer_id = customer.customer_id
        union all
        select 'billing.contract', jsonb_build_object('contract_id', contract.contract_id),
            contract.contract_no
        from contract
        union all
        select 'billing.contract_term',
            jsonb_build_object('contract_id', term.contract_id, 'from_on', term.from_on),
            contract.contract_no || ', ' || term.from_on
        from contract
        inner join billing.contract_term as term on term.contract_id = contract.contract_id
        union all
        select 'billing.contract_line', jsonb_build_object('contract_line_id', line.contract_line_id),
            line.what
        from line
        union all
        select 'billing.line_term',
            jsonb_build_object('contract_line_id', term.contract_line_id, 'from_on', term.from_on),
            line.what || ', ' || term.from_on
        from line
        inner join billing.line_term as term on term.contract_line_id = line.contract_line_id
        union all
        select 'billing.subscriber_number',
            jsonb_build_object('subscriber_number_id', own.subscriber_number_id),
            own.number || coalesce('–' || own.to_number, '')
        from line
        inner join billing.subscriber_number as own on own.contract_line_id = line.contract_line_id
        union all
        select 'billing.manual_charge', jsonb_build_object('manual_charge_id', charge.manual_charge_id),
            line.what || ', ' || charge.text
        from line
        inner join billing.manual_charge as charge on charge.contract_line_id = line.contract_line_id
        union all
        select 'billing.bundle', jsonb_build_object('bundle_id', bundle.bundle_id),
            line.what || ', ' || bundle.code
        from line
        inner join billing.bundle on bundle.contract_line_id = line.contract_line_id
        union all
        select 'billing.customer_in_group',
            jsonb_build_object(
                'customer_id', customer.customer_id, 'customer_group_id', customer_group.customer_group_id
            ),
            customer_group.code || ' ' || customer_group.name
        from customer
        cross join billing.customer_group
        union all
        -- what is not there any more
        select gone.table_name, gone.pk,
            concat_ws(', ', owner.what, gone.old ->> 'from_on', gone.old ->> 'number')
        from (
            select 'billing.customer_term' as table_name, customer.customer_id::text as id, null as what
            from customer
            union all
            select 'billing.contract_term', contract.contract_id::text, contract.contract_no
            from contract
            union all
            select of_line.table_name, line.contract_line_id::text, line.what
            from line
            cross join (
                values ('billing.line_term'), ('billing.subscriber_number'), ('billing.manual_charge'),
                ('billing.bundle')
            ) as of_line (table_name)
        ) as owner
        inner join audit.change as gone
            on
                gone.table_name = owner.table_name and gone.op = 'delete'
                and coalesce(
                    gone.old ->> 'contract_line_id', gone.old ->> 'contract_id', gone.old ->> 'customer_id'
                ) = owner.id
    ),

    found as materialized (
        select change.*, part.what
        from (
            select part.table_name, part.pk, max(part.what) as what
            from part group by part.table_name, part.pk
        ) as part
        inner join audit.change as change
            on change.pk = part.pk and change.table_name = part.table_name
        order by change.at desc, change.change_id desc
        limit p_limit
    )

    select
        found.change_id, found.at, found.actor, found.level, found.op, found.table_name, found.what,
        field.name, field.old, field.new
    from found
    left join lateral (
        select
            coalesce(before.key, after.key) as name, nullif(before.value, '') as old,
            nullif(after.value, '') as new
        from jsonb_each_text(coalesce(found.old, '{}')) as before
        full join jsonb_each_text(coalesce(found.new, '{}')) as after on after.key = before.key
        where
            before.value is distinct from after.value
            and coalesce(before.key, after.key) !~ '^(row_version|valid|span|head)$'
            and (found.op = 'update' or coalesce(before.key, after.key) !~ '_id$')
    ) as field on true
    where field.name is not null or found.table_name = 'billing.customer_in_group'
    order by found.at desc, found.change_id desc, field.name;
end;
$$;

comment on function logic.customer_history(text, integer) is
$$The latest changes of a customer, its groups, terms, contracts, lines, numbers, charges and bundles,
field by field, also of those that were taken away. Of a group name is NULL: it came or went.
Example: select * from logic.customer_history('1000', 100) where false
Raises: LB901 without a staff level$$;

-- api

create function api.customer_note_list(p_customer_no text)
returns table (note bigint, text text, written_at timestamptz, written_by text, level text)
language sql stable rows 20
begin atomic
    select note.customer_note_id, note.text, note.written_at, note.written_by, note.level
    from billing.customer
    inner join billing.customer_note as note on note.customer_id = customer.customer_id
    where customer.customer_no = p_customer_no
    order by note.customer_note_id desc;
end;

comment on function api.customer_note_list(text) is
$$Notes about a customer, the latest first.
Example: select * from api.customer_note_list('1000')
Raises: nothing$$;

create function api.customer_note_add(p_customer_no text, p_text text)
returns bigint
language sql volatile
begin atomic
    select logic.customer_note_add(p_customer_no, p_text);
end;

comment on function api.customer_note_add(text, text) is
$$Writes a note about a customer.
Example: select api.customer_note_add('1000', 'Called about the invoice.') where false
Raises: LB802, LB901$$;

create function api.customer_history_list(p_customer_no text, p_limit integer default 100)
returns table (
    change_id bigint, at timestamptz, actor text, level text, op text, table_name text, what text,
    name text, old text, new text
)
language sql stable rows 200
begin atomic
    select * from logic.customer_history(p_customer_no, p_limit);
end;

comment on function api.customer_history_list(text, integer) is
$$The latest changes of a customer and what belongs to it, field by field.
Example: select * from api.customer_history_list('1000') where false
Raises: LB901$$;

grant execute on function api.customer_note_list(text), api.customer_history_list(text, integer) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_report, leissner_auditor, leissner_batch, leissner_integration;
grant execute on function api.customer_note_add(text, text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_batch, leissner_integration;
