"""Reads SIE 4 for the tests, from the description of the format alone (FORMATS-MONEY.md 5): tolerant of what real
programs write, or strict as a file of ours has to be."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

AMOUNT = re.compile(r"-?\d+\.\d\d")
FIELD = re.compile(r'[ \t]*(?:"((?:[^"\\]|\\.)*)"|(\{)([^}]*)\}|([^ \t"{}]+))')


@dataclass
class Voucher:
    series: str
    number: str
    on: date
    text: str
    rows: list[tuple[str, dict[str, str], Decimal]] = field(default_factory=list)

    @property
    def sums(self) -> dict[str, Decimal]:
        found: dict[str, Decimal] = {}
        for account, _, amount in self.rows:
            found[account] = found.get(account, Decimal()) + amount
        return found


@dataclass
class Sie:
    labels: dict[str, list[list]] = field(default_factory=dict)
    vouchers: list[Voucher] = field(default_factory=list)

    def one(self, label: str) -> list:
        found, = self.labels[label]
        return found

    @property
    def accounts(self) -> dict[str, str]:
        return {number: name for number, name, *_ in self.labels.get("KONTO", [])}


def read(data: bytes, strict: bool = False) -> Sie:
    """A whole file; ValueError where it is none, AssertionError where a strict one is not as it must be."""
    if strict:
        assert data.endswith(b"\r\n") and data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
        assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", data)
        text = data.decode("cp437")
    else:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = data.decode("cp437")
    lines = [line.strip(" \t") for line in text.lstrip("\ufeff").splitlines()]
    if not lines or not lines[0].startswith("#FLAGGA"):
        raise ValueError("no SIE file: the first line must be #FLAGGA")
    found, voucher, is_open = Sie(), None, False
    for line in lines:
        if not line:
            assert not strict
        elif line == "{":
            assert voucher and not is_open
            is_open = True
        elif line == "}":
            assert is_open
            if sum(amount for *_, amount in voucher.rows):
                raise ValueError(f"voucher {voucher.series} {voucher.number} does not sum to zero")
            voucher, is_open = None, False
        else:
            label, *fields = _fields(line, strict)
            if label == "#VER":
                assert not voucher
                series, number, day, *rest = fields
                voucher = Voucher(series, number, _day(day), rest[0] if rest else "")
                found.vouchers.append(voucher)
            elif label == "#TRANS":
                assert is_open
                account, objects, amount, *_ = fields
                assert not strict or AMOUNT.fullmatch(amount), amount
                voucher.rows.append((account, objects, Decimal(amount)))
            else:
                found.labels.setdefault(label.removeprefix("#"), []).append(fields)
    assert not voucher
    if strict:
        _strict(found, lines)
    return found


def _strict(found: Sie, lines: list[str]) -> None:
    order = [line.split()[0] for line in lines if line.startswith("#")]
    for label in ("FLAGGA", "PROGRAM", "FORMAT", "GEN", "SIETYP", "FNAMN"):
        assert order.count(f"#{label}") == 1, label
    assert order[0] == "#FLAGGA" and found.one("FLAGGA") == ["0"] and found.one("SIETYP") == ["4"]
    assert found.one("FORMAT") == ["PC8"]
    assert re.fullmatch(r"\d{6}-\d{4}", found.one("ORGNR")[0])
    year, first, last = found.one("RAR")
    assert year == "0"
    objects = {(dimension, number) for dimension, number, _ in found.labels.get("OBJEKT", [])}
    numbers = [(voucher.series, voucher.number) for voucher in found.vouchers]
    assert len(set(numbers)) == len(numbers)
    for voucher in found.vouchers:
        assert _day(first) <= voucher.on <= _day(last) and len(voucher.rows) > 1
        for account, own, amount in voucher.rows:
            assert account in found.accounts and amount and own.items() <= objects
    assert found.accounts.keys() == {account for voucher in found.vouchers for account, *_ in voucher.rows}


def _fields(line: str, strict: bool) -> list:
    fields, place = [], 0
    while place < len(line):
        match = FIELD.match(line, place)
        if not match:
            raise ValueError(f"cannot be read: {line[place:]}")
        quoted, brace, inside, bare = match.groups()
        if brace:
            parts = _fields(inside.strip(), strict)
            fields.append(dict(zip(parts[::2], parts[1::2], strict=True)))
        else:
            fields.append(re.sub(r"\\(.)", r"\1", quoted) if bare is None else bare)
        place = match.end()
        if not line[place:].strip():
            break
    return fields


def _day(text: str) -> date:
    assert re.fullmatch(r"\d{8}", text)
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))
