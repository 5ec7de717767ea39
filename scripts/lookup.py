"""`leissner calls lookup`: whose is a number that nobody here has? The lookup service of the outside system that owns
the customers is asked, what it says becomes customers, contracts and numbers, and the calls that waited are rated.

GET LOOKUP_URL?number=46902003000&day=2026-11-03 (account=… for a call that carries one) is answered by a JSON object
with customer_no and, as api.outside_put takes them, name, kind, org_no, vat_no, street, postcode, city, country, email,
price_list, contract_no, service, from_on, to_on, numbers and accounts; or by {"known": false}, by 204, or by 404 with a
JSON object. Anything else is a failure, and asked again later. The secret is sent as Basic where it has a colon
(user:password), else as Bearer. A question is noted before it is asked: whoever is killed leaves it to the next.
"""

import base64
import functools
import http.client
import json
import re
import socket
import ssl
import threading
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode, urlsplit

import click
import psycopg

from leissner.scripts import db
from leissner.scripts import secret as secrets
from leissner.scripts.errors import LeissnerError
from leissner.scripts.suspense import printable

LEVEL = "batch"
AT_ONCE = 8
PORTION = 200  # numbers taken at a time, for ten minutes
OFTEN = 5_000  # known numbers after which their calls are rated; else at the end
RATE = 50_000  # calls in one transaction
LARGEST = 64 * 1024
LONGEST = 200
MOST = 1000
SILENT = 8  # failures in a row after which the rest is left for later
STATES = ("known", "unknown", "refused", "failed")
TEXTS = ("customer_no name kind org_no vat_no street postcode city country email price_list contract_no"
         " service").split()
DAYS = ("from_on", "to_on")
LISTS = ("numbers", "accounts")
STRANGE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass
class Answer:
    """What the service said of a number; `put`: what api.outside_put is to be called with."""

    state: str
    reason: str | None = None
    put: dict = field(default_factory=dict)


def look_up(conn: db.Connection, limit_s: float | None = None, *, level: str = LEVEL, **settings: str) -> dict | None:
    """Asks about the numbers of waiting calls, for limit_s at most, and rates the calls whose number somebody has by
    now: {asked, known, unknown, refused, failed, rated, problem}; None where no service is set. In no transaction;
    level and settings are those of db.transaction."""
    begin = functools.partial(db.transaction, conn, level, **settings)
    with begin(read_only=True):
        rule, = db.call(conn, "lookup_rule")
    if not rule["url"]:
        return None
    service = Service(rule, limit_s)
    counts, known = dict.fromkeys(("asked", *STATES, "rated"), 0), 0
    _rate(conn, begin, counts)
    asked = -1
    while asked != counts["asked"]:  # a round for each day on which a number is not known
        asked = counts["asked"]
        with begin():
            db.call(conn, "lookup_collect")
        while not service.is_over() and (taken := _take(conn, begin)):
            _ask(conn, begin, service, taken, counts)
            if counts["known"] - known >= OFTEN:
                known = _rate(conn, begin, counts)
        if counts["known"] > known:
            known = _rate(conn, begin, counts)
    if any(counts.values()):
        with begin():
            db.call(conn, "audit_event_add", p_kind="lookup", p_detail=counts)
    return counts | {"problem": service.problem}


def _take(conn: db.Connection, begin) -> list[dict]:
    with begin():
        return db.call(conn, "lookup_take", p_limit=PORTION)


def _ask(conn: db.Connection, begin, service: "Service", taken: list[dict], counts: dict[str, int]) -> None:
    """Asks about some numbers, several at once, and keeps each answer as it comes."""
    left = {row["lookup"]: row for row in taken}
    waiting = iter(taken)
    pending = {}
    failures = 0
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while True:
                while len(pending) < AT_ONCE and not service.is_over() and (row := next(waiting, None)):
                    pending[pool.submit(service.ask, row)] = row
                if not pending:
                    break
                ready = wait(pending, return_when=FIRST_COMPLETED).done
                answers = [(pending.pop(future), future.result()) for future in ready]
                with begin():
                    kept = [_keep(conn, row, answer) for row, answer in answers]
                for (row, answer), state in zip(answers, kept, strict=True):
                    del left[row["lookup"]]
                    counts["asked"] += 1
                    counts[state] += 1
                    failures = failures + 1 if state == "failed" else 0
                    if failures == SILENT:
                        service.problem = answer.reason or "it is too busy"
    finally:
        if left:
            with suppress(psycopg.Error), begin():
                db.call(conn, "lookup_release", p_lookups=sorted(left))


