"""Swedish words of the pages of customers, contracts and numbers."""

TEXTS = {
    "No": "Nr", "Name": "Namn", "Kind": "Slag", "Above": "Under", "City": "Ort", "Registration no": "Org.nr",
    "E-mail": "E-post", "Seller": "Säljare", "Contracts": "Avtal", "Limit": "Gräns", "Balance": "Saldo",
    "Currency": "Valuta",
    "No customers yet: import customers.csv, or make the first one here.":
        "Inga kunder än: läs in customers.csv, eller lägg upp den första här.",
    # lists
    "Contract": "Avtal", "Customer": "Kund", "State": "Läge", "Services": "Tjänster", "Lines": "Rader", "Line": "Rad",
    "Ends": "Slutar", "Reference": "Referens", "Notice given": "Uppsagt", "Signed": "Undertecknat", "Service": "Tjänst",
    "Number": "Nummer", "Numbers": "Nummer", "Count": "Antal", "Free numbers": "Lediga nummer",
    "Had it last": "Hade det senast", "Free since": "Ledigt sedan", "New customer": "Ny kund",
    "No contracts yet: make one from a customer's page.": "Inga avtal än: lägg upp ett från en kunds sida.",
    "No numbers yet: assign one from the page of a contract line.":
        "Inga nummer än: tilldela ett från en avtalsrads sida.",
    "No number that was assigned once is free today.": "Inget nummer som en gång tilldelats är ledigt idag.",
    # the head and the tabs
    "Overview": "Översikt", "Rings and bundles": "Rabatter och paket", "Invoices": "Fakturor", "Notes": "Anteckningar",
    "History": "Historik", "paid by": "betalas av", "pays itself": "betalar själv", "paid above": "betalas ovanför",
    "one customer below": "en kund under", "{n} customers below": "{n} kunder under", "used": "använt",
    "no credit limit": "ingen kreditgräns", "no warnings": "inga varningar",
    "Promised until {day}.": "Löfte till {day}.",
    "{n} of its contract lines are blocked.": "{n} av dess avtalsrader är spärrade.",
    # overview
    "New contract": "Nytt avtal", "Edit": "Ändra", "Propose a contract": "Föreslå ett avtal",
    "No contract yet.": "Inget avtal än.", "Make the first one": "Lägg upp det första",
    "Traffic of 12 months": "Trafik under 12 månader", "Latest invoices": "Senaste fakturorna", "Family": "Koncern",
    "contracts": "avtal", "Only the first 200 are shown.": "Bara de första 200 visas.",
    "Address and facts": "Adress och uppgifter", "Invoices are sent to": "Fakturor skickas till",
    "VAT no": "Momsreg.nr", "Invoices go by": "Fakturor går som", "E-invoice address": "E-fakturaadress",
    "Buyer's reference": "Köparens referens", "Payment days": "Betalningsdagar", "Groups": "Grupper",
    "Price list": "Prislista", "Call specification": "Samtalsspecifikation", "From a day on": "Från en dag",
    "below": "under", "Change something from a day on": "Ändra något från en dag",
    "Quantity": "Antal", "Fee a month": "Avgift per månad", "Since": "Sedan", "no lines yet": "inga rader än",
    "Invoice": "Faktura", "Date": "Datum", "Due": "Förfaller", "Period": "Period", "Net": "Netto", "VAT": "Moms",
    "Total": "Summa", "Payer": "Betalare",
    # contracts and lines
    "Contract {no}": "Avtal {no}", "from": "från", "ends": "slutar", "{n} lines": "{n} rader", "one line": "en rad",
    "Approve …": "Godkänn …", "New line": "Ny rad", "End …": "Avsluta …",
    "Proposed: it is neither rated nor billed until it is approved.":
        "Föreslaget: det varken prissätts eller faktureras förrän det är godkänt.",
    "Customer's reference": "Kundens referens", "Agreed end": "Avtalat slut", "the customer's": "kundens",
    "Months a charge covers": "Månader en avgift gäller", "the service's": "tjänstens",
    "Binding months": "Bindningstid, månader", "Remarks": "Anmärkningar", "Once": "En gång", "as before": "som förut",
    "No lines yet: a line says which service the contract is about.":
        "Inga rader än: en rad säger vilken tjänst avtalet gäller.",
    "Assign a number": "Tilldela ett nummer", "Add a charge": "Lägg till en debitering",
    "Add a bundle": "Lägg till ett paket", "a month": "per månad", "the contract's": "avtalets",
    "Billed elsewhere through": "Fakturerat annorstädes till och med", "Line {line}": "Rad {line}",
    "Another quantity or price list from a day on": "Annat antal eller annan prislista från en dag",
    "Bundles": "Paket", "Charges added by hand": "Manuella debiteringar", "Day": "Dag", "Text": "Text",
    "Price": "Pris", "Amount": "Belopp", "billed": "fakturerat", "not billed yet": "inte fakturerat än",
    "No charges added by hand. Add one from the page of a contract line.":
        "Inga manuella debiteringar. Lägg till en från en avtalsrads sida.",
    "No numbers. Assign one from the page of a contract line.": "Inga nummer. Tilldela ett från en avtalsrads sida.",
    # numbers
    "Number {no}": "Nummer {no}", "of": "hos", "Belongs to nobody today.": "Hör inte till någon idag.",
    "Note a pre-selection": "Notera ett förval", "Who has and had it": "Vem har och hade det",
    "End or move": "Avsluta eller flytta", "It was never assigned.": "Det har aldrig varit tilldelat.",
    "Pre-selection": "Förval", "Carrier": "Operatör", "When": "När", "Reason": "Orsak",
    # prices, rings, bundles
    "For each line the lists are tried from left to right; the first that has a price gives it. A list takes what it does not say itself from those it inherits from.":  # noqa: E501
        "För varje rad prövas listorna i ordning; den första som har ett pris ger det. Det en lista inte själv säger tar den från dem den ärver.",  # noqa: E501
    "Lists in force today": "Listor som gäller idag", "of the line itself": "radens egen",
    "of the contract": "avtalets", "of the customer itself": "kundens egen", "inherited from": "ärvd från",
    "of the service": "tjänstens",
    "No line is in force, or no list has a price for one: set a price list for the customer, a contract or the service.":  # noqa: E501
        "Ingen rad gäller, eller ingen lista har ett pris: ange en prislista för kunden, ett avtal eller tjänsten.",
    "Discount rings, in the order in which they apply": "Rabattringar, i den ordning de gäller", "Order": "Ordning",
    "Ring": "Ring", "Takes": "Tar", "On what": "På vad", "Volume": "Volym", "Because": "Därför att",
    "then stop": "sedan stopp", "reseller's price": "återförsäljarens pris", "off a minute": "av en minut",
    "off a call": "av ett samtal", "a minute costs": "en minut kostar", "a call costs": "ett samtal kostar",
    "everything": "allt", "always": "alltid", "this month {n}": "den här månaden {n}", "for everyone": "för alla",
    "No discount ring holds for this customer today.": "Ingen rabattring gäller för kunden idag.",
    "Bundles and what is used of them this month": "Paket och vad som använts av dem den här månaden",
    "Bundle": "Paket", "A month": "Per månad", "Brought over": "Överfört", "Used": "Använt", "Share": "Andel",
    "Covers": "Täcker", "the rest goes on to the next month": "resten går vidare till nästa månad", "min": "min",
    "No bundles.": "Inga paket.",
    # calls, invoices, ledger, credit
    "All calls, with filters": "Alla samtal, med filter",
    "The latest 100 calls of the last three months.": "De senaste 100 samtalen under tre månader.",
    "The calls of the last three months.": "Samtalen under de senaste tre månaderna.", "Started": "Började",
    "Destination": "Destination", "Mode": "Trafikslag", "Billed": "Debiterat", "Regular": "Ordinarie",
    "Discount": "Rabatt", "No calls in the last three months.": "Inga samtal under de senaste tre månaderna.",
    "Not invoiced yet.": "Inte fakturerad än.", "Statement": "Kontoutdrag",
    "These are the items of {payer}, who pays.": "Det här är posterna hos {payer}, som betalar.",
    "Advance": "Förskott", "Overdue": "Förfallet", "Oldest due": "Äldsta förfallodag",
    "Not billed yet": "Inte fakturerat än", "Only open items": "Bara öppna poster",
    "Closed items too": "Stängda poster också", "Document": "Dokument", "Days late": "Dagar sen",
    "Dispute": "Tvist", "Nothing is open.": "Inget är öppet.",
    "Block, unblock, promise": "Spärra, häv, löfte", "Exposure": "Exponering",
    "The credit is that of {payer}, who pays.": "Krediten är den hos {payer}, som betalar.",
    "Usage not billed": "Trafik, inte fakturerad", "Fees not billed": "Avgifter, inte fakturerade",
    "In drafts": "I utkast", "Blocked lines": "Spärrade rader", "What": "Vad", "By": "Av",
    "No line is blocked.": "Ingen rad är spärrad.", "What happened": "Vad som hänt", "Message": "Meddelande",
    "Never warned, never blocked.": "Aldrig varnad, aldrig spärrad.",
    # notes, history
    "Write down": "Anteckna", "Note": "Anteckning", "Written down.": "Antecknat.",
    "No notes yet. Write down what the next person who talks with this customer should know.":
        "Inga anteckningar än. Skriv det som nästa person som talar med kunden bör veta.",
    "Who": "Vem", "made": "upplagd", "taken away": "borttagen", "Nothing was changed yet.": "Inget har ändrats än.",
    # forms
    "Edit customer {no}": "Ändra kund {no}", "Edit contract {no}": "Ändra avtal {no}",
    "Edit line {line}": "Ändra rad {line}", "Edit number {no}": "Ändra nummer {no}",
    "From {day} on": "Från {day}", "Take away": "Ta bort", "Take this away?": "Ta bort det här?",
    "Taken away.": "Borttaget.", "How": "Hur", "Street": "Gata", "Postcode": "Postnummer", "Country": "Land",
    "Customer no": "Kundnr", "Contract no": "Avtalsnr", "Customer above": "Överordnad kund",
    "Who pays": "Vem som betalar",
    "Attention": "Att.", "Street of the invoice": "Fakturans gata", "Postcode of the invoice": "Fakturans postnummer",
    "City of the invoice": "Fakturans ort", "Country of the invoice": "Fakturans land", "Credit limit": "Kreditgräns",
    "Language of invoices": "Fakturornas språk", "Calls on the invoice": "Samtal på fakturan",
    "Called numbers in full": "Uppringda nummer i sin helhet", "To number": "Till nummer", "Account": "Konto",
    "the customer above pays": "den överordnade kunden betalar",
    "Organisation or personal number.": "Organisations- eller personnummer.",
    "Two letters, such as SE.": "Två bokstäver, som SE.",
    "Holds from the first day on: for a change later, use From a day on.":
        "Gäller från första dagen: för en senare ändring, använd Från en dag.",
    "The address in the Peppol network, such as 0007:5512340018.": "Adressen i Peppol, som 0007:5512340018.",
    "On e-invoices; the customer number where there is none.": "På e-fakturor; kundnumret där den saknas.",
    "Person or department on the envelope.": "Person eller avdelning på kuvertet.",
    "Where invoices do not go to the address above.": "Där fakturor inte går till adressen ovan.",
    "Empty: no limit.": "Tomt: ingen gräns.", "Empty: the operator's.": "Tomt: operatörens.",
    "The next one that is free.": "Nästa som är ledigt.",
    "The number of the customer that this one belongs to.": "Numret på den kund som den här hör till.",
    "Empty: that of the customer above, else the service's.": "Tomt: den överordnade kundens, annars tjänstens.",
    "As you write it: 090-200 10 05 or +46 90 200 10 05.": "Som du skriver det: 090-200 10 05 eller +46 90 200 10 05.",
    "Only for a block: its last number.": "Bara för en nummerserie: dess sista nummer.",
    "Empty: as before.": "Tomt: som förut.", "All groups from that day. None: as before.":
        "Alla grupper från den dagen. Inga: som förut.",
    "The first day no longer covered.": "Den första dagen som inte längre omfattas.", "Shown on invoices.":
        "Visas på fakturor.",
    "Empty: the customer's.": "Tomt: kundens.", "Empty: the service's.": "Tomt: tjänstens.",
    "From the first day on.": "Från första dagen.", "Empty: the contract's.": "Tomt: avtalets.",
    "The first day no longer covered. Empty: the contract's.":
        "Den första dagen som inte längre omfattas. Tomt: avtalets.",
    "Fees through this day, and those that come once, another system has billed.":
        "Avgifter till och med den dagen, och engångsavgifter, har ett annat system fakturerat.",
    "As it stands on the invoice.": "Som det står på fakturan.", "Price of one": "À-pris",
    "Without VAT, in the payer's currency; negative to give money back.":
        "Utan moms, i betalarens valuta; negativt för att ge pengar tillbaka.",
    "VAT code": "Momskod", "Project": "Projekt", "Code": "Kod", "Units a month": "Enheter per månad",
    "Bundles of a line are drawn on by code.": "En rads paket används i kodernas ordning.",
    "Seconds of calls, messages or bytes.": "Sekunder av samtal, meddelanden eller byte.", "Modes": "Trafikslag",
    "Codes with ; between, or group:NAME. Empty: all that count seconds.":
        "Koder med ; emellan, eller group:NAMN. Tomt: alla som räknar sekunder.",
    "dest:, group: or product: and a code, with ; between. Empty: everything.":
        "dest:, group: eller product: och en kod, med ; emellan. Tomt: allt.",
    "What is left goes on to the next month": "Det som är kvar går vidare till nästa månad",
    "Covers the set-up fee of a call too": "Täcker också öppningsavgiften",
    "Empty: the line's.": "Tomt: radens.",
    "The first day no longer covered. Empty: the line's.": "Den första dagen som inte längre omfattas. Tomt: radens.",
    "What whoever approves it should know.": "Det som den som godkänner bör veta.",
    "Customer {no} has been made.": "Kund {no} är upplagd.",
    "Saved. Now add what it is about.": "Sparat. Lägg nu till vad avtalet gäller.",
    "Saved. It comes with the next invoice.": "Sparat. Det kommer med nästa faktura.",
    "Proposed. It holds when it has been approved.": "Föreslaget. Det gäller när det är godkänt.",
    "Propose": "Föreslå", "Bundle {code}": "Paket {code}",
    "End contract {no}": "Avsluta avtal {no}", "See what it means": "Se vad det innebär",
    "The end follows from notice and binding time.": "Slutet följer av uppsägnings- och bindningstid.",
    "The first day no longer covered, whatever was bound.":
        "Den första dagen som inte längre omfattas, oavsett bindningstid.",
    "The contract ends on {day}: that is the first day no longer covered.":
        "Avtalet slutar {day}: det är den första dagen som inte längre omfattas.",
    "Notice and binding time move it beyond the day of notice.":
        "Uppsägnings- och bindningstid flyttar det bortom uppsägningsdagen.",
    "{lines} lines and {numbers} numbers end with it. Calls after that day go to suspense, fees are charged to the end.":  # noqa: E501
        "{lines} rader och {numbers} nummer slutar med det. Samtal efter den dagen hamnar bland väntande, avgifter tas ut till slutet.",  # noqa: E501
    "The contract goes on: its end is taken back.": "Avtalet fortsätter: slutet tas tillbaka.",
    "End it so": "Avsluta så", "Take the end back": "Ta tillbaka slutet", "Another day": "En annan dag",
    "Approve contract {no}": "Godkänn avtal {no}", "Approve": "Godkänn", "Decline and take away": "Avslå och ta bort",
    "Once approved, the contract is rated and billed from {day} on.":
        "När avtalet är godkänt prissätts och faktureras det från {day}.",
    "The proposal {no} was declined.": "Förslaget {no} avslogs.",
    "Approved: it is rated and billed from {day}.": "Godkänt: det prissätts och faktureras från {day}.",
    "Make customer, contract and number": "Lägg upp kund, avtal och nummer",
    "This sets the past right. Calls that were rated already stay as they are.":
        "Det här rättar det förflutna. Samtal som redan är prissatta förblir som de är.",
    "End or move number {no}": "Avsluta eller flytta nummer {no}",
    "It is with {contract}, line {line}, of customer {customer} now.":
        "Det finns nu på {contract}, rad {line}, hos kund {customer}.",
    "The first day on which it is no longer there.": "Den första dagen det inte längre är där.",
    "To contract": "Till avtal",
    "Empty: it ends, and is free from that day.": "Tomt: det slutar, och är ledigt från den dagen.",
    "Empty: the first.": "Tomt: den första.", "The carrier's prefix, such as 9500.": "Operatörens prefix, som 9500.",
    "Such as 2026-10-01 08:30.": "Till exempel 2026-10-01 08:30.", "Why it was rejected.": "Varför den avvisades.",
    "This is not a moment. Write 2026-10-01 08:30.": "Det här är ingen tidpunkt. Skriv 2026-10-01 08:30.",
    # codes of the database
    "ending": "slutar", "coming": "kommande", "all": "alla", "national": "nationellt",
    "international": "internationellt",
    "account": "konto", "full": "full", "summary": "sammandrag", "outgoing": "utgående", "block": "block",
    "call": "samtal", "amount": "belopp", "event": "händelser", "byte": "byte", "customer term": "villkor från en dag",
    "contract term": "avtalsvillkor", "contract line": "avtalsrad", "line term": "radvillkor",
    "subscriber number": "nummer", "manual charge": "manuell debitering", "bundle": "paket", "noticed": "uppsagd",
    "lifted": "hävd", "guarded": "bevakad", "from on": "från", "to on": "till", "end on": "slut", "start on": "början",
    "noticed on": "uppsagt", "state": "läge", "quantity": "antal", "credit limit": "kreditgräns", "name": "namn",
    "text": "text", "price": "pris", "street": "gata", "city": "ort", "postcode": "postnummer", "units": "enheter",
}
