-- 53_pricing/ring: discount rings in parts that pages put in words; a new one, a changed one; those of a
-- customer.

create function logic.word_list(p_text text)
returns text[]
language sql immutable parallel safe
return array(
    select distinct trim(word.word)
    from regexp_split_to_table(coalesce(p_text, ''), '[\n\r;,]+') as word (word)
    where trim(word.word) not in ('', '*')
);

comment on function logic.word_list(text) is
$$The codes in a text, one a line or with ; or , between; * says nothing more than an empty text.
Example: select logic.word_list('group:vip; customer:1000')
Raises: nothing$$;

create function logic.word_find(p_members text[], p_modes text[], p_targets text[])
returns table (
    part text, code text, customer_id bigint, customer_group_id bigint, contract_id bigint, mode_id bigint,
    mode_group text, destination_id bigint, destination_group_id bigint, product_id bigint, is_inside boolean
)
language sql stable rows 10
begin atomic
    select
        part.part, part.code, customer.customer_id, customer_group.customer_group_id, contract.contract_id,
        mode.mode_id, called.mode_group, destination.destination_id,
        destination_group.destination_group_id, product.product_id,
        part.part = 'target' and part.code = 'inside'
    from (
        select 'member' as part, unnest(p_members) as code
        union all
        select 'mode', unnest(p_modes)
        union all
        select 'target', unnest(p_targets)
    ) as part
    left join billing.customer
        on part.part = 'member' and 'customer:' || customer.customer_no = part.code
    left join billing.customer_group
        on part.part = 'member' and 'group:' || customer_group.code = part.code
    left join billing.contract
        on part.part = 'member' and 'contract:' || contract.contract_no = part.code
    left join billing.mode on part.part = 'mode' and mode.code = part.code
    left join (select distinct mode.mode_group from billing.mode) as called
        on part.part = 'mode' and 'group:' || called.mode_group = part.code
    left join billing.destination on part.part = 'target' and 'dest:' || destination.code = part.code
    left join billing.destination_group
        on part.part = 'target' and 'group:' || destination_group.code = part.code
    left join billing.product on part.part = 'target' and 'product:' || product.code = part.code;
end;

comment on function logic.word_find(text[], text[], text[]) is
$$What the codes of members, modes and targets of a ring or a bundle stand for.
Example: select mode_group from logic.word_find('{}', '{group:calls}', '{}')
Raises: nothing$$;

create function logic.word_check(p_members text[], p_modes text[], p_targets text[])
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_missing jsonb := (
        select jsonb_build_object('what', part.part, 'code', part.code, 'field', part.part || 's')
        from logic.word_find(p_members, p_modes, p_targets) as part
        where
            not part.is_inside
            and num_nonnulls(
                part.customer_id, part.customer_group_id, part.contract_id, part.mode_id, part.mode_group,
                part.destination_id, part.destination_group_id, part.product_id
            ) = 0
        limit 1
    );
begin
    if v_missing is not null then
        perform billing.fail('LB110', v_missing);
    end if;
end;
$$;

comment on function logic.word_check(text[], text[], text[]) is
$$Is there what the codes of members, modes and targets stand for?
Example: select logic.word_check('{}', '{}', '{}')
Raises: LB110 for an unknown code$$;

create function logic.ring_put(
    p_ring text, p_ring_row billing.ring, p_band text, p_members text[], p_modes text[], p_targets text[],
    p_row_version int
)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_ring billing.ring;
    v_new billing.ring := p_ring_row;
