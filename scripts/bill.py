"""`leissner bill`: runs of invoices, from the draft to what the customers get."""

import csv
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from threading import Event

import click
import psycopg

from leissner.scripts import audit, db
from leissner.scripts.calls import _text as text
from leissner.scripts.db import exact
from leissner.scripts.delivery import alone
from leissner.scripts.errors import LeissnerError
from leissner.scripts.margin import period

DAY = click.DateTime(["%Y-%m-%d"])
AS_JSON = click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
SIZE = 2000  # customers of a part at most, which is one transaction
# Two at work on the same customers may each wait for the other; the server ends one of them, which tries again.
TRIES = 5
AHEAD = timedelta(days=31)  # who bills further than this may have mistyped the day
APPROVED = 1000  # documents a transaction
SHOWN = 10
LISTED = 20
CHECKS = {  # kind: title, line, the command that shows more
    "account": ("Accounts of ours with a wrong check digit: money would go astray", "{number}",
                "operator.csv, then leissner import"),
    "far": ("The last day lies far ahead: was it meant?", "{days} from today", "leissner bill discard {run}"),
    "vat_no": ("Documents with VAT, and we have no VAT number to put on them", "{name}",
               "operator.csv (vat_no), then leissner import"),
    "long_past": ("Fees of months long past: was the first day meant?", "{name}: {total} {currency}, from {from}",
                  "leissner bill document INVOICE"),
    "iban": ("Abroad or in another currency, and we have no IBAN to be paid on",
             "{name}: {total} {currency}, {country}", "operator.csv (iban, bic), then leissner import"),
    "no_account": ("Services without account: the accounting system cannot book their lines",
                   "{name}: {lines}, {what} …", "services.csv or service_charges.csv (account), then a new run"),
    "ended": ("Ended after the drafts were made, and charged beyond: make the drafts again",
              "line {line}, {what}: {total} {currency}, ended {day}", "leissner bill discard {run}, then a new run"),
    "address": ("Payers that lost what their delivery needs after the drafts were made",
                "{name}: {delivery}, {field}", "customers.csv, then leissner import"),
    "suspended": ("Calls up to the last day that wait in suspense", "{calls}", "leissner calls suspense"),
    "margin": ("Usage sold under cost", "{name}: revenue {revenue}, cost {cost}",
               "leissner calls under-cost"),
    "credit_limit": ("Above the credit limit", "{name}: {total} {currency}, limit {limit}", "leissner bill show {run}"),
    "differs": ("Far from what the payer's invoices usually come to",
                "{name}: {total} {currency}, usually {mean} (difference {difference})",
                "leissner calls explain --customer {subject} --month {month}"),
    "credit": ("Below zero: a credit document", "{name}: {total} {currency}", "leissner bill show {run}"),
    "org_no": ("Registration numbers with a wrong check digit", "{name}: {number}",
               "customers.csv, then leissner import"),
    "zero_price": ("Charges at price 0", "{name}: {lines}, {what} …", "leissner bill export {run} -"),
    "no_charge": ("Contracts whose services have no charge", "{name}", "leissner export FOLDER: service_charges.csv"),
    "first": ("First documents", "{name}: {total} {currency}", "leissner bill show {run}"),
    "silent": ("Numbers without traffic for 90 days", "contract {contract} line {line}",
               "leissner calls export --from DATE --to DATE -"),
}
COUNTED = {"calls", "lines", "days"}  # what of these there is many of
NAMES = {"from_on": "from", "to_on": "to"}  # columns that are words of SQL


@click.group()
def bill() -> None:
    """Invoices: make a run, look at it, approve it, deliver it."""


@bill.command(short_help="Make drafts of all that is due through a day.")
@click.option("--through", type=DAY, help="The last day of calls; fees in advance are billed for the period after it.")
@click.option("--customers", metavar="NO,NO…", help="Only these customers, and whoever they pay for or are paid by.")
@click.option("--resume", is_flag=True, help="Go on with the latest run that was broken off.")
@click.option("--jobs", type=click.IntRange(1, 32), default=1, show_default=True,
              help="Parts made at the same time, each over a connection of its own.")
