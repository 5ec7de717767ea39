"""`leissner serve`: web interface and SOAP on one port. In front of it belongs a proxy that speaks TLS (deploy/)."""

import copy
import logging

import click

from leissner.scripts.errors import LeissnerError

PREFIX = "/soap"
# Connections that say nothing for a minute are closed; half-sent requests of a few hundred keep nobody out.
PATIENCE = {"connection_limit": 500, "channel_timeout": 60, "asyncore_use_poll": True}


def create(conninfo: str | None, host: str = "127.0.0.1", port: int = 0, *, is_proxied: bool = False,
           threads: int = 8) -> tuple:
    """The server, listening but not running yet, and the application; `conninfo`: the database, the one in use where
    not given."""
    import waitress
    from waitress.channel import HTTPChannel
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

    from leissner.soap import Soap
    from leissner.webui import LARGEST_REQUEST, create_app

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a request that waits a moment is no news
    app = create_app(conninfo, is_secure=is_proxied)
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {PREFIX: Soap(app.extensions["pool"])})
    behind = {"trusted_proxy": "127.0.0.1", "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
              "clear_untrusted_proxy_headers": True} if is_proxied else {}
    HTTPChannel.parser_class = _parser()
    try:
        return waitress.create_server(app, host=host, port=port, threads=threads, ident="Leissner", **PATIENCE,
                                      max_request_body_size=LARGEST_REQUEST + 1, **behind), app
    except OSError as error:
        raise LeissnerError(f"Port {port} of {host} cannot be used: {error.strerror}.",
                            "Choose another --port.") from error


def _parser() -> type:
    """How a request is read: what is far beyond what SOAP takes is not waited for, it would lie on the disk, whoever
    sends it. What is a little too large is read, so that its sender hears why."""
    from waitress.parser import HTTPRequestParser, ParsingError

    from leissner.soap import LARGEST_BULK

    most = 4 * LARGEST_BULK

    class Parser(HTTPRequestParser):
        def parse_header(self, header_plus):
            try:
                super().parse_header(header_plus)
            except ValueError:  # a length of thousands of digits
                raise ParsingError("Content-Length is invalid") from None
            if not f"/{self.path.lstrip('/')}/".startswith(f"{PREFIX}/"):
                return
            if self.content_length > most:  # answered at once, with its length in the headers and no body
                self.content_length, self.body_rcv, self.headers["CONNECTION"] = 0, None, "close"
            self.adj = copy.copy(self.adj)
            self.adj.max_request_body_size = most + 1

    return Parser


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0: any that is free.")
@click.option("--proxied", is_flag=True,
              help="A proxy on this machine speaks TLS and says who asks (X-Forwarded-For, X-Forwarded-Proto).")
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True)
def serve(host, port, proxied, threads) -> None:
    """Serve the web interface, and SOAP under /soap/, until interrupted. /health says whether it is well."""
    server, app = create(None, host, port, is_proxied=proxied, threads=threads)
    click.echo(f"Leissner Billing serves http://{host}:{server.effective_port}/ (Ctrl-C ends it)")
    server.run()
    app.wsgi_app.mounts[PREFIX].close()
