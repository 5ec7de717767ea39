"""Mutation check: change an operator, a bound or a rounding in a function of `logic`, and a test has to fail.

`python -m leissner.db.tests.mutate --count 40 --seed 1` works on a copy of the tree and a server of its own, one place
at a time, and writes a table of what killed each mutant; those that nothing killed are survivors. A mutant that cannot
be installed is replaced by another. Exit code 1 where there are survivors.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import click

from leissner.db.tests.fixtures import new_home_folder
from leissner.db.tests.lint import NOT_CODE, ROOT, blank
from leissner.scripts.server import Home

# What is written, what is put there instead, what kind of change it is. The blanks keep casts, arrows and := out.
CHANGES = [
    (r"(?<= )<(?= )", "<=", "bound"), (r"(?<= )<=(?= )", "<", "bound"),
    (r"(?<= )>(?= )", ">=", "bound"), (r"(?<= )>=(?= )", ">", "bound"),
    (r"(?<= )\+(?= )", "-", "operator"), (r"(?<= )-(?= )", "+", "operator"), (r"(?<= )\*(?= )", "+", "operator"),
    (r"(?<= )=(?= )", "<>", "operator"), (r"(?<= )<>(?= )", "=", "operator"),
    (r"\band\b", "or", "operator"), (r"\bor\b", "and", "operator"),
    (r"\bnot exists\b", "exists", "operator"), (r"\bis not null\b", "is null", "operator"),
    (r"\bis null\b", "is not null", "operator"), (r"\bgreatest\(", "least(", "bound"),
    (r"\bleast\(", "greatest(", "bound"), (r"\bmin\(", "max(", "bound"), (r"\bmax\(", "min(", "bound"),
    (r"\bceil\(", "floor(", "rounding"), (r"\btrunc\(", "ceil(", "rounding"), (r", 12\)", ", 1)", "rounding"),
    (r"\bround\((?!round)", "trunc(", "rounding"), (r"\bleft join\b", "inner join", "operator"),
    (r"(?<=\w) desc\b", " asc", "operator"), (r"\bbool_or\(", "bool_and(", "operator"),
    (r"\bunion all\b", "union", "operator"), (r"(?<= )1(?=[,;)]|$)", "0", "bound"),
]  # fmt: skip
FILES = ("db/functions/50_usage/*.sql", "db/functions/52_rates.sql", "db/functions/20_import/*.sql")
# What knows most about a file, and quickly; then these; then everything.
FIRST = {"20_import/": "test_import.py", "/82_": "test_rerate.py", "/84_": "test_simulate.py",
         "/52_": "test_rates.py", "/88_": "test_suspense.py", "/72_": "test_why_not.py"}
TESTS = (
    "scripts/tests/test_golden.py", "db/tests", "scripts/tests/test_rating_property.py", "scripts/tests/test_rates.py",
    "scripts/tests/test_why_not.py", "scripts/tests/test_suspense.py", "scripts/tests/test_simulate.py",
    "scripts/tests/test_rerate.py", "scripts/tests/test_import.py", "scripts/tests/test_calls_load.py", "scripts/tests",
)  # fmt: skip


@dataclass
class Place:
    """A spot that can be changed."""

    file: str
    function: str
    line: int
    start: int
    end: int
    before: str
    after: str
    kind: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.function}: {self.before} → {self.after}"


def places(root: Path, only: str) -> Iterator[Place]:
    """All spots in the bodies of the functions of logic whose name has `only` in it."""
    for pattern in FILES:
        for path in sorted(root.glob(pattern)):
            text = path.read_text("utf-8")
            code = NOT_CODE.sub(blank, text.split("\n-- api\n")[0])
            for function in re.finditer(r"create function (logic\.\w+)\(.*?(?=\ncreate |\ncomment on |\Z)", code, re.S):
                body = re.search(r"\n(?:as \$\$|begin atomic|return )", function[0])
                if body is None or not re.search(only, function[1]):
                    continue
                begin = function.start() + body.start()
                for old, new, kind in CHANGES:
                    for found in re.compile(old).finditer(code, begin, function.end()):
                        line = code[code.rfind("\n", 0, found.start()) + 1:]
                        if not re.match(r"\s*(order by|array\(select)", line):
                            number = code.count("\n", 0, found.start()) + 1
                            yield Place(str(path.relative_to(root)), function[1], number, found.start(), found.end(),
                                        found[0].strip(), new.strip(), kind)


def chosen(root: Path, seed: int, only: str) -> Iterator[Place]:
    """Places in a random order in which kinds of change and functions take turns."""
    rng = Random(seed)
    waiting: dict[tuple[str, str], list[Place]] = {}
    for place in places(root, only):
        waiting.setdefault((place.kind, place.function), []).append(place)
    keys = sorted(waiting)
    while keys:
        rng.shuffle(keys)
        for key in list(keys):
            yield waiting[key].pop(rng.randrange(len(waiting[key])))
            if not waiting[key]:
                keys.remove(key)


class Copy:
    """A copy of the tree that can be changed, and a server to test it on."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="leissner-mutate-"))
        self.root = self.folder / "leissner"
        skip = shutil.ignore_patterns(".venv", ".git", "__pycache__", "*.egg-info")
        shutil.copytree(ROOT, self.root, ignore=skip)
        self.folder.chmod(0o755)
        self.home = Home(new_home_folder(), is_test=True)
        self.home.up()
        self.environment = os.environ | {
            "PYTHONPATH": str(self.folder), "LEISSNER_TEST_SERVER": self.home.conninfo(),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def close(self) -> None:
        self.home.down()
        shutil.rmtree(self.home.path, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def verdict(self, place: Place, timeout: int) -> str:
        """The test that fails on the changed tree; `invalid` where it cannot be installed, `SURVIVED` where none."""
        path = self.root / place.file
        original = path.read_text("utf-8")
        path.write_text(original[: place.start] + place.after + original[place.end:], "utf-8")
        try:
            first = [f"scripts/tests/{test}" for part, test in FIRST.items() if part in place.file]
            return self.killer(timeout, [*first, *TESTS])
        finally:
            path.write_text(original, "utf-8")

    def killer(self, timeout: int, tests: Sequence[str] = TESTS) -> str:
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-m", "not long", "--no-header", *tests]
        try:
            run = subprocess.run(command, cwd=self.root, env=self.environment, capture_output=True, text=True,
                                 timeout=timeout)
        except subprocess.TimeoutExpired:
            return "timeout"
        if run.returncode == 0:
            return "SURVIVED"
        if "migrate.migrate(conn)" in run.stdout:  # the line of the fixture that installs everything
            return "invalid"
        found = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - |$)", run.stdout, re.M)
        return found[1] if found else f"exit {run.returncode}"


@click.command()
@click.option("--count", default=40, show_default=True, help="How many mutants to try.")
@click.option("--seed", default=1, show_default=True)
@click.option("--only", default="", help="Regular expression for the names of functions.")
@click.option("--timeout", default=3600, show_default=True, help="Seconds for the tests of one mutant: far more than"
              " they take unchanged, for one that is ended counts as noticed.")
@click.option("--json", "report", type=click.Path(dir_okay=False, path_type=Path), help="Also write all to this file.")
def main(count: int, seed: int, only: str, timeout: int, report: Path | None) -> None:
    """Change 40 places in the functions of logic, one at a time, and see which test notices."""
    copy = Copy()
    tried, survivors, verdicts = 0, [], []
    try:
        began = time.monotonic()
        if (before := copy.killer(timeout)) != "SURVIVED":
            raise click.ClickException(f"The tests fail without any change: {before}")
        timeout = min(timeout, 60 + 4 * int(time.monotonic() - began))
        for place in chosen(copy.root, seed, only):
            began = time.monotonic()
            verdict = copy.verdict(place, timeout)
            if verdict == "invalid":
                continue
            tried += 1
            survivors += [place] if verdict == "SURVIVED" else []
            verdicts.append(asdict(place) | {"verdict": verdict})
            if report:
                report.write_text(json.dumps(verdicts, indent=1), "utf-8")
            click.echo(f"{tried:>3}  {place.kind:<9}{place}  {verdict}  ({time.monotonic() - began:.0f} s)")
            if tried == count:
                break
    finally:
        copy.close()
    click.echo(f"{tried} mutants, {tried - len(survivors)} killed, {len(survivors)} survived.")
    sys.exit(1 if survivors else 0)


if __name__ == "__main__":
    main()
