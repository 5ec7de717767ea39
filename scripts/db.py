"""The only place in Python that speaks SQL: connections, transactions, calls of `api` functions, COPY, errors.

Which database is used: DATABASE_URL, else PGSERVICE, PGHOST or PGHOSTADDR, else the embedded server of
LEISSNER_HOME. An outside server is used as the login it names; nothing on it is started or stopped.
"""

import functools
import getpass
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row, tuple_row
from psycopg.types.json import Jsonb, set_json_dumps, set_json_loads

from leissner.scripts.errors import LeissnerError

OLDEST_SERVER = 18
CLI_LOGIN = "leissner_cli"
WEB_LOGIN = "leissner_web"
DATABASE = "leissner"
SWITCHES = ("PGSERVICE", "PGHOST", "PGHOSTADDR")  # PGUSER or PGDATABASE alone must not switch the server

Connection = psycopg.Connection[dict[str, Any]]


def exact(value: Any, **options: Any) -> str:
    """JSON with numbers as they are: 390.00 stays 390.00."""
    made = json.dumps(value, default=lambda one: f"\0{one}\0" if isinstance(one, Decimal) else f"{one}",
                      ensure_ascii=False, **options)
    return re.sub(r'"\\u0000(-?[0-9.]+)\\u0000"', r"\1", made)


# Of every connection, the pages' too: an amount in a document is never a float, and keeps its last zero.
set_json_loads(functools.partial(json.loads, parse_float=Decimal))
set_json_dumps(exact)


@dataclass(frozen=True)
class Target:
    """The database in use and how it was chosen."""

    conninfo: str
    chosen_by: str
    is_embedded: bool

    def __str__(self) -> str:
        return f"{'embedded server' if self.is_embedded else 'outside server'} ({self.chosen_by})"


def target() -> Target:
    """Chooses the database: the environment's server where it names one, else the embedded one."""
    if url := os.environ.get("DATABASE_URL"):
        return Target(url, "DATABASE_URL", False)
    for name in SWITCHES:
        if os.environ.get(name):
            return Target("", name, False)
    from leissner.scripts import server

    home = server.Home()
    return Target(make_conninfo(host=str(home.socket_folder), port=server.PORT, dbname=DATABASE), f"home {home.path}",
                  True)


# Work that a page has asked for goes on in a process of its own, as the person who asked: "LEVEL TOKEN", taken out of
# the environment at once, so that what the work itself starts does not have it.
WORK = "LEISSNER_WORK"
_work = os.environ.pop(WORK, None)


def work_environment() -> dict[str, str]:
    """The environment for a process that goes on with this process's work, as the same person."""
    return os.environ | ({WORK: _work} if _work else {})


def work_close() -> None:
    """Ends the session of this process's work, where it is a page's."""
    if _work:
        with suppress(LeissnerError, psycopg.Error), connect() as conn, transaction(conn, "admin"):
            call(conn, "work_close")


def version_check(server_version: int) -> None:
    """Refuses a server older than PostgreSQL 18; `server_version` as libpq gives it (180006)."""
    if server_version < OLDEST_SERVER * 10000:
        raise LeissnerError(
            f"PostgreSQL {OLDEST_SERVER} or newer is needed; this server is {server_version // 10000}."
        )


def connect(*, as_deployer: bool = False, chosen: Target | None = None, **options: Any) -> Connection:
    """Connects: to the embedded server as leissner_cli (as leissner_web for the work of a page, as its superuser for
    the migration runner), to an outside one as the login that the environment names. Rows come as dicts."""
    chosen = chosen or target()
    defaults: dict[str, Any] = {"application_name": "leissner", "connect_timeout": 10}
    if chosen.is_embedded:
        defaults["user"] = "postgres" if as_deployer else WEB_LOGIN if _work else CLI_LOGIN
    # PG… variables of the caller's environment must not bend the way to the embedded server.
    try:
        conn = psycopg.connect(chosen.conninfo, row_factory=dict_row, autocommit=True, **defaults | options)
    except psycopg.OperationalError as error:
        hint = "Start it with `leissner up`." if chosen.is_embedded else None
        raise LeissnerError(f"No connection to the {chosen}: {first_line(error)}", hint, code=3) from error
    try:
        version_check(conn.info.server_version)
    except LeissnerError:
        conn.close()
        raise
    return conn


