"""Files of the look: ours, and those of the packages that bring Bootstrap, its icons and htmx. Text is compressed."""

import gzip
import hashlib
import importlib.util
import re
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, abort, request, url_for
from markupsafe import Markup

pages = Blueprint("assets", __name__)
HERE = Path(__file__).parent / "static"
LONG = "public, max-age=31536000, immutable"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png",
         ".woff2": "font/woff2", ".ttf": "font/ttf", ".ico": "image/x-icon"}
COMPRESSED = ("text/", "application/json", "image/svg+xml", "application/xml")


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    return Path(found.origin).parent


@cache
def files() -> dict[str, Path]:
    """Name of a file and where it is: whatever is not here is not served."""
    bootstrap = _package("flask_bootstrap") / "static" / "bootstrap5"
    return {
        "bootstrap.css": bootstrap / "css" / "bootstrap.min.css",
        "htmx.js": Path(importlib.util.find_spec("django_htmx").submodule_search_locations[0])
        / "static" / "django_htmx" / "htmx-4.min.js",
    } | {path.name: path for path in HERE.iterdir() if path.suffix in TYPES}


@cache
def _content(name: str) -> tuple[bytes, bytes, str]:
    data = files()[name].read_bytes()
    data = re.sub(rb"(/[*/]# sourceMappingURL=)[^\s]*", b"", data)
    return data, gzip.compress(data, 9, mtime=0), hashlib.sha256(data).hexdigest()[:12]


@cache
def _icons() -> dict[str, str]:
    sprite = (_package("flask_bootstrap") / "static" / "bootstrap5" / "icons" / "bootstrap-icons.svg").read_text()
    return {found["name"]: found["body"] for found in re.finditer(
        r'<symbol[^>]*\bid="(?P<name>[^"]+)"[^>]*>(?P<body>.*?)</symbol>', sprite, re.S)}


def icon(name: str, title: str | None = None) -> Markup:
    """An icon of Bootstrap's set, drawn in the text's colour; with a title where it stands alone."""
    label = Markup(' role="img" aria-label="{}"').format(title) if title else Markup(' aria-hidden="true"')
    drawing = Markup('<svg class="icon" width="1em" height="1em" viewBox="0 0 16 16" fill="currentColor"{}>{}</svg>')
    return drawing.format(label, Markup(_icons()[name]))


def asset(name: str) -> str:
    """The address of a file, which changes with its contents."""
    return url_for("assets.file", name=name, v=_content(name)[2])


@pages.route("/assets/<name>")
def file(name: str):
    if name not in files():
        abort(404)
    plain, packed, digest = _content(name)
    is_packed = "gzip" in request.headers.get("Accept-Encoding", "") and name.endswith((".css", ".js", ".svg"))
    headers = {"Content-Type": TYPES[Path(name).suffix] + "; charset=utf-8", "Cache-Control": LONG,
               "ETag": f'"{digest}"', "Vary": "Accept-Encoding"}
    return (packed, 200, headers | {"Content-Encoding": "gzip"}) if is_packed else (plain, 200, headers)


def set_up(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals |= {"asset": asset, "icon": icon}
    app.after_request(_compress)


def _compress(response):
    """Pages go out compressed; what is streamed, a file or small does not."""
    if (
        not response.is_streamed and not response.direct_passthrough and "Content-Encoding" not in response.headers
        and response.content_type.startswith(COMPRESSED) and "gzip" in request.headers.get("Accept-Encoding", "")
        and len(response.get_data()) > 800
    ):
        response.set_data(gzip.compress(response.get_data(), 5))
        response.headers["Content-Encoding"] = "gzip"
        response.headers.add("Vary", "Accept-Encoding")
    return response
