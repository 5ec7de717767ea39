"""`leissner calls suspense` and `calls rate`: what waits, by cause, with its worth and the step that fixes it."""

import csv
import json
import re
import sys
from datetime import datetime
from itertools import chain

import click

from leissner.scripts import audit, db
from leissner.scripts.errors import LeissnerError

AS_JSON = click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
GROUP = click.option("--group", metavar="ID", help="Only this group, as `leissner calls suspense` lists them.")
REASON = click.option("--reason", help="Only this reason, as in the list.")
RETRY = 50_000
FORMULA = re.compile(r"[=@\t\r]|[+-].*[(|!]", re.S)


@click.command()
@GROUP
@AS_JSON
def rate(group, as_json) -> None:
    """Rate everything that waits, or one group, as far as its cause is fixed by now."""
    retry(None, group, as_json)


@click.group(invoke_without_command=True)
@GROUP
@REASON
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="Groups, the largest first.")
@click.option("--csv", "as_csv", is_flag=True, help="With --group: its records as CSV.")
@AS_JSON
@click.pass_context
def suspense(context, group, reason, limit, as_csv, as_json) -> None:
    """What could not be rated, grouped by cause: how many, what it is worth, and the step that fixes it.

    With --group or --reason the records one by one; `retry` rates them again, `drop` gives them up, `dropped` lists
    what was given up.
    """
    if context.invoked_subcommand:
        if group or reason:
            raise LeissnerError(f"--group and --reason go after {context.invoked_subcommand}.")
        return
    if group and reason:
        raise LeissnerError("--group and --reason do not go together.", "A group has one reason.")
    if as_csv and not group:
        raise LeissnerError("--csv needs --group.", "leissner calls suspense --group ID --csv")
    if reason:
        _reason_show(reason, as_json)
    elif group:
        _group_show(group, as_csv, as_json)
    else:
        _groups_show(limit, as_json)


@suspense.command("retry")
@REASON
@GROUP
@AS_JSON
def suspense_retry(reason, group, as_json) -> None:
    """Rate what waits again: all, one reason, or one group."""
    retry(reason, group, as_json)


@suspense.command()
@click.argument("call", required=False)
@click.option("--group", metavar="ID", help="All records of this group.")
@click.option("--because", required=True, metavar="TEXT", help="Why they will never be rated; it goes to the log.")
@AS_JSON
def drop(call, group, because, as_json) -> None:
    """Give up a group, or one CALL (source:key). The records are kept and counted, but never rated."""
    with db.connect() as conn, db.transaction(conn, "support"):
        dropped = db.call_one(conn, "suspense_drop", p_because=because, p_group=group, p_call=call)
    click.echo(json.dumps({"dropped": dropped}) if as_json else
               f"{dropped} dropped. `leissner calls suspense dropped` lists them.")


@suspense.command()
@AS_JSON
def dropped(as_json) -> None:
    """What was given up, or replaced by a corrected record: how many, by whom and why."""
    with db.connect() as conn, db.transaction(conn, "support", read_only=True):
        rows = db.call(conn, "suspense_drop_list")
    if as_json:
        click.echo(json.dumps(rows, default=str, ensure_ascii=False))
        return
    if not rows:
        click.echo("Nothing was dropped.")
    for row in rows:
        click.echo(f"{row['dropped_at']:%Y-%m-%d %H:%M}  {row['calls']:>9} {row['kind']} by {row['dropped_by']}:"
                   f" {printable(row['what'])}\n{'':18}{printable(row['because'])}")


def retry(reason: str | None, group: str | None, as_json: bool) -> None:
    """Rates suspended records again, each once, in transactions of moderate size."""
    total = dict.fromkeys(("read", "rated", "suspended"), 0)
    with db.connect() as conn:
        for ids, limit in _portions(conn, reason, group):
            with db.transaction(conn, "batch"):
                done, = db.call(conn, "suspense_retry", p_reason=reason, p_limit=limit, p_ids=ids)
            for name in total:
                total[name] += done[name]
            if not done["read"] and not group:
                break
        with db.transaction(conn, "support", read_only=True):
            bad = sum(row["calls"] for row in db.call(conn, "suspense_summary") if row["reason"] == "bad_record")
    if as_json:
        click.echo(json.dumps(total))
        return
    click.echo(f"{total['read']} tried again: {total['rated']} rated, {total['suspended']} still wait."
               + (f" {bad} bad_record cannot be tried again: load a corrected file." if bad and not group else ""))


