"""Swedish words of the pages of calls, and of the sentences that the database says about them."""

TEXTS = {
    "Grouped by": "Per",
    "Calls": "Samtal", "Suspense": "Väntande", "Files": "Filer", "Margin": "Marginal", "Under cost": "Under kostnad",
    "Rate again": "Omprissättning", "Pages of calls": "Sidor om samtal", "Start": "Start", "Customer": "Kund",
    "From, to": "Från, till",
    "From number": "Från nummer", "To number": "Till nummer", "Destination": "Destination", "Mode": "Trafikslag",
    "Length": "Längd", "Price": "Pris", "Currency": "Valuta", "Cost": "Kostnad", "Your price": "Ert pris",
    "Your margin": "Er marginal", "Carrier": "Operatör", "Seller": "Återförsäljare", "Contract": "Avtal",
    "Kind of customer": "Kundslag", "Without those below": "Utan underkunder",
    "Product": "Produkt", "Destination code": "Destinationskod", "Country": "Land", "Price list": "Prislista",
    "Billed units": "Debiterade enheter", "Before discounts": "Före rabatter", "Bundles took": "Paket tog",
    "Discount": "Rabatt", "Key": "Nyckel", "From day": "Från dag", "To day": "Till dag", "Price from": "Pris från",
    "Price to": "Pris till", "Sums are in the operator's currency.": "Summorna är i operatörens valuta.",
    "No calls in this period: choose another, or load a call file.":
        "Inga samtal i den här perioden: välj en annan, eller läs in en samtalsfil.",
    "More than {n} new calls since you looked.": "Fler än {n} nya samtal sedan du tittade.",
    "New calls since you looked: {n}": "Nya samtal sedan du tittade: {n}", "Show them": "Visa dem",
    "Why did this call cost {price}?": "Varför kostade samtalet {price}?",
    "Why does this call wait?": "Varför väntar samtalet?",
    "Number": "Nummer", "To": "Till", "Time of day": "Tid på dygnet", "Time": "Tid", "Amount": "Belopp",
    "Bundles": "Paket", "Rings": "Rabattringar", "Net": "Netto", "None applies.": "Ingen gäller.",
    "What the customer pays": "Vad kunden betalar", "What the seller pays": "Vad återförsäljaren betalar",
    "What the carrier takes": "Vad operatören tar", "As text to the clipboard": "Kopiera som text",
    "Why not something else": "Varför inte något annat",
    "Prices and rings that nearly applied, each with the rule that beat it.":
        "Priser och ringar som nästan gällde, var och en med regeln som vann över den.",
    "Before it was rated again": "Innan det prissattes om", "Until": "Till", "Why": "Varför", "The call": "Samtalet",
    "line {n}": "rad {n}", "not known": "okänd", "File": "Fil", "Rated": "Prissatt", "Invoice": "Faktura",
    "Draft of run {n}": "Utkast i körning {n}", "correction": "rättelse", "credited": "krediterat",
    "Not invoiced yet.": "Inte fakturerat än.", "As text": "Som text", "On a page of its own": "På en egen sida",
    "(none)": "(ingen)", "Today": "I dag", "Last 7 days": "Senaste 7 dagarna", "This month": "Den här månaden",
    "Last month": "Förra månaden", "This year": "I år", "Name": "Namn", "Minutes": "Minuter", "Revenue": "Intäkt",
    "%": "%", "Cost not known": "Okänd kostnad", "Period": "Period", "By": "Av",
    "Seller pays": "Återförsäljaren betalar",
    "Units": "Enheter", "Sold under cost": "Sålt under kostnad",
    "The cost of {n} calls is not known: they are in revenue, not in margin.":
        "Kostnaden för {n} samtal är okänd: de ingår i intäkten, inte i marginalen.",
    "Revenue, cost and margin, the largest first": "Intäkt, kostnad och marginal, störst först",
    "And {n} more: the CSV has all.": "Och {n} till: CSV-filen har alla.",
    "No rated calls in this period. Choose another above.":
        "Inga prissatta samtal i perioden. Välj en annan ovan.",
    "Calls that cost more than the customer or the seller pays, in the operator's currency; those a bundle paid are "
    "left out.":
        "Samtal som kostar mer än kunden eller återförsäljaren betalar, i operatörens valuta; de som ett paket betalade "
        "är inte med.",
    "No call of this period was sold under cost.": "Inget samtal i perioden såldes under kostnad.",
    "There are more: the CSV has all.": "Det finns fler: CSV-filen har alla.",
    "A file of this source is being loaded: try again in a moment.":
        "En fil från den källan läses in just nu: försök igen om en stund.",
    "A file of {source} is being loaded.": "En fil från {source} läses in.", "After": "Efter",
    "And {n} calls in smaller groups, shown when these are mended.":
        "Och {n} samtal i mindre grupper, som visas när de här är åtgärdade.",
    "And {n} more customers.": "Och {n} kunder till.", "Another period": "En annan period",
    "Another rating is at work: begin this one when it is done.":
        "En annan omprissättning pågår: starta den här när den är klar.",
    "As the command line says it": "Som kommandoraden säger det", "Assign it and try again": "Tilldela och försök igen",
    "Assign the number": "Tilldela numret", "Batches": "Omgångar",
    "By the prices, rings and contracts of today. First you see what would change; invoiced calls stay, and the "
    "difference becomes a correction.":
        "Efter dagens priser, ringar och avtal. Först ser du vad som skulle ändras; fakturerade samtal ligger kvar, "
        "och skillnaden blir en rättelse.",
    "Calls are being rated again.": "Samtal prissätts om.",
    "Calls are being tried again. What is rated leaves the list.":
        "Samtalen prövas igen. Det som blir prissatt försvinner från listan.",
    "Calls that this list, or one below it, is tried for.": "Samtal som den här listan, eller en under den, prövas för.",
    "Choose a file.": "Välj en fil.", "Choose one of the sources.": "Välj en av källorna.",
    "Conflicting": "Motsägande", "Cost after": "Kostnad efter", "Cost before": "Kostnad före",
    "Cost, difference": "Kostnad, skillnad", "Create it and try again": "Skapa och försök igen",
    "Create the prefix": "Skapa prefixet", "Detail": "Detalj", "Done": "Klar", "Begun": "Påbörjad",
    "Duplicate": "Dubblett", "Former versions are kept.": "Tidigare versioner sparas.",
    "Give up {n} calls": "Avskriv {n} samtal", "Give up …": "Avskriv …", "Given up": "Avskrivet",
    "How the last one ended": "Hur den senaste slutade", "Invoiced: stay": "Fakturerade: kvar",
    "It is assigned by now: try again.": "Det är tilldelat nu: försök igen.",
    "It is assigned by now. Support or pricing tries the calls again.":
        "Det är tilldelat nu. Support eller prissättning försöker igen med samtalen.",
    "Saved. Support or pricing tries the calls again.": "Sparat. Support eller prissättning försöker igen med samtalen.",
    "{contract}, line {line}, has it {days} only. Let that line go on, or assign it to who had it then.":
        "{contract}, rad {line}, har det bara {days}. Låt den raden fortsätta, eller tilldela det den som hade det då.",
    "The contract line": "Avtalsraden", "Assign": "Tilldela",
    "It is at work. What changes is shown here.": "Den pågår. Det som ändras visas här.",
    "It is kept with the records and stands in the log.": "Det sparas med posterna och står i loggen.",
    "Its code.": "Dess kod.", "Its number; empty: all.": "Dess nummer; tomt: alla.",
    "Kept with the former versions of the calls.": "Sparas med samtalens tidigare versioner.", "Line": "Rad",
    "Loaded": "Inläst", "loaded": "inläst", "part": "delvis", "Loading of {source}": "Inläsning från {source}",
    "Look": "Titta", "Mend": "Åtgärda", "No batch yet.": "Ingen omgång än.",
    "No call file was loaded yet: upload one here, or let the switch write into a folder that is followed.":
        "Ingen samtalsfil är inläst än: ladda upp en här, eller låt växeln skriva i en mapp som följs.",
    "Nothing changed.": "Inget ändrades.",
    "Nothing is being loaded any more. What came of it:": "Inget läses in längre. Så här gick det:",
    "Nothing waits: every call that was loaded is rated.": "Inget väntar: alla inlästa samtal är prissatta.",
    "Nothing was given up.": "Inget är avskrivet.", "Nothing was rated again yet.": "Inget är omprissatt än.",
    "Nothing would change: all calls of the period are priced by what holds today.":
        "Inget skulle ändras: periodens alla samtal är prissatta efter det som gäller i dag.",
    "Number or account": "Nummer eller konto", "Open the page": "Öppna sidan", "Prefix": "Prefix",
    "Progress": "Förlopp", "Rate the calls of a period again": "Prissätt om en periods samtal",
    "Rate them again": "Prissätt om dem", "Rated again so far": "Omprissatt hittills",
    "Rating again {n}": "Omprissättning {n}", "Read": "Lästa", "Suspended": "Väntande", "Zero": "Noll",
    "Read = rated + suspended + duplicate + zero, as they were loaded. Waiting is what of the suspended still waits.":
        "Lästa = prissatta + väntande + dubbletter + noll, som de lästes in. Väntar än: de väntande som väntar "
        "fortfarande.",
    "Revenue before": "Intäkt före", "Revenue, difference": "Intäkt, skillnad",
    "Show what would change": "Visa vad som skulle ändras", "Source": "Källa", "Still waiting": "Väntar än",
    "As the switch writes it, also packed (gz, bz2, xz, zip), at most 512 MB. What is known is skipped.":
        "Som växeln skriver den, även packad (gz, bz2, xz, zip), högst 512 MB. Det som är känt hoppas över.",
    "That is at work already.": "Det pågår redan.", "The calls": "Samtalen",
    "The day of the first call that waits.": "Dagen för det första samtalet som väntar.",
    "The digits that numbers begin with; with $ at the end that whole number only.":
        "Siffrorna som numren börjar med; med $ sist bara det hela numret.",
    "The file is being read and rated. This page may be left.":
        "Filen läses och prissätts. Du kan lämna sidan.",
    "The file is empty.": "Filen är tom.",
    "The file is larger than 512 MB. Load it where the server is.":
        "Filen är större än 512 MB. Läs in den där servern är.",
    "The last day, included.": "Sista dagen, inräknad.",
    "The newest files of this source": "Källans nyaste filer",
    "The prefix is there by now: try again.": "Prefixet finns nu: försök igen.",
    "There was nothing to try.": "Det fanns inget att pröva.",
    "They are kept and stay counted in their files. This cannot be undone.":
        "De sparas och räknas fortfarande i sina filer. Det kan inte ångras.",
    "To suspense": "Till väntande", "Try again": "Försök igen", "Try all again": "Försök igen med alla",
    "Upload a call file": "Ladda upp en samtalsfil", "Upload a file": "Ladda upp en fil",
    "Upload and load": "Ladda upp och läs in", "What mends it": "Vad som åtgärdar det",
    "What wrote the file: it says how the lines are read.": "Vad som skrev filen: den säger hur raderna läses.",
    "When": "När", "Why will they never be rated?": "Varför ska de aldrig prissättas?",
    "Worth a look": "Värt en titt", "calls": "samtal", "worth": "värde", "worth about": "värda omkring",
    "worth not known": "okänt värde", "revenue": "intäkt", "cost": "kostnad", "From": "Från", "Through": "Till och med",
    "{done} of {parts} parts, {calls} calls": "{done} av {parts} delar, {calls} samtal",
    "{name} is loaded in the background.": "{name} läses in i bakgrunden.",
    "{n} calls are given up. They are kept, and never rated.": "{n} samtal är avskrivna. De sparas men prissätts aldrig.",
    "{n} calls are tried again in the background.": "{n} samtal prövas igen i bakgrunden.",
    "{n} calls wait": "{n} samtal väntar",
    "{n} calls will never be rated nor invoiced": "{n} samtal blir aldrig prissatta eller fakturerade",
    "{n} calls would change": "{n} samtal skulle ändras", "{n} changed": "{n} ändrade",
    "{n} duplicates say something else than what is stored under their key.":
        "{n} dubbletter säger något annat än det som är sparat under deras nyckel.",
    "{n} have no price any more and would wait in suspense.": "{n} har inget pris längre och skulle vänta.",
    "{n} invoiced calls come out otherwise: they stay, and wait for a correction.":
        "{n} fakturerade samtal blir annorlunda: de ligger kvar och väntar på rättelse.",
    "{n} lines": "{n} rader", "{n} of the suspended still wait.": "{n} av de väntande väntar fortfarande.",
    "{n} were given up or corrected": "{n} är avskrivna eller rättade",
    "{read} tried again: {rated} are rated, {suspended} still wait.":
        "{read} prövade igen: {rated} är prissatta, {suspended} väntar fortfarande.",
    "Cannot be read": "Går inte att läsa", "The length contradicts itself": "Längden motsäger sig själv",
    "Starts in the future": "Börjar i framtiden", "Unknown mode": "Okänt trafikslag",
    "Unknown carrier": "Okänd operatör", "All causes": "Alla orsaker",
    "Nobody has this number": "Ingen har numret",
    "No destination for these digits": "Ingen destination för siffrorna",
    "No price for this destination": "Inget pris för destinationen", "Not for sale": "Säljs inte",
    "No price of the carrier": "Operatören har inget pris", "No price for the seller": "Inget pris för återförsäljaren",
    "No exchange rate": "Ingen valutakurs",
    "Correct the lines and load them again, in a file of their own.":
        "Rätta raderna och läs in dem igen, i en egen fil.",
    "Ask who runs the switch what the call lasted, and load the corrected record.":
        "Fråga den som sköter växeln hur långt samtalet var, och läs in den rättade posten.",
    "Check the time zone of the source and the clock of the switch, then try again.":
        "Kontrollera källans tidszon och växelns klocka, och försök igen.",
    "Add the mode, or map it in the source, then try again.":
        "Lägg till trafikslaget, eller översätt det i källan, och försök igen.",
    "Add the carrier, or the trunk that leads to it, then try again.":
        "Lägg till operatören, eller trunken som leder till den, och försök igen.",
    "Assign it to the contract that had it on those days.": "Tilldela det till avtalet som hade det de dagarna.",
    "Create the prefix, or one that is longer.": "Skapa prefixet, eller ett som är längre.",
    "Give the destination a price in one of these lists, then try again.":
        "Ge destinationen ett pris i någon av de här listorna, och försök igen.",
    "Lift the block in one of these lists if it is to be sold, then try again.":
        "Häv spärren i någon av de här listorna om den ska säljas, och försök igen.",
    "Give the destination a price in the carrier's list, then try again.":
        "Ge destinationen ett pris i operatörens lista, och försök igen.",
    "Give the destination a price in the seller's list, then try again.":
        "Ge destinationen ett pris i återförsäljarens lista, och försök igen.",
    "Add the exchange rate of that day, then try again.": "Lägg till dagens valutakurs, och försök igen.",
    "voice": "samtal", "sms": "sms", "mms": "mms", "data": "data", "second": "sekunder", "event": "st", "byte": "byte",
    "The upload is removed as soon as it is loaded; the records stay.":
        "Den uppladdade filen tas bort så snart den är inläst; posterna blir kvar.",
}

