"""Small but nasty operators and calls, for comparing the database with the reference rater.

`build(random)` makes one from any random.Random: the same seed gives the same operator. `operators()` is the
Hypothesis strategy around it, whose Random shrinks. A choice that comes out low is the plainer one, so that a
shrunk operator is small.
"""

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

MONTHS = [date(2026, month, 1) for month in (8, 9, 10, 11)]
ZONES = ["Europe/Stockholm"] * 5 + ["Europe/Helsinki", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]
# Codes that another order than byte by byte would sort differently.
CODES = ["A", "b", "B", "a", "Z", "z", "é", "A_1", "A-1", "a b"]
COUNTRIES = ["SE", "NO", "XX", "US"]
# The clock changes of Stockholm, and the same nights elsewhere.
CLOCK_DAYS = [date(2026, 3, 29), date(2026, 10, 25)]


@dataclass
class Scenario:
    """The files of an operator, and per source its calls."""

    files: dict[str, list[dict]]
    calls: dict[str, list[dict]]

    def write(self, folder: Path) -> Path:
        """Writes the operator's files to a folder."""
        for name, rows in self.files.items():
            if rows:
                write_csv(folder / f"{name}.csv", rows)
        return folder

    def write_calls(self, folder: Path, name: str, part: slice = slice(None)) -> list[tuple[str, Path]]:
        """Writes one file of calls for each source; gives the sources and files."""
        written = []
        for source, calls in self.calls.items():
            path = folder / f"{name}_{source}.csv"
            write_csv(path, calls[part], CALL_COLUMNS)
            written.append((source, path))
        return written

    def __repr__(self) -> str:
        rows = [f"{name}: {row}" for name, rows in self.files.items() for row in rows]
        return "\n".join(["Scenario", *rows, *(f"{source}: {row}" for source, c in self.calls.items() for row in c)])


CALL_COLUMNS = "key started_at units a_number b_number mode carrier account".split()


def write_csv(path: Path, rows: list[dict], columns: list[str] | None = None) -> None:
    columns = columns or list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@st.composite
def operators(draw) -> Scenario:
    return build(draw(st.randoms(use_true_random=False)))


def build(random: Random, calls: int = 90) -> Scenario:
    return Builder(random).build(calls)


