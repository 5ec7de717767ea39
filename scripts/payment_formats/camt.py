"""camt.054 (credits and debits, with details) and camt.053 (statements) of ISO 20022, any version, by local names.

An entry (Ntry) is one sum on the account; its details (TxDtls) are the payments. Read entry by entry, so that a large
message does not fill the memory; nothing is given before everything was checked.
"""

import functools
import hashlib
import io
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from lxml import etree

from leissner.scripts.errors import LeissnerError
from leissner.scripts.payment_formats import ASK, BLANK, Batch, Payment, PaymentFile, Reference

NAMESPACE = re.compile(rb"urn:iso:std:iso:20022:tech:xsd:(?!head\.)([a-z]{4}\.\d{3})\.\d{3}(?:\.(\d\d))?")
PARENTS = {"camt.054": "Ntfctn", "camt.053": "Stmt"}
ENCODINGS = {"UTF-8", "UTF8", "US-ASCII", "ASCII", "ISO-8859-1", "ISO-8859-15", "LATIN1", "WINDOWS-1252", "CP1252"}
NO_REFERENCE = {"NOTPROVIDED", "NONREF"}
NOT_MONEY = {"PDNG", "INFO", "FUTR"}
RETURNS = {"RRTN", "RPCR", "UPDD", "PRDD", "RCDD"}
PAGE = re.compile(rb"PgNb>\s*(\d{1,5})\s*<")
AMOUNT = re.compile(r"\d{1,15}(?:\.\d{1,5})?", re.A)
IBAN = re.compile(r"[A-Z]{2}\d\d[A-Z0-9]{8,30}")
ZONES = {"SE": "Europe/Stockholm", "NO": "Europe/Oslo", "DK": "Europe/Copenhagen", "FI": "Europe/Helsinki"}
HOMES = {"SEK": "SE", "NOK": "NO", "DKK": "DK"}
CODES = ("Domn/Cd", "Domn/Fmly/Cd", "Domn/Fmly/SubFmlyCd", "Prtry/Cd")
IDS = ("AcctSvcrRef", "EndToEndId", "InstrId", "TxId", "UETR")
CENT = Decimal("0.01")
MOST_BYTES = 100 << 20  # of one message: 200 000 payments, and already more than a gigabyte of memory
LONGEST_TEXT = 2000  # characters: the standard's longest has 500
MOST_RAW = 100_000  # characters of one payment that are kept
TRY_AGAIN = "Nothing of it was taken: the file is cut or changed. Fetch it again, or ask the bank."


def recognise(data: bytes, name: str) -> str:
    """camt.054 or camt.053; raises LeissnerError for all other XML, and for what no bank's XML has."""
    if len(data) > MOST_BYTES:
        raise LeissnerError(f"{name} has more than {MOST_BYTES >> 20} MB in one message.",
                            "Ask the bank for several smaller messages, of a day each say.")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise LeissnerError(f"{name} declares a document type or entities (DOCTYPE), which no bank's file does.",
                            "Nothing of it was read. Where is it from?")
    declared = re.match(rb"<\?xml[^?>]{0,200}\?>", data.lstrip(BLANK)[:300])
    said = re.search(rb"encoding\s*=\s*[\"']([^\"']*)", declared[0]) if declared else None
    encoding = said[1].decode("ascii", "replace") if said else "UTF-8"
    if encoding.upper() not in ENCODINGS or not declared and b"<?xml" in data[:1 << 16]:
        raise LeissnerError(f"{name} says that its encoding is {encoding[:40]!r}." if declared else
                            f"{name} begins with an XML declaration that cannot be read.",
                            "Read are UTF-8 and ISO 8859-1.")
    found = NAMESPACE.search(data[:1 << 16])
    if not found:
        root = re.search(rb"<([A-Za-z][\w:.-]{0,60})", data[:1 << 16])
        raise LeissnerError(
            f"{name} is XML, but no message of ISO 20022: its first element is "
            f"{root[1].decode('ascii', 'replace') if root else 'missing'}.",
            "Fetch the file camt.054 (or camt.053) at the bank.")
    if (kind := found[1].decode()) not in PARENTS:
        raise LeissnerError(f"{name} is {kind}, not a message of payments that were booked.",
                            "Read are camt.054 and camt.053: fetch one of them.")
    return kind


