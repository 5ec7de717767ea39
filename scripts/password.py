"""Passwords: Python makes the argon2id hash, the database compares its SHA-256 (db/functions/10_access.sql).

So neither a password nor anything that could be tried out on another machine is ever read from the database.
"""

import os
import re
import secrets
import unicodedata
from typing import Any

import argon2.low_level

from leissner.scripts import db
from leissner.scripts.errors import LeissnerError

SHORTEST = 12
COST = "argon2id m=65536 t=3 p=4"  # RFC 9106, second recommended option


def digest(password: str, salt: bytes, cost: str) -> bytes:
    """The argon2id hash of a password; `cost` as the database keeps it."""
    memory, rounds, lanes = (int(number) for number in re.fullmatch(r"argon2id m=(\d+) t=(\d+) p=(\d+)", cost).groups())
    return argon2.low_level.hash_secret_raw(
        unicodedata.normalize("NFC", password).encode(),
        salt,
        time_cost=rounds,
        memory_cost=memory,
        parallelism=lanes,
        hash_len=32,
        type=argon2.low_level.Type.ID,
    )


def new(password: str) -> dict[str, Any]:
    """What api.password_set needs for a new password."""
    if len(password) < SHORTEST:
        raise LeissnerError(f"A password needs {SHORTEST} characters or more.")
    salt = os.urandom(16)
    return {"p_salt": salt, "p_cost": COST, "p_digest": digest(password, salt, COST)}


def generate() -> str:
    """A random password that can be read out: 100 bits in five groups, without letters that look alike."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(5))


def login(
    conn: db.Connection, name: str, password: str, client: str, level: str | None = None
) -> dict[str, Any] | None:
    """Opens a session: {token, level, expires_at}, or None when name or password is wrong. The connection is in
    autocommit, because the attempt must count before the password is looked at."""
    attempt = db.call(conn, "login_begin", p_name=name, p_client=client)[0]
    sessions = db.call(
        conn,
        "login_end",
        p_name=name,
        p_digest=digest(password, attempt["salt"], attempt["cost"]),
        p_client=client,
        p_level=level,
    )
    return sessions[0] if sessions else None
