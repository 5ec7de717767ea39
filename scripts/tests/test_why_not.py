"""`leissner calls explain`: why not another price, and what made a customer's month."""

import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from leissner.scripts import db
from leissner.scripts.tests.reference.compare import leissner as command

GOLDEN = Path(__file__).parent / "golden"
MONTH = ("--customer", "1001", "--month", "2026-10")


@pytest.fixture(scope="module")
def rated(bed):
    made = bed.create(bed.template.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", made.url(db.CLI_LOGIN))
        command("import", GOLDEN / "operator")
        command("calls", "load", GOLDEN / "calls.csv", "--source", "plain")
    yield made
    bed.drop(made)


@pytest.fixture
def database(rated):
    return rated


def rivals(leissner, key):
    outcome = leissner("calls", "explain", f"plain:{key}", "--json")
    assert outcome.code == 0, outcome.err
    return [(row["level"], row["text"]) for row in json.loads(outcome.out) if row["level"].startswith("not")]


def test_each_rival_has_the_rule_that_beat_it(leissner):
    told = rivals(leissner, "k00002")  # a call by night, of list MASTER, in an exclusive ring
    assert ("not: retail", "Not list MASTER: every destination, modes of calls, band day, always: set-up 0.49, rate"
            " 0.69, increments 60/60: the call does not start in its band.") in told
    assert any("mode sms" in text and text.endswith("the call is of another mode.") for _, text in told)
    rings = {text.split()[2]: text.rsplit(": ", 1)[1] for level, text in told if level == "not: rings"}
    assert rings == {
        "VIP": "the customer is no member.", "OCT": "it is for other destinations.",
        "SUM": "the customer is no member.",
        "FAST": "a ring of lower priority that shuts out the rest came first.",
    }


def test_no_price_is_its_own_rival_and_every_rival_fits_the_call(rated, leissner):
    with rated.connect() as conn:
        wrong = conn.execute("""
            select call.key, rival.rule
            from billing.call
            cross join lateral (values (retail_list_id, retail_items), (cost_list_id, cost_items)) as one (list, items)
            cross join lateral logic.item_rival(one.list, one.items, destination_id, mode_id, started_at) as rival
            inner join billing.price_item as item on item.price_item_id = rival.price_item_id
            where one.list is not null and (
                rival.price_item_id = any(one.items)
                or rival.rule like 'it did not hold%%' and item.valid @> call.start_on
                or rival.rule like 'list%%' and item.price_list_id = one.list
                or rival.rule = 'the call is of another mode' and item.mode_id = call.mode_id)
        """).fetchall()
        beaten = conn.execute("""
            select rival.rule, count(*) as n from billing.call cross join lateral logic.item_rival(
            retail_list_id, retail_items, destination_id, mode_id, started_at) as rival group by 1
        """).fetchall()
    assert wrong == []
    assert len(beaten) >= 6, beaten  # day, mode, band, nearer list, target, and more specific in one way or another


def test_a_month_adds_up_to_what_the_calls_cost(rated, leissner):
    outcome = leissner("calls", "explain", *MONTH, "--json")
    assert outcome.code == 0, outcome.err
    sums = defaultdict(Decimal)
    for row in json.loads(outcome.out):
        sums[row["section"], row["currency"]] += Decimal(row["amount"] or 0)
    with rated.connect() as conn:
        paid = conn.execute("""
            select price_list.currency, sum(retail) as retail, sum(regular) as regular from billing.call
            inner join billing.price_list on price_list_id = retail_list_id
            inner join billing.customer using (customer_id) where customer_no = '1001'
            and start_on >= '2026-10-01' and start_on < '2026-11-01' group by 1
        """).fetchall()
    assert paid
    for row in paid:
        at = row["currency"]
        assert sums["total", at] == row["retail"] and sums["price", at] == sums["list", at] == row["regular"]
        assert sums["list", at] + sums["bundles", at] + sums["ring", at] + sums["rounding", at] == sums["total", at]


def test_what_is_not_there_is_said(leissner):
    assert "no customer 9" in leissner("calls", "explain", "--customer", "9", "--month", "2026-10").err
    assert "No rated calls" in leissner("calls", "explain", "--customer", "1001", "--month", "2019-01").out
    assert leissner("calls", "explain", "--customer", "1001").code == 2
    assert leissner("calls", "explain", "plain:k00002", *MONTH).code == 2
