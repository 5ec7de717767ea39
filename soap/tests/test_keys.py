"""What a key may not: operations, addresses, too much at once; and a key that counts no more does nothing, at once."""

import re

import pytest

from leissner.scripts import db

GET = '<getCustomer xmlns="urn:leissner:billing:1"><customer_no>1000</customer_no></getCustomer>'
SAVE = ('<saveCustomer xmlns="urn:leissner:billing:1"><customer_no>KEY-1</customer_no><name>From outside</name>'
        '</saveCustomer>')
PING = '<ping xmlns="urn:leissner:billing:1"/>'


@pytest.fixture(scope="module")
def administer(served):
    """Calls functions of api as an administrator."""
    def do(function: str, **params):
        with served.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin"):
            return db.call(conn, function, **params)
    return do


@pytest.fixture
def made(served, administer, request):
    """A key of a user of its own: its name and the key."""
    name = request.node.name.replace("[", "-").rstrip("]").replace("_", "-")[:90]

    def make(**limits) -> tuple[dict, str]:
        administer("user_save", p_name=name, p_levels=["integration"])
        who = {"p_name": name, "p_title": "CRM"}
        return who, next(iter(administer("api_key_add", **who, **limits)[0].values()))
    return make


def told(served, key: str, body: str) -> tuple[int, str]:
    """The status of an answer, and the code of its fault."""
    status, _, text = served.post(body, key=key)
    return status, (re.search(r"<faultcode>soap:(\S+?)<", text) or ["", ""])[1]


def known(served) -> list[dict]:
    with served.database.connect() as conn:
        return conn.execute("select name, row_version from billing.customer where customer_no = 'KEY-1'").fetchall()


def test_a_key_calls_what_it_may_and_nothing_else(served, administer, made):
    who, key = made(p_operations=["getCustomer"])
    assert told(served, key, GET) == (200, "") and told(served, key, PING) == (200, "")
    assert told(served, key, SAVE) == (500, "Client.LB931") and not known(served)
    administer("api_key_save", **who, p_operations=["Customers"])
    assert told(served, key, SAVE) == (200, "") and known(served)
    administer("api_key_save", **who, p_operations=["Calls"])
    assert told(served, key, GET) == (500, "Client.LB931")
    administer("api_key_save", **who)
    assert told(served, key, GET) == (200, "")
    seen = administer("api_key_request_list", **who)
    assert [one["fault"] for one in sorted(seen, key=lambda one: one["event_id"])] == [
        None, None, "Client.LB931", None, "Client.LB931", None], "its owner sees why"
    assert {one["address"] for one in seen} == {"127.0.0.1"} and all(one["bytes_in"] > 100 for one in seen)
    listed = next(one for one in administer("api_key_list") if one["name"] == who["p_name"])
    assert listed["last_used_at"] == max(one["at"] for one in seen)


def test_a_key_is_used_from_where_it_may(served, administer, made):
    who, key = made(p_addresses=["192.0.2.0/24", "::1"])
    assert told(served, key, GET) == (500, "Client.LB932")
    assert told(served, key, PING) == (500, "Client.LB932")
    administer("api_key_save", **who, p_addresses=["127.0.0.0/8"])
    assert told(served, key, GET) == (200, "")


def test_a_key_makes_so_many_requests_a_minute(served, administer, made):
    who, key = made(p_rate_limit=3)
    assert [told(served, key, PING)[0] for _ in range(3)] == [200, 200, 200]
    status, headers, text = served.post(SAVE.replace("KEY-1", "KEY-9"), key=key)
    assert status == 429 and "Client.LB933" in text and 15 <= int(headers["Retry-After"]) <= 20
    with served.database.connect() as conn:
        assert conn.execute("select from billing.customer where customer_no = 'KEY-9'").fetchone() is None
    administer("api_key_save", **who, p_rate_limit=None)
    assert told(served, key, PING) == (200, "")
    administer("api_key_save", **who, p_rate_limit=1, p_addresses=["192.0.2.1"])
    seen = [told(served, key, PING)[1] for _ in range(3)]
    assert seen[-1] == "Client.LB933" and set(seen) <= {"Client.LB932", "Client.LB933"}, "what is refused counts too"


@pytest.mark.parametrize("end", ["revoked", "expired", "disabled", "level"])
def test_a_key_that_counts_no_more_does_nothing_at_once(served, administer, made, end):
    """Its last request is a moment ago: that it was good is still remembered, but for reading the request only."""
    who, key = made(p_operations=["saveCustomer"])
    assert told(served, key, SAVE) == (200, "")
    before = known(served)
    if end == "revoked":
        administer("api_key_revoke", **who)
    elif end == "expired":
        administer("api_key_save", **who, p_operations=["saveCustomer"], p_expires_at="2026-01-01")
    elif end == "disabled":
        administer("user_disable", p_name=who["p_name"])
    else:
        administer("user_save", p_name=who["p_name"], p_levels=["support"])
    until = served.soap._callers._known[key]
    for body in (SAVE, PING, GET):  # of GET it is not even told that the key might not
        served.soap._callers._known[key] = until
        assert told(served, key, body) == (401, "Client.LB930"), body
    assert known(served) == before
    assert key not in served.soap._callers._known, "the next one is not even read"
    assert served.send(b"<not XML", {"X-API-Key": key})[0] == 401


def test_a_user_let_in_again_has_the_keys_again(served, administer, made):
    who, key = made()
    administer("user_disable", p_name=who["p_name"])
    assert told(served, key, PING)[0] == 401
    administer("user_disable", p_name=who["p_name"], p_is_disabled=False)
    assert told(served, key, PING)[0] == 200
