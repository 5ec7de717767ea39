"""`leissner bill email`: the documents of a run to those who get them by e-mail, the PDF attached.

The server stands in the setting `smtp`: smtp://user@host:587 (STARTTLS where the server has it) or smtps://…; the
password comes from LEISSNER_SMTP_PASSWORD. Each message is noted before it is sent and after it was taken. Broken off
between the two, it is sent again, with the same Message-ID.
"""

import hashlib
import io
import os
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from itertools import chain
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pypdf

from leissner.scripts import db, delivery, einvoice
from leissner.scripts.errors import LeissnerError
from leissner.scripts.invoice_pdf import InvoicePdf

TIMEOUT_S = 30


def send(conn: db.Connection, run: dict, retry: bool, templates: Path | None, advance=lambda: None) -> dict[str, int]:
    """Sends what was not sent yet, with `retry` also what failed: {sent, failed, before}."""
    with db.transaction(conn, "finance", read_only=True):
        address = db.call_one(conn, "setting_get", p_name="smtp")
    known = delivery.known(conn, run, "email")
    counts = {"sent": 0, "failed": 0, "before": 0}
    with InvoicePdf(templates) as maker, _server(address) as server:
        for row in chain.from_iterable(delivery.pages(conn, run, "email")):
            advance()
            resend, before = known.get(row["document"]["number"], (0, None))
            if before and before["state"] != "produced":
                if before["state"] != "failed" or not retry:
                    counts["before"] += 1
                    continue
                resend += 1
            counts["failed" if _one(conn, server, run["run"], row, resend, maker) else "sent"] += 1
    return counts


def _one(conn: db.Connection, server: smtplib.SMTP, run: int, row: dict, resend: int, maker: InvoicePdf) -> str | None:
    """Sends one document; why it failed, None when the server took it."""
    document = row["document"]
    pdf = maker.render(document, "email", einvoice.attachment(document))
    digest = hashlib.sha256(pdf).hexdigest()
    pages = len(pypdf.PdfReader(io.BytesIO(pdf)).pages)
    with db.transaction(conn, "finance"):
        db.call(conn, "delivery_put", p_run=run, p_channel="email", p_state="produced", p_resend=resend, p_rows=[
            {"invoice": row["invoice"], "file": document["payer"]["email"], "pages": pages, "digest": digest}])
    try:
        server.send_message(_message(conn, document, pdf, f"{digest[:32]}.{resend}"))
        reason = None
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        reason = f"{code} {text.decode('utf-8', 'replace')}"
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        reason = f"{error.smtp_code} {error.smtp_error.decode('utf-8', 'replace')}"
    except (ValueError, UnicodeError) as error:
        reason = f"The address {document['payer']['email']} cannot be used: {error}"
    except (smtplib.SMTPException, OSError) as error:
        raise LeissnerError(f"The mail server broke off at document {document['number']}: {error}",
                            "The same command goes on where it stopped.") from error
    with db.transaction(conn, "finance"):
        db.call(conn, "delivery_result", p_run=run, p_channel="email",
                p_rows=[{"invoice": row["invoice"], "resend": resend, "reason": reason}])
    return reason


def _message(conn: db.Connection, document: dict, pdf: bytes, identity: str) -> EmailMessage:
    seller, payer = document["seller"], document["payer"]
    if not seller["email"]:
        raise LeissnerError("The operator has no e-mail address.", "Fill in email in operator.csv.")
    kind = "document_email" if document["kind"] == "invoice" else "document_email_credit"
    with db.transaction(conn, "finance", read_only=True):
        words, = db.call(conn, "message_get", p_code=kind, p_language=document["language"], p_params={
            "number": document["number"], "seller": seller["name"], "total": f"{document['total']}",
            "currency": document["currency"], "due": document["due"] or ""})
    message = EmailMessage()
    message["Subject"] = words["sentence"]
    message["From"] = f'"{seller["name"]}" <{seller["email"]}>'
    message["To"] = payer["email"]
    message["Message-ID"] = f"<{identity}@{seller['email'].rpartition('@')[2]}>"
    message.set_content(f"{words['hint']}\n\n{seller['name']}\n")
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename=f"{document['number']}.pdf")
    return message


@contextmanager
def _server(address: str | None) -> Iterator[smtplib.SMTP]:
    if not address:
        raise LeissnerError("No mail server is set.",
                            "Import settings.csv with the row smtp,smtp://user@host:587; the password comes from "
                            "LEISSNER_SMTP_PASSWORD.")
    url = urlsplit(address)
    secure = ssl.create_default_context()
    try:
        if url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(url.hostname or "", url.port or 465, timeout=TIMEOUT_S,
                                                    context=secure)
        else:
            server = smtplib.SMTP(url.hostname or "", url.port or 25, timeout=TIMEOUT_S)
        server.ehlo()
        if url.scheme != "smtps" and server.has_extn("starttls"):
            server.starttls(context=secure)
            server.ehlo()
        if url.username:
            server.login(unquote(url.username), os.environ.get("LEISSNER_SMTP_PASSWORD", ""))
    except (OSError, smtplib.SMTPException) as error:
        raise LeissnerError(f"The mail server {url.hostname} does not answer: {error}",
                            "Nothing was sent. Is the setting smtp right?") from error
    try:
        yield server
    finally:
        server.close()
