"""What is computed of everything there is: the page is there at once, this comes into it when it is ready.

    return later("ledger/accounting.html", "ledger/balance.html", lambda: {"rows": …}, day=day)

The template says {% include "_later.html" %} where the part belongs. Without JavaScript a link asks for it.
"""

from collections.abc import Callable
from typing import Any

from flask import Response, render_template, request

from leissner.webui import database
from leissner.webui.lists import Column, _address, _csv

SHOWN = 200  # rows of a plan; the whole is a file


def later(template: str, part: str, compute: Callable[[], dict[str, Any]], **context: Any) -> str:
    """The page without its part, or with it (?now=1), or the part alone for htmx."""
    is_now = "now" in request.args
    context |= {"part": part, "is_now": is_now, "now": _address(now=1), "address": _address, "most": SHOWN}
    if is_now:
        context |= compute()
    return render_template(part if is_now and request.headers.get("HX-Request") else template, **context)


def plan_file(name: str, columns: list[Column], rows: list[dict[str, Any]]) -> Response:
    """All rows of a plan as CSV."""
    database.look("export", name, form="csv")
    return Response(_csv(columns, iter(rows)), mimetype="text/csv",
                    headers={"Content-Disposition": f'attachment; filename="{name}.csv"'})
