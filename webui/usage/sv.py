"""Swedish words of the pages of calls, and of the sentences that the database says about them."""

TEXTS = {
    "Calls": "Samtal", "Suspense": "Väntande", "Files": "Filer", "Margin": "Marginal", "Under cost": "Under kostnad",
    "Rate again": "Omprissättning", "Pages of calls": "Sidor om samtal", "Start": "Start", "Customer": "Kund",
    "From, to": "Från, till",
    "From number": "Från nummer", "To number": "Till nummer", "Destination": "Destination", "Mode": "Trafikslag",
    "Length": "Längd", "Price": "Pris", "Currency": "Valuta", "Cost": "Kostnad", "Your price": "Ert pris",
    "Your margin": "Er marginal", "Carrier": "Operatör", "Seller": "Återförsäljare", "Contract": "Avtal",
    "Product": "Produkt", "Destination code": "Destinationskod", "Country": "Land", "Price list": "Prislista",
    "Billed units": "Debiterade enheter", "Before discounts": "Före rabatter", "Bundles took": "Potter tog",
    "Discount": "Rabatt", "Key": "Nyckel", "From day": "Från dag", "To day": "Till dag", "Price from": "Pris från",
    "Price to": "Pris till", "Sums are in the operator's currency.": "Summorna är i operatörens valuta.",
    "No calls in this period: choose another, or load a call file.":
        "Inga samtal i den här perioden: välj en annan, eller läs in en samtalsfil.",
    "More than {n} new calls since you looked.": "Fler än {n} nya samtal sedan du tittade.",
    "New calls since you looked: {n}": "Nya samtal sedan du tittade: {n}", "Show them": "Visa dem",
    "Why did this call cost {price}?": "Varför kostade samtalet {price}?",
    "Why does this call wait?": "Varför väntar samtalet?",
    "Number": "Nummer", "To": "Till", "Time of day": "Tid på dygnet", "Time": "Tid", "Amount": "Belopp",
    "Bundles": "Potter", "Rings": "Rabattringar", "Net": "Netto", "None applies.": "Ingen gäller.",
    "What the customer pays": "Vad kunden betalar", "What the seller pays": "Vad återförsäljaren betalar",
    "What the carrier takes": "Vad operatören tar", "As text to the clipboard": "Kopiera som text",
    "Why not something else": "Varför inte något annat",
    "Prices and rings that nearly applied, each with the rule that beat it.":
        "Priser och ringar som nästan gällde, var och en med regeln som vann över den.",
    "Before it was rated again": "Innan det prissattes om", "Until": "Till", "Why": "Varför", "The call": "Samtalet",
    "line {n}": "rad {n}", "not known": "okänd", "File": "Fil", "Rated": "Prissatt", "Invoice": "Faktura",
    "Draft of run {n}": "Utkast i körning {n}", "correction": "rättelse", "credited": "krediterat",
    "Not invoiced yet.": "Inte fakturerat än.", "As text": "Som text", "On a page of its own": "På en egen sida",
    "(none)": "(ingen)", "Today": "I dag", "Last 7 days": "Senaste 7 dagarna", "This month": "Denna månad",
    "Last month": "Förra månaden", "This year": "I år", "Name": "Namn", "Minutes": "Minuter", "Revenue": "Intäkt",
    "%": "%", "Cost not known": "Okänd kostnad", "Period": "Period", "By": "Per",
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
        "Samtal som kostar mer än kunden eller återförsäljaren betalar, i operatörens valuta; de som en pott betalade "
        "är inte med.",
    "No call of this period was sold under cost.": "Inget samtal i perioden såldes under kostnad.",
    "There are more: the CSV has all.": "Det finns fler: CSV-filen har alla.",
    "voice": "samtal", "sms": "sms", "mms": "mms", "data": "data", "second": "sekunder", "event": "st", "byte": "byte",
}

# Sentences of api.call_explain, api.call_why_not and suspense: {name} is whatever stands there.
SENTENCES = {
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
        "Potten {code} täcker {units} av {billed} debiterade enheter.",
    "Bundles take {amount} {currency}.": "Potter tar {amount} {currency}.",
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
    "Not ring {ring}: {rule}.": "Inte ring {ring}: {rule}.",
    "Not list {item}: {rule}.": "Inte lista {item}: {rule}.",
}
