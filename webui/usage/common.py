"""What the pages of calls share: tabs, choices of filters, prices of calls as people read them."""

import csv
import datetime as dt
import io
from dataclasses import dataclass

from flask import Response, current_app, g, request, stream_with_context, url_for
from flask_login import current_user
from markupsafe import Markup

from leissner.webui import database, forms, lists, shape
from leissner.webui.access import levels_of
from leissner.webui.lists import Column
from leissner.webui.texts import gettext as _

TABS = (
    ("usage.calls", "Calls"), ("usage.suspense", "Suspense"), ("usage.files", "Files"), ("usage.margin", "Margin"),
    ("usage.under_cost", "Under cost"), ("usage.rerate", "Rate again"),
)
# Two lines of a cell: what it is, and in small what belongs to it.
TWO = Markup('<span class="two">{}<small>{}</small></span>')


def tabs() -> list[dict]:
    """The sub-pages of calls that the reader's level may see."""
    return [
        {"address": url_for(endpoint), "title": _(title), "is_here": request.endpoint == endpoint}
        for endpoint, title in TABS
        if endpoint in current_app.view_functions and current_user.may(*(levels_of(endpoint) or ()))
    ]


def address(endpoint: str, **values) -> str | None:
    """The address of a page of any topic, where there is one and the reader may see it."""
    if endpoint not in current_app.view_functions or not current_user.may(*(levels_of(endpoint) or ())):
        return None
    return url_for(endpoint, **values)


def customer_of(row: dict) -> str | None:
    return address("customer.customer", no=row["customer_no"])


def call_of(row: dict) -> str:
    return url_for("usage.explain", call=row["call"])


def choices(kind: str) -> dict[str, str]:
    """Modes, carriers or sources: {code: name}."""
    if "usage_choices" not in g:
        g.usage_choices = database.call("usage_choice_list")
    return {one["code"]: one["name"] for one in g.usage_choices if one["kind"] == kind}


def day_asked(name: str, default: dt.date | None = None) -> dt.date | None:
    """A day of the address, as people type it; what is none counts as not given."""
    text = request.args.get(name, "").strip()
    try:
        return dt.date.fromisoformat(forms.typed_day(text)) if text else default
    except ValueError:
        return default


def units(row: dict, name: str = "units"):
    """How long a call was, or how many units it had."""
    value = row[name]
    if value is None or row["unit"] == "second":
        return shape.duration(value)
    return shape.size(value) if row["unit"] == "byte" else shape.number(value)


def price(value):
    """An amount of one call: at most four decimals."""
    return shape.rate(None if value is None else round(value, 4))


@dataclass(frozen=True)
class Figure(Column):
    """A column of figures that are written by `show`."""

    @property
    def is_number(self) -> bool:
        return True


def amount(name: str, title: str, **more) -> Figure:
    return Figure(name, title, show=lambda row: price(row[name]), sorts_as="no", **more)


def csv_of(name: str, head, rows) -> Response:
    """Rows as a CSV file, sent while they are read."""

    def lines():
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(head)
        for row in rows:
            writer.writerow(map(lists._plain, row))
            if buffer.tell() > 1 << 16:
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
        yield buffer.getvalue()

    return Response(stream_with_context(lines()), mimetype="text/csv",
                    headers={"Content-Disposition": f'attachment; filename="{name}"'})
