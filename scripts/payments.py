"""`leissner payments`: bank files in, payments matched to documents, and what a person decides about the rest."""

import csv
import io
import sys
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path

import click
import psycopg

from leissner.scripts import audit, db, payment_formats
from leissner.scripts.db import exact
from leissner.scripts.errors import LeissnerError
from leissner.scripts.ledger import dispute, refund, writeoff
from leissner.scripts.payment_formats import Payment
from leissner.scripts.payments_fetch import fetch, fetched

AS_JSON = click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
TRIES = 3  # of a file that lost a race
BLOCK = 2000  # payments handed over at a time
STAGED = ("payment_file_id", "place", "account", "batch", "key", "kind", "amount", "currency", "booked_on", "value_on",
          "payer_name", "payer_account", "payer_org_no", "payer_address", "texts", "channel", "raw", "original_key",
          "note", "payee_number", "trace", "references_text", "references_amount", "references_quality")
STATES = {  # in the order of the summary: title
    "matched": "matched", "part": "paid in part", "advance": "advance", "unidentified": "unidentified",
    "shown": "not booked", "reversed": "taken back", "reconciled": "reconciled", "missing": "not known",
}
FOR_A_PERSON = ("unidentified", "shown", "missing")


@click.group()
def payments() -> None:
    """Payments: fetch and load bank files, look at what they paid, decide about the rest."""


for command in (fetch, fetched, refund, writeoff, dispute):
    payments.add_command(command)


@payments.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "form", help="It must be this format; recognised by its content when not given.")
@click.option("--test-file", "is_test", is_flag=True, help="Load a file that is marked as a test.")
@click.option("--same-identity", is_flag=True, help="Load a file whose own identity was loaded with other contents.")
@AS_JSON
def load(files, form, is_test, same_identity, as_json) -> int:
    """Load files of payments: match them to documents by reference, and book them.

    Each file is taken whole or not at all; again, it is known. Exit code 1 when a file or a payment needs a person.
    """
    with db.connect() as conn, _bar() as bar:
        task = bar.add_task("Loading", total=len(files))
        results = []
        for path in files:
            results.append(take(conn, path, form, is_test, same_identity))
            bar.advance(task)
    if as_json:
        click.echo(exact(results))
    else:
        for result in results:
            _result_show(result)
        _next_show(results)
    return int(any(needs_person(result) for result in results))


