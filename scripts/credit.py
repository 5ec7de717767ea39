"""`leissner credit`: who owes too much or too late, warnings and blocks, orders to the switch."""

import json
from decimal import Decimal
from pathlib import Path

import click

from leissner.scripts import db, mail, switch
from leissner.scripts.collection import collection
from leissner.scripts.db import exact
from leissner.scripts.errors import LeissnerError
from leissner.scripts.remind import remind

LEVEL = "credit"
DAY = click.DateTime(["%Y-%m-%d"])
AS_JSON = click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
LINES = click.option("--lines", metavar="LIST", help="Contracts, or lines as CONTRACT/LINE, with commas between.  "
                                                     "[default: all with numbers]")
STEPS = {"blocked": "blocked", "noticed": "told that a block comes", "warned": "warned", "lifted": "opened again",
         "cleared": "warnings withdrawn"}


@click.group()
def credit() -> None:
    """Credit control: exposure, warnings, blocks, orders to the switch; reminders and collection."""


credit.add_command(remind)
credit.add_command(collection)


@credit.command()
@click.option("--dry-run", is_flag=True, help="Show what would be done; nothing is.")
@click.option("--no-mail", is_flag=True, help="Write the messages to customers, but send none.")
@AS_JSON
def check(dry_run, no_mail, as_json) -> None:
    """Bring warnings, notices and blocks to what the policies say, over all payers at once; send the messages.

    Repeated it does nothing more. Blocks become orders: `leissner credit orders --send` or `--to FOLDER`.
    """
    with db.connect() as conn:
        with db.transaction(conn, LEVEL, read_only=dry_run):
            steps = db.call(conn, "credit_check", p_is_dry=dry_run)
        for step in steps:
            step["reason"] = _sentence(conn, step["code"], step["params"])
        sent, problem = None, None
        if not dry_run and not no_mail:
            try:
                sent = send(conn)
            except LeissnerError as error:
                problem = error  # what was done is shown first
    if as_json:
        click.echo(exact({"is_dry": dry_run, "steps": steps, "messages": sent}))
    else:
        _show(steps, sent, dry_run)
    if problem:
        raise problem


def _show(steps: list[dict], sent: dict | None, dry_run: bool) -> None:
    for step in steps:
        day = f" on {step['block_on']}" if step["block_on"] else ""
        click.echo(f"{step['customer_no']} {step['name']}: {STEPS[step['step']]}{day}. {step['reason']}")
    counts = {what: sum(step["step"] == name for step in steps) for name, what in STEPS.items()}
    told = ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "nothing to do"
    click.echo(f"{'Would be: ' if dry_run else ''}{told}.")
    if sent and any(sent.values()):
        click.echo(f"Messages: {sent['sent']} sent, {sent['failed']} refused, {sent['waiting']} waiting.")
        if sent["waiting"]:
            click.echo("No mail server is set: import settings.csv with the row smtp,smtp://user@host:587.")


@credit.command(name="list")
@AS_JSON
def list_(as_json) -> None:
    """Payers over a warning level, late, warned or blocked, worst first; messages that reached nobody."""
    with db.connect() as conn, db.transaction(conn, LEVEL, read_only=True):
        rows = db.call(conn, "credit_list")
        lost = [row for row in db.call(conn, "credit_message_list", p_has_failed=True) if row["state"] != "waiting"]
    if as_json:
        click.echo(exact({"payers": rows, "messages": lost}))
        return
    for row in rows:
        used = f", {row['used_percent']} % of {row['credit_limit']:.2f}" if row["used_percent"] is not None else ""
        lines = f", {row['blocked_lines']} lines" if row["blocked_lines"] else ""
        click.echo(f"{row['customer_no']:<12} {row['state']:<9} {row['exposure']:>12.2f}{used}{lines}  {row['name']}: "
                   f"{row['reason']}")
    click.echo(f"{len(rows)} payers." if rows else "Nobody is late, over a limit or blocked.")
    for row in lost:
        click.echo(f"Not told: {row['customer_no']} {row['name']}, {row['subject']} "
                   f"({row['reason'] or 'no e-mail address'})")


