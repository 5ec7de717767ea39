"""Invoicing: runs from the draft to what customers get, documents, deliveries, credit notes.

A run is made and approved part by part, each a transaction of its own: the page asks for the next part until none is
left, so that it may be left, or killed, at any moment and goes on where it was.
"""

from decimal import Decimal

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user

from leissner.scripts.bill import CHECKS, SIZE, approved_at_once
from leissner.webui import database, shape, work
from leissner.webui.access import page
from leissner.webui.forms import Field, Form, is_day, typed_day
from leissner.webui.lists import Column, Filter, List
from leissner.webui.start import address
from leissner.webui.texts import gettext as _
from leissner.webui.usage.suspense import REASONS

pages = Blueprint("invoice", __name__, template_folder="templates")
READERS = ("admin", "sales", "support", "finance", "credit", "report", "auditor", "batch", "integration")
OWNERS = (*READERS, "seller", "customer")  # who opens a document: sellers and customers, of their own
WRITERS = ("admin", "finance")
STATES = {"draft": "draft", "approved": "approved"}
CHECKS_SHOWN = 20  # of a kind
AT_ONCE = 2000  # documents: what there is to say of more is shown a moment after the page
KINDS = {"invoice": "invoice", "credit": "credit note"}
# What there is many of in a row of the check list.
COUNTS = {"calls": "{n} calls", "lines": "{n} lines", "days": "{n} days"}
# Where a row of the check list leads: endpoint, its arguments ("subject" is what the row is about, other words are
# names of the row's parameters, 'quoted ones stand for themselves), what is done there, by which levels if not by all
# who see the page. The first that the reader may see is shown.
PAYER = {"no": "subject"}
OPERATOR = ("admin.edit_row", {"file": "'operator"})
LEADS = {
    "account": [(*OPERATOR, "Correct it", "admin")], "far": [], "iban": [(*OPERATOR, "Add an IBAN", "admin")],
    "vat_no": [(*OPERATOR, "Add the VAT number", "admin")],
    "long_past": [("customer.customer", PAYER, "Look at the contracts")],
    "no_account": [("ledger.accounts", {}, "Accounts")],
    "ended": [("customer.line", {"no": "subject", "line": "line"}, "The line")],
    "address": [("customer.edit", PAYER, "Fill it in")],
    "suspended": [("usage.suspense", {"reason": "subject"}, "Mend the cause")],
    "margin": [("customer.prices", PAYER, "Prices"), ("usage.under_cost", {}, "The calls")],
    "credit_limit": [("credit.limit", PAYER, "Change the limit"), ("credit.payer", PAYER, "Credit")],
    "differs": [("customer.invoices", PAYER, "Compare")], "credit": [("customer.invoices", PAYER, "Its invoices")],
    "org_no": [("customer.edit", PAYER, "Correct it")], "zero_price": [("customer.prices", PAYER, "Prices")],
    "no_charge": [("customer.contract", PAYER, "Contract")],
    "first": [("customer.customer", PAYER, "Check the address")], "silent": [("customer.number", PAYER, "End it")],
}
# … and of a fault, by its code.
MENDS = {
    "LB510": [("customer.edit", {"no": "customer"}, "Fill it in")],
    "LB511": [("pricing.fees", {"code": "list"}, "Set the price"),
              ("customer.line", {"no": "contract", "line": "line"}, "The line")],
    "LB512": [("admin.sheet", {"file": "'services"}, "Set the VAT code")],
    "LB513": [("admin.sheet", {"file": "'vat_codes"}, "Add the rate")],
    "LB514": [("customer.edit", {"no": "customer"}, "Check the VAT number")],
    "LB515": [("pricing.exchange_rate_new", {}, "Add the rate")],
    "LB516": [("customer.line_edit", {"no": "contract", "line": "line"}, "Name a price list")],
}
# Where the subject itself is found.
SUBJECTS = {"no_charge": "customer.contract", "ended": "customer.contract", "silent": "customer.number",
            "suspended": None, "far": None, "account": None, "no_account": None, "vat_no": None}


def _totals(row: dict) -> str | None:
    """Sums per currency as one text."""
    totals = row["totals"]
    return " · ".join(f"{shape.digits(total, 2)} {currency}" for currency, total in sorted(totals.items())) \
        if totals else None


def _payer(row: dict) -> str | None:
    return address("customer.customer", no=row["payer"])


