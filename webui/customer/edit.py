"""Forms of customers, contracts, lines and charges. Whether a value is right the database says, beside its field."""

from flask import abort, flash, redirect, request, url_for
from flask_login import current_user

from leissner.webui import database, shape
from leissner.webui.access import page
from leissner.webui.customer import WRITERS, choices, pages
from leissner.webui.customer.show import NOTERS, STAFF, frame, known
from leissner.webui.forms import Field, Form
from leissner.webui.texts import gettext as _

BOTH = ("GET", "POST")
BUNDLERS = ("admin", "pricing", "batch")
KINDS = {"business": "business", "private": "private", "wholesale": "wholesale"}
PAYS = {"self": "pays itself", "parent": "the customer above pays"}
WAYS = {"print": "print", "email": "email", "einvoice": "einvoice"}
TONGUES = {"sv": "Svenska", "en": "English"}
SPECIFICATIONS = {"none": "none", "summary": "summary", "full": "full"}
FIRST_DAY = "Holds from the first day on: for a change later, use From a day on."


def option(kind):
    return lambda: choices(kind)


NAME = [
    Field("name", "Name", is_required=True),
    Field("kind", "Kind", "choice", is_required=True, options=KINDS, width="short"),
    Field("org_no", "Registration no", help="Organisation or personal number.", width="short"),
]
ADDRESS = [
    Field("street", "Street"), Field("postcode", "Postcode", width="short"), Field("city", "City"),
    Field("country", "Country", help="Two letters, such as SE.", width="short"),
]
CUSTOMER = [
    *NAME,
    Field("parent_no", "Customer above", help=FIRST_DAY, width="short"),
    Field("bill_to", "Who pays", "choice", is_required=True, options=PAYS),
    *ADDRESS,
    Field("vat_no", "VAT no", width="short"), Field("email", "E-mail"),
    Field("delivery", "Invoices go by", "choice", is_required=True, options=WAYS, width="short"),
    Field("einvoice_id", "E-invoice address", help="The address in the Peppol network, such as 0007:5512340018."),
    Field("buyer_reference", "Buyer's reference", help="On e-invoices; the customer number where there is none."),
    Field("attention", "Attention", help="Person or department on the envelope."),
    Field("billing_street", "Street of the invoice", help="Where invoices do not go to the address above."),
    Field("billing_postcode", "Postcode of the invoice", width="short"),
    Field("billing_city", "City of the invoice"), Field("billing_country", "Country of the invoice", width="short"),
    Field("payment_days", "Payment days", "number", width="short"),
    Field("credit_limit", "Credit limit", "money", help="Empty: no limit.", width="short"),
    Field("currency", "Currency", "choice", options=option("currency"), help="Empty: the operator's.", width="short"),
    Field("language", "Language of invoices", "choice", is_required=True, options=TONGUES, width="short"),
    Field("call_specification", "Calls on the invoice", "choice", is_required=True, options=SPECIFICATIONS,
          width="short"),
    Field("has_full_numbers", "Called numbers in full", "check"),
    Field("seller", "Seller", "choice", options=option("seller"), help=FIRST_DAY),
    Field("price_list", "Price list", "choice", options=option("price_list"), help=FIRST_DAY),
    Field("groups", "Groups", "choices", options=option("group"), help=FIRST_DAY),
]
NEW = [
    Field("customer_no", "Customer no", is_required=True, width="short", help="The next one that is free."),
    *NAME, *ADDRESS, Field("email", "E-mail"),
    Field("delivery", "Invoices go by", "choice", is_required=True, options=WAYS, width="short"),
    Field("parent_no", "Customer above", width="short", help="The number of the customer that this one belongs to."),
    Field("bill_to", "Who pays", "choice", is_required=True, options=PAYS),
    Field("price_list", "Price list", "choice", options=option("price_list"),
          help="Empty: that of the customer above, else the service's."),
    Field("seller", "Seller", "choice", options=option("seller")),
    Field("contract_no", "Contract no", is_required=True, width="short"),
    Field("service", "Service", "choice", is_required=True, options=option("service")),
    Field("quantity", "Quantity", "number", width="short"),
    Field("start_on", "From", "day", is_required=True, width="short"),
    Field("number", "Number", help="As you write it: 090-200 10 05 or +46 90 200 10 05."),
    Field("to_number", "To number", help="Only for a block: its last number."),
]
GROUPS = (
    ("Who", ("name", "kind", "org_no", "vat_no", "email", "street", "postcode", "city", "country")),
    ("Invoices", (
        "delivery", "einvoice_id", "buyer_reference", "attention", "billing_street", "billing_postcode",
        "billing_city", "billing_country", "language", "call_specification", "has_full_numbers")),
    ("Terms", (
        "payment_days", "credit_limit", "currency", "parent_no", "bill_to", "seller", "price_list", "groups")),
)
NEW_GROUPS = (
    ("Who", ("name", "kind", "org_no", "email", "street", "postcode", "city", "country")),
    ("What", ("service", "quantity", "start_on", "number", "to_number")),
    ("How", ("customer_no", "contract_no", "delivery", "parent_no", "bill_to", "price_list", "seller")),
)
TERM = [
    Field("from_on", "From", "day", is_required=True, width="short"),
    Field("price_list", "Price list", "choice", options=option("price_list"), help="Empty: as before."),
    Field("seller", "Seller", "choice", options=option("seller"), help="Empty: as before."),
    Field("parent_no", "Customer above", width="short", help="Empty: as before."),
    Field("bill_to", "Who pays", "choice", options=PAYS, help="Empty: as before."),
    Field("groups", "Groups", "choices", options=option("group"), help="All groups from that day. None: as before."),
]
CONTRACT = [
    Field("contract_no", "Contract no", is_required=True, width="short"),
    Field("start_on", "From", "day", is_required=True, width="short"),
    Field("end_on", "Agreed end", "day", width="short", help="The first day no longer covered."),
    Field("signed_on", "Signed", "day", width="short"),
    Field("reference", "Customer's reference", help="Shown on invoices."),
    Field("seller", "Seller", "choice", options=option("seller"), help="Empty: the customer's."),
    Field("price_list", "Price list", "choice", options=option("price_list"), help="Empty: the customer's."),
    Field("interval_months", "Months a charge covers", "number", width="short", help="Empty: the service's."),
    Field("binding_months", "Binding months", "number", width="short", help="Empty: the service's."),
    Field("noticed_on", "Notice given", "day", width="short"),
    Field("state", "State", "choice", is_required=True, options={"active": "active", "proposed": "proposed"},
          width="short"),
    Field("text", "Remarks", "area"),
]
CONTRACT_TERM = [
    Field("from_on", "From", "day", is_required=True, width="short"),
    Field("price_list", "Price list", "choice", options=option("price_list"), help="Empty: as before."),
    Field("seller", "Seller", "choice", options=option("seller"), help="Empty: as before."),
    Field("interval_months", "Months a charge covers", "number", width="short", help="Empty: as before."),
]
LINE = [
    Field("service", "Service", "choice", is_required=True, options=option("service")),
    Field("quantity", "Quantity", "number", width="short", help="From the first day on."),
    Field("from_on", "From", "day", width="short", help="Empty: the contract's."),
    Field("to_on", "To", "day", width="short", help="The first day no longer covered. Empty: the contract's."),
    Field("price_list", "Price list", "choice", options=option("price_list"), help="Empty: the contract's."),
    Field("billed_through", "Billed elsewhere through", "day", width="short",
          help="Fees through this day, and those that come once, another system has billed."),
]
LINE_TERM = [
    Field("from_on", "From", "day", is_required=True, width="short"),
    Field("quantity", "Quantity", "number", width="short", help="Empty: as before."),
    Field("price_list", "Price list", "choice", options=option("price_list"), help="Empty: as before."),
]
CHARGE = [
    Field("charged_on", "Day", "day", is_required=True, width="short"),
    Field("text", "Text", is_required=True, help="As it stands on the invoice."),
    Field("quantity", "Quantity", "number", width="short"),
    Field("price", "Price of one", "money", is_required=True, width="short",
          help="Without VAT, in the payer's currency; negative to give money back."),
    Field("vat_code", "VAT code", "choice", options=option("vat_code"), help="Empty: the service's."),
    Field("account", "Account", width="short", help="Empty: the service's."),
    Field("project", "Project", width="short"),
]
BUNDLE = [
    Field("bundle", "Code", is_required=True, width="short", help="Bundles of a line are drawn on by code."),
    Field("units", "Units a month", "number", is_required=True, width="short",
          help="Seconds of calls, messages or bytes."),
    Field("modes", "Modes", help="Codes with ; between, or group:NAME. Empty: all that count seconds."),
    Field("targets", "Covers", help="dest:, group: or product: and a code, with ; between. Empty: everything."),
    Field("is_rollover", "What is left goes on to the next month", "check"),
    Field("covers_setup", "Covers the set-up fee of a call too", "check"),
    Field("from_on", "From", "day", width="short", help="Empty: the line's."),
    Field("to_on", "To", "day", width="short", help="The first day no longer covered. Empty: the line's."),
]
PROPOSAL = [
    Field("contract_no", "Contract no", is_required=True, width="short"),
    Field("service", "Service", "choice", is_required=True, options=option("service")),
    Field("quantity", "Quantity", "number", width="short"),
    Field("start_on", "From", "day", is_required=True, width="short"),
    Field("text", "Remarks", "area", help="What whoever approves it should know."),
]


