"""`leissner serve`: web interface and SOAP on one port. In front of it belongs a proxy that speaks TLS (deploy/)."""

import logging

import click

from leissner.scripts.errors import LeissnerError


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0: any that is free.")
@click.option("--proxied", is_flag=True,
              help="A proxy on this machine speaks TLS and says who asks (X-Forwarded-For, X-Forwarded-Proto).")
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True)
def serve(host, port, proxied, threads) -> None:
    """Serve the web interface, and SOAP under /soap/, until interrupted. /health says whether it is well."""
    import waitress
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

    from leissner.soap import Soap
    from leissner.webui import create_app

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a request that waits a moment is no news
    app = create_app(is_secure=proxied)
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/soap": Soap(app.extensions["pool"])})
    behind = {"trusted_proxy": "127.0.0.1", "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
              "clear_untrusted_proxy_headers": True} if proxied else {}
    try:
        server = waitress.create_server(app, host=host, port=port, threads=threads, ident="Leissner", **behind)
    except OSError as error:
        raise LeissnerError(f"Port {port} of {host} cannot be used: {error.strerror}.",
                            "Choose another --port.") from error
    click.echo(f"Leissner Billing serves http://{host}:{server.effective_port}/ (Ctrl-C ends it)")
    server.run()
