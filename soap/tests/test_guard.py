"""What someone sends who means harm, or is careless: against the real server, on sockets, and a real database.

Whatever comes is answered by a SOAP fault with the right status, of which nothing can be learnt; the next good request
is answered; no connection is lost, nothing is written but the log of requests, and no secret stands in that.
"""

import base64
import concurrent.futures
import contextlib
import gc
import gzip
import http.client
import itertools
import json
import os
import re
import shutil
import socket
import ssl
import statistics
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from lxml import etree

from leissner.scripts import db, password
from leissner.scripts.tests.servers import certificate
from leissner.soap import LARGEST_BULK
from leissner.soap.tests.conftest import serve
from leissner.webui.tests.conftest import WORDS

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
OURS = "urn:leissner:billing:1"
SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
# what no answer may have: of Python, of libraries, of SQL, of the machine
LEAK = re.compile(r"Traceback|\.py\b|\w+(Error|Exception)\b|/(work|tmp|home|usr|opt|etc|root|var|dev)/|site-packages|"
                  r"psycopg|lxml|spyne|waitress|werkzeug|&lt;string|<string|\b(billing|access|logic|api|audit)\.\w|"
                  r"\bp_\w|relation|constraint \"|\bselect\b|\binsert\b|pg_|plpgsql|NoneType|object at 0x|root:x:0")
GOOD_CUSTOMER = "1000"
SECRET = "hunter2 hunter2 hunter2"  # a password that is wrong


@pytest.fixture(scope="module")
def target(bed, quick_passwords):
    """The server, with a customer, a key and a person."""
    made = bed.create(bed.template.name)
    for served in serve(made):
        key = served.key()
        with made.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin"):
            db.call(conn, "user_save", p_name="crm", p_levels=["integration"])
            db.call(conn, "password_set", p_name="crm", **password.new(WORDS))
        with made.connect() as served.eyes:
            served.eyes.execute("insert into billing.currency (currency) values ('SEK')")
            served.eyes.execute("insert into billing.operator (name, org_no) values ('Test', '556000-0000')")
            status, _, text = served.post(save(GOOD_CUSTOMER, "Good"), key=key)
            assert status == 200, text
            yield served
    bed.drop(made)


@pytest.fixture(scope="module")
def proxied(target):
    """The same behind a proxy on this machine."""
    yield from serve(target.database, is_proxied=True)


# What is sent ----------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Sent:
    """A request; the credentials are good where nothing else is said."""

    body: bytes | Callable[[], bytes] = b""
    headers: dict = field(default_factory=dict)  # None: left out
    method: str = "POST"
    path: str = "/soap/"
    is_known: bool = True

    def raw(self, served) -> bytes:
        body = self.body() if callable(self.body) else self.body
        headers = {"Host": f"127.0.0.1:{served.port}", "Content-Type": "text/xml; charset=utf-8",
                   "Content-Length": len(body)} | ({"X-API-Key": served.key()} if self.is_known else {}) | self.headers
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value is not None)
        return f"{self.method} {self.path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


def answer(sock: socket.socket, method: str = "POST") -> tuple[int, http.client.HTTPMessage, bytes]:
    got = http.client.HTTPResponse(sock, method=method)
    got.begin()
    return got.status, got.headers, got.read()


def sent(served, raw: bytes, method: str = "POST") -> tuple[int, http.client.HTTPMessage, bytes]:
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as sock:
        sock.sendall(raw)
        return answer(sock, method)


def envelope(body: str, header: str = "", attributes: str = "") -> bytes:
    return (f'<soap:Envelope xmlns:soap="{SOAP}"{attributes}>' + (header and f"<soap:Header>{header}</soap:Header>") +
            f"<soap:Body>{body}</soap:Body></soap:Envelope>").encode()


def get(inner: str = f"<customer_no>{GOOD_CUSTOMER}</customer_no>", attributes: str = "") -> str:
    return f'<getCustomer xmlns="{OURS}"{attributes}>{inner}</getCustomer>'


def find(inner: str) -> str:
    return f'<findCustomers xmlns="{OURS}">{inner}</findCustomers>'


def save(customer_no: str, name: str, more: str = "") -> str:
    return (f'<saveCustomer xmlns="{OURS}"><customer_no>{customer_no}</customer_no><name>{name}</name>{more}'
            "</saveCustomer>")


def dtd(what: str, use: str = "x") -> bytes:
    return f"<?xml version='1.0'?>{what}".encode() + envelope(get(f"<customer_no>{use}</customer_no>"))


def token(name: str, words: str | None, kind: str = "PasswordText", security: str = SECURITY) -> str:
    given = "" if words is None else f'<w:Password Type="#{kind}">{words}</w:Password>'
    return f'<w:UsernameToken xmlns:w="{security}"><w:Username>{name}</w:Username>{given}</w:UsernameToken>'


def security(*tokens: str) -> str:
    return f'<w:Security xmlns:w="{SECURITY}" xmlns:s="{SOAP}" s:mustUnderstand="1">{"".join(tokens)}</w:Security>'


def basic(given: bytes | str) -> dict:
    return {"Authorization": "Basic " + base64.b64encode(given.encode() if isinstance(given, str) else given).decode()}


def stranger(headers: dict | None = None, body: bytes = envelope(get()), **more) -> Sent:
    return Sent(body, headers or {}, is_known=False, **more)


LAUGHS = "<!DOCTYPE l [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in itertools.pairwise("abcdefghij")) + "]>"
QUADRATIC = f"<!DOCTYPE l [<!ENTITY a '{'x' * 50_000}'>]>"
GOOD = envelope(get())
NS12 = "http://www.w3.org/2003/05/soap-envelope"
TYPED = f' xmlns:xsi="{XSI}" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
NO = "<customer_no>{}</customer_no>"
UNICODE = "\u202e\u0000"

