"""A made-up Nordic operator as the folder of CSV files that `leissner import` reads.

Everything comes from random.Random(seed) and the given day: the same seed and day give the same bytes. Names of
people, companies and municipalities are put together by rule from syllables; none is meant to be real.
"""

import csv
import datetime as dt
from collections import namedtuple
from pathlib import Path
from random import Random

DATA = Path(__file__).parent / "data"
NAME = "Fjällbris Telekom AB"
DATA_NUMBER = "46719990000"  # the gateway that records of data traffic name as called

# Who can call: what the writers of call files need to know about a subscriber number or account.
Caller = namedtuple("Caller", "number source profile weight country area from_on to_on account extension")

NORDIC = set("NO DK FI AX IS FO GL SJ".split())
EU = set("AT BE BG HR CY CZ EE FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES GB CH LI".split())
REGIONS = ["nordic", "eu", "europe", "america", "asia", "africa", "oceania"]
REGION_NAMES = ["Norden", "EU", "Övriga Europa", "Amerika", "Asien", "Afrika", "Oceanien"]
# What a minute costs us (EUR) and the consumer pays (SEK): fixed, mobile.
COST = [(0.008, 0.021), (0.009, 0.028), (0.06, 0.13), (0.03, 0.07), (0.05, 0.08), (0.16, 0.22), (0.09, 0.15)]
RETAIL = [(1.19, 1.89), (1.19, 2.29), (2.49, 3.49), (1.49, 2.99), (2.49, 3.49), (4.49, 5.49), (2.99, 3.99)]

FORE = ["Gran", "Björk", "Älv", "Fjäll", "Myr", "Sten", "Lid", "Tall", "Rön", "Orr", "Lax", "Ljung", "Vide", "Hav"]
AFT = ["fors", "hult", "säter", "näset", "mora", "ryd", "landa", "tuna", "sele", "svall", "boda", "mark"]
NO_FORE = ["Fjell", "Nord", "Skog", "Elve", "Bjørke", "Foss", "Havre", "Lynge", "Øyer", "Sjø"]
NO_AFT = ["vang", "heim", "nes", "dalen", "bygd", "strand", "moen", "haugen"]
TRADES = ["Bygg", "Måleri", "Redovisning", "Transport", "Elektriska", "Fastigheter", "Konsult", "Bageri", "Verkstad",
          "Tandvård", "Skog", "Data", "Plåt", "Juridik"]
DEPARTMENTS = ["Ekonomi", "Försäljning", "Lager", "Kundtjänst", "Produktion", "IT", "Personal", "Inköp"]
OFFICES = ["Skolförvaltningen", "Vård och omsorg", "Tekniska kontoret", "Kultur och fritid", "Kommunledningen",
           "Räddningstjänsten", "Miljökontoret"]
GIVEN = ["Ada", "Arvid", "Berit", "Dag", "Ebba", "Egil", "Frida", "Gösta", "Hedda", "Ivar", "Jorun", "Kajsa", "Loke",
         "Majken", "Nils", "Oda", "Petra", "Ragna", "Sixten", "Tove", "Ulrik", "Vera", "Ylva", "Åke", "Östen"]
STREETS = ["Storgatan", "Kyrkogatan", "Järnvägsgatan", "Skolgatan", "Industrivägen", "Björkvägen", "Hamngatan",
           "Granstigen", "Ågatan", "Norra vägen"]
NO_STREETS = ["Storgata", "Kirkeveien", "Fjordgata", "Bakkegata", "Skoleveien"]
ABROAD_CITIES = {"NO": "Trondheim", "DK": "Aarhus", "FI": "Vasa", "DE": "Kiel"}
TOWNS = ["90", "8", "31", "40", "13", "21", "11", "19", "18", "60", "26", "54", "33", "36"]


def read_data(name):
    with open(DATA / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def months_of(today):
    """First days of the months that hold calls: the month of yesterday and the two before; the last one is open."""
    month = (today - dt.timedelta(days=1)).replace(day=1)
    months = [month]
    while len(months) < 3:
        months.append((months[-1] - dt.timedelta(days=1)).replace(day=1))
    return months[::-1]


def luhn_org_no(rng):
    digits = f"55{rng.randrange(2000, 9999)}{rng.randrange(0, 999):03}"
    total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(digits))
    return f"{digits[:6]}-{digits[6:]}{-total % 10}"


def region_of(country, prefix):
    if country in NORDIC:
        return 0
    if country in EU:
        return 1
    first = prefix[0]
    if first in "15" or prefix.startswith("297"):
        return 3
    if first == "2":
        return 5
    if first in "34" or (first == "7" and prefix[:2] not in ("76", "77")):
        return 2
    if first == "6" and prefix[:2] in ("61", "64", "67", "68", "69"):
        return 6
    return 4


