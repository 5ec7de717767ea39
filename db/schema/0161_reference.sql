-- Invoices: sentences of payment references. Lock: none. Duration: under a second.

insert into billing.message (code, language, sentence, hint) values
('LB500', 'en', 'Number {number} makes no payment reference of the form {kind}.',
'It must be digits: at most 24, of ocr 23, of fik 14, of fik75 and fik04 15; of viite 3 to 19 after zeros.'),
('LB500', 'sv', 'Numret {number} ger ingen betalningsreferens av formen {kind}.',
'Siffror: högst 24, för ocr 23, för fik 14, för fik75 och fik04 15; för viite 3 till 19 efter nollor.'),
('LB501', 'en', 'There is no form of payment reference {kind}.',
'Forms are: ocr, luhn, plain, kid, kid11, fik, fik75, fik04, viite, rf.'),
('LB501', 'sv', 'Det finns ingen form av betalningsreferens {kind}.',
'Formerna är: ocr, luhn, plain, kid, kid11, fik, fik75, fik04, viite, rf.'),
('LB502', 'en', 'Number {number} makes no OCR reference of the lengths {lengths}.',
'It must be digits, at least one fewer than the longest length; a length is at most 25.'),
('LB502', 'sv', 'Numret {number} ger ingen OCR-referens av längderna {lengths}.',
'Det ska vara siffror, minst en färre än den största längden; en längd är högst 25.'),
('LB503', 'en', 'Reference {reference}, amount {amount} and bankgiro {giro} make no slip.',
'Check digits must hold; the amount is at least 0, below 100 million, with at most two decimals.'),
('LB503', 'sv', 'Referens {reference}, belopp {amount} och bankgiro {giro} ger ingen inbetalningsavi.',
'Kontrollsiffrorna ska stämma; beloppet är minst 0, under 100 miljoner, med högst två decimaler.');