# name: what is sent, HTTP status, code of the fault
TABLE: dict[str, tuple[Sent, int, str]] = {
    # DTDs and entities
    "xxe file": (Sent(dtd("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>", "&x;")), 400, "LB941"),
    "xxe http": (Sent(dtd("<!DOCTYPE a [<!ENTITY x SYSTEM 'http://127.0.0.1:9/'>]>", "&x;")), 400, "LB941"),
    "xxe parameter": (Sent(dtd("<!DOCTYPE a [<!ENTITY % x SYSTEM 'file:///etc/passwd'> %x;]>")), 400, "LB941"),
    "dtd outside": (Sent(dtd("<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/a.dtd'>")), 400, "LB941"),
    "dtd public": (Sent(dtd("<!DOCTYPE html PUBLIC '-//W3C//DTD' 'http://127.0.0.1:9/'>")), 400, "LB941"),
    "dtd harmless": (Sent(dtd("<!DOCTYPE a>")), 400, "LB941"),
    "dtd lower case": (Sent(dtd("<!doctype a [<!entity x 'y'>]>")), 400, "LB941"),
    "entities beyond a DTD": (Sent(envelope(get(NO.format("&#38;#60;")))), 500, "LB524"),
    "dtd after a long comment": (Sent(dtd(f"<!--{'x' * 100_000}--><!DOCTYPE a [<!ENTITY x 'y'>]>")), 400, "LB941"),
    "dtd in cdata": (Sent(envelope(get(NO.format("<![CDATA[<!DOCTYPE a>]]>")))), 400, "LB941"),
    "dtd in a comment": (Sent(envelope(get() + "<!-- <!ENTITY a 'b'> -->")), 400, "LB941"),
    "dtd in utf-16": (Sent(dtd("<!DOCTYPE a [<!ENTITY x 'y'>]>").decode().encode("utf-16")), 415, "LB942"),
    "dtd in utf-16 without mark": (Sent(dtd("<!DOCTYPE a>").decode().encode("utf-16-le")), 415, "LB942"),
    "billion laughs": (Sent(dtd(LAUGHS, "&j;")), 400, "LB941"),
    "quadratic blow-up": (Sent(dtd(QUADRATIC, "&a;" * 10_000)), 400, "LB941"),
    "entity nobody declared": (Sent(envelope(get(NO.format("&nbsp;")))), 400, "LB944"),
    "xinclude": (Sent(envelope(get('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" '
                                   'href="file:///etc/passwd"/>'))), 500, "LB947"),
    "schema from elsewhere": (Sent(envelope(get(NO.format(1), f'{TYPED} xsi:schemaLocation="{OURS} file:///etc/passwd" '
                                                'wrong="1"'))), 500, "LB947"),
    "style sheet": (Sent(b"<?xml version='1.0'?><?xml-stylesheet href='file:///etc/passwd'?>" +
                         envelope(get(NO.format("-")))), 500, "LB524"),
    # shapes that cost
    "nested 5 000": (Sent(lambda: envelope("<a>" * 5000 + "</a>" * 5000)), 400, "LB944"),
    "nested 100 000": (Sent(lambda: envelope("<a>" * 100_000 + "</a>" * 100_000)), 400, "LB944"),
    "nested and never closed": (Sent(lambda: envelope("<a>" * 100_000)), 400, "LB944"),
    "nested 200": (Sent(lambda: envelope(get("<a>" * 200 + "</a>" * 200))), 500, "LB947"),
    "huge attribute": (Sent(lambda: envelope(get(attributes=f' a="{"x" * 1_900_000}"'))), 500, "LB947"),
    "100 000 attributes": (Sent(lambda: envelope(get(attributes="".join(
        f' a{n}="1"' for n in range(100_000))))), 500, "LB947"),
    "the same attribute twice": (Sent(envelope(get(attributes=' a="1" a="2"'))), 400, "LB944"),
    "50 000 namespaces": (Sent(lambda: envelope(get(attributes="".join(
        f' xmlns:n{n}="urn:n{n}"' for n in range(50_000))))), 200, ""),
    "namespace nobody declared": (Sent(envelope("<p:getCustomer/>")), 400, "LB944"),
    "huge text": (Sent(lambda: envelope(get(NO.format("x" * 1_900_000)))), 500, "LB524"),
    "huge name": (Sent(lambda: envelope(f"<{'x' * 40_000}/>")), 500, "LB946"),
    "huge name of the root": (Sent(lambda: f"<{'x' * 40_000}/>".encode()), 400, "LB945"),
    "half a million elements": (Sent(lambda: envelope(get("<a/>" * 480_000))), 500, "LB947"),
    "too large": (Sent(lambda: envelope(get(NO.format("x" * (2 << 20))))), 413, "LB940"),
    "far too large": (Sent(lambda: envelope(get(NO.format("x" * (17 << 20))))), 413, "LB940"),
    # charsets
    "charset nobody has": (Sent(GOOD, {"Content-Type": "text/xml; charset=nonexist"}), 415, "LB942"),
    "charset utf-7": (Sent(GOOD, {"Content-Type": "text/xml; charset=utf-7"}), 415, "LB942"),
    "charset utf-16": (Sent(GOOD.decode().encode("utf-16"), {"Content-Type": "text/xml; charset=UTF-16"}), 415,
                       "LB942"),
    "charset latin-1": (Sent(GOOD, {"Content-Type": "text/xml; charset=\"iso-8859-1\""}), 415, "LB942"),
    "charset empty": (Sent(GOOD, {"Content-Type": "text/xml; charset="}), 415, "LB942"),
    "declares utf-7": (Sent(b"<?xml version='1.0' encoding='utf-7'?>" + GOOD), 415, "LB942"),
    "declares latin-1": (Sent(b"<?xml version='1.0' encoding='latin-1'?>" + GOOD), 415, "LB942"),
    "declares nonsense": (Sent(b"<?xml version='1.0' encoding='nonexist'?>" + GOOD), 415, "LB942"),
    "declares utf-16 and is not": (Sent(b"<?xml version='1.0' encoding='UTF-16'?>" + GOOD), 415, "LB942"),
    "declares ebcdic": (Sent(b"<?xml version='1.0' encoding='cp037'?>" + GOOD), 415, "LB942"),
    "is utf-16": (Sent(GOOD.decode().encode("utf-16")), 415, "LB942"),
    "is utf-16 without mark": (Sent(GOOD.decode().encode("utf-16-be")), 415, "LB942"),
    "is utf-32": (Sent(GOOD.decode().encode("utf-32")), 415, "LB942"),
    "is ebcdic": (Sent("<?xml version='1.0' encoding='cp037'?>".encode("cp037")), 415, "LB942"),
    "is latin-1": (Sent(envelope(get(NO.format("Ö"))).decode().encode("latin-1")), 415, "LB942"),
    "utf-8 overlong": (Sent(GOOD.replace(b"1000", b"\xc0\xbc")), 415, "LB942"),
    "utf-8 surrogates": (Sent(GOOD.replace(b"1000", b"\xed\xa0\x80")), 415, "LB942"),
    "utf-8 cut": (Sent(GOOD + b"\xc3"), 415, "LB942"),
    "ascii that is not": (Sent(b"<?xml version='1.0' encoding='us-ascii'?>" + envelope(get(NO.format("Ö")))), 400,
                          "LB944"),
    "two byte order marks": (Sent(b"\xef\xbb\xbf" * 2 + GOOD), 400, "LB944"),
    "nul": (Sent(GOOD.replace(b"1000", b"10\x0000")), 415, "LB942"),
    "nul as a reference": (Sent(envelope(get(NO.format("&#0;")))), 400, "LB944"),
    "control character": (Sent(GOOD.replace(b"1000", b"10\x0800")), 400, "LB944"),
    "control as a reference": (Sent(envelope(get(NO.format("&#8;")))), 400, "LB944"),
    "not a character": (Sent(GOOD.replace(b"1000", "\uffff".encode())), 400, "LB944"),
    # not XML
    "empty": (Sent(b""), 400, "LB944"),
    "blanks": (Sent(b" \n" * 1000), 400, "LB944"),
    "text": (Sent(b"customer 1000"), 400, "LB944"),
    "json": (Sent(b'{"a": 1}', {"Content-Type": "application/json"}), 415, "LB948"),
    "json as xml": (Sent(b'{"a": 1}'), 400, "LB944"),
    "html": (Sent(b"<html><body><br></body></html>"), 400, "LB944"),
    "form": (Sent(b"a=1", {"Content-Type": "application/x-www-form-urlencoded"}), 415, "LB948"),
    "no type": (Sent(GOOD, {"Content-Type": None}), 415, "LB948"),
    "hostile type": (Sent(GOOD, {"Content-Type": "<script>\xe5&amp;" + "x" * 5000}), 415, "LB948"),
    "cut inside": (Sent(GOOD[:-20]), 400, "LB944"),
    "something after it": (Sent(GOOD + b"<more/>"), 400, "LB944"),
    "two envelopes": (Sent(GOOD * 2), 400, "LB944"),
    "random": (Sent(bytes(range(1, 256)) * 40), 415, "LB942"),
    # not the envelope
    "soap 1.2": (Sent(GOOD.replace(SOAP.encode(), NS12.encode()), {
        "Content-Type": "application/soap+xml; charset=utf-8"}), 415, "LB945"),
    "soap 1.2 as 1.1": (Sent(GOOD.replace(SOAP.encode(), NS12.encode())), 415, "LB945"),
    "another envelope": (Sent(GOOD.replace(SOAP.encode(), b"urn:x")), 400, "LB945"),
    "no envelope": (Sent(get().encode()), 400, "LB945"),
    "no body": (Sent(f'<s:Envelope xmlns:s="{SOAP}"/>'.encode()), 400, "LB945"),
    "only a header": (Sent(f'<s:Envelope xmlns:s="{SOAP}"><s:Header/></s:Envelope>'.encode()), 400, "LB945"),
    "two bodies": (Sent(GOOD.replace(b"</soap:Body>", b"</soap:Body><soap:Body/>")), 400, "LB945"),
    "header after body": (Sent(GOOD.replace(b"</soap:Body>", b"</soap:Body><soap:Header/>")), 400, "LB945"),
    "two headers": (Sent(GOOD.replace(b"<soap:Body>", b"<soap:Header/><soap:Header/><soap:Body>")), 400, "LB945"),
    "more after the body": (Sent(GOOD.replace(b"</soap:Body>", b"</soap:Body><x/>")), 400, "LB945"),
    "empty body": (Sent(envelope("")), 400, "LB945"),
    "text as body": (Sent(envelope("getCustomer")), 400, "LB945"),
    "two operations": (Sent(envelope(get() * 2)), 400, "LB945"),
    "a fault": (Sent(envelope("<soap:Fault><faultcode>x</faultcode></soap:Fault>")), 500, "LB946"),
    "an answer": (Sent(envelope(f'<getCustomerResponse xmlns="{OURS}"/>')), 500, "LB946"),
    "unknown operation": (Sent(envelope(f'<dropCustomer xmlns="{OURS}"/>')), 500, "LB946"),
    "python's own": (Sent(envelope(f'<__init__ xmlns="{OURS}"/>')), 500, "LB946"),
    "operation without namespace": (Sent(envelope("<getCustomer/>")), 500, "LB945"),
    "operation of another version": (Sent(envelope('<getCustomer xmlns="urn:leissner:billing:2"/>')), 500, "LB945"),
    "operation in other letters": (Sent(envelope(f'<GETCUSTOMER xmlns="{OURS}"/>')), 500, "LB946"),
    "must be understood": (Sent(envelope(get(), '<t:Transaction xmlns:t="urn:t" soap:mustUnderstand="1"/>')), 500,
                           "LB945"),
    "must be understood, in another's security": (Sent(envelope(
        get(), '<t:Security xmlns:t="urn:t" soap:mustUnderstand="true"/>')), 500, "LB945"),
    "rpc encoded": (Sent(envelope(get(f'<customer_no xsi:type="xs:string">{GOOD_CUSTOMER}</customer_no>', TYPED +
                                      ' soap:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"'))), 500,
                    "LB947"),
    "reference": (Sent(envelope(get('<customer_no href="#a"/>') )), 500, "LB947"),
    "reference to itself": (Sent(envelope(get('<customer_no id="a" href="#a"/>'))), 500, "LB947"),
    "reference to another element": (Sent(envelope(get('<customer_no href="#a"/>') + '<x id="a">1000</x>')), 400,
                                     "LB945"),
    "another type": (Sent(envelope(get('<customer_no xsi:type="xs:int">1</customer_no>', TYPED))), 500, "LB947"),
    "a type nobody knows": (Sent(envelope(get('<customer_no xsi:type="nope">1</customer_no>', TYPED))), 500, "LB947"),
    "another type for all": (Sent(envelope(get(attributes=f'{TYPED} xmlns:o="{OURS}" xsi:type="o:saveCustomer"'))), 500,
                             "LB947"),
    "nil": (Sent(envelope(get('<customer_no xsi:nil="true"/>', TYPED))), 500, "LB947"),
    "unknown element": (Sent(envelope(get(NO.format(1) + "<is_admin>true</is_admin>"))), 500, "LB947"),
    "wrong order": (Sent(envelope(f'<saveCustomer xmlns="{OURS}"><name>N</name><customer_no>1</customer_no>'
                                  '</saveCustomer>')), 500, "LB947"),
    "wrong namespace inside": (Sent(envelope(get('<customer_no xmlns="urn:x">1000</customer_no>'))), 500, "LB947"),
    "missing": (Sent(envelope(get(""))), 500, "LB947"),
    "too many": (Sent(envelope(get(NO.format(1) * 2))), 500, "LB947"),
    "elements in a text": (Sent(envelope(get(NO.format("<b>1</b>")))), 500, "LB947"),
    "text among elements": (Sent(envelope(get(NO.format(1) + "text"))), 500, "LB947"),
    "multipart": (Sent(b'--b\r\nContent-Type: application/xop+xml\r\n\r\n' + GOOD + b"\r\n--b--",
                       {"Content-Type": 'multipart/related; type="application/xop+xml"; boundary=b'}), 415, "LB948"),
    "xop include": (Sent(envelope(get('<customer_no><x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" '
                                      'href="cid:a@b"/></customer_no>'))), 500, "LB947"),
    "gzip": (Sent(gzip.compress(GOOD), {"Content-Encoding": "gzip"}), 415, "LB948"),
    "gzip bomb": (Sent(lambda: gzip.compress(b" " * (64 << 20)), {"Content-Encoding": "gzip"}), 415, "LB948"),
    "gzip, unsaid": (Sent(gzip.compress(GOOD)), 415, "LB942"),
    "deflate": (Sent(GOOD, {"Content-Encoding": "deflate"}), 415, "LB948"),
    # HTTP
    "get": (Sent(method="GET"), 405, "LB943"),
    "put": (Sent(GOOD, method="PUT"), 405, "LB943"),
    "delete": (Sent(method="DELETE"), 405, "LB943"),
    "options": (Sent(method="OPTIONS"), 405, "LB943"),
    "trace": (Sent(method="TRACE", headers={"X-Secret": "1"}), 405, "LB943"),
    "patch": (Sent(GOOD, method="PATCH"), 405, "LB943"),
    "propfind": (Sent(method="PROPFIND"), 405, "LB943"),
    "a method of nobody": (Sent(method="'OR1--" + "X" * 5000), 405, "LB943"),
    "get with a body": (Sent(GOOD, method="GET"), 405, "LB943"),
    "no length": (Sent(headers={"Content-Length": None}), 411, "LB944"),
    # a path below is the same door
    "another path": (Sent(envelope(get(NO.format("-"))), path="/soap/../../etc/passwd"), 500, "LB524"),
    "a stranger on another path": (stranger(path="/soap/x/%2e%2e/admin"), 401, "LB930"),
    # who is not known
    "nobody": (stranger(), 401, "LB930"),
    "nobody, and no XML": (stranger(body=b"<"), 401, "LB930"),
    "nobody, with a bomb": (stranger(body=dtd(LAUGHS, "&j;")), 401, "LB930"),
    "not base64": (stranger({"Authorization": "Basic !!!"}), 401, "LB930"),
    "not ascii": (stranger({"Authorization": "Basic \xe5\xe4\xf6\xff"}), 401, "LB930"),
    "basic without anything": (stranger({"Authorization": "Basic"}), 401, "LB930"),
    "no colon": (stranger(basic("crm")), 401, "LB930"),
    "not utf-8": (stranger(basic(b"crm:\xff\xfe")), 401, "LB930"),
    "nul in the name": (stranger(basic(f"c\0rm:{SECRET}")), 401, "LB930"),
    "nul in the password": (stranger(basic(f"crm1:{SECRET}\0")), 401, "LB930"),
    "newline in the name": (stranger(basic(f"crm\nadmin:{SECRET}")), 401, "LB930"),
    "long name": (stranger(basic(f"{'x' * 10_000}:{SECRET}")), 401, "LB930"),
    "long password": (stranger(basic(f"crm2:{'x' * 150_000}")), 401, "LB930"),
    "sql as name": (stranger(basic(f"' or 1=1 --:{SECRET}")), 401, "LB930"),
    "format as name": (stranger(basic(f"%s{{0}}%(x)s:{SECRET}")), 401, "LB930"),
    "wrong password": (stranger(basic(f"crm:{SECRET}")), 401, "LB930"),
    "nobody's name": (stranger(basic(f"nobody:{SECRET}")), 401, "LB930"),
    "digest of http": (stranger({"Authorization": 'Digest username="crm", realm="x"'}), 401, "LB930"),
    "negotiate": (stranger({"Authorization": "Negotiate YII="}), 401, "LB930"),
    "wrong bearer": (stranger({"Authorization": "Bearer " + "0" * 64}), 401, "LB930"),
    "bearer of a web token": (stranger({"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."}), 401, "LB930"),
    "wrong key": (stranger({"X-API-Key": "0" * 64}), 401, "LB930"),
    "sql as key": (stranger({"X-API-Key": "' or ''='"}), 401, "LB930"),
    "long key": (stranger({"X-API-Key": "0" * 200_000}), 401, "LB930"),
    "wrong key before a good password": (stranger({"X-API-Key": "0" * 64} | basic(f"crm:{WORDS}")), 401, "LB930"),
    "key and password wrong at once": (stranger({"Authorization": "Basic !!!, Basic !!!"}), 401, "LB930"),
    "ws: wrong": (stranger(body=envelope(get(), security(token("crm3", SECRET)))), 401, "LB930"),
    "ws: digest": (stranger(body=envelope(get(), security(token("crm", "x", "PasswordDigest")))), 401, "LB930"),
    "ws: no password": (stranger(body=envelope(get(), security(token("crm", None)))), 401, "LB930"),
    "ws: empty": (stranger(body=envelope(get(), security(token("", "")))), 401, "LB930"),
    "ws: two tokens": (stranger(body=envelope(get(), security(token("x", "y"), token("crm", WORDS)))), 401, "LB930"),
    "ws: good and a bad one": (stranger(body=envelope(get(), security(token("crm", WORDS), token("x", "y")))), 401,
                               "LB930"),
    "ws: two headers": (stranger(body=envelope(get(), security(token("crm", WORDS)) * 2)), 401, "LB930"),
    "ws: not in a header": (stranger(body=envelope(security(token("crm", WORDS)))), 401, "LB930"),
    "ws: without security": (stranger(body=envelope(get(), token("crm", WORDS))), 401, "LB930"),
    "ws: of another namespace": (stranger(body=envelope(get(), security(token("crm", WORDS, security="urn:x")))), 401,
                                 "LB930"),
    "ws: in a comment": (stranger(body=envelope(get() + "<!-- UsernameToken -->")), 401, "LB930"),
    "ws: only the word": (stranger(body=b"UsernameToken"), 401, "LB930"),
    "ws: a bomb": (stranger(body=dtd(LAUGHS, "&j;").replace(
        b"<soap:Body>", b"<soap:Header><UsernameToken/></soap:Header><soap:Body>")), 401, "LB930"),
    "ws: far behind": (stranger(body=envelope(get(), "<x/>" * 100_000 + security(token("crm", WORDS)))), 401, "LB930"),
    "ws: certificate": (stranger(body=envelope(get(), security("<w:BinarySecurityToken>x</w:BinarySecurityToken>"))),
                        401, "LB930"),
    # values
    "sql": (Sent(envelope(get(NO.format("1000' or '1'='1")))), 500, "LB524"),
    "sql with a semicolon": (Sent(envelope(get(NO.format("1000'; drop table x; --")))), 500, "LB524"),
    "format strings": (Sent(envelope(get(NO.format("%s%n%(x)s{0.__class__}{what}${jndi:ldap://x}")))), 500, "LB524"),
    "markup in a value": (Sent(envelope(get(NO.format("&lt;script>&amp;&lt;/value>]]&gt;")))), 500, "LB524"),
    "right to left": (Sent(envelope(get(NO.format("\u202e0001")))), 500, "LB524"),
    "limit 0": (Sent(envelope(find("<limit>0</limit>"))), 500, "LB947"),
    "limit -1": (Sent(envelope(find("<limit>-1</limit>"))), 500, "LB947"),
    "limit 1001": (Sent(envelope(find("<limit>1001</limit>"))), 500, "LB947"),
    "limit 10^30": (Sent(envelope(find(f"<limit>1{'0' * 30}</limit>"))), 500, "LB947"),
    "limit 10^6000": (Sent(envelope(find(f"<limit>1{'0' * 6000}</limit>"))), 500, "LB947"),
    "limit 1e2": (Sent(envelope(find("<limit>1e2</limit>"))), 500, "LB947"),
    "limit empty": (Sent(envelope(find("<limit/>"))), 500, "LB947"),
    "limit in arabic": (Sent(envelope(find("<limit>١٠</limit>"))), 500, "LB947"),
    "limit twice": (Sent(envelope(find("<limit>1</limit>" * 2))), 500, "LB947"),
    "number with exponent": (Sent(envelope(save("A", "B", "<credit_limit>1e3</credit_limit>"))), 500, "LB947"),
    "number of 1 000 digits": (Sent(envelope(save("A", "B", f"<credit_limit>1{'0' * 999}</credit_limit>"))), 500,
                               "LB938"),
    "number of 24 digits": (Sent(envelope(save("A", "B", f"<credit_limit>1{'0' * 23}</credit_limit>"))), 500, "LB938"),
    "infinity": (Sent(envelope(save("A", "B", "<credit_limit>INF</credit_limit>"))), 500, "LB947"),
    "nan": (Sent(envelope(save("A", "B", "<credit_limit>NaN</credit_limit>"))), 500, "LB947"),
    "comma": (Sent(envelope(save("A", "B", "<credit_limit>1,5</credit_limit>"))), 500, "LB947"),
    "a key as number": (Sent(envelope(get(NO.format("abcdef01" * 8)))), 500, "LB524"),
    "a key as name": (stranger(basic("abcdef01" * 8 + ":x")), 401, "LB930"),
    "boolean": (Sent(envelope(save("A", "B", "<has_full_numbers>yes</has_full_numbers>"))), 500, "LB947"),
    "boolean 2": (Sent(envelope(save("A", "B", "<has_full_numbers>2</has_full_numbers>"))), 500, "LB947"),
    "too many days": (Sent(envelope(save("A", "B", "<payment_days>2147483647</payment_days>"))), 500, "LB937"),
    "too many days by one": (Sent(envelope(save("A", "B", "<payment_days>2147483648</payment_days>"))), 500, "LB947"),
    "no name": (Sent(envelope(save("A", ""))), 500, "LB947"),
    "no number": (Sent(envelope(save("", "B"))), 500, "LB947"),
    "long number": (Sent(lambda: envelope(save("x" * 1_000_000, "B"))), 500, "LB938"),
    "random long number": (Sent(lambda: envelope(save(os.urandom(50_000).hex(), "B"))), 500, "LB938"),
    "long name of a customer": (Sent(lambda: envelope(save("A", os.urandom(900_000).hex()))), 500, "LB938"),
    "unknown kind": (Sent(envelope(save("A", "B", "<kind>'; --</kind>"))), 500, "LB937"),
    "unknown parent": (Sent(envelope(save("A", "B", "<parent_no>nobody</parent_no>"))), 500, "LB802"),
    "its own parent": (Sent(envelope(save("A", "B", "<parent_no>A</parent_no>"))), 500, "LB802"),
    "100 000 groups": (Sent(lambda: envelope(save("A", "B", "<groups>x</groups>" * 100_000))), 500, "LB802"),
    "another version": (Sent(envelope(save(GOOD_CUSTOMER, "B", "<row_version>999</row_version>"))), 500, "LB800"),
    "clears what is not": (Sent(envelope(save("A", "B", "<clear>nothing</clear>"))), 500, "LB947"),
    "clears what must be": (Sent(envelope(save("A", "B", "<clear>name</clear>"))), 500, "LB947"),
    "clears python": (Sent(envelope(save("A", "B", "<clear>__class__</clear>"))), 500, "LB947"),
    "request id of 201": (Sent(envelope(save("A", "B", f"<request_id>{'x' * 201}</request_id>"))), 500, "LB937"),
    "request id of a million": (Sent(lambda: envelope(save(
        "A", "B", f"<request_id>{os.urandom(500_000).hex()}</request_id>"))), 500, "LB937"),
}


