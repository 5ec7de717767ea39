"""The sum of everything ever billed is what is due: generated contracts that start, change, end and move, over monthly
runs with repeated, discarded and credited ones in between, against the reference biller."""

import csv
import tempfile
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leissner.db.tests.fixtures import TestBed
from leissner.scripts.tests.reference.biller import DAY, FAR, Customer, Line, Price, Service, World, add_months, month
from leissner.scripts.tests.reference.compare import leissner
from leissner.scripts.tests.test_rating_property import imported, using

CAREFUL = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
BILLED = """
select contract.contract_no, one.line_no, charge.code,
    nullif(line.period_on, '-infinity') as period_on, nullif(line.part_on, '-infinity') as part_on,
    sum(line.net) as net, array_agg(payer.customer_no order by line.invoice_line_id) as payers,
    (array_agg(upper(line.valid) order by line.invoice_line_id desc))[1] as ends_on
from billing.invoice_line as line
inner join billing.invoice using (invoice_id)
inner join billing.customer as payer on payer.customer_id = invoice.payer_id
inner join billing.contract_line as one on one.contract_line_id = line.contract_line_id
inner join billing.contract on contract.contract_id = line.contract_id
inner join billing.service_charge as charge on charge.service_charge_id = line.service_charge_id
where line.is_counted
group by 1, 2, 3, 4, 5
"""
FIRST = date(2025, 9, 1)
VAT_CHANGE = date(2026, 3, 11)


def world_of(random: Random) -> World:
    """An operator with three lists, four services, a tree of customers and up to six contract lines."""
    services = {
        "ADV": Service("ADV", "BASE", True, [("monthly", "periodic"), ("setup", "one_time")]),
        "ARR": Service("ARR", "BASE", False, [("monthly", "periodic")]),
        "TWO": Service("TWO", "GOLD", True, [("a", "periodic"), ("b", "periodic")]),
    }
    prices = [
        Price("BASE", service.code, charge, date(2000, 1, 1), FAR, rate=Fraction(random.randrange(100, 99999), 100))
        for service in services.values() for charge, _ in service.charges
    ]
    for one in list(prices):
        if random.random() < 0.5:
            split = FIRST + random.randrange(500) * DAY
            one.end = split
            prices.append(replace(one, start=split, end=FAR, rate=Fraction(random.randrange(0, 99999), 100)))
        if random.random() < 0.5:
            prices.append(Price("GOLD", one.service, one.charge, FIRST + random.randrange(300) * DAY, FAR,
                                percent=Fraction(random.randrange(-500, 300), 10)))
    customers = {
        "P": Customer("P", price_list=random.choice([None, "GOLD"])),
        "Q": Customer("Q"),
        "C": Customer("C", parent="P", bill_to=random.choice(["self", "parent"])),
    }
    lines = []
    for n in range(random.randrange(1, 4)):
        start = FIRST + random.randrange(300) * DAY
        for number in range(1, random.randrange(2, 4)):
            first = start + random.choice([0, 0, random.randrange(90)]) * DAY
            lines.append(Line(
                f"K{n}", number, random.choice(list(customers)) if number == 1 else lines[-1].customer,
                random.choice(list(services)), start, first, None, Fraction(random.choice([1, 2, 10])),
                billed_through=first + random.randrange(60) * DAY if random.random() < 0.2 else None,
                binding=6 if n == 0 else 0, interval=[1, 3, 5, 12][n], contract_list=random.choice([None, "GOLD"]),
            ))
            if number > 1:
                lines[-1].contract_list = lines[-2].contract_list
    return World({"BASE": None, "GOLD": "BASE"}, prices, services, customers, lines, [VAT_CHANGE])


def change(world: World, random: Random, now: date) -> None:
    """Something happens to a line, a contract, a customer or a price, as often back-dated as not."""
    day = now + random.randrange(-70, 40) * DAY
    line = random.choice(world.lines)
    contract = [one for one in world.lines if one.contract == line.contract]
    what = random.choice("end quantity list interval contract_list price pays moves customer_list".split())
    if what == "end" and day > line.first:
        line.end = day
    elif what == "quantity":
        line.quantities = sorted({**dict(line.quantities), day: Fraction(random.choice([0, 1, 3, 7]))}.items())
    elif what == "list":
        line.lists = sorted({**dict(line.lists), day: random.choice(["BASE", "GOLD"])}.items())
    elif what == "interval":
        for one in contract:
            one.intervals = sorted({**dict(one.intervals), month(day.year * 12 + day.month): 3}.items())
    elif what == "contract_list":
        chosen = random.choice(["BASE", "GOLD"])
        for one in contract:
            one.contract_lists = sorted({**dict(one.contract_lists), day: chosen}.items())
    elif what == "price":
        price = random.choice([one for one in world.prices if one.rate is not None])
        price.rate = Fraction(random.randrange(99999), 100)
    elif what == "pays":
        one = world.customers["C"]
        one.bill_tos = sorted({**dict(one.bill_tos), day: random.choice(["self", "parent"])}.items())
    elif what == "moves":
        one = world.customers["C"]
        one.parents = sorted({**dict(one.parents), day: random.choice(["P", "Q"])}.items())
    elif what == "customer_list":
        one = world.customers[line.customer]
        one.lists = sorted({**dict(one.lists), day: random.choice(["BASE", "GOLD"])}.items())


