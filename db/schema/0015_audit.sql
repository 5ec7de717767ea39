-- The sealed log. Writers add rows with a digest each and wait for nobody. A sealer chains finished
-- transactions seconds later: digest of a transaction = hash of its rows' digests in order of table name and
-- number; head = hash of the head before and that digest. The order is stored (seal_no), so all of it can be
-- computed again. Lock: none that anyone waits for. Duration: under a second.

create table audit.tx (
    tx bigint generated always as identity,
    xid xid8 not null default pg_current_xact_id(),
    at timestamptz not null default transaction_timestamp(),
    seal_no bigint,
    sealed_at timestamptz,
    rows jsonb,
    digest bytea,
    head bytea,
    constraint tx_pk primary key (tx),
    constraint tx_seal_uq unique (seal_no),
    constraint tx_xid_uq unique (xid, at),
    constraint tx_seal_ck check (num_nulls(seal_no, sealed_at, rows, digest, head) in (0, 5))
);

create index tx_unsealed_ix on audit.tx (tx) where seal_no is null;

comment on table audit.tx is
    'A transaction that wrote to the log, by a number of our own, and its place in the chain.';
comment on column audit.tx.tx is
    'Number of the transaction; survives dump and restore, which the server''s own does not.';
comment on column audit.tx.xid is 'The server''s number of the transaction, to find the row again within it.';
comment on column audit.tx.at is 'When the transaction began; its rows in the log have the same time.';
comment on column audit.tx.seal_no is 'Place in the chain, without gaps; NULL until sealed.';
comment on column audit.tx.sealed_at is 'When it was sealed.';
comment on column audit.tx.rows is 'How many rows of the log it wrote, per table (events under "event").';
comment on column audit.tx.digest is 'SHA-256 of the digests of those rows, by table name and number.';
comment on column audit.tx.head is 'SHA-256 of the head before it and this digest.';
comment on constraint tx_pk on audit.tx is 'The number of a transaction is unique.';
comment on constraint tx_seal_uq on audit.tx is 'A place in the chain is taken once.';
comment on constraint tx_xid_uq on audit.tx is 'A transaction has one number.';
comment on constraint tx_seal_ck on audit.tx is 'A transaction is sealed wholly or not at all.';

create sequence audit.change_id_seq;
comment on sequence audit.change_id_seq is
    'Numbers of audit.change; taken before the insert, because the digest covers them.';

create table audit.change (
    change_id bigint not null,
    at timestamptz not null,
    tx bigint not null,
    actor text not null,
    level text not null,
    login text not null,
    client text not null,
    op text not null,
    table_name text not null,
    pk jsonb not null,
    old jsonb,
    new jsonb,
    salt uuid,
    content bytea not null,
    digest bytea not null,
    constraint change_pk primary key (at, change_id),
    constraint change_op_ck check (op in ('insert', 'update', 'delete', 'truncate'))
) partition by range (at);

create index change_pk_ix on audit.change using hash (pk);
create index change_at_ix on audit.change using brin (at);

comment on table audit.change is
    'Who changed which row from what to what, and when; append-only for everyone.';
comment on column audit.change.change_id is 'Number of the row.';
comment on column audit.change.at is 'When its transaction began.';
comment on column audit.change.tx is 'The transaction (audit.tx).';
comment on column audit.change.actor is
    'Who: user of the session, else the person at the command line, else the login.';
comment on column audit.change.level is 'Permission level acted with.';
comment on column audit.change.login is 'Database login.';
comment on column audit.change.client is 'Where from.';
comment on column audit.change.op is 'insert, update, delete or truncate.';
comment on column audit.change.table_name is 'The table, with its schema.';
comment on column audit.change.pk is 'Primary key of the row; {} for truncate.';
comment on column audit.change.old is
    'The row before; on update only the columns that changed. NULL when redacted.';
comment on column audit.change.new is
    'The row after; on update only the columns that changed. NULL when redacted.';
comment on column audit.change.salt is
    'Random, so that the digest of redacted content cannot be guessed; NULL when redacted.';
comment on column audit.change.content is 'SHA-256 of salt, old and new; stays when they are redacted.';
comment on column audit.change.digest is 'SHA-256 of everything else in the row, content included.';
comment on constraint change_pk on audit.change is 'The number of a change is unique.';
comment on constraint change_op_ck on audit.change is 'A change is an insert, update, delete or truncate.';

