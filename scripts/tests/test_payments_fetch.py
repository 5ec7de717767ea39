"""Payment files from real FTP, FTPS and SFTP servers: each once, whatever is cut, killed, renamed or half-written."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import asyncssh
import pytest

from leissner.scripts import db, payments_fetch
from leissner.scripts.demo.bank import Paid, bgmax
from leissner.scripts.tests.reference.compare import leissner as command
from leissner.scripts.tests.servers import FETCH_STEPS, PASSWORD
from leissner.scripts.tests.test_transfer import inbox, serve  # noqa: F401

HEAD = "code,protocol,host,path,secret,user,port,archive,quiet_seconds"
COMMAND = "from leissner.scripts.cli import main; main()"
GOLDEN = Path(__file__).parent / "golden"
DAY = dt.date(2026, 11, 20)


@pytest.fixture(scope="module")
def database(bed):
    """One for all tests here, with an operator that is owed something."""
    made = bed.create(bed.template.name)
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setenv("DATABASE_URL", made.url(db.CLI_LOGIN))
        command("import", GOLDEN / "operator")
        Path(folder, "open_items.csv").write_text(
            "document_no,customer_no,date,due,amount,open,reference\n"
            "OLD1,1000,2026-08-31,2026-09-30,1000,1000,12345674\n")
        command("import", Path(folder, "open_items.csv"))
    yield made
    bed.drop(made)


@pytest.fixture
def home(tmp_path, monkeypatch, leissner, database):
    """A home with the secret of the bank, and a folder to hand on to; nothing was fetched yet."""
    with database.connect() as conn:
        conn.execute("delete from billing.payment_fetch; delete from billing.payment_source")
    monkeypatch.setenv("LEISSNER_HOME", f"{tmp_path / 'home'}")
    (tmp_path / "home" / "secrets").mkdir(parents=True)
    secret = tmp_path / "home" / "secrets" / "BANK_PASSWORD"
    secret.write_text(PASSWORD + "\n")
    secret.chmod(0o600)
    (tmp_path / "on").mkdir()
    return tmp_path / "home"


@pytest.fixture
def bank(serve, inbox, home, leissner, monkeypatch):  # noqa: F811
    """bank(kind) is a context: a server whose folder `in` is a payment source with the archive `done`."""
    (inbox.path / "in" / "done").mkdir()

    @contextmanager
    def run(kind, archive="done"):
        at = serve(kind) if kind != "folder" else contextmanager(lambda: (yield "folder:"))()
        with at as url:
            monkeypatch.delenv("LEISSNER_TRANSFER_PASSWORD", raising=False)
            url = urlsplit(url)
            source(leissner, home, ",".join(map(str, (
                "bank", url.scheme, url.hostname or "", inbox.path / "in" if kind == "folder" else "in",
                "BANK_PASSWORD", url.username or "", url.port or "", archive, 0))))
            yield inbox.path / "in"

    return run


def source(leissner, home: Path, *rows: str, head: str = HEAD) -> None:
    file = home.parent / "payment_sources.csv"
    file.write_text("\n".join((head, *rows)) + "\n")
    outcome = leissner("import", file)
    assert outcome.code == 0, outcome.err


@pytest.fixture
def fetch(leissner, home):
    """fetch() hands on to the folder `on`, or loads: {name: state} of what is new, and the whole."""
    def run(*options, code=0, loads=False):
        outcome = leissner("payments", "fetch", "--json", *options,
                           *([] if loads else ["--pass-on", home.parent / "on"]))
        assert outcome.code == code, outcome.out + outcome.err
        told = json.loads(outcome.out)
        return {file["name"]: file["state"] for one in told for file in one["files"]}, told

    return run


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


STRANGE = {"BG 1;a:b.txt": b"1", "Återbetalning.txt": b"2", "-x": b"3"}


@pytest.mark.parametrize("kind", ["ftp", "ftps", "sftp", "old ftp", "old ftps", "folder"])
def test_files_come_once_and_go_into_the_archive(bank, fetch, home, kind):
    with bank(kind) as there:
        for name, data in STRANGE.items():
            (there / name).write_bytes(data)
        raw = b"\xd6re.txt" if kind in ("sftp", "folder") else "Öre.txt".encode()
        (there / os.fsdecode(raw)).write_bytes(b"4")
        for name in ("half.TMP", "x.part", ".hidden", "y.filepart", "empty"):
            (there / name).write_bytes(b"" if name == "empty" else b"5")
        new, (told,) = fetch()
        assert new == dict.fromkeys([*STRANGE, "Öre.txt"], "passed_on")
        assert held(home.parent / "on") == STRANGE | {"Öre.txt": b"4"}
        assert told["left"] == ["empty"] and not told["problems"] and all(file["is_archived"] for file in told["files"])
        assert set(held(there)) == {"half.TMP", "x.part", ".hidden", "y.filepart", "empty"}
        assert sorted(held(there / "done").values()) == [b"1", b"2", b"3", b"4"]
        assert fetch()[0] == {}


@pytest.mark.parametrize("kind", ["ftp", "ftps", "sftp"])
def test_cut_at_every_step_it_goes_on(bank, fetch, home, inbox, kind):  # noqa: F811
    files = {"a.txt": os.urandom(5_000_000), "b.txt": os.urandom(200_000)}
    with bank(kind) as there:
        for step in FETCH_STEPS:
            for name, data in files.items():
                (there / name).write_bytes(data + step.encode())
            inbox.drop_at, inbox.dropped, inbox.offsets = step, [], []
            _, (told,) = fetch(code=1)
            assert inbox.dropped == [step] and len(told["problems"]) == 1 and "failed: " in told["problems"][0], told
            assert PASSWORD not in f"{told}"
            fetch()
            assert held(there) == {}, step
            assert held(home.parent / "on") == {name: data + step.encode() for name, data in files.items()}
            if step == "send":
                assert [offset > 0 for offset in inbox.offsets] == [False, True, False], inbox.offsets
            for path in (home.parent / "on").iterdir():
                path.unlink()
        assert len(held(there / "done")) == 2 * len(FETCH_STEPS)
        assert fetch()[0] == {} and held(home.parent / "on") == {}
        assert not [path for path in (home / "payments" / "bank").iterdir() if path.suffix in (".new", ".part")]


def test_known_by_their_bytes_not_by_their_names(bank, fetch, home, leissner):
    with bank("ftp") as there:
        (there / "a.txt").write_bytes(b"one")
        (there / "other.txt").write_bytes(b"one")
        os.utime(there / "a.txt", (1, 1))  # the older one comes first
        assert fetch()[0] == {"a.txt": "passed_on", "other.txt": "repeated"}
        (there / "third.txt").write_bytes(b"one")
        assert fetch()[0] == {"third.txt": "repeated"}
        (there / "a.txt").write_bytes(b"one")
        os.utime(there / "a.txt", (1, 1))
        assert fetch()[0] == {}
        assert held(there) == {} and len(held(home.parent / "on")) == 1
        (there / "a.txt").write_bytes(b"two")  # as long as the first one
        new, (told,) = fetch(code=1)
        assert new == {} and "other contents" in told["problems"][0] and held(there) == {"a.txt": b"two"}
        (home.parent / "on" / "a.txt").unlink()
        assert fetch()[0] == {"a.txt": "passed_on"}
        assert held(home.parent / "on") == {"a.txt": b"two"}
        assert sorted(held(there / "done").values()) == [b"one"] * 4 + [b"two"]


@pytest.mark.parametrize("kind", ["sftp", "old ftp"])
def test_without_an_archive_files_stay_and_are_looked_at_once(bank, fetch, home, inbox, kind):  # noqa: F811
    with bank(kind, archive="") as there:
        (there / "daily.txt").write_bytes(b"one")
        fetch()
        inbox.offsets.clear()
        _, (told,) = fetch()
        assert told["known"] == 1 and not told["files"] and inbox.offsets == []
        (home.parent / "on" / "daily.txt").unlink()
        (there / "daily.txt").write_bytes(b"two")
        os.utime(there / "daily.txt", (2_000_000_000, 2_000_000_000))
        assert fetch()[0] == {"daily.txt": "passed_on"} and held(home.parent / "on") == {"daily.txt": b"two"}


def test_what_is_still_written_waits(bank, fetch, home, monkeypatch):
    with bank("ftp") as there:
        (there / "a.txt").write_bytes(b"whole")
        (there / "b.txt").write_bytes(b"ha")

        def write(seconds):
            with open(there / "b.txt", "ab") as file:
                file.write(b"lf")

        monkeypatch.setattr(payments_fetch.time, "sleep", write)
        new, (told,) = fetch()
        assert new == {"a.txt": "passed_on"} and told["left"] == ["b.txt"]
        monkeypatch.undo()


@pytest.mark.parametrize(("kind", "spoil", "says"), [
    ("ftp", "password", "The password comes from {home}/secrets/BANK_PASSWORD"),
    ("sftp", "password", "The password comes from {home}/secrets/BANK_PASSWORD"),
    ("ftp", "mode", "others could read or change it"),
    ("ftp", "nothing", "There is no secret BANK_PASSWORD"),
    ("ftp", "two lines", "must be one line"),
    ("ftps", "certificate", "the login failed"),
    ("sftp", "archive", "What came is safe here"),
    ("ftp", "archive", "What came is safe here"),
    ("ftp", "folder", "the way to in failed"),
    ("folder", "folder", "There is no folder"),
])
def test_what_is_wrong_is_told_and_the_other_source_comes(bank, fetch, home, leissner, tmp_path, monkeypatch,
                                                          kind, spoil, says):
    secret = home / "secrets" / "BANK_PASSWORD"
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / "z.txt").write_bytes(b"z")
    with bank(kind) as there:
        source(leissner, home, f"zzz,folder,{tmp_path / 'spool'},0", head="code,protocol,path,quiet_seconds")
        (there / "a.txt").write_bytes(b"a")
        if spoil == "password":
            secret.write_text("wrong secret")
        if spoil == "mode":
            secret.chmod(0o640)
        if spoil == "nothing":
            secret.unlink()
        if spoil == "two lines":
            secret.write_text("a\nb\n")
        if spoil == "certificate":
            monkeypatch.delenv("SSL_CERT_FILE")
        if spoil == "archive":
            (there / "done").rmdir()
        if spoil == "folder":
            there.rename(there.with_name("gone"))
        new, (told, other) = fetch(code=1)
        assert len(told["problems"]) == 1 and says.format(home=home) in told["problems"][0], told
        assert "wrong secret" not in told["problems"][0] and PASSWORD not in told["problems"][0]
        assert new == {"z.txt": "passed_on"} | ({"a.txt": "passed_on"} if spoil == "archive" else {})
        if spoil == "archive":
            (there / "done").mkdir()
            assert fetch()[0] == {} and held(there) == {} and held(there / "done") == {"a.txt": b"a"}
        if spoil == "password":
            monkeypatch.setenv("BANK_PASSWORD", PASSWORD)  # which goes before the file
            assert fetch()[0] == {"a.txt": "passed_on"}


def test_a_server_that_lies_about_names_and_sizes(bank, fetch, home, inbox):  # noqa: F811
    inbox.told = [b"type=file;size=%s;modify=20261120100000; %s\r\n" % line for line in (
        (b"5", b"../../secrets/BANK_PASSWORD"), (b"5", b"a\x1b]0;x\x07"), (b"5", b"n" * 250), (b"9" * 30, b"huge"),
        (b"5", b"not there"), (b"5", b".."))]
    with bank("ftp") as there:
        (there / "z.txt").write_bytes(b"z")
        new, (told,) = fetch(code=1)
        assert new == {"z.txt": "passed_on"} and held(there / "done") == {"z.txt": b"z"}
        assert len(told["problems"]) == 4 and "\x1b" not in "".join(told["problems"])
        assert {path.name.partition("-")[2] for path in (home / "payments" / "bank").iterdir()} == {
            "z.txt", "not_there.new.part"}


def test_a_server_that_begins_at_the_first_byte_and_tells_no_size(bank, fetch, home, inbox):  # noqa: F811
    data = os.urandom(400_000)
    with bank("ftp") as there:
        (there / "a.txt").write_bytes(data)
        inbox.drop_at = "send"
        fetch(code=1)
        inbox.is_fresh = True
        assert fetch()[0] == {"a.txt": "passed_on"} and held(home.parent / "on") == {"a.txt": data}
        inbox.told = [b"type=file; b.txt\r\n"]
        (there / "b.txt").write_bytes(b"b")
        assert fetch()[0] == {"b.txt": "passed_on"}


def test_a_private_key_is_a_secret_too(bank, fetch, home, inbox):  # noqa: F811
    inbox.key = asyncssh.generate_private_key("ssh-ed25519")
    secret = home / "secrets" / "BANK_PASSWORD"
    with bank("sftp") as there:
        (there / "a.txt").write_bytes(b"a")
        secret.write_bytes(inbox.key.export_private_key("pkcs8-pem", "x"))
        assert "the reading of the private key failed" in fetch(code=1)[1][0]["problems"][0]
        secret.write_bytes(inbox.key.export_private_key())
        assert fetch()[0] == {"a.txt": "passed_on"}


def test_killed_at_any_moment_and_two_at_once(bank, home, tmp_path):
    files = {f"{number:02}.txt": os.urandom(300_000) for number in range(30)}
    command = [sys.executable, "-c", COMMAND, "payments", "fetch", "--pass-on", f"{tmp_path / 'on'}"]
    with bank("sftp") as there:
        for name, data in files.items():
            (there / name).write_bytes(data)
        for folder, count in ((home / "payments" / "bank", 1), (home / "payments" / "bank", 12), (tmp_path / "on", 5),
                              (there / "done", 5)):
            running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            while running.poll() is None and (not folder.exists() or len(os.listdir(folder)) < count):
                time.sleep(0.001)
            running.send_signal(signal.SIGKILL)
            running.communicate()
        two = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        told = [(*one.communicate(), one.returncode) for one in two]
        assert [code for *_, code in told] == [0, 0], told
        assert held(there) == {} and held(there / "done") == files == held(tmp_path / "on")


def test_who_is_second_says_so(bank, fetch, database):
    with bank("ftp") as there, database.connect() as other:
        (there / "a.txt").write_bytes(b"a")
        other.execute("select api.payment_fetch_begin('bank')")
        new, (told,) = fetch()
        assert told["is_busy"] and new == {} and held(there)
    with bank("ftp"):
        assert fetch()[0] == {"a.txt": "passed_on"}


def test_no_folder_is_made_and_no_unknown_source_is_taken(leissner, home):
    assert "There is no payment source yet" in leissner("payments", "fetch").err
    source(leissner, home, "bank,ftp,localhost,in,S,u,,,0")
    assert leissner("payments", "fetch", "--pass-on", home / "nowhere").code == 2
    assert "There is no payment source other; known are: bank." in leissner("payments", "fetch", "other").err


def paid(amount: int, deposit: int, giro="505-0109", reference="12345674") -> bytes:
    return bgmax(giro, DAY, [Paid(reference, Decimal(amount))], deposit=deposit, serial=deposit * 100)


def booked(database) -> list[tuple]:
    with database.connect() as conn:
        return [(row["amount"], row["state"]) for row in conn.execute(
            "select amount::int, state from billing.payment order by payment_id").fetchall()]


def test_files_are_loaded_once_and_a_rejected_one_stops_no_other(bank, fetch, database, home, leissner):
    with bank("sftp") as there:
        good, cut = paid(100, 1), paid(200, 2)[:-170]
        (there / "a.txt").write_bytes(cut)
        (there / "b.txt").write_bytes(good)
        new, (told,) = fetch(code=1, loads=True)
        assert new == {"a.txt": "rejected", "b.txt": "loaded"} and not told["problems"]
        assert booked(database) == [(100, "part")]
        assert held(there) == {"a.txt": cut} and held(there / "done") == {"b.txt": good}
        with database.connect() as conn:
            last = conn.execute("select max(event_id) from audit.event").fetchone()["max"]
            (there / "c.txt").write_bytes(good)
            (there / "d.txt").write_bytes(cut)
            new, _ = fetch(code=1, loads=True)
            assert new == {"a.txt": "rejected", "c.txt": "repeated", "d.txt": "rejected"}
            kinds = {row["kind"] for row in conn.execute("select kind from audit.event where event_id > %s", [last])}
            assert kinds == {"payment_fetch"}  # and no payment_file: nothing was loaded
        assert held(there / "done") == {"b.txt": good, "c.txt": good}
        (there / "d.txt").unlink()
        (there / "a.txt").write_bytes(paid(200, 2))
        (there / "b.txt").write_bytes(paid(300, 3))  # the name again, with other contents
        assert fetch(loads=True)[0] == {"a.txt": "loaded", "b.txt": "loaded"}
        assert booked(database) == [(100, "part"), (200, "part"), (300, "part")]
        assert held(there) == {} and len(held(there / "done")) == 4
    shown = leissner("payments", "fetched", "bank")
    assert shown.code == 0 and "rejected: " in shown.out and "as bank: b.txt, archived" in shown.out


def test_what_a_person_loads_by_hand_is_done(bank, fetch, database, home, leissner):
    with bank("ftp") as there:
        (there / "a.txt").write_bytes(paid(10, 11))
        (there / "z.txt").write_bytes(paid(20, 11))  # its own identity again
        new, (told,) = fetch(code=1, loads=True)
        assert new == {"a.txt": "loaded", "z.txt": "rejected"} and set(held(there)) == {"z.txt"}
        path = next(file["file"] for file in told["files"] if file["name"] == "z.txt")
        before = booked(database)
        by_hand = leissner("payments", "load", path, "--same-identity")
        assert by_hand.code == 0, by_hand
        assert fetch(loads=True)[0] == {} and held(there) == {} and len(booked(database)) <= len(before) + 1


def test_an_account_of_a_source_is_ours(bank, fetch, database, home, leissner):
    with bank("ftp") as there:
        (there / "a.txt").write_bytes(paid(30, 21, giro="5805-6177"))
        assert fetch(code=1, loads=True)[0] == {"a.txt": "rejected"}
        with database.connect() as conn:
            conn.execute("update billing.payment_source set account = '5805-6177', currency = 'SEK'")
        assert fetch(code=1, loads=True)[0] == {"a.txt": "rejected"}
        assert fetch("--retry", loads=True)[0] == {"a.txt": "loaded"} and held(there) == {}


def test_broken_off_between_loading_and_noting_it(bank, fetch, database, leissner, monkeypatch):
    real = payments_fetch._Source._call_one
    before = len(booked(database))

    def broken(self, name, **params):
        if name == "payment_fetch_mark":
            raise KeyboardInterrupt
        return real(self, name, **params)

    with bank("ftp") as there:
        (there / "a.txt").write_bytes(paid(40, 31))
        with monkeypatch.context() as patch:
            patch.setattr(payments_fetch._Source, "_call_one", broken)
            assert leissner("payments", "fetch").code == 130
        (there / "a.txt").unlink()  # the bank takes it away, and here it is safe
        assert fetch(loads=True)[0] == {"a.txt": "loaded"} and len(booked(database)) == before + 1
