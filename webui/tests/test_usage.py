"""Calls: who sees what of them, the way to a price, suspense mended on the page, files, margin, rating again."""

import re

import pytest

from leissner.scripts import db

PART = {"HX-Request": "true"}


def rows_of(web, statement: str) -> list[dict]:
    with web.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin", read_only=True):
        return conn.execute(statement).fetchall()


@pytest.fixture(scope="module")
def known(golden_web):
    """A call of a seller that has cost and a reseller price, with its customer and all that others may not see."""
    found, = rows_of(golden_web, """
        select source.code || ':' || call.key as call, seller.code as seller, customer.customer_no,
            contract_of.name as carrier, carrier_list.code as cost_list, call.b_number,
            logic.figure(round(call.cost_base, 4)) as cost, logic.figure(call.cost) as exact_cost
        from billing.call
        join billing.cdr_source as source using (source_id) join billing.seller using (seller_id)
        join billing.customer using (customer_id)
        join billing.carrier as contract_of on contract_of.carrier_id = call.carrier_id
        join billing.price_list as carrier_list on carrier_list.price_list_id = call.cost_list_id
        where call.reseller_base <> call.cost_base and call.cost > 0.01 and length(call.b_number) > 8
        order by call.cost desc limit 1""")
    return found


def test_calls_newest_first_page_by_page_and_by_filter(golden_web):
    client = golden_web.browser("support")
    page = client.get("/calls?from=2026-01-01").get_data(as_text=True)
    assert page.count("data-label=\"Start\"") == 50 and "Cost" in page and "Carrier" in page
    starts = re.findall(r"(\d{4}-\d\d-\d\d)<small>(\d\d:\d\d:\d\d)", page)
    assert starts == sorted(starts, reverse=True)
    seen, address = [], "/calls?from=2026-01-01&customer=1001"
    while address:
        page = client.get(address, headers=PART).get_data(as_text=True)
        seen += re.findall(r'href="(/calls/\w+:[^"]+)"', page)
        more = re.search(r'href="(/calls\?[^"]*after=[^"]*)"', page)
        address = more and more[1].replace("&amp;", "&")
    count = rows_of(golden_web, """
        select count(*) as n from billing.call join billing.customer using (customer_id)
        left join billing.customer as above on above.customer_id = customer.parent_id
        where '1001' in (customer.customer_no, above.customer_no)""")[0]["n"]
    assert len(seen) == len(set(seen)) == count
    assert "Nothing matches" in client.get("/calls?from=2026-01-01&least=99999").get_data(as_text=True)
    assert client.get("/calls?from=nonsense&to=1/1&most=x").status_code == 200


def test_by_default_the_last_days_that_have_calls(golden_web):
    last = rows_of(golden_web, "select max(start_on) - 6 as first from billing.call")[0]["first"]
    assert f'value="{last}"' in golden_web.browser("sales").get("/calls").get_data(as_text=True)


def test_neither_seller_nor_customer_sees_cost_carrier_or_margin(golden_web, known):
    call = known["call"]
    secrets = {known["carrier"], known["cost_list"], known["exact_cost"]}
    for level, scope in (("seller", known["seller"]), ("customer", known["customer_no"])):
        client = golden_web.browser(level, scope=scope)
        addresses = ["/calls?from=2026-01-01", f"/calls/{call}", f"/calls/{call}?text=1",
                     "/calls?from=2026-01-01&export=csv", "/calls?from=2026-01-01&carrier=terra&columns=carrier"]
        for address in addresses:
            answer = client.get(address)
            page = answer.get_data(as_text=True)
            assert answer.status_code == 200, address
            assert not any(one in page for one in secrets), (level, address)
            shown = re.sub(r'(value|href|hx-get)="[^"]*"', "", page)
            assert not re.search("carrier", shown, re.I), address
        listed = client.get("/calls?from=2026-01-01&export=csv").get_data(as_text=True).splitlines()
        head = listed[0].split(",")
        assert ("cost" in head) == (level == "seller") and "carrier" not in head
        for forbidden in ("/margin", "/under-cost"):
            assert client.get(forbidden).status_code == 403
    mine, = rows_of(golden_web, f"""
        select count(*) as n from billing.call join billing.seller using (seller_id)
        where seller.code = '{known['seller']}'""")
    client = golden_web.browser("seller", scope=known["seller"])
    assert len(client.get("/calls?from=&export=csv").get_data(as_text=True).splitlines()) == mine["n"] + 1


