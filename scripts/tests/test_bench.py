"""`leissner bench` at a tiny scale: that it measures what it says; how fast it is, no test can tell."""

import contextlib
import io
import json
import shutil

import pytest

from leissner.db.tests.fixtures import new_home_folder, quick_folder
from leissner.scripts import bench, bench_reports, cli, db

SMALL = ("--calls", "2000", "--customers", "100", "--prefixes", "3500", "--rings", "12", "--import-customers", "0",
         "--sheet-rows", "0", "--payers", "100", "--history", "--one-by-one", "--payments", "200",
         "--report-customers", "0")
TIMES_TEN = """
select
    (select count(*) from billing.{table}) as every,
    (select count(*) from billing.{table} where {own}) as own
"""
# What is not of a copy, by table: copies of codes end in -1 to -9, copies of loads count from a million.
OWN = {
    "customer": "customer_no !~ '-'", "contract": "contract_no !~ '-'", "price_list": "code !~ '-[1-9]$'",
    "call": "load_id < 1000000", "call_suspense": "load_id < 1000000", "call_customer_month": "load_id < 1000000",
    "load": "load_id < 1000000", "cdr_file": "file_id < 1000000", "call_key": "start_on > current_date - 100",
    "bundle_month": "month > current_date - 100", "ring_month": "month > current_date - 100",
    "customer_month": "month > current_date - 100",
}
EARLIER = ("call", "call_suspense", "call_customer_month", "load", "cdr_file", "call_key", "bundle_month",
           "ring_month", "customer_month")


@pytest.fixture(scope="module")
def tenfold():
    """The folder of a run of the tenfold bench, and its result."""
    folder = new_home_folder(quick_folder())
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = cli.run(["bench", *SMALL, "--tenfold", "--json", "--keep", str(folder)])
    try:
        assert code == 0
        yield folder, json.loads(printed.getvalue())
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def database(tenfold, monkeypatch):
    """The database in which everything else is there ten times."""
    for name in ("DATABASE_URL", *db.SWITCHES):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LEISSNER_HOME", str(tenfold[0] / "tenfold" / "home"))
    bench.command("up")
    yield
    bench.command("down")


def test_each_growth_has_its_ratio(tenfold):
    """That the same calls have the same prices beside all the others, the run has proven itself."""
    result = tenfold[1]
    names = ["ten times the customers and lists", "ten times the loaded months too"]
    assert [one["name"] for one in result["growth"]] == names
    loads = [row for row in result["phases"] if row["name"].startswith(names[1]) and row["count"]]
    took = sum(row["seconds"] for row in loads)
    assert abs(result["growth"][1]["times"] - took / result["load_seconds"]) < 0.2
    assert sum(row["count"] for row in loads) == result["calls_loaded"]


def test_everything_else_is_there_ten_times_and_whole(database):
    with db.connect(as_deployer=True) as conn:
        for table, own in OWN.items():
            found = conn.execute(TIMES_TEN.format(table=table, own=own)).fetchone()
            times = 11 if table in EARLIER else 10
            assert found["every"] == times * found["own"] > 0, table
    bench.command("check")  # every total equals its calls, those of the copied months too


def test_reports_are_measured_on_totals_that_agree():
    folder, printed = new_home_folder(quick_folder()), io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            assert cli.run(["bench", "--only-reports", "--report-customers", "200", "--report-calls", "50000",
                            "--report-kept", "4000", "--json", "--keep", str(folder)]) == 0
        result = json.loads(printed.getvalue())
        assert [row["report"] for row in result["reports"]] == list(bench_reports.REPORTS)
        for row in result["reports"]:
            assert row["owner, 13 months"]["rows"] > 0, row
        size = result["report_size"]
        assert size["kept"] >= 4000 and abs(size["calls"] - 50000) < 20000
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LEISSNER_HOME", str(folder / "reports" / "home"))
            bench.command("up")
            with db.connect(as_deployer=True) as conn:
                months, days = (conn.execute(f"select sum(calls) as calls, sum(units) as units, sum(margin) as margin"
                                             f" from billing.{table}").fetchone()
                                for table in ("call_customer_month", "call_day"))
            bench.command("down")
        assert months["calls"] == days["calls"] and abs(months["margin"] - days["margin"]) < 1
    finally:
        shutil.rmtree(folder)
