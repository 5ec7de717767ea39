"""`leissner bill basis`: an approved run for an outside accounting system as CSV, JSON or XML, and its numbers back."""

import csv
import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from leissner.scripts.calls import _text as text
from leissner.scripts.errors import LeissnerError

# Columns of the document; the others are the line's.
DOCUMENT = ("basis_no kind number payer name org_no vat_no currency home_rate net_total tax_total total").split()
NAMES = {"from_on": "from", "to_on": "to"}
ANSWER = ("basis_no", "number")


def write(rows: Iterable[dict], form: str, out) -> int:
    """Writes the rows of api.basis_list; how many lines."""
    return {"csv": _csv, "json": _json, "xml": _xml}[form](rows, out)


def read(path: Path) -> list[dict]:
    """What the accounting system answered: a CSV with basis_no and number."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if missing := [name for name in ANSWER if name not in (reader.fieldnames or ())]:
            raise LeissnerError(f"{path}:1: the column {missing[0]} is missing.", "It needs basis_no and number.")
        rows = [{name: (row[name] or "").strip() for name in ANSWER} for row in reader]
    for line, row in enumerate(rows, 2):
        if empty := [name for name in ANSWER if not row[name]]:
            raise LeissnerError(f"{path}:{line}: {empty[0]} is empty.",
                                "Nothing was taken; fill it in, or leave the row out.")
    return rows


def _csv(rows: Iterable[dict], out) -> int:
    writer, count = csv.writer(out, lineterminator="\n"), 0
    for row in rows:
        if not count:
            writer.writerow(NAMES.get(name, name) for name in row)
        writer.writerow(map(text, row.values()))
        count += 1
    return count


def _json(rows: Iterable[dict], out) -> int:
    count, between = 0, ""
    out.write("[")
    for document, lines in _documents(rows):
        made = json.dumps(document | {"lines": lines}, ensure_ascii=False, default=str)
        out.write(f"{between}\n{made}")
        count, between = count + len(lines), ","
    out.write("\n]\n")
    return count


def _xml(rows: Iterable[dict], out) -> int:
    count = 0
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n<basis>\n')
    for document, lines in _documents(rows):
        out.write(f"<document>{_elements(document)}\n")
        out.writelines(f"<line>{_elements(line)}</line>\n" for line in lines)
        out.write("</document>\n")
        count += len(lines)
    out.write("</basis>\n")
    return count


def _elements(values: dict) -> str:
    return "".join(f"<{name}>{escape(text(value))}</{name}>" for name, value in values.items() if value is not None)


def _documents(rows: Iterable[dict]) -> Iterator[tuple[dict, list[dict]]]:
    for _, own in groupby(rows, lambda row: row["basis_no"]):
        lines = list(own)
        document = {name: lines[0][name] for name in DOCUMENT}
        yield document, [{NAMES.get(name, name): value for name, value in line.items() if name not in DOCUMENT}
                         for line in lines]
