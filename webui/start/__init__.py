"""The start page of each level, the search from anywhere, and one's own settings."""

import datetime as dt

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_login import current_user

from leissner.webui import database, shape
from leissner.webui.access import EVERYONE, STAFF, levels_of, page
from leissner.webui.texts import gettext as _

pages = Blueprint("start", __name__, template_folder="templates")

# What waits: its words, the page that shows it.
WORK = {
    ("usage", "suspense"): ("Calls that wait in suspense: {n}", "usage.suspense"),
    ("invoice", "draft"): ("Runs that are drafts: {n}", "invoice.runs"),
    ("invoice", "delivery"): ("Deliveries that failed: {n}", "invoice.deliveries"),
    ("ledger", "payment"): ("Payments that are not matched: {n}", "ledger.payments"),
    ("ledger", "file"): ("Payment files that were rejected: {n}", "ledger.files"),
    ("credit", "warned"): ("Payers that are warned: {n}", "credit.exposure"),
    ("credit", "blocked"): ("Payers that are blocked: {n}", "credit.exposure"),
    ("credit", "order"): ("Orders to the switch that failed: {n}", "credit.orders"),
    ("job", "failed"): ("Jobs that failed: {n}", "admin.jobs"),
    ("customer", "proposed"): ("Contracts that are proposed: {n}", "customer.contracts"),
}
# Where a hit of the search leads.
HITS = {
    "customer": ("customer.customer", "no"), "contract": ("customer.contract", "no"),
    "invoice": ("invoice.invoice", "no"), "number": ("customer.number", "no"),
}
MARGIN = ("admin", "pricing", "finance", "auditor", "batch", "report")


def address(endpoint: str, **values) -> str | None:
    """The address of a page, where there is one and the reader may see it."""
    if endpoint not in current_app.view_functions or not current_user.may(*(levels_of(endpoint) or ())):
        return None
    return url_for(endpoint, **values)


@page(pages, "/", EVERYONE)
def start():
    """What needs doing now; today's traffic; the last twelve months. Customers see their own account instead."""
    context: dict = {"work": [], "today": None, "months": []}
    if current_user.may(*STAFF):
        context["work"] = [
            one | {"words": _(WORK[one["topic"], one["kind"]][0], n=shape.number(one["count"])),
                   "address": address(WORK[one["topic"], one["kind"]][1])}
            for one in database.call("work_list")
        ]
    if current_user.may(*MARGIN):
        day = shape.today()
        context["today"] = database.call("margin_list", p_from=day, p_to=day + dt.timedelta(days=1), p_by="product")
    if current_user.may(*STAFF, "seller"):
        context["months"] = database.call("traffic_month_list")
    template = "start/today.html" if request.headers.get("HX-Request") else "start/start.html"
    return render_template(template, **context)


@page(pages, "/search", EVERYONE)
def search():
    """What the words may mean; a single certain hit is opened at once."""
    words = request.args.get("q", "").strip()
    hits = [one | {"address": address(HITS[one["kind"]][0], **{HITS[one["kind"]][1]: one["key"]})}
            for one in database.call("search", p_words=words[:100])]
    if len(hits) == 1 and hits[0]["address"]:
        return redirect(hits[0]["address"])
    return render_template("start/search.html", words=words, hits=hits)


@page(pages, "/me", EVERYONE)
def me():
    """Who I am here."""
    return render_template("start/me.html")
