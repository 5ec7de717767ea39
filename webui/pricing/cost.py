"""What a call costs: asked before it happens, answered with every step; and what a draft or a ring would have made
of real traffic."""

import datetime as dt

from flask import render_template, request, url_for

from leissner.webui import database, shape
from leissner.webui.access import page
from leissner.webui.database import Refused
from leissner.webui.forms import Field, Form, typed_day
from leissner.webui.lists import Column, Filter, List
from leissner.webui.pricing.base import QUOTERS, READERS, Figure, choices, pages
from leissner.webui.texts import gettext as _
from leissner.webui.usage.call import BLOCKS, _blocks
from leissner.webui.usage.words import sentence

ASK = [
    Field("number", "Number that is called", is_required=True, help="As people write it: 070-123 45 67, +49 171 …"),
    Field("who", "Customer or calling number", help="A customer's number, or the number that calls."),
    Field("price_list", "Or by a list alone", "choice", options=lambda: choices("price_list")),
    Field("day", "Day", "day", is_required=True, help="2026-10-31, 31/10, today or saturday."),
    Field("time", "Time", is_required=True, width="short"),
    Field("units", "Seconds, events or bytes", "number", is_required=True, width="short"),
    Field("mode", "Mode", "choice", options=lambda: choices("mode")),
    Field("carrier", "Carrier", "choice", options=lambda: choices("carrier"), help="Its cost is shown too."),
]
BY = {"destination": "destination", "customer": "customer", "product": "product", "country": "country",
      "seller": "seller", "carrier": "carrier"}
FEW, MOST = 10, 60  # rows shown: those that change, at least and at most so many
SUMS = ("calls", "changed", "suspended", "revenue_before", "revenue_after", "cost_before", "cost_after",
        "margin_before", "margin_after")
SIMULATION = [
    Field("list", "Draft list", "choice", options=lambda: drafts(),
          help="Stands right before its parent, wherever that is searched."),
    Field("ring", "Ring", "choice", options=lambda: {row["code"]: f"{row['code']} {row['name']}"
                                                     for row in database.call("ring_list")}),
    Field("without", "As if the ring did not hold", "check"),
    Field("from_on", "From", "day", is_required=True),
    Field("to_on", "Until", "day", is_required=True, help="The day after the last."),
    Field("by", "Per", "choice", is_required=True, options=BY),
]


def asked(row: dict, which: str):
    """The price of one of the two."""
    return _("not for sale") if row[f"blocked_{which}"] else shape.rate(row[f"rate_{which}"])


COMPARE = List(
    "price_compare_list", is_computed=True, key="key", search=("name", "target"), name="price-comparison",
    order="key", empty="The two ask for the same everywhere.",
    columns=[
        Column("name", "Destination", sorts_as="name", link=lambda row: url_for(
            "pricing.price", code=request.args["b"], target=row["target"], mode=row["mode"], band=row["band"],
            on=typed_day(request.args.get("on_b") or "today"))),
        Column("mode", "Mode"), Column("band", "Hours"),
        Figure("rate_a", "First", show=lambda row: asked(row, "a")),
        Figure("rate_b", "Second", show=lambda row: asked(row, "b")), Column("difference", "Difference", "rate"),
        Column("percent", "Percent", "percent"), Column("list_a", "First from list"),
        Column("list_b", "Second from list"), Column("product", "Product"),
        Column("setup_a", "First set-up", "rate", is_extra=True),
        Column("setup_b", "Second set-up", "rate", is_extra=True),
        Column("key", "Sort key", is_extra=True), Column("target", "Target", is_extra=True),
    ],
    filters=[Filter("product", "Product", lambda: choices("product")),
             Filter("mode", "Mode", lambda: choices("price_mode"))],
)


def drafts() -> dict[str, str]:
    return {row["code"]: f"{row['code']} {row['name']}" for row in database.call("price_list_list", p_is_draft=True)}


