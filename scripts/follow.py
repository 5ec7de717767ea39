"""`leissner calls load --follow`: folders and growing files watched, new lines priced as they come.

Nothing is remembered here that the database does not know: how far a file was read commits with its calls, and a file
is found again by its content. So this may be killed at any moment. While it runs it keeps the place in each growing
file open, and so reads only what is new.
"""

import json
import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import click
import psycopg

from leissner.scripts import db
from leissner.scripts.cdr import loader
from leissner.scripts.cdr.reader import Reader
from leissner.scripts.cdr.source import OPENERS, Stream, first_record, opened
from leissner.scripts.errors import LeissnerError

PAUSE = 1.0  # seconds between two looks
LONGEST_PAUSE = 5.0  # while the server is away
TURN = 2.0  # after so long spent on old files it is looked for new lines again
SETTLED = 3.0  # an archive, or the copy of a log, is written no more after so long
QUIET = 60.0  # between two messages about a server that is away
AGAIN = 30.0  # before a file that went wrong is tried again, unless it changes
MARK = 512  # bytes before the place that must be the same, or the file is another one
JUDGED = 20  # fewer new records say nothing about a source
FOLD = 100  # batches between two foldings of the totals
TAILS = 50  # files kept open


FOLDER, ROTATED, LIVE = range(3)  # a file in a folder; what a growing file was renamed or copied to; that itself


class Stop(Exception):
    """Asked to end: by a signal."""


class Moved(Exception):
    """The file is not the one that it was."""


@dataclass
class Seen:
    """A file as it was when it was last read."""

    size: int = -1
    changed: int = -1
    rest: bool = False  # it ended in the middle of a line
    not_before: float = 0.0  # wait until then, unless it changes
    problem: str | None = None


class File:
    """A file as it is now."""

    def __init__(self, path: str, kind: int, state: os.stat_result, since: float):
        self.path, self.kind, self.state = Path(path), kind, state
        self.key = state.st_dev, state.st_ino  # a renamed file is the same
        self.is_old = state.st_mtime < since

    @property
    def age(self) -> float:
        return time.time() - self.state.st_mtime

    def place(self) -> tuple:
        """What is new comes before what may be years old, a log after what it was rotated to; numbers in order."""
        parts = [(0, self.state.st_mtime_ns, "")] if self.kind != FOLDER else [
            (not part.isdecimal(), int(part) if part.isdecimal() else 0, part)
            for part in re.split(r"(\d+)", self.path.name)]
        return self.is_old, self.kind == LIVE, parts


