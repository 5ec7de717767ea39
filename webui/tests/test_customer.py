"""Customers in the browser: who sees which tab, saves with their errors beside the field, two people at once, the
seller's own world."""

import json
import re

import pytest

from leissner.scripts import db
from leissner.webui.customer.show import TABS

WRITERS = ("sales", "support", "batch", "integration")
READERS = ("pricing", "sales", "support", "finance", "credit", "report", "auditor", "batch", "integration", "seller")


def sql(web, name, **params):
    with web.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin"):
        return db.call(conn, name, **params)


def wrong(page: str) -> dict[str, str]:
    """The sentences beside fields, by the field's name."""
    return {name: re.sub(r"<[^>]*>", "", words).strip()
            for name, words in re.findall(r'<p class="error" id="f-(\w+)-e">(.*?)</p>', page, re.S)}


def said(answer) -> str:
    """What stands in notices and beside fields: for a failed test."""
    return " | ".join(re.sub(r"<[^>]*>", " ", one) for one in re.findall(
        r'(?:role="alert">|<p class="error")(.*?)</p>', answer.get_data(as_text=True), re.S))


def version(page: str) -> str:
    return re.search(r'name="row_version" value="(\d+)"', page)[1]


@pytest.mark.parametrize("level", [one for one in READERS if one != "seller"])
def test_each_tab_opens_for_its_levels_only(golden_web, level):
    client = golden_web.browser(level)
    shown = client.get("/customers/1001").get_data(as_text=True)
    for name, title, levels in TABS:
        where = golden_web.url(f"customer.{name}", no="1001")
        assert client.get(where).status_code == (200 if level in levels else 403), where
        assert (f'href="{where}"' in shown) == (level in levels), title
    for where in ("/contracts/C1", "/contracts/C1/lines/1", "/numbers/46902001005", "/contracts", "/numbers",
                  "/numbers/free"):
        assert client.get(where).status_code == 200, where
    for where in ("/customers/new", "/customers/1001/edit", "/contracts/C1/edit", "/contracts/C1/lines/new",
                  "/contracts/C1/lines/1/numbers/new", "/contracts/C1/end", "/contracts/C1/lines/1/charges/new"):
        assert client.get(where).status_code == (200 if level in WRITERS else 403), where
    bundle = client.get("/contracts/C1/lines/1/bundles/new").status_code
    assert bundle == (200 if level in ("pricing", "batch") else 403)


def test_what_is_shown_of_a_customer(golden_web):
    client = golden_web.browser("admin")
    page = client.get("/customers/1001").get_data(as_text=True)
    assert "Björk koncern" in page and "paid by" in page and "TRUNK" not in page  # names, not codes
    assert 'href="/customers/1003"' in page, "the family, with links"
    page = client.get("/customers/1001/prices").get_data(as_text=True)
    assert "inherited from" in page and "GOLD" in page
    assert "Prices in force" in page and "own" in page and "MASTER" in page
    assert re.search(r'name="who" value="1001"', page)  # what a number costs is asked there
    assert "Nyckelkund" in client.get("/customers/1001/rings").get_data(as_text=True)
    assert "FAST100" in client.get("/customers/1001/rings").get_data(as_text=True)
    assert client.get("/customers/9999").status_code == 404
    assert client.get("/contracts/nope").status_code == 404
    with golden_web.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "auditor", read_only=True):
        looks = db.call(conn, "audit_event_list", p_from="2020-01-01", p_to="2100-01-01", p_kind="calls")
    before = len(looks)
    client.get("/customers/1001/calls")
    with golden_web.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "auditor", read_only=True):
        looks = db.call(conn, "audit_event_list", p_from="2020-01-01", p_to="2100-01-01", p_kind="calls")
    assert len(looks) == before + 1 and looks[-1]["subject"] == "1001", "a look at calls leaves a trace"


