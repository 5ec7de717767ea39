-- Users, sessions, API keys, login throttling, and the functions that policies and definer entry points ask.
-- Two kinds of session: a request of web, SOAP or a job carries a token in `app.session` (set for the
-- transaction only) and is the user of that token; a person in psql carries none and has the levels of the
-- own login. Lock: none that anyone waits for. Duration: under a second.

create table access.app_user (
    app_user_id bigint generated always as identity,
    name text not null,
    full_name text,
    email text,
    language text not null default 'en',
    levels text[] not null,
    seller_id bigint,
    customer_id bigint,
    is_disabled boolean not null default false,
    created_at timestamptz not null default now(),
    row_version int not null default 1,
    constraint app_user_pk primary key (app_user_id),
    constraint app_user_name_uq unique (name),
    constraint app_user_name_ck check (name ~ '^[a-z0-9][a-z0-9._@+-]{0,99}$'),
    constraint app_user_language_ck check (language in ('en', 'sv')),
    constraint app_user_levels_ck check (
        cardinality(levels) > 0
        and levels <@ array[
            'admin', 'pricing', 'sales', 'support', 'finance', 'credit',
            'seller', 'customer', 'report', 'auditor', 'batch', 'integration'
        ]
    ),
    constraint app_user_seller_ck check (('seller' = any(levels)) = (seller_id is not null)),
    constraint app_user_customer_ck check (('customer' = any(levels)) = (customer_id is not null))
);

create index app_user_seller_ix on access.app_user (seller_id);
create index app_user_customer_ix on access.app_user (customer_id);

comment on table access.app_user is 'A person or system that logs in; never a database role.';
comment on column access.app_user.app_user_id is 'Key of the user.';
comment on column access.app_user.name is 'Name to log in with, in lower case.';
comment on column access.app_user.full_name is 'Name of the person, as shown.';
comment on column access.app_user.email is 'Address for messages to the user.';
comment on column access.app_user.language is 'Language of pages and messages: en or sv.';
comment on column access.app_user.levels is
    'Permission levels; a session has one of them. The first is taken when none is asked for.';
comment on column access.app_user.seller_id is 'The seller whose rows level seller sees.';
comment on column access.app_user.customer_id is 'The customer whose subtree level customer sees.';
comment on column access.app_user.is_disabled is 'True: no session or API key of the user counts any more.';
comment on column access.app_user.created_at is 'When the user was added.';
comment on column access.app_user.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint app_user_pk on access.app_user is 'The key of a user is unique.';
comment on constraint app_user_name_uq on access.app_user is 'There is a user with that name already.';
comment on constraint app_user_name_ck on access.app_user is
    'A user name is 1 to 100 of a-z, 0-9 and . _ @ + -, and begins with a letter or digit.';
comment on constraint app_user_language_ck on access.app_user is 'The language must be en or sv.';
comment on constraint app_user_levels_ck on access.app_user is
    'A user needs at least one of the levels admin, pricing, sales, support, finance, credit, seller, '
    'customer, report, auditor, batch and integration.';
comment on constraint app_user_seller_ck on access.app_user is
    'Level seller needs a seller, and only that level has one.';
comment on constraint app_user_customer_ck on access.app_user is
    'Level customer needs a customer, and only that level has one.';

create table access.password (
    app_user_id bigint not null,
    salt bytea not null,
    cost text not null,
    verifier bytea not null,
    changed_at timestamptz not null default now(),
    constraint password_pk primary key (app_user_id),
    constraint password_user_fk foreign key (app_user_id) references access.app_user,
    constraint password_salt_ck check (length(salt) >= 16),
    constraint password_cost_ck check (cost ~ '^argon2id m=[0-9]+ t=[0-9]+ p=[0-9]+$'),
    constraint password_verifier_ck check (length(verifier) = 32)
);

comment on table access.password is
    'What proves a password: SHA-256 of its argon2id hash. Python makes the hash, the database compares, so '
    'that the web login cannot read a hash or open a session without the password.';
