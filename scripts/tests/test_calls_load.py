"""`leissner calls load`: files known by content, and what kills, full disks and two loaders at once leave behind."""

import contextlib
import gzip
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from leissner.db.tests.fixtures import new_home_folder
from leissner.scripts import db, migrate, server
from leissner.scripts.tests.reference.compare import leissner as command

GOLDEN = Path(__file__).parent / "golden"
OLD = time.time() - 3600
HEAD = "key,started_at,units,a_number,b_number,mode,carrier,account\n"
# The command in a process of its own, with batches so small that there are many moments to die in.
LOADER = ("import sys; from leissner.scripts.cdr import source; source.BLOCK_LINES = int(sys.argv[1]);"
          "from leissner.scripts import cli; sys.exit(cli.run(sys.argv[2:]))")
# Everything that loading leaves, as far as it does not depend on which loader came first.
STATE = {
    "calls": "select source_id, key, started_at, units, customer_id, contract_line_id, cost, reseller, regular,"
             " bundled, discount, retail, retail_base, bundles, bundle_units, rings, ring_took from billing.call"
             " order by source_id, key",
    "suspense": "select source_id, key, reason, raw from billing.call_suspense order by source_id, key",
    "keys": "select count(*) from billing.call_key",
    "staging": "select count(*) from billing.call_staging",
    "counts": "select sum(read), sum(rated), sum(suspended), sum(duplicate), sum(zero) from billing.cdr_file",
    "days": "select day, destination_id, sum(calls), sum(revenue), sum(margin) from billing.call_day group by 1, 2"
            " order by 1, 2",
    "months": "select month, customer_id, sum(calls), sum(retail) from billing.call_customer_month group by 1, 2"
              " order by 1, 2",
    "bundles": "select bundle_id, month, carried, used from billing.bundle_month order by 1, 2",
}


def state(conninfo):
    with psycopg.connect(conninfo) as conn:
        return {name: conn.execute(query.encode()).fetchall() for name, query in STATE.items()}


def old(path: Path, data) -> Path:
    """A file that nobody writes any more."""
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    os.utime(path, (OLD, OLD))
    return path


