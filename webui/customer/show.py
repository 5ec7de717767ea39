"""A customer in tabs, each with an address of its own, and the pages of contracts and their lines."""

from flask import abort, g, render_template, request, url_for
from flask_login import current_user
from werkzeug.routing import BuildError

from leissner.webui import database, shape
from leissner.webui.access import STAFF, page
from leissner.webui.customer import READERS, WRITERS, pages
from leissner.webui.start import address
from leissner.webui.texts import gettext as _

PRICES = ("admin", "pricing", "sales", "support", "finance", "report", "auditor", "batch", "integration")
CALLS = ("admin", "pricing", "sales", "support", "finance", "credit", "auditor", "batch", "integration", "seller")
INVOICES = ("admin", "sales", "support", "finance", "credit", "report", "auditor", "batch", "integration", "seller")
LEDGER = ("admin", "support", "finance", "credit", "report", "auditor", "batch", "integration")
CREDIT = ("admin", "sales", "support", "finance", "credit", "report", "auditor", "batch", "integration")
CHARGES = ("admin", "sales", "support", "finance", "credit", "report", "auditor", "batch", "integration")
NOTERS = ("admin", "pricing", "sales", "support", "finance", "credit", "batch", "integration")
CODED = ("kind", "state", "bill_to", "call_specification", "delivery")  # columns of the log that hold a code
TABS = (
    ("customer", "Overview", READERS), ("contracts_of", "Contracts", READERS), ("numbers_of", "Numbers", READERS),
    ("prices", "Prices", (*PRICES, "seller")), ("rings", "Rings and bundles", PRICES), ("calls", "Calls", CALLS),
    ("invoices", "Invoices", INVOICES), ("ledger", "Ledger", LEDGER), ("credit", "Credit", CREDIT),
    ("notes", "Notes", STAFF), ("history", "History", STAFF),
)


def known(no: str) -> dict:
    """The customer, asked for once a request, or there is no such page: not for who may not see it either."""
    if getattr(g, "customer", {}).get("customer_no") != no:
        g.customer = database.one("customer_get", p_customer_no=no) or abort(404)
    return g.customer


def frame(no: str, template: str, **context):
    """A page of a customer: the head that all its tabs share, and what the tab shows. Functions are asked after the
    customer was found."""
    found = known(no)
    context = {name: one() if callable(one) else one for name, one in context.items()}
    owed = warning = None
    if current_user.may(*CREDIT):
        owed = database.one("credit_exposure", p_customer_no=no)
        warning = database.one("customer_warning_get", p_customer_no=no, p_language=g.language)
    tabs = [(url_for(f"customer.{name}", no=no), title, name) for name, title, levels in TABS
            if current_user.may(*levels)]
    return render_template(template, known=found, owed=owed, warning=warning, tabs=tabs,
                           tab=request.endpoint.removeprefix("customer."), link=link,
                           is_writer=current_user.may(*WRITERS), **context)


def link(endpoint: str, **values) -> str | None:
    """The address of another topic's page, where there is one and the reader may see it."""
    try:
        return address(endpoint, **values)
    except BuildError:
        return None


def grouped(lines: list[dict]) -> list[tuple[dict, list[dict]]]:
    """Contracts, each with its lines."""
    found: dict[str, tuple[dict, list[dict]]] = {}
    for one in lines:
        held = found.setdefault(one["contract_no"], (one, []))[1]
        if one["line_no"]:
            held.append(one)
    return list(found.values())


@page(pages, "/customers/<no>", READERS)
def customer(no):
    def latest():
        return database.call("customer_invoice_list", p_customer_no=no)[:5] if current_user.may(*INVOICES) else []

    return frame(
        no, "customer/customer.html", latest=latest,
        family=lambda: database.call("customer_family_list", p_customer_no=no),
        months=lambda: database.call("customer_month_list", p_customer_no=no),
        contracts=lambda: grouped(database.call("contract_line_list", p_customer_no=no)),
        terms=lambda: database.call("customer_term_list", p_customer_no=no),
    )


@page(pages, "/customers/<no>/contracts", READERS)
def contracts_of(no):
    return frame(
        no, "customer/contracts_of.html",
        contracts=lambda: grouped(database.call("contract_line_list", p_customer_no=no)),
        charges=lambda: database.call("charge_list", p_customer_no=no) if current_user.may(*CHARGES) else [],
    )


NUMBERS_AT_ONCE = 100  # of a customer on its page; all of them are in the list of numbers


@page(pages, "/customers/<no>/numbers", READERS)
def numbers_of(no):
    return frame(
        no, "customer/numbers_of.html", most=NUMBERS_AT_ONCE,
        rows=lambda: database.some("number_list", NUMBERS_AT_ONCE, "number", "id", p_customer_no=no),
        orders=lambda: database.call("preselection_list", p_customer_no=no) if current_user.may(*STAFF) else [],
    )


GRIDS, OWN = 3, 50  # lists whose prices are shown, and rows of each