# Sentences of api.call_explain, api.call_why_not and suspense: {name} is whatever stands there.
SENTENCES = {
    "{mode} from {a} to {b} on {at}, {units} seconds.": "{mode} från {a} till {b} {at}, {units} sekunder.",
    "{mode} from {a} to {b} on {at}, {units} second.": "{mode} från {a} till {b} {at}, {units} sekund.",
    "{mode} from {a} to {b} on {at}, {units} {unit}.": "{mode} från {a} till {b} {at}, {units} {unit}.",
    "Set-up {setup} + rate {rate} × {billed}.": "Öppning {setup} + pris {rate} × {billed}.",
    "{who} belongs that day to contract {contract} line {line} ({service}) of customer {customer}, seller {seller}.":
        "{who} hör den dagen till avtal {contract} rad {line} ({service}), kund {customer}, återförsäljare {seller}.",
    "{who} belongs that day to contract {contract} line {line} ({service}) of customer {customer}.":
        "{who} hör den dagen till avtal {contract} rad {line} ({service}), kund {customer}.",
    "{b} is {code} ({name}, product {product}) by prefix {prefix}, the longest that matches.":
        "{b} är {code} ({name}, produkt {product}) enligt prefix {prefix}, det längsta som passar.",
    "The call starts in no time band.": "Samtalet börjar inte i något tidsband.",
    "The call starts in the time bands {bands}.": "Samtalet börjar i tidsbanden {bands}.",
    "List {path} has no price for this call.": "Listan {path} har inget pris för samtalet.",
    "Price lists searched, nearest first: {path}.": "Prislistor i sökordning, närmast först: {path}.",
    "The most specific item of the nearest list: {item}.": "Den mest specifika raden i närmaste lista: {item}.",
    "which builds on {item}.": "som bygger på {item}.",
    "From {at}, units {from_unit} to {to_unit}: {item}.": "Från {at}, enhet {from_unit} till {to_unit}: {item}.",
    "{units} {unit}s are billed as {billed}, at a rate per {per}.":
        "{units} enheter ({unit}) debiteras som {billed}, med pris per {per}.",
    "That makes {amount} {currency}, rounded {how} to {decimals} decimals.":
        "Det blir {amount} {currency}, avrundat ({how}) till {decimals} decimaler.",
    "Bundle {code} covers {units} of {billed} billed units.":
        "Paketet {code} täcker {units} av {billed} debiterade enheter.",
    "Bundles take {amount} {currency}.": "Paketen tar {amount} {currency}.",
    "Discount ring {code} ({name}, priority {priority}): {what}, took {took} {currency}.":
        "Rabattring {code} ({name}, prioritet {priority}): {what}, tog {took} {currency}.",
    "The customer pays {amount} {currency}, at a rate of {rate} that is {base}.":
        "Kunden betalar {amount} {currency}, till kursen {rate} är det {base}.",
    "The customer pays {amount} {currency}.": "Kunden betalar {amount} {currency}.",
    "The seller pays {amount} {currency}.": "Återförsäljaren betalar {amount} {currency}.",
    "The carrier is not known, so neither are cost and margin.":
        "Operatören är okänd, alltså även kostnad och marginal.",
    "Carrier {name} has no price list, so cost and margin are not known.":
        "Operatören {name} har ingen prislista, så kostnad och marginal är okända.",
    "Carrier {name} takes {amount} {currency}, at a rate of {rate} that is {base}.":
        "Operatören {name} tar {amount} {currency}, till kursen {rate} är det {base}.",
    "Carrier {name} takes {amount} {currency}.": "Operatören {name} tar {amount} {currency}.",
    "Margin: {sum}. Of it the seller has {seller}, the operator {operator}.":
        "Marginal: {sum}. Av den har återförsäljaren {seller}, operatören {operator}.",
    "Margin: {sum}.": "Marginal: {sum}.",
    "From {a} to {b} at {at}, {units} units: in suspense since {since}.":
        "Från {a} till {b} {at}, {units} enheter: väntar sedan {since}.",
    "Reason {reason}: {detail}.": "Orsak {reason}: {detail}.",
    "at the prices of customer {customer}, who has it on other days":
        "till priserna för kund {customer}, som har numret andra dagar",
    "at the prices of customer {customer}, who has it": "till priserna för kund {customer}, som har numret",
    "at the prices of customer {customer}, who alone has numbers that begin with {digits}":
        "till priserna för kund {customer}, som ensam har nummer som börjar med {digits}",
    "not known: nobody has it on other days, nor alone the numbers around it":
        "okänt: ingen har numret andra dagar, och ingen har ensam numren omkring",
    "not known: customer {customer}, whose it may be, has no price for it":
        "okänt: kund {customer}, som det kan tillhöra, har inget pris för det",
    "at cost: a price of the list is not known": "till kostnad: listans pris är okänt",
    "not known: neither the list nor the carrier has a price": "okänt: varken listan eller operatören har pris",
    "not known: what lies behind these digits has no price": "okänt: det som siffrorna leder till har inget pris",
    "not known: what the record should say is not": "okänt: vad posten borde säga vet ingen",
    "at regular retail, before bundles and discounts": "till ordinarie pris, före paket och rabatter",
    "not known": "okänt",
    "A-number {number} on {day}": "A-nummer {number} den {day}",
    "B-number {number} on {day}": "B-nummer {number} den {day}",
    "account {account} on {day}": "konto {account} den {day}", "currency {code} on {day}": "valuta {code} den {day}",
    "destination {code} in the carrier's list": "destination {code} i operatörens lista",
    "destination {code} in the seller's list": "destination {code} i återförsäljarens lista",
    "destination {code} in no list of the contract": "destination {code} i ingen av avtalets listor",
    "carrier {code}": "operatör {code}", "mode {code}": "trafikslag {code}", "starts {moment}": "börjar {moment}",
    "{n} units": "{n} enheter", "{n} column instead of {m}": "{n} kolumn i stället för {m}",
    "{n} columns instead of {m}": "{n} kolumner i stället för {m}",
    "a number in exponent form: digits are lost": "ett tal i exponentform: siffror har gått förlorade",
    "a quote that is never closed": "ett citattecken som aldrig avslutas",
    "a time that is not readable": "en tid som inte går att läsa", "no start": "ingen starttid",
    "no units": "inga enheter", "a number of more than {n} characters": "ett nummer med fler än {n} tecken",
    "units {text} are not a number": "enheterna {text} är inget tal",
    "units {text} are not hh:mm:ss": "enheterna {text} är inte hh:mm:ss",
    "Not ring {ring} ({name}, priority {priority}): {rule}.": "Inte ring {ring} ({name}, prioritet {priority}): {rule}.",
    "Not ring {ring}: {rule}.": "Inte ring {ring}: {rule}.",
    "Not list {item}: {rule}.": "Inte lista {item}: {rule}.",
}

