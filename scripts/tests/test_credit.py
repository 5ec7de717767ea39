"""Credit control through the real commands: exposure, warnings, blocks, orders to a real HTTP server, messages."""

import datetime as dt
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg
import pytest

from leissner.scripts import switch
from leissner.scripts.tests.test_bill import conn, database, done, loaded, rows  # noqa: F401
from leissner.scripts.tests.test_invoice_email import inbox  # noqa: F401

SECRET = "s3cret"
ROUNDS = 500 if os.environ.get("LEISSNER_LONG") else 50


def owes(conn, customer: str, amount, days: int, document: str = "A1") -> None:  # noqa: F811
    """An item of a customer, so many days overdue."""
    conn.execute(
        "insert into billing.opening_item (document_no, customer_id, item_on, due_on, amount, open, currency)"
        " select %s, customer_id, logic.today() - %s::int - 30, logic.today() - %s::int, %s, %s, 'SEK'"
        " from billing.customer where customer_no = %s", (document, days, days, amount, amount, customer))


def pays(conn, document: str = "A1", amount=None) -> None:  # noqa: F811
    conn.execute("select api.item_write_off(%s, 'paid', p_amount => %s)", (document, amount))


def checked(leissner, *options) -> dict:
    found = json.loads(done(leissner("credit", "check", "--json", *options)).out)
    return {step["customer_no"]: step["step"] for step in found["steps"]}


def orders(leissner, *options) -> list[dict]:
    return json.loads(done(leissner("credit", "orders", "--json", *options)).out)


@pytest.fixture
def late(leissner, conn):  # noqa: F811
    """The command; 1000, that pays for two lines of 1001, is 45 days late and blocked without days of notice."""
    conn.execute("update billing.credit_policy set notice_days = 0; update billing.customer set credit_limit = null")
    owes(conn, "1000", 300, 45)
    return leissner


class Switch:
    """Takes orders, or answers what it was told to; an answer of None hangs up."""

    def __init__(self):
        self.orders, self.answers = [], []
        switch_ = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"]))
                stamp = self.headers["X-Leissner-Timestamp"]
                genuine = self.headers["X-Leissner-Signature"] == switch.signature(SECRET.encode(), stamp, body)
                status, answer = switch_.answers.pop(0) if switch_.answers else (204, b"")
                if status:
                    switch_.orders.append(json.loads(body) | {"is_genuine": genuine})
                    self.send_response(status)
                    self.send_header("Content-Length", f"{len(answer)}")
                    self.send_header("Location", "/elsewhere")
                    self.end_headers()
                    self.wfile.write(answer)
                else:
                    self.close_connection = True

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/orders?from=leissner"


@pytest.fixture
def pbx(conn, monkeypatch):  # noqa: F811
    made = Switch()
    conn.execute("update billing.setting set value = %s where name = 'switch_url'", [made.url])
    monkeypatch.setenv("LEISSNER_SWITCH_SECRET", SECRET)
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_exposure_is_what_a_run_would_bill_then_its_drafts_then_what_is_open(leissner, conn):  # noqa: F811
    conn.execute("update billing.setting set value = '0' where name = 'minimum_invoice'")
    exposure = ("select customer_no, exposure, usage + fees, drafts, balance from api.credit_exposure()"
                " where exposure <> 0 order by customer_no")
    before = rows(conn, exposure)
    assert before and all(row[1] == row[2] for row in before)
    day, further = rows(conn, "select logic.today()::text, (logic.today() + 62)::text")[0]
    # drafts of a run that goes further bill ahead: nobody owes that yet
    done(leissner("bill", "run", "--through", further))
    ahead = {row[0]: row for row in rows(conn, exposure)}
    assert ahead.keys() == {row[0] for row in before}
    assert all(abs(ahead[row[0]][1] - row[1]) < Decimal("0.5") and ahead[row[0]][2] == 0 for row in before), (
        before, ahead)
    done(leissner("bill", "discard", 1, "--yes"))
    done(leissner("bill", "run", "--through", day))
    billed = dict(rows(conn, "select customer_no, sum(total * home_rate) from billing.invoice"
                             " inner join billing.customer on customer_id = payer_id group by customer_no"))
    assert {row[0]: row[1] for row in before}.keys() == billed.keys()
    # rounded line by line when billed, 4000 in euro
    assert all(abs(row[1] - billed[row[0]]) < (Decimal("0.5") if row[0] == "4000" else Decimal("0.05"))
               for row in before), (before, billed)
    drafted = rows(conn, exposure)
    assert [(row[0], row[2]) for row in drafted] == [(row[0], 0) for row in before]
    assert all(row[3] == round(billed[row[0]], 2) for row in drafted)
    done(leissner("bill", "approve", 2, "--yes"))
    issued = rows(conn, exposure)
    assert [(row[0], row[2], row[3]) for row in issued] == [(row[0], 0, 0) for row in before]
    assert all(abs(row[4] - billed[row[0]]) < Decimal("0.05") for row in issued)
    # of a month that is billed and gets a call again, only that call
    conn.execute("select logic.usage_open(array[date '2026-10-01'])")
    assert rows(conn, exposure) == issued


