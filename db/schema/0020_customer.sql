-- Customers in trees, their groups, and sellers. Customer data: every table has policies by seller, customer
-- and staff (0090). Lock: none that anyone waits for. Duration: under a second.

create table billing.seller (
    seller_id bigint generated always as identity,
    code text not null,
    name text not null,
    price_list_id bigint,
    email text,
    row_version int not null default 1,
    constraint seller_pk primary key (seller_id),
    constraint seller_code_uq unique (code),
    constraint seller_code_ck check (code <> '')
);

comment on table billing.seller is
    'A reseller or agent: the contracts with its code are its own, at own prices where it has a list.';
comment on column billing.seller.seller_id is 'Surrogate key, inside only.';
comment on column billing.seller.code is 'Short name in files and screens.';
comment on column billing.seller.name is 'Name.';
comment on column billing.seller.price_list_id is 'Price list at the reseller level; NULL: no own rates.';
comment on column billing.seller.email is 'Address for messages.';
comment on column billing.seller.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint seller_pk on billing.seller is 'The key of a seller is unique.';
comment on constraint seller_code_uq on billing.seller is 'There is a seller with that code already.';
comment on constraint seller_code_ck on billing.seller is 'A seller needs a code.';

create trigger _10_row_version before update on billing.seller
for each row execute function access.tg_row_version();

create table billing.customer_group (
    customer_group_id bigint generated always as identity,
    code text not null,
    name text not null,
    row_version int not null default 1,
    constraint customer_group_pk primary key (customer_group_id),
    constraint customer_group_code_uq unique (code),
    constraint customer_group_code_ck check (code <> '')
);

comment on table billing.customer_group is 'A group of customers that rings can name.';
comment on column billing.customer_group.customer_group_id is 'Surrogate key, inside only.';
comment on column billing.customer_group.code is 'Short name in files and screens.';
comment on column billing.customer_group.name is 'Name.';
comment on column billing.customer_group.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint customer_group_pk on billing.customer_group is 'The key of a customer group is unique.';
comment on constraint customer_group_code_uq on billing.customer_group is
    'There is a customer group with that code already.';
comment on constraint customer_group_code_ck on billing.customer_group is 'A customer group needs a code.';

create trigger _10_row_version before update on billing.customer_group
for each row execute function access.tg_row_version();

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
    payment_days int not null default 30,
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
    row_version int not null default 1,
    constraint customer_pk primary key (customer_id),
    constraint customer_no_uq unique (customer_no),
    constraint customer_parent_fk foreign key (parent_id) references billing.customer (customer_id),
    constraint customer_seller_fk foreign key (seller_id) references billing.seller (seller_id),
    constraint customer_no_ck check (customer_no <> ''),
    constraint customer_kind_ck check (kind in ('private', 'business', 'wholesale')),
    constraint customer_bill_to_ck check (bill_to in ('self', 'parent')),
    constraint customer_country_ck check (country ~ '^[A-Z]{2}$' and billing_country ~ '^[A-Z]{2}$'),
    constraint customer_delivery_ck check (delivery in ('print', 'email', 'einvoice')),
    constraint customer_language_ck check (language in ('sv', 'en')),
    constraint customer_payment_days_ck check (payment_days between 0 and 365),
    constraint customer_credit_limit_ck check (credit_limit >= 0),
    constraint customer_call_specification_ck check (call_specification in ('none', 'summary', 'full')),
    constraint customer_self_ck check (parent_id <> customer_id)
);
create index customer_parent_ix on billing.customer (parent_id);
create index customer_seller_ix on billing.customer (seller_id);
create index customer_price_list_ix on billing.customer (price_list_id) where price_list_id is not null;

comment on table billing.customer is
    'A person or organisation that has contracts or pays; customers form trees.';
comment on column billing.customer.customer_id is 'Surrogate key, inside only.';
comment on column billing.customer.customer_no is
    'Number that people, files and interfaces know the customer by.';
comment on column billing.customer.name is 'Name, as on invoices.';
comment on column billing.customer.parent_id is
    'The customer above, from the first day; customer_term changes it later.';
comment on column billing.customer.kind is 'private, business or wholesale.';
comment on column billing.customer.bill_to is 'Who pays: self or parent; customer_term changes it later.';
comment on column billing.customer.street is 'Street of the address.';
comment on column billing.customer.postcode is 'Postcode of the address.';
comment on column billing.customer.city is 'City of the address.';
comment on column billing.customer.country is 'Country of the address, ISO 3166 alpha-2.';
comment on column billing.customer.org_no is 'Registration number, or personal number.';
comment on column billing.customer.vat_no is 'VAT number with country code.';
comment on column billing.customer.email is 'Address for invoices and messages.';
comment on column billing.customer.delivery is 'How invoices leave: print, email or einvoice.';
comment on column billing.customer.einvoice_id is 'Address in the e-invoice network.';
comment on column billing.customer.currency is 'Currency of invoices; NULL: the operator''s.';
comment on column billing.customer.language is 'Language of invoices: sv or en.';
comment on column billing.customer.credit_limit is
    'Most that may be owed before warning and block; NULL: no limit.';
