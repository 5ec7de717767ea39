"""The standard reports of traffic, numbers and contracts: the golden ones to the last digit, and against what Python
counts from the same rows where the golden operator is thin."""

import contextlib
import csv
import datetime as dt
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from random import Random

import psycopg
import pytest

from leissner.scripts import db
from leissner.scripts.tests.reference.compare import leissner as command

GOLDEN = Path(__file__).parent / "golden"
OCTOBER = {"p_from": "2026-10-01", "p_to": "2026-11-01"}


@pytest.fixture(scope="module")
def golden(bed):
    """A connection to a database that has the golden operator and its calls."""
    made = bed.create(bed.template.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", made.url(db.CLI_LOGIN))
        command("import", GOLDEN / "operator")
        command("calls", "load", GOLDEN / "calls.csv", "--source", "plain")
        command("calls", "load", GOLDEN / "calls_nocost.csv", "--source", "nocost")
    with made.connect() as conn:
        yield conn
    bed.drop(made)


def report(conn, name: str, **arguments) -> list[dict]:
    given = ", ".join(f"{key} => %({key})s" for key in arguments)
    return conn.execute(f"select * from report.{name}({given})", arguments).fetchall()


def plain(value) -> str:
    """Numbers by their value, nothing as nothing."""
    try:
        return f"{Decimal(value).normalize():f}"
    except (ArithmeticError, TypeError, ValueError):
        return "" if value is None else f"{value}"


@pytest.mark.parametrize(("name", "arguments"), [
    ("active_contracts", {"p_as_of": "2026-10-31"}),
    ("annual_value", OCTOBER),
    ("annual_value_amortization", OCTOBER),
    ("calls_per_country", OCTOBER),
    ("calls_per_customer", OCTOBER),
    ("calls_per_destination", OCTOBER),
    ("calls_per_product", OCTOBER),
    ("calls_per_seller", OCTOBER),
    ("new_and_terminated_contracts", OCTOBER),
])
def test_the_golden_reports(golden, name, arguments):
    with open(GOLDEN / f"expected/report_{name}.csv", encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    got = report(golden, name, **arguments)
    assert sorted([plain(row[column]) for column in expected[0]] for row in got) == sorted(
        [plain(value) for value in row.values()] for row in expected)


# Traffic: any period, whole months or not, is what the calls of those days come to ------------------------------------

CALLS = """
select call.start_on as day, call.billed, call.cost_base as cost, call.retail_base as revenue, call.reseller_base
    as reseller, call.customer_kind as kind, mode.code as mode, mode.unit, destination.code as destination,
    destination.country, product.code as product, seller.code as seller, customer.customer_no, contract.contract_no
from billing.call
inner join billing.mode using (mode_id)
inner join billing.destination using (destination_id)
inner join billing.product using (product_id)
inner join billing.customer using (customer_id)
inner join billing.contract using (contract_id)
left join billing.seller on seller.seller_id = call.seller_id
"""
# The keys of each report, and which of its columns are compared with what these calls come to.
KEYS = {
    "calls_per_country": ("country",),
    "calls_per_product": ("product", "mode"),
    "calls_per_destination": ("destination", "kind"),
    "calls_per_seller": ("seller",),
    "calls_per_customer": ("customer_no", "product", "destination"),
}


def counted(calls: list[dict]) -> dict[str, Decimal | int]:
    """What calls come to, column by column."""
    known = [call for call in calls if call["cost"] is not None]
    sold = [call for call in calls if call["reseller"] is not None]
    seconds = sum(call["billed"] for call in calls if call["unit"] == "second")
    revenue, margin = sum(call["revenue"] for call in calls), sum(call["revenue"] - call["cost"] for call in known)
    return {
        "calls": len(calls), "units": sum(call["billed"] for call in calls), "minutes": half_up(Decimal(seconds) / 60),
        "cost": sum(call["cost"] for call in known), "revenue": revenue, "margin": margin,
        "margin_percent": half_up(margin * 100 / revenue) if revenue else None,
        "revenue_per_minute": half_up(revenue * 60 / seconds, 6) if seconds else None,
        "unknown_cost": len(calls) - len(known), "reseller": sum(call["reseller"] for call in sold),
        "operator_margin": sum((call["revenue"] if call["reseller"] is None else call["reseller"]) - call["cost"]
                               for call in known),
        "seller_margin": sum(call["revenue"] - call["reseller"] for call in sold),
        "customers": len({call["customer_no"] for call in calls}),
        "contracts": len({call["contract_no"] for call in calls}),
    }


def half_up(value: Decimal, places: int = 2) -> Decimal:
    return Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize(("first", "end"), [
    ("2026-08-01", "2026-12-01"), ("2026-09-15", "2026-11-01"), ("2026-10-05", "2026-10-20"),
    ("2026-08-25", "2026-10-13"), ("2026-10-01", "2026-10-25"), ("2026-10-25", "2026-10-26"),
    ("2026-10-26", "2026-10-25"),
])
def test_any_period_is_the_sum_of_its_calls(golden, name, first, end):
    groups = defaultdict(list)
    for call in golden.execute(f"{CALLS} where call.start_on >= %s and call.start_on < %s", (first, end)).fetchall():
        if name != "calls_per_country" or call["country"] != "SE":
            groups[tuple(call[key] for key in KEYS[name])].append(call)
    got = report(golden, name, p_from=first, p_to=end)
    assert {tuple(row[key] for key in KEYS[name]) for row in got} == set(groups)
    for row in got:
        want = counted(groups[tuple(row[key] for key in KEYS[name])])
        assert {key: row[key] for key in want if key in row} == {key: want[key] for key in want if key in row}, row


def test_arguments_choose_rows(golden):
    everything = {"p_from": "2026-08-01", "p_to": "2026-12-01"}
    domestic = report(golden, "calls_per_country", **everything, p_domestic=True)
    assert {row["country"] for row in domestic} - {
        row["country"] for row in report(golden, "calls_per_country", **everything)} == {"SE"}
    revenues = [row["revenue"] for row in domestic]
    assert revenues == sorted(revenues, reverse=True)
    private = report(golden, "calls_per_destination", **everything, p_kind="private")
    assert {row["kind"] for row in private} == {"private"}
    every = report(golden, "calls_per_customer", **everything)
    assert [row["customer_no"] for row in every] == sorted(row["customer_no"] for row in every)
    below = report(golden, "calls_per_customer", **everything, p_customer_no="1000")
    assert below == [row for row in every if row["customer_no"] in ("1000", "1001", "1002", "1003")]
    assert report(golden, "calls_per_customer", **everything, p_customer_no="none") == []


# Numbers and contracts: against Python, day by day, on rows made by chance --------------------------------------------

SERVICES = ("A", "B", "C")
FIRST, LAST = dt.date(2025, 1, 1), dt.date(2026, 12, 31)


class Universe:
    """Customers with all that changes over time, in Python and in the database."""

    def __init__(self, conn, seed: int) -> None:
        self.conn, self.random = conn, Random(seed)
        conn.execute("insert into billing.currency values ('SEK', 2), ('EUR', 2)")
        conn.execute("insert into billing.operator (name, org_no) values ('Chance', '556000-0000')")
        self.rates = [(dt.date(2024, 1, 1), Decimal("11.25")), (dt.date(2025, 9, 17), Decimal("10.9"))]
        for day, rate in self.rates:
            conn.execute("insert into billing.exchange_rate values ('EUR', %s, %s)", (day, rate))
        self.make_lists()
        self.make_customers()
        self.make_contracts()

    def day(self, first: dt.date = FIRST, last: dt.date = LAST) -> dt.date:
        return first + dt.timedelta(days=self.random.randrange((last - first).days + 1))

    def one(self, query: str, *values):
        return next(iter(self.conn.execute(query, values).fetchone().values()))

    def make_lists(self) -> None:
        """Lists above each other, a draft, a service with two periodic charges, fees that change inside a month."""
        self.lists, self.services, self.items = {}, {}, []
        for code in SERVICES:
            number = self.one("insert into billing.service (code, name) values (%s, %s) returning service_id",
                              code, f"Service {code}")
            charges = [self.one("insert into billing.service_charge (service_id, code, name, kind) values"
                                " (%s, %s, %s, %s) returning service_charge_id", number, charge, charge, kind)
                       for charge, kind in (("m1", "periodic"), ("m2", "periodic"), ("once", "one_time"))]
            self.services[number] = {"code": code, "charges": charges[:2]}
        for place in range(8):
            parent = self.random.choice([None, *self.lists]) if place else None
            currency = self.lists[parent]["currency"] if parent else self.random.choice(("SEK", "EUR"))
            draft = place == 6
            number = self.one("insert into billing.price_list (code, name, level, parent_id, currency, is_draft) values"
                              " (%s, %s, 'retail', %s, %s, %s) returning price_list_id",
                              f"L{place}", f"L{place}", parent, currency, draft)
            self.lists[number] = {"parent": parent, "currency": currency, "draft": draft}
            for service in self.services.values():
                for charge in service["charges"]:
                    if place and self.random.random() < 0.5:
                        continue
                    cut = self.day()
                    for low, high in ((None, cut), (cut, None)):
                        rate = Decimal(self.random.randrange(1, 99999)) / 100
                        percent = -10 if parent and self.random.random() < 0.3 else None
                        form = [None] * 7 if percent else [0, rate, 1, 1, 0, "threshold", 0]
                        self.conn.execute("insert into billing.price_item (price_list_id, service_charge_id, valid,"
                                          " setup, rate, first_increment, next_increment, free_units, free_mode,"
                                          " minimum, percent) values (%s, %s, daterange(%s, %s), %s, %s, %s, %s, %s,"
                                          " %s, %s, %s)", (number, charge, low, high, *form, percent))
                        self.items.append((number, charge, low or dt.date.min, high or dt.date.max, rate, percent))
        for number, service in self.services.items():
            service["list"] = self.random.choice([None, *self.lists])
            self.conn.execute("update billing.service set price_list_id = %s where service_id = %s",
                              (service["list"], number))

    def make_customers(self) -> None:
        self.customers, self.customer_terms = {}, defaultdict(list)
        for place in range(30):
            parent = self.random.choice(list(self.customers)) if self.customers and self.random.random() < 0.6 else None
            own = self.random.choice([None, None, *self.lists])
            number = self.one("insert into billing.customer (customer_no, name, parent_id, price_list_id) values"
                              " (%s, 'x', %s, %s) returning customer_id", f"K{place}", parent, own)
            self.customers[number] = {"parent": parent, "list": own}
            for day in {self.day() for _ in range(self.random.randrange(3))}:
                # only one that is older: nobody comes to stand above itself
                above = self.random.choice([None, *(one for one in self.customers if one < number)])
                term = {"day": day, "parent": above, "list": self.random.choice([None, *self.lists])}
                self.conn.execute("insert into billing.customer_term (customer_id, from_on, parent_id, price_list_id)"
                                  " values (%s, %s, %s, %s)", (number, day, term["parent"], term["list"]))
                self.customer_terms[number].append(term)

    def make_contracts(self) -> None:
        self.contracts, self.lines = {}, []
        for place in range(60):
            start = self.day(dt.date(2023, 12, 1), LAST) if place else dt.date(2024, 2, 29)
            end = self.day(start, LAST) if self.random.random() < 0.4 else None
            state = "proposed" if place % 20 == 19 else "active"
            holder, own = self.random.choice(list(self.customers)), self.random.choice([None, None, *self.lists])
            number = self.one("insert into billing.contract (contract_no, customer_id, start_on, end_on, price_list_id,"
                              " state) values (%s, %s, %s, %s, %s, %s) returning contract_id",
                              f"C{place}", holder, start, end, own, state)
            terms = [{"day": self.day(), "list": self.random.choice(list(self.lists))}
                     for _ in range(self.random.randrange(2))]
            for term in terms:
                self.conn.execute("insert into billing.contract_term (contract_id, from_on, price_list_id)"
                                  " values (%s, %s, %s)", (number, term["day"], term["list"]))
            self.contracts[number] = {"holder": holder, "start": start, "list": own, "terms": terms, "state": state}
            for nth in range(1, self.random.randrange(2, 5)):
                self.make_line(number, nth, start, end)

    def make_line(self, contract: int, nth: int, start: dt.date, end: dt.date | None) -> None:
        begins = self.day(start, end or LAST) if self.random.random() < 0.5 else start
        stops = self.day(begins, end or LAST) if self.random.random() < 0.4 else None
        service, own = self.random.choice(list(self.services)), self.random.choice([None, None, *self.lists])
        quantity = Decimal(self.random.randrange(1, 40)) / 4
        line = self.one("insert into billing.contract_line (contract_id, line_no, service_id, from_on, to_on, quantity,"
                        " price_list_id) values (%s, %s, %s, %s, %s, %s, %s) returning contract_line_id",
                        contract, nth, service, begins if begins != start else None, stops, quantity, own)
        terms = [{"day": day, "quantity": self.random.choice([None, Decimal(self.random.randrange(20))]),
                  "list": self.random.choice([None, *self.lists])}
                 for day in {self.day() for _ in range(self.random.randrange(3))}]
        for term in terms:
            self.conn.execute("insert into billing.line_term (contract_line_id, from_on, quantity, price_list_id)"
                              " values (%s, %s, %s, %s)", (line, term["day"], term["quantity"], term["list"]))
        until = min((day for day in (stops, end) if day), default=None)
        if until is None or begins < until:
            self.lines.append({"id": line, "contract": contract, "service": service, "from": begins, "to": until,
                               "quantity": quantity, "list": own, "terms": terms})

    # What holds on a day

    @staticmethod
    def said(base, terms: list[dict], what: str, day: dt.date):
        given = [(term["day"], term[what]) for term in terms if term["day"] <= day and term[what] is not None]
        return max(given)[1] if given else base

    def active(self, day: dt.date) -> list[dict]:
        return [line for line in self.lines if self.contracts[line["contract"]]["state"] == "active"
                and line["from"] <= day and (line["to"] is None or day < line["to"])]

    def rate(self, price_list: int, charge: int, day: dt.date) -> Decimal | None:
        """The nearest item upwards; a relative one is worked out from what is above it."""
        found = [item for item in self.items if item[:2] == (price_list, charge) and item[2] <= day < item[3]]
        if found and found[0][5] is None:
            return found[0][4]
        above = self.above(price_list, charge, day)
        if found and above is not None:
            return above * (100 + found[0][5]) / 100
        return None if found else above

    def above(self, price_list: int, charge: int, day: dt.date) -> Decimal | None:
        parent = self.lists[price_list]["parent"]
        while parent and self.lists[parent]["draft"]:
            parent = self.lists[parent]["parent"]
        return self.rate(parent, charge, day) if parent else None

    def yearly(self, line: dict, day: dt.date) -> Decimal:
        """12 times the monthly fees of a line, in the operator's currency."""
        contract = self.contracts[line["contract"]]
        customer, own = contract["holder"], None
        while customer and own is None:
            own = self.said(self.customers[customer]["list"], self.customer_terms[customer], "list", day)
            customer = self.said(self.customers[customer]["parent"], self.customer_terms[customer], "parent", day)
        tried = [self.said(line["list"], line["terms"], "list", day),
                 self.said(contract["list"], contract["terms"], "list", day), own,
                 self.services[line["service"]]["list"]]
        total = Decimal()
        for charge in self.services[line["service"]]["charges"]:
            for price_list in tried:
                if price_list is None or self.lists[price_list]["draft"]:
                    continue
                if (rate := self.rate(price_list, charge, day)) is not None:
                    euro = max(known for known in self.rates if known[0] <= day)[1]
                    total += rate * (euro if self.lists[price_list]["currency"] == "EUR" else 1)
                    break
        return 12 * total * self.said(line["quantity"], line["terms"], "quantity", day)


def passed(start: dt.date, day: dt.date) -> Fraction:
    """Which part of the contract's year is over at the end of a day."""
    def anniversary(year: int) -> dt.date:
        return dt.date(year, 2, 28) if (start.month, start.day) == (2, 29) and year % 4 else start.replace(year=year)

    year = day.year if anniversary(day.year) <= day else day.year - 1
    return Fraction((day - anniversary(year)).days + 1, (anniversary(year + 1) - anniversary(year)).days)


@pytest.fixture(scope="module", params=[1, 2, 3])
def universe(bed, request):
    made = bed.create(bed.template.name)
    with made.connect() as conn:
        yield Universe(conn, request.param)
    bed.drop(made)


def test_annual_value_is_that_of_every_line_by_itself(universe):
    months = [dt.date(2025 + n // 12, n % 12 + 1, 1) for n in range(1, 23)]
    want = {}
    for day in months:
        for number, service in universe.services.items():
            lines = [line for line in universe.active(day) if line["service"] == number]
            worth = [(universe.yearly(line, day), universe.contracts[line["contract"]]["start"]) for line in lines]
            accrued = sum((Fraction(value) * passed(start, day) for value, start in worth), Fraction())
            if lines:
                annual = half_up(sum(value for value, _ in worth))
                accrued = half_up(Decimal(accrued.numerator) / accrued.denominator)
                want[day, service["code"]] = (len({line["contract"] for line in lines}), annual, accrued,
                                              annual - accrued)
    got = report(universe.conn, "annual_value_amortization", p_from="2025-01-02", p_to="2026-11-02")
    assert {(row["month"], row["service"]): (row["contracts"], row["annual_value"], row["accrued"], row["remaining"])
            for row in got} == want
    shorter = report(universe.conn, "annual_value", p_from="2026-03-01", p_to="2026-03-02")
    assert {(row["month"], row["service"]): (row["contracts"], row["annual_value"]) for row in shorter} == {
        key: value[:2] for key, value in want.items() if key[0] == dt.date(2026, 3, 1)}
    assert report(universe.conn, "annual_value", p_from="2026-03-02", p_to="2026-04-01") == []


def test_contracts_come_and_go(universe):
    for _ in range(20):
        first, end = sorted((universe.day(), universe.day()))
        want = {}
        for number, service in universe.services.items():
            spans = defaultdict(list)
            for line in universe.lines:
                if line["service"] == number and universe.contracts[line["contract"]]["state"] == "active":
                    spans[line["contract"]].append((line["from"], line["to"] or dt.date.max))
            lives = [(min(low for low, _ in one), max(high for _, high in one)) for one in spans.values()]
            start = sum(low < first <= high for low, high in lives)
            new = sum(first <= low < end for low, _ in lives)
            gone = sum(first <= high < end for _, high in lives)
            if start or new or gone:
                want[service["code"]] = (start, new, gone, start + new - gone, new - gone)
        got = report(universe.conn, "new_and_terminated_contracts", p_from=first, p_to=end)
        assert {row["service"]: tuple(row.values())[2:] for row in got} == want


def test_active_contracts(universe):
    for day in (universe.day() for _ in range(20)):
        lines, want = universe.active(day), {}
        for code, numbers in [(service["code"], {number}) for number, service in universe.services.items()] + [
                (None, set(universe.services))]:
            own = [line for line in lines if line["service"] in numbers]
            if own or code is None:
                want[code] = (
                    len({line["contract"] for line in own}), len(own),
                    sum(universe.said(line["quantity"], line["terms"], "quantity", day) for line in own),
                    len({universe.contracts[line["contract"]]["holder"] for line in own}))
        got = report(universe.conn, "active_contracts", p_as_of=day)
        assert {row["service"]: tuple(row.values())[2:] for row in got} == want
        assert got[-1]["service"] is None


@pytest.fixture(scope="module")
def numbers(universe):
    """Numbers, blocks, area codes and prefixes of few digits, so that they meet in every way."""
    conn, random = universe.conn, universe.random
    conn.execute("insert into billing.product (code, name) values ('mobile', 'Mobile'), ('fixed', 'Fixed')")
    for code, country, product in (("M", "SE", "mobile"), ("F", "NO", "fixed")):
        conn.execute("insert into billing.destination (code, name, country, product_id) select %s, 'x', %s, product_id"
                     " from billing.product where code = %s", (code, country, product))
    made = {"areas": {}, "prefixes": {}, "assigned": []}
    for digits in {f"{random.randrange(1, 10 ** size)}" for size in (1, 2, 2, 3, 3, 4, 4)}:
        made["areas"][digits] = country = random.choice(("SE", "DK"))
        conn.execute("insert into billing.area_code values (%s, %s, %s)", (country, digits, f"Area {digits}"))
    for digits in {f"{random.randrange(1, 100)}" for _ in range(12)}:
        made["prefixes"][digits] = code = random.choice("MF")
        conn.execute("insert into billing.prefix (digits, destination_id, valid) select %s, destination_id,"
                     " '(,)' from billing.destination where code = %s", (digits, code))
    lines = [line for line in universe.lines if universe.contracts[line["contract"]]["state"] == "active"]
    for _ in range(150):
        line, size = random.choice(lines), random.choice((3, 4, 5))
        low = random.randrange(10 ** (size - 1), 10 ** size)
        high = min(10 ** size - 1, low + random.choice((0, 0, 9, 99, 1500)))
        begins = universe.day(line["from"], line["to"] - dt.timedelta(days=1) if line["to"] else LAST)
        with contextlib.suppress(psycopg.errors.ExclusionViolation, psycopg.errors.ForeignKeyViolation):
            conn.execute("insert into billing.subscriber_number (contract_line_id, number, to_number, from_on)"
                         " values (%s, %s, %s, %s)", (line["id"], f"{low}", f"{high}" if high > low else None, begins))
            made["assigned"].append({"line": line, "from": begins, "low": low, "high": high})
    return made


def longest(number: str, known: dict) -> str | None:
    return max((digits for digits in known if number.startswith(digits)), key=len, default=None)


def test_numbers_by_area_are_those_counted_one_by_one(universe, numbers):
    countries, is_mobile = {"M": "SE", "F": "NO"}, {"M": "mobile", "F": "other"}
    for day in (universe.day() for _ in range(10)):
        used, blocks = {}, set()
        for one in numbers["assigned"]:
            all_of_it = range(one["low"], one["high"] + 1)
            if one["from"] <= day and one["high"] > one["low"]:
                blocks.update(all_of_it)
            if one["from"] <= day and (one["line"]["to"] is None or day < one["line"]["to"]):
                used |= dict.fromkeys(all_of_it, universe.contracts[one["line"]["contract"]]["holder"])
        want = defaultdict(lambda: [0, set(), 0])
        for number in used.keys() | blocks:
            text = f"{number}"
            if area := longest(text, numbers["areas"]):
                place = (numbers["areas"][area], area)
            else:
                code = numbers["prefixes"].get(longest(text, numbers["prefixes"]))
                place = (countries.get(code, "XX"), is_mobile.get(code, "other"))
            if number in used:
                want[place][0] += 1
                want[place][1].add(used[number])
            else:
                want[place][2] += 1
        got = report(universe.conn, "numbers_per_area_code", p_as_of=day)
        assert {(row["country"], row["area_code"]): (row["numbers"], row["customers"], row["free"]) for row in got} == {
            place: (count, len(holders), free) for place, (count, holders, free) in want.items()}


def test_pre_selection_is_what_replaying_it_gives(universe, numbers):
    conn, random = universe.conn, universe.random
    events = []
    for at in sorted({dt.datetime.combine(universe.day(), dt.time(random.randrange(24), random.randrange(60)))
                      for _ in range(400)}):
        one = random.choice(numbers["assigned"])
        number = f"{random.randint(one['low'], one['high'])}" if random.random() < 0.9 else "123456789"
        event = {"at": at, "number": number, "carrier": random.choice(("9511", "9522")),
                 "kind": random.choice(("national", "international", "all")),
                 "state": random.choice(("ordered", "confirmed", "rejected", "active", "active", "ceased"))}
        conn.execute("insert into billing.preselection (number, carrier_prefix, kind, state, happened_at) values"
                     " (%(number)s, %(carrier)s, %(kind)s, %(state)s, %(at)s::timestamp at time zone"
                     " 'Europe/Stockholm')", event)
        events.append(event)

    def active(before: dt.date) -> dict[str, set[str]]:
        """The numbers of each carrier, having seen everything before a day."""
        state = {}
        for event in events:
            if event["at"].date() >= before:
                continue
            for calls in ("national", "international") if event["kind"] == "all" else (event["kind"],):
                if event["state"] == "active":
                    state[event["number"], calls] = event["carrier"]
                elif event["state"] == "ceased" and state.get((event["number"], calls)) == event["carrier"]:
                    del state[event["number"], calls]
        found = defaultdict(set)
        for (number, _), carrier in state.items():
            found[carrier].add(number)
        return found

    for _ in range(10):
        first, end = sorted((universe.day(), universe.day()))
        if first == end:
            continue
        at_start, at_end, want = active(first), active(end), {}
        day = end - dt.timedelta(days=1)
        for carrier in ("9511", "9522"):
            inside = [event["state"] for event in events
                      if event["carrier"] == carrier and first <= event["at"].date() < end]
            holders = {universe.contracts[one["line"]["contract"]]["holder"] for one in numbers["assigned"]
                       if one["from"] <= day and (one["line"]["to"] is None or day < one["line"]["to"])
                       and any(len(number) == len(f"{one['low']}") and one["low"] <= int(number) <= one["high"]
                               for number in at_end[carrier])}
            counts = [inside.count(state) for state in ("ordered", "confirmed", "rejected", "active", "ceased")]
            want[carrier] = [len(at_start[carrier]), *counts, len(at_end[carrier]), len(holders)]
        got = report(conn, "pre_swallow", p_from=first, p_to=end)
        assert {row["carrier_prefix"]: list(row.values())[1:] for row in got} == {
            carrier: row for carrier, row in want.items() if any(row)}
