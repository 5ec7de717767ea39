"""The reference rater gives the answers that were worked out by hand."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from leissner.scripts.tests.reference.cases import CASES
from leissner.scripts.tests.reference.rater import Operator, Rater, rounded


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case, tmp_path):
    rater = Rater(Operator(case.scenario.write(tmp_path)), datetime(2026, 11, 23, tzinfo=UTC))
    for source, path in case.scenario.write_calls(tmp_path, "calls"):
        rater.load(source, path)
    assert [call.retail_net for call in rater.rate()] == [None if r is None else Fraction(r) for r in case.retail]


@pytest.mark.parametrize(
    ("amount", "half_up", "half_even", "up", "down"),
    [("0.125", "0.13", "0.12", "0.13", "0.12"), ("0.121", "0.12", "0.12", "0.13", "0.12")],
)
def test_rounding(amount, half_up, half_even, up, down):
    for way, expected in (("half_up", half_up), ("half_even", half_even), ("up", up), ("down", down)):
        assert rounded(Fraction(amount), 2, way) == Fraction(expected)


def test_dust_beyond_twelve_decimals_decides_nothing():
    assert rounded(Fraction(1, 100) + Fraction(1, 10**13), 2, "up") == Fraction(1, 100)