comment on column access.password.app_user_id is 'The user.';
comment on column access.password.salt is 'Random salt of the argon2id hash.';
comment on column access.password.cost is 'Cost of the argon2id hash: memory in kB, rounds, lanes.';
comment on column access.password.verifier is 'SHA-256 of the argon2id hash.';
comment on column access.password.changed_at is 'When the password was set.';
comment on constraint password_pk on access.password is 'A user has one password.';
comment on constraint password_user_fk on access.password is 'The password must belong to a user.';
comment on constraint password_salt_ck on access.password is 'The salt must have 16 bytes or more.';
comment on constraint password_cost_ck on access.password is 'The cost reads argon2id m=… t=… p=….';
comment on constraint password_verifier_ck on access.password is 'The verifier must be a SHA-256.';

create table access.session (
    session_id bigint generated always as identity,
    token_hash bytea not null,
    app_user_id bigint not null,
    level text not null,
    client text,
    opened_at timestamptz not null default now(),
    expires_at timestamptz not null,
    closed_at timestamptz,
    constraint session_pk primary key (session_id),
    constraint session_token_uq unique (token_hash),
    constraint session_user_fk foreign key (app_user_id) references access.app_user
);

create index session_user_ix on access.session (app_user_id);

comment on table access.session is 'A login: the token is known to the client only, here is its hash.';
comment on column access.session.session_id is 'Key of the session.';
comment on column access.session.token_hash is 'SHA-256 of the token.';
comment on column access.session.app_user_id is 'The user who logged in.';
comment on column access.session.level is 'The one level the session acts with.';
comment on column access.session.client is 'Address the login came from.';
comment on column access.session.opened_at is 'When the session was opened.';
comment on column access.session.expires_at is 'When it ends by itself.';
comment on column access.session.closed_at is 'When it was closed: logout, other password.';
comment on constraint session_pk on access.session is 'The key of a session is unique.';
comment on constraint session_token_uq on access.session is 'A token opens one session.';
comment on constraint session_user_fk on access.session is 'The session must belong to a user.';

create table access.api_key (
    api_key_id bigint generated always as identity,
    app_user_id bigint not null,
    title text not null,
    level text not null,
    key_hash bytea not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    row_version int not null default 1,
    constraint api_key_pk primary key (api_key_id),
    constraint api_key_hash_uq unique (key_hash),
    constraint api_key_title_uq unique (app_user_id, title),
    constraint api_key_user_fk foreign key (app_user_id) references access.app_user
);

comment on table access.api_key is
    'A long random key by which another system acts as a user; here is its hash.';
comment on column access.api_key.api_key_id is 'Key of the row.';
comment on column access.api_key.app_user_id is 'The user it acts as.';
comment on column access.api_key.title is 'What it is for.';
comment on column access.api_key.level is 'The one level it acts with.';
comment on column access.api_key.key_hash is 'SHA-256 of the key.';
comment on column access.api_key.created_at is 'When it was made.';
comment on column access.api_key.expires_at is 'When it ends by itself; NULL is never.';
comment on column access.api_key.revoked_at is 'When it was revoked.';
comment on column access.api_key.row_version is 'Rises by one with each change.';
comment on constraint api_key_pk on access.api_key is 'The key of the row is unique.';
comment on constraint api_key_hash_uq on access.api_key is 'An API key is made once.';
comment on constraint api_key_title_uq on access.api_key is
    'The user has an API key with that title already.';
comment on constraint api_key_user_fk on access.api_key is 'The API key must belong to a user.';

create table access.login_throttle (
    who text not null,
    attempts int not null,
    last_at timestamptz not null,
    constraint login_throttle_pk primary key (who)
);

comment on table access.login_throttle is
    'Attempts to log in that have not succeeded, per user name and per client address. An attempt is '
    'counted before the password is looked at, so that many at once get no more tries than one after the '
    'other.';
comment on column access.login_throttle.who is 'name:NAME or client:ADDRESS.';
comment on column access.login_throttle.attempts is 'Attempts since the last success.';
comment on column access.login_throttle.last_at is 'The last of them.';
comment on constraint login_throttle_pk on access.login_throttle is
    'Attempts are counted once per name and address.';

create table access.service_login (
    login text not null,
    why text not null,
    constraint service_login_pk primary key (login)
);

comment on table access.service_login is
    'Database logins of services: without a session token they see nothing.';
