"""Administration: levels, each save with its error beside its field, secrets shown once, the import."""

import io
import re
import zipfile
from html import unescape
from pathlib import Path

import pytest

from leissner.scripts import db, import_
from leissner.webui import texts, work
from leissner.webui.admin.jobs import schedule_words
from leissner.webui.tests.conftest import WORDS

STARTER = Path(import_.__file__).parent / "starter"


def text(answer) -> str:
    return answer.get_data(as_text=True)


def beside(page: str, name: str) -> str:
    """What is said beside a field."""
    found = re.search(rf'id="(?:f-)?{name}-e"[^>]*>.*?</svg>\s*(.*?)</p>', page, re.S)
    return found[1].strip() if found else ""


def log_of(web) -> str:
    """All that the log says."""
    with web.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin", read_only=True):
        whole = {"p_from": "2000-01-01", "p_to": "2100-01-01"}
        return f"{db.call(conn, 'audit_change_list', **whole)} {db.call(conn, 'audit_event_list', **whole)}"


def seen(page: str) -> str:
    """The hidden field of a form that says what its row was when it was opened."""
    return unescape(re.search(r'name="old" value="([^"]*)"', page)[1])


def row_version(page: str) -> str:
    return re.search(r'name="row_version" value="(\d+)"', page)[1]


@pytest.fixture(scope="module")
def web(shared_web):
    """The application on a database with an operator, for all tests here: each has rows of its own."""
    with shared_web.database.connect(db.CLI_LOGIN) as conn:
        assert not import_.run(conn, import_.files((STARTER,)))["errors"]
    return shared_web


@pytest.fixture
def admin(web):
    return web.browser("admin")


def test_levels_see_their_tabs(web):
    for level, expected in (("pricing", {"catalog", "dictionary"}), ("finance", {"catalog", "jobs", "dictionary"}),
                            ("auditor", {"users", "catalog", "jobs", "settings", "audit", "checks", "dictionary"})):
        client = web.browser(level)
        page = text(client.get("/admin", follow_redirects=True))
        assert set(re.findall(r'href="/admin/(\w+)"', page.split("</nav>")[1])) >= expected, level
        for tab in ("users", "settings", "audit", "checks"):
            assert (client.get(f"/admin/{tab}").status_code == 200) == (tab in expected), (level, tab)
    auditor = web.browser("auditor")
    for at in ("/admin/users/new", "/admin/settings/smtp", "/admin/import", "/admin/catalog/products/new"):
        assert auditor.get(at).status_code == 403, at
    for at in ("/admin/users/x/password", "/admin/users/x/disable", "/admin/jobs/x/run"):
        assert auditor.post(at).status_code == 403, at
    assert web.browser("support").get("/admin").status_code == 403


