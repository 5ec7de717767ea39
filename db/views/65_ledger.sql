-- Reports of what payers owe, beside those of REPORTS.md. In the operator's currency, at the rates of the
-- documents.

create function report.ageing(p_as_of date default logic.today())
returns table (
    customer_no text, name text, not_due numeric, late_1_30 numeric, late_31_60 numeric, late_61_90 numeric,
    late_over_90 numeric, total numeric
)
language sql stable parallel safe rows 10000
begin atomic
    -- (select p_as_of): the day is an expression where it is not given, asked once
    select
        payer.customer_no, payer.name, owed.not_due, owed.late_1_30, owed.late_31_60, owed.late_61_90,
        owed.late_over_90,
        owed.not_due + owed.late_1_30 + owed.late_31_60 + owed.late_61_90 + owed.late_over_90
    from (
        select
            part.payer_id,
            round(coalesce(sum(part.base) filter (where part.days <= 0), 0), 2) as not_due,
            round(coalesce(sum(part.base) filter (where part.days between 1 and 30), 0), 2) as late_1_30,
            round(coalesce(sum(part.base) filter (where part.days between 31 and 60), 0), 2) as late_31_60,
            round(coalesce(sum(part.base) filter (where part.days between 61 and 90), 0), 2) as late_61_90,
            round(coalesce(sum(part.base) filter (where part.days > 90), 0), 2) as late_over_90
        from (
            -- What is open now, and what was booked since taken back: how much is settled is no matter.
            select item.payer_id, coalesce((select p_as_of) - item.due_on, 0) as days, item.open_base as base
            from billing.open_item as item
            where item.open <> 0
            union all
            select item.payer_id, coalesce((select p_as_of) - item.due_on, 0), -later.base
            from billing.entry
            inner join billing.entry_row as later on later.entry_id = entry.entry_id
            inner join billing.open_item as item on item.open_item_id = later.open_item_id
            where entry.entry_on > (select p_as_of)
        ) as part
        group by part.payer_id
    ) as owed
    inner join billing.customer as payer on payer.customer_id = owed.payer_id
    where
        (owed.not_due, owed.late_1_30, owed.late_31_60, owed.late_61_90, owed.late_over_90)
        <> (0, 0, 0, 0, 0)
    order by payer.customer_no collate "C";
end;

comment on function report.ageing(date) is
$$What each payer owed at the end of a day, by how late it was: today, or any day before, as it was booked.
Credits and advances that are not used yet count as not due.
Sums: not_due, late_1_30, late_31_60, late_61_90, late_over_90, total
Example: select * from report.ageing('2026-10-31')
Raises: nothing$$;

create function report.days_sales_outstanding(p_as_of date default logic.today())
returns table (day date, receivable numeric, billed numeric, days numeric)
language sql stable parallel safe rows 13
begin atomic
    with asked as materialized (select p_as_of as day),

    day as (
        select distinct least(
            (date_trunc('month', asked.day::timestamp) - make_interval(months => back.back - 1))::date - 1,
            asked.day
        ) as day
        from asked
        cross join generate_series(0, 12) as back (back)
    ),

    booked as materialized (
        select
            entry.entry_on, sum(part.base) as base,
            coalesce(sum(part.base) filter (where entry.kind in ('invoice', 'credit')), 0) as billed
        from asked
        inner join billing.entry on entry.entry_on > (asked.day - interval '13 months')::date - 90
        inner join billing.entry_row as part on part.entry_id = entry.entry_id
        where part.open_item_id is not null
        group by entry.entry_on
    )

    select
        found.day, round(found.receivable, 2), round(found.billed, 2),
        round(logic.divide(found.receivable * 90, nullif(found.billed, 0)), 1)
    from (
        select
            day.day,
            coalesce((select sum(item.open_base) from billing.open_item as item where item.open <> 0), 0)
            - coalesce(sum(booked.base) filter (where booked.entry_on > day.day), 0) as receivable,
            coalesce(sum(booked.billed) filter (
                where booked.entry_on > day.day - 90 and booked.entry_on <= day.day
            ), 0) as billed
        from day
        left join booked on true
        group by day.day
    ) as found
    order by found.day;
end;

comment on function report.days_sales_outstanding(date) is
$$How many days of sales payers owed, on a day and at the ends of the twelve months before it: what was open,
less credits and advances, of what was billed with VAT in the 90 days up to it, times 90.
Example: select * from report.days_sales_outstanding('2026-10-31')
Raises: nothing$$;

grant execute on function report.ageing(date), report.days_sales_outstanding(date) to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;
