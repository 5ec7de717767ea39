-- Pricing: price lists in trees, their items, time bands, holidays, carriers.
-- Lock: none that anyone waits for. Duration: under a second.

create table billing.holiday (
    calendar text not null,
    on_date date not null,
    name text not null,
    row_version int not null default 1,
    constraint holiday_pk primary key (calendar, on_date),
    constraint holiday_calendar_ck check (calendar <> '')
);

comment on table billing.holiday is 'Days that time bands treat in another way.';
comment on column billing.holiday.calendar is 'Name of the calendar.';
comment on column billing.holiday.on_date is 'The day.';
comment on column billing.holiday.name is 'Name of the holiday.';
comment on column billing.holiday.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint holiday_pk on billing.holiday is 'A day is in a calendar once.';
comment on constraint holiday_calendar_ck on billing.holiday is 'A holiday needs a calendar.';

create trigger _10_row_version before update on billing.holiday
for each row execute function access.tg_row_version();

create table billing.band (
    band_id bigint generated always as identity,
    code text not null,
    row_version int not null default 1,
    constraint band_pk primary key (band_id),
    constraint band_code_uq unique (code),
    constraint band_code_ck check (code <> '')
);

comment on table billing.band is 'Time bands: hours of the week with prices of their own.';
comment on column billing.band.band_id is 'Surrogate key, inside only.';
comment on column billing.band.code is 'Short name; of several bands that match, the first by code decides.';
comment on column billing.band.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint band_pk on billing.band is 'The key of a band is unique.';
comment on constraint band_code_uq on billing.band is 'There is a band with that code already.';
comment on constraint band_code_ck on billing.band is 'A band needs a code.';

create trigger _10_row_version before update on billing.band
for each row execute function access.tg_row_version();

create table billing.band_slot (
    band_slot_id bigint generated always as identity,
    band_id bigint not null,
    weekdays smallint[],
    from_second int not null default 0,
    to_second int not null default 86400,
    holidays text not null default 'ignore',
    calendar text,
    row_version int not null default 1,
    constraint band_slot_pk primary key (band_slot_id),
    constraint band_slot_hours_uq unique nulls not distinct (band_id, weekdays, from_second)
        deferrable initially deferred,
    constraint band_slot_band_fk foreign key (band_id) references billing.band (band_id) on update cascade,
    constraint band_slot_hours_ck check (from_second >= 0 and from_second < to_second and to_second <= 86400),
    constraint band_slot_weekdays_ck check (
        weekdays <@ array[1, 2, 3, 4, 5, 6, 7]::smallint[] and cardinality(weekdays) > 0
    ),
    constraint band_slot_holidays_ck check (holidays in ('ignore', 'except', 'only')),
    constraint band_slot_calendar_ck check (holidays = 'ignore' or calendar is not null)
);

comment on table billing.band_slot is 'Parts of a time band: weekdays and hours.';
comment on column billing.band_slot.band_slot_id is 'Surrogate key, inside only.';
comment on column billing.band_slot.band_id is 'The band.';
comment on column billing.band_slot.weekdays is 'Days of the week, 1 is Monday; NULL: all.';
comment on column billing.band_slot.from_second is 'First second of the day, by the clock.';
comment on column billing.band_slot.to_second is 'First second after it, at most 86400.';
comment on column billing.band_slot.holidays is
    'ignore: every day alike; except: not on holidays; only: on holidays only.';
comment on column billing.band_slot.calendar is 'Which holidays.';
comment on column billing.band_slot.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint band_slot_pk on billing.band_slot is 'The key of a row of a band is unique.';
comment on constraint band_slot_hours_uq on billing.band_slot is
    'The band has a row with these weekdays and that start already.';
comment on constraint band_slot_band_fk on billing.band_slot is 'The band must exist.';
comment on constraint band_slot_hours_ck on billing.band_slot is
    'A band''s hours must run from earlier to later, within 00:00 to 24:00.';