def test_a_user_is_made_changed_and_shut_out(web, admin):
    page = admin.post("/admin/users/new", data={"name": "Åke!", "language": "sv", "levels": ["support"]})
    assert page.status_code == 422 and "A user name is 1 to 100" in beside(text(page), "name")
    page = admin.post("/admin/users/new", data={"name": "gun", "language": "sv"})
    assert "Fill this in." in text(page) and 'value="gun"' in text(page)
    page = admin.post("/admin/users/new", data={"name": "gun", "language": "sv", "levels": ["customer"],
                                                "customer_no": "nobody"})
    assert "nobody" in beside(text(page), "customer_no")
    page = admin.post("/admin/users/new", data={"name": "gun", "language": "sv", "levels": ["support", "sales"]})
    words = re.search(r'class="secret-words">([^<]+)<', text(page))[1]
    assert page.status_code == 200 and page.headers["Cache-Control"] == "no-store"
    gun = web.app.test_client()
    assert gun.post("/login", data={"name": "gun", "password": words}).status_code == 302
    assert gun.get("/customers").status_code == 200
    again = admin.post("/admin/users/new", data={"name": "gun", "language": "sv", "levels": ["admin"]})
    assert "There is a user with that name already." in beside(text(again), "name")

    form = text(admin.get("/admin/users/gun/edit"))
    changed = {"language": "en", "levels": ["support"], "full_name": "Gun", "row_version": row_version(form)}
    assert admin.post("/admin/users/gun/edit", data=changed).status_code == 303
    stale = admin.post("/admin/users/gun/edit", data=changed | {"full_name": "Other"})
    assert stale.status_code == 422 and "Someone else" in text(stale) and 'value="Other"' in text(stale)

    page = text(admin.get("/admin/users/gun"))
    session = re.search(r"/admin/users/gun/sessions/(\d+)/end", page)[0]
    assert admin.post(session).status_code == 303
    assert gun.get("/customers").status_code == 302  # to the login
    assert admin.post(session).status_code == 403  # ended already
    gun.post("/login", data={"name": "gun", "password": words})
    admin.post("/admin/users/gun/disable", data={"disable": "1"})
    assert gun.get("/customers").status_code == 302
    assert admin.post("/admin/users/admin-en/disable", data={"disable": "1"}).status_code == 403
    page = admin.post("/admin/users/admin-en/edit", data={"language": "en", "levels": ["support"]})
    assert page.status_code == 422 and "You cannot shut yourself out." in text(page)
    admin.post("/admin/users/gun/disable", data={"disable": "0"})
    new = re.search(r'secret-words">([^<]+)<', text(admin.post("/admin/users/gun/password")))[1]
    assert gun.post("/login", data={"name": "gun", "password": words}).status_code == 422
    assert gun.post("/login", data={"name": "gun", "password": new}).status_code == 302
    told = log_of(web)
    assert "gun" in told and words not in told and new not in told


def test_an_api_key_is_shown_once_and_revoked(web, admin):
    at = "/admin/users/admin-en"
    typed = {"title": "Växel / 1", "level": "admin", "reach": "all"}
    made = text(admin.post(f"{at}/keys", data=typed))
    key = re.search(r'value="([0-9a-f]{64})"', made)[1]
    assert f"X-API-Key: {key}" in made and "/soap/?wsdl" in made and made.count(key) == 2
    with web.database.connect("leissner_web") as conn, conn.transaction():
        assert db.session_user(conn, key)["name"] == "admin-en"
    page = text(admin.get(at))
    assert "Växel / 1" in page and key not in page and key not in log_of(web)
    assert "has an API key with that title already" in text(admin.post(f"{at}/keys", data=typed))
    for name, value, says in (
        ("expires_at", "soon", "not a day"), ("addresses", "10.0.0.1\n10.0.0.1/8", "10.0.0.1/8 is no address"),
        ("rate_limit", "0", "one request a minute or more"), ("operations", ["getKustomer"], "getKustomer"),
        ("operations", [], "Choose at least one"),
    ):
        some = typed | {"title": "x", "reach": "some", "operations": "ping"}
        wrong = admin.post(f"{at}/keys", data=some | {name: value})
        assert wrong.status_code == 422 and says in beside(text(wrong), name), name
    own = re.search(rf'href="({at}/key\?title=[^"]+)"', page)[1]
    assert web.browser("auditor").get(own).status_code == 200
    revoke = own.replace("/key?", "/key/revoke?")
    assert web.browser("auditor").get(revoke).status_code == 403
    assert web.browser("auditor").get(own.replace("/key?", "/key/edit?")).status_code == 403
    assert web.browser("support").get(own).status_code == 403 and admin.get(f"{at}/key?title=x").status_code == 404
    assert "It cannot be taken back" in text(admin.get(revoke)) and admin.post(revoke).status_code == 303
    with web.database.connect("leissner_web") as conn, conn.transaction():
        assert db.session_user(conn, key) is None
    assert admin.post(revoke).status_code == 422 and "revoked" in text(admin.get(own))


