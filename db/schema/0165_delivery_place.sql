-- Invoices: where deliveries go, and what can be wrong with an answer. Lock: none. Duration: under a second.

insert into billing.setting (name, value) values ('print_house', null), ('einvoice_folder', null);

insert into billing.message (code, language, sentence, hint) values
('LB533', 'en', 'An answer names {what}, which was not delivered.',
'Nothing was taken from it. Ask the print house which letters it means.'),
('LB533', 'sv', 'Ett svar nämner {what}, som inte har levererats.',
'Ingenting togs emot. Fråga tryckeriet vilka brev som avses.'),
('LB534', 'en', 'Run {run} is a basis: another system makes its invoices and delivers them.',
'leissner bill basis {run} FILE'),
('LB534', 'sv', 'Körningen {run} är ett underlag: ett annat system fakturerar och levererar.',
'leissner bill basis {run} FILE');
