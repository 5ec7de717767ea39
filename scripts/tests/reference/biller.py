"""What is due for fees, day by day in exact fractions (BILLING.md 1): slow, plain, and nothing shared with the SQL."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

DAY = timedelta(days=1)
FAR = date(2031, 1, 1)


@dataclass
class Price:
    """A dated price of a charge in a list: a rate, or percent of the list above."""

    list: str
    service: str
    charge: str
    start: date
    end: date
    rate: Fraction | None = None
    percent: Fraction | None = None


@dataclass
class Line:
    """A contract line; terms: (day, value), ascending."""

    contract: str
    number: int
    customer: str
    service: str
    contract_start: date
    first: date
    end: date | None
    quantity: Fraction
    billed_through: date | None = None
    binding: int = 0
    price_list: str | None = None
    contract_list: str | None = None
    interval: int = 1
    quantities: list[tuple[date, Fraction]] = field(default_factory=list)
    lists: list[tuple[date, str]] = field(default_factory=list)
    contract_lists: list[tuple[date, str]] = field(default_factory=list)
    intervals: list[tuple[date, int]] = field(default_factory=list)


@dataclass
class Customer:
    """A customer; terms: (day, value), ascending."""

    number: str
    parent: str | None = None
    price_list: str | None = None
    bill_to: str = "self"
    lists: list[tuple[date, str]] = field(default_factory=list)
    parents: list[tuple[date, str]] = field(default_factory=list)
    bill_tos: list[tuple[date, str]] = field(default_factory=list)


@dataclass
class Service:
    """A service with its charges: (code, kind)."""

    code: str
    price_list: str
    advance: bool
    charges: list[tuple[str, str]]


@dataclass
class World:
    """All that fees depend on."""

    parents: dict[str, str | None]  # of price lists
    prices: list[Price]
    services: dict[str, Service]
    customers: dict[str, Customer]
    lines: list[Line]
    vat_days: list[date]  # days on which the rate of the one VAT code changes

    def due(self, through: date, back: date) -> dict[tuple, tuple[Fraction, str]]:
        """(contract, line, charge, first day of the whole period, first day of the part with one VAT rate) → amount,
        payer: for all that a run through the day looks at."""
        found = {}
        for line in self.lines:
            service = self.services[line.service]
            last = charged_end(line)
            start = max(line.first, line.billed_through + DAY) if line.billed_through else line.first
            for code, kind in service.charges:
                if kind == "one_time":
                    if line.billed_through is None and line.first <= through and line.first + DAY > back:
                        quantity = value_on(line.quantities, line.first, line.quantity)
                        amount = self.rate(line, code, line.first) * quantity
                        found[line.contract, line.number, code, None, None] = (
                            rounded(amount), self.payer(line.customer, line.first))
                    continue
                for begin, end in periods(line, through + 400 * DAY):
                    days = [day for day in days_of(begin, end) if start <= day and (last is None or day < last)]
                    if not days or end <= back:
                        continue
                    is_due = days[0] <= through + DAY if service.advance else days[-1] <= through
                    if not is_due:
                        continue
                    cuts = [begin, *[day for day in self.vat_days if begin < day < end], end]
                    for n, (part, part_end) in enumerate(pairwise(cuts)):
                        own = [day for day in days if part <= day < part_end]
                        if own:
                            amount = sum(self.rate(line, code, day) * value_on(line.quantities, day, line.quantity)
                                         / month_length(day) for day in own)
                            found[line.contract, line.number, code, begin, part if n else None] = (
                                rounded(amount), self.payer(line.customer, own[-1]))
        return found

    def rate(self, line: Line, charge: str, day: date) -> Fraction:
        """The price of a charge on a day: line, contract, customer or nearest above, service."""
        tried = [value_on(line.lists, day, line.price_list), value_on(line.contract_lists, day, line.contract_list),
                 self.customer_list(line.customer, day), self.services[line.service].price_list]
        for one in tried:
            if one and (rate := self.list_rate(one, line.service, charge, day)) is not None:
                return rate
        raise LookupError(f"{line.contract}/{line.number} {charge} has no price on {day}")

    def list_rate(self, code: str | None, service: str, charge: str, day: date) -> Fraction | None:
        if code is None:
            return None
        for price in self.prices:
            if (price.list, price.service, price.charge) == (code, service, charge) and price.start <= day < price.end:
                if price.rate is not None:
                    return price.rate
                above = self.list_rate(self.parents[code], service, charge, day)
                return None if above is None else max(Fraction(0), above * (1 + price.percent / 100))
        return self.list_rate(self.parents[code], service, charge, day)

    def customer_list(self, number: str | None, day: date) -> str | None:
        while number:
            one = self.customers[number]
            if found := value_on(one.lists, day, one.price_list):
                return found
            number = value_on(one.parents, day, one.parent)
        return None

    def payer(self, number: str, day: date) -> str:
        while True:
            one = self.customers[number]
            above = value_on(one.parents, day, one.parent)
            if value_on(one.bill_tos, day, one.bill_to) == "self" or above is None:
                return number
            number = above


def value_on(terms: list[tuple], day: date, base):
    """The last value given up to the day."""
    for since, value in terms:
        if since <= day:
            base = value
    return base


def charged_end(line: Line) -> date | None:
    """The first day that is charged no more; binding time goes on after an early end."""
    return max(line.end, add_months(line.first, line.binding)) if line.end else None


def periods(line: Line, until: date):
    """The whole periods (first day, day after the last) from the contract's first month on."""
    changes = [(date(1900, 1, 1), line.interval)]
    for day, months in line.intervals:
        changes.append((day if day.day == 1 else add_months(day.replace(day=1), 1), months))
    day = line.first.replace(day=1)
    while day < until:
        since, months = max(((since, months) for since, months in changes if since <= day), key=lambda one: one[0])
        following = min((one for one, _ in changes if one > day), default=FAR)
        origin = index(date(day.year, 1, 1)) if 12 % months == 0 else index(line.contract_start)
        begin = month(origin + (index(day) - origin) // months * months)
        end = min(month(index(begin) + months), following)
        yield max(begin, since), end
        day = end


def days_of(begin: date, end: date):
    while begin < end:
        yield begin
        begin += DAY


def index(day: date) -> int:
    return day.year * 12 + day.month - 1


def month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last."""
    first = month(index(day) + months)
    return first.replace(day=min(day.day, month_length(first)))


def month_length(day: date) -> int:
    return (month(index(day) + 1) - day.replace(day=1)).days


def rounded(amount: Fraction) -> Fraction:
    """To öre, half away from zero."""
    whole, rest = divmod(abs(amount) * 100, 1)
    return Fraction(int(whole) + (rest >= Fraction(1, 2)), 100) * (-1 if amount < 0 else 1)
