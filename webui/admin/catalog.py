"""Reference data: tables of few rows, shown and edited one row at a time through the same checks as a file.

What a table has for columns, what each may hold and who may write it, the database says (api.sheet_…).
"""

import json
import re

from flask import abort, make_response, render_template, request, url_for
from flask_login import current_user

from leissner.scripts import db
from leissner.webui import database, shape
from leissner.webui.access import page
from leissner.webui.admin import CATALOG, LOG, pages
from leissner.webui.countries import country
from leissner.webui.forms import Field, Form, plain
from leissner.webui.lists import chosen_columns, keep_columns
from leissner.webui.texts import gettext as _
from leissner.webui.texts import is_known, language

TITLES = {
    "products": "Product types", "modes": "Modes", "services": "Services", "service_charges": "Charges of services",
    "vat_codes": "VAT codes", "currencies": "Currencies", "exchange_rates": "Exchange rates", "holidays": "Holidays",
    "bands": "Time bands", "sellers": "Sellers", "customer_groups": "Customer groups", "carriers": "Carriers",
    "sources": "Sources of calls", "trunks": "Trunks", "extensions": "Extensions", "area_codes": "Area codes",
    "accounts": "Accounts by event", "chart": "Chart of accounts", "interest_rates": "Reference rates of interest",
    "reminder_steps": "Steps of reminding", "payment_sources": "Sources of payment files",
    "credit_policies": "Credit policies", "operator": "The operator", "settings": "Settings", "jobs": "Jobs",
}
TOPICS = {"catalog": "Products and services", "customer": "Sellers and groups", "traffic": "Traffic",
          "ledger": "Ledger and credit"}
KINDS = {"int": "number", "numeric": "number", "date": "day"}
SHOWN = 500
WIDE = 8  # columns at once: the others are shown when they are chosen, and all on the page of a row


def _sheet(file: str, is_writing: bool = False) -> dict:
    """What is known of a table, where the reader may see it, or change it."""
    found = next((one for one in database.call("sheet_list") if one["file"] == file), None)
    if not found:
        abort(404)
    if is_writing and not found["is_writable"]:
        abort(403)
    return found | {"title": _(TITLES[file]), "columns": database.call("sheet_column_list", p_file=file)}


def titled(name: str) -> str:
    words = re.sub(r"\b(bic|iban|vat)\b", lambda found: found[0].upper(), name.replace("_", " "))
    words = words[:1].upper() + words[1:]
    return _(words) if is_known(words) else words


@page(pages, "/admin/catalog", CATALOG)
def catalog():
    """The tables, by what they are about."""
    found = database.call("sheet_list")
    groups = [(_(title), [one | {"title": _(TITLES[one["file"]])} for one in found if one["topic"] == topic])
              for topic, title in TOPICS.items()]
    return render_template("admin/catalog.html", title=_("Catalog"), groups=[one for one in groups if one[1]])


@page(pages, "/admin/catalog/<file>", CATALOG)
def sheet(file: str):
    """The rows of a table."""
    one = _sheet(file)
    words = request.args.get("q", "").strip()
    rows = [row["cells"] for row in database.call("sheet_rows", p_file=file)]
    matching = [row for row in rows if all(any(word in plain(cell or "") for cell in row)
                                           for word in plain(words).split())]
    names = [column["name"] for column in one["columns"]]
    used = [place for place, column in enumerate(one["columns"]) if column["is_key"] or column["is_required"]
            or any(row[place] for row in rows)][:WIDE]
    chosen = chosen_columns(f"sheet_{file}")
    used = [place for place, name in enumerate(names) if name in chosen] or used
    response = make_response(render_template(
        "admin/sheet.html", title=one["title"], one=one, words=words, count=len(matching), rows=matching[:SHOWN],
        used=used, titled=titled, said=said, edit=lambda row: _edit_address(one, row), has_any=bool(rows)))
    if "columns" in request.args:
        keep_columns(response, f"sheet_{file}")
    return response


def _edit_address(one: dict, row: list) -> str:
    """The address of a row: its key."""
    return url_for("admin.edit_row", file=one["file"],
                   key=[row[column["place"] - 1] or "" for column in one["columns"] if column["is_key"]] or None)


@page(pages, "/admin/catalog/<file>/new", CATALOG, ("GET", "POST"))
def new_row(file: str):
    one = _sheet(file, is_writing=True)
    return _edit(one, None, url_for("admin.sheet", file=file))


@page(pages, "/admin/catalog/<file>/edit", CATALOG, ("GET", "POST"))
def edit_row(file: str):
    one = _sheet(file, is_writing=True)
    keys = request.args.getlist("key")
    places = [column["place"] - 1 for column in one["columns"] if column["is_key"]]
    found = next((row["cells"] for row in database.call("sheet_rows", p_file=file)
                  if [row["cells"][place] or "" for place in places] == keys), None)
    if found is None:
        abort(404)
    back = {"operator": "admin.settings", "settings": "admin.settings", "jobs": "admin.jobs"}.get(file)
    return _edit(one, found, url_for(back) if back else url_for("admin.sheet", file=file))


