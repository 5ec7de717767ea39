-- 97_change: what changed since a reader last asked, for outside systems that keep in step.

create function logic.change_kind_list()
returns table (kind text, levels text[])
language sql immutable rows 5
begin atomic
    select one.kind, every.levels || one.levels
    from (values (array['finance', 'credit', 'report', 'auditor', 'batch', 'integration'])) as every (levels)
    cross join (
        values
        ('customer', array['pricing', 'sales', 'support', 'seller', 'customer']),
        ('contract', array['pricing', 'sales', 'support', 'seller', 'customer']),
        ('invoice', array['sales', 'support', 'seller', 'customer']),
        ('payment', array['support', 'customer']),
        ('block', array['sales', 'support', 'customer'])
    ) as one (kind, levels);
end;

comment on function logic.change_kind_list() is
$$The kinds of changes that readers follow, and the levels that may read what changed.
Example: select * from logic.change_kind_list()
Raises: nothing$$;

create function logic.change_list(p_after text, p_what text[], p_limit integer)
returns table (cursor text, kind text, key text, customer_no text, op text, at timestamptz)
language plpgsql stable security definer rows 100
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_after constant text[] := regexp_match(p_after, '^([0-9]{1,18})(?::([a-z]+):([0-9]{1,18}))?$');
    v_from bigint;
    v_upto bigint := (select coalesce(max(own.seal_no), 0) from audit.tx as own);
    v_is_staff constant boolean := access.is_staff();
    v_customers constant bigint[] := access.customer_ids();
    v_contracts constant bigint[] := access.contract_ids();
    v_kinds text[];
    v_wrong text;
begin
    select asked.what into v_wrong
    from unnest(p_what) as asked (what)
    where asked.what not in (select may.kind from logic.change_kind_list() as may)
    limit 1;
    if v_wrong is not null then
        perform billing.fail('LB920', jsonb_build_object(
            'what', v_wrong, 'field', 'what',
            'known', (select string_agg(may.kind, ', ') from logic.change_kind_list() as may)
        ));
    end if;
    -- What a level may not read it is refused where it asks for it, else spared.
    perform access.require(variadic may.levels)
    from logic.change_kind_list() as may
    where may.kind = any(coalesce(p_what, '{customer}'));
    v_kinds := array(
        select may.kind from logic.change_kind_list() as may
        where may.kind = any(coalesce(p_what, array[may.kind])) and access.has_level(variadic may.levels)
    );
    if p_after is not null and (v_after is null or v_after[1]::bigint > v_upto) then
        perform billing.fail('LB919', jsonb_build_object('after', p_after, 'field', 'after'));
    end if;

    v_from := v_after[1];
    if v_from is null then
        return query select v_upto::text, 'bookmark', null::text, null::text, null::text, now();
        return;
    end if;
    v_upto := least(v_upto, v_from + 20000);
    return query
    with page as materialized (
        select own.seal_no, own.at, mark.kind, mark.id, mark.op, mark.key
        from audit.tx as own
        inner join billing.change_mark as mark on mark.tx = own.tx
        where
            own.seal_no between v_from and v_upto and mark.kind = any(v_kinds)
            -- after a bookmark nothing of its transaction comes: ~ is greater than all kinds
            and (own.seal_no, mark.kind, mark.id)
            > (v_from, coalesce(v_after[2], '~') collate "C", coalesce(v_after[3]::bigint, 0))
            and (
                v_is_staff
                or case mark.kind
                    when 'customer' then mark.id = any(v_customers)
                    when 'contract' then mark.id = any(v_contracts)
                    when 'invoice' then exists (
                        select from billing.invoice
                        where invoice.invoice_id = mark.id and invoice.issued_to = any(v_customers)
                    )
                    when 'payment' then exists (
                        select from billing.payment
                        where payment.payment_id = mark.id and payment.payer_id = any(v_customers)
                    )
                    else exists (
                        select from billing.credit_block as block
                        where block.credit_block_id = mark.id and block.customer_id = any(v_customers)
                    )
                end
            )
        order by own.seal_no, mark.kind, mark.id
        limit p_limit
    )

    select
        page.seal_no || ':' || page.kind || ':' || page.id, page.kind,
        coalesce(
            customer.customer_no, contract.contract_no, invoice.invoice_no, payment.payment_id::text,
            blocked.contract_no || '/' || line.line_no, page.key
        ),
        owner.customer_no, page.op, page.at
    from page
    left join billing.customer on page.kind = 'customer' and customer.customer_id = page.id
    left join billing.contract on page.kind = 'contract' and contract.contract_id = page.id
    left join billing.invoice on page.kind = 'invoice' and invoice.invoice_id = page.id
    left join billing.payment on page.kind = 'payment' and payment.payment_id = page.id
    left join billing.credit_block as block on page.kind = 'block' and block.credit_block_id = page.id
    left join billing.contract_line as line on line.contract_line_id = block.contract_line_id
    left join billing.contract as blocked on blocked.contract_id = line.contract_id
    left join billing.customer as owner on owner.customer_id = coalesce(
        customer.customer_id, contract.customer_id, invoice.payer_id, payment.payer_id, block.customer_id
    )
    order by page.seal_no, page.kind, page.id;
    if not found and v_upto > v_from then
        return query select v_upto::text, 'bookmark', null::text, null::text, null::text, now();
    end if;
end;
$$;

comment on function logic.change_list(text, text[], integer) is
$$What changed after a cursor, in the order of the seal of the log: see api.change_list.
Example: select * from logic.change_list(null, null, 10) where false
Raises: LB901, LB919 for a cursor that was not given here, LB920 for an unknown kind$$;

-- api

create function api.change_list(
    p_after text default null, p_what text[] default null, p_limit integer default 1000
)
returns table (cursor text, kind text, key text, customer_no text, op text, at timestamptz)
language sql stable rows 100
begin atomic
    select * from logic.change_list(p_after, p_what, p_limit);
end;

comment on function api.change_list(text, text[], integer) is
$$What changed since a cursor, for a system that keeps in step: of customers (with their terms and groups),
contracts (with lines and numbers), invoices (issued; what is open of them), payments and blocks, or of those
kinds that p_what names; at most p_limit changes, in the order in which they became visible, so that a reader
who goes on after the last cursor it got misses nothing. One change for each thing that a transaction changed:
ask for it as it is now. key: customer_no, contract_no, invoice_no, number of the payment, contract_no/line_no
of the block; op: insert, update or delete; at: when its transaction began. The kind bookmark is no change:
it says how far the reader is. Without a cursor only the bookmark of now is given: take it first, then read
everything, then follow. A cursor that is none of this database's is refused.
Example: select * from api.change_list(p_what => '{customer,invoice}')
Raises: LB901, LB919, LB920$$;
grant execute on function api.change_list(text, text[], integer) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_customer, leissner_report, leissner_auditor, leissner_batch,
    leissner_integration;
