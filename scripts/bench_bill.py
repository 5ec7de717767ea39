"""The billing part of `leissner bench`: a month of many payers, and what PostgreSQL needs for the finished rows alone.

This floor takes the finished documents, lines, taxes and billed calls, their entries in the journal and their open
items by COPY into tables with the same keys and indexes, in one process, without any rule.
"""

import datetime as dt
import re
from pathlib import Path
from random import Random

from leissner.scripts import db
from leissner.scripts.errors import LeissnerError

TARGET_FLOOR = 3  # times the floor, draft and approval together
TARGET_HISTORY = 1.15  # of the seconds, beside ten times as much that is older than correct_back_months
TABLES = ("invoice_line", "invoice_tax", "call_billed", "invoice")  # as a run writes them
BOOKED = ("entry_row", "open_item", "entry")  # as approval does
COPIES = 10
# What differs in the `nth` copy of a row, so much earlier; every other column is the same.
LINE_SHIFT = "nth * 10000000"
EARLIER = {
    "invoice_id": f"{{0}} + {LINE_SHIFT}", "invoice_line_id": f"{{0}} + {LINE_SHIFT}",
    "bill_run_id": "null", "state": "'approved'", "series": "'earlier'", "number": f"loaded.invoice_id + {LINE_SHIFT}",
    "invoice_no": f"'H' || loaded.invoice_id + {LINE_SHIFT}", "parties": "'{{}}'",
    "invoice_on": "(upper(loaded.valid) - back)::date", "due_on": "(upper(loaded.valid) - back)::date",
    "valid": "daterange((lower({0}) - back)::date, (lower({0}) - back)::date"
             " + (upper({0}) - lower({0})))",
    "is_counted": "{0} and loaded.charge_kind not in ('one_time', 'manual')",  # billed once, however old
    "start_on": "({0} - back)::date", "period_on": "({0} - back)::date",
}


