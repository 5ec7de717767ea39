"""A bank's files: BgMax with the payments that are given, as Bankgirot lays it out (FORMATS-MONEY.md 1.1)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment, or with an amount below zero a deduction; `parts`: further references with amounts, or none."""

    reference: str
    amount: Decimal
    payer: str | None = None
    payer_account: str = ""
    text: str | None = None
    code: str = "2"  # 2: checked by the bank, 3: as typed, 0: none
    parts: tuple[tuple[str, Decimal], ...] = ()


def bgmax(account: str, day: dt.date, paid: Iterable[Paid], deposit: int = 1, serial: int = 1,
          is_test: bool = False) -> bytes:
    """One deposit on a bankgiro account. `deposit` and `serial` are what the bank counts up."""
    giro = "".join(filter(str.isdigit, account)).zfill(10)
    lines = [f"01BGMAX{'':15}01{day:%Y%m%d}173035{deposit:06}{'T' if is_test else 'P'}", f"05{giro}{'':10}SEK"]
    counts, total = {"20": 0, "21": 0, "22": 0}, 0
    for number, one in enumerate(paid, serial):
        kind = "21" if one.amount < 0 else "20"
        ore = int(abs(one.amount) * 100)
        total += -ore if one.amount < 0 else ore
        counts[kind] += 1
        payer, last = one.payer_account.zfill(10), "01" if kind == "21" else "0"
        named = one.reference.rjust(25) if one.code == "2" else one.reference.ljust(25)
        lines.append(f"{kind}{payer}{named}{ore:018}{one.code}1{number:012}{last}")
        for reference, amount in one.parts:
            counts["22"] += 1
            record = "23" if amount < 0 else "22"
            lines.append(f"{record}{payer}{reference.rjust(25)}{int(abs(amount) * 100):018}21{number:012}0")
        if one.text:
            lines.append(f"25{one.text[:50]}")
        if one.payer:
            lines.append(f"26{one.payer[:35]}")
    lines += [f"15{'':35}{day:%Y%m%d}{deposit:05}{total:018}SEK{counts['20'] + counts['21']:08}",
              f"70{counts['20']:08}{counts['21']:08}{counts['22']:08}{1:08}"]
    return "".join(f"{line:<80}\r\n" for line in lines).encode("iso-8859-1")