def without(fields: list[Field], *names: str) -> list[Field]:
    """The fields but those that name the row: a key is not changed."""
    return [one for one in fields if one.name not in names]


def of_customer(row: dict, *more) -> list[tuple[str, str]]:
    """The way to a page, from the list of customers."""
    name = row.get("name") or row.get("customer") or ""
    return [(_("Customers"), url_for("customer.customers")),
            (f"{row['customer_no']} {name}", url_for("customer.customer", no=row["customer_no"])), *more]


def of_contract(row: dict, *more) -> list[tuple[str, str]]:
    return of_customer(row, (row["contract_no"], url_for("customer.contract", no=row["contract_no"])), *more)


def of_line(row: dict) -> list[tuple[str, str]]:
    return of_contract(row, (f"{row['line_no']} {row['service_name']}",
                             url_for("customer.line", no=row["contract_no"], line=row["line_no"])))


def contract_of(no: str) -> dict:
    return database.one("contract_get", p_contract_no=no) or abort(404)


def line_of(no: str, line: int) -> dict:
    return database.one("line_get", p_contract_no=no, p_line_no=line) or abort(404)


def taken(function: str, where: str, **params):
    """Takes a row away, and goes on."""
    version = request.form.get("row_version") or None
    database.value(function, **params, p_row_version=version)
    flash(_("Taken away."), "done")
    return redirect(where, 303)


