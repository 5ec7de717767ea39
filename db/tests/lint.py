"""Layout rules of our SQL, and no SQL in Python outside its helper: `python -m leissner.db.tests.lint`.

A lint of our own, because sqlfluff 4.5 cannot parse what PostgreSQL 18 brought (`without overlaps`, foreign
keys with `period`). What the catalog can tell is tested in db/tests/house_rules.sql instead.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from leissner.scripts.migrate import statements

ROOT = Path(__file__).resolve().parents[2]
WIDTH = 110
UPPER = re.compile(
    r"\b(?:SELECT|FROM|WHERE|JOIN|INNER|LEFT|RIGHT|CROSS|LATERAL|ON|USING|GROUP|ORDER|BY|HAVING|LIMIT|INSERT|INTO|VALUES"
    r"|UPDATE|SET|DELETE|RETURNING|MERGE|CREATE|ALTER|DROP|TABLE|VIEW|FUNCTION|TRIGGER|POLICY|INDEX|CONSTRAINT|PRIMARY"
    r"|FOREIGN|KEY|REFERENCES|CHECK|UNIQUE|NOT|NULL|AND|OR|IN|IS|AS|CASE|WHEN|THEN|ELSE|END|BEGIN|DECLARE|IF|LOOP"
    r"|RETURN|RETURNS|LANGUAGE|GRANT|REVOKE|TO|WITH|UNION|ALL|EXISTS|BETWEEN|TRUE|FALSE|COMMENT|EXECUTE|RAISE)\b"
)
# What is not code: comments, strings, quoted names. Dollar-quoted bodies are code, but for texts of comments.
NOT_CODE = re.compile(r"--[^\n]*|/\*.*?\*/|\bis\s+\$\$.*?\$\$|\$text\$.*?\$text\$|'(?:[^']|'')*'|\"[^\"]*\"", re.S)
FORBIDDEN = [
    (re.compile(r"\bdrop\b[^;]*\bcascade\b"), "cascade is for the runner only"),
    (re.compile(r"\b(?:double precision(?! \* interval)|float4|float8|serial|bigserial)\b"), "no floats or serials"),
    (re.compile(r"\bvarchar\b"), "text, not varchar"),
    (re.compile(r"\bno_plan\("), "plan(N), not no_plan()"),
]
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|[Pp]laceholder|[Ss]tub)\b")
# The helper, and what makes, runs and measures databases.
SPEAKS_SQL = {"scripts/db.py", "scripts/migrate.py", "scripts/server.py", "scripts/bench.py",
              "scripts/bench_bill.py", "scripts/bench_payments.py", "scripts/bench_credit.py",
              "scripts/bench_reports.py", "scripts/bench_soap.py", "scripts/bench_web.py"}
SQL_IN_PYTHON = re.compile(
    r"\.(?:execute|executemany)\(|[\"'](?:select|insert into|update|delete from|copy|with) [\w*.({]", re.I
)

Finding = tuple[Path, int, str]


def blank(match: re.Match[str]) -> str:
    """Keeps the lines and the columns."""
    return re.sub(r"[^\n]", "·", match[0])


def sql_findings(path: Path, text: str) -> Iterator[Finding]:
    """What is wrong with the layout of one SQL file."""
    code = NOT_CODE.sub(blank, text)
    if not text.endswith("\n") or text.endswith("\n\n"):
        yield path, text.count("\n"), "the file must end with one newline"
    for number, (line, bare) in enumerate(zip(text.split("\n"), code.split("\n"), strict=True), 1):
        if len(line) > WIDTH:
            yield path, number, f"longer than {WIDTH} columns"
        if line != line.rstrip() or "\t" in line:
            yield path, number, "a tab, or spaces at the end of the line"
        if (found := re.match(r" *", bare)) and len(found[0]) % 4 and bare.strip("· "):
            yield path, number, "indentation is by four spaces"
        if found := UPPER.search(bare):
            yield path, number, f"{found[0]}: keywords are lower-case"
        if UNFINISHED.search(line):
            yield path, number, "unfinished work"
        for pattern, what in FORBIDDEN:
            if pattern.search(bare):
                yield path, number, what
    if "tests" not in path.parts and "schema" not in path.parts:
        for start, statement in statements(text):
            bare = NOT_CODE.sub(blank, statement)
            found = re.search(r"/", bare)
            if found and "function logic.divide(" not in bare:
                yield path, start + bare.count("\n", 0, found.start()), "divide by logic.divide, not by /"


def python_findings(path: Path, text: str) -> Iterator[Finding]:
    """SQL outside the helper, and unfinished work."""
    for number, line in enumerate(text.split("\n"), 1):
        if UNFINISHED.search(line):
            yield path, number, "unfinished work"
        if SQL_IN_PYTHON.search(line):
            yield path, number, "SQL outside scripts/db.py"


def findings(root: Path = ROOT) -> Iterator[Finding]:
    """Everything wrong in the tree."""
    for path in sorted((root / "db").rglob("*.sql")):
        yield from sql_findings(path.relative_to(root), path.read_text("utf-8"))
    for folder in ("scripts", "webui", "soap"):
        for path in sorted((root / folder).rglob("*.py")):
            name = path.relative_to(root)
            if "tests" not in name.parts and name.as_posix() not in SPEAKS_SQL:
                yield from python_findings(name, path.read_text("utf-8"))


def main() -> None:
    found = list(findings())
    for path, line, what in found:
        print(f"{path}:{line}: {what}")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