def code_of(body: bytes) -> str:
    root = etree.fromstring(body)
    assert root.tag == f"{{{SOAP}}}Envelope"
    fault = root.find(f"{{{SOAP}}}Body/{{{SOAP}}}Fault")
    assert fault is not None, body[:500]
    assert fault.findtext("faultstring").strip()
    return fault.findtext("faultcode").removeprefix("soap:")


def state(served) -> dict:
    """What must be as before."""
    return served.eyes.execute("""
        select (select max(change_id) from audit.change where table_name not like 'access.%%') as change,
            (select count(*) from access.request) as request, (select count(*) from billing.customer) as customer,
            (select count(*) from access.login_throttle where length(who) > 150) as throttle
    """).fetchone()


def events(served, after: int) -> list[dict]:
    return served.eyes.execute("select event_id, actor, client, kind, subject, detail from audit.event "
                        "where event_id > %s and kind = 'soap' order by event_id", (after,)).fetchall()


def last(served) -> int:
    return served.eyes.execute("select coalesce(max(event_id), 0) as n from audit.event").fetchone()["n"]


def patient(served) -> None:
    """Forgets strangers: there are more of them here than are free."""
    served.soap._log._strangers = 0
    served.eyes.execute("delete from access.login_throttle")


@pytest.fixture(autouse=True)
def patience(target):
    patient(target)


