"""Swedish words of the pages of prices."""

TEXTS = {
    "Price lists": "Prislistor", "Price list": "Prislista", "New price list": "Ny prislista", "Code": "Kod",
    "Price level": "Nivå", "Parent": "Överordnad", "State": "Läge", "Own prices": "Egna priser", "Services": "Tjänster",
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
    "not for sale": "säljs inte", "to {n}": "till {n}", "set-up {amount}": "öppning {amount}",
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
    "Price per unit": "Pris per enhet", "Per minute, event or megabyte, as the mode counts.":
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
    "A customer's number, or the number that calls.": "Ett kundnummer, eller numret som ringer.",
    "A rate is per": "Ett pris gäller per",
    ("A ring that has priced calls is replaced, not changed: those calls keep what it was. Re-rate them to give "
    "them the new one."):
        "En ring som prissatt samtal ersätts, den ändras inte: de samtalen behåller vad den var. Prissätt om dem "
        "för att ge dem den nya.",
    "All destinations": "Alla destinationer",
    "As if the ring did not hold": "Som om ringen inte gällde",
    "As in rings.csv": "Som i rings.csv",
    "As people write it: 070-123 45 67, +49 171 …": "Som man skriver det: 070-123 45 67, +49 171 …",
    "At least": "Minst",
    "No more than": "Högst",
    "Time band": "Tidsband",
    "Band of the second rate": "Band för det andra priset",
    "Because of": "På grund av",
    "Before and after": "Före och efter",
    "Calendar": "Kalender",
    "Charge": "Avgift",
    "Choose the file.": "Välj filen.",
    "Codes": "Koder",
    "Codes with a price of their own become destinations of their own":
        "Koder med eget pris blir egna destinationer",
    "Column": "Kolumn",
    "Covers set-up": "Öppning",
    "Customer or calling number": "Kund eller nummer som ringer",
    "Decides": "Avgör",
    "Decimal mark": "Decimaltecken",
    "Destination groups": "Destinationsgrupper",
    "Destinations": "Destinationer", "{n} more lists": "{n} listor till",
    "Difference": "Skillnad",
    "Digits before every code": "Siffror före varje kod",
    "Digits with the country's code; with $ at the end, that whole number only.":
        "Siffror med landsnummer; med $ sist bara det hela numret.",
    "Discount rings": "Rabattringar",
    "Draft list": "Utkast",
    "Edit": "Ändra",
    "Empty: always.": "Tomt: alltid.",
    "Empty: as the list has it.": "Tomt: som listan har det.",
    "Empty: no end.": "Tomt: inget slut.",
    "Ends the sequence: no ring after it": "Avslutar följden: ingen ring efter den",
    "Exchange rates": "Valutakurser",
    "Fees · {code}": "Avgifter · {code}",
    "First": "Första",
    "First day of rows without a date; tomorrow when empty.":
        "Första dagen för rader utan datum; i morgon när tomt.",
    "First list": "Första listan",
    "From list": "Från listan",
    "Give a customer's number to see which rings apply to its calls, and in which order.":
        "Ange ett kundnummer för att se vilka ringar som gäller dess samtal, och i vilken ordning.",
    "Groups": "Grupper",
    "Holidays": "Helgdagar",
    "How": "Hur",
    "How it is read": "Hur det läses",
    "Import a rate sheet into {code}": "Läs in ett prisblad i {code}",
    "Imported": "Inläst",
    "Increments": "Intervall",
    "Its cost is shown too.": "Dess kostnad visas också.",
    "Its price in a list": "Dess pris i en lista",
    "Later": "Senare",
    "Line": "Rad",
    "Minutes, 30 days": "Minuter, 30 dagar",
    "Modes": "Trafikslag",
    "New destination": "Ny destination",
    "New group": "Ny grupp",
    "New holiday": "Ny helgdag",
    "New prefix": "Nytt prefix",
    "New rate": "Ny kurs",
    "New ring": "Ny ring",
    "No bundles yet: import bundles.csv.": "Inga paket än: läs in bundles.csv.",
    "No destinations yet: make the first one, or import destinations.csv.":
        "Inga destinationer än: lägg upp den första, eller läs in destinations.csv.",
    "No exchange rates: only the operator's own currency can be priced.":
        "Inga valutakurser: bara operatörens egen valuta kan prissättas.",
    "No groups yet.": "Inga grupper än.",
    "No holidays yet.": "Inga helgdagar än.",
    "No prefix leads here: no call is of this destination.":
        "Inget prefix leder hit: inget samtal hör till destinationen.",
    "No prefixes: no number leads anywhere. Add one, or import prefixes.csv.":
        "Inga prefix: inget nummer leder någonstans. Lägg till ett, eller läs in prefixes.csv.",
    "No rate sheet has been imported into this list.": "Inget prisblad har lästs in i listan.",
    "No ring holds for that customer on that day, or it has no contract line then.":
        "Ingen ring gäller kunden den dagen, eller så har den ingen avtalsrad då.",
    "No rings yet: make the first one, or import rings.csv.":
        "Inga ringar än: lägg upp den första, eller läs in rings.csv.",
    "No service has charges: import service_charges.csv.": "Ingen tjänst har avgifter: läs in service_charges.csv.",
    "No time bands yet.": "Inga tidsband än.",
    "Remark": "Anmärkning",
    "Nothing is written yet. Prices in force end the day the new ones begin; nothing in the past changes.":
        "Inget är skrivet än. Priser som gäller upphör den dag de nya börjar; inget som varit ändras.",
    "Number that is called": "Nummer som rings",
    "Numbering and catalog": "Nummerplan och katalog",
    "Of destinations that are under none of ours.": "För destinationer som inte ligger under någon av våra.",
    "Of several groups that match, the lowest decides.": "Av flera grupper som stämmer avgör den lägsta.",
    "Of several that a price names, the one with the lowest rank decides.":
        "Av flera som ett pris nämner avgör den med lägst rang.",
    "Old": "Gammalt",
    "One a line: customer:1000, group:vip or contract:C6; everyone below a customer too. Empty: everyone.":
        "En per rad: customer:1000, group:vip eller contract:C6; även alla under en kund. Tomt: alla.",
    "One a line: dest:SE-MOB, group:nordic, product:mobile; inside: numbers of members. Empty: everything.":
        "En per rad: dest:SE-MOB, group:nordic, product:mobile; inside: medlemmars nummer. Tomt: allt.",
    "One a line: voice, group:calls. Empty: all.": "En per rad: voice, group:calls. Tomt: alla.",
    "One unit of it in the operator's currency.": "En enhet av den i operatörens valuta.",
    "Only for a volume of the month": "Bara för en volym av månaden",
    "Or by a list alone": "Eller enbart enligt en lista",
    "Sort key": "Sorteringsnyckel",
    "Order in dates": "Ordning i datum",
    "Own prices of {code}": "Egna priser i {code}",
    "Per": "Per",
    "Per month": "Per månad",
    "Prefix": "Prefix",
    "Prefixes": "Prefix",
    "Priority": "Prioritet",
    "Product of what is new": "Produkt för det som är nytt",
    "Rank": "Rang",
    "Rate sheets of {code}": "Prisblad i {code}",
    "Read it in another way": "Läs det på annat sätt",
    "Ring": "Ring",
    "Rings apply in ascending order, each on what the one before left.":
        "Ringar gäller i stigande ordning, var och en på vad den förra lämnade.",
    "Rings of a customer": "En kunds ringar",
    "Rollover": "Sparas",
    "Saved: the ring takes the place of the one before; calls that are rated keep theirs.":
        "Sparat: ringen tar den förras plats; prissatta samtal behåller sin.",
    "Say who calls, or which list prices the call.":
        "Ange vem som ringer, eller vilken lista som prissätter samtalet.",
    "Search and tree": "Sökning och träd",
    "Second": "Andra",
    "Second list": "Andra listan",
    "Seconds, events or bytes": "Sekunder, händelser eller byte",
    "Set-up": "Öppning",
    "Show what it would change": "Visa vad det skulle ändra",
    "Simulate on last month": "Simulera på förra månaden",
    "Size": "Storlek",
    "Some changes should be looked at first: they stand on top, with a mark.":
        "Några ändringar bör granskas först: de står överst, med ett märke.",
    "Stands right before its parent, wherever that is searched.":
        "Står strax före sin överordnade, överallt där den söks.",
    "Take days that have been": "Ta med dagar som varit",
    "Target": "Mål",
    "Test with a call": "Prova med ett samtal",
    "That of a group there is changes it.": "En grupps befintliga kod ändrar den.",
    "2026-10-31, 31/10, today or saturday.": "2026-10-31, 31/10, idag eller lördag.",
    "Calls since {day} keep the price they had until they are rated again.":
        "Samtal sedan {day} behåller det pris de hade tills de prissätts om.",
    "as before": "som förut", "as if it did not hold": "som om den inte gällde", "per": "per", "try something else": "pröva annat",
    "What to try": "Vad som prövas", "The {m} that change most are shown; the sum is of all {n}.":
        "De {m} som ändras mest visas; summan är av alla {n}.",
    ("The answer comes here, with every step: whose number, where to, which price and why, bundles, rings, cost "
    "and margin. Nothing is written."):
        "Svaret kommer här, med varje steg: vems nummer, vart, vilket pris och varför, paket, ringar, kostnad och "
        "marginal. Inget skrivs.",
    "The day after the last.": "Dagen efter den sista.",
    "The day after the last. Empty: open.": "Dagen efter den sista. Tomt: tills vidare.",
    "The file has waited too long. Upload it again.": "Filen har väntat för länge. Ladda upp den igen.",
    "The first {n} of {m} are shown.": "De första {n} av {m} visas.",
    "The sheet is the whole: what it lacks ends": "Bladet är hela listan: det som saknas upphör",
    "The supplier's sheet, CSV or XLSX, at most 64 MB.": "Leverantörens blad, CSV eller XLSX, högst 64 MB.",
    "The two ask for the same everywhere.": "De två tar samma pris överallt.",
    "There is no such customer with a number, and it is no number either.":
        "Det finns ingen sådan kund med nummer, och det är inget nummer heller.",
    "There is no traffic in that period that this would concern.":
        "Det finns ingen trafik i perioden som detta skulle röra.",
    "They apply in this order, each on what the one before left.":
        "De gäller i den här ordningen, var och en på vad den förra lämnade.",
    "This is no number.": "Det här är inget nummer.",
    "This list says nothing itself: it inherits everything.": "Listan säger inget själv: den ärver allt.",
    "Time bands": "Tidsband",
    "Two letters (ISO 3166), XX for none.": "Två bokstäver (ISO 3166), XX för inget.",
    "Two lists, or the same list on two days: only what differs is shown.":
        "Två listor, eller samma lista två dagar: bara det som skiljer visas.",
    "Unit": "Enhet",
    "Value": "Värde",
    "Volume from": "Volym från",
    "Volume to": "Volym till",
    "Weekdays": "Veckodagar",
    "What is wrong in {name}": "Vad som är fel i {name}",
    "What real traffic would have cost, were a draft list or a ring in force. Nothing is written.":
        "Vad verklig trafik skulle ha kostat om ett utkast eller en ring gällde. Inget skrivs.",
    "What the prefix leads to until then ends that day.": "Vart prefixet leder till dess upphör den dagen.",
    "When": "När",
    "Where does it lead?": "Vart leder det?",
    "Where the sheet says none: 1/1.": "Där bladet inte säger något: 1/1.",
    "Where the sheet's title says another than it has.": "När bladets rubrik säger en annan än den har.",
    "Where they are not found: rate=Price per min;code=Dial code":
        "Där de inte hittas: rate=Price per min;code=Dial code",
    "Where to": "Vart",
    "Which calls": "Vilka samtal",
    "Who": "Vem",
    "Write these prices": "Skriv priserna",
    "Written: {counts}.": "Skrivet: {counts}.",
    "above {low} {unit} of the month": "över {low} {unit} av månaden",
    "after": "efter",
    "all calls": "alla samtal", "Each mode in a column of its own": "Varje trafikslag i en egen kolumn",
    "all days": "alla dagar",
    "and nothing more": "och inget mer",
    "before": "före",
    "by prefix {prefix}, the longest that matches.": "genom prefix {prefix}, det längsta som stämmer.",
    "changed": "ändrade",
    "everyone": "alla",
    "for {low} to {high} {unit} of the month": "för {low} till {high} {unit} av månaden",
    "is made": "läggs upp",
    "look at this": "granska detta",
    "numbers of members": "medlemmars nummer",
    "{a} on {on_a} against {b} on {on_b}": "{a} den {on_a} mot {b} den {on_b}",
    "{number} leads nowhere: calls to it wait in suspense.": "{number} leder ingenstans: samtal dit blir väntande.",
    "{number} leads to": "{number} leder till",
    "{n} % off": "{n} % rabatt",
    "{n} calls would have no price; nothing of them is in what comes after.":
        "{n} samtal skulle sakna pris; inget av dem finns i det som kommer efter.",
    "{n} calls, {m} of them with another price": "{n} samtal, varav {m} med annat pris",
    "{n} cells cannot be read.": "{n} celler går inte att läsa.",
    "{n} destinations are made; {m} codes lead to another destination than now.":
        "{n} destinationer läggs upp; {m} koder leder till en annan destination än nu.",
    "The margin is of calls whose cost is known: {n} of the revenue is of other calls.": "Marginalen är på samtal vars kostnad är känd: {n} av intäkten är på andra samtal.",
    "{mode} (group)": "{mode} (grupp)",
    "{n} off per call": "{n} rabatt per samtal",
    "{n} off per minute": "{n} rabatt per minut",
    "{n} per call, whatever it cost": "{n} per samtal, vad det än kostade",
    "{n} per minute, whatever it cost": "{n} per minut, vad det än kostade",
    "{n} rows cannot be taken.": "{n} rader går inte att ta in.",
    "percent off": "procent av",
    "an amount off per minute": "ett belopp i rabatt per minut",
    "an amount off per call": "ett belopp i rabatt per samtal",
    "a price per minute instead": "ett pris per minut i stället",
    "a price per call instead": "ett pris per samtal i stället",
    "minutes": "minuter",
    "calls": "samtal",
    "amount": "belopp",
    "in amount": "i belopp",
    "destination": "destination",
    "product": "produkt",
    "country": "land",
    "carrier": "operatör",
    "gone": "upphör",
    "same": "oförändrat",
    "day month year": "dag månad år",
    "month day year": "månad dag år",
    "one minute": "en minut",
    "one second": "en sekund",

    "byte": "byte",
    "periodic": "periodisk",
    "one time": "engångs",
    "ignore": "som andra dagar",
    "except": "inte",
    "only": "bara",
    "First from list": "Första från listan", "Second from list": "Andra från listan",
    "First set-up": "Första öppning", "Second set-up": "Andra öppning",
    "{n} minutes": "{n} minuter", "New hours": "Nya timmar", "Write it as the help below says.":
        "Skriv det som hjälpen nedan säger.",
    "That of a band there is gives it more hours.": "Ett befintligt tidsbands kod ger det fler timmar.",
    "1 is Monday: 1-5, or 6;7. Empty: all days.": "1 är måndag: 1-5, eller 6;7. Tomt: alla dagar.",
    "As 08:00; over midnight takes two rows.": "Som 08:00; över midnatt tar två rader.",
    "As 18:00, at most 24:00.": "Som 18:00, högst 24:00.", "On holidays": "På helgdagar",
    "as other days": "som andra dagar", "not": "inte",
    "Hours of {code}": "Timmar för {code}", "Remove these hours": "Ta bort timmarna",
    "Removed. Calls that are priced keep their price.": "Borttaget. Prissatta samtal behåller sitt pris.",
    "Saved. Calls that are priced keep their price; re-rate them to give them the new one.":
        "Sparat. Prissatta samtal behåller sitt pris; prissätt om dem för att ge dem det nya.",
    "Prices and rings of this band hold in its other hours only; calls that are priced keep their price.":
        "Priser och ringar med det här tidsbandet gäller då bara i dess andra timmar; prissatta samtal behåller sitt "
        "pris.",
    "Removed: {day} is priced as any other.": "Borttagen: {day} prissätts som andra dagar.",
    "Remove the holiday": "Ta bort helgdagen",
    "The day is then priced as any other of its weekday.": "Dagen prissätts då som andra av dess veckodag.",
    "{currency} from {day}": "{currency} från {day}",
    "No bundles yet: make the first one, or import bundles.csv.":
        "Inga paket än: lägg upp det första, eller läs in bundles.csv.",
    "First day without it": "Första dagen utan den",
    "Calls before keep what the ring took. A ring that has not begun by then is deleted.":
        "Samtal före den behåller vad ringen tog. En ring som inte har börjat då tas bort.",
    "New bundle": "Nytt paket",
    "Ring {code} is deleted: it had not begun.": "Ringen {code} är borttagen: den hade inte börjat.",
    "Ring {code} ends.": "Ringen {code} upphör.", "End ring {code}": "Avsluta ringen {code}",
    "End the ring": "Avsluta ringen", "End it …": "Avsluta …", "Second rate": "Andra priset", "Minimum": "Minst",
    "{name}, draft": "{name}, utkast",
    "Draft {code} is made. It prices nothing until it is activated.":
        "Utkastet {code} är upplagt. Det prissätter inget förrän det aktiveras.",
    "Activate {code}": "Aktivera {code}", "Activate …": "Aktivera …", "Activate from {day}": "Aktivera från {day}",
    "First day of the new prices. Calls before keep the price they have.":
        "De nya prisernas första dag. Samtal före den behåller sitt pris.",
    "Activated. It can be undone below until a call is priced by it.":
        "Aktiverat. Det kan ångras nedan tills ett samtal är prissatt av det.",
    "Undone: the list is what it was, and {code} has its prices again.":
        "Ångrat: listan är vad den var, och {code} har sina priser igen.",
    "All differences as a list": "Alla skillnader som lista",
    "The draft has no prices that hold from that day: make prices in it, or import a rate sheet.":
        "Utkastet har inga priser som gäller från den dagen: lägg in priser i det, eller läs in ett prisblad.",
    "From {day}, {list} asks what this draft asks.": "Från {day} tar {list} vad det här utkastet tar.",
    "other terms": "andra villkor", "Prices in the draft": "Priser i utkastet", "of them later": "därav senare",
    "{n}, the first {day}": "{n}, det första {day}", "Prices of {list} today": "Priser i {list} idag",
    "Customers with the list or one below": "Kunder med listan eller en under den",
    "Prices of {list} that stand in the way end on {day}; those inherited stay inherited. The draft is empty "
    "afterwards. You can undo it as long as no call is priced by it.":
        "Priser i {list} som står i vägen upphör {day}; det som ärvs fortsätter ärvas. Utkastet är tomt efteråt. Du "
        "kan ångra det så länge inget samtal är prissatt av det.",
    "The largest {n} are shown, {m} more in the list.": "De {n} största visas, {m} till i listan.",
    "On that day the draft asks what the list asks anyway.": "Den dagen tar utkastet vad listan ändå tar.",
    "{n} prices of draft {draft} hold in {list} from {day}":
        "{n} priser från utkastet {draft} gäller i {list} från {day}",
    "{n} narrower prices of the list ended": "{n} smalare priser i listan upphörde",
    "A draft of {list}: it prices nothing. Fill it, see what it would do to last month, then activate it.":
        "Ett utkast till {list}: det prissätter inget. Fyll det, se vad det hade gjort med förra månaden, aktivera det "
        "sedan.",
    "Make a draft": "Gör ett utkast", "Into draft {code}": "Till utkastet {code}",
    "Into a new draft": "Till ett nytt utkast",
    "This list is in force. To see what the sheet does to margins before it holds, import it into a draft: simulate "
    "that, then activate it.": "Listan gäller. För att se vad prisbladet gör med marginalerna innan det gäller, läs in "
        "det i ett utkast: simulera det, och aktivera det sedan.",
    "As it should be? Then let it hold.": "Som det ska vara? Låt det då gälla.",
}

