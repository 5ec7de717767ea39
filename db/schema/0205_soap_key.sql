-- The requests of an API key, found without reading everyone's: with the key as a column of audit.event,
-- because row-level security lets only plain comparisons use an index. Lock: audit.event, exclusive, which is
-- written anew.
-- Duration: four seconds per million events; each request then costs 4 µs more to log.

alter table audit.event
add column api_key text generated always as (case when kind = 'soap' then detail ->> 'key' end) stored;

create index event_request_ix on audit.event (actor, api_key, at, event_id) where kind = 'soap';

comment on column audit.event.api_key is
    'Of a request by SOAP: the title of the API key, one of the actor''s.';
comment on index audit.event_request_ix is 'What a key did last, and a page of its requests.';

create or replace function audit.event_write(p_kind text, p_subject text, p_detail jsonb)
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
            p_kind, p_subject, coalesce(p_detail, '{}'), '\x'::bytea, null
        )::audit.event).*
    ) as event;
end;

grant insert (operations, addresses, rate_limit), update (operations, addresses, rate_limit) on access.api_key
to leissner_admin;

insert into billing.message (code, language, sentence, hint) values
(
    'LB960', 'en',
    '{address} is no address and no network.',
    'Write 192.0.2.17, 192.0.2.0/24 or 2001:db8::/32.'
),
(
    'LB960', 'sv',
    '{address} är ingen adress och inget nät.',
    'Skriv 192.0.2.17, 192.0.2.0/24 eller 2001:db8::/32.'
);
