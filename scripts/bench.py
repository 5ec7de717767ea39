"""`leissner bench`: how fast is it here? An operator of its own on a throw-away server with production settings.

Generating the files is not counted. Half of the calls come in the plain form, half as an Asterisk Master.csv, whose
unanswered, internal and incoming records come on top. The floor is what PostgreSQL itself needs to take the same files
in and to write the finished rows once more, in one process, without any rule.
"""

import contextlib
import csv
import dataclasses
import datetime as dt
import io
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import click

from leissner.scripts import bench_bill, bench_credit, bench_payments, bench_reports, bench_soap, bench_web, db
from leissner.scripts.errors import LeissnerError

# The dearest statements, those inside functions included.
STATEMENTS = r"""
select
    round((total_exec_time / 1000)::numeric, 2)::text as seconds, calls, rows,
    left(regexp_replace(query, '\s+', ' ', 'g'), 110) as statement
from pg_stat_statements
where dbid = (select oid from pg_database where datname = current_database())
order by total_exec_time desc
limit 20
"""
# Where loading spends its time, over both loaders: statements by how they begin. What is asked inside call_price is
# taken off it.
PARTS = r"""
with part as (
    select
        case
            when query ~* '^copy .*call_staging' then 'copy'
            when query ~ '^\s*with staged as materialized' then 'type, known before?'
            when query ~ 'v_priced := array' or query ~ '^\s*with asked_trunk' then 'price'
            when query ~ 'v_discounts := array|stateful_month\(|v_draws := array' then 'bundles and rings'
            when query ~ '^\s*with inserted as' then 'write'
            when query ~ '^\s*(insert into|update) billing\.(ring|bundle|customer)_month' then 'counters'
            when query ~ '^commit' then 'commit'
        end as part,
        total_exec_time
    from pg_stat_statements
    where dbid = (select oid from pg_database where datname = current_database())
)

select part, round((max(total_exec_time) / 1000)::numeric, 1)::text as seconds
from part
where part is not null
group by 1
order by max(total_exec_time) desc
"""
TARGET_S = 60  # one million calls loaded and rated on two cores
TARGET_FLOOR = 4  # times the floor
TARGET_GROWTH = 1.15  # of the seconds a call takes, whatever else there is
OTHERS = 9  # copies of all customers and lists, so that there are ten times as many
# What loading writes, each table after those it refers to.
LOADED = ("cdr_file", "load", "call_key", "call", "call_suspense", "customer_month", "call_day", "call_customer_month",
          "ring_month", "bundle_month")
# What differs in the copy of a loaded row of `nth` times `months` months earlier; every other column is the same.
EARLIER = {
    **dict.fromkeys(("load_id", "file_id"), "{0} + nth * 1000000"),
    **dict.fromkeys(("start_on", "day", "month"), "({0} - nth * months)::date"),
    **dict.fromkeys(("started_at", "last_started_at"), "{0} - nth * months"),
    **dict.fromkeys(("key", "last_key"), "{0} || '-' || nth"),
    **dict.fromkeys(("key_hash", "head_hash"), "substring(sha256({0} || int4send(nth)) for octet_length({0}))"),
}


@click.command()
@click.option("--calls", default=1_000_000, show_default=True, help="How many calls to load and rate.")
@click.option("--customers", default=20_000, show_default=True, help="Customers of the operator that has the calls.")
@click.option("--prefixes", default=50_000, show_default=True, help="Prefixes it knows.")
@click.option("--rings", default=50, show_default=True, help="Discount rings it has.")
@click.option("--import-customers", default=100_000, show_default=True, help="Customers of the import; 0: none.")
@click.option("--sheet-rows", default=60_000, show_default=True, help="Rows of the supplier's sheet; 0: none.")
@click.option("--payers", default=100_000, show_default=True, help="Payers of the month that is billed; 0: none.")
@click.option("--history", is_flag=True, help="Also bill the month beside ten times as much that is older than "
              "what is corrected.")
@click.option("--only-billing", is_flag=True, help="Nothing but the month that is billed.")
@click.option("--payments", default=200_000, show_default=True, help="Payments of the file that is loaded; 0: none.")
@click.option("--only-payments", is_flag=True, help="Nothing but the file of payments.")
@click.option("--only-credit", is_flag=True, help="Nothing but the check of --payers payers with --calls calls.")
@click.option("--report-customers", default=100_000, show_default=True, help="Customers of the reports; 0: none.")
@click.option("--report-calls", default=100_000_000, show_default=True, help="Calls that their totals come from.")
@click.option("--report-kept", default=5_000_000, show_default=True, help="Of these, calls that are kept (2 months).")
@click.option("--only-reports", is_flag=True, help="Nothing but the reports.")
@click.option("--only-soap", is_flag=True, help="Nothing but SOAP, with the operator of the calls.")
@click.option("--web", is_flag=True, help="Also ask every page, over the month that is billed or the year of the "
              "reports.")