# Customers -----------------------------------------------------------------------------------------------------------


@page(pages, "/customers/new", WRITERS, BOTH)
def new():
    """A customer with contract, service and number in one page."""
    free = database.one("customer_next") or {}
    parent = database.one("customer_get", p_customer_no=request.args["parent"]) if request.args.get("parent") else None
    form = Form(NEW, None, **free, kind="business", country="SE", delivery="email", quantity=1,
                bill_to="parent" if parent else "self", parent_no=parent and parent["customer_no"],
                start_on=shape.today())
    if form.is_sent and form.save("customer_new"):
        no = form["customer_no"]
        return form.done(_("Customer {no} has been made.", no=no), url_for("customer.customer", no=no))
    return form.page("customer/form.html", title=_("New customer"), groups=NEW_GROUPS,
                     save=_("Make customer, contract and number"), cancel=url_for("customer.customers"),
                     trail=[(_("Customers"), url_for("customer.customers"))])


@page(pages, "/customers/<no>/edit", WRITERS, BOTH)
def edit(no):
    found = known(no)
    form = Form(CUSTOMER, found)
    where = url_for("customer.customer", no=no)
    if form.is_sent and form.save("customer_save", p_customer_no=no):
        return form.done(_("Saved."), where)
    return form.page("customer/form.html", title=_("Edit customer {no}", no=no), trail=of_customer(found), cancel=where,
                     groups=GROUPS)


@page(pages, "/customers/<no>/terms/new", WRITERS, BOTH)
def term_new(no):
    found = known(no)
    form = Form(TERM)
    where = url_for("customer.customer", no=no)
    if form.is_sent and form.save("customer_term_save", p_customer_no=no):
        return form.done(_("Saved."), where)
    return form.page("customer/form.html", title=_("From a day on"), trail=of_customer(found), cancel=where)


@page(pages, "/customers/<no>/terms/<day>", WRITERS, BOTH)
def term(no, day):
    found = known(no)
    held = _of_day(database.call("customer_term_list", p_customer_no=no), day)
    form = Form(without(TERM, "from_on"), held)
    where = url_for("customer.customer", no=no)
    if form.is_sent and form.save("customer_term_save", p_customer_no=no, p_from_on=day):
        return form.done(_("Saved."), where)
    return form.page("customer/form.html", title=_("From {day} on", day=day), trail=of_customer(found), cancel=where,
                     delete=url_for("customer.term_delete", no=no, day=day))


