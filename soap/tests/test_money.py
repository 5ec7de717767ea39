"""Balance, documents, payments, reports and changes, by a client."""

import io
from decimal import Decimal

import pytest
from lxml import etree
from pypdf import PdfReader
from zeep.exceptions import Fault

from leissner.scripts import db, report


@pytest.fixture(scope="module")
def sql(lived_served):
    """What the database itself says."""
    with lived_served.database.connect() as conn:
        conn.autocommit = True
        yield lambda query, *values: conn.execute(query, values).fetchall()


@pytest.fixture(scope="module")
def client(lived_served):
    return lived_served.client()


def test_the_balance_is_what_is_open(client, sql):
    owed = sql("select customer_no, sum(open) as open, count(*) from api.item_browse_list() where currency = 'SEK' "
               "group by customer_no having sum(open) > 0 order by 2 desc limit 1")[0]
    found, = [row for row in client.getBalance(owed["customer_no"]) if row.currency == "SEK"]
    assert found.open == owed["open"] == found.overdue + found.not_due + found.disputed + found.credit
    items = client.listOpenItems(customer_no=owed["customer_no"], limit=1)
    assert len(items.row) == 1 and (items.next is not None) == (owed["count"] > 1)
    rows = client.listStatement(owed["customer_no"]).row
    assert [row.balance for row in rows if row.currency == "SEK"][-1] == owed["open"]
    later = client.listStatement(owed["customer_no"], "2027-01-01").row
    assert later[0].kind == "brought_forward" and later[0].balance == owed["open"]
    exposure = client.getExposure(owed["customer_no"])
    assert exposure.exposure == exposure.balance + exposure.unbilled and exposure.currency == "SEK"
    for operation in (client.getBalance, client.listStatement, client.getExposure):
        with pytest.raises(Fault, match="no customer nobody"):
            operation("nobody")


def test_an_invoice_is_what_was_sent(lived_served, client, sql):
    numbers = [row.invoice_no for row in client.listInvoices(limit=1000).row]
    assert numbers == sorted(numbers) and len(numbers) > 3
    first = client.listInvoices(limit=2)
    assert [row.invoice_no for row in client.listInvoices(after=first.next, limit=1).row] == numbers[2:3]
    for number in numbers:
        found = client.getInvoice(number)
        assert found.net + found.tax + found.rounding == found.total
        assert sum(line.net for line in found.lines) == found.net == sum(one.base for one in found.vat)
        assert [line.line for line in found.lines] == list(range(1, len(found.lines) + 1))
        paged, after = [], None
        while True:
            page = client.listInvoiceCalls(number, after=after, limit=7)
            paged += [] if page is None else page.row  # zeep gives nothing for an empty page
            if page is None or page.next is None:
                break
            after = page.next
        listed = sql("select sum(billed.amount) as sum, count(*) from billing.call_billed as billed "
                     "join billing.invoice_line using (invoice_line_id) join billing.invoice using (invoice_id) "
                     "where invoice_no = %s and amount <> 0", number)[0]
        assert sum(row.amount for row in paged) == (listed["sum"] or 0)
        assert len({row.call for row in paged}) == len({row.place for row in paged}) >= listed["count"]
    with lived_served.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "finance", read_only=True):
        document = db.call_one(conn, "invoice_document", p_invoice=numbers[0])
    from leissner.scripts.invoice_pdf import as_sent

    sent = client.getInvoicePdf(numbers[0])
    assert sent == as_sent(document) and numbers[0] in PdfReader(io.BytesIO(sent)).pages[0].extract_text()
    for operation in (client.getInvoice, client.getInvoicePdf, client.getInvoiceXml, client.listInvoiceCalls):
        for number in ("draft 1", "nothing"):
            with pytest.raises(Fault, match=f"no invoice {number}"):
                operation(number)


def test_an_einvoice_comes_where_there_is_one(client, sql):
    payer = sql("select invoice_no from billing.invoice join billing.customer on customer_id = payer_id "
                "where state = 'approved' and delivery = 'einvoice' limit 1")
    if payer:
        assert etree.fromstring(client.getInvoiceXml(payer[0]["invoice_no"])).tag.endswith("}Invoice")
    lacks = sql("select invoice_no from billing.invoice join billing.customer on customer_id = payer_id "
                "where state = 'approved' and einvoice_id is null and org_no is null limit 1")
    if lacks:
        with pytest.raises(Fault):
            client.getInvoiceXml(lacks[0]["invoice_no"])


