-- import: the columns of the files, and what is special about some.

-- A line is: column, flags, kind, what empty means (-: nothing), fields of the table (-: none of its own).
-- Flags: R required, K key, S refers to rows of the same file. A kind may have an option after a colon: the
-- values of an enum, what a ref or list refers to, the pattern that a text has.
create function logic.import_column()
returns table (
    file text, place int, name text, flags text, kind text, option text, fallback text, fields text[]
)
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $function$
declare
    v_description constant text := $text$
operator
    name R text - name
    org_no R text - org_no
    vat_no - text - vat_no
    street - text - street
    postcode - text - postcode
    city - text - city
    country - text SE country
    time_zone - time_zone Europe/Stockholm time_zone
    currency - ref:currency SEK currency
    language - text sv language
    bankgiro - text - bankgiro
    plusgiro - text - plusgiro
    iban - text - iban
    bic - text - bic
    email - text - email
    phone - text - phone
    f_tax - boolean yes has_f_tax
    mode - enum:rating,basis,full full mode
currencies
    code RK text - currency
    decimals - int 2 decimals
exchange_rates
    date RK date - from_on
    currency RK ref:currency - currency
    rate R numeric - rate
products
    code RK text - code
    name R text - name
modes
    code RK text - code
    name R text - name
    group - text - mode_group
    unit - enum:second,event,byte second unit
    per - int - per
destination_groups
    code RK text - code
    name R text - name
    rank R int - rank
destinations
    code RK text - code
    name R text - name
    country R text - country
    product R ref:product - product_id
    groups - list:destination_group - -
prefixes
    prefix RK pattern:^[0-9]{1,18}[$]?$ - digits,is_whole
    destination R ref:destination - destination_id
    from K date - valid
    to - date - -
area_codes
    country RK text - country
    prefix RK text - prefix
    name R text - name
holidays
    calendar RK text - calendar
    date RK date - on_date
    name R text - name
