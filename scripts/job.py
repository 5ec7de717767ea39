"""`leissner job`: what is done by the clock. The database knows what is due; here its command is run, in a process of
its own, and what came of it is told.

cron or systemd calls `leissner job run-due` every minute. It takes each job that is due and that nobody has in hand,
and goes on looking every minute while one of them runs, so that a long job keeps no other waiting. The lock of a job
belongs to the connection of its run: when this process dies the lock is free, its child ends, and the next run-due
finds the run and notes it as lost.
"""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import click
import psycopg

from leissner.scripts import cli, db, mail
from leissner.scripts.errors import LeissnerError

AS_JSON = click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
AT_ONCE = 4
BEAT_S = 10  # how often a run looks whether its lock is still its own
LOOK_S = 60
MINUTE_S = 60
GRACE_S = 15  # from SIGTERM to SIGKILL
LOG_BYTES = 64 * 1024
COUNTS_BYTES = 16 * 1024


@click.group()
def job() -> None:
    """Jobs: what this program does by the clock, as jobs.csv says."""


@job.command(name="run-due")
@AS_JSON
def run_due(as_json: bool) -> int:
    """Run what is due; cron or systemd calls this every minute. Exit code 1 when a run failed.

    A job runs once at a time, whoever calls. What was missed while nothing ran is caught up as the job says.
    """
    seen: list[dict] = []
    wrong: set[str] = set()
    threads: dict[str, threading.Thread] = {}
    with db.connect() as conn:
        while True:
            with db.transaction(conn, "batch", read_only=True):
                due = [row["job"] for row in db.call(conn, "job_due_list")]
            for name in due:
                if name not in threads and name not in wrong and len(threads) < AT_ONCE:
                    # a daemon: a signal to this process ends it, and with it the children
                    threads[name] = threading.Thread(target=_all_due, args=[name, seen, wrong], daemon=True)
                    threads[name].start()
            if not threads:
                break
            until = time.monotonic() + LOOK_S
            while time.monotonic() < until and all(thread.is_alive() for thread in threads.values()):
                time.sleep(0.05)
            threads = {name: thread for name, thread in threads.items() if thread.is_alive()}
    if as_json:
        click.echo(db.exact(seen))
    else:
        for one in seen:
            click.echo(f"{one['job']:<24} {one['state']:<8} {one['words']}")
    return int(any(one["state"] != "done" for one in seen))


def _all_due(name: str, seen: list[dict], wrong: set[str]) -> None:
    """Runs a job until nothing of it is due: several times where it catches up all that was missed."""
    try:
        with db.connect() as conn:
            while found := _one(conn, name, False):
                seen.append(found)
    except (LeissnerError, psycopg.Error) as error:
        text = db.problem(error).sentence if isinstance(error, psycopg.Error) else f"{error}"
        click.echo(f"leissner: {name}: {text}", err=True)
        wrong.add(name)
        seen.append({"job": name, "state": "lost", "words": text})


def _one(conn: db.Connection, name: str, is_manual: bool) -> dict | None:
    """One run of a job, where it is due: {job, run, words, state, exit_code, counts, log}."""
    with db.transaction(conn, "batch"):
        begun = db.call(conn, "job_begin", p_job=name, p_is_manual=is_manual,
                        p_by=f"{db.actor()}@{socket.gethostname()}")
    found = None
    if begun:
        run = begun[0]
        code, counts, log = _command(conn, run)
        with db.transaction(conn, "batch"):
            db.call(conn, "job_finish", p_run=run["run"], p_exit_code=code, p_counts=counts, p_log=log)
        found = {"job": name, "run": run["run"], "words": run["words"], "state": "failed" if code != 0 else "done",
                 "exit_code": code, "counts": counts, "log": log}
    try:
        _mail(conn, name)
    finally:
        if begun:
            with db.transaction(conn, "batch"):
                db.call(conn, "job_release", p_job=name)
    return found


def _command(conn: db.Connection, run: dict) -> tuple[int | None, dict | None, str]:
    """Runs the command: exit code (None: it was ended), what it counted, and the end of what it wrote."""
    try:
        words = shlex.split(run["words"])
    except ValueError as error:
        return 2, None, f"The options cannot be read: {error}"
    if _knows_json(words):
        words.append("--json")
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen(
            [sys.executable, "-m", "leissner.scripts.job_child", *words], stdin=subprocess.PIPE, stdout=out,
            stderr=err, start_new_session=True, env=db.work_environment())
        try:
            said = _wait(conn, child, run)
        finally:
            _end(child)
            child.stdin.close()
        counts, text = _counts(out)
        log = (text + _tail(err) + said).strip()
    return (None if said else child.returncode), counts, log


def _wait(conn: db.Connection, child: subprocess.Popen, run: dict) -> str:
    """Waits for the child; why it has to be ended, "" when it ended by itself."""
    until = time.monotonic() + run["timeout_minutes"] * MINUTE_S
    while (left := until - time.monotonic()) > 0:
        try:
            child.wait(min(left, BEAT_S))
            return ""
        except subprocess.TimeoutExpired:
            with db.transaction(conn, "batch", read_only=True):
                if not db.call_one(conn, "job_is_running", p_run=run["run"]):
                    return "\nIt was ended: the run is not this process's any more."
    return f"\nIt was ended: it took longer than {run['timeout_minutes']} minutes."


