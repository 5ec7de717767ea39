"""All operations: documented, tried, and never at a loss, whoever asks whatever."""

import re
import threading
from pathlib import Path

import pytest
from lxml import etree

from leissner.scripts import db
from leissner.soap import operations
from leissner.webui.access import EVERYONE

NAMESPACE = "urn:leissner:billing:1"
XSD = "{http://www.w3.org/2001/XMLSchema}"
VERBS = ("ping", "get", "find", "list", "save", "move", "close", "assign", "release", "add", "order", "set", "quote",
         "submit", "explain", "retry", "delete", "end", "terminate", "credit", "register", "lift", "confirm",
         "acknowledge", "run", "recognise", "price", "create", "propose", "approve", "decline", "fetch",
         "remove", "request")
# Values of each type that somebody might send.
SENT = {
    "string": ("1000", "", "'; drop table x; --", "å{0}%s\\", "9" * 300), "int": ("1", "-1", "2147483647"),
    "long": ("1", "-9223372036854775808"), "decimal": ("1", "-0.001", "9" * 40), "boolean": ("true", "0"),
    "date": ("2026-10-01", "0001-01-01", "9999-12-31"),
    "dateTime": ("2026-10-01T12:00:00+02:00", "9999-12-31T23:59:59Z"),
}


@pytest.fixture(scope="module")
def wsdl(served):
    return etree.fromstring(served.send(b"", {}, "GET", "/soap/?wsdl")[2].encode())


def test_names_are_verb_and_noun():
    names = [one.name for one in operations.all_of()]
    assert len(names) == len(set(names))
    assert [name for name in names if not re.fullmatch(f"({'|'.join(VERBS)})([A-Z][A-Za-z]*)?", name)] == []


def test_everything_in_the_wsdl_is_documented(wsdl):
    bare = [
        f"{element.xpath('ancestor::*[@name][1]/@name')[0]}.{element.get('name')}"
        for kind in wsdl.iter(f"{XSD}complexType") if not kind.get("name").endswith(("Result", "Response"))
        or kind.find(f"{XSD}sequence/{XSD}element[@name='row']") is None and kind.get("name").endswith("Result")
        for element in kind.iter(f"{XSD}element") if not element.findtext(f"{XSD}annotation/{XSD}documentation")]
    assert bare == []
    for operation in wsdl.iterfind("{*}portType/{*}operation"):
        assert len(operation.findtext("{*}documentation") or "") > 20, operation.get("name")


def test_every_operation_is_tried_with_zeep():
    texts = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [one.name for one in operations.all_of() if f".{one.name}(" not in texts] == []


def test_types_are_those_of_the_database(served, wsdl):
    """Each argument and column of the function is there, and no other but those that go with all operations."""
    with served.database.connect() as conn:
        rows = db.call(conn, "operation_shape_list", p_functions=[one.function for one in operations.all_of()])
    own = {operations.CLEAR, operations.REQUEST_ID, *operations.PAGE}
    for one in operations.all_of():
        takes = {row["name"] for row in rows if row["owner"] == one.function and row["way"] == "in"}
        kind = wsdl.find(f".//{XSD}complexType[@name='{one.name}']")
        there = {element.get("name") for element in kind.iter(f"{XSD}element")}
        assert takes <= there and there - takes <= own, one.name


def requests_of(wsdl, name: str):
    """The body of an operation with each value of each argument, the others good."""
    kind = wsdl.find(f".//{XSD}complexType[@name='{name}']")
    arguments = [(element.get("name"), element.get("type").partition(":")[2]) for element in kind.iter(f"{XSD}element")]
    plain = [(argument, SENT[of][0]) for argument, of in arguments if of in SENT]
    yield plain
    for argument, of in arguments:
        for value in SENT.get(of, ())[1:]:
            yield [(other, value if other == argument else told) for other, told in plain]


def body(name: str, values) -> str:
    root = etree.Element(f"{{{NAMESPACE}}}{name}", nsmap={None: NAMESPACE})
    for argument, value in values:
        if argument != operations.REQUEST_ID:
            etree.SubElement(root, f"{{{NAMESPACE}}}{argument}").text = value
    return etree.tostring(root, encoding="unicode")


@pytest.mark.parametrize("level", EVERYONE)
def test_each_level_gets_an_answer_or_a_fault_of_its_own(served, wsdl, level):
    with served.database.connect() as conn:
        seller = conn.execute("select code from billing.seller order by code limit 1").fetchone()["code"]
    key = served.key(level, {"seller": seller, "customer": "1000"}.get(level))
    for one in operations.all_of():
        status, _, text = served.post(body(one.name, next(requests_of(wsdl, one.name))), key=key)
        assert status == 200 or "<faultcode>soap:Client.LB" in text, (one.name, text)


def test_whatever_is_sent_is_no_fault_of_ours(served, wsdl):
    key = served.key("admin")
    for one in operations.all_of():
        for values in requests_of(wsdl, one.name):
            status, _, text = served.post(body(one.name, values), key=key)
            assert status == 200 or "<faultcode>soap:Client.LB" in text, (one.name, values, text)


def test_faults_at_the_same_time_are_not_mixed_up(served):
    """A schema of lxml keeps what it found in itself: eight threads at once said nothing, or another's fault."""
    found = []

    def ask(n):
        for _ in range(20):
            text = served.post(f'<getCustomer xmlns="{NAMESPACE}"><x{n}/></getCustomer>')[2]
            found.append(f"<field>x{n}</field>" in text)

    served.key()
    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 160