def assert_well(served) -> None:
    """The next good request is answered, all connections are free."""
    status, _, body = sent(served, Sent(GOOD).raw(served))
    assert status == 200 and b"<customer_no>1000<" in body
    pool, until = served.app.extensions["pool"], time.monotonic() + 5
    while (stats := pool.get_stats())["pool_available"] != stats["pool_size"] and time.monotonic() < until:
        time.sleep(0.001)  # a connection goes back in a thread of the pool's own
    assert stats["pool_available"] == stats["pool_size"] and not stats.get("requests_waiting")


@pytest.mark.parametrize("name", TABLE)
def test_each_is_refused_and_nothing_else_happens(target, name):
    what, wanted, code = TABLE[name]
    before, logged = state(target), last(target)
    status, headers, body = sent(target, what.raw(target), what.method)
    text = body.decode()
    assert status == wanted, text[:1000]
    assert headers["Content-Type"] == "text/xml; charset=utf-8" and len(body) == int(headers["Content-Length"])
    if code:
        assert code_of(body) == f"Client.{code}", text[:1000]
        assert len(body) < 4000, text[:300]
        assert not LEAK.search(text), text
    assert (status == 401) == ("WWW-Authenticate" in headers) and (status == 405) == ("Allow" in headers)
    assert state(target) == before
    told = events(target, logged)
    assert len(told) == 1 and told[0]["detail"].get("fault") == (code and code_of(body) or None)
    assert "soap 127.0.0.1" in told[0]["client"] and len(json.dumps(told[0]["detail"], default=str)) < 1000
    assert_well(target)


