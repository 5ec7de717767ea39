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
