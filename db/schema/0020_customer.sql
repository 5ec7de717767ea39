-- Customers (a tree of any depth), their groups and terms, and sellers.
-- Price lists and currencies are tables of later topics: their foreign keys are added there.

-- Every editable table counts its versions: what is saved on an old version is refused by the screens.
create function billing.tg_row_version()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    new.row_version := old.row_version + 1;
    return new;
end;
$$;
comment on function billing.tg_row_version() is
$$Trigger: counts the versions of a row.
Raises: nothing$$;

create table billing.seller (
    seller_id bigint generated always as identity,
    code text not null,
    name text not null,
    price_list_id bigint,
    email text,
    row_version integer not null default 1,
    constraint seller_pk primary key (seller_id),
    constraint seller_code_uq unique (code),
    constraint seller_code_ck check (code <> '')
);
create index seller_price_list_ix on billing.seller (price_list_id);

comment on table billing.seller is 'Dealers; one with a price list buys at its prices and resells.';
comment on column billing.seller.seller_id is 'Surrogate key.';
comment on column billing.seller.code is 'Business key.';
comment on column billing.seller.name is 'Name.';
comment on column billing.seller.price_list_id is 'Own rates (reseller level); NULL: none.';
comment on column billing.seller.email is 'Where statements go.';
comment on column billing.seller.row_version is 'Counts the versions of the row.';
comment on constraint seller_pk on billing.seller is 'A seller is identified by its id.';
comment on constraint seller_code_uq on billing.seller is 'There is already a seller with this code.';
comment on constraint seller_code_ck on billing.seller is 'A seller needs a code.';
comment on index billing.seller_price_list_ix is 'Sellers of a price list.';

create table billing.customer_group (
    customer_group_id bigint generated always as identity,
    code text not null,
    name text not null,
    row_version integer not null default 1,
    constraint customer_group_pk primary key (customer_group_id),
    constraint customer_group_code_uq unique (code),
    constraint customer_group_code_ck check (code <> '')
);

comment on table billing.customer_group is 'Groups of customers, for discount rings and credit policies.';
comment on column billing.customer_group.customer_group_id is 'Surrogate key.';
comment on column billing.customer_group.code is 'Business key.';
comment on column billing.customer_group.name is 'Name.';
comment on column billing.customer_group.row_version is 'Counts the versions of the row.';
comment on constraint customer_group_pk on billing.customer_group is
'A customer group is identified by its id.';
comment on constraint customer_group_code_uq on billing.customer_group is
'There is already a customer group with this code.';
comment on constraint customer_group_code_ck on billing.customer_group is 'A customer group needs a code.';

create table billing.customer (
    customer_id bigint generated always as identity,
    customer_no text not null,
    name text not null,
    parent_id bigint,
    kind text not null default 'business',
    bill_to text not null default 'self',
    street text,
    postcode text,
    city text,
    country text not null default 'SE',
    org_no text,
    vat_no text,
    email text,
    delivery text not null default 'print',
    einvoice_id text,
    currency text,
    language text not null default 'sv',
    credit_limit numeric(18, 4),
    payment_days integer not null default 30,
    seller_id bigint,
    price_list_id bigint,
    billing_street text,
    billing_postcode text,
    billing_city text,
    billing_country text,
    attention text,
    call_specification text not null default 'summary',
    has_full_numbers boolean not null default false,
    buyer_reference text,
    row_version integer not null default 1,
    constraint customer_pk primary key (customer_id),
    constraint customer_customer_no_uq unique (customer_no),
    constraint customer_customer_no_ck check (customer_no <> ''),
    constraint customer_parent_fk foreign key (parent_id)
    references billing.customer (customer_id) deferrable initially deferred,
    constraint customer_parent_ck check (parent_id <> customer_id),
    constraint customer_kind_ck check (kind in ('private', 'business', 'wholesale')),
    constraint customer_bill_to_ck check (bill_to in ('self', 'parent')),
    constraint customer_delivery_ck check (delivery in ('print', 'email', 'einvoice')),
    constraint customer_language_ck check (language in ('sv', 'en')),
    constraint customer_country_ck check (country ~ '^[A-Z]{2}$'),
    constraint customer_call_specification_ck check (call_specification in ('none', 'summary', 'full')),
    constraint customer_payment_days_ck check (payment_days between 0 and 365),
    constraint customer_credit_limit_ck check (credit_limit >= 0),
    constraint customer_seller_fk foreign key (seller_id) references billing.seller (seller_id)
);
create index customer_parent_ix on billing.customer (parent_id);
create index customer_seller_ix on billing.customer (seller_id);
create index customer_price_list_ix on billing.customer (price_list_id);
create index customer_currency_ix on billing.customer (currency);
create index customer_name_ix on billing.customer using gin (name public.gin_trgm_ops);