comment on constraint band_slot_weekdays_ck on billing.band_slot is 'Weekdays must be 1 to 7.';
comment on constraint band_slot_holidays_ck on billing.band_slot is
    'holidays must be ignore, except or only.';
comment on constraint band_slot_calendar_ck on billing.band_slot is
    'With holidays except or only a calendar is needed.';

create trigger _10_row_version before update on billing.band_slot
for each row execute function access.tg_row_version();

create trigger _05_former before update or delete on billing.band_slot
for each row execute function billing.tg_definition_former();

-- Prices
-- ----------------------------------------------------------------------------------------------------------

create function billing.is_rising(p_bounds bigint[])
returns boolean
language sql immutable parallel safe strict
begin atomic
    select coalesce(bool_and(pair.bound > pair.below), true)
    from (
        select bounds.bound, lag(bounds.bound, 1, 0::bigint) over (order by bounds.place) as below
        from unnest(p_bounds) with ordinality as bounds (bound, place)
    ) as pair
    where pair.bound is not null;
end;

comment on function billing.is_rising(bigint[]) is
$$Are bounds above zero and each above the one before? An open one at the end is passed over.
Example: select billing.is_rising('{60, 300, NULL}')
Raises: nothing$$;
grant execute on function billing.is_rising(bigint[]) to leissner_admin, leissner_pricing, leissner_batch;

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
    row_version int not null default 1,
    constraint price_list_pk primary key (price_list_id),
    constraint price_list_code_uq unique (code),
    constraint price_list_currency_uq unique (price_list_id, currency),
    constraint price_list_parent_fk foreign key (parent_id, currency)
        references billing.price_list (price_list_id, currency) deferrable initially deferred,
    constraint price_list_currency_fk foreign key (currency) references billing.currency (currency),
    constraint price_list_code_ck check (code <> ''),
    constraint price_list_level_ck check (level in ('cost', 'reseller', 'retail')),
    constraint price_list_decimals_ck check (decimals between 0 and 6),
    constraint price_list_rounding_ck check (rounding in ('half_up', 'half_even', 'up', 'down')),
    constraint price_list_self_ck check (parent_id <> price_list_id)
);
create index price_list_parent_ix on billing.price_list (parent_id, currency);
create index price_list_currency_ix on billing.price_list (currency);

comment on table billing.price_list is
    'Price lists at the three levels; a list inherits what it does not say itself.';
comment on column billing.price_list.price_list_id is 'Surrogate key, inside only.';
comment on column billing.price_list.code is 'Short name in files and screens.';
comment on column billing.price_list.name is 'Name.';
comment on column billing.price_list.level is 'cost, reseller or retail.';
comment on column billing.price_list.parent_id is 'The list it inherits from.';
comment on column billing.price_list.currency is 'Currency of its prices: that of the list above.';
comment on column billing.price_list.decimals is 'Decimals that a call''s amount is rounded to.';
comment on column billing.price_list.rounding is 'half_up, half_even, up or down.';
comment on column billing.price_list.is_split is 'Are calls cut where time bands meet?';
comment on column billing.price_list.is_draft is 'Is it for simulation only?';
comment on column billing.price_list.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint price_list_pk on billing.price_list is 'The key of a price list is unique.';
comment on constraint price_list_code_uq on billing.price_list is
    'There is a price list with that code already.';
comment on constraint price_list_currency_uq on billing.price_list is 'A price list has one currency.';
comment on constraint price_list_parent_fk on billing.price_list is
    'A price list must have the currency of the list it inherits from.';
comment on constraint price_list_currency_fk on billing.price_list is 'The currency must be in currencies.';
comment on constraint price_list_code_ck on billing.price_list is 'A price list needs a code.';
comment on constraint price_list_level_ck on billing.price_list is
    'The level must be cost, reseller or retail.';
comment on constraint price_list_decimals_ck on billing.price_list is
    'The decimals of a price list must be 0 to 6.';
comment on constraint price_list_rounding_ck on billing.price_list is
    'The rounding must be half_up, half_even, up or down.';
comment on constraint price_list_self_ck on billing.price_list is 'A price list cannot inherit from itself.';