def test_what_a_key_may_do_is_changed_and_what_it_did_is_seen(web, admin):
    at = "/admin/users/admin-en"
    made = text(admin.post(f"{at}/keys", data={"title": "CRM", "level": "admin", "reach": "some", "operations": [
        "Customers", "getCustomer", "ping"], "addresses": "192.0.2.0/24, 2001:db8::7", "expires_at": "2099-12-31"}))
    key = re.search(r'value="([0-9a-f]{64})"', made)[1]
    page = text(admin.get(f"{at}/key?title=CRM"))
    assert "Customers, ping" in page and "192.0.2.0/24, 2001:db8::7" in page and "2099-12-31" in page
    form = text(admin.get(f"{at}/key/edit?title=CRM"))
    assert 'value="2099-12-31"' in form and 'value="Customers" checked' in form
    assert 'value="some" id="reach-some" checked' in form
    changed = {"reach": "all", "addresses": "", "expires_at": "2099-12-31", "rate_limit": "30",
               "row_version": row_version(form), "was": unescape(re.search(r'name="was" value="([^"]*)"', form)[1])}
    assert admin.post(f"{at}/key/edit?title=CRM", data=changed).status_code == 303
    page = text(admin.get(f"{at}/key?title=CRM"))
    assert "all that its level may" in page and "anywhere" in page and ">30<" in page and "2099-12-31" in page
    stale = text(admin.post(f"{at}/key/edit?title=CRM", data=changed | {"rate_limit": "40"}))
    assert "Someone else" in stale and 'value="40"' in stale and "written 30 here" in stale

    client = "soap 192.0.2.9 CRM"
    with web.database.connect("leissner_web") as conn, db.transaction(conn, "admin", session=key, client=client):
        db.call(conn, "request_log", p_rows=[
            {"operation": "getCustomer", "key": "CRM", "ms": 7, "in": 1234, "out": 5678,
             "about": {"customer_no": "<1>"}},
            {"operation": "saveCustomer", "key": "CRM", "ms": 9, "in": 1, "out": 2, "fault": "Client.LB931"}])
        db.call(conn, "request_log", p_rows=[{"operation": "getCustomer", "key": "Other", "ms": 1}])
    page = text(admin.get(f"{at}/key/requests?title=CRM"))
    assert "customer_no &lt;1&gt;" in page and "may not call saveCustomer." in page
    assert page.count('data-label="Operation"') == 2
    assert "LB931" not in text(admin.get(f"{at}/key/requests?title=CRM&is_refused=false"))
    assert text(admin.get(f"{at}/key/requests?title=CRM&q=LB931")).count('data-label="Operation"') == 1
    assert "Nothing" in text(admin.get(f"{at}/key/requests?title=CRM&from=2000-01-01&through=2000-01-02"))
    assert text(admin.get(f"{at}/key/requests?title=CRM&export=csv", buffered=True)).count("192.0.2.9") == 2
    assert web.browser("auditor").get(f"{at}/key/requests?title=CRM").status_code == 200
    assert "/key/requests?title=CRM" in text(admin.get(at))


def test_everyone_keeps_the_own_settings(web):
    client, other = web.browser("support"), web.app.test_client()
    other.post("/login", data={"name": "support-en", "password": WORDS})
    page = client.post("/me", data={"part": "password", "old": "x" * 12, "new": "y" * 12, "again": "z" * 12})
    assert "The two are not the same." in beside(text(page), "password-again")
    page = client.post("/me", data={"part": "password", "old": WORDS, "new": "short", "again": "short"})
    assert "12 characters" in beside(text(page), "password-new")
    page = client.post("/me", data={"part": "password", "old": "x" * 12, "new": "y" * 12, "again": "y" * 12})
    assert page.status_code == 422 and beside(text(page), "password-old")
    assert "y" * 12 not in text(page) and "x" * 12 not in text(page)
    numbers = re.findall(r'name="session" value="(\d+)"', text(client.get("/me")))
    assert len(numbers) == 1  # the other one's; the own is not ended here
    client.post("/me", data={"part": "session", "session": numbers[0]})
    assert other.get("/me").status_code == 302
    stranger = web.browser("finance")
    assert stranger.post("/me", data={"part": "session", "session": numbers[0]}).status_code == 403
    client.post("/me", data={"part": "language", "language": "sv"})
    assert "Mina inställningar" in text(client.get("/me"))
    new = "nya bättre ord"
    page = client.post("/me", data={"part": "password", "old": WORDS, "new": new, "again": new})
    assert page.status_code == 303 and client.get("/me").status_code == 200
    assert new not in log_of(web)
    assert web.app.test_client().post("/login", data={"name": "support-en", "password": WORDS}).status_code == 422


