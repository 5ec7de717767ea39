"""The intermediate level from an empty database: an outside CRM, played by a real HTTP server, owns the customers; it
is asked whose unknown numbers are, the calls are rated, and the invoice basis goes to an accounting system."""

import base64
import csv
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from leissner.scripts import db, lookup
from leissner.scripts.tests import servers
from leissner.scripts.tests.reference.compare import leissner as command

STARTER = Path(__file__).parents[1] / "starter"
TARIFF = ("currencies products modes vat_codes destinations prefixes price_lists prices services service_charges"
          " carriers").split()
COMMAND = "from leissner.scripts.cli import main; main()"
HOUR = "2026-11-0{day}T10:00:{second:02},60,{number},46812345,voice,trunk,{account}\n"


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


class Crm:
    """Answers by number or account: a dict as JSON, (status, bytes), or a function of the handler."""

    def __init__(self, certificate: Path | None = None):
        self.known, self.asked, self.together, self.most = {}, [], 0, 0
        crm = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802
                crm.together += 1
                crm.most = max(crm.most, crm.together)
                try:
                    self.answer()
                except OSError:  # it hung up
                    pass
                finally:
                    crm.together -= 1

            def answer(self):
                asked = {name: value[0] for name, value in parse_qs(urlsplit(self.path).query).items()}
                crm.asked.append(asked | {"authorization": self.headers["Authorization"]})
                found = crm.known.get(asked.get("number") or asked["account"], (404, b'{"error": "no such number"}'))
                if callable(found):
                    found = found(self)
                status, body = (200, json.dumps(found).encode()) if isinstance(found, dict) else found
                self.send_response(status)
                self.send_header("Content-Length", f"{len(body)}")
                self.send_header("Location", f"{crm.url}&number=46902000001")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http{'s' if certificate else ''}://127.0.0.1:{self.server.server_address[1]}/who?of=leissner"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def tariff(folder: Path) -> Path:
    """A folder with tariff and settings of the mode basis, and no customer."""
    made = folder / "tariff"
    made.mkdir()
    for name in TARIFF:
        shutil.copy(STARTER / f"{name}.csv", made)
    (made / "operator.csv").write_text("name,org_no,country,mode\nMellan AB,556000-0001,SE,basis\n")
    (made / "sources.csv").write_text("code,name,format,time_zone\nswitch,Switch,generic,Europe/Stockholm\n")
    (made / "settings.csv").write_text("name,value\noutside_service,TRUNK\nlookup_timeout_s,2\n")
    return made


