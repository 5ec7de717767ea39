-- The seal of the log: what a transaction wrote is found by its moment (offset 0), not by reading the whole
-- log, which took 0.6 s after each write of a page where a million rows had been imported that month.
-- Lock: none that anyone waits for. Duration: a moment.

create or replace function audit.tx_content(p_from bigint, p_to bigint)
returns table (tx bigint, rows jsonb, digest bytea)
language sql stable rows 1000
begin atomic
    with written as (
        select
            own.tx,
            change.table_name,
            change.change_id as id,
            change.digest
        from audit.tx as own
        cross join lateral (
            select one.table_name, one.change_id, one.digest
            from audit.change as one where one.at = own.at and one.tx = own.tx
            offset 0
        ) as change
        where own.tx between p_from and p_to
        union all
        select
            own.tx,
            'event' as table_name,
            event.event_id as id,
            event.digest
        from audit.tx as own
        cross join lateral (
            select one.event_id, one.digest from audit.event as one where one.at = own.at and one.tx = own.tx
            offset 0
        ) as event
        where own.tx between p_from and p_to
    ),

    per_table as (
        select
            written.tx,
            written.table_name,
            count(*) as count,
            string_agg(written.digest, ''::bytea order by written.id) as digests
        from written
        group by written.tx, written.table_name
    )

    select
        own.tx,
        coalesce(
            jsonb_object_agg(per_table.table_name, per_table.count) filter (where per_table.tx is not null),
            '{}'
        ),
        sha256(coalesce(
            string_agg(per_table.digests, ''::bytea order by per_table.table_name collate "C"), ''::bytea
        ))
    from audit.tx as own
    left join per_table on own.tx = per_table.tx
    where own.tx between p_from and p_to
    group by own.tx;
end;
