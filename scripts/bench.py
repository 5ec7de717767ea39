"""`leissner bench`: how fast is it here? An operator of its own on a throw-away server with production settings.

Generating the files is not counted. Half of the calls come in the plain form, half as an Asterisk Master.csv, whose
unanswered, internal and incoming records come on top.
"""

import contextlib
import dataclasses
import datetime as dt
import functools
import io
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from leissner.scripts import db
from leissner.scripts.errors import LeissnerError

# The dearest statements, those inside functions included.
STATEMENTS = r"""
select
    round((total_exec_time / 1000)::numeric, 2)::text as seconds, calls, rows,
    left(regexp_replace(query, '\s+', ' ', 'g'), 110) as statement
from pg_stat_statements
where dbid = (select oid from pg_database where datname = current_database())
order by total_exec_time desc
limit 20
"""
TARGET_S = 60  # one million calls loaded and rated on two cores


@click.command()
@click.option("--calls", default=1_000_000, show_default=True, help="How many calls to load and rate.")
@click.option("--customers", default=2000, show_default=True, help="Customers of the operator that has the calls.")
@click.option("--import-customers", default=100_000, show_default=True, help="Customers of the import; 0: none.")
@click.option("--seed", default=7, show_default=True)
@click.option("--one-by-one", is_flag=True, help="One loader after the other, instead of one per source at once.")
@click.option("--statements", is_flag=True, help="Also show which statements the time went to (costs some itself).")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep server and files in this empty folder.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
def bench(calls, customers, import_customers, seed, one_by_one, statements, keep, as_json) -> None:
    """Measure import, loading and rating, and the rebuild of all functions and views."""
    result = {"machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
              "calls": calls, "phases": []}
    with home_of_its_own(keep) as (home, files):
        first, counted = write_files(files, calls, customers, seed)
        result["phases"].append(("files written (not counted)", first, None))
        start_server(home, statements)
        phase(result, "migrate an empty database", lambda: command("up"))
        phase(result, "rebuild all functions and views", rebuild)
        phase(result, f"import {customers} customers", lambda: command("import", files / "operator"), customers)
        loads = (("plain", files / "plain.csv"), ("pbx-umea", files / "Master.csv"))
        if one_by_one:
            for source, path in loads:
                load = functools.partial(command, "calls", "load", path, "--source", source)
                phase(result, f"load and rate {path.name}", load, counted[source])
        else:
            phase(result, "load and rate two sources side by side", lambda: side_by_side(loads), sum(counted.values()))
        if statements:
            result["statements"] = statement_list()
        command("down")
    loading = [(seconds, count) for name, seconds, count in result["phases"] if name.startswith("load")]
    seconds, count = sum(s for s, _ in loading), sum(c for _, c in loading)
    result |= {"load_seconds": round(seconds, 1), "calls_per_second": round(count / seconds),
               "million_seconds": round(seconds / count * 1_000_000, 1), "target_million_seconds": TARGET_S}
    if import_customers:
        with home_of_its_own(keep and keep / "import") as (home, files):
            operator_of(import_customers, seed).write(files / "operator")
            start_server(home, False)
            command("up")
            before, parties, after = import_order(files / "operator")
            phase(result, "import an operator's catalogue, numbering and prices", lambda: command("import", *before))
            phase(result, f"import {import_customers} customers, contracts, lines and numbers",
                  lambda: command("import", *parties), import_customers)
            phase(result, "import their bundles, rings, terms and sources", lambda: command("import", *after))
            command("down")
    show(result, as_json)


def import_order(folder: Path) -> tuple[list[Path], list[Path], list[Path]]:
    """The files of an operator: what customers need, the customers, what needs customers."""
    parties = ("customer_groups", "customers", "contracts", "contract_lines", "numbers")
    after = ("customer_terms", "contract_terms", "line_terms", "bundles", "charges", "preselections", "rings",
             "sources", "trunks", "extensions")
    found = sorted(folder.glob("*.csv"))
    return ([path for path in found if path.stem not in parties + after],
            [path for path in found if path.stem in parties], [path for path in found if path.stem in after])