@credit.command()
@click.argument("customer")
@AS_JSON
def exposure(customer, as_json) -> None:
    """What the payer of CUSTOMER owes and will owe at this moment, calls of today included."""
    with db.connect() as conn, db.transaction(conn, LEVEL, read_only=True):
        row, = db.call(conn, "credit_exposure", p_customer_no=customer)
        events = db.call(conn, "credit_event_list", p_customer_no=row["customer_no"])
        for event in events:
            found, = db.call(conn, "message_get", p_code=event["code"], p_params=event["params"])
            event["reason"] = found["sentence"]
    if as_json:
        click.echo(exact(row | {"events": events}))
        return
    click.echo(f"{row['customer_no']} {row['name']}")
    for name, what in (("balance", "open items less advances"), ("overdue", "  of these overdue"),
                       ("usage", "calls not invoiced"), ("fees", "fees not invoiced"), ("drafts", "drafts"),
                       ("exposure", "together"), ("credit_limit", "credit limit")):
        if row[name] is not None:
            click.echo(f"  {what:<26} {Decimal(row[name]):>14.2f}")
    if row["used_percent"] is not None:
        click.echo(f"  {'used':<26} {row['used_percent']:>12} %")
    for event in events:
        click.echo(f"  {event['happened_at']:%Y-%m-%d %H:%M} {event['kind']}: {event['reason']}")


@credit.command()
@click.argument("customer")
@LINES
@click.option("--scope", type=click.Choice(["outgoing", "international_premium", "all"]), default="outgoing",
              show_default=True, help="What is blocked. Emergency numbers never are.")
@click.option("--reason", help="Why, for those who ask.")
def block(customer, lines, scope, reason) -> None:
    """Block the lines of CUSTOMER, and of those it pays for, until `credit unblock`: no payment lifts it."""
    with db.connect() as conn, db.transaction(conn, LEVEL):
        orders = db.call_one(conn, "credit_block", p_customer_no=customer, p_lines=_lines(lines), p_scope=scope,
                             p_reason=reason)
    click.echo(f"{orders} orders to the switch." if orders else "It is so already.")


@credit.command()
@click.argument("customer")
@LINES
@click.pass_context
def unblock(ctx, customer, lines) -> None:
    """Lift what people, or the guard against fraud, have blocked."""
    with db.connect() as conn, db.transaction(conn, LEVEL):
        row, = db.call(conn, "credit_unblock", p_customer_no=customer, p_lines=_lines(lines))
    click.echo(f"{row['lifted']} lines, {row['orders']} orders to the switch.")
    if row["still_blocked"]:
        click.echo(f"{row['still_blocked']} lines are blocked by a policy still: leissner credit promise {customer} "
                   "--until DAY opens them for a while.")
        ctx.exit(1)


@credit.command()
@click.argument("customer")
@click.option("--until", type=DAY, help="Last day of the promise.")
@click.option("--withdraw", is_flag=True, help="It does not hold any more.")
@click.option("--reason", help="What was said.")
def promise(customer, until, withdraw, reason) -> None:
    """Note that CUSTOMER promised to pay until a day: no warning and no block until then, and what is blocked opens."""
    if (until is None) != withdraw:
        raise click.UsageError("--until DAY or --withdraw is needed.")
    with db.connect() as conn, db.transaction(conn, LEVEL):
        db.call(conn, "credit_promise", p_customer_no=customer, p_until=until and until.date(), p_reason=reason)
    click.echo(f"Noted: {customer} until {until:%Y-%m-%d}." if until else f"Withdrawn: {customer}.")


@credit.command()
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path),
              help="Write the orders that have not left to a file in this folder.")
