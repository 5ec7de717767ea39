"""The small operator with known answers, through the real commands: to the last digit, explained, checked."""

import csv
import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from leissner.db.tests.fixtures import Outcome
from leissner.scripts import db
from leissner.scripts.tests.reference.compare import leissner as command

GOLDEN = Path(__file__).parent / "golden"
TEXTS = set(
    "source key status reason customer_no contract_no mode destination product country currency price_list carrier "
    "seller".split()
)


@pytest.fixture(scope="module")
def loaded(bed):
    """A database that has the golden operator and its calls; the tests work on clones."""
    made = bed.create(bed.template.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", made.url(db.CLI_LOGIN))
        command("import", GOLDEN / "operator")
        for source, name in (("plain", "calls.csv"), ("nocost", "calls_nocost.csv"), ("plain", "calls_bad.csv")):
            command("calls", "load", GOLDEN / name, "--source", source)
    yield made
    bed.drop(made)


@pytest.fixture
def database(bed, loaded):
    """A clone of it."""
    made = bed.create(loaded.name)
    yield made
    bed.drop(made)


@pytest.fixture
def golden(leissner):
    """The command, on that clone."""
    return leissner


def done(outcome: Outcome) -> Outcome:
    assert outcome.code == 0, outcome.err + outcome.out
    return outcome


def exported(leissner, folder: Path) -> list[dict[str, str]]:
    done(leissner("calls", "export", "--from", "2026-01-01", "--to", "2027-01-01", folder / "rated.csv"))
    with open(folder / "rated.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_figure_is_the_known_one(golden, conn, tmp_path):
    got = {(row["source"], row["key"]): row for row in exported(golden, tmp_path)}
    with open(GOLDEN / "expected/rated_calls.csv", encoding="utf-8", newline="") as file:
        expected = [row for row in csv.DictReader(file) if row["status"] in ("rated", "suspended")]
    wrong = []
    for want in expected:
        have = got.pop((want["source"], want["key"]))
        columns = want.keys() if want["status"] == "rated" else ("status", "reason")
        for column in columns:
            same = have[column] == want[column] if column in TEXTS or "" in (have[column], want[column]) else (
                Decimal(have[column]) == Decimal(want[column])
            )
            if not same:
                wrong.append((want["key"], column, want[column], have[column]))
    assert (wrong, got) == ([], {})

    counts = json.loads((GOLDEN / "expected/counts.json").read_text())
    files = conn.execute(
        "select sum(read) as read, sum(rated) as rated, sum(duplicate) as duplicate, sum(zero) as zero"
        " from billing.cdr_file where name <> 'calls_bad.csv'"
    ).fetchone()
    assert {name: int(value) for name, value in files.items()} == {
        name: counts[name] for name in ("read", "rated", "duplicate", "zero")
    }
    assert Counter(f"suspended:{row['reason']}" for row in expected if row["status"] == "suspended") == {
        name: count for name, count in counts.items() if name.startswith("suspended")
    }


def test_the_daily_totals_give_the_known_report(golden, conn):
    rows = conn.execute(
        """
        select product.code as product, mode.code as mode, sum(total.calls) as calls, sum(total.billed) as units,
            sum(total.cost) as cost, sum(total.revenue) as revenue, sum(total.margin) as margin,
            sum(total.unknown_cost) as unknown_cost
        from billing.call_day as total
        inner join billing.product using (product_id)
        inner join billing.mode using (mode_id)
        where total.day >= '2026-10-01' and total.day < '2026-11-01'
        group by product.code, mode.code
        """
    ).fetchall()
    got = {(row.pop("product"), row.pop("mode")): row for row in rows}
    with open(GOLDEN / "expected/report_calls_per_product.csv", encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    assert len(got) == len(expected)
    for want in expected:
        have = got[want["product"], want["mode"]]
        assert {name: Decimal(want[name]) for name in have} == have, want


@pytest.mark.parametrize("by", ["product", "destination", "country", "customer", "seller", "carrier"])
def test_margin_is_that_of_the_calls_however_it_is_cut(golden, conn, by):
    period = ("--from", "2026-01-01", "--to", "2027-01-01", "--by", by)
    total = json.loads(done(golden("margin", *period, "--json")).out)["total"]
    calls, revenue, margin = conn.execute(
        "select count(*) as n, sum(retail_base) as revenue, sum(margin) as margin from billing.call"
    ).fetchone().values()
    assert (total["calls"], Decimal(total["revenue"]), Decimal(total["margin"])) == (calls, revenue, margin)
    shown = done(golden("margin", *period)).out.splitlines()
    assert f"{revenue:,.2f}".replace(",", " ") in next(line for line in shown if line.startswith("Total"))


def test_margin_of_no_period_and_of_a_wrong_one(golden):
    assert "No rated calls" in done(golden("margin")).out
    assert golden("margin", "--today", "--from", "2026-01-01").code == 2
    assert golden("margin", "--from", "2026-02-01", "--to", "2026-01-01").code == 1


def test_loading_again_changes_nothing(golden, conn, tmp_path):
    before = exported(golden, tmp_path), conn.execute("select * from billing.call_day order by 1, 2, 3").fetchall()
    (tmp_path / "renamed.csv").write_bytes((GOLDEN / "calls.csv").read_bytes())
    golden("calls", "load", tmp_path / "renamed.csv", "--source", "plain")
    after = exported(golden, tmp_path), conn.execute("select * from billing.call_day order by 1, 2, 3").fetchall()
    assert before == after


def test_a_healthy_database_passes_the_check(golden):
    assert done(golden("check"))


def test_folded_totals_are_the_same_totals(golden, conn):
    totals = "select sum(calls), sum(revenue), sum(margin), sum(cost) from billing.call_day"
    before = conn.execute(totals).fetchone()
    with db.transaction(conn, "batch"):
        assert db.call_one(conn, "totals_fold") == 0  # two batches are not worth it
        assert db.call_one(conn, "totals_fold", p_at_least=1) > 0
        assert db.call_one(conn, "totals_fold", p_at_least=1) == 0
    assert conn.execute(totals).fetchone() == before
    assert conn.execute("select distinct load_id from billing.call_customer_month").fetchall() == [{"load_id": 0}]
    assert done(golden("check"))


@pytest.mark.parametrize(
    ("fault", "finding"),
    [
        ("delete from billing.call where key = 'k00006'", r"records were rated or suspended"),
        ("update billing.cdr_file set read = read + 1, zero = zero + 1", r"the file counts"),
        ("delete from billing.call_suspense where key = 'k00001' or reason = 'no_cost'", r"calls\.csv"),
        ("update billing.call_day set revenue = revenue + 0.000001 where calls > 1", r"day 2026"),
        ("delete from billing.call_customer_month where calls > 1", r"month 2026"),
        ("update billing.call set retail_base = retail_base + 1 where key = 'k00006'", r"revenue"),
    ],
)
def test_the_check_finds_a_planted_fault(golden, conn, fault, finding):
    with conn.transaction():
        conn.execute("set local session_replication_role = replica")  # past the triggers that forbid it
        assert conn.execute(fault).rowcount > 0
    outcome = golden("check")
    assert outcome.code == 1
    assert re.search(finding, outcome.out + outcome.err)


def test_a_call_is_explained_with_every_figure(golden):
    text = done(golden("calls", "explain", "plain:k00006")).out
    for figure in (
        "46902001099", "C1 line 1", "1001", "46701234567", "SE-MOB", "prefix 4670", "GOLD", "BUSINESS → MASTER",
        "set-up 0.19", "rate 0.445", "30/6", "-10 %", "0.005 on the rate", "121 seconds are billed as 126",
        "1.02 SEK", "VIP", "0.98 SEK", "TERRA", "0.037913 EUR", "11.25", "0.426521", "0.553479",
    ):
        assert figure in text, figure
    split = done(golden("calls", "explain", "plain:s011")).out
    assert "Bundle FAST100 covers 3600" in split or "Bundle FAST100 covers" in split
    suspended = done(golden("calls", "explain", "plain:k00005")).out
    assert "not_for_sale" in suspended
    assert golden("calls", "explain", "plain:nothing").code == 1


def test_a_quote_is_the_price_that_a_call_gets(golden, conn):
    """Calls of lines without bundle or volume ring: quoted again, they cost what they cost."""
    rows = conn.execute(
        """
        select call.*, mode.code as mode, carrier.code as carrier, customer.customer_no
        from billing.call
        inner join billing.mode using (mode_id)
        inner join billing.customer using (customer_id)
        left join billing.carrier using (carrier_id)
        where call.account is null and call.bundled = 0 and call.rings is null and customer.customer_no = '3001'
        order by call.key limit 5
        """
    ).fetchall()
    assert rows
    for row in rows:
        command = ["quote", "--a", row["a_number"], "--b", row["b_number"], "--at", row["started_at"].isoformat(),
                   "--units", row["units"], "--mode", row["mode"], "--json"]
        if row["carrier"]:
            command += ["--carrier", row["carrier"]]
        text = done(golden(*command)).out
        assert format(row["retail"].normalize(), "f") in text


def test_suspense_is_rated_when_its_cause_is_fixed(golden, conn, tmp_path):
    waiting = conn.execute("select count(*) as n from billing.call_suspense where reason = 'no_destination'").fetchone()
    assert waiting["n"] == 17
    (tmp_path / "prefixes.csv").write_text("prefix,destination\n999,CU\n", "utf-8")
    done(golden("import", tmp_path / "prefixes.csv"))
    golden("calls", "suspense", "retry", "--reason", "no_destination")
    left = conn.execute("select reason, count(*) as n from billing.call_suspense group by 1").fetchall()
    assert sum(row["n"] for row in left) + conn.execute("select count(*) as n from billing.call").fetchone()["n"] == 615
    assert {row["reason"]: row["n"] for row in left}.get("no_destination", 0) < 17
    assert done(golden("check"))
