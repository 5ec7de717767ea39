"""What a list itself says: its own prices, its fees, the rate sheets that brought them."""

from flask import render_template, request, url_for

from leissner.webui import database
from leissner.webui.access import page
from leissner.webui.lists import Column, Filter, List
from leissner.webui.pricing.base import READERS, Figure, choices, mode_words, pages, signed
from leissner.webui.pricing.grid import the_day, the_list
from leissner.webui.shape import digits, rate
from leissner.webui.texts import gettext as _


def terms(row: dict) -> str:
    """A price item in short."""
    if row["is_blocked"]:
        return _("not for sale")
    if row["percent"] is not None or row["amount"] is not None:
        return " ".join(filter(None, (
            None if row["percent"] is None else f"{signed(row['percent'])}\u00a0%",
            None if row["amount"] is None else signed(row["amount"]))))
    if row["step_rate"]:
        return " · ".join(digits(one) for one in row["step_rate"])
    return rate(row["rate"])


OWN = List(
    "price_own_list", key="price_item_id", search=("target", "file_name"), name="prices", order="target",
    empty="This list says nothing itself: it inherits everything.",
    columns=[
        Column("target", "For", link=lambda row: url_for(
            "pricing.price", code=request.view_args["code"], target=row["target"], mode=row["mode"], band=row["band"])),
        Column("mode", "Mode", show=lambda row: mode_words(row["mode"])), Column("band", "Hours"),
        Column("from_on", "From", "day"),
        Column("to_on", "Until", "day"), Figure("rate", "Price", show=terms),
        Column("setup", "Set-up", "rate"), Column("first_increment", "First increment", "number"),
        Column("next_increment", "Next increments", "number"), Column("file_name", "File"),
        Column("line_no", "Line", "number"), Column("percent", "Percent", "number", is_extra=True),
        Column("amount", "Amount", "rate", is_extra=True), Column("minimum", "At least", "rate", is_extra=True),
        Column("maximum", "No more than", "rate", is_extra=True),
        Column("free_units", "Free units", "number", is_extra=True),
        Column("is_blocked", "Not for sale", "bool", is_extra=True), Column("price_item_id", "Key", is_extra=True),
    ],
    filters=[Filter("mode", "Mode", lambda: choices("price_mode")), Filter("band", "Hours", lambda: choices("band"))],
)


@page(pages, "/prices/<code>/own", READERS)
def own_prices(code):
    return OWN.page("pricing/own.html", {"p_list": code}, title=_("Own prices of {code}", code=code),
                    found=the_list(code), on=the_day(), tab="own")


@page(pages, "/prices/<code>/fees", READERS)
def fees(code):
    """What services cost: one-time and periodic charges, own and inherited."""
    on = the_day()
    return render_template(
        "pricing/fees.html", title=_("Fees · {code}", code=code), found=the_list(code), on=on, tab="fees",
        rows=database.call("fee_list", p_list=code, p_on=on))