@AS_JSON
def run(through, customers, resume, jobs, as_json) -> int:
    """Make drafts of all that is due through a day: fees, charges by hand, rated calls.

    Due less billed: what earlier runs billed is never billed again, what changed since is corrected. Broken off, it
    goes on with --resume. Nothing leaves the house before `leissner bill approve`. Exit code 1 when there are faults.
    """
    if resume == (through is not None):
        raise click.UsageError("Say either --through DATE, for a new run, or --resume.")
    with db.connect() as conn:
        if resume:
            number = _broken_off(conn)
        else:
            with db.transaction(conn, "finance"):
                number = db.call_one(conn, "bill_begin", p_through=through.date(), p_size=SIZE,
                                     p_customers=[no.strip() for no in customers.split(",")] if customers else None)
        _parts(number, jobs, _one(conn, number))
        made = _one(conn, number)
        with db.transaction(conn, "finance"):
            db.call(conn, "bill_finish", p_run=number)
        found = _find(conn, number) or made | {"state": "discarded"}
        faults = _faults(conn, number)
        today = period(conn, None, None)[0]
    if as_json:
        click.echo(exact(found | {"problems": faults}))
    elif found["state"] == "discarded":
        click.echo(f"Run {number} through {found['through']} found nothing to bill, and is discarded.")
    else:
        click.echo(f"Run {number} through {found['through']}: {_documents(found)}.")
        if found["through"] > today + AHEAD:
            click.echo(f"Warning: {found['through']} is {(found['through'] - today).days} days ahead."
                       " Was this day meant?")
        _faults_show(faults)
        if found["documents"]:
            click.echo(f"\nNext: leissner bill check {number}, then leissner bill approve {number}")
    return int(bool(faults))


@bill.command(name="list", short_help="The runs, the latest first.")
@AS_JSON
def list_(as_json) -> None:
    """The runs, the latest first."""
    with db.connect() as conn, db.transaction(conn, "finance", read_only=True):
        rows = db.call(conn, "bill_list")
    if as_json:
        click.echo(exact(rows))
        return
    if not rows:
        click.echo("No run yet: leissner bill run --through DATE makes one.")
    for row in rows:
        click.echo(f"{row['run']:>5}  through {row['through']}  {row['state']:<9}  {_documents(row)}"
                   + (f", credits {row['options']['credits']}" if "credits" in row["options"] else "")
                   + (f", {several(row['faults'], 'fault')}" if row["faults"] else ""))


@bill.command(short_help="The documents of a run, and how they left.")
@click.argument("run", type=int)
@AS_JSON
def show(run, as_json) -> None:
    """The documents of a run."""
    with db.connect() as conn:
        with db.transaction(conn, "finance", read_only=True):
            rows = db.call(conn, "bill_show", p_run=run)
            sums = db.call(conn, "delivery_sums", p_run=run)
        found, faults = _one(conn, run), _faults(conn, run)
    if as_json:
        click.echo(exact(found | {"invoices": rows, "deliveries": sums, "problems": faults}))
        return
    click.echo(f"Run {run} through {found['through']}, {found['state']}: {_documents(found)}.\n")
    if any(row["documents"] > row["waiting"] for row in sums):
        _ways_show(run, sums)
        click.echo()
    click.echo(f"{'number':<12}{'payer':<34}{'lines':>6}{'net':>15}{'VAT':>13}{'total':>15}  currency")
    for row in rows:
        number = row["invoice_no"] or f"draft {row['invoice']}"
        click.echo(f"{number:<12}{f'''{row['payer']} {row['name']}'''[:33]:<34}{row['lines']:>6}{row['net']:>15,}"
                   f"{row['tax']:>13,}{row['total']:>15,}  {row['currency']}")
    _faults_show(faults)


