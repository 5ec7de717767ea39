"""`leissner payments fetch`: payment files from the servers of banks, each loaded once, or handed on unread.

A file that keeps its size is downloaded to HOME/payments/SOURCE (broken off, it goes on there), hashed, noted in the
database, loaded, and only then moved into the archive of its server. Each step can be broken off and done again. While
files are loaded no server waits, which would hang up.
"""

import errno
import fnmatch
import hashlib
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from itertools import chain, count
from pathlib import Path
from urllib.parse import quote

import click
import psycopg

from leissner.scripts import db, secret, transfer
from leissner.scripts.db import exact
from leissner.scripts.errors import LeissnerError
from leissner.scripts.server import Home
from leissner.scripts.suspense import printable
from leissner.scripts.transfer import Listed, Place, Refused, SizeDiffers

LEVEL = "batch"
UNFINISHED = (".tmp", ".part", ".filepart")
NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS, errno.EMLINK)
STRANGE = re.compile(r"[\x00-\x1f\x7f/\\]|^\.\.?$")  # no name of a file in a folder
LONGEST = 200
AGAIN = re.compile(r"\.[0-9a-f]{16}(\.[0-9]+)?$")  # what an archive adds to a name that it has
LARGEST = 1 << 30
DONE = ("loaded", "passed_on", "repeated")


@dataclass
class Result:
    """What became of a source: its new files, those that are left for the next time, what needs a person."""

    source: str
    files: list[dict] = field(default_factory=list)
    known: int = 0
    left: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    is_busy: bool = False

    def as_event(self) -> dict | None:
        """For the log; None where nothing happened."""
        counts: dict[str, int] = {}
        for file in self.files:
            counts[file["state"]] = counts.get(file["state"], 0) + 1
        return {"files": counts, "problems": self.problems} if counts or self.problems else None


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]…")
@click.option("--pass-on", type=click.Path(file_okay=False, exists=True, path_type=Path), metavar="FOLDER",
              help="Hand the files on unread into FOLDER, for a ledger that is elsewhere.")
