"""Real FTP, FTPS and SFTP servers of the tests, on the loopback, that can drop the connection at any step."""

import asyncio
import datetime
import ipaddress
import logging
import threading
from contextlib import contextmanager
from pathlib import Path

import asyncssh
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.filesystems import AbstractedFS
from pyftpdlib.handlers import DTPHandler, FTPHandler, TLS_DTPHandler, TLS_FTPHandler
from pyftpdlib.servers import FTPServer

USER, PASSWORD = "norrsken", "s3cret pass"
STEPS = ("connect", "login", "begin", "data", "check", "rename", "renamed", "done", "done renamed")
FETCH_STEPS = ("connect", "login", "list", "get", "send", "rename", "renamed")
logging.getLogger("pyftpdlib").setLevel(logging.CRITICAL)
logging.getLogger("asyncssh").setLevel(logging.CRITICAL)


class Inbox:
    """What a server keeps, and the step at which it hangs up, once."""

    def __init__(self, path: Path):
        self.path, self.drop_at, self.dropped, self.logins = path, None, [], 0
        self.is_talkative, self.offsets = False, []
        self.is_at_once = False  # does TLS come before the first word?
        self.is_fresh = False  # does it always begin at the first byte?
        self.told: list[bytes] = []  # further lines of a listing
        self.key: asyncssh.SSHKey | None = None  # that may log in

    def drops(self, step: str, name: str = "") -> bool:
        """Is it now? Steps of the .done file have names of their own."""
        if ".done" in name:
            step = {"begin": "done", "renamed": "done renamed"}.get(step, "-")
        if step != self.drop_at:
            return False
        self.dropped.append(step)
        self.drop_at = None
        return True


def _ftp(inbox: Inbox, tls: Path | None, is_old: bool):
    base, channel = (TLS_FTPHandler, TLS_DTPHandler) if tls else (FTPHandler, DTPHandler)

    class Data(channel):
        def recv(self, buffer_size):
            chunk = super().recv(buffer_size)
            if not (chunk and self.receive and inbox.drops("data", self.file_obj.name)):
                return chunk
            self.file_obj.write(chunk[:1000])
            self.cmd_channel.close()
            return b""

        def push_with_producer(self, producer):
            if hasattr(producer, "file") and inbox.drops("send"):
                producer = Cut(self, producer)
            super().push_with_producer(producer)

        if is_old and tls:
            def _do_ssl_shutdown(self):
                DTPHandler.close(self)

    class Cut:
        """Sends a bit of a file and hangs up."""

        def __init__(self, channel, producer):
            self.channel, self.producer, self.blocks = channel, producer, 3

        def more(self):
            self.blocks -= 1
            if self.blocks:
                return self.producer.more()
            self.channel.cmd_channel.close()
            return b""

    class Told(AbstractedFS):
        def format_mlsx(self, *args, **options):
            yield from super().format_mlsx(*args, **options)
            yield from inbox.told

    class Handler(base):
        abstracted_fs = Told
        dtp_handler = Data
        use_sendfile = False
        banner = "ready"

        def handle(self):
            if inbox.is_at_once:
                self.secure_connection(self.get_ssl_context())
            super().handle()

        def on_connect(self):
            if inbox.drops("connect"):
                self.close()

        def ftp_PASS(self, line):  # noqa: N802
            if inbox.drops("login"):
                return self.close()
            if inbox.is_talkative:
                return self.respond(f"530 No: PASS {line}")
            return super().ftp_PASS(line)

        def on_login(self, username):
            inbox.logins += 1

        def ftp_MLSD(self, path):  # noqa: N802
            return self.close() if inbox.drops("list") else super().ftp_MLSD(path)

        def ftp_REST(self, line):  # noqa: N802
            return self.respond("502 No.") if inbox.is_fresh else super().ftp_REST(line)

        def ftp_RETR(self, file):  # noqa: N802
            inbox.offsets.append(self._restart_position)
            return self.close() if inbox.drops("get") else super().ftp_RETR(file)

        def ftp_STOR(self, file, mode="w"):  # noqa: N802
            if inbox.drops("begin", file):
                return self.close()
            return super().ftp_STOR(file, mode)

        def ftp_SIZE(self, path):  # noqa: N802
            if inbox.drops("check", path):
                return self.close()
            return super().ftp_SIZE(path)

        def ftp_RNTO(self, path):  # noqa: N802
            if is_old and self.fs.lexists(path):
                return self.respond("553 It exists.")
            if inbox.drops("rename", path):
                return self.close()
            if inbox.drops("renamed", path):  # done, but nobody is told
                self.fs.rename(self._rnfr, path)
                return self.close()
            return super().ftp_RNTO(path)

    handler = Handler
    handler.auth_failed_timeout = 0
    if is_old:
        handler.encoding = "latin-1"
        handler.proto_cmds = {name: one for name, one in base.proto_cmds.items() if name not in ("MLSD", "MLST")}
    handler.authorizer = DummyAuthorizer()
    handler.authorizer.add_user(USER, PASSWORD, f"{inbox.path}", perm="elradfmwMT")
    if tls:
        handler.certfile = f"{tls}"
        handler.tls_control_required = handler.tls_data_required = True
    return handler


