"""`leissner calls rerate`: the same as a fresh load under the new rules, whatever happens on the way."""

import copy
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import psycopg
import pytest

from leissner.scripts import db
from leissner.scripts.tests.reference.compare import differences, reference
from leissner.scripts.tests.reference.compare import leissner as command
from leissner.scripts.tests.reference.operators import Builder, Scenario, build
from leissner.scripts.tests.test_calls_load import GOLDEN, finish, halves, start, state
from leissner.scripts.tests.test_rating_property import imported, load, using

YEAR = ("--from", "2026-01-01", "--to", "2027-01-01")
# The command in a process of its own, in parts so small that there are many moments to die in.
RERATER = ("import sys; from leissner.scripts import rerate; rerate.SIZE = int(sys.argv[1]);"
           "from leissner.scripts import cli; sys.exit(cli.run(['calls', 'rerate', *sys.argv[2:]]))")
CHANGE = """
update billing.price_item set rate = rate * 1.5 where rate > 0.2 and step_to is null;
update billing.ring set value = value * 0.5 + 1 where kind <> 'percent';
update billing.bundle set units = units / 2;
"""


@pytest.fixture(scope="module")
def operator(bed):
    """A database that has the golden operator and its calls."""
    made = bed.create(bed.template.name)
    with using(made):
        command("import", GOLDEN / "operator")
        command("calls", "load", GOLDEN / "calls.csv", "--source", "plain")
    yield made
    bed.drop(made)


@pytest.fixture
def database(bed, operator):
    """A clone of it."""
    made = bed.create(operator.name)
    yield made
    bed.drop(made)


@pytest.fixture(scope="module")
def expected(bed, operator):
    """What a fresh load under the changed rules gives."""
    made = bed.create(bed.template.name)
    with using(made):
        command("import", GOLDEN / "operator")
        with made.connect() as conn:
            conn.execute(CHANGE)
        command("calls", "load", GOLDEN / "calls.csv", "--source", "plain")
    yield figures(made)
    bed.drop(made)


def figures(database) -> dict:
    """What loading leaves, by names instead of ids, which differ between databases; moved totals fold to nothing."""
    found = state(database.conninfo)
    with database.connect() as conn:
        for name, query in (
            ("calls", "select key, customer_id, cost, reseller, regular, bundled, discount, retail, retail_base,"
                      " bundle_units, ring_took from billing.call order by key"),
            ("bundles", "select code, contract_line_id, month, carried, used from billing.bundle_month"
                        " inner join billing.bundle using (bundle_id) order by 1, 2, 3"),
            ("rings", "select code, customer_id, month, counted from billing.ring_month"
                      " inner join billing.ring using (ring_id) order by 1, 2, 3"),
        ):
            found[name] = [tuple(row.values()) for row in conn.execute(query).fetchall()]
    found["days"] = [row for row in found["days"] if row[2]]
    found["months"] = [row for row in found["months"] if row[2]]
    return found


@pytest.fixture
def rerate(leissner):
    """rerate(option…) gives the result of the command."""
    def run(*options, period=YEAR):
        outcome = leissner("calls", "rerate", *period, *options, "--json")
        assert outcome.code == 0, outcome.err
        return json.loads(outcome.out)
    return run


# -- as a fresh load ----------------------------------------------------------------------------------------------


