"""Reports: whichever the database has. Each is a page: a period, its result with sums, a chart, and files.

What there is, its arguments, columns and sums are read from the catalog (api.report_list); here are the words that
people use for them, and which figures are worth a chart.
"""

import datetime as dt
import tempfile
from decimal import Decimal
from pathlib import Path

from flask import Blueprint, abort, make_response, render_template, request, send_file

from leissner.scripts import db
from leissner.scripts import report as files
from leissner.webui import database, shape
from leissner.webui.access import STAFF, page
from leissner.webui.countries import country
from leissner.webui.forms import typed_day
from leissner.webui.lists import _address, chosen_columns, keep_columns
from leissner.webui.report.words import CHARTS, DRILLS, EXTRA, GROUPS, KINDS, LINKS, NAMED, TITLES, WHOLE, Link
from leissner.webui.start import address
from leissner.webui.texts import gettext as _
from leissner.webui.texts import is_known
from leissner.webui.usage.common import TWO, choices

pages = Blueprint("report", __name__, template_folder="templates")
READERS = (*STAFF, "seller")
ROWS = 200  # on the page; the files have all
DRAWN = 10_000  # rows at most that a chart adds up
IN_CHART = 12
PERIODS = {
    "this_month": "This month", "last_month": "Last month", "this_quarter": "This quarter",
    "last_quarter": "Last quarter", "this_year": "This year", "last_year": "Last year", "any": "From – through",
}


@page(pages, "/reports", READERS)
def reports():
    """All reports that the reader may run, by what they are about."""
    found = {one["report"]: one for one in database.call("report_list")}
    groups = [(title, [_named(found.pop(name)) for name in names if name in found]) for title, names in GROUPS]
    groups.append(("Others", [_named(one) for one in found.values()]))
    return render_template("report/reports.html", title=_("Reports"), groups=[one for one in groups if one[1]],
                           own=[own.shown(one) for one in database.call("tailored_list")])


@page(pages, "/reports/<name>", READERS)
def report(name: str):
    """A report: what is asked for; its result is loaded as it is ready, or comes with the page (now=1)."""
    one = _found(name)
    if kind := request.args.get("export"):
        return _export(one, kind)
    asked = _asked(one)
    result = _result(one, asked) if "now" in request.args and not asked["wrong"] else None
    known = _columns(one, asked)
    response = make_response(render_template(
        "report/report.html", one=one, asked=asked, result=result, periods=PERIODS, address=_address,
        words=request.args.get("q", ""), known=known, shown=_chosen(name, known, {})))
    if "columns" in request.args:
        keep_columns(response, name)
    return response


@page(pages, "/reports/<name>/rows", READERS)
def rows(name: str):
    """The result alone."""
    one = _found(name)
    asked = _asked(one)
    if asked["wrong"]:
        abort(404)
    return render_template("report/rows.html", one=one, asked=asked, result=_result(one, asked), address=_page_address)


def _page_address(**changes) -> str:
    return _address(**changes).replace("/rows?", "?", 1).removesuffix("/rows")


def _found(name: str) -> dict:
    one = next((one for one in database.call("report_list") if one["report"] == name), None)
    return _named(one) if one else abort(404)


def _named(one: dict) -> dict:
    """A report with its words: title and what it shows."""
    name, says = TITLES.get(one["report"], (one["report"].replace("_", " ").capitalize(), one["title"].strip()))
    return one | {
        "name": _(name) if is_known(name) else name, "says": _(says) if is_known(says) else says,
        "arguments": one["arguments"] or [], "types": one["types"] or [],
    }


