"""The database of a request: one connection, one transaction, at the level of the session.

A GET reads only. What a view has written is committed when its answer is a 2xx or 3xx, else taken back.
"""

import re
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import psycopg
from flask import Flask, current_app, g, request
from flask_login import current_user
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from leissner.scripts import db
from leissner.scripts.errors import LeissnerError
from leissner.webui.texts import gettext as _

LOGIN = db.WEB_LOGIN
TIMEOUT_S = 30
CONNECTIONS = 8
COMMAND = re.compile(r"\bleissner [a-z]|(^| )--[a-z]")  # what a page is no place for


class Refused(Exception):
    """The database said no: `problem` has the sentence, the hint without commands to type, the field, the HTTP
    status; `value` what it could not read, where it says so."""

    def __init__(self, problem: db.Problem):
        self.value = None
        if problem.code.startswith("22"):
            found = re.search(r'"(.*)"', problem.sentence, re.S)
            self.value = found[1] if found else None
            problem = replace(problem, sentence=_unread(problem.sentence, self.value), hint=None, status=422)
        super().__init__(problem.sentence)
        told = [one for one in re.split(r"(?<=[.!?])\s+", problem.hint or "") if not COMMAND.search(one)]
        self.problem = replace(problem, hint=" ".join(told) or None)


def _unread(sentence: str, value: str | None) -> str:
    """What PostgreSQL says of a value that it cannot take, in words for who typed it."""
    if "out of range for type" in sentence or "field overflow" in sentence:
        return _("This number is too large here.")
    if re.search(r"type (integer|bigint|smallint)", sentence) and re.fullmatch(r"-?\d+\.\d*", value or ""):
        return _("A whole number is needed here.")
    if re.search(r"type (integer|bigint|smallint|numeric)", sentence):
        return _("This is not a number.")
    if re.search(r"type (date|timestamp)|date/time|timestamp out of range", sentence):
        return _("This is not a day. Write 2026-10-01, 1/10 or today.")
    return _("This is too long.") if "too long" in sentence else _("This is not what is asked for here.")


def open_pool(app: Flask, conninfo: str | None) -> None:
    """The connections of the application, and the end of a request's transaction."""
    # what commands in the background connect with: the same database
    app.extensions["work"] = {} if conninfo is None else {"DATABASE_URL": conninfo}
    if conninfo is None:
        target = db.target()
        conninfo = make_conninfo(target.conninfo, user=LOGIN) if target.is_embedded else target.conninfo
    app.extensions["pool"] = ConnectionPool(
        conninfo, min_size=1, max_size=CONNECTIONS, open=True, timeout=10, max_idle=300,
        reconnect_timeout=5, kwargs={"autocommit": True, "row_factory": dict_row, "application_name": "leissner web"},
    )
    app.after_request(_end)
    app.teardown_request(lambda error: _close(error or getattr(g, "is_refused", False)))


@contextmanager
def plain():
    """A connection outside the request's transaction and level: for logging in and out, and for /health."""
    try:
        with current_app.extensions["pool"].connection() as conn:
            yield conn
    except PoolTimeout as error:
        raise LeissnerError("The database does not answer.", "Please try again in a moment.", 3) from error


def client() -> str:
    """Who asks, for the log."""
    return f"web {request.remote_addr}"


def connection() -> db.Connection:
    """The request's connection, its transaction begun."""
    if "conn" not in g:
        stack = ExitStack()
        try:
            conn = stack.enter_context(plain())
            stack.enter_context(db.transaction(
                conn, current_user.level, read_only=request.method in ("GET", "HEAD"), timeout_s=TIMEOUT_S,
                session=current_user.token, client=client(),
            ))
        except BaseException:
            stack.close()
            raise
        g.conn, g.stack = conn, stack
    return g.conn


def call(name: str, **params: Any) -> list[dict[str, Any]]:
    """Rows of api.NAME, with the rights of who is logged in. What it writes is checked at once, not at the end."""
    with _refusal():
        rows = db.call(connection(), name, **params)
        if request.method not in ("GET", "HEAD"):
            db.constraints_check(connection())
        return rows


def some(name: str, most: int, order: str, key: str, **params: Any) -> list[dict[str, Any]]:
    """The first rows of api.NAME, and one more than `most` where there are more: by a column that is never empty."""
    with _refusal():
        return db.page(connection(), name, params, db.Page(key=key, order=order, given=(order,), limit=most + 1))


def one(name: str, **params: Any) -> dict[str, Any] | None:
    """The first row of api.NAME; None where there is none."""
    rows = call(name, **params)
    return rows[0] if rows else None


def value(name: str, **params: Any) -> Any:
    """The single value of api.NAME."""
    rows = call(name, **params)
    return next(iter(rows[0].values())) if rows else None


def look(kind: str, subject: str | None, /, **detail: Any) -> None:
    """Writes down that call details or an export are looked at, in a transaction of its own, before they are shown."""
    apart("audit_event_add", p_kind=kind, p_subject=subject, p_detail=detail)


def apart(name: str, /, **params: Any) -> Any:
    """The value of api.NAME, called in a transaction of its own that is committed at once."""
    with plain() as conn, db.transaction(conn, current_user.level, session=current_user.token, client=client()):
        return db.call_one(conn, name, **params)


def keep() -> None:
    """Commits what this request has written so far: before a file is sent that says so."""
    _close(None)


def undo() -> None:
    """Takes back what this request has written so far: so a page shows what something would do, by doing it."""
    _close(Rollback())


@contextmanager
def _refusal():
    try:
        yield
    except psycopg.Error as error:
        g.is_refused = True
        _close(error)
        with plain() as conn:
            raise Refused(db.problem(error, conn, current_user.language)) from error


def _end(response):
    if response.status_code >= 400:
        _close(Rollback())
    elif not response.is_streamed or response.direct_passthrough:
        _close(None)  # a file that is there whole needs no database, and nobody would tell us that it is sent
    else:  # the rows are read while the answer is sent
        g.pop("conn", None)
        if stack := g.pop("stack", None):
            response.call_on_close(stack.close)
    return response


class Rollback(Exception):
    """Ends the request's transaction without a trace."""


def _close(error) -> None:
    stack = g.pop("stack", None)
    g.pop("conn", None)
    if stack is None:
        return
    if error:
        error = error if isinstance(error, BaseException) else Rollback()
        try:
            stack.__exit__(type(error), error, error.__traceback__)
        except BaseException as raised:
            if raised is not error:
                raise
    else:
        stack.close()
