-- Bundles of included units and discount rings.

create table billing.bundle (
    bundle_id bigint generated always as identity,
    contract_line_id bigint not null,
    code text not null,
    units bigint not null,
    is_rollover boolean not null default false,
    covers_setup boolean not null default true,
    from_on date,
    to_on date,
    valid daterange not null,
    row_version integer not null default 1,
    constraint bundle_pk primary key (bundle_id),
    constraint bundle_code_uq
    unique (contract_line_id, code, valid without overlaps) deferrable initially deferred,
    constraint bundle_line_fk foreign key (contract_line_id)
    references billing.contract_line (contract_line_id),
    constraint bundle_period_fk foreign key (contract_line_id, period valid)
    references billing.contract_line (contract_line_id, period valid) deferrable initially deferred,
    constraint bundle_code_ck check (code <> ''),
    constraint bundle_units_ck check (units >= 0),
    constraint bundle_valid_ck check (not isempty(valid))
);
create index bundle_line_ix on billing.bundle (contract_line_id);

comment on table billing.bundle is 'Included units of a contract line per calendar month.';
comment on column billing.bundle.bundle_id is 'Surrogate key; new at every change.';
comment on column billing.bundle.contract_line_id is 'The line.';
comment on column billing.bundle.code is 'Code, unique in the line; several bundles are drawn on by code.';
comment on column billing.bundle.units is 'Units included per month.';
comment on column billing.bundle.is_rollover is 'Is what is left added to the next month?';
comment on column billing.bundle.covers_setup is 'Does it cover set-up fees too?';
comment on column billing.bundle.from_on is 'First day; NULL: the line''s.';
comment on column billing.bundle.to_on is 'First day no longer covered; NULL: the line''s end.';
comment on column billing.bundle.valid is 'Days it really holds, within the line''s.';
comment on column billing.bundle.row_version is 'Counts the versions of the row.';
comment on constraint bundle_pk on billing.bundle is 'A bundle is identified by its id.';
comment on constraint bundle_code_uq on billing.bundle is 'The periods of a bundle must not overlap.';
comment on constraint bundle_line_fk on billing.bundle is 'The contract line must exist.';
comment on constraint bundle_period_fk on billing.bundle is 'A bundle cannot hold longer than its line.';
comment on constraint bundle_code_ck on billing.bundle is 'A bundle needs a code.';
comment on constraint bundle_units_ck on billing.bundle is 'Units cannot be negative.';
comment on constraint bundle_valid_ck on billing.bundle is
'A bundle must begin within its line and end after it begins.';
comment on index billing.bundle_line_ix is 'Bundles of a line.';

create table billing.bundle_mode (
    bundle_mode_id bigint generated always as identity,
    bundle_id bigint not null,
    mode_id bigint,
    mode_group text,
    constraint bundle_mode_pk primary key (bundle_mode_id),
    constraint bundle_mode_bundle_fk foreign key (bundle_id)
    references billing.bundle (bundle_id) on update cascade on delete cascade,
    constraint bundle_mode_mode_fk foreign key (mode_id) references billing.mode (mode_id),
    constraint bundle_mode_one_ck check (num_nonnulls(mode_id, mode_group) = 1)
);
create index bundle_mode_bundle_ix on billing.bundle_mode (bundle_id);
create index bundle_mode_mode_ix on billing.bundle_mode (mode_id);

comment on table billing.bundle_mode is 'Modes that draw on a bundle; none: all that count seconds.';
comment on column billing.bundle_mode.bundle_mode_id is 'Surrogate key.';
comment on column billing.bundle_mode.bundle_id is 'The bundle.';
comment on column billing.bundle_mode.mode_id is 'A mode.';
comment on column billing.bundle_mode.mode_group is 'Or a group of modes.';
comment on constraint bundle_mode_pk on billing.bundle_mode is 'A row is identified by its id.';
comment on constraint bundle_mode_bundle_fk on billing.bundle_mode is 'The bundle must exist.';
comment on constraint bundle_mode_mode_fk on billing.bundle_mode is 'The mode must exist.';
comment on constraint bundle_mode_one_ck on billing.bundle_mode is 'A mode or a group of modes.';
comment on index billing.bundle_mode_bundle_ix is 'Modes of a bundle.';
comment on index billing.bundle_mode_mode_ix is 'Bundles of a mode.';