class Tail:
    """The place in a growing file up to which the database has it."""

    def __init__(self, source: str, path: Path, head: list[bytes], head_hash: bytes, known: dict):
        self.source, self.path, self.head, self.head_hash = source, path, head, head_hash
        self.file_id, self.position, self.line_no = known["file_id"], known["position"], known["line_no"]
        self.last = known["last_started_at"] and int(known["last_started_at"].timestamp())
        self.file = open(path, "rb")  # noqa: SIM115 (stays open, see close)
        self.mark_end = self.position
        self.mark = self._before(self.mark_end)
        self.stream = Stream(path, self.file, False)
        if self.stream.recode or self.stream.pass_over(self.position) != known["position_hash"]:
            self.close()
            raise Moved
        self.stream.pass_line_end()

    @classmethod
    def of(cls, conn: db.Connection, source: str, profile: dict, path: Path) -> "Tail | None":
        """The place in a file that was loaded before; None where it was not, or where it is packed."""
        with opened(path) as (_, is_packed):
            if is_packed:
                return None
        head: list[bytes] = []
        reader = Reader(profile, path.name)

        def is_record(line: bytes, number: int) -> bool:
            head.append(line)
            return reader.is_record(line, number)

        record = first_record(path, is_record, False)
        if record is None:
            return None
        head_hash = loader.head_hash_of(record)
        with db.transaction(conn, "batch"):
            known = db.call(conn, "file_open", p_source=source, p_head_hash=head_hash)
            db.call(conn, "file_close", p_source=source, p_head_hash=head_hash)
        found = loader.found_in(path, known)
        with suppress(Moved):
            return cls(source, path, head, head_hash, found) if found and found["position"] else None
        return None

    def _before(self, end: int) -> bytes:
        begin = max(end - MARK, 0)
        return os.pread(self.file.fileno(), end - begin, begin)

    def check(self) -> None:
        """Raises Moved where what was read is not in the file any more: truncated, and perhaps filled again."""
        if os.fstat(self.file.fileno()).st_size < self.mark_end or self._before(self.mark_end) != self.mark:
            raise Moved

    def more(self, conn: db.Connection, profile: dict, result: loader.Result) -> None:
        """Loads the whole lines that are new."""
        self.check()
        reader = Reader(profile, self.path.name, os.fstat(self.file.fileno()).st_mtime, self.last)
        reader.goes_on = True
        for number, line in enumerate(self.head, 1):
            reader.is_record(line, number)  # takes the names of the columns
        self.stream.rest, self.stream.unfinished = self.stream.unfinished + self.stream.rest, b""
        for block in self.stream.blocks(self.line_no, False):
            batch = reader.read(block)
            if reader.records >= JUDGED:
                reader.verdict()
            mark = self._before(block.position)
            self.check()  # what was read just now came after what was read before
            loader.commit(conn, self.source, self.path.name, self.head_hash, self.file_id, self.position,
                          batch.copy.encode(), batch, result, lambda: None)
            self.position, self.line_no, self.last = block.position, block.line_no, batch.last_started_at
            self.mark_end, self.mark = block.position, mark
        result.listed = reader.listed

    def close(self) -> None:
        self.file.close()


