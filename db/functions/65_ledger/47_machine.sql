-- 65_ledger/machine: balance and account of a customer as rows, for other systems.

create function logic.balance_list(p_customer_no text)
returns table (
    customer_no text, payer_no text, currency text, open numeric, overdue numeric, not_due numeric,
    disputed numeric, credit numeric, oldest_due_on date, last_invoice_no text, last_invoice_on date,
    last_payment_on date, last_payment numeric
)
language plpgsql stable rows 2
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_payer billing.customer := logic.statement_payer(p_customer_no);
begin
    return query
    with account as (
        select
            item.currency, sum(item.open) as open,
            sum(item.open) filter (
                where item.open > 0 and item.disputed_on is null and item.due_on < logic.today()
            ) as overdue,
            sum(item.open) filter (
                where item.open > 0 and item.disputed_on is null and item.due_on >= logic.today()
            ) as not_due,
            sum(item.open) filter (where item.open > 0 and item.disputed_on is not null) as disputed,
            sum(item.open) filter (where item.open < 0) as credit,
            min(item.due_on) filter (where item.open > 0 and item.disputed_on is null) as oldest_due_on
        from billing.open_item as item
        where item.payer_id = v_payer.customer_id and item.open <> 0
        group by item.currency
    ),

    money as (
        select account.currency from account
        union
        select coalesce(v_payer.currency, operator.currency) from billing.operator
    )

    select
        v_payer.customer_no, (
            select holder.customer_no
            from logic.payer_of(v_payer.customer_id) as pays
            inner join billing.customer as holder on holder.customer_id = pays.payer_id
            where pays.valid @> logic.today()
        ),
        money.currency, round(coalesce(account.open, 0), unit.decimals),
        round(coalesce(account.overdue, 0), unit.decimals),
        round(coalesce(account.not_due, 0), unit.decimals),
        round(coalesce(account.disputed, 0), unit.decimals),
        round(coalesce(account.credit, 0), unit.decimals), account.oldest_due_on, last.invoice_no,
        last.invoice_on, paid.booked_on, round(paid.amount, unit.decimals)
    from money
    inner join billing.currency as unit on unit.currency = money.currency
    left join account on account.currency = money.currency
    left join lateral (
        select invoice.invoice_no, invoice.invoice_on from billing.invoice
        where
            invoice.payer_id = v_payer.customer_id and invoice.state = 'approved'
            and invoice.currency = money.currency
        order by invoice.invoice_on desc, invoice.invoice_id desc
        limit 1
    ) as last on true
    left join lateral (
        select payment.booked_on, payment.amount from billing.payment
        where
            payment.payer_id = v_payer.customer_id and payment.kind = 'payment'
            and payment.state not in ('shown', 'reversed') and payment.currency = money.currency
        order by payment.booked_on desc, payment.payment_id desc
        limit 1
    ) as paid on true
    order by money.currency;
end;
$$;

comment on function logic.balance_list(text) is
$$What a customer has on its account, by currency: see api.balance_get.
Example: select * from logic.balance_list('1000') where false
Raises: LB524 for a customer that is unknown or not to be seen$$;

-- api

create function api.balance_get(p_customer_no text)
returns table (
    customer_no text, payer_no text, currency text, open numeric, overdue numeric, not_due numeric,
    disputed numeric, credit numeric, oldest_due_on date, last_invoice_no text, last_invoice_on date,
    last_payment_on date, last_payment numeric
)
language sql stable rows 2
begin atomic
    select * from logic.balance_list(p_customer_no);
end;

comment on function api.balance_get(text) is
$$The balance of a customer's account, a row per currency (its own always): what is open; of that what is
overdue, not due yet, and disputed, and what stands to its credit (negative: credit notes and advances): the
four come to open. Further the last document and the last payment. payer_no: who pays for the customer today;
where that is another, the account to look at is that one's. An unknown customer is refused.
Example: select * from api.balance_get('1000') where false
Raises: LB524$$;
grant execute on function api.balance_get(text) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration, leissner_customer;

create function api.statement_list(p_customer_no text, p_from date default null, p_to date default null)
returns table (
    place text, entry bigint, entry_on date, kind text, document text, amount numeric, balance numeric,
    currency text
)
language sql stable rows 100
begin atomic
    select * from logic.statement_list(p_customer_no, p_from, p_to);
end;

comment on function api.statement_list(text, date, date) is
$$The account of a customer over the days [p_from, p_to), from the first and through today where they are not
given: what was booked, in order, each with the balance after it, by currency; before the rows of a currency
the balance brought forward (kind brought_forward). A payment names the documents that it paid. Set-offs
between its own documents change no balance and are left out. place: what the rows are paged by. An unknown
customer is refused.
Example: select * from api.statement_list('1000', '2026-10-01', '2026-11-01') where false
Raises: LB524, LB901$$;
grant execute on function api.statement_list(text, date, date) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration, leissner_customer;
