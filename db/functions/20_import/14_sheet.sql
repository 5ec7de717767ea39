-- import: the files whose rows people also edit one at a time in pages, and who may.

create function logic.sheet()
returns table (place integer, file text, topic text, readers text[], writers text[])
language sql immutable parallel safe
begin atomic
    select
        row_number() over ()::integer, one.file, one.topic,
        case one.topic
            when 'settings' then array['auditor']
            when 'ledger' then array['support', 'finance', 'credit', 'report', 'auditor', 'batch']
            when 'job' then array['finance', 'credit', 'auditor', 'batch']
            else array[
                'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
                'integration'
            ]
        end,
        one.writers
    from (
        values
            ('products', 'catalog', array['pricing', 'batch']),
            ('modes', 'catalog', array['pricing', 'batch']),
            ('services', 'catalog', array['pricing', 'batch']),
            ('service_charges', 'catalog', array['pricing', 'batch']),
            ('vat_codes', 'catalog', array['pricing', 'batch']),
            ('currencies', 'catalog', array['pricing', 'batch']),
            ('exchange_rates', 'catalog', array['pricing', 'batch']),
            ('holidays', 'catalog', array['pricing', 'batch']),
            ('bands', 'catalog', array['pricing', 'batch']),
            ('sellers', 'customer', array['sales', 'batch']),
            ('customer_groups', 'customer', array['sales', 'batch']),
            ('carriers', 'traffic', array['pricing', 'batch']),
            ('sources', 'traffic', array['pricing', 'batch']),
            ('trunks', 'traffic', array['pricing', 'batch']),
            ('extensions', 'traffic', array['pricing', 'batch']),
            ('area_codes', 'traffic', array['pricing', 'batch']),
            ('accounts', 'ledger', array['finance', 'batch']),
            ('chart', 'ledger', array['finance', 'batch']),
            ('interest_rates', 'ledger', array['finance', 'batch']),
            ('reminder_steps', 'ledger', array['finance', 'batch']),
            ('payment_sources', 'ledger', array['finance', 'batch']),
            ('credit_policies', 'ledger', array['credit', 'batch']),
            ('operator', 'settings', array['admin']),
            ('settings', 'settings', array['admin']),
            ('jobs', 'job', array['admin', 'batch'])
    ) as one (file, topic, writers);
end;

comment on function logic.sheet() is
$$The reference files whose rows are edited one at a time: what they are about, who reads them and who writes.
Example: select * from logic.sheet()
Raises: nothing$$;

create function logic.sheet_writers(p_import_id bigint)
returns text[]
language sql stable
return array['admin', 'batch'] || array(
    select writer.level
    from (
        select distinct staging.file
        from billing.import_staging as staging
        where staging.import_id = p_import_id
    ) as staged
    left join logic.sheet() as sheet on sheet.file = staged.file
    cross join lateral unnest(sheet.writers) as writer (level)
    group by writer.level
    having count(*) = (
        select count(distinct staging.file)
        from billing.import_staging as staging
        where staging.import_id = p_import_id
    )
);

comment on function logic.sheet_writers(bigint) is
$$The levels that may write all the files that are staged under an import.
Example: select logic.sheet_writers(0)
Raises: nothing$$;