create sequence audit.event_id_seq;
comment on sequence audit.event_id_seq is
    'Numbers of audit.event; taken before the insert, because the digest covers them.';

create table audit.event (
    event_id bigint not null,
    at timestamptz not null,
    tx bigint not null,
    actor text not null,
    level text not null,
    login text not null,
    client text not null,
    kind text not null,
    subject text,
    detail jsonb not null,
    digest bytea not null,
    constraint event_pk primary key (event_id)
);

create index event_at_ix on audit.event (at, event_id);
create index event_kind_ix on audit.event (kind, subject);

comment on table audit.event is
    'What happened that is no change of a row: logins, exports, looks at call details, job runs.';
comment on column audit.event.event_id is 'Number of the event.';
comment on column audit.event.at is 'When its transaction began.';
comment on column audit.event.tx is 'The transaction (audit.tx).';
comment on column audit.event.actor is
    'Who: user of the session, else the person at the command line, else the login.';
comment on column audit.event.level is 'Permission level acted with.';
comment on column audit.event.login is 'Database login.';
comment on column audit.event.client is 'Where from.';
comment on column audit.event.kind is 'What: login, export, call_list, load …';
comment on column audit.event.subject is 'About whom or what.';
comment on column audit.event.detail is 'Particulars: counts, sums, parameters.';
comment on column audit.event.digest is 'SHA-256 of everything else in the row.';
comment on constraint event_pk on audit.event is 'The number of an event is unique.';

create table audit.exempt (
    table_name text not null,
    why text not null,
    constraint exempt_pk primary key (table_name)
);

comment on table audit.exempt is
    'Tables of billing and access whose changes are not logged row by row, and why.';
comment on column audit.exempt.table_name is 'The table, with its schema.';
comment on column audit.exempt.why is 'Why not.';
comment on constraint exempt_pk on audit.exempt is 'A table is exempt once.';

insert into billing.message (code, language, sentence, hint) values
('LB911', 'en', 'Table {table} has no primary key, so its changes cannot be logged.', null),
('LB911', 'sv', 'Tabellen {table} saknar primärnyckel, så dess ändringar kan inte loggas.', null),
('LB912', 'en', 'The log is append-only: {op} on {table} is refused.', null),
('LB912', 'sv', 'Loggen kan bara utökas: {op} på {table} vägras.', null),
('LB913', 'en', 'A redaction needs a reason.', null),
('LB913', 'sv', 'En maskning kräver ett skäl.', null),
('LB914', 'en', 'There is no change {change_id} in the log whose content could be redacted.', null),
('LB914', 'sv', 'Det finns ingen ändring {change_id} i loggen vars innehåll kan maskas.', null),
('LB915', 'en', 'The event kind {kind} is written by the log itself.', null),
('LB915', 'sv', 'Händelsen {kind} skrivs av loggen själv.', null);

-- Digests ---------------------------------------------------------------------------------------------------

create function audit.content_digest(p_salt uuid, p_old jsonb, p_new jsonb)
returns bytea
language sql immutable parallel safe
return sha256(convert_to(
    coalesce(p_salt::text, '') || coalesce(p_old::text, 'null') || chr(10) || coalesce(p_new::text, 'null'),
    'UTF8'
));

comment on function audit.content_digest(uuid, jsonb, jsonb) is $$Digest of what a change says: salt, old and
new.
Example: select audit.content_digest(null, null, '{"name": "A"}')
Raises: nothing$$;

-- The text form of an array is quoted, so that no two rows give the same text.
create function audit.row_digest(variadic p_fields text[])
returns bytea
language sql stable parallel safe
return sha256(convert_to(p_fields::text, 'UTF8'));

comment on function audit.row_digest(text[]) is $$Digest of a row of the log from its fields.
Example: select audit.row_digest('1', 'a')
Raises: nothing$$;

create function audit.change_digest(p_row audit.change)
returns bytea
language sql stable parallel safe
return audit.row_digest(
    p_row.change_id::text, (extract(epoch from p_row.at) * 1000000)::bigint::text, p_row.tx::text,
    p_row.actor, p_row.level, p_row.login, p_row.client, p_row.op, p_row.table_name, p_row.pk::text,
    p_row.content::text
);

comment on function audit.change_digest(audit.change) is $$The digest a row of audit.change must have.
Example: select count(*) from audit.change as change where change.digest <> audit.change_digest(change)
Raises: nothing$$;

