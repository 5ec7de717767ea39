"""Sentences of the database about calls, in the reader's language: English is what the database says."""

import re
from functools import cache

from flask_login import current_user

from leissner.webui.pricing.sv import SENTENCES as SHEETS
from leissner.webui.shape import word
from leissner.webui.texts import language
from leissner.webui.usage import ALL_READERS
from leissner.webui.usage.common import choices
from leissner.webui.usage.sv import PHRASES, SENTENCES


@cache
def _patterns() -> list[tuple[re.Pattern, str]]:
    found = []
    for english, swedish in (SENTENCES | SHEETS).items():
        parts = re.split(r"\{(\w+)\}", english)
        # an item has colons of its own: it ends at the last one
        pattern = "".join(
            re.escape(part) if n % 2 == 0 else f"(?P<{part}>.*{'' if part == 'item' else '?'})"
            for n, part in enumerate(parts))
        found.append((re.compile(pattern, re.S), swedish))
    return found


def sentence(text: str | None) -> str | None:
    """A sentence of the database for people: translated where its form is known."""
    if not text or language() != "sv":
        return _named(text)
    for pattern, swedish in _patterns():
        if match := pattern.fullmatch(text):
            return _decimals(_named(swedish.format(
                **{name: _phrased(part) for name, part in match.groupdict().items()})))
    return _decimals(text)


NAMED = re.compile(
    r"(?P<before>\b(?:product|produkt|mode|trafikslag|modes of|trafikslag i gruppen) )(?P<code>\w+)(?=[,:)])"
    r"|^(?P<mode>[a-z]\w*)(?= (?:from|från) \d)")


def _named(text: str | None) -> str | None:
    """Codes of products and modes by the names that people know."""
    if not text or not NAMED.search(text) or not current_user.may(*ALL_READERS):
        return text
    products = choices("product")

    def name(match: re.Match) -> str:
        if match["mode"]:
            said = word(match["mode"])
            return said[:1].upper() + said[1:]
        is_product = match["before"].startswith("produ")
        return match["before"] + (products.get(match["code"], match["code"]) if is_product else word(match["code"]))

    return NAMED.sub(name, text)


def _decimals(text: str) -> str:
    """Numbers with the comma of Swedish; what only looks like one (a file's name, an address) stays."""
    return re.sub(r"(?<![\w.:/])(\d+)\.(\d+)(?![\w:/]|[.]\w)", r"\1,\2", text)


def sentences(text: str | None) -> str | None:
    """Several sentences in one text."""
    return text and " ".join(sentence(one) for one in re.split(r"(?<=[.…]) (?=[A-Z])", text))


def _phrased(part: str) -> str:
    """What stands in a sentence, with the words that the database puts there by itself."""
    for pattern, swedish in PHRASES:
        part = re.sub(pattern, swedish, part)
    return part
