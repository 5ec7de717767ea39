-- Usage: how the files of each switch are laid out, and how each country dials. Data that readers and
-- normalisation
-- follow: a new delimited format needs a row here, not code.
-- Lock: none that anyone waits for. Duration: under a second.

create table billing.cdr_template (
    format text not null,
    template text not null,
    variant smallint not null default 1,
    is_usual boolean not null default true,
    columns text[],
    look text,
    fields text not null,
    key_columns text,
    is_escaped boolean not null default true,
    name_column text,
    shape text,
    has_header boolean not null default false,
    time_format text,
    skip_if text,
    forwarded_if text,
    skip_name text,
    sequence text,
    row_version int not null default 1,
    constraint cdr_template_pk primary key (format, template, variant),
    constraint cdr_template_format_ck check (format in ('asterisk', 'freeswitch', 'cucm', 'generic')),
    constraint cdr_template_name_ck check (name_column is null or name_column = any(columns)),
    constraint cdr_template_columns_ck check (columns is not null or has_header)
);

comment on table billing.cdr_template is
'Layouts of call files: names of the columns, and which of them give which field of a call.';
comment on column billing.cdr_template.format is 'As in billing.cdr_source.';
comment on column billing.cdr_template.template is 'Name of the layout among those of the format.';
comment on column billing.cdr_template.variant is
'Layouts of one name are told apart by their number of columns, then by look.';
comment on column billing.cdr_template.is_usual is 'Is it tried for a source that names no template?';
comment on column billing.cdr_template.columns is
'Names of the columns in order; NULL: the file''s first line names them.';
comment on column billing.cdr_template.look is
'column~pattern that lines of this variant meet, where another one has as many columns.';
comment on column billing.cdr_template.fields is
$$field=column with semicolons, as in billing.cdr_source.columns. A|B is the first that is not empty, A+B
both in a
row, 'text' itself, A:epoch a time in that format, A~pattern what the pattern's group finds in A.$$;
comment on column billing.cdr_template.key_columns is
'Columns that make the record key; A+B|C: the first set that is complete.';
comment on column billing.cdr_template.is_escaped is
'Are quotes inside values doubled? If not, a value ends where a quote, a delimiter and a quote follow'
' each other.';
comment on column billing.cdr_template.name_column is
'Free text that takes the surplus columns of a line with stray quotes.';
comment on column billing.cdr_template.shape is
'Conditions that a line with surplus columns meets once they are joined; else it cannot be read.';
comment on column billing.cdr_template.has_header is
'Does the first line name the columns, unless the source says otherwise?';
comment on column billing.cdr_template.time_format is
'Format of times, unless the source says otherwise; NULL: ISO 8601.';
comment on column billing.cdr_template.skip_if is
'Records that meet one of these conditions are no calls: counted as zero.';
comment on column billing.cdr_template.forwarded_if is
'Records that meet all these conditions were forwarded: the field `redirecting` pays, mode `forwarded`.';
comment on column billing.cdr_template.skip_name is 'Files whose name matches are not call files: skipped.';
comment on column billing.cdr_template.sequence is
'Pattern of file names: series and running number. A gap in the numbers is a warning.';
comment on column billing.cdr_template.row_version is
'Rises by one with each change; a save with an older one is refused.';
comment on constraint cdr_template_pk on billing.cdr_template is
'There is a layout with that name and variant already.';
comment on constraint cdr_template_format_ck on billing.cdr_template is
'The format must be asterisk, freeswitch, cucm or generic.';
comment on constraint cdr_template_name_ck on billing.cdr_template is
'The name column must be one of the columns.';
comment on constraint cdr_template_columns_ck on billing.cdr_template is
'A layout needs names of columns, its own or those of the file.';

create trigger _10_row_version before update on billing.cdr_template
for each row execute function access.tg_row_version();

insert into billing.cdr_template (format, template, variant, columns, look, fields, key_columns)
select
    'asterisk', 'master', shape.variant,
    string_to_array(
        'accountcode,src,dst,dcontext,clid,channel,dstchannel,lastapp,lastdata,start,answer,end,duration,'
        'billsec,'
        || 'disposition,amaflags' || shape.more, ','
    ),
    shape.look,
    'setup_at=start;started_at=answer;ended_at=end;units=billsec;duration=duration;a_number=src;b_number=dst;'
    || 'carrier=dstchannel~/(.+)-[^-]*$;account=accountcode;disposition=disposition'
    || case when shape.more like '%uniqueid%'
        then ';epoch=uniqueid~(?:^|-)([0-9]{9,10})[.][0-9]+$' else '' end
    || case when shape.more like '%linkedid%' then ';together=linkedid' else '' end,
    case
        when shape.more like '%uniqueid%sequence'
            then 'uniqueid+sequence|uniqueid+start+dst+dstchannel+billsec'
        when shape.more like '%uniqueid%' then 'uniqueid+start+dst+dstchannel+billsec'
    end
