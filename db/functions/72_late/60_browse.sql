-- 72_late/browse: what pages show of the lists for the collection agency.

-- api

create function api.collection_sheet_list()
returns table (
    list_no bigint, day date, currency text, cases bigint, capital numeric, messages bigint
)
language sql stable rows 100
begin atomic
    select
        list.collection_list_id, list.list_on, list.currency, count(one.collection_case_id),
        round(coalesce(sum(one.capital), 0), 2),
        (
            select count(*) from billing.collection_message as message
            where message.collection_list_id = list.collection_list_id
        )
    from billing.collection_list as list
    left join billing.collection_case as one on one.collection_list_id = list.collection_list_id
    group by list.collection_list_id, list.list_on, list.currency
    order by list.collection_list_id desc;
end;

comment on function api.collection_sheet_list() is
$$The lists for the collection agency, the latest first: cases handed over and messages about earlier ones.
Example: select * from api.collection_sheet_list()
Raises: nothing$$;
grant execute on function api.collection_sheet_list() to
    leissner_admin, leissner_support, leissner_finance, leissner_credit, leissner_report, leissner_auditor,
    leissner_batch, leissner_integration;
