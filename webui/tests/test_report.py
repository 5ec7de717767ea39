"""Reports: each for those who may run it, its sums those of its file, what is asked for in words, no formula."""

import csv
import html
import io
import re
from decimal import Decimal

import openpyxl
import pytest
from waitress.buffers import ReadOnlyFileBasedBuffer

from leissner.scripts import db

PERIOD = {"period": "any", "from": "1/9/2026", "through": "2026-12-31", "as_of": "2026-12-31"}


def known(web, level="admin") -> list[dict]:
    with web.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, level, read_only=True):
        return db.call(conn, "report_list")

# As browsers ask and waitress answers: a file goes out as it is.
SERVED = {"HTTP_ACCEPT_ENCODING": "gzip, deflate, br", "wsgi.file_wrapper": ReadOnlyFileBasedBuffer}


def text(page: str) -> str:
    """What people read of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_each_report_has_a_page_and_the_sums_of_its_file(golden_web):
    client = golden_web.browser("admin")
    found = known(golden_web)
    assert len(found) >= 17
    listed = client.get("/reports").get_data(as_text=True)
    for one in found:
        at = f"/reports/{one['report']}"
        assert f'href="{at}"' in listed
        shell = client.get(at, query_string=PERIOD)
        assert shell.status_code == 200 and "Counting …" in shell.get_data(as_text=True), one["report"]
        whole = client.get(at, query_string=PERIOD | {"now": "1"})
        part = client.get(f"{at}/rows", query_string=PERIOD)
        assert whole.status_code == part.status_code == 200, part.get_data(as_text=True)[-800:]
        assert "<html" not in part.get_data(as_text=True)
        sheet = client.get(at, query_string=PERIOD | {"export": "csv"}, buffered=True, environ_overrides=SERVED)
        lines = list(csv.reader(io.StringIO(sheet.get_data(as_text=True))))
        assert lines[0] == one["columns"]
        if one["summed"] and len(lines) > 1:
            sums = dict(zip(lines[0], lines[-1], strict=True))
            assert all(sums[name] for name in one["summed"]), one["report"]
            count = re.search(r"([\d\u202f]+) rows?\b", part.get_data(as_text=True))
            assert int(count[1].replace("\u202f", "")) == len(lines) - 2
    book = openpyxl.load_workbook(io.BytesIO(client.get("/reports/ageing?export=xlsx", buffered=True).data))
    assert book.worksheets[0]["A1"].value == "customer_no"
    assert client.get("/reports/ageing?export=json", buffered=True, environ_overrides=SERVED).json["rows"]


def test_a_result_is_searched_sorted_and_leads_on(golden_web):
    client = golden_web.browser("admin")
    at = "/reports/calls_per_product/rows"
    rows = client.get(at, query_string=PERIOD | {"sort": "revenue", "down": "1"}).get_data(as_text=True)
    assert 'aria-sort="descending"' in rows and "/reports/calls_per_product?" in rows
    none = client.get(at, query_string=PERIOD | {"q": "no such words"}).get_data(as_text=True)
    assert "Nothing matches" in none
    assert "'; drop" not in client.get(at, query_string=PERIOD | {"sort": "name'; drop"}).get_data(as_text=True)
    ageing = client.get("/reports/ageing/rows", query_string=PERIOD).get_data(as_text=True)
    assert re.search(r'href="/customers/\d+"', ageing) or "customer.customer" not in golden_web.app.view_functions


def test_what_is_no_day_is_said_and_kept(golden_web):
    client = golden_web.browser("admin", "sv")
    page = client.get("/reports/calls_per_country", query_string=PERIOD | {"through": "xx"}).get_data(as_text=True)
    assert "Det här är ingen dag" in page and 'value="xx"' in page and "aria-invalid" in page
    page = client.get("/reports/calls_per_country?period=any&from=2026-10-02&through=2026-10-01")
    assert "Den sista dagen kan inte komma före den första." in page.get_data(as_text=True)
    assert client.get("/reports/calls_per_country/rows?period=any&from=xx").status_code == 404
    assert client.get("/reports/no_such_report").status_code == 404
    assert client.get("/reports/ageing?export=exe").status_code == 404


def test_two_days_in_the_address_are_the_period(golden_web):
    client = golden_web.browser("admin")
    at = "/reports/calls_per_country"
    asked, plain = ({"from": "2026-10-05", last: "6/10/2026"} for last in ("through", "to"))
    for given in (asked, plain):
        page = client.get(at, query_string=given).get_data(as_text=True)
        assert 'name="from" value="2026-10-05"' in page and 'name="through" value="2026-10-06"' in page
    named = client.get(at, query_string=asked | {"period": "last_year"}).get_data(as_text=True)
    assert 'name="from"' not in named  # who names the period has said what is meant


@pytest.mark.parametrize("level", ["pricing", "seller"])
def test_a_level_has_its_own_reports(golden_web, level):
    with golden_web.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin", read_only=True):
        seller = next(row["cells"][0] for row in db.call(conn, "export_rows", p_file="sellers"))
    client = golden_web.browser(level, scope=seller if level == "seller" else None)
    listed = client.get("/reports").get_data(as_text=True)
    assert "/reports/calls_per_country" in listed and "/reports/ageing" not in listed
    assert client.get("/reports/calls_per_customer/rows", query_string=PERIOD).status_code == 200
    billed = client.get("/reports/billed_per_product/rows", query_string=PERIOD).get_data(as_text=True)
    for at in re.findall(r'<a class="drill" href="([^"]+)"', billed)[:1]:  # where a figure leads, its reader may go
        assert client.get(html.unescape(at)).status_code == 200
    assert client.get("/reports/ageing").status_code == 404
    assert golden_web.browser("customer", scope="1000").get("/reports").status_code == 403


def test_a_look_at_a_report_is_in_the_log(golden_web):
    golden_web.browser("finance").get("/reports/ageing/rows?as_of=2026-12-31")
    with golden_web.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin", read_only=True):
        found = db.call(conn, "audit_event_list", p_from="2000-01-01", p_to="2100-01-01", p_kind="report")
    assert {"finance-en"} <= {one["actor"] for one in found if one["subject"] == "ageing"}
    assert next(one for one in found if one["actor"] == "finance-en")["detail"] == {"as_of": "2026-12-31"}


@pytest.mark.parametrize("name", ["calls_per_country", "calls_per_product", "calls_per_destination",
                                  "calls_per_seller", "calls_per_customer", "billed_per_product",
                                  "new_and_terminated_contracts", "active_contracts"])
def test_a_figure_leads_to_what_it_is_made_of(golden_web, name):
    client = golden_web.browser("finance")
    rows = client.get(f"/reports/{name}/rows", query_string=PERIOD).get_data(as_text=True)
    found = re.findall(r'<a class="drill" href="([^"]+)">([\d\u202f]+)</a>', rows)
    assert found
    for at, figure in {found[0], found[len(found) // 2], found[-1]}:
        made_of = client.get(html.unescape(at) + "&export=csv", buffered=True).get_data(as_text=True)
        lines = list(csv.DictReader(io.StringIO(made_of)))
        count = int(figure.replace("\u202f", ""))
        told = {len(lines)} | {sum(Decimal(one[key] or 0) for one in lines) for key in ("lines", "quantity", "units",
                                                                                       "billed") if lines[0].get(key)}
        told |= {len({one.get("customer_no") for one in lines})}
        assert count in told, (at, figure, told)
