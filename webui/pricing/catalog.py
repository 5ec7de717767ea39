"""Numbering and catalog: destinations, their groups, prefixes, time bands, holidays, exchange rates."""

import re
from itertools import groupby

from flask import abort, render_template, request, url_for
from flask_login import current_user

from leissner.webui import database, shape
from leissner.webui.access import page
from leissner.webui.forms import Field, Form, typed_day
from leissner.webui.lists import Column, Filter, List
from leissner.webui.pricing.base import READERS, WRITERS, choices, pages, product
from leissner.webui.texts import gettext as _

LISTS_AT_ONCE = 50  # links to a destination's price in lists

def editing(endpoint: str, **values) -> str | None:
    """Where a row is changed, for those who may."""
    return url_for(endpoint, **values) if current_user.may(*WRITERS) else None


DESTINATIONS = List(
    "destination_list", key="code", search=("code", "name"), name="destinations", order="name",
    empty="No destinations yet: make the first one, or import destinations.csv.",
    columns=[
        Column("code", "Code", link=lambda row: url_for("pricing.destination", code=row["code"])),
        Column("name", "Name", sorts_as="name"), Column("country", "Country", "country"),
        Column("product_name", "Product", sorts_as="name"),
        Column("groups", "Groups", "list", sorts_as="no", show=lambda row: row["groups"] or []),
        Column("prefixes", "Prefixes", "number", is_summed=True),
    ],
    filters=[Filter("product", "Product", lambda: choices("product")), Filter("country", "Country")],
)
PREFIXES = List(
    "prefix_list", key="prefix_id", search=("prefix", "destination", "name"), name="prefixes", order="prefix",
    empty="No prefixes: no number leads anywhere. Add one, or import prefixes.csv.",
    columns=[
        Column("prefix", "Prefix"),
        Column("destination", "Destination", link=lambda row: url_for("pricing.destination", code=row["destination"])),
        Column("name", "Name", sorts_as="name"),
        Column("product", "Product", show=lambda row: product(row["product"])), Column("from_on", "From", "day"),
        Column("to_on", "Until", "day"), Column("is_found", "Decides", "bool"),
        Column("prefix_id", "Key", is_extra=True),
    ],
    filters=[Filter("number", "Number that is called", is_param=True)],
)
GROUPS = List(
    "destination_group_list", key="code", search=("code", "name"), name="destination-groups", order="rank",
    empty="No groups yet.",
    columns=[Column("rank", "Rank", "number"),
             Column("code", "Code", link=lambda row: editing("pricing.group_edit", code=row["code"])),
             Column("name", "Name", sorts_as="name"), Column("destinations", "Destinations", "number")],
)
BANDS = List(
    "band_list", key="band_slot_id", search=("band",), name="bands", order="band", empty="No time bands yet.",
    columns=[Column("band", "Time band", link=lambda row: editing("pricing.band_edit", slot=row["band_slot_id"])),
             Column("weekdays", "Weekdays", show=lambda row: row["weekdays"] or _("all days")),
             Column("from_time", "From"), Column("to_time", "Until"), Column("holidays", "Holidays", "word"),
             Column("calendar", "Calendar"), Column("band_slot_id", "Key", is_extra=True)],
)
HOLIDAYS = List(
    "holiday_list", key="key", search=("name",), name="holidays", order="on_date", is_descending=True,
    empty="No holidays yet.",
    columns=[Column("on_date", "Day", "day", link=lambda row: editing(
                 "pricing.holiday_edit", calendar=row["calendar"], day=row["on_date"])),
             Column("name", "Name", sorts_as="name"), Column("calendar", "Calendar"),
             Column("key", "Key", is_extra=True)],
    filters=[Filter("calendar", "Calendar", lambda: choices("calendar"))],
)
RATES = List(
    "exchange_rate_list", key="key", search=("currency",), name="exchange-rates", order="from_on", is_descending=True,
    empty="No exchange rates: only the operator's own currency can be priced.",
    columns=[Column("from_on", "From", "day", link=lambda row: editing(
                 "pricing.exchange_rate_edit", currency=row["currency"], day=row["from_on"])),
             Column("currency", "Currency"), Column("rate", "Rate", "rate"),
             Column("key", "Key", is_extra=True)],
    filters=[Filter("currency", "Currency", lambda: choices("currency"))],
)
DESTINATION = [
    Field("code", "Code", is_required=True, width="short"), Field("name", "Name", is_required=True),
    Field("country", "Country", is_required=True, width="short", help="Two letters (ISO 3166), XX for none."),
    Field("product", "Product", "choice", is_required=True, options=lambda: choices("product")),
    Field("groups", "Groups", "choices", options=lambda: choices("destination_group"),
          help="Of several that a price names, the one with the lowest rank decides."),
]
PREFIX = [
    Field("prefix", "Prefix", is_required=True,
          help="Digits with the country's code; with $ at the end, that whole number only."),
    Field("destination", "Destination", is_required=True),
    Field("from_on", "From", "day", is_required=True, help="What the prefix leads to until then ends that day."),
    Field("is_past", "I mean a day that has been: its calls are re-rated afterwards", "check"),
]
GROUP = [Field("code", "Code", is_required=True, width="short"),
         Field("name", "Name", is_required=True),
         Field("rank", "Rank", "number", is_required=True, help="Of several groups that match, the lowest decides.")]
