-- The catalog: the operator itself, currencies, product types, modes, VAT codes, services and their charges.
-- Lock: none that anyone waits for. Duration: under a second.

-- Periods
-- ----------------------------------------------------------------------------------------------------------

create function billing.period(p_from date, p_to date)
returns daterange
language sql immutable parallel safe
return case when p_from < p_to or p_from is null or p_to is null then daterange(p_from, p_to) end;

comment on function billing.period(date, date) is
$$The days from p_from to before p_to, NULL is open; NULL where no day is left, so that it is never in effect.
Example: select billing.period('2026-10-01', null)
Raises: nothing$$;
grant execute on function billing.period(date, date) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_customer, leissner_report, leissner_auditor, leissner_batch,
    leissner_integration;

create table billing.currency (
    currency text not null,
    decimals smallint not null default 2,
    row_version int not null default 1,
    constraint currency_pk primary key (currency),
    constraint currency_code_ck check (currency ~ '^[A-Z]{3}$'),
    constraint currency_decimals_ck check (decimals between 0 and 4)
);

comment on table billing.currency is 'Currencies that amounts may have.';
comment on column billing.currency.currency is 'Code, ISO 4217.';
comment on column billing.currency.decimals is 'Decimals of its amounts on invoices.';
comment on column billing.currency.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint currency_pk on billing.currency is 'There is a currency with that code already.';
comment on constraint currency_code_ck on billing.currency is
    'A currency code must be three capital letters (ISO 4217).';
comment on constraint currency_decimals_ck on billing.currency is
    'The decimals of a currency must be 0 to 4.';

create trigger _10_row_version before update on billing.currency
for each row execute function access.tg_row_version();

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
    row_version int not null default 1,
    constraint operator_pk primary key (operator_id),
    constraint operator_currency_fk foreign key (currency)
        references billing.currency (currency) deferrable initially deferred,
    constraint operator_one_ck check (operator_id = 1),
    constraint operator_country_ck check (country ~ '^[A-Z]{2}$'),
    constraint operator_language_ck check (language in ('sv', 'en')),
    constraint operator_mode_ck check (mode in ('rating', 'basis', 'full'))
);
create index operator_currency_ix on billing.operator (currency);

comment on table billing.operator is 'The operator of this database: one row.';
comment on column billing.operator.operator_id is 'Always 1.';
comment on column billing.operator.name is 'Name of the company.';
comment on column billing.operator.org_no is 'Registration number.';
comment on column billing.operator.vat_no is 'VAT number with country code.';
comment on column billing.operator.street is 'Street.';
comment on column billing.operator.postcode is 'Postcode.';
comment on column billing.operator.city is 'City.';
comment on column billing.operator.country is 'Country, ISO 3166 alpha-2.';
comment on column billing.operator.time_zone is 'Time zone of local days, IANA name.';
comment on column billing.operator.currency is 'Currency of accounts and margins.';
comment on column billing.operator.language is 'Language of documents: sv or en.';
comment on column billing.operator.bankgiro is 'Bankgiro number.';
comment on column billing.operator.plusgiro is 'Plusgiro number.';
comment on column billing.operator.iban is 'IBAN.';
comment on column billing.operator.bic is 'BIC.';
comment on column billing.operator.email is 'Address on invoices.';
comment on column billing.operator.phone is 'Telephone on invoices.';
comment on column billing.operator.has_f_tax is 'Is approved for Swedish F-tax?';
comment on column billing.operator.mode is 'What it is used for: rating, basis or full.';
comment on column billing.operator.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint operator_pk on billing.operator is 'There is one operator.';
comment on constraint operator_currency_fk on billing.operator is
    'The operator''s currency must be in currencies.';
comment on constraint operator_one_ck on billing.operator is 'There is one operator.';
comment on constraint operator_country_ck on billing.operator is
    'A country must be two capital letters (ISO 3166).';
comment on constraint operator_language_ck on billing.operator is 'The language must be sv or en.';
comment on constraint operator_mode_ck on billing.operator is 'The mode must be rating, basis or full.';

create trigger _10_row_version before update on billing.operator
for each row execute function access.tg_row_version();

create table billing.exchange_rate (
    currency text not null,
    from_on date not null,
    rate numeric(20, 10) not null,
    row_version int not null default 1,
    constraint exchange_rate_pk primary key (currency, from_on),
    constraint exchange_rate_currency_fk foreign key (currency) references billing.currency (currency),
    constraint exchange_rate_rate_ck check (rate > 0)
);

comment on table billing.exchange_rate is
    'What one unit of a currency is worth in the operator''s currency from a day on.';
comment on column billing.exchange_rate.currency is 'The currency.';
comment on column billing.exchange_rate.from_on is 'First day of the rate.';
comment on column billing.exchange_rate.rate is 'Units of the operator''s currency for one unit.';
comment on column billing.exchange_rate.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint exchange_rate_pk on billing.exchange_rate is 'A currency has one rate from a day.';
comment on constraint exchange_rate_currency_fk on billing.exchange_rate is
    'The currency of a rate must be in currencies.';
