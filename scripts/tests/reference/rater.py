"""The reference rater: every rule of RATING.md once more, row by row and exact, to compare the database with.

Written from RATING.md and IMPORT.md, never from the SQL. Amounts are fractions, so nothing is rounded but where
section 7 says so. Sections are marked with their numbers.

Where the pages leave a choice, this is how they are read here:
 1. A draft price list gives no price at any level: retail passes over it, a carrier or seller with one is as
    without a list, and a draft ancestor is passed over for its own parent.
 2. Two calls of one contract line with the same start and the same key (two sources) are ordered by source.
 3. The groups, parents, sellers and lists of a customer or contract are those of the local day of the call's
    start; the seller of a contract without one is the customer's own seller, not one from above.
 4. A period of a line is cut to its contract's, a number's to its line's, a bundle's to its line's.
 5. A contract that was noticed ends `notice_months` (the longest of its lines' services) after the notice, and not
    before start + the contract's binding months, or the longest of its lines' services. A month more than a day
    31 is the month's last day.
 6. With split_by_band a stretch without a price suspends the call also where its seconds are free.
 7. `threshold` compares the units of the call; a free call is free of set-up fee and minimum too.
 8. A proposed contract has no numbers at all: its A-numbers are no_subscriber, its B-numbers are not inside.
 9. The contract line that a source names is for calls without account whose A-number is nobody's; an account that
    is given but unknown stays no_subscriber.
10. Two rows of bundles.csv with one code and other periods are two bundles.
11. A list with another currency than the operator's needs a rate at every level that has a list.
"""

import csv
import hashlib
import re
from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

ZERO = Fraction(0)
DAWN, DUSK = date.min, date.max
PER = {"second": 60, "event": 1, "byte": 1_000_000}

COLUMNS = (
    "source key status reason customer_no contract_no line_no mode destination product country units billed cost "
    "reseller regular bundled discount retail currency retail_base cost_base reseller_base margin price_list carrier "
    "seller"
).split()


# ---------------------------------------------------------------------------------------------- 7. Money


def rounded(amount: Fraction, decimals: int, way: str = "half_up") -> Fraction:
    """Rounded once; the dust beyond 12 decimals is taken off first (section 7)."""
    return _rounded(_rounded(amount, 12, "half_up"), decimals, way)


def _rounded(amount: Fraction, decimals: int, way: str) -> Fraction:
    scale = 10**decimals
    whole, rest = divmod(abs(amount) * scale, 1)
    half = Fraction(1, 2)
    up = {
        "half_up": rest >= half,
        "half_even": rest > half or (rest == half and whole % 2 == 1),
        "up": rest > 0,
        "down": False,
    }[way]
    result = Fraction(whole + up, scale)
    return -result if amount < 0 else result


# ------------------------------------------------------------------------------------ The operator's files


def _yes(text: str) -> bool:
    return text == "yes"


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _first(text: str) -> date:
    return date.fromisoformat(text) if text else DAWN


def _end(text: str) -> date:
    return date.fromisoformat(text) if text else DUSK


def _number(text: str) -> Fraction | None:
    return Fraction(text) if text else None


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _second(text: str, default: int) -> int:
    """Seconds from midnight of 08:00 or 08:00:30; 24:00 is the day's end."""
    if not text:
        return default
    return sum(int(part) * unit for part, unit in zip(text.split(":"), (3600, 60, 1), strict=False))


def _weekdays(text: str) -> set[int]:
    days: set[int] = set()
    for part in _list(text) or ["1-7"]:
        first, _, last = part.partition("-")
        days |= set(range(int(first), int(last or first) + 1))
    return days


@dataclass(frozen=True)
class Period:
    """From the first day to the first day no longer covered."""

    first: date = DAWN
    end: date = DUSK

    def __contains__(self, day: date) -> bool:
        return self.first <= day < self.end

    def within(self, other: "Period") -> "Period":
        return Period(max(self.first, other.first), min(self.end, other.end))


@dataclass(frozen=True)
class Destination:
    code: str
    country: str
    product: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Mode:
    code: str
    group: str
    unit: str
    per: int


@dataclass(frozen=True)
class Slot:
    weekdays: frozenset[int]
    first: int
    end: int
    holidays: str
    calendar: str


@dataclass(frozen=True)
class PriceList:
    code: str
    parent: str
    currency: str
    decimals: int
    rounding: str
    is_split: bool
    is_draft: bool


@dataclass(frozen=True)
class Item:
    """A price item: `form` is absolute, relative or blocked; steps are (billed units up to or None, rate)."""

    name: str
    target: tuple[str, str]
    mode: tuple[str, str]
    band: str
    valid: Period
    form: str
    setup: Fraction = ZERO
    steps: tuple[tuple[int | None, Fraction], ...] = ()
    first: int = 1
    next: int = 1
    free: int = 0
    free_mode: str = "threshold"
    minimum: Fraction = ZERO
    maximum: Fraction | None = None
    percent: Fraction = ZERO
    amount: Fraction = ZERO


