"""The live list of calls, and the page of one call: why it costs what it costs."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, current_app, g, redirect, render_template, request, stream_with_context, url_for
from flask_login import current_user
from markupsafe import Markup

from leissner.scripts import db
from leissner.webui import database, forms, lists, shape
from leissner.webui.access import page
from leissner.webui.lists import Column, Filter, List
from leissner.webui.texts import gettext as _
from leissner.webui.usage import ALL_READERS, READERS, pages
from leissner.webui.usage.common import TWO, Figure, address, amount, call_of, choices, customer_of, price, tabs, units
from leissner.webui.usage.words import sentence

DAYS = 7  # shown at first: the last ones that have calls
WIDEST = 92  # days that are looked through when no first day is given, but for one customer or number
NEWS = 200  # new calls that are counted; more are "more than"


# What the figures of reports ask for, besides the filters of the list.
DRILL = [Filter("product", "Product"), Filter("country", "Country"), Filter("seller", "Seller"),
         Filter("kind", "Kind of customer"), Filter("only", "Without those below"), Filter("invoice", "Document"),
         Filter("line", "Line", kind="number")]


@dataclass(frozen=True)
class Calls(List):
    """The list of calls: the database sorts and cuts it by its own key, the newest first."""

    def asked(self) -> tuple[dict[str, str], list[tuple[Filter, str]]]:
        """The filter of api.call_list, and the chips as they were typed."""
        wanted: dict[str, str] = {}
        chips = []
        for one in self.filters:
            if one.name == "carrier" and not current_user.may(*READERS):
                continue
            default = one.default() if callable(one.default) else one.default
            given = request.args.get(one.name, default or "").strip()[:100]
            if one.options is not None and given not in one.values():
                given = ""
            chips.append((one, given))
            value = given
            if one.kind == "day" and given:
                day = _day(given)
                value = f"{day + dt.timedelta(days=one.name == 'to')}" if day else ""
            elif one.kind == "money":
                value = given.replace(",", ".").replace(" ", "")
                value = value if re.fullmatch(r"\d{1,12}(\.\d{1,6})?", value) else ""
            if value:
                wanted[one.name] = value
        for one in DRILL:  # shown only where a report has asked for them
            given = request.args.get(one.name, "").strip()[:100]
            if given and (one.kind != "number" or re.fullmatch(r"\d{1,6}", given)):
                wanted[one.name] = given
                chips.append((one, given))
        if "from" not in wanted and not {"customer", "invoice"} & set(wanted) and len(wanted.get("a", "")) < 8:
            # all calls there are would be read: the page says from when it looks
            wanted["from"] = first_day(WIDEST, wanted.get("to"))
            chips = [(one, wanted["from"] if one.name == "from" else given) for one, given in chips]
        return {name: value for name, value in wanted.items() if value}, chips

    def page(self, template: str, params: dict[str, Any] | None = None, **context: Any):
        wanted, chips = self.asked()
        if kind := request.args.get("export"):
            return self._export_calls(kind, wanted)
        if request.args.get("sums"):
            return render_template("list_sums.html", list=self, columns=self.shown(), address=lists._address,
                                   sums=told(database.one("call_sums", p_filter=wanted)))
        newest = database.one("call_newest")
        after = request.args.get("after")
        rows = database.call("call_list", p_filter=wanted, p_after=after, p_limit=lists.ROWS + 1)
        more = rows[lists.ROWS - 1]["place"] if len(rows) > lists.ROWS else None
        rows = rows[:lists.ROWS]
        database.look("call_list", wanted.get("customer"), filter=wanted, after=after)
        context |= {
            "list": self, "columns": self.shown(), "rows": rows, "more": more, "chips": chips, "order": "",
            "is_descending": True, "words": "", "address": lists._address, "newest": newest,
            "is_filtered": bool(set(wanted) - {"from"}) or "from" in request.args,
            "news": self.news_address(wanted, newest) if not after else None,
        }
        if request.headers.get("HX-Request") and after:
            return render_template("list_rows.html", **context)
        if not after:
            context["sums"] = self.sums_at_once(wanted, rows, more)
        response = Response(render_template(template, **context))
        if "columns" in request.args:
            lists.keep_columns(response, self.function)
        return response

    def sums_at_once(self, wanted: dict, rows: list[dict], more: str | None) -> dict | None:
        """The sums where they cost nothing: of the rows that are all there, of a customer, of a short period. Of all
        others when asked for."""
        if more is None:
            same = {row["currency"] for row in rows} <= {base_currency()}
            known = {name: [row[name] for row in rows if row[name] is not None] for name in ("cost", "margin")}
            return told({"count": len(rows), "retail": sum(row["retail"] for row in rows) if same else None} | {
                name: sum(values) if values else None for name, values in known.items()})
        if set(wanted) <= {"from", "to", "customer"}:
            return told(database.one("call_sums", p_filter=wanted, p_most=lists.SUMMED_AT_ONCE))
        return None

    def news_address(self, wanted: dict, newest: dict) -> str | None:
        """Where the page asks whether calls have come since; only lists that go on to today ask."""
        if "to" in wanted:
            return None
        args = {**request.args.to_dict(), "since": newest["load_id"]}
        return url_for("usage.news", **args)

    def _export_calls(self, kind: str, wanted: dict):
        if kind not in ("csv", "xlsx"):
            abort(404)
        name = f"calls-{dt.date.today()}.{kind}"
        database.look("export", "calls", form=kind, filter=wanted)
        with database._refusal():
            names, found = db.stream(database.connection(), "call_list", p_filter=wanted, p_limit=None)
        rows = (dict(zip(names, row, strict=True)) for row in found)
        if kind == "xlsx":
            return lists._xlsx(name, self.seen(), rows)
        return Response(stream_with_context(lists._csv(self.seen(), rows)), mimetype="text/csv",
                        headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(forms.typed_day(text))
    except ValueError:
        return None


def first_day(days: int = DAYS, end: str | None = None) -> str:
    """The first of the last days that have calls, or of those before a day."""
    if "newest_call" not in g:
        g.newest_call = database.one("call_newest")["last_on"]
    last = dt.date.fromisoformat(end) if end else g.newest_call
    return f"{last - dt.timedelta(days=days - 1)}" if last else ""


def base_currency() -> str:
    if "base_currency" not in g:
        found = database.one("operator_get")
        g.base_currency = found["currency"] if found else ""
    return g.base_currency


def paid(row: dict):
    """The price, and its currency where that is not the operator's."""
    text = price(row["retail"])
    return text if row["currency"] == base_currency() else Markup("{} <small>{}</small>").format(text, row["currency"])


