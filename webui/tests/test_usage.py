"""Calls: who sees what of them, the way to a price, suspense mended on the page, files, margin, rating again."""

import io
import re
import time

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
    assert not re.search("increments|all hours|Set-up|the call is of another mode", swedish)


def test_each_look_at_calls_is_written_down(golden_web, known):
    golden_web.browser("finance").get(f"/calls/{known['call']}")
    golden_web.browser("finance").get("/calls?customer=1001")
    kinds = {(one["kind"], one["subject"]) for one in rows_of(golden_web, "select kind, subject from audit.event")}
    assert {("call_explain", known["call"]), ("call_list", "1001")} <= kinds


def test_margin_and_what_was_sold_under_cost(golden_web):
    client = golden_web.browser("pricing")
    for by in ("product", "destination", "country", "customer", "seller", "carrier"):
        page = client.get(f"/margin?from=2026-01-01&to=2026-12-31&by={by}").get_data(as_text=True)
        if by == "customer":  # of calls, a moment after the page
            part = re.search(r'hx-get="([^"]+)" hx-trigger="load"', page)[1].replace("&amp;", "&")
            page = client.get(part, headers={"HX-Request": "true"}).get_data(as_text=True)
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


# -- suspense, files, rating again: these write ---------------------------------------------------------------------

