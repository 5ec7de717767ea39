"""Malformed input through the real commands: each has its promised answer, and nothing half-written is left."""

import bz2
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

GOLDEN = Path(__file__).parent / "golden"
GOOD = "{key},2026-10-14T09:12:09,60,46902001005,46701234567,voice,terra,\n"
RECORD = {"key": "bad", "started_at": "2026-10-14T09:12:09", "units": "60", "a_number": "46902001005",
          "b_number": "46701234567", "mode": "voice", "carrier": "terra", "account": ""}
LINES = HEAD + GOOD.format(key="g1") + GOOD.format(key="g2")


@pytest.fixture(scope="module")
def operator(bed):
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
        "code,name,format,time_zone,carrier\nast,Asterisk,asterisk,UTC,terra\nfs,FreeSWITCH,freeswitch,UTC,terra\n"
        "cucm,Cisco,cucm,UTC,terra\n")
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
    ("a picture", "plain", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, ""),
    ("a workbook", "plain", None, ""),
    ("a PDF", "plain", b"%PDF-1.7\n" + b"1 0 obj << /Type /Catalog >> endobj\n" * 200, ""),
    ("a line of two megabytes", "plain", LINES + "x" * (2 << 20) + "\n", "longer than a megabyte"),
    ("only spaces", "plain", " \n \n", ""),
    ("HTML from a login page", "plain", "<!doctype html><html><body>Sign in</body></html>\n", "No column gives"),
    ("another switch's file", "ast", LINES * 60, ""),
    ("an Asterisk file in another source", "fs", '"","1","2","d","c","ch","","Dial","x",,,,0,0,"A","D"\n' * 3, ""),
    ("a FreeSWITCH file of one line", "fs", '"a","1","2";"b","3","4";' * 40, ""),
    ("CUCM without names", "cucm", "1,2,25447\n1,2,25448\n", ""),
    ("CUCM with names only", "cucm", '"cdrRecordType","pkid"\nINTEGER,UNIQUEIDENTIFIER\n', ""),
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
    if about:
        assert outcome.code == 1 and after == before
    else:  # what can be read of it waits, or there is nothing in it
        assert outcome.code in (0, 1)


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


def test_what_a_record_holds_does_not_steer_the_terminal(database, leissner, tmp_path):
    path = tmp_path / "calls.csv"
    path.write_text(HEAD + "esc,2026-10-14T09:12:09,60,46902001005,46701234567,\x1b]0;owned\x07,terra,\n")
    os.utime(path, (OLD, OLD))
    leissner("calls", "load", str(path), "--source", "plain")
    for shown in (leissner("calls", "suspense"), leissner("calls", "explain", "plain:esc")):
        assert "\x1b" not in shown.out and "\x07" not in shown.out


@pytest.mark.parametrize("size", [64 << 20, pytest.param(1 << 30, marks=pytest.mark.long)], ids=["64 MB", "1 GB"])
def test_a_line_without_end_costs_no_memory(database, tmp_path, size):
    path = tmp_path / "calls.csv"
    with open(path, "wb") as file:
        file.write(LINES.encode())
        file.seek(size)
        file.write(b"\n")
    os.utime(path, (OLD, OLD))
    before = state(database.conninfo)

    def bounded():
        resource.setrlimit(resource.RLIMIT_DATA, (400 << 20, 400 << 20))

    run = subprocess.run(
        [sys.executable, "-c", "import sys; from leissner.scripts import cli; sys.exit(cli.run(sys.argv[1:]))", "calls",
         "load", str(path), "--source", "plain"],
        env=os.environ | {"DATABASE_URL": database.url(db.CLI_LOGIN)}, capture_output=True, text=True, timeout=120,
        preexec_fn=bounded,
    )
    assert run.returncode == 1 and "longer than a megabyte" in run.stdout + run.stderr, run.stderr
    assert state(database.conninfo) == before


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
    ("prefixes", "prefix,destination,from,to\n4699,SE-MOB,2026-12-01,2026-11-01\n", ""),
    ("prefixes", "prefix,destination,from\n4699,SE-MOB,2026-02-31\n", "2026-02-31"),
    ("prefixes", "prefix,destination,from\n4699,SE-MOB,01/02/2026\n", "01/02/2026"),
    ("prefixes", "prefix,destination\n4699,SE-MOB\n4699,SE-FIX\n", "4699"),
    ("price_lists", "code,name,level,parent\nA,A,retail,B\nB,B,retail,A\n", "inherit"),
    ("price_lists", "code,name,level,parent\nA,A,retail,A\n", "inherit"),
    ("price_lists", "code,name,level,decimals\nA,A,retail,9\n", "decimals"),
    ("price_lists", "code,name,level\nA,A,free\n", "level"),
    ("prices", "price_list,target,rate\nMASTER,dest:US,-1\n", ""),
    ("prices", "price_list,target,rate\nMASTER,dest:US,NaN\n", "NaN"),
    ("prices", "price_list,target,rate\nMASTER,dest:US,1e5\n", "1e5"),
    ("prices", 'price_list,target,rate\nMASTER,dest:US,"0,5"\n', "0,5"),
    ("prices", "price_list,target,rate\nMASTER,dest:US,0.123456789\n", "0.123456789"),
    ("prices", "price_list,target,rate,percent\nMASTER,dest:US,1,5\n", ""),
    ("prices", "price_list,target,rate,next\nMASTER,dest:US,1,0\n", ""),
    ("prices", "price_list,target,steps\nMASTER,dest:US,60:1;30:2;:3\n", ""),
    ("prices", "price_list,target,rate\nMASTER,nothing:US,1\n", "nothing:US"),
    ("customers", "customer_no,name,parent_no\nA,A,B\nB,B,A\n", ""),
    ("numbers", "number,contract_no\nabc,C1\n", "abc"),
    ("numbers", "number,contract_no,to_number\n46900000010,C1,46900000001\n", ""),
    ("holidays", "calendar,date,name\nse,2026-13-01,X\n", "2026-13-01"),
    ("nothing", "code\nX\n", "no such file"),
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
