"""What the pages of the ledger share: tabs, addresses of other topics, changes that are shown before they are made."""

import datetime as dt
from typing import Any

from flask import current_app, render_template, request, url_for
from flask_login import current_user

from leissner.webui import database, forms
from leissner.webui.access import levels_of
from leissner.webui.ledger import pages
from leissner.webui.lists import Column
from leissner.webui.texts import gettext as _

TABS = (
    ("ledger.payments", "Payments to match"), ("ledger.payment_list", "Payments"), ("ledger.files", "Files"),
    ("ledger.items", "Open items"), ("ledger.reminders", "Reminders"), ("ledger.collection", "Collection"),
    ("ledger.accounting", "Accounting"),
)
KINDS = {one: one for one in (
    "invoice", "credit", "setoff", "opening", "payment", "assign", "reversal", "refund", "writeoff", "difference",
    "transfer", "fee", "accrual")}
ROWS = [
    Column("account", "Account", link=lambda row: url_for("ledger.entries", account=row["account"])),
    Column("account_name", "Name"),
    Column("customer_no", "Customer", link=lambda row: customer_of(row)),
    Column("document_no", "Document", link=lambda row: item_of(row)),
    Column("debit", "Debit", "money"),
    Column("credit", "Credit", "money"),
]


def tabs_of(known: tuple[tuple[str, str], ...], here: str | None = None) -> list[dict]:
    """The sub-pages of a place that the reader's level may see; `here`: the one that the page belongs to."""
    here = here or request.endpoint
    return [
        {"address": url_for(endpoint), "title": _(title), "is_here": endpoint == here}
        for endpoint, title in known if address(endpoint)
    ]


def tabs(here: str | None = None) -> list[dict]:
    return tabs_of(TABS, here)


def address(endpoint: str, **values) -> str | None:
    """The address of a page of any topic, where there is one and the reader may see it."""
    if endpoint not in current_app.view_functions or not current_user.may(*(levels_of(endpoint) or ())):
        return None
    return url_for(endpoint, **values)


def customer_of(row: dict) -> str | None:
    return address("customer.customer", no=row["customer_no"]) if row["customer_no"] else None


def item_of(row: dict) -> str | None:
    if not (row["customer_no"] and row["document_no"]):
        return None
    return address("ledger.item", customer=row["customer_no"], document=row["document_no"])


def day_asked(name: str, default: dt.date | None = None) -> dt.date | None:
    """A day of the address, as people type it; what is none counts as not given."""
    text = request.args.get(name, "").strip()
    try:
        return dt.date.fromisoformat(forms.typed_day(text)) if text else default
    except ValueError:
        return default


def trial(function: str, **params: Any) -> Any:
    """What api.FUNCTION would book: it is done, its entries are read, and it is taken back at once."""
    try:
        made = database.value(function, **params)
        return database.call("entry_row_list", p_entries=[made])
    finally:
        database.undo()


def change(form: forms.Form, function: str, template: str, done: str, after: str, *, button: str, danger: bool = False,
           **context: Any):
    """A change in two steps: the form, then what it would book with the button that does it.

    context: params (further parameters of the function) and what the template shows."""
    params = context.pop("params", {})
    is_back = "back" in request.form
    context |= {"button": button, "danger": danger, "cancel": after, "rows": None, "columns": ROWS}
    if form.is_sent and not is_back and form.save(function, **params):
        if "sure" in request.form:
            return form.done(done, after)
        rows = database.call("entry_row_list", p_entries=[next(iter(form.result[0].values()))])
        database.undo()
        return render_template(template, form=form, **context | {"rows": rows})
    return form.page(template, **context)


pages.add_app_template_global(lambda no: address("customer.customer", no=no), "customer_page")
pages.add_app_template_global(address, "page_of")
