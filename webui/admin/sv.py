"""Swedish words of administration."""

from leissner.webui.admin.helps import HELPS

TEXTS = HELPS | {
    "Templates": "Mallar", "Invoices, to see how they look": "Fakturor, att se resultatet på", "Whose": "Vems", "ours": "standard",
    "Size": "Storlek", "Invoices and credit notes": "Fakturor och kreditfakturor",
    "Statements of account": "Kontoutdrag", "The logo": "Logotypen",
    "Colours, fonts, the window of the envelope, the giro slip":
        "Färger, typsnitt, kuvertets fönster, inbetalningskortet",
    "Words in Swedish": "Texter på svenska", "Words in English": "Texter på engelska",
    "What invoices, reminders and statements look like. Download a file, change it, and put it under the same name "
    "into the folder {folder} of the server: from then on it is used instead of ours. Fonts found there are used too.":
        "Hur fakturor, påminnelser och kontoutdrag ser ut. Hämta en fil, ändra den, och lägg den under samma namn i "
        "mappen {folder} på servern: sedan används den i stället för standardfilen. Typsnitt som finns där används "
        "också.",
    "invoices and ledger": "fakturor och reskontra",
    # what the log calls what happened
    "accounting export": "bokföringsexport", "bill export": "export av underlag", "call explain": "förklaring av samtal",
    "call export": "export av samtal", "call list": "samtalslista", "export": "export", "invoice document": "faktura",
    "invoice pdf": "faktura som PDF", "job asked": "jobb begärt", "level": "byte av behörighet", "load": "inläsning",
    "login": "inloggning", "login failed": "misslyckad inloggning", "logout": "utloggning", "password": "lösenord",
    "payment fetch": "hämtning av betalfiler", "payment load": "inläsning av betalfil", "redact": "utplåning",
    "remind": "påminnelser", "session end": "avslutad inloggning", "work": "arbete i bakgrunden",
    # what columns of files are called, and what may stand in them
    "At once after": "Genast efter", "Day amount": "Belopp per dygn", "Day minutes": "Minuter per dygn",
    "Day premium": "Betalsamtal per dygn", "Day short": "Korta samtal per dygn",
    "Fraud blocks": "Bedrägeriskyddet spärrar", "Hour amount": "Belopp per timme",
    "Hour minutes": "Minuter per timme", "Hour premium": "Betalsamtal per timme",
    "Hour short": "Korta samtal per timme", "Limit notice days": "Dagars varsel vid gränsen",
    "concerned": "berörda", "latest": "senaste", "folder": "mapp", "collection": "inkasso",
    "seconds": "sekunder", "answer": "svar", "end": "slut", "start": "början", "fault": "fel", "paid": "betald",
    "saved as it was": "sparat oförändrat", "parts": "delar", "parts done": "delar klara", "documents": "dokument",
    "faults": "fel", "totals": "summor", "through": "till och med", "discarded": "kasserad",
    "problems": "anmärkningar", "app user": "användare", "api key": "API-nyckel", "message": "meddelande",
    "contract": "avtal", "contract line": "avtalsrad", "price list": "prislista", "price item": "pris",
    "exchange rate": "valutakurs", "service": "tjänst", "setting": "inställning", "ring": "rabattring",
    "prefix": "prefix", "destination": "destination", "operator": "operatör", "currency": "valuta", "job": "jobb",
    "New row": "Ny rad", "Was due": "Skulle köras",
    # tabs and places
    "Users": "Användare", "Catalog": "Register", "Jobs": "Jobb", "Settings": "Inställningar", "Audit": "Logg",
    "Checks": "Kontroller", "Dictionary": "Datakatalog",
    # users
    "There are no users yet. Add the first one.": "Det finns inga användare än. Lägg till den första.",
    "Levels": "Behörigheter", "Last login": "Senaste inloggning", "Open sessions": "Öppna inloggningar",
    "API keys": "API-nycklar", "Seller": "Återförsäljare", "disabled": "utestängd", "no password": "inget lösenord",
    "Small letters, digits and . _ @ + -": "Små bokstäver, siffror och . _ @ + -",
    "Level seller: whose rows the user sees.": "Behörigheten återförsäljare: vems kunder användaren ser.",
    "Level customer: whose account, and those below, the user sees.":
        "Behörigheten kund: vems konto, och de under det, användaren ser.",
    "users and settings, and everything that staff may": "användare och inställningar, och allt som personalen får",
    "catalog, numbering, prices, discounts": "register, nummerplan, priser, rabatter",
    "customers, contracts, numbers": "kunder, avtal, nummer",
    "customers, and calls with their explanation": "kunder, och samtal med förklaring",
    "invoices, ledger, payments": "fakturor, reskontra, betalningar",
    "limits, warnings, blocks, promises": "gränser, varningar, spärrar, löften", "reads for reports": "läser rapporter",
    "reads everything, the log too; changes nothing": "läser allt, även loggen; ändrar inget",
    "scheduled jobs and file loads": "schemalagda jobb och inläsning av filer",
    "other systems, by SOAP and API keys": "andra system, med SOAP och API-nycklar",
    "own customers, at own prices": "egna kunder, till egna priser",
    "self-care of one customer and those below": "självbetjäning för en kund och de under den",
    "New user": "Ny användare", "Edit {name}": "Ändra {name}", "What it is for": "Vad den är till för",
    "{name} is shut out.": "{name} är utestängd.",
    "{name} may log in again.": "{name} får logga in igen.", "The API key counts no more.": "API-nyckeln gäller inte mer.",
    "The session is ended.": "Inloggningen är avslutad.",
    "A session acts with one level at a time; the first is taken at login.":
        "En inloggning arbetar med en behörighet i taget; den första tas vid inloggningen.",
    "What they did": "Vad hen har gjort", "Edit": "Ändra",
    "This user is shut out: no password, session or API key counts.":
        "Användaren är utestängd: inget lösenord, ingen inloggning eller API-nyckel gäller.",
    "This user has no password yet and cannot log in.": "Användaren har inget lösenord än och kan inte logga in.",
    "Password set": "Lösenord satt",
    "Make a new password? The old one counts no more, and open sessions end.":
        "Göra ett nytt lösenord? Det gamla gäller inte mer, och öppna inloggningar avslutas.",
    "New password": "Nytt lösenord", "Let in again": "Släpp in igen", "Shut out at once": "Stäng ute genast",
    "A new password is made up and shown once; open sessions end. Who is shut out loses sessions and API keys until "
    "let in again.":
        "Ett nytt lösenord hittas på och visas en gång; öppna inloggningar avslutas. Den som stängs ute förlorar "
        "inloggningar och API-nycklar tills hen släpps in igen.",
    "Sessions": "Inloggningar", "Opened": "Öppnad", "From where": "Varifrån", "End": "Avsluta", "ended": "avslutad",
    "No sessions yet.": "Inga inloggningar än.", "Made": "Gjord", "Ends": "Slutar", "Revoke": "Återkalla",
    "revoked": "återkallad",
    "expired": "har slutat", "Last day": "Sista dag", "Empty: without end.": "Tomt: utan slut.",
    "Requests a minute": "Anrop per minut", "Empty: as many as it likes.": "Tomt: så många den vill.",
    "May be used from": "Får användas från",
    "Addresses or networks, one a line: 192.0.2.17, 192.0.2.0/24, 2001:db8::/32. Empty: from anywhere.":
        "Adresser eller nät, ett per rad: 192.0.2.17, 192.0.2.0/24, 2001:db8::/32. Tomt: varifrån som helst.",
    "May call": "Får anropa", "all that its level may": "allt som dess behörighet får",
    "only what is chosen here": "bara det som väljs här", "anywhere": "varifrån som helst",
    "without end": "utan slut", "without limit": "utan gräns", "never": "aldrig", "and {n} more": "och {n} till",
    "The system that uses it: CRM, switch, web shop.": "Systemet som använder den: CRM, växel, webbutik.",
    "All of it, also what will be added": "Allt, även det som tillkommer", "{n} of {all}": "{n} av {all}",
    "Choose at least one, or let it call all.": "Välj minst en, eller låt den anropa allt.",
    "New API key of {name}": "Ny API-nyckel för {name}",
    "Saved: it holds from the next request on.": "Sparat: det gäller från nästa anrop.",
    "This key has ended: give it another last day to let it in again.":
        "Nyckeln har slutat: ge den en annan sista dag för att släppa in den igen.",
    "Revoke {name}": "Återkalla {name}", "Revoke the key": "Återkalla nyckeln",
    "Whoever uses this key is refused from the next request on. It cannot be taken back: a new key has to be made.":
        "Den som använder nyckeln nekas från nästa anrop. Det går inte att ta tillbaka: en ny nyckel får göras.",
    "Requests today": "Anrop i dag", "more than {n}": "fler än {n}",
    "Last used": "Senast använd", "Requests": "Anrop", "Requests with {name}": "Anrop med {name}",
    "Nothing was asked with this key in these days. Choose others above.":
        "Inget har anropats med nyckeln dessa dagar. Välj andra ovan.",
    "in the server's log: {id}": "i serverns logg: {id}", "Operation": "Åtgärd", "ms": "ms", "Bytes in": "Byte in",
    "Bytes out": "Byte ut", "Number in the log": "Nummer i loggen", "API key": "API-nyckel", "Copy": "Kopiera",
    "Try it: the answer says who you are and at what level.":
        "Prova den: svaret säger vem du är och med vilken behörighet.", "Fault": "Fel", "answered": "besvarat", "refused": "nekat", "soap": "SOAP",
    "Programs send the key as the header X-API-Key, or as the password of HTTP Basic. The WSDL:":
        "Program skickar nyckeln i huvudet X-API-Key, eller som lösenord i HTTP Basic. WSDL:en:",
    "No API keys: other systems cannot act as this user.":
        "Inga API-nycklar: andra system kan inte arbeta som den här användaren.",
    "New API key": "Ny API-nyckel", "Make the key": "Gör nyckeln", "API key of {name}": "API-nyckel för {name}",
    "Password of {name}": "Lösenord för {name}",
    "It is shown this once and kept nowhere: take it now.":
        "Det visas bara den här gången och sparas inte: ta det nu.",
    "I have it": "Jag har det",
    # catalog
    "Product types": "Produkttyper", "Modes": "Trafikslag", "Services": "Tjänster",
    "Charges of services": "Tjänsters avgifter", "VAT codes": "Momskoder", "Currencies": "Valutor",
    "Exchange rates": "Valutakurser", "Holidays": "Helgdagar", "Time bands": "Tidsband", "Sellers": "Återförsäljare",
    "Customer groups": "Kundgrupper", "Carriers": "Operatörer", "Sources of calls": "Källor till samtal",
    "Trunks": "Trunkar", "Extensions": "Anknytningar", "Area codes": "Riktnummer",
    "Accounts by event": "Konton per händelse", "Chart of accounts": "Kontoplan",
    "Reference rates of interest": "Referensräntor", "Steps of reminding": "Påminnelsesteg",
    "Sources of payment files": "Källor till betalfiler", "Credit policies": "Kreditregler", "The operator": "Operatören",
    "Products and services": "Produkter och tjänster", "Sellers and groups": "Återförsäljare och grupper",
    "Traffic": "Trafik", "Ledger and credit": "Reskontra och kredit", "New": "Nya", "Import files": "Läs in filer",
    "Export all": "Exportera allt", "Empty: {value}.": "Tomt: {value}.", "New row: {name}": "Ny rad: {name}",
    "Back": "Tillbaka", "Saved: {name}.": "Sparat: {name}.", "Value": "Värde", "Name": "Namn",
    "The first {n} of {all} rows: search for the others.": "De första {n} av {all} rader: sök efter de andra.",
    "Nothing here yet: add the first, or import a file {name}.csv.":
        "Här finns inget än: lägg till det första, eller läs in en fil {name}.csv.",
    "A value is needed.": "Ett värde behövs.", "yes or no is needed.": "yes eller no behövs.",
    "A day after from is needed.": "En dag efter från behövs.",
    "This value does not suit the setting: see what it is for.":
        "Värdet passar inte inställningen: se vad den är till för.",
    # columns of reference data
    "Code": "Kod", "Decimals": "Decimaler", "Date": "Datum", "Rate": "Kurs", "Group": "Grupp", "Unit": "Enhet",
    "Per": "Per", "Product": "Produkt", "Price list": "Prislista", "Interval months": "Intervall, månader",
    "Advance": "I förskott", "VAT code": "Momskod", "Notice months": "Uppsägning, månader",
    "Binding months": "Bindningstid, månader", "Charge": "Avgift", "Percent": "Procent", "Category": "Kategori",
    "Currency": "Valuta", "Calendar": "Kalender", "Band": "Band", "Weekdays": "Veckodagar", "Carrier": "Operatör",
    "Format": "Format", "Template": "Mall", "Time zone": "Tidszon", "Country code": "Landsnummer",
    "National prefix": "Nationellt prefix", "International prefixes": "Utlandsprefix", "Short codes": "Kortnummer",
    "Encoding": "Teckenkodning", "Delimiter": "Skiljetecken", "Quote": "Citattecken", "Header": "Rubrikrad",
    "Decimal": "Decimaltecken", "Time format": "Tidsformat", "Duration format": "Längdformat",
    "Key columns": "Nyckelkolumner", "Bill if": "Debitera om", "Strip": "Ta bort", "Which time": "Vilken tid",
    "Line no": "Rad", "Starts on": "Börjar den", "Max hours": "Högst timmar", "Quiet seconds": "Stilla, sekunder",
    "Source": "Källa", "Trunk": "Trunk", "Extension": "Anknytning", "Prefix": "Prefix", "Event": "Händelse",
    "Step": "Steg", "Fee": "Avgift", "Text": "Text", "Channel": "Kanal", "Protocol": "Protokoll", "Host": "Värd",
    "Path": "Sökväg", "Secret": "Hemlighetens namn", "User": "Användare", "Port": "Port", "Pattern": "Mönster",
    "Archive": "Arkiv", "Pass on": "Lämna vidare", "Enabled": "På", "Schedule": "Schema", "Options": "Tillval",
    "What": "Vad", "Catch up": "Det missade", "Timeout": "Längst, minuter", "Org no": "Organisationsnr",
    "VAT no": "Momsreg.nr", "Street": "Gata", "Postcode": "Postnummer", "City": "Ort", "Phone": "Telefon",
    "F tax": "F-skatt", "Warn percent": "Varna vid, %", "Block percent": "Spärra vid, %", "Warn days": "Varna, dagar",
    "Block days": "Spärra, dagar", "Minimum": "Minst", "Blocks": "Spärrar", "Notice days": "Aviseras, dagar",
    "Email": "E-post", "E-mail": "E-post",
    # settings and files
    "Setting": "Inställning", "Address": "Adress", "Registration no": "Org.nr",
    "Telephone": "Telefon", "Used for": "Används för",
    "There is no operator yet: everything begins with it.": "Det finns ingen operatör än: allt börjar med den.",
    "Fill it in": "Fyll i", "full": "fullständig", "rating": "prissättning", "basis": "underlag", "Import": "Läs in",
    "Files": "Filer", "CSV or XLSX, named as the export names them: customers.csv, prices.xlsx …":
        "CSV eller XLSX, med namn som i exporten: customers.csv, prices.xlsx …",
    "A new dated row ends the open one the day it begins": "En ny daterad rad avslutar den öppna den dag den börjar",
    "Choose one file or more.": "Välj en fil eller flera.",
    "{name} is neither a CSV nor an XLSX file.": "{name} är varken en CSV- eller XLSX-fil.",
    "Imported: {new} new, {changed} changed.": "Inläst: {new} nya, {changed} ändrade.",
    "All or nothing. First it is tried: you see what would change, or what is wrong and where. Nothing is written "
    "before you say so.":
        "Allt eller inget. Först prövas det: du ser vad som skulle ändras, eller vad som är fel och var. Inget "
        "skrivs förrän du säger till.",
    "Try the files": "Pröva filerna", "Export all, as forms to fill in": "Exportera allt, som formulär att fylla i",
    "{n} errors: nothing was imported. Correct the files and try them again.":
        "{n} fel: inget lästes in. Rätta filerna och pröva igen.",
    "The first {n} are listed.": "De första {n} visas.", "File": "Fil", "Line": "Rad", "Column": "Kolumn",
    "What is wrong": "Vad som är fel", "Try again": "Försök igen",
    "This is what would change. Nothing is written yet.": "Det här skulle ändras. Inget är skrivet än.",
    "Changed": "Ändrade", "Unchanged": "Oförändrade", "Closed": "Avslutat", "Import now": "Läs in nu",
    "{n} of these change what has held from the first day: history is corrected.":
        "{n} av dessa ändrar vad som gällt från första dagen: historien rättas.",
    # jobs
    "Sunday": "söndag", "Monday": "måndag", "Tuesday": "tisdag", "Wednesday": "onsdag", "Thursday": "torsdag",
    "Friday": "fredag", "Saturday": "lördag", "every day at {clock}": "varje dag {clock}",
    "on weekdays at {clock}": "vardagar {clock}", "every {day} at {clock}": "varje {day} {clock}",
    "on day {day} of each month at {clock}": "den {day} varje månad {clock}", "every minute": "varje minut",
    "every {n} minutes": "var {n}:e minut", "every hour at {n} minutes past": "varje timme, {n} minuter över",
    "{name} runs now. The page shows how it goes.": "{name} körs nu. Sidan visar hur det går.",
    "{name} is running already.": "{name} körs redan.", "{name} runs by the clock.": "{name} körs efter klockan.",
    "{name} runs by hand only.": "{name} körs bara för hand.", "New job": "Nytt jobb", "Job": "Jobb", "When": "När",
    "Next": "Nästa", "Last run": "Senaste körning", "off": "av", "{n} times in a row": "{n} gånger i rad",
    "There are no jobs yet. Add the first one, or import jobs.csv.":
        "Det finns inga jobb än. Lägg till det första, eller läs in jobs.csv.",
    "Only by hand": "Bara för hand", "By the clock again": "Efter klockan igen", "Run now": "Kör nu",
    "by hand only": "bara för hand", "Missed runs": "Missade körningar", "all are made up for": "alla tas igen",
    "the latest is made up for": "den senaste tas igen", "none is made up for": "ingen tas igen", "At most": "Längst",
    "{n} minutes": "{n} minuter", "Who is told": "Vem får veta", "nobody": "ingen", "Runs": "Körningar",
    "It runs now …": "Det körs nu …", "Due": "Förfaller", "Took": "Tog", "Counts": "Antal",
    "Started by": "Startad av", "the clock": "klockan", "It has not run yet.": "Det har inte körts än.",
    "attempt {n}": "försök {n}", "Started": "Började", "Ended": "Slutade", "Exit code": "Slutkod",
    "What it did": "Vad det gjorde", "What it wrote": "Vad det skrev", "Nothing.": "Inget.",
    # audit
    "change": "ändring", "removal": "borttagning", "emptied": "tömd", "blanked": "maskad", "{n} more": "{n} till",
    "suspense list": "lista över väntande",
    "Nothing was changed in these days. Choose others above.": "Inget ändrades de här dagarna. Välj andra ovan.",
    "Nothing happened in these days. Choose others above.": "Inget hände de här dagarna. Välj andra ovan.",
    "Who": "Vem", "Login": "Databasinloggning", "Table": "Tabell", "Key": "Nyckel", "Old → new": "Före → efter",
    "Before": "Före", "Through": "Till och med", "Number or key": "Nummer eller nyckel", "About": "Om",
    "Particulars": "Uppgifter", "Changes": "Ändringar", "Events": "Händelser",
    # checks
    "Check now": "Kontrollera nu",
    "What must always be true, proven on the live data. Each check reads all of it, which takes a while in a large "
    "database; nobody waits for it.":
        "Det som alltid måste stämma, bevisat på verkliga data. Varje kontroll läser alltihop, vilket tar en stund "
        "i en stor databas; ingen behöver vänta på den.",
    "Check all and show the result": "Kontrollera allt och visa resultatet", "{n} faults": "{n} fel", "ok": "stämmer",
    "Every record read is rated, suspended, duplicate or zero":
        "Varje läst post är prissatt, väntande, dubblett eller noll",
    "Daily and monthly totals equal the calls": "Dygns- och månadssummor stämmer med samtalen",
    "Documents are the sum of their lines, taxes and calls": "Dokument är summan av sina rader, skatter och samtal",
    "Document numbers have no gap": "Dokumentnumren har inga luckor",
    "The journal, open items and documents agree": "Huvudbok, reskontra och dokument stämmer överens",
    "Payments are booked as they came, each once": "Betalningar är bokade som de kom, var och en en gång",
    "Blocks, their reasons and the orders to the switch agree": "Spärrar, deras skäl och order till växeln stämmer",
    "Reminders, interest and collection agree with what is owed":
        "Påminnelser, ränta och inkasso stämmer med vad som är obetalt",
    "The audit chain is unbroken": "Loggens kedja är obruten",
    # dictionary
    "Type": "Typ", "What it is": "Vad det är", "Schema": "Schema", "schemas": "scheman", "tables": "tabeller",
    "views": "vyer", "columns": "kolumner", "functions": "funktioner", "schema": "schema", "table": "tabell",
    "view": "vy", "column": "kolumn", "function": "funktion",
    # own settings
    "Own sessions": "Egna inloggningar", "this one": "den här", "Old password": "Gamla lösenordet",
    "New password once more": "Nya lösenordet en gång till", "Change password": "Byt lösenord",
    "Twelve characters or more. A few words one remembers are better than one odd word.":
        "Minst tolv tecken. Några ord man minns är bättre än ett krångligt.",
    "The two are not the same.": "De två är inte lika.",
    "A password needs {n} characters or more.": "Ett lösenord behöver minst {n} tecken.",
    "The password is changed. Your other sessions are ended.":
        "Lösenordet är bytt. Dina andra inloggningar är avslutade.",
    "Nothing here yet?": "Inget här än?",
    "The starter is a small operator: one customer, a service, destinations with prices to change into yours, and a switch whose calls are read.": "Startfilerna är en liten operatör: en kund, en tjänst, destinationer med priser att ändra till egna, och en växel vars samtal läses in.",
    "Try the starter": "Pröva startfilerna",
}
