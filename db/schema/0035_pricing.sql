-- Time bands, holidays, price lists and price items.

create table billing.holiday (
    calendar text not null,
    on_date date not null,
    name text not null,
    row_version integer not null default 1,
    constraint holiday_pk primary key (calendar, on_date)
);

comment on table billing.holiday is 'Days that are holidays in a calendar.';
comment on column billing.holiday.calendar is 'Calendar, such as SE.';
comment on column billing.holiday.on_date is 'The day.';
comment on column billing.holiday.name is 'Its name.';
comment on column billing.holiday.row_version is 'Counts the versions of the row.';
comment on constraint holiday_pk on billing.holiday is 'A day is in a calendar once.';

create table billing.band (
    band_id bigint generated always as identity,
    code text not null,
    row_version integer not null default 1,
    constraint band_pk primary key (band_id),
    constraint band_code_uq unique (code),
    constraint band_code_ck check (code <> '')
);

comment on table billing.band is 'Time bands: sets of weekdays and clock ranges.';
comment on column billing.band.band_id is 'Surrogate key.';
comment on column billing.band.code is 'Business key; of several bands that match, the first code decides.';
comment on column billing.band.row_version is 'Counts the versions of the row.';
comment on constraint band_pk on billing.band is 'A band is identified by its id.';
comment on constraint band_code_uq on billing.band is 'There is already a band with this code.';
comment on constraint band_code_ck on billing.band is 'A band needs a code.';

create table billing.band_slot (
    band_slot_id bigint generated always as identity,
    band_id bigint not null,
    weekdays smallint[],
    from_second integer not null default 0,
    to_second integer not null default 86400,
    holidays text not null default 'ignore',
    calendar text,
    row_version integer not null default 1,
    constraint band_slot_pk primary key (band_slot_id),
    constraint band_slot_slot_uq unique nulls not distinct (band_id, weekdays, from_second),
    constraint band_slot_band_fk foreign key (band_id) references billing.band (band_id),
    constraint band_slot_time_ck check (from_second >= 0 and from_second < to_second and to_second <= 86400),
    constraint band_slot_weekdays_ck
    check (weekdays <@ array[1, 2, 3, 4, 5, 6, 7]::smallint[] and cardinality(weekdays) > 0),
    constraint band_slot_holidays_ck check (holidays in ('ignore', 'except', 'only')),
    constraint band_slot_calendar_ck check (holidays = 'ignore' or calendar is not null)
);

comment on table billing.band_slot is 'A clock range of a band.';
comment on column billing.band_slot.band_slot_id is 'Surrogate key; new at every change.';
comment on column billing.band_slot.band_id is 'The band.';
comment on column billing.band_slot.weekdays is 'ISO weekdays, Monday 1, ascending; NULL: all.';
comment on column billing.band_slot.from_second is 'First second of the day.';
comment on column billing.band_slot.to_second is 'Second of the day no longer covered; 86400 is 24:00.';
comment on column billing.band_slot.holidays is 'ignore, except (not on holidays) or only (on holidays).';
comment on column billing.band_slot.calendar is 'Calendar of the holidays.';
comment on column billing.band_slot.row_version is 'Counts the versions of the row.';
comment on constraint band_slot_pk on billing.band_slot is 'A slot is identified by its id.';
comment on constraint band_slot_slot_uq on billing.band_slot is
'The band already has a slot for these weekdays and this time.';
comment on constraint band_slot_band_fk on billing.band_slot is 'The band must exist.';
comment on constraint band_slot_time_ck on billing.band_slot is
'A slot begins before it ends, within one day.';
comment on constraint band_slot_weekdays_ck on billing.band_slot is 'Weekdays are 1 (Monday) to 7.';
comment on constraint band_slot_holidays_ck on billing.band_slot is 'Holidays are ignore, except or only.';
comment on constraint band_slot_calendar_ck on billing.band_slot is
'A slot that looks at holidays needs a calendar.';

