"""Files to and from real FTP, FTPS and SFTP servers: dropped at every step, refused, never seen half."""

import os
import socket
from contextlib import contextmanager

import asyncssh
import pytest

from leissner.scripts import transfer
from leissner.scripts.errors import LeissnerError
from leissner.scripts.tests import servers
from leissner.scripts.tests.servers import PASSWORD, STEPS, USER, Inbox
from leissner.scripts.tests.test_bill import THROUGH, conn, database, done, loaded, rows  # noqa: F401

KINDS = ("ftp", "ftps", "sftp")


@pytest.fixture
def inbox(tmp_path):
    (tmp_path / "server" / "in").mkdir(parents=True)
    return Inbox(tmp_path / "server")


@pytest.fixture
def serve(inbox, tmp_path, monkeypatch):
    """serve(kind) is a context with the URL of a server, which our side may trust."""
    monkeypatch.setenv("HOME", f"{tmp_path}")
    monkeypatch.setenv("LEISSNER_TRANSFER_PASSWORD", PASSWORD)
    monkeypatch.setattr(transfer, "TIMEOUT_S", 5)

    @contextmanager
    def run(kind):
        if kind == "sftp":
            key = asyncssh.generate_private_key("ssh-ed25519")
            with servers.sftp(inbox, key) as port:
                known = tmp_path / ".ssh" / "known_hosts"
                known.parent.mkdir(exist_ok=True)
                known.write_text(f"[127.0.0.1]:{port} {key.export_public_key().decode()}")
                yield f"sftp://{USER}@127.0.0.1:{port}/in"
        else:
            tls = servers.certificate(tmp_path / "server.pem") if kind.endswith("ftps") else None
            if tls:
                monkeypatch.setenv("SSL_CERT_FILE", f"{tls}")
            with servers.ftp(inbox, tls, kind.startswith("old")) as port:
                yield f"{kind.split()[-1]}://{USER}@127.0.0.1:{port}/in"

    return run


@pytest.mark.parametrize("kind", [*KINDS, "old ftp", "old ftps", "folder"])
def test_there_and_back(serve, inbox, tmp_path, kind):
    data = os.urandom(3_000_000)
    source, back = tmp_path / "source", tmp_path / "back"
    source.write_bytes(data)
    with serve(kind) if kind != "folder" else contextmanager(lambda: (yield f"{inbox.path / 'in'}"))() as url, \
            transfer.connect(url) as place:
        assert place.names() == place.names("ack") == {} and place.read("a.zip") is None
        place.put("a.zip", b"before")
        assert place.read("a.zip") == b"before"
        place.put("a.zip", source)
        (inbox.path / "in" / "ack").mkdir()
        (inbox.path / "in" / "ack" / "å.ack").write_bytes(b"yes")
        assert place.names() == {"a.zip": len(data)} and place.names("ack") == {"å.ack": 3}
        assert place.read("ack/å.ack") == b"yes"
        (tmp_path / "back.part").write_bytes(data[:1_000_000])  # of an attempt that was broken off
        place.get("a.zip", back)
        assert back.read_bytes() == data and not (tmp_path / "back.part").exists()
        place.move("a.zip", "ack/a.zip")
        assert place.names() == {} and place.names("ack") == {"a.zip": len(data), "å.ack": 3}
        with pytest.raises(LeissnerError, match="no file b.zip"):
            place.get("b.zip", back)


