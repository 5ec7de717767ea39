"""Who asks: an API key (header or password of Basic), a user's name and password (Basic or UsernameToken).

A key is looked up by its hash with each request. A password costs a tenth of a second to check, so its session is
kept: the database is still asked with each request whether that is open.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import threading
import time
from dataclasses import dataclass

from leissner.scripts import db, password
from leissner.soap.faults import Refusal

SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
KEY = re.compile("[0-9a-f]{64}")
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
    except (binascii.Error, UnicodeDecodeError):
        raise refused() from None
    return _credentials(name, words)


def of_header(header) -> Credentials | None:
    """Credentials of WS-Security: a UsernameToken with its password as text."""
    token = None if header is None else header.find(f"{{{SECURITY}}}Security/{{{SECURITY}}}UsernameToken")
    if token is None:
        return None
    words = token.find(f"{{{SECURITY}}}Password")
    if words is None or words.get("Type", "#PasswordText").rpartition("#")[2] != "PasswordText":
        raise refused()
    return _credentials(token.findtext(f"{{{SECURITY}}}Username", ""), words.text or "")


def _credentials(name: str, words: str) -> Credentials:
    return Credentials(key=words) if KEY.fullmatch(words) else Credentials(None, name.strip(), words)


def refused() -> Refusal:
    refusal = Refusal("LB930", 401)
    refusal.headers.append(CHALLENGE)
    return refusal


class Callers:
    """Open sessions by password, keys that were good, and how many requests each key has left."""

    def __init__(self):
        self._secret = secrets.token_bytes(32)
        self._sessions: dict[bytes, str] = {}
        self._known: dict[str, float] = {}
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def token(self, conn: db.Connection, given: Credentials, address: str) -> str:
        """The key, or a session of who knows the password; refuses what is wrong."""
        if given.key is None:
            return self._session(conn, given, address)
        if self._known.get(given.key, 0) < time.monotonic():
            with conn.transaction():
                if db.session_user(conn, given.key) is None:
                    raise refused()
            self._keep(self._known, given.key, time.monotonic() + KNOWN_S)
        return given.key

    def _session(self, conn: db.Connection, given: Credentials, address: str) -> str:
        if not given.name or not given.password:
            raise refused()
        known = hmac.new(self._secret, f"{given.name}\0{given.password}".encode(), hashlib.sha256).digest()
        if token := self._sessions.get(known):
            with conn.transaction():
                if db.session_user(conn, token) is not None:
                    return token
        opened = password.login(conn, given.name, given.password, address)
        if opened is None:
            raise refused()
        self._keep(self._sessions, known, opened["token"])
        return opened["token"]

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
