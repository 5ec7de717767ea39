"""Lists, all alike: paged by any column each row comes once, in the order of the whole; sums are of all rows."""

import csv
import io
import re
from html import unescape
from zipfile import ZipFile

import pytest

from leissner.webui import lists
from leissner.webui.credit import ORDERS
from leissner.webui.customer import CUSTOMERS
from leissner.webui.ledger.item import AGES, ITEMS, STATES
from leissner.webui.ledger.late import REMINDERS

ADDRESS = re.compile(r'(?:href|hx-get)="([^"]*)"')


@pytest.fixture
def few(monkeypatch):
    """Pages of three rows, sums of three at once, sheets of five."""
    monkeypatch.setattr(lists, "ROWS", 3)
    monkeypatch.setattr(lists, "SUMMED_WITH_IT", 3)
    monkeypatch.setattr(lists, "SHEET", 5)


def linked(text: str, word: str) -> str | None:
    return next((unescape(one) for one in ADDRESS.findall(text) if word in unescape(one)), None)


@pytest.mark.parametrize("list_, address", [
    (CUSTOMERS, "/customers"), (ITEMS, "/ledger/items"), (REMINDERS, "/ledger/reminders"), (ORDERS, "/credit/orders"),
], ids=lambda one: one if isinstance(one, str) else "")
def test_paged_by_any_column_each_row_comes_once(lived_web, few, list_, address):
    client = lived_web.browser("admin")
    title = next(one.title for one in list_.columns if one.name == list_.key)
    for column in (one for one in list_.columns if one.sorts_as != "no"):
        for down in "01":
            here = f"{address}?sort={column.name}&down={down}"
            export = client.get(f"{here}&export=csv").get_data(as_text=True)
            whole = [row[list_.key] for row in csv.DictReader(io.StringIO(export))]
            paged, turn = [], f"{here}&columns={list_.key}&q="
            while turn and len(paged) < 9:
                text = client.get(turn).get_data(as_text=True)
                cells = re.findall(rf'<td[^>]*data-label="{title}">(.*?)</td>', text, re.S)
                paged += [unescape(re.sub(r"<[^>]+>", "", one)).strip() for one in cells]
                turn = linked(text, "after=")
            assert paged == whole[:len(paged)], here


def test_items_of_an_age_or_a_state_are_those_that_say_so(lived_web):
    client = lived_web.browser("finance")

    def found(query: str = "") -> list[dict]:
        text = client.get(f"/ledger/items?export=csv{query}").get_data(as_text=True)
        return [*csv.DictReader(io.StringIO(text))]

    whole = found()
    assert {row["state"] for row in whole} >= {"overdue", "open"}
    for state in STATES:
        assert found(f"&state={state}") == [row for row in whole if row["state"] == state], state
    assert len(whole) == sum(len(found(f"&age={age}")) for age in AGES)


def test_sums_come_when_the_page_is_there(lived_web, few):
    client = lived_web.browser("finance")
    text = client.get("/ledger/items").get_data(as_text=True)
    later = linked(text, "sums=")
    assert "sums=some" in later and 'hx-trigger="load"' in text
    rows = [*csv.DictReader(io.StringIO(client.get("/ledger/items?export=csv").get_data(as_text=True)))]
    assert f"{len(rows)} rows" in client.get(later).get_data(as_text=True)
    found = client.get(f"/ledger/items?customer_no={rows[0]['customer_no']}").get_data(as_text=True)
    assert "sums=" not in found.partition("<tfoot")[2]


def test_what_no_sheet_holds_goes_on_on_the_next(lived_web, few):
    with lived_web.browser("finance").get("/ledger/items?export=xlsx&is_all=true") as answer:
        sheets = [one for one in ZipFile(io.BytesIO(answer.get_data())).namelist() if "worksheets/sheet" in one]
    assert len(sheets) > 1