BAND = [
    Field("band", "Time band", is_required=True, help="That of a band there is gives it more hours."),
    Field("weekdays", "Weekdays", help="1 is Monday: 1-5, or 6;7. Empty: all days."),
    Field("from_time", "From", is_required=True, width="short", help="As 08:00; over midnight takes two rows."),
    Field("to_time", "Until", is_required=True, width="short", help="As 18:00, at most 24:00."),
    Field("holidays", "On holidays", "choice", is_required=True,
          options={"ignore": "as other days", "except": "not", "only": "only"}),
    Field("calendar", "Calendar", "choice", options=lambda: choices("calendar")),
]
PATTERNS = {"weekdays": r"[1-7]([-;][1-7])*", "from_time": r"\d\d:\d\d", "to_time": r"\d\d:\d\d"}
HOLIDAY = [Field("calendar", "Calendar", is_required=True), Field("on_date", "Day", "day", is_required=True),
           Field("name", "Name", is_required=True)]
RATE = [Field("currency", "Currency", "choice", is_required=True, options=lambda: choices("currency")),
        Field("from_on", "From", "day", is_required=True),
        Field("rate", "Rate", "number", is_required=True, help="One unit of it in the operator's currency.")]


@page(pages, "/destinations", READERS)
def destinations():
    return DESTINATIONS.page("pricing/catalog.html", title=_("Destinations"), part="destinations",
                             new=("pricing.destination_new", _("New destination")))


@page(pages, "/destinations/<code>", READERS)
def destination(code):
    found = next((one for one in database.call("destination_list") if one["code"] == code), None) or abort(404)
    prefixes = database.call("prefix_list", p_destination=code)
    prefixes.sort(key=lambda one: one["prefix"])
    lists = choices("price_list")
    return render_template("pricing/destination.html", title=found["name"], found=found, prefixes=prefixes,
                           lists=dict(list(lists.items())[:LISTS_AT_ONCE]), more=len(lists) - LISTS_AT_ONCE)


@page(pages, "/new-destination", WRITERS, ("GET", "POST"))
def destination_new():
    form = Form(DESTINATION)
    if form.is_sent and form.save("destination_save", p_destination=None, p_row_version=None):
        return form.done(_("Saved."), url_for("pricing.destination", code=form["code"]))
    return form.page("pricing/entry.html", title=_("New destination"), back=url_for("pricing.destinations"),
                     back_words=_("Destinations"))


