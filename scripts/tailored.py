"""`leissner report save`, `copy`, `edit`, `share`, `delete`, `deliver`, `schedule`: what people write themselves.

The database checks what is saved. A run goes over a login of its own, one for each level (leissner_report_finance),
that can become that level and nothing else, in a transaction that reads only.
"""

import json
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from leissner.scripts import db, mail, report, transfer
from leissner.scripts.errors import LeissnerError

TYPES = {"csv": "text/csv", "json": "application/json", "table": "text/plain",
         "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

# ---- running ------------------------------------------------------------------------------------------------


def login(level: str) -> db.Connection:
    """A connection as the login that runs reports of a level; its password, where it needs one, comes from
    LEISSNER_REPORT_PASSWORD, else from where libpq finds it (~/.pgpass)."""
    chosen, name = db.target(), f"leissner_report_{level}"
    parts = conninfo_to_dict(chosen.conninfo)
    parts.pop("password", None)
    secret = os.environ.get("LEISSNER_REPORT_PASSWORD")
    try:
        return db.connect(chosen=replace(chosen, conninfo=make_conninfo(**parts)), user=name,
                          **{"password": secret} if secret else {})
    except LeissnerError as error:
        raise LeissnerError(
            f"Reports of level {level} run as the login {name}, which the database does not let in: "
            f"{db.first_line(error.__cause__ or error)}",
            f"The DBA makes it: create role {name} login noinherit; grant leissner_{level} to {name} with inherit "
            "false, set true; and lets it in (pg_hba.conf; password in LEISSNER_REPORT_PASSWORD or ~/.pgpass).",
        ) from error


@contextmanager
def run(conn: db.Connection, found: dict, values: dict[str, str], level: str, **who: str) -> Iterator[Iterator[tuple]]:
    """The rows of a tailored report, as a row of api.tailored_list says; `who` as for a transaction (session="…").
    The log knows before they are shown that it is run, with which values; and afterwards how many rows in what time."""
    name, began, rows = found["report"], time.monotonic(), 0
    slow = f"{name} took longer than {found['max_seconds']} seconds, its limit."
    hint = f"Ask for less, or raise the limit: leissner report edit {name} --seconds N --rows N"

    def told(kind: str, **detail: Any) -> None:
        with db.transaction(conn, level, **who):
            db.call(conn, "audit_event_add", p_kind=kind, p_subject=name, p_detail=detail)

    def counted(source: Iterator[tuple]) -> Iterator[tuple]:
        nonlocal rows
        spent = 0.0
        while True:
            before = time.monotonic()
            row = next(source, None)
            spent += time.monotonic() - before
            if row is None:
                return
            rows += 1
            if rows > found["max_rows"]:
                raise LeissnerError(f"{name} has more than {found['max_rows']} rows, its limit.", hint)
            if spent > found["max_seconds"]:
                raise LeissnerError(slow, hint)
            yield row

    told("report", parameters=values)
    failed = None
    try:
        with login(level) as other, db.transaction(other, level, read_only=True, isolation="repeatable read",
                                                   timeout_s=found["max_seconds"], **who):
            cursor = db.call_one(other, "report_run", p_report=name, p_parameters=values)
            yield counted(db.fetch(other, cursor))
    except psycopg.errors.QueryCanceled as error:
        failed = slow
        raise LeissnerError(slow, hint) from error
    except (LeissnerError, psycopg.Error) as error:
        failed = db.problem(error).sentence if isinstance(error, psycopg.Error) else f"{error}"
        raise
    finally:
        told("report_end", rows=rows, seconds=round(time.monotonic() - began, 3), failed=failed)


# ---- writing ------------------------------------------------------------------------------------------------


def _options(function):
    for option in reversed([
        click.option("--title", help="What it shows."),
        click.option("--param", "params", multiple=True, metavar='"NAME TYPE[=DEFAULT]"',
                     help="A parameter, :NAME in the SELECT: text, date, integer, bigint, numeric, boolean or "
                          "timestamptz. With NAME TYPE= it may be left out."),
        click.option("--column", "titles", multiple=True, metavar="NAME=TITLE", help="Title of a column."),
        click.option("--number", "formats", multiple=True, metavar="NAME=FORMAT",
                     help="How a workbook shows a column: revenue=#,##0.00"),
        click.option("--sum", "sums", multiple=True, metavar="NAME", help="A column that is summed."),
        click.option("--format", "form", type=click.Choice(list(TYPES)), help="What it is delivered as."),
        click.option("--share", "shared_with", multiple=True, metavar="LEVEL", help="Who may run it."),
        click.option("--to", "deliver_to", multiple=True, metavar="ADDRESS|FOLDER|sftp://…", help="Where it goes."),
        click.option("--seconds", "max_seconds", type=int, help="Time limit."),
        click.option("--rows", "max_rows", type=int, help="Limit of rows."),
        LEVEL,
    ]):
        function = option(function)
    return function


LEVEL = click.option("--level", default="report", show_default=True, help="Permission level to do it with.")


@click.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--name", required=True, help="Its name, as on the command line.")
@_options
def save(file, name, level, **given) -> None:
    """Save the SELECT in a file (- is standard input) as a report; one of that name is changed.

    It is tried first: one SELECT that only reads. Tables and functions are named with their schema, parameters as
    :NAME.
    """
    _save(name, level, {"statement": file.read()} | _said(given))


@click.command()
@click.argument("name")
@click.option("--sql", type=click.File(encoding="utf-8"), help="A file with the new SELECT.")
@_options
def edit(name, sql, level, **given) -> None:
    """Change a report: what the options say, or without any the SELECT in an editor ($EDITOR)."""
    with db.connect() as conn, db.transaction(conn, level, read_only=True):
        row, = db.call(conn, "tailored_get", p_report=name)
    changed = _said(given, row["layout"]) | ({"statement": sql.read()} if sql else {})
    if not changed:
        written = click.edit(row["statement"], extension=".sql")
        if written is None:
            click.echo(f"{name} stays as it was.")
            return
        changed = {"statement": written}
    kept = {key: row[key] for key in ("title", "statement", "parameters", "layout", "form", "shared_with", "deliver_to",
                                      "max_seconds", "max_rows", "row_version")}
    _save(name, level, kept | changed)


@click.command()
@click.argument("name")
@click.argument("levels", nargs=-1)
@LEVEL
def share(name, levels, level) -> None:
    """Share a report with these levels and no other; without any, with nobody. Each sees with its own rights."""
    with db.connect() as conn, db.transaction(conn, level, read_only=True):
        row, = db.call(conn, "tailored_get", p_report=name)
    del row["report"], row["owner"]
    _save(name, level, row | {"shared_with": list(levels)})


@click.command()
@click.argument("name")
@click.argument("new")
@LEVEL
def copy(name, new, level) -> None:
    """Make a report of your own from a standard one, or from somebody's, to be changed."""
    with db.connect() as conn, db.transaction(conn, level):
        columns = db.call_one(conn, "tailored_copy", p_report=name, p_new=new)
    click.echo(f"{new}: {', '.join(columns)}")


@click.command()
@click.argument("name")
@LEVEL
def delete(name, level) -> None:
    """Delete a report; what it was stays in the log."""
    with db.connect() as conn, db.transaction(conn, level):
        db.call(conn, "tailored_delete", p_report=name)
    click.echo(f"{name} is deleted.")


@click.command()
@click.argument("name")
@LEVEL
def show(name, level) -> None:
    """Show what a report is made of."""
    with db.connect() as conn, db.transaction(conn, level, read_only=True):
        row, = db.call(conn, "tailored_get", p_report=name)
    click.echo(f"{row.pop('statement')}\n")
    for key, value in row.items():
        click.echo(f"{key:<12} {db.exact(value)}")


def _save(name: str, level: str, values: dict[str, Any]) -> None:
    with db.connect() as conn, db.transaction(conn, level):
        # jsonb, lists of it too where they are empty
        values |= {key: psycopg.types.json.Jsonb(values[key]) for key in ("parameters", "layout") if key in values}
        columns = db.call_one(conn, "tailored_save", p_report=name, **{f"p_{key}": it for key, it in values.items()})
    click.echo(f"{name}: {', '.join(columns)}")


def _said(given: dict[str, Any], layout: dict | None = None) -> dict[str, Any]:
    """What the options say, as api.tailored_save takes it; `layout` is what they add to."""
    made = {key: given[key] for key in ("title", "form", "max_seconds", "max_rows") if given[key] is not None}
    made |= {key: list(given[key]) for key in ("shared_with", "deliver_to") if given[key]}
    if given["params"]:
        made["parameters"] = [_parameter(one) for one in given["params"]]
    new = {name: dict(value) for name, value in (layout or {}).items()}
    for kind, pairs in (("title", given["titles"]), ("format", given["formats"])):
        for name, value in report.values(pairs).items():
            new.setdefault(name.removeprefix("p_"), {})[kind] = value
    for name in given["sums"]:
        new.setdefault(name, {})["sum"] = True
    return made | ({"layout": new} if new != (layout or {}) else {})


def _parameter(words: str) -> dict[str, Any]:
    """A parameter as it is typed: from date=2026-01-01."""
    left, sign, default = words.partition("=")
    name, _, kind = left.strip().partition(" ")
    return {"name": name, "type": kind.strip() or "text"} | ({"default": default or None} if sign else {})


# ---- delivering ---------------------------------------------------------------------------------------------


@click.command()
@click.argument("name")
@click.option("--to", "places", multiple=True, metavar="ADDRESS|FOLDER|sftp://…",
              help="An e-mail address, a folder, or a URL (ftp, ftps, sftp); else what the report says.")
@click.option("--format", "form", type=click.Choice(list(TYPES)), help="Else what the report says.")
@click.option("--param", multiple=True, metavar="NAME=VALUE", help="A value of a parameter.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
@LEVEL
def deliver(name, places, form, param, as_json, level) -> int:
    """Send a report, yours or a standard one, as a file; exit code 1 when a place was not reached.

    The file is NAME-DAY.xlsx by the operator's date: the same command on the same day writes it again. By the clock:
    jobs.csv with `report` as what and `deliver NAME --param …` as options.
    """
    params = report.values(param)
    with db.connect() as conn, tempfile.TemporaryDirectory() as folder:
        found = report.reports(conn, level).get(name)
        if not found:
            raise LeissnerError(f"There is no report {name}, or not at level {level}.", "leissner report list")
        places = places or found.get("deliver_to") or ()
        if not places:
            raise LeissnerError(f"{name} has no place to go to.", "Name one with --to.")
        form = form or found.get("form") or "xlsx"
        with db.transaction(conn, level, read_only=True):
            sender, = db.call(conn, "report_sender")
        path = Path(folder) / f"{name}-{sender['today']}.{'txt' if form == 'table' else form}"
        report.check(found, params)
        report.show(conn, found, params, form, path, level)
        failed = dict(_sent(conn, found, sender, path, form, places))
        with db.transaction(conn, level):
            db.call(conn, "audit_event_add", p_kind="report_deliver", p_subject=name, p_detail={
                "file": path.name, "bytes": path.stat().st_size, "to": [*places], "failed": failed})
    if as_json:
        click.echo(json.dumps({"file": path.name, "delivered": len(places) - len(failed), "failed": failed}))
    for place in places:
        if place in failed:
            click.echo(f"leissner: {place}: {failed[place]}", err=True)
        elif not as_json:
            click.echo(f"{path.name} to {place}")
    return int(bool(failed))


def _sent(conn: db.Connection, found: dict, sender: dict, path: Path, form: str, places: Iterable[str],
          ) -> Iterator[tuple[str, str]]:
    """Sends the file to each place; those that were not reached, and why."""
    for place in places:
        try:
            if "@" in place and "/" not in place:
                with mail.server(conn, "batch") as server:
                    reason = mail.send(
                        server, sender, place, f"{found['report']} {sender['today']}",
                        f"{found['title'].strip() or found['report']}\n", f"report.{path.name}",
                        [(path.name, TYPES[form], path.read_bytes())], f"report {found['report']}")
                if reason:
                    yield place, reason
                continue
            with transfer.connect(place) as target:
                target.put(path.name, path)
        except LeissnerError as error:
            yield place, f"{error}"


@click.command()
@click.argument("name")
@click.option("--at", "at", required=True, metavar="CRON", help='When: minute hour day month weekday, "30 6 * * 1".')
@click.option("--to", "places", multiple=True, required=True, metavar="ADDRESS|FOLDER|sftp://…", help="Where it goes.")
@click.option("--format", "form", type=click.Choice(list(TYPES)), default="xlsx", show_default=True)
@click.option("--param", multiple=True, metavar="NAME=VALUE",
              help="A value of a parameter; {day}, {yesterday}, {month}, {month_end}, {last_month} are days.")
@click.option("--email", help="Who is told when it fails.")
@LEVEL
def schedule(name, at, places, form, param, email, level) -> None:
    """Let a report be delivered by the clock: makes a job, that `leissner job` shows, runs and disables."""
    params = {key.removeprefix("p_"): value for key, value in report.values(param).items()}
    with db.connect() as conn, db.transaction(conn, level):
        job = db.call_one(conn, "schedule_save", p_report=name, p_schedule=at, p_deliver_to=list(places),
                          p_form=form, p_parameters=params, p_email=email)
    click.echo(f"{job}: leissner job show {job}")


COMMANDS = {command.name: command for command in (save, copy, edit, share, delete, show, deliver, schedule)}
