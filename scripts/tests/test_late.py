"""Late payment through the real commands: reminders, their fees and letters, interest on the next invoice, and what
the collection agency gets."""

import csv
import datetime as dt
import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from xml.etree import ElementTree

import psycopg
import pypdf
import pytest

from leissner.scripts.demo.bank import Paid, bgmax
from leissner.scripts.tests.test_bill import THROUGH, clock, conn, database, done, loaded, rows  # noqa: F401
from leissner.scripts.tests.test_invoice_email import inbox  # noqa: F401

DUE = "2026-12-01"  # of those with 30 days; Acme has 20


@pytest.fixture(scope="module")
def owed(bed, loaded):  # noqa: F811
    """A database whose first run is approved: six invoices in the ledger, and rates to reckon interest with."""
    made = bed.create(loaded.name)
    with pytest.MonkeyPatch.context() as patch:
        from leissner.scripts import db
        from leissner.scripts.tests.reference.compare import leissner as command

        patch.setenv("DATABASE_URL", made.url(db.CLI_LOGIN))
        command("bill", "run", "--through", THROUGH)
        command("bill", "approve", 1, "--date", "2026-11-01", "--yes")
    with psycopg.connect(made.conninfo, autocommit=True) as owner:
        owner.execute("insert into billing.interest_rate values ('2026-07-01', 2), ('2027-01-01', 3)")
        owner.execute("insert into billing.vat_code (code, percent, category, valid)"
                      " values ('FREE', 0, 'E', '(,)'), ('OUT', 0, 'O', '(,)')")
        owner.execute("update billing.customer set language = 'en' where customer_no = '4000'")
    yield made
    bed.drop(made)


@pytest.fixture
def database(bed, owed):  # noqa: F811
    made = bed.create(owed.name)
    yield made
    bed.drop(made)


def item(conn, customer: str) -> tuple[int, int, str]:  # noqa: F811
    return rows(conn, "select item.open_item_id, item.payer_id, item.document_no from billing.open_item as item"
                      " inner join billing.customer as payer on payer.customer_id = item.payer_id"
                      f" where payer.customer_no = '{customer}' and item.kind = 'invoice' order by 1 limit 1")[0]


def pay(conn, customer: str, amount, day: str) -> None:  # noqa: F811
    """Books a payment by the bank's day, as matching does."""
    found, payer, _ = item(conn, customer)
    conn.execute(
        "select logic.entry_add(array[row(1, 'payment', %(day)s, null, %(payer)s, null, null, null, '1940', null,"
        " item.currency, %(amount)s, part.base, null)::logic.posting, row(1, 'payment', %(day)s, null, %(payer)s,"
        " null, null, null, '1510', item.open_item_id, item.currency, -%(amount)s::numeric, -part.base,"
        " null)::logic.posting]) from billing.open_item as item"
        " cross join lateral logic.base_share(item.open_base, item.open, %(amount)s, 2) as part (base)"
        " where item.open_item_id = %(item)s", {"day": day, "payer": payer, "item": found, "amount": Decimal(amount)})


def remind(leissner, day: str, *options, code: int = 0) -> dict:
    outcome = leissner("credit", "remind", "--date", day, "--json", *options)
    assert outcome.code == code, outcome.err + outcome.out
    return json.loads(outcome.out, parse_float=Decimal)


def texts(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).replace("\xa0", " ")


