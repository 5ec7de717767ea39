"""The ledger: documents are booked as they are approved, credits and advances pay, nothing is changed afterwards."""

import csv
import io
from decimal import Decimal

import psycopg
import pypdf
import pytest

from leissner.scripts.tests.test_bill import THROUGH, database, done, loaded, rows  # noqa: F401

OPEN = "select document_no, open from billing.open_item where open <> 0 order by open_item_id"


@pytest.fixture
def conn(database):  # noqa: F811
    with psycopg.connect(database.conninfo, autocommit=True) as made:
        yield made


@pytest.fixture
def billed(leissner, conn):
    done(leissner("bill", "run", "--through", THROUGH))
    done(leissner("bill", "approve", 1, "--date", THROUGH, "--yes"))
    return dict(rows(conn, OPEN))


def act(conn, statement, *args):
    """As the owner: what other parts of the ledger build on."""
    return conn.execute(statement, args).fetchone()[0]


def pay(conn, document: str, amount: str, day: str = "2026-11-10") -> int:
    """Books a payment of an open item, the rest as an advance, as payments do: a part of it by hand."""
    return act(conn, """
        with item as (select * from billing.open_item where document_no = %s and kind <> 'advance'),
        used as (select item.*, least(item.open, %s::numeric) as part from item)
        select (logic.entry_add(array[
            row(1, 'payment', %s::date, null, used.payer_id, null, null, null, '1940', null, used.currency,
                used.part, round(used.part * logic.rate_on(used.currency, %s::date), 2), null)::logic.posting,
            row(1, 'payment', %s::date, null, used.payer_id, null, null, null, '1510', used.open_item_id,
                used.currency, -used.part, -logic.base_share(used.open_base, used.open, used.part, 2),
                null)::logic.posting,
            row(1, 'payment', %s::date, null, used.payer_id, null, null, null, '3960', null, used.currency, 0,
                logic.base_share(used.open_base, used.open, used.part, 2)
                - round(used.part * logic.rate_on(used.currency, %s::date), 2), null)::logic.posting
        ]))[1] from used""", document, amount, *[day] * 5)


def advance(conn, payer_no: str, amount: str, day: str = "2026-11-10") -> int:
    """Money of a payer that is for no document."""
    return act(conn, """
        with payer as materialized (
            select customer_id, nextval('billing.open_item_open_item_id_seq') as item from billing.customer
            where customer_no = %s
        ),
        booked as materialized (
            select payer.*, (logic.entry_add(array[
                row(1, 'payment', %s::date, null, customer_id, null, null, null, '1940', null, 'SEK', %s::numeric,
                    %s::numeric, null)::logic.posting,
                row(1, 'payment', %s::date, null, customer_id, null, null, null, '2420', item, 'SEK',
                    -%s::numeric, -%s::numeric, null)::logic.posting]))[1] as entry
            from payer
        )
        select entry from booked""", payer_no, day, amount, amount, day, amount, amount)


def add_item(conn, entry: int) -> None:
    conn.execute("""
        insert into billing.open_item (open_item_id, kind, payer_id, document_no, currency, amount, open, open_base,
            item_on)
        select part.open_item_id, 'advance', entry.payer_id, 'A' || entry.entry_id, part.currency, part.amount,
            part.amount, part.base, entry.entry_on
        from billing.entry_row as part inner join billing.entry using (entry_id)
        where part.entry_id = %s and part.open_item_id is not null""", (entry,))


def advance_whole(conn, payer_no: str, amount: str) -> int:
    with conn.transaction():
        entry = advance(conn, payer_no, amount)
        add_item(conn, entry)
    return entry


def test_each_document_is_booked_to_the_oere_and_is_an_open_item(leissner, conn, billed):
    assert rows(conn, """
        select invoice.invoice_no from billing.invoice
        left join billing.open_item as item using (invoice_id)
        where item.amount is distinct from invoice.total and invoice.total <> 0""") == []
    assert rows(conn, """
        select entry.invoice_id, sum(part.amount) from billing.entry_row as part
        inner join billing.entry using (entry_id)
        where part.account <> '1510' group by entry.invoice_id
        except select invoice_id, -total from billing.invoice""") == []
    done(leissner("check"))


def test_what_is_booked_stays(conn, billed):
    for change in ("update billing.entry_row set amount = 1", "delete from billing.entry", "truncate billing.entry_row",
                   "delete from billing.open_item", "update billing.entry set text = 'x'"):
        with pytest.raises(psycopg.Error) as refused:
            conn.execute(change)
        assert refused.value.sqlstate in ("LB701", "0A000"), change
    with pytest.raises(psycopg.Error) as refused:  # nothing is added either
        conn.execute("insert into billing.entry_row (entry_id, place, account, currency, amount, base)"
                     " select entry_id, 99, '1510', 'SEK', 1, 1 from billing.entry limit 1")
    assert refused.value.sqlstate == "LB701"


