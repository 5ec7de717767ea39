"""All operations, by service: each is one function of `api`. What it takes and gives, and what is said of it, is read
from the database (shape.py); here stands only what a function cannot say of itself."""

from collections.abc import Callable
from dataclasses import dataclass, field

CLEAR, REQUEST_ID, PAGE = "clear", "request_id", ("after", "limit")


@dataclass(frozen=True)
class Operation:
    """An operation and the function that does it."""

    name: str
    function: str
    key: str | None = None  # a list is paged by this column
    is_one: bool = False  # gives one record; a fault where there is none
    keeps: str | None = None  # a save leaves what is not sent as this function gives it
    items: dict[str, str] = field(default_factory=dict)  # arguments and columns that hold records: their type in logic
    gives: tuple = ()  # fields, where Python makes something of the rows
    gives_rows: bool = False
    make: Callable | None = None  # make(conn, rows, given) -> rows
    says: str = ""
    is_large: bool = False  # up to 16 MB
    timeout_s: int = 30


SERVICES: dict[str, list[Operation]] = {
    "System": [
        Operation("ping", "ping", is_one=True),
    ],
    "Customers": [
        Operation("getCustomer", "customer_get", is_one=True),
        Operation("findCustomers", "customer_list", key="customer_no"),
        Operation("saveCustomer", "customer_save", keeps="customer_get"),
    ],
}


def all_of() -> list[Operation]:
    return [operation for operations in SERVICES.values() for operation in operations]


def service_of(name: str) -> str:
    """The service of an operation."""
    return next(service for service, operations in SERVICES.items() for one in operations if one.name == name)