comment on table billing.customer is
'Customers on any number of levels; what changes over time is in customer_term.';
comment on column billing.customer.customer_id is 'Surrogate key.';
comment on column billing.customer.customer_no is 'Business number, on invoices and in all files.';
comment on column billing.customer.name is 'Name of the company, department or person.';
comment on column billing.customer.parent_id is 'The customer above; NULL: the top.';
comment on column billing.customer.kind is 'private, business or wholesale.';
comment on column billing.customer.bill_to is
'self: has its own invoice; parent: is billed through the one above.';
comment on column billing.customer.street is 'Street or box.';
comment on column billing.customer.postcode is 'Postcode.';
comment on column billing.customer.city is 'City.';
comment on column billing.customer.country is 'ISO 3166 alpha-2.';
comment on column billing.customer.org_no is 'Organisation or personal number.';
comment on column billing.customer.vat_no is 'VAT number.';
comment on column billing.customer.email is 'E-mail for invoices and reminders.';
comment on column billing.customer.delivery is 'How invoices go out: print, email or einvoice.';
comment on column billing.customer.einvoice_id is 'Electronic address for e-invoices.';
comment on column billing.customer.currency is 'Currency of invoices; NULL: the operator''s.';
comment on column billing.customer.language is 'sv or en.';
comment on column billing.customer.credit_limit is
'Limit incl. VAT, in the customer''s currency; NULL: none.';
comment on column billing.customer.payment_days is 'Days from invoice to due date.';
comment on column billing.customer.seller_id is 'Seller from the first day; NULL: none.';
comment on column billing.customer.price_list_id is
'Price list from the first day; NULL: that of the nearest customer above.';
comment on column billing.customer.billing_street is 'Street of the invoice''s address; NULL: street.';
comment on column billing.customer.billing_postcode is 'Postcode of the invoice''s address.';
comment on column billing.customer.billing_city is 'City of the invoice''s address.';
comment on column billing.customer.billing_country is 'Country of the invoice''s address.';
comment on column billing.customer.attention is 'Person or department on the invoice.';
comment on column billing.customer.call_specification is 'none, summary or full.';
comment on column billing.customer.has_full_numbers is 'Does the specification show called numbers in full?';
comment on column billing.customer.buyer_reference is
'The buyer''s reference on e-invoices; NULL: the customer number.';
comment on column billing.customer.row_version is 'Counts the versions of the row.';
comment on constraint customer_pk on billing.customer is 'A customer is identified by its id.';
comment on constraint customer_customer_no_uq on billing.customer is
'There is already a customer with this number.';
comment on constraint customer_customer_no_ck on billing.customer is 'A customer needs a number.';
comment on constraint customer_parent_fk on billing.customer is 'The customer above must exist.';
comment on constraint customer_parent_ck on billing.customer is 'A customer cannot be above itself.';
comment on constraint customer_kind_ck on billing.customer is 'A customer is private, business or wholesale.';
comment on constraint customer_bill_to_ck on billing.customer is 'Bill to self or parent.';
comment on constraint customer_delivery_ck on billing.customer is 'Delivery is print, email or einvoice.';
comment on constraint customer_language_ck on billing.customer is 'The language must be sv or en.';
comment on constraint customer_country_ck on billing.customer is 'A country is two capital letters.';
comment on constraint customer_call_specification_ck on billing.customer is
'The call specification is none, summary or full.';
comment on constraint customer_payment_days_ck on billing.customer is 'Payment days are 0 to 365.';
comment on constraint customer_credit_limit_ck on billing.customer is 'A credit limit cannot be negative.';
comment on constraint customer_seller_fk on billing.customer is 'The seller must exist.';
comment on index billing.customer_parent_ix is 'Customers below.';
comment on index billing.customer_seller_ix is 'A seller''s own customers.';
comment on index billing.customer_price_list_ix is 'Customers of a price list.';
comment on index billing.customer_currency_ix is 'Customers of a currency.';
comment on index billing.customer_name_ix is 'Search by name with typing errors.';

