"""The log from outside: what was looked at is written down, and the newest head of its chain.

The head is kept outside the database, where who rewrites the log does not reach it.

One line per check in HOME/audit-heads/NAME: place, head, time. `leissner check` compares the last line with the
chain and then adds the newest; keep the folder where the database's administrators cannot write, or copy it there.
"""

import datetime
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from leissner.scripts import db
from leissner.scripts.server import Home


@contextmanager
def look(
    conn: db.Connection,
    level: str,
    kind: str,
    subject: str | None = None,
    *,
    isolation: str | None = None,
    **detail: Any,
) -> Iterator[db.Connection]:
    """A read-only transaction that the log knows of, for exports and looks at call details: the event is committed
    before anything is shown."""
    with db.transaction(conn, level):
        db.call(conn, "audit_event_add", p_kind=kind, p_subject=subject, p_detail=detail)
    with db.transaction(conn, level, read_only=True, isolation=isolation):
        yield conn


def heads_file(conn: db.Connection) -> Path:
    """The file for the database behind a connection."""
    info = conn.info
    where = hashlib.sha256(f"{info.host} {info.port} {info.dbname}".encode()).hexdigest()[:8]
    return Home().path / "audit-heads" / f"{info.dbname}-{where}"


def head_kept(conn: db.Connection) -> tuple[int | None, bytes | None]:
    """Place and head that were kept last; (None, None) when there are none."""
    try:
        place, head, _ = heads_file(conn).read_text().splitlines()[-1].split(" ", 2)
    except FileNotFoundError:
        return None, None
    return int(place), bytes.fromhex(head)


def head_keep(conn: db.Connection) -> None:
    """Seals what is not sealed yet and keeps the newest head, where there is a home and the head is new."""
    with db.transaction(conn, "admin"):
        sealed = db.call(conn, "audit_seal")
    file = heads_file(conn)
    if not sealed or not Home().path.is_dir() or sealed[0]["seal_no"] == head_kept(conn)[0]:
        return
    file.parent.mkdir(mode=0o700, exist_ok=True)
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    with file.open("a") as lines:
        lines.write(f"{sealed[0]['seal_no']} {sealed[0]['head'].hex()} {now}\n")
