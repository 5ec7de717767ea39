"""Runs of invoices through the real commands: known answers, faults, two at once, killed, credited, never changed."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import psycopg
import pytest

from leissner.scripts import db
from leissner.scripts.tests.reference.compare import leissner as command

GOLDEN = Path(__file__).parent / "golden"
THROUGH = "2026-10-31"
COMMAND = "from leissner.scripts.cli import main; main()"
KEY = ("payer", "customer_no", "contract_no", "line_no", "kind", "what", "from", "to", "currency")


@pytest.fixture(scope="module")
def loaded(bed):
    """A database that has the golden operator and its calls; the tests work on clones."""
    made = bed.create(bed.template.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", made.url(db.CLI_LOGIN))
        command("import", GOLDEN / "operator")
        for source, name in (("plain", "calls.csv"), ("nocost", "calls_nocost.csv")):
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
def conn(database):
    """The owner's connection to the clone."""
    with psycopg.connect(database.conninfo, autocommit=True) as made:
        yield made


def done(outcome):
    assert outcome.code == 0, outcome.err + outcome.out
    return outcome


def lines(leissner, folder: Path, run: int) -> dict[tuple, tuple]:
    done(leissner("bill", "export", run, folder / "lines.csv"))
    return read(folder / "lines.csv")


def read(path: Path) -> dict[tuple, tuple]:
    with open(path, encoding="utf-8", newline="") as file:
        return {tuple(row[name] for name in KEY): (Decimal(row["quantity"]), Decimal(row["net"]))
                for row in csv.DictReader(file)}


def clock(conn, day: str) -> None:
    """From now on the operator's day, in this database."""
    conn.execute("create or replace function logic.today() returns date language sql stable parallel safe"
                 f" return date '{day}'")


def rows(conn, query: str) -> list[tuple]:
    return conn.execute(query).fetchall()


def test_the_known_lines_and_totals_come_out_to_the_oere(leissner, tmp_path):
    outcome = json.loads(done(leissner("bill", "run", "--through", THROUGH, "--json")).out)
    assert lines(leissner, tmp_path, outcome["run"]) == read(GOLDEN / "expected/invoice_lines.csv")
    shown = json.loads(done(leissner("bill", "show", outcome["run"], "--json")).out, parse_float=Decimal)
    with open(GOLDEN / "expected/invoices.csv", encoding="utf-8", newline="") as file:
        expected = {(row["payer"], row["currency"]): tuple(Decimal(row[one]) for one in ("net", "vat", "total"))
                    for row in csv.DictReader(file)}
    assert {(row["payer"], row["currency"]): (row["net"], row["tax"], row["total"])
            for row in shown["invoices"]} == expected
    done(leissner("check"))


def test_the_same_day_again_bills_nothing_and_a_discarded_run_leaves_no_trace(leissner, conn):
    done(leissner("bill", "run", "--through", THROUGH))
    again = json.loads(done(leissner("bill", "run", "--through", THROUGH, "--json")).out)
    assert (again["documents"], again["state"]) == (0, "discarded")
    done(leissner("bill", "discard", 1, "--yes"))
    left = "select (select count(*) from billing.invoice) + (select count(*) from billing.invoice_line) + " \
           "(select count(*) from billing.call_billed) + (select count(*) from billing.bill_run), " \
           "(select count(*) from billing.usage_month where is_settled)"
    assert rows(conn, left) == [(0, 0)]
    fresh = json.loads(done(leissner("bill", "run", "--through", THROUGH, "--json")).out)
    assert fresh["documents"] == 6


def test_a_late_termination_gives_back_and_says_what_it_corrects(leissner, conn, tmp_path):
    done(leissner("bill", "run", "--through", THROUGH))
    done(leissner("bill", "approve", 1, "--date", THROUGH, "--yes"))
    (tmp_path / "contract_lines.csv").write_text(
        "contract_no,line_no,service,to,quantity,billed_through\nC2,1,VOIP,2026-11-16,3,2026-09-30\n")
    done(leissner("import", tmp_path / "contract_lines.csv"))
    done(leissner("bill", "run", "--through", "2026-11-15"))
    found = rows(conn, "select line.kind, line.net, former.period_on::text, invoice.kind"
                       " from billing.invoice_line as line inner join billing.invoice using (invoice_id)"
                       " left join billing.invoice_line as former on former.invoice_line_id = line.corrects_id"
                       " where invoice.bill_run_id = 2"
                       " and line.charge_kind = 'periodic' and line.contract_id = (select contract_id"
                       " from billing.contract where contract_no = 'C2')")
    assert found == [("correction", Decimal("-58.5000"), "2026-11-01", "credit")]


