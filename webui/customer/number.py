"""Numbers: who has and had one; assigned, ended and moved; pre-selection."""

import datetime as dt

from flask import abort, render_template, url_for
from flask_login import current_user

from leissner.webui import database, shape
from leissner.webui.access import STAFF, page
from leissner.webui.customer import ORDER_STATES, READERS, WRITERS, pages
from leissner.webui.customer.edit import BOTH, line_of, of_line
from leissner.webui.forms import Field, Form
from leissner.webui.texts import gettext as _

NUMBER = [
    Field("number", "Number", is_required=True, help="As you write it: 090-200 10 05 or +46 90 200 10 05."),
    Field("to_number", "To number", help="Only for a block: its last number."),
    Field("kind", "Kind", "choice", is_required=True, width="short",
          options={"number": "number", "account": "account"}),
    Field("from_on", "From", "day", width="short", help="Empty: the line's."),
    Field("to_on", "To", "day", width="short", help="The first day no longer covered. Empty: the line's."),
]
MOVE = [
    Field("day", "Day", "day", is_required=True, width="short", help="The first day on which it is no longer there."),
    Field("contract_no", "To contract", width="short", help="Empty: it ends, and is free from that day."),
    Field("line_no", "Line", "number", width="short", help="Empty: the first."),
]
ORDER = [
    Field("carrier_prefix", "Carrier", is_required=True, width="short", help="The carrier's prefix, such as 9500."),
    Field("kind", "Kind", "choice", is_required=True, width="short",
          options={"all": "all", "national": "national", "international": "international"}),
    Field("state", "State", "choice", is_required=True, width="short",
          options={one: one for one in ORDER_STATES}),
    Field("happened_at", "When", width="short", help="Such as 2026-10-01 08:30."),
    Field("reason", "Reason", help="Why it was rejected."),
]


@page(pages, "/numbers/<no>", READERS)
def number(no):
    rows = database.call("number_get", p_number=no)
    orders = database.call("preselection_list", p_number=no) if current_user.may(*STAFF) else []
    if not rows and not orders:
        abort(404)
    current = next((one for one in rows if one["state"] in ("active", "ending")), None)
    return render_template("customer/number.html", no=no, rows=rows, orders=orders, current=current,
                           is_writer=current_user.may(*WRITERS))


def _row(no: str, day: str) -> dict:
    """The row of a number, or of a block by its first, that begins on a day."""
    return next((one for one in database.call("number_get", p_number=no)
                 if one["number"] == no and f"{one['begins_on']}" == day), None) or abort(404)


@page(pages, "/contracts/<no>/lines/<int:line>/numbers/new", WRITERS, BOTH)
def number_new(no, line):
    found = line_of(no, line)
    where = url_for("customer.line", no=no, line=line)
    form = Form(NUMBER, None, kind="number")
    if form.is_sent and form.save("number_save", p_contract_no=no, p_line_no=line):
        return form.done(_("Saved."), where)
    return form.page("customer/form.html", title=_("Assign a number"), trail=of_line(found), cancel=where)


@page(pages, "/numbers/<no>/<day>/edit", WRITERS, BOTH)
def number_edit(no, day):
    held = _row(no, day)
    form = Form(NUMBER, held)
    if form.is_sent and form.save("number_save", p_contract_no=held["contract_no"], p_line_no=held["line_no"],
                                  p_id=held["id"]):
        return form.done(_("Saved."), url_for("customer.number", no=next(iter(form.result[0].values()))))
    return form.page("customer/form.html", title=_("Edit number {no}", no=no), trail=_trail(no),
                     cancel=url_for("customer.number", no=no),
                     lead=_("This sets the past right. Calls that were rated already stay as they are."))


@page(pages, "/numbers/<no>/<day>/move", WRITERS, BOTH)
def number_move(no, day):
    held = _row(no, day)
    form = Form(MOVE, {"row_version": held["row_version"]}, day=shape.today())
    if form.is_sent and form.save("number_move", p_id=held["id"]):
        return form.done(_("Saved."), url_for("customer.number", no=no))
    return form.page("customer/form.html", title=_("End or move number {no}", no=no), trail=_trail(no),
                     cancel=url_for("customer.number", no=no), lead=_(
                         "It is with {contract}, line {line}, of customer {customer} now.",
                         contract=held["contract_no"], line=held["line_no"],
                         customer=f"{held['customer_no']} {held['customer']}"))


@page(pages, "/numbers/<no>/preselection", WRITERS, BOTH)
def preselection(no):
    form = Form(ORDER, None, kind="all", state="ordered",
                happened_at=f"{dt.datetime.now(shape.operator_zone()):%Y-%m-%d %H:%M}")
    if form.is_sent and form.check():
        try:
            moment = database.value("moment_get", p_text=form["happened_at"]) if form["happened_at"] else None
        except database.Refused:
            form.refuse(_("This is not a moment. Write 2026-10-01 08:30."), None, "happened_at")
        else:
            if form.save("preselection_add", p_number=no, p_happened_at=moment):
                return form.done(_("Saved."), url_for("customer.number", no=no))
    return form.page("customer/form.html", title=_("Note a pre-selection"), trail=_trail(no),
                     cancel=url_for("customer.number", no=no))


def _trail(no: str) -> list[tuple[str, str]]:
    return [(_("Numbers"), url_for("customer.numbers")), (no, url_for("customer.number", no=no))]
