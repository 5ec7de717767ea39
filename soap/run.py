"""An operation: one function of `api` in one transaction, with the level and scope of who asks."""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

import psycopg
from lxml import etree

from leissner.scripts import db
from leissner.scripts.errors import LeissnerError
from leissner.soap import faults, shape
from leissner.soap.caller import KEY, Callers, refused
from leissner.soap.faults import Refusal, short
from leissner.soap.operations import CLEAR, PAGE, REQUEST_ID, service_of
from leissner.soap.shape import Field, Shape

LIMIT, MOST = 100, 1000  # rows of a page
MOST_ELSE = 10_000  # where there are no pages
TRIES = 5
# Years to ask for, and to write: with notice and periods added, 9999 would be written and never read again by anyone.
YEARS = re.compile(r"(?!0001-..-..T|9999-..-..T)\d{4}-"), re.compile(r"(?!0001-..-..T)[0-2]\d{3}-")


@dataclass
class Request:
    """What is known of a request, for its answer and for the log."""

    address: str
    token: str | None = None
    level: str | None = None
    language: str = "en"
    key: str | None = None  # the API key's title
    operation: str = "-"
    about: dict[str, str] | None = None

    @property
    def client(self) -> str:
        return f"soap {self.address}{f' {self.key}' if self.key else ''}"


@dataclass
class Task:
    """What goes with a request through Spyne: who runs it, its envelope, and what went wrong."""

    runner: "Runner"
    conn: db.Connection
    request: Request
    root: etree._Element
    error: Exception | None = None


class Runner:
    """Runs operations for callers."""

    def __init__(self, callers: Callers, shapes: dict[str, Shape], keeps: dict[str, tuple[str, ...]]):
        self.callers, self.shapes, self.keeps = callers, shapes, keeps

    def run(self, conn: db.Connection, request: Request, given: dict) -> etree._Element:
        """The answer, as the element of the response, for who has entered."""
        one = self.shapes[request.operation]
        values = {field.name: _value(field, given[field.name], YEARS[one.is_writing])
                  for field in one.takes if field.name in given}
        request.about = {name: KEY.sub("(a key)", value)[:100] for name, value in values.items()
                         if isinstance(value, str) and name.endswith(("_no", "_id", "number", "report"))}
        try:
            return self._tried(conn, request, one, values)
        except psycopg.Error as error:
            raise faults.of_database(error, None if conn.broken else conn, request.language, values) from error
        except LeissnerError as error:
            raise faults.of_command(error) from error

    def enter(self, conn: db.Connection, request: Request, operation: str) -> None:
        """Who asks, by which key, and may they have this operation now? Before more is read of the request, so that
        what does not fit counts, too, and is logged with its key."""
        try:
            caller = db.operation_caller(conn, request.token, p_operation=operation, p_address=request.address,
                                         p_service=service_of(operation))
        except psycopg.Error as error:
            raise faults.of_database(error, None if conn.broken else conn, request.language, {}) from error
        if caller is None:
            self.callers.forget(request.token)
            raise refused()
        request.level, request.language, request.key = caller["level"], caller["language"], caller["title"]
        self.callers.count(request.token, caller["rate_limit"])
        if caller["refusal"]:  # logged with the key: its owner looks there for why it does not work
            raise Refusal(caller["refusal"], operation=operation, address=request.address)

    def _tried(self, conn: db.Connection, request: Request, one: Shape, values: dict) -> etree._Element:
        """Once more where others changed the same at the same moment, and the caller did not say of what state."""
        for tries_left in reversed(range(TRIES)):
            try:
                return self._do(conn, request, one, dict(values))
            except psycopg.Error as error:
                again = ("40001", "40P01") + (("LB800",) if "row_version" not in values else ())
                if not tries_left or error.sqlstate not in again:
                    raise
        raise AssertionError

    def _do(self, conn: db.Connection, request: Request, one: Shape, values: dict) -> etree._Element:
        request_id = values.pop(REQUEST_ID, None)
        with db.transaction(conn, request.level, read_only=not one.is_writing, session=request.token,
                            timeout_s=one.operation.timeout_s, is_sealed=False, client=request.client):
            if request_id:
                digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).digest()
                known = db.call_one(conn, "request_begin", p_request_id=request_id, p_operation=request.operation,
                                    p_digest=digest)
                if known is not None:
                    return etree.fromstring(known.encode())
            answer = self._call(conn, one, values)
            if request_id:
                db.call(conn, "request_end", p_request_id=request_id,
                        p_answer=etree.tostring(answer, encoding="unicode"))
            if one.is_writing:
                db.constraints_check(conn)
            return answer

    def _call(self, conn: db.Connection, one: Shape, values: dict) -> etree._Element:
        operation, next_ = one.operation, None
        if operation.keeps:
            values = self._kept(conn, one, values)
        params = {f"p_{name}": value for name, value in values.items()}
        if operation.key:
            rows, next_ = _page(conn, one, params)
        else:
            if not 1 <= int(params.get(f"p_{PAGE[1]}") or 1) <= MOST_ELSE:
                raise Refusal("LB947", why=f"limit is 1 to {MOST_ELSE}", field=PAGE[1])
            rows = db.call(conn, operation.function, **params)
        if operation.make:
            rows = operation.make(conn, rows, values)
        if operation.is_one and not rows:
            raise _none(one, values)
        return shape.answer(one, rows, next_)

    def _kept(self, conn: db.Connection, one: Shape, values: dict) -> dict:
        """The arguments of a save, what was not sent as it is now; what was named to be emptied is NULL."""
        cleared = values.pop(CLEAR, [])
        fields = {field.name: field for field in one.takes}
        for name in cleared:
            if name not in fields or fields[name].is_needed:
                raise Refusal("LB947", why=f"{name} cannot be emptied", field=CLEAR)
        keys = self.keeps[one.operation.keeps]
        rows = db.call(conn, one.operation.keeps, **{f"p_{name}": values[name] for name in keys}) \
            if all(name in values for name in keys) else []
        if told_by := one.operation.keeps_by:  # one row of a list
            rows = [row for row in rows if f"{row[told_by]}" == values[told_by]]
        kept = {name: value for name, value in rows[0].items() if name in fields} if rows else {}
        return kept | values | {name: [] if fields[name].is_many else None for name in cleared}


