"""`leissner calls suspense`: causes, what they are worth, and the ways out, through the real command."""

import csv
import io
import json
from decimal import Decimal

import psycopg
import pytest

from leissner.scripts import db
from leissner.scripts.tests.test_calls_load import GOLDEN, HEAD, load, old, operator  # noqa: F401


@pytest.fixture
def database(bed, operator):  # noqa: F811
    made = bed.create(operator.name)
    yield made
    bed.drop(made)


@pytest.fixture
def golden(leissner, load):  # noqa: F811
    """The golden calls, loaded; golden(argument…) gives the command's result as JSON."""
    load(GOLDEN / "calls.csv", GOLDEN / "calls_bad.csv")
    load(GOLDEN / "calls_nocost.csv", source="nocost")

    def run(*args):
        outcome = leissner("calls", *args, "--json")
        assert outcome.code == 0, outcome.err
        return json.loads(outcome.out)
    return run


def groups(golden) -> dict:
    return {(row["reason"], row["about"]): row for row in golden("suspense")}


def waiting(conn, where: str = "true") -> int:
    return conn.execute(f"select count(*) as n from billing.call_suspense where {where}").fetchone()["n"]


def regular(conn, where: str) -> Decimal:
    return conn.execute(f"select sum(regular) as sum from billing.call where {where}").fetchone()["sum"]


