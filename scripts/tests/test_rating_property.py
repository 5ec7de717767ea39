"""The database rates as the reference does, to the last digit: hand-made cases and generated operators, each also
by a second path, the calls in several files, the last one first."""

import os
import tempfile
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leissner.db.tests.fixtures import Database, TestBed
from leissner.scripts import db
from leissner.scripts.tests.reference.cases import CASES
from leissner.scripts.tests.reference.compare import Wrong, database_rows, differences, leissner, reference
from leissner.scripts.tests.reference.operators import Scenario, build, operators
from leissner.scripts.tests.reference.rater import Call

CAREFUL = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


@contextmanager
def imported(bed: TestBed, folder: Path):
    """A database that has the operator's files."""
    database = bed.create(bed.template.name)
    with using(database):
        leissner("import", folder)
    yield database
    bed.drop(database)


@contextmanager
def using(database: Database):
    """The commands run on this database."""
    before = dict(os.environ)
    os.environ["DATABASE_URL"] = database.url(db.CLI_LOGIN)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def load(database: Database, files: list[tuple[str, Path]], folder: Path) -> tuple[list[dict], dict]:
    """Loads the files in this order and gives what the database made of them, which is sound in itself too."""
    with using(database):
        for source, path in files:
            leissner("calls", "load", path, "--source", source)
        leissner("check")
        with database.connect() as conn:
            return database_rows(conn, folder)


def check(bed: TestBed, scenario: Scenario, parts: int = 2) -> list[Call]:
    """Raises unless reference and database agree, by both paths; the operator's files stay when they do not."""
    top = Path(tempfile.mkdtemp(prefix="leissner-property-"))
    folder = top / "operator"
    folder.mkdir()
    scenario.write(folder)
    calls = reference(scenario, folder)
    one = scenario.write_calls(top, "all")
    edges = [max(map(len, scenario.calls.values())) * part // parts for part in range(parts)] + [None]
    pieces = [scenario.write_calls(top, f"part{part}", slice(*edges[part : part + 2])) for part in range(parts)]
    two = pieces[-1] + sum(pieces[:-1], [])
    with imported(bed, folder) as first:
        second = bed.create(first.name)
        wrong = differences(calls, *load(first, one, top), folder)
        if not wrong and (other := differences(calls, *load(second, two, top), folder)):
            wrong = ["in several files, the last one first:", *other]
        bed.drop(second)
    if wrong:
        raise Wrong("\n".join(wrong[:6]))
    for path in sorted(top.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    top.rmdir()
    return calls


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(bed, case):
    calls = check(bed, case.scenario)
    assert [call.retail_net for call in calls] == [None if r is None else Fraction(r) for r in case.retail]


@pytest.mark.parametrize("seed", [1, 2])
def test_suspense_is_rated_when_the_cause_is_fixed(bed, tmp_path, seed):
    """Loaded before there are prefixes, rated when there are: the same as loaded then."""
    scenario = build(Random(seed))
    folder = tmp_path / "operator"
    folder.mkdir()
    scenario.write(folder)
    calls = reference(scenario, folder)
    prefixes = (folder / "prefixes.csv").rename(tmp_path / "prefixes.csv")
    with imported(bed, folder) as database:
        rows, _ = load(database, scenario.write_calls(tmp_path, "all"), tmp_path)
        assert not [row for row in rows if row["status"] == "rated"]
        with using(database):
            leissner("import", prefixes)
            leissner("calls", "rate")
        wrong = differences(calls, *load(database, [], tmp_path), folder)
    assert not wrong, "\n".join(wrong[:6])


@settings(CAREFUL, max_examples=20, derandomize=True)
@given(scenario=operators())
def test_generated_operators(bed, scenario):
    check(bed, scenario, parts=3)


@pytest.mark.long
@settings(CAREFUL, max_examples=2000)
@given(scenario=st.integers(0, 2**32).map(lambda seed: build(Random(seed), calls=200)) | operators())
def test_many_generated_operators(bed, scenario):
    check(bed, scenario, parts=3)
