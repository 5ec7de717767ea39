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

# Server faults, which may go well when sent again or are ours to mend; all other codes are faults of the client.
OURS = ("LB949", "LB950", "LB951", "LB952")
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
NAMESPACE = "urn:leissner:billing:1"
UNREADABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML cannot hold
# Codes of ours for SQLSTATEs; their sentence is the database's own where it has one.
CODES = (("LB", None), ("23", "LB937"), ("22", "LB938"), ("54", "LB938"), ("42501", "LB939"), ("40", "LB950"),
         ("55P03", "LB950"), ("57014", "LB951"), ("53", "LB952"), ("57P", "LB952"), ("08", "LB952"))
LONGEST = 200  # characters of what was sent that are repeated
_known: dict[tuple[str, str], tuple] = {}  # sentences without parameters, as the database has told them
# What to do about it where the database's hint speaks of pages.
HINTS = {"LB800": {"en": "Read it again, and send your change with the row_version that it has now.",
                   "sv": "Läs det igen, och skicka ändringen med den row_version som det har nu."}}
log = logging.getLogger("leissner.soap")


class Refusal(Exception):
    """A request is not done: a code of billing.message with the parameters of its sentence; `status` as HTTP has it."""

    def __init__(self, message: str, status: int = 500, *, field: str | None = None, **params):
        super().__init__(message)
        self.message, self.status, self.field = message, status, field
        self.params = {name: short(value) for name, value in params.items()}
        self.headers: list[tuple[str, str]] = []
        self.sentence: str | None = None
        self.hint: str | None = None
        self.value: str | None = None

    @property
    def name(self) -> str:
        return f"{'Server' if self.message in OURS else 'Client'}.{self.message}"


def of_database(error: psycopg.Error, conn: db.Connection | None, language: str, given: dict) -> Refusal:
    """What the database said no with, in its words; `given`: the arguments, to say which value was meant."""
    problem = db.problem(error, conn, language)
    state = next((one for one in CODES if problem.code.startswith(one[0])), None)
    if state is None:
        return unforeseen(error)
    if problem.code == "23502":
        return Refusal("LB947", why=f"{problem.field} is empty", field=problem.field)
    refusal = Refusal(state[1] or problem.code, 503 if problem.status == 503 else 500)
    refusal.sentence, refusal.hint, refusal.field = problem.sentence, problem.hint, problem.field
    if problem.code.startswith("22") and (found := re.search(r'"(.*)"', problem.sentence, re.S)):
        refusal.sentence, refusal.params = None, {"what": short(found[1])}  # without the types of PostgreSQL
        refusal.field = next((name for name, value in given.items() if value == found[1]), None)
        refusal.value = refusal.field and short(found[1])
        return refusal
    if state[1] and not problem.code.startswith("23"):
        refusal.sentence = refusal.hint = None  # ours, in the caller's language
    with contextlib.suppress(ValueError, AttributeError):
        refusal.params = json.loads(error.diag.message_detail or "{}")
        refusal.field = refusal.field or refusal.params.get("field")
    if problem.code in HINTS:
        refusal.field, refusal.hint = "row_version", HINTS[problem.code][language]
    if not refusal.field:  # which argument was it that the sentence names?
        refusal.field = next((name for name, value in given.items()
                              if isinstance(value, str) and value in refusal.params.values()), None)
    if refusal.field:
        refusal.field = refusal.field.removeprefix("p_")
        told = given.get(refusal.field, refusal.params.get(refusal.field))
        refusal.value = None if told is None else short(told)
    return refusal


def of_command(error: LeissnerError) -> Refusal:
    """What Python says no with."""
    refusal = Refusal("LB952", 503) if error.code == 3 else Refusal("LB936")
    refusal.sentence, refusal.hint = str(error), error.hint
    return refusal


def unforeseen(error: BaseException) -> Refusal:
    """Our fault: its number is told, the rest is in the log."""
    number = secrets.token_hex(4)
    log.error("fault %s", number, exc_info=error)
    return Refusal("LB949", 500, log_id=number)


def document(refusal: Refusal, conn: db.Connection | None = None, language: str = "en") -> bytes:
    """The fault as a SOAP envelope; its sentence from the database where a connection is given, which may be away."""
    if refusal.sentence is None:
        refusal.sentence, refusal.hint = _told(refusal, conn, language)
    root = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soap": ENVELOPE})
    fault = etree.SubElement(etree.SubElement(root, f"{{{ENVELOPE}}}Body"), f"{{{ENVELOPE}}}Fault")
    etree.SubElement(fault, "faultcode").text = f"soap:{refusal.name}"
    etree.SubElement(fault, "faultstring").text = readable(short(refusal.sentence, 1000))
    if refusal.message != "LB949":
        problem = etree.SubElement(etree.SubElement(fault, "detail"), f"{{{NAMESPACE}}}problem",
                                   nsmap={None: NAMESPACE})
        for name, value in (("code", refusal.message), ("field", refusal.field), ("value", refusal.value),
                            ("hint", refusal.hint)):
            if value:
                etree.SubElement(problem, f"{{{NAMESPACE}}}{name}").text = readable(value)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def is_told(refusal: Refusal, language: str) -> bool:
    """Can it be said without the database? Strangers are many, and hear the same."""
    return refusal.sentence is not None or (refusal.message, language) in _known


def _told(refusal: Refusal, conn: db.Connection | None, language: str) -> tuple[str, str | None]:
    if told := _known.get((refusal.message, language)):
        return told
    with contextlib.suppress(psycopg.Error, LeissnerError):
        if conn is not None and (rows := db.call(conn, "message_get", p_code=refusal.message, p_language=language,
                                                 p_params=refusal.params)):
            told = rows[0]["sentence"], rows[0]["hint"]
            if not refusal.params:
                _known[refusal.message, language] = told
            return told
    return string.capwords(f"{refusal.message}: {' '.join(map(str, refusal.params.values()))}", ". "), None


def short(value: object, most: int = LONGEST) -> str:
    """What was sent, as far as it is worth repeating."""
    words = " ".join(f"{one}" for one in value[:10]) if isinstance(value, list) else f"{value}"
    return words if len(words) <= most else f"{words[:most]}…"


def readable(text: str) -> str:
    """Text without what XML cannot hold."""
    return UNREADABLE.sub("\ufffd", text)
