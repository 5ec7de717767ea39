"""Swedish words of the reports."""

TEXTS = {
    "Run it": "Kör",
    "Others": "Övriga", "Your level has no reports.": "Din behörighet har inga rapporter.", "Period": "Period",
    "This month": "Den här månaden", "Last month": "Förra månaden", "This quarter": "Det här kvartalet",
    "Last quarter": "Förra kvartalet", "This year": "I år", "Last year": "Förra året",
    "From – through": "Från – till och med", "Through": "Till och med", "On": "Den",
    "The last day cannot come before the first.": "Den sista dagen kan inte komma före den första.",
    "Counting …": "Räknar …", "Show the result": "Visa resultatet",
    "The first {n} of {all} rows; the files have all.": "De första {n} av {all} rader; filerna har alla.",
    "There is nothing in this period. Choose another one above.":
        "Det finns inget i den här perioden. Välj en annan ovan.",
    "There is nothing on this day.": "Det finns inget den här dagen.",
    # groups and titles
    "Traffic and margin": "Trafik och marginal", "Invoices and receivables": "Fakturor och fordringar",
    "Contracts and numbers": "Avtal och nummer",
    "Warnings and blocks": "Varningar och spärrar",
    "Payers over a warning level, late, warned or blocked; worst first.":
        "Betalare över en varningsnivå, sena, varnade eller spärrade; de värsta först.",
    "Calls per country": "Samtal per land",
    "Traffic, cost, revenue and margin by country of destination.":
        "Trafik, kostnad, intäkt och marginal per destinationsland.",
    "Calls per product": "Samtal per produkt",
    "Traffic, cost, revenue and margin by product type and mode.":
        "Trafik, kostnad, intäkt och marginal per produkttyp och trafikslag.",
    "Calls per destination": "Samtal per destination",
    "Traffic by destination and kind of customer.": "Trafik per destination och kundslag.",
    "Calls per seller": "Samtal per återförsäljare",
    "Traffic that sellers brought, with the operator's and the seller's margin.":
        "Trafik genom återförsäljare, med operatörens och återförsäljarens marginal.",
    "Calls per customer": "Samtal per kund",
    "Traffic by customer, product and destination; of one customer with all below.":
        "Trafik per kund, produkt och destination; för en kund med alla under.",
    "Customers not invoiced": "Ej fakturerade kunder",
    "What payers have used and not been invoiced for; highest first.":
        "Vad betalare har använt och inte fakturerats för; högst först.",
    "Carrier pre-selection": "Förval (pre-swallow)",
    "Numbers by carrier prefix: orders, answers, activations in the period.":
        "Nummer per operatörsprefix: beställningar, svar och aktiveringar i perioden.",
    "Numbers per area code": "Nummer per riktnummer",
    "Subscriber numbers by area, and how many are free in blocks.":
        "Abonnentnummer per riktnummerområde, och hur många som är lediga i serier.",
    "Billed per product": "Fakturerat per produkt",
    "What was invoiced by product type and kind of line; credits are negative.":
        "Fakturerat per produkttyp och slag av rad; kreditfakturor är negativa.",
    "New and terminated contracts": "Nya och avslutade avtal",
    "Contracts by service: begun, ended, and the change.": "Avtal per tjänst: nya, avslutade och förändringen.",
    "Active contracts": "Aktiva avtal",
    "Contracts, lines and customers by service on a day.": "Avtal, rader och kunder per tjänst en viss dag.",
    "Deferred income": "Periodiserade intäkter",
    "Invoiced periods not fully earned yet, and in which months they will be.":
        "Fakturerade perioder som inte är intjänade än, och i vilka månader de blir det.",
    "Annual value": "Årsvärde",
    "Twelve months' fees of the lines active on the first of each month.":
        "Tolv månaders avgifter för de rader som är aktiva den första i varje månad.",
    "Annual value, accrued": "Årsvärde, intjänat",
    "The annual value, and how much of it is earned by each month.":
        "Årsvärdet, och hur mycket av det som är intjänat varje månad.",
    "Ageing of receivables": "Åldersfördelade fordringar",
    "What each payer owes by how late it is.": "Vad varje betalare är skyldig, efter hur sent det är.",
    "Days of sales outstanding": "Kundfordringarnas omloppstid",
    "How many days of sales are owed, month by month.": "Hur många dagars försäljning som är obetald, månad för månad.",
    # charts
    "Revenue, cost and margin": "Intäkt, kostnad och marginal", "Not invoiced": "Ej fakturerat", "Net": "Netto",
    "Contracts at the end": "Avtal vid slutet", "Accrued and remaining": "Intjänat och återstående",
    "Owed, by days late": "Obetalt, efter dagar sent", "To be earned, by month": "Att intjäna, per månad",
    "accrued": "intjänat", "remaining": "återstår",
    # columns and arguments
    "Customer no": "Kundnr", "Name": "Namn", "Credit limit": "Kreditgräns", "Balance": "Saldo", "Overdue": "Förfallet",
    "Oldest due days": "Äldsta förfallna, dagar", "Unbilled": "Ofakturerat", "Exposure": "Exponering",
    "Used percent": "Använt, %", "No seller": "Ingen återförsäljare", "State": "Läge", "Reason": "Orsak", "Since": "Sedan", "Blocked lines": "Spärrade rader",
    "Country": "Land", "Cost": "Kostnad", "Margin percent": "Marginal, %", "Unknown cost": "Okänd kostnad",
    "Mode": "Trafikslag", "Units": "Enheter", "Destination": "Destination", "Kind": "Slag",
    "Revenue per minute": "Intäkt per minut", "Seller": "Återförsäljare", "Contracts": "Avtal", "Reseller": "ÅF-pris",
    "Operator margin": "Operatörens marginal", "Seller margin": "Återförsäljarens marginal",
    "Last invoice date": "Senaste faktura", "Usage": "Trafik", "Periodic": "Periodiskt", "One time": "Engångs",
    "Manual": "Manuellt", "Total": "Summa", "Oldest day": "Äldsta dag", "Carrier prefix": "Operatörsprefix",
    "Numbers at start": "Nummer vid början", "Ordered": "Beställda", "Confirmed": "Bekräftade", "Rejected": "Avvisade",
    "Activated": "Aktiverade", "Ceased": "Upphörda", "Numbers at end": "Nummer vid slutet",
    "Customers at end": "Kunder vid slutet", "Area code": "Riktnummer", "Numbers": "Nummer", "Free": "Lediga",
    "Invoices": "Fakturor", "Quantity": "Antal", "Vat": "Moms", "Share percent": "Andel", "Service": "Tjänst",
    "At start": "Vid början", "New": "Nya", "Terminated": "Avslutade", "At end": "Vid slutet",
    "Net change": "Förändring", "Lines": "Rader", "Invoice no": "Fakturanr", "Contract no": "Avtalsnr",
    "Account": "Konto", "Period from": "Period från", "Period to": "Period till", "Earned": "Intjänat",
    "Deferred": "Periodiserat", "By month": "Per månad", "Month": "Månad", "Accrued": "Intjänat",
    "Remaining": "Återstår", "Day": "Dag", "Receivable": "Fordran", "Billed": "Fakturerat", "Days": "Dagar",
    "Not due": "Ej förfallet", "Late 1 30": "1–30 dagar sent", "Late 31 60": "31–60 dagar sent",
    "Late 61 90": "61–90 dagar sent", "Late over 90": "Mer än 90 dagar sent", "Domestic": "Inrikes",
    "one time": "engångs", "periodic": "periodisk", "usage": "trafik", "manual": "manuell", "correction": "rättelse",
    # made here
    "New report": "Ny rapport", "Made here": "Egna rapporter", "Not shared": "Inte delad",
    "Shared with {levels}": "Delad med {levels}", "made by {name}": "gjord av {name}",
    "Nobody has made a report yet. Copy one of those above and change it, or write a SELECT.":
        "Ingen har gjort någon egen rapport än. Kopiera en av dem ovan och ändra den, eller skriv en SELECT.",
    "No report is shared with you. Whoever has the level report makes them.":
        "Ingen rapport är delad med dig. De som har behörigheten rapport gör dem.",
    "whole number": "heltal", "large whole number": "stort heltal", "decimal number": "decimaltal", "yes or no": "ja eller nej",
    "moment": "tidpunkt", "text": "text", "as it is": "som det är", "may be left out": "kan utelämnas", "Run": "Körning",
    "It has no rows with these values.": "Den har inga rader med de här värdena.",
    "What it shows": "Vad den visar", "In a few words, as it stands in the list.": "Med några ord, som den står i listan.",
    "a–z, 0–9 and _, as on the command line: late_payers":
        "a–z, 0–9 och _, som på kommandoraden: sena_betalare",
    "One SELECT that only reads: tables and functions with their schema, parameters as :name.":
        "En SELECT som bara läser: tabeller och funktioner med sitt schema, parametrar som :namn.",
    "SELECT": "SELECT", "Copy": "Kopiera", "Delete": "Ta bort",
    "Seconds at most": "Högst antal sekunder", "Rows at most": "Högst antal rader",
    "Format when it is sent": "Format när den skickas", "There is a report with that name already.":
        "Det finns redan en rapport med det namnet.",
    "{name} is saved.": "{name} är sparad.", "the report": "rapporten", "Name of your own": "Eget namn",
    "{name} is your own copy: change what you like.": "{name} är din egen kopia: ändra vad du vill.",
    "{name} is deleted. What it was stays in the log.": "{name} är borttagen. Vad den var finns kvar i loggen.",
    "Change {name}": "Ändra {name}", "A copy of {name}": "En kopia av {name}",
    "Delete {name}?": "Ta bort {name}?",
    "Parameters": "Parametrar", "Needed": "Behövs", "needed": "behövs", "optional": "valfritt",
    "Usual value": "Vanligt värde", "Try with": "Prova med",
    "A parameter :from of the SELECT is a row with the name from here.":
        "En parameter :from i din SELECT är en rad med namnet from här.",
    "More rows": "Fler rader", "Columns": "Kolumner", "Column": "Kolumn", "Title": "Rubrik", "Format": "Format",
    "Who may run it": "Vem som får köra den",
    "Besides you and administrators. Each sees with own rights only.":
        "Utöver dig och administratörer. Var och en ser bara det egna rättigheter medger.",
    "Tables and columns": "Tabeller och kolumner", "Try it": "Prova", "Tried, not saved yet": "Provad, inte sparad än",
    "The SELECT is right. To see rows, fill in what to try with: {names}.":
        "Din SELECT är rätt. Fyll i vad du vill prova med för att se rader: {names}.",
    "The first rows, as you see them:": "De första raderna, som du ser dem:",
    "The copy is yours: its SELECT, columns and parameters can be changed.":
        "Kopian är din: dess SELECT, kolumner och parametrar kan ändras.",
    "It is gone for everyone of the levels {levels}. What it was stays in the log.":
        "Den försvinner för alla med behörigheterna {levels}. Vad den var finns kvar i loggen.",
    "It is shared with nobody. What it was stays in the log.":
        "Den är inte delad med någon. Vad den var finns kvar i loggen.",
    # by the clock
    "Reports by the clock": "Schemalagda rapporter", "Schedule it": "Schemalägg", "Schedule {name}": "Schemalägg {name}",
    "How often": "Hur ofta", "every day": "varje dag", "on weekdays": "på vardagar", "every week": "varje vecka",
    "every month": "varje månad", "Weekday, where it is every week": "Veckodag, om varje vecka",
    "Day, where it is every month": "Dag, om varje månad", "1 to 28": "1 till 28", "At": "Klockan",
    "By the operator's clock: 06:00": "Enligt operatörens klocka: 06:00", "To": "Till",
    "E-mail addresses, one a line. Administrators may name folders and servers: sftp://user@host/path":
        "E-postadresser, en per rad. Administratörer kan ange mappar och servrar: sftp://användare@värd/sökväg",
    "Tell this address when it fails": "Meddela den här adressen när det misslyckas",
    "This month until then": "Den här månaden fram till dess", "The day before": "Dagen före",
    "The end of last month": "Slutet av förra månaden", "The same day": "Samma dag", "Seen at the end of": "Sett vid slutet av",
    "A value, or a day counted from when it runs: {day}, {yesterday}, {month}, {month_end}, {last_month}":
        "Ett värde, eller en dag räknad från när den körs: {day}, {yesterday}, {month}, {month_end}, {last_month}",
    "This is no time of day. Write 06:00.": "Det här är inget klockslag. Skriv 06:00.",
    "Choose a weekday.": "Välj en veckodag.", "A day from 1 to 28 is needed.": "En dag från 1 till 28 behövs.",
    "It is scheduled.": "Den är schemalagd.", "It goes by the clock again.": "Den går enligt schemat igen.",
    "It is stopped.": "Den är stoppad.", "It is stopped: nothing is sent.": "Den är stoppad: inget skickas.",
    "The last run failed: see what it wrote below.": "Den senaste körningen misslyckades: se nedan vad den skrev.",
    "Report": "Rapport", "When": "När", "Next": "Nästa", "As level": "Med behörigheten",
    "stopped": "stoppad", "not run yet": "inte körd än", "Stop": "Stoppa", "Let it go on": "Låt den fortsätta",
    "No report goes by the clock yet. Open a report and choose Schedule it.":
        "Ingen rapport är schemalagd än. Öppna en rapport och välj Schemalägg.",
    "It runs as level {level}: those who get it see what that level sees.":
        "Den körs med behörigheten {level}: mottagarna ser det som den behörigheten ser.",
    "Job": "Jobb", "Runs": "Körningar", "Was due": "Skulle köras", "What it said": "Vad den sade", "Log": "Logg",
    "Nothing was sent yet.": "Inget har skickats än.", "Runs of {name}": "Körningar av {name}",
    "Everybody's, as the log has them.": "Allas, som de står i loggen.",
    "Your own, as the log has them.": "Dina egna, som de står i loggen.", "Who": "Vem", "What": "Vad", "With": "Med",
    "Nobody has run it yet.": "Ingen har kört den än.", "Who ran it": "Vem har kört den", "run": "kördes",
    "finished": "slutade", "sent": "skickad", "{n} rows in {seconds} s": "{n} rader på {seconds} s",
    # what a figure is made of
    "Contracts of the report": "Rapportens avtal", "Documents of the report": "Rapportens dokument",
    "No contract has the service in this period.": "Inget avtal har tjänsten i den här perioden.",
    "No document of this period has it.": "Inget dokument i den här perioden har det.", "Which": "Vilka",
    "at the start": "vid början", "new ones": "nya", "terminated": "avslutade", "at the end": "vid slutet",
    "Before": "Före", "Kind of line": "Slag av rad", "Document": "Dokument",
}
