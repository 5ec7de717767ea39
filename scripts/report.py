"""`leissner report`: the reports of the database, whichever there are: a function in the schema report is one, its
arguments are its options, and its comment says what it shows and of which columns a sum makes sense. Beside them
those that people wrote themselves (tailored.py).
"""

import csv
import datetime as dt
import io
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import click

from leissner.scripts import audit, db
from leissner.scripts.errors import LeissnerError

DAY = click.DateTime(["%Y-%m-%d"])
NUMBERS = ("numeric", "bigint", "integer", "smallint")


class Reports(click.Group):
    """Whatever is no command of its own is the name of a report."""

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        from leissner.scripts import tailored

        return tailored.COMMANDS.get(name) or click.Command(
            name, callback=lambda **given: _report(name, **given), params=OPTIONS, help=_report.__doc__)

    def list_commands(self, ctx: click.Context) -> list[str]:
        from leissner.scripts import tailored

        return ["list", "all", *tailored.COMMANDS]

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "NAME [OPTIONS]...")


@click.group(cls=Reports)
def report() -> None:
    """Reports: NAME is one of those that `leissner report list` names, or a command.

    Amounts are in the operator's currency, without VAT where a report does not say otherwise. `leissner report save`
    makes a report of a SELECT.
    """


OPTIONS: list[click.Parameter] = [
    click.Option(["--from", "p_from"], type=DAY, help="First day."),
    click.Option(["--to", "p_to"], type=DAY, help="The day after the last."),
    click.Option(["--as-of", "p_as_of"], type=DAY, help="The day at whose end it is seen."),
    click.Option(["--customer", "p_customer_no"], metavar="NO", help="This customer and everyone below it."),
    click.Option(["--kind", "p_kind"], metavar="KIND", help="Customers of this kind."),
    click.Option(["--domestic", "p_domestic"], is_flag=True, default=None, help="The operator's own country too."),
    click.Option(["--param"], multiple=True, metavar="NAME=VALUE", help="A value for a report of one's own."),
    click.Option(["--format", "form"], type=click.Choice(["table", "csv", "xlsx", "json"]), default="table",
                 show_default=True),
    click.Option(["--out"], type=click.Path(path_type=Path), help="Write to this file; of `all`, to this folder."),
    click.Option(["--level"], default="report", show_default=True, help="Permission level to see it with."),
]


def _report(name, form, out, level, param, **given) -> None:
    """Show a report, or `list` those there are, or `all` of the standard ones.

    Which options a report takes, `leissner report list` says; of `all` each takes those it has, and the last day of
    the period where it asks for a day.
    """
    if form == "xlsx" and not out:
        raise click.UsageError("A workbook needs a file: --out FILE.xlsx.")
    if out and out.is_dir() != (name == "all"):
        raise click.UsageError(f"{out} is {'no' if name == 'all' else 'a'} folder.")
    params = {key: value.date() if isinstance(value, dt.datetime) else value
              for key, value in given.items() if value is not None} | values(param)
    with db.connect() as conn:
        known = reports(conn, level)
        if name == "list":
            _list(known.values(), form)
            return
        if name == "all":
            _all(conn, [found for found in known.values() if "owner" not in found], params, form, out, level)
            return
        found = known.get(name)
        if not found:
            raise LeissnerError(f"There is no report {name}, or not at level {level}.", "leissner report list")
        check(found, params)
        show(conn, found, params, form, out, level)


def reports(conn: db.Connection, level: str) -> dict[str, dict]:
    """Those that the level may run, by name: the standard ones, then those that people wrote (these have an owner)."""
    with db.transaction(conn, level, read_only=True):
        known = db.call(conn, "report_list")
        if level != "customer":
            known += [row | {"arguments": [f"p_{name}" for name in row["arguments"] or []]}
                      for row in db.call(conn, "tailored_list")]
    return {row["report"]: row for row in known}


def values(given: Iterable[str]) -> dict[str, str]:
    """NAME=VALUE, by the name of the argument."""
    cut = [one.partition("=") for one in given]
    if wrong := [name for name, sign, _ in cut if not sign]:
        raise click.UsageError(f"{wrong[0]}: a parameter is given as NAME=VALUE.")
    return {f"p_{name}": value for name, _, value in cut}


