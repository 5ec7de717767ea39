-- 95_web: what pages of all topics need: the search from anywhere, the work that waits, today's traffic.

create function logic.search(p_words text)
returns table (kind text, key text, title text, detail text, rank integer)
language plpgsql stable security definer rows 20
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_words text := trim(p_words);
    v_digits text := regexp_replace(p_words, '[^0-9]', '', 'g');
    v_plain text := regexp_replace(billing.name_plain(trim(p_words)), '([%_\\])', '\\\1', 'g');
    -- Two letters are what something begins with: no index has them inside.
    v_like text := case when length(v_plain) > 2 then '%' else '' end || v_plain || '%';
    v_likes text[] := case
        when length(v_plain) > 2 then logic.word_likes(billing.name_plain(p_words)) else array[v_like]
    end;
    v_near text;
    v_is_staff boolean := access.is_staff();
    v_customers bigint[] := case when not access.is_staff() then access.customer_ids() end;
    v_has_documents boolean := access.has_level(
        'admin', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'
    );
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
        'integration', 'seller', 'customer'
    );
    if length(v_words) < 2 then
        return;
    end if;
    return query
    select * from (
        select 'customer', one.customer_no, one.name, concat_ws(' · ', one.customer_no, one.city, one.org_no),
            case
                when one.customer_no = v_words then 0
                when one.plain like v_plain || '%' then 2
                when one.plain like v_like then 3
                else 4
            end
        from (
            select
                customer.customer_no, customer.name, customer.city, customer.org_no,
                billing.name_plain(customer.name) as plain,
                regexp_replace(customer.org_no, '[^0-9A-Za-z]', '', 'g') = v_digits as has_digits
            from billing.customer
            where
                (v_is_staff or customer.customer_id = any(v_customers))
                and (
                    customer.customer_no ilike v_like or billing.name_plain(customer.name) like v_likes[1]
                    or length(v_digits) >= 8
                    and regexp_replace(customer.org_no, '[^0-9A-Za-z]', '', 'g') = v_digits
                )
            offset 0 -- so that no name is made plain more often than it must be
        ) as one
        where one.plain like all (v_likes) or one.customer_no ilike v_like or one.has_digits
        order by 5, one.name
        limit 12
    ) as found;
    -- With typing errors, where nothing has the words as they are; with more of them, where that fails too.
    if not found and length(v_words) >= 4 then
        foreach v_near in array array['0.6', '0.43'] loop
            perform set_config('pg_trgm.word_similarity_threshold', v_near, true);
            return query
            select 'customer', near.customer_no, near.name, concat_ws(' · ', near.customer_no, near.city),
                6 + near.place
            from (
                select one.customer_no, one.name, one.city,
                    row_number() over (
                        order by public.word_similarity(v_words, one.name) desc,
                            public.similarity(v_words, one.name) desc, one.name
                    )::integer as place
                from billing.customer as one
                where
                    (v_is_staff or one.customer_id = any(v_customers))
                    and v_words operator(public.<%) one.name
                order by 4
                limit 8
            ) as near;
            exit when found;
        end loop;
    end if;
    return query
    select * from (
        select 'contract', contract.contract_no, contract.contract_no, owner.customer_no || ' ' || owner.name,
            case when contract.contract_no = v_words then 0 else 5 end
        from billing.contract
        inner join billing.customer as owner on owner.customer_id = contract.customer_id
        where
            contract.contract_no ilike v_like and (v_is_staff or owner.customer_id = any(v_customers))
        order by 5, contract.contract_no
        limit 5
    ) as found;
    if length(v_digits) >= 5 then
        return query
        select * from (
            select 'number', own.number, own.number || coalesce('–' || own.to_number, ''),
                owner.customer_no || ' ' || owner.name, 1
            from unnest(array[
                v_digits, case when v_digits like '0%' then '46' || substr(v_digits, 2) end,
                case when v_digits like '00%' then substr(v_digits, 3) end
            ]) as asked (digits)
            inner join billing.subscriber_number as own
                on own.span @> billing.number_point(asked.digits) and own.kind = 'number'
            inner join billing.contract_line as line on line.contract_line_id = own.contract_line_id
            inner join billing.contract on contract.contract_id = line.contract_id
            inner join billing.customer as owner on owner.customer_id = contract.customer_id
            where v_is_staff or owner.customer_id = any(v_customers)
            order by upper(own.valid) desc nulls first
            limit 5
        ) as found;
    end if;
    if v_has_documents or v_customers is not null then
        return query
        select * from (
            select 'invoice', invoice.invoice_no, invoice.invoice_no,
                concat_ws(' · ', payer.customer_no || ' ' || payer.name, invoice.invoice_on,
                    round(invoice.total, 2) || ' ' || invoice.currency),
                1
            from billing.invoice
            inner join billing.customer as payer on payer.customer_id = invoice.payer_id
            where
                (
                    invoice.invoice_no = v_words
                    or invoice.reference in (v_words, nullif(v_digits, ''))
                )
                and (
                    v_has_documents
                    or (
                        payer.customer_id = any(v_customers)
                        and invoice.invoice_id = any(logic.own_invoice_list(array[payer.customer_id]))
                    )
                )
            limit 5
        ) as found;
    end if;
