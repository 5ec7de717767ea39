"""The SOAP part of `leissner bench`: requests to the real server from clients at once, calls that are submitted, and
what memory the server takes meanwhile. Client and server share the machine."""

import csv
import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from xml.sax.saxutils import escape

import click

from leissner.scripts import db
from leissner.scripts.errors import LeissnerError

CLIENTS, SMALL, MANY, BATCH = 8, 1_000, 20_000, 10_000
TARGET_PER_SECOND, TARGET_P99_MS, TARGET_CALLS = 300, 100, 3_000
ENVELOPE = ('<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
            '<s:Body><{0} xmlns="urn:leissner:billing:1">{1}</{0}></s:Body></s:Envelope>')


def measure(result: dict, files: Path, phase, share: float = 1) -> None:
    """Measures on the database in use; `files` has calls of the source plain. share: of the requests and calls, where
    the whole bench is smaller."""
    few, many, batch = (max(60, round(count * share)) for count in (SMALL, MANY, BATCH))
    with db.connect(as_deployer=True) as conn:
        numbers = [row["customer_no"] for row in conn.execute(
            "select customer_no from billing.customer order by customer_id limit 1000").fetchall()]
        list_code = conn.execute("select code from billing.price_list"
                                 " where parent_id is null and level = 'retail' limit 1").fetchone()["code"]
    with open(files / "plain.csv", encoding="utf-8", newline="") as lines:
        rows = list(islice(csv.DictReader(lines), batch))
    key = _key()
    found: dict = {"requests": []}
    with _server() as (process, port):
        asked = _Load(port, key)
        small = [("getCustomer", f"<customer_no>{number}</customer_no>") for number in numbers]
        asked.run(small[:64])  # the first request asks the database for the shapes of all operations
        for name, bodies in (
            ("one customer", small),
            ("ten customers found", [("findCustomers", f"<after>{one}</after><limit>10</limit>") for one in numbers]),
            ("a customer saved", [("saveCustomer", f"<customer_no>{one}</customer_no><name>Saved {n}</name>")
                                  for n, one in enumerate(numbers)]),
            ("a call submitted", [_calls([row], "single") for row in rows[:few]]),
        ):
            click.echo(f"{few} × {name} …", err=True)
            found["requests"].append({"name": name} | asked.run(_repeated(bodies, few)))
        for turn in ("first", "second"):
            body = _calls(rows, turn)
            phase(result, f"{batch} calls submitted, {turn} request", lambda body=body: asked.run([body], 1), batch)
        phase(result, f"{batch} calls submitted, SQL alone", lambda: _submit(rows), batch)
        asking = "".join(f"<numbers>{row['b_number']}</numbers>" for row in rows)
        phase(result, f"{batch} numbers quoted", lambda: asked.run(
            [("quoteDestinations", f"{asking}<price_list>{list_code}</price_list>")], 1), batch)
        before = _memory(process)
        click.echo(f"{many} requests …", err=True)
        found["requests"].append({"name": f"{many} requests"} | asked.run(_repeated(small, many)))
        found["memory_mb"] = {"before": before, "after": _memory(process)}
    result["soap"] = found


def show(found: dict) -> None:
    """Requests a second and what they took."""
    click.echo(f"\n{f'SOAP, {CLIENTS} clients at once':<40}{'a second':>12}{'p50 ms':>9}{'p99 ms':>9}")
    for row in found["requests"]:
        click.echo(f"{row['name']:<40}{row['per_second']:>12,}{row['p50_ms']:>9}{row['p99_ms']:>9}")
    memory = found["memory_mb"]
    click.echo(f"Targets: {TARGET_PER_SECOND} a second, p99 {TARGET_P99_MS} ms, {TARGET_CALLS:,} calls a second. "
               f"Memory of the server: {memory['before']} MB before the last, {memory['after']} MB after it.")


def _repeated(bodies: list, count: int) -> list:
    return (bodies * (count // len(bodies) + 1))[:count]


def _key() -> str:
    """An API key of level integration."""
    with db.connect() as conn, db.transaction(conn, "admin"):
        db.call(conn, "user_save", p_name="bench", p_levels=["integration"])
        return db.call_one(conn, "api_key_add", p_name="bench", p_title=f"bench {time.time():.0f}")


def _submit(rows: list[dict]) -> None:
    with db.connect() as conn, db.transaction(conn, "batch"):
        db.call(conn, "call_submit", p_source="plain", p_calls=[row | {"key": f"sql-{row['key']}"} for row in rows])


def _calls(rows: list[dict], turn: str) -> tuple[str, str]:
    """Calls of the file, as calls that nobody has seen."""
    return "submitCalls", "<source>plain</source>" + "".join(
        "<calls>" + "".join(f"<{name}>{escape(value)}</{name}>" for name, value in (
            ("key", f"{turn}-{row['key']}"), ("started_at", row["started_at"].replace(" ", "T")),
            ("units", row["units"]), ("a_number", row["a_number"]), ("b_number", row["b_number"])) if value)
        + "</calls>" for row in rows)


class _Load:
    """Requests from a number of clients at once, each over one connection."""

    def __init__(self, port: int, key: str):
        self.port, self.headers = port, {"Content-Type": "text/xml; charset=utf-8", "X-API-Key": key}

    def run(self, bodies: list[tuple[str, str]], clients: int = CLIENTS) -> dict:
        seconds: list[float] = []
        faults: list[str] = []

        def client(own: list) -> None:
            conn = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
            for operation, body in own:
                began = time.perf_counter()
                conn.request("POST", "/soap/", ENVELOPE.format(operation, body).encode(), self.headers)
                answer = conn.getresponse()
                text = answer.read()
                seconds.append(time.perf_counter() - began)
                if answer.status != 200:
                    faults.append(text.decode()[-400:])
            conn.close()

        threads = [threading.Thread(target=client, args=(bodies[n::clients],)) for n in range(clients)]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - began
        if faults or len(seconds) != len(bodies):
            raise LeissnerError(f"{len(faults)} of {len(bodies)} requests failed: {''.join(faults[:1])}")
        seconds.sort()
        return {"per_second": round(len(bodies) / took), "p50_ms": round(seconds[len(seconds) // 2] * 1000),
                "p99_ms": round(seconds[int(len(seconds) * 0.99)] * 1000)}


@contextmanager
def _server():
    """`leissner serve` as a process of its own, on a port that is free."""
    program = "import sys; from leissner.scripts import cli; sys.exit(cli.run(['serve', '--port', '0']))"
    process = subprocess.Popen([sys.executable, "-u", "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        port = int(re.search(r":(\d+)/", process.stdout.readline())[1])
        yield process, port
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
        process.stdout.close()


def _memory(process: subprocess.Popen) -> int:
    """Resident memory in MB."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