comment on constraint exchange_rate_rate_ck on billing.exchange_rate is
    'An exchange rate must be above zero.';

create trigger _10_row_version before update on billing.exchange_rate
for each row execute function access.tg_row_version();

create table billing.product (
    product_id bigint generated always as identity,
    code text not null,
    name text not null,
    row_version int not null default 1,
    constraint product_pk primary key (product_id),
    constraint product_code_uq unique (code),
    constraint product_code_ck check (code <> '')
);

comment on table billing.product is
    'Product types: what reports, prices and discounts group destinations and services by.';
comment on column billing.product.product_id is 'Surrogate key, inside only.';
comment on column billing.product.code is 'Short name in files and screens.';
comment on column billing.product.name is 'Name.';
comment on column billing.product.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint product_pk on billing.product is 'The key of a product type is unique.';
comment on constraint product_code_uq on billing.product is 'There is a product type with that code already.';
comment on constraint product_code_ck on billing.product is 'A product type needs a code.';

create trigger _10_row_version before update on billing.product
for each row execute function access.tg_row_version();

create table billing.mode (
    mode_id bigint generated always as identity,
    code text not null,
    name text not null,
    mode_group text,
    unit text not null default 'second',
    per bigint not null,
    row_version int not null default 1,
    constraint mode_pk primary key (mode_id),
    constraint mode_code_uq unique (code),
    constraint mode_code_ck check (code <> '' and code <> '*' and code !~ '^group:'),
    constraint mode_unit_ck check (unit in ('second', 'event', 'byte')),
    constraint mode_per_ck check (per > 0)
);

comment on table billing.mode is 'Kinds of traffic: voice, SMS, data …';
comment on column billing.mode.mode_id is 'Surrogate key, inside only.';
comment on column billing.mode.code is 'Short name in files and screens.';
comment on column billing.mode.name is 'Name.';
comment on column billing.mode.mode_group is 'Group of modes that prices and discounts may name.';
comment on column billing.mode.unit is 'What its units are: second, event or byte.';
comment on column billing.mode.per is 'Units in the block that a rate is for.';
comment on column billing.mode.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint mode_pk on billing.mode is 'The key of a mode is unique.';
comment on constraint mode_code_uq on billing.mode is 'There is a mode with that code already.';
comment on constraint mode_code_ck on billing.mode is
    'The code of a mode must not be empty, * or begin with group:.';
comment on constraint mode_unit_ck on billing.mode is 'The unit must be second, event or byte.';
comment on constraint mode_per_ck on billing.mode is 'The block of a mode must be above zero.';

create trigger _10_row_version before update on billing.mode
for each row execute function access.tg_row_version();

create table billing.vat_code (
    vat_code_id bigint generated always as identity,
    code text not null,
    percent numeric(6, 3) not null,
    category text not null,
    account text,
    valid daterange not null,
    row_version int not null default 1,
    constraint vat_code_pk primary key (vat_code_id),
    constraint vat_code_valid_uq unique (code, valid without overlaps),
    constraint vat_code_percent_ck check (percent between 0 and 100),
    constraint vat_code_category_ck check (category in ('S', 'AE', 'E', 'O', 'Z')),
    constraint vat_code_zero_ck check (category = 'S' or percent = 0),
    constraint vat_code_valid_ck check (not isempty(valid))
);

comment on table billing.vat_code is 'VAT codes with their percentage over time.';
comment on column billing.vat_code.vat_code_id is 'Surrogate key, inside only.';
comment on column billing.vat_code.code is 'Short name in files and screens.';
comment on column billing.vat_code.percent is 'Percentage.';
comment on column billing.vat_code.category is 'Category of EN 16931: S, AE, E, O or Z.';
comment on column billing.vat_code.account is 'Account of the tax.';
comment on column billing.vat_code.valid is 'Days on which this percentage holds.';
comment on column billing.vat_code.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint vat_code_pk on billing.vat_code is 'The key of a VAT code is unique.';
comment on constraint vat_code_valid_uq on billing.vat_code is
    'The VAT code has another percentage in that period.';
comment on constraint vat_code_percent_ck on billing.vat_code is 'The percentage must be 0 to 100.';
comment on constraint vat_code_category_ck on billing.vat_code is 'The category must be S, AE, E, O or Z.';
comment on constraint vat_code_zero_ck on billing.vat_code is 'Only category S has a percentage above zero.';
comment on constraint vat_code_valid_ck on billing.vat_code is 'A period must have at least one day.';

create trigger _10_row_version before update on billing.vat_code
for each row execute function access.tg_row_version();