end;
$$;

comment on function logic.search(text) is
$$Customers (by name, with typing errors too, number, registration number), contracts, subscriber numbers and
invoices (by number or payment reference) that words may mean, within what the session sees; of two letters,
those that begin with them; rank: the best first.
Example: select * from logic.search('nobody') where false
Raises: LB901 without a level$$;

create function logic.work_list()
returns table (topic text, kind text, count bigint, detail text, urgency text)
language plpgsql stable security definer rows 20
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
        'integration'
    );
    if access.has_level('admin') then
        return query
        select 'setup', step.kind, 1::bigint, null::text, 'look'
        from (
            values
            ('catalog', not exists (select from billing.service)),
            (
                'operator', exists (select from billing.service) and not exists (
                    select from billing.operator
                    where
                        operator.org_no is not null and operator.city is not null
                        and (
                            operator.vat_no is not null
                            or not exists (select from billing.vat_code as code where code.percent > 0)
                        )
                        and coalesce(operator.bankgiro, operator.plusgiro, operator.iban) is not null
                )
            ),
            ('customer', exists (select from billing.service) and not exists (select from billing.customer)),
            ('user', not exists (select from access.app_user where app_user.levels <> '{admin}'))
        ) as step (kind, is_missing)
        where step.is_missing;
    end if;
    if access.has_level('admin', 'pricing', 'support', 'finance', 'batch') then
        return query
        select 'usage', 'suspense', waiting.calls, null::text, 'act'
        from (select count(*) as calls from billing.call_suspense) as waiting
        where waiting.calls > 0;
    end if;
    if access.has_level('admin', 'finance') then
        return query
        select
            'invoice', 'draft', count(*), string_agg(run.bill_run_id::text, ', ' order by run.bill_run_id),
            'look'
        from billing.bill_run as run
        where run.state in ('making', 'draft', 'approving')
        having count(*) > 0
        union all
        select
            'invoice', 'undelivered', count(*),
            string_agg(run.bill_run_id::text, ', ' order by run.bill_run_id), 'look'
        from billing.bill_run as run
        where run.state = 'approved' and run.mode <> 'basis'
        having count(*) > 0
        union all
        select 'invoice', 'delivery', count(*), null, 'act'
        from billing.delivery
        where delivery.state in ('rejected', 'failed')
        having count(*) > 0
        union all
        select 'invoice', 'credit_request', count(*), null, 'act'
        from billing.credit_request as request
        where request.state = 'open'
        having count(*) > 0
        union all
        select 'ledger', 'payment', count(*), null, 'act'
        from billing.payment
        where payment.state in ('unidentified', 'shown') and payment.left_amount <> 0
        having count(*) > 0
        union all
        select 'ledger', 'file', count(*), null, 'act'
        from billing.payment_file as file
        where file.state in ('rejected', 'stopped')
        having count(*) > 0;
    end if;
    if access.has_level('admin', 'credit', 'finance') then
        return query
        select
            'credit', case state.stage when 'blocked' then 'blocked' else 'warned' end, count(*), null::text,
            'look'
        from billing.credit_state as state
        group by 2
        union all
        select 'credit', 'order', count(*), null, 'act'
        from billing.credit_order as one
        where
            one.state = 'failed'
            and not exists (
                select from billing.credit_order as later
                where
                    later.contract_line_id = one.contract_line_id
                    and later.credit_order_id > one.credit_order_id
            )
        having count(*) > 0
        union all
        select 'credit', 'unsent', count(*), null, 'look'
        from billing.credit_order as one
        where one.state = 'ordered' and one.ordered_at < now() - interval '1 hour'
        having count(*) > 0;
    end if;
    if access.has_level('admin', 'finance', 'credit', 'auditor', 'batch') then
        return query
        select 'job', 'failed', count(*), string_agg(last.code, ', ' order by last.code), 'act'
        from (
            select distinct on (run.code) run.code, run.state
            from billing.job_run as run
            order by run.code, run.job_run_id desc
        ) as last
        where last.state in ('failed', 'lost')
        having count(*) > 0;
    end if;
    if access.has_level('admin', 'sales') then
        return query
        select 'customer', 'proposed', count(*), null::text, 'look'
        from billing.contract
        where contract.state = 'proposed'
        having count(*) > 0;
    end if;
