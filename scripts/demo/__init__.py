"""`leissner demo`: a made-up Nordic operator with three months of calls, set up by the commands one would type.

The folder HOME/demo holds what was generated: operator/ and fixes/ for `leissner import`, calls/SOURCE/ for
`leissner calls load`. It is made once; a second run finds everything loaded and changes nothing.
"""

import csv
import datetime as dt
import json
import os
import secrets
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path

import click

from leissner.scripts import db, margin
from leissner.scripts.demo import money, today
from leissner.scripts.errors import LeissnerError

USERS = [("anna-admin", "admin"), ("petra-pris", "pricing"), ("stina-salj", "sales"), ("sixten-support", "support"),
         ("frida-finans", "finance"), ("kent-kredit", "credit")]
SELLER, CUSTOMER = "sara-saljare", "kajsa-kund"  # who see their own only


@click.command()
@click.option("--home", type=click.Path(path_type=Path), help="Home to use instead of LEISSNER_HOME or the default.")
@click.option("--seed", default=7, show_default=True, help="Another seed makes another operator.")
@click.option("--calls", type=click.IntRange(1), default=60000, show_default=True, help="How many calls.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The day it is played on (today).")
@click.option("--serve", "is_serving", is_flag=True,
              help="End by serving the web interface, until interrupted; calls of today come in meanwhile.")
def demo(home: Path | None, seed: int, calls: int, day: dt.datetime | None, is_serving: bool) -> None:
    """Set up a believable operator, load its calls, and show what came out. A second run changes nothing."""
    from leissner.scripts.server import default_home

    began = time.monotonic()
    if home:
        os.environ["LEISSNER_HOME"] = str(home.absolute())
    folder = default_home() / "demo"
    run("up")
    with db.connect() as conn:
        stranger_check(conn)
    made = generate(folder, seed, calls, day.date() if day else dt.date.today())
    run("import", folder / "operator")
    for source in sorted((folder / "calls").iterdir()):
        run("calls", "load", source, "--source", source.name)
    with db.connect() as conn:
        show_margin(conn, dt.date.fromisoformat(made["first"]), dt.date.fromisoformat(made["day"]))
    run("calls", "suspense")
    if made["explain"]:
        run("calls", "explain", made["explain"])
    bill(folder, dt.date.fromisoformat(made["day"]))
    follow_the_money(folder, seed, dt.date.fromisoformat(made["day"]))
    by_the_clock(folder)
    click.secho("\nUsers (a password is shown this once):", bold=True)
    for name, level in USERS:
        run("user", "add", name, "--level", level)
    seller, customer = outsiders(folder / "operator" / "customers.csv")
    run("user", "add", SELLER, "--level", "seller", "--seller", seller, "--full-name", "Sara Säljare",
        "--language", "sv")
    run("user", "add", CUSTOMER, "--level", "customer", "--customer", customer, "--full-name", "Kajsa Kund",
        "--language", "sv")
    click.secho(f"\nReady after {time.monotonic() - began:.0f} seconds. Next:", bold=True)
    for line in next_commands(folder, made, home):
        known = shutil.which("leissner") or not line.startswith("leissner")
        click.echo(f"  {line}" if known else f"  .venv/bin/{line}")
    if is_serving:
        today.come_in(folder, seed, dt.date.fromisoformat(made["day"]))
        run("serve")


def run(*args: object, may_need_a_person: bool = False) -> None:
    """Runs a command of `leissner` in this process, and shows it as one would type it."""
    from leissner.scripts import cli

    click.secho(f"\n$ leissner {' '.join(map(str, args))}", bold=True)
    code = cli.run([str(arg) for arg in args])
    if code > may_need_a_person:
        raise LeissnerError(f"The command above ended with {code}.")


