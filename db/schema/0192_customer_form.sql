-- The sentences of the forms of customers, contracts and numbers. Lock: none that anyone waits for. Duration:
-- under a second.

insert into billing.message (code, language, sentence, hint) values
('LB802', 'en', '“{code}” is not known here.', null),
('LB802', 'sv', '”{code}” finns inte.', null),
(
    'LB803', 'en', 'The number {number} belongs to {contract} of customer {customer} in that period.',
    'Move it from there, or choose another day.'
),
(
    'LB803', 'sv', 'Numret {number} hör till {contract} hos kund {customer} under den perioden.',
    'Flytta det därifrån, eller välj en annan dag.'
),
(
    'LB804', 'en', 'This was billed already: it can be neither changed nor taken away.',
    'Credit the invoice instead.'
),
(
    'LB804', 'sv', 'Det här är redan fakturerat: det kan varken ändras eller tas bort.',
    'Kreditera fakturan i stället.'
),
('LB805', 'en', 'Contract {contract} is not proposed any more.', null),
('LB805', 'sv', 'Avtalet {contract} är inte längre bara föreslaget.', null),
('LB806', 'en', 'The day must lie within the period in which it holds now.', null),
('LB806', 'sv', 'Dagen måste ligga inom den period då det gäller nu.', null);

-- The check of a country runs with the rights of whoever saves the customer.
grant execute on function billing.is_country(text) to
    leissner_admin, leissner_pricing, leissner_sales, leissner_support, leissner_finance, leissner_credit,
    leissner_seller, leissner_customer, leissner_report, leissner_auditor, leissner_batch,
    leissner_integration;