def test_steps_come_in_their_time_once_with_a_fee_that_is_owed(leissner, conn):  # noqa: F811
    assert remind(leissner, "2026-11-25")["run"] is None  # Acme's day was the 21st: 5 days are not over
    first = remind(leissner, "2026-11-26")
    assert [(row["customer_no"], row["step"], row["fee"], row["total"]) for row in first["reminders"]] == [
        ("2000", 1, Decimal("60.00"), Decimal("6758.60"))]
    assert remind(leissner, "2026-11-26")["run"] is None and remind(leissner, "2026-12-05")["run"] is None
    second = remind(leissner, "2026-12-06")
    assert {(row["customer_no"], row["step"], row["fee"]) for row in second["reminders"]} == {
        ("2000", 2, Decimal("0.00")), ("1000", 1, 60), ("1002", 1, 60), ("3000", 1, 60), ("3001", 1, 60),
        ("4000", 1, Decimal("5.27"))}
    # the fee goes along with the next reminder, and bears no step or fee of its own
    assert rows(conn, "select item.kind, one.step, one.amount from billing.reminder_item as one inner join"
                      " billing.reminder using (reminder_id) inner join billing.open_item as item using (open_item_id)"
                      " where reminder.step = 2 order by 1") == [
        ("fee", None, Decimal("60.0000")), ("invoice", 2, Decimal("6698.6000"))]
    assert rows(conn, "select part.account, part.amount, part.base from billing.entry_row as part inner join"
                      " billing.entry using (entry_id) where entry.kind = 'fee' and part.currency = 'EUR'"
                      " order by amount") == [("3990", Decimal("-5.2700"), Decimal("-59.9800")),
                                              ("1510", Decimal("5.2700"), Decimal("59.9800"))]
    done(leissner("check"))


def test_who_disputes_promised_paid_or_owes_little_is_left_alone(leissner, conn):  # noqa: F811
    for customer in ("1000", "1002", "4000"):
        pay(conn, customer, rows(conn, f"select open from billing.open_item where open_item_id ="
                                       f" {item(conn, customer)[0]}")[0][0], "2026-11-30")
    pay(conn, "3000", "696.48", "2026-11-30")  # 50.00 are left: not more than the setting
    conn.execute("update billing.open_item set disputed_on = '2026-11-20', dispute_reason = 'wrong number'"
                 " where open_item_id = %s", [item(conn, "2000")[0]])
    conn.execute("insert into billing.credit_promise (payer_id, until_on, made_by) values (%s, '2026-12-10', 'x')",
                 [item(conn, "3001")[1]])
    made = remind(leissner, "2026-12-10")
    assert made["run"] is None
    assert {(row["customer_no"], row["held"]) for row in made["held"]} == {("3000", "minimum"), ("3001", "promise")}
    # a day later the promise is over; the dispute is settled
    conn.execute("update billing.open_item set disputed_on = null, dispute_reason = null")
    made = remind(leissner, "2026-12-11")
    assert {row["customer_no"] for row in made["reminders"]} == {"2000", "3001"}


def test_a_payment_that_nobody_knows_holds_back_what_it_may_be_for(leissner, conn):  # noqa: F811
    conn.execute("set session_replication_role = replica")
    conn.execute("insert into billing.payment (payment_file_id, place, account, key, kind, amount, currency, booked_on,"
                 " state, left_amount, explanation) values (1, 1, '5050109', 'k', 'payment', 6698.60, 'SEK',"
                 " '2026-11-20', 'unidentified', 6698.60, '[]')")
    conn.execute("reset session_replication_role")
    outcome = leissner("credit", "remind", "--date", "2026-11-26")
    assert outcome.code == 1 and "a payment of that amount is not identified yet" in outcome.out
    assert "2000 Acme AB" in outcome.out and "Nothing is due for a reminder." in outcome.out
    assert rows(conn, "select count(*) from billing.reminder") == [(0,)]


def test_two_at_once_remind_once(leissner, database, conn):  # noqa: F811
    with ThreadPoolExecutor(4) as pool:
        def work(_) -> None:
            with database.connect() as made, made.transaction():
                made.execute("select set_config('role', 'leissner_credit', true)")
                made.execute("select api.reminder_make('2026-12-06')")

        list(pool.map(work, range(4)))
    assert rows(conn, "select count(*), count(distinct payer_id) from billing.reminder") == [(6, 6)]
    assert rows(conn, "select count(*) from billing.open_item where kind = 'fee'") == [(6,)]


def test_a_dry_run_makes_nothing(leissner, conn):  # noqa: F811
    outcome = done(leissner("credit", "remind", "--date", "2026-12-06", "--dry-run", "--customers", "2000,3000"))
    assert "2 reminders would be made." in outcome.out
    assert rows(conn, "select count(*) from billing.reminder") == [(0,)]
    assert leissner("credit", "remind", "--customers", "9999").code == 1