def _edit(one: dict, found: list | None, back: str):
    """The form of a row, new or known. What was seen when it was opened goes along: who saves over another is told."""
    choices: dict[str, dict] = {}
    for row in database.call("sheet_choice_list", p_file=one["file"]):
        choices.setdefault(row["name"], {})[row["code"]] = row["code"]
    columns = one["columns"]
    fields = [_field(column, choices) for column in columns if found is None or not column["is_key"]]
    form = Form(fields, found and {column["name"]: found[column["place"] - 1] for column in columns})
    if form.is_sent and form.check():
        given = {field.name: form[field.name] for field in form.fields}
        old = _old(len(columns)) if found is not None else None
        new = [given.get(column["name"]) if column["name"] in given else found[column["place"] - 1]
               for column in columns]
        if save(form, one["file"], old, new):
            return form.done(_("Saved."), back)
    seen = request.form.get("old") if form.is_sent else db.exact(found)
    keys = [(titled(column["name"]), said(column, found[column["place"] - 1])) for column in columns
            if found is not None and column["is_key"]]
    return form.page("admin/row_form.html", one=one, keys=keys, old=seen, back=back, is_new=found is None,
                     title=_("New row: {name}", name=one["title"]) if found is None else one["title"])


def said(column: dict, value: str | None) -> str | None:
    """A value as people call it: one of a few codes in words, a country by its name."""
    if value and (column["kind"] == "enum" or column["name"] in ("event", "mode")):
        return shape.word(value)
    return country(value) if value and column["name"] == "country" else value


def _old(count: int) -> list:
    try:
        old = json.loads(request.form.get("old", ""))
    except ValueError:
        abort(400)
    if not isinstance(old, list) or len(old) != count or not all(isinstance(one, str | None) for one in old):
        abort(400)
    return old


def save(form: Form, file: str, old: list | None, new: list) -> bool:
    """Writes a row; false: the form says beside its fields why it was not written."""
    try:
        result = database.value("sheet_save", p_file=file, p_old=old, p_new=new)
    except database.Refused as error:
        form.refused(error)
        return False
    if result["errors"]:
        database.undo()
        for one in result["errors"]:
            sentence = one["sentence"]
            form.refuse(_(sentence) if is_known(sentence) else sentence, None, (one["column"] or "").partition(",")[0])
    return not result["errors"]


def _field(column: dict, choices: dict[str, dict]) -> Field:
    """A column as a field."""
    name, kind = column["name"], KINDS.get(column["kind"], "text")
    options = None
    if column["kind"] == "boolean":
        kind, options = "choice", {"yes": "yes", "no": "no"}
    elif column["kind"] == "enum":
        kind, options = "choice", {one: one.replace("_", " ") for one in column["option"].split(",")}
    elif name in choices:
        kind, options = "choice", choices[name]
    empty = _("Empty: {value}.", value=said(column, column["fallback"])) if column["fallback"] else ""
    comment = column["comment"] or ""
    comment = comment if language() == "en" else _(comment) if is_known(comment) else ""
    comment = re.sub(r"(?<=; )NULL\b", "empty", comment).replace("NULL", "Empty")
    if comment == f"{titled(name)}.":
        comment = ""  # it says nothing more
    return Field(name, titled(name), kind, help=f"{comment} {empty}".strip(), is_required=column["is_required"],
                 options=options, width="" if kind == "text" else "short")


@page(pages, "/admin/settings", LOG)
def settings():
    """Every setting with what it is for; the operator; files in and out."""
    return render_template("admin/settings.html", title=_("Settings"),
                           rows=database.call("setting_list", p_language=current_user.language),
                           operator=database.one("operator_get"))


@page(pages, "/admin/settings/<name>", ("admin",), ("GET", "POST"))
def setting(name: str):
    found = next((one for one in database.call("setting_list", p_language=current_user.language)
                  if one["name"] == name), None) or abort(404)
    is_switch = name in ("auto_apply", "invoice_rounding")
    form = Form([Field("value", "Value", "choice" if is_switch else "text", help=found["says"] or "",
                       options={"yes": "yes", "no": "no"} if is_switch else None)], found)
    if form.is_sent and save(form, "settings", [name, *_old(1)], [name, form["value"]]):
        return form.done(_("Saved: {name}.", name=found["title"]), url_for("admin.settings"))
    if form.problem and not form.fields[0].error:
        form.refuse(*form.problem, "value")
    seen = request.form.get("old") if form.is_sent else db.exact([found["value"]])
    return form.page("admin/row_form.html", title=found["title"], keys=[(_("Name"), name)], old=seen,
                     back=url_for("admin.settings"), is_new=False, one={"file": "settings"})