@contextmanager
def ftp(inbox: Inbox, tls: Path | None = None, is_old: bool = False):
    """The port of an FTP server, of an FTPS server where it has a certificate. An old one knows neither MLSD nor
    UTF-8, puts no file in the place of another, and hangs up without ending TLS."""
    server = FTPServer(("127.0.0.1", 0), _ftp(inbox, tls, is_old))
    stop = threading.Event()

    def serve():
        while not stop.is_set():
            server.serve_forever(timeout=0.05, blocking=False)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server.address[1]
    finally:
        stop.set()
        thread.join()
        server.close_all()


@contextmanager
def sftp(inbox: Inbox, host_key: asyncssh.SSHKey):
    """The port of an SFTP server."""
    class Login(asyncssh.SSHServer):
        def connection_made(self, conn):
            self.conn = conn
            if inbox.drops("connect"):
                conn.abort()

        def password_auth_supported(self):
            return True

        def begin_auth(self, username):
            return True

        def public_key_auth_supported(self):
            return inbox.key is not None

        def validate_public_key(self, username, key):
            return username == USER and key == inbox.key.convert_to_public()

        def validate_password(self, username, password):
            if inbox.drops("login"):
                self.conn.abort()
            inbox.logins += 1
            return (username, password) == (USER, PASSWORD)

    class Files(asyncssh.SFTPServer):
        def __init__(self, chan):
            super().__init__(chan, chroot=f"{inbox.path}".encode())
            self.conn = chan.get_connection()

        def _drop(self, step, name):
            if inbox.drops(step, name.decode(errors="replace") if isinstance(name, bytes) else name):
                self.conn.abort()
                raise asyncssh.SFTPConnectionLost("dropped")

        def open(self, path, pflags, attrs):
            if pflags & asyncssh.FXF_WRITE:
                self._drop("begin", path)
            else:
                self.is_opened = True
                self._drop("get", path)
            return super().open(path, pflags, attrs)

        def scandir(self, path):
            self._drop("list", path)
            return super().scandir(path)

        def read(self, file_obj, offset, size):
            if self.is_opened:
                inbox.offsets.append(offset)
            elif offset:
                self._drop("send", file_obj.name)
            self.is_opened = False
            return super().read(file_obj, offset, size)

        def write(self, file_obj, offset, data):
            written = super().write(file_obj, offset, data)
            self._drop("data", file_obj.name)
            return written

        def stat(self, path):
            if path.endswith(b".tmp"):
                self._drop("check", path)
            return super().stat(path)

        def posix_rename(self, oldpath, newpath):
            self._drop("rename", newpath)
            super().posix_rename(oldpath, newpath)
            self._drop("renamed", newpath)

    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncssh.create_server(
        Login, "127.0.0.1", 0, server_host_keys=[host_key], sftp_factory=Files))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.get_port()
    finally:
        async def finish():
            server.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            await server.wait_closed()

        asyncio.run_coroutine_threadsafe(finish(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def certificate(path: Path) -> Path:
    """A certificate of 127.0.0.1 by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(1).not_valid_before(now - datetime.timedelta(1)).not_valid_after(now + datetime.timedelta(1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
            .add_extension(x509.BasicConstraints(True, None), True).sign(key, hashes.SHA256()))
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                       serialization.NoEncryption()) + made.public_bytes(serialization.Encoding.PEM))
    return path
