"""Nonsense in each field of each form, the others being right, as admin: a clear message, no sentence of PostgreSQL."""

import html
import os
import re
from html.parser import HTMLParser
from itertools import count

import pytest

from leissner.scripts.bench_web import walk
from leissner.webui import work

NONSENSE = ("nonsense; x", "99999999999999999999", "2026-02-30", "-1", "123456789012", "NaN", "0.00000000000001",
            "%_'\"å", "x" * 5000, "nul\0")
RAW = re.compile(
    r"invalid input|out of range|field overflow|syntax error|violates|value too long|malformed|does not exist|"
    r"duplicate key|null value in column|column \"|relation \"|cannot cast|must not contain|division by zero|"
    r"for type \w+|unterminated|invalid byte|index row|Something went wrong that we did not foresee")
BESIDE = re.compile(r"This number is too large here|A whole number is needed here|This is not a number")
LEFT = ("/logout", "/me", "/level")  # the own session


class Forms(HTMLParser):
    """The forms of a page: method, action, and for each field its kind and a value that is likely to be right."""

    def __init__(self, page: str):
        super().__init__()
        self.found: list[dict] = []
        self.select = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name, type_ = given.get("name"), given.get("type", "text")
        if tag == "form":
            self.found.append({"method": given.get("method", "get"), "action": given.get("action"), "data": {},
                               "typed": []})
        elif not self.found or tag not in ("input", "select", "textarea", "option", "button"):
            return
        elif tag == "option":
            if self.select and given.get("value") and ("selected" in given or not self.data.get(self.select)):
                self.data[self.select] = given["value"]
        elif tag == "select":
            self.select = name
        elif not name or type_ in ("file", "password") or tag == "button" or type_ in ("submit", "button"):
            return
        elif type_ in ("checkbox", "radio"):
            if "checked" in given:
                self.data[name] = given.get("value", "on")
        else:
            usual = {"numeric": "2026-12-01", "decimal": "1"}.get(given.get("inputmode"), "x1")
            self.data[name] = given.get("value") or (usual if type_ != "hidden" and "required" in given else "")
            if type_ != "hidden":
                self.found[-1]["typed"].append(name)

    @property
    def data(self) -> dict:
        return self.found[-1]["data"]


@pytest.fixture(scope="module")
def pages(lived_web):
    client = lived_web.browser("admin")
    return client, list(walk(client, "admin", 900, 1))


def test_nonsense_in_any_field_is_told_in_words(pages, monkeypatch):
    """Each field gets another kind of nonsense than the one before; all of them with LEISSNER_NONSENSE."""
    monkeypatch.setattr(work, "start", lambda *what, **more: True)
    client, walked = pages
    wrong, done, turn = {}, set(), count()
    for seen in walked:
        for form in Forms(seen.text).found if seen.text.lstrip().startswith("<") else ():
            address = form["action"] or seen.address
            place = re.sub(r"/[^/]*(\d|[A-Z]{2})[^/]*", "/*", address.partition("?")[0])
            if address in LEFT or "/password" in address or "/reports/own" in address:
                continue
            for name in form["typed"]:
                if (place, name) in done:
                    continue
                done.add((place, name))
                for value in NONSENSE if os.environ.get("LEISSNER_NONSENSE") else [
                        NONSENSE[next(turn) % len(NONSENSE)]]:
                    data = form["data"] | {name: value}
                    answer = (client.get(address.partition("?")[0], query_string=data) if form["method"] == "get" else
                              client.post(address, data=data))
                    page = html.unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))
                    text = answer.get_data(as_text=True)
                    found = RAW.search(page) or "aria-invalid" not in text and BESIDE.search(page)
                    if answer.status_code in (400, 500) or found:
                        wrong.setdefault((form["method"], place, name), []).append((
                            value[:30], answer.status_code,
                            re.sub(r"\s+", " ", page[max(0, found.start() - 60):found.end() + 60]) if found else
                            re.sub(r"\s+", " ", page)[-300:-160]))
    assert not wrong, "\n".join(f"{at}: {told}" for at, told in wrong.items())
    assert len(done) > 150
