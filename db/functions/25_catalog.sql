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

create function api.service_list()
returns table (
    code text, name text, product text, price_list text, interval_months integer, is_advance boolean,
    vat_code text, account text, notice_months integer, binding_months integer, row_version integer
)
language sql stable rows 100
begin atomic
    select
        service.code, service.name, product.code, logic.price_list_code(service.price_list_id),
        service.interval_months, service.is_advance, service.vat_code, service.account,
        service.notice_months, service.binding_months, service.row_version
    from billing.service
    left join billing.product on product.product_id = service.product_id;
end;

comment on function api.service_list() is
$$The services that a contract line can be for, with their months of notice and binding, and the retail list
that prices them where neither line, contract nor customer has one.
Example: select code, name from api.service_list()
Raises: nothing$$;

create function api.service_charge_list(p_service text default null)
returns table (
    target text, service text, charge text, name text, kind text, vat_code text, account text
)
language sql stable rows 100
begin atomic
    select
        'service:' || service.code || ':' || charge.code, service.code, charge.code, charge.name, charge.kind,
        coalesce(charge.vat_code, service.vat_code), coalesce(charge.account, service.account)
    from billing.service
    inner join billing.service_charge as charge on charge.service_id = service.service_id
    where p_service is null or service.code = p_service;
end;

comment on function api.service_charge_list(text) is
$$The charges of services, or of one service: one_time or periodic. target is what a price list calls the
charge.
Example: select target, kind from api.service_charge_list()
Raises: nothing$$;
grant execute on function api.service_list(), api.service_charge_list(text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_report, leissner_auditor, leissner_batch, leissner_integration, leissner_seller;
