"""OCR giro of Nets (Norway): `10 { 20 { 30 31 [32] } 88 } 89`, service 09; assignments of other services are counted.

A day may be sent again under a new transmission number: `trace` then shows that the payments are known. What settles
them on the account (Nets date, centre, day code, part, serial) comes once.
"""

from collections import Counter
from datetime import date
from decimal import Decimal

from leissner.scripts.errors import LeissnerError
from leissner.scripts.payment_formats import Batch, Payment, PaymentFile, Reference
from leissner.scripts.payment_formats.text import Lines, iban

CHANNELS = {"10": "giro", "11": "standing order", "12": "direct remittance", "13": "business terminal giro",
            "14": "counter", "15": "AvtaleGiro", "16": "telegiro", "17": "cash", "18": "terminal, reversal with KID",
            "19": "terminal, purchase with KID", "20": "terminal, reversal with text",
            "21": "terminal, purchase with text"}
REVERSALS = {"18", "20"}
CUT = "Nothing of it was taken: the file is cut. Fetch it again."


class Assignment:
    """What stands between a record 20 and its 88."""

    def __init__(self, number: int, records: int, service: str, account: str, no: str):
        self.number, self.records, self.service, self.account, self.no = number, records, service, account, no
        self.groups: list[list[tuple[int, str]]] = []  # of transactions: their records
        self.amount = Decimal("0.00")  # as Nets counts it
        self.day: date | None = None


def read(data: bytes, name: str) -> PaymentFile:
    """Raises LeissnerError where structure, totals or a field do not hold, or nothing in it is OCR giro."""
    lines = Lines(data, name, 80)
    start: tuple[str, str] | None = None
    current: Assignment | None = None
    done: list[Assignment] = []
    ignored: Counter[str] = Counter()
    transactions, amount = 0, Decimal("0.00")  # of all services
    records = ended = 0
    sent_on = ""
    for number, line in lines:
        records += 1
        service, kind = line[2:4], line[6:8]
        if line[:2] != "NY":
            raise lines.wrong(number, "record (1–2)", f"{line[:2]!r}", "NY")
        if ended:
            raise lines.wrong(number, None, f"there is more after the last record (89, line {ended})", "nothing",
                              "Are these two files in one? Load each by itself.")
        if start is None:
            if line[:8] != "NY000010":
                raise lines.wrong(number, "record (1–8)", f"{line[:8]!r}", "NY000010")
            start = (lines.digits(number, line, 17, 23, "transmission number"),
                     lines.digits(number, line, 24, 31, "data recipient"))
        elif line[:8] == "NY000089":
            if current:
                raise lines.wrong(number, "record", f"the file ends inside the assignment of line {current.number}",
                                  "88 before")
            lines.same(number, "transactions (9–16)", lines.number(number, line, 9, 16, "transactions"), transactions,
                       "its assignments")
            lines.same(number, "records (17–24)", lines.number(number, line, 17, 24, "records"), records, "its lines")
            lines.same(number, "amount (25–41)", lines.money(number, line, 25, 41, "amount"), amount,
                       "the sum of its assignments")
            sent_on = lines.digits(number, line, 42, 47, "Nets date")
            if transactions or sent_on.strip("0"):
                sent_on = f"{lines.date(number, line, 42, 'Nets date', 'DDMMYY')}"
            ended = number
        elif kind == "20" and service != "00":
            if current:
                raise lines.wrong(number, "record", f"an assignment begins inside that of line {current.number}",
                                  "88 before")
            account = no = ""
            if service == "09":
                no = lines.digits(number, line, 18, 24, "assignment number")
                account = lines.digits(number, line, 25, 35, "payee's account")
                if any(other.no == no for other in done):
                    raise lines.wrong(number, "assignment number (18–24)", f"{no} is in the file twice", "each once")
            current = Assignment(number, records, service, account, no)
        elif current is None or service != current.service:
            raise lines.wrong(number, "record", f"a record {service}…{kind} outside an assignment of its service",
                              "20 before it, 88 after it")
        elif kind == "88":
            counted = _end(lines, number, line, current, records)
            transactions += counted[0]
            amount += counted[1]
            if current.service == "09":
                done.append(current)
            else:
                ignored[f"service {current.service}"] += records - current.records + 1
            current = None
        elif service == "09" and kind == "30":
            current.groups.append([(number, line)])
        elif service == "09" and kind in ("31", "32"):
            if not current.groups or current.groups[-1][0][1][8:15] != line[8:15]:
                raise lines.wrong(number, "transaction number (9–15)", f"{line[8:15]}, with no record 30 of that number"
                                  " above it", "its amount item before it")
            if current.groups[-1][0][1][4:6] != line[4:6]:
                raise lines.wrong(number, "transaction type (5–6)", f"an item {kind} of type {line[4:6]} below one of "
                                  f"type {current.groups[-1][0][1][4:6]}", "one type in a transaction")
            current.groups[-1].append((number, line))
        elif service == "09":
            ignored[f"record {kind}"] += 1
    if not ended:
        raise lines.wrong(number, None, "the file ends without its last record", "NY000089 at the end", CUT)
    if ignored and not done and not any("record" in what for what in ignored):
        services = ", ".join(what.removeprefix("service ") for what in ignored)
        what = "AvtaleGiro (service 21): requests and their answers" if services == "21" else f"service {services}"
        raise LeissnerError(f"{name} holds {what}, and no payments of OCR giro (service 09).",
                            "Fetch the OCR giro file; AvtaleGiro payments come in it too.")
    identity = f"{start[1]}/{start[0]}/{sent_on}"
    payments: list[Payment] = []
    equals: Counter[str] = Counter()
    batches = []
    for one in done:
        made = _payments(lines, one, f"{identity}/{one.no}", equals)
        payments += made
        batches.append(Batch(one.account, f"{identity}/{one.no}", one.day, sum((p.amount for p in made), Decimal(0)),
                             len(made), "NOK"))
    accounts = tuple(dict.fromkeys(one.account for one in done))
    return PaymentFile("ocrgiro", "1", identity, accounts, False, payments, tuple(batches), dict(ignored),
                       {account: iban("NO", account) for account in accounts}, currency="NOK")