comment on column billing.customer.payment_days is 'Days from invoice to due date.';
comment on column billing.customer.seller_id is
    'Seller of the customer, from the first day; customer_term changes it later.';
comment on column billing.customer.price_list_id is
    'Retail price list, for the customers below too; customer_term changes it later.';
comment on column billing.customer.billing_street is 'Street invoices are sent to; NULL: the address.';
comment on column billing.customer.billing_postcode is 'Postcode invoices are sent to; NULL: the address.';
comment on column billing.customer.billing_city is 'City invoices are sent to; NULL: the address.';
comment on column billing.customer.billing_country is 'Country invoices are sent to; NULL: the address.';
comment on column billing.customer.attention is 'Person or department on the envelope.';
comment on column billing.customer.call_specification is 'Calls on the invoice: none, summary or full.';
comment on column billing.customer.has_full_numbers is 'Does the specification show called numbers in full?';
comment on column billing.customer.buyer_reference is
    'The buyer''s reference on e-invoices; NULL: the customer number.';
comment on column billing.customer.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint customer_pk on billing.customer is 'The key of a customer is unique.';
comment on constraint customer_no_uq on billing.customer is 'There is a customer with that number already.';
comment on constraint customer_parent_fk on billing.customer is 'The customer above must exist.';
comment on constraint customer_seller_fk on billing.customer is 'The seller must exist.';
comment on constraint customer_no_ck on billing.customer is 'A customer needs a number.';
comment on constraint customer_kind_ck on billing.customer is
    'The kind must be private, business or wholesale.';
comment on constraint customer_bill_to_ck on billing.customer is 'bill_to must be self or parent.';
comment on constraint customer_country_ck on billing.customer is
    'A country must be two capital letters (ISO 3166).';
comment on constraint customer_delivery_ck on billing.customer is
    'The delivery must be print, email or einvoice.';
comment on constraint customer_language_ck on billing.customer is 'The language must be sv or en.';
comment on constraint customer_payment_days_ck on billing.customer is 'The payment days must be 0 to 365.';
comment on constraint customer_credit_limit_ck on billing.customer is
    'The credit limit must not be negative.';
comment on constraint customer_call_specification_ck on billing.customer is
    'The call specification must be none, summary or full.';
comment on constraint customer_self_ck on billing.customer is 'A customer cannot be above itself.';
comment on index billing.customer_price_list_ix is 'Customers of a price list.';

create trigger _10_row_version before update on billing.customer
for each row execute function access.tg_row_version();

create table billing.customer_in_group (
    customer_id bigint not null,
    customer_group_id bigint not null,
    constraint customer_in_group_pk primary key (customer_id, customer_group_id),
    constraint customer_in_group_customer_fk foreign key (customer_id)
        references billing.customer (customer_id) on delete cascade,
    constraint customer_in_group_group_fk foreign key (customer_group_id)
        references billing.customer_group (customer_group_id)
);
create index customer_in_group_group_ix on billing.customer_in_group (customer_group_id);

comment on table billing.customer_in_group is
    'Which customers are in which groups, from the first day; customer_term changes it later.';
comment on column billing.customer_in_group.customer_id is 'The customer.';
comment on column billing.customer_in_group.customer_group_id is 'The group.';
comment on constraint customer_in_group_pk on billing.customer_in_group is 'A customer is in a group once.';
comment on constraint customer_in_group_customer_fk on billing.customer_in_group is
    'The customer must exist.';
comment on constraint customer_in_group_group_fk on billing.customer_in_group is
    'The customer group must exist.';

create table billing.customer_term (
    customer_id bigint not null,
    from_on date not null,
    price_list_id bigint,
    seller_id bigint,
    group_ids bigint[],
    parent_id bigint,
    bill_to text,
    row_version int not null default 1,
    constraint customer_term_pk primary key (customer_id, from_on),
    constraint customer_term_customer_fk foreign key (customer_id) references billing.customer (customer_id),
    constraint customer_term_seller_fk foreign key (seller_id) references billing.seller (seller_id),
    constraint customer_term_parent_fk foreign key (parent_id) references billing.customer (customer_id),
    constraint customer_term_bill_to_ck check (bill_to in ('self', 'parent')),
    constraint customer_term_self_ck check (parent_id <> customer_id)
);
create index customer_term_seller_ix on billing.customer_term (seller_id);
create index customer_term_parent_ix on billing.customer_term (parent_id);
create index customer_term_price_list_ix on billing.customer_term (price_list_id);

