"""Payment files as banks write them, with their totals, from plain rows: for the demo, and for tests of the readers.

The same rows and stamps give the same bytes. A bank's day is a section (BgMax), an assignment (OCR giro), a batch (KTL)
or an entry (camt.054) of its own.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from lxml import etree


@dataclass(frozen=True)
class Row:
    """A payment. A negative amount is a set-off credit note (BgMax, OCR giro), else a payment taken back.

    `is_checked` False: the bank passes the reference on as the payer typed it, where its format can say so.
    """

    amount: Decimal
    day: dt.date
    reference: str = ""
    payer_name: str = ""
    payer_account: str = ""
    texts: tuple[str, ...] = ()
    is_checked: bool = True


def bgmax(rows: Iterable[Row], bankgiro: str, made_at: dt.datetime, deposit: int = 1, is_test: bool = False,
          bank_account: str = "") -> bytes:
    """BgMax, a section a day with deposit numbers from `deposit` on; 80 characters a line, ISO 8859-1, CRLF."""
    lines = [f"01{'BGMAX':20}01{made_at:%Y%m%d%H%M%S%f}{'T' if is_test else 'P'}"]
    counts = {"20": 0, "21": 0, "25": 0, "15": 0}
    for number, (day, paid) in enumerate(_days(rows), deposit):
        lines.append(f"05{_digits(bankgiro, 10)}{'':10}SEK")
        for row in paid:
            code = "21" if row.amount < 0 else "20"
            counts[code] += 1
            serial = f"{made_at:%y%m%d}{counts['20'] + counts['21']:06}"
            is_ocr = row.is_checked and row.reference.isdecimal()
            reference = f"{row.reference:>25}" if is_ocr else f"{row.reference:25}"
            how = "2" if is_ocr else "3" if row.reference else "0"
            payer = row.payer_account if len(row.payer_account) <= 10 else ""  # else it is no bankgiro number
            lines.append(f"{code}{_digits(payer, 10)}{_fits(reference, 25)}{_cents(row.amount, 18)}{how}"
                         f"{'2' if payer else '1'}{serial}0{'0' if code == '21' else ''}")
            for text in row.texts:
                lines += [f"25{text[start:start + 50]}" for start in range(0, len(text), 50)]
            if row.payer_name:
                lines.append(f"26{row.payer_name[:35]}")
        counts["15"] += 1
        lines.append(f"15{_digits(bank_account, 35)}{day:%Y%m%d}{number:05}"
                     f"{_cents(sum(row.amount for row in paid), 18, is_signed=True)}SEK{len(paid):08}")
    lines.append(f"70{counts['20']:08}{counts['21']:08}{0:08}{counts['15']:08}")
    return _text(lines, 80)


def ocr_giro(rows: Iterable[Row], account: str, transmission: int = 1, recipient: str = "00010200",
             agreement: str = "001008566", sent_on: dt.date | None = None) -> bytes:
    """OCR giro, an assignment a day; type 10, or 21 where there is no KID but a text. 80 characters, CRLF."""
    lines = [f"NY000010{'00008080'}{transmission:07}{_digits(recipient, 8)}"]
    total, count, last = Decimal(0), 0, sent_on
    for number, (day, paid) in enumerate(_days(rows), 1):
        first = len(lines)
        lines.append(f"NY090020{_digits(agreement, 9)}{number:07}{_digits(account, 11)}")
        for place, row in enumerate(paid, 1):
            kind = "21" if row.texts and not row.reference else "10"
            sign = "-" if row.amount < 0 else "0"
            lines.append(f"NY09{kind}30{place:07}{day:%d%m%y}0101{'0'}{place % 100000:05}{sign}{_cents(row.amount, 17)}"
                         f"{_fits(row.reference.rjust(25), 25)}")
            lines.append(f"NY09{kind}31{place:07}{place:010}{place:09}{'0' * 7}{day:%d%m%y}"
                         f"{_digits(row.payer_account, 11)}")
            if kind == "21":
                lines.append(f"NY092132{place:07}{row.texts[0][:40]:40}")
        amount = sum(row.amount for row in paid)
        lines.append(f"NY090088{len(paid):08}{len(lines) - first + 1:08}{_cents(amount, 17, is_signed=True)}"
                     f"{f'{day:%d%m%y}' * 3}")
        total, count, last = total + amount, count + len(paid), sent_on or day
    lines.append(f"NY000089{count:08}{len(lines) + 1:08}{_cents(total, 17, is_signed=True)}"
                 f"{f'{last:%d%m%y}' if last else '000000'}")
    return _text(lines, 80, fill="0")


def ktl(rows: Iterable[Row], account: str, made_at: dt.datetime, creditor: str = "123456789") -> bytes:
    """KTL, a batch a day; the account in its 14 digits. 90 characters, ISO 8859-1, CRLF."""
    lines = []
    place = 0
    for day, paid in list(_days(rows)) or [(None, [])]:
        lines.append(f"0{made_at:%y%m%d%H%M}{account[:2]}{_digits(creditor, 9)}1")
        for row in paid:
            place += 1
            archive = f"{made_at:%m%d%H%M}AB{place:06}"
            lines.append(
                f"3{_digits(account, 14)}{day:%y%m%d}{day:%y%m%d}{archive}{_fits(row.reference.rjust(20, '0'), 20)}"
                f"{row.payer_name[:12]:12}1A{_cents(row.amount, 10)}{'1' if row.amount < 0 else '0'}A0")
        sums = []
        for some in ([row.amount for row in paid if row.amount >= 0], [row.amount for row in paid if row.amount < 0]):
            sums.append(f"{len(some):06}{_cents(sum(some), 11)}")
        lines.append(f"9{''.join(sums)}{'0' * 17}")
    return _text(lines, 90)


def camt054(rows: Iterable[Row], iban: str, currency: str, made_at: dt.datetime, message: str,
            version: str = "08") -> bytes:
    """camt.054.001.02 or .08: an entry a day with its payments, and one for each payment that is taken back."""
    if version not in ("02", "08"):
        raise ValueError(f"camt.054.001.{version} is not written here")
    is_new = version == "08"
    root = etree.Element("Document", xmlns=f"urn:iso:std:iso:20022:tech:xsd:camt.054.001.{version}")
    top = etree.SubElement(root, "BkToCstmrDbtCdtNtfctn")
    stamp = f"{made_at.isoformat(timespec='seconds')}"
    _add(top, "GrpHdr", [("MsgId", message), ("CreDtTm", stamp)])
    notification = etree.SubElement(top, "Ntfctn")
    _add(notification, "Id", f"{message}-1")
    _add(notification, "CreDtTm", stamp)
    _add(notification, "Acct", [("Id", [("IBAN", iban)]), ("Ccy", currency)])
    entries = [(day, some) for day, paid in _days(rows) for some in (
        [row for row in paid if row.amount >= 0], *([row] for row in paid if row.amount < 0)) if some]
    sums = {way: [sum(row.amount for row in some) for _, some in entries if (some[0].amount < 0) == (way == "Dbt")]
            for way in ("Cdt", "Dbt")}
    _add(notification, "TxsSummry", [(f"Ttl{way}Ntries", [("NbOfNtries", f"{len(amounts)}"),
                                                          ("Sum", f"{abs(sum(amounts)):.2f}")])
                                     for way, amounts in sums.items()])
    place = 0
    for number, (day, some) in enumerate(entries, 1):
        amount = sum(row.amount for row in some)
        way = "DBIT" if amount < 0 else "CRDT"
        entry = etree.SubElement(notification, "Ntry")
        _add(entry, "NtryRef", f"{number}")
        _amount(entry, amount, currency)
        _add(entry, "CdtDbtInd", way)
        if amount < 0:
            _add(entry, "RvslInd", "true")
        _add(entry, "Sts", [("Cd", "BOOK")] if is_new else "BOOK")
        for what in ("BookgDt", "ValDt"):
            _add(entry, what, [("Dt", f"{day}")])
        _add(entry, "AcctSvcrRef", f"{message}-{number}")
        _add(entry, "BkTxCd", [("Domn", [("Cd", "PMNT"), ("Fmly", [
            ("Cd", "RCDT"), ("SubFmlyCd", "RRTN" if amount < 0 else "VCOM")])])])
        details = etree.SubElement(entry, "NtryDtls")
        _add(details, "Btch", [("NbOfTxs", f"{len(some)}")])
        for row in some:
            place += 1
            detail = etree.SubElement(details, "TxDtls")
            _add(detail, "Refs", [("AcctSvcrRef", f"{made_at:%y%m%d}{place:06}"), ("EndToEndId", "NOTPROVIDED")])
            if is_new:
                _amount(detail, row.amount, currency)
                _add(detail, "CdtDbtInd", way)
            else:
                _amount(etree.SubElement(etree.SubElement(detail, "AmtDtls"), "TxAmt"), row.amount, currency)
            payer = [("Nm", row.payer_name)] if row.payer_name else []
            parties = [("Dbtr", [("Pty", payer)] if is_new else payer)] if payer else []
            if row.payer_account:
                parties.append(("DbtrAcct", [("Id", [("Othr", [("Id", row.payer_account)])])]))
            if parties:
                _add(detail, "RltdPties", parties)
            remittance = [("Ustrd", text[:140]) for text in row.texts]
            if row.reference and row.is_checked:
                remittance.append(("Strd", [("CdtrRefInf", [("Tp", [("CdOrPrtry", [("Cd", "SCOR")])]),
                                                            ("Ref", row.reference)])]))
            elif row.reference:
                remittance.append(("Ustrd", row.reference))
            if remittance:
                _add(detail, "RmtInf", remittance)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _days(rows: Iterable[Row]):
    """The rows of each day, in its order."""
    for day, paid in groupby(sorted(rows, key=lambda row: row.day), key=lambda row: row.day):
        yield day, list(paid)


def _digits(text: str, width: int) -> str:
    """Right-aligned with zeros."""
    kept = "".join(letter for letter in text if letter.isdecimal())
    return _fits(kept.rjust(width, "0"), width)


def _cents(amount: Decimal, width: int, is_signed: bool = False) -> str:
    """Hundredths without a sign; a sum that needs one cannot be written."""
    cents = Decimal(amount) * 100
    if cents != int(cents):
        raise ValueError(f"{amount} is no amount in hundredths")
    if is_signed and cents < 0:
        raise ValueError(f"a sum of {amount} cannot be written: more was set off than paid")
    return _fits(f"{abs(int(cents)):0{width}}", width)


def _fits(text: str, width: int) -> str:
    if len(text) != width:
        raise ValueError(f"{text!r} is longer than {width} characters")
    return text


def _text(lines: list[str], width: int, fill: str = " ") -> bytes:
    return "".join(f"{line.ljust(width, fill)}\r\n" for line in lines).encode("latin-1", "replace")


def _amount(parent, amount: Decimal, currency: str) -> None:
    etree.SubElement(parent, "Amt", Ccy=currency).text = f"{abs(amount):.2f}"


def _add(parent, name: str, value) -> None:
    made = etree.SubElement(parent, name)
    if isinstance(value, str):
        made.text = value
    else:
        for inner, one in value:
            _add(made, inner, one)
