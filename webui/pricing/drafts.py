"""Drafts of a list: made, shown as what they would change, activated from a day, taken back."""

import datetime as dt
from itertools import groupby

from flask import abort, redirect, request, url_for

from leissner.webui import database, shape
from leissner.webui.access import page
from leissner.webui.forms import Field, Form
from leissner.webui.pricing.base import WRITERS, pages
from leissner.webui.pricing.grid import the_list
from leissner.webui.texts import gettext as _

SHOWN = 100
NOTICE_DAYS = 7  # dearer prices sooner than that are short notice
FROM = [Field("from_on", "From", "day", is_required=True, width="short",
              help="First day of the new prices. Calls before keep the price they have.")]


def next_first() -> dt.date:
    """The first of next month."""
    return (shape.today().replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def drafts_of(code: str) -> list[dict]:
    """The drafts of a list."""
    return [row for row in database.call("price_list_list", p_is_draft=True) if row["parent"] == code]


@page(pages, "/prices/<code>/draft", WRITERS, ("POST",))
def draft_new(code):
    """An empty draft of a list, to fill and try out; then its page, or its import."""
    found = the_list(code)
    made = database.value("draft_make", p_list=code, p_name=_("{name}, draft", name=found["name"]))
    if made is None:
        abort(404)
    form = Form([])
    target = "pricing.sheet_import" if request.form.get("then") == "import" else "pricing.price_list"
    return form.done(_("Draft {code} is made. It prices nothing until it is activated.", code=made),
                     url_for(target, code=made))


@page(pages, "/prices/<code>/activate", WRITERS, ("GET", "POST"))
def activate(code):
    """What the draft changes in the list above it from a day on, with figures; then it is done."""
    found = the_list(code)
    form = Form(FROM, {"from_on": request.args["from_on"]} if "from_on" in request.args else None,
                from_on=f"{next_first()}")
    if not form.check():
        return form.page("pricing/activate.html", title=_("Activate {code}", code=code), found=found, draft=None,
                         changes=[], counts={}, left=0)
    draft = database.one("draft_get", p_list=code, p_from_on=form["from_on"]) or abort(404)
    if form.is_sent and form.save("draft_activate", p_list=code, p_seen=request.form.get("seen", "")):
        return form.done(
            _("Activated. It can be undone below until a call is priced by it."),
            url_for("pricing.price_list", code=draft["parent"], on=form["from_on"]))
    changes = changed(draft["parent"], code, form["from_on"])
    counts = {kind: sum(one["status"] == kind for one in changes) for kind in ("up", "down", "new", "blocked", "other")}
    due = shape.today() + dt.timedelta(days=NOTICE_DAYS)
    return form.page(
        "pricing/activate.html", title=_("Activate {code}", code=code), found=found, draft=draft, due=due,
        is_short=bool(counts["up"] or counts["blocked"]) and f"{form['from_on']}" < f"{due}",
        changes=changes[:SHOWN], left=len(changes) - SHOWN, counts=counts, from_on=form["from_on"])


def changed(parent: str, code: str, on: str) -> list[dict]:
    """What a draft asks otherwise than its list on a day, the largest changes first; modes with the same change are
    one row."""

    def what(row: dict):
        return (row["name"], row["target"], row["band"] or "", row["rate_a"] is None, row["rate_a"] or 0,
                row["rate_b"] is None, row["rate_b"] or 0, bool(row["blocked_a"]), bool(row["blocked_b"]),
                row["setup_a"] or 0, row["setup_b"] or 0)

    found = sorted(database.call("price_compare_list", p_a=parent, p_on_a=on, p_b=code, p_on_b=on), key=what)
    rows = []
    for _key, same in groupby(found, key=what):
        part = list(same)
        rows.append(part[0] | {"modes": sorted({one["mode"] for one in part}), "status": status(part[0]),
                               "doubt": doubt(part[0])})
    rows.sort(key=lambda row: (row["status"] != "blocked", -abs(row["percent"] or 0), row["name"], row["band"] or ""))
    return rows


def doubt(row: dict) -> str | None:
    """What a person should look at in a change, as in the preview of a rate sheet."""
    if row["blocked_b"] or not row["rate_a"]:
        return None
    if not row["rate_b"]:
        return _("It costs nothing.")
    if row["rate_b"] > 10 * row["rate_a"]:
        return _("More than ten times the former rate.")
    return _("Less than a tenth of the former rate.") if 10 * row["rate_b"] < row["rate_a"] else None


def status(row: dict) -> str:
    if row["blocked_b"]:
        return "blocked"
    if row["rate_a"] is None:
        return "new"
    if not row["difference"]:
        return "other"
    return "up" if row["difference"] > 0 else "down"


@page(pages, "/activations/<int:no>/undo", WRITERS, ("POST",))
def activation_undo(no):
    """Takes an activation back, while nothing is priced by it."""
    code = database.value("activation_undo", p_activation_id=no)
    if code is None:
        return redirect(url_for("pricing.lists"))
    return Form([]).done(_("Undone: the list is what it was, and {code} has its prices again.", code=code),
                         url_for("pricing.price_list", code=code))
