"""`leissner bill email`: the documents of a run to those who get them by e-mail, the PDF attached.

Each message is noted before it is sent and after it was taken. Broken off between the two, it is sent again, with the
same Message-ID.
"""

import hashlib
import io
import smtplib
from itertools import chain
from pathlib import Path

import pypdf

from leissner.scripts import db, delivery, einvoice, mail
from leissner.scripts.invoice_pdf import InvoicePdf


def send(conn: db.Connection, run: dict, retry: bool, templates: Path | None, advance=lambda: None) -> dict[str, int]:
    """Sends what was not sent yet, with `retry` also what failed: {sent, failed, before}."""
    known = delivery.known(conn, run, "email")
    counts = {"sent": 0, "failed": 0, "before": 0}
    with InvoicePdf(templates, delivery.of(run)["template"]) as maker, mail.server(conn) as server:
        for row in chain.from_iterable(delivery.pages(conn, run, "email")):
            advance()
            resend, before = known.get(row["document"]["number"], (0, None))
            if before and before["state"] != "produced":
                if before["state"] != "failed" or not retry:
                    counts["before"] += 1
                    continue
                resend += 1
            counts["failed" if _one(conn, server, run, row, resend, maker) else "sent"] += 1
    return counts


def _one(conn: db.Connection, server: smtplib.SMTP, run: dict, row: dict, resend: int,
         maker: InvoicePdf) -> str | None:
    """Sends one document; why it failed, None when the server took it."""
    document = row["document"]
    names, is_reminder = delivery.of(run), document["kind"] == "reminder"
    pdf = maker.render(document, "email", None if is_reminder else einvoice.attachment(document))
    digest = hashlib.sha256(pdf).hexdigest()
    pages = len(pypdf.PdfReader(io.BytesIO(pdf)).pages)
    with db.transaction(conn, "finance"):
        db.call(conn, names["put"], p_run=run["run"], p_channel="email", p_state="produced", p_resend=resend, p_rows=[
            {"invoice": row["invoice"], "file": document["payer"]["email"], "pages": pages, "digest": digest}])
    seller = document["seller"]
    words = _words(conn, document)
    reason = mail.send(
        server, seller, document["payer"]["email"], words["sentence"], f"{words['hint']}\n\n{seller['name']}\n",
        f"{digest[:32]}.{resend}", [(f"{document['number']}.pdf", "application/pdf", pdf)],
        f"document {document['number']}")
    with db.transaction(conn, "finance"):
        db.call(conn, names["result"], p_run=run["run"], p_channel="email",
                p_rows=[{"invoice": row["invoice"], "resend": resend, "reason": reason}])
    return reason


def _words(conn: db.Connection, document: dict) -> dict:
    """Subject (sentence) and text (hint) in the payer's language."""
    kind = "document_email" + {"invoice": ""}.get(document["kind"], f"_{document['kind']}")
    with db.transaction(conn, "finance", read_only=True):
        words, = db.call(conn, "message_get", p_code=kind, p_language=document["language"], p_params={
            "number": document["number"], "seller": document["seller"]["name"], "total": f"{document['total']}",
            "currency": document["currency"], "due": document["due"] or ""})
    return words