def changed(scenario: Scenario, random: Random) -> Scenario:
    """The same operator after a busy day: other prices, rings, bundles, lists, prefixes and holders of numbers."""
    files = copy.deepcopy(scenario.files)
    builder = Builder(random)
    parents = {row["code"]: row["parent"] for row in files["price_lists"]}
    keys = ("price_list", "target", "mode", "band", "from", "to")
    for place, row in enumerate(files["prices"]):
        if random.random() < 0.4:
            everything = row["target"] == row["mode"] == "*" and not row["band"]
            item = builder.item(relative=45 if parents[row["price_list"]] else 0, blocked=0 if everything else 15)
            files["prices"][place] = {key: row[key] for key in keys} | item
    for row in files.get("rings", []):
        if random.random() < 0.4:
            row |= {"value": builder.amount(9, 3), "priority": builder.pick([1, 5, 10]),
                    "exclusive": builder.pick(["no", "yes"])}
    for row in files.get("bundles", []):
        if random.random() < 0.4:
            row["units"] = builder.pick([1, 30, 100, 600, 6000]) * (1000 if row["modes"] == "data" else 1)
    retail = [row["code"] for row in files["price_lists"] if row["level"] == "retail"]
    for row in files["customers"] + files["contracts"]:
        if random.random() < 0.2:
            row["price_list"] = builder.pick(retail)
    destinations = [row["code"] for row in files["destinations"]]
    for row in files["prefixes"]:
        if random.random() < 0.3:
            row["destination"] = builder.pick(destinations)
    lines = [row for row in files["numbers"] if not row["from"] and not row["to"]]
    if len(lines) > 1:  # two numbers change hands, with all their calls
        one, other = random.sample(lines, 2)
        for column in ("contract_no", "line_no"):
            one[column], other[column] = other[column], one[column]
    return Scenario(files, scenario.calls)


def compare(bed, seed: int, top: Path) -> None:
    """Loaded by one set of rules and rated again by another: the same as the reference has by the other."""
    random = Random(seed)
    before = build(random)
    after = changed(before, random)
    folders = top / "before", top / "after"
    for scenario, folder in zip((before, after), folders, strict=True):
        folder.mkdir()
        scenario.write(folder)
    calls = reference(after, folders[1])
    with imported(bed, folders[0]) as database:
        load(database, before.write_calls(top, "all"), top)
        with using(database):
            command("import", folders[1])
            # First a part of it, so that months are half of one set of rules and half of the other for a while.
            command("calls", "rerate", "--from", "2026-10-05", "--to", "2026-10-25", "--carrier", "c0")
            command("calls", "rerate", "--from", "2026-09-20", "--to", "2026-10-20")
            command("check")
            tried = json.loads(command("calls", "rerate", *YEAR, "--dry-run", "--json"))
            done = json.loads(command("calls", "rerate", *YEAR, "--json"))
            assert tried["customers"] == done["customers"]
            assert json.loads(command("calls", "rerate", *YEAR, "--json"))["total"]["changed"] == 0
            command("calls", "rate")
        wrong = differences(calls, *load(database, [], top), folders[1])
    assert not wrong, "\n".join(wrong[:6])


@pytest.mark.parametrize("seed", range(8))
def test_rerated_is_as_loaded_under_the_new_rules(bed, tmp_path, seed):
    compare(bed, seed, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 140))
def test_many_rerated_are_as_loaded_under_the_new_rules(bed, tmp_path, seed):
    compare(bed, seed, tmp_path)


def test_what_has_not_changed_is_not_written(rerate, conn):
    versions = conn.execute("select call_id, xmin::text, ctid::text from billing.call order by 1").fetchall()
    # An item that is closed gets another id, and every call of it stays as it is.
    conn.execute("update billing.price_item set valid = daterange(lower(valid), '2030-01-01') where upper_inf(valid)")
    assert rerate()["total"]["changed"] == 0
    assert versions == conn.execute("select call_id, xmin::text, ctid::text from billing.call order by 1").fetchall()
    assert conn.execute("select count(*) as n from billing.call_former").fetchone()["n"] == 0


def test_former_versions_say_who_when_and_why(rerate, database, conn, expected, leissner):
    first = figures(database)
    conn.execute(CHANGE)
    total = rerate("--why", "Wrong sheet")["total"]
    assert total["changed"] > 100 and figures(database) == expected
    former, = conn.execute(
        "select count(*) as calls, min(job.why) as why, min(job.asked_by) as who, bool_and(replaced_at < now()) as at,"
        " sum(former.retail_base)::text as revenue from billing.call_former as former"
        " inner join billing.rerate as job using (rerate_id)").fetchall()
    assert former == {"calls": total["changed"], "why": "Wrong sheet", "who": db.actor(), "at": True,
                      "revenue": total["revenue_before"]}
    # And back again: every version is kept.
    conn.execute("update billing.price_item set rate = rate / 1.5 where rate > 0.3 and step_to is null;"
                 "update billing.ring set value = (value - 1) * 2 where kind <> 'percent';"
                 "update billing.bundle set units = units * 2")
    back = rerate()["total"]
    assert (back["revenue_before"], back["changed"]) == (total["revenue_after"], total["changed"])
    assert figures(database)["days"] == first["days"]
    assert conn.execute("select count(*) as n from billing.call_former").fetchone()["n"] == 2 * total["changed"]
    assert leissner("check").code == 0