@pytest.fixture(scope="module")
def operator(bed):
    """A database that has the golden operator and no calls."""
    made = bed.create(bed.template.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", made.url(db.CLI_LOGIN))
        command("import", GOLDEN / "operator")
    yield made
    bed.drop(made)


@pytest.fixture
def database(bed, operator):
    """A clone of it."""
    made = bed.create(operator.name)
    yield made
    bed.drop(made)


@pytest.fixture
def load(leissner):
    """load(path…, source=…) gives the result of each file; `.code` of the last command."""
    def run(*paths, source="plain"):
        outcome = leissner("calls", "load", *paths, "--source", source, "--json")
        run.code = outcome.code
        assert outcome.out, outcome.err
        return json.loads(outcome.out)["files"]
    return run


def lines(first, last, units=60):
    return "".join(f"k{n},2026-10-{1 + n % 28:02}T10:00:00Z,{units},46902001005,46701234567,voice,,\n"
                   for n in range(first, last))


def counts(result):
    return result["status"], result["read"], result["rated"] + result["suspended"], result["duplicate"]


# -- which file is it ----------------------------------------------------------------------------------------------


def test_a_file_is_known_by_its_content_not_by_its_name(load, tmp_path):
    data = HEAD + lines(0, 10)
    path = old(tmp_path / "calls.csv", data)
    assert counts(load(path)[0]) == ("loaded", 10, 10, 0)
    assert counts(load(path)[0]) == ("already loaded", 0, 0, 0)
    for name, copy in (("renamed.csv", data), ("packed.gz", gzip.compress(data.encode()))):
        assert counts(load(old(tmp_path / name, copy))[0]) == ("already loaded", 0, 0, 0)
    assert counts(load(path, source="nocost")[0]) == ("loaded", 10, 10, 0)  # keys are per source


def test_a_file_that_grew_goes_on_where_it_ended(load, conn, tmp_path):
    path = old(tmp_path / "calls.csv", HEAD + lines(0, 10))
    load(path)
    old(path, HEAD + lines(0, 15))
    result, = load(path)
    assert counts(result) == ("continued", 5, 5, 0) and "went on at line 12" in result["notes"]
    file, = conn.execute("select read, position, line_no, is_complete from billing.cdr_file").fetchall()
    assert file == {"read": 15, "position": len(HEAD + lines(0, 15)), "line_no": 16, "is_complete": True}


def test_truncated_in_place_and_written_anew_is_another_file(load, conn, tmp_path):
    path = old(tmp_path / "calls.csv", HEAD + lines(0, 10))
    load(path)
    # The last lines stand in the new file too, as copying and truncating leaves them.
    old(path, HEAD + lines(8, 20))
    assert counts(load(path)[0]) == ("loaded", 12, 10, 2)
    assert conn.execute("select count(*) as n from billing.cdr_file").fetchone()["n"] == 2


def test_a_changed_past_is_another_file_whose_known_records_are_duplicates(load, tmp_path):
    path = old(tmp_path / "calls.csv", HEAD + lines(0, 10))
    load(path)
    old(path, HEAD + lines(0, 9) + lines(9, 11, units=61))
    result, = load(path)
    assert counts(result) == ("loaded", 11, 1, 10) and result["conflicting"] == 1


def test_a_last_line_without_end_waits_until_the_file_is_quiet(load, tmp_path):
    path = tmp_path / "calls.csv"
    path.write_text(HEAD + lines(0, 3).rstrip("\n"))
    result, = load(path)
    assert counts(result) == ("loaded", 2, 2, 0) and any("still being written" in note for note in result["notes"])
    os.utime(path, (OLD, OLD))
    assert counts(load(path)[0]) == ("continued", 1, 1, 0)
    # It was written on after all: the end of that line is no line of its own.
    path.write_text(HEAD + lines(0, 5))
    assert counts(load(path)[0]) == ("continued", 2, 2, 0)
    assert counts(load(path)[0])[0] == "already loaded"


def test_a_renamed_file_is_finished(load, tmp_path):
    path = tmp_path / "calls.csv"
    path.write_text(HEAD + lines(0, 3).rstrip("\n"))
    load(path)
    path.rename(tmp_path / "calls.csv.1")
    assert counts(load(tmp_path / "calls.csv.1")[0]) == ("continued", 1, 1, 0)


def test_a_wrong_source_leaves_nothing_however_late_it_shows(load, conn, tmp_path, monkeypatch):
    monkeypatch.setattr("leissner.scripts.cdr.source.BLOCK_LINES", 200)
    path = old(tmp_path / "calls.csv", HEAD + lines(0, 1000) + "no,call\n" * 101)
    result, = load(path)
    assert (result["status"], load.code) == ("refused", 1) and "Wrong source" in result["problem"]
    for table in ("cdr_file", "load", "call", "call_key", "call_suspense", "call_day", "call_staging"):
        query = sql.SQL("select count(*) as n from {}").format(sql.Identifier("billing", table))
        assert conn.execute(query).fetchone()["n"] == 0, table


def test_a_file_read_again_rates_what_bill_if_had_thrown_away(load, conn, tmp_path):
    path = old(tmp_path / "calls.csv", HEAD + lines(0, 30))
    first = lines(0, 1).split(",")[0]
    source = "update billing.cdr_source set bill_if = %s where code = 'plain'"
    load(old(tmp_path / "one.csv", HEAD + lines(0, 1)))
    conn.execute(source, (f"key={first}",))
    assert load(path)[0]["zero"] == 29
    conn.execute(source, (None,))
    assert load(path)[0]["status"] == "already loaded"
    again, = load(path, "--again")
    assert (again["read"], again["rated"], again["duplicate"], again["zero"]) == (30, 29, 1, 0)
    assert load(path)[0]["status"] == "already loaded"
    command("check")


def test_one_refused_file_does_not_stop_the_others(load, tmp_path):
    old(tmp_path / "calls2.csv", HEAD + lines(0, 2))
    old(tmp_path / "calls10.csv", HEAD + lines(2, 4))
    old(tmp_path / "calls1.csv", "what,is,this\n1,2,3\n")
    old(tmp_path / ".hidden", "no")
    results = load(tmp_path)
    assert [(result["file"], result["status"]) for result in results] == [
        ("calls1.csv", "refused"), ("calls2.csv", "loaded"), ("calls10.csv", "loaded")]
    assert load.code == 1


def test_read_is_rated_suspended_duplicate_and_zero(load, conn, tmp_path):
    data = HEAD + lines(0, 5) + lines(3, 5) + lines(5, 7, units=0) + "b,not a time,1,1,2,,,\n" + "b2\n"
    result, = load(old(tmp_path / "calls.csv", data))
    assert (result["read"], result["duplicate"], result["zero"]) == (11, 2, 2)
    assert result["read"] == result["rated"] + result["suspended"] + result["duplicate"] + result["zero"]
    assert result["causes"] == {"0 units": 2} and load.code == 0
    bad = conn.execute("select line_no, raw from billing.call_suspense where reason = 'bad_record' order by 1")
    assert bad.fetchall() == [{"line_no": 11, "raw": "b,not a time,1,1,2,,,"}, {"line_no": 12, "raw": "b2"}]
    notes = conn.execute("select notes from billing.cdr_file").fetchone()["notes"]
    assert notes == {"zero: 0 units": 2}


def test_unknown_source_and_template_are_said_clearly(leissner, conn, tmp_path):
    path = old(tmp_path / "x.csv", HEAD)
    outcome = leissner("calls", "load", path, "--source", "ghost")
    assert outcome.code == 1 and "no source ghost" in outcome.err and "plain" in outcome.err
    conn.execute("insert into billing.cdr_source (code, name, format, template, time_zone)"
                 " values ('fs', 'F', 'freeswitch', 'sql', 'UTC')")
    outcome = leissner("calls", "load", path, "--source", "fs")
    assert outcome.code == 1 and "no template sql" in outcome.err


def test_cucm_quality_files_are_skipped_and_gaps_in_the_sequence_are_told(load, conn, tmp_path):
    conn.execute("insert into billing.cdr_source (code, name, format, time_zone)"
                 " values ('cucm', 'C', 'cucm', 'UTC')")
    names = '"cdrRecordType","dateTimeConnect","duration","callingPartyNumber","finalCalledPartyNumber","pkid"'
    for number in (1, 2, 5):
        record = f'\n1,179196192{number},60,"46902001005","46701234567","p{number}"' if number != 2 else ""
        old(tmp_path / f"cdr_Cluster_01_20261014091{number}_{number}", names + record)
    old(tmp_path / "cmr_Cluster_01_202610140919_9", "whatever")
    results = load(tmp_path, source="cucm")
    assert [result["status"] for result in results] == ["loaded", "empty", "loaded", "skipped"]
    assert [result["notes"].get("files of the series missing before this one") for result in results[:3]] == [
        None, None, 2]
    assert [result["status"] for result in load(tmp_path, source="cucm")][:1] == ["already loaded"]


def test_trunks_become_carriers(load, conn, tmp_path):
    conn.execute("insert into billing.trunk (source_id, trunk, carrier_id)"
                 " select source_id, 'way-*', (select carrier_id from billing.carrier where code = 'terra')"
                 " from billing.cdr_source where code = 'nocost'")
    load(old(tmp_path / "calls.csv", HEAD + lines(0, 1).replace("voice,,", "voice,way-7,")), source="nocost")
    assert conn.execute("select carrier.code, cost is not null as has_cost from billing.call"
                        " inner join billing.carrier using (carrier_id)").fetchall() == [
        {"code": "terra", "has_cost": True}]


# -- killed, full, at once -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def expected(bed, operator):
    """What the golden calls give when nothing happens."""
    made = bed.create(operator.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", made.url(db.CLI_LOGIN))
        command("calls", "load", GOLDEN / "calls.csv", "--source", "plain")
    yield state(made.conninfo)
    bed.drop(made)


def start(url, *paths, most=20, source="plain"):
    """The loader as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", LOADER, str(most), "calls", "load", *map(str, paths), "--source", source],
        env=os.environ | {"DATABASE_URL": url}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(process, code=0):
    out = process.communicate(timeout=120)[0]
    assert process.returncode == code, out
    return out


def position(conninfo):
    with psycopg.connect(conninfo) as conn:
        return conn.execute("select coalesce(max(position), 0) from billing.cdr_file").fetchone()[0]


def kill_loaders(database, seed, times):
    """Kills the loader soon after it has begun to commit, again and again; then lets it finish."""
    rng, seen = random.Random(seed), []
    path = GOLDEN / "calls.csv"
    for _ in range(times):
        process = start(database.url(db.CLI_LOGIN), path)
        before, limit = position(database.conninfo), time.monotonic() + 20
        while process.poll() is None and position(database.conninfo) == before and time.monotonic() < limit:
            time.sleep(0.02)
        time.sleep(rng.random() * 0.3)
        process.kill()
        process.communicate()
        seen.append(position(database.conninfo))
    finish(start(database.url(db.CLI_LOGIN), path))
    return seen


def test_a_killed_loader_loses_nothing_and_takes_nothing_twice(database, expected):
    seen = kill_loaders(database, 1, 3)
    assert 0 < seen[0] < (GOLDEN / "calls.csv").stat().st_size
    assert state(database.conninfo) == expected


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_loaders_killed_at_many_moments(database, expected, seed):
    kill_loaders(database, seed, 6)
    assert state(database.conninfo) == expected


def test_two_loaders_of_the_same_file_at_once(database, expected):
    both = [start(database.url(db.CLI_LOGIN), GOLDEN / "calls.csv") for _ in range(2)]
    outs = [finish(process) for process in both]
    assert sum("already loaded" in out for out in outs) == 1
    assert state(database.conninfo) == expected


def halves(tmp_path):
    """The golden calls dealt to two files like cards, so that both have calls of every bundle, ring and month."""
    head, *rest = (GOLDEN / "calls.csv").read_text("utf-8").splitlines(keepends=True)
    first = {}
    for line in rest:  # a key whose content differs goes with its first record, whose file then decides
        first.setdefault(line.split(",")[0], len(first) % 2)
    return [old(tmp_path / f"half{side}.csv", head + "".join(
        line for line in rest if first[line.split(",")[0]] == side)) for side in (0, 1)]


def test_two_loaders_with_calls_of_the_same_bundles_and_rings(database, expected, tmp_path):
    both = [start(database.url(db.CLI_LOGIN), path) for path in halves(tmp_path)]
    for process in both:
        finish(process)
    assert state(database.conninfo) == expected


@contextlib.contextmanager
def own_server(bed, operator):
    """A server that may be killed, with the golden operator."""
    home = server.Home(new_home_folder(), is_test=True)
    home.up()
    try:
        with psycopg.connect(home.conninfo(), autocommit=True) as conn:
            conn.execute("create database golden template template0")
        conninfo = home.conninfo(dbname="golden")
        with psycopg.connect(conninfo, autocommit=True, row_factory=db.dict_row) as conn:
            migrate.migrate(conn)
        url = home.conninfo(user=db.CLI_LOGIN, dbname="golden")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATABASE_URL", url)
            command("import", GOLDEN / "operator")
        yield home, conninfo, url
    finally:
        home.down()
        shutil.rmtree(home.path)


def kill_server(bed, operator, expected, seed, times):
    rng = random.Random(seed)
    with own_server(bed, operator) as (home, conninfo, url):
        for _ in range(times):
            process = start(url, GOLDEN / "calls.csv")
            before, limit = position(conninfo), time.monotonic() + 20
            while process.poll() is None and position(conninfo) == before and time.monotonic() < limit:
                time.sleep(0.02)
            time.sleep(rng.random() * 0.3)
            os.kill(int((home.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
            out = process.communicate(timeout=60)[0]
            assert process.returncode != 0 or "k00" not in out
            assert "Traceback" not in out
            home.up()
        finish(start(url, GOLDEN / "calls.csv"))
        assert state(conninfo) == expected


def test_a_killed_server_loses_nothing_and_takes_nothing_twice(bed, operator, expected):
    kill_server(bed, operator, expected, 1, 2)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_servers_killed_at_many_moments(bed, operator, expected, seed):
    kill_server(bed, operator, expected, seed, 6)


def test_a_full_disk_loses_nothing(bed, operator, expected):
    """The partitions of calls live on a disk of their own that is too small, and then grows."""
    disk = new_home_folder()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk],
                                      capture_output=True).returncode:
        shutil.rmtree(disk)
        pytest.skip("a small disk cannot be mounted here: needs root")
    try:
        with own_server(bed, operator) as (home, conninfo, url):
            (disk / "space").mkdir()
            shutil.chown(disk / "space", server.system_account().pw_uid)
            with psycopg.connect(conninfo, autocommit=True) as conn:
                conn.execute(sql.SQL("create tablespace small location {}").format(sql.Literal(f"{disk / 'space'}")))
                conn.execute("grant create on tablespace small to leissner_owner")
                conn.execute("alter database golden set default_tablespace = 'small'")
            out = finish(start(url, GOLDEN / "calls.csv"), code=3)
            assert "no room left" in out and "Traceback" not in out
            assert position(conninfo) < (GOLDEN / "calls.csv").stat().st_size
            subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
            finish(start(url, GOLDEN / "calls.csv"))
            assert state(conninfo) == expected
    finally:
        subprocess.run(["umount", disk], check=True)
        shutil.rmtree(disk)


def test_a_waiting_loader_does_not_hold_up_other_files(load, database, tmp_path):
    """The turn is per content: while one file is in someone's hands, others load."""
    held = old(tmp_path / "a.csv", HEAD + lines(0, 3))
    with database.connect() as holder:
        head = hashlib.sha256(lines(0, 1).strip().encode()).digest()
        holder.execute("select logic.file_open('plain', %s)", [head])
        waiting = threading.Thread(target=lambda: finish(start(database.url(db.CLI_LOGIN), held)))
        waiting.start()
        assert counts(load(old(tmp_path / "b.csv", HEAD + lines(5, 8)))[0]) == ("loaded", 3, 3, 0)
        assert position(database.conninfo) == len(HEAD + lines(5, 8))
        holder.execute("select logic.file_close('plain', %s)", [head])
        waiting.join(60)
    assert counts(load(held)[0])[0] == "already loaded"