def test_reminders_leave_in_the_dress_of_invoices_by_the_same_ways(leissner, conn, inbox, tmp_path):  # noqa: F811
    conn.execute("update billing.customer set delivery = 'einvoice' where customer_no in ('1000', '3001')")
    made = remind(leissner, "2026-12-06")
    assert {row["customer_no"]: row["channel"] for row in made["reminders"]} == {
        "1000": "print", "1002": "print", "3000": "print", "2000": "email", "3001": "email", "4000": "email"}
    deliver = ("credit", "remind", "deliver", made["run"], "--print-house", tmp_path, "--json")
    done(leissner(*deliver))
    packed, = tmp_path.glob("*.zip")
    assert packed.name == "PH_5512345678_R1_001.zip"
    with zipfile.ZipFile(packed) as letters:
        manifest = json.loads(letters.read("manifest.json"))
        assert [(row["type"], row["customer"], row["xml"]) for row in manifest["rows"]] == [
            ("reminder", "1000", ""), ("reminder", "1002", ""), ("reminder", "3000", "")]
        lisa = manifest["rows"][2]
        text = texts(letters.read(lisa["pdf"]))
        title = pypdf.PdfReader(io.BytesIO(letters.read(lisa["pdf"]))).metadata.title
        assert title.startswith(("Påminnelse ", "Betalningspåminnelse ")), title
    reference, number, document = rows(
        conn, "select reminder.reference, reminder_no, item.document_no from billing.reminder inner join"
              " billing.reminder_item using (reminder_id) inner join billing.open_item as item using (open_item_id)"
              f" where reminder.payer_id = {item(conn, '3000')[1]}")[0]
    for wanted in ("Påminnelse", number, "Lisa Holm", f"Faktura {document}", "746,48", "Påminnelseavgift", "60,00",
                   "806,48", "2026-12-16", reference, "505-0109", "Hör av dig"):
        assert wanted in text, wanted
    assert f"{reference} #" in text and "Råkar" not in text  # the row that machines read
    mails = {message["To"]: message for message in inbox.messages}
    assert set(mails) == {"faktura@acme.example", "olle@example.net", "rechnung@berlin.example"}
    berlin = mails["rechnung@berlin.example"]
    assert berlin["Subject"].startswith("Reminder R0000")
    english = texts(next(berlin.iter_attachments()).get_content())
    assert "Reminder fee" in english and "135.34" in english and "What we miss your payment for" in english
    # again: the same bytes, nothing twice
    before = packed.read_bytes()
    done(leissner(*deliver))
    done(leissner(*deliver, "--again"))
    assert packed.read_bytes() == before and len(inbox.messages) == 3
    packed.unlink()
    (tmp_path / f"{packed.name}.done").unlink()
    done(leissner(*deliver, "--again"))
    assert packed.read_bytes() == before
    # the print house answers for reminders as for invoices
    (tmp_path / "ack").mkdir()
    (tmp_path / "ack" / f"{packed.name}.ack").write_text(
        json.dumps({"sha256": (tmp_path / f"{packed.name}.done").read_text().strip(),
                    "rejected": [{"number": number, "reason": "no such street"}]}))
    outcome = leissner("bill", "print-files", 1, "--to", tmp_path, "--read-acks")
    assert "3 documents answered" in outcome.out and "no such street" in outcome.out
    assert rows(conn, "select state, count(*) from billing.reminder_delivery group by 1 order by 1") == [
        ("acknowledged", 2), ("delivered", 3), ("rejected", 1)]


