"""Credit control in the browser: blocks shown before they are set, orders, promises, limits, policies; who may."""

import html
import json
import re

import psycopg
import pytest

from leissner.webui import work

NO = "1000"


@pytest.fixture(scope="module")
def web(golden_web):
    return golden_web


def rows(web, query: str, *params) -> list[tuple]:
    with psycopg.connect(web.database.conninfo) as conn:
        return conn.execute(query, params).fetchall()


def text(answer) -> str:
    return re.sub(r"[\s\u202f]+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))))


@pytest.fixture(autouse=True)
def begun(monkeypatch):
    """Commands that pages start beside themselves are noted, not run."""
    names = []
    monkeypatch.setattr(work, "start", lambda name, command: names.append(command) or True)
    return names


def test_a_block_is_shown_before_it_is_set_ordered_and_lifted(web):
    client = web.browser("credit")
    address = f"/credit/payers/{NO}/block"
    wanted = {"scope": "outgoing", "reason": "does <i>not</i> pay"}
    assert client.post(address, data={"scope": "outgoing"}).status_code == 422  # no reason
    shown = client.post(address, data=wanted)
    assert "This will happen" in text(shown) and not rows(web, "select from billing.credit_block")
    assert client.post(address, data=wanted | {"sure": "1"}).status_code == 303
    made = rows(web, "select set_by, reason from billing.credit_block where lifted_at is null")
    assert made and set(made) == {("credit-en", wanted["reason"])}
    page = client.get(f"/credit/payers/{NO}")
    assert "does <i>not</i> pay" in text(page) and "<i>not" not in page.get_data(as_text=True)
    assert wanted["reason"] in text(client.get("/credit/blocks"))
    file = client.post("/credit/orders/file")
    sent = json.loads(file.data)["orders"]
    assert len(sent) == len(made) and b"attachment" in file.headers["Content-Disposition"].encode()
    order = sent[0]["id"]
    assert "It is done" in text(client.get(f"/credit/orders/{order}"))
    client.post(f"/credit/orders/{order}/close", data={"what": "failed", "reason": "no such line"})
    assert "no such line" in text(client.get("/credit/orders?state=failed"))
    client.post(f"/credit/orders/{order}/close", data={"what": "again"})
    assert rows(web, "select state from billing.credit_order where credit_order_id = %s", order) == [("ordered",)]
    client.post(f"/credit/orders/{order}/close", data={"what": "done"})
    assert rows(web, "select state from billing.credit_order where credit_order_id = %s", order) == [("confirmed",)]
    assert f"/credit/payers/{NO}/lift?line=" in client.get("/credit/blocks").get_data(as_text=True)
    assert wanted["reason"] in text(client.get(f"/credit/payers/{NO}/lift"))
    client.post(f"/credit/payers/{NO}/lift")
    assert not rows(web, "select from billing.credit_block where lifted_at is null")
    assert ("credit-en",) in rows(web, "select distinct actor from audit.event where kind like 'credit%%'")


def test_a_promise_is_noted_and_withdrawn(web):
    client = web.browser("finance")
    address = f"/credit/payers/{NO}/promise"
    assert client.post(address, data={"until": "soon"}).status_code == 422
    assert client.post(address, data={"until": "2020-01-01"}).status_code == 422  # over
    assert client.post(address, data={"until": "2099-12-31", "reason": "on the phone"}).status_code == 303
    assert "Promised to pay until 2099-12-31" in text(client.get(f"/credit/payers/{NO}"))
    client.post(address, data={"withdraw": "1"})
    assert "Promised to pay" not in text(client.get(f"/credit/payers/{NO}"))


def test_a_limit_is_set_with_its_reason_and_nobody_overwrites_another(web):
    client = web.browser("credit")
    address = f"/credit/payers/{NO}/limit"
    version = re.search(r'name="row_version" value="(\d+)"', client.get(address).get_data(as_text=True))[1]
    wanted = {"limit": "12 500,50", "reason": "asked for", "row_version": version}
    assert client.post(address, data=wanted | {"limit": "-5"}).status_code == 422
    assert client.post(address, data=wanted).status_code == 303
    assert rows(web, "select credit_limit from billing.customer where customer_no = %s", NO)[0][0] == 12500.5
    late = client.post(address, data=wanted | {"limit": "1"})
    assert late.status_code == 422 and "Someone else has changed this" in text(late)
    assert rows(web, "select detail ->> 'reason' from audit.event where kind = 'credit_limit'") == [("asked for",)]
    assert web.browser("sales").post(address, data=wanted).status_code == 403


def test_a_policy_is_changed_and_what_is_wrong_stands_beside_its_field(web):
    client = web.browser("credit")
    address = "/credit/policies/default/edit"
    page = client.get(address).get_data(as_text=True)
    wanted = dict(re.findall(r'<input[^>]* name="(\w+)" value="([^"]*)"', page)) | {
        "blocks": "outgoing", "lines": "concerned", "fraud_blocks": "none", "kind": "", "customer_group": ""}
    wrong = client.post(address, data=wanted | {"warn_percent": "0"})
    assert wrong.status_code == 422 and "Percentages must be above zero" in text(wrong)
    assert client.post(address, data=wanted | {"warn_percent": "75"}).status_code == 303
    assert "75" in text(client.get("/credit/policies"))
    assert client.post(address, data=wanted | {"warn_percent": "70"}).status_code == 422  # lain open meanwhile
    strange = client.post("/credit/policies/new", data=wanted | {"code": "one", "customer_no": "nobody"})
    assert strange.status_code == 422 and "nobody" in text(strange)
    assert client.post("/credit/policies/new", data=wanted | {"code": "one", "customer_no": NO}).status_code == 303
    assert "one" in text(client.get(f"/credit/payers/{NO}"))


def test_a_check_says_what_it_would_do_and_does_it(web, begun):
    client = web.browser("credit")
    count = "select count(*) from billing.credit_event where kind <> 'lifted'"
    assert client.get("/credit/check").status_code == 200
    before = rows(web, count)
    shown = text(client.get("/credit/check?now=1"))
    assert rows(web, count) == before
    client.post("/credit/check")
    assert (rows(web, count) != before) == ("Would be done now" in shown) == bool(begun)
    assert "Nothing to do" in text(client.get("/credit/check?now=1"))


@pytest.mark.parametrize("level", ["sales", "auditor"])
def test_who_only_reads_credit_changes_nothing(web, level):
    client = web.browser(level, "sv")
    for path in ("/credit", "/credit/payers", "/credit/payers?now=1", "/credit/blocks", "/credit/orders",
                 "/credit/policies", "/credit/messages", f"/credit/payers/{NO}"):
        assert client.get(path).status_code == 200, path
    assert client.get("/credit/payers/nobody").status_code == 404
    for path in ("/credit/check", f"/credit/payers/{NO}/block", f"/credit/payers/{NO}/lift",
                 f"/credit/payers/{NO}/promise", "/credit/orders/file", "/credit/orders/send",
                 "/credit/policies/default/edit", "/credit/messages/send"):
        assert client.post(path).status_code == 403, path


@pytest.mark.parametrize("level", ["pricing", "seller", "customer"])
def test_who_has_no_part_in_credit_sees_nothing_of_it(web, level):
    scope = {"customer": NO, "seller": "S1"}.get(level)
    if level == "seller":
        scope = rows(web, "select code from billing.seller order by 1 limit 1")[0][0]
    client = web.browser(level, scope=scope)
    for path in ("/credit", "/credit/blocks", "/credit/orders", f"/credit/payers/{NO}"):
        assert client.get(path).status_code == 403, path