create table billing.price_list (
    price_list_id bigint generated always as identity,
    code text not null,
    name text not null,
    level text not null,
    parent_id bigint,
    currency text not null,
    decimals smallint not null default 4,
    rounding text not null default 'half_up',
    is_split boolean not null default false,
    is_draft boolean not null default false,
    row_version integer not null default 1,
    constraint price_list_pk primary key (price_list_id),
    constraint price_list_code_uq unique (code),
    constraint price_list_code_ck check (code <> ''),
    constraint price_list_level_ck check (level in ('cost', 'reseller', 'retail')),
    constraint price_list_parent_fk foreign key (parent_id)
    references billing.price_list (price_list_id) deferrable initially deferred,
    constraint price_list_parent_ck check (parent_id <> price_list_id),
    constraint price_list_currency_fk foreign key (currency) references billing.currency (code),
    constraint price_list_decimals_ck check (decimals between 0 and 6),
    constraint price_list_rounding_ck check (rounding in ('half_up', 'half_even', 'up', 'down'))
);
create index price_list_parent_ix on billing.price_list (parent_id);
create index price_list_currency_ix on billing.price_list (currency);

comment on table billing.price_list is
'Price lists; each inherits from its parent what it does not say itself.';
comment on column billing.price_list.price_list_id is 'Surrogate key.';
comment on column billing.price_list.code is 'Business key.';
comment on column billing.price_list.name is 'Name.';
comment on column billing.price_list.level is 'cost, reseller or retail.';
comment on column billing.price_list.parent_id is 'The list it inherits from.';
comment on column billing.price_list.currency is 'Currency, that of the parent.';
comment on column billing.price_list.decimals is 'Decimals of a call''s price.';
comment on column billing.price_list.rounding is 'half_up, half_even, up or down.';
comment on column billing.price_list.is_split is 'Are calls split where time bands begin?';
comment on column billing.price_list.is_draft is 'A draft prices nothing but simulations.';
comment on column billing.price_list.row_version is 'Counts the versions of the row.';
comment on constraint price_list_pk on billing.price_list is 'A price list is identified by its id.';
comment on constraint price_list_code_uq on billing.price_list is
'There is already a price list with this code.';
comment on constraint price_list_code_ck on billing.price_list is 'A price list needs a code.';
comment on constraint price_list_level_ck on billing.price_list is
'A price list is of level cost, reseller or retail.';
comment on constraint price_list_parent_fk on billing.price_list is 'The parent list must exist.';
comment on constraint price_list_parent_ck on billing.price_list is
'A price list cannot inherit from itself.';
comment on constraint price_list_currency_fk on billing.price_list is 'The currency must exist.';
comment on constraint price_list_decimals_ck on billing.price_list is 'A price list has 0 to 6 decimals.';
comment on constraint price_list_rounding_ck on billing.price_list is
'Rounding is half_up, half_even, up or down.';
comment on index billing.price_list_parent_ix is 'Lists that inherit.';
comment on index billing.price_list_currency_ix is 'Lists of a currency.';

