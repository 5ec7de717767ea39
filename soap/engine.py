"""Spyne, on each Python that we run on, and SOAP 1.1 over it.

Spyne makes the WSDL and the schema of the types, checks requests against it and finds the operation. How a request
is read and an answer written is here: nothing but plain document/literal comes in (no DTD, no entities, no MTOM, no
references), a row goes from the database into XML without objects between (10 000 calls in one answer).
"""

import contextlib
import operator
import re
import sys
import threading
import warnings

import six
from lxml import etree

from leissner.soap.faults import Refusal

# Spyne 2.14 brings a copy of six whose lazy modules Python 3.12 does not find: it gets the real one. What it
# imports of the standard library that 3.13 has no more, legacy-cgi brings back.
six.get_function_name = lambda function: function.__name__
for _name in ("", ".moves", ".moves.collections_abc", ".moves.urllib", ".moves.urllib.parse", ".moves.urllib.request",
              ".moves.urllib.error", ".moves.http_cookies"):
    sys.modules[f"spyne.util.six{_name}"] = operator.attrgetter(f"six{_name}")(sys.modules[__name__])

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of cgi, and of escapes in its source
    from spyne import Application, MethodContext, ServiceBase, rpc
    from spyne.interface.wsdl import Wsdl11
    from spyne.model.binary import ByteArray
    from spyne.model.complex import ComplexModel
    from spyne.model.primitive import Boolean, Date, DateTime, Decimal, Integer32, Integer64, Unicode
    from spyne.protocol.soap import Soap11
    from spyne.server import ServerBase

__all__ = ["Application", "Boolean", "ByteArray", "ComplexModel", "Date", "DateTime", "Decimal", "Integer32",
           "Integer64", "MethodContext", "Protocol", "ServerBase", "ServiceBase", "Unicode", "Wsdl11", "rpc"]

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
ENVELOPE_12 = "http://www.w3.org/2003/05/soap-envelope"


MOST = 1_000_000  # elements: each takes memory a hundred times its shortest text
DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.I)


def head(body: bytes) -> etree._Element | None:
    """The Header of an envelope, from the beginning of who is not known yet; None where it is not whole there."""
    if DTD.search(body):
        return None
    parser = etree.XMLPullParser(("end",), tag=f"{{{ENVELOPE}}}Header", encoding="utf-8", resolve_entities=False,
                                 no_network=True, load_dtd=False, huge_tree=False)
    with contextlib.suppress(etree.XMLSyntaxError, ValueError):
        parser.feed(body)
    with contextlib.suppress(etree.XMLSyntaxError):
        for _, found in parser.read_events():
            above = found.getparent()
            return found if above.tag == f"{{{ENVELOPE}}}Envelope" and above.getparent() is None else None
    return None


def parse(body: bytes) -> etree._Element:
    """The envelope of a request."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
                             huge_tree=False, remove_comments=True, remove_pis=True, remove_blank_text=False)
    if body.count(b"<") > MOST:
        raise Refusal("LB944", 413, why=f"it has more than {MOST} elements")
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        said = re.split(r" \(<string>|, try XML_PARSE", f"{error}")[0]  # without what libxml says to programmers
        raise Refusal("LB944", 400, why=said.removesuffix(".")) from error
    if root.tag == f"{{{ENVELOPE_12}}}Envelope":
        raise Refusal("LB945", 415, why="it is one of SOAP 1.2")
    if root.tag != f"{{{ENVELOPE}}}Envelope":
        raise Refusal("LB945", 400, why=f"its root is {etree.QName(root).localname}")
    parts = [child.tag for child in root]
    if parts not in ([f"{{{ENVELOPE}}}Body"], [f"{{{ENVELOPE}}}Header", f"{{{ENVELOPE}}}Body"]):
        raise Refusal("LB945", 400, why="it needs a Body, and at most a Header before it")
    if len(root[-1]) != 1:
        raise Refusal("LB945", 400, why="its Body needs one element, that of the operation")
    return root


def name_of(root: etree._Element) -> str:
    """The name of what the Body asks for."""
    return etree.QName(root[-1][0]).localname


def header_of(root: etree._Element) -> etree._Element | None:
    return root[0] if len(root) == 2 else None


class Protocol(Soap11):
    """The wire of requests and answers; faults are written by `faults`."""

    def __init__(self):
        super().__init__()
        self.schema = b""  # of the WSDL
        self._own = threading.local()

    def create_in_document(self, ctx, charset=None):
        ctx.in_document = ctx.udc.root

    def decompose_incoming_envelope(self, ctx, message=Soap11.REQUEST):
        root = ctx.in_document
        ctx.in_body_doc = root[-1][0]
        ctx.method_request_string = ctx.in_body_doc.tag
        if ctx.method_request_string not in self.app.interface.service_method_map:
            name = etree.QName(ctx.in_body_doc).localname
            if f"{{{self.app.tns}}}{name}" in self.app.interface.service_method_map:
                raise Refusal("LB945", why=f"{name} is not in the namespace {self.app.tns}")
            raise Refusal("LB946", operation=name)
        for block in header_of(root) if header_of(root) is not None else ():
            is_must = block.get(f"{{{ENVELOPE}}}mustUnderstand") in ("1", "true")
            if is_must and block.tag != f"{{{SECURITY}}}Security":
                raise Refusal("LB945", why=f"the header {etree.QName(block).localname} is not understood")
        self.validate_body(ctx, message)

    def validate_body(self, ctx, message):
        # of this thread: a schema of lxml keeps what it found in itself
        schema = getattr(self._own, "schema", None)
        if schema is None:
            schema = self._own.schema = etree.XMLSchema(etree.fromstring(self.schema))
        if not schema.validate(ctx.in_body_doc):
            error = schema.error_log[0]
            said = error.message.replace(f"{{{self.app.tns}}}", "").removesuffix(".") + _which(ctx.in_body_doc, error)
            field = said.split("'")[1] if said.count("'") >= 2 else None
            raise Refusal("LB947", why=said, field=field)

    def deserialize(self, ctx, message):
        """Values as they were written: PostgreSQL reads them, by the types of the function's arguments."""
        ctx.in_object = [_read(ctx.in_body_doc)]

    def serialize(self, ctx, message):
        ctx.out_document = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soap": ENVELOPE, None: self.app.tns})
        etree.SubElement(ctx.out_document, f"{{{ENVELOPE}}}Body").append(ctx.out_object[0])


def _which(operation: etree._Element, error) -> str:
    """Which of many it is, as in “calls 17”, where a record is wrong."""
    place = re.search(r"^/\*/\*\[\d+\]/\*/\*\[(\d+)\]|^/[^/]+/\*\[(\d+)\]/", error.path or "")
    place = place and int(place[1] or place[2])
    if not place or place > len(operation):
        return ""
    record = operation[place - 1]
    return f", in {etree.QName(record).localname} {len(list(record.itersiblings(record.tag, preceding=True))) + 1}"


def _read(element: etree._Element) -> dict:
    """The children of an element by name: text, a dict where there are children; what comes again is a list."""
    found: dict = {}
    for child in element:
        name = child.tag.rpartition("}")[2]
        found.setdefault(name, []).append(_read(child) if len(child) else child.text or "")
    return found
