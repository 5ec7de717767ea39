"""What a figure of a report is made of: the contracts with a service, the documents with a product. The calls have
their own page."""

from flask import url_for

from leissner.webui import shape
from leissner.webui.access import STAFF, page
from leissner.webui.lists import Column, Filter, List
from leissner.webui.report import READERS, pages
from leissner.webui.start import address
from leissner.webui.texts import gettext as _

BILLED_READERS = tuple(one for one in STAFF if one != "pricing")  # lines of documents are not for sellers
WHAT = {"active": "active", "at_start": "at the start", "new": "new ones", "terminated": "terminated",
        "at_end": "at the end"}


def _today() -> str:
    return f"{shape.today()}"


CONTRACTS = List(
    "report_contract_list", key="key", order="customer_no", name="contracts-of-report",
    search=("contract_no", "customer_no", "customer"), empty="No contract has the service in this period.",
    columns=[
        Column("contract_no", "Contract", link=lambda row: url_for("customer.contract", no=row["contract_no"]),
               is_given=True),
        Column("customer_no", "No", link=lambda row: url_for("customer.customer", no=row["customer_no"]),
               is_given=True),
        Column("customer", "Customer", sorts_as="name", is_given=True),
        Column("service", "Service", sorts_as="no"),
        Column("from_on", "From", "day"), Column("to_on", "Ends", "day", sorts_as="no"),
        Column("lines", "Lines", "number", is_summed=True, sorts_as="no"),
        Column("quantity", "Quantity", "number", is_summed=True),
        Column("key", "Key", is_extra=True, sorts_as="no"),
    ],
    filters=[Filter("what", "Which", WHAT, is_param=True, default="active"),
             Filter("service", "Service", is_param=True),
             Filter("from", "From", is_param=True, kind="day", default=_today),
             Filter("to", "Before", is_param=True, kind="day")],
)
BILLED = List(
    "report_billed_list", key="invoice_no", order="net", is_descending=True, name="documents-of-report",
    search=("invoice_no", "payer_no", "payer"), empty="No document of this period has it.",
    columns=[
        Column("invoice_no", "Document", link=lambda row: address("invoice.invoice", no=row["invoice_no"])),
        Column("document", "Kind", "word"), Column("invoice_on", "Date", "day"),
        Column("payer_no", "No", link=lambda row: url_for("customer.customer", no=row["payer_no"])),
        Column("payer", "Payer", sorts_as="name"), Column("lines", "Lines", "number", is_summed=True),
        Column("quantity", "Quantity", "number", is_summed=True), Column("net", "Net", "money", is_summed=True),
    ],
    filters=[Filter("from", "From", is_param=True, kind="day", default=_today),
             Filter("to", "Before", is_param=True, kind="day"),
             Filter("product", "Product", is_param=True),
             Filter("kind", "Kind of line", {one: one.replace("_", " ") for one in (
                 "one_time", "periodic", "usage", "manual", "fee", "correction")}, is_param=True)],
)


@page(pages, "/reports/contracts", READERS)
def contracts():
    """The contracts that a report counts."""
    return CONTRACTS.page("report/made_of.html", title=_("Contracts of the report"))


@page(pages, "/reports/documents", BILLED_READERS)
def billed():
    """The documents that the report of billed products adds up."""
    return BILLED.page("report/made_of.html", title=_("Documents of the report"))
