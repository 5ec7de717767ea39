"""Calls and quotes, as another system hands them over and asks for them: by zeep."""

import datetime
from decimal import Decimal

import pytest
from zeep.exceptions import Fault

AT = datetime.datetime(2026, 10, 5, 12, 0, tzinfo=datetime.UTC)
A, B = "46902001005", "46701234567"


def call(key: str | None, **more) -> dict:
    return {"key": key, "started_at": AT, "units": 61, "a_number": A, "b_number": B} | more


def rows(page) -> list:
    return getattr(page, "row", page) or []


@pytest.fixture(scope="module")
def client(served):
    return served.client()


def test_calls_are_submitted_found_and_explained(served, client):
    calls = [call("s1"), call("s2", units=0), call("s1"), call("s3", a_number="46999999999"),
             call("s4", started_at=None)]
    answers = rows(client.submitCalls("plain", calls))
    assert [(one.place, one.result, one.reason) for one in answers] == [
        (1, "rated", None), (2, "zero", None), (3, "duplicate", None), (4, "suspended", "no_subscriber"),
        (5, "suspended", "bad_record")]
    rated = answers[0]
    assert rated.retail == answers[2].retail and rated.retail >= 0 and rated.currency == "SEK" and rated.cost > 0
    got = client.getCall("plain:s1")
    assert (got.customer_no, got.retail, got.file.split()[0]) == (rated.customer_no, rated.retail, "submitted")
    found, = rows(client.findCalls(**{"from": "2026-10-05", "to": "2026-10-06", "a_number": A, "b_number": B,
                                      "contract_no": rated.contract_no, "limit": 1}))
    assert found.customer_no == rated.customer_no
    assert rows(client.explainCall("plain:s1"))[0].level == "call"
    waiting = [one.call for one in rows(client.listSuspendedCalls("plain", "no_subscriber", limit=1000))]
    assert "plain:s3" in waiting
    tried = client.retryCalls(["plain:s3", "plain:s1"])
    assert (tried.read, tried.rated, tried.suspended) == (1, 0, 1)


def test_lists_go_on_after_their_last_row(client):
    for operation, given, key in ((client.findCalls, {"from": "2026-10-01", "to": "2026-11-01"}, "call"),
                                  (client.listSuspendedCalls, {"source": "plain"}, "call")):
        whole = [one[key] for one in rows(operation(**given, limit=40))]
        first = operation(**given, limit=15)
        second = operation(**given, limit=25, after=first.next)
        assert [one[key] for one in [*first.row, *second.row]] == whole and len(set(whole)) == 40


def test_all_or_nothing_and_the_same_request_again(client):
    with pytest.raises(Fault, match=r"Call 2 \(w2\) cannot be rated, reason no_subscriber") as fault:
        client.submitCalls("plain", [call("w1"), call("w2", a_number="46999999999")], is_whole=True)
    assert fault.value.code == "soap:Client.LB315"
    first = rows(client.submitCalls("plain", [call("w1")], request_id="w"))
    assert [one.result for one in first] == ["rated"]
    assert rows(client.submitCalls("plain", [call("w1")], request_id="w"))[0].result == "rated"
    assert rows(client.submitCalls("plain", [call("w1")]))[0].result == "duplicate"


@pytest.mark.parametrize(("code", "given"), [
    ("LB311", ("ghost", [call("x")])), ("LB308", ("plain", [call(None)] * 10_001)),
])
def test_what_no_source_takes(client, code, given):
    with pytest.raises(Fault) as fault:
        client.submitCalls(*given)
    assert fault.value.code == f"soap:Client.{code}"


@pytest.mark.parametrize("level", ["seller", "customer", "support", "finance"])
def test_who_submits_no_calls(served, level):
    scope = {"customer": "1000"}.get(level)
    if level == "seller":
        with served.database.connect() as conn:
            scope = conn.execute("select code from billing.seller order by code limit 1").fetchone()["code"]
    with pytest.raises(Fault) as fault:
        served.client(level, scope).submitCalls("plain", [call("x")])
    assert fault.value.code == "soap:Client.LB939"


def test_ten_thousand_calls_in_a_request(served, client):
    answers = rows(client.submitCalls("plain", [call(f"m{n}", units=1 + n % 300) for n in range(10_000)]))
    assert [one.place for one in answers] == list(range(1, 10_001))
    assert {one.result for one in answers} == {"rated"}
    with served.database.connect() as conn:
        assert conn.execute("select * from logic.check_counts() union all select * from logic.check_totals()"
                            ).fetchall() == []


def test_quotes(client):
    one = client.quoteCall(B, at=AT, units=61, a_number=A)
    steps = rows(client.explainQuote(A, B, AT, 61))
    assert one.retail == [step.amount for step in steps if step.level == "retail"][-1]
    assert one.destination and one.contract_no and one.rate > 0
    many = rows(client.quoteDestinations([B, one.destination, "nowhere"], at=AT, units=61, contract_no=one.contract_no))
    assert [row.destination for row in many] == [one.destination, one.destination, None]
    assert [row.regular for row in many] == [one.regular, one.regular, None] and many[2].reason == "no_destination"
    by_list = rows(client.quoteDestinations([B], at=AT, units=61, price_list=one.price_list))
    assert by_list[0].regular == one.regular == Decimal(one.regular)
    with pytest.raises(Fault, match="Ask by one of"):
        client.quoteCall(B)
