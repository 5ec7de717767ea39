"""Good days in a real browser (Debian's chromium): what needs JavaScript, keys, and what assistive software reads.

Where there is no chromium these tests are skipped, and say so; in CI they fail. LEISSNER_SCREENSHOTS names a folder for
pictures of all pages.
"""

import os
import re
import shutil
import threading
from decimal import Decimal
from pathlib import Path

import pytest
import waitress
from playwright.sync_api import Page, expect, sync_playwright

from leissner.scripts import db, password
from leissner.scripts.demo.bank import Paid, bgmax
from leissner.webui.tests.conftest import WORDS
from leissner.webui.tests.test_ledger import DAY, GIRO

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync"]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
pytestmark = pytest.mark.skipif(not CHROMIUM and not os.environ.get("CI"), reason="no chromium on this machine")


def served(web):
    """The address of the application, served as `leissner serve` does, with people of some levels; and its parts."""
    web.app.config["WTF_CSRF_ENABLED"] = True
    server = waitress.create_server(web.app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    with web.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin"):
        for level in ("admin", "finance", "support", "pricing", "credit", "sales", "auditor"):
            db.call(conn, "user_save", p_name=level, p_levels=[level], p_language="en")
            db.call(conn, "password_set", p_name=level, **password.new(WORDS))
    yield f"http://127.0.0.1:{server.effective_port}", web.app, web.database
    server.close()
    web.app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture(scope="module")
def site(golden_web):
    yield from served(golden_web)


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def enter(site, chromium):
    """Logs someone of a level in: a page that fails the test when its console complains."""
    contexts, complaints = [], []

    def run(level: str, width: int = 1280) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 900}, base_url=site[0],
                                       reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(f"{error}"))
        page.goto("/login")
        page.fill("#name", level)
        page.fill("#password", WORDS)
        page.click("text=Log in >> nth=-1")
        expect(page.locator(".who-name")).to_contain_text(level)
        page.wait_for_load_state()  # keys work from here on
        return page

    yield run
    for context in contexts:
        context.close()
    assert complaints == []


def test_the_clerk_gets_a_run_approved_with_keys_and_a_progress_bar(enter):
    page = enter("finance")
    page.keyboard.press("g")
    page.keyboard.press("i")
    expect(page.locator("h1")).to_contain_text("Invoicing")
    page.keyboard.press("n")
    page.fill("#f-through", "idag")
    page.click("text=Make the drafts")
    expect(page.locator("h1")).to_contain_text("draft")  # the bar has run by itself
    page.click("text=Approve …")
    expect(page.locator("main")).to_contain_text("They cannot be changed afterwards")
    page.click("button:has-text('Approve')")
    expect(page.locator("h1")).to_contain_text("approved")
    page.click("table[data-keys] tbody tr a >> nth=0")
    expect(page.locator("h1")).to_contain_text(re.compile("Invoice|Credit note"))
    answer = page.request.get(page.url + ".pdf")
    assert answer.ok and answer.body().startswith(b"%PDF")


def test_search_is_one_key_away_and_finds_names_with_typing_errors(enter):
    page = enter("support")
    page.keyboard.press("/")
    page.keyboard.type("Acme")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Acme AB")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def test_a_list_goes_on_where_it_stopped_and_rows_are_reached_with_j(enter):
    page = enter("admin")
    page.goto("/customers?sort=name")
    page.keyboard.press("j")
    expect(page.locator("tr.at")).to_have_count(1)


def test_k_goes_back_in_a_list_and_e_edits_what_is_opened(enter):
    page = enter("admin")
    page.goto("/customers?sort=customer_no")
    rows = page.locator("table[data-keys] tbody tr")
    for key, at in (("j", 0), ("j", 1), ("k", 0), ("k", 0)):
        page.keyboard.press(key)
        expect(rows.nth(at)).to_have_class("at")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Björk koncern")
    page.wait_for_load_state()
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile("/customers/1000/edit$"))
    expect(page.locator("#f-name")).to_have_value("Björk koncern")