def test_a_dry_run_says_what_would_be_done_and_does_nothing(late, conn):  # noqa: F811
    assert checked(late, "--dry-run") == {"1000": "blocked"}
    assert rows(conn, "select count(*) from billing.credit_event") == [(0,)]
    assert checked(late) == {"1000": "blocked"}
    assert checked(late, "--dry-run") == checked(late) == {}


def test_customers_are_told_once_and_who_was_not_is_seen(late, conn, inbox):  # noqa: F811
    owes(conn, "4000", 300, 45, "A2")
    owes(conn, "3001", 300, 15, "A3")
    inbox.refuse = ("olle@example.net",)
    outcome = done(late("credit", "check"))
    assert "2 blocked, 1 warned" in outcome.out and "1 sent, 1 refused" in outcome.out
    told, = inbox.messages
    assert told["To"] == "rechnung@berlin.example"
    assert told["Subject"] == "Dina tjänster är spärrade: kundnummer 4000"
    assert "300.00 SEK är förfallet" in told.get_content() and "Nödnummer är öppna" in told.get_content()
    listed = done(late("credit", "list")).out
    assert "Not told: 1000 Björk koncern" in listed and "no e-mail address" in listed and "no such user" in listed
    done(late("credit", "check"))
    assert len(inbox.messages) == 1
    inbox.refuse = ()
    done(late("credit", "messages", "--retry"))
    assert [one["To"] for one in inbox.messages] == ["rechnung@berlin.example", "olle@example.net"]
    pays(conn, "A2")
    done(late("credit", "messages"))
    assert inbox.messages[-1]["Subject"] == "Dina tjänster är öppna igen: kundnummer 4000"


def test_only_the_lines_of_overdue_invoices_are_blocked_and_paid_ones_open(late, conn):  # noqa: F811
    pays(conn)
    conn.execute("update billing.contract_line set billed_through = '2026-06-30' where billed_through = '2026-12-31'")
    done(late("bill", "run", "--through", "2026-09-27", "--customers", "1000"))
    day = rows(conn, "select (logic.today() - 51)::text")[0][0]
    done(late("bill", "approve", 1, "--date", day, "--yes"))
    (number,), = rows(conn, "select invoice_no from billing.invoice")
    assert checked(late)["1000"] == "warned"
    conn.execute("update billing.credit_policy set block_days = 20")
    assert checked(late)["1000"] == "blocked"
    assert rows(conn, "select contract_no, line_no from api.credit_block_list()") == [("C1", 1)]
    conn.execute("update billing.credit_policy set lines = 'all'")
    assert checked(late) == {}
    assert rows(conn, "select contract_no, line_no from api.credit_block_list()") == [("C1", 1), ("C1", 2)]
    conn.execute("select api.item_dispute(%s, 'no')", [number])
    assert rows(conn, "select count(*) from api.credit_block_list()") == [(0,)]
    assert {one["action"] for one in orders(late)} == {"unblock"}


def test_orders_are_posted_signed_and_tried_again_until_the_switch_has_them(late, conn, pbx):  # noqa: F811
    checked(late)
    waiting = orders(late)
    assert len(waiting) == 2 and all("112" in one["exempt"] for one in waiting)
    pbx.answers = [(500, b""), (302, b"")]
    assert late("credit", "orders", "--send").code == 1
    pbx.answers = [(200, b'{"state": "confirmed"}'), (None, b"")]
    broken = late("credit", "orders", "--send")
    assert broken.code == 1 and "broke off at order" in broken.err and "goes on where it stopped" in broken.err
    assert [one["state"] for one in orders(late, "--all")] == ["confirmed", "ordered"]
    assert "1 sent" in done(late("credit", "orders", "--send")).out
    assert len(pbx.orders) == 4 and all(one["is_genuine"] for one in pbx.orders)
    assert [one["key"] for one in pbx.orders] == [waiting[0]["key"], waiting[1]["key"]] * 2
    assert pbx.orders[0]["numbers"] and pbx.orders[0]["scope"] == "outgoing"
    assert "No order waits" in done(late("credit", "orders", "--send")).out and len(pbx.orders) == 4
    done(late("credit", "orders", "--confirm", waiting[1]["id"]))
    done(late("credit", "orders", "--confirm", waiting[1]["key"]))
    assert orders(late) == []
    pays(conn)
    pbx.answers = [(400, b'{"reason": "unknown line"}'), (200, b'{"state": "failed", "reason": "busy"}')]
    assert late("credit", "orders", "--send").code == 1
    assert [one["reason"] for one in orders(late)] == ["400 unknown line", "busy"]
    assert "2 orders wait" in done(late("credit", "orders", "--retry", "all")).out
    assert "2 sent" in done(late("credit", "orders", "--send")).out
    assert late("credit", "orders", "--confirm", 999).code == 1