def read(data: bytes, name: str, others: Sequence[tuple[bytes, str]] = ()) -> PaymentFile:
    """Raises LeissnerError where the XML, structure, totals, currency or a field do not hold. `others` are the other
    pages of the same message, bytes and names: totals are judged when all are there."""
    message = Message(data, name)
    for page, page_name in others:
        if (kind := recognise(page, page_name)) != message.kind:
            raise LeissnerError(f"{page_name} is {kind}: no page of {name}, which is {message.kind}.",
                                "Give the pages of one message together, and no others.")
    for page, page_name in sorted(((data, name), *others), key=lambda one: _page_of(one[0])):
        message.add(page, page_name)
    return message.file()


def _page_of(data: bytes) -> int:
    """The number of a page, to read pages in their order; what it says is checked later."""
    found = PAGE.search(data[:1 << 16])
    return int(found[1]) if found else 0


class Account:
    """One notification or statement, over all its pages: what was said, and what was found."""

    def __init__(self, message: "Message", element):
        self.message = message
        self.id = message.text(element, "Id") or ""
        number = message.text(element, "Acct/Id/IBAN")
        other = message.text(element, "Acct/Id/Othr/Id")
        if not number and not other:
            raise message.wrong(element, "Acct/Id", "no account", "an IBAN or another number")
        self.no = re.sub(r"\s", "", number).upper() if number else other
        self.currency = message.text(element, "Acct/Ccy")
        country = self.no[:2] if IBAN.fullmatch(self.no) else HOMES.get(self.currency or "")
        self.zone = ZoneInfo(ZONES[country]) if country in ZONES else None
        self.copy = message.text(element, "CpyDplctInd")
        self.entries = 0
        self.counts: Counter[tuple[str, str]] = Counter()  # (CRDT or DBIT, all or booked): entries
        self.sums: Counter[tuple[str, str]] = Counter()
        self.balances: dict[str, tuple[Decimal, str | None]] = {}
        self.pages: dict[int, bool] = {}
        self.day: str | None = None

    def add(self, sign: int, amount: Decimal, is_booked: bool) -> None:
        self.entries += 1
        way = "CRDT" if sign > 0 else "DBIT"
        for which in ("all", "booked") if is_booked else ("all",):
            self.counts[way, which] += 1
            self.sums[way, which] += amount

    def end(self, element) -> None:
        """Balances and totals as the element has them, at its end."""
        message = self.message
        for balance in message.all(element, "Bal"):
            kind = message.text(balance, "Tp/CdOrPrtry/Cd") or ""
            if kind not in ("OPBD", "PRCD", "CLBD"):
                continue
            amount, currency = message.amount(balance, "Amt")
            if self.currency not in (None, currency):
                raise message.wrong(balance, "Amt", f"the balance {kind} is in {currency}",
                                    f"{self.currency}, as the rest of the account")
            self.currency = currency
            signed = amount * message.sign(balance)
            day = (message.text(balance, "Dt/Dt") or message.text(balance, "Dt/DtTm") or "")[:10]
            if kind == "CLBD" or kind not in self.balances:  # of several pages: the first opening, the last closing
                self.balances[kind] = signed, day
        for way, name in (("CRDT", "TtlCdtNtries"), ("DBIT", "TtlDbtNtries")):
            for path in (f"TxsSummry/{name}/NbOfNtries", f"TxsSummry/{name}/Sum"):
                if said := message.text(element, path):
                    message.totals.append((self, element, way, path, said, message.name))
        message.page(element, "StmtPgntn" if message.kind == "camt.053" else "NtfctnPgntn", self.pages)

    def check_balances(self) -> None:
        """Opening balance and booked entries must come to the closing balance."""
        name, where = self.message.name, f"statement {self.id}"
        opening = self.balances.get("OPBD") or self.balances.get("PRCD")
        closing = self.balances.get("CLBD")
        if not opening or not closing:
            raise LeissnerError(f"{name}, {where}: it has no {'closing' if opening else 'opening'} balance "
                                f"({'CLBD' if opening else 'OPBD or PRCD'}), so it cannot be checked.", ASK)
        self.day = closing[1]
        booked = self.sums["CRDT", "booked"] - self.sums["DBIT", "booked"]
        if opening[0] + booked != closing[0]:
            raise LeissnerError(
                f"{name}, {where}: the closing balance is {closing[0]}; right would be {opening[0] + booked}, the "
                f"opening balance {opening[0]} and entries of {booked}.", TRY_AGAIN)


