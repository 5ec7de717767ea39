"""The words and the looks of the reports that are known by name: titles, groups, kinds of columns, links, charts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

TITLES = {
    "warnings_and_blocks": (
        "Warnings and blocks", "Payers over a warning level, late, warned or blocked; worst first."),
    "calls_per_country": ("Calls per country", "Traffic, cost, revenue and margin by country of destination."),
    "calls_per_product": ("Calls per product", "Traffic, cost, revenue and margin by product type and mode."),
    "calls_per_destination": ("Calls per destination", "Traffic by destination and kind of customer."),
    "calls_per_seller": (
        "Calls per seller", "Traffic that sellers brought, with the operator's and the seller's margin."),
    "calls_per_customer": (
        "Calls per customer", "Traffic by customer, product and destination; of one customer with all below."),
    "customers_not_invoiced": (
        "Customers not invoiced", "What payers have used and not been invoiced for; highest first."),
    "pre_swallow": ("Carrier pre-selection", "Numbers by carrier prefix: orders, answers, activations in the period."),
    "numbers_per_area_code": ("Numbers per area code", "Subscriber numbers by area, and how many are free in blocks."),
    "billed_per_product": (
        "Billed per product", "What was invoiced by product type and kind of line; credits are negative."),
    "new_and_terminated_contracts": (
        "New and terminated contracts", "Contracts by service: begun, ended, and the change."),
    "active_contracts": ("Active contracts", "Contracts, lines and customers by service on a day."),
    "scheduling": ("Deferred income", "Invoiced periods not fully earned yet, and in which months they will be."),
    "annual_value": ("Annual value", "Twelve months' fees of the lines active on the first of each month."),
    "annual_value_amortization": (
        "Annual value, accrued", "The annual value, and how much of it is earned by each month."),
    "ageing": ("Ageing of receivables", "What each payer owes by how late it is."),
    "days_sales_outstanding": ("Days of sales outstanding", "How many days of sales are owed, month by month."),
}
GROUPS = (
    ("Traffic and margin", ("calls_per_country", "calls_per_product", "calls_per_destination", "calls_per_seller",
                            "calls_per_customer")),
    ("Invoices and receivables", ("billed_per_product", "customers_not_invoiced", "scheduling", "ageing",
                                  "days_sales_outstanding", "warnings_and_blocks")),
    ("Contracts and numbers", ("new_and_terminated_contracts", "active_contracts", "annual_value",
                               "annual_value_amortization", "numbers_per_area_code", "pre_swallow")),
)
# On the page a code stands for what it names: one column of both. The files have both.
NAMED = {
    "calls_per_country": "country", "calls_per_product": "product", "calls_per_destination": "destination",
    "calls_per_seller": "seller", "billed_per_product": "product", "new_and_terminated_contracts": "service",
    "active_contracts": "service", "annual_value": "service", "annual_value_amortization": "service",
    "warnings_and_blocks": "customer_no",
}
# Columns that are shown when they are chosen, so that the others fit.
EXTRA = {
    "calls_per_product": ("units",), "calls_per_seller": ("contracts",),
    "warnings_and_blocks": ("credit_limit", "balance", "since"),
}
WHOLE = ("warnings_and_blocks",)  # whose amounts are large: decimals say nothing there
KINDS = {
    "country": "country", "minutes": "minutes", "units": "number", "quantity": "number", "kind": "word",
    "state": "state", "revenue_per_minute": "fourth", "reason": "said", "days": "number", "mode": "word",
    "oldest_due_days": "number",
}


@dataclass(frozen=True)
class Link:
    """A page that a column's value names."""

    endpoint: str
    argument: str
    has_period: bool = False


LINKS = {
    "customer_no": Link("customer.customer", "no"), "contract_no": Link("customer.contract", "no"),
    "invoice_no": Link("invoice.invoice", "no"),
    "destination": Link("usage.calls", "destination", has_period=True),
}


@dataclass(frozen=True)
class Chart:
    """A chart: the label and figures of a row, what they are, their colours; ranked: the highest only."""

    title: str
    values: tuple[str, ...]
    rows: Callable[[dict], Iterator[tuple[str, tuple]]]
    kinds: tuple[str, ...] = ("revenue",)
    is_ranked: bool = True
    is_sorted: bool = True


