"""Files to and from other houses, by URL: a folder, FTP, FTPS or SFTP.

    /var/spool/print      ftp://user@host/in      ftps://user@host:21/in      sftp://user@host/in

A path begins where the login does; //in is one from the root. The password is handed in, or comes from
LEISSNER_TRANSFER_PASSWORD, else from ~/.netrc (machine, login, password); SFTP also takes the keys of ~/.ssh and its
agent, or a private key that is handed in. FTPS is TLS on both channels (on port 990 before the first word)
with a certificate that is checked (SSL_CERT_FILE names an authority of one's own), SFTP a host key that stands in
~/.ssh/known_hosts, or in the file that LEISSNER_KNOWN_HOSTS names. Whatever is put appears whole or not at all.

Names travel as bytes: UTF-8, or as they are (ISO 8859-1) where a listing has one that is no UTF-8.
"""

import asyncio
import ftplib
import io
import netrc
import os
import re
import shutil
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from leissner.scripts.errors import LeissnerError

TIMEOUT_S = 60  # of each step, not of a file
HANGUP_S = 5
BLOCK = 1 << 20
SMALL = 16 << 20  # bytes, of what is read as a whole
AT_ONCE = 990  # the port of FTPS where TLS comes first
WIRE = "latin-1"  # every byte is a character of it
AGAIN = "What was there is untouched; the same command goes on where it stopped."


class SizeDiffers(LeissnerError):
    """What arrived has not the size that was listed: the file is still being written, or the server cut it off."""


class Refused(LeissnerError):
    """The other side said no to one thing; it is still there for others."""


class Listed(NamedTuple):
    """A file in a listing: its size, and the server's mark of its last change, as it writes it; None: it tells none."""

    size: int
    stamp: str | None


@contextmanager
def connect(address: str, secret: str | None = None, kept_in: str = "LEISSNER_TRANSFER_PASSWORD or ~/.netrc",
            ) -> Iterator["Place"]:
    """The place that a URL, or the name of a folder, stands for; with the password, or the private key for SFTP, that
    is kept in what `kept_in` says."""
    url = urlsplit(address)
    if not re.match("[a-z]+://", address):
        place: Place = Folder(Path(address))
    elif url.scheme == "file" and not url.netloc:
        place = Folder(Path(unquote(url.path)))
    elif url.scheme in SCHEMES and url.hostname:
        if url.password is not None:
            raise LeissnerError(f"The address of {url.hostname} has a password in it, which others could read.",
                                "Take it out; put it into LEISSNER_TRANSFER_PASSWORD or ~/.netrc.")
        place = SCHEMES[url.scheme](url)
    else:
        raise LeissnerError(f"{address} is no place for files.",
                            "A folder, ftp://user@host/path, ftps://user@host/path or sftp://user@host/path.")
    place.secret, place.kept_in = secret, kept_in
    try:
        place.open()
        yield place
    finally:
        place.close()


