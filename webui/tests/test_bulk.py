"""Many customers changed at once in the browser: looked at, done, undone; who may not."""

import re

import pytest


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True)))


def test_looked_at_done_and_undone(golden_web):
    client = golden_web.browser("sales")
    assert "/bulk/new/customers?kind=business" in client.get("/customers?kind=business").get_data(as_text=True)
    where = "/bulk/new/customers/payment_days?kind=business"
    assert where in client.get("/bulk/new/customers?kind=business").get_data(as_text=True)
    assert client.post(where, data={"value": "many"}).status_code == 422
    refused = client.post(where, data={"value": "400"})
    assert refused.status_code == 422 and "This value does not fit here: 400." in words(refused)
    shown = client.post(where, data={"value": "17"})
    count = int(re.search(r"(\d+) change to: 17\.", words(shown))[1])
    assert count > 0 and "17" not in words(client.get("/bulk")), "a preview changes nothing"
    seen = re.search(r'name="seen" value="(\w+)"', shown.get_data(as_text=True))[1]
    stale = client.post(where, data={"value": "18", "seen": seen})
    assert stale.status_code == 422 and "has changed meanwhile" in words(stale)
    done = client.post(where, data={"value": "17", "seen": seen})
    assert done.status_code == 303
    page = client.get(done.location)
    assert "Kind: business" in words(page) and "Undo it" in words(page)
    assert client.post(f"{done.location}/undo").status_code == 303
    assert f"{count} were set back" in words(client.get(done.location))
    assert "undone" in words(client.get("/bulk"))
    again = words(client.post(where, data={"value": "17"}))
    assert f"{count} change to: 17." in again, "as it was"


@pytest.mark.parametrize("what, field, data", [
    ("customers", "price_list", {"value": "NONE", "from_on": "2027-01-01"}),
    ("contracts", "seller", {"value": "", "from_on": "2027-01-01"}),
    ("customers", "price_list", {"value": "NONE", "from_on": "some day"}),
])
def test_what_is_wrong_stands_beside_its_field(golden_web, what, field, data):
    answer = golden_web.browser("support").post(f"/bulk/new/{what}/{field}", data=data)
    assert answer.status_code == 422 and 'class="error"' in answer.get_data(as_text=True)


@pytest.mark.parametrize("level, may", [("finance", 200), ("sales", 200), ("auditor", 403), ("pricing", 403),
                                        ("seller", 403), ("customer", 403)])
def test_who_may(golden_web, level, may):
    client = golden_web.browser(level, scope={"seller": "bo", "customer": "1000"}.get(level))
    assert client.get("/bulk/new/customers/credit_limit").status_code == may
    assert client.get("/bulk/new/customers/delivery").status_code == (404 if level == "finance" else may)
    assert client.post("/bulk/1/undo").status_code in ((303, 404) if may == 200 else (403,))