create table billing.customer_in_group (
    customer_id bigint not null,
    customer_group_id bigint not null,
    constraint customer_in_group_pk primary key (customer_id, customer_group_id),
    constraint customer_in_group_customer_fk foreign key (customer_id)
    references billing.customer (customer_id),
    constraint customer_in_group_group_fk foreign key (customer_group_id)
    references billing.customer_group (customer_group_id)
);
create index customer_in_group_group_ix on billing.customer_in_group (customer_group_id);

comment on table billing.customer_in_group is 'Groups of a customer from its first day.';
comment on column billing.customer_in_group.customer_id is 'The customer.';
comment on column billing.customer_in_group.customer_group_id is 'The group.';
comment on constraint customer_in_group_pk on billing.customer_in_group is 'A customer is in a group once.';
comment on constraint customer_in_group_customer_fk on billing.customer_in_group is
'The customer must exist.';
comment on constraint customer_in_group_group_fk on billing.customer_in_group is
'The customer group must exist.';
comment on index billing.customer_in_group_group_ix is 'Members of a group.';

create table billing.customer_term (
    customer_id bigint not null,
    from_on date not null,
    price_list_id bigint,
    seller_id bigint,
    group_ids bigint[],
    parent_id bigint,
    bill_to text,
    row_version integer not null default 1,
    constraint customer_term_pk primary key (customer_id, from_on),
    constraint customer_term_customer_fk foreign key (customer_id) references billing.customer (customer_id),
    constraint customer_term_seller_fk foreign key (seller_id) references billing.seller (seller_id),
    constraint customer_term_parent_fk foreign key (parent_id) references billing.customer (customer_id),
    constraint customer_term_parent_ck check (parent_id <> customer_id),
    constraint customer_term_bill_to_ck check (bill_to in ('self', 'parent'))
);
create index customer_term_price_list_ix on billing.customer_term (price_list_id);
create index customer_term_seller_ix on billing.customer_term (seller_id);
create index customer_term_parent_ix on billing.customer_term (parent_id);

comment on table billing.customer_term is 'What changes about a customer from a day on; NULL is as before.';
comment on column billing.customer_term.customer_id is 'The customer.';
comment on column billing.customer_term.from_on is 'First day.';
comment on column billing.customer_term.price_list_id is 'Price list from then on.';
comment on column billing.customer_term.seller_id is 'Seller from then on.';
comment on column billing.customer_term.group_ids is
'Groups from then on, all of them; checked by the trigger _50_check.';
comment on column billing.customer_term.parent_id is 'The customer above from then on.';
comment on column billing.customer_term.bill_to is 'self or parent, from then on.';
comment on column billing.customer_term.row_version is 'Counts the versions of the row.';
comment on constraint customer_term_pk on billing.customer_term is 'A customer has one row of terms per day.';
comment on constraint customer_term_customer_fk on billing.customer_term is 'The customer must exist.';
comment on constraint customer_term_seller_fk on billing.customer_term is 'The seller must exist.';
comment on constraint customer_term_parent_fk on billing.customer_term is 'The customer above must exist.';
comment on constraint customer_term_parent_ck on billing.customer_term is
'A customer cannot be above itself.';
comment on constraint customer_term_bill_to_ck on billing.customer_term is 'Bill to self or parent.';
comment on index billing.customer_term_price_list_ix is 'Terms with a price list.';
comment on index billing.customer_term_seller_ix is 'Terms with a seller.';
comment on index billing.customer_term_parent_ix is 'Terms with a customer above.';