def test_customers_and_sellers_see_theirs(lived_served, client, sql):
    other, own = (row["customer_no"] for row in sql(
        "select distinct payer.customer_no from billing.invoice join billing.customer as payer "
        "on payer.customer_id = payer_id where invoice.state = 'approved' and payer.parent_id is null "
        "order by 1 desc limit 2"))
    self_care = lived_served.client("customer", own)
    mine = {row.invoice_no for row in self_care.listInvoices(limit=1000).row}
    theirs = {row.invoice_no for row in client.listInvoices(customer_no=other).row}
    assert mine and theirs and not mine & theirs
    assert self_care.getInvoice(min(mine)).customer_no == own and self_care.getInvoicePdf(min(mine))[:4] == b"%PDF"
    for operation in (self_care.getInvoice, self_care.getInvoicePdf, self_care.listInvoiceCalls):
        with pytest.raises(Fault, match="There is no invoice"):
            operation(min(theirs))
    with pytest.raises(Fault, match=f"no customer {other}"):
        self_care.getBalance(other)
    assert self_care.getBalance(own) and not self_care.listOpenItems(customer_no=other).row
    numbers = [row.b_number for number in mine
               for row in getattr(self_care.listInvoiceCalls(number, limit=1000), "row", [])]
    assert all(number.endswith("xxx") for number in numbers if number and len(number) > 3)
    with pytest.raises(Fault) as refused:
        self_care.registerPayment("own-1", 1)
    assert refused.value.code == "soap:Client.LB939"
    seller = lived_served.client("seller", sql("select code from billing.seller order by code limit 1")[0]["code"])
    sold = {row.invoice_no for row in seller.listInvoices(limit=1000).row}
    assert sold < {row.invoice_no for row in client.listInvoices(limit=1000).row}
    with pytest.raises(Fault):
        seller.getBalance(own)


def test_a_payment_is_registered_once(client, sql):
    item = sql("select * from api.item_browse_list() where currency = 'SEK' and reference is not null and open > 50 "
               "order by document_no limit 1")[0]
    paid = client.registerPayment("p-1", Decimal("20.50"), item["reference"], source="shop", payer_name="Åsa")
    assert (paid.is_new, paid.state, paid.customer_no) == (True, "part", item["customer_no"])
    assert [(use.document_no, use.amount) for use in paid.uses] == [(item["document_no"], Decimal("20.50"))]
    again = client.registerPayment("p-1", "20.5", item["reference"], source="shop", payer_name="Åsa")
    assert (again.is_new, again.payment) == (False, paid.payment)
    with pytest.raises(Fault, match="before with another amount: 20.5, now 21"):
        client.registerPayment("p-1", 21, item["reference"], source="shop", payer_name="Åsa")
    assert client.registerPayment("p-1", 7, source="bank").state == "unidentified"
    assert client.getInvoice(item["invoice_no"]).open == item["open"] - Decimal("20.50")
    assert paid.payment in [row.payment for row in client.listPayments(customer_no=item["customer_no"]).row]
    unknown = client.listPayments(state="unidentified", limit=1000).row
    assert {row.state for row in unknown} == {"unidentified"}
    file, = sql("select file.* from billing.payment_file as file join billing.payment using (payment_file_id) "
                "where payment_id = %s", paid.payment)
    assert (file["format"], file["source"], file["name"], file["state"]) == ("handed", "shop", "shop:p-1", "loaded")
    assert not sql("select * from logic.check_ledger() union all select * from logic.check_payments()")


def test_a_payment_of_a_customer_pays_by_due_date(client, sql):
    owed = sql("select customer_no, sum(open) as open from api.item_browse_list() "
               "where currency = 'SEK' and open > 0 and dispute is null group by customer_no order by 2 limit 1")[0]
    more = sql("select coalesce(-sum(open), 0) as open from api.item_browse_list(p_customer_no => %s) where open < 0",
               owed["customer_no"])[0]["open"]
    paid = client.registerPayment("c-1", owed["open"] + 100, customer_no=owed["customer_no"])
    assert paid.state == "advance" and paid.left_amount == 0 and paid.customer_no == owed["customer_no"]
    found, = [row for row in client.getBalance(owed["customer_no"]) if row.currency == "SEK"]
    assert (found.open, found.credit) == (-100 - more, -100 - more)
    assert [use.amount for use in paid.uses if use.kind == "advance"] == [100]
    assert not sql("select * from logic.check_ledger() union all select * from logic.check_payments()")


