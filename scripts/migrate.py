"""The migration runner: brings a database to the version of the files in db/.

db/schema/*.sql run once each, in name order, and are never edited after that. db/functions and db/views are
disposable: when any of them changed, or a schema file is pending, the content of the schemas logic, api and
report is dropped and built anew: all logic, then the views, then all api (in a function file the part after
the line `-- api`). Everything happens in one transaction under an advisory lock, as leissner_owner; only the
files named *_base.sql, which make roles and extensions, run as the login that the runner connected with.

A schema file with the line `-- no transaction` (for `create index concurrently`) runs by itself after that
transaction, statement by statement, and must bear being run again.
"""

import contextlib
import hashlib
import json
import re
import secrets
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import psycopg
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from leissner.scripts import db
from leissner.scripts.errors import LeissnerError

ROOT = Path(__file__).resolve().parent.parent / "db"
OWNER = "leissner_owner"
DISPOSABLE = ["logic", "api", "report"]
LOCK = 0x1E155_4E4  # advisory lock of all runners on a database
LOCK_TIMEOUT = "4s"
ATTEMPTS = 10
API_LINE = re.compile(r"^-- api\s*$", re.M)
APART_LINE = re.compile(r"^-- no transaction\s*$", re.M)

LEDGER = """
create schema deploy;
create table deploy.migration (
    file text constraint migration_pk primary key,
    kind text not null constraint migration_kind_ck check (kind in ('schema', 'function', 'view')),
    sha256 text not null constraint migration_sha256_ck check (sha256 ~ '^[0-9a-f]{64}$'),
    applied_at timestamptz not null default clock_timestamp(),
    applied_by text not null default session_user
);
comment on schema deploy is 'Which files made this database; kept by the migration runner.';
comment on table deploy.migration is 'The migration ledger: one row per file of db/ as it was applied.';
comment on column deploy.migration.file is 'Path of the file below db/.';
comment on column deploy.migration.kind is 'schema: run once and never again; function, view: rebuilt when changed.';
comment on column deploy.migration.sha256 is 'SHA-256 of the file as applied, in hexadecimal.';
comment on column deploy.migration.applied_at is 'When it was applied.';
comment on column deploy.migration.applied_by is 'The login that ran the migration.';
comment on constraint migration_pk on deploy.migration is 'Each file is applied once.';
comment on constraint migration_kind_ck on deploy.migration is 'A file is a schema, function or view file.';
comment on constraint migration_sha256_ck on deploy.migration is 'A hash is 64 hexadecimal digits.';

create function deploy.code_digest()
returns text
language sql stable parallel safe
begin atomic
    select encode(sha256(convert_to(
        coalesce(string_agg(file || ' ' || sha256 || chr(10), '' order by file collate "C"), ''), 'UTF8'
    )), 'hex')
    from deploy.migration;
end;
comment on function deploy.code_digest() is $$The version of this database: one hash over all files that made it.
Example: select deploy.code_digest()
Raises: nothing$$;

create schema custom;
comment on schema custom is 'Views of the people who run this database; kept when logic, api and report are rebuilt.';
"""
# Once the base file has made the roles.
LEDGER_RIGHTS = f"""
alter schema deploy owner to {OWNER};
alter table deploy.migration owner to {OWNER};
alter function deploy.code_digest() owner to {OWNER};
alter schema custom owner to {OWNER};
revoke execute on function deploy.code_digest() from public;
grant usage on schema deploy to leissner_admin, leissner_auditor, leissner_cli, leissner_web;
grant select on deploy.migration to leissner_admin, leissner_auditor;
grant execute on function deploy.code_digest() to leissner_admin, leissner_auditor, leissner_cli, leissner_web;
grant usage, create on schema custom to leissner_report;
"""


