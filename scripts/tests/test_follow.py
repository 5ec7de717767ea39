"""`leissner calls load --follow`: lines priced as they come, through rotation, kills and a server that goes away."""

import contextlib
import csv
import datetime as dt
import gzip
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from zoneinfo import ZoneInfo

import psycopg
import pytest

from leissner.scripts import db
from leissner.scripts.tests.test_calls_load import (
    GOLDEN,
    HEAD,
    expected,
    lines,
    operator,
    own_server,
    state,
)

__all__ = ["expected", "operator"]
COMMAND = "import sys; from leissner.scripts import cli; sys.exit(cli.run(sys.argv[1:]))"
LATEST = 5  # seconds until a line must be in the totals


@pytest.fixture
def database(bed, operator):
    made = bed.create(operator.name)
    yield made
    bed.drop(made)


class Following:
    """The command as a process of its own."""

    def __init__(self, url, *paths):
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "calls", "load", "--follow", *map(str, paths), "--source", "plain"],
            env=os.environ | {"DATABASE_URL": url, "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        out = self.process.communicate(timeout=30)[0]
        assert "Traceback" not in out, out
        return out


@pytest.fixture
def follow(database):
    running = []

    def begin(*paths):
        running.append(Following(database.url(db.CLI_LOGIN), *paths))
        return running[-1]

    yield begin
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()


def until(check, seconds=LATEST):
    """Waits until a check holds; gives how long that took."""
    begun = time.monotonic()
    while not (found := check()) and time.monotonic() < begun + seconds:
        time.sleep(0.05)
    assert found, "did not come about in time"
    return time.monotonic() - begun


def rated(conninfo):
    with psycopg.connect(conninfo) as conn:
        return conn.execute("select count(*) from billing.call").fetchone()[0]


def files(conn):
    return conn.execute("select name, read, duplicate from billing.cdr_file order by file_id").fetchall()


def add(path, text):
    with path.open("a") as log:
        log.write(text)


def test_a_new_line_is_in_the_live_margin_within_five_seconds(follow, leissner, conn, tmp_path):
    path = tmp_path / "Master.csv"
    path.write_text(HEAD + lines(0, 5))
    following = follow(path)

    def calls():
        return json.loads(leissner("margin", "--today", "--json").out)["total"]["calls"]

    until(lambda: rated(conn.info.dsn) == 5, 20)
    assert calls() == 0
    for number in range(3):
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        add(path, f"now{number},{now},60,46902001005,46701234567,voice,,\n")
        assert until(lambda number=number: calls() == number + 1) < LATEST
    out = following.end()
    assert following.process.returncode == 0 and "ended: 8 read, 8 rated" in out
    # One file, one batch for each time that something was new.
    assert files(conn) == [{"name": "Master.csv", "read": 8, "duplicate": 0}]
    assert conn.execute("select count(*) as n from billing.load").fetchone()["n"] == 4


def test_half_a_line_waits_for_its_other_half(follow, conn, tmp_path):
    path = tmp_path / "Master.csv"
    path.write_text(HEAD + lines(0, 1) + lines(1, 2)[:30])
    # The writer has stood still for long: still the line is not whole.
    os.utime(path, (time.time() - 3600,) * 2)
    follow(path)
    until(lambda: rated(conn.info.dsn) == 1, 20)
    add(path, lines(1, 2)[30:50])
    time.sleep(2.5)
    assert rated(conn.info.dsn) == 1
    add(path, lines(1, 2)[50:] + lines(2, 3)[:10])
    until(lambda: rated(conn.info.dsn) == 2)
    assert conn.execute("select count(*) as n from billing.call_suspense").fetchone()["n"] == 0


def test_rotation_by_renaming_and_by_truncating(follow, conn, tmp_path):
    path = tmp_path / "Master.csv"
    path.write_text(HEAD + lines(0, 3))
    (tmp_path / "Master.csv.9").write_text(HEAD + lines(90, 95))  # long ago, and never asked for
    os.utime(tmp_path / "Master.csv.9", (time.time() - 86400,) * 2)
    (tmp_path / "Master2.csv").write_text(HEAD + lines(80, 85))
    follow(path)
    until(lambda: rated(conn.info.dsn) == 3, 20)
    # Renamed with a line that was not seen; the writer has the old file still open.
    add(path, lines(3, 4))
    path.rename(tmp_path / "Master.csv.1")
    add(path, HEAD + lines(4, 5))
    add(tmp_path / "Master.csv.1", lines(5, 6))
    until(lambda: rated(conn.info.dsn) == 6)
    # Copied and truncated: the last line is in the copy only, and the log is longer than before at the next look.
    add(path, lines(6, 7))
    shutil.copy(path, tmp_path / "Master.csv-20261124")
    path.write_text(HEAD + lines(7, 12))
    until(lambda: rated(conn.info.dsn) == 12, 8)
    # Packed meanwhile.
    add(path, lines(12, 13))
    (tmp_path / "Master.csv.2.gz").write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    until(lambda: rated(conn.info.dsn) == 13, 8)
    assert [(one["read"], one["duplicate"]) for one in files(conn)] == [(5, 0), (2, 0), (6, 0)]


def test_a_folder_of_files_that_come_grow_and_are_wrong(follow, conn, tmp_path):
    (tmp_path / "calls1.csv").write_text(HEAD + lines(0, 2))
    following = follow(tmp_path)
    until(lambda: rated(conn.info.dsn) == 2, 20)
    (tmp_path / "wrong.csv").write_text("what,is,this\n1,2,3\n")
    (tmp_path / ".calls2.csv").write_text(HEAD + lines(2, 4))
    time.sleep(1.5)
    (tmp_path / ".calls2.csv").rename(tmp_path / "calls2.csv")
    (tmp_path / "calls3.csv").write_text(HEAD + lines(4, 5))
    until(lambda: rated(conn.info.dsn) == 5)
    add(tmp_path / "calls3.csv", lines(5, 6))
    until(lambda: rated(conn.info.dsn) == 6)
    packed = gzip.compress((HEAD + lines(6, 9)).encode())
    (tmp_path / "calls4.gz").write_bytes(packed[:40])
    time.sleep(1.5)
    (tmp_path / "calls4.gz").write_bytes(packed)
    until(lambda: rated(conn.info.dsn) == 9, 8)
    out = following.end(signal.SIGINT)
    assert following.process.returncode == 1  # wrong.csv is still there
    assert out.count("refused: wrong.csv") == out.count("refused") == 1
    assert [one["read"] for one in files(conn)] == [2, 2, 2, 3]


def writes(path, rng):
    """The golden calls as a switch writes them: a few bytes at a time, with rotations of both kinds."""
    head, *records = (GOLDEN / "calls.csv").read_text("utf-8").splitlines(keepends=True)
    path.write_text(head)
    rotated = 0
    while records:
        taken = rng.randint(1, 60)
        text, records = "".join(records[:taken]), records[taken:]
        cut = rng.randrange(len(text))
        add(path, text[:cut])
        yield
        add(path, text[cut:])
        yield
        if rng.random() < 0.2 and records:
            rotated += 1
            if rng.random() < 0.5:
                path.rename(path.with_name(f"Master.csv.{rotated}"))
            else:
                shutil.copy(path, path.with_name(f"Master.csv.{rotated}"))
            path.write_text(head)


def killed_while_written(database, follow, expected, tmp_path, seed):
    rng = random.Random(seed)
    path = tmp_path / "Master.csv"
    writer = writes(path, rng)
    next(writer)
    following = follow(path)
    until(lambda: following.process.stdout.readline(), 20)
    for _ in writer:
        time.sleep(rng.random() * 0.4)
        if rng.random() < 0.3:
            following.process.kill()
            following.process.communicate()
            following = follow(path)
    # What was copied waits until nobody writes it any more.
    with contextlib.suppress(AssertionError):
        until(lambda: state(database.conninfo) == expected, 20)
    following.end()
    assert state(database.conninfo) == expected


def test_killed_at_any_moment_nothing_is_lost_and_nothing_taken_twice(database, follow, expected, tmp_path):
    killed_while_written(database, follow, expected, tmp_path, 1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 8))