def actor() -> str:
    """Who sits at the command line, for the audit log: the person behind sudo, else the OS user."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.geteuid()}"  # without a name on this machine


@contextmanager
def transaction(
    conn: Connection,
    level: str,
    *,
    read_only: bool = False,
    isolation: str | None = None,
    timeout_s: float = 0,
    is_sealed: bool = True,
    **settings: str,
) -> Iterator[Connection]:
    """One transaction with the rights of a permission level (`admin`, `batch` …), for the audit log the OS user; in
    work that a page has asked for, with the level and name of who asked, whatever `level` is. What it wrote is sealed
    in the log at once, unless the caller sees to that soon.
    Further settings are given without their prefix: session="…" sets app.session for this transaction."""
    if _work and "session" not in settings:
        level, settings["session"] = _work.split()
        settings["client"] = "web work"
    local = {
        "role": f"leissner_{level}",
        "app.actor": actor(),
        "app.client": "cli",
        "statement_timeout": str(int(timeout_s * 1000)),
        "transaction_read_only": "on" if read_only else "off",
    } | {f"app.{name}": value for name, value in settings.items()}
    settings_set = sql.SQL("select {}").format(
        sql.SQL(", ").join(sql.SQL("set_config({}, {}, true)").format(*item) for item in local.items())
    )
    try:
        with conn.transaction():
            if isolation:
                conn.execute(sql.SQL("set transaction isolation level {}").format(sql.SQL(isolation)))
            conn.execute(settings_set)
            yield conn
    except psycopg.Error as error:
        # Here, after the rollback, the database can still be asked for the sentence; later nobody has it at hand.
        error.problem = problem(error, conn)
        raise
    if is_sealed and not read_only:
        audit_seal(conn)


def audit_seal(conn: Connection) -> None:
    """Seals in the log what was just committed. Where this cannot, whoever commits next does it."""
    if conn.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
        with suppress(psycopg.Error):
            conn.execute("select from audit.seal()")


def constraints_check(conn: Connection) -> None:
    """Checks now what is otherwise checked at the end of the transaction, where nobody can say it beside the field."""
    conn.execute("set constraints all immediate; set constraints all deferred")


def session_user(conn: Connection, token: str) -> dict[str, Any] | None:
    """Who a session token is, inside a transaction of the login itself; None where it is not valid (any more)."""
    conn.execute("select set_config('app.session', %s, true)", (token,))
    rows = call(conn, "session_get")
    return rows[0] if rows else None


def operation_caller(conn: Connection, token: str, **params: Any) -> dict[str, Any] | None:
    """Who asks for an operation of SOAP with a session token or API key; None where that is not valid (any more)."""
    with conn.transaction():
        conn.execute("select set_config('app.session', %s, true)", (token,))
        rows = call(conn, "operation_enter", **params)
        return rows[0] if rows else None


def request_log_unknown(conn: Connection, client: str, rows: list[dict[str, Any]]) -> None:
    """Logs requests of nobody we know, as the login itself."""
    with conn.transaction():
        conn.execute("select set_config('app.client', %s, true)", (client,))
        call(conn, "request_log", p_rows=rows)


def call(conn: Connection, name: str, **params: Any) -> list[dict[str, Any]]:
    """Calls api.NAME with named parameters and returns its rows: call(conn, "price_list", p_account_id=1)."""
    query = sql.SQL("select * from {}({})").format(
        sql.Identifier("api", name),
        sql.SQL(", ").join(
            sql.SQL("{} => {}").format(sql.Identifier(key), sql.Placeholder(key)) for key in params
        ),
    )
    return conn.execute(query, {key: _adapt(value) for key, value in params.items()}).fetchall()


def call_one(conn: Connection, name: str, **params: Any) -> Any:
    """Calls api.NAME and returns the single value of its single row; None where it returns no row."""
    rows = call(conn, name, **params)
    return next(iter(rows[0].values())) if rows else None


def stream(conn: Connection, name: str, schema: str = "api", **params: Any) -> tuple[list[str], Iterator[tuple]]:
    """Calls api.NAME, or report.NAME, and gives the names of its columns and its rows as tuples, a few thousand at a
    time. Inside a transaction only; read all rows before it ends."""
    query = sql.SQL("select * from {}({})").format(
        sql.Identifier(schema, name),
        sql.SQL(", ").join(
            sql.SQL("{} => {}").format(sql.Identifier(key), sql.Placeholder(key)) for key in params
        ),
    )
    cursor = conn.cursor(name=f"stream_{name}", row_factory=tuple_row)
    cursor.itersize = 5000
    cursor.execute(query, {key: _adapt(value) for key, value in params.items()})

    def rows() -> Iterator[tuple]:
        with cursor:
            yield from cursor

    return [column.name for column in cursor.description or []], rows()


def fetch(conn: Connection, cursor: str) -> Iterator[tuple]:
    """The rows of a cursor that the database has opened, as tuples, a few thousand at a time."""
    with conn.cursor(name=cursor, row_factory=tuple_row) as opened:
        opened.itersize = 5000
        yield from opened


@dataclass(frozen=True)
class Page:
    """What of a list is asked for: rows where `filters` (column: value) hold and one of `search` columns has the
    words, in the order of a column, after the row with (value of that column, key)."""

    key: str
    order: str
    is_descending: bool = False
    filters: dict[str, Any] | None = None
    words: str = ""
    search: tuple[str, ...] = ()
    after: tuple[str | None, str] | None = None
    limit: int | None = 50
    names: tuple[str, ...] = ()  # columns that sort as names do
    given: tuple[str, ...] = ()  # columns that are never empty: an index serves them from either end
    is_late: bool = False  # first the keys, then all columns of these few: the key is a column with an index


def page(conn: Connection, name: str, params: dict[str, Any], wanted: Page) -> list[dict[str, Any]]:
    """A page of the rows of api.NAME: filtered, sorted and cut by the database, by key, so that page 1000 costs what
    page 1 does."""
    query, values = _page_query(name, params, wanted, sql.SQL("q.*"))
    if wanted.is_late and wanted.order != wanted.key:
        key = sql.SQL("q.{}").format(sql.Identifier(wanted.key))
        found, values = _page_query(name, params, wanted, key)
        query = sql.SQL("select q.* from {} where {} = any(array({})) order by {}").format(
            _called(name, params), key, found, _page_order(wanted))
    return conn.execute(query, values, prepare=False).fetchall()  # the plan is that of these filters, no other


def page_whole(conn: Connection, name: str, params: dict[str, Any], wanted: Page,
               sums: Sequence[str]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The first page of rows that are computed, with the number of all that match and their sums: computed once."""
    query, values = _page_query(name, params, wanted, _with_sums(sums))
    rows = conn.execute(query, values, prepare=False).fetchall()
    count, added = _sums_of(rows, sums)
    return rows, {"count": count} | added