def _end(child: subprocess.Popen) -> None:
    """Ends the child, and what it started, if it still runs."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if child.poll() is None:
            try:
                os.killpg(child.pid, number)
                child.wait(GRACE_S)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass


def _knows_json(words: list[str]) -> bool:
    """Has the command a --json?"""
    found: click.Command = cli.leissner
    for word in words:
        inner = found.get_command(click.Context(found), word) if isinstance(found, click.Group) else None
        if inner is None:
            break
        found = inner
    return "--json" not in words and any("--json" in one.opts for one in found.params)


def _counts(out) -> tuple[dict | None, str]:
    """What the command counted, where it wrote JSON: of lists how long they are; else what it wrote, as text."""
    out.seek(0)
    try:
        made = json.load(out, parse_float=Decimal)
    except ValueError:
        return None, _tail(out)
    made = {name: len(value) if isinstance(value, list) else value
            for name, value in (made if isinstance(made, dict) else {"rows": made}).items()}
    return (made if len(db.exact(made)) <= COUNTS_BYTES else None), ""


def _tail(file) -> str:
    file.seek(max(file.seek(0, os.SEEK_END) - LOG_BYTES, 0))
    return file.read().decode("utf-8", "replace").replace("\0", "�")


def _mail(conn: db.Connection, name: str) -> None:
    """Tells who is to be told that a job fails, once until it works again."""
    with db.transaction(conn, "batch", read_only=True):
        found = db.call(conn, "job_mail", p_job=name)
    for one in found:
        sender = {"name": one["sender_name"], "email": one["sender_email"]}
        try:
            with mail.server(conn, "batch") as server:
                reason = mail.send(server, sender, one["recipient"], one["subject"], one["body"],
                                   f"job.{one['run']}.{socket.gethostname()}", what=f"job {name}")
        except LeissnerError as error:
            reason = f"{error}"
        if reason:
            click.echo(f"leissner: {name}: {one['recipient']} could not be told: {reason}", err=True)
            continue
        with db.transaction(conn, "batch"):
            db.call(conn, "job_mailed", p_run=one["run"])


# ---- by hand ------------------------------------------------------------------------------------------------


@job.command()
@click.argument("name")
@AS_JSON
def run(name: str, as_json: bool) -> int:
    """Run a job now, due or not. Exit code 1 when it failed."""
    with db.connect() as conn:
        found = _one(conn, name, True)
    if as_json:
        click.echo(db.exact(found))
    else:
        click.echo(f"{name}: {found['state']}, leissner {found['words']}")
        if found["counts"]:
            click.echo(db.exact(found["counts"]))
        if found["log"]:
            click.echo(found["log"])
    return int(found["state"] != "done")


@job.command(name="list")
@AS_JSON
def list_(as_json: bool) -> int:
    """The jobs, when each is due and what came of its last run. Exit code 1 when one fails."""
    with db.connect() as conn, db.transaction(conn, "batch", read_only=True):
        rows = db.call(conn, "job_list")
    if as_json:
        click.echo(db.exact(rows))
    else:
        for row in rows:
            at = _clock(row)
            last = f"{row['state']} {at(row['started_at'])}{_took(row)}" if row["state"] else "not run yet"
            failures = f", {row['failures']} times without success" if row["failures"] > 1 else ""
            following = f"next {at(row['next_at'])}" if row["is_enabled"] else "disabled"
            click.echo(f"{row['job']:<20} {row['schedule']:<16} {following:<23} {last}{failures}")
        if not rows:
            click.echo("There are no jobs: import jobs.csv.")
    return int(any(row["failures"] and row["is_enabled"] for row in rows))


@job.command()
@click.argument("name")
@click.option("--runs", type=click.IntRange(1), default=10, show_default=True, help="How many runs.")
@AS_JSON
def show(name: str, runs: int, as_json: bool) -> None:
    """A job, its latest runs, and what the last of them wrote."""
    with db.connect() as conn, db.transaction(conn, "batch", read_only=True):
        found = db.call(conn, "job_run_list", p_job=name, p_limit=runs)
        one, = (row for row in db.call(conn, "job_list") if row["job"] == name)
    if as_json:
        click.echo(db.exact(one | {"runs": found}))
        return
    click.echo(f"{name}: leissner {one['words']}")
    at = _clock(one)
    click.echo(f"schedule {one['schedule']}, {'next ' + at(one['next_at']) if one['is_enabled'] else 'disabled'}; "
               f"missed runs: {one['catch_up']}; at most {one['timeout_minutes']} minutes; "
               f"tells {one['email'] or 'nobody'}")
    for row in found:
        again = f" again, {row['attempt']}" if row["attempt"] > 1 else ""
        hand = f" by hand, {row['made_by']}" if row["is_manual"] else ""
        click.echo(f"{row['run']:>6}  due {at(row['due_at'])}  {row['state']}{_took(row)}{again}{hand}"
                   f"{', told' if row['mailed_at'] else ''}")
        if row["counts"]:
            click.echo(f"        {db.exact(row['counts'])[:200]}")
    log = next((row["log"] for row in found if row["state"] != "skipped"), None)
    if log:
        click.echo(f"\n{log}")


@job.command()
@click.argument("name")
def enable(name: str) -> None:
    """Let a job run by the clock again. What would have been due meanwhile is not caught up."""
    _enable(name, True)


@job.command()
@click.argument("name")
def disable(name: str) -> None:
    """Let a job not run by the clock; by hand it still can."""
    _enable(name, False)


def _enable(name: str, is_enabled: bool) -> None:
    with db.connect() as conn, db.transaction(conn, "admin"):
        db.call(conn, "job_enable", p_job=name, p_is_enabled=is_enabled)
    click.echo(f"{name} runs {'by the clock' if is_enabled else 'by hand only'}.")


def _clock(row: dict):
    """A function that writes a moment by the operator's clock."""
    zone = ZoneInfo(row["time_zone"])
    return lambda moment: "never" if moment is None else f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _took(row: dict) -> str:
    if not row["ended_at"] or row["state"] == "skipped":
        return ""
    seconds = int((row["ended_at"] - row["started_at"]).total_seconds())
    return f" in {timedelta(seconds=seconds)}"