def imported(leissner, tmp_path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    outcome = leissner("import", tmp_path / name)
    assert outcome.code == 0, outcome.err


def calls(first: int, count: int, a: str = "46902001005", b: str = "46701234567", units: int = 60) -> str:
    return "".join(f"call-{n:05},2026-10-{1 + n % 28:02}T10:00:00Z,{units + n % 90},{a},{b},voice,,\n"
                   for n in range(first, first + count))


def test_every_record_is_in_one_group_and_groups_keep_their_ids(golden, conn):
    first = golden("suspense")
    assert sum(row["calls"] for row in first) == waiting(conn) == 184
    assert len({row["group_id"] for row in first}) == len(first)
    assert all(row["step"] and row["command"] and row["assumption"] for row in first)
    assert {(row["reason"], row["about"]) for row in first} >= {
        ("no_subscriber", "46855512345"), ("no_subscriber", "account acme-trunk"), ("no_destination", "99"),
        ("unknown_mode", "fax"), ("unknown_carrier", "ghost"), ("no_cost", "SE-PREM"), ("not_for_sale", "CU"),
        ("no_exchange_rate", "EUR"), ("bad_record", "plain")}
    # What cannot be known has no price, and what has one has a currency.
    assert {row["reason"] for row in first if row["worth"] is None} >= {
        "bad_record", "bad_duration", "no_destination", "unknown_mode"}
    assert all((row["worth"] is None) == (row["currency"] is None) for row in first)
    # Trying again changes nothing as long as nothing is fixed; neither does the order of what waits.
    golden("rate")
    conn.execute("cluster billing.call_suspense using call_suspense_reason_ix")
    assert golden("suspense") == first


def test_a_group_lists_its_records(golden, leissner, conn):
    row = groups(golden)["no_destination", "99"]
    one = golden("suspense", "--group", row["group_id"])
    assert len(one["records"]) == one["calls"] == 17
    assert {call["reason"] for call in one["records"]} == {"no_destination"}
    listed = list(csv.DictReader(io.StringIO(leissner("calls", "suspense", "--group", row["group_id"], "--csv").out)))
    assert [call["call"] for call in listed] == [call["call"] for call in one["records"]]
    outcome = leissner("calls", "suspense", "--group", "0123456789", "--csv")
    assert outcome.code == 1 and not outcome.out
    outcome = leissner("calls", "suspense", "--limit", 1)
    for text in ("no_subscriber  46855512345", "smaller groups", "184 wait."):
        assert text in outcome.out


@pytest.mark.parametrize(("command", "said"), [
    (("suspense", "--group", "0123456789"), "no group 0123456789"),
    (("rate", "--group", "0123456789"), "no group 0123456789"),
    (("suspense", "drop", "--group", "0123456789", "--because", "x"), "no group 0123456789"),
    (("suspense", "--reason", "no_prise"), "no_price, not_for_sale"),
    (("suspense", "retry", "--reason", "no_prise"), "no_price, not_for_sale"),
    (("suspense", "--reason", "no_price", "retry"), "go after retry"),
    (("suspense", "drop", "plain:nowhere", "--because", "x"), "does not wait"),
    (("suspense", "drop", "plain:k00000", "--group", "0123456789", "--because", "x"), "one of them"),
    (("suspense", "drop", "plain:k00000", "--because", " "), "needs a reason"),
    (("suspense", "drop", "plain:k00000"), "--because"),
])
def test_what_makes_no_sense_is_refused(golden, leissner, conn, command, said):
    outcome = leissner("calls", *command)
    assert outcome.code != 0 and said in outcome.err
    assert waiting(conn) == 184


def test_a_missing_cost_is_worth_the_regular_price(golden, leissner, conn, tmp_path):
    row = groups(golden)["no_cost", "SE-PREM"]
    assert "TERRA" in row["step"] and not row["is_estimate"] and row["worth_calls"] == row["calls"]
    imported(leissner, tmp_path, "prices.csv", "price_list,target,mode,setup,rate\nTERRA,dest:SE-PREM,*,0,0.2\n")
    before = waiting(conn)
    keys = [call["call"].split(":")[1] for call in golden("suspense", "--group", row["group_id"])["records"]]
    done = golden("rate", "--group", row["group_id"])
    assert done == {"read": row["calls"], "rated": row["calls"], "suspended": 0}
    assert waiting(conn) == before - row["calls"]
    assert regular(conn, f"key in ({','.join(f'{key!r}' for key in keys)})") == Decimal(row["worth"])
    assert leissner("check").code == 0


def test_an_unknown_number_is_worth_what_its_neighbours_pay(golden, leissner, load, conn, tmp_path):  # noqa: F811
    # 4690200 1xxx: customer of C1 alone has numbers of this thousand, but nobody one of this hundred.
    load(old(tmp_path / "new.csv", HEAD + calls(0, 40, a="46902001234") + calls(40, 10, a="46799000000")))
    row, unknown = (groups(golden)["no_subscriber", a] for a in ("46902001234", "46799000000"))
    assert unknown["worth"] is None and "CONTRACT" in unknown["step"]
    assert "begin with 46902001" in row["assumption"] and "46902001234,C1,1," in row["step"]
    imported(leissner, tmp_path, "numbers.csv", "number,contract_no,line_no\n46902001234,C1,1\n")
    assert "by now" in groups(golden)["no_subscriber", "46902001234"]["step"]
    assert golden("rate", "--group", row["group_id"])["rated"] == row["calls"] == 40
    assert regular(conn, "a_number = '46902001234'") == Decimal(row["worth"])


def test_a_number_between_two_customers_is_worth_nothing_known(golden, leissner, load, tmp_path):  # noqa: F811
    load(old(tmp_path / "new.csv", HEAD + calls(0, 3, a="46902003005")))  # C2 and C4 have numbers around it
    assert groups(golden)["no_subscriber", "46902003005"]["worth"] is None


def test_of_a_large_group_a_part_is_priced_for_all(golden, leissner, load, conn, tmp_path):  # noqa: F811
    load(old(tmp_path / "new.csv", HEAD + calls(0, 6000, a="46902001234")))
    row = groups(golden)["no_subscriber", "46902001234"]
    assert row["is_estimate"] and row["worth_calls"] == row["calls"] == 6000
    imported(leissner, tmp_path, "numbers.csv", "number,contract_no,line_no\n46902001234,C1,1\n")
    golden("rate", "--group", row["group_id"])
    true = regular(conn, "a_number = '46902001234'")
    assert abs(Decimal(row["worth"]) - true) < true / 20


def test_numbers_are_grouped_by_what_is_missing(golden, leissner, load, conn, tmp_path):  # noqa: F811
    load(old(tmp_path / "new.csv", HEAD + calls(0, 3, b="88123") + calls(3, 2, b="88129") + calls(5, 2, b="sip")))
    found = groups(golden)
    assert found["no_destination", "8"]["calls"] == 5 and "add 8812,DESTINATION" in found["no_destination", "8"]["step"]
    assert found["no_destination", "(no digits)"]["calls"] == 2
    # A prefix that ended is the cause itself; one that has been added since needs nothing but trying again.
    imported(leissner, tmp_path, "prefixes.csv", "prefix,destination,from,to\n8812,CU,2026-01-01,2026-09-01\n")
    step = groups(golden)["no_destination", "8812"]["step"]
    assert "8812 leads to CU from 2026-01-01 to 2026-09-01 only" in step
    imported(leissner, tmp_path, "prefixes.csv", "prefix,destination,from,to\n8812,US,2026-09-01,\n")
    row = groups(golden)["no_destination", "8812"]
    assert "is there by now" in row["step"]
    assert golden("rate", "--group", row["group_id"])["rated"] == 5


def test_dropped_calls_are_kept_counted_and_told(golden, leissner, conn):
    row = groups(golden)["no_subscriber", "account nobody"]
    keys = [call["call"] for call in golden("suspense", "--group", row["group_id"])["records"]]
    assert golden("suspense", "drop", "--group", row["group_id"], "--because", "test calls") == {"dropped": 5}
    assert golden("suspense", "drop", "plain:k00000", "--because", "clock") == {"dropped": 1}
    assert waiting(conn) == 178 and ("no_subscriber", "account nobody") not in groups(golden)
    last, first = golden("suspense", "dropped")
    assert (first["calls"], first["because"], last["what"]) == (5, "test calls", "plain:k00000")
    assert "account nobody" in first["what"] and "no_subscriber" in first["what"]
    events = conn.execute("select to_jsonb(event)::text as text from audit.event"
                          " where kind = 'suspense_drop'").fetchall()
    assert len(events) == 2 and any("test calls" in event["text"] for event in events)
    assert "6 left suspense" in leissner("calls", "suspense").out
    # Still known: not loaded again, not tried again, explained, and in the counts of their file.
    assert "test calls" in leissner("calls", "explain", keys[0]).out
    again = json.loads(leissner("calls", "load", "--again", GOLDEN / "calls.csv", "--source", "plain", "--json").out)
    assert (again["total"]["rated"], again["total"]["suspended"]) == (0, 0)
    assert golden("rate")["read"] == 173
    assert leissner("check").code == 0
    with pytest.raises(psycopg.Error, match="LB916"):
        conn.execute("delete from billing.call_dropped")


def test_who_may_only_look_may_not_drop(golden, conn):
    with db.connect() as own:
        for level in ("sales", "finance", "auditor", "batch"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), db.transaction(own, level):
                db.call(own, "suspense_drop", p_because="x", p_call="plain:k00000")
    assert waiting(conn) == 184


BAD = HEAD + calls(0, 2) + "call-90001,2026-10-40T10:00:00Z,60,46902001005,46701234567,voice,,\n" + calls(2, 2)


def bad(conn) -> int:
    return waiting(conn, "reason = 'bad_record' and file_id = (select min(file_id) from billing.cdr_file)")


@pytest.mark.parametrize(("name", "text", "left"), [
    # the record's own key, in a file of its own
    ("other.csv", HEAD + calls(90001, 1), 0),
    # the same line of the same file, under another key
    ("calls.csv", HEAD + calls(0, 2) + calls(50, 1) + calls(2, 2), 0),
    # the same line, but other numbers: another call for all that is known
    ("calls.csv", HEAD + calls(0, 2) + calls(50, 1, b="46700000000") + calls(2, 2), 1),
    # the same line of another file
    ("other.csv", HEAD + calls(60, 2) + calls(50, 1) + calls(62, 2), 1),
    # its key where another column stands
    ("other.csv", HEAD + "call-00070,2026-10-04T10:00:00Z,60,46902001005,46701234567,voice,,call-90001\n", 1),
])
def test_a_bad_record_is_closed_by_its_corrected_one(load, leissner, conn, tmp_path, name, text, left):  # noqa: F811
    load(old(tmp_path / "calls.csv", BAD))
    assert bad(conn) == 1
    load(old(tmp_path / name, text))
    assert bad(conn) == left
    dropped = conn.execute("select kind, calls from billing.suspense_drop").fetchall()
    assert dropped == ([] if left else [{"kind": "corrected", "calls": 1}])
    assert leissner("check").code == 0


def test_two_who_take_the_same_group_count_it_once(golden, leissner, conn, database):
    row = groups(golden)["no_destination", "99"]
    with database.connect(db.CLI_LOGIN) as first, database.connect(db.CLI_LOGIN) as second:
        ids = conn.execute("select array_agg(suspense_id) as ids from billing.call_suspense"
                           " where reason = 'no_destination'").fetchone()["ids"]
        with db.transaction(first, "support"):
            assert db.call_one(first, "suspense_drop", p_because="first", p_group=row["group_id"]) == 17
            # Whoever rates meanwhile passes over what is being dropped.
            with db.transaction(second, "batch"):
                assert db.call(second, "suspense_retry", p_ids=ids)[0]["read"] == 0
    assert leissner("calls", "rate", "--group", row["group_id"]).code == 1
    assert leissner("check").code == 0
