"""Open items and the journal: lists, an item with its history, what a person changes of it, statements of account."""

import csv
import datetime as dt
import io
from decimal import Decimal

from flask import Response, abort, render_template, request, send_file, url_for
from flask_login import current_user

from leissner.webui import database, lists, shape
from leissner.webui.access import page
from leissner.webui.forms import Field, Form
from leissner.webui.ledger import LATE, READERS, WRITERS, pages
from leissner.webui.ledger.common import KINDS, ROWS, change, customer_of, day_asked, item_of, tabs
from leissner.webui.lists import Column, Filter, List
from leissner.webui.texts import gettext as _

AGES = {"not_due": "not due", "to_30": "1–30 days", "to_60": "31–60 days", "to_90": "61–90 days",
        "over_90": "over 90 days", "credit": "to credit"}
STATES = {"overdue": "overdue", "open": "open", "disputed": "disputed", "to_credit": "to credit"}
ITEMS = List(
    "item_browse_list", is_long=True, is_late=True, key="item", name="open-items", order="due_on",
    search=("document_no", "customer_no", "name", "reference", "dispute"),
    empty="Nobody owes anything: items come with approved invoices.",
    columns=[
        Column("document_no", "Document", is_given=True, link=item_of),
        Column("customer_no", "Customer", is_given=True, link=customer_of),
        Column("name", "Name", sorts_as="name", is_given=True),
        Column("kind", "Kind", "word", is_extra=True),
        Column("state", "State", "state"),
        Column("item_on", "Day", "day", is_extra=True),
        Column("due_on", "Due", "day"),
        Column("days_late", "Days late", "number", sorts_as="-due_on", show=lambda row: row["days_late"] or None),
        Column("amount", "Amount", "money", is_given=True),
        Column("open", "Open", "money", is_given=True),
        Column("currency", "Currency"),
        Column("open_base", "In own currency", "money", is_summed=True),
        Column("dispute", "Disputed because", is_extra=True),
        Column("reference", "Reference", is_extra=True),
        Column("item", "Key", is_extra=True),
    ],
    filters=[
        Filter("state", "State", STATES, is_param=True), Filter("age", "Age", AGES, is_param=True),
        Filter("kind", "Kind", {one: one for one in ("invoice", "credit", "fee", "opening", "advance")}),
        Filter("customer_no", "Customer"), Filter("is_all", "Settled", {"true": "too"}, is_param=True),
    ],
)
ENTRIES = List(
    "entry_browse_list", is_long=True, key="entry", name="journal", order="entry", is_descending=True,
    search=("entry", "text", "customer_no", "name", "document_no", "made_by"), empty="Nothing is booked yet.",
    columns=[
        Column("entry", "Entry", link=lambda row: url_for("ledger.entry", entry=row["entry"])),
        Column("entry_on", "Day", "day", is_given=True),
        Column("kind", "Kind", "word", sorts_as="no"),
        Column("document_no", "Document", sorts_as="no", link=item_of),
        Column("customer_no", "Customer", sorts_as="no", link=customer_of),
        Column("name", "Name", sorts_as="no"),
        Column("text", "Text", sorts_as="no"),
        Column("debit", "Debit and credit", "money", sorts_as="no"),
        Column("made_by", "By", sorts_as="no"),
        Column("payment", "Payment", link=lambda row: url_for("ledger.payment", payment=row["payment"]), is_extra=True,
               sorts_as="no"),
        Column("made_at", "Written", "moment", is_extra=True, sorts_as="no"),
        Column("reverses", "Takes back", is_extra=True, sorts_as="no",
               link=lambda row: url_for("ledger.entry", entry=row["reverses"])),
        Column("export", "Export", is_extra=True, sorts_as="no"),
    ],
    filters=[
        Filter("kind", "Kind", KINDS), Filter("from", "From", is_param=True, kind="day"),
        Filter("to", "Through", is_param=True, kind="day"), Filter("account", "Account", is_param=True),
        Filter("customer_no", "Customer"),
    ],
)
HISTORY = [
    Column("entry", "Entry", link=lambda row: url_for("ledger.entry", entry=row["entry"])),
    Column("entry_on", "Day", "day"), Column("kind", "Kind", "word"), Column("against", "Together with"),
    Column("text", "Text"), Column("payment", "Payment", link=lambda row: url_for(
        "ledger.payment", payment=row["payment"])), Column("made_by", "By"),
    Column("amount", "Amount", "money"), Column("balance", "Open after it", "money"),
]
AMOUNT = Field("amount", "Amount", "money", help="A part of it; all that is open when empty.", width="short")
WHY = Field("why", "Reason", help="For the log, and for those who ask later.", is_required=True)
ON = Field("on", "Day of booking", "day", help="Today when empty.", width="short")
WRITE_OFF = [
    AMOUNT, Field("is_loss", "How", "choice", is_required=True, value="true", options={
        "true": "A loss: nobody will pay it, the VAT comes back",
        "false": "A small difference: no loss, its VAT does not come back"}), WHY, ON]