def test_payments_are_matched_with_keys_alone(enter, tmp_path):
    page = enter("finance")
    file = tmp_path / "bank.txt"
    file.write_bytes(bgmax(GIRO, DAY, [
        Paid("", Decimal(111), payer="Acme AB", code="0"), Paid("", Decimal(112), payer="Acme AB", code="0"),
        Paid("", Decimal(113), payer="Nobody we know", code="0")], deposit=901))
    page.goto("/ledger/files/load")
    page.set_input_files("input[type=file]", file)
    page.click("main form button.btn-primary")
    page.goto("/ledger")
    for key, at in (("j", "111.00"), ("j", "112.00"), ("k", "111.00")):
        page.keyboard.press(key)
        expect(page.locator("[data-item].at")).to_contain_text(at)
    page.keyboard.press("Enter")  # the first proposal; the next payment is at hand
    expect(page.locator(".notice")).to_contain_text("111.00")
    expect(page.locator("[data-item].at")).to_contain_text("112.00")
    page.wait_for_load_state()
    page.keyboard.press("p")  # on account of whom it seems to be
    expect(page.locator(".notice")).to_contain_text("112.00 put to the credit of customer 2000")
    expect(page.locator("[data-item].at")).to_contain_text("113.00")
    page.wait_for_load_state()
    page.keyboard.press("s")  # any other document
    expect(page.locator("[data-item].at [name=document]")).to_be_focused()


def plain_pages(app, level: str) -> list[str]:
    """The addresses that need nothing filled in and that a level may see."""
    found = []
    for rule in app.url_map.iter_rules():
        levels = getattr(app.view_functions[rule.endpoint], "levels", ())
        if "GET" in rule.methods and not rule.arguments and (level in levels or level == "admin" and levels):
            found.append(rule.rule)
    return sorted(found)


def test_every_page_can_be_read_by_everyone(site, enter):
    from axe_playwright_python.sync_playwright import Axe

    axe, broken = Axe(), {}
    page = enter("admin")
    for address in plain_pages(site[1], "admin"):
        answer = page.goto(address)
        if not answer or "html" not in answer.headers.get("content-type", ""):
            continue
        found = axe.run(page, options=RULES).response["violations"]
        if found:
            broken[address] = [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} is too wide"
    assert broken == {}


WIDE = """() => document.documentElement.scrollWidth > innerWidth
    || [...document.querySelectorAll(".table-wrap")].some((one) => one.scrollWidth > one.clientWidth + 1)"""


def test_every_page_fits_a_telephone_and_every_table_its_window(site, enter):
    page = enter("admin", width=400)
    tables = [f"/reports/{one}?now=1&period=any&from=2026-09-01&through=2026-12-31" for one in (
        "calls_per_product", "calls_per_destination", "warnings_and_blocks", "calls_per_seller")]
    tables += [*(f"/admin/catalog/{one}" for one in ("services", "sources", "credit_policies")), "/prices/MASTER"]
    for width in (400, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for address in (*tables, *(plain_pages(site[1], "admin") if width == 400 else ())):
            answer = page.goto(address)
            if answer and "html" in answer.headers.get("content-type", ""):
                assert not page.evaluate(WIDE), f"{address} is too wide at {width}"


@pytest.mark.skipif(not os.environ.get("LEISSNER_SCREENSHOTS"), reason="pictures are made by `make screenshots`")
@pytest.mark.parametrize("width", [1280, 400])
def test_pictures(site, enter, width):
    folder = Path(os.environ["LEISSNER_SCREENSHOTS"])
    folder.mkdir(parents=True, exist_ok=True)
    page = enter("admin", width=width)
    for address in plain_pages(site[1], "admin"):
        page.goto(address)
        name = address.strip("/").replace("/", "-") or "start"
        page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
