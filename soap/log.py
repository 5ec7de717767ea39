"""The log of requests: each is in the audit before it is answered.

Requests of one caller that end at about the same time are written together: one transaction for all that came while
the one before was committed. What requests wrote, and they themselves, is sealed every second.
"""

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from leissner.scripts import db

log = logging.getLogger("leissner.soap")
MOST = 500  # requests written together
SEAL_S = 1.0


@dataclass
class Entry:
    """A request that is done: operation, milliseconds, bytes in and out, key, fault …"""

    token: str | None
    level: str | None
    client: str
    what: dict
    written: threading.Event = field(default_factory=threading.Event)


class Log:
    """Writes entries over a connection of its own, in a thread of its own."""

    def __init__(self, connection: Callable[[], AbstractContextManager[db.Connection]]):
        self._connection = connection
        self._waiting: queue.SimpleQueue[Entry] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="soap-log", daemon=True)
        self._thread.start()

    def write(self, entry: Entry) -> None:
        """Returns when the entry is committed, or when ten seconds have passed without the database."""
        self._waiting.put(entry)
        if not entry.written.wait(10):
            log.error("not in the log: %s %s", entry.client, entry.what)

    def _run(self) -> None:
        sealed_at, is_open = 0.0, False
        while True:
            if is_open and time.monotonic() - sealed_at >= SEAL_S:
                self._seal()
                sealed_at, is_open = time.monotonic(), False
            try:
                entries = [self._waiting.get(timeout=SEAL_S if is_open else None)]
            except queue.Empty:
                continue
            is_open = True
            with contextlib.suppress(queue.Empty):
                while len(entries) < MOST:
                    entries.append(self._waiting.get_nowait())
            callers: dict[tuple, list[Entry]] = {}
            for entry in entries:
                callers.setdefault((entry.token, entry.level, entry.client), []).append(entry)
            for (token, level, client), own in callers.items():
                try:
                    with self._connection() as conn:
                        _write(conn, token, level, client, [entry.what for entry in own])
                except Exception:
                    log.exception("not in the log: %s", [entry.what for entry in own])
                for entry in own:
                    entry.written.set()

    def _seal(self) -> None:
        try:
            with self._connection() as conn:
                db.audit_seal(conn)
        except Exception:
            log.exception("the log is not sealed yet")


def _write(conn: db.Connection, token: str | None, level: str | None, client: str, rows: list[dict]) -> None:
    if token and level:
        with db.transaction(conn, level, is_sealed=False, session=token, client=client):
            db.call(conn, "request_log", p_rows=rows)
    else:
        db.request_log_unknown(conn, client, rows)