def test_killed_at_many_moments(database, follow, expected, tmp_path, seed):
    killed_while_written(database, follow, expected, tmp_path, seed)


def test_a_server_that_goes_away_is_waited_for(bed, operator, tmp_path):
    path = tmp_path / "Master.csv"
    path.write_text(HEAD + lines(0, 2))
    with own_server(bed, operator) as (home, conninfo, url):
        following = Following(url, path)
        until(lambda: rated(conninfo) == 2, 20)
        os.kill(int((home.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        add(path, lines(2, 4))
        time.sleep(3)
        assert following.process.poll() is None
        home.up()
        until(lambda: rated(conninfo) == 4, 15)
        out = following.end()
        assert following.process.returncode == 0
        assert out.count("It will be tried again") == 1 and "works again" in out and "ended: 4 read" in out


def test_wrong_use_ends_at_once(leissner, tmp_path):
    (tmp_path / "a.csv").write_text(HEAD)
    assert leissner("calls", "load", "--follow", tmp_path, "--source", "ghost").code == 1
    assert leissner("calls", "load", "--follow", "--again", tmp_path, "--source", "plain").code == 2
    assert leissner("calls", "load", "--follow", tmp_path / "no" / "a.csv", "--source", "plain").code == 2
    assert leissner("calls", "load", tmp_path / "b.csv", "--source", "plain").code == 2


def test_calls_sold_under_cost_are_those_that_lose_money(leissner, conn, tmp_path):
    leissner("calls", "load", GOLDEN / "calls.csv", "--source", "plain")
    outcome = leissner("calls", "under-cost", "--from", "2026-01-01", "--to", "2027-01-01", "--csv")
    found = [row["key"] for row in csv.DictReader(io.StringIO(outcome.out))]
    loss = conn.execute("select key from billing.call where bundled = 0 and (retail_base < cost_base"
                        " or reseller_base < cost_base) order by started_at desc, key collate \"C\"").fetchall()
    assert found == [row["key"] for row in loss] and 10 < len(found) < rated(conn.info.dsn)
    shown = leissner("calls", "under-cost", "--from", "2026-01-01", "--to", "2027-01-01").out
    assert shown.startswith(next(csv.DictReader(io.StringIO(outcome.out)))["started_at"])
    assert "No calls" in leissner("calls", "under-cost", "--from", "2025-01-01", "--to", "2025-01-02").out
    assert leissner("calls", "under-cost", "--from", "2025-01-02", "--to", "2025-01-01").code == 1


def test_today_is_the_operators(leissner, conn, monkeypatch):
    """Two zones that never have the same day; the machine's is a third one."""
    monkeypatch.setenv("TZ", "UTC")
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        conn.execute("update billing.operator set time_zone = %s", (zone,))
        today = dt.datetime.now(ZoneInfo(zone)).date()
        shown = json.loads(leissner("margin", "--today", "--json").out)
        assert (shown["from"], shown["to"]) == (f"{today}", f"{today + dt.timedelta(days=1)}")


def test_what_was_rotated_while_nobody_looked_is_not_lost(follow, conn, tmp_path):
    path = tmp_path / "Master.csv"
    path.write_text(HEAD)
    for number in range(2):
        running = follow(path).process
        running.stdout.readline()
        running.kill()
        running.communicate()
        add(path, lines(3 * number, 3 * number + 3))
        path.rename(tmp_path / f"Master.csv.{number}")
        path.write_text(HEAD)
    add(path, lines(6, 8))
    follow(path)
    until(lambda: rated(conn.info.dsn) == 8, 20)
    assert sorted(one["read"] for one in files(conn)) == [2, 3, 3]