@bill.command(short_help="What looks odd in a run, worst first.")
@click.argument("run", type=int)
@AS_JSON
def check(run, as_json) -> int:
    """What looks odd in a run, worst first. Exit code 1 when something must be mended."""
    with db.connect() as conn:
        found = _one(conn, run)
        with db.transaction(conn, "finance", read_only=True):
            rows = db.call(conn, "bill_check", p_run=run)
        faults = _faults(conn, run)
    if as_json:
        click.echo(exact(rows))
        return int(bool(faults))
    click.echo(f"Run {run} through {found['through']}, {found['state']}: {_documents(found)}.")
    _faults_show(faults)
    month = f"{found['through']}"[:7]
    for kind, (title, line, more) in CHECKS.items():
        odd = [row for row in rows if row["kind"] == kind]
        if odd:
            click.echo(f"\n{title}: {len(odd)}")
        for row in odd[:SHOWN]:
            values = {name: several(value, name[:-1]) if name in COUNTED else
                      f"{value:,}" if isinstance(value, (int, Decimal)) else value
                      for name, value in row["params"].items()}
            click.echo(f"  {row['subject']:<18}{line.format(**values)}")
        if odd:
            rest = f"  … and {len(odd) - SHOWN} more (--json lists all)\n" if len(odd) > SHOWN else ""
            click.echo(f"{rest}  more: {more.format(run=run, subject=odd[0]['subject'], month=month)}")
    if not rows:
        click.echo("\nNothing looks odd.")
    return int(bool(faults))


