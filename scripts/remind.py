"""`leissner credit remind`: reminders of what is overdue, and how they leave the house."""

import datetime as dt
from pathlib import Path

import click

from leissner.scripts import db, delivery
from leissner.scripts.bill import AS_JSON, DAY, _bar
from leissner.scripts.db import exact
from leissner.scripts.delivery import alone
from leissner.scripts.errors import LeissnerError

HELD = {  # why an item waits: what a person reads
    "promise": "the payer promised to pay, and the day is still to come",
    "unidentified": "a payment of that amount is not identified yet: leissner payments assign",
    "minimum": "not more than the setting reminder_minimum in all",
    "address": "the payer has neither an address nor e-mail: customers.csv",
    "collection": "due for the collection agency: leissner credit collection",
}
NEEDS_PERSON = ("unidentified", "address")


@click.group(invoke_without_command=True)
@click.option("--date", "day", type=DAY, help="The day that it is made for; today when not given.")
@click.option("--customers", metavar="NO,NO…", help="Only these payers.")
@click.option("--dry-run", is_flag=True, help="Say what would be made, and make nothing.")
@AS_JSON
@click.pass_context
def remind(context: click.Context, day: dt.datetime | None, customers: str | None, dry_run: bool, as_json: bool) -> int:
    """Make reminders of what is overdue and undisputed, by the steps of reminder_steps.csv; then `deliver` them.

    One per payer and currency, with its fee and a payment reference of its own. An item takes each step once: run
    again, it makes nothing twice. Exit code 1 when something is held back that a person should look at.
    """
    if context.invoked_subcommand:
        return 0
    asked = {"p_day": day.date() if day else None,
             "p_customers": [no.strip() for no in customers.split(",")] if customers else None}
    with db.connect() as conn:
        with db.transaction(conn, "finance", read_only=True):
            plan = db.call(conn, "reminder_preview", **asked)
        run, made = None, []
        if not dry_run:
            with db.transaction(conn, "finance"):
                run = db.call_one(conn, "reminder_make", **asked)
            if run:
                made = _list(conn, p_run=run)
    held = [row for row in plan if row["held"]]
    if as_json:
        click.echo(exact({"run": run, "reminders": made if run else [], "held": held,
                          "would_make": [row for row in plan if not row["held"]] if dry_run else []}))
    elif dry_run:
        for row in plan:
            if not row["held"]:
                click.echo(f"{row['customer_no']} {row['name']:.32}".ljust(42)
                           + f"step {row['step']}  {row['channel']:<6}{row['open'] + row['fee']:>14,} "
                           f"{row['currency']}, of it fee {row['fee']:,}  " + ", ".join(row["documents"]))
        click.echo(f"{sum(not row['held'] for row in plan)} reminders would be made.")
    elif run:
        sums = _sums(made)
        click.echo(f"Run {run}: {_many(len(made), 'reminder')}, {sums}.\n\nNext: leissner credit remind deliver {run}")
    else:
        click.echo("Nothing is due for a reminder.")
    if not as_json:
        _held_show(held)
    return int(any(row["held"] in NEEDS_PERSON for row in held))


@remind.command(name="list")
@click.option("--run", type=int, help="Only of this run.")
@click.option("--customer", metavar="NO", help="Only of this payer.")
@AS_JSON
def list_(run: int | None, customer: str | None, as_json: bool) -> None:
    """Reminders, the latest first: what was to pay, what is still open of it, and how they left."""
    with db.connect() as conn:
        rows = _list(conn, p_run=run, p_customer=customer)
    if as_json:
        click.echo(exact(rows))
        return
    for row in rows:
        click.echo(f"{row['run']:>5}  {row['reminder_no']:<9}{row['day']}  step {row['step']}  "
                   + f"{row['customer_no']} {row['name']:.28}".ljust(38)
                   + f"{row['total']:>12,} {row['currency']}  open {row['open']:>12,}  "
                   f"{row['channel']}: {row['state'] or 'waiting'}")
    if not rows:
        click.echo("No reminder yet: leissner credit remind makes them.")


@remind.command()
@click.argument("reminder")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--templates", type=click.Path(file_okay=False, exists=True, path_type=Path),
              help="A folder with files that take the place of the templates'.")
