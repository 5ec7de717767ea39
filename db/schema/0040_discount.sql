-- Discounts: bundles of included units, and rings of discounts. What belongs to contracts is tied to them in
-- 0045. Lock: none that anyone waits for. Duration: under a second.

create table billing.bundle (
    bundle_id bigint generated always as identity,
    contract_line_id bigint not null,
    code text not null,
    units bigint not null,
    is_rollover boolean not null default false,
    covers_setup boolean not null default true,
    from_on date,
    to_on date,
    valid daterange,
    row_version int not null default 1,
    constraint bundle_pk primary key (bundle_id),
    constraint bundle_code_uq unique nulls not distinct (contract_line_id, code, from_on),
    constraint bundle_valid_ex exclude using gist (contract_line_id with =, code with =, valid with &&)
        deferrable initially deferred,
    constraint bundle_code_ck check (code <> ''),
    constraint bundle_units_ck check (units >= 0),
    constraint bundle_period_ck check (from_on < to_on)
);

comment on table billing.bundle is 'Included units of a contract line per calendar month.';
comment on column billing.bundle.bundle_id is 'Surrogate key, inside only.';
comment on column billing.bundle.contract_line_id is 'The contract line.';
comment on column billing.bundle.code is 'Short name within the line; several bundles are drawn on by code.';
comment on column billing.bundle.units is 'Units a month.';
comment on column billing.bundle.is_rollover is 'Does what is left go to the next month?';
comment on column billing.bundle.covers_setup is 'Does it cover the set-up fee of a call too?';
comment on column billing.bundle.from_on is 'First day; NULL: the line''s.';
comment on column billing.bundle.to_on is 'First day no longer covered; NULL: the line''s.';
comment on column billing.bundle.valid is 'The period in effect, kept from the line; NULL: no day is left.';
comment on column billing.bundle.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint bundle_pk on billing.bundle is 'The key of a bundle is unique.';
comment on constraint bundle_code_uq on billing.bundle is
    'The line has a bundle with that code and start already.';
comment on constraint bundle_valid_ex on billing.bundle is
    'The line has another bundle with that code in the period.';
comment on constraint bundle_code_ck on billing.bundle is 'A bundle needs a code.';
comment on constraint bundle_units_ck on billing.bundle is 'The units of a bundle must not be negative.';
comment on constraint bundle_period_ck on billing.bundle is 'A period must end after it begins.';

create trigger _10_row_version before update on billing.bundle
for each row execute function access.tg_row_version();

create table billing.bundle_mode (
    bundle_mode_id bigint generated always as identity,
    bundle_id bigint not null,
    mode_id bigint,
    mode_group text,
    constraint bundle_mode_pk primary key (bundle_mode_id),
    constraint bundle_mode_mode_uq unique nulls not distinct (bundle_id, mode_id, mode_group),
    constraint bundle_mode_bundle_fk foreign key (bundle_id)
        references billing.bundle (bundle_id) on delete cascade on update cascade,
    constraint bundle_mode_mode_fk foreign key (mode_id) references billing.mode (mode_id),
    constraint bundle_mode_one_ck check (num_nonnulls(mode_id, mode_group) = 1)
);
create index bundle_mode_mode_ix on billing.bundle_mode (mode_id);

comment on table billing.bundle_mode is 'Modes a bundle covers; none: all that count seconds.';
comment on column billing.bundle_mode.bundle_mode_id is 'Surrogate key, inside only.';
comment on column billing.bundle_mode.bundle_id is 'The bundle.';
comment on column billing.bundle_mode.mode_id is 'A mode.';
comment on column billing.bundle_mode.mode_group is 'Or a group of modes.';
comment on constraint bundle_mode_pk on billing.bundle_mode is 'The key of the row is unique.';
comment on constraint bundle_mode_mode_uq on billing.bundle_mode is 'A bundle names a mode once.';
comment on constraint bundle_mode_bundle_fk on billing.bundle_mode is 'The bundle must exist.';
comment on constraint bundle_mode_mode_fk on billing.bundle_mode is 'The mode must exist.';
comment on constraint bundle_mode_one_ck on billing.bundle_mode is 'A row names a mode or a group of modes.';

