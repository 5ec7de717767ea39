"""`leissner calls`: call records in and rated, what waits and why, one call explained, rated calls out."""

import csv
import json
import re
import sys
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import click

from leissner.scripts import audit, db
from leissner.scripts.errors import LeissnerError
from leissner.scripts.lookup import look_up, lookup
from leissner.scripts.lookup import words as lookup_words
from leissner.scripts.margin import period
from leissner.scripts.rerate import rerate
from leissner.scripts.suspense import inert, printable, rate, suspense

AS_JSON = click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
DAY = click.DateTime(["%Y-%m-%d"])
SHOWN = 50  # calls on the screen
LOOKUP_S = 60  # at the end of a load; the job goes on


@click.group()
def calls() -> None:
    """Call records: load, rate, suspense, explain, export."""


calls.add_command(lookup)
calls.add_command(rerate)
calls.add_command(rate)
calls.add_command(suspense)


@calls.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE|DIR…")
@click.option("--source", required=True, metavar="NAME", help="What wrote the files: its code in sources.csv.")
@click.option("--jobs", type=click.IntRange(1, 32), default=1, show_default=True,
              help="Files loaded at the same time, each over a connection of its own.")
@click.option("--again", is_flag=True, help="Read known files from their start: after bill_if was corrected.")
@click.option("--follow", is_flag=True, help="Go on with new files and lines as they come, until interrupted.")
@AS_JSON
def load(paths, source, jobs, again, follow, as_json) -> int:
    """Read files of call records and rate them. What was loaded before is known by its content and left alone.

    Exit code 1 when a file was refused.
    """
    from concurrent.futures import ThreadPoolExecutor

    from leissner.scripts.cdr import loader

    for path in paths:
        # A log that is followed may just be between its rotation and its next line.
        if not (path.exists() or follow and path.parent.is_dir()):
            raise click.BadParameter(f"Path '{path}' does not exist.", param_hint="FILE|DIR…")
        if path.exists() and not (path.is_file() or path.is_dir()):  # opening a pipe would wait for its writer
            raise click.BadParameter(f"'{path}' is neither a file nor a folder.", param_hint="FILE|DIR…")
    if follow:
        from leissner.scripts.follow import Follower

        if again or jobs > 1:
            raise click.UsageError("--follow goes without --again and --jobs.")
        return Follower(source, list(paths), as_json).run()

    with db.connect() as conn:
        with db.transaction(conn, "batch"):
            profile = db.call_one(conn, "source_profile", p_source=source)
        files = list(_files(paths))
        with _progress(files) as step:

            def one(path: Path) -> loader.Result:
                with db.connect() as own:
                    return _load(own, loader, source, profile, path, step(path), again)

            if jobs == 1:
                results = [_load(conn, loader, source, profile, path, step(path), again) for path in files]
            else:
                # Threads are enough: the work is done by the server.
                pool = ThreadPoolExecutor(jobs)
                try:
                    results = list(pool.map(one, files))
                finally:
                    pool.shutdown(cancel_futures=True)
        with db.transaction(conn, "batch"):
            db.call(conn, "totals_fold")
        looked_up = _look_up(conn)
    total = {name: sum(getattr(result, name) for result in results) for name in loader.COUNTS}
    if as_json:
        click.echo(json.dumps({"source": source, "files": [result.as_dict() for result in results], "total": total}
                              | ({"lookup": looked_up} if looked_up else {}), ensure_ascii=False))
    else:
        _show(results, total, loader.COUNTS)
        if looked_up:
            click.echo(lookup_words(looked_up))
    return int(any(result.status == "refused" for result in results))


def _look_up(conn) -> dict | None:
    """Asks the outside system about numbers that nobody here has; the calls are loaded whatever comes of it."""
    try:
        return look_up(conn, LOOKUP_S)
    except LeissnerError as error:
        click.echo(f"No numbers were looked up: {error}", err=True)
        return None


@calls.command()
@AS_JSON
def fold(as_json) -> None:
    """Fold the totals that loads left side by side: `calls load` does it at its end, --follow now and then."""
    with db.connect() as conn, db.transaction(conn, "batch"):
        folded = db.call_one(conn, "totals_fold")
    click.echo(json.dumps({"rows": folded}) if as_json else f"{folded} rows folded.")


