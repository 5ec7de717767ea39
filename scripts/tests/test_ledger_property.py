"""Whatever happens to an account, in any order and repeated, the books are those of a small reference ledger, and what
must always be true of them is so after every step."""

import datetime as dt
import itertools
from decimal import Decimal

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leissner.scripts import db, payments
from leissner.scripts.demo.bank_files import Row, bgmax
from leissner.scripts.tests.reference.compare import leissner
from leissner.scripts.tests.reference.ledger import Ledger

CAREFUL = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
GIRO = "5050109"
FIRST = dt.date.today() - dt.timedelta(days=300)
FILES = {
    "operator": "name,org_no,vat_no,street,postcode,city,bankgiro\n"
                f"Prov AB,5560160680,SE556016068001,Gatan 1,11122,Umeå,{GIRO}\n",
    "currencies": "code,decimals\nSEK,2\n",
    "vat_codes": "code,percent,category,account\nZ,0,Z,2611\n",
    "products": "code,name\nservice,Service\n",
    "services": "code,name,product,vat_code,account\nS,Service,service,Z,3041\n",
}
# what, of which document, payment or payer, how much of it
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["invoice"] * 4 + ["pay"] * 6 + [
            "unknown", "assign", "assign", "undo", "undo", "credit", "write_off", "refund", "refund", "dispute",
            "dispute_over", "remind"]),
        st.integers(0, 30), st.integers(1, 160)),
    min_size=3, max_size=24)
histories = itertools.count(1)
files = itertools.count(1)


@pytest.fixture(scope="module")
def books(bed, tmp_path_factory):
    """An operator, and two connections: the command's and the owner's."""
    made = bed.create(bed.template.name)
    folder = tmp_path_factory.mktemp("operator")
    for name, text in FILES.items():
        (folder / f"{name}.csv").write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", made.url(db.CLI_LOGIN))
        leissner("import", folder)
        with db.connect() as conn, psycopg.connect(made.conninfo, autocommit=True) as owner:
            yield conn, owner, folder
    bed.drop(made)