def pdf(reminder: str, file: Path, templates: Path | None) -> None:
    """Write a reminder as PDF."""
    from leissner.scripts.invoice_pdf import InvoicePdf

    with db.connect() as conn, db.transaction(conn, "finance", read_only=True):
        document = db.call_one(conn, "reminder_document", p_reminder=reminder)
    with InvoicePdf(templates, delivery.REMINDERS["template"]) as maker:
        delivery.publish(file, maker.render(document))
    click.echo(f"{file} written.")


@remind.command()
@click.argument("run", type=int)
@click.option("--print-house", metavar="URL", help="Where letters go; the setting print_house when not given.")
@click.option("--here", is_flag=True, help="Print the letters on a printer of this house instead.")
@click.option("--printer", metavar="NAME", help="With --here: a printer of `lpstat -p`.")
@click.option("--retry", is_flag=True, help="Also e-mail that was refused before.")
@click.option("--again", is_flag=True, help="Put files there again that arrived before: the same bytes.")
@click.option("--resend", type=click.IntRange(1, 99), default=None, help="Letters sent anew, after a change.")
@click.option("--templates", type=click.Path(file_okay=False, exists=True, path_type=Path),
              help="A folder with files that take the place of the templates'.")
@AS_JSON
def deliver(run, print_house, here, printer, retry, again, resend, templates, as_json) -> int:
    """Deliver the reminders of a run, by letter and e-mail. Run again, it delivers only what is left.

    Payers who get e-invoices get reminders by e-mail, else by letter. One way that fails stops no other.
    """
    from leissner.scripts import invoice_email, local_print
    from leissner.scripts import print_house as house

    with db.connect() as conn:
        rows = _list(conn, p_run=run)
        if not rows:
            raise LeissnerError(f"There is no run of reminders {run}.", "leissner credit remind list shows them.")
        found = {"run": run, "state": "approved", "approved_at": rows[0]["made_at"],
                 "documents_are": delivery.REMINDERS}
        if not print_house:
            with db.transaction(conn, "finance", read_only=True):
                print_house = db.call_one(conn, "setting_get", p_name="print_house")
        errors = {}
        with alone(conn, run, delivery.REMINDERS), _bar() as bar:
            task = bar.add_task("Delivering", total=len(rows))

            def advance() -> None:
                bar.advance(task)

            for way in sorted({row["channel"] for row in rows}):
                try:
                    with delivery.told():
                        if way == "email":
                            invoice_email.send(conn, found, retry, templates, advance)
                        elif here:
                            local_print.send(conn, found, printer, set(), templates, advance)
                        elif print_house:
                            house.write(conn, found, print_house, house.Wish(
                                resend=resend or 0, again=again, templates=templates), advance)
                        else:
                            raise LeissnerError("No place is set for print_house.",
                                                "Name it with --print-house URL, or print here: --here.")
                except LeissnerError as error:
                    errors[way] = error
        rows = _list(conn, p_run=run)
        with db.transaction(conn, "finance", read_only=True):
            failed = [row for row in db.call(conn, "reminder_delivery_list", p_run=run) if row["reason"]]
    if as_json:
        click.echo(exact({"reminders": rows, "failed": failed,
                          "problems": {way: f"{error}" for way, error in errors.items()}}))
    else:
        states = [row["state"] or "waiting" for row in rows]
        click.echo(", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(sorted(states))) + ".")
        for row in failed:
            click.echo(f"  {row['invoice_no']} to {row['file']}: {row['reason']}")
        for way, error in errors.items():
            click.echo(f"\n{way}: {error}\n  {error.hint or ''}")
    return int(bool(errors) or any(row["state"] not in ("delivered", "acknowledged") for row in rows))


def _list(conn: db.Connection, **asked) -> list[dict]:
    with db.transaction(conn, "finance", read_only=True):
        return db.call(conn, "reminder_list", **asked)


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _sums(rows: list[dict]) -> str:
    currencies = dict.fromkeys(row["currency"] for row in rows)
    return "; ".join(
        f"{sum(row['total'] for row in rows if row['currency'] == one):,} {one}, of it fees "
        f"{sum(row['fee'] for row in rows if row['currency'] == one):,}" for one in currencies)


def _held_show(held: list[dict]) -> None:
    for why, words in HELD.items():
        rows = [row for row in held if row["held"] == why]
        if rows:
            click.echo(f"\nHeld back, {words}: {len(rows)}")
        for row in rows[:20]:
            click.echo(f"  {row['customer_no']} {row['name']:.32}".ljust(42)
                       + f"{row['open']:>14,.2f} {row['currency']}  {', '.join(row['documents'])}")
