"""Reports that people write: saved, run in every form, shared, delivered; and what a report that got past the check
still could not do."""

import csv
import io
import json
import time
from datetime import date
from decimal import Decimal

import asyncssh
import openpyxl
import pytest

from leissner.scripts import db, report, tailored
from leissner.scripts.errors import LeissnerError
from leissner.scripts.tests import servers
from leissner.scripts.tests.servers import PASSWORD, USER
from leissner.scripts.tests.test_bill import database, done, loaded, rows  # noqa: F401
from leissner.scripts.tests.test_invoice_email import inbox  # noqa: F401
from leissner.scripts.tests.test_ledger import conn  # noqa: F401

BIG = """
select customer.customer_no, customer.name, sum(traffic.calls) as calls, sum(traffic.revenue) as revenue -- :least
from report.traffic_month as traffic
inner join billing.customer using (customer_id)
where traffic.month >= :from and traffic.month < :to
group by customer.customer_no, customer.name
having sum(traffic.revenue) >= :least
order by sum(traffic.revenue) desc, customer.customer_no;
"""
PERIOD = ("--from", "2026-10-01", "--to", "2026-11-01")


@pytest.fixture
def big(leissner, tmp_path):
    """The command, on a database that has the report `big`."""
    file = tmp_path / "big.sql"
    file.write_text(BIG, "utf-8")
    done(leissner("report", "save", file, "--name", "big", "--title", "Big customers", "--param", "from date",
                  "--param", "to date", "--param", "least numeric=0", "--column", "revenue=Revenue, SEK", "--number",
                  "revenue=#,##0", "--sum", "revenue", "--sum", "calls"))
    return leissner


def events(conn, kind):  # noqa: F811
    return rows(conn, "select subject, level, detail from audit.event where kind = %s order by event_id".replace(
        "%s", f"'{kind}'"))


def test_one_is_run_in_every_form_and_the_log_knows(big, conn, tmp_path):  # noqa: F811
    standard = json.loads(done(big("report", "calls_per_customer", *PERIOD, "--format", "json")).out,
                          parse_float=Decimal)
    found = json.loads(done(big("report", "big", *PERIOD, "--format", "json")).out, parse_float=Decimal)
    assert found["total"]["revenue"] == standard["total"]["revenue"] > 0
    assert found["total"]["calls"] == standard["total"]["calls"]
    first, *others = found["rows"]
    shown = done(big("report", "big", *PERIOD, "--param", f"least={first['revenue']}")).out.splitlines()
    assert len(shown) == 4 and shown[0].endswith("Revenue, SEK") and shown[1].startswith(first["customer_no"]), shown
    lines = list(csv.DictReader(io.StringIO(done(big("report", "big", *PERIOD, "--format", "csv")).out)))
    assert [Decimal(line["revenue"]) for line in lines[:-1]] == [row["revenue"] for row in found["rows"]]
    file = tmp_path / "big.xlsx"
    done(big("report", "big", *PERIOD, "--format", "xlsx", "--out", file))
    sheet = openpyxl.load_workbook(file).active
    assert [cell.value for cell in sheet[1]] == ["customer_no", "name", "calls", "Revenue, SEK"]
    assert sheet.cell(2, 4).number_format == "#,##0"
    listed = done(big("report", "list")).out
    assert "\nbig --from --to [--param least=…]\n    Big customers (" in listed
    values = {"from": "2026-10-01", "to": "2026-11-01"}
    assert events(conn, "report")[2:] == [
        ("big", "report", {"parameters": values | {"least": f"{first['revenue']}"}}),
        ("big", "report", {"parameters": values}), ("big", "report", {"parameters": values})]
    ends = [detail for _, _, detail in events(conn, "report_end")]
    assert [one["rows"] for one in ends] == [len(found["rows"]), 1] + [len(found["rows"])] * 2
    assert all(one["seconds"] > 0 and one["failed"] is None for one in ends)
    for words, said in ((["big"], "needs --from"), (["big", *PERIOD, "--kind", "x"], "has no --kind"),
                        (["big", *PERIOD, "--param", "least=much"], "much is no numeric")):
        outcome = big("report", *words)
        assert outcome.code in (1, 2) and said in outcome.err, outcome.err