@click.option("--fourfold", is_flag=True, help="Also load four times as many calls, on a server of their own.")
@click.option("--tenfold", is_flag=True, help="Also load the same calls beside ten times as many other customers, "
              "price lists and loaded months.")
@click.option("--seed", default=7, show_default=True)
@click.option("--one-by-one", is_flag=True, help="One loader after the other, instead of one per source at once.")
@click.option("--statements", is_flag=True, help="Also show which statements the time went to (costs some itself).")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep server and files in this empty folder.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
def bench(calls, customers, prefixes, rings, import_customers, sheet_rows, payers, history, only_billing, payments,
          only_payments, only_credit, report_customers, report_calls, report_kept, only_reports, only_soap, web,
          fourfold, tenfold, seed, one_by_one, statements, keep, as_json) -> None:
    """Measure import, a rate sheet, loading and rating against the floor, re-rating, quotes, and the rebuild of all
    functions and views."""
    result = {"machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
              "calls": calls, "phases": []}
    only = only_billing or only_payments or only_credit or only_reports or only_soap
    if not only:
        rating(result, calls, customers, prefixes, rings, fourfold, tenfold, seed, one_by_one, statements, keep)
        imports(result, import_customers, sheet_rows, seed, keep)
    if only_soap:
        with home_of_its_own(keep) as (home, files):
            write_files(files, 2 * bench_soap.BATCH, customers, prefixes, rings, seed)
            start_server(home, statements)
            command("up")
            command("import", files / "operator")
            settle()
            bench_soap.measure(result, files, phase)
            if statements:
                result["statements"] = statement_list(STATEMENTS)
            command("down")
    if payers and (only_billing or not only):
        with home_of_its_own(keep and keep / "billing") as (home, files):
            start_server(home, statements)
            command("up")
            bench_bill.measure(result, files, payers, calls, seed, phase, command, settle, history)
            if web:
                with db.connect(as_deployer=True) as conn:
                    bench_web.measure(result, conn)
            if statements:
                result["statements"] = statement_list(STATEMENTS)
            command("down")
    if payments and (only_payments or not only):
        with home_of_its_own(keep and keep / "payments") as (home, files):
            start_server(home, statements)
            command("up")
            bench_payments.measure(result, files, payments, seed, phase, command, settle, history)
            if statements:
                result["statements"] = statement_list(STATEMENTS)
            command("down")
    if payers and (only_credit or not only):
        with home_of_its_own(keep and keep / "credit") as (home, files):
            start_server(home, statements)
            command("up")
            bench_credit.measure(result, files, payers, calls, phase, command, settle, history)
            if statements:
                result["statements"] = statement_list(STATEMENTS)
            command("down")
    if report_customers and (only_reports or not only):
        with home_of_its_own(keep and keep / "reports") as (home, files):
            start_server(home, statements)
            command("up")
            bench_reports.measure(result, files, report_customers, report_calls, report_kept, seed, phase, command,
                                  settle, lambda: (command("down"), command("up")))
            if web:
                with db.connect(as_deployer=True) as conn:
                    bench_web.fill(conn, lambda name, work: phase(result, name, work))
                    settle()
                    bench_web.measure(result, conn)
            command("down")
    show(result, as_json)


