"""The ten minutes of an integrator: from an empty installation to customer, price, calls, invoice, balance and block;
all of it on the pages and the command line at once, and the caller in the audit."""

import datetime
import io
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from pypdf import PdfReader

from leissner.scripts.tests.test_lookup import done
from leissner.webui.tests.conftest import make_web

STARTER = Path(__file__).parents[2] / "scripts" / "starter"
OPERATOR = ("name,org_no,vat_no,street,postcode,city,country,time_zone,currency,language,bankgiro\n"
            "Min Telefoni AB,556000-0001,SE556000000101,Storgatan 1,111 22,Stockholm,SE,Europe/Stockholm,SEK,sv,"
            "505-0109\n")
FIRST = "customer_no,name,country,street,postcode,city\n1,First Customer,SE,Storgatan 2,111 22,Stockholm\n"
AT = datetime.datetime(2026, 10, 5, 12, 0, tzinfo=datetime.UTC)
FIXED, MOBILE, ABROAD = "4690123456", "46701234567", "4930123456"


@pytest.fixture
def client(empty_served, leissner, tmp_path):
    """An operator as in the README, and an integrator with a key that the command made."""
    shutil.copytree(STARTER, tmp_path / "starter")
    (tmp_path / "starter" / "operator.csv").write_text(OPERATOR, "utf-8")
    (tmp_path / "starter" / "customers.csv").write_text(FIRST, "utf-8")
    done(leissner("import", tmp_path / "starter"))
    done(leissner("user", "add", "crm", "--level", "integration"))
    return empty_served.client(key=done(leissner("user", "key", "crm", "Our CRM")).out.strip())


@pytest.fixture
def page(empty_served):
    """A page as a person of support sees it, at that moment."""
    web = make_web(empty_served.database)
    browser = web.browser("support")

    def get(address: str):
        answer = browser.get(address)
        assert answer.status_code == 200, address
        return answer.get_data() if address.endswith(".pdf") else answer.get_data(as_text=True)

    yield get
    web.app.extensions["pool"].close()


def call(key: str, b_number: str, units: int) -> dict:
    return {"key": key, "started_at": AT, "units": units, "a_number": "4684000001", "b_number": b_number}


def test_ten_minutes_of_an_integrator(empty_served, leissner, client, page):
    client.createCustomer("K1", "Åkes Rör AB", "A1", "TRUNK", datetime.date(2026, 10, 1), street="Kyrkgatan 3",
                          postcode="903 26", city="Umeå", email="kontor@aker.example", number="08-400 00 01",
                          request_id="order-1")
    assert "Åkes Rör AB" in page("/customers/K1") and "4684000001" in page("/numbers")

    quote = client.quoteCall(MOBILE, at=AT, units=125, a_number="4684000001", carrier="trunk")
    assert (quote.destination, quote.retail, quote.currency, quote.cost, quote.margin) == (
        "SE-MOB", Decimal("1.3025"), "SEK", Decimal("0.3125"), Decimal("0.99"))  # 0.49 + 125 s of 0.39, 0.15 a minute
    assert "1.3025" in done(leissner("quote", "--a", "4684000001", "--b", MOBILE, "--at", AT.isoformat(),
                                     "--units", 125)).out

    answers = client.submitCalls("master", [call("c1", MOBILE, 125), call("c2", FIXED, 60), call("c3", ABROAD, 30)],
                                 request_id="day-1")
    assert [(one.key, one.result, one.reason, one.retail, one.margin) for one in answers] == [
        ("c1", "rated", None, Decimal("1.3025"), Decimal("0.99")),
        ("c2", "rated", None, Decimal("0.68"), Decimal("0.62")),
        ("c3", "suspended", "no_destination", None, None)]
    assert "1.3025" in page("/calls/master:c1") and "1 call waits" in page("/suspense")
    assert "1.3025" in done(leissner("calls", "explain", "master:c1")).out

    done(leissner("bill", "run", "--through", "2026-10-31"))
    done(leissner("bill", "approve", 1, "--date", "2026-11-01", "--yes"))
    listed, = client.listInvoices(customer_no="K1").row
    invoice = client.getInvoice(listed.invoice_no)
    # October and, in advance, November at 99; calls of 1.3025 and 0.68; VAT 25 %.
    assert (invoice.net, invoice.tax, invoice.total, invoice.open) == (
        Decimal("199.98"), Decimal("50"), Decimal("249.98"), Decimal("249.98"))
    assert [line.net for line in invoice.lines] == [99, 99, Decimal("1.30"), Decimal("0.68")]
    pdf = client.getInvoicePdf(invoice.invoice_no)
    text = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf)).pages)
    assert "Åkes Rör AB" in text and invoice.invoice_no in text and "249,98" in text
    assert invoice.invoice_no in page(f"/invoices/{invoice.invoice_no}")
    assert invoice.invoice_no in done(leissner("bill", "show", 1)).out
    balance, = client.getBalance("K1")
    assert (balance.open, balance.overdue + balance.not_due, balance.currency) == (
        invoice.total, invoice.total, "SEK")

    assert client.setBlock("K1", ["A1/1"], reason="Asked for", request_id="block-1") == 1
    assert client.setBlock("K1", ["A1/1"], reason="Asked for", request_id="block-1") == 1
    assert "Asked for" in page("/credit/blocks") and "A1" in done(leissner("credit", "orders")).out
    assert client.listBlocks("K1").row[0].set_by == "crm"

    with empty_served.database.connect() as conn:
        changed = conn.execute("select distinct table_name, client from audit.change where actor = 'crm' "
                               "and level = 'integration'").fetchall()
        events = conn.execute("select kind, subject, client from audit.event where actor = 'crm' "
                              "order by event_id").fetchall()
    assert {row["table_name"].removeprefix("billing.") for row in changed} >= {
        "customer", "contract", "contract_line", "subscriber_number"}
    assert {row["client"] for row in [*changed, *events]} == {"local soap 127.0.0.1 Our CRM"}
    assert [(row["kind"], row["subject"]) for row in events if row["kind"] != "soap"] == [
        ("load", "1"), ("credit_block", "K1")]
    assert [row["subject"] for row in events if row["kind"] == "soap"] == [
        "createCustomer", "quoteCall", "submitCalls", "listInvoices", "getInvoice", "getInvoicePdf", "getBalance",
        "setBlock", "setBlock", "listBlocks"]
    done(leissner("check"))
