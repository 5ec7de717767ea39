-- What people read when a constraint refuses their entry: the comment is the English
-- sentence, here is the Swedish one for each. Lock: none that anyone waits for. Duration: under a second.

insert into billing.message (code, language, sentence)
select con.conname, 'sv', told.swedish
from (
    values
    ('A band needs a code.', 'Ett tidsband behöver en kod.'),
    (
        'A band''s hours must run from earlier to later, within 00:00 to 24:00.',
        'Ett tidsbands timmar ska gå från tidigare till senare, inom 00:00 till 24:00.'
    ),
    (
        'A block must end with a number as long as its first, and not below it.',
        'En nummerserie ska sluta med ett nummer lika långt som det första, och inte under det.'
    ),
    (
        'A bundle must lie within the period of its contract line.',
        'Ett paket ska ligga inom sin avtalsrads period.'
    ),
    ('A bundle names a mode once.', 'Ett paket nämner ett trafikslag en gång.'),
    ('A bundle names a target once.', 'Ett paket nämner ett mål en gång.'),
    ('A bundle needs a code.', 'Ett paket behöver en kod.'),
    ('A carrier needs a code.', 'En operatör behöver en kod.'),
    ('A carrier prefix must be digits.', 'Ett operatörsprefix ska vara siffror.'),
    ('A charge needs a text.', 'En debitering behöver en text.'),
    ('A contract cannot end before it begins.', 'Ett avtal kan inte sluta innan det börjar.'),
    ('A contract has one period.', 'Ett avtal har en period.'),
    ('A contract has one set of terms from a day.', 'Ett avtal har en uppsättning villkor från en dag.'),
    ('A contract line has one period.', 'En avtalsrad har en period.'),
    (
        'A contract line has one set of terms from a day.',
        'En avtalsrad har en uppsättning villkor från en dag.'
    ),
    (
        'A contract line must lie within the period of its contract.',
        'En avtalsrad ska ligga inom sitt avtals period.'
    ),
    ('A contract needs a number.', 'Ett avtal behöver ett nummer.'),
    ('A country code must be 1 to 3 digits.', 'Ett landsnummer ska vara 1 till 3 siffror.'),
    ('A country has one dial plan.', 'Ett land har en nummerplan.'),
    (
        'A country must be two capital letters (ISO 3166), XX for none.',
        'Ett land ska vara två stora bokstäver (ISO 3166), XX för inget.'
    ),
    (
        'A country must be two capital letters (ISO 3166).',
        'Ett land ska vara två stora bokstäver (ISO 3166).'
    ),
    (
        'A currency code must be three capital letters (ISO 4217).',
        'En valutakod ska vara tre stora bokstäver (ISO 4217).'
    ),
    ('A currency has one rate from a day.', 'En valuta har en kurs från en dag.'),
    ('A customer cannot be above itself.', 'En kund kan inte ligga över sig själv.'),
    ('A customer group needs a code.', 'En kundgrupp behöver en kod.'),
    ('A customer has one set of terms from a day.', 'En kund har en uppsättning villkor från en dag.'),
    ('A customer is in a group once.', 'En kund är med i en grupp en gång.'),
    ('A customer needs a number.', 'En kund behöver ett nummer.'),
    ('A day is in a calendar once.', 'En dag finns en gång i en kalender.'),
    ('A destination group needs a code.', 'En destinationsgrupp behöver en kod.'),
    ('A destination is in a group once.', 'En destination är med i en grupp en gång.'),
    ('A destination needs a code.', 'En destination behöver en kod.'),
    (
        'A fee has a rate alone, for every mode and all hours.',
        'En avgift har bara ett pris, för alla trafikslag och alla timmar.'
    ),
    ('A holiday needs a calendar.', 'En helgdag behöver en kalender.'),
    (
        'A layout needs names of columns, its own or those of the file.',
        'En mall behöver namn på kolumner, sina egna eller filens.'
    ),
    ('A line number must be above zero.', 'Ett radnummer ska vara över noll.'),
    (
        'A number belongs to one contract line at a time, blocks included.',
        'Ett nummer hör till en avtalsrad åt gången, nummerserier inräknade.'
    ),
    ('A number must be E.164 digits, at most 18.', 'Ett nummer ska vara siffror enligt E.164, högst 18.'),
    (
        'A number must be E.164 digits, with no more x at its end than the extension has.',
        'Ett nummer ska vara siffror enligt E.164, med högst så många x i slutet som anknytningen har.'
    ),
    (
        'A number must lie within the period of its contract line.',
        'Ett nummer ska ligga inom sin avtalsrads period.'
    ),
    ('A period cannot end before it begins.', 'En period kan inte sluta innan den börjar.'),
    ('A period must end after it begins.', 'En period ska sluta efter att den börjar.'),
    ('A period must have at least one day.', 'En period ska ha minst en dag.'),
    ('A prefix must be 1 to 18 digits.', 'Ett prefix ska vara 1 till 18 siffror.'),
    (
        'A price has a mode or a group of modes, not both.',
        'Ett pris har ett trafikslag eller en grupp av dem, inte båda.'
    ),
    (
        'A price has either a rate or steps, or percent and amount, or is not for sale.',
        'Ett pris har antingen ett pris eller steg, eller procent och belopp, eller är inte till salu.'
    ),
    ('A price has one target.', 'Ett pris har ett mål.'),
    ('A price list cannot inherit from itself.', 'En prislista kan inte ärva sig själv.'),
    ('A price list has one currency.', 'En prislista har en valuta.'),
    (
        'A price list must have the currency of the list it inherits from.',
        'En prislista ska ha samma valuta som listan den ärver.'
    ),
    ('A price list needs a code.', 'En prislista behöver en kod.'),
    ('A price must not be negative.', 'Ett pris får inte vara negativt.'),
    ('A product type needs a code.', 'En produkttyp behöver en kod.'),
    ('A quantity must not be negative.', 'Ett antal får inte vara negativt.'),
    ('A ring names a member once.', 'En rabattring nämner en medlem en gång.'),
    ('A ring names a mode once.', 'En rabattring nämner ett trafikslag en gång.'),
    ('A ring names a target once.', 'En rabattring nämner ett mål en gång.'),
    ('A ring needs a code.', 'En rabattring behöver en kod.'),
    ('A row names a customer, a group or a contract.', 'En rad nämner en kund, en grupp eller ett avtal.'),
    ('A row names a mode or a group of modes.', 'En rad nämner ett trafikslag eller en grupp av dem.'),
    ('A row names one target, or inside.', 'En rad nämner ett mål, eller inside.'),
    ('A row names one target.', 'En rad nämner ett mål.'),
    ('A seller needs a code.', 'En säljare behöver en kod.'),
    ('A trunk is a text, with * at its end only.', 'En trunk är en text, med * bara i slutet.'),
    ('A trunk is listed once per source.', 'En trunk finns en gång per källa.'),
    ('An account belongs to one contract line at a time.', 'Ett konto hör till en avtalsrad åt gången.'),
    ('An area code is listed once per country.', 'Ett riktnummer finns en gång per land.'),
    ('An area code must be 1 to 18 digits.', 'Ett riktnummer ska vara 1 till 18 siffror.'),
    ('An exchange rate must be above zero.', 'En växelkurs ska vara över noll.'),
    ('An extension is listed once per source.', 'En anknytning finns en gång per källa.'),
    ('An extension must be digits, with x at its end.', 'En anknytning ska vara siffror, med x i slutet.'),
    (
        'An interval must begin at 0 or more and end after its begin.',
        'Ett intervall ska börja på 0 eller mer och sluta efter sin början.'
    ),
    ('Another destination group has that rank.', 'En annan destinationsgrupp har den rangen.'),
    (
        'Increments and free units must not be negative, the next increment at least 1.',
        'Intervall och fria enheter får inte vara negativa, och nästa intervall ska vara minst 1.'
    ),
    (
        'Months must be whole, at most 120, and at least 1 for the interval.',
        'Månader ska vara hela, högst 120, och minst 1 för intervallet.'
    ),
    ('Only category S has a percentage above zero.', 'Bara kategori S har en procentsats över noll.'),
    (
        'Set-up fee, rate, minimum and maximum must not be negative.',
        'Öppningsavgift, pris, lägsta och högsta belopp får inte vara negativa.'
    ),
    (
        'Steps need rates of at least 0 and rising bounds, the last one open.',
        'Steg behöver priser på minst 0 och stigande gränser, den sista öppen.'
    ),
    (
        'The VAT code has another percentage in that period.',
        'Momskoden har en annan procentsats i den perioden.'
    ),
    (
        'The band has a row with these weekdays and that start already.',
        'Tidsbandet har redan en rad med de veckodagarna och den början.'
    ),
    ('The band must exist.', 'Tidsbandet måste finnas.'),
    ('The block of a mode must be above zero.', 'Ett trafikslags block ska vara över noll.'),
    ('The bundle must exist.', 'Paketet måste finnas.'),
    (
        'The call specification must be none, summary or full.',
        'Samtalsspecifikationen ska vara none, summary eller full.'
    ),
    ('The carrier must exist.', 'Operatören måste finnas.'),
    ('The category must be S, AE, E, O or Z.', 'Kategorin ska vara S, AE, E, O eller Z.'),
    ('The charge must exist.', 'Avgiften måste finnas.'),
    (
        'The code of a charge must not be empty or hold a colon.',
        'En avgifts kod får inte vara tom eller innehålla kolon.'
    ),
    (
        'The code of a mode must not be empty, * or begin with group:.',
        'Ett trafikslags kod får inte vara tom, * eller börja med group:.'
    ),
    (
        'The code of a service must not be empty or hold a colon.',
        'En tjänsts kod får inte vara tom eller innehålla kolon.'
    ),
    (
        'The code of a source must not be empty or hold a colon or space.',
        'En källas kod får inte vara tom eller innehålla kolon eller blanksteg.'
    ),
    ('The contract has a line with that number already.', 'Avtalet har redan en rad med det numret.'),
    ('The contract line must exist.', 'Avtalsraden måste finnas.'),
    ('The contract must exist.', 'Avtalet måste finnas.'),
    ('The credit limit must not be negative.', 'Kreditgränsen får inte vara negativ.'),
    ('The currency must be in currencies.', 'Valutan måste finnas bland valutorna.'),
    ('The currency of a rate must be in currencies.', 'En växelkurs valuta måste finnas bland valutorna.'),
    ('The customer above must exist.', 'Den överordnade kunden måste finnas.'),
    ('The customer group must exist.', 'Kundgruppen måste finnas.'),
    ('The customer must exist.', 'Kunden måste finnas.'),
    ('The decimals of a currency must be 0 to 4.', 'En valutas decimaler ska vara 0 till 4.'),
    ('The decimals of a price list must be 0 to 6.', 'En prislistas decimaler ska vara 0 till 6.'),
    (
        'The delivery must be print, email or einvoice.',
        'Leveranssättet ska vara print, email eller einvoice.'
    ),
    ('The destination group must exist.', 'Destinationsgruppen måste finnas.'),
    ('The destination must exist.', 'Destinationen måste finnas.'),
    (
        'The duration format must be seconds, hh:mm:ss or ms.',
        'Tidsformatet ska vara seconds, hh:mm:ss eller ms.'
    ),
    (
        'The format must be asterisk, freeswitch, cucm or generic.',
        'Formatet ska vara asterisk, freeswitch, cucm eller generic.'
    ),
    ('The free mode must be threshold or deduct.', 'free_mode ska vara threshold eller deduct.'),
    ('The interval must be 1 to 120 months.', 'Intervallet ska vara 1 till 120 månader.'),
    (
        'The kind must be national, international or all.',
        'Slaget ska vara national, international eller all.'
    ),
    ('The kind must be number or account.', 'Slaget ska vara number eller account.'),
    ('The kind must be one_time or periodic.', 'Slaget ska vara one_time eller periodic.'),
    (
        'The kind must be percent, off_minute, off_call, price_minute or price_call.',
        'Slaget ska vara percent, off_minute, off_call, price_minute eller price_call.'
    ),
    (
        'The kind must be private, business or wholesale.',
        'Slaget ska vara private, business eller wholesale.'
    ),
    ('The language must be sv or en.', 'Språket ska vara sv eller en.'),
    ('The level must be cost, reseller or retail.', 'Nivån ska vara cost, reseller eller retail.'),
    ('The level must be retail or reseller.', 'Nivån ska vara retail eller reseller.'),
    (
        'The line has a bundle with that code and start already.',
        'Raden har redan ett paket med den koden och den början.'
    ),
    (
        'The line has a charge with that day and text already.',
        'Raden har redan en debitering med den dagen och texten.'
    ),
    (
        'The line has another bundle with that code in the period.',
        'Raden har ett annat paket med den koden i perioden.'
    ),
    (
        'The list has another price for the same target, mode and band in that period.',
        'Listan har ett annat pris för samma mål, trafikslag och tidsband i den perioden.'
    ),
    ('The mode must be rating, basis or full.', 'Läget ska vara rating, basis eller full.'),
    ('The mode must exist.', 'Trafikslaget måste finnas.'),
    ('The name column must be one of the columns.', 'Namnkolumnen ska vara en av kolumnerna.'),
    ('The operator''s currency must be in currencies.', 'Företagets valuta måste finnas bland valutorna.'),
    ('The payment days must be 0 to 365.', 'Betalningsdagarna ska vara 0 till 365.'),
    ('The percentage must be 0 to 100.', 'Procentsatsen ska vara 0 till 100.'),
    (
        'The pre-selection of the number has a state at that moment already.',
        'Numrets förval har redan ett tillstånd vid den tidpunkten.'
    ),
    ('The prefix leads somewhere else in that period.', 'Prefixet leder någon annanstans i den perioden.'),
    ('The price list must exist.', 'Prislistan måste finnas.'),
    ('The product type must exist.', 'Produkttypen måste finnas.'),
    ('The ring must exist.', 'Rabattringen måste finnas.'),
    (
        'The rounding must be half_up, half_even, up or down.',
        'Avrundningen ska vara half_up, half_even, up eller down.'
    ),
    ('The seller must exist.', 'Säljaren måste finnas.'),
    ('The service has a charge with that code already.', 'Tjänsten har redan en avgift med den koden.'),
    ('The service must exist.', 'Tjänsten måste finnas.'),
    ('The source must exist.', 'Källan måste finnas.'),
    (
        'The state must be ordered, confirmed, rejected, active or ceased.',
        'Tillståndet ska vara ordered, confirmed, rejected, active eller ceased.'
    ),
    ('The state must be proposed or active.', 'Tillståndet ska vara proposed eller active.'),
    ('The unit must be second, event or byte.', 'Enheten ska vara second, event eller byte.'),
    ('The units of a bundle must not be negative.', 'Ett pakets enheter får inte vara negativa.'),
    (
        'The volume unit must be none, block, call or amount.',
        'Volymenheten ska vara none, block, call eller amount.'
    ),
    ('There is a band with that code already.', 'Det finns redan ett tidsband med den koden.'),
    ('There is a carrier with that code already.', 'Det finns redan en operatör med den koden.'),
    ('There is a contract with that number already.', 'Det finns redan ett avtal med det numret.'),
    ('There is a currency with that code already.', 'Det finns redan en valuta med den koden.'),
    ('There is a customer group with that code already.', 'Det finns redan en kundgrupp med den koden.'),
    ('There is a customer with that number already.', 'Det finns redan en kund med det numret.'),
    (
        'There is a destination group with that code already.',
        'Det finns redan en destinationsgrupp med den koden.'
    ),
    ('There is a destination with that code already.', 'Det finns redan en destination med den koden.'),
    (
        'There is a layout with that name and variant already.',
        'Det finns redan en mall med det namnet och den varianten.'
    ),
    ('There is a mode with that code already.', 'Det finns redan ett trafikslag med den koden.'),
    ('There is a price list with that code already.', 'Det finns redan en prislista med den koden.'),
    ('There is a product type with that code already.', 'Det finns redan en produkttyp med den koden.'),
    ('There is a ring with that code already.', 'Det finns redan en rabattring med den koden.'),
    (
        'There is a row for that number with that start already.',
        'Det finns redan en rad för det numret med den början.'
    ),
    ('There is a seller with that code already.', 'Det finns redan en säljare med den koden.'),
    ('There is a service with that code already.', 'Det finns redan en tjänst med den koden.'),
    ('There is a setting with that name already.', 'Det finns redan en inställning med det namnet.'),
    ('There is a source with that code already.', 'Det finns redan en källa med den koden.'),
    ('There is one operator.', 'Det finns ett företag.'),
    ('Weekdays must be 1 to 7.', 'Veckodagar ska vara 1 till 7.'),
    (
        'With holidays except or only a calendar is needed.',
        'Med holidays except eller only behövs en kalender.'
    ),
    ('bill_to must be self or parent.', 'bill_to ska vara self eller parent.'),
    ('holidays must be ignore, except or only.', 'holidays ska vara ignore, except eller only.'),
    (
        'max_hours must be above zero and quiet_seconds not below it.',
        'max_hours ska vara över noll och quiet_seconds inte under.'
    ),
    ('which_time must be answer, start or end.', 'which_time ska vara answer, start eller end.')
) as told (english, swedish)
inner join pg_catalog.pg_constraint as con on obj_description(con.oid, 'pg_constraint') = told.english
where con.connamespace = 'billing'::regnamespace
on conflict (code, language) do nothing;
