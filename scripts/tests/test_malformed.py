"""Malformed input through the real commands: each has its promised answer, and nothing half-written is left."""

import bz2
import csv
import gzip
import io
import json
import lzma
import os
import resource
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import psycopg
import pytest

from leissner.scripts import db
from leissner.scripts.tests.reference.compare import leissner as command
from leissner.scripts.tests.test_calls_load import HEAD, OLD, state
from leissner.scripts.tests.test_cdr_traps import asterisk, cucm, freeswitch

GOLDEN = Path(__file__).parent / "golden"
GOOD = "{key},2026-10-14T09:12:09,60,46902001005,46701234567,voice,terra,\n"
RECORD = {"key": "bad", "started_at": "2026-10-14T09:12:09", "units": "60", "a_number": "46902001005",
          "b_number": "46701234567", "mode": "voice", "carrier": "terra", "account": ""}
LINES = HEAD + GOOD.format(key="g1") + GOOD.format(key="g2")


@pytest.fixture(scope="module")
def operator(bed):
    """The golden operator, in one database for all cases."""
    made = bed.create(bed.template.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", made.url(db.CLI_LOGIN))
        command("import", GOLDEN / "operator")
    yield made
    bed.drop(made)


@pytest.fixture
def database(operator):
    return operator


@pytest.fixture
def sources(database, leissner, tmp_path):
    """Sources of every format, to load into."""
    folder = tmp_path / "formats"
    folder.mkdir()
    (folder / "sources.csv").write_text(
        "code,name,format,time_zone,carrier,header,time_format,duration_format,which_time,columns\n"
        "ast,Asterisk,asterisk,Europe/Stockholm,terra,,,,,\nfs,FreeSWITCH,freeswitch,UTC,terra,,,,,\n"
        "cucm,Cisco,cucm,UTC,terra,,,,,\nepoch,Epochs,generic,UTC,terra,,epoch,,,\n"
        "ms,Thousandths,generic,UTC,terra,,epoch_ms,,,\nclock,Clock,generic,UTC,terra,,,hh:mm:ss,,\n"
        "end,End,generic,UTC,terra,,,,end,\n"
        "kam,Kamailio,generic,UTC,terra,no,,,,key=1;started_at=2;ended_at=3;units=4;a_number=5;b_number=6\n"
        "sip,OpenSIPS,generic,UTC,terra,no,,,,key=5;started_at=8;units=9;a_number=10;b_number=11\n")
    assert leissner("import", str(folder)).code == 0


def packed(data: bytes, *names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, data)
    return out.getvalue()


def locked_zip() -> bytes:
    """A zip whose only member says that it has a password."""
    data = bytearray(packed(LINES.encode(), "calls.csv"))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    return bytes(data)


FILES = [  # name, source, bytes, what the answer says
    ("a zip of two files", "plain", packed(LINES.encode(), "a.csv", "b.csv"), "holds 2 files"),
    ("a zip of none", "plain", packed(b""), "refused"),
    ("a zip with a password", "plain", locked_zip(), "cannot be unpacked"),
    ("a cut zip", "plain", packed(LINES.encode() * 50, "a.csv")[:200], "cannot be unpacked"),
    ("a cut gzip", "plain", gzip.compress(LINES.encode() * 50)[:60], "cannot be unpacked"),
    ("a gzip of noise", "plain", b"\x1f\x8b" + b"noise" * 20, "cannot be unpacked"),
    ("a cut bzip2", "plain", bz2.compress(LINES.encode() * 50)[:40], "cannot be unpacked"),
    ("a cut xz", "plain", lzma.compress(LINES.encode() * 50)[:60], "cannot be unpacked"),
    ("no header", "plain", GOOD.format(key="x") * 3, "No column gives"),
    ("another header", "plain", "id;when;how long\n1;2;3\n", "No column gives"),
    ("a needed column is missing", "plain", "key,started_at,a_number,b_number\n1,2026-10-14T09:12:09,1,2\n", "units"),
    ("a column twice", "plain", HEAD.replace("account", "units") + "1,2,3,4,5,6,7,8\n", "units"),
    ("UTF-16 that does not go on so", "plain", b"\xff\xfe" + LINES.encode()[:-1], "UTF-16"),
    ("a picture", "plain", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "No column gives"),
    ("a workbook", "plain", None, "holds 9 files"),
    ("a PDF", "plain", b"%PDF-1.7\n" + b"1 0 obj << /Type /Catalog >> endobj\n" * 200, "No column gives"),
    ("a line of two megabytes", "plain", LINES + "x" * (2 << 20) + "\n", "longer than a megabyte"),
    ("HTML from a login page", "plain", "<!doctype html><html><body>Sign in</body></html>\n", "No column gives"),
    ("another switch's file", "ast", LINES * 60, "180 of 180 records cannot be read"),
    ("a FreeSWITCH file of one line", "fs", '"a","1","2";"b","3","4";' * 40, "one line whose records end in"),
    ("CUCM without names", "cucm", "1,2,25447\n1,2,25448\n", "does not name its columns"),
    ("CUCM with names only", "cucm", '"cdrRecordType","pkid"\nINTEGER,UNIQUEIDENTIFIER\n', "No column gives"),
    ("Kamailio's transactions", "sip", '13,"BYE","t","f","id@x","200","OK","2026-10-14 07:14:15"\n', "no column 9"),
]


@pytest.mark.parametrize("name, source, data, about", FILES, ids=[row[0] for row in FILES])
def test_a_file_that_is_something_else_leaves_nothing(sources, database, leissner, tmp_path, name, source, data, about):
    path = tmp_path / "calls.csv"
    if data is None:
        openpyxl.Workbook().save(path)
        data = path.read_bytes()
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    os.utime(path, (OLD, OLD))
    before = state(database.conninfo)
    outcome = leissner("calls", "load", str(path), "--source", source)
    after = state(database.conninfo)
    assert "Traceback" not in outcome.err + outcome.out
    assert about in outcome.err + outcome.out, outcome.err + outcome.out
    assert all(after[what] == before[what] for what in ("calls", "staging", "days", "months", "bundles"))
    assert outcome.code == 1 and after == before


TOLERATED = [  # name, source, bytes, what the answer says, calls read and rated
    ("only spaces", "plain", b" \n \n", "empty", 0, 0),
    ("only a byte order mark", "plain", b"\xef\xbb\xbf", "empty", 0, 0),
    ("UTF-16 without its mark", "plain", LINES.replace(",g", ",u").encode("utf-16-le"), "4 × lines with NUL", 2, 2),
    ("two encodings", "plain", (HEAD + GOOD.format(key="å")).encode() + GOOD.format(key="ö").encode("latin-1"),
     "1 × lines not in utf-8", 2, 2),
    ("an hour that clocks left out", "plain", HEAD + GOOD.format(key="gap").replace("10-14T09", "03-29T02"),
     "1 × hour that clocks left out", 1, 0),
    ("a disposition that steers", "ast", asterisk(disposition="\x1b[2JX", billsec=0, answer=""), "\\x1b[2JX", 1, 0),
    ("another switch's lines, few", "fs", '"","1","2","d","c","ch","","Dial","x",,,,0,0,"A","D"\n' * 3, "", 3, 0),
]


@pytest.mark.parametrize("name, source, data, about, read, rated", TOLERATED, ids=[row[0] for row in TOLERATED])
def test_what_is_harmless_is_taken_and_told(sources, leissner, tmp_path, name, source, data, about, read, rated):
    path = tmp_path / "calls.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    os.utime(path, (OLD, OLD))
    outcome = leissner("calls", "load", str(path), "--source", source)
    assert outcome.code == 0 and about in outcome.out and "\x1b" not in outcome.out, outcome
    assert list(map(int, outcome.out.splitlines()[1].split()[1:3])) == [read, rated], outcome.out


@pytest.mark.parametrize("kind", ["a folder", "nothing there", "a pipe", "not readable", "an empty file", "/dev/null"])
def test_what_is_no_file_is_said(database, leissner, tmp_path, kind):
    path = tmp_path / "calls.csv"
    if kind == "a folder":
        path.mkdir()
    elif kind == "a pipe":
        os.mkfifo(path)
    elif kind == "an empty file":
        path.write_bytes(b"")
        os.utime(path, (OLD, OLD))
    elif kind == "/dev/null":
        path = Path("/dev/null")
    elif kind == "not readable":
        if os.geteuid() == 0:
            pytest.skip("root reads everything")
        path.write_text(LINES)
        path.chmod(0)
    before = state(database.conninfo)
    outcome = leissner("calls", "load", str(path), "--source", "plain")
    assert outcome.code in ((0,) if kind in ("a folder", "an empty file") else (1, 2))
    assert "Traceback" not in outcome.err and (outcome.err or outcome.out)
    assert state(database.conninfo) == before


RECORDS = [  # name, what is changed, the reason it waits for, or None: rated, or zero
    ("letters as units", {"units": "abc"}, "bad_record"), ("no units", {"units": ""}, "bad_record"),
    ("negative units", {"units": "-5"}, "bad_duration"), ("NaN units", {"units": "NaN"}, "bad_record"),
    ("infinite units", {"units": "Infinity"}, "bad_record"), ("1e308 units", {"units": "1e308"}, "bad_record"),
    ("units of forty digits", {"units": "9" * 40}, ("bad_record", "bad_duration")),
    ("units beyond bigint", {"units": "9223372036854775808"}, ("bad_record", "bad_duration")),
    ("hexadecimal units", {"units": "0x10"}, "bad_record"), ("Arabic digits", {"units": "٦٠"}, "bad_record"),
    ("a unit with the number", {"units": "60 s"}, "bad_record"),
    ("thousands", {"units": "1,000"}, ("rated", "bad_record")),
    ("no start", {"started_at": ""}, "bad_record"), ("25 o'clock", {"started_at": "2026-10-14T25:12:09"}, "bad_record"),
    ("second 61", {"started_at": "2026-10-14T09:12:61"}, "bad_record"),
    ("31 February", {"started_at": "2026-02-31T09:12:09"}, "bad_record"),
    ("month first", {"started_at": "10/14/2026 09:12:09"}, "bad_record"),
    ("year 0", {"started_at": "0000-10-14T09:12:09"}, "bad_record"),
    ("year 9999", {"started_at": "9999-10-14T09:12:09"}, ("future_start", "bad_record")),
    ("before the source began",
     {"started_at": "1970-01-01T00:00:00"}, ("bad_record", "no_subscriber", "zero", "rated")),
    ("a start of words", {"started_at": "yesterday"}, "bad_record"),
    ("an offset of 99 hours", {"started_at": "2026-10-14T09:12:09+99:00"}, "bad_record"),
    ("no B-number", {"b_number": ""}, ("bad_record", "no_destination")),
    ("letters as B-number", {"b_number": "sip:anna@example.com"}, ("no_destination", "bad_record")),
    ("a B-number of 60 digits", {"b_number": "46" * 30}, ("no_destination", "rated")),
    ("a B-number nobody has", {"b_number": "99912345"}, "no_destination"),
    ("an A-number nobody has", {"a_number": "46999999999"}, "no_subscriber"),
    ("an A-number of a megabyte less one", {"a_number": "4" * 900_000}, "bad_record"),
    ("an unknown mode", {"mode": "fax"}, "unknown_mode"),
    ("an unknown carrier", {"carrier": "nobody"}, "unknown_carrier"),
    ("SQL as carrier", {"carrier": "'; drop table billing.call; --"}, "unknown_carrier"),
    ("a formula as B-number", {"b_number": "=cmd|'/c calc'!A1"}, ("no_destination", "bad_record")),
    ("a NUL in the key", {"key": "a\0b"}, ("bad_record", "rated")),
    ("an escape sequence", {"mode": "\x1b[2Jx"}, "unknown_mode"),
    ("a key of 100 000 signs", {"key": "k" * 100_000}, ("rated", "bad_record")),
    ("latin-1 in UTF-8", {"account": b"\xe5\xe4\xf6"}, ("bad_record", "no_subscriber", "rated")),
    ("a lone surrogate", {"account": b"\xed\xa0\x80"}, ("bad_record", "no_subscriber", "rated")),
    ("a quote that does not end", {"account": '"abc'}, "bad_record"),
    ("a cell too many", {"account": "x,y"}, "bad_record"), ("a cell too few", {"account": None}, "bad_record"),
]  # fmt: skip


@pytest.mark.parametrize("name, change, reason", RECORDS, ids=[row[0] for row in RECORDS])
def test_a_bad_record_waits_and_the_good_ones_are_rated(database, leissner, tmp_path, name, change, reason):
    cells = [value if isinstance(value, bytes) else value.encode()
             for value in (RECORD | {"key": name.replace(" ", "-")} | change).values() if value is not None]
    bad = b",".join(b'"' + cell + b'"' if b"," in cell and name == "thousands" else cell for cell in cells)
    good = [GOOD.format(key=f"{name} {turn}").encode() for turn in range(2)]
    path = tmp_path / "calls.csv"
    path.write_bytes(HEAD.encode() + good[0] + bad + b"\n" + good[1])
    os.utime(path, (OLD, OLD))
    outcome = leissner("calls", "load", str(path), "--source", "plain", "--json")
    assert outcome.code in (0, 1) and "Traceback" not in outcome.err, outcome.err
    with psycopg.connect(database.conninfo) as conn:
        rated = {row[0] for row in conn.execute("select key from billing.call where key like %s", (f"{name} _",))}
        reasons = [row[0] for row in conn.execute(
            "select reason from billing.call_suspense where file_id = (select max(file_id) from billing.cdr_file)")]
        staged = conn.execute("select count(*) from billing.call_staging").fetchone()[0]
    assert rated == {f"{name} 0", f"{name} 1"}, outcome.out
    found = reasons[0] if reasons else "zero" if json.loads(outcome.out)["total"]["zero"] else "rated"
    assert len(reasons) <= 1 and found in ((reason,) if isinstance(reason, str) else reason), (found, outcome.out)
    assert staged == 0


ASTERISK, FREESWITCH, KAMAILIO, OPENSIPS = (
    lambda **cells: asterisk(**{"uniqueid": "1791961921.9"} | cells).replace("c-1", ""),
    lambda **cells: freeswitch(**cells).replace("c-1", ""),
    '{},"2026-10-14 07:12:09","2026-10-14 07:14:15",{},"46902001005","46701234567"\n'.format,
    '1,"INVITE","t","f","{}","200","OK","2026-10-14 07:14:15",{},"46902001005","46701234567"\n'.format,
)
CUCM = {"callingPartyNumber": "46902001005", "finalCalledPartyNumber": "46701234567", "destDeviceName": "terra"}


def generic(started_at="2026-10-14T09:12:09", units="60"):
    return f"bad,{started_at},{units},46902001005,46701234567,voice,,\n"


# Of each source a file whose first record is good, to which the bad one is added; CUCM's records are made as one file.
GOOD_ONES = {
    "ast": ASTERISK(), "fs": FREESWITCH(), "kam": KAMAILIO(1, 126), "sip": OPENSIPS("good@x", 126),
    "epoch": HEAD + generic("1791961929"), "ms": HEAD + generic("1791961929000"),
    "clock": HEAD + generic(units="0:01:00"), "end": HEAD + generic(),
}
SWITCHES = [  # source, the bad line or CUCM's record, the reason it waits for, what is said of it
    ("ast", ASTERISK(billsec="abc"), "bad_record", "units abc are not a number"),
    ("ast", ASTERISK(billsec=-5), "bad_duration", "-5 units"),
    ("ast", ASTERISK(start="2026-13-14 09:12:01"), "bad_record", "time"),
    ("ast", ASTERISK(start="", answer="", end=""), "bad_record", "no start"),
    ("ast", ASTERISK(src="4.69E+10"), "bad_record", "exponent"),
    ("ast", "a,b\n", "bad_record", "2 columns instead of 16 to 21"),
    ("ast", '"x\n', "bad_record", "a quote that is never closed"),
    ("fs", FREESWITCH(billsec="abc"), "bad_record", "units abc are not a number"),
    ("fs", FREESWITCH(billsec="-1790000000", uuid="2"), "bad_duration", "-1790000000 units"),
    ("fs", FREESWITCH(answer="2026-02-31 01:01:01"), "bad_record", "time"),
    ("fs", '"a","b"\n', "bad_record", "2 columns instead of 13 to 20"),
    ("fs", '"\n', "bad_record", "1 column instead"),
    ("cucm", {"dateTimeConnect": 1791961929000}, "bad_record", "time"),
    ("cucm", {"dateTimeConnect": -5}, "bad_record", "time"),
    ("cucm", {"dateTimeConnect": "x"}, "bad_record", "time"),
    ("cucm", {"duration": "x"}, "bad_record", "units x are not a number"),
    ("cucm", {"duration": -3}, "bad_duration", "-3 units"),
    ("cucm", {"duration": 4294967295}, "bad_duration", "4294967295 s, but 126 s"),
    ("kam", KAMAILIO(2, -5), "bad_duration", "-5 units"),
    ("kam", KAMAILIO(3, 126000), "bad_duration", "126000 s, but 126 s"),
    ("kam", KAMAILIO(2, "1,5"), "bad_record", "7 columns instead of 6"),
    ("kam", '2,"2026\n', "bad_record", "a quote that is never closed"),
    ("sip", OPENSIPS("2@x", '"x"'), "bad_record", "units x are not a number"),
    ("sip", OPENSIPS("2@x", "1e3"), "bad_record", "units 1e3 are not a number"),
    ("epoch", generic("1791961929000"), "bad_record", "time"), ("epoch", generic("9" * 400), "bad_record", "time"),
    ("ms", generic("-1791961929000"), "bad_record", "time"), ("ms", generic("1.79e12"), "bad_record", "time"),
    ("ms", generic("NaN"), "bad_record", "time"), ("clock", generic(units="25:61:61"), "bad_record", "hh:mm:ss"),
    ("clock", generic(units="-00:01:00"), "bad_duration", "-60 units"),
    ("clock", generic(units="1.5"), "bad_record", "hh:mm:ss"),
    ("clock", generic(units="9" * 40 + ":00:00"), "bad_record", "hh:mm:ss"),
    # Reckoned back from their end, such calls begin before the calendar does.
    ("end", generic(units="99999999999"), "bad_record", "time"), ("end", generic(units="9" * 25), "bad_record", "time"),
    ("end", generic(units="9" * 5000), "bad_record", "not a number"),
]  # fmt: skip


@pytest.mark.parametrize("source, bad, reason, about", SWITCHES,
                         ids=[f"{row[0]} {number}" for number, row in enumerate(SWITCHES)])
def test_each_reader_keeps_a_bad_line_and_rates_the_good(sources, database, leissner, tmp_path, request, source, bad,
                                                        reason, about):
    # Another good key and start in each case, so that none is a duplicate.
    turn = int(request.node.callspec.id.split()[1])
    if source == "cucm":
        data = cucm(CUCM | {"pkid": f"good{turn}"}, CUCM | {"pkid": f"bad{turn}"} | bad)
    else:
        good = GOOD_ONES[source]
        for key in ("1791961921.9", "5f0c7a6e-2f0b-4f63-9d2a-1f6f3f1a0001", "good@x"):
            good = good.replace(key, f"{key}{turn}")
        if source == "kam":
            good = f"9{turn}{good}"
        data = good.replace("\nbad,", f"\ngood{turn},") + bad
    path = tmp_path / "calls.csv"
    path.write_text(data)
    os.utime(path, (OLD, OLD))
    outcome = leissner("calls", "load", str(path), "--source", source, "--json")
    total = json.loads(outcome.out)["total"]
    with psycopg.connect(database.conninfo) as conn:
        waits = conn.execute("select reason, detail from billing.call_suspense"
                             " where file_id = (select max(file_id) from billing.cdr_file)").fetchall()
        staged = conn.execute("select count(*) from billing.call_staging").fetchone()
    assert outcome.code == 0 and (total["read"], total["rated"], total["suspended"]) == (2, 1, 1), (outcome.out, waits)
    assert waits[0][0] == reason and about in waits[0][1] and staged == (0,), waits


def test_what_a_record_holds_does_not_steer_the_terminal(database, leissner, tmp_path):
    path = tmp_path / "calls.csv"
    path.write_text(HEAD + "esc,2026-10-14T09:12:09,60,46902001005,46701234567,\x1b]0;owned\x07,terra,\n")
    os.utime(path, (OLD, OLD))
    leissner("calls", "load", str(path), "--source", "plain")
    for shown in (leissner("calls", "suspense"), leissner("calls", "explain", "plain:esc")):
        assert "\x1b" not in shown.out and "\x07" not in shown.out


def test_no_spreadsheet_calculates_what_a_call_holds(database, leissner, tmp_path):
    path, out = tmp_path / "calls.csv", tmp_path / "out.csv"
    dialled = {"f1": "=1+1", "f2": "@SUM(1)", "f3": "+cmd|'/c calc'!A1", "f4": "-2+HYPERLINK(1)", "f5": "+999123"}
    path.write_text(HEAD + "".join(
        f"{key},2026-10-14T09:12:09,60,46902001005,{number},voice,terra,\n" for key, number in dialled.items()))
    os.utime(path, (OLD, OLD))
    assert leissner("calls", "load", str(path), "--source", "plain").code == 0
    assert leissner("calls", "export", "--from", "2026-10-01", "--to", "2026-11-01", str(out)).code == 0
    rows = {row["key"]: row["b_number"] for row in csv.DictReader(io.StringIO(out.read_text("utf-8")))}
    assert {key: rows[key] for key in dialled} == {
        key: number if key == "f5" else f"'{number}" for key, number in dialled.items()}


def test_no_file_name_steers_the_terminal(database, leissner, tmp_path):
    path = tmp_path / "a\nb\x1b[2J.csv"
    path.write_text(HEAD + GOOD.format(key="named"))
    os.utime(path, (OLD, OLD))
    outcome = leissner("calls", "load", str(path), "--source", "plain")
    assert outcome.code == 0 and "a\\x0ab\\x1b[2J.csv" in outcome.out and "\x1b" not in outcome.out
    folder = tmp_path / "in\n\x1b[2J"
    folder.mkdir()
    (folder / "products.csv").write_text("code,name\n\x1b]0;owned\x07,\n")
    outcome = leissner("import", str(folder))
    assert outcome.code == 1 and "products.csv:2: name: " in outcome.err and "\x1b" not in outcome.err


@pytest.mark.parametrize("size", [64 << 20, pytest.param(1 << 30, marks=pytest.mark.long)], ids=["64 MB", "1 GB"])
@pytest.mark.parametrize("command", ["load", "import"])
def test_a_line_without_end_costs_no_memory(database, tmp_path, size, command):
    path = tmp_path / "products.csv"
    given = ["import", str(path)] if command == "import" else ["calls", "load", str(path), "--source", "plain"]
    with open(path, "wb") as file:
        file.write(b"code,name\n" if command == "import" else LINES.encode())
        file.seek(size)
        file.write(b"\n")
    os.utime(path, (OLD, OLD))
    before = state(database.conninfo)

    def bounded():
        resource.setrlimit(resource.RLIMIT_DATA, (300 << 20, 300 << 20))

    run = subprocess.run(
        [sys.executable, "-c", "import sys; from leissner.scripts import cli; sys.exit(cli.run(sys.argv[1:]))", *given],
        env=os.environ | {"DATABASE_URL": database.url(db.CLI_LOGIN)}, capture_output=True, text=True, timeout=120,
        preexec_fn=bounded,
    )
    assert run.returncode == 1 and "longer than a megabyte" in run.stdout + run.stderr, run.stderr
    assert state(database.conninfo) == before


DESTINATION = "code,name,country,product\n"
IMPORTS = [  # file, text, what the answer says
    ("destinations", "code,name,country,product\nX,X,SWEDEN,mobile\n", "country"),
    ("destinations", "code,name,country,product\nX,X,SE,nothing\n", "nothing"),
    ("destinations", "code,name,country\nX,X,SE\n", "product"),
    ("destinations", "code,name,country,product,colour\nX,X,SE,mobile,red\n", "colour"),
    ("destinations", "code,name,name,country,product\nX,X,X,SE,mobile\n", "once"),
    ("destinations", 'code,name,country,product\nX,"X,SE,mobile\n', "cannot be read"),
    ("destinations", "code,name,country,product\nX,X\n", "cells"),
    ("destinations", b"code,name,country,product\nX,\xe5\xe4,SE,mobile\n", "UTF-8"),
    ("destinations", b"code,name,country,product\nX,a\0b,SE,mobile\n", "NUL"),
    ("destinations", "code,name,country,product\n,X,SE,mobile\n", "code"),
    ("prefixes", "prefix,destination\n46a,SE-MOB\n", "46a"),
    ("prefixes", "prefix,destination\n" + "4" * 40 + ",SE-MOB\n", "prefix"),
    ("prefixes", "prefix,destination,from,to\n4699,SE-MOB,2026-12-01,2026-11-01\n", ":2: to \"2026-11-01\""),
    ("prefixes", "prefix,destination,from\n4699,SE-MOB,2026-02-31\n", "2026-02-31"),
    ("prefixes", "prefix,destination,from\n4699,SE-MOB,01/02/2026\n", "01/02/2026"),
    ("prefixes", "prefix,destination\n4699,SE-MOB\n4699,SE-FIX\n", "4699"),
    ("price_lists", "code,name,level,parent\nA,A,retail,B\nB,B,retail,A\n", "inherit"),
    ("price_lists", "code,name,level,parent\nA,A,retail,A\n", "inherit"),
    ("price_lists", "code,name,level,decimals\nA,A,retail,9\n", "decimals"),
    ("price_lists", "code,name,level\nA,A,free\n", "level"),
    ("prices", "price_list,target,rate\nMASTER,dest:US,-1\n", "must not be negative"),
    ("prices", "price_list,target,rate\nMASTER,dest:US,NaN\n", "NaN"),
    ("prices", "price_list,target,rate\nMASTER,dest:US,1e5\n", "1e5"),
    ("prices", 'price_list,target,rate\nMASTER,dest:US,"0,5"\n', "0,5"),
    ("prices", "price_list,target,rate\nMASTER,dest:US,0.123456789\n", "0.123456789"),
    ("prices", "price_list,target,rate,percent\nMASTER,dest:US,1,5\n", "either a rate or"),
    ("prices", "price_list,target,rate,next\nMASTER,dest:US,1,0\n", "the next increment at least 1"),
    ("prices", "price_list,target,steps\nMASTER,dest:US,60:1;30:2;:3\n", "rising bounds"),
    ("prices", "price_list,target,rate\nMASTER,nothing:US,1\n", "nothing:US"),
    ("customers", "customer_no,name,parent_no\nA,A,B\nB,B,A\n", "above itself"),
    ("numbers", "number,contract_no\nabc,C1\n", "abc"),
    ("numbers", "number,contract_no,to_number\n46900000010,C1,46900000001\n", "not below it"),
    ("holidays", "calendar,date,name\nse,2026-13-01,X\n", "2026-13-01"),
    ("nothing", "code\nX\n", "no such file"),
    ("destinations", "", ":1: code: This column is needed"), ("destinations", b"\xef\xbb\xbf", ":1: code: This"),
    ("destinations", (DESTINATION + "X,X,SE,mobile\n").encode("utf-16"), "cannot be read as UTF-8"),
    ("destinations", (DESTINATION + "X,X,SE,mobile\n").encode("utf-16-le"), "There is no such column"),
    ("destinations", packed(DESTINATION.encode(), "destinations.csv"), "cannot be read as UTF-8"),
    ("destinations", gzip.compress(DESTINATION.encode()), "cannot be read as UTF-8"),
    ("destinations", DESTINATION + "Y,Y,SE,mobile\nX," + "n" * (10 << 20) + ",SE,mobile\n", "in line 3"),
    ("destinations", (DESTINATION + "X,X,SE,mobile\n").replace(",", ";"), "There is no such column"),
    ("destinations", DESTINATION + "X,X,\x1b[2JSE,mobile\n", ':2: country "\\x1b[2JSE"'),
    ("prices", "price_list,target,rate,first\nMASTER,dest:US,1,-60\n", ":2: first \"-60\""),
    ("prices", "price_list,target,rate\nMASTER,dest:US,0.123456789012\n", "at most 8 decimals"),
    ("prices", 'price_list,target,rate\nMASTER,dest:US,"1,234.56"\n', ':2: rate "1,234.56"'),
    ("prices", "price_list,target,rate\nMASTER,dest:US,1.234.56\n", ':2: rate "1.234.56"'),
    ("prices", "price_list,target,rate\nMASTER,dest:US,Infinity\n", ':2: rate "Infinity"'),
    ("prices", "price_list,target,rate\nMASTER,dest:US," + "9" * 400 + "\n", ":2: rate"),
    ("prices", "price_list,target,rate\nNOBODY,dest:US,1\n", ':2: price_list "NOBODY"'),
    ("prices", "price_list,target,from,to,rate\nMASTER,dest:US,2027-01-01,2027-03-01,1\n"
     "MASTER,dest:US,2027-02-01,2027-04-01,1\n", ':3: from "2027-02-01": The list has another price'),
    ("prices", "price_list,target,from,rate\nMASTER,dest:US,infinity,1\n", ':2: from "infinity": A date'),
    ("prices", "price_list,target,from,rate\nMASTER,dest:US,99999-01-01,1\n", "A date such as"),
    ("prices", "price_list,target,from,rate\nMASTER,dest:US,0000-01-01,1\n", "A date such as"),
    ("numbers", "number,contract_no,line_no\n" + "4" * 40 + ",C1,1\n", "at most 18"),
    ("numbers", "number,contract_no,line_no\n+46901,C1,1\n", ':2: number "+46901"'),
    ("numbers", "number,contract_no,line_no\n46901,C1," + "9" * 30 + "\n", "A line number is needed"),
    ("numbers", "number,contract_no,line_no\n46901,C1,٣\n", ':2: line_no "٣"'),
    ("sources", "code,name,format,time_zone\nx,X,generic,Mars/North\n", ':2: time_zone "Mars/North"'),
    ("sources", "code,name,format,quiet_seconds\nx,X,generic," + "9" * 30 + "\n", "not too large"),
    ("sources", "code,name,format,duration_format\nx,X,generic,minutes\n", "One of seconds"),
]


@pytest.mark.parametrize("file, text, about", IMPORTS, ids=[f"{row[0]} {number}" for number, row in enumerate(IMPORTS)])
def test_reference_data_is_all_or_nothing(database, leissner, tmp_path, file, text, about):
    path = tmp_path / f"{file}.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (tmp_path / "currencies.csv").write_text("code\nJPY\n")  # good, and goes with the bad
    outcome = leissner("import", str(tmp_path))
    assert outcome.code == 1 and "nothing was imported" in outcome.err and "Traceback" not in outcome.err, outcome.err
    assert f"{file}.csv" in outcome.err and about in outcome.err, outcome.err
    with psycopg.connect(database.conninfo) as conn:
        assert conn.execute("select count(*) from billing.currency where currency = 'JPY'").fetchone() == (0,)


@pytest.mark.parametrize("data, about", [
    (b"PK\x03\x04 not a workbook", "cannot be read as XLSX"), (b"", "cannot be read as XLSX"), (b"code\nX\n", "XLSX"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "XLSX"),
])
def test_a_broken_workbook_is_said(database, leissner, tmp_path, data, about):
    path = tmp_path / "products.xlsx"
    path.write_bytes(data)
    outcome = leissner("import", str(path))
    assert outcome.code == 1 and about in outcome.err and "Traceback" not in outcome.err


@pytest.mark.parametrize("kind, code", [("a pipe", 1), ("a pipe in the folder", 1), ("a folder named so", 1),
                                        ("an empty folder", 1), ("nothing there", 2), ("/dev/null", 1)])
def test_what_is_no_file_is_not_waited_for(database, leissner, tmp_path, kind, code):
    path = tmp_path / "products.csv"
    if kind.startswith("a pipe"):
        os.mkfifo(path)
    elif kind == "a folder named so":
        path.mkdir()
    given = {"/dev/null": "/dev/null", "a pipe": path, "nothing there": path}.get(kind, tmp_path)
    outcome = leissner("import", str(given))
    assert outcome.code == code and str(given) in outcome.err and "Traceback" not in outcome.err, outcome