@click.option("--again", "batch", type=int, metavar="N", help="With --to: write the file N once more.")
@click.option("--send", "is_send", is_flag=True, help="Send them to the switch (setting switch_url).")
@click.option("--confirm", metavar="ID", help="The switch has done it.")
@click.option("--fail", metavar="ID", help="The switch could not.")
@click.option("--retry", metavar="ID", help="Order it again; `all`: everything that failed.")
@click.option("--reason", help="With --fail: why.")
@click.option("--all", "is_all", is_flag=True, help="Orders that are done, too.")
@AS_JSON
@click.pass_context
def orders(ctx, folder, batch, is_send, confirm, fail, retry, reason, is_all, as_json) -> None:
    """Orders to the switch, to block lines and to open them again. Without options: those not confirmed."""
    if sum(map(bool, (folder, is_send, confirm, fail, retry))) > 1:
        raise click.UsageError("--to, --send, --confirm, --fail and --retry do not go together.")
    if batch is not None and not folder:
        raise click.UsageError("--again goes with --to.")
    with db.connect() as conn:
        if folder:
            _done(as_json, switch.write(conn, folder, batch), "{orders} orders in {file}.", "No order waits.")
        elif is_send:
            sent = switch.send(conn)
            _done(as_json, sent, "{sent} sent, {confirmed} of them confirmed at once, {failed} refused, "
                                 "{waiting} waiting.", "No order waits.")
            ctx.exit(1 if sent and (sent["failed"] or sent["waiting"]) else 0)
        elif confirm or fail:
            with db.transaction(conn, LEVEL):
                db.call(conn, "credit_order_close", p_order=confirm or fail, p_is_done=bool(confirm), p_reason=reason)
        elif retry:
            with db.transaction(conn, LEVEL):
                count = db.call_one(conn, "credit_order_again", p_order=None if retry == "all" else retry)
            click.echo(f"{count} orders wait to be sent again.")
        else:
            with db.transaction(conn, LEVEL, read_only=True):
                rows = db.call(conn, "credit_order_list", p_is_all=is_all)
            if as_json:
                click.echo(exact(rows))
                return
            for row in rows:
                click.echo(f"{row['id']:>6} {row['state']:<9} {row['action']} {row['scope'] or ''} "
                           f"{row['customer_no']} {row['contract_no']}/{row['line_no']}: {', '.join(row['numbers'])}"
                           + (f" ({row['reason']})" if row["reason"] else ""))


@credit.command()
@AS_JSON
def alerts(as_json) -> None:
    """Tell customers whose usage of the month has come to the percentages that they want to be told (usage_alerts.csv).

    Each once in a month, by e-mail.
    """
    with db.connect() as conn:
        with db.transaction(conn, LEVEL):
            rows = db.call(conn, "usage_alert_run")
        sent = send(conn)
    if as_json:
        click.echo(exact({"alerts": rows, "messages": sent}))
        return
    for row in rows:
        line = f" {row['contract_no']}/{row['line_no']}" if row["contract_no"] else ""
        click.echo(f"{row['customer_no']}{line} {row['bundle'] or 'amount'}: {row['value']} %, told {row['percent']} % "
                   f"({row['address'] or 'no e-mail address'})")
    click.echo(f"{len(rows)} alerts; messages: {sent['sent']} sent, {sent['failed']} refused, {sent['waiting']} "
               "waiting.")


@credit.command()
@click.option("--retry", is_flag=True, help="Also those that were refused, or had no address.")
@AS_JSON
@click.pass_context
def messages(ctx, retry, as_json) -> None:
    """Send the messages to customers that wait."""
    with db.connect() as conn:
        if retry:
            with db.transaction(conn, LEVEL):
                db.call(conn, "credit_message_again")
        sent = send(conn)
    _done(as_json, sent, "{sent} sent, {failed} refused, {waiting} waiting.", "")
    ctx.exit(1 if sent["failed"] or sent["waiting"] else 0)


def send(conn: db.Connection) -> dict[str, int]:
    """Sends the messages that wait: {sent, failed, waiting}. Without a mail server they wait."""
    with db.transaction(conn, LEVEL, read_only=True):
        rows = db.call(conn, "credit_message_list")
        sender = db.call(conn, "operator_get")[0] if rows else None
        address = db.call_one(conn, "setting_get", p_name="smtp")
    counts = {"sent": 0, "failed": 0, "waiting": 0}
    if not rows or not address:
        return counts | {"waiting": len(rows)}
    with mail.server(conn, LEVEL) as server:
        for row in rows:
            reason = mail.send(server, sender, row["address"], row["subject"], f"{row['text']}\n\n{sender['name']}\n",
                               f"credit-{row['id']}", what=f"the message to {row['customer_no']}")
            with db.transaction(conn, LEVEL):
                db.call(conn, "credit_message_result", p_rows=[{"message": row["id"], "reason": reason}])
            counts["failed" if reason else "sent"] += 1
    return counts


def _done(as_json: bool, result: dict | None, sentence: str, nothing: str) -> None:
    if as_json:
        click.echo(json.dumps(result, default=str))
    else:
        click.echo(sentence.format(**result) if result else nothing)


def _sentence(conn: db.Connection, code: str, params: dict) -> str:
    with db.transaction(conn, LEVEL, read_only=True):
        return db.call(conn, "message_get", p_code=code, p_params=params)[0]["sentence"]


def _lines(lines: str | None) -> list[str] | None:
    return [one.strip() for one in lines.split(",") if one.strip()] if lines else None
