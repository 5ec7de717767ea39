"""The journal to the books: each entry once, vouchers that sum to zero, the same bytes again; read back by a reader
that knows the format's description and not our writer."""

import csv
import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from leissner.scripts import db, sie
from leissner.scripts.demo.bank import Paid, bgmax
from leissner.scripts.tests import sie_reader
from leissner.scripts.tests.reference.compare import leissner as command
from leissner.scripts.tests.test_bill import THROUGH, done, loaded, rows  # noqa: F401
from leissner.scripts.tests.test_ledger import act, conn, pay  # noqa: F401

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "invoices"
NOVEMBER = ("--from", "2026-10-01", "--to", "2026-12-01")
JOURNAL = "select account, sum(base) from billing.entry_row group by account having sum(base) <> 0"


@pytest.fixture(scope="module")
def base(bed, loaded):  # noqa: F811
    """A database after a bill run and two payments, of an invoice in another currency and one in the operator's."""
    made = bed.create(loaded.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", made.url(db.CLI_LOGIN))
        command("bill", "run", "--through", THROUGH)
        command("bill", "approve", 1, "--date", THROUGH, "--yes")
    with psycopg.connect(made.conninfo, autocommit=True) as own:
        for number, in rows(own, "select document_no from billing.open_item order by 1 limit 2"):
            pay(own, number, "10.00")
    yield made
    bed.drop(made)


@pytest.fixture
def database(bed, base):
    """A clone of it."""
    made = bed.create(base.name)
    yield made
    bed.drop(made)


@pytest.fixture
def booked(leissner):
    return leissner


def exported(leissner, target, *options, form="sie4") -> list[dict]:
    outcome = leissner("accounting", "export", target, "--format", form, "--json", *options)
    assert outcome.code in (0, 1), outcome.err
    assert outcome.out, outcome.err
    return json.loads(outcome.out)["exports"]


def sums(found: sie_reader.Sie) -> dict[str, Decimal]:
    made: dict[str, Decimal] = {}
    for voucher in found.vouchers:
        for account, amount in voucher.sums.items():
            made[account] = made.get(account, Decimal()) + amount
    return {account: amount for account, amount in made.items() if amount}


def test_what_is_booked_goes_out_once_and_again_as_the_same_bytes(booked, conn, tmp_path):  # noqa: F811
    made, = exported(booked, tmp_path, *NOVEMBER)
    file = tmp_path / "accounting-0001.si"
    first = file.read_bytes()
    found = sie_reader.read(first, strict=True)
    assert [(voucher.series, voucher.number, f"{voucher.on}") for voucher in found.vouchers] == [
        ("B", "1", "2026-11-10"), ("F", "1", THROUGH)]
    assert "körning 1" in found.vouchers[1].text and found.one("FNAMN") == ["Norrsken Telefoni AB"]
    assert found.one("PROSA") == ["Export 1"] and found.accounts["1510"] == "Kundfordringar"
    assert sums(found) == {account: round(amount, 2) for account, amount in rows(conn, JOURNAL)}
    assert made["vouchers"] == 2 and made["entries"] == rows(conn, "select count(*) from billing.entry")[0][0]

    assert exported(booked, tmp_path, *NOVEMBER) == []
    conn.execute("update billing.operator set name = 'Nytt AB'; update billing.chart set name = 'Annat'")
    file.unlink()
    assert exported(booked, tmp_path, "--again", 1)[0]["digest"] == made["digest"]
    assert file.read_bytes() == first

    exported(booked, tmp_path, "--again", 1, form="csv")
    with open(tmp_path / "accounting-0001.csv", encoding="utf-8", newline="") as text:
        lines = list(csv.DictReader(text))
    assert lines[0]["export"] == "1" and sum(Decimal(line["amount"]) for line in lines) == 0
    assert [(line["account"], Decimal(line["amount"])) for line in lines] == [
        (account, amount) for voucher in found.vouchers for account, _, amount in voucher.rows]
    assert booked("accounting", "export", "--list").out.count("vouchers") == 1
    assert booked("accounting", "export", tmp_path, "--again", 2).code == 1


def test_later_entries_of_earlier_days_wait_until_asked_for_or_the_books_are_closed(booked, conn, tmp_path):  # noqa: F811
    exported(booked, tmp_path, *NOVEMBER)
    number = rows(conn, "select document_no from billing.open_item where open > 20 order by 1")[0][0]
    pay(conn, number, "5.00", "2026-10-20")
    outcome = booked("accounting", "export", tmp_path, "--from", "2026-11-01", "--to", "2026-12-01")
    assert outcome.code == 1 and "1 entries of days before 2026-11-01" in outcome.err
    conn.execute("update billing.setting set value = '2026-10-31' where name = 'books_closed_through'")
    made, = exported(booked, tmp_path, "--from", "2026-11-01", "--to", "2026-12-01")
    voucher, = sie_reader.read(Path(made["file"]).read_bytes(), strict=True).vouchers
    assert (voucher.number, f"{voucher.on}") == ("2", "2026-11-01") and "2026-10-20" in voucher.text
    assert booked("accounting", "accrue", "--at", "2026-10-31").code == 1


def test_what_changes_no_account_makes_no_voucher_and_waits_no_more(booked, conn, tmp_path):  # noqa: F811
    exported(booked, tmp_path, *NOVEMBER)
    act(conn, """
        select (logic.entry_add(array[
            row(1, 'transfer', '2026-11-12'::date, null, null, null, null, null, '1510', null, 'SEK', 5::numeric,
                5::numeric, null)::logic.posting,
            row(1, 'transfer', '2026-11-12'::date, null, null, null, null, null, '1510', null, 'SEK', -5::numeric,
                -5::numeric, null)::logic.posting]))[1]""")
    made, = exported(booked, tmp_path, *NOVEMBER)
    assert (made["vouchers"], made["entries"]) == (0, 1)
    assert "0 entries wait" in booked("accounting", "export", "--list").out


def test_two_at_once_never_take_the_same_entry(booked, conn, tmp_path):  # noqa: F811
    def one(folder: str) -> list[dict]:
        (tmp_path / folder).mkdir()
        done = subprocess.run(
            [sys.executable, "-c", "from leissner.scripts.cli import main; main()", "accounting", "export",
             f"{tmp_path / folder}", "--json", *NOVEMBER], capture_output=True, check=True)
        return json.loads(done.stdout)["exports"]

    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(one, "abc"))
    assert sorted(map(len, found)) == [0, 0, 1]
    assert rows(conn, "select count(*) from billing.accounting_export where written_at is not null") == [(1,)]


