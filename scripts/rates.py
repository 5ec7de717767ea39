"""`leissner rates import`: a supplier's sheet of rates, shown as what it changes, then written as dated prices."""

import csv
import dataclasses
import datetime as dt
import json
import sys
from collections.abc import Callable
from pathlib import Path

import click

from leissner.scripts import db
from leissner.scripts.errors import LeissnerError
from leissner.scripts.rate_sheet import LISTED, NAMES, Settings, Sheet, map_of

DAY = click.DateTime(["%Y-%m-%d"])
STAGING = (
    "rate_sheet_id", "line_no", "code", "name", "from_on", "to_on", "rate", "off_peak", "setup", "minimum",
    "first_increment", "next_increment", "free_units", "step_to", "step_rate", "is_blocked", "is_deleted", "flag",
)  # fmt: skip
STATUSES = ("new", "up", "down", "same", "gone", "blocked")
SHOWN = 20


class Undo(Exception):
    """Takes the transaction back: errors, a dry run, or no consent."""


@click.group()
def rates() -> None:
    """Suppliers' rate sheets."""


@rates.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--list", "list_", required=True, metavar="CODE", help="The price list that the sheet is for.")
@click.option("--effective", type=DAY, help="First day of rows without a date.  [default: tomorrow]")
@click.option("--full", is_flag=True, help="The sheet is the whole: what it lacks ends.")
@click.option("--map", "map_", metavar="FIELD=COLUMN;…", help="Columns by name or place: " + ", ".join(NAMES) + ".")
@click.option("--codes", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Second file, with the codes of each destination.")
@click.option("--split", is_flag=True, help="Codes with a price of their own become destinations of their own.")
@click.option("--product", metavar="CODE", help="Product type of destinations that are under none of ours.")
@click.option("--mode", metavar="MODE", help="Which calls: a mode, group:NAME, or *.  [default: as the list has it]")
@click.option("--off-peak-band", metavar="CODE", help="Time band of the second rate.")
@click.option("--past", is_flag=True, help="Take dates in the past.")
@click.option("--notice", default=7, show_default=True, help="Days before which dearer rates are short notice.")
@click.option("--delimiter", help="Between cells.  [default: found]")
@click.option("--decimal", type=click.Choice([".", ","]), help="Before decimals.  [default: found]")
@click.option("--dates", type=click.Choice(["dmy", "mdy"]), help="Order in 05/06/2026, where no other date tells.")
@click.option("--header-row", type=int, help="Line of the header; 0: there is none.  [default: found]")
@click.option("--increments", help="Where the sheet says none.  [default: 1/1]")
@click.option("--unit", type=click.Choice(["minute", "second"]), help="What a rate is for.  [default: minute]")
@click.option("--scale", help="Rates times this are in the list's currency, for example 0.0001.  [default: 1]")
@click.option("--strip", metavar="DIGITS", help="Digits in front of every code.")
@click.option("--currency", metavar="CODE", help="The sheet is in the list's currency, whatever its title says.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--yes", is_flag=True, help="Write without asking, also what should be looked at.")
@click.option("--all", "show_all", is_flag=True, help="Show every change, the unchanged ones too.")
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="Write all changes to a file.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
def import_(file, list_, effective, full, map_, codes, split, product, mode, off_peak_band, past, notice, currency,
            dry_run, yes, show_all, csv_file, as_json, **reading) -> int:
    """Import a supplier's sheet of rates, CSV or XLSX: shown first, then written, all or nothing.

    Each code is compared with the price that its destination has in the list from the row's day on: new, up, down,
    same, gone, blocked. A price in force ends the day the new one begins; nothing in the past changes. How the sheet
    was read is kept with the list, so that the next one needs no options. Into a draft list it can be simulated.
    """
    if not file.is_file():  # opening a pipe would wait for its writer
        raise LeissnerError(f"{file} is no file.")
    with db.connect() as conn:
        with db.transaction(conn, "pricing", read_only=True):
            kept = db.call_one(conn, "rate_settings", p_list=list_)
        settings = settings_of(kept, map_, reading)
        sheet = Sheet(file, settings, codes)
        currency_check(sheet, list_, kept["currency"], currency)
        if sheet.errors:
            return refuse(file, sheet.errors, sheet.error_count, as_json)
        options = {"list": list_, "mode": mode, "off_peak_band": off_peak_band, "is_full": full, "is_split": split,
                   "is_past": past, "product": product, "notice_days": notice,
                   "effective": f"{effective:%Y-%m-%d}" if effective else None}
        is_asked = not (dry_run or yes or as_json) and sys.stdin.isatty()
        plan, changes = run(
            conn, sheet, options, lambda plan: not (dry_run or is_asked) and (yes or sure(plan))
        )
        if plan["errors"]:
            return refuse(file, plan["errors"][:LISTED], len(plan["errors"]), as_json)
        is_written = plan["written"]
        if csv_file:
            write_csv(csv_file, changes)
        if not as_json:
            show(list_, plan, changes, show_all)
        if is_asked and click.confirm("Write these prices?", default=sure(plan)):
            is_written = run(conn, sheet, options, lambda _: True, plan["digest"])[0]["written"]
    if as_json:
        click.echo(json.dumps(plan | {"changes": changes}, default=str, ensure_ascii=False))
    elif is_written:
        click.echo("Written." if set(plan["counts"]) - {"same"} else "Every price is in the list already.")
        offer_rerate(list_, changes, past)
    elif dry_run:
        click.echo("Dry run: nothing was written.")
    else:
        click.echo("Nothing was written: look at the changes marked ! and at what is made; then repeat it with --yes.",
                   err=True)
    return 0 if is_written or dry_run else 1


def settings_of(kept: dict, map_: str | None, reading: dict) -> Settings:
    """How the sheet is read: as the options say, else as the list's newest sheet, else as found."""
    names = {one.name for one in dataclasses.fields(Settings)}
    settings = Settings(**{name: value for name, value in kept.items() if name in names})
    reading["header"] = reading.pop("header_row")
    for name, value in reading.items():
        if value is not None:
            setattr(settings, name, value)
    if map_:
        settings.map = map_of(map_)
    return settings


def currency_check(sheet: Sheet, list_: str, ours: str, said: str | None) -> None:
    """A sheet in another currency than the list's is refused."""
    theirs = said or sheet.currency
    if theirs and theirs != ours:
        raise LeissnerError(f"{sheet.path.name} is in {theirs}, list {list_} in {ours}.",
                            f"Take a list in {theirs}; or say --currency {ours} where the title is wrong.")


def staged(conn: db.Connection, sheet: Sheet) -> int:
    """The rows of the sheet in the database; inside the transaction only."""
    sheet_id = db.call_one(conn, "rate_sheet_begin")
    db.copy_rows(conn, "billing.rate_staging", STAGING, ((sheet_id, *row.cells()) for row in sheet.rows))
    return sheet_id


def run(conn: db.Connection, sheet: Sheet, options: dict, is_wanted: Callable[[dict], bool],
        seen: str | None = None, name: str | None = None, level: str = "pricing", **who) -> tuple[dict, list[dict]]:
    """Plans the sheet, and writes it in the same transaction where it is wanted: (plan, changes). `seen` is the digest
    of the plan that a person agreed to: another one is not written. name: the file's, where it has another on disk;
    who: session and client of somebody logged in."""
    plan, changes = {}, []
    try:
        with db.transaction(conn, level, **who):
            sheet_id = staged(conn, sheet)
            plan = db.call_one(conn, "rate_plan", p_sheet_id=sheet_id, p_options=options)
            changes = db.call(conn, "rate_change_list", p_sheet_id=sheet_id)
            plan["written"] = not plan["errors"] and is_wanted(plan)
            if not plan["written"]:
                raise Undo
            db.call(conn, "rate_write", p_sheet_id=sheet_id, p_options=options,
                    p_settings=dataclasses.asdict(sheet.settings), p_file_name=name or sheet.path.name,
                    p_content=sheet.path.read_bytes(), p_seen=seen)
    except Undo:
        pass
    return plan, changes


def sure(plan: dict) -> bool:
    """Is there nothing that a person should look at first?"""
    return not (plan["doubtful"] or plan["is_doubtful"] or plan["made"])


def refuse(file: Path, errors: list[dict], count: int, as_json: bool) -> int:
    """Errors by line; nothing was written."""
    if as_json:
        click.echo(json.dumps({"errors": errors, "error_count": count, "written": False}, default=str))
        return 1
    for error in errors:
        at = f"{file}:{error['line']}" if error["line"] else f"{file}"
        value = f' "{error["value"]}"' if error["value"] else ""
        about = f"{error['column']}{value}: " if error["column"] else ""
        click.echo(f"{at}: {about}{error['sentence']}", err=True)
    listed = f", the first {len(errors)} are listed" if count > len(errors) else ""
    click.echo(f"{count} error{'s' if count != 1 else ''}{listed}; nothing was written.", err=True)
    return 1


def write_csv(path: Path, changes: list[dict]) -> None:
    """All changes as CSV."""
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(changes[0]) if changes else ["status"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(changes)


def show(list_: str, plan: dict, changes: list[dict], show_all: bool) -> None:
    """Counts, then the changes: what should be looked at first, then those with the most traffic."""
    counts = ", ".join(f"{plan['counts'][status]} {status}" for status in STATUSES if status in plan["counts"])
    click.secho(f"Price list {list_} ({plan['currency']}): {counts or 'nothing'}", bold=True)
    if plan["made"]:
        click.echo(f"{plan['made']} destinations are made; {plan['moved']} codes lead to another destination than now.")
    shown = [change for change in changes if show_all or change["status"] != "same" or change["is_doubtful"]]
    shown.sort(key=lambda change: (not change["is_doubtful"], -change["calls"], change["name"]))
    if shown:
        click.echo(f"{'':<8}{'destination':<28}{'codes':<22}{'from':<11}{'old':>12}{'new':>12}{'%':>8}{'min/30 d':>11}")
    for change in shown if show_all else shown[:SHOWN]:
        colour = {"up": "red", "blocked": "red", "gone": "red", "down": "green"}.get(change["status"])
        line = (f"{change['status']:<8}{(change['name'] or change['destination'] or '')[:27]:<28}"
                f"{cut(change['codes'], 21):<22}{change['from_on']:%Y-%m-%d} {amount(change['old_rate']):>12}"
                f"{amount(change['new_rate']):>12}{'' if change['percent'] is None else change['percent']:>8}"
                f"{change['minutes']:>11,.0f}")
        click.secho(line, fg=colour)
        if change["notes"]:
            click.echo(f"{'':<8}{'! ' if change['is_doubtful'] else ''}{change['notes']}")
    if len(shown) > SHOWN and not show_all:
        click.echo(f"… and {len(shown) - SHOWN} more; --all shows them, --csv FILE writes them.")


def cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 2] + " …"


def amount(value) -> str:
    return "" if value is None else f"{value.normalize():f}"


def offer_rerate(list_: str, changes: list[dict], past: bool) -> None:
    """Prices that begin today or earlier do not reach calls that are rated already."""
    today = dt.date.today()
    first = min((change["from_on"] for change in changes if change["status"] != "same"), default=today)
    if first < today or past:
        click.echo(f"Calls since {first} were rated by the former prices; to rate them again:\n"
                   f"  leissner calls rerate --from {first} --to {today + dt.timedelta(days=1)} --list {list_}")