MOVE = [Field("to", "To the document", help="Another open document of the same payer.", is_required=True,
              width="short"), AMOUNT, WHY, ON]
DISPUTE = [Field("reason", "What the payer says", is_required=True), ON]
REFUND = [AMOUNT, Field("currency", "Currency", help="Of an account in several currencies.", width="short"), WHY, ON]


@page(pages, "/ledger/items", READERS)
def items():
    """What is open; how late it all is comes into the page when it is added up."""
    is_now = "now" in request.args and not request.args.keys() & {"after", "sums", "export"}
    bars = [(one["currency"], [
        {"label": _(AGES[name]), "open": one[name], "address": url_for("ledger.items", age=name)}
        for name in AGES if name != "credit"], one) for one in database.call("ledger_age_list")] if is_now else []
    if is_now and request.headers.get("HX-Request"):
        return render_template("ledger/ages.html", ages=bars)
    return ITEMS.page("ledger/items.html", title=_("Open items"), ages=bars, part="ledger/ages.html", is_now=is_now,
                      now=lists._address(now=1), tabs=tabs())


@page(pages, "/ledger/items/<customer>/<document>", READERS)
def item(customer: str, document: str):
    """A document with all that was booked on it."""
    found = _item(customer, document)
    rows = database.call("item_entry_list", p_item=found["item"])
    columns = [one for one in HISTORY if any(row[one.name] is not None for row in rows)]
    return render_template("ledger/item.html", item=found, rows=rows, columns=columns, tabs=tabs("ledger.items"))


@page(pages, "/ledger/items/<customer>/<document>/write-off", WRITERS, ("GET", "POST"))
def write_off(customer: str, document: str):
    found = _item(customer, document)
    return change(
        Form(WRITE_OFF), "item_write_off", "ledger/change.html", _("Written off."), _address(found),
        button=_("Write off"), danger=True, params={"p_document": document, "p_customer_no": customer},
        title=_("Write off {document}", document=document), about=_about(found), tabs=tabs("ledger.items"))


@page(pages, "/ledger/items/<customer>/<document>/move", WRITERS, ("GET", "POST"))
def move(customer: str, document: str):
    found = _item(customer, document)
    return change(
        Form(MOVE), "item_move", "ledger/change.html", _("Moved."), _address(found), button=_("Move"),
        params={"p_from": document, "p_customer_no": customer},
        title=_("Move what paid {document}", document=document), about=_about(found), tabs=tabs("ledger.items"))


@page(pages, "/ledger/items/<customer>/<document>/dispute", LATE, ("GET", "POST"))
def dispute(customer: str, document: str):
    """The payer disputes it: no advance pays it, no reminder names it. Sent with `over`: it no longer does."""
    found = _item(customer, document)
    form = Form(DISPUTE, {"reason": found["dispute"]})
    if form.is_sent and "over" in request.form:
        database.value("item_dispute", p_document=document, p_customer_no=customer, p_reason=None)
        return form.done(_("It is no longer disputed."), _address(found))
    if form.is_sent and form.save("item_dispute", p_document=document, p_customer_no=customer):
        return form.done(_("Noted: {document} is disputed.", document=document), _address(found))
    return form.page("ledger/dispute.html", item=found, cancel=_address(found), tabs=tabs("ledger.items"))


