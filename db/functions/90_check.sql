-- check: everything that is always true (DESIGN.md 6), proven on the live data.

create function logic.check_run(
    p_seal_no bigint default null, p_head bytea default null, p_name text default null
)
returns table (name text, title text, problem text, place text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'auditor', 'batch');
    return query
    select 'counts', 'Every record read is rated, suspended, duplicate or zero', fault.problem, fault.place
    from logic.check_counts() as fault
    where p_name is null or p_name = 'counts'
    union all
    select 'totals', 'Daily and monthly totals equal the calls', fault.problem, fault.place
    from logic.check_totals() as fault
    where p_name is null or p_name = 'totals'
    union all
    select 'invoices', 'Documents are the sum of their lines, taxes and calls', fault.problem, fault.place
    from logic.check_invoices() as fault
    where p_name is null or p_name = 'invoices'
    union all
    select 'numbers', 'Document numbers have no gap', fault.problem, fault.place
    from logic.check_numbers() as fault
    where p_name is null or p_name = 'numbers'
    union all
    select 'ledger', 'The journal, open items and documents agree', fault.problem, fault.place
    from logic.check_ledger() as fault
    where p_name is null or p_name = 'ledger'
    union all
    select 'payments', 'Payments are booked as they came, each once', fault.problem, fault.place
    from logic.check_payments() as fault
    where p_name is null or p_name = 'payments'
    union all
    select 'credit', 'Blocks, their reasons and the orders to the switch agree', fault.problem, fault.place
    from logic.check_credit() as fault
    where p_name is null or p_name = 'credit'
    union all
    select 'late', 'Reminders, interest and collection agree with what is owed', fault.problem, fault.place
    from logic.check_late() as fault
    where p_name is null or p_name = 'late'
    union all
    select 'audit', 'The audit chain is unbroken', fault.problem, fault.place
    from logic.check_audit(p_seal_no, p_head) as fault
    where p_name is null or p_name = 'audit';
end;
$$;

comment on function logic.check_run(bigint, bytea, text) is
$$All checks, or the one of a name; no row is healthy. Each row names the check, what is wrong and where.
The arguments p_seal_no and p_head are the newest place and head of the audit chain that were kept outside the
database, or NULL.
Example: select * from logic.check_run() where false
Raises: LB901 without the level admin, auditor or batch$$;

-- api

create function api.check_list()
returns table (name text, title text)
language sql immutable
begin atomic
    select one.name, one.title
    from (
        values
            ('counts', 'Every record read is rated, suspended, duplicate or zero'),
            ('totals', 'Daily and monthly totals equal the calls'),
            ('invoices', 'Documents are the sum of their lines, taxes and calls'),
            ('numbers', 'Document numbers have no gap'),
            ('ledger', 'The journal, open items and documents agree'),
            ('payments', 'Payments are booked as they came, each once'),
            ('credit', 'Blocks, their reasons and the orders to the switch agree'),
            ('late', 'Reminders, interest and collection agree with what is owed'),
            ('audit', 'The audit chain is unbroken')
    ) as one (name, title);
end;

comment on function api.check_list() is
$$The checks there are.
Example: select * from api.check_list()
Raises: nothing$$;
grant execute on function api.check_list() to leissner_admin, leissner_auditor, leissner_batch;

create function api.check_run(
    p_seal_no bigint default null, p_head bytea default null, p_name text default null
)
returns table (name text, title text, problem text, place text)
language sql stable
begin atomic
    select fault.name, fault.title, fault.problem, fault.place
    from logic.check_run(p_seal_no, p_head, p_name) as fault;
end;

comment on function api.check_run(bigint, bytea, text) is
$$Proves the invariants, or one of them, on the live data; no row is healthy.
Example: select * from api.check_run() where false
Raises: LB901 without the level admin, auditor or batch$$;
grant execute on function api.check_run(bigint, bytea, text)
to leissner_admin, leissner_auditor, leissner_batch;
