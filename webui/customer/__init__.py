"""Customers: the list, the tree, a customer with all that belongs to it, contracts and numbers."""

import re

from flask import Blueprint, redirect, request, url_for

from leissner.webui import database
from leissner.webui.access import STAFF, page
from leissner.webui.lists import Column, Filter, List
from leissner.webui.texts import gettext as _

pages = Blueprint("customer", __name__, template_folder="templates")

READERS = (*STAFF, "seller")
WRITERS = ("admin", "sales", "support", "batch", "integration")
CHANGERS = ("admin", "sales", "support", "finance", "credit")  # of many at once
STATES = {one: one for one in ("proposed", "coming", "active", "ending", "ended")}


def choices(kind: str) -> dict[str, str]:
    """What a form offers of a kind: service, seller, group, price_list, vat_code, currency."""
    return {one["code"]: one["name"] for one in database.call("customer_choice_list", p_kind=kind)}


def to_customer(row: dict) -> str:
    return url_for("customer.customer", no=row["customer_no"])


def to_contract(row: dict) -> str:
    return url_for("customer.contract", no=row["contract_no"])


def to_number(row: dict) -> str:
    return url_for("customer.number", no=row["number"])


ORDER_STATES = ("ordered", "confirmed", "rejected", "active", "ceased")
CUSTOMERS = List(
    "customer_list", is_long=True, key="customer_no", search=("customer_no", "name", "org_no", "city", "email"),
    name="customers", bulk="customers", changers=CHANGERS,
    empty="No customers yet: import customers.csv, or make the first one here.",
    columns=[
        Column("customer_no", "No", link=to_customer),
        Column("name", "Name", sorts_as="name", link=to_customer),
        Column("kind", "Kind", "word"),
        Column("parent_no", "Above", link=lambda row: url_for("customer.customer", no=row["parent_no"])),
        Column("city", "City", sorts_as="name"),
        Column("org_no", "Registration no", is_extra=True),
        Column("email", "E-mail", is_extra=True),
        Column("seller", "Seller"),
        Column("contracts", "Contracts", "number", sorts_as="no"),
        Column("credit_limit", "Limit", "money"),
        Column("currency", "Currency", is_extra=True),
    ],
    filters=[Filter("kind", "Kind", {"business": "business", "private": "private", "wholesale": "wholesale"})],
)
CONTRACTS = List(
    "contract_list", is_long=True, key="contract_no", search=("contract_no", "customer_no", "customer", "reference"),
    bulk="contracts", changers=("admin", "sales", "support"),
    name="contracts", empty="No contracts yet: make one from a customer's page.",
    columns=[
        Column("contract_no", "Contract", link=to_contract),
        Column("customer_no", "No", link=to_customer),
        Column("customer", "Customer", sorts_as="name", link=to_customer),
        Column("state", "State", "state"),
        Column("services", "Services", sorts_as="no"),
        Column("lines", "Lines", "number", sorts_as="no"),
        Column("start_on", "From", "day", is_given=True),
        Column("ends_on", "Ends", "day"),
        Column("seller", "Seller"),
        Column("reference", "Reference", is_extra=True),
        Column("noticed_on", "Notice given", "day", is_extra=True),
        Column("signed_on", "Signed", "day", is_extra=True),
    ],
    filters=[
        Filter("state", "State", STATES),
        Filter("service", "Service", lambda: choices("service"), is_param=True),
        Filter("seller", "Seller", lambda: choices("seller")),
    ],
)
NUMBERS = List(
    "number_list", is_long=True, key="id", order="number", search=("number", "customer_no", "customer", "contract_no"),
    name="numbers", empty="No numbers yet: assign one from the page of a contract line.",
    columns=[
        Column("number", "Number", "phone", link=to_number, is_given=True),
        Column("to_number", "To", "phone", sorts_as="no"),
        Column("numbers", "Count", "number", is_summed=True, sorts_as="no"),
        Column("kind", "Kind", "word", is_extra=True, sorts_as="no"),
        Column("state", "State", "state", sorts_as="no"),
        Column("from_on", "From", "day", sorts_as="no"),
        Column("ends_on", "Ends", "day", sorts_as="no"),
        Column("contract_no", "Contract", link=to_contract),
        Column("line_no", "Line", "number", sorts_as="no"),
        Column("service", "Service", is_extra=True),
        Column("customer_no", "No", link=to_customer),
        Column("customer", "Customer", sorts_as="name", link=to_customer),
    ],
    filters=[
        Filter("number", "Number", is_param=True), Filter("customer_no", "Customer", is_param=True),
        Filter("state", "State", STATES, is_param=True),
    ],
)
FREE = List(
    "number_free_list", key="number", name="numbers-free",
    empty="No number that was assigned once is free today.",
    columns=[
        Column("number", "Number", "phone", link=to_number),
        Column("to_number", "To", "phone"),
        Column("numbers", "Count", "number", is_summed=True),
        Column("former_customer_no", "Had it last",
               link=lambda row: url_for("customer.customer", no=row["former_customer_no"])),
        Column("freed_on", "Free since", "day"),
    ],
)
PRESELECTION = List(
    "preselection_browse_list", is_long=True, key="event", order="happened_at", is_descending=True,
    name="preselection",
    empty="No order of carrier pre-selection in these days. One is noted on the page of its number.",
    search=("number", "customer_no", "customer"),
    columns=[
        Column("happened_at", "When", "moment", is_given=True),
        Column("number", "Number", "phone", link=to_number, is_given=True),
        Column("carrier_prefix", "Carrier", sorts_as="no"),
        Column("kind", "Calls", "word", sorts_as="no"),
        Column("state", "State", "state", sorts_as="no"),
        Column("reason", "Reason", sorts_as="no"),
        Column("customer_no", "No", link=to_customer, sorts_as="no"),
        Column("customer", "Customer", sorts_as="no", link=to_customer),
        Column("event", "Event", "number", is_extra=True, sorts_as="no"),
    ],
    filters=[
        Filter("state", "State", {one: one for one in ORDER_STATES}),
        Filter("carrier_prefix", "Carrier"),
        Filter("from", "From", is_param=True, kind="day"), Filter("to", "Through", is_param=True, kind="day"),
    ],
)


@page(pages, "/customers", READERS)
def customers():
    return CUSTOMERS.page("customer/customers.html", title=_("Customers"))


@page(pages, "/contracts", READERS)
def contracts():
    return CONTRACTS.page("customer/contracts.html", title=_("Contracts"))


@page(pages, "/numbers", READERS)
def numbers():
    words = request.args.get("q", "").strip()
    if re.fullmatch(r"\+?[\d\s()/.-]{4,}", words):  # a number, however it is written
        return redirect(url_for("customer.numbers", number=words))
    return NUMBERS.page("customer/numbers.html", title=_("Numbers"))


@page(pages, "/numbers/free", STAFF)
def numbers_free():
    return FREE.page("customer/numbers_free.html", title=_("Free numbers"))


@page(pages, "/preselection", STAFF)
def preselection_orders():
    return PRESELECTION.page("customer/numbers_free.html", title=_("Pre-selection"))


from leissner.webui.customer import bulk, edit, number, show  # noqa: E402, F401 the pages of these
