"""Swedish words of the pages of the ledger."""

TEXTS = {
    "1–30 days": "1–30 dagar", "3 to 8 digits.": "3 till 8 siffror.",
    "3 to 8 digits. What is booked stays where it is.": "3 till 8 siffror. Det som är bokfört står kvar där det är.",
    "31–60 days": "31–60 dagar", "61–90 days": "61–90 dagar",
    "A loss: nobody will pay it, the VAT comes back": "Förlust: ingen betalar, momsen åter",
    "A part of it; all that is left when empty.": "En del av den; allt som är kvar om tomt.",
    "A part of it; all that is open when empty.": "En del av den; allt som är öppet om tomt.",
    "A payment of that amount is not identified yet: match it first":
        "En betalning på beloppet är inte identifierad än: matcha den först",
    "A small difference: no loss, its VAT does not come back":
        "En liten differens: ingen förlust, momsen kommer inte tillbaka",
    "Accept": "Godta", "accept first proposal": "godta första förslaget", "Account": "Konto",
    "Account of the payer": "Betalarens konto", "Account of {event}": "Konto för {event}",
    "Account {no}": "Konto {no}", "Accounting": "Bokföring", "Accounts": "Konton",
    "Accounts and names": "Konton och namn", "accrual": "periodisering", "Accruals": "Periodisering",
    "Accruals …": "Periodisera …", "Address": "Adress", "Age": "Ålder",
    "Alone: to the credit of the customer. With a document: whose it is.":
        "Ensam: kunden tillgodo. Med ett dokument: vems det är.",
    "Amount": "Belopp", "amount equal": "samma belopp", "Amount from": "Belopp från",
    "Another open document of the same payer.": "Ett annat öppet dokument hos samma betalare.",
    "As it came": "Som den kom", "Assign": "Tilldela", "assign": "tilldelning", "Assign it": "Tilldela den",
    "Assign otherwise": "Tilldela på annat sätt", "Assigned.": "Tilldelad.", "At the end of": "Vid slutet av",
    "Back": "Tillbaka", "Balance": "Saldo", "balance before": "ingående saldo", "balance {amount}": "saldo {amount}",
    "bank": "bank", "Batch": "Bunt",
    "BgMax, OCR giro, camt.054, KTL … recognised by its content.":
        "BgMax, OCR giro, camt.054, KTL … känns igen på innehållet.",
    "Book it": "Bokför", "Booked now": "Bokförs nu", "Booked on": "Bokförd", "Booked.": "Bokfört.",
    "Booked. The money itself your bank sends.": "Bokfört. Själva pengarna skickar banken.", "By": "Av",
    "Case": "Ärende", "Cases": "Ärenden", "Channel": "Kanal", "Choose a file first.": "Välj en fil först.",
    "Closed": "Avslutat", "Collection": "Inkasso", "credit": "kredit", "Currency": "Valuta", "Customer": "Kund",
    "Day": "Dag", "Day of booking": "Bokföringsdag", "Days late": "Dagar sen", "Debit": "Debet",
    "Debit and credit": "Debet och kredit",
    "Debit and credit differ: tell the people who run the database.":
        "Debet och kredit skiljer sig: säg till dem som sköter databasen.",
    "deduction": "avdrag", "Deliver run {n}": "Leverera körning {n}",
    "Delivering has begun.": "Leveransen har börjat.", "Delivery": "Leverans", "difference": "differens",
    "Dispute is over …": "Tvisten är över …", "Disputed": "Bestridd", "disputed": "bestridd",
    "Disputed because": "Bestridd för att", "Disputed since {day}: {reason}": "Bestridd sedan {day}: {reason}",
    "disputed {amount}": "bestritt {amount}", "Disputed …": "Bestrids …", "Document": "Dokument",
    "Documents": "Dokument", "Due": "Förfaller", "Due for the collection agency": "Ska till inkasso",
    "Each payer above becomes a case, and a list is made of today's cases and of what befell earlier ones. A "
    "case can be taken back.":
        "Varje betalare ovan blir ett ärende, och en lista görs av dagens ärenden och av vad som hänt med "
        "tidigare. Ett ärende kan återkallas.",
    "Entry": "Verifikation", "Entry {n}": "Verifikation {n}", "Event": "Händelse",
    "Every payment has found its place. New ones come with the next file of the bank.":
        "Varje betalning har hittat rätt. Nya kommer med bankens nästa fil.",
    "Everything is exported.": "Allt är exporterat.", "exchange gain": "valutakursvinst",
    "exchange loss": "valutakursförlust", "Export": "Export", "Export to the books": "Export till bokföringen",
    "Export {n}": "Export {n}", "Export {n} is made: take its file.": "Export {n} är gjord: hämta dess fil.",
    "Export …": "Exportera …", "Exports": "Exporter", "Fee": "Avgift", "fee income": "avgiftsintäkt",
    "Fetch now": "Hämta nu", "Fetching has begun.": "Hämtningen har börjat.", "File": "Fil",
    "File of the bank": "Fil från banken", "file {n}": "fil {n}", "Files": "Filer",
    "For the log, and for those who ask later.": "För loggen, och för den som frågar senare.", "Format": "Format",
    "from": "från", "Hand over to the agency": "Lämna till inkasso", "Hand over …": "Lämna över …",
    "Handed over": "Överlämnat", "Held back: {n}": "Hålls tillbaka: {n}", "How": "Hur",
    "How late it is": "Hur sent det är", "How they left the house": "Hur de lämnade huset",
    "In the journal": "I journalen", "interest income": "ränteintäkt",
    "It is being delivered already.": "Leverans pågår redan.", "It is being fetched already.": "Hämtning pågår redan.",
    "It is marked as a test: load it all the same": "Den är märkt som test: läs in den ändå",
    "It is no longer disputed.": "Den är inte längre bestridd.",
    "It is taken whole or not at all, and a file that was loaded before does nothing: nothing can be paid "
    "twice.":
        "Den tas hel eller inte alls, och en fil som lästs in förut gör ingenting: inget kan betalas två "
        "gånger.",
    "It may be for": "Den kan gälla", "It takes back another entry.": "Den återför en annan verifikation.",
    "It was taken back.": "Den har återförts.",
    "Its own number was loaded before with other contents: load it all the same":
        "Dess eget nummer har lästs in förut med annat innehåll: läs in den ändå",
    "Its payments": "Dess betalningar", "Journal": "Journal", "Key": "Nyckel", "last": "senast",
    "Last told": "Senast meddelat", "leave on account": "låt stå till godo",
    "Leave on account of {customer} {name}": "Låt stå till godo hos {customer} {name}", "Left": "Kvar",
    "List": "Lista", "Lists for the agency": "Listor till inkassobolaget",
    "Lists made: {n}. Send their files to the agency.": "Gjorda listor: {n}. Skicka deras filer till inkassobolaget.",
    "Load": "Läs in", "Load a file": "Läs in en fil", "Load a file of the bank": "Läs in en fil från banken",
    "Loaded": "Inläst", "Loaded.": "Inläst.",
    "Loading it was broken off: nothing of it is booked. Load it again.":
        "Inläsningen bröts: inget av den är bokfört. Läs in den igen.",
    "Look again": "Titta igen", "loss": "kundförlust", "Make the export": "Gör exporten",
    "Make the list": "Gör listan", "Make {n} reminders": "Gör {n} påminnelser", "Messages": "Meddelanden",
    "Move": "Flytta", "move": "flytta", "Move what paid it …": "Flytta det som betalat …",
    "Move what paid {document}": "Flytta det som betalat {document}", "Moved.": "Flyttat.", "Name": "Namn",
    "New account": "Nytt konto", "New reminders": "Nya påminnelser", "New reminders …": "Nya påminnelser …",
    "No account changes.": "Inget konto ändras.",
    "No case is or was at the collection agency.": "Inget ärende är eller har varit hos inkassobolaget.",
    "No file has come from here yet.": "Ingen fil har kommit härifrån än.",
    "No file yet: upload one, or set up where the bank's are.":
        "Ingen fil än: ladda upp en, eller ange var bankens finns.",
    "No payments yet: load a file of the bank under Files.":
        "Inga betalningar än: läs in en fil från banken under Filer.",
    "No reminder yet: see what is due with New reminders.":
        "Ingen påminnelse än: se vad som är dags med Nya påminnelser.",
    "nobody named": "någon utan namn",
    "Nobody owes anything: items come with approved invoices.":
        "Ingen är skyldig något: poster kommer med godkända fakturor.",
    "not due": "ej förfallet", "Not earned": "Ej intjänat",
    "Not more than the smallest sum to remind of": "Inte mer än minsta belopp att påminna om",
    "not taken yet": "inte hämtad än", "Note": "Anteckning", "Note it": "Notera",
    "Noted: {document} is disputed.": "Noterat: {document} är bestridd.",
    "Nothing is booked up to that day.": "Inget är bokfört till och med den dagen.",
    "Nothing is booked yet.": "Inget är bokfört än.",
    "Nothing is deferred at that day.": "Inget att periodisera den dagen.",
    "Nothing is due for a reminder on this day.": "Inget ska påminnas den dagen.",
    "Nothing is due for a reminder.": "Inget ska påminnas.",
    "Nothing is due for the agency. Messages about earlier cases still make a list.":
        "Inget ska till inkasso. Meddelanden om tidigare ärenden blir ändå en lista.",
    "Nothing of it was booked.": "Inget av den bokfördes.",
    "Nothing speaks for any document.": "Inget talar för något dokument.", "Nothing waits.": "Inget väntar.",
    "Nothing was booked in that period that was not exported before.":
        "Inget bokfördes i perioden som inte exporterats förut.",
    "Nothing was ever booked for this customer.": "Inget har någonsin bokförts på kunden.",
    "Nothing was exported yet.": "Inget har exporterats än.",
    "Number of an invoice or another open document.": "Nummer på en faktura eller ett annat öppet dokument.",
    "Of an account in several currencies.": "När kontot har flera valutor.", "Of it fee": "Varav avgift",
    "of it to credit {amount}": "varav tillgodo {amount}", "of {amount}": "av {amount}", "on account": "till godo",
    "Open after it": "Öppet efter", "In own currency": "I egen valuta", "Open items": "Öppna poster",
    "Open now": "Öppet nu", "open {amount}": "öppet {amount}", "over 90 days": "över 90 dagar", "overdue": "förfallen",
    "Pages of the ledger": "Sidor om reskontran", "Passed over: {what} ({n})": "Förbigånget: {what} ({n})",
    "Pay back": "Betala tillbaka", "Pay back to {customer}": "Betala tillbaka till {customer}",
    "Pay back …": "Betala tillbaka …", "Payment": "Betalning", "Payment files": "Betalningsfiler",
    "Payment {n}": "Betalning {n}", "Payment {n} of": "Betalning {n} i",
    "Payment {n}, {amount} {currency}": "Betalning {n}, {amount} {currency}", "Payments": "Betalningar",
    "Payments to match": "Betalningar att matcha", "prepaid income": "förutbetald intäkt", "Reason": "Orsak",
    "receivable": "kundfordran", "Received": "Mottagen", "Reference": "Referens", "reference": "referens",
    "References": "Referenser", "refund": "återbetalning", "Reminder": "Påminnelse", "Reminders": "Påminnelser",
    "reversal": "återföring", "rounding": "öresavrundning", "Run": "Körning",
    "Run {n} is made: now deliver it.": "Körning {n} är gjord: leverera den nu.", "sales": "försäljning",
    "Say which document it is for, or which customer.": "Ange vilket dokument den gäller, eller vilken kund.",
    "setoff": "kvittning", "Settled": "Reglerade", "settled": "reglerad",
    "Show what it books …": "Visa vad det bokför …", "State": "Läge", "statement": "kontoutdrag",
    "Statement of account": "Kontoutdrag", "Statement of account, {customer}": "Kontoutdrag, {customer}",
    "Step": "Steg", "Sum": "Summa", "Take back": "Återför",
    "Take back what this payment settled?": "Återföra det som betalningen reglerade?", "Take back …": "Återför …",
    "Take case {n} back": "Återkalla ärende {n}",
    "Taken back: {amount} waits for a person again.": "Återfört: {amount} väntar på en människa igen.",
    "Taken back; the next list tells the agency.": "Återkallat; nästa lista meddelar inkassobolaget.",
    "Takes back": "Återför", "Text": "Text",
    "The agency is told by the next list that it must not collect this case any more.":
        "Nästa lista meddelar inkassobolaget att ärendet inte ska drivas in längre.",
    "The dispute is over": "Tvisten är över",
    "The documents below are open again by what it paid of them, reminders may name them, and {amount} "
    "{currency} waits for a person.":
        "Dokumenten nedan blir öppna igen med det den betalat av dem, påminnelser kan nämna dem, och {amount} "
        "{currency} väntar på en människa.",
    "The file is larger than {n} MB.": "Filen är större än {n} MB.",
    "The files of the bank are being fetched.": "Bankens filer hämtas.",
    "The first day; the fiscal year's when empty.": "Första dagen; räkenskapsårets om tomt.",
    "The payer has neither an address nor e-mail": "Betalaren har varken adress eller e-post",
    "The payer has promised to pay, and the day is still to come":
        "Betalaren har lovat att betala, och dagen är inte inne",
    "The run is being delivered.": "Körningen levereras.",
    "Their fees become open items of the payers, and each document takes this step once. Nothing leaves the "
    "house before you deliver the run.":
        "Avgifterna blir öppna poster hos betalarna, och varje dokument tar steget en gång. Inget lämnar huset "
        "förrän du levererar körningen.",
    "This file was loaded before; nothing was done.": "Filen har lästs in förut; inget gjordes.",
    "This will be booked": "Det här bokförs", "Through": "Till och med", "to": "till", "to credit": "tillgodo",
    "To the credit of {customer}: {amount} {currency}": "{customer} till godo: {amount} {currency}",
    "To the document": "Till dokumentet", "Today when empty.": "I dag om tomt.", "Together with": "Tillsammans med",
    "too": "också", "transfer": "flytt", "Trial balance at the end of {day}": "Råbalans vid slutet av {day}",
    "Try all again": "Försök igen med alla", "Undo": "Ångra", "Valued on": "Valutadag", "vat": "moms", "Waiting": "Väntar",
    "Way": "Sätt", "What became of it": "Vad det blev av den", "What delivering said": "Vad leveransen sade",
    "What is booked stays; it can only be corrected by another entry.":
        "Det som är bokfört står kvar; det rättas bara med en ny verifikation.",
    "What is booked where": "Vad som bokförs var",
    "What is invoiced and not earned at the end of a day is booked as prepaid income, and back the day after.":
        "Det som är fakturerat men inte intjänat vid slutet av en dag bokförs som förutbetald intäkt, och "
        "tillbaka dagen efter.",
    "What its payments became when it was loaded": "Vad dess betalningar blev när den lästes in",
    "What the bank said": "Vad banken sade", "What the last fetching said": "Vad den senaste hämtningen sade",
    "What the payer says": "Vad betalaren säger", "What was booked on it": "Vad som bokförts på den", "When": "När",
    "While a document is disputed no advance pays it, no reminder names it, and it is not counted as overdue.":
        "Så länge ett dokument är bestritt betalar inget förskott det, ingen påminnelse nämner det, och det "
        "räknas inte som förfallet.",
    "Why not": "Varför inte", "Why, for the agency": "Varför, till inkassobolaget", "Would be made": "Skulle göras",
    "Write off": "Skriv av", "Write off {document}": "Skriv av {document}", "Write off …": "Skriv av …",
    "writeoff": "avskrivning", "Written": "Skriven", "Written off.": "Avskrivet.", "{amount} left": "{amount} kvar",
    "{amount} open in all": "{amount} öppet totalt",
    "{customer} has nothing to its credit.": "{customer} har inget till godo.",
    "{document} is disputed": "{document} bestrids",
    "{document} of {customer} {name}: {open} of {amount} {currency} open, due {due}.":
        "{document} för {customer} {name}: {open} av {amount} {currency} öppet, förfaller {due}.",
    "{first} through {last}": "{first} till och med {last}",
    "{matched} of {payments} payments found their documents.":
        "{matched} av {payments} betalningar hittade sina dokument.",
    "{n} days late": "{n} dagar sen",
    "{n} entries of {first} to {last} wait to be exported":
        "{n} verifikationer från {first} till {last} väntar på export",
    "Each goes out once: an export cannot be taken back, but its file can be taken again and is the same.":
        "Varje verifikation går ut en gång: en export kan inte tas tillbaka, men filen kan hämtas igen och är "
        "densamma.",
    "{n} payers": "{n} betalare", "{n} more are in the file of all.": "{n} till finns i filen med alla.",
    "{n} files": "{n} filer",
    "{n} of its payments wait for a person.": "{n} av dess betalningar väntar på en människa.",
    "{n} payers, {late} of them late": "{n} betalare, varav {late} sena", "{n} payments": "{n} betalningar",
    "{n} payments were known before.": "{n} betalningar var kända sedan förut.",
    "{n} payments, {amount} {currency}": "{n} betalningar, {amount} {currency}", "{n} rejected": "{n} avvisade",
    "{n} vouchers, {amount} debit and credit, by {who}": "{n} verifikat, {amount} debet och kredit, av {who}",
    "{n} wait for a person": "{n} väntar på en människa", "{n} would be made on {day}": "{n} skulle göras den {day}",
    "{open} of {amount} {currency} open": "{open} av {amount} {currency} öppet",
    "{sum} {currency}, of it fees {fee}": "{sum} {currency}, varav avgifter {fee}",
    "Take back what this payment paid of {document}?": "Ta tillbaka det som betalningen betalade av {document}?",
    "{amount} {currency} are open again, and reminders may name it":
        "{amount} {currency} blir öppet igen, och kan påminnas om",
    "It pays nothing of that now.": "Den betalar inget av det nu.",
    "The money waits for a person to assign it again.": "Pengarna väntar på att någon placerar dem på nytt.",
    "A part of what it paid of this document; all of that when empty.":
        "En del av det som den betalade av dokumentet; allt om det lämnas tomt.",
    "Take back a part …": "Ta tillbaka en del …",
}
