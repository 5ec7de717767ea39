"""Jobs with real processes: what runs, what fails and who is told, what is killed, and that nothing runs twice."""

import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import pytest

from leissner.scripts import cli, job
from leissner.scripts.tests.test_invoice_email import inbox  # noqa: F401

OPERATOR = "name,org_no,email,language\nNorrsken,556016-0680,drift@norrsken.example,en\n"
SOURCES = "code,name,format\nx,X,generic\n"
CURRENCIES = "code,decimals\nSEK,2\n"
MODES = "code,name,per\nvoice,Voice,60\n"
HEADER = "code,schedule,options,what,catch_up,email,enabled,timeout\n"


@pytest.fixture
def jobs(leissner, conn, tmp_path):
    """A function that imports the rows of jobs.csv and lets them have been due for some minutes."""
    def made(*rows: str, minutes: int = 1):
        folder = tmp_path / "in"
        folder.mkdir(exist_ok=True)
        for name, text in (("operator", OPERATOR), ("currencies", CURRENCIES), ("modes", MODES), ("sources", SOURCES),
                           ("jobs", HEADER + "".join(map(whole, rows)))):
            (folder / f"{name}.csv").write_text(text)
        outcome = leissner("import", folder)
        assert outcome.code == 0, outcome.err
        ago(conn, minutes)
        return leissner
    return made


def whole(row: str) -> str:
    """A line of jobs.csv; what is missing at its end is empty."""
    return f"{row}{',' * (7 - row.count(','))}\n"


def ago(conn, minutes: int = 1) -> None:
    """Nothing was looked at for so many minutes."""
    conn.execute("delete from billing.job_run where state = 'skipped'")
    conn.execute("update billing.job_run set due_at = due_at - interval '1 hour'")
    conn.execute("update billing.job set since_at = date_trunc('minute', now()) - make_interval(mins => %s, secs => 1)",
                 [minutes - 1])


def runs(conn, *columns: str) -> list[tuple]:
    return [tuple(row[name] for name in columns)
            for row in conn.execute("select * from billing.job_run where state <> 'skipped' order by job_run_id")]


def due(leissner) -> list[dict]:
    return json.loads(leissner("job", "run-due", "--json").out)


