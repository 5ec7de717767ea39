"""Payments through the real command against real invoices: every case of the rules, again, refused, taken back, killed,
side by side."""

import datetime as dt
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from leissner.scripts import db, payments
from leissner.scripts.demo.bank import Paid, bgmax
from leissner.scripts.payment_formats import Payment, PaymentFile, Reference
from leissner.scripts.tests.reference.compare import leissner as command

GOLDEN = Path(__file__).parent / "golden"
COMMAND = "from leissner.scripts.cli import main; main()"
DAY = dt.date(2026, 11, 20)
GIRO = "505-0109"
deposits = itertools.count(1)


@pytest.fixture(scope="module")
def billed(bed):
    """A database with the documents of two months; the tests work on clones."""
    made = bed.create(bed.template.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", made.url(db.CLI_LOGIN))
        command("import", GOLDEN / "operator")
        for source, name in (("plain", "calls.csv"), ("nocost", "calls_nocost.csv")):
            command("calls", "load", GOLDEN / name, "--source", source)
        for number, (through, day) in enumerate((("2026-10-31", "2026-11-01"), ("2026-12-31", "2026-11-16")), 1):
            command("bill", "run", "--through", through)
            command("bill", "approve", number, "--date", day, "--yes")
    yield made
    bed.drop(made)


@pytest.fixture
def database(bed, billed):
    made = bed.create(billed.name)
    yield made
    bed.drop(made)


@pytest.fixture
def conn(database):
    with psycopg.connect(database.conninfo, autocommit=True) as made:
        yield made


@pytest.fixture
def loader(leissner):
    """A connection as the command has it."""
    with db.connect() as made:
        yield made


@pytest.fixture
def load(leissner, tmp_path, conn):
    """Loads payments from a BgMax file of their own: the result of the one file."""
    def run(*paid: Paid, day=DAY, code=None, options=(), **more) -> dict:
        number = next(deposits)
        path = tmp_path / f"bg{number}.txt"
        path.write_bytes(bgmax(GIRO, day, paid, deposit=number, serial=number * 1000, **more))
        outcome = leissner("payments", "load", path, "--json", *options)
        assert outcome.err == "" and code in (None, outcome.code), outcome
        sound(conn)
        return json.loads(outcome.out, parse_float=Decimal)[0]

    return run


def rows(conn, query: str, *params) -> list[tuple]:
    return conn.execute(query, params or None).fetchall()


def reference(conn, document: str) -> str:
    return rows(conn, "select reference from billing.open_item where document_no = %s", document)[0][0]


def still_open(conn, *documents: str) -> list[Decimal]:
    found = dict(rows(conn, "select document_no, open from billing.open_item where kind <> 'advance'"))
    return [found[one] for one in documents]


def advances(conn) -> Decimal:
    return -rows(conn, "select coalesce(sum(open), 0) from billing.open_item where kind = 'advance'")[0][0]


def told(conn, file: int) -> list[tuple]:
    return rows(conn, "select state, left_amount, logic.payment_explain(explanation, 'en') from billing.payment"
                      " where payment_file_id = %s order by place", file)


def balance(conn, event: str) -> Decimal:
    return rows(conn, "select coalesce(sum(amount), 0) from billing.entry_row where account = logic.account_get(%s)",
                event)[0][0]


def sound(conn) -> None:
    """Bank, advances and what is unidentified are what payments and items say, to the öre; nothing stays staged."""
    assert rows(conn, "select * from logic.check_payments()") == []
    found = rows(conn, """
        select
            (select coalesce(sum(amount), 0) from billing.payment where state <> 'shown'),
            (select coalesce(sum(left_amount), 0) from billing.payment),
            (select count(*) from billing.payment_staging),
            (select count(*) from (
                select item.open_item_id from billing.open_item as item
                left join billing.entry_row as part using (open_item_id)
                group by item.open_item_id
                having item.open <> sum(part.amount) or item.open_base <> sum(part.base)
            ) as wrong)
    """)[0]
    assert (balance(conn, "bank"), -balance(conn, "unidentified"), 0, 0) == found
    assert -balance(conn, "advance") == advances(conn)


def documents(conn) -> dict[str, list[tuple[str, Decimal]]]:
    """Open documents in SEK with a reference by customer, the earliest due first."""
    found: dict[str, list] = {}
    for customer, number, amount in rows(
            conn, "select customer_no, document_no, open from billing.open_item inner join billing.customer"
                  " on customer_id = payer_id where reference is not null and open > 0 and open_item.currency = 'SEK'"
                  " order by due_on, document_no"):
        found.setdefault(customer, []).append((number, amount))
    return found


# ---- the rules ----------------------------------------------------------------------------------------------


def test_each_case_of_matching(load, conn, leissner):
    own = documents(conn)
    (full, full_open), (later, later_open) = own["1000"][:2]
    (part, part_open), _ = own["1002"][:2]
    (over, over_open), (over_later, over_later_open) = own["2000"][:2]
    nearly, nearly_open = own["3001"][0]
    twice, twice_open = own["3000"][0]
    ref = {number: reference(conn, number) for number in (full, later, part, over, nearly, twice)}
    wrong = ref[full][:-1] + str((int(ref[full][-1]) + 1) % 10)
    result = load(
        Paid(ref[full], full_open), Paid("00" + ref[part], Decimal(1000)), Paid(ref[over], over_open + 50),
        Paid(ref[nearly], nearly_open - 1), Paid(ref[twice], twice_open), Paid(ref[twice], twice_open),
        Paid("", Decimal(7), code="0"), Paid(wrong, Decimal(8), code="3"), Paid("99999999", Decimal(9), code="3"),
        code=1)
    states = told(conn, result["file"])
    assert [state for state, *_ in states] == ["matched", "part", "advance", "matched", "matched", "advance",
                                               "unidentified", "unidentified", "unidentified"]
    assert [left for _, left, _ in states[6:]] == [7, 8, 9]
    assert states[0][2] == f"Matched by OCR {ref[full]}, {full_open:.2f} of {full_open:.2f}: {full}."
    assert f"1000.00 of {part_open:.2f}" in states[1][2]
    assert "50.00 more than was open" in states[2][2]
    assert "1.00 left" in states[3][2] and "small difference" in states[3][2]
    assert "was paid already" in states[5][2] and states[6][2] == "It names no reference."
    assert f"check digits of {wrong} do not hold" in states[7][2]
    # what is too much paid the payer's next document by itself, the double payment as far as it went
    assert still_open(conn, full, part, over, nearly, twice) == [0, part_open - 1000, 0, 0, 0]
    assert still_open(conn, over_later) == [over_later_open - 50]
    assert balance(conn, "difference") == 1
    assert result["counts"]["matched"] == 3 and result["totals"]["SEK"]["unidentified"] == 24
    assert leissner("check").code == 0
    shown = leissner("payments", "list", "--state", "unidentified", "--file", result["file"])
    assert shown.out.count("\n") == 3


def test_several_references_with_amounts_without_and_a_sum_that_differs(load, conn):
    (first, first_open), (second, second_open) = documents(conn)["1000"][:2]
    (other, other_open), _ = documents(conn)["2000"][:2]
    ref = {number: reference(conn, number) for number in (first, second, other)}
    result = load(Paid("", Decimal(300), code="0", parts=((ref[first], Decimal(100)), (ref[other], Decimal(200)))))
    assert told(conn, result["file"])[0][0] == "part"
    assert still_open(conn, first, other) == [first_open - 100, other_open - 200]
    # no amounts: by due date, the later document named first gets what is left
    result = load(Paid("", first_open, code="3", parts=((ref[second], Decimal(0)), (ref[first], Decimal(0)))))
    assert still_open(conn, first, second) == [0, second_open - 100]
    result = load(Paid("", Decimal(300), code="0", parts=((ref[second], Decimal(100)), (ref[other], Decimal(100)))))
    assert told(conn, result["file"])[0][:2] == ("unidentified", 300)
    assert still_open(conn, second, other) == [second_open - 100, other_open - 200]


def test_a_deducted_credit_note_is_settled_once(load, conn, leissner):
    number, amount = documents(conn)["2000"][0]
    assert leissner("bill", "credit", number, "--lines", "1", "--date", "2026-11-16", "--yes").code == 0
    note, credited = rows(conn, "select invoice_no, -total from billing.invoice where kind = 'credit'"
                                " order by invoice_id desc limit 1")[0]
    named = rows(conn, "select logic.reference_make('ocr', %s)", note)[0][0]
    # the payer pays the invoice whole and deducts the note, which was set off against it when it was made
    result = load(Paid(reference(conn, number), amount), Paid(named, -credited))
    assert [state for state, *_ in told(conn, result["file"])] == ["advance", "matched"]
    assert still_open(conn, number, note) == [0, 0] and advances(conn) == 0
    again = load(Paid(named, -credited), Paid("", credited, code="0"))
    assert told(conn, again["file"])[0][:2] == ("unidentified", -credited)


def test_what_is_not_booked_is_shown(loader, conn):
    number = documents(conn)["2000"][0][0]
    euro = rows(conn, "select reference from billing.open_item where currency = 'EUR'")[0][0]
    before = balance(conn, "bank")
    result = book(loader, paid(reference(conn, number), "0"), paid(reference(conn, number), "-5"),
                  paid(reference(conn, number), "5", currency="EUR"), paid(euro, "5"),
                  paid(reference(conn, number), "-5", kind="reversal"))
    assert [state for state, *_ in told(conn, result["file"])] == ["shown"] * 5
    assert balance(conn, "bank") == before
    sound(conn)
    noted = book(loader, paid(reference(conn, number), "5", note="Two references, no amounts."))
    assert told(conn, noted["file"]) == [("unidentified", 5, "Two references, no amounts.")]


def test_a_reversal_takes_back_what_it_matched_and_what_the_advance_paid(load, loader, conn):
    (first, first_open), (second, second_open) = documents(conn)["2000"][:2]
    ref = reference(conn, first)
    load(Paid(ref, first_open + 100))
    assert still_open(conn, first, second) == [0, second_open - 100]
    result = book(loader, paid(ref, -(first_open + 100), kind="reversal"), paid(ref, -(first_open + 100),
                                                                               kind="reversal"))
    states = told(conn, result["file"])
    assert [state for state, *_ in states] == ["matched", "shown"]
    assert still_open(conn, first, second) == [first_open, second_open] and advances(conn) == 0
    sound(conn)
    # by the bank's identity, in the same file, the document paid in part twice: only that one is taken back
    result = book(loader, paid(ref, "10", key="a"), paid(ref, "10", key="b"),
                  paid(ref, "-10", kind="reversal", original_key="a"))
    assert [state for state, *_ in told(conn, result["file"])] == ["reversed", "part", "matched"]
    assert still_open(conn, first) == [first_open - 10]
    sound(conn)


def test_a_payment_whose_advance_was_paid_back_is_taken_back_as_far_as_it_goes(loader, conn):
    first, first_open = documents(conn)["3001"][-1]
    rest = sum(amount for _, amount in documents(conn)["3001"])
    ref = reference(conn, first)
    book(loader, paid(ref, rest + 100, key="over"))
    assert advances(conn) == 100
    with db.transaction(loader, "finance"):
        payer, item = rows(conn, "select payer_id, open_item_id from billing.open_item where open < 0")[0]
    # paid back by hand: 60 of the advance
    conn.execute("select logic.entry_add(array["
                 " row(1, 'refund', '2026-11-21', null, %s, null, null, null, logic.account_get('advance'), %s, 'SEK',"
                 "  60, 60, null)::logic.posting,"
                 " row(1, 'refund', '2026-11-21', null, %s, null, null, null, '1999', null, 'SEK', -60, -60, null)"
                 "::logic.posting])", (payer, item, payer))
    result = book(loader, paid(ref, -(rest + 100), kind="reversal", original_key="over"))
    assert told(conn, result["file"])[0][:2] == ("unidentified", -60)
    assert still_open(conn, first) == [first_open]
    sound(conn)


# ---- files --------------------------------------------------------------------------------------------------


def test_a_file_is_loaded_once_and_a_payment_too(leissner, conn, tmp_path):
    number, amount = documents(conn)["2000"][0]
    ref = reference(conn, number)
    data = bgmax(GIRO, DAY, [Paid(ref, Decimal(10)), Paid(ref, Decimal(20))])
    (tmp_path / "a.txt").write_bytes(data)
    (tmp_path / "b.txt").write_bytes(data)
    assert leissner("payments", "load", tmp_path / "a.txt").code == 0
    again = leissner("payments", "load", tmp_path / "b.txt")
    assert again.code == 0 and "loaded before as a.txt" in again.out and "nothing was done" in again.out
    # the same identity with other contents is for a person, who may say that it is right
    (tmp_path / "c.txt").write_bytes(bgmax(GIRO, DAY, [Paid(ref, Decimal(10)), Paid(ref, Decimal(20)),
                                                       Paid(ref, Decimal(30))]))
    stopped = leissner("payments", "load", tmp_path / "c.txt")
    assert stopped.code == 1 and "stopped" in stopped.out and "--same-identity" in stopped.out
    assert rows(conn, "select count(*) from billing.payment") == [(2,)]
    assert "stopped" in leissner("payments", "files").out
    done = leissner("payments", "load", tmp_path / "c.txt", "--same-identity", "--json")
    assert json.loads(done.out)[0]["counts"] == {"part": 1, "payments": 3, "duplicates": 2}
    assert still_open(conn, number) == [amount - 60]
    leissner("payments", "save", 1, tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_bytes() == data
    sound(conn)


@pytest.mark.parametrize(("giro", "day", "is_test", "words"), [
    ("5805-6177", DAY, False, "Account 58056177 is none of the operator's"),
    (GIRO, dt.date.today() + dt.timedelta(days=3), False, "still to come"),
    (GIRO, DAY, True, "marked as a test"),
])
def test_a_file_that_is_not_for_us_is_kept_and_nothing_is_booked(leissner, conn, tmp_path, giro, day, is_test, words):
    number = documents(conn)["2000"][0][0]
    path = tmp_path / "a.txt"
    path.write_bytes(bgmax(giro, day, [Paid(reference(conn, number), Decimal(10))], is_test=is_test))
    outcome = leissner("payments", "load", path)
    assert outcome.code == 1 and words in outcome.out
    assert rows(conn, "select state, reason like '%%' || %s || '%%', bytes from billing.payment_file",
                words) == [("rejected", True, path.read_bytes())]
    assert rows(conn, "select count(*) from billing.payment") == [(0,)]
    sound(conn)
    if is_test:
        assert leissner("payments", "load", path, "--test-file").code == 0
    elif giro != GIRO:  # mended, the same file goes
        conn.execute("update billing.operator set bankgiro = %s", (giro,))
        assert leissner("payments", "load", path).code == 0


def test_rubbish_is_kept_with_the_reason(leissner, conn, tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(bgmax(GIRO, DAY, [Paid("123", Decimal(10))]).replace(b"000000000000001000", b"000000000000001001",
                                                                          1))
    outcome = leissner("payments", "load", path)
    assert outcome.code == 1 and "rejected" in outcome.out
    assert rows(conn, "select state, reason is not null from billing.payment_file") == [("rejected", True)]


# ---- what a person does -------------------------------------------------------------------------------------


def test_assign_undo_and_match_again(leissner, load, conn):
    (first, first_open), (second, second_open) = documents(conn)["2000"][:2]
    ref = reference(conn, first)
    load(Paid("", Decimal(100), code="0", payer="Acme AB", text=f"faktura {second}"), Paid(ref, first_open + 40))
    one, two = (row[0] for row in rows(conn, "select payment_id from billing.payment order by 1"))
    shown = leissner("payments", "show", one)
    assert "the payer has the customer's name" in shown.out and "stands in the text" in shown.out
    for wrong in (("assign", one), ("assign", one, "nothing"), ("assign", one, second, "--amount", "101"),
                  ("assign", two, second), ("assign", 99, second), ("undo", one, "--yes"), ("undo", 99, "--yes")):
        refused = leissner("payments", *wrong)
        assert refused.code == 1 and refused.err.startswith("leissner: "), wrong
    assert leissner("payments", "assign", one, second, "--amount", "60").code == 0
    assert leissner("payments", "assign", one, second, "--amount", "0").code == 1
    # a part alone: what it paid otherwise stays, and what its advance paid is a part like any other
    for wrong in (("nothing",), (second, "--amount", "40.01"), (second, "--amount", "0")):
        assert leissner("payments", "undo", two, *wrong, "--yes").code == 1, wrong
    part = leissner("payments", "undo", two, second, "--amount", "15", "--yes")
    assert "unidentified, 15.00 left" in part.out and f"took back 15.00 SEK of {second}" in part.out
    assert still_open(conn, first, second) == [0, second_open - 60 - 25]
    sound(conn)
    undone = leissner("payments", "undo", two, "--yes")
    assert f"unidentified, {first_open + 40:,.2f} left" in undone.out and "took its match back" in undone.out
    # undone: the document is open again, and what its advance paid too
    assert still_open(conn, first, second) == [first_open, second_open - 60]
    sound(conn)
    assert leissner("payments", "match").out.startswith("0 of 0")  # a person's undo stays
    assert leissner("payments", "assign", two, first).code == 0
    assert leissner("payments", "assign", one, "--customer", "2000").code == 0
    assert rows(conn, "select state, left_amount from billing.payment order by payment_id") == [
        ("advance", 0), ("advance", 0)]
    assert still_open(conn, first, second) == [0, second_open - 60 - 40 - 40]
    sound(conn)
    assert leissner("check").code == 0


def test_a_payment_before_its_invoice_is_matched_later(leissner, load, conn):
    coming = rows(conn, "select max(number) + 1 from billing.invoice")[0][0]
    early = rows(conn, "select logic.reference_make('ocr', %s)", f"2026{coming:04}")[0][0]
    load(Paid(early, Decimal(5)))
    assert leissner("payments", "match").out.startswith("0 of 1")
    leissner("bill", "run", "--through", "2027-03-31")
    leissner("bill", "approve", 3, "--yes")
    assert leissner("payments", "match").out.startswith("1 of 1")
    assert leissner("payments", "match").out.startswith("0 of 0")
    assert rows(conn, "select state from billing.payment") == [("part",)]
    sound(conn)


# ---- killed, and side by side -------------------------------------------------------------------------------


def test_killed_anywhere_and_run_again_it_is_as_if_it_ran_once(leissner, conn, tmp_path):
    number, amount = documents(conn)["2000"][0]
    ref = reference(conn, number)
    path = tmp_path / "big.txt"
    path.write_bytes(bgmax(GIRO, DAY, [Paid(ref, Decimal("0.01")) for _ in range(5_000)]))
    for wait in (0.5, 0.8, 1.1, 1.5):
        worker = subprocess.Popen([sys.executable, "-c", COMMAND, "payments", "load", path], env=os.environ,
                                  stdout=subprocess.DEVNULL)
        time.sleep(wait)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        assert rows(conn, "select count(*) from billing.payment")[0][0] in (0, 5_000)
    assert leissner("payments", "load", path).code == 0
    assert rows(conn, "select count(*), sum(amount) from billing.payment") == [(5_000, 50)]
    assert still_open(conn, number) == [amount - 50]
    sound(conn)


def side_by_side(leissner, conn, tmp_path, rounds: int) -> None:
    """Two load the same file, a third one other payments of the same payers, while drafts are approved."""
    own = documents(conn)
    refs = [reference(conn, number) for numbers in own.values() for number, _ in numbers]
    leissner("bill", "run", "--through", "2027-03-31")
    drafts = rows(conn, "select count(*) from billing.invoice where state = 'draft'")[0][0]
    approving = threading.Event()

    def approve() -> None:
        with db.connect() as other:
            while not approving.is_set():
                with db.transaction(other, "finance"):
                    db.call(other, "bill_approve_next", p_run=3, p_day=DAY, p_size=1)
                with db.transaction(other, "batch"):
                    db.call(other, "payment_match")

    def one(path: Path) -> dict:
        with db.connect() as other:
            return payments.take(other, path)

    with ThreadPoolExecutor(4) as pool:
        approval = pool.submit(approve)
        try:
            for turn in range(rounds):
                for name, order in (("a", refs), ("b", refs[::-1])):
                    (tmp_path / f"{name}{turn}.txt").write_bytes(bgmax(
                        GIRO, DAY, [Paid(ref, Decimal("0.01")) for ref in order], deposit=2 * turn + (name == "b"),
                        serial=1))
                first, second, other = pool.map(one, (tmp_path / f"a{turn}.txt", tmp_path / f"a{turn}.txt",
                                                      tmp_path / f"b{turn}.txt"))
                assert sorted((first["status"], second["status"])) == ["known", "loaded"]
                assert other["status"] == "loaded"
        finally:
            approving.set()
        approval.result()
    assert rows(conn, "select count(*) from billing.payment") == [(2 * rounds * len(refs),)]
    approved = rows(conn, "select count(*) from billing.invoice where state = 'approved' and bill_run_id = 3")
    assert approved == [(drafts,)]
    sound(conn)


def test_loaders_of_one_file_and_approval_side_by_side(leissner, conn, tmp_path):
    side_by_side(leissner, conn, tmp_path, 50)


@pytest.mark.long
def test_loaders_of_one_file_and_approval_side_by_side_for_long(leissner, conn, tmp_path):
    side_by_side(leissner, conn, tmp_path, 500)


# ---- payments as a reader of any format gives them ----------------------------------------------------------


def paid(ref: str, amount, key: str | None = None, kind: str = "payment", currency: str = "SEK", **more) -> Payment:
    number = next(deposits)
    return Payment(GIRO, f"batch{number}", key or f"key{number}", kind, Decimal(amount), currency, DAY,
                   references=(Reference(ref, None, "checked"),) if ref else (), **more)


def book(loader, *found: Payment, kind: str = "payments", form: str = "camt.054") -> dict:
    """Books them as one file."""
    number = next(deposits)
    with db.transaction(loader, "batch"):
        file, = db.call(loader, "payment_file_put", p_name=f"own{number}", p_bytes=f"own{number}".encode())
    parsed = PaymentFile(form, "08", f"own{number}", (GIRO,), False, found, kind=kind)
    return {"file": file["file"]} | payments._booked(loader, file["file"], parsed, False, False)


def test_a_statement_only_reconciles_while_payments_come_from_notices(loader, conn):
    number, amount = documents(conn)["2000"][0]
    known = paid(reference(conn, number), "10")
    book(loader, known)
    result = book(loader, known, paid(reference(conn, number), "20"), kind="statement", form="camt.053")
    assert result["counts"] == {"reconciled": 1, "missing": 1, "payments": 2, "duplicates": 1}
    assert payments.needs_person(result) and still_open(conn, number) == [amount - 10]
    conn.execute("update billing.setting set value = '053' where name = 'payments_from'")
    result = book(loader, known, paid(reference(conn, number), "20"), kind="statement", form="camt.053")
    assert result["counts"]["duplicates"] == 1 and still_open(conn, number) == [amount - 30]
    sound(conn)


def test_samples_of_every_bank_are_booked_at_the_days_rates(leissner, conn):
    """Sweden, Norway and Finland: accounts in their own currencies, domestic numbers for IBANs, a correction."""
    conn.execute("""
        insert into billing.currency (currency, decimals) values ('NOK', 2) on conflict do nothing;
        delete from billing.exchange_rate;
        insert into billing.exchange_rate (currency, from_on, rate) values
        ('EUR', '2026-01-01', 11), ('EUR', '2026-11-01', 11.5), ('NOK', '2026-01-01', 1);
        insert into billing.payment_source (code, protocol, path, account, currency) values
        ('se', 'folder', '/tmp', '5805-6177', null), ('seb', 'folder', '/tmp', 'SE4550000000058398257466', null),
        ('no', 'folder', '/tmp', 'NO97 9999 1042 764', 'NOK'), ('fi', 'folder', '/tmp', 'FI2112345600000785', 'EUR');
        insert into billing.opening_item (document_no, customer_id, item_on, due_on, amount, open, currency, reference)
        select no, customer_id, '2026-10-01', '2026-10-31', amount, amount, one.currency, reference
        from billing.customer cross join (values
            ('F1', 124.50, 'EUR', '202600017'), ('F2', 49.90, 'EUR', '202600020'),
            ('S1', 1245.00, 'SEK', '2026000105'), ('N1', 1020.00, 'NOK', '20260001233')
        ) as one (no, amount, currency, reference)
        where customer_no = '2000'
    """)
    samples = Path(__file__).parent / "samples" / "payments"
    states = {}
    for name in ("own-ktl.txt", "own-bgmax.txt", "own-ocrgiro.txt", "own-camt053-v08.xml"):
        outcome = json.loads(leissner("payments", "load", samples / name, "--json").out, parse_float=Decimal)[0]
        assert outcome["status"] == "loaded", outcome
        states[name] = [state for state, *_ in told(conn, outcome["file"])]
        sound(conn)
    assert states["own-ktl.txt"] == ["matched", "reversed", "matched"]
    assert still_open(conn, "F1", "F2", "N1") == [0, Decimal("49.90"), 0]
    assert states["own-bgmax.txt"][:2] == ["unidentified", "part"]  # S1 has the reference of an invoice, too
    assert "names several documents" in leissner("payments", "list", "--state", "unidentified").out
    gain = rows(conn, "select sum(base) from billing.entry_row where account = logic.account_get('exchange_gain')"
                      " and currency = 'EUR' and amount = 0")
    assert gain == [(Decimal("-62.25"),)]  # 124.50 at 11.5, booked at 11
    assert states["own-camt053-v08.xml"] == []  # payments come from notices: the statement is only compared
    assert leissner("check").code == 0
