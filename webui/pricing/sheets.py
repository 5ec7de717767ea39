"""Rate sheets: uploaded, shown as what they would change, then written, all or nothing."""

import os
import re
import secrets
import time
from collections import Counter
from pathlib import Path

from flask import abort, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.utils import secure_filename

from leissner.scripts import rates
from leissner.scripts.errors import LeissnerError
from leissner.scripts.rate_sheet import LISTED, Sheet
from leissner.scripts.server import Home
from leissner.webui import database, shape
from leissner.webui.access import page
from leissner.webui.forms import Field, Form
from leissner.webui.pricing.base import READERS, WRITERS, choices, pages
from leissner.webui.pricing.drafts import NOTICE_DAYS, drafts_of, next_first
from leissner.webui.pricing.grid import the_list
from leissner.webui.texts import gettext as _
from leissner.webui.usage.words import sentences

LARGEST = 64 << 20  # bytes
KEPT = 86400  # seconds that an upload waits for its answer
SHOWN = 300
ANSWERS = [
    Field("effective", "From", "day", help="First day of rows without a date; tomorrow when empty."),
    Field("is_full", "The sheet is the whole: what it lacks ends", "check"),
    Field("is_split", "Codes with a price of their own become destinations of their own", "check"),
    Field("is_past", "Take days that have been", "check"),
    Field("product", "Product of what is new", "choice", options=lambda: choices("product"),
          help="Of destinations that are under none of ours."),
    Field("mode", "Mode", "choice", options=lambda: choices("price_mode"), help="Empty: as the list has it."),
    Field("off_peak_band", "Band of the second rate", "choice", options=lambda: choices("band")),
    Field("map", "Columns", help="Where they are not found: rate=Price per min;code=Dial code"),
    Field("dates", "Order in dates", "choice", options={"dmy": "day month year", "mdy": "month day year"}),
    Field("decimal", "Decimal mark", "choice", options={".": ".", ",": ","}),
    Field("unit", "A rate is per", "choice", options={"minute": "one minute", "second": "one second"}),
    Field("increments", "Increments", help="Where the sheet says none: 1/1."),
    Field("strip", "Digits before every code"),
    Field("currency", "Currency", "choice", options=lambda: choices("currency"),
          help="Where the sheet's title says another than it has."),
]
UPLOAD = Field("file", "File", "file", is_required=True, help="The supplier's sheet, CSV or XLSX, at most 64 MB.")
READING = ("dates", "decimal", "unit", "increments", "strip")

# Sentences of the command line name its options; here they are fields.
OPTIONS = {"--full": "is_full", "--split": "is_split", "--past": "is_past", "--off-peak-band": "off_peak_band"} | {
    f"--{name}": name for name in ("effective", "product", "mode", "map", "dates", "decimal", "unit", "increments",
                                   "strip", "currency")}
LABELS = {one.name: one.label for one in ANSWERS}
COLUMNS = {"code": "Code", "destination": "Destination", "rate": "Price", "date": "From", "until": "Until",
           "off-peak": "Second rate", "increments": "Increments", "setup": "Set-up fee", "minimum": "Minimum",
           "start": "Start", "country_code": "Country"}


def in_words(text: str | None) -> str | None:
    """Sentences in the reader's language, in which options have the names of their fields."""
    return text and re.sub(r"--[a-z-]+", lambda found: f"“{_(LABELS[OPTIONS[found[0]]])}”"
                           if found[0] in OPTIONS else found[0], sentences(text))


def listed(errors: list[dict]) -> list[dict]:
    return [one | {"sentence": in_words(one["sentence"]), "column": column_words(one["column"])}
            for one in errors[:LISTED]]


def column_words(name: str | None) -> str:
    """A field of the reader as its column is called."""
    return _(COLUMNS[name]) if name in COLUMNS else name or ""


def folder() -> Path:
    """Where uploads wait: only their owner reads them, and they go after a day."""
    path = Home().path / "uploads"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    for one in path.iterdir():
        if one.stat().st_mtime < time.time() - KEPT:
            one.unlink(missing_ok=True)
    return path