def page_stream(conn: Connection, name: str, params: dict[str, Any], wanted: Page) -> Iterator[dict[str, Any]]:
    """All rows of a list that match, a few thousand at a time. Inside a transaction only."""
    query, values = _page_query(name, params, wanted, sql.SQL("q.*"))
    with conn.cursor(name="page_stream") as cursor:
        cursor.itersize = 5000
        yield from cursor.execute(query, values)


def page_keys(conn: Connection, name: str, params: dict[str, Any], wanted: Page) -> list[str]:
    """The keys of all rows of a list that match."""
    key = sql.SQL("q.{}::text as key").format(sql.Identifier(wanted.key))
    query, values = _page_query(name, params, replace(wanted, after=None, limit=None), key, is_sorted=False)
    return [row["key"] for row in conn.execute(query, values, prepare=False)]


def page_sums(conn: Connection, name: str, params: dict[str, Any], wanted: Page, sums: Sequence[str],
              most: int | None) -> dict[str, Any] | None:
    """How many rows match and the sums of columns over them; None where there are more than `most`."""
    what = sql.SQL(", ").join(sql.SQL("q.{}").format(sql.Identifier(one)) for one in sums) if sums else sql.SQL("1")
    query, values = _page_query(
        name, params, replace(wanted, after=None, limit=None if most is None else most + 1), what, is_sorted=False)
    query = sql.SQL("select {} from ({}) as matched").format(sql.SQL(", ").join([sql.SQL("count(*) as count")] + [
        sql.SQL("sum({0}) as {0}").format(sql.Identifier(one)) for one in sums]), query)
    found = conn.execute(query, values, prepare=False).fetchone()
    return None if most is not None and found["count"] > most else found


def report_rows(conn: Connection, name: str, params: dict[str, Any], *, order: str | None = None,
                is_descending: bool = False, words: str = "", sums: Sequence[str] = (),
                limit: int = 500) -> tuple[list[dict[str, Any]], int, dict[str, Any]]:
    """The first rows of report.NAME that have the words, in its own order or that of a column; how many there are in
    all, and the sums of columns over all of them. The report runs once."""
    values = {f"arg_{key}": _adapt(value) for key, value in params.items()}
    query = sql.SQL("select {} from {}").format(_with_sums(sums), _called(name, params, "report"))
    for n, word in enumerate(words.split()):
        values[f"word_{n}"] = "%" + re.sub(r"([%_\\])", r"\\\1", word) + "%"
        query += sql.SQL(" and " if n else " where ") + _has("q", f"word_{n}")
    if order:
        query += sql.SQL(" order by q.{} {}").format(
            sql.Identifier(order), sql.SQL("desc nulls last" if is_descending else "nulls last"))
    rows = conn.execute(query + sql.SQL(" limit {}").format(sql.Literal(limit)), values).fetchall()
    return rows, *_sums_of(rows, sums)


