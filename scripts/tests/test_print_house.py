"""Files for the print house: what is in them, the same bytes each time, broken off, sent again, answered."""

import csv
import hashlib
import io
import json
import zipfile

import pytest

from leissner.scripts import print_house
from leissner.scripts.tests.test_bill import THROUGH, conn, database, done, loaded, rows  # noqa: F401


@pytest.fixture
def approved(leissner):
    """The command, on a database whose first run is approved."""
    done(leissner("bill", "run", "--through", THROUGH))
    done(leissner("bill", "approve", 1, "--date", "2026-11-01", "--yes"))
    return leissner


def contents(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_part_says_what_it_holds_and_comes_out_the_same_again(approved, conn, tmp_path):  # noqa: F811
    folder = tmp_path / "ph"
    made, = json.loads(done(approved("bill", "print-files", 1, "--to", folder, "--json")).out)
    first = contents(folder)
    name, = (name for name in first if name.endswith(".zip"))
    assert first[name + ".done"].decode().strip() == hashlib.sha256(first[name]).hexdigest() == made["sha256"]
    with zipfile.ZipFile(io.BytesIO(first[name])) as part:
        head = json.loads(part.read("manifest.json"))
        people = list(csv.DictReader(part.read("manifest.csv").decode("utf-8-sig").splitlines(), delimiter=";"))
        assert hashlib.sha256(part.read("manifest.csv")).hexdigest() == head["sha256"]
        for row in head["rows"]:
            for kind in ("pdf", "xml"):
                assert hashlib.sha256(part.read(row[kind])).hexdigest() == row[f"{kind}_sha256"]
            assert f"<cbc:ID>{row['number']}</cbc:ID>".encode() in part.read(f"xml/{row['number']}.xml")
    assert [row["number"] for row in people] == [row["number"] for row in head["rows"]] == [
        "20260001", "20260002", "20260004"]
    assert (head["documents"], head["pages"]) == (3, sum(row["pages"] for row in head["rows"]))
    assert head["currency"] == {"SEK": "6734.38"} and head["rows"][0]["reference"] == "2026000105"
    again = tmp_path / "again"
    assert "there already" in done(approved("bill", "print-files", 1, "--to", again)).out and not contents(again)
    done(approved("bill", "print-files", 1, "--to", again, "--again"))
    done(approved("bill", "print-files", 1, "--to", folder, "--again"))
    assert contents(folder) == contents(again) == first
    assert rows(conn, "select state, count(*) from billing.delivery group by state") == [("delivered", 3)]


def test_only_what_is_approved_leaves_the_house(leissner, tmp_path):
    done(leissner("bill", "run", "--through", THROUGH))
    outcome = leissner("bill", "print-files", 1, "--to", tmp_path / "ph")
    assert outcome.code == 1 and "only an approved run" in outcome.err and not (tmp_path / "ph").exists()


def test_many_letters_are_cut_into_parts_and_broken_off_they_go_on(approved, conn, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(print_house, "LETTERS", 2)
    publish, left = print_house._publish, [1]

    def killed(*args):
        if not left:
            raise ZeroDivisionError
        left.pop()
        return publish(*args)

    monkeypatch.setattr(print_house, "_publish", killed)
    with pytest.raises(ZeroDivisionError):
        approved("bill", "print-files", 1, "--to", tmp_path)
    assert rows(conn, "select state, count(*) from billing.delivery group by 1 order by 1") == [
        ("delivered", 2), ("produced", 1)]
    monkeypatch.setattr(print_house, "_publish", publish)
    parts = json.loads(done(approved("bill", "print-files", 1, "--to", tmp_path, "--json")).out)
    assert [(part["documents"], part["is_new"]) for part in parts] == [(2, False), (1, True)]
    assert rows(conn, "select state, count(*) from billing.delivery group by 1") == [("delivered", 3)]


def test_other_contents_under_the_same_name_are_refused_until_they_are_sent_again(approved, conn, tmp_path):  # noqa: F811
    made, = json.loads(done(approved("bill", "print-files", 1, "--to", tmp_path, "--json")).out)
    own = tmp_path / "templates"
    own.mkdir()
    (own / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    changed = approved("bill", "print-files", 1, "--to", tmp_path / "other", "--templates", own)
    assert changed.code == 1 and "other contents before" in changed.err
    (tmp_path / f"{made['file']}.done").write_text("0" * 64)
    other = approved("bill", "print-files", 1, "--to", tmp_path, "--again")
    assert other.code == 1 and "another hash" in other.err
    done(approved("bill", "print-files", 1, "--to", tmp_path, "--templates", own, "--resend", 1, "--only", "20260002"))
    assert rows(conn, "select resend, count(*) from billing.delivery group by resend order by 1") == [(0, 3), (1, 1)]


def test_what_the_print_house_rejects_comes_back_to_a_person(approved, tmp_path):
    made, = json.loads(done(approved("bill", "print-files", 1, "--to", tmp_path, "--json")).out)
    (tmp_path / "ack").mkdir()
    ack = tmp_path / "ack" / f"{made['file']}.ack"
    ack.write_text("{")
    outcome = approved("bill", "print-files", 1, "--to", tmp_path, "--read-acks")
    assert outcome.code == 1 and ack.name in outcome.out
    ack.write_text(json.dumps({"sha256": made["sha256"], "accepted": 2, "rejected": [
        {"number": "20260002", "reason": "address unreadable"}]}))
    outcome = approved("bill", "print-files", 1, "--to", tmp_path, "--read-acks")
    assert outcome.code == 1 and "20260002 rejected: address unreadable" in outcome.out
    listed = approved("bill", "deliveries", 1)
    assert listed.code == 1 and listed.out.splitlines()[0].endswith("address unreadable")
    assert listed.out.count("acknowledged") == 2