def _asked(one: dict) -> dict:
    """What was asked for: the period, the day, further arguments; `params` for the database."""
    args, wrong, params, days = request.args, {}, {}, {}
    has_period = "p_from" in one["arguments"]
    given = {"from": args.get("from", ""), "through": args.get("through", "") or args.get("to", "")}
    period = args.get("period", "any" if any(given.values()) else "this_month")
    period = period if period in PERIODS else "this_month"
    first, last = _period(period)
    if period == "any":
        for key, usual in (("from", first), ("through", last)):
            days[key] = _day(key, given[key] or f"{usual}", wrong)
    else:
        days = {"from": first, "through": last}
    if has_period and not wrong:
        if days["through"] < days["from"]:
            wrong["through"] = _("The last day cannot come before the first.")
        params |= {"p_from": days["from"], "p_to": days["through"] + dt.timedelta(days=1)}
    if "p_as_of" in one["arguments"]:
        days["as_of"] = _day("as_of", args.get("as_of", "") or f"{shape.today()}", wrong)
        params["p_as_of"] = days["as_of"]
    filters = []
    for argument, kind in zip(one["arguments"], one["types"], strict=True):
        if argument in ("p_from", "p_to", "p_as_of"):
            continue
        key = argument.removeprefix("p_")
        given = args.get(key, "").strip()
        options = {"business": "business", "private": "private", "wholesale": "wholesale"} if key == "kind" else None
        if given:
            params[argument] = {"date": lambda one, key=key: _day(key, one, wrong),
                                "boolean": lambda one: one == "1"}.get(kind, str)(given)
        filters.append({"name": key, "kind": kind, "value": given, "options": options})
    return {"period": period, "has_period": has_period, "days": days, "filters": filters, "params": params,
            "wrong": wrong}


def _day(key: str, text: str, wrong: dict) -> dt.date | str:
    try:
        return dt.date.fromisoformat(typed_day(text))
    except ValueError:
        wrong[key] = _("This is not a day. Write 2026-10-01, 1/10 or today.")
        return text


def _period(name: str) -> tuple[dt.date, dt.date]:
    """First and last day of a period by its name; of any period, this month's."""
    today = shape.today()
    months = {"month": 1, "quarter": 3, "year": 12}.get(name.rpartition("_")[2], 1)
    first = today.year * 12 + (today.month - 1) // months * months - (months if name.startswith("last") else 0)
    return _month(first), _month(first + months) - dt.timedelta(days=1)


