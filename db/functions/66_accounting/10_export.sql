-- 66_accounting/export: the journal as vouchers of the books, each entry once.

create function logic.setting_or_fail(p_name text, p_is_right boolean, p_value text)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if not p_is_right then
        perform billing.fail('LB761', jsonb_build_object('name', p_name, 'value', p_value));
    end if;
    return p_value;
end;
$$;

comment on function logic.setting_or_fail(text, boolean, text) is
$$The value of a setting, where it is right.
Example: select logic.setting_or_fail('fiscal_year_month', true, '1')
Raises: LB761$$;

create function logic.books_closed_through()
returns date
language sql stable
begin atomic
    select logic.setting_or_fail(
        setting.name, pg_input_is_valid(setting.value, 'date'), setting.value
    )::date
    from billing.setting
    where setting.name = 'books_closed_through' and setting.value is not null;
end;

comment on function logic.books_closed_through() is
$$The last day of the books that takes no more vouchers; NULL: none is closed.
Example: select logic.books_closed_through()
Raises: LB761$$;

create function logic.fiscal_year(p_day date)
returns date
language sql stable
begin atomic
    select case
        when make_date(extract(year from p_day)::integer, first.month, 1) <= p_day
            then make_date(extract(year from p_day)::integer, first.month, 1)
        else make_date(extract(year from p_day)::integer - 1, first.month, 1)
    end
    from (
        select logic.setting_or_fail(
            'fiscal_year_month', coalesce(setting.value ~ '^([1-9]|1[0-2])$', false), setting.value
        )::integer as month
        from billing.setting
        where setting.name = 'fiscal_year_month'
    ) as first;
end;

comment on function logic.fiscal_year(date) is
$$First day of the fiscal year of a day (setting fiscal_year_month).
Example: select logic.fiscal_year('2026-10-31')
Raises: LB761$$;

create function logic.accounting_export(p_from date, p_to date, p_program text)
returns integer
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    v_operator billing.operator;
    v_closed date;
    v_year date;
    v_export integer;
    v_vouchers integer;
    v_entries bigint;