end;
$$;

comment on function logic.work_list() is
$$What waits for a person of the session's level: first steps of a new installation, calls in suspense, draft
runs, approved ones whose documents did not all leave, failed deliveries, payments and files, warnings and
blocks, failed orders and jobs, proposed contracts.
urgency: act or look.
Example: select * from logic.work_list() where false
Raises: LB901 without a staff level$$;

create function logic.traffic_month_list(p_months integer)
returns table (month date, calls bigint, minutes numeric, revenue numeric, cost numeric, margin numeric)
language plpgsql stable security definer rows 12
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_first date := (
        date_trunc('month', logic.today()::timestamp) - make_interval(months => p_months - 1)
    )::date;
    v_is_staff boolean := access.has_level(
        'admin', 'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
        'integration'
    );
begin
    perform access.require(
        'admin', 'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
        'integration', 'seller'
    );
    return query
    select
        step.day::date, coalesce(sum(total.calls), 0)::bigint,
        coalesce(round(logic.divide(sum(total.billed) filter (where mode.unit = 'second'), 60), 1), 0),
        coalesce(round(sum(total.revenue), 2), 0),
        coalesce(round(sum(case when v_is_staff then total.cost else total.reseller end), 2), 0),
        coalesce(round(sum(case when v_is_staff then total.margin else total.seller_margin end), 2), 0)
    from generate_series(v_first::timestamp, logic.today()::timestamp, '1 month') as step (day)
    left join billing.traffic_month as total
        on
            total.month = step.day::date
            and (v_is_staff or total.seller_id = (select access.seller_id()))
    left join billing.mode on mode.mode_id = total.mode_id
    group by step.day
    order by step.day;
end;
$$;

comment on function logic.traffic_month_list(integer) is
$$Traffic of the last months, this one included, in the operator's currency; for a seller its own at its
prices.
Example: select * from logic.traffic_month_list(12) where false
Raises: LB901 without the level of staff or seller$$;

create function logic.own_month_list(p_months integer)
returns table (month date, calls bigint, minutes numeric, revenue numeric)
language plpgsql stable security definer rows 12
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    perform access.require('customer');
    return query
    select
        step.day::date, coalesce(sum(total.calls), 0)::bigint,
        coalesce(round(logic.divide(sum(total.billed) filter (where mode.unit = 'second'), 60), 1), 0),
        coalesce(round(sum(total.revenue), 2), 0)
    from generate_series(
        date_trunc('month', logic.today()::timestamp) - make_interval(months => p_months - 1),
        logic.today()::timestamp, '1 month'
    ) as step (day)
    left join billing.call_customer_month as total
        on total.month = step.day::date and total.customer_id = any((select access.customer_ids())::bigint[])
    left join billing.mode on mode.mode_id = total.mode_id
    group by step.day
    order by step.day;
end;
$$;

comment on function logic.own_month_list(integer) is
$$Calls of the last months, this one included, of the customer of the session and those below it.
Example: select * from logic.own_month_list(12) where false
Raises: LB901 without level customer$$;