def write_files(folder: Path, payers: int, calls: int, seed: int) -> dt.date:
    """Writes an operator with that many households and their calls of two months; the last day of the second."""
    from leissner.scripts.demo import calls as demo_calls
    from leissner.scripts.demo.operator import Operator

    today = dt.date.today().replace(day=1)
    operator = Operator(seed, today)
    for _ in range(payers):
        operator.household()
    operator.add("sources", code="plain", name="Plain", format="generic", carrier="terra", mode="voice")
    operator.write(folder / "operator")
    traffic = demo_calls.Traffic(seed, operator)
    made = [call for source in ("sip-stockholm", "mobil") for call in traffic.of(source, calls // 2)
            if call.kind in demo_calls.BILLABLE]
    Random(seed).shuffle(made)
    for nth, part in enumerate((made[: len(made) // 2], made[len(made) // 2:])):
        with open(folder / f"plain{nth}.csv", "w", encoding="utf-8") as file:
            file.write("key,started_at,units,a_number,b_number,mode,carrier,account\n")
            # a key is the line's place: the second file goes on where the first one ended
            file.writelines(f"{nth}-{line}\n" for line in demo_calls.plain(sorted(part, key=lambda call: call.start)))
    return today - dt.timedelta(days=1)


def columns_of(conn: db.Connection, table: str) -> list[str]:
    """The columns that are stored, none that is generated from others."""
    return [row["attname"] for row in conn.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and attgenerated = ''"
        " and not attisdropped order by attnum", (f"billing.{table}",)).fetchall()]


def remember(conn: db.Connection) -> None:
    """Keeps the drafts of the run, to be laid back in time."""
    conn.execute("create schema earlier")
    for table in TABLES:
        conn.execute(f"create table earlier.{table} as select * from billing.{table}")


def lay_back(conn: db.Connection) -> None:
    """What was remembered becomes ten times as many documents and calls, all older than what is looked back on."""
    conn.execute("set session_replication_role = replica")
    # a year is looked back on, and a year is charged in advance at most
    conn.execute("create table earlier.copy as select nth, make_interval(months => 24 + 2 * nth) as back"
                 " from generate_series(1, %s) as nth", (COPIES,))
    conn.execute("create table earlier.call as select * from billing.call")
    for table in ("call", "call_billed"):
        conn.execute("select logic.call_partition_add(array(select distinct (start_on - back)::date"
                     f" from earlier.call cross join earlier.copy), '{table}')")
    for table in (*TABLES, "call"):
        names = columns_of(conn, table)
        copied = [EARLIER.get(name, "{0}").format(f"loaded.{name}") for name in names]
        conn.execute(f"insert into billing.{table} ({', '.join(names)}) overriding system value"
                     f" select {', '.join(copied)} from earlier.copy cross join earlier.{table} as loaded")
    conn.execute("insert into billing.usage_month (month, is_settled)"
                 " select distinct date_trunc('month', start_on - back)::date, true"
                 " from earlier.call_billed cross join earlier.copy on conflict do nothing")
    conn.execute("drop schema earlier cascade; set session_replication_role = origin")


def totals(conn: db.Connection) -> list[dict]:
    """What the drafts come to."""
    return conn.execute("select currency, count(*) as documents, sum(total) as total from billing.invoice"
                        " where state = 'draft' group by currency order by currency").fetchall()


def floor_tables(conn: db.Connection, files: Path) -> None:
    """The finished rows of the run as files, and empty tables with the same keys and indexes."""
    conn.execute("create schema floor")
    run = "(select max(bill_run_id) from billing.bill_run)"
    documents = f"(select invoice_id from billing.invoice where bill_run_id = {run})"
    lines = f"(select invoice_line_id from billing.invoice_line where invoice_id in {documents})"
    entries = f"(select entry_id from billing.entry where invoice_id in {documents})"
    where = {"invoice": f"bill_run_id = {run}", "call_billed": f"invoice_line_id in {lines}",
             "entry_row": f"entry_id in {entries}"}
    for table in TABLES + BOOKED:
        names = ", ".join(columns_of(conn, table))
        chosen = f"select {names} from billing.{table} where " + where.get(table, f"invoice_id in {documents}")
        with open(files / table, "wb") as file, conn.cursor().copy(f"copy ({chosen}) to stdout (format binary)") as out:
            for block in out:
                file.write(block)
        partitioned = " partition by range (start_on)" if table == "call_billed" else ""
        conn.execute(f"create table floor.{table} (like billing.{table} including all){partitioned}")
    for table in TABLES + BOOKED:
        for key in conn.execute("select pg_get_constraintdef(oid) as is_as from pg_constraint"
                                " where conrelid = %s::regclass and contype = 'f'", (f"billing.{table}",)).fetchall():
            own = rf"REFERENCES billing\.({'|'.join(TABLES + BOOKED)})\("
            here = re.sub(own, r"REFERENCES floor.\1(", key["is_as"])
            conn.execute(f"alter table floor.{table} add {here}")
    for month in conn.execute("select distinct date_trunc('month', start_on)::date as month from billing.call_billed"
                              f" where invoice_line_id in {lines}").fetchall():
        conn.execute(f"create table floor.call_billed_{month['month']:%Y%m} partition of floor.call_billed for values"
                     f" from ('{month['month']}') to ('{month['month']}'::date + interval '1 month')")


def take(conn: db.Connection, files: Path) -> None:
    """The floor: all finished rows in one transaction."""
    with conn.transaction():
        for table in TABLES + BOOKED:
            names = ", ".join(columns_of(conn, table))
            with open(files / table, "rb") as file, conn.cursor().copy(
                    f"copy floor.{table} ({names}) from stdin (format binary)") as stream:
                while block := file.read(1 << 20):
                    stream.write(block)


def measure(result: dict, files: Path, payers: int, calls: int, seed: int, phase, command, settle,
            has_history: bool) -> None:
    """Draft and approval of a run, with the floor; with history also beside ten times as much of it."""
    through = write_files(files, payers, calls, seed)
    command("import", files / "operator")
    command("calls", "load", files / "plain0.csv", files / "plain1.csv", "--source", "plain", "--jobs", "2")
    settle()
    run = ("bill", "run", "--through", through, "--jobs", "2")
    drafts = phase(result, f"bill run of {payers} payers", lambda: command(*run, may=(0, 1)), payers)
    if has_history:
        with db.connect(as_deployer=True) as conn:
            before = totals(conn)
            remember(conn)
            command("bill", "discard", 1, "--yes")
            lay_back(conn)
        settle()
        beside = phase(result, "bill run beside ten times as much history", lambda: command(*run, may=(0, 1)), payers)
        result["bill_growth"] = round(beside / drafts, 2)
        with db.connect(as_deployer=True) as conn:
            if totals(conn) != before:
                raise LeissnerError("The same month comes to something else beside its history.")
    with db.connect(as_deployer=True) as conn:
        number = conn.execute("select max(bill_run_id) as run from billing.bill_run").fetchone()["run"]
        approval = phase(result, "bill approve", lambda: command("bill", "approve", number, "--yes"), payers)
        floor_tables(conn, files)
        least = phase(result, "floor: COPY of the finished documents, lines, taxes, calls and bookings",
                      lambda: take(conn, files))
        counts = {table: conn.execute(f"select count(*) as n from floor.{table}").fetchone()["n"]
                  for table in TABLES + BOOKED}
        conn.execute("drop schema floor cascade")
    result |= {"bill_rows": counts, "bill_times_floor": round((drafts + approval) / least, 1),
               "bill_target_times_floor": TARGET_FLOOR, "bill_target_growth": TARGET_HISTORY}
