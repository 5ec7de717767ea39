"""The clerk's month by the pages: a run is made, looked at, approved, and an invoice credited; others may only read."""

import concurrent.futures
import contextlib
import datetime as dt
import io
import re
from html import unescape

import pypdf
import pytest

from leissner.scripts import cli, db
from leissner.scripts.tests.reference.compare import leissner
from leissner.scripts.tests.test_bill import GOLDEN
from leissner.webui import said, texts
from leissner.webui.tests.conftest import make_web

THROUGH = "2026-10-31"


@pytest.fixture
def clerk(bed, quick_passwords, monkeypatch):
    """The golden operator with its calls, nothing billed, and the browser of someone of finance."""
    made = bed.create(bed.template.name)
    monkeypatch.setenv("DATABASE_URL", made.url(db.CLI_LOGIN))
    leissner("import", GOLDEN / "operator")
    leissner("calls", "load", GOLDEN / "calls.csv", "--source", "plain")
    web = make_web(made)
    yield web
    web.app.extensions["pool"].close()
    bed.drop(made)


def page(answer, status: int = 200) -> str:
    text = answer.get_data(as_text=True)
    assert answer.status_code == status, text[-1500:]
    return text


def test_a_month_is_billed_by_the_pages(clerk, tmp_path):
    browser = clerk.browser("finance")
    (tmp_path / "customers.csv").write_text("customer_no,name,kind,country\n" + "".join(
        f"X{n},Nobody {n},private,SE\n" for n in range(50)))
    leissner("import", tmp_path)
    refused = page(browser.post("/runs/new", data={"through": "31 of October"}), 422)
    assert "This is not a day" in refused and "invalid input" not in refused
    assert "31 of October" in refused and "field wrong" in refused
    assert "customers" in page(browser.post("/runs/new", data={"through": THROUGH, "customers": "nobody"}), 422)
    answer = browser.post("/runs/new", data={"through": THROUGH})
    run = answer.location
    assert "Making drafts: 0 of 3 parts" in page(browser.get(run))
    assert "Making drafts: 1 of 3 parts" in page(browser.post(f"{run}/go", headers={"HX-Request": "true"}))
    for _ in range(5):
        answer = browser.post(f"{run}/go", headers={"HX-Request": "true"})
        if "HX-Redirect" in answer.headers:
            break
    proposed = page(browser.get("/runs/new"))
    assert 'value="2026-11-30"' in proposed and "Run 1 is not approved yet" in proposed  # the month after
    part = {"HX-Request": "true"}
    assert "Run 1 went as far already" in page(browser.get("/runs/new/due?through=31/10/2026", headers=part))
    assert "would take up" not in page(browser.get("/runs/new/due?through=some day", headers=part))
    shown = page(browser.get(run))
    assert "Look at this first" in shown and "draft" in shown and "6 documents" in shown
    assert "Check the address" in shown  # each row has its mend beside it
    with pytest.MonkeyPatch.context() as large:  # of a run with many documents that comes after its page
        large.setattr("leissner.webui.invoice.AT_ONCE", 1)
        shown = page(browser.get(run))
        assert "Look at this first" not in shown and f'hx-get="{run}/state"' in shown and "6 rows" in shown
        assert "Not looked at yet?" in page(browser.get(f"{run}/approve"))
        for where in (f"{run}/state", f"{run}?now=1"):
            assert "Check the address" in page(browser.get(where)), where
    run = browser.post(f"{run}/again").location  # and the drafts are made once more
    while "HX-Redirect" not in browser.post(f"{run}/go", headers={"HX-Request": "true"}).headers:
        pass
    summary = page(browser.get(f"{run}/approve"))
    assert "cannot be changed" in summary and "20260001 – 20260006" in summary
    refused = page(browser.post(f"{run}/approve", data={"day": "2199-01-01"}), 422)
    assert "has not come yet" in refused
    assert browser.post(f"{run}/approve", data={"day": THROUGH}).status_code == 303
    assert "Deliver what waits" in page(browser.get(run))
    # the document of a page has every amount with both decimals, as it is sent: where the total ends in 0 too
    round_ones = 0
    for number in set(re.findall(r"/invoices/(\d+)\"", page(browser.get("/invoices")))):
        shown = page(browser.get(f"/invoices/{number}"))
        amounts = [re.sub(r"[\s,]", "", one).replace(".", ",") for one in re.findall(
            r'class="figures">([0-9,]+\.\d\d)</td>', shown)]
        pdf = pypdf.PdfReader(io.BytesIO(browser.get(f"/invoices/{number}.pdf").data))
        text = re.sub(r"\s", "", "".join(one.extract_text() for one in pdf.pages))
        total = re.search(r"Attbetala([\d,]+)", text)
        assert [one for one in amounts if one not in text] == [], number
        round_ones += bool(total and total[1].endswith("0"))
    assert round_ones
    # what the commands say that pages start, in Swedish: no line stays English
    swedish = []
    for command in (("bill", "deliver", run.rpartition("/")[2]), ("credit", "messages"), ("payments", "fetch"),
                    ("credit", "orders", "--send"), ("credit", "remind", "deliver", "1")):
        with contextlib.redirect_stdout(io.StringIO()) as said_out, contextlib.redirect_stderr(said_out):
            cli.run([*command])
        swedish += said_out.getvalue().splitlines()
    assert swedish
    with clerk.app.test_request_context():
        texts.g.language = "sv"
        assert [one for one in swedish if one.strip() and said.line(one) == one and not one.strip().isdigit()] == []
    numbers = re.findall(r"/invoices/(\d+)\"", page(browser.get("/invoices")))
    assert len(set(numbers)) == 6
    invoice = page(browser.get(f"/invoices/{numbers[0]}"))
    assert "Credit …" in invoice and "It has not left yet." in invoice
    assert re.search(rf'href="/ledger/items/\d+/{numbers[0]}".*?overdue|open', invoice)
    pdf = browser.get(f"/invoices/{numbers[0]}.pdf")
    assert pdf.data.startswith(b"%PDF") and pdf.mimetype == "application/pdf"
    # who has an account of their own opens their documents, and nobody else's
    own = re.search(r"/invoices/(\d+)\"", page(browser.get("/invoices?payer=2000")))[1]
    # from a line to the calls that it is the sum of, no more and no fewer
    rows = re.findall(r'href="(/calls[^"]+)"[^>]*>(\d+)</a>.*?class="figures">([^<]+)</td></tr>', page(
        browser.get(f"/invoices/{own}")))
    link, count, net = max(((unescape(link), count, net) for link, count, net in rows), key=lambda one: int(one[1]))
    calls = page(browser.get(link))
    assert f"{count} rows" in calls or count == "1" and "1 row" in calls
    assert net in re.search(r"<tfoot.*?</tfoot>", calls, re.S)[0]
    assert browser.get(link.replace("line=", "line=9999")).get_data(as_text=True).count("href=\"/calls/") == 0
    owner = clerk.browser("customer", scope="2000")
    assert owner.get(f"/invoices/{own}.pdf").data.startswith(b"%PDF")
    assert "Credit …" not in page(owner.get(f"/invoices/{own}"))
    # and who sold to them, from the customer's page
    seller = clerk.browser("seller", scope="anna")
    assert f'href="/invoices/{own}"' in page(seller.get("/customers/2000/invoices"))
    assert "Credit …" not in page(seller.get(f"/invoices/{own}"))
    assert seller.get(f"/invoices/{own}.pdf").data.startswith(b"%PDF")
    for other in {*numbers} - {own}:
        for client in (owner, seller):
            for path in (f"/invoices/{other}", f"/invoices/{other}.pdf"):
                assert client.get(path).status_code == 404
    # the second line alone, as the page offers it
    asked = page(browser.get(f"/invoices/{numbers[0]}/credit"))
    lines = re.findall(r'name="line" value="(\d+)".*?class="figures">(?:<[^>]*>)?([^<]+)', asked)
    place, net = next(one for one in lines if one[1] not in ("0.00", lines[0][1]))
    sent = {"line": place, "day": THROUGH}
    meant = page(browser.post(f"/invoices/{numbers[0]}/credit", data=sent))
    assert "This will be credited" in meant and f"<dt>Net</dt><dd>{net}</dd>" in meant
    assert browser.post(f"/invoices/{numbers[0]}/credit", data=sent | {"line": ""}).status_code == 400
    assert len(set(re.findall(r"/invoices/(\d+)\"", page(browser.get("/invoices"))))) == 6  # nothing is done yet
    answer = browser.post(f"/invoices/{numbers[0]}/credit", data=sent | {"sure": "1"})
    assert answer.status_code == 303, page(answer)
    assert "Credit note" in page(browser.get(answer.location))
    assert browser.get("/invoices/none").status_code == 404
    sheet = browser.get("/invoices?export=csv").get_data(as_text=True)
    assert sheet.count("\n") == 8 and sheet.startswith("invoice_no,kind,payer")