# What is not HTTP, or not all of it ------------------------------------------------------------------------------

def broken(served, head: str, body: bytes = b"", first: str = "POST /soap/ HTTP/1.1") -> bytes:
    known = f"Host: x\r\nContent-Type: text/xml\r\nX-API-Key: {served.key()}"
    return f"{first}\r\n{known}\r\n{head}\r\n\r\n".encode() + body


NO_HTTP = {
    "negative length": ("Content-Length: -1", "", 400),
    "length in words": ("Content-Length: many", "", 400),
    "length with a sign": ("Content-Length: +5", "", 400),
    "two lengths": ("Content-Length: 5\r\nContent-Length: 6", "", 400),
    "length of 6 000 digits": (f"Content-Length: {'9' * 6000}", "", 400),
    "length of 30 digits": (f"Content-Length: {'9' * 30}", "", 413),
    "length of a gigabyte": ("Content-Length: 1000000000", "", 413),
    "length of 65 MB": (f"Content-Length: {65 << 20}", "", 413),
    "chunks of nonsense": ("Transfer-Encoding: chunked", "zzz\r\n", 400),
    "chunk of a negative size": ("Transfer-Encoding: chunked", "-5\r\nabc\r\n", 400),
    "packed for the way": ("Transfer-Encoding: gzip, chunked", "", 501),
    "header without a colon": ("Content-Length 5", "", 400),
    "headers of 300 KB": (f"X-Big: {'x' * 300_000}", "", 431),
    "10 000 headers": ("\r\n".join(f"X-{n}: {'x' * 30}" for n in range(10_000)), "", 431),
    "bare line feeds": ("A: b\nC: d", "", 400),
}


