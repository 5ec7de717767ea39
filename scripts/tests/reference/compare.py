"""Compares what the database rated with the reference, to the last digit, and says where they part."""

import contextlib
import csv
import io
from collections import Counter
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from leissner.scripts import cli, db
from leissner.scripts.tests.reference.operators import Scenario
from leissner.scripts.tests.reference.rater import COLUMNS, Call, Operator, Price, Rater, rounded

NUMBERS = set(
    "units billed cost reseller regular bundled discount retail retail_base cost_base reseller_base margin".split()
)
PERIOD = ("2026-01-01", "2027-01-01")

# What the export does not show: the bundles and rings of a call and what each took.
TAKEN = """
select source.code as source, call.key,
    (select coalesce(array_agg((bundle.code || ' ' || drawn.units) order by drawn.position), '{}')
     from unnest(call.bundles, call.bundle_units) with ordinality as drawn (bundle_id, units, position)
     inner join billing.bundle as bundle using (bundle_id)) as draws,
    (select coalesce(jsonb_object_agg(ring.code, took.amount::text), '{}')
     from (
         select * from unnest(call.rings, call.ring_took)
         union all
         select * from unnest(call.reseller_rings, call.reseller_took)
     ) as took (ring_id, amount)
     inner join billing.ring as ring using (ring_id)) as taken
from billing.call as call
inner join billing.cdr_source as source using (source_id)
"""

BAD = """
select source.code as source, count(*) as records
from billing.call_suspense as suspense
inner join billing.cdr_source as source using (source_id)
where suspense.reason = 'bad_record'
group by source.code
"""


class Wrong(AssertionError):
    """A difference between the reference and the database."""


def leissner(*args: object) -> str:
    """Runs the command in this process; what it printed."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = cli.run([str(arg) for arg in args])
    if code:
        raise Wrong(f"leissner {' '.join(map(str, args))} ended with {code}:\n{out.getvalue()}")
    return out.getvalue()


def reference(scenario: Scenario, folder: Path) -> list[Call]:
    """The calls with the reference's answers."""
    rater = Rater(Operator(folder), datetime.now(UTC))
    for source, path in scenario.write_calls(folder.parent, "reference"):
        rater.load(source, path)
    return rater.rate()


def database_rows(conn: db.Connection, folder: Path) -> tuple[list[dict], dict[str, int]]:
    """The columns of `calls export`, with what bundles and rings took; and the unreadable records by source, which
    have no day and so are in no export."""
    path = folder / "exported.csv"
    leissner("calls", "export", "--from", PERIOD[0], "--to", PERIOD[1], path)
    taken = {(row["source"], row["key"]): row for row in conn.execute(TAKEN).fetchall()}
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row |= taken.get((row["source"], row["key"]), {"draws": [], "taken": {}})
    bad = {row["source"]: row["records"] for row in conn.execute(BAD).fetchall()}
    return rows, bad


def differences(calls: list[Call], rows: list[dict], got_bad: dict[str, int], operator_folder: Path) -> list[str]:
    """One text for each call or count in which they differ."""
    wrong = []
    kept = [call for call in calls if call.status in ("rated", "suspended") and call.reason != "bad_record"]
    known = {_name(row["source"], row["key"], row["started_at"]): row for row in rows if row["reason"] != "bad_record"}
    for call in kept:
        row = known.pop(_name(call.source.code, call.key, call.started_at), None)
        wrong += [_difference(call, row)] if row is None or _columns(call, row) else []
    wrong += [f"the database has a call that the reference has not: {row}" for row in known.values()]
    bad = Counter(call.source.code for call in calls if call.reason == "bad_record" and call.status == "suspended")
    if bad != got_bad:
        wrong.append(f"bad records: reference {dict(bad)}, database {got_bad}")
    if wrong:
        wrong.insert(0, f"operator in {operator_folder}, {len(wrong)} differences")
    return wrong


def _name(source: str, key: str, started_at) -> tuple:
    """Records without a key of their own, whose key is a hash, have a start of their own."""
    if len(key) > 20:
        moment = datetime.fromisoformat(started_at) if isinstance(started_at, str) else started_at
        return source, moment
    return source, key


def _columns(call: Call, row: dict) -> dict[str, tuple]:
    """The columns that differ: (reference, database)."""
    wrong = {}
    for column, want in call.columns().items():
        got = None if row[column] in (None, "") else row[column]
        if column == "key" or (call.status == "suspended" and column not in ("source", "status", "reason")):
            continue
        if column in NUMBERS and got is not None:
            got = Fraction(got)
        if want != got:
            wrong[column] = (want, got)
    if call.status == "rated":
        draws = [f"{code} {units}" for code, units in call.draws]
        taken = {code: rounded(amount, 6) for code, amount in call.taken.items()}
        got = {code: rounded(Fraction(amount), 6) for code, amount in row["taken"].items()}
        wrong |= {"draws": (draws, row["draws"])} if draws != row["draws"] else {}
        wrong |= {"taken": (_shown(taken), _shown(got))} if taken != got else {}
    return wrong


def _difference(call: Call, row: dict | None) -> str:
    lines = [f"{call.source.code}: {call.text}", f"    {call.status} {call.reason}; local {call.local}"]
    if row is None:
        return "\n".join([*lines, "    the database has no such call"])
    lines += [
        f"    {column}: reference {_shown(want)}, database {_shown(got)}"
        for column, (want, got) in _columns(call, row).items()
    ]
    if call.status == "rated":
        for level, price in (("cost", call.cost), ("reseller", call.reseller), ("retail", call.retail)):
            if price:
                lines.append(f"    {level}: {_price(price)}")
        lines.append(f"    bundles {call.draws}; rings took {_shown(call.taken)}")
    return "\n".join(lines)


def _price(price: Price) -> str:
    return (
        f"list {price.list.code}, {price.list.decimals} decimals {price.list.rounding}"
        f"{', split' if price.list.is_split else ''}; billed {price.billed}; regular {_shown(price.regular)}; "
        f"item {price.item.name}"
    )


def _shown(value):
    """Fractions as decimals, with enough digits to see the difference."""
    if isinstance(value, dict):
        return {key: _shown(part) for key, part in value.items()}
    if isinstance(value, Fraction):
        text = f"{float(rounded(value, 12)):.12f}".rstrip("0").rstrip(".")
        return text or "0"
    return value


__all__ = ["COLUMNS", "Wrong", "database_rows", "differences", "leissner", "reference"]
