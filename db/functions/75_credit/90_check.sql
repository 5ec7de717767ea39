-- 75_credit/check: what is always true of blocks and orders, proven on the live data.

create function logic.check_credit()
returns table (problem text, place text)
language sql stable
begin atomic
    -- a block that the switch was not told, or the other way round
    select
        case
            when due.scope is null then 'it is open, and the last order to the switch blocks it'
            else format('%s is blocked, and the last order to the switch does not say so', due.scope)
        end,
        format('contract %s line %s', contract.contract_no, line.line_no)
    from logic.order_due_list(null, logic.today()) as due
    inner join billing.contract_line as line on line.contract_line_id = due.contract_line_id
    inner join billing.contract on contract.contract_id = line.contract_id
    where due.scope is distinct from (
        select given.scope from billing.credit_order as given
        where given.contract_line_id = due.contract_line_id
        order by given.credit_order_id desc
        limit 1
    )
    union all
    -- what policies have set for payers that they hold nothing against
    select
        'it is blocked by a policy, and nothing is held against its payer', 'customer ' || payer.customer_no
    from billing.credit_block as block
    inner join billing.customer as payer on payer.customer_id = block.payer_id
    left join billing.credit_state as state on state.payer_id = block.payer_id and state.stage = 'blocked'
    where block.origin = 'policy' and block.lifted_at is null and state.payer_id is null
    group by payer.customer_no
    union all
    select 'emergency is not exempt', 'order ' || given.credit_order_id
    from billing.credit_order as given
    where '112' <> all(given.exempt);
end;

comment on function logic.check_credit() is
$$What is wrong with blocks and orders to the switch; no row is healthy.
Example: select * from logic.check_credit()
Raises: nothing$$;