@dataclass(frozen=True)
class Line:
    contract_no: str
    line_no: str
    customer_no: str
    service: str
    price_list: str
    valid: Period

    @property
    def name(self) -> tuple[str, str]:
        return self.contract_no, self.line_no


@dataclass(frozen=True)
class Bundle:
    code: str
    units: int
    modes: tuple[tuple[str, str], ...]
    targets: tuple[tuple[str, str], ...]
    is_rollover: bool
    covers_setup: bool
    valid: Period


@dataclass(frozen=True)
class Ring:
    code: str
    priority: int
    is_exclusive: bool
    valid: Period
    members: tuple[tuple[str, str], ...]
    modes: tuple[tuple[str, str], ...]
    targets: tuple[tuple[str, str], ...]
    band: str
    volume_unit: str
    volume_from: Fraction
    volume_to: Fraction | None
    kind: str
    value: Fraction
    level: str


@dataclass(frozen=True)
class Source:
    code: str
    zone: ZoneInfo
    carrier: str
    mode: str
    line: tuple[str, str] | None


def _what(text: str, plain: str) -> tuple[str, str]:
    """`group:eu` is ("group", "eu"), `*` is ("*", ""), `inside` is ("inside", ""), `voice` is (plain, "voice")."""
    if text in ("*", "inside"):
        return text, ""
    kind, colon, code = text.partition(":")
    return (kind, code) if colon else (plain, text)


def _whats(text: str, plain: str) -> tuple[tuple[str, str], ...]:
    return tuple(_what(part, plain) for part in _list(text or "*"))


