"""Credit notes: made by finance, asked for by all others who see an invoice, and what becomes of what they ask."""

import re
from dataclasses import replace

from flask import abort, request, url_for
from flask_login import current_user

from leissner.scripts import db
from leissner.webui import database, shape
from leissner.webui.access import page
from leissner.webui.forms import Field, Form
from leissner.webui.invoice import READERS, WRITERS, _document, _payer, pages
from leissner.webui.lists import Column, Filter, List
from leissner.webui.texts import gettext as _

ASKERS = ("sales", "support", "credit", "integration", "seller", "customer")  # who may not credit themselves
REBILL = Field("rebill", "The next run bills again what is credited, its calls too", "check")
REQUESTS = List(
    "credit_request_list", key="request", order="request", is_descending=True, name="credit-requests",
    search=("invoice_no", "customer_no", "name", "reason", "requested_by", "credit_no"),
    empty="Nobody has asked for a credit yet. Who may not credit asks for it on the page of an invoice.",
    columns=[
        Column("request", "Number", link=lambda row: url_for("invoice.credit_request", request_no=row["request"])),
        Column("invoice_no", "Invoice", link=lambda row: url_for("invoice.invoice", no=row["invoice_no"])),
        Column("customer_no", "Payer", link=lambda row: _payer({"payer": row["customer_no"]})),
        Column("name", "Name", sorts_as="name"),
        Column("net", "Net", "money"), Column("currency", "Currency"),
        Column("reason", "Reason"),
        Column("state", "State", "state", show=lambda row: _state(row)),
        Column("requested_by", "By"), Column("requested_at", "Asked", "ago"),
        Column("decided_by", "Decided by", is_extra=True), Column("decided_at", "Decided", "ago", is_extra=True),
        Column("why", "Why", is_extra=True),
        Column("credit_no", "Credit note", link=lambda row: url_for("invoice.invoice", no=row["credit_no"])),
    ],
    filters=[Filter("state", "State", {"open": "waiting", "approved": "approved", "declined": "declined"})],
)


def _state(row: dict) -> str:
    return "waiting" if row["state"] == "open" else row["state"]


def requests(**filters) -> list[dict]:
    """The latest requests where columns have these values."""
    with database._refusal():
        return db.page(database.connection(), REQUESTS.function, {}, db.Page(
            key="request", order="request", is_descending=True, filters=filters, limit=20))


def _lines(found: dict) -> list[dict]:
    """The lines of a document, each with its customer and contract."""
    return [line | {"customer": customer["customer_no"], "contract": contract["contract_no"]}
            for customer in found["customers"] for contract in customer["contracts"] for line in contract["lines"]]


def _places() -> list[str] | None:
    """The lines that were chosen; none: all of it. Never take what cannot be read for none."""
    places = request.form.getlist("line")
    if not all(re.fullmatch(r"\d{1,9}", one) for one in places):
        abort(400)
    return places or None


def _meant(number: str) -> dict:
    """The credit note that was just made, to be looked at: it is taken back."""
    meant = database.value("invoice_document", p_invoice=number)
    database.undo()
    return meant


@page(pages, "/invoices/<no>/credit", WRITERS, ("GET", "POST"))
def credit(no: str):
    """Some lines or all of an invoice: first what the credit note comes to, then the credit note."""
    found = _document(no)
    form = Form([REBILL, Field("day", "Date of the credit note", "day", is_required=True, width="short")],
                day=shape.today())
    meant = None
    if form.is_sent and "back" not in request.form and form.check() and form.do(
            "invoice_credit", p_invoice=no, p_places=_places(), p_is_rebilled=form["rebill"], p_day=form["day"]):
        number = form.result[0]["credit_no"]
        if "sure" in request.form:
            return form.done(_("Credit note {credit} credits {invoice}.", credit=number, invoice=no),
                             url_for("invoice.invoice", no=number))
        meant = _meant(number)
    return form.page("invoice/credit.html", doc=found, no=no, lines=_lines(found), meant=meant,
                     is_rebilled=form["rebill"], title=_("Credit {invoice}", invoice=no))


@page(pages, "/invoices/<no>/ask-credit", ASKERS, ("GET", "POST"))
def ask_credit(no: str):
    """Some lines or all of an invoice, for those who may not credit: finance decides."""
    found = _document(no)
    form = Form([Field("reason", "Reason", "area", is_required=True,
                       help="What is wrong. Who decides reads it, and the customer."),
                 replace(REBILL, levels=("sales", "support", "credit", "integration"))])
    if form.is_sent and form.check() and form.do(
            "credit_request_add", p_invoice_no=no, p_reason=form["reason"], p_places=_places(),
            p_is_rebilled=form["rebill"]):
        return form.done(_("Request {n} is sent: finance decides.", n=form.result[0]["credit_request_add"]),
                         url_for("invoice.invoice", no=no))
    return form.page("invoice/ask_credit.html", doc=found, no=no, lines=_lines(found),
                     title=_("Ask for credit of {invoice}", invoice=no))


@page(pages, "/credit-requests", READERS)
def credit_requests():
    return REQUESTS.page("invoice/credit_requests.html", title=_("Invoicing"), tab="credit_requests")


@page(pages, "/credit-requests/<int:request_no>", READERS, ("GET", "POST"))
def credit_request(request_no: int):
    """A request; to who decides, first what its credit note comes to, then the credit note, or the refusal."""
    if request.method == "POST" and not current_user.may(*WRITERS):
        abort(403)
    asked = next(iter(requests(request=request_no)), None) or abort(404)
    no, where = asked["invoice_no"], url_for("invoice.credit_requests", state="open")
    found = _document(no)
    is_declined = "decline" in request.form
    form = Form([Field("why", "Why", "area", is_required=is_declined,
                       help="Needed to decline; who asked reads it.")], asked)
    meant = None
    if form.is_sent and "back" not in request.form and form.check() and form.do(
            "credit_request_decide", p_request=request_no, p_is_approved=not is_declined, p_why=form["why"]):
        number = form.result[0]["credit_no"]
        if is_declined:
            return form.done(_("Request {n} is declined.", n=request_no), where)
        if "sure" in request.form:
            return form.done(_("Credit note {credit} credits {invoice}.", credit=number, invoice=no), where)
        meant = _meant(number)
    lines = [line for line in _lines(found) if asked["places"] is None or line["no"] in asked["places"]]
    return form.page("invoice/credit_request.html", asked=asked, now=_state(asked), doc=found, no=no, lines=lines,
                     meant=meant, is_rebilled=asked["is_rebilled"], title=_("Request {n} for a credit", n=request_no))