def stranger_check(conn: db.Connection) -> None:
    """The demo harms nothing: it does not mix with an operator that is not its own."""
    from leissner.scripts.demo.operator import NAME

    with db.transaction(conn, "admin", read_only=True):
        operators = db.call(conn, "operator_get")
    if operators and operators[0]["name"] not in (None, "", NAME):
        raise LeissnerError(f"This database already belongs to {operators[0]['name']}.",
                            "Give the demo a home of its own: leissner demo --home FOLDER")


def generate(folder: Path, seed: int, calls: int, day: dt.date) -> dict:
    """Writes the demo's folder, or finds it; returns what its demo.json says."""
    note = folder / "demo.json"
    if note.exists():
        made = json.loads(note.read_text(encoding="utf-8"))
        if (made["seed"], made["calls"]) != (seed, calls):
            raise LeissnerError(f"{folder} holds the demo with seed {made['seed']} and {made['calls']} calls.",
                                "Give the other one a home of its own: leissner demo --home FOLDER")
        click.echo(f"\nFiles of {made['day']} found in {folder}.")
        return made
    folder.parent.mkdir(parents=True, exist_ok=True)
    began, half = time.monotonic(), Path(tempfile.mkdtemp(prefix="demo-", dir=folder.parent))
    try:
        made = write(half, seed, calls, day)
        half.chmod(0o755)
        half.rename(folder)
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise
    click.echo(f"\nFiles written to {folder} in {time.monotonic() - began:.1f} s.")
    return made