class Operator:
    """The reference data of a folder of files as in IMPORT.md."""

    def __init__(self, folder: Path):
        self.folder = Path(folder)
        row = self._rows("operator")[0]
        self.zone = ZoneInfo(row("time_zone", "Europe/Stockholm"))
        self.currency = row("currency", "SEK")
        self._read_numbering()
        self._read_prices()
        self._read_customers()
        self._read_discounts()
        self.sources = {
            row("code"): Source(
                row("code"),
                ZoneInfo(row("time_zone", str(self.zone))),
                row("carrier"),
                row("mode", "voice"),
                (row("contract_no"), row("line_no", "1")) if row("contract_no") else None,
            )
            for row in self._rows("sources")
        }

    def _rows(self, name: str):
        """The rows of a file, each a function from a column (and its default) to its text."""
        path = self.folder / f"{name}.csv"
        if not path.exists():
            return []
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [lambda column, default="", row=row: row.get(column) or default for row in csv.DictReader(file)]

    def _read_numbering(self) -> None:
        self.modes = {}
        for row in self._rows("modes"):
            unit = row("unit", "second")
            self.modes[row("code")] = Mode(row("code"), row("group"), unit, int(row("per", str(PER[unit]))))
        self.rank = {row("code"): int(row("rank")) for row in self._rows("destination_groups")}
        self.destinations = {
            row("code"): Destination(row("code"), row("country"), row("product"), tuple(_list(row("groups"))))
            for row in self._rows("destinations")
        }
        self.prefixes = defaultdict(list)
        for row in self._rows("prefixes"):
            self.prefixes[row("prefix")].append((Period(_first(row("from")), _end(row("to"))), row("destination")))
        self.holidays = {(row("calendar"), date.fromisoformat(row("date"))) for row in self._rows("holidays")}
        self.bands = defaultdict(list)
        for row in self._rows("bands"):
            self.bands[row("band")].append(
                Slot(
                    frozenset(_weekdays(row("weekdays"))),
                    _second(row("from"), 0),
                    _second(row("to"), 86400),
                    row("holidays", "ignore"),
                    row("calendar"),
                )
            )
        self.rates = defaultdict(list)
        for row in self._rows("exchange_rates"):
            self.rates[row("currency")].append((date.fromisoformat(row("date")), Fraction(row("rate"))))

    def _read_prices(self) -> None:
        rows = {row("code"): row for row in self._rows("price_lists")}

        def currency(code: str) -> str:
            """A list has the currency of its parent."""
            parent = rows[code]("parent")
            return rows[code]("currency") or (currency(parent) if parent else self.currency)

        self.lists = {
            code: PriceList(
                code,
                row("parent"),
                currency(code),
                int(row("decimals", "4")),
                row("rounding", "half_up"),
                _yes(row("split_by_band")),
                _yes(row("draft")),
            )
            for code, row in rows.items()
        }
        self.carriers = {row("code"): row("price_list") for row in self._rows("carriers")}
        self.sellers = {row("code"): row("price_list") for row in self._rows("sellers")}
        self.items = defaultdict(list)
        for number, row in enumerate(self._rows("prices"), 2):
            if row("target").startswith("service:"):
                continue
            what = {
                "name": f"prices.csv line {number}",
                "target": _what(row("target"), "dest"),
                "mode": _what(row("mode", "*"), "mode"),
                "band": row("band"),
                "valid": Period(_first(row("from")), _end(row("to"))),
            }
            if _yes(row("not_for_sale")):
                item = Item(**what, form="blocked")
            elif row("percent") or row("amount"):
                item = Item(
                    **what,
                    form="relative",
                    percent=Fraction(row("percent", "0")),
                    amount=Fraction(row("amount", "0")),
                )
            else:
                steps = ((None, Fraction(row("rate"))),) if row("rate") else _steps(row("steps"))
                item = Item(
                    **what,
                    form="absolute",
                    setup=Fraction(row("setup", "0")),
                    steps=steps,
                    first=int(row("first", "1")),
                    next=int(row("next", "1")),
                    free=int(row("free", "0")),
                    free_mode=row("free_mode", "threshold"),
                    minimum=Fraction(row("minimum", "0")),
                    maximum=_number(row("maximum")),
                )
            self.items[row("price_list")].append(item)

    def _read_customers(self) -> None:
        self.services = {row("code"): row for row in self._rows("services")}
        self.customers = {row("customer_no"): row for row in self._rows("customers")}
        self.customer_terms = self._terms("customer_terms", "customer_no")
        contract_rows = {row("contract_no"): row for row in self._rows("contracts")}
        self.contracts = {no: row for no, row in contract_rows.items() if row("state", "active") == "active"}
        self.contract_terms = self._terms("contract_terms", "contract_no")
        self.line_terms = self._terms("line_terms", "contract_no", "line_no")
        line_rows = self._rows("contract_lines")
        self.lines = {}
        for row in line_rows:
            contract = self.contracts.get(row("contract_no"))
            if contract is None:
                continue
            services = [
                self.services[other("service")] for other in line_rows if other("contract_no") == row("contract_no")
            ]
            whole = Period(date.fromisoformat(contract("start")), _contract_end(contract, services))
            line = Line(
                row("contract_no"),
                row("line_no"),
                contract("customer_no"),
                row("service"),
                row("price_list"),
                Period(_first(row("from")), _end(row("to"))).within(whole),
            )
            self.lines[line.name] = line
        self.numbers = {"number": defaultdict(list), "account": defaultdict(list)}
        self.blocks = []
        for row in self._rows("numbers"):
            line = self.lines.get((row("contract_no"), row("line_no", "1")))
            if line is None:
                continue
            period = Period(_first(row("from")), _end(row("to"))).within(line.valid)
            if row("to_number"):
                self.blocks.append((row("number"), row("to_number"), period, line))
            else:
                self.numbers[row("kind", "number")][row("number")].append((period, line))

    def _terms(self, name: str, *key: str) -> dict[tuple, list]:
        """What changes over time, latest first."""
        terms = defaultdict(list)
        for row in self._rows(name):
            terms[tuple(row(column) for column in key)].append(row)
        for rows in terms.values():
            rows.sort(key=lambda row: row("from"), reverse=True)
        return terms

    def _read_discounts(self) -> None:
        self.bundles = defaultdict(list)
        for row in self._rows("bundles"):
            line = self.lines.get((row("contract_no"), row("line_no", "1")))
            if line is None:
                continue
            self.bundles[line.name].append(
                Bundle(
                    row("code"),
                    int(row("units")),
                    _whats(row("modes"), "mode"),
                    _whats(row("targets"), "dest"),
                    _yes(row("rollover")),
                    _yes(row("covers_setup", "yes")),
                    Period(_first(row("from")), _end(row("to"))).within(line.valid),
                )
            )
        self.rings = [
            Ring(
                row("code"),
                int(row("priority")),
                _yes(row("exclusive")),
                Period(_first(row("from")), _end(row("to"))),
                _whats(row("members"), "customer"),
                _whats(row("modes"), "mode"),
                _whats(row("targets"), "dest"),
                row("band"),
                row("volume_unit", "none"),
                Fraction(row("volume_from", "0")),
                _number(row("volume_to")),
                row("kind"),
                Fraction(row("value")),
                row("level", "retail"),
            )
            for row in self._rows("rings")
        ]

    # What holds on a day: the base files' values hold from the first day, terms change them, empty = as before.

    def _as_of(self, row, terms: list, column: str, day: date) -> str:
        changed = [term(column) for term in terms if date.fromisoformat(term("from")) <= day and term(column)]
        return changed[0] if changed else row(column)

    @cache  # noqa: B019  one operator lives for one comparison
    def customer(self, no: str, column: str, day: date) -> str:
        return self._as_of(self.customers[no], self.customer_terms.get((no,), []), column, day)

    @cache  # noqa: B019
    def contract(self, no: str, column: str, day: date) -> str:
        return self._as_of(self.contracts[no], self.contract_terms.get((no,), []), column, day)

    def line_list(self, line: Line, day: date) -> str:
        terms = self.line_terms.get(line.name, [])
        return self._as_of(lambda column: line.price_list, terms, "price_list", day)

    @cache  # noqa: B019
    def customer_and_above(self, no: str, day: date) -> tuple[str, ...]:
        path = []
        while no:
            path.append(no)
            no = self.customer(no, "parent_no", day)
        return tuple(path)