@pytest.fixture(scope="module")
def busy_web(bed, quick_passwords, tmp_path_factory):
    """The golden operator with its calls, of which some wait, and a home of its own for what runs beside the pages."""
    from leissner.scripts.tests.reference.compare import leissner
    from leissner.scripts.tests.test_bill import GOLDEN
    from leissner.webui.tests.conftest import make_web

    made = bed.create(bed.template.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", made.url(db.CLI_LOGIN))
        patch.setenv("LEISSNER_HOME", f"{tmp_path_factory.mktemp('home')}")
        leissner("import", GOLDEN / "operator")
        leissner("calls", "load", GOLDEN / "calls.csv", "--source", "plain")
        one = make_web(made)
        yield one
        one.app.extensions["pool"].close()
    bed.drop(made)


def waiting(web) -> list[dict]:
    return rows_of(web, "select * from billing.call_suspense order by suspense_id")


def load(web, tmp_path, name: str, *lines: str) -> None:
    from leissner.scripts.tests.reference.compare import leissner

    head = "key,started_at,units,a_number,b_number,mode,carrier"
    (tmp_path / name).write_text("\n".join([head, *lines]) + "\n")
    leissner("calls", "load", tmp_path / name, "--source", "plain")


def group_of(client, words: str) -> str:
    page = client.get("/suspense").get_data(as_text=True)
    return re.search(rf'href="/suspense/(\w+)">[^<]*{words}', page)[1]


def test_a_number_is_assigned_and_its_calls_are_rated_at_once(busy_web, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", busy_web.database.url(db.CLI_LOGIN))
    load(busy_web, tmp_path, "lost.csv", *(
        f"lost{n},2026-10-12T10:0{n}:00+02:00,60,46902009123,46701234567,voice," for n in range(2)))
    client = busy_web.browser("support")
    group = group_of(client, "Nobody has this number: 46902009123")
    page = client.get(f"/suspense/{group}").get_data(as_text=True)
    assert 'value="46902009123"' in page and 'value="2026-10-12"' in page and page.count("lost") >= 2
    typed = {"number": "46902009123", "contract_no": "NOPE", "line_no": "1", "from_on": "12/10/2026"}
    answer = client.post(f"/suspense/{group}", data=typed)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and re.search(r'name="contract_no"[^>]*aria-invalid', page)
    assert 'value="12/10/2026"' in page  # nothing typed is lost
    answer = client.post(f"/suspense/{group}", data=typed | {"contract_no": "C2"}, follow_redirects=True)
    page = answer.get_data(as_text=True)
    assert "2 tried again: 2 are rated, 0 still wait." in page and "46902009123" not in page
    assert client.get("/calls/plain:lost0").status_code == 200
    sales = busy_web.browser("finance")
    assert sales.get("/suspense").status_code == 200 and "Assign the number" not in sales.get(
        "/suspense").get_data(as_text=True)


def test_a_number_of_an_ended_line_is_not_assigned_to_it_again(busy_web, tmp_path, monkeypatch):
    """It would hold on no day: the page says who had it when, and the calls wait for another contract."""
    monkeypatch.setenv("DATABASE_URL", busy_web.database.url(db.CLI_LOGIN))
    with busy_web.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin"):
        conn.execute("""
            with made as (
                insert into billing.contract_line (contract_id, line_no, service_id, to_on)
                select contract.contract_id, 77, service.service_id, '2026-10-10'
                from billing.contract cross join (select min(service_id) as service_id from billing.service) as service
                where contract.contract_no = 'C2' returning contract_line_id
            )
            insert into billing.subscriber_number (contract_line_id, number) select contract_line_id, '46902009555'
            from made""")
    load(busy_web, tmp_path, "ended.csv", "ended,2026-10-12T10:00:00+02:00,60,46902009555,46701234567,voice,")
    sales = busy_web.browser("sales")
    group = group_of(sales, "Nobody has this number: 46902009555")
    page = sales.get(f"/suspense/{group}").get_data(as_text=True)
    assert "C2, line 77, has it " in page and "– 2026-10-09 only" in page
    assert 'href="/contracts/C2/lines/77"' in page and 'value="C2"' not in page
    typed = {"number": "46902009555", "contract_no": "C2", "line_no": "77", "from_on": "2026-10-12"}
    answer = sales.post(f"/suspense/{group}", data=typed)
    assert answer.status_code == 422 and "C2/77 (2026-10-12)" in answer.get_data(as_text=True)
    page = sales.post(f"/suspense/{group}", data=typed | {"line_no": "1"}, follow_redirects=True).get_data(as_text=True)
    assert "Saved. Support or pricing tries the calls again." in page and "It is assigned by now." in page
    answer = sales.post("/contracts/C2/lines/77/numbers/new", data={
        "number": "46902009556", "kind": "number", "from_on": "2026-10-12"})
    assert answer.status_code == 422 and re.search(
        r'name="from_on"[^>]*aria-invalid', answer.get_data(as_text=True))


def test_a_prefix_is_created_by_who_may(busy_web, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", busy_web.database.url(db.CLI_LOGIN))
    load(busy_web, tmp_path, "nowhere.csv", "nowhere,2026-10-14T10:00:00+02:00,60,46902003001,9998887776,voice,")
    destination = rows_of(busy_web, """
        select destination.code from billing.prefix join billing.destination using (destination_id)
        where digits = '49171'""")[0]["code"]
    typed = {"prefix": "999888", "destination": destination, "from_on": "2026-10-01"}
    support = busy_web.browser("support")
    group = group_of(support, "No destination for these digits")
    page = support.get(f"/suspense/{group}").get_data(as_text=True)
    assert 'name="prefix"' not in page
    support.post(f"/suspense/{group}", data=typed)
    assert not rows_of(busy_web, "select from billing.prefix where digits = '999888'")
    pricing = busy_web.browser("pricing")
    page = pricing.get("/suspense").get_data(as_text=True)
    group = next(one for one in re.findall(r'href="/suspense/(\w{10})"', page) if "9998887776" in pricing.get(
        f"/suspense/{one}").get_data(as_text=True))
    page = pricing.post(f"/suspense/{group}", data=typed, follow_redirects=True).get_data(as_text=True)
    assert re.search(r"\d+ tried again: [1-9]\d* are rated", page)


def test_giving_up_needs_a_reason_and_says_what_it_means(busy_web, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", busy_web.database.url(db.CLI_LOGIN))
    load(busy_web, tmp_path, "test.csv", "given-up,2026-10-15T10:00:00+02:00,60,46902009777,46701234567,voice,")
    client = busy_web.browser("support")
    group = group_of(client, "Nobody has this number: 46902009777")
    assert busy_web.browser("finance").get(f"/suspense/{group}/drop").status_code == 403
    page = client.get(f"/suspense/{group}/drop").get_data(as_text=True)
    assert "1 call will never be rated nor invoiced" in page and "cannot be undone" in page
    answer = client.post(f"/suspense/{group}/drop", data={"because": " "})
    assert answer.status_code == 422 and "Fill this in." in answer.get_data(as_text=True)
    page = client.post(f"/suspense/{group}/drop", data={"because": "test calls"}, follow_redirects=True)
    assert "46902009777" not in page.get_data(as_text=True)
    assert "test calls" in client.get("/suspense/dropped").get_data(as_text=True)
    assert client.get(f"/suspense/{group}").status_code == 422  # the group is gone


def until_done(client, address: str) -> str:
    for _ in range(150):
        page = client.get(address, headers=PART).get_data(as_text=True)
        if "hx-trigger" not in page:
            return page
        time.sleep(0.2)
    raise AssertionError(page)


def test_a_file_is_uploaded_and_loaded_with_its_counts(busy_web, monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", busy_web.database.url(db.CLI_LOGIN))
    monkeypatch.setenv("LEISSNER_HOME", f"{tmp_path}")
    client = busy_web.browser("batch")
    assert busy_web.browser("finance").get("/files/upload").status_code == 403
    text = (b"key,started_at,units,a_number,b_number,mode,carrier\n"
            b"up1,2026-10-16T10:00:00+02:00,60,46902003001,46701234567,voice,\n"
            b"up2,2026-10-16T10:00:00+02:00,0,46902003001,46701234567,voice,\n"
            b"up1,2026-10-16T10:00:00+02:00,60,46902003001,46701234567,voice,\n")
    for data in ({"source": "plain"}, {"source": "plain", "file": (io.BytesIO(b""), "empty.csv")},
                 {"source": "nothing", "file": (io.BytesIO(text), "a.csv")}):
        assert client.post("/files/upload", data=data).status_code == 422
    answer = client.post("/files/upload", data={"source": "plain", "file": (io.BytesIO(text), "../../up load.csv")})
    assert answer.location == "/files/loading/plain"
    until_done(client, answer.location)
    found, = rows_of(busy_web, "select * from billing.cdr_file where name like '%up_load.csv'")
    assert (found["read"], found["rated"], found["duplicate"], found["zero"]) == (3, 1, 1, 1)
    page = client.get("/files").get_data(as_text=True)
    assert "up_load.csv" in page
    assert "Batches" in client.get(f"/files/{found['file_id']}").get_data(as_text=True)
    assert rows_of(busy_web, "select from audit.event where kind = 'file_upload'")


def test_rating_again_shows_what_would_change_and_keeps_the_former_price(busy_web, monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", busy_web.database.url(db.CLI_LOGIN))
    monkeypatch.setenv("LEISSNER_HOME", f"{tmp_path}")
    assert busy_web.browser("support").get("/rerate").status_code == 403
    client = busy_web.browser("pricing")
    typed = {"from": "2026-10-01", "to": "2026-10-31", "why": "dearer", "customer": "", "list": "",
             "destination": "", "product": "", "carrier": ""}
    assert client.post("/rerate", data=typed | {"customer": "no-one"}).status_code == 422
    call, = rows_of(busy_web, """
        select source.code || ':' || call.key as call, call.retail, call.retail_items from billing.call
        join billing.cdr_source as source using (source_id)
        where call.retail > 1 and call.start_on between '2026-10-02' and '2026-10-30' and cost_base is not null
            and bundled = 0 and stretches is null order by call.key limit 1""")
    with busy_web.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin"):
        conn.execute("update billing.price_item set rate = rate * 2 where price_item_id = %s",
                     (call["retail_items"][-1],))
    page = client.post("/rerate", data=typed).get_data(as_text=True)
    assert re.search(r"[1-9]\d* calls would change", page) and 'name="go"' in page
    assert not rows_of(busy_web, "select from billing.call_former")
    page = client.post("/rerate", data=typed | {"go": "1"}, follow_redirects=True).get_data(as_text=True)
    assert "It is at work" in page
    until_done(client, "/rerate?at_work=1")
    page = client.get(f"/calls/{call['call']}").get_data(as_text=True)
    assert "Before it was rated again" in page and "dearer (pricing-en)" in page
    number = re.search(r'href="/rerate/(\d+)"', client.get("/rerate").get_data(as_text=True))[1]
    assert "Revenue before" in client.get(f"/rerate/{number}").get_data(as_text=True)