def rating(result: dict, calls: int, customers: int, prefixes: int, rings: int, fourfold: bool, tenfold: bool,
           seed: int, one_by_one: bool, statements: bool, keep: Path | None) -> None:
    """An operator's calls loaded and rated, against the floor; and beside more of everything."""
    with home_of_its_own(keep) as (home, files):
        first, counted = write_files(files, calls, customers, prefixes, rings, seed)
        phase(result, "files written (not counted)", lambda: None, seconds=first)
        start_server(home, statements)
        phase(result, "migrate an empty database", lambda: command("up"))
        phase(result, "rebuild all functions and views", rebuild)
        phase(result, f"import {customers} customers", lambda: command("import", files / "operator"), customers)
        result["operator"] = operator_size(files / "operator")
        if tenfold:
            settle()
        load(result, files, counted, one_by_one)
        prices = prices_of_all() if tenfold else None
        floor(result, files, sum(counted.values()))
        quotes(result)
        rerate(result, files / "operator")
        bench_soap.measure(result, files, phase, min(1, calls / 1_000_000))
        if statements:
            result["statements"] = statement_list(STATEMENTS)
        command("down")
    if fourfold:
        with home_of_its_own(keep and keep / "fourfold") as (home, files):
            _, counted = write_files(files, calls * 4, customers, prefixes, rings, seed)
            start_server(home, False)
            command("up")
            command("import", files / "operator")
            load(result, files, counted, one_by_one, "four times as many: ")
            command("down")
    if tenfold:
        with home_of_its_own(keep and keep / "tenfold") as (home, files):
            _, counted = write_files(files, calls, customers, prefixes, rings, seed, OTHERS)
            start_server(home, statements)
            command("up")
            command("import", files / "operator")
            phase(result, f"import {OTHERS} times as many others", lambda: command("import", files / "others"))
            settle()
            load(result, files, counted, one_by_one, "ten times the customers and lists: ")
            phase(result, "the loaded months copied to ten times as many (not counted)", earlier_months)
            settle()
            load(result, files, counted, one_by_one, "ten times the loaded months too: ")
            if prices_of_all() != prices:
                raise LeissnerError("The same calls have other prices beside ten times as many others.")
            command("down")


def imports(result: dict, import_customers: int, sheet_rows: int, seed: int, keep: Path | None) -> None:
    """A supplier's sheet, and a large operator, into empty databases."""
    if sheet_rows:
        with home_of_its_own(keep and keep / "sheet") as (home, files):
            start_server(home, False)
            command("up")
            sheet(result, files, sheet_rows, seed)
            command("down")
    if import_customers:
        with home_of_its_own(keep and keep / "import") as (home, files):
            operator_of(import_customers, seed).write(files / "operator")
            start_server(home, False)
            command("up")
            before, parties, after = import_order(files / "operator")
            phase(result, "import an operator's catalogue, numbering and prices", lambda: command("import", *before))
            phase(result, f"import {import_customers} customers, contracts, lines and numbers",
                  lambda: command("import", *parties), import_customers)
            phase(result, "import their bundles, rings, terms and sources", lambda: command("import", *after))
            command("down")


def load(result: dict, files: Path, counted: dict[str, int], one_by_one: bool, what: str = "") -> None:
    """Loads and rates the two files; with the memory that loaders and backends took at most."""
    loads = (("plain", files / "plain.csv"), ("pbx-umea", files / "Master.csv"))
    turns = [[one] for one in loads] if one_by_one else [loads]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with Memory() as memory:
        for turn in turns:
            names = ", ".join(path.name for _, path in turn)
            phase(result, f"{what}load and rate {names}", lambda turn=turn: side_by_side(turn),
                  sum(counted[source] for source, _ in turn))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    rows = result["phases"][-len(turns):]
    seconds, count = sum(row["seconds"] for row in rows), sum(row["count"] for row in rows)
    parts = statement_list(PARTS) if statements_are_on() else []
    if what:
        alike = result["load_seconds"] * count / result["calls_loaded"]
        result["growth"].append({"name": what.rstrip(": "), "times": round(seconds / alike, 2), "parts": parts})
    else:
        result |= {
            "growth": [], "target_growth": TARGET_GROWTH, "calls_loaded": count,
            "load_seconds": round(seconds, 1), "calls_per_second": round(count / seconds),
            "million_seconds": round(seconds / count * 1_000_000, 1), "target_million_seconds": TARGET_S,
            "parse_seconds": round(after.ru_utime - before.ru_utime, 1), "memory_mb": memory.peak,
            "parts": parts,
        }


def prices_of_all() -> dict:
    """How many calls have a price, and what they come to at each level."""
    with db.connect(as_deployer=True) as conn:
        return conn.execute("select count(*) as calls, sum(cost_base) as cost, sum(reseller_base) as reseller,"
                            " sum(retail_base) as retail, (select count(*) from billing.call_suspense"
                            " where load_id < 1000000) as suspended from billing.call where load_id < 1000000"
                            ).fetchone()


