"""Two languages: pages are written in English; each blueprint's module sv holds {English: Swedish}.

    _("Customers")      _("{n} invoices", n=3)      in templates and in Python

Where n is one, ONE of the shared module sv has the singular, in both languages.
"""

import importlib
from pathlib import Path

from flask import Flask, g, has_request_context, request
from flask_login import current_user
from markupsafe import Markup

from leissner.webui import sv

LANGUAGES = {"en": "English", "sv": "Svenska"}
_swedish: dict[str, str] = {}


def set_up(app: Flask) -> None:
    app.before_request(_language)
    app.jinja_env.globals |= {"_": gettext, "languages": LANGUAGES}


def collect(app: Flask) -> None:
    """Gathers the Swedish texts of all blueprints."""
    here = Path(__file__).parent
    for file in (here / "sv.py", *sorted(here.glob("*/sv.py"))):
        name = ".".join(file.relative_to(here).with_suffix("").parts)
        _swedish.update(importlib.import_module(f"leissner.webui.{name}").TEXTS)


def _language() -> None:
    g.language = request.accept_languages.best_match(list(LANGUAGES)) or "en"  # where nobody knows who asks, too
    if current_user.is_authenticated:
        g.language = current_user.language


def language() -> str:
    return getattr(g, "language", "en") if has_request_context() else "en"


def gettext(english: str, /, **values) -> str:
    """The text in the reader's language, with {name} filled in; safe HTML where a value is."""
    is_swedish = language() == "sv"
    text = _swedish.get(english, english) if is_swedish else english
    if str(values.get("n")) == "1" and english in sv.ONE:
        text = sv.ONE[english][is_swedish]
    if any(hasattr(one, "__html__") for one in values.values()):
        text = Markup(text)
    return text.format(**values) if values else text


def is_known(english: str) -> bool:
    """Is there a Swedish text for it?"""
    return english in _swedish
