-- import: what the files of IMPORT.md are made of, told once. Checking, reading and writing of every file are
-- generated from these rows; a new column is a row here.

create function logic.import_file()
returns table (
    place int, file text, table_name text, id text, key text[], identity text[], begins text, prepare text
)
language sql immutable parallel safe
begin atomic
    select
        file.place::int, file.file, file.table_name, file.id, file.key::text[], file.identity::text[],
        file.begins, file.prepare
    from (
        values
        (10, 'currencies', 'currency', null, '{q.currency}', null, null, null),
        (20, 'operator', 'operator', null, '{}', null, null, null),
        (30, 'exchange_rates', 'exchange_rate', null, '{q.currency,q.from_on}', null, null, null),
        (40, 'products', 'product', 'product_id', '{q.code}', null, null, null),
        (50, 'modes', 'mode', 'mode_id', '{q.code}', null, null, null),
        (60, 'destination_groups', 'destination_group', 'destination_group_id', '{q.code}', null, null, null),
        (70, 'destinations', 'destination', 'destination_id', '{q.code}', null, null, null),
        (
            80, 'prefixes', 'prefix', 'prefix_id', '{q.digits,q.is_whole,lower(q.valid)}',
            '{q.digits,q.is_whole}', 'lower(q.valid)', null
        ),
        (90, 'area_codes', 'area_code', null, '{q.country,q.prefix}', null, null, null),
        (100, 'holidays', 'holiday', null, '{q.calendar,q.on_date}', null, null, null),
        (
            110, 'bands', 'band_slot', 'band_slot_id', '{q.band_id,q.weekdays,q.from_second}', null, null,
            'insert into billing.band (code) select distinct s.band from %s as s where not exists '
            '(select from billing.band as band where band.code = s.band)'
        ),
        (
            120, 'vat_codes', 'vat_code', 'vat_code_id', '{q.code,lower(q.valid)}', '{q.code}',
            'lower(q.valid)', null
        ),
        (130, 'price_lists', 'price_list', 'price_list_id', '{q.code}', null, null, null),
        (140, 'carriers', 'carrier', 'carrier_id', '{q.code}', null, null, null),
        (150, 'services', 'service', 'service_id', '{q.code}', null, null, null),
        (160, 'service_charges', 'service_charge', 'service_charge_id', '{q.service_id,q.code}', null, null,
        null),
        (
            170, 'prices', 'price_item', 'price_item_id',
            '{q.price_list_id,q.destination_id,q.destination_group_id,q.product_id,q.service_charge_id,'
            'q.mode_id,q.mode_group,q.band_id,lower(q.valid)}',
            '{q.price_list_id,q.destination_id,q.destination_group_id,q.product_id,q.service_charge_id,'
            'q.mode_id,q.mode_group,q.band_id}',
            'lower(q.valid)', null
        ),
        (180, 'sellers', 'seller', 'seller_id', '{q.code}', null, null, null),
        (190, 'customer_groups', 'customer_group', 'customer_group_id', '{q.code}', null, null, null),
        (200, 'customers', 'customer', 'customer_id', '{q.customer_no}', null, null, null),
        (210, 'customer_terms', 'customer_term', null, '{q.customer_id,q.from_on}', null, null, null),
        (220, 'contracts', 'contract', 'contract_id', '{q.contract_no}', null, null, null),
        (230, 'contract_terms', 'contract_term', null, '{q.contract_id,q.from_on}', null, null, null),
        (240, 'contract_lines', 'contract_line', 'contract_line_id', '{q.contract_id,q.line_no}', null, null,
        null),
        (250, 'line_terms', 'line_term', null, '{q.contract_line_id,q.from_on}', null, null, null),
        (
            260, 'numbers', 'subscriber_number', 'subscriber_number_id', '{q.number,q.from_on}',
            '{q.number,q.kind}',
            'coalesce(q.from_on, (select lower(line.valid) from billing.contract_line as line '
            'where line.contract_line_id = q.contract_line_id))',
            null
        ),
        (
            270, 'preselections', 'preselection', 'preselection_id', '{q.number,q.kind,q.happened_at}', null,
            null, null
        ),
        (
            280, 'bundles', 'bundle', 'bundle_id', '{q.contract_line_id,q.code,q.from_on}',
            '{q.contract_line_id,q.code}',
            'coalesce(q.from_on, (select lower(line.valid) from billing.contract_line as line '
            'where line.contract_line_id = q.contract_line_id))',
            null
        ),
        (290, 'rings', 'ring', 'ring_id', '{q.code}', null, null, null),
        (
            300, 'charges', 'manual_charge', 'manual_charge_id',
            '{"(select line.contract_id from billing.contract_line as line '
            'where line.contract_line_id = q.contract_line_id)",q.charged_on,q.text}',
            null, null, null
        ),
        (310, 'sources', 'cdr_source', 'source_id', '{q.code}', null, null, null),
        (320, 'trunks', 'trunk', null, '{q.source_id,q.trunk}', null, null, null),
        (330, 'extensions', 'extension', null, '{q.source_id,q.extension}', null, null, null),
        (340, 'settings', 'setting', null, '{q.name}', null, null, null),
        (345, 'accounts', 'account', null, '{q.event}', null, null, null),
        (346, 'chart', 'chart', null, '{q.account}', null, null, null),
        (350, 'open_items', 'opening_item', null, '{q.document_no}', null, null, null),
        (360, 'interest_rates', 'interest_rate', null, '{q.from_on}', null, null, null),
        (370, 'reminder_steps', 'reminder_step', null, '{q.step}', null, null, null),
        (400, 'credit_policies', 'credit_policy', 'credit_policy_id', '{q.code}', null, null, null),
        (
            410, 'usage_alerts', 'usage_alert', 'usage_alert_id',
            '{q.customer_id,q.contract_line_id,q.bundle}', null, null, null
        ),
        (390, 'jobs', 'job', null, '{q.code}', null, null, null),
        (380, 'payment_sources', 'payment_source', 'payment_source_id', '{q.code}', null, null, null)
    ) as file (place, file, table_name, id, key, identity, begins, prepare);
end;

comment on function logic.import_file() is
$$The files: place in the order of writing, table, its surrogate key, the key of a row (over its table as q),
what stays the same between rows of different periods and where a period begins, and what to do first.
Example: select * from logic.import_file()
Raises: nothing$$;
