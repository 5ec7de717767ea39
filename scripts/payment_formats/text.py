"""Payment files of fixed columns: bytes to lines, and what stands in their columns.

Positions are the specifications': from 1, both ends included.
"""

import codecs
import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from leissner.scripts.errors import LeissnerError
from leissner.scripts.payment_formats import ASK

NOT_TEXT = re.compile(rb"[\0-\x08\x0b\x0c\x0e-\x1f\x7f]")
CHUNK = 1 << 20


class Lines:
    """The lines of a file that have something in them, with their numbers: tabs as the blanks they stand for, filled
    up with blanks to the width of a record."""

    def __init__(self, data: bytes, name: str, width: int):
        self.name, self.width = name, width
        data = data.rstrip(b"\x1a \t\r\n").removeprefix(codecs.BOM_UTF8)  # 1A: the end of a file in DOS
        if b"\n" not in data:
            data = data.replace(b"\r", b"\n")
        if found := NOT_TEXT.search(data):
            raise self.wrong(data.count(b"\n", 0, found.start()) + 1, None,
                             f"has the byte {found[0][0]:02X} in it, which is no text", "text only")
        self.data, self.is_ascii = data, data.isascii()
        self.encoding = "latin-1" if self.is_ascii or not _is_utf8(data) else "utf-8"

    def __iter__(self) -> Iterator[tuple[int, str]]:
        width, encoding = self.width, self.encoding
        longest = width * 4 + 2
        for number, raw in enumerate(io.BytesIO(self.data), 1):
            if len(raw) > longest and len(raw.rstrip()) > longest:
                raise self.wrong(number, None, f"has {len(raw)} characters", f"{width} at most")
            line = raw.decode(encoding).rstrip()
            if not line:
                continue
            if "\t" in line:
                line = line.expandtabs()
            if len(line) > width:
                raise self.wrong(number, None, f"has {len(line)} characters", f"{width} at most")
            yield number, line.ljust(width)

    def wrong(self, number: int, what: str | None, found: str, right: str, hint: str = ASK) -> LeissnerError:
        """The error for a line, or for a field of it."""
        return LeissnerError(f"{self.name}, line {number}{f', {what}' if what else ''}: {found}; right would be "
                             f"{right}.", hint)

    def digits(self, number: int, line: str, first: int, last: int, what: str) -> str:
        """A field that must be digits all through."""
        text = line[first - 1:last]
        if not (text.isdigit() and text.isascii()):
            raise self.wrong(number, f"{what} ({first}–{last})", f"{text!r} is no number", f"{last - first + 1} digits")
        return text

    def number(self, number: int, line: str, first: int, last: int, what: str) -> int:
        return int(self.digits(number, line, first, last, what))

    def money(self, number: int, line: str, first: int, last: int, what: str) -> Decimal:
        """An amount in hundredths, unsigned."""
        text = self.digits(number, line, first, last, what)
        return Decimal(f"{text[:-2]}.{text[-2:]}")

    def date(self, number: int, line: str, first: int, what: str, form: str) -> date:
        """A date whose form is YYYYMMDD, YYMMDD or DDMMYY."""
        text = self.digits(number, line, first, first + len(form) - 1, what)
        try:
            return date_of(text, form)
        except ValueError:
            raise self.wrong(number, f"{what} ({first}–{first + len(form) - 1})", f"{text} is no date", form) from None

    def same(self, number: int, what: str, found, right, whose: str) -> None:
        """A control total must be what was counted."""
        if found != right:
            raise self.wrong(number, what, f"the file says {found}", f"{right}, by {whose}",
                             "Nothing of it was taken: the file is cut or changed. Fetch it again, or ask the bank.")


def date_of(text: str, form: str) -> date:
    """Raises ValueError for days that are none. Years of two digits are 1970 to 2069."""
    if form == "YYYYMMDD":
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    year, month, day = (text[:2], text[2:4], text[4:]) if form == "YYMMDD" else (text[4:], text[2:4], text[:2])
    return date((1900 if year >= "70" else 2000) + int(year), int(month), int(day))


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), CHUNK):
            decoder.decode(data[start:start + CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def iban(country: str, account: str) -> str:
    """The IBAN of a domestic account: ISO 13616, mod 97."""
    shifted = "".join(str(int(letter, 36)) for letter in f"{account}{country}00")
    return f"{country}{98 - int(shifted) % 97:02}{account}"
