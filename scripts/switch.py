"""Orders to the switch: as a file that appears whole, or one by one by HTTP POST, signed.

A file is JSON: {"file": 7, "orders": [{id, key, action, scope, customer_no, contract_no, line_no, numbers, exempt,
ordered_at}]}; written again it has the same bytes. A POST has one order as its body, and the headers
X-Leissner-Timestamp (seconds since 1970) and X-Leissner-Signature: sha256= and the hexadecimal HMAC-SHA256 of the
timestamp, a full stop and the body. Its key comes from LEISSNER_SWITCH_SECRET, or from the file that
LEISSNER_SWITCH_SECRET_FILE names and nobody else may read. An answer 2xx takes the order; with {"state": "confirmed"}
or {"state": "failed", "reason": …} it closes it, too. 4xx: the order failed. Anything else: it is tried again.
"""

import datetime as dt
import hashlib
import hmac
import http.client
import json
import os
import ssl
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from leissner.scripts import db
from leissner.scripts.delivery import publish
from leissner.scripts.errors import LeissnerError

LEVEL = "credit"
TIMEOUT_S = 20
FIELDS = "id key action scope customer_no contract_no line_no numbers exempt ordered_at".split()


def write(conn: db.Connection, folder: Path, batch: int | None) -> dict | None:
    """Writes the orders that have not left to a file, or file `batch` again: {file, orders}; None: no order waits.

    Killed before the file is there, or before that is noted, the next one writes the same file again.
    """
    with db.transaction(conn, LEVEL):
        number = db.call_one(conn, "credit_order_file", p_batch=batch)
        rows = [] if number is None else db.call(conn, "credit_order_list", p_batch=number)
    if number is None:
        return None
    path = folder / f"orders-{number:06}.json"
    folder.mkdir(parents=True, exist_ok=True)
    publish(path, file_of(number, rows))
    with db.transaction(conn, LEVEL):
        db.call(conn, "credit_order_sent", p_orders=[row["id"] for row in rows], p_way="file")
    return {"file": f"{path}", "orders": len(rows)}


def file_of(number: int, rows: list[dict]) -> bytes:
    """The file of orders with that number."""
    return (_json({"file": number, "orders": [_order(row) for row in rows]}, indent=1) + "\n").encode()


def send(conn: db.Connection) -> dict[str, int] | None:
    """Posts the orders that have not left, in their order: {sent, confirmed, failed, waiting}; None: there are none.

    The switch knows by its key an order that comes again, because a connection broke before the answer."""
    with db.transaction(conn, LEVEL, read_only=True):
        url = db.call_one(conn, "setting_get", p_name="switch_url")
    if not url:
        raise LeissnerError("No switch is set.", "Import settings.csv with the row switch_url,https://…, or write a "
                                                 "file: leissner credit orders --to FOLDER")
    secret = _secret()
    with db.transaction(conn, LEVEL):
        is_ours = db.call_one(conn, "credit_order_begin")
    if not is_ours:
        raise LeissnerError("Orders are being sent by someone else right now.")
    try:
        with db.transaction(conn, LEVEL, read_only=True):
            rows = [row for row in db.call(conn, "credit_order_list") if row["state"] == "ordered"]
        return _send_all(conn, url, secret, rows) if rows else None
    finally:
        with suppress(psycopg.Error), db.transaction(conn, LEVEL):
            db.call(conn, "credit_order_end")


def _send_all(conn: db.Connection, url: str, secret: bytes, rows: list[dict]) -> dict[str, int]:
    counts = {"sent": 0, "confirmed": 0, "failed": 0, "waiting": 0}
    link = _connection(url)
    try:
        for row in rows:
            try:
                status, answer = _post(link, url, secret, row)
            except (OSError, http.client.HTTPException) as error:
                _retry(conn, row, f"{error or type(error).__name__}")
                left = len(rows) - counts["sent"] - counts["failed"] - counts["waiting"]
                raise LeissnerError(f"The switch broke off at order {row['id']}: {error or type(error).__name__}",
                                    f"{left} orders wait; the same command goes on where it stopped.") from error
            if status // 100 == 2:
                with db.transaction(conn, LEVEL):
                    db.call(conn, "credit_order_sent", p_orders=[row["id"]], p_way="http")
                    if (state := answer.get("state")) in ("confirmed", "failed"):
                        db.call(conn, "credit_order_close", p_order=row["key"], p_is_done=state == "confirmed",
                                p_reason=_reason(answer))
                if state == "failed":
                    counts["failed"] += 1
                else:
                    counts["sent"] += 1
                    counts["confirmed"] += state == "confirmed"
            elif status // 100 == 4 and status not in (408, 429):
                _retry(conn, row, f"{status} {_reason(answer)}".strip(), is_final=True)
                counts["failed"] += 1
            else:
                _retry(conn, row, f"{status} {_reason(answer)}".strip())
                counts["waiting"] += 1
    finally:
        link.close()
    return counts


def _post(link: http.client.HTTPConnection, url: str, secret: bytes, row: dict) -> tuple[int, dict]:
    """Status and answer ({} where it is no JSON object); redirections are not followed: they count as no."""
    parts = urlsplit(url)
    body = _json(_order(row)).encode()
    stamp = f"{int(time.time())}"
    link.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, {
        "Content-Type": "application/json", "X-Leissner-Timestamp": stamp,
        "X-Leissner-Signature": signature(secret, stamp, body)})
    answer = link.getresponse()
    text = answer.read(65536)
    if answer.read(1):
        link.close()  # more than an answer to an order can be: the rest is not waited for
    with suppress(ValueError):
        if isinstance(found := json.loads(text), dict):
            return answer.status, found
    return answer.status, {}


def signature(secret: bytes, stamp: str, body: bytes) -> str:
    """What the header X-Leissner-Signature has."""
    return "sha256=" + hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _connection(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise LeissnerError("The setting switch_url is no address such as https://switch.example/orders.")
    if parts.scheme == "https":
        return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=TIMEOUT_S,
                                           context=ssl.create_default_context())
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=TIMEOUT_S)


def _secret() -> bytes:
    if given := os.environ.get("LEISSNER_SWITCH_SECRET"):
        return given.encode()
    if not (name := os.environ.get("LEISSNER_SWITCH_SECRET_FILE")):
        raise LeissnerError("The secret that signs orders is missing.",
                            "Put it into LEISSNER_SWITCH_SECRET, or name its file in LEISSNER_SWITCH_SECRET_FILE.")
    if Path(name).stat().st_mode & 0o077:
        raise LeissnerError(f"{name} can be read by others.", f"chmod 600 {name}")
    return Path(name).read_bytes().strip()


def _order(row: dict) -> dict:
    return {name: row[name] for name in FIELDS}


def _json(value: dict, **options) -> str:
    return json.dumps(value, ensure_ascii=False, default=lambda one: one.astimezone(dt.UTC).isoformat(), **options)


def _reason(answer: dict) -> str:
    return f"{answer.get('reason') or ''}"[:200]


def _retry(conn: db.Connection, row: dict, reason: str, is_final: bool = False) -> None:
    with db.transaction(conn, LEVEL):
        db.call(conn, "credit_order_retry", p_order=row["id"], p_reason=reason, p_is_final=is_final)
