-- How names sort: the embedded server has no Swedish collation, and an outside one may have any.

create domain billing.sort_key as text collate "C";

comment on domain billing.sort_key is 'What a name sorts by: bytes, whatever the collation of the database.';

create function billing.name_sort_key(p_name text)
returns billing.sort_key
language sql immutable parallel safe strict
return translate(lower(p_name collate pg_c_utf8), 'åäæöøéèëüáà', '{||}}eeeyaa');

comment on function billing.name_sort_key(text) is
$$What a name sorts by: å, ä and ö after z, capitals as small ones.
Example: select billing.name_sort_key('Åsa')
Raises: nothing$$;

grant execute on function billing.name_sort_key(text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_customer, leissner_report, leissner_auditor, leissner_batch,
    leissner_integration;
