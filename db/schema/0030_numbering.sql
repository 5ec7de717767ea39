-- Destinations and their groups, prefixes, area codes. Former definitions of what has priced calls.

create table billing.definition_former (
    table_name text not null,
    id bigint not null,
    definition jsonb not null,
    replaced_at timestamptz not null default now(),
    constraint definition_former_pk primary key (table_name, id)
);

comment on table billing.definition_former is
'Former versions of price items, prefixes, band slots, rings and bundles, by their id: explanations '
'of old calls read them.';
comment on column billing.definition_former.table_name is 'Table the row was in.';
comment on column billing.definition_former.id is 'Its id there; ids are never used again.';
comment on column billing.definition_former.definition is 'The row as it was.';
comment on column billing.definition_former.replaced_at is 'When it was replaced or removed.';
comment on constraint definition_former_pk on billing.definition_former is 'A definition is kept once.';

-- What has priced a call is not changed in place: the old row is kept under its id, the new one gets a new id.
create function billing.tg_keep_former()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_key text := tg_argv[0];
    v_old jsonb := to_jsonb(old);
begin
    if tg_op = 'UPDATE' and to_jsonb(new) - 'row_version' = v_old - 'row_version' then
        return new;
    end if;
    insert into billing.definition_former (table_name, id, definition)
    values (tg_table_name, (v_old ->> v_key)::bigint, v_old);
    if tg_op = 'DELETE' then
        return old;
    end if;
    return jsonb_populate_record(
        new,
        jsonb_build_object(
            v_key, nextval(pg_get_serial_sequence(format('%I.%I', tg_table_schema, tg_table_name), v_key))
        )
    );
end;
$$;
comment on function billing.tg_keep_former() is
$$Trigger (argument: the key column): moves the old row to billing.definition_former, the new one gets a new id.
Raises: nothing$$;

create table billing.destination_group (
    destination_group_id bigint generated always as identity,
    code text not null,
    name text not null,
    rank integer not null,
    row_version integer not null default 1,
    constraint destination_group_pk primary key (destination_group_id),
    constraint destination_group_code_uq unique (code),
    constraint destination_group_rank_uq unique (rank) deferrable initially deferred,
    constraint destination_group_code_ck check (code <> '')
);

comment on table billing.destination_group is 'Groups of destinations with uniform prices.';
comment on column billing.destination_group.destination_group_id is 'Surrogate key.';
comment on column billing.destination_group.code is 'Business key.';
comment on column billing.destination_group.name is 'Name.';
comment on column billing.destination_group.rank is 'Of several groups that match, the lowest rank wins.';
comment on column billing.destination_group.row_version is 'Counts the versions of the row.';
comment on constraint destination_group_pk on billing.destination_group is
'A destination group is identified by its id.';
comment on constraint destination_group_code_uq on billing.destination_group is
'There is already a destination group with this code.';
comment on constraint destination_group_rank_uq on billing.destination_group is
'Two destination groups cannot have the same rank.';
comment on constraint destination_group_code_ck on billing.destination_group is
'A destination group needs a code.';

create table billing.destination (
    destination_id bigint generated always as identity,
    code text not null,
    name text not null,
    country text not null,
    product_id bigint not null,
    row_version integer not null default 1,
    constraint destination_pk primary key (destination_id),
    constraint destination_code_uq unique (code),
    constraint destination_code_ck check (code <> ''),
    constraint destination_country_ck check (country ~ '^[A-Z]{2}$'),
    constraint destination_product_fk foreign key (product_id) references billing.product (product_id)
);
create index destination_product_ix on billing.destination (product_id);

comment on table billing.destination is 'Where calls go, as far as prices tell apart.';
comment on column billing.destination.destination_id is 'Surrogate key.';
comment on column billing.destination.code is 'Business key.';
comment on column billing.destination.name is 'Name on invoices.';
comment on column billing.destination.country is 'ISO 3166 alpha-2, or XX for none.';
comment on column billing.destination.product_id is 'Product type.';
comment on column billing.destination.row_version is 'Counts the versions of the row.';
comment on constraint destination_pk on billing.destination is 'A destination is identified by its id.';
comment on constraint destination_code_uq on billing.destination is
'There is already a destination with this code.';
comment on constraint destination_code_ck on billing.destination is 'A destination needs a code.';
comment on constraint destination_country_ck on billing.destination is
'A country is two capital letters, XX for none.';
comment on constraint destination_product_fk on billing.destination is 'The product must exist.';
comment on index billing.destination_product_ix is 'Destinations of a product.';