@pytest.mark.parametrize("amount, base", [(-99, -100), (-100, -99)])
def test_an_entry_that_does_not_sum_to_zero_is_refused(conn, billed, amount, base):
    with pytest.raises(psycopg.Error) as refused:
        conn.execute("""select logic.entry_add(array[
            row(1, 'accrual', '2026-10-31', null, null, null, null, null, '1510', null, 'SEK', 100, 100, null),
            row(1, 'accrual', '2026-10-31', null, null, null, null, null, '3001', null, 'SEK', %s, %s, null)
            ]::logic.posting[])""", (amount, base))
    assert refused.value.sqlstate == "LB700"


def test_an_item_that_no_entry_brings_is_refused_and_none_can_be_paid_twice(conn, billed):
    with pytest.raises(psycopg.Error) as refused:
        conn.execute("insert into billing.open_item (kind, payer_id, document_no, currency, amount, open, open_base,"
                     " item_on) select 'fee', payer_id, 'x', 'SEK', 60, 60, 60, item_on from billing.open_item limit 1")
    assert refused.value.sqlstate == "LB702"
    document, total = max(billed.items(), key=lambda one: one[1])
    pay(conn, document, total)
    with pytest.raises(psycopg.errors.CheckViolation, match="open_item_open_ck"):
        conn.execute("""select logic.entry_add(array[
            row(1, 'payment', '2026-11-10', null, null, null, null, null, '1940', null, currency, 1, 1, null),
            row(1, 'payment', '2026-11-10', null, null, null, null, null, '1510', open_item_id, currency, -1, -1, null)
            ]::logic.posting[]) from billing.open_item where document_no = %s""", (document,))


def test_a_credit_note_pays_its_invoice_first_and_the_rest_becomes_an_advance(leissner, conn, billed):
    document, total = max(billed.items(), key=lambda one: one[1])
    pay(conn, document, f"{total - 1}")
    done(leissner("bill", "credit", document, "--yes", "--date", "2026-11-12"))
    left = dict(rows(conn, OPEN))
    assert document not in left
    payer, = rows(conn, f"select payer_id from billing.open_item where document_no = '{document}'")
    rest = total - 1 - sum(before - left.get(no, Decimal(0)) for no, before in billed.items()
                           if no != document and (payer,) in [tuple(rows(
                               conn, f"select payer_id from billing.open_item where document_no = '{no}'"))])
    assert sum(open for _, open in rows(conn, OPEN) if open < 0) == -rest
    done(leissner("check"))


def test_an_advance_pays_by_due_date_but_nothing_that_is_disputed(leissner, conn, billed):
    (document, total), *_ = sorted(billed.items(), key=lambda one: -one[1])
    payer, = rows(conn, f"select customer_no from billing.open_item inner join billing.customer"
                        f" on customer_id = payer_id where document_no = '{document}'")[0]
    conn.execute("update billing.open_item set disputed_on = '2026-11-01', dispute_reason = 'no'"
                 " where document_no = %s", (document,))
    advance_whole(conn, payer, "10")
    conn.execute("select logic.payer_paid(array[(select customer_id from billing.customer where customer_no = %s)],"
                 " '2026-11-11')", (payer,))
    assert dict(rows(conn, OPEN))[document] == total
    conn.execute("update billing.open_item set disputed_on = null, dispute_reason = null where document_no = %s",
                 (document,))
    conn.execute("select logic.payer_paid(array[(select customer_id from billing.customer where customer_no = %s)],"
                 " '2026-11-11')", (payer,))
    paid = rows(conn, f"select sum(amount - open) from billing.open_item where kind = 'invoice' and payer_id ="
                      f" (select customer_id from billing.customer where customer_no = '{payer}')")[0][0]
    assert paid == 10
    done(leissner("check"))


def test_taking_back_a_payment_takes_back_what_its_advance_paid(leissner, conn, billed):
    document, total = max(billed.items(), key=lambda one: one[1])
    payer = act(conn, "select customer_no from billing.open_item inner join billing.customer on customer_id = payer_id"
                      " where document_no = %s", document)
    entry = advance_whole(conn, payer, "25.50")
    conn.execute("select logic.payer_paid(array[(select customer_id from billing.customer where customer_no = %s)],"
                 " '2026-11-11')", (payer,))
    assert dict(rows(conn, OPEN)) != billed
    conn.execute("select logic.entry_undo(array[%s]::bigint[], '2026-11-12', 'another payer')", (entry,))
    assert dict(rows(conn, OPEN)) == billed
    with pytest.raises(psycopg.Error) as refused:
        conn.execute("select logic.entry_undo(array[%s]::bigint[], '2026-11-12', 'again')", (entry,))
    assert refused.value.sqlstate == "LB708"
    done(leissner("check"))


