"""Faults: stable codes, a sentence for people, and the field it is about; the same as web and command line say.

    <soap:Fault>
      <faultcode>soap:Client.LB801</faultcode> <faultstring>There is no customer 17.</faultstring>
      <detail><problem xmlns="urn:leissner:billing:1">
        <code>LB801</code> <field>customer_no</field> <value>17</value> <hint>…</hint>
      </problem></detail>
    </soap:Fault>

Server faults say nothing but where in our log more stands.
"""

import contextlib
import json
import logging
import re
import secrets
import string

import psycopg
from lxml import etree

from leissner.scripts import db
from leissner.scripts.errors import LeissnerError

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
NAMESPACE = "urn:leissner:billing:1"
UNREADABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML cannot hold
# Codes of ours for SQLSTATEs, and whose affair they are; their sentence is the database's own where it has one.
CODES = (("23", "Client", "LB937"), ("22", "Client", "LB938"), ("42501", "Client", "LB939"),
         ("40", "Server", "LB950"), ("55P03", "Server", "LB950"), ("57014", "Server", "LB951"),
         ("53", "Server", "LB952"), ("57P", "Server", "LB952"), ("08", "Server", "LB952"))
log = logging.getLogger("leissner.soap")


class Refusal(Exception):
    """A request is not done: a code of billing.message with the parameters of its sentence; `status` as HTTP has it."""

    def __init__(self, message: str, status: int = 500, *, code: str = "Client", field: str | None = None, **params):
        super().__init__(message)
        self.message, self.status, self.code, self.field, self.params = message, status, code, field, params
        self.headers: list[tuple[str, str]] = []
        self.sentence: str | None = None
        self.hint: str | None = None
        self.value: str | None = None

    @property
    def name(self) -> str:
        return f"{self.code}.{self.message}"


def of_database(error: psycopg.Error, conn: db.Connection | None, language: str, given: dict) -> Refusal:
    """What the database said no with, in its words; `given`: the arguments, to say which value was meant."""
    problem = db.problem(error, conn, language)
    whose, code = ("Client", problem.code) if problem.code.startswith("LB") else next(
        ((whose, code) for state, whose, code in CODES if problem.code.startswith(state)), (None, None))
    if code is None:
        return unforeseen(error)
    refusal = Refusal(code, 503 if problem.status == 503 else 500, code=whose)
    refusal.sentence, refusal.hint, refusal.field = problem.sentence, problem.hint, problem.field
    with contextlib.suppress(ValueError, AttributeError):
        refusal.params = json.loads(error.diag.message_detail or "{}")
        refusal.field = refusal.field or refusal.params.get("field")
    if refusal.field:
        refusal.field = refusal.field.removeprefix("p_")
        told = given.get(refusal.field, refusal.params.get(refusal.field))
        refusal.value = None if told is None else str(told)[:200]
    return refusal


def of_command(error: LeissnerError) -> Refusal:
    """What Python says no with."""
    refusal = Refusal("LB952", 503, code="Server") if error.code == 3 else Refusal("LB936")
    refusal.sentence, refusal.hint = str(error), error.hint
    return refusal


def unforeseen(error: BaseException) -> Refusal:
    """Our fault: its number is told, the rest is in the log."""
    number = secrets.token_hex(4)
    log.error("fault %s", number, exc_info=error)
    return Refusal("LB949", 500, code="Server", log_id=number)


def document(refusal: Refusal, conn: db.Connection | None = None, language: str = "en") -> bytes:
    """The fault as a SOAP envelope; its sentence from the database where a connection is given, which may be away."""
    if refusal.sentence is None:
        refusal.sentence, refusal.hint = _told(refusal, conn, language)
    root = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soap": ENVELOPE})
    fault = etree.SubElement(etree.SubElement(root, f"{{{ENVELOPE}}}Body"), f"{{{ENVELOPE}}}Fault")
    etree.SubElement(fault, "faultcode").text = f"soap:{refusal.name}"
    etree.SubElement(fault, "faultstring").text = readable(refusal.sentence)
    if refusal.message != "LB949":
        problem = etree.SubElement(etree.SubElement(fault, "detail"), f"{{{NAMESPACE}}}problem",
                                   nsmap={None: NAMESPACE})
        for name, value in (("code", refusal.message), ("field", refusal.field), ("value", refusal.value),
                            ("hint", refusal.hint)):
            if value:
                etree.SubElement(problem, f"{{{NAMESPACE}}}{name}").text = readable(value)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _told(refusal: Refusal, conn: db.Connection | None, language: str) -> tuple[str, str | None]:
    with contextlib.suppress(psycopg.Error, LeissnerError):
        if conn is not None and (rows := db.call(conn, "message_get", p_code=refusal.message, p_language=language,
                                                 p_params=refusal.params)):
            return rows[0]["sentence"], rows[0]["hint"]
    return string.capwords(f"{refusal.message}: {' '.join(map(str, refusal.params.values()))}", ". "), None


def readable(text: str) -> str:
    """Text without what XML cannot hold."""
    return UNREADABLE.sub("\ufffd", text)