def waited(check, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < until
        time.sleep(0.05)


def process(*words: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", "from leissner.scripts.cli import main; main()", *words],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def status(database, monkeypatch, leissner):
    """The command as whoever migrates has it."""
    with monkeypatch.context() as patch:
        patch.setenv("DATABASE_URL", database.url())
        return leissner("status")


def children(parent: int) -> list[int]:
    return [int(pid) for file in Path(f"/proc/{parent}/task").glob("*/children") for pid in file.read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_what_is_due_runs_once_with_counts_and_log(jobs, conn, database, monkeypatch):
    leissner = jobs("fold,* * * * *,,calls fold", "check,* * * * *,--head-only", "off,* * * * *,,check,,,no",
                    "later,0 0 1 1 *,,check")
    assert [(one["job"], one["state"]) for one in sorted(due(leissner), key=lambda one: one["job"])] == [
        ("check", "done"), ("fold", "done")]
    assert due(leissner) == []
    assert sorted(runs(conn, "code", "counts", "exit_code")) == [("check", None, 0), ("fold", {"rows": 0}, 0)]
    listed = leissner("job", "list")
    assert listed.code == 0 and "disabled" in listed.out and "not run yet" in listed.out
    assert status(database, monkeypatch, leissner).code == 0
    assert leissner("job", "run", "off").code == 0
    assert runs(conn, "code", "is_manual", "words")[-1] == ("off", True, "check")
    assert leissner("job", "enable", "off").code == 0
    assert "tells nobody" in leissner("job", "show", "off").out
    assert "no job strange" in leissner("job", "run", "strange").err


def test_a_failing_job_is_seen_and_told_once_until_it_works_again(
        jobs, conn, inbox, tmp_path, database, monkeypatch):  # noqa: F811
    folder = tmp_path / "cdr"
    leissner = jobs(f"calls,* * * * *,{folder} --source x,calls load,,ops@norrsken.example")
    for _ in range(2):
        outcome = leissner("job", "run-due")
        assert outcome.code == 1 and "failed" in outcome.out
        ago(conn)
    message, = inbox.messages
    assert message["To"] == "ops@norrsken.example" and message["Subject"] == "The job calls failed"
    assert "does not exist" in message.get_content() and "leissner job show calls" in message.get_content()
    listed = leissner("job", "list")
    assert listed.code == 1 and "times without success" in listed.out  # more than 2 where a minute passed meanwhile
    outcome = status(database, monkeypatch, leissner)
    assert outcome.code == 1 and "Jobs that fail: calls" in outcome.err
    assert "does not exist" in leissner("job", "show", "calls").out

    folder.mkdir()
    found, = due(leissner)
    assert found["state"] == "done" and found["counts"]["files"] == found["counts"]["total"]["read"] == 0
    assert leissner("job", "list").code == status(database, monkeypatch, leissner).code == 0
    folder.rmdir()
    ago(conn)
    due(leissner)
    assert len(inbox.messages) == 2


def test_a_mail_server_that_is_away_is_tried_again_and_hides_nothing(jobs, conn, inbox):  # noqa: F811
    leissner = jobs("calls,* * * * *,/nowhere --source x,calls load,,ops@norrsken.example")
    address = conn.execute("update billing.setting set value = 'smtp://127.0.0.1:1' where name = 'smtp' "
                           "returning old.value").fetchone()["value"]
    outcome = leissner("job", "run-due")
    assert outcome.code == 1 and "could not be told" in outcome.err
    conn.execute("update billing.setting set value = %s where name = 'smtp'", [address])
    ago(conn)
    due(leissner)
    assert len(inbox.messages) == 1 and [row[0] is None for row in runs(conn, "mailed_at")] == [False, True]


def test_many_callers_at_once_run_each_due_time_once(jobs, conn):
    jobs("one,* * * * *,,calls fold,all", "two,* * * * *,,calls fold,all", "three,* * * * *,,calls fold,latest",
         minutes=2)
    with ThreadPoolExecutor(4) as pool:
        callers = [pool.submit(lambda: process("job", "run-due", "--json").communicate()) for _ in range(4)]
        found = [one for caller in callers for one in json.loads(caller.result()[0])]
    names = sorted(one["job"] for one in found)
    # a minute may have begun meanwhile
    assert names[:1] == ["one"] and names.count("three") <= 2 and 2 <= names.count("one") <= 3
    assert {one["state"] for one in found} == {"done"}
    assert len(runs(conn, "code")) == len(found)
    ends = {}
    for code, started_at, ended_at in runs(conn, "code", "started_at", "ended_at"):
        assert started_at >= ends.get(code, started_at)
        ends[code] = ended_at


def test_a_killed_caller_takes_its_child_along_and_the_run_is_found_and_run_again(jobs, conn, tmp_path):
    folder = tmp_path / "cdr"
    folder.mkdir()
    leissner = jobs(f"calls,0 0 1 1 *,{folder} --source x --follow,calls load")
    conn.execute("update billing.job_run set due_at = now()")
    conn.execute("update billing.job set since_at = date_trunc('year', now()) - interval '1 day'")
    caller = process("job", "run-due")
    waited(lambda: children(caller.pid))
    child, = children(caller.pid)
    waited(lambda: runs(conn, "state") == [("running",)])
    assert due(leissner) == []  # it is held: nobody else takes it
    assert "running already" in leissner("job", "run", "calls").err
    caller.kill()
    caller.communicate()
    waited(lambda: not is_alive(child))
    waited(lambda: leissner("job", "list").code == 1)
    assert "lost" in leissner("job", "list").out
    conn.execute("update billing.job set options = %s", [f"{folder} --source x"])
    assert due(leissner)[0]["state"] == "done"
    assert runs(conn, "state", "attempt") == [("lost", 1), ("done", 2)]
    assert leissner("job", "list").code == 0


def test_what_takes_too_long_is_ended(jobs, conn, tmp_path, monkeypatch):
    monkeypatch.setattr(job, "MINUTE_S", 2)
    folder = tmp_path / "cdr"
    folder.mkdir()
    leissner = jobs(f"calls,* * * * *,{folder} --source x --follow,calls load,,,,1")
    outcome = leissner("job", "run", "calls")
    assert outcome.code == 1 and "longer than 1 minutes" in outcome.out
    assert runs(conn, "state", "exit_code") == [("failed", None)]


def test_a_run_that_is_not_its_own_any_more_is_ended(jobs, conn, tmp_path, monkeypatch):
    monkeypatch.setattr(job, "BEAT_S", 0.2)
    folder = tmp_path / "cdr"
    folder.mkdir()
    leissner = jobs(f"calls,* * * * *,{folder} --source x --follow,calls load,none")
    with ThreadPoolExecutor(1) as pool:
        caller = pool.submit(leissner, "job", "run", "calls")
        waited(lambda: runs(conn, "state") == [("running",)])
        waited(lambda: children(os.getpid()))
        conn.execute("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' "
                     "and database = (select oid from pg_database where datname = current_database())")
        assert caller.result().code == 3
    waited(lambda: runs(conn, "state") == [("running",)] and not children(os.getpid()))
    assert leissner("job", "list").code == 1


def test_what_is_no_job_is_refused_by_name(leissner, tmp_path):
    rows = {
        "a,61 * * * *,,check": "schedule", "b,* * * * *,,psql": "what", "c,* * * * *,{year},check": "options",
        "d,* * * * *,,check,always": "catch_up", "e,* * * * *,,check,,somebody": "email",
        "f,* * * * *,,check,,,,0": "timeout", "strange,* * * * *,": "what",
    }
    for faults in (["catch_up"], ["schedule", "what", "options", "email", "timeout", "what"]):
        (tmp_path / "jobs.csv").write_text(HEADER + "".join(
            whole(row) for row, fault in rows.items() if (fault == "catch_up") == (faults == ["catch_up"])))
        found = json.loads(leissner("import", tmp_path / "jobs.csv", "--json").out)["errors"]
        assert sorted(error["column"] for error in found) == sorted(faults)


def test_every_command_that_a_job_may_be_is_one(conn):
    listed = conn.execute("select pg_get_constraintdef(oid) as rule from pg_constraint where conname = 'job_what_ck'")
    found = re.findall(r"'([a-z ]+)'", listed.fetchone()["rule"])
    assert "credit remind" in found
    for what in found:
        command = cli.leissner
        for word in what.split():
            command = command.get_command(click.Context(command), word)
        assert command, what
    assert job._knows_json(["credit", "remind", "--date", "2026-11-01"])
    assert not job._knows_json(["report", "ageing"]) and not job._knows_json(["calls", "load", "x", "--json"])


def test_a_job_named_like_its_command_needs_no_more(leissner, tmp_path):
    (tmp_path / "jobs.csv").write_text("code,schedule,options\ncredit check,@daily,--dry-run\n")
    assert leissner("import", tmp_path / "jobs.csv").code == 0
    assert leissner("export", tmp_path / "out").code == 0
    assert (tmp_path / "out" / "jobs.csv").read_text() == (
        HEADER + "credit check,@daily,--dry-run,credit check,latest,,yes,240\n")


def test_options_that_cannot_be_read_fail_and_say_so(jobs, conn):
    leissner = jobs('x,* * * * *,"--source ""x",calls load')
    assert due(leissner)[0]["state"] == "failed"
    assert "cannot be read" in runs(conn, "log")[0][0]