@pytest.mark.parametrize("name", NO_HTTP)
def test_what_is_not_http_is_refused_before_it_comes_to_soap(target, name):
    head, body, wanted = NO_HTTP[name]
    status, _, answered = sent(target, broken(target, head, body.encode()))
    assert status == wanted and len(answered) < 1000 and not LEAK.search(answered.decode()), answered
    assert_well(target)


@pytest.mark.parametrize("first", [
    "", "POST", "POST /soap/", "POST /soap/ HTTP/9.9", "POST http://[/soap/ HTTP/1.1", "GET /soap/\x00 HTTP/1.1",
    "post /soap/ HTTP/1.1", "\x16\x03\x01\x02\x00\x01"])
def test_a_first_line_of_nonsense_takes_no_worker(target, first):
    with socket.create_connection(("127.0.0.1", target.port), timeout=20) as sock:
        sock.sendall(broken(target, "Content-Length: 0", first=first))
        sock.shutdown(socket.SHUT_WR)
        said = b"".join(iter(lambda: sock.recv(65536), b""))
    assert not LEAK.search(said.decode())
    assert_well(target)


def test_chunks_are_a_body_too(target):
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (GOOD[:9], GOOD[9:])) + b"0\r\n\r\n"
    head = "Transfer-Encoding: chunked"
    assert sent(target, broken(target, head, chunks))[0] == 200
    assert sent(target, broken(target, f"{head}\r\nContent-Length: 3", chunks))[0] == 200  # of which that says nothing
    many = b"%x\r\n%b\r\n" % (1 << 20, b" " * (1 << 20)) * 17
    status, _, body = sent(target, broken(target, head, many + b"0\r\n\r\n"))
    assert status == 413 and code_of(body) == "Client.LB940"
    assert_well(target)


def test_one_after_the_other_on_a_connection(target):
    """Answers come in order, and one to HEAD has no body: what follows would be read as the next answer's."""
    raws = [("POST", Sent(GOOD), 200), ("HEAD", Sent(method="HEAD"), 405), ("POST", Sent(b"<"), 400),
            ("HEAD", Sent(method="HEAD", path="/soap/?wsdl"), 200), ("POST", stranger(), 401),
            ("POST", Sent(GOOD), 200)]
    with socket.create_connection(("127.0.0.1", target.port), timeout=20) as sock:
        sock.sendall(b"".join(what.raw(target) for _, what, _ in raws))
        left = b""
        for _ in range(200):
            left += sock.recv(65536)
            if left.count(b"HTTP/1.1 ") == len(raws) and left.endswith(b"</soap:Envelope>"):
                break
    for method, _, wanted in raws:
        head, _, left = left.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 %d " % wanted)
        length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
        assert length > 100
        left = left if method == "HEAD" else left[length:]
    assert left == b""


def test_what_is_cut_or_slow_keeps_nobody_out(target):
    """Two hundred requests that never end; others are answered as ever, and one that ends late is answered too."""
    whole = Sent(GOOD).raw(target)
    socks = []
    try:
        for n in range(200):
            socks.append(socket.create_connection(("127.0.0.1", target.port), timeout=20))
            socks[-1].sendall(whole[:(20, 200, -1)[n % 3]])
        begun = time.monotonic()
        assert_well(target)
        assert time.monotonic() - begun < 5
        socks[2].sendall(whole[-1:])
        assert answer(socks[2])[0] == 200
        before, logged = state(target), last(target)
    finally:
        for sock in socks:
            sock.close()
    assert_well(target)
    assert state(target) == before and len(events(target, logged)) == 1  # what was cut did nothing
    until = time.monotonic() + 10
    while target.server.active_channels and time.monotonic() < until:
        time.sleep(0.05)
    assert not target.server.active_channels


