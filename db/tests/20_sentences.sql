-- Every constraint that a person's entry can break says so in English and in Swedish.
begin;
select plan(2);

create temporary view met as
select
    con.conname,
    obj_description(con.oid, 'pg_constraint') as english
from pg_constraint as con
inner join pg_class as class on con.conrelid = class.oid
left join pg_attribute as attribute
    on con.contype = 'p' and attribute.attrelid = class.oid and attribute.attnum = con.conkey[1]
where
    con.connamespace = 'billing'::regnamespace and con.contype <> 'n' and not class.relispartition
    -- what people edit is logged row by row; a surrogate key is not theirs to break
    and exists (
        select from pg_trigger
        where pg_trigger.tgrelid = class.oid and pg_trigger.tgname like '\_90\_audit%'
    )
    and coalesce(attribute.attidentity, '') = '' and class.relname <> 'message';

select is_empty(
    $$ select conname, english from met where coalesce(english, '') !~ '^.{10,}\.$' $$,
    'a sentence in English'
);
select is_empty(
    $$
        select conname, english from met
        where conname not in (select code from billing.message where language = 'sv')
    $$,
    'and one in Swedish'
);

select * from finish();
rollback;