def write(folder: Path, seed: int, calls: int, day: dt.date) -> dict:
    """Writes operator/, fixes/, calls/ and demo.json; the same seed, number of calls and day give the same bytes."""
    from leissner.scripts.demo.calls import write_calls
    from leissner.scripts.demo.operator import Operator

    operator = Operator(seed, day)
    operator.write(folder / "operator")
    operator.fixes(folder / "fixes")
    explain, dirt = write_calls(folder / "calls", operator, seed, calls)
    made = {"seed": seed, "calls": calls, "day": f"{day}", "first": f"{operator.first}", "explain": explain,
            "dirt": dirt}
    (folder / "demo.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    return made


def bill(folder: Path, day: dt.date) -> None:
    """Bills the last two full months, once; of the last it shows the list of what looks odd, and what leaves."""
    through = day.replace(day=1) - dt.timedelta(days=1)
    before = through.replace(day=1) - dt.timedelta(days=1)
    with db.connect() as conn, db.transaction(conn, "finance", read_only=True):
        is_billed = bool(db.call(conn, "bill_list"))
    if not is_billed:
        run("bill", "run", "--through", before, may_need_a_person=True)
        run("bill", "approve", 1, "--date", before + dt.timedelta(days=1), "--yes")
        run("bill", "run", "--through", through, may_need_a_person=True)
        run("bill", "check", 2, may_need_a_person=True)
        run("bill", "approve", 2, "--date", through + dt.timedelta(days=1), "--yes")
    places = folder / "places" / "settings.csv"  # where documents go when a run is delivered by the pages
    places.parent.mkdir(exist_ok=True)
    places.write_text(f"name,value\nprint_house,{folder / 'print-house'}\neinvoice_folder,{folder / 'e-invoices'}\n",
                      encoding="utf-8")
    run("import", places)
    with db.connect() as conn, db.transaction(conn, "finance", read_only=True):
        documents = [row for row in db.call(conn, "bill_show", p_run=2) if row["invoice_no"]]
    if documents:
        longest = max(documents, key=lambda row: row["lines"])
        run("bill", "pdf", longest["invoice_no"], folder / f"{longest['invoice_no']}.pdf")
        run("bill", "print-files", 2, "--to", folder / "print-house")
    electronic = [row for row in documents if row["delivery"] == "einvoice"]
    if electronic:
        first = electronic[0]["invoice_no"]
        run("bill", "einvoice", 2, "--to", folder / "e-invoices")
        run("bill", "xml", first, folder / f"{first}.xml")


def follow_the_money(folder: Path, seed: int, day: dt.date) -> None:
    """Two months of bank files from an FTP server: matched, reminded, warned, blocked, and one block lifted."""
    bank = folder / "bank"
    (bank / "archive").mkdir(parents=True, exist_ok=True)
    with db.connect() as conn:
        with db.transaction(conn, "finance", read_only=True):
            giro = db.call(conn, "operator_get")[0]["bankgiro"]
            is_known = bool(db.call(conn, "payment_file_list"))
        if not is_known:
            money.write(bank, money.payments(money.documents(conn), seed, day), giro)
    with money.bank(bank, secrets.token_hex(8)) as port:
        run("import", money.source(folder, port))
        run("payments", "fetch", may_need_a_person=True)
        run("payments", "list", "--state", "unidentified", "--limit", 5)
        with db.connect() as conn, db.transaction(conn, "finance", read_only=True):
            waiting = db.call(conn, "payment_list", p_states=["unidentified"], p_limit=1)
        if waiting:
            run("payments", "show", waiting[0]["payment"])
        run("credit", "remind", "--date", day, may_need_a_person=True)
        with db.connect() as conn:
            watched = money.latest_payer(conn, day)
        if watched:
            run("import", money.policy(folder, watched))
        run("credit", "check", "--no-mail", may_need_a_person=True)
        if watched and not is_known:
            with db.connect() as conn:
                money.write(bank, money.all_owed(conn, watched, day), giro, delivery=2)
            run("payments", "fetch", may_need_a_person=True)
            run("credit", "exposure", watched)
    run("accounting", "balance", "--at", day)
    run("accounting", "export", "--format", "sie4", "--from", day.replace(month=1, day=1), "--to",
        day + dt.timedelta(days=1), folder / "journal.si", may_need_a_person=True)


def by_the_clock(folder: Path) -> None:
    """Two jobs of every night, each run once by hand, so that there is a log to look at."""
    jobs = folder / "jobs" / "jobs.csv"
    jobs.parent.mkdir(exist_ok=True)
    jobs.write_text("code,schedule,what,options,catch_up\ncheck,15 3 * * *,check,,none\n"
                    "waiting,45 4 * * *,calls rate,,latest\n", encoding="utf-8")
    run("import", jobs)
    run("job", "run", "check", may_need_a_person=True)
    run("job", "run", "waiting", may_need_a_person=True)


def outsiders(customers: Path) -> tuple[str, str]:
    """The seller with most customers, and the customer with most below it: their pages have something to show."""
    with open(customers, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    sellers = Counter(row["seller"] for row in rows if row["seller"])
    parents = Counter(row["parent_no"] for row in rows if row["parent_no"] and row["country"] in ("", "SE"))
    return sellers.most_common(1)[0][0], parents.most_common(1)[0][0]


def show_margin(conn: db.Connection, first: dt.date, day: dt.date) -> None:
    """Margin per product over the demo's months, in the operator's currency."""
    with db.transaction(conn, "admin", read_only=True):
        rows = db.call(conn, "margin_list", p_from=first, p_to=day, p_by="product")
    click.echo()
    margin.show(rows, "product", first, day)


def next_commands(folder: Path, made: dict, home: Path | None) -> list[str]:
    """What to try now, with the demo's own names filled in."""
    lines = [f"export LEISSNER_HOME={home.absolute()}"] if home else []
    return lines + [
        f"leissner import {folder}/fixes   # the rows someone forgot …",
        "leissner calls suspense retry   # … let suspended calls be rated",
        f"leissner calls export --from {made['first']} --to {made['day']} rated.csv",
        f"leissner quote --a 46876000300 --b 4930123456 --at {made['day']}T10:00:00 --units 125",
        "leissner serve   # the web interface: log in as one of the users above",
        "leissner check   # proves that nothing was lost",
        "leissner psql   # the database itself; \\dt billing.* and \\d+",
        "leissner down",
    ]
