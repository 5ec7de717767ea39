"""`leissner quote`: the price of one call that has not happened, by the same code that rates."""

import click

from leissner.scripts import db
from leissner.scripts.calls import AS_JSON, steps_show
from leissner.scripts.cdr.times import Clock, Unreadable
from leissner.scripts.errors import LeissnerError


@click.command()
@click.option("--a", "a", metavar="NUMBER", help="Calling number, E.164 digits; not needed with --list.")
@click.option("--b", "b", required=True, metavar="NUMBER", help="Called number, E.164 digits.")
@click.option("--at", "at", required=True, metavar="TIME", help="ISO 8601; without an offset in the operator's zone.")
@click.option("--units", required=True, type=int, help="Seconds, events or bytes.")
@click.option("--mode", help="Mode (voice).")
@click.option("--carrier", help="Carrier: its cost is shown too.")
@click.option("--list", "price_list", metavar="CODE", help="Price by this list alone, without a subscriber.")
@AS_JSON
def quote(a, b, at, units, mode, carrier, price_list, as_json) -> None:
    """The price of one call, with every step; bundles and volume intervals as they stand now."""
    if not a and not price_list:
        raise click.UsageError("Give --a NUMBER, or --list CODE.")
    with db.connect() as conn, db.transaction(conn, "support", read_only=True):
        zone = db.call(conn, "operator_get")[0]["time_zone"]
        try:
            moment = Clock(zone, None).moment(at)
        except Unreadable:
            raise LeissnerError(f"{at} is not a time.", "Write it as 2026-10-14T09:12:00.") from None
        rows = db.call(conn, "quote", p_a=a, p_b=b, p_at=moment, p_units=units, p_mode=mode, p_carrier=carrier,
                       p_list=price_list)
    steps_show(rows, as_json)
    if price_list and carrier and not any(row["level"] == "cost" for row in rows):
        click.echo("With --list no cost is shown: --carrier was not used.", err=True)