from (
    values
    (1, '', null),
    (2, ',uniqueid', 'uniqueid~^(.*-)?[0-9]{9,10}[.][0-9]+$'),
    (3, ',userfield', null),
    (4, ',uniqueid,userfield', null),
    (5, ',peeraccount,linkedid,sequence', null),
    (6, ',uniqueid,peeraccount,linkedid,sequence', 'uniqueid~^(.*-)?[0-9]{9,10}[.][0-9]+$'),
    (7, ',userfield,peeraccount,linkedid,sequence', null),
    (8, ',uniqueid,userfield,peeraccount,linkedid,sequence', null)
) as shape (variant, more, look);

insert into billing.cdr_template (
    format, template, is_usual, columns, fields, key_columns, is_escaped, name_column, shape
)
select
    'freeswitch', layout.template, layout.is_usual, string_to_array(layout.columns, ','),
    'setup_at=start_stamp;started_at=answer_stamp;ended_at=end_stamp;units=billsec;duration=duration;'
    || 'a_number=caller_id_number;b_number=destination_number;account=accountcode;disposition=hangup_cause',
    'uuid', false, layout.name_column,
    'start_stamp~^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}$;end_stamp~^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}$;'
    || 'duration~^-?[0-9]+$;billsec~^-?[0-9]+$;hangup_cause~^[A-Z0-9_]*$;uuid~^[0-9a-fA-F-]{36}$'
from (
    values
    (
        'default', true,
        'caller_id_name,caller_id_number,destination_number,context,start_stamp,answer_stamp,end_stamp,'
        'duration,'
        || 'billsec,hangup_cause,uuid,bleg_uuid,accountcode',
        'caller_id_name'
    ),
    (
        'example', true,
        'caller_id_name,caller_id_number,destination_number,context,start_stamp,answer_stamp,end_stamp,'
        'duration,'
        || 'billsec,hangup_cause,uuid,bleg_uuid,accountcode,read_codec,write_codec',
        'caller_id_name'
    ),
    (
        'snom', true,
        'caller_id_name,caller_id_number,destination_number,context,start_stamp,answer_stamp,end_stamp,'
        'duration,'
        || 'billsec,hangup_cause,uuid,bleg_uuid,accountcode,read_codec,write_codec,sip_user_agent,'
        'call_clientcode,'
        || 'sip_rtp_rxstat,sip_rtp_txstat,sofia_record_file',
        'caller_id_name'
    ),
    (
        'linksys', true,
        'caller_id_name,caller_id_number,destination_number,context,start_stamp,answer_stamp,end_stamp,'
        'duration,'
        || 'billsec,hangup_cause,uuid,bleg_uuid,accountcode,read_codec,write_codec,sip_user_agent,'
        'sip_p_rtp_stat',
        'caller_id_name'
    ),
    (
        'asterisk', false,
        'accountcode,caller_id_number,destination_number,context,caller_id,channel_name,bridge_channel,'
        'last_app,'
        || 'last_arg,start_stamp,answer_stamp,end_stamp,duration,billsec,hangup_cause,amaflags,uuid,'
        'userfield',
        'caller_id'
    )
) as layout (template, is_usual, columns, name_column);

insert into billing.cdr_template (format, template, is_usual, columns, fields, key_columns, is_escaped) values
(
    'freeswitch', 'opencdrrate', false,
    string_to_array(
        'uuid,signal_bond,direction,ani,destination_number,answer_stamp,end_stamp,billsec,accountcode,'
        'userfield,'
        || 'network_addr,regex,sip_gateway_name', ','
    ),
    'started_at=answer_stamp;ended_at=end_stamp;units=billsec;a_number=ani;b_number=destination_number;'
    || 'account=accountcode;carrier=sip_gateway_name',
    'uuid', false
),
(
    -- The variables of an own template, listed in the source, take the place of its column.
    'freeswitch', '*', false, array['*'],
    'setup_at=start_epoch:epoch|start_uepoch:epoch_us|start_stamp;'
    || 'started_at=answer_epoch:epoch|answer_uepoch:epoch_us|answer_stamp;'
    || 'ended_at=end_epoch:epoch|end_uepoch:epoch_us|end_stamp;units=billsec|billmsec:ms|billusec:us;'
    || 'duration=duration;a_number=caller_id_number|ani;b_number=destination_number;account=accountcode;'
    || 'disposition=hangup_cause;carrier=sip_gateway_name',
    'uuid', false
);