@page(pages, "/customers/<no>/terms/<day>/delete", WRITERS, ("POST",))
def term_delete(no, day):
    known(no)
    return taken("customer_term_delete", url_for("customer.customer", no=no), p_customer_no=no, p_from_on=day)


@page(pages, "/customers/<no>/notes", STAFF, BOTH)
def notes(no):
    form = Form([Field("text", "Note", "area", is_required=True)])
    if form.is_sent:
        if not current_user.may(*NOTERS):
            abort(403)
        if form.save("customer_note_add", p_customer_no=no):
            return form.done(_("Written down."), url_for("customer.notes", no=no))
    shown = frame(no, "customer/notes.html", form=form,
                  notes=lambda: database.call("customer_note_list", p_customer_no=no))
    return (shown, 422) if form.problem else shown


def _of_day(rows: list[dict], day: str) -> dict:
    return next((one for one in rows if f"{one['from_on']}" == day), None) or abort(404)


# Contracts -----------------------------------------------------------------------------------------------------------


@page(pages, "/customers/<no>/contracts/new", WRITERS, BOTH)
def contract_new(no):
    found = known(no)
    form = Form(CONTRACT, None, contract_no=_next_contract(found), start_on=shape.today(), state="active")
    if form.is_sent and form.save("contract_save", p_customer_no=no):
        return form.done(_("Saved. Now add what it is about."), url_for("customer.line_new", no=form["contract_no"]))
    return form.page("customer/form.html", title=_("New contract"), trail=of_customer(found),
                     cancel=url_for("customer.customer", no=no))


def _next_contract(customer: dict) -> str:
    """A number for the next contract of a customer: A1000, A1000-2 …"""
    count = customer["contracts"]
    return f"A{customer['customer_no']}" + (f"-{count + 1}" if count else "")


@page(pages, "/customers/<no>/propose", ("seller",), BOTH)
def propose(no):
    found = known(no)
    form = Form(PROPOSAL, None, quantity=1, start_on=shape.today(), contract_no=_next_contract(found))
    if form.is_sent and form.save("contract_propose", p_customer_no=no):
        return form.done(_("Proposed. It holds when it has been approved."),
                         url_for("customer.contract", no=form["contract_no"]))
    return form.page("customer/form.html", title=_("Propose a contract"), trail=of_customer(found), save=_("Propose"),
                     cancel=url_for("customer.customer", no=no))


@page(pages, "/contracts/<no>/edit", WRITERS, BOTH)
def contract_edit(no):
    found = contract_of(no)
    where = url_for("customer.contract", no=no)
    form = Form([Field("customer_no", "Customer", is_required=True, width="short"), *without(CONTRACT, "contract_no")],
                found)
    if form.is_sent and form.save("contract_save", p_contract_no=no):
        return form.done(_("Saved."), where)
    return form.page("customer/form.html", title=_("Edit contract {no}", no=no), trail=of_contract(found), cancel=where)


@page(pages, "/contracts/<no>/end", WRITERS, BOTH)
def contract_end(no):
    """Two steps: the day is typed, then what it means is shown, and confirmed."""
    found = contract_of(no)
    where = url_for("customer.contract", no=no)
    form = Form([
        Field("noticed_on", "Notice given", "day", width="short", help="The end follows from notice and binding time."),
        Field("end_on", "Agreed end", "day", width="short",
              help="The first day no longer covered, whatever was bound."),
    ], found, noticed_on=shape.today())
    meant = None
    if form.is_sent and form.check():
        if request.form.get("step") == "sure":
            if form.save("contract_end", p_contract_no=no):
                return form.done(_("Saved."), where)
        else:
            meant = database.one("contract_end_try", p_contract_no=no, p_noticed_on=form["noticed_on"],
                                 p_end_on=form["end_on"])
    return form.page("customer/contract_end.html", title=_("End contract {no}", no=no), trail=of_contract(found),
                     cancel=where, meant=meant)