def _steps(text: str) -> tuple[tuple[int | None, Fraction], ...]:
    """`60:4.5;300:2.25;:1.1`: up to 60 at 4.5, to 300 at 2.25, the rest at 1.1."""
    pairs = (part.partition(":") for part in text.split(";"))
    return tuple((int(to) if to else None, Fraction(rate)) for to, _, rate in pairs)


def _contract_end(contract, services: list) -> date:
    if contract("end"):
        return date.fromisoformat(contract("end"))
    if not contract("noticed_on"):
        return DUSK
    notice = max(int(service("notice_months", "0")) for service in services)
    binding = max(int(service("binding_months", "0")) for service in services)
    binding = int(contract("binding_months", str(binding)))
    return max(
        _months_later(date.fromisoformat(contract("noticed_on")), notice),
        _months_later(date.fromisoformat(contract("start")), binding),
    )


# ---------------------------------------------------------------------------- 1. From a record to a call


@dataclass
class Call:
    """A record as read, and everything that was decided about it."""

    source: Source
    text: str
    key: str = ""
    started_at: datetime | None = None
    units: int | None = None
    a_number: str = ""
    b_number: str = ""
    mode_code: str = ""
    carrier_code: str = ""
    account: str = ""

    status: str = ""
    reason: str = ""
    local: datetime | None = None
    line: Line | None = None
    mode: Mode | None = None
    destination: Destination | None = None
    prefix: str = ""
    carrier: str = ""
    seller: str = ""
    cost: "Price | None" = None
    reseller: "Price | None" = None
    retail: "Price | None" = None
    reseller_net: Fraction | None = None
    retail_net: Fraction | None = None
    bundled: Fraction = ZERO
    draws: list[tuple[str, int]] = field(default_factory=list)
    taken: dict[str, Fraction] = field(default_factory=dict)
    base: dict[str, Fraction | None] = field(default_factory=dict)

    @property
    def day(self) -> date:
        return self.local.date()

    @property
    def month(self) -> tuple[int, int]:
        return self.local.year, self.local.month

    def columns(self) -> dict:
        """The columns of golden/expected/rated_calls.csv; amounts as fractions, None where empty."""
        row = dict.fromkeys(COLUMNS)
        row |= {"source": self.source.code, "key": self.key, "status": self.status, "units": self.units}
        row["reason"] = self.reason or None
        if self.status != "rated":
            return row
        base = self.base
        row |= {
            "customer_no": self.line.customer_no,
            "contract_no": self.line.contract_no,
            "line_no": self.line.line_no,
            "mode": self.mode.code,
            "destination": self.destination.code,
            "product": self.destination.product,
            "country": self.destination.country,
            "billed": self.retail.billed,
            "cost": self.cost.regular if self.cost else None,
            "reseller": self.reseller_net,
            "regular": self.retail.regular,
            "bundled": self.bundled,
            "discount": self.retail.regular - self.bundled - self.retail_net,
            "retail": self.retail_net,
            "currency": self.retail.list.currency,
            "retail_base": base["retail"],
            "cost_base": base["cost"],
            "reseller_base": base["reseller"],
            "margin": None if base["cost"] is None else base["retail"] - base["cost"],
            "price_list": self.retail.list.code,
            "carrier": self.carrier or None,
            "seller": self.seller or None,
        }
        return row


class Suspended(Exception):
    """The first reason that applies."""


class NoPrice(Suspended):
    """No item in the list and its ancestors gives a price."""


class NotForSale(Suspended):
    """The item that decides says not for sale."""


UNITS = re.compile(r"[+-]?[0-9]+([.][0-9]+)?")


def read_calls(source: Source, path: Path) -> list[Call]:
    """The records of a file in the plain form, in its order."""
    lines = Path(path).read_text("utf-8-sig").splitlines()
    header = next(csv.reader(lines[:1]))
    return [read_call(source, text, header) for text in lines[1:] if text]


