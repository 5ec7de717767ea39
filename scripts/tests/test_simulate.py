"""`leissner simulate`: what it shows is what re-rating then gives, and it leaves no trace."""

import csv
import io
import json
from random import Random

import pytest

from leissner.scripts.tests.reference.compare import leissner as command
from leissner.scripts.tests.reference.operators import build
from leissner.scripts.tests.test_rating_property import imported, using
from leissner.scripts.tests.test_rerate import YEAR, database, operator, rerate  # noqa: F401

OCTOBER = ("--from", "2026-10-01", "--to", "2026-11-01")
DRAFT = """
insert into billing.price_list (code, name, level, parent_id, currency, decimals, rounding, is_draft)
select 'DRAFT', 'Draft', level, price_list_id, currency, 1, 'up', true from billing.price_list where code = %s
"""
# What the pages call activating: the draft's items take the first place, those of the live list the second.
ACTIVATE = """
begin;
insert into billing.price_list (code, name, level, parent_id, currency)
select 'BEHIND', 'Behind', live.level, live.parent_id, live.currency
from billing.price_list as draft inner join billing.price_list as live on live.price_list_id = draft.parent_id
where draft.code = 'DRAFT';
create temporary table place on commit drop as
select draft.price_list_id as draft, draft.parent_id as live, behind.price_list_id as behind
from billing.price_list as draft cross join billing.price_list as behind
where draft.code = 'DRAFT' and behind.code = 'BEHIND';
update billing.price_item as item set price_list_id = place.behind from place where item.price_list_id = place.live;
update billing.price_item as item
set price_list_id = place.live, valid = case when lower(item.valid) > %s then daterange(%s, null) else item.valid end
from place where item.price_list_id = place.draft;
update billing.price_list as list set parent_id = place.behind from place where list.price_list_id = place.live;
commit;
"""
SUMS = """
select {by} as key, count(*) as calls, sum(retail_base)::text as revenue, coalesce(sum(cost_base), 0)::text as cost,
    coalesce(sum(margin), 0)::text as margin
from billing.call inner join billing.destination using (destination_id) inner join billing.product using (product_id)
inner join billing.customer using (customer_id)
where start_on >= %s and start_on < %s group by 1 order by 1
"""
BY = {"product": "product.code", "destination": "destination.code", "customer": "customer.customer_no"}


@pytest.fixture
def simulate(leissner):
    """simulate(option…) gives the result of the command."""
    def run(*options, period=YEAR):
        outcome = leissner("simulate", *period, *options, "--json")
        assert outcome.code == 0, outcome.err
        return json.loads(outcome.out)
    return run


def sides(result: dict) -> tuple[dict, dict]:
    """Before and after as {key: revenue, cost, margin}, without what is nothing."""
    return tuple({row["key"]: tuple(f"{float(row[f'{what}_{side}']):.6f}" for what in ("revenue", "cost", "margin"))
                  for row in result["rows"] if row["calls"] > (row["suspended"] if side == "after" else 0)}
                 for side in ("before", "after"))


def stored(conn, by: str, period=YEAR) -> dict:
    rows = conn.execute(SUMS.format(by=BY[by]), (period[1], period[3])).fetchall()
    return {row["key"]: tuple(f"{float(row[what]):.6f}" for what in ("revenue", "cost", "margin")) for row in rows}


def trace(conn) -> tuple:
    """What a write anywhere would change."""
    return tuple(conn.execute(
        "select sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint as written from pg_stat_user_tables"
        " where schemaname = 'billing'").fetchone().values())


def check(conn, run, rerate, change: str, params: tuple, *options, period=YEAR):  # noqa: F811
    """What is shown before the change is what is stored after it, by every grouping."""
    conn.execute("select pg_stat_force_next_flush()")
    trace_before = trace(conn)
    shown = {by: sides(run(*options, "--by", by, period=period)) for by in BY}
    assert {by: side[0] for by, side in shown.items()} == {by: stored(conn, by, period) for by in BY}
    conn.execute("select pg_stat_clear_snapshot()")
    assert trace(conn) == trace_before
    # Statements one by one: parameters go with one only.
    for statement in filter(str.strip, change.split(";")):
        conn.execute(statement, params if "%s" in statement else None)
    rerate(period=period)
    assert {by: side[1] for by, side in shown.items()} == {by: stored(conn, by, period) for by in BY}
    return shown


def test_a_draft_shows_what_it_gives_once_in_force(conn, simulate, rerate):  # noqa: F811
    live = conn.execute("select code from billing.price_list inner join billing.call on retail_list_id = price_list_id"
                        " group by code order by count(*) desc limit 1").fetchone()["code"]
    conn.execute(DRAFT, (live,))
    # One tenth more on everything, a destination with a price of its own, and one that ends.
    conn.execute(
        "insert into billing.price_item (price_list_id, valid, percent) select price_list_id, '(,)', 10"
        " from billing.price_list where code = 'DRAFT'")
    conn.execute(
        "insert into billing.price_item (price_list_id, destination_id, valid, setup, rate, first_increment,"
        " next_increment, free_units, free_mode, minimum, is_blocked) select price_list_id, destination_id, valid,"
        " 0, 9.5, 60, 60, 0, 'threshold', 0, false from billing.price_list cross join (values"
        " ((select min(destination_id) from billing.call), daterange('2027-06-01', '2027-07-01')),"
        " ((select min(destination_id) from billing.call), daterange('2027-07-01', null)),"
        " ((select max(destination_id) from billing.call), daterange('2026-10-10', '2026-10-20'))"
        ") as own (destination_id, valid) where code = 'DRAFT'")
    later = "delete from billing.price_item where valid = daterange('2027-07-01', null);"
    shown = check(conn, simulate, rerate, later + ACTIVATE, ("2026-12-31", "2026-01-01"), "--list", "DRAFT")
    assert shown["customer"][0] != shown["customer"][1]