@pytest.fixture(scope="module")
def loaded(bed, tmp_path_factory):
    """A database with that; the tests work on clones."""
    made = bed.create(bed.template.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", made.url(db.CLI_LOGIN))
        command("import", tariff(tmp_path_factory.mktemp("outside")))
    yield made
    bed.drop(made)


@pytest.fixture
def database(bed, loaded):
    made = bed.create(loaded.name)
    yield made
    bed.drop(made)


@pytest.fixture
def conn(database):
    with psycopg.connect(database.conninfo, autocommit=True) as made:
        yield made


@pytest.fixture
def crm(conn):
    made = Crm()
    conn.execute("update billing.setting set value = %s where name = 'lookup_url'", [made.url])
    yield made
    made.close()


def done(outcome):
    assert outcome.code == 0, outcome.err + outcome.out
    return outcome


def rows(conn, query: str) -> list[tuple]:
    return conn.execute(query).fetchall()


def calls(path: Path, *made: tuple) -> Path:
    """A file of calls: (day of November, number, account)."""
    path.write_text("started_at,units,a_number,b_number,mode,carrier,account\n" + "".join(
        HOUR.format(day=day, number=number, account=account, second=n) for n, (day, number, account) in
        enumerate(made)))
    return path


def states(conn) -> dict:
    return dict(rows(conn, "select number, state from billing.lookup"))


def test_from_an_empty_database_to_an_acknowledged_basis(leissner, conn, crm, tmp_path):
    crm.known = {
        "46902000001": {"customer_no": "K1", "name": "Kund Ett", "from_on": "2026-11-01",
                        "numbers": ["090-200 00 02"]},
        "46902000003": {"customer_no": 2, "name": "Kund Två", "contract_no": "A-2", "colour": "blue"},
        "sip-2": {"customer_no": "2", "contract_no": "A-2"},
    }
    file = calls(tmp_path / "day.csv", (2, "46902000001", ""), (2, "46902000002", ""), (3, "46902000003", ""),
                 (3, "46902000003", "sip-2"), (3, "46902000009", ""), (3, "", ""))
    found = json.loads(done(leissner("calls", "load", file, "--source", "switch", "--json")).out)
    assert found["total"]["suspended"] == 6
    # the second number came with the first one's answer, whichever was asked first
    assert found["lookup"] | {"asked": 0, "unknown": 0} == {
        "asked": 0, "known": 3, "unknown": 0, "refused": 0, "failed": 0, "rated": 4, "problem": None}
    assert rows(conn, "select number, own.valid::text, contract_no || '/' || line_no"
                      " from billing.subscriber_number as own"
                      " inner join billing.contract_line using (contract_line_id)"
                      " inner join billing.contract using (contract_id) order by number") == [
        ("46902000001", "[2026-11-01,)", "K1/1"), ("46902000002", "[2026-11-01,)", "K1/1"),
        ("46902000003", "[2026-11-03,)", "A-2/1"), ("sip-2", "[2026-11-03,)", "A-2/1")]
    asked = len(crm.asked)
    assert json.loads(done(leissner("calls", "lookup", "--json")).out)["asked"] == 0  # answers hold
    assert len(crm.asked) == asked

    # now the outside system knows it: waiting calls are found by themselves, without a question
    with db.connect() as own, db.transaction(own, "integration"):
        db.call(own, "outside_put", p_customer_no="K3", p_numbers=["+46902000009"], p_from_on="2026-11-01")
    assert json.loads(done(leissner("calls", "lookup", "--json")).out)["rated"] == 1
    assert rows(conn, "select reason, count(*) from billing.call_suspense group by 1") == [("no_subscriber", 1)]

    done(leissner("bill", "run", "--through", "2026-11-27"))
    done(leissner("bill", "approve", 1, "--date", "2026-11-28", "--yes"))
    with db.connect() as own, db.transaction(own, "integration"):
        run, = db.call(own, "basis_run_list")
        assert (run["run"], run["state"], run["documents"], run["answered"]) == (1, "approved", 3, 0)
        page = db.page(own, "basis_document_list", {"p_run": 1, "p_is_answered": False},
                       db.Page(key="basis_no", order="basis_no", limit=2))
        rest = db.page(own, "basis_document_list", {"p_run": 1},
                       db.Page(key="basis_no", order="basis_no", after=("B0002", "B0002")))
        assert [row["basis_no"] for row in page + rest] == ["B0001", "B0002", "B0003"]
        documents = [db.call(own, "basis_get", p_basis_no=row["basis_no"])[0] for row in page + rest]
        assert run["totals"] == [{"currency": "SEK", "documents": 3, "total": sum(row["total"] for row in documents)}]
        answer = [{"basis_no": row["basis_no"], "number": f"F{n}"} for n, row in enumerate(documents)]
        assert db.call_one(own, "basis_acknowledge", p_rows=answer[:2]) == 2
        assert db.call_one(own, "basis_acknowledge", p_rows=answer) == 1
        assert db.call_one(own, "basis_acknowledge", p_rows=answer) == 0
    for document in documents:
        assert sum(line["net"] for line in document["lines"]) == document["net_total"]
        assert [(tax["vat_code"], tax["base"], tax["tax"]) for tax in document["taxes"]] == [
            ("SE25", document["net_total"], document["tax_total"])]
    two, = (document for document in documents if document["payer"] == "2")
    assert [(line["quantity"], line["net"], line["contract_no"]) for line in two["lines"]
            if line["line_kind"] == "usage"] == [(2, Decimal("1.36"), "A-2")]  # 2 × (0.49 + 0.19)
    with db.connect() as own, pytest.raises(psycopg.Error) as caught, db.transaction(own, "finance"):
        db.call(own, "basis_acknowledge", p_rows=[{"basis_no": "B0001", "number": "F9"}])
    assert caught.value.sqlstate == "LB538"
    with db.connect() as own, db.transaction(own, "finance"):
        assert db.call(own, "basis_document_list", p_is_answered=False) == []
        assert db.call(own, "basis_run_list")[0]["answered"] == 3
    done(leissner("bill", "basis", 1, tmp_path / "basis.csv"))
    with open(tmp_path / "basis.csv", encoding="utf-8", newline="") as out:
        assert {row["number"] for row in csv.DictReader(out)} == {"F0", "F1", "F2"}
    done(leissner("check"))


def drip(handler):
    with suppress(OSError):
        handler.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: 9999\r\n\r\n")
        for _ in range(100):
            handler.wfile.write(b"{")
            time.sleep(0.1)
    raise OSError


def test_each_bad_answer_stops_nothing_and_is_asked_again(leissner, conn, crm, tmp_path):
    def slow(handler):
        time.sleep(3)
        return {"customer_no": "SLOW"}

    bad = {
        "46902000010": slow, "46902000011": drip, "46902000012": (200, b'{"customer_no": "K'),
        "46902000014": (500, b"{}"), "46902000016": (301, b"{}"),
        "46902000018": (200, b'{"customer_no": "K1", "name": "' + b"x" * 2_000_000 + b'"}'),
        "46902000020": (404, b"<html>"), "46902000022": {"name": "nobody"}, "46902000024": (200, b"[" * 60_000),
        "46902000026": {"customer_no": "K1", "from_on": "yesterday"}, "46902000028": {"customer_no": "K\u0000"},
        "46902000030": (401, b"{}"), "46902000032": {"customer_no": "K1", "numbers": "46902000001"},
        "46902000034": {"customer_no": True}, "46902000036": (200, b'{"customer_no": "\\ud800"}'),
    }
    good = {f"469020000{n}": {"customer_no": "K1", "from_on": "2026-11-01"} for n in range(11, 40, 2) if n > 12}
    refused = {
        "46902000040": {"customer_no": "K9", "numbers": ["46902000013"], "from_on": "2026-11-01"},
        "46902000042": {"customer_no": "K1", "contract_no": "K1", "service": "NONE"},
        "46902000044": {"customer_no": "K1", "kind": "martian"},
    }
    unknown = {"46902000050": (404, b"{}"), "46902000052": {"known": False}, "46902000054": (204, b"")}
    crm.known = bad | good | refused | unknown
    file = calls(tmp_path / "day.csv", *((2, number, "") for number in crm.known))
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch:
        patch.setattr(lookup, "SILENT", 99)
        began = time.monotonic()
        done(leissner("calls", "load", file, "--source", "switch"))
        assert time.monotonic() - began < 10
    found = states(conn)
    assert {number: found[number] for number in bad} == dict.fromkeys(bad, "failed")
    assert {found[number] for number in good} == {"known"} and {found[number] for number in refused} == {"refused"}
    assert {found[number] for number in unknown} == {"unknown"}
    assert 1 < crm.most <= lookup.AT_ONCE
    assert rows(conn, "select customer_no from billing.customer") == [("K1",)]
    assert rows(conn, "select count(*) from billing.call") == [(len(good),)]
    why = dict(rows(conn, "select number, reason from billing.lookup where reason is not null"))
    assert why["46902000011"] == why["46902000010"] == "no whole answer within 2 s"
    assert "belongs to K1/1 of customer K1" in why["46902000040"] and "“NONE”" in why["46902000042"]
    assert why["46902000016"] == "301" and why["46902000020"] == "404 and no JSON object"
    listed = leissner("calls", "lookup", "--list")
    assert all(number in listed.out for number in crm.known)

    # a failure is asked about again in a minute, then two; an answer holds for a day
    assert rows(conn, "select state, min(round(extract(epoch from next_at - asked_at) / 60)),"
                      " max(round(extract(epoch from next_at - asked_at) / 60)) from billing.lookup group by 1"
                      " order by 1") == [("failed", 1, 1), ("known", 1440, 1440), ("refused", 1440, 1440),
                                         ("unknown", 1440, 1440)]
    assert json.loads(leissner("calls", "lookup", "--json").out)["asked"] == 0
    conn.execute("update billing.lookup set next_at = now() where number = '46902000014'")
    assert leissner("calls", "lookup").code == 1
    assert rows(conn, "select failures, round(extract(epoch from next_at - asked_at) / 60) from billing.lookup"
                      " where number = '46902000014'") == [(2, 2)]
    # mended there, and asked about by hand
    crm.known |= dict.fromkeys([*bad, *refused, *unknown], {"customer_no": "K1", "from_on": "2026-11-01"})
    assert json.loads(done(leissner("calls", "lookup", "--again", "--json")).out)["rated"] == len(bad | refused |
                                                                                              unknown)
    done(leissner("check"))


def test_a_service_that_is_away_is_not_asked_for_each_number(leissner, conn, crm, tmp_path):
    numbers = [f"469021{n:05}" for n in range(60)]
    crm.known = dict.fromkeys(numbers, (503, b""))
    file = calls(tmp_path / "day.csv", *((2, number, "") for number in numbers))
    outcome = leissner("calls", "load", file, "--source", "switch")
    assert outcome.code == 0 and "numbers looked up" in outcome.out
    assert lookup.SILENT <= len(crm.asked) <= lookup.AT_ONCE + lookup.SILENT
    # the others may be taken at once
    asked = len(crm.asked)
    outcome = leissner("calls", "lookup")
    assert outcome.code == 1 and "The service fails (503" in outcome.err and len(crm.asked) > asked
    assert all(one["number"] not in {two["number"] for two in crm.asked[:asked]} for one in crm.asked[asked:])
    crm.close()
    assert "refused" in leissner("calls", "lookup").err
    # without a service nothing is asked, and loading goes on
    conn.execute("update billing.setting set value = null where name = 'lookup_url'")
    assert leissner("calls", "lookup").code == 1
    done(leissner("calls", "load", file, "--source", "switch"))


def test_a_number_may_change_hands_between_the_calls(leissner, conn, crm, tmp_path):
    crm.known["46902000001"] = lambda handler: (
        {"customer_no": "OLD", "from_on": "2026-10-01", "to_on": "2026-11-04"} if "day=2026-11-02" in handler.path
        else {"customer_no": "NEW", "from_on": "2026-11-05"})
    file = calls(tmp_path / "days.csv", *((day, "46902000001", "") for day in (2, 3, 4, 5, 6)))
    done(leissner("calls", "load", file, "--source", "switch"))
    assert rows(conn, "select customer_no, count(*) from billing.call inner join billing.customer using (customer_id)"
                      " group by 1 order by 1") == [("NEW", 2), ("OLD", 2)]
    # on the day between nobody has it, whatever was said
    assert [row["day"] for row in crm.asked] == ["2026-11-02", "2026-11-04"]
    assert rows(conn, "select start_on::text from billing.call_suspense") == [("2026-11-04",)]


def test_whoever_is_killed_leaves_its_numbers_to_the_next(leissner, conn, crm, tmp_path):
    waits = threading.Event()

    def held(handler):
        waits.wait(20)
        return {"customer_no": "K2", "from_on": "2026-11-01"}

    crm.known = {"46902000001": {"customer_no": "K1", "from_on": "2026-11-01"}, "46902000002": held}
    url = conn.execute("update billing.setting set value = null where name = 'lookup_url' returning old.value"
                       ).fetchone()[0]
    file = calls(tmp_path / "day.csv", (2, "46902000001", ""), (2, "46902000002", ""))
    done(leissner("calls", "load", file, "--source", "switch"))
    conn.execute("update billing.setting set value = %s where name = 'lookup_url'", [url])
    conn.execute("update billing.setting set value = '60' where name = 'lookup_timeout_s'")
    child = subprocess.Popen([sys.executable, "-c", COMMAND, "calls", "lookup"], env=os.environ)
    try:
        until = time.monotonic() + 20
        while states(conn) != {"46902000001": "known", "46902000002": "asking"}:
            assert time.monotonic() < until and child.poll() is None
            time.sleep(0.05)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
        waits.set()
    # its own for ten minutes; what was known is rated at once
    found = json.loads(done(leissner("calls", "lookup", "--json")).out)
    assert (found["asked"], found["rated"]) == (0, 1)
    conn.execute("update billing.lookup set next_at = now() where state = 'asking'")
    found = json.loads(done(leissner("calls", "lookup", "--json")).out)
    assert (found["asked"], found["known"], found["rated"]) == (1, 1, 1)
    assert rows(conn, "select count(*) from billing.customer") == [(2,)]
    done(leissner("check"))


def test_two_at_once_ask_about_each_number_once(leissner, conn, crm, tmp_path):
    numbers = [f"469021{n:05}" for n in range(300)]
    crm.known = dict.fromkeys(numbers, {"customer_no": "K1", "from_on": "2026-11-01"})
    file = calls(tmp_path / "day.csv", *((2, number, "") for number in numbers[:50]))
    url = conn.execute("update billing.setting set value = null where name = 'lookup_url' returning old.value"
                       ).fetchone()[0]
    done(leissner("calls", "load", file, "--source", "switch"))
    conn.execute("update billing.setting set value = %s where name = 'lookup_url'", [url])
    children = [subprocess.Popen([sys.executable, "-c", COMMAND, "calls", "lookup"], env=os.environ)
                for _ in range(2)]
    assert [child.wait(60) for child in children] == [0, 0]
    assert sorted(one["number"] for one in crm.asked) == numbers[:50]
    assert rows(conn, "select count(*) from billing.call") == [(50,)]
    done(leissner("check"))


def test_many_who_name_one_customer_at_once_make_it_once_and_a_number_goes_to_one(leissner, conn):
    def put(customer: str, number: str) -> str | None:
        with db.connect() as own:
            try:
                with db.transaction(own, "integration"):
                    db.call(own, "outside_put", p_customer_no=customer, p_numbers=[number], p_from_on="2026-11-01")
            except psycopg.Error as error:
                return error.sqlstate

    with ThreadPoolExecutor(8) as pool:
        same = list(pool.map(lambda n: put("K1", f"+4690200000{n % 5}"), range(24)))
        fought = list(pool.map(lambda n: put(f"F{n}", "+46902009999"), range(8)))
    assert set(same) == {None}
    assert rows(conn, "select count(distinct customer_no), count(distinct contract_line_id), count(*)"
                      " from billing.subscriber_number inner join billing.contract_line using (contract_line_id)"
                      " inner join billing.contract using (contract_id) inner join billing.customer"
                      " using (customer_id) where customer_no = 'K1'") == [(1, 1, 5)]
    assert sorted(fought, key=str) == ["LB803"] * 7 + [None]
    assert rows(conn, "select count(*) from billing.customer where customer_no like 'F%'") == [(1,)]


def test_the_secret_is_kept_elsewhere_and_sent(leissner, conn, crm, tmp_path, monkeypatch):
    crm.known["46902000001"] = {"known": False}
    file = calls(tmp_path / "day.csv", (2, "46902000001", ""))
    conn.execute("update billing.setting set value = 'LOOKUP_SECRET' where name = 'lookup_secret'")
    outcome = leissner("calls", "load", file, "--source", "switch")
    assert outcome.code == 0 and "No numbers were looked up: There is no secret LOOKUP_SECRET" in outcome.err
    for secret, sent in (("leissner:pässword", "Basic " + base64.b64encode("leissner:pässword".encode()).decode()),
                         ("t0ken", "Bearer t0ken")):
        monkeypatch.setenv("LOOKUP_SECRET", secret)
        done(leissner("calls", "lookup", "--again"))
        assert crm.asked.pop()["authorization"] == sent
    assert secret not in done(leissner("calls", "lookup", "--list")).out


def test_over_tls_the_certificate_is_checked_and_what_drips_is_cut(leissner, conn, tmp_path, monkeypatch):
    certificate = servers.certificate(tmp_path / "crm.pem")
    crm = Crm(certificate)
    crm.known = {"46902000001": {"customer_no": "K1"}, "46902000002": drip}
    conn.execute("update billing.setting set value = %s where name = 'lookup_url'", [crm.url])
    done(leissner("calls", "load", calls(tmp_path / "day.csv", *((2, number, "") for number in crm.known)),
                  "--source", "switch"))
    assert not crm.asked and "CERTIFICATE_VERIFY_FAILED" in leissner("calls", "lookup", "--list").out
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}")
    began = time.monotonic()
    assert leissner("calls", "lookup", "--again").code == 1
    assert time.monotonic() - began < 8  # it would drip for ten seconds
    assert states(conn) == {"46902000001": "known", "46902000002": "failed"}
    crm.close()


def test_the_clock_looks_up(leissner, conn, crm, tmp_path):
    (tmp_path / "jobs.csv").write_text("code,schedule,what\nwho,*/5 * * * *,calls lookup\n")
    done(leissner("import", tmp_path / "jobs.csv"))
    assert "calls lookup" in done(leissner("job", "run", "who")).out