RUNS = List(
    "bill_browse_list", key="run", order="run", is_descending=True, name="runs",
    empty="No run yet. A run makes drafts of all that is due; nothing leaves the house before it is approved.",
    columns=[
        Column("run", "Run", link=lambda row: url_for("invoice.run", run=row["run"])),
        Column("through", "Through", "day"),
        Column("state", "State", "state"),
        Column("documents", "Documents", "number", sorts_as="no"),
        Column("totals", "Total with VAT", show=_totals, sorts_as="no"),
        Column("faults", "Faults", "number", sorts_as="no"),
        Column("started_at", "Begun", "ago"),
        Column("started_by", "By", is_extra=True),
        Column("approved_at", "Approved at", "moment", is_extra=True),
    ],
    filters=[Filter("state", "State", {one: one for one in ("making", "draft", "approving", "approved", "delivered")})],
)
DOCUMENTS = List(
    "bill_document_list", is_long=True, key="invoice", order="invoice", search=("invoice_no", "payer", "name"),
    name="documents", empty="The run made no documents: nothing was due.",
    columns=[
        Column("invoice", "Document", link=lambda row: url_for("invoice.invoice", no=row["invoice_no"]
                                                               or f"draft {row['invoice']}"),
               show=lambda row: row["invoice_no"] or f"{_('draft')} {row['invoice']}"),
        Column("kind", "Kind", "word", sorts_as="no"),
        Column("payer", "Payer", link=_payer),
        Column("name", "Name", sorts_as="name"),
        Column("lines", "Lines", "number", sorts_as="no"),
        Column("net", "Net", "money"),
        Column("tax", "VAT", "money", sorts_as="no"),
        Column("total", "Total", "money"),
        Column("currency", "Currency", sorts_as="no"),
        Column("delivery", "Way", "word", sorts_as="no"),
    ],
    filters=[Filter("currency", "Currency"), Filter("delivery", "Way", {
        "print": "print", "email": "email", "einvoice": "einvoice"})],
)
INVOICES = List(
    "invoice_list", is_long=True, key="invoice_no", order="invoice_on", is_descending=True, name="invoices",
    search=("invoice_no", "payer", "name", "reference"),
    empty="No document is issued yet: approve a run.",
    columns=[
        Column("invoice_no", "Number", link=lambda row: url_for("invoice.invoice", no=row["invoice_no"])),
        Column("kind", "Kind", "word", sorts_as="no"),
        Column("payer", "Payer", link=_payer),
        Column("name", "Name", sorts_as="name"),
        Column("invoice_on", "Date", "day", is_given=True),
        Column("due_on", "Due", "day", sorts_as="no"),
        Column("total", "Total", "money", sorts_as="no"),
        Column("currency", "Currency", sorts_as="no"),
        Column("reference", "Reference", sorts_as="no", is_extra=True),
        Column("run", "Run", is_extra=True),
    ],
    filters=[
        Filter("kind", "Kind", KINDS), Filter("payer", "Payer"), Filter("from", "From", kind="day", is_param=True),
        Filter("to", "To", kind="day", is_param=True),
    ],
)
DELIVERIES = List(
    "delivery_all_list", is_long=True, key="delivery", order="changed_at", is_descending=True, name="deliveries",
    search=("invoice_no", "payer", "name", "file", "reason"),
    empty="Nothing was delivered yet.",
    columns=[
        Column("invoice_no", "Document", link=lambda row: url_for("invoice.invoice", no=row["invoice_no"])),
        Column("payer", "Payer", link=_payer), Column("name", "Name", sorts_as="name"),
        Column("channel", "Way", "word", sorts_as="no"), Column("state", "State", "state", sorts_as="no"),
        Column("reason", "Reason", sorts_as="no"), Column("changed_at", "Since", "ago", is_given=True),
        Column("pages", "Pages", "number", sorts_as="no", is_extra=True),
        Column("file", "File", sorts_as="no", is_extra=True),
        Column("run", "Run", sorts_as="no", link=lambda row: url_for("invoice.run", run=row["run"])),
    ],
    filters=[
        Filter("state", "State", {one: one for one in (
            "produced", "delivered", "acknowledged", "rejected", "failed")}),
        Filter("channel", "Way", {
            one: one.replace("_", " ") for one in ("print_house", "print", "email", "einvoice")}),
    ],
)
CHARGES = List(
    "charge_browse_list", key="charge", order="charged_on", is_descending=True, name="charges",
    search=("text", "customer_no", "customer", "contract_no", "project"),
    empty="No charge was added by hand yet. One is added here, or on the page of a contract line.",
    columns=[
        Column("charged_on", "Day", "day"),
        Column("text", "Text", link=lambda row: address(
            "customer.line", no=row["contract_no"], line=row["line_no"])),
        Column("customer_no", "Customer", link=lambda row: address("customer.customer", no=row["customer_no"])),
        Column("customer", "Name", sorts_as="name"),
        Column("contract_no", "Contract"), Column("line_no", "Line", is_extra=True),
        Column("quantity", "Quantity", "number"), Column("price", "Price", "rate"),
        Column("amount", "Net", "money"), Column("currency", "Currency", is_extra=True),
        Column("project", "Project", is_extra=True), Column("state", "State", "state"),
    ],
    filters=[Filter("state", "State", {one: one for one in ("waiting", "billed")})],
)
NEW = [
    Field("through", "Through", "day", is_required=True, width="short",
          help="The last day that is charged: fees in arrears and calls up to it, fees in advance from the day after."),
    Field("customers", "Only these customers", help="Numbers with commas between; whoever they pay for comes too."),
]