create table billing.price_item (
    price_item_id bigint generated always as identity,
    price_list_id bigint not null,
    destination_id bigint,
    destination_group_id bigint,
    product_id bigint,
    service_charge_id bigint,
    target_key bigint generated always as (coalesce(destination_id * 8 + 1, destination_group_id * 8 + 2, product_id * 8 + 3, service_charge_id * 8 + 4, 0)) stored,
    mode_id bigint,
    mode_group text,
    mode_key text generated always as (coalesce('m' || mode_id, 'g' || mode_group, '*')) stored,
    band_id bigint,
    band_key bigint generated always as (coalesce(band_id, 0)) stored,
    valid daterange not null default '(,)',
    setup numeric(20, 8),
    rate numeric(20, 8),
    step_to bigint[],
    step_rate numeric(20, 8)[],
    first_increment bigint,
    next_increment bigint,
    free_units bigint,
    free_mode text,
    minimum numeric(20, 8),
    maximum numeric(20, 8),
    percent numeric(20, 8),
    amount numeric(20, 8),
    is_blocked boolean not null default false,
    row_version integer not null default 1,
    constraint price_item_pk primary key (price_item_id),
    constraint price_item_target_uq
    unique (price_list_id, target_key, mode_key, band_key, valid without overlaps) deferrable initially deferred,
    constraint price_item_list_fk foreign key (price_list_id) references billing.price_list (price_list_id),
    constraint price_item_destination_fk foreign key (destination_id)
    references billing.destination (destination_id),
    constraint price_item_group_fk foreign key (destination_group_id)
    references billing.destination_group (destination_group_id),
    constraint price_item_product_fk foreign key (product_id) references billing.product (product_id),
    constraint price_item_charge_fk foreign key (service_charge_id)
    references billing.service_charge (service_charge_id),
    constraint price_item_mode_fk foreign key (mode_id) references billing.mode (mode_id),
    constraint price_item_band_fk foreign key (band_id) references billing.band (band_id),
    constraint price_item_one_target_ck
    check (num_nonnulls(destination_id, destination_group_id, product_id, service_charge_id) <= 1),
    constraint price_item_one_mode_ck check (mode_id is null or mode_group is null),
    constraint price_item_fee_ck
    check (service_charge_id is null or (rate is not null and mode_key = '*' and band_key = 0 and setup = 0 and minimum = 0 and maximum is null)),
    constraint price_item_form_ck
    check (case when is_blocked then num_nonnulls(setup, rate, step_rate, first_increment, next_increment, free_units, free_mode, minimum, maximum, percent, amount) = 0 when num_nonnulls(percent, amount) > 0 then num_nonnulls(setup, rate, step_rate, first_increment, next_increment, free_units, free_mode, minimum, maximum) = 0 else num_nonnulls(rate, step_rate) = 1 and num_nulls(setup, first_increment, next_increment, free_units, free_mode, minimum) = 0 end),
    constraint price_item_steps_ck
    check ((step_to is null) = (step_rate is null) and cardinality(step_to) = cardinality(step_rate) and cardinality(step_to) > 0 and step_to[cardinality(step_to)] is null),
    constraint price_item_number_ck
    check (setup >= 0 and rate >= 0 and minimum >= 0 and maximum >= 0 and first_increment >= 0 and next_increment >= 1 and free_units >= 0),
    constraint price_item_free_mode_ck check (free_mode in ('threshold', 'deduct')),
    constraint price_item_valid_ck check (not isempty(valid))
);
create index price_item_search_ix on billing.price_item (price_list_id, target_key);
create index price_item_destination_ix
on billing.price_item (destination_id) where destination_id is not null;
create index price_item_group_ix
on billing.price_item (destination_group_id) where destination_group_id is not null;
create index price_item_product_ix on billing.price_item (product_id) where product_id is not null;
create index price_item_charge_ix
on billing.price_item (service_charge_id) where service_charge_id is not null;
create index price_item_mode_ix on billing.price_item (mode_id) where mode_id is not null;
create index price_item_band_ix on billing.price_item (band_id) where band_id is not null;

