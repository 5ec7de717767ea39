"""The start page of each level, the search from anywhere, and one's own settings."""

import datetime as dt

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_login import current_user

from leissner.scripts import db, password
from leissner.webui import database, shape
from leissner.webui.access import EVERYONE, STAFF, levels_of, page
from leissner.webui.forms import Field, Form
from leissner.webui.lists import Column
from leissner.webui.texts import LANGUAGES
from leissner.webui.texts import gettext as _

pages = Blueprint("start", __name__, template_folder="templates")

# What waits, the most urgent first where it is as pressing: its words, the page that shows it, what that is asked.
WORK = {
    ("setup", "catalog"): ("Nothing is set up yet: begin with the starter, or with files of your own",
                           "admin.import_files"),
    ("setup", "operator"): ("Invoices need the operator's address, VAT number and bank account", "admin.edit_row",
                            {"file": "operator"}),
    ("setup", "customer"): ("There is no customer yet: make the first one", "customer.new"),
    ("setup", "user"): ("Only administrators can log in: make users of other levels", "admin.new_user"),
    ("job", "failed"): ("Jobs that failed: {n}", "admin.jobs"),
    ("usage", "suspense"): ("Calls that wait in suspense: {n}", "usage.suspense"),
    ("ledger", "payment"): ("Payments that are not matched: {n}", "ledger.payments"),
    ("invoice", "credit_request"): ("Credits that are asked for: {n}", "invoice.credit_requests", {"state": "open"}),
    ("invoice", "delivery"): ("Deliveries that failed: {n}", "invoice.deliveries"),
    ("ledger", "file"): ("Payment files that were rejected: {n}", "ledger.files"),
    ("credit", "order"): ("Orders to the switch that failed: {n}", "credit.orders"),
    ("credit", "unsent"): ("Orders that the switch has not been given: {n}", "credit.orders", {"state": "ordered"}),
    ("invoice", "undelivered"): ("Approved runs with documents that have not left yet: {n}", "invoice.runs",
                                 {"state": "approved"}),
    ("invoice", "draft"): ("Runs that are drafts: {n}", "invoice.runs"),
    ("customer", "proposed"): ("Contracts that are proposed: {n}", "customer.contracts", {"state": "proposed"}),
    ("credit", "warned"): ("Payers that are warned: {n}", "credit.exposure"),
    ("credit", "blocked"): ("Payers that are blocked: {n}", "credit.exposure"),
}
AT_ONCE = 3  # notices of work; the others behind "n more"
SELLERS = (("proposed", "Contracts that wait for the operator's approval"), ("ending", "Contracts that come to an end"))
MANY = 1000
# Where a hit of the search leads.
HITS = {
    "customer": ("customer.customer", "no"), "contract": ("customer.contract", "no"),
    "invoice": ("invoice.invoice", "no"), "number": ("customer.number", "no"),
}
MARGIN = ("admin", "pricing", "finance", "auditor", "batch", "report")

DOCUMENTS = [
    Column("document_no", "Document", link=lambda row: address("invoice.invoice", no=row["document_no"])
           if row["kind"] in ("invoice", "credit") else None), Column("kind", "Kind", "word"), Column("name", "Name"),
    Column("item_on", "Date", "day"), Column("due_on", "Due", "day"), Column("amount", "Amount", "money"),
    Column("open", "Not paid", "money"), Column("currency", "Currency"), Column("reference", "Payment reference"),
]


def address(endpoint: str, **values) -> str | None:
    """The address of a page, where there is one and the reader may see it."""
    if endpoint not in current_app.view_functions or not current_user.may(*(levels_of(endpoint) or ())):
        return None
    return url_for(endpoint, **values)


@page(pages, "/", EVERYONE)
def start():
    """What needs doing now; today's traffic; the last twelve months. Customers see their own account instead."""
    context: dict = {"work": [], "at_once": AT_ONCE, "today": None, "months": []}
    is_part = bool(request.headers.get("HX-Request"))
    if current_user.may(*STAFF) and not is_part:
        places = list(WORK)
        work = sorted(database.call("work_list"), key=lambda one: (
            one["urgency"], places.index((one["topic"], one["kind"]))))  # act before look
        context["work"] = [one | _work(one) for one in work]
    if current_user.level == "seller" and not is_part:
        context["work"] = [one for state, words in SELLERS for one in _contracts(state, words)]
    if current_user.may(*STAFF, "seller"):
        context["today"] = _today()
    if is_part:
        return render_template("start/today.html", **context)
    if current_user.may(*STAFF, "seller"):
        context["months"] = database.call("traffic_month_list")
    if current_user.level == "customer":
        context["documents"] = database.call("own_document_list")
        context["months"] = database.call("own_month_list")
        owed = [one for one in context["documents"] if one["open"]]
        context["sums"] = {currency: (sum(one["open"] for one in owed if one["currency"] == currency),
                                      sum(one["open"] for one in owed if one["currency"] == currency
                                          and one["days_late"]))
                           for currency in sorted({one["currency"] for one in owed})}
        context["columns"] = DOCUMENTS
    return render_template("start/start.html", **context)