def earlier_months(copies: int = 10) -> None:
    """All that is loaded goes to earlier months, so many times over, as if those had been loaded.

    A month is left free before the newest calls: what no bundle brings over changes no price.
    """
    with db.connect(as_deployer=True) as conn:
        conn.execute("select set_config('TimeZone', time_zone, false) from billing.operator")  # clocks stay as they are
        conn.execute("set session_replication_role = replica")  # else only loading may empty what loading writes
        columns = {table: [row["attname"] for row in conn.execute(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and attgenerated = ''"
            " and not attisdropped and not (attidentity <> '' and attname in ('call_id', 'suspense_id'))"
            " order by attnum", (f"billing.{table}",)).fetchall()] for table in LOADED}
        conn.execute("create schema earlier; create table earlier.copy as"
                     " select nth, make_interval(months => span.months) as months from ("
                     " select (extract(year from age) * 12 + extract(month from age))::int + 1 as months from age("
                     " (select date_trunc('month', max(start_on)) + interval '1 month' from billing.call),"
                     " (select date_trunc('month', min(start_on)) from billing.call)) as age"
                     f") as span cross join generate_series(1, {copies}) as nth")
        for table in LOADED:
            conn.execute(f"create table earlier.{table} as select * from billing.{table}")
        conn.execute("truncate billing.call_line_month, " + ", ".join(f"billing.{table}" for table in LOADED))
        # the newest months find no partition, as in the first load
        for row in conn.execute("select inhrelid::regclass::text as name from pg_inherits"
                                " where inhparent = 'billing.call'::regclass").fetchall():
            conn.execute(f"drop table {row['name']}")
        conn.execute("select logic.call_partition_add(array(select distinct (start_on - nth * months)::date"
                     " from earlier.call cross join earlier.copy))")
        for table, names in columns.items():
            copied = [EARLIER.get(name, "{0}").format(f"loaded.{name}") for name in names]
            grouped = ""
            if table == "call_day":  # what was of the 31st may now be of the 30th, with what that day had
                keys = names.index("load_id") + 1
                copied[keys:] = [f"sum({one})" for one in copied[keys:]]
                grouped = " group by " + ", ".join(map(str, range(1, keys + 1)))
            conn.execute(f"insert into billing.{table} ({', '.join(names)}) overriding system value"
                         f" select {', '.join(copied)} from earlier.copy cross join earlier.{table} as loaded{grouped}")
        conn.execute("drop table earlier.copy, " + ", ".join(f"earlier.{table}" for table in LOADED))
        conn.execute("drop schema earlier")


def settle() -> None:
    """What autovacuum and the checkpointer have long done in a database that has been at rest; beside loads that are
    compared they would take turns with them."""
    with db.connect(as_deployer=True) as conn:
        conn.execute("vacuum (analyze)")
        conn.execute("checkpoint")
    if statements_are_on():
        statement_list("select pg_stat_statements_reset()")


def floor(result: dict, files: Path, count: int) -> None:
    """The same files by COPY into tables with a primary key, and the finished rows into a table like billing.call."""
    columns = ", ".join(f"c{number} text" for number in range(18))
    with db.connect(as_deployer=True) as conn:
        conn.execute("create schema floor; create table floor.plain (key text primary key, started_at timestamptz,"
                     " units bigint, a_number text, b_number text, mode text, carrier text, account text);"
                     f"create table floor.master (line bigint generated always as identity primary key, {columns});"
                     "create table floor.call (like billing.call including all)")
        names = ", ".join(f"c{number}" for number in range(18))

        def take(name: str, statement: str) -> None:
            with open(files / name, "rb") as file, conn.cursor().copy(statement) as stream:
                while block := file.read(1 << 20):
                    stream.write(block)

        def copies() -> None:
            take("plain.csv", "copy floor.plain from stdin (format csv, header true)")
            take("Master.csv", f"copy floor.master ({names}) from stdin (format csv)")

        listed = ", ".join(row["attname"] for row in conn.execute(
            "select attname from pg_attribute where attrelid = 'floor.call'::regclass and attnum > 0"
            " and attgenerated = '' and not attisdropped order by attnum").fetchall())
        finished = f"insert into floor.call ({listed}) overriding system value select {listed} from billing.call"
        one = phase(result, "floor: COPY of the same files", copies, count)
        two = phase(result, "floor: INSERT … SELECT of the finished rows", lambda: conn.execute(finished), count)
        conn.execute("drop table floor.plain, floor.master, floor.call; drop schema floor")
    result |= {"floor_seconds": round(one + two, 2), "times_floor": round(result["load_seconds"] / (one + two), 1),
               "target_times_floor": TARGET_FLOOR}


