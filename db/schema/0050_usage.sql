-- How call files are read: sources, trunks that name carriers, extensions that become numbers.

create table billing.cdr_source (
    source_id bigint generated always as identity,
    code text not null,
    name text not null,
    format text not null,
    template text,
    time_zone text,
    carrier_id bigint,
    mode_id bigint,
    country_code text not null default '46',
    national_prefix text not null default '0',
    international_prefixes text[] not null default '{00}',
    short_codes text[],
    encoding text not null default 'utf-8',
    delimiter text not null default ',',
    quote text not null default '"',
    has_header boolean,
    decimal text not null default '.',
    time_format text,
    duration_format text not null default 'seconds',
    columns text,
    key_columns text,
    bill_if text,
    strip text[],
    which_time text not null default 'answer',
    area_code text,
    contract_line_id bigint,
    starts_on date,
    max_hours integer not null default 24,
    quiet_seconds integer not null default 60,
    row_version integer not null default 1,
    constraint cdr_source_pk primary key (source_id),
    constraint cdr_source_code_uq unique (code),
    constraint cdr_source_code_ck check (code <> '' and code !~ ':'),
    constraint cdr_source_format_ck check (format in ('asterisk', 'freeswitch', 'cucm', 'generic')),
    constraint cdr_source_carrier_fk foreign key (carrier_id) references billing.carrier (carrier_id),
    constraint cdr_source_mode_fk foreign key (mode_id) references billing.mode (mode_id),
    constraint cdr_source_line_fk foreign key (contract_line_id)
    references billing.contract_line (contract_line_id),
    constraint cdr_source_which_time_ck check (which_time in ('answer', 'start', 'end')),
    constraint cdr_source_duration_format_ck check (duration_format in ('seconds', 'hh:mm:ss', 'ms')),
    constraint cdr_source_decimal_ck check (decimal in ('.', ',')),
    constraint cdr_source_delimiter_ck check (length(delimiter) = 1 and length(quote) <= 1),
    constraint cdr_source_hours_ck check (max_hours > 0 and quiet_seconds >= 0),
    constraint cdr_source_country_code_ck check (country_code ~ '^[0-9]{1,3}$')
);
create index cdr_source_carrier_ix on billing.cdr_source (carrier_id);
create index cdr_source_mode_ix on billing.cdr_source (mode_id);
create index cdr_source_line_ix on billing.cdr_source (contract_line_id);

comment on table billing.cdr_source is
'A source of call records and how its files are read; the formats themselves are templates.';
comment on column billing.cdr_source.source_id is 'Surrogate key.';
comment on column billing.cdr_source.code is 'Business key; names calls as source:key.';
comment on column billing.cdr_source.name is 'Name.';
comment on column billing.cdr_source.format is 'asterisk, freeswitch, cucm or generic.';
comment on column billing.cdr_source.template is 'FreeSWITCH''s template, or Asterisk''s options.';
comment on column billing.cdr_source.time_zone is 'IANA zone of times without offset; NULL: the operator''s.';
comment on column billing.cdr_source.carrier_id is 'Carrier of records that name none.';
comment on column billing.cdr_source.mode_id is 'Mode of records that name none; NULL: voice.';
comment on column billing.cdr_source.country_code is 'Country code of national numbers.';
comment on column billing.cdr_source.national_prefix is 'Trunk prefix; empty where the country has none.';
comment on column billing.cdr_source.international_prefixes is 'Prefixes of international numbers.';
comment on column billing.cdr_source.short_codes is 'Short codes kept as they are; NULL: the country''s.';
comment on column billing.cdr_source.encoding is 'Character set of the files.';
comment on column billing.cdr_source.delimiter is 'Between fields.';
comment on column billing.cdr_source.quote is 'Around fields; empty: none.';
comment on column billing.cdr_source.has_header is 'Is there a header row? NULL: the format''s habit.';
comment on column billing.cdr_source.decimal is 'Decimal mark.';
comment on column billing.cdr_source.time_format is 'Form of times; NULL: ISO 8601.';
comment on column billing.cdr_source.duration_format is 'seconds, hh:mm:ss or ms.';
comment on column billing.cdr_source.columns is
'Column map: field=column name or number, with semicolons; NULL: the format''s or the plain form.';
comment on column billing.cdr_source.key_columns is 'Columns that make the record key.';
comment on column billing.cdr_source.bill_if is
'Conditions column=value or column~pattern, with semicolons; what fails one is counted zero.';
comment on column billing.cdr_source.strip is 'Patterns taken off numbers.';
comment on column billing.cdr_source.which_time is 'answer, start or end: what the time column means.';
comment on column billing.cdr_source.area_code is 'Area of local numbers without area code.';
comment on column billing.cdr_source.contract_line_id is
'Line of calls without a known subscriber (a pure rating engine).';
comment on column billing.cdr_source.starts_on is 'Calls before this day are listed.';
comment on column billing.cdr_source.max_hours is 'Calls longer than this are listed.';
comment on column billing.cdr_source.quiet_seconds is
'A last line without line end counts when the file has been quiet so long.';
comment on column billing.cdr_source.row_version is 'Counts the versions of the row.';
comment on constraint cdr_source_pk on billing.cdr_source is 'A source is identified by its id.';
comment on constraint cdr_source_code_uq on billing.cdr_source is 'There is already a source with this code.';
comment on constraint cdr_source_code_ck on billing.cdr_source is 'A source needs a code without a colon.';
comment on constraint cdr_source_format_ck on billing.cdr_source is
'The format is asterisk, freeswitch, cucm or generic.';
comment on constraint cdr_source_carrier_fk on billing.cdr_source is 'The carrier must exist.';
comment on constraint cdr_source_mode_fk on billing.cdr_source is 'The mode must exist.';
comment on constraint cdr_source_line_fk on billing.cdr_source is 'The contract line must exist.';
comment on constraint cdr_source_which_time_ck on billing.cdr_source is
'The time is that of answer, start or end.';
comment on constraint cdr_source_duration_format_ck on billing.cdr_source is
'Durations are seconds, hh:mm:ss or ms.';
comment on constraint cdr_source_decimal_ck on billing.cdr_source is 'The decimal mark is . or ,';
comment on constraint cdr_source_delimiter_ck on billing.cdr_source is
'Delimiter and quote are one character.';
comment on constraint cdr_source_hours_ck on billing.cdr_source is 'Hours are above zero, seconds not below.';
comment on constraint cdr_source_country_code_ck on billing.cdr_source is 'A country code has 1 to 3 digits.';
comment on index billing.cdr_source_carrier_ix is 'Sources of a carrier.';
comment on index billing.cdr_source_mode_ix is 'Sources of a mode.';
comment on index billing.cdr_source_line_ix is 'Sources of a contract line.';