create trigger _10_row_version before update on billing.price_list
for each row execute function access.tg_row_version();

create function billing.tg_price_list_cycle()
returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_code text;
begin
    execute $sql$
        with recursive reach (code, start_id, price_list_id) as (
            select new_rows.code, new_rows.price_list_id, new_rows.parent_id
            from new_rows
            where new_rows.parent_id is not null
            union
            select reach.code, reach.start_id, list.parent_id
            from reach
            inner join billing.price_list as list on list.price_list_id = reach.price_list_id
            where list.parent_id is not null
        )

        select min(reach.code) from reach where reach.start_id = reach.price_list_id
    $sql$ into v_code;
    if v_code is not null then
        perform billing.fail('LB101', jsonb_build_object('price_list', v_code));
    end if;
    return null;
end
$$;

comment on function billing.tg_price_list_cycle() is
$$Trigger function: no price list may inherit from itself.
Raises: LB101$$;

create trigger _50_cycle_insert after insert on billing.price_list
referencing new table as new_rows
for each statement execute function billing.tg_price_list_cycle();
create trigger _50_cycle_update after update on billing.price_list
referencing new table as new_rows
for each statement execute function billing.tg_price_list_cycle();

insert into billing.message (code, language, sentence, hint) values
('LB101', 'en', 'Price list {price_list} would inherit from itself.', 'Choose another list above it.'),
('LB101', 'sv', 'Prislistan {price_list} skulle ärva sig själv.', 'Välj en annan överordnad prislista.');

create table billing.carrier (
    carrier_id bigint generated always as identity,
    code text not null,
    name text not null,
    price_list_id bigint,
    row_version int not null default 1,
    constraint carrier_pk primary key (carrier_id),
    constraint carrier_code_uq unique (code),
    constraint carrier_price_list_fk foreign key (price_list_id)
        references billing.price_list (price_list_id),
    constraint carrier_code_ck check (code <> '')
);
create index carrier_price_list_ix on billing.carrier (price_list_id);

comment on table billing.carrier is 'Whom we buy from: networks that carry calls, at cost.';
comment on column billing.carrier.carrier_id is 'Surrogate key, inside only.';
comment on column billing.carrier.code is 'Short name in files and screens.';
comment on column billing.carrier.name is 'Name.';
comment on column billing.carrier.price_list_id is 'Its cost list; NULL: cost not known.';
comment on column billing.carrier.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint carrier_pk on billing.carrier is 'The key of a carrier is unique.';
comment on constraint carrier_code_uq on billing.carrier is 'There is a carrier with that code already.';
comment on constraint carrier_price_list_fk on billing.carrier is 'The price list must exist.';
comment on constraint carrier_code_ck on billing.carrier is 'A carrier needs a code.';

create trigger _10_row_version before update on billing.carrier
for each row execute function access.tg_row_version();

