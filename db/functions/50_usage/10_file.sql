-- 50_usage/file: how a source's files are read, which file this is, and where its loading stands.

create function logic.source_profile(p_source text)
returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_source billing.cdr_source;
    v_layouts jsonb;
    v_is_own boolean;
begin
    perform access.require('admin', 'batch', 'integration');
    select source.* into v_source from billing.cdr_source as source where source.code = p_source;
    if not found then
        perform billing.fail('LB311', jsonb_build_object(
            'source', p_source,
            'known', (
                select coalesce(string_agg(source.code, ', ' order by source.code),
                '-') from billing.cdr_source as source
            )
        ));
    end if;
    -- FreeSWITCH's own templates are lists of variables; Asterisk's template is a list of options.
    v_is_own := v_source.format = 'freeswitch' and v_source.template like '%,%';
    select jsonb_agg(to_jsonb(layout) order by layout.template, layout.variant) into v_layouts
    from billing.cdr_template as layout
    where
        layout.format = v_source.format
        and case
            when v_is_own then layout.template = '*'
            when v_source.format = 'asterisk'
                then v_source.template is null or not exists (
                    select
                    from (
                        values ('loguniqueid', 'uniqueid'), ('loguserfield', 'userfield'), ('newcdrcolumns',
                        'linkedid')
                    ) as option (name, adds)
                    where
                        v_source.template ~ 'loguniqueid|loguserfield|newcdrcolumns'
                        and (strpos(v_source.template,
                        option.name) > 0) <> (option.adds = any(layout.columns))
                )
            when v_source.template is null then layout.is_usual
            else layout.template = v_source.template
        end;
    if v_layouts is null then
        perform billing.fail('LB312', jsonb_build_object(
            'format', v_source.format, 'template', v_source.template,
            'known', (
                select string_agg(distinct layout.template, ', ') from billing.cdr_template as layout
                where layout.format = v_source.format and layout.template <> '*'
            )
        ));
    end if;
    if v_is_own then
        v_layouts := jsonb_set(
            v_layouts, '{0,columns}',
            (select jsonb_agg(btrim(name, ' ${}')) from unnest(string_to_array(v_source.template,
            ',')) as name)
        );
    end if;
    return to_jsonb(v_source) || jsonb_build_object(
        'time_zone',
        case
            when v_source.format = 'asterisk' and strpos(v_source.template, 'usegmtime') > 0 then 'UTC'
            else v_source.time_zone
        end,
        'layouts', v_layouts,
        'mode', (select mode.code from billing.mode where mode.mode_id = v_source.mode_id),
        'modes_in_seconds', (
            select coalesce(jsonb_agg(mode.code), '[]') from billing.mode where mode.unit = 'second'
        )
    );
end;
$$;

comment on function logic.source_profile(text) is
$$Everything a reader needs to know about a source: its row, and the layouts that its files may have.
Example: select logic.source_profile(code) from billing.cdr_source where false
Raises: LB311 for an unknown source, LB312 for an unknown template, LB901 without the level batch, admin or
integration$$;

create function logic.file_open(p_source text, p_head_hash bytea)
returns table (
    file_id bigint, name text, head_hash bytea, "position" bigint, position_hash bytea, line_no bigint,
    is_complete boolean, last_started_at timestamptz
)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    perform access.require('admin', 'batch', 'integration');
    -- Held until file_close or the end of the session, over the commits of a file's batches: a second loader
    -- of
    -- the same content waits here and then sees what the first one did.
    perform pg_advisory_lock(hashtextextended('billing.cdr_file ' || p_source || encode(p_head_hash, 'hex'),
    0));
    return query
    select
        file.file_id, file.name, file.head_hash, file.position, file.position_hash, file.line_no,
        file.is_complete,
        file.last_started_at
    from billing.cdr_file as file
    inner join billing.cdr_source as source on source.source_id = file.source_id
    where source.code = p_source and file.head_hash = p_head_hash
    order by file.position desc;
end;
$$;

comment on function logic.file_open(text, bytea) is
$$Takes the turn for files of a source that begin like this, and lists those known: the caller compares the
hash of
what it has up to each position.
Example: select * from logic.file_open('none', '\x00') where false
Raises: LB901 without the level batch, admin or integration$$;