@bill.command(short_help="Number the documents: they never change again.")
@click.argument("run", type=int)
@click.option("--date", "day", type=DAY, help="Date of the documents; today when not given.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@AS_JSON
def approve(run, day, yes, as_json) -> None:
    """Give the documents of a run their numbers: from then on they never change.

    Broken off, the same command goes on; several may approve the same run.
    """
    with db.connect() as conn:
        found = _one(conn, run)
        if not yes:
            _ask(f"Approve run {run} through {found['through']}: {_documents(found)}?")
        _approve(conn, run, day.date() if day else period(conn, None, None)[0], found["documents"])
        found = _one(conn, run)
        with db.transaction(conn, "finance", read_only=True):
            rows = db.call(conn, "bill_show", p_run=run)
    numbers = sorted((row["invoice_no"] for row in rows if row["invoice_no"]), key=lambda no: (len(no), no))
    if as_json:
        click.echo(exact(found | {"invoices": rows}))
    elif numbers:
        click.echo(f"Run {run} is {found['state']}: {_documents(found)}, "
                   + (f"numbers {numbers[0]} to {numbers[-1]}." if len(numbers) > 1 else f"number {numbers[0]}."))
    else:
        click.echo(f"Run {run} is {found['state']}; it has no documents.")


@bill.command(short_help="A credit note for an invoice or its lines.")
@click.argument("invoice")
@click.option("--lines", metavar="NO,NO…", help="Only these lines, by their place in the document.")
@click.option("--rebill", is_flag=True, help="The next run bills again what is credited, its calls too.")
@click.option("--date", "day", type=DAY, help="Date of the credit note; today when not given.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def credit(invoice, lines, rebill, day, yes) -> None:
    """Make a credit note for an invoice, or for some of its lines."""
    try:
        places = [int(place) for place in lines.split(",")] if lines else None
    except ValueError as error:
        raise LeissnerError(f"--lines {lines} is no list of numbers, 1,4 say.") from error
    with db.connect() as conn:
        if not yes:
            _ask(f"Credit {'lines ' + lines if lines else 'all'} of {invoice}?")
        with db.transaction(conn, "finance"):
            [new] = db.call(conn, "invoice_credit", p_invoice=invoice, p_places=places, p_is_rebilled=rebill,
                            p_day=day.date() if day else None)
            number = new["credit_no"]
            made = db.call_one(conn, "invoice_document", p_invoice=number)
        run = _one(conn, new["run"])
    click.echo(f"Credit note {number} credits {invoice}: {made['total']:,} {made['currency']}"
               + ("; the next run bills it again." if rebill else ".")
               + f"\nIt is run {new['run']}.\n\nNext: "
               + (f"leissner bill deliver {new['run']}   (leissner bill pdf {number} shows it)"
                  if run["mode"] == "full" else f"leissner bill basis {new['run']} -"))


@bill.command(short_help="What a run would give, without making it.")
@click.option("--through", type=DAY, required=True, help="As of bill run.")
@click.option("--customers", metavar="NO,NO…", help="Only these customers, and whoever they pay for or are paid by.")
@AS_JSON
def forecast(through, customers, as_json) -> int:
    """What a run would give, without making it. Exit code 1 when there would be faults."""
    with db.connect() as conn, db.transaction(conn, "finance"):
        number = db.call_one(conn, "bill_begin", p_through=through.date(), p_size=SIZE, p_is_forecast=True,
                             p_customers=[no.strip() for no in customers.split(",")] if customers else None)
        while db.call_one(conn, "bill_part_make", p_run=number) is not None:
            pass
        sums = db.call(conn, "bill_sums", p_run=number)
        found = next(row for row in db.call(conn, "bill_list") if row["run"] == number)
        faults = _sentences(conn, number)
        raise psycopg.Rollback  # it was never made
    if as_json:
        click.echo(exact({"through": found["through"], "documents": found["documents"], "totals": found["totals"],
                          "sums": sums, "problems": faults}))
    else:
        click.echo(f"Through {found['through']} a run would give {_documents(found)}"
                   f"{' with VAT' if found['totals'] else ''}. Nothing was made.")
        if sums:
            click.echo()
            _sums_show(sums)
        _faults_show(faults)
    return int(bool(faults))


@bill.command(short_help="One document as JSON.")
@click.argument("invoice")
def document(invoice) -> None:
    """A document as JSON: what PDF, e-invoice and print files are laid out from. INVOICE: its number, or "draft N"."""
    with db.connect() as conn, audit.look(conn, "finance", "invoice_document", invoice):
        found = db.call_one(conn, "invoice_document", p_invoice=invoice)
    click.echo(exact(found, indent=2))


@bill.command(short_help="The PDF of one document.")
@click.argument("invoice")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--templates", type=click.Path(file_okay=False, exists=True, path_type=Path),
              help="A folder with files that take the place of the templates'.")
@click.option("--print", "is_print", is_flag=True, help="As it is printed: PDF/A-2, nothing inside.")
def pdf(invoice, file, templates, is_print) -> None:
    """The PDF of one document, as it is sent. INVOICE: its number, or "draft N"; FILE: NUMBER.pdf when not given.

    It is PDF/A-3 with the e-invoice inside, where the payer has what an e-invoice needs.
    """
    from leissner.scripts.invoice_pdf import InvoicePdf, as_sent

    with db.connect() as conn, audit.look(conn, "finance", "invoice_pdf", invoice):
        found = db.call_one(conn, "invoice_document", p_invoice=invoice)
    file = file or Path(f"{invoice.replace(' ', '-')}.pdf")
    if not file.absolute().parent.is_dir():
        raise LeissnerError(f"There is no folder {file.parent}.", "Make it first, or name another FILE.")
    if is_print:
        with InvoicePdf(templates) as maker:
            data = maker.render(found)
    else:
        data = as_sent(found, templates)
    file.write_bytes(data)
    click.echo(f"{file} written.")


@bill.command(short_help="The e-invoice of one document.")
@click.argument("invoice")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
def xml(invoice, file) -> int:
    """The e-invoice of one document, Peppol BIS Billing 3.0. INVOICE: its number; FILE: NUMBER.xml when not given.

    It is read back by the published rules; exit code 1 when one of them is broken.
    """
    from leissner.scripts import delivery, einvoice

    with db.connect() as conn, audit.look(conn, "finance", "invoice_xml", invoice):
        found = db.call_one(conn, "invoice_document", p_invoice=invoice)
    file = file or Path(f"{invoice.replace(' ', '-')}.xml")
    if not file.absolute().parent.is_dir():
        raise LeissnerError(f"There is no folder {file.parent}.", "Make it first, or name another FILE.")
    data = einvoice.xml(found)
    delivery.publish(file, data)
    verdict, findings = einvoice.verdict(data)
    click.echo(f"{file} written: {verdict} by the rules of Peppol BIS Billing 3.0.")
    for finding in findings:
        click.echo(f"  {finding}")
    return int(verdict == "invalid")


@bill.command(name="einvoice", short_help="Write the e-invoices of an approved run.")
@click.argument("run", type=int)
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), required=True,
              help="The folder that your access point takes its files from.")
