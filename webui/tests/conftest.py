"""The application on a database of its own, and people of each level who are logged in."""

import contextlib
import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from leissner.scripts import cli, db, password
from leissner.scripts.demo.bank import Paid, bgmax
from leissner.webui import create_app
from leissner.webui.access import EVERYONE
from leissner.webui.database import LOGIN

WORDS = "correct horse battery staple"
POLICIES = "code,customer_no,warn_days,block_days,notice_days,minimum\nwatched,1000,0,1,0,100\n"


@pytest.fixture(scope="session")
def quick_passwords():
    """Hashing a password takes a tenth of a second by design: each test would pay for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(password, "COST", "argon2id m=8 t=1 p=1")
        yield


@dataclass
class Web:
    """The application under test."""

    app: object
    database: object

    def browser(self, level: str | None = None, language: str = "en", scope: str | None = None):
        """A test client, logged in as a user of that level (made when first asked for); scope: seller or customer."""
        client = self.app.test_client()
        if level:
            name = f"{level}-{language}-{scope or ''}".strip("-").lower()
            with self.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin"):
                db.call(conn, "user_save", p_name=name, p_levels=[level], p_language=language,
                        p_seller=scope if level == "seller" else None,
                        p_customer_no=scope if level == "customer" else None)
                db.call(conn, "password_set", p_name=name, **password.new(WORDS))
            answer = client.post("/login", data={"name": name, "password": WORDS})
            assert answer.status_code == 302, answer.get_data(as_text=True)
        return client

    def url(self, endpoint: str, **values) -> str:
        with self.app.test_request_context():
            from flask import url_for

            return url_for(endpoint, **values)


def make_web(made) -> Web:
    app = create_app(made.url(LOGIN))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    return Web(app, made)


@pytest.fixture
def web(database, quick_passwords):
    """The application on an empty, migrated database."""
    made = make_web(database)
    yield made
    made.app.extensions["pool"].close()


@pytest.fixture(scope="module")
def shared_web(bed, quick_passwords):
    """The same for tests that leave nothing behind."""
    database = bed.create(bed.template.name)
    made = make_web(database)
    yield made
    made.app.extensions["pool"].close()
    bed.drop(database)


@pytest.fixture(scope="session")
def golden(bed, quick_passwords):
    """The golden operator with its calls, billed and approved: copied for each module, so made once."""
    from leissner.scripts.tests.reference.compare import leissner
    from leissner.scripts.tests.test_bill import GOLDEN, THROUGH

    with bed.filled("golden") as (made, is_new), pytest.MonkeyPatch.context() as patch:
        if not is_new:
            return made
        patch.setenv("DATABASE_URL", made.url(db.CLI_LOGIN))
        leissner("import", GOLDEN / "operator")
        for source, name in (("plain", "calls.csv"), ("nocost", "calls_nocost.csv")):
            leissner("calls", "load", GOLDEN / name, "--source", source)
        leissner("bill", "run", "--through", THROUGH)
        leissner("bill", "approve", 1, "--date", THROUGH, "--yes")
    return made


@pytest.fixture(scope="session")
def lived(bed, golden, tmp_path_factory):
    """The same after a month more: payments of all kinds, reminders, warnings, a block, an open draft, notes."""
    with bed.filled("lived", golden) as (made, is_new):
        if is_new:
            _live(made, tmp_path_factory.mktemp("lived"))
    return made


def _live(made, folder) -> None:
    with made.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin"):
        owed = db.call(conn, "open_item_list")
        owed = [one for one in owed if one["currency"] == "SEK" and one["reference"]]
        first, second, third = owed[:3]
        db.call(conn, "credit_request_add", p_invoice_no=first["document_no"], p_reason="wrong price", p_places=[1])
    paid = [
        Paid(first["reference"], first["open"]),
        Paid(second["reference"], second["open"] - 100),
        Paid("", third["open"], text="TACK FÖR HJÄLPEN", payer=third["name"], code="0"),
        Paid("123456789", Decimal("77.50"), payer="OKÄND BETALARE", code="3"),
    ]
    (folder / "BGMAX.txt").write_bytes(bgmax("505-0109", date(2026, 11, 20), paid))
    (folder / "credit_policies.csv").write_text(POLICIES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", made.url(db.CLI_LOGIN))
        for command in (
            ("payments", "load", folder / "BGMAX.txt"), ("import", folder / "credit_policies.csv"),
            ("credit", "remind", "--date", "2027-01-20"), ("credit", "check", "--no-mail"),
            ("credit", "block", "3000", "--reason", "does not answer"), ("bill", "run", "--through", "2026-11-30"),
        ):
            with contextlib.redirect_stdout(io.StringIO()) as said:
                code = cli.run([f"{word}" for word in command])
            assert code in (0, 1), said.getvalue()  # 1: there is something to look at


@pytest.fixture(scope="module")
def golden_web(bed, golden):
    """The application on the golden operator with its calls, billed and approved."""
    yield from _copied(bed, golden)


@pytest.fixture(scope="module")
def lived_web(bed, lived):
    """The application on the golden operator a month later."""
    yield from _copied(bed, lived)


def _copied(bed, template):
    made = bed.create(template.name)
    one = make_web(made)
    yield one
    one.app.extensions["pool"].close()
    bed.drop(made)


LEVELS = EVERYONE
