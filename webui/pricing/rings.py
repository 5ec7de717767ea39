"""Discount rings in words; a new one, a changed one; those of a customer in their order. Bundles."""

import datetime as dt

from flask import abort, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup

from leissner.webui import database, shape
from leissner.webui.access import page
from leissner.webui.forms import Field, Form
from leissner.webui.lists import Column, Filter, List
from leissner.webui.pricing.base import READERS, WRITERS, Figure, choices, mode_words, pages
from leissner.webui.pricing.grid import the_day
from leissner.webui.texts import gettext as _
from leissner.webui.usage.common import TWO

HOW = {"percent": "percent off", "off_minute": "an amount off per minute", "off_call": "an amount off per call",
       "price_minute": "a price per minute instead", "price_call": "a price per call instead"}
VOLUME = {"none": "none", "block": "minutes", "call": "calls", "amount": "amount"}
RING = [
    Field("code", "Code", is_required=True, width="short"),
    Field("name", "Name", is_required=True),
    Field("priority", "Priority", "number", is_required=True, width="short",
          help="Rings apply in ascending order, each on what the one before left."),
    Field("is_exclusive", "Ends the sequence: no ring after it", "check"),
    Field("level", "Price level", "choice", is_required=True, options={"retail": "retail", "reseller": "reseller"}),
    Field("members", "Who", "area",
          help="One a line: customer:1000, group:vip or contract:C6; everyone below a customer too. Empty: everyone."),
    Field("modes", "Which calls", "area", help="One a line: voice, group:calls. Empty: all."),
    Field("targets", "Where to", "area",
          help="One a line: dest:SE-MOB, group:nordic, product:mobile; inside: numbers of members. Empty: everything."),
    Field("from_on", "From", "day", help="Empty: always."),
    Field("to_on", "Until", "day", help="The day after the last. Empty: open."),
    Field("band", "Hours", "choice", options=lambda: choices("band"), help="Empty: all hours."),
    Field("kind", "How", "choice", is_required=True, options=HOW),
    Field("value", "Value", "number", is_required=True, width="short"),
    Field("volume_unit", "Only for a volume of the month", "choice", is_required=True, options=VOLUME),
    Field("volume_from", "Volume from", "number", width="short"),
    Field("volume_to", "Volume to", "number", width="short", help="Empty: no end."),
]


BUNDLE = [
    Field("contract_no", "Contract", is_required=True, width="short"),
    Field("line_no", "Line", "number", is_required=True, width="short"),
]
STOP = [Field("to_on", "First day without it", "day", is_required=True, width="short",
              help="Calls before keep what the ring took. A ring that has not begun by then is deleted.")]


