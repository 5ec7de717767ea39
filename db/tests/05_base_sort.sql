begin;
select plan(2);

select is(
    (
        select string_agg(word, ' ' order by billing.name_sort_key(word), word)
        from unnest(array['ö', 'å', 'z', 'B', 'a', 'ä', 'Åb', 'b', 'Ülle', 'yr', 'Ødegaard', 'Öberg']) as word
    ),
    'a B b Ülle yr z å Åb ä ö Öberg Ødegaard',
    'å, ä and ö come after z, capitals beside small letters'
);

create temp table name_sorted (name text);
create index name_sorted_ix on name_sorted (billing.name_sort_key(name));
set local enable_seqscan = off;
set local enable_sort = off;
insert into name_sorted values ('å'), ('z');
select is(
    (
        select array_agg(name)
        from (select name from name_sorted order by billing.name_sort_key(name)) as sorted
    ),
    array['z', 'å'],
    'an index can serve the order'
);

select * from finish();
rollback;
