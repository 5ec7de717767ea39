-- Numbering: destinations and the prefixes that lead to them; former versions of definitions that priced
-- calls. Lock: none that anyone waits for. Duration: under a second.

-- Former definitions
-- ----------------------------------------------------------------------------------------------------------

create table billing.definition_former (
    table_name text not null,
    id bigint not null,
    definition jsonb not null,
    replaced_at timestamptz not null default now(),
    replaced_by bigint,
    constraint definition_former_pk primary key (table_name, id)
);

comment on table billing.definition_former is
    'Price items, prefixes, band slots, rings and bundles as they were before they were changed: what '
    'priced a call stays readable.';
comment on column billing.definition_former.table_name is 'The table, without its schema.';
comment on column billing.definition_former.id is 'The id it had; calls name it.';
comment on column billing.definition_former.definition is 'The row, with its members, modes and targets.';
comment on column billing.definition_former.replaced_at is 'When it was replaced.';
comment on column billing.definition_former.replaced_by is 'The id of the row in its place; NULL: deleted.';
comment on constraint definition_former_pk on billing.definition_former is 'An id has one former definition.';

-- A row that is changed leaves its former self under its id and goes on under a new one; what hangs on it
-- follows by `on update cascade`. Arguments: columns whose change alone replaces nothing. Raising row_version
-- in the statement replaces the row although no column changes: for rows whose children are about to.
-- Definer, because no level may write billing.definition_former.
create function billing.tg_definition_former()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_key text := tg_table_name || '_id';
    v_id bigint := to_jsonb(old) -> v_key;
    v_passed text[] := coalesce(tg_argv, '{}');
    v_children jsonb := '{}';
    v_new_id bigint;
begin
    if tg_op = 'UPDATE' then
        if to_jsonb(new) - v_passed = to_jsonb(old) - v_passed then
            return new;
        end if;
        v_new_id := nextval(pg_get_serial_sequence(format('%I.%I', tg_table_schema, tg_table_name), v_key));
    end if;
    if tg_table_name in ('ring', 'bundle') then
        execute format(
            $sql$
                select jsonb_build_object(
                    'modes', (select jsonb_agg(child) from billing.%1$s_mode as child where %1$s_id = $1),
                    'targets', (select jsonb_agg(child) from billing.%1$s_target as child where %1$s_id = $1)
                )
            $sql$,
            tg_table_name
        ) into v_children using v_id;
    end if;
    if tg_table_name = 'ring' then
        v_children := v_children || jsonb_build_object('members', (
            select jsonb_agg(child) from billing.ring_member as child where child.ring_id = v_id
        ));
    end if;
    insert into billing.definition_former (table_name, id, definition, replaced_by)
    values (tg_table_name, v_id, to_jsonb(old) || v_children, v_new_id);
    if tg_op = 'DELETE' then
        return old;
    end if;
    return jsonb_populate_record(new, jsonb_build_object(v_key, v_new_id));
end
$$;

comment on function billing.tg_definition_former() is
$$Trigger function: keeps the former row of a definition.
It checks no permission: whoever may change the row leaves its former self.
Raises: nothing$$;

create table billing.destination_group (
    destination_group_id bigint generated always as identity,
    code text not null,
    name text not null,
    rank int not null,
    row_version int not null default 1,
    constraint destination_group_pk primary key (destination_group_id),
    constraint destination_group_code_uq unique (code),
    constraint destination_group_rank_uq unique (rank) deferrable initially deferred,
    constraint destination_group_code_ck check (code <> '')
);

comment on table billing.destination_group is 'Groups of destinations that prices and discounts may name.';
comment on column billing.destination_group.destination_group_id is 'Surrogate key, inside only.';
comment on column billing.destination_group.code is 'Short name in files and screens.';
comment on column billing.destination_group.name is 'Name.';
comment on column billing.destination_group.rank is
    'Of several groups that match a call, the one with the lowest rank decides.';
comment on column billing.destination_group.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint destination_group_pk on billing.destination_group is
    'The key of a destination group is unique.';
comment on constraint destination_group_code_uq on billing.destination_group is
    'There is a destination group with that code already.';
comment on constraint destination_group_rank_uq on billing.destination_group is
    'Another destination group has that rank.';
comment on constraint destination_group_code_ck on billing.destination_group is
    'A destination group needs a code.';

create trigger _10_row_version before update on billing.destination_group
for each row execute function access.tg_row_version();

create table billing.destination (
    destination_id bigint generated always as identity,
    code text not null,
    name text not null,
    country text not null,
    product_id bigint not null,
    row_version int not null default 1,
    constraint destination_pk primary key (destination_id),
    constraint destination_code_uq unique (code),
    constraint destination_product_fk foreign key (product_id) references billing.product (product_id),
    constraint destination_code_ck check (code <> ''),
    constraint destination_country_ck check (country ~ '^[A-Z]{2}$')
);
create index destination_product_ix on billing.destination (product_id);