def included(row: dict):
    """The units of a bundle as people say them."""
    if row["unit"] == "second":
        return _("{n} minutes", n=shape.digits(row["units"] // 60))
    return shape.size(row["units"]) if row["unit"] == "byte" else shape.number(row["units"])


BUNDLES = List(
    "bundle_list", is_long=True, key="bundle_id", search=("code", "customer_no", "customer", "contract_no"),
    name="bundles", order="code", empty="No bundles yet: make the first one, or import bundles.csv.",
    columns=[
        Column("code", "Code", link=lambda row: url_for(
            "customer.bundle", no=row["contract_no"], line=row["line_no"], code=row["code"],
            day=row["begins_on"] or "-") if current_user.may(*WRITERS) else None, is_given=True),
        Column("customer_no", "Customer no", is_given=True,
               link=lambda row: url_for("customer.customer", no=row["customer_no"])),
        Column("customer", "Customer", sorts_as="name", is_given=True),
        Column("contract_no", "Contract", is_given=True), Column("line_no", "Line", "number", sorts_as="no"),
        Figure("units", "Per month", show=included), Column("unit", "Unit", "word", is_extra=True, sorts_as="no"),
        Column("is_rollover", "Rollover", "bool", sorts_as="no"),
        Column("covers_setup", "Covers set-up", "bool", is_extra=True, sorts_as="no"),
        Column("from_on", "From", "day"), Column("to_on", "Until", "day"),
        Column("modes", "Modes", show=lambda row: ", ".join(map(mode_words, row["modes"] or [])), sorts_as="no"),
        Column("targets", "Where to", "list", sorts_as="no"),
        Column("bundle_id", "Key", is_extra=True),
    ],
    filters=[Filter("code", "Code")],
)


def in_words(ring: dict) -> dict[str, str]:
    """A ring as people say it: who, what, when, how."""
    n = shape.digits
    value = n(ring["value"])
    how = {
        "percent": _("{n} % off", n=value), "off_minute": _("{n} off per minute", n=value),
        "off_call": _("{n} off per call", n=value), "price_minute": _("{n} per minute, whatever it cost", n=value),
        "price_call": _("{n} per call, whatever it cost", n=value),
    }[ring["kind"]]
    if ring["volume_unit"] != "none":
        unit = _({"block": "minutes", "call": "calls", "amount": "in amount"}[ring["volume_unit"]])
        low, high = n(ring["volume_from"]), ring["volume_to"]
        how += ", " + (_("for {low} to {high} {unit} of the month", low=low, high=n(high), unit=unit)
                       if high is not None else _("above {low} {unit} of the month", low=low, unit=unit))
    if ring["is_exclusive"]:
        how += ", " + _("and nothing more")
    modes = ", ".join(shape.word(one.removeprefix("group:")) for one in ring["modes"] or []) or _("all calls")
    names = [_("numbers of members") if one == "inside" else one for one in ring["target_names"] or []]
    what = f"{modes} → {', '.join(names)}" if names else modes
    when = [ring["band"] or _("all hours")]
    if ring["from_on"]:
        when.append(_("from {day}", day=shape.day(ring["from_on"])))
    if ring["to_on"]:
        when.append(_("until {day}", day=shape.day(ring["to_on"])))
    return {"who": ", ".join(ring["member_names"] or []) or _("everyone"), "what": what,
            "when": Markup(", ").join(when), "how": how}


RINGS = List(
    "ring_list", key="code", search=("code", "name"), name="rings", order="priority",
    empty="No rings yet: make the first one, or import rings.csv.",
    columns=[
        Column("priority", "Priority", "number"),
        Column("code", "Ring", link=lambda row: url_for("pricing.ring", code=row["code"]),
               show=lambda row: TWO.format(row["name"], row["code"])),
        Column("name", "Name", sorts_as="name", is_extra=True),
        Column("members", "Who", sorts_as="no", show=lambda row: in_words(row)["who"]),
        Column("targets", "What", sorts_as="no", show=lambda row: in_words(row)["what"]),
        Column("from_on", "When", show=lambda row: in_words(row)["when"]),
        Column("kind", "How", show=lambda row: in_words(row)["how"]),
        Column("level", "Price level", "word"),
        Column("holds", "State", "state", show=lambda row: "active" if row["holds"] else "ended"),
    ],
    filters=[Filter("holds", "State", {"true": "active", "false": "ended"}),
             Filter("level", "Price level", {"retail": "retail", "reseller": "reseller"})],
)


@page(pages, "/rings", READERS)
def rings():
    return RINGS.page("pricing/rings.html", title=_("Discount rings"))


def find(code: str) -> dict:
    return next((one for one in database.call("ring_list") if one["code"] == code), None) or abort(404)


@page(pages, "/rings/<code>", READERS)
def ring(code):
    found = find(code)
    return render_template("pricing/ring.html", title=f"{found['code']} · {found['name']}", found=found,
                           words=in_words(found), caller=next(
                               (one.removeprefix("customer:") for one in found["members"] or []
                                if one.startswith("customer:")), None))


@page(pages, "/new-ring", WRITERS, ("GET", "POST"))
def ring_new():
    form = Form(RING, level="retail", kind="percent", volume_unit="none", priority=100)
    if form.is_sent and form.save("ring_save", p_ring=None, p_row_version=None):
        return form.done(_("Saved."), url_for("pricing.ring", code=form["code"]))
    return form.page("pricing/ring_edit.html", title=_("New ring"), code=None)


@page(pages, "/rings/<code>/edit", WRITERS, ("GET", "POST"))
def ring_edit(code):
    found = find(code)
    known = found | {name: "\n".join(found[name] or []) for name in ("members", "modes", "targets")}
    known |= {name: None if known[name] is None else f"{known[name].normalize():f}"
              for name in ("value", "volume_from", "volume_to")}
    form = Form(RING, known)
    if form.is_sent and form.save("ring_save", p_ring=code):
        return form.done(_("Saved: the ring takes the place of the one before; calls that are rated keep theirs."),
                         url_for("pricing.ring", code=form["code"]))
    return form.page("pricing/ring_edit.html", title=_("Edit {code}", code=code), code=code)


@page(pages, "/rings-of-a-customer", READERS)
def ring_order():
    """The rings that hold for one customer, in the order in which they apply."""
    no, on = request.args.get("customer", "").strip(), the_day()
    order = database.call("ring_customer_list", p_customer_no=no, p_on=on) if no else []
    known = {one["code"]: one for one in database.call("ring_list")} if order else {}
    rows = [known[one["code"]] | in_words(known[one["code"]]) | one for one in order]
    return render_template("pricing/ring_order.html", title=_("Rings of a customer"), no=no, on=on, rows=rows)


@page(pages, "/bundles", READERS)
def bundles():
    return BUNDLES.page("pricing/bundles.html", title=_("Bundles"))


@page(pages, "/new-bundle", WRITERS)
def bundle_new():
    """Which line of which contract gets it; the form itself is the contract's."""
    form = Form(BUNDLE, {name: request.args[name] for name in ("contract_no", "line_no") if name in request.args},
                line_no=1)
    if "contract_no" in request.args and form.check():
        if not form["line_no"].isdigit():
            form.refuse(_("A whole number is needed here."), None, "line_no")
            return form.page("pricing/bundle_new.html", title=_("New bundle"))
        return redirect(url_for("customer.bundle_new", no=form["contract_no"], line=form["line_no"]))
    return form.page("pricing/bundle_new.html", title=_("New bundle"))


@page(pages, "/rings/<code>/stop", WRITERS, ("GET", "POST"))
def ring_stop(code):
    """Ends a ring, or deletes one that has not begun."""
    found = find(code)
    form = Form(STOP, {"row_version": found["row_version"]}, to_on=f"{shape.today() + dt.timedelta(days=1)}")
    if form.is_sent and form.save("ring_stop", p_ring=code):
        if next(iter(form.result[0].values())):
            return form.done(_("Ring {code} is deleted: it had not begun.", code=code), url_for("pricing.rings"))
        return form.done(_("Ring {code} ends.", code=code), url_for("pricing.ring", code=code))
    return form.page("pricing/ring_stop.html", title=_("End ring {code}", code=code), found=found,
                     words=in_words(found))
