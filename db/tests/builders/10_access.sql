-- Acting as someone. Each function first becomes the superuser of the test again.

create function test.as_nobody()
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    perform set_config('role', 'none', true), set_config('app.session', '', true);
end
$$;

comment on function test.as_nobody() is 'Back to the superuser of the test.';

-- A person in psql: the role of a level, no token.
create function test.as_person(p_level text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    perform test.as_nobody();
    perform set_config('role', 'leissner_' || p_level, true);
end
$$;

comment on function test.as_person(text) is 'From now on a person in psql with the role of a level.';

create function test.make_user(p_name text, p_levels text[], p_scope_id bigint default null)
returns bigint
language sql volatile security definer
set search_path = pg_catalog, pg_temp
begin atomic
    insert into access.app_user as app_user (name, levels, seller_id, customer_id)
    values (
        p_name, p_levels,
        case when 'seller' = any(p_levels) then p_scope_id end,
        case when 'customer' = any(p_levels) then p_scope_id end
    )
    on conflict (name) do update set levels = excluded.levels
    returning app_user.app_user_id;
end;

comment on function test.make_user(text, text[], bigint) is
    'A user without password; p_scope_id is the seller or customer.';

create function test.make_session(p_user_id bigint, p_level text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_token constant text := gen_random_uuid()::text;
begin
    insert into access.session (token_hash, app_user_id, level, expires_at)
    values (access.token_hash(v_token), p_user_id, p_level, now() + interval '1 hour');
    return v_token;
end
$$;

comment on function test.make_session(bigint, text) is 'Token of a new session.';

create function test.as_user(p_level text, p_scope_id bigint default null)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_token text;
begin
    perform test.as_nobody();
    v_token := test.make_session(
        test.make_user(concat_ws('-', 'test', p_level, p_scope_id), array[p_level], p_scope_id), p_level
    );
    perform set_config('app.session', v_token, true), set_config('role', 'leissner_' || p_level, true);
end
$$;

comment on function test.as_user(text, bigint) is
    'From now on a user with a session of that level, as through the web pages.';

grant execute on all functions in schema test to public;

-- How the server would answer, as who asks.
create function test.plan(p_query text)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_line text;
    v_plan text := '';
begin
    for v_line in execute 'explain (costs off) ' || p_query loop
        v_plan := v_plan || v_line || E'\n';
    end loop;
    return v_plan;
end;
$$;

comment on function test.plan(text) is 'The plan of a query, without costs.';