def test_a_switch_without_secret_or_with_one_that_others_read_gets_nothing(late, pbx, monkeypatch, tmp_path):
    checked(late)
    monkeypatch.delenv("LEISSNER_SWITCH_SECRET")
    assert "secret that signs orders is missing" in late("credit", "orders", "--send").err
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    monkeypatch.setenv("LEISSNER_SWITCH_SECRET_FILE", f"{file}")
    file.chmod(0o644)
    assert "chmod 600" in late("credit", "orders", "--send").err and not pbx.orders
    file.chmod(0o600)
    done(late("credit", "orders", "--send"))
    assert all(one["is_genuine"] for one in pbx.orders)


def test_a_file_of_orders_is_whole_and_can_be_written_again(late, conn, tmp_path):  # noqa: F811
    checked(late)
    # killed after the number was taken
    assert rows(conn, "select api.credit_order_file()") == [(1,)]
    first = json.loads(done(late("credit", "orders", "--to", tmp_path, "--json")).out)
    data = (tmp_path / "orders-000001.json").read_bytes()
    assert first["orders"] == len(json.loads(data)["orders"]) == 2
    assert [one["state"] for one in orders(late)] == ["sent", "sent"]
    assert "No order waits" in done(late("credit", "orders", "--to", tmp_path)).out
    pays(conn)
    done(late("credit", "orders", "--to", tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["orders-000001.json", "orders-000002.json"]
    second = json.loads((tmp_path / "orders-000002.json").read_text())
    assert [(one["action"], one["scope"]) for one in second["orders"]] == [("unblock", None)] * 2
    done(late("credit", "orders", "--to", tmp_path / "again", "--again", 1))
    assert (tmp_path / "again" / "orders-000001.json").read_bytes() == data
    assert late("credit", "orders", "--to", tmp_path, "--again", 9).code == 1


def test_blocks_by_hand(late, conn):  # noqa: F811
    pays(conn)
    assert late("credit", "block", "3000", "--lines", "C9").code == 1
    assert late("credit", "block", "9999").code == 1
    assert "2 orders" in done(late("credit", "block", "1000", "--lines", "C1", "--reason", "stolen")).out
    assert "is so already" in done(late("credit", "block", "1001", "--lines", "C1/1, C1/2", "--reason", "stolen")).out
    assert checked(late) == {}
    assert "1000         blocked" in done(late("credit", "list")).out
    assert "2 lines, 2 orders" in done(late("credit", "unblock", "1000")).out
    owes(conn, "1000", 300, 45, "A4")
    checked(late)
    assert late("credit", "unblock", "1000").code == 1
    done(late("credit", "promise", "1000", "--until", "2099-01-01"))
    assert {one["action"] for one in orders(late)} == {"unblock"}
    assert "promised" in done(late("credit", "list")).out and "overdue" in done(late("credit", "exposure", "1001")).out
    assert late("credit", "promise", "1000").code == 2


def loads(leissner, folder, *calls: tuple) -> None:
    """Loads calls of 3001 of this hour to (number, seconds), each under a key of its own."""
    file = folder / f"calls-{len(list(folder.iterdir()))}.csv"
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    file.write_text("key,started_at,units,a_number,b_number,mode,carrier,account\n" + "".join(
        f"{file.name}-{turn},{now},{seconds},46731115000,{number},voice,terra,\n"
        for turn, (number, seconds) in enumerate(calls)))
    done(leissner("calls", "load", file, "--source", "plain"))


def test_the_guard_sees_traffic_while_it_is_loaded(leissner, conn, tmp_path):  # noqa: F811
    conn.execute("update billing.customer set credit_limit = null")
    (tmp_path / "in").mkdir()
    policies = tmp_path / "credit_policies.csv"
    policies.write_text("code,customer_no,hour_premium,hour_short,hour_minutes,fraud_blocks\nolle,3001,2,3,10,all\n")
    trips = "select measure, value from billing.guard_trip order by measure"
    loads(leissner, tmp_path / "in", *[("46900123456", 60)] * 9)
    assert rows(conn, "select count(*) from billing.guard_hour") == [(0,)]  # no policy has thresholds
    done(leissner("import", policies))
    loads(leissner, tmp_path / "in", *[("46900123456", 60)] * 2, *[("112", 5)] * 9, ("4722000000", 600),
          *[("468123456", 5)] * 3)
    assert rows(conn, trips) == rows(conn, "select * from api.credit_block_list()") == []
    loads(leissner, tmp_path / "in", ("46900123456", 60))
    assert rows(conn, trips) == [("hour_premium", 3)]
    assert rows(conn, "select scope, origin from api.credit_block_list()") == [("all", "guard")]
    (order,) = orders(leissner)
    assert order["scope"] == "all" and "112" in order["exempt"]
    told, = rows(conn, "select state, params ->> 'why' from billing.credit_message")
    assert told[0] == "waiting" and told[1].startswith("3 betalsamtal sedan")
    assert "3001         blocked" in done(leissner("credit", "list")).out
    loads(leissner, tmp_path / "in", ("46900123456", 60), ("4722000000", 60), ("468123456", 5))
    assert rows(conn, trips) == [("hour_minutes", 11), ("hour_premium", 3), ("hour_short", 4)]
    assert len(orders(leissner, "--all")) == 1
    done(leissner("credit", "check", "--no-mail"))
    assert len(orders(leissner)) == 1, "a check does not lift what the guard closed"
    done(leissner("credit", "unblock", "3001"))
    assert [one["action"] for one in orders(leissner)] == ["unblock"]
    done(leissner("check"))


def test_customers_are_told_of_their_usage_once_a_month(leissner, conn, tmp_path, inbox):  # noqa: F811
    alerts = tmp_path / "usage_alerts.csv"
    alerts.write_text("customer_no,contract_no,line_no,bundle,amount,email\n3001,,,,100,\n"
                      "3000,C4,1,HEM30,,lisa@example.net\n")
    done(leissner("import", alerts))
    month = "date_trunc('month', logic.today()::timestamp)::date"
    (tmp_path / "in").mkdir()
    assert json.loads(done(leissner("credit", "alerts", "--json")).out)["alerts"] == []
    loads(leissner, tmp_path / "in", *[("46900123456", 60)] * 3)
    (spent,), = rows(conn, "select sum(revenue) from billing.call_customer_month inner join billing.customer"
                           f" using (customer_id) where customer_no = '3001' and month = {month}")
    conn.execute("update billing.usage_alert set amount = %s where amount is not null", (spent / Decimal("0.85"),))
    found, = json.loads(done(leissner("credit", "alerts", "--json")).out)["alerts"]
    assert (found["customer_no"], found["percent"]) == ("3001", 80)
    told, = inbox.messages
    assert told["To"] == "olle@example.net" and told["Subject"].startswith("80 % av ")
    conn.execute(f"insert into billing.bundle_month select bundle_id, {month}, 0, 1800 from billing.bundle"
                 " where code = 'HEM30' on conflict (bundle_id, month) do update set carried = 0, used = 1800")
    assert "1 alerts" in done(leissner("credit", "alerts")).out
    assert inbox.messages[1]["To"] == "lisa@example.net"
    assert inbox.messages[1]["Subject"] == "100 % av HEM30 är förbrukat: kundnummer 3000"
    assert rows(conn, "select percent from billing.usage_alert_told order by told_at, percent") == [
        (50,), (80,), (50,), (80,), (100,)]
    done(leissner("credit", "alerts"))
    assert len(inbox.messages) == 2


def test_a_payment_while_a_check_runs_leaves_nothing_blocked(late, database, conn):  # noqa: F811
    pays(conn)
    customers = ("1000", "3000", "3001", "4000")
    with psycopg.connect(database.conninfo, autocommit=True) as one, \
            psycopg.connect(database.conninfo, autocommit=True) as other, ThreadPoolExecutor(2) as pool:
        for turn in range(ROUNDS):
            for customer in customers:
                owes(conn, customer, 300, 45, f"{customer}-{turn}")
            if turn % 2:
                one.execute("select api.credit_check()")
            barrier = threading.Barrier(2)

            def check(barrier=barrier):
                barrier.wait()
                one.execute("select api.credit_check()")

            def pay(barrier=barrier, turn=turn):
                barrier.wait()
                for customer in customers[::-1]:
                    other.execute("select api.item_write_off(%s, 'paid')", [f"{customer}-{turn}"])

            for job in [pool.submit(check), pool.submit(pay)]:
                job.result(30)
            assert rows(conn, "select count(*) from api.credit_block_list() union all"
                              " select count(*) from billing.credit_state union all"
                              " select count(*) from logic.order_due_list(null, logic.today()) union all"
                              " select count(*) from api.credit_order_list() where action = 'block'") == [(0,)] * 4
    assert rows(conn, "select count(*) > 0 from billing.credit_event where kind = 'blocked'") == [(True,)]