class History:
    """One account's life, in the database and in the reference."""

    def __init__(self, conn, owner, folder):
        self.conn, self.owner, self.folder = conn, owner, folder
        self.ledger, self.day = Ledger(), 0
        owner.execute("update billing.number_series set last_on = null")  # each history begins on the same day
        self.payers = [f"{next(histories)}-{one}" for one in "AB"]
        self.ids: list[int] = []  # of payments
        for payer in self.payers:
            owner.execute("with one as (insert into billing.customer (customer_no, name, street, postcode, city)"
                          " values (%s, 'Prov', 'g', '1', 'u') returning customer_id),"
                          " deal as (insert into billing.contract (contract_no, customer_id, start_on)"
                          " select %s, customer_id, %s from one returning contract_id)"
                          " insert into billing.contract_line (contract_id, line_no, service_id)"
                          " select contract_id, 1, (select service_id from billing.service) from deal",
                          (payer, payer, FIRST))

    @property
    def on(self) -> dt.date:
        return FIRST + dt.timedelta(days=self.day)

    def act(self, name, level="finance", **params):
        with db.transaction(self.conn, level):
            return db.call_one(self.conn, name, **params)

    def step(self, what: str, which: int, share: int) -> None:
        self.day += 1
        getattr(self, what)(which, Decimal(share) / 100)
        found = dict(self.owner.execute(
            "select document_no, open from billing.open_item as item"
            " inner join billing.customer on customer_id = payer_id where customer_no = any(%s)"
            " and open <> 0 and item.kind <> 'advance'", (self.payers,)).fetchall())
        assert found == self.ledger.open()
        credits = dict(self.owner.execute(
            "select customer_no, -sum(open) from billing.open_item as item"
            " inner join billing.customer on customer_id = payer_id where customer_no = any(%s)"
            " and item.kind = 'advance' group by customer_no having sum(open) <> 0", (self.payers,)).fetchall())
        assert credits == {one: self.ledger.credits(one) for one in self.payers if self.ledger.credits(one)}
        left, = self.owner.execute("select coalesce(sum(left_amount), 0) from billing.payment"
                                   " where payment_id = any(%s)", (self.ids,)).fetchone()
        assert left == self.ledger.unidentified()
        assert self.owner.execute("select * from logic.check_ledger()").fetchall() == []
        assert self.owner.execute("select sum(amount), sum(base) from billing.entry_row").fetchone() in [(0, 0),
                                                                                                      (None, None)]

    def document(self, which: int, *conditions):
        fitting = [one for one in self.ledger.documents if all(condition(one) for condition in conditions)]
        return fitting[which % len(fitting)] if fitting else None

    def invoice(self, which, share):
        payer = self.payers[which % 2]
        amount = (share * 997).quantize(Decimal("0.01"))
        self.owner.execute("insert into billing.manual_charge (contract_line_id, charged_on, text, price)"
                           " select contract_line_id, %s, 'work', %s from billing.contract_line"
                           " inner join billing.contract using (contract_id) where contract_no = %s",
                           (self.on, amount, payer))
        run = self.act("bill_begin", p_through=self.on, p_customers=[payer])
        while self.act("bill_part_make", p_run=run) is not None:
            pass
        self.act("bill_finish", p_run=run)
        self.act("bill_approve_next", p_run=run, p_day=self.on)
        number, = self.owner.execute("select invoice_no from billing.invoice where bill_run_id = %s", (run,)).fetchone()
        self.ledger.invoice(number, payer, amount, self.day, self.day + 30)

    def _bank(self, amount: Decimal, reference: str) -> None:
        number = next(files)
        path = self.folder / f"{number}.txt"
        path.write_bytes(bgmax([Row(amount, self.on, reference, "Prov AB")], GIRO, dt.datetime(2026, 1, 1)
                               + dt.timedelta(seconds=number), deposit=number % 99999))
        result = payments.take(self.conn, path, None, False, False)
        self.ids += [row[0] for row in self.owner.execute(
            "select payment_id from billing.payment where payment_file_id = %s", (result["file"],)).fetchall()]

    def pay(self, which, share):
        # the reference of a reminder pays what it lists, not its fee first: test_late
        document = self.document(which, lambda one: not one.number.startswith("R"))
        if document is None:
            return
        amount = max((document.amount * share).quantize(Decimal("0.01")), Decimal("0.01"))
        reference, = self.owner.execute("select reference from billing.open_item where document_no = %s",
                                        (document.number,)).fetchone()
        self._bank(amount, reference)
        self.ledger.pay(document, amount, self.day)

    def unknown(self, which, share):
        self._bank(share * 10, "")
        self.ledger.pay(None, share * 10, self.day)

    def _payment(self, which: int, condition):
        fitting = [n for n, one in enumerate(self.ledger.payments) if condition(one)]
        return fitting[which % len(fitting)] if fitting else None

    def assign(self, which, share):
        nth = self._payment(which, lambda one: one.left)
        document = self.document(which, lambda one: one.open) if which % 3 else None
        if nth is None or which % 3 and document is None:
            return
        left = self.ledger.payments[nth].left
        amount = min(left, max((left * share).quantize(Decimal("0.01")), Decimal("0.01")))
        day = self.on_of(nth)
        self.act("payment_assign", p_payment=self.ids[nth], p_document=document.number if document else None,
                 p_customer=None if document else self.payers[which % 2], p_amount=amount)
        self.ledger.assign(nth, document, self.payers[which % 2], amount, day)

    def on_of(self, nth: int) -> int:
        """The day of a payment's advance, in days of the history."""
        booked, = self.owner.execute("select booked_on from billing.payment where payment_id = %s",
                                     (self.ids[nth],)).fetchone()
        return (booked - FIRST).days

    def undo(self, which, share):
        nth = self._payment(which, lambda one: one.left != one.amount and not one.is_shown)
        if nth is not None:
            self.act("payment_undo", p_payment=self.ids[nth])
            self.ledger.undo(nth, self.day)

    def credit(self, which, share):
        document = self.document(which, lambda one: not one.is_credited, lambda one: not one.number.startswith("R"))
        if document:
            self.act("invoice_credit", p_invoice=document.number, p_day=self.on)
            self.ledger.credit(document, self.day)

    def write_off(self, which, share):
        document = self.document(which, lambda one: one.open)
        if document:
            amount = min(document.open, max((document.open * share).quantize(Decimal("0.01")), Decimal("0.01")))
            self.act("item_write_off", p_document=document.number, p_why="gone", p_amount=amount,
                     p_is_loss=bool(which % 2), p_on=self.on)
            self.ledger.write_off(document, amount)

    def refund(self, which, share):
        payer = self.payers[which % 2]
        amount = (self.ledger.credits(payer) * min(share, Decimal(1))).quantize(Decimal("0.01"))
        if amount:
            self.act("advance_refund", p_customer_no=payer, p_why="asked", p_amount=amount, p_on=self.on)
            self.ledger.refund(payer, amount)

    def remind(self, which, share):
        """Six weeks later: whoever is reminded owes a fee more, an item of its own."""
        self.day += 42
        if self.day > 280:
            return
        known = {one.number for one in self.ledger.documents}
        self.act("reminder_make", p_day=self.on, p_customers=self.payers)
        for number, payer, amount, due in self.owner.execute(
                "select document_no, customer_no, item.amount, item.due_on from billing.open_item as item"
                " inner join billing.customer on customer_id = payer_id where customer_no = any(%s)"
                " and item.kind = 'fee' order by open_item_id", (self.payers,)).fetchall():
            if number not in known:
                self.ledger.invoice(number, payer, amount, self.day, (due - FIRST).days)

    def dispute(self, which, share):
        document = self.document(which, lambda one: one.open)
        if document:
            self.act("item_dispute", p_document=document.number, p_reason="no", p_on=self.on)
            self.ledger.dispute(document, True, self.day)

    def dispute_over(self, which, share):
        document = self.document(which, lambda one: one.open and one.is_disputed)
        if document:
            self.act("item_dispute", p_document=document.number, p_reason=None, p_on=self.on)
            self.ledger.dispute(document, False, self.day)


@settings(CAREFUL, max_examples=12)
@given(steps=STEPS)
def test_any_history_gives_the_books_of_the_reference(books, steps):
    live(books, steps)


@pytest.mark.long
@settings(CAREFUL, max_examples=400)
@given(steps=STEPS)
def test_many_histories_give_the_books_of_the_reference(books, steps):
    live(books, steps)


def live(books, steps) -> None:
    history = History(*books)
    for one in steps:
        history.step(*one)
