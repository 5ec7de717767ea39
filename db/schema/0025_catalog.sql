-- The operator, its settings, currencies, products, modes, VAT, carriers, services and their charges.

create table billing.setting (
    name text not null,
    value text,
    row_version integer not null default 1,
    constraint setting_pk primary key (name)
);

comment on table billing.setting is 'Every setting that the pages name; what is not here has its default.';
comment on column billing.setting.name is 'Name of the setting.';
comment on column billing.setting.value is 'Value; NULL: the default.';
comment on column billing.setting.row_version is 'Counts the versions of the row.';
comment on constraint setting_pk on billing.setting is 'A setting has one value.';

create table billing.currency (
    code text not null,
    decimals smallint not null default 2,
    row_version integer not null default 1,
    constraint currency_pk primary key (code),
    constraint currency_code_ck check (code ~ '^[A-Z]{3}$'),
    constraint currency_decimals_ck check (decimals between 0 and 4)
);

comment on table billing.currency is 'Currencies and their decimals.';
comment on column billing.currency.code is 'ISO 4217.';
comment on column billing.currency.decimals is 'Decimals of invoice amounts.';
comment on column billing.currency.row_version is 'Counts the versions of the row.';
comment on constraint currency_pk on billing.currency is 'A currency is named once.';
comment on constraint currency_code_ck on billing.currency is 'A currency is three capital letters.';
comment on constraint currency_decimals_ck on billing.currency is 'A currency has 0 to 4 decimals.';

create table billing.operator (
    operator_id smallint not null default 1,
    name text not null,
    org_no text not null,
    vat_no text,
    street text,
    postcode text,
    city text,
    country text not null default 'SE',
    time_zone text not null default 'Europe/Stockholm',
    currency text not null default 'SEK',
    language text not null default 'sv',
    bankgiro text,
    plusgiro text,
    iban text,
    bic text,
    email text,
    phone text,
    has_f_tax boolean not null default true,
    mode text not null default 'full',
    row_version integer not null default 1,
    constraint operator_pk primary key (operator_id),
    constraint operator_one_ck check (operator_id = 1),
    constraint operator_currency_fk foreign key (currency) references billing.currency (code),
    constraint operator_language_ck check (language in ('sv', 'en')),
    constraint operator_country_ck check (country ~ '^[A-Z]{2}$'),
    constraint operator_mode_ck check (mode in ('rating', 'basis', 'full')),
    constraint operator_time_zone_ck check (('2000-01-01'::timestamp at time zone time_zone) is not null)
);
create index operator_currency_ix on billing.operator (currency);

comment on table billing.operator is 'The one operator of this database.';
comment on column billing.operator.operator_id is 'Always 1.';
comment on column billing.operator.name is 'Name.';
comment on column billing.operator.org_no is 'Organisation number.';
comment on column billing.operator.vat_no is 'VAT number.';
comment on column billing.operator.street is 'Street.';
comment on column billing.operator.postcode is 'Postcode.';
comment on column billing.operator.city is 'City.';
comment on column billing.operator.country is 'ISO 3166 alpha-2.';
comment on column billing.operator.time_zone is 'IANA zone: decides local days and clock times.';
comment on column billing.operator.currency is 'Currency of the books.';
comment on column billing.operator.language is 'sv or en.';
comment on column billing.operator.bankgiro is 'Bankgiro number.';
comment on column billing.operator.plusgiro is 'Plusgiro number.';
comment on column billing.operator.iban is 'IBAN.';
comment on column billing.operator.bic is 'BIC.';
comment on column billing.operator.email is 'E-mail.';
comment on column billing.operator.phone is 'Phone.';
comment on column billing.operator.has_f_tax is 'Approved for F-tax.';
comment on column billing.operator.mode is 'rating, basis or full: how much of the system is in use.';
comment on column billing.operator.row_version is 'Counts the versions of the row.';
comment on constraint operator_pk on billing.operator is 'There is one operator.';
comment on constraint operator_one_ck on billing.operator is 'There is one operator in a database.';
comment on constraint operator_currency_fk on billing.operator is 'The operator''s currency must exist.';
comment on constraint operator_language_ck on billing.operator is 'The language must be sv or en.';
comment on constraint operator_country_ck on billing.operator is 'A country is two capital letters.';
comment on constraint operator_mode_ck on billing.operator is 'The mode is rating, basis or full.';
comment on constraint operator_time_zone_ck on billing.operator is
'The time zone must be one that is known, such as Europe/Stockholm.';
comment on index billing.operator_currency_ix is 'The operator''s currency.';