begin
    perform access.require('admin', 'finance', 'batch');
    select operator.* into v_operator from billing.operator;
    if v_operator.mode is distinct from 'full' then
        perform billing.fail('LB709', jsonb_build_object('mode', v_operator.mode));
    end if;
    -- One after the other: the second sees what the first took.
    perform pg_advisory_xact_lock(hashtextextended('billing.accounting_export', 0));
    v_closed := coalesce(logic.books_closed_through(), '-infinity');
    v_year := logic.fiscal_year(p_to - 1);
    p_from := coalesce(p_from, v_year);
    if p_from >= p_to then
        perform billing.fail('LB765', jsonb_build_object('from', p_from, 'to', p_to));
    elsif p_from < v_year then
        perform billing.fail('LB760', jsonb_build_object(
            'from', p_from, 'through', p_to - 1, 'end', v_year - 1
        ));
    end if;

    create temporary table export_entry on commit drop as
    select
        entry.entry_id, entry.entry_on, greatest(entry.entry_on, v_closed + 1) as voucher_on,
        case
            when told.kind in ('invoice', 'credit') then 'F'
            when told.kind in ('payment', 'assign', 'refund') then 'B'
            when told.kind = 'accrual' then 'P'
            else 'R'
        end as series,
        case
            when told.kind in ('invoice', 'credit') and invoice.bill_run_id is not null then 'run'
            when told.kind = 'payment' and payment.payment_id is not null then 'batch'
            else told.kind
        end as kind,
        coalesce(case when told.kind in ('invoice', 'credit') then invoice.bill_run_id end, 0) as run,
        case when told.kind = 'payment' then concat_ws(' ', payment.account, payment.batch) else '' end
            as batch
    from billing.entry
    left join billing.entry as taken on taken.entry_id = entry.reverses_id
    cross join lateral (select coalesce(taken.kind, entry.kind) as kind) as told
    left join billing.invoice on invoice.invoice_id = entry.invoice_id
    left join billing.payment on payment.payment_id = entry.payment_id
    where
        entry.entry_on < p_to and greatest(entry.entry_on, v_closed + 1) < p_to
        and entry.entry_on >= case when v_closed + 1 < p_from then p_from else '-infinity' end
        and not exists (select from billing.exported_entry as old where old.entry_id = entry.entry_id);
    get diagnostics v_entries = row_count;
    if v_entries = 0 then
        drop table export_entry;
        return null;
    end if;
    analyze export_entry;

    -- What changes no account, a credit set off against an invoice say, makes no voucher.
    create temporary table export_row on commit drop as
    select
        one.series, one.voucher_on, one.entry_on, one.kind, one.run, one.batch, part.account, part.project,
        sum(part.base) as base
    from export_entry as one
    inner join billing.entry_row as part on part.entry_id = one.entry_id
    group by
        one.series, one.voucher_on, one.entry_on, one.kind, one.run, one.batch, part.account, part.project
    having sum(part.base) <> 0;

    create temporary table export_voucher on commit drop as
    select
        made.*, row_number() over (order by made)::integer as place,
        (row_number() over (partition by made.series order by made) + coalesce(last.number, 0))::integer
            as number
    from (
        select distinct one.series, one.voucher_on, one.entry_on, one.kind, one.run, one.batch
        from export_row as one
    ) as made
    left join (
        select old.series, max(old.number) as number
        from billing.voucher as old
        where old.year_on = v_year
        group by old.series
    ) as last on last.series = made.series;

    v_export := 1 + coalesce((select max(old.export_no) from billing.accounting_export as old), 0);
    insert into billing.accounting_export (
        export_no, from_on, to_on, head, vouchers, entries, debit, made_by
    )
    select
        v_export, p_from, p_to,
        jsonb_build_object(
            'program', p_program, 'name', v_operator.name, 'org_no', v_operator.org_no,
            'currency', v_operator.currency, 'year_from', v_year,
            'year_through', (v_year + interval '1 year' - interval '1 day')::date,
            'day', logic.today(),
            'accounts', (
                select coalesce(jsonb_agg(
                    jsonb_build_array(used.account, coalesce(chart.name, used.account))
                    order by used.account collate "C"
                ), '[]')
                from (select distinct one.account from export_row as one) as used
                left join billing.chart on chart.account = used.account
            ),
            'projects', (
                select coalesce(jsonb_agg(used.project order by used.project collate "C"), '[]')
                from (
                    select distinct one.project from export_row as one where one.project is not null
                ) as used
            )
        ),
        (select count(*) from export_voucher), v_entries,
        coalesce((select sum(one.base) from export_row as one where one.base > 0), 0), who.actor
    from audit.tx_current() as who
    returning vouchers into v_vouchers;

    insert into billing.voucher (export_no, place, series, year_on, number, voucher_on, text)
    select
        v_export, made.place, made.series, v_year, made.number, made.voucher_on, said.sentence
    from export_voucher as made
    cross join lateral logic.message_get(
        'voucher_' || made.kind, v_operator.language, null,
        jsonb_build_object('day', made.entry_on, 'run', made.run, 'batch', made.batch)
    ) as said;
    insert into billing.exported_entry (entry_id, export_no, place)
    select one.entry_id, v_export, made.place
    from export_entry as one
    left join export_voucher as made
        on
            made.series = one.series and made.kind = one.kind and made.run = one.run
            and made.batch = one.batch and made.entry_on = one.entry_on
    order by one.entry_id;
    perform audit.event_add('accounting_export', v_export::text, jsonb_build_object(
        'from', p_from, 'to', p_to, 'vouchers', v_vouchers, 'entries', v_entries
    ));
    drop table export_entry, export_row, export_voucher;
    return v_export;
end;
$$;

comment on function logic.accounting_export(date, date, text) is
$$Makes an export of the entries from a day (NULL: the first of the fiscal year) to another (exclusive) that
were not exported before: its number, NULL where there are none. Invoices make a voucher per bill run and
day, payments per deposit and day, everything else per kind and day. What was booked on a day that the
books have closed goes out on the first day that is open.
Example: select logic.accounting_export('2026-10-01', '2026-11-01', 'x') where false
Raises: LB709, LB760 over two fiscal years, LB761, LB765, LB901$$;

create function logic.accounting_digest(p_export integer, p_format text, p_digest text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_known text;
begin
    perform access.require('admin', 'finance', 'batch');
    update billing.accounting_export as made
    set digests = jsonb_build_object(p_format, p_digest) || made.digests
    where made.export_no = p_export
    returning made.digests ->> p_format into v_known;
    if v_known is null then
        perform billing.fail('LB762', jsonb_build_object('export', p_export));
    elsif v_known <> p_digest then
        perform billing.fail('LB763', jsonb_build_object('export', p_export));
    end if;
    perform audit.event_add('accounting_file', p_export::text, jsonb_build_object(p_format, p_digest));
end;
$$;

comment on function logic.accounting_digest(integer, text, text) is
$$Notes the digest of the file of an export in a format, and that it is the one that it was.
Example: select logic.accounting_digest(1, 'sie4', '00') where false
Raises: LB762, LB763 for another file than before, LB901$$;

create function logic.accounting_written(p_export integer)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'finance', 'batch');
    update billing.accounting_export as made
    set written_at = coalesce(made.written_at, clock_timestamp())
    where made.export_no = p_export;
end;
$$;

comment on function logic.accounting_written(integer) is
$$Notes that the file of an export is whole.
Example: select logic.accounting_written(1) where false
Raises: LB901 without the level admin, finance or batch$$;

-- api