class Place:
    """What all places can do; each kind does the steps its own way. Names may have one folder: "ack/x"."""

    name: str
    secret: str | None = None
    kept_in: str
    as_they_are: set[str]  # names in listings that are no UTF-8
    errors: tuple[type[BaseException], ...] = (OSError,)

    def open(self) -> None:
        """Connects, and goes to the folder."""
        raise NotImplementedError

    def close(self) -> None:
        """Lets go; raises nothing."""

    def names(self, folder: str = "") -> dict[str, int]:
        """The files of the folder, or of one in it, with their sizes; {} where there is no such folder."""
        return {name: file.size for name, file in self.list(folder).items()}

    def list(self, folder: str = "", wanted: Callable[[str], bool] = lambda name: True) -> dict[str, Listed]:
        """The wanted files of the folder, or of one in it; old servers are asked about each, which takes its time."""
        with self.step(f"the listing of {folder or 'the folder'}"):
            return self._list(self._wire(folder), wanted)

    def read(self, name: str) -> bytes | None:
        """A small file's contents; None where there is none."""
        folder, _, base = name.rpartition("/")
        size = self.names(folder).get(base)
        if size is None:
            return None
        if size > SMALL:
            raise LeissnerError(f"{self.name}: {name} has {size} bytes, which is no answer or hash.")
        target = io.BytesIO()
        with self.step(f"the reading of {name}"):
            self._get(self._wire(name), target, 0)
        return target.getvalue()

    def get(self, name: str, path: Path, size: int | None = None) -> None:
        """Fetches a file of that size, as listed; what an attempt before got is not fetched again."""
        if size is None:
            folder, _, base = name.rpartition("/")
            size = self.names(folder).get(base)
        if size is None:
            raise LeissnerError(f"{self.name}: there is no file {name}.")
        part = path.with_name(path.name + ".part")
        got = part.stat().st_size if part.exists() else 0
        if got > size:
            part.unlink()
            got = 0
        with open(part, "ab") as target, self.step(f"the download of {name}"):
            if got < size:  # some servers know no place behind the end
                self._get(self._wire(name), target, got)
            target.flush()
            os.fsync(target.fileno())
        if (got := part.stat().st_size) != size:
            part.unlink()
            raise SizeDiffers(f"{self.name}: {name} has {size} bytes, {got} arrived.", "Run the same command again.")
        part.replace(path)

    def put(self, name: str, source: Path | bytes) -> None:
        """Uploads a file as NAME.tmp, checks its size, and gives it its name; a file of that name gives way."""
        temporary = name + ".tmp"
        with self.step(f"the upload of {name}"), _source(source) as (file, size):
            self._put(self._wire(temporary), file)
        with self.step(f"the check of {temporary}"):
            arrived = self._size(self._wire(temporary))
        if arrived != size:
            raise LeissnerError(f"{self.name}: {temporary} has {arrived} bytes instead of {size}.",
                                f"Is the disk there full? {AGAIN}")
        with self.step(f"the renaming of {temporary}"):
            self._rename(self._wire(temporary), self._wire(name))

    def move(self, name: str, to: str) -> None:
        """Gives a file another name; a file that has it gives way."""
        with self.step(f"the renaming of {name}"):
            self._rename(self._wire(name), self._wire(to))

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Whatever goes wrong in here is told with the server and the step."""
        try:
            yield
        except self.errors as error:
            words = _said(_words(error))
            if self.secret:  # a server may quote what it was told
                words = words.replace(self.secret, "…")
            kind = Refused if self._is_refusal(error) else LeissnerError
            raise kind(f"{self.name}: {what} failed: {words}", _hint(error, self.kept_in)) from error

    def _shown(self, wire: str) -> str:
        """The name that came as these bytes; how it came is remembered."""
        if (name := _said(wire)) == wire and not wire.isascii():
            self.as_they_are.add(name)
        return name

    def _wire(self, name: str) -> str:
        """The bytes of a name, or of a path."""
        return "/".join(part if part in self.as_they_are else part.encode().decode(WIRE) for part in name.split("/"))

    # From here on names are bytes, each a character. -------------------------------------------------------------

    def _is_refusal(self, error: BaseException) -> bool:
        raise NotImplementedError

    def _list(self, folder: str, wanted: Callable[[str], bool]) -> dict[str, Listed]:
        raise NotImplementedError

    def _get(self, name: str, target: BinaryIO, offset: int) -> None:
        raise NotImplementedError

    def _put(self, name: str, source: BinaryIO) -> None:
        raise NotImplementedError

    def _size(self, name: str) -> int:
        raise NotImplementedError

    def _rename(self, name: str, to: str) -> None:
        raise NotImplementedError


class Folder(Place):
    """A folder of this machine."""

    def __init__(self, path: Path):
        self.path, self.name, self.as_they_are = path, f"{path}", set()

    def open(self) -> None:
        pass

    def _is_refusal(self, error: BaseException) -> bool:
        return True

    def _list(self, folder: str, wanted: Callable[[str], bool]) -> dict[str, Listed]:
        if not (inside := self._path(folder)).is_dir():
            return {}
        found = {}
        with os.scandir(inside) as entries:
            for entry in entries:
                name = self._shown(os.fsencode(entry.name).decode(WIRE))
                if wanted(name) and entry.is_file():
                    state = entry.stat()
                    found[name] = Listed(state.st_size, f"{state.st_mtime_ns}")
        return found

    def _path(self, name: str) -> Path:
        return self.path / os.fsdecode(name.encode(WIRE))

    def _get(self, name: str, target: BinaryIO, offset: int) -> None:
        with open(self._path(name), "rb") as source:
            source.seek(offset)
            shutil.copyfileobj(source, target, BLOCK)

    def _put(self, name: str, source: BinaryIO) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        with open(self._path(name), "wb") as target:
            shutil.copyfileobj(source, target, BLOCK)
            target.flush()
            os.fsync(target.fileno())

    def _size(self, name: str) -> int:
        return self._path(name).stat().st_size

    def _rename(self, name: str, to: str) -> None:
        self._path(name).replace(self._path(to))


class Server(Place):
    """What the servers have in common."""

    port: int

    def __init__(self, url: SplitResult):
        self.host, self.user = url.hostname or "", unquote(url.username) if url.username else None
        self.as_they_are = set()
        try:
            self.port = url.port or self.port
        except ValueError as error:
            raise LeissnerError(f"{url.geturl()}: the port is no number up to 65535.") from error
        self.folder = unquote(url.path).removeprefix("/").rstrip("/")
        self.name = f"{url.scheme}://{f'{self.user}@' if self.user else ''}{self.host}:{self.port}"
        if any(sign in f"{self.user}{self.folder}" for sign in "\r\n\0"):
            raise LeissnerError(f"{self.name!r}: user and path must be one line.")

    def password(self) -> str | None:
        if self.secret is None:
            self.secret = self._password()
        return self.secret

    def _password(self) -> str | None:
        if given := os.environ.get("LEISSNER_TRANSFER_PASSWORD"):
            return given
        try:
            found = netrc.netrc().authenticators(self.host)  # ~/.netrc, if nobody else may read it
        except FileNotFoundError:
            return None
        except (netrc.NetrcParseError, OSError, UnicodeDecodeError) as error:
            line = getattr(error, "lineno", None)  # the message itself could quote a password
            raise LeissnerError(f"~/.netrc cannot be read{f', line {line}' if line else ''}.",
                                "It has lines like: machine HOST login USER password PASSWORD, and nobody else may "
                                "read it: chmod 600 ~/.netrc") from None
        if not found or self.user and found[0] and found[0] != self.user:
            return None
        self.user = self.user or found[0] or None
        return found[2]


class Ftp(Server):
    """FTP, passive."""

    port = 21
    errors = (OSError, EOFError, *ftplib.all_errors)

    def open(self) -> None:
        password = self.password()
        self.ftp = self._client()
        with self.step("the connection"):
            self.ftp.connect(self.host, self.port)
        with self.step("the login"):
            self.ftp.login(self._wire(self.user or "anonymous"), self._wire(password or ""))
            self._protect()
            self.ftp.voidcmd("TYPE I")
        if self.folder:
            with self.step(f"the way to {self.folder}"):
                self.ftp.cwd(self._wire(self.folder))

    def close(self) -> None:
        with suppress(*self.errors, AttributeError):
            self.ftp.close()

    def _client(self) -> ftplib.FTP:
        return ftplib.FTP(timeout=TIMEOUT_S, encoding=WIRE)

    def _protect(self) -> None:
        pass

    def _is_refusal(self, error: BaseException) -> bool:
        return isinstance(error, (ftplib.error_perm, ftplib.error_temp)) and _code(error) != 421

    def _list(self, folder: str, wanted: Callable[[str], bool]) -> dict[str, Listed]:
        try:
            listed = list(self.ftp.mlsd(folder, ["type", "size", "modify"]))
        except ftplib.error_perm as error:
            if _code(error) == 550 and folder:
                return {}
            if _code(error) not in (500, 501, 502, 504):
                raise
            return self._plain_list(folder, wanted)
        files = {self._shown(wire): facts for wire, facts in listed if facts.get("type", "").lower() == "file"}
        if not all(facts.get("size", "").isdecimal() for facts in files.values()):
            return self._plain_list(folder, wanted)
        return {name: Listed(int(facts["size"]), facts.get("modify")) for name, facts in files.items() if wanted(name)}

    def _plain_list(self, folder: str, wanted: Callable[[str], bool]) -> dict[str, Listed]:
        """Of servers that know no MLSD, or tell no sizes by it: they name folders too, which have no size."""
        try:
            names = {name.rpartition("/")[2] for name in self.ftp.nlst(*filter(None, [folder]))}
        except (ftplib.error_perm, ftplib.error_temp) as error:
            if _code(error) in (450, 550):  # nothing in it, or nothing of that name
                return {}
            raise
        found = {}
        self.ftp.voidcmd("TYPE I")
        for wire in names:
            if wanted(name := self._shown(wire)):
                path, stamp = f"{folder}/{wire}" if folder else wire, None
                with suppress(ftplib.error_perm):
                    size = self.ftp.size(path) or 0
                    with suppress(ftplib.error_perm):
                        stamp = self.ftp.voidcmd(f"MDTM {path}")[4:]
                    found[name] = Listed(size, stamp)
        return found

    def _get(self, name: str, target: BinaryIO, offset: int) -> None:
        try:
            self.ftp.retrbinary(f"RETR {name}", target.write, BLOCK, rest=offset or None)
        except ftplib.error_perm:
            if not offset:
                raise
            target.truncate(0)  # a server that cannot begin in the middle
            self.ftp.retrbinary(f"RETR {name}", target.write, BLOCK)

    def _put(self, name: str, source: BinaryIO) -> None:
        self.ftp.storbinary(f"STOR {name}", source, BLOCK)

    def _size(self, name: str) -> int:
        self.ftp.voidcmd("TYPE I")  # listings have changed it
        return self.ftp.size(name) or 0

    def _rename(self, name: str, to: str) -> None:
        try:
            self.ftp.rename(name, to)
        except ftplib.error_perm:  # some servers put no file in the place of another
            if _said(to) not in self._list("", lambda name: True):
                raise
            self.ftp.delete(to)
            self.ftp.rename(name, to)


class _Socket(ssl.SSLSocket):
    """Takes it that some servers hang up without a word at the end of a file: its size is checked anyhow."""

    def unwrap(self):
        self.settimeout(HANGUP_S)
        with suppress(OSError, ValueError):
            return super().unwrap()


class _Tls(ftplib.FTP_TLS):
    """Goes on with the same TLS session on the data channel: many servers demand it."""

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple:
        conn, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        return self.context.wrap_socket(conn, server_hostname=self.host, session=self.sock.session), size


class _TlsAtOnce(_Tls):
    """For servers that speak TLS before the first word."""

    _sock = None

    @property
    def sock(self):
        return self._sock

    @sock.setter
    def sock(self, sock):
        if sock is not None and not isinstance(sock, ssl.SSLSocket):
            sock = self.context.wrap_socket(sock, server_hostname=self.host)
        self._sock = sock


class Ftps(Ftp):
    """FTP with TLS (AUTH TLS, or at once on its own port) before the login, and on the data channel."""

    errors = (*Ftp.errors, ssl.SSLError, ssl.CertificateError)

    def _client(self) -> ftplib.FTP:
        context = ssl.create_default_context()
        context.sslsocket_class = _Socket
        kind = _TlsAtOnce if self.port == AT_ONCE else _Tls
        return kind(timeout=TIMEOUT_S, encoding=WIRE, context=context)

    def _protect(self) -> None:
        self.ftp.prot_p()


class Sftp(Server):
    """Files over SSH."""

    port = 22

    def open(self) -> None:
        import asyncssh

        self.errors = (OSError, asyncssh.Error, asyncssh.KeyImportError, asyncssh.KeyEncryptionError,
                       asyncio.TimeoutError)
        proof: dict[str, Any] = {"password": self.password()}
        if proof["password"] and proof["password"].startswith("-----BEGIN "):
            with self.step("the reading of the private key"):
                proof = {"client_keys": [asyncssh.import_private_key(proof["password"])]}
        self.runner = asyncio.Runner()
        with self.step("the connection"):
            self.conn = self._do(asyncssh.connect(
                self.host, self.port, username=self.user or (), known_hosts=_known_hosts(),
                connect_timeout=TIMEOUT_S, login_timeout=TIMEOUT_S, **proof))
        with self.step("the start of SFTP"):
            self.sftp = self._do(self.conn.start_sftp_client(path_encoding=WIRE))
        if self.folder:
            folder = self._wire(self.folder)
            with self.step(f"the way to {self.folder}"):
                if not self._do(self.sftp.isdir(folder)):  # chdir itself asks nobody
                    raise asyncssh.SFTPNoSuchFile("no such folder")
                self._do(self.sftp.chdir(folder))

    def close(self) -> None:
        with suppress(*self.errors, AttributeError):
            self.conn.abort()
            self._do(self.conn.wait_closed())
        with suppress(AttributeError):
            self.runner.close()

    def _is_refusal(self, error: BaseException) -> bool:
        from asyncssh import SFTPConnectionLost, SFTPError, SFTPNoConnection

        return isinstance(error, SFTPError) and not isinstance(error, (SFTPConnectionLost, SFTPNoConnection))

    def _do(self, work) -> Any:
        async def limited():
            return await asyncio.wait_for(work, TIMEOUT_S)

        return self.runner.run(limited())

    def _list(self, folder: str, wanted: Callable[[str], bool]) -> dict[str, Listed]:
        from asyncssh import SFTPNoSuchFile
        from asyncssh.constants import FILEXFER_TYPE_REGULAR, FILEXFER_TYPE_UNKNOWN

        def is_file(entry) -> bool:  # some servers tell it only in the line that is for people
            return entry.attrs.type == FILEXFER_TYPE_REGULAR or (
                entry.attrs.type == FILEXFER_TYPE_UNKNOWN and not f"{entry.longname}".startswith(("d", "l")))

        try:
            listed = self._do(self.sftp.readdir(folder or "."))
        except SFTPNoSuchFile:
            if folder:
                return {}
            raise
        return {name: Listed(entry.attrs.size or 0, f"{entry.attrs.mtime}" if entry.attrs.mtime else None)
                for entry in listed
                if is_file(entry) and wanted(name := self._shown(entry.filename))}

    def _get(self, name: str, target: BinaryIO, offset: int) -> None:
        file = self._do(self.sftp.open(name, "rb"))
        try:
            while block := self._do(file.read(BLOCK, offset)):
                target.write(block)
                offset += len(block)
        finally:
            self._shut(file)

    def _put(self, name: str, source: BinaryIO) -> None:
        file = self._do(self.sftp.open(name, "wb"))
        try:
            while block := source.read(BLOCK):
                self._do(file.write(block))
        except BaseException:
            self._shut(file)
            raise
        self._do(file.close())

    def _shut(self, file) -> None:
        with suppress(*self.errors):
            self._do(file.close())

    def _size(self, name: str) -> int:
        return self._do(self.sftp.stat(name)).size

    def _rename(self, name: str, to: str) -> None:
        from asyncssh import SFTPOpUnsupported

        try:
            self._do(self.sftp.posix_rename(name, to))
        except SFTPOpUnsupported:
            if self._do(self.sftp.exists(to)):
                self._do(self.sftp.remove(to))
            self._do(self.sftp.rename(name, to))


SCHEMES: dict[str, Callable[[SplitResult], Server]] = {"ftp": Ftp, "ftps": Ftps, "sftp": Sftp}


@contextmanager
def _source(source: Path | bytes) -> Iterator[tuple[BinaryIO, int]]:
    if isinstance(source, bytes):
        yield io.BytesIO(source), len(source)
    else:
        with open(source, "rb") as file:
            yield file, os.fstat(file.fileno()).st_size


def _known_hosts() -> list[str] | bytes:
    """Never none at all, which would be no check."""
    if given := os.environ.get("LEISSNER_KNOWN_HOSTS"):
        if not Path(given).is_file():
            raise LeissnerError(f"LEISSNER_KNOWN_HOSTS: there is no file {given}.")
        return [given]
    return [f"{path}" for path in (Path.home() / ".ssh/known_hosts", Path("/etc/ssh/ssh_known_hosts"))
            if path.is_file()] or b"\n"


def _said(text: str) -> str:
    """What was read byte by byte, where it is UTF-8."""
    try:
        return text.encode(WIRE).decode()
    except UnicodeError:
        return text


def _code(error: Exception) -> int:
    text = f"{error}"[:3]
    return int(text) if text.isdigit() else 0


def _words(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer in {TIMEOUT_S} seconds"
    if isinstance(error, EOFError) or isinstance(error, ConnectionError) and not error.strerror:
        return "the server closed the connection"
    return " ".join(f"{getattr(error, 'strerror', None) or error}".split()) or type(error).__name__


def _hint(error: BaseException, kept_in: str) -> str:
    kind = type(error).__name__
    if isinstance(error, ssl.SSLCertVerificationError):
        return "If the authority is their own: SSL_CERT_FILE names its certificate. Nothing was sent."
    if kind == "HostKeyNotVerifiable":
        return ("ssh-keyscan shows the server's key: compare it with what its owner told you, then add it to "
                "~/.ssh/known_hosts. Nothing was sent.")
    if kind == "PermissionDenied" or isinstance(error, ftplib.error_perm) and _code(error) == 530:
        return f"Is the user right? The password comes from {kept_in}."
    if isinstance(error, FileNotFoundError) or kind == "SFTPNoSuchFile" or _code(error) == 550:
        return "Does the folder exist there, and may the user write to it?"
    return AGAIN