def _run(run: int) -> dict:
    return database.one("bill_browse_list", p_run=run) or abort(404)


def _checks(run: int, faults: list[dict]) -> list[dict]:
    """The check list in groups, worst first: {title, kind, count, rows: [{subject, words, address, mend}]}."""
    groups: list[dict] = []
    for row in database.call("bill_check_top", p_run=run, p_most=CHECKS_SHOWN):
        kind, subject, params = row["kind"], row["subject"], row["params"] or {}
        title, line = CHECKS.get(kind, (kind, "{name}"))[:2] if kind != "fault" else ("Could not be billed", "{name}")
        if not groups or groups[-1]["kind"] != kind:
            is_for_admin = all(lead[3:] == ("admin",) for lead in LEADS.get(kind) or [()])
            groups.append({"kind": kind, "title": title, "count": row["of_kind"], "rows": [],
                           "is_for_admin": is_for_admin and current_user.level != "admin"})
        words = _(line, **{name: _(COUNTS[name], n=_figure(value)) if name in COUNTS else _figure(value)
                           for name, value in params.items()})
        given, leads = {"subject": subject, "customer": subject} | params, LEADS.get(kind, [])
        if kind == "fault":
            given |= params.get("params") or {}
            words += ": " + next((one["sentence"] for one in faults if (
                one["customer"], one["code"], one["params"]) == (subject, params["code"], params.get("params"))),
                params["code"])
            leads = MENDS.get(params["code"], [])
        where = SUBJECTS.get(kind, "customer.customer")
        groups[-1]["rows"].append({
            "subject": _(REASONS[subject]) + ":" if kind == "suspended" else subject, "words": words,
            "address": address(where, no=subject) if where else None,
            "mend": next((one for one in (_lead(given, *lead) for lead in leads) if one), None)})
    return groups


def _lead(given: dict, endpoint: str, names: dict[str, str], done: str, *levels: str) -> tuple[str, str] | None:
    """Address and words of a lead that the reader may follow."""
    if levels and current_user.level not in levels or any(of[0] != "'" and of not in given for of in names.values()):
        return None
    where = address(endpoint, **{name: of[1:] if of[0] == "'" else given[of] for name, of in names.items()})
    return (where, done) if where else None


def _figure(value):
    """A value of a check, as people write it: amounts with two decimals, counts with none."""
    if isinstance(value, float | Decimal):
        return shape.digits(value, 2)
    return shape.digits(value, 0) if isinstance(value, int) else value


def _faults(run: int) -> list[dict]:
    rows = database.call("bill_fault_list", p_run=run)
    for row in rows:
        found = database.one("message_get", p_code=row["code"], p_language=current_user.language,
                             p_params=row["params"])
        row["sentence"] = " ".join(filter(None, (found["sentence"], found["hint"]))) if found else row["code"]
    return rows


@page(pages, "/runs", READERS)
def runs():
    return RUNS.page("invoice/runs.html", title=_("Invoicing"), tab="runs")


@page(pages, "/runs/new", WRITERS, ("GET", "POST"))
def new_run():
    due = database.one("bill_due_get")
    form = Form(NEW, through=due["through"])
    if form.is_sent and form.check():
        names = [one.strip() for one in (form["customers"] or "").split(",") if one.strip()]
        try:
            number = database.value("bill_begin", p_through=form["through"], p_customers=names or None, p_size=SIZE)
        except database.Refused as error:
            form.refuse(error.problem.sentence, error.problem.hint, "customers" if error.problem.code == "LB524" else
                        "through" if error.problem.code.startswith("22") else None)
        else:
            return redirect(url_for("invoice.run", run=number), 303)
    return form.page("invoice/new_run.html", title=_("New run"), due=due)