def test_a_loss_gives_its_vat_back(leissner, conn, billed):
    found = rows(conn, "select invoice_no, total, tax from billing.invoice where currency = 'SEK' and tax > 0 and"
                       " total = (select max(total) from billing.invoice where currency = 'SEK' and tax > 0)")
    document, total, tax = found[0]
    outcome = leissner("ledger", "move", document, document, "--why", "nonsense")
    assert outcome.code == 1 and "one payer and currency" in outcome.err
    with psycopg.connect(conn.info.dsn, autocommit=True) as other:
        other.execute("set role leissner_finance")
        entry = act(other, "select api.item_write_off(%s, 'bankrupt', p_on => '2026-11-20')", document)
    booked = dict(rows(conn, f"select account, amount from billing.entry_row where entry_id = {entry}"))
    assert booked["1510"] == -total and booked["6351"] == total - tax and booked["2611"] == tax
    done(leissner("check"))


def test_money_goes_back_only_as_far_as_there_is_some(leissner, conn, billed):
    conn.execute("update billing.setting set value = 'no' where name = 'auto_apply'")
    payer = act(conn, "select customer_no from billing.customer inner join billing.open_item on payer_id = customer_id"
                      " where open_item.currency = 'SEK' limit 1")
    for amount in ("10", "5.25"):
        advance_whole(conn, payer, amount)
    refund = "select api.advance_refund(%s, 'asked for', %s::numeric, 'SEK', '2026-11-20')"
    with pytest.raises(psycopg.Error) as refused:
        conn.execute(refund, (payer, 15.26))
    assert refused.value.sqlstate == "LB706"
    conn.execute(refund, (payer, 12))
    assert [open for _, open in rows(conn, OPEN) if open < 0] == [Decimal("-3.25")]
    done(leissner("check"))


def test_items_of_another_system_are_booked_once_and_stay(leissner, conn, billed, tmp_path):
    file = tmp_path / "open_items.csv"
    payer = act(conn, "select customer_no from billing.customer order by customer_no limit 1")
    head = "document_no,customer_no,date,due,amount,open,currency,reference\n"
    file.write_text(head + f"OLD1,{payer},2026-08-31,2026-09-30,1000.00,400.50,,12345674\n"
                           f"OLD2,{payer},2026-09-30,2026-09-30,-50,-50,SEK,\n")
    done(leissner("import", file))
    done(leissner("import", file))  # nothing new
    assert rows(conn, "select count(*) from billing.entry where kind = 'opening'") == [(2,)]
    file.write_text(head + f"OLD1,{payer},2026-08-31,2026-09-30,1000.00,300,,12345674\n")
    outcome = leissner("import", file)
    assert outcome.code == 1 and "stays" in outcome.err + outcome.out
    file.write_text(head + f"OLD3,{payer},2026-08-31,2026-09-30,100,200,,\n")
    assert leissner("import", file).code == 1
    done(leissner("export", tmp_path / "out"))
    assert "OLD1" in (tmp_path / "out" / "open_items.csv").read_text()
    done(leissner("check"))


def test_open_items_and_statement_come_out_as_files(leissner, conn, billed, tmp_path):
    done(leissner("ledger", "open-items", tmp_path / "open.csv"))
    with open(tmp_path / "open.csv", encoding="utf-8", newline="") as file:
        found = {row["document_no"]: Decimal(row["open"]) for row in csv.DictReader(file)}
    assert found == billed
    document, total = max(billed.items(), key=lambda one: one[1])
    payer = act(conn, "select customer_no from billing.open_item inner join billing.customer on customer_id = payer_id"
                      " where document_no = %s", document)
    pay(conn, document, "100")
    shown = done(leissner("ledger", "statement", payer, "--from", "2026-10-01", "--to", "2026-12-01", "--csv", "-",
                          "--pdf", tmp_path / "statement.pdf")).out
    kinds = [row["kind"] for row in csv.DictReader(io.StringIO(shown[shown.index("currency,"):]))]
    assert "invoice" in kinds and kinds[-1] == "payment"
    statement = pypdf.PdfReader(tmp_path / "statement.pdf")
    text = statement.pages[0].extract_text()
    assert statement.metadata.title == "Kontoutdrag"
    assert document in text
    assert leissner("ledger", "statement", "nobody").code == 1


def test_documents_approved_before_there_was_a_ledger_are_booked_once(leissner, conn, billed):
    conn.execute("set session_replication_role = replica")
    for table in ("open_item", "entry_row", "entry"):
        conn.execute(f"delete from billing.{table}")
    conn.execute("set session_replication_role = origin")
    assert "ledger catch-up" in leissner("check").out
    assert done(leissner("ledger", "catch-up")).out == "6 documents booked.\n"
    assert done(leissner("ledger", "catch-up")).out == "0 documents booked.\n"
    assert dict(rows(conn, OPEN)) == billed
    done(leissner("check"))
