"""The house rules that the catalog does not tell: it knows a function's volatility, not whether anyone chose it."""

import re

from leissner.scripts import migrate

HEADER = re.compile(r"create (?:or replace )?function (\S+?)\(.*?(?:\bas\s+\$|\bbegin\s+atomic\b|\breturn\s)", re.S)


def test_every_function_states_its_volatility():
    missing = []
    for file in migrate.files():
        for match in HEADER.finditer(file.text):
            options = match[0].rpartition("language")[2]
            if not re.search(r"\b(?:volatile|stable|immutable)\b", options):
                missing.append(f"{file.name}: {match[1]}")
    assert missing == []