create table billing.bundle_target (
    bundle_target_id bigint generated always as identity,
    bundle_id bigint not null,
    destination_id bigint,
    destination_group_id bigint,
    product_id bigint,
    target_key bigint not null generated always as (
        coalesce(
            destination_id * 8 + 1, destination_group_id * 8 + 2,
            product_id * 8 + 3
        )
    ) stored,
    constraint bundle_target_pk primary key (bundle_target_id),
    constraint bundle_target_target_uq unique (bundle_id, target_key),
    constraint bundle_target_bundle_fk foreign key (bundle_id)
        references billing.bundle (bundle_id) on delete cascade on update cascade,
    constraint bundle_target_destination_fk foreign key (destination_id)
        references billing.destination (destination_id),
    constraint bundle_target_destination_group_fk foreign key (destination_group_id)
        references billing.destination_group (destination_group_id),
    constraint bundle_target_product_fk foreign key (product_id) references billing.product (product_id),
    constraint bundle_target_one_ck check (
        num_nonnulls(destination_id, destination_group_id, product_id) = 1
    )
);
create index bundle_target_destination_ix on billing.bundle_target (destination_id);
create index bundle_target_destination_group_ix on billing.bundle_target (destination_group_id);
create index bundle_target_product_ix on billing.bundle_target (product_id);

comment on table billing.bundle_target is 'Targets a bundle covers; none: everything.';
comment on column billing.bundle_target.bundle_target_id is 'Surrogate key, inside only.';
comment on column billing.bundle_target.bundle_id is 'The bundle.';
comment on column billing.bundle_target.destination_id is 'A destination.';
comment on column billing.bundle_target.destination_group_id is 'Or a destination group.';
comment on column billing.bundle_target.product_id is 'Or a product type.';
comment on column billing.bundle_target.target_key is 'The target as one number, as in price_item.';
comment on constraint bundle_target_pk on billing.bundle_target is 'The key of the row is unique.';
comment on constraint bundle_target_target_uq on billing.bundle_target is 'A bundle names a target once.';
comment on constraint bundle_target_bundle_fk on billing.bundle_target is 'The bundle must exist.';
comment on constraint bundle_target_destination_fk on billing.bundle_target is 'The destination must exist.';
comment on constraint bundle_target_destination_group_fk on billing.bundle_target is
    'The destination group must exist.';
comment on constraint bundle_target_product_fk on billing.bundle_target is 'The product type must exist.';
comment on constraint bundle_target_one_ck on billing.bundle_target is 'A row names one target.';

create table billing.ring (
    ring_id bigint generated always as identity,
    code text not null,
    name text not null,
    priority int not null,
    is_exclusive boolean not null default false,
    valid daterange not null,
    band_id bigint,
    volume_unit text not null default 'none',
    volume_from numeric(20, 8) not null default 0,
    volume_to numeric(20, 8),
    kind text not null,
    value numeric(20, 8) not null,
    level text not null default 'retail',
    row_version int not null default 1,
    constraint ring_pk primary key (ring_id),
    constraint ring_code_uq unique (code),
    constraint ring_band_fk foreign key (band_id) references billing.band (band_id) on update cascade,
    constraint ring_code_ck check (code <> ''),
    constraint ring_valid_ck check (not isempty(valid)),
    constraint ring_volume_unit_ck check (volume_unit in ('none', 'block', 'call', 'amount')),
    constraint ring_volume_ck check (volume_from >= 0 and volume_to > volume_from),
    constraint ring_kind_ck check (
        kind in ('percent', 'off_minute', 'off_call', 'price_minute', 'price_call')
    ),
    constraint ring_value_ck check (kind !~ '^price' or value >= 0),
    constraint ring_level_ck check (level in ('retail', 'reseller'))
);
create index ring_band_ix on billing.ring (band_id);

comment on table billing.ring is
    'Discounts on calls, by who, what, when and volume; they apply in ascending priority.';
