"""The migration runner, on small trees of files of its own; the real files at the end."""

import hashlib
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from leissner.scripts import db, migrate
from leissner.scripts.errors import LeissnerError

BASE = (migrate.ROOT / "schema/0005_base.sql").read_text("utf-8")


class Tree:
    """A db/ folder to play with."""

    def __init__(self, root: Path):
        self.root = root
        self.write("schema/0005_base.sql", BASE)
        self.write("schema/0010_a.sql", "create table billing.a (a int);\n")

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def migrate(self, conn: db.Connection) -> migrate.Result:
        return migrate.migrate(conn, migrate.files(self.root))


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


@pytest.fixture
def conn(empty_database):
    with empty_database.connect() as connection:
        yield connection


def value(conn: db.Connection, query: str):
    return next(iter(conn.execute(query.encode()).fetchone().values()))


def refused(tree: Tree, conn: db.Connection) -> str:
    with pytest.raises(LeissnerError) as caught:
        tree.migrate(conn)
    return str(caught.value)


def test_files_apply_in_order_and_only_once(tree, conn):
    tree.write(
        "functions/9_early.sql",
        "create function logic.early() returns int language sql return 1;\n"
        "-- api\n"
        "create function api.early() returns int language sql return logic.late() + (select n from report.n);\n",
    )
    function = "create function logic.{}() returns int language sql return logic.{}();\n"
    tree.write("functions/10_late/2_b.sql", function.format("late", "a"))
    tree.write("functions/10_late/1_a.sql", function.format("a", "early"))
    tree.write("views/10_n.sql", "create view report.n as select logic.late() as n;\n")
    result = tree.migrate(conn)
    assert result.applied == ["schema/0005_base.sql", "schema/0010_a.sql"]
    assert result.rebuilt == 4
    assert value(conn, "select api.early()") == 2
    assert value(conn, "select deploy.code_digest()") == result.digest
    owners = "select string_agg(distinct relowner::regrole::text, ' ') from pg_class where relname in ('a', 'n')"
    assert value(conn, owners) == "leissner_owner"

    again = tree.migrate(conn)
    assert (again.applied, again.rebuilt, again.digest) == ([], 0, result.digest)


def test_changed_code_is_rebuilt_and_removed_code_goes(tree, conn):
    tree.write("functions/10_f.sql", "create function logic.f() returns int language sql return 1;\n")
    tree.write("functions/20_g.sql", "create type logic.t as (a int);\ncreate function logic.g() returns logic.t "
               "language sql return row(1)::logic.t;\n")
    tree.write("views/10_v.sql", "create view report.v as select logic.f() as one, 2 as two;\n")
    tree.migrate(conn)
    # A changed type and a lost column are what `create or replace` refuses.
    tree.write("functions/10_f.sql", "create function logic.f() returns text language sql return 'x';\n")
    tree.write("views/10_v.sql", "create view report.v as select logic.f() as one;\n")
    (tree.root / "functions/20_g.sql").unlink()
    assert tree.migrate(conn).rebuilt == 2
    assert value(conn, "select one from report.v") == "x"
    assert value(conn, "select to_regproc('logic.g')") is None
    assert value(conn, "select to_regtype('logic.t')") is None
    assert value(conn, "select count(*) from deploy.migration") == 4


def test_an_edited_applied_file_is_refused_by_name(tree, conn):
    tree.migrate(conn)
    tree.write("schema/0010_a.sql", "create table billing.a (a bigint);\n")
    assert "schema/0010_a.sql was changed after it was applied" in refused(tree, conn)