def test_the_reference_of_a_reminder_names_its_items_by_due_date(leissner, conn):  # noqa: F811
    remind(leissner, "2026-11-26")
    remind(leissner, "2026-12-06", "--customers", "2000")
    reference, = rows(conn, "select reference from billing.reminder where step = 2")[0]
    listed = f"select item.kind from logic.reminder_items('{reference}') inner join billing.open_item as item" \
             " using (open_item_id)"
    assert rows(conn, listed) == [("invoice",), ("fee",)]
    pay(conn, "2000", "6698.60", "2026-12-07")
    assert rows(conn, listed) == [("fee",)]
    assert rows(conn, "select count(*) from billing.open_item as item inner join billing.reminder on"
                      " item.reference = reminder.reference where item.kind = 'fee'") == [(1,)]


def test_a_payment_with_the_reference_of_a_reminder_settles_what_it_lists(leissner, conn, tmp_path):  # noqa: F811
    remind(leissner, "2026-11-26")
    remind(leissner, "2026-12-06")
    first, second = (one for one, in rows(
        conn, f"select reference from billing.reminder where payer_id = {item(conn, '2000')[1]} order by reminder_id"))
    lisa, = rows(conn, f"select reference from billing.reminder where payer_id = {item(conn, '3000')[1]}")[0]

    def load(number: int, *paid: Paid) -> list[tuple]:
        path = tmp_path / f"{number}.txt"
        path.write_bytes(bgmax("505-0109", dt.date(2026, 11, 20), paid, deposit=number, serial=number * 100))
        done(leissner("payments", "load", path))
        done(leissner("check"))
        return rows(conn, "select item.kind, item.open from billing.open_item as item inner join billing.customer as"
                          " payer on payer.customer_id = item.payer_id where payer.customer_no in ('2000', '3000')"
                          " order by payer.customer_no, item.kind, item.open")

    # the second reminder has no fee of its own, and lists that of the first; Lisa pays a part: the invoice is older
    assert load(1, Paid(second, Decimal("6700.00")), Paid(lisa, Decimal("700.00"))) == [
        ("fee", Decimal("58.6000")), ("invoice", 0), ("fee", 60), ("invoice", Decimal("46.4800"))]
    # with an amount of its own; and more than there is: an advance
    number = rows(conn, f"select reference from billing.open_item where open_item_id = {item(conn, '1000')[0]}")[0][0]
    parts = ((first, Decimal("58.60")), (number, Decimal("2475.55")))
    assert load(2, Paid("", Decimal("2534.15"), code="0", parts=parts), Paid(lisa, Decimal("200.00"))) == [
        ("fee", 0), ("invoice", 0), ("advance", Decimal("-93.5200")), ("fee", 0), ("invoice", 0)]
    assert load(3, Paid(lisa, Decimal("1.00")))[2:4] == [("advance", Decimal("-93.5200")), ("advance", -1)]
    assert rows(conn, "select count(*) from billing.payment where state = 'unidentified'") == [(0,)]


def fees(conn, run: int) -> list[tuple]:  # noqa: F811
    return rows(conn, "select payer.customer_no, line.kind, line.what, line.net, lower(line.valid)::text,"
                      " upper(line.valid)::text, line.vat_category, line.account from billing.invoice_line as line"
                      " inner join billing.invoice using (invoice_id) inner join billing.customer as payer"
                      " on payer.customer_id = invoice.payer_id where line.charge_kind = 'fee'"
                      f" and invoice.bill_run_id = {run} order by 1, 3")


def bill(leissner, through: str, day: str | None = None) -> int:
    run = json.loads(leissner("bill", "run", "--through", through, "--json").out)["run"]
    if day:
        done(leissner("bill", "approve", run, "--date", day, "--yes"))
    return run


