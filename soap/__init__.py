"""SOAP: other systems query the billing and amend it. The rules are in the database; see soap/README.md.

    soap = Soap(pool)           # a WSGI application, for /soap; `leissner serve` does that
"""

import contextlib
import ipaddress
import logging
import re
import threading
import time
from collections.abc import Iterable
from xml.sax.saxutils import escape

import psycopg
from lxml import etree
from psycopg_pool import PoolTimeout

from leissner.scripts import db
from leissner.scripts.errors import LeissnerError
from leissner.soap import caller, engine, faults, run, shape
from leissner.soap.faults import NAMESPACE, Refusal
from leissner.soap.log import Entry, Log
from leissner.soap.operations import all_of

LARGEST, LARGEST_BULK = 2 << 20, 16 << 20  # bytes of a request
HEAD = 16 << 10  # bytes in which its header says who asks, where HTTP does not
HOST = re.compile(r"[a-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9a-f:.]{2,45}\](:\d{1,5})?", re.I | re.A)
ADDRESS = "http://localhost/soap/"
STATUS = {200: "200 OK", 400: "400 Bad Request", 401: "401 Unauthorized", 405: "405 Method Not Allowed",
          411: "411 Length Required", 413: "413 Content Too Large", 415: "415 Unsupported Media Type",
          429: "429 Too Many Requests", 500: "500 Internal Server Error", 503: "503 Service Unavailable"}
logging.getLogger("spyne").setLevel(logging.CRITICAL + 1)  # what it would say of requests, our own log says


