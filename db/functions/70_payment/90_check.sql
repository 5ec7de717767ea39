-- 70_payment/check: what must always hold between payments and the journal.

create function logic.check_payments()
returns table (problem text, place text)
language sql stable
begin atomic
    select 'a payment is not in the journal', 'payment ' || payment.payment_id
    from billing.payment
    where
        payment.state <> 'shown' and payment.kind <> 'reversal'
        and not exists (
            select from billing.entry where entry.payment_id = payment.payment_id and entry.kind = 'payment'
        )
    union all
    -- whatever the accounts were called when it was booked: items got what was booked and is not left
    select
        'payments booked and left do not come to what items were given',
        coalesce(paid.currency, given.currency) || ': ' || coalesce(paid.amount, 0) || ', '
        || coalesce(-given.amount, 0)
    from (
        select payment.currency, sum(payment.amount - payment.left_amount) as amount
        from billing.payment
        where payment.state <> 'shown'
        group by payment.currency
    ) as paid
    full join (
        select part.currency, sum(part.amount) as amount
        from billing.entry
        left join billing.entry as back on back.entry_id = entry.reverses_id
        inner join billing.entry_row as part
            on part.entry_id = entry.entry_id and part.open_item_id is not null
        where
            entry.payment_id is not null
            and 'difference' not in (entry.kind, coalesce(back.kind, entry.kind))
        group by part.currency
    ) as given on given.currency = paid.currency
    where coalesce(paid.amount, 0) <> -coalesce(given.amount, 0)
    union all
    select 'a file has not the payments that were counted', 'payment file ' || file.payment_file_id
    from billing.payment_file as file
    where
        file.state = 'loaded' and not file.counts ?| '{reconciled,missing}'
        and (file.counts ->> 'payments')::bigint <> coalesce((file.counts ->> 'duplicates')::bigint, 0) + (
            select count(*) from billing.payment where payment.payment_file_id = file.payment_file_id
        );
end;

comment on function logic.check_payments() is
$$Payments that are not booked, or not as the journal says; no row is healthy.
Example: select * from logic.check_payments()
Raises: nothing$$;