create function audit.event_digest(p_row audit.event)
returns bytea
language sql stable parallel safe
return audit.row_digest(
    p_row.event_id::text, (extract(epoch from p_row.at) * 1000000)::bigint::text, p_row.tx::text, p_row.actor,
    p_row.level, p_row.login, p_row.client, p_row.kind, p_row.subject, p_row.detail::text
);

comment on function audit.event_digest(audit.event) is $$The digest a row of audit.event must have.
Example: select count(*) from audit.event as event where event.digest <> audit.event_digest(event)
Raises: nothing$$;

-- Writing ---------------------------------------------------------------------------------------------------

-- Who and where, the same for every row of a transaction; gives the transaction its number on first use.
create function audit.tx_current()
returns table (tx bigint, actor text, level text, login text, client text)
language plpgsql volatile security definer rows 1
set search_path = pg_catalog, pg_temp
as $$
begin
    select own.tx into tx
    from audit.tx as own
    where own.xid = pg_current_xact_id() and own.at = transaction_timestamp();
    if tx is null then
        insert into audit.tx as own default values returning own.tx into tx;
    end if;
    -- Who says to be another person at the command line is believed only without a token, and stays in
    -- `login`.
    actor := coalesce(
        (select context.name from access.session_context() as context),
        case
            when not exists (select from access.service_login as service where service.login = session_user)
                then nullif(current_setting('app.actor', true), '')
        end,
        session_user
    );
    level := access.level_current();
    login := session_user;
    client := concat_ws(
        ' ', coalesce(host(inet_client_addr()), 'local'), nullif(current_setting('app.client', true), '')
    );
    return next;
end
$$;

comment on function audit.tx_current() is $$Number of the running transaction in the log, and who and where.
It checks no permission: it answers about the caller only.
Example: select actor, level from audit.tx_current()
Raises: nothing$$;

-- Partitions are made ahead by the sealer; this is for the first row of a month that it did not foresee.
-- Attaching takes a lock that lets other writers go on.
create function audit.partition_add(p_at timestamptz)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_from constant timestamp := date_trunc('month', p_at at time zone 'UTC');
    v_name constant text := 'change_' || to_char(v_from, 'YYYY_MM');
begin
    if to_regclass('audit.' || v_name) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('audit.partition_add', 0));
    if to_regclass('audit.' || v_name) is not null then
        return;
    end if;
    execute format(
        'create table audit.%1$I (like audit.change including all);
        create trigger _10_append_only_truncate before truncate on audit.%1$I
        for each statement execute function audit.tg_append_only();
        alter table audit.%1$I enable always trigger _10_append_only_truncate;
        alter table audit.%1$I enable row level security;
        alter table audit.change attach partition audit.%1$I for values from (%2$L) to (%3$L);',
        v_name, v_from at time zone 'UTC', (v_from + interval '1 month') at time zone 'UTC'
    );
end
$$;

comment on function audit.partition_add(timestamptz) is $$Makes the partition of audit.change for a month,
where it is missing. Not granted to anyone.
It checks no permission: it changes nothing anyone sees.
Raises: nothing$$;

-- The statements run by `execute`: static PL/pgSQL would keep the plan of its first, small use for an update
-- of many thousand rows in the same session (minutes instead of a quarter of a second).
create function audit.tg_change()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_tx record;
    v_rows text;
    v_is_empty boolean;