@pytest.mark.parametrize("kind", KINDS)
def test_a_delivery_dropped_at_every_step_goes_on(leissner, conn, serve, inbox, tmp_path, kind):  # noqa: F811
    done(leissner("bill", "run", "--through", THROUGH))
    done(leissner("bill", "approve", 1, "--date", "2026-11-01", "--yes"))
    folder = inbox.path / "in"
    expected = None
    with serve(kind) as url:
        for step in STEPS:
            conn.execute("truncate billing.delivery")
            for path in folder.iterdir():
                path.unlink()
            inbox.drop_at, inbox.dropped = step, []
            broken = leissner("bill", "print-files", 1, "--to", url)
            assert (broken.code, inbox.dropped) == (1, [step]), broken.err
            assert "127.0.0.1" in broken.err and "failed: " in broken.err and len(broken.err.splitlines()) == 2
            assert PASSWORD not in broken.err
            whole = {path.name for path in folder.iterdir() if not path.name.endswith(".tmp")}
            assert not any(name.endswith(".done") for name in whole) or step == "done renamed"
            done(leissner("bill", "print-files", 1, "--to", url))
            made = {path.name: path.read_bytes() for path in folder.iterdir()}
            expected = expected or made
            assert made == expected and len(made) == 2, step
            assert rows(conn, "select state, count(*) from billing.delivery group by 1") == [("delivered", 3)]
        logins = inbox.logins
        stamps = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
        assert "sent before" in done(leissner("bill", "print-files", 1, "--to", url)).out
        assert stamps == {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
        assert inbox.logins == logins + 1
        (name,) = (name for name in made if name.endswith(".done"))
        (folder / name).write_text("0" * 64)
        other = leissner("bill", "print-files", 1, "--to", url, "--again")
        assert other.code == 1 and "another hash" in other.err


@pytest.mark.parametrize(("kind", "spoil", "says", "hint"), [
    ("sftp", "host key", "the connection failed", "ssh-keyscan"),
    ("sftp", "no known hosts", "the connection failed", "ssh-keyscan"),
    ("sftp", "password", "the connection failed", "LEISSNER_TRANSFER_PASSWORD"),
    ("ftp", "password", "the login failed", "LEISSNER_TRANSFER_PASSWORD"),
    ("ftp", "talkative", "No: PASS …", "LEISSNER_TRANSFER_PASSWORD"),
    ("ftps", "certificate", "the login failed", "SSL_CERT_FILE"),
    ("ftp", "folder", "the way to nowhere failed", "Does the folder exist"),
    ("sftp", "folder", "the way to nowhere failed", "Does the folder exist"),
    ("ftp", "silent", "no answer in", "the same command goes on"),
    ("sftp", "silent", "no answer in", "the same command goes on"),
    ("ftp", "closed", "Connect", "the same command goes on"),
])
def test_what_is_wrong_is_told_with_what_to_do(serve, inbox, tmp_path, monkeypatch, kind, spoil, says, hint):
    with serve(kind) as url, socket.socket() as silent:
        if spoil == "host key":
            other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
            known = tmp_path / ".ssh" / "known_hosts"
            known.write_text(known.read_text().split(" ")[0] + " " + other)
        if spoil == "no known hosts":
            (tmp_path / ".ssh" / "known_hosts").unlink()
            (tmp_path / ".ssh" / "config").write_text("UserKnownHostsFile none\nStrictHostKeyChecking no\n")
        if spoil == "password":
            monkeypatch.setenv("LEISSNER_TRANSFER_PASSWORD", "wrong secret")
        inbox.is_talkative = spoil == "talkative"
        if spoil == "certificate":
            monkeypatch.delenv("SSL_CERT_FILE")
        if spoil == "folder":
            url = url.removesuffix("in") + "nowhere"
        if spoil in ("silent", "closed"):
            monkeypatch.setattr(transfer, "TIMEOUT_S", 0.3)
            silent.bind(("127.0.0.1", 0))
            url = f"{kind}://{USER}@127.0.0.1:{silent.getsockname()[1]}/in"
            if spoil == "silent":
                silent.listen()
        with pytest.raises(LeissnerError) as caught, transfer.connect(url):
            pass
    assert f"{kind}://{USER}@127.0.0.1:" in str(caught.value) and says in str(caught.value), caught.value
    assert hint in caught.value.hint and PASSWORD not in f"{caught.value}{caught.value.hint}"
    assert inbox.logins <= 1


def test_the_password_stands_in_netrc_and_never_in_the_address(serve, tmp_path, monkeypatch):
    with serve("ftp") as url:
        monkeypatch.delenv("LEISSNER_TRANSFER_PASSWORD")
        (tmp_path / ".netrc").write_text(f'machine 127.0.0.1 login {USER} password "{PASSWORD}"\n')
        (tmp_path / ".netrc").chmod(0o600)
        with transfer.connect(url.replace(f"{USER}@", "")) as place:
            assert place.names() == {}
        with pytest.raises(LeissnerError, match="has a password in it") as caught, \
                transfer.connect(url.replace(USER, f"{USER}:hidden")):
            pass
        assert "hidden" not in str(caught.value)
        (tmp_path / ".netrc").chmod(0o644)
        with pytest.raises(LeissnerError, match="netrc cannot be read") as caught, transfer.connect(url):
            pass
        assert "chmod 600" in caught.value.hint
        (tmp_path / ".netrc").chmod(0o600)
        (tmp_path / ".netrc").write_text("machine 127.0.0.1 login x hidden")
        with pytest.raises(LeissnerError, match="netrc cannot be read, line 1") as caught, transfer.connect(url):
            pass
        assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("address", ["http://host/in", "sftp:///in", "ftp://host:99999/in", "file://host/in"])
def test_no_place_for_files(address):
    with pytest.raises(LeissnerError), transfer.connect(address):
        pass


def test_the_data_channel_goes_on_with_the_session_of_the_control_channel(serve, monkeypatch):
    """Many servers demand it, and the login's own certificate check covers it."""
    opened = []
    real = transfer._Tls.ntransfercmd

    def noted(self, *args):
        channel, size = real(self, *args)
        opened.append((channel.session_reused, channel.version()))
        return channel, size

    monkeypatch.setattr(transfer._Tls, "ntransfercmd", noted)
    with serve("ftps") as url, transfer.connect(url) as place:
        place.put("a", b"b")
        assert place.read("a") == b"b"
    assert opened and set(opened) == {(True, "TLSv1.3")}


def test_tls_before_the_first_word(serve, inbox, monkeypatch):
    inbox.is_at_once = True
    with serve("ftps") as url:
        monkeypatch.setattr(transfer, "AT_ONCE", int(url.split(":")[2].split("/")[0]))
        with transfer.connect(url) as place:
            place.put("a", b"b")
            assert place.read("a") == b"b"
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(LeissnerError, match="the connection failed: .*certificate"), transfer.connect(url):
            pass
    assert inbox.logins == 1