# ---- the files ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class File:
    """One SQL file below db/."""

    name: str  # path below db/, with slashes
    kind: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def is_base(self) -> bool:
        return self.name.endswith("_base.sql")

    @property
    def is_apart(self) -> bool:
        return self.kind == "schema" and APART_LINE.search(self.text) is not None

    def parts(self) -> tuple[str, str]:
        """The logic and the api part; the latter keeps its line numbers."""
        found = API_LINE.search(self.text)
        if not found:
            return self.text, ""
        before = self.text[: found.start()]
        return before, "\n" * before.count("\n") + self.text[found.start() :]


def natural(path: Path) -> list[list[tuple[int, str]]]:
    """Sorts 9_x before 10_x, and a folder's files where the folder stands."""
    return [
        [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name) if part]
        for name in path.with_suffix("").parts
    ]


def files(root: Path = ROOT) -> list[File]:
    """All SQL files in the order in which they apply: schema, functions, views."""
    found = []
    for folder, kind in (("schema", "schema"), ("functions", "function"), ("views", "view")):
        paths = sorted((root / folder).rglob("*.sql"), key=lambda path: natural(path.relative_to(root)))
        found += [File(path.relative_to(root).as_posix(), kind, path.read_text("utf-8")) for path in paths]
    return found


def code_digest(all_files: list[File]) -> str:
    """One hash over all files: what version is this?"""
    lines = "".join(f"{file.name} {file.sha256}\n" for file in sorted(all_files, key=lambda file: file.name))
    return hashlib.sha256(lines.encode()).hexdigest()


# ---- statements and where they stand ------------------------------------------------------------------------

TOKEN = re.compile(
    r"--[^\n]*|/\*.*?\*/|\b[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\"[^\"]*\"|(\$\w*\$).*?\1|begin\s+atomic\b|\w+|;",
    re.S | re.I,
)


def statements(text: str) -> Iterator[tuple[int, str]]:
    """Splits a file into (line, statement); knows quotes, dollar quotes, comments and `begin atomic` bodies."""
    start: int | None = None
    depth = 0
    for match in TOKEN.finditer(text):
        token = match[0].lower()
        if token.startswith(("--", "/*")):
            continue
        if start is None:
            if token == ";":
                continue
            start = match.start()
        if re.match(r"begin\s+atomic", token) or (depth and token == "case"):
            depth += 1
        elif depth and token == "end":
            depth -= 1
        elif token == ";" and not depth:
            yield text.count("\n", 0, start) + 1, text[start : match.end()]
            start = None
    if start is not None and text[start:].strip():
        yield text.count("\n", 0, start) + 1, text[start:]


def apply_text(conn: db.Connection, name: str, text: str) -> None:
    """Runs a file in one go inside the open transaction; an error names file and line."""
    if not text.strip():
        return
    try:
        with conn.transaction():
            conn.execute(text.encode())
    except errors.LockNotAvailable:
        raise
    except psycopg.Error as error:
        if error.sqlstate is None or conn.broken:
            raise
        raise LeissnerError(f"{name}:{_error_line(conn, text, error)}: {_words(error)}") from error


def _error_line(conn: db.Connection, text: str, error: psycopg.Error) -> int:
    """The line of an error: from the server's position, else by running the statements one by one again."""
    if error.diag.statement_position:
        return text.count("\n", 0, int(error.diag.statement_position) - 1) + 1
    line = 1
    with contextlib.suppress(psycopg.Error), conn.transaction():
        for line, statement in statements(text):  # noqa: B007
            conn.execute(statement.encode())
    return line


def _words(error: psycopg.Error) -> str:
    """What the server says, with detail, hint and context."""
    diag = error.diag
    parts = [diag.message_primary, diag.message_detail, diag.message_hint, diag.context]
    return "\n  ".join(part for part in parts if part)


# ---- what must survive a rebuild ----------------------------------------------------------------------------

