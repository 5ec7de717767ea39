"""The demo's money: what customers pay in two months, as their bank's files on a real FTP server of this machine.

Who pays, when and how much is drawn from the seed: most in full, some a part, too much, twice, with a wrong reference
or none, some not at all.
"""

import datetime as dt
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from random import Random

from leissner.scripts import db
from leissner.scripts.demo.bank_files import Row, bgmax

USER, SOURCE, SECRET = "leissner", "bank", "DEMO_BANK_PASSWORD"
# of a hundred: in full, a part, too much, twice, a wrong reference, none; the rest do not pay
WAYS = (("full", 72), ("part", 5), ("over", 4), ("twice", 3), ("wrong", 2), ("none", 3))


def documents(conn: db.Connection) -> list[dict]:
    """The open invoices in kronor, oldest first."""
    with db.transaction(conn, "finance", read_only=True):
        rows = db.call(conn, "open_item_list")
    return [row for row in rows if row["kind"] == "invoice" and row["currency"] == "SEK" and row["reference"]]


def payments(items: list[dict], seed: int, today: dt.date) -> list[Row]:
    """What was paid of them up to yesterday, in order of the bank's days."""
    random, rows = Random(f"money {seed}"), []
    for item in items:
        drawn, way = random.randrange(100), None
        for name, share in WAYS:
            if drawn < share:
                way = name
                break
            drawn -= share
        day = max(item["due_on"] - dt.timedelta(days=random.randrange(-3, 25)), item["item_on"] + dt.timedelta(days=2))
        if way is None or day >= today:
            continue
        amount, name = item["open"], item["name"]
        reference = "" if way == "none" else item["reference"]
        if way == "wrong":
            reference = reference[:-1] + str((int(reference[-1]) + 1) % 10)
        paid = {"part": (amount / 2).quantize(Decimal(1)), "over": amount + 100}.get(way, amount)
        texts = (f"Faktura {item['document_no']}",) if way == "none" else ()
        for _ in range(2 if way == "twice" else 1):
            rows.append(Row(paid, day, reference, name, texts=texts, is_checked=way != "wrong"))
    return sorted(rows, key=lambda row: row.day)


def latest_payer(conn: db.Connection, day: dt.date) -> str | None:
    """Who owes most that is overdue; None where nobody does."""
    owed: dict[str, Decimal] = {}
    for item in documents(conn):
        if item["due_on"] < day and not item["dispute"]:
            owed[item["customer_no"]] = owed.get(item["customer_no"], Decimal(0)) + item["open"]
    return max(owed, key=lambda no: (owed[no], no), default=None)


def policy(folder: Path, customer_no: str) -> Path:
    """credit_policies.csv that watches one payer closely: blocked when a day late, without notice."""
    file = folder / "credit_policies.csv"
    file.write_text("code,customer_no,warn_days,block_days,notice_days,minimum\n"
                    f"watched,{customer_no},0,1,0,100\n", encoding="utf-8")
    return file


def all_owed(conn: db.Connection, customer_no: str, day: dt.date) -> list[Row]:
    """All that a payer owes, paid yesterday."""
    return [Row(item["open"], day - dt.timedelta(days=1), item["reference"], item["name"])
            for item in documents(conn) if item["customer_no"] == customer_no]


def write(folder: Path, rows: list[Row], giro: str, delivery: int = 1) -> None:
    """A BgMax file a month, named as a bank would; delivery: its number of the day."""
    for month in sorted({(row.day.year, row.day.month) for row in rows}):
        of_month = [row for row in rows if (row.day.year, row.day.month) == month]
        last = max(row.day for row in of_month)
        made_at = dt.datetime.combine(last, dt.time(17 + delivery, 30, 5, month[0] * 12 + month[1]))
        (folder / f"BGMAX_{last:%Y%m%d}_{delivery}.txt").write_bytes(
            bgmax(of_month, giro, made_at, deposit=month[1] * 100 + delivery * 50))


@contextmanager
def bank(folder: Path, password: str) -> Iterator[int]:
    """The bank's FTP server on this machine, on a free port, over a folder."""
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import FTPServer

    log = logging.getLogger("pyftpdlib")
    log.addHandler(logging.NullHandler())  # it makes itself heard where nobody has given it one
    log.setLevel(logging.ERROR)
    authorizer = DummyAuthorizer()
    authorizer.add_user(USER, password, str(folder), perm="elradfmw")
    handler = type("Bank", (FTPHandler,), {"authorizer": authorizer, "banner": "Bank"})
    server = FTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"handle_exit": False}, daemon=True)
    thread.start()
    os.environ[SECRET] = password
    try:
        yield server.address[1]
    finally:
        del os.environ[SECRET]
        server.close_all()
        thread.join(5)


def source(folder: Path, port: int) -> Path:
    """payment_sources.csv that names the server."""
    file = folder / "payment_sources.csv"
    file.write_text("code,protocol,host,port,user,path,pattern,archive,secret\n"
                    f"{SOURCE},ftp,127.0.0.1,{port},{USER},.,BGMAX_*.txt,archive,{SECRET}\n", encoding="utf-8")
    return file