def _contracts(state: str, words: str) -> list[dict]:
    """What a seller looks after: the own contracts in a state, where there are some."""
    with database._refusal():
        found = db.page(database.connection(), "contract_list", {}, db.Page(
            key="contract_no", order="contract_no", filters={"state": state}, limit=MANY))
    return [{"urgency": "look", "count": len(found), "words": _(words), "detail": None,
             "address": address("customer.contracts", state=state)}] if found else []


def _today() -> dict:
    """Today's traffic by product, the highest revenue first, and its sums; margin over calls whose cost is known."""
    day = shape.today()
    until = day + dt.timedelta(days=1)
    if current_user.may(*MARGIN):
        found = database.call("margin_list", p_from=day, p_to=until, p_by="product")
    else:
        with database._refusal():
            found, _count, _sums = db.report_rows(
                database.connection(), "calls_per_product", {"p_from": day, "p_to": until})
    rows: dict[str, dict] = {}
    total = {"calls": 0, "minutes": 0, "revenue": 0, "margin": 0}
    for one in found:
        row = rows.setdefault(one["name"], {"name": one["name"], "product": one.get("product", one.get("key"))}
                              | dict.fromkeys(total, 0))
        for key in total:
            row[key] += one[key] or 0
            total[key] += one[key] or 0
    for row in rows.values():
        row["address"] = address("usage.calls", **{"from": day, "product": row["product"]})
        row["margin_percent"] = _percent(row)
    return {"rows": sorted(rows.values(), key=lambda row: -row["revenue"]),
            "total": total | {"margin_percent": _percent(total)}, "address": address("usage.calls", **{"from": day})}


def _percent(row: dict):
    return row["margin"] * 100 / row["revenue"] if row["revenue"] else None


def _work(one: dict) -> dict:
    words, endpoint, *asked = WORK[one["topic"], one["kind"]]
    label = _(words).removesuffix(": {n}")
    detail = _("Run {n}", n=one["detail"]) if endpoint == "invoice.runs" else one["detail"]
    return {"words": label, "count": None if one["topic"] == "setup" else one["count"], "detail": detail,
            "address": address(endpoint, **dict(*asked))}


@page(pages, "/search", EVERYONE)
def search():
    """What the words may mean; a single certain hit is opened at once."""
    words = request.args.get("q", "").strip()
    hits = [one | {"address": address(HITS[one["kind"]][0], **{HITS[one["kind"]][1]: one["key"]})}
            for one in database.call("search", p_words=words[:100])]
    if len(hits) == 1 and hits[0]["address"]:
        return redirect(hits[0]["address"])
    return render_template("start/search.html", words=words, hits=hits)


LANGUAGE = [Field("language", "Language", "choice", options=LANGUAGES, is_required=True, width="short")]
PASSWORD = [
    Field("old", "Old password", "password", is_required=True, width="short"),
    Field("new", "New password", "password", is_required=True, width="short",
          help="Twelve characters or more. A few words one remembers are better than one odd word."),
    Field("again", "New password once more", "password", is_required=True, width="short"),
]


@page(pages, "/me", EVERYONE, ("GET", "POST"))
def me():
    """Who I am here: my language, my password, my sessions."""
    part = request.form.get("part")
    language = Form(LANGUAGE, {"language": current_user.language})
    words = Form(PASSWORD)
    if part == "language" and language.save("own_language_set"):
        return language.done(_("Saved."), url_for("start.me"))
    if part == "password" and _password_changed(words):
        return words.done(_("The password is changed. Your other sessions are ended."), url_for("start.me"))
    if part == "session":
        database.call("own_session_end", p_session_id=request.form.get("session"))
        return redirect(url_for("start.me"), 303)
    is_wrong = language.problem or words.problem
    return render_template("start/me.html", language=language, password=words,
                           sessions=database.call("own_session_list")), 422 if is_wrong else 200


def _password_changed(form: Form) -> bool:
    """Changes the own password; false: the form says why not."""
    if not form.check():
        return False
    if form["new"] != form["again"]:
        form.refuse(_("The two are not the same."), None, "again")
    elif len(form["new"]) < password.SHORTEST:
        form.refuse(_("A password needs {n} characters or more.", n=password.SHORTEST), None, "new")
    else:
        try:
            with database.plain() as conn:  # an attempt, that counts as one at the login does
                salt = db.call(conn, "login_begin", p_name=current_user.name, p_client=request.remote_addr)[0]
            database.call("password_change", p_old_digest=password.digest(form["old"], salt["salt"], salt["cost"]),
                          **password.new(form["new"]))
        except database.psycopg.Error as error:
            with database.plain() as conn:
                form.refuse(db.problem(error, conn, current_user.language).sentence)
        except database.Refused as error:
            form.refuse(error.problem.sentence, None, "old")
    return form.problem is None
