"""The log of requests: each is in the audit before it is answered.

Requests of one caller that end at about the same time are written together: one transaction for all that came while
the one before was committed. What requests wrote, and they themselves, is sealed every second. Of those whom we do not
know only some have rows of their own, so that nobody fills the log: the others are counted, by address and fault, and
written once a minute.
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
STRANGERS = 100  # requests of nobody known with rows of their own, in a minute
ADDRESSES = 1000  # whose requests are counted apart


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
        self._waiting: queue.SimpleQueue[Entry | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._minute, self._strangers = 0, 0
        self._counted: dict[tuple[str, str | None], int] = {}
        self._thread = threading.Thread(target=self._run, name="soap-log", daemon=True)
        self._thread.start()

    def write(self, entry: Entry) -> None:
        """Returns when the entry is committed, or when ten seconds have passed without the database."""
        if entry.token is None and self._count(entry):
            return
        self._waiting.put(entry)
        if not entry.written.wait(10):
            log.error("not in the log: %s %s", entry.client, entry.what)

    def _count(self, entry: Entry) -> bool:
        """Is it one of too many in this minute?"""
        minute = int(time.monotonic() // 60)
        with self._lock:
            if minute != self._minute:
                self._minute, self._strangers = minute, 0
            self._strangers += 1
            if self._strangers <= STRANGERS:
                return False
            who = entry.client if len(self._counted) < ADDRESSES else "soap of many"
            key = who, entry.what.get("fault")
            self._counted[key] = self._counted.get(key, 0) + 1
            return True

    def flush(self) -> bool:
        """Writes what was only counted. Was there anything?"""
        with self._lock:
            counted, self._counted = self._counted, {}
        for (client, fault), times in counted.items():
            try:
                with self._connection() as conn:
                    _write(conn, None, None, client, [{"operation": "-", "fault": fault, "times": times}])
            except Exception:
                log.exception("not in the log: %s requests of %s, %s", times, client, fault)
        return bool(counted)

    def _run(self) -> None:
        sealed_at, is_open, flushed_at = 0.0, False, time.monotonic()
        while True:
            if time.monotonic() - flushed_at >= 60:
                is_open = self.flush() or is_open
                flushed_at = time.monotonic()
            if is_open and time.monotonic() - sealed_at >= SEAL_S:
                self._seal()
                sealed_at, is_open = time.monotonic(), False
            try:
                taken = [self._waiting.get(timeout=SEAL_S if is_open else 60)]
            except queue.Empty:
                continue
            is_open = True
            with contextlib.suppress(queue.Empty):
                while len(taken) < MOST:
                    taken.append(self._waiting.get_nowait())
            entries = [one for one in taken if one]
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
            if len(entries) < len(taken):
                break
        self.flush()
        self._seal()

    def close(self) -> None:
        """Writes and seals what is left, and ends: the server answers no more."""
        self._waiting.put(None)
        self._thread.join(10)

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
