"""Payments: those that wait for a person with proposals, all of them, and a payment with what became of it."""

import re

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user

from leissner.webui import database, shape
from leissner.webui.access import page
from leissner.webui.forms import Field, Form
from leissner.webui.ledger import READERS, WRITERS, pages
from leissner.webui.ledger.common import ROWS, customer_of, tabs
from leissner.webui.lists import Column, Filter, List
from leissner.webui.texts import gettext as _
from leissner.webui.texts import language

AT_ONCE = 20  # payments on the work list; more by key
STATES = {one: one for one in ("matched", "part", "advance", "unidentified", "shown", "reversed")}
ASSIGN = [
    Field("document", "Document", help="Number of an invoice or another open document.", width="short"),
    Field("customer", "Customer", help="Alone: to the credit of the customer. With a document: whose it is.",
          width="short"),
    Field("amount", "Amount", "money", help="A part of it; all that is left when empty.", width="short"),
]
TAKE_BACK = [
    Field("document", "Document", "hidden"), Field("customer", "Customer", "hidden"),
    Field("amount", "Amount", "money", help="A part of what it paid of this document; all of that when empty.",
          width="short"),
]
PAYMENTS = List(
    "payment_browse_list", is_long=True, key="payment", name="payments", order="payment", is_descending=True,
    search=("payer_name", "payer_account", "text", "customer_no", "name", "explanation", "payment"),
    empty="No payments yet: load a file of the bank under Files.",
    columns=[
        Column("payment", "No", link=lambda row: url_for("ledger.payment", payment=row["payment"])),
        Column("booked_on", "Day", "day", is_given=True),
        Column("state", "State", "state", sorts_as="no"),
        Column("amount", "Amount", "money", sorts_as="no"),
        Column("currency", "Currency", sorts_as="no"),
        Column("left_amount", "Left", "money", show=lambda row: row["left_amount"] or None, is_extra=True,
               sorts_as="no"),
        Column("payer_name", "From", sorts_as="no"),
        Column("customer_no", "Customer", sorts_as="no", link=customer_of),
        Column("name", "Name", sorts_as="no", is_extra=True),
        Column("explanation", "What became of it", sorts_as="no",
               show=lambda row: shape.said(row["explanation"]) or None),
        Column("text", "Text", is_extra=True, sorts_as="no"),
        Column("payer_account", "Account", is_extra=True, sorts_as="no"),
        Column("kind", "Kind", "word", is_extra=True, sorts_as="no"),
        Column("file", "File", is_extra=True, sorts_as="no", link=lambda row: url_for("ledger.file", file=row["file"])),
    ],
    filters=[
        Filter("state", "State", STATES), Filter("from", "From", is_param=True, kind="day"),
        Filter("to", "Through", is_param=True, kind="day"),
        Filter("least", "Amount from", is_param=True, kind="money"),
        Filter("most", "to", is_param=True, kind="money"), Filter("customer_no", "Customer"),
    ],
)


@page(pages, "/ledger", READERS)
def payments():
    """The work list: payments that nobody has identified, each with the documents that it may be for."""
    rows = database.call("payment_work_list", p_after=_number("after"), p_limit=AT_ONCE + 1, p_language=language())
    done = _number("done")
    done = database.one("payment_get", p_payment=done, p_language=language()) if done else None
    return render_template(
        "ledger/payments.html", rows=rows[:AT_ONCE], more=rows[AT_ONCE - 1]["payment"] if len(rows) > AT_ONCE else None,
        left=database.call("payment_left_get"), done=done, at=_number("at"), tabs=tabs())


@page(pages, "/ledger/payments", READERS)
def payment_list():
    return PAYMENTS.page("ledger/list.html", {"p_language": language()}, title=_("Payments"), tabs=tabs())


@page(pages, "/ledger/payments/<int:payment>", READERS)
def payment(payment: int):
    """What the bank said, what became of it and why, what it booked."""
    return _page(payment, Form(ASSIGN))


@page(pages, "/ledger/payments/<int:payment>/assign", WRITERS, ("GET", "POST"))
def assign(payment: int):
    """Sets what is left of it, or a part, against a document or to the credit of a customer."""
    form = Form(ASSIGN)
    if form.is_sent:
        if not form["document"] and not form["customer"]:
            form.refuse(_("Say which document it is for, or which customer."), None, "document")
        elif form.save("payment_assign", p_payment=payment):
            if request.form.get("from") == "work":
                return redirect(url_for("ledger.payments", done=payment, at=_number("at"), after=_number("after")), 303)
            return form.done(_("Assigned."), url_for("ledger.payment", payment=payment))
    return _page(payment, form)


@page(pages, "/ledger/payments/<int:payment>/undo", WRITERS, ("GET", "POST"))
def undo(payment: int):
    """Takes back what it settled, or its part of one document: that waits for a person again. What it opens is shown
    before."""
    form = Form(TAKE_BACK, None, document=request.args.get("document"), customer=request.args.get("customer"))
    if form.is_sent and form.save("payment_undo", p_payment=payment):
        left = next(iter(form.result[0].values()))
        flash(_("Taken back: {amount} waits for a person again.", amount=shape.money(left)), "done")
        is_at_work = request.form.get("from") == "work"
        return redirect(url_for("ledger.payments") if is_at_work else url_for("ledger.payment", payment=payment), 303)
    return _page(payment, Form(ASSIGN), undo=form)


@page(pages, "/ledger/match", WRITERS, ("POST",))
def match():
    """Tries all that wait once more: documents that they name may be there by now."""
    found = database.one("payment_match")
    flash(_("{matched} of {payments} payments found their documents.", **found), "done")
    return redirect(url_for("ledger.payments"), 303)


def _page(number: int, form: Form, undo: Form | None = None):
    found = database.one("payment_get", p_payment=number, p_language=language())
    if not found:
        abort(404)
    entries = database.call("payment_entry_list", p_payment=number)
    rows = database.call("entry_row_list", p_entries=[*{one["entry"]: 1 for one in entries}])
    proposals = (
        database.call("payment_proposal_list", p_payment=number, p_language=language())
        if found["left_amount"] and current_user.may("support", "finance", "credit", "batch", "integration") else [])
    uses = database.call("payment_use_list", p_payment=number)
    wanted = [one for one in uses if undo and undo["document"] in (None, one["document_no"])
              and undo["customer"] in (None, one["customer_no"])]
    return (undo or form).page("ledger/payment.html", assign=form, uses=uses, wanted=wanted, payment=found,
                               rows=rows, columns=ROWS, proposals=proposals, undo=undo,
                               tabs=tabs("ledger.payment_list"))


def _number(name: str) -> int | None:
    text = request.values.get(name, "")
    return int(text) if re.fullmatch(r"\d{1,15}", text) else None