comment on table billing.price_item is
'Prices of a list for a target, a mode and a time band: absolute, relative to the price above, or not'
' for sale.';
comment on column billing.price_item.price_item_id is 'Surrogate key; new at every change.';
comment on column billing.price_item.price_list_id is 'The list.';
comment on column billing.price_item.destination_id is 'Target: a destination.';
comment on column billing.price_item.destination_group_id is 'Target: a group of destinations.';
comment on column billing.price_item.product_id is 'Target: a product type.';
comment on column billing.price_item.service_charge_id is 'Target: a fee. No target: every destination.';
comment on column billing.price_item.target_key is 'The target as one number, for joins.';
comment on column billing.price_item.mode_id is 'A mode.';
comment on column billing.price_item.mode_group is 'Or a group of modes. Neither: every mode.';
comment on column billing.price_item.mode_key is 'The mode as one value, for the key.';
comment on column billing.price_item.band_id is 'A time band; NULL: all hours.';
comment on column billing.price_item.band_key is 'The band as one value, for the key.';
comment on column billing.price_item.valid is 'Local days of the calls'' start.';
comment on column billing.price_item.setup is 'Set-up fee per call.';
comment on column billing.price_item.rate is 'Rate per block of the mode; of a fee: per month or once.';
comment on column billing.price_item.step_to is 'Upper positions of the steps, the last NULL.';
comment on column billing.price_item.step_rate is 'Rates of the steps.';
comment on column billing.price_item.first_increment is 'First increment, 0: none.';
comment on column billing.price_item.next_increment is 'Further increments.';
comment on column billing.price_item.free_units is 'Free units of a call.';
comment on column billing.price_item.free_mode is
'threshold: a longer call is charged whole; deduct: the first units are free.';
comment on column billing.price_item.minimum is 'At least this per call.';
comment on column billing.price_item.maximum is 'At most this per call; NULL: no limit.';
comment on column billing.price_item.percent is
'Relative: added to set-up, rate, minimum and maximum of the price above.';
comment on column billing.price_item.amount is 'Relative: then added to the rate.';
comment on column billing.price_item.is_blocked is 'Not for sale.';
comment on column billing.price_item.row_version is 'Counts the versions of the row.';
comment on constraint price_item_pk on billing.price_item is 'A price is identified by its id.';
comment on constraint price_item_target_uq on billing.price_item is
'The list already has a price for this target, mode and band in this period.';
comment on constraint price_item_list_fk on billing.price_item is 'The price list must exist.';
comment on constraint price_item_destination_fk on billing.price_item is 'The destination must exist.';
comment on constraint price_item_group_fk on billing.price_item is 'The destination group must exist.';
comment on constraint price_item_product_fk on billing.price_item is 'The product must exist.';
comment on constraint price_item_charge_fk on billing.price_item is 'The charge must exist.';
comment on constraint price_item_mode_fk on billing.price_item is 'The mode must exist.';
comment on constraint price_item_band_fk on billing.price_item is 'The band must exist.';
comment on constraint price_item_one_target_ck on billing.price_item is 'A price has one target.';
comment on constraint price_item_one_mode_ck on billing.price_item is
'A price is for a mode or a group of modes, not both.';
comment on constraint price_item_fee_ck on billing.price_item is 'A fee has a rate alone.';
comment on constraint price_item_form_ck on billing.price_item is
'A price is absolute (rate or steps), relative (percent or amount) or not for sale: exactly one of '
'these.';
comment on constraint price_item_steps_ck on billing.price_item is
'Every step but the last has an upper position.';
comment on constraint price_item_number_ck on billing.price_item is
'Numbers of a price are not below zero, and the next increment is at least 1.';
comment on constraint price_item_free_mode_ck on billing.price_item is 'Free units are threshold or deduct.';
comment on constraint price_item_valid_ck on billing.price_item is 'The period must not be empty.';
comment on index billing.price_item_search_ix is 'The price search.';
comment on index billing.price_item_destination_ix is 'Prices of a destination.';
comment on index billing.price_item_group_ix is 'Prices of a group.';
comment on index billing.price_item_product_ix is 'Prices of a product.';
comment on index billing.price_item_charge_ix is 'Prices of a charge.';
comment on index billing.price_item_mode_ix is 'Prices of a mode.';
comment on index billing.price_item_band_ix is 'Prices of a band.';

insert into billing.message (code, language, sentence, hint) values
('LB101', 'en', 'Price list {list} would inherit from itself.', 'Choose another parent.'),
('LB101', 'sv', 'Prislistan {list} skulle ärva av sig själv.', 'Välj en annan överordnad lista.'),
('LB102', 'en', 'Price list {list} is in {currency}, its parent in {parent_currency}.', 'A list has the currency of its parent.'),
('LB102', 'sv', 'Prislistan {list} är i {currency}, den överordnade i {parent_currency}.', 'En lista har den överordnades valuta.'),
('LB103', 'en', 'The steps of a price must ascend: {steps}.', null),
('LB103', 'sv', 'Stegen i ett pris måste vara stigande: {steps}.', null);

