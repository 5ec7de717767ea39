-- 10_access: users, passwords, sessions, API keys. Callers: login of web and SOAP, `leissner user`, user
-- screens. A password never comes here: Python makes its argon2id hash with the salt of login_begin, and the
-- database compares the SHA-256 of that. So the web's login can neither read a hash nor open a session
-- without a password.

create function logic.user_find(p_name text)
returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_user_id bigint;
begin
    select app_user.app_user_id into v_user_id
    from access.app_user as app_user
    where app_user.name = lower(p_name);
    if v_user_id is null then
        perform billing.fail('LB903', jsonb_build_object('name', p_name));
    end if;
    return v_user_id;
end
$$;

comment on function logic.user_find(text) is $$Key of the user with a name, as far as the caller may see
users.
Example: select logic.user_find(app_user.name) from access.app_user as app_user
Raises: LB903$$;

create function logic.token_make()
returns text
language sql volatile parallel safe
return replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');

comment on function logic.token_make() is $$A new token: 244 random bits as 64 hexadecimal digits.
Example: select length(logic.token_make())
Raises: nothing$$;

-- Attempts are counted before the password is looked at, so that many at once get no more tries than one
-- after the other; the row locks are held for this short transaction only. Five are free for a name and fifty
-- for an address (many people share one), then the wait doubles up to a quarter of an hour; a day without an
-- attempt forgets.
create function logic.login_begin(p_name text, p_client text)
returns table (salt bytea, cost text)
language plpgsql volatile security definer rows 1
set search_path = pg_catalog, pg_temp
as $$
declare
    v_wait_s int;
begin
    with attempt as (
        insert into access.login_throttle as throttle (who, attempts, last_at)
        select who.who, 1, clock_timestamp()
        from (values ('client:' || coalesce(p_client, 'local')), ('name:' || lower(p_name))) as who (who)
        order by who.who
        on conflict (who) do update
        set
            attempts = case
                when throttle.last_at < clock_timestamp() - interval '1 day' then 1
                else throttle.attempts + 1
            end,
            last_at = clock_timestamp()
        returning
            old.last_at,
            old.attempts - case when new.who like 'name:%' then 5 else 50 end as beyond_free
    )

    select ceil(max(
        least(1 << least(attempt.beyond_free, 10), 900) - extract(epoch from now() - attempt.last_at)
    ))
    into v_wait_s
    from attempt
    where attempt.beyond_free >= 0 and attempt.last_at > clock_timestamp() - interval '1 day';
    if v_wait_s > 0 then
        perform billing.fail('LB902', jsonb_build_object('seconds', v_wait_s));
    end if;

    -- A name without password gets a salt too, always the same, made with something nobody can read, so that
    -- the answer does not tell whether there is such a user.
    return query
    select
        coalesce(
            own.salt,
            substring(sha256(coalesce(any_password.verifier, ''::bytea) || convert_to(p_name, 'UTF8')) for 16)
        ),
        coalesce(own.cost, any_password.cost, 'argon2id m=65536 t=3 p=4')
    from (select) as always
    left join (
        select password.salt, password.cost
        from access.app_user as app_user
        inner join access.password as password on app_user.app_user_id = password.app_user_id
        where app_user.name = lower(p_name)
    ) as own on true
    left join (
        select password.verifier, password.cost
        from access.password as password
        order by password.app_user_id
        limit 1
    ) as any_password on true;
end
$$;

comment on function logic.login_begin(text, text) is $$Counts an attempt to log in and gives the salt and cost
to hash the password with. Commit before going on.
It checks no permission: who logs in has none yet.
Example: select salt, cost from logic.login_begin('anna', '192.0.2.1')
Raises: LB902$$;

create function logic.login_end(p_name text, p_digest bytea, p_client text, p_level text)
returns table (token text, level text, expires_at timestamptz)
language plpgsql volatile security definer rows 1
set search_path = pg_catalog, pg_temp
as $$
declare
    v_user access.app_user;
    v_token constant text := logic.token_make();
