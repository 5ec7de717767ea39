"""`leissner ledger`: what payers owe and how their accounts came to stand as they do; what a person changes there."""

import csv
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from leissner.scripts import audit, db, delivery
from leissner.scripts.calls import _text as text
from leissner.scripts.errors import LeissnerError
from leissner.scripts.margin import period

DAY = click.DateTime(["%Y-%m-%d"])
# The columns of open_items.csv, and what they are called in the database, where `date` is a word of SQL.
COLUMNS = {"document_no": "document_no", "customer_no": "customer_no", "date": "item_on", "due": "due_on",
           "amount": "amount", "open": "open", "currency": "currency", "reference": "reference"}
CUSTOMER = click.option("--customer", metavar="NO", help="Whose it is, where several have a document of that number.")
WHY = click.option("--why", metavar="TEXT", required=True, help="The reason, for the log.")
ON = click.option("--date", "day", type=DAY, help="Day of booking; today when not given.")


class Amount(click.ParamType):
    """An amount of money such as 412.50, exactly."""

    name = "amount"

    def convert(self, value, param, ctx) -> Decimal:
        try:
            return Decimal(f"{value}".replace(" ", ""))
        except InvalidOperation:
            self.fail(f"{value} is no amount such as 412.50.", param, ctx)


AMOUNT = click.option("--amount", type=Amount(), help="A part; all of it when not given.")


@click.group()
def ledger() -> None:
    """The sales ledger: open items, statements of account, moving what was paid."""


@ledger.command(name="open-items")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--customer", metavar="NO", help="Of this payer only.")
@click.option("--all", "is_all", is_flag=True, help="Items that are settled, too.")
def open_items(file, customer, is_all) -> None:
    """Write the open items as CSV, the columns of open_items.csv: for another system, or to look at. FILE: - shows."""
    with db.connect() as conn, audit.look(conn, "finance", "open_items", customer), _csv(file) as writer:
        columns, rows = db.stream(conn, "open_item_list", p_customer_no=customer, p_is_all=is_all)
        places = [columns.index(name) for name in COLUMNS.values()]
        writer.writerow(COLUMNS)
        writer.writerows([text(row[place]) for place in places] for row in rows)


@ledger.command()
@click.argument("customer")
@click.option("--from", "from_", type=DAY, help="First day.  [default: a year back]")
@click.option("--to", type=DAY, help="The day after the last.  [default: tomorrow]")
@click.option("--pdf", type=click.Path(dir_okay=False, path_type=Path), help="Write it as a letter.")
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
              help="Write its rows as CSV; - shows.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
@click.option("--templates", type=click.Path(file_okay=False, exists=True, path_type=Path),
              help="A folder with files that take the place of the templates'.")
def statement(customer, from_, to, pdf, csv_file, as_json, templates) -> None:
    """The account of a payer: balance before, what was booked, balance after, what is open now."""
    with db.connect() as conn:
        today = period(conn, None, None)[0]
        first = from_.date() if from_ else today - dt.timedelta(days=365)
        end = to.date() if to else today + dt.timedelta(days=1)
        with audit.look(conn, "finance", "statement", customer, **{"from": f"{first}", "to": f"{end}"}):
            found = db.call_one(conn, "ledger_statement", p_customer_no=customer, p_from=first, p_to=end)
    if pdf:
        from leissner.scripts.invoice_pdf import InvoicePdf

        with InvoicePdf(templates, "statement.typ") as maker:
            delivery.publish(pdf, maker.render(found))
        click.echo(f"{pdf} written.")
    if csv_file:
        with _csv(csv_file) as writer:
            writer.writerow(("currency", "date", "kind", "document", "amount", "balance"))
            for account in found["accounts"]:
                writer.writerows((account["currency"], *(text(row[one]) for one in (
                    "date", "kind", "document", "amount", "balance"))) for row in account["rows"])
    if as_json:
        click.echo(db.exact(found))
    elif not (pdf or csv_file):
        _statement_show(found)


@contextmanager
def _csv(file: Path) -> Iterator:
    """A CSV writer to a file that appears whole; - is the screen."""
    if not file.absolute().parent.is_dir():
        raise LeissnerError(f"There is no folder {file.parent}.", "Make it first, or name another FILE.")
    with click.open_file(f"{file}", "w", encoding="utf-8", atomic=f"{file}" != "-") as out:
        yield csv.writer(out, lineterminator="\n")


