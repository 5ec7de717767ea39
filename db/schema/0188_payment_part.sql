-- The sentences of taking back a part of what a payment settled. Lock: none that anyone waits for. Duration:
-- under a second.

insert into billing.message (code, language, sentence, hint) values
('LB732', 'en', 'Payment {payment} pays nothing of {document}.', 'The payment''s page says what it pays.'),
(
    'LB732', 'sv', 'Betalningen {payment} betalar inget av {document}.',
    'Betalningens sida visar vad den betalar.'
),
(
    'LB733', 'en',
    'Payment {payment} paid {paid} {currency} of {document}: {amount} is not between 0 and that.',
    null
),
(
    'LB733', 'sv',
    'Betalningen {payment} betalade {paid} {currency} av {document}: {amount} ligger inte mellan 0 och det.',
    null
),
('payment_part_undone', 'en', '{who} took back {amount} {currency} of {document}.', null),
('payment_part_undone', 'sv', '{who} tog tillbaka {amount} {currency} av {document}.', null);