insert into billing.cdr_template (
    format, template, columns, fields, key_columns, has_header, time_format, skip_if, forwarded_if, skip_name,
    sequence
) values
(
    'cucm', 'cdr', null,
    'setup_at=dateTimeOrigination;started_at=dateTimeConnect;ended_at=dateTimeDisconnect;units=duration;'
    || 'a_number=callingPartyNumber;redirecting=lastRedirectDn;'
    || 'b_number=outpulsedCalledPartyNumber|finalCalledPartyNumber;account=authCodeDescription;'
    || 'carrier=destDeviceName~^(?!SEP)(.+)$;disposition=destCause_value',
    'pkid', true, 'epoch',
    'cdrRecordType~^[^1];lastRedirectRedirectOnBehalfOf~^(27|28)$;joinOnBehalfOf~^(27|28)$;'
    || 'lastRedirectRedirectReason=354;origCalledPartyRedirectReason=354',
    'lastRedirectRedirectReason~^(1|2|10|15|66|82|178)$;lastRedirectDn~.;destDeviceName~^(?!SEP).',
    '^cmr_', '^cdr_(.+)_[0-9]{12}_([0-9]+)$'
),
(
    'generic', 'plain', null,
    'key=key;started_at=started_at;units=units;a_number=a_number;b_number=b_number;mode=mode;carrier=carrier;'
    || 'account=account',
    null, true, null, null, null, null, null
);

create table billing.dial_plan (
    country_code text not null,
    name text not null,
    has_national_prefix boolean not null,
    closed text,
    whole text not null,
    short_codes text[] not null,
    row_version int not null default 1,
    constraint dial_plan_pk primary key (country_code),
    constraint dial_plan_country_code_ck check (country_code ~ '^[1-9][0-9]{0,2}$')
);

comment on table billing.dial_plan is
'How numbers are written inside a country, as far as normalisation needs it.';
comment on column billing.dial_plan.country_code is 'Country code, digits.';
comment on column billing.dial_plan.name is 'Country.';
comment on column billing.dial_plan.has_national_prefix is 'Do national numbers begin with a prefix, like 0?';
comment on column billing.dial_plan.closed is
'Pattern of national numbers that are whole without any prefix; NULL: an open plan has none.';
comment on column billing.dial_plan.whole is 'Pattern of what may follow the country code in a whole number.';
comment on column billing.dial_plan.short_codes is 'Numbers that take no country code; x stands for a digit.';
comment on column billing.dial_plan.row_version is
'Rises by one with each change; a save with an older one is refused.';
comment on constraint dial_plan_pk on billing.dial_plan is 'A country has one dial plan.';
comment on constraint dial_plan_country_code_ck on billing.dial_plan is
'A country code must be 1 to 3 digits.';

create trigger _10_row_version before update on billing.dial_plan
for each row execute function access.tg_row_version();

insert into billing.dial_plan (country_code, name, has_national_prefix, closed, whole, short_codes) values
(
    '46', 'Sweden', true, null, '[1-9](?:[0-9]{6,9}|[0-9]{11,12})',
    '{112,90000,11313,11414,114xx,1177,115,117x,116xxx,118xx,118xxx,901xx,902xx,903xx,904xx,90510,71xxx,'
    '72xxx,73xxx,'
    '74xxx,75xxx,76xxx,77xxx,78xxx,79xxx}'
),
(
    '47', 'Norway', false, '[2-9][0-9]{7}|58[0-9]{10}|0[2-9][0-9]{3}',
    '[2-9][0-9]{7}|58[0-9]{10}|0[2-9][0-9]{3}',
    '{110,112,113,10x,11x,12x,13x,14x,15x,16x,17x,116xxx,18xx,19x,04xxx}'
),
(
    '45', 'Denmark', false, '[2-9][0-9]{7}|37[0-9]{10}', '[2-9][0-9]{7}|37[0-9]{10}',
    '{112,114,116xxx,118,180x,181x,182x,183x,184x,185x,186x,187x,188x}'
),
(
    '358', 'Finland', true, null, '[1-9][0-9]{4,11}',
    '{112,116xxx,12xxx,13xxx,14xxx,15xxx,16xxx,17xxx,18xxx,751xx,752xx}'
);

insert into billing.message (code, language, sentence, hint) values
('LB311', 'en', 'There is no source {source}.',
'Sources are rows of sources.csv; the known ones are {known}.'),
('LB311', 'sv', 'Källan {source} finns inte.', 'Källor är rader i sources.csv; kända är {known}.'),
('LB312', 'en', 'Format {format} has no template {template}.',
'It has {known}; or list the columns in order.'),
('LB312', 'sv', 'Formatet {format} har ingen mall {template}.',
'Det har {known}; eller räkna upp kolumnerna.'),
('LB313', 'en', 'The file moved on: it stands at {now}, not at {position}.',
'Another loader was faster; load it again.'),
('LB313', 'sv', 'Filen har gått vidare: den står på {now}, inte på {position}.',
'En annan laddning hann före; ladda igen.');
