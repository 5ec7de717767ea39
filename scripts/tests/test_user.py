"""Users: the commands, the login that the database proves, and its throttle under parallel attempts."""

import concurrent.futures
import json
import re

import psycopg
import pytest

from leissner.db.tests.fixtures import Database
from leissner.scripts import db, password


def add(leissner, *args: str) -> str:
    """Adds a user and gives the password that was printed."""
    outcome = leissner("user", "add", *args)
    assert outcome.code == 0, outcome.err
    return re.search(r"Password of \S+: (\S+)", outcome.out)[1]


def level_now(web: db.Connection, token: str) -> str | None:
    """What a request with that token would be."""
    with web.transaction():
        web.execute("select set_config('app.session', %s, true)", [token])
        rows = db.call(web, "session_get")
    return rows[0]["level"] if rows else None


def test_a_user_from_first_to_last(leissner, database: Database):
    words = add(leissner, "Anna", "--level", "support", "--level", "finance", "--full-name", "Anna Ek")
    with database.connect("leissner_web") as web:
        assert password.login(web, "anna", "wrong", "192.0.2.1") is None
        session = password.login(web, "ANNA", words, "192.0.2.1")
        assert level_now(web, session["token"]) == "support"
        assert level_now(web, "x" * 64) is None
        listed = leissner("user", "list")
        assert re.search(r"anna +support, finance +last login \d{4}", listed.out)

        new_words = re.search(r": (\S+)", leissner("user", "password", "anna").out)[1]
        assert level_now(web, session["token"]) is None, "another password closes the sessions"
        assert password.login(web, "anna", words, "192.0.2.1") is None
        session = password.login(web, "anna", new_words, "192.0.2.1", "finance")
        assert level_now(web, session["token"]) == "finance"

        assert leissner("user", "disable", "anna").code == 0
        assert level_now(web, session["token"]) is None
        assert password.login(web, "anna", new_words, "192.0.2.1") is None
        assert "disabled" in leissner("user", "list").out
        assert leissner("user", "disable", "anna", "--enable").code == 0
        assert level_now(web, session["token"]) == "finance"


def test_adding_twice_keeps_the_password(leissner, database: Database):
    words = add(leissner, "bo", "--level", "sales")
    again = leissner("user", "add", "bo", "--level", "credit")
    assert (again.code, "password stays" in again.out) == (0, True)
    with database.connect("leissner_web") as web:
        assert password.login(web, "bo", words, "192.0.2.1")["level"] == "credit"


def test_sellers_and_customers_have_their_scope(leissner, database: Database, conn):
    conn.execute("insert into billing.seller (code, name) values ('S1', 'One')")
    conn.execute("insert into billing.customer (customer_no, name) values ('1001', 'Bo AB'), ('1002', 'Cia AB')")
    words = add(leissner, "dealer", "--level", "seller", "--seller", "S1")
    own_words = add(leissner, "bo", "--level", "customer", "--customer", "1001")
    assert re.search(r"bo +customer of 1001 .*\ndealer +seller of S1 ", leissner("user", "list").out)
    with database.connect("leissner_web") as web:
        for name, its_words, level, sees in [("dealer", words, "seller", []), ("bo", own_words, "customer", ["1001"])]:
            token = password.login(web, name, its_words, "192.0.2.1")["token"]
            with web.transaction():
                web.execute("select set_config('app.session', %s, true)", [token])
                web.execute(f"set local role leissner_{level}")
                customers = web.execute("select customer_no from billing.customer").fetchall()
            assert [row["customer_no"] for row in customers] == sees


def test_what_is_refused(leissner):
    for args, sentence in [
        (("add", "cia", "--level", "boss"), "at least one of the levels"),
        (("add", "cia", "--level", "seller"), "Level seller needs a seller"),
        (("add", "cia", "--level", "seller", "--seller", "S1"), "There is no seller S1."),
        (("add", "cia", "--level", "customer", "--customer", "1"), "There is no customer 1."),
        (("add", "Ü", "--level", "sales"), "A user name is"),
        (("disable", "cia"), "There is no user cia."),
        (("password", "cia"), "There is no user cia."),
    ]:
        outcome = leissner("user", *args)
        assert outcome.code == 1
        assert sentence in outcome.err
    assert leissner("user", "list").out == ""


