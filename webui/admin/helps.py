"""Swedish words of the help under the columns of reference data: {comment of the column in the database: Swedish}."""

HELPS = {
    "The event.": "Händelsen.",
    "Its account, 3 to 8 digits.": "Dess konto, 3 till 8 siffror.",
    "Country, ISO 3166 alpha-2.": "Land med två bokstäver, som SE.",
    "E.164 digits with country code.": "Siffror med landsnummer, utan plus och nollor.",
    "Name of the area.": "Områdets namn.",
    "The band.": "Tidsbandet.",
    "Days of the week, 1 is Monday; NULL: all.": "Veckodagar, 1 är måndag; tomt: alla.",
    "First second of the day, by the clock.": "Första sekunden på dygnet, efter klockan.",
    "First second after it, at most 86400.": "Första sekunden efter, högst 86400.",
    "ignore: every day alike; except: not on holidays; only: on holidays only.":
        "ignore: alla dagar lika; except: inte på helgdagar; only: bara på helgdagar.",
    "Which holidays.": "Vilka helgdagar.",
    "Short name in files and screens.": "Kort namn i filer och på sidor.",
    "Name.": "Namn.",
    "Its cost list; NULL: cost not known.": "Dess inköpsprislista; tomt: kostnaden är okänd.",
    "Account, 3 to 8 digits.": "Konto, 3 till 8 siffror.",
    "Its name.": "Dess namn.",
    "For customers of this kind.": "För kunder av det här slaget.",
    "For customers of this group.": "För kunder i den här gruppen.",
    "For this customer.": "För den här kunden.",
    "Warn when so much of the credit limit is used.": "Varna när så mycket av kreditgränsen är använd.",
    "Block when so much of the credit limit is used.": "Spärra när så mycket av kreditgränsen är använd.",
    "Warn when the minimum is overdue for so many days.": "Varna när minsta beloppet varit förfallet så många dagar.",
    "Block when the minimum is overdue for so many days.":
        "Spärra när minsta beloppet varit förfallet så många dagar.",
    "Least sum, in the operator's currency, that counts as overdue.":
        "Minsta summa, i operatörens valuta, som räknas som förfallen.",
    "What is blocked: outgoing, international_premium or all traffic, or none: a warning is all.":
        "Vad som spärras: utgående, utland och betalnummer, eller all trafik; inget: bara en varning.",
    "Who is late has blocked: the contract lines concerned, those on overdue invoices, or all.":
        "För den som är sen spärras: berörda avtalsrader, de på förfallna fakturor, eller alla.",
    "Days between the notice and the block of who is late; 0: at once.":
        "Dagar mellan meddelandet och spärren för den som är sen; 0: genast.",
    "The same for who has used up the credit limit.": "Detsamma för den som använt upp kreditgränsen.",
    "Who had so many notices in twelve months is blocked without days of notice; NULL: never.":
        "Den som fått så många meddelanden på tolv månader spärras genast; tomt: aldrig.",
    "Guard against fraud: traffic of an hour for so much, in the operator's currency; NULL: no matter.":
        "Bedrägeriskydd: trafik för så mycket på en timme, i operatörens valuta; tomt: spelar ingen roll.",
    "The same of a day.": "Detsamma för ett dygn.",
    "So many minutes abroad in an hour; NULL: no matter.":
        "Så många minuter till utlandet på en timme; tomt: spelar ingen roll.",
    "So many premium calls in an hour; NULL: no matter.":
        "Så många betalsamtal på en timme; tomt: spelar ingen roll.",
    "So many short calls to numbers of one prefix in an hour; NULL: no matter.":
        "Så många korta samtal till nummer med samma prefix på en timme; tomt: spelar ingen roll.",
    "What is then blocked: outgoing, international_premium, all; none: a warning is all.":
        "Vad som då spärras: utgående, utland och betalnummer, allt; inget: bara en varning.",
    "Code, ISO 4217.": "Kod enligt ISO 4217, som SEK.",
    "Decimals of its amounts on invoices.": "Decimaler i dess belopp på fakturor.",
    "First day of the rate.": "Kursens första dag.",
    "The currency.": "Valutan.",
    "Units of the operator's currency for one unit.": "Så mycket av operatörens valuta för en enhet.",
    "The source.": "Källan.",
    "Digits; x stands for any digit.": "Siffror; x står för vilken siffra som helst.",
    "E.164 digits; x keeps the digits.": "Siffror med landsnummer; x behåller siffrorna.",
    "Name of the calendar.": "Kalenderns namn.",
    "The day.": "Dagen.",
    "Name of the holiday.": "Helgdagens namn.",
    "The first day that it holds, until the next.": "Första dagen den gäller, till nästa.",
    "Percent a year.": "Procent per år.",
    "When: minute hour day month weekday, as cron has it, by the operator's clock.":
        "När: minut timme dag månad veckodag, som i cron, efter operatörens klocka.",
    "What follows the command; {day}, {yesterday}, {month} (its first day), {month_end} (the last day of the "
    "month before) and {last_month} (its first) are days, counted from when the run is due.":
        "Det som följer på kommandot; {day}, {yesterday}, {month} (dess första dag), {month_end} (sista dagen i "
        "månaden före) och {last_month} (dess första) är dagar, räknade från när körningen ska ske.",
    "The command.": "Kommandot.",
    "After a standstill: all missed runs, the latest, or none.":
        "Efter ett stillestånd: alla missade körningar, den senaste, eller ingen.",
    "Who is told when it fails, once until it works again.":
        "Vem som får veta när det misslyckas, en gång tills det fungerar igen.",
    "Does it run by the clock?": "Körs det efter klockan?",
    "A run that takes longer is ended.": "En körning som tar längre tid avslutas.",
    "Group of modes that prices and discounts may name.": "Grupp av trafikslag som priser och rabatter kan ange.",
    "What its units are: second, event or byte.": "Vad dess enheter är: sekunder, stycken eller byte.",
    "Units in the block that a rate is for.": "Antal enheter som ett pris gäller för.",
    "Name of the company.": "Företagets namn.",
    "Registration number.": "Organisationsnummer.",
    "VAT number with country code.": "Momsregistreringsnummer med landskod.",
    "Street.": "Gata.",
    "Postcode.": "Postnummer.",
    "City.": "Ort.",
    "Time zone of local days, IANA name.": "Tidszon för dygnet, som Europe/Stockholm.",
    "Currency of accounts and margins.": "Valuta för bokföring och marginaler.",
    "Language of documents: sv or en.": "Dokumentens språk: sv eller en.",
    "Bankgiro number.": "Bankgironummer.",
    "Plusgiro number.": "Plusgironummer.",
    "IBAN.": "IBAN.",
    "BIC.": "BIC.",
    "Address on invoices.": "E-postadress på fakturor.",
    "Telephone on invoices.": "Telefon på fakturor.",
    "Is approved for Swedish F-tax?": "Är godkänd för F-skatt?",
    "What it is used for: rating, basis or full.":
        "Vad systemet används till: prissättning, fakturaunderlag eller allt.",
    "Short name, of its folder too.": "Kort namn, även på dess mapp.",
    "ftp, ftps, sftp or folder.": "ftp, ftps, sftp eller en mapp.",
    "The server; NULL for a folder of this machine.": "Servern; tomt för en mapp på den här datorn.",
    "The folder: from where the login begins, or from the root where it begins with /.":
        "Mappen: från där inloggningen börjar, eller från roten om den börjar med /.",
    "Format of its files; NULL: each is recognised.": "Filernas format; tomt: vart och ett känns igen.",
    "Name of the environment variable, or of the file in HOME/secrets, that holds the password or the private "
    "key; never the secret itself.":
        "Namnet på miljövariabeln, eller på filen i HOME/secrets, som har lösenordet eller den privata nyckeln; "
        "aldrig hemligheten själv.",
    "Who logs in; NULL: as the machine is set up.": "Vem som loggar in; tomt: som datorn är inställd.",
    "NULL: the protocol's own.": "Tomt: protokollets egen.",
    "Which names are payment files, with * and ?; several with semicolons.":
        "Vilka namn som är betalningsfiler, med * och ?; flera med semikolon.",
    "Folder on the server into which files go that are done; NULL: they stay.":
        "Mapp på servern dit färdiga filer flyttas; tomt: de ligger kvar.",
    "Our account that its files are for: bankgiro or IBAN; NULL: one of the operator's.":
        "Vårt konto som filerna gäller: bankgiro eller IBAN; tomt: något av operatörens.",
    "Currency of that account; NULL: the operator's.": "Kontots valuta; tomt: operatörens.",
    "Folder into which its files are handed on unread; NULL: they are loaded here.":
        "Mapp dit filerna lämnas vidare olästa; tomt: de läses in här.",
    "How long a file must keep its size before it is taken.":
        "Hur länge en fil ska ha samma storlek innan den hämtas.",
    "no: it is fetched only when it is named.": "nej: hämtas bara när den anges.",
    "Its number; an item takes one after the other.": "Stegets nummer; en post tar ett i taget.",
    "Days after the due day, or after the step before.": "Dagar efter förfallodagen, eller efter steget före.",
    "Fee of the reminder in the operator's currency; NULL: none. Only where it was agreed (setting "
    "reminder_fee_agreed).":
        "Påminnelsens avgift i operatörens valuta; tomt: ingen. Bara där den är avtalad (inställningen "
        "reminder_fee_agreed).",
    "What the reminder says; NULL: the usual words.": "Vad påminnelsen säger; tomt: de vanliga orden.",
    "own: as the payer gets its invoices (e-mail where those are e-invoices); print, email; collection: the "
    "hand-over list instead of a reminder.":
        "own: som betalaren får sina fakturor (e-post där de är e-fakturor); print, email; collection: "
        "överlämningslistan i stället för en påminnelse.",
    "Price list at the reseller level; NULL: no own rates.":
        "Prislista med återförsäljarpriser; tomt: inga egna priser.",
    "Address for messages.": "Adress för meddelanden.",
    "The service.": "Tjänsten.",
    "Short name within the service.": "Kort namn inom tjänsten.",
    "Name, as on invoices.": "Namn, som på fakturor.",
    "one_time or periodic.": "Engångs eller periodisk.",
    "VAT code; NULL: the service's.": "Momskod; tomt: tjänstens.",
    "Account; NULL: the service's.": "Konto; tomt: tjänstens.",
    "Product type its fees are reported under.": "Produkttyp som dess avgifter redovisas under.",
    "Retail list when neither line, contract nor customer has one with a price.":
        "Kundprislista när varken rad, avtal eller kund har en med pris.",
    "Months a periodic charge covers.": "Månader som en periodisk avgift täcker.",
    "Are periods charged in advance?": "Debiteras perioder i förskott?",
    "VAT code of its charges and calls (billing.vat_code has it by period).": "Momskod för dess avgifter och samtal.",
    "Account of its charges and calls.": "Konto för dess avgifter och samtal.",
    "Months of notice.": "Uppsägningstid i månader.",
    "Months a contract lasts at least.": "Minsta avtalstid i månader.",
    "Value; NULL: none.": "Värde; tomt: inget.",
    "Short name in files, screens and call keys.": "Kort namn i filer, på sidor och i samtalens nycklar.",
    "asterisk, freeswitch, cucm or generic.": "asterisk, freeswitch, cucm eller generic.",
    "FreeSWITCH's template, or Asterisk's options.": "Mall för FreeSWITCH, eller val för Asterisk.",
    "Time zone of times without offset, IANA name.": "Tidszon för tider utan angiven zon, som Europe/Stockholm.",
    "Carrier of records that name none; NULL: not known.": "Operatör för poster som inte anger någon; tomt: okänd.",
    "Mode of records that name none.": "Trafikslag för poster som inte anger något.",
    "Country code of national numbers.": "Landsnummer för nationella nummer.",
    "Prefix of national numbers.": "Prefix för nationella nummer.",
    "Prefixes of international numbers.": "Prefix för internationella nummer.",
    "Short codes; NULL: the country's.": "Kortnummer; tomt: landets.",
    "Character encoding.": "Teckenkodning.",
    "Between columns.": "Mellan kolumner.",
    "Around columns.": "Runt kolumner.",
    "Is there a header line? NULL: as the format has it.": "Finns en rubrikrad? Tomt: som formatet har det.",
    "Decimal sign.": "Decimaltecken.",
    "Format of times; NULL: ISO 8601.": "Tidernas format; tomt: ISO 8601.",
    "seconds, hh:mm:ss or ms.": "sekunder, hh:mm:ss eller ms.",
    "field=column name or number, with semicolons; NULL: the plain form.":
        "fält=kolumnens namn eller nummer, med semikolon; tomt: den enkla formen.",
    "Columns that make the record key.": "Kolumner som utgör postens nyckel.",
    "Conditions column=value or column~pattern, with semicolons; other records count as zero.":
        "Villkor kolumn=värde eller kolumn~mönster, med semikolon; andra poster räknas som noll.",
    "Patterns taken off numbers.": "Mönster som tas bort från nummer.",
    "Which of its times starts a call: answer, start or end.":
        "Vilken tid som börjar ett samtal: svar, start eller slut.",
    "Area code of local numbers.": "Riktnummer för lokala nummer.",
    "Contract line of calls without a known subscriber.": "Avtalsrad för samtal utan känd abonnent.",
    "Earlier records are left out.": "Tidigare poster tas inte med.",
    "Longer calls are suspect.": "Längre samtal är misstänkta.",
    "A file younger than this may still grow.": "En fil som är yngre kan ännu växa.",
    "Name of the trunk; a * at the end stands for anything.": "Trunkens namn; en * sist står för vad som helst.",
    "The carrier.": "Operatören.",
    "Percentage.": "Procentsats.",
    "Category of EN 16931: S, AE, E, O or Z.": "Kategori enligt EN 16931: S, AE, E, O eller Z.",
    "Account of the tax.": "Momsens konto.",
    "Days on which this percentage holds.": "Dagar då procentsatsen gäller.",
}