def test_a_number_is_found_however_it_is_written(golden_web):
    client = golden_web.browser("support")
    for words in ("090-200 10 05", "+46 90 200 10 05", "0046902001005", "46902001005"):
        answer = client.get("/numbers", query_string={"q": words}, follow_redirects=True).get_data(as_text=True)
        assert "/numbers/46902001000" in answer and "C2" not in answer, words
    answer = client.get("/numbers?number=090-2001&export=csv").get_data(as_text=True)
    assert answer.count("\n") > 1 and "46902001000" in answer
    assert "C1" in client.get("/contracts?service=VOIP&export=csv").get_data(as_text=True)


@pytest.fixture
def made(web):
    """An operator with two services, a seller and a customer."""
    with web.database.connect("postgres") as conn:
        conn.execute("""
            insert into billing.currency (currency) values ('SEK');
            insert into billing.operator (name, org_no, currency) values ('Test', '556000-0000', 'SEK');
            insert into billing.service (code, name) values ('VOIP', 'Telephony'), ('TRUNK', 'Trunk');
            insert into billing.seller (code, name) values ('S1', 'One'), ('S2', 'Two');
            insert into billing.customer (customer_no, name, seller_id)
            select '7', 'Seven', seller_id from billing.seller where code = 'S1';
            insert into billing.customer (customer_no, name, seller_id)
            select '8', 'Eight', seller_id from billing.seller where code = 'S2';
        """)
    return web


NEW = {"customer_no": "1001", "name": "Nya AB", "kind": "business", "country": "SE", "delivery": "email",
       "bill_to": "self", "contract_no": "A1001", "service": "VOIP", "quantity": "2,5", "start_on": "1/10",
       "number": "090-200 10 05"}