# What the reader of sheets and the database say of a sheet; names in brackets are filled in.
SENTENCES = {
    "The rate is missing.": "Priset saknas.", "The code is missing.": "Koden saknas.",
    "The code is missing. It looks like a line of totals.": "Koden saknas. Det ser ut som en summarad.",
    "The file of codes does not have it.": "Filen med koder har den inte.",
    "{where} has it, but it has no rate.": "{where} har den, men den har inget pris.",
    "Steps need start seconds that rise.": "Steg behöver startsekunder som stiger.",
    "The steps of a price have the same increments.": "Stegen i ett pris har samma intervall.",
    "A formula without a value: open the file and save it again.":
        "En formel utan värde: öppna filen och spara den igen.",
    "A rate has at most 8 decimals.": "Ett pris har högst 8 decimaler.",
    "A spreadsheet has made a number of this code: format the column as text.":
        "Ett kalkylprogram har gjort koden till ett tal: formatera kolumnen som text.",
    "A code is 1 to 18 digits.": "En kod är 1 till 18 siffror.",
    "{low}-{high} is no range: both ends have the same length, the first the smaller one.":
        "{low}-{high} är inget intervall: båda ändar är lika långa, den första den mindre.",
    "More than {n} codes in one cell.": "Fler än {n} koder i en cell.",
    "A whole number of seconds is needed.": "Här behövs ett helt antal sekunder.",
    "A number with \"{mark}\" before its decimals is needed.": "Här behövs ett tal med ”{mark}” före decimalerna.",
    "A number is needed.": "Här behövs ett tal.", "It must not be negative.": "Det får inte vara negativt.",
    "At most 8 decimals and 9 digits before them.": "Högst 8 decimaler och 9 siffror före dem.",
    "Day first or month first? Say --dates dmy or --dates mdy.":
        "Dag först eller månad först? Välj det i --dates.",
    "There is no such day.": "Den dagen finns inte.",
    "A spreadsheet's serial number of a day: format the column as dates.":
        "Ett kalkylprograms löpnummer för en dag: formatera kolumnen som datum.",
    "A date is needed, best as 2026-10-01.": "Här behövs ett datum, helst som 2026-10-01.",
    "{file} has rates per second.": "{file} har priser per sekund.", "Say --unit second.": "Välj en sekund i --unit.",
    "{file} is an old workbook, or one with a password.": "{file} är en gammal arbetsbok, eller en med lösenord.",
    "Save it as XLSX without a password, or as CSV.": "Spara den som XLSX utan lösenord, eller som CSV.",
    "{file} is empty.": "{file} är tom.", "{file} is not a text file: it has NUL bytes.": "{file} är ingen textfil.",
    "{file} is not a text file that can be read.": "{file} är ingen textfil som går att läsa.",
    "Save it as UTF-8.": "Spara den som UTF-8.", "{file} cannot be read as XLSX: {why}": "{file} går inte att läsa: {why}",
    "The first sheet of {file}, {sheet}, is hidden.": "Det första bladet i {file}, {sheet}, är dolt.",
    "Put the sheet with the rates first, and show it.": "Lägg bladet med priserna först, och visa det.",
    "Without a header the map must say where {what} stand.": "Utan rubrikrad måste --map säga var {what} står.",
    "No header with a column for {what} was found.": "Ingen rubrikrad med en kolumn för {what} hittades.",
    "For example --map \"code=1;destination=2;rate=3\".": "Till exempel --map ”code=1;destination=2;rate=3”.",
    "Name the columns: --map \"code=Prefix;rate=Cost/Min\", with --header-row where needed; 0: no header.":
        "Namnge kolumnerna i --map: code=Prefix;rate=Cost/Min",
    "\"{part}\" in the map is not a field and its column.": "”{part}” i --map är inte ett fält och dess kolumn.",
    "Fields: {names}": "Fält: {names}", "{file} is in {theirs}, list {list} in {ours}.":
        "{file} är i {theirs}, listan {list} i {ours}.",
    "Take a list in {theirs}; or say --currency {ours} where the title is wrong.":
        "Ta en lista i {theirs}; eller välj {ours} i --currency om rubriken har fel.",
    "Code {code} stands in lines {lines} with different rates.": "Koden {code} står på rad {lines} med olika priser.",
    "{n} rows begin in the past. With --past they are taken, and calls since then want re-rating.":
        "{n} rader börjar i det förflutna. Med --past tas de, och samtal sedan dess behöver prissättas om.",
    "The last day lies before the first.": "Den sista dagen ligger före den första.",
    "{n} rows have another rate off peak: name its time band with --off-peak-band.":
        "{n} rader har ett annat pris i lågtrafik: ange dess tidsband i --off-peak-band.",
    "{name} costs something else than the rest of {code}: correct the sheet, or make it a destination of its own with "
    "--split.": "{name} kostar något annat än resten av {code}: rätta bladet, eller gör den till en egen destination "
        "med --split.",
    "{n} destinations of the sheet are under none of ours: add their prefixes to prefixes.csv, or name the product type "
    "of the new ones with --product.": "{n} destinationer i bladet är under ingen av våra: lägg in deras prefix, eller "
        "ange de nyas produkttyp i --product.",
    "The sheet ends {n} of the {m} destinations that have a price: it cannot be the whole. Import it without --full.":
        "Bladet avslutar {n} av de {m} destinationer som har ett pris: det kan inte vara hela. Läs in det utan --full.",
    "It costs nothing.": "Det kostar inget.", "More than ten times the former rate.": "Mer än tio gånger det förra.",
    "Less than a tenth of the former rate.": "Mindre än en tiondel av det förra.",
    "Dearer prices, or an end of sale, at short notice: {day} is the first day that leaves a week.":
        "Höjda priser eller slut på försäljning med kort varsel: {day} är första dagen som ger en vecka.",
    "Short notice: due {day}.": "Kort varsel: tidigast {day}.", "The sheet says {flag}.": "Bladet säger {flag}.",
    "Not in the sheet, but the same destination: {codes}.": "Inte i bladet, men samma destination: {codes}.",
    "Not in the sheet, but the same destination: {codes} …": "Inte i bladet, men samma destination: {codes} …",
    "The list has another price of it, for {others}, which stays; or give --mode.":
        "Listan har ett annat pris på den, för {others}, som står kvar; eller ange --mode.",
    "For these calls it had no price.": "För de här samtalen hade den inget pris.",
    "Becomes a destination of its own.": "Blir en egen destination.",
    "The price of the shorter code applies.": "Den kortare kodens pris gäller.",
}

# What a draft's activation says in the same words as the import of a sheet.
TEXTS |= {one: SENTENCES[one] for one in (
    "It costs nothing.", "More than ten times the former rate.", "Less than a tenth of the former rate.",
    "Dearer prices, or an end of sale, at short notice: {day} is the first day that leaves a week.")}
