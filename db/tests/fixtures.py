"""Fixtures of all tests: a server of the tests' own, a template database, a fresh clone for each test.

LEISSNER_TEST_SERVER may name a server to use instead (a connection string of a superuser); on it too the tests
touch only databases that they made. What the caller's environment says about databases is forgotten first.
"""

import contextlib
import functools
import io
import os
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from leissner.db.tests.pgtap import pgtap_sql
from leissner.scripts import cli, db, migrate
from leissner.scripts.server import Home

BUILDERS = Path(__file__).parent / "builders"
MEMORY = Path("/dev/shm")
PREFIX = "leissner-test-"

# A test acts as a level with `set local role`; these helpers of pgTAP must still reach its temporary tables.
PGTAP_SETUP = """
grant usage on schema tap to public;
do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select oid::regprocedure from pg_proc
        where pronamespace = 'tap'::regnamespace and proname in (
            '_get', '_get_latest', '_get_note', '_set', '_add', 'add_result', '_todo', 'todo_end', '_currtest'
        )
    loop
        execute format('alter function %s security definer', v_function);
    end loop;
end
$$;
"""


@dataclass
class Database:
    """A database that the tests made."""

    name: str
    conninfo: str  # as superuser

    def url(self, login: str = "postgres") -> str:
        return make_conninfo(self.conninfo, user=login)

    def connect(self, login: str | None = None, **options) -> db.Connection:
        """An autocommit connection with dict rows, as superuser or as the login asked for."""
        if login:
            options["user"] = login
        return psycopg.connect(self.conninfo, row_factory=dict_row, autocommit=True, **options)


class TestBed:
    """The server and the databases of one test run; made when first asked for, gone at the end."""

    __test__ = False

    def __init__(self) -> None:
        self.made: list[str] = []
        self.kept: dict[str, Database] = {}
        self.home: Home | None = None
        self.failure: Exception | None = None

    @functools.cached_property
    def server(self) -> str:
        """Connection string of a superuser on the server of the tests."""
        if given := os.environ.get("LEISSNER_TEST_SERVER"):
            return given
        sweep()
        self.home = Home(new_home_folder(quick_folder()), is_test=True)
        self.home.up()
        return self.home.conninfo()

    def administer(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.server, autocommit=True) as conn:
            conn.execute(statement)

    def create(self, template: str = "template0") -> Database:
        """Makes a database; only what this made is ever dropped."""
        name = f"leissner_test_{secrets.token_hex(6)}"
        self.administer(
            sql.SQL("create database {} template {} strategy file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        self.made.append(name)
        return Database(name, make_conninfo(self.server, dbname=name))

    @contextlib.contextmanager
    def filled(self, name: str, template: Database | None = None):
        """A database of that name that whoever is first fills, for others to copy: the web's tests and SOAP's share
        what takes seconds to make."""
        is_new = name not in self.kept
        made = self.create((template or self.template).name) if is_new else self.kept[name]
        yield made, is_new
        self.kept[name] = made

    def drop(self, database: Database) -> None:
        self.made.remove(database.name)
        self.administer(sql.SQL("drop database {} with (force)").format(sql.Identifier(database.name)))

    @functools.cached_property
    def template(self) -> Database:
        """Migrated, with pgTAP in the schema tap and the builders of db/tests/builders in the schema test."""
        if self.failure:
            raise self.failure  # a hundred tests need not find out one by one
        made = self.create()
        with made.connect() as conn:
            try:
                migrate.migrate(conn)
            except Exception as error:
                self.failure = error
                raise
            conn.execute("create schema tap; set search_path = tap, public")
            conn.execute(pgtap_sql())
            conn.execute(PGTAP_SETUP)
            conn.execute("create schema test; grant usage on schema test to public; reset search_path")
            for path in sorted(BUILDERS.glob("*.sql")):
                migrate.apply_text(conn, path.name, path.read_text("utf-8"))
        return made

    @functools.cached_property
    def for_sql(self) -> Database:
        """The clone on which the pgTAP files run; each rolls back what it does."""
        return self.create(self.template.name)

    def close(self) -> None:
        if self.home:
            self.home.down()
            shutil.rmtree(self.home.path)
            return
        for name in list(self.made):
            self.drop(Database(name, ""))


def new_home_folder(within: Path | None = None) -> Path:
    """A short folder that the server's system user may enter, which pytest's own are not; named after this process."""
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=within))
    folder.chmod(0o755)
    return folder


def quick_folder() -> Path | None:
    """Memory, where there is room: a clone is 1 300 files, made five times as fast there. None: the usual place."""
    with contextlib.suppress(OSError):
        room = os.statvfs(MEMORY)
        if room.f_bavail * room.f_frsize > 4 << 30 and os.access(MEMORY, os.W_OK):
            return MEMORY
    return None


def sweep() -> None:
    """Ends and removes what a killed test run left in memory."""
    for folder in MEMORY.glob(f"{PREFIX}*-*"):
        owner = folder.name.removeprefix(PREFIX).split("-")[0]
        if owner.isdecimal() and not Path("/proc", owner).exists():
            with contextlib.suppress(Exception):  # another run may be sweeping too
                Home(folder, is_test=True).down()
            shutil.rmtree(folder, ignore_errors=True)


BED = pytest.StashKey[TestBed]()


def pytest_configure(config: pytest.Config) -> None:
    for name in list(os.environ):
        if name in ("DATABASE_URL", "LEISSNER_HOME") or name.startswith("PG"):
            del os.environ[name]
    # A test that asks for no database must find none.
    os.environ["LEISSNER_HOME"] = "/nonexistent/leissner"
    os.environ["LEISSNER_TEST"] = "1"
    config.stash[BED] = TestBed()


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[BED].close()


@pytest.fixture(scope="session")
def bed(request: pytest.FixtureRequest) -> TestBed:
    return request.config.stash[BED]


@pytest.fixture
def database(bed: TestBed):
    """A fresh, migrated database of the test's own."""
    made = bed.create(bed.template.name)
    yield made
    bed.drop(made)


@pytest.fixture
def empty_database(bed: TestBed):
    """A database with nothing in it."""
    made = bed.create()
    yield made
    bed.drop(made)


@pytest.fixture
def conn(database: Database):
    """A superuser connection to the test's own database."""
    with database.connect() as connection:
        yield connection


@dataclass
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def leissner(database: Database, monkeypatch: pytest.MonkeyPatch):
    """Runs the command in this process on the test's database, as the login leissner_cli:
    leissner("calls", "load", …) gives exit code, stdout and stderr."""
    monkeypatch.setenv("DATABASE_URL", database.url(db.CLI_LOGIN))

    def run(*args: object) -> Outcome:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.run([str(arg) for arg in args])
        return Outcome(code, out.getvalue(), err.getvalue())

    return run