begin
    v_rows := case tg_op
        when 'INSERT' then format(
            'select %s as pk, ''insert'' as op, null::jsonb as old, to_jsonb(new_row) as new
            from new_rows as new_row', tg_argv[1]
        )
        when 'DELETE' then format(
            'select %s as pk, ''delete'' as op, to_jsonb(old_row) as old, null::jsonb as new
            from old_rows as old_row', tg_argv[0]
        )
        -- A row whose key changed is a delete and an insert; a row that stayed the same is left out.
        when 'UPDATE' then format(
            'select
                coalesce(old_row.pk, new_row.pk) as pk,
                case
                    when new_row.pk is null then ''delete''
                    when old_row.pk is null then ''insert''
                    else ''update''
                end as op,
                case when new_row.pk is null then old_row.row else diff.old end as old,
                case when old_row.pk is null then new_row.row else diff.new end as new
            from (select %s as pk, to_jsonb(old_row) as row from old_rows as old_row) as old_row
            full join (select %s as pk, to_jsonb(new_row) as row from new_rows as new_row) as new_row
                on old_row.pk = new_row.pk
            cross join lateral (
                select jsonb_object_agg(key, value) as old, jsonb_object_agg(key, new_row.row -> key) as new
                from jsonb_each(old_row.row)
                where new_row.row -> key is distinct from value
            ) as diff
            where old_row.row is distinct from new_row.row', tg_argv[0], tg_argv[1]
        )
        else 'select ''{}''::jsonb as pk, ''truncate'' as op, null::jsonb as old, null::jsonb as new'
    end;
    execute case tg_op
        when 'INSERT' then 'select not exists (select from new_rows)'
        when 'UPDATE' then 'select not exists (select from new_rows)'
        when 'DELETE' then 'select not exists (select from old_rows)'
        else 'select false'
    end into v_is_empty;
    if v_is_empty then
        return null;
    end if;
    select * into v_tx from audit.tx_current();
    perform audit.partition_add(transaction_timestamp());
    execute format(
        'insert into audit.change (
            change_id, at, tx, actor, level, login, client, op, table_name, pk, old, new, salt, content,
            digest
        )
        select
            full_row.change_id, full_row.at, full_row.tx, full_row.actor, full_row.level, full_row.login,
            full_row.client, full_row.op, full_row.table_name, full_row.pk, full_row.old, full_row.new,
            full_row.salt, full_row.content,
            audit.row_digest(
                full_row.change_id::text, $7, full_row.tx::text, full_row.actor, full_row.level,
                full_row.login, full_row.client, full_row.op, full_row.table_name, full_row.pk::text,
                full_row.content::text
            )
        from (
            select
                numbered.*, transaction_timestamp() as at, $1 as tx, $2 as actor, $3 as level, $4 as login,
                $5 as client, $6 as table_name,
                audit.content_digest(numbered.salt, numbered.old, numbered.new) as content
            from (
                select nextval(''audit.change_id_seq'') as change_id, gen_random_uuid() as salt, changed.*
                from (%s) as changed
                offset 0
            ) as numbered
            offset 0
        ) as full_row', v_rows
    ) using
        v_tx.tx, v_tx.actor, v_tx.level, v_tx.login, v_tx.client, tg_table_schema || '.' || tg_table_name,
        (extract(epoch from transaction_timestamp()) * 1000000)::bigint::text;
    return null;
end
$$;

comment on function audit.tg_change() is $$Trigger function: writes what a statement changed to audit.change.
It checks no permission: a trigger runs for whoever may change the table.
Raises: nothing$$;

create function audit.event_add(p_kind text, p_subject text, p_detail jsonb)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if p_kind = 'redact' then
        perform billing.fail('LB915', jsonb_build_object('kind', p_kind));
    end if;
    perform audit.event_write(p_kind, p_subject, p_detail);
end
$$;

comment on function audit.event_add(text, text, jsonb) is $$Writes an event to the log, for the user of the
session.
It checks no permission: everyone leaves traces, and the log says whose.
Example: select audit.event_add('export', 'calls', '{"rows": 3}')
Raises: LB915$$;

create function audit.event_write(p_kind text, p_subject text, p_detail jsonb)
returns void
language sql volatile
begin atomic
    insert into audit.event (event_id, at, tx, actor, level, login, client, kind, subject, detail, digest)
    select
        event.event_id,
        event.at,
        event.tx,
        event.actor,
        event.level,
        event.login,
        event.client,
        event.kind,
        event.subject,
        event.detail,
        audit.event_digest(event)
    from (
        select
            nextval('audit.event_id_seq') as event_id,
            own.*
        from audit.tx_current() as own
    ) as own
    cross join lateral (
        select (row(
            own.event_id, transaction_timestamp(), own.tx, own.actor, own.level, own.login, own.client,
            p_kind, p_subject, coalesce(p_detail, '{}'), '\x'::bytea
        )::audit.event).*
    ) as event;
end;

comment on function audit.event_write(text, text, jsonb) is $$Writes an event of any kind. Not granted to
anyone.
Raises: nothing$$;

-- Append-only -----------------------------------------------------------------------------------------------