def upload() -> str:
    """Keeps the uploaded file under a name that nobody can guess; gives that name."""
    if (request.content_length or 0) > LARGEST:
        abort(413)
    given = request.files["file"]
    kind = Path(given.filename or "").suffix.lower()
    token = secrets.token_hex(16) + (kind if kind in (".csv", ".xlsx", ".txt") else ".csv")
    with os.fdopen(os.open(folder() / token, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while part := given.stream.read(1 << 20):
            out.write(part)
            if out.tell() > LARGEST:
                abort(413)
    session["sheet"] = {"token": token, "name": secure_filename(given.filename or "") or "sheet.csv"}
    return token


@page(pages, "/prices/<code>/sheets", READERS)
def sheets(code):
    return render_template(
        "pricing/sheets.html", title=_("Rate sheets of {code}", code=code), found=the_list(code),
        on=f"{shape.today()}", tab="sheets", rows=database.call("rate_sheet_list", p_list=code))


@page(pages, "/prices/<code>/import", WRITERS, ("GET", "POST"))
def sheet_import(code):
    """First the file, then what it would change with what has to be answered, then it is written."""
    found = the_list(code)
    kept = session.get("sheet") or {}
    token = request.form.get("token", "")
    if request.method == "POST" and request.files.get("file"):
        token = upload()
        kept = session["sheet"]
    is_known = bool(re.fullmatch(r"[0-9a-f]{32}\.\w{3,4}", token)) and token == kept.get("token")
    form = Form([UPLOAD, *ANSWERS] if not is_known else ANSWERS)
    context = {"title": _("Import a rate sheet into {code}", code=code), "found": found, "code": code, "token": None,
               "drafts": [] if found["is_draft"] else drafts_of(code),
               "plan": None, "changes": [], "errors": [], "name": kept.get("name")}
    if request.method == "POST" and not is_known:
        form.refuse(_("Choose the file."), name="file")
    if not is_known or not form.check():
        return form.page("pricing/import.html", **context)
    path = folder() / token
    if not path.exists():
        form.refuse(_("The file has waited too long. Upload it again."))
        return form.page("pricing/import.html", **context)
    context["token"] = token
    is_agreed = "agreed" in request.form
    try:
        kept_settings = database.value("rate_settings", p_list=code)
        settings = rates.settings_of(dict(kept_settings), form["map"],
                                     {name: form[name] for name in READING} | {"header_row": None})
        sheet = Sheet(path, settings)
        rates.currency_check(sheet, code, kept_settings["currency"], form["currency"])
        if sheet.errors:
            context["errors"] = listed(sheet.errors)
            form.refuse(_("{n} cells cannot be read.", n=sheet.error_count))
            return form.page("pricing/import.html", **context)
        options = {"list": code, "mode": form["mode"], "off_peak_band": form["off_peak_band"],
                   "is_full": form["is_full"], "is_split": form["is_split"], "is_past": form["is_past"],
                   "product": form["product"], "notice_days": NOTICE_DAYS, "effective": form["effective"]}
        plan, changes = plan_of(sheet, options, is_agreed, context["name"])
        changes = [one | {"notes": in_words(one["notes"])} for one in changes]
    except LeissnerError as error:
        form.refuse(in_words(str(error).replace(token, context["name"])), in_words(error.hint))
        return form.page("pricing/import.html", **context)
    except database.Refused as error:
        form.refused(error)
        return form.page("pricing/import.html", **context)
    if plan["errors"]:
        context["errors"] = listed(plan["errors"])
        form.refuse(_("{n} rows cannot be taken.", n=len(plan["errors"])))
        return form.page("pricing/import.html", **context)
    if plan["written"]:
        path.unlink(missing_ok=True)
        session.pop("sheet", None)
        first = max(next_first(), plan_day(changes) or next_first())
        return form.done(
            _("Written: {counts}.", counts=counted(plan)), url_for("pricing.price_list", code=code, **(
                {"on": f"{first}"} if found["is_draft"] else {})))
    changes.sort(key=lambda one: (not one["is_doubtful"], one["status"] == "same", -one["calls"], one["name"] or ""))
    counts = Counter(one["status"] for one in changes)
    return form.page("pricing/import.html", **context | {
        "plan": plan, "changes": changes[:SHOWN], "count": len(changes), "counts": counts})


def plan_day(changes: list[dict]):
    """The last day on which prices of a sheet begin."""
    return max((one["from_on"] for one in changes if one["from_on"]), default=None)


def counted(plan: dict) -> str:
    return ", ".join(f"{plan['counts'][one]} {_(one)}" for one in rates.STATUSES if one in plan["counts"])


def plan_of(sheet: Sheet, options: dict, is_agreed: bool, name: str) -> tuple[dict, list[dict]]:
    """What the sheet changes; written in the same transaction where it was agreed to, and is still what was seen."""
    with database._refusal(), database.plain() as conn:
        return rates.run(
            conn, sheet, options, lambda plan: is_agreed, request.form.get("digest") if is_agreed else None,
            name=name, level=current_user.level, session=current_user.token, client=database.client())