def test_reference_data_is_edited_row_by_row(web, admin):
    at = "/admin/catalog/products"
    assert "Nothing here yet" not in text(admin.get(at))
    assert admin.post(f"{at}/new", data={"code": "fax", "name": "Fax"}).status_code == 303
    page = admin.post(f"{at}/new", data={"code": "fax", "name": "Again"})
    assert "There is a row with that key already." in beside(text(page), "code") and 'value="Again"' in text(page)
    page = text(admin.get(f"{at}/edit?key=fax"))
    sent = {"old": seen(page), "name": "Telefax"}
    assert admin.post(f"{at}/edit?key=fax", data=sent).status_code == 303
    stale = admin.post(f"{at}/edit?key=fax", data=sent | {"name": "Other"})
    assert stale.status_code == 422 and "Someone else" in text(stale) and 'value="Other"' in text(stale)
    assert "Telefax" in text(admin.get(at)) and admin.get(f"{at}/edit?key=nothing").status_code == 404
    page = admin.post("/admin/catalog/services/new", data={"code": "x", "name": "X", "interval_months": "0.5"})
    assert "whole number" in beside(text(page), "interval_months")
    page = admin.post("/admin/catalog/vat_codes/new", data={
        "code": "SE25", "percent": "25", "category": "S", "from": "2000-13-41"})
    assert "not a day" in beside(text(page), "from")
    assert admin.get("/admin/catalog/customers").status_code == 404  # not a table of few rows
    pricing, sales = web.browser("pricing"), web.browser("sales")
    assert pricing.post(f"{at}/new", data={"code": "telex", "name": "Telex"}).status_code == 303
    assert sales.get(at).status_code == 200 and sales.get(f"{at}/new").status_code == 403
    assert pricing.get("/admin/catalog/settings").status_code == 404
    assert "Telex" in log_of(web)


def test_each_setting_says_what_it_is_for_and_takes_what_suits_it(web, admin):
    for language in ("en", "sv"):
        with web.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin", read_only=True):
            for one in db.call(conn, "setting_list", p_language=language):
                assert one["says"] and one["title"] != one["name"], one["name"]
    page = text(admin.get("/admin/settings"))
    assert "minimum_invoice" in page and "smtp://user@host:587" in page
    at = "/admin/settings/minimum_invoice"
    old = seen(text(admin.get(at)))
    wrong = admin.post(at, data={"old": old, "value": "a lot"})
    assert wrong.status_code == 422 and "does not suit" in beside(text(wrong), "value") and "a lot" in text(wrong)
    assert admin.post(at, data={"old": old, "value": "50"}).status_code == 303
    assert "Someone else" in text(admin.post(at, data={"old": old, "value": "60"}))
    page = text(admin.get("/admin/catalog/operator/edit"))
    given = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page)) | {"old": seen(page), "time_zone": "Mars/Base"}
    assert "time zone" in beside(text(admin.post("/admin/catalog/operator/edit", data=given)), "time_zone")


def test_an_import_is_tried_first_and_names_file_line_and_column(web, admin):
    def upload(content: str, name: str = "products.csv"):
        return admin.post("/admin/import", data={"files": (io.BytesIO(content.encode()), name)},
                          content_type="multipart/form-data")

    assert "Choose one file" in text(admin.post("/admin/import", data={}))
    assert "neither a CSV nor an XLSX" in text(upload("x", "evil.exe"))
    wrong = upload("code,name\nok,Fine\n,Nameless\n")
    assert wrong.status_code == 422
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", text(wrong), re.S)[1:]]
    assert ["products.csv", "3", "code", "–", "A value is needed."] in cells
    tried = text(upload("code,name\nlate,Late\n"))
    assert "Nothing is written yet." in tried and "Late" not in text(admin.get("/admin/catalog/products"))
    now = re.search(r'action="(/admin/import/[0-9a-f]{32})"', tried)[1]
    assert web.browser("admin", "sv").post(now).status_code == 404  # another person's files
    assert admin.post(now).status_code == 303
    assert "Late" in text(admin.get("/admin/catalog/products")) and admin.post(now).status_code == 404
    packed = zipfile.ZipFile(io.BytesIO(admin.get("/admin/export/leissner.zip", buffered=True).data))
    assert "late,Late\n" in packed.read("products.csv").decode() and "settings.csv" in packed.namelist()
    web.browser("support")
    assert web.browser("support").post("/admin/import").status_code == 403


