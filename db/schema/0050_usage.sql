-- Usage: sources of call records and how their files are read; settings.
-- Lock: none that anyone waits for. Duration: under a second.

create table billing.cdr_source (
    source_id bigint generated always as identity,
    code text not null,
    name text not null,
    format text not null,
    template text,
    time_zone text not null,
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
    max_hours int not null default 24,
    quiet_seconds int not null default 60,
    row_version int not null default 1,
    constraint cdr_source_pk primary key (source_id),
    constraint cdr_source_code_uq unique (code),
    constraint cdr_source_carrier_fk foreign key (carrier_id) references billing.carrier (carrier_id),
    constraint cdr_source_mode_fk foreign key (mode_id) references billing.mode (mode_id),
    constraint cdr_source_line_fk foreign key (contract_line_id)
        references billing.contract_line (contract_line_id),
    constraint cdr_source_code_ck check (code ~ '^[^:[:space:]]+$'),
    constraint cdr_source_format_ck check (format in ('asterisk', 'freeswitch', 'cucm', 'generic')),
    constraint cdr_source_country_code_ck check (country_code ~ '^[1-9][0-9]{0,2}$'),
    constraint cdr_source_duration_format_ck check (duration_format in ('seconds', 'hh:mm:ss', 'ms')),
    constraint cdr_source_which_time_ck check (which_time in ('answer', 'start', 'end')),
    constraint cdr_source_limits_ck check (max_hours > 0 and quiet_seconds >= 0)
);
create index cdr_source_carrier_ix on billing.cdr_source (carrier_id);
create index cdr_source_mode_ix on billing.cdr_source (mode_id);
create index cdr_source_line_ix on billing.cdr_source (contract_line_id);

comment on table billing.cdr_source is 'Where call records come from, and how their files are read.';
comment on column billing.cdr_source.source_id is 'Surrogate key, inside only.';
comment on column billing.cdr_source.code is 'Short name in files, screens and call keys.';
comment on column billing.cdr_source.name is 'Name.';
comment on column billing.cdr_source.format is 'asterisk, freeswitch, cucm or generic.';
comment on column billing.cdr_source.template is 'FreeSWITCH''s template, or Asterisk''s options.';
comment on column billing.cdr_source.time_zone is 'Time zone of times without offset, IANA name.';
comment on column billing.cdr_source.carrier_id is 'Carrier of records that name none; NULL: not known.';
comment on column billing.cdr_source.mode_id is 'Mode of records that name none.';
comment on column billing.cdr_source.country_code is 'Country code of national numbers.';
comment on column billing.cdr_source.national_prefix is 'Prefix of national numbers.';
comment on column billing.cdr_source.international_prefixes is 'Prefixes of international numbers.';
comment on column billing.cdr_source.short_codes is 'Short codes; NULL: the country''s.';
comment on column billing.cdr_source.encoding is 'Character encoding.';
comment on column billing.cdr_source.delimiter is 'Between columns.';
comment on column billing.cdr_source.quote is 'Around columns.';
comment on column billing.cdr_source.has_header is 'Is there a header line? NULL: as the format has it.';
comment on column billing.cdr_source.decimal is 'Decimal sign.';
comment on column billing.cdr_source.time_format is 'Format of times; NULL: ISO 8601.';
comment on column billing.cdr_source.duration_format is 'seconds, hh:mm:ss or ms.';
comment on column billing.cdr_source.columns is
    'field=column name or number, with semicolons; NULL: the plain form.';
comment on column billing.cdr_source.key_columns is 'Columns that make the record key.';
comment on column billing.cdr_source.bill_if is
    'Conditions column=value or column~pattern, with semicolons; other records count as zero.';
comment on column billing.cdr_source.strip is 'Patterns taken off numbers.';
comment on column billing.cdr_source.which_time is 'Which of its times starts a call: answer, start or end.';
comment on column billing.cdr_source.area_code is 'Area code of local numbers.';
comment on column billing.cdr_source.contract_line_id is 'Contract line of calls without a known subscriber.';
comment on column billing.cdr_source.starts_on is 'Earlier records are left out.';
comment on column billing.cdr_source.max_hours is 'Longer calls are suspect.';
comment on column billing.cdr_source.quiet_seconds is 'A file younger than this may still grow.';
comment on column billing.cdr_source.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint cdr_source_pk on billing.cdr_source is 'The key of a source is unique.';
comment on constraint cdr_source_code_uq on billing.cdr_source is 'There is a source with that code already.';
comment on constraint cdr_source_carrier_fk on billing.cdr_source is 'The carrier must exist.';
comment on constraint cdr_source_mode_fk on billing.cdr_source is 'The mode must exist.';
comment on constraint cdr_source_line_fk on billing.cdr_source is 'The contract line must exist.';
comment on constraint cdr_source_code_ck on billing.cdr_source is
    'The code of a source must not be empty or hold a colon or space.';