comment on column access.service_login.login is 'Name of the database role.';
comment on column access.service_login.why is 'Which service uses it.';
comment on constraint service_login_pk on access.service_login is 'A service login is listed once.';

insert into access.service_login (login, why) values ('leissner_web', 'Web UI and SOAP.');

create function access.tg_row_version()
returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    new.row_version := old.row_version + 1;
    return new;
end
$$;

comment on function access.tg_row_version() is $$Trigger function: each update raises row_version by one.
Raises: nothing$$;

create trigger _10_row_version before update on access.app_user
for each row execute function access.tg_row_version();
create trigger _10_row_version before update on access.api_key
for each row execute function access.tg_row_version();

-- Context ---------------------------------------------------------------------------------------------------

create function access.token_hash(p_token text)
returns bytea
language sql immutable parallel safe strict
return sha256(convert_to(p_token, 'UTF8'));

comment on function access.token_hash(text) is $$How tokens and API keys are stored: 244 random bits need no
slow hash.
Example: select access.token_hash('abc')
Raises: nothing$$;

create function access.session_context()
returns table (app_user_id bigint, name text, level text, seller_id bigint, customer_id bigint)
language sql stable parallel safe security definer rows 1
set search_path = pg_catalog, pg_temp
begin atomic
    with token as (
        select
            session.app_user_id,
            session.level
        from access.session as session
        where
            session.token_hash = access.token_hash(nullif(current_setting('app.session', true), ''))
            and session.closed_at is null
            and session.expires_at > now()
        union all
        select
            api_key.app_user_id,
            api_key.level
        from access.api_key as api_key
        where
            api_key.key_hash = access.token_hash(nullif(current_setting('app.session', true), ''))
            and api_key.revoked_at is null
            and (api_key.expires_at is null or api_key.expires_at > now())
    )

    select
        app_user.app_user_id,
        app_user.name,
        token.level,
        case when token.level = 'seller' then app_user.seller_id end,
        case when token.level = 'customer' then app_user.customer_id end
    from token
    inner join access.app_user as app_user on token.app_user_id = app_user.app_user_id
    where not app_user.is_disabled and token.level = any(app_user.levels);
end;

comment on function access.session_context() is $$User, level and scope of the token in app.session; no row
when it is not valid.
It checks no permission: it is what permissions are made of, and shows only the own session.
Example: select name, level from access.session_context()
Raises: nothing$$;

create function access.role_current()
returns name
language sql stable parallel safe
return case current_setting('role') when 'none' then session_user else current_setting('role')::name end;

comment on function access.role_current() is $$The role a person acts as: what set role chose, else the login.
Inside a definer function it is still that.
Example: select access.role_current()
Raises: nothing$$;

create function access.has_level(variadic p_levels text[])
returns boolean
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select case
        when nullif(current_setting('app.session', true), '') is not null then coalesce((
            select
                context.level = any(p_levels)
                or (context.level = 'admin' and not p_levels <@ array['seller', 'customer'])
            from access.session_context() as context
        ), false)
        when exists (
            select from access.service_login as service_login where service_login.login = session_user
        ) then false
        else exists (
            select from unnest(p_levels) as wanted (level)
            where
                wanted.level not in ('seller', 'customer')
                and (
                    access.role_current() = 'leissner_owner'
                    or pg_has_role(access.role_current(), ('leissner_' || wanted.level)::name, 'usage')
                )
        )
    end;
end;

comment on function access.has_level(text[]) is $$Whether the session has one of the levels; admin counts as
every staff level.
With a token the token decides; without one a service login has none, and a person has the staff levels of the
own role. It checks no permission: it answers about the caller only.
Example: select access.has_level('support', 'finance')
Raises: nothing$$;

create function access.is_staff()
returns boolean
language sql stable parallel safe
return access.has_level(
    'admin', 'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'
);

comment on function access.is_staff() is $$Whether the session has a level other than seller and customer, and
so sees every customer.
Example: select access.is_staff()
Raises: nothing$$;

create function access.user_id()
returns bigint
language sql stable parallel safe
return (select context.app_user_id from access.session_context() as context);

