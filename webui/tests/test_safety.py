"""What someone tries who means harm, or is careless: against the real application and a real database."""

import csv
import io
import logging
import re
import zipfile
from html.parser import HTMLParser
from urllib.parse import urlsplit

import openpyxl
import psycopg
import pytest
from flask import url_for
from psycopg_pool import PoolTimeout

from leissner.scripts import db
from leissner.scripts.bench_web import LINK, walk
from leissner.webui import create_app, database, work
from leissner.webui.database import LOGIN
from leissner.webui.tests.conftest import WORDS, make_web

ALWAYS = {"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy"}
CSP = ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'")
COOKIE = re.compile(r"^(?P<name>[^=]+)=(?P<value>[^;]*)")


@pytest.fixture(scope="module")
def web(lived_web):
    return lived_web


@pytest.fixture
def guarded(web):
    """The application with its tokens asked for, as it is served."""
    web.app.config["WTF_CSRF_ENABLED"] = True
    yield web
    web.app.config["WTF_CSRF_ENABLED"] = False


def rows(web, query: str, *params) -> list[tuple]:
    with psycopg.connect(web.database.conninfo) as conn:
        return conn.execute(query, params).fetchall()


def do(web, statement: str, *params) -> None:
    with psycopg.connect(web.database.conninfo) as conn:
        conn.execute(statement, params)


def posts(web) -> dict[str, str]:
    """{endpoint: an address} of all that takes a POST; what it is about need not be there."""
    found = {}
    with web.app.test_request_context():
        for rule in web.app.url_map.iter_rules():
            if "POST" in rule.methods:
                given = {name: 1 if type(rule._converters[name]).__name__ == "IntegerConverter" else "x"
                         for name in rule.arguments}
                found[rule.endpoint] = url_for(rule.endpoint, **given)
    return found


def token(client, address: str = "/me") -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).get_data(as_text=True))[1]


# Answers ---------------------------------------------------------------------------------------------------

def test_every_answer_says_what_a_browser_may_do_with_it(guarded, monkeypatch):
    client, nobody = guarded.browser(), guarded.browser()
    known = token(client, "/login")
    assert client.post("/login", data={"name": "admin-en", "password": "x", "csrf_token": known}).status_code == 422
    guarded.app.config["WTF_CSRF_ENABLED"] = False
    client = guarded.browser("admin")
    guarded.app.config["WTF_CSRF_ENABLED"] = True
    tried = [
        (nobody, "GET", "/login", 200), (nobody, "GET", "/", 302), (nobody, "GET", "/no-such-page", 404),
        (nobody, "GET", "/health", 200), (nobody, "GET", "/assets/leissner.css", 200),
        (nobody, "GET", "/assets/..%2f__init__.py", 404), (nobody, "POST", "/logout", 400),
        (client, "GET", "/customers", 200), (client, "GET", "/customers?export=csv", 200),
        (client, "GET", "/customers?export=xlsx", 200), (client, "GET", "/invoices/20260001.pdf", 200),
        (client, "GET", "/customers/no-such", 404), (client, "POST", "/customers", 405),
        (client, "POST", "/level", 400), (client, "GET", "/customers?after=zzz", 404),
        (client, "GET", "/admin/export/leissner.zip", 200),
    ]
    for who, method, address, status in tried:
        with who.open(address, method=method) as answer:
            assert answer.status_code == status, (address, answer.status_code)
            assert set(answer.headers.keys()) >= ALWAYS, address
            policy = answer.headers["Content-Security-Policy"]
            assert "unsafe" not in policy and all(one in policy for one in CSP), address
            assert answer.headers["Cache-Control"] == "no-store" or address.startswith("/assets/leissner"), address
            assert "Traceback" not in answer.get_data().decode("latin-1")


