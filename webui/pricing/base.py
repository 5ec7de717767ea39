"""What all pages of prices share: the blueprint, who reads and who writes, the choices of forms."""

from dataclasses import dataclass

from flask import Blueprint, current_app, g
from flask_login import current_user

from leissner.webui import database, shape
from leissner.webui.access import levels_of
from leissner.webui.lists import Column
from leissner.webui.texts import gettext as _

pages = Blueprint("pricing", __name__, template_folder="templates")
READERS = ("admin", "pricing", "sales", "support", "finance", "report", "auditor", "batch", "integration")
QUOTERS = ("admin", "pricing", "sales", "support", "finance", "auditor", "batch", "integration")
WRITERS = ("admin", "pricing", "batch")
SIGN = {"retail": "retail", "reseller": "reseller", "cost": "cost"}
ROUNDING = {"half_up": "half up", "half_even": "half to even", "up": "up", "down": "down"}


@dataclass(frozen=True)
class Figure(Column):
    """A column of figures that may have words in their place."""

    @property
    def is_number(self) -> bool:
        return True


def choices(what: str) -> dict[str, str]:
    """Codes and names to choose from: price_list, product, mode, band, currency, destination_group, carrier …"""
    rows = database.call("choice_list", p_what=what)
    return {row["code"]: mode_words(row["code"]) if what == "price_mode" and row["code"] == row["name"] else row["name"]
            for row in rows}


def product(code: str) -> str:
    """A product type as people call it."""
    if "products" not in g:
        g.products = choices("product")
    return g.products.get(code, code)


def mode_words(code: str) -> str:
    """A mode of prices, a group of them, or all, in words."""
    if code == "*":
        return _("all modes")
    name = shape.word(code.removeprefix("group:"))
    return _("{mode} (group)", mode=name) if code.startswith("group:") else name


@pages.app_template_filter()
def signed(value) -> str:
    """A change: with its sign, a true minus."""
    text = shape.digits(value)
    return text if text.startswith(shape.MINUS) else f"+{text}"


@pages.context_processor
def _pages() -> dict:
    """has_page: is there such a page, and may the reader see it?"""
    return {"has_page": lambda endpoint: endpoint in current_app.view_functions
            and current_user.may(*(levels_of(endpoint) or ()))}