class Soap:
    """The WSGI application. Made with the server; what it needs to know of the database it asks with the first
    request."""

    def __init__(self, pool):
        self._pool = pool
        self._callers = caller.Callers()
        self._log = Log(self._connection)
        self._lock = threading.Lock()
        self._made: tuple | None = None

    def __call__(self, environ, start_response):
        started = time.perf_counter()
        if environ["REQUEST_METHOD"] in ("GET", "HEAD") and "wsdl" in environ.get("QUERY_STRING", "").lower():
            return self._wsdl(environ, start_response)
        request = run.Request(_address(environ.get("REMOTE_ADDR", "")))
        status, headers, fault, body = 200, [], None, b""
        size = environ.get("CONTENT_LENGTH") or "0"
        try:
            body = self._answer(environ, request)
        except Refusal as refusal:
            fault, status, headers = refusal, refusal.status, refusal.headers
        except (PoolTimeout, psycopg.OperationalError, LeissnerError) as error:
            fault, status = faults.of_command(LeissnerError(
                "The database does not answer.", "Please try again in a moment.", 3)), 503
            faults.log.error("database: %s", error)
        except Exception as error:
            fault, status = faults.unforeseen(error), 500
        if fault:
            body = self._fault(fault, request.language)
        what = {"operation": request.operation, "ms": round((time.perf_counter() - started) * 1000),
                "in": int(size) if size.isdecimal() else 0, "out": len(body)}
        for name, value in (("key", request.key), ("about", request.about), ("fault", fault and fault.name),
                            ("log_id", fault and fault.params.get("log_id"))):
            if value:
                what[name] = value
        self._log.write(Entry(request.token, request.level, request.client, what))
        start_response(STATUS[status], [("Content-Type", "text/xml; charset=utf-8"), ("Cache-Control", "no-store"),
                                        ("Content-Length", f"{len(body)}"), *headers])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _answer(self, environ: dict, request: run.Request) -> bytes:
        """The guards, then the operation: who asks is known before anything is parsed but the header that says it."""
        if environ["REQUEST_METHOD"] != "POST":
            refusal = Refusal("LB943", 405, method=environ["REQUEST_METHOD"])
            refusal.headers.append(("Allow", "POST"))
            raise refusal
        _check_type(environ.get("CONTENT_TYPE", ""), environ.get("HTTP_CONTENT_ENCODING", "identity"))
        given, body = caller.of_headers(environ), None
        if given is None:
            body = _read(environ)
            given = caller.of_header(engine.head(body[:HEAD]))
        if given is None:
            raise caller.refused()
        with self._connection() as conn:
            self._know(conn, given, request)
            runner = self._make(conn)[1]
            try:
                body = _read(environ) if body is None else body
                _check_text(body)
                root = engine.parse(body)
            except Refusal:
                runner.enter(conn, request, "ping")  # whatever it was to be
                raise
            name = engine.name_of(root)
            if name not in runner.shapes:
                runner.enter(conn, request, "ping")
            else:
                request.operation = name
                runner.enter(conn, request, name)
                if len(body) > LARGEST and not runner.shapes[name].operation.is_large:
                    raise Refusal("LB940", 413, limit=LARGEST)
            return self._serve(conn, root, request)

    def _know(self, conn, given, request: run.Request) -> None:
        try:
            request.token, user = self._callers.token(conn, given, f"soap {request.address}")
            request.level, request.language = user["level"], user["language"]
        except psycopg.Error as error:
            refusal = faults.of_database(error, conn, "en", {})
            if refusal.message == "LB902":
                refusal.status = 429
                refusal.headers.append(("Retry-After", f"{refusal.params['seconds']}"))
            raise refusal from error

    def _serve(self, conn, root: etree._Element, request: run.Request) -> bytes:
        server, runner, _ = self._make(conn)
        context = engine.MethodContext(server, engine.MethodContext.SERVER)
        context.udc = task = run.Task(runner, conn, request, root)
        context = server.generate_contexts(context)[0]
        server.get_in_object(context)
        server.get_out_object(context)
        if task.error:
            raise task.error
        server.app.out_protocol.serialize(context, None)
        return etree.tostring(context.out_document, encoding="utf-8", xml_declaration=True)

    def _make(self, conn) -> tuple:
        """Server, runner and WSDL, from what the database says of the operations: once."""
        with self._lock:
            if self._made is None:
                self._made = make(conn, self._callers)
            return self._made

    def _wsdl(self, environ, start_response):
        """The WSDL, with the address under which it was asked for."""
        try:
            if self._made is None:
                with self._connection() as conn:
                    self._make(conn)
            wsdl = self._made[2]
        except (PoolTimeout, psycopg.Error, LeissnerError) as error:
            faults.log.error("wsdl: %s", error)
            start_response(STATUS[503], [("Content-Type", "text/plain")])
            return [b"The database does not answer.\n"]
        host = environ.get("HTTP_HOST", "")
        if not HOST.fullmatch(host):
            host = f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
        address = f"{environ['wsgi.url_scheme']}://{host}{environ.get('SCRIPT_NAME', '')}/"
        body = wsdl.replace(ADDRESS, escape(address, {'"': "&quot;"})).encode()
        start_response(STATUS[200], [("Content-Type", "text/xml; charset=utf-8"), ("Cache-Control", "no-store"),
                                     ("Vary", "Host"), ("Content-Length", f"{len(body)}")])
        return [body] if environ["REQUEST_METHOD"] == "GET" else []

    def _fault(self, refusal: Refusal, language: str) -> bytes:
        if not faults.is_told(refusal, language):
            with contextlib.suppress(PoolTimeout, psycopg.Error, LeissnerError), self._connection() as conn:
                return faults.document(refusal, conn, language)
        return faults.document(refusal, None, language)

    def close(self) -> None:
        """The server has ended: what was not in the log yet is written."""
        self._log.close()

    def _connection(self):
        return self._pool.connection()


def _address(given: str) -> str:
    """Whose connection it is, as PostgreSQL reads addresses; no address at all where a proxy does not know."""
    try:
        address = ipaddress.ip_address(given.partition("%")[0])
    except ValueError:
        return "0.0.0.0"
    return f"{getattr(address, 'ipv4_mapped', None) or address}"