def _one(label: str, *names: str) -> Callable:
    def rows(row: dict):
        yield f"{row[label] or '–'}"[:40], tuple(row[name] for name in names)

    return rows


def _month(*names: str) -> Callable:
    def rows(row: dict):
        yield f"{row['month']:%y-%m}", tuple(row[name] for name in names)

    return rows


def _ages(row: dict):
    for name in ("not_due", "late_1_30", "late_31_60", "late_61_90", "late_over_90"):
        yield AGES[name], (row[name],)


def _deferred(row: dict):
    for month, amount in (row["by_month"] or {}).items():
        yield month[2:7], (amount,)


AGES = {"not_due": "not due", "late_1_30": "1–30", "late_31_60": "31–60", "late_61_90": "61–90",
        "late_over_90": "> 90"}
MARGIN = (("revenue", "cost", "margin"), ("revenue", "cost", "margin"))
CHARTS = {
    "calls_per_country": Chart("Revenue, cost and margin", MARGIN[0], _one("name", *MARGIN[0]), MARGIN[1]),
    "calls_per_product": Chart("Revenue, cost and margin", MARGIN[0], _one("name", *MARGIN[0]), MARGIN[1]),
    "calls_per_destination": Chart("Revenue, cost and margin", MARGIN[0], _one("name", *MARGIN[0]), MARGIN[1]),
    "calls_per_seller": Chart("Revenue", ("revenue",), _one("name", "revenue")),
    "calls_per_customer": Chart("Revenue, cost and margin", MARGIN[0], _one("name", *MARGIN[0]), MARGIN[1]),
    "customers_not_invoiced": Chart("Not invoiced", ("total",), _one("name", "total")),
    "billed_per_product": Chart("Net", ("net",), _one("name", "net")),
    "warnings_and_blocks": Chart("Exposure", ("exposure",), _one("name", "exposure")),
    "numbers_per_area_code": Chart("Numbers", ("numbers",), _one("name", "numbers")),
    "new_and_terminated_contracts": Chart("Contracts at the end", ("at_end",), _one("name", "at_end")),
    "active_contracts": Chart("Quantity", ("quantity",), lambda row: _one("name", "quantity")(row)
                              if row["service"] else iter(())),
    "annual_value": Chart("Annual value", ("annual_value",), _month("annual_value"), is_ranked=False),
    "annual_value_amortization": Chart("Accrued and remaining", ("accrued", "remaining"),
                                       _month("accrued", "remaining"), ("margin", "revenue"), is_ranked=False),
    "ageing": Chart("Owed, by days late", ("total",), _ages, is_ranked=False, is_sorted=False),
    "scheduling": Chart("To be earned, by month", ("amount",), _deferred, is_ranked=False),
    "days_sales_outstanding": Chart("Days", ("days",), lambda row: iter([(f"{row['day']:%y-%m-%d}", (row["days"],))]),
                                    is_ranked=False),
}

# ---- what a figure is made of ---------------------------------------------------------------------------------
# Report: the page that lists what a figure of a row adds up (of the sum: row is empty), and what that is asked.

Found = tuple[str, dict] | None


def _calls(row: dict, asked: dict, **wanted) -> Found:
    return "usage.calls", {"from": asked["days"]["from"], "to": asked["days"]["through"]} | wanted


def _country(column: str, row: dict, asked: dict) -> Found:
    is_abroad = not row and not asked["params"].get("p_domestic")
    return _calls(row, asked, country=row["country"] if row else f"-{asked['home']}" if is_abroad else None)


def _product(column: str, row: dict, asked: dict) -> Found:
    return _calls(row, asked, product=row.get("product"), mode=row.get("mode"))


def _destination(column: str, row: dict, asked: dict) -> Found:
    return _calls(row, asked, destination=f"={row['destination']}" if row else None,
                  kind=row["kind"] if row else asked["params"].get("p_kind"))


