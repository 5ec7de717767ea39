"""Readers of payment files: a bank's file in, payments out. Each format is one small module; all give the shape below.

Nothing here knows a customer or an invoice, matches or books: that is SQL. A reader checks the file against itself,
every control total of its format, before it gives anything; a file that does not hold is refused whole, with a
LeissnerError that says where, what was found, what would be right, and what to do.

    text.py      files of fixed columns: bytes to lines, digits, dates
    bgmax.py     BgMax, Sweden
    ocrgiro.py   OCR giro, Norway
    ktl.py       KTL reference payments, Finland
    nets_dk.py   Betalingsservice 602, Denmark
    camt.py      camt.054 and camt.053, ISO 20022
"""

import importlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from leissner.scripts.errors import LeissnerError

MOST_BYTES = 512 << 20  # no bank sends more in one file; a million payments are half of it
ASK = "Nothing of it was taken. Fetch the file again; if it is the same, ask the bank."
# format: (module, its name)
FORMATS = {
    "bgmax": ("bgmax", "BgMax"),
    "ocrgiro": ("ocrgiro", "OCR giro"),
    "ktl": ("ktl", "KTL"),
    "bs602": ("nets_dk", "Betalingsservice 602"),
    "camt.054": ("camt", "camt.054"),
    "camt.053": ("camt", "camt.053"),
}


