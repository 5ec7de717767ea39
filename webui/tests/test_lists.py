"""Lists, all alike: paged by any column each row comes once, in the order of the whole; sums are of all rows."""

import csv
import io
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape

import openpyxl
import pytest

from leissner.webui import lists, sheets
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
    monkeypatch.setattr(sheets, "SHEET", 5)


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
    ages = "open in all"
    assert ages not in text and ages in client.get(linked(text, "now=1")).get_data(as_text=True)
    later = linked(text, "sums=")
    assert "sums=some" in later and 'hx-trigger="load"' in text
    rows = [*csv.DictReader(io.StringIO(client.get("/ledger/items?export=csv").get_data(as_text=True)))]
    assert f"{len(rows)} rows" in client.get(later).get_data(as_text=True)
    found = client.get(f"/ledger/items?customer_no={rows[0]['customer_no']}").get_data(as_text=True)
    assert "sums=" not in found.partition("<tfoot")[2]


def test_an_xlsx_file_has_the_rows_of_the_csv_file_on_as_many_sheets_as_it_takes(lived_web, few):
    client = lived_web.browser("finance")
    whole = [*csv.reader(io.StringIO(client.get("/ledger/items?export=csv&is_all=true").get_data(as_text=True)))][1:]
    with client.get("/ledger/items?export=xlsx&is_all=true") as answer:
        book = openpyxl.load_workbook(io.BytesIO(answer.get_data()))
    assert len(book.worksheets) == -(-len(whole) // 5) > 1
    assert all(sheet["A1"].value == "Document" and sheet["A1"].font.b for sheet in book)
    rows = [row for sheet in book for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert [[alike(one) for one in row] for row in rows] == [[alike(one) for one in row] for row in whole]
    amount = book.worksheets[0].cell(2, [one.name for one in ITEMS.columns].index("amount") + 1)
    assert amount.number_format == "#,##0.00"


def alike(value) -> str:
    """What a file says, as a number where it is one."""
    text = "" if value is None else f"{value:%Y-%m-%d}" if isinstance(value, date) else f"{value}"
    return f"{Decimal(text).normalize():f}" if re.fullmatch(r"-?\d+(\.\d+)?", text) else text


def test_cells_hold_what_is_given_and_compute_nothing():
    given = ["=1+1", "a<b>&\"c\"", "x\x00\x1fy", " åäö ", True, Decimal("0.1234567890"), Decimal("NaN"), 2**40, None,
             date(2026, 11, 28), datetime(2026, 11, 28, 23, 59, 59, tzinfo=UTC), "z" * 40_000]
    names = [f"{n}" for n in range(len(given))]
    book = openpyxl.load_workbook(io.BytesIO(b"".join(sheets.stream(names, names, iter([given])))))
    found = [one.value for one in book.worksheets[0][2]]
    assert found[:6] == ["=1+1", "a<b>&\"c\"", "xy", " åäö ", "True", 0.123456789] and found[6] == "NaN"
    assert book.worksheets[0]["A2"].data_type == "s"  # no formula
    assert found[7:9] == [2**40, None] and found[9] == datetime(2026, 11, 28)
    assert found[10] == datetime(2026, 11, 28, 23, 59, 59) and len(found[11]) == 32_767


@pytest.mark.long
def test_a_file_of_a_million_rows_needs_no_memory():
    """Made by a process of its own, which says how much more it had than before."""
    script = """
import re
from leissner.webui import sheets
def most(): return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
rows = ([n, "text", None, "more text"] * 3 for n in range(1_200_000))
names, before, size = ["a"] * 12, most(), 0
for part in sheets.stream(names, names, rows):
    size += len(part)
print(size, most() - before)
"""
    size, more = map(int, subprocess.run([sys.executable, "-c", script], capture_output=True, text=True,
                                         check=True).stdout.split())
    assert size > 5 << 20 and more < 20 << 10  # kB
