"""All ways out of the house in one command, letters on a printer here, and the print house that does not answer."""

import json

import pytest

from leissner.scripts.tests.test_bill import THROUGH, conn, database, done, loaded, rows  # noqa: F401
from leissner.scripts.tests.test_invoice_email import inbox  # noqa: F401

LP = """#!/bin/sh
echo "$@" >> {log}
[ "$2" = gone ] && echo 'lp: The printer or class does not exist.' >&2 && exit 1
for last; do :; done
[ -e {stop} ] && [ $(wc -l < {log}) -gt 1 ] && exit 9
head -c 5 "$last" >> {pages} && echo >> {pages} && echo 'request id is norrsken-1'
"""


@pytest.fixture
def approved(leissner, conn):  # noqa: F811
    """The command, on a database whose first run is approved: two letters, an e-invoice, and e-mail."""
    conn.execute("update billing.customer set delivery = 'einvoice', einvoice_id = '0088:7300010000001' "
                 "where customer_no = '3000'")
    done(leissner("bill", "run", "--through", THROUGH))
    done(leissner("bill", "approve", 1, "--date", "2026-11-01", "--yes"))
    return leissner


@pytest.fixture
def printer(tmp_path, monkeypatch):
    """A command lp on the path that notes what it was given: its log, what it printed, a file that breaks it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    log, pages, stop = (tmp_path / name for name in ("lp.log", "lp.pages", "lp.stop"))
    (folder / "lp").write_text(LP.format(log=log, pages=pages, stop=stop))
    (folder / "lp").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return log, pages, stop


def ways(outcome) -> dict:
    return {row["way"]: (row["documents"], row["delivered"], row["failed"], row["waiting"])
            for row in json.loads(outcome.out)}


def test_each_way_goes_on_whatever_befalls_the_others(approved, inbox, conn, tmp_path):  # noqa: F811
    inbox.refuse = ("olle@example.net",)
    first = approved("bill", "deliver", 1, "--print-house", "ftp://127.0.0.1:1/in", "--json")
    assert first.code == 1
    assert ways(first) == {"print": (2, 0, 0, 2), "email": (3, 2, 1, 0), "einvoice": (1, 0, 0, 1)}
    problems = {row["way"]: row["problem"] for row in json.loads(first.out)}
    assert "ftp://127.0.0.1:1: the connection failed" in problems["print"] and problems["email"] is None
    assert problems["einvoice"] == "No place is set for einvoice_folder."
    for name in ("print_house", "einvoice_folder"):
        conn.execute("update billing.setting set value = %s where name = %s", [f"{tmp_path / name}", name])
    second = approved("bill", "deliver", 1)
    assert second.code == 1 and "leissner bill deliveries 1 says" in second.out
    assert [line.split() for line in second.out.splitlines()[:4]] == [
        ["by", "documents", "delivered", "acknowledged", "failed", "waiting"], ["print", "2", "2", "0", "0", "0"],
        ["email", "3", "2", "0", "1", "0"], ["einvoice", "1", "1", "0", "0", "0"]]
    inbox.refuse = ()
    assert ways(done(approved("bill", "deliver", 1, "--retry", "--json")))["email"] == (3, 3, 0, 0)
    assert rows(conn, "select state from billing.bill_run") == [("delivered",)]
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    sent = len(inbox.messages)
    done(approved("bill", "deliver", 1))
    assert stamps == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert (len(inbox.messages), len(stamps)) == (sent, 3)


def test_credit_notes_leave_by_the_way_of_their_payers(approved, inbox, conn, tmp_path):  # noqa: F811
    credits = {}
    for way, number in rows(conn, "select distinct on (1) parties #>> '{payer,delivery}', invoice_no"
                                  " from billing.invoice order by 1, 2"):
        done(approved("bill", "credit", number, "--yes"))
        credits[way] = json.loads(done(approved("bill", "list", "--json")).out)[0]
        assert credits[way]["options"] == {"credits": number} and credits[way]["state"] == "approved"
    assert set(credits) == {"print", "email", "einvoice"}
    inbox.messages.clear()
    for way, run in credits.items():
        outcome = done(approved("bill", "deliver", run["run"], "--print-house", tmp_path / "house",
                                "--einvoice-folder", tmp_path / "access", "--json"))
        assert ways(outcome) == {way: (1, 1, 0, 0)}
        [shown] = json.loads(done(approved("bill", "show", run["run"], "--json")).out)["invoices"]
        assert shown["kind"] == "credit"
        done(approved("bill", "check", run["run"]))
    assert rows(conn, "select state, count(*) from billing.bill_run where options ? 'credits' group by 1"
                ) == [("delivered", 3)]
    assert len(inbox.messages) == 1
    assert any((tmp_path / "house").rglob("*.zip")) and any((tmp_path / "access").rglob("*.xml"))
    done(approved("check"))


def test_a_print_house_that_does_not_answer_in_a_day_is_seen(approved, conn, tmp_path):  # noqa: F811
    made, = json.loads(done(approved("bill", "print-files", 1, "--to", tmp_path, "--json")).out)
    conn.execute("update billing.delivery set changed_at = now() - interval '23 hours'")
    assert "Warning" not in done(approved("bill", "deliveries", 1)).out + done(approved("bill", "show", 1)).out
    conn.execute("update billing.delivery set changed_at = now() - interval '25 hours'")
    listed = approved("bill", "deliveries", 1)
    assert listed.code == 1 and "Warning: 2 letters not acknowledged" in listed.out and made["file"] in listed.out
    assert "Warning: 2 letters not acknowledged" in done(approved("bill", "show", 1)).out
    (tmp_path / "ack").mkdir()
    (tmp_path / "ack" / f"{made['file']}.ack").write_text(json.dumps({"sha256": made["sha256"], "rejected": []}))
    done(approved("bill", "print-files", 1, "--to", tmp_path, "--read-acks"))
    assert "Warning" not in done(approved("bill", "deliveries", 1)).out + done(approved("bill", "show", 1)).out


def test_letters_are_printed_here_once(approved, conn, printer):  # noqa: F811
    log, pages, stop = printer
    refused = approved("bill", "print", 1, "--printer", "gone")
    assert refused.code == 1 and "document 20260001: lp: The printer or class does not exist." in refused.err
    log.unlink()
    stop.touch()
    broken = approved("bill", "print", 1, "--printer", "norrsken")
    assert broken.code == 1 and "document 20260002: exit code 9" in broken.err
    stop.unlink()
    assert "1 printed, 1 were on paper before" in done(approved("bill", "print", 1, "--printer", "norrsken")).out
    assert pages.read_text() == "%PDF-\n" * 2
    assert "-d norrsken -t 20260002 -o sides=two-sided-long-edge -- " in log.read_text()
    assert "0 printed, 2 were" in done(approved("bill", "print", 1)).out
    assert "1 printed, 1 were" in done(approved("bill", "print", 1, "--only", "20260002")).out
    assert rows(conn, "select channel, state, resend, count(*) from billing.delivery group by 1, 2, 3 order by 3") == [
        ("print", "delivered", 0, 2), ("print", "delivered", 1, 1)]
    assert approved("bill", "print", 1, "--only", "20269999").code == 1


def test_what_the_print_house_has_is_not_printed_here_too(approved, printer, tmp_path):
    done(approved("bill", "print-files", 1, "--to", tmp_path / "ph"))
    assert "0 printed, 2 were" in done(approved("bill", "print", 1)).out and not printer[0].exists()


def test_without_lp_the_package_is_named(approved, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", f"{tmp_path}")
    outcome = approved("bill", "print", 1)
    assert outcome.code == 1 and "apt install cups-client" in outcome.err


COMMANDS = (["deliver", 1], ["print", 1], ["email", 1], ["einvoice", 1, "--to", "x"], ["print-files", 1, "--to", "x"])


@pytest.mark.parametrize("state", ["draft", "basis"])
def test_what_no_customer_shall_get_leaves_by_no_way(leissner, conn, tmp_path, monkeypatch, state):  # noqa: F811
    monkeypatch.chdir(tmp_path)
    if state == "basis":
        conn.execute("update billing.operator set mode = 'basis'")
    done(leissner("bill", "run", "--through", THROUGH))
    if state == "basis":
        done(leissner("bill", "approve", 1, "--date", "2026-11-01", "--yes"))
    for command in COMMANDS:
        outcome = leissner("bill", *command)
        assert outcome.code == 1 and {"draft": "only an approved run", "basis": "is a basis"}[state] in outcome.err
    assert not list(tmp_path.iterdir()) and rows(conn, "select count(*) from billing.delivery") == [(0,)]


def test_other_contents_stop_only_their_own_way(approved, inbox, conn, tmp_path):  # noqa: F811
    done(approved("bill", "print-files", 1, "--to", tmp_path / "ph"))
    conn.execute("update billing.delivery set state = 'produced', digest = sha256('')")
    outcome = approved("bill", "deliver", 1, "--print-house", tmp_path / "ph", "--einvoice-folder", tmp_path / "e")
    assert outcome.code == 1 and "print: Document 20260001 was delivered with other contents" in outcome.out
    assert rows(conn, "select channel, state, count(*) from billing.delivery group by 1, 2 order by 1") == [
        ("einvoice", "delivered", 1), ("email", "delivered", 3), ("print_house", "produced", 2)]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_run_is_delivered_by_one_at_a_time(approved, conn, tmp_path, monkeypatch, command):  # noqa: F811
    monkeypatch.chdir(tmp_path)
    conn.execute("select api.delivery_begin(1)")
    busy = approved("bill", *command)
    assert busy.code == 1 and "by someone else right now" in busy.err and not list(tmp_path.iterdir())
    conn.execute("select api.delivery_end(1)")
    assert "by someone else" not in approved("bill", *command).err