create table billing.bundle_target (
    bundle_target_id bigint generated always as identity,
    bundle_id bigint not null,
    destination_id bigint,
    destination_group_id bigint,
    product_id bigint,
    target_key bigint generated always as (coalesce(destination_id * 8 + 1, destination_group_id * 8 + 2, product_id * 8 + 3, 0)) stored,
    constraint bundle_target_pk primary key (bundle_target_id),
    constraint bundle_target_bundle_fk foreign key (bundle_id)
    references billing.bundle (bundle_id) on update cascade on delete cascade,
    constraint bundle_target_destination_fk foreign key (destination_id)
    references billing.destination (destination_id),
    constraint bundle_target_group_fk foreign key (destination_group_id)
    references billing.destination_group (destination_group_id),
    constraint bundle_target_product_fk foreign key (product_id) references billing.product (product_id),
    constraint bundle_target_one_ck
    check (num_nonnulls(destination_id, destination_group_id, product_id) = 1)
);
create index bundle_target_bundle_ix on billing.bundle_target (bundle_id);
create index bundle_target_destination_ix on billing.bundle_target (destination_id);
create index bundle_target_group_ix on billing.bundle_target (destination_group_id);
create index bundle_target_product_ix on billing.bundle_target (product_id);

comment on table billing.bundle_target is 'Destinations that draw on a bundle; none: all.';
comment on column billing.bundle_target.bundle_target_id is 'Surrogate key.';
comment on column billing.bundle_target.bundle_id is 'The bundle.';
comment on column billing.bundle_target.destination_id is 'A destination.';
comment on column billing.bundle_target.destination_group_id is 'Or a group of destinations.';
comment on column billing.bundle_target.product_id is 'Or a product type.';
comment on column billing.bundle_target.target_key is 'The target as one number, as in price_item.';
comment on constraint bundle_target_pk on billing.bundle_target is 'A row is identified by its id.';
comment on constraint bundle_target_bundle_fk on billing.bundle_target is 'The bundle must exist.';
comment on constraint bundle_target_destination_fk on billing.bundle_target is 'The destination must exist.';
comment on constraint bundle_target_group_fk on billing.bundle_target is 'The destination group must exist.';
comment on constraint bundle_target_product_fk on billing.bundle_target is 'The product must exist.';
comment on constraint bundle_target_one_ck on billing.bundle_target is 'One target a row.';
comment on index billing.bundle_target_bundle_ix is 'Targets of a bundle.';
comment on index billing.bundle_target_destination_ix is 'Bundles of a destination.';
comment on index billing.bundle_target_group_ix is 'Bundles of a group.';
comment on index billing.bundle_target_product_ix is 'Bundles of a product.';

create table billing.ring (
    ring_id bigint generated always as identity,
    code text not null,
    name text not null,
    priority integer not null,
    is_exclusive boolean not null default false,
    valid daterange not null default '(,)',
    band_id bigint,
    volume_unit text not null default 'none',
    volume_from numeric(20, 8) not null default 0,
    volume_to numeric(20, 8),
    kind text not null,
    value numeric(20, 8) not null,
    level text not null default 'retail',
    row_version integer not null default 1,
    constraint ring_pk primary key (ring_id),
    constraint ring_code_uq unique (code),
    constraint ring_code_ck check (code <> ''),
    constraint ring_band_fk foreign key (band_id) references billing.band (band_id),
    constraint ring_valid_ck check (not isempty(valid)),
    constraint ring_volume_unit_ck check (volume_unit in ('none', 'block', 'call', 'amount')),
    constraint ring_volume_ck check (volume_from >= 0 and volume_from < volume_to),
    constraint ring_kind_ck
    check (kind in ('percent', 'off_minute', 'off_call', 'price_minute', 'price_call')),
    constraint ring_value_ck check (value >= 0),
    constraint ring_level_ck check (level in ('retail', 'reseller'))
);
create index ring_band_ix on billing.ring (band_id);