@payments.command(name="list")
@click.option("--state", "states", multiple=True, type=click.Choice([*STATES][:6]), help="Only these; may be repeated.")
@click.option("--file", "file", type=int, help="Only those of one file.")
@click.option("--customer", help="Only those of one customer.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="The latest so many.")
@AS_JSON
def list_(states, file, customer, limit, as_json) -> None:
    """Payments, the latest first, with what became of them and why."""
    with db.connect() as conn, db.transaction(conn, "finance", read_only=True):
        rows = db.call(conn, "payment_list", p_states=list(states) or None, p_file=file, p_customer=customer,
                       p_limit=limit)
    if as_json:
        click.echo(exact(rows))
        return
    for row in rows:
        who = f"{row['customer']} {row['name']}" if row["customer"] else row["payer_name"] or "-"
        click.echo(f"{row['payment']:>7}  {row['booked_on']}  {_money(row['amount']):>14} {row['currency']}  "
                   f"{STATES[row['state']]:<13}{who[:34]:<35}{row['explanation'] or ''}")
    if not rows:
        click.echo("No such payments.")


@payments.command()
@click.argument("payment", type=int)
@AS_JSON
def show(payment, as_json) -> None:
    """All about one payment: what the bank said, what became of it and why, what it may be for."""
    with db.connect() as conn, audit.look(conn, "finance", "payment_get", f"{payment}"):
        rows = db.call(conn, "payment_get", p_payment=payment)
        if not rows:
            raise LeissnerError(f"There is no payment {payment}.", "leissner payments list shows them.")
        found = rows[0]
        entries = db.call(conn, "payment_entry_list", p_payment=payment)
        proposals = db.call(conn, "payment_proposal_list", p_payment=payment)
    if as_json:
        click.echo(exact(found | {"entries": entries, "proposals": proposals}))
        return
    click.echo(f"Payment {payment} of {found['booked_on']}: {_money(found['amount'])} {found['currency']}, "
               f"{STATES[found['state']]}.\n{found['explanation'] or ''}\n")
    for name, value in (
        ("from", " ".join(filter(None, (found["payer_name"], found["payer_account"], found["payer_org_no"])))),
        ("address", (found["payer_address"] or "").replace("\n", ", ")),
        ("references", ", ".join(found["reference_list"])), ("text", " / ".join(found["texts"])),
        ("to", f"{found['account']}, {found['batch']}"), ("file", f"{found['file']}, payment {found['place']}"),
        ("customer", " ".join(filter(None, (found["customer"], found["name"])))),
    ):
        if value:
            click.echo(f"  {name:<12}{value}")
    if entries:
        click.echo(f"\n{'entry':>7}  {'booked on':<12}{'kind':<12}{'account':<9}{'document':<14}{'amount':>14}")
    for row in entries:
        click.echo(f"{row['entry']:>7}  {row['entry_on']!s:<12}{row['kind']:<12}{row['account']:<9}"
                   f"{row['document_no'] or '':<14}{_money(row['amount']):>14}")
    if proposals:
        click.echo("\nIt may be for:")
    for row in proposals:
        what = f"{row['document_no']}, {_money(row['open'])} open" if row["document_no"] else "no open document"
        click.echo(f"  {row['customer']} {row['name']}: {what}\n      because {row['reasons']}")
    if found["left_amount"]:
        click.echo(f"\nNext: leissner payments assign {payment} DOCUMENT, or --customer NO")


@payments.command()
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="The latest so many.")
@AS_JSON
def files(limit, as_json) -> None:
    """The files, the latest first."""
    with db.connect() as conn, db.transaction(conn, "finance", read_only=True):
        rows = db.call(conn, "payment_file_list", p_limit=limit)
    if as_json:
        click.echo(exact(rows))
        return
    for row in rows:
        what = {"received": "broken off: load it again", "passed_on": "passed on unread"}.get(
            row["state"], row["reason"] or counted(row["counts"]))
        click.echo(f"{row['file']:>5}  {row['received_at']:%Y-%m-%d %H:%M}  {row['state']:<10}"
                   f"{row['format'] or '-':<10}{row['name']}: {what}")
    if not rows:
        click.echo("No file yet: leissner payments load FILE…")


@payments.command()
@click.argument("file", type=int)
@click.argument("to", type=click.Path(dir_okay=False, path_type=Path))
def save(file, to) -> None:
    """Write a file as it came from the bank."""
    with db.connect() as conn, audit.look(conn, "finance", "payment_file_get", f"{file}"):
        rows = db.call(conn, "payment_file_get", p_file=file)
    if not rows:
        raise LeissnerError(f"There is no payment file {file}.", "leissner payments files shows them.")
    to.write_bytes(rows[0]["bytes"])
    click.echo(f"{to} written.")


@payments.command()
@click.argument("payment", type=int)
@click.argument("document", required=False)
@click.option("--customer", metavar="NO", help="To the credit of a customer; or whose DOCUMENT it is.")
@click.option("--amount", type=Decimal, help="Only so much of it; all that is left when not given.")
def assign(payment, document, customer, amount) -> None:
    """Set what is left of a payment against a DOCUMENT; what is more than it has open is an advance of its payer."""
    if not document and not customer:
        raise LeissnerError("Say which DOCUMENT it is for, or --customer NO.",
                            f"leissner payments show {payment} makes proposals.")
    with db.connect() as conn:
        with db.transaction(conn, "finance"):
            db.call(conn, "payment_assign", p_payment=payment, p_document=document, p_customer=customer,
                    p_amount=amount)
        _told(conn, payment)


