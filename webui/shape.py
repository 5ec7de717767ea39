"""How values look to people: numbers, money, days, moments, durations. Nothing is computed here that is not shown.

Filters of all templates: money, number, rate, percent, day, moment, ago, minutes, duration, phone, word, size,
said, said_line, country. NULL is an en dash, never 0.
"""

import datetime as dt
import re
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask import Flask, g
from markupsafe import Markup, escape

from leissner.webui import database
from leissner.webui.countries import country
from leissner.webui.texts import gettext as _
from leissner.webui.texts import language

NOTHING = Markup('<span class="nothing">–</span>')
THIN, MINUS = "\u202f", "\u2212"


def set_up(app: Flask) -> None:
    for one in (money, number, rate, percent, day, moment, ago, minutes, duration, phone, word, size, said, said_line,
                country):
        app.jinja_env.filters[one.__name__] = one
    app.jinja_env.globals["today"] = today


def digits(value, decimals: int | None = None, most: int | None = None) -> str:
    """A number as people write it: thin spaces, a true minus; `decimals` exactly, or those that say something."""
    exact = Decimal(f"{value}")
    if decimals is None:
        text = f"{exact:f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        if most is not None:
            text = f"{round(exact, most):f}".rstrip("0").rstrip(".") if "." in text else text
    else:
        text = f"{exact:.{decimals}f}"
    is_negative = text.startswith("-") and text.strip("-0.") != ""
    whole, _dot, fraction = text.lstrip("-").partition(".")
    grouped = f"{int(whole):,}".replace(",", THIN)
    return (MINUS if is_negative else "") + grouped + (
        f"{',' if language() == 'sv' else '.'}{fraction}" if fraction else "")


def _signed(text: str) -> Markup:
    return Markup(f'<span class="negative">{text}</span>') if text.startswith(MINUS) else Markup(escape(text))


def money(value, decimals: int = 2) -> Markup:
    return NOTHING if value is None else _signed(digits(value, decimals))


def number(value, decimals: int | None = None) -> Markup:
    return NOTHING if value is None else _signed(digits(value, decimals))


def rate(value) -> Markup:
    """A price per unit: at least two decimals, more where they say something."""
    if value is None:
        return NOTHING
    exact = Decimal(f"{value}").normalize()
    return _signed(digits(value, max(2, -exact.as_tuple().exponent)))


def said(text: str | None) -> str:
    """A sentence of the database, its amounts as they are written everywhere else."""
    return re.sub(r"(?<![\w.,:-])-?\d+\.\d{2}(?!\w|\.\d)", lambda found: digits(found[0], 2), text or "")


def said_line(text: str | None) -> str:
    """A few words that a command has written, in the reader's language."""
    from leissner.webui.said import line

    return line(text or "")


def percent(value, decimals: int = 1) -> Markup:
    return NOTHING if value is None else _signed(digits(value, decimals)) + "\u00a0%"


def day(value) -> Markup:
    return NOTHING if value is None else Markup('<span class="day">{}</span>').format(f"{value}"[:10])


def operator_zone() -> ZoneInfo:
    if "zone" not in g:
        found = database.one("operator_get")
        g.zone = ZoneInfo(found["time_zone"]) if found else ZoneInfo("UTC")
    return g.zone


def today() -> dt.date:
    """The operator's local date."""
    return dt.datetime.now(operator_zone()).date()


def _local(value) -> dt.datetime:
    value = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return value.astimezone(operator_zone()) if value.tzinfo else value


def moment(value, seconds: bool = False) -> Markup:
    form = "%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M"
    return NOTHING if value is None else Markup(f"{_local(value):{form}}")


def ago(value) -> Markup:
    """How long ago, with the exact moment for who wants it."""
    if value is None:
        return NOTHING
    at = _local(value)
    seconds = (dt.datetime.now(at.tzinfo) - at).total_seconds()
    if seconds < 90:
        text = _("just now")
    elif seconds < 5400:
        text = _("{n} min ago", n=round(seconds / 60))
    elif seconds < 129600:
        text = _("{n} h ago", n=round(seconds / 3600))
    elif seconds < 86400 * 45:
        text = _("{n} days ago", n=round(seconds / 86400))
    else:
        text = f"{at:%Y-%m-%d}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(at.isoformat(), moment(value), text)


def minutes(value) -> Markup:
    return NOTHING if value is None else Markup(digits(value, 1))


def duration(seconds) -> Markup:
    if seconds is None:
        return NOTHING
    rest = int(seconds)
    hours, rest = divmod(rest, 3600)
    parts = [f"{hours}\u00a0h"] if hours else []
    if hours or rest >= 60:
        parts.append(f"{rest // 60:02d}\u00a0min" if hours else f"{rest // 60}\u00a0min")
    parts.append(f"{rest % 60:02d}\u00a0s" if parts else f"{rest % 60}\u00a0s")
    return Markup(" ".join(parts))


def size(value) -> Markup:
    """Bytes as people say them."""
    if value is None:
        return NOTHING
    amount = Decimal(value)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return Markup(f"{digits(amount, 0 if unit == 'B' else 1)}\u00a0{unit}")
        amount /= 1000
    return NOTHING


def phone(value) -> Markup:
    """A number in E.164 form, its digits in groups."""
    if not value:
        return NOTHING
    text = f"{value}"
    if not text.isdigit() or len(text) < 7:
        return Markup(escape(text))
    head, tail = text[:2], text[2:]
    return Markup(f'<span class="phone">{head}{THIN}{THIN.join(tail[i:i + 3] for i in range(0, len(tail), 3))}</span>')


def word(value) -> str:
    """A code of the database (draft, at_risk …) in words, the same everywhere."""
    return NOTHING if value is None else _(f"{value}".replace("_", " "))