def _seller(column: str, row: dict, asked: dict) -> Found:
    return _calls(row, asked, seller=(row["seller"] or "-") if row else None)


def _customer(column: str, row: dict, asked: dict) -> Found:
    if not row:
        return _calls(row, asked, customer=asked["params"].get("p_customer_no"))
    return _calls(row, asked, customer=row["customer_no"], only="1", product=row["product"],
                  destination=f"={row['destination']}")


def _not_invoiced(column: str, row: dict, asked: dict) -> Found:
    if not row:
        return None
    if column == "usage" and row["oldest_day"]:
        return "usage.calls", {"customer": row["customer_no"], "from": row["oldest_day"], "to": asked["days"]["as_of"]}
    return "customer.customer", {"no": row["customer_no"]}


def _billed(column: str, row: dict, asked: dict) -> Found:
    return "report.billed", {"from": asked["days"]["from"], "to": asked["params"]["p_to"],
                             "product": row.get("product"), "kind": row.get("kind")}


def _contracts(column: str, row: dict, asked: dict) -> Found:
    what = column if column in ("at_start", "new", "terminated", "at_end") else "at_end"
    return "report.contracts", {"what": what, "from": asked["days"]["from"], "to": asked["params"]["p_to"],
                                "service": row.get("service")}


def _active(column: str, row: dict, asked: dict) -> Found:
    return "report.contracts", {"what": "active", "from": asked["days"]["as_of"], "service": row.get("service")}


def _annual(column: str, row: dict, asked: dict) -> Found:
    return ("report.contracts", {"what": "active", "from": row["month"], "service": row["service"]}) if row else None


def _ageing(column: str, row: dict, asked: dict) -> Found:
    return "ledger.items", {"customer_no": row.get("customer_no")}


def _warned(column: str, row: dict, asked: dict) -> Found:
    if column == "unbilled" and row:
        return "usage.calls", {"customer": row["customer_no"]}
    return "ledger.items", {"customer_no": row.get("customer_no")}


def _preselection(column: str, row: dict, asked: dict) -> Found:
    state = {"activated": "active"}.get(column, column)
    return "customer.preselection_orders", {
        "from": asked["days"]["from"], "to": asked["days"]["through"], "state": state,
        "carrier_prefix": row.get("carrier_prefix")}


def _area(column: str, row: dict, asked: dict) -> Found:
    if column == "free":
        return "customer.numbers_free", {}
    return ("customer.numbers", {"number": f"+{row['area_code']}"}) if row.get("area_code", "").isdigit() else None


def _owed(column: str, row: dict, asked: dict) -> Found:
    return ("ledger.items", {}) if column == "receivable" else None


TRAFFIC = ("calls", "units", "minutes", "cost", "revenue", "margin")
DRILLS: dict[str, tuple[tuple[str, ...], Callable[[str, dict, dict], Found]]] = {
    "calls_per_country": (TRAFFIC, _country), "calls_per_product": (TRAFFIC, _product),
    "calls_per_destination": (TRAFFIC, _destination),
    "calls_per_seller": ((*TRAFFIC, "reseller", "operator_margin", "seller_margin"), _seller),
    "calls_per_customer": (TRAFFIC, _customer),
    "customers_not_invoiced": (("usage", "periodic", "one_time", "manual", "total"), _not_invoiced),
    "billed_per_product": (("invoices", "quantity", "net"), _billed),
    "new_and_terminated_contracts": (("at_start", "new", "terminated", "at_end"), _contracts),
    "active_contracts": (("contracts", "lines", "quantity", "customers"), _active),
    "annual_value": (("contracts", "annual_value"), _annual),
    "annual_value_amortization": (("contracts", "annual_value"), _annual),
    "ageing": (("not_due", "late_1_30", "late_31_60", "late_61_90", "late_over_90", "total"), _ageing),
    "warnings_and_blocks": (("balance", "overdue", "unbilled"), _warned),
    "days_sales_outstanding": (("receivable",), _owed),
    "pre_swallow": (("ordered", "confirmed", "rejected", "activated", "ceased"), _preselection),
    "numbers_per_area_code": (("numbers", "free"), _area),
}
