"""Loads one file: finds out which it is and where it stands, reads it block by block, and has each block rated.

A thread parses ahead while the server rates. What it made waits in a temporary file, and nothing is committed before
the whole file was read: a file that turns out not to be what the source says leaves nothing behind.
"""

import hashlib
import os
import queue
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from leissner.scripts import db
from leissner.scripts.cdr.reader import STAGED, Batch, Reader
from leissner.scripts.cdr.source import Stream, first_record, opened

COUNTS = ("read", "rated", "suspended", "duplicate", "zero", "conflicting")
TRIES = 3  # of a batch that lost a race


@dataclass
class Result:
    """What became of a file."""

    file: str
    status: str = "loaded"  # loaded, continued, already loaded, skipped, empty, refused
    read: int = 0
    rated: int = 0
    suspended: int = 0
    duplicate: int = 0
    zero: int = 0
    conflicting: int = 0
    causes: dict[str, int] = field(default_factory=dict)  # of zero
    notes: dict[str, int] = field(default_factory=dict)
    listed: list[dict] = field(default_factory=list)
    problem: str | None = None
    hint: str | None = None

    as_dict = asdict


class Ahead:
    """Reads the rest of a file in a thread; batches come out in order, the verdict at the end."""

    def __init__(self, reader: Reader, stream: Stream, line_no: int, takes_unfinished: bool):
        self.reader, self.stream = reader, stream
        self.begin = line_no, takes_unfinished
        self.ready: queue.Queue[tuple[int, int, Batch] | None] = queue.Queue()
        self.failure: BaseException | None = None
        self.stopped = False
        self.spool = tempfile.TemporaryFile(prefix="leissner-")
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            end = 0
            for block in self.stream.blocks(*self.begin):
                if self.stopped:
                    return
                batch = self.reader.read(block)
                data, batch.copy = batch.copy.encode(), ""
                rest = memoryview(data)
                while rest:
                    written = os.pwrite(self.spool.fileno(), rest, end)  # a full disk raises here
                    end, rest = end + written, rest[written:]
                self.ready.put((end - len(data), len(data), batch))
            self.reader.verdict()
        except BaseException as error:
            self.failure = error
        finally:
            self.ready.put(None)

    def __iter__(self):
        while (one := self.ready.get()) is not None:
            offset, length, batch = one
            yield os.pread(self.spool.fileno(), length, offset), batch
        self.check()

    def check(self) -> None:
        """Waits for the end of the file; raises what was wrong with it."""
        self.thread.join()
        if self.failure:
            raise self.failure

    def close(self) -> None:
        self.stopped = True
        self.thread.join()
        self.spool.close()


def load(conn: db.Connection, source: str, profile: dict, path: Path,
         progress: Callable[[float], None] = lambda share: None, again: bool = False,
         finished: bool | None = None) -> Result:
    """Loads what is new in a file, or `again` all of it. Raises WrongFile where it is not what the source says.

    `finished`: is a last line without an end a whole one? None: where the file is quiet, or was renamed.
    """
    result = Result(path.name)
    state = path.stat()
    with opened(path) as (file, is_packed):
        head = Stream(path, file, is_packed).chunk(1 << 16)
    # The time of a packed file says when it was packed.
    reader = Reader(profile, path.name, None if is_packed else state.st_mtime)
    if reader.is_skipped():
        result.status = "skipped"
        return result
    reader.sniff(head)
    is_quiet = time.time() - state.st_mtime >= profile["quiet_seconds"]
    is_finished = is_packed or (is_quiet if finished is None else finished)
    record = first_record(path, reader.is_record, is_finished)
    if record is None:
        result.status = "empty"
        if not any(layout["sequence"] for layout in profile["layouts"]) or not head:
            return result
        record = b"empty " + path.name.encode()  # remembered, so that its running number is not missed later
    head_hash = head_hash_of(record)
    with db.transaction(conn, "batch"):
        known = db.call(conn, "file_open", p_source=source, p_head_hash=head_hash)
    try:
        _load(conn, source, path, state.st_size, is_finished, finished is None, reader, head_hash, known, result,
              progress, again)
    finally:
        with suppress(psycopg.Error), db.transaction(conn, "batch"):
            db.call(conn, "file_close", p_source=source, p_head_hash=head_hash)
    return result