def _keep(conn: db.Connection, row: dict, answer: Answer) -> str:
    """Makes of an answer what it says, and notes it; what cannot be so is noted as refused."""
    state, reason, customer_no = answer.state, answer.reason, answer.put.get("customer_no")
    if state == "known":
        try:
            with conn.transaction():
                db.call(conn, "outside_put", **{f"p_{name}": value for name, value in answer.put.items()})
                db.constraints_check(conn)
        except psycopg.Error as error:
            problem = db.problem(error, conn)
            if problem.status in (403, 500, 503):  # not the answer's fault
                raise
            state, reason = "failed" if problem.status == 409 else "refused", f"{problem.sentence} ({problem.code})"
    db.call(conn, "lookup_answer", p_lookup=row["lookup"], p_state=state, p_customer_no=customer_no, p_reason=reason)
    return state


def _rate(conn: db.Connection, begin, counts: dict[str, int]) -> int:
    """Rates the calls whose number somebody has; how many numbers are known by now."""
    read = RATE
    while read == RATE:
        with begin():
            done, = db.call(conn, "lookup_rate", p_limit=RATE)
        read = done["read"]
        counts["rated"] += done["rated"]
    return counts["known"]


class Service:
    """The lookup service; threads ask it."""

    def __init__(self, rule: dict, limit_s: float | None):
        self.parts = urlsplit(rule["url"])
        self.timeout_s = rule["timeout_s"]
        self.headers = {"Accept": "application/json", "User-Agent": "leissner"}
        self.ends_at = None if limit_s is None else time.monotonic() + limit_s
        self.problem: str | None = None
        if rule["secret"]:
            secret, kept_in = secrets.get(rule["secret"])
            if not secret.isascii() and ":" not in secret:
                raise LeissnerError(f"{kept_in} has letters that no token has.")
            self.headers["Authorization"] = (
                f"Basic {base64.b64encode(secret.encode()).decode()}" if ":" in secret else f"Bearer {secret}")
        self.context = ssl.create_default_context() if self.parts.scheme == "https" else None

    def is_over(self) -> bool:
        """Is no more to be asked?"""
        return self.problem is not None or self.ends_at is not None and time.monotonic() > self.ends_at

    def ask(self, row: dict) -> Answer:
        """What the service says of a number."""
        began = time.monotonic()
        link = self._link()
        late = threading.Event()
        try:
            link.connect()
            timer = threading.Timer(self.timeout_s - (time.monotonic() - began), self._cut, [link.sock, late])
            timer.daemon = True
            timer.start()
            try:
                link.request("GET", self._target(row), headers=self.headers)
                answer = link.getresponse()
                status, body = answer.status, answer.read(LARGEST + 1)
            finally:
                timer.cancel()
        except (OSError, http.client.HTTPException, ValueError) as error:
            if not late.is_set() and not isinstance(error, TimeoutError):
                return Answer("failed", f"{error or type(error).__name__}"[:LONGEST])
            late.set()
        finally:
            link.close()
        if late.is_set():
            return Answer("failed", f"no whole answer within {self.timeout_s} s")
        return read(status, body, row)

    def _link(self) -> http.client.HTTPConnection:
        if self.context:
            return http.client.HTTPSConnection(self.parts.hostname, self.parts.port, timeout=self.timeout_s,
                                               context=self.context)
        return http.client.HTTPConnection(self.parts.hostname, self.parts.port, timeout=self.timeout_s)

    @staticmethod
    def _cut(sock: socket.socket, late: threading.Event) -> None:
        """Ends what drips: the time-out of a socket is for each of its bytes."""
        late.set()
        with suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def _target(self, row: dict) -> str:
        asked = urlencode({row["kind"]: row["number"], "day": row["day"]})
        return f"{self.parts.path or '/'}?{f'{self.parts.query}&' if self.parts.query else ''}{asked}"