def told(sums: dict | None) -> dict | None:
    """Sums as the list's foot has them."""
    return sums and sums | {name: shape.money(sums[name]) for name in ("retail", "cost", "margin")}


CALLS = Calls(
    "call_list", key="call", name="calls", empty="No calls in this period: choose another, or load a call file.",
    columns=[
        Column("started_at", "Start", sorts_as="no", link=call_of, show=lambda row: TWO.format(
            *f"{shape.moment(row['started_at'], True)}".split(" "))),
        Column("customer_no", "Customer", sorts_as="no", link=customer_of,
               show=lambda row: TWO.format(row["customer_no"], row["customer"])),
        Column("a_number", "From, to", sorts_as="no", show=lambda row: TWO.format(
            shape.phone(row["a_number"]), shape.phone(row["b_number"]))),
        Column("destination_name", "Destination", sorts_as="no", show=lambda row: TWO.format(
            row["destination_name"], shape.word(row["mode"]))),
        Figure("units", "Length", show=units, sorts_as="no"),
        Figure("retail", "Price", is_summed=True, sorts_as="no", show=paid),
        amount("cost", "Cost", is_summed=True, levels=READERS),
        amount("margin", "Margin", is_summed=True, levels=READERS),
        amount("cost", "Your price", is_summed=True, levels=("seller",)),
        amount("margin", "Your margin", is_summed=True, levels=("seller",)),
        Column("carrier", "Carrier", sorts_as="no", levels=READERS),
        Column("b_number", "To number", "phone", sorts_as="no", is_extra=True),
        Column("mode", "Mode", "word", sorts_as="no", is_extra=True),
        Column("currency", "Currency", sorts_as="no", is_extra=True),
        Column("seller", "Seller", sorts_as="no", is_extra=True, levels=READERS),
        Column("contract_no", "Contract", sorts_as="no", is_extra=True),
        Column("product", "Product", sorts_as="no", is_extra=True),
        Column("destination", "Destination code", sorts_as="no", is_extra=True),
        Column("country", "Country", "country", sorts_as="no", is_extra=True),
        Column("price_list", "Price list", sorts_as="no", is_extra=True, levels=(*READERS, "seller")),
        Figure("billed", "Billed units", show=lambda row: units(row, "billed"), sorts_as="no", is_extra=True),
        amount("regular", "Before discounts", is_extra=True),
        amount("bundled", "Bundles took", is_extra=True),
        amount("discount", "Discount", is_extra=True),
        Column("call", "Key", sorts_as="no", is_extra=True),
    ],
    filters=[
        Filter("from", "From day", kind="day", default=first_day),
        Filter("to", "To day", kind="day"),
        Filter("customer", "Customer"),
        Filter("a", "From number"),
        Filter("b", "To number"),
        Filter("destination", "Destination"),
        Filter("mode", "Mode", lambda: choices("mode")),
        Filter("carrier", "Carrier", lambda: choices("carrier")),
        Filter("least", "Price from", kind="money"),
        Filter("most", "Price to", kind="money"),
    ],
)


@page(pages, "/calls", ALL_READERS)
def calls():
    return CALLS.page("usage/calls.html", title=_("Calls"), tabs=tabs())