def test_killed_before_its_file_is_whole_the_next_one_writes_it_first(booked, conn, tmp_path, monkeypatch):  # noqa: F811
    script = ("import os, signal; from leissner.scripts import accounting, cli; "
              "accounting.blocks = lambda *_: os.kill(os.getpid(), signal.SIGKILL); "
              f"cli.run(['accounting', 'export', {str(tmp_path)!r}, *{NOVEMBER!r}])")
    assert subprocess.run([sys.executable, "-c", script], env=os.environ).returncode == -signal.SIGKILL
    assert "never whole" in booked("accounting", "export", "--list").out
    refused = booked("accounting", "export", tmp_path / "other.si", *NOVEMBER)
    assert refused.code == 1 and "--again 1" in refused.err and not (tmp_path / "other.si").exists()
    made, = exported(booked, tmp_path, *NOVEMBER)
    assert made["export"] == 1 and sie_reader.read(Path(made["file"]).read_bytes(), strict=True).vouchers
    assert exported(booked, tmp_path, *NOVEMBER) == []


def test_each_deposit_of_the_bank_is_a_voucher_and_what_a_person_undoes_another(booked, conn, tmp_path):  # noqa: F811
    references = [row[0] for row in rows(conn, "select reference from billing.open_item where currency = 'SEK' and "
                                         "open > 20 order by open_item_id")]
    conn.execute("update billing.operator set bankgiro = '505-0109'")
    for number, amount in ((1, "4.00"), (2, "6.00")):
        paid = [Paid(references[0], Decimal(amount)), Paid("", Decimal("1.00"), code="0")]
        (tmp_path / "bank.txt").write_bytes(
            bgmax("505-0109", date(2026, 11, 20), paid, deposit=number, serial=number * 10))
        assert booked("payments", "load", tmp_path / "bank.txt").code == 1  # one is unidentified
    made, = exported(booked, tmp_path, *NOVEMBER)
    deposits = {one.text: one.sums for one in sie_reader.read(Path(made["file"]).read_bytes(), strict=True).vouchers
                if (one.series, one.on) == ("B", date(2026, 11, 20))}
    assert [found["1940"] for found in deposits.values()] == [Decimal("5.00"), Decimal("7.00")]
    assert len(deposits) == 2 and all("5050109" in text for text in deposits)
    payment, = rows(conn, "select min(payment_id) from billing.payment")[0]
    done(booked("payments", "undo", payment, "--yes"))
    more = exported(booked, tmp_path, "--to", "2027-01-01")
    found = sie_reader.read(Path(more[0]["file"]).read_bytes(), strict=True)
    assert {one.series for one in found.vouchers} == {"B"}
    assert sums(found) == {"1510": Decimal("4.00"), "2999": Decimal("-4.00")}


