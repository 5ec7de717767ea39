"""The ledger in the browser: files in, payments matched and taken back, write-offs, statements; who may."""

import html
import io
import itertools
import re
from datetime import date
from decimal import Decimal

import psycopg
import pytest

from leissner.scripts import db
from leissner.scripts.demo.bank import Paid, bgmax
from leissner.scripts.tests.reference.compare import leissner
from leissner.scripts.tests.test_bill import GOLDEN, THROUGH
from leissner.webui.tests.conftest import make_web

GIRO = "505-0109"
DAY = date(2026, 11, 20)
deposits = itertools.count(1)


@pytest.fixture(scope="module")
def web(bed, quick_passwords):
    """The golden operator with its invoices; each test takes documents of its own."""
    made = bed.create(bed.template.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", made.url(db.CLI_LOGIN))
        leissner("import", GOLDEN / "operator")
        for source, name in (("plain", "calls.csv"), ("nocost", "calls_nocost.csv")):
            leissner("calls", "load", GOLDEN / name, "--source", source)
        leissner("bill", "run", "--through", THROUGH)
        leissner("bill", "approve", 1, "--date", THROUGH, "--yes")
    one = make_web(made)
    yield one
    one.app.extensions["pool"].close()
    bed.drop(made)


@pytest.fixture(scope="module")
def free(web):
    """Open invoices, one after the other: (document, customer, open, reference)."""
    return iter(rows(web, """
        select item.document_no, payer.customer_no, round(item.open, 2), item.reference
        from billing.open_item as item inner join billing.customer as payer on payer.customer_id = item.payer_id
        where item.open > 100 and item.currency = 'SEK' and item.kind = 'invoice' order by item.open_item_id"""))


def any_of(web):
    return iter(rows(web, """
        select item.document_no, payer.customer_no, item.open, item.reference
        from billing.open_item as item inner join billing.customer as payer on payer.customer_id = item.payer_id
        where item.open > 0 and item.kind = 'invoice' order by item.open_item_id desc"""))


def rows(web, query: str, *params) -> list[tuple]:
    with psycopg.connect(web.database.conninfo) as conn:
        return conn.execute(query, params).fetchall()


def still_open(web, document: str) -> Decimal:
    return rows(web, "select round(open, 2) from billing.open_item where document_no = %s", document)[0][0]


def load(client, *paid: Paid, name: str = "BGMAX.txt"):
    data = bgmax(GIRO, DAY, paid, deposit=next(deposits))
    return client.post("/ledger/files/load", data={"file": (io.BytesIO(data), name)},
                       content_type="multipart/form-data", follow_redirects=True), data


def taken(client, form: str) -> bytes:
    """The file of the first export."""
    with client.post("/ledger/accounting/exports/1", data={"format": form}) as answer:
        return answer.data


def waiting(web) -> int:
    """The last payment that waits for a person."""
    return rows(web, "select max(payment_id) from billing.payment where state = 'unidentified'")[0][0]


def text(answer) -> str:
    return re.sub(r"[\s\u202f]+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))))


def test_a_file_is_taken_once_and_a_bad_one_says_why(web, free):
    client = web.browser("finance")
    document, _customer, amount, reference = next(free)
    answer, data = load(client, Paid(reference, amount))
    assert "Loaded." in text(answer) and "matched" in text(answer) and still_open(web, document) == 0
    assert rows(web, "select loaded_by from billing.payment_file order by 1")[-1][0] == "finance-en"
    again = client.post("/ledger/files/load", data={"file": (io.BytesIO(data), "other.txt")},
                        content_type="multipart/form-data", follow_redirects=True)
    assert "loaded before; nothing was done" in text(again)
    bad = client.post("/ledger/files/load", data={"file": (io.BytesIO(b"rubbish"), "x.txt")},
                      content_type="multipart/form-data", follow_redirects=True)
    reason = rows(web, "select reason from billing.payment_file where state = 'rejected'")[0][0]
    assert re.sub(r"\s+", " ", reason) in text(bad)
    assert "Choose a file first." in text(client.post("/ledger/files/load", data={}))
    assert web.browser("support").post("/ledger/files/load", data={}).status_code == 403


def test_a_proposal_is_accepted_and_taken_back(web, free):
    client = web.browser("finance")
    document, customer, amount, _reference = next(free)
    load(client, Paid("", amount, payer="Unknown <b>sender</b>", text=f"INVOICE {document} THANKS", code="0"))
    payment = waiting(web)
    page = client.get("/ledger")
    assert document in text(page) and "its number or reference stands in the text" in text(page)
    assert "<b>sender" not in page.get_data(as_text=True)
    answer = client.post(f"/ledger/payments/{payment}/assign", data={
        "from": "work", "document": document, "customer": customer, "at": "0"})
    assert answer.status_code == 303 and f"done={payment}" in answer.location and still_open(web, document) == 0
    assert "Undo" in text(client.get(answer.location))
    assert "are open again" in text(client.get(f"/ledger/payments/{payment}/undo"))
    assert still_open(web, document) == 0  # looking changes nothing
    part = {"document": document, "customer": customer}
    wrong = client.post(f"/ledger/payments/{payment}/undo", data=part | {"amount": f"{amount + 1}"})
    assert wrong.status_code == 422 and "is not between 0 and that" in text(wrong)
    client.post(f"/ledger/payments/{payment}/undo", data=part | {"amount": "10,50"})
    assert still_open(web, document) == Decimal("10.50")
    client.post(f"/ledger/payments/{payment}/undo")
    assert still_open(web, document) == amount
    told = [row[0] for row in rows(web, "select distinct actor from audit.event where kind like 'payment%%'")]
    assert "finance-en" in told
    assert "taken" in text(client.get(f"/ledger/payments/{payment}")) or "took" in text(
        client.get(f"/ledger/payments/{payment}"))


def test_parts_go_to_a_document_and_to_an_account_and_a_wrong_one_says_so_beside_its_field(web, free):
    client = web.browser("finance")
    document, customer, amount, _reference = next(free)
    load(client, Paid("", amount + 50, payer="Nobody", code="0"))
    payment = waiting(web)
    address = f"/ledger/payments/{payment}/assign"
    wrong = client.post(address, data={"document": "99887766", "amount": "12,50"})
    assert wrong.status_code == 422 and "There is no open item 99887766" in text(wrong)
    assert 'value="12,50"' in wrong.get_data(as_text=True) and "leissner ledger" not in text(wrong)  # no commands
    assert client.post(address, data={}).status_code == 422
    assert client.post(address, data={"document": document, "amount": f"{amount - 50}".replace(".", ",")}
                       ).status_code == 303
    assert still_open(web, document) == 50
    assert client.post(address, data={"customer": customer}).status_code == 303
    assert rows(web, "select state, left_amount from billing.payment where payment_id = %s", payment)[0][1] == 0


def test_a_write_off_is_shown_before_it_is_booked(web, free):
    client = web.browser("finance")
    document, customer, amount, _reference = next(free)
    address = f"/ledger/items/{customer}/{document}/write-off"
    entries = rows(web, "select count(*) from billing.entry")
    assert client.post(address, data={"is_loss": "true"}).status_code == 422  # no reason
    shown = client.post(address, data={"is_loss": "true", "why": "bankrupt"})
    assert "This will be booked" in text(shown) and "6351" in text(shown)
    assert still_open(web, document) == amount and rows(web, "select count(*) from billing.entry") == entries
    assert 'value="bankrupt"' in client.post(address, data={
        "is_loss": "true", "why": "bankrupt", "back": "1"}).get_data(as_text=True)
    done = client.post(address, data={"is_loss": "true", "why": "bankrupt", "sure": "1"}, follow_redirects=True)
    assert "Written off." in text(done) and still_open(web, document) == 0
    assert rows(web, "select made_by from billing.entry order by entry_id desc limit 1")[0][0] == "finance-en"
    assert web.browser("credit").post(address, data={"why": "x", "sure": "1"}).status_code == 403


def test_a_dispute_is_noted_and_over(web, free):
    client = web.browser("credit")
    document, customer, _amount, _reference = next(free)
    address = f"/ledger/items/{customer}/{document}/dispute"
    client.post(address, data={"reason": "calls not made"})
    assert "calls not made" in text(client.get(f"/ledger/items/{customer}/{document}"))
    client.post(address, data={"over": "1"})
    assert rows(web, "select disputed_on from billing.open_item where document_no = %s", document) == [(None,)]


def test_a_statement_is_a_page_a_letter_and_rows(web):
    client = web.browser("support")
    document, customer, _amount, _reference = next(any_of(web))
    address = f"/ledger/customers/{customer}/statement?from=2026-01-01&to=2027-12-31"
    assert document in text(client.get(address))
    assert client.get(f"{address}&as=pdf").data.startswith(b"%PDF")
    assert document in client.get(f"{address}&as=csv").get_data(as_text=True)
    assert client.get("/ledger/customers/nobody/statement").status_code in (404, 422)


def test_lists_are_searched_filtered_and_exported(web):
    client = web.browser("auditor", "sv")
    document, customer, _amount, _reference = next(any_of(web))
    assert document in text(client.get(f"/ledger/items?q={document}&customer_no={customer}"))
    assert document not in text(client.get(f"/ledger/items?q={document}&kind=fee"))
    assert document in client.get(f"/ledger/items?q={document}&export=csv").get_data(as_text=True)
    assert client.get("/ledger/payments?from=igår&least=1%20000,50&to=nonsense").status_code == 200
    entry = rows(web, "select max(entry_id) from billing.entry")[0][0]
    assert "Verifikation" in text(client.get(f"/ledger/entries/{entry}"))
    assert client.get("/ledger/entries?account=1510").status_code == 200


def test_reminders_are_shown_made_once_and_are_letters(web):
    client = web.browser("credit")
    day = rows(web, "select max(due_on) + 60 from billing.open_item")[0][0]
    assert "Would be made" not in text(client.get(f"/ledger/reminders/new?day={day}"))  # it comes when it is ready
    shown = text(client.get(f"/ledger/reminders/new?day={day}&now=1"))
    whole = client.get(f"/ledger/reminders/new?day={day}&export=csv").get_data(as_text=True)
    assert whole.count("\n") > 1
    assert "Would be made" in shown and not rows(web, "select from billing.reminder")
    client.post("/ledger/reminders/new", data={"day": f"{day}"})
    numbers = [row[0] for row in rows(web, "select reminder_no from billing.reminder")]
    assert numbers and numbers[0] in text(client.get("/ledger/reminders?run=1"))
    client.post("/ledger/reminders/new", data={"day": f"{day}"})
    assert len(rows(web, "select from billing.reminder")) == len(numbers)
    assert client.get(f"/ledger/reminders/{numbers[0]}.pdf").data.startswith(b"%PDF")
    assert client.post("/ledger/reminders/1/deliver").status_code == 403  # finance delivers
    assert web.browser("support").get("/ledger/reminders/new").status_code == 403


def test_cases_are_handed_over_as_files_and_taken_back(web):
    client = web.browser("finance")
    assert "Make the list" in text(client.get("/ledger/collection/new?now=1"))
    client.post("/ledger/collection/new")
    for number, in rows(web, "select collection_list_id from billing.collection_list"):
        assert client.get(f"/ledger/collection/lists/{number}.xml").data.startswith(b"<?xml")
    assert client.get("/ledger/collection").status_code == 200
    assert client.post("/ledger/collection/cases/999/withdraw", data={"reason": "x"}).status_code in (404, 422)


def test_the_books_are_exported_once_and_their_file_stays_the_same(web):
    client = web.browser("finance")
    assert "1510" in text(client.get("/ledger/accounting?at=2099-12-31&now=1"))
    wanted = {"from": "2026-01-01", "to": "2026-12-31"}
    done = client.post("/ledger/accounting/export", data=wanted, follow_redirects=True)
    assert "Export 1 is made" in text(done) and "not taken yet" in text(done)
    assert "Nothing was booked in that period" in text(client.post("/ledger/accounting/export", data=wanted))
    files = [taken(client, "sie4"), taken(client, "sie4")]
    assert files[0] == files[1] and files[0].startswith(b"#FLAGGA")
    assert taken(client, "csv").startswith(b"export,series")
    assert "not taken yet" not in text(client.get("/ledger/accounting"))
    assert client.post("/ledger/accounting/exports/7", data={}).status_code == 404
    assert web.browser("auditor").post("/ledger/accounting/exports/1", data={}).status_code == 403


def test_an_accrual_is_shown_before_it_is_booked(web):
    client = web.browser("finance")
    count = "select count(*) from billing.entry where kind = 'accrual'"
    assert client.post("/ledger/accounting/accrue", data={"at": "2026-10-31"}).status_code in (200, 422)
    assert rows(web, count) == [(0,)]


def test_accounts_are_named_and_nobody_overwrites_another(web):
    client = web.browser("finance")
    address = "/ledger/accounting/events/bank"
    wanted = {"account": "1930", "row_version": "1"}
    wrong = client.post(address, data=wanted | {"account": "12"})
    assert wrong.status_code == 422 and "3 to 8 digits" in text(wrong)
    assert client.post(address, data=wanted).status_code == 303
    assert "Someone else has changed this" in text(client.post(address, data=wanted | {"account": "1920"}))
    client.post("/ledger/accounting/accounts/edit", data={"account": "3999", "name": "Övrigt"})
    assert "Övrigt" in text(client.get("/ledger/accounting/accounts?now=1"))
    assert rows(web, "select actor from audit.change where table_name like '%%chart' order by 1 desc")[0][0]
    assert web.browser("credit").post(address, data=wanted).status_code == 403


@pytest.mark.parametrize("level", ["pricing", "sales"])
def test_who_has_no_part_in_the_ledger_sees_nothing_of_it(web, level):
    client = web.browser(level)
    for path in ("/ledger", "/ledger/payments", "/ledger/payments/1", "/ledger/files", "/ledger/items",
                 "/ledger/entries", "/ledger/customers/1000/statement"):
        assert client.get(path).status_code == 403, path