create table billing.exchange_rate (
    currency text not null,
    from_on date not null,
    rate numeric(20, 10) not null,
    row_version integer not null default 1,
    constraint exchange_rate_pk primary key (currency, from_on),
    constraint exchange_rate_currency_fk foreign key (currency) references billing.currency (code),
    constraint exchange_rate_rate_ck check (rate > 0)
);

comment on table billing.exchange_rate is 'Exchange rates; the latest on or before a day holds.';
comment on column billing.exchange_rate.currency is 'Currency.';
comment on column billing.exchange_rate.from_on is 'First day.';
comment on column billing.exchange_rate.rate is 'Units of the operator''s currency for one unit.';
comment on column billing.exchange_rate.row_version is 'Counts the versions of the row.';
comment on constraint exchange_rate_pk on billing.exchange_rate is 'A currency has one rate per day.';
comment on constraint exchange_rate_currency_fk on billing.exchange_rate is 'The currency must exist.';
comment on constraint exchange_rate_rate_ck on billing.exchange_rate is 'An exchange rate is above zero.';

create table billing.product (
    product_id bigint generated always as identity,
    code text not null,
    name text not null,
    row_version integer not null default 1,
    constraint product_pk primary key (product_id),
    constraint product_code_uq unique (code),
    constraint product_code_ck check (code <> '')
);

comment on table billing.product is 'Product types: national_fixed, mobile, international, premium …';
comment on column billing.product.product_id is 'Surrogate key.';
comment on column billing.product.code is 'Business key.';
comment on column billing.product.name is 'Name.';
comment on column billing.product.row_version is 'Counts the versions of the row.';
comment on constraint product_pk on billing.product is 'A product is identified by its id.';
comment on constraint product_code_uq on billing.product is 'There is already a product with this code.';
comment on constraint product_code_ck on billing.product is 'A product needs a code.';

create table billing.mode (
    mode_id bigint generated always as identity,
    code text not null,
    name text not null,
    mode_group text,
    unit text not null default 'second',
    per bigint not null,
    row_version integer not null default 1,
    constraint mode_pk primary key (mode_id),
    constraint mode_code_uq unique (code),
    constraint mode_code_ck check (code <> ''),
    constraint mode_unit_ck check (unit in ('second', 'event', 'byte')),
    constraint mode_per_ck check (per > 0)
);

comment on table billing.mode is 'Kinds of traffic and what they count.';
comment on column billing.mode.mode_id is 'Surrogate key.';
comment on column billing.mode.code is 'Business key.';
comment on column billing.mode.name is 'Name.';
comment on column billing.mode.mode_group is 'Group of modes that are priced together; at most one.';
comment on column billing.mode.unit is 'second, event or byte.';
comment on column billing.mode.per is 'Units of one block, for which rates are given.';
comment on column billing.mode.row_version is 'Counts the versions of the row.';
comment on constraint mode_pk on billing.mode is 'A mode is identified by its id.';
comment on constraint mode_code_uq on billing.mode is 'There is already a mode with this code.';
comment on constraint mode_code_ck on billing.mode is 'A mode needs a code.';
comment on constraint mode_unit_ck on billing.mode is 'A mode counts in second, event or byte.';
comment on constraint mode_per_ck on billing.mode is 'A block has at least one unit.';

create table billing.vat_code (
    code text not null,
    constraint vat_code_pk primary key (code),
    constraint vat_code_code_ck check (code <> '')
);