@dataclass(frozen=True, slots=True)
class Reference:
    """What the payer says is paid.

    text     as in the file, without the blanks around it: digits, KID (may end with `-`), viite with its zeros, RF …
    amount   the part of the payment for this reference, in its currency, signed like the payment: a set-off credit
             note in it is negative. None: not said. In one payment all have it or none
    quality  `checked`: the bank says that it holds; `typed`: the payer's own words; `none`: nothing is said of it
    """

    text: str
    amount: Decimal | None
    quality: str


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment of the file, in the bank's words.

    account        the receiver's, as in the file: bankgiro digits, OCR giro account, KTL account, IBAN, FI creditor
    batch          the bank's identity of the deposit, assignment or entry that the payment is part of
    key            the bank's identity of the payment, with an ordinal among equals: the same key is the same payment
    kind           `payment`; `deduction`: a credit note that the payer set off, or other money away from us;
                   `reversal`: takes back an earlier payment
    amount         in whole currency units (1245.00), positive = money to us, deductions and reversals negative
    booked_on      the bank's booking day, as the file says
    references     see Reference. Several without amounts: settled by due date
    channel        how it was paid, in the format's own words
    raw            the records of this payment, for the person who must decide
    original_key   the key of the payment that a reversal takes back, where the file says
    note           why a person must decide, whatever the references say; None where nothing speaks against matching
    payee_number   the payee's number inside the account (a bankgiro number), where the file says
    trace          where the bank may send the same payment under another key: what then stays the same, with an
                   ordinal among equals. The same trace in another file is the same payment, sent again
    """

    account: str
    batch: str
    key: str
    kind: str
    amount: Decimal
    currency: str
    booked_on: date
    value_on: date | None = None
    references: tuple[Reference, ...] = ()
    payer_name: str | None = None
    payer_account: str | None = None
    payer_org_no: str | None = None
    payer_address: str | None = None
    texts: tuple[str, ...] = ()
    channel: str | None = None
    raw: str = ""
    original_key: str | None = None
    note: str | None = None
    payee_number: str | None = None
    trace: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """One sum on the bank's statement, as far as the format says: its payments come to `amount` (signed), and are
    `count`. `bank_account` is where the money went, when it is another number than `account`."""

    account: str
    key: str
    booked_on: date
    amount: Decimal
    count: int
    currency: str
    bank_account: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """A file whose control totals hold.

    format      a name of FORMATS; version as the format counts them
    identity    the file's own identity: the same with other bytes is a matter for a person
    accounts    the receivers' accounts in it, in the order of the file
    ibans       account: IBAN, for those domestic accounts that have one form only (Finland, Norway)
    is_test     marked as a test: production must refuse it
    ignored     record types (or entries that are not money) that were passed over, with their counts
    kind        `payments`; `statement`: a camt.053, all that happened on the account
    currency    of all payments; None where accounts differ
    copy        COPY, DUPL or CODU where the bank says that the message is no original: expect all of it to be known
    """

    format: str
    version: str
    identity: str
    accounts: tuple[str, ...]
    is_test: bool
    payments: Iterable[Payment]
    batches: tuple[Batch, ...] = ()
    ignored: dict[str, int] = field(default_factory=dict)
    ibans: dict[str, str] = field(default_factory=dict)
    kind: str = "payments"
    currency: str | None = None
    copy: str | None = None


def read(path: Path, name: str | None = None, format: str | None = None, allow_bs: bool = False,
         others: Sequence[Path] = ()) -> PaymentFile:
    """The payments of a file, recognised by its content, `name` standing for it in errors. With `format` it must be
    that. Danish BS files are read with `allow_bs` only. `others` are the other pages of a camt message in several.
    Raises LeissnerError, never anything else, for any file."""
    path = Path(path)
    name = name or path.name
    data = _bytes(path, name)
    found = recognise(data, name)
    if format is not None and format != found:
        if format not in FORMATS:
            raise LeissnerError(f"There is no payment format {format}.", f"There are {', '.join(FORMATS)}.")
        raise LeissnerError(f"{name} is {FORMATS[found][1]}, not {FORMATS[format][1]}.",
                            f"Load it as {found}, or leave the format out.")
    if found == "bs602" and not allow_bs:
        raise LeissnerError(f"{name} is a delivery of Danish Betalingsservice (BS), which is not read here.",
                            "Ask the bank for camt.054; or allow BS files, once tried with the bank.")
    module = importlib.import_module(f"{__name__}.{FORMATS[found][0]}")
    if others and not found.startswith("camt"):
        raise LeissnerError(f"{name} is {FORMATS[found][1]}, which has no pages.", "Load each file by itself.")
    return module.read(data, name, *([(_bytes(Path(one), Path(one).name), Path(one).name) for one in others],)
                       if others else ())


def _bytes(path: Path, name: str) -> bytes:
    try:
        if not path.exists():
            raise LeissnerError(f"There is no file {path}.", "Is the name right?")
        if not path.is_file():
            raise LeissnerError(f"{name} is not a file.", "Give the files themselves, not their folder.")
        if path.stat().st_size > MOST_BYTES:
            raise LeissnerError(f"{name} has more than {MOST_BYTES >> 20} MB: no payment file is so large.", ASK)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise LeissnerError(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}.",
                            "May you read it, and is the disk there?") from error


# -- which format is it? -----------------------------------------------------------------------------------------------

BLANK = b"\xef\xbb\xbf \t\r\n"
FOREIGN = [  # first bytes, what the file is, what to do
    (rb"\x1f\x8b|BZh|\xfd7zXZ|PK\x03\x04|PK\x05\x06|7z\xbc\xaf", "is packed", "Unpack it, and load what is in it."),
    (rb"\xff\xfe|\xfe\xff|.\0.\0|\0.\0.", "is UTF-16",
     "Take the bank's own file: somebody saved this one again."),
    (rb"%PDF|\x89PNG|\xff\xd8\xff|II\*\0|MM\0\*|\xd0\xcf\x11\xe0", "is a document or a picture, not a payment file",
     "Fetch the file for programs at the bank."),
    (rb"(?i:<!doctype html|<html)", "is a web page, of a log-in perhaps", "Fetch the file itself."),
    (rb"UNA|UNB\+UNO", "is EDIFACT (CREMUL), which is not read here", "Ask the bank for camt.054."),
    (rb"#FLAGGA", "is a SIE file: accounting, not payments", "Give it to the accounting system."),
]


def recognise(data: bytes, name: str) -> str:
    """The format of the file, by its first bytes; raises LeissnerError for what is not read here."""
    head = data[:4096].lstrip(BLANK) or data[:1 << 20].lstrip(BLANK)[:4096]
    if not head:
        raise LeissnerError(f"{name} is empty." if not data else f"{name} holds nothing but blanks.",
                            "Is the download done? Even a day without payments has its first and last record.")
    for pattern, what, hint in FOREIGN:
        if re.match(pattern, head, re.S):
            raise LeissnerError(f"{name} {what}.", hint)
    if head.startswith(b"01BGMAX"):
        return "bgmax"
    if head.startswith(b"NY"):
        return "ocrgiro"
    if re.match(rb"0\d{10}[^\n\r]*[\r\n]+[3579S]", head):
        return "ktl"
    if head.startswith(b"BS002"):
        return "bs602"
    if head.startswith(b"<"):
        from leissner.scripts.payment_formats import camt

        return camt.recognise(data, name)
    shown = head[:24].decode("ascii", "replace").splitlines()[0].replace("\ufffd", "?")
    raise LeissnerError(
        f"{name} is no payment file that is known here: it begins with {shown!r}.",
        "Read are BgMax, OCR giro, KTL, camt.054 and camt.053, from their first record on.")