class Message:
    """A message, of one page or several."""

    def __init__(self, data: bytes, name: str):
        found = NAMESPACE.search(data[:1 << 16])
        self.kind, self.version = found[1].decode(), (found[2] or b"").decode()
        self.name = name
        self.id: str | None = None
        self.pages: dict[int, bool] = {}
        self.accounts: dict[tuple[str, str], Account] = {}
        self.payments: list[Payment] = []
        self.batches: list[Batch] = []
        self.ignored: Counter[str] = Counter()
        self.equals: Counter[str] = Counter()
        self.totals: list[tuple] = []

    def add(self, data: bytes, name: str) -> None:
        """Reads a page."""
        self.name = name
        parent = PARENTS[self.kind]
        account, seen = None, set()
        data = data.lstrip(BLANK)
        try:
            for event, element in etree.iterparse(
                    io.BytesIO(data), events=("start", "end"), tag=("{*}Ntry", f"{{*}}{parent}", "{*}GrpHdr"),
                    resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True,
                    remove_pis=True):
                name_of = etree.QName(element).localname
                if event == "start":
                    if name_of == parent:
                        account = None
                    continue
                whole = element.getparent() if name_of == "Ntry" else element
                if name_of == "GrpHdr":
                    self._header(element)
                elif whole is not None and etree.QName(whole).localname == parent:
                    if account is None:
                        account = self._account(whole, seen)
                    if name_of == "Ntry":
                        Entry(self, account, element).read()
                        element.clear()
                    else:
                        account.end(element)
        except (etree.LxmlError, LookupError) as error:
            line, column = getattr(error, "position", None) or (1, 1)
            what = (f"{error}" or "it is empty").splitlines()[0][:200]
            raise LeissnerError(f"{name}, line {line}, column {column}: not well-formed XML: {what}.", TRY_AGAIN) \
                from None
        if not seen:
            raise LeissnerError(f"{name} is {self.kind} without a single {parent}: a message of nothing.", ASK)

    def _header(self, element) -> None:
        message = self.text(element, "MsgId") or ""
        if self.id not in (None, message):
            raise self.wrong(element, "MsgId", f"{message}", f"{self.id}, as on the other pages",
                             "Give the pages of one message together, and no others.")
        self.id = message
        self.page(element, "MsgPgntn", self.pages)

    def page(self, element, path: str, pages: dict) -> None:
        number = self.text(element, f"{path}/PgNb")
        if number is None:
            return
        if not (number.isdigit() and number.isascii()) or len(number) > 5:
            raise self.wrong(element, f"{path}/PgNb", f"{number!r}", "a page number")
        if int(number) in pages:
            raise self.wrong(element, f"{path}/PgNb", f"page {number} twice", "each page once")
        pages[int(number)] = self.text(element, f"{path}/LastPgInd") in ("true", "1")

    def _account(self, element, seen: set) -> Account:
        made = Account(self, element)
        key = made.id, made.no
        if key in seen:
            raise self.wrong(element, "Id", f"{made.id} twice for the account {made.no}", "each once")
        seen.add(key)
        known = self.accounts.setdefault(key, made)
        if known.currency is None:
            known.currency = made.currency
        return known

    def file(self) -> PaymentFile:
        """What was read, once all totals were checked."""
        for pages in (self.pages, *(account.pages for account in self.accounts.values())):
            if pages and (sorted(pages) != list(range(1, len(pages) + 1)) or not pages[max(pages)]):
                raise LeissnerError(
                    f"{self.name} is page {', '.join(map(str, sorted(pages)))} of the message {self.id}, whose totals "
                    "can be judged only with all its pages.", "Load all pages of the message together.")
        for total in self.totals:
            self._total(*total)
        if self.kind == "camt.053":
            for account in self.accounts.values():
                account.check_balances()
            identity = "+".join(f"{one.id}/{one.no}/{one.day}" for one in self.accounts.values())
        else:
            page = f"/{'-'.join(map(str, sorted({min(self.pages), max(self.pages)})))}" if self.pages else ""
            identity = f"{self.id}{page}/" + "+".join(f"{one.id}/{one.no}" for one in self.accounts.values())
        currencies = {one.currency for one in self.accounts.values()}
        return PaymentFile(
            self.kind, self.version, identity, tuple(dict.fromkeys(one.no for one in self.accounts.values())), False,
            _with_originals(self.payments), tuple(self.batches), dict(self.ignored),
            kind="statement" if self.kind == "camt.053" else "payments",
            currency=currencies.pop() if len(currencies) == 1 else None,
            copy=next((one.copy for one in self.accounts.values() if one.copy), None))

    def _total(self, account: Account, element, way: str, path: str, said: str, name: str) -> None:
        """A total of TxsSummry: of all entries or of the booked ones, as banks differ."""
        counted = account.counts if path.endswith("NbOfNtries") else account.sums
        right = [counted[way, which] for which in ("booked", "all")]
        pattern = r"\d{1,15}" if path.endswith("NbOfNtries") else AMOUNT.pattern
        if not re.fullmatch(pattern, said, re.A) or Decimal(said) not in right:
            self.name = name
            raise self.wrong(element, path, f"the file says {said[:40]}", f"{right[0]}, by its entries", TRY_AGAIN)

    # -- what stands in an element -------------------------------------------------------------------------------------

    def wrong(self, element, path: str, found: str, right: str, hint: str = ASK) -> LeissnerError:
        """The error for what stands, or is missing, at a path below an element."""
        steps, line = [], element.sourceline
        while element is not None and (tag := etree.QName(element).localname) not in (
                "Document", "BkToCstmrDbtCdtNtfctn", "BkToCstmrStmt"):
            place = 1 + sum(1 for _ in element.itersiblings(element.tag, preceding=True))
            steps.insert(0, f"{tag}[{place}]" if tag in ("Ntfctn", "Stmt", "Ntry", "TxDtls") else tag)
            element = element.getparent()
        return LeissnerError(f"{self.name}, line {line}, {'/'.join(filter(None, [*steps, path]))}: "
                             f"{' '.join(found.split())}; right would be {' '.join(right.split())}.", hint)

    @staticmethod
    def all(element, path: str) -> list:
        *parents, last = _steps(path)
        found = [element]
        for step in parents:
            found = [child for one in found for child in one.iterchildren(step)]
        return [child for one in found for child in one.iterchildren(last)]

    def text(self, element, path: str) -> str | None:
        """The text at a path of first children, None where it is empty or missing."""
        found = _first(element, path)
        return None if found is None else self.clean(element, path, found.text)

    def texts(self, element, path: str) -> list[str]:
        return [text for one in self.all(element, path) if (text := self.clean(element, path, one.text))]

    def clean(self, element, path: str, text: str | None) -> str | None:
        if not text:
            return None
        if len(text) > LONGEST_TEXT and len(text := text.strip()) > LONGEST_TEXT:
            raise self.wrong(element, path, f"a text of {len(text)} characters", f"{LONGEST_TEXT} at most")
        return text.strip() or None

    def amount(self, element, path: str) -> tuple[Decimal, str]:
        """The amount at a path, or that an element is, and its currency."""
        found = _first(element, path) if path else element
        if found is None:
            raise self.wrong(element, path, "no amount", "an amount")
        text, currency = (found.text or "").strip(), found.get("Ccy", "")
        if not AMOUNT.fullmatch(text):
            raise self.wrong(element, path, f"{text[:40]!r} is no amount",
                             "digits with a point, without a sign")
        if not re.fullmatch("[A-Z]{3}", currency):
            raise self.wrong(element, path, f"{currency[:40]!r} is no currency", "three letters in Ccy")
        amount = Decimal(text)
        if amount != amount.quantize(CENT):
            raise self.wrong(element, path, f"{text} has more decimals than {currency}", "two at most")
        return amount.quantize(CENT), currency

    def sign(self, element, otherwise: int | None = None) -> int:
        """1 for money in, -1 for money out."""
        said = self.text(element, "CdtDbtInd")
        if said is None and otherwise is not None:
            return otherwise
        if said not in ("CRDT", "DBIT"):
            raise self.wrong(element, "CdtDbtInd", f"{said!r}", "CRDT or DBIT")
        return 1 if said == "CRDT" else -1

    def flag(self, element, path: str) -> bool:
        said = self.text(element, path)
        if said not in (None, "true", "false", "1", "0"):
            raise self.wrong(element, path, f"{said!r}", "true or false")
        return said in ("true", "1")


