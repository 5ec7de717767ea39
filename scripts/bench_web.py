"""The web part of `leissner bench`, and the walk that tests use: every page that links lead to, as each level.

What is measured is the server's time of a page, without a network: from the request to the last byte of the answer.
"""

import re
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin, urlsplit

import click

from leissner.scripts import db, password

LEVELS = ("admin", "pricing", "sales", "support", "finance", "credit", "report", "auditor")
WORDS = "walks through every page"
LINK = re.compile(r'(?:href|hx-get)="([^"#][^"]*)"')
APART = re.compile(r"^/(?:logout|assets/)|export=|\.pdf$|\.xml$|[?&]after=")  # files, and the same page further on
PER_SHAPE = 4  # pages of one kind, /customers/1000 and /customers/1001, that are walked
TARGET_P95_MS, TARGET_P99_MS = 150, 400


@dataclass
class Seen:
    """A page that was walked: its address, what answered, milliseconds, bytes as they are sent."""

    level: str
    address: str
    status: int
    ms: float
    size: int
    text: str


def shape(address: str) -> str:
    """What pages of one kind have in common: numbers and codes of the path left out, and values of arguments."""
    parts = urlsplit(address)
    path = re.sub(r"/(?=[^/]*\d)[^/]+", "/*", parts.path)
    return path + "?" + "&".join(sorted(one.partition("=")[0] for one in parts.query.split("&") if one))


def walk(client, level: str, most: int = 400, per_shape: int = PER_SHAPE,
         kind_of: Callable[[str], str] = shape) -> Iterator[Seen]:
    """Follows links from the start page, each page once, few of each kind."""
    waiting, known, shapes = ["/"], {"/"}, {}
    while waiting and most:
        address = waiting.pop(0)
        most -= 1
        began = time.perf_counter()
        answer = client.get(address, headers={"Accept-Encoding": "gzip"})
        data = answer.get_data()
        ms = (time.perf_counter() - began) * 1000
        if answer.headers.get("Content-Encoding") == "gzip":
            import gzip

            text = gzip.decompress(data).decode()
        else:
            text = data.decode("utf-8", "replace") if answer.mimetype == "text/html" else ""
        yield Seen(level, address, answer.status_code, ms, len(data), text)
        for link in LINK.findall(text) if answer.status_code == 200 else ():
            target = urljoin(address, unescape(link))
            if target.startswith("/") and target not in known and not APART.search(target):
                known.add(target)
                kind = kind_of(target)
                shapes[kind] = shapes.get(kind, 0) + 1
                if shapes[kind] <= per_shape:
                    waiting.append(target)


def enter(app, conn: db.Connection, level: str):
    """A client that is logged in as a user of that level, made for the walk."""
    with db.transaction(conn, "admin"):
        db.call(conn, "user_save", p_name=f"walker-{level}", p_levels=[level], p_language="en")
        db.call(conn, "password_set", p_name=f"walker-{level}", **password.new(WORDS))
    client = app.test_client()
    answer = client.post("/login", data={"name": f"walker-{level}", "password": WORDS})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return client


def measure(result: dict, conn: db.Connection) -> None:
    """Walks all pages as each level, twice; times are of the second time."""
    from leissner.webui import create_app

    app = create_app()
    app.config["WTF_CSRF_ENABLED"] = False
    seen: list[Seen] = []
    for level in LEVELS:
        client = enter(app, conn, level)
        for _ in walk(client, level):
            pass
        seen += walk(client, level)
    times = sorted(one.ms for one in seen)
    cuts = statistics.quantiles(times, n=100)
    result["web"] = {
        "pages": len(seen), "p50_ms": round(cuts[49]), "p95_ms": round(cuts[94]), "p99_ms": round(cuts[98]),
        "largest_kb": round(max(one.size for one in seen) / 1000),
        "slowest": [f"{one.ms:.0f} ms  {one.level:<9}{one.address}"
                    for one in sorted(seen, key=lambda one: -one.ms)[:10]],
        "target_p95_ms": TARGET_P95_MS, "target_p99_ms": TARGET_P99_MS,
    }
    app.extensions["pool"].close()


def show(web: dict) -> None:
    """Times and the slowest pages."""
    click.echo(f"{web['pages']} pages as {len(LEVELS)} levels: {web['p50_ms']} ms, p95 {web['p95_ms']} ms (target "
               f"{web['target_p95_ms']} ms), p99 {web['p99_ms']} ms (target {web['target_p99_ms']} ms); the largest "
               f"{web['largest_kb']} kB as sent")
    for line in web["slowest"]:
        click.echo("  " + line)