def _month(number: int) -> dt.date:
    return dt.date(number // 12, number % 12 + 1, 1)


def _result(one: dict, asked: dict) -> dict:
    """The rows of the page, the sums of all, and the chart."""
    _look(one, asked)
    order = request.args.get("sort") if request.args.get("sort") in one["columns"] else None
    is_descending = request.args.get("down") == "1"
    words = request.args.get("q", "").strip()[:100]
    with database._refusal():
        found, count, sums = db.report_rows(
            database.connection(), one["report"], asked["params"], order=order, is_descending=is_descending,
            words=words, sums=one["summed"], limit=DRAWN)
    for row in found:
        row["name"] = _called(one["report"], row)
    chart = _chart(one["report"], found) if not words and count <= len(found) else None  # of all or not at all
    found = found[:ROWS]
    if sums.get("revenue") and "margin" in sums:
        sums["margin_percent"] = sums["margin"] * 100 / sums["revenue"]
    columns = _chosen(one["report"], _columns(one, asked), sums)
    return {"rows": found, "count": count, "sums": sums if one["summed"] and found else None, "columns": columns,
            "order": order, "is_descending": is_descending, "words": words, "most": ROWS,
            "drill": _drill(one["report"], asked, bool(words)),
            "chart": chart}


def _columns(one: dict, asked: dict) -> list[dict]:
    """All columns that the page can have."""
    return [_column(name, kind, one["report"], asked)
            for name, kind in zip(one["columns"], one["column_types"], strict=True)
            if name != "name" or one["report"] not in NAMED]


def _chosen(name: str, columns: list[dict], sums: dict) -> list[dict]:
    """The columns on the page: those that the reader has chosen, else those that say something."""
    asked = chosen_columns(name)
    hidden = (*EXTRA.get(name, ()), *(("unknown_cost",) if sums.get("unknown_cost") == 0 else ()))
    return ([column for column in columns if column["name"] in asked]
            or [column for column in columns if column["name"] not in hidden])


def _drill(name: str, asked: dict, is_searched: bool):
    """A function that gives the page of what a figure of a row (none: of the sum) is made of, or None."""
    names, leads = DRILLS.get(name, ((), None))
    home = database.one("operator_get") if name == "calls_per_country" else None
    asked = asked | {"home": home["country"] if home else ""}

    def drill(column: str, row: dict | None) -> str | None:
        if column not in names or row is None and is_searched or row and row[column] in (None, 0):
            return None
        found = leads(column, row or {}, asked)
        return address(found[0], **{key: value for key, value in found[1].items() if value is not None}
                       ) if found else None

    return drill


def _look(one: dict, asked: dict) -> None:
    database.look("report", one["report"], **{key.removeprefix("p_"): f"{value}"
                                              for key, value in asked["params"].items()})


def _column(name: str, kind: str, report: str, asked: dict) -> dict:
    """How a column of a report is shown. A code that its name stands for shows that, and sorts by it."""
    shown = "text" if NAMED.get(report) == name else KINDS.get(name)
    if not shown:
        shown = {"numeric": "tenth" if name.endswith("percent") else "whole" if report in WHOLE else "money",
                 "bigint": "number",
                 "integer": "number", "date": "day", "timestamp with time zone": "moment", "boolean": "bool",
                 "jsonb": "months"}.get(kind, "text")
    title = "Customer" if name == "customer_no" and report in NAMED else name.replace("_", " ").capitalize()
    link, is_named = LINKS.get(name), NAMED.get(report) == name
    products = choices("product") if name == "product" and not is_named else {}
    return {"name": name, "title": _(title) if is_known(title) else title, "kind": shown,
            "sort": "name" if is_named else name,
            "is_number": shown in ("percent", "money", "number", "rate", "minutes", "tenth", "whole", "fourth"),
            "show": (lambda row: TWO.format(row[name], row["name"]) if name == "customer_no" else row["name"]
                     ) if is_named else lambda row: products.get(row[name], row[name]) if products else row[name],
            "link": (lambda row: _link(link, row[name], asked)) if link else None}


def _called(report: str, row: dict) -> str | None:
    """What the code of a row stands for."""
    code = NAMED.get(report)
    if code == "country":
        return country(row["country"])
    name = row.get("name")
    return name or (_("No seller") if code == "seller" and not row["seller"] else row.get(code))


def _link(link: Link, value, asked: dict) -> str | None:
    """Where a value leads: the page of what it names, where there is one and the reader may see it."""
    if value is None:
        return None
    period = {"from": asked["days"].get("from"), "to": asked["days"].get("through")} if link.has_period else {}
    return address(link.endpoint, **{link.argument: value}, **period)


def _chart(name: str, found: list[dict]) -> dict | None:
    """The figures that are looked at rather than read: added up by their label, the highest first or by month."""
    made = CHARTS.get(name)
    if not made or not found:
        return None
    rows: dict[str, dict] = {}
    for row in found:
        for label, figures in made.rows(row):
            at = rows.setdefault(label, {"label": label} | dict.fromkeys(made.values, Decimal()))
            for key, value in zip(made.values, figures, strict=True):
                at[key] += Decimal(f"{value or 0}")
    ordered = list(rows.values())
    if made.is_ranked:
        ordered = sorted(ordered, key=lambda row: -row[made.values[0]])[:IN_CHART]
    elif len(ordered) > 1:
        ordered.sort(key=lambda row: row["label"]) if made.is_sorted else None
    top = max((abs(row[key]) for row in ordered for key in made.values), default=0)
    return {"rows": ordered, "made": made, "top": top} if top > 0 and len(ordered) > 1 else None


def _export(one: dict, kind: str):
    """The whole report as a file, the same as `leissner report` writes."""
    asked = _asked(one)
    if kind not in ("csv", "xlsx", "json") or asked["wrong"]:
        abort(404)
    _look(one, asked)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{one['report']}-{asked['days'].get('as_of') or asked['days']['from']}.{kind}"
        with database._refusal():
            files.write(database.connection(), one, asked["params"], kind, file)
        database._close(None)  # who sends a file needs no connection
        stream = open(file, "rb")  # readable still when the folder is gone
    return send_file(stream, download_name=file.name, as_attachment=True,
                     mimetype="text/csv" if kind == "csv" else None)


@pages.app_template_filter("months")
def months(value) -> str:
    """{2026-11: 300.00, …} in words."""
    return ", ".join(f"{month[:7]}: {shape.digits(amount, 2)}" for month, amount in sorted((value or {}).items()))


from leissner.webui.report import made_of, own, schedule  # noqa: E402, F401 the pages of these