create function logic.file_close(p_source text, p_head_hash bytea)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform access.require('admin', 'batch', 'integration');
    perform pg_advisory_unlock(hashtextextended('billing.cdr_file ' || p_source || encode(p_head_hash, 'hex'),
    0));
end;
$$;

comment on function logic.file_close(text, bytea) is
$$Gives back the turn that file_open took.
Example: select logic.file_close('none', '\x00') where false
Raises: LB901 without the level batch, admin or integration$$;

create function logic.sequence_gap(p_source_id bigint, p_name text)
returns bigint
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
    with pattern as (
        select layout.sequence
        from billing.cdr_source as source
        inner join billing.cdr_template as layout on layout.format = source.format
        where source.source_id = p_source_id and layout.sequence is not null
    ),

    this as (
        select named.part
        from pattern
        cross join lateral regexp_match(p_name, pattern.sequence) as named (part)
        where named.part is not null
    ),

    earlier as (
        select max(named.part[2]::numeric) as number
        from this
        cross join pattern
        -- Only lately seen ones: a cluster writes a file a minute, for years.
        cross join (
            select file.name
            from billing.cdr_file as file
            where file.source_id = p_source_id
            order by file.file_id desc
            limit 1000
        ) as known
        cross join lateral regexp_match(known.name, pattern.sequence) as named (part)
        where named.part[1] = this.part[1] and named.part[2]::numeric < this.part[2]::numeric
    )

    select nullif(this.part[2]::numeric - earlier.number - 1, 0)::bigint
    from this
    cross join earlier;
end;

comment on function logic.sequence_gap(bigint, text) is
$$How many files of a series are missing before this one, by the running numbers in their names; NULL: none,
or not known.
Example: select logic.sequence_gap(0, 'cdr_Cluster_01_202610140912_5')
Raises: nothing$$;

