"""`leissner check`: proves on the live data what must always be true (DESIGN.md 6)."""

import json

import click

from leissner.scripts import audit, db


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The faults as JSON.")
@click.option("--head-only", is_flag=True, help="Check nothing; only keep the newest head of the log.")
@click.pass_context
def check(ctx: click.Context, as_json: bool, head_only: bool) -> None:
    """Prove on the live data what must always be true. Exits with 1 and names the place when something is not."""
    with db.connect() as conn:
        if head_only:
            audit.head_keep(conn)
            return
        place, head = audit.head_kept(conn)
        with db.transaction(conn, "admin", read_only=True):
            checks = db.call(conn, "check_list")
            faults = db.call(conn, "check_run", p_seal_no=place, p_head=head)
        if not faults:
            audit.head_keep(conn)
    if as_json:
        click.echo(json.dumps(faults, default=str))
    else:
        for one in checks:
            found = [fault for fault in faults if fault["name"] == one["name"]]
            click.echo(f"{'FAULT' if found else 'ok   '} {one['title']}")
            for fault in found:
                click.echo(f"        {fault['place']}: {fault['problem']}")
    ctx.exit(1 if faults else 0)