@payments.command()
@click.argument("payment", type=int)
@click.argument("document", required=False)
@click.option("--amount", type=Decimal, help="A part of what it paid of DOCUMENT.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def undo(payment, document, amount, yes) -> None:
    """Take back what a payment settled, or what it paid of DOCUMENT: that waits for a person to assign it again."""
    if amount is not None and not document:
        raise LeissnerError("Say which DOCUMENT the amount is taken back from.",
                            f"leissner payments show {payment} says what it paid.")
    with db.connect() as conn:
        if not yes:
            _told(conn, payment)
            click.confirm("Take that back?", abort=True)
        with db.transaction(conn, "finance"):
            db.call(conn, "payment_undo", p_payment=payment, p_document=document, p_amount=amount)
        _told(conn, payment)


@payments.command()
@AS_JSON
def match(as_json) -> None:
    """Try unidentified payments again: documents that they name may be there by now. Repeating it does no harm."""
    with db.connect() as conn, db.transaction(conn, "batch"):
        found, = db.call(conn, "payment_match")
    click.echo(exact(found) if as_json else
               f"{found['matched']} of {found['payments']} unidentified payments found their documents.")


# ---- loading ------------------------------------------------------------------------------------------------


def take(conn: db.Connection, path: Path, form: str | None = None, is_test: bool = False,
         same_identity: bool = False, source: str | None = None, name: str | None = None, level: str = "batch",
         **who: str) -> dict:
    """Loads one file: {name, file, status, …}. Status: loaded, known (before, or by another loader at the same time),
    rejected, stopped. The bytes are stored before they are read; `source`: where it was fetched from, `name`: what it
    is called there. level and `who` (session, client): in whose name."""
    name = name or path.name
    if not path.is_file():
        raise LeissnerError(f"{path} is no file.", "Give the files themselves.")
    before = path.stat()
    with db.transaction(conn, level, **who):
        stored, = db.call(conn, "payment_file_put", p_name=name, p_bytes=path.read_bytes(), p_source=source)
    result = {"name": name, "file": stored["file"], "status": "known", "loaded_at": stored["loaded_at"],
              "known_as": stored["name"]}
    if stored["state"] == "loaded":
        return result
    try:
        parsed = payment_formats.read(path, name, form)
        now = path.stat()
        if (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise LeissnerError(f"{name} was written while it was read.", "Load it again when it is whole.")
        result |= {"format": parsed.format, "identity": parsed.identity}
        result |= _tried(lambda: _booked(conn, stored["file"], parsed, is_test, same_identity, level, who))
    except LeissnerError as error:
        result |= {"status": "rejected", "problem": str(error), "hint": error.hint}
    except psycopg.Error as error:
        problem = db.problem(error)
        if not problem.code.startswith("LB") or problem.code == "LB901":
            raise
        result |= {"status": "stopped" if problem.code == "LB726" else "rejected", "code": problem.code,
                   "problem": problem.sentence, "hint": problem.hint}
    if "problem" in result:
        with db.transaction(conn, level, **who):
            db.call(conn, "payment_file_end", p_file=stored["file"], p_state=result["status"],
                    p_reason=result["problem"], p_format=result.get("format"))
    return result


def _tried(work: Callable[[], dict]) -> dict:
    for attempt in range(1, TRIES + 1):
        try:
            return work()
        except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
            if attempt == TRIES:
                raise
    raise AssertionError


def _booked(conn: db.Connection, file: int, parsed: payment_formats.PaymentFile, is_test: bool,
            same_identity: bool, level: str = "batch", who: dict[str, str] | None = None) -> dict:
    """The file's one transaction."""
    with db.transaction(conn, level, **who or {}):
        state = db.call_one(conn, "payment_load_begin", p_file=file, p_format=parsed.format, p_identity=parsed.identity,
                            p_is_test=parsed.is_test, p_is_forced=is_test)
        if state == "loaded":  # by another loader, while this one read it
            return {"status": "known"}
        with db.copy(conn, "billing.payment_staging", STAGED, "format csv") as stream:
            for block in _blocks(file, parsed.payments):
                stream.write(block)
        done, = db.call(conn, "payment_load_finish", p_file=file, p_is_statement=parsed.kind == "statement",
                        p_is_same_known=same_identity, p_ignored=dict(parsed.ignored))
    return {"status": done["state"], "counts": done["counts"], "totals": done["totals"]}


def _blocks(file: int, found: Iterable[Payment]) -> Iterator[str]:
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    for place, one in enumerate(found, 1):
        named = one.references
        write((
            file, place, one.account, one.batch, one.key, one.kind, one.amount, one.currency, one.booked_on,
            one.value_on, one.payer_name, one.payer_account, one.payer_org_no, one.payer_address,
            _array(one.texts) if one.texts else None, one.channel, one.raw, one.original_key, one.note,
            one.payee_number, one.trace, *((
                _array([ref.text for ref in named]),
                f"{{{','.join('NULL' if ref.amount is None else f'{ref.amount}' for ref in named)}}}",
                f"{{{','.join(ref.quality for ref in named)}}}",
            ) if named else (None, None, None))))
        if not place % BLOCK:
            yield out.getvalue().replace("\0", "")
            out.seek(0)
            out.truncate()
    yield out.getvalue().replace("\0", "")


def _array(texts: Iterable[str]) -> str:
    return "{" + ",".join('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts) + "}"


def needs_person(result: dict) -> bool:
    """Was it refused, or is there something in it that nobody but a person can decide?"""
    return result["status"] not in ("loaded", "known") or any(
        result.get("counts", {}).get(state) for state in FOR_A_PERSON)


# ---- what people read ---------------------------------------------------------------------------------------


def _result_show(result: dict) -> None:
    name = result["name"]
    if result["status"] == "known":
        when = f" on {result['loaded_at']:%Y-%m-%d %H:%M}" if result["loaded_at"] else " by someone else just now"
        known = f" as {result['known_as']}" if result["known_as"] != name else ""
        click.echo(f"{name}: loaded before{known}{when} (file {result['file']}); nothing was done.")
        return
    if "problem" in result:
        click.echo(f"{name}: {result['status']} (file {result['file']}): {result['problem']}")
        click.echo(f"  {result['hint'] or 'Nothing of it was booked.'}")
        return
    counts = result["counts"]
    click.echo(f"{name}: {_form(result['format'])}, {counts['payments']:,} payments (file {result['file']})")
    for state, title in STATES.items():
        if counts.get(state):
            sums = ", ".join(f"{_money(sums[state])}{'' if currency == 'all' else ' ' + currency}"
                             for currency, sums in result["totals"].items() if state in sums)
            click.echo(f"  {title:<16}{counts[state]:>9,}{sums:>20}")
    if counts.get("duplicates"):
        click.echo(f"  {'known before':<16}{counts['duplicates']:>9,}")
    for what, count in counts.get("ignored", {}).items():
        click.echo(f"  passed over: {what} ({count:,})")


def _next_show(results: list[dict]) -> None:
    waiting = {state: [result["file"] for result in results if result.get("counts", {}).get(state)]
               for state in FOR_A_PERSON}
    for state in ("unidentified", "shown"):
        if waiting[state]:
            one = f" --file {waiting[state][0]}" if len(waiting[state]) == 1 else ""
            click.echo(f"\nNext: leissner payments list --state {state}{one}")
    if waiting["missing"]:
        click.echo("\nThe statement tells of money that no payment file told of: load that file, or let payments be "
                   "taken from statements (setting payments_from).")


def _form(name: str) -> str:
    return payment_formats.FORMATS.get(name, (None, name))[1]


def counted(counts: dict) -> str:
    """What became of the payments of a file, in a line."""
    told = [f"{counts[state]:,} {title}" for state, title in STATES.items() if counts.get(state)]
    if counts.get("duplicates"):
        told.append(f"{counts['duplicates']:,} known before")
    return ", ".join(told) or "no payments"


def _told(conn: db.Connection, payment: int) -> None:
    with db.transaction(conn, "finance", read_only=True):
        rows = db.call(conn, "payment_get", p_payment=payment)
    if not rows:
        raise LeissnerError(f"There is no payment {payment}.", "leissner payments list shows them.")
    found = rows[0]
    left = f", {_money(found['left_amount'])} left" if found["left_amount"] else ""
    click.echo(f"Payment {payment}, {_money(found['amount'])} {found['currency']}: {STATES[found['state']]}{left}. "
               f"{found['explanation'] or ''}")


def _money(amount: Decimal) -> str:
    return f"{amount.quantize(Decimal('0.01')):,}"


def _bar():
    from rich.console import Console
    from rich.progress import Progress

    return Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
