"""E-mail, for whatever has to be sent: connecting, a message with attachments, handing it over.

The server stands in the setting `smtp`: smtp://user@host:587 (STARTTLS where the server has it) or smtps://…; the
password comes from LEISSNER_SMTP_PASSWORD.
"""

import os
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from leissner.scripts import db
from leissner.scripts.errors import LeissnerError

TIMEOUT_S = 30


@contextmanager
def server(conn: db.Connection, level: str = "finance") -> Iterator[smtplib.SMTP]:
    """The mail server of the setting `smtp`, logged in to; `level` reads the setting."""
    with db.transaction(conn, level, read_only=True):
        address = db.call_one(conn, "setting_get", p_name="smtp")
    if not address:
        raise LeissnerError("No mail server is set.",
                            "Import settings.csv with the row smtp,smtp://user@host:587; the password comes from "
                            "LEISSNER_SMTP_PASSWORD.")
    url = urlsplit(address)
    secure = ssl.create_default_context()
    try:
        if url.scheme == "smtps":
            found: smtplib.SMTP = smtplib.SMTP_SSL(url.hostname or "", url.port or 465, timeout=TIMEOUT_S,
                                                   context=secure)
        else:
            found = smtplib.SMTP(url.hostname or "", url.port or 25, timeout=TIMEOUT_S)
        found.ehlo()
        if url.scheme != "smtps" and found.has_extn("starttls"):
            found.starttls(context=secure)
            found.ehlo()
        if url.username:
            found.login(unquote(url.username), os.environ.get("LEISSNER_SMTP_PASSWORD", ""))
    except (OSError, smtplib.SMTPException) as error:
        raise LeissnerError(f"The mail server {url.hostname} does not answer: {error}",
                            "Nothing was sent. Is the setting smtp right?") from error
    try:
        yield found
    finally:
        found.close()


def send(found: smtplib.SMTP, sender: dict, to: str, subject: str, text: str, identity: str,
         attachments: Sequence[tuple[str, str, bytes]] = (), what: str = "a message") -> str | None:
    """Sends a message from `sender` {name, email}; why it was refused, None when the server took it.

    `identity` is the same when the same is sent again: who gets it twice can tell. Attachments are (file name, type
    such as application/pdf, bytes). `what` names the message where the server is gone.
    """
    if not sender["email"]:
        raise LeissnerError("The operator has no e-mail address.", "Fill in email in operator.csv.")
    made = EmailMessage()
    try:
        made["Subject"] = subject
        made["From"] = f'"{sender["name"]}" <{sender["email"]}>'
        made["To"] = to
        made["Message-ID"] = f"<{identity}@{sender['email'].rpartition('@')[2]}>"
        made.set_content(text)
        for name, kind, data in attachments:
            maintype, _, subtype = kind.partition("/")
            made.add_attachment(data, maintype=maintype, subtype=subtype, filename=name)
        found.send_message(made)
    except smtplib.SMTPRecipientsRefused as error:
        code, reason = next(iter(error.recipients.values()))
        return f"{code} {reason.decode('utf-8', 'replace')}"
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        return f"{error.smtp_code} {error.smtp_error.decode('utf-8', 'replace')}"
    except (ValueError, UnicodeError) as error:
        return f"The address {to} cannot be used: {error}"
    except (smtplib.SMTPException, OSError) as error:
        raise LeissnerError(f"The mail server broke off at {what}: {error}",
                            "The same command goes on where it stopped.") from error
    return None
