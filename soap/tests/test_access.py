"""Who may ask, and what of whom they see: keys, passwords, UsernameToken, levels, scopes, the log."""

import base64
import datetime
import threading

import pytest
import zeep.wsse
from zeep.exceptions import Fault

from leissner.scripts import db, password
from leissner.webui.tests.conftest import WORDS

GET = '<getCustomer xmlns="urn:leissner:billing:1"><customer_no>1000</customer_no></getCustomer>'


def basic(name: str, words: str) -> dict:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{words}".encode()).decode()}


@pytest.fixture(scope="module")
def person(served):
    """A user with a password."""
    with served.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin"):
        db.call(conn, "user_save", p_name="crm", p_levels=["integration"])
        db.call(conn, "password_set", p_name="crm", **password.new(WORDS))
    return "crm"


def test_each_way_to_log_in(served, person):
    key = served.key()
    for headers in ({"X-API-Key": key}, {"Authorization": f"Bearer {key}"}, basic("", key), basic("anything", key),
                    basic(person, WORDS)):
        status, _, text = served.post(GET, headers)
        assert status == 200 and "<customer_no>1000<" in text, headers
    for name, words in (("crm", WORDS), ("anything", key)):
        client = served.client(wsse=zeep.wsse.UsernameToken(name, words))
        assert client.getCustomer("1000").customer_no == "1000"


@pytest.mark.parametrize("headers", [
    {}, {"X-API-Key": "0" * 64}, {"X-API-Key": "short"}, {"Authorization": "Basic !!!"},
    {"Authorization": "Negotiate x"}, basic("crm", "wrong"), basic("nobody", "wrong"), basic("", ""),
    basic("crm", "0" * 64),
])
def test_who_is_not_known_is_not_read(served, person, headers):
    status, headers, text = served.send(b"<not even XML", headers)
    assert status == 401 and headers["WWW-Authenticate"].startswith("Basic") and "Client.LB930" in text


def test_a_digest_is_not_taken(served, person):
    with pytest.raises(Fault) as refused:
        served.client(wsse=zeep.wsse.UsernameToken("crm", WORDS, use_digest=True)).getCustomer("1000")
    assert refused.value.code.endswith("Client.LB930")


def test_a_password_that_was_changed_is_no_good_any_more(served, person):
    assert served.post(GET, basic(person, WORDS))[0] == 200
    with served.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin"):
        db.call(conn, "password_set", p_name=person, **password.new("another long password"))
    assert served.post(GET, basic(person, WORDS))[0] == 401
    assert served.post(GET, basic(person, "another long password"))[0] == 200
    with served.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin"):
        db.call(conn, "password_set", p_name=person, **password.new(WORDS))


def test_a_key_that_is_revoked_does_nothing_at_once(served):
    key = served.key(p_expires_at=datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1))
    assert served.post(GET, key=key)[0] == 200
    with served.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin"):
        title = next(one["title"] for one in db.call(conn, "api_key_list") if one["expires_at"])
        db.call(conn, "api_key_revoke", p_name="soap-integration-en", p_title=title)
    assert served.post(GET, key=key)[0] == 401


def test_each_sees_its_own(served):
    everyone = {row.customer_no for row in served.client().findCustomers(limit=1000).row}
    with served.database.connect() as conn:
        seller = conn.execute("select code from billing.seller order by code limit 1").fetchone()["code"]
    own = served.client("seller", seller)
    found = {row.customer_no for row in own.findCustomers(limit=1000).row}
    assert found < everyone
    with pytest.raises(Fault, match="no customer"):
        own.getCustomer(min(everyone - found))


def test_a_level_that_may_not_is_told_so(served):
    for level in ("report", "auditor", "customer"):
        with pytest.raises(Fault) as refused:
            served.client(level, "1000" if level == "customer" else None).saveCustomer("1000", "Other")
        assert refused.value.code == "soap:Client.LB939" and "permission level" in refused.value.message


def test_every_request_is_in_the_log(served):
    key = served.key("support")
    status, _, answer = served.post(GET, key=key)
    assert status == 200
    served.post(GET.replace("1000", "nobody"), key=key)
    served.send(b"<x/>", {"X-API-Key": "f" * 64})
    with served.database.connect() as conn:
        rows = conn.execute("select actor, client, subject, detail from audit.event where kind = 'soap' "
                            "order by event_id desc limit 3").fetchall()
    unknown, failed, good = rows
    assert good["actor"] == "soap-support-en" and good["client"].startswith("local soap 127.0.0.1 test ")
    assert good["subject"] == "getCustomer" and good["detail"]["about"] == {"customer_no": "1000"}
    assert good["detail"]["out"] == len(answer.encode()) and good["detail"]["in"] > 100 and good["detail"]["ms"] >= 0
    assert failed["detail"]["fault"] == "Client.LB524" and unknown["detail"]["fault"] == "Client.LB930"
    with served.database.connect() as conn:
        texts = " ".join(f"{row}" for row in conn.execute("select * from audit.event").fetchall())
    assert key not in texts and WORDS not in texts and "f" * 64 not in texts