# What the check refuses stands in db/tests/80_tailored_rules.sql. These got into the table past it.
EVIL = [
    ("with gone as (delete from billing.seller returning code) select code from gone", "top level"),
    ("select 1 as a; delete from billing.seller", "syntax error"),
    ("select 1 as a) as x; delete from billing.seller; select * from (select 1 as a", "multi"),
    ("select code from billing.seller for update", "read-only"),
    ("select set_config('transaction_read_only', 'off', true) as a", "read-write"),
    ("select set_config('role', 'leissner_admin', true) as a", "level"),
    ("select set_config('role', 'leissner_owner', true) as a", "level"),
    ("select set_config('role', 'postgres', true) as a", "level"),
    ("select set_config('session_authorization', 'postgres', true) as a", "level"),
    ("select set_config('temp_file_limit', '-1', true) as a", "level"),
    ("select nextval('audit.event_id_seq') as a", "level"),
    ("select api.tailored_save('other', 'select 1 as a')::text as a", "level"),
    ("select api.audit_event_add('report', 'x')::text as a", "read-only"),
    ("select logic.setting_read('smtp') as a", "one of the levels"),
    ("select lo_import('/etc/passwd') as a", "level"),
    ("select lo_from_bytea(0, 'x') as a", "read-only"),
    ("select pg_read_file('/etc/passwd') as a", "level"),
    ("select pg_reload_conf() as a", "level"),
    ("select rolpassword from pg_catalog.pg_authid", "level"),
    ("select verifier from access.password", "level"),
    ("select token_hash from access.session", "level"),
    ("select content from audit.change", "level"),
    ("copy billing.seller to program 'cat'", "syntax error"),
    ("select dblink('dbname=leissner', 'select 1')", "function"),
    ("select count(*) as a from pg_sleep(30)", "longer than 1 seconds"),
    ("select 1 as a from generate_series(1, 1001) as g", "more than 1000 rows"),
    ("select 1 as a from generate_series(1, 1000000000) as g", "longer than 1 seconds"),
    ("select string_agg(repeat('x', 1000) || g, '' order by g::text) as a from generate_series(1, 9000000) as g",
     "longer than 1 seconds"),
]


def test_what_got_past_the_check_can_neither_write_nor_see_more(leissner, conn, database):  # noqa: F811
    conn.execute("set session_replication_role = replica")
    for number, (statement, _) in enumerate(EVIL):
        conn.execute(
            "insert into billing.tailored_report (name, statement, columns, column_types, shared_with, max_seconds, "
            "max_rows) values (%s, %s, '{a}', '{text}', '{sales}', 1, 1000)", [f"evil_{number}", statement])
    conn.execute("reset session_replication_role")
    before = rows(conn, "select count(*) from billing.seller") + rows(
        conn, "select last_value from audit.event_id_seq")
    wrong = []
    for number, (statement, said) in enumerate(EVIL):
        began = time.monotonic()
        outcome = leissner("report", f"evil_{number}", "--level", "sales", "--format", "csv")
        if outcome.code != 1 or said not in outcome.err or time.monotonic() - began > 4:
            wrong.append((statement, outcome))
    assert not wrong, "\n".join(map(str, wrong))
    assert rows(conn, "select count(*) from billing.seller") == before[:1]
    assert rows(conn, "select count(*) from billing.tailored_report")[0][0] == len(EVIL)
    ends = events(conn, "report_end")
    assert len(ends) == len(EVIL) and all(detail["failed"] for _, _, detail in ends)


def test_the_login_is_one_level_and_nothing_else(database):  # noqa: F811
    with database.connect("leissner_report_sales") as own:
        may = own.execute(
            "select array_agg(rolname order by rolname) as roles from pg_roles "
            "where pg_has_role(session_user, oid, 'member') and rolname <> session_user").fetchone()
        assert may["roles"] == ["leissner_sales"]
        for statement in ("select count(*) from billing.seller", "set role leissner_finance",
                          "set session authorization postgres", "create temporary table x (a int)",
                          "insert into billing.seller (code, name) values ('x', 'x')"):
            with pytest.raises(db.psycopg.Error):
                own.execute(statement)
    with pytest.raises(LeissnerError, match="leissner_report_customer") as refused:
        tailored.login("customer")
    assert "create role leissner_report_customer login noinherit; grant leissner_customer" in refused.value.hint


def test_a_seller_sees_its_own_whoever_wrote_it(big, conn, monkeypatch):  # noqa: F811
    done(big("report", "share", "big", "seller", "finance"))
    seller, customers = rows(conn, """
        select seller_id, count(distinct customer_id) from billing.call_customer_month
        where seller_id is not null group by 1 order by 2 desc limit 1""")[0]
    token, = rows(conn, f"select test.make_session(test.make_user('anna', '{{seller}}', {seller}), 'seller')")[0]

    def seen(level, **who):
        with db.connect() as own:
            with db.transaction(own, level, read_only=True, **who):
                found, = db.call(own, "tailored_list")
            with tailored.run(own, found, {"from": "2026-01-01", "to": "2027-01-01"}, level, **who) as got:
                return {row[0] for row in got}

    everyone, own = seen("finance"), seen("seller", session=token)
    assert len(own) == customers and own < everyone
    assert events(conn, "report_end")[-1][1] == "seller"
    assert rows(conn, "select actor from audit.event order by event_id desc limit 1")[0][0] == "anna"
    assert big("report", "big", *PERIOD, "--level", "sales").code == 0  # its owner
    monkeypatch.setenv("SUDO_USER", "someone-else")
    assert big("report", "big", *PERIOD, "--level", "finance").code == 0
    assert big("report", "big", *PERIOD, "--level", "sales").code == 1


