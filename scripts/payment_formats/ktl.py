"""KTL reference payments (Finland): batches of `0 { 3 | 5 | 7 } 9`, 90 characters, several in a file.

A correction (88 = 1) takes back an earlier payment. A direct debit with a return code was not paid: it is counted.
"""

from collections import Counter
from datetime import datetime
from decimal import Decimal

from leissner.scripts.payment_formats import Batch, Payment, PaymentFile, Reference
from leissner.scripts.payment_formats.text import Lines, iban

CHANNELS = {"A": "customer", "J": "bank system", "K": "clerk"}
SEVEN_BITS = str.maketrans("[\\]{|}", "ÄÖÅäöå")
CUT = "Nothing of it was taken: the file is cut. Fetch it again."


def read(data: bytes, name: str) -> PaymentFile:
    """Raises LeissnerError where structure, totals, currency or a field do not hold."""
    lines = Lines(data, name, 90)
    payments: list[Payment] = []
    batches: dict[str, list[Payment]] = {}
    ignored: Counter[str] = Counter()
    equals: Counter[str] = Counter()
    identities: list[str] = []
    accounts: dict[str, None] = {}
    opened = number = 0
    paid: list[Payment] = []
    failed: list[Decimal] = []
    whole: list[str] = []  # the batch
    seen: set[int] = set()
    for number, line in lines:
        code = line[0]
        whole.append(line)
        if code == "0":
            whole = [line]
            if opened:
                raise lines.wrong(number, "record", f"a batch begins inside that of line {opened}", "9 before it")
            identities.append(_start(lines, number, line))
            opened, paid, failed = number, [], []
        elif code == "S":
            ignored["S"] += 1
        elif not code.isdigit():
            raise lines.wrong(number, "record (1)", f"{code!r} is no record type", "0, 3, 5, 7 or 9")
        elif not opened:
            raise lines.wrong(number, "record", f"{code} outside a batch", "0 before it")
        elif code == "9":
            _end(lines, number, line, paid, failed)
            if len(whole) > 2 and hash(tuple(whole)) in seen:
                raise lines.wrong(opened, "batch", "the same batch twice in the file", "each once")
            seen.add(hash(tuple(whole)))
            payments += paid
            opened = 0
        elif code in "357":
            one = _payment(lines, number, line, equals)
            accounts[one.account] = None
            if line[89] in " 0":
                paid.append(one)
                batches.setdefault(one.batch, []).append(one)
            else:
                failed.append(abs(one.amount))
                ignored[f"{code}, not paid: {line[89]}"] += 1
        else:
            ignored[code] += 1
    if opened:
        raise lines.wrong(number, None, "the file ends without the sums of its batch", "9 at the end", CUT)
    return PaymentFile(
        "ktl", "1", "+".join(dict.fromkeys(identities)), tuple(accounts), False, _with_originals(payments),
        tuple(Batch(made[0].account, key, made[0].booked_on, sum(one.amount for one in made), len(made), "EUR")
              for key, made in batches.items()),
        dict(ignored), {account: iban("FI", account) for account in accounts}, currency="EUR")


def _start(lines: Lines, number: int, line: str) -> str:
    stamp = lines.digits(number, line, 2, 11, "creation stamp")
    try:
        datetime.strptime(stamp, "%y%m%d%H%M")
    except ValueError:
        raise lines.wrong(number, "creation stamp (2–11)", f"{stamp} is no time", "YYMMDDhhmm") from None
    _euro(lines, number, line, 23)
    return f"{stamp}/{line[13:22].strip()}"


def _euro(lines: Lines, number: int, line: str, place: int) -> None:
    if line[place - 1] != "1":
        raise lines.wrong(number, f"currency ({place})", f"{line[place - 1]!r}", "1, for EUR")


def _payment(lines: Lines, number: int, line: str, equals: Counter) -> Payment:
    account = lines.digits(number, line, 2, 15, "creditor's account")
    booked_on = lines.date(number, line, 16, "booking date", "YYMMDD")
    paid_on = lines.date(number, line, 22, "payment date", "YYMMDD") if line[21:27].strip("0 ") else None
    _euro(lines, number, line, 76)
    amount = lines.money(number, line, 78, 87, "amount")
    if line[87] not in "01":
        raise lines.wrong(number, "correction mark (88)", f"{line[87]!r}", "0 or 1")
    is_correction = line[87] == "1"
    batch = f"{account}/{booked_on}"
    key = f"{batch}/{line[27:43].strip()}/{line[87]}"
    equals[key] += 1
    reference, name = line[43:63].strip(), line[63:75].strip()
    if lines.is_ascii:
        name = name.translate(SEVEN_BITS)
    return Payment(
        account, batch, f"{key}/{equals[key]}", "reversal" if is_correction else "payment",
        -amount if is_correction else amount, "EUR", booked_on, paid_on,
        (Reference(reference, None, "checked"),) if reference.strip("0") else (), name or None,
        channel=CHANNELS.get(line[88]) or line[88].strip() or None, raw=line.rstrip())


def _end(lines: Lines, number: int, line: str, paid: list[Payment], failed: list[Decimal]) -> None:
    """Blanks stand for zero, but for the payments themselves: what is blank at a line's end may be cut off."""
    line = line[:18] + line[18:52].replace(" ", "0") if not line[18:52].strip() else line
    if not line[35:52].strip():
        line = f"{line[:35]}{'0' * 17}{line[52:]}"
    normal = [one.amount for one in paid if one.kind == "payment"]
    corrections = [-one.amount for one in paid if one.kind == "reversal"]
    for first, what, amounts in ((2, "payments", normal), (19, "corrections", corrections),
                                 (36, "failed debits", failed)):
        lines.same(number, f"number of {what} ({first}–{first + 5})",
                   lines.number(number, line, first, first + 5, f"number of {what}"), len(amounts), "its records")
        lines.same(number, f"sum of {what} ({first + 6}–{first + 16})",
                   lines.money(number, line, first + 6, first + 16, f"sum of {what}"), sum(amounts, Decimal("0.00")),
                   "its records")


def _with_originals(payments: list[Payment]) -> list[Payment]:
    """A correction with the archive id of a payment in the same file takes that one back."""
    if all(one.kind == "payment" for one in payments):
        return payments
    from dataclasses import replace

    known = {one.key: one for one in payments if one.kind == "payment"}
    return [replace(one, original_key=original)
            if one.kind == "reversal" and (original := one.key.rsplit("/", 2)[0] + "/0/1") in known
            and known[original].amount == -one.amount else one for one in payments]
