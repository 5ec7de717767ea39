-- catalog: the operator itself.

-- api

create function api.operator_get()
returns table (
    name text, org_no text, vat_no text, street text, postcode text, city text, country text, time_zone text,
    currency text, language text, bankgiro text, plusgiro text, iban text, bic text, email text, phone text,
    has_f_tax boolean, mode text, row_version int
)
language sql stable parallel safe rows 1
begin atomic
    select
        operator.name, operator.org_no, operator.vat_no, operator.street, operator.postcode, operator.city,
        operator.country, operator.time_zone, operator.currency, operator.language, operator.bankgiro,
        operator.plusgiro, operator.iban, operator.bic, operator.email, operator.phone, operator.has_f_tax,
        operator.mode, operator.row_version
    from billing.operator as operator;
end;

comment on function api.operator_get() is $$The operator of this database; no row before it has been imported.
Example: select name, time_zone, currency from api.operator_get()
Raises: nothing$$;
grant execute on function api.operator_get() to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_customer, leissner_report, leissner_auditor, leissner_batch,
    leissner_integration;