def read_call(source: Source, text: str, header: list[str]) -> Call:
    values = next(csv.reader([text]))
    call = Call(source, text)
    if len(values) != len(header):
        return call
    row = defaultdict(str, zip(header, values, strict=True))
    call.key = row["key"]
    call.a_number, call.b_number = row["a_number"], row["b_number"]
    call.mode_code = row["mode"] or source.mode
    call.carrier_code = row["carrier"] or source.carrier
    call.account = row["account"]
    call.started_at = _start(source, row["started_at"])
    if UNITS.fullmatch(row["units"]):
        units = Fraction(row["units"])
        # A fraction of a second is rounded up; a negative one is negative before that.
        call.units = int(units // 1) if units < 0 else -int(-units // 1)
    return call


def _start(source: Source, text: str) -> datetime | None:
    """Cut to whole seconds; without an offset in the source's zone, in the gap of spring shifted forward."""
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        return None
    if start.tzinfo is None:
        start = start.replace(tzinfo=source.zone)
    return start.astimezone(UTC).replace(microsecond=0)


class Rater:
    """Loads calls and rates them; `rate` may be asked again after more were loaded."""

    def __init__(self, operator: Operator, now: datetime):
        self.operator = operator
        self.now = now
        self.calls: list[Call] = []
        self.known: set[tuple[str, str]] = set()

    def load(self, source_code: str, path: Path) -> list[Call]:
        """1.9: each record is exactly one of suspended bad_record, zero, duplicate, else rated or suspended."""
        calls = read_calls(self.operator.sources[source_code], path)
        for call in calls:
            is_bad = call.started_at is None or call.units is None
            if is_bad:
                call.key = _hash(call.text)
            elif not call.key:
                call.key = _hash(
                    call.started_at.isoformat(),
                    call.units,
                    call.a_number,
                    call.b_number,
                    call.mode_code,
                    call.carrier_code,
                    call.account,
                )
            known = (call.source.code, call.key) in self.known
            if call.units == 0 and not is_bad:
                call.status = "zero"
            elif known:
                call.status = "duplicate"
            else:
                self.known.add((call.source.code, call.key))
                call.status = "suspended" if is_bad else "kept"
                call.reason = "bad_record" if is_bad else ""
        self.calls += calls
        return calls

    def rate(self) -> list[Call]:
        """All calls with their prices, in the order they were loaded."""
        kept = [call for call in self.calls if call.status not in ("zero", "duplicate") and call.reason != "bad_record"]
        for call in kept:
            try:
                self._price(call)
                call.status, call.reason = "rated", ""
            except Suspended as reason:
                call.status, call.reason = "suspended", str(reason)
        self._discount([call for call in kept if call.status == "rated"])
        return self.calls

    def _price(self, call: Call) -> None:
        """1.10: the reasons of suspense in their order."""
        operator = self.operator
        call.local = call.started_at.astimezone(operator.zone)
        if call.units < 0:
            raise Suspended("bad_duration")
        if call.started_at > self.now + timedelta(days=1):
            raise Suspended("future_start")
        call.mode = operator.modes.get(call.mode_code)
        if call.mode is None:
            raise Suspended("unknown_mode")
        call.carrier = call.carrier_code
        if call.carrier and call.carrier not in operator.carriers:
            raise Suspended("unknown_carrier")
        call.line = self._subscriber(call)
        if call.line is None:
            raise Suspended("no_subscriber")
        call.prefix, call.destination = self._destination(call)
        if call.destination is None:
            raise Suspended("no_destination")
        call.retail = self._retail_price(call)
        try:
            call.cost = self._level_price(call, operator.carriers.get(call.carrier))
        except (NoPrice, NotForSale) as error:
            raise Suspended("no_cost") from error
        call.seller = self._seller(call)
        try:
            call.reseller = self._level_price(call, operator.sellers.get(call.seller))
        except (NoPrice, NotForSale) as error:
            raise Suspended("no_reseller_price") from error
        for price in (call.cost, call.reseller, call.retail):
            if price and self._exchange_rate(price.list.currency, call.day) is None:
                raise Suspended("no_exchange_rate")

    def _subscriber(self, call: Call) -> Line | None:
        """1.5: the account finds the contract line where there is one, else the A-number, else the source's line."""
        if call.account:
            return self._line_of("account", call.account, call.day)
        line = self._line_of("number", call.a_number, call.day)
        if line is None and call.source.line:
            line = self.operator.lines.get(call.source.line)
            if line is not None and call.day not in line.valid:
                return None
        return line

    def _line_of(self, kind: str, number: str, day: date) -> Line | None:
        for period, line in self.operator.numbers[kind].get(number, []):
            if day in period:
                return line
        if kind == "number":
            for first, last, period, line in self.operator.blocks:
                if len(first) == len(number) and first <= number <= last and day in period:
                    return line
        return None

    def _destination(self, call: Call) -> tuple[str, Destination | None]:
        """1.6: the longest prefix valid on the day; one for the whole number beats every other."""
        number = call.b_number
        if not number.isdecimal():
            return "", None
        for prefix in [number + "$", *(number[:length] for length in range(len(number), 0, -1))]:
            for period, code in self.operator.prefixes.get(prefix, []):
                if call.day in period:
                    return prefix, self.operator.destinations[code]
        return "", None

    # ---------------------------------------------------------------- 2. Which price list, at which level

    def _seller(self, call: Call) -> str:
        operator, line = self.operator, call.line
        return operator.contract(line.contract_no, "seller", call.day) or operator.customer(
            line.customer_no, "seller", call.day
        )

    def _level_price(self, call: Call, code: str | None) -> "Price | None":
        """Cost and reseller have one list or none."""
        price_list = self.operator.lists.get(code)
        if price_list is None or price_list.is_draft:
            return None
        return self._list_price(call, price_list)

    def _retail_price(self, call: Call) -> "Price":
        """The first list that gives a price, or says not for sale, decides."""
        operator, line, day = self.operator, call.line, call.day
        above = (
            operator.customer(customer_no, "price_list", day)
            for customer_no in operator.customer_and_above(line.customer_no, day)
        )
        codes = [
            operator.line_list(line, day),
            operator.contract(line.contract_no, "price_list", day),
            next(filter(None, above), ""),
            operator.services[line.service]("price_list"),
        ]
        for code in codes:
            price_list = operator.lists.get(code)
            if price_list is None or price_list.is_draft:
                continue
            try:
                return self._list_price(call, price_list)
            except NoPrice:
                if self._first_stretch_has_price(call, price_list):
                    raise
        raise NoPrice("no_price")

    def _exchange_rate(self, currency: str, day: date) -> Fraction | None:
        if currency == self.operator.currency:
            return Fraction(1)
        known = [(from_on, rate) for from_on, rate in self.operator.rates[currency] if from_on <= day]
        return max(known)[1] if known else None

    # ---------------------------------------------------------------------------- 3. Which price item

    def _find(self, call: Call, code: str, bands: frozenset[str]) -> Item:
        """The item that decides at a moment inside these bands, relative ones worked out; section 3's order."""
        while code:
            price_list = self.operator.lists[code]
            if not price_list.is_draft:
                matching = [item for item in self.operator.items[code] if self._matches(item, call, bands)]
                if matching:
                    return self._worked_out(call, min(matching, key=self._order), price_list, bands)
            code = price_list.parent
        raise NoPrice("no_price")

    def _matches(self, item: Item, call: Call, bands: frozenset[str]) -> bool:
        return (
            call.day in item.valid
            and matches_target(item.target, call.destination)
            and matches_mode(item.mode, call.mode)
            and (not item.band or item.band in bands)
        )

    def _order(self, item: Item) -> tuple:
        """The most specific destination, then mode, then band first; groups by rank, bands by code."""
        kind, code = item.target
        return (
            ("dest", "group", "product", "*").index(kind),
            self.operator.rank[code] if kind == "group" else 0,
            ("mode", "group", "*").index(item.mode[0]),
            not item.band,
            item.band.encode(),
        )

    def _worked_out(self, call: Call, item: Item, price_list: PriceList, bands: frozenset[str]) -> Item:
        if item.form == "blocked":
            raise NotForSale("not_for_sale")
        if item.form == "absolute":
            return item
        base = self._find(call, price_list.parent, bands)
        factor = 1 + item.percent / 100

        def changed(value: Fraction, amount: Fraction = ZERO) -> Fraction:
            return max(ZERO, value * factor + amount)

        return Item(
            name=f"{item.name} on {base.name}",
            target=item.target,
            mode=item.mode,
            band=item.band,
            valid=item.valid,
            form="absolute",
            setup=changed(base.setup),
            steps=tuple((to, changed(rate, item.amount)) for to, rate in base.steps),
            first=base.first,
            next=base.next,
            free=base.free,
            free_mode=base.free_mode,
            minimum=changed(base.minimum),
            maximum=None if base.maximum is None else changed(base.maximum),
        )

    def bands_at(self, moment: datetime) -> frozenset[str]:
        """The bands that a moment is in, by its wall-clock time."""
        local = moment.astimezone(self.operator.zone)
        second = local.hour * 3600 + local.minute * 60 + local.second
        return self._bands_on(local.date(), second)

    @cache  # noqa: B019
    def _bands_on(self, day: date, second: int) -> frozenset[str]:
        def covers(slot: Slot) -> bool:
            is_holiday = (slot.calendar, day) in self.operator.holidays
            return (
                day.isoweekday() in slot.weekdays
                and slot.first <= second < slot.end
                and {"ignore": True, "except": not is_holiday, "only": is_holiday}[slot.holidays]
            )

        return frozenset(band for band, slots in self.operator.bands.items() if any(map(covers, slots)))

    # ------------------------------------------------------------------------- 4. What the item charges

    def _first_stretch_has_price(self, call: Call, price_list: PriceList) -> bool:
        try:
            self._find(call, price_list.code, self.bands_at(call.started_at))
        except NoPrice:
            return False
        return True

    def _list_price(self, call: Call, price_list: PriceList) -> "Price":
        """The regular price of a call by a list and its ancestors."""
        item = self._find(call, price_list.code, self.bands_at(call.started_at))
        stretches = [(0, item)]
        if price_list.is_split and call.mode.unit == "second":
            stretches += [
                (begin, self._find(call, price_list.code, self.bands_at(call.started_at + timedelta(seconds=begin))))
                for begin in self._borders(call)
            ]
        billed = billed_units(item, call.units)
        if is_free(item, call.units):
            return Price(price_list, item, billed, ZERO)
        amount = item.setup + sum(
            amount_between(stretch, begin, end) for stretch, begin, end in positions(stretches, item, billed)
        ) / Fraction(call.mode.per)
        amount = max(amount, item.minimum)
        if item.maximum is not None:
            amount = min(amount, item.maximum)
        return Price(price_list, item, billed, rounded(amount, price_list.decimals, price_list.rounding))

    def _borders(self, call: Call) -> list[int]:
        """The seconds of the call at which the set of bands changes."""
        start = call.started_at
        end = start + timedelta(seconds=call.units)
        moments = {moment for moment in self._wall_borders(start, end) if start < moment < end}
        borders, before = [], self.bands_at(start)
        for moment in sorted(moments):
            bands = self.bands_at(moment)
            if bands != before:
                borders.append(int((moment - start).total_seconds()))
            before = bands
        return borders

    def _wall_borders(self, start: datetime, end: datetime) -> set[datetime]:
        """Midnights, the bands' own borders (twice in the doubled hour) and the clock changes around a call."""
        zone = self.operator.zone
        seconds = {0} | {edge for slots in self.operator.bands.values() for s in slots for edge in (s.first, s.end)}
        moments = set()
        day = start.astimezone(zone).date()
        while day <= end.astimezone(zone).date():
            midnight = datetime(day.year, day.month, day.day)
            for second in seconds:
                wall = (midnight + timedelta(seconds=second)).replace(tzinfo=zone)
                moments |= {wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}
            day += timedelta(days=1)
            change = _clock_change(zone, midnight, midnight + timedelta(days=1))
            moments |= {change} if change else set()
        return moments

    # -------------------------------------------------------- 4. Bundles, 5. Discount rings, 2. Currencies

    def _discount(self, calls: list[Call]) -> None:
        """Bundles and volume intervals go by start, then record key."""
        for call in calls:
            call.bundled, call.draws, call.taken = ZERO, [], {}
        drawn: dict = defaultdict(int)
        counters: dict = defaultdict(lambda: {"block": ZERO, "call": 0, "amount": ZERO})
        calls.sort(key=lambda call: (call.started_at, call.key.encode(), call.source.code.encode()))
        for call in calls:
            self._draw(call, drawn)
            call.retail_net = self._ring(call, "retail", call.retail, counters)
            if call.reseller:
                call.reseller_net = self._ring(call, "reseller", call.reseller, counters)
            call.bundled = rounded(call.bundled, 6)
            for level, price, net in (
                ("cost", call.cost, call.cost and call.cost.regular),
                ("reseller", call.reseller, call.reseller_net),
                ("retail", call.retail, call.retail_net),
            ):
                rate = price and self._exchange_rate(price.list.currency, call.day)
                call.base[level] = None if price is None else rounded(net * rate, 6)

    def _draw(self, call: Call, drawn: dict) -> None:
        """Bundles that match, by code; a call whose regular price is 0 draws nothing."""
        price = call.retail
        bundles = [bundle for bundle in self.operator.bundles[call.line.name] if self._bundle_matches(bundle, call)]
        if price.regular == 0:
            return
        covered = 0
        for bundle in sorted(bundles, key=lambda bundle: (bundle.code.encode(), bundle.valid.first)):
            name = (*call.line.name, bundle.code, bundle.valid.first)
            left = bundle.units + self._carried(bundle, name, call.month, drawn) - drawn[name, call.month]
            units = min(price.billed - covered, left)
            if units > 0:
                drawn[name, call.month] += units
                covered += units
                base = price.regular if bundle.covers_setup else max(ZERO, price.regular - price.item.setup)
                call.bundled += base * units / price.billed
                call.draws.append((bundle.code, units))

    def _bundle_matches(self, bundle: Bundle, call: Call) -> bool:
        """`*` is all modes that count seconds."""
        return (
            call.day in bundle.valid
            and any(matches_target(target, call.destination) for target in bundle.targets)
            and any(
                matches_mode(mode, call.mode) and (mode[0] != "*" or call.mode.unit == "second")
                for mode in bundle.modes
            )
        )

    def _carried(self, bundle: Bundle, name: tuple, month: tuple[int, int], drawn: dict) -> int:
        """What is left of the month before's own units; carried ones are used first and not carried twice."""
        if not bundle.is_rollover:
            return 0
        carried = 0
        year_month = (bundle.valid.first.year, bundle.valid.first.month)
        while year_month < month:
            own_used = max(0, drawn[name, year_month] - carried)
            carried = bundle.units - own_used
            year, number = year_month
            year_month = (year + number // 12, number % 12 + 1)
        return carried

    def _ring(self, call: Call, level: str, price: "Price", counters: dict) -> Fraction:
        """The amount after all rings of a level, each on what the one before left, rounded once."""
        covered = sum(units for _, units in call.draws) if level == "retail" else 0
        amount = price.regular - call.bundled if level == "retail" else price.regular
        blocks = Fraction(price.billed - covered, call.mode.per)
        rings = [ring for ring in self.operator.rings if ring.level == level and self._ring_matches(ring, call)]
        rings.sort(key=lambda ring: (ring.priority, ring.code.encode()))
        if amount == 0:
            return ZERO
        spans = {}
        cuts = {ZERO, Fraction(1)}
        for ring in rings:
            if ring.volume_unit == "none":
                continue
            counter = counters[ring.code, call.line.customer_no, call.month]
            begin = counter[ring.volume_unit]
            length = {"block": blocks, "call": ZERO, "amount": amount}[ring.volume_unit]
            spans[ring.code] = (begin, length)
            for edge in (ring.volume_from, ring.volume_to):
                if edge is not None and begin < edge < begin + length:
                    cuts.add((edge - begin) / length)
            counter["block"] += blocks
            counter["call"] += 1
            counter["amount"] += amount
        edges = sorted(cuts)
        net = ZERO
        for begin, end in zip(edges, edges[1:], strict=False):
            share = end - begin
            rest = amount * share
            for ring in rings:
                if ring.code in spans and not _is_inside(ring, *spans[ring.code], begin):
                    continue
                before, rest = rest, max(ZERO, after_ring(ring, rest, blocks * share, share))
                call.taken[ring.code] = call.taken.get(ring.code, ZERO) + before - rest
                if ring.is_exclusive:
                    break
            net += rest
        return rounded(net, price.list.decimals, price.list.rounding)

    def _ring_matches(self, ring: Ring, call: Call) -> bool:
        """Who, what and when."""
        return (
            call.day in ring.valid
            and (not ring.band or ring.band in self.bands_at(call.started_at))
            and any(matches_mode(mode, call.mode) for mode in ring.modes)
            and self._is_member(ring, call.line, call.day)
            and any(
                self._is_member(ring, self._line_of("number", call.b_number, call.day), call.day)
                if target[0] == "inside"
                else matches_target(target, call.destination)
                for target in ring.targets
            )
        )

    def _is_member(self, ring: Ring, line: Line | None, day: date) -> bool:
        """Customers and groups with everyone below them, contracts, or everyone."""
        if line is None:
            return False
        for kind, code in ring.members:
            if kind == "*" or (kind == "contract" and code == line.contract_no):
                return True
            for customer_no in self.operator.customer_and_above(line.customer_no, day):
                if kind == "customer" and code == customer_no:
                    return True
                if kind == "group" and code in _list(self.operator.customer(customer_no, "groups", day)):
                    return True
        return False


@dataclass(frozen=True)
class Price:
    """What a level's list charges; the item is that of the call's first moment."""

    list: PriceList
    item: Item
    billed: int
    regular: Fraction


def matches_target(target: tuple[str, str], destination: Destination) -> bool:
    kind, code = target
    return (
        kind == "*"
        or code
        in {
            "dest": (destination.code,),
            "group": destination.groups,
            "product": (destination.product,),
            "inside": (),
        }[kind]
    )


def matches_mode(wanted: tuple[str, str], mode: Mode) -> bool:
    kind, code = wanted
    return kind == "*" or code == (mode.group if kind == "group" else mode.code)


def is_free(item: Item, units: int) -> bool:
    """Free units of both ways: a call of no more than them costs nothing at all."""
    return units <= item.free


def billed_units(item: Item, units: int) -> int:
    """The first increment, then the rest rounded up to whole next ones; wholly deducted calls have none."""
    charged = units - item.free if item.free_mode == "deduct" else units
    if charged <= 0:
        return 0
    if charged <= item.first:
        return item.first
    rest = charged - item.first
    return item.first + -(-rest // item.next) * item.next


def positions(stretches: list[tuple[int, Item]], item: Item, billed: int):
    """Each stretch's item and the positions, in billed units, where it lies: deducted free units are the first
    seconds of the call, and what rounding up adds falls on the last stretch."""
    deducted = item.free if item.free_mode == "deduct" else 0
    begins = [max(0, begin - deducted) for begin, _ in stretches] + [billed]
    for number, (_, stretch) in enumerate(stretches):
        yield stretch, begins[number], begins[number + 1]


def amount_between(item: Item, begin: int, end: int) -> Fraction:
    """Rate x billed units from one position to another, step by step."""
    total, low = ZERO, 0
    for to, rate in item.steps:
        high = end if to is None else to
        total += max(0, min(end, high) - max(begin, low)) * rate
        low = high
    return total


def after_ring(ring: Ring, amount: Fraction, blocks: Fraction, share: Fraction) -> Fraction:
    """Section 5's table; of an amount per call a piece has its share."""
    return {
        "percent": amount * (1 - ring.value / 100),
        "off_minute": amount - ring.value * blocks,
        "off_call": amount - ring.value * share,
        "price_minute": ring.value * blocks,
        "price_call": ring.value * share,
    }[ring.kind]


def _is_inside(ring: Ring, counted: Fraction, length: Fraction, piece: Fraction) -> bool:
    """A piece lies wholly inside the interval or wholly outside; `piece` is where it begins, as a share."""
    where = counted + length * piece
    return ring.volume_from <= where and (ring.volume_to is None or where < ring.volume_to)


def _clock_change(zone: ZoneInfo, begin: datetime, end: datetime) -> datetime | None:
    """The instant between two wall-clock times at which the zone's offset changes."""
    low, high = (moment.replace(tzinfo=zone).astimezone(UTC) for moment in (begin, end))

    def offset(moment: datetime) -> timedelta:
        return moment.astimezone(zone).utcoffset()

    before = offset(low)
    if offset(high) == before:
        return None
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        low, high = (middle, high) if offset(middle) == before else (low, middle)
    return high


def _hash(*parts) -> str:
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()
