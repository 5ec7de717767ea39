"""The page for integrators: its list of operations is that of the server, and its snippets do what it says, each by its
own runtime against the real server."""

import os
import re
import shutil
import subprocess
import sys
import time

import pytest

from leissner.scripts import db
from leissner.soap import operations, shape
from leissner.soap.tests.test_faults import PAGE

FILES = dict(re.findall(r"`([\w./-]+)`:\n\n```\w+\n(.*?)```", PAGE.read_text("utf-8"), re.S))
STORIES = {  # which customer, which number and how it is run
    "story.py": ("PY-1", "46850500101", [sys.executable, "story.py"]),
    "story.php": ("PHP-1", "46850500102", ["php", "-d", "soap.wsdl_cache_enabled=0", "story.php"]),
    "src/main/java/Story.java": ("JAVA-1", "46850500103", [
        "mvn", "-q", "-B", "compile", "exec:java", "-Dexec.mainClass=Story"]),
    "story.sh": ("SH-1", "46850500104", ["sh", "story.sh"]),
}


def has(program: str) -> bool:
    """Is it there, PHP with its extension?"""
    if program == "php" and shutil.which("php"):
        return b"soap" in subprocess.run(["php", "-m"], capture_output=True, check=True).stdout.split()
    return shutil.which(program) is not None


@pytest.fixture
def run(served, tmp_path):
    """Runs a command in a folder with the files of the page; its output."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    served_at = {"BILLING_URL": served.url, "BILLING_KEY": served.key(), "BILLING_SERVICE": "VOIP",
                 "BILLING_SOURCE": "plain"}

    def do(*command: str) -> str:
        done = subprocess.run(command, cwd=tmp_path, env=os.environ | served_at, capture_output=True, text=True,
                              check=False, timeout=500)
        said = re.sub("\x1b\\[[0-9;]*m", "", done.stderr)  # Maven gives colours back even where it took none
        assert done.returncode == 0 and not said, done.stdout + done.stderr
        return done.stdout

    do.folder = tmp_path
    return do


def told(served, customer: str, number: str) -> None:
    """What the story did, as the database has it."""
    with served.database.connect() as conn:
        row = conn.execute(
            "select customer.name, contract.contract_no, line.line_no, number.number, call.retail, block.reason, "
            "count(*) over () from billing.customer join billing.contract using (customer_id) "
            "join billing.contract_line as line using (contract_id) "
            "join billing.subscriber_number as number using (contract_line_id) "
            "join billing.call on call.contract_line_id = line.contract_line_id "
            "join billing.credit_block as block on block.contract_line_id = line.contract_line_id "
            "where customer_no = %s", (customer,)).fetchone()
    assert (row["name"], row["contract_no"], row["line_no"], row["number"]) == (
        "Åkes Rör AB", f"{customer}-A", 1, number)
    assert row["retail"] > 0 and row["reason"] == "Asked for by the customer" and row["count"] == 1


@pytest.mark.parametrize("name", ["story.py", "story.php", "story.sh"])
def test_the_story_runs_twice_and_happens_once(served, run, name):
    customer, number, command = STORIES[name]
    if not has(command[0]):
        pytest.skip(f"{command[0]} (with soap) is not installed here: the page's {name} was not run")
    first, again = run(*command), run(*command)
    told(served, customer, number)
    assert "rated" in first and "rated" not in again and "duplicate" in again
    assert "LB524" in first and (run.folder / "invoice.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.long
def test_the_story_in_java(served, run):
    """Maven brings the libraries: the first time that takes minutes."""
    customer, number, command = STORIES["src/main/java/Story.java"]
    if not has("mvn"):
        pytest.skip("mvn is not installed here: the page's Story.java was not run")
    run("sh", "-c", 'curl -sS "$BILLING_URL?wsdl" -o src/wsdl/leissner.wsdl')
    first, again = run(*command), run(*command)
    told(served, customer, number)
    assert "rated" in first and "duplicate" in again
    assert "LB524" in first and (run.folder / "invoice.pdf").read_bytes().startswith(b"%PDF-")


def test_the_first_request(run):
    assert "<level>integration</level>" in run("sh", "ping.sh")


def test_who_follows_hears_of_changes(served, run):
    first = run(sys.executable, "follow.py")
    assert "store 1000\n" in first
    served.client().saveCustomer("FOLLOWED", "New AB")
    until, said = time.monotonic() + 20, ""
    # a change is told when it is sealed, which happens every second; those of the stories before may come first
    while "FOLLOWED" not in said and time.monotonic() < until:
        said = run(sys.executable, "follow.py")
    assert said.splitlines().count("changed FOLLOWED") == 1


def test_an_empty_page_is_a_page(served):
    page = served.client().findCustomers(words="nobody at all")
    assert (page.count, page.row, page.next) == (0, [], None)


def test_there_is_one_port_with_all_operations(served):
    """Where each topic was a service of its own, PHP listed each operation once for each of them, and Java got a class
    System."""
    service, = served.client()._client.wsdl.services.values()
    (name, port), = service.ports.items()
    assert (service.name, name) == ("LeissnerBilling", "Leissner")
    assert set(port.binding._operations) == {one.name for one in operations.all_of()}


LEVELS = ("integration", "sales", "support", "pricing", "finance", "credit", "seller", "customer", "report", "auditor")


def levels(conn, function: str) -> str:
    """Who may, besides administrators."""
    may = [level for level in LEVELS if conn.execute(
        "select has_function_privilege(%s, oid, 'execute') as may from pg_proc "
        "where pronamespace = 'api'::regnamespace and proname = %s", (f"leissner_{level}", function)).fetchone()["may"]]
    others = [level for level in LEVELS if level not in may]
    if not others:
        return "all"
    return f"all but {', '.join(others)}" if len(others) < 4 else ", ".join(may)


def listed(conn) -> str:
    """All operations by group, with what the database says of them and for whom they are."""
    rows = db.call(conn, "operation_shape_list", p_functions=[one.function for one in operations.all_of()],
                   p_types=[name for one in operations.all_of() for name in one.items.values()])
    shapes = shape.shapes(operations.all_of(), rows)
    parts = []
    for group, own in operations.SERVICES.items():
        parts.append(f"**{group}**\n\n| operation | writes | what it does | for |\n|---|---|---|---|\n")
        for one in own:
            says = shapes[one.name].says.replace("|", "\\|")
            parts.append(f"| `{one.name}` | {'yes' if shapes[one.name].is_writing else ''} | {says} "
                         f"| {levels(conn, one.function)} |\n")
        parts.append("\n")
    return "".join(parts)


def test_the_page_has_every_operation(conn):
    """LEISSNER_WRITE=1 writes the list anew."""
    written, made = PAGE.read_text("utf-8"), listed(conn)
    start = written.index("**System**") if "**System**" in written else written.index("## All faults")
    end = written.index("## All faults")
    if os.environ.get("LEISSNER_WRITE"):
        PAGE.write_text(written[:start] + made + written[end:], "utf-8")
    assert made in PAGE.read_text("utf-8")