def test_what_is_changed_is_logged_with_who_did_it(served):
    served.client().saveCustomer("SOAP-1", "From outside")
    with served.database.connect() as conn:
        row = conn.execute("select actor, level, client from audit.change where table_name = 'billing.customer' "
                           "order by change_id desc limit 1").fetchone()
    assert row["actor"] == "soap-integration-en" and row["level"] == "integration"
    assert row["client"].startswith("local soap 127.0.0.1 test")


def test_the_same_request_id_at_the_same_time_does_it_once(served):
    client, answers = served.client(), []

    def save(n):
        answers.append(served.client().saveCustomer(f"SOAP-{n}", "Twice", request_id="same"))

    client.findCustomers(limit=1)
    for n in (7, 7, 7, 7):
        thread = threading.Thread(target=save, args=(n,))
        thread.start()
        if n == 7 and len(answers) > 9:
            break
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and thread.name.startswith("Thread-") and "save" in thread.name:
            thread.join(20)
    assert answers == ["SOAP-7"] * 4
    with served.database.connect() as conn:
        changes = conn.execute("select count(*) from audit.change where table_name = 'billing.customer' "
                               "and op = 'insert' and new ->> 'customer_no' = 'SOAP-7'").fetchone()
    assert changes["count"] == 1
    with pytest.raises(Fault, match="used for another request"):
        client.saveCustomer("SOAP-8", "Other", request_id="same")
    assert served.client("support").saveCustomer("SOAP-9", "Of another caller", request_id="same") == "SOAP-9"


def test_a_request_id_is_free_again_after_thirty_days(served):
    client = served.client()
    client.saveCustomer("SOAP-10", "First", request_id="old")
    with served.database.connect() as conn:
        conn.execute("update access.request set made_at = now() - interval '31 days'")
    client.saveCustomer("SOAP-10", "Second", request_id="old")
    assert client.getCustomer("SOAP-10").name == "Second"
    with served.database.connect() as conn:
        assert conn.execute("select count(*) from access.request").fetchone()["count"] == 1


def test_a_save_keeps_what_is_not_sent_and_empties_what_is_named(served):
    client = served.client()
    client.saveCustomer("SOAP-11", "Kept", email="a@b.example", city="Umeå", credit_limit=500)
    client.saveCustomer("SOAP-11", "Kept", city="Luleå", clear=["email"])
    found = client.getCustomer("SOAP-11")
    assert (found.city, found.email, found.credit_limit) == ("Luleå", None, 500)
    with pytest.raises(Fault, match="has changed"):
        client.saveCustomer("SOAP-11", "Late", row_version=found.row_version - 1)
    with pytest.raises(Fault, match="nothing cannot be emptied"):
        client.saveCustomer("SOAP-11", "Kept", clear=["nothing"])


def test_a_refused_request_is_forgotten_and_may_come_again(served):
    client = served.client()
    with pytest.raises(Fault):
        client.saveCustomer("SOAP-12", "No", parent_no="unknown", request_id="again")
    client.saveCustomer("SOAP-12", "Yes", request_id="again")


def test_faults_are_in_the_callers_language(served):
    with pytest.raises(Fault, match="Någon annan har ändrat"):
        served.client(language="sv").saveCustomer("1000", "Sen", row_version=999)
    with pytest.raises(Fault, match="Din behörighet räcker inte"):
        served.client("report", language="sv").saveCustomer("1000", "Får inte")


def test_a_request_that_does_not_fit_counts_and_is_logged_with_its_key(served):
    """Such requests were of no key: its rate and addresses did not hold for them, and its owner did not find them."""
    key = served.key(p_rate_limit=4)
    unfit = '<getCustomer xmlns="urn:leissner:billing:1"><wrong/></getCustomer>'
    assert [served.post(unfit, key=key)[0] for _ in range(3)] == [500] * 3
    assert served.send(b"<cut", {"X-API-Key": key})[0] == 400
    assert served.send(b"<cut", {"X-API-Key": key})[0] == 429
    with served.database.connect() as conn:
        rows = conn.execute("select subject, detail from audit.event where kind = 'soap' "
                            "order by event_id desc limit 3").fetchall()
    assert {row["detail"]["key"] for row in rows} == {list(served._keys)[-1]}
    assert [row["detail"]["fault"] for row in rows] == ["Client.LB933", "Client.LB944", "Client.LB947"]
    assert rows[2]["subject"] == "getCustomer"
    elsewhere = served.key(p_addresses=["192.0.2.0/24"])
    assert "Client.LB932" in served.post(unfit, key=elsewhere)[2]


def test_the_size_is_that_of_the_operation_that_is_asked_for(served):
    """A comment that named submitCalls let 16 MB through for any operation."""
    status, _, text = served.post("<!--<submitCalls >-->" + GET.replace("1000", "9" * 2_200_000))
    assert status == 413 and "Client.LB940" in text


def test_a_term_keeps_what_is_not_sent(served):
    client, day = served.client(), datetime.date(2031, 1, 1)
    seller = served.client().findCustomers(limit=1000).row
    code = next(row.seller for row in seller if row.seller)
    client.saveCustomerTerm("1000", day, seller=code)
    version = next(row.row_version for row in client.listCustomerTerms("1000") if row.from_on == day)
    client.saveCustomerTerm("1000", day, bill_to="self", row_version=version)
    found = next(row for row in client.listCustomerTerms("1000") if row.from_on == day)
    assert (found.seller, found.bill_to) == (code, "self")
