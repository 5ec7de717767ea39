-- Calls that other systems submit: what is said when a request is refused.
-- Lock: none that anyone waits for. Duration: under a second.

insert into billing.message (code, language, sentence, hint) values
('LB308', 'en', 'A request holds at most {most} {what}, not {count}.',
'Send the rest in requests of their own.'),
('LB308', 'sv', 'En förfrågan rymmer högst {most} {what}, inte {count}.',
'Skicka resten i egna förfrågningar.'),
('LB314', 'en', 'Calls come as a list of records, not as {what}.', null),
('LB314', 'sv', 'Samtal ska komma som en lista med poster, inte som {what}.', null),
('LB315', 'en', 'Call {place} ({key}) cannot be rated, reason {reason}: {detail}.',
'Nothing of the request was kept, because all or nothing was asked for.'),
('LB315', 'sv', 'Samtal {place} ({key}) kan inte prissättas, orsak {reason}: {detail}.',
'Inget av förfrågan behölls, eftersom allt eller inget begärdes.');