comment on table billing.vat_code is 'VAT codes; their rates over time are in vat_rate.';
comment on column billing.vat_code.code is 'Business key.';
comment on constraint vat_code_pk on billing.vat_code is 'A VAT code is named once.';
comment on constraint vat_code_code_ck on billing.vat_code is 'A VAT code needs a code.';

create table billing.vat_rate (
    vat_code text not null,
    percent numeric(6, 3) not null,
    category text not null,
    account text,
    valid daterange not null default '(,)',
    row_version integer not null default 1,
    constraint vat_rate_pk primary key (vat_code, valid without overlaps),
    constraint vat_rate_code_fk foreign key (vat_code) references billing.vat_code (code),
    constraint vat_rate_percent_ck check (percent between 0 and 100),
    constraint vat_rate_category_ck check (category in ('S', 'AE', 'E', 'O', 'Z')),
    constraint vat_rate_zero_ck check (category = 'S' or percent = 0)
);

comment on table billing.vat_rate is 'What a VAT code means at a time.';
comment on column billing.vat_rate.vat_code is 'The code.';
comment on column billing.vat_rate.percent is 'Rate in percent.';
comment on column billing.vat_rate.category is 'EN 16931 category: S, AE, E, O or Z.';
comment on column billing.vat_rate.account is 'Ledger account of the tax.';
comment on column billing.vat_rate.valid is 'Days it holds.';
comment on column billing.vat_rate.row_version is 'Counts the versions of the row.';
comment on constraint vat_rate_pk on billing.vat_rate is 'The periods of a VAT code must not overlap.';
comment on constraint vat_rate_code_fk on billing.vat_rate is 'The VAT code must exist.';
comment on constraint vat_rate_percent_ck on billing.vat_rate is 'A VAT rate is 0 to 100 percent.';
comment on constraint vat_rate_category_ck on billing.vat_rate is 'A VAT category is S, AE, E, O or Z.';
comment on constraint vat_rate_zero_ck on billing.vat_rate is 'Only category S has a rate above zero.';

create table billing.carrier (
    carrier_id bigint generated always as identity,
    code text not null,
    name text not null,
    price_list_id bigint,
    row_version integer not null default 1,
    constraint carrier_pk primary key (carrier_id),
    constraint carrier_code_uq unique (code),
    constraint carrier_code_ck check (code <> '')
);
create index carrier_price_list_ix on billing.carrier (price_list_id);

comment on table billing.carrier is 'Who carries calls for the operator, and at what price list.';
comment on column billing.carrier.carrier_id is 'Surrogate key.';
comment on column billing.carrier.code is 'Business key.';
comment on column billing.carrier.name is 'Name.';
comment on column billing.carrier.price_list_id is 'Cost list; NULL: cost not known.';
comment on column billing.carrier.row_version is 'Counts the versions of the row.';
comment on constraint carrier_pk on billing.carrier is 'A carrier is identified by its id.';
comment on constraint carrier_code_uq on billing.carrier is 'There is already a carrier with this code.';
comment on constraint carrier_code_ck on billing.carrier is 'A carrier needs a code.';
comment on index billing.carrier_price_list_ix is 'Carriers of a price list.';

create table billing.service (
    service_id bigint generated always as identity,
    code text not null,
    name text not null,
    product_id bigint,
    price_list_id bigint,
    interval_months integer not null default 1,
    is_advance boolean not null default true,
    vat_code text,
    account text,
    notice_months integer not null default 0,
    binding_months integer not null default 0,
    row_version integer not null default 1,
    constraint service_pk primary key (service_id),
    constraint service_code_uq unique (code),
    constraint service_code_ck check (code <> ''),
    constraint service_product_fk foreign key (product_id) references billing.product (product_id),
    constraint service_vat_code_fk foreign key (vat_code) references billing.vat_code (code),
    constraint service_interval_ck check (interval_months between 1 and 120),
    constraint service_months_ck check (notice_months >= 0 and binding_months >= 0)
);
create index service_product_ix on billing.service (product_id);
create index service_price_list_ix on billing.service (price_list_id);
create index service_vat_code_ix on billing.service (vat_code);

