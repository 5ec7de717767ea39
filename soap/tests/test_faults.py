"""The table of faults in the page for integrators is that of the database."""

import os
import re
from pathlib import Path

from leissner.soap import faults

PAGE = Path(__file__).parents[1] / "README.md"
HEAD = "| code | what is wrong | what to do |\n|---|---|---|\n"


def table(conn) -> str:
    """One row for each error code."""
    rows = conn.execute("select code, sentence, coalesce(hint, '') as hint from billing.error_code").fetchall()
    assert len(rows) > 150
    return HEAD + "".join(
        f"| `{faults.Refusal(row['code']).name}` | {row['sentence']} | {row['hint']} |\n".replace("||", "\\|")
        for row in rows)


def test_the_page_has_every_fault(conn):
    """LEISSNER_WRITE=1 writes the table anew."""
    written, made = PAGE.read_text("utf-8"), table(conn)
    start = written.index(HEAD) if HEAD in written else len(written)
    if os.environ.get("LEISSNER_WRITE"):
        end = written.index("\n\n", start) + 1 if "\n\n" in written[start:] else len(written)
        PAGE.write_text(written[:start] + made + written[end:], "utf-8")
    assert made in PAGE.read_text("utf-8")


def test_what_python_refuses_with_has_a_sentence(conn):
    raised = {code for path in Path(faults.__file__).parent.glob("*.py")
              for code in re.findall(r'"(LB9\d\d)"', path.read_text("utf-8"))}
    rows = conn.execute("select code from billing.error_code where code ~ '^LB9[345]'").fetchall()
    with_sql = {"LB931", "LB932", "LB934"}  # logic.operation_enter, logic.request_begin
    assert {row["code"] for row in rows} == {code for code in raised if re.match("LB9[345]", code)} | with_sql