def test_another_file_under_the_same_number_is_refused(booked, tmp_path, monkeypatch):
    exported(booked, tmp_path, *NOVEMBER)
    before = (tmp_path / "accounting-0001.si").read_bytes()
    monkeypatch.setattr(sie, "_org_no", lambda number: "556000-0000")
    outcome = booked("accounting", "export", tmp_path, "--again", 1)
    assert outcome.code == 1 and "would not be the file" in outcome.err
    assert (tmp_path / "accounting-0001.si").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["accounting-0001.si"]


def test_what_cp437_has_not_is_replaced_visibly_and_nothing_breaks_out(booked, conn, tmp_path):  # noqa: F811
    conn.execute("update billing.operator set name = %s", [' “Ström” – 5 € č Ж\\ "x" } #VER\n'.strip()])
    conn.execute("update billing.chart set name = 'Ko nto\\' where account = '1510'")
    made, = exported(booked, tmp_path, *NOVEMBER)
    found = sie_reader.read(Path(made["file"]).read_bytes(), strict=True)
    assert found.one("FNAMN") == ['"Ström" - 5 EUR c ?/ "x" } #VER']
    assert found.accounts["1510"] == "Ko nto/"


def test_projects_are_objects_and_rows_of_an_account_are_one(booked, conn, tmp_path):  # noqa: F811
    act(conn, """
        select (logic.entry_add(array_agg(row(
            1, 'writeoff', '2026-11-12'::date, null, null, null, null, null, one.account, null, 'SEK', one.amount,
            one.amount, one.project)::logic.posting)))[1]
        from (values ('1510', -30.00, null), ('6351', 10.00, null), ('6351', 5.00, null), ('3001', 15.00, 'P "1"'))
            as one (account, amount, project)""")
    exported(booked, tmp_path, *NOVEMBER)
    found = sie_reader.read((tmp_path / "accounting-0001.si").read_bytes(), strict=True)
    voucher, = (one for one in found.vouchers if one.series == "R")
    assert voucher.text == "Kundförluster 2026-11-12" and voucher.rows == [
        ("1510", {}, Decimal("-30.00")), ("3001", {"6": 'P "1"'}, Decimal("15.00")), ("6351", {}, Decimal("15.00"))]
    assert found.labels["DIM"] == [["6", "Projekt"]] and ["6", 'P "1"', 'P "1"'] in found.labels["OBJEKT"]


