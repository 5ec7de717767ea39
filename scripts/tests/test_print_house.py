"""Files for the print house: what is in them, the same bytes each time, broken off, sent again, answered."""

import csv
import hashlib
import io
import json
import zipfile

import pypdf
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
    assert "sent before" in done(approved("bill", "print-files", 1, "--to", again)).out and not again.exists()
    assert "need --resend 1" in done(approved("bill", "print-files", 1, "--to", again, "--layout", "lines.csv")).out
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
    for wrong, says in (({"sha256": "0" * 64, "rejected": []}, "with another hash"),
                        ({"sha256": made["sha256"], "rejected": [{"number": "20260003", "reason": "?"}]},
                         "An answer names 20260003 (PH_")):
        ack.write_text(json.dumps(wrong))
        outcome = approved("bill", "print-files", 1, "--to", tmp_path, "--read-acks")
        assert outcome.code == 1 and f"{ack.name}: " in outcome.out and says in outcome.out
    ack.write_text(json.dumps({"sha256": made["sha256"], "accepted": 2, "rejected": [
        {"number": "20260002", "reason": "address unreadable"}]}))
    outcome = approved("bill", "print-files", 1, "--to", tmp_path, "--read-acks")
    assert outcome.code == 1 and "20260002 rejected: address unreadable" in outcome.out
    listed = approved("bill", "deliveries", 1)
    assert listed.code == 1 and listed.out.splitlines()[0].endswith("address unreadable")
    assert listed.out.count("acknowledged") == 2


def entries(folder) -> dict[str, bytes]:
    path, = folder.glob("*.zip")
    with zipfile.ZipFile(path) as part:
        assert part.namelist() == sorted(part.namelist())
        return {name: part.read(name) for name in part.namelist()}


def test_layouts_of_their_own_are_templates(approved, tmp_path):
    """Both that come along: every line of every document is there, sums and counts are the manifest's."""
    head, data = None, {}
    for name in ("fixed.txt", "lines.csv"):
        done(approved("bill", "print-files", 1, "--to", tmp_path / name, "--layout", name, "--again"))
        made = entries(tmp_path / name)
        head, data[name] = json.loads(made["manifest.json"]), made[f"data/{name}"]
    people = list(csv.DictReader(data["lines.csv"].decode().splitlines(), delimiter=";"))
    records = data["fixed.txt"].decode("iso-8859-1").split("\r\n")
    assert records.pop() == ""
    kinds = [record[:2] for record in records]
    assert kinds[0] == "00" and kinds[-1] == "99" and kinds.count("10") == head["documents"]
    assert kinds.count("20") == len(people) > 3
    assert records[-1] == f"99{head['documents']:08}{head['pages']:08}SEK{673438:017}"
    assert len({len(record) for record in records if record[:2] in ("10", "20")}) == 2
    letter = next(record for record in records if record.startswith("10"))
    assert letter.endswith(f"{head['rows'][0]['reference']:<25}") and "Acme" not in letter
    assert sum(int(record[108:123]) for record in records if record[:2] == "20") == sum(
        round(100 * float(row["line_net"])) for row in people)


@pytest.mark.parametrize(("text", "says"), [
    ("{{ head.operator }\n", "line 1: "),
    ("{% for letter in letters %}\n{{ letter.document.nickname }}{% endfor %}", "line 2 of document 20260001: "),
    ("{% for letter in letters %}{{ letter.document.total|digits(3) }}{% endfor %}", "does not fit into 3 digits"),
    ("{{ letters.__class__.__mro__ }}", "is unsafe"),
    ("{# encoding: ebcdic-9 #}", "no encoding ebcdic-9"),
    ("{% include '/etc/passwd' %}", "/etc/passwd"),
])
def test_a_layout_that_is_wrong_is_told_by_file_line_and_document(approved, tmp_path, text, says):
    own = tmp_path / "own.txt.j2"
    own.write_text(text)
    outcome = approved("bill", "print-files", 1, "--to", tmp_path / "ph", "--layout", own)
    assert outcome.code == 1 and f"{own}" in outcome.err and says in outcome.err
    assert not any(contents(tmp_path / "ph").values()) if (tmp_path / "ph").exists() else True


def test_one_pdf_of_all_letters_with_an_index(approved, tmp_path):
    for folder in ("a", "b"):
        done(approved("bill", "print-files", 1, "--to", tmp_path / folder, "--merged", "--again"))
    made = entries(tmp_path / "a")
    assert made == entries(tmp_path / "b") and not any(name.startswith("pdf/") for name in made)
    rows_ = json.loads(made["manifest.json"])["rows"]
    assert {(row["pdf"], row["pdf_sha256"]) for row in rows_} == {
        ("merged.pdf", hashlib.sha256(made["merged.pdf"]).hexdigest())}
    merged = pypdf.PdfReader(io.BytesIO(made["merged.pdf"]))
    index = list(csv.DictReader(made["index.csv"].decode("utf-8-sig").splitlines(), delimiter=";"))
    assert len(merged.pages) == sum(int(row["pages"]) for row in index)
    assert all(row["number"] in merged.pages[int(row["page"]) - 1].extract_text() for row in index)