create table billing.trunk (
    source_id bigint not null,
    trunk text not null,
    carrier_id bigint not null,
    row_version integer not null default 1,
    constraint trunk_pk primary key (source_id, trunk),
    constraint trunk_source_fk foreign key (source_id) references billing.cdr_source (source_id),
    constraint trunk_carrier_fk foreign key (carrier_id) references billing.carrier (carrier_id)
);
create index trunk_carrier_ix on billing.trunk (carrier_id);

comment on table billing.trunk is 'Names of trunks in a source''s records and the carrier behind each.';
comment on column billing.trunk.source_id is 'The source.';
comment on column billing.trunk.trunk is 'Text in the records; * at the end matches what begins so.';
comment on column billing.trunk.carrier_id is 'The carrier.';
comment on column billing.trunk.row_version is 'Counts the versions of the row.';
comment on constraint trunk_pk on billing.trunk is 'A trunk is named once per source.';
comment on constraint trunk_source_fk on billing.trunk is 'The source must exist.';
comment on constraint trunk_carrier_fk on billing.trunk is 'The carrier must exist.';
comment on index billing.trunk_carrier_ix is 'Trunks of a carrier.';

create table billing.extension (
    source_id bigint not null,
    extension text not null,
    number text not null,
    row_version integer not null default 1,
    constraint extension_pk primary key (source_id, extension),
    constraint extension_source_fk foreign key (source_id) references billing.cdr_source (source_id),
    constraint extension_extension_ck check (extension ~ '^[0-9]*x*$' and extension <> ''),
    constraint extension_number_ck check (number ~ '^[0-9]+x*$' and length(number) <= 15)
);

comment on table billing.extension is 'Extensions in a source''s records and the numbers they are.';
comment on column billing.extension.source_id is 'The source.';
comment on column billing.extension.extension is 'Digits, or digits with x for any, such as 2xxx.';
comment on column billing.extension.number is 'E.164; x keeps the digits.';
comment on column billing.extension.row_version is 'Counts the versions of the row.';
comment on constraint extension_pk on billing.extension is 'An extension is named once per source.';
comment on constraint extension_source_fk on billing.extension is 'The source must exist.';
comment on constraint extension_extension_ck on billing.extension is
'An extension is digits, then x for any digit.';
comment on constraint extension_number_ck on billing.extension is 'A number is digits, then x, at most 15.';

create trigger _10_version before update on billing.cdr_source
for each row execute function billing.tg_row_version();
create trigger _10_version before update on billing.trunk
for each row execute function billing.tg_row_version();
create trigger _10_version before update on billing.extension
for each row execute function billing.tg_row_version();