def test_interest_stands_on_the_next_invoice_to_the_oere_and_corrects_itself(leissner, conn, tmp_path):  # noqa: F811
    clock(conn, "2027-02-01")
    for customer in ("1000", "1002", "3000", "3001", "4000"):
        pay(conn, customer, rows(conn, f"select open from billing.open_item where open_item_id ="
                                       f" {item(conn, customer)[0]}")[0][0], DUE)
    # Acme: due 21 November; 6698.60 for 41 days at 10 %, 14 of them at 11 %: 75.25 + 28.26
    first = run = bill(leissner, "2027-01-14", "2027-01-15")
    assert fees(conn, run) == [
        ("2000", "fee", "interest", Decimal("103.5070").quantize(Decimal("0.01")), "2026-11-21", "2027-01-15", "E",
         "8313")]
    done(leissner("check"))
    assert bill(leissner, "2027-01-14") and fees(conn, run + 1) == []
    text = "select sum(part.amount) from billing.entry_row as part where part.account = '8313'"
    assert rows(conn, text) == [(Decimal("-103.5100"),)]
    # booked now, in the bank on 11 December: 20 days at 10 % were due
    pay(conn, "2000", "6698.60", "2026-12-11")
    run = bill(leissner, "2027-01-31", "2027-02-01")
    assert fees(conn, run) == [
        ("2000", "correction", "interest", Decimal("36.7000") - Decimal("103.5100"), "2026-11-21", "2027-02-01", "E",
         "8313")]
    done(leissner("check"))
    document = json.loads(done(leissner("bill", "document", rows(
        conn, "select invoice_no from billing.invoice inner join billing.invoice_line as line using (invoice_id)"
              f" where line.what = 'interest' and bill_run_id = {run}")[0][0])).out)
    assert "Dröjsmålsränta" in json.dumps(document, ensure_ascii=False)
    charged, = rows(conn, "select invoice_no from billing.invoice inner join billing.invoice_line as line"
                          f" using (invoice_id) where line.what = 'interest' and bill_run_id = {first}")[0]
    done(leissner("bill", "xml", charged, tmp_path / "charged.xml"))  # exempt beside taxed: by the published rules
    assert "<cbc:ID>E</cbc:ID>" in (tmp_path / "charged.xml").read_text()


def test_what_is_credited_bears_no_interest(leissner, conn):  # noqa: F811
    clock(conn, "2027-02-01")
    found, _, number = item(conn, "2000")
    reckoned = f"select round(interest, 2) from logic.interest_list(array[{found}], '2026-12-31')"
    assert rows(conn, reckoned) == [(Decimal("75.24"),)]
    done(leissner("bill", "credit", number, "--date", "2026-12-20", "--yes"))
    assert rows(conn, reckoned) == [(Decimal("0.00"),)] and "2000" not in {
        row[0] for row in fees(conn, bill(leissner, "2026-12-31"))}


def test_interest_that_is_discarded_or_credited_is_free_again(leissner, conn):  # noqa: F811
    clock(conn, "2027-02-01")
    run = bill(leissner, "2026-12-31")
    drafts = fees(conn, run)
    assert {row[0] for row in drafts} == {"1000", "1002", "2000", "4000"}  # of the others it is not above 10
    done(leissner("bill", "discard", run, "--yes"))
    run = bill(leissner, "2026-12-31", "2027-01-01")
    assert fees(conn, run) == drafts
    invoice, place = rows(conn, "select invoice_no, place from billing.invoice_line as line inner join billing.invoice"
                                f" using (invoice_id) where line.what = 'interest' and bill_run_id = {run}"
                                " order by line.net desc")[0]
    done(leissner("bill", "credit", invoice, "--lines", place, "--rebill", "--date", "2027-01-02", "--yes"))
    again = bill(leissner, "2026-12-31")
    assert [row[:4] for row in fees(conn, again)] == [max(drafts, key=lambda row: row[3])[:4]]
    done(leissner("bill", "discard", again, "--yes"))
    # where nobody bills it again, it is not billed again
    invoice, place = rows(conn, "select invoice_no, place from billing.invoice_line as line inner join billing.invoice"
                                f" using (invoice_id) where line.what = 'interest' and bill_run_id = {run}"
                                " order by line.net")[0]
    done(leissner("bill", "credit", invoice, "--lines", place, "--date", "2027-01-02", "--yes"))
    assert len(fees(conn, bill(leissner, "2026-12-31"))) == 1
    done(leissner("check"))


