"""The demo: the same seed gives the same bytes, its dirt is really there, and it runs twice with the same figures."""

import csv
import datetime as dt
import gzip
import hashlib
import json
import shutil
from collections import Counter

import pytest

from leissner.db.tests.fixtures import new_home_folder
from leissner.scripts import demo
from leissner.scripts.demo import today
from leissner.scripts.demo.operator import Operator

DAY = dt.date(2026, 11, 23)  # the change to winter time lies inside its three months


def digests(folder):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    note = demo.write(folder, 7, 2000, DAY)
    return folder, note


def lines(path, encoding="utf-8"):
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return data.decode(encoding).splitlines()


def test_same_seed_and_day_give_the_same_bytes(made, tmp_path):
    demo.write(tmp_path / "again", 7, 2000, DAY)
    assert digests(tmp_path / "again") == digests(made[0])


def test_another_seed_gives_another_operator_and_other_calls(made, tmp_path):
    demo.write(tmp_path, 8, 2000, DAY)
    before, after = digests(made[0]), digests(tmp_path)
    assert before["operator/customers.csv"] != after["operator/customers.csv"]
    assert before["calls/pbx-umea/Master.csv"] != after["calls/pbx-umea/Master.csv"]


@pytest.mark.parametrize("day", [dt.date(2026, 1, 1), dt.date(2027, 3, 1), dt.date(2026, 5, 31), dt.date(2028, 2, 29)])
def test_any_day_has_three_months_of_calls_up_to_the_day_before(day, tmp_path):
    demo.write(tmp_path, 7, 500, day)
    with open(tmp_path / "calls/pbx-umea/Master.csv", encoding="utf-8", newline="") as file:
        days = [row[9][:10] for row in csv.reader(file) if len(row) == 18]
    assert max(days) < f"{day}"
    assert max(days)[:7] == f"{day - dt.timedelta(days=1)}"[:7]
    assert len(list((tmp_path / "calls/pbx-umea").iterdir())) == 3


def test_calls_of_the_running_day_come_in_once(tmp_path):
    operator = Operator(7, DAY)
    noon = dt.datetime(2026, 11, 23, 12, 0, 0, tzinfo=today.STOCKHOLM)
    paths = [today.write(tmp_path, operator, 7, noon + dt.timedelta(seconds=after)) for after in (0, 30, 30)]
    assert paths[2] is None  # written already
    rows = [row for path in paths[:2] for row in csv.DictReader(lines(path, "iso-8859-1"), delimiter=";")]
    assert len({row["Post"] for row in rows}) == len(rows) > today.PER_DAY / 2
    times = [dt.datetime.strptime(row["Början"], "%d.%m.%Y %H:%M:%S").replace(tzinfo=dt.UTC) for row in rows]
    assert noon - dt.timedelta(hours=12) <= min(times) and max(times) <= noon + dt.timedelta(seconds=30)