begin
    perform access.require('admin', 'pricing', 'batch');
    if p_ring is not null then
        select ring.* into v_ring from billing.ring where ring.code = p_ring for update;
        if v_ring is null then
            perform billing.fail('LB110', jsonb_build_object('what', 'ring', 'code', p_ring, 'field',
            'code'));
        end if;
        perform logic.version_check(p_row_version, v_ring.row_version);
    end if;
    select band.band_id into v_new.band_id from billing.band where band.code = p_band;
    if p_band is not null and v_new.band_id is null then
        perform billing.fail('LB110', jsonb_build_object('what', 'band', 'code', p_band, 'field', 'band'));
    end if;
    perform logic.word_check(p_members, p_modes, p_targets);
    if p_ring is null then
        insert into billing.ring (
            code, name, priority, is_exclusive, valid, band_id, volume_unit, volume_from, volume_to, kind,
            value, level
        )
        values (
            v_new.code, v_new.name, v_new.priority, v_new.is_exclusive, v_new.valid, v_new.band_id,
            v_new.volume_unit, v_new.volume_from, v_new.volume_to, v_new.kind, v_new.value, v_new.level
        )
        returning * into v_ring;
    else
        -- Replaced, not changed: what priced calls keeps its id, its members and targets.
        update billing.ring
        set
            row_version = row_version + 1, code = v_new.code, name = v_new.name, priority = v_new.priority,
            is_exclusive = v_new.is_exclusive, valid = v_new.valid, band_id = v_new.band_id,
            volume_unit = v_new.volume_unit, volume_from = v_new.volume_from, volume_to = v_new.volume_to,
            kind = v_new.kind, value = v_new.value, level = v_new.level
        where ring_id = v_ring.ring_id
        returning * into v_ring;
        delete from billing.ring_member where ring_id = v_ring.ring_id;
        delete from billing.ring_mode where ring_id = v_ring.ring_id;
        delete from billing.ring_target where ring_id = v_ring.ring_id;
    end if;
    insert into billing.ring_member (ring_id, customer_id, customer_group_id, contract_id)
    select v_ring.ring_id, part.customer_id, part.customer_group_id, part.contract_id
    from logic.word_find(p_members, '{}', '{}') as part;
    insert into billing.ring_mode (ring_id, mode_id, mode_group)
    select v_ring.ring_id, part.mode_id, part.mode_group
    from logic.word_find('{}', p_modes, '{}') as part;
    insert into billing.ring_target (ring_id, destination_id, destination_group_id, product_id, is_inside)
    select v_ring.ring_id, part.destination_id, part.destination_group_id, part.product_id, part.is_inside
    from logic.word_find('{}', '{}', p_targets) as part;
    return v_ring.code;
end;
$$;

comment on function logic.ring_put(text, billing.ring, text, text[], text[], text[], int) is
$$A new ring (p_ring NULL), or one in the place of the one of that code; gives its code.
Example: select logic.ring_put('VIP', null, null, '{}', '{}', '{}', 1) where false
Raises: LB110 for an unknown code, LB800 when someone else has saved it meanwhile, LB901 without level admin,
pricing or batch$$;

create function logic.ring_stop(p_ring text, p_on date, p_row_version int)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_ring billing.ring;
begin
    perform access.require('admin', 'pricing', 'batch');
    select ring.* into v_ring from billing.ring where ring.code = p_ring for update;
    if v_ring is null then
        perform billing.fail('LB110', jsonb_build_object('what', 'ring', 'code', p_ring, 'field', 'code'));
    end if;
    perform logic.version_check(p_row_version, v_ring.row_version);
    if p_on < logic.today() then
        perform billing.fail('LB111', jsonb_build_object('day', p_on, 'field', 'to_on'));
    end if;
    -- What has never held goes; what has is kept, with an end.
    if p_on <= lower(v_ring.valid) then
        delete from billing.ring where ring.ring_id = v_ring.ring_id;
        return true;
    end if;
    update billing.ring
    set row_version = row_version + 1, valid = daterange(lower(v_ring.valid), p_on)
    where ring_id = v_ring.ring_id;
    return false;
end;
$$;

comment on function logic.ring_stop(text, date, int) is
$$Ends a ring: p_on is the first day without it. One that has not begun by then is deleted: true.
Example: select logic.ring_stop('VIP', '2026-12-01', 1) where false
Raises: LB110 for an unknown ring, LB111 for a day in the past, LB800 when someone else has saved it
meanwhile, LB901 without level admin, pricing or batch$$;

-- api