def _all(conn: db.Connection, known: Iterable[dict], params: dict[str, Any], form: str, out: Path | None,
         level: str) -> None:
    """Each report with what it takes of the options, under its name or in a file of its own."""
    if "p_to" in params:
        params = {"p_as_of": params["p_to"] - dt.timedelta(days=1)} | params
    chosen = [(found, {key: value for key, value in params.items() if key in (found["arguments"] or [])})
              for found in known]
    for found, own in chosen:
        check(found, own)
    for place, (found, own) in enumerate(chosen):
        if not out and form != "json":
            click.echo(f"{'' if place == 0 else chr(10)}{found['report']}")
        show(conn, found, own, form, out and out / f"{found['report']}.{'txt' if form == 'table' else form}", level)


def show(conn: db.Connection, found: dict, params: dict[str, Any], form: str, out: Path | None, level: str) -> None:
    """Writes a report of any kind; the log knows of it before it is shown."""
    said = {key.removeprefix("p_"): f"{value}" for key, value in params.items()}
    if "owner" in found:
        from leissner.scripts import tailored

        with tailored.run(conn, found, said, level) as rows:
            write_rows(found, found["columns"], rows, form, out)
        return
    with audit.look(conn, level, "report", found["report"], isolation="repeatable read", **said):
        write(conn, found, params, form, out)


def write(conn: db.Connection, found: dict, params: dict[str, Any], form: str,
          out: Path | io.StringIO | None) -> None:
    """Writes a report (a row of api.report_list) to a file, or the screen, in the transaction that is open."""
    write_rows(found, *db.stream(conn, found["report"], schema="report", **params), form, out)


def write_rows(found: dict, columns: list[str], rows: Iterable[tuple], form: str,
               out: Path | io.StringIO | None) -> None:
    """Writes the rows of a report, with their sums and as they are laid out."""
    sums = {place: Decimal() for place, column in enumerate(columns) if column in found["summed"]}
    is_number = [found["column_types"][found["columns"].index(column)] in NUMBERS for column in columns]
    layout = [(found.get("layout") or {}).get(column, {}) for column in columns]
    if form in ("table", "xlsx"):
        columns = [one.get("title") or column for one, column in zip(layout, columns, strict=True)]
    {"table": _table, "csv": _csv, "json": _json,
     "xlsx": partial(_xlsx, formats=[one.get("format") for one in layout])}[form](
        columns, is_number, _summed(rows, sums), sums, out)


def check(found: dict, params: dict[str, Any]) -> None:
    """Are these the arguments that the report has?"""
    own = found["arguments"] or []
    if strange := [key for key in params if key not in own]:
        raise click.UsageError(f"{found['report']} has no {_option(strange[0])}; it takes "
                               f"{', '.join(map(_option, own)) or 'nothing'}.")
    if missing := [key for key in own[:found["needed"]] if key not in params]:
        raise click.UsageError(f"{found['report']} needs {_option(missing[0])}.")


def _option(argument: str) -> str:
    option = next((one.opts[0] for one in OPTIONS if one.name == argument), None)
    return option or f"--param {argument.removeprefix('p_')}=…"


def _list(known: Iterable[dict], form: str) -> None:
    if form == "json":
        click.echo(json.dumps(list(known), ensure_ascii=False))
        return
    for row in known:
        own = [_option(name) for name in row["arguments"] or []]
        needed = own[:row["needed"]] + [f"[{name}]" for name in own[row["needed"]:]]
        click.echo(f"{row['report']} {' '.join(needed)}")
        whose = f" ({row['owner']}; {', '.join(row['shared_with']) or 'not shared'})" if "owner" in row else ""
        click.echo(click.wrap_text(row["title"].strip() + whose, 110, "    ", "    "))


def _summed(rows: Iterable[tuple], sums: dict[int, Decimal]) -> Iterator[tuple]:
    """The rows as they come; what they sum to stands in `sums` after the last."""
    for row in rows:
        for place in sums:
            sums[place] += row[place] or 0
        yield row


def _last(columns: list[str], sums: dict[int, Decimal]) -> list[Any]:
    return [sums.get(place, "") for place in range(len(columns))]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return db.exact(value) if isinstance(value, dict | list) else f"{value}"


def _is_formula(value: Any) -> bool:
    """Would a spreadsheet take this text for a formula?"""
    return isinstance(value, str) and value[:1] in "=+-@\t\r" and value != ""


