"""Swedish words of the pages of invoicing."""

TEXTS = {
    "Credits and is credited by": "Krediterar och krediteras av",
    "Run": "Körning", "Runs": "Körningar", "Invoices": "Fakturor", "Deliveries": "Leveranser", "Through": "Till och med",
    "State": "Läge", "Documents": "Dokument", "Total with VAT": "Summa med moms", "Faults": "Fel", "Begun": "Påbörjad",
    "By": "Av", "Approved at": "Godkänd", "Document": "Dokument", "Payer": "Betalare", "Lines": "Rader", "Net": "Netto",
    "VAT": "Moms", "Total": "Summa", "Way": "Sätt", "Number": "Nummer", "Date": "Datum", "Due": "Förfaller",
    "Reference": "Referens", "Reason": "Orsak", "Since": "Sedan", "Pages": "Sidor", "File": "Fil",
    "approving": "godkänns", "approved": "godkänd", "credit note": "kreditfaktura",
    "No run yet. A run makes drafts of all that is due; nothing leaves the house before it is approved.":
        "Ingen körning än. En körning gör utkast av allt som ska faktureras; inget lämnar huset innan det är godkänt.",
    "Documents are shown here as they are made.": "Dokumenten visas här allteftersom de görs.",
    "The run made no documents: nothing was due.": "Körningen gav inga dokument: inget var att fakturera.",
    "No document is issued yet: approve a run.": "Inget dokument är utfärdat än: godkänn en körning.",
    "Nothing was delivered yet.": "Inget har levererats än.",
    "The last day that is charged: fees in arrears and calls up to it, fees in advance from the day after.":
        "Sista dagen som debiteras: avgifter i efterskott och samtal till och med den, avgifter i förskott från dagen efter.",
    "Only these customers": "Bara dessa kunder",
    "Numbers with commas between; whoever they pay for comes too.": "Nummer med komma emellan; de som de betalar för tas med.",
    "{amount} open": "{amount} öppet", "It has not left yet.": "Det har inte lämnat oss än.",
    "The calls of this line": "Radens samtal", "New run": "Ny körning", "Run {n}": "Körning {n}", "Approve run {n}": "Godkänn körning {n}",
    "Discard run {n}": "Kassera körning {n}", "Date of the documents": "Dokumentens datum",
    "Run {n} is discarded; all it charged is unbilled again.": "Körning {n} är kasserad; allt är ofakturerat igen.",
    "The delivery has begun. This page shows how far it is.": "Leveransen har börjat. Sidan visar hur långt den har kommit.",
    "Credit note": "Kreditfaktura", "Invoice": "Faktura", "Credit {invoice}": "Kreditera {invoice}",
    "The next run bills again what is credited, its calls too":
        "Nästa körning fakturerar det krediterade igen, även samtalen",
    "Date of the credit note": "Kreditfakturans datum",
    "Credit note {credit} credits {invoice}.": "Kreditfaktura {credit} krediterar {invoice}.",
    "A run makes drafts of all that is due and not billed yet. Look at them, then approve or discard the run.":
        "En körning gör utkast av allt som ska faktureras och inte är fakturerat. Granska dem, godkänn eller kassera sedan.",
    "Make the drafts": "Gör utkasten", "Making drafts: {done} of {parts} parts.": "Utkast görs: {done} av {parts} delar.",
    "Giving numbers: {left} documents left.": "Nummer ges: {left} dokument kvar.", "Go on": "Fortsätt",
    "running": "pågår", "Waiting": "Väntar", "Delivered": "Levererade", "Acknowledged": "Kvitterade", "Failed": "Misslyckade",
    "no answer for a day: {n}": "inget svar på ett dygn: {n}", "What the delivery said": "Vad leveransen sade",
    "Deliver what waits": "Leverera det som väntar", "also what failed": "också det som misslyckats",
    "Through {day}": "Till och med {day}", "{n} documents": "{n} dokument", "faults: {n}": "fel: {n}",
    "Discard …": "Kassera …", "Approve …": "Godkänn …", "Look at this first": "Titta på det här först",
    "… and {n} more": "… och {n} till", "Counting …": "Räknar …", "Show the result": "Visa resultatet",
    "Nothing looks odd.": "Inget ser konstigt ut.",
    "Approve {n} documents, {totals}.": "Godkänn {n} dokument, {totals}.", "Approve {n} documents": "Godkänn {n} dokument",
    "They cannot be changed afterwards: only a credit note takes an invoice back.":
        "Efteråt kan de inte ändras: bara en kreditfaktura tar tillbaka en faktura.",
    "Credit notes": "Kreditfakturor", "Numbers": "Nummer", "Charged through": "Debiterat till och med",
    "Date of the last number": "Senaste numrets datum", "In the ledger": "I reskontran",
    "booked at once": "bokförs genast", "no: a basis for another system": "nej: ett underlag för ett annat system",
    "Could not be billed, and stay for the next run": "Kunde inte faktureras, och väntar på nästa körning",
    "Not looked at yet?": "Inte granskat än?", "Make the drafts again": "Gör om utkasten",
    "Discard {n} drafts, {totals}.": "Kassera {n} utkast, {totals}.",
    "Nothing is left of the run but the log; the next run bills it all again.":
        "Inget blir kvar av körningen utom loggen; nästa körning fakturerar allt igen.",
    "Discard the run": "Kassera körningen", "due {day}": "förfaller {day}", "Credit …": "Kreditera …",
    "Contract": "Avtal", "What": "Vad", "Period": "Period", "Quantity": "Antal", "Price": "Pris",
    "corrects {invoice}": "rättar {invoice}", "Rounding": "Avrundning", "Changes": "Ändringar",
    "Choose lines; with none chosen the whole invoice is credited, as far as it is not credited yet. A credit note has a number of its own and cannot be changed.":
        "Välj rader; utan val krediteras hela fakturan, så långt den inte redan är krediterad. En kreditfaktura har eget "
        "nummer och kan inte ändras.",
    "Make the credit note": "Gör kreditfakturan", "Could not be billed": "Kunde inte faktureras",
    # the check list
    "Documents with VAT, and we have no VAT number to put on them":
        "Dokument med moms, och vi har inget momsregistreringsnummer att skriva på dem",
    "Add the VAT number": "Fyll i momsnumret",
    "Fees of months long past: was the first day meant?": "Avgifter för månader långt bak: är första dagen rätt?",
    "{name}: {total} {currency}, from {from}": "{name}: {total} {currency}, från {from}",
    "Look at the contracts": "Se avtalen",
    "Accounts of ours with a wrong check digit: money would go astray":
        "Våra konton med fel kontrollsiffra: pengar skulle komma bort",
    "Calls up to the last day that wait in suspense": "Samtal till och med sista dagen som väntar på att prissättas",
    "Usage sold under cost": "Trafik såld under kostnad", "Above the credit limit": "Över kreditgränsen",
    "Far from what the payer's invoices usually come to": "Långt ifrån vad betalarens fakturor brukar bli",
    "Below zero: a credit document": "Under noll: ett kreditdokument",
    "Registration numbers with a wrong check digit": "Organisationsnummer med fel kontrollsiffra",
    "Charges at price 0": "Avgifter med pris 0", "Contracts whose services have no charge": "Avtal vars tjänster saknar avgift",
    "The last day lies far ahead: was it meant?": "Sista dagen ligger långt fram: är det meningen?",
    "Abroad or in another currency, and we have no IBAN to be paid on": "Utomlands eller i annan valuta, och vi har inget IBAN",
    "Services without account: the accounting system cannot book their lines":
        "Tjänster utan konto: bokföringen kan inte ta emot raderna",
    "Nothing was due: the run found nothing to bill, and is gone.":
        "Inget var att fakturera: körningen hittade inget och är borta.",
    "Ended after the drafts were made, and charged beyond: make the drafts again":
        "Avslutades efter att utkasten gjordes, och debiteras längre: gör om utkasten",
    "line {line}, {what}: {total} {currency}, ended {day}": "rad {line}, {what}: {total} {currency}, avslutad {day}",
    "Payers that lost what their delivery needs after the drafts were made":
        "Betalare som förlorade det leveransen behöver efter att utkasten gjordes",
    "{name}: {delivery}, {field}": "{name}: {delivery}, {field}",
    "First documents": "Första dokumenten", "Numbers without traffic for 90 days": "Nummer utan trafik på 90 dagar",
    "{name}: {total} {currency}, {country}": "{name}: {total} {currency}, {country}",
    "{days} from today": "{days} från idag", "{name}: {lines}, {what} …": "{name}: {lines}, {what} …",
    "{n} calls": "{n} samtal", "What is paid of it": "Vad som är betalt av den",
    "An administrator mends it, under Administration, Settings.":
        "En administratör rättar det, under Administration, Inställningar.",
    "{name}: revenue {revenue}, cost {cost}": "{name}: intäkt {revenue}, kostnad {cost}",
    "{name}: {total} {currency}, limit {limit}": "{name}: {total} {currency}, gräns {limit}",
    "{name}: {total} {currency}, usually {mean} (difference {difference})":
        "{name}: {total} {currency}, brukar bli {mean} (skiljer {difference})",
    "contract {contract} line {line}": "avtal {contract} rad {line}",
    "Correct it": "Rätta", "Add an IBAN": "Lägg till IBAN", "Accounts": "Konton", "Mend the cause": "Åtgärda orsaken",
    "Prices": "Priser", "The calls": "Samtalen", "Change the limit": "Ändra gränsen", "Credit": "Kredit",
    "Compare": "Jämför", "Its invoices": "Fakturorna", "Check the address": "Se över adressen", "End it": "Avsluta",
    "Fill it in": "Fyll i", "Set the price": "Sätt priset", "The line": "Raden", "Set the VAT code": "Sätt momskoden",
    "Add the rate": "Lägg till satsen", "Check the VAT number": "Se över momsnumret", "Name a price list": "Ange prislista",
    "This will be credited": "Det här krediteras", "Of the invoice": "Av fakturan", "The next run": "Nästa körning",
    "bills it again": "fakturerar det igen", "does not bill it again": "fakturerar det inte igen",
    "It gets the next number of the series, is set off against what is open of the invoice, and cannot be changed.":
        "Den får nästa nummer i serien, kvittas mot det som är öppet på fakturan och kan inte ändras.",
    "Show what it credits …": "Visa vad som krediteras …", "Back": "Tillbaka",
    "Charges by hand": "Manuella debiteringar", "Text": "Text", "Project": "Projekt", "Line": "Rad", "Day": "Dag",
    "No charge was added by hand yet. One is added here, or on the page of a contract line.":
        "Ingen manuell debitering finns än. En läggs till här, eller på avtalsradens sida.",
    "Add a charge": "Lägg till en debitering", "billed": "fakturerat",
    # a new run
    "Through {day} a run would take up": "Till och med {day} skulle en körning ta med",
    "Calls on no document yet": "Samtal som inte står på något dokument", "Fees in advance": "Avgifter i förskott",
    "Fees in arrears": "Avgifter i efterskott", "Open it": "Öppna den",
    "of periods that begin on {day} or before": "för perioder som börjar senast {day}",
    "of periods that end on {day} or before": "för perioder som slutar senast {day}",
    "Run {n} is not approved yet: what stands on it is not taken up again.":
        "Körning {n} är inte godkänd än: det som står på den tas inte med igen.",
    "Run {n} went as far already: only what came later is taken up.":
        "Körning {n} gick redan så långt: bara det som kommit senare tas med.",
    "That day is not over: what is called after the run waits for the next one.":
        "Den dagen är inte slut: det som rings efter körningen väntar på nästa.",
    # credits that are asked for
    "Credit requests": "Begärda krediteringar", "Ask for credit …": "Begär kreditering …",
    "Ask for credit of {invoice}": "Begär kreditering av {invoice}", "Request {n}": "Begäran {n}",
    "Request {n} for a credit": "Begäran {n} om kreditering", "Send the request": "Skicka begäran",
    "What is wrong. Who decides reads it, and the customer.": "Vad som är fel. Den som avgör läser det, och kunden.",
    "Choose lines; with none chosen the request is about the whole invoice, as far as it is not credited yet. Nothing is credited before finance has approved it.":
        "Välj rader; väljs ingen gäller begäran hela fakturan, så långt den inte redan är krediterad. Inget krediteras förrän ekonomi har godkänt det.",
    "Request {n} is sent: finance decides.": "Begäran {n} är skickad: ekonomi avgör.",
    "Request {n} is declined.": "Begäran {n} är avslagen.", "Decline": "Avslå", "Why": "Varför",
    "Needed to decline; who asked reads it.": "Behövs för att avslå; den som bad om det läser det.",
    "Asked": "Begärd", "Decided": "Avgjord", "Decided by": "Avgjord av", "waiting": "väntar", "declined": "avslagen",
    "All lines, as far as they are not credited yet": "Alla rader, så långt de inte är krediterade än",
    "Nobody has asked for a credit yet. Who may not credit asks for it on the page of an invoice.":
        "Ingen har begärt någon kreditering än. Den som inte får kreditera begär det på fakturans sida.",
}