def test_the_log_says_what_happened_to_this_and_what_they_did(web, admin):
    admin.post("/admin/catalog/currencies/new", data={"code": "NOK", "decimals": "2"})
    page = text(admin.get("/admin/audit?table=billing.currency&key=NOK"))
    assert "admin-en" in page and "<b>decimals</b> 2" in page
    old = seen(text(admin.get("/admin/catalog/currencies/edit?key=NOK")))
    admin.post("/admin/catalog/currencies/edit?key=NOK", data={"old": old, "decimals": "3"})
    assert "<b>decimals</b> 2 → 3" in text(admin.get("/admin/audit?table=billing.currency&key=NOK"))
    assert "decimals" not in text(admin.get("/admin/audit?table=billing.currency&key=XXX"))
    assert "decimals" not in text(admin.get("/admin/audit?actor=nobody"))
    assert "decimals" not in text(admin.get("/admin/audit?from=2000-01-01&through=2000-12-31"))
    assert admin.get("/admin/audit?from=xx").status_code == 200
    events = text(admin.get("/admin/audit/events?kind=login&actor=admin-en"))
    assert "127.0.0.1" in events and "<td data-label=\"About\">admin-en</td>" in events
    rows = text(admin.get("/admin/audit?table=billing.currency&export=csv", buffered=True)).splitlines()
    assert rows[0].startswith("at,actor,") and any("NOK" in row for row in rows)
    assert admin.get("/admin/audit?key={").status_code == 200


def test_checks_are_proven_one_by_one(web):
    client = web.browser("auditor")
    page = text(client.get("/admin/checks?run=1"))
    seen_checks = []
    at = re.search(r'hx-get="(/admin/checks/\w+)"', page)
    while at:
        part = text(client.get(at[1]))
        seen_checks.append(at[1])
        assert "ok</span>" in part, part
        at = re.search(r'hx-get="(/admin/checks/\w+)"', part)
    assert len(seen_checks) == 9
    assert text(client.get("/admin/checks?all=1")).count("ok</span>") == 9
    assert client.get("/admin/checks/nothing").status_code == 404


def test_the_dictionary_is_searched(web):
    client = web.browser("admin")
    page = text(client.get("/admin/dictionary?kind=function&q=api.quote+example"))
    assert "api." in page and "Example:" in page
    assert "billing.invoice" in text(client.get("/admin/dictionary?q=billing.invoice"))
    assert "Nothing matches" in text(client.get("/admin/dictionary?q=qqqqqq"))


def test_jobs_run_by_the_clock_and_now(web, admin, monkeypatch):
    assert "There are no jobs yet." in text(admin.get("/admin/jobs"))
    page = admin.post("/admin/catalog/jobs/new", data={"code": "look", "schedule": "soon", "what": "check"})
    assert "A schedule such as" in beside(text(page), "schedule")
    assert admin.post("/admin/catalog/jobs/new", data={
        "code": "look", "schedule": "30 6 * * 1-5", "what": "check", "enabled": "yes"}).status_code == 303
    assert "on weekdays at 06:30" in text(admin.get("/admin/jobs"))
    asked = []
    monkeypatch.setattr(work, "start", lambda name, command: asked.append(command) or True)
    assert admin.post("/admin/jobs/look/run").status_code == 303
    assert asked == [["job", "run", "look"]]
    admin.post("/admin/jobs/look/enable", data={"enable": "0"})
    assert "by hand only" in text(admin.get("/admin/jobs/look"))
    with web.database.connect(db.CLI_LOGIN) as conn:
        with db.transaction(conn, "batch"):
            begun = db.call(conn, "job_begin", p_job="look", p_is_manual=True, p_by="test")[0]
            db.call(conn, "job_finish", p_run=begun["run"], p_exit_code=1, p_counts={"faults": 2},
                    p_log="<script>x</script> and more")
    page = text(admin.get("/admin/jobs/look"))
    assert "failed" in page and "faults 2" in page
    run = text(admin.get(f"/admin/jobs/look/runs/{begun['run']}"))
    assert "&lt;script&gt;x" in run and "<script>x" not in run
    assert admin.get("/admin/jobs/look/runs/999").status_code == 404
    assert web.browser("finance").get("/admin/jobs/look").status_code == 200
    assert web.browser("finance").post("/admin/jobs/look/run").status_code == 403