@AS_JSON
def einvoice_(run, folder, as_json) -> int:
    """Write the e-invoices of an approved run, Peppol BIS Billing 3.0. Exit code 1 when a payer lacks what one needs.

    Run again, it writes the same bytes.
    """
    from leissner.scripts import einvoice

    with db.connect() as conn:
        found = _one(conn, run)
        with alone(conn, run), _bar() as bar:
            task = bar.add_task("E-invoices", total=None)
            counts = einvoice.write(conn, found, folder, lambda: bar.advance(task))
    if as_json:
        click.echo(exact(counts))
    else:
        click.echo(f"{several(counts['written'], 'e-invoice')} in {folder}.")
        if counts["failed"]:
            click.echo(f"{counts['failed']} could not be made: leissner bill deliveries {run} says why.")
    return int(bool(counts["failed"]))


@bill.command(name="print-files", short_help="Bring the letters of a run to the print house.")
@click.argument("run", type=int)
@click.option("--to", "address", metavar="FOLDER|URL", required=True,
              help="Where the print house takes its files from: a folder, ftp://, ftps:// or sftp://user@host/path.")
@click.option("--resend", type=click.IntRange(0), default=0, help="1, 2 …: sent again after a change.")
@click.option("--only", metavar="NO,NO…", help="Only these documents; with --resend.")
@click.option("--again", is_flag=True, help="Also what arrived before: the same files once more.")
@click.option("--layout", metavar="NAME|FILE", help="A data file by a template too: fixed.txt, lines.csv or your own.")
@click.option("--merged", is_flag=True, help="One PDF of all letters of a part, with an index, instead of one each.")
@click.option("--templates", type=click.Path(file_okay=False, exists=True, path_type=Path),
              help="A folder with files that take the place of the templates'.")
@click.option("--read-acks", is_flag=True, help="Read what the print house answered in ack/; write nothing.")
@AS_JSON
def print_files(run, address, resend, only, again, layout, merged, templates, read_acks, as_json) -> int:
    """Bring an approved run to the print house: zips with PDFs, XML and manifest, each with its hash in a .done file.

    Broken off, the same command goes on: same bytes, nothing twice. The password of a server comes from
    LEISSNER_TRANSFER_PASSWORD or ~/.netrc. Exit code 1 when the print house has rejected something.
    """
    from leissner.scripts import print_house, transfer
    from leissner.scripts.print_layout import Layout

    if only and not resend:
        raise LeissnerError("--only needs --resend: what was sent first was the whole run.")
    wish = print_house.Wish(resend, set(only.split(",")) if only else None, again, templates,
                            Layout(layout) if layout else None, merged)
    with db.connect() as conn:
        found = _one(conn, run)
        if read_acks:
            with transfer.connect(address) as place:
                answers = print_house.read_acks(conn, place)
            return _acks_show(answers, as_json)
        with alone(conn, run), _bar() as bar:
            task = bar.add_task("Printing", total=None)
            made = print_house.write(conn, found, address, wish, lambda: bar.advance(task))
    if as_json:
        click.echo(exact(made))
        return 0
    for one in made:
        click.echo(f"{one['file']}: {several(one['documents'], 'letter')}, {several(one['pages'], 'page')}, "
                   + (f"SHA-256 {one['sha256'][:16]}…" if one["is_new"] else "sent before (--again sends it again)"))
    if (merged or layout) and not all(one["is_new"] for one in made):
        click.echo("What was sent stays as it was sent: --merged and --layout need --resend 1 there.")
    if not made:
        click.echo(f"Run {run} has nothing to print.")
    return 0


@bill.command(short_help="Deliver an approved run by all ways.")
@click.argument("run", type=int)
@click.option("--print-house", metavar="FOLDER|URL", help="Where the print house takes its files from.")
@click.option("--einvoice-folder", metavar="FOLDER", help="The folder that your access point takes its files from.")
@click.option("--retry", is_flag=True, help="Also e-mail that was refused before.")
@click.option("--templates", type=click.Path(file_okay=False, exists=True, path_type=Path),
              help="A folder with files that take the place of the templates'.")
