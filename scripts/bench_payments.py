"""The payments part of `leissner bench`: one large BgMax file against as many open documents, and what PostgreSQL needs
for the finished rows alone.

The floor takes the finished payments, references, journal rows, entries and items by COPY into tables with the same
primary keys, in one process, without any rule, index or check.
"""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from random import Random

from leissner.scripts import db
from leissner.scripts.demo.bank import Paid, bgmax
from leissner.scripts.errors import LeissnerError

TARGET_FLOOR = 4  # times the floor: loaded, matched and booked
TARGET_HISTORY = 1.15  # of the seconds, beside ten times as many closed documents
TABLES = ("payment", "payment_reference", "entry_row", "entry", "open_item")
GIRO = "5805-6177"
HISTORY = 10


def operator(folder: Path) -> None:
    """The least that an operator needs to be paid."""
    folder.mkdir(parents=True)
    (folder / "currencies.csv").write_text("code,decimals\nSEK,2\n")
    (folder / "operator.csv").write_text("name,org_no,currency,bankgiro\nNorrsken Telefoni AB,551234-5678,SEK,"
                                         f"{GIRO}\n")


def documents(conn: db.Connection, count: int, first: int) -> list[str]:
    """As many payers and open documents of them, booked; their references."""
    before = conn.execute("select coalesce(max(open_item_id), 0) as id from billing.open_item").fetchone()["id"]
    conn.execute("insert into billing.customer (customer_no, name) select 'P' || no, 'Payer ' || no"
                 " from generate_series(1, %s) as no on conflict do nothing", (count,))
    conn.execute("insert into billing.opening_item (document_no, customer_id, item_on, due_on, amount, open, currency,"
                 " reference) select no::text, customer.customer_id, '2026-10-01', '2026-10-31', 100 + no %% 900,"
                 " 100 + no %% 900, 'SEK', logic.reference_make('ocr', no::text)"
                 " from generate_series(%s::bigint, %s) as no inner join billing.customer"
                 " on customer_no = 'P' || no - %s + 1", (first, first + count - 1, first))
    # as approval does for the payers of its documents
    conn.execute("select logic.ledger_lock(array(select customer_id from billing.customer))")
    return [row["reference"] for row in conn.execute(
        "select reference from billing.open_item where open_item_id > %s and reference is not null"
        " order by open_item_id", (before,)).fetchall()]


def payments(references: list[str], amounts: list[Decimal], seed: int) -> list[Paid]:
    """Nearly all pay what they owe; some less, more, twice, or without saying for what."""
    random = Random(seed)
    made = []
    for reference, amount in zip(references, amounts, strict=True):
        kind = random.random()
        if kind < 0.01:
            amount -= 50
        elif kind < 0.02:
            amount += 50
        elif kind < 0.03:
            reference = ""
        made.append(Paid(reference, amount, f"Payer {len(made)}", str(random.randrange(10 ** 7)),
                         code="2" if reference else "0"))
    random.shuffle(made)
    return made


def write(conn: db.Connection, path: Path, references: list[str], seed: int, day: dt.date, deposit: int) -> None:
    """The bank's file that pays these documents."""
    amounts = {row["reference"]: row["amount"] for row in conn.execute(
        "select reference, amount from billing.open_item where reference is not null").fetchall()}
    path.write_bytes(bgmax(GIRO, day, payments(references, [Decimal(amounts[one]) for one in references], seed),
                           deposit=deposit))


def columns(conn: db.Connection, table: str) -> str:
    return ", ".join(row["attname"] for row in conn.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and attgenerated = ''"
        " and not attisdropped order by attnum", (f"billing.{table}",)).fetchall())


def floor_tables(conn: db.Connection, files: Path) -> dict[str, int]:
    """The finished rows of the file as files, and empty tables with the same primary keys; how many rows."""
    conn.execute("create schema floor")
    loaded = "(select max(payment_file_id) from billing.payment_file)"
    paid = f"(select payment_id from billing.payment where payment_file_id = {loaded})"
    entries = f"(select entry_id from billing.entry where payment_id in {paid})"
    where = {"payment": f"payment_file_id = {loaded}", "payment_reference": f"payment_id in {paid}",
             "entry": f"payment_id in {paid}", "entry_row": f"entry_id in {entries}",
             "open_item": f"open_item_id in (select open_item_id from billing.entry_row where entry_id in {entries})"}
    counts = {}
    for table in TABLES:
        names = columns(conn, table)
        with open(files / table, "wb") as file, conn.cursor().copy(
                f"copy (select {names} from billing.{table} where {where[table]}) to stdout (format binary)") as out:
            for block in out:
                file.write(block)
        conn.execute(f"create table floor.{table} (like billing.{table})")
        key = conn.execute("select pg_get_constraintdef(oid) as key from pg_constraint"
                           " where conrelid = %s::regclass and contype = 'p'", (f"billing.{table}",)).fetchone()["key"]
        conn.execute(f"alter table floor.{table} add {key}")
        counts[table] = conn.execute(f"select count(*) as n from billing.{table} where {where[table]}").fetchone()["n"]
    return counts


def take(conn: db.Connection, files: Path) -> None:
    """The floor: all finished rows in one transaction."""
    with conn.transaction():
        for table in TABLES:
            with open(files / table, "rb") as file, conn.cursor().copy(
                    f"copy floor.{table} ({columns(conn, table)}) from stdin (format binary)") as stream:
                while block := file.read(1 << 20):
                    stream.write(block)


def measure(result: dict, files: Path, count: int, seed: int, phase, command, settle, has_history: bool) -> None:
    """A file of so many payments; with history also beside ten times as many documents that are paid."""
    operator(files / "operator")
    command("import", files / "operator")
    day = dt.date.today() - dt.timedelta(days=1)
    with db.connect(as_deployer=True) as conn:
        references = documents(conn, count, 10_000_000)
        write(conn, files / "bgmax.txt", references, seed, day, 1)
        settle()
        load = ("payments", "load", files / "bgmax.txt")
        seconds = phase(result, f"payments load of {count} payments", lambda: command(*load, may=(0, 1)), count)
        counts = floor_tables(conn, files)
        settle()
        least = phase(result, "floor: COPY of the finished payments, references, journal rows, entries, items",
                      lambda: take(conn, files))
        result |= {"payment_rows": counts, "payment_times_floor": round(seconds / least, 1),
                   "payment_target_times_floor": TARGET_FLOOR}
        conn.execute("drop schema floor cascade")
        if not conn.execute("select count(*) filter (where state = 'matched') > count(*) * 0.9 as is_so"
                            " from billing.payment").fetchone()["is_so"]:
            raise LeissnerError("Payments did not find their documents.")
        if has_history:
            for nth in range(2, HISTORY + 1):
                more = documents(conn, count, nth * 10_000_000)
                write(conn, files / "more.txt", more, seed + nth, day, nth)
                command("payments", "load", files / "more.txt", may=(0, 1))
            last = documents(conn, count, (HISTORY + 1) * 10_000_000)
            write(conn, files / "last.txt", last, seed, day, HISTORY + 1)
            settle()
            beside = phase(result, "payments load beside ten times as many that are closed",
                           lambda: command("payments", "load", files / "last.txt", may=(0, 1)), count)
            result |= {"payment_growth": round(beside / seconds, 2), "payment_target_growth": TARGET_HISTORY}
