"""BgMax, Bankgirot's payments in (Sweden): `01 { 05 { (20|21) {22|23} {25} [26] [27 28] [29] } 15 } 70`.

A section (05 … 15) is one deposit on the receiver's account, and its day is known only at its end.
"""

from collections import Counter
from datetime import date
from decimal import Decimal

from leissner.scripts.payment_formats import Batch, Payment, PaymentFile, Reference
from leissner.scripts.payment_formats.text import Lines

CHANNELS = {"1": "electronic", "2": "supplier payment", "3": "paper slip", "4": "autogiro"}
QUALITIES = {"2": "checked", "4": "checked"}
DETAILS = {"22", "23", "25", "26", "27", "28", "29"}
TOTALS = "number of {} ({}–{})"


def read(data: bytes, name: str) -> PaymentFile:
    """Raises LeissnerError where structure, totals, currency or a field do not hold."""
    lines = Lines(data, name, 80)
    payments: list[Payment] = []
    batches: list[Batch] = []
    counts: Counter[str] = Counter()
    ignored: Counter[str] = Counter()
    stamp = account = current = ended = None
    is_test = False
    section: list[list] = []  # of payments: number of the first line, lines
    number = opened = 0
    for number, line in lines:
        code = line[:2]
        if ended:
            raise lines.wrong(number, None, f"there is more after the last record (70, line {ended})", "nothing",
                              "Are these two files in one? Load each by itself.")
        if stamp is None:
            stamp, is_test = _start(lines, number, line)
        elif code in ("20", "21"):
            if account is None:
                raise lines.wrong(number, "record", f"a payment ({code}) outside a section", "05 before it")
            counts[code] += 1
            current = [number, line]
            section.append(current)
        elif code in DETAILS:
            if current is None:
                raise lines.wrong(number, "record", f"{code} without a payment", "20 or 21 before it")
            counts["22"] += code in ("22", "23")
            current.append(line)
        elif code == "05":
            if account is not None:
                raise lines.wrong(number, "record", f"a section begins inside that of line {opened}",
                                  "15 before it")
            account, opened = _account(lines, number, line), number
        elif code == "15":
            if account is None:
                raise lines.wrong(number, "record", "a section ends (15) that did not begin", "05 before it")
            batch = _batch(lines, number, line, account, section, payments)
            if any(other.key == batch.key for other in batches):
                raise lines.wrong(number, "deposit number (46–50)", f"deposit {batch.key} is in the file twice",
                                  "each once")
            batches.append(batch)
            counts["15"] += 1
            account = current = None
        elif code == "70":
            if account is not None:
                raise lines.wrong(number, "record", f"the file ends inside the section of line {opened}", "15 before")
            _end(lines, number, line, counts)
            ended = number
        elif code == "01":
            raise lines.wrong(number, "record", "a second file begins", "one first record (01)",
                              "Load each file by itself.")
        elif code.isdigit() and code.isascii():
            ignored[code] += 1
        else:
            raise lines.wrong(number, "record (1–2)", f"{code!r} is no record type", "two digits")
    if not ended:
        raise lines.wrong(number, None, "the file ends without its last record", "70 at the end",
                          "Nothing of it was taken: the file is cut. Fetch it again.")
    accounts = tuple(dict.fromkeys(batch.account for batch in batches))
    return PaymentFile("bgmax", "01", "/".join([stamp, *sorted(accounts)]), accounts, is_test, payments,
                       tuple(batches), dict(ignored), currency="SEK")


def _start(lines: Lines, number: int, line: str) -> tuple[str, bool]:
    if line[:22].rstrip() != "01BGMAX":
        raise lines.wrong(number, "layout (1–22)", f"{line[:22]!r}", "01BGMAX")
    if line[22:24] != "01":
        raise lines.wrong(number, "version (23–24)", f"{line[22:24]!r}", "01, the only one known here")
    if line[44] not in "PT":
        raise lines.wrong(number, "mark (45)", f"{line[44]!r}", "P or T")
    return lines.digits(number, line, 25, 44, "creation stamp"), line[44] == "T"


def _account(lines: Lines, number: int, line: str) -> str:
    account = lines.digits(number, line, 3, 12, "bankgiro").lstrip("0")
    if not account:
        raise lines.wrong(number, "bankgiro (3–12)", "no number", "the receiver's bankgiro number")
    _sek(lines, number, line, 23)
    return account


def _sek(lines: Lines, number: int, line: str, first: int) -> None:
    if line[first - 1:first + 2] != "SEK":
        raise lines.wrong(number, f"currency ({first}–{first + 2})", f"{line[first - 1:first + 2]!r}",
                          "SEK, the only currency of BgMax since 2016")


