"""Lists: searched, filtered and sorted by the database, fifty rows at a time by key, sums below, exported whole.

    CUSTOMERS = List("customer_list", key="customer_no", search=("customer_no", "name"), columns=[
        Column("customer_no", "No", link=lambda row: url_for("customer.show", no=row["customer_no"])),
        Column("name", "Name", sorts_as="name"), Column("balance", "Balance", "money", is_summed=True)],
        filters=[Filter("kind", "Kind", {"business": "Business", "private": "Private"})])

    @page(pages, "/customers", STAFF)
    def customers():
        return CUSTOMERS.page("customer/customers.html", title=_("Customers"))

The template extends list.html. Titles are English; they are translated where they are shown. Every list answers
?export=csv|xlsx with all rows that match, as a stream, and writes that down in the log.
"""

import base64
import csv
import datetime as dt
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask import Response, abort, current_app, render_template, request, stream_with_context
from flask_login import current_user

from leissner.scripts import db
from leissner.webui import database, sheets
from leissner.webui.forms import is_day, typed_day
from leissner.webui.texts import gettext as _

ROWS = 50
SUMMED_WITH_IT = 1_000  # rows that are added up with the page; more are once it is there
SUMMED_AT_ONCE = 10_000  # rows; more are added up when asked for
NUMBERS = ("money", "number", "rate", "percent", "tenth", "minutes", "duration", "size")


@dataclass(frozen=True)
class Column:
    """A column of the function's result. kind: a filter of shape.py, or text, word, bool, or state (coloured)."""

    name: str
    title: str
    kind: str = "text"
    link: Callable[[dict], str] | None = None
    is_summed: bool = False
    sorts_as: str = ""  # "name": å after z; "no": not sorted by; "-due_on": as that column does, the other way round
    is_extra: bool = False  # shown only to who asks for it
    is_given: bool = False  # never empty, so that an index of the column and the key serves either order
    levels: tuple[str, ...] = ()  # only these see it; empty: everyone who sees the list
    show: Callable[[dict], Any] | None = None  # what stands in the cell, where it is not the value itself

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS


@dataclass(frozen=True)
class Filter:
    """A chip: a value that a column, or with is_param an argument of the function, must have.
    options: {value: words}, or a function that gives them; None: a text or, for kind day, a date is typed."""

    name: str
    title: str
    options: dict[str, str] | Callable[[], dict[str, str]] | None = None
    is_param: bool = False
    kind: str = "text"
    default: Callable[[], str] | str | None = None

    def values(self) -> dict[str, str]:
        return (self.options() if callable(self.options) else self.options) or {}