@page(pages, "/contracts/<no>/approve", WRITERS, BOTH)
def contract_approve(no):
    found = contract_of(no)
    where = url_for("customer.contract", no=no)
    lines = [one for one in database.call("contract_line_list", p_contract_no=no) if one["line_no"]]
    form = Form([], found)
    if form.is_sent:
        is_declined = request.form.get("answer") == "decline"
        if form.save("contract_decline" if is_declined else "contract_approve", p_contract_no=no):
            if is_declined:
                return form.done(_("The proposal {no} was declined.", no=no),
                                 url_for("customer.customer", no=found["customer_no"]))
            return form.done(_("Approved: it is rated and billed from {day}.", day=found["start_on"]), where)
    return form.page("customer/approve.html", title=_("Approve contract {no}", no=no), trail=of_contract(found),
                     cancel=where, lines=lines)


@page(pages, "/contracts/<no>/terms/new", WRITERS, BOTH)
def contract_term_new(no):
    found = contract_of(no)
    where = url_for("customer.contract", no=no)
    form = Form(CONTRACT_TERM)
    if form.is_sent and form.save("contract_term_save", p_contract_no=no):
        return form.done(_("Saved."), where)
    return form.page("customer/form.html", title=_("From a day on"), trail=of_contract(found), cancel=where)


@page(pages, "/contracts/<no>/terms/<day>", WRITERS, BOTH)
def contract_term(no, day):
    found = contract_of(no)
    where = url_for("customer.contract", no=no)
    form = Form(without(CONTRACT_TERM, "from_on"), _of_day(database.call("contract_term_list", p_contract_no=no), day))
    if form.is_sent and form.save("contract_term_save", p_contract_no=no, p_from_on=day):
        return form.done(_("Saved."), where)
    return form.page("customer/form.html", title=_("From {day} on", day=day), trail=of_contract(found), cancel=where,
                     delete=url_for("customer.contract_term_delete", no=no, day=day))


@page(pages, "/contracts/<no>/terms/<day>/delete", WRITERS, ("POST",))
def contract_term_delete(no, day):
    return taken("contract_term_delete", url_for("customer.contract", no=no), p_contract_no=no, p_from_on=day)


# Lines ---------------------------------------------------------------------------------------------------------------


@page(pages, "/contracts/<no>/lines/new", WRITERS, BOTH)
def line_new(no):
    found = contract_of(no)
    form = Form(LINE, None, quantity=1)
    if form.is_sent and form.save("line_save", p_contract_no=no):
        line = next(iter(form.result[0].values()))
        return form.done(_("Saved."), url_for("customer.line", no=no, line=line))
    return form.page("customer/form.html", title=_("New line"), trail=of_contract(found),
                     cancel=url_for("customer.contract", no=no))


@page(pages, "/contracts/<no>/lines/<int:line>/edit", WRITERS, BOTH)
def line_edit(no, line):
    found = line_of(no, line)
    where = url_for("customer.line", no=no, line=line)
    form = Form(LINE, found)
    if form.is_sent and form.save("line_save", p_contract_no=no, p_line_no=line):
        return form.done(_("Saved."), where)
    return form.page("customer/form.html", title=_("Edit line {line}", line=line), trail=of_line(found), cancel=where)


@page(pages, "/contracts/<no>/lines/<int:line>/terms/new", WRITERS, BOTH)
def line_term_new(no, line):
    found = line_of(no, line)
    where = url_for("customer.line", no=no, line=line)
    form = Form(LINE_TERM)
    if form.is_sent and form.save("line_term_save", p_contract_no=no, p_line_no=line):
        return form.done(_("Saved."), where)
    return form.page("customer/form.html", title=_("From a day on"), trail=of_line(found), cancel=where)


@page(pages, "/contracts/<no>/lines/<int:line>/terms/<day>", WRITERS, BOTH)
def line_term(no, line, day):
    found = line_of(no, line)
    where = url_for("customer.line", no=no, line=line)
    held = _of_day(database.call("line_term_list", p_contract_no=no, p_line_no=line), day)
    form = Form(without(LINE_TERM, "from_on"), held)
    if form.is_sent and form.save("line_term_save", p_contract_no=no, p_line_no=line, p_from_on=day):
        return form.done(_("Saved."), where)
    return form.page("customer/form.html", title=_("From {day} on", day=day), trail=of_line(found), cancel=where,
                     delete=url_for("customer.line_term_delete", no=no, line=line, day=day))


@page(pages, "/contracts/<no>/lines/<int:line>/terms/<day>/delete", WRITERS, ("POST",))
def line_term_delete(no, line, day):
    return taken("line_term_delete", url_for("customer.line", no=no, line=line),
                 p_contract_no=no, p_line_no=line, p_from_on=day)