create function api.accounting_begin()
returns integer[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    perform pg_advisory_lock(hashtextextended('billing.accounting_file', 0));
    return array(
        select made.export_no from billing.accounting_export as made
        where made.written_at is null
        order by made.export_no
    );
end;
$$;

comment on function api.accounting_begin() is
$$Waits until nobody else writes exports; then this session does, until accounting_end or its own end. The
exports whose file was never whole: whoever wrote them is gone.
Example: select api.accounting_begin() where false
Raises: nothing$$;
grant execute on function api.accounting_begin() to leissner_admin, leissner_finance, leissner_batch;

create function api.accounting_end()
returns boolean
language sql volatile
return pg_advisory_unlock(hashtextextended('billing.accounting_file', 0));

comment on function api.accounting_end() is
$$Lets others write exports; false: this session did not.
Example: select api.accounting_end() where false
Raises: nothing$$;
grant execute on function api.accounting_end() to leissner_admin, leissner_finance, leissner_batch;

create function api.accounting_export(p_from date, p_to date, p_program text)
returns integer
language sql volatile
return logic.accounting_export(p_from, p_to, p_program);

comment on function api.accounting_export(date, date, text) is
$$Makes an export of the entries of a period that were not exported before: its number, NULL where
there are none.
Example: select api.accounting_export('2026-10-01', '2026-11-01', 'x') where false
Raises: LB709, LB760, LB761, LB765, LB901$$;
grant execute on function api.accounting_export(date, date, text)
to leissner_admin, leissner_finance, leissner_batch;

create function api.accounting_digest(p_export integer, p_format text, p_digest text)
returns void
language sql volatile
begin atomic
    select logic.accounting_digest(p_export, p_format, p_digest);
end;

comment on function api.accounting_digest(integer, text, text) is
$$Notes the digest of the file of an export in a format, and that it is the one that it was.
Example: select api.accounting_digest(1, 'sie4', '00') where false
Raises: LB762, LB763, LB901$$;
grant execute on function api.accounting_digest(integer, text, text)
to leissner_admin, leissner_finance, leissner_batch;

create function api.accounting_written(p_export integer)
returns void
language sql volatile
begin atomic
    select logic.accounting_written(p_export);
end;

comment on function api.accounting_written(integer) is
$$Notes that the file of an export is whole.
Example: select api.accounting_written(1) where false
Raises: LB901$$;
grant execute on function api.accounting_written(integer)
to leissner_admin, leissner_finance, leissner_batch;

create function api.accounting_list()
returns table (
    export integer, from_on date, to_on date, vouchers integer, entries bigint, debit numeric,
    made_at timestamptz, made_by text, written_at timestamptz, head jsonb
)
language sql stable rows 100
begin atomic
    select
        made.export_no, made.from_on, made.to_on, made.vouchers, made.entries, round(made.debit, 2),
        made.made_at, made.made_by, made.written_at, made.head
    from billing.accounting_export as made
    order by made.export_no;
end;

comment on function api.accounting_list() is
$$The exports there are, with what their files say beside the vouchers (head).
Example: select * from api.accounting_list()
Raises: nothing$$;
grant execute on function api.accounting_list() to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;

create function api.accounting_row_list(p_export integer)
returns table (
    series text, number integer, voucher_on date, text text, account text, project text, amount numeric
)
language sql stable rows 1000
begin atomic
    select
        voucher.series, voucher.number, voucher.voucher_on, voucher.text, part.account, part.project,
        round(sum(part.base), 2)
    from billing.voucher
    inner join billing.exported_entry as one
        on one.export_no = voucher.export_no and one.place = voucher.place
    inner join billing.entry_row as part on part.entry_id = one.entry_id
    where voucher.export_no = p_export
    group by
        voucher.place, voucher.series, voucher.number, voucher.voucher_on, voucher.text, part.account,
        part.project
    having sum(part.base) <> 0
    order by voucher.place, part.account collate "C", part.project collate "C" nulls first;
end;

comment on function api.accounting_row_list(integer) is
$$The rows of the vouchers of an export, in the operator's currency, debit positive.
Example: select * from api.accounting_row_list(1)
Raises: nothing$$;
grant execute on function api.accounting_row_list(integer) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;

create function api.accounting_waiting(p_from date default null)
returns table (entries bigint, oldest_on date, newest_on date)
language sql stable rows 1
begin atomic
    select count(*), min(entry.entry_on), max(entry.entry_on)
    from billing.entry
    where
        (p_from is null or entry.entry_on < p_from)
        and not exists (select from billing.exported_entry as old where old.entry_id = entry.entry_id);
end;

comment on function api.accounting_waiting(date) is
$$How many entries, of the days before p_from or at all, have not been exported.
Example: select * from api.accounting_waiting('2026-10-01')
Raises: nothing$$;
grant execute on function api.accounting_waiting(date) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;