create table billing.price_item (
    price_item_id bigint generated always as identity,
    price_list_id bigint not null,
    destination_id bigint,
    destination_group_id bigint,
    product_id bigint,
    service_charge_id bigint,
    target_key bigint generated always as (
        coalesce(
            destination_id * 8 + 1, destination_group_id * 8 + 2,
            product_id * 8 + 3, service_charge_id * 8 + 4, 0
        )
    ) stored,
    mode_id bigint,
    mode_group text,
    band_id bigint,
    valid daterange not null,
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
    row_version int not null default 1,
    constraint price_item_pk primary key (price_item_id),
    constraint price_item_valid_uq unique nulls not distinct
    (price_list_id, target_key, mode_id, mode_group, band_id, valid without overlaps)
    deferrable initially deferred,
    constraint price_item_price_list_fk foreign key (price_list_id)
        references billing.price_list (price_list_id),
    constraint price_item_destination_fk foreign key (destination_id)
        references billing.destination (destination_id),
    constraint price_item_destination_group_fk foreign key (destination_group_id)
        references billing.destination_group (destination_group_id),
    constraint price_item_product_fk foreign key (product_id) references billing.product (product_id),
    constraint price_item_service_charge_fk foreign key (service_charge_id)
        references billing.service_charge (service_charge_id),
    constraint price_item_mode_fk foreign key (mode_id) references billing.mode (mode_id),
    constraint price_item_band_fk foreign key (band_id) references billing.band (band_id) on update cascade,
    constraint price_item_target_ck check (
        num_nonnulls(destination_id, destination_group_id, product_id, service_charge_id) <= 1
    ),
    constraint price_item_mode_ck check (num_nonnulls(mode_id, mode_group) <= 1),
    constraint price_item_form_ck check (
        case when is_blocked or percent is not null or amount is not null then not (is_blocked
        and (percent is not null or amount is not null))
        and num_nonnulls(setup, rate, step_rate, first_increment, next_increment) = 0
        and num_nonnulls(free_units, free_mode, minimum, maximum) = 0
        else num_nulls(setup, first_increment, next_increment, free_units, free_mode, minimum) = 0
        and num_nonnulls(rate, step_rate) = 1
        end
    ),
    constraint price_item_steps_ck check (
        num_nonnulls(step_to, step_rate) = 0
        or (
            num_nonnulls(step_to, step_rate) = 2 and cardinality(step_to) = cardinality(step_rate)
            and coalesce(array_position(step_to, null), 0) = cardinality(step_to)
            and array_position(step_rate, null) is null
            and billing.is_rising(step_to) and 0 <= all(step_rate)
        )
    ),
    constraint price_item_amounts_ck check (setup >= 0 and rate >= 0 and minimum >= 0 and maximum >= 0),
    constraint price_item_increments_ck check (
        first_increment >= 0 and next_increment >= 1 and free_units >= 0
    ),
    constraint price_item_free_mode_ck check (free_mode in ('threshold', 'deduct')),
    constraint price_item_fee_ck check (
        service_charge_id is null or (num_nonnulls(mode_id, mode_group, band_id, step_to, maximum) = 0
        and coalesce(setup, 0) = 0 and coalesce(first_increment, 1) = 1 and coalesce(next_increment, 1) = 1
        and coalesce(free_units, 0) = 0 and coalesce(minimum, 0) = 0)
    ),
    constraint price_item_valid_ck check (not isempty(valid))
);
create index price_item_destination_ix on billing.price_item (destination_id);
create index price_item_destination_group_ix on billing.price_item (destination_group_id);
create index price_item_product_ix on billing.price_item (product_id);
create index price_item_service_charge_ix on billing.price_item (service_charge_id);
create index price_item_mode_ix on billing.price_item (mode_id);
create index price_item_band_ix on billing.price_item (band_id);
create index price_item_target_ix on billing.price_item (price_list_id, target_key);

comment on table billing.price_item is
    'Prices of a list: for a target, a mode and a time band, over a period. Absolute, relative to the '
    'list above, or not for sale; or the fee of a service''s charge.';
comment on column billing.price_item.price_item_id is 'Surrogate key, inside only.';
comment on column billing.price_item.price_list_id is 'The list.';
comment on column billing.price_item.destination_id is 'Target: a destination.';
comment on column billing.price_item.destination_group_id is 'Target: a destination group.';
comment on column billing.price_item.product_id is 'Target: a product type.';
comment on column billing.price_item.service_charge_id is
    'Target: a charge of a service. No target: all traffic.';
comment on column billing.price_item.target_key is
    'The target as one number, 0 for all traffic: what rating looks up.';
comment on column billing.price_item.mode_id is 'The mode; NULL: a group or all.';
comment on column billing.price_item.mode_group is 'The group of modes; NULL: a mode or all.';
comment on column billing.price_item.band_id is 'The time band; NULL: all hours.';
comment on column billing.price_item.valid is 'Days on which it holds.';
comment on column billing.price_item.setup is
    'Set-up fee per call; NULL in a relative or blocked item, as all down to maximum.';
comment on column billing.price_item.rate is 'Price per block of the mode, or the fee.';
comment on column billing.price_item.step_to is
    'Upper bounds of the steps in billed units; the last is NULL.';