comment on column billing.ring.ring_id is 'Surrogate key, inside only.';
comment on column billing.ring.code is 'Short name; orders equal priorities.';
comment on column billing.ring.name is 'Name, as in explanations.';
comment on column billing.ring.priority is 'Lower ones come first.';
comment on column billing.ring.is_exclusive is 'Does it end the sequence?';
comment on column billing.ring.valid is 'Days on which it holds.';
comment on column billing.ring.band_id is 'Time band at the call''s start; NULL: all hours.';
comment on column billing.ring.volume_unit is 'What the interval counts: none, block, call or amount.';
comment on column billing.ring.volume_from is 'Begin of the interval.';
comment on column billing.ring.volume_to is 'End of the interval; NULL: open.';
comment on column billing.ring.kind is 'percent, off_minute, off_call, price_minute or price_call.';
comment on column billing.ring.value is
    'Percentage, or amount in the currency of the list that priced the call.';
comment on column billing.ring.level is 'retail or reseller.';
comment on column billing.ring.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint ring_pk on billing.ring is 'The key of a ring is unique.';
comment on constraint ring_code_uq on billing.ring is 'There is a ring with that code already.';
comment on constraint ring_band_fk on billing.ring is 'The band must exist.';
comment on constraint ring_code_ck on billing.ring is 'A ring needs a code.';
comment on constraint ring_valid_ck on billing.ring is 'A period must have at least one day.';
comment on constraint ring_volume_unit_ck on billing.ring is
    'The volume unit must be none, block, call or amount.';
comment on constraint ring_volume_ck on billing.ring is
    'An interval must begin at 0 or more and end after its begin.';
comment on constraint ring_kind_ck on billing.ring is
    'The kind must be percent, off_minute, off_call, price_minute or price_call.';
comment on constraint ring_value_ck on billing.ring is 'A price must not be negative.';
comment on constraint ring_level_ck on billing.ring is 'The level must be retail or reseller.';

create trigger _10_row_version before update on billing.ring
for each row execute function access.tg_row_version();

create table billing.ring_member (
    ring_member_id bigint generated always as identity,
    ring_id bigint not null,
    customer_id bigint,
    customer_group_id bigint,
    contract_id bigint,
    constraint ring_member_pk primary key (ring_member_id),
    constraint ring_member_who_uq unique nulls not distinct (
        ring_id, customer_id, customer_group_id, contract_id
    ),
    constraint ring_member_ring_fk foreign key (ring_id)
        references billing.ring (ring_id) on delete cascade on update cascade,
    constraint ring_member_customer_fk foreign key (customer_id) references billing.customer (customer_id),
    constraint ring_member_group_fk foreign key (customer_group_id)
        references billing.customer_group (customer_group_id),
    constraint ring_member_one_ck check (num_nonnulls(customer_id, customer_group_id, contract_id) = 1)
);
create index ring_member_customer_ix on billing.ring_member (customer_id);
create index ring_member_group_ix on billing.ring_member (customer_group_id);

comment on table billing.ring_member is
    'Who a ring is for: customers and groups with everyone below, contracts; none: everyone.';
comment on column billing.ring_member.ring_member_id is 'Surrogate key, inside only.';
comment on column billing.ring_member.ring_id is 'The ring.';
comment on column billing.ring_member.customer_id is 'A customer.';
comment on column billing.ring_member.customer_group_id is 'Or a customer group.';
comment on column billing.ring_member.contract_id is 'Or a contract.';
comment on constraint ring_member_pk on billing.ring_member is 'The key of the row is unique.';
comment on constraint ring_member_who_uq on billing.ring_member is 'A ring names a member once.';
comment on constraint ring_member_ring_fk on billing.ring_member is 'The ring must exist.';
comment on constraint ring_member_customer_fk on billing.ring_member is 'The customer must exist.';
comment on constraint ring_member_group_fk on billing.ring_member is 'The customer group must exist.';
comment on constraint ring_member_one_ck on billing.ring_member is
    'A row names a customer, a group or a contract.';