# Whatever would go with the content of the disposable schemas. Views of `custom`, and their row types, may go,
# for they come back; anything else outside is where the search stops, and a reason to refuse.
DEPENDENTS = """
with recursive own as (
    select 'pg_class'::regclass::oid as classid, oid as objid, true as is_view
    from pg_class where relnamespace = to_regnamespace('custom') and relkind = 'v'
    union all
    select 'pg_type'::regclass, type.oid, false
    from pg_type as type
    left join pg_type as element on element.oid = type.typelem
    inner join pg_class as class on class.oid in (type.typrelid, element.typrelid)
    where class.relnamespace = to_regnamespace('custom') and class.relkind = 'v'
    union all
    select 'pg_proc'::regclass, oid, false from pg_proc where pronamespace = any (%(spaces)s)
    union all
    select 'pg_class'::regclass, oid, false from pg_class where relnamespace = any (%(spaces)s)
    union all
    -- what a materialized view keeps aside goes with it
    select 'pg_class'::regclass, reltoastrelid, false
    from pg_class where relnamespace = any (%(spaces)s) and reltoastrelid <> 0
    union all
    select 'pg_class'::regclass, indexrelid, false
    from pg_index inner join pg_class on indrelid = reltoastrelid
    where relnamespace = any (%(spaces)s)
    union all
    select 'pg_type'::regclass, oid, false from pg_type where typnamespace = any (%(spaces)s)
),
going as (
    select classid, objid, 0 as objsubid, true as is_own
    from own
    where not is_view and (classid, objid) not in (
        select 'pg_type'::regclass, oid from pg_type where typnamespace = to_regnamespace('custom')
    )
    union
    select dep.classid, dep.objid, dep.objsubid, own.objid is not null
    from going
    inner join lateral (
        -- a rewrite rule means its view
        select
            coalesce(rule.classid, pg_depend.classid) as classid, coalesce(rule.objid, pg_depend.objid) as objid,
            case when rule.objid is null then pg_depend.objsubid else 0 end as objsubid
        from pg_depend
        left join lateral (
            select 'pg_class'::regclass::oid as classid, ev_class as objid
            from pg_rewrite where pg_depend.classid = 'pg_rewrite'::regclass and pg_rewrite.oid = pg_depend.objid
        ) as rule on true
        where pg_depend.refclassid = going.classid and pg_depend.refobjid = going.objid
    ) as dep on going.is_own
    left join own on own.classid = dep.classid and own.objid = dep.objid
)
select distinct
    pg_describe_object(going.classid, going.objid, going.objsubid) as name, going.is_own, own.is_view,
    going.objid
from going
left join own on own.classid = going.classid and own.objid = going.objid
where own.is_view or not going.is_own
order by going.objid
"""

CUSTOM_VIEW = """
select
    class.oid::regclass::text as name, pg_get_viewdef(class.oid) as definition,
    pg_get_userbyid(class.relowner) as owner, array_to_string(class.reloptions, ', ') as options,
    array(
        select format(
            'grant %%s on %%s to %%s%%s', privilege_type, class.oid::regclass,
            case when grantee = 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end,
            case when is_grantable then ' with grant option' else '' end
        )
        from aclexplode(class.relacl)
        where grantee <> class.relowner
        union all
        select format(
            'grant %%s (%%I) on %%s to %%s', privilege_type, attname, class.oid::regclass,
            case when grantee = 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end
        )
        from pg_attribute cross join lateral aclexplode(attacl)
        where attrelid = class.oid
    ) as grants,
    array(
        select format(
            'comment on %%s is %%L',
            case
                when objsubid = 0 then format('view %%s', class.oid::regclass)
                else format('column %%s.%%I', class.oid::regclass, attname)
            end,
            description
        )
        from pg_description
        left join pg_attribute on attrelid = objoid and attnum = objsubid
        where classoid = 'pg_class'::regclass and objoid = class.oid
    ) as comments
from pg_class as class
where class.oid = %s
"""