def test_a_period_over_two_fiscal_years_a_wrong_setting_and_another_mode_are_refused(leissner, conn, tmp_path):  # noqa: F811
    def refused(*options: str) -> str:
        outcome = leissner("accounting", "export", tmp_path, *options)
        assert outcome.code == 1
        return outcome.err

    assert "2026-12-31" in refused("--from", "2026-12-01", "--to", "2027-02-01")
    conn.execute("update billing.setting set value = '7' where name = 'fiscal_year_month'")
    assert "2026-06-30" in refused("--from", "2026-06-01", "--to", "2026-08-01")
    assert "no days" in refused("--from", "2026-10-01", "--to", "2026-10-01")
    conn.execute("update billing.setting set value = 'x' where name = 'books_closed_through'")
    assert "books_closed_through is x" in refused("--to", "2026-12-01")
    conn.execute("update billing.operator set mode = 'basis'")
    assert "mode full" in refused("--to", "2026-12-01")
    assert leissner("accounting", "export", tmp_path).code == 2


def test_accruals_are_differences_and_come_back_the_day_after(booked, conn, tmp_path):  # noqa: F811
    def balances(day: str) -> dict[str, Decimal]:
        found = json.loads(done(booked("accounting", "balance", "--at", day, "--json")).out)
        assert Decimal(found["total"]["balance"]) == 0 and found["total"]["debit"] == found["total"]["credit"]
        return {row["account"]: Decimal(row["balance"]) for row in found["accounts"]}

    before = balances("2026-11-30")
    deferred = sum(row[0] for row in rows(conn, "select deferred from report.scheduling('2026-10-31')"))
    assert deferred > 0
    made = json.loads(done(booked("accounting", "accrue", "--at", "2026-10-31", "--json")).out)
    assert sum(Decimal(row["booked"]) for row in made) == deferred
    assert balances("2026-10-31")["2970"] == -deferred and balances("2026-11-30") == before | {"2970": 0}
    again = json.loads(done(booked("accounting", "accrue", "--at", "2026-10-31", "--json")).out)
    assert [row["booked"] for row in again] == ["0.00"] * len(made)

    number = rows(conn, "select invoice_no from report.scheduling('2026-10-31') limit 1")[0][0]
    done(booked("bill", "credit", number, "--date", "2026-10-31", "--yes"))
    done(booked("accounting", "accrue", "--at", "2026-10-31"))
    left = sum(row[0] for row in rows(conn, "select deferred from report.scheduling('2026-10-31')"))
    assert left < deferred and balances("2026-10-31")["2970"] == -left
    exported(booked, tmp_path, *NOVEMBER)
    found = sie_reader.read((tmp_path / "accounting-0001.si").read_bytes(), strict=True)
    assert [f"{voucher.on}" for voucher in found.vouchers if voucher.series == "P"] == ["2026-10-31", "2026-11-01"]


def test_the_trial_balance_is_for_people_too(booked):
    shown = done(booked("accounting", "balance", "--at", "2026-11-30")).out
    assert "Kundfordringar" in shown and shown.splitlines()[-1].split()[-1] == "0.00"


@pytest.mark.parametrize("name", ["own-sie4i", "sie4i-utf8", "sie4i-visma-assets", "sie4i-visma-invoices"])
def test_the_reader_reads_what_others_write(name):
    if not SAMPLES.exists():
        pytest.skip("the samples are not here")
    found = sie_reader.read((SAMPLES / f"{name}.si").read_bytes())
    assert found.vouchers and found.one("FNAMN")
    if name == "own-sie4i":
        assert found.labels["OBJEKT"] == [["1", "MOB", 'Mobil "privat"']]
        assert found.vouchers[0].sums["3001"] == Decimal("-995.70")