def _check_type(given: str, packed: str) -> None:
    if packed.strip().lower() != "identity":
        raise Refusal("LB948", 415, type=f"packed as {packed}")
    kind, _, rest = given.partition(";")
    kind = kind.strip().lower()
    if kind == "application/soap+xml":
        raise Refusal("LB945", 415, why="it is one of SOAP 1.2")
    if kind != "text/xml":
        raise Refusal("LB948", 415, type=kind or "none")
    charset = re.search(r"charset\s*=\s*\"?([^\s;\"]*)", rest, re.I)
    if charset and charset[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        raise Refusal("LB942", 415)


def _read(environ: dict) -> bytes:
    size = environ.get("CONTENT_LENGTH") or ""
    if not size.isdecimal():
        raise Refusal("LB944", 411, why="its length is not given")
    if int(size) > LARGEST_BULK:
        raise Refusal("LB940", 413, limit=LARGEST_BULK)
    body = environ["wsgi.input"].read(int(size))
    if len(body) > LARGEST and not any(
            re.search(rb"<(?:[\w.-]+:)?%b[\s/>]" % one.name.encode(), body[:8000]) for one in all_of() if one.is_large):
        raise Refusal("LB940", 413, limit=LARGEST)
    if len(body) < int(size):
        raise Refusal("LB944", 400, why=f"it ends after {len(body)} of {size} bytes")
    return body


def _check_text(body: bytes) -> None:
    """UTF-8 without a DTD: what else there is to an XML parser is not reached."""
    declared = re.match(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)", body)
    is_utf_8 = declared is None or declared[1].lower() in (b"utf-8", b"utf8", b"us-ascii")
    if not is_utf_8 or b"\0" in body or body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Refusal("LB942", 415)
    try:
        body.decode()
    except UnicodeDecodeError:
        raise Refusal("LB942", 415) from None
    if engine.DTD.search(body):
        raise Refusal("LB941", 400)


# ---- made of the database's shapes --------------------------------------------------------------------------


def make(conn: db.Connection, callers: caller.Callers) -> tuple:
    """The server of Spyne, the runner of its operations and the WSDL."""
    operations = all_of()
    rows = db.call(
        conn, "operation_shape_list",
        p_functions=[one.function for one in operations] + [one.keeps for one in operations if one.keeps],
        p_types=[name for one in operations for name in one.items.values()])
    known = {row["owner"] for row in rows}
    if missing := [one.function for one in operations if one.function not in known]:
        raise LeissnerError(f"The database lacks {', '.join(missing)}.", "Run `leissner migrate`.", 3)
    shapes = shape.shapes(operations, rows)
    keeps = {one.keeps: tuple(row["name"] for row in rows if row["owner"] == one.keeps and row["way"] == "in"
                              and row["is_needed"]) for one in operations if one.keeps}
    service = _service("LeissnerBilling", shapes.values())  # one port for all: clients find an operation without asking
    app = engine.Application([service], NAMESPACE, name="Leissner", in_protocol=engine.Protocol(),
                             out_protocol=engine.Protocol())
    server = engine.ServerBase(app)
    app.transport = "http://schemas.xmlsoap.org/soap/http"
    wsdl = engine.Wsdl11(app.interface)
    wsdl.build_interface_document(ADDRESS)
    document = wsdl.get_interface_document()
    app.in_protocol.schema = etree.tostring(etree.fromstring(document).find("{*}types/{*}schema"))
    return server, run.Runner(callers, shapes, keeps), document.decode()


def _service(name: str, shapes: Iterable[shape.Shape]) -> type:
    return type(name, (engine.ServiceBase,), {one.operation.name: _method(one) for one in shapes})


def _method(one: shape.Shape):
    def call(context, given):
        task = context.udc
        try:
            return task.runner.run(task.conn, task.request, given)
        except Exception as error:  # Spyne would write it to the log and make a fault of its own
            task.error = error

    call.__name__, call.__doc__ = one.operation.name, one.says
    result = shape.result_type(one)
    returns = {"_returns": result} if result is not None else {}
    return engine.rpc(*[shape.member(field, one.operation.name) for field in one.takes],
                      _args=[field.name for field in one.takes], **returns)(call)