@pytest.mark.parametrize(("given", "words"), [
    ({"key": " ", "amount": 1}, "needs a key"), ({"key": "x", "amount": 0}, "more than 0"),
    ({"key": "x", "amount": -5}, "more than 0"), ({"key": "x", "amount": 1, "customer_no": "nobody"}, "no customer"),
    ({"key": "x", "amount": 1, "account": "1-1"}, "1-1 is none of"),
    ({"key": "x", "amount": 1, "currency": "XTS"}, "receives XTS"),
    ({"key": "x", "amount": 1, "currency": "EUR", "account": "505-0109"}, "EUR"),
    ({"key": "x", "amount": 1, "booked_on": "2199-01-01"}, "still to come"),
])
def test_a_payment_that_cannot_be_is_refused(client, sql, given, words):
    with pytest.raises(Fault, match=words):
        client.registerPayment(**given)
    assert not sql("select from billing.payment_file where format = 'handed' and name like %s", "%:x")


def test_a_reference_of_another_customer_is_refused(client, sql):
    item = sql("select * from api.item_browse_list() where reference is not null and open > 5 limit 1")[0]
    other = sql("select customer_no from billing.customer where bill_to = 'self' and customer_no <> %s limit 1",
                item["customer_no"])[0]["customer_no"]
    with pytest.raises(Fault, match=f"is of customer {item['customer_no']}, not of {other}"):
        client.registerPayment("o-1", 5, item["reference"], customer_no=other)


def test_reports_as_rows_and_csv(lived_served, client):
    listed = {row.report: row for row in client.listReports()}
    asked = [{"name": "from", "value": "2026-10-01"}, {"name": "p_to", "value": "2026-11-01"}]
    rows = client.runReport("calls_per_product", asked).row
    assert [row.number for row in rows] == list(range(1, len(rows) + 1)) and len(rows) > 1
    assert len(rows[0].cells) == len(listed["calls_per_product"].columns)
    page = client.runReport("calls_per_product", asked, limit=1)
    assert client.runReport("calls_per_product", asked, after=page.next).row[0].cells == rows[1].cells
    with lived_served.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "report", read_only=True):
        found, = [one for one in db.call(conn, "report_list") if one["report"] == "calls_per_product"]
        made = io.StringIO()
        report.write(conn, found, {"p_from": "2026-10-01", "p_to": "2026-11-01"}, "csv", made)
    assert client.getReportCsv("calls_per_product", asked) == made.getvalue()
    for name, given, words in (
        ("nothing", [], "no report nothing"), ("calls_per_product", asked[:1], "p_to is unknown or has no value"),
        ("calls_per_product", [*asked, {"name": "x", "value": "1"}], "p_x is unknown"),
        ("calls_per_product", [asked[0], {"name": "to", "value": "soon"}], "soon is no date"),
        ("active_contracts", [{"name": "as_of", "value": "x'); drop table billing.call; --"}], "is no date"),
    ):
        for operation in (client.runReport, client.getReportCsv):
            with pytest.raises(Fault, match=words):
                operation(name, given)


def test_a_credit_note_is_for_finance(lived_served, client, sql):
    number = sql("select document_no from api.item_browse_list() where kind = 'invoice' and currency = 'SEK' "
                 "and open = amount limit 1")[0]["document_no"]
    with pytest.raises(Fault) as refused:
        client.creditInvoice(number)
    assert refused.value.code == "soap:Client.LB939"
    made = lived_served.client("finance").creditInvoice(number, request_id="credit-1")
    found = client.getInvoice(made.credit_no)
    assert (found.kind, found.credits, found.total) == ("credit", [number], -client.getInvoice(number).total)
    assert sum(line.net for line in found.lines) == found.net < 0


def test_a_credit_is_asked_for_and_decided_by_finance(lived_served, client, sql):
    number = sql("select document_no from api.item_browse_list() where kind = 'invoice' and currency = 'SEK' "
                 "and open = amount order by document_no desc limit 1")[0]["document_no"]
    lines = client.getInvoice(number).lines
    request = client.requestCredit(number, "wrong price", [lines[0].line], request_id="ask-1")
    assert client.requestCredit(number, "wrong price", [lines[0].line], request_id="ask-1") == request
    for given, code in ((("none", "x"), "LB525"), ((number, "x", [99999]), "LB528"), ((number, "all"), "LB539"),
                        ((number, " ", [lines[1].line]), "LB937")):
        with pytest.raises(Fault) as refused:
            client.requestCredit(*given)
        assert code in refused.value.code, given
    customer_no = client.getInvoice(number).customer_no
    found, = client.listCreditRequests(customer_no=customer_no, state="open").row
    assert (found.request, found.invoice_no, found.places, found.net) == (
        request, number, [lines[0].line], lines[0].net)
    assert lived_served.client("customer", customer_no).listCreditRequests().row[0].reason == "wrong price"
    sql("select * from api.credit_request_decide(%s, true)", request)
    found, = client.listCreditRequests(customer_no=customer_no, after=request - 1).row
    assert found.state == "approved" and client.getInvoice(found.credit_no).net == -lines[0].net


