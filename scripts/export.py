"""`leissner export`: the reference data as the files that `leissner import` reads."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import click

from leissner.scripts import audit, db


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> None:
    """Write all reference data to FOLDER, one CSV file a kind."""
    folder.mkdir(parents=True, exist_ok=True)
    with db.connect() as conn, audit.look(conn, "admin", "export", isolation="repeatable read"):
        for file, lines in files(conn):
            count = -1  # of the header
            with open(folder / f"{file}.csv", "w", encoding="utf-8", newline="") as out:
                for text in lines:
                    out.write(text)
                    count += 1
            click.echo(f"{file + '.csv':<24} {count} rows")


def files(conn: db.Connection) -> Iterator[tuple[str, Iterator[str]]]:
    """Each file: its name, and its lines, the header first."""
    columns: dict[str, list[str]] = {}
    for row in db.call(conn, "import_columns"):
        columns.setdefault(row["file"], []).append(row["name"])
    for file, names in columns.items():
        yield file, chain([line(names)], (line(row["cells"]) for row in db.call(conn, "export_rows", p_file=file)))


def line(cells: list[str | None]) -> str:
    """A line of RFC 4180 with a newline only."""
    return ",".join(map(quoted, cells)) + "\n"


def quoted(cell: str | None) -> str:
    """A cell, in quotes where it must be."""
    if cell is None:
        return ""
    return '"' + cell.replace('"', '""') + '"' if any(sign in cell for sign in '",\r\n') else cell