@pytest.mark.parametrize("schedule, words", [
    ("* * * * *", "every minute"), ("*/5 * * * *", "every 5 minutes"), ("0 6 * * *", "every day at 06:00"),
    ("15 7 1 * *", "on day 1 of each month at 07:15"), ("0 8 * * mon", "every Monday at 08:00"),
    ("0 8 * * 7", "every Sunday at 08:00"), ("@daily", "every day at 00:00"), ("0 8 1 1 *", "0 8 1 1 *"),
    ("5 * * * *", "every hour at 5 minutes past"), ("0 8,9 * * *", "0 8,9 * * *"),
])
def test_schedules_in_words(schedule, words):
    assert schedule_words(schedule) == words


def test_codes_of_the_database_have_swedish_words(web, admin):
    """States, kinds of events, columns of reference data and what may stand in them."""
    from leissner.webui import places, texts
    from leissner.webui.admin.audit import KINDS
    from leissner.webui.admin.catalog import titled

    words = {one.replace("_", " ") for one in (*KINDS, *(state for kind in places.KINDS.values() for state in kind))}
    with web.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin", read_only=True):
        for sheet in db.call(conn, "sheet_list"):
            for column in db.call(conn, "sheet_column_list", p_file=sheet["file"]):
                words.add(titled(column["name"]))
                if column["kind"] == "enum":
                    words |= {one.replace("_", " ") for one in column["option"].split(",")}
    # names, and codes that are the same in both
    own = {"Bankgiro", "Plusgiro", "BIC", "IBAN", "ftp", "ftps", "sftp", "hh:mm:ss", "ms", "asterisk", "cucm",
           "freeswitch", "generic", "AE", "E", "O", "S", "Z"}
    assert {one for one in words - own if not texts.is_known(one)} == set()


def test_templates_are_shown_with_whose_they_are(web, admin, tmp_path, monkeypatch):
    monkeypatch.setenv("LEISSNER_HOME", f"{tmp_path}")
    (tmp_path / "templates").mkdir()
    assert "<strong>own" not in text(admin.get("/admin/templates"))
    (tmp_path / "templates" / "logo.svg").write_text("<svg>ours alone</svg>")
    (tmp_path / "secret").write_text("not for the pages")
    assert text(admin.get("/admin/templates")).count("<strong>own") == 1
    assert text(admin.get("/admin/templates/logo.svg", buffered=True)) == "<svg>ours alone</svg>"
    assert "invoice" in text(admin.get("/admin/templates/invoice.typ", buffered=True))
    for name in ("../secret", "..%2Fsecret", "/etc/passwd", "nothing.typ"):
        assert admin.get(f"/admin/templates/{name}").status_code in (301, 308, 404), name
    assert web.browser("support").get("/admin/templates").status_code == 403


def test_each_column_of_reference_data_has_help_in_both_languages(golden_web):
    with golden_web.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin", read_only=True):
        columns = [one for sheet in db.call(conn, "sheet_list")
                   for one in db.call(conn, "sheet_column_list", p_file=sheet["file"])]
    assert len(columns) > 150
    assert {one["comment"] for one in columns if one["comment"] and one["comment"] not in texts._swedish} == set()
    for language, words in (("en", "Country code of national numbers."), ("sv", "Landsnummer för nationella nummer.")):
        page = text(golden_web.browser("admin", language).get("/admin/catalog/sources/new"))
        assert words in page and "NULL" not in page