CONTENT = """
select format(
    'drop %%s if exists %%s cascade',
    case
        when class.relkind = 'v' then 'view'
        when class.relkind = 'm' then 'materialized view'
        when class.relkind = 'S' then 'sequence'
        else 'table'
    end,
    class.oid::regclass
) as drop
from pg_class as class
where relnamespace = any (%(spaces)s) and relkind in ('v', 'm', 'r', 'p', 'S')
union all
select format('drop %%s if exists %%s cascade', case when typtype = 'd' then 'domain' else 'type' end, oid::regtype)
from pg_type
where typnamespace = any (%(spaces)s) and typtype in ('e', 'd', 'r', 'c')
and (typrelid = 0 or (select relkind from pg_class where pg_class.oid = typrelid) = 'c')
union all
select format('drop %%s if exists %%s cascade', case prokind when 'a' then 'aggregate' else 'routine' end,
    oid::regprocedure)
from pg_proc
where pronamespace = any (%(spaces)s)
"""


@dataclass
class CustomView:
    """A DBA's own view in the schema custom, as it was before the rebuild."""

    name: str
    definition: str
    owner: str
    options: str | None
    grants: list[str]
    comments: list[str]

    def restore(self, conn: db.Connection) -> None:
        options = f" with ({self.options})" if self.options else ""
        conn.execute(f"create view {self.name}{options} as {self.definition}".encode())
        for grant in self.grants:
            conn.execute(grant.encode())
        for comment in self.comments:
            conn.execute(comment.encode())
        conn.execute(sql.SQL("alter view {} owner to {}").format(sql.SQL(self.name), sql.Identifier(self.owner)))


def drop_disposable(conn: db.Connection) -> list[CustomView]:
    """Empties logic, api and report; returns the DBA's views that went with them. Anything else outside that
    stands on them stops the migration before it is harmed."""
    spaces = [
        row["oid"]
        for row in conn.execute("select oid::bigint as oid from pg_namespace where nspname = any (%s)", [DISPOSABLE])
    ]
    dependents = conn.execute(DEPENDENTS, {"spaces": spaces}).fetchall()
    others = [row["name"] for row in dependents if not row["is_own"]]
    if others:
        raise LeissnerError(
            f"These stand on {', '.join(DISPOSABLE)}, which are rebuilt: {'; '.join(others)}.",
            "Drop them, or make them views in the schema custom, which are kept.",
        )
    views = [
        CustomView(**conn.execute(CUSTOM_VIEW, [row["objid"]]).fetchone()) for row in dependents if row["is_view"]
    ]
    for row in conn.execute(CONTENT, {"spaces": spaces}).fetchall():
        conn.execute(row["drop"].encode())
    return views


def restore_custom(conn: db.Connection, views: list[CustomView]) -> None:
    """Makes the DBA's views again, in an order that works."""
    waiting = list(views)
    while waiting:
        left, reason = [], ""
        for view in waiting:
            try:
                with conn.transaction():
                    view.restore(conn)
            except psycopg.Error as error:
                left.append(view)
                reason = f"{view.name}: {db.first_line(error)}"
        if len(left) == len(waiting):
            raise LeissnerError(
                f"A view in the schema custom does not fit the new version, so nothing was changed: {reason}",
                "Change or drop that view, then run `leissner migrate` again.",
            )
        waiting = left


# ---- the run ------------------------------------------------------------------------------------------------


@dataclass
class Result:
    """What a run did."""

    applied: list[str]  # schema files
    rebuilt: int  # function and view files
    seconds: float
    digest: str

    def __str__(self) -> str:
        if not self.applied and not self.rebuilt:
            return f"nothing to migrate, version {self.digest[:12]}"
        return (
            f"{len(self.applied)} schema files applied, {self.rebuilt} function and view files rebuilt"
            f" in {self.seconds:.2f} s, version {self.digest[:12]}"
        )


def migrate(conn: db.Connection, all_files: list[File] | None = None) -> Result:
    """Brings the database behind an autocommit connection to the version of the files. Safe to run at once
    from several places and to kill at any point."""
    all_files = files() if all_files is None else all_files
    began = time.monotonic()
    db.version_check(conn.info.server_version)
    with _alone(conn):
        result = _retry(lambda: _run(conn, all_files))
        for file in all_files:
            if file.is_apart and file.name not in _ledger(conn):
                _run_apart(conn, file)
                result.applied.append(file.name)
    db.audit_seal(conn)
    result.seconds = time.monotonic() - began
    return result


