"""The web interface: Flask, one blueprint per topic, one `api` call a view. The rules are in the database.

    app = create_app()          # the database in use, as the login leissner_web
    waitress.serve(app, …)      # `leissner serve` does that
"""

import importlib
import os
import secrets
from datetime import timedelta
from pathlib import Path

from flask import Flask, request
from flask_login import LoginManager
from flask_wtf import CSRFProtect

from leissner.scripts.server import Home
from leissner.webui import access, assets, database, errors, places, shape, texts

# The topics that have pages, in the order of the bar.
TOPICS = ("start", "customer", "pricing", "usage", "invoice", "ledger", "credit", "report", "admin")
LARGEST_REQUEST = 512 << 20  # bytes: a file of call records; every other form is far smaller


def create_app(conninfo: str | None = None, *, is_secure: bool = False) -> Flask:
    """The application on a database (a connection string; the one in use when not given). is_secure: cookies for
    TLS only."""
    # told where it is: Flask does not find the way through a namespace package
    app = Flask(__name__, static_folder=None, instance_path=str(Path(__file__).parent))
    app.config.update(
        SECRET_KEY=_secret(),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=is_secure,
        SESSION_COOKIE_NAME="leissner",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=4 << 20,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    CSRFProtect(app)
    logins = LoginManager(app)
    logins.login_view = "access.login"
    logins.user_loader(access.user_of)
    logins.unauthorized_handler(access.ask)
    database.open_pool(app, conninfo)
    for part in (texts, shape, places, assets, errors, access):
        part.set_up(app)
    for topic in TOPICS:
        if (Path(__file__).parent / topic / "__init__.py").exists():
            module = importlib.import_module(f"leissner.webui.{topic}")
            app.register_blueprint(module.pages)
    texts.collect(app)
    app.before_request(access.guard)
    app.after_request(_headers)
    return app


def _headers(response):
    response.headers.setdefault("Content-Security-Policy", (
        "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'; "
        "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"))
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "assets.file":
        response.headers["Cache-Control"] = "no-store"
    return response


def _secret() -> str:
    """What cookies are signed with: made once, kept in the home where only its owner reads it."""
    file = Home().path / "web-secret"
    try:
        return file.read_text()
    except FileNotFoundError:
        secret = secrets.token_hex(32)
    except OSError:
        return secrets.token_hex(32)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text()
    except OSError:
        return secret  # no home, as in tests: everyone logs in again after a restart
    with os.fdopen(descriptor, "w") as out:
        out.write(secret)
    return secret