def test_it_belongs_to_who_wrote_it(big, conn, monkeypatch, tmp_path):  # noqa: F811
    done(big("report", "edit", "big", "--rows", "50", "--sum", "calls"))
    monkeypatch.setenv("SUDO_USER", "someone-else")
    outcome = big("report", "edit", "big", "--title", "Mine")
    assert outcome.code == 1 and "LB689" in outcome.err
    assert big("report", "delete", "big").code == 1
    done(big("report", "copy", "big", "mine"))
    done(big("report", "edit", "mine", "--title", "Mine", "--share", "sales"))
    shown = done(big("report", "show", "mine")).out
    assert "having sum(traffic.revenue) >= :least" in shown and '"someone-else"' in shown and '["sales"]' in shown
    done(big("report", "edit", "big", "--title", "An admin may", "--level", "admin"))
    done(big("report", "delete", "mine"))
    assert "mine" not in done(big("report", "list")).out
    kept = rows(conn, """
        select op, coalesce(new, old) ->> 'title' from audit.change
        where table_name = 'billing.tailored_report' order by change_id""")
    assert kept == [("insert", "Big customers"), ("update", None), ("insert", "Big customers"), ("update", "Mine"),
                    ("update", "An admin may"), ("delete", "Mine")]


def test_a_copy_of_a_standard_report_shows_the_same(leissner, conn):  # noqa: F811
    with db.connect() as own:
        known = report.reports(own, "report")
    for name in known:
        done(leissner("report", "copy", name, f"my_{name}"))
    for name in ("calls_per_country", "calls_per_customer", "active_contracts"):
        words = ("--as-of", "2026-10-31") if name == "active_contracts" else PERIOD
        alone = done(leissner("report", name, *words, "--format", "csv")).out
        assert done(leissner("report", f"my_{name}", *words, "--format", "csv")).out == alone
        assert len(alone.splitlines()) > 2
    assert done(leissner("report", "my_active_contracts")).out


def test_it_is_delivered_by_mail_to_a_folder_and_by_sftp(big, conn, inbox, tmp_path, monkeypatch):  # noqa: F811
    place = servers.Inbox(tmp_path / "server")
    (place.path / "in").mkdir(parents=True)
    monkeypatch.setenv("HOME", f"{tmp_path}")
    monkeypatch.setenv("LEISSNER_TRANSFER_PASSWORD", PASSWORD)
    key = asyncssh.generate_private_key("ssh-ed25519")
    today, = rows(conn, "select logic.today()")[0]
    with servers.sftp(place, key) as port:
        known = tmp_path / ".ssh" / "known_hosts"
        known.parent.mkdir()
        known.write_text(f"[127.0.0.1]:{port} {key.export_public_key().decode()}")
        done(big("report", "edit", "big", "--to", "boss@example.net", "--to", tmp_path / "out", "--to",
                 f"sftp://{USER}@127.0.0.1:{port}/in"))
        words = "deliver big --param from=2026-10-01 --param to={day}"
        conn.execute("insert into billing.job (code, schedule, what, options) values ('big', '@daily', 'report', %s)",
                     [words])
        made = json.loads(done(big("job", "run", "big", "--json")).out)
    assert made["counts"] == {"file": f"big-{today}.xlsx", "delivered": 3, "failed": {}}, made
    data = (tmp_path / "out" / f"big-{today}.xlsx").read_bytes()
    assert (place.path / "in" / f"big-{today}.xlsx").read_bytes() == data
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet.max_row > 2 and sheet.cell(1, 4).value == "Revenue, SEK"
    letter, = inbox.messages
    attached, = letter.iter_attachments()
    assert attached.get_content() == data and attached.get_filename() == f"big-{today}.xlsx"
    assert events(conn, "report_deliver")[0][2]["to"][0] == "boss@example.net"
    (tmp_path / "file").write_text("")
    outcome = big("report", "deliver", "calls_per_country", "--param", "from=2026-10-01", "--param", "to=2026-11-01",
                  "--format", "csv", "--to", tmp_path / "out", "--to", tmp_path / "file" / "x")
    assert outcome.code == 1 and f"{tmp_path}/file/x" in outcome.err
    assert (tmp_path / "out" / f"calls_per_country-{today}.csv").read_text("utf-8").startswith("country,")
    assert today >= date(2026, 1, 1)
