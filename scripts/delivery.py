"""What all ways out of the house share: which documents of a run go a way, and files that appear whole."""

import json
import os
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from leissner.scripts import db
from leissner.scripts.errors import LeissnerError

PAGE = 200  # documents asked for at a time


def pages(conn: db.Connection, run: dict, channel: str) -> Iterator[list[dict]]:
    """The documents of an approved run whose payers get them by `channel`: lists of {invoice, delivery, document}."""
    if run["state"] not in ("approved", "delivered"):
        raise LeissnerError(f"Run {run['run']} is {run['state']}: only an approved run can be delivered.",
                            f"leissner bill approve {run['run']}")
    after = 0
    while True:
        with db.transaction(conn, "finance", read_only=True):
            rows = db.call(conn, "run_document_list", p_run=run["run"], p_after=after, p_limit=PAGE)
        if not rows:
            return
        after = rows[-1]["invoice"]
        yield [row for row in rows if row["delivery"] == channel]


def known(conn: db.Connection, run: dict, channel: str) -> dict[str, tuple[int, dict]]:
    """The last delivery of each document that went by `channel`: its resend number and its row, by document number."""
    with db.transaction(conn, "finance", read_only=True):
        rows = [row for row in db.call(conn, "delivery_list", p_run=run["run"]) if row["channel"] == channel]
    return {row["invoice_no"]: (row["resend"], row) for row in sorted(rows, key=lambda row: row["resend"])}


def publish(path: Path, data: bytes) -> None:
    """Writes a file that is seen whole or not at all."""
    half = path.with_name(f"{path.name}.tmp")
    with open(half, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    half.replace(path)


def exact(value, **options) -> str:
    """JSON with numbers as they are: 390.00 stays 390.00."""
    made = json.dumps(value, default=lambda one: f"\0{one}\0" if isinstance(one, Decimal) else f"{one}",
                      ensure_ascii=False, **options)
    return re.sub(r'"\\u0000(-?[0-9.]+)\\u0000"', r"\1", made)
