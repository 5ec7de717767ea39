-- Numbers as switches write them (FORMATS-CALLS.md 3): every step of the normal form.
begin;
select plan(43);

insert into billing.cdr_source (
    code, name, format, columns, time_zone, country_code, national_prefix, international_prefixes, strip,
    area_code
)
values
('se', 'Sweden', 'generic', 'units=1', 'Europe/Stockholm', '46', '0', '{00}', '{95xx,#31#,"0,"}', null),
('umea', 'Umeå', 'generic', 'units=1', 'Europe/Stockholm', '46', '0', '{00}', null, '90'),
('no', 'Norway', 'generic', 'units=1', 'Europe/Stockholm', '47', '', '{00}', null, null),
('dk', 'Denmark', 'generic', 'units=1', 'Europe/Stockholm', '45', '', '{00}', null, null),
('fi', 'Finland', 'generic', 'units=1', 'Europe/Stockholm', '358', '0', '{00,990,999}', null, null),
('plain', 'Plain', 'generic', null, 'Europe/Stockholm', '46', '0', '{00}', null, null);
insert into billing.extension (source_id, extension, number)
select source_id, '2xxx', '46902002xxx' from billing.cdr_source where code = 'se'
union all
select source_id, '2001', '46701112223' from billing.cdr_source where code = 'se';

create function pg_temp.normal(p_source text, p_received text)
returns text
language sql
return (
    select one.number
    from billing.cdr_source as source
    cross join lateral logic.number_list(source.source_id, array[p_received]) as one
    where source.code = p_source
);

select is(pg_temp.normal(one.source, one.received), one.number, format('%s: %s', one.source, one.received))
from (
    values
    ('se', '0701234567', '46701234567'),
    ('se', '+46701234567', '46701234567'),
    ('se', '0046701234567', '46701234567'),
    ('se', '46701234567', '46701234567'),
    ('se', '+46 (0)70-123 45 67', '46701234567'),
    ('se', '08-123 456', '468123456'),
    ('se', 'sip:+46701234567@pbx.example', '46701234567'),
    ('se', 'sips:0701234567@10.0.0.5;user=phone', '46701234567'),
    ('se', '"Anna" <sip:0701234567@pbx.example>', '46701234567'),
    ('se', 'tel:%2B46701234567', '46701234567'),
    ('se', 'tel:701234567;phone-context=+46', '46701234567'),
    ('se', '95110701234567', '46701234567'),
    ('se', '#31#0701234567', '46701234567'),
    ('se', '0,0701234567', '46701234567'),
    ('se', '004712345678', '4712345678'),
    ('se', '+12125551212', '12125551212'),
    ('se', '112', '112'),
    ('se', '11414', '11414'),
    ('se', '118118', '118118'),
    ('se', '90000', '90000'),
    ('se', '2345', '46902002345'),
    ('se', '2001', '46701112223'),
    ('se', '701234567', '?701234567'),
    ('se', '123456', '?123456'),
    ('se', '00123', '?00123'),
    ('se', '0701', '?0701'),
    ('se', 'anonymous', 'anonymous'),
    ('se', '', ''),
    ('se', '*60', '*60'),
    ('se', 's', 's'),
    ('se', '46701234567890123', '?46701234567890123'),
    ('umea', '123456', '4690123456'),
    ('no', '22334455', '4722334455'),
    ('no', '47123456', '4747123456'),
    ('no', '4722334455', '4722334455'),
    ('no', '02000', '4702000'),
    ('dk', '45123456', '4545123456'),
    ('dk', '+4533445566', '4533445566'),
    ('fi', '0401234567', '358401234567'),
    ('fi', '99046701234567', '46701234567'),
    ('fi', '112', '112'),
    ('plain', '46701234567', '46701234567'),
    ('plain', '0701234567', '0701234567')
) as one (source, received, number);

select * from finish();
rollback;