comment on table billing.service is 'What is sold through contracts, with its billing features.';
comment on column billing.service.service_id is 'Surrogate key.';
comment on column billing.service.code is 'Business key.';
comment on column billing.service.name is 'Name.';
comment on column billing.service.product_id is 'Product type of its fees.';
comment on column billing.service.price_list_id is 'Default price list.';
comment on column billing.service.interval_months is 'Months between invoices.';
comment on column billing.service.is_advance is 'Are periodic fees billed in advance?';
comment on column billing.service.vat_code is 'VAT code of its charges.';
comment on column billing.service.account is 'Ledger account of its charges.';
comment on column billing.service.notice_months is 'Notice of termination.';
comment on column billing.service.binding_months is 'Binding time.';
comment on column billing.service.row_version is 'Counts the versions of the row.';
comment on constraint service_pk on billing.service is 'A service is identified by its id.';
comment on constraint service_code_uq on billing.service is 'There is already a service with this code.';
comment on constraint service_code_ck on billing.service is 'A service needs a code.';
comment on constraint service_product_fk on billing.service is 'The product must exist.';
comment on constraint service_vat_code_fk on billing.service is 'The VAT code must exist.';
comment on constraint service_interval_ck on billing.service is 'The interval is 1 to 120 months.';
comment on constraint service_months_ck on billing.service is 'Notice and binding cannot be negative.';
comment on index billing.service_product_ix is 'Services of a product.';
comment on index billing.service_price_list_ix is 'Services of a price list.';
comment on index billing.service_vat_code_ix is 'Services of a VAT code.';

create table billing.service_charge (
    service_charge_id bigint generated always as identity,
    service_id bigint not null,
    code text not null,
    name text not null,
    kind text not null,
    vat_code text,
    account text,
    row_version integer not null default 1,
    constraint service_charge_pk primary key (service_charge_id),
    constraint service_charge_code_uq unique (service_id, code),
    constraint service_charge_service_fk foreign key (service_id) references billing.service (service_id),
    constraint service_charge_kind_ck check (kind in ('one_time', 'periodic')),
    constraint service_charge_vat_code_fk foreign key (vat_code) references billing.vat_code (code)
);
create index service_charge_vat_code_ix on billing.service_charge (vat_code);

comment on table billing.service_charge is 'Fees of a service; their prices are price items.';
comment on column billing.service_charge.service_charge_id is 'Surrogate key.';
comment on column billing.service_charge.service_id is 'The service.';
comment on column billing.service_charge.code is 'Code of the charge, unique in the service.';
comment on column billing.service_charge.name is 'Name on invoices.';
comment on column billing.service_charge.kind is 'one_time or periodic.';
comment on column billing.service_charge.vat_code is 'VAT code; NULL: the service''s.';
comment on column billing.service_charge.account is 'Ledger account; NULL: the service''s.';
comment on column billing.service_charge.row_version is 'Counts the versions of the row.';
comment on constraint service_charge_pk on billing.service_charge is 'A charge is identified by its id.';
comment on constraint service_charge_code_uq on billing.service_charge is
'The service already has a charge with this code.';
comment on constraint service_charge_service_fk on billing.service_charge is 'The service must exist.';
comment on constraint service_charge_kind_ck on billing.service_charge is 'A charge is one_time or periodic.';
comment on constraint service_charge_vat_code_fk on billing.service_charge is 'The VAT code must exist.';
comment on index billing.service_charge_vat_code_ix is 'Charges of a VAT code.';

alter table billing.customer
add constraint customer_currency_fk foreign key (currency) references billing.currency (code);
comment on constraint customer_currency_fk on billing.customer is 'The currency must exist.';

do $$
declare
    v_table text;
begin
    -- A loop, because DDL takes one table at a time.
    foreach v_table in array array[
        'setting', 'currency', 'operator', 'exchange_rate', 'product', 'mode', 'vat_rate', 'carrier', 'service',
        'service_charge'
    ] loop
        execute format(
            'create trigger _10_version before update on billing.%I '
            'for each row execute function billing.tg_row_version()',
            v_table
        );
    end loop;
end;
$$;