comment on function access.user_id() is $$The user of the session; NULL without a valid token.
Example: select access.user_id()
Raises: nothing$$;

create function access.seller_id()
returns bigint
language sql stable parallel safe
return (select context.seller_id from access.session_context() as context);

comment on function access.seller_id() is $$The seller a session of level seller acts for; NULL for every
other session.
Example: select access.seller_id()
Raises: nothing$$;

create function access.customer_id()
returns bigint
language sql stable parallel safe
return (select context.customer_id from access.session_context() as context);

comment on function access.customer_id() is $$The customer a session of level customer acts for; NULL for
every other session.
Example: select access.customer_id()
Raises: nothing$$;

-- PL/pgSQL although it is two statements only, because the tables of topic customer come later.
create function access.customer_ids()
returns bigint[]
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_context record;
begin
    select * into v_context from access.session_context();
    if v_context.seller_id is not null then
        return array(
            select customer.customer_id from billing.customer as customer
            where customer.seller_id = v_context.seller_id
            union
            select contract.customer_id from billing.contract as contract
            where contract.seller_id = v_context.seller_id
        );
    elsif v_context.customer_id is not null then
        return array(
            with recursive subtree (customer_id) as (
                select v_context.customer_id
                union
                select customer.customer_id
                from billing.customer as customer
                inner join subtree on customer.parent_id = subtree.customer_id
            )

            select subtree.customer_id from subtree
        );
    end if;
    return array[]::bigint[];
end
$$;

comment on function access.customer_ids() is $$The customers a session of level seller or customer may see:
its own or with its contracts; its subtree. Empty for others.
It checks no permission: it answers about the caller only.
Example: select access.customer_ids()
Raises: nothing$$;

create function access.level_current()
returns text
language sql stable parallel safe
return coalesce(
    (select context.level from access.session_context() as context),
    substring(access.role_current() from '^leissner_(.*)$'),
    'none'
);

comment on function access.level_current() is $$The level written to the log: that of the session, else of the
role a person acts as.
Example: select access.level_current()
Raises: nothing$$;

create function access.require(variadic p_levels text[])
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if not access.has_level(variadic p_levels) then
        perform billing.fail('LB901', jsonb_build_object('levels', array_to_string(p_levels, ', ')));
    end if;
end
$$;

comment on function access.require(text[]) is $$Does nothing when the session has one of the levels; first
statement of every definer entry point.
Example: select access.require('admin') where access.has_level('admin')
Raises: LB901$$;

grant execute on function
    access.token_hash(text), access.session_context(), access.role_current(), access.has_level(text[]),
    access.is_staff(), access.user_id(), access.seller_id(), access.customer_id(), access.customer_ids(),
    access.level_current(), access.require(text[])
to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_customer, leissner_report, leissner_auditor, leissner_batch,
    leissner_integration;

insert into billing.message (code, language, sentence, hint) values
('LB901', 'en', 'This needs one of the levels: {levels}.', null),
('LB901', 'sv', 'Det här kräver någon av behörigheterna: {levels}.', null),
('LB902', 'en', 'Too many attempts to log in: try again in {seconds} seconds.', null),
('LB902', 'sv', 'För många inloggningsförsök: försök igen om {seconds} sekunder.', null),
('LB903', 'en', 'There is no user {name}.', null),
('LB903', 'sv', 'Användaren {name} finns inte.', null),
('LB904', 'en', 'There is no seller {seller}.', null),
('LB904', 'sv', 'Säljaren {seller} finns inte.', null),
('LB905', 'en', 'There is no customer {customer}.', null),
('LB905', 'sv', 'Kunden {customer} finns inte.', null),
('LB906', 'en', 'User {name} does not have level {level}.', 'Choose one of the user''s own levels.'),
(
    'LB906', 'sv', 'Användaren {name} har inte behörigheten {level}.',
    'Välj en av användarens egna behörigheter.'
),
('LB907', 'en', 'The old password is wrong.', null),
('LB907', 'sv', 'Det gamla lösenordet är fel.', null),
('LB908', 'en', 'There is no API key {title} of user {name}.', null),
('LB908', 'sv', 'Användaren {name} har ingen API-nyckel {title}.', null);
