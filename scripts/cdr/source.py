"""A file of calls as a stream of unpacked bytes, cut into blocks of whole lines."""

import bz2
import codecs
import gzip
import hashlib
import lzma
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from leissner.scripts.errors import LeissnerError

CHUNK = 1 << 20
BLOCK_LINES = 50_000  # at most this many records are one batch
LONGEST_LINE = 1 << 20
# An archive that unpacks to more than this times its size, and to more than a gigabyte, is no call file.
MOST_EXPANSION, FREE_EXPANSION = 200, 1 << 30

OPENERS = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}


class WrongFile(LeissnerError):
    """This file is not what the source says; nothing of it is kept."""


@dataclass
class Block:
    """Whole lines of a file, and where it stands after them."""

    lines: list[bytes]  # without line ends
    first_line: int  # number of the first one, from 1
    position: int  # bytes before the next block
    position_hash: bytes  # of everything before that
    line_no: int  # of the last line
    is_last: bool = False


@contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, bool]]:
    """The unpacked bytes of a file, known by its first bytes and not by its name; and was it packed?"""
    with open(path, "rb") as raw:
        head = raw.read(6)
        raw.seek(0)
        try:
            if head.startswith(b"PK\x03\x04"):
                with zipfile.ZipFile(raw) as archive:
                    members = [member for member in archive.infolist() if not member.is_dir()]
                    if len(members) != 1:
                        raise WrongFile(f"{path.name} holds {len(members)} files; one is expected.")
                    with archive.open(members[0]) as file:
                        yield file, True
                return
            for magic, opener in OPENERS.items():
                if head.startswith(magic):
                    with opener(raw, "rb") as file:
                        yield file, True
                    return
        # RuntimeError: a zip with a password
        except (EOFError, OSError, RuntimeError, lzma.LZMAError, zipfile.BadZipFile) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise WrongFile(f"{path.name} cannot be unpacked: {error}.") from error
        yield raw, False


class Stream:
    """Reads a file in chunks: unpacked, recoded from UTF-16 where it begins with its mark, hashed as it goes."""

    def __init__(self, path: Path, file: BinaryIO, is_packed: bool):
        self.file, self.name = file, path.name
        self.most = max(os.path.getsize(path) * MOST_EXPANSION, FREE_EXPANSION) if is_packed else None
        self.hash, self.position, self.last, self.unfinished = hashlib.sha256(), 0, b"", b""
        head = file.read(1 << 16)
        self.recode = None
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self.recode = codecs.getincrementaldecoder("utf-16")()
        self.rest = self._unpacked(head)

    def _unpacked(self, data: bytes, is_end: bool = False) -> bytes:
        if not self.recode:
            return data
        try:
            return self.recode.decode(data, is_end).encode()
        except UnicodeError as error:
            raise WrongFile(f"{self.name} begins as UTF-16 and does not go on so.") from error

    def chunk(self, size: int = CHUNK) -> bytes:
        """The next bytes; empty at the end."""
        while True:
            if self.rest:
                data, self.rest = self.rest[:size], self.rest[size:]
                return data
            packed = self.file.read(size)
            self.rest = self._unpacked(packed, not packed)
            if not packed and not self.rest:
                return b""
            if self.most and self.file.tell() > self.most:
                raise WrongFile(f"{self.name} unpacks to more than {MOST_EXPANSION} times its size: no call file.")

    def pass_over(self, position: int) -> bytes | None:
        """Hash of everything up to a position ahead; None where the file is shorter."""
        while self.position < position:
            data = self.chunk(min(CHUNK, position - self.position))
            if not data:
                return None
            self._advance(data)
        return self.hash.digest()

    def pass_line_end(self) -> None:
        """Passes over the end of a line that was taken without one, when the file has gone on since."""
        if self.position and self.last not in b"\r\n":
            data = self.chunk()
            end = 2 if data.startswith(b"\r\n") else 1 if data[:1] in (b"\r", b"\n") else 0
            self._advance(data[:end])
            self.rest = data[end:] + self.rest

    def _advance(self, data: bytes) -> None:
        self.hash.update(data)
        self.position += len(data)
        self.last = data[-1:] or self.last

    def blocks(self, line_no: int, takes_unfinished: bool, most: int | None = None) -> Iterator[Block]:
        """Whole lines from here on. A last line without an end is taken only where the file is finished."""
        rest, lines, is_end, most = b"", [], False, most or BLOCK_LINES
        while not is_end:
            data = self.chunk()
            is_end = not data
            rest += data
            end = len(rest) if is_end and takes_unfinished else _whole(rest, is_end)
            if not end and len(rest) > LONGEST_LINE:
                raise WrongFile(f"{self.name}: line {line_no + len(lines) + 1} is longer than a megabyte.",
                                "Lines must end in LF, CR LF or CR; is this a file of calls?")
            lines += rest[:end].splitlines(keepends=True)
            rest = rest[end:]
            while len(lines) > most or is_end and lines:
                taken, lines = lines[:most], lines[most:]
                self._advance(b"".join(taken))
                line_no += len(taken)
                yield Block([line.rstrip(b"\r\n") for line in taken], line_no - len(taken) + 1, self.position,
                            self.hash.digest(), line_no, is_end and not lines)
        self.unfinished = rest


def _whole(data: bytes, is_end: bool) -> int:
    """Length of the whole lines at the beginning: up to the last LF, or the last CR where there is no LF at all."""
    end = data.rfind(b"\n") + 1
    if not end:
        end = data.rfind(b"\r") + 1
        if end == len(data) and not is_end:
            end = data.rfind(b"\r", 0, max(end - 1, 0)) + 1  # its LF may be the next byte
    return end


def first_record(path: Path, is_record: Callable[[bytes, int], bool], takes_unfinished: bool) -> bytes | None:
    """The first whole line that is a record, by which a file is found again; None where there is none yet."""
    with opened(path) as (file, is_packed):
        for block in Stream(path, file, is_packed).blocks(0, takes_unfinished, most=100):
            for number, line in enumerate(block.lines, block.first_line):
                if is_record(line, number):
                    return line
    return None
