"""Collects db/tests/*.sql: one pgTAP file is one test. It runs in one go in one connection, and its TAP is read
from the results. A file that ends in `rollback;` leaves nothing behind for the next."""

import re
from pathlib import Path

import psycopg
import pytest

from leissner.db.tests.fixtures import BED

PLAN = re.compile(r"^1\.\.(\d+)", re.M)
RESULT = re.compile(r"^(not )?ok (\d+)(.*)", re.M)


class TapFailure(Exception):
    """What a pgTAP file found wrong."""


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "SqlFile | None":
    if file_path.suffix == ".sql" and file_path.parent.name == "tests":
        return SqlFile.from_parent(parent, path=file_path)
    return None


class SqlFile(pytest.File):
    def collect(self):
        yield SqlItem.from_parent(self, name=self.path.stem)


class SqlItem(pytest.Item):
    def runtest(self) -> None:
        text = self.path.read_text("utf-8")
        code = re.sub(r"--[^\n]*", "", text).strip().lower()
        if not (code.startswith("begin;") and code.endswith("rollback;")):
            raise TapFailure("the file must begin with `begin;` and end with `rollback;`")
        database = self.config.stash[BED].for_sql
        with psycopg.connect(database.conninfo, options="-c search_path=tap,public", autocommit=True) as conn:
            try:
                lines = output(conn.execute(text.encode()))
            except psycopg.Error as error:
                raise TapFailure(sql_error(text, error)) from error
        judge("\n".join(lines))

    def repr_failure(self, excinfo, style=None):
        if isinstance(excinfo.value, TapFailure):
            return f"{self.path}\n{excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        return self.path, 0, self.name


def output(cursor: psycopg.Cursor) -> list[str]:
    """First column of every row of every result, where it is text."""
    lines = []
    while True:
        if cursor.description:
            lines += [row[0] for row in cursor.fetchall() if row and isinstance(row[0], str)]
        if not cursor.nextset():
            return lines


def judge(tap: str) -> None:
    """Raises unless the plan was made and kept and every test passed."""
    results = RESULT.findall(tap)
    plans = PLAN.findall(tap)
    failed = [f"not ok {number}{rest}" for bad, number, rest in results if bad]
    if len(plans) != 1:
        raise TapFailure(f"one plan(N) is needed, {len(plans)} found\n{tap}")
    if failed or len(results) != int(plans[0]):
        remarks = [line for line in tap.splitlines() if line.startswith(("#", "not ok"))]
        raise TapFailure(
            f"{len(failed)} of {len(results)} tests failed, {plans[0]} were planned\n" + "\n".join(remarks)
        )


def sql_error(text: str, error: psycopg.Error) -> str:
    """The error with its line, or its context where the server gives no position."""
    diag = error.diag
    line = ""
    if diag.statement_position:
        line = f"line {text.count(chr(10), 0, int(diag.statement_position) - 1) + 1}: "
    rest = [diag.message_detail, diag.message_hint, diag.context]
    return "\n".join([f"{line}{error.sqlstate} {diag.message_primary}", *(part for part in rest if part)])