create function api.ring_list()
returns table (
    code text, name text, priority int, is_exclusive boolean, from_on date, to_on date, holds boolean,
    members text[], member_names text[], modes text[], targets text[], target_names text[], band text,
    volume_unit text, volume_from numeric, volume_to numeric, kind text, value numeric, level text,
    row_version int
)
language sql stable rows 50
begin atomic
    select
        ring.code, ring.name, ring.priority, ring.is_exclusive, lower(ring.valid), upper(ring.valid),
        ring.valid @> logic.today(), who.codes, who.names, which.codes, what.codes, what.names, band.code,
        ring.volume_unit, ring.volume_from::numeric, ring.volume_to::numeric, ring.kind, ring.value::numeric,
        ring.level, ring.row_version
    from billing.ring
    left join billing.band on band.band_id = ring.band_id
    left join lateral (
        select
            array_agg(
                coalesce(
                    'customer:' || customer.customer_no, 'group:' || customer_group.code,
                    'contract:' || contract.contract_no
                )
                order by customer.customer_no, customer_group.code, contract.contract_no
            ) as codes,
            array_agg(
                coalesce(
                    customer.customer_no || ' ' || customer.name, customer_group.name, contract.contract_no
                )
                order by customer.customer_no, customer_group.code, contract.contract_no
            ) as names
        from billing.ring_member as member
        left join billing.customer on customer.customer_id = member.customer_id
        left join billing.customer_group on customer_group.customer_group_id = member.customer_group_id
        left join billing.contract on contract.contract_id = member.contract_id
        where member.ring_id = ring.ring_id
    ) as who on true
    left join lateral (
        select
            array_agg(logic.mode_text(one.mode_id, one.mode_group) order by one.ring_mode_id) as codes
        from billing.ring_mode as one
        where one.ring_id = ring.ring_id
    ) as which on true
    left join lateral (
        select
            array_agg(
                case when one.is_inside then 'inside' else logic.target_text(one.target_key) end
                order by one.is_inside, one.target_key
            ) as codes,
            array_agg(
                coalesce(destination.name, destination_group.name, product.name, 'inside')
                order by one.is_inside, one.target_key
            ) as names
        from billing.ring_target as one
        left join billing.destination on destination.destination_id = one.destination_id
        left join billing.destination_group
            on destination_group.destination_group_id = one.destination_group_id
        left join billing.product on product.product_id = one.product_id
        where one.ring_id = ring.ring_id
    ) as what on true;
end;

comment on function api.ring_list() is
$$The discount rings: who (NULL: everyone), which modes (NULL: all), what (NULL: everything), when, and how.
Example: select code, kind, value from api.ring_list() order by priority, code
Raises: nothing$$;

create function api.ring_customer_list(p_customer_no text, p_on date)
returns table (code text, contracts text[])
language sql stable rows 10
begin atomic
    with recursive below as (
        select customer.customer_id from billing.customer where customer.customer_no = p_customer_no
        union
        select customer.customer_id
        from below
        inner join billing.customer on customer.parent_id = below.customer_id
    ),

    line as (
        select line.contract_line_id, contract.contract_no
        from below as customer
        inner join billing.contract on contract.customer_id = customer.customer_id
        inner join billing.contract_line as line on line.contract_id = contract.contract_id
        where line.valid @> p_on
    )

    select ring.code, array_agg(distinct line.contract_no)
    from logic.ring_membership(
        array(select line.contract_line_id from line order by line.contract_line_id),
        array(select p_on from line)
    ) as found
    inner join line on line.contract_line_id = found.contract_line_id
    inner join billing.ring on ring.ring_id = found.ring_id and ring.valid @> p_on
    group by ring.level, ring.priority, ring.code
    order by ring.level desc, ring.priority, ring.code;
end;