def test_disputed_items_bear_no_interest_and_a_missing_vat_code_is_a_fault(leissner, conn):  # noqa: F811
    conn.execute("update billing.open_item set disputed_on = '2026-12-01', dispute_reason = 'x'"
                 " where open_item_id <> %s", [item(conn, "2000")[0]])
    conn.execute("delete from billing.vat_code where category in ('E', 'O')")
    outcome = leissner("bill", "run", "--through", "2026-12-31", "--json")
    assert outcome.code == 1
    problem, = json.loads(outcome.out)["problems"]
    assert problem["code"] == "LB742" and "Interest of 2000" in problem["sentence"] and fees(conn, 2) == []
    conn.execute("delete from billing.interest_rate")
    done(leissner("bill", "discard", 2, "--yes"))
    done(leissner("bill", "run", "--through", "2026-12-31"))


def test_compensation_is_for_businesses_only_and_never_beside_a_fee(leissner, conn):  # noqa: F811
    clock(conn, "2026-12-31")
    remind(leissner, "2026-11-26")  # Acme has a fee
    conn.execute("update billing.setting set value = '450' where name = 'late_compensation'")
    clock(conn, "2027-01-31")
    run = bill(leissner, "2026-12-05", "2026-12-06")
    found = [row for row in fees(conn, run) if row[2] == "compensation"]
    assert [(row[0], row[3]) for row in found] == [("1000", Decimal("450.0000")), ("1002", Decimal("450.0000")),
                                                  ("4000", Decimal("39.5400"))]
    assert {row[7] for row in found} == {"3990"}
    made = remind(leissner, "2026-12-16")
    assert {row["customer_no"]: row["fee"] for row in made["reminders"]} == {
        "1000": 0, "1002": 0, "2000": 0, "3000": 60, "3001": 60, "4000": 0}
    run = bill(leissner, "2026-12-31")
    assert not [row for row in fees(conn, run) if row[2] == "compensation" and row[0] != "2000"]
    done(leissner("check"))


def parts(data: bytes) -> dict[str, list[dict]]:
    """The hand-over list as an independent reader has it."""
    found: dict[str, list[dict]] = {}
    names: dict[str, list[str]] = {}
    for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"):
        if row[0].startswith("#"):
            names[row[0][1:]] = row[1:]
        else:
            found.setdefault(row[0], []).append(dict(zip(names[row[0]], row[1:], strict=True)))
    return found


def hand_over(leissner, day: str, folder) -> tuple[dict, ElementTree.Element, bytes]:
    made = json.loads(done(leissner("credit", "collection", "--date", day, "--to", folder, "--json")).out)
    one = next(row for row in made if row["currency"] == "SEK")
    data, xml = (folder / one["files"][0]).read_bytes(), (folder / one["files"][1]).read_bytes()
    return parts(data), ElementTree.fromstring(xml), data + xml