def quotes(result: dict, count: int = 1000) -> None:
    """Milliseconds of a quote inside the database, for calls as they were."""
    with db.connect(as_deployer=True) as conn, conn.transaction():
        calls = conn.execute(
            "select a_number as p_a, b_number as p_b, started_at as p_at, units as p_units from billing.call"
            " where a_number is not null and account is null order by key_hash limit %s", (count,)
        ).fetchall()
        times = []
        conn.execute("select set_config('role', 'leissner_pricing', true)")
        for one in calls:
            began = time.perf_counter()
            db.call(conn, "quote", **one)
            times.append((time.perf_counter() - began) * 1000)
    times.sort()
    result["quote_ms"] = {"p50": round(times[len(times) // 2], 1), "p99": round(times[len(times) * 99 // 100], 1)}


def rerate(result: dict, operator: Path) -> None:
    """Every price a little dearer, then the calls of the whole time rated again."""
    rows = list(csv.DictReader(io.StringIO((operator / "prices.csv").read_text("utf-8"))))
    for row in rows:
        if row["rate"] and not row["target"].startswith("service:"):
            row["rate"] = f"{float(row['rate']) * 1.01:.6f}"
    with open(operator / "prices.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    command("import", operator / "prices.csv")
    with db.connect(as_deployer=True) as conn:
        span = conn.execute("select min(start_on) as first, max(start_on) + 1 as end, count(*) as n from billing.call"
                            ).fetchone()
    phase(result, "every call rated again after a change of all prices",
          lambda: command("calls", "rerate", "--from", span["first"], "--to", span["end"], "--jobs", "2"), span["n"])


def sheet(result: dict, files: Path, rows: int, seed: int) -> None:
    """A supplier's first sheet, every row a destination; then the next one, with two thirds of the rates changed."""
    rng = Random(seed)
    codes: set[str] = set()
    while len(codes) < rows:
        codes.add(f"{rng.randrange(20, 99)}{rng.randrange(10 ** rng.randrange(2, 6))}")
    operator = files / "sheet-operator"
    operator.mkdir()
    (operator / "currencies.csv").write_text("code\nSEK\n")
    (operator / "operator.csv").write_text("name,org_no\nSheet,556000-0000\n")
    (operator / "products.csv").write_text("code,name\ninternational,International\n")
    (operator / "price_lists.csv").write_text("code,name,level\nSHEET,Sheet,cost\n")
    command("import", operator)
    day = dt.date.today() + dt.timedelta(days=30)
    for turn in range(2):
        path = files / f"sheet{turn}.csv"
        with open(path, "w", encoding="utf-8") as file:
            file.write("Destination,Code,Rate,Increments,Effective\n")
            for place, code in enumerate(sorted(codes)):
                rate = (place * 7919 % 9000 + 1000 + turn * (place % 3) * 7) / 100_000
                file.write(f"Breakout {code},{code},{rate:.5f},60/1,{day + dt.timedelta(days=31 * turn)}\n")
        what = (f"rate sheet of {rows} rows, every code a new destination", f"the next sheet of {rows} rows")[turn]
        phase(result, what, lambda path=path: command("rates", "import", path, "--list", "SHEET", "--product",
                                                      "international", "--yes"), rows)


class Memory:
    """The most that one loader and one backend held of their own while a block ran, in MB."""

    def __init__(self) -> None:
        self.peak = {"loader": 0, "backend": 0}
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Memory":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_over.set()
        self.thread.join()

    def _watch(self) -> None:
        while not self.is_over.wait(1):
            for path in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError, ValueError):
                    name = (path / "cmdline").read_bytes().split(b"\0")
                    kind = "backend" if name[0].startswith(b"postgres: leissner_cli") else (
                        "loader" if b"load" in name and b"calls" in name else None)
                    if kind:
                        status = dict(line.split(":", 1) for line in (path / "status").read_text().splitlines())
                        own = int(status["RssAnon"].split()[0]) // 1024
                        self.peak[kind] = max(self.peak[kind], own)


def operator_size(folder: Path) -> dict[str, int]:
    """What the operator has of what counts."""
    def rows(name: str) -> list[dict]:
        with open(folder / f"{name}.csv", newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    numbers = sum(int(row["to_number"]) - int(row["number"]) + 1 if row["to_number"] else 1
                  for row in rows("numbers") if row["kind"] != "account")
    counts = {name: len(rows(name)) for name in ("customers", "prefixes", "price_lists", "prices", "rings", "bundles")}
    return counts | {"numbers": numbers}


def statements_are_on() -> bool:
    with db.connect(as_deployer=True) as conn:
        track = conn.execute("select current_setting('pg_stat_statements.track', true) as track").fetchone()
        return track["track"] == "all"


def import_order(folder: Path) -> tuple[list[Path], list[Path], list[Path]]:
    """The files of an operator: what customers need, the customers, what needs customers."""
    parties = ("customer_groups", "customers", "contracts", "contract_lines", "numbers")
    after = ("customer_terms", "contract_terms", "line_terms", "bundles", "charges", "preselections", "rings",
             "sources", "trunks", "extensions")
    found = sorted(folder.glob("*.csv"))
    return ([path for path in found if path.stem not in parties + after],
            [path for path in found if path.stem in parties], [path for path in found if path.stem in after])


@contextlib.contextmanager
def home_of_its_own(keep: Path | None) -> Iterator[tuple[Path, Path]]:
    """A home that no setting of the caller reaches: (the home, a folder for files); gone afterwards."""
    folder = keep.absolute() if keep else Path(tempfile.mkdtemp(prefix="leissner-bench-"))
    if keep and folder.exists() and any(folder.iterdir()):
        raise LeissnerError(f"{folder} is not empty.")
    (folder / "files").mkdir(parents=True)
    folder.chmod(0o755)  # as root the server runs as another user
    before = dict(os.environ)
    for name in ("DATABASE_URL", "LEISSNER_TEST", *db.SWITCHES):
        os.environ.pop(name, None)
    os.environ["LEISSNER_HOME"] = str(folder / "home")
    try:
        yield folder / "home", folder / "files"
    finally:
        with contextlib.suppress(Exception):
            command("down")
        os.environ.clear()
        os.environ.update(before)
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def operator_of(customers: int, seed: int):
    from leissner.scripts.demo.operator import Operator

    operator = Operator(seed, dt.date.today(), customers)
    operator.add("sources", code="plain", name="Plain", format="generic", carrier="terra", mode="voice")
    return operator


def grow(operator, prefixes: int, rings: int, seed: int) -> None:
    """The operator with as many prefixes and rings, and a level more under the lists of its larger customers."""
    rng = Random(f"grow {seed}")
    files = operator.files
    known = {row["prefix"] for row in files["prefixes"]}
    roots = [row for row in files["prefixes"] if row["prefix"].isdigit() and len(row["prefix"]) >= 3]
    while len(files["prefixes"]) < prefixes:
        root = rng.choice(roots)
        digits = root["prefix"] + "".join(rng.choice("0123456789") for _ in range(rng.randrange(1, 4)))
        if digits not in known and len(digits) <= 9:
            known.add(digits)
            files["prefixes"].append(root | {"prefix": digits})
    # customer → REGION → FLEX → FORETAG → MASTER: five levels
    parents = sorted({row["parent"] for row in files["price_lists"] if row["code"][1:].isdigit()})
    for parent in parents:
        level = next(row for row in files["price_lists"] if row["code"] == parent)
        files["price_lists"].append(level | {"code": f"{parent}-REGION", "name": f"{level['name']}, region",
                                             "parent": parent, "draft": ""})
        operator.price(f"{parent}-REGION", "product:international", percent="-1.5")
    for row in files["price_lists"]:
        if row["code"][1:].isdigit():
            row["parent"] += "-REGION"
    groups = [row["code"] for row in files["customer_groups"]]
    for number in range(len(files["rings"]), rings):
        unit = rng.choice(("none", "none", "none", "block", "amount"))
        operator.add(
            "rings", code=f"X{number}", name=f"Extra {number}", priority=200 + number, kind="percent",
            value=rng.randrange(1, 9), level="retail", members=f"group:{rng.choice(groups)}",
            targets=rng.choice(("product:mobile", "product:international", "product:national_fixed")),
            modes="group:calls", volume_unit=unit, volume_from="" if unit == "none" else 0,
            volume_to="" if unit == "none" else 500,
        )


def others_of(operator, copies: int) -> dict[str, list[dict]]:
    """Customers and price lists as those of the operator, so many times over, by the files they are in.

    Each copy has codes and numbers of its own, and its prices and terms change on days of their own.
    """
    heads = {row["number"][:2] for row in operator.files["numbers"] if row["kind"] != "account"}
    free = (f"{head}" for head in range(99, 10, -1) if f"{head}" not in heads)
    made: dict[str, list[dict]] = {}
    for nth in range(1, copies + 1):
        head_of = {head: next(free) for head in sorted(heads)}

        def other(name: str, column: str, value, kind: str | None, nth=nth, head_of=head_of):
            if not value:
                return value
            if isinstance(value, dt.date):
                return value - dt.timedelta(days=nth)
            if column in ("number", "to_number") and kind != "account":
                return head_of[value[:2]] + value[2:]
            is_code = column in ("customer_no", "parent_no", "contract_no", "price_list", "parent", "number")
            return f"{value}-{nth}" if is_code or (name, column) == ("price_lists", "code") else value

        for name in ("price_lists", "prices", "customers", "contracts", "contract_lines", "numbers", "customer_terms",
                     "contract_terms", "line_terms", "bundles"):
            made.setdefault(name, []).extend(
                {column: other(name, column, value, row.get("kind")) for column, value in row.items()}
                for row in operator.files[name]
            )
    return made


def write_rows(folder: Path, files: dict[str, list[dict]]) -> None:
    folder.mkdir()
    for name, rows in files.items():
        with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(column for row in rows for column in row)),
                                    lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def write_files(
    folder: Path, calls: int, customers: int, prefixes: int, rings: int, seed: int, others: int = 0
) -> tuple[float, dict[str, int]]:
    """Writes operator (and copies of its customers and lists) and calls; returns the seconds it took and the billable
    calls per source."""
    from leissner.scripts.demo import calls as demo_calls

    began = time.monotonic()
    operator = operator_of(customers, seed)
    grow(operator, prefixes, rings, seed)
    operator.write(folder / "operator")
    if others:
        write_rows(folder / "others", others_of(operator, others))
    traffic = demo_calls.Traffic(seed, operator)
    counted = {"plain": calls - calls * 45 // 100, "pbx-umea": calls * 45 // 100}
    plain = [call for source, share in (("sip-stockholm", 2), ("cucm-oslo", 1), ("mobil", 2))
             for call in traffic.of(source, counted["plain"] * share // 5) if call.kind in demo_calls.BILLABLE]
    counted["plain"] = len(plain)
    plain.sort(key=lambda call: call.start)
    with open(folder / "plain.csv", "w", encoding="utf-8") as file:
        file.write("key,started_at,units,a_number,b_number,mode,carrier,account\n")
        file.writelines(f"{line}\n" for line in demo_calls.plain(plain))
    with open(folder / "Master.csv", "w", encoding="utf-8") as file:
        lines = demo_calls.asterisk(traffic.of("pbx-umea", counted["pbx-umea"]), Random(seed))
        file.writelines(f"{line}\n" for _, line in lines)
    return time.monotonic() - began, counted


def command(*args: object, may: tuple[int, ...] = (0,)) -> None:
    """Runs a command of `leissner` in this process; what it prints is shown only when it failed.

    may: the exit codes that are no failure.
    """
    from leissner.scripts import cli

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = cli.run([str(arg) for arg in args])
    if code not in may:
        raise LeissnerError(f"leissner {' '.join(map(str, args))} ended with {code}.\n{printed.getvalue()}")


def side_by_side(loads: Sequence[tuple[str, Path]]) -> None:
    """A loader for each source, all at once, as cron starts them."""
    program = "import sys; from leissner.scripts import cli; sys.exit(cli.run(sys.argv[1:]))"
    loaders = [
        subprocess.Popen(
            [sys.executable, "-c", program, "calls", "load", str(path), "--source", source], stdout=subprocess.DEVNULL
        )
        for source, path in loads
    ]
    if any([loader.wait() for loader in loaders]):
        raise LeissnerError("A loader failed.")


def start_server(path: Path, statements: bool) -> None:
    from leissner.scripts.server import Home

    home = Home(path)
    home.up()
    if statements:
        with open(home.data / "postgresql.auto.conf", "a") as file:
            file.write("pg_stat_statements.track = 'all'\n")
        home.run("pg_ctl", "reload", "-D", str(home.data))


def rebuild() -> None:
    """One function file is a little different, so that all disposable schemas are dropped and made again."""
    from leissner.scripts import migrate

    files = migrate.files()
    changed = next(file for file in files if file.kind == "function")
    with db.connect(as_deployer=True) as conn:
        migrate.migrate(conn, [dataclasses.replace(file, text=file.text + "\n") if file is changed else file
                               for file in files])


def statement_list(query: str) -> list[dict]:
    with db.connect(as_deployer=True) as conn:
        return conn.execute(query).fetchall()


def phase(result: dict, name: str, work, count: int | None = None, seconds: float | None = None) -> float:
    """Runs and times one phase; its seconds."""
    click.echo(f"{name} …", err=True)
    began = time.monotonic()
    work()
    seconds = time.monotonic() - began if seconds is None else seconds
    result["phases"].append({"name": name, "seconds": round(seconds, 2), "count": count})
    return seconds


def show(result: dict, as_json: bool) -> None:
    """The table: seconds, things a second, and times the floor where that is the measure."""
    for row in result["phases"]:
        row["per_second"] = round(row["count"] / row["seconds"]) if row["count"] and row["seconds"] else None
        row["times_floor"] = (
            round(row["seconds"] / row["count"] * result["calls"] / result["floor_seconds"], 1)
            if "load and rate" in row["name"] or "rated again" in row["name"] else None
        )
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    click.echo(f"\n{result['machine']}" + "".join(
        f", {count:,} {name.replace('_', ' ')}" for name, count in result.get("operator", {}).items()))
    click.echo(f"{'':<64}{'seconds':>10}{'a second':>12}{'× floor':>9}")
    for row in result["phases"]:
        each, times = (f"{value:,}" if value else "" for value in (row["per_second"], row["times_floor"]))
        click.echo(f"{row['name']:<64}{row['seconds']:>10.2f}{each:>12}{times:>9}")
    if "load_seconds" in result:
        show_rating(result)
    if "bill_times_floor" in result:
        click.echo("Draft and approval of " + ", ".join(f"{count:,} {name}" for name, count in
                                                         result["bill_rows"].items())
                   + f": {result['bill_times_floor']} × the floor (target {bench_bill.TARGET_FLOOR} ×)")
    if "bill_growth" in result:
        click.echo(f"The run takes {result['bill_growth']} × as long beside ten times as much history "
                   f"(target {bench_bill.TARGET_HISTORY} ×)")
    if "payment_times_floor" in result:
        click.echo("Loaded, matched and booked: " + ", ".join(f"{count:,} {name}" for name, count in
                                                              result["payment_rows"].items())
                   + f": {result['payment_times_floor']} × the floor (target {bench_payments.TARGET_FLOOR} ×)")
    if "payment_growth" in result:
        click.echo(f"They take {result['payment_growth']} × as long beside ten times as many closed documents "
                   f"(target {bench_payments.TARGET_HISTORY} ×)")
    if "credit_times_plain" in result:
        click.echo(f"A credit check takes {result['credit_seconds']} s (target {bench_credit.TARGET_S} s), "
                   f"{result['credit_times_plain']} × the plain aggregate (target {bench_credit.TARGET_PLAIN} ×)")
    if "credit_growth" in result:
        click.echo(f"It takes {result['credit_growth']} × as long beside ten times as much that is closed "
                   f"(target {bench_credit.TARGET_HISTORY} ×)")
    if "reports" in result:
        show_reports(result)
    if "web" in result:
        bench_web.show(result["web"])
    if "soap" in result:
        bench_soap.show(result["soap"])
    for row in result.get("statements", []):
        click.echo(f"{row['seconds']:>8} s {row['calls']:8} ×  {row['statement']}")


def show_reports(result: dict) -> None:
    """Seconds cold and warm of each report, by level and length; ! where warm is over the target."""
    click.echo("\n" + ", ".join(f"{count:,} {name}" for name, count in result["report_size"].items()))
    columns = [f"{level}, {length}" for level in bench_reports.LEVELS for length in bench_reports.TARGET]
    click.echo(f"{'seconds, cold / warm':<32}" + "".join(f"{column:>22}" for column in columns))
    for row in result["reports"]:
        cells = []
        for column in columns:
            length = column.split(", ")[1] if bench_reports.REPORTS[row["report"]] != "day" else "13 months"
            one, target = row.get(column), bench_reports.TARGET[length]
            mark = "!" if one and one["warm"] > target else " "
            cells.append(f"{one['cold']:.2f} / {one['warm']:.2f}{mark}" if one else "— ")
        click.echo(f"{row['report']:<32}" + "".join(f"{cell:>22}" for cell in cells))


def show_rating(result: dict) -> None:
    """What loading and rating came to."""
    click.echo(f"\nOne million calls loaded and rated: {result['million_seconds']} s (target {TARGET_S} s), "
               f"{result['times_floor']} × the floor of {result['floor_seconds']} s (target {TARGET_FLOOR} ×)")
    for row in result["growth"]:
        click.echo(f"A call takes {row['times']} × as long with {row['name']} (target {TARGET_GROWTH} ×)")
    click.echo(f"Loaders' own time (reading, parsing): {result['parse_seconds']} s; memory at most: "
               + ", ".join(f"{name} {size} MB" for name, size in result["memory_mb"].items()))
    click.echo(f"A quote in the database: {result['quote_ms']['p50']} ms, p99 {result['quote_ms']['p99']} ms")
    for row in result["parts"]:
        click.echo(f"{row['seconds']:>8} s  {row['part']}" + "".join(
            f"; {part['seconds']} s with {one['name']}" for one in result["growth"] for part in one["parts"]
            if part["part"] == row["part"]))