def _statement_show(found: dict) -> None:
    name = f"{found['payer']['customer_no']} {found['payer']['name']}"
    click.secho(f"{name}, {found['period']['from']} to {found['period']['through']}", bold=True)
    if not found["accounts"]:
        click.echo("Nothing was ever booked.")
    for account in found["accounts"]:
        click.echo(f"\n{'':<44}{'before':<12}{account['currency']:>14}{_money(account['before']):>16}")
        for row in account["rows"]:
            click.echo(f"{row['date']:<12}{row['kind']:<14}{(row['document'] or '')[:28]:<30}"
                       f"{_money(row['amount']):>14}{_money(row['balance']):>16}")
        click.echo(f"{'':<44}{'after':<26}{_money(account['balance']):>16}")
        if account["items"]:
            click.echo("\nOpen now")
        for item in account["items"]:
            click.echo(f"  {item['document']:<18}{item['kind']:<10}due {item['due'] or '–':<12}"
                       f"{_money(item['open']):>14} of {_money(item['amount'])}"
                       + ("  disputed" if item["disputed"] else ""))


def _money(value) -> str:
    return f"{Decimal(f'{value}'):,.2f}".replace(",", " ")


@ledger.command(name="catch-up")
def catch_up() -> None:
    """Book documents that were approved before there was a ledger. `leissner check` says when some are."""
    with db.connect() as conn, db.transaction(conn, "finance"):
        count = db.call_one(conn, "ledger_catch_up")
    click.echo(f"{count} documents booked.")


@ledger.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@CUSTOMER
@AMOUNT
@WHY
@ON
def move(source, target, customer, amount, why, day) -> None:
    """Move what paid one item of a payer, or a credit it has, to another item of its.

    FROM and TO are document numbers: an invoice that was paid by mistake is open again, the other one is paid.
    """
    _change("item_move", day, p_from=source, p_to=target, p_customer_no=customer, p_amount=amount, p_why=why)
    click.echo(f"Moved from {source} to {target}.")


@click.command()
@click.argument("customer")
@AMOUNT
@click.option("--currency", metavar="CODE", help="Of an account in several currencies.")
@WHY
@ON
def refund(customer, amount, currency, why, day) -> None:
    """Book that a payer got back what it had to its credit. The money itself your bank sends."""
    _change("advance_refund", day, p_customer_no=customer, p_amount=amount, p_currency=currency, p_why=why)
    click.echo(f"Paid back to {customer}.")


@click.command()
@click.argument("document")
@CUSTOMER
@AMOUNT
@click.option("--difference", is_flag=True, help="A small difference, no loss: its VAT does not come back.")
@WHY
@ON
@click.option("--yes", is_flag=True, help="Do not ask.")
def writeoff(document, customer, amount, difference, why, day, yes) -> None:
    """Write off what is open of a document: nobody will pay it. Of a loss the VAT comes back."""
    if not yes:
        click.confirm(f"Write off {amount or 'all'} that is open of {document}?", abort=True)
    _change("item_write_off", day, p_document=document, p_customer_no=customer, p_amount=amount, p_why=why,
            p_is_loss=not difference)
    click.echo(f"{document} is written off.")


@click.command()
@click.argument("document")
@CUSTOMER
@click.option("--reason", metavar="TEXT", help="What the payer says.")
@click.option("--over", is_flag=True, help="It is no longer disputed.")
@ON
def dispute(document, customer, reason, over, day) -> None:
    """Note that a payer disputes a document: no advance pays it, no reminder names it. Or that it no longer does."""
    if bool(reason) == over:
        raise LeissnerError("Say either --reason TEXT or --over.")
    _change("item_dispute", day, p_document=document, p_customer_no=customer, p_reason=reason)
    click.echo(f"{document} is {'no longer ' if over else ''}disputed.")


def _change(name: str, day: dt.datetime | None, **params) -> None:
    with db.connect() as conn, db.transaction(conn, "finance"):
        db.call(conn, name, **params, p_on=day.date() if day else None)