@page(pages, "/destinations/<code>/edit", WRITERS, ("GET", "POST"))
def destination_edit(code):
    found = next((one for one in database.call("destination_list") if one["code"] == code), None) or abort(404)
    form = Form(DESTINATION, found)
    if form.is_sent and form.save("destination_save", p_destination=code):
        return form.done(_("Saved."), url_for("pricing.destination", code=form["code"]))
    return form.page("pricing/entry.html", title=_("Edit {code}", code=code),
                     back=url_for("pricing.destination", code=code), back_words=found["name"])


@page(pages, "/numbering", READERS)
def tree():
    """Where a number leads, and all destinations by product and country, with their prefixes."""
    number = request.args.get("number", "").strip()
    hits = database.call("prefix_list", p_number=number) if number else []
    hits.sort(key=lambda one: (-one["is_found"], -len(one["prefix"])))
    rows = sorted(database.call("destination_list"), key=lambda one: (one["product_name"], one["country"], one["name"]))
    products = [(name, [(country, list(inner)) for country, inner in groupby(part, key=lambda one: one["country"])])
                for name, part in ((name, list(part)) for name, part in groupby(
                    rows, key=lambda one: one["product_name"]))]
    return render_template("pricing/tree.html", title=_("Numbering"), number=number, hits=hits, products=products,
                           part="tree", new=None)


@page(pages, "/prefixes", READERS)
def prefixes():
    return PREFIXES.page("pricing/catalog.html", title=_("Prefixes"), part="prefixes",
                         new=("pricing.prefix_new", _("New prefix")))


@page(pages, "/destination-groups", READERS)
def groups():
    return GROUPS.page("pricing/catalog.html", title=_("Destination groups"), part="groups",
                       new=("pricing.group_new", _("New group")))


@page(pages, "/time-bands", READERS)
def bands():
    return BANDS.page("pricing/catalog.html", title=_("Time bands"), part="bands",
                      new=("pricing.band_new", _("New hours")))


@page(pages, "/holidays", READERS)
def holidays():
    return HOLIDAYS.page("pricing/catalog.html", title=_("Holidays"), part="holidays",
                         new=("pricing.holiday_new", _("New holiday")))


@page(pages, "/exchange-rates", READERS)
def exchange_rates():
    return RATES.page("pricing/catalog.html", title=_("Exchange rates"), part="exchange_rates",
                      new=("pricing.exchange_rate_new", _("New rate")))


def entry(fields: list[Field], function: str, title: str, back: tuple[str, str], **defaults):
    """A page that adds one row to a list."""
    form = Form(fields, {one.name: typed_day(request.args[one.name]) if one.kind == "day" else request.args[one.name]
                         for one in fields if one.name in request.args}, **defaults)
    if form.is_sent and form.save(function):
        return form.done(_("Saved."), url_for(back[0]))
    return form.page("pricing/entry.html", title=title, back=url_for(back[0]), back_words=back[1])


@page(pages, "/new-prefix", WRITERS, ("GET", "POST"))
def prefix_new():
    return entry(PREFIX, "prefix_save", _("New prefix"), ("pricing.prefixes", _("Prefixes")),
                 from_on=f"{shape.today()}")


@page(pages, "/new-destination-group", WRITERS, ("GET", "POST"))
def group_new():
    form = Form(GROUP)
    if form.is_sent and form.save("destination_group_save", p_group=None):
        return form.done(_("Saved."), url_for("pricing.groups"))
    return form.page("pricing/entry.html", title=_("New group"), back=url_for("pricing.groups"),
                     back_words=_("Destination groups"))


@page(pages, "/destination-groups/<code>/edit", WRITERS, ("GET", "POST"))
def group_edit(code):
    found = found_in("destination_group_list", code=code)
    form = Form(GROUP, found)
    if form.is_sent and form.save("destination_group_save", p_group=code):
        return form.done(_("Saved."), url_for("pricing.groups"))
    return form.page("pricing/entry.html", title=_("Edit {code}", code=code), back=url_for("pricing.groups"),
                     back_words=_("Destination groups"))


def found_in(function: str, **key) -> dict:
    """The row of a short list that has these values."""
    return next((row for row in database.call(function) if all(f"{row[name]}" == f"{key[name]}" for name in key)),
                None) or abort(404)