@dataclass
class Follower:
    """Looks at what is watched once a second and loads what is new."""

    source: str
    paths: list[Path]
    as_json: bool
    conn: db.Connection | None = None
    total: loader.Result = field(default_factory=lambda: loader.Result("total"))
    seen: dict[tuple, Seen] = field(default_factory=dict)  # by device and inode
    tails: dict[tuple, Tail] = field(default_factory=dict)
    since: dict[Path, float] = field(default_factory=dict)
    unfolded: int = FOLD
    quiet_until: float = 0.0
    stopped: bool = False

    def run(self) -> int:
        """Until a signal comes; 1 when a file is still refused then, else 0."""
        try:
            with self._signals(), suppress(Stop):
                self._begin()
                self._say(f"following {', '.join(map(str, self.paths))} as {self.source}")
                for path in self.paths:
                    if not path.exists():
                        self._say(f"{path} is not there yet: waiting for it", is_problem=True)
                pause = PAUSE
                while True:
                    try:
                        if self.conn is None:
                            self.conn = db.connect()
                        has_more = self._look()
                        if self.quiet_until:
                            self.quiet_until, pause = 0.0, PAUSE
                            self._say("works again")
                    except (psycopg.Error, LeissnerError, OSError) as error:
                        self._away(error)
                        has_more, pause = False, min(pause * 2, LONGEST_PAUSE)
                    self._wait(0 if has_more else pause)
            self._end()
        finally:
            self._disconnect()
        return int(any(seen.problem for seen in self.seen.values()))

    # -- beginning, end, and in between ----------------------------------------------------------------------------

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """The first signal ends after the transaction at hand, the second one at once."""
        def stop(number, frame) -> None:
            self.stopped = True
            for one, handler in before.items():
                signal.signal(one, handler)

        before = {one: signal.signal(one, stop) for one in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    def _begin(self) -> None:
        """Connects, and finds out how far back rotated files are of interest. Here errors end the command."""
        now = time.time()
        self.conn = db.connect()
        with db.transaction(self.conn, "batch", read_only=True):
            db.call(self.conn, "source_profile", p_source=self.source)
            for path in self.paths:
                loaded = db.call_one(self.conn, "source_loaded_at", p_source=self.source,
                                     p_name=None if path.is_dir() else path.name)
                # An hour: clocks differ, and the first start may have been broken off before anything was loaded.
                self.since[path] = (loaded.timestamp() if loaded else now) - 3600

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self.stopped and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))
        self._go_on()

    def _go_on(self, share: float = 0) -> None:
        if self.stopped:
            raise Stop

    def _away(self, error: Exception) -> None:
        """The server, or a folder, is away: says so, now and then, and begins anew."""
        if time.monotonic() >= self.quiet_until:
            self.quiet_until = time.monotonic() + QUIET
            text = db.problem(error).sentence if isinstance(error, psycopg.Error) else f"{error}"
            self._say(f"{text} It will be tried again until it works.", is_problem=True)
        self._disconnect()

    def _disconnect(self) -> None:
        self._drop(self.tails)
        if self.conn is not None:
            self.conn.close()
            self.conn = None

    def _end(self) -> None:
        """Tells what was done."""
        if self.conn is not None:
            with suppress(psycopg.Error):
                self._fold()
        counts = {name: getattr(self.total, name) for name in loader.COUNTS}
        if self.as_json:
            click.echo(json.dumps({"source": self.source, "total": counts}))
        else:
            self._say(f"ended: {_counts(self.total)}")

    def _drop(self, which) -> None:
        for one in list(which):
            if tail := self.tails.pop(one, None):
                tail.close()

    def _fold(self) -> None:
        self.unfolded = 0
        with db.transaction(self.conn, "batch"):
            db.call(self.conn, "totals_fold")

    def _say(self, text: str, is_problem: bool = False) -> None:
        if is_problem or not self.as_json:
            click.echo(f"{datetime.now():%Y-%m-%d %H:%M:%S} {text}", err=is_problem)

    # -- one look --------------------------------------------------------------------------------------------------

    def _look(self) -> bool:
        """Loads what has changed since the last look; after a while looks anew, so that new lines do not wait for
        old files. Is there more?"""
        found = [one for path in self.paths for one in self._files(path)]
        for gone in self.seen.keys() - {one.key for one in found}:
            del self.seen[gone]
            self._drop([gone])
        self._drop(list(self.tails)[:-TAILS])
        end, has_more = time.monotonic() + TURN, False
        for one in sorted(filter(self._is_due, found), key=File.place):
            self._go_on()
            if self._read(one) and time.monotonic() > end:
                has_more = True
                break
        if self.unfolded >= FOLD:
            self._fold()
        return has_more

    def _files(self, path: Path) -> Iterator[File]:
        """The files of a folder; or a growing file and those that it was renamed or copied to."""
        is_folder = path.is_dir()
        name, since = _rotated(path), self.since[path]
        with os.scandir(path if is_folder else path.parent) as entries:
            for entry in entries:
                if entry.name.startswith(".") or not (is_folder or name.fullmatch(entry.name)):
                    continue
                with suppress(FileNotFoundError):
                    if entry.is_file():
                        kind = FOLDER if is_folder else LIVE if entry.name == path.name else ROTATED
                        one = File(entry.path, kind, entry.stat(), since)
                        if kind != ROTATED or one.key in self.seen or not one.is_old:
                            yield one

    def _is_due(self, file: File) -> bool:
        seen = self.seen.get(file.key)
        return (seen is None or (file.state.st_size, file.state.st_mtime_ns) != (seen.size, seen.changed)
                or seen.rest and time.monotonic() >= seen.not_before)

    def _read(self, file: File) -> bool:
        """Loads what is new in a file; was it looked into?"""
        seen = self.seen.get(file.key)
        is_new, seen = seen is None, seen or Seen()
        try:
            if file.age < SETTLED and file.key not in self.tails and (
                    is_new and file.kind == ROTATED or _is_packed(file.path)):
                return False  # still being copied or packed
            self._load(file, seen, is_new)
        except Stop:
            self._say(f"{file.path.name}: broken off; the next start goes on there")
            raise
        except FileNotFoundError:
            return False  # renamed meanwhile: the next look finds it
        except (psycopg.Error, LeissnerError, OSError) as error:
            self._drop([file.key])
            if isinstance(error, psycopg.Error) and (self.conn.broken or self.conn.closed):
                raise
            if getattr(error, "sqlstate", None) == "LB313":
                return True  # another loader was faster: the next look goes on after it
            self._wrong(file.path, seen, error)
        seen.size, seen.changed = file.state.st_size, file.state.st_mtime_ns
        self.seen[file.key] = seen
        return True

    def _load(self, file: File, seen: Seen, is_new: bool) -> None:
        path, key = file.path, file.key
        with db.transaction(self.conn, "batch", read_only=True):
            profile = db.call_one(self.conn, "source_profile", p_source=self.source)
        # The last line of a growing file is never taken before its end is there.
        is_finished = file.kind != LIVE and file.age >= profile["quiet_seconds"]
        result = loader.Result(path.name, "continued")
        tail = None if is_finished else self.tails.pop(key, None)
        try:
            if not (tail or is_new or is_finished):
                tail = Tail.of(self.conn, self.source, profile, path)
            if tail:
                self.tails[key] = tail  # as the last one
                tail.path = path
                tail.more(self.conn, profile, result)
        except Moved:
            tail = None
        if not tail:
            self._drop([key])
            result = loader.load(self.conn, self.source, profile, path, self._go_on, finished=is_finished)
        seen.rest = not (file.kind == LIVE or is_finished)
        seen.not_before = time.monotonic() + max(profile["quiet_seconds"] - file.age, 0)
        seen.problem = None
        self._done(result)

    def _wrong(self, path: Path, seen: Seen, error: Exception) -> None:
        if isinstance(error, psycopg.Error):
            text = f"{path.name}: {db.problem(error).sentence}"
        elif isinstance(error, LeissnerError):
            text = f"{error}" if path.name in f"{error}" else f"{path.name}: {error}"
        else:
            text = f"{path.name}: {error.strerror or error}"
        hint = getattr(error, "hint", None)
        if text != seen.problem:
            self._say(f"refused: {text}" + (f" {hint}" if hint else ""), is_problem=True)
        seen.rest, seen.not_before, seen.problem = True, time.monotonic() + AGAIN, text

    def _done(self, result: loader.Result) -> None:
        """Adds a batch to the sums and tells of it."""
        for name in loader.COUNTS:
            setattr(self.total, name, getattr(self.total, name) + getattr(result, name))
        if not result.read:
            return
        self.unfolded += 1
        if self.as_json:
            click.echo(json.dumps(result.as_dict(), ensure_ascii=False))
        else:
            self._say(f"{result.file}: {_counts(result)}")


def _counts(result: loader.Result) -> str:
    return f"{result.read} read, " + ", ".join(
        f"{getattr(result, name)} {name}" for name in loader.COUNTS[1:] if getattr(result, name) or name == "rated")


def _rotated(path: Path) -> re.Pattern[str]:
    """Names of a log and of what it was rotated to: Master.csv, Master.csv.1.gz, Master-20261124.csv."""
    stem, suffix = re.escape(path.stem), re.escape(path.suffix)
    return re.compile(rf"{stem}([._-][\d._-]+)?{suffix}([._-][\dTZ._-]*|\.old)?(\.(gz|bz2|xz|zip))?")


def _is_packed(path: Path) -> bool:
    """By its first bytes only: what is still being written cannot be opened as an archive yet."""
    with open(path, "rb") as file:
        return file.read(6).startswith((b"PK\x03\x04", *OPENERS))
