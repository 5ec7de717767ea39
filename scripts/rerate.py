"""`leissner calls rerate`: the calls of a period priced and discounted again, by today's reference data."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import click
import psycopg

from leissner.scripts import db

DAY = click.DateTime(["%Y-%m-%d"])
SUMS = ("changed", "suspended", "frozen", "revenue_before", "revenue_after", "cost_before", "cost_after")
SHOWN = 20
SIZE = 25_000  # calls of a part, which is one transaction
# Two at work on the same customers may each wait for the other; the server ends one of them, which tries again.
TRIES = 5


@click.command()
@click.option("--from", "from_", required=True, type=DAY, help="First local day.")
@click.option("--to", required=True, type=DAY, help="The day after the last.")
@click.option("--customer", metavar="NO", help="Only this customer's calls.")
@click.option("--list", "list_", metavar="CODE", help="Only calls that this price list, or one below it, is tried for.")
@click.option("--destination", metavar="CODE", help="Only calls that have this destination so far.")
@click.option("--product", metavar="CODE", help="Only calls that have this product type so far.")
@click.option("--carrier", metavar="CODE", help="Only calls over this carrier.")
@click.option("--why", default="", metavar="TEXT", help="The reason, kept with the former versions.")
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@click.option("--jobs", type=click.IntRange(1, 32), default=1, show_default=True,
              help="Parts rated at the same time, each over a connection of its own.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
def rerate(from_, to, customer, list_, destination, product, carrier, why, dry_run, jobs, as_json) -> int:
    """Rate the calls of a period again, by the prices, rings and contracts of today.

    Only calls that come out otherwise are written; their former versions are kept. Bundles and volume intervals are
    allocated anew, also for other calls of the same customers and months. Calls without a price go to suspense, those
    in suspense stay there (`leissner calls rate`), invoiced ones are left for a correction. Mode and carrier stay
    those of the record. Broken off, the same command goes on where it stopped; it may be repeated without harm.

    Exit code 1 when reference data changed meanwhile: then it has to run again.
    """
    narrowed = {"p_customer": customer, "p_list": list_, "p_destination": destination, "p_product": product,
                "p_carrier": carrier}
    period = {"p_from": from_.date(), "p_to": to.date()}
    with db.connect() as conn:
        if dry_run:
            with db.transaction(conn, "pricing", read_only=True):
                rows = db.call(conn, "rerate_try", **period, **narrowed)
            result = {"rerate": None, "dry_run": True}
        else:
            with db.transaction(conn, "pricing"):
                job, = db.call(conn, "rerate_begin", **period, **narrowed, p_why=why, p_size=SIZE)
            number = job["rerate_id"]
            calls = _parts(job, jobs)
            with db.transaction(conn, "pricing"):
                steady = db.call_one(conn, "rerate_finish", p_rerate_id=number)
            with db.transaction(conn, "batch"):
                db.call(conn, "totals_fold")
            with db.transaction(conn, "pricing", read_only=True):
                rows = db.call(conn, "rerate_show", p_rerate_id=number)
            result = {"rerate": number, "dry_run": False, "parts": job["parts"], "resumed": job["done"] > 0,
                      "calls": calls, "steady": steady}
    result["total"] = {name: sum((row[name] for row in rows), 0) for name in SUMS}
    if as_json:
        click.echo(json.dumps(result | {"customers": rows}, default=str, ensure_ascii=False))
    else:
        _show(result, rows)
    return int(not result.get("steady", True))


def _parts(job: dict, jobs: int) -> int:
    """Does the parts that are left; how many calls these had."""
    from rich.console import Console
    from rich.progress import Progress

    stop = Event()

    def work(_) -> int:
        calls = 0
        with db.connect() as conn:
            while not stop.is_set() and (done := _next(conn, job["rerate_id"])):
                calls += done[0]["calls"]
                bar.advance(task)
        return calls

    bar = Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
    with bar, ThreadPoolExecutor(jobs) as pool:
        task = bar.add_task("Rating again", total=job["parts"], completed=job["done"])
        try:
            return sum(pool.map(work, range(jobs)))
        finally:
            stop.set()


def _next(conn: db.Connection, number: int) -> list[dict]:
    for attempt in range(TRIES):
        try:
            with db.transaction(conn, "pricing"):
                return db.call(conn, "rerate_next", p_rerate_id=number)
        except psycopg.errors.DeadlockDetected:
            if attempt == TRIES - 1:
                raise
    return []


def _show(result: dict, rows: list[dict]) -> None:
    total = result["total"]
    if result["dry_run"]:
        click.echo(f"{total['changed']} calls would change.")
    else:
        again = ", taken up again" if result["resumed"] else ""
        click.echo(f"Re-rating {result['rerate']}{again}: {result['calls']} calls rated, {total['changed']} changed.")
        if not result["steady"]:
            click.echo("Reference data changed meanwhile: run it again, so that all calls know of it.")
    if total["suspended"]:
        click.echo(f"{total['suspended']} of them have no price any more and wait: leissner calls suspense.")
    if total["frozen"]:
        click.echo(f"{total['frozen']} invoiced calls come out otherwise; they stay, and wait for a correction.")
    if not rows:
        return
    click.echo(f"\n{'':<32}{'calls':>9}{'revenue':>15}{'after':>15}{'cost':>15}{'after':>15}")
    for row in rows[:SHOWN]:
        _line(f"{row['customer_no']} {row['customer']}", row)
    if len(rows) > SHOWN:
        click.echo(f"… and {len(rows) - SHOWN} more customers (--json lists all)")
    _line("total", total)


def _line(name: str, row: dict) -> None:
    sums = "".join(f"{row[sum_]:>15,.2f}" for sum_ in SUMS[3:])
    click.echo(f"{name[:31]:<32}{row['changed']:>9}{sums}")