@dataclass(frozen=True)
class List:
    """A list page: the api function it shows and how."""

    function: str
    key: str
    columns: list[Column]
    search: tuple[str, ...] = ()
    is_long: bool = False  # the function itself looks for the words, its argument p_words, by its indexes
    is_late: bool = False  # rows are fetched by their keys once these are known: sorting carries little
    is_computed: bool = False  # of everything, by the function: what is asked of it is asked at once
    filters: list[Filter] = field(default_factory=list)
    order: str = ""
    is_descending: bool = False
    name: str = ""  # of the files of an export; the function's when not given
    empty: str = "Nothing here."  # said where there are no rows at all
    bulk: str = ""  # what many of are changed at once, for bulk.py; none when not given
    changers: tuple[str, ...] = ()  # who may do that

    def seen(self) -> list[Column]:
        """The columns that the reader's level may see."""
        return [one for one in self.columns if not one.levels or current_user.may(*one.levels)]

    def shown(self) -> list[Column]:
        """The columns on the page: those not extra, or those that the reader has chosen."""
        chosen = chosen_columns(self.function)
        own = [one for one in self.seen() if one.name in chosen]
        return own or [one for one in self.seen() if not one.is_extra]

    def page(self, template: str, params: dict[str, Any] | None = None, **context: Any):
        """The page, a part of it for htmx, or an export. params: further arguments of the function."""
        params, wanted, asked = self._asked(dict(params or {}))
        if kind := request.args.get("export"):
            return self._export(kind, params, wanted)
        summed = [one.name for one in self.seen() if one.is_summed]
        if most := request.args.get("sums"):
            found = self._sums(params, wanted, summed, SUMMED_AT_ONCE if most == "some" else None)
            return render_template("list_sums.html", list=self, columns=self.shown(), sums=found, address=_address)
        sums = None
        with database._refusal():
            if self.is_computed and not wanted.after:
                rows, sums = db.page_whole(database.connection(), self.function, params, wanted, summed)
            else:
                rows = db.page(database.connection(), self.function, params, wanted)
        more = _pack(rows[ROWS - 1], wanted.order, self.key) if len(rows) > ROWS else None
        rows = rows[:ROWS]
        is_part = bool(request.headers.get("HX-Request")) and bool(request.args.get("after"))
        context |= asked | {
            "list": self, "columns": self.shown(), "rows": rows, "more": more, "words": wanted.words,
            "can_change": bool(self.bulk) and current_user.may(*self.changers), "address": _address,
        }
        if is_part:
            return render_template("list_rows.html", **context)
        if not wanted.after:
            context |= {"more_than": SUMMED_WITH_IT, "sums": sums or (self._sums(
                params, wanted, summed, SUMMED_WITH_IT) if more else _added(rows, summed))}
        response = Response(render_template(template, **context))
        if "columns" in request.args:
            keep_columns(response, self.function)
        return response

    def keys(self) -> list[str]:
        """The keys of all rows that match, whatever page is shown."""
        params, wanted, _shown = self._asked({})
        with database._refusal():
            return db.page_keys(database.connection(), self.function, params, wanted)

    def said(self) -> str:
        """What is searched for, in words."""
        _params, wanted, shown = self._asked({})
        return ", ".join([f"\u201c{wanted.words}\u201d"] * bool(wanted.words) + [
            f"{_(one.title)}: {_(one.values().get(given, given))}" for one, given in shown["chips"] if given])

    def _asked(self, params: dict[str, Any]) -> tuple[dict, db.Page, dict]:
        """What the address asks for: arguments of the function, the page of it, and what the page shows of that."""
        filters: dict[str, Any] = {}
        chips, is_narrowed = [], False
        for one in self.filters:
            default = one.default() if callable(one.default) else one.default
            given = request.args.get(one.name, default or "").strip()
            if given and one.options is not None and given not in one.values():
                given = ""
            if value := _typed(one.kind, given):
                (params if one.is_param else filters)[f"p_{one.name}" if one.is_param else one.name] = value
                is_narrowed |= given != default
            chips.append((one, given))
        names = {one.name: one for one in self.seen() if one.sorts_as != "no"}
        order = request.args.get("sort", self.order or self.key)
        is_descending = request.args.get("down", "1" if self.is_descending else "0") == "1"
        if order not in names:
            order, is_descending = self.order or self.key, self.is_descending
        by, is_down = order, is_descending
        if names[order].sorts_as.startswith("-"):
            by, is_down = names[order].sorts_as[1:], not is_descending
        wanted = db.Page(
            key=self.key, order=by, is_descending=is_down, filters=filters,
            words=request.args.get("q", "").strip()[:100], search=() if self.is_long else self.search,
            limit=ROWS + 1, after=_unpack(request.args.get("after")), names=tuple(
                one.name for one in self.seen() if one.sorts_as == "name"), is_late=self.is_late,
            given=tuple(one.name for one in self.seen() if one.is_given))
        if self.is_long:
            params["p_words"] = wanted.words or None
        return params, wanted, {"chips": chips, "order": order, "is_descending": is_descending,
                                "is_filtered": bool(wanted.words or is_narrowed)}

    def _sums(self, params, wanted, summed, most):
        with database._refusal():
            return db.page_sums(database.connection(), self.function, params, wanted, summed, most)

    def _export(self, kind: str, params: dict, wanted: db.Page):
        if kind not in ("csv", "xlsx"):
            abort(404)
        name = f"{self.name or self.function.removesuffix('_list')}-{dt.date.today()}.{kind}"
        database.look("export", self.name or self.function, form=kind, search=wanted.words,
                      filters={**params, **(wanted.filters or {})})
        conn = database.connection()
        rows = db.page_stream(conn, self.function, params, db.replace(wanted, after=None, limit=None))
        columns = self.seen()
        if kind == "xlsx":
            return _xlsx(name, columns, rows)
        return Response(
            stream_with_context(_csv(columns, rows)), mimetype="text/csv",
            headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _added(rows: list[dict], names: list[str]) -> dict:
    """The sums of rows that are all there."""
    known = {name: [row[name] for row in rows if row[name] is not None] for name in names}
    return {"count": len(rows)} | {name: sum(values) if values else None for name, values in known.items()}


def chosen_columns(name: str) -> list[str]:
    """The columns that the reader has chosen, now or before; none: those that are usual."""
    return request.args.getlist("columns") or json.loads(request.cookies.get(f"columns_{name}", "[]") or "[]")


def keep_columns(response: Response, name: str) -> None:
    """The reader's choice of columns holds until another is made."""
    response.set_cookie(f"columns_{name}", json.dumps(request.args.getlist("columns")), max_age=365 * 86400,
                        httponly=True, samesite="Lax", secure=current_app.config["SESSION_COOKIE_SECURE"])


def _typed(kind: str, text: str) -> str:
    """A filter as it was typed, for the database; nothing where it is no day or no number."""
    if kind == "day" and text:
        text = typed_day(text)
        return text if re.fullmatch(r"\d{4}-\d\d-\d\d", text) and is_day(text) else ""
    if kind in ("money", "number"):
        text = re.sub(r"[\s\u202f\u00a0]", "", text).replace(",", ".")
        return text if re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", text) else ""
    return text


def _csv(columns: list[Column], rows: Iterator[dict]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(one.name for one in columns)
    for row in rows:
        writer.writerow(_plain(row[one.name]) for one in columns)
        if buffer.tell() > 1 << 16:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _plain(value: Any) -> Any:
    """A value for a file. Text that a spreadsheet would take for a formula is kept from being one."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    text = db.exact(value) if isinstance(value, dict | list) else f"{value}"
    return f"'{text}" if isinstance(value, str) and text[:1] in "=+-@\t\r" else text


def _xlsx(name: str, columns: list[Column], rows: Iterator[dict]) -> Response:
    names = [one.name for one in columns]
    parts = sheets.stream([_(one.title) for one in columns], [one.kind for one in columns],
                          ([row[one] for one in names] for row in rows))
    return Response(
        stream_with_context(parts), headers={"Content-Disposition": f'attachment; filename="{name}"'},
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


def _address(**changes: Any) -> str:
    """This page's address with some of its arguments changed; None takes one out. The place in the list is left."""
    from urllib.parse import urlencode

    args = request.args.to_dict(flat=False)
    args.pop("after", None)
    for name, value in changes.items():
        args.pop(name, None)
        if value is not None:
            args[name] = [f"{value}"]
    return f"{request.path}?{urlencode(args, doseq=True)}" if args else request.path


def _pack(row: dict, order: str, key: str) -> str:
    """The place after a row, for the address of the next page."""
    value = row[order]
    return base64.urlsafe_b64encode(json.dumps(
        [None if value is None else f"{value}", f"{row[key]}"]).encode()).decode().rstrip("=")


def _unpack(text: str | None) -> tuple[str | None, str] | None:
    if not text:
        return None
    try:
        value, key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        abort(404)
    return value, key
