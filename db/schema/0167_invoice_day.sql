-- Days of documents: numbers and dates run together, and none lies ahead; credit notes have a run of their
-- own. Lock: number series, for a moment. Duration: under a second.

alter table billing.number_series add column last_on date;
update billing.number_series as counter
set last_on = (select max(invoice.invoice_on) from billing.invoice where invoice.series = counter.series);

comment on column billing.number_series.last_on is
    'Date of the document that has the last number: the next has none before it.';
comment on column billing.invoice.bill_run_id is
    'The run that made it, of a credit note its own; NULL: a credit note from before these had one.';
comment on column billing.bill_run.options is
    'What it was narrowed to: {customers: [numbers]}; {credits: number}: the credit note of an invoice.';

insert into billing.message (code, language, sentence, hint) values
('LB535', 'en', '{day} has not come yet: today is {today}.',
'A document bears the date of today or an earlier day.'),
('LB535', 'sv', '{day} har inte kommit än: i dag är det {today}.',
'Ett dokument bär dagens datum eller ett tidigare.'),
('LB536', 'en', 'A credit note of {day} cannot credit invoice {invoice}, which is of {date}.',
'Give {date} or a later day.'),
('LB536', 'sv',
'En kreditfaktura daterad {day} kan inte kreditera faktura {invoice}, som är daterad {date}.',
'Ange {date} eller en senare dag.'),
('LB537', 'en', 'The last document is of {last}: one of {day} cannot have the next number.',
'Numbers and dates run together. Give {last} or a later day.'),
('LB537', 'sv', 'Det senaste dokumentet är daterat {last}: ett daterat {day} kan inte få nästa nummer.',
'Nummer och datum följs åt. Ange {last} eller en senare dag.');

insert into billing.message (code, language, sentence, hint) values
('LB516', 'en', 'Contract {contract} line {line}: no price list holds for the service {service} on {day}.',
'Name one in services.csv (price_list), with a row LIST,service:{service}:{charge},PRICE in prices.csv.'),
('LB516', 'sv', 'Avtal {contract} rad {line}: ingen prislista gäller för tjänsten {service} {day}.',
'Ange en i services.csv (price_list), med en rad LISTA,service:{service}:{charge},PRIS i prices.csv.');

-- Other words for some that were there before.
update billing.message as known
set sentence = coalesce(said.sentence, known.sentence), hint = said.hint
from (
    values
    (
        'LB510', 'en', null,
        'Fill it in for {customer} in customers.csv (columns {field}), import that and run again: nothing of '
        'this payer was billed.'
    ),
    (
        'LB510', 'sv', null,
        'Fyll i det för {customer} i customers.csv (kolumner {field}), importera och kör igen: ingenting '
        'för betalaren har fakturerats.'
    ),
    (
        'LB511', 'en',
        'Contract {contract} line {line}: the charge {charge} has no price on {day} in {lists}.',
        'Add to prices.csv the row {list},service:{service}:{charge},PRICE (price_list, target, rate), '
        'import that and run again.'
    ),
    (
        'LB511', 'sv',
        'Avtal {contract} rad {line}: avgiften {charge} har inget pris {day} i {lists}.',
        'Lägg till raden {list},service:{service}:{charge},PRIS (price_list, target, rate) i prices.csv, '
        'importera och kör igen.'
    ),
    (
        'LB523', 'en', null,
        'leissner bill show {run} says where it stands. Only a draft is approved or discarded. What is '
        'approved can be delivered, and taken back only by leissner bill credit.'
    ),
    (
        'LB523', 'sv', null,
        'leissner bill show {run} visar hur långt den har kommit. Bara ett utkast godkänns eller kasseras. '
        'Det godkända kan levereras och tas bara tillbaka med leissner bill credit.'
    )
) as said (code, language, sentence, hint)
where known.code = said.code and known.language = said.language;

comment on constraint price_item_valid_uq on billing.price_item is
'The list has another price for the same target, mode and band in that period; with --close the import ends '
'it the day the new one begins.';

update billing.message
set sentence = 'Listan har ett annat pris för samma mål, trafikslag och tidsband i den perioden; med --close '
    'avslutar importen det dagen då det nya börjar.'
where code = 'price_item_valid_uq' and language = 'sv';
