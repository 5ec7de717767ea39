"""Swedish words of what all pages share, and of the codes of the database."""

TEXTS = {
    "rows": "rader", "self": "sig själv", "parent": "kunden ovanför",
    # what waits, and why
    "bad duration": "orimlig längd", "no cost": "saknar kostnad", "no destination": "saknar destination",
    "no price": "saknar pris", "no reseller price": "saknar återförsäljarpris", "no subscriber": "saknar kund",
    "unknown carrier": "okänd operatör", "unknown mode": "okänt trafikslag", "forwarded": "vidarekopplat",
    # columns, as they are called in files and in the log
    "bill to": "faktureras till", "billed through": "fakturerat till och med",
    "binding months": "bindningstid, månader", "call specification": "samtalsspecifikation",
    "contract no": "avtalsnr", "customer no": "kundnr", "day": "dag", "delivery": "leveranssätt",
    "has full numbers": "visar hela nummer", "kind": "slag", "language": "språk", "line no": "rad",
    "org no": "org.nr", "payment days": "betalningsdagar", "signed on": "tecknat", "to number": "till nummer",
    "To the content": "Till innehållet", "Menu": "Meny", "Places": "Platser", "Search": "Sök",
    "Customer, number, invoice, reference …": "Kund, nummer, faktura, referens …",
    "Act as": "Arbeta som", "Change": "Byt", "My settings and sessions": "Mina inställningar och inloggningar",
    "Light or dark": "Ljust eller mörkt", "Keys": "Tangenter", "Log out": "Logga ut", "Log in": "Logga in",
    "search": "sök", "new": "nytt", "edit": "ändra", "next, previous in a list": "nästa, föregående i en lista",
    "Not sent yet": "Inte skickat än", "Send it once more": "Skicka en gång till", "What you typed": "Det du skrev",
    "Your session ended while this form lay open. Nothing is saved yet, and nothing that you typed is lost.":
        "Din inloggning tog slut medan formuläret låg öppet. Inget är sparat än, och inget av det du skrev är borta.",
    "on a page beside this one, then send it once more.": "på en sida bredvid den här, och skicka sedan en gång till.",
    "open": "öppna", "close": "stäng", "Close": "Stäng", "optional": "valfritt", "Save": "Spara", "Cancel": "Avbryt",
    "Someone else has changed it: before, it was {value}.": "Någon annan har ändrat det: förut stod {value}.",
    "Someone else has written {value} here.": "Någon annan har skrivit {value} här.",
    "Their changes are marked below, yours are still here. Look at them, and save again.":
        "Deras ändringar är märkta nedan, dina står kvar. Titta på dem och spara igen.",
    "Nothing that you see here. Save again.": "Inget som syns här. Spara igen.", "empty": "tomt",
    "One of {n}: its code": "En av {n}: dess kod",
    "Open": "Öppna", "yes": "ja", "no": "nej", "Sum": "Summa", "Nothing here.": "Här finns inget.",
    "As a table": "Som tabell", "Search in this list": "Sök i listan", "all": "alla", "Show": "Visa",
    "Clear": "Rensa", "Columns": "Kolumner", "Choose": "Välj", "More": "Fler",
    "Nothing matches. Change the search or the filters above.": "Inget stämmer. Ändra sökningen eller filtren ovan.",
    "More than {n} rows: add them up": "Fler än {n} rader: summera dem", "{n} rows": "{n} rader",
    "That did not work": "Det gick inte", "To the start page": "Till startsidan",
    "User name": "Användarnamn", "Password": "Lösenord",
    "The name or the password is wrong.": "Namnet eller lösenordet är fel.",
    "This form has lain open too long, or was sent from elsewhere.":
        "Formuläret har legat öppet för länge, eller skickades någon annanstans ifrån.",
    "Go back, load the page again, and send it once more.": "Gå tillbaka, läs in sidan på nytt och skicka igen.",
    "Your level may not see this page.": "Din behörighet räcker inte för den här sidan.",
    "Ask an administrator, or change your level at the top right.":
        "Fråga en administratör, eller byt behörighet uppe till höger.",
    "There is no such page.": "Sidan finns inte.",
    "It may have moved, or the address was mistyped. Search with the / key.":
        "Den kan ha flyttat, eller så är adressen felskriven. Sök med tangenten /.",
    "This address takes no such request.": "Den här adressen tar inte emot sådana anrop.",
    "That is too large to upload.": "Det är för stort att ladda upp.",
    "Load large files with the leissner command, or in parts.":
        "Läs in stora filer med kommandot leissner, eller i delar.",
    "Something went wrong that we did not foresee.": "Något gick fel som vi inte hade förutsett.",
    "Nothing was saved. Tell the operator's support the number {number}.":
        "Inget sparades. Ange numret {number} till supporten.",
    "Something is not right yet: see the field marked below.":
        "Något stämmer inte än: se fältet som är markerat nedan.",
    "Something is not right yet: see the fields marked below.":
        "Något stämmer inte än: se fälten som är markerade nedan.",
    "Fill this in.": "Fyll i det här.", "This is not a number.": "Det här är inget tal.",
    "This is not a day. Write 2026-10-01, 1/10 or today.": "Det här är ingen dag. Skriv 2026-10-01, 1/10 eller idag.",
    "This number is too large here.": "Talet är för stort här.", "A whole number is needed here.": "Här behövs ett heltal.",
    "This is too long.": "Det här är för långt.", "This is not what is asked for here.": "Det här är inte vad som efterfrågas här.",
    "2026-10-01, 1/10 or today": "2026-10-01, 1/10 eller idag",
    "just now": "nyss", "{n} min ago": "för {n} min sedan", "{n} h ago": "för {n} h sedan",
    "{n} days ago": "för {n} dagar sedan",
    "From": "Från", "To": "Till", "Saved.": "Sparat.", "{n} invoices": "{n} fakturor",
    # places
    "Start": "Start", "Customers": "Kunder", "Prices": "Priser", "Calls": "Samtal", "Invoicing": "Fakturering",
    "Ledger": "Reskontra", "Credit": "Kredit", "Reports": "Rapporter", "Administration": "Administration",
    # levels
    "admin": "administratör", "pricing": "priser", "sales": "försäljning", "support": "support", "finance": "ekonomi",
    "credit": "kredit", "seller": "återförsäljare", "customer": "kund", "report": "rapporter", "auditor": "revisor",
    "batch": "körningar", "integration": "integration",
    # states and kinds
    "draft": "utkast", "approved": "godkänd", "delivered": "levererad", "making": "skapas", "approving": "godkänns",
    "rated": "prissatt", "suspended": "väntande", "duplicate": "dubblett", "zero": "noll", "active": "aktiv",
    "proposed": "föreslagen", "ended": "avslutad", "business": "företag", "private": "privat", "wholesale": "grossist",
    "invoice": "faktura", "payment": "betalning", "matched": "matchad", "part": "delvis", "advance": "förskott",
    "unidentified": "oidentifierad", "shown": "visad", "reversed": "återförd", "loaded": "inläst",
    "rejected": "avvisad", "stopped": "stoppad", "received": "mottagen", "passed on": "vidarelämnad",
    "warned": "varnad", "blocked": "spärrad", "promised": "utlovad", "exceeded": "överskriden", "late": "sen",
    "ordered": "beställd", "sent": "skickad", "confirmed": "bekräftad", "failed": "misslyckad", "ceased": "upphörd",
    "done": "klar", "running": "pågår", "skipped": "överhoppad", "lost": "avbruten", "produced": "framställd",
    "acknowledged": "kvitterad", "print": "brev", "email": "e-post", "einvoice": "e-faktura",
    "print house": "tryckeri", "fee": "avgift", "opening": "ingående", "none": "ingen",
    # what commands say that a page has started
    "{reference} checked": "{reference} kontrollerad", "{reference} typed": "{reference} inskriven",
    "leissner: {rest}": "leissner: {rest}",
    "print: {rest}": "brev: {rest}",
    "email: {rest}": "e-post: {rest}",
    "einvoice: {rest}": "e-faktura: {rest}",
    "print_house: {rest}": "tryckeri: {rest}",
    "leissner bill deliveries {run} says what failed and why.":
        "leissner bill deliveries {run} säger vad som misslyckades och varför.",
    "Warning: {n} letters not acknowledged by the print house in 24 hours.":
        "Varning: tryckeriet har inte kvitterat {n} brev på 24 timmar.",
    "Warning: 1 letter not acknowledged by the print house in 24 hours.":
        "Varning: tryckeriet har inte kvitterat 1 brev på 24 timmar.",
    "leissner bill print-files {run} --to URL --read-acks reads its answers; else ask there.":
        "leissner bill print-files {run} --to URL --read-acks läser dess svar; fråga annars där.",
    "No place is set for {name}.": "Ingen plats är inställd för {name}.",
    "Import settings.csv with the row {row} or name it with the option.": "Fyll i inställningen, {row} till exempel.",
    "Run {run} is being delivered by someone else right now.": "Körning {run} levereras av någon annan just nu.",
    "Wait until that is done, and run the command again.": "Vänta tills det är klart och gör om.",
    "There is no run {run}.": "Det finns ingen körning {run}.",
    "leissner bill list shows the runs.": "leissner bill list visar körningarna.",
    "The operator has no e-mail address.": "Operatören har ingen e-postadress.",
    "Fill in email in operator.csv.": "Fyll i operatörens e-postadress.",
    "No mail server is set.": "Ingen e-postserver är inställd.",
    "Import settings.csv with the row {row}; the password comes from LEISSNER_SMTP_PASSWORD.":
        "Fyll i inställningen, {row} till exempel; lösenordet tas ur LEISSNER_SMTP_PASSWORD.",
    "The mail server {host} does not answer: {why}": "E-postservern {host} svarar inte: {why}",
    "Nothing was sent. Is the setting smtp right?": "Inget skickades. Stämmer inställningen smtp?",
    "The mail server broke off at {what}: {why}": "E-postservern bröt vid {what}: {why}",
    "The same command goes on where it stopped.": "Gör om, så fortsätter det där det slutade.",
    "{no} to {file}: {why}": "{no} till {file}: {why}",
    "There is no run of reminders {run}.": "Det finns ingen påminnelsekörning {run}.",
    "leissner credit remind list shows them.": "leissner credit remind list visar dem.",
    "Name it with --print-house URL, or print here: --here.": "Fyll i inställningen print_house.",
    "{sent} sent, {failed} refused, {waiting} waiting.": "{sent} skickade, {failed} nekade, {waiting} väntar.",
    "{sent} sent, {confirmed} of them confirmed at once, {failed} refused, {waiting} waiting.":
        "{sent} skickade, {confirmed} av dem bekräftade genast, {failed} nekade, {waiting} väntar.",
    "No switch is set.": "Ingen växel är inställd.",
    "Import settings.csv with the row switch_url,https://…, or write a file: leissner credit orders --to FOLDER":
        "Fyll i inställningen switch_url, eller ta orderna som fil.",
    "Orders are being sent by someone else right now.": "Order skickas av någon annan just nu.",
    "The switch broke off at order {id}: {why}": "Växeln bröt vid order {id}: {why}",
    "{n} orders wait; the same command goes on where it stopped.":
        "{n} order väntar; gör om, så fortsätter det där det slutade.",
    "The setting switch_url is no address such as https://switch.example/orders.":
        "Inställningen switch_url är ingen adress som https://switch.example/orders.",
    "The secret that signs orders is missing.": "Hemligheten som signerar order saknas.",
    "Put it into LEISSNER_SWITCH_SECRET, or name its file in LEISSNER_SWITCH_SECRET_FILE.":
        "Lägg den i LEISSNER_SWITCH_SECRET, eller namnge dess fil i LEISSNER_SWITCH_SECRET_FILE.",
    "There is no payment source yet.": "Det finns ingen betalningskälla än.",
    "leissner import payment_sources.csv brings them.": "De läggs upp under Administration, Katalog.",
    "{source}: someone else is fetching from it right now.": "{source}: någon annan hämtar därifrån just nu.",
    "{source}: nothing new": "{source}: inget nytt",
    "{source}: nothing new, {n} known before": "{source}: inget nytt, {n} kända sedan förut",
    "{source}: {n} files": "{source}: {n} filer",
    "{source}: 1 file": "{source}: 1 fil",
    "{source}: {n} files, {known} known before": "{source}: {n} filer, {known} kända sedan förut",
    "{source}: 1 file, {known} known before": "{source}: 1 fil, {known} kända sedan förut",
    "It is here as {file}; --retry loads it again.": "Den finns här som {file}; läs in den igen under Filer.",
    "There is no folder {folder}.": "Mappen {folder} finns inte.",
    "paid in part": "delvis",
    "not booked": "inte bokförda",
    "taken back": "återförda",
    "reconciled": "avstämda",
    "known before": "kända sedan förut",
    "by": "sätt",
    "checked": "kontrollerad",
    "electronic": "elektroniskt",
}

