"""`leissner accounting`: the journal of the ledger to the books.

An export is made in the database first and written then: broken off in between, the next one writes it before its
own, into the same folder. What was written once is the same bytes for ever.
"""

import csv
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path

import click
import psycopg

from leissner.scripts import audit, db, sie
from leissner.scripts.errors import LeissnerError

AS_JSON = click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
DAY = click.DateTime(["%Y-%m-%d"])
ENDINGS = {"sie4": "si", "csv": "csv"}
COLUMNS = ("export", "series", "number", "date", "text", "account", "name", "project", "amount")


@click.group()
def accounting() -> None:
    """The journal to the books: vouchers as SIE 4 or CSV, accruals, the trial balance."""


@accounting.command()
@click.argument("target", metavar="[FILE|FOLDER|-]", type=click.Path(allow_dash=True, path_type=Path), default=".")
@click.option("--format", "form", type=click.Choice([*ENDINGS]), default="sie4", show_default=True)
@click.option("--from", "from_", type=DAY, help="First day.  [default: the fiscal year's]")
@click.option("--to", type=DAY, help="The day after the last.")
@click.option("--again", type=click.IntRange(1), metavar="NUMBER", help="An export that was made before, once more.")
@click.option("--list", "is_list", is_flag=True, help="The exports there are, and what waits.")
@AS_JSON
def export(target, form, from_, to, again, is_list, as_json) -> int:
    """Write what was booked and not exported yet as vouchers: each entry once, whoever exports and how often.

    In a folder the file is called accounting-NUMBER.si or .csv. Exit code 1 when older entries wait, those that were
    booked later on a day before --from.
    """
    if is_list:
        return _list(as_json)
    if (again is None) == (to is None) or again and from_:
        raise click.UsageError("Give --to DATE (and --from) for a new export, or --again NUMBER.")
    with db.connect() as conn:
        with _alone(conn) as unwritten:
            if again:
                written = [_write(conn, again, form, target)]
            else:
                if unwritten and not target.is_dir():
                    raise LeissnerError(f"Export {unwritten[0]} was broken off before its file was whole.",
                                        f"First: leissner accounting export {target} --again {unwritten[0]}")
                written = [_write(conn, number, form, target) for number in unwritten]
                with db.transaction(conn, "finance"):
                    number = db.call_one(conn, "accounting_export", p_from=from_ and from_.date(), p_to=to.date(),
                                         p_program=f"Leissner Billing {version('leissner-billing')}")
                if number:
                    written.append(_write(conn, number, form, target))
        older = 0
        if from_:
            with db.transaction(conn, "finance", read_only=True):
                older = db.call(conn, "accounting_waiting", p_from=from_.date())[0]["entries"]
    out = sys.stderr if f"{target}" == "-" else sys.stdout
    if as_json:
        click.echo(json.dumps({"exports": written, "older": older}, default=str), file=out)
    else:
        for one in written:
            click.echo(f"Export {one['export']}: {one['vouchers']} vouchers of {one['entries']} entries, "
                       f"{one['debit']} debit and credit, {one['file']}", file=out)
        if not written:
            click.echo("Nothing was booked that was not exported before.", file=out)
        if older:
            click.echo(f"{older} entries of days before {from_:%Y-%m-%d} were not exported: take an earlier --from, or "
                       "close the books through the day before (settings.csv, books_closed_through).", err=True)
    return int(bool(older))


@contextmanager
def _alone(conn: db.Connection) -> Iterator[list[int]]:
    """Nobody else writes exports in here: the numbers of those that were broken off before."""
    with db.transaction(conn, "finance"):
        unwritten = db.call_one(conn, "accounting_begin")
    try:
        yield unwritten
    finally:
        with suppress(psycopg.Error), db.transaction(conn, "finance"):  # it ends with the connection, too
            db.call(conn, "accounting_end")