def _batch(lines: Lines, number: int, line: str, account: str, section: list[list],
           payments: list[Payment]) -> Batch:
    """Makes the payments of a section, and empties it."""
    day = lines.date(number, line, 38, "payment day", "YYYYMMDD")
    key = f"{account}/{day.year}/{lines.digits(number, line, 46, 50, 'deposit number')}"
    _sek(lines, number, line, 69)
    equals: Counter[str] = Counter()
    total = Decimal("0.00")
    for place, group in enumerate(section):
        payment = _payment(lines, account, key, day, equals, group)
        total += payment.amount
        payments.append(payment)
        section[place] = None
    lines.same(number, "number of payments (72–79)", lines.number(number, line, 72, 79, "number of payments"),
               len(section), "its records 20 and 21")
    lines.same(number, "deposit amount (51–68)", lines.money(number, line, 51, 68, "deposit amount"), total,
               "the sum of its payments less deductions")
    count = len(section)
    section.clear()
    return Batch(account, key, day, total, count, "SEK", line[2:37].strip().lstrip("0") or None)


def _payment(lines: Lines, account: str, batch: str, day: date, equals: Counter, group: list) -> Payment:
    number, line = group[0], group[1]
    amount = line[37:55]
    if not (amount.isdigit() and amount.isascii()):
        lines.digits(number, line, 38, 55, "amount")
    amount = Decimal(f"{amount[:16]}.{amount[16:]}")
    is_deduction = line[1] == "1"
    if is_deduction:
        amount = -amount
    own, quality, serial = line[12:37].strip(), QUALITIES.get(line[55], "typed"), line[57:69].strip()
    extra, texts = [], []
    name = org_no = street = town = note = None
    for place in range(2, len(group)):
        more = group[place]
        code = more[:2]
        if code == "26":
            name = " ".join(more[2:72].split()) or None
        elif code == "27":
            street = f"{more[2:37].rstrip()}\n{more[37:46].strip()}"
        elif code == "28":
            town = f"{more[2:37].rstrip()}\n{more[37:72].strip() or more[72:74].strip()}"
        elif code == "25":
            if text := more[2:52].strip():
                texts.append(text)
        elif code == "29":
            org_no = more[2:14].strip().lstrip("0").zfill(10)
        else:
            extra.append(_extra(lines, number, line, more, is_deduction))
    if extra:
        # Of several typed references the right ones follow; the typed text itself is for a person only.
        references = [Reference(own, None, quality)] if own and quality == "checked" else []
        if own and not references:
            texts.insert(0, own)
        if any(one.amount for one in extra):
            if references or sum(one.amount for one in extra) != amount:
                note = "The amounts of its references do not come to the payment."
        else:
            extra = [Reference(one.text, None, one.quality) for one in extra]
        references = (*references, *extra)
    else:
        references = (Reference(own, None, quality),) if own else ()
    if is_deduction:
        texts.append(f"deduction code {line[70]}")
    equal = f"{line[:2]}/{serial}"
    equals[equal] += 1
    payer = line[2:12].strip().lstrip("0")
    return Payment(
        account, batch, f"{batch}/{equal}/{equals[equal]}", "deduction" if is_deduction else "payment", amount, "SEK",
        day, None, references, name, payer or None, org_no if org_no and org_no.strip("0") else None,
        _address(street, town) if street or town else None, tuple(texts),
        CHANNELS.get(line[56]) or line[56].strip() or None, "\n".join(map(str.rstrip, group[1:])), None, note)


def _extra(lines: Lines, number: int, line: str, more: str, is_deduction: bool) -> Reference:
    """A record 22 or 23 below the payment of a line."""
    if more[2:12] != line[2:12] or more[57:69] != line[57:69]:
        raise lines.wrong(number, "extra reference (22, 23)", f"a reference of the payment {more[57:69].strip()} "
                          f"below the payment {line[57:69].strip()}", "the payment's own bankgiro and serial number")
    amount = lines.money(number, more, 38, 55, f"amount of a record {more[:2]} below")
    if (more[1] == "3") != is_deduction:
        amount = -amount
    return Reference(more[12:37].strip(), amount, QUALITIES.get(more[55], "typed"))


def _address(street: str | None, town: str | None) -> str:
    """Street, postcode and town, country: a line each, those that there are."""
    street, _, postcode = (street or "").partition("\n")
    town, _, country = (town or "").partition("\n")
    return "\n".join(part for part in (street, f"{postcode} {town}".strip(), country) if part)


def _end(lines: Lines, number: int, line: str, counts: Counter) -> None:
    for code, first, what in (("20", 3, "payments"), ("21", 11, "deductions"), ("22", 19, "extra references"),
                              ("15", 27, "deposits")):
        field = TOTALS.format(what, first, first + 7)
        lines.same(number, field, lines.number(number, line, first, first + 7, f"number of {what}"), counts[code],
                   "its records")
