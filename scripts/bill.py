"""`leissner bill`: runs of invoices, from the draft to what the customers get."""

import csv
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import click
import psycopg

from leissner.scripts import audit, db
from leissner.scripts.calls import _text as text
from leissner.scripts.errors import LeissnerError

DAY = click.DateTime(["%Y-%m-%d"])
AS_JSON = click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
SIZE = 2000  # customers of a part, which is one transaction
# Two at work on the same customers may each wait for the other; the server ends one of them, which tries again.
TRIES = 5
NAMES = {"from_on": "from", "to_on": "to"}  # columns that are words of SQL


@click.group()
def bill() -> None:
    """Invoices: make a run, look at it, approve it, deliver it."""


@bill.command()
@click.option("--through", type=DAY, help="The last day that is charged.")
@click.option("--customers", metavar="NO,NO…", help="Only these customers, and whoever they pay for or are paid by.")
@click.option("--resume", is_flag=True, help="Go on with the latest run that was broken off.")
@click.option("--jobs", type=click.IntRange(1, 32), default=1, show_default=True,
              help="Parts made at the same time, each over a connection of its own.")
@AS_JSON
def run(through, customers, resume, jobs, as_json) -> int:
    """Make drafts of all that is due through a day: fees, charges by hand, rated calls.

    Due less billed: what earlier runs billed is never billed again, what changed since is corrected. Broken off, it goes
    on with --resume. Nothing leaves the house before `leissner bill approve`. Exit code 1 when there are faults.
    """
    if resume == (through is not None):
        raise LeissnerError("Say either --through DATE, for a new run, or --resume.")
    with db.connect() as conn:
        if resume:
            number = _broken_off(conn)
        else:
            with db.transaction(conn, "finance"):
                number = db.call_one(conn, "bill_begin", p_through=through.date(), p_size=SIZE,
                                     p_customers=[no.strip() for no in customers.split(",")] if customers else None)
        _parts(number, jobs, _one(conn, number))
        with db.transaction(conn, "finance"):
            db.call(conn, "bill_finish", p_run=number)
        found = _one(conn, number)
        faults = _faults(conn, number)
    if as_json:
        click.echo(json.dumps(found | {"problems": faults}, default=str, ensure_ascii=False))
    else:
        click.echo(f"Run {number} through {found['through']}: {_documents(found)}.")
        _faults_show(faults)
        if found["documents"]:
            click.echo(f"\nNext: leissner bill check {number}, then leissner bill approve {number}")
    return int(bool(faults))


@bill.command(name="list")
@AS_JSON
def list_(as_json) -> None:
    """The runs, the latest first."""
    with db.connect() as conn, db.transaction(conn, "finance", read_only=True):
        rows = db.call(conn, "bill_list")
    if as_json:
        click.echo(json.dumps(rows, default=str, ensure_ascii=False))
        return
    if not rows:
        click.echo("No run yet: leissner bill run --through DATE makes one.")
    for row in rows:
        click.echo(f"{row['run']:>5}  through {row['through']}  {row['state']:<9}  {_documents(row)}"
                   + (f", {row['faults']} faults" if row["faults"] else ""))


@bill.command()
@click.argument("run", type=int)
@AS_JSON
def show(run, as_json) -> None:
    """The documents of a run."""
    with db.connect() as conn:
        with db.transaction(conn, "finance", read_only=True):
            rows = db.call(conn, "bill_show", p_run=run)
        found, faults = _one(conn, run), _faults(conn, run)
    if as_json:
        click.echo(json.dumps(found | {"invoices": rows, "problems": faults}, default=str, ensure_ascii=False))
        return
    click.echo(f"Run {run} through {found['through']}, {found['state']}: {_documents(found)}.\n")
    click.echo(f"{'number':<12}{'payer':<34}{'lines':>6}{'net':>15}{'VAT':>13}{'total':>15}  currency")
    for row in rows:
        number = row["invoice_no"] or f"draft {row['invoice']}"
        click.echo(f"{number:<12}{f'''{row['payer']} {row['name']}'''[:33]:<34}{row['lines']:>6}{row['net']:>15,}"
                   f"{row['tax']:>13,}{row['total']:>15,}  {row['currency']}")
    _faults_show(faults)