def _load(conn, source, path, size, is_finished, by_name, reader, head_hash, known, result, progress, again) -> None:
    found = found_in(path, known)
    with opened(path) as (file, is_packed):
        stream, line_no = Stream(path, file, is_packed), 0
        if found:
            if by_name and found["name"] != path.name:
                is_finished = True  # a log that was renamed is written no more
        # Read again, its first batch puts the known file back to where that batch ends.
        if found and not again:
            stream.pass_over(found["position"])
            stream.pass_line_end()
            line_no, reader.goes_on = found["line_no"], True
            if found["last_started_at"]:
                reader.last = int(found["last_started_at"].timestamp())
            if result.status != "empty":
                result.status = "continued"
        begun = stream.position
        ahead = Ahead(reader, stream, line_no, is_finished)
        try:
            is_first, file_id = True, found and found["file_id"]
            position = found["position"] if found else 0
            for data, batch in ahead:
                file_id, missing = commit(conn, source, path.name, head_hash, file_id, position, data, batch, result,
                                          ahead.check if is_first else lambda: None)
                if missing:
                    result.notes["files of the series missing before this one"] = missing
                is_first, position = False, batch.block.position
                progress(min(position / size, 1) if size and not is_packed else 0.5)
            if is_first and not found and result.status == "empty":
                _remember(conn, source, path.name, head_hash, result)
            elif is_first and found:
                result.status = "already loaded"
        finally:
            ahead.close()
        if stream.unfinished and result.status != "empty":
            result.notes["last line still being written: left for the next time"] = 1
    result.listed = reader.listed
    if begun and result.status == "continued":
        result.notes[f"went on at line {line_no + 1}"] = 1


def head_hash_of(record: bytes) -> bytes:
    """What a file is looked up by: its first record."""
    return hashlib.sha256(record).digest()


def found_in(path: Path, known: list[dict]) -> dict | None:
    """The known file that this one is, or goes on: the longest of those whose whole content it begins with."""
    found = None
    if known:
        with opened(path) as (file, is_packed):
            stream = Stream(path, file, is_packed)
            for one in sorted(known, key=lambda row: row["position"]):
                digest = stream.pass_over(one["position"])
                if digest is None:
                    break
                if digest == one["position_hash"]:
                    found = one
    return found


def commit(conn, source, name, head_hash, file_id, position, data, batch: Batch, result: Result, verdict):
    """One batch: its records, their prices and the file's new position, together."""
    block = batch.block
    last = batch.last_started_at
    for tried in range(1, TRIES + 1):
        try:
            with db.transaction(conn, "batch"):
                begun, = db.call(conn, "load_begin", p_source=source, p_name=name, p_head_hash=head_hash,
                                 p_file_id=file_id, p_position=position)
                if data:
                    lead = f"{begun['load_id']}\t".encode()
                    with db.copy(conn, "billing.call_staging", ("load_id", *STAGED), "null ''") as stream:
                        stream.write(lead + data[:-1].replace(b"\n", b"\n" + lead) + b"\n")
                notes = dict(batch.notes)
                if begun["missing_before"]:
                    notes["files of the series missing before this one"] = begun["missing_before"]
                counts, = db.call(
                    conn, "load_finish", p_load_id=begun["load_id"], p_position=block.position,
                    p_position_hash=block.position_hash, p_line_no=block.line_no, p_is_complete=block.is_last,
                    p_last_started_at=None if last is None else datetime.fromtimestamp(last, UTC), p_notes=notes)
                verdict()
            break
        except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
            if tried == TRIES:
                raise
    _count(result, counts, batch.notes)
    return begun["file_id"], begun["missing_before"]


def _remember(conn, source, name, head_hash, result: Result) -> None:
    """A file without records: only that it was there."""
    with db.transaction(conn, "batch"):
        begun, = db.call(conn, "load_begin", p_source=source, p_name=name, p_head_hash=head_hash)
        db.call(conn, "load_finish", p_load_id=begun["load_id"], p_position=0,
                p_position_hash=hashlib.sha256().digest(), p_line_no=0, p_is_complete=True, p_last_started_at=None,
                p_notes={})
    if begun["missing_before"]:
        result.notes["files of the series missing before this one"] = begun["missing_before"]


def _count(result: Result, counts: dict, notes: Counter) -> None:
    for name in COUNTS:
        setattr(result, name, getattr(result, name) + counts[name])
    for note, count in notes.items():
        into, note = (result.causes, note.removeprefix("zero: ")) if note.startswith("zero: ") else (result.notes, note)
        into[note] = into.get(note, 0) + count