def test_a_new_customer_in_one_page(made):
    client = made.browser("sales")
    page = client.get("/customers/new").get_data(as_text=True)
    assert 'value="9"' in page and 'value="A9"' in page, "numbers are proposed"
    answer = client.post("/customers/new", data=NEW | {"name": "", "start_on": "someday", "quantity": "many"})
    assert answer.status_code == 422
    found = wrong(answer.get_data(as_text=True))
    assert set(found) == {"name", "start_on", "quantity"} and found["name"] == "Fill this in."
    answer = client.post("/customers/new", data=NEW | {"number": "no number", "email": "kept@example.org"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and set(wrong(page)) == {"number"} and 'value="kept@example.org"' in page
    assert client.post("/customers/new", data=NEW | {"parent_no": "404"}).status_code == 422
    assert not sql(made, "customer_get", p_customer_no="1001"), "nothing of it was saved"
    answer = client.post("/customers/new", data=NEW)
    assert answer.status_code == 303 and answer.location == "/customers/1001"
    line, = sql(made, "contract_line_list", p_customer_no="1001")
    assert line["quantity"] == 2.5 and line["numbers"] == 1 and f"{line['start_on']:%m-%d}" == "10-01"
    page = client.post("/customers/new", data=NEW | {"number": ""}).get_data(as_text=True)
    assert wrong(page) == {"customer_no": "There is a customer with that number already."}
    answer = client.post("/customers/new", data=NEW | {"customer_no": "1002", "contract_no": "A1002"})
    assert "customer 1001" in wrong(answer.get_data(as_text=True))["number"], "who has the number stands beside it"


def test_two_people_do_not_overwrite_each_other(made):
    client = made.browser("support")
    page = client.get("/customers/7/edit").get_data(as_text=True)
    form = {"name": "Sju", "kind": "business", "bill_to": "self", "delivery": "print", "language": "sv",
            "call_specification": "summary", "row_version": version(page)}
    answer = client.post("/customers/7/edit", data=form | {"city": "Umeå"})
    assert answer.status_code == 303, said(answer)
    answer = client.post("/customers/7/edit", data=form | {"city": "Luleå"})
    assert answer.status_code == 422 and "Someone else has changed this" in answer.get_data(as_text=True)
    assert 'value="Luleå"' in answer.get_data(as_text=True), "what was typed is still there"
    assert sql(made, "customer_get", p_customer_no="7")[0]["city"] == "Umeå"
    # as the page sends it: what only the other changed is taken over, what both did stays as typed, and is said
    was = {"name": "Sju", "city": "", "email": "", "delivery": "print"}
    answer = client.post("/customers/7/edit", data=form | {
        "city": "", "email": "new@b.example", "was": json.dumps(was), "name": "Sjuan"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and 'value="Umeå"' in page and "before, it was empty" in page
    assert 'value="new@b.example"' in page and page.count("Someone else has") == 2
    answer = client.post("/customers/7/edit", data=form | {
        "city": "Umeå", "email": "new@b.example", "row_version": version(page)})
    assert answer.status_code == 303, said(answer)
    page = client.get("/customers/7/edit").get_data(as_text=True)
    answer = client.post("/customers/7/edit", data=form | {"credit_limit": "-5", "row_version": version(page)})
    assert wrong(answer.get_data(as_text=True)) == {"credit_limit": "The credit limit must not be negative."}
    answer = client.post("/customers/7/edit", data=form | {"parent_no": "404", "row_version": version(page)})
    assert "404" in wrong(answer.get_data(as_text=True))["parent_no"]
    swedish = made.browser("support", "sv")
    answer = swedish.post("/customers/7/edit", data=form)
    assert "Någon annan har ändrat" in answer.get_data(as_text=True)
    page = client.get("/customers/7/history").get_data(as_text=True)
    assert "support-en" in page and "Umeå" in page


def test_contract_line_number_and_terms(made):
    client = made.browser("sales")
    assert client.post("/customers/7/contracts/new", data={
        "contract_no": "K7", "start_on": "2026-01-01", "state": "active"}).location == "/contracts/K7/lines/new"
    assert client.post("/contracts/K7/lines/new", data={"service": "TRUNK", "quantity": "2"}).status_code == 303
    assert client.post("/contracts/K7/lines/1/terms/new", data={
        "from_on": "2026-06-01", "quantity": "5"}).status_code == 303
    assert sql(made, "contract_line_list", p_contract_no="K7")[0]["quantity"] == 5
    page = client.get("/contracts/K7/lines/1/terms/2026-06-01").get_data(as_text=True)
    assert client.post("/contracts/K7/lines/1/terms/2026-06-01", data={
        "quantity": "-1", "row_version": version(page)}).status_code == 422
    assert client.post("/contracts/K7/lines/1/terms/2026-06-01/delete", data={
        "row_version": version(page)}).status_code == 303
    assert sql(made, "contract_line_list", p_contract_no="K7")[0]["quantity"] == 2
    block = {"number": "08-500 10 00", "to_number": "08-500 10 99", "kind": "number"}
    assert client.post("/contracts/K7/lines/1/numbers/new", data=block).status_code == 303
    page = client.post("/contracts/K7/lines/1/numbers/new", data=block | {"number": "08-500 10 50", "to_number": ""})
    assert "K7/1" in wrong(page.get_data(as_text=True))["number"]
    client.post("/contracts/K7/lines/new", data={"service": "VOIP", "quantity": "1"})
    assert client.post("/numbers/4685001000/2026-01-01/move", data={
        "day": "2026-03-01", "contract_no": "K7", "line_no": "2", "row_version": "1"}).status_code == 303
    rows = sql(made, "number_get", p_number="08-500 10 42")
    assert [(one["line_no"], f"{one['begins_on']}") for one in rows] == [(2, "2026-03-01"), (1, "2026-01-01")]
    assert client.post("/numbers/4685001000/2026-03-01/move", data={"day": "2026-04-01"}).status_code == 303
    free, = sql(made, "number_free_list")
    assert free["numbers"] == 100 and free["former_customer_no"] == "7"
    meant = client.post("/contracts/K7/end", data={"noticed_on": "", "end_on": "2026-12-31", "row_version": "1"})
    assert "2026-12-31" in meant.get_data(as_text=True)
    assert not sql(made, "contract_get", p_contract_no="K7")[0]["end_on"]
    answer = client.post("/contracts/K7/end", data={"end_on": "2026-12-31", "row_version": "1", "step": "sure"})
    assert answer.status_code == 303, said(answer)
    assert sql(made, "contract_get", p_contract_no="K7")[0]["status"] == "ending"
    assert client.post("/contracts/K7/lines/1/charges/new", data={
        "charged_on": "2026-05-01", "text": "Visit", "price": "1 250,50"}).status_code == 303
    charge, = sql(made, "charge_list", p_customer_no="7")
    assert f"{charge['price']:.2f}" == "1250.50"
    where = "/contracts/K7/lines/1/charges/delete?day=2026-05-01&text=Visit"
    assert client.post(where, data={"row_version": "9"}).status_code == 422
    assert client.post(where, data={"row_version": "1"}).status_code == 303
    order = {"carrier_prefix": "9500", "kind": "all", "state": "ordered"}
    for at, status in (("some time", 422), ("2026-05-01 08:30", 303)):
        answer = client.post("/numbers/4685001000/preselection", data=order | {"happened_at": at})
        assert answer.status_code == status, at
    assert sql(made, "preselection_list", p_customer_no="7")[0]["state"] == "ordered"
    found = client.get("/preselection?state=ordered&from=2026-05-01&to=2026-05-01").get_data(as_text=True)
    assert "9500" in found and "Seven" in found
    assert "9500" not in client.get("/preselection?from=2026-05-02").get_data(as_text=True)
    for words, is_found in (("4685001", True), ("seven", True), ("K7", True), ("eight", False)):
        assert ("9500" in client.get(f"/preselection?q={words}").get_data(as_text=True)) == is_found, words


def test_a_seller_sees_and_proposes_for_its_own_customers_only(made):
    seller = made.browser("seller", scope="S1")
    page = seller.get("/customers").get_data(as_text=True)
    assert "Seven" in page and "Eight" not in page
    for where in ("", "/contracts", "/numbers", "/prices", "/calls", "/invoices"):
        assert seller.get("/customers/7" + where).status_code == 200, where
        assert seller.get("/customers/8" + where).status_code == 404, where
    for where in ("/notes", "/history", "/ledger", "/credit", "/rings", "/edit", "/contracts/new"):
        assert seller.get("/customers/7" + where).status_code == 403, where
    proposal = {"contract_no": "P1", "service": "VOIP", "quantity": "3", "start_on": "2026-12-01"}
    assert seller.post("/customers/8/propose", data=proposal).status_code == 404
    assert seller.post("/customers/7/propose", data=proposal).status_code == 303
    assert seller.get("/contracts/P1").status_code == 200
    assert made.browser("seller", "sv", "S2").get("/contracts/P1").status_code == 404
    assert seller.get("/contracts/P1/approve").status_code == 403
    assert "/contracts/P1" not in made.browser("seller", "sv", "S2").get("/search?q=P1").get_data(as_text=True)
    client = made.browser("sales")
    assert "P1" in client.get("/contracts?state=proposed").get_data(as_text=True)
    page = client.get("/contracts/P1/approve").get_data(as_text=True)
    assert client.post("/contracts/P1/approve", data={
        "row_version": version(page), "answer": "approve"}).status_code == 303
    assert sql(made, "contract_get", p_contract_no="P1")[0]["state"] == "active"
    answer = client.post("/contracts/P1/approve", data={"row_version": "2", "answer": "decline"})
    assert answer.status_code == 422, "what is in force cannot be declined"
    seller.post("/customers/7/propose", data=proposal | {"contract_no": "P2"})
    assert client.post("/contracts/P2/approve", data={"row_version": "1", "answer": "decline"}).status_code == 303
    assert not sql(made, "contract_get", p_contract_no="P2")


def test_notes_are_written_by_who_works_with_customers(made):
    client = made.browser("support")
    assert client.post("/customers/7/notes", data={"text": " "}).status_code == 422
    assert client.post("/customers/7/notes", data={"text": "<b>Called</b> at nine."}).status_code == 303
    page = made.browser("auditor").get("/customers/7/notes").get_data(as_text=True)
    assert "&lt;b&gt;Called&lt;/b&gt; at nine." in page and "support-en" in page
    assert made.browser("auditor").post("/customers/7/notes", data={"text": "x"}).status_code == 403