-- Two updates are no change of what was said: sealing a transaction, and a redaction that was written down
-- first.
create function audit.tg_append_only()
returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'UPDATE' and tg_table_name = 'tx' then
        if old.seal_no is null and new.seal_no is not null
            and (new.tx, new.xid, new.at) = (old.tx, old.xid, old.at)
        then
            return new;
        end if;
    elsif tg_op = 'UPDATE' and tg_table_name <> 'event' then
        if num_nonnulls(new.old, new.new, new.salt) = 0
            and (
                to_jsonb(new) - array['old', 'new', 'salt'] = to_jsonb(old) - array['old', 'new', 'salt']
            )
            and exists (
                select from audit.event as event
                where
                    event.kind = 'redact' and event.subject = old.change_id::text
                    and event.tx = (select own.tx from audit.tx_current() as own)
            )
        then
            return new;
        end if;
    end if;
    perform billing.fail('LB912', jsonb_build_object('op', lower(tg_op), 'table', 'audit.' || tg_table_name));
    return null;
end
$$;

comment on function audit.tg_append_only() is $$Trigger function: refuses to change or delete what is in the
log, for the owner too.
Raises: LB912$$;

do $$
declare
    v_table text;
begin
    -- A loop over three tables: triggers are made one statement each. ALWAYS: also where replication replays.
    foreach v_table in array array['tx', 'change', 'event'] loop
        execute format(
            'create trigger _10_append_only before update or delete on audit.%1$I
            for each row execute function audit.tg_append_only();
            create trigger _10_append_only_truncate before truncate on audit.%1$I
            for each statement execute function audit.tg_append_only();
            alter table audit.%1$I enable always trigger _10_append_only;
            alter table audit.%1$I enable always trigger _10_append_only_truncate;',
            v_table
        );
    end loop;
end
$$;