@page(pages, "/price-of-a-call", QUOTERS)
def cost():
    """The price of a call that has not happened. The question is in the address, so that it can be sent."""
    now = dt.datetime.now(shape.operator_zone())
    known = {one.name: request.args[one.name] for one in ASK if one.name in request.args}
    form = Form(ASK, known, day=f"{now:%Y-%m-%d}", time=f"{now:%H:%M}", units="180", mode="voice")
    blocks, found, caller = [], [], None
    if "number" in request.args and form.check():
        try:
            number = database.value("dialled", p_number=form["number"])
            if number is None:
                form.refuse(_("This is no number."), name="number")
            else:
                if form["who"]:
                    caller = database.one("caller_find", p_who=form["who"], p_on=form["day"])
                if form["who"] and not caller:
                    form.refuse(_("There is no such customer with a number, and it is no number either."), name="who")
                elif not form["who"] and not form["price_list"]:
                    form.refuse(_("Say who calls, or which list prices the call."), name="who")
                else:
                    at = database.value("moment_get", p_text=f"{form['day']}T{form['time']}")
                    rows = database.call(
                        "quote", p_a=caller and caller["number"], p_b=number, p_at=at, p_units=form["units"],
                        p_mode=form["mode"], p_carrier=form["carrier"], p_list=form["price_list"])
                    blocks = _blocks(rows)
                    found = [sentence(row["text"]) for row in rows if row["level"] == "call"]
        except Refused as error:
            form.refused(error)
    lines = list(found)
    for block in blocks:
        lines += ["", _(BLOCKS.get(block["level"], "Suspense"))]
        lines += [f"{part['number']}. {part['head']}: {line}" for part in block["parts"] for line in part["lines"]]
    return form.page("pricing/cost.html", title=_("What does it cost?"), blocks=blocks, heads=BLOCKS, said=found,
                     caller=caller, text="\n".join(lines))


@page(pages, "/simulation", READERS)
def simulate():
    """Revenue, cost and margin of a period, as rated and as a draft list or a ring would make them."""
    last = shape.today().replace(day=1) - dt.timedelta(days=1)
    known = {one.name: request.args[one.name] for one in SIMULATION if one.name in request.args}
    form = Form(SIMULATION, known, from_on=f"{last.replace(day=1)}", to_on=f"{shape.today().replace(day=1)}",
                by="destination")
    rows, total = None, None
    if request.args.get("go") and form.check():
        asked = {"p_from": form["from_on"], "p_to": form["to_on"], "p_list": form["list"], "p_ring": form["ring"],
                 "p_is_without": "without" in request.args, "p_by": form["by"]}
        database.look("simulate", " ".join(filter(None, (form["list"], form["ring"]))), **asked)
        try:
            rows = database.call("simulate", **asked)
        except Refused as error:
            form.refused(error)
        else:
            total = {name: sum((row[name] or 0 for row in rows), 0) for name in SUMS}
            for row in (*rows, total):
                row |= {f"percent_{when}": row[f"margin_{when}"] * 100 / row[f"revenue_{when}"]
                        if row[f"revenue_{when}"] and row[f"margin_{when}"] is not None else None
                        for when in ("before", "after")}
            rows.sort(key=lambda row: abs(row["revenue_after"] - row["revenue_before"])
                      + abs(row["cost_after"] - row["cost_before"]), reverse=True)
    is_changed = {name: any(row[f"{name}_before"] != row[f"{name}_after"] for row in rows or [])
                  for name in ("revenue", "cost")}
    shown = min(MOST, max(FEW, sum(row["changed"] > 0 for row in rows or [])))
    return form.page("pricing/simulate.html", title=_("Simulate"), rows=rows, total=total, by=form["by"],
                     is_changed=is_changed, shown=shown)


@page(pages, "/price-comparison", READERS)
def compare():
    """Two lists, or one on two days: only what differs."""
    fields = [
        Field("a", "First list", "choice", is_required=True, options=lambda: choices("price_list")),
        Field("on_a", "On", "day"),
        Field("b", "Second list", "choice", is_required=True, options=lambda: choices("price_list")),
        Field("on_b", "On", "day"),
    ]
    known = {one.name: request.args.get(one.name) or None for one in fields}
    form = Form(fields, known, on_a=f"{shape.today()}", on_b=f"{shape.today()}")
    context = {"title": _("Compare"), "form": form, "known": known}
    if not (known["a"] and known["b"]) or not form.check():
        return render_template("pricing/compare_form.html", **context)
    return COMPARE.page(
        "pricing/compare.html",
        {"p_a": form["a"], "p_on_a": form["on_a"] or shape.today(), "p_b": form["b"],
         "p_on_b": form["on_b"] or shape.today()}, **context)