@page(pages, "/ledger/customers/<customer>/refund", WRITERS, ("GET", "POST"))
def refund(customer: str):
    """Pays back what the payer has to its credit."""
    advances = database.call("item_browse_list", p_customer_no=customer)
    sums: dict[str, Decimal] = {}
    for one in advances:
        if one["kind"] == "advance":
            sums[one["currency"]] = sums.get(one["currency"], Decimal(0)) - one["open"]
    about = "; ".join(_("To the credit of {customer}: {amount} {currency}", customer=customer, currency=currency,
                        amount=shape.money(amount)) for currency, amount in sums.items()) or _(
        "{customer} has nothing to its credit.", customer=customer)
    return change(
        Form(REFUND), "advance_refund", "ledger/change.html", _("Booked. The money itself your bank sends."),
        url_for("ledger.statement", customer=customer), button=_("Pay back"), danger=True,
        params={"p_customer_no": customer}, title=_("Pay back to {customer}", customer=customer), about=about,
        nothing=not sums and request.method == "GET",
        tabs=tabs("ledger.items"))


@page(pages, "/ledger/entries", READERS)
def entries():
    return ENTRIES.page("ledger/entries.html", title=_("Journal"), tabs=tabs("ledger.accounting"))


@page(pages, "/ledger/entries/<int:entry>", READERS)
def entry(entry: int):
    found = database.one("entry_browse_list", p_entry=entry)
    if not found:
        abort(404)
    rows = database.call("entry_row_list", p_entries=[entry])
    sums = {name: sum((one[name] or 0 for one in rows), Decimal(0)) for name in ("debit", "credit")}
    is_foreign = any(one["amount"] != one["base"] for one in rows)
    columns = [*ROWS, Column("amount", "Amount", "money"), Column("currency", "Currency")] if is_foreign else ROWS
    return render_template("ledger/entry.html", entry=found, rows=rows, sums=sums, columns=columns,
                           tabs=tabs("ledger.accounting"))


@page(pages, "/ledger/customers/<customer>/statement", READERS)
def statement(customer: str):
    """The account of a payer: as a page, as a letter (?as=pdf) or as rows (?as=csv)."""
    first = day_asked("from", shape.today() - dt.timedelta(days=365))
    last = day_asked("to", shape.today())
    form = request.args.get("as")
    database.look("statement", customer, **{"from": f"{first}", "to": f"{last}", "as": form or "page"})
    found = database.value("ledger_statement", p_customer_no=customer, p_from=first, p_to=last + dt.timedelta(days=1))
    name = f"statement-{customer}-{last}"
    if form == "pdf":
        from leissner.scripts.invoice_pdf import InvoicePdf

        with InvoicePdf(None, "statement.typ") as maker:
            letter = maker.render(found)
        return send_file(io.BytesIO(letter), "application/pdf", download_name=f"{name}.pdf")
    if form == "csv":
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("currency", "date", "kind", "document", "amount", "balance"))
        for account in found["accounts"]:
            writer.writerows((account["currency"], *(row[one] for one in (
                "date", "kind", "document", "amount", "balance"))) for row in account["rows"])
        return Response(out.getvalue(), mimetype="text/csv",
                        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'})
    return render_template("ledger/statement.html", found=found, customer=customer, first=first, last=last,
                           item_columns=ITEM_COLUMNS, row_columns=ROW_COLUMNS, tabs=tabs("ledger.items"),
                           may_refund=current_user.may(*WRITERS))


ROW_COLUMNS = [
    Column("date", "Day", "day"), Column("kind", "Kind", "word"), Column("document", "Document"),
    Column("amount", "Amount", "money"), Column("balance", "Balance", "money"),
]
ITEM_COLUMNS = [
    Column("document", "Document", link=lambda row: row["address"]), Column("kind", "Kind", "word"),
    Column("date", "Day", "day"), Column("due", "Due", "day"), Column("amount", "Amount", "money"),
    Column("open", "Open", "money"), Column("disputed", "Disputed", "bool"),
]


def _item(customer: str, document: str) -> dict:
    found = database.one("item_browse_list", p_is_all=True, p_customer_no=customer, p_document=document)
    if not found:
        abort(404)
    return found


def _address(found: dict) -> str:
    return url_for("ledger.item", customer=found["customer_no"], document=found["document_no"])


def _about(found: dict) -> str:
    return _("{document} of {customer} {name}: {open} of {amount} {currency} open, due {due}.",
             document=found["document_no"], customer=found["customer_no"], name=found["name"],
             open=shape.money(found["open"]), amount=shape.money(found["amount"]), currency=found["currency"],
             due=found["due_on"] or "–")
