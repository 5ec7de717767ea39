"""The log under concurrency: writers wait neither for each other nor for the sealer, and the chain stays whole."""

import subprocess

import psycopg
import pytest

from leissner.db.tests.fixtures import Database
from leissner.scripts.server import Home

ADD = "insert into access.app_user (name, levels) values (%s, array['support'])"
UNSEALED = "select count(*) as n from audit.tx where seal_no is null"
PROBLEMS = "select problem, place from logic.check_audit()"


def impatient(database: Database):
    return database.connect(options="-c lock_timeout=500ms")


def test_writers_wait_for_nobody(database: Database):
    with database.connect() as first, impatient(database) as second, impatient(database) as sealer:
        with first.transaction():
            first.execute(ADD, ["first"])
            with second.transaction():
                second.execute(ADD, ["second"])
            # The sealer takes what is finished, and not the older transaction that is still open.
            assert sealer.execute("select sealed from audit.seal()").fetchone()["sealed"] >= 1
            assert sealer.execute(UNSEALED).fetchone()["n"] == 0
            with second.transaction():
                second.execute(ADD, ["third"])
        order = sealer.execute(
            "select new ->> 'name' as name from audit.change inner join audit.tx using (tx)"
            " where table_name = 'access.app_user' order by tx"
        ).fetchall()
        assert [row["name"] for row in order] == ["first", "second", "third"]
        sealer.execute("select audit.seal()")
        chain = sealer.execute(
            "select new ->> 'name' as name from audit.change inner join audit.tx using (tx)"
            " where table_name = 'access.app_user' order by seal_no"
        ).fetchall()
        assert [row["name"] for row in chain] == ["second", "first", "third"]
        assert sealer.execute(PROBLEMS).fetchall() == []


def test_a_sealer_holds_nobody_up(database: Database):
    with database.connect() as sealer, impatient(database) as writer, impatient(database) as other:
        writer.execute(ADD, ["one"])
        with sealer.transaction():
            assert sealer.execute("select sealed from audit.seal()").fetchone()["sealed"] >= 1
            writer.execute(ADD, ["two"])
            assert other.execute("select sealed from audit.seal()").fetchone() is None  # leaves at once
        assert other.execute("select sealed from audit.seal()").fetchone()["sealed"] == 1
        assert other.execute(PROBLEMS).fetchall() == []


def test_what_was_rolled_back_leaves_no_gap(database: Database):
    with database.connect() as conn:
        with conn.transaction(force_rollback=True):
            conn.execute(ADD, ["never"])
        with conn.transaction():
            with pytest.raises(psycopg.errors.CheckViolation), conn.transaction():
                conn.execute(ADD, ["Not a name"])
            conn.execute(ADD, ["kept"])
        conn.execute("select audit.seal()")
        assert conn.execute(UNSEALED).fetchone()["n"] == 0
        assert conn.execute(PROBLEMS).fetchall() == []


def test_the_log_survives_dump_and_restore(database: Database, bed, tmp_path):
    """The server's transaction numbers begin anew then; those of the log go on."""
    with database.connect() as conn:
        conn.execute(ADD, ["kept"])
        conn.execute("select audit.seal()")
        heads = conn.execute("select tx, seal_no, head from audit.tx order by tx").fetchall()
    programs = (bed.home or Home()).bin_folder()
    dump = tmp_path / "dump"
    subprocess.run([programs / "pg_dump", "-Fc", "-f", dump, "-d", database.conninfo], check=True)
    copy = bed.create()
    try:
        subprocess.run([programs / "pg_restore", "--exit-on-error", "-d", copy.conninfo, dump], check=True)
        with copy.connect() as conn:
            assert conn.execute("select tx, seal_no, head from audit.tx order by tx").fetchall() == heads
            conn.execute(ADD, ["later"])
            conn.execute("select audit.seal()")
            assert conn.execute(PROBLEMS).fetchall() == []
            with pytest.raises(psycopg.DatabaseError, match="append-only"):
                conn.execute("delete from audit.change")
    finally:
        bed.drop(copy)


def test_check_keeps_the_head_outside(database: Database, leissner, tmp_path, monkeypatch):
    monkeypatch.setenv("LEISSNER_HOME", str(tmp_path))
    assert leissner("user", "add", "anna", "--level", "support").code == 0
    assert leissner("check").code == 0
    kept = next((tmp_path / "audit-heads").iterdir())
    assert len(kept.read_text().splitlines()) == 1
    assert leissner("check").code == 0
    assert len(kept.read_text().splitlines()) == 1, "nothing new, nothing written"
    # Somebody with all rights takes the end of the chain away, tracks covered.
    with database.connect() as conn:
        conn.execute(
            "alter table audit.tx disable trigger user; alter table audit.change disable trigger user;"
            "alter table audit.event disable trigger user;"
            "delete from audit.change where tx = (select max(tx) from audit.tx);"
            "delete from audit.event where tx = (select max(tx) from audit.tx);"
            "delete from audit.tx where tx = (select max(tx) from audit.tx);"
            "alter table audit.tx enable always trigger _10_append_only;"
            "alter table audit.tx enable always trigger _10_append_only_truncate;"
            "alter table audit.event enable always trigger _10_append_only;"
            "alter table audit.event enable always trigger _10_append_only_truncate;"
            "alter table audit.change enable always trigger _10_append_only;"
            "alter table audit.change enable always trigger _10_append_only_truncate;"
        )
        assert conn.execute(PROBLEMS).fetchall() == []
    outcome = leissner("check")
    assert outcome.code == 1
    assert "the head kept outside the database is not in the chain" in outcome.out


def test_looks_and_exports_are_in_the_log(database: Database, leissner, tmp_path, conn):
    """Before anything is shown, and so also where nothing is found."""
    assert leissner("calls", "explain", "pbx:none").code == 1
    assert leissner("calls", "suspense", "--reason", "no_price").code == 0
    assert leissner("calls", "export", "--from", "2026-10-01", "--to", "2026-11-01", tmp_path / "calls.csv").code == 0
    assert leissner("export", tmp_path / "reference").code == 0
    events = conn.execute(
        "select kind, subject, level, detail from audit.event where client = 'local cli' order by event_id"
    ).fetchall()
    assert [tuple(event.values()) for event in events] == [
        ("call_explain", "pbx:none", "support", {}),
        ("suspense_list", "no_price", "support", {}),
        ("call_export", None, "batch", {"from": "2026-10-01", "to": "2026-11-01"}),
        ("export", None, "admin", {}),
    ]
    assert conn.execute(UNSEALED).fetchone()["n"] == 0
