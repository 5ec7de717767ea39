-- 66_accounting/browse: the accounts of events and their names, seen and changed.

-- api

create function api.account_event_list()
returns table (event text, account text, name text, row_version integer)
language sql stable rows 20
begin atomic
    select account.event, account.account, chart.name, account.row_version
    from billing.account
    left join billing.chart on chart.account = account.account
    order by account.account collate "C", account.event;
end;

comment on function api.account_event_list() is
$$Which account each event is booked on.
Example: select * from api.account_event_list()
Raises: nothing$$;
grant execute on function api.account_event_list() to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;

create function api.account_event_save(p_event text, p_account text, p_row_version integer default null)
returns integer
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_version integer;
begin
    select account.row_version into v_version
    from billing.account where account.event = p_event for update;
    perform logic.version_check(p_row_version, v_version);
    update billing.account set account = p_account
    where event = p_event and account is distinct from p_account;
    return (select account.row_version from billing.account where account.event = p_event);
end;
$$;

comment on function api.account_event_save(text, text, integer) is
$$Books an event on another account from now on; what is booked stays. Its row_version then.
Example: select api.account_event_save('bank', '1930') where false
Raises: LB800, account_account_ck$$;
grant execute on function api.account_event_save(text, text, integer) to leissner_admin, leissner_finance;

create function api.chart_list()
returns table (account text, name text, row_version integer, balance numeric, is_used boolean)
language sql stable rows 100
begin atomic
    select
        coalesce(chart.account, used.account), chart.name, chart.row_version, used.balance,
        used.account is not null
    from billing.chart
    full join (
        select part.account, sum(part.base) as balance
        from billing.entry_row as part
        group by part.account
    ) as used on used.account = chart.account
    order by coalesce(chart.account, used.account) collate "C";
end;

comment on function api.chart_list() is
$$The accounts with their names, those of the journal without one too, and what each comes to now.
Example: select * from api.chart_list()
Raises: nothing$$;
grant execute on function api.chart_list() to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;

create function api.chart_get(p_account text)
returns table (account text, name text, row_version integer)
language sql stable rows 1
begin atomic
    select asked.account, chart.name, chart.row_version
    from (select p_account as account) as asked
    left join billing.chart on chart.account = asked.account;
end;

comment on function api.chart_get(text) is
$$An account with its name; NULL where it has none yet.
Example: select * from api.chart_get('1940')
Raises: nothing$$;
grant execute on function api.chart_get(text) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;

create function api.chart_save(p_account text, p_name text, p_row_version integer default null)
returns integer
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_version integer;
begin
    select chart.row_version into v_version
    from billing.chart where chart.account = p_account for update;
    perform logic.version_check(p_row_version, v_version);
    insert into billing.chart (account, name) values (p_account, p_name)
    on conflict (account) do update set name = excluded.name
    where chart.name is distinct from excluded.name;
    return (select chart.row_version from billing.chart where chart.account = p_account);
end;
$$;

comment on function api.chart_save(text, text, integer) is
$$Names an account, for exports and trial balances. Its row_version then.
Example: select api.chart_save('1940', 'Bankgiro') where false
Raises: LB800, chart_account_ck, chart_name_ck$$;
grant execute on function api.chart_save(text, text, integer) to leissner_admin, leissner_finance;
