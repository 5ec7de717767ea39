"""All operations, by service: each is one function of `api`. What it takes and gives, and what is said of it, is read
from the database (shape.py); here stands only what a function cannot say of itself."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from leissner.scripts import db
from leissner.scripts.errors import LeissnerError
from leissner.soap.faults import NAMESPACE

CLEAR, REQUEST_ID, PAGE = "clear", "request_id", ("after", "limit")


@dataclass(frozen=True)
class Field:
    """An argument, a column, or a field of a nested record."""

    name: str
    type: str  # of PostgreSQL
    is_needed: bool
    says: str
    of: tuple["Field", ...] = ()  # of a record

    @property
    def is_many(self) -> bool:
        return self.type.endswith("[]") or bool(self.of)

    @property
    def tag(self) -> str:
        return f"{{{NAMESPACE}}}{self.name}"


@dataclass(frozen=True)
class Operation:
    """An operation and the function that does it."""

    name: str
    function: str
    key: str | None = None  # a list is paged by this column
    is_one: bool = False  # gives one record; a fault where there is none
    keeps: str | None = None  # a save leaves what is not sent as this function gives it
    keeps_by: str | None = None  # where it gives a list: the column that tells the row
    items: dict[str, str] = field(default_factory=dict)  # arguments and columns that hold records: their type in logic
    gives: tuple[Field, ...] = ()  # fields, where Python makes something of the rows
    make: Callable | None = None  # make(conn, rows, given) -> rows
    says: str = ""
    is_large: bool = False  # up to 16 MB
    timeout_s: int = 30


def _pdf(conn: db.Connection, rows: list[dict], given: dict) -> list[dict]:
    from leissner.scripts.invoice_pdf import as_sent

    return [{"pdf": as_sent(row["document"])} for row in rows]


def _einvoice(conn: db.Connection, rows: list[dict], given: dict) -> list[dict]:
    from leissner.scripts import einvoice

    return [{"xml": einvoice.xml(row["document"])} for row in rows]


def _report_csv(conn: db.Connection, rows: list[dict], given: dict) -> list[dict]:
    from leissner.scripts import report

    return [{"csv": report.csv_text(conn, row)} for row in rows]


PARAMETERS = {"parameters": "report_parameter"}

SERVICES: dict[str, list[Operation]] = {
    "System": [
        Operation("ping", "ping", is_one=True),
    ],
    "Customers": [
        Operation("getCustomer", "customer_get", is_one=True),
        Operation("findCustomers", "customer_list", key="customer_no"),
        Operation("saveCustomer", "customer_save", keeps="customer_get"),
        Operation("createCustomer", "customer_new"),
        Operation("recogniseCustomer", "outside_put", is_one=True),
        Operation("moveCustomer", "customer_move", is_one=True),
        Operation("closeCustomer", "customer_close", is_one=True),
        Operation("getCustomerTree", "customer_family_list"),
        Operation("listCustomerTerms", "customer_term_list"),
        Operation("saveCustomerTerm", "customer_term_save", keeps="customer_term_list", keeps_by="from_on"),
        Operation("deleteCustomerTerm", "customer_term_delete"),
        Operation("listAddresses", "address_list"),
        Operation("getAddress", "address_get", is_one=True),
        Operation("saveAddress", "address_save", keeps="address_get"),
    ],
    "Contracts": [
        Operation("getContract", "contract_get", is_one=True),
        Operation("listContracts", "contract_list", key="contract_no"),
        Operation("saveContract", "contract_save", keeps="contract_get"),
        Operation("terminateContract", "contract_terminate", is_one=True),
        Operation("proposeContract", "contract_propose"),
        Operation("approveContract", "contract_approve"),
        Operation("declineContract", "contract_decline"),
        Operation("listContractTerms", "contract_term_list"),
        Operation("saveContractTerm", "contract_term_save", keeps="contract_term_list", keeps_by="from_on"),
        Operation("deleteContractTerm", "contract_term_delete"),
        Operation("getLine", "line_get", is_one=True),
        Operation("listLines", "line_list", key="line"),
        Operation("listLineFees", "contract_line_list"),
        Operation("saveLine", "line_save", keeps="line_get"),
        Operation("endLine", "line_end"),
        Operation("listLineTerms", "line_term_list"),
        Operation("saveLineTerm", "line_term_save", keeps="line_term_list", keeps_by="from_on"),
        Operation("deleteLineTerm", "line_term_delete"),
        Operation("getCharge", "charge_get", is_one=True),
        Operation("listCharges", "charge_list"),
        Operation("saveCharge", "charge_save", keeps="charge_get"),
        Operation("deleteCharge", "charge_delete"),
    ],
    "Numbers": [
        Operation("findNumber", "number_find"),
        Operation("listNumbers", "number_list", key="id"),
        Operation("listFreeNumbers", "number_free_list", key="number"),
        Operation("assignNumber", "number_assign"),
        Operation("releaseNumber", "number_release"),
        Operation("moveNumber", "number_reassign"),
        Operation("listPreselections", "preselection_browse_list", key="event"),
        Operation("findPreselections", "preselection_list"),
        Operation("addPreselection", "preselection_add"),
    ],
    "Prices": [
        Operation("listServices", "service_list", key="code"),
        Operation("listServiceCharges", "service_charge_list", key="target"),
        Operation("listDestinations", "destination_list", key="code"),
        Operation("listPriceLists", "price_list_list", key="code"),
        Operation("getPriceList", "price_list_get", is_one=True),
        Operation("listFees", "fee_list", key="target"),
        Operation("getPrice", "price_get", is_one=True),
        Operation("setPrice", "price_save"),
        Operation("removePrice", "price_delete"),
        Operation("listCustomerPriceLists", "customer_price_list"),
        Operation("listRings", "ring_list", key="code"),
        Operation("listCustomerRings", "customer_ring_list"),
    ],
    "Calls": [
        Operation("submitCalls", "call_submit", items={"calls": "submitted_call"}, is_large=True, timeout_s=120),
        Operation("findCalls", "call_find_list", key="place"),
        Operation("getCall", "call_get", is_one=True),
        Operation("explainCall", "call_explain"),
        Operation("listSuspendedCalls", "suspense_find_list", key="call"),
        Operation("retryCalls", "call_retry", is_one=True, timeout_s=120),
    ],
    "Quotes": [
        Operation("quoteCall", "quote_call", is_one=True),
        Operation("quoteDestinations", "quote_list", is_large=True),
        Operation("explainQuote", "quote"),
    ],
    "Usage": [
        Operation("getUsage", "usage_get", is_one=True),
        Operation("listBundleUsage", "usage_bundle_list"),
    ],
    "Basis": [
        Operation("listBasisRuns", "basis_run_list", key="run", items={"totals": "basis_total"}),
        Operation("listBasisDocuments", "basis_document_list", key="basis_no"),
        Operation("getBasis", "basis_get", is_one=True, items={"taxes": "basis_tax", "lines": "basis_line"}),
        Operation("acknowledgeBasis", "basis_acknowledge", items={"rows": "basis_number"}),
    ],
    "Blocks": [
        Operation("listBlocks", "credit_block_browse_list", key="block"),
        Operation("setBlock", "credit_block"),
        Operation("liftBlock", "credit_unblock", is_one=True),
        Operation("listBlockOrders", "block_order_list", key="id"),
        Operation("fetchBlockOrders", "credit_order_fetch"),
        Operation("confirmBlockOrder", "credit_order_confirm"),
        Operation("retryBlockOrders", "credit_order_again"),
    ],
    "Accounts": [
        Operation("getBalance", "balance_get"),
        Operation("getExposure", "exposure_get", is_one=True),
        Operation("listOpenItems", "item_browse_list", key="item"),
        Operation("listStatement", "statement_list", key="place"),
    ],
    "Invoices": [
        Operation("listInvoices", "invoice_list", key="invoice_no"),
        Operation("getInvoice", "invoice_get", is_one=True, items={"lines": "document_line", "vat": "document_tax"}),
        Operation("getInvoicePdf", "issued_document", make=_pdf, timeout_s=120, says=(
            "An issued invoice or credit note as PDF, the same bytes as it is e-mailed: PDF/A-3 with the e-invoice "
            "inside, where the payer has what one needs. One that is unknown, a draft, or not to be seen is refused."
        ), gives=(
            Field("pdf", "bytea", True, "The file."),)),
        Operation("getInvoiceXml", "issued_document", make=_einvoice, timeout_s=120, says=(
            "An issued invoice or credit note as e-invoice, the same bytes as it is delivered: Peppol BIS Billing 3.0 "
            "(UBL 2.1). One that is unknown, a draft, or not to be seen is refused, and one whose payer or operator "
            "lacks what an e-invoice needs."
        ), gives=(
            Field("xml", "bytea", True, "The file."),)),
        Operation("listInvoiceCalls", "invoice_call_list", key="place"),
        Operation("creditInvoice", "invoice_credit", is_one=True),
        Operation("requestCredit", "credit_request_add"),
        Operation("listCreditRequests", "credit_request_list", key="request"),
    ],
    "Payments": [
        Operation("registerPayment", "payment_register", is_one=True, items={"uses": "payment_use"}),
        Operation("listPayments", "payment_browse_list", key="payment"),
    ],
    "Reports": [
        Operation("listReports", "report_list"),
        Operation("runReport", "report_row_list", key="number", items=PARAMETERS, timeout_s=120),
        Operation("getReportCsv", "report_get", items=PARAMETERS, make=_report_csv, timeout_s=300, says=(
            "Runs a standard report and gives all of it as CSV, with the names of its columns first and its sums last, "
            "as the command line writes it. Sellers see their own customers only. Refused: a report that is unknown "
            "or not for the caller, an unknown or missing argument, a value of another type."
        ), gives=(Field("csv", "text", True, "The file."),)),
    ],
    "Changes": [
        Operation("listChanges", "change_list", key="cursor"),
    ],
}


def all_of() -> list[Operation]:
    return [operation for operations in SERVICES.values() for operation in operations]


def service_of(name: str) -> str:
    """The service of an operation."""
    return _SERVICE[name]


_SERVICE = {one.name: service for service, operations in SERVICES.items() for one in operations}


def allowed(names: Iterable[str]) -> list[str]:
    """What a key may call, of names of operations and services: what is in a service named as a whole is left out."""
    given = {name.strip() for name in names} - {""}
    known = {one.name for one in all_of()}
    if wrong := sorted(given - known - set(SERVICES)):
        raise LeissnerError(f"There is no operation or service {', '.join(wrong)}.", "There are: " + "; ".join(
            f"{service} ({', '.join(one.name for one in own)})" for service, own in SERVICES.items()) + ".")
    return sorted(name for name in given if name in SERVICES or service_of(name) not in given)