comment on column billing.price_item.step_rate is 'Price per block in each step, in place of rate.';
comment on column billing.price_item.first_increment is 'Units billed at least.';
comment on column billing.price_item.next_increment is 'Units each further block rounds up to.';
comment on column billing.price_item.free_units is 'Units that cost nothing.';
comment on column billing.price_item.free_mode is
    'threshold: longer calls are charged whole; deduct: free units come off every call.';
comment on column billing.price_item.minimum is 'Least amount of a charged call.';
comment on column billing.price_item.maximum is 'Most a call may cost; NULL: no bound.';
comment on column billing.price_item.percent is
    'Relative: percentage put on set-up fee, rate, minimum and maximum.';
comment on column billing.price_item.amount is 'Relative: then added to the rate.';
comment on column billing.price_item.is_blocked is 'Not for sale.';
comment on column billing.price_item.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint price_item_pk on billing.price_item is 'The key of a price is unique.';
comment on constraint price_item_valid_uq on billing.price_item is
    'The list has another price for the same target, mode and band in that period.';
comment on constraint price_item_price_list_fk on billing.price_item is 'The price list must exist.';
comment on constraint price_item_destination_fk on billing.price_item is 'The destination must exist.';
comment on constraint price_item_destination_group_fk on billing.price_item is
    'The destination group must exist.';
comment on constraint price_item_product_fk on billing.price_item is 'The product type must exist.';
comment on constraint price_item_service_charge_fk on billing.price_item is 'The charge must exist.';
comment on constraint price_item_mode_fk on billing.price_item is 'The mode must exist.';
comment on constraint price_item_band_fk on billing.price_item is 'The band must exist.';
comment on constraint price_item_target_ck on billing.price_item is 'A price has one target.';
comment on constraint price_item_mode_ck on billing.price_item is
    'A price has a mode or a group of modes, not both.';
comment on constraint price_item_form_ck on billing.price_item is
    'A price has either a rate or steps, or percent and amount, or is not for sale.';
comment on constraint price_item_steps_ck on billing.price_item is
    'Steps need rates of at least 0 and rising bounds, the last one open.';
comment on constraint price_item_amounts_ck on billing.price_item is
    'Set-up fee, rate, minimum and maximum must not be negative.';
comment on constraint price_item_increments_ck on billing.price_item is
    'Increments and free units must not be negative, the next increment at least 1.';
comment on constraint price_item_free_mode_ck on billing.price_item is
    'The free mode must be threshold or deduct.';
comment on constraint price_item_fee_ck on billing.price_item is
    'A fee has a rate alone, for every mode and all hours.';
comment on constraint price_item_valid_ck on billing.price_item is 'A period must have at least one day.';
comment on index billing.price_item_target_ix is 'The prices of a target in a list.';

create trigger _10_row_version before update on billing.price_item
for each row execute function access.tg_row_version();

create trigger _05_former before update or delete on billing.price_item
for each row execute function billing.tg_definition_former();

-- Lists of tables that came before
-- ----------------------------------------------------------------------------------------------------------

alter table billing.seller add constraint seller_price_list_fk
foreign key (price_list_id) references billing.price_list (price_list_id);
comment on constraint seller_price_list_fk on billing.seller is 'The price list must exist.';
create index seller_price_list_ix on billing.seller (price_list_id);
alter table billing.customer add constraint customer_price_list_fk
foreign key (price_list_id) references billing.price_list (price_list_id);
comment on constraint customer_price_list_fk on billing.customer is 'The price list must exist.';
alter table billing.customer_term add constraint customer_term_price_list_fk
foreign key (price_list_id) references billing.price_list (price_list_id);
comment on constraint customer_term_price_list_fk on billing.customer_term is 'The price list must exist.';
alter table billing.service add constraint service_price_list_fk
foreign key (price_list_id) references billing.price_list (price_list_id);
comment on constraint service_price_list_fk on billing.service is 'The price list must exist.';
