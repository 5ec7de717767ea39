"""Margin of a period by what people ask for, today's live; calls sold under cost."""

import datetime as dt

from flask import render_template, request

from leissner.scripts import db
from leissner.scripts import margin as command
from leissner.webui import database, shape
from leissner.webui.access import page
from leissner.webui.countries import country
from leissner.webui.lists import Column
from leissner.webui.texts import gettext as _
from leissner.webui.usage import MARGIN, pages
from leissner.webui.usage.common import TWO, address, amount, call_of, csv_of, customer_of, day_asked, tabs

BY = {"product": "Product", "destination": "Destination", "country": "Country", "customer": "Customer",
      "seller": "Seller", "carrier": "Carrier"}
SHOWN = 200  # rows on the page; files have all
DRAWN = 12  # bars


def period(default: str = "today") -> tuple[dt.date, dt.date, str]:
    """First day and last day asked for, and which of the ready periods that is; the default one when none is."""
    today = shape.today()
    month = today.replace(day=1)
    last = month - dt.timedelta(days=1)
    ready = {
        "today": (today, today), "week": (today - dt.timedelta(days=6), today), "month": (month, today),
        "last": (last.replace(day=1), last), "year": (today.replace(month=1, day=1), today),
    }
    name = request.args.get("period", "")
    if name in ready:
        return *ready[name], name
    first, end = day_asked("from"), day_asked("to")
    if first or end:
        first = first or end
        return first, max(first, end or today), ""
    return *ready[default], default


PERIODS = {"today": "Today", "week": "Last 7 days", "month": "This month", "last": "Last month", "year": "This year"}
COLUMNS = [
    Column("name", "Name"), Column("calls", "Calls", "number"), Column("minutes", "Minutes", "minutes"),
    Column("revenue", "Revenue", "money"), Column("cost", "Cost", "money"), Column("margin", "Margin", "money"),
    Column("margin_percent", "%", "tenth"), Column("unknown_cost", "Cost not known", "number"),
]


@page(pages, "/margin", MARGIN)
def margin():
    """Revenue, cost and margin of a period by product, destination, country, customer, seller or carrier."""
    first, last, name = period()
    by = request.args.get("by", "product")
    by = by if by in BY else "product"
    # of customers there are the calls only: they are added up a moment after the page
    is_later = by == "customer" and not (request.headers.get("HX-Request") or request.args.keys() & {"now", "export"})
    rows = [] if is_later else database.call(
        "margin_list", p_from=first, p_to=last + dt.timedelta(days=1), p_by=by)
    if request.args.get("export") == "csv":
        database.look("export", "margin", **{"from": f"{first}", "to": f"{last}"}, by=by)
        return csv_of(f"margin-{by}-{first}-{last}.csv", (by, "name", *command.FIGURES), (
            [row["key"], row["name"], *(row[one] for one in command.FIGURES)] for row in rows))
    if by == "customer" and not request.headers.get("HX-Request"):
        database.look("margin", by, **{"from": f"{first}", "to": f"{last}"})
    for row in rows:
        row["name"] = country(row["key"]) if by == "country" else row["name"] or row["key"] or _("(none)")
    context = {
        "first": first, "last": last, "period_name": name, "periods": PERIODS, "by": by, "bys": BY,
        "rows": rows[:SHOWN], "left": len(rows) - SHOWN, "columns": COLUMNS,
        "total": command.total_of(rows),
        "drawn": rows[:DRAWN], "is_live": name == "today", "is_later": is_later,
        "links": {"customer": lambda row: address("customer.customer", no=row["key"])}.get(by),
    }
    if context["links"]:
        context["columns"] = [Column("name", "Name", link=context["links"]), *COLUMNS[1:]]
    if request.headers.get("HX-Request"):
        return render_template("usage/margin_figures.html", **context)
    return render_template("usage/margin.html", title=_("Margin"), tabs=tabs(), **context)


UNDER = [
    Column("started_at", "Start", link=call_of, show=lambda row: TWO.format(*row["started_at"].split("T"))),
    Column("customer_no", "Customer", link=customer_of, show=lambda row: TWO.format(
        row["customer_no"], row["customer"])),
    Column("destination", "Destination", show=lambda row: TWO.format(row["destination"], shape.word(row["mode"]))),
    Column("carrier", "Carrier"),
    Column("price_list", "Price list"), Column("units", "Units", "number"), amount("cost", "Cost"),
    amount("reseller", "Seller pays"), amount("retail", "Price"), amount("margin", "Margin"),
]


@page(pages, "/under-cost", MARGIN)
def under_cost():
    """Calls that cost more than they were sold for, the latest first."""
    first, last, name = period("week")
    days = {"from": f"{first}", "to": f"{last}"}
    if request.args.get("export") == "csv":
        database.look("export", "call_under_cost", **days)
        with database._refusal():
            names, found = db.stream(database.connection(), "call_under_cost", p_from=first,
                                     p_to=last + dt.timedelta(days=1))
        return csv_of(f"under-cost-{first}-{last}.csv", names, found)
    database.look("call_under_cost", None, **days)
    rows = database.call("call_under_cost", p_from=first, p_to=last + dt.timedelta(days=1), p_limit=SHOWN + 1)
    for row in rows:
        row["call"] = f"{row['source']}:{row['key']}"
    return render_template("usage/under_cost.html", title=_("Sold under cost"), tabs=tabs(), first=first, last=last,
                           period_name=name, periods=PERIODS, rows=rows[:SHOWN], columns=UNDER,
                           is_more=len(rows) > SHOWN)