@page(pages, "/runs/new/due", WRITERS)
def due():
    """What a run through a day would take up."""
    day = typed_day(request.args.get("through", ""))
    if "HX-Request" not in request.headers:
        return redirect(url_for("invoice.new_run"))
    return render_template("invoice/due.html", due=database.one("bill_due_get", p_through=day) if is_day(day) else None)


@page(pages, "/runs/<int:run>", READERS)
def run(run: int):
    found = _run(run)
    is_later = _is_large(found) and not request.args.get("now") or bool(request.args.get("after"))
    return DOCUMENTS.page("invoice/run.html", {"p_run": run}, run=found, totals=_totals(found), is_later=is_later,
                          left=_left(found), **({} if is_later else _state(found)), title=_("Run {n}", n=run),
                          empty=_("Documents are shown here as they are made.") if found["state"] == "making" else None)


def _is_large(found: dict) -> bool:
    """Are the documents of a run so many that what there is to say of them all takes a while?"""
    return found["documents"] > AT_ONCE


def _state(found: dict) -> dict:
    """What there is to say of all documents of a run: how far its delivery is, and what looks odd."""
    run = found["run"]
    checks = _checks(run, _faults(run) if found["faults"] else []) if found["state"] in (
        "draft", "approving") and current_user.may(
        "admin", "sales", "support", "finance", "credit", "auditor", "batch") else []
    ways = database.call("delivery_sums", p_run=run) if found["state"] in ("approved", "delivered") else []
    return {"checks": checks, "ways": ways, "is_working": work.is_running(f"run {run}"),
            "log": work.log(f"run {run}") if any(one["waiting"] or one["failed"] for one in ways) else []}


@page(pages, "/runs/<int:run>/state", READERS)
def state(run: int):
    """What a large run's page shows a moment after its documents."""
    found = _run(run)
    return render_template("invoice/state.html", run=found, **_state(found))


@page(pages, "/runs/<int:run>/go", WRITERS, ("POST",))
def go(run: int):
    """The next step of a run that is being made or approved: one transaction, then the page or the bar again."""
    found = _run(run)
    if found["state"] == "making":
        if database.value("bill_part_make", p_run=run) is None:
            database.value("bill_finish", p_run=run)
    elif found["state"] == "approving":
        if not database.value("bill_approve_next", p_run=run, p_day=_day(),
                              p_size=approved_at_once(found["documents"])):
            database.value("bill_approve_finish", p_run=run)
    found = database.one("bill_browse_list", p_run=run)
    if found is None:
        flash(_("Nothing was due: the run found nothing to bill, and is gone."), "done")
        return Response(headers={"HX-Redirect": url_for("invoice.runs")}) if request.headers.get(
            "HX-Request") else redirect(url_for("invoice.runs"), 303)
    if request.headers.get("HX-Request"):
        if found["state"] in ("making", "approving"):
            return render_template("invoice/progress.html", run=found, day=_day(), left=_left(found))
        return Response(headers={"HX-Redirect": url_for("invoice.run", run=run)})
    return redirect(url_for("invoice.run", run=run), 303)


def _day() -> str:
    return request.form.get("day") or f"{shape.today()}"


def _left(found: dict) -> int:
    """Documents of a run that have no number yet."""
    return database.value("bill_left_get", p_run=found["run"]) if found["state"] == "approving" else 0


@page(pages, "/runs/<int:run>/approve", WRITERS, ("GET", "POST"))
def approve(run: int):
    """What approval will do, with figures; then its first step."""
    found = _run(run)
    if found["state"] not in ("draft", "approving"):
        return redirect(url_for("invoice.run", run=run))
    form = Form([Field("day", "Date of the documents", "day", is_required=True, width="short")], day=shape.today())
    if form.is_sent and form.check():
        try:
            database.value("bill_approve_next", p_run=run, p_day=form["day"],
                           p_size=approved_at_once(found["documents"]))
            database.value("bill_approve_finish", p_run=run)
        except database.Refused as error:
            form.refuse(error.problem.sentence, error.problem.hint, "day")
        else:
            return redirect(url_for("invoice.run", run=run, day=form["day"]), 303)
    day = form["day"] if is_day(form["day"] or "") else f"{shape.today()}"
    faults = _faults(run) if found["faults"] else []
    return form.page(
        "invoice/approve.html", run=found, totals=_totals(found), title=_("Approve run {n}", n=run), faults=faults,
        numbers=database.one("bill_number_get", p_run=run, p_day=day), is_large=_is_large(found),
        checks=[] if _is_large(found) else _checks(run, faults))