def _load(conn, loader, source: str, profile: dict, path: Path, progress, again: bool):
    """The result of one file; what is wrong with it is a result too, so that the others go on."""
    try:
        return loader.load(conn, source, profile, path, progress, again)
    except (LeissnerError, FileNotFoundError, PermissionError, IsADirectoryError) as error:
        result = loader.Result(path.name, "refused")
        result.problem = f"{error}" if isinstance(error, LeissnerError) else f"{error.strerror}: {path}"
        result.hint = getattr(error, "hint", None)
        return result


def _files(paths: tuple[Path, ...]):
    """The files meant: those named, and all in the folders named, numbers in names in their order."""
    for path in paths:
        if path.is_dir():
            yield from sorted((one for one in path.iterdir() if one.is_file() and not one.name.startswith(".")),
                              key=lambda one: [(not part.isdigit(), int(part) if part.isdigit() else 0, part)
                                               for part in re.split(r"(\d+)", one.name)])
        else:
            yield path


@contextmanager
def _progress(files: list[Path]):
    """A bar on stderr where that is a terminal; gives a function of a path that gives a function of the share done."""
    if not sys.stderr.isatty():
        yield lambda path: lambda share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:3.0f} %"), TimeElapsedColumn()
    sizes = {path: path.stat().st_size for path in files}
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task, done = bar.add_task("", total=sum(sizes.values()) or 1), dict.fromkeys(files, 0.0)

        def step(path: Path):
            def at(share: float) -> None:
                done[path] = share * sizes[path]
                bar.update(task, description=path.name, completed=sum(done.values()))

            at(0)
            return at

        yield step


def _show(results: list, total: dict, counts: tuple[str, ...]) -> None:
    names = [printable(result.file) for result in results]
    width = max([len(name) for name in names] + [5])
    click.echo(f"{'':<{width}}" + "".join(f"{name:>12}" for name in counts))
    for name, result in zip(names, results, strict=True):
        if result.status == "refused":
            problem = result.problem.removeprefix(f"{result.file}: ")
            click.echo(f"{name:<{width}}  refused: {printable(problem)}")
            if result.hint:
                click.echo(f"{'':<{width}}  {printable(result.hint)}")
            continue
        status = "" if result.status == "loaded" else f"  {result.status}"
        click.echo(f"{name:<{width}}" + "".join(f"{getattr(result, count):>12}" for count in counts) + status)
        for title, found in (("zero", result.causes), ("note", result.notes)):
            for what, count in sorted(found.items(), key=lambda item: -item[1]):
                click.echo(f"{'':<{width}}  {title}: {count} × {printable(what)}")
        for one in result.listed:
            click.echo(f"{'':<{width}}  line {one['line']}, {one['note']}: {printable(one['text'][:120])}")
    if len(results) > 1:
        click.echo(f"{'total':<{width}}" + "".join(f"{total[name]:>12}" for name in counts))


@calls.command()
@click.argument("call", required=False)
@click.option("--customer", metavar="NO", help="All calls of this customer in a month, in sums.")
@click.option("--month", type=click.DateTime(["%Y-%m"]), help="The month, as 2026-10.")
@AS_JSON
def explain(call, customer, month, as_json) -> None:
    """Why a call (source:key) costs what it costs, step by step, and why not something else: the prices and rings that
    nearly applied, with the rule that beat each. With --customer and --month: which lists, prices, bundles and rings
    made the calls of that month."""
    if bool(call) == bool(customer) or bool(customer) != bool(month):
        raise click.UsageError("Give a call, or --customer and --month.")
    with db.connect() as conn:
        if customer:
            with audit.look(conn, "support", "bill_explain", customer, month=f"{month:%Y-%m}"):
                bill_show(db.call(conn, "bill_explain", p_customer=customer, p_month=month.date()), as_json)
            return
        with audit.look(conn, "support", "call_explain", call):
            rows = db.call(conn, "call_explain", p_call=call)
            rivals = db.call(conn, "call_why_not", p_call=call)
    not_so = [{"step": len(rows) + n, "level": f"not: {row['level']}", "text": row["text"], "amount": None,
               "currency": None} for n, row in enumerate(rivals, 1)]
    steps_show(rows + not_so, as_json)


