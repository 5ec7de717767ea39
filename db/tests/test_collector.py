"""The collector itself: what must fail does fail, and pgTAP is never silently missing."""

import hashlib

import pytest

from leissner.db.tests import lint, pgtap
from leissner.db.tests.conftest import SqlItem, TapFailure, judge
from leissner.db.tests.fixtures import BED


def run(request: pytest.FixtureRequest, tmp_path, text: str) -> str:
    """Runs a pgTAP file; gives what it found wrong, or nothing."""
    path = tmp_path / "case.sql"
    path.write_text(text, "utf-8")
    item = SqlItem.from_parent(request.session, name="case", path=path)
    assert item.config.stash[BED]
    try:
        item.runtest()
    except TapFailure as failure:
        return str(failure)
    return ""


GOOD = "begin;\nselect plan(2);\nselect ok(true, 'one');\nselect is(1, 1, 'two');\nselect * from finish();\nrollback;\n"


@pytest.mark.parametrize(
    ("before", "after", "wrong"),
    [
        ("", "", ""),
        ("is(1, 1,", "is(1, 2,", "have: 1"),
        ("plan(2)", "plan(3)", "3 were planned"),
        ("plan(2)", "plan(1)", "1 were planned"),
        ("select plan(2);\n", "", "plan"),
        ("rollback;", "commit;", "end with `rollback;`"),
        ("select is(1, 1, 'two')", "select nothing()", "line 4: 42883 function nothing() does not exist"),
        ("select is(1, 1, 'two')", "select 1 / 0", "22012 division by zero"),
        # What pytest-pgtap could not bear: a select that gives no text.
        ("select is(1", "select 7, null;\nselect pg_sleep(0);\nselect is(1", ""),
        # As a level, pgTAP's helpers still work.
        ("select is(1", "set local role leissner_support;\nselect is(1", ""),
    ],
)
def test_a_file_is_judged(request, tmp_path, before, after, wrong):
    found = run(request, tmp_path, GOOD.replace(before, after, 1) if before else GOOD)
    assert wrong in found
    assert bool(wrong) == bool(found)


def test_tap_that_ends_early_fails():
    with pytest.raises(TapFailure, match="1 of 2"):
        judge("1..2\nok 1 - one\nnot ok 2 - two")
    with pytest.raises(TapFailure, match="2 were planned"):
        judge("1..2\nok 1 - one")
    judge("1..1\nok 1 - one")


def test_pgtap_out_of_reach_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pgtap.PgtapMissing, match="neither from npm nor from Debian"):
        pgtap.pgtap_sql()


def test_pgtap_that_is_not_what_was_tried_is_refused_and_not_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for way in ("from_npm", "from_debian"):
        monkeypatch.setattr(pgtap, way, lambda folder: b"drop database postgres;")
        getattr(pgtap, way).__name__ = way
    with pytest.raises(pgtap.PgtapMissing, match="none that was tried"):
        pgtap.pgtap_sql()
    # Nor is a file that someone put into the cache.
    (tmp_path / "leissner").mkdir()
    (tmp_path / f"leissner/pgtap-{min(pgtap.KNOWN)}.sql").write_bytes(b"drop database postgres;")
    with pytest.raises(pgtap.PgtapMissing):
        pgtap.pgtap_sql()


def test_pgtap_is_fetched_once(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    text = b"select 1;"
    fetched = []
    monkeypatch.setattr(pgtap, "KNOWN", {hashlib.sha256(text).hexdigest()})
    monkeypatch.setattr(pgtap, "from_npm", lambda folder: fetched.append(1) or text)
    assert pgtap.pgtap_sql() == pgtap.pgtap_sql() == text
    assert fetched == [1]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("select 1;\n", []),
        ("SELECT 1;\n", ["1: SELECT: keywords are lower-case"]),
        ("select 'SELECT', \"FROM\" -- WHERE\n;\n", []),
        ("select 1;", ["0: the file must end with one newline"]),
        (f"select '{'x' * 110}';\n", ["1: longer than 110 columns"]),
        ("select\n  1;\n", ["2: indentation is by four spaces"]),
        ("select 1; \n", ["1: a tab, or spaces at the end of the line"]),
        ("select 6 / 2;\n", ["1: divide by logic.divide, not by /"]),
        ("select no_plan();\n", ["1: plan(N), not no_plan()"]),
        ("drop table x cascade;\n", ["1: cascade is for the runner only"]),
        ("create table x (a double precision);\n", ["1: no floats or serials"]),
        ("create table x (a bigint references b on delete cascade);\n", []),
    ],
)
def test_lint(tmp_path, text, wrong):
    found = lint.sql_findings(tmp_path / "functions/10_x.sql", text)
    assert [f"{line}: {what}" for _, line, what in found] == wrong


def test_lint_finds_sql_in_python(tmp_path):
    text = "import db\ndb.call(conn, 'price_list')\nconn.execute('select 1')\nrows = 'select a from b'\n"
    assert [line for _, line, _ in lint.python_findings(tmp_path, text)] == [3, 4]