create table billing.service (
    service_id bigint generated always as identity,
    code text not null,
    name text not null,
    product_id bigint,
    price_list_id bigint,
    interval_months int not null default 1,
    is_advance boolean not null default true,
    vat_code text,
    account text,
    notice_months int not null default 0,
    binding_months int not null default 0,
    row_version int not null default 1,
    constraint service_pk primary key (service_id),
    constraint service_code_uq unique (code),
    constraint service_product_fk foreign key (product_id) references billing.product (product_id),
    constraint service_code_ck check (code <> '' and strpos(code, ':') = 0),
    constraint service_months_ck check (
        interval_months between 1 and 120 and notice_months between 0 and 120 and binding_months between 0
        and 120
    )
);
create index service_product_ix on billing.service (product_id);
create index service_price_list_ix on billing.service (price_list_id);

comment on table billing.service is 'What a contract line is a subscription to.';
comment on column billing.service.service_id is 'Surrogate key, inside only.';
comment on column billing.service.code is 'Short name in files and screens.';
comment on column billing.service.name is 'Name, as on invoices.';
comment on column billing.service.product_id is 'Product type its fees are reported under.';
comment on column billing.service.price_list_id is
    'Retail list when neither line, contract nor customer has one with a price.';
comment on column billing.service.interval_months is 'Months a periodic charge covers.';
comment on column billing.service.is_advance is 'Are periods charged in advance?';
comment on column billing.service.vat_code is
    'VAT code of its charges and calls (billing.vat_code has it by period).';
comment on column billing.service.account is 'Account of its charges and calls.';
comment on column billing.service.notice_months is 'Months of notice.';
comment on column billing.service.binding_months is 'Months a contract lasts at least.';
comment on column billing.service.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint service_pk on billing.service is 'The key of a service is unique.';
comment on constraint service_code_uq on billing.service is 'There is a service with that code already.';
comment on constraint service_product_fk on billing.service is 'The product type must exist.';
comment on constraint service_code_ck on billing.service is
    'The code of a service must not be empty or hold a colon.';
comment on constraint service_months_ck on billing.service is
    'Months must be whole, at most 120, and at least 1 for the interval.';
comment on index billing.service_price_list_ix is 'Services of a price list.';

create trigger _10_row_version before update on billing.service
for each row execute function access.tg_row_version();

create table billing.service_charge (
    service_charge_id bigint generated always as identity,
    service_id bigint not null,
    code text not null,
    name text not null,
    kind text not null,
    vat_code text,
    account text,
    row_version int not null default 1,
    constraint service_charge_pk primary key (service_charge_id),
    constraint service_charge_code_uq unique (service_id, code),
    constraint service_charge_service_fk foreign key (service_id) references billing.service (service_id),
    constraint service_charge_code_ck check (code <> '' and strpos(code, ':') = 0),
    constraint service_charge_kind_ck check (kind in ('one_time', 'periodic'))
);

comment on table billing.service_charge is
    'The charges of a service: set-up, monthly fee …; price lists say how much.';
comment on column billing.service_charge.service_charge_id is 'Surrogate key, inside only.';
comment on column billing.service_charge.service_id is 'The service.';
comment on column billing.service_charge.code is 'Short name within the service.';
comment on column billing.service_charge.name is 'Name, as on invoices.';
comment on column billing.service_charge.kind is 'one_time or periodic.';
comment on column billing.service_charge.vat_code is 'VAT code; NULL: the service''s.';
comment on column billing.service_charge.account is 'Account; NULL: the service''s.';
comment on column billing.service_charge.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint service_charge_pk on billing.service_charge is 'The key of a charge is unique.';
comment on constraint service_charge_code_uq on billing.service_charge is
    'The service has a charge with that code already.';
comment on constraint service_charge_service_fk on billing.service_charge is 'The service must exist.';
comment on constraint service_charge_code_ck on billing.service_charge is
    'The code of a charge must not be empty or hold a colon.';
comment on constraint service_charge_kind_ck on billing.service_charge is
    'The kind must be one_time or periodic.';

create trigger _10_row_version before update on billing.service_charge
for each row execute function access.tg_row_version();

create unlogged table billing.import_staging (
    import_id bigint not null,
    file text not null,
    source text not null,
    line int not null,
    cells text[] not null,
    constraint import_staging_pk primary key (import_id, file, source, line)
);

comment on table billing.import_staging is
    'Rows of files as the importer handed them over; each import empties its own.';
comment on column billing.import_staging.import_id is 'The import.';
comment on column billing.import_staging.file is 'The kind of file: its name without folder and ending.';
comment on column billing.import_staging.source is 'The file''s name as given.';
comment on column billing.import_staging.line is 'Line in the file where the row begins.';
comment on column billing.import_staging.cells is
    'The cells in the order of the file''s columns in logic.import_column; NULL: empty.';
comment on constraint import_staging_pk on billing.import_staging is 'A line is staged once.';

create sequence billing.import_id_seq;
comment on sequence billing.import_id_seq is 'Numbers of imports.';

alter table billing.customer add constraint customer_currency_fk
foreign key (currency) references billing.currency (currency);
comment on constraint customer_currency_fk on billing.customer is 'The currency must be in currencies.';
create index customer_currency_ix on billing.customer (currency) where currency is not null;