create function billing.tg_price_list_tree()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_fault record;
begin
    with recursive climb as (
        select new_rows.price_list_id as start_id, new_rows.price_list_id from new_rows
        union all
        select climb.start_id, list.parent_id
        from climb
        inner join billing.price_list as list on list.price_list_id = climb.price_list_id
        where list.parent_id is not null
    ) cycle price_list_id set is_cycle using path

    select list.code into v_fault
    from climb
    inner join billing.price_list as list on list.price_list_id = climb.start_id
    where climb.is_cycle
    limit 1;
    if found then
        perform billing.fail('LB101', jsonb_build_object('list', v_fault.code));
    end if;
    select list.code, list.currency, parent.currency as parent_currency into v_fault
    from billing.price_list as list
    inner join billing.price_list as parent on parent.price_list_id = list.parent_id
    where
        list.currency <> parent.currency
        and exists (
            select from new_rows where new_rows.price_list_id in (list.price_list_id, parent.price_list_id)
        )
    limit 1;
    if found then
        perform billing.fail(
            'LB102',
            jsonb_build_object(
                'list', v_fault.code, 'currency', v_fault.currency, 'parent_currency', v_fault.parent_currency
            )
        );
    end if;
    return null;
end;
$$;
comment on function billing.tg_price_list_tree() is
$$Trigger: refuses cycles in inheritance and a currency that is not the parent's.
Raises: LB101, LB102$$;

create function billing.tg_price_item_steps()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (
        select
        from (
            select bound.position, bound.n, lag(bound.position) over (order by bound.n) as below
            from unnest(new.step_to) with ordinality as bound (position, n)
        ) as step
        where
            (step.position is null and step.n < cardinality(new.step_to))
            or step.position <= coalesce(step.below, 0)
    ) then
        perform billing.fail('LB103', jsonb_build_object('steps', new.step_to));
    end if;
    return new;
end;
$$;
comment on function billing.tg_price_item_steps() is
$$Trigger: the positions of steps ascend.
Raises: LB103$$;

create trigger _10_version before update on billing.holiday
for each row execute function billing.tg_row_version();
create trigger _10_version before update on billing.band
for each row execute function billing.tg_row_version();
create trigger _10_version before update on billing.band_slot
for each row execute function billing.tg_row_version();
create trigger _20_former before update or delete on billing.band_slot
for each row execute function billing.tg_keep_former('band_slot_id');
create trigger _10_version before update on billing.price_list
for each row execute function billing.tg_row_version();
create trigger _50_tree_insert after insert on billing.price_list referencing new table as new_rows
for each statement execute function billing.tg_price_list_tree();
create trigger _50_tree_update after update on billing.price_list referencing new table as new_rows
for each statement execute function billing.tg_price_list_tree();
create trigger _10_version before update on billing.price_item
for each row execute function billing.tg_row_version();
create trigger _20_former before update or delete on billing.price_item
for each row execute function billing.tg_keep_former('price_item_id');
create trigger _30_steps before insert or update on billing.price_item
for each row when (new.step_to is not null) execute function billing.tg_price_item_steps();

-- Earlier topics that name price lists.
alter table billing.seller
add constraint seller_list_fk foreign key (price_list_id) references billing.price_list (price_list_id);
comment on constraint seller_list_fk on billing.seller is 'The price list must exist.';
alter table billing.customer
add constraint customer_list_fk foreign key (price_list_id) references billing.price_list (price_list_id);
comment on constraint customer_list_fk on billing.customer is 'The price list must exist.';
alter table billing.customer_term
add constraint customer_term_list_fk foreign key (price_list_id) references billing.price_list (price_list_id);
comment on constraint customer_term_list_fk on billing.customer_term is 'The price list must exist.';
alter table billing.carrier
add constraint carrier_list_fk foreign key (price_list_id) references billing.price_list (price_list_id);
comment on constraint carrier_list_fk on billing.carrier is 'The price list must exist.';
alter table billing.service
add constraint service_list_fk foreign key (price_list_id) references billing.price_list (price_list_id);
comment on constraint service_list_fk on billing.service is 'The price list must exist.';