def test_a_customer_sees_called_numbers_masked_and_cannot_find_them_out(golden_web, known):
    client = golden_web.browser("customer", scope=known["customer_no"])
    whole, masked = known["b_number"], known["b_number"][:-3] + "xxx"
    for address in ("/calls?from=", f"/calls/{known['call']}", f"/calls/{known['call']}?text=1",
                    "/calls?from=&export=csv"):
        page = client.get(address).get_data(as_text=True)
        assert whole not in page and (masked in page or "More" in page), address
    found = [client.get(f"/calls?from=&b={whole[:-3]}{digit}&export=csv").get_data(as_text=True)
             for digit in "0123456789"]
    assert len(set(found)) == 1


def test_another_sellers_or_customers_call_is_not_found(golden_web, known):
    other, = rows_of(golden_web, f"""
        select customer_no, seller.code as seller from billing.customer, billing.seller
        where customer_no <> '{known['customer_no']}' and seller.code <> '{known['seller']}'
            and not exists (select from billing.customer as below where below.parent_id = customer.customer_id)
        limit 1""")
    for level, scope in (("seller", other["seller"]), ("customer", other["customer_no"])):
        answer = golden_web.browser(level, scope=scope).get(f"/calls/{known['call']}")
        assert answer.status_code in (404, 422) and known["cost"] not in answer.get_data(as_text=True)
    assert golden_web.browser("support").get("/calls/nowhere").status_code == 404


def test_each_step_to_the_price_in_both_languages(golden_web, known):
    page = golden_web.browser("support").get(f"/calls/{known['call']}").get_data(as_text=True)
    heads = re.findall(r'class="step-head">([^<]+)', page)
    assert heads[:4] == ["Number", "To", "Time of day", "Price"]
    assert ["Bundles", "Rings", "Net"] == [one for one in heads if one in ("Bundles", "Rings", "Net")][:3]
    assert known["carrier"] in page and "Why not something else" in page and "As text to the clipboard" in page
    assert re.search(r"20\d{6}|1\d{5}", page)  # the invoice it stands on
    swedish = golden_web.browser("support", "sv").get(f"/calls/{known['call']}").get_data(as_text=True)
    assert "Kunden betalar" in swedish and "The customer pays" not in swedish and "hör den dagen till" in swedish


def test_each_look_at_calls_is_written_down(golden_web, known):
    golden_web.browser("finance").get(f"/calls/{known['call']}")
    golden_web.browser("finance").get("/calls?customer=1001")
    kinds = {(one["kind"], one["subject"]) for one in rows_of(golden_web, "select kind, subject from audit.event")}
    assert {("call_explain", known["call"]), ("call_list", "1001")} <= kinds


def test_margin_and_what_was_sold_under_cost(golden_web):
    client = golden_web.browser("pricing")
    for by in ("product", "destination", "country", "customer", "seller", "carrier"):
        page = client.get(f"/margin?from=2026-01-01&to=2026-12-31&by={by}").get_data(as_text=True)
        assert "<svg viewBox" in page and "Sum" in page, by
    file = client.get("/margin?from=2026-01-01&to=2026-12-31&by=customer&export=csv").get_data(as_text=True)
    assert file.startswith("customer,name,calls") and "1001" in file
    page = client.get("/under-cost?from=2026-01-01&to=2026-12-31").get_data(as_text=True)
    assert "Sold under cost" in page
    assert golden_web.browser("sales").get("/margin").status_code == 403


def test_news_counts_what_came_and_tells_nothing(golden_web):
    client = golden_web.browser("support")
    page = client.get("/calls").get_data(as_text=True)
    news = re.search(r'hx-get="(/calls/news[^"]*)"', page)[1].replace("&amp;", "&")
    assert "new calls" not in client.get(news, headers=PART).get_data(as_text=True).lower()
    earlier = re.sub(r"since=\d+", "since=0", news)
    page = client.get(earlier, headers=PART).get_data(as_text=True)
    assert re.search(r"New calls since you looked: \d+|More than", page)