bands
    band RK ref:band - band_id
    weekdays K pattern:^[1-7](-[1-7])?(;[1-7](-[1-7])?)*$ - weekdays
    from K pattern:^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$ 00:00 from_second
    to - pattern:^(([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?|24:00)$ 24:00 to_second
    holidays - enum:ignore,except,only ignore holidays
    calendar - text - calendar
vat_codes
    code RK text - code
    percent R numeric - percent
    category R enum:S,AE,E,O,Z - category
    account - text - account
    from K date - valid
    to - date - -
carriers
    code RK text - code
    name R text - name
    price_list - ref:price_list - price_list_id
price_lists
    code RK text - code
    name R text - name
    level R enum:cost,reseller,retail - level
    parent S ref:price_list - parent_id
    currency - ref:currency - currency
    decimals - int 4 decimals
    rounding - enum:half_up,half_even,up,down half_up rounding
    split_by_band - boolean no is_split
    draft - boolean no is_draft
prices
    price_list RK ref:price_list - price_list_id
    target RK ref:price_target - destination_id,destination_group_id,product_id,service_charge_id
    mode K ref:mode * mode_id,mode_group
    band K ref:band - band_id
    from K date - valid
    to - date - -
    setup - numeric - setup
    rate - numeric - rate
    steps - pattern:^([0-9]{1,15}:[0-9]+([.][0-9]{1,8})?;)*:[0-9]+([.][0-9]{1,8})?$ - step_to,step_rate
    first - int - first_increment
    next - int - next_increment
    free - int - free_units
    free_mode - enum:threshold,deduct - free_mode
    minimum - numeric - minimum
    maximum - numeric - maximum
    percent - numeric - percent
    amount - numeric - amount
    not_for_sale - boolean no is_blocked
services
    code RK text - code
    name R text - name
    product - ref:product - product_id
    price_list - ref:price_list - price_list_id
    interval_months - int 1 interval_months
    advance - boolean yes is_advance
    vat_code - ref:vat_code - vat_code
    account - text - account
    notice_months - int 0 notice_months
    binding_months - int 0 binding_months
service_charges
    service RK ref:service - service_id
    charge RK text - code
    name R text - name
    kind R enum:one_time,periodic - kind
    vat_code - ref:vat_code - vat_code
    account - text - account
sellers
    code RK text - code
    name R text - name
    price_list - ref:price_list - price_list_id
    email - text - email
customer_groups
    code RK text - code
    name R text - name
customers
    customer_no RK text - customer_no
    name R text - name
    parent_no S ref:customer - parent_id
    kind - enum:private,business,wholesale business kind
    groups - list:customer_group - -
    bill_to - enum:self,parent self bill_to
    street - text - street
    postcode - text - postcode
    city - text - city
    country - text SE country
    org_no - text - org_no
    vat_no - text - vat_no
    email - text - email
    delivery - enum:print,email,einvoice print delivery
    einvoice_id - text - einvoice_id
    currency - ref:currency - currency
    language - text sv language
    credit_limit - numeric - credit_limit
    payment_days - int 30 payment_days
    seller - ref:seller - seller_id
    price_list - ref:price_list - price_list_id
    billing_street - text - billing_street
    billing_postcode - text - billing_postcode
    billing_city - text - billing_city
    billing_country - text - billing_country
    attention - text - attention
    call_specification - enum:none,summary,full summary call_specification
    full_numbers - boolean no has_full_numbers
    buyer_reference - text - buyer_reference
contracts
    contract_no RK text - contract_no
    customer_no R ref:customer - customer_id
    start R date - start_on
    end - date - end_on
    signed_on - date - signed_on
    seller - ref:seller - seller_id
    price_list - ref:price_list - price_list_id
    interval_months - int - interval_months
    binding_months - int - binding_months
    reference - text - reference
    noticed_on - date - noticed_on
    state - enum:proposed,active active state
    text - text - text
customer_terms
    customer_no RK ref:customer - customer_id
    from RK date - from_on
    price_list - ref:price_list - price_list_id
    seller - ref:seller - seller_id
    groups - list:customer_group - group_ids
    parent_no - ref:customer - parent_id
    bill_to - enum:self,parent - bill_to
contract_terms
    contract_no RK ref:contract - contract_id
    from RK date - from_on
    seller - ref:seller - seller_id
    price_list - ref:price_list - price_list_id
    interval_months - int - interval_months
contract_lines
    contract_no RK ref:contract - contract_id
    line_no RK int - line_no
    service R ref:service - service_id
    from - date - from_on
    to - date - to_on
    quantity - numeric 1 quantity
    price_list - ref:price_list - price_list_id
    billed_through - date - billed_through
line_terms
    contract_no RK ref:contract - -
    line_no RK line - contract_line_id
    from RK date - from_on
    quantity - numeric - quantity
    price_list - ref:price_list - price_list_id
numbers
    number RK text - number
    contract_no R ref:contract - -
    line_no - line 1 contract_line_id
    from K date - from_on
    to - date - to_on
    kind - enum:number,account number kind
    to_number - text - to_number
preselections
    number RK text - number
    carrier_prefix R text - carrier_prefix
    kind K enum:national,international,all all kind
    state R enum:ordered,confirmed,rejected,active,ceased - state
    at RK timestamp - happened_at
    reason - text - reason
bundles
    contract_no RK ref:contract - -
    line_no K line 1 contract_line_id
    code RK text - code
    units R int - units
    modes - list:mode * -
    targets - list:bundle_target * -
    rollover - boolean no is_rollover
    covers_setup - boolean yes covers_setup
    from K date - from_on
    to - date - to_on
rings
    code RK text - code
    name R text - name
    priority R int - priority
    exclusive - boolean no is_exclusive
    from - date - valid
    to - date - -
    members - list:member * -
    modes - list:mode * -
    targets - list:ring_target * -
    band - ref:band - band_id
    volume_unit - enum:none,block,call,amount none volume_unit
    volume_from - numeric 0 volume_from
    volume_to - numeric - volume_to
    kind R enum:percent,off_minute,off_call,price_minute,price_call - kind
    value R numeric - value
    level - enum:retail,reseller retail level
charges
    contract_no RK ref:contract - -
    date RK date - charged_on
    text RK text - text
    quantity - numeric 1 quantity
    price R numeric - price
    vat_code - ref:vat_code - vat_code
    account - text - account
    project - text - project
    line_no - line 1 contract_line_id
sources
    code RK text - code
    name R text - name
    format R enum:asterisk,freeswitch,cucm,generic - format
    template - text - template
    time_zone - time_zone - time_zone
    carrier - ref:carrier - carrier_id
    mode - ref:one_mode voice mode_id
    country_code - text 46 country_code
    national_prefix - text 0 national_prefix
    international_prefixes - texts 00 international_prefixes
    short_codes - texts - short_codes
    encoding - text utf-8 encoding
    delimiter - text , delimiter
    quote - text " quote
    header - boolean - has_header
    decimal - text . decimal
    time_format - text - time_format
    duration_format - enum:seconds,hh:mm:ss,ms seconds duration_format
    columns - text - columns
    key_columns - text - key_columns
    bill_if - pattern:^[[:space:]]*[^=~;]+[=~][^;]*(;[[:space:]]*[^=~;]+[=~][^;]*)*;?[[:space:]]*$ - bill_if
    strip - texts - strip
    which_time - enum:answer,start,end answer which_time
    area_code - text - area_code
    contract_no - ref:contract - -
    line_no - line - contract_line_id
    starts_on - date - starts_on
    max_hours - int 24 max_hours
    quiet_seconds - int 60 quiet_seconds
trunks
    source RK ref:source - source_id
    trunk RK text - trunk
    carrier R ref:carrier - carrier_id
extensions
    source RK ref:source - source_id
    extension RK text - extension
    number R text - number
credit_policies
    code RK text - code
    kind - enum:private,business,wholesale - kind
    group - ref:customer_group - customer_group_id
    customer_no - ref:customer - customer_id
    warn_percent - numeric 80 warn_percent
    block_percent - numeric 100 block_percent
    warn_days - int 10 warn_days
    block_days - int 30 block_days
    minimum - numeric 200 minimum
    blocks - enum:outgoing,international_premium,all,none outgoing blocks
    lines - enum:concerned,all concerned lines
    notice_days - int 10 notice_days
    limit_notice_days - int 0 limit_notice_days
    at_once_after - int - at_once_after
    hour_amount - numeric - hour_amount
    day_amount - numeric - day_amount
    hour_minutes - numeric - hour_minutes
    day_minutes - numeric - day_minutes
    hour_premium - int - hour_premium
    day_premium - int - day_premium
    hour_short - int - hour_short
    day_short - int - day_short
    fraud_blocks - enum:outgoing,international_premium,all,none none fraud_blocks
usage_alerts
    customer_no RK ref:customer - customer_id
    contract_no K ref:contract - -
    line_no K line - contract_line_id
    bundle K text - bundle
    amount - numeric - amount
    percents - text 50;80;100 percents
    email - text - email
settings
    name RK ref:setting - name
    value - text - value
open_items
    document_no RK text - document_no
    customer_no R ref:customer - customer_id
    date R date - item_on
    due R date - due_on
    amount R numeric - amount
    open R numeric - open
    currency - ref:currency - currency
    reference - text - reference
accounts
    event RK text - event
    account R text - account
chart
    account RK text - account
    name R text - name
jobs
    code RK text - code
    schedule R text - schedule
    options - text - options
    what - text - what
    catch_up - enum:all,latest,none latest catch_up
    email - text - email
    enabled - boolean yes is_enabled
    timeout - int 240 timeout_minutes
payment_sources
    code RK text - code
    protocol R enum:ftp,ftps,sftp,folder - protocol
    host - text - host
    path - text . path
    format - text - format
    secret - text - secret
    user - text - user_name
    port - int - port
    pattern - text * pattern
    archive - text - archive
    account - text - account
    currency - ref:currency - currency
    pass_on - text - pass_on
    quiet_seconds - int 2 quiet_seconds
    enabled - boolean yes is_enabled
interest_rates
    from RK date - from_on
    percent R numeric - percent
reminder_steps
    step RK int - step
    days R int - days
    fee - numeric - fee
    text - text - text
    channel - enum:own,print,email,collection own channel
$text$;
begin
    return query
    select
        section.cut[1], line.place::int, line.cut[1], replace(line.cut[2], '-', ''), line.cut[3], line.cut[4],
        nullif(line.cut[5], '-'), string_to_array(nullif(line.cut[6], '-'), ',')
    from regexp_matches(v_description, '^([a-z_]+)\n((?:    .*\n)+)', 'gn') as section (cut)
    cross join lateral regexp_matches(
        section.cut[2], '^    (\S+) (\S+) ([a-z_]+)(?::(\S+))? (\S+) (\S+)$', 'gn'
    ) with ordinality as line (cut, place);
end
$function$;

comment on function logic.import_column() is
$$The columns of the files, in their order.
Example: select * from logic.import_column() where file = 'products'
Raises: nothing$$;

-- Where the kind alone does not say how a row s of a file becomes fields, or a row t of the table cells.
-- Worked out once, when the code is built: an import asks for its columns hundreds of times.
create table logic.import_column_list as
select col.file, col.place, col.name, col.flags, col.kind, col.option, col.fallback, col.fields
from logic.import_column() as col;
comment on table logic.import_column_list is 'The columns of all files (logic.import_column).';
comment on column logic.import_column_list.file is 'The file, without its ending.';
comment on column logic.import_column_list.place is 'Its place in the file, from 1.';
comment on column logic.import_column_list.name is 'Name of the column.';
comment on column logic.import_column_list.flags is 'R required, K key, S refers to rows of the same file.';
comment on column logic.import_column_list.kind is 'Kind of value.';
comment on column logic.import_column_list.option is 'Values of an enum, what is referred to, or a pattern.';
comment on column logic.import_column_list.fallback is 'What an empty cell means.';
comment on column logic.import_column_list.fields is 'Columns of the table.';
grant select on logic.import_column_list to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_report, leissner_auditor, leissner_batch, leissner_integration;

create function logic.import_special()
returns table (file text, name text, to_fields text[], to_text text, expected text)
language sql immutable parallel safe
begin atomic
    select special.file, special.name, special.to_fields::text[], special.to_text, special.expected
    from (
        values
        (
            'modes', 'per',
            array[
                'coalesce(s.per::bigint, case s.unit when ''event'' then 1 when ''byte'' then 1000000 else '
                '60 end)'
            ],
            't.per::text', null
        ),
        (
            'prefixes', 'prefix', array['rtrim(s.prefix, ''$'')', 's.prefix like ''%$'''],
            't.digits || case when t.is_whole then ''$'' else '''' end',
            '1 to 18 digits, perhaps with $ at the end'
        ),
        (
            'sources', 'bill_if', array['s.bill_if'], 't.bill_if',
            'column=value or column~pattern, several with ; between'
        ),
        ('jobs', 'what', array['coalesce(s.what, s.code)'], 't.what', null),
        (
            'bands', 'weekdays', array['logic.weekdays_parse(s.weekdays)'],
            'logic.weekdays_text(t.weekdays)', 'days 1 to 7 as 1-5 or 6;7'
        ),
        (
            'bands', 'from', array['logic.day_second(s."from")'], 'logic.day_time(t.from_second)',
            'a time such as 08:00'
        ),
        (
            'bands', 'to', array['logic.day_second(s."to")'], 'logic.day_time(t.to_second)',
            'a time such as 18:00'
        ),
        (
            'price_lists', 'currency',
            array['coalesce(s.currency, (select operator.currency from billing.operator as operator))'],
            't.currency', null
        ),
        (
            'open_items', 'currency',
            array['coalesce(s.currency, (select operator.currency from billing.operator as operator))'],
            't.currency', null
        ),
        (
            'sources', 'time_zone',
            array['coalesce(s.time_zone, (select operator.time_zone from billing.operator as operator))'],
            't.time_zone', null
        ),
        (
            'customer_terms', 'groups',
            array[
                '(select array_agg(one.customer_group_id order by one.customer_group_id) '
                'from billing.customer_group as one where one.code = any(string_to_array(s.groups, '';'')))'
            ],
            '(select string_agg(one.code, '';'' order by one.code collate "C") '
            'from billing.customer_group as one where one.customer_group_id = any(t.group_ids))',
            null
        ),
        (
            'prices', 'steps',
            array[
                '(select array_agg(nullif(split_part(step.text, '':'', 1), '''')::bigint order by '
                'step.place) '
                'from string_to_table(s.steps, '';'') with ordinality as step (text, place))',
                '(select array_agg(split_part(step.text, '':'', 2)::numeric order by step.place) '
                'from string_to_table(s.steps, '';'') with ordinality as step (text, place))'
            ],
            '(select string_agg(concat(step.bound, '':'', trim_scale(step.rate)), '';'' order by step.place) '
            'from unnest(t.step_to, t.step_rate) with ordinality as step (bound, rate, place))',
            'steps such as 60:0.50;300:0.30;:0.10'
        )
    ) as special (file, name, to_fields, to_text, expected)
    union all
    -- Defaults of an absolute price; a relative or blocked one has none of these.
    select
        'prices', price.name,
        array[format(
            'coalesce(s.%I::%s, case when num_nonnulls(s.percent, s.amount) = 0 and s.not_for_sale = ''no'' '
            'then %s end)',
            price.name, price.type, price.fallback
        )],
        format('nullif(%s, %s)::text', format(price.canonical, price.field), price.fallback), null
    from (
        values
        ('setup', 'numeric', '0', 'setup', 'trim_scale(t.%I)'),
        ('first', 'bigint', '1', 'first_increment', 't.%I'),
        ('next', 'bigint', '1', 'next_increment', 't.%I'),
        ('free', 'bigint', '0', 'free_units', 't.%I'),
        ('free_mode', 'text', '''threshold''', 'free_mode', 't.%I'),
        ('minimum', 'numeric', '0', 'minimum', 'trim_scale(t.%I)')
    ) as price (name, type, fallback, field, canonical)
    union all
    select dated.file, 'from', array['daterange(s."from"::date, s."to"::date)'], 'lower(t.valid)::text', null
    from (values ('prefixes'), ('vat_codes'), ('prices'), ('rings')) as dated (file)
    union all
    select dated.file, 'to', null, 'upper(t.valid)::text', null
    from (values ('prefixes'), ('vat_codes'), ('prices'), ('rings')) as dated (file)
    union all
    select
        lined.file, 'contract_no', null,
        '(select contract.contract_no from billing.contract_line as line '
        'inner join billing.contract as contract on contract.contract_id = line.contract_id '
        'where line.contract_line_id = t.contract_line_id)',
        null
    from (
        values ('line_terms'), ('numbers'), ('bundles'), ('charges'), ('sources'), ('usage_alerts')
    ) as lined (file);
end;

comment on function logic.import_special() is
$$Columns of files that are not one field in the form of their kind.
Example: select * from logic.import_special()
Raises: nothing$$;

create function logic.import_reference()
returns table (reference text, query text, definer text, definer_name text)
language sql immutable parallel safe
begin atomic
    select named.reference, named.query, named.definer, named.definer_name
    from (
        values
        ('currency', 'select currency as id, currency as code from billing.currency', 'currencies', 's.code'),
        ('setting', 'select name as id, name as code from billing.setting', null, null),
        ('vat_code', 'select distinct code as id, code from billing.vat_code', 'vat_codes', 's.code'),
        ('band', 'select band_id as id, code from billing.band', 'bands', 's.band'),
        ('one_mode', 'select mode_id as id, code from billing.mode', 'modes', 's.code'),
        (
            'customer', 'select customer_id as id, customer_no as code from billing.customer',
            'customers', 's.customer_no'
        ),
        (
            'contract', 'select contract_id as id, contract_no as code from billing.contract',
            'contracts', 's.contract_no'
        ),
        ('source', 'select source_id as id, code from billing.cdr_source', 'sources', 's.code'),
        (
            'line',
            'select line.contract_line_id as id, contract.contract_no || '' '' || line.line_no as code '
            'from billing.contract_line as line '
            'inner join billing.contract as contract on contract.contract_id = line.contract_id',
            'contract_lines', 's.contract_no || '' '' || ltrim(s.line_no, ''0'')'
        ),
        (
            'mode',
            'select mode_id, null as mode_group, code from billing.mode union all '
            'select distinct null::bigint, mode_group, ''group:'' || mode_group from billing.mode '
            'where mode_group is not null',
            'modes', 's.code'
        ),
        ('mode', null, 'modes', '''group:'' || s."group"'),
        (
            'member',
            'select customer_id, null::bigint as customer_group_id, null::bigint as contract_id, '
            '''customer:'' || customer_no as code from billing.customer union all '
            'select null, customer_group_id, null, ''group:'' || code from billing.customer_group union all '
            'select null, null, contract_id, ''contract:'' || contract_no from billing.contract',
            'customers', '''customer:'' || s.customer_no'
        ),
        ('member', null, 'customer_groups', '''group:'' || s.code'),
        ('member', null, 'contracts', '''contract:'' || s.contract_no'),
        ('price_target', null, 'service_charges', '''service:'' || s.service || '':'' || s.charge')
    ) as named (reference, query, definer, definer_name)
    union all
    select
        coded.reference, format('select %1$s_id as id, code from billing.%1$s', coded.reference),
        coded.reference || 's', 's.code'
    from (
        values
        ('product'), ('destination_group'), ('destination'), ('price_list'), ('carrier'), ('service'),
        ('seller'), ('customer_group')
    ) as coded (reference)
    union all
    select
        targeted.reference,
        format(
            'select destination_id, null::bigint as destination_group_id, null::bigint as product_id%1$s, '
            '''dest:'' || code as code from billing.destination union all '
            'select null, destination_group_id, null%2$s, ''group:'' || code '
            'from billing.destination_group union all '
            'select null, null, product_id%2$s, ''product:'' || code from billing.product%3$s',
            targeted.more_name, targeted.more, targeted.more_query
        ),
        'destinations', '''dest:'' || s.code'
    from (
        values
        (
            'price_target', ', null::bigint as service_charge_id', ', null',
            ' union all select null, null, null, charge.service_charge_id, '
            '''service:'' || service.code || '':'' || charge.code from billing.service_charge as charge '
            'inner join billing.service as service on service.service_id = charge.service_id'
        ),
        ('bundle_target', '', '', ''),
        (
            'ring_target', ', false as is_inside', ', false',
            ' union all select null, null, null, true, ''inside'''
        )
    ) as targeted (reference, more_name, more, more_query)
    union all
    select targeted.reference, null, named.definer, named.definer_name
    from (values ('price_target'), ('bundle_target'), ('ring_target')) as targeted (reference)
    cross join (
        values
        ('destination_groups', '''group:'' || s.code'),
        ('products', '''product:'' || s.code')
    ) as named (definer, definer_name);
end;

comment on function logic.import_reference() is
$$What cells may refer to: the query of the names in the database, and the names that other files bring.
Example: select * from logic.import_reference()
Raises: nothing$$;

create function logic.import_list()
returns table (file text, name text, child text, parent text, members text[])
language sql immutable parallel safe
begin atomic
    select list.file, list.name, list.child, list.parent, list.members::text[]
    from (
        values
        ('destinations', 'groups', 'destination_in_group', 'destination_id', '{destination_group_id}'),
        ('customers', 'groups', 'customer_in_group', 'customer_id', '{customer_group_id}'),
        ('bundles', 'modes', 'bundle_mode', 'bundle_id', '{mode_id,mode_group}'),
        ('rings', 'modes', 'ring_mode', 'ring_id', '{mode_id,mode_group}'),
        (
            'bundles', 'targets', 'bundle_target', 'bundle_id',
            '{destination_id,destination_group_id,product_id}'
        ),
        (
            'rings', 'targets', 'ring_target', 'ring_id',
            '{destination_id,destination_group_id,product_id,is_inside}'
        ),
        ('rings', 'members', 'ring_member', 'ring_id', '{customer_id,customer_group_id,contract_id}')
    ) as list (file, name, child, parent, members);
end;

comment on function logic.import_list() is
$$Lists in cells that are rows of a table of their own.
Example: select * from logic.import_list()
Raises: nothing$$;

create function logic.weekdays_parse(p_text text)
returns smallint[]
language sql immutable parallel safe strict
begin atomic
    select
        case
            when count(distinct day.day) < 7
                then array_agg(distinct day.day::smallint order by day.day::smallint)
        end
    from string_to_table(p_text, ';') as part (text)
    cross join lateral generate_series(left(part.text, 1)::int, right(part.text, 1)::int) as day (day);
end;

comment on function logic.weekdays_parse(text) is
$$Weekdays from text such as 1-5 or 6;7; NULL for all seven.
Example: select logic.weekdays_parse('1-3;7')
Raises: nothing$$;

create function logic.weekdays_text(p_days smallint[])
returns text
language sql immutable parallel safe strict
begin atomic
    select string_agg(run.text, ';' order by run.first)
    from (
        select
            min(day.day) as first,
            case
                when count(*) > 2 then min(day.day) || '-' || max(day.day)
                else string_agg(day.day::text, ';' order by day.day)
            end as text
        from (
            select member.day, member.day - row_number() over (order by member.day) as run
            from unnest(p_days) as member (day)
        ) as day
        group by day.run
    ) as run;
end;

comment on function logic.weekdays_text(smallint[]) is
$$Weekdays as text: three or more in a row as 1-5, others with semicolons.
Example: select logic.weekdays_text('{1, 2, 3, 7}')
Raises: nothing$$;

create function logic.day_second(p_time text)
returns int
language sql immutable parallel safe strict
return extract(epoch from p_time::interval)::int;

comment on function logic.day_second(text) is
$$The second of the day that a time such as 08:00 or 24:00 begins.
Example: select logic.day_second('08:00')
Raises: nothing$$;

create function logic.day_time(p_second int)
returns text
language sql immutable parallel safe strict
return to_char(
    make_interval(secs => p_second), case when p_second % 60 = 0 then 'HH24:MI' else 'HH24:MI:SS' end
);

comment on function logic.day_time(int) is
$$A second of the day as 08:00, with seconds where there are any.
Example: select logic.day_time(28800)
Raises: nothing$$;
