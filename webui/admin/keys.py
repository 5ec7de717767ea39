"""API keys: what each may do, and what was asked with it. The key itself is shown once."""

import datetime as dt
import re

from flask import abort, g, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup, escape

from leissner.scripts import db
from leissner.scripts.errors import LeissnerError
from leissner.soap.operations import SERVICES, allowed
from leissner.webui import database, shape
from leissner.webui.access import page
from leissner.webui.admin import LOG, pages
from leissner.webui.admin.users import LEVELS, found_user, shown_once
from leissner.webui.forms import Field, Form
from leissner.webui.lists import Column, Filter, List
from leissner.webui.texts import gettext as _

LIMITS = [
    Field("expires_at", "Last day", "day", width="short", help="Empty: without end."),
    Field("rate_limit", "Requests a minute", "number", width="short", help="Empty: as many as it likes."),
    Field("addresses", "May be used from", "area",
          help="Addresses or networks, one a line: 192.0.2.17, 192.0.2.0/24, 2001:db8::/32. Empty: from anywhere."),
    Field("reach", "May call", "choice", value="all",
          options={"all": "all that its level may", "some": "only what is chosen here"}),
    Field("operations", "May call", "choices"),
]
MOST = 1_000  # requests counted before a key is revoked
TRIED = ('<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><ping xmlns="urn:leissner:billing:1"/>'
         "</Body></Envelope>")


def _key(name: str) -> dict:
    """A key by its title, as its form shows it."""
    title = request.args.get("title", "")
    found = next((one for one in keys_of(name) if one["title"] == title), None) or abort(404)
    return found | {"addresses": "\n".join(found["addresses"]), "expires_at": found["last_day"],
                    "reach": "some" if found["operations"] else "all"}


def keys_of(name: str) -> list[dict]:
    """The keys of a user, with the last day that each counts."""
    return [one | {"last_day": one["expires_at"] and
                   (one["expires_at"] - dt.timedelta(seconds=1)).astimezone(shape.operator_zone()).date()}
            for one in database.call("api_key_list") if one["name"] == name]


def _save(form: Form, function: str, **params) -> bool:
    """Saves a key of what was typed; false: it was refused, and the form says why."""
    if not form.check():
        return False
    is_all, day = form["reach"] != "some", form["expires_at"]
    try:
        operations = [] if is_all else allowed(form["operations"])
    except LeissnerError as error:
        form.refuse(str(error), None, "operations")
        return False
    if not operations and not is_all:
        form.refuse(_("Choose at least one, or let it call all."), None, "operations")
        return False
    return form.do(
        function, p_operations=operations, p_addresses=(form["addresses"] or "").replace(",", " ").split(),
        p_rate_limit=form["rate_limit"], p_expires_at=day and dt.datetime.combine(
            dt.date.fromisoformat(day) + dt.timedelta(days=1), dt.time(), shape.operator_zone()), **params)


@page(pages, "/admin/users/<name>", LOG)
def user(name: str):
    """A user with sessions and API keys."""
    return render_template("admin/user.html", one=found_user(name), levels=LEVELS, keys=keys_of(name),
                           sessions=database.call("session_list", p_name=name))


@page(pages, "/admin/users/<name>/keys", ("admin",), ("GET", "POST"))
def new_key(name: str):
    """A new API key, shown once."""
    found = found_user(name)
    form = Form([
        Field("title", "What it is for", is_required=True, help="The system that uses it: CRM, switch, web shop."),
        Field("level", "Level", "choice", options={one: one for one in found["levels"]}, is_required=True,
              value=found["levels"][0], width="short"),
        *LIMITS,
    ])
    if form.is_sent and _save(form, "api_key_add", p_name=name, p_title=form["title"],
                                  p_level=form["level"]):
        return shown_once(name, next(iter(form.result[0].values())), title=form["title"],
                       address=f"{request.url_root}soap/", tried=TRIED)
    return form.page("admin/key_form.html", title=_("New API key of {name}", name=name), services=SERVICES, name=name)