def test_a_credit_is_asked_for_and_decided(golden_web):
    finance, support = golden_web.browser("finance"), golden_web.browser("support")
    number, other = sorted(set(re.findall(r"/invoices/(\d+)\"", page(finance.get("/invoices?kind=invoice")))))[:2]
    where = f"/invoices/{number}/ask-credit"
    assert where in page(support.get(f"/invoices/{number}")) and where not in page(finance.get(f"/invoices/{number}"))
    page(finance.get(where), 403)
    assert "Fill this in." in page(support.post(where, data={"line": "1"}), 422)
    assert support.post(where, data={"line": "x", "reason": "wrong"}).status_code == 400
    assert support.post(where, data={"line": "1", "reason": "wrong price", "rebill": "on"}).status_code == 303
    assert "is asked for already" in page(support.post(where, data={"reason": "all"}), 422)
    assert support.post(f"/invoices/{other}/ask-credit", data={"reason": "never ordered"}).status_code == 303
    assert "Credits that are asked for" in page(finance.get("/"))
    shown = page(support.get(f"/invoices/{number}"))
    first = re.search(r'href="(/credit-requests/\d+)"', shown)[1]
    assert "wrong price" in shown and "Make the credit note" not in page(support.get(first))
    page(support.post(first, data={"decline": "1", "why": "no"}), 403)
    second = next(one for one in re.findall(r'href="(/credit-requests/\d+)"', page(
        finance.get("/credit-requests?state=open"))) if one != first)
    # approved: its credit note is shown, made once, however often and by however many it is sent
    sent = {"row_version": "1", "why": ""}
    meant = page(finance.post(first, data=sent))
    assert "This will be credited" in meant and "bills it again" in meant
    assert "waiting" in page(finance.get(first))
    page(finance.post(first, data=sent | {"row_version": "9", "sure": "1"}), 422)
    with concurrent.futures.ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda one: one.post(first, data=sent | {"sure": "1"}), (
            finance, golden_web.browser("admin"))))
    assert [one.status_code for one in answers] == [303, 303]
    made = re.findall(r"/invoices/(\d+)", page(finance.get(f"{first}")))
    assert len(set(made)) == 2 and "approved" in page(finance.get(first))
    assert page(finance.get("/invoices?kind=credit&export=csv")).count("credit") == 1
    assert "was decided already" in page(finance.post(first, data=sent | {"decline": "1", "why": "no"}), 422)
    # declined, with a reason that who asked reads
    assert "Fill this in." in page(finance.post(second, data=sent | {"decline": "1"}), 422)
    assert finance.post(second, data=sent | {"decline": "1", "why": "it was ordered"}).status_code == 303
    assert "it was ordered" in page(support.get(f"/invoices/{other}"))
    assert "Credits that are asked for" not in page(finance.get("/"))
    page(finance.get("/credit-requests/999"), 404)


def test_who_may_read_runs_may_not_change_them(clerk):
    finance, sales = clerk.browser("finance"), clerk.browser("sales")
    run = finance.post("/runs/new", data={"through": THROUGH}).location
    assert "New run" not in page(sales.get("/runs"))
    page(sales.get(run))
    for address, data in (("/runs/new", {"through": THROUGH}), (f"{run}/go", {}), (f"{run}/approve", {}),
                          (f"{run}/discard", {}), (f"{run}/deliver", {})):
        page(sales.post(address, data=data), 403)
    page(clerk.browser("pricing").get("/runs"), 403)
    page(finance.post(f"{run}/go"), 303)
    assert finance.post(f"{run}/discard").location == "/runs"
    assert finance.get(run).status_code == 404
    # nothing ahead of this month is proposed, however far a run went
    first = dt.date.today().replace(day=1)
    finance.post("/runs/new", data={"through": f"{first + dt.timedelta(days=75)}"})
    end = (first + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    proposed = page(finance.get("/runs/new"))
    assert f'value="{end}"' in proposed and "went as far already" in proposed