comment on table billing.customer_term is 'What changes for a customer from a day on; NULL: as before.';
comment on column billing.customer_term.customer_id is 'The customer.';
comment on column billing.customer_term.from_on is 'First day of the change.';
comment on column billing.customer_term.price_list_id is 'Retail price list from that day; NULL: as before.';
comment on column billing.customer_term.seller_id is 'Seller from that day; NULL: as before.';
comment on column billing.customer_term.group_ids is 'All groups from that day; NULL: as before.';
comment on column billing.customer_term.parent_id is 'The customer above from that day; NULL: as before.';
comment on column billing.customer_term.bill_to is 'Who pays from that day: self or parent; NULL: as before.';
comment on column billing.customer_term.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint customer_term_pk on billing.customer_term is
    'A customer has one set of terms from a day.';
comment on constraint customer_term_customer_fk on billing.customer_term is 'The customer must exist.';
comment on constraint customer_term_seller_fk on billing.customer_term is 'The seller must exist.';
comment on constraint customer_term_parent_fk on billing.customer_term is 'The customer above must exist.';
comment on constraint customer_term_bill_to_ck on billing.customer_term is 'bill_to must be self or parent.';
comment on constraint customer_term_self_ck on billing.customer_term is 'A customer cannot be above itself.';
comment on index billing.customer_term_price_list_ix is 'Terms of a price list.';

create trigger _10_row_version before update on billing.customer_term
for each row execute function access.tg_row_version();

-- Trees without cycles
-- ----------------------------------------------------------------------------------------------------------

-- First over all parents a customer ever has, which is cheap and nearly always finds nothing; only where that
-- finds a ring of customers, day by day.
create function billing.customer_cycle_find(p_customers bigint[])
returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_suspects bigint[];
begin
    with recursive edge as not materialized (
        select customer.customer_id, customer.parent_id
        from billing.customer as customer
        where customer.parent_id is not null
        union all
        select term.customer_id, term.parent_id
        from billing.customer_term as term
        where term.parent_id is not null
    ),

    reach (start_id, customer_id) as (
        select edge.customer_id, edge.parent_id from edge where edge.customer_id = any(p_customers)
        union
        select reach.start_id, edge.parent_id
        from reach
        inner join edge on edge.customer_id = reach.customer_id
    )

    select array_agg(reach.start_id) into v_suspects from reach where reach.start_id = reach.customer_id;
    if v_suspects is null then
        return null;
    end if;
    return (
        with recursive moment (day) as (
            select '-infinity'::date
            union
            select term.from_on from billing.customer_term as term where term.parent_id is not null
        ),

        edge as materialized (
            select
                moment.day,
                customer.customer_id,
                coalesce(
                    (
                        select term.parent_id
                        from billing.customer_term as term
                        where
                            term.customer_id = customer.customer_id and term.from_on <= moment.day
                            and term.parent_id is not null
                        order by term.from_on desc
                        limit 1
                    ),
                    customer.parent_id
                ) as parent_id
            from moment
            cross join billing.customer as customer
        ),

        reach (day, start_id, customer_id) as (
            select edge.day, edge.customer_id, edge.parent_id
            from edge
            where edge.customer_id = any(v_suspects)
            union
            select reach.day, reach.start_id, edge.parent_id
            from reach
            inner join edge on edge.day = reach.day and edge.customer_id = reach.customer_id
        )

        select min(reach.start_id) from reach where reach.start_id = reach.customer_id
    );
end
$$;

comment on function billing.customer_cycle_find(bigint[]) is
$$One of the customers that, on some day, is above itself; NULL when there is none.
Example: select billing.customer_cycle_find('{1, 2}')
Raises: nothing$$;

create function billing.tg_customer_cycle()
returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    v_customers bigint[];
    v_cycle bigint;
begin
    -- execute: the plan for a few rows must not be kept for a hundred thousand
    execute 'select array_agg(customer_id) from new_rows where parent_id is not null' into v_customers;
    if v_customers is null then
        return null;
    end if;
    v_cycle := billing.customer_cycle_find(v_customers);
    if v_cycle is not null then
        perform billing.fail('LB801', jsonb_build_object('customer', (
            select customer.customer_no from billing.customer as customer where customer.customer_id = v_cycle
        )));
    end if;
    return null;
end
$$;

comment on function billing.tg_customer_cycle() is
$$Trigger function: no customer may be above itself on any day.
Raises: LB801$$;

create trigger _50_cycle_insert after insert on billing.customer
referencing new table as new_rows
for each statement execute function billing.tg_customer_cycle();
create trigger _50_cycle_update after update on billing.customer
referencing new table as new_rows
for each statement execute function billing.tg_customer_cycle();
create trigger _50_cycle_insert after insert on billing.customer_term
referencing new table as new_rows
for each statement execute function billing.tg_customer_cycle();
create trigger _50_cycle_update after update on billing.customer_term
referencing new table as new_rows
for each statement execute function billing.tg_customer_cycle();

insert into billing.message (code, language, sentence, hint) values
('LB801', 'en', 'Customer {customer} would be above itself.', 'Choose another customer above it.'),
('LB801', 'sv', 'Kunden {customer} skulle ligga över sig själv.', 'Välj en annan överordnad kund.');