@click.option("--retry", is_flag=True, help="Also what was rejected before.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
def fetch(sources, pass_on, retry, as_json) -> int:
    """Fetch payment files from all payment sources, or from those named, and load them.

    Exit code 1 when something needs a person. Run again, it goes on where it stopped; nothing is loaded twice.
    """
    from rich.console import Console
    from rich.progress import Progress

    with db.connect() as conn:
        with db.transaction(conn, LEVEL, read_only=True):
            found = db.call(conn, "payment_source_list", p_codes=list(dict.fromkeys(sources)) or None)
        if not found:
            raise LeissnerError("There is no payment source yet.", "leissner import payment_sources.csv brings them.")
        with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
            results = []
            for source in found:
                if pass_on:
                    source["pass_on"] = f"{pass_on.absolute()}"
                task = bar.add_task(source["code"], total=None)
                results.append(_Source(conn, source, lambda total, task=task: bar.update(task, total=total, advance=1)
                                       ).run(retry))
    if as_json:
        click.echo(exact([asdict(result) for result in results]))
    else:
        for result in results:
            _show(result)
    return int(any(result.problems or any(file["needs_person"] for file in result.files) for result in results))


@click.command()
@click.argument("source", required=False)
@click.option("--state", type=click.Choice(["fetched", "rejected", *DONE]), help="Only these.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
def fetched(source, state, as_json) -> None:
    """The files that were fetched, of all sources or of one, with what became of each."""
    with db.connect() as conn, db.transaction(conn, LEVEL, read_only=True):
        if source:
            db.call(conn, "payment_source_list", p_codes=[source])
        rows = db.call(conn, "payment_fetch_list", p_source=source, p_state=state)
    if as_json:
        click.echo(exact([row | {"digest": row["digest"].hex()} for row in rows]))
        return
    for row in rows:
        click.echo(printable(f"{row['fetched_at']:%Y-%m-%d %H:%M}  {row['source']:<12}{row['name']:<34} "
                             f"{_state(row)}{', archived' * (row['archived_at'] is not None)}"))
    if not rows:
        click.echo("No such file: leissner payments fetch")


class _Source:
    """One payment source, in hand for one run."""

    def __init__(self, conn: db.Connection, source: dict, advance=lambda total: None):
        self.conn, self.source, self.advance = conn, source, advance
        self.result = Result(source["code"])
        self.rows: list[dict] = []  # what is offered, known or brought
        self.folder = Home().path / "payments" / source["code"]

    def run(self, retry: bool) -> Result:
        """Brings what is new; a problem stops this source only."""
        with self._problems(), self._alone(retry):
            if not self.result.is_busy:
                with self._problems(), self._place() as place:
                    self._bring(place)
                self._decide_all()
                if self.source["archive"] and self._done():
                    with self._place() as place:
                        self._archive(place)
        return self.result

    @contextmanager
    def _place(self) -> Iterator[Place]:
        with transfer.connect(_address(self.source), *_secret(self.source)) as place:
            if isinstance(place, transfer.Folder) and not place.path.is_dir():
                raise LeissnerError(f"There is no folder {place.path}.")
            yield place

    # -- around it -------------------------------------------------------------------------------------------------

    @contextmanager
    def _problems(self, what: str = "", only: tuple[type[Exception], ...] = (LeissnerError, OSError, psycopg.Error),
                  ) -> Iterator[None]:
        """What goes wrong in here is kept for a person, and the rest goes on; but not without a database."""
        try:
            yield
        except only as error:
            if isinstance(error, psycopg.Error):
                if self.conn.broken or self.conn.closed:
                    raise
                text = db.problem(error).sentence
            elif isinstance(error, LeissnerError):
                text = " ".join(filter(None, (f"{error}", error.hint)))
            else:
                text = f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
            self._problem(what, text)

    def _problem(self, what: str, text: str) -> None:
        self.result.problems.append(printable(f"{what}: {text}" if what else text))

    @contextmanager
    def _alone(self, retry: bool) -> Iterator[None]:
        """Nobody else fetches from this source in here."""
        code = self.source["code"]
        self.result.is_busy = not self._call_one("payment_fetch_begin", p_source=code, p_is_retry=retry)
        try:
            with self._problems():
                yield
        finally:
            if not self.result.is_busy:
                with suppress(psycopg.Error):  # it ends with the connection, too
                    self._call_one("payment_fetch_end", p_source=code, p_result=self.result.as_event())

    def _call(self, name: str, **params) -> list[dict]:
        with db.transaction(self.conn, LEVEL):
            return db.call(self.conn, name, **params)

    def _call_one(self, name: str, **params):
        with db.transaction(self.conn, LEVEL):
            return db.call_one(self.conn, name, **params)

    # -- what is new -----------------------------------------------------------------------------------------------

    def _bring(self, place: Place) -> None:
        """Downloads what is offered and new."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        tasks: dict[str, list[dict]] = {"take": [], "archive": [], "leave": [], "reject": []}
        for row in self._call("payment_fetch_due", p_source=self.source["code"], p_files=self._offered(place) or None):
            tasks["leave" if row["state"] == "fetched" and self._is_here(row) else row["task"]].append(row)
        self.result.known = len(tasks["archive"]) + len(tasks["leave"])
        for row in tasks["reject"]:
            self._tell(row)
        self.rows = tasks["archive"] + tasks["leave"]
        halves = {self._half(row).name for row in tasks["take"]}
        for path in self.folder.glob("*.new*"):
            if path.name.removesuffix(".part") not in halves:
                path.unlink()  # of what is not offered any more, or is another file by now
        new = self._settled(place, tasks["take"])
        for row in new:
            self.advance(len(new))
            with self._problems(row["name"], (Refused, OSError)):
                try:
                    self._take(place, row)
                except SizeDiffers:
                    self.result.left.append(row["name"])

    def _offered(self, place: Place) -> list[dict]:
        patterns = [one.strip() for one in self.source["pattern"].split(";")]

        def is_wanted(name: str) -> bool:
            return any(fnmatch.fnmatchcase(name, pattern) and (pattern[:1] == "." or name[:1] != ".")
                       for pattern in patterns) and not name.lower().endswith(UNFINISHED)

        offered = []
        for name, file in place.list(wanted=is_wanted).items():
            if STRANGE.search(name) or len(name.encode()) > LONGEST:
                self._problem(name, "A file of this name is not taken, because of the signs in it or its length. Give "
                                    "it another name there.")
            elif file.size > LARGEST:
                self._problem(name, f"It has {file.size} bytes, which is no payment file. Is the pattern of the source "
                                    "right?")
            elif file.size:
                offered.append({"name": name, "size": file.size, "stamp": file.stamp})
            else:
                self.result.left.append(name)
        return offered

    def _settled(self, place: Place, rows: list[dict]) -> list[dict]:
        """Those that nobody writes any more: a second listing shows them as the first one did."""
        if not rows:
            return []
        time.sleep(self.source["quiet_seconds"])
        now = place.list(wanted={row["name"] for row in rows}.__contains__)
        settled = [row for row in rows if now.get(row["name"]) == Listed(row["size"], row["stamp"])]
        self.result.left += [row["name"] for row in rows if row not in settled]
        return settled

    def _take(self, place: Place, row: dict) -> None:
        """Downloads a file, and notes it when it is here whole."""
        half = self._half(row)
        if row["stamp"] is None:
            half.with_name(half.name + ".part").unlink(missing_ok=True)
        place.get(row["name"], half, row["size"])
        with open(half, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").digest()
        half.replace(self._path(row["name"], digest))
        (known,) = self._call("payment_fetch_put", p_source=self.source["code"], p_name=row["name"],
                              p_size=row["size"], p_stamp=row["stamp"], p_digest=digest)
        self.rows.append(row | known | {"digest": digest})
        if known["is_new"] and known["state"] == "repeated" or known["state"] == "rejected":
            self._tell(self.rows[-1])
        elif known["state"] != "fetched":
            self.result.known += 1

    def _half(self, row: dict) -> Path:
        """Where a file is as long as it is not here whole: what was broken off is this file and no other."""
        mark = hashlib.sha256(f"{row['name']}\0{row['size']}\0{row['stamp']}".encode()).hexdigest()
        return self.folder / f"{mark[:16]}-{_plain(row['name'])}.new"

    def _path(self, name: str, digest: bytes) -> Path:
        return self.folder / f"{digest.hex()[:16]}-{_plain(name)}"

    def _is_here(self, row: dict) -> bool:
        """Are its bytes here?"""
        with suppress(FileNotFoundError), open(self._path(row["name"], row["digest"]), "rb") as file:
            return hashlib.file_digest(file, "sha256").digest() == row["digest"]
        return False

    # -- what becomes of it ----------------------------------------------------------------------------------------

    def _decide_all(self) -> None:
        """Loads what is here, or hands it on: also what was left when a run before was broken off."""
        decided = {}
        for row in self._call("payment_fetch_list", p_source=self.source["code"], p_state="fetched"):
            if self._is_here(row):
                decided[row["fetch_id"]] = self._decide(row)
            else:
                self._problem(row["name"], f"It was fetched {row['fetched_at']:%Y-%m-%d %H:%M}, but is not here any "
                                           "more. If the bank does not offer it again, ask for it.")
        for row in self.rows:
            row["state"] = decided.get(row["fetch_id"], row["state"])

    def _decide(self, row: dict) -> str:
        """Loads a file, or hands it on unread, and notes what became of it."""
        path, before = self._path(row["name"], row["digest"]), len(self.result.problems)
        with self._problems(row["name"]):
            if self.source["pass_on"]:
                row |= {"state": "passed_on", "reason": _hand_on(path, Path(self.source["pass_on"]), row["name"])}
            else:
                row |= _load(self.conn, self.source, path, row["name"])
        if len(self.result.problems) > before:
            row["reason"] = self.result.problems[-1]
        self._call_one("payment_fetch_mark", p_fetch=row["fetch_id"], p_state=row["state"], p_reason=row["reason"])
        if row["state"] != "fetched":
            self._tell(row)
        return row["state"]

    def _tell(self, row: dict) -> None:
        self.result.files.append({
            "name": row["name"], "size": row["size"], "sha256": row["digest"].hex(), "state": row["state"],
            "reason": row["reason"], "payment_file": row.get("payment_file"),
            "needs_person": row.get("needs_person", row["state"] == "rejected"),
            "file": f"{self._path(row['name'], row['digest'])}", "is_archived": False})

    def _done(self) -> dict[str, dict]:
        """What can go into the archive, by name."""
        return {row["name"]: row for row in self.rows if row["state"] in DONE}

    def _archive(self, place: Place) -> None:
        """Moves what is done into the archive of its server, unless it was replaced meanwhile."""
        done, archive = self._done(), self.source["archive"].rstrip("/")
        now = place.list(wanted=done.__contains__)
        taken = set(place.list(archive, lambda name: AGAIN.sub("", name) in done))
        told = {(file["name"], file["sha256"]): file for file in self.result.files}
        for row in done.values():
            if now.get(row["name"]) != Listed(row["size"], row["stamp"]):
                continue  # the next run sees what is there now
            again = f"{row['name']}.{row['digest'].hex()[:16]}"
            name = next(one for one in chain((row["name"], again), (f"{again}.{number}" for number in count(2)))
                        if one not in taken)
            try:
                place.move(row["name"], f"{archive}/{name}")
            except LeissnerError as error:
                raise LeissnerError(f"{error} What came is safe here.", "Is the archive's name right, and may the user "
                                    "write to it? The next run moves the files.") from error
            self._call_one("payment_fetch_archive", p_fetch=row["fetch_id"])
            if file := told.get((row["name"], row["digest"].hex())):
                file["is_archived"] = True


def _load(conn: db.Connection, source: dict, path: Path, name: str) -> dict:
    """Loads a file as `leissner payments load` does: {state, reason, payment_file, needs_person}."""
    from leissner.scripts import payments

    done = payments.take(conn, path, source["format"], source=source["code"], name=name)
    if "problem" in done:
        reason = " ".join(filter(None, (done["problem"], done["hint"])))
    else:
        reason = payments.counted(done["counts"]) if "counts" in done else f"loaded before as {done['known_as']}"
    return {"state": "rejected" if "problem" in done else "loaded", "reason": reason, "payment_file": done["file"],
            "needs_person": payments.needs_person(done)}


def _hand_on(path: Path, folder: Path, name: str) -> str:
    """Puts the bytes of a file into a folder, whole or not at all; what else is there stays. Where it lies then."""
    if not folder.is_dir():  # one that is mistyped is not made
        raise LeissnerError(f"There is no folder {folder} to hand files on to.")
    target, half = folder / name, folder / f".{path.name}.tmp"
    half.unlink(missing_ok=True)
    try:
        with open(path, "rb") as source, open(half, "xb") as copy:
            while block := source.read(transfer.BLOCK):
                copy.write(block)
            copy.flush()
            os.fsync(copy.fileno())
        try:
            os.link(half, target)
        except FileExistsError:
            if half.read_bytes() != target.read_bytes():
                raise LeissnerError(f"{target} has other contents, and is not overwritten.",
                                    "Once it is gone from there, the next run hands this file on.") from None
        except OSError as error:
            if error.errno not in NO_LINKS or target.exists():
                raise
            half.rename(target)
    finally:
        half.unlink(missing_ok=True)
    return f"{target}"


def _secret(source: dict) -> tuple[str | None, str]:
    """The secret of a source, and where it is kept."""
    if not (name := source["secret"]):
        return None, "LEISSNER_TRANSFER_PASSWORD or ~/.netrc; payment_sources.csv names no secret"
    return secret.get(name)


def _address(source: dict) -> str:
    """The URL of a source."""
    if source["protocol"] == "folder":
        return source["path"]
    user = f"{quote(source['user_name'], safe='')}@" if source["user_name"] else ""
    host = f"[{source['host']}]" if ":" in source["host"] else source["host"]
    port = f":{source['port']}" if source["port"] else ""
    path = "" if source["path"] == "." else source["path"]
    return f"{source['protocol']}://{user}{host}{port}/{quote(path)}"


def _plain(name: str) -> str:
    """A name as any file system takes it."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name)[-100:]


def _show(result: Result) -> None:
    if result.is_busy:
        click.echo(f"{result.source}: someone else is fetching from it right now.")
        return
    counts = [f"{len(result.files)} file{'s' * (len(result.files) != 1)}"] if result.files else ["nothing new"]
    counts += [f"{result.known} known before"] * bool(result.known)
    counts += [f"{len(result.left)} left for the next time (still being written, or empty)"] * bool(result.left)
    click.echo(f"{result.source}: {', '.join(counts)}")
    for file in result.files:
        click.echo(printable(f"  {file['name']:<34} {_state(file)}{', archived' * file['is_archived']}"))
        if file["state"] == "rejected":
            click.echo(f"      It is here as {file['file']}; --retry loads it again.")
    for problem in result.problems:
        click.echo(f"{result.source}: {problem}", err=True)


def _state(row: dict) -> str:
    state = {"fetched": "waits", "passed_on": "handed on", "repeated": "known, the same bytes as"}.get(
        row["state"], row["state"])
    return f"{state}{' ' if row['state'] == 'repeated' else ': '}{row['reason'] or ''}".rstrip(": ")
