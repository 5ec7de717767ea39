-- The sentences of moving and closing customers, and of numbers by the day. Lock: none that anyone waits for.
-- Duration: under a second.

insert into billing.message (code, language, sentence, hint) values
(
    'LB820', 'en', 'Customers below {customer} have contracts still: {below}.',
    'Close them first, or close all that are below, too (is_tree).'
),
(
    'LB820', 'sv', 'Kunder under {customer} har fortfarande avtal: {below}.',
    'Avsluta dem först, eller avsluta även alla underliggande (is_tree).'
),
('LB821', 'en', 'Nothing is to change for customer {customer}.', 'Give parent_no, bill_to or both.'),
('LB821', 'sv', 'Ingenting ska ändras för kunden {customer}.', 'Ange parent_no, bill_to eller båda.'),
(
    'LB822', 'en', 'Nobody has the number {number} on {day}.',
    'A block is given from its first to its last number.'
),
(
    'LB822', 'sv', 'Ingen har numret {number} den {day}.',
    'En nummerserie anges från sitt första till sitt sista nummer.'
);
