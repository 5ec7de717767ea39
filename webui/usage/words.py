"""Sentences of the database about calls, in the reader's language: English is what the database says."""

import re
from functools import cache

from leissner.webui.pricing.sv import SENTENCES as SHEETS
from leissner.webui.texts import language
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
        return text
    for pattern, swedish in _patterns():
        if match := pattern.fullmatch(text):
            return _decimals(swedish.format(**{name: _phrased(part) for name, part in match.groupdict().items()}))
    return _decimals(text)


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
