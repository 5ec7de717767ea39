"""Who asks: an API key (header or password of Basic), a user's name and password (Basic or UsernameToken).

A key is looked up by its hash with each request. A password costs a tenth of a second to check, so its session is
kept: the database is still asked with each request whether that is open.
"""

import base64
import hashlib
import hmac
import re
import secrets
import threading
import time
from dataclasses import dataclass

from leissner.scripts import db, password
from leissner.soap.engine import SECURITY
from leissner.soap.faults import Refusal

KEY = re.compile("[0-9a-f]{64}")
NAME = re.compile("[a-z0-9][a-z0-9._@+-]{0,99}", re.I | re.A)  # of users: no other name is asked for, counted or logged
LONGEST = 1000  # characters of a password
MOST = 10_000  # sessions and keys remembered
KNOWN_S = 60  # how long a key that was good may have its requests read before the database is asked
CHALLENGE = ("WWW-Authenticate", 'Basic realm="Leissner Billing", charset="UTF-8"')


@dataclass(frozen=True)
class Credentials:
    """A key, or a name and a password."""

    key: str | None = None
    name: str = ""
    password: str = ""


def of_headers(environ: dict) -> Credentials | None:
    """Credentials of HTTP; None where there are none."""
    if key := environ.get("HTTP_X_API_KEY"):
        return _credentials("", key.strip())
    kind, _, value = environ.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    if kind.lower() == "bearer":
        return _credentials("", value.strip())
    if kind.lower() != "basic":
        return None
    try:
        name, _, words = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except ValueError:
        raise refused() from None
    return _credentials(name, words)


def of_header(header) -> Credentials | None:
    """Credentials of WS-Security: one UsernameToken with its password as text."""
    tokens = [] if header is None else header.findall(f"{{{SECURITY}}}Security/{{{SECURITY}}}UsernameToken")
    words = tokens[0].findall(f"{{{SECURITY}}}Password") if len(tokens) == 1 else []
    if len(words) != 1 or words[0].get("Type", "#PasswordText").rpartition("#")[2] != "PasswordText":
        return None
    return _credentials(tokens[0].findtext(f"{{{SECURITY}}}Username", ""), words[0].text or "")


def _credentials(name: str, words: str) -> Credentials:
    return Credentials(key=words) if KEY.fullmatch(words) else Credentials(None, name.strip(), words)


def refused() -> Refusal:
    refusal = Refusal("LB930", 401)
    refusal.headers.append(CHALLENGE)
    return refusal


def _user(conn: db.Connection, token: str) -> dict | None:
    with conn.transaction():
        return db.session_user(conn, token)


class Callers:
    """Open sessions by password, keys that were good, and how many requests each key has left."""

    def __init__(self):
        self._secret = secrets.token_bytes(32)
        self._sessions: dict[bytes, str] = {}
        self._known: dict[str, tuple[float, dict]] = {}
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def token(self, conn: db.Connection, given: Credentials, address: str) -> tuple[str, dict]:
        """The key, or a session of who knows the password, and whose it is; refuses what is wrong."""
        if given.key is None:
            return self._session(conn, given, address)
        until, user = self._known.get(given.key, (0, None))
        if until < time.monotonic():
            user = _user(conn, given.key)
            if user is None:
                raise refused()
            self._keep(self._known, given.key, (time.monotonic() + KNOWN_S, user))
        return given.key, user

    def _session(self, conn: db.Connection, given: Credentials, address: str) -> tuple[str, dict]:
        if not NAME.fullmatch(given.name) or KEY.fullmatch(given.name) or not 0 < len(given.password) <= LONGEST:
            raise refused()
        known = hmac.new(self._secret, f"{given.name}\0{given.password}".encode(), hashlib.sha256).digest()
        if (token := self._sessions.get(known)) and (user := _user(conn, token)):
            return token, user
        opened = password.login(conn, given.name, given.password, address)
        if opened is None:
            raise refused()
        self._keep(self._sessions, known, opened["token"])
        return opened["token"], _user(conn, opened["token"])

    def forget(self, token: str) -> None:
        """A key that is not good any more: its next request is not even read."""
        self._known.pop(token, None)

    def _keep(self, where: dict, key, value) -> None:
        with self._lock:
            while len(where) >= MOST:
                where.pop(next(iter(where)))
            where[key] = value

    def count(self, token: str, limit: int | None) -> None:
        """Takes one of the requests that a key may make; they come back steadily, `limit` a minute."""
        if limit is None:
            return
        now = time.monotonic()
        with self._lock:
            left, at = self._left.get(token, (float(limit), now))
            left = min(float(limit), left + (now - at) * limit / 60)
            if left >= 1:
                self._left[token] = left - 1, now
                return
            self._left[token] = left, now
        seconds = max(1, round((1 - left) * 60 / limit))
        refusal = Refusal("LB933", 429, limit=limit, seconds=seconds)
        refusal.headers.append(("Retry-After", f"{seconds}"))
        raise refusal