def read(status: int, body: bytes, row: dict) -> Answer:
    """What an answer means; redirections are not followed: they count as failures."""
    if status == 204:
        return Answer("unknown")
    if len(body) > LARGEST:
        return Answer("failed", f"{status}: more than {LARGEST} bytes")
    try:
        made = json.loads(body)
    except (ValueError, RecursionError):
        made = None
    if status == 404 and isinstance(made, dict):
        return Answer("unknown")
    if status != 200 or not isinstance(made, dict):
        return Answer("failed", f"{status}{'' if isinstance(made, dict) else ' and no JSON object'}")
    if made.get("known") is False:
        return Answer("unknown")
    try:
        put = {name: _text(name, made[name]) for name in TEXTS if made.get(name) is not None}
        put |= {name: _day(name, made[name]) for name in DAYS if made.get(name) is not None}
        put |= {name: _list(name, made.get(name) or []) for name in LISTS}
    except ValueError as error:
        return Answer("failed", f"{error}")
    if not put.get("customer_no", "").strip():
        return Answer("failed", "customer_no is missing")
    if row["kind"] == "number":
        put["numbers"].append(f"+{row['number']}")
    else:
        put["accounts"].append(row["number"])
    return Answer("known", None, {"from_on": row["day"]} | put)


def _text(name: str, value) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = f"{value}"
    if not isinstance(value, str) or len(value) > LONGEST or STRANGE.search(value):
        raise ValueError(f"{name} is no text of at most {LONGEST} characters")
    return value


def _day(name: str, value) -> date:
    try:
        return date.fromisoformat(value)
    except (ValueError, TypeError):
        raise ValueError(f"{name} is no day such as 2026-11-03") from None


def _list(name: str, value) -> list[str]:
    if not isinstance(value, list) or len(value) > MOST:
        raise ValueError(f"{name} is no list of at most {MOST}")
    return [_text(name, one) for one in value]


def words(found: dict) -> str:
    """What a lookup did, in one line."""
    said = ", ".join(f"{found[state]} {state}" for state in STATES if found[state])
    return f"{found['asked']} numbers looked up{f': {said}' if said else ''}; {found['rated']} calls rated."


@click.command()
@click.option("--again", is_flag=True, help="Ask about all that waits, however long answers hold.")
@click.option("--list", "is_list", is_flag=True, help="Show what was asked and what came of it; ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
def lookup(again, is_list, as_json) -> int:
    """Ask the outside system whose the unknown numbers of waiting calls are, and rate these calls.

    The setting lookup_url says where. An answer holds for lookup_cache_hours; after a failure the number is asked about
    again in one minute, then two, four … Exit code 1 when the service fails, or when what it says cannot be so.
    """
    with db.connect() as conn:
        if is_list:
            return _list_show(conn, as_json)
        if again:
            with db.transaction(conn, LEVEL):
                db.call(conn, "lookup_again")
        found = look_up(conn)
    if found is None:
        raise LeissnerError("No lookup service is set.", "Import settings.csv with the row lookup_url,https://…")
    if as_json:
        click.echo(db.exact(found))
    else:
        click.echo(words(found))
        if found["refused"] or found["failed"]:
            click.echo("leissner calls lookup --list says why.")
    if found["problem"]:
        click.echo(f"The service fails ({printable(found['problem'])}): the rest waits for the next time.", err=True)
    return int(bool(found["refused"] or found["failed"]))


def _list_show(conn: db.Connection, as_json: bool) -> int:
    with db.transaction(conn, LEVEL, read_only=True):
        rows = db.call(conn, "lookup_list")
    if as_json:
        click.echo(db.exact(rows))
        return 0
    for row in rows:
        what = "  ".join(filter(None, (row["customer_no"], row["reason"])))
        click.echo(printable(f"{row['number']:<18} {row['day']}  {row['state']:<8} {what}"
                             f" (holds until {row['next_at'].astimezone():%Y-%m-%d %H:%M})"))
    if not rows:
        click.echo("Nothing was asked yet.")
    return 0