# {text with a plural: (English, Swedish) where n is one}
ONE = {
    "Approve {n} documents": ("Approve 1 document", "Godkänn 1 dokument"),
    "Approve {n} documents, {totals}.": ("Approve 1 document, {totals}.", "Godkänn 1 dokument, {totals}."),
    "Done: {n} payers.": ("Done: 1 payer.", "Klart: 1 betalare."),
    "Give up {n} calls": ("Give up 1 call", "Ge upp 1 samtal"),
    "{n} calls are given up. They are kept, and never rated.": (
        "1 call is given up. It is kept, and never rated.", "1 samtal är uppgivet. Det sparas och prissätts aldrig."),
    "{n} calls wait": ("1 call waits", "1 samtal väntar"),
    "{n} calls will never be rated nor invoiced": (
        "1 call will never be rated nor invoiced", "1 samtal kommer aldrig att prissättas eller faktureras"),
    "{n} calls would change": ("1 call would change", "1 samtal skulle ändras"),
    "{n} customers below": ("1 customer below", "1 kund under"),
    "{n} days": ("1 day", "1 dag"), "{n} days ago": ("1 day ago", "för 1 dag sedan"),
    "{n} days late": ("1 day late", "1 dag försenad"),
    "{n} documents": ("1 document", "1 dokument"), "{n} faults": ("1 fault", "1 fel"),
    "{n} files": ("1 file", "1 fil"), "{n} invoices": ("1 invoice", "1 faktura"), "{n} lines": ("1 line", "1 rad"),
    "{n} lines blocked": ("1 line blocked", "1 rad spärrad"),
    "{n} of its contract lines are blocked.": (
        "1 of its contract lines is blocked.", "1 av dess avtalsrader är spärrad."),
    "{n} of its payments wait for a person.": (
        "1 of its payments waits for a person.", "1 av dess betalningar väntar på en människa."),
    "{n} payments": ("1 payment", "1 betalning"),
    "{n} payments, {amount} {currency}": ("1 payment, {amount} {currency}", "1 betalning, {amount} {currency}"),
    "{n} rows": ("1 row", "1 rad"),
    "{n} rows cannot be taken.": ("1 row cannot be taken.", "1 rad kan inte tas."),
    "{n} errors: nothing was imported. Correct the files and try them again.": (
        "1 error: nothing was imported. Correct the file and try it again.",
        "1 fel: inget importerades. Rätta filen och försök igen."),
}