@contextmanager
def _opened(out: Path | io.StringIO | None) -> Iterator[Any]:
    """A text file that appears whole, the screen, or text that is only kept."""
    if not isinstance(out, Path):
        yield out or sys.stdout
        return
    half = out.with_name(f".{out.name}.tmp")
    try:
        with open(half, "w", encoding="utf-8", newline="") as file:
            yield file
        half.replace(out)
    finally:
        half.unlink(missing_ok=True)


def _table(columns, is_number, rows, sums, out) -> None:
    lines = [list(map(_text, row)) for row in rows]
    if sums and lines:
        lines.append(list(map(_text, _last(columns, sums))))
    widths = [max(map(len, cells)) for cells in zip(columns, *lines, strict=True)]
    with _opened(out) as file:
        for number, cells in enumerate([columns, *lines]):
            if sums and lines and number == len(lines):
                file.write("  ".join("-" * width for width in widths) + "\n")
            file.write("  ".join(cell.rjust(width) if right else cell.ljust(width) for cell, width, right
                                 in zip(cells, widths, is_number, strict=True)).rstrip() + "\n")
        if not lines:
            file.write("nothing\n")


def csv_text(conn: db.Connection, found: dict) -> str:
    """A whole report (a row of api.report_get) as CSV, as the command writes it, in the transaction that is open."""
    made = io.StringIO()
    write(conn, found, found["arguments"], "csv", made)
    return made.getvalue()


def _csv(columns, is_number, rows, sums, out) -> None:
    with _opened(out) as file:
        writer, any_ = csv.writer(file, lineterminator="\n"), False
        writer.writerow(columns)
        for row in rows:
            writer.writerow(_text(f"'{value}" if _is_formula(value) else value) for value in row)
            any_ = True
        if sums and any_:
            writer.writerow(map(_text, _last(columns, sums)))


def _json(columns, is_number, rows, sums, out) -> None:
    from leissner.scripts.db import exact

    made = {"rows": [dict(zip(columns, row, strict=True)) for row in rows]}
    made["total"] = {columns[place]: value for place, value in sums.items()}
    with _opened(out) as file:
        file.write(exact(made) + "\n")


def _xlsx(columns, is_number, rows, sums, out, formats) -> None:
    import xlsxwriter

    half = out.with_name(f".{out.name}.tmp")
    try:
        with xlsxwriter.Workbook(half, {"constant_memory": True}) as book:
            sheet = book.add_worksheet()
            sheet.freeze_panes(1, 0)
            bold, right = book.add_format({"bold": True}), book.add_format({"bold": True, "align": "right"})
            for place, column in enumerate(columns):
                sheet.set_column(place, place, max(12, len(column) + 2))
                sheet.write_string(0, place, column, right if is_number[place] else bold)
            plain = {Decimal: book.add_format({"num_format": "#,##0.00######"}), int: None, str: None,
                     dt.date: book.add_format({"num_format": "yyyy-mm-dd"})}
            last = book.add_format({"bold": True, "top": 1, "num_format": "#,##0.00######"})
            styles = [plain | dict.fromkeys((Decimal, int, dt.date), book.add_format({"num_format": one}))
                      if one else plain for one in formats]
            lasts = [book.add_format({"bold": True, "top": 1, "num_format": one}) if one else last for one in formats]
            number = 0
            for number, row in enumerate(rows, 1):
                for place, value in enumerate(row):
                    _cell(sheet, number, place, value, styles[place])
            if sums and number:
                for place, value in enumerate(_last(columns, sums)):
                    _cell(sheet, number + 1, place, value, dict.fromkeys(plain, lasts[place]))
        half.replace(out)
    finally:
        half.unlink(missing_ok=True)


def _cell(sheet, number: int, place: int, value: Any, styles: dict) -> None:
    # a spreadsheet has 15 digits: a longer number stays whole as text
    if type(value) in (Decimal, int) and len(_text(value).replace("-", "").replace(".", "")) <= 15:
        sheet.write_number(number, place, value, styles[type(value)])
    elif isinstance(value, dt.date):
        sheet.write_datetime(number, place, dt.datetime(value.year, value.month, value.day), styles[dt.date])
    elif value is not None:
        sheet.write_string(number, place, _text(value), styles[str])
