"""The database helper, and the command line around it."""

import datetime as dt
from decimal import Decimal

import psycopg
import pytest

from leissner.scripts import cli, db, server
from leissner.scripts.errors import LeissnerError

# ---- which database -----------------------------------------------------------------------------------------


def test_the_environment_chooses_the_database(monkeypatch, tmp_path):
    monkeypatch.setenv("LEISSNER_HOME", str(tmp_path))
    monkeypatch.setenv("PGUSER", "someone")
    monkeypatch.setenv("PGDATABASE", "something")
    assert db.target().is_embedded, "PGUSER and PGDATABASE alone do not switch"
    assert str(db.target()) == f"embedded server (home {tmp_path})"
    for name in ("PGHOSTADDR", "PGHOST", "PGSERVICE"):
        monkeypatch.setenv(name, "x")
        assert str(db.target()) == f"outside server ({name})"
    monkeypatch.setenv("DATABASE_URL", "postgresql://example.invalid/x")
    assert str(db.target()) == "outside server (DATABASE_URL)"
    assert db.target().conninfo == "postgresql://example.invalid/x"


def test_an_older_server_is_refused_in_one_clear_line():
    db.version_check(180000)
    db.version_check(190001)
    with pytest.raises(LeissnerError, match=r"^PostgreSQL 18 or newer is needed; this server is 17\.$"):
        db.version_check(170009)


def test_every_connection_checks_the_version(database, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database.conninfo)
    monkeypatch.setattr(db, "OLDEST_SERVER", 99)
    with pytest.raises(LeissnerError, match="PostgreSQL 99 or newer"):
        db.connect()


def test_no_server_is_one_clear_line(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("LEISSNER_HOME", str(tmp_path))
    assert cli.run(["migrate"]) == 3
    error = capsys.readouterr().err.splitlines()
    assert error[0].startswith(f"leissner: No connection to the embedded server (home {tmp_path}): ")
    assert error[1:] == ["  Start it with `leissner up`."]


# ---- transactions and calls ---------------------------------------------------------------------------------

SETUP = """
create function api.test_echo(p_a bigint, p_b numeric, p_c date, p_d jsonb, p_e text[], p_f text default 'default')
returns table (a bigint, b numeric, c date, d jsonb, e text[], f text)
language sql stable return (p_a, p_b, p_c, p_d, p_e, p_f);
create function api.test_who() returns table (role text, actor text, client text, tenant text, timeout text)
language sql stable return (current_user::text, current_setting('app.actor'), current_setting('app.client'),
    current_setting('app.tenant', true), current_setting('statement_timeout'));
create function api.test_fail(p_code text) returns void language plpgsql as $$
begin
    perform billing.fail(p_code, '{"name": "prefixes.csv", "levels": "admin"}');
end $$;
create table billing.test_thing (
    code text constraint test_thing_pk primary key,
    size int constraint test_thing_size_ck check (size > 0)
);
comment on constraint test_thing_size_ck on billing.test_thing is 'A thing must have a size above zero.';
insert into billing.message values
    ('test_thing_size_ck', 'sv', 'En sak måste vara större än noll.', null),
    ('LB199', 'en', 'The file {name} is missing.', 'Put {name} there.'),
    ('LB199', 'sv', 'Filen {name} saknas.', null);
create function api.test_thing_save(p_code text, p_size int) returns void language sql volatile
begin atomic insert into billing.test_thing values (p_code, p_size); end;
grant execute on all functions in schema api to leissner_support, leissner_batch;
grant select, insert on billing.test_thing to leissner_batch;
"""


@pytest.fixture
def cli_conn(database, conn):
    """A connection as the command line has it, with functions to call."""
    conn.execute(SETUP)
    with database.connect(db.CLI_LOGIN) as connection:
        yield connection


def test_call_takes_and_gives_python_values(cli_conn):
    sent = {"a": 7, "b": Decimal("1.10"), "c": dt.date(2026, 3, 29), "d": {"x": [1]}, "e": ["å", None]}
    with db.transaction(cli_conn, "support"):
        (row,) = db.call(cli_conn, "test_echo", **{f"p_{key}": value for key, value in sent.items()})
        assert row == sent | {"f": "default"}
        (row,) = db.call(cli_conn, "test_echo", p_a=None, p_b=3, p_c=None, p_d=[{"y": 1}], p_e=[], p_f="given")
        assert row == {"a": None, "b": 3, "c": None, "d": [{"y": 1}], "e": [], "f": "given"}
        assert db.call_one(cli_conn, "test_who") == "leissner_support"


def test_a_transaction_has_its_level_and_leaves_nothing_behind(cli_conn):
    with db.transaction(cli_conn, "support", timeout_s=1.5, tenant="x"):
        (who,) = db.call(cli_conn, "test_who")
    assert who == {
        "role": "leissner_support", "actor": db.actor(), "client": "cli", "tenant": "x", "timeout": "1500ms",
    }
    left = "select current_user as role, nullif(current_setting('app.actor', true), '') as actor"
    assert cli_conn.execute(left).fetchone() == {"role": db.CLI_LOGIN, "actor": None}


def test_without_a_level_the_command_line_may_nothing(cli_conn):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        cli_conn.execute("select * from billing.customer")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        cli_conn.execute("set role leissner_owner")


def test_read_only_and_isolation(cli_conn):
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), db.transaction(cli_conn, "batch", read_only=True):
        db.call(cli_conn, "test_thing_save", p_code="a", p_size=1)
    with db.transaction(cli_conn, "batch", isolation="repeatable read"):
        level = cli_conn.execute("show transaction_isolation").fetchone()
        assert level == {"transaction_isolation": "repeatable read"}


