"""What all ways out of the house share: which documents of a run go a way, and files that appear whole."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from leissner.scripts import db
from leissner.scripts.errors import LeissnerError

PAGE = 200  # documents asked for at a time
# What the database calls them: of runs of invoices, and of runs of reminders, which leave by the same ways.
INVOICES = {"documents": "run_document_list", "list": "delivery_list", "put": "delivery_put",
            "result": "delivery_result", "begin": "delivery_begin", "end": "delivery_end", "template": "invoice.typ"}
REMINDERS = {"documents": "reminder_document_list", "list": "reminder_delivery_list", "put": "reminder_delivery_put",
             "result": "reminder_delivery_result", "begin": "reminder_delivery_begin", "end": "reminder_delivery_end",
             "template": "reminder.typ"}


def of(run: dict) -> dict[str, str]:
    """What the run's documents are: INVOICES, unless it says otherwise."""
    return run.get("documents_are", INVOICES)


def pages(conn: db.Connection, run: dict, channel: str) -> Iterator[list[dict]]:
    """The documents of an approved run whose payers get them by `channel`: lists of {invoice, delivery, document}."""
    if run["state"] not in ("approved", "delivered"):
        raise LeissnerError(f"Run {run['run']} is {run['state']}: only an approved run can be delivered.",
                            f"leissner bill approve {run['run']}")
    after = 0
    while True:
        with db.transaction(conn, "finance", read_only=True):
            rows = db.call(conn, of(run)["documents"], p_run=run["run"], p_after=after, p_limit=PAGE)
        if not rows:
            return
        after = rows[-1]["invoice"]
        yield [row for row in rows if row["delivery"] == channel]


@contextmanager
def alone(conn: db.Connection, run: int, names: dict[str, str] = INVOICES) -> Iterator[None]:
    """Nobody else delivers the run in here, two at once would send all twice; and it is one that can be delivered."""
    with db.transaction(conn, "finance"):
        is_ours = db.call_one(conn, names["begin"], p_run=run)
    if not is_ours:
        raise LeissnerError(f"Run {run} is being delivered by someone else right now.",
                            "Wait until that is done, and run the command again.")
    try:
        yield
    finally:
        with suppress(psycopg.Error), db.transaction(conn, "finance"):  # it ends with the connection, too
            db.call(conn, names["end"], p_run=run)


@contextmanager
def told() -> Iterator[None]:
    """What the database refuses in here is told like any other problem, so that the rest can go on."""
    try:
        yield
    except psycopg.Error as error:
        problem = db.problem(error)
        if not problem.code.startswith("LB"):
            raise
        raise LeissnerError(problem.sentence, problem.hint) from error


def known(conn: db.Connection, run: dict, channel: str) -> dict[str, tuple[int, dict]]:
    """The last delivery of each document that went by `channel`: its resend number and its row, by document number."""
    with db.transaction(conn, "finance", read_only=True):
        rows = [row for row in db.call(conn, of(run)["list"], p_run=run["run"]) if row["channel"] == channel]
    return {row["invoice_no"]: (row["resend"], row) for row in sorted(rows, key=lambda row: row["resend"])}


def publish(path: Path, data: bytes) -> None:
    """Writes a file that is seen whole or not at all."""
    half = path.with_name(f"{path.name}.tmp")
    with open(half, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    half.replace(path)