@page(pages, "/admin/users/<name>/key", LOG)
def key(name: str):
    """What a key may do."""
    return Form([], found := _key(name)).page("admin/key.html", title=found["title"], name=name)


@page(pages, "/admin/users/<name>/key/edit", ("admin",), ("GET", "POST"))
def edit_key(name: str):
    found = _key(name)
    form = Form(LIMITS, found)
    if form.is_sent and _save(form, "api_key_save", p_name=name, p_title=found["title"]):
        return form.done(_("Saved: it holds from the next request on."),
                         url_for("admin.key", name=name, title=found["title"]))
    return form.page("admin/key_form.html", title=_("Edit {name}", name=found["title"]), services=SERVICES, name=name)


@page(pages, "/admin/users/<name>/key/revoke", ("admin",), ("GET", "POST"))
def revoke_key(name: str):
    """Revokes a key, after saying who would be shut out."""
    form = Form([], found := _key(name))
    if form.is_sent and form.do("api_key_revoke", p_name=name, p_title=found["title"]):
        return form.done(_("The API key counts no more."), url_for("admin.user", name=name))
    today = database.some("api_key_request_list", MOST, "at", "event_id", p_name=name, p_title=found["title"],
                          p_from=shape.today(), p_through=shape.today())
    return form.page("admin/key_revoke.html", title=_("Revoke {name}", name=found["title"]), name=name,
                     today=len(today), most=MOST)


# ---- its requests -------------------------------------------------------------------------------------------


def _about(row: dict) -> Markup:
    parts = [Markup("{} {}").format(name, value) for name, value in (row["about"] or {}).items()]
    if row["log_id"]:
        parts.append(escape(_("in the server's log: {id}", id=row["log_id"])))
    return Markup('<span class="any">{}</span>').format(Markup(", ").join(parts))


def _fault(row: dict) -> Markup | None:
    """The code of a fault and its sentence, as far as the log knows its words."""
    if row["fault"] is None:
        return None
    known = g.setdefault("sentences", {})
    code = row["fault"].rpartition(".")[2]
    if code not in known:
        with database.plain() as conn:
            found = db.call(conn, "message_get", p_code=code, p_language=current_user.language)
        known[code] = found[0]["sentence"] if found else ""
    told = (row["about"] or {}) | {"operation": row["operation"], "address": row["address"], "log_id": row["log_id"]}
    said = re.sub(r"\{(\w+)\}", lambda one: f"{told.get(one[1]) or '…'}", known[code]).replace("….", "…")
    return Markup('<span class="state act">{}</span> <small class="any">{}</small>').format(row["fault"], said)


REQUESTS = List(
    "api_key_request_list", key="event_id", order="at", is_descending=True, search=("operation", "fault", "about"),
    name="requests", empty="Nothing was asked with this key in these days. Choose others above.",
    columns=[
        Column("at", "When", is_given=True, show=lambda row: shape.moment(row["at"], True)),
        Column("operation", "Operation"),
        Column("about", "About", sorts_as="no", show=_about), Column("ms", "ms", "number"),
        Column("bytes_in", "Bytes in", "number", is_summed=True),
        Column("bytes_out", "Bytes out", "number", is_summed=True),
        Column("fault", "Fault", show=_fault),
        Column("address", "From where", is_extra=True), Column("log_id", "Number in the log", is_extra=True),
    ],
    filters=[
        Filter("from", "From", kind="day", is_param=True, default=lambda: f"{shape.today() - dt.timedelta(days=6)}"),
        Filter("through", "Through", kind="day", is_param=True, default=lambda: f"{shape.today()}"),
        Filter("is_refused", "State", {"false": "answered", "true": "refused"}),
        Filter("operation", "Operation", lambda: {one.name: one.name for own in SERVICES.values() for one in own}),
    ],
)


@page(pages, "/admin/users/<name>/key/requests", LOG)
def key_requests(name: str):
    """What was asked with a key."""
    found = _key(name)
    return REQUESTS.page("admin/key_requests.html", {"p_name": name, "p_title": found["title"]}, known=found, name=name,
                         title=_("Requests with {name}", name=found["title"]))
