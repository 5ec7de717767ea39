"""SIE 4I, the file in which Swedish bookkeeping takes vouchers: CP437, CRLF, written strictly.

What CP437 has not is replaced so that one can see it: a dash by a hyphen, an accented letter by its letter, the rest
by a question mark.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby

PLAIN = str.maketrans({
    "–": "-", "—": "-", "−": "-", "‐": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "…": "...", "€": "EUR",
    "×": "x", "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ", "Ø": "O", "ø": "o", "Ð": "D", "ð": "d",
    "Þ": "TH", "þ": "th", "Ł": "L", "ł": "l", "đ": "d", "Đ": "D", "©": "(c)", "®": "(R)", "™": "(TM)",
    "\\": "/",  # would escape the quote that ends a field
})


def file(export: int, head: dict, made_by: str, rows: Iterable[tuple]) -> Iterator[bytes]:
    """The lines of a file: head and rows as api.accounting_list and api.accounting_row_list give them, the rows of a
    voucher together, as (series, number, day, text, account, project, amount)."""
    day = head["day"].replace("-", "")
    program, _, version = head["program"].rpartition(" ")
    yield _line("#FLAGGA 0")
    yield _line("#FORMAT PC8")
    yield _line("#SIETYP 4")
    yield _line("#PROGRAM", program, version)
    yield _line("#GEN " + day, made_by)
    yield _line("#PROSA", f"Export {export}")
    yield _line("#ORGNR " + _org_no(head["org_no"]))
    yield _line("#FNAMN", head["name"])
    yield _line("#RAR 0 " + " ".join(head[name].replace("-", "") for name in ("year_from", "year_through")))
    yield _line("#KPTYP EUBAS97")
    yield _line("#VALUTA " + head["currency"])
    if head["projects"]:
        yield _line("#DIM 6", "Projekt")
    for project in head["projects"]:
        yield _line("#OBJEKT 6", project, project)
    for account, name in head["accounts"]:
        yield _line("#KONTO " + account, name)
    for (series, number, on, text), lines in groupby(rows, lambda row: row[:4]):
        yield _line("#VER", series, f"{number}", after=f"{on:%Y%m%d} {_quoted(text)} {day} {_quoted(made_by)}")
        yield _line("{")
        for *_, account, project, amount in lines:
            yield _line(f"#TRANS {account} {{{'' if project is None else f'6 {_quoted(project)}'}}} {amount:.2f}")
        yield _line("}")


def _line(label: str, *fields: str, after: str = "") -> bytes:
    return (" ".join([label, *map(_quoted, fields), *([after] if after else [])]) + "\r\n").encode("cp437")


def _quoted(text: str) -> str:
    return '"' + plain(text).replace('"', '\\"') + '"'


def plain(text: str) -> str:
    """A text in the characters that CP437 has, no control characters among them."""
    return "".join(map(_replaced, re.sub(r"[\x00-\x1f\x7f]", " ", unicodedata.normalize("NFC", text))))


def _replaced(sign: str) -> str:
    sign = sign.translate(PLAIN)
    try:
        sign.encode("cp437")
        return sign
    except UnicodeEncodeError:
        bare = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
        return bare.replace("\\", "/") or "?"


def _org_no(number: str) -> str:
    """nnnnnn-nnnn, where it is one of ten digits."""
    digits = re.sub(r"\D", "", number)
    return f"{digits[:6]}-{digits[6:]}" if len(digits) == 10 else _quoted(number)