def test_the_wsdl_is_well_formed_whatever_host_is_said(target):
    hosts = ["evil.example/x", 'a"><x/>&', "a b", "<!--", "x" * 5000, "\xe5", "a, b", "a@b", "127.0.0.1:99999999",
             "-->", "http://x", "javascript:alert(1)", "[::1", ""]
    for host in hosts:
        _, headers, body = sent(target, Sent(headers={"Host": host}, method="GET", path="/soap/?wsdl").raw(target))
        places = [one.get("location") for one in etree.fromstring(body).iter("{*}address") if one.get("location")]
        assert places and set(places) == {f"http://waitress.invalid:{target.port}/soap/"}, host
        assert headers["Cache-Control"] == "no-store" and headers["Vary"] == "Host"
    for query in ("?wsdl=<x>", "?WSDL&%00", "?wsdl#../../etc/passwd"):
        status, _, body = sent(target, Sent(method="GET", path=f"/soap/x/..{query}").raw(target), "GET")
        assert status == 200 and b"<x>" not in body
    forwarded = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher", "Forwarded": "host=evil.example"}
    _, _, body = sent(target, Sent(method="GET", path="/soap/?wsdl", headers=forwarded).raw(target))
    assert b"evil" not in body and b"gopher" not in body


# Who is not known ------------------------------------------------------------------------------------------------

def refused_login(served, name: str, words: str = SECRET) -> tuple[int, bytes]:
    status, _, body = sent(served, stranger(basic(f"{name}:{words}")).raw(served))
    return status, body


def test_a_fault_does_not_tell_who_there_is(target):
    with target.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin"):
        for name in ("left", "keyed"):
            db.call(conn, "user_save", p_name=name, p_levels=["integration"])
        db.call(conn, "password_set", p_name="left", **password.new(WORDS))
        db.call(conn, "user_disable", p_name="left")
    names = {"someone": "crm", "nobody": "nobody", "without a password": "keyed"}
    told = {what: refused_login(target, name) for what, name in names.items()}
    told["disabled"] = refused_login(target, "left", WORDS)
    told["no name of a user"] = refused_login(target, "no body")
    assert len(set(told.values())) == 1 and told["someone"][0] == 401
    patient(target)
    told = {name: [refused_login(target, name)[0] for _ in range(7)] for name in names.values()}
    assert set(map(tuple, told.values())) == {(401, 401, 401, 401, 401, 429, 429)}


def test_strangers_make_us_work_fifty_times_no_more(target, monkeypatch):
    """A password costs a tenth of a second and 64 MB: an address has fifty tried."""
    tried = []
    monkeypatch.setattr(password, "digest", lambda *given, own=password.digest: tried.append(1) or own(*given))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        told = [status for status, _ in pool.map(lambda n: refused_login(target, f"guess{n}"), range(80))]
    assert told.count(401) == len(tried) == 50 and told.count(429) == 30
    _, headers, body = sent(target, stranger(basic(f"guess:{SECRET}")).raw(target))
    assert code_of(body) == "Client.LB902" and 1 <= int(headers["Retry-After"]) <= 900
    assert_well(target)  # a key is no password


def test_a_flood_of_strangers_does_not_fill_the_log(target):
    """Each is counted; beyond a hundred a minute they share rows."""
    logged = last(target)
    raw = stranger({"X-API-Key": "f" * 64}).raw(target)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: sent(target, raw)[0], range(400)))
    assert set(told) == {401}
    rows = [row["detail"] for row in events(target, logged)]
    assert 100 <= len(rows) <= 200  # a minute may end meanwhile
    target.soap._log.flush()
    rows = [row["detail"] for row in events(target, logged)]
    assert len(rows) <= 202
    assert sum(row.get("times", 1) for row in rows) == 400 and {row["fault"] for row in rows} == {"Client.LB930"}


def test_what_is_sent_cannot_write_lines_of_its_own_into_the_log(target, caplog):
    logged = last(target)
    line = "x&#10;2026-01-01 admin soap dropCustomer"
    sent(target, Sent(envelope(get(NO.format(line)))).raw(target))
    sent(target, Sent(envelope(get()), {"Content-Type": "text/plain\tadmin: all is well"}).raw(target))
    first, second = events(target, logged)
    assert first["kind"] == second["kind"] == "soap" and first["subject"] == "getCustomer" and second["subject"] == "-"
    assert first["detail"]["about"] == {"customer_no": line.replace("&#10;", "\n")}
    assert not caplog.text


@pytest.mark.parametrize("is_proxied, said, seen", [
    (False, "203.0.113.7", "127.0.0.1"), (True, "203.0.113.7", "203.0.113.7"),
    (True, "198.51.100.1, 203.0.113.7", "203.0.113.7"), (True, "[2001:db8::1]", "2001:db8::1"),
    (True, "fe80::1%eth0", "fe80::1"), (True, "unknown", "0.0.0.0"), (True, "a' or 1=1", "0.0.0.0"),
    (True, "[::ffff:203.0.113.7]", "203.0.113.7"),
    (True, None, "127.0.0.1"),
])
def test_the_address_is_the_callers_or_the_proxys_word_for_it(target, proxied, is_proxied, said, seen):
    """What the asker sends along counts for nothing: an API key may be bound to addresses."""
    served, logged = proxied if is_proxied else target, last(target)
    given = {"X-Forwarded-For": said, "X-API-Key": target.key(), "Forwarded": "for=192.0.2.9", "X-Real-IP": "192.0.2.9"}
    status, _, _ = sent(served, Sent(GOOD, given, is_known=False).raw(served))
    (row,) = events(target, logged)
    assert status == 200 and f"soap {seen} " in row["client"]


# Who is known ----------------------------------------------------------------------------------------------------

def test_what_a_known_key_sends_wrong_is_logged_as_its_own(target):
    key, logged = target.key("support", language="sv"), last(target)
    for body in (b"<", envelope(get("")), dtd(LAUGHS), envelope("<x/>")):
        _, _, text = sent(target, Sent(body, {"X-API-Key": key}, is_known=False).raw(target))
        assert "Anropet" in text.decode() or "åtgärd" in text.decode()
    assert {row["actor"] for row in events(target, logged)} == {"soap-support-sv"}


def test_a_key_has_its_requests_a_minute_and_no_more(target):
    key = target.key("sales")
    target.eyes.execute("update access.api_key set rate_limit = 3 where key_hash = access.token_hash(%s)", (key,))
    told = [sent(target, Sent(GOOD, {"X-API-Key": key}, is_known=False).raw(target)) for _ in range(5)]
    assert [status for status, _, _ in told] == [200, 200, 200, 429, 429]
    assert code_of(told[-1][2]) == "Client.LB933" and 1 <= int(told[-1][1]["Retry-After"]) <= 20
    assert_well(target)


def test_at_the_same_time_each_hears_of_its_own(target):
    """What eight send wrong at once is not mixed up, nor what they hear."""
    def ask(n: int) -> bool:
        body = sent(target, Sent(envelope(find(f"<limit>wrong{n}</limit>"))).raw(target))[2]
        return re.findall(rb"wrong(\d+)", body) != [b"%d" % n] and (n, body)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert not any(pool.map(ask, range(300)))
    assert_well(target)