@contextlib.contextmanager
def home_of_its_own(keep: Path | None) -> Iterator[tuple[Path, Path]]:
    """A home that no setting of the caller reaches: (the home, a folder for files); gone afterwards."""
    folder = keep.absolute() if keep else Path(tempfile.mkdtemp(prefix="leissner-bench-"))
    if keep and folder.exists() and any(folder.iterdir()):
        raise LeissnerError(f"{folder} is not empty.")
    (folder / "files").mkdir(parents=True)
    folder.chmod(0o755)  # as root the server runs as another user
    before = dict(os.environ)
    for name in ("DATABASE_URL", "LEISSNER_TEST", *db.SWITCHES):
        os.environ.pop(name, None)
    os.environ["LEISSNER_HOME"] = str(folder / "home")
    try:
        yield folder / "home", folder / "files"
    finally:
        with contextlib.suppress(Exception):
            command("down")
        os.environ.clear()
        os.environ.update(before)
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def operator_of(customers: int, seed: int):
    from leissner.scripts.demo.operator import Operator

    operator = Operator(seed, dt.date.today(), customers)
    operator.add("sources", code="plain", name="Plain", format="generic", carrier="terra", mode="voice")
    return operator


def write_files(folder: Path, calls: int, customers: int, seed: int) -> tuple[float, dict[str, int]]:
    """Writes operator and calls; returns the seconds it took and the billable calls per source."""
    from random import Random

    from leissner.scripts.demo import calls as demo_calls

    began = time.monotonic()
    operator = operator_of(customers, seed)
    operator.write(folder / "operator")
    traffic = demo_calls.Traffic(seed, operator)
    counted = {"plain": calls - calls * 45 // 100, "pbx-umea": calls * 45 // 100}
    plain = [call for source, share in (("sip-stockholm", 2), ("cucm-oslo", 1), ("mobil", 2))
             for call in traffic.of(source, counted["plain"] * share // 5) if call.kind in demo_calls.BILLABLE]
    counted["plain"] = len(plain)
    plain.sort(key=lambda call: call.start)
    with open(folder / "plain.csv", "w", encoding="utf-8") as file:
        file.write("key,started_at,units,a_number,b_number,mode,carrier,account\n")
        file.writelines(f"{line}\n" for line in demo_calls.plain(plain))
    with open(folder / "Master.csv", "w", encoding="utf-8") as file:
        lines = demo_calls.asterisk(traffic.of("pbx-umea", counted["pbx-umea"]), Random(seed))
        file.writelines(f"{line}\n" for _, line in lines)
    return time.monotonic() - began, counted


def command(*args: object) -> None:
    """Runs a command of `leissner` in this process; what it prints is shown only when it failed."""
    from leissner.scripts import cli

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = cli.run([str(arg) for arg in args])
    if code:
        raise LeissnerError(f"leissner {' '.join(map(str, args))} ended with {code}.\n{printed.getvalue()}")


def side_by_side(loads: Sequence[tuple[str, Path]]) -> None:
    """A loader for each source, all at once, as cron starts them."""
    program = "import sys; from leissner.scripts import cli; sys.exit(cli.run(sys.argv[1:]))"
    loaders = [
        subprocess.Popen(
            [sys.executable, "-c", program, "calls", "load", str(path), "--source", source], stdout=subprocess.DEVNULL
        )
        for source, path in loads
    ]
    if any([loader.wait() for loader in loaders]):
        raise LeissnerError("A loader failed.")


def start_server(path: Path, statements: bool) -> None:
    from leissner.scripts.server import Home

    home = Home(path)
    home.up()
    if statements:
        with open(home.data / "postgresql.auto.conf", "a") as file:
            file.write("pg_stat_statements.track = 'all'\n")
        home.run("pg_ctl", "reload", "-D", str(home.data))


def rebuild() -> None:
    """One function file is a little different, so that all disposable schemas are dropped and made again."""
    from leissner.scripts import migrate

    files = migrate.files()
    changed = next(file for file in files if file.kind == "function")
    with db.connect(as_deployer=True) as conn:
        migrate.migrate(conn, [dataclasses.replace(file, text=file.text + "\n") if file is changed else file
                               for file in files])


def statement_list() -> list[dict]:
    with db.connect(as_deployer=True) as conn:
        return conn.execute(STATEMENTS).fetchall()


def phase(result: dict, name: str, work, count: int | None = None) -> None:
    """Runs and times one phase."""
    click.echo(f"{name} …", err=True)
    began = time.monotonic()
    work()
    result["phases"].append((name, round(time.monotonic() - began, 2), count))


def show(result: dict, as_json: bool) -> None:
    if as_json:
        result["phases"] = [dict(zip(("name", "seconds", "count"), row, strict=True)) for row in result["phases"]]
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    click.echo(f"\n{result['machine']}")
    for name, seconds, count in result["phases"]:
        each = f"{count / seconds:12,.0f}/s" if count else ""
        click.echo(f"{name:<40}{seconds:10.2f} s{each}")
    click.echo(f"\nOne million calls loaded and rated: {result['million_seconds']} s "
               f"(target {result['target_million_seconds']} s)")
    for row in result.get("statements", []):
        click.echo(f"{row['seconds']:>8} s {row['calls']:8} ×  {row['statement']}")