@page(pages, "/runs/<int:run>/again", WRITERS, ("POST",))
def again(run: int):
    """The run once more, after something was mended: its drafts go, and new ones are made of all that is due."""
    found = _run(run)
    database.value("bill_discard", p_run=run)
    number = database.value("bill_begin", p_through=found["through"], p_size=SIZE,
                            p_customers=(found["options"] or {}).get("customers"))
    return redirect(url_for("invoice.run", run=number), 303)


@page(pages, "/runs/<int:run>/discard", (*WRITERS, "batch"), ("GET", "POST"))
def discard(run: int):
    found = _run(run)
    if request.method == "POST":
        database.value("bill_discard", p_run=run)
        flash(_("Run {n} is discarded; all it charged is unbilled again.", n=run), "done")
        return redirect(url_for("invoice.runs"), 303)
    return render_template("invoice/discard.html", run=found, totals=_totals(found),
                           title=_("Discard run {n}", n=run))


@page(pages, "/runs/<int:run>/deliver", (*WRITERS, "batch"), ("POST",))
def deliver(run: int):
    """Starts the delivery of what waits, by all ways; it goes on when the page is left."""
    _run(run)
    retry = ["--retry"] if request.form.get("retry") else []
    work.start(f"run {run}", ["bill", "deliver", f"{run}", *retry])
    flash(_("The delivery has begun. This page shows how far it is."), "done")
    return redirect(url_for("invoice.run", run=run), 303)


@page(pages, "/runs/<int:run>/ways", READERS)
def ways(run: int):
    """How far the delivery of a run is."""
    return render_template("invoice/ways.html", run=_run(run), ways=database.call("delivery_sums", p_run=run),
                           is_working=work.is_running(f"run {run}"), log=work.log(f"run {run}"))


@page(pages, "/deliveries", READERS)
def deliveries():
    return DELIVERIES.page("invoice/deliveries.html", title=_("Invoicing"), tab="deliveries")


@page(pages, "/invoices", READERS)
def invoices():
    return INVOICES.page("invoice/invoices.html", title=_("Invoicing"), tab="invoices")


@page(pages, "/charges", READERS)
def charges():
    return CHARGES.page("invoice/charges.html", title=_("Invoicing"), tab="charges")


def _document(no: str) -> dict:
    database.look("invoice_document", no)
    try:
        return database.value("own_invoice_document" if current_user.level in ("seller", "customer")
                              else "invoice_document",
                              p_invoice=no)
    except database.Refused as error:
        if error.problem.code == "LB525":
            abort(404)
        raise


@page(pages, "/invoices/<no>", OWNERS)
def invoice(no: str):
    found = _document(no)
    is_issued = found["number"] and current_user.may(*READERS)
    sent = database.one("invoice_sent_get", p_invoice=no) if is_issued else None
    item = database.one("invoice_open_get", p_invoice=no) if is_issued and address(
        "ledger.item", customer=found["payer"]["customer_no"], document=no) else None
    asked = crediting.requests(invoice_no=no) if found["number"] else []
    return render_template("invoice/invoice.html", doc=found, no=no, title=_title(found, no), sent=sent, item=item,
                           asked=asked)


def _title(found: dict, no: str) -> str:
    kind = _("Credit note") if found["kind"] == "credit" else _("Invoice")
    return f"{kind} {found['number'] or no}"


@page(pages, "/invoices/<no>.pdf", OWNERS)
def pdf(no: str):
    from leissner.scripts.invoice_pdf import as_sent

    return Response(as_sent(_document(no)), mimetype="application/pdf", headers={
        "Content-Disposition": f'inline; filename="{no.replace(" ", "-")}.pdf"'})


@page(pages, "/invoices/<no>.xml", READERS)
def xml(no: str):
    from leissner.scripts import einvoice

    return Response(einvoice.xml(_document(no)), mimetype="application/xml", headers={
        "Content-Disposition": f'attachment; filename="{no}.xml"'})


# The module adds its pages.
from leissner.webui.invoice import crediting  # noqa: E402, F401