def test_a_carriers_sheet_changes_cost_alone(conn, simulate, rerate):  # noqa: F811
    conn.execute(DRAFT, (conn.execute(
        "select code from billing.price_list where level = 'cost' order by (select count(*) from billing.call"
        " where cost_list_id = price_list_id) desc limit 1").fetchone()["code"],))
    conn.execute("insert into billing.price_item (price_list_id, valid, percent, amount)"
                 " select price_list_id, '[2027-01-01,)', -20, 0.01 from billing.price_list where code = 'DRAFT'")
    shown = check(conn, simulate, rerate, ACTIVATE, ("2026-12-31", "2026-01-01"), "--list", "DRAFT", period=OCTOBER)
    before, after = shown["product"]
    assert before != after and [row[0] for row in before.values()] == [row[0] for row in after.values()]


def test_a_ring_that_holds_later_and_one_that_holds_no_more(conn, simulate, rerate):  # noqa: F811
    conn.execute("insert into billing.ring (code, name, priority, valid, kind, value, volume_unit, volume_from)"
                 " values ('NEXT', 'Next year', 1, '[2027-01-01,)', 'percent', 25, 'block', 3)")
    on = check(conn, simulate, rerate, "update billing.ring set valid = '[2026-01-01,)' where code = 'NEXT'", (),
               "--ring", "NEXT")
    assert on["customer"][0] != on["customer"][1]
    check(conn, simulate, rerate, "update billing.ring set valid = '[2030-01-01,)' where code = 'NEXT'", (),
          "--ring", "NEXT", "--without")


@pytest.mark.parametrize("seed", range(6))
def test_drafts_and_rings_of_generated_operators(bed, tmp_path, seed, leissner):
    """A draft of a used list that has items of everything; with it, a ring that is switched on."""
    random = Random(seed)
    scenario = build(random)
    folder = tmp_path / "operator"
    folder.mkdir()
    scenario.write(folder)
    with imported(bed, folder) as made, using(made), made.connect() as conn:
        for source, path in scenario.write_calls(tmp_path, "all"):
            command("calls", "load", path, "--source", source)
        live, other = (row["code"] for row in conn.execute(
            "select code from billing.price_list where not is_draft order by (select count(*) from billing.call where"
            " price_list_id in (retail_list_id, cost_list_id, reseller_list_id)) desc limit 2").fetchall())
        conn.execute(DRAFT, (live,))
        conn.execute(
            "insert into billing.price_item (price_list_id, destination_id, destination_group_id, product_id, mode_id,"
            " mode_group, band_id, valid, setup, rate, step_to, step_rate, first_increment, next_increment, free_units,"
            " free_mode, minimum, maximum, percent, amount, is_blocked) select draft.price_list_id, destination_id,"
            " destination_group_id, product_id, mode_id, mode_group, band_id, valid, setup, rate, step_to, step_rate,"
            " first_increment, next_increment, free_units, free_mode, minimum, maximum, percent, amount, is_blocked"
            " from billing.price_item inner join billing.price_list as list using (price_list_id)"
            " cross join billing.price_list as draft where draft.code = 'DRAFT' and list.code = %s", (other,))
        conn.execute("insert into billing.ring (code, name, priority, valid, kind, value, volume_unit, volume_from,"
                     " volume_to) values ('NEXT', 'N', 15, '[2028-01-01,)', 'off_minute', 0.01, 'call', 2, 9)")

        def run(*options, period=YEAR):
            return json.loads(command("simulate", *period, *options, "--json"))

        def rerated(period=YEAR):
            command("calls", "rerate", *period)

        change = ACTIVATE + "update billing.ring set valid = '(,)' where code = 'NEXT'"
        check(conn, run, rerated, change, ("2027-01-01", "2026-01-01"), "--list", "DRAFT", "--ring", "NEXT")


def test_as_csv(conn, leissner, simulate):
    conn.execute("insert into billing.ring (code, name, priority, is_exclusive, valid, kind, value)"
                 " values ('FREE', 'Free', 1, true, '[2030-01-01,)', 'percent', 100)")
    out = leissner("simulate", *YEAR, "--ring", "FREE", "--by", "customer", "--csv").out
    rows = list(csv.DictReader(io.StringIO(out)))
    assert {row["customer"] for row in rows} == {row["key"] for row in simulate("--ring", "FREE", "--by",
                                                                                 "customer")["rows"]}
    assert all(float(row["revenue_after"]) == 0 for row in rows)
    assert "total" in leissner("simulate", *YEAR, "--ring", "FREE").out


@pytest.mark.parametrize(("options", "code", "words"), [
    ((), 2, "--list DRAFT, --ring CODE"), (("--list", "X", "--without"), 2, "--without needs --ring"),
    (("--list", "none"), 1, "no price list none"), (("--list", "MASTER"), 1, "not a draft of another list"),
    (("--ring", "none"), 1, "no ring none"), (("--ring", "none", "--to", "2026-01-01"), 1, "must end after"),
])
def test_what_cannot_be_simulated_is_said(conn, leissner, options, code, words):
    outcome = leissner("simulate", *YEAR, *options)
    assert outcome.code == code and words in outcome.err
