"""The real server on a database of its own, and clients of each level: zeep with an API key."""

import contextlib
import http.client
import threading
from dataclasses import dataclass, field

import pytest
import requests
import zeep
import zeep.transports

from leissner.scripts import db
from leissner.scripts.serve import PREFIX, create
from leissner.soap import Soap
from leissner.webui.tests.conftest import golden, lived, quick_passwords  # noqa: F401

ENVELOPE = ('<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header>{header}'
            '</soap:Header><soap:Body>{body}</soap:Body></soap:Envelope>')


@dataclass
class Served:
    """The server under test: its port, its database, and clients of it."""

    port: int
    database: object
    app: object
    server: object
    _wsdl: list = field(default_factory=list)
    _keys: dict = field(default_factory=dict)

    @property
    def soap(self) -> Soap:
        return self.app.wsgi_app.mounts[PREFIX]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/soap/"

    def key(self, level: str = "integration", scope: str | None = None, language: str = "en", **params) -> str:
        """An API key of a user of that level; scope: its seller or customer."""
        name = f"soap-{level}-{language}-{scope or ''}".strip("-").lower()
        title = f"test {len(self._keys)}"
        if not params and (level, scope, language) in self._keys:
            return self._keys[level, scope, language]
        with self.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin"):
            db.call(conn, "user_save", p_name=name, p_levels=[level], p_language=language,
                    p_seller=scope if level == "seller" else None,
                    p_customer_no=scope if level == "customer" else None)
            key = db.call_one(conn, "api_key_add", p_name=name, p_title=title, **params)
        self._keys[(level, scope, language) if not params else title] = key
        return key

    def client(self, level: str = "integration", scope: str | None = None, *, key: str | None = None,
               language: str = "en", **options):
        """The operations, as zeep offers them, with the key of a user of that level."""
        session = requests.Session()
        if not options:
            session.headers["X-API-Key"] = key or self.key(level, scope, language)
        transport = zeep.transports.Transport(session=session)
        if not self._wsdl:
            self._wsdl.append(zeep.Client(f"{self.url}?wsdl", transport=transport).wsdl)
        return zeep.Client(self._wsdl[0], transport=transport, **options).service

    def post(self, body: str, headers: dict | None = None, *, key: str | None = None, header: str = ""):
        """Status, headers and text of the answer to the body of an envelope."""
        return self.send(ENVELOPE.format(body=body, header=header).encode(), {"X-API-Key": key or self.key()}
                         if headers is None else headers)

    def send(self, content: bytes, headers: dict, method: str = "POST", path: str = "/soap/"):
        conn = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            conn.request(method, path, content, {"Content-Type": "text/xml; charset=utf-8"} | headers)
            answer = conn.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            conn.close()


def serve(made, **options):
    """The server as `leissner serve` makes it, on a port of loopback, until the generator goes on."""
    server, app = create(made.url(db.WEB_LOGIN), **options)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Served(server.effective_port, made, app, server)
    server.task_dispatcher.shutdown(timeout=5)
    for channel in list(server.active_channels.values()):
        channel.will_close = True
    with contextlib.suppress(OSError):  # a test may have closed it
        server.pull_trigger()
    server.close()
    thread.join(5)
    app.wsgi_app.mounts[PREFIX].close()
    app.extensions["pool"].close()


@pytest.fixture(scope="module")
def served(bed, golden):  # noqa: F811
    """The golden operator with its calls, billed and approved: a module shares it."""
    made = bed.create(golden.name)
    yield from serve(made)
    bed.drop(made)


@pytest.fixture(scope="module")
def lived_served(bed, lived):  # noqa: F811
    """The same after a month more: payments, reminders, a block, an open draft."""
    made = bed.create(lived.name)
    yield from serve(made)
    bed.drop(made)


@pytest.fixture
def empty_served(database, quick_passwords):  # noqa: F811
    """An empty, migrated database."""
    yield from serve(database)
