"""Users: who may log in with which levels, their passwords and sessions. Secrets are shown once."""

from flask import abort, flash, redirect, render_template, request, url_for

from leissner.scripts import password
from leissner.webui import database
from leissner.webui.access import EVERYONE, page
from leissner.webui.admin import LOG, pages
from leissner.webui.forms import Field, Form
from leissner.webui.lists import Column, Filter, List
from leissner.webui.texts import LANGUAGES
from leissner.webui.texts import gettext as _

LEVELS = {
    "admin": "users and settings, and everything that staff may", "pricing": "catalog, numbering, prices, discounts",
    "sales": "customers, contracts, numbers", "support": "customers, and calls with their explanation",
    "finance": "invoices, ledger, payments", "credit": "limits, warnings, blocks, promises",
    "report": "reads for reports", "auditor": "reads everything, the log too; changes nothing",
    "batch": "scheduled jobs and file loads", "integration": "other systems, by SOAP and API keys",
    "seller": "own customers, at own prices", "customer": "self-care of one customer and those below",
}
USERS = List(
    "user_list", key="name", search=("name", "full_name", "email"), name="users",
    empty="There are no users yet. Add the first one.",
    columns=[
        Column("name", "User name", link=lambda row: url_for("admin.user", name=row["name"])),
        Column("full_name", "Name", sorts_as="name"),
        Column("levels", "Levels", show=lambda row: ", ".join(_(one) for one in row["levels"]), sorts_as="no"),
        Column("seller", "Seller", is_extra=True), Column("customer_no", "Customer no", is_extra=True),
        Column("email", "E-mail", is_extra=True),
        Column("last_login_at", "Last login", "ago"), Column("sessions", "Open sessions", "number"),
        Column("api_keys", "API keys", "number"),
        Column("is_disabled", "State", "state", show=lambda row: "disabled" if row["is_disabled"] else
               "active" if row["has_password"] or row["api_keys"] else "no password"),
    ],
    filters=[Filter("is_disabled", "State", {"false": "active", "true": "disabled"})],
)
NAME = Field("name", "User name", is_required=True, help="Small letters, digits and . _ @ + -")
FORM = [
    Field("full_name", "Name"), Field("email", "E-mail"),
    Field("language", "Language", "choice", options=LANGUAGES, is_required=True, value="sv", width="short"),
    Field("levels", "Levels", "choices", options=dict.fromkeys(EVERYONE, ""), is_required=True),
    Field("seller", "Seller", "choice", help="Level seller: whose rows the user sees.", width="short",
          options=lambda: _sellers()),
    Field("customer_no", "Customer no", help="Level customer: whose account, and those below, the user sees.",
          width="short"),
]


def _sellers() -> dict[str, str]:
    return {row["cells"][0]: f"{row['cells'][0]} {row['cells'][1]}" for row in
            database.call("sheet_rows", p_file="sellers")}


def found_user(name: str) -> dict:
    return next((one for one in database.call("user_list") if one["name"] == name), None) or abort(404)


@page(pages, "/admin/users", LOG)
def users():
    return USERS.page("admin/users.html", title=_("Users"))


@page(pages, "/admin/users/new", ("admin",), ("GET", "POST"))
def new_user():
    """A new user; the password is made up and shown once."""
    form = Form([NAME, *FORM])
    if form.is_sent and form.save("user_save", p_is_new=True):
        return shown_once(form["name"].lower(), _new_password(form["name"]))
    return form.page("admin/user_form.html", title=_("New user"), levels=LEVELS, cancel=url_for("admin.users"))


@page(pages, "/admin/users/<name>/edit", ("admin",), ("GET", "POST"))
def edit_user(name: str):
    found = found_user(name)
    form = Form(FORM, found)
    if form.is_sent and form.save("user_save", p_name=name):
        return form.done(_("Saved."), url_for("admin.user", name=name))
    return form.page("admin/user_form.html", title=_("Edit {name}", name=name), levels=LEVELS,
                     cancel=url_for("admin.user", name=name))


@page(pages, "/admin/users/<name>/password", ("admin",), ("POST",))
def new_password(name: str):
    """A new password, shown once; the user's sessions end."""
    found_user(name)
    return shown_once(name, _new_password(name))


def _new_password(name: str) -> str:
    words = password.generate()
    database.call("password_set", p_name=name, **password.new(words))
    return words


def shown_once(name: str, words: str, **context):
    """Shown in the answer itself: neither in an address, nor in a cookie, nor in the log."""
    return render_template("admin/secret.html", name=name, words=words, **context)


@page(pages, "/admin/users/<name>/disable", ("admin",), ("POST",))
def disable_user(name: str):
    is_disabled = request.form.get("disable") == "1"
    database.call("user_disable", p_name=found_user(name)["name"], p_is_disabled=is_disabled)
    flash(_("{name} is shut out.", name=name) if is_disabled else _("{name} may log in again.", name=name), "done")
    return redirect(url_for("admin.user", name=name), 303)


@page(pages, "/admin/users/<name>/sessions/<int:session>/end", ("admin",), ("POST",))
def end_session(name: str, session: int):
    database.call("session_end", p_session_id=session)
    flash(_("The session is ended."), "done")
    return redirect(url_for("admin.user", name=name), 303)
