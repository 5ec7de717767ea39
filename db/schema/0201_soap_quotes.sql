-- Prices that other systems ask for: what is said when a question is refused.
-- Lock: none that anyone waits for. Duration: under a second.

insert into billing.message (code, language, sentence, hint) values
('LB306', 'en', 'Ask by one of price list, number, customer and contract.', null),
('LB306', 'sv', 'Fråga efter en av prislista, nummer, kund och avtal.', null),
('LB307', 'en', 'There is no line in force for {what} {code} on {day}.',
'A price is asked for a line of a contract that is active on that day; or ask by a price list.'),
('LB307', 'sv', 'Det finns ingen rad i kraft för {what} {code} den {day}.',
'Ett pris gäller en rad i ett avtal som är aktivt den dagen; eller fråga efter en prislista.');