begin
    select app_user.* into v_user
    from access.app_user as app_user
    inner join access.password as password on app_user.app_user_id = password.app_user_id
    where app_user.name = lower(p_name) and password.verifier = sha256(p_digest) and not app_user.is_disabled;
    if v_user.app_user_id is null then
        perform audit.event_add('login_failed', lower(p_name), jsonb_build_object('client', p_client));
        return;
    end if;
    if p_level <> all (v_user.levels) then
        perform billing.fail('LB906', jsonb_build_object('name', v_user.name, 'level', p_level));
    end if;
    delete from access.login_throttle as throttle where throttle.who = 'name:' || v_user.name;
    update access.login_throttle as throttle
    set attempts = greatest(throttle.attempts - 1, 0)
    where throttle.who = 'client:' || coalesce(p_client, 'local');
    insert into access.session as session (token_hash, app_user_id, level, client, expires_at)
    values (
        access.token_hash(v_token), v_user.app_user_id, coalesce(p_level, v_user.levels[1]), p_client,
        now() + interval '12 hours'
    );
    -- The log names the person, whom the new session proves, and not the login of the web.
    perform set_config('app.session', v_token, true);
    perform audit.event_add('login', v_user.name, jsonb_build_object('client', p_client));
    perform set_config('app.session', '', true);
    return query
    select v_token, session.level, session.expires_at
    from access.session as session where session.token_hash = access.token_hash(v_token);
end
$$;

comment on function logic.login_end(text, bytea, text, text) is $$Opens a session for who knows the password
(p_digest: its argon2id hash); no row when it is wrong.
It checks no permission but the password.
Example: select token, level from logic.login_end('anna', '\x00', '192.0.2.1', null)
Raises: LB906$$;

create function logic.logout()
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if access.user_id() is not null then
        perform audit.event_add('logout', null, '{}');
        update access.session as session
        set closed_at = now()
        where session.token_hash = access.token_hash(nullif(current_setting('app.session', true), ''));
    end if;
end
$$;

comment on function logic.logout() is $$Closes the session whose token is in app.session.
It checks no permission: everyone may leave.
Example: select logic.logout()
Raises: nothing$$;

create function logic.session_get()
returns table (
    name text, full_name text, level text, levels text[], language text, seller text, customer_no text
)
language sql stable security definer rows 1
set search_path = pg_catalog, pg_temp
begin atomic
    select
        app_user.name,
        app_user.full_name,
        context.level,
        app_user.levels,
        app_user.language,
        seller.code,
        customer.customer_no
    from access.session_context() as context
    inner join access.app_user as app_user on context.app_user_id = app_user.app_user_id
    left join billing.seller as seller on context.seller_id = seller.seller_id
    left join billing.customer as customer on context.customer_id = customer.customer_id;
end;

comment on function logic.session_get() is $$User and level of the token or API key in app.session; no row
when it is not valid.
It checks no permission: it shows the caller only.
Example: select name, level from logic.session_get()
Raises: nothing$$;

