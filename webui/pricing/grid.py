"""The grid of a price list: each price with where it comes from; one price, its chain and its changes."""

import datetime as dt
from decimal import Decimal
from itertools import groupby

from flask import abort, g, redirect, render_template, request, url_for
from flask_login import current_user

from leissner.webui import database, shape
from leissner.webui.access import page
from leissner.webui.database import Refused
from leissner.webui.forms import Field, Form, is_day, typed_day
from leissner.webui.pricing.base import READERS, WRITERS, choices, pages
from leissner.webui.texts import gettext as _

ROWS = 50
FREE = {"threshold": "threshold", "deduct": "deduct"}
PRICE = [
    Field("from_on", "From", "day", help="The first day it holds."),
    Field("to_on", "Until", "day", help="The day after the last; then the price is what it was before. Empty: open."),
    Field("rate", "Price per unit", "number", help="Per minute, event or megabyte, as the mode counts."),
    Field("setup", "Set-up fee", "number"),
    Field("first_increment", "First increment", "number", help="Units billed at least; 1 when empty."),
    Field("next_increment", "Next increments", "number", help="Units that the rest is rounded up to; 1 when empty."),
    Field("steps", "Steps", help="Instead of one rate, by position in the call: 60:0.50;300:0.30;:0.10"),
    Field("free_units", "Free units", "number"),
    Field("free_mode", "Free units are", "choice", options=FREE,
          help="threshold: a call no longer than that is free; deduct: the first units of every call are."),
    Field("minimum", "At least, per call", "number"),
    Field("maximum", "At most, per call", "number"),
    Field("percent", "Percent", "number", help="On the inherited price: −10 makes it a tenth cheaper."),
    Field("amount", "Amount", "number", help="Added to the inherited rate, after the percent."),
    Field("is_blocked", "Not for sale", "check"),
    Field("is_past", "I mean a day that has been: its calls are re-rated afterwards", "check"),
]
TERMS = ("rate", "setup", "first_increment", "next_increment", "free_units", "free_mode", "minimum", "maximum",
         "percent", "amount", "is_blocked")
FEE = ("from_on", "to_on", "rate", "percent", "amount", "is_blocked", "is_past")
BACK = [
    Field("from_on", "From", "day", help="The first day of the inherited price."),
    Field("is_past", "I mean a day that has been: its calls are re-rated afterwards", "check"),
]
TARGET = [
    Field("target", "For", is_required=True,
          help="dest:CODE, group:CODE, product:CODE, or * for everything."),
    Field("mode", "Mode", "choice", is_required=True, options=lambda: choices("price_mode")),
    Field("band", "Hours", "choice", options=lambda: choices("band"), help="Empty: all hours."),
]


def the_day() -> str:
    """The day that is asked for; today where that is none, which the page says."""
    on = typed_day(request.args.get("on", "").strip() or f"{shape.today()}")
    g.is_no_day = not is_day(on)
    return f"{shape.today()}" if g.is_no_day else on


def the_list(code: str) -> dict:
    return database.one("price_list_get", p_list=code) or abort(404)


@page(pages, "/prices/<code>", (*READERS, "seller"))
def price_list(code):
    """What a list costs on a day: its own prices, inherited ones, those to come. A seller sees those of its
    customers."""
    is_staff = current_user.may(*READERS)
    found, on = the_list(code) if is_staff else database.one("price_list_head", p_list=code) or abort(404), the_day()
    asked = {name: request.args.get(name, "").strip() or None for name in ("q", "product", "show", "after")}
    columns = database.call("price_column_list", p_list=code, p_on=on)
    cells = database.call(
        "price_grid", p_list=code, p_on=on, p_words=asked["q"], p_product=asked["product"], p_show=asked["show"],
        p_after=asked["after"], p_limit=ROWS + 1)
    rows = [list(row) for _no, row in groupby(cells, key=lambda cell: cell["row_no"])]
    more = rows[ROWS - 1][0]["target"] if len(rows) > ROWS else None
    rows = rows[:ROWS]
    alike = [] if request.args.get("apart") else together(columns, rows)
    return render_template(
        "pricing/grid.html", title=_("Prices · {code}", code=code), found=found, on=on, columns=columns,
        rows=rows, more=more, asked=asked, tab="grid", alike=alike,
        products=choices("product") if is_staff else {}, activations=activations(code) if is_staff else [])