create function audit.redact(p_change_id bigint, p_reason text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin');
    if coalesce(trim(p_reason), '') = '' then
        perform billing.fail('LB913');
    end if;
    if not exists (
        select from audit.change as change where change.change_id = p_change_id and change.salt is not null
    ) then
        perform billing.fail('LB914', jsonb_build_object('change_id', p_change_id));
    end if;
    perform audit.event_write('redact', p_change_id::text, jsonb_build_object('reason', p_reason));
    update audit.change set old = null, new = null, salt = null where change_id = p_change_id;
end
$$;

comment on function audit.redact(bigint, text) is $$Blanks old and new of a change for good, with a reason;
who, when and which row stay, and so does the chain.
Example: select audit.redact(17, 'Erasure asked for on 2026-11-20') where false
Raises: LB901, LB913, LB914$$;

-- Sealing ---------------------------------------------------------------------------------------------------

-- What a transaction wrote, from its rows as they are now: the sealer stores it, the check computes it again.
create function audit.tx_content(p_from bigint, p_to bigint)
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
        inner join audit.change as change on change.at = own.at and change.tx = own.tx
        where own.tx between p_from and p_to
        union all
        select
            own.tx,
            'event' as table_name,
            event.event_id as id,
            event.digest
        from audit.tx as own
        inner join audit.event as event on event.at = own.at and event.tx = own.tx
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

comment on function audit.tx_content(bigint, bigint) is $$Rows per table and their common digest, for
transactions of the log by number.
Example: select tx, rows from audit.tx_content(1, 10)
Raises: nothing$$;

-- One sealer at a time; a second one leaves at once. The running transaction may write more, so it waits. At
-- most 10 000 transactions, so that a long backlog is many short transactions.
create function audit.seal()
returns table (seal_no bigint, head bytea, sealed bigint)
language plpgsql volatile security definer rows 1
set search_path = pg_catalog, pg_temp
as $$
declare
    v_seal_no bigint;
    v_head bytea;
    v_sealed bigint := 0;
    v_tx record;
begin
    perform audit.partition_add(now());
    perform audit.partition_add(now() + interval '14 days');
    if not pg_try_advisory_xact_lock(hashtextextended('audit.seal', 0)) then
        return;
    end if;
    select coalesce(max(own.seal_no), 0) into v_seal_no from audit.tx as own;
    select own.head into v_head from audit.tx as own where own.seal_no = v_seal_no;
    -- A loop, because each head needs the one before it.
    for v_tx in
        select content.*
        from (
            select own.tx
            from audit.tx as own
            where own.seal_no is null and own.xid is distinct from pg_current_xact_id_if_assigned()
            order by own.tx
            limit 10000
        ) as unsealed
        cross join lateral audit.tx_content(unsealed.tx, unsealed.tx) as content
        order by unsealed.tx
    loop
        v_seal_no := v_seal_no + 1;
        v_head := sha256(coalesce(v_head, ''::bytea) || v_tx.digest);
        v_sealed := v_sealed + 1;
        update audit.tx as own
        set
            seal_no = v_seal_no, sealed_at = clock_timestamp(), rows = v_tx.rows, digest = v_tx.digest,
            head = v_head
        where own.tx = v_tx.tx;
    end loop;
    if v_seal_no > 0 then
        return query select v_seal_no, v_head, v_sealed;
    end if;
end
$$;

comment on function audit.seal() is $$Chains the finished transactions that are not sealed yet; gives the
newest place and head, to be kept outside too.
No row: another sealer is at work, or the log is empty. It checks no permission: sealing harms nobody.
Example: select seal_no, head, sealed from audit.seal()
Raises: nothing$$;

-- Switching on ----------------------------------------------------------------------------------------------

create function audit.enable(p_table regclass)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_key text;
    v_event record;
begin
    select string_agg(
        format('%L, %%1$s.%I', attribute.attname, attribute.attname), ', ' order by key.position
    )
    into v_key
    from pg_index as index
    cross join lateral unnest(index.indkey::int2[]) with ordinality as key (attnum, position)
    inner join pg_attribute as attribute
        on index.indrelid = attribute.attrelid and attribute.attnum = key.attnum
    where index.indrelid = p_table and index.indisprimary;
    if v_key is null then
        perform billing.fail('LB911', jsonb_build_object('table', p_table::text));
    end if;
    v_key := 'jsonb_build_object(' || v_key || ')';
    -- A loop over four triggers: PostgreSQL allows transition tables on one event per trigger. ALWAYS: also
    -- where replication replays.
    for v_event in
        select *
        from (
            values
            ('insert', 'referencing new table as new_rows'),
            ('update', 'referencing old table as old_rows new table as new_rows'),
            ('delete', 'referencing old table as old_rows'),
            ('truncate', '')
        ) as event (op, transition)
    loop
        execute format(
            'create or replace trigger %1$I after %2$s on %3$s %4$s
            for each statement execute function audit.tg_change(%5$L, %6$L);',
            '_90_audit_' || v_event.op, v_event.op, p_table, v_event.transition,
            format(v_key, 'old_row'), format(v_key, 'new_row')
        );
        execute format('alter table %s enable always trigger %I', p_table, '_90_audit_' || v_event.op);
    end loop;
end
$$;

comment on function audit.enable(regclass) is $$Logs every change of a table from now on. For the owner; not
granted to anyone.
Raises: LB911$$;

-- Who reads and writes --------------------------------------------------------------------------------------

grant execute on function audit.event_add(text, text, jsonb) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_customer, leissner_report, leissner_auditor, leissner_batch,
    leissner_integration;
grant execute on function audit.seal() to
    leissner_admin, leissner_batch, leissner_auditor, leissner_cli, leissner_web;
grant usage on schema audit to leissner_cli, leissner_web;
grant execute on function audit.redact(bigint, text) to leissner_admin;
grant select on audit.tx, audit.change, audit.event, audit.exempt to leissner_admin, leissner_auditor;

alter table audit.tx enable row level security;
alter table audit.change enable row level security;
alter table audit.event enable row level security;
alter table audit.exempt enable row level security;

create policy tx_select_auditor on audit.tx for select to leissner_admin, leissner_auditor
using ((select access.has_level('auditor')));
create policy change_select_auditor on audit.change for select to leissner_admin, leissner_auditor
using ((select access.has_level('auditor')));
create policy event_select_auditor on audit.event for select to leissner_admin, leissner_auditor
using ((select access.has_level('auditor')));
create policy exempt_select_auditor on audit.exempt for select to leissner_admin, leissner_auditor
using ((select access.has_level('auditor')));

comment on policy tx_select_auditor on audit.tx is 'Admin and auditor read the log.';
comment on policy change_select_auditor on audit.change is 'Admin and auditor read the log.';
comment on policy event_select_auditor on audit.event is 'Admin and auditor read the log.';
comment on policy exempt_select_auditor on audit.exempt is 'Admin and auditor read what is not logged.';

select audit.partition_add(now());