def _page(conn: db.Connection, one: Shape, params: dict) -> tuple[list[dict], Any]:
    """A page of a list, and what the next one comes after: by the key, or as the function pages by itself."""
    operation = one.operation
    after, limit = params.pop(f"p_{PAGE[0]}", None), int(params.pop(f"p_{PAGE[1]}", LIMIT))
    if not 1 <= limit <= MOST:
        raise Refusal("LB947", why=f"limit is 1 to {MOST}", field=PAGE[1])
    if not any(field is shape.PAGE_FIELDS[0] for field in one.takes):
        rows = db.call(conn, operation.function, **params, p_after=after, p_limit=limit + 1)
    else:
        rows = db.page(conn, operation.function, params, db.Page(
            key=operation.key, order=operation.key, after=after and (None, after), limit=limit + 1))
    return rows[:limit], rows[limit - 1][operation.key] if len(rows) > limit else None


def _none(one: Shape, values: dict) -> Refusal:
    keys = [field.name for field in one.takes if field.is_needed and isinstance(values.get(field.name), str)]
    if keys == ["customer_no"]:  # as it is said elsewhere
        refusal = Refusal("LB524", customer=values["customer_no"], field="customer_no")
    else:
        refusal = Refusal("LB935", what=", ".join(f"{name} {values[name]}" for name in keys),
                          field=next(iter(keys), None))
    refusal.value = short(values[refusal.field]) if refusal.field else None
    return refusal


def _value(field: Field, given: list, years: re.Pattern) -> Any:
    """An argument as PostgreSQL reads it: text as it was written, records as JSON."""
    if field.of:
        return [_record(field, one, years) for one in given]
    if field.type in ("integer[]", "bigint[]"):
        return [int(one) for one in given]
    if field.type in ("date", "timestamp with time zone") and not all(years.match(one.strip()) for one in given if one):
        raise Refusal("LB947", why=f"the year of {field.name} is out of range", field=field.name)
    if field.is_many:
        return given
    return given[0] or None


def _record(field: Field, given: dict | str, years: re.Pattern) -> dict:
    return {one.name: _value(one, given[one.name], years) for one in field.of if given and one.name in given}
