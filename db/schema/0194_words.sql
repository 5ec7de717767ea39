-- Words that the database puts into its sentences (logic.message_words), in Swedish: the states of runs, the
-- operator's modes, what is not found, why an entry stays. Lock: none that anyone waits for. Duration:
-- nothing.

insert into billing.message (code, language, sentence, hint)
select 'word_' || replace(told.word, ' ', '_'), 'sv', told.swedish, null
from (
    values
    ('making', 'under arbete'), ('draft', 'ett utkast'), ('approving', 'under godkännande'),
    ('approved', 'godkänd'), ('delivered', 'levererad'), ('rating', 'rating'), ('basis', 'basis'),
    ('full', 'full'), ('basis or full', 'basis eller full'), ('its identity', 'sin identitet'),
    ('an amount', 'belopp'), ('band', 'Tidsbandet'), ('contract', 'Avtalet'), ('customer', 'Kunden'),
    ('destination', 'Destinationen'), ('destination group', 'Destinationsgruppen'), ('line', 'Raden'),
    ('mode', 'Trafikslaget'), ('price list', 'Prislistan'), ('product', 'Produkttypen'),
    ('ring', 'Rabattringen'), ('target', 'Målet'),
    ('its advance was paid back', 'dess förskott är återbetalat'),
    ('it was taken back already', 'den är redan tillbakatagen'),
    ('entries of kind invoice stay', 'en fakturas verifikation står kvar'),
    ('entries of kind credit stay', 'en kreditfakturas verifikation står kvar'),
    ('entries of kind opening stay', 'en ingående posts verifikation står kvar'),
    ('entries of kind reversal stay', 'en återföring står kvar'),
    ('entries of kind refund stay', 'en återbetalning står kvar'),
    ('entries of kind fee stay', 'en avgifts verifikation står kvar'),
    ('entries of kind accrual stay', 'en periodisering står kvar')
) as told (word, swedish);
