"""The shapes of operations: types of Spyne, for the WSDL, from what the database says of its functions; and rows as
XML by the same shapes."""

import base64
import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal as Number
from typing import Any

from lxml import etree

from leissner.soap import engine
from leissner.soap.faults import NAMESPACE, readable
from leissner.soap.operations import CLEAR, PAGE, REQUEST_ID, Field, Operation

TYPES = {
    "text": engine.Unicode, "integer": engine.Integer32, "smallint": engine.Integer32, "bigint": engine.Integer64,
    "numeric": engine.Decimal, "boolean": engine.Boolean, "date": engine.Date,
    "timestamp with time zone": engine.DateTime, "bytea": engine.ByteArray, "jsonb": engine.Unicode,
    "json": engine.Unicode, "refcursor": engine.Unicode,
}


@dataclass(frozen=True)
class Shape:
    """What an operation takes and gives."""

    operation: Operation
    says: str
    is_writing: bool
    takes: tuple[Field, ...]
    gives: tuple[Field, ...]  # columns; one without a name where it gives one value
    value: str  # rows, void, or the type of its one value


def shapes(operations: Iterable[Operation], rows: Iterable[dict]) -> dict[str, Shape]:
    """The shapes of operations by name; `rows` of api.operation_shape_list."""
    found: dict[str, dict[str, list[dict]]] = {}
    for row in sorted(rows, key=lambda row: row["place"]):
        found.setdefault(row["owner"], {}).setdefault(row["way"], []).append(row)
    return {one.name: _shape(one, found) for one in operations}


def _shape(operation: Operation, found: dict) -> Shape:
    own = found[operation.function]
    is_writing = "writes" in own
    head = own["writes" if is_writing else "reads"][0]

    def fields(owner: dict, way: str, items: dict) -> tuple[Field, ...]:
        return tuple(
            Field(row["name"], row["type"], row["is_needed"], row["says"] or "",
                  fields(found[items[row["name"]]], "field", items) if row["name"] in items else ())
            for row in owner.get(way, []))

    takes = fields(own, "in", operation.items)
    if operation.keeps:
        takes += (CLEAR_FIELD,)
    if operation.key and "limit" not in [field.name for field in takes]:
        takes += PAGE_FIELDS
    if is_writing:
        takes += (REQUEST_FIELD,)
    gives = operation.gives or fields(own, "out", operation.items) or (Field("", head["type"], True, ""),)
    value = "rows" if head["type"] == "rows" and not operation.gives else \
        operation.gives[0].type if operation.gives else head["type"]
    return Shape(operation, operation.says or head["says"] or "", is_writing, takes, gives, value)


REQUEST_FIELD = Field(REQUEST_ID, "text", False, "An id of the request, your own: the same again within 30 days gets "
                      "the same answer and does nothing.")
CLEAR_FIELD = Field(CLEAR, "text[]", False, "Names of fields to empty; what is left out stays as it is.")
PAGE_FIELDS = (Field(PAGE[0], "text", False, "What `next` of the page before had; nothing for the first page."),
               Field(PAGE[1], "integer", False, "Rows in this page: 100, at most 1 000."))


def model(name: str, fields: Iterable[Field]) -> type:
    """A type of Spyne for records."""
    return engine.ComplexModel.produce(NAMESPACE, name, [(one.name, member(one, name)) for one in fields])


def member(field: Field, owner: str) -> type:
    """A member of a type: its own type, whether it must be there, and what the database says of it."""
    plain = field.type.removesuffix("[]")
    of = model(f"{owner}{_camel(field.name)}", field.of) if field.of else TYPES[plain]
    return of.customize(min_occurs=int(field.is_needed), max_occurs="unbounded" if field.is_many else 1,
                        nillable=False, doc=field.says)


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def result_type(shape: Shape) -> type | None:
    """The type of what an operation gives: a record, a page of records, or a value; None where it gives nothing."""
    name = f"{shape.operation.name[0].upper()}{shape.operation.name[1:]}"
    if shape.value == "void":
        return None
    if shape.value != "rows":
        return TYPES[shape.value.removesuffix("[]")].customize(
            min_occurs=0, nillable=False, max_occurs="unbounded" if shape.value.endswith("[]") else 1)
    row = model(f"{name}Row" if not shape.operation.is_one else f"{name}Result", shape.gives)
    if shape.operation.is_one:
        return row.customize(min_occurs=0, nillable=False)
    members = [("row", row.customize(min_occurs=0, max_occurs="unbounded", nillable=False))]
    if shape.operation.key:  # an empty page has its count: zeep takes an element with nothing in it for None
        members.insert(0, ("count", engine.Integer32.customize(
            min_occurs=1, nillable=False, doc="How many rows this page has.")))
        members.append(("next", engine.Unicode.customize(
            min_occurs=0, nillable=False, doc="What to give as `after` for the next page; none after the last.")))
    return engine.ComplexModel.produce(NAMESPACE, f"{name}Result", members).customize(min_occurs=0, nillable=False)


# ---- rows as XML --------------------------------------------------------------------------------------------


def answer(shape: Shape, rows: list[dict], next_: str | None = None) -> etree._Element:
    """What an operation answers, as the element of its response."""
    name = shape.operation.name
    response = etree.Element(f"{{{NAMESPACE}}}{name}Response", nsmap={None: NAMESPACE})
    result = f"{{{NAMESPACE}}}{name}Result"
    if shape.value == "void":
        return response
    if shape.value != "rows":
        value = next(iter(rows[0].values())) if rows else None
        for one in value if isinstance(value, list) else [] if value is None else [value]:
            etree.SubElement(response, result).text = text(one)
        return response
    plan = _plan(shape.gives)
    if shape.operation.is_one:
        if rows:
            _put(etree.SubElement(response, result), rows[0], plan)
        return response
    page, row_tag = etree.SubElement(response, result), f"{{{NAMESPACE}}}row"
    if shape.operation.key:
        etree.SubElement(page, f"{{{NAMESPACE}}}count").text = f"{len(rows)}"
    for row in rows:
        _put(etree.SubElement(page, row_tag), row, plan)
    if next_ is not None:
        etree.SubElement(page, f"{{{NAMESPACE}}}next").text = text(next_)
    return response


def _plan(fields: Iterable[Field]) -> list[tuple[str, str, bool, list]]:
    return [(field.name, field.tag, field.is_many, _plan(field.of)) for field in fields]


def _put(parent: etree._Element, row: dict, plan: list) -> None:
    """The columns of a row as elements; what is NULL is left out."""
    make = etree.SubElement
    for name, tag, is_many, of in plan:
        value = row.get(name)
        if value is None:
            continue
        if not is_many:
            make(parent, tag).text = text(value)
        elif of:
            for one in value:
                _put(make(parent, tag), one, of)
        else:
            for one in value:
                make(parent, tag).text = text(one)


def text(value: Any) -> str:
    """A value as XML Schema writes it."""
    kind = type(value)
    return WRITTEN[kind](value) if kind in WRITTEN else readable(f"{value}")


def _json(value: Any) -> str:
    from leissner.scripts import db

    return readable(db.exact(value))


WRITTEN: dict[type, Callable[[Any], str]] = {
    str: readable, int: str, bool: lambda value: "true" if value else "false", Number: lambda value: f"{value:f}",
    datetime.datetime: lambda value: value.isoformat(), datetime.date: lambda value: value.isoformat(),
    bytes: lambda value: base64.b64encode(value).decode(), dict: _json, list: _json,
}