def _write(conn: db.Connection, number: int, form: str, target: Path) -> dict:
    """Writes the file of an export, whole or not at all: {export, vouchers, entries, debit, file, digest}."""
    place = target / f"accounting-{number:04}.{ENDINGS[form]}" if target.is_dir() else target
    is_shown = f"{target}" == "-"
    with tempfile.NamedTemporaryFile(dir=None if is_shown else place.parent, prefix=".accounting-",
                                     delete=False) as half:
        try:
            digest = hashlib.sha256()
            with audit.look(conn, "finance", "accounting_export", f"{number}"):
                made = next((row for row in db.call(conn, "accounting_list") if row["export"] == number), None)
                if made is None:
                    raise LeissnerError(f"There is no export {number}.", "leissner accounting export --list")
                for block in blocks(conn, made, form):
                    half.write(block)
                    digest.update(block)
            with db.transaction(conn, "finance"):
                db.call(conn, "accounting_digest", p_export=number, p_format=form, p_digest=digest.hexdigest())
            half.flush()
            os.fsync(half.fileno())
            if is_shown:
                half.seek(0)
                sys.stdout.flush()
                sys.stdout.buffer.writelines(half)
                sys.stdout.buffer.flush()
            else:
                os.chmod(half.name, 0o666 & ~_umask())
                os.replace(half.name, place)
        finally:
            Path(half.name).unlink(missing_ok=True)
    with db.transaction(conn, "finance"):
        db.call(conn, "accounting_written", p_export=number)
    return {name: made[name] for name in ("export", "vouchers", "entries", "debit")} | {
        "file": f"{place}", "digest": digest.hexdigest()}


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def blocks(conn: db.Connection, made: dict, form: str) -> Iterator[bytes]:
    """The file of an export (a row of accounting_list), piece by piece."""
    _, rows = db.stream(conn, "accounting_row_list", p_export=made["export"])
    if form == "sie4":
        return sie.file(made["export"], made["head"], made["made_by"], rows)
    return _csv(made, rows)


def _csv(made: dict, rows: Iterable[tuple]) -> Iterator[bytes]:
    class Line(list):
        write = list.append

    names, line = dict(made["head"]["accounts"]), Line()
    writer = csv.writer(line, lineterminator="\n")
    writer.writerow(COLUMNS)
    for *voucher, account, project, amount in rows:
        writer.writerow([made["export"], *voucher, account, names[account], project, f"{amount:.2f}"])
        if len(line) > 1000:
            yield "".join(line).encode()
            line.clear()
    yield "".join(line).encode()


def _list(as_json: bool) -> int:
    with db.connect() as conn, db.transaction(conn, "finance", read_only=True):
        rows = db.call(conn, "accounting_list")
        waiting = db.call(conn, "accounting_waiting")[0]
    if as_json:
        click.echo(json.dumps({"exports": [{name: value for name, value in row.items() if name != "head"}
                                           for row in rows], "waiting": waiting}, default=str))
        return 0
    for row in rows:
        state = "" if row["written_at"] else "  its file was never whole: --again"
        click.echo(f"{row['export']:>6}  {row['from_on']} to {row['to_on']}  {row['vouchers']:>6} vouchers"
                   f"{row['debit']:>18}  {row['made_at']:%Y-%m-%d} {row['made_by']}{state}")
    click.echo(f"{waiting['entries']} entries wait" + (
        f", of {waiting['oldest_on']} to {waiting['newest_on']}." if waiting["entries"] else "."))
    return 0


@accounting.command()
@click.option("--at", type=DAY, required=True, help="The day at whose end it is seen.")
@AS_JSON
def accrue(at, as_json) -> None:
    """Book what is invoiced and not earned at the end of a day as prepaid income, and back the day after.

    Run again, it books what has changed since.
    """
    with db.connect() as conn, db.transaction(conn, "finance"):
        rows = db.call(conn, "accrue", p_at=at.date())
    if as_json:
        click.echo(json.dumps(rows, default=str))
        return
    for row in rows:
        click.echo(f"{row['account']:<8} {row['deferred']:>16.2f} deferred {row['booked']:>16.2f} booked now")
    if not rows:
        click.echo(f"Nothing is deferred at {at:%Y-%m-%d}.")


@accounting.command()
@click.option("--at", type=DAY, required=True, help="The last day.")
@AS_JSON
def balance(at, as_json) -> int:
    """The trial balance: what was debited and credited to each account up to the end of a day."""
    with db.connect() as conn, audit.look(conn, "finance", "trial_balance", f"{at:%Y-%m-%d}"):
        rows = db.call(conn, "trial_balance", p_at=at.date())
    total = {name: sum(row[name] for row in rows) for name in ("debit", "credit", "balance")}
    if as_json:
        click.echo(json.dumps({"at": f"{at:%Y-%m-%d}", "accounts": rows, "total": total}, default=str))
    else:
        width = max([len(row["name"] or "") for row in rows] + [12])
        click.echo(f"{'':<8} {'':<{width}} {'debit':>16} {'credit':>16} {'balance':>16}")
        for row in [*rows, total | {"account": "", "name": ""}]:
            click.echo(f"{row['account']:<8} {row['name'] or '':<{width}} {row['debit']:>16.2f} {row['credit']:>16.2f} "
                       f"{row['balance']:>16.2f}")
    return int(total["balance"] != 0)