comment on table billing.ring is 'Discount rings: who, what, when and how.';
comment on column billing.ring.ring_id is 'Surrogate key; new at every change.';
comment on column billing.ring.code is 'Business key.';
comment on column billing.ring.name is 'Name on invoices.';
comment on column billing.ring.priority is 'Rings apply in ascending priority, equal ones by code.';
comment on column billing.ring.is_exclusive is 'Does it end the sequence?';
comment on column billing.ring.valid is 'Local days of the calls'' start.';
comment on column billing.ring.band_id is 'Time band at the call''s start; NULL: all hours.';
comment on column billing.ring.volume_unit is
'none, block, call or amount: what its interval counts per month.';
comment on column billing.ring.volume_from is 'Interval from, inclusive.';
comment on column billing.ring.volume_to is 'Interval to, exclusive; NULL: open.';
comment on column billing.ring.kind is 'percent, off_minute, off_call, price_minute or price_call.';
comment on column billing.ring.value is 'Percent, or amount in the currency of the list.';
comment on column billing.ring.level is 'retail or reseller.';
comment on column billing.ring.row_version is 'Counts the versions of the row.';
comment on constraint ring_pk on billing.ring is 'A ring is identified by its id.';
comment on constraint ring_code_uq on billing.ring is 'There is already a ring with this code.';
comment on constraint ring_code_ck on billing.ring is 'A ring needs a code.';
comment on constraint ring_band_fk on billing.ring is 'The band must exist.';
comment on constraint ring_valid_ck on billing.ring is 'The period must not be empty.';
comment on constraint ring_volume_unit_ck on billing.ring is 'Volume counts none, block, call or amount.';
comment on constraint ring_volume_ck on billing.ring is 'A volume interval begins before it ends.';
comment on constraint ring_kind_ck on billing.ring is
'A ring is percent, off_minute, off_call, price_minute or price_call.';
comment on constraint ring_value_ck on billing.ring is 'A ring''s value cannot be negative.';
comment on constraint ring_level_ck on billing.ring is 'A ring is of level retail or reseller.';
comment on index billing.ring_band_ix is 'Rings of a band.';

create table billing.ring_member (
    ring_member_id bigint generated always as identity,
    ring_id bigint not null,
    customer_id bigint,
    customer_group_id bigint,
    contract_id bigint,
    constraint ring_member_pk primary key (ring_member_id),
    constraint ring_member_ring_fk foreign key (ring_id)
    references billing.ring (ring_id) on update cascade on delete cascade,
    constraint ring_member_customer_fk foreign key (customer_id) references billing.customer (customer_id),
    constraint ring_member_group_fk foreign key (customer_group_id)
    references billing.customer_group (customer_group_id),
    constraint ring_member_contract_fk foreign key (contract_id) references billing.contract (contract_id),
    constraint ring_member_one_ck check (num_nonnulls(customer_id, customer_group_id, contract_id) = 1)
);
create index ring_member_ring_ix on billing.ring_member (ring_id);
create index ring_member_customer_ix on billing.ring_member (customer_id);
create index ring_member_group_ix on billing.ring_member (customer_group_id);
create index ring_member_contract_ix on billing.ring_member (contract_id);

comment on table billing.ring_member is 'Who has a ring, with everyone below; none: everyone.';
comment on column billing.ring_member.ring_member_id is 'Surrogate key.';
comment on column billing.ring_member.ring_id is 'The ring.';
comment on column billing.ring_member.customer_id is 'A customer.';
comment on column billing.ring_member.customer_group_id is 'Or a group of customers.';
comment on column billing.ring_member.contract_id is 'Or a contract.';
comment on constraint ring_member_pk on billing.ring_member is 'A row is identified by its id.';
comment on constraint ring_member_ring_fk on billing.ring_member is 'The ring must exist.';
comment on constraint ring_member_customer_fk on billing.ring_member is 'The customer must exist.';
comment on constraint ring_member_group_fk on billing.ring_member is 'The customer group must exist.';
comment on constraint ring_member_contract_fk on billing.ring_member is 'The contract must exist.';
comment on constraint ring_member_one_ck on billing.ring_member is 'One member a row.';
comment on index billing.ring_member_ring_ix is 'Members of a ring.';
comment on index billing.ring_member_customer_ix is 'Rings of a customer.';
comment on index billing.ring_member_group_ix is 'Rings of a group.';
comment on index billing.ring_member_contract_ix is 'Rings of a contract.';

create table billing.ring_mode (
    ring_mode_id bigint generated always as identity,
    ring_id bigint not null,
    mode_id bigint,
    mode_group text,
    constraint ring_mode_pk primary key (ring_mode_id),
    constraint ring_mode_ring_fk foreign key (ring_id)
    references billing.ring (ring_id) on update cascade on delete cascade,
    constraint ring_mode_mode_fk foreign key (mode_id) references billing.mode (mode_id),
    constraint ring_mode_one_ck check (num_nonnulls(mode_id, mode_group) = 1)
);
create index ring_mode_ring_ix on billing.ring_mode (ring_id);
create index ring_mode_mode_ix on billing.ring_mode (mode_id);

comment on table billing.ring_mode is 'Modes of a ring; none: all.';
comment on column billing.ring_mode.ring_mode_id is 'Surrogate key.';
comment on column billing.ring_mode.ring_id is 'The ring.';
comment on column billing.ring_mode.mode_id is 'A mode.';
comment on column billing.ring_mode.mode_group is 'Or a group of modes.';
comment on constraint ring_mode_pk on billing.ring_mode is 'A row is identified by its id.';
comment on constraint ring_mode_ring_fk on billing.ring_mode is 'The ring must exist.';
comment on constraint ring_mode_mode_fk on billing.ring_mode is 'The mode must exist.';
comment on constraint ring_mode_one_ck on billing.ring_mode is 'A mode or a group of modes.';
comment on index billing.ring_mode_ring_ix is 'Modes of a ring.';
comment on index billing.ring_mode_mode_ix is 'Rings of a mode.';