create function logic.own_document_list()
returns table (
    document_no text, kind text, name text, item_on date, due_on date, amount numeric, open numeric,
    currency text, days_late integer, reference text
)
language plpgsql stable security definer rows 50
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    perform access.require('customer');
    return query
    select
        document.no, document.kind, payer.name, document.on_day, document.due_on,
        round(document.amount, currency.decimals), round(document.open, currency.decimals), document.currency,
        case when document.open > 0 then greatest(0, logic.today() - document.due_on) end, document.reference
    from (
        select
            item.document_no, item.kind, item.payer_id, item.item_on, coalesce(item.due_on, item.item_on),
            item.amount, item.open, item.currency, item.reference
        from billing.open_item as item
        where item.payer_id = any((select access.customer_ids())::bigint[])
        union all
        select
            invoice.invoice_no, invoice.kind, invoice.payer_id, invoice.invoice_on, invoice.due_on,
            invoice.total, null, invoice.currency, invoice.reference
        from billing.invoice
        where
            invoice.payer_id = any((select access.customer_ids())::bigint[]) and invoice.state = 'approved'
            and not exists (
                select from billing.open_item as item where item.invoice_id = invoice.invoice_id
            )
    ) as document (no, kind, payer_id, on_day, due_on, amount, open, currency, reference)
    inner join billing.customer as payer on payer.customer_id = document.payer_id
    inner join billing.currency on currency.currency = document.currency
    order by document.open <> 0 desc nulls last, document.on_day desc, document.no desc
    limit 50;
end;
$$;

comment on function logic.own_document_list() is
$$Invoices, credits, fees and payments in advance of the customer of the session and those below it: what is
open first, then the latest; open is NULL where there is no ledger.
Example: select * from logic.own_document_list() where false
Raises: LB901 without level customer$$;

-- api

create function api.search(p_words text)
returns table (kind text, key text, title text, detail text)
language sql stable rows 20
begin atomic
    select found.kind, found.key, found.title, found.detail
    from logic.search(p_words) as found
    order by found.rank, found.kind, found.title;
end;

comment on function api.search(text) is
$$What words may mean, the best first: customers, contracts, numbers, invoices.
Example: select * from api.search('nobody') where false
Raises: LB901$$;
grant execute on function api.search(text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_customer, leissner_report, leissner_auditor, leissner_batch,
    leissner_integration;

create function api.work_list()
returns table (topic text, kind text, count bigint, detail text, urgency text)
language sql stable rows 20
begin atomic
    select one.topic, one.kind, one.count, one.detail, one.urgency from logic.work_list() as one;
end;

comment on function api.work_list() is
$$What waits for a person of the session's level.
Example: select * from api.work_list() where false
Raises: LB901$$;
grant execute on function api.work_list() to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_report, leissner_auditor, leissner_batch, leissner_integration;

create function api.traffic_month_list(p_months integer default 12)
returns table (month date, calls bigint, minutes numeric, revenue numeric, cost numeric, margin numeric)
language sql stable rows 12
begin atomic
    select one.month, one.calls, one.minutes, one.revenue, one.cost, one.margin
    from logic.traffic_month_list(p_months) as one;
end;

comment on function api.traffic_month_list(integer) is
$$Traffic of the last months, in the operator's currency.
Example: select * from api.traffic_month_list() where false
Raises: LB901$$;
grant execute on function api.traffic_month_list(integer) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_report, leissner_auditor, leissner_batch, leissner_integration;

create function api.own_month_list(p_months integer default 12)
returns table (month date, calls bigint, minutes numeric, revenue numeric)
language sql stable rows 12
begin atomic
    select one.month, one.calls, one.minutes, one.revenue from logic.own_month_list(p_months) as one;
end;

comment on function api.own_month_list(integer) is
$$Own calls of the last months, in the operator's currency, for a customer.
Example: select * from api.own_month_list() where false
Raises: LB901$$;

create function api.own_document_list()
returns table (
    document_no text, kind text, name text, item_on date, due_on date, amount numeric, open numeric,
    currency text, days_late integer, reference text
)
language sql stable rows 50
begin atomic
    select
        one.document_no, one.kind, one.name, one.item_on, one.due_on, one.amount, one.open, one.currency,
        one.days_late, one.reference
    from logic.own_document_list() as one;
end;

comment on function api.own_document_list() is
$$Own invoices and what is open of them, for a customer.
Example: select * from api.own_document_list() where false
Raises: LB901$$;
grant execute on function api.own_month_list(integer), api.own_document_list() to leissner_customer;