create table billing.ring_mode (
    ring_mode_id bigint generated always as identity,
    ring_id bigint not null,
    mode_id bigint,
    mode_group text,
    constraint ring_mode_pk primary key (ring_mode_id),
    constraint ring_mode_mode_uq unique nulls not distinct (ring_id, mode_id, mode_group),
    constraint ring_mode_ring_fk foreign key (ring_id)
        references billing.ring (ring_id) on delete cascade on update cascade,
    constraint ring_mode_mode_fk foreign key (mode_id) references billing.mode (mode_id),
    constraint ring_mode_one_ck check (num_nonnulls(mode_id, mode_group) = 1)
);
create index ring_mode_mode_ix on billing.ring_mode (mode_id);

comment on table billing.ring_mode is 'Modes a ring applies to; none: all.';
comment on column billing.ring_mode.ring_mode_id is 'Surrogate key, inside only.';
comment on column billing.ring_mode.ring_id is 'The ring.';
comment on column billing.ring_mode.mode_id is 'A mode.';
comment on column billing.ring_mode.mode_group is 'Or a group of modes.';
comment on constraint ring_mode_pk on billing.ring_mode is 'The key of the row is unique.';
comment on constraint ring_mode_mode_uq on billing.ring_mode is 'A ring names a mode once.';
comment on constraint ring_mode_ring_fk on billing.ring_mode is 'The ring must exist.';
comment on constraint ring_mode_mode_fk on billing.ring_mode is 'The mode must exist.';
comment on constraint ring_mode_one_ck on billing.ring_mode is 'A row names a mode or a group of modes.';

create table billing.ring_target (
    ring_target_id bigint generated always as identity,
    ring_id bigint not null,
    destination_id bigint,
    destination_group_id bigint,
    product_id bigint,
    is_inside boolean not null default false,
    target_key bigint generated always as (
        coalesce(
            destination_id * 8 + 1, destination_group_id * 8 + 2,
            product_id * 8 + 3
        )
    ) stored,
    constraint ring_target_pk primary key (ring_target_id),
    constraint ring_target_target_uq unique nulls not distinct (ring_id, target_key),
    constraint ring_target_ring_fk foreign key (ring_id)
        references billing.ring (ring_id) on delete cascade on update cascade,
    constraint ring_target_destination_fk foreign key (destination_id)
        references billing.destination (destination_id),
    constraint ring_target_destination_group_fk foreign key (destination_group_id)
        references billing.destination_group (destination_group_id),
    constraint ring_target_product_fk foreign key (product_id) references billing.product (product_id),
    constraint ring_target_one_ck check (
        num_nonnulls(destination_id, destination_group_id, product_id) + is_inside::int = 1
    )
);
create index ring_target_destination_ix on billing.ring_target (destination_id);
create index ring_target_destination_group_ix on billing.ring_target (destination_group_id);
create index ring_target_product_ix on billing.ring_target (product_id);

comment on table billing.ring_target is 'Targets a ring applies to; none: everything.';
comment on column billing.ring_target.ring_target_id is 'Surrogate key, inside only.';
comment on column billing.ring_target.ring_id is 'The ring.';
comment on column billing.ring_target.destination_id is 'A destination.';
comment on column billing.ring_target.destination_group_id is 'Or a destination group.';
comment on column billing.ring_target.product_id is 'Or a product type.';
comment on column billing.ring_target.is_inside is 'Or calls to numbers of members.';
comment on column billing.ring_target.target_key is
    'The target as one number, as in price_item; NULL: inside.';
comment on constraint ring_target_pk on billing.ring_target is 'The key of the row is unique.';
comment on constraint ring_target_target_uq on billing.ring_target is 'A ring names a target once.';
comment on constraint ring_target_ring_fk on billing.ring_target is 'The ring must exist.';
comment on constraint ring_target_destination_fk on billing.ring_target is 'The destination must exist.';
comment on constraint ring_target_destination_group_fk on billing.ring_target is
    'The destination group must exist.';
comment on constraint ring_target_product_fk on billing.ring_target is 'The product type must exist.';
comment on constraint ring_target_one_ck on billing.ring_target is 'A row names one target, or inside.';

-- The period of a bundle follows its line; that alone makes no other bundle of it.
create trigger _05_former before update or delete on billing.bundle
for each row execute function billing.tg_definition_former('valid');
create trigger _05_former before update or delete on billing.ring
for each row execute function billing.tg_definition_former();
