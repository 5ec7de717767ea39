"""Betalingsservice delivery 602 of Nets (Denmark): `BS002 { BS012 { BS042 } BS092 } BS992`, 128 characters.

Only cards paid (0297) and charged back (0299) are payments here. The layout is known from public code, the end records
too: it is to be tried against Nets' own guideline, so it is read only where the caller says `allow_bs`.
"""

from collections import Counter
from decimal import Decimal

from leissner.scripts.payment_formats import Batch, Payment, PaymentFile, Reference
from leissner.scripts.payment_formats.text import Lines

PAID, CHARGED_BACK = "0297", "0299"
CUT = "Nothing of it was taken: the file is cut. Fetch it again."


class Totals:
    """What the data records of a section, or of the whole delivery, come to: what was claimed, what was paid."""

    def __init__(self):
        self.count, self.claimed, self.paid = 0, Decimal("0.00"), Decimal("0.00")

    def check(self, lines: Lines, number: int, line: str) -> None:
        lines.same(number, "records 042 (32–42)", lines.number(number, line, 32, 42, "records 042"), self.count,
                   "its records")
        amount = lines.money(number, line, 43, 57, "amount")
        if amount != self.claimed:
            lines.same(number, "amount (43–57)", amount, self.paid, "the sum of its records 042")


def read(data: bytes, name: str) -> PaymentFile:
    """Raises LeissnerError where structure, totals or a field do not hold."""
    lines = Lines(data, name, 128)
    identity = creditor = batch = None
    payments: list[Payment] = []
    batches: dict[str, list[Payment]] = {}
    ignored: Counter[str] = Counter()
    equals: Counter[str] = Counter()
    whole, section = Totals(), Totals()
    sections = ended = number = 0
    for number, line in lines:
        code = line[:5]
        if ended:
            raise lines.wrong(number, None, f"there is more after the last record (BS992, line {ended})", "nothing")
        if identity is None:
            if line[16:20] != "0602":
                raise lines.wrong(number, "delivery (17–20)", f"{line[16:20]!r}", "0602, payments",
                                  "Only payments (0602) are read here.")
            identity = f"{line[5:13]}/{lines.digits(number, line, 21, 30, 'delivery id')}"
        elif code == "BS012":
            if batch:
                raise lines.wrong(number, "record", "a section begins inside another", "BS092 before it")
            creditor, section = lines.digits(number, line, 6, 13, "creditor"), Totals()
            sections += 1
            batch = f"{identity}/{sections}"
        elif code == "BS042":
            if not batch:
                raise lines.wrong(number, "record", "a payment (BS042) outside a section", "BS012 before it")
            claimed = lines.money(number, line, 57, 69, "amount")
            paid = lines.money(number, line, 116, 128, "paid amount")
            for totals in (section, whole):
                totals.count += 1
                totals.claimed += claimed
                totals.paid += paid
            if line[13:17] in (PAID, CHARGED_BACK):
                one = _payment(lines, number, line, creditor, batch, paid, equals)
                payments.append(one)
                batches.setdefault(batch, []).append(one)
            else:
                ignored[f"BS042 {line[13:17]}"] += 1
        elif code == "BS092":
            if not batch:
                raise lines.wrong(number, "record", "a section ends that did not begin", "BS012 before it")
            section.check(lines, number, line)
            batch = None
        elif code == "BS992":
            if batch:
                raise lines.wrong(number, "record", "the delivery ends inside a section", "BS092 before")
            lines.same(number, "sections (21–31)", lines.number(number, line, 21, 31, "sections"), sections,
                       "its records")
            whole.check(lines, number, line)
            ended = number
        elif code[:2] == "BS" and code[2:].isdigit():
            ignored[code] += 1
        else:
            raise lines.wrong(number, "record (1–5)", f"{code!r} is no record type", "BS and three digits")
    if not ended:
        raise lines.wrong(number, None, "the file ends without its last record", "BS992 at the end", CUT)
    return PaymentFile(
        "bs602", "0602", identity, tuple(dict.fromkeys(one.account for one in payments)), False, payments,
        tuple(Batch(made[0].account, key, made[0].booked_on, sum(one.amount for one in made), len(made), "DKK")
              for key, made in batches.items()),
        dict(ignored), currency="DKK")


def _payment(lines: Lines, number: int, line: str, creditor: str, batch: str, paid: Decimal,
             equals: Counter) -> Payment:
    is_back = line[13:17] == CHARGED_BACK
    paid_on = lines.date(number, line, 104, "payment date", "DDMMYY") if line[103:109].strip("0 ") else None
    booked_on = lines.date(number, line, 110, "bookkeeping date", "DDMMYY") if line[109:115].strip("0 ") else paid_on
    if booked_on is None:
        raise lines.wrong(number, "bookkeeping date (110–115)", "no date", "DDMMYY")
    reference = line[69:99].strip()
    key = "/".join((creditor, line[13:17], line[25:40].strip(), reference, line[49:55], f"{booked_on}"))
    equals[key] += 1
    return Payment(creditor, batch, f"{key}/{equals[key]}", "reversal" if is_back else "payment",
                   -paid if is_back else paid, "DKK", booked_on, paid_on,
                   (Reference(reference, None, "checked"),) if reference else (),
                   channel="charged back" if is_back else "card", raw=line.rstrip())