class Builder:
    """Draws one operator, file by file, each from what the files before have."""

    def __init__(self, random: Random):
        self.random = random
        self.files: dict[str, list[dict]] = {}

    # Drawing.

    def chance(self, percent: int) -> bool:
        return self.random.randint(0, 99) >= 100 - percent

    def pick(self, values):
        return values[self.random.randint(0, len(values) - 1)]

    def some(self, values, least: int = 0, most: int = 3) -> list:
        count = self.random.randint(least, most)
        return list(dict.fromkeys(self.pick(values) for _ in range(count))) if values else []

    def amount(self, top: int, decimals: int) -> str:
        """A decimal number, often a round one, so that ties and equal amounts happen."""
        decimals = self.random.randint(0, decimals)
        return decimal(self.random.randint(0, top * 10**decimals), decimals)

    def day(self) -> date:
        """Often a month's first, or the day of a clock change: where dated things meet."""
        if self.chance(40):
            return self.pick([*MONTHS, date(2026, 10, 25), date(2026, 10, 26)])
        return date(2026, 9, 1) + timedelta(self.random.randint(0, 75))

    def add(self, file: str, /, **row) -> dict:
        row = {column.rstrip("_"): value for column, value in row.items()}
        self.files.setdefault(file, []).append(row)
        return row

    def codes(self, name: str, column: str = "code") -> list[str]:
        return [row[column] for row in self.files.get(name, [])]

    def periods(self) -> list[tuple[str, str]]:
        """One or two periods that follow each other, perhaps with a gap."""
        if self.chance(65):
            return [("", "")]
        first, second = sorted((self.day(), self.day()))
        if self.chance(50):
            return [("", str(first)), (str(first), "")]
        if first == second:
            return [(str(first), "")]
        return [("", str(first)), (str(second), "")] if self.chance(30) else [(str(first), str(second))]

    # The operator.

    def build(self, calls: int) -> Scenario:
        self.zone = self.pick(ZONES)
        self.add("operator", name="Nasty", org_no="556000-0001", time_zone=self.zone, currency="SEK", mode="full")
        self.money()
        self.traffic()
        self.times()
        self.price_lists()
        self.parties()
        self.contracts()
        self.discounts()
        self.sources()
        return Scenario(self.files, self.make_calls(calls))

    def money(self) -> None:
        for code, decimals in (("SEK", 2), ("EUR", 2), ("JPY", 0)):
            self.add("currencies", code=code, decimals=decimals)
        for day in sorted({self.day() for _ in range(self.random.randint(0, 3))}):
            self.add("exchange_rates", date=day, currency="EUR", rate=self.pick(["11.25", "10.0003", "11.3333333333"]))
        if self.chance(80):
            self.add("exchange_rates", date="2026-01-01", currency="EUR", rate="11.1")
        if self.chance(80):
            self.add("exchange_rates", date="2026-01-01", currency="JPY", rate="0.0712345678")

    def traffic(self) -> None:
        products = ["fixed", "mobile", "abroad"][: self.random.randint(1, 3)]
        for code in products:
            self.add("products", code=code, name=code)
        self.add("products", code="fee", name="fee")
        self.products = products
        self.add("modes", code="voice", name="Voice", group="calls", unit="second", per=60)
        self.add("modes", code="fwd", name="Forwarded", group="calls", unit="second", per=self.pick([60, 1, 7, 3600]))
        self.add("modes", code="sms", name="SMS", group="messages", unit="event", per=self.pick([1, 3]))
        self.add("modes", code="data", name="Data", group="", unit="byte", per=self.pick([1_000_000, 1024]))
        for rank, code in enumerate(self.some(["g1", "g2", "g3", "G2"], 0, 4)):
            self.add("destination_groups", code=code, name=code, rank=self.pick([10, 5, 7, 90]) * 10 + rank)
        groups = self.codes("destination_groups")
        for number in range(self.random.randint(1, 5)):
            self.add(
                "destinations",
                code=f"D{number}",
                name=f"Destination {number}",
                country=self.pick(COUNTRIES),
                product=self.pick(products),
                groups=";".join(self.some(groups, 0, 3)),
            )
        destinations = self.codes("destinations")
        prefixes = ["468", "4687", "479", "4799", "12", "112$", "46870000001$", "4690", "47912345678$"]
        always = ["46", "47", "1"]
        for prefix in [*always, *self.some(prefixes, 1, 9)]:
            for first, end in [("", "")] if prefix in always and self.chance(90) else self.periods():
                self.add("prefixes", prefix=prefix, destination=self.pick(destinations), from_=first, to=end)

    def times(self) -> None:
        days = [date(2026, 10, 14), date(2026, 10, 25), date(2026, 10, 31), date(2026, 9, 30), date(2026, 3, 29)]
        for day in self.some(days, 0, 3):
            self.add("holidays", calendar="C", date=day, name="Holiday")
        hours = ["00:00", "02:00", "02:30", "03:00", "08:00", "18:00", "23:59", "24:00"]
        has_holidays = bool(self.files.get("holidays"))
        for band in self.some(CODES, 0, 4):
            slots: set[tuple[str, str]] = set()
            for _ in range(self.random.randint(1, 3)):
                first, end = sorted((self.random.randint(0, 7), self.random.randint(0, 7)))
                if first == end:
                    first, end = 0, 7
                holidays = self.pick(["ignore", "except", "only"]) if has_holidays else "ignore"
                weekdays = self.pick(["", "1-5", "6;7", "7", "1;3-4"])
                slot = (weekdays, hours[first])
                if slot not in slots:
                    slots.add(slot)
                    calendar = "" if holidays == "ignore" else "C"
                    self.add(
                        "bands", band=band, weekdays=weekdays, from_=hours[first], to=hours[end], holidays=holidays,
                        calendar=calendar,
                    )  # fmt: skip
        self.bands = list(dict.fromkeys(self.codes("bands", "band")))

    # Prices.

    def price_lists(self) -> None:
        for level, most in (("cost", 3), ("reseller", 3), ("retail", 6)):
            made: list[dict] = []
            for number in range(self.random.randint(1, most)):
                parent = self.pick(made[-2:]) if made and self.chance(75) else None
                currency = parent["currency"] if parent else self.pick(["SEK"] * 8 + ["EUR", "EUR", "JPY"])
                made.append(
                    self.add(
                        "price_lists",
                        code=f"{level}{number}",
                        name=f"{level} {number}",
                        level=level,
                        parent=parent["code"] if parent else "",
                        currency=currency,
                        decimals=self.random.randint(0, 6),
                        rounding=self.pick(["half_up", "half_even", "up", "down"]),
                        split_by_band="yes" if self.chance(50) else "no",
                        draft="yes" if self.chance(6) else "no",
                    )
                )
                self.items(made[-1]["code"], has_parent=bool(parent))

    def targets(self) -> list[str]:
        return (
            ["*"]
            + [f"product:{code}" for code in self.products]
            + [f"group:{code}" for code in self.codes("destination_groups")]
            + [f"dest:{code}" for code in self.codes("destinations")]
        )

    def items(self, code: str, has_parent: bool) -> None:
        targets = self.targets()
        modes = ["*", "voice", "group:calls", "fwd", "sms", "group:messages", "data"]
        keys = set()
        for _ in range(self.random.randint(0, 8)):
            target = self.pick(targets) if self.chance(70) else "*"
            keys.add((target, self.pick(modes) if self.chance(50) else self.pick(modes[:3]), self.band(50)))
        if not has_parent or self.chance(15):
            keys.add(("*", "*", ""))
        for target, mode, band in sorted(keys):
            everything = (target, mode, band) == ("*", "*", "")
            for first, end in [("", "")] if everything else self.periods():
                self.add(
                    "prices",
                    price_list=code,
                    target=target,
                    mode=mode,
                    band=band,
                    from_=first,
                    to=end,
                    **self.item(relative=45 if has_parent else 3, blocked=0 if everything else 6),
                )

    def band(self, percent: int) -> str:
        return self.pick(self.bands) if self.bands and self.chance(percent) else ""

    def item(self, relative: int, blocked: int) -> dict:
        if self.chance(blocked):
            return {"not_for_sale": "yes"}
        if self.chance(relative):
            percent = self.pick(["10", "-5", "-33.3", "0", "-100", "3.125", "250"])
            amount = self.pick(["", "0.005", "-0.2", "0.00000001", "1"])
            return {"percent": percent if self.chance(80) or not amount else "", "amount": amount}
        row = {"setup": self.amount(2, 4) if self.chance(50) else ""}
        if self.chance(25):
            row["steps"] = self.steps()
        else:
            row["rate"] = self.pick(["0", "0.5", "1", "0.3333", "0.00520001", self.amount(20, 8), self.amount(2, 3)])
        row["first"], row["next"] = self.pick([("", ""), (60, 60), (30, 6), (1, 1), (0, 7), (0, 60), (60, 1)])
        if self.chance(25):
            row["free"] = self.pick([5, 10, 60, 1])
            row["free_mode"] = self.pick(["threshold", "deduct"])
        if self.chance(20):
            row["minimum"] = self.amount(3, 3)
        if self.chance(20):
            row["maximum"] = str(int(float(row.get("minimum") or 0)) + 1) + self.pick(["", ".5", ".125"])
        return row

    def steps(self) -> str:
        bounds = sorted(set(self.some([1, 10, 60, 61, 300, 3600], 1, 3)))
        return ";".join(f"{bound}:{self.amount(2, 4)}" for bound in [*bounds, ""])

    # Carriers, sellers, customers, contracts and numbers.

    def lists(self, level: str) -> list[str]:
        return [row["code"] for row in self.files["price_lists"] if row["level"] == level]

    def parties(self) -> None:
        for name, level in (("carriers", "cost"), ("sellers", "reseller")):
            for number, code in enumerate(self.lists(level)):
                self.add(name, code=f"{name[0]}{number}", name=code, price_list=code)
            self.add(name, code=f"{name[0]}x", name="without list", price_list="")
        for code in ("vip", "Vip"):
            self.add("customer_groups", code=code, name=code)
        for number in range(self.random.randint(1, 2)):
            self.add(
                "services", code=f"S{number}", name=f"S{number}", product="fee",
                price_list=self.pick(self.lists("retail")) if self.chance(80) else "",
                notice_months=number, binding_months=self.pick([0, 3]),
            )  # fmt: skip
        for number in range(self.random.randint(1, 6)):
            customer = str(100 + number)
            self.add(
                "customers", customer_no=customer, name=f"Customer {number}", parent_no=self.parent(number, 50),
                groups=self.groups(30), seller=self.seller(30), price_list=self.retail(40),
            )  # fmt: skip
            for day in sorted({self.day() for _ in range(self.random.randint(0, 2))}):
                self.add(
                    "customer_terms", customer_no=customer, from_=day, price_list=self.retail(40),
                    seller=self.seller(40), groups=self.groups(40), parent_no=self.parent(number, 40),
                )  # fmt: skip

    def parent(self, number: int, percent: int) -> str:
        return str(100 + self.random.randint(0, number - 1)) if number and self.chance(percent) else ""

    def groups(self, percent: int) -> str:
        return ";".join(self.some(["vip", "Vip"], 1, 2)) if self.chance(percent) else ""

    def seller(self, percent: int) -> str:
        return self.pick(self.codes("sellers")) if self.chance(percent) else ""

    def retail(self, percent: int) -> str:
        return self.pick(self.lists("retail")) if self.chance(percent) else ""

    def contracts(self) -> None:
        self.own: list[str] = []
        self.accounts: list[str] = []
        block = 0
        for number, customer in enumerate(self.codes("customers", "customer_no") + self.some(["100"], 0, 1)):
            contract = f"C{number}"
            row = self.add(
                "contracts", contract_no=contract, customer_no=customer, start="2026-01-15", end="", noticed_on="",
                seller=self.seller(20), price_list=self.retail(25), binding_months="", state="active",
            )  # fmt: skip
            if self.chance(4):
                row["state"] = "proposed"
            if self.chance(6):
                row["end"] = str(self.day())
            elif self.chance(8):
                row["noticed_on"] = str(self.day())
                row["binding_months"] = self.pick(["", "0", "9", "10"])
            for day in sorted({self.day() for _ in range(self.random.randint(0, 1))}):
                self.add(
                    "contract_terms", contract_no=contract, from_=day, seller=self.seller(50),
                    price_list=self.retail(50),
                )  # fmt: skip
            for line in range(1, self.random.randint(1, 2) + 1):
                self.add(
                    "contract_lines", contract_no=contract, line_no=line, service=self.pick(self.codes("services")),
                    from_=str(self.day()) if self.chance(10) else "", to="", price_list=self.retail(20),
                )  # fmt: skip
                if self.chance(15):
                    self.add(
                        "line_terms", contract_no=contract, line_no=line, from_=self.day(), quantity="",
                        price_list=self.retail(90),
                    )  # fmt: skip
                first = f"46870{block:02}0000"
                self.own.append(first)
                if self.chance(30):
                    last = f"46870{block:02}0099"
                    self.own += [f"46870{block:02}0050", last]
                    self.number(contract, line, first, to_number=last)
                else:
                    self.number(contract, line, first)
                if self.chance(30):
                    self.accounts.append(f"acc {block}")
                    self.number(contract, line, f"acc {block}", kind="account")
                block += 1
        self.move()

    def number(self, contract: str, line: int, number: str, **rest) -> None:
        row = {"number": number, "contract_no": contract, "line_no": line, "from_": "", "to": "", "kind": "number"}
        self.add("numbers", **(row | {"to_number": ""} | rest))

    def move(self) -> None:
        """A number that goes from one line to another on a day."""
        lines = self.files["contract_lines"]
        if len(lines) < 2 or not self.chance(60):
            return
        day = str(self.day())
        for line, first, end in ((lines[0], "", day), (lines[-1], day, "")):
            since = line["from"] or "2026-01-15"
            if (first or day) > since or first:
                self.number(line["contract_no"], line["line_no"], "46879990000")
                self.files["numbers"][-1] |= {"from": max(first, since) if first else "", "to": end}
        self.own.append("46879990000")

    # Discounts.

    def modes_and_targets(self, modes: list[str], inside: bool) -> dict:
        targets = self.targets()[1:] + (["inside"] if inside else [])
        return {
            "modes": ";".join(self.some(modes, 1, 2)) if self.chance(50) else "*",
            "targets": ";".join(self.some(targets, 1, 3)) if self.chance(50) else "*",
        }

    def discounts(self) -> None:
        for line in self.files["contract_lines"]:
            for code in self.some(CODES, 0, 2):
                modes = self.pick([["voice", "fwd", "group:calls"], ["sms", "group:messages"], ["data"]])
                what = self.modes_and_targets(modes, inside=False)
                opens = line["from"] or "2026-01-15"
                since = max(str(self.day()), opens)
                periods = [(since, "")] if self.chance(40) else [("", "")]
                if since > opens and self.chance(20):
                    periods = [("", since), (since, "")]  # other units from a day on
                for first, end in periods:
                    self.add(
                        "bundles", contract_no=line["contract_no"], line_no=line["line_no"], code=code,
                        units=self.pick([1, 30, 100, 600, 6000]) * (1000 if modes == ["data"] else 1), **what,
                        rollover="yes" if self.chance(60) else "no", covers_setup="yes" if self.chance(50) else "no",
                        from_=first, to=end,
                    )  # fmt: skip
        members = (
            [f"customer:{no}" for no in self.codes("customers", "customer_no")]
            + ["group:vip", "group:Vip"]
            + [f"contract:{no}" for no in self.codes("contracts", "contract_no")]
        )
        codes = [*CODES, "R1", "r1", "R2", "r10"]
        used: set[str] = set()
        for _ in range(self.random.randint(0, 7)):
            code = self.pick(codes)
            if code not in used:
                used.add(code)
                self.ring(code, members)
        if self.chance(50):
            self.ladder(members)

    def ring(self, code: str, everyone: list[str], **rest) -> None:
        first, end = self.periods()[0]
        kind = self.pick(["percent", "off_minute", "off_call", "price_minute", "price_call"])
        row = {
            "code": code,
            "name": code,
            "priority": self.pick([10, 10, 20, 30]),
            "exclusive": "yes" if self.chance(15) else "no",
            "from_": first,
            "to": end,
            "members": ";".join(self.some(everyone, 1, 3)) if self.chance(50) else "*",
            **self.modes_and_targets(["voice", "fwd", "group:calls", "sms", "data"], inside=True),
            "band": self.band(25),
            "volume_unit": "none",
            "volume_from": "",
            "volume_to": "",
            "kind": kind,
            "value": self.pick(["0", "12.5", "33.3333", "100", "4"])
            if kind == "percent"
            else self.pick(["0", "0.05", "0.03", "1", self.amount(2, 4)]),
            "level": "reseller" if self.chance(25) else "retail",
        }
        if self.chance(45):
            row["volume_unit"] = self.pick(["block", "call", "amount"])
            low = self.random.randint(0, 6)
            row["volume_from"] = low if self.chance(50) else ""
            row["volume_to"] = low + self.random.randint(1, 20) if self.chance(60) else ""
            if row["volume_unit"] != "call" and self.chance(30):
                row["volume_to"] = f"{low + 1}.{self.pick([5, 25, 333])}"
        self.add("rings", **(row | rest))

    def ladder(self, members: list[str]) -> None:
        """Graduated intervals that meet, as in the example of section 5."""
        unit = self.pick(["block", "amount", "call"])
        kind = self.pick(["price_minute", "percent", "off_call"])
        who = ";".join(self.some(members, 1, 2)) if self.chance(50) else "*"
        edges = ["0", "3", "11", ""]
        for number in range(3):
            self.ring(
                f"L{number}", members, members=who, modes="*", targets="*", band="", from_="", to="", priority=15,
                exclusive="no", volume_unit=unit, volume_from=edges[number], volume_to=edges[number + 1], kind=kind,
                level="retail",
            )  # fmt: skip

    # Calls.

    def sources(self) -> None:
        carriers = self.codes("carriers")
        self.add("sources", code="plain", name="Plain", format="generic", carrier=self.pick(carriers), mode="voice")
        if self.chance(50):
            self.add(
                "sources", code="other", name="Other", format="generic", carrier="", mode=self.pick(["voice", "sms"]),
                time_zone=self.pick(["UTC", "America/New_York"]),
                contract_no="C0" if self.chance(25) else "", line_no=1,
            )  # fmt: skip

    def moments(self) -> list[datetime]:
        """Instants around which calls are made: midnights, month ends, clock changes, borders of bands."""
        zone = ZoneInfo(self.zone)
        days = [*MONTHS, *CLOCK_DAYS, date(2026, 10, 4), date(2026, 11, 1), self.day(), self.day(), self.day()]
        clocks = [(0, 0), (2, 0), (2, 30), (3, 0), (8, 0), (18, 0)]
        return [
            datetime(day.year, day.month, day.day, *clock, tzinfo=zone, fold=fold).astimezone(UTC)
            for day in days
            for clock in clocks
            for fold in (0, 1)
        ]

    def make_calls(self, count: int) -> dict[str, list[dict]]:
        moments = self.moments()
        october = datetime(2026, 10, 1, tzinfo=UTC)
        good = ["46812345678", "4680000000", "47912345678", "47999123456", "12125551212", "13105551212",
                "46901234567", "4687123456"]  # fmt: skip
        abroad = [*good, *good, "112", "46870000001", "99912345678", "anonymous"]
        calls: dict[str, list[dict]] = {row["code"]: [] for row in self.files["sources"]}
        taken: set[datetime] = set()
        keyless: set[datetime] = set()
        for number in range(count):
            source = self.pick(self.files["sources"])
            made = calls[source["code"]]
            if made and self.chance(4):
                made.append(self.pick(made))  # the same record again
                continue
            if self.chance(50):
                start = self.pick(moments) + timedelta(seconds=self.pick([0, -1, 1, -59, -60, -61, -600, 30]))
            else:
                start = october + timedelta(seconds=self.random.randint(0, 31 * 86400))
            while start in keyless:  # which of two calls of one second comes first must be known
                start += timedelta(seconds=1)
            mode = self.pick(["", "voice", "voice", "fwd", "sms", "data"])
            has_key = start in taken or not self.chance(8)
            (taken if has_key else keyless).add(start)
            made.append(
                {
                    "key": self.pick(["k", "K", "é", "k-"]) + str(number) if has_key else "",
                    "started_at": self.started_at(start, source),
                    "units": self.units(mode or source["mode"]),
                    "a_number": self.pick(self.own) if self.chance(97) else self.pick(abroad),
                    "b_number": self.pick(self.own) if self.chance(20) else self.pick(abroad),
                    "mode": mode if self.chance(97) else "fax",
                    "carrier": (self.pick(self.codes("carriers")) if self.chance(97) else "ghost")
                    if self.chance(60)
                    else "",
                    "account": self.pick([*self.accounts * 3, "acc ?"]) if self.chance(5) else "",
                }
            )
        if self.chance(20):
            made = calls["plain"]
            bad = {"started_at": "2026-10-01T25:00:00Z", "units": "5", "b_number": "46812345678"}
            made += [bad, bad | {"started_at": "", "key": "bad"}, bad | {"started_at": str(october), "units": "x"}]
        return calls

    def started_at(self, start: datetime, source: dict) -> str:
        """With an offset, or without one where the source's zone leaves no doubt."""
        zone = ZoneInfo(source.get("time_zone") or self.zone)
        local = start.astimezone(zone)
        doubled = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
        text = self.pick([start.isoformat().replace("+00:00", "Z"), local.isoformat()])
        if not doubled and self.chance(15):
            text = local.replace(tzinfo=None).isoformat(sep=self.pick(["T", " "]))
        return text

    def units(self, mode: str) -> str:
        if self.chance(3):
            return self.pick(["0", "-1", "0.2", "59.01", "-0.5", "0.0"])
        if mode == "sms":
            return self.pick(["1", "1", "2", "5"])
        if mode == "data":
            return str(self.pick([1, 999, 1000000, 1500001, 123456789]))
        if self.chance(50):
            return self.pick(["1", "5", "6", "30", "31", "59", "60", "61", "300", "3600", "7200"])
        return str(self.random.randint(1, 200_000 if self.chance(5) else 1500))


def decimal(scaled: int, decimals: int) -> str:
    """12345 with 3 decimals is 12.345."""
    if not decimals:
        return str(scaled)
    return f"{scaled // 10**decimals}.{scaled % 10**decimals:0{decimals}}"
