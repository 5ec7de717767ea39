"""The log: what happened to this, what did this person do, day by day; each change old → new; and the events."""

import datetime as dt
import json

from flask import url_for
from markupsafe import Markup, escape

from leissner.scripts import db
from leissner.webui import database, shape
from leissner.webui.access import page
from leissner.webui.admin import LOG, pages
from leissner.webui.lists import Column, Filter, List
from leissner.webui.texts import gettext as _
from leissner.webui.texts import is_known

# Proofs of secrets: nobody needs to see them, not even their hashes.
HIDDEN = ("key_hash", "token_hash", "verifier", "salt")
LONGEST = 160
NAMING = ("code", "name", "customer_no", "contract_no", "invoice_no", "number", "title")  # what people call a row
OPS = {"insert": "new", "update": "change", "delete": "removal", "truncate": "emptied"}


def _week() -> str:
    return f"{shape.today() - dt.timedelta(days=6)}"


def _tables() -> dict[str, str]:
    return {one["table_name"]: named(one["table_name"]) for one in database.call("audit_table_list")}


def _actor(row: dict) -> str:
    return url_for("admin.audit", actor=row["actor"], **{"from": f"{row['at']:%Y-%m-%d}",
                                                         "through": f"{row['at'] + dt.timedelta(days=1):%Y-%m-%d}"})


def _value(name: str, value) -> Markup:
    if value is None:
        return shape.NOTHING
    if name.endswith("_at") and isinstance(value, str) and (at := _moment(value)):
        return at
    text = "•••" if name in HIDDEN else db.exact(value) if isinstance(value, dict | list) \
        else f"{value}"
    return escape(text if len(text) <= LONGEST else text[:LONGEST] + " …")


def _moment(value: str) -> Markup | None:
    try:
        return shape.moment(dt.datetime.fromisoformat(value), True)
    except ValueError:
        return None


def named(table: str) -> str:
    """A table as people call it."""
    words = table.partition(".")[2].replace("_", " ")
    return _(words) if is_known(words) else words


def changed(row: dict) -> Markup:
    """What a change says: each column, old → new."""
    if row["is_redacted"]:
        return Markup("<em>{}</em>").format(_("blanked"))
    old, new = row["old"] or {}, row["new"] or {}
    lines = []
    for name in sorted({*old, *new} - {"row_version"}, key=lambda name: (name not in NAMING, name)):
        if row["op"] == "update":
            lines.append(Markup("<b>{}</b> {} → {}").format(name, _value(name, old.get(name)),
                                                            _value(name, new.get(name))))
        elif (old or new).get(name) is not None:
            lines.append(Markup("<b>{}</b> {}").format(name, _value(name, (old or new).get(name))))
    if not lines:
        return Markup("<em>{}</em>").format(_("saved as it was"))
    if len(lines) <= 4:
        return Markup('<div class="any">{}</div>').format(Markup("<br>").join(lines))
    return Markup('<div class="any">{}<details><summary>{}</summary>{}</details></div>').format(
        Markup("<br>").join(lines[:3]), _("{n} more", n=len(lines) - 3), Markup("<br>").join(lines[3:]))


def _key(row: dict) -> Markup:
    return Markup('<span class="any">{}</span>').format(", ".join(f"{value}" for value in row["pk"].values()) or "–")


CHANGES = List(
    "audit_change_page", key="change_id", search=("table_name", "pk", "old", "new", "actor"), order="at",
    is_descending=True, name="changes", empty="Nothing was changed in these days. Choose others above.",
    columns=[
        Column("at", "When", "moment", is_given=True), Column("actor", "Who", link=_actor),
        Column("level", "Level", "word", is_extra=True), Column("login", "Login", is_extra=True),
        Column("client", "From where", is_extra=True),
        Column("op", "What", show=lambda row: _(OPS[row["op"]])),
        Column("table_name", "Table", show=lambda row: named(row["table_name"])),
        Column("pk", "Key", sorts_as="no", show=_key, link=lambda row: url_for(
            "admin.audit", table=row["table_name"], key=json.dumps(row["pk"]), **{"from": "2000-01-01"})),
        Column("new", "Old → new", sorts_as="no", show=changed),
        Column("old", "Before", sorts_as="no", is_extra=True, show=lambda row: "" if row["old"] is None else
               db.exact({name: "•••" if name in HIDDEN else value for name, value in row["old"].items()})),
    ],
    filters=[
        Filter("from", "From", kind="day", is_param=True, default=_week),
        Filter("through", "Through", kind="day", is_param=True, default=lambda: f"{shape.today()}"),
        Filter("table", "Table", _tables, is_param=True), Filter("key", "Number or key", is_param=True),
        Filter("actor", "Who", is_param=True),
    ],
)
def _who(row: dict) -> str:
    """Whom an event is of: of a login, who logged in, or tried to."""
    return row["subject"] if row["kind"] in ("login", "login_failed") else row["actor"]


KINDS = ("login", "login_failed", "logout", "level", "password", "session_end", "report", "export", "call_list",
         "call_explain", "call_export", "bill_export", "invoice_document", "invoice_pdf", "statement", "load", "job",
         "job_asked", "work", "remind", "credit", "delivery", "payment_load", "payment_fetch", "accounting_export",
         "accrual", "redact", "soap")
EVENTS = List(
    "audit_event_page", key="event_id", search=("kind", "subject", "detail", "actor"), order="at",
    is_descending=True, name="events", empty="Nothing happened in these days. Choose others above.",
    columns=[
        Column("at", "When", "moment", is_given=True),
        Column("actor", "Who", show=_who, link=lambda row: url_for("admin.events", actor=_who(row))),
        Column("level", "Level", "word", is_extra=True), Column("login", "Login", is_extra=True),
        Column("client", "From where"), Column("kind", "What", "word"), Column("subject", "About"),
        Column("detail", "Particulars", sorts_as="no", show=lambda row: Markup(
            '<span class="any">{}</span>').format(Markup(", ").join(
                Markup("{} {}").format(name, _value(name, value)) for name, value in row["detail"].items()))),
    ],
    filters=[
        Filter("from", "From", kind="day", is_param=True, default=_week),
        Filter("through", "Through", kind="day", is_param=True, default=lambda: f"{shape.today()}"),
        Filter("kind", "What", {one: one.replace("_", " ") for one in KINDS}, is_param=True),
        Filter("actor", "Who", is_param=True),
    ],
)


@page(pages, "/admin/audit", LOG)
def audit():
    return CHANGES.page("admin/audit.html", title=_("Audit"), part="changes")


@page(pages, "/admin/audit/events", LOG)
def events():
    return EVENTS.page("admin/audit.html", title=_("Audit"), part="events")