def test_a_payer_that_cannot_be_reached_is_a_fault_and_the_others_are_billed(leissner, conn):
    conn.execute("update billing.customer set street = null where customer_no = '3000'")
    conn.execute("update billing.customer set email = 'olle.example.net' where customer_no = '3001'")
    conn.execute("update billing.service set vat_code = null where code = 'MOBILE'")
    conn.execute("delete from billing.price_item using billing.service_charge as charge, billing.service"
                 " where price_item.service_charge_id = charge.service_charge_id"
                 " and service.service_id = charge.service_id and service.code = 'VOIP' and charge.code = 'monthly'")
    outcome = leissner("bill", "run", "--through", THROUGH, "--json")
    result = json.loads(outcome.out)
    assert outcome.code == 1
    assert {row["code"] for row in result["problems"]} == {"LB510", "LB511", "LB512"}
    assert all(row["hint"] and "{" not in row["sentence"] for row in result["problems"])
    assert result["documents"] == 4
    assert rows(conn, "select count(*) from billing.invoice inner join billing.customer on customer_id = payer_id"
                      " where customer_no in ('3000', '3001')") == [(0,)]
    done(leissner("check"))


def test_what_is_issued_never_changes_by_rights_and_by_trigger(leissner, database, conn):
    done(leissner("bill", "run", "--through", THROUGH))
    done(leissner("bill", "approve", 1, "--yes"))
    for statement in (
        "update billing.invoice set net = net + 1, total = total + 1", "delete from billing.invoice",
        "update billing.invoice set due_on = due_on + 1", "update billing.invoice_line set net = 0",
        "delete from billing.invoice_line", "delete from billing.call_billed", "truncate billing.call_billed",
        "update billing.invoice_tax set tax = 0", "delete from billing.invoice_tax",
        "insert into billing.invoice_line (invoice_id, place, customer_id, contract_id, contract_line_id, kind,"
        " charge_kind, what, text, valid, quantity, net, vat_code, vat_percent, vat_category) select invoice_id, 999,"
        " customer_id, contract_id, contract_line_id, 'fee', 'fee', 'x', 'x', valid, 1, 0, vat_code, vat_percent,"
        " vat_category from billing.invoice_line limit 1",
    ):
        with pytest.raises(psycopg.Error) as error:
            conn.execute(statement)
        assert error.value.sqlstate == "LB521", (statement, error.value)
    for level in ("finance", "sales", "admin"):
        with database.connect() as other, pytest.raises(psycopg.errors.InsufficientPrivilege), \
                db.transaction(other, level):
            other.execute("update billing.invoice set net = 0")
    assert leissner("bill", "discard", 1, "--yes").code == 1


def test_a_document_that_is_not_the_sum_of_its_lines_is_refused(leissner, conn):
    done(leissner("bill", "run", "--through", THROUGH))
    with pytest.raises(psycopg.Error) as error:
        conn.execute("insert into billing.invoice (kind, payer_id, currency, home_rate, language, valid, net, tax,"
                     " total) values ('invoice', 1, 'SEK', 1, 'sv', '[2026-01-01,2026-02-01)', 5, 0, 5)")
    assert error.value.sqlstate == "LB520"


def test_only_finance_approves_and_credits(leissner, database):
    done(leissner("bill", "run", "--through", THROUGH))
    for level in ("sales", "support", "credit", "batch", "auditor", "pricing"):
        for call, params in (("bill_approve_next", {"p_run": 1, "p_day": "2026-11-01", "p_size": 1}),
                             ("invoice_credit", {"p_invoice": "20260001"})):
            with database.connect() as conn, pytest.raises(psycopg.errors.InsufficientPrivilege), \
                    db.transaction(conn, level):
                db.call(conn, call, **params)


def test_a_credit_note_mirrors_its_invoice_and_may_set_its_calls_free(leissner, conn):
    done(leissner("bill", "run", "--through", THROUGH))
    done(leissner("bill", "approve", 1, "--date", "2026-11-01", "--yes"))
    done(leissner("bill", "credit", "20260005", "--lines", "1", "--yes"))
    done(leissner("bill", "credit", "20260005", "--rebill", "--yes"))
    assert leissner("bill", "credit", "20260005", "--yes").code == 1
    sums = rows(conn, "select sum(net), sum(tax), sum(total) from billing.invoice where invoice_no = '20260005'"
                      " or credits_id = (select invoice_id from billing.invoice where invoice_no = '20260005')")
    assert sums == [(0, 0, 0)]
    again = json.loads(done(leissner("bill", "run", "--through", THROUGH, "--json")).out)
    # All but the line that was credited for good.
    assert (again["documents"], again["totals"]) == (1, {"SEK": 508.28})
    assert ("correction",) not in rows(conn, "select distinct line.kind from billing.invoice_line as line"
                                             " inner join billing.invoice using (invoice_id) where state = 'draft'")
    [(draft,)] = rows(conn, "select invoice_id from billing.invoice where state = 'draft'")
    found = json.loads(done(leissner("bill", "document", f"draft {draft}")).out)
    assert {(line["corrects"], line["replaces"]) for customer in found["customers"]
            for contract in customer["contracts"] for line in contract["lines"]} == {(None, "20260005")}
    done(leissner("check"))