def together(columns: list[dict], rows: list[list[dict]]) -> list[str]:
    """Modes that cost the same in every row become one column, which says which they are; gives the modes that went
    into another's column."""
    def prices(place: int) -> list[tuple]:
        return [tuple(value for name, value in row[place].items() if name not in ("mode", "place")) for row in rows]

    seen: dict[str, list[int]] = {}
    gone = []
    for mode in dict.fromkeys(one["mode"] for one in columns):
        places = [place for place, one in enumerate(columns) if one["mode"] == mode]
        key = f"{[prices(place) for place in places]}"
        if rows and key in seen:
            gone.append(mode)
            for place in seen[key]:
                columns[place]["modes"].append(mode)
        else:
            seen[key] = places
            for place in places:
                columns[place]["modes"] = [mode]
    for row in (columns, *rows):
        row[:] = [one for one in row if one["mode"] not in gone]
    return gone


@page(pages, "/prices/<code>/price", READERS, ("GET", "POST"))
def price(code):
    """One price: the chain it comes from, what it was and will be; a deviation, or back to the inherited one."""
    found, on = the_list(code), the_day()
    place = {"p_list": code, "p_target": request.args.get("target", "*"), "p_mode": request.args.get("mode", "*"),
             "p_band": request.args.get("band") or None}
    if request.method == "POST" and not may_write():
        abort(403)
    about = database.one("price_place_get", **place)
    items = database.call("price_item_list", **place, p_on=on)
    is_fee = place["p_target"].startswith("service:")
    back_to = request.args.get("back") == "1"
    fields = BACK if back_to else [one for one in PRICE if not is_fee or one.name in FEE]
    known = {"row_version": about["newest"]}
    if not back_to:
        known |= plain_terms(next((one for one in items if one["part"] == "own" and holds(one, on)), {}))
    form = Form(fields, known, from_on=max(on, f"{shape.today()}"))
    here = url_for("pricing.price", code=code, target=place["p_target"], mode=place["p_mode"], band=place["p_band"],
                   on=on)
    if form.is_sent and form.save("price_delete" if back_to else "price_save", **place):
        return form.done(_("Saved. From {day} the price is another; you can undo it below.", day=form["from_on"]),
                         url_for("pricing.price", code=code, target=place["p_target"], mode=place["p_mode"],
                                 band=place["p_band"], on=max(on, form["from_on"] or on),
                                 since=form["from_on"] if form["is_past"] else None))
    return form.page(
        "pricing/price.html", title=about["name"] or _("Everything"), found=found, on=on, place=place, about=about,
        chain=[one for one in items if one["part"] == "chain"], own=[one for one in items if one["part"] == "own"],
        is_fee=is_fee, back_to=back_to, here=here, is_writer=may_write(),
        since=typed_day(request.args.get("since", "")))


def activations(code: str) -> list[dict]:
    """Activations that people still look at: those that hold, and begin today or later or were made this month."""
    since = shape.today() - dt.timedelta(days=31)
    return [row for row in database.call("activation_list", p_list=code)
            if not row["undone_at"] and (row["from_on"] >= shape.today() or row["made_at"].date() >= since)][:3]


def holds(one: dict, on: str) -> bool:
    return (not one["from_on"] or f"{one['from_on']}" <= on) and (not one["to_on"] or f"{one['to_on']}" > on)


def plain_terms(one: dict) -> dict:
    """The terms of an own price, as they are typed."""
    typed = {name: f"{one[name].normalize():f}" if isinstance(one[name], Decimal) else one[name]
             for name in TERMS if one.get(name) is not None}
    if one.get("step_rate"):
        typed["steps"] = ";".join(f"{bound or ''}:{rate.normalize():f}" for bound, rate in zip(
            one["step_to"], one["step_rate"], strict=True))
    return typed


def may_write() -> bool:
    return current_user.may(*WRITERS)


@page(pages, "/prices/<code>/new-price", WRITERS)
def price_new(code):
    """Which price a deviation is for, where the grid does not show it yet."""
    found = the_list(code)
    form = Form(TARGET, mode="*", **{name: request.args.get(name, "") for name in ("target", "band")})
    if request.args.get("target") and request.args.get("mode"):
        try:
            database.one("price_place_get", p_list=code, p_target=request.args["target"],
                         p_mode=request.args["mode"], p_band=request.args.get("band") or None)
        except Refused as error:
            form.refused(error)
        else:
            return redirect(url_for("pricing.price", code=code, target=request.args["target"],
                                    mode=request.args["mode"], band=request.args.get("band") or None))
    return form.page("pricing/price_new.html", title=_("New price in {code}", code=code), found=found)


@page(pages, "/prices/<code>/undo", WRITERS, ("POST",))
def price_undo(code):
    """Takes the last change of a price back."""
    form = Form([])
    target = database.value("price_undo", p_price_change_id=request.form.get("price_change_id"))
    back = request.form.get("to", "")
    return form.done(_("Undone: {target} is what it was.", target=target),
                     back if back.startswith("/prices/") else url_for("pricing.price_list", code=code))