comment on constraint cdr_source_format_ck on billing.cdr_source is
    'The format must be asterisk, freeswitch, cucm or generic.';
comment on constraint cdr_source_country_code_ck on billing.cdr_source is
    'A country code must be 1 to 3 digits.';
comment on constraint cdr_source_duration_format_ck on billing.cdr_source is
    'The duration format must be seconds, hh:mm:ss or ms.';
comment on constraint cdr_source_which_time_ck on billing.cdr_source is
    'which_time must be answer, start or end.';
comment on constraint cdr_source_limits_ck on billing.cdr_source is
    'max_hours must be above zero and quiet_seconds not below it.';

create trigger _10_row_version before update on billing.cdr_source
for each row execute function access.tg_row_version();

create table billing.trunk (
    source_id bigint not null,
    trunk text not null,
    carrier_id bigint not null,
    row_version int not null default 1,
    constraint trunk_pk primary key (source_id, trunk),
    constraint trunk_source_fk foreign key (source_id) references billing.cdr_source (source_id),
    constraint trunk_carrier_fk foreign key (carrier_id) references billing.carrier (carrier_id),
    constraint trunk_trunk_ck check (trunk ~ '^[^*]*[*]?$' and trunk <> '')
);
create index trunk_carrier_ix on billing.trunk (carrier_id);

comment on table billing.trunk is 'Which carrier stands behind a trunk of a source.';
comment on column billing.trunk.source_id is 'The source.';
comment on column billing.trunk.trunk is 'Name of the trunk; a * at the end stands for anything.';
comment on column billing.trunk.carrier_id is 'The carrier.';
comment on column billing.trunk.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint trunk_pk on billing.trunk is 'A trunk is listed once per source.';
comment on constraint trunk_source_fk on billing.trunk is 'The source must exist.';
comment on constraint trunk_carrier_fk on billing.trunk is 'The carrier must exist.';
comment on constraint trunk_trunk_ck on billing.trunk is 'A trunk is a text, with * at its end only.';

create trigger _10_row_version before update on billing.trunk
for each row execute function access.tg_row_version();

create table billing.extension (
    source_id bigint not null,
    extension text not null,
    number text not null,
    row_version int not null default 1,
    constraint extension_pk primary key (source_id, extension),
    constraint extension_source_fk foreign key (source_id) references billing.cdr_source (source_id),
    constraint extension_extension_ck check (extension ~ '^[0-9*#]*x*$' and extension <> ''),
    constraint extension_number_ck check (
        number ~ '^[0-9]+x*$'
        and length(number) - length(rtrim(number, 'x')) <= length(extension) - length(rtrim(extension, 'x'))
    )
);

comment on table billing.extension is 'Numbers behind the extensions of a source.';
comment on column billing.extension.source_id is 'The source.';
comment on column billing.extension.extension is 'Digits; x stands for any digit.';
comment on column billing.extension.number is 'E.164 digits; x keeps the digits.';
comment on column billing.extension.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint extension_pk on billing.extension is 'An extension is listed once per source.';
comment on constraint extension_source_fk on billing.extension is 'The source must exist.';
comment on constraint extension_extension_ck on billing.extension is
    'An extension must be digits, with x at its end.';
comment on constraint extension_number_ck on billing.extension is
    'A number must be E.164 digits, with no more x at its end than the extension has.';

create trigger _10_row_version before update on billing.extension
for each row execute function access.tg_row_version();

create table billing.setting (
    name text not null,
    value text,
    row_version int not null default 1,
    constraint setting_pk primary key (name)
);

comment on table billing.setting is 'Settings of this installation: every one there is has a row.';
comment on column billing.setting.name is 'Name.';
comment on column billing.setting.value is 'Value; NULL: none.';
comment on column billing.setting.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint setting_pk on billing.setting is 'There is a setting with that name already.';

create trigger _10_row_version before update on billing.setting
for each row execute function access.tg_row_version();

insert into billing.setting (name, value) values
('auto_apply', 'yes'),
('correct_back_months', '12'),
('minimum_invoice', '0');