def test_a_re_rated_call_that_was_invoiced_becomes_a_correction(leissner, conn, tmp_path):
    done(leissner("bill", "run", "--through", THROUGH))
    done(leissner("bill", "approve", 1, "--date", "2026-11-01", "--yes"))
    conn.execute("update billing.price_item set rate = rate * 2 where rate is not null and service_charge_id is null")
    done(leissner("calls", "rerate", "--from", "2026-08-01", "--to", "2026-11-01"))
    done(leissner("bill", "run", "--through", THROUGH))
    kinds = rows(conn, "select distinct line.kind, line.charge_kind from billing.invoice_line as line"
                       " inner join billing.invoice using (invoice_id) where bill_run_id = 2")
    assert kinds == [("correction", "usage")]
    again = json.loads(done(leissner("bill", "run", "--through", THROUGH, "--json")).out)
    assert again["documents"] == 0
    done(leissner("check"))


def test_two_runs_at_once_bill_everything_once(leissner, database, conn, tmp_path):
    def run(_):
        args = [sys.executable, "-c", COMMAND, "bill", "run", "--through", THROUGH, "--jobs", "2"]
        return subprocess.run(args, env=os.environ, capture_output=True, text=True, check=False)

    with ThreadPoolExecutor(3) as pool:
        outcomes = list(pool.map(run, range(3)))
    assert [one.returncode for one in outcomes] == [0, 0, 0], [one.stderr for one in outcomes]
    assert rows(conn, "select count(*), sum(total) from billing.invoice where currency = 'SEK'") == [
        (5, Decimal("14076.4900"))]
    done(leissner("check"))


def numbers_survive(database, conn, seconds: float) -> None:
    """Eight that approve drafts of one line each, killed at random: no number is missing or given twice."""
    with conn.transaction():
        conn.execute("""
            with one as (select * from billing.invoice_line where charge_kind = 'periodic' limit 1),
            drafts as (select nextval('billing.invoice_invoice_id_seq') as id from generate_series(1, 4000)),
            taxes as (insert into billing.invoice_tax (invoice_id, vat_code, percent, category, base, tax)
                select id, 'SE25', 25, 'S', 100, 25 from drafts)
            insert into billing.invoice_line (invoice_id, place, customer_id, contract_id, contract_line_id, kind,
                charge_kind, service_charge_id, what, text, period_on, part_on, valid, quantity, net, vat_code,
                vat_percent, vat_category, is_counted)
            select id, 1, customer_id, contract_id, contract_line_id, kind, charge_kind, service_charge_id, what, text,
                period_on, part_on, valid, quantity, 100, vat_code, 25, 'S', false
            from drafts cross join one
        """)
        conn.execute("""
            insert into billing.invoice (invoice_id, bill_run_id, kind, payer_id, currency, home_rate, language, valid,
                net, tax, total)
            select distinct line.invoice_id, 1, 'invoice', 1, 'SEK', 1, 'sv', line.valid, 100, 25, 125
            from billing.invoice_line as line where not is_counted
        """)
    code = """
import random
from leissner.scripts import db
with db.connect() as conn:
    done = 1
    while done:
        with db.transaction(conn, "finance"):
            done = db.call_one(conn, "bill_approve_next", p_run=1, p_day="2026-11-01", p_size=random.randrange(1, 9))
"""
    workers = []
    start = time.monotonic()
    given = 0
    # A slow machine may need longer for the first numbers; each lives as long as chance has it.
    while (passed := time.monotonic() - start) < seconds or (given <= 50 and passed < 10 * seconds):
        workers = [one for one in workers if one.poll() is None]
        while len(workers) < 8:
            workers.append(subprocess.Popen([sys.executable, "-c", code], env=os.environ, stderr=subprocess.DEVNULL))
        time.sleep(0.3)
        victim = random.choice(workers)
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        given = rows(conn, "select count(*) from billing.invoice where series = '2026'")[0][0]
    for one in workers:
        one.kill()
        one.wait()
    given, low, high, distinct = rows(conn, "select count(*), min(number), max(number), count(distinct number)"
                                            " from billing.invoice where series = '2026'")[0]
    assert given > 50 and (low, high, distinct) == (1, given, given)
    assert rows(conn, "select last_no from billing.number_series where series = '2026'") == [(given,)]