def test_copy_rows(cli_conn):
    with db.transaction(cli_conn, "batch"):
        assert db.copy_rows(cli_conn, "billing.test_thing", ["size", "code"], [(1, "a\tb"), (None, "ö")]) == 2
        with db.copy(cli_conn, "billing.test_thing", ["code", "size"], "format csv") as stream:
            stream.write('"x, y",3\n')
        stored = cli_conn.execute("select count(*) as rows, sum(size) as size from billing.test_thing")
        assert stored.fetchone() == {"rows": 3, "size": 4}


# ---- errors in words ----------------------------------------------------------------------------------------


def caught(cli_conn, level: str, name: str, **params) -> psycopg.Error:
    with pytest.raises(psycopg.Error) as raised, db.transaction(cli_conn, level):
        db.call(cli_conn, name, **params)
    return raised.value


@pytest.mark.parametrize(
    ("level", "name", "params", "code", "status", "sentence"),
    [
        ("batch", "test_fail", {"p_code": "LB199"}, "LB199", 422, "The file prefixes.csv is missing."),
        ("batch", "test_thing_save", {"p_code": "a", "p_size": 0}, "23514", 422, "A thing must have a size above"),
        ("support", "test_thing_save", {"p_code": "a", "p_size": 1}, "42501", 403, "You may not do this at your"),
        ("batch", "test_missing", {}, "42883", 500, "Run `leissner migrate`."),
        ("batch", "test_thing_save", {"p_code": "a", "p_size": "x"}, "22P02", 400, "invalid input syntax"),
    ],
)
def test_errors_become_sentences(cli_conn, level, name, params, code, status, sentence):
    problem = db.problem(caught(cli_conn, level, name, **params))
    assert (problem.code, problem.status) == (code, status)
    assert sentence in problem.sentence


def test_errors_in_swedish_with_their_values_and_hints(cli_conn):
    error = caught(cli_conn, "batch", "test_fail", p_code="LB199")
    assert db.problem(error).hint == "Put prefixes.csv there."
    assert db.problem(error, cli_conn, "sv").sentence == "Filen prefixes.csv saknas."
    error = caught(cli_conn, "batch", "test_thing_save", p_code="a", p_size=0)
    assert db.problem(error, cli_conn, "sv").sentence == "En sak måste vara större än noll."
    with db.transaction(cli_conn, "batch"):
        db.call(cli_conn, "test_thing_save", p_code="a", p_size=1)
    error = caught(cli_conn, "batch", "test_thing_save", p_code="a", p_size=1)
    assert "duplicate key" in db.problem(error, cli_conn, "sv").sentence, "a constraint without a sentence"


def test_a_lost_connection_is_a_sentence_too(cli_conn, conn):
    with pytest.raises(psycopg.OperationalError) as raised, db.transaction(cli_conn, "batch"):
        conn.execute("select pg_terminate_backend(%s)", [cli_conn.info.backend_pid])
        db.call(cli_conn, "test_who")
    assert db.problem(raised.value).status == 503


# ---- the command line ---------------------------------------------------------------------------------------


def test_help_imports_nothing_and_names_every_command(capsys):
    assert cli.run(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f"\n  {name} " in text for name in cli.COMMANDS)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_is_there_and_explains_itself(name, capsys):
    assert cli.run([name, "--help"]) == 0
    assert "Usage: leissner" in capsys.readouterr().out


def test_wrong_use_exits_with_2(capsys):
    assert cli.run(["nonsense"]) == 2
    assert "No such command" in capsys.readouterr().err


def test_a_database_error_is_one_line_and_exit_code_1(leissner, conn, monkeypatch):
    conn.execute("drop function api.check_run")
    outcome = leissner("check")
    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.err.startswith("leissner: The database lacks a function that this version calls.")
    assert "Traceback" not in outcome.err


def test_check_is_healthy_on_an_empty_database(leissner):
    outcome = leissner("check")
    assert outcome.code == 0, outcome.out
    assert outcome.out.count("ok ") == len(outcome.out.splitlines())


def test_the_launcher_and_the_helper_agree_on_the_database(monkeypatch, tmp_path):
    monkeypatch.setenv("LEISSNER_HOME", str(tmp_path))
    assert str(server.Home().socket_folder) in db.target().conninfo