def write(world: World, folder: Path) -> None:
    """The world as files of `leissner import`."""
    folder.mkdir(exist_ok=True)

    def put(name: str, columns: str, rows) -> None:
        with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(columns.split())
            writer.writerows(rows)

    def plain(value):
        return "" if value is None else f"{float(value):.4f}" if isinstance(value, Fraction) else value

    put("operator", "name org_no vat_no street postcode city bankgiro",
        [["Test AB", "5560160680", "SE556016068001", "Gatan 1", "11122", "Ort", "5050109"]])
    put("currencies", "code decimals", [["SEK", 2]])
    put("vat_codes", "code percent category account from to",
        [["V", 25, "S", 2611, "", VAT_CHANGE], ["V", 12, "S", 2621, VAT_CHANGE, ""]])
    put("price_lists", "code name level parent", [["BASE", "Base", "retail", ""], ["GOLD", "Gold", "retail", "BASE"]])
    put("services", "code name price_list interval_months advance vat_code account",
        [[one.code, one.code, one.price_list, 1, "yes" if one.advance else "no", "V", 3041]
         for one in world.services.values()])
    put("service_charges", "service charge name kind",
        [[one.code, code, code, kind] for one in world.services.values() for code, kind in one.charges])
    put("prices", "price_list target mode from to rate percent",
        [[one.list, f"service:{one.service}:{one.charge}", "*", one.start, one.end if one.end < FAR else "",
          plain(one.rate), plain(one.percent)] for one in world.prices])
    put("customers", "customer_no name parent_no bill_to street postcode city price_list",
        [[one.number, one.number, one.parent, one.bill_to, "Gatan 2", "11122", "Ort", one.price_list]
         for one in world.customers.values()])
    contracts = {one.contract: one for one in world.lines}
    put("contracts", "contract_no customer_no start price_list interval_months binding_months",
        [[one.contract, one.customer, one.contract_start, one.contract_list, one.interval, one.binding]
         for one in contracts.values()])
    put("contract_lines", "contract_no line_no service from to quantity billed_through",
        [[one.contract, one.number, one.service, one.first, one.end, plain(one.quantity), one.billed_through]
         for one in world.lines])
    put("line_terms", "contract_no line_no from quantity price_list",
        [[one.contract, one.number, day, plain(dict(one.quantities).get(day)), dict(one.lists).get(day)]
         for one in world.lines for day in sorted({day for day, _ in one.quantities + one.lists})])
    put("contract_terms", "contract_no from price_list interval_months",
        [[one.contract, day, dict(one.contract_lists).get(day), dict(one.intervals).get(day)]
         for one in contracts.values() for day in sorted({day for day, _ in one.contract_lists + one.intervals})])
    put("customer_terms", "customer_no from price_list parent_no bill_to",
        [[one.number, day, dict(one.lists).get(day), dict(one.parents).get(day), dict(one.bill_tos).get(day)]
         for one in world.customers.values()
         for day in sorted({day for day, _ in one.lists + one.parents + one.bill_tos})])


def live(bed: TestBed, seed: int, months: int) -> None:
    """Months of an operator's life; raises where database and reference part."""
    random = Random(seed)
    world = world_of(random)
    folder = Path(tempfile.mkdtemp(prefix="leissner-bill-")) / "operator"
    write(world, folder)
    expected: dict[tuple, Fraction] = {}
    former: dict[tuple, Fraction] = {}
    with imported(bed, folder) as database, using(database), database.connect() as conn:
        through = add_months(FIRST, random.randrange(1, 6)) - DAY
        for _ in range(months):
            through = add_months(through + DAY, 1) - DAY
            for _ in range(random.randrange(3)):
                change(world, random, through)
            write(world, folder)
            leissner("import", folder)
            leissner("bill", "run", "--through", through)
            if random.random() < 0.3 and (run := draft(conn)):
                leissner("bill", "discard", run, "--yes")
                leissner("bill", "run", "--through", through)
            if random.random() < 0.6 and (run := draft(conn)):
                leissner("bill", "approve", run, "--date", through, "--yes")
            again = leissner("bill", "run", "--through", through)
            assert "nothing to bill" in again, f"seed {seed}: run again through {through}, it billed: {again}"
            back = add_months(through, -12)
            due = world.due(through, back)
            rows = {
                (row["contract_no"], row["line_no"], row["code"], row["period_on"], row["part_on"]): row
                for row in conn.execute(BILLED).fetchall()
            }
            billed = {key: Fraction(row["net"]) for key, row in rows.items()}
            for key in rows.keys() - expected.keys() & due.keys():
                assert rows[key]["payers"][0] == due[key][1], f"seed {seed}, through {through}, {key}: {rows[key]}"
            for key in due.keys() | expected.keys() | billed.keys():
                want = due[key][0] if key in due else None
                if want is None and key in rows and rows[key]["ends_on"] <= back:
                    want = former[key]  # too long ago to be corrected
                if want is None and key in world.due(through + 400 * DAY, back):
                    continue  # a later run charges it
                assert billed.get(key, Fraction(0)) == (want or 0), (
                    f"seed {seed}, through {through}, {key}: billed {float(billed.get(key, 0))},"
                    f" due {float(want or 0)}, files in {folder}")
            expected |= {key: amount for key, (amount, _) in due.items()}
            former = billed
            leissner("check")


def draft(conn) -> int | None:
    return conn.execute("select max(bill_run_id) as n from billing.bill_run where state = 'draft'").fetchone()["n"]


@pytest.mark.parametrize("seed", range(6))
def test_all_that_was_billed_is_what_is_due(bed, seed):
    live(bed, seed, months=4)


@pytest.mark.long
@settings(CAREFUL, max_examples=300)
@given(seed=st.integers(1000, 10**6))
def test_many_generated_operators_are_billed_what_is_due(bed, seed):
    live(bed, seed, months=8)