def _portions(conn, reason: str | None, group: str | None):
    """What to try in one transaction each: records of the group, or as many as wait."""
    with db.transaction(conn, "support", read_only=True):
        if group:
            ids = db.call_one(conn, "suspense_id_list", p_group=group)
        else:
            waiting = sum(row["calls"] for row in db.call(conn, "suspense_summary")
                          if row["reason"] != "bad_record" and reason in (None, row["reason"]))
    if group:
        for start in range(0, len(ids), RETRY):
            yield ids[start:start + RETRY], RETRY
        return
    if reason and not waiting:
        yield None, 1  # refuses a reason that there is not
    for start in range(0, waiting, RETRY):
        yield None, min(RETRY, waiting - start)


def _groups_show(limit: int, as_json: bool) -> None:
    with db.connect() as conn, audit.look(conn, "support", "suspense_list"):
        groups = db.call(conn, "suspense_group_list", p_limit=limit)
        summary = db.call(conn, "suspense_summary")
        dropped = sum(row["calls"] for row in db.call(conn, "suspense_drop_list"))
    if as_json:
        click.echo(json.dumps(groups, default=str, ensure_ascii=False))
        return
    for row in groups:
        _group_text(row)
    waiting, shown = sum(row["calls"] for row in summary), sum(row["calls"] for row in groups)
    if shown < waiting:
        click.echo(f"… and {waiting - shown} records in smaller groups: --limit shows more.")
    click.echo(f"{waiting} wait." if waiting else "Nothing waits.")
    if dropped:
        click.echo(f"{dropped} left suspense without being rated: leissner calls suspense dropped.")


def _group_text(row: dict) -> None:
    click.secho(f"{row['group_id']}  {row['reason']}  {printable(_about(row))}", bold=True)
    click.echo(f"    {row['calls']} calls, {_number(row['seconds'] or 0)} s, {row['first_at'] or '?'} to"
               f" {row['last_at'] or '?'}, source {row['sources']}")
    if row["worth"] is None:
        click.echo(f"    worth {row['assumption']}")
    else:
        of = f" of {row['worth_calls']} calls" if row["worth_calls"] < row["calls"] else ""
        click.echo(f"    worth {'about ' if row['is_estimate'] else ''}{_number(row['worth'])} {row['currency']}{of},"
                   f" {row['assumption']}")
    click.echo(f"    {printable(row['step'])}\n    then {row['command']}")


def _about(row: dict) -> str:
    return f"{row['file'] or ''} ({row['about']}): {row['example']}" if row["reason"] == "bad_record" else row["about"]


def _group_show(group: str, as_csv: bool, as_json: bool) -> None:
    with db.connect() as conn, audit.look(conn, "support", "suspense_list", group):
        head = None if as_csv else db.call(conn, "suspense_group_list", p_group=group)[0]
        columns, rows = db.stream(conn, "suspense_call_list", p_group=group)
        if as_csv:
            first = next(rows)  # refuses a group that there is not, before anything is written
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(columns[1:])
            writer.writerows([_cell(value) for value in row[1:]] for row in chain([first], rows))
            return
        calls = [dict(zip(columns[1:], row[1:], strict=True)) for row in rows]
    if as_json:
        click.echo(json.dumps(head | {"records": calls}, default=str, ensure_ascii=False))
        return
    _group_text(head)
    for row in calls:
        click.echo(f"{printable(row['call'])}  {printable(row['file'] or '')}:{row['line_no'] or ''}"
                   f"  {row['started_at'] or ''}  {row['units'] if row['units'] is not None else ''}")
        click.echo(f"    {printable(row['detail'])}")


def _reason_show(reason: str, as_json: bool) -> None:
    with db.connect() as conn, audit.look(conn, "support", "suspense_list", reason):
        rows = db.call(conn, "suspense_list", p_reason=reason)
    if as_json:
        click.echo(json.dumps(rows, default=str, ensure_ascii=False))
        return
    if not rows:
        click.echo("Nothing waits.")
    for row in rows:
        click.echo(printable(f"{row['source']}:{row['key']}  {row['file'] or ''}:{row['line_no'] or ''}"))
        for text in (row["detail"], row["raw"]):
            click.echo(f"    {printable(text or '')}")


def printable(text: str) -> str:
    """Control characters escaped: what a file holds must not steer the terminal."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", lambda found: f"\\x{ord(found[0]):02x}", text)


def inert(text: str) -> str:
    """A CSV cell that no spreadsheet takes for a formula; numbers as they are received, +46… say, stay so."""
    return f"'{text}" if FORMULA.match(text) else text


def _number(value) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _cell(value) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, datetime) else inert(f"{value}")