def check_hours(form: Form) -> bool:
    """Are the hours written as they are read?"""
    wrong = next((name for name, pattern in PATTERNS.items()
                  if form[name] and not re.fullmatch(pattern, form[name])), None)
    if wrong:
        form.refuse(_("Write it as the help below says."), name=wrong)
    return not wrong


@page(pages, "/new-time-band", WRITERS, ("GET", "POST"))
def band_new():
    form = Form(BAND, from_time="00:00", to_time="24:00", holidays="ignore")
    if form.is_sent and check_hours(form) and form.save("band_save"):
        return form.done(_("Saved."), url_for("pricing.bands"))
    return form.page("pricing/entry.html", title=_("New hours"), back=url_for("pricing.bands"),
                     back_words=_("Time bands"))


@page(pages, "/time-bands/<int:slot>", WRITERS, ("GET", "POST"))
def band_edit(slot):
    """One stretch of hours: others in its place, or none."""
    found = found_in("band_list", band_slot_id=slot)
    form = Form(BAND[1:], found)
    if form.is_sent and request.form.get("remove"):
        if form.do("band_slot_delete", p_band_slot_id=slot):
            return form.done(_("Removed. Calls that are priced keep their price."), url_for("pricing.bands"))
    elif form.is_sent and check_hours(form) and form.save("band_slot_save", p_band_slot_id=slot):
        return form.done(_("Saved. Calls that are priced keep their price; re-rate them to give them the new one."),
                         url_for("pricing.bands"))
    return form.page(
        "pricing/entry.html", title=_("Hours of {code}", code=found["band"]), back=url_for("pricing.bands"),
        back_words=_("Time bands"), removes=_("Remove these hours"),
        why=_("Prices and rings of this band hold in its other hours only; calls that are priced keep their price."))


@page(pages, "/new-holiday", WRITERS, ("GET", "POST"))
def holiday_new():
    return entry(HOLIDAY, "holiday_save", _("New holiday"), ("pricing.holidays", _("Holidays")))


@page(pages, "/holidays/<calendar>/<day>", WRITERS, ("GET", "POST"))
def holiday_edit(calendar, day):
    """A holiday gets another name, or goes while it has not been."""
    found = found_in("holiday_list", calendar=calendar, on_date=day)
    form = Form(HOLIDAY[2:], found)
    if form.is_sent and request.form.get("remove"):
        if form.do("holiday_delete", p_calendar=calendar, p_on_date=day):
            return form.done(_("Removed: {day} is priced as any other.", day=day), url_for("pricing.holidays"))
    elif form.is_sent and form.save("holiday_save", p_calendar=calendar, p_on_date=day):
        return form.done(_("Saved."), url_for("pricing.holidays"))
    return form.page(
        "pricing/entry.html", title=f"{calendar} {day}", back=url_for("pricing.holidays"), back_words=_("Holidays"),
        removes=_("Remove the holiday") if found["on_date"] >= shape.today() else None,
        why=_("The day is then priced as any other of its weekday."))


@page(pages, "/new-exchange-rate", WRITERS, ("GET", "POST"))
def exchange_rate_new():
    return entry(RATE, "exchange_rate_save", _("New rate"), ("pricing.exchange_rates", _("Exchange rates")),
                 from_on=f"{shape.today()}")


@page(pages, "/exchange-rates/<currency>/<day>", WRITERS, ("GET", "POST"))
def exchange_rate_edit(currency, day):
    found = found_in("exchange_rate_list", currency=currency, from_on=day)
    form = Form(RATE[2:], found)
    if form.is_sent and form.save("exchange_rate_save", p_currency=currency, p_from_on=day):
        return form.done(_("Saved. Calls that are priced keep their price; re-rate them to give them the new one."),
                         url_for("pricing.exchange_rates"))
    return form.page("pricing/entry.html", title=_("{currency} from {day}", currency=currency, day=day),
                     back=url_for("pricing.exchange_rates"), back_words=_("Exchange rates"))
