"""`leissner simulate`: what a draft price list or a ring would have made of real traffic; nothing is written."""

import csv
import json
import sys

import click

from leissner.scripts import audit, db

DAY = click.DateTime(["%Y-%m-%d"])
BY = ("product", "destination", "country", "customer", "seller", "carrier")
SUMS = ("calls", "changed", "suspended", "revenue_before", "revenue_after", "cost_before", "cost_after",
        "margin_before", "margin_after")


@click.command()
@click.option("--list", "list_", metavar="DRAFT", help="A draft price list; its parent is the list it would change.")
@click.option("--ring", metavar="CODE", help="A ring, as if it held in the whole period, whatever its dates.")
@click.option("--without", is_flag=True, help="With --ring: as if it did not hold.")
@click.option("--from", "from_", required=True, type=DAY, help="First local day.")
@click.option("--to", required=True, type=DAY, help="The day after the last.")
@click.option("--by", type=click.Choice(BY), default="product", show_default=True)
@click.option("--csv", "as_csv", is_flag=True, help="The result as CSV.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
def simulate(list_, ring, without, from_, to, by, as_csv, as_json) -> None:
    """Revenue, cost and margin of a period, as rated and as a draft price list or a ring would make them.

    A draft list stands right before its parent wherever that one is searched: what it says comes first, everything
    else is inherited; decimals and rounding stay the parent's. Its items hold on their own dates; those that begin
    only after the period (next month's sheet) hold in all of it. Before is what is stored, after what
    `leissner calls rerate` would store if the draft were in force. Nothing is written.
    """
    if not (list_ or ring):
        raise click.UsageError("Give --list DRAFT, --ring CODE, or both.")
    if without and not ring:
        raise click.UsageError("--without needs --ring.")
    subject = " ".join(filter(None, (list_, ring)))
    look = {"from": f"{from_:%Y-%m-%d}", "to": f"{to:%Y-%m-%d}", "without": without}
    with db.connect() as conn, audit.look(conn, "pricing", "simulate", subject, **look):
        rows = db.call(conn, "simulate", p_from=from_.date(), p_to=to.date(), p_list=list_, p_ring=ring,
                       p_is_without=without, p_by=by)
    total = {name: sum((row[name] for row in rows), 0) for name in SUMS}
    if as_json:
        click.echo(json.dumps({"by": by, "rows": rows, "total": total}, default=str, ensure_ascii=False))
    elif as_csv:
        writer = csv.DictWriter(sys.stdout, [by, "name", *SUMS], lineterminator="\n")
        writer.writeheader()
        writer.writerows({by: row.pop("key")} | row for row in rows)
    else:
        _show(by, rows, total)


def _show(by: str, rows: list[dict], total: dict) -> None:
    click.echo(f"{by:<24}{'calls':>10}{'changed':>9}" + "".join(
        f"{name:>14}{'after':>14}" for name in ("revenue", "cost", "margin")))
    for row in [*rows, total | {"key": "total"}]:
        sums = "".join(f"{row[name]:>14,.2f}" for name in SUMS[3:])
        click.echo(f"{(row['key'] or '(none)')[:23]:<24}{row['calls']:>10}{row['changed']:>9}{sums}")
    if total["suspended"]:
        click.echo(f"{total['suspended']} calls would have no price; nothing of them is in what comes after.")