create function logic.session_level_set(p_level text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    update access.session as session
    set level = p_level
    from access.app_user as app_user
    where
        session.token_hash = access.token_hash(nullif(current_setting('app.session', true), ''))
        and session.app_user_id = app_user.app_user_id
        and app_user.app_user_id = access.user_id()
        and p_level = any(app_user.levels);
    if not found then
        perform billing.fail(
            'LB906',
            jsonb_build_object(
                'name', (select context.name from access.session_context() as context), 'level', p_level
            )
        );
    end if;
    perform audit.event_add('level', null, jsonb_build_object('level', p_level));
end
$$;

comment on function logic.session_level_set(text) is $$Lets the session act with another of its user's levels.
It checks no permission but that the user has the level.
Example: select logic.session_level_set(level) from logic.session_get()
Raises: LB906$$;

create function logic.password_change(p_old_digest bytea, p_salt bytea, p_cost text, p_digest bytea)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    update access.password as password
    set salt = p_salt, cost = p_cost, verifier = sha256(p_digest), changed_at = now()
    where password.app_user_id = access.user_id() and password.verifier = sha256(p_old_digest);
    if not found then
        perform billing.fail('LB907');
    end if;
    update access.session as session
    set closed_at = now()
    where
        session.app_user_id = access.user_id()
        and session.closed_at is null
        and session.token_hash <> access.token_hash(nullif(current_setting('app.session', true), ''));
    perform audit.event_add('password', null, '{}');
end
$$;

comment on function logic.password_change(bytea, bytea, text, bytea) is $$Changes the own password and closes
the user's other sessions; digests are argon2id hashes.
It checks no permission but the old password.
Example: select logic.password_change('\x00', '\x00', 'argon2id m=65536 t=3 p=4', '\x00') where false
Raises: LB907$$;

create function logic.own_session_list()
returns table (
    session_id bigint, level text, client text, opened_at timestamptz, expires_at timestamptz,
    is_current boolean
)
language sql stable security definer rows 5
set search_path = pg_catalog, pg_temp
begin atomic
    select
        session.session_id, session.level, session.client, session.opened_at, session.expires_at,
        session.token_hash = access.token_hash(nullif(current_setting('app.session', true), ''))
    from access.session as session
    where
        session.app_user_id = access.user_id() and session.closed_at is null and session.expires_at > now()
    order by session.opened_at desc;
end;

comment on function logic.own_session_list() is $$The open sessions of the user of the session.
It checks no permission: it shows the caller only.
Example: select * from logic.own_session_list()
Raises: nothing$$;

create function logic.own_session_end(p_session_id bigint)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    update access.session as session
    set closed_at = now()
    where
        session.session_id = p_session_id and session.app_user_id = access.user_id()
        and session.closed_at is null;
    if not found then
        perform billing.fail('LB918');
    end if;
    perform audit.event_add('logout', null, jsonb_build_object('session', p_session_id));
end
$$;

comment on function logic.own_session_end(bigint) is $$Closes one of the user's own sessions.
It checks no permission but that the session is the user's own.
Example: select logic.own_session_end(session_id) from logic.own_session_list()
Raises: LB918$$;

create function logic.work_open(p_what text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_context record;
    v_token constant text := logic.token_make();
begin
    select * into v_context from access.session_context();
    if v_context.app_user_id is null then
        perform billing.fail('LB901');
    end if;
    insert into access.session (token_hash, app_user_id, level, client, expires_at)
    values (
        access.token_hash(v_token), v_context.app_user_id, v_context.level, 'work: ' || p_what,
        now() + interval '1 day'
    );
    perform audit.event_add('work', p_what, '{}');
    return v_token;
end
$$;

comment on function logic.work_open(text) is $$Opens a session of the same user and level for work that goes
on when the page is left: all that it does is done, and logged, as that user. It outlives the login,
not the user being shut out.
It checks no permission but that there is a session: the work may do what that may.
Example: select length(logic.work_open('bill deliver 1')) from logic.session_get()
Raises: LB901$$;

create function logic.work_close()
returns void
language sql volatile security definer
set search_path = pg_catalog, pg_temp
begin atomic
    update access.session as session
    set closed_at = now()
    where session.token_hash = access.token_hash(nullif(current_setting('app.session', true), ''));
end;

comment on function logic.work_close() is $$Closes the session of work that is done.
It checks no permission: it closes the caller's own session only.
Example: select logic.work_close()
Raises: nothing$$;

create function logic.own_language_set(p_language text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    update access.app_user as app_user
    set language = p_language
    where app_user.app_user_id = access.user_id();
end
$$;

comment on function logic.own_language_set(text) is $$The language of pages and messages for the user of the
session.
It checks no permission: it changes the caller only.
Example: select logic.own_language_set('sv')
Raises: nothing$$;

create function logic.address_read(p_addresses text[])
returns cidr[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_wrong text;
begin
    -- The server would take 10 for 10.0.0.0/8: all four parts are asked for.
    select min(trim(given.address)) into v_wrong
    from unnest(p_addresses) as given (address)
    where
        trim(given.address) <> ''
        and not (
            pg_input_is_valid(trim(given.address), 'cidr')
            and (given.address like '%:%' or trim(given.address) ~ '^\d+[.]\d+[.]\d+[.]\d+(/\d+)?$')
        );
    if v_wrong is not null then
        perform billing.fail('LB960', jsonb_build_object('address', v_wrong, 'field', 'addresses'));
    end if;
    return nullif(
        array(
            select distinct trim(given.address)::cidr as address
            from unnest(p_addresses) as given (address)
            where trim(given.address) <> ''
            order by address
        ),
        '{}'
    );
end
$$;

comment on function logic.address_read(text[]) is $$Addresses and networks of what was written, in order,
each once; NULL where there is none.
Example: select logic.address_read('{192.0.2.0/24, 2001:db8::7}')
Raises: LB960$$;

create function logic.name_list(p_names text[])
returns text[]
language sql immutable parallel safe
return nullif(
    array(
        select distinct trim(given.name) as name
        from unnest(p_names) as given (name)
        where trim(given.name) <> ''
        order by name
    ),
    '{}'
);

comment on function logic.name_list(text[]) is $$Names in order, each once; NULL where there is none.
Example: select logic.name_list('{ping, getCustomer, ping}')
Raises: nothing$$;

-- api

create function api.login_begin(p_name text, p_client text default null)
returns table (salt bytea, cost text)
language sql volatile rows 1
begin atomic
    select
        attempt.salt,
        attempt.cost
    from logic.login_begin(p_name, p_client) as attempt;
end;

comment on function api.login_begin(text, text) is $$Salt and cost to hash a password with; counts the
attempt, so commit before login_end.
Example: select salt, cost from api.login_begin('anna', '192.0.2.1')
Raises: LB902$$;

create function api.login_end(
    p_name text, p_digest bytea, p_client text default null, p_level text default null
)
returns table (token text, level text, expires_at timestamptz)
language sql volatile rows 1
begin atomic
    select
        session.token,
        session.level,
        session.expires_at
    from logic.login_end(p_name, p_digest, p_client, p_level) as session;
end;

comment on function api.login_end(text, bytea, text, text) is $$Opens a session; no row when name or password
is wrong.
Example: select token, level from api.login_end('anna', '\x00')
Raises: LB906$$;

create function api.logout()
returns void
language sql volatile
begin atomic
    select logic.logout();
end;

comment on function api.logout() is $$Closes the session.
Example: select api.logout()
Raises: nothing$$;

create function api.session_get()
returns table (
    name text, full_name text, level text, levels text[], language text, seller text, customer_no text
)
language sql stable rows 1
begin atomic
    select
        session.name,
        session.full_name,
        session.level,
        session.levels,
        session.language,
        session.seller,
        session.customer_no
    from logic.session_get() as session;
end;

comment on function api.session_get() is $$Who the token or API key in app.session is; no row when it is not
valid.
Example: select name, level from api.session_get()
Raises: nothing$$;

create function api.session_level_set(p_level text)
returns void
language sql volatile
begin atomic
    select logic.session_level_set(p_level);
end;

comment on function api.session_level_set(text) is $$Lets the session act with another of its user's levels.
Example: select api.session_level_set(level) from api.session_get()
Raises: LB906$$;

create function api.password_change(p_old_digest bytea, p_salt bytea, p_cost text, p_digest bytea)
returns void
language sql volatile
begin atomic
    select logic.password_change(p_old_digest, p_salt, p_cost, p_digest);
end;

comment on function api.password_change(bytea, bytea, text, bytea) is $$Changes the own password and closes
the user's other sessions.
Example: select api.password_change('\x00', '\x00', 'argon2id m=65536 t=3 p=4', '\x00') where false
Raises: LB907$$;

create function api.user_save(
    p_name text,
    p_levels text[],
    p_seller text default null,
    p_customer_no text default null,
    p_full_name text default null,
    p_email text default null,
    p_language text default 'en',
    p_row_version integer default null,
    p_is_new boolean default false
)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_seller_id bigint;
    v_customer_id bigint;
    v_user_id bigint;
    v_version integer;
begin
    if p_seller is not null then
        select seller.seller_id into v_seller_id from billing.seller as seller where seller.code = p_seller;
        if v_seller_id is null then
            perform billing.fail('LB904', jsonb_build_object('seller', p_seller, 'field', 'seller'));
        end if;
    end if;
    if p_customer_no is not null then
        select customer.customer_id into v_customer_id
        from billing.customer as customer
        where customer.customer_no = p_customer_no;
        if v_customer_id is null then
            perform billing.fail(
                'LB905', jsonb_build_object('customer', p_customer_no, 'field', 'customer_no')
            );
        end if;
    end if;
    select app_user.app_user_id, app_user.row_version into v_user_id, v_version
    from access.app_user as app_user
    where app_user.name = lower(p_name)
    for update;
    if v_user_id is null or p_is_new then
        insert into access.app_user as app_user (
            name, levels, seller_id, customer_id, full_name, email, language
        )
        values (lower(p_name), p_levels, v_seller_id, v_customer_id, p_full_name, p_email, p_language)
        returning app_user.app_user_id into v_user_id;
        return v_user_id;
    end if;
    perform logic.version_check(p_row_version, v_version);
    if v_user_id = access.user_id() and not 'admin' = any(p_levels) then
        perform billing.fail('LB917', '{"field": "levels"}');
    end if;
    update access.app_user as app_user
    set
        levels = p_levels, seller_id = v_seller_id, customer_id = v_customer_id, full_name = p_full_name,
        email = p_email, language = p_language
    where app_user.app_user_id = v_user_id;
    return v_user_id;
end
$$;

comment on function api.user_save(text, text[], text, text, text, text, text, integer, boolean) is
$$Adds a user, or, where it need not be a new one, changes the one of that name.
Example: select api.user_save('anna', array['support'])
Raises: LB800, LB904, LB905, LB917$$;

create function api.user_list()
returns table (
    name text, full_name text, email text, levels text[], seller text, customer_no text, language text,
    is_disabled boolean, has_password boolean, last_login_at timestamptz, password_at timestamptz,
    sessions bigint, api_keys bigint, row_version integer
)
language sql stable rows 100
begin atomic
    select
        app_user.name,
        app_user.full_name,
        app_user.email,
        app_user.levels,
        seller.code,
        customer.customer_no,
        app_user.language,
        app_user.is_disabled,
        password.app_user_id is not null,
        opened.last_at,
        password.changed_at,
        coalesce(opened.sessions, 0),
        (
            select count(*)
            from access.api_key as api_key
            where api_key.app_user_id = app_user.app_user_id and api_key.revoked_at is null
        ),
        app_user.row_version
    from access.app_user as app_user
    left join access.password as password on app_user.app_user_id = password.app_user_id
    left join billing.seller as seller on app_user.seller_id = seller.seller_id
    left join billing.customer as customer on app_user.customer_id = customer.customer_id
    left join lateral (
        select
            max(session.opened_at) as last_at,
            count(*) filter (where session.closed_at is null and session.expires_at > now()) as sessions
        from access.session as session
        where session.app_user_id = app_user.app_user_id
    ) as opened on true
    order by app_user.name;
end;

comment on function api.user_list() is $$All users with their levels, last login, open sessions and API keys.
Example: select name, levels, last_login_at from api.user_list()
Raises: nothing$$;

create function api.session_list(p_name text)
returns table (
    session_id bigint, level text, client text, opened_at timestamptz, expires_at timestamptz,
    closed_at timestamptz, is_open boolean
)
language sql stable rows 20
begin atomic
    select
        session.session_id, session.level, session.client, session.opened_at, session.expires_at,
        session.closed_at, session.closed_at is null and session.expires_at > now()
    from access.session as session
    inner join access.app_user as app_user on session.app_user_id = app_user.app_user_id
    where app_user.name = p_name
    order by session.closed_at is null and session.expires_at > now() desc, session.opened_at desc
    limit 20;
end;

comment on function api.session_list(text) is $$The latest sessions of a user, those that are open first.
Example: select * from api.session_list('anna')
Raises: nothing$$;

create function api.session_end(p_session_id bigint)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_name text;
begin
    update access.session as session
    set closed_at = now()
    from access.app_user as app_user
    where
        session.session_id = p_session_id and session.closed_at is null
        and app_user.app_user_id = session.app_user_id
    returning app_user.name into v_name;
    if v_name is null then
        perform billing.fail('LB918');
    end if;
    perform audit.event_add('session_end', v_name, jsonb_build_object('session', p_session_id));
end
$$;

comment on function api.session_end(bigint) is $$Closes a session of any user, at once.
Example: select api.session_end(1) where false
Raises: LB918$$;

create function api.own_session_list()
returns table (
    session_id bigint, level text, client text, opened_at timestamptz, expires_at timestamptz,
    is_current boolean
)
language sql stable rows 5
begin atomic
    select
        own.session_id, own.level, own.client, own.opened_at, own.expires_at, own.is_current
    from logic.own_session_list() as own;
end;

comment on function api.own_session_list() is $$The own open sessions.
Example: select * from api.own_session_list()
Raises: nothing$$;

create function api.own_session_end(p_session_id bigint)
returns void
language sql volatile
begin atomic
    select logic.own_session_end(p_session_id);
end;

comment on function api.own_session_end(bigint) is $$Closes one of the own sessions.
Example: select api.own_session_end(session_id) from api.own_session_list()
Raises: LB918$$;

create function api.work_open(p_what text)
returns text
language sql volatile
begin atomic
    select logic.work_open(p_what);
end;

comment on function api.work_open(text) is $$Opens a session for work in the background, as the user and level
of the session; the token is for that work alone.
Example: select length(api.work_open('bill deliver 1')) from api.session_get()
Raises: LB901$$;

create function api.work_close()
returns void
language sql volatile
begin atomic
    select logic.work_close();
end;

comment on function api.work_close() is $$Closes the session of work that is done.
Example: select api.work_close()
Raises: nothing$$;

create function api.own_language_set(p_language text)
returns void
language sql volatile
begin atomic
    select logic.own_language_set(p_language);
end;

comment on function api.own_language_set(text) is $$The language of pages and messages for oneself.
Example: select api.own_language_set('sv')
Raises: nothing$$;

create function api.user_disable(p_name text, p_is_disabled boolean default true)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_user_id constant bigint := logic.user_find(p_name);
begin
    if p_is_disabled and v_user_id = access.user_id() then
        perform billing.fail('LB917');
    end if;
    update access.app_user as app_user
    set is_disabled = p_is_disabled
    where app_user.app_user_id = v_user_id;
end
$$;

comment on function api.user_disable(text, boolean) is $$Shuts a user out at once, sessions and API keys
included, or lets the user in again.
Example: select api.user_disable(name) from api.user_list()
Raises: LB903, LB917$$;

create function api.password_set(p_name text, p_salt bytea, p_cost text, p_digest bytea)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_user_id constant bigint := logic.user_find(p_name);
begin
    insert into access.password as password (app_user_id, salt, cost, verifier, changed_at)
    values (v_user_id, p_salt, p_cost, sha256(p_digest), now())
    -- Set not from `excluded`, which asks for the right to read what nobody may read.
    on conflict (app_user_id) do update
    set salt = p_salt, cost = p_cost, verifier = sha256(p_digest), changed_at = now();
    update access.session as session
    set closed_at = now()
    where session.app_user_id = v_user_id and session.closed_at is null;
    perform audit.event_add('password', lower(p_name), '{}');
end
$$;

comment on function api.password_set(text, bytea, text, bytea) is $$Sets a user's password (p_digest: its
argon2id hash) and closes the user's sessions.
Example: select api.password_set('anna', '\x00', 'argon2id m=65536 t=3 p=4', '\x00') where false
Raises: LB903$$;

create function api.api_key_add(
    p_name text,
    p_title text,
    p_level text default null,
    p_expires_at timestamptz default null,
    p_operations text[] default null,
    p_addresses text[] default null,
    p_rate_limit integer default null
)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_user access.app_user;
    v_user_id constant bigint := logic.user_find(p_name);
    v_key constant text := logic.token_make();
begin
    select app_user.* into v_user from access.app_user as app_user where app_user.app_user_id = v_user_id;
    if p_level <> all (v_user.levels) then
        perform billing.fail('LB906', jsonb_build_object('name', v_user.name, 'level', p_level));
    end if;
    insert into access.api_key (
        app_user_id, title, level, key_hash, expires_at, operations, addresses, rate_limit
    )
    values (
        v_user.app_user_id, p_title, coalesce(p_level, v_user.levels[1]), access.token_hash(v_key),
        p_expires_at, logic.name_list(p_operations), logic.address_read(p_addresses), p_rate_limit
    );
    return v_key;
end
$$;

comment on function api.api_key_add(text, text, text, timestamptz, text[], text[], integer) is
$$Makes an API key of a user and returns it, the only time it can be seen. Used in app.session like a token.
Without operations (or services as a whole) it may call all of its level, without addresses from anywhere,
without a limit of requests a minute as often as it likes.
Example: select length(api.api_key_add(name, 'Example')) from api.user_list() limit 1
Raises: LB903, LB906, LB960$$;

create function api.api_key_save(
    p_name text,
    p_title text,
    p_expires_at timestamptz default null,
    p_operations text[] default null,
    p_addresses text[] default null,
    p_rate_limit integer default null,
    p_row_version integer default null
)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_user_id constant bigint := logic.user_find(p_name);
    v_key access.api_key;
begin
    select api_key.* into v_key
    from access.api_key as api_key
    where
        api_key.app_user_id = v_user_id and api_key.title = p_title and api_key.revoked_at is null
    for update;
    if v_key.api_key_id is null then
        perform billing.fail('LB908', jsonb_build_object('name', p_name, 'title', p_title));
    end if;
    perform logic.version_check(p_row_version, v_key.row_version);
    update access.api_key as api_key
    set
        expires_at = p_expires_at,
        operations = logic.name_list(p_operations),
        addresses = logic.address_read(p_addresses),
        rate_limit = p_rate_limit
    where api_key.api_key_id = v_key.api_key_id;
end
$$;

comment on function api.api_key_save(text, text, timestamptz, text[], text[], integer, integer) is
$$Changes what an API key may do, from its next request on: when it ends, operations, addresses, requests a
minute; what is NULL or empty is not limited. The key itself and its level stay.
Example: select api.api_key_save(name, title, p_rate_limit => 60) from api.api_key_list() where false
Raises: LB800, LB903, LB908, LB960$$;

create function api.api_key_list()
returns table (
    name text, title text, level text, created_at timestamptz, expires_at timestamptz, revoked_at timestamptz,
    state text, operations text[], addresses text[], rate_limit integer, last_used_at timestamptz,
    row_version integer
)
language sql stable rows 100
begin atomic
    select
        app_user.name,
        api_key.title,
        api_key.level,
        api_key.created_at,
        api_key.expires_at,
        api_key.revoked_at,
        case
            when api_key.revoked_at is not null then 'revoked'
            when api_key.expires_at <= now() then 'expired'
            when app_user.is_disabled then 'disabled'
            else 'active'
        end,
        api_key.operations,
        array(select format('%s', one.address::inet) from unnest(api_key.addresses) as one (address)),
        api_key.rate_limit,
        used.at,
        api_key.row_version
    from access.api_key as api_key
    inner join access.app_user as app_user on api_key.app_user_id = app_user.app_user_id
    left join lateral (
        select event.at
        from audit.event as event
        where event.kind = 'soap' and event.actor = app_user.name and event.api_key = api_key.title
        order by event.at desc
        limit 1
    ) as used on true
    order by app_user.name, api_key.title;
end;

comment on function api.api_key_list() is $$All API keys, without the keys themselves: what each may do,
whether it counts, and when it was last used by SOAP, as the log of requests says.
Example: select name, title, level, state, last_used_at from api.api_key_list()
Raises: nothing$$;

create function api.api_key_request_list(
    p_name text, p_title text, p_from date default null, p_through date default null
)
returns table (
    event_id bigint, at timestamptz, operation text, ms integer, bytes_in bigint, bytes_out bigint,
    fault text, is_refused boolean, address text, about jsonb, log_id text
)
language sql stable rows 1000
begin atomic
    select
        event.event_id,
        event.at,
        event.subject,
        (event.detail ->> 'ms')::integer,
        (event.detail ->> 'in')::bigint,
        (event.detail ->> 'out')::bigint,
        event.detail ->> 'fault',
        event.detail ->> 'fault' is not null,
        substring(event.client from ' soap (\S+)'),
        event.detail -> 'about',
        event.detail ->> 'log_id'
    from audit.event as event
    where
        event.kind = 'soap' and event.actor = p_name and event.api_key = p_title
        -- Asked first, as values: `coalesce` in a condition keeps row-level security from using the index.
        and event.at >= (select logic.audit_moment(coalesce(p_from, (now() - interval '6 days')::date)))
        and event.at < (select logic.audit_moment(coalesce(p_through, now()::date) + 1));
end;

comment on function api.api_key_request_list(text, text, date, date) is
$$What was asked by SOAP with an API key in local days: operation, how long it took, bytes in and out, the
fault where it was refused.
Example: select at, operation, ms, fault from api.api_key_request_list('crm', 'Switchboard')
Raises: nothing$$;

create function api.api_key_revoke(p_name text, p_title text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    update access.api_key as api_key
    set revoked_at = now()
    where
        api_key.app_user_id = logic.user_find(p_name)
        and api_key.title = p_title
        and api_key.revoked_at is null;
    if not found then
        perform billing.fail('LB908', jsonb_build_object('name', p_name, 'title', p_title));
    end if;
end
$$;

comment on function api.api_key_revoke(text, text) is $$Makes an API key count no more, at once.
Example: select api.api_key_revoke(name, title) from api.api_key_list() where revoked_at is null
Raises: LB903, LB908$$;

-- Before login there is no level, so these go to the web's login itself.
grant execute on function
    logic.login_begin(text, text), logic.login_end(text, bytea, text, text),
    logic.logout(), logic.session_get(),
    api.login_begin(text, text), api.login_end(text, bytea, text, text), api.logout(), api.session_get()
to leissner_web;
grant execute on function
    api.logout(), api.session_get(), api.session_level_set(text),
    api.password_change(bytea, bytea, text, bytea), api.own_session_list(), api.own_session_end(bigint),
    api.own_language_set(text), api.work_open(text), api.work_close()
to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_customer, leissner_report, leissner_auditor, leissner_batch,
    leissner_integration;
revoke execute on function logic.login_begin(text, text), logic.login_end(text, bytea, text, text) from
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_customer, leissner_report, leissner_auditor, leissner_batch,
    leissner_integration;
grant execute on function
    api.user_save(text, text[], text, text, text, text, text, integer, boolean),
    api.user_disable(text, boolean), api.session_end(bigint),
    api.password_set(text, bytea, text, bytea), api.api_key_revoke(text, text),
    api.api_key_add(text, text, text, timestamptz, text[], text[], integer),
    api.api_key_save(text, text, timestamptz, text[], text[], integer, integer)
to leissner_admin;
grant execute on function
    api.user_list(), api.api_key_list(), api.api_key_request_list(text, text, date, date),
    api.session_list(text)
to leissner_admin, leissner_auditor;