@bill.command()
@click.argument("run", type=int)
@click.option("--yes", is_flag=True, help="Do not ask.")
def discard(run, yes) -> None:
    """Take a draft run back: nothing of it stays but the log."""
    with db.connect() as conn:
        found = _one(conn, run)
        if not yes:
            click.confirm(f"Discard run {run} through {found['through']}: {_documents(found)}?", abort=True)
        with db.transaction(conn, "finance"):
            db.call(conn, "bill_discard", p_run=run)
    click.echo(f"Run {run} is discarded; all it charged is unbilled again.")


@bill.command()
@click.argument("run", type=int)
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
def export(run, file) -> None:
    """The lines of a run's documents as CSV; FILE - is the screen."""
    with db.connect() as conn:
        _one(conn, run)
        with audit.look(conn, "finance", "bill_export", f"{run}"):
            columns, rows = db.stream(conn, "bill_export", p_run=run)
            with click.open_file(f"{file}", "w", encoding="utf-8", atomic=f"{file}" != "-") as out:
                writer = csv.writer(out, lineterminator="\n")
                writer.writerow(NAMES.get(name, name) for name in columns)
                count = 0
                for row in rows:
                    writer.writerow(map(text, row))
                    count += 1
    if f"{file}" != "-":
        click.echo(f"{count} lines written to {file}.")


def _one(conn: db.Connection, number: int) -> dict:
    with db.transaction(conn, "finance", read_only=True):
        rows = [row for row in db.call(conn, "bill_list") if row["run"] == number]
    if not rows:
        raise LeissnerError(f"There is no run {number}.", "leissner bill list shows the runs.")
    return rows[0]


def _broken_off(conn: db.Connection) -> int:
    with db.transaction(conn, "finance", read_only=True):
        runs = [row["run"] for row in db.call(conn, "bill_list") if row["state"] == "making"]
    if not runs:
        raise LeissnerError("No run was broken off.", "leissner bill run --through DATE makes a new one.")
    return runs[0]


def _faults(conn: db.Connection, number: int) -> list[dict]:
    with db.transaction(conn, "finance", read_only=True):
        return [fault | db.call(conn, "message_get", p_code=fault["code"], p_params=fault["params"])[0]
                for fault in db.call(conn, "bill_fault_list", p_run=number)]


def _faults_show(faults: list[dict]) -> None:
    if faults:
        click.echo(f"\n{len(faults)} faults; the rest went through:")
    for fault in faults:
        click.echo(f"  {fault['sentence']}\n      {fault['hint'] or ''}")


def _documents(row: dict) -> str:
    sums = ", ".join(f"{total:,} {currency}" for currency, total in (row["totals"] or {}).items())
    return f"{row['documents']} document{'s' * (row['documents'] != 1)}{f', {sums}' if sums else ''}"


def _parts(number: int, jobs: int, found: dict) -> None:
    """Makes the parts that are left."""
    from rich.console import Console
    from rich.progress import Progress

    stop = Event()

    def work(_) -> None:
        with db.connect() as conn:
            while not stop.is_set() and _next(conn, number) is not None:
                bar.advance(task)

    bar = Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
    with bar, ThreadPoolExecutor(jobs) as pool:
        task = bar.add_task("Billing", total=found["parts"], completed=found["parts_done"])
        try:
            list(pool.map(work, range(jobs)))
        finally:
            stop.set()


def _next(conn: db.Connection, number: int) -> int | None:
    for attempt in range(TRIES):
        try:
            with db.transaction(conn, "finance"):
                return db.call_one(conn, "bill_part_make", p_run=number)
        except psycopg.errors.DeadlockDetected:
            if attempt == TRIES - 1:
                raise
    return None
