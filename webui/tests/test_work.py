"""Work in the background: as the person who asked, over the web's login, in a session of its own."""

from leissner.scripts import db
from leissner.webui import work


def done(web, client, name: str, command: list[str]) -> int:
    """Starts a command as the person of a browser, and waits for it."""
    with client.session_transaction() as kept:
        token = kept["_user_id"]
    with web.app.test_request_context(method="POST"):
        from flask_login import login_user

        from leissner.webui.access import user_of

        login_user(user_of(token))
        assert work.start(name, command)
    return work._running[name].wait(60)


def rows(web, query: str) -> list[dict]:
    with web.database.connect("postgres") as conn:
        return conn.execute(query).fetchall()


def test_what_a_page_starts_is_done_as_who_asked(web, monkeypatch, tmp_path):
    monkeypatch.setenv("LEISSNER_HOME", f"{tmp_path}")
    admin = web.browser("admin")
    assert admin.post("/admin/catalog/jobs/new", data={
        "code": "books", "schedule": "30 6 * * *", "what": "report",
        "options": "active_contracts"}).status_code == 303

    # a job: its run, what its command does, and the process that does it, all have the name of who pressed
    assert done(web, admin, "job books", ["job", "run", "books"]) == 0, work.log("job books")
    assert rows(web, "select made_by from billing.job_run")[0]["made_by"] == "admin-en"
    looks = "select actor, level, login, client from audit.event where kind = 'report'"
    assert rows(web, looks) == [{
        "actor": "admin-en", "level": "admin", "login": db.WEB_LOGIN, "client": rows(web, looks)[0]["client"]}]
    assert rows(web, looks)[0]["client"].endswith("web work")

    # no more than the level may, whatever the command takes for itself; and no secret in its log
    assert done(web, web.browser("pricing"), "books", ["accounting", "balance", "--at", "2026-01-31"]) == 1
    assert "You may not do this at your permission level." in work.log("books")[-1]
    assert len(rows(web, looks)) == 1

    # its session is listed while it lasts, and ends with it
    assert rows(web, "select client from access.session where client like 'work: %' and closed_at is null") == []
    assert rows(web, "select subject from audit.event where kind = 'work' and actor = 'pricing-en'") == [
        {"subject": "accounting balance --at 2026-01-31"}]


def test_nobody_claims_anothers_name(web):
    web.browser("finance")
    with web.database.connect(db.WEB_LOGIN) as conn:
        token = db_login(conn)
        with db.transaction(conn, "finance", session=token, actor="admin-en"):
            db.call(conn, "audit_event_add", p_kind="export", p_subject="forged")
            work_token = db.call_one(conn, "work_open", p_what="payments fetch")
    assert rows(web, "select actor from audit.event where subject = 'forged'") == [{"actor": "finance-en"}]

    # who is shut out does no more, not even by work that is under way
    with web.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin"):
        db.call(conn, "user_disable", p_name="finance-en")
    with web.database.connect(db.WEB_LOGIN) as conn, conn.transaction():
        assert db.session_user(conn, work_token) is None


def db_login(conn) -> str:
    from leissner.scripts import password
    from leissner.webui.tests.conftest import WORDS

    return password.login(conn, "finance-en", WORDS, "test")["token"]