comment on function api.ring_customer_list(text, date) is
$$The rings that hold for the contracts of a customer and those below it on a day, in the order in which they
apply.
Example: select * from api.ring_customer_list('1000', '2026-11-01')
Raises: nothing$$;
grant execute on function api.ring_list(), api.ring_customer_list(text, date) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.ring_save(
    p_ring text, p_code text, p_name text, p_priority int, p_from_on date default null,
    p_to_on date default null, p_members text default null, p_modes text default null,
    p_targets text default null, p_band text default null, p_volume_unit text default 'none',
    p_volume_from numeric default null, p_volume_to numeric default null, p_kind text default 'percent',
    p_value numeric default null, p_level text default 'retail', p_is_exclusive boolean default false,
    p_row_version int default null
)
returns text
language sql volatile
begin atomic
    select logic.ring_put(
        p_ring,
        row(
            null, p_code, p_name, p_priority, p_is_exclusive, daterange(p_from_on, p_to_on), null,
            p_volume_unit, coalesce(p_volume_from, 0), p_volume_to, p_kind, p_value, p_level, 1
        )::billing.ring,
        p_band, logic.word_list(p_members), logic.word_list(p_modes), logic.word_list(p_targets),
        p_row_version
    );
end;

comment on function api.ring_save(
    text, text, text, int, date, date, text, text, text, text, text, numeric, numeric, text, numeric, text,
    boolean, int
) is
$$A new ring (p_ring NULL), or one in the place of the one of that code. Members, modes and targets as in
rings.csv, one a line or with ; between; none: everyone, all, everything.
Example: select api.ring_save(null, 'VIP', 'Key customers', 20, p_members => 'group:vip', p_value => 4)
where false
Raises: LB110 for an unknown code, LB800 when someone else has saved it meanwhile, LB901 without level admin,
pricing or batch$$;
grant execute on function api.ring_save(
    text, text, text, int, date, date, text, text, text, text, text, numeric, numeric, text, numeric, text,
    boolean, int
) to leissner_admin, leissner_pricing, leissner_batch;

create function api.bundle_list(p_words text default null)
returns table (
    bundle_id bigint, code text, customer_no text, customer text, contract_no text, line_no smallint,
    units bigint, unit text, is_rollover boolean, covers_setup boolean, from_on date, to_on date,
    modes text[],
    targets text[], begins_on date
)
language sql stable rows 1000
begin atomic
    select
        bundle.bundle_id, bundle.code, customer.customer_no, customer.name, contract.contract_no,
        line.line_no,
        bundle.units,
        coalesce((
            select min(mode.unit)
            from billing.bundle_mode as one
            inner join billing.mode on mode.mode_id = one.mode_id or mode.mode_group = one.mode_group
            where one.bundle_id = bundle.bundle_id
        ), 'second'),
        bundle.is_rollover, bundle.covers_setup, lower(bundle.valid), upper(bundle.valid),
        array(
            select logic.mode_text(one.mode_id, one.mode_group) from billing.bundle_mode as one
            where one.bundle_id = bundle.bundle_id order by one.bundle_mode_id
        ),
        array(
            select logic.target_text(one.target_key) from billing.bundle_target as one
            where one.bundle_id = bundle.bundle_id order by one.bundle_target_id
        ),
        bundle.from_on
    from billing.bundle
    inner join billing.contract_line as line on line.contract_line_id = bundle.contract_line_id
    inner join billing.contract on contract.contract_id = line.contract_id
    inner join billing.customer on customer.customer_id = contract.customer_id
    where
        p_words is null or bundle.bundle_id = any((select logic.bundle_found(p_words))::bigint[]);
end;

comment on function api.bundle_list(text) is
$$Bundles of included units, with whose they are; begins_on: the day that was given, if any.
Example: select code, units from api.bundle_list() where customer_no = '1000'
Raises: nothing$$;
grant execute on function api.bundle_list(text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;

create function api.ring_stop(p_ring text, p_to_on date, p_row_version int)
returns boolean
language sql volatile
begin atomic
    select logic.ring_stop(p_ring, p_to_on, p_row_version);
end;

comment on function api.ring_stop(text, date, int) is
$$Ends a ring: p_to_on is the first day without it. One that has not begun by then is deleted: true.
Example: select api.ring_stop('VIP', '2026-12-01', 1) where false
Raises: LB110 for an unknown ring, LB111 for a day in the past, LB800 when someone else has saved it
meanwhile, LB901 without level admin, pricing or batch$$;

grant execute on function api.ring_stop(text, date, int) to leissner_admin, leissner_pricing, leissner_batch;