create table billing.ring_target (
    ring_target_id bigint generated always as identity,
    ring_id bigint not null,
    destination_id bigint,
    destination_group_id bigint,
    product_id bigint,
    is_inside boolean not null default false,
    target_key bigint generated always as (coalesce(destination_id * 8 + 1, destination_group_id * 8 + 2, product_id * 8 + 3, 0)) stored,
    constraint ring_target_pk primary key (ring_target_id),
    constraint ring_target_ring_fk foreign key (ring_id)
    references billing.ring (ring_id) on update cascade on delete cascade,
    constraint ring_target_destination_fk foreign key (destination_id)
    references billing.destination (destination_id),
    constraint ring_target_group_fk foreign key (destination_group_id)
    references billing.destination_group (destination_group_id),
    constraint ring_target_product_fk foreign key (product_id) references billing.product (product_id),
    constraint ring_target_one_ck
    check (num_nonnulls(destination_id, destination_group_id, product_id) + is_inside::integer = 1)
);
create index ring_target_ring_ix on billing.ring_target (ring_id);
create index ring_target_destination_ix on billing.ring_target (destination_id);
create index ring_target_group_ix on billing.ring_target (destination_group_id);
create index ring_target_product_ix on billing.ring_target (product_id);

comment on table billing.ring_target is 'Destinations of a ring; none: all.';
comment on column billing.ring_target.ring_target_id is 'Surrogate key.';
comment on column billing.ring_target.ring_id is 'The ring.';
comment on column billing.ring_target.destination_id is 'A destination.';
comment on column billing.ring_target.destination_group_id is 'Or a group of destinations.';
comment on column billing.ring_target.product_id is 'Or a product type.';
comment on column billing.ring_target.is_inside is 'Or: the called number belongs to a member too.';
comment on column billing.ring_target.target_key is 'The target as one number, as in price_item.';
comment on constraint ring_target_pk on billing.ring_target is 'A row is identified by its id.';
comment on constraint ring_target_ring_fk on billing.ring_target is 'The ring must exist.';
comment on constraint ring_target_destination_fk on billing.ring_target is 'The destination must exist.';
comment on constraint ring_target_group_fk on billing.ring_target is 'The destination group must exist.';
comment on constraint ring_target_product_fk on billing.ring_target is 'The product must exist.';
comment on constraint ring_target_one_ck on billing.ring_target is 'One target a row.';
comment on index billing.ring_target_ring_ix is 'Targets of a ring.';
comment on index billing.ring_target_destination_ix is 'Rings of a destination.';
comment on index billing.ring_target_group_ix is 'Rings of a group.';
comment on index billing.ring_target_product_ix is 'Rings of a product.';

create function billing.tg_contract_line_narrow()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    update billing.subscriber_number as child
    set from_on = child.from_on
    from new_rows
    inner join old_rows on old_rows.contract_line_id = new_rows.contract_line_id
    where
        child.contract_line_id = new_rows.contract_line_id and old_rows.valid <> new_rows.valid
        and child.valid is distinct from billing.period_within(child.from_on, child.to_on, new_rows.valid);
    update billing.bundle as child
    set from_on = child.from_on
    from new_rows
    inner join old_rows on old_rows.contract_line_id = new_rows.contract_line_id
    where
        child.contract_line_id = new_rows.contract_line_id and old_rows.valid <> new_rows.valid
        and child.valid is distinct from billing.period_within(child.from_on, child.to_on, new_rows.valid);
    return null;
end;
$$;
comment on function billing.tg_contract_line_narrow() is
$$Trigger: a line's new period goes to its numbers and bundles.
Raises: nothing (one left without a day fails its own check)$$;

create trigger _50_narrow after update on billing.contract_line
referencing old table as old_rows new table as new_rows
for each statement execute function billing.tg_contract_line_narrow();
create trigger _10_version before update on billing.bundle
for each row execute function billing.tg_row_version();
create trigger _20_period before insert or update on billing.bundle
for each row execute function billing.tg_line_child_period();
create trigger _30_former before update or delete on billing.bundle
for each row execute function billing.tg_keep_former('bundle_id');
create trigger _10_version before update on billing.ring
for each row execute function billing.tg_row_version();
create trigger _20_former before update or delete on billing.ring
for each row execute function billing.tg_keep_former('ring_id');
