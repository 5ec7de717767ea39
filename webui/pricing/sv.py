"""Swedish words of the pages of prices."""

TEXTS = {
    "Price lists": "Prislistor", "Price list": "Prislista", "New price list": "Ny prislista", "Code": "Kod",
    "Level": "Nivå", "Parent": "Överordnad", "State": "Läge", "Own prices": "Egna priser", "Services": "Tjänster",
    "Carriers": "Operatörer", "Sellers": "Återförsäljare", "Lists below": "Listor under", "Rounding": "Avrundning",
    "Decimals of a call's amount": "Decimaler i ett samtals belopp",
    "A call over the border of a time band is split there": "Ett samtal över ett tidsbands gräns delas där",
    "Draft: prices nothing yet, can be simulated": "Utkast: prissätter inget än, kan simuleras",
    "Short name in files and addresses.": "Kort namn i filer och adresser.",
    "retail: what customers pay; reseller: what a seller pays; cost: what a carrier takes.":
        "kundpris: vad kunder betalar; inköp: vad en återförsäljare betalar; kostnad: vad en operatör tar.",
    "What this list does not say itself, it inherits from there.":
        "Vad listan inte själv säger ärver den därifrån.",
    "retail": "kundpris", "reseller": "återförsäljarpris", "cost": "kostnad", "half up": "halv uppåt",
    "half to even": "halv till jämnt", "up": "uppåt", "down": "nedåt",
    "No price lists yet: make the first one, or import price_lists.csv.":
        "Inga prislistor än: lägg upp den första, eller läs in price_lists.csv.",
    "Edit {code}": "Ändra {code}", "Prices · {code}": "Priser · {code}", "Rings": "Rabattringar", "Bundles": "Paket",
    "What does it cost?": "Vad kostar det?", "Simulate": "Simulera", "Compare": "Jämför", "Numbering": "Nummerplan",
    "Catalog": "Katalog", "not for sale": "säljs inte", "to {n}": "till {n}", "set-up {amount}": "öppning {amount}",
    "at least {amount}": "minst {amount}", "at most {amount}": "högst {amount}",
    "{n} units free": "{n} enheter fria", "all modes": "alla trafikslag", "inherited": "ärvt",
    "until {day}": "till {day}", "from {day}": "från {day}", "Fees": "Avgifter", "Rate sheets": "Prisblad",
    "Last change: {target}": "Senaste ändring: {target}", "Undo": "Ångra", "inherits from": "ärver från",
    "Edit list": "Ändra listan", "Import a rate sheet": "Läs in ett prisblad", "New price": "Nytt pris",
    "Destination, group or a number that is called": "Destination, grupp eller ett nummer som rings",
    "Destination or a number that is called": "Destination eller ett nummer som rings", "Valid on": "Gäller den",
    "Product": "Produkt", "own prices": "egna priser", "own": "eget", "from a later day": "från en senare dag",
    "Everything": "Allt", "everything": "allt", "Next {n}": "Nästa {n}",
    "This list says nothing yet, and inherits from none. Make its first price, or import a rate sheet.":
        "Listan säger inget än, och ärver inte av någon. Lägg upp dess första pris, eller läs in ett prisblad.",
    "all hours": "alla timmar", "in list {code}": "i listan {code}", "On {day}": "Den {day}", "List": "Lista",
    "Last changed by {who}": "Senast ändrat av {who}", "always": "alltid", "set by {who}": "satt av {who}",
    "No price on that day: such calls wait in suspense.": "Inget pris den dagen: sådana samtal blir väntande.",
    "Own prices here": "Egna priser här", "Until": "Till", "Price": "Pris", "Set by": "Satt av",
    "None: the list inherits what it charges here.": "Inga: listan ärver vad den tar här.",
    "Back to the inherited price": "Tillbaka till det ärvda priset", "Back to inherited": "Tillbaka till ärvt",
    "From that day the list's own price here ends; those that begin later go. Calls that are priced keep their price.":
        "Från den dagen upphör listans eget pris här; de som börjar senare tas bort. Prissatta samtal behåller sitt "
        "pris.",
    "A price of its own": "Ett eget pris", "Steps, free units, minimum and maximum":
        "Steg, fria enheter, lägsta och högsta", "Or a change of the inherited price": "Eller en ändring av det ärvda",
    "Back to inherited …": "Tillbaka till ärvt …", "Go on": "Fortsätt", "New price in {code}": "Nytt pris i {code}",
    "The first day it holds.": "Första dagen det gäller.",
    "The day after the last; then the price is what it was before. Empty: open.":
        "Dagen efter den sista; sedan är priset vad det var förut. Tomt: tills vidare.",
    "Rate": "Pris", "Per minute, event or megabyte, as the mode counts.":
        "Per minut, händelse eller megabyte, som trafikslaget räknar.",
    "Set-up fee": "Öppningsavgift", "First increment": "Första intervall", "Next increments": "Följande intervall",
    "Units billed at least; 1 when empty.": "Enheter som minst debiteras; 1 när tomt.",
    "Units that the rest is rounded up to; 1 when empty.": "Enheter som resten rundas upp till; 1 när tomt.",
    "Steps": "Steg", "Instead of one rate, by position in the call: 60:0.50;300:0.30;:0.10":
        "I stället för ett pris, efter läge i samtalet: 60:0.50;300:0.30;:0.10",
    "Free units": "Fria enheter", "Free units are": "Fria enheter är",
    "threshold": "tröskel", "deduct": "avdrag",
    "threshold: a call no longer than that is free; deduct: the first units of every call are.":
        "tröskel: ett samtal som inte är längre är fritt; avdrag: varje samtals första enheter är fria.",
    "At least, per call": "Minst, per samtal", "At most, per call": "Högst, per samtal", "Percent": "Procent",
    "On the inherited price: −10 makes it a tenth cheaper.": "På det ärvda priset: −10 gör det en tiondel billigare.",
    "Amount": "Belopp", "Added to the inherited rate, after the percent.":
        "Läggs till det ärvda priset, efter procenten.",
    "Not for sale": "Säljs inte", "I mean a day that has been: its calls are re-rated afterwards":
        "Jag avser en dag som varit: dess samtal prissätts om efteråt",
    "The first day of the inherited price.": "Första dagen för det ärvda priset.",
    "For": "För", "Mode": "Trafikslag", "Hours": "Timmar", "Empty: all hours.": "Tomt: alla timmar.",
    "dest:CODE, group:CODE, product:CODE, or * for everything.":
        "dest:KOD, group:KOD, product:KOD, eller * för allt.",
    "Saved. From {day} the price is another; you can undo it below.":
        "Sparat. Från {day} är priset ett annat; du kan ångra det nedan.",
    "Undone: {target} is what it was.": "Ångrat: {target} är vad det var.",
}