@AS_JSON
def deliver(run, print_house, einvoice_folder, retry, templates, as_json) -> int:
    """Deliver an approved run by all ways: print house, e-mail, e-invoices. Exit code 1 when something is left.

    Run again, it delivers only what is left. The settings print_house, smtp and einvoice_folder name the places.
    """
    from leissner.scripts import deliver as module

    with db.connect() as conn:
        found = _one(conn, run)
        with alone(conn, run), _bar() as bar:
            task = bar.add_task("Delivering", total=None)
            errors = module.all_ways(conn, found, {"print_house": print_house, "einvoice_folder": einvoice_folder},
                                     retry, templates, lambda: bar.advance(task))
        sums = module.sums(conn, run)
    if as_json:
        click.echo(exact([row | {"problem": f"{errors[row['way']]}" if row["way"] in errors else None}
                          for row in sums]))
    else:
        _ways_show(run, sums)
        for way, error in errors.items():
            click.echo(f"\n{way}: {error}\n  {error.hint or ''}")
        if any(row["failed"] for row in sums):
            click.echo(f"\nleissner bill deliveries {run} says what failed and why.")
    return int(bool(errors) or any(row["failed"] or row["waiting"] or row["late"] for row in sums))


@bill.command(name="print", short_help="Print the letters of a run here.")
@click.argument("run", type=int)
@click.option("--printer", metavar="NAME", help="A printer of `lpstat -p`; the usual one when not given.")
@click.option("--only", metavar="NO,NO…", help="Only these documents, and once more where they were printed.")
@click.option("--templates", type=click.Path(file_okay=False, exists=True, path_type=Path),
              help="A folder with files that take the place of the templates'.")
def print_(run, printer, only, templates) -> None:
    """Print the letters of an approved run here. Run again, it prints only what is not on paper yet."""
    from leissner.scripts import local_print

    with db.connect() as conn:
        found = _one(conn, run)
        with alone(conn, run), _bar() as bar:
            task = bar.add_task("Printing", total=None)
            counts = local_print.send(conn, found, printer, set(only.split(",")) if only else set(), templates,
                                      lambda: bar.advance(task))
    click.echo(f"{counts['printed']} printed, {counts['before']} were on paper before.")


@bill.command(short_help="Send what leaves a run by e-mail.")
@click.argument("run", type=int)
@click.option("--retry", is_flag=True, help="Also what was refused before.")
@click.option("--templates", type=click.Path(file_okay=False, exists=True, path_type=Path),
              help="A folder with files that take the place of the templates'.")
@AS_JSON
def email(run, retry, templates, as_json) -> int:
    """Send the documents of a run to those who get them by e-mail. Exit code 1 when a server refused one.

    Run again, it sends only what was not sent yet. The setting `smtp` names the server.
    """
    from leissner.scripts import invoice_email

    with db.connect() as conn:
        found = _one(conn, run)
        with alone(conn, run), _bar() as bar:
            task = bar.add_task("Sending", total=None)
            counts = invoice_email.send(conn, found, retry, templates, lambda: bar.advance(task))
    if as_json:
        click.echo(exact(counts))
    else:
        click.echo(f"{counts['sent']} sent, {counts['failed']} refused, {counts['before']} dealt with before.")
        if counts["failed"]:
            click.echo(f"leissner bill deliveries {run} says why; mend the address, then --retry.")
    return int(bool(counts["failed"]))