comment on table billing.destination is 'Where calls go: what prices are written for.';
comment on column billing.destination.destination_id is 'Surrogate key, inside only.';
comment on column billing.destination.code is 'Short name in files and screens.';
comment on column billing.destination.name is 'Name, as on invoices.';
comment on column billing.destination.country is 'Country, ISO 3166 alpha-2, or XX for none.';
comment on column billing.destination.product_id is 'Its product type.';
comment on column billing.destination.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint destination_pk on billing.destination is 'The key of a destination is unique.';
comment on constraint destination_code_uq on billing.destination is
    'There is a destination with that code already.';
comment on constraint destination_product_fk on billing.destination is 'The product type must exist.';
comment on constraint destination_code_ck on billing.destination is 'A destination needs a code.';
comment on constraint destination_country_ck on billing.destination is
    'A country must be two capital letters (ISO 3166), XX for none.';

create trigger _10_row_version before update on billing.destination
for each row execute function access.tg_row_version();

create table billing.destination_in_group (
    destination_id bigint not null,
    destination_group_id bigint not null,
    constraint destination_in_group_pk primary key (destination_id, destination_group_id),
    constraint destination_in_group_destination_fk foreign key (destination_id)
        references billing.destination (destination_id) on delete cascade,
    constraint destination_in_group_group_fk foreign key (destination_group_id)
        references billing.destination_group (destination_group_id)
);
create index destination_in_group_group_ix on billing.destination_in_group (destination_group_id);

comment on table billing.destination_in_group is 'Which destinations are in which groups.';
comment on column billing.destination_in_group.destination_id is 'The destination.';
comment on column billing.destination_in_group.destination_group_id is 'The group.';
comment on constraint destination_in_group_pk on billing.destination_in_group is
    'A destination is in a group once.';
comment on constraint destination_in_group_destination_fk on billing.destination_in_group is
    'The destination must exist.';
comment on constraint destination_in_group_group_fk on billing.destination_in_group is
    'The destination group must exist.';

create table billing.prefix (
    prefix_id bigint generated always as identity,
    digits text not null,
    is_whole boolean not null default false,
    destination_id bigint not null,
    valid daterange not null,
    row_version int not null default 1,
    constraint prefix_pk primary key (prefix_id),
    constraint prefix_valid_uq unique (digits, is_whole, valid without overlaps)
        deferrable initially deferred,
    constraint prefix_destination_fk foreign key (destination_id)
        references billing.destination (destination_id),
    constraint prefix_digits_ck check (digits ~ '^[0-9]{1,18}$'),
    constraint prefix_valid_ck check (not isempty(valid))
);
create index prefix_destination_ix on billing.prefix (destination_id);
create index prefix_digits_ix on billing.prefix (digits, is_whole);

comment on table billing.prefix is
    'Digits that lead to a destination: the longest prefix of a number decides, a whole number before '
    'every other.';
comment on column billing.prefix.prefix_id is 'Surrogate key, inside only.';
comment on column billing.prefix.digits is 'E.164 digits.';
comment on column billing.prefix.is_whole is 'Does it match that whole number only?';
comment on column billing.prefix.destination_id is 'Where it leads.';
comment on column billing.prefix.valid is 'Days on which it holds.';
comment on column billing.prefix.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint prefix_pk on billing.prefix is 'The key of a prefix is unique.';
comment on constraint prefix_valid_uq on billing.prefix is 'The prefix leads somewhere else in that period.';
comment on constraint prefix_destination_fk on billing.prefix is 'The destination must exist.';
comment on constraint prefix_digits_ck on billing.prefix is 'A prefix must be 1 to 18 digits.';
comment on constraint prefix_valid_ck on billing.prefix is 'A period must have at least one day.';
comment on index billing.prefix_digits_ix is 'The prefixes of a number, one look-up per length.';

create trigger _10_row_version before update on billing.prefix
for each row execute function access.tg_row_version();

create trigger _05_former before update or delete on billing.prefix
for each row execute function billing.tg_definition_former();

create table billing.area_code (
    country text not null,
    prefix text not null,
    name text not null,
    row_version int not null default 1,
    constraint area_code_pk primary key (country, prefix),
    constraint area_code_country_ck check (country ~ '^[A-Z]{2}$'),
    constraint area_code_prefix_ck check (prefix ~ '^[0-9]{1,18}$')
);

comment on table billing.area_code is 'Names of areas by the beginning of a number, for reports.';
comment on column billing.area_code.country is 'Country, ISO 3166 alpha-2.';
comment on column billing.area_code.prefix is 'E.164 digits with country code.';
comment on column billing.area_code.name is 'Name of the area.';
comment on column billing.area_code.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint area_code_pk on billing.area_code is 'An area code is listed once per country.';
comment on constraint area_code_country_ck on billing.area_code is
    'A country must be two capital letters (ISO 3166).';
comment on constraint area_code_prefix_ck on billing.area_code is 'An area code must be 1 to 18 digits.';

create trigger _10_row_version before update on billing.area_code
for each row execute function access.tg_row_version();