def test_the_first_to_approve_do_not_wait_for_each_other(leissner, database, conn):
    done(leissner("bill", "run", "--through", THROUGH))

    def approve(_: int) -> int:
        with db.connect() as other, db.transaction(other, "finance"):
            return db.call_one(other, "bill_approve_next", p_run=1, p_day="2026-11-01", p_size=1)

    with ThreadPoolExecutor(2) as pool:
        with conn.transaction():
            # Both come while somebody looks at the run, so that they go on at the same moment.
            conn.execute("select from billing.bill_run for share")
            both = pool.map(approve, range(2))
            time.sleep(0.5)
        assert list(both) == [1, 1]


def test_numbers_have_no_gap_with_eight_workers_killed_at_random(leissner, database, conn):
    done(leissner("bill", "run", "--through", THROUGH))
    numbers_survive(database, conn, 20)
    done(leissner("check"))


@pytest.mark.long
def test_numbers_have_no_gap_for_two_minutes(leissner, database, conn):
    done(leissner("bill", "run", "--through", THROUGH))
    numbers_survive(database, conn, 120)
    done(leissner("check"))


def test_a_late_call_of_an_invoiced_month_corrects_what_it_moves(leissner, conn, tmp_path):
    done(leissner("bill", "run", "--through", THROUGH))
    done(leissner("bill", "approve", 1, "--date", "2026-11-01", "--yes"))
    billed = dict(rows(conn, "select call_id, retail from billing.call"))
    drawing = rows(conn, "select distinct on (a_number) a_number, b_number from billing.call where bundles is not null"
                         " and mode_id = 1")
    late = [f"late{n},2026-10-01T00:00:0{n},3600,{a_number},{b_number},voice,terra,\n"
            for n, (a_number, b_number) in enumerate(drawing)]
    (tmp_path / "late.csv").write_text("key,started_at,units,a_number,b_number,mode,carrier,account\n" + "".join(late))
    done(leissner("calls", "load", tmp_path / "late.csv", "--source", "plain"))
    assert dict(rows(conn, "select call_id, retail from billing.call where key not like 'late%'")) == billed
    moved, = rows(conn, "select count(*), sum(owed.retail - call.retail) from billing.call_correction as owed"
                        " inner join billing.call using (customer_id, start_on, call_id)")
    assert moved[0] > 0 and moved[1] > 0
    run = json.loads(done(leissner("bill", "run", "--through", THROUGH, "--json")).out)
    kinds = rows(conn, "select line.kind, sum(line.net) > 0 from billing.invoice_line as line"
                       f" inner join billing.invoice using (invoice_id) where bill_run_id = {run['run']}"
                       " and charge_kind = 'usage' group by 1 order by 1")
    assert kinds == [("correction", True), ("usage", True)]
    assert json.loads(done(leissner("bill", "run", "--through", THROUGH, "--json")).out)["documents"] == 0
    done(leissner("check"))


def test_in_the_mode_basis_a_run_feeds_another_system_and_takes_its_numbers(leissner, conn, tmp_path):
    conn.execute("update billing.operator set mode = 'basis'")
    done(leissner("bill", "run", "--through", THROUGH))
    done(leissner("bill", "approve", 1, "--date", "2026-11-01", "--yes"))
    assert rows(conn, "select min(invoice_no), count(reference), count(due_on) from billing.invoice") == [
        ("B0001", 0, 0)]
    for form in ("csv", "json", "xml"):
        done(leissner("bill", "basis", 1, tmp_path / f"basis.{form}", "--format", form))
    with open(tmp_path / "basis.csv", encoding="utf-8", newline="") as file:
        flat = list(csv.DictReader(file))
    documents = json.loads((tmp_path / "basis.json").read_text())
    tree = ElementTree.parse(tmp_path / "basis.xml").getroot()
    net = sum(Decimal(row["net"]) for row in flat)
    assert net == sum(Decimal(line["net"]) for one in documents for line in one["lines"]) == sum(
        Decimal(one.text) for one in tree.iter("net"))
    assert len(documents) == len(tree) == 6 and flat[0]["account"] and flat[0]["vat_code"] == "SE25"
    answer = tmp_path / "answer.csv"
    answer.write_text("basis_no,number\nB0001,F77\nB0009,F78\n")
    assert leissner("bill", "basis", 1, answer, "--read").code == 1
    assert rows(conn, "select count(external_no) from billing.invoice") == [(0,)]
    answer.write_text("basis_no,number\nB0001,F77\nB0002,F78\n")
    assert "2 numbers taken" in done(leissner("bill", "basis", 1, answer, "--read")).out
    assert "0 numbers taken, 2 known" in done(leissner("bill", "basis", 1, answer, "--read")).out
    answer.write_text("basis_no,number\nB0001,F79\n")
    assert leissner("bill", "basis", 1, answer, "--read").code == 1
    done(leissner("check"))