@bill.command(short_help="A run for an outside accounting system.")
@click.argument("run", type=int)
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--format", "form", type=click.Choice(["csv", "json", "xml"]), default="csv", show_default=True)
@click.option("--read", "is_read", is_flag=True, help="FILE is the answer: a CSV with basis_no and number.")
def basis(run, file, form, is_read) -> None:
    """An approved run for an outside accounting system, line by line with account, VAT, project and period.

    FILE - is the screen. With --read the numbers that the system gave are taken from FILE.
    """
    from leissner.scripts import basis as module

    with db.connect() as conn:
        state = _one(conn, run)["state"]
        if state not in ("approved", "delivered"):
            raise LeissnerError(f"Run {run} is {state}: it has no basis before it is approved.",
                                f"`leissner bill check {run}`, then `leissner bill approve {run}`.")
        if is_read:
            rows = module.read(file)
            with db.transaction(conn, "finance"):
                count = db.call_one(conn, "basis_answer", p_run=run, p_rows=rows)
            click.echo(f"{several(count, 'number')} taken, {len(rows) - count} known before.")
            return
        with audit.look(conn, "finance", "basis", f"{run}"):
            columns, rows = db.stream(conn, "basis_list", p_run=run)
            with click.open_file(f"{file}", "w", encoding="utf-8", atomic=f"{file}" != "-") as out:
                count = module.write((dict(zip(columns, row, strict=True)) for row in rows), form, out)
    if f"{file}" != "-":
        click.echo(f"{several(count, 'line')} written to {file}.")


@bill.command(short_help="How documents left; what failed first.")
@click.argument("run", type=int)
@AS_JSON
def deliveries(run, as_json) -> int:
    """How the documents of a run left the house; what failed comes first. Exit code 1 when something did."""
    with db.connect() as conn:
        _one(conn, run)
        with db.transaction(conn, "finance", read_only=True):
            rows = db.call(conn, "delivery_list", p_run=run)
    if as_json:
        click.echo(exact(rows))
    for row in () if as_json else rows:
        click.echo(f"{row['invoice_no']:<12}{row['payer'] + ' ' + row['name']:.32}".ljust(46)
                   + f"{row['channel']:<13}{row['state']:<14}{row['pages']:>4} {'page' + 's' * (row['pages'] != 1):<5}"
                   + f"  {row['file']}"
                   + (f"  {row['reason']}" if row["reason"] else ""))
    late = [row for row in rows if row["is_late"]]
    if late and not as_json:
        _late_show(run, len(late), sorted({row["file"] for row in late}))
    if not rows and not as_json:
        click.echo(f"Nothing of run {run} was delivered yet: leissner bill deliver {run}")
    return int(bool(late) or any(row["reason"] for row in rows))


@bill.command(short_help="Take a draft run back without a trace.")
@click.argument("run", type=int)
@click.option("--yes", is_flag=True, help="Do not ask.")
def discard(run, yes) -> None:
    """Take a draft run back: nothing of it stays but the log."""
    with db.connect() as conn:
        found = _one(conn, run)
        if not yes:
            _ask(f"Discard run {run} through {found['through']}: {_documents(found)}?")
        with db.transaction(conn, "finance"):
            db.call(conn, "bill_discard", p_run=run)
    click.echo(f"Run {run} is discarded; all it charged is unbilled again.")


@bill.command(short_help="The lines of a run's documents as CSV.")
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
        click.echo(f"{several(count, 'line')} written to {file}.")


def _acks_show(answers: list[dict], as_json: bool) -> int:
    if as_json:
        click.echo(exact(answers))
    for one in () if as_json else answers:
        answered = f"{one['documents']} documents answered"
        click.echo(f"{one['file']}: {one['problem'] or answered}")
        for row in one["rejected"]:
            click.echo(f"  {row['number']} rejected: {row['reason']}")
    if not answers and not as_json:
        click.echo("No answers yet.")
    return int(any(one["rejected"] or one["problem"] for one in answers))


def _ways_show(number: int, sums: list[dict]) -> None:
    states = ("documents", "delivered", "acknowledged", "failed", "waiting")
    click.echo(f"{'by':<10}" + "".join(f"{state:>14}" for state in states))
    for row in sums:
        click.echo(f"{row['way']:<10}" + "".join(f"{row[state]:>14,}" for state in states))
    if late := sum(row["late"] for row in sums):
        _late_show(number, late, [])


def _late_show(number: int, letters: int, files: list[str]) -> None:
    click.echo(f"Warning: {several(letters, 'letter')} not acknowledged by the print house in 24 hours"
               + (f": {', '.join(files[:SHOWN])}" if files else ".")
               + f"\n  leissner bill print-files {number} --to URL --read-acks reads its answers; else ask there.")