def test_the_agency_gets_each_case_once_and_is_told_what_befalls_it(leissner, conn, tmp_path):  # noqa: F811
    conn.execute("update billing.customer set name = 'Acme; \"Nord\" AB' where customer_no = '2000'")
    for day in ("2026-12-06", "2026-12-16"):
        remind(leissner, day)
    assert "Nothing is to be" in done(leissner("credit", "collection", "--date", "2026-12-25", "--to", tmp_path)).out
    pay(conn, "3000", "746.48", "2026-12-20")
    conn.execute("insert into billing.credit_block (contract_line_id, customer_id, payer_id, origin, scope, set_at,"
                 " set_by)"
                 " select line.contract_line_id, contract.customer_id, contract.customer_id, 'person',"
                 " 'outgoing', '2026-12-01 12:00+01', 'x' from billing.contract"
                 " inner join billing.contract_line as line using (contract_id)"
                 " where contract.customer_id = %s limit 1", [item(conn, "2000")[1]])
    found, xml, first = hand_over(leissner, "2026-12-26", tmp_path)
    head, = found["head"]
    assert (head["creditor"], head["list"], head["date"], head["cases"]) == (
        "Norrsken Telefoni AB", "2", "2026-12-26", "4")
    debtors = {row["customer_no"]: row for row in found["case"]}
    assert set(debtors) == {"1000", "1002", "2000", "3001"} and debtors["3001"]["kind"] == "private"
    assert debtors["2000"]["name"] == 'Acme; "Nord" AB' and debtors["2000"]["interest_percent"] == "10.000"
    assert debtors["2000"]["blocked_since"] == "2026-12-01" and debtors["1000"]["blocked_since"] == ""
    conn.execute("delete from billing.credit_block")
    mine = [row for row in found["item"] if row["case"] == debtors["2000"]["number"]]
    assert [(row["kind"], row["open"], row["due"], row["vat"]) for row in mine] == [
        ("invoice", "6698.60", "2026-11-21", "1339.72"), ("fee", "60.00", "2026-12-16", "0.00")]
    assert len([row for row in found["reminder"] if row["case"] == debtors["2000"]["number"]]) == 2
    capital = sum(Decimal(row["open"]) for row in found["item"])
    assert Decimal(head["capital"]) == capital == Decimal(found["sum"][0]["capital"])
    assert [one.findtext("debtor/name") for one in xml.iter("case")] == [row["name"] for row in found["case"]]
    assert sum(Decimal(one.findtext("open")) for one in xml.iter("item")) == capital
    assert hand_over(leissner, "2026-12-26", tmp_path)[2] == first
    # not reminded any more, nor handed over again
    assert remind(leissner, "2027-01-20")["run"] is None
    # what befalls the cases: paid in part, credited, withdrawn
    clock(conn, "2026-12-28")
    pay(conn, "2000", "1000.00", "2026-12-28")
    number = item(conn, "3001")[2]
    done(leissner("bill", "credit", number, "--date", "2026-12-28", "--yes"))
    done(leissner("credit", "collection", "withdraw", debtors["1000"]["number"], "--reason", "disputed",
                  "--date", "2026-12-28"))
    refused = leissner("credit", "collection", "withdraw", debtors["1000"]["number"])
    assert refused.code == 1 and "There is no case" in refused.err
    later, _, second = hand_over(leissner, "2026-12-28", tmp_path)
    cases = {row["number"]: row["customer_no"] for row in found["case"]}
    told = {(cases[row["case"]], row["kind"], row["amount"], row["reason"]) for row in later["message"]}
    assert ("2000", "paid", "1000.00", "") in told and ("3001", "credited", "643.51", "") in told
    assert [row[3] for row in told if row[1] == "withdrawn"] == ["disputed"] and "case" not in later
    assert hand_over(leissner, "2026-12-28", tmp_path)[2] == second
    assert hand_over(leissner, "2026-12-26", tmp_path)[2] == first
    # all is paid: closed
    pay(conn, "1002", "3512.35", "2026-12-30")
    final, _, _ = hand_over(leissner, "2026-12-30", tmp_path)
    assert [(cases[row["case"]], row["kind"]) for row in final["message"]] == [("1002", "paid")]
    done(leissner("check"))
    target = next(tmp_path.glob("*_000002.csv"))
    target.write_bytes(target.read_bytes() + b"x")
    spoilt = leissner("credit", "collection", "--date", "2026-12-26", "--to", tmp_path)
    assert spoilt.code == 1 and "is there with other contents" in spoilt.err


def test_reference_data_goes_in_and_out(leissner, conn, tmp_path):  # noqa: F811
    (tmp_path / "interest_rates.csv").write_text("from,percent\n2027-07-01,2.5\n")
    (tmp_path / "reminder_steps.csv").write_text("step,days,fee,text,channel\n1,7,,Hej,email\n4,30,,,collection\n")
    done(leissner("import", tmp_path))
    done(leissner("export", tmp_path / "out"))
    assert (tmp_path / "out" / "reminder_steps.csv").read_text().splitlines() == [
        "step,days,fee,text,channel", "1,7,,Hej,email", "2,10,,,own", "3,10,,,collection", "4,30,,,collection"]
    assert "2027-07-01,2.5" in (tmp_path / "out" / "interest_rates.csv").read_text()
    (tmp_path / "reminder_steps.csv").write_text("step,days,channel\n5,400,pigeon\n")
    assert leissner("import", tmp_path / "reminder_steps.csv").code == 1
