-- Invoices: sentences of payment references. Lock: none. Duration: under a second.

insert into billing.message (code, language, sentence, hint) values
('LB500', 'en', 'Number {number} makes no payment reference of the form {kind}.',
'It must be digits: at most 19, of fik 14; of viite 3 to 19 that do not begin with 0.'),
('LB500', 'sv', 'Numret {number} ger ingen betalningsreferens av formen {kind}.',
'Det ska vara siffror: högst 19, för fik 14; för viite 3 till 19 som inte börjar med 0.');