@page(pages, "/customers/<no>/prices", (*PRICES, "seller"))
def prices(no):
    lines: dict[tuple, list[dict]] = {}

    def found():
        for one in database.call("customer_price_list", p_customer_no=no):
            lines.setdefault((one["contract_no"], one["line_no"], one["service"]), []).append(one)
        return lines

    def grids():
        """What the nearest list of each line charges: by product and group, and what it says itself."""
        nearest = {lists[0]["price_list"]: lists[0]["name"] for lists in lines.values()}
        return [(code, name, *in_force(code)) for code, name in list(nearest.items())[:GRIDS]]

    return frame(no, "customer/prices.html", lines=found, grids=grids if link("pricing.price_list", code="x") else [])


def in_force(code: str) -> tuple[list[dict], list[list[dict]]]:
    """The columns of a list and its rows: what it says itself first, then the inherited ones of more than a
    destination."""
    on = shape.today()
    columns = database.call("price_column_list", p_list=code, p_on=on)
    own = database.call("price_grid", p_list=code, p_on=on, p_show="own", p_limit=OWN)
    rows = {cell["target"]: [] for cell in own}
    for cell in own + [one for one in database.call("price_grid", p_list=code, p_on=on, p_limit=OWN)
                       if one["target"] not in rows and not one["target"].startswith("dest:")]:
        rows.setdefault(cell["target"], []).append(cell)
    return columns, list(rows.values())


REASONS = {"customer": "as customer {name}, or below it", "group": "as member of the group {name}",
           "contract": "by contract {name}"}


def because(member: str) -> str:
    """Why a ring holds: what it names, in words."""
    kind, _colon, name = member.partition(":")
    return _(REASONS[kind], name=name)


@page(pages, "/customers/<no>/rings", PRICES)
def rings(no):
    return frame(
        no, "customer/rings.html",
        rings=lambda: [one | {"targets": [_("numbers of members") if each == "inside" else each
                                          for each in one["targets"]],
                              "members": [because(each) for each in one["members"]]}
                       for one in database.call("customer_ring_list", p_customer_no=no)],
        bundles=lambda: database.call("customer_bundle_list", p_customer_no=no),
    )


@page(pages, "/customers/<no>/calls", CALLS)
def calls(no):
    known(no)
    database.look("calls", no)
    return frame(no, "customer/calls.html",
                 calls=lambda: database.call("customer_call_list", p_customer_no=no, p_limit=100))


@page(pages, "/customers/<no>/invoices", INVOICES)
def invoices(no):
    return frame(no, "customer/invoices.html",
                 invoices=lambda: database.call("customer_invoice_list", p_customer_no=no))


@page(pages, "/customers/<no>/ledger", LEDGER)
def ledger(no):
    payer, is_all = known(no)["payer_no"] or no, request.args.get("all") == "1"
    return frame(
        no, "customer/ledger.html", is_all=is_all,
        items=lambda: database.call("open_item_list", p_customer_no=payer, p_is_all=is_all),
        payments=lambda: database.call("payment_list", p_customer=payer, p_limit=20, p_language=g.language),
    )


@page(pages, "/customers/<no>/credit", CREDIT)
def credit(no):
    payer = known(no)["payer_no"] or no
    return frame(
        no, "customer/credit.html",
        events=lambda: list(reversed(database.call("credit_event_list", p_customer_no=payer))),
        blocks=lambda: database.call("credit_block_list", p_customer_no=no),
    )


@page(pages, "/customers/<no>/history", STAFF)
def history(no):
    def told(name, value):
        """A value as the pages say it: codes in words, everything else as it was."""
        if value in ("true", "false"):
            return _("yes") if value == "true" else _("no")
        return shape.word(value) if value is None or name in CODED else value

    def changes():
        found: dict[int, dict] = {}
        for one in database.call("customer_history_list", p_customer_no=no, p_limit=200):
            found.setdefault(one["change_id"], one | {"fields": []})["fields"].append(one)
        return list(found.values())

    return frame(no, "customer/history.html", changes=changes, told=lambda: told)


@page(pages, "/contracts/<no>", READERS)
def contract(no):
    found = database.one("contract_get", p_contract_no=no) or abort(404)
    lines = [one for one in database.call("contract_line_list", p_contract_no=no) if one["line_no"]]
    return render_template(
        "customer/contract.html", known=found, lines=lines, is_writer=current_user.may(*WRITERS), link=link,
        terms=database.call("contract_term_list", p_contract_no=no))


@page(pages, "/contracts/<no>/lines/<int:line>", READERS)
def line(no, line):
    found = database.one("line_get", p_contract_no=no, p_line_no=line) or abort(404)

    def own(name):
        return [one for one in database.call(name, p_customer_no=found["customer_no"])
                if (one["contract_no"], one["line_no"]) == (no, line)]

    return render_template(
        "customer/line.html", known=found, is_writer=current_user.may(*WRITERS), link=link,
        fee=next((one for one in database.call("contract_line_list", p_contract_no=no) if one["line_no"] == line), {}),
        numbers=database.call("number_list", p_contract_no=no, p_line_no=line),
        terms=database.call("line_term_list", p_contract_no=no, p_line_no=line),
        bundles=own("customer_bundle_list") if current_user.may(*PRICES) else [],
        charges=own("charge_list") if current_user.may(*CHARGES) else [], title=_("Line {line}", line=line))