def test_one_request_id_at_the_same_time_does_it_once(target):
    raw = Sent(envelope(save("ONCE", "Once", "<request_id>at once</request_id>"))).raw(target)
    other = Sent(envelope(save("ONCE", "Other", "<request_id>at once</request_id>"))).raw(target)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: sent(target, raw), range(16)))
    assert {status for status, _, _ in told} == {200} and len({body for _, _, body in told}) == 1
    assert code_of(sent(target, other)[2]) == "Client.LB934"
    rows = target.eyes.execute("select name, row_version from billing.customer where customer_no = 'ONCE'").fetchall()
    assert [row["name"] for row in rows] == ["Once"]


@pytest.mark.long
def test_two_thousand_attacks_take_no_memory_and_a_flood_slows_nobody_much(target):
    """Figures on stdout (pytest -s)."""
    raws = [what.raw(target) for what, _, _ in TABLE.values() if not callable(what.body)]
    sizes = []
    for n in range(2400):
        sent(target, raws[n % len(raws)])
        if n % 50 == 0:
            patient(target)
        if n in (399, 2399):
            gc.collect()
            sizes.append(int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
    print(f"\n2000 attacks: {sizes[0] >> 20} MB, then {sizes[1] >> 20} MB")
    assert sizes[1] - sizes[0] < 20 << 20
    alone = quick(target)
    stop, count = threading.Event(), [0] * 4
    raw = stranger({"X-API-Key": "f" * 64}).raw(target)

    def flood(n: int) -> None:
        while not stop.is_set():
            sent(target, raw)
            count[n] += 1

    threads = [threading.Thread(target=flood, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    begun, before = time.monotonic(), sum(count)
    flooded = quick(target)
    rate = (sum(count) - before) / (time.monotonic() - begun)
    stop.set()
    for thread in threads:
        thread.join()
    print(f"a good request: {alone * 1000:.1f} ms, {flooded * 1000:.1f} ms among {rate:.0f} strangers a second")
    assert flooded < alone * 8 + 0.05


def quick(served) -> float:
    raw, took = Sent(GOOD).raw(served), []
    for _ in range(200):
        begun = time.perf_counter()
        assert sent(served, raw)[0] == 200
        took.append(time.perf_counter() - begun)
    return statistics.median(took)


# Behind the proxy ------------------------------------------------------------------------------------------------

DEPLOY = Path(__file__).parents[2] / "deploy"


NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
AROUND = """daemon off; master_process off; pid {0}/pid; error_log {0}/error.log; events {{}} http {{ access_log off;
client_body_temp_path {0}/body; proxy_temp_path {0}/proxy; fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u;
scgi_temp_path {0}/s; include {0}/nginx.conf; }}"""


@pytest.fixture
def by_nginx(proxied, tmp_path):
    """Sends to nginx as we deploy it, in front of the server."""
    with socket.socket() as one, socket.socket() as other:
        for sock in (one, other):
            sock.bind(("127.0.0.1", 0))
        plain, tls = one.getsockname()[1], other.getsockname()[1]
    made, context = certificate(tmp_path / "both.pem"), ssl._create_unverified_context()
    text = re.sub(r"listen \[::\].*", "", (DEPLOY / "nginx.conf").read_text())
    for old, new in (("127.0.0.1:8080", f"127.0.0.1:{proxied.port}"), ("listen 80;", f"listen 127.0.0.1:{plain};"),
                     ("listen 443", f"listen 127.0.0.1:{tls}"), ("/etc/ssl/certs/billing.example.pem", f"{made}"),
                     ("/etc/ssl/private/billing.example.key", f"{made}")):
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "nginx.conf").write_text(text)
    (tmp_path / "main.conf").write_text(AROUND.format(tmp_path))
    nginx = subprocess.Popen([NGINX, "-p", tmp_path, "-c", tmp_path / "main.conf"], stderr=subprocess.DEVNULL)

    def send(raw: bytes, name: str = "billing.example") -> tuple:
        with socket.create_connection(("127.0.0.1", tls), timeout=20) as sock, \
                context.wrap_socket(sock, server_hostname=name) as sock:
            sock.sendall(raw)
            return answer(sock)

    until = time.monotonic() + 10
    while time.monotonic() < until and nginx.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", tls)):
            break
        time.sleep(0.02)
    yield send
    nginx.terminate()
    nginx.wait(10)


@pytest.mark.skipif(not NGINX, reason="needs nginx")
def test_nginx_as_we_deploy_it_answers_soap_in_soap(target, proxied, by_nginx):
    """The last test of the server behind a proxy: it is closed."""
    send = by_nginx
    known = {"Host": "billing.example", "X-API-Key": target.key(), "X-Forwarded-For": "203.0.113.7"}
    logged = last(target)
    assert send(Sent(GOOD, known).raw(target))[0] == 200
    assert events(target, logged)[0]["client"].startswith("local soap 127.0.0.1 ")  # not what the asker says
    status, headers, body = send(Sent(headers=known, method="GET", path="/soap/?wsdl").raw(target))
    assert status == 200 and b'location="https://billing.example/soap/"' in body
    assert send(stranger({"Host": "billing.example"}).raw(target))[0] == 401
    large = envelope(get(NO.format("x" * (3 << 20))))
    assert code_of(send(Sent(large, known).raw(target))[2]) == "Client.LB940"  # of the application
    status, headers, body = send(Sent(b"", known | {"Content-Length": LARGEST_BULK + 1}).raw(target))  # of nginx
    assert (status, headers["Content-Type"], code_of(body)) == (413, "text/xml; charset=utf-8", "Client.LB940")
    assert f"{LARGEST_BULK} bytes".encode() in body
    with pytest.raises(ssl.SSLError):
        send(Sent(GOOD, known).raw(target), "evil.example")
    proxied.server.close()
    status, headers, body = send(Sent(GOOD, known).raw(target))
    assert (status, headers["Content-Type"], code_of(body)) == (503, "text/xml; charset=utf-8", "Server.LB952")


def test_no_secret_stands_anywhere(target):
    """The last test: in all that was logged or written."""
    tables = target.eyes.execute("select format('%I.%I', schemaname, tablename) as name from pg_tables "
                          "where schemaname in ('audit', 'access', 'billing')").fetchall()
    for table in tables:
        found = target.eyes.execute(f"select 1 from {table['name']} as t where t::text ~ %s limit 1", ("|".join(
            [WORDS, SECRET, "abcdef01abcdef01", "f" * 64, *map(str, target._keys.values())]),)).fetchone()
        assert found is None, table["name"]