create table billing.destination_in_group (
    destination_id bigint not null,
    destination_group_id bigint not null,
    constraint destination_in_group_pk primary key (destination_id, destination_group_id),
    constraint destination_in_group_destination_fk foreign key (destination_id)
    references billing.destination (destination_id),
    constraint destination_in_group_group_fk foreign key (destination_group_id)
    references billing.destination_group (destination_group_id)
);
create index destination_in_group_group_ix on billing.destination_in_group (destination_group_id);

comment on table billing.destination_in_group is 'Groups of a destination.';
comment on column billing.destination_in_group.destination_id is 'The destination.';
comment on column billing.destination_in_group.destination_group_id is 'The group.';
comment on constraint destination_in_group_pk on billing.destination_in_group is
'A destination is in a group once.';
comment on constraint destination_in_group_destination_fk on billing.destination_in_group is
'The destination must exist.';
comment on constraint destination_in_group_group_fk on billing.destination_in_group is
'The destination group must exist.';
comment on index billing.destination_in_group_group_ix is 'Destinations of a group.';

create table billing.prefix (
    prefix_id bigint generated always as identity,
    digits text not null,
    is_whole boolean not null default false,
    destination_id bigint not null,
    valid daterange not null default '(,)',
    code text generated always as (digits || case when is_whole then '$' else '' end) stored,
    row_version integer not null default 1,
    constraint prefix_pk primary key (prefix_id),
    constraint prefix_code_uq unique (code, valid without overlaps) deferrable initially deferred,
    constraint prefix_digits_ck check (digits ~ '^[0-9]{1,15}$'),
    constraint prefix_valid_ck check (not isempty(valid)),
    constraint prefix_destination_fk foreign key (destination_id)
    references billing.destination (destination_id)
);
create index prefix_digits_ix on billing.prefix (digits);
create index prefix_destination_ix on billing.prefix (destination_id);

comment on table billing.prefix is
'Heads of E.164 numbers and what they mean; the longest match wins, a whole number beats all.';
comment on column billing.prefix.prefix_id is 'Surrogate key; new at every change.';
comment on column billing.prefix.digits is 'E.164 digits.';
comment on column billing.prefix.is_whole is 'Does it match that whole number only?';
comment on column billing.prefix.destination_id is 'The destination.';
comment on column billing.prefix.valid is 'Days it holds.';
comment on column billing.prefix.code is 'As files write it: with $ when whole.';
comment on column billing.prefix.row_version is 'Counts the versions of the row.';
comment on constraint prefix_pk on billing.prefix is 'A prefix is identified by its id.';
comment on constraint prefix_code_uq on billing.prefix is 'The periods of a prefix must not overlap.';
comment on constraint prefix_digits_ck on billing.prefix is 'A prefix has 1 to 15 digits.';
comment on constraint prefix_valid_ck on billing.prefix is 'The period must not be empty.';
comment on constraint prefix_destination_fk on billing.prefix is 'The destination must exist.';
comment on index billing.prefix_digits_ix is 'Longest-prefix match.';
comment on index billing.prefix_destination_ix is 'Prefixes of a destination.';

create table billing.area_code (
    country text not null,
    prefix text not null,
    name text not null,
    row_version integer not null default 1,
    constraint area_code_pk primary key (country, prefix),
    constraint area_code_prefix_ck check (prefix ~ '^[0-9]{1,15}$'),
    constraint area_code_country_ck check (country ~ '^[A-Z]{2}$')
);

comment on table billing.area_code is 'Area codes, for counting numbers.';
comment on column billing.area_code.country is 'ISO 3166 alpha-2.';
comment on column billing.area_code.prefix is 'E.164 digits.';
comment on column billing.area_code.name is 'Name of the area.';
comment on column billing.area_code.row_version is 'Counts the versions of the row.';
comment on constraint area_code_pk on billing.area_code is 'An area code is named once.';
comment on constraint area_code_prefix_ck on billing.area_code is 'An area code has 1 to 15 digits.';
comment on constraint area_code_country_ck on billing.area_code is 'A country is two capital letters.';

create trigger _10_version before update on billing.destination_group
for each row execute function billing.tg_row_version();
create trigger _10_version before update on billing.destination
for each row execute function billing.tg_row_version();
create trigger _10_version before update on billing.area_code
for each row execute function billing.tg_row_version();
create trigger _10_version before update on billing.prefix
for each row execute function billing.tg_row_version();
create trigger _20_former before update or delete on billing.prefix
for each row execute function billing.tg_keep_former('prefix_id');
