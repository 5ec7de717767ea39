"""Many customers or contracts changed at once: what of them, to what, what it would do, done, and undone."""

from flask import abort, render_template, request, url_for
from flask_login import current_user

from leissner.webui import database, shape
from leissner.webui.access import page
from leissner.webui.customer import CHANGERS, CONTRACTS, CUSTOMERS, choices, pages
from leissner.webui.forms import Field, Form
from leissner.webui.lists import Column, Filter, List
from leissner.webui.texts import gettext as _

LISTS = {"customers": CUSTOMERS, "contracts": CONTRACTS}
READERS = (*CHANGERS, "auditor")
DELIVERIES = {"print": "on paper", "email": "by e-mail", "einvoice": "as e-invoice"}
VALUES = {  # what of them: its value
    "price_list": Field("value", "Price list", "choice", is_required=True, options=lambda: choices("price_list")),
    "seller": Field("value", "Seller", "choice", is_required=True, options=lambda: choices("seller")),
    "credit_limit": Field("value", "Credit limit", "money", "Empty: no limit.", width="short"),
    "group_add": Field("value", "Into the group", "choice", is_required=True, options=lambda: choices("group")),
    "group_remove": Field("value", "Out of the group", "choice", is_required=True, options=lambda: choices("group")),
    "delivery": Field("value", "Delivery of invoices", "choice", is_required=True, options=DELIVERIES),
    "payment_days": Field("value", "Payment days", "number", is_required=True, width="short"),
}
FROM = Field("from_on", "From", "day", "The first day that it holds: 2026-10-01, 1/10 or today.", is_required=True,
             width="short")
FROM_A_DAY = ("price_list", "seller")
FAULTS = {
    "no_email": "has no e-mail address", "no_einvoice": "has no address for e-invoices",
    "groups_by_day": "has its groups from a day on: change them on its page", "ended": "is over on that day",
    "unknown": "is not there any more",
}
CHANGES = List(
    "bulk_change_list", key="change", order="change", is_descending=True, name="bulk-changes",
    search=("made_by", "filter", "value"),
    empty="No bulk change yet: search in the list of customers or contracts, and choose to change these.",
    columns=[
        Column("change", "No", "number", link=lambda row: url_for("customer.bulk_change", change=row["change"])),
        Column("made_at", "When", "moment", is_given=True),
        Column("made_by", "By"),
        Column("what", "Of", "word"),
        Column("field", "What", show=lambda row: _(VALUES[row["field"]].label)),
        Column("value", "Became", show=lambda row: shown(row["field"], row["value"])),
        Column("from_on", "From", "day"),
        Column("filter", "Searched for"),
        Column("changed", "Changed", "number"),
        Column("refused", "Refused", "number"),
        Column("state", "State", "word"),
    ],
    filters=[Filter("what", "Of", {"customers": "customers", "contracts": "contracts"}),
             Filter("state", "State", {"applied": "applied", "undone": "undone"})],
)


def fields(what: str) -> list[str]:
    """What may be changed so, by who asks."""
    if not current_user.may("admin", "sales", "support"):
        return ["credit_limit"] if what == "customers" else []
    return list(VALUES) if what == "customers" else list(FROM_A_DAY)


def shown(field: str, value: str | None) -> str:
    """A value as people know it."""
    if field == "credit_limit":
        return _("no limit") if value is None else shape.money(value)
    if value is None:
        return _("none")
    return _(DELIVERIES[value]) if field == "delivery" else value


def before(field: str, row: dict) -> str:
    """What a row was."""
    if field in ("group_add", "group_remove"):
        return _("in the group") if row["old"] else _("not in the group")
    return shown(field, row["old"])


@page(pages, "/bulk", READERS)
def bulk_changes():
    return CHANGES.page("customer/bulk_changes.html", title=_("Bulk changes"))


@page(pages, "/bulk/new/<what>", CHANGERS)
def bulk_new(what):
    """What of them?"""
    if what not in LISTS or not fields(what):
        abort(404)
    return render_template(
        "customer/bulk_new.html", title=_("Change customers") if what == "customers" else _("Change contracts"),
        what=what, fields=[(one, VALUES[one].label) for one in fields(what)], count=len(LISTS[what].keys()),
        said=LISTS[what].said(), query=request.query_string.decode(), cancel=back(what))


@page(pages, "/bulk/new/<what>/<field>", CHANGERS, ("GET", "POST"))
def bulk_value(what, field):
    """To what, what it would do, and done."""
    if what not in LISTS or field not in fields(what):
        abort(404)
    form = Form([VALUES[field], *([FROM] if field in FROM_A_DAY else [])])
    said = LISTS[what].said()
    keys, found = LISTS[what].keys(), None
    asked = {"p_what": what, "p_field": field, "p_keys": keys}
    if form.is_sent and form.check():
        asked |= {"p_value": form["value"], "p_from_on": form["from_on"] if field in FROM_A_DAY else None}
        if "seen" in request.form:
            if form.do("bulk_apply", p_filter=said or None, p_seen=request.form["seen"], **asked):
                change = next(iter(form.result[0].values()))
                return form.done(_("Changed."), url_for("customer.bulk_change", change=change))
        elif form.do("bulk_preview", **asked):
            found = form.result[0]
    return form.page(
        "customer/bulk_value.html", title=_(VALUES[field].label), found=found, count=len(keys), said=said, field=field,
        what=what, before=before, shown=shown, faults=FAULTS, cancel=back(what), here=request.full_path)


@page(pages, "/bulk/<int:change>", READERS)
def bulk_change(change):
    found = database.one("bulk_change_list", p_change=change) or abort(404)
    return render_template(
        "customer/bulk_change.html", title=_("Bulk change {no}", no=change), found=found, shown=shown, before=before,
        label=VALUES[found["field"]].label, faults=FAULTS, can_undo=can_undo(found),
        rows=database.some("bulk_change_row_list", 50, "state", "key", p_change=change)[:50],
        where=lambda key: of_key(found["what"], key))


@page(pages, "/bulk/<int:change>/undo", CHANGERS, ("POST",))
def bulk_undo(change):
    form = Form([])
    if form.do("bulk_undo", p_change=change):
        return form.done(_("Undone."), url_for("customer.bulk_change", change=change))
    return form.done(form.problem[0], url_for("customer.bulk_change", change=change))


def can_undo(found: dict) -> bool:
    return found["state"] == "applied" and found["changed"] > 0 and current_user.may(*(
        CHANGERS if found["field"] == "credit_limit" else ("admin", "sales", "support")))


def of_key(what: str, key: str) -> str:
    return url_for("customer.customer" if what == "customers" else "customer.contract", no=key)


def back(what: str) -> str:
    """The list as it was searched."""
    return f"{url_for(f'customer.{what}')}?{request.query_string.decode()}"