def _ask(question: str) -> None:
    """Goes on only when a person agrees."""
    try:
        is_agreed = click.confirm(question)
    except click.Abort as error:
        if sys.stdin.isatty():
            raise
        click.echo()
        raise LeissnerError("Nobody answered: nothing was changed.", "Say --yes where nobody can answer.") from error
    if not is_agreed:
        raise LeissnerError("Nothing was changed.")


def _one(conn: db.Connection, number: int) -> dict:
    if not (found := _find(conn, number)):
        raise LeissnerError(f"There is no run {number}.", "leissner bill list shows the runs.")
    return found


def _find(conn: db.Connection, number: int) -> dict | None:
    with db.transaction(conn, "finance", read_only=True):
        return next((row for row in db.call(conn, "bill_list") if row["run"] == number), None)


def _broken_off(conn: db.Connection) -> int:
    with db.transaction(conn, "finance", read_only=True):
        runs = [row["run"] for row in db.call(conn, "bill_list") if row["state"] == "making"]
    if not runs:
        raise LeissnerError("No run was broken off.", "leissner bill run --through DATE makes a new one.")
    return runs[0]


def _faults(conn: db.Connection, number: int) -> list[dict]:
    with db.transaction(conn, "finance", read_only=True):
        return _sentences(conn, number)


def _sentences(conn: db.Connection, number: int) -> list[dict]:
    return [fault | db.call(conn, "message_get", p_code=fault["code"], p_params=fault["params"])[0]
            for fault in db.call(conn, "bill_fault_list", p_run=number)]


def _sums_show(sums: list[dict]) -> None:
    click.echo(f"{'':<14}{'lines':>8}{'net':>18}")
    for row in sums:
        click.echo(f"{row['kind']:<14}{row['lines']:>8,}{row['net']:>18,}  {row['currency']}")


def _faults_show(faults: list[dict]) -> None:
    if faults:
        click.echo(f"\n{several(len(faults), 'fault')}; the rest went through:")
    for fault in faults[:LISTED]:
        click.echo(f"  {fault['sentence']}\n      {fault['hint'] or ''}")
    if len(faults) > LISTED:
        click.echo(f"  … and {len(faults) - LISTED} more (--json lists all)")


def _documents(row: dict) -> str:
    sums = ", ".join(f"{total:,} {currency}" for currency, total in (row["totals"] or {}).items())
    return f"{several(row['documents'], 'document')}{f', {sums}' if sums else ''}"


def approved_at_once(documents: int) -> int:
    """Documents of a transaction: a twentieth of few, so that one sees how far it has come."""
    return min(APPROVED, max(10, documents // 20))


def several(count: int, word: str) -> str:
    """1 call, 2 calls."""
    return f"{count:,} {word}{'s' * (count != 1)}"


def _bar():
    from rich.console import Console
    from rich.progress import Progress

    return Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())


def _parts(number: int, jobs: int, found: dict) -> None:
    """Makes the parts that are left."""
    stop = Event()

    def work(_) -> None:
        with db.connect() as conn:
            while not stop.is_set() and _next(conn, number) is not None:
                bar.advance(task)

    bar = _bar()
    with bar, ThreadPoolExecutor(jobs) as pool:
        task = bar.add_task("Billing", total=found["parts"], completed=found["parts_done"])
        try:
            list(pool.map(work, range(jobs)))
        finally:
            stop.set()


def _approve(conn: db.Connection, number: int, day, documents: int) -> None:
    with _bar() as bar:
        task = bar.add_task("Approving", total=documents)
        done = True
        while done:
            with db.transaction(conn, "finance"):
                done = db.call_one(conn, "bill_approve_next", p_run=number, p_day=day,
                                   p_size=approved_at_once(documents))
            bar.advance(task, done)
    with db.transaction(conn, "finance"):
        db.call(conn, "bill_approve_finish", p_run=number)


def _next(conn: db.Connection, number: int) -> int | None:
    for attempt in range(TRIES):
        try:
            with db.transaction(conn, "finance"):
                return db.call_one(conn, "bill_part_make", p_run=number)
        except psycopg.errors.DeadlockDetected:
            if attempt == TRIES - 1:
                raise
    return None
