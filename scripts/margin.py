"""`leissner margin`: what calls brought in and cost, from the daily totals that the rating statement keeps."""

import csv
import datetime as dt
import json
import sys
from zoneinfo import ZoneInfo

import click

from leissner.scripts import audit, db

DAY = click.DateTime(["%Y-%m-%d"])
BY = ("product", "destination", "country", "customer", "seller", "carrier")
FIGURES = ("calls", "minutes", "revenue", "cost", "margin", "margin_percent", "unknown_cost")
DIGITS = dict.fromkeys(("revenue", "cost", "margin"), 2) | {"margin_percent": 1}


@click.command()
@click.option("--today", is_flag=True, help="Only today's calls; without --from and --to that is what is shown.")
@click.option("--from", "from_", type=DAY, help="First local day.")
@click.option("--to", type=DAY, help="The day after the last.  [default: tomorrow]")
@click.option("--by", type=click.Choice(BY), default="product", show_default=True)
@click.option("--csv", "as_csv", is_flag=True, help="The result as CSV.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
def margin(today, from_, to, by, as_csv, as_json) -> None:
    """Revenue, cost and margin of the calls of a period, in the operator's currency.

    Margin is revenue less cost over the calls whose cost is known; the percentage is of all revenue. A call is in
    it as soon as it is rated.
    """
    if today and (from_ or to):
        raise click.UsageError("Give --today, or --from and --to.")
    with db.connect() as conn:
        first, end = period(conn, from_, to)
        look = {"from": f"{first}", "to": f"{end}"}
        with audit.look(conn, "pricing", "margin", by, **look):
            rows = db.call(conn, "margin_list", p_from=first, p_to=end, p_by=by)
    if as_json:
        click.echo(json.dumps({"by": by, **look, "rows": rows, "total": total_of(rows)}, default=str,
                              ensure_ascii=False))
    elif as_csv:
        writer = csv.DictWriter(sys.stdout, [by, "name", *FIGURES], lineterminator="\n")
        writer.writeheader()
        writer.writerows({by: row.pop("key")} | row for row in rows)
    elif rows:
        show(rows, by, first, end)
    else:
        click.echo(f"No rated calls from {first} to {end - dt.timedelta(days=1)}.")


def period(conn: db.Connection, from_: dt.datetime | None, to: dt.datetime | None) -> tuple[dt.date, dt.date]:
    """The days from … to; without them today, which is where the operator is and not where this machine is."""
    if to and not from_:
        raise click.UsageError("--to needs --from.")
    with db.transaction(conn, "pricing", read_only=True):
        operator = db.call(conn, "operator_get")
    zone = ZoneInfo(operator[0]["time_zone"]) if operator else dt.UTC
    today = dt.datetime.now(zone).date()
    first = from_.date() if from_ else today
    return first, to.date() if to else max(first, today) + dt.timedelta(days=1)


def total_of(rows: list[dict]) -> dict:
    """All rows added up; the percentage is of their revenue."""
    total = {one: sum(row[one] or 0 for row in rows) for one in FIGURES}
    return total | {"margin_percent": round(total["margin"] * 100 / total["revenue"], 1) if total["revenue"] else None}


def show(rows: list[dict], by: str, first: dt.date, end: dt.date) -> None:
    """The rows as a table for people, with their total."""
    def line(name: str, row: dict) -> str:
        cells = ("" if row[one] is None else f"{row[one]:,.{DIGITS.get(one, 0)}f}" for one in FIGURES)
        return f"{name[:35]:<36}" + "".join(f"{cell.replace(',', ' '):>14}" for cell in cells)

    click.secho(f"Margin per {by}, {first} to {end - dt.timedelta(days=1)}", bold=True)
    heads = (one.replace("margin_percent", "%").replace("_", " ") for one in FIGURES)
    click.echo(f"{'':<36}" + "".join(f"{head:>14}" for head in heads))
    for row in rows:
        click.echo(line(row["name"] or row["key"] or "(none)", row))
    total = total_of(rows)
    click.secho(line("Total", total), bold=True)
    if total["unknown_cost"]:
        click.echo(f"The cost of {total['unknown_cost']} calls is not known: they are in revenue, not in margin.")
