-- 53_pricing/catalog: destinations, prefixes, bands, holidays and exchange rates, for the pages of prices.

-- api

create function api.choice_list(p_what text)
returns table (code text, name text)
language sql stable rows 50
begin atomic
    select one.code, one.name
    from (
        select list.code, list.code || ' ' || list.name as name, 'price_list' as what
        from billing.price_list as list
        union all
        select one.code, one.name, 'product' from billing.product as one
        union all
        select one.code, one.name, 'mode' from billing.mode as one
        union all
        select '*', 'all modes', 'price_mode'
        union all
        select distinct 'group:' || one.mode_group, 'group:' || one.mode_group, 'price_mode'
        from billing.mode as one where one.mode_group is not null
        union all
        select one.code, one.name, 'price_mode' from billing.mode as one
        union all
        select one.code, one.code, 'band' from billing.band as one
        union all
        select one.currency, one.currency, 'currency' from billing.currency as one
        union all
        select one.code, one.name, 'destination_group' from billing.destination_group as one
        union all
        select one.code, one.name, 'carrier' from billing.carrier as one
        union all
        select distinct one.calendar, one.calendar, 'calendar' from billing.holiday as one
    ) as one
    where one.what = p_what
    order by one.name;
end;

comment on function api.choice_list(text) is
$$Codes and names to choose from in forms of prices: price_list, product, mode, price_mode (groups and * too),
band, currency, destination_group, carrier, calendar.
Example: select code, name from api.choice_list('product')
Raises: nothing$$;
grant execute on function api.choice_list(text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;