# What item_text, rings and rules put into those sentences: pattern, Swedish.
PHRASES = [
    (r"^a destination goes before its groups, these by rank, then the product type, then everything$",
     "en destination går före sina grupper, de efter rang, sedan produkten, sedan allt"),
    (r"^list (.+) is nearer and builds on nothing above it$", r"lista \1 är närmare och bygger inte på något ovanför"),
    (r"^a price for the mode goes before one for its group, and that before one for all$",
     "ett pris för trafikslaget går före ett för dess grupp, och det före ett för alla"),
    (r"^a price for a band goes before one for all hours, bands by their code$",
     "ett pris för ett tidsband går före ett för dygnet runt, tidsband efter sin kod"),
    (r"^a ring of lower priority that shuts out the rest came first$",
     "en ring med lägre prioritet, som utesluter resten, kom först"),
    (r"^list (\S+): ", r"lista \1: "), (r"\bevery destination\b", "alla destinationer"), (r"\bgroup ", "grupp "),
    (r"\bproduct ", "produkt "), (r"\bmodes of (\S+?),", r"trafikslag i gruppen \1,"), (r"\bmode (\S+?),", r"trafikslag \1,"),
    (r"\bevery mode\b", "alla trafikslag"), (r"\bband ", "tidsband "), (r"\ball hours\b", "dygnet runt"),
    (r", always: ", ", alltid: "), (r"\bfrom (\d{4}-)", r"från \1"), (r"until the day before", "till dagen före"),
    (r"\bnot for sale\b", "säljs inte"), (r" on the rate of the price above\b", " på priset ovanför"), (r" of the price above\b", " på priset ovanför"), (r" and ", " och "),
    (r" on the rate\b", " på priset"), (r"\bset-up ", "öppning "), (r"\brate ", "pris "),
    (r"\bincrements ", "intervall "), (r"\bat least ", "minst "), (r"\bat most ", "högst "), (r" % off\b", " % rabatt"),
    (r" off per block\b", " avdrag per block"), (r" off per call\b", " avdrag per samtal"),
    (r" per block instead\b", " per block i stället"), (r" per call instead\b", " per samtal i stället"),
    (r"^seconds?$", "sekunder"), (r"^half up$", "uppåt från halva"), (r"^up$", "uppåt"), (r"^down$", "nedåt"), (r"^half even$", "till närmaste jämna"),
    (r"^the customer is no member$", "kunden är inte med i den"),
    (r"^the call is of another mode$", "samtalet är av ett annat trafikslag"),
    (r"^it is for other destinations$", "den gäller andra destinationer"),
    (r"^the call does not start in its band$", "samtalet börjar inte i dess tidsband"),
    (r"^nothing was left to take$", "det fanns inget kvar att ta"),
    (r"^it did not hold on ", "den gällde inte "),
    (r"^the month's volume \((\w+) (\S+) to any\) was elsewhere$", r"månadens volym (\1 från \2) var en annan"),
    (r"^the month's volume \((\w+) (\S+) to (\S+)\) was elsewhere$",
     r"månadens volym (\1 \2 till \3) var en annan"),
    (r"\(amount ", "(belopp "), (r"\(block ", "(minuter "), (r"\(call ", "(samtal "),
    (r"^it gives the reseller's price, which (.*)$", r"\1"),
]
