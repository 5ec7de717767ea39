"""What every page has around its content: the places of the bar by level, the operator's name, the signs of states."""

from dataclasses import dataclass
from importlib import metadata

from flask import Flask, g, request, url_for
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from leissner.webui import database
from leissner.webui.access import STAFF


@dataclass(frozen=True)
class Place:
    """An entry of the bar: it opens a list or a work list."""

    endpoint: str
    title: str
    icon: str
    key: str  # after g
    levels: tuple[str, ...]
    topics: tuple[str, ...]  # blueprints whose pages belong to it


PLACES = (
    Place("start.start", "Start", "house", "s", (*STAFF, "seller", "customer"), ("start",)),
    Place("customer.customers", "Customers", "people", "c", (*STAFF, "seller"), ("customer",)),
    Place("pricing.lists", "Prices", "tags", "p",
          ("admin", "pricing", "sales", "support", "finance", "report", "auditor", "integration", "batch"),
          ("pricing",)),
    Place("usage.calls", "Calls", "telephone", "t",
          ("admin", "pricing", "sales", "support", "finance", "credit", "auditor", "batch", "integration", "seller",
           "customer"), ("usage",)),
    Place("invoice.runs", "Invoicing", "receipt", "i",
          ("admin", "sales", "support", "finance", "credit", "report", "auditor", "batch", "integration"),
          ("invoice",)),
    Place("ledger.payments", "Ledger", "journal-text", "l",
          ("admin", "support", "finance", "credit", "report", "auditor", "batch", "integration"), ("ledger",)),
    Place("credit.exposure", "Credit", "shield-exclamation", "k",
          ("admin", "sales", "support", "finance", "credit", "report", "auditor", "batch", "integration"), ("credit",)),
    Place("report.reports", "Reports", "bar-chart", "r", (*STAFF, "seller"), ("report",)),
    Place("admin.home", "Administration", "gear", "a",
          ("admin", "pricing", "finance", "credit", "auditor", "batch"), ("admin",)),
)
# Colour is the second sign; the word is the first, and each kind has its icon.
KINDS = {
    "good": ("approved", "delivered", "rated", "active", "matched", "loaded", "confirmed", "done", "acknowledged",
             "paid", "settled", "ok", "open"),
    "look": ("draft", "making", "approving", "proposed", "part", "advance", "warned", "promised", "late", "ordered",
             "sent", "running", "produced", "received", "suspended", "noticed", "ending", "coming", "waiting"),
    "act": ("unidentified", "rejected", "stopped", "blocked", "exceeded", "failed", "lost", "fault", "overdue"),
}
SIGNS = {"good": "check-circle", "look": "clock", "act": "exclamation-triangle", "off": "circle"}


def set_up(app: Flask) -> None:
    app.jinja_env.globals |= {
        "places": lambda: places(app), "csrf": _csrf, "operator_name": operator_name, "chart_top": _chart_top,
        "version": metadata.version("leissner-billing"), "state_kind": state_kind,
        "state_icon": lambda code: SIGNS[state_kind(code)],
    }


def places(app: Flask) -> list[dict]:
    """The places of the reader's level that there are."""
    return [
        {"address": url_for(one.endpoint), "title": one.title, "icon": one.icon, "key": one.key,
         "is_here": request.blueprint in one.topics}
        for one in PLACES
        if one.endpoint in app.view_functions and current_user.is_authenticated and current_user.may(*one.levels)
    ]


def state_kind(code: str) -> str:
    return next((kind for kind, codes in KINDS.items() if code in codes), "off")


def operator_name() -> str:
    if "operator" not in g:
        found = database.one("operator_get")
        g.operator = found["name"] if found else "Leissner Billing"
    return g.operator


def _csrf() -> Markup:
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def _chart_top(rows, names) -> float:
    """The highest value of the columns, from which a chart is drawn down to zero."""
    return max((float(row[name] or 0) for row in rows for name in names), default=0.0)
