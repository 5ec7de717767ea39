"""What the mutation check (`make mutate`) changed without any other test noticing: asked of the functions
themselves."""

import pytest

from leissner.scripts.tests.test_rerate import database, operator  # noqa: F401

FILTER = {
    "customer": ("billing.customer", "customer_no"), "destination": ("billing.destination", "code"),
    "product": ("billing.product", "code"), "carrier": ("billing.carrier", "code"),
}


@pytest.mark.parametrize("what", FILTER)
def test_a_filter_is_the_one_that_was_named(conn, what):
    """Of two carriers, the other one also narrows a re-rating to less than everything."""
    table, code = FILTER[what]
    rows = conn.execute(
        f"select {code} as code, {what}_id as wanted, (logic.filter_get(p_customer => null, p_list => null,"
        f" p_destination => null, p_product => null, p_carrier => null)).{what}_id as without from {table}"
    ).fetchall()
    assert len(rows) > 1
    for row in rows:
        named = {f"p_{name}": row["code"] if name == what else None for name in [*FILTER, "list"]}
        got = conn.execute(
            "select (logic.filter_get(%(p_customer)s, %(p_list)s, %(p_destination)s, %(p_product)s,"
            f" %(p_carrier)s)).{what}_id as id", named
        ).fetchone()["id"]
        assert (got, row["without"]) == (row["wanted"], None)


def test_a_month_is_not_later_than_itself(conn):
    """Else each file would rate the whole month of a line with roll-over again: right, and ever slower."""
    months = conn.execute(
        "select contract_line_id as line, month from billing.bundle_month inner join billing.bundle using (bundle_id)"
        " where is_rollover group by 1, 2"
    ).fetchall()
    assert months
    for row in months:
        found = conn.execute(
            "select month, is_later from logic.stateful_month(array[%(line)s]::bigint[], array[%(month)s]::date[])", row
        ).fetchall()
        assert {"month": row["month"], "is_later": False} in found
        assert all(one["is_later"] == (one["month"] > row["month"]) for one in found)


def test_what_a_ring_takes_is_rounded_not_cut(conn):
    took = "select (logic.ring_run(10, 1, 60, %s::numeric, '{off_minute}', '{0.1}', '{false}'))[2]::text as took"
    assert conn.execute(took, (1,)).fetchone()["took"] == "0.001666666667"
    assert conn.execute(took, (0.5,)).fetchone()["took"].startswith("0.0016666666666")


def test_only_a_trunk_with_an_asterisk_is_the_beginning_of_names(conn):
    conn.execute("insert into billing.trunk (source_id, trunk, carrier_id)"
                 " select source.source_id, known.trunk, carrier.carrier_id"
                 " from billing.cdr_source as source inner join (values ('SIP/a*', 'nord'), ('SIP/abc', 'terra'),"
                 " ('SIP/b', 'terra')) as known (trunk, carrier) on source.code = 'plain'"
                 " inner join billing.carrier on carrier.code = known.carrier")
    rows = conn.execute("select asked.trunk, found.carrier from unnest(%s::text[]) as asked (trunk)"
                        " inner join billing.cdr_source as source on source.code = 'plain'"
                        " cross join lateral logic.trunk_list(array[source.source_id], array[asked.trunk]) as found",
                        (["SIP/ax", "SIP/abc", "SIP/abd", "SIP/bc", "SIP/b"],)).fetchall()
    assert {row["trunk"]: row["carrier"] for row in rows} == {
        "SIP/ax": "nord", "SIP/abc": "terra", "SIP/abd": "nord", "SIP/b": "terra"}


def test_what_waits_without_an_a_number_is_tried_again_too(conn, leissner):
    with conn.transaction():
        conn.execute("set local session_replication_role = replica")
        conn.execute("update billing.call_suspense set a_received = null where key = (select min(key) from"
                     " billing.call_suspense where reason = 'no_destination')")
    waiting = conn.execute("select count(*) as n from billing.call_suspense").fetchone()["n"]
    assert leissner("calls", "rate").code in (0, 1)
    read = conn.execute("select read from billing.load order by load_id desc limit 1").fetchone()["read"]
    assert waiting == read > 1


def test_rated_again_a_month_goes_on_after_its_last_call(conn, leissner):
    months = ("select customer_id, month, last_started_at, last_key from billing.customer_month"
              " where last_started_at is not null order by 1, 2")
    loaded = conn.execute(months).fetchall()
    conn.execute("update billing.price_item set rate = rate * 2 where rate > 0")
    assert leissner("calls", "rerate", "--from", "2026-01-01", "--to", "2027-01-01").code == 0
    assert len(loaded) > 1 and conn.execute(months).fetchall() == loaded
