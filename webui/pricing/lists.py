"""Price lists: which there are, who has them; a new one, a changed one."""

from flask import abort, url_for

from leissner.webui import database
from leissner.webui.access import page
from leissner.webui.forms import Field, Form
from leissner.webui.lists import Column, Filter, List
from leissner.webui.pricing.base import READERS, ROUNDING, SIGN, WRITERS, choices, pages
from leissner.webui.texts import gettext as _

LISTS = List(
    "price_list_list", key="code", search=("code", "name"), name="price-lists", order="code",
    empty="No price lists yet: make the first one, or import price_lists.csv.",
    columns=[
        Column("code", "Code", link=lambda row: url_for("pricing.price_list", code=row["code"])),
        Column("name", "Name", sorts_as="name"),
        Column("level", "Price level", "word"),
        Column("parent", "Parent", link=lambda row: url_for("pricing.price_list", code=row["parent"])),
        Column("currency", "Currency"),
        Column("is_draft", "State", "state", show=lambda row: "draft" if row["is_draft"] else "active"),
        Column("items", "Own prices", "number", sorts_as="no", is_summed=True),
        Column("customers", "Customers", "number", sorts_as="no"),
        Column("contracts", "Contracts", "number", sorts_as="no"),
        Column("services", "Services", "number", sorts_as="no"),
        Column("carriers", "Carriers", "number", sorts_as="no", is_extra=True),
        Column("sellers", "Sellers", "number", is_extra=True),
        Column("lists", "Lists below", "number", is_extra=True),
    ],
    filters=[Filter("level", "Price level", SIGN), Filter("is_draft", "State", {"true": "draft", "false": "active"})],
)
FORM = [
    Field("code", "Code", is_required=True, help="Short name in files and addresses.", width="short"),
    Field("name", "Name", is_required=True),
    Field("level", "Price level", "choice", is_required=True, options=SIGN,
          help="retail: what customers pay; reseller: what a seller pays; cost: what a carrier takes."),
    Field("parent", "Parent", "choice", options=lambda: choices("price_list"),
          help="What this list does not say itself, it inherits from there."),
    Field("currency", "Currency", "choice", is_required=True, options=lambda: choices("currency"), width="short"),
    Field("decimals", "Decimals of a call's amount", "number", is_required=True, width="short"),
    Field("rounding", "Rounding", "choice", is_required=True, options=ROUNDING, width="short"),
    Field("is_split", "A call over the border of a time band is split there", "check"),
    Field("is_draft", "Draft: prices nothing yet, can be simulated", "check"),
]


@page(pages, "/prices", READERS)
def lists():
    return LISTS.page("pricing/lists.html", title=_("Price lists"))


@page(pages, "/new-price-list", WRITERS, ("GET", "POST"))
def list_new():
    form = Form(FORM, level="retail", decimals=4, rounding="half_up")
    if form.is_sent and form.save("price_list_save", p_list=None, p_row_version=None):
        return form.done(_("Saved."), url_for("pricing.price_list", code=form["code"]))
    return form.page("pricing/list_edit.html", title=_("New price list"), code=None)


@page(pages, "/prices/<code>/edit", WRITERS, ("GET", "POST"))
def list_edit(code):
    found = database.one("price_list_get", p_list=code) or abort(404)
    form = Form(FORM, found)
    if form.is_sent and form.save("price_list_save", p_list=code):
        return form.done(_("Saved."), url_for("pricing.price_list", code=form["code"]))
    return form.page("pricing/list_edit.html", title=_("Edit {code}", code=code), code=code)
