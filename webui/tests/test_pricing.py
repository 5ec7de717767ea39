"""The pages of prices: who sees them, what the grid says, how a price is changed and taken back."""

import csv
import datetime as dt
import io
import re
from decimal import Decimal

import pytest

from leissner.scripts import db
from leissner.scripts.tests.test_bill import GOLDEN

pytestmark = pytest.mark.usefixtures("quick_passwords")
DAY = "2026-10-20"  # a Tuesday, and no holiday


def text(answer) -> str:
    assert answer.status_code in (200, 422), answer.get_data(as_text=True)[-800:]
    return answer.get_data(as_text=True)


def test_pages_for_who_reads_and_who_writes(golden_web):
    pages = {"/prices": 200, "/prices/GOLD": 200, "/prices/GOLD?q=46701234567": 200, "/new-price-list": 403,
             "/prices/GOLD/price?target=dest:SE-FIX&mode=voice": 200, "/prices/GOLD/edit": 403}
    for level, allowed in (("support", pages), ("pricing", dict.fromkeys(pages, 200)),
                           ("credit", dict.fromkeys(pages, 403))):
        client = golden_web.browser(level)
        assert {path: client.get(path).status_code for path in pages} == allowed, level
    assert golden_web.browser("pricing").get("/prices/NONE").status_code == 404


def test_a_seller_sees_the_retail_prices_of_its_customers_and_no_others(golden_web):
    client = golden_web.browser("seller", scope="bo")
    page = text(client.get("/customers/3001/prices"))
    shown = re.findall(r'href="/prices/(\w+)', page)
    assert shown  # the list of the service, as the customer has none of its own
    grid = text(client.get(f"/prices/{shown[0]}", query_string={"on": DAY}))
    assert "/price?" not in grid and "Undo" not in grid
    assert client.get("/prices/TERRA").status_code == 404  # what a carrier takes
    assert client.get("/prices").status_code == 403
    assert client.get(f"/prices/{shown[0]}/price?target=*&mode=voice").status_code == 403


def test_the_grid_tells_own_and_inherited_prices(golden_web):
    page = text(golden_web.browser("sales").get("/prices/GOLD", query_string={"on": DAY}))
    assert "BUSINESS" in page and "MASTER" in page
    assert re.search(r'class="own">', page) and re.search(r'class="inherited"><span aria-label="inherited">←', page)