def test_only_what_it_is_narrowed_to(rerate, conn):
    conn.execute("update billing.price_item set rate = rate * 2 where rate > 0")
    customer = rerate("--customer", "3000", "--dry-run")
    assert [row["customer_no"] for row in customer["customers"]] == ["3000"]
    everything = rerate("--dry-run")["total"]["changed"]
    for what, query in (
        ("destination", "select code from billing.destination inner join billing.call using (destination_id)"),
        ("product", "select product.code from billing.product inner join billing.destination using (product_id)"
                    " inner join billing.call using (destination_id)"),
        ("carrier", "select code from billing.carrier inner join billing.call using (carrier_id)"),
        ("list", "select code from billing.price_list inner join billing.call on retail_list_id = price_list_id"),
    ):
        code = conn.execute(f"{query} order by 1 limit 1").fetchone()["code"]
        assert 0 < rerate(f"--{what}", code, "--dry-run")["total"]["changed"] < everything, what
    days = rerate("--dry-run", period=("--from", "2026-10-01", "--to", "2026-10-15"))["total"]["changed"]
    assert 0 < days < everything
    assert conn.execute("select count(*) as n from billing.rerate").fetchone()["n"] == 0


def test_calls_without_a_price_wait_in_suspense(rerate, database, conn, leissner):
    first = figures(database)
    taken = conn.execute("delete from billing.price_item where mode_id is null and price_list_id in"
                         " (select price_list_id from billing.price_list where level = 'retail') returning *").rowcount
    assert taken
    total = rerate()["total"]
    assert total["suspended"] > 0 and leissner("check").code == 0
    assert len(figures(database)["suspense"]) == len(first["suspense"]) + total["suspended"]
    with using(database):
        command("import", GOLDEN / "operator")
        command("calls", "rate")
        command("calls", "rerate", *YEAR)
    again = figures(database)
    assert again["calls"] == first["calls"] and again["days"] == first["days"] and leissner("check").code == 0


def test_invoiced_calls_are_left_for_a_correction(rerate, conn):
    command("bill", "run", "--through", "2026-10-31", "--customers", "3000")
    frozen = "select call.* from billing.call inner join billing.call_billed using (start_on, call_id) order by call_id"
    before = conn.execute(frozen).fetchall()
    conn.execute("update billing.price_item set rate = rate * 2 where rate > 0")
    tried, done = rerate("--dry-run"), rerate()
    assert tried["customers"] == done["customers"] and done["total"]["frozen"] > 0
    assert conn.execute(frozen).fetchall() == before
    owed, = conn.execute("select count(*) as calls, bool_and(owed.retail <> call.retail) as differs"
                         " from billing.call_correction as owed inner join billing.call using (call_id)").fetchall()
    assert 0 < owed["calls"] <= done["total"]["frozen"] and owed["differs"]
    conn.execute("update billing.price_item set rate = rate / 2 where rate > 0")
    assert rerate()["total"]["frozen"] == 0
    assert conn.execute("select count(*) as n from billing.call_correction").fetchone()["n"] == 0


def test_totals_follow_calls_to_another_destination(rerate, conn, leissner):
    """A prefix that was somebody else's: its calls leave nothing behind where they were."""
    prefix, = conn.execute("select prefix_id, destination_id from billing.call where start_on < '2026-10-20' group by"
                           " 1, 2 order by count(*) desc limit 1").fetchall()
    conn.execute("update billing.prefix set destination_id = (select max(destination_id) from billing.destination"
                 " where destination_id <> %(destination_id)s) where prefix_id = %(prefix_id)s", prefix)
    assert rerate()["total"]["changed"] > 0 and leissner("check").code == 0
    left = "select count(*) as n from billing.call_day where destination_id = %(destination_id)s"
    assert conn.execute(left, prefix).fetchone()["n"] > 0
    with conn.transaction():
        conn.execute("set local role leissner_batch")
        conn.execute("select api.totals_fold(1)")
    assert conn.execute(left, prefix).fetchone()["n"] == conn.execute(
        f"select count(distinct (start_on, mode_id, customer_kind, seller_id, carrier_id, currency)) as n from ({left}"
        ") as every inner join billing.call on destination_id = %(destination_id)s inner join billing.price_list"
        " on price_list_id = retail_list_id", prefix).fetchone()["n"]
    assert leissner("check").code == 0