insert into billing.message (code, language, sentence, hint) values
('LB801', 'en', 'Customer {customer_no} would be above itself on {day}.', 'Choose another customer above.'),
('LB801', 'sv', 'Kunden {customer_no} skulle bli överordnad sig själv {day}.', 'Välj en annan överordnad kund.'),
('LB802', 'en', 'A term of customer {customer_no} names a group that does not exist.', null),
('LB802', 'sv', 'Ett villkor för kunden {customer_no} anger en grupp som inte finns.', null);

-- A statement trigger over all trees that changed: climbs on the first day and on each day a parent changes.
create function billing.tg_customer_tree()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_customer_no text;
    v_day date;
begin
    if not exists (select from new_rows where new_rows.parent_id is not null) then
        return null;
    end if;
    with recursive days as (
        select date '-infinity' as day
        union
        select term.from_on from billing.customer_term as term where term.parent_id is not null
    ),

    climb as (
        select changed.customer_id as start_id, changed.customer_id, days.day
        from (select distinct new_rows.customer_id from new_rows where new_rows.parent_id is not null) as changed
        cross join days
        union all
        select climb.start_id, above.parent_id, climb.day
        from climb
        cross join lateral (
            select coalesce(
                (
                    select term.parent_id from billing.customer_term as term
                    where term.customer_id = climb.customer_id and term.from_on <= climb.day
                        and term.parent_id is not null
                    order by term.from_on desc limit 1
                ),
                (select customer.parent_id from billing.customer where customer.customer_id = climb.customer_id)
            ) as parent_id
        ) as above
        where above.parent_id is not null
    ) cycle customer_id set is_cycle using path

    select customer.customer_no, climb.day into v_customer_no, v_day
    from climb
    inner join billing.customer on customer.customer_id = climb.start_id
    where climb.is_cycle
    limit 1;
    if v_customer_no is not null then
        perform billing.fail('LB801', jsonb_build_object('customer_no', v_customer_no, 'day', v_day));
    end if;
    return null;
end;
$$;
comment on function billing.tg_customer_tree() is
$$Trigger: refuses cycles in the tree of customers, on any day.
Raises: LB801$$;

create function billing.tg_customer_term_check()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_customer_no text;
begin
    select customer.customer_no into v_customer_no
    from new_rows
    inner join billing.customer on customer.customer_id = new_rows.customer_id
    cross join lateral unnest(new_rows.group_ids) as named (customer_group_id)
    where not exists (
        select from billing.customer_group where customer_group.customer_group_id = named.customer_group_id
    )
    limit 1;
    if v_customer_no is not null then
        perform billing.fail('LB802', jsonb_build_object('customer_no', v_customer_no));
    end if;
    return null;
end;
$$;
comment on function billing.tg_customer_term_check() is
$$Trigger: the groups of a term exist.
Raises: LB802$$;

create trigger _10_version before update on billing.seller
for each row execute function billing.tg_row_version();
create trigger _10_version before update on billing.customer_group
for each row execute function billing.tg_row_version();
create trigger _10_version before update on billing.customer
for each row execute function billing.tg_row_version();
create trigger _10_version before update on billing.customer_term
for each row execute function billing.tg_row_version();
create trigger _50_tree_insert after insert on billing.customer referencing new table as new_rows
for each statement execute function billing.tg_customer_tree();
create trigger _50_tree_update after update on billing.customer referencing new table as new_rows
for each statement execute function billing.tg_customer_tree();
create trigger _50_tree_insert after insert on billing.customer_term referencing new table as new_rows
for each statement execute function billing.tg_customer_tree();
create trigger _50_tree_update after update on billing.customer_term referencing new table as new_rows
for each statement execute function billing.tg_customer_tree();
create trigger _50_check_insert after insert on billing.customer_term referencing new table as new_rows
for each statement execute function billing.tg_customer_term_check();
create trigger _50_check_update after update on billing.customer_term referencing new table as new_rows
for each statement execute function billing.tg_customer_term_check();
