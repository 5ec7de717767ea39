"""Customers: the list, the tree, a customer with all that belongs to it, contracts and numbers."""

from flask import Blueprint

from leissner.webui.access import STAFF, page
from leissner.webui.lists import Column, Filter, List
from leissner.webui.texts import gettext as _

pages = Blueprint("customer", __name__, template_folder="templates")

CUSTOMERS = List(
    "customer_list", key="customer_no", search=("customer_no", "name", "org_no", "city", "email"), name="customers",
    empty="No customers yet: import customers.csv, or make the first one here.",
    columns=[
        Column("customer_no", "No"),
        Column("name", "Name", sorts_as="name"),
        Column("kind", "Kind", "word"),
        Column("parent_no", "Above"),
        Column("city", "City", sorts_as="name"),
        Column("org_no", "Registration no", is_extra=True),
        Column("email", "E-mail", is_extra=True),
        Column("seller", "Seller"),
        Column("contracts", "Contracts", "number"),
        Column("credit_limit", "Limit", "money"),
        Column("currency", "Currency", is_extra=True),
    ],
    filters=[Filter("kind", "Kind", {"business": "business", "private": "private", "wholesale": "wholesale"})],
)


@page(pages, "/customers", (*STAFF, "seller"))
def customers():
    return CUSTOMERS.page("customer/customers.html", title=_("Customers"))
