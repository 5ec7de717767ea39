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
    "{n} lines blocked": ("1 line blocked", "1 ledning spärrad"),
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