@page(pages, "/calls/news", ALL_READERS)
def news():
    """How many calls have come since the list was looked at; says nothing of them, so it is no look."""
    if not request.headers.get("HX-Request"):
        return redirect(url_for("usage.calls"))
    wanted, _chips = CALLS.asked()
    newest = database.one("call_newest")
    since = request.args.get("since", "")
    count = 0
    if since.isdigit() and newest["load_id"] > int(since):
        lately = newest["last_on"] - dt.timedelta(days=1) if newest["last_on"] else None
        wanted |= {"load": since, "from": max(wanted.get("from", ""), f"{lately or ''}")}
        count = len(database.call("call_list", p_filter=wanted, p_limit=NEWS + 1))
    args = {name: value for name, value in request.args.to_dict().items() if name != "since"}
    return render_template("usage/news.html", count=count, most=NEWS, again=request.full_path.rstrip("?"),
                           fresh=url_for("usage.calls", **args))


# Which part of the way to the price a sentence of api.call_explain tells of.
PARTS = (
    ("price", r"List .* has no price|Price lists searched|The most specific item|which builds on"),
    ("time", r"From \d|.* (are|is) billed as "),
    ("bundle", r"Bundle"),
    ("ring", r"Discount ring"),
    ("net", r"The customer pays|The seller pays|Carrier .* takes|Margin:|The carrier is not known|Carrier .* has no"),
)
HEADS = {
    "subscriber": "Number", "destination": "To", "time_band": "Time of day", "price": "Price", "time": "Time",
    "amount": "Amount", "bundle": "Bundles", "ring": "Rings", "net": "Net", "suspense": "Suspense",
}
BLOCKS = {"retail": "What the customer pays", "reseller": "What the seller pays", "cost": "What the carrier takes",
          "margin": "Margin", "rings": "Rings"}


def _blocks(rows: list[dict]) -> list[dict]:
    """The steps in blocks of a level, each with its parts in order: [{level, parts: [{head, lines}], amount}]."""
    blocks: list[dict] = []
    for row in rows:
        level, text = row["level"], row["text"]
        if level == "call":
            continue
        if level in ("subscriber", "destination", "time"):
            block, part = "retail", "time_band" if level == "time" else level
        else:
            block = "cost" if level == "margin" else level
            part = next((name for name, pattern in PARTS if re.match(pattern, text)), "amount")
            if level == "suspense":
                part = "suspense"
        if not blocks or blocks[-1]["level"] != block:
            blocks.append({"level": block, "parts": [], "amount": None, "currency": None})
        parts = blocks[-1]["parts"]
        if not parts or parts[-1]["name"] != part:
            parts.append({"name": part, "head": _(HEADS[part]), "lines": []})
        parts[-1]["lines"].append(sentence(text))
        if row["amount"] is not None and level != "margin":
            blocks[-1] |= {"amount": row["amount"], "currency": row["currency"]}
    for block in blocks:
        if block["level"] == "retail":
            _say_none(block["parts"])
        number = 0
        for part in block["parts"]:
            number += 1
            part["number"] = number
    return blocks


def _say_none(parts: list[dict]) -> None:
    """Bundles and rings are told of where none applies, too."""
    names = [one["name"] for one in parts]
    for name in ("ring", "bundle"):
        before = "ring" if name == "bundle" else "net"
        if name not in names and before in names:
            parts.insert(names.index(before), {"name": name, "head": _(HEADS[name]), "lines": [_("None applies.")]})
            names = [one["name"] for one in parts]


@page(pages, "/calls/<path:call>", ALL_READERS)
def explain(call):
    """Why a call costs what it costs, step by step; ?text: as text."""
    if ":" not in call:
        abort(404)
    database.look("call_explain", call)
    rows = database.call("call_explain", p_call=call)
    facts = database.one("call_get", p_call=call)
    blocks = _blocks(rows)
    is_staff = current_user.may(*READERS)
    not_so = [sentence(one["text"]) for one in database.call("call_why_not", p_call=call)] if is_staff else []
    lines = [sentence(rows[0]["text"]) if rows and rows[0]["level"] == "call" else call]
    for block in blocks:
        lines += ["", _(BLOCKS.get(block["level"], "Suspense"))]
        lines += [f"{part['number']}. {part['head']}: {line}" for part in block["parts"] for line in part["lines"]]
    text = "\n".join(lines)
    if "text" in request.args:
        return Response(text + "\n", mimetype="text/plain")
    invoices = database.call("call_invoice_list", p_call=call) if facts else []
    for one in invoices:
        one["address"] = one["invoice_no"] and address("invoice.invoice", no=one["invoice_no"])
        one["run_address"] = one["run"] and address("invoice.run", run=one["run"])
    title = _("Why did this call cost {price}?", price=f"{shape.digits(round(facts['retail'], 4))} {facts['currency']}"
              ) if facts else _("Why does this call wait?")
    return render_template(
        "usage/explain.html", title=title, call=call, facts=facts, blocks=blocks, heads=BLOCKS, not_so=not_so,
        first=lines[0], text=text, invoices=invoices,
        former=database.call("call_former_list", p_call=call) if facts and is_staff else [],
        customer=facts and customer_of(facts), endpoints=current_app.view_functions)