def test_a_database_newer_than_the_files_is_refused(tree, conn):
    tree.migrate(conn)
    (tree.root / "schema/0010_a.sql").unlink()
    assert "has schema/0010_a.sql applied, which this version does not have" in refused(tree, conn)


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("schema/0020_b.sql", "create table billing.b ();\n\nselect no();\n", "schema/0020_b.sql:3: function no()"),
        ("schema/0020_b.sql", "select 1;\n-- why; not\nselect\n    1 / 0;\n", "schema/0020_b.sql:3: division by zero"),
        ("views/10_v.sql", "select 1;\nselec 2;\n", "views/10_v.sql:2: syntax error"),
        (
            "functions/10_f.sql",
            "create function logic.f() returns int language sql begin atomic select case 1 when 1 then 2 end; end;\n"
            "-- api\ndo $$ begin raise 'told; so'; end $$;\n",
            "functions/10_f.sql:3: told; so",
        ),
    ],
)
def test_an_error_names_file_and_line_and_leaves_nothing(tree, conn, name, text, where):
    tree.write(name, text)
    assert where in refused(tree, conn)
    assert value(conn, "select to_regnamespace('deploy')") is None
    assert value(conn, "select to_regclass('billing.a')") is None


def test_an_error_in_new_code_leaves_the_old_code_and_the_old_tables(tree, conn):
    tree.write("functions/10_f.sql", "create function logic.f() returns int language sql return 1;\n")
    tree.migrate(conn)
    tree.write("schema/0020_b.sql", "create table billing.b ();\n")
    tree.write("functions/10_f.sql", "create function logic.f() returns int language sql return nothing();\n")
    refused(tree, conn)
    assert value(conn, "select logic.f()") == 1
    assert value(conn, "select to_regclass('billing.b')") is None