def _end(lines: Lines, number: int, line: str, one: Assignment, records: int) -> tuple[int, Decimal]:
    """Checks the totals of an assignment; gives its transactions and its amount."""
    count = lines.number(number, line, 9, 16, "transactions")
    amount = lines.money(number, line, 25, 41, "amount")
    lines.same(number, "records (17–24)", lines.number(number, line, 17, 24, "records"), records - one.records + 1,
               "the lines of the assignment")
    if one.service != "09":
        return count, amount
    first = last = None
    if one.groups:
        one.day = lines.date(number, line, 42, "Nets date", "DDMMYY")
        if line[47:59].strip("0 "):
            first = lines.date(number, line, 48, "earliest Nets date", "DDMMYY")
            last = lines.date(number, line, 54, "latest Nets date", "DDMMYY")
    for group in one.groups:
        at, item = group[0]
        if item[31] not in "-0":
            raise lines.wrong(at, "sign (32)", f"{item[31]!r}", "0 or -")
        part = lines.money(at, item, 33, 49, "amount")
        one.amount += -part if item[31] == "-" else part
        day = lines.date(at, item, 16, "Nets date", "DDMMYY")
        if first and not first <= day <= last:
            raise lines.wrong(at, "Nets date (16–21)", f"{day}", f"a day from {first} to {last}, as line {number} says")
    lines.same(number, "transactions (9–16)", count, len(one.groups), "its records 30")
    lines.same(number, "amount (25–41)", amount, one.amount, "the sum of its transactions")
    return count, amount


def _payments(lines: Lines, one: Assignment, batch: str, equals: Counter) -> list[Payment]:
    """Makes the payments of an assignment, and empties it."""
    payments = []
    for place, group in enumerate(one.groups):
        one.groups[place] = None
        number, item = group[0]
        kind, no = item[4:6], lines.digits(number, item, 9, 15, "transaction number")
        if len(group) < 2 or group[1][1][6:8] != "31":
            raise lines.wrong(number, "record", f"transaction {no} has no amount item 2 after item 1", "31 below it")
        second_at, second = group[1]
        amount = lines.money(number, item, 33, 49, "amount")
        is_less = item[31] == "-" or kind in REVERSALS
        if is_less:
            amount = -amount
        kid = item[49:74].strip()
        payer = lines.digits(second_at, second, 48, 58, "debit account").strip("0") and second[47:58]
        texts = tuple(text for _, more in group[2:] if (text := more[15:55].strip()))
        booked_on = lines.date(number, item, 16, "Nets date", "DDMMYY")
        paid_on = lines.date(second_at, second, 42, "bank date", "DDMMYY") if second[41:47].strip("0 ") else None
        trace = "/".join((one.account, f"{booked_on}", item[21:31], second[15:34], payer, kind, kid, f"{amount}"))
        for equal in (trace, f"{batch}/{no}"):
            equals[equal] += 1
        payments.append(Payment(
            one.account, batch, f"{batch}/{no}/{equals[f'{batch}/{no}']}",
            "reversal" if kind in REVERSALS else "deduction" if is_less else "payment", amount, "NOK", booked_on,
            paid_on, (Reference(kid, None, "checked"),) if kid else (), None, payer or None, None, None, texts,
            CHANNELS.get(kind, f"type {kind}"), "\n".join(line.rstrip() for _, line in group),
            trace=f"{trace}/{equals[trace]}"))
    return payments
