"""A small ledger to compare with, written from BILLING.md 5 and 6 and not from the SQL: what is open, what is to a
payer's credit, what nobody knows, after any history."""

from dataclasses import dataclass, field
from decimal import Decimal

SMALL = Decimal(1)  # setting small_difference


@dataclass
class Document:
    """What a payer owes: below zero is a credit note."""

    number: str
    payer: str
    amount: Decimal
    due: int
    turn: int
    open: Decimal = Decimal(0)
    is_disputed: bool = False
    is_credited: bool = False


@dataclass
class Credit:
    """Something to a payer's credit: a credit note while it settles, or an advance."""

    payer: str
    left: Decimal
    day: int
    turn: int
    payment: int | None = None  # that brought it
    used: list[tuple[Document, Decimal]] = field(default_factory=list)
    refunded: Decimal = Decimal(0)


@dataclass
class Payment:
    """Money that came; `paid`: what it settled at once, `advances`: what was left of it."""

    amount: Decimal
    left: Decimal = Decimal(0)  # unidentified
    paid: list[tuple[Document, Decimal]] = field(default_factory=list)
    advances: list[Credit] = field(default_factory=list)
    is_shown: bool = False  # all of it went back to the payer: nothing is left to decide


class Ledger:
    """The books of a few payers."""

    def __init__(self):
        self.documents: list[Document] = []
        self.advances: list[Credit] = []
        self.payments: list[Payment] = []
        self.turn = 0

    def _next(self) -> int:
        self.turn += 1
        return self.turn

    def invoice(self, number: str, payer: str, amount: Decimal, day: int, due: int) -> None:
        self.documents.append(Document(number, payer, amount, due, self._next(), amount))
        self.settle(payer, day)

    def pay(self, document: Document | None, amount: Decimal, day: int) -> None:
        payment = Payment(amount)
        self.payments.append(payment)
        if document is None:
            payment.left = amount
        else:
            self._use(len(self.payments) - 1, document, amount, day, is_matched=True)

    def _use(self, nth: int, document: Document | None, amount: Decimal, day: int, payer: str = "",
             is_matched: bool = False) -> None:
        payment, rest = self.payments[nth], amount
        if document is not None:
            payer = document.payer
            part = min(document.open, amount)
            if part:
                rest -= part
                document.open -= part
                payment.paid.append((document, part))
                if is_matched and 0 < document.open <= SMALL:
                    payment.paid.append((document, document.open))
                    document.open = Decimal(0)
        if rest:
            advance = Credit(payer, rest, day, self._next(), nth)
            self.advances.append(advance)
            payment.advances.append(advance)
        self.settle(payer, day)

    def assign(self, nth: int, document: Document | None, payer: str, amount: Decimal, day: int) -> None:
        self.payments[nth].left -= amount
        self._use(nth, document, amount, day, payer)

    def undo(self, nth: int, day: int) -> None:
        payment = self.payments[nth]
        payers = {document.payer for document, _ in payment.paid} | {advance.payer for advance in payment.advances}
        back = payment.amount
        for document, part in payment.paid:
            document.open += part
        for advance in payment.advances:
            for document, part in advance.used:
                document.open += part
            back -= advance.refunded
            advance.left, advance.used = Decimal(0), []
        payment.paid, payment.advances = [], []
        payment.left, payment.is_shown = back, back == 0
        for payer in sorted(payers):
            self.settle(payer, day)

    def credit(self, document: Document, day: int) -> None:
        """A credit note over the whole: its invoice first, disputed or not, then the others, the rest an advance."""
        document.is_credited = True
        note = Credit(document.payer, document.amount, day, self._next())
        part = min(document.open, note.left)
        document.open -= part
        note.left -= part
        self.settle(document.payer, day, note)

    def write_off(self, document: Document, amount: Decimal) -> None:
        document.open -= amount

    def refund(self, payer: str, amount: Decimal) -> None:
        for advance in self._of(payer):
            part = min(advance.left, amount)
            advance.left -= part
            advance.refunded += part
            amount -= part

    def dispute(self, document: Document, is_disputed: bool, day: int) -> None:
        document.is_disputed = is_disputed
        if not is_disputed:
            self.settle(document.payer, day)

    def _of(self, payer: str) -> list[Credit]:
        return sorted((one for one in self.advances if one.payer == payer and one.left), key=lambda one: (
            one.day, one.turn))

    def settle(self, payer: str, day: int, note: Credit | None = None) -> None:
        """Credits, the oldest first, pay what is open and undisputed, by due date."""
        sources = sorted([*self._of(payer), *([note] if note else [])], key=lambda one: (one.day, one.turn))
        for source in sources:
            for document in sorted(self.documents, key=lambda one: (one.due, one.turn)):
                if document.payer == payer and document.open > 0 and not document.is_disputed and source.left:
                    part = min(source.left, document.open)
                    source.left -= part
                    document.open -= part
                    source.used.append((document, part))
        if note and note.left:
            self.advances.append(Credit(payer, note.left, day, self._next()))

    def open(self) -> dict[str, Decimal]:
        return {one.number: one.open for one in self.documents if one.open}

    def credits(self, payer: str) -> Decimal:
        return sum((one.left for one in self._of(payer)), Decimal(0))

    def unidentified(self) -> Decimal:
        return sum((one.left for one in self.payments), Decimal(0))