# Charges and bundles -------------------------------------------------------------------------------------------------


@page(pages, "/charges/new", WRITERS, BOTH)
def charge_any():
    """A charge for any line, from the list of all."""
    form = Form([Field("contract_no", "Contract", is_required=True, width="short"),
                 Field("line_no", "Line", "number", is_required=True, width="short"), *CHARGE], None,
                line_no=1, charged_on=shape.today(), quantity=1)
    if form.is_sent and form.save("charge_save"):
        return form.done(_("Saved."), url_for("invoice.charges"))
    return form.page("customer/form.html", title=_("Add a charge"), cancel=url_for("invoice.charges"),
                     trail=[(_("Invoicing"), url_for("invoice.charges"))])


@page(pages, "/contracts/<no>/lines/<int:line>/charges/new", WRITERS, BOTH)
def charge_new(no, line):
    found = line_of(no, line)
    where = url_for("customer.line", no=no, line=line)
    form = Form(CHARGE, None, charged_on=shape.today(), quantity=1)
    if form.is_sent and form.save("charge_save", p_contract_no=no, p_line_no=line):
        return form.done(_("Saved. It comes with the next invoice."), where)
    return form.page("customer/form.html", title=_("Add a charge"), trail=of_line(found), cancel=where)


@page(pages, "/contracts/<no>/lines/<int:line>/charges", WRITERS, BOTH)
def charge(no, line):
    """The charge of ?day= with ?text=."""
    found = line_of(no, line)
    where = url_for("customer.line", no=no, line=line)
    key = {"charged_on": request.args.get("day"), "text": request.args.get("text")}
    held = next((one for one in database.call("charge_list", p_customer_no=found["customer_no"])
                 if (one["contract_no"], one["line_no"], f"{one['charged_on']}", one["text"])
                 == (no, line, key["charged_on"], key["text"])), None) or abort(404)
    form = Form(without(CHARGE, "charged_on", "text"), held)
    if form.is_sent and form.save("charge_save", p_contract_no=no, p_line_no=line, p_charged_on=key["charged_on"],
                                  p_text=key["text"]):
        return form.done(_("Saved."), where)
    return form.page(
        "customer/form.html", title=key["text"], trail=of_line(found), cancel=where,
        delete=url_for("customer.charge_delete", no=no, line=line, day=key["charged_on"], text=key["text"]))


@page(pages, "/contracts/<no>/lines/<int:line>/charges/delete", WRITERS, ("POST",))
def charge_delete(no, line):
    return taken("charge_delete", url_for("customer.line", no=no, line=line), p_contract_no=no, p_line_no=line,
                 p_charged_on=request.args.get("day"), p_text=request.args.get("text"))


@page(pages, "/contracts/<no>/lines/<int:line>/bundles/new", BUNDLERS, BOTH)
def bundle_new(no, line):
    found = line_of(no, line)
    return _bundle(Form(BUNDLE, None, covers_setup=True), found, _("Add a bundle"))


@page(pages, "/contracts/<no>/lines/<int:line>/bundles/<code>/<day>", BUNDLERS, BOTH)
def bundle(no, line, code, day):
    """The bundle with that code and begin; - where it begins with the line."""
    found = line_of(no, line)
    begins = None if day == "-" else day
    held = next((one for one in database.call("customer_bundle_list", p_customer_no=found["customer_no"])
                 if (one["contract_no"], one["line_no"], one["bundle"], one["begins_on"] and f"{one['begins_on']}")
                 == (no, line, code, begins)), None) or abort(404)
    shown = held | {name: ";".join(held[name]) for name in ("modes", "targets")} | {"to_on": held["closes_on"]}
    form = Form(without(BUNDLE, "bundle", "from_on"), shown)
    return _bundle(form, found, _("Bundle {code}", code=code), p_bundle=code, p_from_on=begins)


def _bundle(form: Form, line: dict, title: str, **key):
    where = url_for("customer.line", no=line["contract_no"], line=line["line_no"])
    lists = {f"p_{name}": [one.strip() for one in (form[name] or "").split(";") if one.strip() not in ("", "*")]
             for name in ("modes", "targets")}
    if form.is_sent and form.save("bundle_save", p_contract_no=line["contract_no"], p_line_no=line["line_no"],
                                  **lists, **key):
        return form.done(_("Saved."), where)
    return form.page("customer/form.html", title=title, trail=of_line(line), cancel=where)