def test_the_operator_is_a_whole_one(made):
    def rows(name):
        with open(made[0] / "operator" / f"{name}.csv", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    assert len(rows("customers")) == 300
    assert len(rows("services")) == 5
    assert len(rows("prefixes")) > 2500

    def levels(parents):
        def depth(code):
            return 1 + depth(parents[code]) if parents[code] else 1
        return max(map(depth, parents))
    assert levels({row["code"]: row["parent"] for row in rows("price_lists")}) == 4
    assert levels({row["customer_no"]: row["parent_no"] for row in rows("customers")}) == 3
    assert {row["kind"] for row in rows("rings")} == {
        "percent", "off_minute", "off_call", "price_minute", "price_call"}
    assert {row["volume_unit"] for row in rows("rings")} >= {"block", "call", "amount"}
    eves = {row["name"] for row in rows("holidays")}
    assert {"Midsommarafton", "Julafton", "Nyårsafton"} <= eves


def test_asterisk_has_eighteen_columns_and_local_times_that_agree_with_the_epoch(made):
    from zoneinfo import ZoneInfo

    whole = 0
    for path in (made[0] / "calls/pbx-umea").iterdir():
        for row in csv.reader(lines(path)):
            if len(row) == 18 and "." in row[16]:
                epoch = int(row[16].split(".")[0])
                assert row[9] == f"{dt.datetime.fromtimestamp(epoch, ZoneInfo('Europe/Stockholm')):%Y-%m-%d %H:%M:%S}"
                whole += 1
    assert whole > 700


def test_cucm_has_133_columns_and_freeswitch_fifteen(made):
    for path in (made[0] / "calls/cucm-oslo").glob("cdr_*"):
        assert {len(row) for row in csv.reader(lines(path))} == {133}
    widths = Counter(len(row) for path in (made[0] / "calls/sip-stockholm").iterdir()
                     for row in csv.reader(lines(path)))
    assert widths.most_common(1)[0][0] == 15
    assert len(widths) > 1


def test_the_dirt_is_in_the_files(made):
    folder, dirt = made[0] / "calls", made[1]["dirt"]
    asterisk = [line for path in sorted((folder / "pbx-umea").iterdir()) for line in lines(path)]
    assert sum(1 for line in asterisk if not line.endswith('""')) == dirt["cut_line"] - 2
    assert sum(1 for line in asterisk if '","from-' not in line and ',"from-' in line) == dirt["broken_quote"]
    night = [line for line in asterisk if '"2026-10-25 02:30:00"' in line]
    assert len(night) == 2  # once in summer time, once in winter time
    assert any(",111600," in line for line in asterisk)
    repeated = sum(count - 1 for count in Counter(asterisk).values())
    assert repeated >= 10
    assert [path.suffix for path in sorted((folder / "pbx-umea").iterdir())].count(".gz") == 1
    crlf = [path.name for path in (folder / "mobil").iterdir() if b"\r\n" in path.read_bytes()]
    assert crlf == ["export-2026-10.csv"]
    assert not (folder / "mobil/export-2026-11.csv").read_bytes().endswith(b"\n")
    assert len(list((folder / "cucm-oslo").glob("cmr_*"))) == dirt["quality_file"]


def figures(conn):
    """What the demo leaves behind, in numbers."""
    return {
        "files": conn.execute("select count(*) as n, sum(read) as read, sum(rated) as rated,"
                              " sum(suspended) as suspended, sum(duplicate) as duplicate, sum(zero) as zero"
                              " from billing.cdr_file").fetchone(),
        "calls": conn.execute("select count(*) as n, sum(retail_base) as retail, sum(cost_base) as cost"
                              " from billing.call").fetchone(),
        "suspense": {row["reason"]: row["n"] for row in conn.execute(
            "select reason, count(*) as n from billing.call_suspense group by reason").fetchall()},
        "customers": conn.execute("select count(*) as n, max(row_version) as version from billing.customer").fetchone(),
        "users": conn.execute("select count(*) as n from access.app_user").fetchone(),
    }


@pytest.fixture
def home(monkeypatch):
    folder = new_home_folder()
    monkeypatch.setenv("LEISSNER_HOME", str(folder))
    yield folder
    shutil.rmtree(folder)


def test_a_small_demo_runs_twice_with_the_same_figures(leissner, database, conn, home, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database.url())
    first = leissner("demo", "--calls", 2000, "--day", DAY)
    assert first.code == 0, first.err + first.out[-3000:]
    after = figures(conn)
    files, suspense = after["files"], after["suspense"]
    dirt = json.loads((home / "demo/demo.json").read_text())["dirt"]

    assert files["read"] == files["rated"] + files["suspended"] + files["duplicate"] + files["zero"]
    assert files["rated"] == after["calls"]["n"]
    assert files["suspended"] == sum(suspense.values())
    assert 1900 < files["rated"] < 2050
    assert after["calls"]["retail"] > after["calls"]["cost"] > 0
    for reason in ("bad_duration", "future_start", "unknown_mode", "unknown_carrier"):
        assert suspense[reason] == dirt[reason], reason
    assert suspense["bad_record"] == dirt["cut_line"] + dirt["broken_quote"] + dirt["exponent"] + dirt["bad_time"]
    assert suspense["no_subscriber"] >= dirt["no_subscriber"]
    assert suspense["no_destination"] >= dirt["no_destination"]
    assert files["duplicate"] == dirt["duplicate"] + dirt["conflicting"]
    zero = ("unanswered", "internal", "incoming", "recording", "zero_again")
    assert files["zero"] == sum(dirt[kind] for kind in zero)
    assert "Margin per product" in first.out
    assert "password" in first.out

    second = leissner("demo", "--calls", 2000, "--day", DAY)
    assert second.code == 0, second.err + second.out[-3000:]
    assert figures(conn) == after

    # What someone forgot is put right, and suspended calls are rated.
    assert leissner("import", home / "demo/fixes").code == 0
    assert leissner("calls", "suspense", "retry").code == 0
    assert figures(conn)["calls"]["n"] > after["calls"]["n"]


def test_the_demo_keeps_off_another_operator(leissner, database, home, made, monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", database.url())
    folder = tmp_path / "other"
    shutil.copytree(made[0] / "operator", folder)
    text = (folder / "operator.csv").read_text(encoding="utf-8")
    (folder / "operator.csv").write_text(text.replace("Fjällbris Telekom AB", "Annat Telebolag AB"), encoding="utf-8")
    assert leissner("import", folder).code == 0
    refused = leissner("demo", "--calls", 2000, "--day", DAY)
    assert refused.code == 1
    assert "Annat Telebolag AB" in refused.err


def test_another_seed_in_the_same_home_is_refused(home):
    demo.generate(home / "demo", 7, 500, DAY)
    with pytest.raises(demo.LeissnerError, match="seed 7"):
        demo.generate(home / "demo", 8, 500, DAY)
