"""The start page of a new installation."""

import re


def test_a_new_installation_says_what_comes_first_and_has_a_starter(web):
    admin = web.browser("admin")
    assert "begin with the starter" in admin.get("/").get_data(as_text=True)
    tried = admin.post("/admin/import", data={"starter": "yes"}).get_data(as_text=True)
    address = re.search(r'action="(/admin/import/[0-9a-f]+)"', tried).group(1)
    assert admin.post(address).status_code == 303
    start = admin.get("/").get_data(as_text=True)
    assert "begin with the starter" not in start and "address, VAT number and bank account" in start
    assert "Try the starter" not in admin.get("/admin/import").get_data(as_text=True)


def test_a_customer_sees_the_own_account_and_no_other(golden_web):
    with golden_web.database.connect("postgres") as conn:
        rows = conn.execute("""
            with recursive own (customer_id) as (
                select customer_id from billing.customer where customer_no = '1000'
                union select customer.customer_id from billing.customer join own on parent_id = own.customer_id
            ) select invoice_no, payer_id in (select customer_id from own) as is_own from billing.invoice""").fetchall()
    page = golden_web.browser("customer", scope="1000").get("/").get_data(as_text=True)
    shown = set(re.findall(r"<td>(?:<a [^>]*>)?(\d+)<", page))
    assert {one["invoice_no"] for one in rows if one["is_own"]} <= shown
    assert not shown & {one["invoice_no"] for one in rows if not one["is_own"]}
    assert {one["is_own"] for one in rows} == {True, False}
    assert "To pay" in page and "cost" not in page.lower() and "margin" not in page.lower()


def test_each_level_sees_its_own_start(golden_web):
    for level, scope in (("support", None), ("seller", "anna"), ("customer", "1000")):
        client = golden_web.browser(level, scope=scope)
        page = client.get("/").get_data(as_text=True)
        assert ("Today, as it comes in" in page) == (level != "customer") and "The last 12 months" in page
        assert ("To do now" in page) == (level != "customer") == ("To pay" not in page)
        if level != "customer":
            part = client.get("/", headers={"HX-Request": "true"}).get_data(as_text=True)
            assert "Today, as it comes in" in part and "<html" not in part and "To do now" not in part


def test_the_three_most_urgent_stand_first_and_the_rest_behind_a_count(lived_web):
    page = lived_web.browser("admin").get("/").get_data(as_text=True)
    first, _summary, rest = page.partition('<details class="todo-more">')
    urgency = [re.findall(r'<li class="notice (\w+)"', part) for part in (first, rest)]
    assert len(urgency[0]) == 3 and urgency[1]
    assert f"<summary>{len(urgency[1])} more</summary>" in page
    assert urgency[0] + urgency[1] == sorted(urgency[0] + urgency[1])  # act before look
    page = lived_web.browser("sales").get("/").get_data(as_text=True)
    assert "todo-more" not in page


def test_who_has_no_dots_finds_names_that_have_them(golden_web):
    client = golden_web.browser("support")
    for at, words in (("/search", "bjork koncern"), ("/search", "koncern BJÖRK"), ("/customers", "BJORK"),
                      ("/customers", "björk")):
        page = client.get(at, query_string={"q": words}, follow_redirects=True).get_data(as_text=True)
        assert "Björk koncern" in page, (at, words)
    page = client.get("/search", query_string={"q": "Äcme"}, follow_redirects=True).get_data(as_text=True)
    assert "Acme AB" in page


def test_names_are_found_with_many_typing_errors(golden_web):
    client = golden_web.browser("support")
    for words in ("Acmme", "Bjrk kncern"):
        page = client.get("/search", query_string={"q": words}, follow_redirects=True).get_data(as_text=True)
        assert re.search("Acme AB|Björk", page), words
    assert "Nothing is called" in client.get("/search?q=qqqqqqqq").get_data(as_text=True)
