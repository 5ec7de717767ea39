"""Documents by e-mail, against a real SMTP server: what arrives, what is refused, broken off, sent again."""

import json
import socket
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller

from leissner.scripts.tests.test_bill import THROUGH, conn, database, done, loaded, rows  # noqa: F401


class Inbox:
    """Takes messages, or refuses them."""

    def __init__(self):
        self.messages, self.refuse, self.break_at = [], (), None

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.refuse:
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if len(self.messages) == self.break_at:
            server.transport.close()
            return "421 gone"
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def inbox(conn):  # noqa: F811
    made = Inbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(made, hostname="127.0.0.1", port=port)
    controller.start()
    conn.execute("update billing.setting set value = %s where name = 'smtp'", [f"smtp://127.0.0.1:{port}"])
    yield made
    controller.stop()


@pytest.fixture
def approved(leissner):
    """The command, on a database whose first run is approved."""
    done(leissner("bill", "run", "--through", THROUGH))
    done(leissner("bill", "approve", 1, "--date", "2026-11-01", "--yes"))
    return leissner


def sent(leissner, *options) -> dict:
    return json.loads(leissner("bill", "email", 1, "--json", *options).out)


def test_each_gets_its_document_once_with_the_pdf(approved, inbox, conn):  # noqa: F811
    assert sent(approved) == {"sent": 3, "failed": 0, "before": 0}
    assert sent(approved) == {"sent": 0, "failed": 0, "before": 3}
    first = inbox.messages[0]
    assert [one["To"] for one in inbox.messages] == ["faktura@acme.example", "olle@example.net",
                                                     "rechnung@berlin.example"]
    assert first["Subject"] == "Faktura 20260003 från Norrsken Telefoni AB"
    assert "6698.60 SEK" in first.get_body().get_content()
    attached, = first.iter_attachments()
    assert attached.get_filename() == "20260003.pdf" and attached.get_content().startswith(b"%PDF-")
    assert rows(conn, "select state, count(*) from billing.delivery group by state") == [("delivered", 3)]


def test_a_refused_address_is_seen_and_sent_to_again_once_mended(approved, inbox, conn):  # noqa: F811
    inbox.refuse = ("olle@example.net",)
    outcome = approved("bill", "email", 1)
    assert outcome.code == 1 and "2 sent, 1 refused" in outcome.out
    listed = approved("bill", "deliveries", 1)
    assert listed.code == 1 and "no such user" in listed.out.splitlines()[0]
    assert sent(approved) == {"sent": 0, "failed": 0, "before": 3}
    conn.execute("update billing.customer set email = 'ny@example.net' where email = 'olle@example.net'")
    assert sent(approved, "--retry") == {"sent": 1, "failed": 0, "before": 2}
    assert inbox.messages[-1]["To"] == "ny@example.net"
    assert rows(conn, "select file, state from billing.delivery where file like '%@example.net' order by resend") == [
        ("olle@example.net", "failed"), ("ny@example.net", "delivered")]


def test_broken_off_it_goes_on_and_a_repeat_can_be_recognised(approved, inbox):
    inbox.break_at = 1
    outcome = approved("bill", "email", 1)
    assert outcome.code == 1 and "goes on where it stopped" in outcome.err and len(inbox.messages) == 1
    inbox.break_at = None
    assert sent(approved) == {"sent": 2, "failed": 0, "before": 1}
    assert len({one["Message-ID"] for one in inbox.messages}) == 3


def test_without_a_server_nothing_is_sent_and_the_answer_says_what_to_do(approved, conn):  # noqa: F811
    assert "settings.csv" in approved("bill", "email", 1).err
    conn.execute("update billing.setting set value = 'smtp://127.0.0.1:1' where name = 'smtp'")
    assert "does not answer" in approved("bill", "email", 1).err
    assert rows(conn, "select count(*) from billing.delivery") == [(0,)]
