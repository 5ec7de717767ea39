"""The reference rater agrees with the small operator of known answers, to the last digit."""

import csv
import json
from collections import Counter
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from leissner.scripts.tests.reference.rater import COLUMNS, Operator, Rater

GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
TEXTS = set("source key status reason customer_no contract_no line_no mode destination product country".split()) | set(
    "currency price_list carrier seller".split()
)


@pytest.fixture(scope="module")
def calls():
    rater = Rater(Operator(GOLDEN / "operator"), NOW)
    rater.load("plain", GOLDEN / "calls.csv")
    rater.load("nocost", GOLDEN / "calls_nocost.csv")
    return rater.rate()


def test_every_column_of_every_call_is_as_expected(calls):
    with (GOLDEN / "expected/rated_calls.csv").open(newline="") as file:
        expected = list(csv.DictReader(file))
    assert len(calls) == len(expected)
    wrong = []
    for call, row in zip(calls, expected, strict=True):
        got = call.columns()
        for column in COLUMNS:
            want = row[column] or None
            if want is not None and column not in TEXTS:
                want = Fraction(want)
            if want != got[column]:
                wrong.append(f"{call.text}\n    {column}: expected {row[column]}, got {got[column]}")
    assert not wrong, "\n".join(wrong[:20])


def test_counts(calls):
    counts = Counter(call.status if not call.reason else f"{call.status}:{call.reason}" for call in calls)
    assert {"read": len(calls), **counts} == json.loads((GOLDEN / "expected/counts.json").read_text())


def test_records_that_cannot_be_read_are_suspended():
    rater = Rater(Operator(GOLDEN / "operator"), NOW)
    rater.load("nocost", GOLDEN / "calls_bad.csv")
    assert [(call.status, call.reason) for call in rater.rate()] == [("suspended", "bad_record")] * 5