def test_what_goes_wrong_is_told_by_a_number_and_written_down_without_secrets(web, monkeypatch, caplog):
    client = web.browser("admin")

    def fails(*args, **params):
        raise RuntimeError("token hunter2")

    with monkeypatch.context() as patch:
        patch.setattr(database, "call", fails)
        answer = client.get("/runs/1?secret=hunter3", headers={"Cookie2": "hunter4"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 500 and set(answer.headers.keys()) >= ALWAYS
    assert not re.search(r"hunter|Traceback|RuntimeError|File &#34;|line \d", page)
    number = re.search(r"number ([0-9a-f]{8})", page)[1]
    assert number in caplog.text and "hunter3" not in caplog.text and "hunter4" not in caplog.text

    def refused(*args, **params):
        raise psycopg.errors.UndefinedTable('relation "secret_table" does not exist')

    with monkeypatch.context() as patch:
        patch.setattr(db, "call_one", refused, raising=False)
        patch.setattr(database.db, "page", refused)
        answer = client.get("/customers")
    assert answer.status_code == 500 and "secret_table" not in answer.get_data(as_text=True)


def test_a_database_that_is_away_is_said_in_words(web, monkeypatch):
    client, nobody = web.browser("support"), web.browser()

    def away(*args, **params):
        raise PoolTimeout("none")

    monkeypatch.setattr(web.app.extensions["pool"], "connection", away)
    for who, address in ((client, "/customers"), (nobody, "/health"), (nobody, "/login")):
        answer = who.get(address) if address != "/login" else who.post(address, data={"name": "x", "password": "y"})
        assert answer.status_code == 503, address
        assert "does not answer" in answer.get_data(as_text=True) and set(answer.headers.keys()) >= ALWAYS, address


def test_the_host_that_is_asked_for_is_never_repeated(web):
    client = web.browser("admin")
    for address in ("/", "/login", "/customers", "/no-such", "/me", "/invoices/20260001", "/reports/ageing"):
        for headers in ({"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"},
                        {"Forwarded": "host=evil.example"}):
            answer = client.get(address, headers=headers)
            assert "evil.example" not in answer.get_data(as_text=True) + f"{answer.headers}", (address, headers)


# Logging in ------------------------------------------------------------------------------------------------

def cookies(answer) -> dict[str, str]:
    return {COOKIE.match(one)["name"]: one for one in answer.headers.getlist("Set-Cookie")}


def test_cookies_are_for_this_site_alone_and_for_tls_where_there_is(web):
    web.browser("admin")
    app = create_app(web.database.url(LOGIN), is_secure=True)
    app.config["WTF_CSRF_ENABLED"] = False
    try:
        client = app.test_client()
        client.post("/login", base_url="https://localhost", data={"name": "admin-en", "password": WORDS})
        answer = client.get("/customers?columns=name", base_url="https://localhost")
        found = cookies(answer)
        assert len(found) == 2  # the session's and the choice of columns
        for one in found.values():
            assert "Secure" in one and "HttpOnly" in one and "SameSite=Lax" in one, one
        assert "max-age" in answer.headers["Strict-Transport-Security"]
    finally:
        app.extensions["pool"].close()


def test_a_login_makes_a_session_of_its_own_that_ends_with_it(web):
    web.browser("admin")
    thief, victim = web.browser("support"), web.browser()
    planted = thief.get_cookie("leissner").value
    victim.set_cookie("leissner", planted)
    before = rows(web, "select count(*) from access.session")[0][0]
    victim.post("/logout")
    victim.post("/login", data={"name": "admin-en", "password": WORDS})
    assert rows(web, "select count(*) from access.session")[0][0] == before + 1
    assert victim.get_cookie("leissner").value != planted
    assert thief.get("/").status_code == 302  # nothing that was planted is anyone's session now
    kept = victim.get_cookie("leissner").value
    victim.post("/logout")
    victim.set_cookie("leissner", kept)
    assert victim.get("/").status_code == 302  # a copied cookie is worth nothing after
    victim.set_cookie("leissner", kept[:-2] + "xx")
    assert victim.get("/").status_code == 302  # nor is one that was written by hand


def test_a_session_ends_by_itself_with_the_user_and_with_the_password(web):
    client = web.browser("report")
    assert client.get("/").status_code == 200
    do(web, "update access.session set expires_at = now() - interval '1 second' where app_user_id ="
            " (select app_user_id from access.app_user where name = 'report-en')")
    answer = client.get("/reports")
    assert answer.status_code == 302 and answer.location.endswith("/login?next=/reports")
    client, other = web.browser("report"), web.browser()
    assert other.post("/login", data={"name": "report-en", "password": WORDS}).status_code == 302
    new = "another few words to know"
    answer = client.post("/me", data={"part": "password", "old": WORDS, "new": new, "again": new})
    assert answer.status_code in (302, 303), answer.get_data(as_text=True)
    assert (client.get("/").status_code, other.get("/").status_code) == (200, 302)
    do(web, "update access.app_user set is_disabled = true where name = 'report-en'")
    assert client.get("/").status_code == 302
    do(web, "update access.app_user set is_disabled = false where name = 'report-en'")


def test_a_password_is_judged_by_its_length_and_never_shown_again(web, caplog):
    caplog.set_level(logging.DEBUG)
    client = web.browser("credit")
    for new, again, words in (("Xy9!Xy9!Xy9", "Xy9!Xy9!Xy9", "12 characters"), ("a" * 12, "b" * 12, "not the same"),
                              ("a" * 12, "a" * 12, None)):
        answer = client.post("/me", data={"part": "password", "old": "wrong-old-words", "new": new, "again": again})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422 and (words or "wrong") in page
        assert new not in page and again not in page and "wrong-old-words" not in page
    web.browser().post("/login", data={"name": "credit-en", "password": "typed-in-the-wrong-place"})
    assert "wrong-old-words" not in caplog.text and "typed-in-the-wrong-place" not in caplog.text
    for table in ("audit.change", "audit.event"):
        found = rows(web, f"select record::text from {table} as record")
        assert found and not any("typed-in-the-wrong-place" in one or WORDS in one for (one,) in found)
    verifiers = [one.hex() for (one,) in rows(web, "select verifier from access.password")] + [
        one.hex() for (one,) in rows(web, "select token_hash from access.session")]
    written = "\n".join(one for (one,) in rows(web, "select record::text from audit.change as record"))
    assert not [one for one in verifiers if one in written]


def test_attempts_without_end_are_slowed_down_for_that_name_alone(web):
    web.browser("sales")
    client, seen = web.browser(), []
    for _ in range(8):
        answer = client.post("/login", data={"name": "sales-en", "password": "x" * 16})
        seen.append(answer.get_data(as_text=True))
    assert all("is wrong" in one for one in seen[:5]) and "second" in seen[-1]
    right = client.post("/login", data={"name": "sales-en", "password": WORDS},
                        headers={"X-Forwarded-For": "198.51.100.7"})
    assert right.status_code == 422  # the right one too, from wherever it says it comes
    assert web.browser("auditor").get("/").status_code == 200
    do(web, "delete from access.login_throttle")


def test_who_logs_in_goes_to_no_other_site(web):
    web.browser("admin")
    for target in ("//evil.example", "/\\evil.example", "/\t/evil.example", "/\n/evil.example", "https:evil.example",
                   "javascript:alert(1)", "/%09/evil.example", "\\/evil.example", "/ /evil.example", "http:///evil.example"):
        answer = web.app.test_client().post("/login", query_string={"next": target}, data={
            "name": "admin-en", "password": WORDS})
        parts = urlsplit(re.sub(r"[\t\r\n]", "", answer.location))
        assert answer.status_code == 302 and not parts.scheme and not parts.netloc, (target, answer.location)
        assert not re.match(r"[/\\]\s*[/\\]", answer.location), (target, answer.location)


# Forged requests -------------------------------------------------------------------------------------------

def test_nothing_is_written_without_the_token_of_the_own_session(guarded):
    guarded.app.config["WTF_CSRF_ENABLED"] = False
    client, other = guarded.browser("admin"), guarded.browser("finance")
    guarded.app.config["WTF_CSRF_ENABLED"] = True
    strange, own = token(other), token(client)
    assert not guarded.app.extensions["csrf"]._exempt_views
    before = rows(guarded, "select count(*) from audit.change")
    for endpoint, address in posts(guarded).items():
        for data, headers in (({}, {}), ({"csrf_token": "x"}, {}), ({"csrf_token": strange}, {}),
                              ({}, {"X-CSRFToken": strange}), ({}, {"HX-Request": "true"}),
                              ({"name": "x"}, {"Sec-Fetch-Site": "same-origin"})):
            assert client.post(address, data=data, headers=headers).status_code == 400, (endpoint, data, headers)
    assert rows(guarded, "select count(*) from audit.change") == before
    assert client.post("/level", data={"level": "admin"}, headers={"X-CSRFToken": own}).status_code == 302


def test_what_was_typed_outlives_the_session(guarded):
    """A form of ours whose session has ended is kept to be sent once more; one from elsewhere is not, nor passwords."""
    guarded.app.config["WTF_CSRF_ENABLED"] = False
    client = guarded.browser("sales")
    guarded.app.config["WTF_CSRF_ENABLED"] = True
    address, ours, typed = "/customers/1000/notes", {"Sec-Fetch-Site": "same-origin"}, {"text": 'Kept "as" typed <b>'}
    shown = guarded.app.test_client().post(address, data=typed, headers=ours)
    page = shown.get_data(as_text=True)
    assert shown.status_code == 400 and 'value="Kept &#34;as&#34; typed &lt;b&gt;"' in page and 'href="/login"' in page
    again = client.post(address, data=typed, headers=ours).get_data(as_text=True)  # in the session that is new by then
    assert 'href="/login"' not in again and f'action="{address}"' in again and "Kept" not in client.get(
        address).get_data(as_text=True)
    known = re.search(r'name="csrf_token" value="([^"]+)"', again[again.index(f'action="{address}"'):])[1]
    assert client.post(address, data=typed | {"csrf_token": known}).status_code in (302, 303)
    assert "Kept &#34;as&#34; typed" in client.get(address).get_data(as_text=True)
    for where, data, headers in ((address, typed, {"Origin": "https://evil.example"}), (address, typed, {}),
                                 ("/me", {"old": "secret words"}, ours)):
        answer = client.post(where, data=data, headers=headers)
        assert answer.status_code == 400 and "once more</button>" not in answer.get_data(as_text=True)


def test_reading_writes_nothing(web):
    """A GET is a transaction that reads only, whoever made a link to it."""
    client = web.browser("admin")
    cookie = f"leissner={client.get_cookie('leissner').value}"
    with web.app.test_request_context("/customers", headers={"Cookie": cookie}):
        web.app.preprocess_request()
        with pytest.raises(database.Refused):
            database.call("customer_note_add", p_customer_no="1000", p_text="x")
        database._close(database.Rollback())


# What is others' -------------------------------------------------------------------------------------------

# Everything that has an owner: who may see it, its address, words that only its owner may read.
IDS = """
    select owner.customer_no, '/customers/' || owner.customer_no as address, owner.name as words
    from billing.customer as owner
    union all
    select owner.customer_no, '/contracts/' || contract.contract_no, owner.name
    from billing.contract as contract join billing.customer as owner using (customer_id)
    union all
    select owner.customer_no, '/contracts/' || contract.contract_no || '/lines/' || line.line_no, owner.name
    from billing.contract_line as line join billing.contract as contract using (contract_id)
    join billing.customer as owner on owner.customer_id = contract.customer_id
    union all
    select owner.customer_no, '/numbers/' || number.number, owner.name
    from billing.subscriber_number as number join billing.contract_line as line using (contract_line_id)
    join billing.contract as contract on contract.contract_id = line.contract_id
    join billing.customer as owner on owner.customer_id = contract.customer_id
    union all
    (select distinct on (owner.customer_no) owner.customer_no, '/calls/' || source.code || ':' || call.key, owner.name
    from billing.call as call join billing.cdr_source as source using (source_id)
    join billing.customer as owner using (customer_id) order by owner.customer_no, call.call_id)
"""
OWN = {"anna": {"2000"}, "bo": {"3001"}, "1000": {"1000", "1001", "1002", "1003"}, "1002": {"1002", "1003"}}
PARTS = {"/customers": ("/calls", "/contracts", "/numbers", "/invoices", "/propose", "/ledger"),
         "/calls": ("?text=1",)}  # of what is let in for sellers and customers; the rest is shut to them


@pytest.mark.parametrize(("level", "scope"), [("seller", "anna"), ("seller", "bo"), ("customer", "1000"),
                                              ("customer", "1002")])
def test_what_belongs_to_others_is_not_there(web, level, scope):
    client, seen = web.browser(level, scope=scope), 0
    strangers = {name for no, _address, name in rows(web, IDS) if no not in OWN[scope]}
    for no, address, _name in rows(web, IDS):
        for part in ("", *PARTS.get(address[:address.index("/", 1)], ())):
            for method in ("GET", "POST") if part == "/propose" else ("GET",):
                answer = client.open(address + part, method=method, headers={"HX-Request": "true"} if part else {})
                page = answer.get_data(as_text=True)
                if no not in OWN[scope]:
                    assert answer.status_code in (403, 404, 405) or f"There is no call {address[7:]}" in page, (
                        address + part, method, answer.status_code)
                elif answer.status_code == 200:
                    seen += 1
                assert not [name for name in strangers if name in page], (address + part, method)
    assert seen >= (1 if level == "customer" else 8)  # what is theirs they do see


@pytest.mark.parametrize(("level", "scope"), [("seller", "anna"), ("seller", "bo"), ("customer", "1002")])
def test_lists_searches_exports_and_reports_hold_what_is_the_readers(web, level, scope):
    client = web.browser(level, scope=scope)
    strangers = {name for no, _address, name in rows(web, IDS) if no not in OWN[scope]}
    numbers = [{address.rpartition("/")[2] for no, address, _ in rows(web, IDS)
                if (no in OWN[scope]) == is_own and address.startswith("/numbers")} for is_own in (True, False)]
    numbers = numbers[1] - numbers[0]
    found = [one["report"] for one in known_reports(web, level)]
    tried = ["/", "/me", *(f"/search?q={words.split()[0]}" for words in strangers),
             *(f"/search?q={number}" for number in numbers), "/calls/news?since=1",
             *(f"{at}{more}" for at in ("/customers", "/contracts", "/numbers", "/calls?from=2026-01-01")
               for more in ("", "&export=csv" if "?" in at else "?export=csv")),
             *(f"/calls?customer={no}" for no, *_ in rows(web, IDS) if no not in OWN[scope]),
             *(f"/reports/{one}{more}" for one in found for more in (
                 "?now=1&period=any&from=2026-01-01&through=2026-12-31",
                 "/rows?period=any&from=2026-01-01&through=2026-12-31",
                 "?export=csv&period=any&from=2026-01-01&through=2026-12-31"))]
    whole = 0
    for address in tried:
        with client.get(address, headers={"HX-Request": "true"} if "news" in address else {}) as answer:
            page = answer.get_data(as_text=True)
        assert answer.status_code in (200, 403, 404), (address, answer.status_code)
        whole += answer.status_code == 200
        page = page.replace(re.sub(r"&", "&amp;", address.partition("q=")[2]), "") if "q=" in address else page
        called = set() if address.startswith("/calls") else numbers  # whom they have called they may see
        assert not [one for one in strangers | called if one in page], address
        if address.startswith("/calls?from") and "export" in address:
            found = list(csv.DictReader(io.StringIO(page)))
            assert found and {one["customer_no"] for one in found} <= OWN[scope]
    assert whole > len(strangers)


def known_reports(web, level: str) -> list[dict]:
    with web.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin", read_only=True):
        return db.call(conn, "report_list")


def test_a_session_and_a_level_are_the_own_ones(web):
    other, client = web.browser("finance"), web.browser("support")
    session = rows(web, "select max(session_id) from access.session join access.app_user using (app_user_id)"
                        " where name = 'finance-en'")[0][0]
    client.post("/me", data={"part": "session", "session": session})
    assert other.get("/").status_code == 200
    assert client.post("/level", data={"level": "admin"}).status_code in (403, 422)
    assert client.get("/admin/users").status_code == 403


# What people type ------------------------------------------------------------------------------------------

HARM = "javascript:a//\"'><xss-probe onx=1>"
MARK = "xss-probe"


class Strange(HTMLParser):
    """What a page would do that nobody wrote: tags and attributes of what was typed, addresses that are scripts."""

    def __init__(self, page: str):
        super().__init__()
        self.found, self.forms = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("href", "src", "action", "formaction", "hx-get", "hx-post", "data") and re.match(
                    r"\s*(javascript|data|vbscript):", value or "", re.I):
                self.found.append(f"{tag} {name}={value}")
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.found.append(f"{tag} {name}")
        if tag == MARK or tag == "script" and not dict(attrs).get("src"):
            self.found.append(tag)
        given = dict(attrs)
        if tag == "form":
            self.forms.append({"method": given.get("method", "get"), "action": given.get("action"), "fields": {}})
        elif self.forms and given.get("name") and tag in ("input", "select", "textarea"):
            self.forms[-1]["fields"][given["name"]] = (tag, given.get("type", "text"), given.get("value", ""))


TEXTS = """
    select format('%I.%I', place.nspname, class.relname), array_agg(quote_ident(field.attname) order by field.attnum)
    from pg_attribute as field join pg_class as class on class.oid = field.attrelid
    join pg_namespace as place on place.oid = class.relnamespace
    where place.nspname = 'billing' and class.relkind in ('r', 'p') and not class.relispartition
    and class.relname not in ('message', 'setting', 'job')
    and field.atttypid = 'text'::regtype and field.attnum > 0 and field.attgenerated = '' group by 1
"""


CODES = re.compile(r"code|_no$|^state$|kind|currency|reference|language|country|^number|line_no|schedule|account|"
                   r"zone|^key$|_number$|unit$|delivery|origin|scope|channel|format|encoding|mode|rule|reason")


def spoil(web, value: str) -> tuple[int, set[str]]:
    """Writes it, past triggers and checks of length, into every text of every table that holds words and not codes:
    how many columns, and which tables. A column whose constraint has none of it, or that is a key, stays."""
    count, tables = 0, set()
    with psycopg.connect(web.database.conninfo, autocommit=True) as conn:
        conn.execute("set session_replication_role = replica")
        for table, columns in conn.execute(TEXTS).fetchall():
            for column in columns:
                if CODES.search(column):
                    continue
                try:
                    changed = conn.execute(f"update {table} set {column} = %s where {column} is not null", (value,))
                except psycopg.Error:
                    try:  # one of them, where there may be one of a name
                        changed = conn.execute(
                            f"update {table} set {column} = %s || ctid::text where {column} is not null", (value,))
                    except psycopg.Error:
                        continue
                if changed.rowcount:
                    count += 1
                    tables.add(table)
    return count, tables


@pytest.fixture(scope="module")
def spoilt(bed, lived, quick_passwords):
    """The database with harm in all of its texts."""
    made = bed.create(lived.name)
    one = make_web(made)
    one.count, one.tables = spoil(one, HARM)
    one.seen = list(walk(one.browser("admin"), "admin", 700, 1))
    yield one
    one.app.extensions["pool"].close()
    bed.drop(made)


def test_what_was_typed_is_shown_and_never_run(spoilt):
    assert spoilt.count >= 60 and spoilt.tables >= {
        "billing.customer", "billing.price_list", "billing.payment", "billing.destination", "billing.cdr_file"}
    shown, wrong = set(), []
    for seen in spoilt.seen:
        if seen.status >= 500:
            wrong.append((seen.address, seen.status))
        if not seen.text.lstrip().startswith("<"):
            continue  # plain text is said to be that, and taken for nothing else
        if MARK in seen.text:
            shown.add(seen.address)
        if found := Strange(seen.text).found:
            wrong.append((seen.address, found[:2]))
    assert not wrong, "\n".join(f"{one}" for one in wrong[:30])
    assert len(shown) > 60


def test_what_is_typed_into_a_form_comes_back_as_text(spoilt, monkeypatch):
    """Every field of every form and every argument of every list, as admin: what was wrong is shown, nothing breaks."""
    monkeypatch.setattr(work, "start", lambda *what, **more: True)
    client, wrong, fields, done = spoilt.browser("admin"), [], 0, set()
    for seen in spoilt.seen:
        for form in Strange(seen.text).forms if seen.text.lstrip().startswith("<") else ():
            address = form["action"] or seen.address.partition("?")[0]
            kind = (re.sub(r"/[^/]*\d[^/]*", "/*", address.partition("?")[0]), *sorted(form["fields"]))
            if kind in done or address in ("/logout", "/me", "/level") or "/password" in address:
                continue
            done.add(kind)
            data = {name: value if type_ in ("hidden", "checkbox") or name == "row_version" else HARM
                    for name, (_tag, type_, value) in form["fields"].items() if type_ != "file"}
            fields += len(data)
            answer = (client.get(address, query_string=data) if form["method"] == "get" else
                      client.post(address, data=data))
            page = answer.get_data(as_text=True)
            if answer.status_code >= 500 or answer.mimetype == "text/html" and Strange(page).found:
                wrong.append((address, form["method"], answer.status_code, Strange(page).found[:2]))
    assert not wrong, "\n".join(f"{one}" for one in wrong)
    assert len(done) > 80 and fields > 300


def cells(answer) -> list[str]:
    if answer.mimetype == "text/csv":
        return [cell for line in csv.reader(io.StringIO(answer.get_data(as_text=True))) for cell in line]
    book = openpyxl.load_workbook(io.BytesIO(answer.data), read_only=True)
    return [f"f:{cell.value}" if cell.data_type == "f" else "" for line in book.worksheets[0] for cell in line]


def test_no_file_for_a_spreadsheet_holds_a_formula(spoilt):
    client = spoilt.browser("admin")
    spoil(spoilt, "=HYPERLINK(\"http://evil.example\")")
    addresses = set()
    for seen in spoilt.seen:
        addresses |= {re.sub(r"&amp;", "&", one) for one in LINK.findall(seen.text) if "export=" in one}
    kinds, wrong, words = {}, [], 0
    for one in sorted(addresses):
        kinds.setdefault((urlsplit(one).path, "xlsx" in one), one)
    for address in kinds.values():
        with client.get(address) as answer:
            if answer.status_code == 200 and answer.mimetype != "application/zip":
                found = cells(answer)
                words += sum("HYPERLINK" in one for one in found)
                wrong += [(address, one) for one in found if re.match(r"f:|[=@\t\r]|[+-](?![\d.])", one)][:1]
    assert not wrong, "\n".join(f"{one}" for one in wrong)
    assert len(kinds) > 40 and words > 100


# Files ------------------------------------------------------------------------------------------------------

def bomb() -> bytes:
    """A workbook of a few hundred kB that unpacks to as many MB."""
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sharedStrings2.xml", b" " * (300 << 20))
    return out.getvalue()


UPLOADS = {"/admin/import": "files", "/prices/GOLD/import": "file", "/ledger/files/load": "file",
           "/files/upload": "file"}


def sent(client, address: str, name: str, data: bytes):
    return client.post(address, data={UPLOADS[address]: (io.BytesIO(data), name), "source": "plain", "mode": "voice",
                                      "unit": "minute", "increments": "1/1", "effective": "2027-01-01"},
                       content_type="multipart/form-data", follow_redirects=True)


@pytest.mark.parametrize("address", UPLOADS)
def test_a_file_of_any_name_and_kind_does_no_harm(lived_web, address, monkeypatch, tmp_path):
    monkeypatch.setenv("LEISSNER_HOME", f"{tmp_path / 'home'}")
    monkeypatch.setattr(work, "start", lambda *what, **more: True)
    client = lived_web.browser("admin")
    before = {one for one in tmp_path.parent.rglob("*")}
    for name, data in (("../../../../tmp/leissner-evil.csv", b"code,name\nx,y\n"), (f"{HARM}.csv", b"\x00\xff" * 90),
                       ("/etc/passwd", b"root"), ("a" * 300 + ".csv", b"a,b\n1,2\n"), ("x.xlsx", b"PK\x03\x04no"),
                       ("empty.csv", b""), ("..", b"x"), ("x.exe", b"MZ"), ("x\r\nSet-Cookie: a=b.csv", b"a\n")):
        answer = sent(client, address, name, data)
        assert answer.status_code in (200, 413, 422), (name, answer.status_code)
        assert Strange(answer.get_data(as_text=True)).found == [], name
        assert "Set-Cookie: a" not in f"{answer.headers}"
    new = {one for one in tmp_path.parent.rglob("*")} - before
    assert all(one.is_relative_to(tmp_path / "home") for one in new)
    for one in new:
        assert ".." not in one.parts and "passwd" not in one.name or "uploads" in one.parts or "calls" in one.parts
    answer = client.post(address, data={"name": "no file at all"})
    assert answer.status_code == 422 and "file" in answer.get_data(as_text=True).lower()


def test_a_workbook_that_unpacks_without_end_is_refused_at_once(lived_web, monkeypatch, tmp_path):
    monkeypatch.setenv("LEISSNER_HOME", f"{tmp_path}")
    client, data = lived_web.browser("admin"), bomb()
    assert len(data) < 1 << 20
    for address, name in (("/admin/import", "products.xlsx"), ("/prices/GOLD/import", "rates.xlsx")):
        answer = sent(client, address, name, data)
        assert answer.status_code == 422 and "unpacks to 300 MB" in answer.get_data(as_text=True), address


def test_what_is_too_large_is_refused_before_it_is_read(lived_web):
    client = lived_web.browser("admin")
    body = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n' + b"x" * (5 << 20) + b"\r\n--b--\r\n"
    answer = client.post("/customers/new", data=body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 413 and "too large" in answer.get_data(as_text=True)
    answer = client.post("/files/upload", content_type="multipart/form-data; boundary=b",
                         environ_overrides={"CONTENT_LENGTH": f"{600 << 20}"})
    assert answer.status_code == 413