def bill_show(rows: list[dict], as_json: bool) -> None:
    """Prints what made a customer's month."""
    if as_json:
        click.echo(json.dumps(rows, default=_text, ensure_ascii=False))
        return
    if not rows:
        click.echo("No rated calls in that month.")
        return
    click.echo(f"{'':<8}{'':<56}{'calls':>8}{'billed':>12}{'amount':>14}")
    for row in rows:
        has_code = row["section"] in ("list", "bundle", "ring")
        name = f"{row['code']}: {row['name']}" if has_code else row["name"]
        amount = "" if row["amount"] is None else f"{row['amount']:,.2f} {row['currency']}"
        click.secho(f"{row['section']:<8}{name[:55]:<56}{row['calls']:>8}{row['units'] or '':>12}{amount:>14}",
                    bold=row["section"] == "total")


def steps_show(rows: list[dict], as_json: bool) -> None:
    """Prints the steps of a price."""
    if as_json:
        click.echo(json.dumps([row | {"amount": _text(row["amount"]) or None} for row in rows], ensure_ascii=False))
        return
    level = None
    for row in rows:
        if row["level"] != level:
            level = row["level"]
            click.secho(level, bold=True)
        click.echo(f"{row['step']:>3}  {printable(row['text'])}")


@calls.command("under-cost")
@click.option("--from", "from_", type=DAY, help="First local day.  [default: today]")
@click.option("--to", type=DAY, help="The day after the last.  [default: tomorrow]")
@click.option("--csv", "as_csv", is_flag=True, help="All of them as CSV; else the latest on the screen.")
def under_cost(from_, to, as_csv) -> None:
    """Calls that cost more than they were sold for, the latest first; those a bundle paid are left out."""
    with db.connect() as conn:
        first, end = period(conn, from_, to)
        with audit.look(conn, "pricing", "call_under_cost", **{"from": f"{first}", "to": f"{end}"}):
            columns, rows = db.stream(conn, "call_under_cost", p_from=first, p_to=end,
                                      p_limit=None if as_csv else SHOWN + 1)
            if as_csv:
                writer = csv.writer(sys.stdout, lineterminator="\n")
                writer.writerow(columns)
                writer.writerows(map(_text, row) for row in rows)
                return
            shown = [dict(zip(columns, map(_text, row), strict=True)) for row in rows]
    for row in shown[:SHOWN]:
        click.echo(f"{row['started_at']}  {row['source']}:{row['key']}  {row['customer_no']}  {row['destination']}"
                   f"{' by ' + row['carrier'] if row['carrier'] else ''}: cost {row['cost']}, sold for {row['retail']}"
                   f"{', to the reseller for ' + row['reseller'] if row['reseller'] else ''} ({row['price_list']})")
    if not shown:
        click.echo(f"No calls sold under cost from {first} to {end - timedelta(days=1)}.")
    elif len(shown) > SHOWN:
        click.echo("There are more: --csv gives all.")


@calls.command()
@click.option("--from", "from_", required=True, type=DAY, help="First local day.")
@click.option("--to", required=True, type=DAY, help="The day after the last.")
@click.option("--customer", metavar="NO", help="Only this customer's calls.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True))
def export(from_, to, customer, file) -> None:
    """Rated and suspended calls of a period as CSV; FILE - is the screen."""
    params = {"p_from": _day(from_), "p_to": _day(to), "p_customer_no": customer}
    if not file.parent.is_dir():
        raise LeissnerError(f"There is no folder {file.parent}.", "Make it first, or name another FILE.")
    look = {"from": f"{params['p_from']}", "to": f"{params['p_to']}"}
    with db.connect() as conn, audit.look(conn, "batch", "call_export", customer, **look):
        columns, rows = db.stream(conn, "call_export", **params)
        with click.open_file(f"{file}", "w", encoding="utf-8", atomic=f"{file}" != "-") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(columns)
            count = 0
            for row in rows:
                writer.writerow(map(_text, row))
                count += 1
    if f"{file}" != "-":
        click.echo(f"{count} calls written to {file}.")


def _day(moment) -> date:
    return moment.date()


def _text(value) -> str:
    """Numbers with the decimals they have, never with an exponent; NULL is empty."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
    return inert(f"{value}")