def test_a_short_password_is_refused():
    with pytest.raises(Exception, match="12 characters"):
        password.new("short")


def test_an_api_key_acts_until_revoked(leissner, database: Database):
    add(leissner, "pbx", "--level", "integration")
    key = leissner("user", "key", "pbx", "Switchboard").out.strip()
    with database.connect("leissner_web") as web:
        assert level_now(web, key) == "integration"
        assert leissner("user", "key", "pbx", "Switchboard", "--revoke").code == 0
        assert level_now(web, key) is None


def test_a_key_has_limits_that_are_changed_one_by_one(leissner, database: Database):
    add(leissner, "pbx", "--level", "integration")
    assert leissner("user", "key", "pbx", "Switch", "--expires", "2099-12-31", "--operation", "Customers",
                    "--operation", "getCustomer", "--address", "192.0.2.0/24", "--rate", "60").code == 0

    def found(*args: str) -> dict:
        assert leissner("user", "key", "pbx", "Switch", *args).code == 0
        return json.loads(leissner("user", "keys", "PBX", "--json").out)[0]

    one = found("--change", "--rate", "30")
    assert one["operations"] == ["Customers"] and one["addresses"] == ["192.0.2.0/24"]
    assert one["rate_limit"] == 30 and one["expires_at"].startswith("2100-01-01 00:00") and one["state"] == "active"
    assert re.search(r"pbx +Switch +integration +active +Customers; from 192.0.2.0/24; 30 a minute; through 2099-12-31",
                     leissner("user", "keys").out)
    one = found("--change", "--rate", "0", "--operation", "all", "--address", "any", "--expires", "never")
    assert [one[name] for name in ("operations", "addresses", "rate_limit", "expires_at")] == [None, [], None, None]
    for args, code, sentence in [
        (("Other", "--operation", "getKustomer"), 1, "no operation or service getKustomer.*Customers \\(getCustomer, "),
        (("Other", "--address", "10.0.0.1/8"), 1, "10.0.0.1/8 is no address and no network"),
        (("Other", "--expires", "31/12"), 1, "31/12 is not a day"),
        (("Other", "--rate", "-1"), 2, "rate"),
        (("Other", "--change"), 1, "There is no API key Other of user pbx"),
        (("Switch", "--change", "--level", "sales"), 2, "keeps its level"),
        (("Switch", "--revoke", "--rate", "5"), 2, "goes alone"),
        (("Switch",), 1, "already"),
    ]:
        outcome = leissner("user", "key", "pbx", *args)
        assert outcome.code == code and re.search(sentence, outcome.err, re.S), outcome


def test_parallel_attempts_get_no_more_tries(leissner, database: Database):
    """Twenty at once: five are looked at, whoever comes first; the others wait."""
    add(leissner, "dan", "--level", "support")

    def attempt(number: int) -> str:
        with database.connect("leissner_web") as web:
            try:
                db.call(web, "login_begin", p_name="dan", p_client=f"192.0.2.{number}")
            except psycopg.Error as error:
                return error.sqlstate
            return "tried"

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(attempt, range(20)))
    assert sorted(outcomes) == ["LB902"] * 15 + ["tried"] * 5


def test_a_connection_that_is_used_again_remembers_nothing(leissner, database: Database):
    words = add(leissner, "eli", "--level", "admin")
    with database.connect("leissner_web") as web:
        token = password.login(web, "eli", words, "192.0.2.1")["token"]
        with web.transaction():
            web.execute(
                "select set_config('app.session', %s, true), set_config('role', 'leissner_admin', true)", [token]
            )
            assert len(db.call(web, "user_list")) == 1
        with web.transaction():
            web.execute("set local role leissner_admin")
            assert db.call(web, "user_list") == []
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.call(web, "user_list")