def _with_sums(sums: Sequence[str]) -> sql.Composable:
    """All columns, and beside them how many rows match and the sums over all of them."""
    return sql.SQL(", ").join([sql.SQL('q.*, count(*) over () as "all rows"')] + [
        sql.SQL("sum(q.{}) over () as {}").format(sql.Identifier(one), sql.Identifier(f"sum {one}")) for one in sums])


def _sums_of(rows: list[dict[str, Any]], sums: Sequence[str]) -> tuple[int, dict[str, Any]]:
    """What _with_sums put beside the rows."""
    first = rows[0] if rows else {}
    return first.get("all rows", 0), {one: first.get(f"sum {one}") for one in sums}


def _has(column: str, word: str) -> sql.Composable:
    """Has a column, or a whole row, a word? å is as good as a."""
    return sql.SQL("billing.name_plain({}::text) like billing.name_plain({})").format(
        sql.Identifier(*column.split(".")), sql.Placeholder(word))


def _called(name: str, params: dict[str, Any], space: str = "api") -> sql.Composable:
    return sql.SQL("{}({}) as q").format(
        sql.Identifier(space, name),
        sql.SQL(", ").join(sql.SQL("{} => {}").format(sql.Identifier(one), sql.Placeholder(f"arg_{one}"))
                           for one in params))


def _page_column(wanted: Page) -> sql.Composable:
    column = sql.SQL("q.{}").format(sql.Identifier(wanted.order))
    return sql.SQL("billing.name_sort_key({})").format(column) if wanted.order in wanted.names else column


def _page_order(wanted: Page) -> sql.Composable:
    """By the column, then by the key, so that each row has its place."""
    key = sql.SQL("q.{}").format(sql.Identifier(wanted.key))
    down = sql.SQL(" desc" if wanted.is_descending else "")
    if wanted.order == wanted.key:
        return key + down
    if wanted.order in wanted.given:
        return _page_column(wanted) + down + sql.SQL(", ") + key + down
    return _page_column(wanted) + down + sql.SQL(" nulls last, ") + key


def _page_query(name: str, params: dict[str, Any], wanted: Page, what: sql.Composable, is_sorted: bool = True):
    conditions: list[sql.Composable] = []
    values = {f"arg_{key}": _adapt(value) for key, value in params.items()}
    for n, (column, value) in enumerate((wanted.filters or {}).items()):
        values[f"filter_{n}"] = value
        conditions.append(sql.SQL("q.{} = {}").format(sql.Identifier(column), sql.Placeholder(f"filter_{n}")))
    for n, word in enumerate(wanted.words.split() if wanted.search else ()):
        values[f"word_{n}"] = "%" + re.sub(r"([%_\\])", r"\\\1", word) + "%"
        conditions.append(sql.SQL("({})").format(sql.SQL(" or ").join(
            _has(f"q.{column}", f"word_{n}") for column in wanted.search)))
    if wanted.after:
        values["after"], values["after_key"] = wanted.after
        place = {"column": _page_column(wanted), "key": sql.SQL("q.{}").format(sql.Identifier(wanted.key)),
                 "beyond": sql.SQL("<" if wanted.is_descending else ">"), "after": sql.Placeholder("after"),
                 "after_key": sql.Placeholder("after_key")}
        if wanted.order in wanted.names:
            place["after"] = sql.SQL("billing.name_sort_key({after})").format(**place)
        if wanted.order == wanted.key:
            conditions.append(sql.SQL("{key} {beyond} {after_key}").format(**place))
        elif wanted.order in wanted.given:
            conditions.append(sql.SQL("({column}, {key}) {beyond} ({after}, {after_key})").format(**place))
        elif wanted.after[0] is None:
            conditions.append(sql.SQL("({column} is null and {key} > {after_key})").format(**place))
        else:
            conditions.append(sql.SQL("({column} {beyond} {after} or {column} = {after} and {key} > {after_key} or "
                                      "{column} is null)").format(**place))
    query = sql.SQL("select {} from {}").format(what, _called(name, params))
    if conditions:
        query += sql.SQL(" where ") + sql.SQL(" and ").join(conditions)
    if is_sorted:
        query += sql.SQL(" order by ") + _page_order(wanted)
    if wanted.limit is not None:
        query += sql.SQL(" limit {}").format(sql.Literal(wanted.limit))
    return query, values