def test_the_grid_equals_the_quote(golden_web):
    """A call of one block at noon costs in each cell what the quote says for that list."""
    with golden_web.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "pricing", read_only=True):
        at = dt.datetime.fromisoformat(f"{DAY}T12:00:00+02:00")
        with (GOLDEN / "operator" / "prefixes.csv").open(encoding="utf-8") as file:
            numbers = {row["destination"]: row["prefix"] + "0000" for row in csv.DictReader(file)
                       if not row["prefix"].endswith("$") and not row["from"] and not row["to"]}
        compared = 0
        for name in ("GOLD", "MUNI", "NORD", "EURO"):
            found = db.call(conn, "price_list_get", p_list=name)[0]
            modes = {row["mode"] for row in db.call(conn, "price_column_list", p_list=name, p_on=DAY)}
            mode = next(one for one in ("voice", "group:calls", "*") if one in modes)
            cells = {cell["target"]: cell for cell in db.call(conn, "price_grid", p_list=name, p_on=DAY, p_limit=1000)
                     if cell["mode"] == mode and cell["band"] in (None, "day")}  # the band's, where it has a column
            for cell in cells.values():
                if not cell["target"].startswith("dest:"):
                    continue
                if cell["step_rate"] or cell["target"][5:] not in numbers:
                    continue
                steps = db.call(conn, "quote", p_a=None, p_b=numbers[cell["target"][5:]], p_at=at, p_units=60,
                                p_mode="voice", p_carrier=None, p_list=name)
                paid = [one["amount"] for one in steps if one["level"] == "retail" and one["amount"] is not None]
                if cell["list"] is None or cell["is_blocked"]:
                    assert not paid, (name, cell)
                    continue
                first, then = cell["first_increment"], cell["next_increment"]
                units = 60 - cell["free_units"] if cell["free_mode"] == "deduct" else 60
                billed = first if units <= first else first + -(-(units - first) // then) * then
                amount = max(cell["setup"] + cell["rate"] * billed / 60, cell["minimum"])
                amount = 0 if cell["free_mode"] == "threshold" and cell["free_units"] >= 60 else amount
                amount = amount if cell["maximum"] is None else min(amount, cell["maximum"])
                assert abs(paid[-1] - amount) <= Decimal(10) ** -found["decimals"], (name, cell, steps)
                compared += 1
        assert compared > 20


def test_every_other_page_shows_what_it_is_for(golden_web):
    client = golden_web.browser("pricing")
    for path, words in {
        "/rings": ("Nyckelkund", "4 % off", "numbers of members"), "/rings/VOL": ("12.5 % off", "of the month"),
        "/rings-of-a-customer?customer=1000&on=2026-10-20": ("Priority", "VOL"), "/bundles": ("Rollover",),
        "/bundles?q=no+such+bundle": ("Nothing matches",), "/bundles?q=bj%C3%B6rk": ("Rollover", "Björk"),
        "/price-of-a-call?number=0701234567&list=&price_list=GOLD&day=2026-10-20&time=12:00&units=60&mode=voice":
            ("Price lists searched", "What the customer pays"),
        "/price-of-a-call?number=%2B4670123&who=nobody&day=1/10&time=12:00&units=60": ("field wrong",),
        "/simulation?ring=VIP&without=on&from_on=2026-10-01&to_on=2026-11-01&by=customer&go=1": ("Before and after",),
        "/simulation?list=GOLD&from_on=2026-10-01&to_on=2026-11-01&by=customer&go=1": ("is not a draft",),
        "/price-comparison?a=GOLD&b=BUSINESS&on_a=2026-10-20&on_b=2026-10-20": ("Difference", "GOLD"),
        "/prices/GOLD/fees": ("MASTER",), "/prices/GOLD/own": ("product:mobile",), "/prices/TERRA/sheets": ("No rate",),
        "/numbering?number=46701234567": ("leads to", "SE-MOB"), "/numbering?number=999": ("leads nowhere",),
        "/destinations": ("SE-FIX",), "/destinations/SE-FIX": ("46",), "/prefixes?number=46701": ("SE-MOB",),
        "/destination-groups": ("nordic",), "/time-bands": ("weekend",), "/holidays": ("Alla helgons dag",),
        "/exchange-rates": ("EUR",), "/prices/TERRA/import": ("64 MB",), "/new-ring": ("Priority",),
    }.items():
        page = text(client.get(path))
        assert all(one in page for one in words), (path, words)
    for kind in ("csv", "xlsx"):
        answer = client.get(f"/price-comparison?a=GOLD&b=BUSINESS&on_a=2026-10-20&on_b=2026-10-20&export={kind}")
        assert answer.status_code == 200 and len(answer.get_data()) > 200
        answer.close()
    swedish = golden_web.browser("pricing", "sv")
    assert "12,5 % rabatt" in text(swedish.get("/rings")) and "Vad kostar det?" in text(swedish.get("/rings"))


@pytest.fixture
def priced(web):
    """A list and one above it."""
    with web.database.connect() as conn:
        conn.execute("""
            insert into billing.currency values ('SEK', 2);
            insert into billing.operator (name, org_no, country, time_zone, currency, language, mode, street, postcode,
                city) values ('T', '1', 'SE', 'Europe/Stockholm', 'SEK', 'sv', 'full', 'S', '1', 'C');
            insert into billing.product (code, name) values ('fixed', 'Fixed');
            insert into billing.mode (code, name, unit, per) values ('voice', 'Voice', 'second', 60);
            insert into billing.destination (code, name, country, product_id)
            select 'FIX', 'Sverige fast', 'SE', product_id from billing.product;
        """)
    client = web.browser("pricing")
    for code, parent in (("BASE", ""), ("OWN", "BASE")):
        answer = client.post("/new-price-list", data={
            "code": code, "name": code, "level": "retail", "parent": parent, "currency": "SEK", "decimals": "4",
            "rounding": "half_up"})
        assert answer.status_code == 303, text(answer)
    return client


def test_a_price_is_changed_and_taken_back(priced):
    client, here = priced, "/prices/OWN/price?target=dest:FIX&mode=voice"
    base = "/prices/BASE/price?target=*&mode=voice"
    assert client.post(base, data={"from_on": "today", "rate": "1,25"}).status_code == 303
    assert "1.25" in text(client.get("/prices/OWN")) and "BASE" in text(client.get(here))

    wrong = text(client.post(here, data={"from_on": "2020-01-01", "rate": "2", "first_increment": "6"}))
    assert "is in the past" in wrong and 'value="6"' in wrong  # beside its field, and nothing typed is lost
    assert re.search(r'class="field wrong">\s*<label for="f-from_on"', wrong)
    assert client.post(here, data={"from_on": "idag", "percent": "-10", "row_version": "0"}).status_code == 303
    page = text(client.get("/prices/OWN"))
    assert "−10" in page and "(= 1.125)" in page
    assert "Someone else has changed this" in text(
        client.post(here, data={"from_on": "idag", "percent": "-20", "row_version": "0"}))

    number = re.search(r'name="price_change_id" value="(\d+)"', page)[1]
    assert client.post("/prices/OWN/undo", data={"price_change_id": number}).status_code == 303
    assert "(= 1.125)" not in text(client.get("/prices/OWN"))
    assert "there is nothing to undo" in text(client.post("/prices/OWN/undo", data={"price_change_id": number}))

    client.post(here, data={"from_on": "idag", "is_blocked": "on"})
    assert "not for sale" in text(client.get("/prices/OWN"))
    assert client.post(f"{here}&back=1", data={"from_on": "idag"}).status_code == 303
    assert "not for sale" not in text(client.get("/prices/OWN"))


def test_a_list_is_changed_by_one_at_a_time(priced):
    client = priced
    page = text(client.get("/prices/OWN/edit"))
    version = re.search(r'name="row_version" value="(\d+)"', page)[1]
    form = {"code": "OWN", "name": "Ours", "level": "retail", "parent": "BASE", "currency": "SEK", "decimals": "2",
            "rounding": "up", "row_version": version}
    assert client.post("/prices/OWN/edit", data=form).status_code == 303
    assert "Someone else has changed this" in text(client.post("/prices/OWN/edit", data=form))
    wrong = text(client.post("/prices/OWN/edit", data=form | {"decimals": "9", "row_version": "2"}))
    assert re.search(r'class="field wrong[^"]*">\s*<label for="f-decimals"', wrong)
    loop = text(client.post("/prices/BASE/edit", data=form | {"code": "BASE", "parent": "OWN", "row_version": "1"}))
    assert "would inherit from itself" in loop


def test_who_reads_only_writes_nothing(priced, web):
    client = web.browser("sales")
    assert client.post("/prices/OWN/price?target=*&mode=voice", data={"rate": "1"}).status_code == 403
    assert client.post("/prices/OWN/undo", data={"price_change_id": "1"}).status_code == 403


def test_a_ring_is_made_and_replaced(priced):
    client = priced
    form = {"code": "X", "name": "X", "priority": "10", "level": "retail", "kind": "percent", "value": "12,5",
            "volume_unit": "none", "members": "", "modes": "voice", "targets": "dest:FIX"}
    wrong = text(client.post("/new-ring", data=form | {"members": "customer:99"}))
    assert "There is no member customer:99." in wrong and "dest:FIX" in wrong
    assert client.post("/new-ring", data=form).status_code == 303
    assert "12.5 % off" in text(client.get("/rings/X"))
    assert client.post("/rings/X/edit", data=form | {"value": "5", "row_version": "1"}).status_code == 303
    assert "Someone else has changed this" in text(
        client.post("/rings/X/edit", data=form | {"value": "6", "row_version": "1"}))
    assert "5 % off" in text(client.get("/rings/X"))
    assert "is in the past" in text(client.post("/rings/X/stop", data={"to_on": "2020-01-01", "row_version": "2"}))
    assert client.post("/rings/X/stop", data={"to_on": "tomorrow", "row_version": "2"}).status_code == 303
    assert "until" in text(client.get("/rings/X"))
    assert client.post("/new-ring", data=form | {"code": "Y", "from_on": "2099-01-01"}).status_code == 303
    assert client.post("/rings/Y/stop", data={"to_on": "2098-01-01", "row_version": "1"}).status_code == 303
    assert client.get("/rings/Y").status_code == 404  # it never held


def test_a_rate_sheet_is_shown_and_then_written(priced):
    client = priced
    sheet = b"Destination,Code,Rate,Effective\nSweden,46,0.10,2030-01-01\nSweden mobile,4670,0.25,2030-01-01\n"

    def send(**more):
        return client.post("/prices/BASE/import", data={"mode": "voice", "product": "fixed"} | more,
                           content_type="multipart/form-data")

    assert "Choose the file." in text(send())
    wrong = text(send(file=(io.BytesIO(sheet.replace(b"0.25", b"dear")), "sheet.csv")))
    assert "dear" in wrong and "cannot be read" in wrong
    page = text(send(file=(io.BytesIO(sheet), "sheet.csv")))
    assert "2 new" in page and "Nothing is written yet" in page and "0.25" in page
    assert "0.25" not in text(client.get("/prices/BASE/own"))
    hidden = dict(re.findall(r'name="(token|digest)" value="([^"]*)"', page))
    assert "agree" not in hidden and send(**hidden | {"agreed": "1", "digest": "other"}).status_code == 422
    assert send(**hidden | {"token": "0" * 32 + ".csv", "agreed": "1"}).status_code == 422  # not this session's file
    assert send(**hidden | {"agreed": "1"}).status_code == 303
    own = text(client.get("/prices/BASE/own"))
    assert "0.25" in own and "sheet.csv" in own and "sheet.csv" in text(client.get("/prices/BASE/sheets"))
    assert "sheet.csv:3" in text(client.get("/prices/BASE/price?target=dest:SWEDEN-MOBILE&mode=voice&on=2030-01-01"))


def test_what_pages_of_the_catalog_add(priced):
    client = priced
    prefix = {"prefix": "46", "destination": "FIX", "from_on": "today"}
    assert client.post("/new-prefix", data=prefix).status_code == 303
    assert "1 to 18 digits" in text(client.post("/new-prefix", data=prefix | {"prefix": "46x"}))
    assert "There is no target dest:NO" in text(client.post("/new-prefix", data=prefix | {"destination": "NO"}))
    assert "leads to" in text(client.get("/numbering?number=0901"))
    rate = {"currency": "SEK", "from_on": "1/1", "rate": "-1"}
    assert client.post("/new-exchange-rate", data=rate).status_code == 422
    assert client.post("/new-exchange-rate", data=rate | {"rate": "11,5"}).status_code == 303
    christmas = f"{dt.date.today().year + 1}-12-25"
    holiday = {"calendar": "SE", "on_date": christmas, "name": "Jul"}
    assert client.post("/new-holiday", data=holiday).status_code == 303
    band = {"band": "night", "weekdays": "1-5", "from_time": "00:00", "to_time": "06:00", "holidays": "ignore"}
    assert "as the help below says" in text(client.post("/new-time-band", data=band | {"weekdays": "Monday"}))
    assert client.post("/new-time-band", data=band).status_code == 303
    assert client.post("/new-time-band", data=band | {"weekdays": "6;7", "to_time": "09:00"}).status_code == 303
    for path, change, wrong in (
            (f"/holidays/SE/{christmas}", {"name": "Juldagen"}, {"name": ""}),
            (f"/exchange-rates/SEK/{dt.date.today().year}-01-01", {"rate": "12"}, {"rate": "-1"}),
            ("/time-bands/1", {"weekdays": "1-4", "from_time": "00:00", "to_time": "06:00", "holidays": "ignore"},
             {"from_time": "8"})):
        assert client.post(path, data=change | wrong | {"row_version": "1"}).status_code == 422, path
        assert client.post(path, data=change | {"row_version": "1"}).status_code == 303, path
        if "time-bands" not in path:
            assert "Someone else has changed" in text(client.post(path, data=change | {"row_version": "1"})), path
    assert client.get("/time-bands/1").status_code == 404  # replaced: what priced calls keeps its number
    assert client.post("/time-bands/3", data={"remove": "1", "row_version": "2"}).status_code == 303
    assert client.post(f"/holidays/SE/{christmas}", data={"remove": "1", "row_version": "2"}).status_code == 303
    group = {"code": "near", "name": "Near", "rank": "1"}
    assert client.post("/new-destination-group", data=group).status_code == 303
    assert "already" in text(client.post("/new-destination-group", data=group | {"rank": "2"}))
    group |= {"row_version": "1"}
    assert client.post("/destination-groups/near/edit", data=group | {"rank": "3"}).status_code == 303
    assert "Someone else" in text(client.post("/destination-groups/near/edit", data=group))
    page = text(client.get("/time-bands"))
    assert "06:00" not in page and "09:00" in page


def test_a_sheet_goes_through_a_draft_into_force_and_back(priced, web):
    """Import, look, activate from a day, take it back; what changed meanwhile is looked at again."""
    client = priced
    client.post("/prices/BASE/price?target=*&mode=voice", data={"from_on": "today", "rate": "1.5"})
    page = text(client.get("/prices/OWN/import"))
    assert "Into a new draft" in page
    answer = client.post("/prices/OWN/draft", data={"then": "import"})
    assert answer.status_code == 303 and answer.location.endswith("/prices/OWN-2/import")
    sheet = b"Destination,Code,Rate,Effective\nSweden,46,0.10,2030-01-01\n"
    client.post("/new-prefix", data={"prefix": "46", "destination": "FIX", "from_on": "today"})
    form = {"mode": "voice", "product": "fixed"}
    page = text(client.post("/prices/OWN-2/import", data=form | {"file": (io.BytesIO(sheet), "sheet.csv")},
                            content_type="multipart/form-data"))
    hidden = dict(re.findall(r'name="(token|digest)" value="([^"]*)"', page))
    assert client.post("/prices/OWN-2/import", data=form | hidden | {"agreed": "1"}).status_code == 303
    assert "Activate …" in text(client.get("/prices/OWN-2"))
    page = text(client.get("/prices/OWN-2/activate?from_on=2030-01-01"))
    assert "1 down" in page and "Less than a tenth of the former rate." in page and "short notice" not in page
    assert "0.10" in page and "Activate from 2030-01-01" in page
    assert "is not a day" in text(client.get("/prices/OWN-2/activate?from_on=never"))
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    assert "Someone else has changed this" in text(
        client.post("/prices/OWN-2/activate", data={"from_on": "2030-01-01", "seen": "old"}))
    assert client.post("/prices/OWN-2/activate", data={"from_on": "2030-01-01", "seen": seen}).status_code == 303
    page = text(client.get("/prices/OWN?on=2030-01-01"))
    assert "0.10" in page and "1 prices of draft OWN-2 hold in OWN" in page
    assert "sheet.csv:2" in text(client.get("/prices/OWN/price?target=dest:FIX&mode=voice&on=2030-01-01"))
    no = re.search(r"/activations/(\d+)/undo", page)[1]
    assert web.browser("sales").post(f"/activations/{no}/undo").status_code == 403
    assert client.post(f"/activations/{no}/undo").status_code == 303
    assert "0.10" not in text(client.get("/prices/OWN?on=2030-01-01"))
    assert "0.10" in text(client.get("/prices/OWN-2?on=2030-01-01"))
    # dearer than ten times tomorrow: both are said before it is activated
    soon = f"{dt.date.today() + dt.timedelta(days=1)}"
    made = client.post("/prices/OWN/draft").location
    assert client.post(f"{made}/price?target=*&mode=voice", data={"from_on": soon, "rate": "20"}).status_code == 303
    page = text(client.get(f"{made}/activate?from_on={soon}"))
    assert "short notice" in page and "More than ten times the former rate." in page
