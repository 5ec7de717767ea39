"""`leissner rates import`: sheets as suppliers write them, compared, refused, written and read back as prices."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from leissner.scripts import db
from leissner.scripts.errors import LeissnerError
from leissner.scripts.rate_sheet import Settings, Sheet, blocks, expand, map_of
from leissner.scripts.tests.reference.compare import leissner as command

GOLDEN = Path(__file__).parent / "golden"
YEAR = dt.date.today().year + 1  # prices to come
DAY, LATER = f"{YEAR}-03-01", f"{YEAR}-06-01"
HEAD = "Destination,Code,Rate,Increments,Effective,Change\n"


@pytest.fixture(scope="module")
def operator(bed):
    made = bed.create(bed.template.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", made.url(db.CLI_LOGIN))
        command("import", GOLDEN / "operator")
    yield made
    bed.drop(made)


@pytest.fixture
def database(bed, operator, monkeypatch):
    made = bed.create(operator.name)
    monkeypatch.setenv("DATABASE_URL", made.url(db.CLI_LOGIN))
    yield made
    bed.drop(made)


@pytest.fixture
def rates(database, leissner, tmp_path):
    """rates(text, option…) imports a sheet into TERRA and gives {status by code}, after the whole result."""
    def run(text, *options, into="TERRA", code=0):
        path = tmp_path / "sheet.csv"
        path.write_text(text, encoding="utf-8")
        outcome = leissner("rates", "import", str(path), "--list", into, "--json", *options)
        assert outcome.code == code, outcome.err + outcome.out
        return json.loads(outcome.out)
    return run


def statuses(result):
    return {change["codes"]: change["status"] for change in result["changes"]}


def items(database, code="TERRA"):
    with database.connect() as conn:
        return conn.execute(
            "select destination.code, valid::text, rate, first_increment, is_blocked from billing.price_item"
            " inner join billing.price_list using (price_list_id) inner join billing.destination using (destination_id)"
            " where price_list.code = %s and mode_group = 'calls' order by 1, 2", (code,)
        ).fetchall()


def quote(leissner, number, at, carrier="terra"):
    outcome = leissner("quote", "--a", "46902001005", "--b", number, "--at", at, "--units", "60", "--carrier", carrier,
                       "--json")
    assert outcome.code == 0, outcome.err
    return json.loads(outcome.out)


def test_a_sheet_becomes_dated_prices(rates, database):
    text = HEAD + (f"Sweden,46,0.0061,60/1,{DAY},Increase\nStockholm,468,0.0041,1/1,{DAY},Current\n"
                   f"Sweden Mobile,4670;4673;4676,0.0150,1/1,{DAY},Decrease\nUSA,1,BLOCKED,,{DAY},Blocked\n"
                   f"Denmark,45,0.01,30/6,{DAY},New\nKazakhstan,77,,,{DAY},Deleted\n")
    before = items(database)
    shown = rates(text, "--dry-run")
    assert statuses(shown) == {"46": "up", "468": "same", "4670 4673 4676": "down", "1": "blocked", "45": "new",
                               "77": "gone"}
    assert items(database) == before and not shown["written"]
    percent = {change["codes"]: change["percent"] for change in shown["changes"]}
    assert percent["46"] == "17.3" and percent["4670 4673 4676"] == "-20.2"

    assert rates(text)["written"]
    after = {(row["code"], row["valid"]): (row["rate"], row["first_increment"], row["is_blocked"])
             for row in items(database)}
    assert after["SE-FIX", f"(,{DAY})"][0] == Decimal("0.0052")
    assert after["SE-FIX", f"[{DAY},)"] == (Decimal("0.0061"), 60, False)
    assert after["US", f"[{DAY},)"] == (None, None, True)
    assert ("KZ", f"(,{DAY})") in after and ("KZ", f"[{DAY},)") not in after
    assert ("SE-STO", "(,)") in after

    again = rates(text)  # the second time it is all there
    assert {status for code, status in statuses(again).items() if code != "77"} == {"same"}
    with database.connect() as conn:
        kept = conn.execute("select file_name, convert_from(content, 'UTF8') as content from billing.rate_sheet"
                            " order by rate_sheet_id").fetchall()
        assert kept[0] == {"file_name": "sheet.csv", "content": text}
        origin = conn.execute("select line_no from billing.price_origin inner join billing.price_item using"
                              " (price_item_id) inner join billing.destination using (destination_id)"
                              " where code = 'DK'").fetchone()
        assert origin == {"line_no": 6}


def test_a_price_to_come_stays_behind_an_earlier_one(rates, database):
    rates(HEAD + f"Denmark,45,0.03,1/1,{LATER},\n")
    rates(HEAD + f"Denmark,45,0.02,1/1,{DAY},\n")
    assert [(row["valid"], row["rate"]) for row in items(database) if row["code"] == "DK"] == [
        (f"[{DAY},{LATER})", Decimal("0.02")), (f"[{LATER},)", Decimal("0.03"))]
    two = rates(HEAD + f"Germany,49,0.01,1/1,{DAY},\nGermany,49,0.02,1/1,{LATER},\n")  # both in one sheet
    assert [change["status"] for change in two["changes"]] == ["new", "up"]
    assert [(row["valid"], row["rate"]) for row in items(database) if row["code"] == "DE-FIX"] == [
        (f"[{DAY},{LATER})", Decimal("0.01")), (f"[{LATER},)", Decimal("0.02"))]


def test_codes_with_a_price_of_their_own_become_a_destination_that_sells_as_before(rates, database, leissner):
    text = HEAD + f"Germany,49,0.005,1/1,{DAY},\nGermany Special,4955,0.2,1/1,{DAY},\n"
    before = quote(leissner, "49551234567", f"{DAY}T12:00")
    refused = rates(text, code=1)
    assert "--split" in refused["errors"][0]["sentence"] and refused["errors"][0]["line"] == 3
    assert rates(text, "--split", code=1)["written"] is False  # something is made: a person has to agree
    assert rates(text, "--split", "--yes")["made"] == 1
    after = quote(leissner, "49551234567", f"{DAY}T12:00")
    amounts = [{row["level"]: row["amount"] for row in one if row["amount"]} for one in (before, after)]
    assert amounts[0]["retail"] == amounts[1]["retail"] and float(amounts[1]["cost"]) == 0.2
    assert any("GERMANY-SPECIAL" in row["text"] for row in after)
    with database.connect() as conn:
        found = conn.execute("select code, country from billing.destination where name = 'Germany Special'").fetchall()
        assert found == [{"code": "GERMANY-SPECIAL", "country": "DE"}]
        lists = conn.execute(
            "select destination.code, count(*) as n from billing.price_item inner join billing.destination using"
            " (destination_id) inner join billing.price_list using (price_list_id) where price_list.code <> 'TERRA'"
            " and destination.code in ('DE-FIX', 'GERMANY-SPECIAL') and upper_inf(valid) group by 1").fetchall()
    assert len({row["n"] for row in lists}) == 1 and len(lists) == 2
    assert statuses(rates(text)) == {"49": "same", "4955": "same"}
    assert leissner("check").code == 0


def test_a_whole_sheet_ends_what_it_lacks_but_not_everything(rates, database):
    named = {"46": "0.0052", "468": "0.0041", "4670;4673;4676": "0.0188", "1": "0.0061"}
    text = HEAD + "".join(f"x,{codes},{rate},1/1,,\n" for codes, rate in named.items())
    shown = rates(text, "--full", "--effective", DAY, "--dry-run")
    assert statuses(shown)["77"] == "gone" and shown["is_doubtful"]
    assert rates(text, "--full", "--effective", DAY, "--yes")["written"]
    assert ("KZ", f"(,{DAY})") in {(row["code"], row["valid"]) for row in items(database)}
    lacking = rates(HEAD + f"x,1,0.0061,1/1,{LATER},\n", "--full", code=1)
    assert "cannot be the whole" in lacking["errors"][0]["sentence"]


def test_new_destinations_need_a_product_type(rates, database):
    text = HEAD + f"Mexico,52,0.0102,60/60,{DAY},New\n"
    assert "--product" in rates(text, code=1)["errors"][0]["sentence"]
    assert rates(text, "--product", "international", "--yes")["made"] == 1
    assert ("MEXICO", Decimal("0.0102")) in {(row["code"], row["rate"]) for row in items(database)}


@pytest.mark.parametrize("text, options, about", [
    (HEAD + f"a,46,0.1,1/1,{DAY},\nb,46,0.2,1/1,{DAY},\n", (), "lines 2, 3 with different rates"),
    (HEAD + "a,46,0.1,1/1,2020-01-01,\n", (), "in the past"),
    (HEAD + "a,46,0.1,1/1,05/06/2030,\n", (), "--dates dmy or --dates mdy"),
    (HEAD + f"a,4.67E+03,0.1,1/1,{DAY},\n", (), "format the column as text"),
    (HEAD + f"a,46,0.123456789,1/1,{DAY},\n", (), "8 decimals"),
    (HEAD + f"a,46,-0.1,1/1,{DAY},\n", (), "negative"),
    (HEAD + f"a,46,,1/1,{DAY},\n", (), "rate is missing"),
    (HEAD + f"Total,,12.5,,{DAY},\n", (), "line of totals"),
    (HEAD + f"a,46-4,0.1,1/1,{DAY},\n", (), "is no range"),
    (HEAD + f"a,10000-99999,0.1,1/1,{DAY},\nb,1234567-7654321,0.1,1/1,{DAY},\n", (), "1000 codes"),
    (HEAD + "a,46,0.1,1/1,45962,\n", (), "serial number"),
    (HEAD + "a,46,0.1,1/1,2030-02-31,\n", (), "no such day"),
    (HEAD + f"a,46,0.1,abc,{DAY},\n", (), "whole number of seconds"),
    (f"Destination,Code,Peak,Off-Peak,Date\na,46,0.1,0.05,{DAY}\n", (), "--off-peak-band"),
])
def test_a_sheet_that_could_cost_money_is_refused_whole(rates, database, text, options, about):
    before = items(database)
    result = rates(text, "--yes", *options, code=1)
    assert about in " ".join(error["sentence"] for error in result["errors"]), result["errors"]
    assert items(database) == before


def test_dearer_rates_at_short_notice_wait_for_a_person(rates, database, leissner):
    text = HEAD + f"Sweden,46,0.0061,1/1,{dt.date.today() + dt.timedelta(days=3)},Decrease\n"
    shown = rates(text, code=1)
    assert "Short notice" in shown["changes"][0]["notes"] and "The sheet says down" in shown["changes"][0]["notes"]
    assert rates(text, "--yes")["written"]


def test_peak_and_off_peak_are_two_prices(rates, database):
    with database.connect() as conn:
        bands = [row["code"] for row in conn.execute("select code from billing.band order by 1").fetchall()]
    text = f"Destination,Code,Peak,Off-Peak,Date\na,45,0.1,0.05,{DAY}\nb,47,0.1,0.1,{DAY}\n"
    rates(text, "--off-peak-band", bands[0])
    assert [row["rate"] for row in items(database) if row["code"] == "DK"] in (
        [Decimal("0.1"), Decimal("0.05")], [Decimal("0.05"), Decimal("0.1")])
    assert [row["rate"] for row in items(database) if row["code"] == "NO-FIX"] == [Decimal("0.1")]


def test_a_sheet_in_a_draft_list_changes_nothing_and_can_be_simulated(rates, database, leissner):
    with database.connect() as conn:
        conn.execute("insert into billing.price_list (code, name, level, parent_id, currency, is_draft) select 'NEXT',"
                     " 'Next', level, price_list_id, currency, true from billing.price_list where code = 'TERRA'")
    assert leissner("calls", "load", str(GOLDEN / "calls.csv"), "--source", "plain").code in (0, 1)
    text = HEAD + f"Sweden,46,0.0052,1/1,{DAY},\nSweden Mobile,4670;4673;4676,0.5,1/1,{DAY},Increase\n"
    assert statuses(rates(text, "--yes", into="NEXT")) == {"46": "same", "4670 4673 4676": "up"}
    outcome = leissner("simulate", "--list", "NEXT", "--from", "2026-10-01", "--to", "2026-11-01", "--by",
                       "destination", "--json")
    assert outcome.code == 0, outcome.err
    rows = {row["key"]: row for row in json.loads(outcome.out)["rows"]}
    assert float(rows["SE-MOB"]["cost_after"]) > float(rows["SE-MOB"]["cost_before"])


def test_how_a_sheet_is_read_is_kept_with_the_list(rates):
    text = f"Zone|Pfx|Cost|When\nDenmark|45|0,02|05/06/{YEAR}\n"
    rates(text, "--map", "destination=Zone;code=Pfx;rate=Cost;from=When", "--dates", "dmy")
    assert statuses(rates(text)) == {"45": "same"}


# ---- the reader ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text, settings, expected", [
    ("Destinations,Code,Cost by minute,off-peak,date,route type,comment\nAfghanistan Mobile,937,0.1391,0.1391,"
     "13/06/2014,-,==\n", {}, [("937", "0.1391", 1, 1, dt.date(2014, 6, 13))]),
    ("CODES,DESTINATION,RATE,VALIDITY,COMMENT\n35538,Albania,0.066,22/02/2010,decrease\n", {},
     [("35538", "0.066", 1, 1, dt.date(2010, 2, 22))]),
    ('"DESTINATION","PREFIX","RATE"\n"Afghanistan Mobile",937,"0,1175"\n', {}, [("937", "0.1175", 1, 1, None)]),
    ("\ufeffCode,Destination,Connection Cost (USD),Grace Time,Cost / Min (USD),Initial Increment,Increment,Strip,"
     "Prepend\n44,UK,0,0,0.06,30,60,0,0\n", {}, [("44", "0.06", 30, 60, None)]),
    ('"Target Pattern Name","Prefix","Per minute charge","Connection charge","Charge period"\n"Afghanistan",+9377,'
     "0.273,0.273,1\n", {}, [("9377", "0.273", 1, 1, None)]),
    ("Ops,Reseller,Rate,Destination,App,Connect,Duration,Conn In,Duration In\n2,0,grn_premium,3706,audio,0,999,,\n",
     {"map": map_of("code=Destination;rate=Duration;destination=Rate"), "scale": "0.0001"},
     [("3706", "0.0999", 1, 1, None)]),
    ("dialprefix;destination;rate initial;buyrate;initblock\n01193;afghanistan cellular;0.8135;0.3135;30\n", {},
     [("93", "0.3135", 30, 1, None)]),
    ("93;Afghanistan;0.31;30;6\n", {"header": 0, "map": map_of("code=1;destination=2;rate=3;first=4;next=5")},
     [("93", "0.31", 30, 6, None)]),
    ("Sweden Mobile Tele2;4670-4673;0,0188;60/60;2026-11-01;\n",
     {"header": 0, "map": map_of("destination=1;code=2;rate=3;increments=4;from=5")},
     [(code, "0.0188", 60, 60, dt.date(2026, 11, 1)) for code in ("4670", "4671", "4672", "4673")]),
    ('Destination,Country code,Area codes,Rate\n"Dominican Republic",1,"809, 829 849",0.02\nCuba,53,*,0.5\n', {},
     [("1809", "0.02", 1, 1, None), ("1829", "0.02", 1, 1, None), ("1849", "0.02", 1, 1, None),
      ("53", "0.5", 1, 1, None)]),
    ("Rates of ACME,,\nvalid for all,,\nCode,Destination,Rate per minute\n46,Sweden,1.5\n", {},
     [("46", "1.5", 1, 1, None)]),
    ("Code,Rate\n46,0.001\n", {"unit": "second"}, [("46", "0.06", 1, 1, None)]),
])
def test_layouts_of_the_world(tmp_path, text, settings, expected):
    path = tmp_path / "sheet.csv"
    path.write_text(text, encoding="utf-8")
    sheet = Sheet(path, Settings(**settings))
    assert sheet.errors == []
    assert [(row.code, f"{row.rate:f}", row.first, row.next, row.from_on) for row in sheet.rows] == expected


def test_codes_are_written_out():
    assert expand("73-76", "46", "") == ["4673", "4674", "4675", "4676"]
    assert expand("46(70|72)", "", "") == ["4670", "4672"]
    assert expand("467[0236], 00468; 011469", "", "") == ["4670", "4672", "4673", "4676", "468", "469"]
    assert list(blocks(7010, 7019, 4)) == ["701"]
    assert list(blocks(7008, 7021, 4)) == ["7008", "7009", "701", "7020", "7021"]


def test_several_rows_of_one_code_are_steps(tmp_path):
    path = tmp_path / "sheet.csv"
    path.write_text("Prefix,Rate,Start second\n46,0.9,0s\n46,0.4,60s\n")
    [row] = Sheet(path, Settings()).rows
    assert (row.step_to, row.step_rate, row.rate) == ([60, None], [Decimal("0.9"), Decimal("0.4")], None)


def test_rates_and_codes_in_two_files(tmp_path):
    rates, codes = tmp_path / "rates.csv", tmp_path / "codes.csv"
    rates.write_text("Destination,Rate\nSweden Mobile,0.02\nNorway,0.03\n")
    codes.write_text("Destination,Codes\nsweden  mobile,4670 4673\nSweden mobile,4676\nDenmark,45\n")
    sheet = Sheet(rates, Settings(), codes)
    assert [row.code for row in sheet.rows] == ["4670", "4673", "4676"]
    assert [error["value"] for error in sheet.errors] == ["Norway", "denmark"]


def test_workbooks(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Code", "Destination", "Rate", "Effective"])
    sheet.append([4670, "Sweden Mobile", 0.0188, dt.date(2027, 1, 1)])
    book.save(tmp_path / "good.xlsx")
    [row] = Sheet(tmp_path / "good.xlsx", Settings()).rows
    assert (row.code, row.rate, row.from_on) == ("4670", Decimal("0.0188"), dt.date(2027, 1, 1))
    sheet["C2"] = "=1/50"
    book.save(tmp_path / "formula.xlsx")
    assert "formula" in Sheet(tmp_path / "formula.xlsx", Settings()).errors[0]["sentence"]
    book.create_sheet("Shown")
    sheet.sheet_state = "hidden"
    book.save(tmp_path / "hidden.xlsx")
    with pytest.raises(LeissnerError, match="hidden"):
        Sheet(tmp_path / "hidden.xlsx", Settings())
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100))
    with pytest.raises(LeissnerError, match="password"):
        Sheet(tmp_path / "old.xls", Settings())


def test_a_sheet_in_another_currency_is_refused(rates, leissner, tmp_path):
    path = tmp_path / "usd.csv"
    path.write_text(f"Code,Destination,Rate (USD),Effective\n45,Denmark,0.01,{DAY}\n")
    outcome = leissner("rates", "import", str(path), "--list", "TERRA")
    assert outcome.code == 1 and "is in USD, list TERRA in EUR" in outcome.err
    assert leissner("rates", "import", str(path), "--list", "NOPE").code == 1