class _alone:
    """The advisory lock of runners. Asked for again and again, because waiting inside a statement would keep a
    snapshot open, for which `create index concurrently` of the other runner waits in turn."""

    def __init__(self, conn: db.Connection):
        self.conn = conn

    def __enter__(self) -> None:
        waited = 0
        while not self.conn.execute("select pg_try_advisory_lock(%s) as got", [LOCK]).fetchone()["got"]:
            if waited == 10:
                click.echo("Waiting for another migration of this database …", err=True)
            time.sleep(0.2)
            waited += 1

    def __exit__(self, *_: object) -> None:
        if not self.conn.closed:
            self.conn.execute("select pg_advisory_unlock(%s)", [LOCK])


def _retry(run):
    """Runs again when someone else's lock was in the way; gives in after ten times."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return run()
        except (errors.LockNotAvailable, errors.DeadlockDetected) as error:
            if attempt == ATTEMPTS:
                raise LeissnerError(
                    f"The migration waited {ATTEMPTS} times for someone else's lock; nothing was changed.",
                    "See pg_stat_activity for long transactions.",
                ) from error
            time.sleep(0.5 * attempt)


def _ledger(conn: db.Connection) -> dict[str, str]:
    """file → hash as applied; empty on a new database."""
    if conn.execute("select to_regclass('deploy.migration') as found").fetchone()["found"] is None:
        return {}
    return {row["file"]: row["sha256"] for row in conn.execute("select file, sha256 from deploy.migration")}


def _run(conn: db.Connection, all_files: list[File]) -> Result:
    """The one transaction."""
    schema = [file for file in all_files if file.kind == "schema"]
    code = [file for file in all_files if file.kind != "schema"]
    with conn.transaction():
        conn.execute("select set_config('lock_timeout', %s, true), set_config('search_path', '', true)", [LOCK_TIMEOUT])
        ledger = _ledger(conn)
        _refuse_edited(schema, ledger)
        pending = [file for file in schema if file.name not in ledger and not file.is_apart]
        known = {name: sha for name, sha in ledger.items() if not name.startswith("schema/")}
        result = Result([file.name for file in pending], 0, 0, code_digest(all_files))
        if not pending and known == {file.name: file.sha256 for file in code}:
            return result
        if not ledger and conn.execute("select to_regnamespace('deploy') as found").fetchone()["found"] is None:
            conn.execute(LEDGER)
        views = drop_disposable(conn)
        for file in pending:
            _become(conn, None if file.is_base else OWNER)
            apply_text(conn, file.name, file.text)
            if file.is_base:
                conn.execute(LEDGER_RIGHTS)
        _become(conn, OWNER)
        functions = [file for file in code if file.kind == "function"]
        for file in functions:
            apply_text(conn, file.name, file.parts()[0])
        for file in code:
            if file.kind == "view":
                apply_text(conn, file.name, file.text)
        for file in functions:
            apply_text(conn, file.name, file.parts()[1])
        conn.execute("delete from deploy.migration where kind <> 'schema'")
        for file in pending + code:
            _note(conn, file)
        _become(conn, None)
        restore_custom(conn, views)
        result.rebuilt = len(code)
    return result


def _run_apart(conn: db.Connection, file: File) -> None:
    """A `-- no transaction` file: each statement commits by itself; noted when all are through."""
    conn.execute(f"set role {OWNER}; set lock_timeout = '{LOCK_TIMEOUT}'; set search_path = ''")
    try:
        for line, statement in statements(file.text):
            try:
                _retry(lambda statement=statement: conn.execute(statement.encode()))
            except psycopg.Error as error:
                raise LeissnerError(f"{file.name}:{line}: {_words(error)}") from error
        _note(conn, file)
    finally:
        if not conn.closed:
            conn.execute("reset role; reset lock_timeout; reset search_path")


def _become(conn: db.Connection, role: str | None) -> None:
    conn.execute(f"set local role {role}" if role else "reset role")
    # A file may have set its own; each starts from the same place.
    conn.execute("set local search_path = ''")


def _note(conn: db.Connection, file: File) -> None:
    conn.execute(
        "insert into deploy.migration (file, kind, sha256) values (%s, %s, %s)", [file.name, file.kind, file.sha256]
    )


def _refuse_edited(schema: list[File], ledger: dict[str, str]) -> None:
    """Applied schema files are what they were; a database newer than the files is refused too."""
    now = {file.name: file.sha256 for file in schema}
    for name, sha256 in ledger.items():
        if not name.startswith("schema/"):
            continue
        if name not in now:
            raise LeissnerError(
                f"The database has {name} applied, which this version does not have.",
                "The database is newer than this program: install the version that made it.",
            )
        if now[name] != sha256:
            raise LeissnerError(
                f"{name} was changed after it was applied to this database.",
                "Undo the change and put it into a new file.",
            )


def pending(conn: db.Connection) -> list[str]:
    """Names of files that the database does not have as they are now; [] when it is up to date."""
    ledger = _ledger(conn)
    now = {file.name: file.sha256 for file in files()}
    return sorted(name for name in now.keys() | ledger.keys() if now.get(name) != ledger.get(name))


# ---- releases -----------------------------------------------------------------------------------------------

RELEASES = "schema/releases"


@dataclass(frozen=True)
class Release:
    """A line of db/schema/releases: the schema files up to `last` are frozen, and make this database."""

    name: str
    last: str  # path below db/
    sha256: str  # of kept_dump() after those files


def releases(root: Path = ROOT) -> list[Release]:
    """The releases, oldest first."""
    path = root / RELEASES
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [Release(*line.split()) for line in lines if line and not line.startswith("#")]


def frozen(all_files: list[File], last: str) -> list[File]:
    """The schema files of a release."""
    names = [file.name for file in all_files if file.kind == "schema"]
    return all_files[: names.index(last) + 1]


def dump(conninfo: str, *without: str) -> str:
    """`pg_dump -s`, without what differs from run to run: remarks and the key of its \\restrict line."""
    from leissner.scripts.server import Home

    command = [str(Home().client_folder() / "pg_dump"), "-s", "--restrict-key=leissner", "-d", conninfo]
    command += [f"--exclude-schema={name}" for name in without]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("--"))


def kept_dump(conninfo: str) -> str:
    """The part of the dump that a release freezes: without the schemas that are rebuilt anyway."""
    return dump(conninfo, *DISPOSABLE)


def release_line(conn: db.Connection, name: str, root: Path = ROOT) -> str:
    """Builds the schema files in a scratch database and gives the line that freezes them as a release."""
    schema = [file for file in files(root) if file.kind == "schema"]
    scratch = f"leissner_release_{secrets.token_hex(6)}"
    conn.execute(f"create database {scratch} template template0")
    try:
        where = make_conninfo(conn.info.dsn, dbname=scratch, password=conn.info.password or None)
        with psycopg.connect(where, row_factory=dict_row, autocommit=True) as empty:
            migrate(empty, schema)
        sha256 = hashlib.sha256(kept_dump(where).encode()).hexdigest()
    finally:
        conn.execute(f"drop database {scratch} with (force)")
    return f"{name} {schema[-1].name} {sha256}\n"


# ---- the command --------------------------------------------------------------------------------------------


@click.command(name="migrate")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
@click.option("--release", metavar="NAME", help="For developers: freeze the schema files as release NAME instead.")
def migrate_command(as_json: bool, release: str | None) -> None:
    """Bring the database to this version. Running it twice does no harm."""
    with db.connect(as_deployer=True) as conn:
        if release:
            if release in [known.name for known in releases()]:
                raise LeissnerError(f"There is a release {release} already.")
            line = release_line(conn, release)
            with open(ROOT / RELEASES, "a", encoding="utf-8") as file:
                file.write(line)
            click.echo(f"{ROOT / RELEASES}: {line}", nl=False)
            return
        result = migrate(conn)
    click.echo(json.dumps(vars(result)) if as_json else f"{result}.")
