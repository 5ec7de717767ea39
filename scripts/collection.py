"""`leissner credit collection`: what is handed over to the collection agency, as CSV and XML.

The CSV has one row per thing, told by its first cell (head, case, reminder, item, message, sum) and described by a
row of names that begins with # before it; the XML has the same. Both are laid out from what the database kept when
the list was made: the same list gives the same bytes.
"""

import csv
import hashlib
import io

import click
from lxml import etree

from leissner.scripts import db
from leissner.scripts.bill import AS_JSON, DAY
from leissner.scripts.db import exact
from leissner.scripts.errors import LeissnerError
from leissner.scripts.transfer import connect

DEBTOR = "customer_no org_no kind name attention street postcode city country email language".split()
CASE = "number reason interest_points interest_percent interest_from disputed blocked_since contact".split()
COLUMNS = {
    "head": "format creditor org_no agency agency_customer_no list date currency cases items capital messages "
            "messages_amount".split(),
    "case": [*CASE, *DEBTOR],
    "reminder": "case number date step fee".split(),
    "item": "case number kind date due amount paid credited open vat reference interest_from pdf".split(),
    "message": "case number kind amount date reason".split(),
    "sum": "cases items capital messages messages_amount".split(),
}


@click.group(invoke_without_command=True)
@click.option("--date", "day", type=DAY, help="The day of the list; today when not given.")
@click.option("--to", "address", metavar="URL", help="A folder, or ftp://, ftps://, sftp://user@host/folder.")
@AS_JSON
@click.pass_context
def collection(context: click.Context, day, address: str | None, as_json: bool) -> int:
    """Hand over to the collection agency what the last step says, and tell it what befell earlier cases.

    One list per day and currency, as CSV and XML. Run again that day, it is the same list, byte for byte.
    """
    if context.invoked_subcommand:
        return 0
    if not address:
        raise LeissnerError("Say where the files go: --to FOLDER.")
    with db.connect() as conn:
        with db.transaction(conn, "finance"):
            lists = db.call_one(conn, "collection_make", p_day=day.date() if day else None)
        documents = []
        for number in lists:
            with db.transaction(conn, "finance", read_only=True):
                documents.append(db.call_one(conn, "collection_document", p_list=number))
    made = []
    if documents:
        with connect(address) as place:
            for document in documents:
                made.append(_put(place, document))
    if as_json:
        click.echo(exact(made))
    for one in () if as_json else made:
        click.echo(f"List {one['list']}: {one['cases']} cases, {one['capital']:,} {one['currency']}, "
                   f"{one['messages']} messages: {', '.join(one['files'])}")
    if not made and not as_json:
        click.echo("Nothing is to be handed over or told.")
    return 0


@collection.command(name="list")
@AS_JSON
def list_(as_json: bool) -> None:
    """The cases: those that the agency has, then those that are closed."""
    with db.connect() as conn, db.transaction(conn, "finance", read_only=True):
        rows = db.call(conn, "collection_case_list")
    if as_json:
        click.echo(exact(rows))
        return
    for row in rows:
        click.echo(f"{row['case_no']:>6}  list {row['list_no']:>4}  {row['day']}  "
                   + f"{row['customer_no']} {row['name']:.28}".ljust(38)
                   + f"{row['capital']:>12,} {row['currency']}  open {row['open']:>12,}  "
                   + (f"closed {row['closed']}" if row["closed"] else row["last_message"] or ""))
    if not rows:
        click.echo("No case yet.")


@collection.command()
@click.argument("case", type=int)
@click.option("--reason", help="Why, for the agency.")
@click.option("--date", "day", type=DAY, help="The day of it; today when not given.")
def withdraw(case: int, reason: str | None, day) -> None:
    """Take a case back; the next list tells the agency."""
    with db.connect() as conn, db.transaction(conn, "finance"):
        amount = db.call_one(conn, "collection_withdraw", p_case=case, p_reason=reason,
                             p_day=day.date() if day else None)
    click.echo(f"Case {case} is withdrawn, {amount.normalize():,f} open; the next list tells the agency.")


def as_csv(document: dict) -> bytes:
    """A list as CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for kind, rows in _rows(document):
        writer.writerow([f"#{kind}", *COLUMNS[kind]])
        for row in rows:
            writer.writerow([kind, *(_cell(row.get(name)) for name in COLUMNS[kind])])
    return out.getvalue().encode("utf-8-sig")


def as_xml(document: dict) -> bytes:
    """A list as XML."""
    root = etree.Element("collection")

    def add(parent, tag: str, row: dict, names: list[str]):
        made = etree.SubElement(parent, tag)
        for name in names:
            if (cell := _cell(row.get(name))) != "":
                etree.SubElement(made, name).text = cell
        return made

    add(root, "head", document["head"], COLUMNS["head"])
    for case in document["cases"]:
        made = add(root, "case", case["case"], CASE)
        add(made, "debtor", case["debtor"], DEBTOR)
        for row in case["case"]["reminders"]:
            add(made, "reminder", row, COLUMNS["reminder"][1:])
        for row in case["items"]:
            add(made, "item", row, COLUMNS["item"][1:])
    for row in document["messages"]:
        add(root, "message", row, COLUMNS["message"])
    add(root, "sum", document["head"], COLUMNS["sum"])
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _rows(document: dict):
    cases = document["cases"]
    yield "head", [document["head"]]
    yield "case", [case["case"] | case["debtor"] for case in cases]
    yield "reminder", [{"case": case["case"]["number"]} | row for case in cases for row in case["case"]["reminders"]]
    yield "item", [{"case": case["case"]["number"]} | row for case in cases for row in case["items"]]
    yield "message", document["messages"]
    yield "sum", [document["head"]]


def _cell(value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "" if value is None else f"{value}"
    return "".join(c for c in text if c >= " " or c in "\t\n")


def _put(place, document: dict) -> dict:
    """Brings both files there; what is there already must be the same."""
    head = document["head"]
    made = {name: head[name] for name in ("list", "date", "currency", "cases", "items", "capital", "messages")}
    made["files"] = []
    for ending, data in (("csv", as_csv(document)), ("xml", as_xml(document))):
        name = f"collection_{head['date'].replace('-', '')}_{head['list']:06}.{ending}"
        before = place.read(name)
        if before is None:
            place.put(name, data)
        elif hashlib.sha256(before).digest() != hashlib.sha256(data).digest():
            raise LeissnerError(f"{place.name}: {name} is there with other contents.",
                                "Lists never change: look at who wrote it, then move it away.")
        made["files"].append(name)
    return made
