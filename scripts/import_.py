"""`leissner import`: reference data from CSV and XLSX files, all or nothing. Here files become rows of cells in
the order the database knows; what they mean, and whether they are right, the database decides."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import click

from leissner.scripts import db, xlsx
from leissner.scripts.errors import LeissnerError
from leissner.scripts.suspense import printable

LISTED = 100
LONGEST_LINE = 1 << 20
TERMS = {"customers": "customer_terms", "contracts": "contract_terms", "contract_lines": "line_terms"}
STAGING = ("import_id", "file", "source", "line", "cells")


class Undo(Exception):
    """Takes the transaction back: errors, or a dry run."""


@click.command(name="import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="PATH…")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--close", is_flag=True, help="A new dated row ends the open one the day it begins.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
def import_(paths: tuple[Path, ...], dry_run: bool, close: bool, as_json: bool) -> int:
    """Import reference data: folders with files as export writes them, or single files, CSV or XLSX.

    `leissner export FOLDER` writes every file with all its columns: the forms to fill in. A file needs only the
    columns that you fill, and the name of its form.
    """
    with db.connect() as conn:
        result = run(conn, files(paths), dry_run=dry_run, close=close)
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        report(result, dry_run)
    return 1 if result["errors"] else 0


def files(paths: tuple[Path, ...]) -> list[Path]:
    """The files that are meant: of a folder all CSV and XLSX files in it."""
    found = []
    for path in paths:
        inside = sorted(p for p in path.iterdir() if p.suffix.lower() in (".csv", ".xlsx")) if path.is_dir() else [path]
        if not inside:
            raise LeissnerError(f"{path} has no CSV or XLSX file.")
        if other := next((one for one in inside if not one.is_file()), None):  # a pipe would wait for its writer
            raise LeissnerError(f"{other} is neither a file nor a folder with files.")
        found += inside
    return list(dict.fromkeys(found))


def run(conn: db.Connection, paths: list[Path], *, dry_run: bool = False, close: bool = False, level: str = "admin",
        **transaction: Any) -> dict[str, Any]:
    """Imports files: counts by file and errors; nothing has changed where there are errors. Further arguments are
    those of db.transaction."""
    try:
        with db.transaction(conn, level, **transaction):
            columns: dict[str, dict[str, bool]] = {}
            for row in db.call(conn, "import_columns"):
                columns.setdefault(row["file"], {})[row["name"]] = row["is_required"]
            import_id = db.call_one(conn, "import_begin")
            errors: list[dict[str, Any]] = []
            with db.copy(conn, "billing.import_staging", STAGING) as stream:
                for path in paths:
                    for line, cells in rows(path, columns, errors):
                        stream.write_row((import_id, path.stem, str(path), line, cells))
            result = db.call_one(conn, "import_run", p_import_id=import_id, p_is_close=close)
            result["errors"] = (errors + result["errors"])[:LISTED]
            result["error_count"] += len(errors)
            if dry_run or result["errors"]:
                raise Undo
    except Undo:
        pass
    return result


def rows(path: Path, columns: dict[str, dict[str, bool]], errors: list[dict]) -> Iterator[tuple[int, list]]:
    """Rows of a file as (line, cells in the order of its columns); what is wrong with its form goes to errors."""

    def wrong(line: int | None, column: str | None, value: str | None, sentence: str) -> None:
        errors.append(
            {"source": str(path), "file": path.stem, "line": line, "column": column, "value": value,
             "sentence": sentence}
        )  # fmt: skip

    known = columns.get(path.stem)
    if known is None:
        strange = "There is no such file; known are " + ", ".join(columns) + "."
        wrong(None, None, None, strange)
        return
    lines = read_xlsx(path) if path.suffix.lower() == ".xlsx" else read_csv(path)
    try:
        line, header = next(lines, (1, []))
        for name in header:
            if name not in known:
                wrong(line, name, name, "There is no such column; known are " + ", ".join(known) + ".")
            elif header.count(name) > 1:
                wrong(line, name, name, "A column can stand in a file once.")
        for name, is_required in known.items():
            if is_required and name not in header:
                wrong(line, name, None, "This column is needed.")
        if any(error["source"] == str(path) for error in errors):
            return
        place = {name: index for index, name in enumerate(header)}
        order = [place.get(name) for name in known]
        for line, cells in lines:
            if len(cells) != len(header):
                wrong(line, None, None, f"{len(header)} cells are needed, as in the header; here are {len(cells)}.")
                continue
            if nul := next((name for name, cell in zip(header, cells, strict=True) if "\0" in cell), None):
                wrong(line, nul, None, "There is a NUL byte in this cell.")
                continue
            yield line, [None if index is None else cells[index] or None for index in order]
    except (UnicodeDecodeError, csv.Error) as error:
        wrong(None, None, None, f"The file cannot be read as UTF-8 CSV: {error}.")


def read_csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line they begin in; empty lines are passed over."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(bounded(file), strict=True)
        line = 1
        try:
            for cells in reader:
                if cells:
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            raise csv.Error(f"{error}, in the record that begins in line {line}") from error


def bounded(file: TextIO) -> Iterator[str]:
    """The lines of a file; one without end does not fill the memory."""
    while text := file.readline(LONGEST_LINE):
        if len(text) == LONGEST_LINE:
            raise csv.Error("a line is longer than a megabyte")
        yield text


def read_xlsx(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows of the first sheet, cells as the CSV would have them."""
    width = 0
    for line, values in xlsx.rows(path.read_bytes(), f"{path}"):
        cells = [text(value) for value in values]
        if any(cells):
            if not width:
                width = max(index for index, cell in enumerate(cells, 1) if cell)
            yield line, cells[:width] + [""] * (width - len(cells))


def text(value: Any) -> str:
    """A cell of a spreadsheet as text: whole numbers without a point, days without a time."""
    import datetime

    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat()
    if isinstance(value, datetime.time):
        return value.isoformat("minutes")
    return str(value)


def report(result: dict[str, Any], dry_run: bool) -> None:
    """Counts by file, or the errors."""
    for error in result["errors"]:
        at = ":".join(str(part) for part in (error["source"] or error["file"], error["line"]) if part)
        value = "" if error["value"] is None else f' "{error["value"]}"'
        about = f"{error['column'] or ''}{value}: " if error["column"] or value else ""
        click.echo(printable(f"{at}{': ' if at else ''}{about}{error['sentence']}"), err=True)
    if result["errors"]:
        count = result["error_count"]
        more = f", the first {LISTED} are listed" if count > LISTED else ""
        click.echo(f"{count} error{'s' if count != 1 else ''}{more}; nothing was imported.", err=True)
        return
    for counted in result["files"]:
        closed = f", {counted['closed']} closed" if counted["closed"] else ""
        click.echo(
            f"{counted['file'] + '.csv':<24} {counted['inserted']} new, {counted['changed']} changed, "
            f"{counted['unchanged']} unchanged{closed}"
        )
        if counted["corrected"]:
            terms = TERMS[counted["file"]]
            click.echo(
                f"  {counted['corrected']} of these change what has held from the first day: history is corrected. "
                f"What changes from a later day belongs in {terms}.csv."
            )
    if dry_run:
        click.echo("Dry run: nothing was changed.")