# ---- changes ------------------------------------------------------------------------------------------------


def follow(client, sql, after, **options):
    """All that changed, by pages of two, and where the reader is then; what is done is sealed first."""
    while sql("select from audit.tx where seal_no is null"):
        sql("select from audit.seal()")
    changes = []
    while True:
        rows = getattr(client.listChanges(after=after, limit=2, **options), "row", [])
        after = rows[-1].cursor if rows else after
        if not rows or rows[-1].kind == "bookmark":
            return changes, after
        changes += [(row.kind, row.key, row.op) for row in rows]


def test_a_reader_misses_no_change(lived_served, client, sql):
    after = follow(client, sql, client.listChanges().row[0].cursor)[1]
    # Two at once: who began first commits last.
    with lived_served.database.connect(db.CLI_LOGIN) as slow, lived_served.database.connect(db.CLI_LOGIN) as fast:
        with db.transaction(slow, "admin"):
            db.call(slow, "customer_save", p_customer_no="LATE", p_name="Late")
            with db.transaction(fast, "admin"):
                db.call(fast, "customer_save", p_customer_no="SOON", p_name="Soon")
            changes, after = follow(client, sql, after)
            assert changes == [("customer", "SOON", "insert")]
            assert follow(client, sql, after)[0] == []
    changes, after = follow(client, sql, after)
    assert changes == [("customer", "LATE", "insert")]
    with lived_served.database.connect(db.CLI_LOGIN) as conn:
        try:
            with db.transaction(conn, "admin"):
                db.call(conn, "customer_save", p_customer_no="NEVER", p_name="Never")
                raise RuntimeError
        except RuntimeError:
            pass
    assert follow(client, sql, after)[0] == []

    item = sql("select * from api.item_browse_list() where currency = 'SEK' and reference is not null "
               "and invoice_no is not null and open > 50 order by document_no limit 1")[0]
    paid = client.registerPayment("f-1", 10, item["reference"])
    line = sql("select contract.contract_no, line.line_no from billing.contract_line as line "
               "join billing.contract using (contract_id) join billing.subscriber_number using (contract_line_id) "
               "where line.valid @> current_date limit 1")[0]
    customer = sql("select customer_no from billing.contract join billing.customer using (customer_id) "
                   "where contract_no = %s", line["contract_no"])[0]["customer_no"]
    with lived_served.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin"):
        row, = db.call(conn, "customer_get", p_customer_no="SOON")
        db.call(conn, "customer_save", p_customer_no="SOON", p_name="Sooner", p_row_version=row["row_version"])
        db.call(conn, "credit_block", p_customer_no=customer, p_reason="test",
                p_lines=[f"{line['contract_no']}/{line['line_no']}"])
    changes, after = follow(client, sql, after)
    assert changes[:2] == [("invoice", item["document_no"], "update"), ("payment", f"{paid.payment}", "insert")]
    assert set(changes[2:]) == {("block", f"{line['contract_no']}/{line['line_no']}", "insert"),
                                ("customer", "SOON", "update")}
    # Rare kinds and old cursors: a bookmark goes on where there is nothing.
    assert follow(client, sql, after, what=["contract"])[0] == []


def test_changes_are_read_within_the_own_scope(lived_served, client, sql):
    own, other = (row["customer_no"] for row in sql(
        "select customer_no from billing.customer where parent_id is null order by customer_no limit 2"))
    self_care = lived_served.client("customer", own)
    after = follow(client, sql, client.listChanges().row[0].cursor)[1]
    with lived_served.database.connect(db.CLI_LOGIN) as conn:
        for number in (own, other):
            with db.transaction(conn, "admin"):
                row, = db.call(conn, "customer_get", p_customer_no=number)
                db.call(conn, "customer_save", p_customer_no=number, p_name=f"{row['name']} 2",
                        p_row_version=row["row_version"])
    assert follow(client, sql, after)[0] == [("customer", own, "update"), ("customer", other, "update")]
    assert follow(self_care, sql, after)[0] == [("customer", own, "update")]
    pricing = lived_served.client("pricing")
    assert len(follow(pricing, sql, after)[0]) == 2
    with pytest.raises(Fault) as refused:
        pricing.listChanges(after=after, what=["payment"])
    assert refused.value.code == "soap:Client.LB901"


@pytest.mark.parametrize(("given", "words"), [
    ({"after": "yesterday"}, "none of this database"), ({"after": "999999999"}, "none of this database"),
    ({"after": "1:customer"}, "none of this database"), ({"what": ["price"]}, "no changes of kind price"),
])
def test_a_cursor_of_elsewhere_is_refused(client, given, words):
    with pytest.raises(Fault, match=words):
        client.listChanges(**given)