@functools.cache
def _steps(path: str) -> tuple[str, ...]:
    """A path as the local names of its steps, in any namespace; lxml's own paths are ten times slower."""
    return tuple(f"{{*}}{name}" for name in path.split("/"))


def _first(element, path: str):
    """The element at a path of first children, or None."""
    for step in _steps(path):
        element = next(element.iterchildren(step), None)
        if element is None:
            return None
    return element


class Entry:
    """One Ntry, on its way to payments."""

    def __init__(self, message: Message, account: Account, element):
        self.message, self.account, self.element = message, account, element

    def read(self) -> None:
        """Checks the entry and adds its payments to the message."""
        message, account, element = self.message, self.account, self.element
        self.amount, self.currency = message.amount(element, "Amt")
        self.sign = message.sign(element)
        if account.currency is None:
            account.currency = self.currency
        if self.currency != account.currency:
            raise message.wrong(element, "Amt/@Ccy", self.currency, f"{account.currency}, the account's currency")
        status = message.text(element, "Sts/Cd") or message.text(element, "Sts/Prtry") or message.text(element, "Sts")
        if status != "BOOK" and status not in NOT_MONEY:
            raise message.wrong(element, "Sts", f"{status!r}", f"BOOK, or {', '.join(sorted(NOT_MONEY))}")
        account.add(self.sign, self.amount, status == "BOOK")
        if status != "BOOK":
            message.ignored[f"Ntry {status}"] += 1
            return
        self.value_on = self._date("ValDt")
        self.booked_on = self._date("BookgDt") or self.value_on
        if self.booked_on is None:
            raise message.wrong(element, "BookgDt", "no booking day and no value day", "BookgDt")
        self.is_reversal = message.flag(element, "RvslInd")
        self.codes = [message.text(element, f"BkTxCd/{path}") for path in CODES]
        self.no = message.text(element, "NtryRef") or ""
        self.reference = self._own(element, "AcctSvcrRef")
        if self.reference:
            batch = f"{account.no}/{self.booked_on}/{self.reference}"
        else:
            place = self.no or f"entry {account.entries}"
            batch = f"{account.id}/{account.no}/{self.booked_on}/{place}"
        message.equals[batch] += 1
        self.batch = batch if message.equals[batch] == 1 else f"{batch}/{message.equals[batch]}"
        details = message.all(element, "NtryDtls/TxDtls")
        self.count = len(details)
        if details:
            self._counts()
        made = self._details(details) if details else [self._payment(element, self.amount * self.sign, None, 1)]
        message.payments += made
        message.batches.append(Batch(account.no, self.batch, self.booked_on, self.amount * self.sign, len(made),
                                     self.currency))

    def _own(self, element, path: str) -> str | None:
        """A reference of the bank's, where it has one."""
        said = self.message.text(element, path)
        return None if said in NO_REFERENCE else said

    def _date(self, path: str) -> date | None:
        """A day; of an instant with an offset the day where the account is."""
        text = self.message.text(self.element, f"{path}/Dt") or self.message.text(self.element, f"{path}/DtTm")
        if text is None:
            return None
        try:
            if "T" not in text:
                return date.fromisoformat(text[:10])
            moment = datetime.fromisoformat(text)
            return (moment.astimezone(self.account.zone) if moment.tzinfo and self.account.zone else moment).date()
        except (ValueError, OverflowError):
            raise self.message.wrong(self.element, path, f"{text[:40]!r} is no day", "YYYY-MM-DD") from None

    def _counts(self) -> None:
        """A batch must hold as many details as it says, and their sum."""
        message = self.message
        for part in message.all(self.element, "NtryDtls"):
            details = message.all(part, "TxDtls")
            said = message.text(part, "Btch/NbOfTxs")
            if said is not None and details and said.lstrip("0") != f"{len(details)}":
                raise message.wrong(part, "Btch/NbOfTxs", f"the file says {said[:40]}",
                                    f"{len(details)}, by its TxDtls", TRY_AGAIN)
            if message.all(part, "Btch/TtlAmt") and details:
                total, currency = message.amount(part, "Btch/TtlAmt")
                amounts = [self._amount(one) for one in details]
                if all(amounts) and {one[1] for one in amounts} == {currency} and \
                        total not in (self.amount, abs(sum(one[0] * message.sign(detail, self.sign) for one, detail
                                                           in zip(amounts, details, strict=True)))):
                    raise message.wrong(part, "Btch/TtlAmt", f"the file says {total}", "the sum of its TxDtls",
                                        TRY_AGAIN)

    def _amount(self, detail) -> tuple[Decimal, str] | None:
        for path in ("Amt", "AmtDtls/TxAmt/Amt"):
            if _first(detail, path) is not None:
                return self.message.amount(detail, path)
        return None

    def _details(self, details: list) -> list[Payment]:
        """One payment each; where it is not said what each of several comes to, one for all of them."""
        message = self.message
        whole = self.amount * self.sign
        said = [self._amount(one) for one in details]
        if len(details) == 1 and (said[0] is None or said[0][1] != self.currency):
            said = [(self.amount, self.currency)]
        if not all(one and one[1] == self.currency for one in said):
            note = f"It is {len(details)} payments, and it is not said what each comes to."
            return [self._payment(self.element, whole, note, 1)]
        signed = [one[0] * message.sign(detail, self.sign) for one, detail in zip(said, details, strict=True)]
        fees = Decimal("0.00")
        if sum(signed) != whole:  # the bank kept its charges: of each payment, or of all of them
            less = [amount - self._charges(detail) for amount, detail in zip(signed, details, strict=True)]
            fees = self._charges(self.element)
            if sum(less) == whole:
                signed, fees = less, Decimal("0.00")
            elif len(details) == 1 and fees and signed[0] - fees == whole:
                signed, fees = [whole], Decimal("0.00")
            elif not fees or sum(signed) - fees != whole:
                raise message.wrong(self.element, "Amt", f"{whole}", f"{sum(signed)}, the sum of its {len(details)} "
                                    "TxDtls", TRY_AGAIN)
        made = [self._payment(detail, amount, None, place)
                for place, (detail, amount) in enumerate(zip(details, signed, strict=True), 1)]
        if fees:
            made.append(self._made(self.element, -fees, f"{self.batch}/charges", "deduction", (), (), (
                "Charges that the bank kept: nothing that a payer paid.")))
        return made

    def _charges(self, element) -> Decimal:
        """What the bank kept."""
        message, total = self.message, Decimal("0.00")
        for one in (*message.all(element, "Chrgs/Rcrd"), *message.all(element, "Chrgs")):
            if _first(one, "Amt") is not None:
                amount, currency = message.amount(one, "Amt")
                if currency == self.currency:
                    total -= amount * message.sign(one, -1)
        return total

    def _payment(self, detail, amount: Decimal, note: str | None, place: int) -> Payment:
        """The payment of a TxDtls, or of the whole entry."""
        message = self.message
        is_entry = detail is self.element
        own = None if is_entry else self._own(detail, "Refs/AcctSvcrRef")
        key = f"{self.batch}/{own}" if own else self.batch
        if own:
            message.equals[f"{key}/"] += 1
            place = message.equals[f"{key}/"]
        references, texts, unclear = self._references(detail, amount)
        if is_entry and note is None and (count := sum(
                int(said) for said in message.texts(detail, "NtryDtls/Btch/NbOfTxs") if said.isdecimal())) > 1:
            note = f"It is {count} payments whose details are not in the file: wait for the file that has them."
        own_codes = [message.text(detail, f"BkTxCd/{path}") for path in CODES] if _first(detail, "BkTxCd") is not None \
            else self.codes
        is_reversal = (self.is_reversal or _first(detail, "RtrInf") is not None or self.codes[2] in RETURNS
                       or own_codes[2] in RETURNS)
        kind = "payment"
        if amount < 0:
            kind = "reversal" if is_reversal else "deduction"
            if kind == "deduction" and self.sign < 0:
                note = note or "Money that left the account: nothing that a payer paid."
        elif is_reversal:
            note = note or "Money that was paid out came back: nothing that a payer paid."
        if is_entry or self.count == 1:
            texts += message.texts(self.element, "AddtlNtryInf")
        texts += self._other_currency(detail, amount)
        return self._made(detail, amount, f"{key}/{place}", kind, references, tuple(texts), note or unclear,
                          "/".join(filter(None, own_codes)) or None)

    def _made(self, detail, amount, key, kind, references, texts, note, channel=None) -> Payment:
        message, text = self.message, self.message.text
        raw = etree.tostring(detail, encoding="unicode", with_tail=False)[:MOST_RAW]
        parties = "RltdPties" if detail is not self.element else "NtryDtls/TxDtls/RltdPties"
        if detail is self.element and self.count != 1:
            parties = "None"  # many payers
        party = f"{parties}/Dbtr/Pty" if _first(detail, f"{parties}/Dbtr/Pty") is not None else f"{parties}/Dbtr"
        payer = text(detail, f"{party}/Nm") or text(detail, f"{parties}/UltmtDbtr/Pty/Nm") or \
            text(detail, f"{parties}/UltmtDbtr/Nm")
        payer_account = text(detail, f"{parties}/DbtrAcct/Id/IBAN") or text(detail, f"{parties}/DbtrAcct/Id/Othr/Id")
        payee = text(detail, f"{parties}/CdtrAcct/Id/Othr/Id")
        if not payee and re.fullmatch(r"BG\d{7,8}", self.no, re.A):
            payee = self.no[2:]
        trace = None
        if not self.reference:
            ids = (text(detail, f"Refs/{one}") or "" for one in IDS)
            what = (self.account.no, f"{self.booked_on}", f"{amount}", self.currency, *ids,
                    *(one.text for one in references), payer or "", payer_account or "", *texts)
            trace = hashlib.sha256("\n".join(what).encode()).hexdigest()
            message.equals[trace] += 1
            trace = f"{trace}/{message.equals[trace]}"
        return Payment(
            self.account.no, self.batch, key, kind, amount, self.currency, self.booked_on, self.value_on, references,
            payer, payer_account, text(detail, f"{party}/Id/OrgId/Othr/Id"), self._address(detail, f"{party}/PstlAdr"),
            texts, channel, raw, None, note, payee, trace)

    def _address(self, detail, path: str) -> str | None:
        if (element := _first(detail, path)) is None:
            return None
        text = self.message.text
        street = " ".join(filter(None, (text(element, "StrtNm"), text(element, "BldgNb"))))
        town = " ".join(filter(None, (text(element, "PstCd"), text(element, "TwnNm"))))
        lines = (*self.message.texts(element, "AdrLine"), street, town, text(element, "Ctry"))
        return "\n".join(filter(None, lines)) or None

    def _references(self, detail, amount: Decimal) -> tuple[tuple[Reference, ...], list[str], str | None]:
        """References, texts, and why the references do not say how the payment is to be divided."""
        message = self.message
        root = "NtryDtls/TxDtls/RmtInf" if detail is self.element else "RmtInf"
        texts = message.texts(detail, f"{root}/Ustrd")
        found: list[Reference] = []
        sign = -1 if amount < 0 else 1
        for one in message.all(detail, f"{root}/Strd"):
            reference = message.text(one, "CdtrRefInf/Ref")
            numbers = message.texts(one, "RfrdDocInf/Nb")
            parts = [sign * way * message.amount(part, "")[0]
                     for way, path in ((1, "RmtdAmt"), (-1, "CdtNoteAmt"))
                     for part in message.all(one, f"RfrdDocAmt/{path}")]
            part = sum(parts) if parts else None
            if reference:
                kind = message.text(one, "CdtrRefInf/Tp/CdOrPrtry/Cd")
                found.append(Reference(reference, part, "checked" if kind == "SCOR" else "typed"))
                texts += numbers
            else:
                found += [Reference(number, part if len(numbers) == 1 else None, "typed") for number in numbers]
            texts += message.texts(one, "AddtlRmtInf")
        texts += message.texts(detail, "AddtlTxInf")
        if len(found) > 1:
            parts = [one.amount for one in found]
            if None not in parts and sum(parts) == amount:
                return tuple(found), texts, None
            unclear = ("It has several references, and not how much is for each." if parts.count(None) == len(parts)
                       else "The amounts of its references do not come to the payment.")
            return tuple(Reference(one.text, None, one.quality) for one in found), texts, unclear
        return tuple(Reference(one.text, None, one.quality) for one in found), texts, None

    def _other_currency(self, detail, amount: Decimal) -> list[str]:
        """What the payer's bank was told, where that is another amount."""
        message = self.message
        if detail is self.element or _first(detail, "AmtDtls/InstdAmt/Amt") is None:
            return []
        told, currency = message.amount(detail, "AmtDtls/InstdAmt/Amt")
        return [] if (told, currency) == (abs(amount), self.currency) else [f"instructed {told} {currency}"]


def _with_originals(payments: list[Payment]) -> list[Payment]:
    """A reversal with the bank's own reference of a payment in the same file takes that one back."""
    if all(one.kind != "reversal" for one in payments):
        return payments
    from dataclasses import replace

    known = {}
    for one in payments:
        if one.kind == "payment" and (own := _own(one)):
            known.setdefault((own, one.amount), one.key)
    return [replace(one, original_key=known.get((_own(one), -one.amount))) if one.kind == "reversal" else one
            for one in payments]


def _own(one: Payment) -> tuple[str, str] | None:
    """Account and the detail's own reference, of a key BATCH/REFERENCE/ORDINAL."""
    rest = one.key.removeprefix(f"{one.batch}/")
    return (one.account, rest.rsplit("/", 1)[0]) if "/" in rest else None