class Operator:
    """Builds the rows of all files; `files` is file name → list of dicts, `callers` the subscribers with traffic."""

    def __init__(self, seed, today, customers=300):
        self.rng = Random(f"{seed}/operator")
        self.today = today
        self.months = months_of(today)
        self.first = self.months[0]
        self.change_on = self.months[1]
        self.size = customers
        self.files, self.callers = {}, []
        self.numbers, self.contracts, self.customers = {}, 0, 0
        self.own_prefixes = set()
        self.names = set()
        self.showcase = []  # numbers with own prices and rings: one of their calls is explained in the demo
        self.destinations = {}
        self.catalog()
        self.numbering()
        self.pricing()
        self.parties()
        self.discounts()
        self.sources()

    def add(self, file, /, **row):
        self.files.setdefault(file, []).append(row)

    def add_all(self, file, columns, rows):
        for row in rows:
            self.add(file, **dict(zip(columns.split(), row, strict=True)))

    def price(self, price_list, target, mode="group:calls", rate="", **more):
        self.add("prices", price_list=price_list, target=target, mode=mode, rate=rate, **more)

    def write(self, folder):
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self.files.items():
            columns = list(dict.fromkeys(column for row in rows for column in row))
            with open(folder / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(columns)
                writer.writerows([row.get(column, "") for column in columns] for row in rows)

    # -- catalog -------------------------------------------------------------------------------------------------

    def catalog(self):
        import holidays

        rng = self.rng
        self.add("operator", name=NAME, org_no="556123-4567", vat_no="SE556123456701", street="Fjällgatan 1",
                 postcode="90326", city="Umeå", country="SE", time_zone="Europe/Stockholm", currency="SEK",
                 language="sv", bankgiro="505-0109", email="faktura@fjallbris.example", phone="0907600000",
                 f_tax="yes", mode="full")
        self.add_all("currencies", "code decimals", [(c, 2) for c in ("SEK", "EUR", "USD", "NOK", "DKK")])
        # The Danish rate begins three days late: someone forgot it, and suspense shows it.
        self.danish_from = self.first + dt.timedelta(days=3)
        start = (self.first - dt.timedelta(days=400)).replace(day=1)
        for currency, rate in (("EUR", 11.31), ("USD", 9.62), ("NOK", 0.967), ("DKK", 1.516)):
            day = start if currency != "DKK" else self.danish_from
            while day < self.today:
                rate *= 1 + rng.uniform(-0.012, 0.012)
                self.add("exchange_rates", date=day, currency=currency, rate=f"{rate:.4f}")
                day += dt.timedelta(days=14)
        self.add_all("products", "code name", [
            ("national_fixed", "Nationellt fast"), ("mobile", "Mobil"), ("onnet", "Egna nätet"),
            ("freephone", "Frisamtal"), ("premium", "Betalsamtal"), ("special", "Särskilda tjänster"),
            ("emergency", "Nödsamtal"), ("international", "Utland fast"), ("international_mobile", "Utland mobil"),
            ("international_special", "Utland särskilda"), ("global", "Satellit och globala nät"),
            ("data", "Mobildata"), ("subscription", "Abonnemang"), ("wholesale", "Grossist")])
        self.add_all("modes", "code name group unit per", [
            ("voice", "Samtal", "calls", "second", 60), ("forwarded", "Vidarekopplat", "calls", "second", 60),
            ("sms", "SMS", "messages", "event", 1), ("data", "Data", "", "byte", 1000000)])
        self.add_all("vat_codes", "code percent category account", [
            ("SE25", 25, "S", "2611"), ("NO25", 25, "S", "2614"), ("EU0", 0, "AE", ""), ("EXP0", 0, "O", "")])
        years = range(start.year, self.today.year + 2)
        for calendar, language in (("SE", "sv"), ("NO", "no")):
            kinds = holidays.country_holidays(calendar).supported_categories
            wanted = [kind for kind in ("public", "de_facto") if kind in kinds]
            days = holidays.country_holidays(calendar, years=years, categories=wanted, language=language)
            self.add_all("holidays", "calendar date name", [(calendar, day, days[day]) for day in sorted(days)])
        self.add_all("bands", "band weekdays from to holidays calendar", [
            ("dag", "1-5", "08:00", "18:00", "except", "SE"), ("natt", "", "00:00", "06:00", "ignore", ""),
            ("helg", "6;7", "00:00", "24:00", "ignore", ""), ("helg", "", "00:00", "24:00", "only", "SE"),
            ("no-dag", "1-5", "07:00", "17:00", "except", "NO")])

    # -- numbering -----------------------------------------------------------------------------------------------

    def numbering(self):
        self.add("destination_groups", code="grannar", name="Vanliga resmål", rank=5)
        for i, (region, name) in enumerate(zip(REGIONS, REGION_NAMES, strict=True)):
            self.add("destination_groups", code=f"{region}-fast", name=f"{name} fast", rank=10 + 2 * i)
            self.add("destination_groups", code=f"{region}-mobil", name=f"{name} mobil", rank=11 + 2 * i)
        self.prefixes = {}
        for row in read_data("world_prefixes.csv"):
            self.prefixes[row["prefix"]] = self.destination(row)
        for prefix, name in (("468", "STO Stockholm"), ("4631", "GBG Göteborg"), ("4640", "MMA Malmö")):
            code, _, town = name.partition(" ")
            self.add("destinations", code=f"SE-{code}", name=f"{town} fast", country="SE", product="national_fixed")
            self.prefixes[prefix] = f"SE-{code}"
        self.areas = {row["prefix"]: row["name"] for row in read_data("se_area_codes.csv")}
        for prefix, name in self.areas.items():
            self.add("area_codes", country="SE", prefix=prefix, name=name)
            self.prefixes.setdefault(prefix, "SE-FIX")
        special = [("SE-OWN", f"{NAME.split()[0]} egna nummer", "onnet"), ("SE-SOS", "Nödsamtal", "emergency"),
                   ("SE-KORT", "Kortnummer", "freephone"), ("SE-118", "Nummerupplysning", "premium"),
                   ("NO-SOS", "Norge nødnummer", "emergency"), ("SE-APN", "Mobildata", "data")]
        for code, name, product in special:
            self.add("destinations", code=code, name=name, country=code[:2], product=product)
            self.destinations[code] = (code[:2], "special", None)
        for digits in ("112", "90000"):
            self.prefixes[f"{digits}$"] = "SE-SOS"
        for digits in ("1177", "11313", "11414", "116111", "116123"):
            self.prefixes[f"{digits}$"] = "SE-KORT"
        for digits in ("118118", "118100"):
            self.prefixes[f"{digits}$"] = "SE-118"
        for digits in ("110", "113"):
            self.prefixes[f"{digits}$"] = "NO-SOS"
        self.prefixes[f"{DATA_NUMBER}$"] = "SE-APN"
        for town in TOWNS:
            self.prefixes[f"46{town}76"] = "SE-OWN"
        self.prefixes["46767"] = "SE-OWN"
        for prefix, destination in sorted(self.prefixes.items()):
            self.add("prefixes", prefix=prefix, destination=destination)
        # Our newest series joined the own network in the middle of the period: from then on calls to it are on-net.
        self.add("prefixes", prefix="46768", destination="SE-OWN", **{"from": self.change_on})

    def destination(self, row):
        """Code of the destination of a row of world_prefixes.csv; makes it when it is new."""
        country, name, kind, prefix = row["country"], row["name"], row["kind"], row["prefix"]
        if kind == "special":
            rest = name.split()
            tail = rest[-2:] if rest[-2:] in (["Shared", "Cost"], ["Personal", "Number"]) else rest[-1:]
            code = f"XX-{prefix}" if country == "XX" else f"{country}-{'-'.join(tail).upper()}"
        else:
            code = f"{country}-{'FIX' if kind == 'fixed' else 'MOB'}"
        if code in self.destinations:
            return code
        region = region_of(country, prefix)
        groups = "" if kind == "special" else f"{REGIONS[region]}-{'fast' if kind == 'fixed' else 'mobil'}"
        if kind == "fixed" and country in {"NO", "DK", "FI", "DE", "GB", "US", "CA", "PL", "ES"}:
            groups += ";grannar"
        if country == "SE":
            groups = ""
            product = {"fixed": "national_fixed", "mobile": "mobile"}.get(kind) or {
                "Corporate": "national_fixed", "Cost": "national_fixed", "Premium": "premium",
                "Freephone": "freephone"}.get(name.split()[-1], "special")
        elif country == "XX":
            product = "global"
        else:
            product = {"fixed": "international", "mobile": "international_mobile"}.get(kind, "international_special")
        self.add("destinations", code=code, name=name, country=country, product=product, groups=groups)
        self.destinations[code] = (country, kind, region)
        return code

    # -- pricing -------------------------------------------------------------------------------------------------

    def pricing(self):
        lists = [
            ("TERRA-AZ", "Terra Carrier A-Z", "cost", "", "EUR", 6, "half_up", "no"),
            ("ATLANT-AZ", "Atlant Wholesale A-Z", "cost", "", "USD", 6, "half_up", "no"),
            ("NORDLINK", "Nordlink inrikes", "cost", "", "SEK", 4, "up", "no"),
            ("FJORD", "Fjord Samtrafikk", "cost", "", "NOK", 4, "half_up", "no"),
            ("SUND", "Sund Carrier", "cost", "", "DKK", 4, "half_up", "no"),
            ("AF-BAS", "Återförsäljare bas", "reseller", "", "SEK", 4, "half_up", "no"),
            ("AF-NORR", "Återförsäljare norr", "reseller", "AF-BAS", "SEK", 4, "half_up", "no"),
            ("MASTER", "Grundprislista", "retail", "", "SEK", 4, "half_up", "no"),
            ("PRIVAT", "Privat", "retail", "MASTER", "SEK", 2, "half_up", "no"),
            ("SENIOR", "Privat senior", "retail", "PRIVAT", "SEK", 2, "half_up", "no"),
            ("FORETAG", "Företag", "retail", "MASTER", "SEK", 4, "half_up", "no"),
            ("FLEX", "Företag Flex", "retail", "FORETAG", "SEK", 2, "half_even", "no"),
            ("KONCERN", "Koncernavtal", "retail", "FORETAG", "SEK", 3, "half_up", "yes"),
            ("OFFENTLIG", "Offentlig sektor", "retail", "MASTER", "SEK", 4, "half_up", "no"),
            ("KOMMUN", "Kommunavtal", "retail", "OFFENTLIG", "SEK", 3, "down", "yes"),
            ("NORGE", "Norge bedrift", "retail", "", "NOK", 4, "half_up", "no"),
            ("NORGE-KONSERN", "Norge konsern", "retail", "NORGE", "NOK", 4, "half_up", "no"),
            ("EURO", "Eurolista", "retail", "", "EUR", 4, "half_up", "no"),
            ("GROSSIST", "Grossist A-Z", "retail", "", "EUR", 6, "half_up", "no"),
            ("FORETAG-NY", "Företag, utkast till nästa år", "retail", "FORETAG", "SEK", 4, "half_up", "no"),
        ]
        self.add_all("price_lists", "code name level parent currency decimals rounding split_by_band", lists)
        self.files["price_lists"][-1]["draft"] = "yes"
        self.add_all("carriers", "code name price_list", [
            ("terra", "Terra Carrier", "TERRA-AZ"), ("atlant", "Atlant Wholesale", "ATLANT-AZ"),
            ("nordlink", "Nordlink", "NORDLINK"), ("fjord", "Fjord Samtrafikk", "FJORD"),
            ("sund", "Sund Carrier", "SUND"), ("egen", "Egna nätet, utan kostnad i listan", "")])
        self.cost_decks()
        self.domestic_cost()
        self.retail()

    def cost_decks(self):
        """Two A-Z decks and our own wholesale deck; a third of the first changes price inside the period."""
        rng, dearer = self.rng, {"CU": 0.71, "SO": 0.52, "TV": 1.35, "FK": 1.9, "SH": 1.8, "GN": 0.61, "KP": 0.88}
        self.terra = {}
        for code, (country, kind, region) in self.destinations.items():
            if country == "XX":
                rate = 0.03 if code in ("XX-800", "XX-808") else rng.uniform(2.2, 5.5)
            elif country == "SE" or code == "NO-SOS":
                continue
            elif country in ("US", "CA"):
                rate = 0.0042 if kind != "special" else 0.02
            else:
                rate = COST[region][kind != "fixed"] * (2.5 if kind == "special" else 1) * rng.lognormvariate(0, 0.45)
                rate = dearer.get(country, rate)
            self.terra[code] = rate
            first, following = (60, 60) if country in ("MX", "KZ") else (1, 1)
            moved = rng.random() < 0.33
            self.price("TERRA-AZ", f"dest:{code}", rate=f"{rate:.6f}", first=first, next=following,
                       to=self.change_on if moved else "")
            if moved:
                self.terra[code] = rate * rng.uniform(0.8, 1.12)
                self.price("TERRA-AZ", f"dest:{code}", rate=f"{self.terra[code]:.6f}", first=first, next=following,
                           **{"from": self.change_on})
            if country != "XX":
                self.price("ATLANT-AZ", f"dest:{code}", rate=f"{rate * rng.uniform(1.0, 1.4):.6f}",
                           first=6 if country in ("US", "CA") else 30, next=6)
                # Sales copied last year's deck for some destinations: those are sold below cost.
                markup = 0.7 if rng.random() < 0.05 else rng.uniform(1.08, 1.3)
                self.price("GROSSIST", f"dest:{code}", rate=f"{rate * markup:.6f}")

    def domestic_cost(self):
        for code, fixed, mobile in (("TERRA-AZ", "0.0049", "0.0181"), ("ATLANT-AZ", "0.0063", "0.0211"),
                                    ("GROSSIST", "0.0060", "0.0205"), ("NORDLINK", "0.0310", "0.1150")):
            self.price(code, "product:national_fixed", rate=fixed)
            self.price(code, "product:mobile", rate=mobile)
            for product in ("onnet", "emergency"):
                self.price(code, f"product:{product}", "*", rate="0")
            self.price(code, "product:freephone", rate="0")
            self.price(code, "product:premium", rate="0.55" if code != "NORDLINK" else "6.20", setup="0.02")
            self.price(code, "product:special", rate="0.06" if code != "NORDLINK" else "0.65")
            self.price(code, "*", "sms", rate="0.019" if code != "NORDLINK" else "0.21")
            self.price(code, "*", "data", rate="0.0009" if code != "NORDLINK" else "0.0102")
        self.price("NORDLINK", "dest:SE-STO", rate="0.0270")
        self.price("NORDLINK", "group:nordic-fast", rate="0.1450", first=60, next=60)
        self.price("NORDLINK", "group:nordic-mobil", rate="0.2890", first=60, next=60)
        for code, scale in (("FJORD", 11.4 / 0.967), ("SUND", 11.4 / 1.516)):
            for i, region in enumerate(REGIONS):
                for j, kind in enumerate(("fast", "mobil")):
                    self.price(code, f"group:{region}-{kind}", rate=f"{COST[i][j] * scale * 1.12:.4f}")
            for product, rate in (("national_fixed", 0.05), ("mobile", 0.21), ("onnet", 0.05), ("emergency", 0),
                                  ("freephone", 0), ("premium", 6), ("special", 0.9), ("international_special", 1.2)):
                self.price(code, f"product:{product}", rate=f"{rate}")
            self.price(code, "product:global", rate="39")
            self.price(code, "*", "group:messages", rate="0.22")
            self.price(code, "*", "data", rate="0.0110")

    def retail(self):
        price, since, until = self.price, {"from": self.change_on}, {"to": self.change_on}
        minute = {"first": 60, "next": 60}
        for i, region in enumerate(REGIONS):
            for j, kind in enumerate(("fast", "mobil")):
                price("MASTER", f"group:{region}-{kind}", rate=f"{RETAIL[i][j]}", setup="0.69", **minute)
                price("NORGE", f"group:{region}-{kind}", rate=f"{RETAIL[i][j] * 0.62:.3f}", setup="0.25")
                price("EURO", f"group:{region}-{kind}", rate=f"{RETAIL[i][j] * 0.045:.4f}")
        price("MASTER", "product:national_fixed", rate="0.49", setup="0.49", **minute)
        price("MASTER", "product:national_fixed", rate="0.59", setup="0.49", band="dag", **minute)
        price("MASTER", "product:mobile", rate="0.79", setup="0.49", **minute, **until)
        price("MASTER", "product:mobile", rate="0.74", setup="0.49", **minute, **since)
        price("MASTER", "product:international", rate="9.95", setup="0.69", maximum="149", **minute)
        price("MASTER", "product:international_special", rate="5.99", setup="0.69", **minute)
        price("MASTER", "product:global", rate="49", setup="0.69", **minute)
        price("MASTER", "product:premium", "voice", rate="14.90", setup="2.00")
        price("MASTER", "product:premium", "forwarded", not_for_sale="yes")
        price("MASTER", "product:special", rate="0.99", setup="0.49", **minute)
        price("MASTER", "product:onnet", rate="0")
        price("MASTER", "*", "sms", rate="0.69")
        for product in ("international", "international_mobile"):
            price("MASTER", f"product:{product}", "sms", rate="1.49")
        price("MASTER", "*", "data", rate="0.0995", first=1000, next=1000)
        for code in ("MASTER", "AF-BAS", "NORGE", "EURO"):
            price(code, "product:emergency", "*", rate="0")
            price(code, "product:freephone", rate="0")
        # Segments.
        price("PRIVAT", "group:grannar", rate="0.99", setup="0.69", minimum="1.50", **minute)
        price("PRIVAT", "product:mobile", rate="0.55", setup="0.49", band="helg", **minute)
        price("PRIVAT", "dest:SE-118", "voice", rate="19.90", setup="4.90", maximum="199")
        price("FORETAG", "product:national_fixed", rate="0.145", setup="0.19")
        price("FORETAG", "product:mobile", rate="0.445", setup="0.19", first=30, next=6)
        price("FORETAG", "group:nordic-fast", percent="-25")
        price("FORETAG", "group:nordic-mobil", percent="-20")
        price("FORETAG", "dest:CU-FIX", "*", not_for_sale="yes")
        price("FORETAG", "dest:CU-MOB", "*", not_for_sale="yes")
        price("FORETAG", "product:premium", "voice", rate="9.50", free=5, free_mode="deduct")
        price("OFFENTLIG", "product:national_fixed", rate="0.11")
        price("OFFENTLIG", "product:mobile", rate="0.39")
        price("OFFENTLIG", "product:premium", "*", not_for_sale="yes")
        price("OFFENTLIG", "*", "sms", rate="0.35")
        # Agreements.
        price("SENIOR", "product:national_fixed", rate="0.29", setup="0.39", free=10, **minute)
        price("FLEX", "product:international", percent="-12.5")
        price("FLEX", "group:eu-fast", steps="300:0.89;1800:0.59;:0.39", setup="0.19")
        price("KONCERN", "product:mobile", "voice", percent="-10", amount="0.005")
        price("KONCERN", "product:national_fixed", rate="0.0990", band="natt")
        price("KONCERN", "product:national_fixed", rate="0.1333")
        price("KONCERN", "product:national_fixed", rate="0.1666", band="dag")
        price("KONCERN", "product:international", percent="-8")
        price("KOMMUN", "product:national_fixed", rate="0.0890", band="dag")
        price("KOMMUN", "product:national_fixed", rate="0.0650")
        price("KOMMUN", "product:mobile", percent="-15")
        price("KOMMUN", "group:eu-mobil", amount="-0.2")
        price("FORETAG-NY", "product:mobile", percent="6")
        # Other currencies, roots of their own.
        price("NORGE", "dest:NO-FIX", rate="0.19")
        price("NORGE", "dest:NO-MOB", rate="0.39")
        price("NORGE", "dest:NO-FIX", rate="0.25", band="no-dag")
        price("NORGE", "product:national_fixed", rate="0.89")
        price("NORGE", "product:mobile", rate="1.09")
        price("NORGE", "product:onnet", rate="0.25")
        for product in ("international_special", "special"):
            price("NORGE", f"product:{product}", rate="3.90")
            price("EURO", f"product:{product}", rate="0.39")
        price("NORGE", "product:premium", rate="12.90")
        price("NORGE", "product:global", rate="44")
        price("NORGE", "*", "sms", rate="0.49")
        price("NORGE", "*", "data", rate="0.09")
        price("NORGE-KONSERN", "dest:NO-MOB", percent="-18")
        price("EURO", "product:national_fixed", rate="0.029")
        price("EURO", "product:mobile", rate="0.049")
        price("EURO", "product:onnet", rate="0.01")
        price("EURO", "product:premium", rate="1.10")
        price("EURO", "*", "sms", rate="0.06")
        # Resellers.
        for i, region in enumerate(REGIONS):
            for j, kind in enumerate(("fast", "mobil")):
                price("AF-BAS", f"group:{region}-{kind}", rate=f"{RETAIL[i][j] * 0.75:.4f}")
        price("AF-BAS", "product:national_fixed", rate="0.075")
        price("AF-BAS", "product:mobile", rate="0.29")
        price("AF-BAS", "product:onnet", rate="0.02")
        price("AF-BAS", "product:special", rate="0.75")
        price("AF-BAS", "product:international_special", rate="4.10")
        price("AF-BAS", "product:global", rate="46")
        price("AF-BAS", "product:premium", "*", not_for_sale="yes")
        price("AF-BAS", "*", "sms", rate="0.28")
        price("AF-BAS", "*", "data", rate="0.0200")
        price("AF-NORR", "product:national_fixed", percent="-5")
        price("AF-NORR", "product:mobile", percent="-5")
        # Fees.
        services = [("VOIP", "IP-telefoni", "MASTER", 1, 1, 0, 49, 195),
                    ("TRUNK", "SIP-trunk", "FORETAG", 3, 3, 12, 395, 1995),
                    ("PBX", "Molnväxel", "FORETAG", 1, 3, 24, 99, 495), ("MOBILE", "Mobil", "MASTER", 1, 1, 0, 129, 0),
                    ("TRANSIT", "Grossisttrafik", "GROSSIST", 1, 1, 12, 250, 0)]
        for i, (code, name, price_list, interval, notice, binding, monthly, setup) in enumerate(services, 3041):
            self.add("services", code=code, name=name,
                     product="wholesale" if code == "TRANSIT" else "subscription", price_list=price_list,
                     interval_months=interval, advance="no" if code in ("MOBILE", "TRANSIT") else "yes",
                     vat_code="SE25", account=i,
                     notice_months=notice, binding_months=binding)
            self.add("chart", account=i, name=name)
            root = "GROSSIST" if code == "TRANSIT" else "MASTER"
            for charge, title, kind, amount in (("monthly", "Månadsavgift", "periodic", monthly),
                                                ("setup", "Startavgift", "one_time", setup)):
                if not amount:
                    continue
                self.add("service_charges", service=code, charge=charge, name=title, kind=kind)
                price(root, f"service:{code}:{charge}", "*", rate=f"{amount}")
                if root == "MASTER":
                    price("NORGE", f"service:{code}:{charge}", "*", rate=f"{amount * 0.95:.2f}")
                    price("EURO", f"service:{code}:{charge}", "*", rate=f"{amount / 11:.2f}")
        price("KOMMUN", "service:PBX:monthly", "*", rate="79")
        price("KONCERN", "service:TRUNK:monthly", "*", rate="365", **since)

    # -- customers, contracts, numbers ---------------------------------------------------------------------------

    def name(self, fore=FORE, aft=AFT):
        """A made-up place or family name, not used before as long as there are new ones."""
        for _ in range(20):
            name = self.rng.choice(fore) + self.rng.choice(aft)
            if name not in self.names:
                break
        self.names.add(name)
        return name

    def customer(self, name, kind="business", parent="", town=None, country="SE", **more):
        rng = self.rng
        self.customers += 1
        number = f"{10000 + self.customers}"
        town = town or rng.choice(TOWNS)
        if country == "SE":
            street, city = rng.choice(STREETS), self.areas[f"46{town}"]
        else:
            street, city = rng.choice(NO_STREETS), ABROAD_CITIES[country]
        row = {"customer_no": number, "name": name, "parent_no": parent, "kind": kind,
               "street": f"{street} {rng.randrange(1, 90)}",
               "postcode": rng.randrange(*((1000, 9999) if country in ("NO", "DK") else (10000, 98999))),
               "city": city, "country": country, "payment_days": 30, "email": f"faktura@kund{number}.example",
               "delivery": rng.choice(("print", "email", "email")),
               "credit_limit": {"private": 3000, "business": 40000}.get(kind, 500000)}
        if kind != "private" and not parent and country == "SE":
            row["org_no"] = luhn_org_no(rng)
            if kind == "business" and rng.random() < 0.3:
                row["delivery"] = "einvoice"
        self.add("customers", **(row | more))
        return number

    def contract(self, customer_no, service, quantity=1, started=None, **more):
        rng = self.rng
        self.contracts += 1
        number = f"A{20000 + self.contracts}"
        start = started or self.first - dt.timedelta(days=rng.randrange(120, 1500))
        self.add("contracts", contract_no=number, customer_no=customer_no, start=start,
                 signed_on=start - dt.timedelta(days=rng.randrange(1, 30)), **more)
        self.lines = 0
        self.line(number, service, quantity)
        return number

    def line(self, contract_no, service, quantity=1, **more):
        self.lines += 1
        billed = self.first - dt.timedelta(days=1)
        start = self.files["contracts"][-1]["start"]
        self.add("contract_lines", contract_no=contract_no, line_no=self.lines, service=service, quantity=quantity,
                 billed_through=billed if start < self.first else "", **more)
        return self.lines

    def take(self, series, count=1):
        """The next free numbers of a series; blocks begin at a multiple of their size."""
        free = self.numbers.get(series, 1 if count == 1 else 0)
        free = -(-free // count) * count
        length = {"45": 10, "47": 10, "358": 12, "49": 12}.get(next(
            (code for code in ("358", "45", "47", "49") if series.startswith(code)), ""), 11)
        width = length - len(series)
        if free + count > 10 ** width:
            return self.take("4610", count)  # used up by a large operator: the company series has ten million
        self.numbers[series] = free + count
        return f"{series}{free:0{width}}", f"{series}{free + count - 1:0{width}}"

    def number(self, contract_no, line_no, series, source, profile, weight, count=1, country="SE", extension="",
               from_on=None, to_on=None):
        first, last = self.take(series, count)
        self.add("numbers", number=first, contract_no=contract_no, line_no=line_no, kind="number",
                 to_number=last if count > 1 else "", **{"from": from_on or "", "to": to_on or ""})
        area = series[:-2] if series.startswith("46") else series[:2]
        start = max(self.files["contracts"][-1]["start"], from_on or dt.date.min)
        used = min(count, 12) if not extension else min(count, 60)
        for i in range(used):
            number = f"{int(first) + i * (count // used)}"
            short = extension[:extension.index("x")] + number[-extension.count("x"):] if extension else ""
            self.callers.append(Caller(number, source, profile, weight / used * self.rng.uniform(0.3, 2),
                                       country, area, start, to_on, "", short))
        return first

    def parties(self):
        self.add_all("sellers", "code name price_list email", [
            ("norrtel", "Norrtel Butiker", "AF-NORR", "order@norrtel.example"),
            ("vasttel", "Västtel Partner", "AF-BAS", "order@vasttel.example"),
            ("sydkom", "Sydkom Försäljning", "AF-BAS", "order@sydkom.example"),
            ("kontor", "Egna kontoret", "", ""), ("webb", "Webbutiken", "", ""), ("oslo", "Oslo Agentur", "", "")])
        self.add_all("customer_groups", "code name", [
            ("nyckel", "Nyckelkunder"), ("familj", "Familj"), ("kommun", "Kommuner"), ("forening", "Föreningar")])
        scale = self.size / 300

        def times(n):
            return range(max(1, round(n * scale)))
        for i in times(6):
            self.group(i)
        for i in times(8):
            self.municipality(i)
        for i in times(60):
            self.small_company(i)
        self.norwegian_group()
        for i in times(9):
            self.abroad(i)
        for i in times(4):
            self.wholesale(i)
        while self.customers < self.size:
            self.household()
        self.changes()

    def own_list(self, parent, name, customer_no):
        """A price list of one customer: the fourth level, deviations only."""
        code, rng = f"K{customer_no}", self.rng
        self.add("price_lists", code=code, name=f"{name} avtalspris", level="retail", parent=parent, currency="SEK",
                 decimals=rng.choice((2, 3, 4)), rounding="half_up", split_by_band=rng.choice(("yes", "no")))
        for country in rng.sample(["DE-FIX", "GB-FIX", "PL-MOB", "NO-MOB", "FI-MOB", "US-FIX", "DK-MOB"], 3):
            self.price(code, f"dest:{country}", "voice", rate=f"{rng.uniform(0.19, 0.9):.4f}", first=1, next=1)
        self.price(code, "product:mobile", percent=f"-{rng.randrange(2, 9)}")
        if rng.random() < 0.5:
            self.price(code, "dest:SE-STO", amount="-0.015")
        self.files["customers"][-1]["price_list"] = code

    def group(self, i):
        rng, name = self.rng, self.name()
        source = ("pbx-umea", "sip-stockholm")[i % 2]
        town = ("90", "8")[i % 2]
        root = self.customer(f"{name} Holding AB", town=town, groups="nyckel", seller="kontor")
        self.own_list("KONCERN", f"{name} Holding", root)
        for _ in range(rng.randrange(2, 4)):
            company = self.customer(f"{name} {rng.choice(TRADES)} AB", parent=root, town=town,
                                    bill_to=rng.choice(("self", "parent")))
            contract = self.contract(company, "TRUNK", rng.randrange(1, 4), binding_months=12)
            self.number(contract, 1, f"46{town}76", source, "business", 14, count=100)
            for department in rng.sample(DEPARTMENTS, rng.randrange(2, 5)):
                part = self.customer(f"{name} {department}", parent=company, town=town, bill_to="parent",
                                     attention=department)
                contract = self.contract(part, "PBX", rng.randrange(3, 25))
                self.showcase.append(self.number(contract, 1, f"46{town}76", source, "business", 8, count=10))
                line = self.line(contract, "MOBILE", 2)
                for _ in range(2):
                    self.number(contract, line, "46767", "mobil", "mobile", 3)
                if rng.random() < 0.3:
                    self.add("bundles", contract_no=contract, line_no=1, code="POOL", units=36000,
                             modes="group:calls", targets="product:national_fixed;product:mobile", rollover="yes",
                             covers_setup="no")

    def municipality(self, i):
        rng, name = self.rng, self.name()
        source = "pbx-umea" if i % 4 else "sip-stockholm"
        town = TOWNS[i % len(TOWNS)]
        root = self.customer(f"{name}s kommun", town=town, groups="kommun;nyckel" if i < 2 else "kommun",
                             call_specification="full")
        self.own_list("KOMMUN", f"{name}s kommun", root)
        # The first one dials out with bare four-digit extensions; the source's table makes them whole numbers.
        extension = "2xxx" if i == 0 else ""
        contract = self.contract(root, "TRUNK", 4, binding_months=24)
        count = 1000 if extension else 100
        self.number(contract, 1, f"46{town}76", "pbx-umea" if extension else source, "public", 25, count=count,
                    extension=extension)
        if extension:
            first = self.files["numbers"][-1]["number"]
            self.add("extensions", source="pbx-umea", extension=extension, number=first[:-3] + "xxx")
        for office in rng.sample(OFFICES, rng.randrange(4, 7)):
            part = self.customer(f"{name} {office}", parent=root, town=town, bill_to=rng.choice(("self", "parent")),
                                 attention="Fakturagruppen")
            contract = self.contract(part, "PBX", rng.randrange(5, 60))
            self.number(contract, 1, f"46{town}76", source, "public", 12, count=10)
            if rng.random() < 0.4:
                unit = self.customer(f"{name} {office} enhet {rng.randrange(1, 9)}", parent=part, town=town,
                                     bill_to="parent")
                contract = self.contract(unit, "VOIP", 2)
                self.number(contract, 1, f"46{town}76", source, "public", 4)
                self.number(contract, 1, f"46{town}76", source, "public", 4)

    def small_company(self, i):
        rng = self.rng
        name = f"{self.name()} {rng.choice(TRADES)} AB"
        town = rng.choice(TOWNS)
        more = {"seller": rng.choice(("norrtel", "vasttel", "sydkom", "kontor"))}
        if i % 4:
            more["price_list"] = rng.choice(("FORETAG", "FLEX"))
        customer = self.customer(name, town=town, **more)
        if not i % 4:
            self.own_list("FLEX", name, customer)
        source = ("sip-stockholm", "pbx-umea")[i % 2]
        started = self.first + dt.timedelta(days=rng.randrange(5, 50)) if i % 12 == 5 else None
        ended = {"end": self.change_on + dt.timedelta(days=9)} if i % 15 == 7 else {}
        contract = self.contract(customer, "VOIP", rng.randrange(1, 6), started=started, **ended)
        for _ in range(rng.randrange(1, 4)):
            self.number(contract, 1, f"46{town}76", source, "business", 4)
        if i % 5 == 1:
            line = self.line(contract, "MOBILE", 1)
            self.number(contract, line, "46767", "mobil", "mobile", 4)
            self.add("bundles", contract_no=contract, line_no=line, code="SMS100", units=100, modes="sms")
        if i % 6 == 2:
            # This line sends whatever caller number its customers have; the account names the payer.
            account = f"c-{customer}"
            self.add("numbers", number=account, contract_no=contract, line_no=1, kind="account")
            self.callers.append(Caller("anonymous", source, "business", 3, "SE", f"46{town}",
                                       self.files["contracts"][-1]["start"], None, account, ""))
        if i % 10 == 3:
            self.add("charges", contract_no=contract, date=self.change_on + dt.timedelta(days=rng.randrange(25)),
                     text=rng.choice(("Teknikertimmar", "Telefon", "Installation på plats")),
                     quantity=rng.randrange(1, 5), price="950",
                     project=f"P-{rng.randrange(100, 999)}" if i % 20 == 3 else "", line_no=1)

    def norwegian_group(self):
        rng, name = self.rng, self.name(NO_FORE, NO_AFT)
        root = self.customer(f"{name} Gruppen AS", country="NO", currency="NOK", language="en",
                             price_list="NORGE-KONSERN", groups="nyckel", seller="oslo")
        contract = self.contract(root, "TRUNK", 6)
        first = self.number(contract, 1, "47735", "cucm-oslo", "norwegian", 90, count=1000, country="NO",
                            extension="4xxx")
        self.add("extensions", source="cucm-oslo", extension="4xxx", number=first[:-3] + "xxx")
        for department in DEPARTMENTS:
            part = self.customer(f"{name} {department}", parent=root, country="NO", currency="NOK", bill_to="parent")
            contract = self.contract(part, "PBX", rng.randrange(4, 20))
            self.number(contract, 1, "47736", "cucm-oslo", "norwegian", 14, count=10, country="NO")

    def abroad(self, i):
        country = ("NO", "NO", "NO", "DK", "NO", "FI", "NO", "DE", "NO")[i % 9]
        town_series = {"NO": "47737", "DK": "45337", "FI": "35896", "DE": "493067"}[country]
        currency, price_list = ("NOK", "NORGE") if country == "NO" else ("EUR", "EURO")
        suffix = {"NO": "AS", "DK": "ApS", "FI": "Ab", "DE": "GmbH"}[country]
        customer = self.customer(f"{self.name(NO_FORE, NO_AFT)} {suffix}", country=country, currency=currency,
                                 price_list=price_list, seller="oslo")
        contract = self.contract(customer, "TRUNK", 1)
        self.number(contract, 1, town_series, "cucm-oslo", "norwegian", 8, count=10, country=country)
        if country == "NO":
            line = self.line(contract, "MOBILE", 1)
            self.number(contract, line, "479051", "mobil", "mobile", 3, country="NO")

    def wholesale(self, i):
        customer = self.customer(f"{self.name()} Carrier AB", "wholesale", town="8", seller="kontor", payment_days=15)
        contract = self.contract(customer, "TRANSIT", 1)
        account = f"wh-{customer}"
        self.add("numbers", number=account, contract_no=contract, line_no=1, kind="account")
        self.callers.append(Caller("", "mobil", "wholesale", (60, 40, 25, 15)[i % 4], "SE", "468",
                                   self.files["contracts"][-1]["start"], None, account, ""))

    def household(self):
        rng = self.rng
        town = rng.choice(TOWNS)
        more = {"groups": "familj"} if rng.random() < 0.25 else {}
        if rng.random() < 0.5:
            more["seller"] = rng.choice(("norrtel", "webb", "sydkom"))
        more["price_list"] = "SENIOR" if rng.random() < 0.2 else "PRIVAT"
        customer = self.customer(f"{rng.choice(GIVEN)} {self.name()}", "private", town=town, **more)
        contract = self.contract(customer, "VOIP")
        self.number(contract, 1, f"46{town}76", "sip-stockholm", "private", 2)
        if rng.random() < 0.35:
            self.add("bundles", contract_no=contract, line_no=1, code="HEM100", units=6000,
                     modes="voice", targets="product:national_fixed")
        if rng.random() < 0.7:
            line = self.line(contract, "MOBILE")
            self.number(contract, line, "46767", "mobil", "mobile", 3)
            for code, units, modes, rollover in (("FRI", 18000, "group:calls", "no"), ("SMS200", 200, "sms", "no"),
                                                 ("DATA3", 3000000000, "data", "yes")):
                if rng.random() < 0.6:
                    self.add("bundles", contract_no=contract, line_no=line, code=code, units=units, modes=modes,
                             targets="product:national_fixed;product:mobile" if code == "FRI" else "*",
                             rollover=rollover)

    def changes(self):
        """What happens over time: a moved number, changed terms, a proposal, old preselections."""
        rng, contracts = self.rng, self.files["contracts"]
        households = [c for c in self.files["customers"] if c["kind"] == "private"]
        companies = [c for c in self.files["customers"] if c.get("price_list") == "FORETAG"]
        self.add("customer_terms", customer_no=households[-1]["customer_no"], price_list="SENIOR",
                 **{"from": self.change_on})
        self.add("customer_terms", customer_no=households[-2]["customer_no"], groups="familj", seller="webb",
                 **{"from": self.change_on})
        for company in companies[:3]:
            self.add("customer_terms", customer_no=company["customer_no"], price_list="FLEX",
                     **{"from": self.months[2]})
        first, since = contracts[0]["contract_no"], {"from": self.change_on}
        self.add("contract_terms", contract_no=first, seller="norrtel", **since)
        self.add("line_terms", contract_no=first, line_no=1, quantity=5, **since)
        # A household hands its number over to another in the middle of the period.
        moved_on = self.change_on + dt.timedelta(days=14)
        by_contract = {number["contract_no"]: number for number in self.files["numbers"]
                       if number["line_no"] == 1 and number["kind"] == "number"}
        of = {c["customer_no"]: c["contract_no"] for c in contracts}
        number = by_contract[of[households[-3]["customer_no"]]]
        number["to"] = moved_on
        self.add("numbers", number=number["number"], contract_no=of[households[-4]["customer_no"]], line_no=1,
                 kind="number", **{"from": moved_on})
        # Signed, not yet begun: a proposed contract is neither rated nor billed. Its number already calls.
        proposed = self.contract(companies[-1]["customer_no"], "VOIP", started=self.first, state="proposed")
        self.number(proposed, 1, "46876", "sip-stockholm", "business", 0.3)
        # Ported in, but nobody has entered it: suspense until numbers.csv has it (fixes/numbers.csv).
        self.forgotten = self.take("46876")[0]
        self.forgotten_contract = of[companies[0]["customer_no"]]
        self.callers.append(Caller(self.forgotten, "sip-stockholm", "business", 2, "SE", "468", self.first, None, "",
                                   ""))
        for number in list(by_contract.values())[:: max(1, len(by_contract) // 40)]:
            day = dt.datetime(2011, rng.randrange(1, 13), rng.randrange(1, 28), 10)
            states = [("ordered", 0), ("confirmed", 4), ("active", 9)]
            if rng.random() < 0.2:
                states = [("ordered", 0), ("rejected", 3)]
            if states[-1][0] == "active" and rng.random() < 0.6:
                states.append(("ceased", 4200))
            for state, days in states:
                self.add("preselections", number=number["number"], carrier_prefix="9511", kind="all", state=state,
                         at=f"{(day + dt.timedelta(days=days)).isoformat()}+01:00",
                         reason="fel abonnent" if state == "rejected" else "")

    # -- discounts and sources -----------------------------------------------------------------------------------

    def discounts(self):
        roots = [c["customer_no"] for c in self.files["customers"] if c["name"].endswith("Holding AB")][:2]
        first, end = self.months[1], self.months[2]
        member = ";".join(f"customer:{no}" for no in roots)
        abroad = "product:international;product:international_mobile"

        def ring(code, name, priority, kind, value, **more):
            self.add("rings", code=code, name=name, priority=priority, kind=kind, value=value, **more)
        ring("FAMILJ", "Familjesamtal", 10, "price_minute", "0.05", exclusive="yes", members="group:familj",
             modes="voice", targets="inside")
        ring("NYCKEL", "Nyckelkund", 20, "percent", "4", members="group:nyckel")
        ring("HELG", "Helgkampanj mobil", 30, "off_minute", "0.05", modes="voice", targets="product:mobile",
             band="helg", **{"from": first, "to": end})
        ring("VOL1", "Volym utland", 40, "percent", "12.5", members=member, modes="group:calls", targets=abroad,
             volume_unit="block", volume_from=100, volume_to=500)
        ring("VOL2", "Volym utland, stor", 41, "percent", "20", members=member, modes="group:calls", targets=abroad,
             volume_unit="block", volume_from=500)
        ring("KOMMUN", "Kommuner mellan sig", 45, "price_call", "0.10", members="group:kommun", modes="voice",
             targets="inside")
        ring("FORSTA", "Första fem SMS", 50, "price_call", "0", members="group:familj", modes="sms",
             volume_unit="call", volume_to=5)
        ring("STOR", "Storkund", 60, "percent", "3", members="group:nyckel", volume_unit="amount", volume_from=2000)
        ring("NATT", "Nattrabatt", 70, "off_call", "0.10", modes="voice", targets="product:national_fixed",
             band="natt")
        ring("AF", "Återförsäljarbonus", 10, "off_call", "0.02", modes="voice", level="reseller")

    def sources(self):
        self.add("sources", code="pbx-umea", name="Asterisk i Umeå", format="asterisk", time_zone="Europe/Stockholm",
                 mode="voice", bill_if="dcontext=from-internal;dstchannel~^PJSIP/(terra|atlant|nordlink|sund)-")
        self.add("sources", code="sip-stockholm", name="FreeSWITCH i Stockholm", format="freeswitch",
                 template="example", time_zone="Europe/Stockholm", carrier="terra", mode="voice",
                 bill_if="context=default", strip="^#31#")
        self.add("sources", code="cucm-oslo", name="CUCM-kluster i Oslo", format="cucm", time_zone="Europe/Oslo",
                 carrier="fjord", mode="voice", country_code="47", bill_if="destDeviceName~^TRK-")
        self.add("sources", code="mobil", name="Mobil och grossist", format="generic", time_zone="UTC", carrier="terra",
                 mode="voice", encoding="iso-8859-1", delimiter=";", decimal=",", header="yes",
                 time_format="DD.MM.YYYY HH:MM:SS",
                 columns="key=Post;started_at=Början;units=Mängd;a_number=Från;b_number=Till;mode=Slag;carrier=Väg;"
                         "account=Konto", bill_if="Status=OK")
        self.add_all("trunks", "source trunk carrier", [
            ("pbx-umea", "terra", "terra"), ("pbx-umea", "atlant*", "atlant"), ("pbx-umea", "nordlink", "nordlink"),
            ("pbx-umea", "sund", "sund"), ("cucm-oslo", "TRK-FJORD*", "fjord"), ("cucm-oslo", "TRK-TERRA", "terra"),
            ("cucm-oslo", "TRK-ATLANT", "atlant")])

    def fixes(self, folder):
        """The rows someone forgot; imported, they let suspended calls be rated."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "exchange_rates.csv").write_text(f"date,currency,rate\n{self.first},DKK,1.5150\n", encoding="utf-8")
        (folder / "numbers.csv").write_text(
            f"number,contract_no,line_no,kind\n{self.forgotten},{self.forgotten_contract},1,number\n", encoding="utf-8")