def test_two_runners_at_once(tree, empty_database):
    tree.write("schema/0020_slow.sql", "select pg_sleep(0.3);\n")
    tree.write("schema/0030_index.sql", "-- no transaction\ncreate index concurrently a_ix on billing.a (a);\n")
    results = []

    def run():
        with empty_database.connect() as conn:
            results.append(tree.migrate(conn))

    runners = [threading.Thread(target=run) for _ in range(2)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join(60)
    assert sorted(len(result.applied) for result in results) == [0, 4]


def test_killed_in_the_middle(tree, empty_database, conn):
    tree.write("schema/0020_slow.sql", "create table billing.b ();\nselect pg_sleep(30);\n")
    code = "import sys; from pathlib import Path; import psycopg; from psycopg.rows import dict_row\n"
    code += "from leissner.scripts import migrate\n"
    code += "conn = psycopg.connect(sys.argv[1], row_factory=dict_row, autocommit=True)\n"
    code += "migrate.migrate(conn, migrate.files(Path(sys.argv[2])))\n"
    runner = subprocess.Popen([sys.executable, "-c", code, empty_database.conninfo, str(tree.root)])
    sleeping = (
        "select pid from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"
    )
    wait_for(lambda: conn.execute(sleeping).fetchone())
    runner.send_signal(signal.SIGKILL)
    runner.wait()
    # The server notices a dead client when the statement ends; here it is told.
    conn.execute("select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'")
    tree.write("schema/0020_slow.sql", "create table billing.b ();\n")
    assert tree.migrate(conn).applied[-1] == "schema/0020_slow.sql"
    assert value(conn, "select count(*) from pg_tables where schemaname = 'billing' and tablename = 'b'") == 1


def wait_for(condition, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


def test_a_file_without_transaction_runs_apart_and_again_after_a_failure(tree, conn):
    tree.migrate(conn)
    conn.execute("insert into billing.a values (1), (1)")
    tree.write(
        "schema/0020_index.sql",
        "-- no transaction\ndrop index concurrently if exists billing.a_uq;\n"
        "create unique index concurrently a_uq on billing.a (a);\n",
    )
    assert "schema/0020_index.sql:3: could not create unique index" in refused(tree, conn)
    conn.execute("delete from billing.a")
    assert tree.migrate(conn).applied == ["schema/0020_index.sql"]
    assert value(conn, "select indisvalid from pg_index where indexrelid = 'billing.a_uq'::regclass") is True
    assert value(conn, "select current_user") == "postgres"


def test_waits_for_the_locks_of_others_and_tries_again(tree, empty_database, conn, monkeypatch):
    tree.migrate(conn)
    tree.write("schema/0020_b.sql", "alter table billing.a add column b int;\n")
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "50ms")
    with empty_database.connect() as other:
        other.execute("begin; lock table billing.a in access share mode")
        timer = threading.Timer(0.3, other.rollback)
        timer.start()
        assert tree.migrate(conn).applied == ["schema/0020_b.sql"]
        timer.join()
        monkeypatch.setattr(migrate, "ATTEMPTS", 1)
        tree.write("schema/0030_c.sql", "alter table billing.a add column c int;\n")
        other.execute("begin; lock table billing.a in access share mode")
        assert "someone else's lock" in refused(tree, conn)


CUSTOM = """
create view custom.second with (security_invoker=true) as select f, 'ö' as o from report.v;
create view custom.first as select f + 1 as g from custom.second;
grant select on custom.second to leissner_report;
grant select (g) on custom.first to leissner_finance;
comment on view custom.first is 'It''s mine';
comment on column custom.first.g is 'one more';
alter view custom.first owner to leissner_report;
create table custom.own (a int);
"""
CUSTOM_STATE = """
select string_agg(concat_ws(' ', relname, relowner::regrole, reloptions, relacl, pg_get_viewdef(class.oid),
    (select string_agg(attname || attacl::text, ',') from pg_attribute where attrelid = class.oid),
    (select string_agg(description, ',' order by objsubid) from pg_description where objoid = class.oid)
), ' | ' order by relname)
from pg_class as class where relnamespace = 'custom'::regnamespace
"""


def test_views_of_the_dba_are_kept(tree, conn):
    tree.write("views/10_v.sql", "create view report.v as select 1 as f;\n")
    tree.migrate(conn)
    conn.execute(CUSTOM)
    before = value(conn, CUSTOM_STATE)
    tree.write("views/10_v.sql", "create view report.v as select 2 as f, 3 as more;\n")
    tree.migrate(conn)
    assert value(conn, CUSTOM_STATE) == before
    assert value(conn, "select g from custom.first") == 3

    tree.write("views/10_v.sql", "create view report.v as select 2 as other;\n")
    assert "A view in the schema custom does not fit the new version" in refused(tree, conn)
    assert value(conn, "select g from custom.first") == 3


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("alter table billing.a alter a set default logic.f()", "default value for column a of table billing.a"),
        ("create view billing.v as select logic.f()", "view billing.v"),
        ("create view public.v as select * from report.v", "view public.v"),
        ("create table billing.b (t logic.t)", "column t of table billing.b"),
        ("create materialized view custom.m as select logic.f()", "materialized view custom.m"),
        ("create policy p on billing.a using (logic.f() = 1)", "policy p on table billing.a"),
        ("create trigger t before insert on billing.a execute function logic.tg()", "trigger t on table billing.a"),
    ],
)
def test_nothing_cascades_into_what_is_kept(tree, conn, statement, named):
    tree.write(
        "functions/10_f.sql",
        "create function logic.f() returns int language sql immutable return 1;\ncreate type logic.t as (a int);\n"
        "create function logic.tg() returns trigger language plpgsql as $$ begin return null; end $$;\n",
    )
    tree.write("views/10_v.sql", "create view report.v as select 1 as f;\n")
    tree.migrate(conn)
    conn.execute(statement.encode())
    tree.write("views/10_v.sql", "create view report.v as select 2 as f;\n")
    message = refused(tree, conn)
    assert "which are rebuilt" in message
    assert named in message
    assert value(conn, "select f from report.v") == 1


def test_a_deployer_who_is_no_superuser(tree, empty_database, conn):
    tree.migrate(conn)  # the roles are there, as a DBA would have made them beforehand
    tree.write("views/10_v.sql", "create view report.v as select 1 as f;\n")
    conn.execute("drop role if exists test_deployer; create role test_deployer login createrole")
    try:
        conn.execute("grant leissner_owner to test_deployer with inherit true, set true")
        with empty_database.connect("test_deployer") as deployer:
            assert tree.migrate(deployer).rebuilt == 1
        assert value(conn, "select relowner::regrole::text from pg_class where relname = 'v'") == "leissner_owner"
    finally:
        conn.execute("drop owned by test_deployer; drop role test_deployer")