def _adapt(value: Any) -> Any:
    """Dicts, and lists of dicts, go as jsonb; everything else as psycopg has it."""
    if isinstance(value, dict) or (isinstance(value, list | tuple) and value and isinstance(value[0], dict)):
        return Jsonb(value)
    return value


@contextmanager
def copy(conn: Connection, table: str, columns: Sequence[str], options: str = "") -> Iterator[psycopg.Copy]:
    """COPY … FROM STDIN into a staging table ("schema.table"): write_row(tuple) or write(block) on what it
    yields. `options` as in COPY, for blocks that are CSV: "format csv"."""
    statement = sql.SQL("copy {} ({}) from stdin {}").format(
        sql.Identifier(*table.split(".")),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(f"({options})" if options else ""),
    )
    with conn.cursor().copy(statement) as stream:
        yield stream


def copy_rows(conn: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Copies rows into a staging table and returns how many."""
    count = 0
    with copy(conn, table, columns) as stream:
        for row in rows:
            stream.write_row(row)
            count += 1
    return count


# ---- errors -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Problem:
    """A database error in words: what web UI, SOAP and command line show."""

    code: str  # SQLSTATE
    sentence: str
    hint: str | None
    status: int  # as an HTTP status
    field: str | None  # the column or parameter it is about


# First match wins: SQLSTATE prefix, HTTP status, sentence (None: the server's own).
TABLE: list[tuple[str, int, str | None]] = [
    ("LB9", 403, None),
    ("LB", 422, None),
    ("23", 422, None),
    ("42501", 403, "You may not do this at your permission level."),
    ("42883", 500, "The database lacks a function that this version calls. Run `leissner migrate`."),
    ("42P01", 500, "The database lacks a table that this version uses. Run `leissner migrate`."),
    ("3F000", 500, "The database is not set up yet. Run `leissner migrate`."),
    ("22", 400, None),
    ("40001", 409, "Someone else changed the same data at the same time. Please try again."),
    ("40P01", 409, "Someone else changed the same data at the same time. Please try again."),
    ("55P03", 409, "Someone else is changing the same data right now. Please try again."),
    ("57014", 503, "This took too long and was stopped."),
    ("54", 422, "A value is too long, or there are too many."),
    ("53", 503, "The database server has no room left (disk, memory or connections)."),
    ("57P", 503, "The database server is shutting down or starting. Please try again."),
    ("08", 503, "The connection to the database was lost. Please try again."),
]


def first_line(error: BaseException) -> str:
    """The first line of an error's text, without libpq's addition of addresses."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def problem(error: psycopg.Error, conn: Connection | None = None, language: str = "en") -> Problem:
    """Translates a database error into the sentence a person reads. With a connection that is not inside the
    failed transaction any more, the sentence comes from the database, in the language asked for."""
    if isinstance(known := getattr(error, "problem", None), Problem) and language == "en":
        return known
    diag = error.diag
    code = error.sqlstate or ("08000" if isinstance(error, errors.OperationalError) else
                              "22021" if isinstance(error, psycopg.DataError) else "XX000")
    status, fixed = next(((s, f) for prefix, s, f in TABLE if code.startswith(prefix)), (500, None))
    sentence, hint = (fixed, None) if fixed else (diag.message_primary or first_line(error), diag.message_hint)
    field = diag.column_name
    if conn is not None and (found := _message(conn, code, diag, language)):
        sentence, hint, field = found["sentence"], found["hint"] or hint, field or found["field"]
    return Problem(code, sentence, hint, status, field)


def _message(conn: Connection, code: str, diag: errors.Diagnostic, language: str) -> dict[str, Any] | None:
    """The sentence that the database keeps for one of our codes, or for the constraint that was violated."""
    try:
        if code.startswith("LB"):
            params = Jsonb(json.loads(diag.message_detail or "{}"))
            rows = call(conn, "message_get", p_code=code, p_language=language, p_params=params)
        elif diag.constraint_name:
            name, schema = diag.constraint_name, diag.schema_name
            rows = call(conn, "message_get", p_code=name, p_language=language, p_schema=schema)
        else:
            return None
    except (psycopg.Error, ValueError):
        return None  # no connection any more, or inside the failed transaction: the server's text serves
    return rows[0] if rows else None
