"""The good days of MISSION.md, lived in a browser by those people, on an operator a month after its first run: as
someone would who sees the pages for the first time, by the words on them. And without JavaScript."""

import datetime as dt
import re

import psycopg
import pytest
from playwright.sync_api import Page, expect

from leissner.scripts.demo.bank import Paid, bgmax
from leissner.webui.tests.conftest import WORDS
from leissner.webui.tests.test_browser import RULES, chromium, enter, pytestmark, served  # noqa: F401


@pytest.fixture(scope="module")
def site(lived_web):
    yield from served(lived_web)


def rows(site, query: str, *params) -> list[tuple]:
    with psycopg.connect(site[2].conninfo) as conn:
        return conn.execute(query, params).fetchall()


def reads(page: Page) -> None:
    """What assistive software would find wrong with the page as it stands."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=RULES).response["violations"]
    assert not found, [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} is too wide"


def test_support_answers_why_a_call_costs_what_it_costs(enter):  # noqa: F811
    page = enter("support")
    page.keyboard.press("/")
    page.keyboard.type("björk vrd")  # not as it is written: the likeliest comes first
    page.keyboard.press("Enter")
    expect(page.locator("main table a").first).to_contain_text("Björk vård")
    page.keyboard.press("/")
    page.keyboard.press("Control+a")
    page.keyboard.type("björk skolr")  # the only hit is gone to
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Björk skolor")
    page.click("main >> role=link[name='Calls']")
    page.click("table[data-keys] tbody tr a >> nth=0")
    expect(page.locator("h1")).to_contain_text("Why did this call cost")
    for words in ("Number", "Price", "Amount"):
        expect(page.locator("main")).to_contain_text(words)
    reads(page)


def test_the_pricing_manager_takes_a_sheet_into_a_draft_and_sees_what_it_does(enter, tmp_path):  # noqa: F811
    sheet = tmp_path / "rates.csv"
    sheet.write_text("Destination,Code,Rate,Increment\nTyskland,49,0.4567,60/60\nNorge,47,0.3210,60/60\n")
    page = enter("pricing")
    page.click("nav >> text=Prices")
    page.click("table a:has-text('EURO') >> nth=0")
    page.click("main >> text=Import a rate sheet >> nth=0")
    page.click("text=Into a new draft")
    page.set_input_files("#f-file", sheet)
    page.fill("#f-effective", "2027-01-01")
    page.click("text=Show what it would change")
    expect(page.locator("main")).to_contain_text("Nothing is written yet")
    expect(page.locator("main table")).to_contain_text("0.4567")
    reads(page)
    page.click("text=Write these prices")
    page.click("main >> text=Simulate >> nth=0")
    expect(page.locator("h1")).to_contain_text(re.compile("Simulat", re.I))
    reads(page)


def test_the_credit_controller_sees_a_payment_lift_a_block_by_itself(site, enter, tmp_path):  # noqa: F811
    page = enter("credit")
    page.click("nav >> text=Credit")
    expect(page.locator("main table")).to_contain_text("Olle Holm")
    page.click("main a:has-text('3001')")
    expect(page.locator("main")).to_contain_text("What it owes and will owe")
    reads(page)
    owed = rows(site, "select item.reference, item.open from billing.open_item as item join billing.customer as payer"
                      " on payer.customer_id = item.payer_id where payer.customer_no = '3001' and item.open > 0")
    blocks = "select count(*) from billing.credit_block where origin = 'policy' and lifted_at is null"
    blocked = rows(site, blocks)[0][0]
    assert blocked
    file = tmp_path / "BGMAX_2.txt"
    file.write_bytes(bgmax("505-0109", dt.date(2026, 11, 25), [Paid(*one) for one in owed], deposit=2, serial=50))
    clerk = enter("finance")
    clerk.click("nav >> text=Ledger")
    clerk.click("main >> text=Files")
    clerk.click("[data-new]")
    clerk.set_input_files("#f-file", file)
    clerk.click("main button.btn-primary")
    expect(clerk.locator("main")).to_contain_text("matched")
    page.reload()
    expect(page.locator("main")).to_contain_text(re.compile("lifted|no warnings"))
    assert rows(site, blocks)[0][0] < blocked


def test_the_clerk_matches_what_is_left_with_keys(enter):  # noqa: F811
    page = enter("finance")
    page.click("a:has-text('Payments that are not matched')")
    expect(page.locator("h1")).to_contain_text("match")
    reads(page)
    page.keyboard.press("j")
    expect(page.locator(".at")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("main [role=status], main .notice.done")).to_contain_text("assigned to 20260003")


def test_tab_goes_through_a_page_in_reading_order_and_shows_where_it_is(enter):  # noqa: F811
    page = enter("support")
    page.goto("/customers/1000/edit")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    seen = []
    for _ in range(8):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("""() => { const one = document.activeElement, box = one.getBoundingClientRect(),
            shape = getComputedStyle(one);
            return [box.top + scrollY, shape.outlineStyle !== 'none' || shape.boxShadow !== 'none']; }"""))
    assert [top for top, _ in seen] == sorted(top for top, _ in seen) and all(shown for _, shown in seen), seen


def test_forms_work_without_javascript(site, chromium, tmp_path):  # noqa: F811
    context = chromium.new_context(base_url=site[0], java_script_enabled=False)
    page = context.new_page()
    page.goto("/customers/3000/notes")  # and on to it after the login
    page.fill("#name", "admin")
    page.fill("#password", WORDS)
    page.click("main button")
    page.fill("#f-text", "Called about <b>invoice</b> 4")
    page.click("main button.btn-primary")
    expect(page.locator("main")).to_contain_text("Called about <b>invoice</b> 4")
    page.goto("/customers/3000/edit")
    page.fill("#f-name", "Lisa Holm-Berg")
    page.fill("#f-postcode", "")
    page.click("main button.btn-primary")
    expect(page.locator("main")).to_contain_text(re.compile("Saved|Lisa Holm-Berg"))
    page.goto("/customers?q=holm")
    page.click("main table tbody a >> nth=0")
    expect(page.locator("h1")).to_contain_text("Holm")
    page.goto("/runs/2")
    page.click("text=Discard …")
    page.click("main button.btn-danger")
    expect(page.locator("main")).to_contain_text("discarded")
    page.goto("/customers/3000/terms/new")
    page.fill("#f-from_on", "not a day")
    page.click("main button.btn-primary")
    expect(page.locator("main .error").first).to_contain_text("This is not a day")
    expect(page.locator("#f-from_on")).to_have_value("not a day")
    page.click("details.who summary")
    page.click("text=Log out")
    expect(page.locator("h1")).to_contain_text("Log in")
    context.close()


def test_the_dba_asks_in_sql_and_writes_a_report_of_the_own(lived_web):
    """A login that is a member of one level: what the pages show that level, and comments that explain it."""
    with lived_web.database.connect() as owner:
        owner.execute("create role story_dba login in role leissner_report")
    try:
        with lived_web.database.connect("story_dba") as conn:
            report = conn.execute("select * from report.calls_per_country('2026-10-01', '2026-11-01')").fetchall()
            assert report and report[0]
            unexplained = conn.execute("""
                select class.oid::regclass, field.attname from pg_class as class
                join pg_namespace as place on place.oid = class.relnamespace
                join pg_attribute as field on field.attrelid = class.oid and field.attnum > 0 and not attisdropped
                where place.nspname = 'billing' and class.relkind = 'r' and not class.relispartition
                and col_description(class.oid, field.attnum) is null limit 5""").fetchall()
            assert unexplained == []
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute("update billing.customer set name = 'x'")
        with lived_web.database.connect() as owner:
            owner.execute("""create view custom.calls_of_towns with (security_invoker = true) as
                select customer.city, count(*) as calls from billing.call join billing.customer using (customer_id)
                group by customer.city;
                grant usage on schema custom to leissner_report;
                grant select on custom.calls_of_towns to leissner_report""")
        with lived_web.database.connect("story_dba") as conn:
            found = conn.execute("select * from custom.calls_of_towns order by calls desc").fetchall()
            assert found[0]["calls"] > 10
    finally:
        with lived_web.database.connect() as owner:
            owner.execute("drop view if exists custom.calls_of_towns; drop owned by story_dba; drop role story_dba")