def test_statements_are_split_where_they_end():
    text = """-- a; b
select ';', "x;y", e'\\';', $a$ ; $$ ; $a$ /* ; */ ;;
create function f() returns int language sql
begin atomic select case when true then 1 end; select 2; end;
do $$ begin null; end $$"""
    assert [(line, statement.split()[0]) for line, statement in migrate.statements(text)] == [
        (2, "select"), (3, "create"), (5, "do"),
    ]


# ---- the real files -----------------------------------------------------------------------------------------


def test_rebuilding_the_code_is_quick(bed):
    """Under a second is what `leissner bench` reports; the bound here is generous, for busy machines."""
    made = bed.create(bed.template.name)
    try:
        with made.connect() as conn:
            conn.execute("update deploy.migration set sha256 = repeat('0', 64) where kind = 'function'")
            result = migrate.migrate(conn)
            assert result.rebuilt
            assert result.seconds < 5
    finally:
        bed.drop(made)


@pytest.mark.parametrize("release", migrate.releases(), ids=lambda release: release.name)
def test_upgraded_is_the_same_as_fresh(bed, empty_database, release):
    all_files = migrate.files()
    with empty_database.connect() as conn:
        migrate.migrate(conn, migrate.frozen(all_files, release.last))
        frozen = hashlib.sha256(migrate.kept_dump(empty_database.conninfo).encode()).hexdigest()
        assert frozen == release.sha256, f"files up to {release.last} were edited after release {release.name}"
        migrate.migrate(conn, all_files)
    fresh = bed.create()
    try:
        with fresh.connect() as conn:
            migrate.migrate(conn, all_files)
        assert migrate.dump(empty_database.conninfo) == migrate.dump(fresh.conninfo)
    finally:
        bed.drop(fresh)


def test_a_release_freezes_what_it_names(tree, empty_database, conn):
    tree.migrate(conn)
    line = migrate.release_line(conn, "first", tree.root)
    tree.write("schema/releases", f"# remark\n{line}")
    (release,) = migrate.releases(tree.root)
    assert (release.name, release.last) == ("first", "schema/0010_a.sql")
    assert release.sha256 == hashlib.sha256(migrate.kept_dump(empty_database.conninfo).encode()).hexdigest()
    tree.write("schema/0020_b.sql", "create table billing.b (b int);\n")
    tree.write("views/10_v.sql", "create view report.v as select a from billing.a;\n")
    assert [file.name for file in migrate.frozen(migrate.files(tree.root), release.last)] == [
        "schema/0005_base.sql", "schema/0010_a.sql",
    ]
    conn.execute("alter table billing.a add column sneaked int")
    assert release.sha256 != hashlib.sha256(migrate.kept_dump(empty_database.conninfo).encode()).hexdigest()


def test_the_wheel_carries_every_file(tmp_path):
    """What is not package data would be missing where the program is not run from a checkout."""
    checkout = migrate.ROOT.parent
    source = tmp_path / "source"
    for folder in ("db", "scripts", "soap", "webui"):
        shutil.copytree(checkout / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(checkout / name, source / name)
    subprocess.run(
        [sys.executable, "-c", "from setuptools import build_meta; build_meta.build_wheel('..')"],
        cwd=source, check=True, capture_output=True,
    )
    import zipfile

    (wheel,) = tmp_path.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"leissner/db/{file.name}" for file in migrate.files()}
    wanted |= {
        f"leissner/{path.relative_to(checkout).as_posix()}"
        for folder in ("scripts", "soap", "webui") for path in (checkout / folder).rglob("*.py")
        if "tests" not in path.parts
    }
    wanted |= {
        f"leissner/{path.relative_to(checkout).as_posix()}"
        for path in (
            *(checkout / "scripts" / "templates").rglob("*.*"), *(checkout / "webui").rglob("*.html"),
            *(checkout / "webui" / "static").iterdir())
    }
    assert wanted <= inside
    assert not any("/tests/" in name for name in inside)


def test_psycopg_sees_the_version_that_is_checked(conn):
    assert conn.info.server_version >= 180000
    assert isinstance(conn, psycopg.Connection)