create function logic.load_begin(
    p_source text, p_name text, p_head_hash bytea, p_file_id bigint, p_position bigint
)
returns table (load_id bigint, file_id bigint, missing_before bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_source_id bigint := (select source.source_id from billing.cdr_source
    as source where source.code = p_source);
    v_file_id bigint := p_file_id;
    v_missing bigint;
    v_position bigint;
begin
    perform access.require('admin', 'batch', 'integration');
    if v_file_id is null then
        v_missing := logic.sequence_gap(v_source_id, p_name);
        insert into billing.cdr_file (source_id, name, head_hash)
        values (v_source_id, p_name, p_head_hash)
        returning cdr_file.file_id into v_file_id;
    else
        select file.position into v_position
        from billing.cdr_file as file where file.file_id = v_file_id
        for update;
        if v_position is distinct from p_position then
            perform billing.fail('LB313', jsonb_build_object('now', v_position, 'position', p_position));
        end if;
    end if;
    return query
    with started as (
        insert into billing.load (file_id, kind) values (v_file_id, 'file') returning load.load_id
    )

    select started.load_id, v_file_id, v_missing from started;
end;
$$;

comment on function logic.load_begin(text, text, bytea, bigint, bigint) is
$$Begins a batch of a file: of a new one (p_file_id NULL), or of a known one that stands at p_position.
missing_before:
how many files of its series are missing before a new file.
Example: select * from logic.load_begin('none', 'Master.csv', '\x00', null, 0) where false
Raises: LB313 where the file has moved on, LB901 without the level batch, admin or integration$$;

create function logic.load_finish(
    p_load_id bigint, p_position bigint, p_position_hash bytea, p_line_no bigint, p_is_complete boolean,
    p_last_started_at timestamptz, p_notes jsonb
)
returns table (read bigint, rated bigint, suspended bigint, duplicate bigint, zero bigint, conflicting bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    perform access.require('admin', 'batch', 'integration');
    perform logic.load_rate(p_load_id);
    update billing.cdr_file as file
    set
        position = p_position, position_hash = p_position_hash, line_no = p_line_no,
        is_complete = p_is_complete,
        last_started_at = coalesce(p_last_started_at, file.last_started_at), loaded_at = now(),
        read = file.read + load.read, rated = file.rated + load.rated,
        suspended = file.suspended + load.suspended,
        duplicate = file.duplicate + load.duplicate, zero = file.zero + load.zero,
        conflicting = file.conflicting + load.conflicting,
        notes = (
            select coalesce(jsonb_object_agg(noted.note, noted.count), '{}')
            from (
                select each.key as note, sum(each.value::bigint) as count
                from (
                    select * from jsonb_each_text(file.notes)
                    union all
                    select * from jsonb_each_text(p_notes)
                ) as each
                group by each.key
            ) as noted
        )
    from billing.load
    where load.load_id = p_load_id and file.file_id = load.file_id;
    return query
    select load.read, load.rated, load.suspended, load.duplicate, load.zero, load.conflicting
    from billing.load where load.load_id = p_load_id;
end;
$$;

comment on function logic.load_finish(bigint, bigint, bytea, bigint, boolean, timestamptz, jsonb) is
$$Rates the staged records of a batch and moves its file to the position after them; p_notes adds to the
file's counts.
Example: select * from logic.load_finish(0, 0, '\x00', 0, true, null, '{}') where false
Raises: LB901 without the level batch, admin or integration$$;

-- api

create function api.source_profile(p_source text)
returns jsonb
language sql stable
return logic.source_profile(p_source);

comment on function api.source_profile(text) is
$$Everything a reader needs to know about a source: its row, and the layouts that its files may have.
Example: select api.source_profile('none') where false
Raises: LB311 for an unknown source, LB312 for an unknown template, LB901 without the level batch, admin or
integration$$;
grant execute on function api.source_profile(text) to leissner_admin, leissner_batch, leissner_integration;

create function api.file_open(p_source text, p_head_hash bytea)
returns table (
    file_id bigint, name text, head_hash bytea, "position" bigint, position_hash bytea, line_no bigint,
    is_complete boolean, last_started_at timestamptz
)
language sql volatile
begin atomic
    select * from logic.file_open(p_source, p_head_hash);
end;

comment on function api.file_open(text, bytea) is
$$Takes the turn for files of a source that begin like this, and lists those known.
Example: select * from api.file_open('none', '\x00') where false
Raises: LB901 without the level batch, admin or integration$$;
grant execute on function api.file_open(text, bytea) to leissner_admin, leissner_batch, leissner_integration;

create function api.file_close(p_source text, p_head_hash bytea)
returns void
language sql volatile
begin atomic
    select logic.file_close(p_source, p_head_hash);
end;

comment on function api.file_close(text, bytea) is
$$Gives back the turn that file_open took.
Example: select api.file_close('none', '\x00') where false
Raises: LB901 without the level batch, admin or integration$$;
grant execute on function api.file_close(text, bytea) to leissner_admin, leissner_batch, leissner_integration;

create function api.load_begin(
    p_source text, p_name text, p_head_hash bytea, p_file_id bigint default null, p_position bigint default 0
)
returns table (load_id bigint, file_id bigint, missing_before bigint)
language sql volatile
begin atomic
    select * from logic.load_begin(p_source, p_name, p_head_hash, p_file_id, p_position);
end;

comment on function api.load_begin(text, text, bytea, bigint, bigint) is
$$Begins a batch of a file; its records are copied to billing.call_staging in the same transaction.
Example: select * from api.load_begin('none', 'Master.csv', '\x00') where false
Raises: LB313 where the file has moved on, LB901 without the level batch, admin or integration$$;
grant execute on function api.load_begin(text, text, bytea, bigint, bigint)
to leissner_admin, leissner_batch, leissner_integration;

create function api.load_finish(
    p_load_id bigint, p_position bigint, p_position_hash bytea, p_line_no bigint, p_is_complete boolean,
    p_last_started_at timestamptz, p_notes jsonb
)
returns table (read bigint, rated bigint, suspended bigint, duplicate bigint, zero bigint, conflicting bigint)
language sql volatile
begin atomic
    select *
    from logic.load_finish(
        p_load_id, p_position, p_position_hash, p_line_no, p_is_complete, p_last_started_at, p_notes
    );
end;

comment on function api.load_finish(bigint, bigint, bytea, bigint, boolean, timestamptz, jsonb) is
$$Rates the staged records of a batch and moves its file on; the counts of the batch.
Example: select * from api.load_finish(0, 0, '\x00', 0, true, null, '{}') where false
Raises: LB901 without the level batch, admin or integration$$;
grant execute on function api.load_finish(bigint, bigint, bytea, bigint, boolean, timestamptz, jsonb)
to leissner_admin, leissner_batch, leissner_integration;