@pytest.mark.parametrize(("options", "words"), [
    (("--customer", "nobody"), "no customer nobody"), (("--list", "none"), "no price list none"),
    (("--destination", "none"), "no destination none"), (("--to", "2026-01-01"), "must end after it begins"),
])
def test_what_is_not_there_is_said(leissner, options, words):
    outcome = leissner("calls", "rerate", *YEAR, *options)
    assert outcome.code == 1 and words in outcome.err


# -- killed, and at once ------------------------------------------------------------------------------------------


def begin(database, *options, size=25):
    return subprocess.Popen(
        [sys.executable, "-c", RERATER, str(size), *YEAR, *options, "--json"], text=True,
        env=os.environ | {"DATABASE_URL": database.url(db.CLI_LOGIN)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def parts_done(database) -> int:
    with psycopg.connect(database.conninfo) as conn:
        return conn.execute("select count(done_at) from billing.rerate_part").fetchone()[0]


def test_killed_it_goes_on_where_it_stopped(database, conn, expected):
    conn.execute(CHANGE)
    for least in (1, 4):
        process = begin(database)
        while process.poll() is None and parts_done(database) < least:
            time.sleep(0.01)
        process.kill()
        process.communicate()
    result = json.loads(finish(begin(database)))
    assert result["resumed"] and result["rerate"] == 1 and result["calls"] < 425
    assert figures(database) == expected
    total, = conn.execute("select count(*) as calls from billing.call_former").fetchall()
    assert total["calls"] >= result["total"]["changed"]


def test_broken_off_and_the_prices_changed_it_begins_anew(database, conn, expected):
    conn.execute("update billing.price_item set rate = rate * 7 where rate > 0")
    process = begin(database)
    while process.poll() is None and parts_done(database) < 2:
        time.sleep(0.01)
    process.kill()
    process.communicate()
    conn.execute("update billing.price_item set rate = rate / 7 where rate > 0")
    conn.execute(CHANGE)
    result = json.loads(finish(begin(database)))
    assert not result["resumed"] and result["rerate"] == 2
    assert figures(database) == expected


def test_what_is_just_ending_is_not_taken_up_again(database, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database.url(db.CLI_LOGIN))
    period = {"p_from": "2026-10-01", "p_to": "2026-11-01"}
    with db.connect() as one, db.connect() as other, ThreadPoolExecutor(1) as pool:
        def again() -> int:
            with db.transaction(other, "pricing"):
                return db.call(other, "rerate_begin", **period)[0]["rerate_id"]

        with db.transaction(one, "pricing"):
            first = db.call(one, "rerate_begin", **period)[0]["rerate_id"]
            while db.call(one, "rerate_next", p_rerate_id=first):
                pass
        with db.transaction(one, "pricing"):
            db.call(one, "rerate_finish", p_rerate_id=first)  # gives the turn back, is not committed yet
            waiting = pool.submit(again)
            time.sleep(0.5)
        assert waiting.result() != first


def test_two_at_once_while_a_loader_works(bed, operator, expected, tmp_path):
    """Half of the calls are loaded by the old rules, the other half while two re-ratings run by the new ones."""
    database = bed.create(bed.template.name)
    first, second = halves(tmp_path)
    with using(database):
        command("import", GOLDEN / "operator")
        command("calls", "load", first, "--source", "plain")
    with database.connect() as conn:
        conn.execute(CHANGE)
    running = [begin(database, "--jobs", "2"), start(database.url(db.CLI_LOGIN), second), begin(database)]
    for process in running:
        finish(process)
    found = figures(database)
    assert found == expected
    with using(database):
        command("check")
    bed.drop(database)
